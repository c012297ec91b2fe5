"""TorchScript, which minitorch does not have; what only marks functions for it is harmless."""

from collections.abc import Callable
from types import FunctionType
from typing import Any, Final, NoReturn, TypeVar

T = TypeVar("T")
REMEDY = (
    "minitorch has no TorchScript: functions and modules run as they are written\n"
    "  leave this call out; to keep a model save its state_dict()"
)
Attribute = Any

__all__ = [
    "Attribute", "Final", "ScriptFunction", "ScriptModule", "TracerWarning", "annotate", "export",
    "freeze", "ignore", "is_scripting", "is_tracing", "load", "optimize_for_inference", "save",
    "script", "script_if_tracing", "script_method", "trace", "trace_module", "unused",
]  # fmt: skip


def refused(name):
    """A function that says what cannot be here."""

    def call(*args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError(f"torch.jit.{name}: {REMEDY}")

    call.__name__ = call.__qualname__ = name
    call.__doc__ = "Raise RuntimeError: there is no TorchScript."
    return call


class ScriptModule:
    """What `script` would return: no object is one, `isinstance` says so."""

    def __init__(self, *args: Any, **kwargs: Any):
        raise RuntimeError(f"torch.jit.{type(self).__name__}: {REMEDY}")


class ScriptFunction(ScriptModule):
    """What `script` would return for a function: no object is one, `isinstance` says so."""


class TracerWarning(Warning):
    """What PyTorch warns with while it traces; programs silence it. Nothing warns with it here."""


def script(obj: T, *args: Any, **kwargs: Any) -> T:
    """`obj` itself if it is a function or a class: it runs as it is written, as in PyTorch under
    PYTORCH_JIT=0.

    Raises RuntimeError for all else: a scripted module is there to be saved or read as a graph.
    """
    if isinstance(obj, (FunctionType, type)):
        return obj
    raise RuntimeError(f"torch.jit.script: {REMEDY}")


trace = refused("trace")
trace_module = refused("trace_module")
freeze = refused("freeze")
optimize_for_inference = refused("optimize_for_inference")
load = refused("load")
save = refused("save")


def is_scripting() -> bool:
    """False."""
    return False


def is_tracing() -> bool:
    """False."""
    return False


def script_if_tracing(fn: Callable) -> Callable:
    """`fn` itself."""
    return fn


def script_method(fn: Callable) -> Callable:
    """`fn` itself."""
    return fn


def export(fn: Callable) -> Callable:
    """`fn` itself."""
    return fn


def unused(fn: Callable) -> Callable:
    """`fn` itself."""
    return fn


def ignore(drop: Any = False, **kwargs: Any) -> Any:
    """The function itself, or a decorator that returns it."""
    return drop if callable(drop) else lambda fn: fn


def annotate(the_type: Any, the_value: T) -> T:
    """`the_value` itself."""
    return the_value
