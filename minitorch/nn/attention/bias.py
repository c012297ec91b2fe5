"""Masks for `scaled_dot_product_attention` that hide what comes later."""

from enum import IntEnum

from minitorch.autograd.tensor import Tensor
from minitorch.backend.dtypes import bool as bool_
from minitorch.ops.creation import ones


class CausalVariant(IntEnum):
    """Which query and key stand side by side, where there are not as many of them."""

    UPPER_LEFT = 1
    LOWER_RIGHT = 2


def causal_upper_left(*size: int) -> Tensor:
    """(L, S), True where query i may see key j: j <= i. The first query sees the first key."""
    if len(size) != 2:
        raise AssertionError("causal_upper_left only supports 2D tensors")
    return ones(size, dtype=bool_).tril()


def causal_lower_right(*size: int) -> Tensor:
    """(L, S), True where query i may see key j: j <= i + S - L. The last query sees all keys.

    >>> causal_lower_right(2, 3)
    tensor([[ True,  True, False],
            [ True,  True,  True]])
    """
    if len(size) != 2:
        raise AssertionError("causal_lower_right only supports 2D tensors")
    length, keys = size
    return ones(size, dtype=bool_).tril(keys - length)
