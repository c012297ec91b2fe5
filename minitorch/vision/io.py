"""Images between files, bytes and tensors, as in torchvision; PIL does the work.

Videos are left out.
"""

import io
import os
from enum import Enum

import numpy as np

from minitorch.autograd.tensor import Tensor
from minitorch.backend.dtypes import uint8
from minitorch.backend.errors import ShapeError
from minitorch.ops.from_data import tensor
from minitorch.vision.transforms.functional.pictures import pil_to_tensor, pillow, to_pil_image

__all__ = [
    "ImageReadMode", "decode_image", "decode_jpeg", "decode_png", "encode_jpeg", "encode_png",
    "read_file", "read_image", "write_file", "write_jpeg", "write_png",
]  # fmt: skip


class ImageReadMode(Enum):
    """Which channels an image is read with; UNCHANGED keeps those of the file."""

    UNCHANGED = 0
    GRAY = 1
    GRAY_ALPHA = 2
    RGB = 3
    RGB_ALPHA = 4


PIL_MODES = {"GRAY": "L", "GRAY_ALPHA": "LA", "RGB": "RGB", "RGB_ALPHA": "RGBA", "RGBA": "RGBA"}


def read_file(path: str | os.PathLike) -> Tensor:
    """The bytes of a file, (N,) uint8."""
    with open(path, "rb") as file:
        return tensor(np.frombuffer(file.read(), np.uint8).copy())


def write_file(filename: str | os.PathLike, data: Tensor) -> None:
    """Write bytes, (N,) uint8, to a file."""
    with open(filename, "wb") as file:
        file.write(data.numpy(force=True).tobytes())


def decode_image(
    input: Tensor | str | os.PathLike,
    mode: ImageReadMode | str = ImageReadMode.UNCHANGED,
    apply_exif_orientation: bool = False,
) -> Tensor:
    """The image in a file, or in its bytes (N,) uint8, as uint8 (C, H, W).

    mode                    the channels: an ImageReadMode or its name
    apply_exif_orientation  turn it as its camera notes
    """
    source = io.BytesIO(input.numpy(force=True).tobytes()) if isinstance(input, Tensor) else input
    name = (mode if isinstance(mode, str) else mode.name).upper()
    if name != "UNCHANGED" and name not in PIL_MODES:
        raise ValueError(
            f"Unknown mode: {mode}. Available modes: {[m.name for m in ImageReadMode]}"
        )
    with pillow("Image").open(source) as picture:
        if apply_exif_orientation:
            picture = pillow("ImageOps").exif_transpose(picture)
        if name != "UNCHANGED":
            picture = picture.convert(PIL_MODES[name])
        elif picture.mode in ("P", "1"):  # colours in a table, and single bits
            wanted = "L" if picture.mode == "1" else "RGB"
            picture = picture.convert(wanted)
        return pil_to_tensor(picture)


def read_image(
    path: str | os.PathLike,
    mode: ImageReadMode | str = ImageReadMode.UNCHANGED,
    apply_exif_orientation: bool = False,
) -> Tensor:
    """The image in a file as uint8 (C, H, W); see `decode_image`."""
    return decode_image(path, mode, apply_exif_orientation)


decode_png = decode_jpeg = decode_image


def encoded(input, kind, **options):
    """The image, uint8 (C, H, W), in bytes of this kind of file."""
    if input.dtype is not uint8:
        raise ShapeError(f"Input tensor dtype should be uint8\n  got {input.dtype}")
    if input.ndim != 3 or input.shape[0] not in (1, 3):
        raise ShapeError(
            "The number of channels should be 1 or 3, got: "
            f"{input.shape[0] if input.ndim == 3 else [*input.shape]}"
        )
    buffer = io.BytesIO()
    to_pil_image(input).save(buffer, kind, **options)
    return tensor(np.frombuffer(buffer.getvalue(), np.uint8).copy())


def encode_png(input: Tensor, compression_level: int = 6) -> Tensor:
    """The bytes (N,) uint8 of a PNG file of the image, uint8 (1 or 3, H, W).

    compression_level  0, as it is, to 9, smallest
    """
    return encoded(input, "PNG", compress_level=compression_level)


def encode_jpeg(input: Tensor, quality: int = 75) -> Tensor:
    """The bytes (N,) uint8 of a JPEG file of the image, uint8 (1 or 3, H, W).

    quality  1 to 100
    """
    if not 1 <= quality <= 100:
        raise ValueError("Image quality should be a positive number between 1 and 100")
    return encoded(input, "JPEG", quality=quality)


def write_png(input: Tensor, filename: str | os.PathLike, compression_level: int = 6) -> None:
    """Write the image to a file; see `encode_png`."""
    write_file(filename, encode_png(input, compression_level))


def write_jpeg(input: Tensor, filename: str | os.PathLike, quality: int = 75) -> None:
    """Write the image to a file; see `encode_jpeg`."""
    write_file(filename, encode_jpeg(input, quality))
