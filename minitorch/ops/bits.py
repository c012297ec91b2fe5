"""Operations on integers and bits: logic, shifts, divisors, and what floats are made of."""

from minitorch.autograd.op import op
from minitorch.autograd.refusals import UNCAST, exactly
from minitorch.backend.errors import DtypeError
from minitorch.backend.namespaces import namespace

# -------------------------------------------------------------------- bit by bit


@op(differentiable=False, exact=exactly(UNCAST))
def bitwise_not(x, /):
    """Each bit inverted; of bools, not."""
    return ~x


@op(differentiable=False, numbers="some")
def bitwise_and(x, other, /):
    """x & other, bit by bit."""
    return x & other


@op(differentiable=False, numbers="some")
def bitwise_or(x, other, /):
    """x | other, bit by bit."""
    return x | other


@op(differentiable=False, numbers="some")
def bitwise_xor(x, other, /):
    """x ^ other, bit by bit."""
    return x ^ other


@op(differentiable=False, numbers="some", refuses=("bf", "lshift_cpu"))
def bitwise_left_shift(x, other, /):
    """The bits of x moved up by `other` places; zeros come in below."""
    return namespace(x).left_shift(x, places(other, x))


@op(differentiable=False, numbers="some", refuses=("bf", "rshift_cpu"))
def bitwise_right_shift(x, other, /):
    """The bits of x moved down by `other` places; the sign stays."""
    return namespace(x).right_shift(x, places(other, x))


def places(n, x):
    """By how many places to move the bits of `x`: all of them for a number beyond that."""
    width = 8 * x.dtype.itemsize
    return width if isinstance(n, int) and not 0 <= n < width else n


# -------------------------------------------------------------------- divisors


@op(differentiable=False, numbers="none", refuses=("bf", "gcd_cpu"))
def gcd(x, other, /):
    """The greatest integer that divides both."""
    return namespace(x).gcd(x, other)


@op(differentiable=False, numbers="none", refuses=("bf", "lcm_cpu"))
def lcm(x, other, /):
    """The least integer of at least 0 that both divide."""
    return namespace(x).lcm(x, other)


# -------------------------------------------------------------------- sign, mantissa, exponent


UNLIKE = "torch.frexp() expects {place} to have dtype {made} but got {given}"


@op(outputs=("mantissa", "exponent"), exact=exactly(UNLIKE))
def frexp(x, /):
    """mantissa in [0.5, 1) with the sign of x, and int32 exponent: x = mantissa * 2**exponent."""
    if x.dtype.kind != "f":
        raise DtypeError("torch.frexp() only supports floating-point dtypes")
    xp = namespace(x)
    mantissa, exponent = xp.frexp(x)
    plain = xp.isfinite(x) & (x != 0)
    power = xp.where(plain, x, 1) / xp.where(plain, mantissa, 1)
    return (mantissa, exponent), lambda g: g[0] / power


@op(differentiable=False, exact=exactly("signbit does not support non-boolean outputs."))
def signbit(x, /):
    """Whether each element has the sign of a negative number; -0.0 does."""
    return namespace(x).signbit(x) if x.dtype.kind == "f" else x < 0


@op(promote="float", numbers="other")
def copysign(x, other, /):
    """|x| with the sign of `other`."""
    xp = namespace(x)
    y = xp.copysign(x, other)
    return y, lambda g: g * xp.where(x == 0, 0, y / xp.where(x == 0, 1, x)), xp.zeros_like


@op(numbers="none", refuses=("biu", "nextafter_cpu"))
def nextafter(x, other, /):
    """The float after x in the direction of `other`."""
    xp = namespace(x)
    return xp.nextafter(x, other), lambda g: xp.where(x == other, 0, g), xp.zeros_like
