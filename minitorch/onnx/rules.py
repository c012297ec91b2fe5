"""The table of ops that have a counterpart in ONNX.

A rule gets the graph, the Value that the op makes (its first output), then the op's own inputs and
settings under their names. It returns the name of what it made, or a tuple for several outputs.
"""

from collections.abc import Callable
from typing import Any

RULES: dict[str, Callable[..., Any]] = {}


def rule(*ops: str) -> Callable:
    """Enter a function as the rule of these ops."""

    def enter(f):
        for op in ops:
            RULES[op] = f
        return f

    return enter
