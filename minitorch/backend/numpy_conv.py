"""Convolution over any number of axes on NumPy arrays, with its gradients.

A convolution is a matrix product once each window of the image is laid out as a column: with
K = C/groups * the size of the kernel values in a window and P windows in an image,

    y (O, P) = w (O, K) @ columns (K, P)                          conv
    gradient of the columns (K, P) = w.T (K, O) @ g (O, P)        conv_input adds it back up
    gw.T (K, O) = columns (K, P) @ g.T (P, O)                     conv_weight

The columns hold every pixel once per place of the kernel, so they are made for a few images at a
time, a block, in a buffer that is used again and stays in the cache; threads share the blocks. A
block lies in memory as the images do, (b, C, *S), with one product for each; or, if the images are
small, as (C, *S, b) with one product for all, so that what is copied and multiplied is long enough.

Stride, padding, dilation and kernel are tuples of ints, one for each axis behind the channels: (T,)
(H, W) or (D, H, W), written S. Sizes are taken as given: the ops above check them.
"""

import functools
import itertools
import math
from operator import iadd

import numpy as np
from numpy.lib.stride_tricks import as_strided

from minitorch.backend import numpy_winograd
from minitorch.backend.scratch import scratch
from minitorch.backend.threads import blocks, share, share_sum

SMALL = 64  # windows in an image: 8 images of 4 x 4 pixels, 256 channels take 1.7 ms, else 2.2
SMALL_BLOCK = 512  # windows in a block of small images

WHOLE, BACKWARDS = slice(None), slice(None, None, -1)


def in_single(kernel):
    """Let `kernel` compute in float32 where its first array is float16: BLAS has no half."""

    @functools.wraps(kernel)
    def wrapper(a, *rest):
        if a.dtype != np.float16:
            return kernel(a, *rest)
        wide = [each.astype(np.float32) if hasattr(each, "dtype") else each for each in rest]
        return kernel(a.astype(np.float32), *wide).astype(np.float16)

    return wrapper


@in_single
def conv(x, w, bias, stride, padding, dilation, groups):
    """Cross-correlation of images with kernels.

    x       (N, C, *S)
    w       (O, C/groups, *K)
    bias    (O,), added to each output channel, or None
    returns (N, O, *P), P = (S + 2*padding - dilation*(K - 1) - 1) // stride + 1 on each axis
    """
    n, o, kernel = len(x), len(w), w.shape[2:]
    out = output_size(x.shape[2:], kernel, stride, padding, dilation)
    if numpy_winograd.pays(len(x), w.shape, stride, dilation, groups, out):
        return numpy_winograd.conv(x, w, bias, padding, out)
    y = np.empty((n, groups, o // groups, math.prod(out)), x.dtype)
    w = w.reshape(groups, o // groups, math.prod(w.shape[1:]))
    bias = None if bias is None else bias.reshape(groups, o // groups, 1)

    def convolve(run):
        for images in run:
            columns = _columns_of(x[images], kernel, out, stride, padding, dilation, groups)
            if is_small(out):
                part = batch_last(y[images])
                part[...] = np.matmul(w, columns).reshape(part.shape)
            else:
                np.matmul(w, columns, out=y[images])
            if bias is not None:
                y[images] += bias

    share(convolve, image_blocks(x, kernel, out))
    return y.reshape(n, o, *out)


@in_single
def conv_input(g, w, input_size, stride, padding, dilation, groups):
    """Gradient of conv with respect to x.

    g       (N, O, *P)
    w       (O, C/groups, *K)
    returns (N, C, *S) = input_size
    """
    (n, c, *size), (o, _, *kernel), out = input_size, w.shape, g.shape[2:]
    full = tuple([d * (k - 1) - p for d, k, p in zip(dilation, kernel, padding)])
    if numpy_winograd.pays(len(g), w.shape, stride, dilation, groups, size) and min(full) >= 0:
        return numpy_winograd.conv(g, w.swapaxes(0, 1)[:, :, ::-1, ::-1], None, full, size)
    # A convolution of g copies o * prod(size) values per place of the kernel; the columns of g add
    # up c * windows, which costs more each. Measured at a ratio of 2: 2.9 ms against 3.4; at 2.35:
    # 25.6 against 23.7. Beside small images the turned kernels are large: 3.7 ms against 2.6.
    as_conv = max(stride) == 1 and min(full) >= 0 and not is_small(out)
    if as_conv and o * math.prod(size) <= 2 * c * math.prod(out):
        return conv(g, turned(w, groups), None, stride, full, dilation, groups)
    gx = np.empty(input_size, g.dtype)
    g = g.reshape(n, groups, o // groups, math.prod(out))
    w = w.reshape(groups, o // groups, math.prod(w.shape[1:])).swapaxes(1, 2)

    def add_up(run):
        for images in run:
            its_g, part, first = g[images], gx[images], 2
            if is_small(out):
                its_g, part, first = batch_last(its_g), batch_last(part), 1
                its_g = its_g.reshape(groups, o // groups, math.prod(its_g.shape[2:]))
            columns = scratch("columns", (*its_g.shape[:-2], w.shape[1], its_g.shape[-1]), g.dtype)
            np.matmul(w, its_g, out=columns)
            _sum_of_windows(part, first, columns, kernel, out, stride, padding, dilation)

    share(add_up, image_blocks(gx, kernel, out))
    return gx


@in_single
def conv_weight(g, x, weight_size, stride, padding, dilation, groups):
    """Gradient of conv with respect to w.

    g       (N, O, *P)
    x       (N, C, *S)
    returns (O, C/groups, *K) = weight_size
    """
    n, (o, _, *kernel), out = len(g), weight_size, g.shape[2:]
    if not n:
        return np.zeros(weight_size, g.dtype)
    if numpy_winograd.pays(n, weight_size, stride, dilation, groups, out):
        return numpy_winograd.conv_weight(g, x, padding)
    g = g.reshape(n, groups, o // groups, math.prod(out))

    def multiply(images):
        columns = _columns_of(x[images], kernel, out, stride, padding, dilation, groups)
        if not is_small(out):  # 80 to 94 GFLOP/s where g @ columns.T reaches 58 to 77
            return functools.reduce(
                iadd, map(np.matmul, columns, g[images].swapaxes(2, 3))
            ).swapaxes(1, 2)
        its_g = batch_last(g[images]).reshape(groups, o // groups, columns.shape[2])
        return np.matmul(its_g, columns.swapaxes(1, 2))

    gw = share_sum(multiply, image_blocks(x, kernel, out))
    return np.ascontiguousarray(gw).reshape(weight_size)


def im2col(x, kernel, stride, padding, dilation):
    """The windows of images (N, C, *S) as columns: (N, C * kernel, windows)."""
    (n, c, *size), dtype = x.shape, x.dtype
    out = output_size(size, kernel, stride, padding, dilation)
    padded = np.zeros((n, c, *padded_size(size, padding)), dtype)
    padded[(..., *within(size, padding))] = x
    windows = _windows_of(padded, 2, kernel, out, stride, dilation)
    return windows.reshape(n, c * math.prod(kernel), math.prod(out))


def col2im(columns, size, kernel, stride, padding, dilation):
    """Images (N, C, *size) that are the sums of their windows, which stand in `columns`."""
    images = np.empty((len(columns), columns.shape[1] // math.prod(kernel), *size), columns.dtype)
    out = output_size(size, kernel, stride, padding, dilation)
    _sum_of_windows(images, 2, columns, kernel, out, stride, padding, dilation)
    return images


def turned(w, groups):
    """The kernels turned by half a circle, inputs and outputs exchanged, within each group."""
    o, c, *kernel = w.shape
    w = w.reshape(groups, o // groups, c, *kernel)[(..., *[BACKWARDS] * len(kernel))]
    return w.swapaxes(1, 2).reshape(groups * c, o // groups, *kernel)


# -------------------------------------------------------------------- blocks of images


def image_blocks(x, kernel, out):
    """Slices of as many images of `x` (N, C, *S) as make up one block."""
    windows = math.prod(out)
    least = SMALL_BLOCK // (windows or 1) if is_small(out) else 1
    return blocks(len(x), x.shape[1] * math.prod(kernel) * windows * x.itemsize, least)


def is_small(out):
    return math.prod(out) < SMALL


def batch_last(block):
    """(b, ...) as (..., b), a view"""
    return block.transpose(*range(1, block.ndim), 0)


def _columns_of(x, kernel, out, stride, padding, dilation, groups):
    """The windows of a block of images (b, C, *S) as columns, in a buffer that is used again.

    returns (b, groups, K, P), or for small images (groups, K, P * b)
    """
    b, c, *size = x.shape
    k, first = c // groups * math.prod(kernel), 2
    if is_small(out):
        x, first = batch_last(x), 1
    lead, rest = x.shape[:first], x.shape[first + len(size) :]
    if any(padding) or rest:
        padded = scratch("padded", (*lead, *padded_size(size, padding), *rest), x.dtype)
        if any(padding):
            padded[...] = 0
        padded[(*[WHOLE] * first, *within(size, padding))] = x
        x = padded
    columns = scratch("columns", (*lead, *kernel, *out, *rest), x.dtype)
    columns[...] = _windows_of(x, first, kernel, out, stride, dilation)
    if rest:
        return columns.reshape(groups, k, math.prod(out) * b)
    return columns.reshape(b, groups, k, math.prod(out))


def _windows_of(padded, first, kernel, out, stride, dilation):
    """A view of an array as its windows, whose axes start at the axis `first` and take the place of
    those that they run along: (..., *S, ...) becomes (..., *kernel, *out, ...).
    """
    last = first + len(kernel)
    lead, rest = slice(0, first), slice(last, None)
    shape, steps = padded.shape, padded.strides
    within_window = [step * d for step, d in zip(steps[first:last], dilation)]
    between_windows = [step * s for step, s in zip(steps[first:last], stride)]
    return as_strided(
        padded,
        (*shape[lead], *kernel, *out, *shape[rest]),
        (*steps[lead], *within_window, *between_windows, *steps[rest]),
    )


def _sum_of_windows(images, first, columns, kernel, out, stride, padding, dilation):
    """Let images be the sums of their windows, which are `columns`.

    images   (b, C, *S), or for first = 1 (C, *S, b)
    columns  of as many numbers as there are in (b, C, *kernel, *out)
    """
    size, lead = images.shape[first : first + len(kernel)], images.shape[:first]
    rest = images.shape[first + len(size) :]
    padded = scratch("padded", (*lead, *padded_size(size, padding), *rest), images.dtype)
    padded[...] = 0
    windows = columns.reshape(*lead, *kernel, *out, *rest)
    _add_windows(padded, first, windows, kernel, out, stride, dilation)
    images[...] = padded[(*[WHOLE] * first, *within(size, padding))]


def _add_windows(padded, first, windows, kernel, out, stride, dilation):
    """Add windows (..., *kernel, *out, ...) to images (..., *S, ...) where they stand."""
    lead = [WHOLE] * first
    axes = zip(kernel, stride, dilation, out)
    taps = [[slice(i * d, i * d + s * (m - 1) + 1, s) for i in range(k)] for k, s, d, m in axes]
    places = itertools.product(*map(range, kernel))  # np.ndindex takes 1 us more for each
    for place, tap in zip(places, itertools.product(*taps)):
        padded[(*lead, *tap)] += windows[(*lead, *place)]


def within(size, padding):
    """The key of what is not padding."""
    return tuple([slice(p, p + m) for m, p in zip(size, padding)])


def padded_size(size, padding):
    return [m + 2 * p for m, p in zip(size, padding)]


def output_size(size, kernel, stride, padding, dilation):
    """How many windows fit into the padded image, along each axis."""
    each = zip(size, kernel, stride, padding, dilation)
    return tuple([(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in each])
