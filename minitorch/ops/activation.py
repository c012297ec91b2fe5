"""Activation functions."""

from minitorch.autograd.op import op
from minitorch.backend.namespaces import namespace
from minitorch.ops.reduce import axes_of, require_float


@op(promote="float")
def tanh(x, /):
    """Hyperbolic tangent."""
    y = namespace(x).tanh(x)
    return y, lambda g: g - g * y * y


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


@op
def relu(x, /):
    """The larger of x and 0; the derivative at 0 is 0."""
    y = namespace(x).maximum(x, 0)
    return y, lambda g: g * (y > 0)


@op(public=False)
def leaky_relu(x, /, negative_slope=0.01):
    """x where it is positive, else negative_slope * x."""
    xp = namespace(x)
    # where() is 4 times slower: it guesses the branch of each element.
    return (
        xp.maximum(x, 0) + negative_slope * xp.minimum(x, 0),
        lambda g: g * (x > 0) + g * negative_slope * (x <= 0),
    )


@op(casts=True)
def softmax(x, /, dim):
    """exp(x) over its sum along `dim`.

    >>> from minitorch import tensor
    >>> softmax(tensor([0.0, 0.0]), 0)
    tensor([0.5000, 0.5000])
    """
    require_float("softmax", x)
    (axis,) = axes_of(x.ndim, dim) or (0,)
    y = namespace(x).softmax(x, axis) if x.ndim else namespace(x).ones_like(x)

    def vjp(g):
        gy = g * y
        return gy - y * gy.sum(axis=axis, keepdims=True) if y.ndim else gy * 0

    return y, vjp


@op(casts=True)
def log_softmax(x, /, dim):
    """Logarithm of `softmax`, exact where that would be 0."""
    require_float("log_softmax", x)
    (axis,) = axes_of(x.ndim, dim) or (0,)
    xp = namespace(x)
    y = xp.log_softmax(x, axis) if x.ndim else xp.zeros_like(x)
    return y, lambda g: g - xp.exp(y) * g.sum(axis=axis, keepdims=True) if y.ndim else g * 0


def log1p_exp(x):
    """log(1 + exp(x)) of an array or a Tensor, without overflow."""
    xp = namespace(x)
    return xp.log1p(xp.exp(-xp.absolute(x))) + xp.maximum(x, 0)


@op(public=False)
def elu(x, /, alpha=1.0):
    """x where it is positive, else alpha * (exp(x) - 1).

    Clevert and others, 2015, arXiv:1511.07289.
    """
    xp = namespace(x)
    below = xp.minimum(x, 0)
    return (
        xp.maximum(x, 0) + alpha * xp.expm1(below),
        lambda g: g * (x > 0) + g * (alpha * xp.exp(below)) * (x <= 0),
    )


@op(public=False)
def silu(x, /):
    """x * sigmoid(x). Hendrycks and Gimpel, 2016, arXiv:1606.08415."""
    s = namespace(x).sigmoid(x)
    return x * s, lambda g: g * (s * (1 + x * (1 - s)))


@op(public=False)
def softplus(x, /, beta=1.0, threshold=20.0):
    """log(1 + exp(beta * x)) / beta; x itself where beta * x exceeds the threshold."""
    xp = namespace(x)
    scaled = x * beta
    return (
        xp.where(scaled > threshold, x, log1p_exp(scaled) / beta),
        lambda g: g * xp.where(scaled > threshold, 1, xp.sigmoid(scaled)),
    )


@op(public=False, shown="LogSigmoid")
def logsigmoid(x, /):
    """log(sigmoid(x)), without underflow."""
    xp = namespace(x)
    return -log1p_exp(-x), lambda g: g * xp.sigmoid(-x)


@op(public=False)
def hardtanh(x, /, min_val=-1.0, max_val=1.0):
    """x, or the nearer of the two bounds, where the derivative is 0."""
    xp = namespace(x)
    return xp.clip(x, min_val, max_val), lambda g: g * ((x > min_val) & (x < max_val))
