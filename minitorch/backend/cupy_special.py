"""The functions of `numpy_special.py` on CuPy arrays: same names, same signatures."""

import cupy as cp
from cupyx.scipy.special import (
    digamma,
    erf,
    erfc,
    erfcx,
    erfinv,
    ndtri,
    zeta,
)
from cupyx.scipy.special import gammainc as igamma
from cupyx.scipy.special import gammaincc as igammac
from cupyx.scipy.special import gammaln as _gammaln


def lgamma(x):
    """log(|gamma(x)|), which is inf at -inf; CuPy's own is not."""
    return _gammaln(cp.maximum(x, cp.finfo(x.dtype).min))


def left_shift(x, places):
    """The bits of x moved up; C++ leaves open what becomes of as many places as there are bits."""
    return _unless_beyond(x, places, cp.left_shift(x, places), x * 0)


def right_shift(x, places):
    """The bits of x moved down; the sign stays, however many places it is."""
    gone = cp.right_shift(cp.right_shift(x, 8 * x.dtype.itemsize - 1), 1)
    return _unless_beyond(x, places, cp.right_shift(x, places), gone)


def _unless_beyond(x, places, shifted, gone):
    beyond = (places < 0) | (places >= 8 * x.dtype.itemsize)
    if isinstance(beyond, bool):
        return gone if beyond else shifted
    return cp.where(beyond, gone, shifted)


def require_divisors(x):
    """Nothing: to look at the values, the program would have to wait for the GPU."""


__all__ = [
    "digamma",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "igamma",
    "igammac",
    "left_shift",
    "lgamma",
    "ndtri",
    "require_divisors",
    "right_shift",
    "zeta",
]
