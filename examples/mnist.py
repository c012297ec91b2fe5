"""Train a network to read handwritten digits, and test it on 10,000 that it has not seen.

python examples/mnist.py                a multilayer perceptron
python examples/mnist.py --model cnn    a convolutional network: slower, and makes half the errors
"""

import argparse
import sys
import time
from pathlib import Path

from tqdm import tqdm

import minitorch
from minitorch import nn, optim
from minitorch.checkpoint import Checkpoint
from minitorch.data import DataLoader, TensorDataset
from minitorch.vision.datasets import MNIST


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(0.1),
            nn.Linear(28 * 28, 512),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(512, 256),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(256, 10),
        )

    def forward(self, x):
        return self.layers(x)


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            *self.block(1, 16),  # (N, 1, 28, 28) to (N, 16, 14, 14)
            *self.block(16, 32),  # to (N, 32, 7, 7)
            *self.block(32, 64),  # to (N, 64, 3, 3)
        )
        self.classify = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * 3 * 3, 10))

    def block(self, channels_in, channels_out):
        return [
            nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1),
            nn.MaxPool2d(2),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(),
        ]

    def forward(self, x):
        return self.classify(self.features(x))


def load(train, device, limit):
    """The images (N, 1, 28, 28), shifted and scaled to mean 0 and deviation 1, and their labels."""
    digits = MNIST(train=train)
    images = digits.data[:limit].unsqueeze(1).float()
    images = (images / 255 - 0.1307) / 0.3081
    return TensorDataset(images.to(device), digits.targets[:limit].to(device))


def make_optimizer(name, params, lr):
    if name == "sgd":
        return optim.SGD(params, lr=0.05 if lr is None else lr, momentum=0.9)
    kinds = {"adam": optim.Adam, "adamw": optim.AdamW, "rmsprop": optim.RMSprop}
    return kinds[name](params, lr=0.002 if lr is None else lr)


def train(run, criterion, title):
    """One epoch, or what is left of it; returns the mean loss."""
    model, optimizer, loader, progress = (
        run.parts[name] for name in ("model", "optimizer", "loader", "progress")
    )
    model.train()
    bar = tqdm(
        initial=run.steps_done % len(loader) * loader.batch_size,
        total=len(loader.dataset),
        desc=title,
        unit=" samples",
        leave=False,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        for images, labels in loader:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            progress["total"] += loss.item() * len(labels)
            bar.set_postfix(loss=f"{loss.item():.4f}", refresh=False)
            bar.update(len(labels))
            run.step()
    mean, progress["total"] = progress["total"] / len(loader.dataset), 0.0
    return mean


def predict(model, loader):
    """The most likely digit of each image."""
    model.eval()
    with minitorch.no_grad():
        return minitorch.cat([model(images).argmax(dim=1) for images, _ in loader])


def plot_curves(losses, accuracies, path):
    from matplotlib.figure import Figure  # noqa: PLC0415  only --plot needs it

    epochs = range(1, len(losses) + 1)
    figure = Figure(figsize=(9, 3.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(epochs, losses, marker="o")
    left.set(title="Training loss", ylim=(0, None))
    right.plot(epochs, accuracies, marker="o", color="tab:green")
    right.set(title="Test accuracy in %", ylim=(None, 100))
    for axes in (left, right):
        axes.set(xlabel="epoch", xlim=(0.5, len(losses) + 0.5))
        axes.grid(alpha=0.3)
        axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    figure.savefig(path, dpi=150)


def plot_mistakes(images, labels, guesses, path):
    """The first of the test images that the network read wrongly."""
    from matplotlib.figure import Figure  # noqa: PLC0415  only --plot needs it

    wrong = [i for i, same in enumerate((labels == guesses).tolist()) if not same]
    figure = Figure(figsize=(9, 6.5), layout="constrained")
    figure.suptitle(f"{len(wrong)} of {len(labels)} read wrongly: what it is, what the network saw")
    grid = figure.subplots(5, 8).flatten()
    for axes in grid:
        axes.axis("off")
    for axes, i in zip(grid, wrong):
        axes.imshow(images[i, 0], cmap="gray_r")
        axes.set_title(f"{labels[i].item()}, not {guesses[i].item()}", fontsize=9)
    figure.savefig(path, dpi=150)


def prepare_plot(folder):
    """See before the training that the pictures can be drawn and written after it."""
    try:
        import matplotlib  # noqa: F401, PLC0415  only --plot needs it
    except ImportError:
        raise SystemExit('--plot needs matplotlib: pip install "minitorch-numpy[plot]"') from None
    Path(folder).mkdir(parents=True, exist_ok=True)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", choices=["mlp", "cnn"], default="mlp")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--optimizer", choices=["sgd", "adam", "adamw", "rmsprop"], default="adam")
    parser.add_argument(
        "--lr", type=float, help="0.05 for sgd, else 0.002 to begin with; it falls to 0"
    )
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--checkpoint", metavar="FILE", help="save the run there each minute and on Ctrl-C"
    )
    parser.add_argument("--resume", action="store_true", help="go on from that file")
    parser.add_argument("--limit", type=int, help="use only the first so many images of each part")
    parser.add_argument(
        "--plot", nargs="?", const=".", metavar="FOLDER", help="draw curves and mistakes"
    )
    args = parser.parse_args(argv)
    if args.resume and not args.checkpoint:
        parser.error("--resume needs --checkpoint FILE")
    for option, size in (("--batch-size", args.batch_size), ("--limit", args.limit)):
        if size is not None and size < 1:
            parser.error(f"{option} is at least 1")
    if args.plot:
        prepare_plot(args.plot)

    minitorch.manual_seed(args.seed)
    train_set = load(True, args.device, args.limit)
    test_set = load(False, args.device, args.limit)
    train_loader = DataLoader(train_set, batch_size=args.batch_size, shuffle=True)
    test_loader = DataLoader(test_set, batch_size=500)

    model = (MLP() if args.model == "mlp" else CNN()).to(args.device)
    criterion = nn.CrossEntropyLoss()
    optimizer = make_optimizer(args.optimizer, model.parameters(), args.lr)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs)

    images, labels = test_set.tensors
    progress = {"total": 0.0, "losses": [], "accuracies": []}
    run = Checkpoint(
        args.checkpoint,
        model=model,
        optimizer=optimizer,
        scheduler=scheduler,
        loader=train_loader,
        progress=progress,
    )
    if args.resume and not run.resume():
        print(f"there is no {args.checkpoint} yet: this run begins at the beginning")
    for epoch in run.epochs(args.epochs):
        start, before = time.perf_counter(), run.steps_done
        loss = train(run, criterion, f"epoch {epoch + 1}/{args.epochs}")
        speed = (run.steps_done - before) * args.batch_size / (time.perf_counter() - start)
        scheduler.step()
        accuracy = 100 * (predict(model, test_loader) == labels).float().mean().item()
        progress["losses"].append(loss)
        progress["accuracies"].append(accuracy)
        print(
            f"epoch {epoch + 1:2d}/{args.epochs}   loss {loss:.4f}   test {accuracy:.2f} %   "
            f"{speed:,.0f} samples/s",
            flush=True,
        )
    guesses = predict(model, test_loader)
    correct = (guesses == labels).sum().item()
    print(f"test accuracy {100 * correct / len(labels):.2f} % ({correct:,} of {len(labels):,})")

    if args.plot:
        folder = Path(args.plot)
        plot_curves(progress["losses"], progress["accuracies"], folder / "mnist-curves.png")
        plot_mistakes(images.cpu(), labels.cpu(), guesses.cpu(), folder / "mnist-mistakes.png")
        print(f"wrote mnist-curves.png and mnist-mistakes.png to {folder.resolve()}")


if __name__ == "__main__":
    main()
