"""`nn.functional`: what layers and losses compute, as functions without state."""

import warnings

from minitorch.autograd.rebase import write
from minitorch.autograd.tensor import Tensor
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.backend.dtypes import int64
from minitorch.backend.errors import ShapeError
from minitorch.ops import activation
from minitorch.ops.activation import logsigmoid, sigmoid, softplus, tanh
from minitorch.ops.conv import conv2d
from minitorch.ops.creation import arange
from minitorch.ops.dropout import dropout, dropout2d
from minitorch.ops.products import linear
from minitorch.ops.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)
from minitorch.ops.norm import batch_norm, layer_norm
from minitorch.ops.pool import adaptive_avg_pool2d, avg_pool2d, max_pool2d

__all__ = [
    "conv2d", "avg_pool2d", "max_pool2d", "adaptive_avg_pool2d", "relu", "hardtanh", "relu6", "elu",
    "leaky_relu", "logsigmoid", "softplus", "softmax", "log_softmax", "tanh", "sigmoid", "silu",
    "batch_norm", "layer_norm", "linear", "dropout", "dropout2d", "one_hot", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "cross_entropy", "l1_loss", "mse_loss", "nll_loss",
    "huber_loss", "smooth_l1_loss",
]  # fmt: skip


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """The larger of each element and 0."""
    return write(input, activation.relu) if inplace else activation.relu(input)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Each element where it is positive, else negative_slope times it."""
    return applied(activation.leaky_relu, input, inplace, negative_slope)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Each element where it is positive, else alpha * (exp(element) - 1)."""
    return applied(activation.elu, input, inplace, alpha)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """input * sigmoid(input)."""
    return applied(activation.silu, input, inplace)


def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """Each element, or the nearer of the two bounds."""
    return applied(activation.hardtanh, input, inplace, min_val, max_val)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Each element, or the nearer of 0 and 6."""
    return hardtanh(input, 0.0, 6.0, inplace)


def applied(f, input, inplace, *settings):
    """f(input, *settings), written into the input where `inplace`."""
    return write(input, lambda x: f(x, *settings)) if inplace else f(input, *settings)


def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtype_type | None = None
) -> Tensor:
    """exp(input) over its sum along `dim`; in `dtype`, if it is given."""
    dim = implicit_dim("softmax", input.ndim, _stacklevel) if dim is None else dim
    return activation.softmax(input, dim, dtype=dtype)


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


def one_hot(input: Tensor, num_classes: int = -1) -> Tensor:
    """(..., num_classes) int64: 1 at the class that `input` (int64) names, 0 elsewhere.

    num_classes  -1: one more than the largest class

    >>> from minitorch import tensor
    >>> one_hot(tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    if input.dtype is not int64:
        raise ShapeError(
            "one_hot is only applicable to index tensor of type LongTensor.\n"
            f"  input {input.dtype}: convert with .long()"
        )
    if input.numel() == 0 and num_classes <= 0:
        raise ShapeError("Can not infer total number of classes from empty tensor.")
    if input.numel() and int(input.min()) < 0:
        raise ShapeError("Class values must be non-negative.")
    largest = int(input.max()) if input.numel() else -1
    if num_classes == -1:
        num_classes = largest + 1
    if largest >= num_classes:
        raise ShapeError("Class values must be smaller than num_classes.")
    return (input.unsqueeze(-1) == arange(num_classes, device=input.device)).to(int64)
