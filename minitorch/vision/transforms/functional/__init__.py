"""The transforms as functions, under torchvision's names.

An image is a tensor (..., C, H, W), or, in most of them, a NumPy array (H, W) or (H, W, C) or a PIL
image; what comes out is of the same kind. Arrays are treated as tensors are.
"""

from minitorch.vision.transforms.functional.color import (
    adjust_brightness,
    adjust_contrast,
    adjust_gamma,
    adjust_hue,
    adjust_saturation,
    adjust_sharpness,
    autocontrast,
    equalize,
    gaussian_blur,
    invert,
    posterize,
    rgb_to_grayscale,
    solarize,
    to_grayscale,
)
from minitorch.vision.transforms.functional.crop import (
    center_crop,
    crop,
    erase,
    five_crop,
    hflip,
    pad,
    ten_crop,
    vflip,
)
from minitorch.vision.transforms.functional.normalize import normalize
from minitorch.vision.transforms.functional.pictures import (
    convert_image_dtype,
    get_dimensions,
    get_image_num_channels,
    get_image_size,
    pil_to_tensor,
    to_pil_image,
    to_tensor,
)
from minitorch.vision.transforms.functional.resample import (
    InterpolationMode,
    affine,
    elastic_transform,
    perspective,
    resize,
    resized_crop,
    rotate,
)

__all__ = [
    "InterpolationMode", "adjust_brightness", "adjust_contrast", "adjust_gamma", "adjust_hue",
    "adjust_saturation", "adjust_sharpness", "affine", "autocontrast", "center_crop",
    "convert_image_dtype", "crop", "elastic_transform", "equalize", "erase", "five_crop",
    "gaussian_blur", "get_dimensions", "get_image_num_channels", "get_image_size", "hflip",
    "invert", "normalize", "pad", "perspective", "pil_to_tensor", "posterize", "resize",
    "resized_crop", "rgb_to_grayscale", "rotate", "solarize", "ten_crop", "to_grayscale",
    "to_pil_image", "to_tensor", "vflip",
]  # fmt: skip
