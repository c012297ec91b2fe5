"""Two-dimensional convolution and max pooling on NumPy arrays, with their gradients.

A convolution is a matrix product once each window of the image is laid out as a column:
with K = C/groups * KH * KW values in a window and P = OH * OW windows in an image,

    y (O, P) = w (O, K) @ columns (K, P)                          conv2d
    gradient of the columns (K, P) = w.T (K, O) @ g (O, P)        conv2d_input adds it back up
    gw.T (K, O) = columns (K, P) @ g.T (P, O)                     conv2d_weight

The columns hold every pixel KH * KW times over, so they are made for a few images at a time, in a
buffer that is used again and stays in the cache. Pairs (stride, padding, dilation, kernel_size)
are (vertical, horizontal) ints. Sizes are taken as given: the ops above check them.
"""

import functools
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
        multiply_columns(w, columns, y[images])
    return y.reshape(n, o, oh, ow)


@in_single
def conv2d_input(g, w, input_size, stride, padding, dilation, groups):
    """Gradient of conv2d with respect to x.

    g       (N, O, OH, OW)
    w       (O, C/groups, KH, KW)
    returns (N, C, H, W) = input_size
    """
    (n, c, h, width), (o, _, kh, kw) = input_size, w.shape
    (sh, sw), (ph, pw), (dh, dw) = stride, padding, dilation
    oh, ow = g.shape[2:]
    full = dh * (kh - 1) - ph, dw * (kw - 1) - pw
    # A convolution of g copies o * h * width values per place of the kernel; the columns of g add
    # up c * oh * ow, which costs more each. Measured at a ratio of 2: 2.9 ms against 3.4; at 2.35:
    # 25.6 against 23.7.
    if stride == (1, 1) and min(full) >= 0 and o * h * width <= 2 * c * oh * ow:
        return conv2d(g, turned(w, groups), stride, full, dilation, groups)
    gx = np.empty(input_size, g.dtype)
    g = g.reshape(n, groups, o // groups, oh * ow)
    w = w.reshape(groups, o // groups, -1).swapaxes(1, 2)
    for images in image_blocks(n, c * kh * kw, oh * ow, g.itemsize):
        b = images.stop - images.start
        columns = scratch("columns", (b, groups, w.shape[1], oh * ow), g.dtype)
        multiply_columns(w, g[images], columns)
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


def max_pool2d(x, kernel_size, stride, padding, dilation, ceil_mode):
    """The largest value in each window, and where it stands.

    x        (N, C, H, W); the padding counts as -inf and is never pointed at
    returns  values (N, C, OH, OW), and indices (N, C, OH, OW), int64: row * W + column in x.
             Of equal values the first one counts; a NaN beats any number, the last NaN the others.

    With `ceil_mode` a last window may reach over the edge, if it starts inside the image or in
    the padding before it.
    """
    n, c, h, width = x.shape
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = kernel_size, stride, padding, dilation
    oh = pooled_size(h, kh, sh, ph, dh, ceil_mode)
    ow = pooled_size(width, kw, sw, pw, dw, ceil_mode)
    tall, wide = (oh - 1) * sh + (kh - 1) * dh + 1, (ow - 1) * sw + (kw - 1) * dw + 1
    top, left = np.arange(oh)[:, None] * sh - ph, np.arange(ow) * sw - pw
    corner = top * width + left
    offset = (np.arange(kh)[:, None] * (dh * width) + np.arange(kw) * dw).ravel()
    # The place in a window, row * kw + column, is counted in the smallest type.
    place = np.uint8 if kh * kw <= 256 else np.int64
    first_row = np.maximum(0, -(top // dh)).astype(place)[:, None]
    first_column = np.maximum(0, -(left // dw)).astype(place)

    def pool(source, any_nan):
        """Across, then down: kh + kw passes, not kh * kw."""
        shares = [source[..., j * dw :][..., : (ow - 1) * sw + 1 : sw] for j in range(kw)]
        first = np.zeros(shares[0].shape, place)
        if pw:
            first += first_column
        best, where = running_max(shares, first, [place(j) for j in range(kw)], any_nan)
        rows = [slice(i * dh, i * dh + (oh - 1) * sh + 1, sh) for i in range(kh)]
        places = [where[row] + i * kw for i, row in enumerate(rows)]
        first = places[0] + first_row * kw if ph else places[0]
        return running_max([best[row] for row in rows], first, places, any_nan)

    x = x.reshape(n * c, h, width)
    values = np.empty((n * c, oh, ow), x.dtype)
    indices = np.empty((n * c, oh, ow), np.int64)
    for planes in image_blocks(n * c, 2 * tall, wide, x.itemsize):
        # Row by row of all planes, so that the passes down have long inner loops: 2.7 us instead
        # of 5 for 32 planes of 28 x 28. np.positive copies in the order of x, where an assignment
        # jumps through it: 1.2 ms instead of 1.6 for 2048 planes, of 4.5 in all.
        source = scratch("padded", (tall, planes.stop - planes.start, wide), x.dtype)
        inside = x[planes, : tall - ph, : wide - pw]
        if inside.shape[1:] != (tall, wide):
            source[...] = -np.inf
        np.positive(inside, out=source[ph : ph + h, :, pw : pw + width].swapaxes(0, 1))
        best, where = pool(source, any_nan=False)
        if np.isnan(best.max()):
            best, where = pool(source, any_nan=True)
        values[planes] = best.swapaxes(0, 1)
        np.add(offset.take(where).swapaxes(0, 1), corner, out=indices[planes])
    return values.reshape(n, c, oh, ow), indices.reshape(n, c, oh, ow)


def max_pool2d_input(g, indices, input_size):
    """Gradient of max_pool2d with respect to x: g, added up where its values came from.

    g, indices (N, C, OH, OW)
    returns    (N, C, H, W) = input_size
    """
    gx = np.zeros(input_size, np.promote_types(g.dtype, np.float32))
    # add.at: 10 us for 6272 values; an assignment, which can't add, 8; bincount 10 to 12, put 17
    g_flat = g.reshape(-1).astype(gx.dtype, copy=False)
    np.add.at(gx.reshape(-1), positions(indices, input_size), g_flat)
    return gx.astype(g.dtype, copy=False)


def max_pool2d_gather(x, indices):
    """The values of x (N, C, H, W) at indices (N, C, OH, OW), in the shape of the indices."""
    return x.reshape(-1).take(positions(indices, x.shape)).reshape(indices.shape)


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
        of_image, of_channel, of_row, of_pixel = source.strides
        columns = scratch("columns", (b, c, kh, kw, oh, ow), x.dtype)
        columns[...] = as_strided(
            source,
            columns.shape,
            (of_image, of_channel, of_row * dh, of_pixel * dw, of_row * sh, of_pixel * sw),
        )
        yield images, columns.reshape(b, groups, -1, oh * ow)


def multiply_columns(w, columns, out):
    """out = w @ columns, for each of b images; w (groups, R, K), columns (b, groups, K, P)"""
    if columns.shape[3] < MERGE_BELOW:
        b, groups, _, p = columns.shape
        out[...] = (w @ merged(columns)).reshape(groups, -1, b, p).transpose(2, 0, 1, 3)
    else:
        np.matmul(w, columns, out=out)


def merged(columns):
    """The columns of b images side by side: (b, groups, K, P) to (groups, K, b*P)"""
    b, groups, k, p = columns.shape
    return columns.transpose(1, 2, 0, 3).reshape(groups, k, b * p)


def running_max(arrays, first, places, any_nan):
    """Elementwise maximum of the arrays, and the place of the earliest array that has it.

    first   the place where nothing exceeds the first array
    places  one per array, growing from one to the next
    """
    best, where = arrays[0], first
    for array, place in zip(arrays[1:], places[1:]):
        better = array > best
        if any_nan:
            better |= np.isnan(array)
        where = np.maximum(where, better.view(np.uint8) * place)
        best = np.maximum(best, array)
    return best, where


def positions(indices, size):
    """Indices into each image and channel's H * W values, as indices into all of them; flat."""
    n, c, h, width = size
    start = np.arange(n * c).reshape(n, c, 1, 1) * (h * width)
    return (indices + start).reshape(-1)


def output_size(size, kernel, stride, padding, dilation):
    """(OH, OW): how many windows fit into the padded image, downwards and across."""
    each = zip(size, kernel, stride, padding, dilation)
    return tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in each)


def pooled_size(n, k, s, p, d, ceil_mode):
    """How many windows of max_pool2d stand along an axis of n values."""
    size = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)) // s + 1
    return size - 1 if ceil_mode and (size - 1) * s >= n + p else size


def image_blocks(n, rows, windows, itemsize):
    """Yield slices of n images whose columns, (rows, windows) each, make up one block."""
    size = max(1, BLOCK_BYTES // (rows * windows * itemsize), MERGED_WINDOWS // windows)
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
