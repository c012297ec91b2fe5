"""`torch._dynamo`: switches and marks for PyTorch's compiler; nothing is compiled here.

What programs set in `config` is kept and changes nothing.
"""

from collections.abc import Callable
from typing import Any

from minitorch._dynamo import config, eval_frame
from minitorch._dynamo.eval_frame import OptimizedModule

__all__ = [
    "OptimizedModule", "allow_in_graph", "assume_constant_result", "config", "disable",
    "eval_frame", "graph_break", "is_compiling", "mark_dynamic", "mark_static",
    "mark_static_address", "maybe_mark_dynamic", "reset",
]  # fmt: skip


def reset() -> None:
    """Nothing: no compiled code is kept."""


def graph_break() -> None:
    """Nothing: there is no graph of compiled code to break."""


def is_compiling() -> bool:
    """False."""
    return False


def allow_in_graph(fn: Callable) -> Callable:
    """`fn` itself."""
    return fn


def assume_constant_result(fn: Callable) -> Callable:
    """`fn` itself."""
    return fn


def mark_static_address(t: Any, guard: bool = False) -> None:
    """Nothing: no compiled code relies on where a tensor lies."""


def mark_static(t: Any, index: Any = None) -> None:
    """Nothing: no compiled code relies on the size of a dimension; so the two below."""


def mark_dynamic(t: Any, index: Any, **sizes: Any) -> None:
    """Nothing."""


def maybe_mark_dynamic(t: Any, index: Any) -> None:
    """Nothing."""


def disable(fn: Callable | None = None, recursive: bool = True) -> Any:
    """`fn` itself; without one, a decorator that returns what it decorates."""
    return allow_in_graph if fn is None else fn
