"""LeNet-5."""

from minitorch import nn
from minitorch.autograd.tensor import Tensor
from minitorch.nn import functional as F


class LeNet(nn.Module):
    """Images (N, channels, 32, 32) to class scores (N, num_classes); 28 x 28 with padding=2.

    As it is written today: ReLU, and max pooling that learns nothing. torchvision has none; the
    names are those of PyTorch's tutorials.

    LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition,
    1998.
    """

    def __init__(self, num_classes: int = 10, channels: int = 1, padding: int = 0) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 6, 5, padding=padding)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(x.flatten(1)))
        return self.fc3(F.relu(self.fc2(x)))
