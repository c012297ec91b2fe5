"""Sizes that depend on the dynamic axes of the inputs, found by comparing runs of other sizes."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from minitorch.onnx.errors import OnnxExporterError


@dataclass(frozen=True)
class Symbol:
    """A dynamic axis: its name, where it stands first, and its sizes in the runs.

    name   such as "batch"
    input  number of the input
    axis   of that input
    sizes  in the first run, and in two more in which this axis alone is of another size
    """

    name: str
    input: int
    axis: int
    sizes: tuple[int, int, int]


@dataclass(frozen=True)
class Dim:
    """A size that differs from run to run: factor * (product of the symbols) + offset.

    seen     in the runs, as `solve` gets them
    symbols  (): no such formula gives what was seen
    """

    seen: tuple[int, ...]
    symbols: tuple[Symbol, ...] = ()
    factor: int = 1
    offset: int = 0

    def plus(self, n: int) -> "Dim":
        seen = tuple([size + n for size in self.seen])
        return replace(self, seen=seen, offset=self.offset + n)


Size = int | Dim


def other_sizes(n: int) -> Iterator[tuple[int, int, int]]:
    """The size to begin with for an axis whose example has `n`, and two more; the best ones first.

    Never 1, which broadcasts, and not 2, where one less is 1. Smaller ones come first, since models
    often have a largest length; half of it tells what grows as n from what grows as n // 4. Where a
    model refuses them, larger ones follow, and at last multiples.
    """
    n = max(n, 3)
    if n > 5:
        yield n, n - 1, n // 2
    yield n, n + 1, n + 2
    yield n, 2 * n, 3 * n


def solve(values: Sequence[int], symbols: Sequence[Symbol]) -> Size:
    """The size that is `values[0]` in the first run, then two values for each symbol's other sizes.

    >>> batch = Symbol("batch", 0, 0, (8, 7, 4))
    >>> dim = solve([17, 15, 9], [batch])
    >>> dim.factor, dim.offset
    (2, 1)
    >>> solve([2, 1, 1], [batch]).symbols  # 8 // 4, 7 // 4, 4 // 4
    ()
    """
    first, rest, seen = values[0], values[1:], tuple(values)
    changed = [
        (symbol, rest[2 * k : 2 * k + 2])
        for k, symbol in enumerate(symbols)
        if tuple(rest[2 * k : 2 * k + 2]) != (first, first)
    ]
    if not changed:
        return first
    if len(changed) == 1:
        ((symbol, (second, third)),) = changed
        n, m, k = symbol.sizes
        factor, left = divmod(second - first, m - n)
        offset = first - factor * n
        fits = not left and third == factor * k + offset
        return Dim(seen, (symbol,), factor, offset) if fits else Dim(seen)
    whole = math.prod(symbol.sizes[0] for symbol, _ in changed)
    factor, left = divmod(first, whole)
    for symbol, others in changed:
        n = symbol.sizes[0]
        if left or any(v != first // n * m for v, m in zip(others, symbol.sizes[1:], strict=True)):
            return Dim(seen)
    return Dim(seen, tuple(symbol for symbol, _ in changed), factor)


def static(size: Any, what: str) -> int:
    """`size`, or an error where it is a Dim."""
    if isinstance(size, Dim):
        raise OnnxExporterError(
            f"{what} depends on a dynamic axis (it was {', '.join(map(str, size.seen))}), where "
            "ONNX wants a number\n  leave that axis out of dynamic_axes"
        )
    return size
