"""Two-dimensional convolution and max pooling on CuPy arrays: numpy_conv.py, for the GPU.

The same functions with the same signatures and results. All images are laid out as columns at
once, KH * KW times the size of the input, so that a convolution is one matrix product; no loop
runs over images and nothing waits for the device.
"""

import cupy
import cupyx
from cupy.lib.stride_tricks import as_strided

from minitorch.backend.numpy_conv import output_size, pooled_size


def conv2d(x, w, stride, padding, dilation, groups):
    """Cross-correlation of images with kernels, without a bias.

    x       (N, C, H, W)
    w       (O, C/groups, KH, KW)
    returns (N, O, OH, OW), OH = (H + 2*padding - dilation*(KH - 1) - 1) // stride + 1
    """
    n, o, kernel = len(x), len(w), w.shape[2:]
    size = output_size(x.shape[2:], kernel, stride, padding, dilation)
    columns = columns_of(x, kernel, stride, padding, dilation, groups)
    y = cupy.matmul(w.reshape(groups, o // groups, columns.shape[1]), columns)
    return cupy.ascontiguousarray(y.reshape(o, n, *size).swapaxes(0, 1))


def conv2d_input(g, w, input_size, stride, padding, dilation, groups):
    """Gradient of conv2d with respect to x.

    g       (N, O, OH, OW)
    w       (O, C/groups, KH, KW)
    returns (N, C, H, W) = input_size
    """
    (n, c, h, width), (o, _, kh, kw) = input_size, w.shape
    (sh, sw), (ph, pw), (dh, dw) = stride, padding, dilation
    oh, ow = g.shape[2:]
    w = w.reshape(groups, o // groups, c // groups * kh * kw).swapaxes(1, 2)
    shares = cupy.matmul(w, rows_of(g, groups)).reshape(c, kh, kw, n, oh, ow)
    wider = cupy.promote_types(g.dtype, cupy.float32)  # float16 is added up in float32
    padded = cupy.zeros((c, n, h + 2 * ph, width + 2 * pw), wider)
    for i in range(kh):
        for j in range(kw):
            top, left = i * dh, j * dw
            bottom, right = top + sh * (oh - 1) + 1, left + sw * (ow - 1) + 1
            padded[..., top:bottom:sh, left:right:sw] += shares[:, i, j]
    gx = padded[..., ph : ph + h, pw : pw + width].swapaxes(0, 1)
    return cupy.ascontiguousarray(gx, dtype=g.dtype)


def conv2d_weight(g, x, weight_size, stride, padding, dilation, groups):
    """Gradient of conv2d with respect to w.

    g       (N, O, OH, OW)
    x       (N, C, H, W)
    returns (O, C/groups, KH, KW) = weight_size
    """
    columns = columns_of(x, weight_size[2:], stride, padding, dilation, groups)
    return cupy.matmul(rows_of(g, groups), columns.swapaxes(1, 2)).reshape(weight_size)


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
    padded = cupy.full((n, c, tall, wide), -cupy.inf, x.dtype)
    padded[..., ph : ph + h, pw : pw + width] = x[..., : tall - ph, : wide - pw]
    windows = windows_of(padded, (oh, ow), kernel_size, stride, dilation)
    windows = windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, c, oh, ow, kh * kw)
    values = windows.max(-1)
    # A window of -inf points at its first value that is not padding.
    top, left = cupy.arange(oh)[:, None] * sh - ph, cupy.arange(ow) * sw - pw
    first = cupy.maximum(0, -(top // dh)) * kw + cupy.maximum(0, -(left // dw))
    place = cupy.where(values == -cupy.inf, first, windows.argmax(-1))
    last_nan = kh * kw - 1 - cupy.isnan(windows)[..., ::-1].astype(cupy.uint8).argmax(-1)
    place = cupy.where(cupy.isnan(values), last_nan, place)
    return values, (top + place // kw * dh) * width + left + place % kw * dw


def max_pool2d_input(g, indices, input_size):
    """Gradient of max_pool2d with respect to x: g, added up where its values came from.

    g, indices (N, C, OH, OW)
    returns    (N, C, H, W) = input_size
    """
    wider = cupy.promote_types(g.dtype, cupy.float32)  # float16 is added up in float32
    gx = cupy.zeros(input_size, wider)
    cupyx.scatter_add(gx.reshape(-1), positions(indices, input_size), g.reshape(-1).astype(wider))
    return gx.astype(g.dtype, copy=False)


def max_pool2d_gather(x, indices):
    """The values of x (N, C, H, W) at indices (N, C, OH, OW), in the shape of the indices."""
    return x.reshape(-1).take(positions(indices, x.shape)).reshape(indices.shape)


def columns_of(x, kernel, stride, padding, dilation, groups):
    """The windows of all images, as columns: (groups, C/groups * KH * KW, N * OH * OW)"""
    n, c, h, width = x.shape
    ph, pw = padding
    oh, ow = output_size((h, width), kernel, stride, padding, dilation)
    padded = x
    if ph or pw:
        padded = cupy.zeros((n, c, h + 2 * ph, width + 2 * pw), x.dtype)
        padded[..., ph : ph + h, pw : pw + width] = x
    windows = windows_of(padded, (oh, ow), kernel, stride, dilation)
    rows = c // groups * kernel[0] * kernel[1]
    return windows.transpose(1, 2, 3, 0, 4, 5).reshape(groups, rows, n * oh * ow)


def windows_of(padded, size, kernel, stride, dilation):
    """A view of images (N, C, H, W) as windows: (N, C, KH, KW, OH, OW), (OH, OW) = size"""
    of_image, of_channel, of_row, of_pixel = padded.strides
    return as_strided(
        padded,
        (*padded.shape[:2], *kernel, *size),
        (
            of_image,
            of_channel,
            of_row * dilation[0],
            of_pixel * dilation[1],
            of_row * stride[0],
            of_pixel * stride[1],
        ),
    )


def rows_of(g, groups):
    """Images (N, O, OH, OW) side by side: (groups, O/groups, N * OH * OW)"""
    n, o, oh, ow = g.shape
    return g.swapaxes(0, 1).reshape(groups, o // groups, n * oh * ow)


def positions(indices, size):
    """Indices into each image and channel's H * W values, as indices into all of them; flat."""
    n, c, h, width = size
    start = cupy.arange(n * c).reshape(n, c, 1, 1) * (h * width)
    return (indices + start).reshape(-1)
