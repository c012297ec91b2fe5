"""The kernels of `numpy_conv.py` on CuPy arrays, over one to three axes.

Same names, same signatures and results. All images are laid out as columns at once, as many times
the size of the input as the kernel has places, so that a convolution is one matrix product; no loop
runs over images and nothing waits for the device.
"""

import math

import cupy

from minitorch.backend.cupy_blocks import WIDER
from minitorch.backend.numpy_conv import output_size

# Columns hold a block of windows for each place of the kernel. The block of channel c, image n and
# place k starts at c * of_c + n * of_n + k * of_k.
NUMBERS = """int64 of_n, int64 of_c, int64 of_k, int64 images, int64 depth, int64 height,
    int64 width, int64 od, int64 oh, int64 ow, int64 kd, int64 kh, int64 kw, int64 sd, int64 sh,
    int64 sw, int64 pd, int64 ph, int64 pw, int64 dd, int64 dh, int64 dw"""

# A thread takes one window of a channel of an image.
_columns = cupy.ElementwiseKernel(
    f"raw T x, {NUMBERS}",
    "raw T columns",
    """
    const ptrdiff_t windows = od * oh * ow, at = i % windows, n = i / windows % images;
    const ptrdiff_t c = i / windows / images, channels = _ind.size() / windows / images;
    const ptrdiff_t z0 = at / ow / oh * sd - pd, r0 = at / ow % oh * sh - ph;
    const ptrdiff_t s0 = at % ow * sw - pw;
    const ptrdiff_t image = (n * channels + c) * depth * height * width;
    ptrdiff_t to = c * of_c + n * of_n + at;
    for (ptrdiff_t z = z0; z < z0 + kd * dd; z += dd)
        for (ptrdiff_t r = r0; r < r0 + kh * dh; r += dh)
            for (ptrdiff_t s = s0; s < s0 + kw * dw; s += dw, to += of_k) {
                const bool here = 0 <= z && z < depth && 0 <= r && r < height;
                const ptrdiff_t from = image + (z * height + r) * width + s;
                columns[to] = here && 0 <= s && s < width ? x[from] : T(0);
            }
    """,
    "columns",
)

# A thread takes one pixel, and adds up what the windows over it hold for it.
_sums_of_columns = cupy.ElementwiseKernel(
    f"raw T columns, int64 channels, {NUMBERS}",
    "T x",
    WIDER
    + """
    const ptrdiff_t row = i / width, plane = row / height, image = plane / depth;
    const ptrdiff_t from = image / channels * of_n + image % channels * of_c;
    A sum = 0;
    for (ptrdiff_t a = 0; a < kd; ++a) {
        const ptrdiff_t z = plane % depth + pd - a * dd;
        if (z < 0 || z % sd || z / sd >= od) continue;
        for (ptrdiff_t b = 0; b < kh; ++b) {
            const ptrdiff_t r = row % height + ph - b * dh;
            if (r < 0 || r % sh || r / sh >= oh) continue;
            for (ptrdiff_t c = 0; c < kw; ++c) {
                const ptrdiff_t s = i % width + pw - c * dw;
                if (s < 0 || s % sw || s / sw >= ow) continue;
                const ptrdiff_t at = (z / sd * oh + r / sh) * ow + s / sw;
                sum += A(columns[from + ((a * kh + b) * kw + c) * of_k + at]);
            }
        }
    }
    x = T(sum);
    """,
    "sums_of_columns",
)


def conv(x, w, bias, stride, padding, dilation, groups):
    """Cross-correlation of images with kernels."""
    n, o, kernel = len(x), len(w), w.shape[2:]
    size = output_size(x.shape[2:], kernel, stride, padding, dilation)
    columns = columns_of(x, kernel, stride, padding, dilation, groups)
    rows = _products(w.reshape(groups, o // groups, columns.shape[1]), columns)
    rows = rows.reshape(o, n, *size).swapaxes(0, 1)
    if bias is None:
        return cupy.ascontiguousarray(rows)
    y = cupy.empty(rows.shape, rows.dtype)
    return cupy.add(rows, bias.reshape(o, *[1] * len(size)), out=y)


def conv_input(g, w, input_size, stride, padding, dilation, groups):
    """Gradient of conv with respect to x."""
    n, (o, _, *kernel), out = len(g), w.shape, g.shape[2:]
    w = w.reshape(groups, o // groups, math.prod(w.shape[1:])).swapaxes(1, 2)
    columns, windows = _products(w, rows_of(g, groups)), math.prod(out)
    steps = windows, math.prod(kernel) * n * windows, n * windows
    return sum_of_columns(columns, input_size, steps, out, kernel, stride, padding, dilation)


def conv_weight(g, x, weight_size, stride, padding, dilation, groups):
    """Gradient of conv with respect to w."""
    columns = columns_of(x, weight_size[2:], stride, padding, dilation, groups)
    return _products(rows_of(g, groups), columns.swapaxes(1, 2)).reshape(weight_size)


def im2col(x, kernel, stride, padding, dilation):
    """The windows of images (N, C, *S) as columns: (N, C * kernel, windows)."""
    out = output_size(x.shape[2:], kernel, stride, padding, dilation)
    places, windows = math.prod(kernel), math.prod(out)
    columns = cupy.empty((len(x), x.shape[1] * places, windows), x.dtype)
    steps = x.shape[1] * places * windows, places * windows, windows
    write_columns(columns, x, steps, out, kernel, stride, padding, dilation)
    return columns


def col2im(columns, size, kernel, stride, padding, dilation):
    """Images (N, C, *size) that are the sums of their windows, which stand in `columns`."""
    n, rows, windows = columns.shape
    out, places = output_size(size, kernel, stride, padding, dilation), math.prod(kernel)
    steps = rows * windows, places * windows, windows
    images = (n, rows // places, *size)
    return sum_of_columns(columns, images, steps, out, kernel, stride, padding, dilation)


def columns_of(x, kernel, stride, padding, dilation, groups):
    """The windows of all images, as columns: (groups, C/groups * kernel, N * P)"""
    n, c, *size = x.shape
    out, places = output_size(size, kernel, stride, padding, dilation), math.prod(kernel)
    windows = math.prod(out)
    columns = cupy.empty((groups, c // groups * places, n * windows), x.dtype)
    steps = windows, places * n * windows, n * windows
    write_columns(columns, x, steps, out, kernel, stride, padding, dilation)
    return columns


def write_columns(columns, x, steps, out, kernel, stride, padding, dilation):
    """Lay the windows of images (N, C, *S) into `columns`.

    steps  (of_n, of_c, of_k): how far apart its blocks of windows are
    out    how many windows there are along each axis
    """
    numbers = in_three_axes(x.shape[2:], out, kernel, stride, padding, dilation)
    threads = x.shape[0] * x.shape[1] * math.prod(out)
    _columns(x, *steps, len(x), *numbers, columns, size=threads)


def sum_of_columns(columns, input_size, steps, out, kernel, stride, padding, dilation):
    """Images (N, C, *S) = input_size of which `columns`, as above, holds the windows."""
    n, c, *size = input_size
    images = cupy.empty(input_size, columns.dtype)
    numbers = in_three_axes(size, out, kernel, stride, padding, dilation)
    _sums_of_columns(columns, c, *steps, n, *numbers, images)
    return images


def in_three_axes(size, out, kernel, stride, padding, dilation):
    """The numbers of these windows along depth, height and width, one after the other."""
    missing, plain = 3 - len(size), (1, 1, 1, 1, 0, 1)
    each = zip(plain, (size, out, kernel, stride, padding, dilation))
    return [n for fill, numbers in each for n in (*[fill] * missing, *numbers)]


def _products(a, b):
    """a[k] @ b[k] for each k. Of one matrix CuPy takes the transpose as it lies."""
    return cupy.matmul(a[0], b[0])[None] if len(a) == 1 else cupy.matmul(a, b)


def rows_of(g, groups):
    """Images (N, O, *P) side by side: (groups, O/groups, N * P)"""
    n, o = g.shape[:2]
    return g.swapaxes(0, 1).reshape(groups, o // groups, n * math.prod(g.shape[2:]))
