"""What the distributions share, under PyTorch's names: broadcasting, probabilities and logits."""

from collections.abc import Callable
from typing import Any

from minitorch.autograd.grad_mode import enable_grad
from minitorch.autograd.tensor import Size, Tensor
from minitorch.backend.dtypes import finfo, get_default_dtype
from minitorch.nn import functional as F
from minitorch.ops.creation import arange, empty
from minitorch.ops.from_data import tensor
from minitorch.ops.join import broadcast_tensors

euler_constant = 0.57721566490153286060


def broadcast_all(*values: Tensor | float) -> tuple[Tensor, ...]:
    """The values as tensors of one shape; a number takes dtype and device of the first tensor.

    Raises ValueError for what is neither a number nor a tensor.
    """
    if not all(isinstance(value, Tensor | bool | int | float) for value in values):
        raise ValueError(
            "Input arguments must all be instances of Number, torch.Tensor or objects "
            "implementing __torch_function__.\n"
            f"  they are of types {', '.join(type(value).__name__ for value in values)}"
        )
    first = next((value for value in values if isinstance(value, Tensor)), None)
    dtype = get_default_dtype() if first is None else first.dtype
    device = None if first is None else first.device
    tensors = [
        value if isinstance(value, Tensor) else tensor(value, dtype=dtype, device=device)
        for value in values
    ]
    return tuple(broadcast_tensors(*tensors))


def _standard_normal(shape, dtype, device):
    return empty(shape, dtype=dtype, device=device).normal_()


def _sum_rightmost(value: Tensor, dim: int) -> Tensor:
    """The sum over the last `dim` dimensions."""
    if dim == 0:
        return value
    return value.reshape(value.shape[:-dim] + (-1,)).sum(-1)


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """Probabilities from log odds where `is_binary`, else from unnormalised log probabilities."""
    return logits.sigmoid() if is_binary else F.softmax(logits, dim=-1)


def clamp_probs(probs: Tensor) -> Tensor:
    """The probabilities, kept off 0 and 1 by the eps of their dtype."""
    eps = finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """Log odds of the probabilities where `is_binary`, else their logarithms."""
    clamped = clamp_probs(probs)
    return clamped.log() - (-clamped).log1p() if is_binary else clamped.log()


class lazy_property:  # noqa: N801 (PyTorch's name)
    """A property that is computed, with gradient, at its first use and then kept."""

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        self.__name__ = wrapped.__name__
        self.__doc__ = wrapped.__doc__

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        with enable_grad():
            value = self.wrapped(instance)
        vars(instance)[self.wrapped.__name__] = value
        return value


def lower_triangle(n, diag, device):
    """Where an (n, n) matrix has its lower triangle, up to the diagonal `diag`."""
    columns = arange(n, device=device)
    return columns < columns.view(-1, 1) + (diag + 1)


def tril_matrix_to_vec(mat: Tensor, diag: int = 0) -> Tensor:
    """The lower triangle of (..., n, n), row by row, as (..., k)."""
    n = mat.shape[-1]
    if diag < -n or diag >= n:
        raise ValueError(f"diag ({diag}) provided is outside [{-n}, {n - 1}].")
    return mat[..., lower_triangle(n, diag, mat.device)]


def vec_to_tril_matrix(vec: Tensor, diag: int = 0) -> Tensor:
    """(..., n, n) with the numbers of `vec` (..., k) in its lower triangle, row by row."""
    k = vec.shape[-1]
    # k is the sum of the lengths of the rows, a quadratic in n
    n = (-(1 + 2 * diag) + ((1 + 2 * diag) ** 2 + 8 * k + 4 * abs(diag) * (diag + 1)) ** 0.5) / 2
    if round(n) - n > finfo(vec.dtype).eps:
        raise ValueError(
            f"The size of last dimension is {k} which cannot be expressed as the lower triangular "
            "part of a square D x D matrix."
        )
    mat = vec.new_zeros(vec.shape[:-1] + Size((round(n), round(n))))
    mat[..., lower_triangle(round(n), diag, vec.device)] = vec
    return mat
