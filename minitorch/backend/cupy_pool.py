"""The kernels of `numpy_pool.py` on CuPy arrays: same names, same signatures and results."""

import math
from functools import partial

import cupy

from minitorch.backend import both as _both
from minitorch.backend.cupy_conv import in_three_axes
from minitorch.backend.cupy_products import matmul
from minitorch.backend.numpy_pool import lowest, pooled_size

_max_pool = cupy.ElementwiseKernel(
    """raw T x, T lowest, int64 depth, int64 height, int64 width, int64 od, int64 oh, int64 ow,
    int64 kd, int64 kh, int64 kw, int64 sd, int64 sh, int64 sw, int64 pd, int64 ph, int64 pw,
    int64 dd, int64 dh, int64 dw""",
    "T value, int64 index",
    """
    ptrdiff_t rest = i / ow, plane = rest / oh / od, z = rest / oh % od * sd - pd;
    ptrdiff_t c = i % ow * sw - pw, r = rest % oh * sh - ph;
    const ptrdiff_t z_end = z + kd * dd, r_end = r + kh * dh, c_end = c + kw * dw;
    while (z < 0) z += dd;
    while (r < 0) r += dh;
    while (c < 0) c += dw;
    value = lowest;
    index = (z * height + r) * width + c;
    for (; z < z_end && z < depth; z += dd)
        for (ptrdiff_t y = r; y < r_end && y < height; y += dh)
            for (ptrdiff_t at = c; at < c_end && at < width; at += dw) {
                const ptrdiff_t place = (z * height + y) * width + at;
                const T seen = x[plane * depth * height * width + place];
                if (seen > value || seen != seen) { value = seen; index = place; }
            }
    """,
    "max_pool",
)
_max_pool_input = cupy.ElementwiseKernel(
    "T g, int64 index, int64 windows, int64 size",
    "raw W sums",
    "atomicAdd(&sums[i / windows * size + index], W(g))",
    "max_pool_input",
)
_max_pool_gather = cupy.ElementwiseKernel(
    "raw T x, int64 index, int64 windows, int64 size",
    "T y",
    "y = x[i / windows * size + index]",
    "max_pool_gather",
)


def max_pool(x, kernel_size, stride, padding, dilation, ceil_mode):
    """The largest value in each window, and where it stands."""
    how, size = (kernel_size, stride, padding, dilation), x.shape[2:]
    out = [pooled_size(*axis, ceil_mode) for axis in zip(size, *how)]
    values = cupy.empty((*x.shape[:2], *out), x.dtype)
    indices = cupy.empty(values.shape, "q")
    numbers = in_three_axes(size, out, *how)
    _max_pool(x, lowest(x.dtype), *numbers, values, indices)
    return values, indices


def max_pool_input(g, indices, input_size):
    """Gradient of max_pool with respect to x: g, added up where its values came from."""
    wider = cupy.promote_types(g.dtype, cupy.float32)  # float16 is added up in float32
    gx = cupy.zeros(input_size, wider)
    _max_pool_input(g, indices, math.prod(g.shape[2:]), math.prod(input_size[2:]), gx)
    return gx.astype(g.dtype, copy=False)


def max_pool_gather(x, indices):
    """The values of x (N, C, *S) at indices (N, C, *P), in the shape of the indices."""
    y = cupy.empty(indices.shape, x.dtype)
    _max_pool_gather(x, indices, math.prod(indices.shape[2:]), math.prod(x.shape[2:]), y)
    return y


def weighted(x, columns, rows):
    """rows @ x @ columns.T; without `rows`: x @ columns.T. An infinite number spoils its image: to
    see whether there is one, the program would have to wait for the GPU.
    """
    y = matmul(x, columns.T)
    return y if rows is None else matmul(rows, y)


padded_with = partial(_both.padded_with, cupy)
padded_from_edges = partial(_both.padded_from_edges, cupy)
added_to_edges = partial(_both.added_to_edges, cupy)
