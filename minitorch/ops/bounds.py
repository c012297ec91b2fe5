"""Bounds on elements, and numbers in place of nan and the infinities. All shapes broadcast."""

import math

from minitorch.autograd.op import op
from minitorch.autograd.refusals import UNCAST, exactly, require_kind
from minitorch.autograd.tensor import Tensor, alias, function, method
from minitorch.backend import dtypes
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.elementwise import same
from minitorch.ops.from_data import fitting
from minitorch.ops.making import number, require_tensor

BOUNDS = {"f": (float, int), "i": (int,), "u": (int,), "b": ()}  # that widen no such tensor


@op(numbers="none")
def fmax(x, other, /):
    """The larger of two; a number where the other is nan. Where they are equal, x."""
    xp = namespace(x)
    first = (x >= other) | xp.isnan(other)
    return (
        xp.fmax(x, other),
        lambda g: xp.where(first, g, 0),
        lambda g: xp.where(first, 0, g),
    )


@op(numbers="none")
def fmin(x, other, /):
    """The smaller of two; a number where the other is nan. Where they are equal, x."""
    xp = namespace(x)
    first = (x <= other) | xp.isnan(other)
    return (
        xp.fmin(x, other),
        lambda g: xp.where(first, g, 0),
        lambda g: xp.where(first, 0, g),
    )


@op(public=False, numpy=("clip",), shown="ClampBackward1", exact=exactly(UNCAST))
def clamp_scalar(x, /, min=None, max=None):
    """x where it lies in [min, max], else the nearer bound; numbers, None: no bound."""
    xp = namespace(x)
    y = x if min is None else xp.maximum(x, min)
    y = y if max is None else xp.minimum(y, max)

    def vjp(g):
        if min is not None:
            g = xp.where(x >= min, g, 0)
        return g if max is None else xp.where(x <= max, g, 0)

    return y, vjp


@op(public=False, shown="ClampBackward0")
def clamp_tensor(x, min=None, max=None, /):
    """x where it lies in [min, max], else the nearer bound; None: no bound."""
    xp = namespace(x)
    if min is not None and max is not None:
        require_kind(x.dtype, "b", "clamp_cpu")
    y = x if min is None else xp.maximum(x, min)
    y = y if max is None else xp.minimum(y, max)
    above = True if min is None else x >= min
    below = True if max is None else x <= max
    ordered = True if min is None or max is None else min <= max
    return (
        y,
        lambda g: xp.where(above & below, g, 0),
        lambda g: xp.where((x < min) & ordered, g, 0),
        lambda g: xp.where((x > max) | (ordered ^ True), g, 0),
    )


@function
@method
def clamp(input, min=None, max=None, *, out=None):
    """input where it lies in [min, max], else the nearer bound; tensors, numbers, None: no bound.

    Where min exceeds max, max.
    """
    if min is None and max is None:
        raise ShapeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    for bound in (min, max):
        if type(bound) in BOUNDS[input.dtype.kind]:
            fitting(bound, input.dtype)
    if isinstance(min, Tensor) or isinstance(max, Tensor) or input.array.dtype.kind != "f":
        return clamp_tensor(input, min, max, out=out)
    if min is not None:
        min = number("clamp", "min", 2, min)
    if max is not None:
        max = number("clamp", "max", 3, max)
    return clamp_scalar(input, min, max, out=out)


@function
@method
def clamp_min(input, min, *, out=None):
    """The larger of `input` and `min`, a number or a tensor."""
    require_tensor("clamp_min", input)
    return clamp(input, min, out=out)


@function
@method
def clamp_max(input, max, *, out=None):
    """The smaller of `input` and `max`, a number or a tensor."""
    require_tensor("clamp_max", input)
    return clamp(input, max=max, out=out)


@op(exact=exactly("nan_to_num: dtype of out: {Given} should be same as input: {Made}"))
def nan_to_num(x, /, nan=None, posinf=None, neginf=None):
    """x with numbers in place of nan (default 0), inf (the largest) and -inf (the least float)."""
    xp = namespace(x)
    if x.dtype.kind != "f":
        return xp.copy(x), same
    limits = dtypes.finfo(dtypes.dtype_in_numpy(x.dtype))
    y = xp.where(xp.isnan(x), 0.0 if nan is None else nan, x)
    y = xp.where(y == math.inf, limits.max if posinf is None else posinf, y)
    y = xp.where(y == -math.inf, limits.min if neginf is None else neginf, y)
    return y, lambda g: xp.where(xp.isfinite(x), g, 0)


clip = alias("clip", clamp)
