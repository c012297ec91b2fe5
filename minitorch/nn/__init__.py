"""Building blocks of models."""

import importlib

from minitorch.nn import functional, init, utils
from minitorch.nn.activation import (
    ELU,
    Hardtanh,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from minitorch.nn.batchnorm import BatchNorm1d, BatchNorm2d
from minitorch.nn.container import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from minitorch.nn.conv import Conv2d
from minitorch.nn.dropout import Dropout, Dropout2d
from minitorch.nn.flatten import Flatten, Unflatten
from minitorch.nn.linear import Identity, Linear
from minitorch.nn.module import Module
from minitorch.nn.normalization import LayerNorm
from minitorch.nn.parameter import Buffer, Parameter
from minitorch.nn.pooling import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d

LOSSES = (
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "HuberLoss",
    "L1Loss",
    "MSELoss",
    "NLLLoss",
    "SmoothL1Loss",
)


def __getattr__(name):
    """The losses, which are modules themselves and so load after this package."""
    if name in LOSSES:
        return getattr(importlib.import_module("minitorch.losses"), name)
    raise AttributeError(f"module 'minitorch.nn' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *LOSSES})
