"""Marks for NVIDIA's profilers."""

import contextlib
from collections.abc import Iterator

from minitorch.backend.devices import load_cupy


def range_push(msg: str) -> None:
    """Begin a range. Raises RuntimeError without CuPy."""
    load_cupy().cuda.nvtx.RangePush(msg)


def range_pop() -> None:
    """End the range that began last."""
    load_cupy().cuda.nvtx.RangePop()


def mark(msg: str) -> None:
    """A mark at this moment."""
    load_cupy().cuda.nvtx.Mark(msg)


@contextlib.contextmanager
def range(msg: str) -> Iterator[None]:
    """The range of a `with` block."""
    range_push(msg)
    try:
        yield
    finally:
        range_pop()
