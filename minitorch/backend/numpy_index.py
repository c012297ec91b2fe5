"""Reading and writing parts of NumPy arrays: what indexing ops and their gradients need.

`cupy_index.py` holds the same names and signatures for the GPU. A `key` is what stands in square
brackets; `indices` hold one position along `axis` for each of their own elements, like those of
`np.take_along_axis`, but may be shorter than the array along the other axes.
"""

import math
from functools import partial

import numpy as np

from minitorch.backend import both as _both
from minitorch.backend.both import first_order  # noqa: F401  a kernel like the others
from minitorch.backend.devices import move  # noqa: F401  a kernel like the others

BLOCK = 1 << 17  # elements added at a time: their positions stay in the L2 cache
HALF_PAGE = 1 << 11  # bytes
COLUMNS = 8
FEW = 32  # of the largest, found one by one
FEW_LINES = 1 << 12  # elements that are better read by lines


def copied(x, order):
    """A copy in the memory order "C" or "K"; what was broadcast has no order to be kept."""
    order = "C" if 0 in x.strides else order
    step = x.strides[-1] if x.ndim else 0
    if order == "K" or not step or step % HALF_PAGE or x.size < 1 << 15:
        return np.array(x, order=order)
    # The cache keeps few lines that are half or whole pages apart: a transposed (1024, 1024) takes
    # 5.6 ms, a few columns at a time, each line of which is used up at once, 0.8; (2304, 512) takes
    # 16 ms and 1.7.
    y = np.empty(x.shape, x.dtype)
    for start in range(0, x.shape[-1], COLUMNS):
        y[..., start : start + COLUMNS] = x[..., start : start + COLUMNS]
    return y


def fits_strides(x, size):
    """Whether a view of `x` can have the shape `size`; also where no array can have it."""
    try:
        made = x.reshape(size)
    except ValueError:
        return True
    return made.base is x or (made.base is not None and made.base is x.base)


def put(x, value, key):
    """A copy of `x` whose part `key` is `value`, an array or a number."""
    y = copied(x, "K")  # also of a NumPy scalar, which 0-d arithmetic gives
    y[key] = value
    return y


def put_add(g, key, shape, unique):
    """Zeros of `shape` with `g` added at `key`; `unique`: no element is addressed twice."""
    y = np.zeros(shape, g.dtype)
    if unique:
        y[key] = g
    elif len(key) == 1:
        add_rows(y, key[0], g)
    elif all(type(each) is slice for each in key[:-1]):  # whole ones
        add_slices(y, key[-1], g, len(key) - 1)
    else:
        add_flat(y, np.arange(y.size).reshape(shape)[key], g)
    return y


def copy_at(x, key):
    """x[key] for a key of whole slices, index arrays and masks; contiguous.

    NumPy puts the dimensions of the index first in memory, so that the result would not be.
    """
    if x.flags.c_contiguous:
        if type(key[0]) is not slice:
            return x[key]
        if all(type(each) is slice for each in key[:-1]) and key[-1].dtype.kind != "b":
            return x.take(key[-1], len(key) - 1)  # 2 to 4 times faster than x[key]
    return np.ascontiguousarray(x[key])


def take_rows(x, index):
    """x[index]; the method `take` is up to three times faster, `np.take` costs 1.3 us more."""
    return x.take(index, 0)


def add_rows(y, index, g):
    """y[index] += g, where `index` may name a row more than once; `y` is contiguous.

    By flat positions: `np.add.at` is 5 times faster on one axis than by rows.
    """
    width = math.prod(y.shape[1:])
    index, g = index.reshape(-1, 1), g.reshape(index.size, width)
    rows = max(1, BLOCK // max(1, width))
    for start in range(0, len(index), rows):
        part = index[start : start + rows] * width + np.arange(width)
        add_flat(y, part, g[start : start + rows])


def add_slices(y, index, g, axis):
    """`add_rows` for slices that are cut along `axis`: 3 us more for a few numbers."""
    size, width = y.shape[axis], math.prod(y.shape[axis + 1 :])
    index = np.where(index < 0, index + size, index).reshape(-1, 1)
    outer = math.prod(y.shape[:axis])
    y, g = y.reshape(outer, size * width), g.reshape(outer, index.size, width)
    most = max(1, BLOCK // max(1, index.size * width))
    rows = max(1, BLOCK // max(1, width))
    for i in range(0, outer, most):
        first = np.arange(len(y[i : i + most])).reshape(-1, 1, 1) * y.shape[1]
        for start in range(0, len(index), rows):
            part = index[start : start + rows] * width + np.arange(width)
            add_flat(y[i : i + most], first + part, g[i : i + most, start : start + rows])


def add_flat(y, positions, g):
    """y.flat[positions] += g, where positions may repeat; `y` is contiguous."""
    np.add.at(y.reshape(-1), positions.reshape(-1), g.reshape(-1))


def take_along(x, indices, axis):
    """The element of `x` along `axis` that each of `indices` names."""
    # For half a million by flat positions 0.9 ms, by lines 2.4; for a hundred 8 us and 3.
    if indices.size > FEW_LINES and x.flags.c_contiguous:
        return x.reshape(-1).take(flat_positions(indices, axis, x.shape))
    return x[lines(indices, axis)]


def put_along(g, indices, axis, shape):
    """Zeros of `shape` with `g` at `indices`, of which none names an element twice."""
    y = np.zeros(shape, g.dtype)
    y[lines(indices, axis)] = g
    return y


def set_along(x, value, indices, axis):
    """A copy of `x` with `value`, an array or a number, at `indices`."""
    y = x.copy()
    y[lines(indices, axis)] = value
    return y


lines = partial(_both.lines, np)


def add_along(g, indices, axis, shape):
    """Zeros of `shape` with `g` added at `indices`, which may name an element more than once."""
    y = np.zeros(shape, g.dtype)
    add_flat(y, flat_positions(indices, axis, shape), g)
    return y


def flat_positions(indices, axis, shape):
    """The positions in a flat array of `shape` of what `indices` name along `axis`."""
    steps = [math.prod(shape[d + 1 :]) for d in range(len(shape))]
    if outside(indices, shape[axis]) is not None:
        indices = np.where(indices < 0, indices + shape[axis], indices)
    positions = indices if steps[axis] == 1 else indices * steps[axis]
    last = indices.ndim - 1  # np.ix_ would take 4 us more
    others = [
        (np.arange(n) * step).reshape(n, *[1] * (last - d))
        for d, (n, step) in enumerate(zip(indices.shape, steps))
        if d != axis
    ]
    return positions + sum(others)


JOINING = {"sum": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum}


def reduce_along(x, src, indices, axis, reduce):
    """A copy of `x` with `src` joined in at `indices` by "sum", "prod", "amax" or "amin"."""
    y = np.array(x, order="C")
    positions = flat_positions(indices, axis, x.shape)
    JOINING[reduce].at(y.reshape(-1), positions.reshape(-1), src.reshape(-1))
    return y


byte_bounds = np.lib.array_utils.byte_bounds


def memory(x):
    """The whole memory that `x` views, as one flat array.

    Raises ValueError for memory with gaps that another library owns.
    """
    root = base = x
    while base is not None:
        root = base if type(base) is np.ndarray else root
        base = getattr(base, "base", None)
    flat = root.ravel(order="K")
    if flat.ctypes.data != root.ctypes.data:  # a copy
        raise ValueError("the memory has gaps and belongs to another library: clone() it first")
    return flat


def strided(x, shape, strides, offset):
    """The memory of `x` from `offset` bytes after its first element on, read with these `strides`.

    A view, of which `base` leads to the owner of the memory (that of NumPy's `as_strided` does
    not); read-only where it is clear that elements overlap.
    """
    flat = memory(x)
    start = 0 if 0 in shape else x.ctypes.data - flat.ctypes.data + offset
    y = np.ndarray(shape, x.dtype, flat, start, strides)
    reach = 0
    for stride, n in sorted(zip(strides, shape)):
        if n > 1:
            y.flags.writeable = y.flags.writeable and stride > reach
            reach += (n - 1) * stride
    return y


windows = partial(_both.windows, strided)
add_windows = partial(_both.add_windows, np)


def diagonal(x, offset, axis1, axis2):
    """The diagonal as the last axis: a view that can be written to where `x` can."""
    y = x.diagonal(offset, axis1, axis2)
    y.flags.writeable = x.flags.writeable
    return y


def put_diagonal(g, offset, axis1, axis2, shape):
    """Zeros of `shape` with `g` on that diagonal."""
    y = np.zeros(shape, g.dtype)
    diagonal(y, offset, axis1, axis2)[...] = g
    return y


def order(x, axis, descending):
    """The indices that sort `x` along `axis`; equal elements keep their order, nan is largest."""
    if not descending:
        return x.argsort(axis, kind="stable")
    backwards = (slice(None),) * axis + (slice(None, None, -1),)
    return x.shape[axis] - 1 - x[backwards].argsort(axis, kind="stable")[backwards]


def place_of_kth(x, k, axis):
    """The index along `axis`, which stays, of what comes at place `k`, from 0, when it is sorted.

    k  one for each line, or one for all

    Half a million numbers in rows of 1024: 5 ms; if their order is needed, 25.
    """
    k = np.broadcast_to(k, [1 if d == axis else n for d, n in enumerate(x.shape)])
    first = int(k.flat[0]) if k.size else 0
    if (k == first).all():
        value = np.partition(x, first, axis).take([first], axis)
        equal = x == value
        if (np.count_nonzero(equal, axis) == 1).all():  # neither nan nor one of equal elements
            return equal.argmax(axis, keepdims=True)
    return take_along(order(x, axis, False), k, axis)


def top(x, k, axis, largest):
    """The indices of the `k` largest (or smallest) elements along `axis`, in order."""
    few = 0 < k <= min(FEW, x.shape[axis] // 8)
    found = _top_few(x, k, axis, largest) if few else None
    if found is not None:
        return found
    first = (slice(None),) * axis
    return order(x, axis, largest)[(*first, slice(k))].copy()


def _top_few(x, k, axis, largest):
    """The same one by one, 0.1 ms each in half a million; None where nan or the end of the dtype's
    range is among them, which stands for what was found already.
    """
    ends = np.iinfo(x.dtype) if x.dtype.kind in "iu" else None
    end = (ends.min if largest else ends.max) if ends else (-math.inf if largest else math.inf)
    lines = np.array(x.swapaxes(axis, -1), order="C").reshape(-1, x.shape[axis])
    every = np.arange(len(lines))
    found = np.empty((len(lines), k), np.int64)
    for i in range(k):
        found[:, i] = at = lines.argmax(1) if largest else lines.argmin(1)
        values = lines[every, at]
        if not ((values > end) if largest else (values < end)).all():
            return None
        lines[every, at] = end
    shape = list(x.shape)
    shape[axis], shape[-1] = shape[-1], k
    return np.ascontiguousarray(found.reshape(shape).swapaxes(axis, -1))


def outside(indices, size):
    """The first of `indices` that is not in [0, size), or None."""
    # Read as unsigned, a negative number is a large one: one pass finds both.
    if not indices.size or indices.view(f"u{indices.itemsize}").max() < size:
        return None
    return int(indices[(indices < 0) | (indices >= size)][0])
