"""Rows for activations, and for what goes with them."""

import math

import numpy as np

from op_cases.row import case

KINKS = np.array([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0, 30.0])
SLOPES = np.array([0.1, 0.5, 2.0])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def elu(x, alpha=1.0, scale=1.0, input_scale=1.0):
    return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) * input_scale))


def softplus(x, beta=1.0, threshold=20.0):
    return np.where(x * beta > threshold, x, np.log1p(np.exp(np.minimum(x * beta, 50))) / beta)


def clipped(x, min_val, max_val):
    return np.minimum(np.maximum(x, min_val), max_val)


def hardsigmoid(x):
    return np.clip(x / 6 + 0.5, 0, 1)


def shrunk(x, lambd=0.5):
    return np.sign(x) * np.maximum(np.abs(x) - lambd, 0)


def gelu(x, approximate="none"):
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    return x * np.vectorize(lambda v: 0.5 * (1 + math.erf(v / math.sqrt(2))), otypes=[float])(x)


def glu(x, dim=-1):
    a, b = np.split(x, 2, dim)
    return a * sigmoid(b)


def prelu(x, weight):
    weight = weight.reshape(-1, *[1] * max(x.ndim - 2, 0)) if weight.size > 1 else weight
    return np.where(x > 0, x, weight * x)


CASES = [
    case("leaky_relu", [(2, 3)], like=lambda x: np.where(x > 0, x, 0.01 * x)),
    case("leaky_relu", [(2, 3)], negative_slope=0.3,
         like=lambda x, negative_slope: np.where(x > 0, x, negative_slope * x)),
    case("leaky_relu", [np.array([1, 2])], raises="\"leaky_relu_cpu\" not implemented for 'Long'"),
    case("prelu_kernel", [(2, 3), (3,)], like=prelu, torch=None),
    case("prelu", [(2, 3), SLOPES], like=prelu),
    case("prelu", [(2, 3, 2), SLOPES], like=prelu, shapes=False),
    case("prelu", [(2, 3), np.array([0.3])], like=prelu),
    case("prelu", [(), (2,)], raises="Not allow zero-dim input tensor."),
    case("prelu", [(2, 8, 3), (9,)],
         raises="Found parameter numbers = 9 and channel size = 8."),
    case("prelu", [(2, 4), (2, 2)],
         raises="prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = 2"),
    case("prelu", [(2, 4), np.array([1])], raises="prelu: Type promoting not supported. Got "),
    case("rrelu", [(2, 3)], like=lambda x: np.where(x > 0, x, (1 / 8 + 1 / 3) / 2 * x)),
    case("rrelu", [(2, 3)], lower=0.3, upper=0.1,
         raises="Lower bound should be less than or equal to the upper bound"),
    case("threshold", [(2, 3)], threshold=0.1, value=7.0,
         like=lambda x, threshold, value: np.where(x > threshold, x, value)),
    case("threshold", [np.array([1, 2])], threshold=1, value=5.7, shapes=False,
         like=lambda x, threshold, value: np.array([5, 2])),
    case("hardtanh", [(2, 3)], like=lambda x: np.clip(x, -1, 1)),
    case("hardtanh", [KINKS], min_val=-1.0, max_val=1.0, orders=0, like=clipped),
    case("hardtanh", [np.array([-4, 1])], min_val=-1.5, max_val=1.5, shapes=False,
         like=lambda x, min_val, max_val: np.array([-1, 1])),
    case("hardtanh", [np.array([1], np.uint8)],
         raises="cannot do hardtanh on an unsigned type with negative limits"),
    case("hardsigmoid", [(2, 3)], values=(-4, 4), like=hardsigmoid, torch=None),
    case("hardsigmoid", [KINKS], like=hardsigmoid, orders=0),
    case("hardswish", [(2, 3)], values=(-4, 4), like=lambda x: x * hardsigmoid(x)),
    case("hardswish", [KINKS], like=lambda x: x * hardsigmoid(x), orders=0),
    case("hardshrink", [(2, 3)], like=lambda x: np.where(np.abs(x) > 0.5, x, 0)),
    case("hardshrink", [KINKS], lambd=1.0, orders=0,
         like=lambda x, lambd: np.where(np.abs(x) > lambd, x, 0)),
    case("softshrink", [(2, 3)], like=shrunk),
    case("softshrink", [KINKS], lambd=1.0, like=shrunk, orders=0),
    case("softshrink", [(2,)], lambd=-0.5, raises="lambda must be in range [0, "),
    case("elu", [(2, 3)], like=elu),
    case("elu", [(2, 3)], alpha=0.5, like=elu),
    case("elu", [(2, 3)], alpha=0.5, scale=1.5, input_scale=0.7, like=elu, torch=None),
    case("selu", [(2, 3)], like=lambda x: elu(x, 1.6732632423543772, 1.0507009873554805)),
    case("celu", [(2, 3)], alpha=0.5, like=lambda x, alpha: elu(x, alpha, 1, 1 / alpha)),
    case("celu", [(2, 3)], alpha=0.0, raises="ZeroDivisionError: alpha cannot be 0 for CELU"),
    case("silu", [(2, 3)], like=lambda x: x * sigmoid(x)),
    case("mish", [(2, 3)], like=lambda x: x * np.tanh(softplus(x))),
    case("gelu", [(2, 3)], like=gelu),
    case("gelu", [(2, 3)], approximate="tanh", like=gelu),
    case("gelu", [()], approximate="asdf",
         raises="approximate argument must be either none or tanh."),
    case("softplus", [(2, 3)], like=softplus),
    case("softplus", [KINKS], beta=2.0, threshold=5.0, like=softplus, orders=0),
    case("logsigmoid", [(2, 3)], like=lambda x: np.log(sigmoid(x))),
    case("logsigmoid", [np.array([-800.0, 800.0])], like=lambda x: np.minimum(x, 0)),
    case("glu", [(2, 4)], like=glu),
    case("glu", [(4, 3)], dim=0, like=glu, shapes=False),
    case("glu", [(3,)], raises="Halving dimension must be even, but dimension 0 is size 3"),
    case("glu", [()], raises="glu does not support scalars because halving size must be even"),
    case("softsign", [(2, 3)], like=lambda x: x / (1 + np.abs(x))),
    case("tanhshrink", [(2, 3)], like=lambda x: x - np.tanh(x)),
    case("sigmoid_share", [(2, 3), (2, 3)], like=lambda x, y: x * (1 - y) * y),
]  # fmt: skip
