"""Kernels over the channels of NumPy arrays (N, C, *S): batch normalisation in few temporaries.

Sums are products with ones: for (8, 64, 16, 16) they take 25 us, NumPy's sum over three axes 60.
`cupy_channels.py` holds the same names and signatures for the GPU.
"""

import math

import numpy as np

from minitorch.backend.numpy_rows import sum_of_rows


def normalize_channels(x, weight, bias, eps):
    """Each channel of x (N, C, *S) to mean 0 and variance 1, * weight + bias, (C,) or None.

    returns  that; what it was before weight and bias; and, (C,), mean, variance, and the gain
             1 / sqrt(variance + eps) * weight
    """
    count = x.size // x.shape[1]
    mean = _sums(x) / count
    unit = x - _beside(mean, x)
    var = _sums(unit * unit) / count
    scale = 1 / np.sqrt(var + eps)
    unit *= _beside(scale, x)
    y = unit.copy() if weight is None else unit * _beside(weight, x)
    if bias is not None:
        y += _beside(bias, x)
    return y, unit, mean, var, scale if weight is None else scale * weight


def normalize_channels_share(g, unit, gain):
    """The gradients of `normalize_channels` with respect to x, weight and bias.

    unit, gain  as it returned them
    """
    share = g * unit
    gw, gb = _sums(share), _sums(g)
    per_element = gain * (-g.shape[1] / g.size)
    np.multiply(unit, _beside(gw * per_element, g), out=share)
    share += _beside(gb * per_element, g)
    share += g * _beside(gain, g)
    return share, gw, gb


def move_averages(moves, share):
    """Move each `running` in place by `share` towards `seen` * times.

    moves  some (running, seen, times): two arrays (C,) and a number
    """
    for running, seen, times in moves:
        running *= 1 - share
        running += share * (seen if times == 1 else seen * times)


def _sums(x):
    """(N, C, *S) -> (C,)"""
    n, c, *size = x.shape
    if not size or x.dtype.char not in "fd":
        return np.add.reduce(x, (0, *range(2, x.ndim)))
    ones = np.ones(math.prod(size), x.dtype)
    return sum_of_rows(np.matmul(x.reshape(n, c, len(ones)), ones))


def _beside(vector, x):
    """(C,) as it broadcasts against x."""
    return vector.reshape(-1, *[1] * (x.ndim - 2))
