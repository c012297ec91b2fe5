"""Max pooling over one to three axes on NumPy arrays, with its gradients; padding."""

import math
from functools import partial

import numpy as np

from minitorch.backend import both as _both
from minitorch.backend.scratch import scratch
from minitorch.backend.threads import blocks, share

POSITION_BYTES = 1 << 18  # at a time: all positions would be the peak of a convnet's step


def max_pool(x, kernel_size, stride, padding, dilation, ceil_mode):
    """The largest value in each window, and where it stands.

    x        (N, C, *S), S one to three sizes; the padding counts as the lowest value and is never
             pointed at
    returns  values (N, C, *P), and indices (N, C, *P), int64, into each flattened S. Of equal
             values the first one counts; a NaN beats any number, the last NaN the others.

    With `ceil_mode` a last window may reach over the edge, if it starts inside the image or in
    the padding before it. Lines are planes one row high; of volumes each plane is pooled first, and
    then along the depth.
    """
    if len(kernel_size) == 2:
        return max_pool_planes(x, kernel_size, stride, padding, dilation, ceil_mode)

    def pool(x, how):
        kernel_size, stride, padding, dilation = how
        return max_pool_planes(x, kernel_size, stride, padding, dilation, ceil_mode)

    how = kernel_size, stride, padding, dilation
    if len(kernel_size) == 1:
        of_lines = [(plain, *each) for plain, each in zip((1, 1, 0, 1), how)]
        values, indices = pool(x[:, :, None], of_lines)
        return values[:, :, 0], indices[:, :, 0]
    n, c, depth, h, w = x.shape
    flat, its_indices = pool(x.reshape(n, c * depth, h, w), [each[1:] for each in how])
    oh, ow = flat.shape[2:]
    along_depth = [(each[0], plain) for plain, each in zip((1, 1, 0, 1), how)]
    values, places = pool(flat.reshape(n, c, depth, oh * ow), along_depth)
    size = (n, c, values.shape[2], oh, ow)
    places = places.reshape(n, c, values.shape[2] * oh * ow)
    in_plane = np.take_along_axis(its_indices.reshape(n, c, depth * oh * ow), places, 2)
    return values.reshape(size), (places // (oh * ow) * (h * w) + in_plane).reshape(size)


def max_pool_planes(x, kernel_size, stride, padding, dilation, ceil_mode):
    """`max_pool` over two axes: x (N, C, H, W); the indices are row * W + column."""
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

    def pool_blocks(run):
        for planes in run:
            # Row by row of all planes, so that the passes down have long inner loops: 2.7 us, not
            # 5, for 32 planes of 28 x 28. np.positive copies in the order of x, where an assignment
            # jumps through it: 1.2 ms instead of 1.6 for 2048 planes, of 4.5 in all.
            source = scratch("padded", (tall, planes.stop - planes.start, wide), x.dtype)
            inside = x[planes, : tall - ph, : wide - pw]
            if inside.shape[1:] != (tall, wide):
                source[...] = lowest(x.dtype)
            np.positive(inside, out=source[ph : ph + h, :, pw : pw + width].swapaxes(0, 1))
            best, where = pool(source, any_nan=False)
            if np.isnan(best.max()):
                best, where = pool(source, any_nan=True)
            values[planes] = best.swapaxes(0, 1)
            np.add(offset.take(where).swapaxes(0, 1), corner, out=indices[planes])

    share(pool_blocks, blocks(n * c, 2 * tall * wide * x.itemsize))
    return values.reshape(n, c, oh, ow), indices.reshape(n, c, oh, ow)


def max_pool_input(g, indices, input_size):
    """Gradient of max_pool with respect to x: g, added up where its values came from.

    g, indices (N, C, *P)
    returns    (N, C, *S) = input_size
    """
    gx = np.zeros(input_size, np.promote_types(g.dtype, np.float32))
    # add.at: 10 us for 6272 values; an assignment, which can't add, 8; bincount 10 to 12, put 17
    for images in blocks(len(g), indices.nbytes // (len(g) or 1), limit=POSITION_BYTES):
        part = gx[images]
        numbers = g[images].reshape(-1).astype(gx.dtype, copy=False)
        np.add.at(part.reshape(-1), positions(indices[images], part.shape), numbers)
    return gx.astype(g.dtype, copy=False)


def max_pool_gather(x, indices):
    """The values of x (N, C, *S) at indices (N, C, *P), in the shape of the indices."""
    return x.reshape(-1).take(positions(indices, x.shape)).reshape(indices.shape)


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


def weighted(x, columns, rows):
    """rows @ x @ columns.T, in which even infinity times 0 is 0; without `rows`: x @ columns.T."""
    y = x @ columns.T
    if _is_spoiled(y):
        for i, row in enumerate(columns):
            counts = np.flatnonzero(row)
            y[..., i] = x[..., counts] @ row[counts]
    if rows is None:
        return y
    z = rows @ y
    if _is_spoiled(z):
        for i, row in enumerate(rows):
            counts = np.flatnonzero(row)
            z[..., i, :] = row[counts] @ y[..., counts, :]
    return z


def _is_spoiled(y):
    """Whether any number is infinite or NaN, which it may be for nothing but a weight of 0."""
    return y.dtype.kind == "f" and not np.isfinite(np.add.reduce(y, None))


padded_with = partial(_both.padded_with, np)
padded_from_edges = partial(_both.padded_from_edges, np)
added_to_edges = partial(_both.added_to_edges, np)


def positions(indices, size):
    """Indices into each image and channel's values, as indices into all of them; flat."""
    starts = np.arange(size[0] * size[1]) * math.prod(size[2:])
    return (indices + starts.reshape(*size[:2], *[1] * (len(size) - 2))).reshape(-1)


def lowest(dtype):
    """What no value of this dtype is below."""
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def pooled_size(n, k, s, p, d, ceil_mode):
    """How many windows of max_pool stand along an axis of n values."""
    size = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)) // s + 1
    return size - 1 if ceil_mode and (size - 1) * s >= n + p else size
