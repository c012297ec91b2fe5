"""Rows for `ops/special.py` and `ops/bessel.py`; the references are sums and integrals."""

import math

import numpy as np

import minitorch.special  # which registers its ops
from op_cases.row import case

assert minitorch.special.airy_ai


def each(f):
    """The function of numbers `f` for arrays."""
    return np.vectorize(f, otypes=[float])


def integral(f, low, high):
    """Gauss and Legendre's rule on 64 pieces: exact to the last digits for smooth f."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    ends = np.linspace(low, high, 65)
    half = (ends[1:] - ends[:-1]) / 2
    points = (ends[1:] + ends[:-1])[:, None] / 2 + half[:, None] * nodes
    return float((f(points) * weights * half[:, None]).sum())


def around(f):
    """The mean of f over half a turn."""
    return integral(f, 0, math.pi) / math.pi


def erfcx(x):
    return math.exp(x * x) * math.erfc(x)


def ndtr(x):
    return math.erfc(-x / math.sqrt(2)) / 2


def inverse(f, low, high):
    """The inverse of an increasing function, by bisection."""

    def solve(y):
        a, b = low, high
        for _ in range(80):
            middle = (a + b) / 2
            a, b = (middle, b) if f(middle) < y else (a, middle)
        return (a + b) / 2

    return solve


def zeta(x, q):
    """A thousand terms, and the sum of the others by the Euler-Maclaurin formula."""
    far = q + 1000
    tail = far ** (1 - x) / (x - 1) + far**-x / 2 + x * far ** (-x - 1) / 12
    return math.fsum((q + k) ** -x for k in range(1000)) + tail


def digamma(x):
    far = x + 1000
    terms = math.fsum(1 / (x + k) for k in range(1000))
    return math.log(far) - 1 / (2 * far) - 1 / (12 * far**2) - terms


def polygamma(x, n):
    return digamma(x) if n == 0 else (-1) ** (n + 1) * math.factorial(n) * zeta(n + 1, x)


def igamma(a, x):
    # With t = x * s**4 the integrand is smooth at 0 for the values of `a` in the rows.
    whole = integral(lambda s: s ** (4 * a - 1) * np.exp(-x * s**4), 0, 1)
    return 4 * x**a * whole / math.gamma(a)


def i0e(x):
    return around(lambda t: np.exp(x * np.cos(t) - abs(x)))


def i1e(x):
    return around(lambda t: np.exp(x * np.cos(t) - abs(x)) * np.cos(t))


def xlogy(x, y):
    return 0 if x == 0 else x * math.log(y)


def mvlgamma(x, p):
    return p * (p - 1) / 4 * math.log(math.pi) + sum(math.lgamma(x - j / 2) for j in range(p))


def in_either_order(f, x, n):
    """polygamma is called with n first, its op with x."""
    return f(x, n) if hasattr(f, "op") else f(n, x)


def only(name, inputs, **options):
    """A row of a function that is in `special` alone."""
    return case(name, inputs, torch=f"special.{name}", **options)


def exact(name, inputs, **options):
    """A row of a function of which PyTorch gives six digits."""
    return case(name, inputs, torch=None, **options)


ZEROS = np.array([0.0, 0.0, 1.5])
ERRORS = [
    case("erf", [(2, 3)], like=each(math.erf)),
    case("erf", [np.array([-9, -1, 0, 1])], like=each(math.erf), gives="float32", near=1e-6),
    case("erfc", [(2, 3)], like=each(math.erfc)),
    only("erfcx", [(2, 3)], like=each(erfcx)),
    case("erfinv", [(2, 3)], values=(-0.9, 0.9), like=each(inverse(math.erf, -3, 3))),
    only("ndtr", [(2, 3)], like=each(ndtr)),
    only("ndtri", [(2, 3)], values=(0.1, 0.9), like=each(inverse(ndtr, -9, 9))),
    only("log_ndtr", [(2, 3)], values=(-9, 3), like=each(lambda x: math.log(ndtr(x)))),
]

GAMMA = [
    case("lgamma", [(2, 3)], values=(0.5, 9), like=each(math.lgamma)),
    case("lgamma", [(2, 3)], values=(-1.9, -1.2), like=each(math.lgamma)),
    case("digamma", [(2, 3)], values=(0.5, 9), like=each(digamma)),
    *[
        case("polygamma_at", [(2, 3)], values=(1, 4), n=n, like=each(polygamma), near=1e-8,
             torch="polygamma", call=in_either_order)
        for n in (0, 1, 3)
    ],
    case("polygamma", [2, (2, 3)], values=(1, 4), near=1e-8,
         like=each(lambda n, x: polygamma(x, n))),
    case("polygamma", [-1, (2, 3)], raises="polygamma(n, x) does not support negative n."),
    case("mvlgamma", [(2, 3)], values=(2, 5), p=3, like=each(mvlgamma)),
    case("mvlgamma", [(2, 3)], p=0, raises="p has to be greater than or equal to 1"),
    case("igamma", [(2, 3), (3,)], values=[(0.5, 3), (0.5, 9)], like=each(igamma), fixed=(0,)),
    case("igammac", [(2, 3), (3,)], values=[(0.5, 3), (0.5, 9)], fixed=(0,),
         like=each(lambda a, x: 1 - igamma(a, x))),
    only("zeta", [(2, 3), (3,)], values=[(2, 4), (0.5, 3)], like=each(zeta), fixed=(0,), near=1e-8),
]  # fmt: skip

ENTROPIES = [
    case("xlogy", [(2, 3), (3,)], values=(0.5, 2), like=each(xlogy)),
    case("xlogy", [ZEROS, ZEROS], like=each(xlogy), orders=0),
    only("xlog1py", [(2, 3), (3,)], values=(0.5, 2), like=each(lambda x, y: xlogy(x, 1 + y))),
    only("entr", [(2, 3)], values=(0.1, 2), like=each(lambda x: -xlogy(x, x))),
    case("logit", [(2, 3)], values=(0.1, 0.9), like=lambda x: np.log(x / (1 - x))),
    case("logit", [(2, 3)], values=(0.1, 0.9), eps=0.3,
         like=lambda x, eps: np.log(np.clip(x, eps, 1 - eps) / (1 - np.clip(x, eps, 1 - eps)))),
    case("sinc", [(2, 3)], like=np.sinc),
    case("sinc", [ZEROS], like=np.sinc, orders=0),
]  # fmt: skip

MODIFIED = [
    case("i0", [(2, 3)], like=each(lambda x: i0e(x) * math.exp(abs(x)))),
    only("i0e", [(2, 3)], values=(-12, 12), like=each(i0e)),
    only("i1", [(2, 3)], like=each(lambda x: i1e(x) * math.exp(abs(x)))),
    only("i1e", [(2, 3)], values=(-12, 12), like=each(i1e)),
]


def j0(x):
    return around(lambda t: np.cos(x * np.sin(t)))


def j1(x):
    return around(lambda t: np.cos(t - x * np.sin(t)))


def y(order):
    """Watson, A Treatise on the Theory of Bessel Functions, 1944, 6.21."""

    def of(x):
        wave = around(lambda t: np.sin(x * np.sin(t) - order * t))
        both = np.cosh if order == 0 else np.sinh
        fall = integral(lambda t: 2 * both(order * t) * np.exp(-x * np.sinh(t)), 0, 6)
        return wave - fall / math.pi

    return of


def ke(order):
    """exp(x) times the modified function of the second kind; Watson, 6.22."""

    def of(x):
        return integral(lambda t: np.exp(-x * (np.cosh(t) - 1)) * np.cosh(order * t), 0, 8)

    return of


def airy_ai(x):
    """On a path where the integrand falls off: t = s * exp(i * pi / 6)."""
    turn = np.exp(1j * math.pi / 6)
    return integral(lambda s: (turn * np.exp(1j * turn * x * s - s**3 / 3)).real, 0, 12) / math.pi


def polynomial(first, following):
    def of(x, n):
        before, last = 1.0, first(x)
        if n <= 0:
            return float(n == 0)
        for k in range(1, int(n)):
            before, last = last, following(k, x, last, before)
        return last

    return each(of)


POLYNOMIALS = {
    "chebyshev_polynomial_t": (lambda x: x, lambda k, x, p, q: 2 * x * p - q),
    "chebyshev_polynomial_u": (lambda x: 2 * x, lambda k, x, p, q: 2 * x * p - q),
    "chebyshev_polynomial_v": (lambda x: 2 * x - 1, lambda k, x, p, q: 2 * x * p - q),
    "chebyshev_polynomial_w": (lambda x: 2 * x + 1, lambda k, x, p, q: 2 * x * p - q),
    "hermite_polynomial_h": (lambda x: 2 * x, lambda k, x, p, q: 2 * x * p - 2 * k * q),
    "hermite_polynomial_he": (lambda x: x, lambda k, x, p, q: x * p - k * q),
    "laguerre_polynomial_l": (
        lambda x: 1 - x,
        lambda k, x, p, q: ((2 * k + 1 - x) * p - k * q) / (k + 1),
    ),
    "legendre_polynomial_p": (
        lambda x: x,
        lambda k, x, p, q: ((2 * k + 1) * x * p - k * q) / (k + 1),
    ),
}
ENDS = np.array([-1.0, -0.5, 0.0, 0.25, 1.0])
DEGREES = np.array([0.0, 1.0, 2.0, 4.0, -1.0])

BESSEL = [
    exact("bessel_j0", [(2, 3)], values=(-12, 12), like=each(j0)),
    exact("bessel_j1", [(2, 3)], values=(-12, 12), like=each(j1)),
    exact("bessel_y0", [(2, 3)], values=(1, 12), like=each(y(0))),
    exact("bessel_y1", [(2, 3)], values=(1, 12), like=each(y(1))),
    only("spherical_bessel_j0", [(2, 3)], like=lambda x: np.sin(x) / x),
    only("modified_bessel_i0", [(2, 3)], like=each(lambda x: i0e(x) * math.exp(abs(x)))),
    only("modified_bessel_i1", [(2, 3)], like=each(lambda x: i1e(x) * math.exp(abs(x)))),
    *[
        only(name, [(2, 3)], values=(0.5, 5), like=each(like))
        for name, like in {
            "modified_bessel_k0": lambda x: ke(0)(x) * math.exp(-x),
            "modified_bessel_k1": lambda x: ke(1)(x) * math.exp(-x),
            "scaled_modified_bessel_k0": ke(0),
            "scaled_modified_bessel_k1": ke(1),
        }.items()
    ],
    exact("airy_ai", [(3, 4)], values=(-6, 6), like=each(airy_ai), gpu=False),
    *[
        only(name, [(2, 5), DEGREES], values=(-1, 1), like=polynomial(*rule), orders=0)
        for name, rule in POLYNOMIALS.items()
    ],
    *[
        only(f"shifted_{name}", [(2, 5), 3], values=(0, 1), orders=0,
             like=lambda x, n, rule=rule: polynomial(*rule)(2 * x - 1, n))
        for name, rule in POLYNOMIALS.items()
        if "chebyshev" in name
    ],
    *[
        only(name, [ENDS, 31], like=polynomial(*rule), orders=0, near=1e-7)
        for name, rule in POLYNOMIALS.items()
        if "chebyshev" in name
    ],
    only("chebyshev_polynomial_t", [(2, 3), 10.0**9], values=(2, 3), orders=0,
         like=lambda x, n: x * np.nan),
    only("laguerre_polynomial_l", [(2, 3), np.inf], like=lambda x, n: x * 0, orders=0, gpu=False),
    only("hermite_polynomial_he", [(2, 3), 600], like=lambda x, n: x * np.nan, orders=0, gpu=False),
]  # fmt: skip

CASES = [*ERRORS, *GAMMA, *ENTROPIES, *MODIFIED, *BESSEL]
