"""Two networks against each other: one learns to make points that the other cannot tell from real.

    python examples/gan.py --plot

The real points lie in eight heaps on a circle. A generator makes points from noise, and never sees
a real one: it learns only from what the critic, who sees both, holds to be real. Such pairs often
forget heaps and make one over and over. So the count at the end is of heaps that got their share.
What keeps them honest is a fine on the critic for every steep slope at a real point, the derivative
of a derivative; without it some heaps were lost with two seeds of three. A critic that can tell
nothing apart has the loss 2 log 2 = 1.386.

Goodfellow and others, Generative Adversarial Nets, 2014, arXiv:1406.2661.
Mescheder, Geiger and Nowozin, Which Training Methods for GANs do actually Converge?, 2018,
arXiv:1801.04406: the fine, which they call R1.
"""

import argparse
import math
from itertools import pairwise
from pathlib import Path

import minitorch
from minitorch import nn, optim
from minitorch.checkpoint import Checkpoint
from minitorch.nn import functional as F

HEAPS = 8
SPREAD = 0.05  # the standard deviation of a heap; the circle has radius 1
NOISE = 8  # numbers from which a point is made
FINE = 0.05  # on the mean squared slope of the critic at the real points


def centres():
    """The middles of the heaps, (8, 2)."""
    angles = minitorch.arange(HEAPS) * (2 * math.pi / HEAPS)
    return minitorch.stack([angles.cos(), angles.sin()], dim=1)


def real_points(n):
    heaps = centres()[minitorch.randint(0, HEAPS, (n,))]
    return heaps + SPREAD * minitorch.randn(n, 2)


def layers(*widths):
    parts = []
    for before, after in pairwise(widths):
        parts += [nn.Linear(before, after), nn.LeakyReLU(0.2)]
    return nn.Sequential(*parts[:-1])


def play(generator, critic, rounds, batch_size, lr, device, path, resume):
    """Each in turn takes one step: the critic to tell points apart, the generator to deceive it."""
    judge = optim.Adam(critic.parameters(), lr=lr, betas=(0.5, 0.9))
    maker = optim.Adam(generator.parameters(), lr=lr, betas=(0.5, 0.9))
    # Both end with smaller and smaller steps, so that they settle instead of going round.
    slower = [
        optim.lr_scheduler.LinearLR(each, 1.0, 0.05, total_iters=rounds) for each in (judge, maker)
    ]
    real, fake = (minitorch.full((batch_size, 1), v, device=device) for v in (1.0, 0.0))
    run = Checkpoint(
        path,
        generator=generator,
        critic=critic,
        judge=judge,
        maker=maker,
        slower_judge=slower[0],
        slower_maker=slower[1],
    )
    if resume and not run.resume():
        print(f"there is no {path} yet: this run begins at the beginning")
    for i in run.steps(rounds):
        points = real_points(batch_size).to(device).requires_grad_()
        made = generator(minitorch.randn(batch_size, NOISE).to(device))

        judge.zero_grad()
        verdict = critic(points)
        doubt = F.binary_cross_entropy_with_logits(verdict, real)
        doubt = doubt + F.binary_cross_entropy_with_logits(critic(made.detach()), fake)
        (slope,) = minitorch.autograd.grad(verdict.sum(), points, create_graph=True)
        (doubt + FINE * slope.square().sum(dim=1).mean()).backward()
        judge.step()

        maker.zero_grad()
        caught = F.binary_cross_entropy_with_logits(critic(made), real)
        caught.backward()
        maker.step()
        for scheduler in slower:
            scheduler.step()

        if (i + 1) % max(rounds // 10, 1) == 0:
            near, covered = judged(generator, device)
            print(
                f"round {i + 1:5d}   critic's loss {doubt.item():.3f}   "
                f"near a heap {near:4.0%}   heaps covered {covered} of {HEAPS}",
                flush=True,
            )


def sample(generator, n, device):
    with minitorch.no_grad():
        return generator(minitorch.randn(n, NOISE).to(device)).cpu()


def judged(generator, device, n=2000):
    """(share of made points near a heap, number of heaps with at least half of their due share).

    Near is within four standard deviations of its middle, where all but 3 in 10,000 real ones are.
    """
    points = sample(generator, n, device)
    distance, heap = minitorch.cdist(points, centres()).min(dim=1)
    near = distance < 4 * SPREAD
    counts = minitorch.bincount(heap[near], minlength=HEAPS)
    return near.float().mean().item(), (counts > n / HEAPS / 2).sum().item()


def plot_points(generator, device, path):
    from matplotlib.figure import Figure  # noqa: PLC0415  only --plot needs it

    figure = Figure(figsize=(7, 3.6), layout="constrained")
    sides = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, points, title in zip(
        sides, (real_points(1000), sample(generator, 1000, device)), ("real", "made from noise")
    ):
        axes.scatter(points[:, 0], points[:, 1], s=4, alpha=0.4)
        axes.set(title=title, aspect="equal")
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
    parser.add_argument("--rounds", type=int, default=3500)
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--checkpoint", metavar="FILE", help="save the run there each minute and on Ctrl-C"
    )
    parser.add_argument("--resume", action="store_true", help="go on from that file")
    parser.add_argument(
        "--plot", nargs="?", const="gan.png", metavar="FILE", help="draw real and made points"
    )
    args = parser.parse_args(argv)
    if args.resume and not args.checkpoint:
        parser.error("--resume needs --checkpoint FILE")
    if args.batch_size < 1:
        parser.error("--batch-size is at least 1")
    if args.plot:
        prepare_plot(args.plot)

    minitorch.manual_seed(args.seed)
    generator = layers(NOISE, 128, 128, 2).to(args.device)
    critic = layers(2, 128, 128, 1).to(args.device)
    saving = args.checkpoint, args.resume
    play(generator, critic, args.rounds, args.batch_size, args.lr, args.device, *saving)

    near, covered = judged(generator, args.device)
    print(
        f"{near:.1%} of the points it makes lie near one of the heaps, "
        f"and {covered} of {HEAPS} heaps got at least half of their share"
    )
    if args.plot:
        plot_points(generator, args.device, args.plot)


if __name__ == "__main__":
    main()
