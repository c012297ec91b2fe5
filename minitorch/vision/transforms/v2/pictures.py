"""What the second version of the transforms adds for one picture."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.nn import Module
from minitorch.vision.transforms.transforms import Compose as ComposeOfOne
from minitorch.vision.transforms.v2 import functional as F


class Compose(ComposeOfOne):
    """Call each of `transforms` on what the one before it returned, one thing or several."""

    def __call__(self, *inputs: Any) -> Any:
        for transform in self.transforms:
            outputs = transform(*inputs)
            inputs = outputs if len(inputs) > 1 else (outputs,)
        return inputs if len(inputs) > 1 else inputs[0]


class ToImage(Module):
    """A picture as a tensor (C, H, W) of its own dtype and values; see `functional.to_image`."""

    def forward(self, inpt: Any) -> Tensor:
        return F.to_image(inpt)


class ToPureTensor(Module):
    """The input itself: all image tensors are plain ones here."""

    def forward(self, inpt: Any) -> Any:
        return inpt


class Identity(Module):
    """The input itself."""

    def forward(self, inpt: Any) -> Any:
        return inpt


class ToDtype(Module):
    """An image tensor in another dtype.

    scale  take its range along: uint8 in 0 to 255 becomes floats in 0 to 1, and the like
    """

    def __init__(self, dtype: Any, scale: bool = False) -> None:
        super().__init__()
        self.dtype = dtype
        self.scale = scale

    def forward(self, inpt: Tensor) -> Tensor:
        return F.to_dtype(inpt, self.dtype, self.scale)

    def extra_repr(self) -> str:
        return f"scale={self.scale}"


class GaussianNoise(Module):
    """Add normal noise to a float image; see `functional.gaussian_noise`."""

    def __init__(self, mean: float = 0.0, sigma: float = 0.1, clip: bool = True) -> None:
        super().__init__()
        self.mean = mean
        self.sigma = sigma
        self.clip = clip

    def forward(self, inpt: Tensor) -> Tensor:
        return F.gaussian_noise(inpt, self.mean, self.sigma, self.clip)

    def extra_repr(self) -> str:
        return f"mean={self.mean}, sigma={self.sigma}, clip={self.clip}"
