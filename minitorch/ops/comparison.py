"""Comparisons, what kind of number an element is, and logic. All shapes broadcast."""

import math

from minitorch.autograd.op import op
from minitorch.autograd.refusals import exactly, require_out
from minitorch.autograd.tensor import Tensor, alias, function, method
from minitorch.backend.dtypes import SCALAR_NAMES
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.making import require_tensor

# -------------------------------------------------------------------- comparison


@op(differentiable=False, numpy=("equal",), numbers="other")
def eq(x, other, /):
    """x == other."""
    return x == other


@op(differentiable=False, numpy=("not_equal",), numbers="other")
def ne(x, other, /):
    """x != other."""
    return x != other


@op(differentiable=False, numpy=("less",), numbers="other")
def lt(x, other, /):
    """x < other."""
    return x < other


@op(differentiable=False, numpy=("less_equal",), numbers="other")
def le(x, other, /):
    """x <= other."""
    return x <= other


@op(differentiable=False, numpy=("greater",), numbers="other")
def gt(x, other, /):
    """x > other."""
    return x > other


@op(differentiable=False, numpy=("greater_equal",), numbers="other")
def ge(x, other, /):
    """x >= other."""
    return x >= other


greater = alias("greater", gt)
greater_equal = alias("greater_equal", ge)
less = alias("less", lt)
less_equal = alias("less_equal", le)
not_equal = alias("not_equal", ne)


@function
@method
def isclose(input, other, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether |input - other| <= atol + rtol * |other|, element by element.

    equal_nan  whether two NaN are close
    """
    require_tensor("isclose", input)
    require_tensor("isclose", other, "other", 2)
    if input.dtype is not other.dtype:
        names = SCALAR_NAMES[input.dtype.name], SCALAR_NAMES[other.dtype.name]
        raise DtypeError(f"{names[0]} did not match {names[1]}\n  convert one with .to(dtype)")
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise ShapeError(f"{name} must be greater than or equal to zero, but got {tolerance}")
    close = eq(input, other)
    if input.dtype.is_floating_point:
        near = abs(input - other) <= atol + abs(rtol * other)
        close = close | (near & isfinite(input) & isfinite(other))
    if equal_nan:
        close = close | (isnan(input) & isnan(other))
    return close


@function
@method
def allclose(input, other, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether all elements are close; see `isclose`."""
    return isclose(input, other, rtol, atol, equal_nan).all().item()


@function
@method
def equal(input, other):
    """Whether two tensors have the same shape and the same elements."""
    require_tensor("equal", other, "other", 2)
    return input.array.shape == other.array.shape and eq(input, other).all().item()


@function
@op(differentiable=False, public=False, numbers="some", exact=require_out)
def isin(elements, test_elements, /, *, assume_unique=False, invert=False):
    """Whether each of `elements` is among `test_elements`; one of the two may be a number.

    assume_unique  the caller knows that neither holds an element twice
    invert         ask whether it is not among them
    """
    if elements.dtype.kind == "b":
        raise DtypeError("Unsupported input type encountered for isin(): Bool")
    return namespace(elements).isin(elements, test_elements, assume_unique, invert)


# -------------------------------------------------------------------- kinds of numbers


@op(promote=None, differentiable=False)
def isnan(x, /):
    """Whether each element is NaN."""
    return namespace(x).isnan(x)


@op(promote=None, differentiable=False)
def isinf(x, /):
    """Whether each element is infinite."""
    return namespace(x).isinf(x)


@op(promote=None, differentiable=False)
def isfinite(x, /):
    """Whether each element is neither NaN nor infinite."""
    return namespace(x).isfinite(x)


@op(differentiable=False, exact=exactly("isposinf does not support non-boolean outputs."))
def isposinf(x, /):
    """Whether each element is +inf."""
    return x == math.inf if x.dtype.kind == "f" else namespace(x).zeros_like(x, dtype=bool)


@op(differentiable=False, exact=exactly("isneginf does not support non-boolean outputs."))
def isneginf(x, /):
    """Whether each element is -inf."""
    return x == -math.inf if x.dtype.kind == "f" else namespace(x).zeros_like(x, dtype=bool)


@op(promote=None, differentiable=False)
def isreal(x, /):
    """True: no tensor holds complex numbers."""
    return namespace(x).ones_like(x, dtype=bool)


@function
@method
def is_nonzero(input):
    """Whether the one element of a tensor is not 0."""
    if not input.array.size:
        raise ShapeError("Boolean value of Tensor with no values is ambiguous")
    if input.array.size > 1:
        raise ShapeError("Boolean value of Tensor with more than one value is ambiguous")
    return input.item() != 0


@function
@method
def heaviside(input, values, *, out=None):
    """0 where input is negative (or nan), 1 where it is positive, `values` where it is 0."""
    kinds = {t.dtype for t in (input, values, out) if isinstance(t, Tensor)}
    if len(kinds) > 1:
        raise DtypeError("heaviside is not yet implemented for tensors with different dtypes.")
    return step(input, values, out=out)


@op(differentiable=False, numbers="none", public=False, shown="Heaviside")
def step(x, values, /):
    """See `heaviside`."""
    return namespace(x).where(x == 0, values, x > 0)


# -------------------------------------------------------------------- logic


@op(differentiable=False)
def logical_not(x, /):
    """Whether each element is zero."""
    return namespace(x).logical_not(x)


@op(differentiable=False, numbers="none")
def logical_and(x, other, /):
    """Whether both elements are nonzero."""
    return namespace(x).logical_and(x, other)


@op(differentiable=False, numbers="none")
def logical_or(x, other, /):
    """Whether either element is nonzero."""
    return namespace(x).logical_or(x, other)


@op(differentiable=False, numbers="none")
def logical_xor(x, other, /):
    """Whether exactly one element is nonzero."""
    return namespace(x).logical_xor(x, other)
