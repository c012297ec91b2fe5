"""Device "meta": arrays with a shape, strides and a dtype, and no values.

A model made there costs no memory; its values come later, by `load_state_dict(assign=True)`, or
after `to_empty`. Writing changes nothing. What functions return has no values either: the shape of
elementwise ones is that of the operands broadcast, that of others is found by computing on zeros.
"""

from functools import wraps
from typing import Any

import numpy as np

NO_DATA = "Cannot copy out of meta tensor; no data!"
BY_VALUE = ("argwhere", "bincount", "flatnonzero", "nonzero", "unique")  # what shape they return
METHODS = ("argmax", "argmin", "argpartition", "argsort", "dot", "repeat", "searchsorted")


class Meta(np.ndarray):
    """An array whose elements nobody reads: its memory is asked for, but never touched."""

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **settings):
        if out is not None and not isinstance(out[0], Meta):
            raise NotImplementedError(NO_DATA)
        if method != "__call__" or ufunc.signature:
            y = of_zeros(getattr(ufunc, method))(*inputs, **settings)
            return y if out is None else out[0]
        if any(np.ndim(x) and not isinstance(x, Meta) for x in inputs):
            raise ValueError("an operand lies on another device")
        shape = np.broadcast_shapes(*(np.shape(x) for x in inputs))
        if out is not None:
            if np.broadcast_shapes(shape, out[0].shape) != out[0].shape:
                raise ValueError(f"{shape} does not fit into {out[0].shape}")
            return out[0]
        with np.errstate(all="ignore"):
            y = ufunc(*(np.ones((), x.dtype) if isinstance(x, np.ndarray) else x for x in inputs))
        if ufunc.nout > 1:
            return tuple(bare(shape, each.dtype) for each in y)
        return bare(shape, y.dtype)

    def __array_function__(self, function, types, args, kwargs):
        return of_zeros(function)(*args, **kwargs)

    def __setitem__(self, key, value):
        np.broadcast_to(np.zeros(np.shape(value)), self[key].shape)

    def astype(self, dtype, *args, **kwargs):
        return bare(self.shape, dtype)

    def copy(self, order="C"):
        return bare(self.shape, self.dtype)

    def fill(self, value):
        pass

    def item(self, *place):
        raise RuntimeError("Tensor.item() cannot be called on meta tensors")

    def tolist(self):
        raise NotImplementedError(NO_DATA)

    __bool__ = __float__ = __int__ = __index__ = item

    def tobytes(self, order="C"):
        raise NotImplementedError(NO_DATA)


class MetaFunctions:
    """`namespace(x)` for a Meta array, which reads the kernels in `numpy` on zeros."""

    numpy: Any  # the namespace of NumPy arrays

    def __getattr__(self, name):
        known = getattr(self.numpy, name)
        as_it_is = isinstance(known, np.ufunc | type) or not callable(known)
        return known if as_it_is else of_zeros(known)

    @staticmethod
    def move(array, target, non_blocking=False):
        if target.type != "meta":
            raise NotImplementedError(NO_DATA)
        return array


META = MetaFunctions()


def bare(shape, dtype):
    """A new Meta array."""
    return np.empty(shape, dtype).view(Meta)


def of_zeros(function):
    """`function`, which returns Meta arrays of the shapes and dtypes that it makes of zeros."""
    if function.__name__ in BY_VALUE:
        raise NotImplementedError(
            f"{function.__name__} of a tensor on device 'meta': the shape depends on its values"
        )

    @wraps(function)
    def call(*args, **kwargs):
        with np.errstate(all="ignore"):
            y = function(*each(zeros, args), **each(zeros, kwargs))
        return each(emptied, y)

    return call


def each(change, value):
    """`value`, with `change` of what stands in tuples, lists and dicts."""
    if isinstance(value, tuple | list):
        make = getattr(value, "_make", type(value))  # of named ones
        return make(each(change, x) for x in value)
    if isinstance(value, dict):
        return {key: each(change, x) for key, x in value.items()}
    return change(value)


def zeros(x):
    """Zeros in the shape of a Meta array; anything else as it is."""
    return np.zeros(x.shape, x.dtype) if isinstance(x, Meta) else x


def emptied(y):
    return bare(y.shape, y.dtype) if isinstance(y, np.ndarray | np.generic) else y


for _name in METHODS:
    setattr(Meta, _name, of_zeros(getattr(np.ndarray, _name)))
