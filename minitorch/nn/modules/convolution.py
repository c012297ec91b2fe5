"""What all convolutional layers have in common."""

import math
from collections.abc import Callable
from typing import ClassVar

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.nn import init
from minitorch.nn.modules.module import Module
from minitorch.nn.modules.utils import _reverse_repeat_tuple
from minitorch.nn.parameter import Parameter, unset


class _ConvNd(Module):
    """What all convolutions learn and keep. Sizes are tuples, one number for each axis.

    weight (out_channels, in_channels / groups, *kernel_size), for transposed ones (in_channels,
    out_channels / groups, *kernel_size), and bias (out_channels,) start out evenly distributed in
    [-b, b), where 1 / b**2 is the size of one of the parts weight[0], weight[1], ...
    """

    weight: Parameter
    bias: Parameter | None
    axes: ClassVar[int]
    function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: tuple[int, ...],
        stride: tuple[int, ...],
        padding: str | tuple[int, ...],
        dilation: tuple[int, ...],
        transposed: bool,
        output_padding: tuple[int, ...],
        groups: int,
        bias: bool,
        padding_mode: str,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        super().__init__()
        if transposed and padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        check(in_channels, out_channels, groups, stride, padding, padding_mode)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.transposed = transposed
        self.output_padding = output_padding
        self.groups = groups
        self.padding_mode = padding_mode
        self._reversed_padding_repeated_twice = padding_around(padding, kernel_size, dilation)
        before, after = (in_channels, out_channels) if transposed else (out_channels, in_channels)
        shape = (before, after // groups, *kernel_size)
        self.weight = unset(shape, device, dtype)
        self.register_parameter("bias", unset(out_channels, device, dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = math.prod(self.weight.shape[1:])
            bound = 1 / math.sqrt(fan_in) if fan_in else 0
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"]
        parts.append(f"stride={self.stride}")
        for name, plain in (("padding", 0), ("dilation", 1), ("output_padding", 0)):
            value = getattr(self, name)
            if value != (plain,) * len(value):
                parts.append(f"{name}={value}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode}")
        return ", ".join(parts)


def check(in_channels, out_channels, groups, stride, padding, padding_mode):
    """Raise PyTorch's error for settings that do not go together."""
    if groups <= 0:
        raise ValueError("groups must be a positive integer")
    if in_channels % groups:
        raise ValueError(
            "in_channels must be divisible by groups\n"
            f"  in_channels {in_channels}   groups {groups}"
        )
    if out_channels % groups:
        raise ValueError(
            "out_channels must be divisible by groups\n"
            f"  out_channels {out_channels}   groups {groups}"
        )
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ValueError(
                f"Invalid padding string {padding!r}, should be one of {{'valid', 'same'}}"
            )
        if padding == "same" and any(s != 1 for s in stride):
            raise ValueError("padding='same' is not supported for strided convolutions")
    modes = ("circular", "reflect", "replicate", "zeros")
    if padding_mode not in modes:
        raise ValueError(
            f"padding_mode must be one of {{{', '.join(map(repr, modes))}}}, but got "
            f"padding_mode='{padding_mode}'"
        )


def padding_around(padding, kernel_size, dilation):
    """The padding as `F.pad` takes it: before and behind each axis, the last axis first."""
    if padding == "valid":
        return [0, 0] * len(kernel_size)
    if padding == "same":
        whole = [d * (k - 1) for d, k in zip(dilation, kernel_size, strict=True)]
        return [n for each in reversed(whole) for n in (each // 2, each - each // 2)]
    return _reverse_repeat_tuple(padding, 2)
