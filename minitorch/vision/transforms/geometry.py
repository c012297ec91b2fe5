"""Sizes, crops, flips and borders."""

import math
import warnings
from collections.abc import Sequence
from numbers import Real
from typing import Any

from minitorch.nn import Module
from minitorch.vision.transforms import functional as F
from minitorch.vision.transforms.draws import happens, uniform, whole
from minitorch.vision.transforms.functional.crop import PADDING_MODES, TWO_SIZES, as_pair
from minitorch.vision.transforms.functional.resample import InterpolationMode, as_mode


class Resize(Module):
    """The image in another size; see `functional.resize`.

    size  (height, width), or one number for the shorter side, the other in proportion
    """

    def __init__(
        self,
        size: Any,
        interpolation: Any = InterpolationMode.BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        if not isinstance(size, (int, Sequence)):
            raise TypeError(f"Size should be int or sequence. Got {type(size)}")
        if isinstance(size, Sequence) and len(size) not in (1, 2):
            raise ValueError(f"If size is a sequence, it should have 1 or 2 values\n  got {size}")
        self.size = size
        self.max_size = max_size
        self.interpolation = as_mode(interpolation)
        self.antialias = antialias

    def forward(self, img: Any) -> Any:
        return F.resize(img, self.size, self.interpolation, self.max_size, self.antialias)

    def extra_repr(self) -> str:
        return (
            f"size={self.size}, interpolation={self.interpolation.value}, "
            f"max_size={self.max_size}, antialias={self.antialias}"
        )


class CenterCrop(Module):
    """The middle of the image, (height, width) or square; 0 where the image is smaller."""

    def __init__(self, size: Any) -> None:
        super().__init__()
        self.size = as_pair(size, TWO_SIZES)

    def forward(self, img: Any) -> Any:
        return F.center_crop(img, self.size)

    def extra_repr(self) -> str:
        return f"size={self.size}"


class Pad(Module):
    """The image with a border; see `functional.pad`."""

    def __init__(self, padding: Any, fill: Any = 0, padding_mode: str = "constant") -> None:
        super().__init__()
        if not isinstance(padding, (Real, tuple, list)):
            raise TypeError(f"Got inappropriate padding arg\n  padding {padding!r}")
        if not isinstance(fill, (Real, tuple, list)):
            raise TypeError(f"Got inappropriate fill arg\n  fill {fill!r}")
        if padding_mode not in PADDING_MODES:
            raise ValueError(
                f"Padding mode should be either constant, edge, reflect or symmetric\n"
                f"  padding_mode {padding_mode!r}"
            )
        if isinstance(padding, Sequence) and len(padding) not in (1, 2, 4):
            raise ValueError(
                f"Padding must be an int or a 1, 2, or 4 element tuple, "
                f"not a {len(padding)} element tuple"
            )
        self.padding = padding
        self.fill = fill
        self.padding_mode = padding_mode

    def forward(self, img: Any) -> Any:
        return F.pad(img, self.padding, self.fill, self.padding_mode)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, fill={self.fill}, padding_mode={self.padding_mode}"


class RandomCrop(Module):
    """A part (height, width) of the image from a random place.

    padding        a border put round the image first, see `functional.pad`
    pad_if_needed  and one on both sides of what is still too small

    Raises ValueError if the image is smaller than the part.
    """

    def __init__(
        self,
        size: Any,
        padding: Any = None,
        pad_if_needed: bool = False,
        fill: Any = 0,
        padding_mode: str = "constant",
    ) -> None:
        super().__init__()
        self.size = tuple(as_pair(size, TWO_SIZES))
        self.padding = padding
        self.pad_if_needed = pad_if_needed
        self.fill = fill
        self.padding_mode = padding_mode

    @staticmethod
    def get_params(img: Any, output_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """(top, left, height, width) of a part."""
        _, h, w = F.get_dimensions(img)
        height, width = output_size
        if h < height or w < width:
            raise ValueError(
                f"Required crop size {(height, width)} is larger than input image size {(h, w)}"
            )
        if (h, w) == (height, width):
            return 0, 0, h, w
        return whole(0, h - height + 1), whole(0, w - width + 1), height, width

    def forward(self, img: Any) -> Any:
        if self.padding is not None:
            img = F.pad(img, self.padding, self.fill, self.padding_mode)
        _, height, width = F.get_dimensions(img)
        if self.pad_if_needed and width < self.size[1]:
            img = F.pad(img, [self.size[1] - width, 0], self.fill, self.padding_mode)
        if self.pad_if_needed and height < self.size[0]:
            img = F.pad(img, [0, self.size[0] - height], self.fill, self.padding_mode)
        return F.crop(img, *self.get_params(img, self.size))

    def extra_repr(self) -> str:
        return f"size={self.size}, padding={self.padding}"


class RandomChange(Module):
    """Base of what is done to the image with probability `p`, and else not."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def change(self, img: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no change")

    def forward(self, img: Any) -> Any:
        return self.change(img) if happens(self.p) else img

    def extra_repr(self) -> str:
        return f"p={self.p}"


class RandomHorizontalFlip(RandomChange):
    """Left and right exchanged with probability `p`."""

    def change(self, img: Any) -> Any:
        return F.hflip(img)


class RandomVerticalFlip(RandomChange):
    """Top and bottom exchanged with probability `p`."""

    def change(self, img: Any) -> Any:
        return F.vflip(img)


class RandomResizedCrop(Module):
    """A part of random size, shape and place, resized to `size`.

    scale  bounds of the part's area, as a share of the image's
    ratio  bounds of its width divided by its height, drawn evenly in the logarithm

    Szegedy and others, Going Deeper with Convolutions, CVPR 2015, section 6.
    """

    def __init__(
        self,
        size: Any,
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3.0 / 4.0, 4.0 / 3.0),
        interpolation: Any = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        self.size = as_pair(size, TWO_SIZES)
        expect_bounds(scale, ratio)
        self.interpolation = as_mode(interpolation)
        self.antialias = antialias
        self.scale = scale
        self.ratio = ratio

    @staticmethod
    def get_params(
        img: Any, scale: Sequence[float], ratio: Sequence[float]
    ) -> tuple[int, int, int, int]:
        """(top, left, height, width) of a part; after ten misses the largest in the middle."""
        _, height, width = F.get_dimensions(img)
        for _ in range(10):
            area = height * width * uniform(scale[0], scale[1])
            shape = math.exp(uniform(math.log(ratio[0]), math.log(ratio[1])))
            w, h = round(math.sqrt(area * shape)), round(math.sqrt(area / shape))
            if 0 < w <= width and 0 < h <= height:
                return whole(0, height - h + 1), whole(0, width - w + 1), h, w
        w, h = width, height
        if width / height < min(ratio):
            h = round(w / min(ratio))
        elif width / height > max(ratio):
            w = round(h * max(ratio))
        return (height - h) // 2, (width - w) // 2, h, w

    def forward(self, img: Any) -> Any:
        part = self.get_params(img, self.scale, self.ratio)
        return F.resized_crop(img, *part, self.size, self.interpolation, self.antialias)

    def extra_repr(self) -> str:
        scale, ratio = (tuple(round(v, 4) for v in pair) for pair in (self.scale, self.ratio))
        return (
            f"size={self.size}, scale={scale}, ratio={ratio}, "
            f"interpolation={self.interpolation.value}, antialias={self.antialias}"
        )


def expect_bounds(scale: Any, ratio: Any) -> None:
    if not isinstance(scale, Sequence):
        raise TypeError(f"Scale should be a sequence\n  got {scale!r}")
    if not isinstance(ratio, Sequence):
        raise TypeError(f"Ratio should be a sequence\n  got {ratio!r}")
    if scale[0] > scale[1] or ratio[0] > ratio[1]:
        warnings.warn("Scale and ratio should be of kind (min, max)", stacklevel=3)


class FiveCrop(Module):
    """The four corners and the middle of the image, a tuple of five."""

    def __init__(self, size: Any) -> None:
        super().__init__()
        self.size = as_pair(size, TWO_SIZES)

    def forward(self, img: Any) -> Any:
        return F.five_crop(img, self.size)

    def extra_repr(self) -> str:
        return f"size={self.size}"


class TenCrop(Module):
    """`FiveCrop` of the image and of its mirror image, a tuple of ten."""

    def __init__(self, size: Any, vertical_flip: bool = False) -> None:
        super().__init__()
        self.size = as_pair(size, TWO_SIZES)
        self.vertical_flip = vertical_flip

    def forward(self, img: Any) -> Any:
        return F.ten_crop(img, self.size, self.vertical_flip)

    def extra_repr(self) -> str:
        return f"size={self.size}, vertical_flip={self.vertical_flip}"
