"""Squeeze handwritten digits through 16 numbers and draw them again from those.

    python examples/autoencoder.py --plot

Principal components do the same with one matrix there and its transpose back, and no straight
encoder does better. The networks on both sides may bend, and lose about half as much.
"""

import argparse
import time
from pathlib import Path

from tqdm import tqdm

import minitorch
from minitorch import nn, optim
from minitorch.checkpoint import Checkpoint
from minitorch.data import DataLoader, TensorDataset
from minitorch.nn import functional as F
from minitorch.vision.datasets import MNIST

PIXELS = 28 * 28


class Autoencoder(nn.Module):
    """Images (N, 784) to codes (N, width) and back to images in [0, 1]."""

    def __init__(self, width):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(PIXELS, 256), nn.ReLU(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, width)
        )
        self.decoder = nn.Sequential(
            nn.Linear(width, 64), nn.ReLU(), nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, PIXELS)
        )

    def forward(self, x):
        return self.decoder(self.encoder(x)).sigmoid()


def load(train, device, limit):
    """The images as (N, 784) in [0, 1]."""
    return (MNIST(train=train).data[:limit].flatten(1).float() / 255).to(device)


def train(run):
    """One epoch, or what is left of it; returns the mean squared error."""
    model, optimizer, loader, progress = (
        run.parts[name] for name in ("model", "optimizer", "loader", "progress")
    )
    for (images,) in loader:
        optimizer.zero_grad()
        loss = F.mse_loss(model(images), images)
        loss.backward()
        optimizer.step()
        progress["total"] += loss.item() * len(images)
        run.step()
    mean, progress["total"] = progress["total"] / len(loader.dataset), 0.0
    return mean


def principal_components(images, width):
    """The mean image, and as columns the `width` directions in which images differ most."""
    mean = images.mean(dim=0)
    spread = (images - mean).T @ (images - mean)
    _, directions = minitorch.linalg.eigh(spread)  # from the least to the greatest
    return mean, directions[:, -width:]


def by_components(images, mean, directions):
    """What is left of the images when only those directions are kept."""
    return mean + (images - mean) @ directions @ directions.T


def plot_digits(rows, path):
    """One row of pictures for each (title, images) of `rows`."""
    from matplotlib.figure import Figure  # noqa: PLC0415  only --plot needs it

    figure = Figure(figsize=(9, 3.4), layout="constrained")
    for axes, (title, images) in zip(figure.subplots(len(rows), 1), rows):
        strip = minitorch.cat([image.reshape(28, 28) for image in images], dim=1)
        axes.imshow(strip, cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(title, fontsize=9, loc="left")
        axes.axis("off")
    figure.savefig(path, dpi=150)
    print(f"wrote {path}")


def prepare_plot(path):
    """See before the training that the picture can be drawn and written after it."""
    try:
        import matplotlib  # noqa: F401, PLC0415  only --plot needs it
    except ImportError:
        raise SystemExit('--plot needs matplotlib: pip install "minitorch-numpy[plot]"') from None
    Path(path).parent.mkdir(parents=True, exist_ok=True)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--width", type=int, default=16, help="how many numbers a digit becomes")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--lr", type=float, default=0.003, help="to begin with; it falls to 0")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--checkpoint", metavar="FILE", help="save the run there each minute and on Ctrl-C"
    )
    parser.add_argument("--resume", action="store_true", help="go on from that file")
    parser.add_argument("--limit", type=int, help="use only the first so many images of each part")
    parser.add_argument(
        "--plot", nargs="?", const="autoencoder.png", metavar="FILE", help="draw digits and copies"
    )
    args = parser.parse_args(argv)
    if args.resume and not args.checkpoint:
        parser.error("--resume needs --checkpoint FILE")
    if args.width < 1:
        parser.error("--width is at least 1")
    if args.plot:
        prepare_plot(args.plot)

    minitorch.manual_seed(args.seed)
    images, unseen = (load(part, args.device, args.limit) for part in (True, False))
    loader = DataLoader(TensorDataset(images), batch_size=args.batch_size, shuffle=True)
    model = Autoencoder(args.width).to(args.device)
    optimizer = optim.Adam(model.parameters(), lr=args.lr)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs)
    run = Checkpoint(
        args.checkpoint,
        model=model,
        optimizer=optimizer,
        scheduler=scheduler,
        loader=loader,
        progress={"total": 0.0},
    )
    if args.resume and not run.resume():
        print(f"there is no {args.checkpoint} yet: this run begins at the beginning")
    bar = tqdm(total=args.epochs, unit=" epochs", leave=False, disable=None)
    for epoch in run.epochs(args.epochs):
        bar.update(epoch - bar.n)
        start = time.perf_counter()
        error = train(run)
        scheduler.step()
        seconds = time.perf_counter() - start
        tqdm.write(
            f"epoch {epoch + 1}/{args.epochs}   mean squared error {error:.4f}   {seconds:.1f} s"
        )
    bar.close()

    with minitorch.no_grad():
        copies = model(unseen)
        components = by_components(unseen, *principal_components(images, args.width))
        ours, theirs = (F.mse_loss(x, unseen).item() for x in (copies, components))
        blank = F.mse_loss(images.mean(dim=0).expand_as(unseen), unseen).item()
    print(f"\nmean squared error on {len(unseen):,} digits it has not seen, {PIXELS} pixels each:")
    print(f"  {args.width} numbers, this autoencoder       {ours:.4f}")
    print(f"  {args.width} numbers, principal components   {theirs:.4f}")
    print(f"  nothing, the mean digit             {blank:.4f}")

    if args.plot:
        rows = [
            ("digits", unseen[:12]),
            (f"from {args.width} numbers by the autoencoder", copies[:12]),
            (f"from {args.width} numbers by principal components", components[:12]),
        ]
        plot_digits([(title, x.cpu()) for title, x in rows], args.plot)


if __name__ == "__main__":
    main()
