"""`flags(...)`: settings of a backend that hold inside a `with` block."""

import contextlib
import sys
from typing import Any


def flags_of(module: str, *names: str) -> Any:
    """The context manager `flags` of a module with the settings `names`."""

    @contextlib.contextmanager
    def flags(**settings: Any):
        place = sys.modules[module]
        unknown = set(settings) - set(names)
        if unknown:
            raise TypeError(f"flags() got an unexpected keyword argument {min(unknown)!r}")
        before = {name: getattr(place, name) for name in settings}
        vars(place).update(settings)
        try:
            yield
        finally:
            vars(place).update(before)

    return flags
