"""Many images in one, and images in files."""

import os
from typing import Any

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor
from minitorch.ops.join import cat, stack
from minitorch.vision.transforms.functional.pictures import pillow


@no_grad()
def make_grid(
    tensor: Any,
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Tensor:
    """The images of a batch beside and below one another.

    tensor       (N, C, H, W), a list of images of one size, or one image (C, H, W) or (H, W)
    nrow         images in a row
    padding      pixels between them and around them, of `pad_value`
    normalize    shift and scale the values to [0, 1], from `value_range` or the least and largest
    scale_each   likewise, but each image by itself
    returns      (C, height, width), with three equal channels if the images have one
    """
    images = as_batch(tensor)
    if normalize:
        if value_range is not None and not isinstance(value_range, tuple):
            raise TypeError(
                "value_range has to be a tuple (min, max) if specified. min and max are numbers\n"
                f"  got {value_range!r}"
            )
        if scale_each:
            images = stack([to_unit(image, value_range) for image in images])
        else:
            images = to_unit(images, value_range)
    if len(images) == 1:
        return images.squeeze(0)

    n, channels, h, w = images.shape
    columns = min(nrow, n)
    rows = -(-n // columns)
    height, width = h + padding, w + padding
    grid = images.new_full(
        (channels, rows * height + padding, columns * width + padding), pad_value
    )
    for i, image in enumerate(images):
        top = i // columns * height + padding
        left = i % columns * width + padding
        grid[:, top : top + h, left : left + w] = image
    return grid


def as_batch(tensor: Any) -> Any:
    """The images as (N, C, H, W), C not 1."""
    if isinstance(tensor, list):
        for each in tensor:
            if not isinstance(each, Tensor):
                raise TypeError(
                    f"tensor or list of tensors expected, got a list containing {type(each)}"
                )
        tensor = stack(tensor)
    if not isinstance(tensor, Tensor):
        raise TypeError(f"tensor or list of tensors expected, got {type(tensor)}")
    x: Any = tensor
    x = x.unsqueeze(0) if x.ndim == 2 else x
    x = x.unsqueeze(0) if x.ndim == 3 else x
    return cat([x, x, x], dim=1) if x.shape[1] == 1 else x


def to_unit(x: Any, value_range: Any) -> Any:
    """x moved from [low, high] to [0, 1], and cut off there."""
    low, high = value_range or (x.min().item(), x.max().item())
    return (x.clamp(low, high) - low) / max(high - low, 1e-5)


@no_grad()
def save_image(
    tensor: Any, fp: str | os.PathLike | Any, format: str | None = None, **kwargs: Any
) -> None:
    """Write images in [0, 1] to a file, by PIL; a batch as `make_grid(tensor, **kwargs)`.

    fp      path, or a file open for writing, which needs `format`
    format  PIL's name of it; None: by the end of the path
    """
    grid: Any = make_grid(tensor, **kwargs)
    pixels = (grid * 255 + 0.5).clamp(0, 255).permute(1, 2, 0).byte().numpy(force=True)
    pillow("Image").fromarray(pixels).save(fp, format=format)
