"""`python -m benchmarks.scaling`: how the time of a step grows, for minitorch and PyTorch.

Each line is one quantity that grows while all else stays. Its exponent is the slope of the larger
half of its points, both axes logarithmic: 1 is linear, 2 quadratic; below 1 a cost that does not
grow still counts. The steepest slope between two neighbours tells a cliff. One thread each.
"""

import argparse
import importlib
import math
import statistics
from itertools import pairwise
from pathlib import Path

from benchmarks.machine import facts
from benchmarks.networks import mlp
from benchmarks.operations import short_chain
from benchmarks.timing import alternate, duration
from benchmarks.workloads import adam, classify, mlp_step, optimizer_step, sgd

PICTURE = "benchmarks/plots/scaling.png"


def deep_mlp(depth, width=64, batch=64):
    def make(torch):
        return mlp(torch, *[width] * depth, 10)

    return classify(make, (width,), 10, batch, sgd)


def powers(first, last, step=2):
    """first, first * step, ... up to last."""
    return [first * step**i for i in range(round(math.log(last / first, step)) + 1)]


AXES = {  # what grows -> its values, the workload for one, the title
    "batch": (
        powers(1, 4096),
        lambda n: mlp_step((784, 128, 10), n, sgd),
        "MLP 784-128-10, SGD",
    ),
    "width": (
        powers(16, 2048),
        lambda n: mlp_step((n, n, n, 10), 64, sgd),
        "MLP of three layers, batch 64, SGD",
    ),
    "depth in layers": (powers(1, 256), deep_mlp, "MLP 64 wide, batch 64, SGD"),
    "parameter tensors": (
        powers(1, 1024),
        lambda n: optimizer_step(adam, n, (32, 32)),
        "Adam step, 1024 numbers each",
    ),
    "operations in the graph": (
        powers(16, 16384),
        lambda n: lambda torch: short_chain(torch, n),
        "chain on 4 numbers, forward and backward",
    ),
}


def slope(points):
    """The least-squares slope of log(seconds) over log(size); points [(size, seconds), ...]."""
    x, y = zip(*((math.log(size), math.log(seconds)) for size, seconds in points))
    return statistics.linear_regression(x, y).slope


def measure(axis, libraries, pairs):
    """[(size, our seconds, their seconds), ...], which are also printed."""
    sizes, workload, title = AXES[axis]
    rows = []
    for size in sizes:
        steps = [workload(size)(library) for library in libraries]
        times = alternate(*steps, pairs, least_seconds=0.05)
        rows.append((size, *map(statistics.median, zip(*times))))
    print(f"\n{axis}: {title}")
    for size, ours, theirs in rows:
        print(f"{size:8}{duration(ours):>12}{duration(theirs):>12}{theirs / ours:8.2f} times")
    for column, library in enumerate(libraries, 1):
        points = [(row[0], row[column]) for row in rows]
        steepest = max(pairwise(points), key=slope)
        print(
            f"  {library.__name__}: exponent {slope(points[len(points) // 2 :]):.2f}, "
            f"steepest {slope(steepest):.2f} from {steepest[0][0]} to {steepest[1][0]}",
            flush=True,
        )
    return rows


def draw(measured, path):
    """One panel for each axis, and the legend in the last."""
    import matplotlib  # noqa: PLC0415  needs the extra `plot`

    matplotlib.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415  needs the extra `plot`

    figure, panels = pyplot.subplots(2, 3, figsize=(12, 7), layout="constrained")
    for panel, (axis, rows) in zip(panels.flat, measured.items()):
        sizes, *columns = zip(*rows)
        for times, name, style in zip(columns, ("minitorch", "PyTorch"), ("C0o-", "C3s--")):
            points = list(zip(sizes, times))
            exponent = slope(points[len(points) // 2 :])
            panel.loglog(
                sizes, [1e3 * t for t in times], style, ms=4,
                label=f"{name}, exponent {exponent:.2f}",
            )  # fmt: skip
        panel.set_title(AXES[axis][2], fontsize=10)
        panel.set_xlabel(axis)
        panel.set_xticks(sizes[::2], [f"{size:,}" for size in sizes[::2]], fontsize=8)
        panel.minorticks_off()
        panel.set_ylabel("milliseconds a step")
        panel.yaxis.set_major_formatter("{x:g}")
        panel.grid(alpha=0.3)
        panel.legend(fontsize=8, loc="upper left")
    machine = facts("torch")
    for panel in panels.flat[len(measured) :]:
        panel.axis("off")
    panels.flat[-1].text(
        0, 0.95,
        "Time of one step against what grows.\nOne thread each, in turn, medians.\n\n"
        "The exponent is the slope of the larger\nhalf of the points: 1 is linear, 2 quadratic.\n\n"
        + "\n".join(
            f"{key} {machine[key]}" for key in ("processor", "python", "numpy", "blas", "torch")
        ),
        va="top", fontsize=10,
    )  # fmt: skip
    Path(path).parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--only", default="", help="what grows, if its name contains this")
    parser.add_argument("--pairs", type=int, default=3, help="how often each is measured")
    parser.add_argument("--picture", default=PICTURE, help=f"{PICTURE} if not given")
    options = parser.parse_args()
    libraries = [importlib.import_module(name) for name in ("minitorch", "torch")]
    for library in libraries:
        library.set_num_threads(1)
    draw(
        {axis: measure(axis, libraries, options.pairs) for axis in AXES if options.only in axis},
        options.picture,
    )


if __name__ == "__main__":
    main()
