"""`out=` of the functions that combine ops; ops have it by themselves."""

from functools import wraps

import numpy as np

from minitorch.autograd.node import grad_mode
from minitorch.autograd.op import written
from minitorch.autograd.tensor import Tensor
from minitorch.autograd.versions import owner

SHARED = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to "
    "a single memory location. Please clone() the tensor before performing the operation."
)


def into(out, f, *args, **settings):
    """The tensor `out` with the value of f(*args, **settings) written into it.

    Raises RuntimeError where a gradient is wanted, where `out` shares memory with an input, and
    where the dtype of the value can't be cast to that of `out`.
    """
    given = [*args, *settings.values()]
    for each in given:  # grows while we walk it
        if isinstance(each, tuple | list):
            given.extend(each)
    tensors = [each for each in given if isinstance(each, Tensor)]
    if grad_mode.enabled and any(t.node is not None for t in [*tensors, out]):
        raise RuntimeError(
            f"{f.__name__}(): functions with out=... arguments don't support automatic "
            "differentiation, but one of the arguments requires grad."
        )
    value = f(*args, **settings).array
    if out.is_cpu and any(overlap(t.array, out.array, value) for t in tensors if t.is_cpu):
        raise RuntimeError(SHARED)
    return written(value, out)


def takes_out(f):
    """`f` that takes `out=` too: a tensor, or as many of them as f returns."""

    @wraps(f)
    def call(*args, out=None, **settings):
        if out is None:
            return f(*args, **settings)
        if isinstance(out, Tensor):
            return into(out, f, *args, **settings)
        values = f(*args, **settings)
        return type(values)(*[written(y.array, o) for y, o in zip(values, out, strict=True)])

    return call


def overlap(array, out, value):
    """Whether `array` lies where `value` is to be written: at `out`, or on from its start."""
    start, stop = np.lib.array_utils.byte_bounds(out)
    if out.shape != value.shape and owner(out) is owner(array):
        stop = start + value.nbytes
    first, last = np.lib.array_utils.byte_bounds(array)
    return array is out or (array.size and first < stop and start < last)
