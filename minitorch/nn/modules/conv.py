"""Convolutional layers."""

import math

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.nn import functional as F
from minitorch.nn import init
from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import Parameter
from minitorch.ops.conv import pair
from minitorch.ops.creation import empty


class Conv2d(Module):
    """Convolution of images, (N, C, H, W) or (C, H, W); see `nn.functional.conv2d`.

    in_channels, out_channels  C before and after
    kernel_size                of the part of the image that each output sees; it, stride, padding
                               and dilation are ints or pairs, vertical and horizontal
    padding                    zeros around the image; also "same" and "valid"
    padding_mode               "zeros", for now the only one

    weight (out_channels, in_channels / groups, *kernel_size) and bias (out_channels,) start out
    evenly distributed in [-b, b), b = 1 / sqrt(in_channels / groups * kernel height * width).
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: str | int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        super().__init__()
        check(in_channels, out_channels, groups, stride, padding, padding_mode)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = pair("kernel_size", kernel_size)
        self.stride = pair("stride", stride)
        self.padding = padding if isinstance(padding, str) else pair("padding", padding)
        self.dilation = pair("dilation", dilation)
        self.groups = groups
        self.padding_mode = padding_mode
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter(empty(shape, device=device, dtype=dtype))
        start = empty(out_channels, device=device, dtype=dtype) if bias else None
        self.register_parameter("bias", None if start is None else Parameter(start))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None and self.weight.numel():
            bound = 1 / math.sqrt(self.weight[0].numel())
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        how = (self.stride, self.padding, self.dilation, self.groups)
        return F.conv2d(input, self.weight, self.bias, *how)

    def extra_repr(self) -> str:
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"]
        parts.append(f"stride={self.stride}")
        for name, plain in (("padding", (0, 0)), ("dilation", (1, 1)), ("groups", 1)):
            value = getattr(self, name)
            if value != plain:
                parts.append(f"{name}={value}")
        if self.bias is None:
            parts.append("bias=False")
        return ", ".join(parts)


def check(in_channels, out_channels, groups, stride, padding, padding_mode):
    """Raise PyTorch's error for settings that do not go together."""
    if groups <= 0:
        raise ValueError("groups must be a positive integer")
    if in_channels % groups:
        raise ValueError("in_channels must be divisible by groups")
    if out_channels % groups:
        raise ValueError("out_channels must be divisible by groups")
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ValueError(
                f"Invalid padding string {padding!r}, should be one of {{'valid', 'same'}}"
            )
        if padding == "same" and pair("stride", stride) != (1, 1):
            raise ValueError("padding='same' is not supported for strided convolutions")
    modes = ("circular", "reflect", "replicate", "zeros")
    if padding_mode not in modes:
        raise ValueError(
            f"padding_mode must be one of {{{', '.join(map(repr, modes))}}}, but got "
            f"padding_mode='{padding_mode}'"
        )
    if padding_mode != "zeros":
        raise NotImplementedError(
            f"padding_mode='{padding_mode}' is not there yet: use 'zeros', or pad the input before"
        )
