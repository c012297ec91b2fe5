"""What `functional` does to PIL images: by PIL itself, to the bit as torchvision has it."""

from typing import Any

import numpy as np

from minitorch.vision.transforms.functional.pictures import pillow, to_pil_image


def hflip(img: Any) -> Any:
    return img.transpose(pillow("Image").Transpose.FLIP_LEFT_RIGHT)


def vflip(img: Any) -> Any:
    return img.transpose(pillow("Image").Transpose.FLIP_TOP_BOTTOM)


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    return img.crop((left, top, left + width, top + height))


def pad(img: Any, padding: list[int], fill: Any = 0, padding_mode: str = "constant") -> Any:
    """padding  [left, top, right, bottom]; negative values crop"""
    if padding_mode == "constant":
        palette = img.getpalette()
        border = padding[0] if len(set(padding)) == 1 else tuple(padding)
        out = pillow("ImageOps").expand(img, border=border, fill=colour(fill, img))
        if palette:
            out.putpalette(palette)
        return out
    cut_left, cut_top, cut_right, cut_bottom = (-min(p, 0) for p in padding)
    left, top, right, bottom = (max(p, 0) for p in padding)
    x = np.asarray(img.crop((cut_left, cut_top, img.width - cut_right, img.height - cut_bottom)))
    widths = [(top, bottom), (left, right), (0, 0)][: x.ndim]
    mode: Any = padding_mode
    out = pillow("Image").fromarray(np.pad(x, widths, mode))
    if img.getpalette():
        out.putpalette(img.getpalette())
    return out


def colour(fill: Any, img: Any) -> Any:
    """`fill` as PIL wants it: a number for one band, a tuple for several; whole but in mode "F"."""
    bands = len(img.getbands())
    values = [*fill] if isinstance(fill, (list, tuple)) else [0 if fill is None else fill]
    if len(values) == 1:
        values *= bands
    if len(values) != bands:
        raise ValueError(
            "The number of elements in 'fill' does not match the number of channels of the image "
            f"({len(values)} != {bands})"
        )
    if img.mode != "F":
        values = [int(v) for v in values]
    return values[0] if bands == 1 else tuple(values)


def resize(img: Any, size: list[int], interpolation: Any, antialias: Any = True) -> Any:
    return img.resize((size[1], size[0]), interpolation.pil)


def rotate(img: Any, angle: float, interpolation: Any, expand: bool, center: Any, fill: Any) -> Any:
    return img.rotate(angle, interpolation.pil, expand, center, fillcolor=colour(fill, img))


def affine(img: Any, matrix: list[float], interpolation: Any, fill: Any) -> Any:
    kind = pillow("Image").Transform.AFFINE
    return img.transform(img.size, kind, matrix, interpolation.pil, fillcolor=colour(fill, img))


def perspective(img: Any, coeffs: list[float], interpolation: Any, fill: Any) -> Any:
    kind = pillow("Image").Transform.PERSPECTIVE
    return img.transform(img.size, kind, coeffs, interpolation.pil, fillcolor=colour(fill, img))


def adjust_brightness(img: Any, brightness_factor: float) -> Any:
    return pillow("ImageEnhance").Brightness(img).enhance(brightness_factor)


def adjust_contrast(img: Any, contrast_factor: float) -> Any:
    return pillow("ImageEnhance").Contrast(img).enhance(contrast_factor)


def adjust_saturation(img: Any, saturation_factor: float) -> Any:
    return pillow("ImageEnhance").Color(img).enhance(saturation_factor)


def adjust_sharpness(img: Any, sharpness_factor: float) -> Any:
    return pillow("ImageEnhance").Sharpness(img).enhance(sharpness_factor)


def adjust_hue(img: Any, hue_factor: float) -> Any:
    if img.mode in ("L", "1", "I", "F"):
        return img
    hue, saturation, value = img.convert("HSV").split()
    shift = np.int32(hue_factor * 255).astype(np.uint8)
    hue = to_pil_image(np.asarray(hue) + shift)  # goes round at 256
    return pillow("Image").merge("HSV", (hue, saturation, value)).convert(img.mode)


def adjust_gamma(img: Any, gamma: float, gain: float = 1) -> Any:
    curve = [int((256 - 1e-3) * gain * pow(v / 255, gamma)) for v in range(256)]
    return img.convert("RGB").point(curve * 3).convert(img.mode)


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    grey = img.convert("L")
    return grey if num_output_channels == 1 else pillow("Image").merge("RGB", [grey] * 3)


def invert(img: Any) -> Any:
    return pillow("ImageOps").invert(img)


def posterize(img: Any, bits: int) -> Any:
    return pillow("ImageOps").posterize(img, bits)


def solarize(img: Any, threshold: float) -> Any:
    return pillow("ImageOps").solarize(img, threshold)


def autocontrast(img: Any) -> Any:
    return pillow("ImageOps").autocontrast(img)


def equalize(img: Any) -> Any:
    return pillow("ImageOps").equalize(img)
