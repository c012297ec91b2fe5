"""MobileNetV2."""

from typing import Any

from minitorch import nn
from minitorch.autograd.tensor import Tensor
from minitorch.vision.models.weights import refuse_weights

STAGES = [  # expansion, channels, blocks, stride of the first block
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
]


def divisible(channels: float, by: int = 8) -> int:
    """The multiple of `by` that is nearest to `channels`, if not less than nine tenths of it."""
    nearest = max(by, int(channels + by / 2) // by * by)
    return nearest if nearest >= 0.9 * channels else nearest + by


def conv_norm_relu(
    before: int, after: int, kernel_size: int, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """Convolution, BatchNorm and ReLU6, which keep height and width but for the stride."""
    padding = (kernel_size - 1) // 2
    return nn.Sequential(
        nn.Conv2d(before, after, kernel_size, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU6(inplace=True),
    )


class InvertedResidual(nn.Module):
    """Widen, filter each channel by itself, narrow: (N, inp, H, W) to (N, oup, H/stride, ...)."""

    def __init__(self, inp: int, oup: int, stride: int, expand_ratio: float) -> None:
        super().__init__()
        hidden = round(inp * expand_ratio)
        layers: list[nn.Module] = []
        if expand_ratio != 1:
            layers.append(conv_norm_relu(inp, hidden, 1))
        layers += [
            conv_norm_relu(hidden, hidden, 3, stride, groups=hidden),
            nn.Conv2d(hidden, oup, 1, bias=False),
            nn.BatchNorm2d(oup),
        ]
        self.conv = nn.Sequential(*layers)
        self.use_res_connect = stride == 1 and inp == oup

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


class MobileNetV2(nn.Module):
    """Images (N, 3, H, W), H and W of 32 or more, to class scores (N, num_classes).

    width_mult  factor of the number of channels of all layers

    Sandler, Howard, Zhu, Zhmoginov and Chen, MobileNetV2: Inverted Residuals and Linear
    Bottlenecks, 2018, arXiv:1801.04381.
    """

    def __init__(
        self, num_classes: int = 1000, width_mult: float = 1.0, dropout: float = 0.2
    ) -> None:
        super().__init__()
        channels = divisible(32 * width_mult)
        self.last_channel = divisible(1280 * max(1.0, width_mult))
        features: list[nn.Module] = [conv_norm_relu(3, channels, 3, stride=2)]
        for expansion, width, blocks, stride in STAGES:
            after = divisible(width * width_mult)
            for i in range(blocks):
                features.append(InvertedResidual(channels, after, 1 if i else stride, expansion))
                channels = after
        features.append(conv_norm_relu(channels, self.last_channel, 1))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(self.last_channel, num_classes)
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
            elif isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, 0, 0.01)
        nn.init.zeros_(self.classifier[1].bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).mean((2, 3)))


def mobilenet_v2(*, weights: Any = None, pretrained: bool = False, **kwargs: Any) -> MobileNetV2:
    """MobileNetV2, 3.5 million parameters; `kwargs` are those of `MobileNetV2`."""
    refuse_weights("mobilenet_v2", weights, pretrained)
    return MobileNetV2(**kwargs)
