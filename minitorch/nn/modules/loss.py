"""The losses under PyTorch's path; they are in `minitorch.losses`."""

import importlib


def __getattr__(name):
    return getattr(importlib.import_module("minitorch.losses"), name)
