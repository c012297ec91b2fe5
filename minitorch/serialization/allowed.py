"""PyTorch's list of classes that `load` may make: here it makes none, whatever stands in it."""

import warnings
from collections.abc import Iterable
from types import TracebackType
from typing import Any

_listed: list[Any] = []


def add_safe_globals(safe_globals: Iterable[Any]) -> None:
    """Note these classes, and warn that `load` makes no instances of any class."""
    warnings.warn(
        "add_safe_globals(): minitorch.load builds tensors, containers and numbers and no other "
        "classes: a file that asks for one is refused all the same",
        stacklevel=2,
    )
    _listed.extend(safe_globals)


def get_safe_globals() -> list[Any]:
    """What `add_safe_globals` was given."""
    return list(_listed)


def clear_safe_globals() -> None:
    """Forget what `add_safe_globals` was given."""
    _listed.clear()


class safe_globals:  # noqa: N801  PyTorch's name
    """`add_safe_globals` inside a `with` block."""

    def __init__(self, safe_globals: Iterable[Any]) -> None:
        self.safe_globals = list(safe_globals)

    def __enter__(self) -> None:
        add_safe_globals(self.safe_globals)

    def __exit__(
        self,
        type: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        for each in self.safe_globals:
            _listed.remove(each)
