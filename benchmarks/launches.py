"""`python -m benchmarks.launches`: what one training step asks of a GPU, after warming up.

Kernel launches of forward, backward and optimizer; how often the program waited for the GPU; bytes
copied from and to the host; blocks taken from CuPy's pool of memory, and how often the pool asked
CUDA for more. They are counted on the rig of `tests/cupy_rig`, which needs CuPy but no GPU. Nothing
here depends on the size of a batch, so these are small.
"""

import argparse
import collections
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import cupy_rig  # from tests/


def mlp(nn):
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def convnet(nn):
    """The one of examples/mnist.py."""

    def block(before, after):
        convolution = nn.Conv2d(before, after, kernel_size=3, padding=1)
        return [convolution, nn.MaxPool2d(2), nn.BatchNorm2d(after), nn.ReLU()]

    return nn.Sequential(
        *block(1, 16), *block(16, 32), *block(32, 64),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * 3 * 3, 10),
    )  # fmt: skip


def lstm(nn):
    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(16, 32, batch_first=True)
            self.classify = nn.Linear(32, 10)

        def forward(self, x):
            return self.classify(self.lstm(x)[0][:, -1])

    return Reader()


def transformer(nn):
    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.block = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
            self.classify = nn.Linear(32, 10)

        def forward(self, x):
            return self.classify(self.block(x).mean(dim=1))

    return Reader()


def sgd(optim, parameters):
    return optim.SGD(parameters, lr=0.01, momentum=0.9)


def adam(optim, parameters):
    return optim.Adam(parameters)


STEPS = {  # name -> model, shape of its input, optimizer
    "MLP 784-128-10, SGD momentum": (mlp, (8, 784), sgd),
    "MLP 784-128-10, Adam": (mlp, (8, 784), adam),
    "MNIST convnet, Adam": (convnet, (4, 1, 28, 28), adam),
    "LSTM, 8 steps, Adam": (lstm, (4, 8, 16), adam),
    "transformer block, Adam": (transformer, (4, 6, 32), adam),
}


def step_of(name):
    """The three parts of a training step, to be called in turn."""
    import minitorch  # noqa: PLC0415  after the rig is in place

    make, shape, make_optimizer = STEPS[name]
    minitorch.manual_seed(0)
    model = make(minitorch.nn).to("cuda")
    optimizer = make_optimizer(minitorch.optim, model.parameters())
    criterion = minitorch.nn.CrossEntropyLoss()
    x = minitorch.rand(*shape).to("cuda")
    y = minitorch.randint(0, 10, shape[:1]).to("cuda")
    loss = None

    def forward():
        nonlocal loss
        optimizer.zero_grad()
        loss = criterion(model(x), y)

    def backward():
        loss.backward()

    return forward, backward, optimizer.step


def count(parts, warm_up=3):
    """What each of `parts` does, as Counters, after all have run `warm_up` times."""
    import cupy  # noqa: PLC0415  after the rig is in place

    pool = collections.Counter()

    class CountBlocks(cupy.cuda.MemoryHook):
        name = "count blocks"

        def malloc_postprocess(self, **given):
            pool["blocks"] += 1

    for _ in range(warm_up):
        for part in parts:
            part()
    counted = []
    with CountBlocks():
        for part in parts:
            before = cupy_rig.counts + pool
            part()
            counted.append(cupy_rig.counts + pool - before)
    cupy_rig.check()
    return counted


HEAD = [
    ("launches", "  waits  bytes to  bytes  blocks  calls"),
    ("forward  back  step   all", "           the GPU   back of pool malloc"),
]


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.launches", description=__doc__)
    parser.add_argument("--only", default="", help="the steps whose name contains this")
    parser.add_argument("--kernels", action="store_true", help="list the kernels, in order")
    options = parser.parse_args()
    if reason := cupy_rig.why_not():
        raise SystemExit(reason)
    cupy_rig.install()
    for first, rest in HEAD:
        print(f"{'':30}{first:>26}{rest}")
    for name in STEPS:
        if options.only not in name:
            continue
        first = len(cupy_rig.launches)
        counted = count(step_of(name))
        whole = sum(counted, collections.Counter())
        launches = [each["launches"] for each in counted]
        print(
            f"{name:30}{launches[0]:8}{launches[1]:6}{launches[2]:6}{sum(launches):6}"
            f"{whole['syncs']:7}{whole['h2d_bytes']:10}{whole['d2h_bytes']:7}{whole['blocks']:8}"
            f"{whole['malloc']:7}",
            flush=True,
        )
        if options.kernels:
            for kernel, grid, block, *_ in cupy_rig.launches[first:][-sum(launches) :]:
                print(f"    {kernel} {grid} {block}")


if __name__ == "__main__":
    main()
