"""Random words of 64 bits as numbers of a distribution, on NumPy arrays.

The words come from `stream`, NumPy's generator, in whole blocks of four. The arithmetic is that of
`cupy_random.py`, operation by operation: the same words give the same bits on both.
"""

import math

import numpy as np

from minitorch.backend import ziggurat

PIECE = 1 << 13  # words at a time, so that what is made of them stays in the cache


def uniform(stream, shape, dtype):
    """Floats in [0, 1): of the half of a word, or for float64 of a word, the highest bits."""
    count, per_block = math.prod(shape), 4 if dtype.itemsize == 8 else 8
    wider = np.float32 if dtype.itemsize == 2 else dtype
    if count % per_block:
        y = stream.random(-(-count // per_block) * per_block, wider)[:count].copy().reshape(shape)
    else:
        y = stream.random(shape, wider)
    if dtype.itemsize == 2:  # 11 bits, so that none is rounded up to 1
        return (np.floor(y * 2048) / 2048).astype(dtype)
    return y


def mask(stream, shape, dtype, p, scale):
    """0 where a `uniform` number is below p, else `scale`: what dropout multiplies by."""
    return (uniform(stream, shape, dtype) >= p) * dtype.type(scale)


def normal(stream, shape, dtype):
    """Floats of mean 0 and standard deviation 1."""
    widths, sure = ziggurat.tables()

    def of(words):
        layer = (words & (ziggurat.LAYERS - 1)).view(np.int64)
        x = (words.view(np.int64) >> 12) + 0.5
        x *= ziggurat.PLACE
        x *= widths.take(layer)
        for i in np.flatnonzero(np.abs(x) >= sure.take(layer)).tolist():
            x[i] = ziggurat.unlikely(int(words[i]))
        return x

    return by_piece(of, stream, shape, dtype)


def exponential(stream, shape, dtype):
    """Positive floats of density exp(-x)."""
    return by_piece(lambda words: -ziggurat.log(ziggurat.uniform(words)), stream, shape, dtype)


def geometric(stream, p, shape):
    """int64: how many tries of success probability p it takes."""
    least = math.log1p(-p)

    def of(words):
        return np.floor(ziggurat.log(ziggurat.uniform(words)) / least) + 1

    return by_piece(of, stream, shape, np.dtype(np.int64))


def integers(stream, low, high, shape):
    """int64 from `low` up to but not including `high`: the words scaled, or their remainders."""
    span = high - low

    def of(words):
        if span <= 2**32:  # the upper half of a product of 128 bits
            lower = (words & 0xFFFFFFFF) * np.uint64(span)
            words = ((words >> 32) * np.uint64(span) + (lower >> 32)) >> 32
        elif span < 2**64:
            words = words % np.uint64(span)
        return (words + np.uint64(low % 2**64)).view(np.int64)

    return by_piece(of, stream, shape, np.dtype(np.int64))


def by_piece(of, stream, shape, dtype):
    """The numbers that the function `of` makes of words, one of each."""
    count = math.prod(shape)
    y = np.empty(shape, np.float32 if dtype.itemsize == 2 else dtype)
    flat = y.reshape(-1)
    for i in range(0, count, PIECE):
        wanted = min(PIECE, count - i)
        words = stream.bit_generator.random_raw(-(-wanted // 4) * 4)
        flat[i : i + wanted] = of(words[:wanted])
    return y.astype(dtype, copy=False)
