"""Building blocks of models."""

from minitorch.nn import attention, functional, grad, init, modules, parallel, utils
from minitorch.nn.modules import *  # all layers
from minitorch.nn.parallel import DataParallel
from minitorch.nn.parameter import (
    Buffer,
    Parameter,
    UninitializedBuffer,
    UninitializedParameter,
    factory_kwargs,
)

__all__ = [name for name in (*globals(), *modules.LOSSES) if not name.startswith("_")]


def __getattr__(name):
    return getattr(modules, name)


def __dir__():
    return sorted({*globals(), *modules.LOSSES})
