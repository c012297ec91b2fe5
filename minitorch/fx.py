"""Tracing models into graphs, which minitorch does not do; marks for it are harmless."""

from collections.abc import Callable
from typing import Any, NoReturn

REMEDY = (
    "minitorch does not trace models: they run as they are written\n"
    "  register_forward_hook gives what a layer computes; to keep a model save its state_dict()"
)


def wrap(fn_or_name: Callable | str) -> Callable | str:
    """`fn_or_name` itself: a function need not be named as a leaf where nothing is traced."""
    return fn_or_name


def symbolic_trace(*args: Any, **kwargs: Any) -> NoReturn:
    """Raise RuntimeError that says what to do instead."""
    raise RuntimeError(f"torch.fx.symbolic_trace: {REMEDY}")


class Tracer:
    """What would record a model's calls; making one raises RuntimeError."""

    def __init__(self, *args: Any, **kwargs: Any):
        raise RuntimeError(f"torch.fx.{type(self).__name__}: {REMEDY}")


class Proxy(Tracer):
    """What stands for a value during tracing: no object is one, `isinstance` says so."""


class GraphModule(Tracer):
    """What `symbolic_trace` would return: no object is one, `isinstance` says so."""
