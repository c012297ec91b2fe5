"""Flips, borders and crops of pictures."""

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.nn import functional as F
from minitorch.ops.creation import arange
from minitorch.ops.join import cat
from minitorch.vision.transforms.functional import pil
from minitorch.vision.transforms.functional.pictures import Picture, get_dimensions, on_pictures

PADDING_MODES = ("constant", "edge", "reflect", "symmetric")
TWO_SIZES = "Please provide only two dimensions (h, w) for size."


@on_pictures(pil.hflip)
def hflip(img: Picture) -> Picture:
    """The picture with left and right exchanged."""
    return img.flip(-1)


@on_pictures(pil.vflip)
def vflip(img: Picture) -> Picture:
    """The picture with top and bottom exchanged."""
    return img.flip(-2)


def pad(img: Picture, padding: Any, fill: Any = 0, padding_mode: str = "constant") -> Picture:
    """The picture with a border.

    padding       pixels: one number for all sides, (left and right, top and bottom), or
                  (left, top, right, bottom); negative ones crop
    fill          the colour of a constant border: a number, or one for each channel
    padding_mode  constant; edge, which repeats the outermost pixels; reflect, which mirrors the
                  picture without them; or symmetric, which mirrors it with them
    """
    if not isinstance(padding, (Real, tuple, list)):
        raise TypeError(f"Got inappropriate padding arg\n  padding {padding!r}")
    if not isinstance(fill, (Real, tuple, list, type(None))):
        raise TypeError(f"Got inappropriate fill arg\n  fill {fill!r}")
    if not isinstance(padding_mode, str):
        raise TypeError(f"Got inappropriate padding_mode arg\n  padding_mode {padding_mode!r}")
    sides = [padding] if isinstance(padding, Real) else [*padding]
    if len(sides) not in (1, 2, 4):
        raise ValueError(
            f"Padding must be an int or a 1, 2, or 4 element tuple, "
            f"not a {len(sides)} element tuple"
        )
    if padding_mode not in PADDING_MODES:
        raise ValueError(
            f"Padding mode should be either constant, edge, reflect or symmetric\n"
            f"  padding_mode {padding_mode!r}"
        )
    return pad_sides(img, sides * (4 // len(sides)), fill, padding_mode)


@on_pictures(pil.pad)
def pad_sides(img: Any, padding: list[int], fill: Any, padding_mode: str) -> Any:
    """`pad` with the four sides, left, top, right, bottom, told apart."""
    left, top, right, bottom = padding
    if padding_mode == "symmetric":
        return pad_symmetric(img, padding)
    if padding_mode == "constant":
        values = [*fill] if isinstance(fill, (list, tuple)) else [fill or 0]
        sides = [left, right, top, bottom]
        if len(values) == 1:
            return F.pad(img, sides, value=float(values[0]))
        if len(values) != img.shape[-3]:
            raise ValueError(
                "The number of elements in 'fill' does not match the number of channels of the "
                f"image ({len(values)} != {img.shape[-3]})"
            )
        planes = zip(img.split(1, dim=-3), values)
        return cat([F.pad(plane, sides, value=float(v)) for plane, v in planes], dim=-3)
    x = img.unsqueeze(0) if img.ndim < 4 else img
    mode = "replicate" if padding_mode == "edge" else padding_mode
    x = F.pad(x, [left, right, top, bottom], mode=mode)
    return x.squeeze(0) if img.ndim < 4 else x


def pad_symmetric(img: Any, padding: list[int]) -> Any:
    left, top, right, bottom = padding
    for dim, before, after in ((-2, top, bottom), (-1, left, right)):
        size = img.shape[dim]
        places = arange(-before, size + after) % (2 * size)  # there and back again
        img = img.index_select(dim, places.minimum(2 * size - 1 - places))
    return img


@on_pictures(pil.crop)
def crop(img: Picture, top: int, left: int, height: int, width: int) -> Picture:
    """The part (height, width) of the picture whose upper left corner is at (top, left).

    What lies outside of the picture is 0.
    """
    h, w = img.shape[-2:]
    bottom, right = top + height, left + width
    part = img[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if left >= 0 and top >= 0 and right <= w and bottom <= h:
        return part
    return F.pad(
        part,
        [
            max(min(0, right) - left, 0),
            max(right - max(w, left), 0),
            max(min(0, bottom) - top, 0),
            max(bottom - max(h, top), 0),
        ],
    )


def center_crop(img: Picture, output_size: Any) -> Picture:
    """The middle of the picture, (height, width); 0 where the picture is smaller."""
    crop_height, crop_width = as_pair(output_size, TWO_SIZES)
    _, height, width = get_dimensions(img)
    tall, wide = max(crop_height - height, 0), max(crop_width - width, 0)
    if tall or wide:
        img = pad(img, [wide // 2, tall // 2, (wide + 1) // 2, (tall + 1) // 2])
        height, width = height + tall, width + wide
    top = round((height - crop_height) / 2.0)
    left = round((width - crop_width) / 2.0)
    return crop(img, top, left, crop_height, crop_width)


def five_crop(img: Picture, size: Any) -> tuple[Picture, ...]:
    """The four corners and the middle: top left, top right, bottom left, bottom right, centre."""
    size = as_pair(size, TWO_SIZES)
    h, w = size
    _, height, width = get_dimensions(img)
    if w > width or h > height:
        raise ValueError(f"Requested crop size {size} is bigger than input size {(height, width)}")
    corners = [(top, left) for top in (0, height - h) for left in (0, width - w)]
    return (*(crop(img, top, left, h, w) for top, left in corners), center_crop(img, [h, w]))


def ten_crop(img: Picture, size: Any, vertical_flip: bool = False) -> tuple[Picture, ...]:
    """`five_crop` of the picture, and of its mirror image."""
    mirrored = vflip(img) if vertical_flip else hflip(img)
    return five_crop(img, size) + five_crop(mirrored, size)


def as_pair(size: Any, message: str) -> Any:
    """(size, size) if it is one number, alone or in a sequence; else `size`, which has two."""
    if isinstance(size, Real):
        return (math.trunc(size), math.trunc(size))
    if isinstance(size, Sequence) and len(size) == 1:
        return (size[0], size[0])
    if len(size) != 2:
        raise ValueError(f"{message}\n  got {size}")
    return size


def erase(img: Tensor, i: int, j: int, h: int, w: int, v: Any, inplace: bool = False) -> Tensor:
    """The tensor (..., C, H, W) with `v` in the rectangle (h, w) whose corner is at (i, j)."""
    if not isinstance(img, Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(img)}")
    x: Any = img
    if not inplace:
        x = x.clone()
    x[..., i : i + h, j : j + w] = v
    return x
