"""Rules of products, convolution, pooling, normalisation and attention."""

import math

import numpy as np

from minitorch.onnx.errors import OnnxExporterError
from minitorch.onnx.graph import statics
from minitorch.onnx.reductions import reduce
from minitorch.onnx.rules import rule
from minitorch.onnx.sizes import Dim

# -------------------------------------------------------------------- products


@rule("matmul")
def matmul(g, out, x, other):
    return g.node("MatMul", x, other)


@rule("linear")
def linear(g, out, x, weight, bias):
    if x.ndim == 2 == weight.ndim and (bias is None or bias.ndim == 1):
        return g.node("Gemm", x, weight, bias, transB=1)
    if weight.ndim > 1:
        weight = g.permute(weight, (*range(weight.ndim - 2), weight.ndim - 1, weight.ndim - 2))
    y = g.node("MatMul", x, weight)
    return y if bias is None else g.node("Add", y, bias)


@rule("euclidean_distances")
def euclidean_distances(g, out, x, other, by_product):
    rows, columns = g.node("Unsqueeze", x, g.ints([-2])), g.node("Unsqueeze", other, g.ints([-3]))
    return g.node("ReduceL2", g.node("Sub", rows, columns), g.ints([-1]), keepdims=0)


@rule("weighed")
def weighed(g, out, x, other, beta, alpha, step):
    y = other if alpha == 1 else g.node("Mul", other, g.number(alpha, out.dtype))
    if beta == 0:
        return y
    return g.node("Add", y, x if beta == 1 else g.node("Mul", x, g.number(beta, out.dtype)))


# -------------------------------------------------------------------- convolution


@rule("convolution")
def convolution(g, out, x, weight, bias, stride, padding, dilation, groups):
    kernel = statics(weight.shape[2:], "a kernel's size")
    return g.node(
        "Conv", x, weight, bias, kernel_shape=kernel, strides=stride, pads=[*padding, *padding],
        dilations=dilation, group=groups,
    )  # fmt: skip


@rule("conv_input")
def conv_input(g, out, x, weight, input_size, stride, padding, dilation, groups):
    """The transposed convolution, bias apart."""
    kernel = statics(weight.shape[2:], "a kernel's size")
    extra = [
        left_over(*each)
        for each in zip(out.shape[2:], x.shape[2:], kernel, stride, padding, dilation, strict=True)
    ]
    return g.node(
        "ConvTranspose", x, weight, kernel_shape=kernel, strides=stride,
        pads=[*padding, *padding], dilations=dilation, group=groups, output_padding=extra,
    )  # fmt: skip


def left_over(wanted, n, kernel, stride, padding, dilation):
    """How much more is wanted of n elements than a transposed convolution makes at least."""
    runs = max(len(each.seen) if isinstance(each, Dim) else 1 for each in (wanted, n))
    sizes = [each.seen if isinstance(each, Dim) else (each,) * runs for each in (wanted, n)]
    extra = {
        a - ((b - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1)
        for a, b in zip(*sizes, strict=True)
    }
    if len(extra) > 1:
        raise OnnxExporterError("an output size that does not follow that of the input")
    return extra.pop()


# -------------------------------------------------------------------- pooling


@rule("max_pool_with_indices")
def max_pool_with_indices(g, out, x, kernel_size, stride, padding, dilation, ceil_mode):
    """Values, and indices within each image: ONNX counts them through the whole tensor."""
    values, indices = g.node(
        "MaxPool", x, outputs=2, kernel_shape=kernel_size, strides=stride,
        pads=[*padding, *padding], dilations=dilation, ceil_mode=int(ceil_mode),
    )  # fmt: skip
    image = g.node("ReduceProd", g.node("Shape", x, start=2), keepdims=1)
    return values, g.node("Mod", indices, image)


@rule("largest_of")
def largest_of(g, out, x, flat):
    """Where the largest element of each window is, with windows that a constant names."""
    windows = g.constants_of(flat, "a window of pooling")
    if windows.shape[:2] != (1, 1):
        raise OnnxExporterError("pooling over windows of each image's own has no counterpart")
    windows = windows.reshape(-1, windows.shape[-1])
    lines = g.node("Reshape", x, g.ints([0, 0, -1]))
    read = g.node("Gather", lines, g.constant(windows), axis=2)  # (n, c, windows, width)
    best = g.node("ArgMax", read, axis=-1, keepdims=1)
    each = g.node("Expand", g.constant(windows[None, None]), g.node("Shape", read))
    return g.reshape(g.node("GatherElements", each, best, axis=-1), out.shape)


@rule("max_pool_gather")
def max_pool_gather(g, out, x, indices):
    lines, at = (g.node("Reshape", each, g.ints([0, 0, -1])) for each in (x, indices))
    return g.reshape(g.node("GatherElements", lines, at, axis=-1), out.shape)


@rule("im2col")
def im2col(g, out, x, kernel, stride, padding, dilation):
    """Each axis is looked up at the places of its windows: (N, C, KH, OH, KW, OW)."""
    sizes = statics(x.shape[2:], "the size of images that unfold")
    x = g.node("Pad", x, g.ints([*padding, *padding]), None, g.ints([2, 3])) if any(padding) else x
    for axis, each in zip((2, 4), zip(sizes, kernel, stride, padding, dilation, strict=True)):
        n, k, s, p, d = each
        count = (n + 2 * p - d * (k - 1) - 1) // s + 1
        x = g.node("Gather", x, g.constant(d * np.arange(k)[:, None] + s * np.arange(count)),
                   axis=axis)  # fmt: skip
    return g.reshape(g.permute(x, (0, 1, 2, 4, 3, 5)), out.shape)


@rule("weighted_windows")
def weighted_windows(g, out, x, columns, rows):
    """Average pooling and interpolation: products with matrices of weights."""
    across = np.ascontiguousarray(g.constants_of(columns, "a window of pooling").swapaxes(0, 1))
    y = g.node("MatMul", x, g.constant(across))
    return y if rows is None else g.node("MatMul", rows, y)


# -------------------------------------------------------------------- normalisation


@rule("layer_norm_of")
def layer_norm_of(g, out, x, weight, bias, axes, eps):
    if weight is not None:
        return g.node("LayerNormalization", x, weight, bias, axis=-len(axes), epsilon=eps)
    unit, _, _ = normalized(g, out, x, axes, eps)
    return unit if bias is None else g.node("Add", unit, bias)


def normalized(g, out, x, axes, eps):
    """`x` to mean 0 and variance 1 over these axes; the mean and the variance, which keep them."""
    mean = reduce(g, "ReduceMean", x, axes, True)
    away = g.node("Sub", x, mean)
    var = reduce(g, "ReduceMean", g.node("Mul", away, away), axes, True)
    spread = g.node("Sqrt", g.node("Add", var, g.number(eps, out.dtype)))
    return g.node("Div", away, spread), mean, var


@rule("rms_norm_of")
def rms_norm_of(g, out, x, weight, axes, eps):
    square = reduce(g, "ReduceMean", g.node("Mul", x, x), axes, True)
    spread = g.node("Sqrt", g.node("Add", square, g.number(eps, out.dtype)))
    unit = g.node("Div", x, spread)
    return unit if weight is None else g.node("Mul", unit, weight)


@rule("batch_norm_by_batch")
def batch_norm_by_batch(g, out, x, weight, bias, eps):
    axes = (0, *range(2, x.ndim))
    y, mean, var = normalized(g, out, x, axes, eps)
    shape = g.ints([-1, *[1] * (x.ndim - 2)])
    for kind, vector in (("Mul", weight), ("Add", bias)):
        y = y if vector is None else g.node(kind, y, g.node("Reshape", vector, shape))
    flat = g.ints([-1])
    return y, g.node("Reshape", mean, flat), g.node("Reshape", var, flat)


@rule("batch_norm_by_running")
def batch_norm_by_running(g, out, x, mean, var, weight, bias, eps):
    weight = g.constant(np.ones(x.shape[1], out.dtype)) if weight is None else weight
    bias = g.constant(np.zeros(x.shape[1], out.dtype)) if bias is None else bias
    return g.node("BatchNormalization", x, weight, bias, mean, var, epsilon=eps)


@rule("scale_channels")
def scale_channels(g, out, x, scale, shift):
    shape = g.ints([-1, *[1] * (x.ndim - 2)])
    for kind, vector in (("Mul", scale), ("Add", shift)):
        x = x if vector is None else g.node(kind, x, g.node("Reshape", vector, shape))
    return x


# -------------------------------------------------------------------- attention


@rule("attention")
def attention(g, out, x, key, value, mask, kept, scale, is_causal):
    if kept is not None:
        raise OnnxExporterError("attention that drops weights: call model.eval()")
    turned = g.permute(key, (*range(key.ndim - 2), key.ndim - 1, key.ndim - 2))
    scores = g.node("MatMul", g.node("Mul", x, g.number(scale, out.dtype)), turned)
    if mask is not None:
        scores = g.node("Add", scores, mask)
    if is_causal:
        scores = g.node("Add", scores, later(g, x.shape[-2], key.shape[-2], out.dtype))
    weights = g.node("Softmax", scores, axis=-1)
    if mask is not None:  # where no key counts, zeros come out
        best = g.node("ReduceMax", scores, g.ints([-1]), keepdims=1)
        dead = g.node("Equal", best, g.number(-math.inf, out.dtype))
        weights = g.node("Where", dead, g.number(0, out.dtype), weights)
    return g.node("MatMul", weights, value)


def later(g, rows, columns, dtype):
    """(rows, columns): -inf above the diagonal, else 0."""
    number = g.onnx.numpy_helper.from_array(np.full(1, -np.inf, dtype))
    whole = g.node("ConstantOfShape", g.ints([rows, columns]), value=number)
    return g.node("Trilu", whole, g.number(1, np.dtype("i8")), upper=1)
