"""Transforms that hold other transforms, and those between kinds of picture and dtypes."""

from collections.abc import Callable, Sequence
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.nn import Module
from minitorch.ops.draws import multinomial
from minitorch.ops.from_data import tensor as as_float_tensor
from minitorch.ops.random import randperm
from minitorch.vision.transforms import functional as F
from minitorch.vision.transforms.draws import happens


def in_lines(name: str, *parts: Any) -> str:
    """`name(...)` with each part on a line of its own."""
    return "\n".join([f"{name}(", *(f"    {part}" for part in parts), ")"])


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
        return in_lines(type(self).__name__, *self.transforms)


class ToTensor:
    """A picture as a tensor, channels first, and uint8 as floats in [0, 1].

    pic      array (H, W) or (H, W, C), or PIL image
    returns  (C, H, W) with C = 1 for (H, W): uint8 becomes the default float dtype, divided by
             255; every other dtype keeps its dtype and its values

    Raises TypeError for what is no picture or has a dtype that no tensor has, and ValueError for
    an array that has neither two nor three dimensions.

    >>> import numpy as np
    >>> ToTensor()(np.array([[0, 51, 255]], dtype=np.uint8))
    tensor([[[0.0000, 0.2000, 1.0000]]])
    """

    def __call__(self, pic: Any) -> Tensor:
        return F.to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class PILToTensor:
    """A PIL image as a tensor (C, H, W) with the image's own values and dtype."""

    def __call__(self, pic: Any) -> Tensor:
        return F.pil_to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ToPILImage:
    """A tensor (C, H, W) or an array (H, W, C) as a PIL image; floats count as in [0, 1].

    mode  PIL's name of the colour space; None: L, LA, RGB or RGBA by the number of channels, and
          I;16, I, F for one channel of int16, int32, float32
    """

    def __init__(self, mode: str | None = None) -> None:
        self.mode = mode

    def __call__(self, pic: Any) -> Any:
        return F.to_pil_image(pic, self.mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'' if self.mode is None else f'mode={self.mode}'})"


class ConvertImageDtype(Module):
    """An image tensor in another dtype, its range along; see `functional.convert_image_dtype`."""

    def __init__(self, dtype: Any) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, image: Tensor) -> Tensor:
        return F.convert_image_dtype(image, self.dtype)


class Normalize(Module):
    """(tensor - mean) / std, channel by channel.

    tensor   (..., C, H, W) float
    mean     one value, or C of them, in the units of the image
    std      the same, not 0
    inplace  write into `tensor` instead of a copy
    returns  the shape and dtype of `tensor`

    Raises TypeError if `tensor` is no float tensor, ValueError for other shapes or a std of 0.

    >>> import numpy as np
    >>> Normalize((0.5,), (0.25,))(ToTensor()(np.array([[0, 255]], dtype=np.uint8)))
    tensor([[[-2.,  2.]]])
    """

    def __init__(self, mean: Any, std: Any, inplace: bool = False) -> None:
        super().__init__()
        self.mean = mean
        self.std = std
        self.inplace = inplace

    def forward(self, tensor: Tensor) -> Tensor:
        return F.normalize(tensor, self.mean, self.std, self.inplace)

    def extra_repr(self) -> str:
        return f"mean={self.mean}, std={self.std}"


class LinearTransformation(Module):
    """(flattened image - mean_vector) @ transformation_matrix, in the image's shape: whitening.

    transformation_matrix  (D, D), D = C H W
    mean_vector            (D,)
    """

    def __init__(self, transformation_matrix: Tensor, mean_vector: Tensor) -> None:
        super().__init__()
        rows, columns = transformation_matrix.shape
        if rows != columns:
            raise ValueError(
                f"transformation_matrix should be square. Got {(rows, columns)} rectangular matrix."
            )
        if len(mean_vector) != rows:
            raise ValueError(
                f"mean_vector should have the same length {len(mean_vector)} as any one of the "
                f"dimensions of the transformation_matrix [{(rows, columns)}]"
            )
        if transformation_matrix.device != mean_vector.device:
            raise ValueError(
                "Input tensors should be on the same device. "
                f"Got {transformation_matrix.device} and {mean_vector.device}"
            )
        if transformation_matrix.dtype != mean_vector.dtype:
            raise ValueError(
                "Input tensors should have the same dtype. "
                f"Got {transformation_matrix.dtype} and {mean_vector.dtype}"
            )
        self.transformation_matrix = transformation_matrix
        self.mean_vector = mean_vector

    def forward(self, tensor: Tensor) -> Tensor:
        x: Any = tensor
        matrix: Any = self.transformation_matrix
        c, h, w = x.shape[-3:]
        if c * h * w != len(matrix):
            raise ValueError(
                "Input tensor and transformation matrix have incompatible shape."
                f"[{c} x {h} x {w}] != {len(matrix)}"
            )
        flat = x.reshape(-1, c * h * w) - self.mean_vector
        return (flat @ matrix.to(flat.dtype)).view(x.shape)

    def __repr__(self) -> str:
        matrix: Any = self.transformation_matrix
        mean: Any = self.mean_vector
        return (
            f"{type(self).__name__}(transformation_matrix={matrix.tolist()}, "
            f"mean_vector={mean.tolist()})"
        )


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


class RandomTransforms:
    """Base of the transforms that choose among others."""

    def __init__(self, transforms: Sequence[Callable]) -> None:
        if not isinstance(transforms, Sequence):
            raise TypeError(f"Argument transforms should be a sequence\n  got {transforms!r}")
        self.transforms = transforms

    def __call__(self, *args: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no __call__")

    def __repr__(self) -> str:
        return in_lines(type(self).__name__, *self.transforms)


class RandomApply(Module):
    """All of `transforms`, one after the other, with probability `p`; else the image itself."""

    def __init__(self, transforms: Any, p: float = 0.5) -> None:
        super().__init__()
        self.transforms = transforms
        self.p = p

    def forward(self, img: Any) -> Any:
        if not happens(self.p):
            return img
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return in_lines(type(self).__name__, f"p={self.p}", *self.transforms)


class RandomOrder(RandomTransforms):
    """All of `transforms`, in an order drawn anew each time."""

    def __call__(self, img: Any) -> Any:
        for i in randperm(len(self.transforms)).tolist():
            img = self.transforms[i](img)
        return img


class RandomChoice(RandomTransforms):
    """One of `transforms`, drawn anew each time with the weights `p`, or all equally likely."""

    def __init__(self, transforms: Sequence[Callable], p: Sequence[float] | None = None) -> None:
        super().__init__(transforms)
        if p is not None and not isinstance(p, Sequence):
            raise TypeError(f"Argument p should be a sequence\n  got {p!r}")
        self.p = p

    def __call__(self, *args: Any) -> Any:
        weights = as_float_tensor([1.0] * len(self.transforms) if self.p is None else self.p)
        return self.transforms[multinomial(weights.float(), 1).item()](*args)

    def __repr__(self) -> str:
        return f"{super().__repr__()}(p={self.p})"
