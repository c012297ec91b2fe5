"""The functions of `numpy_bessel.py` on CuPy arrays: same names, same signatures."""

import functools

import cupy as cp
from cupyx.scipy import special as _known
from cupyx.scipy.special import k0, k1

from minitorch.backend.numpy_bessel import I0_FAR, I0_NEAR, I1_FAR, I1_NEAR, K0_FAR, K1_FAR

# -------------------------------------------------------------------- modified
# CuPy's own overflow: these take the series of the NumPy kernels.


def bessel_i0(x):
    """Modified Bessel function of the first kind, of order 0."""
    return series(I0_NEAR, I0_FAR, SPLIT, f"exp(a / 2) * ({I0E}) * exp(a / 2)")(x)


def i0e(x):
    """exp(-|x|) * bessel_i0(x)."""
    return series(I0_NEAR, I0_FAR, SPLIT, I0E)(x)


def i1(x):
    """Modified Bessel function of the first kind, of order 1."""
    grown = f"exp(a / 2) * ({I1E}) * exp(a / 2)"
    return series(I1_NEAR, I1_FAR, SPLIT, f"copysign({grown}, double(x))")(x)


def i1e(x):
    """exp(-|x|) * i1(x)."""
    return series(I1_NEAR, I1_FAR, SPLIT, f"copysign({I1E}, double(x))")(x)


def k0e(x):
    """exp(x) * k0(x)."""
    return cp.where(x > 2, series(K0_FAR, K0_FAR, ABOVE_2, "value / sqrt(a)")(x), _known.k0e(x))


def k1e(x):
    """exp(x) * k1(x)."""
    return cp.where(x > 2, series(K1_FAR, K1_FAR, ABOVE_2, "value / sqrt(a)")(x), _known.k1e(x))


SPLIT = ("a / 4 - 1", "16 / a - 1")
ABOVE_2 = ("4 / a - 1", "4 / a - 1")
I0E = "a <= 8 ? value : value / sqrt(a)"
I1E = "a <= 8 ? value * a : value / sqrt(a)"


@functools.cache
def series(near, far, places, result):
    """The kernel of `result`, in which a is |x| and `value` that of a Chebyshev series.

    near, far  its coefficients up to a = 8 and above
    places     where in [-1, 1] it is taken, there and there
    """
    return cp.ElementwiseKernel(
        "T x",
        "T y",
        f"""
        const double near[] = {{{", ".join(map(repr, near))}}};
        const double far[] = {{{", ".join(map(repr, far))}}};
        const double a = fabs(double(x)), t = a <= 8 ? {places[0]} : {places[1]};
        const double* c = a <= 8 ? near : far;
        double now = 0, last = 0;
        for (int k = a <= 8 ? {len(near) - 1} : {len(far) - 1}; k > 0; --k) {{
            const double next = 2 * t * now - last + c[k];
            last = now;
            now = next;
        }}
        const double value = t * now - last + c[0];
        y = T({result});
        """,
        "minitorch_series",
    )


# -------------------------------------------------------------------- of the first and second kind
# x * 0 is nan at infinity, as are these functions in PyTorch.


def j0(x):
    """Bessel function of the first kind, of order 0."""
    return _known.j0(x) + x * 0


def j1(x):
    """Bessel function of the first kind, of order 1."""
    return _known.j1(x) + x * 0


def y0(x):
    """Bessel function of the second kind, of order 0."""
    return _known.y0(x) + x * 0


def y1(x):
    """Bessel function of the second kind, of order 1."""
    return _known.y1(x) + x * 0


def spherical_j0(x):
    """sin(x) / x; 1 at 0."""
    y = cp.sin(x) / cp.where(x == 0, 1, x)
    return cp.where(x == 0, 1, cp.where(cp.isinf(x), 0, y)).astype(x.dtype)


def airy_ai(x):
    """Refused: CuPy has no function for it."""
    raise NotImplementedError("airy_ai is not there on the GPU\n  move the tensor with .cpu()")


# Of each: the polynomial of degree 1, and the next one from k, x, the last and the one before it.
POLYNOMIALS = {
    "chebyshev_polynomial_t": ("x", "2 * x * p - q"),
    "chebyshev_polynomial_u": ("2 * x", "2 * x * p - q"),
    "chebyshev_polynomial_v": ("2 * x - 1", "2 * x * p - q"),
    "chebyshev_polynomial_w": ("2 * x + 1", "2 * x * p - q"),
    "hermite_polynomial_h": ("2 * x", "2 * x * p - 2 * k * q"),
    "hermite_polynomial_he": ("x", "x * p - k * q"),
    "laguerre_polynomial_l": ("1 - x", "((2 * k + 1 - x) * p - k * q) / (k + 1)"),
    "legendre_polynomial_p": ("x", "((2 * k + 1) * x * p - k * q) / (k + 1)"),
}


def orthogonal_polynomial(x, n, kind):
    """The orthogonal polynomial `kind` of degree n at x, by its recurrence; 0 where n < 0."""
    return evaluation(kind)(x, n)


@functools.cache
def evaluation(kind):
    """The kernel from x and n to the polynomial."""
    first, following = POLYNOMIALS[kind]
    return cp.ElementwiseKernel(
        "T x, T n",
        "T y",
        f"""
        long long degree = (long long) n;
        T q = 1, p = {first};
        for (long long k = 1; k < degree; ++k) {{
            T next = {following};
            q = p;
            p = next;
        }}
        y = degree < 0 ? T(0) : degree == 0 ? T(1) : p;
        """,
        f"minitorch_{kind}",
    )


__all__ = [
    "airy_ai",
    "bessel_i0",
    "i0e",
    "i1",
    "i1e",
    "j0",
    "j1",
    "k0",
    "k0e",
    "k1",
    "k1e",
    "orthogonal_polynomial",
    "spherical_j0",
    "y0",
    "y1",
]
