"""Image datasets, read from the files their authors publish.

An image is a uint8 array (H, W) or (H, W, C), which the transforms take; `ImageFolder` gives PIL
images.
"""

from minitorch.vision.datasets.cifar import CIFAR10, CIFAR100
from minitorch.vision.datasets.fakedata import FakeData
from minitorch.vision.datasets.folder import DatasetFolder, ImageFolder
from minitorch.vision.datasets.mnist import EMNIST, KMNIST, MNIST, FashionMNIST
from minitorch.vision.datasets.vision import VisionDataset

__all__ = [
    "CIFAR10", "CIFAR100", "DatasetFolder", "EMNIST", "FakeData", "FashionMNIST", "ImageFolder",
    "KMNIST", "MNIST", "VisionDataset",
]  # fmt: skip
