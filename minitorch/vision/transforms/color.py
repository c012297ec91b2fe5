"""Transforms that change values: colours, blur, erased patches."""

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.nn import Module
from minitorch.ops.from_data import tensor as make_tensor
from minitorch.ops.random import randn, randperm
from minitorch.vision.transforms import functional as F
from minitorch.vision.transforms.draws import happens, uniform, whole
from minitorch.vision.transforms.functional.crop import as_pair
from minitorch.vision.transforms.geometry import RandomChange, expect_bounds


class ColorJitter(Module):
    """Brightness, contrast, saturation and hue changed at random, in a random order.

    brightness, contrast, saturation  bounds of the factor, see `functional.adjust_brightness` and
        so on; one number v stands for (max(0, 1 - v), 1 + v)
    hue  bounds of the shift, in [-0.5, 0.5]; one number v stands for (-v, v)
    """

    def __init__(
        self, brightness: Any = 0, contrast: Any = 0, saturation: Any = 0, hue: Any = 0
    ) -> None:
        super().__init__()
        self.brightness = as_range(brightness, "brightness", 1, (0, math.inf))
        self.contrast = as_range(contrast, "contrast", 1, (0, math.inf))
        self.saturation = as_range(saturation, "saturation", 1, (0, math.inf))
        self.hue = as_range(hue, "hue", 0, (-0.5, 0.5))

    @staticmethod
    def get_params(
        brightness: Any, contrast: Any, saturation: Any, hue: Any
    ) -> tuple[Tensor, float | None, float | None, float | None, float | None]:
        """(the order, a permutation of 0 to 3, and the four factors or None)."""
        order = randperm(4)
        b, c, s, h = (
            None if pair is None else uniform(*pair)
            for pair in (brightness, contrast, saturation, hue)
        )
        return order, b, c, s, h

    def forward(self, img: Any) -> Any:
        order, *factors = self.get_params(self.brightness, self.contrast, self.saturation, self.hue)
        steps: Any = (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue)
        for i in order:
            if factors[int(i)] is not None:
                img = steps[int(i)](img, factors[int(i)])
        return img

    def extra_repr(self) -> str:
        return (
            f"brightness={self.brightness}, contrast={self.contrast}, "
            f"saturation={self.saturation}, hue={self.hue}"
        )


def as_range(value: Any, name: str, center: int, bound: tuple) -> tuple[float, float] | None:
    """(low, high), or None if that is only `center`, which changes nothing."""
    if isinstance(value, Real):
        if value < 0:
            raise ValueError(f"If {name} is a single number, it must be non negative.")
        low, high = center - float(value), center + float(value)
        if center:
            low = max(low, 0.0)
    elif isinstance(value, (tuple, list)) and len(value) == 2:
        low, high = float(value[0]), float(value[1])
    else:
        raise TypeError(f"{name} should be a single number or a list/tuple with length 2.")
    if not bound[0] <= low <= high <= bound[1]:
        raise ValueError(f"{name} values should be between {bound}, but got {[low, high]}.")
    return None if low == high == center else (low, high)


class Grayscale(Module):
    """The image in grey, in 1 channel or 3 equal ones."""

    def __init__(self, num_output_channels: int = 1) -> None:
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, img: Any) -> Any:
        return F.rgb_to_grayscale(img, self.num_output_channels)

    def extra_repr(self) -> str:
        return f"num_output_channels={self.num_output_channels}"


class RandomGrayscale(RandomChange):
    """The image in grey with probability `p`, with as many channels as it has."""

    def __init__(self, p: float = 0.1) -> None:
        super().__init__(p)

    def change(self, img: Any) -> Any:
        return F.rgb_to_grayscale(img, F.get_dimensions(img)[0])


class RandomErasing(Module):
    """A random rectangle of an image tensor overwritten, with probability `p`.

    scale  bounds of its area, as a share of the image's
    ratio  bounds of its height divided by its width, drawn evenly in the logarithm
    value  a number, one for each channel, or "random" for normal noise

    Zhong and others, Random Erasing Data Augmentation, AAAI 2020, arXiv:1708.04896.
    """

    def __init__(
        self,
        p: float = 0.5,
        scale: Sequence[float] = (0.02, 0.33),
        ratio: Sequence[float] = (0.3, 3.3),
        value: Any = 0,
        inplace: bool = False,
    ) -> None:
        super().__init__()
        if not isinstance(value, (Real, str, tuple, list)):
            raise TypeError(
                f"Argument value should be either a number or str or a sequence\n  got {value!r}"
            )
        if isinstance(value, str) and value != "random":
            raise ValueError(f"If value is str, it should be 'random'\n  got {value!r}")
        expect_bounds(scale, ratio)
        if scale[0] < 0 or scale[1] > 1:
            raise ValueError(f"Scale should be between 0 and 1\n  got {scale}")
        if p < 0 or p > 1:
            raise ValueError(f"Random erasing probability should be between 0 and 1\n  got {p}")
        self.p = p
        self.scale = scale
        self.ratio = ratio
        self.value: Any = value
        self.inplace = inplace

    @staticmethod
    def get_params(
        img: Any, scale: Sequence[float], ratio: Sequence[float], value: Any = None
    ) -> tuple[int, int, int, int, Tensor]:
        """(top, left, height, width, value); after ten misses the image itself, unchanged."""
        channels, height, width = img.shape[-3:]
        for _ in range(10):
            area = height * width * uniform(scale[0], scale[1])
            shape = math.exp(uniform(math.log(ratio[0]), math.log(ratio[1])))
            h, w = round(math.sqrt(area * shape)), round(math.sqrt(area / shape))
            if h < height and w < width:
                v = randn(channels, h, w) if value is None else make_tensor(value)[:, None, None]
                return whole(0, height - h + 1), whole(0, width - w + 1), h, w, v
        return 0, 0, height, width, img

    def forward(self, img: Any) -> Any:
        if not happens(self.p):
            return img
        values: Any = [self.value] if isinstance(self.value, Real) else self.value
        value = None if isinstance(self.value, str) else [float(v) for v in values]
        if value is not None and len(value) not in (1, img.shape[-3]):
            raise ValueError(
                f"If value is a sequence, it should have either a single value or "
                f"{img.shape[-3]} (number of input channels)"
            )
        i, j, h, w, v = self.get_params(img, self.scale, self.ratio, value)
        return F.erase(img, i, j, h, w, v, self.inplace)

    def extra_repr(self) -> str:
        return (
            f"p={self.p}, scale={self.scale}, ratio={self.ratio}, "
            f"value={self.value}, inplace={self.inplace}"
        )


class GaussianBlur(Module):
    """The image blurred by a bell of random width; see `functional.gaussian_blur`.

    kernel_size  (x, y) or one number, odd
    sigma        bounds of the width in pixels, or one number for exactly that
    """

    def __init__(self, kernel_size: Any, sigma: Any = (0.1, 2.0)) -> None:
        super().__init__()
        self.kernel_size = as_pair(
            kernel_size, "Kernel size should be a tuple/list of two integers"
        )
        if any(size <= 0 or size % 2 == 0 for size in self.kernel_size):
            raise ValueError(
                f"Kernel size value should be an odd and positive number.\n  got {kernel_size}"
            )
        if isinstance(sigma, Real):
            if sigma <= 0:
                raise ValueError(
                    f"If sigma is a single number, it must be positive.\n  got {sigma}"
                )
            sigma = (sigma, sigma)
        elif not isinstance(sigma, Sequence) or len(sigma) != 2:
            raise ValueError(
                f"sigma should be a single number or a list/tuple with length 2.\n  got {sigma}"
            )
        elif not 0.0 < sigma[0] <= sigma[1]:
            raise ValueError(
                f"sigma values should be positive and of the form (min, max).\n  got {sigma}"
            )
        self.sigma = sigma

    @staticmethod
    def get_params(sigma_min: float, sigma_max: float) -> float:
        return uniform(sigma_min, sigma_max)

    def forward(self, img: Any) -> Any:
        sigma = self.get_params(self.sigma[0], self.sigma[1])
        return F.gaussian_blur(img, self.kernel_size, [sigma, sigma])

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, sigma={self.sigma}"


class RandomInvert(RandomChange):
    """The negative with probability `p`."""

    def change(self, img: Any) -> Any:
        return F.invert(img)


class RandomPosterize(RandomChange):
    """Only the `bits` highest bits of each value, with probability `p`; for uint8."""

    def __init__(self, bits: int, p: float = 0.5) -> None:
        super().__init__(p)
        self.bits = bits

    def change(self, img: Any) -> Any:
        return F.posterize(img, self.bits)

    def extra_repr(self) -> str:
        return f"bits={self.bits},p={self.p}"


class RandomSolarize(RandomChange):
    """All values from `threshold` on inverted, with probability `p`."""

    def __init__(self, threshold: float, p: float = 0.5) -> None:
        super().__init__(p)
        self.threshold = threshold

    def change(self, img: Any) -> Any:
        return F.solarize(img, self.threshold)

    def extra_repr(self) -> str:
        return f"threshold={self.threshold},p={self.p}"


class RandomAdjustSharpness(RandomChange):
    """The image blurred (factor below 1) or sharpened (above 1), with probability `p`."""

    def __init__(self, sharpness_factor: float, p: float = 0.5) -> None:
        super().__init__(p)
        self.sharpness_factor = sharpness_factor

    def change(self, img: Any) -> Any:
        return F.adjust_sharpness(img, self.sharpness_factor)

    def extra_repr(self) -> str:
        return f"sharpness_factor={self.sharpness_factor},p={self.p}"


class RandomAutocontrast(RandomChange):
    """Each channel stretched to the whole range, with probability `p`."""

    def change(self, img: Any) -> Any:
        return F.autocontrast(img)


class RandomEqualize(RandomChange):
    """The histogram of each channel evened out, with probability `p`; for uint8."""

    def change(self, img: Any) -> Any:
        return F.equalize(img)
