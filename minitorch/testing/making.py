"""`make_tensor`: random tensors of any dtype for tests."""

from typing import Any

from minitorch.autograd.tensor import FUNCTIONS, Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.backend.errors import ShapeError


def make_tensor(
    *shape: Any,
    dtype: dtype_type,
    device: str | device_type,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
) -> Tensor:
    """A tensor of uniform random elements in [low, high).

    shape          sizes one by one, or as a sequence
    low, high      by default -9 and 9 for floats, -9 and 10 for integers (0 and 10 for uint8)
    noncontiguous  every second element of a tensor that is twice as long
    exclude_zero   1 in the place of zeros
    """
    sizes = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else shape
    floating = dtype.is_floating_point
    if low is None:
        low = -9 if dtype.is_signed else 0
    if high is None:
        high = 2 if dtype.name == "bool" else 9 if floating else 10
    if low >= high:
        raise ShapeError(f"`low` must be less than `high`, but got {low} >= {high}")
    long = (*sizes[:-1], 2 * sizes[-1]) if noncontiguous and sizes else sizes
    if floating:
        made = FUNCTIONS["empty"](long, dtype=dtype, device=device).uniform_(low, high)
    else:
        made = FUNCTIONS["randint"](int(low), int(high), long, dtype=dtype, device=device)
    if noncontiguous and sizes:
        made = made[..., ::2]
    if exclude_zero:
        made[made == 0] = 1
    return made.requires_grad_(requires_grad)
