"""The three kinds of picture, and the ways from one to another."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias

import numpy as np

from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.dtypes import (
    as_dtype,
    dtype_in_numpy,
    float32,
    float64,
    get_default_dtype,
    iinfo,
    int16,
    int32,
    int64,
    uint8,
)
from minitorch.backend.dtypes import bool as bool_

# A tensor (..., C, H, W); an array (H, W) or (H, W, C), as the datasets give; or a PIL image.
Picture: TypeAlias = Any

FRACTION = 1e-3  # kept off 256 * x, so that 1.0 becomes 255 and each uint8 gets an equal share


def pillow(name: str) -> Any:
    """The module `PIL.<name>`, or an ImportError that says what to install."""
    try:
        return getattr(__import__("PIL", fromlist=[name]), name)
    except ImportError:
        raise ImportError(
            'PIL images need Pillow, which comes with: pip install "minitorch-numpy[plot]"'
        ) from None


def is_pil(img: Any) -> bool:
    """Whether `img` is a PIL image; nobody holds one before PIL is loaded."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(img, module.Image)


def on_pictures(pil_function: Callable | None = None) -> Callable:
    """Let a function of an image tensor take all three kinds of picture, and return that kind.

    An array goes in as a tensor of its planes, and comes out as an array. A PIL image goes to
    `pil_function`, which takes the same arguments; if that is None, it goes by its planes too.
    """

    def decorate(function: Callable) -> Callable:
        @wraps(function)
        def on_any(img: Picture, *args: Any, **kwargs: Any) -> Picture:
            if isinstance(img, Tensor):
                if img.ndim < 2:
                    raise TypeError(
                        f"Tensor is not a torch image.\n"
                        f"  shape {tuple(img.shape)}   an image is (..., C, H, W)"
                    )
                return function(img, *args, **kwargs)
            if isinstance(img, np.ndarray):
                return as_array(function(as_planes(img), *args, **kwargs), img.ndim)
            if not is_pil(img):
                raise not_a_picture(img)
            if pil_function is not None:
                return pil_function(img, *args, **kwargs)
            return to_pil_image(function(pil_to_tensor(img), *args, **kwargs), img.mode)

        return on_any

    return decorate


def not_a_picture(img: Any) -> TypeError:
    return TypeError(
        f"img should be PIL Image. Got {type(img)}\n"
        f"  or a tensor (..., C, H, W), or a NumPy array (H, W) or (H, W, C)"
    )


def as_planes(pic: np.ndarray) -> Any:
    """The array (H, W) or (H, W, C) as a tensor (C, H, W) on the same memory."""
    if pic.ndim not in (2, 3):
        raise ValueError(
            f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.\n"
            f"  shape {pic.shape}   an image is (H, W) or (H, W, C)"
        )
    dtype_in_numpy(pic.dtype)  # raises TypeError where no tensor has it
    return wrap(pic[None] if pic.ndim == 2 else pic.transpose(2, 0, 1))


def as_array(planes: Any, ndim: int) -> np.ndarray:
    """The tensor (C, H, W) as an array (H, W, C), or (H, W) if C is 1 and `ndim` 2."""
    x = planes.detach().numpy().transpose(1, 2, 0)
    return x[:, :, 0] if ndim == 2 and x.shape[2] == 1 else x


def get_dimensions(img: Picture) -> list[int]:
    """[C, H, W]; C is 1 where there is no axis of channels."""
    if isinstance(img, Tensor):
        if img.ndim < 2:
            raise TypeError("Tensor is not a torch image.")
        return [1 if img.ndim == 2 else img.shape[-3], *img.shape[-2:]]
    if isinstance(img, np.ndarray):
        return [*as_planes(img).shape]
    if is_pil(img):
        return [len(img.getbands()), img.height, img.width]
    raise TypeError(f"Unexpected type {type(img)}")


def get_image_size(img: Picture) -> list[int]:
    """[W, H], in PIL's order."""
    return get_dimensions(img)[:0:-1]


def get_image_num_channels(img: Picture) -> int:
    return get_dimensions(img)[0]


def expect_channels(img: Any) -> None:
    channels = get_dimensions(img)[0]
    if channels not in (1, 3):
        raise TypeError(
            f"Input image tensor permitted channel values are [1, 3], but found {channels}"
        )


def expect_three_axes(img: Any) -> None:
    if img.ndim < 3:
        raise TypeError(
            f"Input image tensor should have at least 3 dimensions, but found {img.ndim}"
        )


def to_tensor(pic: Any) -> Tensor:
    """A picture as a tensor (C, H, W): uint8 divided by 255, all else with its own values.

    See `transforms.ToTensor`.
    """
    if is_pil(pic):
        planes: Any = pil_to_tensor(pic)
        if planes.dtype == bool_:  # mode "1"
            planes = planes.to(uint8) * 255
        elif pic.mode.startswith("I;16"):
            planes = planes.to(int16)
    elif isinstance(pic, np.ndarray):
        planes = as_planes(pic)
    else:
        raise TypeError(
            f"pic should be PIL Image or ndarray. Got {type(pic)}\n"
            "  of a tensor leave ToTensor out; a list becomes an array with numpy.asarray(pic)"
        )
    if planes.dtype == uint8:
        return wrap(np.divide(planes.array, 255, dtype=get_default_dtype(), order="C"))
    return wrap(np.ascontiguousarray(planes.array))


def pil_to_tensor(pic: Any) -> Tensor:
    """A PIL image as a tensor (C, H, W) of its own values and dtype: uint8 in most modes.

    Modes of 16 bits become int32, where torchvision gives uint16.
    """
    if not is_pil(pic):
        raise TypeError(f"pic should be PIL Image. Got {type(pic)}")
    x = np.array(pic)
    if x.dtype == np.uint16:  # which no tensor has
        x = x.astype(np.int32)
    return as_planes(x)


MODES = {  # by the number of channels: what the caller may ask for; the first is the default
    2: ("LA",),
    3: ("RGB", "YCbCr", "HSV"),
    4: ("RGBA", "CMYK", "RGBX"),
}
GREY_MODES = {"uint8": "L", "int16": "I;16", "int32": "I", "float32": "F"}


def to_pil_image(pic: Any, mode: str | None = None) -> Any:
    """A tensor (C, H, W) or (H, W), or an array (H, W, C) or (H, W), as a PIL image.

    Floats count as in [0, 1], and are multiplied by 255, unless `mode` is "F".
    """
    if isinstance(pic, Tensor):
        x: Any = pic.numpy(force=True)
        x = x.transpose(1, 2, 0) if x.ndim == 3 else x
    elif isinstance(pic, np.ndarray):
        x = pic
    else:
        raise TypeError(f"pic should be Tensor or ndarray. Got {type(pic)}.")
    x = x[:, :, None] if x.ndim == 2 else x
    if x.ndim != 3:
        raise ValueError(f"pic should be 2/3 dimensional. Got {x.ndim} dimensions.")
    channels = x.shape[2]
    if channels > 4:
        raise ValueError(f"pic should not have > 4 channels. Got {channels} channels.")
    if x.dtype.kind == "f" and mode != "F":
        x = (x * 255).astype(np.uint8)

    if channels == 1:
        expected = GREY_MODES.get(x.dtype.name)
        if mode is not None and mode != expected:
            raise ValueError(
                f"Incorrect mode ({mode}) supplied for input type {x.dtype}. Should be {expected}"
            )
        mode = expected
    else:
        permitted = MODES[channels]
        if mode is not None and mode not in permitted:
            raise ValueError(f"Only modes {[*permitted]} are supported for {channels}D inputs")
        if mode is None and x.dtype == np.uint8:
            mode = permitted[0]
    if mode is None:
        raise TypeError(f"Input type {x.dtype} is not supported")
    height, width = x.shape[:2]
    return pillow("Image").frombytes(mode, (width, height), x.tobytes())


def convert_image_dtype(image: Tensor, dtype: Any = float32) -> Tensor:
    """The image in another dtype, its range along: floats are in [0, 1], integers up to their
    largest value.

    Raises RuntimeError where the floats cannot tell the integers apart.
    """
    if not isinstance(image, Tensor):
        raise TypeError("Input img should be Tensor Image")
    x: Any = image
    source, target = x.dtype, as_dtype(dtype)
    if source == target:
        return x
    if source.is_floating_point:
        if target.is_floating_point:
            return x.to(target)
        if (source, target) in ((float32, int32), (float32, int64), (float64, int64)):
            raise RuntimeError(
                f"The cast from {source} to {target} cannot be performed safely.\n"
                f"  its largest values have more digits than {source}: convert to int16 or uint8"
            )
        return x.mul(max_value(target) + 1.0 - FRACTION).to(target)
    if target.is_floating_point:
        return x.to(target) / max_value(source)
    large, small = max_value(source) + 1, max_value(target) + 1
    if large > small:
        return x.div(large // small, rounding_mode="floor").to(target)
    return x.to(target) * (small // large)


def max_value(dtype: Any) -> int:
    """The value of full brightness: 1 for floats, the largest for integers."""
    return 1 if dtype.is_floating_point or dtype == bool_ else iinfo(dtype).max


def in_float(img: Any) -> Any:
    """`img` as (N, C, H, W) in float32, or float64 if that is what it is; `back` undoes it."""
    x = img if img.dtype == float64 else img.to(float32)
    return x.unsqueeze(0) if x.ndim < 4 else x


def back(x: Any, img: Any) -> Any:
    """`x`, made from `in_float(img)`, with the axes and dtype of `img`; integers are rounded."""
    x = x.squeeze(0) if img.ndim < 4 else x
    if x.dtype == img.dtype:
        return x
    return (x if img.dtype.is_floating_point else x.round()).to(img.dtype)
