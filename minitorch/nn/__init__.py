"""Building blocks of models."""

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

# Last: the losses are modules themselves.
from minitorch.losses import (  # isort: skip
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
