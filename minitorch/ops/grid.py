"""Images sampled at given places: `grid_sample`, and the grids of affine maps."""

import math
import warnings
from typing import Any

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import require_bool, require_kind
from minitorch.autograd.tensor import function, wrap
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.creation import linspace, ones
from minitorch.ops.elementwise import same
from minitorch.ops.join import stack

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
        align_corners = False
    require_bool("grid_sampler", align_corners=align_corners)
    return sample(input, grid, mode, padding_mode, align_corners)


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
    """`grid_sample` of the dimensions that `input` has: the values beside each place, weighted."""
    require_grid(input, grid, mode)
    n, c, *size = input.array.shape
    out = grid.array.shape[1:-1]
    places = math.prod(out)
    index: Any = None
    weight: Any = None
    for i, m in enumerate(size):
        at = in_pixels(grid[..., -1 - i].reshape(n, 1, places), m, align_corners)  # x is last
        if mode != "bicubic":
            at = brought_in(at, m, padding_mode, align_corners)
        cells, inside = beside(at.array, m, mode, padding_mode, align_corners)
        share = shares(at, mode) * wrap(inside)
        if index is None:
            index, weight = cells, share
            continue
        taps = (n, index.shape[1] * cells.shape[1], places)  # each of these with each of those
        index = (index[:, :, None] * m + cells[:, None]).reshape(taps)
        weight = (weight.unsqueeze(2) * share.unsqueeze(1)).reshape(taps)
    y = blend(input.reshape(n, c, math.prod(size)), weight, index)
    return y.reshape(n, c, *out)


def beside(at, m, mode, padding_mode, align_corners):
    """Which cells of an axis of length m count for the positions `at`, (N, 1, P).

    returns  their indices, (N, taps, P) int64, and 1 for each that is inside, else 0
    """
    xp = namespace(at)
    if mode == "nearest":
        cells = xp.round(at)
    else:
        first, last = (-1, 3) if mode == "bicubic" else (0, 2)
        cells = xp.floor(at) + xp.arange(first, last, dtype=at.dtype).reshape(-1, 1)
    if mode == "bicubic":
        cells = brought_in(wrap(cells), m, padding_mode, align_corners).array
    inside = (cells >= 0) & (cells <= m - 1)
    return xp.where(inside, cells, 0).astype("int64"), inside.astype(at.dtype)


# -------------------------------------------------------------------- along one axis


@op(public=False)
def in_pixels(x, /, m, align_corners):
    """Places in [-1, 1] as positions in [0, m - 1] or in [-0.5, m - 0.5]."""
    if align_corners:
        return (x + 1) * ((m - 1) / 2), lambda g: g * ((m - 1) / 2)
    return namespace(x).affine(x + 1, m / 2, -0.5), lambda g: g * (m / 2)


TENSOR_FUNCTIONS.affine = lambda x, scale, shift: x * scale + shift


@op(public=False)
def brought_in(x, /, m, padding_mode, align_corners):
    """Positions outside of an axis of length m brought to where their value is found."""
    if padding_mode == "zeros":
        return x, same
    xp, to, turned = namespace(x), x, x != x  # noqa: PLR0124  nowhere, yet
    if padding_mode == "reflection":
        low, high = (0.0, m - 1.0) if align_corners else (-0.5, m - 0.5)
        if high == low:
            return xp.zeros_like(x), xp.zeros_like
        away = xp.abs(x - low)
        turns = xp.floor(away / (high - low))
        rest = away - turns * (high - low)
        odd = turns - 2 * xp.floor(turns / 2) != 0
        to = xp.where(odd, high - rest, rest + low)
        turned = odd ^ (x < low)
    y = xp.where(to >= 0, xp.minimum(to, m - 1), 0)  # NaN: the first element
    return y, lambda g: xp.where((to <= 0) | (to >= m - 1), 0, xp.where(turned, -g, g))


@op(public=False)
def shares(x, /, mode):
    """How much each of the cells beside the positions x counts, (N, 1, P) -> (N, taps, P)."""
    xp = namespace(x)
    if mode == "nearest":
        return xp.ones_like(x), xp.zeros_like  # not without a derivative: it is 0
    beyond = x - xp.floor(x)
    if mode == "bilinear":
        return xp.concatenate([1 - beyond, beyond], 1), lambda g: g[:, 1:] - g[:, :1]
    each = [far(beyond + 1), near(beyond), near(1 - beyond), far(2 - beyond)]

    def vjp(g):
        left = g[:, :1] * slope_of_far(beyond + 1) + g[:, 1:2] * slope_of_near(beyond)
        return left - g[:, 2:3] * slope_of_near(1 - beyond) - g[:, 3:] * slope_of_far(2 - beyond)

    return xp.concatenate(each, 1), vjp


def near(x, a=-0.75):
    """Keys' cubic kernel at a distance of at most 1."""
    return ((a + 2) * x - (a + 3)) * x * x + 1


def far(x, a=-0.75):
    """Keys' cubic kernel at a distance of 1 to 2."""
    return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a


def slope_of_near(x, a=-0.75):
    return (3 * (a + 2) * x - 2 * (a + 3)) * x


def slope_of_far(x, a=-0.75):
    return (3 * a * x - 10 * a) * x + 8 * a


# -------------------------------------------------------------------- weighted sums of elements


@op(promote=None, public=False)
def blend(x, weight, /, index):
    """The sum over k of weight[n, k, p] * x[n, c, index[n, k, p]].

    x (N, C, M)   weight (N, K, P)   index (N, K, P) int64 in [0, M)   returns (N, C, P)
    """
    xp, size = namespace(x), x.shape[2]
    return (
        xp.blend(x, weight, index),
        lambda g: xp.blend_input(g, weight, index, size),
        lambda g: xp.blend_weight(g, x, index),
    )


@op(promote=None, public=False)
def blend_input(x, weight, /, index, size):
    """The gradient of the first input of `blend`, which has `size` elements along the last axis.

    x (N, C, P)   weight, index (N, K, P)   returns (N, C, size)
    """
    xp = namespace(x)
    return (
        xp.blend_input(x, weight, index, size),
        lambda g: xp.blend(g, weight, index),
        lambda g: xp.blend_weight(x, g, index),
    )


@op(promote=None, public=False)
def blend_weight(x, other, /, index):
    """The gradient of the weights of `blend`: the sum over c of x[n, c, p] * other[n, c, index].

    x (N, C, P)   other (N, C, M)   index (N, K, P)   returns (N, K, P)
    """
    xp, size = namespace(x), other.shape[2]
    return (
        xp.blend_weight(x, other, index),
        lambda g: xp.blend(other, g, index),
        lambda g: xp.blend_input(x, g, index, size),
    )


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
    require_kind(input.dtype, "biu", "grid_sampler_2d_cpu_kernel_impl")


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
