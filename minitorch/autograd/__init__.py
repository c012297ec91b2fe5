"""Automatic differentiation: the names of `torch.autograd`."""

import importlib

from minitorch.autograd.engine import backward_all as backward
from minitorch.autograd.engine import grad
from minitorch.autograd.grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from minitorch.autograd.gradcheck import gradcheck, gradgradcheck


def __getattr__(name):
    """What few programs need, loaded at its first use: a tenth of the time of the import."""
    if name == "functional":
        return importlib.import_module("minitorch.autograd.functional")
    if name in ("detect_anomaly", "set_detect_anomaly"):
        return getattr(importlib.import_module("minitorch.autograd.anomaly"), name)
    if name == "Function":
        return importlib.import_module("minitorch.autograd.function").Function
    raise AttributeError(f"module 'minitorch.autograd' has no attribute {name!r}")
