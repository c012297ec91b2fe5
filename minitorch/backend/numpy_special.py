"""Special functions that NumPy lacks, over NumPy arrays: error functions and the gamma family.

`cupy_special.py` holds the same names and signatures for the GPU.

Where a function is smooth it is a Chebyshev series (Trefethen, Approximation Theory and
Approximation Practice, 2013, chapter 3); the coefficients are those of its interpolant in Chebyshev
points, computed with 40 digits. Else asymptotic series do, from Abramowitz and Stegun, Handbook of
Mathematical Functions, 1964. Errors are below 1e-13 of the value, near zeros of the function of 1.
"""

import math
from functools import wraps

import numpy as np

from minitorch.backend.errors import ShapeError

PIECE = 8192  # elements: what is computed on the way stays in the cache


def _in_double(f):
    """`f`, written for float64 vectors, for broadcast arrays of any shape; their dtype is kept."""

    @wraps(f)
    def on_arrays(*arrays):
        dtype = arrays[0].dtype
        if len(arrays) > 1:
            arrays = np.broadcast_arrays(*arrays)
        shape = arrays[0].shape
        vectors = [np.asarray(array, np.float64).reshape(-1) for array in arrays]
        y = np.empty(vectors[0].shape, dtype)
        for start in range(0, y.size, PIECE):
            piece = slice(start, start + PIECE)
            y[piece] = f(*[vector[piece] for vector in vectors])
        return y.reshape(shape)

    return on_arrays


def _chebyshev(t, coefficients):
    """The sum of c[k] * T_k(t) for t (n,) in [-1, 1], by Clenshaw's recurrence."""
    twice, term = t + t, np.empty_like(t)
    now, last = np.full_like(t, coefficients[-1]), np.zeros_like(t)
    for c in coefficients[-2:0:-1]:
        np.multiply(twice, now, term)
        np.subtract(term, last, last)
        last += c
        now, last = last, now
    now *= t
    now -= last
    now += coefficients[0]
    return now


def _power_series(x, coefficients):
    """The sum of c[k] * x**k, by Horner's rule."""
    y = np.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        y *= x
        y += c
    return y


def _by_parts(x, *parts):
    """y (n,) from x (n,): each of `parts` is (where it serves, function of the x there)."""
    y = np.full_like(x, np.nan)
    for there, f in parts:
        chosen = x[there]
        if chosen.size:
            y[there] = f(chosen)
    return y


def require_divisors(x):
    """Raise RuntimeError where integers are to be divided by a 0 in `x`."""
    if not x.all():
        raise ShapeError("ZeroDivisionError\n  an integer was divided by 0")


# -------------------------------------------------------------------- error functions


UP = np.nextafter(np.float32(1), np.float32(2))


def erf(x):
    """2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x; of float32 right to 5e-7."""
    return _erf_of_singles(x) if x.dtype == np.float32 else _erf(x)


def _erf_of_singles(x):
    """erf(x) as x times a ratio of polynomials in x * x: 4 ns an element, where `_erf` takes 50."""
    vector = x.reshape(-1)
    y = np.empty_like(vector)
    for start in range(0, y.size, 4 * PIECE):
        piece = slice(start, start + 4 * PIECE)
        a = np.minimum(np.maximum(vector[piece], -3.95), 3.95)
        square = a * a
        a *= _power_series(square, ERF_ABOVE)
        a /= _power_series(square, ERF_BELOW)
        a *= UP  # so that far out it is 1, not the number below
        y[piece] = np.minimum(np.maximum(a, -1), 1)
    return y.reshape(x.shape)


@_in_double
def _erf(x):
    a = np.abs(x)
    return _by_parts(
        x,
        (a < 1, lambda x: x * _chebyshev(2 * x * x - 1, ERF)),
        (a >= 1, lambda x: np.copysign(1 - _bell(np.abs(x)) * _scaled(np.abs(x)), x)),
    )


@_in_double
def erfc(x):
    """1 - erf(x), exact where that is small."""
    a = np.abs(x)
    y = _bell(a) * _scaled(a)
    return np.where(x < 0, 2 - y, y)


@_in_double
def erfcx(x):
    """exp(x * x) * erfc(x)."""
    y = _scaled(np.abs(x))
    return np.where(x < 0, 2 * np.exp(x * x) - y, y)


def _scaled(a):
    """erfcx(a) for a >= 0.

    Shepherd and Laframboise, Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in 0 <= x < inf,
    1981, Mathematics of Computation 36.
    """
    return _chebyshev(1 - 7.5 / (a + 3.75), ERFCX) / (1 + 2 * a)


def _bell(a):
    """exp(-a * a), exact to the last digits: the upper half of a is squared without rounding."""
    a = np.minimum(a, 40)
    upper = a.astype(np.float32).astype(np.float64)
    return np.exp(-upper * upper) * np.exp((upper - a) * (upper + a))


@_in_double
def erfinv(x):
    """The number whose erf is x; nan beyond [-1, 1]."""
    return _inverse(x, -np.log((1 - x) * (1 + x)))


@_in_double
def ndtri(x):
    """The number below which a normal variable lies with probability x; nan beyond [0, 1]."""
    tails = 2 * np.minimum(x, 1 - x)
    y = math.sqrt(2) * _inverse(1 - tails, -np.log(tails * (2 - tails)))
    return np.where(x < 0.5, -y, y)


def _inverse(x, w):
    """erfinv(x), where w = -log(1 - x * x).

    The variable w is that of Giles, Approximating the erfinv function, 2010, GPU Computing Gems 2.
    """
    r = np.sqrt(np.maximum(w, 0))
    y = _by_parts(
        r,
        (r < 2.5, lambda r: _chebyshev(r * r / 3.125 - 1, INVERSE_NEAR)),
        ((r >= 2.5) & (r < 6.25), lambda r: _chebyshev((r - 4.375) / 1.875, INVERSE_FAR)),
        ((r >= 6.25) & (r < 27.5), lambda r: _chebyshev((r - 16.875) / 10.625, INVERSE_FARTHEST)),
        (r == np.inf, np.ones_like),
    )
    return np.where(r < 2.5, x, np.copysign(r, x)) * y


# -------------------------------------------------------------------- the gamma family

HALF_LOG_2_PI = math.log(2 * math.pi) / 2
# Bernoulli's numbers B_2, B_4 ...
BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798,
    -174611 / 330, 854513 / 138, -236364091 / 2730,
)  # fmt: skip
STIRLING = [b / ((2 * k + 2) * (2 * k + 1)) for k, b in enumerate(BERNOULLI[:8])]
LOG_SERIES = [b / (2 * k + 2) for k, b in enumerate(BERNOULLI[:8])]


@_in_double
def lgamma(x):
    """log(|gamma(x)|); inf at 0 and the negative integers."""
    a = np.abs(x)
    y = _by_parts(
        a,
        (a < 1, lambda a: a * (a - 1) * _chebyshev(a - 1, LGAMMA) - np.log(a)),
        ((a >= 1) & (a < 3), lambda a: (a - 1) * (a - 2) * _chebyshev(a - 2, LGAMMA)),
        ((a >= 3) & (a < 8), _log_gamma_of_middle),
        ((a >= 8) & (a < np.inf), _log_gamma_of_large),
        (a == np.inf, np.copy),
    )
    sine = np.abs(np.sin(math.pi * (a - np.round(a))))
    mirrored = math.log(math.pi) - np.log(a * sine) - y
    return np.where((x < 0) & (a < np.inf), np.where(a == np.floor(a), np.inf, mirrored), y)


def _log_gamma_of_middle(a):
    return _log_gamma_of_large(a + 5) - np.log(a * (a + 1) * (a + 2) * (a + 3) * (a + 4))


def _log_gamma_of_large(a):
    """Stirling's series, for a >= 8."""
    return (a - 0.5) * np.log(a) - a + HALF_LOG_2_PI + _stirling(a)


def _stirling(a):
    """What Stirling's formula lacks, for a >= 8."""
    return _power_series(1 / (a * a), STIRLING) / a


@_in_double
def digamma(x):
    """The derivative of `lgamma`; nan at the negative integers."""
    a = np.where(x < 0, 1 - x, x)
    y = -1 / a - sum(1 / (a + k) for k in range(1, 10))
    a = a + 10
    square = 1 / (a * a)
    y += np.log(a) - 0.5 / a - square * _power_series(square, LOG_SERIES)
    part = x - np.round(x)
    mirrored = y - math.pi / np.tan(math.pi * part)
    return np.where(x < 0, np.where(part == 0, np.nan, mirrored), y)


@_in_double
def zeta(x, other):
    """Hurwitz's zeta function: the sum of (other + k)**-x over k = 0, 1, 2 ...; nan for x < 1.

    For negative `other`, f above an integer, the terms down from f - 1 are those up from 1 - f with
    the sign of (-1)**x.
    """
    negative = other < 0
    above = np.where(negative, other - np.floor(other), other)
    total = _zeta_of_positive(x, above)
    if negative.any():
        there = _zeta_of_positive(x, np.where(negative, 1 - above, 1))
        beyond = _zeta_of_positive(x, np.where(negative, 1 - other, 1))
        sign = np.where(np.floor(x / 2) * 2 == x, 1, -1)
        total = np.where(negative, total + sign * (there - beyond), total)
    pole = (other <= 0) & (other == np.floor(other))
    fraction = (other < 0) & (x != np.floor(x))
    total = np.where(pole, np.inf, np.where(fraction, np.nan, total))
    return np.where(x < 1, np.nan, np.where(x == 1, np.inf, total))


def _zeta_of_positive(x, other):
    """The sum of the terms up to 9, then the Euler-Maclaurin formula."""
    q, total = other.copy(), np.zeros_like(x)
    for k in range(10):
        few = (q <= 9) | (k < 9)
        total += np.where(few, np.power(q, -x), 0)
        q += few
    power = np.power(q, -x)
    rest = power * q / (x - 1) + power / 2
    factor = x / q
    for k, b in enumerate(BERNOULLI):
        rest += b / math.factorial(2 * k + 2) * factor * power
        factor = factor * (x + 2 * k + 1) * (x + 2 * k + 2) / (q * q)
    return total + np.where((power == 0) & (total != 0), 0, rest)


@_in_double
def igamma(x, other):
    """The regularised lower incomplete gamma function P(x, other)."""
    lower, upper = _incomplete(x, other)
    return np.where(upper >= 0, 1 - upper, lower)


@_in_double
def igammac(x, other):
    """The regularised upper incomplete gamma function Q(x, other) = 1 - P(x, other)."""
    lower, upper = _incomplete(x, other)
    return np.where(upper >= 0, upper, 1 - lower)


def _incomplete(a, x):
    """Of P(a, x) and Q(a, x) the smaller or nearly so; what is not given is nan."""
    lower, upper = np.full_like(a, np.nan), np.full_like(a, np.nan)
    plain = (a > 0) & (x > 0) & (a < np.inf) & (x < np.inf)
    large = plain & (a > 1e6)
    upper[large] = _upper_of_large(a[large], x[large])
    near = plain & ~large & (x < a + 1)
    lower[near] = _in_blocks(_lower_series, a[near], x[near])
    far = plain & ~large & ~near
    upper[far] = _in_blocks(_upper_fraction, a[far], x[far])
    # As in PyTorch an end of the range wins over nan.
    lower[(x == 0) & ~(a <= 0) | (a == np.inf) & ~(x < 0) & (x != np.inf)] = 0
    upper[(a == 0) & (x > 0) | (x == np.inf) & ~(a < 0) & (a != np.inf)] = 0
    return lower, upper


def _in_blocks(f, a, x):
    """f(a, x), where each block has as many steps as its own elements need, not all elements."""
    y = np.empty_like(a)
    for start in range(0, len(a), 4096):
        block = slice(start, start + 4096)
        y[block] = f(a[block], x[block])
    return y


def _density(a, x):
    """x**a * exp(-x) / gamma(a + 1)."""
    large = np.maximum(a, 8)
    ratio = (x - large) / large
    y = np.exp(large * (np.log1p(ratio) - ratio) - _stirling(large))
    y /= np.sqrt(2 * math.pi * large)
    return np.where(a >= 8, y, np.exp(a * np.log(x) - x - lgamma(a + 1)))


def _lower_series(a, x):
    """Abramowitz and Stegun, 6.5.29."""
    term, total, n = np.ones_like(a), np.ones_like(a), a.copy()
    for _ in range(10_000):
        n += 1
        term *= x / n
        total += term
        if not (term > 1e-17 * total).any():
            break
    return total * _density(a, x)


def _upper_fraction(a, x):
    """Abramowitz and Stegun, 6.5.31, by Lentz's method."""
    b = x + 1 - a
    d = 1 / b
    c, y = np.full_like(a, 1e300), d.copy()
    for k in range(1, 10_000):
        factor = k * (a - k)
        b += 2
        d = 1 / (factor * d + b)
        c = b + factor / c
        step = c * d
        y *= step
        if not (np.abs(step - 1) > 4e-16).any():  # 2e-16 some never reach
            break
    return y * a * _density(a, x)


def _upper_of_large(a, x):
    """Two terms of Temme, The asymptotic expansion of the incomplete gamma functions, 1979."""
    ratio = (x - a) / a
    root = np.copysign(np.sqrt(2 * (ratio - np.log1p(ratio))), ratio)
    term = np.where(np.abs(ratio) < 1e-3, root / 12 - 1 / 3, 1 / ratio - 1 / root)
    bell = np.exp(-a * root * root / 2) / np.sqrt(2 * math.pi * a)
    return erfc(root * np.sqrt(a / 2)) / 2 + bell * term


# -------------------------------------------------------------------- coefficients

# Least squares, weighted again and again until the largest relative error on [0, 3.95] was least.
ERF_ABOVE = (1.12837914, 0.191548711, 0.0528751981, 0.00380808272, 0.000284684353, 2.0259e-06)
ERF_BELOW = (1.0, 0.503088301, 0.114558929, 0.0150549332, 0.00117070362, 3.78315394e-05)
# Chebyshev's.

ERFCX = (
    1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189,
    -0.026658668435305753, 0.009074997670705265, -0.002413163540417608, 0.0004907758365258086,
    -6.916973302501207e-05, 4.13902798607301e-06, 7.74038306619849e-07, -2.1886401049234397e-07,
    1.076499946567091e-08, 4.521959811218287e-09, -7.754400208831351e-10, -6.318088340886697e-11,
    2.8687950109306466e-11, 1.9455868545746658e-13, -9.654696748436903e-13, 3.252548148114116e-14,
    3.3478119482561555e-14, -1.8645628806510804e-15, -1.250795053199497e-15, 7.418235255153686e-17,
    5.06814891506913e-17,
)  # fmt: skip
ERF = (
    0.9754769393826541, -0.14226120510371365, 0.010035582187599796, -0.0005768764699767485,
    2.741993125219606e-05, -1.1043175507344507e-06, 3.8488755420345036e-08, -1.1808582533875466e-09,
    3.2334215826050907e-11, -7.991015947004549e-13, 1.7990725113961456e-14, -3.718635487818693e-16,
)  # fmt: skip
LGAMMA = (
    0.44148902545501423, -0.11119580321752523, 0.01951044826068884, -0.003922461463025264,
    0.0008478989895953857, -0.00019153855341365593, 4.454470184975607e-05, -1.05728743735943e-05,
    2.5474336873408417e-06, -6.208535880776316e-07, 1.5268677399071546e-07, -3.782637660291326e-08,
    9.428100823624284e-09, -2.361999702184645e-09, 5.943541905817546e-10, -1.501312977072867e-10,
    3.8050196458110534e-11, -9.672485299656325e-12, 2.465348198355661e-12, -6.298868140791711e-13,
    1.6128460030283787e-13, -4.137949206814042e-14, 1.0635701227757898e-14, -2.7382420786652826e-15,
    7.060670507214892e-16, -1.8232177141662118e-16, 4.714169006756272e-17, -1.2204107319639856e-17,
)  # fmt: skip
INVERSE_NEAR = (
    1.6304220989459326, 0.7315674456742257, -0.021235032142504585, -0.0065808875424494635,
    0.0019488711426908524, -0.00014158343386374536, -4.9292864636180004e-05, 1.4752887929042498e-05,
    -6.111918603258194e-07, -5.106997335480761e-07, 1.159027723297735e-07, 1.4907998843194937e-09,
    -5.244776785530681e-09, 8.51790549109762e-10, 7.917020592973908e-11, -5.0994281737154326e-11,
    5.436227530231317e-12, 1.292282189751795e-12, -4.656064719044143e-13, 2.4256976317675218e-14,
    1.6403697972051414e-14, -3.94956069090147e-15, -3.9036001761416307e-17, 1.83129083527959e-16,
    -3.03580260263594e-17,
)  # fmt: skip
INVERSE_FAR = (
    0.9600181495728116, 0.02162594495695183, -0.004259489159745064, 0.0006344663026249807,
    -4.630069376303834e-05, -1.3051409186911369e-05, 7.745844697798371e-06, -2.4657160219240625e-06,
    5.617750708376052e-07, -7.443988274946965e-08, -9.384562721005724e-09, 1.0451253010126757e-08,
    -4.0667274818538594e-09, 9.7408187377414e-10, -8.851943014411376e-11, -4.596723861209556e-11,
    2.8271450753440104e-11, -8.405546809819307e-12, 1.2087744609979049e-12, 1.9150737604260644e-13,
    -1.792377410216433e-13, 5.874209590404396e-14, -1.0058680477804278e-14, -3.7334836362198497e-16,
    8.972685207629931e-16, -3.3870656007148343e-16, 7.533230747986261e-17,
)  # fmt: skip
INVERSE_FARTHEST = (
    0.9921276400534914, 0.008320363512992347, -0.003589278396536906, 0.0014195472722284533,
    -0.0005340675932670953, 0.0001942069495038895, -6.87976191206845e-05, 2.3836986914987457e-05,
    -8.091718768077132e-06, 2.691365229060774e-06, -8.758394396597675e-07, 2.7797486546231017e-07,
    -8.55480610213077e-08, 2.5270661425649256e-08, -7.029684297028e-09, 1.7674991665633898e-09,
    -3.5778104744136224e-10, 2.8138990084286093e-11, 2.5941554040335542e-11,
    -2.2165487048939787e-11, 1.250806669856945e-11, -6.0909986447880034e-12, 2.746100773484563e-12,
    -1.1801835517173992e-12, 4.907855421881435e-13, -1.9922033375463133e-13, 7.937481175263681e-14,
    -3.115775025863781e-14, 1.2081947098248316e-14, -4.637067345526483e-15, 1.7641215495053545e-15,
    -6.660272593473536e-16, 2.4976444875562115e-16, -9.310328728537175e-17, 3.45190209008713e-17,
    -1.273591497998001e-17,
)  # fmt: skip
