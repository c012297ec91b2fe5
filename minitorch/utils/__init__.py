"""Where programs written for PyTorch look for `data`, `swap_tensors` and others."""

import importlib

from minitorch.utils import data
from minitorch.utils.swapping import swap_tensors

LATER = ("_pytree", "checkpoint", "dlpack", "hooks")


def __getattr__(name):
    """The modules that need no import of their own in PyTorch, loaded at their first use."""
    if name == "model_zoo":
        return importlib.import_module("minitorch.hub")
    if name in LATER:
        return importlib.import_module(f"minitorch.utils.{name}")
    raise AttributeError(f"module 'minitorch.utils' has no attribute {name!r}")
