"""Normalisation of image tensors."""

from typing import Any

import numpy as np

from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.devices import move
from minitorch.backend.errors import ShapeError

CHANNEL_AXIS = -3  # of an image tensor (..., C, H, W)


def normalize(tensor: Tensor, mean: Any, std: Any, inplace: bool = False) -> Tensor:
    """(tensor - mean) / std, channel by channel; see `transforms.Normalize`."""
    if not isinstance(tensor, Tensor):
        raise TypeError(
            f"img should be Tensor Image. Got {type(tensor)}\n  put ToTensor() before Normalize"
        )
    if not tensor.dtype.is_floating_point:
        raise TypeError(
            f"Input tensor should be a float tensor. Got {tensor.dtype}.\n"
            f"  convert it with .float() first"
        )
    if tensor.ndim < -CHANNEL_AXIS:
        raise ValueError(
            f"Expected tensor to be a tensor image of size (..., C, H, W). "
            f"Got tensor.size() = {tensor.shape}\n"
            f"  a grey image (H, W) becomes one with .unsqueeze(0)"
        )
    means = per_channel("mean", mean, tensor)
    stds = per_channel("std", std, tensor)
    if not (stds != 0).all():
        raise ValueError(
            f"std evaluated to zero after conversion to {tensor.dtype}, "
            f"leading to division by zero.\n  std {std}"
        )
    x: Any = tensor
    if not inplace:
        x = x.clone()
    return x.sub_(wrap(means)).div_(wrap(stds))


def per_channel(name, values, tensor):
    """`values` as an array beside `tensor`'s, shaped to broadcast over its channels."""
    x = np.asarray(values, tensor.dtype)
    if x.ndim == 1:
        channels = tensor.shape[CHANNEL_AXIS]
        if len(x) not in (1, channels):
            raise ShapeError(
                f"Normalize: {name} must have one value, or one for each channel\n"
                f"  tensor {tuple(tensor.shape)}   {name} {x.shape}   ({channels} != {len(x)})\n"
                f"  a grey image needs Normalize((m,), (s,))"
            )
        x = x.reshape(-1, 1, 1)
    return move(x, tensor.device)
