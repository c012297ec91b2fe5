"""Kernels over rows of NumPy arrays: softmax, normalisation, sums along the first or last axis.

Two things make the plain NumPy expression slow. A sum or a maximum along a short last axis costs
40 ns a row: such arrays are better transposed. And arithmetic between a matrix and a column or row
goes through NumPy's buffers, unless these are shorter than a row: 320 us against 160 for a million
numbers. `cupy_rows.py` holds the same names and signatures for the GPU.
"""

from contextlib import contextmanager, nullcontext
from functools import lru_cache

import numpy as np

from minitorch.backend.threads import blocks, share

SHORT = 32  # numbers in a row that is better transposed: NumPy finds the maxima of (10000, 10) in
# 430 us, those of (10, 10000) in 12
WIDE = 512  # numbers in a row that is better not buffered
LARGE = 1 << 15  # numbers from which that pays
PIECE = 1 << 10  # numbers that a product with ones adds up
PART_BYTES = 1 << 21


def softmax(x, axis):
    """exp(x) over its sum along `axis`."""
    if not x.size:
        return x.copy()
    if _in_short_rows(x, axis):
        return _along(_softmax, 0, _columns(x)).T.copy().reshape(x.shape)
    return _along(_softmax, axis, x)


def _softmax(x, axis, out=None):
    y = np.subtract(x, np.maximum.reduce(x, axis, keepdims=True), out=out)
    y = np.exp(y, out=y if y.ndim else None)
    y /= _total(y, axis)
    return y


def softmax_share(g, y, axis):
    """(g - sum(g * y)) * y: the gradient of `softmax`, whose value is y."""
    return _along(_softmax_share, axis, g, y)


def _softmax_share(g, y, axis, out=None):
    share = np.subtract(g, _products(g, y, axis), out=out)
    share *= y
    return share


def log_softmax(x, axis):
    """Logarithm of `softmax`, without overflow."""
    if not x.size:
        return x.copy()
    if _in_short_rows(x, axis):
        return _along(_log_softmax, 0, _columns(x)).T.copy().reshape(x.shape)
    return _along(_log_softmax, axis, x)


def _log_softmax(x, axis, out=None):
    y = np.subtract(x, np.maximum.reduce(x, axis, keepdims=True), out=out)
    y -= np.log(_total(np.exp(y), axis))
    return y


def log_softmax_share(g, y, axis):
    """g - exp(y) * sum(g): the gradient of `log_softmax`, whose value is y."""
    return _along(_log_softmax_share, axis, g, y)


def _log_softmax_share(g, y, axis, out=None):
    share = np.exp(y, out=out)
    share *= _total(g, axis)
    return np.subtract(g, share, out=share if share.ndim else None)


def normalize_rows(x, weight, bias, eps, centre=True):
    """The rows of x (n, c) to mean 0 and variance 1, * weight + bias, (c,) or None.

    centre   False: to mean square 1; the mean stays
    returns  that; what it was before weight and bias; and what rows were multiplied by, (n, 1)
    """
    y, unit, scale = np.empty_like(x), np.empty_like(x), np.empty((len(x), 1), x.dtype)

    def formula(x, y, unit, scale):
        if centre:
            np.subtract(x, _total(x, 1) / x.shape[1], unit)
        else:
            np.copyto(unit, x)
        np.divide(1, np.sqrt(_products(unit, unit, 1) / x.shape[1] + eps), scale)
        unit *= scale
        _scale_rows(unit, weight, bias, y)

    _in_parts(formula, x, y, unit, scale)
    return y, unit, scale


def normalize_rows_share(g, weight, unit, scale, centre=True):
    """The gradient of `normalize_rows` with respect to x; unit and scale as it returned them.

    (g - mean(g) - unit * mean(g * unit)) * scale, where g counts times the weight; the first mean
    only if the rows were centred.
    """
    share = np.empty_like(unit)

    def formula(g, unit, scale, share):
        if weight is not None:
            g = _scale_rows(g, weight, None)
        np.multiply(unit, _products(g, unit, 1) / -g.shape[1], share)
        share += g
        if centre:
            share -= _total(g, 1) / g.shape[1]
        share *= scale

    _in_parts(formula, g, unit, scale, share)
    return share


def _scale_rows(x, weight, bias, out=None):
    """x * weight + bias for (n, c) and (c,), either of which may be None; not x itself."""
    y = np.positive(x, out) if weight is None else np.multiply(x, weight, out)
    if bias is not None:
        y += bias
    return y


def scale_rows_shares(g, unit):
    """The gradients of weight and bias in `normalize_rows`: sums over the rows, (c,).

    For (4096, 1000) the first takes 0.7 ms as one einsum, 1.4 as a product and a sum.
    """
    return np.einsum("ij,ij->j", g, unit), sum_of_rows(g)


def parts_of_rows(x, count):
    """Equal parts (..., c / count) of rows (..., c): views."""
    width = x.shape[-1] // count
    return tuple([x[..., i * width : (i + 1) * width] for i in range(count)])


def sum_of_rows(x):
    """(n, m) -> (m,); a product with ones takes 0.8 us for (64, 128), NumPy's sum 2.6."""
    return _ones(len(x), x.dtype).dot(x)


def total(x, axes=None, keepdims=False):
    """The sum over `axes`, a tuple; None: over all.

    Products with ones take 60 us for a million numbers, NumPy's sum 170; as many as are added up
    one after the other are few, so they are as exact.
    """
    if x.size >= LARGE and x.dtype.char in "fd" and x.flags.c_contiguous:
        if axes is None:
            whole = x.size - x.size % PIECE
            numbers = x.reshape(-1)
            pieces = numbers[:whole].reshape(-1, PIECE).dot(_ones(PIECE, x.dtype))
            y = np.add.reduce(pieces) + np.add.reduce(numbers[whole:])
            return y.reshape((1,) * x.ndim) if keepdims else y
        if axes == (x.ndim - 1,) and x.shape[-1] <= 4 * PIECE:
            y = x.dot(_ones(x.shape[-1], x.dtype))
            return y[..., None] if keepdims else y
    y = np.add.reduce(x, axes, None, None, keepdims)  # type: ignore[call-overload]  # a bool
    return y if axes is None or y.flags.c_contiguous else np.ascontiguousarray(y)


def _total(x, axis):
    """The sum along `axis`, which stays with length 1.

    A product with ones takes 260 us for (4096, 1000), NumPy's sum 670.
    """
    if x.size >= 512 and x.dtype.char in "fd":
        if axis in (-1, x.ndim - 1):
            return x.dot(_ones(x.shape[-1], x.dtype)).reshape(*x.shape[:-1], 1)
        if x.ndim == 2:
            return sum_of_rows(x)[None]
    return np.add.reduce(x, axis, keepdims=True)


def _products(x, y, axis):
    """The sum of x * y along `axis`, which stays with length 1."""
    if axis in (-1, x.ndim - 1) and x.ndim:
        return np.matmul(x[..., None, :], y[..., :, None])[..., 0]
    return np.add.reduce(x * y, axis, keepdims=True)


@lru_cache(64)
def _ones(length, dtype):
    """A vector that is not to be written to."""
    return np.ones(length, dtype)


def _in_short_rows(x, axis):
    return x.size >= 512 and x.ndim > 1 and axis in (-1, x.ndim - 1) and x.shape[-1] <= SHORT


def _columns(x):
    """The rows of `x` as columns, (n, c) -> (c, n), in memory of their own."""
    return x.reshape(-1, x.shape[-1]).T.copy()


def _along(formula, axis, *arrays):
    """formula(*arrays, axis), of large rows in parts."""
    x = arrays[0]
    if x.size < LARGE:
        return formula(*arrays, axis)
    if axis not in (-1, x.ndim - 1):
        with _buffers(x):
            return formula(*arrays, axis)
    made = np.empty(x.shape, x.dtype)
    rows = [a.reshape(-1, x.shape[-1]) for a in (*arrays, made)]
    _in_parts(lambda *parts: formula(*parts[:-1], 1, out=parts[-1]), *rows)
    return made


def _in_parts(formula, *rows):
    """formula(*rows), matrices of as many rows; of large ones with parts that fit the cache.

    Layer norm of (4096, 1000) takes 4.2 ms, all at once 5.3; its gradient 3.9 and 5.4.
    """
    x = rows[0]
    if x.size < LARGE:
        return formula(*rows)

    def of_rows(run):
        with _buffers(x):
            for part in run:
                formula(*[each[part] for each in rows])

    return share(of_rows, blocks(len(x), x.itemsize * x.shape[1], limit=PART_BYTES))


_AS_THEY_ARE = nullcontext()


@contextmanager
def _short_buffers():
    before = np.setbufsize(WIDE)
    try:
        yield
    finally:
        np.setbufsize(before)


def _buffers(x):
    """The context in which to compute with large `x` of wide rows."""
    return _short_buffers() if x.size >= LARGE and x.shape[-1] >= WIDE else _AS_THEY_ARE
