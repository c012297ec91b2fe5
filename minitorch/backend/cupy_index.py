"""The kernels of `numpy_index.py` on CuPy arrays: same names, same signatures.

Indices out of bounds wrap round here, since looking for them would wait for the GPU; so does a mask
as key, which CuPy counts before it can allocate.
"""

import cupy as cp

from minitorch.backend.devices import move  # noqa: F401  a kernel like the others


def put(x, value, key):
    """A copy of `x` whose part `key` is `value`, an array or a number."""
    y = x.copy()
    y[key] = value
    return y


def put_add(g, key, shape, unique):
    """Zeros of `shape` with `g` added at `key`; `unique`: no element is addressed twice."""
    y = cp.zeros(shape, g.dtype)
    if unique:
        y[key] = g
    else:
        cp.add.at(y, key, g)
    return y


def take_rows(x, index):
    """x[index]."""
    return x.take(index, 0)


def take_along(x, indices, axis):
    """The element of `x` along `axis` that each of `indices` names."""
    return x[lines(indices, axis)]


def put_along(g, indices, axis, shape):
    """Zeros of `shape` with `g` at `indices`, of which none names an element twice."""
    y = cp.zeros(shape, g.dtype)
    y[lines(indices, axis)] = g
    return y


def set_along(x, value, indices, axis):
    """A copy of `x` with `value`, an array or a number, at `indices`."""
    y = x.copy()
    y[lines(indices, axis)] = value
    return y


def add_along(g, indices, axis, shape):
    """Zeros of `shape` with `g` added at `indices`, which may name an element more than once."""
    y = cp.zeros(shape, g.dtype)
    cp.add.at(y, lines(indices, axis), g)
    return y


def lines(indices, axis):
    """The key that addresses what `indices` name along `axis`."""
    last = indices.ndim - 1
    key = [cp.arange(n).reshape(n, *[1] * (last - d)) for d, n in enumerate(indices.shape)]
    key[axis] = indices
    return tuple(key)


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


def top(x, k, axis, largest):
    """The indices of the `k` largest (or smallest) elements along `axis`, in order."""
    return order(x, axis, largest)[(slice(None),) * axis + (slice(k),)]


def outside(indices, size):
    """None: to look at the values would wait for the GPU."""
    return None
