"""Angles, circular and hyperbolic functions, and their inverses; angles are in radians."""

import math

from minitorch.autograd.op import op
from minitorch.autograd.tensor import alias
from minitorch.backend.namespaces import namespace


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


@op(promote="float")
def tan(x, /):
    """Tangent of x radians."""
    y = namespace(x).tan(x)
    return y, lambda g: g * (1 + y * y)


@op(promote="float", numpy=("arcsin",))
def asin(x, /):
    """The angle in [-pi/2, pi/2] whose sine is x; nan beyond [-1, 1]."""
    xp = namespace(x)
    return xp.arcsin(x), lambda g: g / xp.sqrt(1 - x * x)


@op(promote="float", numpy=("arccos",))
def acos(x, /):
    """The angle in [0, pi] whose cosine is x; nan beyond [-1, 1]."""
    xp = namespace(x)
    return xp.arccos(x), lambda g: -g / xp.sqrt(1 - x * x)


@op(promote="float", numpy=("arctan",))
def atan(x, /):
    """The angle in (-pi/2, pi/2) whose tangent is x."""
    return namespace(x).arctan(x), lambda g: g / (x * x + 1)


@op(promote="float", numpy=("arctan2",), numbers="none")
def atan2(x, other, /):
    """The angle in [-pi, pi] of the point `x` above and `other` to the right of the origin.

    The derivatives at the origin are 0.
    """
    xp = namespace(x)

    def share(g, away):
        square = x * x + other * other
        return g * xp.zero_where(square == 0, away / square)

    return xp.arctan2(x, other), lambda g: share(g, other), lambda g: share(g, -x)


@op(promote="float")
def sinh(x, /):
    """Hyperbolic sine."""
    xp = namespace(x)
    return xp.sinh(x), lambda g: g * xp.cosh(x)


@op(promote="float")
def cosh(x, /):
    """Hyperbolic cosine."""
    xp = namespace(x)
    return xp.cosh(x), lambda g: g * xp.sinh(x)


@op(promote="float", numpy=("arcsinh",))
def asinh(x, /):
    """The number whose hyperbolic sine is x."""
    xp = namespace(x)
    return xp.arcsinh(x), lambda g: g / xp.sqrt(x * x + 1)


@op(promote="float", numpy=("arccosh",))
def acosh(x, /):
    """The number of at least 0 whose hyperbolic cosine is x; nan below 1."""
    xp = namespace(x)
    return xp.arccosh(x), lambda g: g / xp.sqrt(x * x - 1)


@op(promote="float", numpy=("arctanh",))
def atanh(x, /):
    """The number whose hyperbolic tangent is x; nan beyond [-1, 1]."""
    return namespace(x).arctanh(x), lambda g: g / (1 - x * x)


@op(promote="float", shown="Deg2Rad", wide=True)
def deg2rad(x, /):
    """An angle of x degrees in radians."""
    return x * (math.pi / 180), lambda g: g * (math.pi / 180)


@op(promote="float", shown="Rad2Deg", wide=True)
def rad2deg(x, /):
    """An angle of x radians in degrees."""
    return x * (180 / math.pi), lambda g: g * (180 / math.pi)


@op(promote="float")
def angle(x, /):
    """The angle of a real number in the complex plane: pi below 0, else 0; of nan nan."""
    xp = namespace(x)
    return xp.where(x < 0, math.pi, xp.where(xp.isnan(x), x, xp.zeros_like(x))), xp.zeros_like


@op(numbers="none", refuses=("biu", "hypot_cpu"))
def hypot(x, other, /):
    """The square root of x * x + other * other, without overflow on the way."""
    y = namespace(x).hypot(x, other)
    return y, lambda g: g * (x / y), lambda g: g * (other / y)


arcsin = alias("arcsin", asin)
arccos = alias("arccos", acos)
arctan = alias("arctan", atan)
arctan2 = alias("arctan2", atan2)
arcsinh = alias("arcsinh", asinh)
arccosh = alias("arccosh", acosh)
arctanh = alias("arctanh", atanh)
