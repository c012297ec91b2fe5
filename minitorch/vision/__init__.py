"""Datasets of images and what prepares them for a model, as in torchvision."""

from minitorch.vision import datasets, io, models, ops, transforms, utils

__version__ = "0.28.0"  # of the torchvision that it follows
__all__ = ["datasets", "io", "models", "ops", "transforms", "utils"]
