"""Convolutional layers."""

from collections.abc import Sequence
from typing import Any, ClassVar

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.nn import functional as F
from minitorch.nn.common_types import _size_any_t
from minitorch.nn.modules.convolution import _ConvNd
from minitorch.nn.modules.lazy import LazyModuleMixin
from minitorch.nn.modules.utils import _ntuple
from minitorch.nn.parameter import UninitializedParameter


class Convolution(_ConvNd):
    """A convolution over `axes` axes."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: _size_any_t,
        stride: _size_any_t = 1,
        padding: str | _size_any_t = 0,
        dilation: _size_any_t = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        each = _ntuple(self.axes)
        super().__init__(
            in_channels, out_channels, each(kernel_size), each(stride),
            padding if isinstance(padding, str) else each(padding), each(dilation), False, each(0),
            groups, bias, padding_mode, device, dtype,
        )  # fmt: skip

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            input = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
            padding = 0
        return self.function(input, weight, bias, self.stride, padding, self.dilation, self.groups)

    def forward(self, input: Tensor) -> Tensor:
        return self._conv_forward(input, self.weight, self.bias)


class Conv1d(Convolution):
    """Convolution of sequences, (N, C, T) or (C, T); settings as in `Conv2d`."""

    axes = 1
    function = staticmethod(F.conv1d)


class Conv2d(Convolution):
    """Convolution of images, (N, C, H, W) or (C, H, W); see `nn.functional.conv2d`.

    in_channels, out_channels  C before and after
    kernel_size                of the part of the image that each output sees; it, stride, padding
                               and dilation are ints or pairs, vertical and horizontal
    padding                    how much to add around the image; also "same" and "valid"
    groups                     channels are split into so many groups, each apart from the others
    padding_mode               what to add: "zeros", or "reflect", "replicate" or "circular" as in
                               `nn.functional.pad`

    weight (out_channels, in_channels / groups, *kernel_size) and bias (out_channels,) start out
    evenly distributed in [-b, b), b = 1 / sqrt(in_channels / groups * kernel height * width).

    >>> from minitorch import ones
    >>> Conv2d(3, 8, 3, padding=1)(ones(2, 3, 32, 32)).shape
    torch.Size([2, 8, 32, 32])
    """

    axes = 2
    function = staticmethod(F.conv2d)


class Conv3d(Convolution):
    """Convolution of volumes, (N, C, D, H, W) or (C, D, H, W); settings as in `Conv2d`."""

    axes = 3
    function = staticmethod(F.conv3d)


# -------------------------------------------------------------------- transposed convolution


class _ConvTransposeNd(_ConvNd):
    """What the transposed convolutions share."""

    def _output_padding(
        self,
        input: Tensor,
        output_size: Sequence[int] | None,
        stride: Sequence[int],
        padding: Sequence[int],
        kernel_size: Sequence[int],
        num_spatial_dims: int,
        dilation: Sequence[int] | None = None,
    ) -> Sequence[int]:
        """What to add behind so that the result has `output_size`: (*P) or (N, C, *P)."""
        if output_size is None:
            return self.output_padding
        axes = num_spatial_dims
        front = 2 if input.ndim == axes + 2 else 1
        if len(output_size) == front + axes:
            output_size = output_size[front:]
        if len(output_size) != axes:
            raise ValueError(
                f"ConvTranspose{axes}D: for {input.ndim}D input, output_size must have {axes} or "
                f"{front + axes} elements (got {len(output_size)})"
            )
        spread = zip(
            input.shape[front : front + axes], stride, padding, dilation or (1,) * axes, kernel_size
        )
        least = [(n - 1) * s - 2 * p + d * (k - 1) + 1 for n, s, p, d, k in spread]
        most = [n + s - 1 for n, s in zip(least, stride, strict=True)]
        if any(not a <= n <= b for a, n, b in zip(least, output_size, most, strict=True)):
            raise ValueError(
                f"requested an output size of {output_size}, but valid sizes range from {least} to "
                f"{most} (for an input of {input.shape[2:]})"
            )
        return [n - a for n, a in zip(output_size, least, strict=True)]


class TransposedConvolution(_ConvTransposeNd):
    """A transposed convolution over `axes` axes."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: _size_any_t,
        stride: _size_any_t = 1,
        padding: _size_any_t = 0,
        output_padding: _size_any_t = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: _size_any_t = 1,
        padding_mode: str = "zeros",
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        each = _ntuple(self.axes)
        super().__init__(
            in_channels, out_channels, each(kernel_size), each(stride), each(padding),
            each(dilation), True, each(output_padding), groups, bias, padding_mode, device, dtype,
        )  # fmt: skip

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        stride, dilation = self.stride, self.dilation
        padding: Any = self.padding  # never a word here
        how = (stride, padding, self.kernel_size, self.axes, dilation)
        extra = self._output_padding(input, output_size, *how)
        weight, bias = self.weight, self.bias
        return self.function(input, weight, bias, stride, padding, extra, self.groups, dilation)


class ConvTranspose1d(TransposedConvolution):
    """Sequences (N, C, T) or (C, T) spread out; settings as in `ConvTranspose2d`."""

    axes = 1
    function = staticmethod(F.conv_transpose1d)


class ConvTranspose2d(TransposedConvolution):
    """Images (N, C, H, W) or (C, H, W) spread out: what the gradient of a `Conv2d` with the same
    settings does to its input. See `nn.functional.conv_transpose2d`.

    in_channels, out_channels  C before and after
    kernel_size                of the part of the result to which each input adds; it, stride,
                               padding, output_padding and dilation are ints or pairs
    padding                    how much to cut off the result on all sides
    output_padding             how much less to cut off behind

    A stride above 1 gives results of several sizes the same input; the module called with
    `output_size` finds the output_padding for one of them.

    >>> from minitorch import ones
    >>> layer = ConvTranspose2d(8, 3, 3, stride=2, padding=1)
    >>> layer(ones(1, 8, 5, 5)).shape, layer(ones(1, 8, 5, 5), output_size=(10, 10)).shape
    (torch.Size([1, 3, 9, 9]), torch.Size([1, 3, 10, 10]))
    """

    axes = 2
    function = staticmethod(F.conv_transpose2d)


class ConvTranspose3d(TransposedConvolution):
    """Volumes (N, C, D, H, W) or (C, D, H, W) spread out; settings as in `ConvTranspose2d`."""

    axes = 3
    function = staticmethod(F.conv_transpose3d)


# -------------------------------------------------------------------- lazy


class _LazyConvXdMixin(LazyModuleMixin):
    """A convolution that takes in_channels from its first input; all other arguments as usual."""

    weight: Any
    bias: Any
    kernel_size: tuple[int, ...]
    groups: int
    transposed: bool
    axes: ClassVar[int]

    def __init__(
        self,
        out_channels: int,
        kernel_size: _size_any_t,
        stride: _size_any_t = 1,
        padding: str | _size_any_t = 0,
        dilation: _size_any_t = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        how = (kernel_size, stride, padding, dilation, groups, False, padding_mode, device, dtype)
        super().__init__(0, 0, *how)
        self._wait(out_channels, bias, device, dtype)

    def _wait(self, out_channels, bias, device, dtype):
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_channels = out_channels
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        if not self.has_uninitialized_params() and self.in_channels:
            super().reset_parameters()  # type: ignore[misc]  # that of the class behind the mixin

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:
        if not self.has_uninitialized_params():
            return
        self.in_channels = self._get_in_channels(input)
        if self.in_channels % self.groups:
            raise ValueError("in_channels must be divisible by groups")
        channels = (self.out_channels, self.in_channels)
        before, after = channels[::-1] if self.transposed else channels
        self.weight.materialize((before, after // self.groups, *self.kernel_size))
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()

    def _get_in_channels(self, input: Tensor) -> int:
        axes = self._get_num_spatial_dims()
        if input.ndim not in (axes + 1, axes + 2):
            raise RuntimeError(
                f"Expected {axes + 1}D (unbatched) or {axes + 2}D (batched) input to "
                f"{type(self).__name__}, but got input of size: {input.shape}"
            )
        return input.shape[-axes - 1]

    def _get_num_spatial_dims(self) -> int:
        return self.axes


class LazyConv1d(_LazyConvXdMixin, Conv1d):
    """`Conv1d` whose in_channels are those of its first input."""

    cls_to_become = Conv1d


class LazyConv2d(_LazyConvXdMixin, Conv2d):
    """`Conv2d` whose in_channels are those of its first input."""

    cls_to_become = Conv2d


class LazyConv3d(_LazyConvXdMixin, Conv3d):
    """`Conv3d` whose in_channels are those of its first input."""

    cls_to_become = Conv3d


class LazyTransposedConvolution(_LazyConvXdMixin):
    """The same for transposed convolutions, which take their arguments in another order."""

    def __init__(
        self,
        out_channels: int,
        kernel_size: _size_any_t,
        stride: _size_any_t = 1,
        padding: _size_any_t = 0,
        output_padding: _size_any_t = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: _size_any_t = 1,
        padding_mode: str = "zeros",
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        how = (kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode)
        LazyModuleMixin.__init__(self, 0, 0, *how, device, dtype)
        self._wait(out_channels, bias, device, dtype)


class LazyConvTranspose1d(LazyTransposedConvolution, ConvTranspose1d):
    """`ConvTranspose1d` whose in_channels are those of its first input."""

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(LazyTransposedConvolution, ConvTranspose2d):
    """`ConvTranspose2d` whose in_channels are those of its first input."""

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(LazyTransposedConvolution, ConvTranspose3d):
    """`ConvTranspose3d` whose in_channels are those of its first input."""

    cls_to_become = ConvTranspose3d
