"""All parameters as one vector, and back."""

from collections.abc import Iterable

from minitorch.autograd.tensor import Tensor
from minitorch.backend.errors import DtypeError
from minitorch.ops.join import cat


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """The elements of all parameters, one after the other, in one dimension."""
    return cat([parameter.reshape(-1) for parameter in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Let the parameters be parts of `vec`, which `parameters_to_vector` made; memory is shared."""
    if not isinstance(vec, Tensor):
        raise DtypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    start = 0
    for parameter in parameters:
        stop = start + parameter.numel()
        parameter.data = vec[start:stop].view_as(parameter).data
        start = stop
