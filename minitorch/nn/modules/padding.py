"""Padding layers; see `nn.functional.pad`.

padding  how much to add on all sides, or a number before and behind each axis, the last axis
         first: (left, right, top, bottom, front, back); negative numbers cut
"""

from typing import ClassVar

from minitorch.autograd.tensor import Tensor
from minitorch.nn import functional as F
from minitorch.nn.modules.module import Module
from minitorch.nn.modules.utils import _ntuple


class _PadNd(Module):
    """What all of them keep: two numbers for each of `axes`."""

    axes: ClassVar[int]

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__()
        self.padding = _ntuple(2 * self.axes)(padding)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _CircularPadNd(_PadNd):
    """On each side what stands at the opposite edge."""

    def _check_input_dim(self, input: Tensor) -> None:
        if input.ndim not in (self.axes + 1, self.axes + 2):
            raise ValueError(
                f"expected {self.axes + 1}D or {self.axes + 2}D input (got {input.ndim}D input)"
            )

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        return F.pad(input, self.padding, "circular")


class CircularPad1d(_CircularPadNd):
    """Sequences (N, C, T) or (C, T) that go on from their other end."""

    axes = 1


class CircularPad2d(_CircularPadNd):
    """Images (N, C, H, W) or (C, H, W) that go on from their opposite edge."""

    axes = 2


class CircularPad3d(_CircularPadNd):
    """Volumes (N, C, D, H, W) or (C, D, H, W) that go on from their opposite side."""

    axes = 3


class _ConstantPadNd(_PadNd):
    """One number on all sides."""

    def __init__(self, padding: int | tuple[int, ...], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPadNd):
    """`value` before and behind the last axis."""

    axes = 1


class ConstantPad2d(_ConstantPadNd):
    """`value` around the last two axes."""

    axes = 2


class ConstantPad3d(_ConstantPadNd):
    """`value` around the last three axes."""

    axes = 3


class _EdgePadNd(_PadNd):
    """What stands at or near the edge."""

    mode: ClassVar[str]

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self.mode)


class _ReflectionPadNd(_EdgePadNd):
    mode = "reflect"


class ReflectionPad1d(_ReflectionPadNd):
    """Sequences (N, C, T) or (C, T) mirrored at their first and last element."""

    axes = 1


class ReflectionPad2d(_ReflectionPadNd):
    """Images (N, C, H, W) or (C, H, W) mirrored at the elements of their edge."""

    axes = 2


class ReflectionPad3d(_ReflectionPadNd):
    """Volumes (N, C, D, H, W) or (C, D, H, W) mirrored at the elements of their sides."""

    axes = 3


class _ReplicationPadNd(_EdgePadNd):
    mode = "replicate"


class ReplicationPad1d(_ReplicationPadNd):
    """The first and last element of sequences (N, C, T) or (C, T) repeated."""

    axes = 1


class ReplicationPad2d(_ReplicationPadNd):
    """The elements at the edge of images (N, C, H, W) or (C, H, W) repeated."""

    axes = 2


class ReplicationPad3d(_ReplicationPadNd):
    """The elements at the sides of volumes (N, C, D, H, W) or (C, D, H, W) repeated."""

    axes = 3


class _ZeroPadNd(_ConstantPadNd):
    """Zeros on all sides."""

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad1d(_ZeroPadNd, ConstantPad1d):
    """Zeros before and behind the last axis."""


class ZeroPad2d(_ZeroPadNd, ConstantPad2d):
    """Zeros around the last two axes.

    >>> from minitorch import ones
    >>> ZeroPad2d((1, 0, 0, 1))(ones(1, 1, 2))
    tensor([[[0., 1., 1.],
             [0., 0., 0.]]])
    """


class ZeroPad3d(_ZeroPadNd, ConstantPad3d):
    """Zeros around the last three axes."""
