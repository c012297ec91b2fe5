"""Two-dimensional convolution and max pooling on NumPy arrays, with their gradients.

A convolution is a matrix product once each window of the image is laid out as a column:
with K = C/groups * KH * KW values in a window and P = OH * OW windows in an image,

    y (O, P) = w (O, K) @ columns (K, P)                          conv2d
    columns gradient (K, P) = w.T (K, O) @ g (O, P)               conv2d_input adds it back up
    gw (O, K) = g (O, P) @ columns.T (P, K)                       conv2d_weight

The columns hold every pixel KH * KW times over, so they are made for a few images at a time, in a
buffer that is used again and stays in the cache. Pairs (stride, padding, dilation, kernel_size)
are (vertical, horizontal) ints. Sizes are taken as given: the ops above check them.
"""

import functools
import threading

import numpy as np
from numpy.lib.stride_tricks import as_strided

BLOCK_BYTES = 1 << 19  # of columns at a time: half of the L2 cache of a core (1 MB)
MERGE_BELOW = 64  # windows per image under which one product takes several images
MERGED_WINDOWS = 512  # how many windows such a product has at least
KEEP_BYTES = 1 << 25  # a larger scratch buffer is not kept

kept = threading.local()


def in_single(kernel):
    """Let `kernel` compute in float32 where its first array is float16: BLAS has no half."""

    @functools.wraps(kernel)
    def wrapper(a, b, *settings):
        if a.dtype != np.float16:
            return kernel(a, b, *settings)
        return kernel(a.astype(np.float32), b.astype(np.float32), *settings).astype(np.float16)

    return wrapper


@in_single
def conv2d(x, w, stride, padding, dilation, groups):
    """Cross-correlation of images with kernels, without a bias.

    x       (N, C, H, W)
    w       (O, C/groups, KH, KW)
    returns (N, O, OH, OW), OH = (H + 2*padding - dilation*(KH - 1) - 1) // stride + 1
    """
    n, o, kernel = len(x), len(w), w.shape[2:]
    oh, ow = output_size(x.shape[2:], kernel, stride, padding, dilation)
    y = np.empty((n, groups, o // groups, oh * ow), x.dtype)
    w = w.reshape(groups, o // groups, -1)
    for images, columns in column_blocks(x, kernel, stride, padding, dilation, groups):
        multiply(w, columns, y[images])
    return y.reshape(n, o, oh, ow)


@in_single
def conv2d_input(g, w, input_size, stride, padding, dilation, groups):
    """Gradient of conv2d with respect to x.

    g       (N, O, OH, OW)
    w       (O, C/groups, KH, KW)
    returns (N, C, H, W) = input_size
    """
    (n, c, h, width), (o, per_group, kh, kw) = input_size, w.shape
    (sh, sw), (ph, pw), (dh, dw) = stride, padding, dilation
    oh, ow = g.shape[2:]
    full = dh * (kh - 1) - ph, dw * (kw - 1) - pw
    if stride == (1, 1) and 2 * c >= o and min(full) >= 0:
        return conv2d(g, turned(w, groups), stride, full, dilation, groups)
    gx = np.empty(input_size, g.dtype)
    g = g.reshape(n, groups, o // groups, oh * ow)
    w = w.reshape(groups, o // groups, -1).swapaxes(1, 2)
    for images in image_blocks(n, c * kh * kw, oh * ow, g.itemsize):
        b = images.stop - images.start
        columns = scratch("columns", (b, groups, w.shape[1], oh * ow), g.dtype)
        multiply(w, g[images], columns)
        shares = columns.reshape(b, c, kh, kw, oh, ow)
        padded = scratch("padded", (b, c, h + 2 * ph, width + 2 * pw), g.dtype)
        padded[...] = 0
        for i in range(kh):
            for j in range(kw):
                top, left = i * dh, j * dw
                bottom, right = top + sh * (oh - 1) + 1, left + sw * (ow - 1) + 1
                padded[..., top:bottom:sh, left:right:sw] += shares[:, :, i, j]
        gx[images] = padded[..., ph : ph + h, pw : pw + width]
    return gx


@in_single
def conv2d_weight(g, x, weight_size, stride, padding, dilation, groups):
    """Gradient of conv2d with respect to w.

    g       (N, O, OH, OW)
    x       (N, C, H, W)
    returns (O, C/groups, KH, KW) = weight_size
    """
    n, (o, _, *kernel) = len(g), weight_size
    g = g.reshape(n, groups, o // groups, g.shape[2] * g.shape[3])
    gw = np.zeros((groups, weight_size[1] * kernel[0] * kernel[1], o // groups), g.dtype)
    for images, columns in column_blocks(x, kernel, stride, padding, dilation, groups):
        # columns @ g.T reaches 80 to 94 GFLOP/s where g @ columns.T reaches 58 to 77
        if g.shape[3] < MERGE_BELOW:
            gw += merged(columns) @ merged(g[images]).swapaxes(1, 2)
        else:
            gw += np.matmul(columns, g[images].swapaxes(2, 3)).sum(0)
    return gw.swapaxes(1, 2).reshape(weight_size)


def turned(w, groups):
    """The kernels turned by half a circle, inputs and outputs exchanged, within each group."""
    o, c, kh, kw = w.shape
    w = w.reshape(groups, o // groups, c, kh, kw)[..., ::-1, ::-1]
    return w.swapaxes(1, 2).reshape(groups * c, o // groups, kh, kw)


def column_blocks(x, kernel, stride, padding, dilation, groups):
    """Yield (slice of images, columns): the windows of a few images at a time, as columns.

    columns (b, groups, K, P), in a buffer that the next step overwrites
    """
    n, c, h, width = x.shape
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = kernel, stride, padding, dilation
    oh, ow = output_size((h, width), kernel, stride, padding, dilation)
    for images in image_blocks(n, c * kh * kw, oh * ow, x.itemsize):
        b = images.stop - images.start
        source = x[images]
        if ph or pw:
            source = scratch("padded", (b, c, h + 2 * ph, width + 2 * pw), x.dtype)
            source[...] = 0
            source[:, :, ph : ph + h, pw : pw + width] = x[images]
        # Across first, then down: the second copy, the larger one, then moves whole images
        # and not rows.
        of_image, of_channel, of_row, of_pixel = source.strides
        across = scratch("across", (b, c, kw, h + 2 * ph, ow), x.dtype)
        across[...] = as_strided(
            source, across.shape, (of_image, of_channel, of_pixel * dw, of_row, of_pixel * sw)
        )
        of_image, of_channel, of_shift, of_row, of_pixel = across.strides
        columns = scratch("columns", (b, c, kh, kw, oh, ow), x.dtype)
        columns[...] = as_strided(
            across,
            columns.shape,
            (of_image, of_channel, of_row * dh, of_shift, of_row * sh, of_pixel),
        )
        yield images, columns.reshape(b, groups, -1, oh * ow)


def multiply(w, columns, out):
    """out = w @ columns, for each of b images; w (groups, R, K), columns (b, groups, K, P)"""
    if columns.shape[3] < MERGE_BELOW:
        out[...] = (w @ merged(columns)).reshape(w.shape[0], w.shape[1], len(columns), -1).transpose(2, 0, 1, 3)
    else:
        np.matmul(w, columns, out=out)


def merged(columns):
    """The columns of b images side by side: (b, groups, K, P) to (groups, K, b*P)"""
    b, groups, k, p = columns.shape
    return columns.transpose(1, 2, 0, 3).reshape(groups, k, b * p)


def output_size(size, kernel, stride, padding, dilation):
    """(OH, OW): how many windows fit into the padded image, downwards and across."""
    each = zip(size, kernel, stride, padding, dilation)
    return tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in each)


def image_blocks(n, rows, windows, itemsize):
    """Yield slices of n images whose columns, (rows, windows) each, make up one block."""
    size = max(1, BLOCK_BYTES // (rows * windows * itemsize), MERGED_WINDOWS // windows)
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))


def scratch(name, shape, dtype):
    """This thread's buffer of that name, as an uninitialised array; it is never handed out."""
    size = int(np.prod(shape)) * dtype.itemsize
    memory = getattr(kept, name, None)
    if memory is None or len(memory) < size:
        memory = np.empty(size, np.uint8)
        if size <= KEEP_BYTES:
            setattr(kept, name, memory)
    return memory[:size].view(dtype).reshape(shape)
