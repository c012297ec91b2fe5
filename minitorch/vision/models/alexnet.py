"""AlexNet."""

from typing import Any

from minitorch import nn
from minitorch.autograd.tensor import Tensor
from minitorch.vision.models.weights import refuse_weights


class AlexNet(nn.Module):
    """Images (N, 3, H, W), H and W of 63 or more, to class scores (N, num_classes).

    Krizhevsky, One weird trick for parallelizing convolutional neural networks, 2014,
    arXiv:1404.5997.
    """

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def alexnet(*, weights: Any = None, pretrained: bool = False, **kwargs: Any) -> AlexNet:
    """AlexNet, 61 million parameters; `kwargs` are those of `AlexNet`."""
    refuse_weights("alexnet", weights, pretrained)
    return AlexNet(**kwargs)
