"""Convolution with 3 x 3 kernels in 2.25 times fewer multiplications, on NumPy arrays.

Two neighbouring outputs of a filter of three taps take six multiplications. Winograd's form takes
four: of sums of the inputs with sums of the taps, which are made once for all images,

    d0 d1 d2 d3  ->  d0 - d2, d1 + d2, d2 - d1, d1 - d3                  inputs
    k0 k1 k2     ->  k0, (k0 + k1 + k2) / 2, (k0 - k1 + k2) / 2, k2      kernels
    m0 m1 m2 m3  ->  m0 + m1 + m2, m1 - m2 - m3                          outputs

Done along both axes that makes tiles of 2 x 2 outputs from 4 x 4 inputs with 16 multiplications for
36, and as each is a sum over the channels, 16 matrix products. The images lie as (H, W, b, C) in
the meantime, so that all sums run along memory. What comes out is about as exact as the plain
sum; only where an input is infinite or NaN, more outputs than those that it reaches become NaN.

Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2015, arXiv:1509.09308, F(2, 3).
"""

import numpy as np

from minitorch.backend.scratch import scratch
from minitorch.backend.threads import blocks, share, share_sum

BLOCK_BYTES = 1 << 21  # of inputs and products at a time: 15 ms; half as much 17, all at once 24
RUN = 64  # numbers that should lie side by side
TAPS = np.array([[2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]]) / 2
TILES = np.kron(TAPS, TAPS)  # of the 9 taps of a kernel the 16 numbers that multiply a tile


def pays(n, weight_size, stride, dilation, groups, out):
    """Whether this is faster than the product with all windows as columns."""
    o, c, *kernel = weight_size
    return (
        kernel == [3, 3]
        and max(*stride, *dilation, groups) == 1
        and min(out) >= 8
        and min(o, c) >= 16
        and n * out[0] * out[1] >= 4 * max(o, c)
    )


def conv(x, w, bias, padding, out):
    """Cross-correlation of x (N, C, H, W) with w (O, C, 3, 3): (N, O, *out)."""
    kernels = transformed_kernels(w)
    y = np.empty((len(x), len(w), *out), x.dtype)
    bias = None if bias is None else bias.reshape(-1, 1, 1)

    def convolve(run):
        for images, first, tiles in run:
            its_inputs = transformed_inputs(x[images], padding, first, tiles)
            products = scratch("products", (*its_inputs.shape[:-1], len(w)), x.dtype)
            np.matmul(flat(its_inputs), kernels, out=flat(products))
            part = y[images, :, 2 * first : 2 * (first + tiles[0])]
            add_up(products, part)
            if bias is not None:
                part += bias

    share(convolve, blocks_of_tiles(x, len(w), out))
    return y


def conv_weight(g, x, padding):
    """Gradient with respect to w (O, C, 3, 3): g (N, O, OH, OW), x (N, C, H, W)."""

    def multiply(block):
        images, first, tiles = block
        its_inputs = transformed_inputs(x[images], padding, first, tiles)
        its_g = spread(g[images, :, 2 * first : 2 * (first + tiles[0])], tiles)
        return np.matmul(flat(its_inputs).swapaxes(1, 2), flat(its_g))

    o, c = g.shape[1], x.shape[1]
    tiles = share_sum(multiply, blocks_of_tiles(x, o, g.shape[2:])).reshape(16, c * o)
    y = TILES.T.astype(g.dtype) @ tiles
    del tiles  # nearly twice as large: the peak of a ResNet18's step
    return np.ascontiguousarray(y.reshape(3, 3, c, o).transpose(3, 2, 0, 1))


def blocks_of_tiles(x, o, out):
    """(slice of images, the first row of tiles, (rows, columns) of tiles) for each block."""
    (n, c), (rows, columns) = x.shape[:2], [(m + 1) // 2 for m in out]
    row = 16 * columns * (c + o) * x.itemsize
    strips = -(-rows * row * -(-RUN // min(c, o)) // BLOCK_BYTES)
    count = -(-rows // min(rows, strips))
    return [
        (images, first, (min(count, rows - first), columns))
        for images in blocks(n, row * count, limit=BLOCK_BYTES)
        for first in range(0, rows, count)
    ]


def flat(a):
    """(4, 4, *tiles, b, C) as 16 matrices"""
    return a.reshape(16, -1, a.shape[-1])


def transformed_kernels(w):
    """(O, C, 3, 3) -> (16, C, O)"""
    taps = w.transpose(2, 3, 1, 0)
    return (TILES.astype(w.dtype) @ taps.reshape(9, -1)).reshape(16, *taps.shape[2:])


def transformed_inputs(x, padding, first, tiles):
    """(b, C, H, W) -> (4, 4, *tiles, b, C), from the row `first` of tiles on"""
    b, c, h, width = x.shape
    padded = scratch("padded", (2 * tiles[0] + 2, 2 * tiles[1] + 2, b, c), x.dtype)
    top, left = 2 * first - padding[0], padding[1]
    rows = slice(max(top, 0), min(top + len(padded), h))
    its_x = x[:, :, rows].transpose(2, 3, 0, 1)
    if padded.size > its_x.size:
        padded[...] = 0
    padded[rows.start - top : rows.stop - top, left : left + width] = its_x
    rows = scratch("rows", (4, tiles[0], *padded.shape[1:]), x.dtype)
    combine_inputs([padded[i : i + 2 * tiles[0] : 2] for i in range(4)], rows)
    a = scratch("inputs", (4, 4, *tiles, b, c), x.dtype)
    columns = [rows[:, :, j : j + 2 * tiles[1] : 2] for j in range(4)]
    combine_inputs(columns, a.swapaxes(0, 1))
    return a


def combine_inputs(d, a):
    np.subtract(d[0], d[2], out=a[0])
    np.add(d[1], d[2], out=a[1])
    np.subtract(d[2], d[1], out=a[2])
    np.subtract(d[1], d[3], out=a[3])


def add_up(products, y):
    """(4, 4, *tiles, b, O) -> y (b, O, H, W)"""
    tiles, (b, o, *out) = products.shape[2:4], y.shape
    rows = scratch("rows", (2, 4, *tiles, b, o), y.dtype)
    combine_products(products, rows)
    made = scratch("padded", (tiles[0], 2, tiles[1], 2, b, o), y.dtype)
    combine_products(rows.swapaxes(0, 1), made.transpose(3, 1, 0, 2, 4, 5))
    made = made.reshape(2 * tiles[0], 2 * tiles[1], b, o)
    y.transpose(2, 3, 0, 1)[...] = made[: out[0], : out[1]]


def combine_products(m, a):
    np.add(m[0], m[1], out=a[0])
    a[0] += m[2]
    np.subtract(m[1], m[2], out=a[1])
    a[1] -= m[3]


def spread(g, tiles):
    """(b, O, H, W) -> (4, 4, *tiles, b, O), the gradient of `add_up`"""
    b, o, *out = g.shape
    padded = scratch("padded", (tiles[0], 2, tiles[1], 2, b, o), g.dtype)
    whole = padded.reshape(2 * tiles[0], 2 * tiles[1], b, o)
    if whole.size > g.size:
        whole[...] = 0
    whole[: out[0], : out[1]] = g.transpose(2, 3, 0, 1)
    rows = scratch("rows", (4, 2, *tiles, b, o), g.dtype)
    combine_gradients(padded.transpose(1, 3, 0, 2, 4, 5), rows)
    a = scratch("products", (4, 4, *tiles, b, o), g.dtype)
    combine_gradients(rows.swapaxes(0, 1), a.swapaxes(0, 1))
    return a


def combine_gradients(g, a):
    a[0] = g[0]
    np.add(g[0], g[1], out=a[1])
    np.subtract(g[0], g[1], out=a[2])
    np.negative(g[1], out=a[3])
