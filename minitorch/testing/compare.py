"""`assert_close`: are two tensors, numbers or nests of them nearly equal?"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import CPU, move
from minitorch.backend.dtypes import float64, promote_types
from minitorch.backend.errors import ShapeError
from minitorch.ops.from_data import tensor

TOLERANCES = {"float16": (1e-3, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}
Message = str | Callable[[str], str] | None


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
    if (rtol is None) != (atol is None):
        raise ShapeError(
            "Both 'rtol' and 'atol' must be either specified or omitted, but got no "
            f"{'rtol' if rtol is None else 'atol'}."
        )
    checks = (rtol, atol, equal_nan, check_device, check_dtype, check_stride)
    for place, a, b in list(pairs(actual, expected, allow_subclasses)):
        text = difference(a, b, checks)
        if text is not None:
            text += f"\n\nThe failure occurred for item {place}" if place else ""
            raise AssertionError(msg(text) if callable(msg) else msg or text)


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
    actual, expected = (
        each if isinstance(each, Tensor) else tensor(each) for each in (actual, expected)
    )
    assert_close(
        actual,
        expected,
        rtol=rtol,
        atol=atol,
        equal_nan=equal_nan,
        check_dtype=False,
        msg=msg or None,
    )


def pairs(actual, expected, allow_subclasses, place=""):
    """What there is to compare, each with its place. Raises where the nests differ."""
    inner: Any
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        if set(actual) != set(expected):
            raise AssertionError(
                "The keys of the mappings do not match:\n"
                f"Missing keys in the actual mapping: {sorted(set(expected) - set(actual))}\n"
                f"Additional keys in the actual mapping: {sorted(set(actual) - set(expected))}"
            )
        inner = [(key, actual[key], expected[key]) for key in actual]
    elif is_sequence(actual) and is_sequence(expected):
        if len(actual) != len(expected):
            raise AssertionError(
                f"The length of the sequences mismatch: {len(actual)} != {len(expected)}"
            )
        inner = [(i, a, b) for i, (a, b) in enumerate(zip(actual, expected, strict=True))]
    else:
        if not comparable(actual, expected, allow_subclasses):
            raise TypeError(
                "No comparison pair was able to handle inputs of type "
                f"{type(actual)} and {type(expected)}."
            )
        yield place, actual, expected
        return
    for key, a, b in inner:
        yield from pairs(a, b, allow_subclasses, f"{place}[{key!r}]")


def comparable(actual, expected, allow_subclasses):
    if actual is None or expected is None or are_numbers(actual, expected):
        return True
    if not isinstance(actual, Tensor | np.ndarray | np.generic):
        return False
    if not allow_subclasses:
        return type(actual) is type(expected)
    return isinstance(actual, type(expected)) or isinstance(expected, type(actual))


def are_numbers(actual, expected):
    return isinstance(actual, int | float) and isinstance(expected, int | float)


def is_sequence(value):
    return isinstance(value, Sequence) and not isinstance(value, str)


def difference(actual, expected, checks):
    """What to say of two tensors, arrays or numbers that differ, or None."""
    rtol, atol, equal_nan, check_device, check_dtype, check_stride = checks
    if actual is None or expected is None:
        return None if actual is expected else f"None mismatch: {actual} is not {expected}"
    numbers = are_numbers(actual, expected)
    if numbers and check_dtype and type(actual) is not type(expected):
        return f"The (d)types do not match: {type(actual)} != {type(expected)}."
    a, b = as_tensor(actual), as_tensor(expected)
    attributes = [("shape", True), ("device", check_device), ("dtype", check_dtype and not numbers)]
    for name, wanted in attributes:
        if wanted and getattr(a, name) != getattr(b, name):
            return (
                f"The values for attribute '{name}' do not match: "
                f"{getattr(a, name)} != {getattr(b, name)}."
            )
    if check_stride and a.stride() != b.stride():
        return f"The values for attribute 'stride()' do not match: {a.stride()} != {b.stride()}."
    if rtol is None:
        both = [TOLERANCES.get(each.dtype.name, (0.0, 0.0)) for each in (a, b)]
        rtol, atol = max(both)
    kind = promote_types(a.dtype, b.dtype).dtype
    x, y = (move(each.array, CPU).astype(kind) for each in (a, b))
    return distance(x, y, rtol, atol, equal_nan)


def as_tensor(value):
    if isinstance(value, Tensor):
        return value.detach()
    return tensor(value, dtype=float64 if isinstance(value, float) else None)


def distance(a, b, rtol, atol, equal_nan):
    """What to say of arrays that differ by more than the tolerance, or None."""
    bad = ~np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)
    if not bad.any():
        return None
    exact = not rtol and not atol
    wide = (np.float64, np.int64)[a.dtype.kind != "f"]
    gap = np.abs(a.astype(wide) - b.astype(wide))
    with np.errstate(all="ignore"):
        ratio = gap / np.abs(b.astype(np.float64))
    what = "Tensor-likes" if a.ndim else "Scalars"
    allowed = ("", "") if exact else (f" (up to {atol} allowed)", f" (up to {rtol} allowed)")
    if not a.ndim:
        head = f"Expected {b.item()} but got {a.item()}."
        return (
            f"{what} are not {'equal' if exact else 'close'}!\n\n{head}\n"
            f"Absolute difference: {gap.item()}{allowed[0]}\n"
            f"Relative difference: {ratio.item()}{allowed[1]}"
        )
    count, places = int(bad.sum()), []
    for values in (np.where(bad, gap, -1), np.where(bad, ratio, -1)):
        index = np.unravel_index(np.argmax(values), a.shape)
        places.append((values[index].item(), tuple(int(i) for i in index)))
    return (
        f"{what} are not {'equal' if exact else 'close'}!\n\n"
        f"Mismatched elements: {count} / {a.size} ({count / a.size:.1%})\n"
        f"Greatest absolute difference: {places[0][0]} at index {places[0][1]}{allowed[0]}\n"
        f"Greatest relative difference: {places[1][0]} at index {places[1][1]}{allowed[1]}"
    )
