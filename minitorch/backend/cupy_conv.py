"""Convolution over any number of axes on CuPy arrays: numpy_conv.py, for the GPU.

The same functions with the same signatures and results. All images are laid out as columns at
once, as many times the size of the input as the kernel has places, so that a convolution is one
matrix product; no loop runs over images and nothing waits for the device.
"""

import math

import cupy
from cupy.lib.stride_tricks import as_strided

from minitorch.backend.numpy_conv import _add_windows, output_size, padded_size, within


def conv(x, w, bias, stride, padding, dilation, groups):
    """Cross-correlation of images with kernels.

    x       (N, C, *S)
    w       (O, C/groups, *K)
    bias    (O,), added to each output channel, or None
    returns (N, O, *P), P = (S + 2*padding - dilation*(K - 1) - 1) // stride + 1 on each axis
    """
    n, o, kernel = len(x), len(w), w.shape[2:]
    size = output_size(x.shape[2:], kernel, stride, padding, dilation)
    columns = columns_of(x, kernel, stride, padding, dilation, groups)
    y = cupy.matmul(w.reshape(groups, o // groups, columns.shape[1]), columns)
    if bias is not None:
        y += bias.reshape(groups, o // groups, 1)
    return cupy.ascontiguousarray(y.reshape(o, n, *size).swapaxes(0, 1))


def conv_input(g, w, input_size, stride, padding, dilation, groups):
    """Gradient of conv with respect to x.

    g       (N, O, *P)
    w       (O, C/groups, *K)
    returns (N, C, *S) = input_size
    """
    (n, c, *size), (o, _, *kernel) = input_size, w.shape
    w = w.reshape(groups, o // groups, math.prod(w.shape[1:])).swapaxes(1, 2)
    windows = cupy.matmul(w, rows_of(g, groups)).reshape(c, *kernel, n, *g.shape[2:])
    windows = cupy.moveaxis(windows, 1 + len(kernel), 0)
    return sum_of_windows(windows, size, kernel, stride, padding, dilation)


def conv_weight(g, x, weight_size, stride, padding, dilation, groups):
    """Gradient of conv with respect to w.

    g       (N, O, *P)
    x       (N, C, *S)
    returns (O, C/groups, *K) = weight_size
    """
    columns = columns_of(x, weight_size[2:], stride, padding, dilation, groups)
    return cupy.matmul(rows_of(g, groups), columns.swapaxes(1, 2)).reshape(weight_size)


def im2col(x, kernel, stride, padding, dilation):
    """The windows of images (N, C, *S) as columns: (N, C * kernel, windows)."""
    out = output_size(x.shape[2:], kernel, stride, padding, dilation)
    windows = windows_of(zero_padded(x, padding), kernel, out, stride, dilation)
    return windows.reshape(len(x), x.shape[1] * math.prod(kernel), math.prod(out))


def col2im(columns, size, kernel, stride, padding, dilation):
    """Images (N, C, *size) that are the sums of their windows, which stand in `columns`."""
    n, c = len(columns), columns.shape[1] // math.prod(kernel)
    out = output_size(size, kernel, stride, padding, dilation)
    windows = columns.reshape(n, c, *kernel, *out)
    return sum_of_windows(windows, size, kernel, stride, padding, dilation)


def columns_of(x, kernel, stride, padding, dilation, groups):
    """The windows of all images, as columns: (groups, C/groups * kernel, N * P)"""
    (n, c, *size), axes = x.shape, len(kernel)
    out = output_size(size, kernel, stride, padding, dilation)
    windows = windows_of(zero_padded(x, padding), kernel, out, stride, dilation)
    rows = c // groups * math.prod(kernel)
    return cupy.moveaxis(windows, 0, 1 + axes).reshape(groups, rows, n * math.prod(out))


def zero_padded(x, padding):
    if not any(padding):
        return x
    padded = cupy.zeros((*x.shape[:2], *padded_size(x.shape[2:], padding)), x.dtype)
    padded[(..., *within(x.shape[2:], padding))] = x
    return padded


def windows_of(padded, kernel, out, stride, dilation):
    """A view of images (N, C, *S) as windows: (N, C, *kernel, *out)."""
    of_image, of_channel, *steps = padded.strides
    within_window = [step * d for step, d in zip(steps, dilation)]
    between_windows = [step * s for step, s in zip(steps, stride)]
    strides = (of_image, of_channel, *within_window, *between_windows)
    return as_strided(padded, (*padded.shape[:2], *kernel, *out), strides)


def sum_of_windows(windows, size, kernel, stride, padding, dilation):
    """Images (N, C, *size) that are the sums of windows (N, C, *kernel, *out)."""
    wider = windows.dtype
    if wider == cupy.float16:  # it is added up in float32
        wider = cupy.float32
    padded = cupy.zeros((*windows.shape[:2], *padded_size(size, padding)), wider)
    _add_windows(padded, 2, windows, kernel, windows.shape[2 + len(kernel) :], stride, dilation)
    return cupy.ascontiguousarray(padded[(..., *within(size, padding))], dtype=windows.dtype)


def rows_of(g, groups):
    """Images (N, O, *P) side by side: (groups, O/groups, N * P)"""
    n, o = g.shape[:2]
    return g.swapaxes(0, 1).reshape(groups, o // groups, n * math.prod(g.shape[2:]))
