"""`torch.fft`: its shifts and frequencies. The transforms need complex numbers and are refused."""

from typing import Any, NoReturn

from minitorch.autograd.tensor import Tensor
from minitorch.ops.creation import arange
from minitorch.ops.reorder import roll

TRANSFORMS = """
    fft ifft fft2 ifft2 fftn ifftn rfft irfft rfft2 irfft2 rfftn irfftn hfft ihfft hfft2 ihfft2
    hfftn ihfftn
"""


def fftfreq(n: int, d: float = 1.0, **options: Any) -> Tensor:
    """The frequencies of a transform of n samples that lie d apart, those below zero last."""
    return roll(arange(-(n // 2), (n + 1) // 2, **options), -(n // 2)) / (n * d)


def rfftfreq(n: int, d: float = 1.0, **options: Any) -> Tensor:
    """The frequencies of the transform of n real samples that lie d apart."""
    return arange(n // 2 + 1, **options) / (n * d)


def fftshift(input: Tensor, dim: int | tuple[int, ...] | None = None) -> Tensor:
    """The middle of each dimension, or of those in `dim`, where frequency 0 comes to lie."""
    return shifted(input, dim, lambda size: size // 2)


def ifftshift(input: Tensor, dim: int | tuple[int, ...] | None = None) -> Tensor:
    """The reverse of `fftshift`."""
    return shifted(input, dim, lambda size: -(size // 2))


def shifted(input, dim, by):
    dims = (dim,) if isinstance(dim, int) else tuple(range(input.ndim)) if dim is None else dim
    return roll(input, tuple(by(input.shape[d]) for d in dims), tuple(dims))


def refused(name):
    """The function `name`, which says that it cannot be here."""

    def call(*args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError(
            f"torch.fft.{name}: minitorch has no complex numbers\n"
            f"  call numpy.fft.{name} on .numpy(), outside the graph"
        )

    call.__name__ = call.__qualname__ = name
    call.__doc__ = "Raise NotImplementedError: there are no complex numbers."
    return call


globals().update({name: refused(name) for name in TRANSFORMS.split()})
