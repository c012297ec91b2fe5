"""What is done to an image between the file and the model; names and errors are torchvision's."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.devices import move
from minitorch.backend.dtypes import as_dtype, get_default_dtype, uint8
from minitorch.backend.errors import ShapeError

CHANNEL_AXIS = -3  # of an image tensor (..., C, H, W)


class Compose:
    """Call each of `transforms` on what the one before it returned.

    >>> Compose([ToTensor(), Normalize((0.1307,), (0.3081,))])
    Compose(
        ToTensor()
        Normalize(mean=(0.1307,), std=(0.3081,))
    )
    """

    def __init__(self, transforms: Sequence[Callable]) -> None:
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        lines = [f"    {transform}" for transform in self.transforms]
        return "\n".join([f"{type(self).__name__}(", *lines, ")"])


class ToTensor:
    """A uint8 image as a tensor in [0, 1], channels first.

    pic      array (H, W) or (H, W, C)
    returns  (C, H, W) with C = 1 for (H, W): uint8 becomes the default float dtype, divided by
             255; every other dtype keeps its dtype and its values

    Raises TypeError for what is no array or has a dtype that no tensor has, and ValueError for
    an array that has neither two nor three dimensions.

    >>> ToTensor()(np.array([[0, 51, 255]], dtype=np.uint8))
    tensor([[[0.0000, 0.2000, 1.0000]]])
    """

    def __call__(self, pic: np.ndarray) -> Tensor:
        if not isinstance(pic, np.ndarray):
            raise TypeError(
                f"pic should be ndarray. Got {type(pic)}\n"
                f"  a PIL image becomes one with numpy.asarray(image)"
            )
        if pic.ndim not in (2, 3):
            raise ValueError(
                f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.\n"
                f"  shape {pic.shape}   an image is (H, W) or (H, W, C)"
            )
        dtype = as_dtype(pic.dtype)
        planes = pic.reshape(1, *pic.shape) if pic.ndim == 2 else pic.transpose(2, 0, 1)
        if dtype is uint8:
            return wrap(np.divide(planes, 255, dtype=get_default_dtype(), order="C"))
        return wrap(np.ascontiguousarray(planes, dtype))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Normalize:
    """(tensor - mean) / std, channel by channel.

    tensor   (..., C, H, W) float
    mean     one value, or C of them, in the units of the image
    std      the same, not 0
    inplace  write into `tensor` instead of a copy
    returns  the shape and dtype of `tensor`

    Raises TypeError if `tensor` is no float tensor, ValueError for other shapes or a std of 0.

    >>> Normalize((0.5,), (0.25,))(ToTensor()(np.array([[0, 255]], dtype=np.uint8)))
    tensor([[[-2.,  2.]]])
    """

    def __init__(self, mean: Any, std: Any, inplace: bool = False) -> None:
        self.mean = mean
        self.std = std
        self.inplace = inplace

    def __call__(self, tensor: Tensor) -> Tensor:
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
        mean = per_channel("mean", self.mean, tensor)
        std = per_channel("std", self.std, tensor)
        if not (std != 0).all():
            raise ValueError(
                f"std evaluated to zero after conversion to {tensor.dtype}, "
                f"leading to division by zero.\n  std {self.std}"
            )
        x: Any = tensor
        if not self.inplace:
            x = x.clone()
        return x.sub_(wrap(mean)).div_(wrap(std))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(mean={self.mean}, std={self.std})"


class Lambda:
    """Any function as a transform."""

    def __init__(self, lambd: Callable) -> None:
        if not callable(lambd):
            raise TypeError(f"Argument lambd should be callable, got {type(lambd).__name__!r}")
        self.lambd = lambd

    def __call__(self, img: Any) -> Any:
        return self.lambd(img)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


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
