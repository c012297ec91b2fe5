"""`assert_close`: are two tensors, numbers or nests of them nearly equal?"""

import cmath
import contextlib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from minitorch.autograd.tensor import FUNCTIONS, Tensor
from minitorch.backend.devices import CPU
from minitorch.backend.dtypes import int64, promote_types
from minitorch.backend.errors import ShapeError
from minitorch.ops.from_data import as_tensor, tensor

TOLERANCES = {"float16": (1e-3, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}
OLDER_TOLERANCES = {"float16": (1e-3, 1e-3), "float32": (1e-4, 1e-5), "float64": (1e-5, 1e-8)}
Message = str | Callable[[str], str] | None


class Checks(NamedTuple):
    """What `assert_close` was told of the comparison."""

    rtol: float | None
    atol: float | None
    equal_nan: bool
    device: bool
    dtype: bool
    stride: bool
    allow_subclasses: bool

    def tolerances(self, a: Any, b: Any) -> tuple[float, float]:
        """(rtol, atol), by default the wider ones of the dtypes of `a` and `b`."""
        if self.rtol is None or self.atol is None:
            return default_tolerances(a, b, TOLERANCES)
        return self.rtol, self.atol


def _assert(condition: Any, message: str) -> None:
    """`assert condition, message` as a call: torchvision's models have it for tracers to see."""
    assert condition, message


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: Message = None,
) -> None:
    """Raise AssertionError, unless |actual - expected| <= atol + rtol * |expected| everywhere.

    actual, expected  tensors, arrays, numbers, or sequences and mappings of them
    rtol, atol        both or neither; by default by the dtype: (1.3e-6, 1e-5) for float32,
                      (1e-7, 1e-7) for float64, (1e-3, 1e-5) for float16, 0 for integers
    msg               what to say instead, or a function of what would be said

    >>> from minitorch import tensor
    >>> assert_close(tensor([1.0, 2.0]), tensor([1.0, 2.000001]))
    """
    __tracebackhide__ = True  # pytest shows the caller's line
    checks = Checks(
        rtol, atol, equal_nan, check_device, check_dtype, check_stride, allow_subclasses
    )
    for place, difference, a, b in list(pairs(actual, expected, checks)):
        text = difference(a, b, checks)
        if text is not None:
            text = located(text, place)
            raise AssertionError(msg(text) if callable(msg) else text if msg is None else msg)


def assert_allclose(
    actual: Any,
    expected: Any,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = True,
    msg: str = "",
) -> None:
    """`assert_close` without regard to dtypes, nan being equal to nan. Deprecated: it warns."""
    warnings.warn(
        "`torch.testing.assert_allclose()` is deprecated since 1.12 and will be removed in a "
        "future release. Please use `torch.testing.assert_close()` instead.",
        FutureWarning,
        stacklevel=2,
    )
    actual = actual if isinstance(actual, Tensor) else tensor(actual)
    expected = expected if isinstance(expected, Tensor) else tensor(expected, dtype=actual.dtype)
    if rtol is None and atol is None:
        rtol, atol = default_tolerances(actual, expected, OLDER_TOLERANCES)
    assert_close(
        actual,
        expected,
        rtol=rtol,
        atol=atol,
        equal_nan=equal_nan,
        check_dtype=False,
        msg=msg or None,
    )


def default_tolerances(a, b, table):
    both = [table.get(each.dtype.name, (0.0, 0.0)) for each in (a, b)]
    return max(rtol for rtol, _ in both), max(atol for _, atol in both)


def pairs(actual: Any, expected: Any, checks: Checks, place: str = "") -> Iterator[tuple]:
    """(place, how to compare, a, b) of all there is to compare. Raises where the nests differ."""
    inner: Any
    if is_sequence(actual) and is_sequence(expected):
        if len(actual) != len(expected):
            text = f"The length of the sequences mismatch: {len(actual)} != {len(expected)}"
            raise AssertionError(located(text, place))
        inner = range(len(actual))
    elif isinstance(actual, Mapping) and isinstance(expected, Mapping):
        inner = set(actual)
        if inner != set(expected):
            text = (
                "The keys of the mappings do not match:\n"
                f"Missing keys in the actual mapping: {sorted(set(expected) - inner)}\n"
                f"Additional keys in the actual mapping: {sorted(inner - set(expected))}"
            )
            raise AssertionError(located(text, place))
        with contextlib.suppress(TypeError):  # keys without an order
            inner = sorted(inner)
    else:
        yield place, *pair(actual, expected, checks, place)
        return
    for key in inner:
        yield from pairs(actual[key], expected[key], checks, f"{place}[{key!r}]")


def pair(actual: Any, expected: Any, checks: Checks, place: str) -> tuple[Callable, Any, Any]:
    """How to compare the two, and what to compare: numbers of Python, or tensors."""
    if actual is None or expected is None:
        return none_difference, actual, expected
    both = actual, expected
    if all(isinstance(each, bool | np.bool_) for each in both):
        return bool_difference, bool(actual), bool(expected)
    found: tuple | None = None
    if all(isinstance(each, int | float | complex | np.number) for each in both):
        found = number_difference, *(e.item() if isinstance(e, np.number) else e for e in both)
    elif related(actual, expected, checks):
        with contextlib.suppress(TypeError):  # arrays of what no tensor holds
            found = tensor_difference, as_tensor(actual).detach(), as_tensor(expected).detach()
    if found is None:
        text = f"No comparison pair was able to handle inputs of type {type(actual)} and "
        raise TypeError(located(f"{text}{type(expected)}.", place))
    if (checks.rtol is None) != (checks.atol is None):
        missing = "rtol" if checks.rtol is None else "atol"
        text = f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {missing}."
        raise ShapeError(located(text, place))
    return found


def related(actual, expected, checks):
    """Whether the two are tensors or arrays, and of types that may be compared."""
    if not isinstance(actual, Tensor | np.ndarray):
        return False
    if not checks.allow_subclasses:
        return type(actual) is type(expected)
    return isinstance(actual, type(expected)) or isinstance(expected, type(actual))


def is_sequence(value):
    return isinstance(value, Sequence) and not isinstance(value, str)


def located(text, place):
    return f"{text}\n\nThe failure occurred for item {place}" if place else text


# What to say of two that differ, or None.


def none_difference(actual, expected, checks):
    return None if actual is expected else f"None mismatch: {actual} is not {expected}"


def bool_difference(actual, expected, checks):
    return None if actual is expected else f"Booleans mismatch: {actual} is not {expected}"


def number_difference(actual, expected, checks):
    kinds = type(actual), type(expected)
    if checks.dtype and kinds[0] is not kinds[1]:
        return f"The (d)types do not match: {kinds[0]} != {kinds[1]}."
    if actual == expected or (checks.equal_nan and cmath.isnan(actual) and cmath.isnan(expected)):
        return None
    rtol, atol = checks.rtol, checks.atol
    if rtol is None:
        whole = isinstance(actual, int) and isinstance(expected, int)
        rtol, atol = (0.0, 0.0) if whole else TOLERANCES["float64"]
    gap = abs(actual - expected)
    if cmath.isfinite(gap) and gap <= atol + rtol * abs(expected):
        return None
    return scalars_differ(actual, expected, rtol, atol)


def tensor_difference(actual, expected, checks):
    attributes = [("shape", True), ("device", checks.device), ("dtype", checks.dtype)]
    for name, wanted in attributes:
        a, b = getattr(actual, name), getattr(expected, name)
        if wanted and a != b:
            return f"The values for attribute '{name}' do not match: {a} != {b}."
    a, b = actual.stride(), expected.stride()
    if checks.stride and a != b:
        return f"The values for attribute 'stride()' do not match: {a} != {b}."
    rtol, atol = checks.tolerances(actual, expected)
    kind = promote_types(actual.dtype, expected.dtype)
    a, b = actual.to(CPU, kind), expected.to(CPU, kind)
    same = FUNCTIONS["isclose"](a, b, rtol=rtol, atol=atol, equal_nan=checks.equal_nan)
    if same.all():
        return None
    if not a.ndim:
        return scalars_differ(a.item(), b.item(), rtol, atol)
    return tensors_differ(a, b, same, rtol, atol)


def scalars_differ(actual, expected, rtol, atol):
    gap = abs(actual - expected)
    ratio = gap / abs(expected) if expected else float("inf")
    allowed = allowances(rtol, atol)
    return (
        f"Scalars are not {'close' if rtol or atol else 'equal'}!\n\n"
        f"Expected {expected} but got {actual}.\n"
        f"Absolute difference: {gap}{allowed[0]}\n"
        f"Relative difference: {ratio}{allowed[1]}"
    )


def tensors_differ(a, b, same, rtol, atol):
    if not a.dtype.is_floating_point:
        a, b = a.to(int64), b.to(int64)
    count, allowed = int((~same).sum()), allowances(rtol, atol)
    gap = (a - b).abs().masked_fill(same, 0)
    ratio = (gap / b.abs()).masked_fill(same, 0)
    lines = []
    for name, values, up_to in zip(("absolute", "relative"), (gap, ratio), allowed, strict=True):
        place = tuple(int(i) for i in np.unravel_index(values.argmax().item(), values.shape))
        value = values[place].item()
        lines.append(f"\nGreatest {name} difference: {value} at index {place}{up_to}")
    return (
        f"Tensor-likes are not {'close' if rtol or atol else 'equal'}!\n\n"
        f"Mismatched elements: {count} / {a.numel()} ({count / a.numel():.1%})" + "".join(lines)
    )


def allowances(rtol, atol):
    exact = not rtol and not atol
    return ("", "") if exact else (f" (up to {atol} allowed)", f" (up to {rtol} allowed)")
