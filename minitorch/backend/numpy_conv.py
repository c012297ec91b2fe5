"""Convolution over any number of axes on NumPy arrays, with its gradients.

A convolution is a matrix product once each window of the image is laid out as a column: with
K = C/groups * the size of the kernel values in a window and P windows in an image,

    y (O, P) = w (O, K) @ columns (K, P)                          conv
    gradient of the columns (K, P) = w.T (K, O) @ g (O, P)        conv_input adds it back up
    gw.T (K, O) = columns (K, P) @ g.T (P, O)                     conv_weight

The columns hold every pixel once per place of the kernel, so they are made for a few images at a
time, in a buffer that is used again and stays in the cache. Stride, padding, dilation and kernel
are tuples of ints, one for each axis behind the channels: (T,) (H, W) or (D, H, W), written S.
Sizes are taken as given: the ops above check them.
"""

import functools
import itertools
import math
import threading

import numpy as np
from numpy.lib.stride_tricks import as_strided

BLOCK_BYTES = 1 << 20  # of columns at a time, the size of a core's L2 cache: 17 ms; all at once 24
# A product per image needs no transposed copy of the result (28 x 28 images: 0.35 ms, merged 0.6),
# but small images are merged into products of 512 windows or more (4 x 4: merged 17 ms, else 23).
MERGE_BELOW = 64
MERGED_WINDOWS = 512
KEEP_BYTES = 1 << 25  # a larger scratch buffer is not kept

WHOLE, BACKWARDS = slice(None), slice(None, None, -1)
kept = threading.local()


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
    size = output_size(x.shape[2:], kernel, stride, padding, dilation)
    y = np.empty((n, groups, o // groups, math.prod(size)), x.dtype)
    w = w.reshape(groups, o // groups, math.prod(w.shape[1:]))
    for images, columns in column_blocks(x, kernel, size, stride, padding, dilation, groups):
        multiply_columns(w, columns, y[images])
    if bias is not None:
        y += bias.reshape(groups, o // groups, 1)
    return y.reshape(n, o, *size)


@in_single
def conv_input(g, w, input_size, stride, padding, dilation, groups):
    """Gradient of conv with respect to x.

    g       (N, O, *P)
    w       (O, C/groups, *K)
    returns (N, C, *S) = input_size
    """
    (n, c, *size), (o, _, *kernel), out = input_size, w.shape, g.shape[2:]
    windows = math.prod(out)
    full = tuple([d * (k - 1) - p for d, k, p in zip(dilation, kernel, padding)])
    # A convolution of g copies o * prod(size) values per place of the kernel; the columns of g add
    # up c * windows, which costs more each. Measured at a ratio of 2: 2.9 ms against 3.4; at 2.35:
    # 25.6 against 23.7.
    if max(stride) == 1 and min(full) >= 0 and o * math.prod(size) <= 2 * c * windows:
        return conv(g, turned(w, groups), None, stride, full, dilation, groups)
    gx = np.empty(input_size, g.dtype)
    g = g.reshape(n, groups, o // groups, windows)
    w = w.reshape(groups, o // groups, math.prod(w.shape[1:])).swapaxes(1, 2)
    for images in image_blocks(n, c * math.prod(kernel), windows, g.itemsize):
        b = images.stop - images.start
        columns = scratch("columns", (b, groups, w.shape[1], windows), g.dtype)
        multiply_columns(w, g[images], columns)
        shares = columns.reshape(b, c, *kernel, *out)
        padded = scratch("padded", (b, c, *padded_size(size, padding)), g.dtype)
        padded[...] = 0
        add_to_images(padded, shares, kernel, stride, dilation)
        gx[images] = padded[(..., *within(size, padding))]
    return gx


@in_single
def conv_weight(g, x, weight_size, stride, padding, dilation, groups):
    """Gradient of conv with respect to w.

    g       (N, O, *P)
    x       (N, C, *S)
    returns (O, C/groups, *K) = weight_size
    """
    n, (o, _, *kernel), out = len(g), weight_size, g.shape[2:]
    g = g.reshape(n, groups, o // groups, math.prod(out))
    gw = np.zeros((groups, math.prod(weight_size[1:]), o // groups), g.dtype)
    for images, columns in column_blocks(x, kernel, out, stride, padding, dilation, groups):
        # columns @ g.T reaches 80 to 94 GFLOP/s where g @ columns.T reaches 58 to 77
        if g.shape[3] < MERGE_BELOW:
            gw += merged(columns) @ merged(g[images]).swapaxes(1, 2)
        else:
            gw += np.matmul(columns, g[images].swapaxes(2, 3)).sum(0)
    return gw.swapaxes(1, 2).reshape(weight_size)


def im2col(x, kernel, stride, padding, dilation):
    """The windows of images (N, C, *S) as columns: (N, C * kernel, windows)."""
    (n, c, *size), dtype = x.shape, x.dtype
    out = output_size(size, kernel, stride, padding, dilation)
    padded = np.zeros((n, c, *padded_size(size, padding)), dtype)
    padded[(..., *within(size, padding))] = x
    windows = windows_of(padded, kernel, out, stride, dilation)
    return windows.reshape(n, c * math.prod(kernel), math.prod(out))


def col2im(columns, size, kernel, stride, padding, dilation):
    """Images (N, C, *size) that are the sums of their windows, which stand in `columns`."""
    n, c = len(columns), columns.shape[1] // math.prod(kernel)
    out = output_size(size, kernel, stride, padding, dilation)
    padded = np.zeros((n, c, *padded_size(size, padding)), columns.dtype)
    add_to_images(padded, columns.reshape(n, c, *kernel, *out), kernel, stride, dilation)
    return padded[(..., *within(size, padding))].copy()


def turned(w, groups):
    """The kernels turned by half a circle, inputs and outputs exchanged, within each group."""
    o, c, *kernel = w.shape
    w = w.reshape(groups, o // groups, c, *kernel)[(..., *[BACKWARDS] * len(kernel))]
    return w.swapaxes(1, 2).reshape(groups * c, o // groups, *kernel)


def column_blocks(x, kernel, out, stride, padding, dilation, groups):
    """Yield (slice of images, columns): the windows of a few images at a time, as columns.

    columns (b, groups, K, P), in a buffer that the next step overwrites
    """
    n, c, *size = x.shape
    rows, windows = c * math.prod(kernel), math.prod(out)
    for images in image_blocks(n, rows, windows, x.itemsize):
        b = images.stop - images.start
        source = x[images]
        if any(padding):
            source = scratch("padded", (b, c, *padded_size(size, padding)), x.dtype)
            source[...] = 0
            source[(..., *within(size, padding))] = x[images]
        columns = scratch("columns", (b, c, *kernel, *out), x.dtype)
        columns[...] = windows_of(source, kernel, out, stride, dilation)
        yield images, columns.reshape(b, groups, rows // groups, windows)


def multiply_columns(w, columns, out):
    """out = w @ columns, for each of b images; w (groups, R, K), columns (b, groups, K, P)"""
    if columns.shape[3] < MERGE_BELOW:
        b, groups, _, p = columns.shape
        out[...] = (w @ merged(columns)).reshape(groups, w.shape[1], b, p).transpose(2, 0, 1, 3)
    else:
        np.matmul(w, columns, out=out)


def merged(columns):
    """The columns of b images side by side: (b, groups, K, P) to (groups, K, b*P)"""
    b, groups, k, p = columns.shape
    return columns.transpose(1, 2, 0, 3).reshape(groups, k, b * p)


def windows_of(padded, kernel, out, stride, dilation):
    """A view of images (N, C, *S) as windows: (N, C, *kernel, *out)."""
    of_image, of_channel, *steps = padded.strides
    within_window = [step * d for step, d in zip(steps, dilation)]
    between_windows = [step * s for step, s in zip(steps, stride)]
    strides = (of_image, of_channel, *within_window, *between_windows)
    return as_strided(padded, (*padded.shape[:2], *kernel, *out), strides)


def add_to_images(padded, windows, kernel, stride, dilation):
    """Add windows (N, C, *kernel, *out) to the images where they stand."""
    axes = zip(kernel, stride, dilation, windows.shape[2 + len(kernel) :])
    taps = [[slice(i * d, i * d + s * (m - 1) + 1, s) for i in range(k)] for k, s, d, m in axes]
    places = itertools.product(*map(range, kernel))  # np.ndindex takes 1 us more for each
    for place, tap in zip(places, itertools.product(*taps)):
        padded[(..., *tap)] += windows[(WHOLE, WHOLE, *place)]


def within(size, padding):
    """The key of what is not padding."""
    return tuple([slice(p, p + m) for m, p in zip(size, padding)])


def padded_size(size, padding):
    return [m + 2 * p for m, p in zip(size, padding)]


def output_size(size, kernel, stride, padding, dilation):
    """How many windows fit into the padded image, along each axis."""
    each = zip(size, kernel, stride, padding, dilation)
    return tuple([(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in each])


def image_blocks(n, rows, windows, itemsize):
    """Yield slices of n images whose columns, (rows, windows) each, make up one block."""
    windows = windows or 1
    size = max(1, BLOCK_BYTES // ((rows or 1) * windows * itemsize), MERGED_WINDOWS // windows)
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))


def scratch(name, shape, dtype):
    """This thread's buffer of that name, as an uninitialised array; it is never handed out."""
    size = math.prod(shape) * dtype.itemsize
    memory = getattr(kept, name, None)
    if memory is None or len(memory) < size:
        memory = np.empty(size, np.uint8)
        if size <= KEEP_BYTES:
            setattr(kept, name, memory)
    return memory[:size].view(dtype).reshape(shape)
