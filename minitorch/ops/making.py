"""What all functions share that make tensors: shape, dtype, device."""

import math
import warnings

import numpy as np

from minitorch.autograd.node import grad_mode
from minitorch.autograd.overlap import require_writable_elements
from minitorch.autograd.refusals import NO_GRADIENT, no_tensor
from minitorch.autograd.tensor import Tensor, wrap
from minitorch.autograd.versions import touch
from minitorch.backend.devices import device as as_device
from minitorch.backend.devices import get_default_device, load_cupy, move, placing
from minitorch.backend.dtypes import SCALAR_NAMES, as_dtype, get_default_dtype
from minitorch.backend.errors import ShapeError
from minitorch.backend.layouts import require_dense, strided
from minitorch.backend.settings import are_deterministic_algorithms_enabled
from minitorch.ops.from_data import require_grad_of
from minitorch.ops.shape import integers


def create(make, device, requires_grad=False, out=None, layout=strided, pin_memory=False):
    """The tensor of the array `make(xp)`, where xp is the namespace of `device`.

    Raises RuntimeError where the array would be larger than any memory.
    """
    if layout is not strided or pin_memory:
        require_dense(layout, pin_memory)
    if device is None:
        target = get_default_device() if out is None else out.device
    else:
        target = as_device(device)
    try:
        if target.type == "cpu":
            array = make(np)
        elif target.type == "meta":
            array = move(make(np), target)
        else:
            with placing(target):
                array = make(load_cupy())
            if array.size != math.prod(array.shape):  # CuPy's own count wraps around
                raise ValueError(f"{array.shape} is too big")
    except ValueError as error:
        if "too big" in str(error) or "exceeded" in str(error):
            raise ShapeError(f"Storage size calculation overflowed: {error}") from None
        raise
    if out is not None:
        return put_into(out, array)
    return require_grad_of(wrap(array), requires_grad)


def uninitialised(array):
    """A new `array` whose elements nobody has set; NaN, or the largest number, where
    `use_deterministic_algorithms` was chosen.
    """
    if are_deterministic_algorithms_enabled():
        kind = array.dtype.kind
        array[...] = np.nan if kind == "f" else kind == "b" or np.iinfo(array.dtype).max
    return array


def put_into(out, array):
    """`out` with these elements, in its own dtype; it takes on their shape."""
    if out.node is not None and grad_mode.enabled:
        raise RuntimeError(NO_GRADIENT)
    require_writable_elements(out.array)
    if out.array.shape == array.shape:
        out.array[...] = array
    else:
        out.array = array.astype(out.array.dtype)
    touch(out.array)
    return out


def in_shape_of(out, make, count):
    """`make` for `create`, its `count` numbers in the shape of `out` if that takes just as many."""
    if out is None or out.array.size == count:
        return make if out is None else lambda xp: make(xp).reshape(out.array.shape)
    if out.array.size:
        warnings.warn(
            f"The number of elements in the out tensor of shape {list(out.shape)} is "
            f"{out.array.size} which does not match the computed number of elements {count}. Note "
            "that this may occur as a result of rounding error. The out tensor will be resized to "
            f"a tensor of shape ({count},).",
            UserWarning,
            stacklevel=3,
        )
    return make


def shape_of(name, sizes, size=None):
    """The shape that sizes given one by one, as one sequence, or as `size=` stand for."""
    if size is not None:
        return shape_from(name, size)
    if not sizes:
        raise TypeError(f'{name}() missing 1 required positional arguments: "size"')
    one = len(sizes) == 1 and not hasattr(sizes[0], "__index__")
    return shape_from(name, sizes[0] if one else sizes)


def shape_from(name, size):
    """The sequence `size` as a shape."""
    if not hasattr(size, "__iter__") or isinstance(size, str):
        raise TypeError(
            f"{name}(): argument 'size' (position 1) must be tuple of ints, "
            f"not {type(size).__name__}"
        )
    shape = integers(f"{name}(): argument 'size' (position 1)", size)
    if shape and min(shape) < 0:
        raise ShapeError(
            "zeros: Dimension size must be non-negative."
            if name == "zeros"
            else f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}"
        )
    return shape


def kind_of(dtype, out=None):
    """The dtype of a new tensor: the one asked for, that of `out`, or the default one."""
    if out is not None:
        if dtype is not None and as_dtype(dtype) is not out.dtype:
            raise ShapeError(
                f"dtype {SCALAR_NAMES[as_dtype(dtype).name]} does not match dtype of out parameter "
                f"({SCALAR_NAMES[out.dtype.name]})"
            )
        return out.dtype
    return get_default_dtype() if dtype is None else as_dtype(dtype)


def require_tensor(name, value, argument="input", position=1):
    """Refuse what is no tensor as this argument of the function `name`."""
    if not isinstance(value, Tensor):
        raise TypeError(no_tensor(name, argument, position, value))


def number(name, argument, position, value):
    """The Python number in a 0-d tensor or array; a Python number as it is."""
    if getattr(value, "shape", None) == ():
        value = value.item()
    if not isinstance(value, bool | int | float):
        raise TypeError(
            f"{name}(): argument '{argument}' (position {position}) must be Number, "
            f"not {type(value).__name__}"
        )
    return value
