"""The kernels of `numpy_grid.py` on CuPy arrays: same names, same signatures."""

import cupy as cp

from minitorch.backend.cupy_blocks import WIDER
from minitorch.backend.cupy_index import add_along as _add_along

GIVEN = "raw T x, raw T other, raw int64 index, int64 taps, int64 channels, int64 size"
_blend = cp.ElementwiseKernel(
    GIVEN + ", int64 places",
    "T y",
    WIDER
    + """
    const long long row = i / places, first = row / channels * taps * places + i % places;
    A sum = 0;
    for (long long k = 0; k < taps; k++) {
        const long long at = first + k * places;
        sum += A(other[at]) * A(x[row * size + index[at]]);
    }
    y = T(sum);
    """,
    "blend",
)
_blend_weight = cp.ElementwiseKernel(
    GIVEN + ", int64 places",
    "T y",
    WIDER
    + """
    const long long n = i / places / taps, p = i % places;
    A sum = 0;
    for (long long c = 0; c < channels; c++) {
        const long long row = n * channels + c;
        sum += A(x[row * places + p]) * A(other[row * size + index[i]]);
    }
    y = T(sum);
    """,
    "blend_weight",
)


def blend(x, weight, index):
    """The sum over k of weight[n, k, p] * x[n, c, index[n, k, p]]."""
    (n, channels, size), (_, taps, places) = x.shape, index.shape
    y = cp.empty((n, channels, places), x.dtype)
    return _blend(x, weight, index, taps, channels, size, places, y)


def blend_input(x, weight, index, size):
    """The gradient of the first input of `blend`, of `size` elements along the last axis."""
    (n, channels, places), taps = x.shape, index.shape[1]
    spread = (x[:, :, None] * weight[:, None]).reshape(n, channels, taps * places)
    index = cp.broadcast_to(index.reshape(n, 1, taps * places), spread.shape)
    return _add_along(spread, index, 2, (n, channels, size))


def blend_weight(x, other, index):
    """The sum over c of x[n, c, p] * other[n, c, index[n, k, p]]."""
    (_, channels, size), (_, taps, places) = other.shape, index.shape
    y = cp.empty(index.shape, x.dtype)
    return _blend_weight(x, other, index, taps, channels, size, places, y)
