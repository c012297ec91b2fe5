"""Error functions, the gamma family, entropies and modified Bessel functions, with derivatives.

Those that PyTorch has in `torch.special` alone are offered there (`minitorch/special.py`), the
others as functions and methods too.
"""

import math

from minitorch.autograd.op import op
from minitorch.autograd.rebase import write
from minitorch.autograd.tensor import function, method
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace

ROOT_PI = math.sqrt(math.pi)


def not_implemented(of):
    """The vjp of an input by which PyTorch does not differentiate either."""

    def vjp(g):
        raise NotImplementedError(f"the derivative for '{of}' is not implemented.")

    return vjp


# -------------------------------------------------------------------- error functions


@op(promote="float", wide=True)
def erf(x, /):
    """2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x."""
    xp = namespace(x)
    return xp.erf(x), lambda g: g * (2 / ROOT_PI * xp.exp(-x * x))


@op(promote="float", wide=True)
def erfc(x, /):
    """1 - erf(x), exact where that is small."""
    xp = namespace(x)
    return xp.erfc(x), lambda g: g * (-2 / ROOT_PI * xp.exp(-x * x))


@op(promote="float", refuses=("h", "erfcx_cpu"), public=False, shown="SpecialErfcx")
def erfcx(x, /):
    """exp(x * x) * erfc(x)."""
    y = namespace(x).erfcx(x)
    return y, lambda g: g * (2 * x * y - 2 / ROOT_PI)


@op(promote="float", wide=True)
def erfinv(x, /):
    """The number whose erf is x; nan beyond [-1, 1]."""
    xp = namespace(x)
    y = xp.erfinv(x)
    return y, lambda g: g * (ROOT_PI / 2 * xp.exp(y * y))


@op(promote="float", wide=True, public=False, shown="SpecialNdtr")
def ndtr(x, /):
    """The probability that a standard normal variable lies below x."""
    xp = namespace(x)
    return (
        xp.erfc(x * -math.sqrt(0.5)) / 2,
        lambda g: g * (xp.exp(-x * x / 2) / math.sqrt(2 * math.pi)),
    )


@op(promote="float", refuses=("h", "ndtri_cpu"), public=False, shown="SpecialNdtri")
def ndtri(x, /):
    """The number below which a standard normal variable lies with probability x."""
    xp = namespace(x)
    y = xp.ndtri(x)
    return y, lambda g: g * (math.sqrt(2 * math.pi) * xp.exp(y * y / 2))


@op(promote="float", refuses=("h", "log_ndtr_cpu"), public=False, shown="SpecialLogNdtr")
def log_ndtr(x, /):
    """Logarithm of `ndtr`, exact where that is small."""
    xp = namespace(x)
    t = x * -math.sqrt(0.5)
    y = xp.where(x < -1, xp.log(xp.erfcx(t) / 2) - t * t, xp.log1p(-xp.erfc(-t) / 2))
    return y, lambda g: g * (math.sqrt(2 / math.pi) / xp.erfcx(t))


# -------------------------------------------------------------------- the gamma family


@op(promote="float", wide=True)
def lgamma(x, /):
    """log(|gamma(x)|)."""
    xp = namespace(x)
    return xp.lgamma(x), lambda g: g * xp.digamma(x)


@op(promote="float", wide=True)
def digamma(x, /):
    """The derivative of `lgamma`."""
    return namespace(x).digamma(x), lambda g: g * derivative_of_digamma(1, x)


def derivative_of_digamma(n, x):
    """The n-th derivative of digamma at the array or Tensor x, n >= 1.

    Abramowitz and Stegun, 6.4.10.
    """
    xp = namespace(x)
    return xp.zeta(xp.zeros_like(x) + (n + 1), x) * ((-1) ** (n + 1) * math.factorial(n))


@op(promote="float", wide=True, public=False, shown="Polygamma")
def polygamma_at(x, /, n):
    """See `polygamma`."""
    y = derivative_of_digamma(n, x) if n else namespace(x).digamma(x)
    return y, lambda g: g * derivative_of_digamma(n + 1, x)


@function
def polygamma(n, input, *, out=None):
    """The n-th derivative of `digamma`; n a Python integer of at least 0."""
    if n < 0:
        raise ShapeError("polygamma(n, x) does not support negative n.")
    return polygamma_at(input, n, out=out)


def polygamma_method(self, n):
    """The n-th derivative of `digamma`."""
    return polygamma(n, self)


polygamma_method.__name__ = "polygamma"
method(polygamma_method)


@method
def polygamma_(self, n):
    """`polygamma` in place."""
    return write(self, lambda x: polygamma(n, x))


@op(promote="float", wide=True)
def mvlgamma(x, /, p):
    """Logarithm of the gamma function of p dimensions, for x > (p - 1) / 2."""
    if p < 1:
        raise ShapeError("p has to be greater than or equal to 1")
    xp = namespace(x)
    steps = [x - j / 2 for j in range(p)]
    return (
        sum(xp.lgamma(step) for step in steps) + p * (p - 1) / 4 * math.log(math.pi),
        lambda g: g * sum(xp.digamma(step) for step in steps),
    )


@op(wide=True, refuses=("biu", "igamma_cpu"), numbers="none")
def igamma(x, other, /):
    """The regularised lower incomplete gamma function P(x, other)."""
    xp = namespace(x)
    return (
        xp.igamma(x, other),
        not_implemented("igamma: input"),
        lambda g: g * xp.exp((x - 1) * xp.log(other) - other - xp.lgamma(x)),
    )


@op(wide=True, refuses=("biu", "igammac_cpu"), numbers="none")
def igammac(x, other, /):
    """The regularised upper incomplete gamma function Q(x, other) = 1 - P(x, other)."""
    xp = namespace(x)
    return (
        xp.igammac(x, other),
        not_implemented("igammac: input"),
        lambda g: -g * xp.exp((x - 1) * xp.log(other) - other - xp.lgamma(x)),
    )


@op(promote="float", refuses=("h", "zeta_cpu"), public=False, numbers="some", shown="SpecialZeta")
def zeta(x, other, /):
    """Hurwitz's zeta function: the sum of (other + k)**-x over k = 0, 1, 2 ...; nan for x < 1."""
    xp = namespace(x)
    return (
        xp.zeta(x, other),
        not_implemented("zeta"),
        lambda g: g * -x * xp.zeta(x + 1, other),
    )


# -------------------------------------------------------------------- logarithms, entropies, waves


@op(promote="float", numbers="some")
def xlogy(x, other, /):
    """x * log(other), and 0 where x is 0, unless other is nan."""
    xp = namespace(x)
    other = other + xp.zeros_like(x)  # the logarithm of a number would be a float64
    empty = (x == 0) & (other <= 0)
    return (
        xp.where((x == 0) & ~xp.isnan(other), 0, x * xp.log(other)),
        lambda g: g * xp.where(empty, 0, xp.log(xp.where(empty, 1, other))),
        lambda g: g * x / other,
    )


@op(promote="float", public=False, numbers="some", shown="SpecialXlog1Py")
def xlog1py(x, other, /):
    """x * log(1 + other), and 0 where x is 0, unless other is nan."""
    xp = namespace(x)
    other = other + xp.zeros_like(x)  # as in `xlogy`
    empty = (x == 0) & (other <= -1)
    return (
        xp.where((x == 0) & ~xp.isnan(other), 0, x * xp.log1p(other)),
        lambda g: g * xp.where(empty, 0, xp.log1p(xp.where(empty, 0, other))),
        lambda g: g * x / (other + 1),
    )


@op(promote="float", public=False, wide=True, shown="SpecialEntr")
def entr(x, /):
    """-x * log(x); 0 at 0, -inf below."""
    xp = namespace(x)
    y = xp.where(x == 0, 0, xp.where(x < 0, -math.inf, -x * xp.log(x)))
    return y, lambda g: -g * (1 + xp.log(x))


@op(promote="float")
def logit(x, /, eps=None):
    """log(x / (1 - x)), the inverse of sigmoid; nan beyond [0, 1].

    eps  x is first brought into [eps, 1 - eps]; None: it is not
    """
    xp = namespace(x)
    if eps is None:
        beyond = (x < 0) | (x > 1)
        return xp.log(x / (1 - x)), lambda g: xp.where(beyond, math.nan, g / (x * (1 - x)))
    inner = xp.minimum(xp.maximum(x, eps), 1 - eps)
    there = (x >= eps) & (x <= 1 - eps)
    return (
        xp.log(inner / (1 - inner)),
        lambda g: xp.where(there, g, 0) / xp.where(there, x * (1 - x), 1),
    )


@op(promote="float", wide=True)
def sinc(x, /):
    """sin(pi * x) / (pi * x); 1 at 0."""
    xp = namespace(x)

    def vjp(g):
        zero = x == 0
        angle = xp.where(zero, 1, x) * math.pi
        slope = (angle * xp.cos(angle) - xp.sin(angle)) / (angle * angle) * math.pi
        return xp.where(zero, 0, g * slope)

    return xp.sinc(x), vjp


# -------------------------------------------------------------------- modified Bessel functions


@op(promote="float", wide=True, numpy=("bessel_i0",))
def i0(x, /):
    """Modified Bessel function of the first kind, of order 0."""
    xp = namespace(x)
    return xp.bessel_i0(x), lambda g: g * xp.i1(x)


@op(promote="float", wide=True, public=False, shown="SpecialI0E")
def i0e(x, /):
    """exp(-|x|) * i0(x)."""
    xp = namespace(x)
    y = xp.i0e(x)
    return y, lambda g: g * (xp.i1e(x) - xp.sign(x) * y)


@op(promote="float", wide=True, public=False, shown="SpecialI1")
def i1(x, /):
    """Modified Bessel function of the first kind, of order 1."""
    xp = namespace(x)
    y = xp.i1(x)
    zero = x == 0
    return y, lambda g: g * xp.where(zero, 0.5, xp.bessel_i0(x) - y / xp.where(zero, 1, x))


@op(promote="float", wide=True, public=False, shown="SpecialI1E")
def i1e(x, /):
    """exp(-|x|) * i1(x)."""
    xp = namespace(x)
    y = xp.i1e(x)
    zero = x == 0

    def vjp(g):
        slope = xp.i0e(x) - y * (xp.sign(x) + 1 / xp.where(zero, 1, x))
        return g * xp.where(zero, 0.5, slope)

    return y, vjp
