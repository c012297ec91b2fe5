"""Elementwise arithmetic, powers, exponentials, comparisons and choice. All shapes broadcast."""

from minitorch.autograd.op import op
from minitorch.autograd.tensor import Tensor, function, method
from minitorch.backend import dtypes
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace


def same(g):
    """The vjp of whatever passes its gradient on."""
    return g


# -------------------------------------------------------------------- arithmetic


@op
def add(x, other, /, *, alpha=1):
    """x + alpha * other."""
    if alpha == 1:
        return x + other, same, same
    return x + alpha * other, same, lambda g: g * alpha


@op
def sub(x, other, /, *, alpha=1):
    """x - alpha * other. Raises RuntimeError for two bool tensors: `^` tells where they differ."""
    if alpha != 1:
        return x - alpha * other, same, lambda g: g * -alpha
    try:
        return x - other, same, lambda g: -g
    except TypeError:  # NumPy's and CuPy's, of bools
        raise DtypeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. "
            "Use the `^` or `logical_xor()` operator instead."
        ) from None


@function
@op(public=False)
def rsub(x, other, /, *, alpha=1):
    """other - alpha * x."""
    return other - alpha * x, lambda g: g * -alpha, same


@op
def mul(x, other, /):
    """x * other."""
    return x * other, lambda g: g * other, lambda g: g * x


@op(promote="float", shown="Div", numpy=("divide",))
def true_divide(x, other, /):
    """x / other; integers become floats."""
    y = x / other
    return y, lambda g: g / other, lambda g: -g * y / other


@op(differentiable=False)
def floor_divide(x, other, /):
    """The largest integer not above x / other."""
    return namespace(x).floor_divide(x, other)


@op(numpy=("mod",))
def remainder(x, other, /):
    """x - other * floor(x / other): the sign of `other`, as Python's %."""
    xp = namespace(x)
    return xp.remainder(x, other), same, lambda g: -g * xp.floor(x / other)


@function
@method
def div(input, other, *, rounding_mode=None, out=None):
    """input / other; rounding_mode None, "trunc" (towards zero) or "floor"."""
    if rounding_mode is None:
        return true_divide(input, other, out=out)
    if rounding_mode == "floor":
        return floor_divide(input, other, out=out)
    if rounding_mode == "trunc":
        return trunc(true_divide(input, other)).to(add(input, other).dtype)
    raise RuntimeError(
        "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
        f"'{rounding_mode}'"
    )


@op(numpy=("negative",))
def neg(x, /):
    """-x."""
    try:
        y = -x
    except TypeError:
        raise DtypeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to "
            "invert a mask, use the `~` or `logical_not()` operator instead."
        ) from None
    return y, lambda g: -g


@op(numpy=("absolute",))
def abs(x, /):
    """|x|; the derivative at 0 is 0."""
    xp = namespace(x)
    return xp.absolute(x), lambda g: g * xp.sign(x)


@op
def sign(x, /):
    """-1, 0 or 1."""
    xp = namespace(x)
    return xp.sign(x), xp.zeros_like


@op
def maximum(x, other, /):
    """The larger of two; where they are equal each gets half of the gradient."""
    xp = namespace(x)
    return (
        xp.maximum(x, other),
        lambda g: xp.where(x == other, g / 2, xp.where(x < other, 0, g)),
        lambda g: xp.where(x == other, g / 2, xp.where(x > other, 0, g)),
    )


@op
def minimum(x, other, /):
    """The smaller of two; where they are equal each gets half of the gradient."""
    xp = namespace(x)
    return (
        xp.minimum(x, other),
        lambda g: xp.where(x == other, g / 2, xp.where(x > other, 0, g)),
        lambda g: xp.where(x == other, g / 2, xp.where(x < other, 0, g)),
    )


@op(numpy=("clip",), shown="ClampBackward1")
def clamp(x, /, min=None, max=None):
    """x where it lies in [min, max], else the nearer bound; numbers, None: no bound."""
    xp = namespace(x)
    if min is None and max is None:
        raise ValueError("torch.clamp: At least one of 'min' or 'max' must not be None")
    y = x if min is None else xp.maximum(x, min)
    y = y if max is None else xp.minimum(y, max)

    def vjp(g):
        if min is not None:
            g = xp.where(x >= min, g, 0)
        return g if max is None else xp.where(x <= max, g, 0)

    return y, vjp


# -------------------------------------------------------------------- rounding


@op
def floor(x, /):
    """The largest integer not above x."""
    xp = namespace(x)
    return xp.floor(x), xp.zeros_like


@op
def ceil(x, /):
    """The smallest integer not below x."""
    xp = namespace(x)
    return xp.ceil(x), xp.zeros_like


@op
def trunc(x, /):
    """x without its fraction."""
    xp = namespace(x)
    return xp.trunc(x), xp.zeros_like


@op
def round(x, /, *, decimals=0):
    """x rounded to `decimals` digits after the point, halves to even."""
    xp = namespace(x)
    return xp.round(x, decimals=decimals), xp.zeros_like


# -------------------------------------------------------------------- powers and exponentials


@op(promote="float")
def exp(x, /):
    """e to the power x."""
    y = namespace(x).exp(x)
    return y, lambda g: g * y


@op(promote="float")
def log(x, /):
    """Natural logarithm."""
    return namespace(x).log(x), lambda g: g / x


@op(promote="float", shown="Log1P")
def log1p(x, /):
    """log(1 + x), exact for small x."""
    return namespace(x).log1p(x), lambda g: g / (x + 1)


@op(promote="float")
def expm1(x, /):
    """exp(x) - 1, exact for small x."""
    y = namespace(x).expm1(x)
    return y, lambda g: g * (y + 1)


@op(promote="float")
def sqrt(x, /):
    """Square root."""
    y = namespace(x).sqrt(x)
    return y, lambda g: g / (2 * y)


@op(promote="float")
def rsqrt(x, /):
    """1 / sqrt(x)."""
    y = 1 / namespace(x).sqrt(x)
    return y, lambda g: -0.5 * g * y * y * y


@op(shown="Pow")
def square(x, /):
    """x * x."""
    return x * x, lambda g: g * (2 * x)


@op(promote="float")
def reciprocal(x, /):
    """1 / x."""
    y = 1 / x
    return y, lambda g: -g * y * y


@op(promote="float")
def sin(x, /):
    """Sine of x radians."""
    xp = namespace(x)
    return xp.sin(x), lambda g: g * xp.cos(x)


@op(promote="float")
def cos(x, /):
    """Cosine of x radians."""
    xp = namespace(x)
    return xp.cos(x), lambda g: -g * xp.sin(x)


@op(public=False, shown="Pow")
def pow_scalar(x, /, exponent):
    """x to the power of a number."""
    if exponent == 2:  # 12 times faster than power
        return x * x, lambda g: g * (2 * x)
    if exponent == 3:
        return x * x * x, lambda g: g * (3 * (x * x))
    if exponent == 0:
        xp = namespace(x)
        return xp.ones_like(x), xp.zeros_like
    return x**exponent, lambda g: g * (exponent * x ** (exponent - 1))


@op(public=False, shown="PowBackward1", numpy=("power",))
def pow_tensor(x, exponent, /):
    """x to the power `exponent`, elementwise."""
    xp = namespace(x)
    y = xp.power(x, exponent)
    return (
        y,
        lambda g: g * xp.where(exponent == 0, 0, exponent * xp.power(x, exponent - 1)),
        lambda g: g * xp.where((x == 0) & (exponent >= 0), 0, y * xp.log(x)),
    )


@function
@method
def pow(input, exponent):
    """input to the power `exponent`; tensors or numbers.

    Raises RuntimeError for integers to negative integer powers.
    """
    if isinstance(exponent, Tensor):
        return pow_tensor(input, exponent)
    if not input.dtype.is_floating_point:
        if isinstance(exponent, float):
            input = input.to(dtypes.get_default_dtype())
        elif exponent < 0:
            raise ShapeError("Integers to negative integer powers are not allowed.")
    return pow_scalar(input, exponent)


# -------------------------------------------------------------------- comparison and choice


@op(differentiable=False, numpy=("equal",))
def eq(x, other, /):
    """x == other."""
    return x == other


@op(differentiable=False, numpy=("not_equal",))
def ne(x, other, /):
    """x != other."""
    return x != other


@op(differentiable=False, numpy=("less",))
def lt(x, other, /):
    """x < other."""
    return x < other


@op(differentiable=False, numpy=("less_equal",))
def le(x, other, /):
    """x <= other."""
    return x <= other


@op(differentiable=False, numpy=("greater",))
def gt(x, other, /):
    """x > other."""
    return x > other


@op(differentiable=False, numpy=("greater_equal",))
def ge(x, other, /):
    """x >= other."""
    return x >= other


@op(apart=("condition",))
def where(condition, x, other, /):
    """x where `condition` (bool) holds, else other."""
    if condition.dtype.kind != "b":
        raise DtypeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{condition.dtype}\n  make one with a comparison, or with .bool()"
        )
    xp = namespace(condition)
    return (
        xp.where(condition, x, other),
        None,
        lambda g: xp.where(condition, g, 0),
        lambda g: xp.where(condition, 0, g),
    )


@op(differentiable=False)
def isnan(x, /):
    """Whether each element is NaN."""
    return namespace(x).isnan(x)


@op(differentiable=False)
def isinf(x, /):
    """Whether each element is infinite."""
    return namespace(x).isinf(x)


@op(differentiable=False)
def isfinite(x, /):
    """Whether each element is neither NaN nor infinite."""
    return namespace(x).isfinite(x)


@op(differentiable=False)
def logical_not(x, /):
    """Whether each element is zero."""
    return namespace(x).logical_not(x)


@op(differentiable=False)
def logical_and(x, other, /):
    """Whether both elements are nonzero."""
    return namespace(x).logical_and(x, other)


@op(differentiable=False)
def logical_or(x, other, /):
    """Whether either element is nonzero."""
    return namespace(x).logical_or(x, other)


@op(differentiable=False)
def logical_xor(x, other, /):
    """Whether exactly one element is nonzero."""
    return namespace(x).logical_xor(x, other)


@op(differentiable=False)
def bitwise_not(x, /):
    """Each bit inverted; of bools, not."""
    return ~x


@op(differentiable=False)
def bitwise_and(x, other, /):
    """x & other, bit by bit."""
    return x & other


@op(differentiable=False)
def bitwise_or(x, other, /):
    """x | other, bit by bit."""
    return x | other


@op(differentiable=False)
def bitwise_xor(x, other, /):
    """x ^ other, bit by bit."""
    return x ^ other


@function
@method
def isclose(input, other, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether |input - other| <= atol + rtol * |other|, element by element.

    equal_nan  whether two NaN are close
    """
    if input.dtype is not other.dtype:
        raise DtypeError(f"{input.dtype} did not match {other.dtype}: convert one with .to(dtype)")
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
    return input.array.shape == other.array.shape and eq(input, other).all().item()
