"""The kernels of `numpy_index.py` on CuPy arrays: same names, same signatures.

Indices out of bounds wrap round here, since looking for them would wait for the GPU; so does a mask
as key, which CuPy counts before it can allocate.
"""

import math
from functools import partial

import cupy as cp

from minitorch.backend import both as _both
from minitorch.backend.both import first_order  # noqa: F401  a kernel like the others
from minitorch.backend.devices import move  # noqa: F401  a kernel like the others


def copied(x, order):
    """A copy in the memory order "C" or "K"; what was broadcast has no order to be kept."""
    return cp.array(x, order="C" if 0 in x.strides else order)


def fits_strides(x, size):
    """Whether a view of `x` can have the shape `size`; also where no array can have it."""
    y = x.view()
    try:
        y.shape = size
    except AttributeError:  # it takes a copy, which `reshape` would have made
        return False
    except ValueError:
        pass
    return True


def put(x, value, key):
    """A copy of `x` whose part `key` is `value`, an array or a number."""
    y = x.copy()
    y[key] = value
    return y


def put_add(g, key, shape, unique):
    """Zeros of `shape` with `g` added at `key`; `unique`: no element is addressed twice."""
    if not unique and _too_small_to_add(g):
        return put_add(g.astype("int64"), key, shape, unique).astype(g.dtype)
    y = cp.zeros(shape, g.dtype)
    if unique:
        y[key] = g
    else:
        cp.add.at(y, key, g)
    return y


def _too_small_to_add(x):
    """Whether these are integers that CuPy's `add.at` does not take."""
    return x.dtype.kind in "biu" and x.itemsize < 4


def copy_at(x, key):
    """x[key] for a key of whole slices, index arrays and masks."""
    return x[key]


def take_rows(x, index):
    """x[index]."""
    return x.take(index, 0)


# Where `index`, element i of the indices, points to in an array of `width` elements along the axis.
AT = """
    ptrdiff_t at = index % width;
    at = (i / (count * inner) * width + (at < 0 ? at + width : at)) * inner + i % inner;
"""
SIZES = "int64 count, int64 inner, int64 width"
_take = cp.ElementwiseKernel(f"raw T x, I index, {SIZES}", "T y", AT + "y = x[at];", "take_along")
_put = cp.ElementwiseKernel(f"T g, I index, {SIZES}", "raw T y", AT + "y[at] = g;", "put_along")
_add = cp.ElementwiseKernel(
    f"T g, I index, {SIZES}", "raw T y", AT + "atomicAdd(&y[at], g);", "add_along"
)


def take_along(x, indices, axis):
    """The element of `x` along `axis` that each of `indices` names."""
    return _take(*_along(x, indices, axis))


def put_along(g, indices, axis, shape):
    """Zeros of `shape` with `g` at `indices`, of which none names an element twice."""
    y = cp.zeros(shape, g.dtype)
    part, *where = _along(y, indices, axis)
    _put(g, *where, part)
    return y


def set_along(x, value, indices, axis):
    """A copy of `x` with `value`, an array or a number, at `indices`."""
    y = x.copy()
    part, *where = _along(y, indices, axis)
    _put(value, *where, part)
    return y


def add_along(g, indices, axis, shape):
    """Zeros of `shape` with `g` added at `indices`, which may name an element more than once."""
    if g.dtype.kind != "f":
        return put_add(g, lines(indices, axis), shape, False)
    y = cp.zeros(shape, g.dtype)
    part, *where = _along(y, indices, axis)
    _add(g, *where, part)
    return y


def _along(x, indices, axis):
    """What a kernel is told: the part of x over which `indices` reach, these, and the sizes."""
    shape, width = indices.shape, x.shape[axis]
    if indices.size and not width:
        raise IndexError(f"index is out of bounds for dimension {axis} with size 0")
    part = x[tuple([slice(None) if d == axis else slice(n) for d, n in enumerate(shape)])]
    return part, indices, shape[axis], math.prod(shape[axis + 1 :]), width


lines = partial(_both.lines, cp)
JOINING = {"prod": cp.multiply, "amax": cp.maximum, "amin": cp.minimum}


def reduce_along(x, src, indices, axis, reduce):
    """A copy of `x` with `src` joined in at `indices` by "sum", "prod", "amax" or "amin"."""
    if reduce == "sum" and _too_small_to_add(x):
        return reduce_along(x.astype("int64"), src, indices, axis, reduce).astype(x.dtype)
    y = cp.array(x, order="C")
    if reduce == "sum":
        cp.add.at(y, lines(indices, axis), src)
        return y
    # There is no multiply.at, and maximum.at takes negative int64 for large ones: so what goes to
    # one place is brought together by sorting, and joined with what comes before it by doubling.
    join = JOINING[reduce]
    places = cp.arange(y.size).reshape(y.shape)[lines(indices, axis)].reshape(-1)
    if not places.size:
        return y
    order = cp.argsort(places)
    places, joined = places[order], src.reshape(-1)[order]
    step = 1
    while step < places.size:
        same = places[step:] == places[:-step]
        joined[step:] = cp.where(same, join(joined[step:], joined[:-step]), joined[step:])
        step *= 2
    last = cp.append(places[1:] != places[:-1], True)
    to = cp.where(last, places, y.size)
    flat = cp.append(y.reshape(-1), y.reshape(-1)[:1])  # the element more takes what is not last
    flat[to] = join(flat[to], joined)
    return flat[:-1].reshape(y.shape)


def memory(x):
    """The whole memory that `x` views, as one flat array."""
    while x.base is not None:
        x = x.base
    return x.ravel(order="K")


def byte_bounds(x):
    """The addresses of the first byte of `x` and of the first after its last."""
    start = stop = x.data.ptr
    if x.size:
        reaches = [(n - 1) * step for n, step in zip(x.shape, x.strides)]
        start += sum(reach for reach in reaches if reach < 0)
        stop += sum(reach for reach in reaches if reach > 0) + x.itemsize
    return start, stop


def strided(x, shape, strides, offset):
    """The memory of `x` from `offset` bytes after its first element on, read with these `strides`.

    A view, of which `base` leads to the owner of the memory.
    """
    return cp.ndarray(shape, x.dtype, x.data + offset, strides)


windows = partial(_both.windows, strided)
add_windows = partial(_both.add_windows, cp)


def diagonal(x, offset, axis1, axis2):
    """The diagonal as the last axis: a view."""
    return x.diagonal(offset, axis1, axis2)


def put_diagonal(g, offset, axis1, axis2, shape):
    """Zeros of `shape` with `g` on that diagonal."""
    y = cp.zeros(shape, g.dtype)
    diagonal(y, offset, axis1, axis2)[...] = g
    return y


def order(x, axis, descending):
    """The indices that sort `x` along `axis`; equal elements keep their order."""
    if not descending:
        return cp.argsort(x, axis=axis)
    return x.shape[axis] - 1 - cp.flip(cp.argsort(cp.flip(x, axis), axis=axis), axis)


def place_of_kth(x, k, axis):
    """The index along `axis`, which stays, of what comes at place `k`, from 0, when it is sorted.

    k  one for each line, or one for all
    """
    k = cp.broadcast_to(k, [1 if d == axis else n for d, n in enumerate(x.shape)])
    return take_along(order(x, axis, False), k, axis)


def top(x, k, axis, largest):
    """The indices of the `k` largest (or smallest) elements along `axis`, in order."""
    return order(x, axis, largest)[(slice(None),) * axis + (slice(k),)].copy()


def outside(indices, size):
    """None: to look at the values would wait for the GPU."""
    return None


def isin(x, others, assume_unique=False, invert=False):
    """Whether each element of `x` is among `others`; CuPy's own leaves some unanswered."""
    others = cp.sort(others.reshape(-1))
    if not others.size:
        return cp.full(x.shape, invert)
    places = cp.minimum(cp.searchsorted(others, x), others.size - 1)
    return (others[places] == x) != invert


def unique(x, **options):
    """`np.unique`; bools go as bytes, since CuPy subtracts slices to compare them."""
    if x.dtype != bool:
        return cp.unique(x, **options)
    values, *rest = cp.unique(x.view(cp.uint8), **options)
    return values.view(bool), *rest
