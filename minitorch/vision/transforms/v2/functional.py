"""The transforms of the second version as functions."""

from typing import Any

import numpy as np

from minitorch.autograd.tensor import Tensor
from minitorch.backend.dtypes import float32
from minitorch.ops.random import randn_like
from minitorch.vision.transforms import functional as first
from minitorch.vision.transforms.functional import *  # noqa: F403  all of the first version
from minitorch.vision.transforms.functional import convert_image_dtype, pil_to_tensor
from minitorch.vision.transforms.functional.crop import hflip as horizontal_flip
from minitorch.vision.transforms.functional.crop import vflip as vertical_flip
from minitorch.vision.transforms.functional.pictures import as_planes

__all__ = ["gaussian_noise", "horizontal_flip", "to_dtype", "to_image", "vertical_flip"]
__all__ += first.__all__


def to_image(inpt: Any) -> Tensor:
    """A picture as a tensor (C, H, W) of its own dtype and values.

    inpt  tensor (..., C, H, W) or (H, W), array (H, W) or (H, W, C), or PIL image
    """
    if isinstance(inpt, Tensor):
        return inpt.unsqueeze(0) if inpt.ndim == 2 else inpt
    if isinstance(inpt, np.ndarray):
        return as_planes(inpt).clone()
    return pil_to_tensor(inpt)


def to_dtype(inpt: Tensor, dtype: Any = float32, scale: bool = False) -> Tensor:
    """The image in another dtype; with `scale` its range along, see `convert_image_dtype`."""
    return convert_image_dtype(inpt, dtype) if scale else inpt.to(dtype)


def gaussian_noise(
    inpt: Tensor, mean: float = 0.0, sigma: float = 0.1, clip: bool = True
) -> Tensor:
    """The float image plus normal noise, clipped to [0, 1] unless `clip` is False."""
    if not inpt.is_floating_point():
        raise ValueError(f"Input tensor is expected to be in float dtype, got dtype={inpt.dtype}")
    if sigma < 0:
        raise ValueError(f"sigma shouldn't be negative. Got {sigma}")
    noisy = inpt + mean + sigma * randn_like(inpt)
    return noisy.clamp(0, 1) if clip else noisy
