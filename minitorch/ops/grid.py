"""Images sampled at given places: `grid_sample`, and the grids of affine maps."""

import itertools
import math
import warnings
from typing import Any

from minitorch.autograd.op import op
from minitorch.autograd.tensor import function, wrap
from minitorch.backend.dtypes import float64
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.creation import linspace, ones
from minitorch.ops.gather import take_along
from minitorch.ops.join import stack
from minitorch.ops.pool import require_type

SAMPLING = ("bilinear", "nearest", "bicubic")
PADDING = ("zeros", "border", "reflection")
CHANGED = (
    "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. "
    "Please specify align_corners=True if the old behavior is desired. See the documentation of "
    "grid_sample for details."
)


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    """The values of images at the places in `grid`.

    input          (N, C, H, W) or (N, C, D, H, W)
    grid           (N, *P, 2) or (N, *P, 3): places (x, y) or (x, y, z), each in [-1, 1] from edge
                   to edge of the image
    mode           "bilinear" (of volumes trilinear), "nearest", or "bicubic" (of images only)
    padding_mode   what is outside: "zeros", "border" (the nearest pixel), "reflection"
    align_corners  whether -1 and 1 are the centres of the corner pixels, not their outer edges
    returns        (N, C, *P)

    Jaderberg et al., Spatial Transformer Networks, 2015, arXiv:1506.02025.
    """
    name = "nn.functional.grid_sample(): expected"
    if mode not in SAMPLING:
        raise ValueError(f"{name} mode to be 'bilinear', 'nearest' or 'bicubic', but got: '{mode}'")
    if padding_mode not in PADDING:
        raise ValueError(
            f"{name} padding_mode to be 'zeros', 'border', or 'reflection', but got: "
            f"'{padding_mode}'"
        )
    if align_corners is None:
        warnings.warn(CHANGED, stacklevel=2)
    return sample(input, grid, mode, padding_mode, bool(align_corners))


@function
def grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners):
    """`grid_sample` with numbers for the modes."""
    return sample(input, grid, SAMPLING[interpolation_mode], PADDING[padding_mode], align_corners)


@function
def grid_sampler_2d(input, grid, interpolation_mode, padding_mode, align_corners):
    """`grid_sampler` of images."""
    return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners)


@function
def grid_sampler_3d(input, grid, interpolation_mode, padding_mode, align_corners):
    """`grid_sampler` of volumes."""
    return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners)


def sample(input, grid, mode, padding_mode, align_corners):
    """`grid_sample` of the dimensions that `input` has: each corner's number times its share."""
    require_grid(input, grid, mode)
    n, c, *size = input.array.shape
    out = grid.array.shape[1:-1]
    places = [
        grid[..., i].reshape(n, 1, math.prod(out)) for i in range(len(size) - 1, -1, -1)
    ]  # in the order of the axes: x is last
    places = [in_pixels(at, m, align_corners) for at, m in zip(places, size)]
    if mode != "bicubic":
        places = [brought_in(at, m, padding_mode, align_corners) for at, m in zip(places, size)]
    taps = [taps_of(at, mode) for at in places]
    flat = input.reshape(n, c, math.prod(size))
    y: Any = 0
    for corner in itertools.product(*taps):
        index: Any = 0
        known = weight = None
        for (at, share), m in zip(corner, size):
            if mode == "bicubic":
                at = brought_in(wrap(at), m, padding_mode, align_corners).array
            index, known = with_axis(index, known, at, m)
            weight = share if weight is None else weight * share
        value = take_along(flat, namespace(index).broadcast_to(index, (n, c, index.shape[2])), 2)
        y = y + value * wrap(known) * weight
    return y.reshape(n, c, *out)


def with_axis(index, known, at, m):
    """The flat index and whether it is inside, after one more axis of length m with places `at`."""
    xp = namespace(at)
    inside = (at >= 0) & (at <= m - 1)
    column = xp.where(inside, at, 0).astype("int64")
    inside = inside.astype(at.dtype)
    return index * m + column, inside if known is None else known * inside


def in_pixels(at, m, align_corners):
    """Places in [-1, 1] as positions in [0, m - 1] or in [-0.5, m - 0.5]."""
    if align_corners:
        return (at + 1) * ((m - 1) / 2)
    # One rounding, like PyTorch's fused multiply and subtract.
    return ((at + 1).to(float64) * (m / 2) - 0.5).to(at.dtype)


@op(public=False)
def reflected(x, to, slope, /):
    """The positions `to`, into which x was moved; the derivative by x is `slope`."""
    return to, lambda g: g * slope, None, None


def brought_in(at, m, padding_mode, align_corners):
    """Positions outside of an axis of length m brought to where their value is found."""
    if padding_mode == "zeros":
        return at
    x = at.array
    xp = namespace(x)
    to, slope = x, xp.ones_like(x)
    if padding_mode == "reflection":
        low, high = (0.0, m - 1.0) if align_corners else (-0.5, m - 0.5)
        span = high - low
        if span:
            away = xp.abs(x - low)
            turns = xp.floor(away / span)
            rest = away - turns * span
            even = turns % 2 == 0
            to = xp.where(even, rest + low, high - rest)
            slope = xp.where(even, slope, -slope) * xp.where(x < low, -slope, slope)
        else:
            to, slope = xp.zeros_like(x), xp.zeros_like(x)
    slope = xp.where((to <= 0) | (to >= m - 1), 0, slope)
    to = xp.where(to >= 0, xp.minimum(to, m - 1), 0)  # NaN: the first element
    return reflected(at, wrap(to.astype(x.dtype)), wrap(slope.astype(x.dtype)))


def taps_of(at, mode):
    """For each neighbour along one axis that counts: where it is (array), and its weight."""
    xp = namespace(at.array)
    if mode == "nearest":
        # The grid's derivative is zero, not missing.
        weight = reflected(at, wrap(xp.ones_like(at.array)), wrap(xp.zeros_like(at.array)))
        return [(xp.round(at.array), weight)]
    first = xp.floor(at.array)
    beyond = at - wrap(first)
    if mode == "bilinear":
        return [(first, 1 - beyond), (first + 1, beyond)]
    return [
        (first - 1, far(beyond + 1)),
        (first, near(beyond)),
        (first + 1, near(1 - beyond)),
        (first + 2, far(2 - beyond)),
    ]


def near(x, a=-0.75):
    """Keys' cubic kernel at a distance of at most 1."""
    return ((a + 2) * x - (a + 3)) * x * x + 1


def far(x, a=-0.75):
    """Keys' cubic kernel at a distance of 1 to 2."""
    return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a


def require_grid(input, grid, mode):
    """Raise PyTorch's error where the two do not go together."""
    shape, places = input.array.shape, grid.array.shape
    if shape[0] != places[0]:
        raise ShapeError(
            "grid_sampler(): expected grid and input to have same batch size, but got input with "
            f"sizes {list(shape)} and grid with sizes {list(places)}"
        )
    if places[-1] != len(shape) - 2:
        raise ShapeError(
            f"grid_sampler(): expected grid to have size {len(shape) - 2} in last dimension, but "
            f"got grid with sizes {list(places)}"
        )
    if len(shape) not in (4, 5) or len(places) != len(shape):
        raise ShapeError(
            f"grid_sampler(): expected {'5D' if len(shape) == 5 else '4D'} input and grid with "
            f"same number of dimensions, but got input with sizes {list(shape)} and grid with "
            f"sizes {list(places)}"
        )
    if 0 in shape[2:]:
        raise ShapeError(
            "grid_sampler(): expected input to have non-empty spatial dimensions, but input has "
            f"sizes {list(shape)} with dimension {2 + shape[2:].index(0)} being empty"
        )
    if mode == "bicubic" and len(shape) != 4:
        raise ShapeError("grid_sampler(): bicubic interpolation only supports 4D input")
    if input.dtype is not grid.dtype:
        raise DtypeError(
            "grid_sampler(): expected input and grid to have same dtype, but input has "
            f"{input.dtype} and grid has {grid.dtype}\n  convert one with .to(dtype)"
        )
    require_type("grid_sampler_2d_cpu_kernel_impl", input, "biu")


# -------------------------------------------------------------------- affine maps


def affine_grid(theta, size, align_corners=None):
    """The grid for `grid_sample` that maps the result's pixels by matrices.

    theta    (N, 2, 3) or (N, 3, 4): places times this matrix, with a 1 behind
    size     (N, C, H, W) or (N, C, D, H, W), of the result
    returns  (N, H, W, 2) or (N, D, H, W, 3)
    """
    if align_corners is None:
        warnings.warn(CHANGED, stacklevel=2)
        align_corners = False
    if not theta.dtype.is_floating_point:
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    axes = len(size) - 2
    if axes not in (2, 3):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, "
            f"respectively. Got size {size}."
        )
    if theta.ndim != 3 or tuple(theta.shape[1:]) != (axes, axes + 1):
        raise ValueError(
            f"Expected a batch of {axes}D affine matrices of shape Nx{axes}x{axes + 1} for size "
            f"{size}. Got {theta.shape}."
        )
    if align_corners and min(size[2:]) == 1:
        warnings.warn(
            "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when "
            "align_corners=True. This is not an intended use case of affine_grid. See the "
            "documentation of affine_grid for details.",
            stacklevel=2,
        )
    elif min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {size}")
    return affine_grid_generator(theta, size, align_corners)


@function
def affine_grid_generator(theta, size, align_corners):
    """`affine_grid` without its checks."""
    n, _, *inner = size
    axes = len(inner)
    like = {"dtype": theta.dtype, "device": theta.device}
    columns = []
    for axis, m in list(enumerate(inner))[::-1]:
        line = linspace(-1, 1, m, **like) if m > 1 else ones(1, **like) * 0
        if not align_corners:
            line = line * ((m - 1) / m)
        shape = [m if d == axis else 1 for d in range(axes)]
        columns.append(line.reshape(shape).expand(inner))
    columns.append(ones(*inner, **like))
    base = stack(columns, -1).reshape(1, -1, axes + 1)
    return (base @ theta.transpose(1, 2)).reshape(n, *inner, axes)
