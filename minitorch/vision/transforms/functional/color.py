"""Colours, brightness and sharpness of pictures.

The functions that raise for a number of channels take 1 or 3.
"""

from typing import Any

from minitorch.backend.dtypes import float32, uint8
from minitorch.nn import functional as F
from minitorch.ops.creation import linspace, ones
from minitorch.ops.elementwise import fmod, where
from minitorch.ops.histogram import bincount
from minitorch.ops.join import cat, stack
from minitorch.vision.transforms.functional import pil
from minitorch.vision.transforms.functional.pictures import (
    Picture,
    back,
    convert_image_dtype,
    expect_channels,
    expect_three_axes,
    in_float,
    is_pil,
    max_value,
    on_pictures,
)


def rgb_to_grayscale(img: Picture, num_output_channels: int = 1) -> Picture:
    """0.2989 R + 0.587 G + 0.114 B, in 1 channel or 3 equal ones."""
    if num_output_channels not in (1, 3):
        raise ValueError(
            f"num_output_channels should be either 1 or 3\n"
            f"  num_output_channels {num_output_channels}"
        )
    return grey_of(img, num_output_channels)


@on_pictures(pil.rgb_to_grayscale)
def grey_of(img: Any, num_output_channels: int) -> Any:
    """The grey image, in 1 or 3 equal channels; the eye sees green best and blue least."""
    expect_three_axes(img)
    expect_channels(img)
    if img.shape[-3] == 3:
        r, g, b = img.unbind(-3)
        grey = (0.2989 * r + 0.587 * g + 0.114 * b).to(img.dtype).unsqueeze(-3)
    else:
        grey = img.clone()
    return grey if num_output_channels == 1 else cat([grey] * 3, dim=-3)


def to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """`rgb_to_grayscale` for PIL images."""
    if not is_pil(img):
        raise TypeError("Input should be PIL Image\n  for tensors there is rgb_to_grayscale")
    return rgb_to_grayscale(img, num_output_channels)


def not_negative(name: str, value: float) -> None:
    if value < 0:
        raise ValueError(f"{name} ({value}) is not non-negative.")


def blend(img: Any, other: Any, ratio: float) -> Any:
    """ratio * img + (1 - ratio) * other, in the range of the dtype."""
    mixed = float(ratio) * img + (1.0 - float(ratio)) * other
    return mixed.clamp(0, max_value(img.dtype)).to(img.dtype)


@on_pictures(pil.adjust_brightness)
def adjust_brightness(img: Picture, brightness_factor: float) -> Picture:
    """The picture times `brightness_factor`: 0 is black, 1 the picture."""
    not_negative("brightness_factor", brightness_factor)
    expect_channels(img)
    return blend(img, 0, brightness_factor)


@on_pictures(pil.adjust_contrast)
def adjust_contrast(img: Picture, contrast_factor: float) -> Picture:
    """The distance to the mean grey times `contrast_factor`: 0 is all grey, 1 the picture."""
    not_negative("contrast_factor", contrast_factor)
    expect_channels(img)
    grey = grey_of(img, 1) if img.ndim > 2 and img.shape[-3] == 3 else img
    dims = (-3, -2, -1)[-img.ndim :]
    mean = grey.to(img.dtype if img.is_floating_point() else float32).mean(dims, keepdim=True)
    return blend(img, mean, contrast_factor)


@on_pictures(pil.adjust_saturation)
def adjust_saturation(img: Picture, saturation_factor: float) -> Picture:
    """The distance to the grey picture times `saturation_factor`: 0 is grey, 1 the picture."""
    not_negative("saturation_factor", saturation_factor)
    expect_channels(img)
    if img.ndim < 3 or img.shape[-3] == 1:
        return img
    return blend(img, grey_of(img, 1), saturation_factor)


def adjust_hue(img: Picture, hue_factor: float) -> Picture:
    """Every hue moved round the circle of colours by `hue_factor` turns, in [-0.5, 0.5]."""
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].")
    return shift_hue(img, hue_factor)


@on_pictures(pil.adjust_hue)
def shift_hue(img: Any, hue_factor: float) -> Any:
    expect_channels(img)
    if img.ndim < 3 or img.shape[-3] == 1:
        return img
    hue, saturation, value = rgb_to_hsv(convert_image_dtype(img, float32))
    return convert_image_dtype(hsv_to_rgb((hue + hue_factor) % 1.0, saturation, value), img.dtype)


def rgb_to_hsv(img: Any) -> Any:
    """(..., 3, H, W) in [0, 1] as hue, saturation and value (..., H, W), each in [0, 1].

    Smith, Color Gamut Transform Pairs, SIGGRAPH 1978.
    """
    r, g, b = img.unbind(-3)
    high, low = img.amax(-3), img.amin(-3)
    grey = high == low
    saturation = (high - low) / where(grey, 1.0, high)
    span = where(grey, 1.0, high - low)
    from_r, from_g, from_b = ((high - c) / span for c in (r, g, b))
    red, green = high == r, (high == g) & (high != r)
    hue = red * (from_b - from_g)
    hue = hue + green * (2.0 + from_r - from_b)
    hue = hue + ((high != g) & (high != r)) * (4.0 + from_g - from_r)
    return fmod(hue / 6.0 + 1.0, 1.0), saturation, high


def hsv_to_rgb(hue: Any, saturation: Any, value: Any) -> Any:
    """The inverse of `rgb_to_hsv`."""
    sector = (hue * 6.0).floor()  # of the six between red, yellow, green, cyan, blue, magenta
    along = hue * 6.0 - sector
    lowest = (value * (1.0 - saturation)).clamp(0.0, 1.0)
    falling = (value * (1.0 - saturation * along)).clamp(0.0, 1.0)
    rising = (value * (1.0 - saturation * (1.0 - along))).clamp(0.0, 1.0)
    levels = stack([value, falling, lowest, lowest, rising, value])  # of red, in sectors 0 to 5
    which = sector.long() % 6
    # Green goes through the same levels two sectors later, blue four.
    planes = [levels.gather(0, ((which + s) % 6).unsqueeze(0)).squeeze(0) for s in (0, 4, 2)]
    return stack(planes, dim=-3)


def adjust_gamma(img: Picture, gamma: float, gain: float = 1) -> Picture:
    """gain * img ** gamma, with the picture in [0, 1]; above 1 the shadows get darker."""
    if gamma < 0:
        raise ValueError(f"Gamma should be a non-negative real number\n  gamma {gamma}")
    return curve(img, gamma, gain)


@on_pictures(pil.adjust_gamma)
def curve(img: Any, gamma: float, gain: float) -> Any:
    expect_channels(img)
    x: Any = img if img.is_floating_point() else convert_image_dtype(img, float32)
    return convert_image_dtype((gain * x.pow(gamma)).clamp(0, 1), img.dtype)


@on_pictures(pil.adjust_sharpness)
def adjust_sharpness(img: Picture, sharpness_factor: float) -> Picture:
    """The distance to the blurred picture times `sharpness_factor`: 0 is blurred, 1 the picture."""
    not_negative("sharpness_factor", sharpness_factor)
    expect_channels(img)
    if img.shape[-1] <= 2 or img.shape[-2] <= 2:
        return img
    x = in_float(img)
    kernel = ones(3, 3, dtype=x.dtype, device=x.device)
    kernel[1, 1] = 5.0
    blurred = img.clone()  # its outermost pixels stay
    blurred[..., 1:-1, 1:-1] = back(depthwise(x, kernel / kernel.sum()), img)
    return blend(img, blurred, sharpness_factor)


def depthwise(x: Any, kernel: Any) -> Any:
    """Each channel of x (N, C, H, W) convolved with the same kernel (h, w)."""
    channels = x.shape[1]
    return F.conv2d(x, kernel.expand(channels, 1, *kernel.shape), groups=channels)


def gaussian_blur(img: Picture, kernel_size: Any, sigma: Any = None) -> Picture:
    """The picture convolved with a bell, mirrored at its borders.

    kernel_size  (x, y) or one number for both, odd: how many pixels the bell spans
    sigma        its width in pixels, likewise, > 0; None: 0.15 * kernel_size + 0.35
    """
    if not isinstance(kernel_size, (int, list, tuple)):
        raise TypeError(
            f"kernel_size should be int or a sequence of integers. Got {type(kernel_size)}"
        )
    sizes = [kernel_size] * 2 if isinstance(kernel_size, int) else [*kernel_size]
    if len(sizes) != 2:
        raise ValueError(f"If kernel_size is a sequence its length should be 2. Got {len(sizes)}")
    if any(size % 2 == 0 or size < 0 for size in sizes):
        raise ValueError(f"kernel_size should have odd and positive integers. Got {sizes}")
    if sigma is None:
        sigma = [size * 0.15 + 0.35 for size in sizes]
    if not isinstance(sigma, (int, float, list, tuple)):
        raise TypeError(f"sigma should be either float or sequence of floats. Got {type(sigma)}")
    widths = [float(sigma)] if isinstance(sigma, (int, float)) else [*sigma]
    if len(widths) == 1:
        widths *= 2
    if len(widths) != 2:
        raise ValueError(f"If sigma is a sequence, its length should be 2. Got {len(widths)}")
    if any(width <= 0.0 for width in widths):
        raise ValueError(f"sigma should have positive values. Got {widths}")
    return blur(img, sizes, widths)


@on_pictures()
def blur(img: Any, sizes: list[int], widths: list[float]) -> Any:
    x = in_float(img)
    across, down = (bell(n, s, x.dtype, x.device) for n, s in zip(sizes, widths))
    sides = [sizes[0] // 2] * 2 + [sizes[1] // 2] * 2
    return back(depthwise(F.pad(x, sides, mode="reflect"), down[:, None] * across), img)


def bell(size: int, width: float, dtype: Any, device: Any) -> Any:
    half = (size - 1) * 0.5
    x = linspace(-half, half, size, dtype=dtype, device=device)
    y = (-0.5 * (x / width).pow(2)).exp()
    return y / y.sum()


@on_pictures(pil.invert)
def invert(img: Picture) -> Picture:
    """The negative: the largest value minus the picture."""
    expect_three_axes(img)
    expect_channels(img)
    return max_value(img.dtype) - img


def posterize(img: Picture, bits: int) -> Picture:
    """A uint8 picture with only the `bits` highest bits of each value, 0 to 8."""
    if not 0 <= bits <= 8:
        raise ValueError(f"The number if bits should be between 0 and 8. Got {bits}")
    return keep_bits(img, bits)


@on_pictures(pil.posterize)
def keep_bits(img: Any, bits: int) -> Any:
    expect_three_axes(img)
    expect_uint8(img)
    expect_channels(img)
    return img & (256 - 2 ** (8 - bits))


def expect_uint8(img: Any) -> None:
    if img.dtype != uint8:
        raise TypeError(f"Only torch.uint8 image tensors are supported, but found {img.dtype}")


@on_pictures(pil.solarize)
def solarize(img: Picture, threshold: float) -> Picture:
    """The picture with all values from `threshold` on inverted."""
    expect_three_axes(img)
    expect_channels(img)
    if threshold > max_value(img.dtype):
        raise TypeError(
            f"Threshold should be less than bound of img.\n"
            f"  threshold {threshold}   largest {max_value(img.dtype)}"
        )
    return where(img >= threshold, max_value(img.dtype) - img, img)


@on_pictures(pil.autocontrast)
def autocontrast(img: Picture) -> Picture:
    """Each channel stretched from its own range to the whole one; a flat channel stays."""
    expect_three_axes(img)
    expect_channels(img)
    bound = max_value(img.dtype)
    dtype = img.dtype if img.is_floating_point() else float32
    low = img.amin((-2, -1), keepdim=True).to(dtype)
    high = img.amax((-2, -1), keepdim=True).to(dtype)
    flat = high == low
    scale = where(flat, 1.0, bound / where(flat, 1.0, high - low))
    return ((img - where(flat, 0.0, low)) * scale).clamp(0, bound).to(img.dtype)


@on_pictures(pil.equalize)
def equalize(img: Picture) -> Picture:
    """A uint8 picture in which each channel has about equally many pixels of each brightness."""
    if not 3 <= img.ndim <= 4:
        raise TypeError(f"Input image tensor should have 3 or 4 dimensions, but found {img.ndim}")
    expect_uint8(img)
    expect_channels(img)
    planes = [equalize_plane(plane) for plane in img.reshape(-1, *img.shape[-2:])]
    return stack(planes).view(img.shape)


def equalize_plane(plane: Any) -> Any:
    """One channel (H, W) of bytes, spread so that all levels are about as frequent."""
    counts = bincount(plane.reshape(-1), minlength=256)
    present = counts[counts != 0]
    step = present[:-1].sum() // 255
    if step == 0:
        return plane
    below = counts.cumsum(0) - counts
    table = ((below + step // 2) // step).clamp(0, 255)
    return table[plane.long()].to(uint8)
