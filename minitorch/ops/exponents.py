"""Powers, and exponentials and logarithms to other bases. All shapes broadcast."""

import math

from minitorch.autograd.op import op
from minitorch.autograd.refusals import require_kind, require_out
from minitorch.autograd.tensor import Tensor, function, method
from minitorch.backend import dtypes
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.elementwise import mul
from minitorch.ops.making import number

# -------------------------------------------------------------------- powers


@op(public=False, shown="Pow")
def pow_scalar(x, /, exponent):
    """x to the power of a number."""
    if exponent == 2:  # 12 times faster than power
        return x * x, lambda g: g * (2 * x)
    if exponent == 3:
        return x * x * x, lambda g: g * (3 * (x * x))
    xp = namespace(x)
    if exponent == 0:
        return xp.ones_like(x), xp.zeros_like
    return xp.power(x, exponent), lambda g: g * (exponent * xp.power(x, exponent - 1))


@op(public=False, shown="PowBackward1", numpy=("power",), numbers="some", refuses=("b", "pow"))
def pow_tensor(x, exponent, /):
    """x to the power `exponent`, elementwise; 1 / x**2 of integers is 0, but for 1 and -1."""
    xp = namespace(x)
    if x.dtype.kind == "i":
        y = xp.power(x, xp.maximum(exponent, 0))
        ones = xp.where(x == 1, 1, xp.where(x == -1, 1 - 2 * (exponent & 1), 0))
        return xp.where(exponent < 0, ones.astype(y.dtype), y), None, None
    y = xp.power(x, exponent)
    return (
        y,
        lambda g: g * xp.where(exponent == 0, 0, exponent * xp.power(x, exponent - 1)),
        lambda g: g * xp.where((x == 0) & (exponent >= 0), 0, y * xp.log(x)),
    )


@function
@method
def pow(input, exponent, *, out=None):
    """input to the power `exponent`; tensors or numbers, one of them a tensor.

    Raises RuntimeError for integers to negative integer powers, where that is a number.
    """
    if isinstance(exponent, Tensor) or not isinstance(input, Tensor):
        return pow_tensor(input, exponent, out=out)
    exponent = number("pow", "exponent", 2, exponent)
    if not input.dtype.is_floating_point:
        if isinstance(exponent, float):
            input = input.to(dtypes.get_default_dtype())
        elif exponent < 0:
            raise ShapeError("Integers to negative integer powers are not allowed.")
        elif input.dtype is dtypes.bool and isinstance(exponent, bool):
            return pow_scalar(input.to(dtypes.int64), int(exponent), out=out).to(dtypes.bool)
        elif input.dtype is dtypes.bool:
            input = input.to(dtypes.int64)
        elif exponent >= 2 ** (8 * input.itemsize - (input.dtype.kind == "i")):
            raise ShapeError(dtypes.out_of_range(input.dtype))
    return pow_scalar(input, exponent, out=out)


NO_DOUBLE = (
    "the output given to float_power has dtype {Given} but the operation's result requires dtype "
    "{Made}"
)


@function
@method
def float_power(input, exponent, *, out=None):
    """input to the power `exponent`, computed in float64; tensors or numbers."""
    if isinstance(input, Tensor):
        input = input.to(dtypes.float64)
    elif isinstance(exponent, Tensor):
        input = float(input)
    if isinstance(exponent, Tensor):
        exponent = exponent.to(dtypes.float64)
    if out is not None:
        require_out(out, dtypes.float64, words=NO_DOUBLE)
    return pow(input, exponent, out=out)


@method
def float_power_(self, exponent):
    """`float_power` in place, of a float64 tensor."""
    if self.dtype is not dtypes.float64:
        raise DtypeError(
            f"the base given to float_power_ has dtype {dtypes.SCALAR_NAMES[self.dtype.name]} but "
            "the operation's result requires dtype Double"
        )
    return self.pow_(exponent)


@function
@method
def ldexp(input, other, *, out=None):
    """input * 2**other, of two tensors."""
    if not (isinstance(input, Tensor) and isinstance(other, Tensor)):
        raise TypeError("ldexp(): arguments 'input' and 'other' must be Tensor")
    both = (input, other)
    kind = dtypes.common_dtype(
        [t.dtype for t in both if t.array.ndim], [t.dtype for t in both if not t.array.ndim], []
    )
    if kind.is_floating_point:
        require_kind(other.dtype, "b", "ldexp_cpu_exp")
        other = other.to(kind)
    return mul(input, pow(2.0, other), out=out)


# -------------------------------------------------------------------- exponentials and logarithms


@op(promote="float")
def exp2(x, /):
    """2 to the power x."""
    y = namespace(x).exp2(x)
    return y, lambda g: g * (y * math.log(2))


@op(promote="float")
def log2(x, /):
    """Logarithm to the base 2."""
    return namespace(x).log2(x), lambda g: g / (x * math.log(2))


@op(promote="float")
def log10(x, /):
    """Logarithm to the base 10."""
    return namespace(x).log10(x), lambda g: g / (x * math.log(10))


@op(wide=True, numbers="none", refuses=("biu", "logaddexp_cpu"))
def logaddexp(x, other, /):
    """log(exp(x) + exp(other)), without overflow."""
    xp = namespace(x)
    return (
        xp.logaddexp(x, other),
        lambda g: g / (1 + xp.exp(other - x)),
        lambda g: g / (1 + xp.exp(x - other)),
    )


@op(wide=True, numbers="none", refuses=("biu", "logaddexp2_cpu"))
def logaddexp2(x, other, /):
    """log2(2**x + 2**other), without overflow."""
    xp = namespace(x)
    return (
        xp.logaddexp2(x, other),
        lambda g: g / (1 + xp.exp2(other - x)),
        lambda g: g / (1 + xp.exp2(x - other)),
    )
