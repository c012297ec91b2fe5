"""Window functions: the names of `torch.signal.windows`, with `sym` in place of `periodic`.

M    the number of points
sym  False: the first M points of the symmetric window with one more

Raises ValueError for M < 0 and for dtypes other than float32 and float64.
"""

from collections.abc import Sequence

from minitorch.backend.dtypes import float32, float64
from minitorch.backend.layouts import strided
from minitorch.ops.making import kind_of
from minitorch.ops.windows import BLACKMAN, HAMMING, HANN, cosines, triangle, window
from minitorch.ops.windows import kaiser as kaiser_formula

NUTTALL = cosines(0.3635819, 0.4891775, 0.1365995, 0.0106411)


def symmetric(name, formula, M, sym, dtype, layout, device, requires_grad):
    """The window of `formula`: PyTorch's windows differ in nothing else."""
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if layout is not strided:
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    if kind_of(dtype) not in (float32, float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {kind_of(dtype)}")
    return window(formula, M, not sym, dtype, layout, device, False, requires_grad)


def bartlett(M, *, sym=True, dtype=None, layout=strided, device=None, requires_grad=False):
    """A triangle from 0 up to 1 and down."""
    return symmetric("bartlett", triangle, M, sym, dtype, layout, device, requires_grad)


def blackman(M, *, sym=True, dtype=None, layout=strided, device=None, requires_grad=False):
    """0.42 - 0.5 cos(z) + 0.08 cos(2 z), z once round the circle."""
    return symmetric("blackman", BLACKMAN, M, sym, dtype, layout, device, requires_grad)


def cosine(M, *, sym=True, dtype=None, layout=strided, device=None, requires_grad=False):
    """Half a wave: sin(pi (n + 0.5) / M)."""

    def formula(xp, n, last):
        return xp.sin((n + 0.5) * (xp.pi / (last + 1)))

    return symmetric("cosine", formula, M, sym, dtype, layout, device, requires_grad)


def exponential(
    M, *, center=None, tau=1.0, sym=True, dtype=None, layout=strided, device=None,
    requires_grad=False,
):  # fmt: skip
    """exp(-|n - center| / tau); `center` is the middle where `sym`, and by default."""
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")

    def formula(xp, n, last):
        return xp.exp(-abs(n - (last / 2 if center is None else center)) / tau)

    return symmetric("exponential", formula, M, sym, dtype, layout, device, requires_grad)


def gaussian(
    M, *, std=1.0, sym=True, dtype=None, layout=strided, device=None, requires_grad=False
):  # fmt: skip
    """exp(-(n - middle)^2 / (2 std^2))."""
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")

    def formula(xp, n, last):
        return xp.exp(-(((n - last / 2) / std) ** 2) / 2)

    return symmetric("gaussian", formula, M, sym, dtype, layout, device, requires_grad)


def general_cosine(
    M, *, a, sym=True, dtype=None, layout=strided, device=None, requires_grad=False
):  # fmt: skip
    """a[0] - a[1] cos(z) + a[2] cos(2 z) - ..., z once round the circle."""
    if not isinstance(a, Sequence):
        raise TypeError("Coefficients must be a list/tuple")
    if not a:
        raise ValueError("Coefficients cannot be empty")
    return symmetric("general_cosine", cosines(*a), M, sym, dtype, layout, device, requires_grad)


def general_hamming(
    M, *, alpha=0.54, sym=True, dtype=None, layout=strided, device=None, requires_grad=False
):  # fmt: skip
    """alpha - (1 - alpha) cos(z), z once round the circle."""
    return general_cosine(
        M, a=[alpha, 1 - alpha],
        sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad,
    )  # fmt: skip


def hamming(M, *, sym=True, dtype=None, layout=strided, device=None, requires_grad=False):
    """0.54 - 0.46 cos(z), z once round the circle."""
    return symmetric("general_cosine", HAMMING, M, sym, dtype, layout, device, requires_grad)


def hann(M, *, sym=True, dtype=None, layout=strided, device=None, requires_grad=False):
    """(1 - cos(z)) / 2, z once round the circle."""
    return symmetric("general_cosine", HANN, M, sym, dtype, layout, device, requires_grad)


def kaiser(
    M, *, beta=12.0, sym=True, dtype=None, layout=strided, device=None, requires_grad=False
):  # fmt: skip
    """As narrow as `beta` is large, which is not negative (0: all ones)."""
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    formula = kaiser_formula(beta, dtype)
    return symmetric("kaiser", formula, M, sym, dtype, layout, device, requires_grad)


def nuttall(M, *, sym=True, dtype=None, layout=strided, device=None, requires_grad=False):
    """Four cosines, with side lobes below -93 dB.

    Nuttall, Some windows with very good sidelobe behavior, 1981.
    """
    return symmetric("general_cosine", NUTTALL, M, sym, dtype, layout, device, requires_grad)
