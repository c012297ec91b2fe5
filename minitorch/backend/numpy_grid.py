"""Weighted sums of chosen elements, over NumPy arrays; `cupy_grid.py` holds them for the GPU.

What comes in and goes out: see the ops of these names in `ops/grid.py`.
"""

import numpy as np

from minitorch.backend.numpy_index import add_along as _add_along


def blend(x, weight, index):
    """The sum over k of weight[n, k, p] * x[n, c, index[n, k, p]]."""
    y = np.zeros((*x.shape[:2], index.shape[2]), x.dtype)
    for k in range(index.shape[1]):
        y += weight[:, k, None] * _taken(x, index[:, k, None])
    return y


def blend_input(x, weight, index, size):
    """The gradient of the first input of `blend`, of `size` elements along the last axis."""
    y = np.zeros((*x.shape[:2], size), x.dtype)
    for k in range(index.shape[1]):
        places = np.broadcast_to(index[:, k, None], x.shape)
        y += _add_along(x * weight[:, k, None], places, 2, y.shape)
    return y


def blend_weight(x, other, index):
    """The sum over c of x[n, c, p] * other[n, c, index[n, k, p]]."""
    y = np.empty(index.shape, x.dtype)
    for k in range(index.shape[1]):
        np.einsum("ncp,ncp->np", x, _taken(other, index[:, k, None]), out=y[:, k])
    return y


def _taken(x, index):
    """x[n, c, index[n, 0, p]]; at positions of a flat array half the time of `take_along_axis`."""
    n, channels, size = x.shape
    rows = np.arange(0, x.size, size).reshape(n, channels, 1)
    return x.reshape(-1).take(rows + index, mode="clip")
