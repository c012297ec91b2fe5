"""`python -m benchmarks.overhead`: what an op costs above the NumPy calls that it makes.

Each op is called 50 times on the same (4, 4) tensors and the outputs run backward together; beside
it the NumPy calls for the values, the gradients and their sums. The table has one call's share in
the fastest of many runs: in microseconds, what is above the fastest is other programs' doing.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

import minitorch
from benchmarks.timing import alternate

REPEATS = 50
ONE, TWO = np.float32(1), np.float32(2)


@dataclass
class Row:
    """An op, and in NumPy its value from (a, b) and its gradients from (g, a, b, y)."""

    op: Any
    value: Any
    gradients: Any


def log_softmax(a):
    y = a - np.maximum.reduce(a, 1, keepdims=True)
    return y - np.log(np.add.reduce(np.exp(y), 1, keepdims=True))


ROWS = {
    "add": Row(lambda a, b: a + b, lambda a, b: a + b, lambda g, a, b, y: (g, g)),
    "sub": Row(lambda a, b: a - b, lambda a, b: a - b, lambda g, a, b, y: (g, -g)),
    "mul": Row(lambda a, b: a * b, lambda a, b: a * b, lambda g, a, b, y: (g * b, g * a)),
    "div": Row(
        lambda a, b: a / b, lambda a, b: a / b, lambda g, a, b, y: (g / b, -g * a / (b * b))
    ),
    "neg": Row(lambda a, b: -a, lambda a, b: -a, lambda g, a, b, y: (-g,)),
    "pow 2": Row(lambda a, b: a**2, lambda a, b: a**2, lambda g, a, b, y: (g * (2 * a),)),
    "exp": Row(lambda a, b: a.exp(), lambda a, b: np.exp(a), lambda g, a, b, y: (g * y,)),
    "log": Row(lambda a, b: a.log(), lambda a, b: np.log(a), lambda g, a, b, y: (g / a,)),
    "sqrt": Row(lambda a, b: a.sqrt(), lambda a, b: np.sqrt(a), lambda g, a, b, y: (g / (2 * y),)),
    "tanh": Row(
        lambda a, b: a.tanh(), lambda a, b: np.tanh(a), lambda g, a, b, y: (g - g * y * y,)
    ),
    "sigmoid": Row(
        lambda a, b: a.sigmoid(),
        lambda a, b: ONE / (ONE + np.exp(-a)),
        lambda g, a, b, y: (g * (ONE - y) * y,),
    ),
    "relu": Row(
        lambda a, b: a.relu(), lambda a, b: np.maximum(a, 0), lambda g, a, b, y: (g * (y > 0),)
    ),
    "abs": Row(lambda a, b: a.abs(), lambda a, b: np.abs(a), lambda g, a, b, y: (g * np.sign(a),)),
    "sum": Row(
        lambda a, b: a.sum(),
        lambda a, b: np.add.reduce(a, None),
        lambda g, a, b, y: (np.full(a.shape, g),),
    ),
    "mean": Row(
        lambda a, b: a.mean(),
        lambda a, b: np.add.reduce(a, None) / 16,
        lambda g, a, b, y: (np.full(a.shape, g / 16),),
    ),
    "max dim": Row(
        lambda a, b: a.amax(1),
        lambda a, b: np.maximum.reduce(a, 1),
        lambda g, a, b, y: ((a == y[:, None]) * (g / np.add.reduce(a == y[:, None], 1))[:, None],),
    ),
    "matmul": Row(
        lambda a, b: a @ b, lambda a, b: a.dot(b), lambda g, a, b, y: (g.dot(b.T), a.T.dot(g))
    ),
    "log_softmax": Row(
        lambda a, b: a.log_softmax(1),
        lambda a, b: log_softmax(a),
        lambda g, a, b, y: (g - np.exp(y) * np.add.reduce(g, 1, keepdims=True),),
    ),
    "transpose": Row(lambda a, b: a.t(), lambda a, b: a.T, lambda g, a, b, y: (g.T,)),
    "reshape": Row(
        lambda a, b: a.reshape(2, 8),
        lambda a, b: a.reshape(2, 8),
        lambda g, a, b, y: (g.reshape(4, 4),),
    ),
    "cat": Row(
        lambda a, b: minitorch.cat((a, b)),
        lambda a, b: np.concatenate((a, b)),
        lambda g, a, b, y: (g[:4], g[4:]),
    ),
    "where": Row(
        lambda a, b: minitorch.where(MASK, a, b),
        lambda a, b: np.where(MASK.array, a, b),
        lambda g, a, b, y: (np.where(MASK.array, g, 0), np.where(MASK.array, 0, g)),
    ),
}
MASK = minitorch.eye(4) > 0


def measure(row):
    """(seconds per call with minitorch, seconds per call of NumPy)."""
    minitorch.manual_seed(0)
    a, b = (minitorch.rand(4, 4) + 0.5 for _ in range(2))
    a.requires_grad_(), b.requires_grad_()
    seed = minitorch.ones_like(row.op(a, b).detach())
    seeds = [seed] * REPEATS

    def ours():
        a.grad = b.grad = None
        minitorch.autograd.backward([row.op(a, b) for _ in range(REPEATS)], seeds)

    def plain():
        x, z, g = a.array, b.array, seed.array
        outputs = [row.value(x, z) for _ in range(REPEATS)]
        sums = None
        for y in outputs:
            shares = row.gradients(g, x, z, y)
            sums = shares if sums is None else [s + share for s, share in zip(sums, shares)]

    pairs = alternate(ours, plain, 200, least_seconds=0)
    return [min(each) / REPEATS for each in zip(*pairs)]


if __name__ == "__main__":
    print(f"{'op':14}{'minitorch':>12}{'NumPy':>10}{'more':>10}   forward and backward, (4, 4)")
    for name, row in ROWS.items():
        ours, plain = measure(row)
        print(f"{name:14}{ours * 1e6:9.2f} us{plain * 1e6:7.2f} us{(ours - plain) * 1e6:7.2f} us")
