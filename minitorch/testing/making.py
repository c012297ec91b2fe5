"""`make_tensor`: random tensors of any dtype for tests."""

import math
import warnings
from collections.abc import Sequence
from typing import Any

from minitorch.autograd.tensor import FUNCTIONS, Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.backend.dtypes import finfo, iinfo
from minitorch.backend.errors import ShapeError
from minitorch.backend.layouts import memory_format as order


def make_tensor(
    *shape: Any,
    dtype: dtype_type,
    device: str | device_type,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: order | None = None,
) -> Tensor:
    """A tensor of uniform random elements in [low, high).

    shape          sizes one by one, or as a sequence
    low, high      by default -9 and 9 for floats, -9 and 10 for integers (0 and 10 for uint8);
                   cut off where the dtype ends
    noncontiguous  every second element of a tensor that is twice as long
    exclude_zero   in the place of zeros 1, in floats the least normal number
    """
    sizes = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], Sequence) else shape
    floating = dtype.is_floating_point
    if noncontiguous and memory_format is not None:
        raise ShapeError(
            "The parameters `noncontiguous` and `memory_format` are mutually exclusive, "
            f"but got {noncontiguous=} and {memory_format=}"
        )
    if requires_grad and not floating:
        raise ShapeError(
            "`requires_grad=True` is not supported for boolean and integral dtypes, "
            f"but got {dtype=}"
        )
    low, high = interval(dtype, low, high)
    apart = noncontiguous and math.prod(sizes) > 1
    long = (*sizes[:-1], 2 * sizes[-1]) if apart else sizes
    if floating:
        # Halves: the distance of the ends may be more than the dtype holds.
        made = FUNCTIONS["empty"](long, dtype=dtype, device=device).uniform_(low / 2, high / 2)
        made.mul_(2)
    else:
        ends = math.ceil(low), math.ceil(high)
        made = FUNCTIONS["randint"](*ends, long, dtype=dtype, device=device)
    if apart:
        made = made[..., 1::2]
    elif memory_format is not None:
        made = made.clone(memory_format=memory_format)
    if exclude_zero:
        made[made == 0] = finfo(dtype).tiny if floating else 1
    return made.requires_grad_(requires_grad)


def interval(dtype: dtype_type, low: float | None, high: float | None) -> tuple[float, float]:
    """[low, high) as far as the dtype goes, or an error if that is nothing."""
    floating, is_bool = dtype.is_floating_point, dtype.name == "bool"
    if low is None:
        low = 0 if is_bool else -9
    if high is None:
        high = 2 if is_bool else 9 if floating else 10
    if math.isnan(low) or math.isnan(high):
        raise ShapeError(f"`low` and `high` cannot be NaN, but got {low=} and {high=}")
    if low == high and floating:
        warnings.warn(
            "Passing `low==high` to `torch.testing.make_tensor` for floating or complex types is "
            "deprecated since 2.1 and will be removed in 2.3. Use `torch.full(...)` instead.",
            FutureWarning,
            stacklevel=3,
        )
    elif low >= high:
        raise ShapeError(f"`low` must be less than `high`, but got {low} >= {high}")
    first, end = (0, 2) if is_bool else ends(dtype)
    if high < first or low >= end:
        raise ShapeError(
            f"The value interval specified by `low` and `high` is [{low}, {high}), "
            f"but {dtype} only supports [{first}, {end})"
        )
    return max(low, first), min(high, end)


def ends(dtype: dtype_type) -> tuple[float, float]:
    if dtype.is_floating_point:
        return finfo(dtype).min, finfo(dtype).max
    # `randint` takes the end as an int64
    return iinfo(dtype).min, min(iinfo(dtype).max + 1, 2**63 - 1)
