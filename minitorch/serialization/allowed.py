"""The classes and functions that a file may name: those that the program itself has named.

Of a class `load` makes an empty object and gives it the attributes that the file holds. None of
its methods is called, neither `__init__` nor `__setstate__`, and nothing is imported.
"""

import sys
from collections.abc import Callable, Iterable
from types import FunctionType, ModuleType, TracebackType
from typing import Any

_listed: list[Any] = []


def add_safe_globals(safe_globals: Iterable[Any]) -> None:
    """Let `load` make instances of these classes and take these functions from files that name
    them; a pair of a class or function and a name: under that name.
    """
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


# -------------------------------------------------------------------- names in files


def name_of(value: Any) -> str:
    return f"{value.__module__}.{value.__qualname__}"


def named(name: str) -> Any:
    """What has this name in a module that is imported already, or None."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        found: Any = sys.modules.get(".".join(parts[:end]))
        if found is not None:
            for part in parts[end:]:  # by `vars`: attributes could be computed
                inside = vars(found) if isinstance(found, ModuleType | type) else {}
                found = inside.get(part)
            return found
    return None


def is_module(kind: Any) -> bool:
    """Whether it is a subclass of `nn.Module`: by name, since `nn` builds on this package."""
    bases = kind.__mro__ if isinstance(kind, type) else ()
    return any(each.__module__ == "minitorch.nn.modules.module" for each in bases)


def is_operation(value: Any) -> bool:
    """Whether it is a function of minitorch's that computes with tensors, such as `relu`."""
    return isinstance(value, FunctionType) and value.__module__.startswith("minitorch.ops.")


def known(weights_only: bool | None) -> Callable[[str], Any]:
    """The function from a name in a file to the class or function it may stand for, or None.

    weights_only  False: besides those listed all classes of modules that are imported
    """
    pairs = [each if isinstance(each, tuple) else (each, name_of(each)) for each in _listed]
    listed = {name: each for each, name in pairs}

    def find(name):
        found = listed.get(name)
        if found is None:
            found = named(name)
            modules = weights_only is False and is_module(found)
            found = found if modules or is_operation(found) else None
        return found

    return find


def blank(kind: type) -> Any:
    """An object of this class that has nothing yet."""
    return object.__new__(kind)
