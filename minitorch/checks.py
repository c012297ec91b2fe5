"""`torch._check` and its relatives, with which programs state what must hold."""

from collections.abc import Callable
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.dtypes import bool as bool_dtype


def _check(cond: bool, message: Callable[[], Any] | None = None) -> None:
    """Raise RuntimeError with the text that `message()` returns, unless `cond` is True."""
    _check_with(RuntimeError, cond, message)


def _check_with(
    error_type: type[Exception], cond: bool | Tensor, message: Callable[[], Any] | None = None
) -> None:
    """Raise `error_type` with the text that `message()` returns, unless `cond` is True."""
    if not isinstance(cond, bool):
        raise TypeError(f"cond must be a bool, but got {type(cond)}")
    if cond:
        return
    if message is None:
        raise error_type("Expected cond to be True, but got False.")
    if not callable(message):
        raise TypeError("message must be a callable")
    raise error_type(str(message()))


def _check_index(cond: bool, message: Callable[[], Any] | None = None) -> None:
    """`_check` that raises IndexError."""
    _check_with(IndexError, cond, message)


def _check_value(cond: bool, message: Callable[[], Any] | None = None) -> None:
    """`_check` that raises ValueError."""
    _check_with(ValueError, cond, message)


def _check_type(cond: bool, message: Callable[[], Any] | None = None) -> None:
    """`_check` that raises TypeError."""
    _check_with(TypeError, cond, message)


def _check_not_implemented(cond: bool, message: Callable[[], Any] | None = None) -> None:
    """`_check` that raises NotImplementedError."""
    _check_with(NotImplementedError, cond, message)


def _check_tensor_all(cond: Tensor, message: Callable[[], Any] | None = None) -> None:
    """`_check` that all elements of a bool tensor are True."""
    if not isinstance(cond, Tensor):
        raise TypeError(f"cond must be a tensor, but got {type(cond)}")
    if cond.dtype is not bool_dtype:
        raise TypeError(f"cond tensor must have dtype torch.bool, but got {cond.dtype}")
    _check(bool(cond.all().item()), message)


def _check_is_size(i: int, message: Callable[[], Any] | None = None) -> None:
    """`_check` that `i` is no negative number."""
    _check(i >= 0, message)


def _assert_async(input: Tensor, assert_msg: str | None = None) -> None:
    """Raise RuntimeError unless the only element of `input` is other than 0; on a GPU at once."""
    if not input.is_nonzero():
        text = "Expected Tensor with single nonzero value, but got zero"
        raise RuntimeError(text if assert_msg is None else assert_msg)
