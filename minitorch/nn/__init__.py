"""Building blocks of models."""

from minitorch.nn import functional, init, modules, utils
from minitorch.nn.modules import *  # all layers
from minitorch.nn.parameter import Buffer, Parameter


def __getattr__(name):
    return getattr(modules, name)


def __dir__():
    return sorted({*globals(), *modules.LOSSES})
