"""Names of PyTorch's about how attention is computed: here in one way, so they change nothing.

>>> import minitorch
>>> from minitorch.nn.attention import SDPBackend, sdpa_kernel
>>> x = minitorch.ones(1, 2, 3)
>>> with sdpa_kernel(SDPBackend.MATH):
...     minitorch.nn.functional.scaled_dot_product_attention(x, x, x).shape
torch.Size([1, 2, 3])
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from minitorch.nn.attention import bias, flex_attention

__all__ = ["SDPBackend", "bias", "flex_attention", "sdpa_kernel"]


class SDPBackend(IntEnum):
    """PyTorch's ways of computing attention."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4

    def __str__(self) -> str:
        return f"SDPBackend.{self.name}"


@contextmanager
def sdpa_kernel(
    backends: list[SDPBackend] | SDPBackend, set_priority: bool = False
) -> Iterator[dict[str, Any]]:
    """A context that changes nothing: whatever is asked for, there is one way of computing."""
    if not isinstance(backends, list | SDPBackend):
        raise AssertionError(
            "Backend must be an instance of SDPBackend or a list of SDPBackend instances, got "
            + type(backends).__name__
        )
    yield {}
