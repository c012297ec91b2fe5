"""Rules of activation functions."""

import math

from minitorch.onnx.elementwise import clamp_scalar, times
from minitorch.onnx.rules import rule


@rule("leaky_relu")
def leaky_relu(g, out, x, negative_slope):
    return g.node("LeakyRelu", x, alpha=negative_slope)


@rule("prelu_kernel")
def prelu_kernel(g, out, x, weight):
    return g.node("PRelu", x, weight)


@rule("elu")
def elu(g, out, x, alpha, scale, input_scale):
    if scale == input_scale == 1:
        return g.node("Elu", x, alpha=alpha)
    y = g.node("Elu", times(g, x, input_scale, out.dtype), alpha=alpha)
    away = g.node("Clip", y, None, g.number(0, out.dtype))
    positive = g.node("Relu", x)
    return times(g, g.node("Add", positive, away), scale, out.dtype)


@rule("celu")
def celu(g, out, x, alpha):
    return elu(g, out, x, alpha, 1, 1 / alpha)  # ONNX's own takes float32 alone


@rule("silu")
def silu(g, out, x):
    return g.node("Mul", x, g.node("Sigmoid", x))


@rule("gelu")
def gelu(g, out, x, approximate):
    half, one = g.number(0.5, out.dtype), g.number(1, out.dtype)
    if approximate == "tanh":
        cube = g.node("Mul", x, g.node("Mul", x, x))
        inner = g.node("Add", x, g.node("Mul", cube, g.number(0.044715, out.dtype)))
        share = g.node("Tanh", g.node("Mul", inner, g.number(math.sqrt(2 / math.pi), out.dtype)))
    else:
        share = g.node("Erf", g.node("Div", x, g.number(math.sqrt(2), out.dtype)))
    return g.node("Mul", g.node("Mul", x, g.node("Add", share, one)), half)


@rule("softplus")
def softplus(g, out, x, beta, threshold):
    inner = times(g, x, beta, out.dtype)
    y = g.node("Softplus", inner)
    y = y if beta == 1 else g.node("Div", y, g.number(beta, out.dtype))
    if threshold >= 20:  # beyond it float32 knows no difference
        return y
    return g.node("Where", g.node("Greater", inner, g.number(threshold, out.dtype)), x, y)


@rule("logsigmoid")
def logsigmoid(g, out, x):
    return g.node("Neg", g.node("Softplus", g.node("Neg", x)))


@rule("glu")
def glu(g, out, x, dim):
    a, b = g.node("Split", x, axis=dim, num_outputs=2, outputs=2)
    return g.node("Mul", a, g.node("Sigmoid", b))


@rule("threshold")
def threshold(g, out, x, threshold, value):
    below = g.node("LessOrEqual", x, g.number(threshold, out.dtype))
    return g.node("Where", below, g.number(value, out.dtype), x)


@rule("hardtanh")
def hardtanh(g, out, x, min_val, max_val):
    return clamp_scalar(g, out, x, min_val, max_val)


@rule("hardsigmoid")
def hardsigmoid(g, out, x):
    return g.node("HardSigmoid", x, alpha=1 / 6, beta=0.5)


@rule("hardshrink")
def hardshrink(g, out, x, lambd):
    return g.node("Shrink", x, lambd=lambd, bias=0.0)


@rule("softshrink")
def softshrink(g, out, x, lambd):
    return g.node("Shrink", x, lambd=lambd, bias=lambd)


@rule("softmax")
def softmax(g, out, x, dim):
    return g.node("Softmax", x, axis=dim)


@rule("log_softmax")
def log_softmax(g, out, x, dim):
    return g.node("LogSoftmax", x, axis=dim)
