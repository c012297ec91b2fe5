"""Datasets of images and what prepares them for a model, as in torchvision."""

from minitorch.vision import datasets, models, ops, transforms, utils

__all__ = ["datasets", "models", "ops", "transforms", "utils"]
