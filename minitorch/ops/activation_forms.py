"""Activations as `nn.functional` has them: with `inplace`, and in forms that end in `_`."""

import warnings

from minitorch.autograd.rebase import write
from minitorch.autograd.tensor import Tensor, function
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.ops import activation
from minitorch.ops.creation import empty_like, zeros_like


def applied(f, input, inplace, *settings):
    """f(input, *settings), written into the input where `inplace`."""
    return write(input, lambda x: f(x, *settings)) if inplace else f(input, *settings)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """The larger of each element and 0."""
    return write(input, activation.relu) if inplace else activation.relu(input)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Each element where it is positive, else negative_slope times it."""
    return applied(activation.leaky_relu, input, inplace, negative_slope)


def rrelu(
    input: Tensor,
    lower: float = 1 / 8,
    upper: float = 1 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """`leaky_relu` with slopes drawn from [lower, upper) while training, else their mean."""
    return applied(activation.rrelu, input, inplace, lower, upper, training)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Each element where it exceeds the threshold, else value."""
    return applied(activation.threshold, input, inplace, threshold, value)


def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """Each element, or the nearer of the two bounds."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return applied(activation.hardtanh, input, inplace, min_val, max_val)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Each element, or the nearer of 0 and 6."""
    return applied(activation.hardtanh, input, inplace, 0.0, 6.0)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """input / 6 + 1/2, but at least 0 and at most 1."""
    return applied(activation.hardsigmoid, input, inplace)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """input * hardsigmoid(input)."""
    return applied(activation.hardswish, input, inplace)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Each element where it is positive, else alpha * (exp(element) - 1)."""
    return applied(activation.elu, input, inplace, alpha)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """`elu` with constants that keep mean 0 and variance 1 from layer to layer."""
    return applied(activation.selu, input, inplace)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Each element where it is positive, else alpha * (exp(element / alpha) - 1)."""
    return applied(activation.celu, input, inplace, alpha)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """input * sigmoid(input)."""
    return applied(activation.silu, input, inplace)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """input * tanh(softplus(input))."""
    return applied(activation.mish, input, inplace)


# -------------------------------------------------------------------- forms that end in _


def in_place(name, f):
    """The function `name` that gives its tensor the value of `f`; it returns the tensor."""

    def call(input, *settings, **named):
        return write(input, lambda x: f(x, *settings, **named))

    call.__name__, call.__doc__ = name, f"`{name[:-1]}` in place."
    return call


relu_ = function(in_place("relu_", activation.relu))
rrelu_ = function(in_place("rrelu_", activation.rrelu))
selu_ = function(in_place("selu_", activation.selu))
celu_ = function(in_place("celu_", activation.celu))
threshold_ = function(in_place("threshold_", activation.threshold))
function(in_place("sigmoid_", activation.sigmoid))
function(in_place("tanh_", activation.tanh))
elu_ = in_place("elu_", activation.elu)
hardtanh_ = in_place("hardtanh_", hardtanh)
leaky_relu_ = in_place("leaky_relu_", activation.leaky_relu)


# -------------------------------------------------------------------- one of several


def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtype_type | None = None
) -> Tensor:
    """exp(input) over its sum along `dim`; in `dtype`, if it is given."""
    dim = implicit_dim("softmax", input.ndim, _stacklevel) if dim is None else dim
    return activation.softmax(input, dim, dtype=dtype)


def softmin(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtype_type | None = None
) -> Tensor:
    """`softmax` of -input."""
    dim = implicit_dim("softmin", input.ndim, _stacklevel) if dim is None else dim
    return activation.softmax(-input, dim, dtype=dtype)


def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtype_type | None = None
) -> Tensor:
    """The logarithm of `softmax`."""
    dim = implicit_dim("log_softmax", input.ndim, _stacklevel) if dim is None else dim
    return activation.log_softmax(input, dim, dtype=dtype)


def implicit_dim(name, ndim, stacklevel):
    """PyTorch's old choice of the dimension, and its warning."""
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. "
        "Change the call to include dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if ndim in (0, 1, 3) else 1


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """A draw from the classes along `dim` that can be differentiated by their logits.

    tau   temperature, > 0: the lower, the nearer to one-hot
    hard  one-hot, with the gradient of what it would be otherwise

    Jang, Gu and Poole, 2016, arXiv:1611.01144.
    """
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    noise = -empty_like(logits).exponential_().log()
    soft = activation.softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    chosen = soft.detach().max(dim, keepdim=True)[1]
    return zeros_like(logits).scatter_(dim, chosen, 1.0) - soft.detach() + soft
