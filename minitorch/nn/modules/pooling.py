"""Pooling layers: one number for each window. Windows lie side by side unless `stride` says
otherwise; sizes are ints, or one number for each axis.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from minitorch.autograd.tensor import Tensor
from minitorch.nn import functional as F
from minitorch.nn.common_types import (
    _ratio_any_t,
    _size_1_t,
    _size_any_opt_t,
    _size_any_t,
)
from minitorch.nn.modules.module import Module
from minitorch.nn.modules.utils import _ntuple, _single

# -------------------------------------------------------------------- the largest


class _MaxPoolNd(Module):
    """The largest number in each window.

    padding         how far windows may lie outside, at most half of their size
    dilation        the step inside a window
    return_indices  also where in the flattened image the numbers stood, for MaxUnpool
    ceil_mode       also windows that the edge cuts off
    """

    function: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        kernel_size: _size_any_t,
        stride: _size_any_t | None = None,
        padding: _size_any_t = 0,
        dilation: _size_any_t = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        how = (self.kernel_size, self.stride, self.padding, self.dilation)
        return self.function(input, *how, self.ceil_mode, self.return_indices)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPoolNd):
    """The largest number in each window of (N, C, T) or (C, T); see `MaxPool2d`."""

    function = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPoolNd):
    """The largest number in each window of (N, C, H, W) or (C, H, W).

    See `nn.functional.max_pool2d` for the arguments.

    >>> from minitorch import arange
    >>> MaxPool2d(2)(arange(8.0).reshape(1, 2, 4))
    tensor([[[5., 7.]]])
    """

    function = staticmethod(F.max_pool2d)


class MaxPool3d(_MaxPoolNd):
    """The largest number in each window of (N, C, D, H, W) or (C, D, H, W); see `MaxPool2d`."""

    function = staticmethod(F.max_pool3d)


class _MaxUnpoolNd(Module):
    """Numbers put back to where `MaxPool` with return_indices found them, zeros elsewhere."""

    axes: ClassVar[int]
    function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self, kernel_size: _size_any_t, stride: _size_any_t | None = None, padding: _size_any_t = 0
    ) -> None:
        super().__init__()
        each = _ntuple(self.axes)
        self.kernel_size = each(kernel_size)
        self.stride = each(kernel_size if stride is None else stride)
        self.padding = each(padding)

    def forward(
        self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None
    ) -> Tensor:
        how = (self.kernel_size, self.stride, self.padding)
        return self.function(input, indices, *how, output_size)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpoolNd):
    """The way back of `MaxPool1d`; see `MaxUnpool2d`."""

    axes = 1
    function = staticmethod(F.max_unpool1d)


class MaxUnpool2d(_MaxUnpoolNd):
    """The way back of `MaxPool2d`: numbers at the places that its indices name, zeros elsewhere.

    Called with the `output_size` wanted where the pooling left a rest.
    """

    axes = 2
    function = staticmethod(F.max_unpool2d)


class MaxUnpool3d(_MaxUnpoolNd):
    """The way back of `MaxPool3d`; see `MaxUnpool2d`."""

    axes = 3
    function = staticmethod(F.max_unpool3d)


# -------------------------------------------------------------------- the average


class _AvgPoolNd(Module):
    """The average of each window."""

    kernel_size: _size_any_t
    stride: _size_any_t
    padding: _size_any_t

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPoolNd):
    """The average of each window of (N, C, T) or (C, T); see `AvgPool2d`."""

    def __init__(
        self,
        kernel_size: _size_1_t,
        stride: _size_1_t | None = None,
        padding: _size_1_t = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = _single(kernel_size)
        self.stride = _single(kernel_size if stride is None else stride)
        self.padding = _single(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        how = (self.kernel_size, self.stride, self.padding, self.ceil_mode)
        return F.avg_pool1d(input, *how, self.count_include_pad)


class _PlaneAvgPool(_AvgPoolNd):
    """AvgPool2d and AvgPool3d."""

    function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        kernel_size: _size_any_t,
        stride: _size_any_t | None = None,
        padding: _size_any_t = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        how = (self.kernel_size, self.stride, self.padding, self.ceil_mode)
        return self.function(input, *how, self.count_include_pad, self.divisor_override)


class AvgPool2d(_PlaneAvgPool):
    """The average of each window of (N, C, H, W) or (C, H, W).

    See `nn.functional.avg_pool2d` for the arguments.
    """

    function = staticmethod(F.avg_pool2d)


class AvgPool3d(_PlaneAvgPool):
    """The average of each window of (N, C, D, H, W) or (C, D, H, W); see `AvgPool2d`."""

    function = staticmethod(F.avg_pool3d)


# -------------------------------------------------------------------- at random


class _FractionalMaxPoolNd(Module):
    """The largest number in each of so many windows that lie at random and may overlap.

    output_size     how many windows; or
    output_ratio    the same as a fraction of the size of the input, in (0, 1)
    _random_samples (N, C, axes) in [0, 1): where each image starts, instead of a draw

    Graham, Fractional Max-Pooling, 2014, arXiv:1412.6071.
    """

    axes: ClassVar[int]
    function: ClassVar[Callable[..., Any]]
    _random_samples: Tensor | None

    def __init__(
        self,
        kernel_size: _size_any_t,
        output_size: _size_any_t | None = None,
        output_ratio: _ratio_any_t | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        name, each = type(self).__name__, _ntuple(self.axes)
        self.kernel_size = each(kernel_size)
        if self.axes == 3 and min(self.kernel_size) <= 0:
            raise ValueError(f"kernel_size must be greater than 0, but got {kernel_size}")
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else each(output_size)
        self.output_ratio = None if output_ratio is None else each(output_ratio)
        if output_size is None and output_ratio is None:
            raise ValueError(
                f"{name} requires specifying either an output size, or a pooling ratio"
            )
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        if not all(0 < ratio < 1 for ratio in self.output_ratio or ()):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        how = (self.kernel_size, self.output_size, self.output_ratio, self.return_indices)
        return self.function(input, *how, _random_samples=self._random_samples)


class FractionalMaxPool2d(_FractionalMaxPoolNd):
    """The largest number in each of so many random windows of (N, C, H, W) or (C, H, W).

    See `nn.functional.fractional_max_pool2d` for the arguments.
    """

    axes = 2
    function = staticmethod(F.fractional_max_pool2d)


class FractionalMaxPool3d(_FractionalMaxPoolNd):
    """The same for (N, C, D, H, W) or (C, D, H, W); see `FractionalMaxPool2d`."""

    axes = 3
    function = staticmethod(F.fractional_max_pool3d)


# -------------------------------------------------------------------- power averages


class _LPPoolNd(Module):
    """The root of order p of the sum of the powers x**p in each window, p the norm_type."""

    function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        norm_type: float,
        kernel_size: _size_any_t,
        stride: _size_any_t | None = None,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        how = (float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)
        return self.function(input, *how)

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPoolNd):
    """The root of order p of the sum of x**p in each window of (N, C, T) or (C, T)."""

    function = staticmethod(F.lp_pool1d)


class LPPool2d(_LPPoolNd):
    """The root of order p of the sum of x**p in each window of (N, C, H, W) or (C, H, W)."""

    function = staticmethod(F.lp_pool2d)


class LPPool3d(_LPPoolNd):
    """The root of order p of the sum of x**p in each window of (N, C, D, H, W) or (C, D, H, W)."""

    function = staticmethod(F.lp_pool3d)


# -------------------------------------------------------------------- to a given size


class _AdaptiveMaxPoolNd(Module):
    """The largest numbers of so many windows that cover the input."""

    function: ClassVar[Callable[..., Any]]

    def __init__(self, output_size: _size_any_opt_t, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        return self.function(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """(N, C, T) or (C, T) to output_size largest numbers, of windows that cover the sequence."""

    function = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """(N, C, H, W) or (C, H, W) to (..., *output_size); None keeps the size of an axis."""

    function = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """(N, C, D, H, W) or (C, D, H, W) to (..., *output_size); None keeps the size of an axis."""

    function = staticmethod(F.adaptive_max_pool3d)


class _AdaptiveAvgPoolNd(Module):
    """The averages of so many windows that cover the input."""

    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, output_size: _size_any_opt_t) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        return self.function(input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """(N, C, T) or (C, T) to output_size averages, of windows that cover the sequence."""

    function = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """(N, C, H, W) or (C, H, W) to (..., *output_size); None keeps the size of an axis.

    >>> from minitorch import ones
    >>> AdaptiveAvgPool2d(1)(ones(2, 5, 7, 9)).shape
    torch.Size([2, 5, 1, 1])
    """

    function = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """(N, C, D, H, W) or (C, D, H, W) to (..., *output_size); None keeps the size of an axis."""

    function = staticmethod(F.adaptive_avg_pool3d)
