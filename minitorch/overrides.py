"""What other libraries ask before they call ops on classes of their own."""

from collections.abc import Iterable
from typing import Any, NoReturn

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


class TorchFunctionMode:
    """What would see each call of a function in its `with` block: there are no such blocks here.

    Raises NotImplementedError where one begins.
    """

    def __enter__(self) -> NoReturn:
        raise NotImplementedError(
            f"{type(self).__name__}: ops call no __torch_function__\n"
            "  pass `device` and `dtype` to the functions themselves"
        )

    def __exit__(self, *error: object) -> None:
        pass
