"""Window functions for signals: weights that fade a piece of a signal out towards its ends.

A formula here is a function of `xp`, of the positions n = 0, 1, ... as an array of doubles, and of
`last`, the position of the point that mirrors n = 0: the last one of a symmetric window, the one
after it of a periodic one, which repeats without a seam. A window of one point has last = 0 and is
1. `minitorch.signal.windows` has more of them.
"""

import math

import numpy as np

from minitorch.autograd.tensor import function
from minitorch.backend.errors import ShapeError
from minitorch.backend.layouts import strided
from minitorch.backend.namespaces import namespace
from minitorch.ops.making import create, kind_of


def cosines(*weights):
    """The formula a0 - a1 cos(z) + a2 cos(2 z) - ..., where z goes once round the circle."""

    def formula(xp, n, last):
        if not last:
            return n + 1
        turn = n * (2 * math.pi / last)
        return sum((-1) ** i * weight * xp.cos(i * turn) for i, weight in enumerate(weights))

    return formula


HANN = cosines(0.5, 0.5)
HAMMING = cosines(0.54, 0.46)
BLACKMAN = cosines(0.42, 0.5, 0.08)


def triangle(xp, n, last):
    """The formula of the Bartlett window."""
    return 1 - abs(n * (2 / last) - 1) if last else n + 1


def kaiser(beta, dtype):
    """The formula I0(beta sqrt(1 - z^2)) / I0(beta), z from -1 to 1.

    Kaiser and Schafer, On the use of the I0-sinh window for spectrum analysis, 1980.
    """
    kind = kind_of(dtype).dtype

    def i0(xp, x):
        """As PyTorch has it: where exp(x) is too large for `dtype`, from 89 on in float32, inf."""
        return xp.exp(x).astype(kind) * (namespace(x).bessel_i0(x) * xp.exp(-x)).astype(kind)

    def formula(xp, n, last):
        z = n * (2 / last) - 1 if last else n
        with np.errstate(over="ignore", invalid="ignore"):
            above = i0(xp, beta * xp.sqrt(xp.maximum(1 - z * z, 0)))
            return above / i0(xp, xp.full(1, float(beta)))

    return formula


def periodic_or_not(name, formula, window_length, periodic, dtype, *place):
    """The window of `formula` as `torch.<name>_window` makes it."""
    if not hasattr(window_length, "__index__"):
        raise TypeError(
            f"{name}_window(): argument 'window_length' (position 1) must be int, "
            f"not {type(window_length).__name__}"
        )
    if window_length < 0:
        raise ShapeError(
            f"{name}_window requires non-negative window_length, got window_length={window_length}"
        )
    if not kind_of(dtype).is_floating_point:
        raise ShapeError(f"{name}_window expects floating point dtypes, got: {kind_of(dtype)}")
    return window(formula, window_length, periodic, dtype, *place)


def window(formula, length, periodic, dtype, layout, device, pin_memory, requires_grad):
    """The tensor of the values of `formula`."""
    kind = kind_of(dtype).dtype
    last = length if periodic and length > 1 else length - 1

    def make(xp):
        points = formula(xp, xp.arange(float(length)), last) if length else xp.empty(0)
        return points.astype(kind)

    return create(make, device, requires_grad, None, layout, pin_memory)


@function
def bartlett_window(
    window_length, periodic=True, *, dtype=None, layout=strided, device=None, pin_memory=False,
    requires_grad=False,
):  # fmt: skip
    """A triangle from 0 up to 1 and down.

    periodic  the first `window_length` points of the symmetric window with one more
    """
    place = dtype, layout, device, pin_memory, requires_grad
    return periodic_or_not("bartlett", triangle, window_length, periodic, *place)


@function
def hann_window(
    window_length, periodic=True, *, dtype=None, layout=strided, device=None, pin_memory=False,
    requires_grad=False,
):  # fmt: skip
    """(1 - cos(z)) / 2; `periodic` as in `bartlett_window`."""
    place = dtype, layout, device, pin_memory, requires_grad
    return periodic_or_not("hann", HANN, window_length, periodic, *place)


@function
def hamming_window(
    window_length, periodic=True, alpha=0.54, beta=0.46, *, dtype=None, layout=strided, device=None,
    pin_memory=False, requires_grad=False,
):  # fmt: skip
    """alpha - beta cos(z); `periodic` as in `bartlett_window`."""
    place = dtype, layout, device, pin_memory, requires_grad
    return periodic_or_not("hamming", cosines(alpha, beta), window_length, periodic, *place)


@function
def blackman_window(
    window_length, periodic=True, *, dtype=None, layout=strided, device=None, pin_memory=False,
    requires_grad=False,
):  # fmt: skip
    """0.42 - 0.5 cos(z) + 0.08 cos(2 z); `periodic` as in `bartlett_window`."""
    place = dtype, layout, device, pin_memory, requires_grad
    return periodic_or_not("blackman", BLACKMAN, window_length, periodic, *place)


@function
def kaiser_window(
    window_length, periodic=True, beta=12.0, *, dtype=None, layout=strided, device=None,
    pin_memory=False, requires_grad=False,
):  # fmt: skip
    """As narrow as `beta` is large (0: all ones); `periodic` as in `bartlett_window`."""
    place = dtype, layout, device, pin_memory, requires_grad
    return periodic_or_not("kaiser", kaiser(beta, dtype), window_length, periodic, *place)
