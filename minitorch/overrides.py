"""What other libraries ask before they call ops on classes of their own."""

from collections.abc import Iterable
from typing import Any

from minitorch.autograd.tensor import Tensor


def is_tensor_like(inp: Any) -> bool:
    """Whether `inp` is a Tensor or has `__torch_function__`."""
    return type(inp) is Tensor or hasattr(inp, "__torch_function__")


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """False: ops call no `__torch_function__`."""
    return False


def has_torch_function_unary(arg: Any) -> bool:
    """False: ops call no `__torch_function__`."""
    return False


def has_torch_function_variadic(*args: Any) -> bool:
    """False: ops call no `__torch_function__`."""
    return False
