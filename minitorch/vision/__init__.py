"""Datasets of images and what prepares them for a model, as in torchvision."""

from minitorch.vision import datasets, models, transforms, utils

__all__ = ["datasets", "models", "transforms", "utils"]
