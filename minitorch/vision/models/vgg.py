"""VGG: nothing but 3 x 3 convolutions, pooling and Linear layers."""

from typing import Any

from minitorch import nn
from minitorch.autograd.tensor import Tensor
from minitorch.vision.models.weights import refuse_weights

WIDTHS: dict[int, list[int | str]] = {  # of the convolutions; M is a max pooling
    11: [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    13: [64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    16: [
        64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"
    ],
    19: [
        64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M",
        512, 512, 512, 512, "M",
    ],
}  # fmt: skip


def make_layers(widths: list[int | str], batch_norm: bool = False) -> nn.Sequential:
    """The convolutions of these widths, each followed by ReLU."""
    layers: list[nn.Module] = []
    before = 3
    for width in widths:
        if isinstance(width, str):
            layers.append(nn.MaxPool2d(2, 2))
            continue
        layers.append(nn.Conv2d(before, width, 3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(width))
        layers.append(nn.ReLU(inplace=True))
        before = width
    return nn.Sequential(*layers)


class VGG(nn.Module):
    """Images (N, 3, H, W), H and W of 32 or more, to class scores (N, num_classes).

    features  makes (N, 512, h, w) of the images
    dropout   probability before the second and third Linear layer

    Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition,
    2014, arXiv:1409.1556.
    """

    def __init__(
        self,
        features: nn.Module,
        num_classes: int = 1000,
        init_weights: bool = True,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(True),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(True),
            nn.Dropout(dropout),
            nn.Linear(4096, num_classes),
        )
        if init_weights:
            for module in self.modules():
                if isinstance(module, nn.Conv2d):
                    nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                elif isinstance(module, nn.Linear):
                    nn.init.normal_(module.weight, 0, 0.01)
            for name, parameter in self.named_parameters():
                if name.endswith("bias"):
                    nn.init.zeros_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def vgg(
    depth: int, batch_norm: bool, weights: Any = None, pretrained: bool = False, **kwargs: Any
) -> VGG:
    """VGG of this depth; `kwargs` are those of `VGG`."""
    refuse_weights(f"vgg{depth}{'_bn' if batch_norm else ''}", weights, pretrained)
    return VGG(make_layers(WIDTHS[depth], batch_norm), **kwargs)


def vgg11(**kwargs: Any) -> VGG:
    """VGG of 11 layers, 133 million parameters, most of them in the first Linear layer."""
    return vgg(11, False, **kwargs)


def vgg11_bn(**kwargs: Any) -> VGG:
    """`vgg11` with batch normalisation."""
    return vgg(11, True, **kwargs)


def vgg13(**kwargs: Any) -> VGG:
    """VGG of 13 layers."""
    return vgg(13, False, **kwargs)


def vgg13_bn(**kwargs: Any) -> VGG:
    """`vgg13` with batch normalisation."""
    return vgg(13, True, **kwargs)


def vgg16(**kwargs: Any) -> VGG:
    """VGG of 16 layers, 138 million parameters."""
    return vgg(16, False, **kwargs)


def vgg16_bn(**kwargs: Any) -> VGG:
    """`vgg16` with batch normalisation."""
    return vgg(16, True, **kwargs)


def vgg19(**kwargs: Any) -> VGG:
    """VGG of 19 layers, 144 million parameters, whose features picture styles are taken from."""
    return vgg(19, False, **kwargs)


def vgg19_bn(**kwargs: Any) -> VGG:
    """`vgg19` with batch normalisation."""
    return vgg(19, True, **kwargs)
