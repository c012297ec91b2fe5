"""`compile`, which returns the model as it is: functions run as they are written."""

from collections.abc import Callable
from typing import Any

from minitorch.backend.settings import warn_once


def compile(
    model: Callable | None = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: str | Callable = "inductor",
    mode: str | None = None,
    options: dict[str, Any] | None = None,
    disable: bool = False,
) -> Any:
    """`model` itself, a function or a module; without one, a decorator that does the same.

    The other arguments change nothing. Warns once per process that nothing is compiled.

    Raises RuntimeError for `mode` and `options` together.
    """
    if mode is not None and options is not None:
        raise RuntimeError(
            "Either mode or options can be specified, but both can't be specified at the same time."
        )
    if not disable:
        warn_once(
            "compile() changes nothing: minitorch runs functions and modules as they are written"
        )
    if model is None:
        return lambda model: model
    if not callable(model):
        raise AssertionError(f"A callable function is expected, but {type(model)} is provided.")
    return model


def disable(fn: Callable | None = None, recursive: bool = True, *, reason: str = "") -> Any:
    """`fn` itself, or a decorator: nothing is compiled anyway."""
    return (lambda fn: fn) if fn is None else fn


def allow_in_graph(fn: Callable) -> Callable:
    """`fn` itself: nothing is compiled."""
    return fn


def reset() -> None:
    """Nothing: nothing was compiled."""


def is_compiling() -> bool:
    """False."""
    return False


def cudagraph_mark_step_begin() -> None:
    """Nothing: no graphs of the GPU are used."""
