"""Arguments that several transforms take."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.vision.transforms.functional import get_dimensions


def expect_sequence(x: Any, name: str, lengths: tuple[int, ...]) -> None:
    message = f"{name} should be a sequence of length {' or '.join(map(str, lengths))}."
    if not isinstance(x, Sequence):
        raise TypeError(f"{message}\n  got {x!r}")
    if len(x) not in lengths:
        raise ValueError(f"{message}\n  got {x}")


def as_angles(x: Any, name: str, lengths: tuple[int, ...]) -> list[float]:
    """[-x, x] if it is one number, in degrees; else the numbers as they are."""
    if isinstance(x, Real):
        if x < 0:
            raise ValueError(f"If {name} is a single number, it must be positive.\n  got {x}")
        x = [-x, x]
    else:
        expect_sequence(x, name, lengths)
    return [float(angle) for angle in x]


def as_fill(fill: Any) -> Any:
    if fill is None:
        return 0
    if not isinstance(fill, (Sequence, Real)):
        raise TypeError(f"Fill should be either a sequence or a number.\n  got {fill!r}")
    return fill


def fill_for(img: Any, fill: Any) -> Any:
    """`fill` as floats, one for each channel, if `img` is a tensor and it is not None."""
    if not isinstance(img, Tensor) or fill is None:
        return fill
    channels = get_dimensions(img)[0]
    return [float(fill)] * channels if isinstance(fill, Real) else [float(f) for f in fill]
