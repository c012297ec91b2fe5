"""The functions of `numpy_bessel.py` on CuPy arrays: same names, same signatures."""

import functools

import cupy as cp
from cupyx.scipy.special import i0 as bessel_i0
from cupyx.scipy.special import i0e, i1, i1e, j0, j1, k0, k0e, k1, k1e, y0, y1


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
