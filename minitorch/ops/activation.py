"""Activation functions."""

import math

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import UNCAST, exactly, require_kind, require_out
from minitorch.autograd.tensor import function, method
from minitorch.backend.dtypes import BY_NUMPY, SCALAR_NAMES
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.from_data import fitting
from minitorch.ops.random import rand_like
from minitorch.ops.reduce import axes_of
from minitorch.ops.shape import axis_of, reshape


@op(promote="float")
def tanh(x, /):
    """Hyperbolic tangent."""
    xp = namespace(x)
    y = xp.tanh(x)
    return y, lambda g: xp.tanh_share(g, y)


TENSOR_FUNCTIONS.tanh_share = lambda g, y: g * (1 - y * y)


@op(promote="float")
def sigmoid(x, /):
    """1 / (1 + exp(-x))."""
    xp = namespace(x)
    y = xp.sigmoid(x)
    return y, lambda g: xp.sigmoid_share(g, y)


@op(public=False)
def sigmoid_share(x, y, /):
    """x * (1 - y) * y: the gradient of `sigmoid`, whose value is y."""
    return (
        namespace(x).sigmoid_share(x, y),
        lambda g: g * (1 - y) * y,
        lambda g: g * x * (1 - 2 * y),
    )


# -------------------------------------------------------------------- straight pieces


TENSOR_FUNCTIONS.zero_where = lambda mask, g: TENSOR_FUNCTIONS.where(mask, 0, g)
TENSOR_FUNCTIONS.relu_share = lambda g, y: TENSOR_FUNCTIONS.where(y <= 0, 0, g)


@op(piecewise=True)
def relu(x, /):
    """The larger of x and 0; the derivative at 0 is 0."""
    if x.dtype.kind == "b":
        raise DtypeError("Boolean inputs not supported for relu\n  convert first, with .int()")
    xp = namespace(x)
    y = xp.relu(x)
    return y, lambda g: xp.relu_share(g, y)


@op(public=False, wide="cpu", piecewise=True)
def leaky_relu(x, /, negative_slope=0.01):
    """x where it is positive, else negative_slope * x."""
    only_floats("leaky_relu_cpu", x)
    xp = namespace(x)

    def vjp(g):
        # where() is 4 times slower: it guesses the branch of each element.
        return g * (xp.astype(x > 0, x.dtype) + negative_slope * xp.astype(x <= 0, x.dtype))

    return xp.maximum(x, 0) + negative_slope * xp.minimum(x, 0), vjp


@op(promote=None, public=False, shown="PreluKernel", wide=True, piecewise=True)
def prelu_kernel(x, weight, /):
    """x where it is positive, else weight * x; the shapes broadcast."""
    if weight.dtype != x.dtype:
        names = [SCALAR_NAMES[each.dtype.name] for each in (x, weight)]
        raise DtypeError(
            f"prelu: Type promoting not supported. Got {names[0]} and {names[1]}\n"
            "  weight wants the dtype of input: weight.to(input.dtype)"
        )
    xp = namespace(x)
    return (
        xp.where(x > 0, x, weight * x),
        lambda g: xp.where(x > 0, g, weight * g),
        lambda g: xp.where(x > 0, 0, x * g),
    )


@function
@method
def prelu(input, weight):
    """input where it is positive, else weight * input.

    weight  a number in a tensor, or (C,): one for each slice along the second axis of input

    He and others, Delving Deep into Rectifiers, 2015, arXiv:1502.01852.
    """
    shape, given = input.array.shape, weight.array
    if given.size != 1:
        if not shape:
            raise ShapeError("Not allow zero-dim input tensor.")
        channels = shape[1] if len(shape) > 1 else 1
        if given.size != channels:
            raise ShapeError(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                f"{given.size} and channel size = {channels}."
            )
    if given.ndim > 1:
        raise ShapeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {given.ndim}"
        )
    trailing = max(len(shape) - 2, 0)
    return prelu_kernel(input, reshape(weight, (-1, *[1] * trailing) if shape else ()))


@function
def rrelu(input, lower=1 / 8, upper=1 / 3, training=False, generator=None):
    """`leaky_relu` with slopes drawn from [lower, upper) while training, else their mean.

    Xu and others, 2015, arXiv:1505.00853.
    """
    if lower > upper:
        raise ShapeError("Lower bound should be less than or equal to the upper bound")
    if not training:
        return leaky_relu(input, (lower + upper) / 2)
    if input.is_cpu:
        require_kind(input.dtype, "h", "rrelu_with_noise_out_cpu")
    slopes = rand_like(input, generator=generator) * (upper - lower) + lower
    return prelu_kernel(input, slopes)


@function
@op(public=False, refuses=("b", "threshold_cpu"), piecewise=True)
def threshold(x, /, threshold, value):
    """x where it exceeds the threshold, else value."""
    xp, value = namespace(x), as_kind(value, x)
    below = x <= as_kind(threshold, x)
    return xp.where(below, value, x), lambda g: xp.zero_where(below, g)


@op(public=False, shown="Hardtanh", piecewise=True)
def hardtanh(x, /, min_val=-1.0, max_val=1.0):
    """x, or the nearer of the two bounds, where the derivative is 0."""
    if x.dtype.kind == "b":
        raise DtypeError("Bool inputs not supported for hardtanh\n  convert first, with .int()")
    if x.dtype.kind == "u" and (min_val < 0 or max_val < 0):
        raise ShapeError("cannot do hardtanh on an unsigned type with negative limits")
    low, high = as_kind(min_val, x), as_kind(max_val, x)
    xp = namespace(x)
    return xp.clip(x, low, high), lambda g: xp.zero_where((x <= min_val) | (x >= max_val), g)


@op(public=False, wide="cpu")
def hardsigmoid(x, /):
    """x / 6 + 1/2, but at least 0 and at most 1."""
    only_floats("hardsigmoid_cpu", x)
    xp = namespace(x)
    y = xp.clip(x + 3, 0, 6) * (1 / 6)
    return y, lambda g: xp.zero_where((x <= -3) | (x >= 3), g * (1 / 6))


@op(public=False, wide="cpu")
def hardswish(x, /):
    """x * hardsigmoid(x). Howard and others, 2019, arXiv:1905.02244."""
    only_floats("hardswish_cpu", x)
    xp = namespace(x)
    return (
        x * xp.clip(x + 3, 0, 6) * (1 / 6),
        lambda g: g * xp.where(x < 3, (x / 3 + 0.5) * (x > -3), 1),
    )


@op(exact=exactly(UNCAST), piecewise=True)
def hardshrink(x, /, lambd=0.5):
    """x where it lies outside [-lambd, lambd], else 0."""
    only_floats("hardshrink_cpu", x)
    xp = namespace(x)
    inside = (x >= -lambd) & (x <= lambd)
    return xp.where(inside, 0, x), lambda g: xp.where(inside, 0, g)


@op(public=False, exact=exactly(UNCAST), piecewise=True)
def softshrink(x, /, lambd=0.5):
    """x moved towards 0 by lambd >= 0, or 0 where it is nearer than that."""
    only_floats("softshrink_cpu", x)
    xp = namespace(x)
    if lambd < 0:
        highest, kind = f"{xp.finfo(x.dtype).max:g}", SCALAR_NAMES[str(x.dtype)]
        raise ShapeError(
            f"lambda must be in range [0, {highest}] for input dtype {kind}, but found {lambd:g}"
        )
    inside = (x >= -lambd) & (x <= lambd)
    return xp.where(inside, 0, x - xp.clip(x, -lambd, lambd)), lambda g: xp.where(inside, 0, g)


def only_floats(name, x):
    """Raise PyTorch's error unless `x` holds floats; the name is that of its kernel."""
    if x.dtype.kind != "f":
        raise NotImplementedError(
            f"\"{name}\" not implemented for '{SCALAR_NAMES[str(x.dtype)]}'\n"
            "  convert it first, with .float()"
        )


def as_kind(number, x):
    """`number` as an element of `x`, which has to hold it, though integers drop its fraction."""
    return fitting(number, BY_NUMPY.get(x.dtype, x.dtype))


# -------------------------------------------------------------------- one of several


def axis_of_floats(name, x, dim):
    """`dim` as an axis of `x`, which must hold floats."""
    axis = axis_of(x.ndim, dim)
    if x.dtype.kind != "f":
        only_floats(f"{name}_{'lastdim_' * (axis + 1 >= x.ndim)}kernel_impl", x)
    return axis


@op(casts="last", wide="cpu", exact=require_out)
def softmax(x, /, dim):
    """exp(x) over its sum along `dim`.

    >>> from minitorch import tensor
    >>> softmax(tensor([0.0, 0.0]), 0)
    tensor([0.5000, 0.5000])
    """
    xp, axis = namespace(x), axis_of_floats("softmax", x, dim)
    y = xp.dense(xp.softmax(x, axis)) if x.ndim else xp.ones_like(x)
    return y, lambda g: xp.softmax_share(g, y, axis) if y.ndim else g * 0


@op(casts="last", wide="cpu", exact=require_out)
def log_softmax(x, /, dim):
    """Logarithm of `softmax`, exact where that would be 0."""
    xp, axis = namespace(x), axis_of_floats("log_softmax", x, dim)
    y = xp.dense(xp.log_softmax(x, axis)) if x.ndim else xp.zeros_like(x)
    return y, lambda g: xp.log_softmax_share(g, y, axis) if y.ndim else g * 0


def softmax_share(g, y, axis):
    """The kernel of this name, on Tensors."""
    return (g - (g * y).sum(axis, keepdim=True)) * y


def log_softmax_share(g, y, axis):
    """The kernel of this name, on Tensors."""
    return g - y.exp() * g.sum(axis, keepdim=True)


TENSOR_FUNCTIONS.softmax_share = softmax_share
TENSOR_FUNCTIONS.log_softmax_share = log_softmax_share


# -------------------------------------------------------------------- smooth curves


def log1p_exp(x):
    """log(1 + exp(x)) of an array or a Tensor, without overflow."""
    xp = namespace(x)
    return xp.log1p(xp.exp(-xp.absolute(x))) + xp.maximum(x, 0)


@op(public=False, wide="cpu")
def elu(x, /, alpha=1.0, scale=1.0, input_scale=1.0):
    """scale * x where x is positive, else scale * alpha * (exp(input_scale * x) - 1).

    Clevert and others, 2015, arXiv:1511.07289.
    """
    only_floats("elu_cpu", x)
    xp = namespace(x)
    below = xp.minimum(x, 0) * input_scale

    def vjp(g):
        curve = (scale * alpha * input_scale) * xp.exp(below)
        return g * (scale * xp.astype(x > 0, x.dtype) + curve * xp.astype(x <= 0, x.dtype))

    return scale * xp.maximum(x, 0) + (scale * alpha) * xp.expm1(below), vjp


@function
def selu(input):
    """`elu` with constants that keep mean 0 and variance 1 from layer to layer.

    Klambauer and others, Self-Normalizing Neural Networks, 2017, arXiv:1706.02515.
    """
    return elu(input, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946)


@function
@op(public=False, wide="cpu")
def celu(x, /, alpha=1.0):
    """x where it is positive, else alpha * (exp(x / alpha) - 1).

    Barron, 2017, arXiv:1704.07483.
    """
    if alpha == 0:
        raise ShapeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return elu.op.rule(x, alpha, 1.0, 1 / alpha)


@op(public=False, wide="cpu")
def silu(x, /):
    """x * sigmoid(x). Hendrycks and Gimpel, 2016, arXiv:1606.08415."""
    only_floats("silu_cpu", x)
    s = namespace(x).sigmoid(x)
    return x * s, lambda g: g * (s * (1 + x * (1 - s)))


@op(public=False, wide="cpu")
def mish(x, /):
    """x * tanh(softplus(x)). Misra, 2019, arXiv:1908.08681."""
    only_floats("mish_cpu", x)
    xp = namespace(x)
    t = xp.tanh(log1p_exp(x))
    return x * t, lambda g: g * (t + x * xp.sigmoid(x) * (1 - t * t))


@op(public=False, wide="cpu")
def gelu(x, /, *, approximate="none"):
    """x times the chance that a normal number is below x.

    approximate  "none", or "tanh": 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))

    Hendrycks and Gimpel, 2016, arXiv:1606.08415.
    """
    only_floats("GeluKernelImpl", x)
    xp = namespace(x)
    if approximate == "tanh":
        rate = math.sqrt(2 / math.pi)
        t = xp.tanh(rate * (x + 0.044715 * (x * x * x)))
        slope = rate * (1 + 3 * 0.044715 * (x * x))
        return 0.5 * x * (1 + t), lambda g: g * (0.5 * (1 + t + x * (1 - t * t) * slope))
    if approximate != "none":
        raise ShapeError("approximate argument must be either none or tanh.")
    chance = 0.5 * (1 + xp.erf(x * math.sqrt(0.5)))
    density = math.sqrt(0.5 / math.pi)
    return x * chance, lambda g: g * (chance + x * (density * xp.exp(-0.5 * (x * x))))


@op(public=False, wide="cpu", exact=exactly(UNCAST))
def softplus(x, /, beta=1.0, threshold=20.0):
    """log(1 + exp(beta * x)) / beta; x itself where beta * x exceeds the threshold."""
    only_floats("softplus_cpu", x)
    xp = namespace(x)
    scaled = x * beta
    return (
        xp.where(scaled > threshold, x, log1p_exp(scaled) / beta),
        lambda g: g * xp.where(scaled > threshold, 1, xp.sigmoid(scaled)),
    )


@op(
    public=False,
    shown="LogSigmoid",
    wide="cpu",
    exact=exactly("expected scalar type {Made} but found {Given}"),
)
def logsigmoid(x, /):
    """log(sigmoid(x)), without underflow."""
    only_floats("log_sigmoid_cpu", x)
    xp = namespace(x)
    y = xp.minimum(x, 0) - xp.log1p(xp.exp(-xp.absolute(x)))
    return xp.dense(y), lambda g: g * xp.sigmoid(-x)


@op(public=False, wide=True, refuses=("biu", "glu_cpu"))
def glu(x, /, dim=-1):
    """The first half of x along `dim` times sigmoid of the second.

    Dauphin and others, 2016, arXiv:1612.08083.
    """
    if not x.ndim:
        raise ShapeError("glu does not support scalars because halving size must be even")
    (axis,) = axes_of(x.ndim, dim)
    size = x.shape[axis]
    if size % 2:
        raise ShapeError(f"Halving dimension must be even, but dimension {axis} is size {size}")
    xp, before = namespace(x), (slice(None),) * axis
    a, b = x[(*before, slice(size // 2))], x[(*before, slice(size // 2, None))]
    s = xp.sigmoid(b)
    y = a * s
    return y, lambda g: xp.concatenate([g * s, g * y * (1 - s)], axis)


def softsign(input):
    """input / (1 + |input|)."""
    return input / (input.abs() + 1)


def tanhshrink(input):
    """input - tanh(input)."""
    return input - input.tanh()
