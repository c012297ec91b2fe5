"""Teach a network that knows the digits 0 to 4 the digits 5 to 9, from a few images of each.

    python examples/finetune.py

It keeps what it has learned to see: its convolutions are frozen, and only a new last layer is
trained. A network that starts from nothing with the same images does worse.

Two things have to stand still for that. A frozen weight gets no gradient. The running mean and
variance of a BatchNorm are no weights: they move with every batch unless the layer is in eval mode.
"""

import argparse

import minitorch
from minitorch import nn, optim
from minitorch.data import DataLoader, TensorDataset
from minitorch.nn import functional as F
from minitorch.vision.datasets import MNIST


class Net(nn.Module):
    """Images (N, 1, 28, 28) to five scores: `features` sees, `head` decides."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            *self.block(1, 16),  # to (N, 16, 14, 14)
            *self.block(16, 32),  # to (N, 32, 7, 7)
            *self.block(32, 64),  # to (N, 64, 3, 3)
            nn.Flatten(),
        )
        self.head = nn.Linear(64 * 3 * 3, 5)

    def block(self, channels_in, channels_out):
        return [
            nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]

    def forward(self, x):
        return self.head(self.features(x))


def load(train, first, device, per_class=None):
    """The images of the digits `first` to `first + 4`, and labels from 0 to 4.

    per_class  only the first so many of each digit
    """
    digits = MNIST(train=train)
    labels = digits.targets - first
    chosen = [(labels == c).nonzero()[:per_class, 0] for c in range(5)]
    chosen = minitorch.cat(chosen).sort().values
    images = (digits.data[chosen].unsqueeze(1).float() / 255 - 0.1307) / 0.3081
    return TensorDataset(images.to(device), labels[chosen].to(device))


def fit(model, parameters, dataset, epochs, batch_size):
    """Train `parameters` in the mode, train or eval, that each layer is in."""
    loader = DataLoader(dataset, batch_size=batch_size, shuffle=True)
    optimizer = optim.Adam(parameters, lr=0.002)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for _ in range(epochs):
        for images, labels in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(images), labels).backward()
            optimizer.step()
        scheduler.step()


def accuracy(model, dataset):
    """Share of the images that are read rightly; leaves the model in eval mode."""
    model.eval()
    with minitorch.no_grad():
        right = [
            (model(images).argmax(dim=1) == labels).sum().item()
            for images, labels in DataLoader(dataset, batch_size=500)
        ]
    return sum(right) / len(dataset)


def freeze(module):
    """No gradients for its weights, and eval mode, in which BatchNorm's statistics stay."""
    module.eval()
    for parameter in module.parameters():
        parameter.requires_grad = False


def copied(module):
    return {name: x.clone() for name, x in module.state_dict().items()}


def moved(module, before):
    """The greatest change of a weight since `before`, a copied state dict, and of a statistic."""
    weights, statistics = [0.0], [0.0]
    for name, now in module.state_dict().items():
        change = (now - before[name]).abs().max().item()
        (statistics if "running" in name or "num_batches" in name else weights).append(change)
    return max(weights), max(statistics)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--per-class", type=int, default=5, help="images of each new digit")
    parser.add_argument("--old", type=int, default=2000, help="images of each old digit")
    parser.add_argument("--test", type=int, help="images of each digit to test on, instead of all")
    parser.add_argument("--epochs", type=int, default=2, help="over the old digits")
    parser.add_argument("--new-epochs", type=int, default=30, help="over the few new ones")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)

    minitorch.manual_seed(args.seed)
    model = Net().to(args.device)
    old = load(True, 0, args.device, args.old)
    fit(model, model.parameters(), old, args.epochs, batch_size=64)
    right = accuracy(model, load(False, 0, args.device, args.test))
    print(f"digits 0 to 4, {len(old):,} images to learn from: test {right:.2%}")

    few = load(True, 5, args.device, args.per_class)
    unseen = load(False, 5, args.device, args.test)
    print(f"digits 5 to 9, {len(few)} images to learn from:")

    freeze(model.features)
    model.head = nn.Linear(64 * 3 * 3, 5).to(args.device)
    features, head = copied(model.features), copied(model.head)
    fit(model, model.head.parameters(), few, args.new_epochs, batch_size=10)
    tuned = accuracy(model, unseen)
    weights, statistics = moved(model.features, features)
    print(f"  a new head on the frozen features   test {tuned:.2%}")
    print(f"    frozen weights moved by {weights}, BatchNorm's statistics by {statistics}")
    print(f"    the head's weights moved by up to {moved(model.head, head)[0]:.3f}")

    fresh = Net().to(args.device)
    fit(fresh, fresh.parameters(), few, args.new_epochs, batch_size=10)
    print(f"  all of it from nothing              test {accuracy(fresh, unseen):.2%}")


if __name__ == "__main__":
    main()
