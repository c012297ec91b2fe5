"""Masks for `scaled_dot_product_attention` that hide what comes later."""

import warnings
from enum import IntEnum
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.dtypes import bool as bool_
from minitorch.ops.creation import ones

__all__ = ["CausalBias", "CausalVariant", "causal_lower_right", "causal_upper_left"]


class CausalVariant(IntEnum):
    """Which query and key stand side by side, where there are not as many of them."""

    UPPER_LEFT = 1
    LOWER_RIGHT = 2


class CausalBias(Tensor):
    """(seq_len_q, seq_len_kv), True where a query may see a key; see the two functions below."""

    __torch_function__ = None

    def __new__(cls, variant: CausalVariant, seq_len_q: int, seq_len_kv: int) -> Any:
        if not isinstance(variant, CausalVariant):
            kind = type(variant).__name__
            raise AssertionError(f"variant must be a CausalVariant, got {kind}")
        beyond = seq_len_kv - seq_len_q if variant is CausalVariant.LOWER_RIGHT else 0
        return cls._make_subclass(cls, ones(seq_len_q, seq_len_kv, dtype=bool_).tril(beyond))

    def __init__(self, variant: CausalVariant, seq_len_q: int, seq_len_kv: int) -> None:
        self.variant = variant
        self.seq_len_q = seq_len_q
        self.seq_len_kv = seq_len_kv
        if seq_len_q > seq_len_kv and variant is CausalVariant.LOWER_RIGHT:
            warnings.warn(
                "Lower right causal bias will produce NaNs in the output when seq_len_q > "
                "seq_len_kv!\n  here zeros come out for queries that see no key",
                stacklevel=2,
            )

    def _materialize(self, device: Any = None) -> Tensor:
        return self.to(device=device or "cpu", copy=True)

    def __repr__(self) -> str:  # type: ignore[override]  # mypy drops argument names
        return repr(self._materialize())


def causal_upper_left(*size: int) -> CausalBias:
    """(L, S), True where query i may see key j: j <= i. The first query sees the first key."""
    if len(size) != 2:
        raise AssertionError("causal_upper_left only supports 2D tensors")
    return CausalBias(CausalVariant.UPPER_LEFT, *size)


def causal_lower_right(*size: int) -> CausalBias:
    """(L, S), True where query i may see key j: j <= i + S - L. The last query sees all keys.

    >>> causal_lower_right(2, 3)
    tensor([[ True,  True, False],
            [ True,  True,  True]])
    """
    if len(size) != 2:
        raise AssertionError("causal_lower_right only supports 2D tensors")
    return CausalBias(CausalVariant.LOWER_RIGHT, *size)
