"""Max pooling over one to three axes, and padding, on CuPy arrays: numpy_pool.py, for the GPU."""

import math

import cupy

from minitorch.backend.cupy_conv import windows_of
from minitorch.backend.numpy_pool import by_planes, lowest, pooled_size


def max_pool(x, kernel_size, stride, padding, dilation, ceil_mode):
    """The largest value in each window, and where it stands.

    x        (N, C, *S), S one to three sizes; the padding counts as the lowest value and is never
             pointed at
    returns  values (N, C, *P), and indices (N, C, *P), int64, into each flattened S. Of equal
             values the first one counts; a NaN beats any number, the last NaN the others.

    With `ceil_mode` a last window may reach over the edge, if it starts inside the image or in
    the padding before it.
    """
    return by_planes(max_pool_planes, cupy, x, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool_planes(x, kernel_size, stride, padding, dilation, ceil_mode):
    """`max_pool` over two axes: x (N, C, H, W); the indices are row * W + column."""
    n, c, h, width = x.shape
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = kernel_size, stride, padding, dilation
    oh = pooled_size(h, kh, sh, ph, dh, ceil_mode)
    ow = pooled_size(width, kw, sw, pw, dw, ceil_mode)
    tall, wide = (oh - 1) * sh + (kh - 1) * dh + 1, (ow - 1) * sw + (kw - 1) * dw + 1
    padded = cupy.full((n, c, tall, wide), lowest(x.dtype), x.dtype)
    padded[..., ph : ph + h, pw : pw + width] = x[..., : tall - ph, : wide - pw]
    windows = windows_of(padded, kernel_size, (oh, ow), stride, dilation)
    windows = windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, c, oh, ow, kh * kw)
    values = windows.max(-1)
    # A window of the lowest value points at its first element that is not padding.
    top, left = cupy.arange(oh)[:, None] * sh - ph, cupy.arange(ow) * sw - pw
    first = cupy.maximum(0, -(top // dh)) * kw + cupy.maximum(0, -(left // dw))
    place = cupy.where(values == lowest(x.dtype), first, windows.argmax(-1))
    if x.dtype.kind == "f":
        last_nan = kh * kw - 1 - cupy.isnan(windows)[..., ::-1].astype(cupy.uint8).argmax(-1)
        place = cupy.where(cupy.isnan(values), last_nan, place)
    return values, (top + place // kw * dh) * width + left + place % kw * dw


def max_pool_input(g, indices, input_size):
    """Gradient of max_pool with respect to x: g, added up where its values came from.

    g, indices (N, C, *P)
    returns    (N, C, *S) = input_size
    """
    wider = cupy.promote_types(g.dtype, cupy.float32)  # float16 is added up in float32
    gx = cupy.zeros(input_size, wider)
    cupy.add.at(gx.reshape(-1), positions(indices, input_size), g.reshape(-1).astype(wider))
    return gx.astype(g.dtype, copy=False)


def max_pool_gather(x, indices):
    """The values of x (N, C, *S) at indices (N, C, *P), in the shape of the indices."""
    return x.reshape(-1).take(positions(indices, x.shape)).reshape(indices.shape)


def weighted(x, columns, rows):
    """rows @ x @ columns.T; without `rows`: x @ columns.T. An infinite number spoils its image: to
    see whether there is one, the program would have to wait for the GPU.
    """
    y = x @ columns.T
    return y if rows is None else rows @ y


def padded_with(x, pad, value):
    """`x` with `value` around it; `pad` says how much before and behind each axis, the last first;
    negative numbers cut.
    """
    first = x.ndim - len(pad) // 2
    edges = [(0, 0)] * first + list(zip(pad[::2], pad[1::2]))[::-1]
    y = cupy.full([n + a + b for n, (a, b) in zip(x.shape, edges)], value, x.dtype)
    inner = [slice(max(a, 0), n + a + min(b, 0)) for n, (a, b) in zip(x.shape, edges)]
    outer = [slice(max(-a, 0), n + min(b, 0)) for n, (a, b) in zip(x.shape, edges)]
    y[tuple(inner)] = x[tuple(outer)]
    return y


def positions(indices, size):
    """Indices into each image and channel's values, as indices into all of them; flat."""
    starts = cupy.arange(size[0] * size[1]) * math.prod(size[2:])
    return (indices + starts.reshape(*size[:2], *[1] * (len(size) - 2))).reshape(-1)
