"""Residual networks."""

from collections.abc import Callable
from typing import Any

from minitorch import nn
from minitorch.autograd.tensor import Tensor
from minitorch.vision.models.weights import refuse_weights


def conv3x3(in_planes: int, out_planes: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_planes, out_planes, 3, stride=stride, padding=1, bias=False)


def conv1x1(in_planes: int, out_planes: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_planes, out_planes, 1, stride=stride, bias=False)


class BasicBlock(nn.Module):
    """relu(x + f(x)), f two 3 x 3 convolutions: (N, inplanes, H, W) to (N, planes, H/stride, ...).

    downsample  brings x to the shape of f(x), where they differ
    """

    expansion = 1

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: nn.Module | None = None,
        norm_layer: Callable[[int], nn.Module] = nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = norm_layer(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = norm_layer(planes)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        return self.relu(out)


class Bottleneck(nn.Module):
    """relu(x + f(x)), f a 3 x 3 convolution between two of 1 x 1: to (N, 4*planes, H/stride, ...).

    downsample  brings x to the shape of f(x), where they differ
    """

    expansion = 4

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: nn.Module | None = None,
        norm_layer: Callable[[int], nn.Module] = nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        self.conv1 = conv1x1(inplanes, planes)
        self.bn1 = norm_layer(planes)
        self.conv2 = conv3x3(planes, planes, stride)
        self.bn2 = norm_layer(planes)
        self.conv3 = conv1x1(planes, planes * self.expansion)
        self.bn3 = norm_layer(planes * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += identity
        return self.relu(out)


class ResNet(nn.Module):
    """Images (N, 3, H, W) to class scores (N, num_classes); H and W of 32 or more make sense.

    block   BasicBlock or Bottleneck
    layers  how many blocks each of the four stages has
    zero_init_residual  let each block begin as the identity

    He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, 2015, arXiv:1512.03385.
    """

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        layers: list[int],
        num_classes: int = 1000,
        zero_init_residual: bool = False,
        norm_layer: Callable[[int], nn.Module] = nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        self.inplanes = 64
        self.norm_layer = norm_layer
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = norm_layer(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = self.stage(block, 64, layers[0])
        self.layer2 = self.stage(block, 128, layers[1], stride=2)
        self.layer3 = self.stage(block, 256, layers[2], stride=2)
        self.layer4 = self.stage(block, 512, layers[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            elif zero_init_residual and isinstance(module, (BasicBlock, Bottleneck)):
                last = module.bn2 if isinstance(module, BasicBlock) else module.bn3
                nn.init.zeros_(last.weight)

    def stage(self, block: Any, planes: int, blocks: int, stride: int = 1) -> nn.Sequential:
        """So many blocks one after the other, the first with this stride."""
        norm_layer, width = self.norm_layer, planes * block.expansion
        downsample = None
        if stride != 1 or self.inplanes != width:
            downsample = nn.Sequential(conv1x1(self.inplanes, width, stride), norm_layer(width))
        first = block(self.inplanes, planes, stride, downsample, norm_layer)
        self.inplanes = width
        others = [block(width, planes, norm_layer=norm_layer) for _ in range(1, blocks)]
        return nn.Sequential(first, *others)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))


def resnet18(*, weights: Any = None, pretrained: bool = False, **kwargs: Any) -> ResNet:
    """ResNet of 18 layers, 11.7 million parameters; `kwargs` are those of `ResNet`."""
    refuse_weights("resnet18", weights, pretrained)
    return ResNet(BasicBlock, [2, 2, 2, 2], **kwargs)


def resnet34(*, weights: Any = None, pretrained: bool = False, **kwargs: Any) -> ResNet:
    """ResNet of 34 layers, 21.8 million parameters; `kwargs` are those of `ResNet`."""
    refuse_weights("resnet34", weights, pretrained)
    return ResNet(BasicBlock, [3, 4, 6, 3], **kwargs)


def resnet50(*, weights: Any = None, pretrained: bool = False, **kwargs: Any) -> ResNet:
    """ResNet of 50 layers, 25.6 million parameters; `kwargs` are those of `ResNet`."""
    refuse_weights("resnet50", weights, pretrained)
    return ResNet(Bottleneck, [3, 4, 6, 3], **kwargs)


def resnet101(*, weights: Any = None, pretrained: bool = False, **kwargs: Any) -> ResNet:
    """ResNet of 101 layers, 44.5 million parameters; `kwargs` are those of `ResNet`."""
    refuse_weights("resnet101", weights, pretrained)
    return ResNet(Bottleneck, [3, 4, 23, 3], **kwargs)


def resnet152(*, weights: Any = None, pretrained: bool = False, **kwargs: Any) -> ResNet:
    """ResNet of 152 layers, 60.2 million parameters; `kwargs` are those of `ResNet`."""
    refuse_weights("resnet152", weights, pretrained)
    return ResNet(Bottleneck, [3, 8, 36, 3], **kwargs)
