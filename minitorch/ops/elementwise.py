"""Elementwise arithmetic, choice, rounding and exponentials. All shapes broadcast."""

from minitorch.autograd.op import op
from minitorch.autograd.refusals import UNCAST, exactly, no_tensor, require_kind
from minitorch.autograd.tensor import Tensor, alias, function, method
from minitorch.backend import dtypes
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.backend.settings import warn_once
from minitorch.ops.from_data import fitting


def same(g):
    """The vjp of whatever passes its gradient on."""
    return g


# -------------------------------------------------------------------- arithmetic


uncast = exactly(UNCAST)
ONE = 1  # as `alpha` has it by default: neither True nor 1.0


@op
def add(x, other, /, *, alpha=1):
    """x + alpha * other."""
    if alpha is ONE:
        return x + other, same, same
    alpha = factor(alpha, x)
    return x + alpha * other, same, lambda g: g * alpha


def factor(alpha, x):
    """The setting `alpha` as a factor for arrays of the dtype of x."""
    if isinstance(alpha, bool) and x.dtype.kind != "b":
        raise DtypeError("Boolean alpha only supported for Boolean results.")
    if x.dtype.kind != "f" and isinstance(alpha, float):
        raise DtypeError(
            "For integral input tensors, argument alpha must not be a floating point number."
        )
    if x.dtype.kind == "b":
        return alpha != 0
    if x.dtype.kind == "u" and not -256 < alpha < 256:
        raise ShapeError(dtypes.out_of_range(dtypes.uint8))
    return alpha % 256 if x.dtype.kind == "u" else alpha  # as in C, -1 is 255


@op(promote="no bool")
def sub(x, other, /, *, alpha=1):
    """x - alpha * other. Raises RuntimeError for bool tensors: `~` inverts one."""
    if alpha is not ONE:
        alpha = factor(alpha, x)
        return x - alpha * other, same, lambda g: g * -alpha
    return x - other, same, lambda g: -g


@function
@op(public=False, promote="no bool", numbers="other")
def rsub(x, other, /, alpha=1):
    """other - alpha * x."""
    alpha = factor(alpha, x)
    return other - alpha * x, lambda g: g * -alpha, same


@op(wide="number")
def mul(x, other, /):
    """x * other."""
    return x * other, lambda g: g * other, lambda g: g * x


@op(promote="float", shown="Div", numpy=("divide",), wide="number")
def true_divide(x, other, /):
    """x / other; integers become floats."""
    y = x / other
    return y, lambda g: g / other, lambda g: -g * y / other


@op(differentiable=False)
def floor_divide(x, other, /):
    """The largest integer not above x / other."""
    return whole(x, other, "floor")


@op(public=False, shown="DivBackward2")
def div_whole(x, other, /, rounding_mode):
    """x / other rounded to an integer; the derivatives are 0."""
    xp = namespace(x)
    return whole(x, other, rounding_mode), xp.zeros_like, xp.zeros_like


def whole(x, other, rounding_mode):
    """x / other of arrays of one dtype, rounded down or ("trunc") towards zero."""
    xp = namespace(x)
    if x.dtype.kind != "f":
        require_divisors(x, other, f"div_{rounding_mode}_cpu")
    if rounding_mode == "floor":
        return xp.floor_divide(x, other)
    if x.dtype.kind == "f":
        return xp.trunc(x / other)
    quotient = xp.floor_divide(x, other)
    return quotient + ((quotient < 0) & (quotient * other != x))


def require_divisors(x, other, kernel):
    """Refuse bools, and integers divided by 0."""
    require_kind(x.dtype, "b", kernel)
    namespace(x).require_divisors(other)


@function
@method
def div(input, other, *, rounding_mode=None, out=None):
    """input / other; rounding_mode None, "trunc" (towards zero) or "floor".

    Raises RuntimeError for an integer divided by 0 with rounding.
    """
    if rounding_mode is None:
        return true_divide(input, other, out=out)
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
            f"'{rounding_mode}'"
        )
    return div_whole(input, other, rounding_mode, out=out)


@op(numpy=("mod",), numbers="some")
def remainder(x, other, /):
    """x - other * floor(x / other): the sign of `other`, as Python's %."""
    xp = namespace(x)
    if x.dtype.kind != "f":
        require_divisors(x, other, "remainder_cpu")
    return xp.remainder(x, other), same, lambda g: -g * xp.floor(x / other)


@op(numbers="other")
def fmod(x, other, /):
    """x - other * trunc(x / other): the sign of x, as C's %."""
    xp = namespace(x)
    if x.dtype.kind != "f":
        require_divisors(x, other, "fmod_cpu")
    return xp.fmod(x, other), same, lambda g: -g * xp.trunc(x / other)


@op(wide=True, refuses=("b", "addcmul_cpu_out"))
def addcmul(x, tensor1, tensor2, /, *, value=1):
    """x + value * tensor1 * tensor2; of integers, `value` without its fraction."""
    value = value if x.dtype.kind == "f" else int(value)
    return (
        x + value * tensor1 * tensor2,
        same,
        lambda g: g * (value * tensor2),
        lambda g: g * (value * tensor1),
    )


@op(wide=True)
def addcdiv(x, tensor1, tensor2, /, *, value=1):
    """x + value * tensor1 / tensor2, of floats."""
    if x.dtype.kind != "f":
        raise DtypeError(
            "Integer division with addcdiv is no longer supported, and in a future  release "
            "addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv "
            "behavior can be implemented as (input + value * torch.trunc(tensor1 / "
            "tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
            "tensor2) for float inputs. The future addcdiv behavior is just the latter "
            "implementation: (input + value * tensor1 / tensor2), for all dtypes."
        )
    ratio = tensor1 / tensor2
    return (
        x + value * ratio,
        same,
        lambda g: g * (value / tensor2),
        lambda g: -g * (value * ratio / tensor2),
    )


@op(promote="alike", wide=True, refuses=("biu", "lerp_kernel_tensor"))
def lerp(x, end, weight, /):
    """x + weight * (end - x): x where `weight` is 0, `end` where it is 1."""
    span = end - x
    return (
        x + weight * span,
        lambda g: g * (1 - weight),
        lambda g: g * weight,
        lambda g: g * span,
    )


@op(numpy=("negative",), exact=uncast)
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


@op(numpy=("absolute",), refuses=("b", "abs_cpu"), exact=uncast)
def abs(x, /):
    """|x|; the derivative at 0 is 0."""
    xp = namespace(x)
    return xp.absolute(x), lambda g: g * xp.sign(x)


@op(exact=uncast)
def sign(x, /):
    """-1, 0 or 1; of nan 0."""
    return direction(x), namespace(x).zeros_like


def direction(x):
    xp = namespace(x)
    if x.dtype.kind == "b":
        return x & x
    return xp.where(xp.isnan(x), 0, xp.sign(x)) if x.dtype.kind == "f" else xp.sign(x)


@op(exact=uncast)
def sgn(x, /):
    """-1, 0 or 1; of complex numbers, which no tensor holds, x / |x|."""
    return direction(x), namespace(x).zeros_like


@function
@method
def positive(input):
    """`input` itself."""
    if input.dtype is dtypes.bool:
        raise DtypeError("The `+` operator, on a bool tensor is not supported.")
    return input


# -------------------------------------------------------------------- larger, smaller, chosen


@op(numbers="none")
def maximum(x, other, /):
    """The larger of two; where they are equal each gets half of the gradient."""
    xp = namespace(x)
    return (
        xp.maximum(x, other),
        lambda g: xp.where(x == other, g / 2, xp.where(x < other, 0, g)),
        lambda g: xp.where(x == other, g / 2, xp.where(x > other, 0, g)),
    )


@op(numbers="none")
def minimum(x, other, /):
    """The smaller of two; where they are equal each gets half of the gradient."""
    xp = namespace(x)
    return (
        xp.minimum(x, other),
        lambda g: xp.where(x == other, g / 2, xp.where(x > other, 0, g)),
        lambda g: xp.where(x == other, g / 2, xp.where(x < other, 0, g)),
    )


@op(
    public=False,
    apart=("condition",),
    numpy=("where",),
    shown="Where",
    exact=exactly("Expected out type to be {Made} but got {Given}"),
)
def choose(condition, x, other, /):
    """x where `condition` (bool) holds, else other."""
    if condition.dtype.kind != "b":
        raise DtypeError(
            "where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{dtypes.SCALAR_NAMES[condition.dtype.name]}\n"
            "  make one with a comparison, or with .bool()"
        )
    xp = namespace(condition)
    return (
        xp.where(condition, x, other),
        None,
        lambda g: xp.where(condition, g, 0),
        lambda g: xp.where(condition, 0, g),
    )


@function
def where(condition, input=None, other=None, *, out=None):
    """input where `condition` (bool) holds, else other; alone: where it does, as by `nonzero`."""
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    if getattr(condition, "dtype", None) is not dtypes.bool:
        condition = as_condition(condition)
    if type(input) is not Tensor or type(other) is not Tensor:
        for value, beside in ((input, other), (other, input)):
            if not isinstance(value, Tensor) and isinstance(beside, Tensor):
                fits(value, beside.dtype)
    return choose(condition, input, other, out=out)


def as_condition(given):
    """What `where` was given: bytes as bools, with a warning, as in PyTorch."""
    if not hasattr(given, "dtype"):
        raise TypeError(no_tensor("where", "condition", 1, given))
    if given.dtype is not dtypes.uint8:
        return given
    warn_once(
        "where received a uint8 condition tensor. This behavior is deprecated and will be "
        "removed in a future version of PyTorch. Use a boolean condition instead.",
        stacklevel=4,
    )
    return given.to(dtypes.bool)


def fits(value, kind):
    """Refuse a number that a tensor of the dtype `kind` beside it does not hold, nor turns into."""
    if type(value) is (float if kind.is_floating_point else int) and kind is not dtypes.float16:
        fitting(value, kind)


def where_method(self, condition, other):
    """This tensor where `condition` (bool) holds, else other."""
    return where(condition, self, other)


where_method.__name__ = "where"
method(where_method)


# -------------------------------------------------------------------- rounding


@op(refuses=("b", "floor_vml_cpu"), exact=uncast)
def floor(x, /):
    """The largest integer not above x."""
    xp = namespace(x)
    return xp.floor(x), xp.zeros_like


@op(refuses=("b", "ceil_vml_cpu"), exact=uncast)
def ceil(x, /):
    """The smallest integer not below x."""
    xp = namespace(x)
    return xp.ceil(x), xp.zeros_like


@op(refuses=("b", "trunc_vml_cpu"), exact=uncast)
def trunc(x, /):
    """x without its fraction."""
    xp = namespace(x)
    return xp.trunc(x), xp.zeros_like


@op(refuses=("biu", "frac_cpu"), exact=uncast)
def frac(x, /):
    """x less what `trunc` leaves of it."""
    return x - namespace(x).trunc(x), same


@op(refuses=("b", "round_vml_cpu"), exact=uncast)
def round(x, /, *, decimals=0):
    """x rounded to `decimals` digits after the point, halves to even."""
    xp = namespace(x)
    if decimals:
        require_kind(x.dtype, "biu", "round_cpu")
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
    """x * x; of bools, int64."""
    if x.dtype.kind == "b":
        x = 1 * x
    return x * x, lambda g: g * (2 * x)


@op(promote="float")
def reciprocal(x, /):
    """1 / x."""
    y = 1 / x
    return y, lambda g: -g * y * y


absolute = alias("absolute", abs)
divide = alias("divide", div)
fix = alias("fix", trunc)
multiply = alias("multiply", mul)
negative = alias("negative", neg)
subtract = alias("subtract", sub)
