"""The functions of `numpy_special.py` on CuPy arrays: same names, same signatures."""

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
from cupyx.scipy.special import gammaln as lgamma


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
    "lgamma",
    "ndtri",
    "require_divisors",
    "zeta",
]
