"""Blocks of layers that models for images are made of."""

from collections.abc import Callable, Sequence
from typing import Any

from minitorch import nn
from minitorch.autograd.tensor import Tensor
from minitorch.ops.creation import ones, zeros


class FrozenBatchNorm2d(nn.Module):
    """Batch normalisation of (N, C, H, W) by fixed statistics, scaled by fixed gains.

    Nothing in it is learned: all four vectors are buffers of C numbers.
    """

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.register_buffer("weight", ones(num_features))
        self.register_buffer("bias", zeros(num_features))
        self.register_buffer("running_mean", zeros(num_features))
        self.register_buffer("running_var", ones(num_features))

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *rest: Any) -> None:
        """Leave out the count of batches that a BatchNorm2d has saved."""
        state_dict.pop(f"{prefix}num_batches_tracked", None)
        super()._load_from_state_dict(state_dict, prefix, *rest)

    def forward(self, x: Tensor) -> Tensor:
        scale = self.weight * (self.running_var + self.eps).rsqrt()
        shift = self.bias - self.running_mean * scale
        return x * scale.reshape(1, -1, 1, 1) + shift.reshape(1, -1, 1, 1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.weight.shape[0]}, eps={self.eps})"


class Conv2dNormActivation(nn.Sequential):
    """A convolution, a normalisation, an activation; either of the last two can be None.

    padding  None keeps height and width at stride 1 if `kernel_size` is odd
    inplace  handed to the activation; None: it takes no such argument
    bias     None: only without a normalisation
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str | None = None,
        groups: int = 1,
        norm_layer: Callable[..., nn.Module] | None = nn.BatchNorm2d,
        activation_layer: Callable[..., nn.Module] | None = nn.ReLU,
        dilation: int | tuple[int, int] = 1,
        inplace: bool | None = True,
        bias: bool | None = None,
    ) -> None:
        sides: int | tuple[int, ...] | str
        if padding is None:
            sizes = zip(pair(kernel_size), pair(dilation), strict=True)
            sides = tuple([(size - 1) // 2 * step for size, step in sizes])
        else:
            sides = padding
        layers: list[nn.Module] = [
            nn.Conv2d(
                in_channels, out_channels, kernel_size, stride, sides, dilation, groups,
                norm_layer is None if bias is None else bias,
            )
        ]  # fmt: skip
        if norm_layer is not None:
            layers.append(norm_layer(out_channels))
        if activation_layer is not None:
            layers.append(activation_layer(**inplace_of(inplace)))
        super().__init__(*layers)
        self.out_channels = out_channels


class SqueezeExcitation(nn.Module):
    """Scale each channel of (N, input_channels, H, W) by a number in [0, 1] found from all.

    Hu, Shen, Albanie, Sun and Wu, Squeeze-and-Excitation Networks, 2017, arXiv:1709.01507,
    figure 1.
    """

    def __init__(
        self,
        input_channels: int,
        squeeze_channels: int,
        activation: Callable[..., nn.Module] = nn.ReLU,
        scale_activation: Callable[..., nn.Module] = nn.Sigmoid,
    ) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1)
        self.activation = activation()
        self.scale_activation = scale_activation()

    def forward(self, input: Tensor) -> Tensor:
        squeezed = self.activation(self.fc1(self.avgpool(input)))
        return self.scale_activation(self.fc2(squeezed)) * input


class MLP(nn.Sequential):
    """Linear layers of the widths in `hidden_channels`, an activation between any two.

    norm_layer  stands before each activation if given
    dropout     probability, in [0, 1], after each activation and after the last Linear
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: Sequence[int],
        norm_layer: Callable[..., nn.Module] | None = None,
        activation_layer: Callable[..., nn.Module] = nn.ReLU,
        inplace: bool | None = None,
        bias: bool = True,
        dropout: float = 0.0,
    ) -> None:
        settings = inplace_of(inplace)
        layers: list[nn.Module] = []
        before = in_channels
        for i, width in enumerate(hidden_channels, 1):
            layers.append(nn.Linear(before, width, bias=bias))
            if i < len(hidden_channels):
                if norm_layer is not None:
                    layers.append(norm_layer(width))
                layers.append(activation_layer(**settings))
            layers.append(nn.Dropout(dropout, **settings))
            before = width
        super().__init__(*layers)


class Permute(nn.Module):
    """The input with its axes in the order `dims`."""

    def __init__(self, dims: Sequence[int]) -> None:
        super().__init__()
        self.dims = dims

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(*self.dims)


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def inplace_of(inplace: bool | None) -> dict[str, bool]:
    return {} if inplace is None else {"inplace": inplace}
