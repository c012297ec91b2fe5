"""Pictures on another grid of pixels: resized, turned, sheared, seen from the side, stretched."""

import math
import warnings
from enum import Enum
from numbers import Real
from typing import Any

import numpy as np

from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.dtypes import dtype_in_numpy, float64, uint8
from minitorch.nn import functional as F
from minitorch.ops.creation import ones
from minitorch.ops.elementwise import where
from minitorch.ops.from_data import tensor
from minitorch.ops.join import cat
from minitorch.vision.transforms.functional import pil
from minitorch.vision.transforms.functional.crop import crop
from minitorch.vision.transforms.functional.pictures import (
    Picture,
    back,
    get_dimensions,
    in_float,
    is_pil,
    on_pictures,
)


class InterpolationMode(Enum):
    """How a pixel comes from those around its place; the last three are for PIL images only."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"

    @property
    def pil(self) -> int:
        """PIL's number of it."""
        return PIL_NUMBERS[self]


PIL_NUMBERS = {
    InterpolationMode.NEAREST: 0,
    InterpolationMode.LANCZOS: 1,
    InterpolationMode.BILINEAR: 2,
    InterpolationMode.BICUBIC: 3,
    InterpolationMode.BOX: 4,
    InterpolationMode.HAMMING: 5,
    InterpolationMode.NEAREST_EXACT: 0,
}
FROM_PIL = {number: mode for mode, number in [*PIL_NUMBERS.items()][:-1]}


def as_mode(interpolation: Any) -> InterpolationMode:
    """The mode, given itself or PIL's number of it."""
    if isinstance(interpolation, InterpolationMode):
        return interpolation
    if isinstance(interpolation, int):
        return FROM_PIL[interpolation]
    raise TypeError(
        f"Argument interpolation should be a InterpolationMode or a corresponding Pillow integer "
        f"constant\n  interpolation {interpolation!r}"
    )


def resize(
    img: Picture,
    size: Any,
    interpolation: Any = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
) -> Picture:
    """The picture in another size.

    size       (height, width); or one number, what the shorter side becomes, in proportion
    max_size   with one number: the longer side is at most this, and the other follows
    antialias  average over what a pixel covers when the picture shrinks (bilinear and bicubic);
               PIL images always do
    """
    mode = as_mode(interpolation)
    sizes = [size] if isinstance(size, int) else [*size]
    if len(sizes) not in (1, 2):
        raise ValueError(
            f"Size must be an int or a 1 or 2 element tuple/list, "
            f"not a {len(sizes)} element tuple/list"
        )
    if max_size is not None and len(sizes) != 1:
        raise ValueError(
            "max_size should only be passed if size specifies the length of the smaller edge, "
            "i.e. size should be an int or a sequence of length 1 in torchscript mode."
        )
    _, height, width = get_dimensions(img)
    wanted = sizes if len(sizes) == 2 else in_proportion(height, width, sizes[0], max_size)
    if [height, width] == wanted:
        return img
    if antialias is False and is_pil(img):
        warnings.warn(
            "Anti-alias option is always applied for PIL Image input. "
            "Argument antialias is ignored.",
            stacklevel=2,
        )
    return resize_to(img, wanted, mode, bool(antialias))


def in_proportion(height: int, width: int, short: int, max_size: int | None) -> list[int]:
    """[height, width] with the shorter of them `short` and the longer at most `max_size`."""
    long = int(short * max(height, width) / min(height, width))
    if max_size is not None:
        if max_size <= short:
            raise ValueError(
                f"max_size = {max_size} must be strictly greater than the requested "
                f"size for the smaller edge size = {[short]}"
            )
        if long > max_size:
            short, long = int(max_size * short / long), max_size
    return [long, short] if width <= height else [short, long]


@on_pictures(pil.resize)
def resize_to(img: Any, size: list[int], mode: InterpolationMode, antialias: bool) -> Any:
    """Images (..., C, H, W) in the `size` (H, W), in the dtype that they had."""
    x = in_float(img)
    smooth = mode in (InterpolationMode.BILINEAR, InterpolationMode.BICUBIC)
    options = {"align_corners": False, "antialias": antialias} if smooth else {}
    x = F.interpolate(x, size=size, mode=mode.value, **options)
    if mode is InterpolationMode.BICUBIC and img.dtype == uint8:
        x = x.clamp(0, 255)  # cubics overshoot
    return back(x, img)


def resized_crop(
    img: Picture,
    top: int,
    left: int,
    height: int,
    width: int,
    size: Any,
    interpolation: Any = InterpolationMode.BILINEAR,
    antialias: bool | None = True,
) -> Picture:
    """`resize` of `crop`."""
    part = crop(img, top, left, height, width)
    return resize(part, size, interpolation, antialias=antialias)


def rotate(
    img: Picture,
    angle: float,
    interpolation: Any = InterpolationMode.NEAREST,
    expand: bool = False,
    center: Any = None,
    fill: Any = None,
) -> Picture:
    """The picture turned counter-clockwise by `angle` degrees.

    expand  make the picture as large as the turned one needs
    center  (x, y) in pixels from the upper left corner, which stays; the middle if None
    fill    the colour of what was outside: a number, or one for each channel
    """
    mode = as_mode(interpolation)
    if not isinstance(angle, (int, float)):
        raise TypeError(f"Argument angle should be int or float\n  angle {angle!r}")
    expect_center(center)
    if is_pil(img):
        return pil.rotate(img, angle, mode, expand, center, fill)
    matrix = inverse_affine(from_middle(center, img), -angle, [0, 0], 1.0, [0, 0])
    _, height, width = get_dimensions(img)
    size = turned_size(matrix, height, width) if expand else (height, width)
    return warp(img, affine_grid(matrix, (height, width), size, img), mode, fill)


def affine(
    img: Picture,
    angle: float,
    translate: Any,
    scale: float,
    shear: Any,
    interpolation: Any = InterpolationMode.NEAREST,
    fill: Any = None,
    center: Any = None,
) -> Picture:
    """The picture sheared, scaled and turned about `center`, then moved.

    angle      degrees, clockwise
    translate  (right, down) in pixels
    scale      > 0; 2 makes everything twice as large
    shear      degrees: along x, or (along x, along y)
    fill, center  as for `rotate`
    """
    mode = as_mode(interpolation)
    if not isinstance(angle, (int, float)):
        raise TypeError(f"Argument angle should be int or float\n  angle {angle!r}")
    if not isinstance(translate, (list, tuple)):
        raise TypeError(f"Argument translate should be a sequence\n  translate {translate!r}")
    if len(translate) != 2:
        raise ValueError(
            f"Argument translate should be a sequence of length 2\n  translate {translate}"
        )
    if scale <= 0.0:
        raise ValueError(f"Argument scale should be positive\n  scale {scale}")
    if not isinstance(shear, (Real, list, tuple)):
        raise TypeError(
            f"Shear should be either a single value or a sequence of two values\n  shear {shear!r}"
        )
    shears = [shear, 0.0] if isinstance(shear, Real) else [*shear] * (2 if len(shear) == 1 else 1)
    if len(shears) != 2:
        raise ValueError(f"Shear should be a sequence containing two values. Got {shears}")
    expect_center(center)
    _, height, width = get_dimensions(img)
    if is_pil(img):
        middle = center or [width * 0.5, height * 0.5]
        return pil.affine(img, inverse_affine(middle, angle, translate, scale, shears), mode, fill)
    matrix = inverse_affine(from_middle(center, img), angle, translate, scale, shears)
    return warp(img, affine_grid(matrix, (height, width), (height, width), img), mode, fill)


def perspective(
    img: Picture,
    startpoints: Any,
    endpoints: Any,
    interpolation: Any = InterpolationMode.BILINEAR,
    fill: Any = None,
) -> Picture:
    """The picture seen from another side: its four `startpoints` come to lie at `endpoints`.

    startpoints, endpoints  four (x, y) each, in pixels from the upper left corner
    fill  as for `rotate`
    """
    coeffs = perspective_coefficients(startpoints, endpoints)
    mode = as_mode(interpolation)
    if is_pil(img):
        return pil.perspective(img, coeffs, mode, fill)
    _, height, width = get_dimensions(img)
    return warp(img, perspective_grid(coeffs, height, width, img), mode, fill)


def elastic_transform(
    img: Picture,
    displacement: Tensor,
    interpolation: Any = InterpolationMode.BILINEAR,
    fill: Any = None,
) -> Picture:
    """Each pixel from a place that is moved by `displacement`, as a sheet of rubber is pulled.

    displacement  (1, H, W, 2): (x, y), in halves of the width and the height
    """
    mode = as_mode(interpolation)
    if not isinstance(displacement, Tensor):
        raise TypeError("Argument displacement should be a Tensor")
    _, height, width = get_dimensions(img)
    if tuple(displacement.shape) != (1, height, width, 2):
        raise ValueError(
            f"Argument displacement shape should be {(1, height, width, 2)}, "
            f"but given {displacement.shape}"
        )
    y, x = (np.linspace((1 - n) / n, (n - 1) / n, n, dtype=np.float32) for n in (height, width))
    still = np.stack(np.broadcast_arrays(x, y[:, None]), -1)
    moved: Any = displacement
    return warp(img, moved + wrap(still).to(moved.device), mode, fill)


@on_pictures()
def warp(img: Any, grid: Any, mode: InterpolationMode, fill: Any) -> Any:
    """The values of `img` at the places of `grid` (1, H, W, 2); see `F.grid_sample`."""
    colours = [*fill] if isinstance(fill, (list, tuple)) else [] if fill is None else [fill]
    channels = get_dimensions(img)[0]
    if len(colours) > 1 and len(colours) != channels:
        raise ValueError(
            "The number of elements in 'fill' cannot broadcast to match the number of channels of "
            f"the image ({len(colours)} != {channels})"
        )
    if mode not in (InterpolationMode.NEAREST, InterpolationMode.BILINEAR):
        raise ValueError(f"Interpolation mode '{mode.value}' is unsupported with Tensor input")
    x = in_float(img)
    grid = grid.to(x.device, x.dtype)
    grid = grid.expand(len(x), *grid.shape[1:])
    if colours:  # one channel more, which tells what was inside
        x = cat([x, ones(len(x), 1, *x.shape[2:], dtype=x.dtype, device=x.device)], dim=1)
    x = F.grid_sample(x, grid, mode=mode.value, padding_mode="zeros", align_corners=False)
    if colours:
        x, inside = x[:, :-1], x[:, -1:]
        outside = tensor(colours, dtype=x.dtype, device=x.device).view(1, -1, 1, 1)
        if mode is InterpolationMode.NEAREST:
            x = where(inside < 0.5, outside, x)
        else:
            x = x * inside + (1.0 - inside) * outside
    return back(x, img)


def expect_center(center: Any) -> None:
    if center is not None and not isinstance(center, (list, tuple)):
        raise TypeError(f"Argument center should be a sequence\n  center {center!r}")


def from_middle(center: Any, img: Picture) -> list[float]:
    """`center` as (x, y) from the middle of the picture."""
    _, height, width = get_dimensions(img)
    return [0.0, 0.0] if center is None else [center[0] - width * 0.5, center[1] - height * 0.5]


def inverse_affine(
    center: Any, angle: float, translate: Any, scale: float, shear: Any
) -> list[float]:
    """[a, b, c, d, e, f]: the pixel at (x, y) comes from (a x + b y + c, d x + e y + f).

    The inverse of: shift `center` to the origin, shear along x, shear along y, turn, scale, shift
    the origin back to `center`, translate.
    """
    turn, shear_x, shear_y = (math.radians(v) for v in (angle, shear[0], shear[1]))
    cos = math.cos(turn - shear_y) / math.cos(shear_y)
    sin = math.sin(turn - shear_y) / math.cos(shear_y)
    a, b = cos, -cos * math.tan(shear_x) - math.sin(turn)
    d, e = sin, -sin * math.tan(shear_x) + math.cos(turn)
    a, b, d, e = e / scale, -b / scale, -d / scale, a / scale  # [[a, b], [d, e]] has determinant 1
    x, y = center[0] + translate[0], center[1] + translate[1]
    return [a, b, center[0] - a * x - b * y, d, e, center[1] - d * x - e * y]


def turned_size(matrix: list[float], height: int, width: int) -> tuple[int, int]:
    """(height, width) of what holds the whole picture after the rotation."""
    x, y = width * 0.5, height * 0.5
    corners = np.array([[-x, -y, 1], [-x, y, 1], [x, y, 1], [x, -y, 1]], np.float32)
    ends = corners @ np.array(matrix, np.float32).reshape(2, 3).T
    # To a ten-thousandth of a pixel, so that a rounding error does not add a row.
    ends += np.array([x, y], np.float32)
    last = np.ceil(np.trunc(ends.max(0) / 1e-4) * 1e-4)
    first = np.floor(np.trunc(ends.min(0) / 1e-4) * 1e-4)
    wide, tall = (last - first).tolist()
    return int(tall), int(wide)


def precision(img: Picture) -> Any:
    """In what the places of pixels are computed: the dtype of a float picture, else float32."""
    return np.float64 if dtype_in_numpy(img.dtype) == float64 else np.float32


def centres(height: int, width: int, first: Any, dtype: Any) -> np.ndarray:
    """(H W, 3): x, y and 1 of each pixel's centre; `first` is (x, y) of the first."""
    x = np.arange(width, dtype=dtype) + dtype(first[0])
    y = np.arange(height, dtype=dtype) + dtype(first[1])
    one = np.ones((1, 1), dtype)
    return np.stack(np.broadcast_arrays(x, y[:, None], one), -1).reshape(-1, 3)


def affine_grid(matrix: list[float], size: Any, out: Any, img: Picture) -> Any:
    """The grid (1, *out, 2) of `inverse_affine`'s places in a picture of `size`."""
    height, width = size
    dtype = precision(img)
    theta = np.array(matrix, dtype).reshape(2, 3).T / np.array([0.5 * width, 0.5 * height], dtype)
    tall, wide = out
    points = centres(tall, wide, (0.5 - wide * 0.5, 0.5 - tall * 0.5), dtype)
    return wrap((points @ theta).reshape(1, tall, wide, 2))


def perspective_coefficients(startpoints: Any, endpoints: Any) -> list[float]:
    """[a, b, c, d, e, f, g, h]: (x, y) comes from (a x + b y + c, d x + e y + f) / (g x + h y + 1).

    Eight linear equations, two for each pair of points.
    """
    if len(startpoints) != 4 or len(endpoints) != 4:
        raise ValueError(
            f"Please provide exactly four corners, got {len(startpoints)} startpoints "
            f"and {len(endpoints)} endpoints."
        )
    rows = []
    for (x, y), (u, v) in zip(endpoints, startpoints):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    right = np.array(startpoints, np.float64).reshape(8)
    solution = np.linalg.lstsq(np.array(rows, np.float64), right, rcond=None)[0]
    return solution.astype(np.float32).tolist()


def perspective_grid(coeffs: list[float], height: int, width: int, img: Picture) -> Any:
    dtype = precision(img)
    points = centres(height, width, (0.5, 0.5), dtype)
    above = np.array(coeffs[:6], dtype).reshape(2, 3).T / np.array([width / 2, height / 2], dtype)
    below = np.array([*coeffs[6:], 1.0], dtype)
    return wrap((points @ above / (points @ below)[:, None] - 1).reshape(1, height, width, 2))
