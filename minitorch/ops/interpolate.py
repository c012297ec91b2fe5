"""Resampling images to another size: along each axis a gather, or a product with a matrix."""

import warnings
from functools import lru_cache
from operator import index

import numpy as np

from minitorch.autograd.refusals import require_bool, require_kind
from minitorch.autograd.tensor import wrap
from minitorch.backend.devices import move
from minitorch.backend.dtypes import float16, float32, float64, uint8
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.adaptive_pool import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
)
from minitorch.ops.average_pool import over_shares, weigh, weigh_axis, weights_at
from minitorch.ops.grid import far, near
from minitorch.ops.index import WHOLE, copy_at
from minitorch.ops.shape import for_axes, in_order_of

NEAREST = ("nearest", "nearest-exact")
RANKS = {"linear": 3, "bilinear": 4, "bicubic": 4, "lanczos": 4, "trilinear": 5}
REACH = {"bilinear": 1, "bicubic": 2, "lanczos": 3}
MODES = "nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact"


def interpolate(
    input,
    size=None,
    scale_factor=None,
    mode="nearest",
    align_corners=None,
    recompute_scale_factor=None,
    antialias=False,
):
    """Images of another size.

    input          (N, C, T), (N, C, H, W) or (N, C, D, H, W)
    size           of the result, an int or one for each axis; or else
    scale_factor   by which the size grows, a number > 0 or one for each axis
    mode           "nearest" (rounds as old OpenCV), "nearest-exact" (as others), "area" (averages),
                   "linear" for 3, "bilinear" or "bicubic" for 4, "trilinear" for 5 dimensions
    align_corners  whether the centres of the corner pixels stay at the corners, rather than
                   their outer edges
    recompute_scale_factor  compute the scale from the rounded size, not from `scale_factor`
    antialias      average over what a pixel of a smaller result covers; for "bilinear", "bicubic"
                   and "lanczos", which needs it

    Keys, Cubic Convolution Interpolation, 1981, with a = -0.75 (-0.5 with antialias).
    """
    ndim, axes = input.ndim, input.ndim - 2
    if mode in (*NEAREST, "area") and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear "
            "| bicubic | trilinear"
        )
    if align_corners is not None:
        require_bool("interpolate", align_corners=align_corners)
    size, scales = sizes_and_scales(input, size, scale_factor, recompute_scale_factor)
    if antialias and not (mode in ("bilinear", "bicubic", "lanczos") and ndim == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires "
            "a 4-D tensor as input"
        )
    require_mode(mode, ndim)
    if mode == "lanczos" and align_corners:
        raise ValueError("Lanczos mode does not support align_corners=True")
    if mode == "lanczos" and not antialias:
        raise ValueError("Lanczos mode requires antialias=True")
    if mode == "area":
        pool = (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[axes - 1]
        return pool(input, size)
    require_size(input, size)
    if mode in NEAREST:
        return nearest(input, size, scales, mode == "nearest-exact")
    require_kind(input.dtype, "bi" if ndim == 4 else "biu", "compute_indices_weights_linear")
    # PyTorch rounds the weights for float16, but not those of images.
    kind = {uint8: float64, float16: float32 if ndim == 4 else float16}.get(
        input.dtype, input.dtype
    )
    weights = [
        axis_weights(mode, n, out, scale, bool(align_corners), antialias, kind, input.device)
        for n, out, scale in zip(input.array.shape[2:], size, scales)
    ]
    y = weighed_bytes(input, *weights) if input.dtype is uint8 else weigh(input, weights)
    return in_order_of(y, input)


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """The old name of `interpolate`."""
    deprecated("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None):
    """`interpolate` with mode="nearest"."""
    deprecated("upsample_nearest")
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input, size=None, scale_factor=None):
    """`interpolate` with mode="bilinear" and align_corners=True."""
    deprecated("upsample_bilinear")
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def deprecated(name):
    warnings.warn(
        f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.",
        stacklevel=3,
    )


# -------------------------------------------------------------------- what is asked for


def sizes_and_scales(input, size, scale_factor, recompute_scale_factor):
    """The sizes of the result along the axes, and by what each grows; None: as the sizes say."""
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is None and scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    if recompute_scale_factor and size is not None:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    inner = input.array.shape[2:]
    if size is not None:
        return wanted_size(input, size), [None] * len(inner)
    scales = wanted_scales(input, scale_factor)
    size = [int(n * scale) for n, scale in zip(inner, scales)]
    return size, [None] * len(inner) if recompute_scale_factor else scales


def wanted_size(input, size):
    """`size` as a tuple with one int for each axis."""
    inner = list(input.array.shape[2:])
    if not isinstance(size, tuple | list):
        return for_axes("interpolate(): argument 'size' (position 2)", size, len(inner))
    if len(size) != len(inner):
        raise ValueError(
            "Input and output must have the same number of spatial dimensions, but got input with "
            f"spatial dimensions of {inner} and output size of {size}. Please provide input tensor "
            "in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format."
        )
    try:
        return tuple(map(index, size))
    except TypeError:
        raise TypeError(
            "expected size to be one of int or Tuple[int] or Tuple[int, int] or "
            f"Tuple[int, int, int], but got size with types {[type(n) for n in size]}"
        ) from None


def wanted_scales(input, scale_factor):
    """`scale_factor` as a list with one number for each axis."""
    inner = list(input.array.shape[2:])
    if not isinstance(scale_factor, tuple | list):
        return [scale_factor] * len(inner)
    if len(scale_factor) != len(inner):
        raise ValueError(
            "Input and scale_factor must have the same number of spatial dimensions, but got input "
            f"with spatial dimensions of {inner} and scale_factor of shape {scale_factor}. Please "
            "provide input tensor in (N, C, d1, d2, ...,dK) format and scale_factor in "
            "(s1, s2, ...,sK) format."
        )
    return list(scale_factor)


def require_mode(mode, ndim):
    """Raise PyTorch's error unless there is such a mode for so many dimensions."""
    if mode in (*NEAREST, "area") and 3 <= ndim <= 5:
        return
    if mode in RANKS and 3 <= ndim <= 5 and not (mode in ("bicubic", "lanczos") and ndim != 4):
        if ndim != RANKS[mode]:
            raise NotImplementedError(
                f"Got {ndim}D input, but {mode} mode needs {RANKS[mode]}D input"
            )
        return
    raise NotImplementedError(
        f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {ndim}D) for the modes: "
        f"{MODES} (got {mode})"
    )


def require_size(input, size):
    shape = input.array.shape
    names = "DHW"[5 - len(shape) :]
    if max(map(abs, size)) >= 1 << 63:
        raise ShapeError(
            "value cannot be converted to type int64_t without overflow\n"
            f"  size {tuple(size)}: choose a smaller scale_factor"
        )
    if min(*shape[2:], *size) < 1:
        before, after = [
            ", ".join(f"{name}: {n}" for name, n in zip(names, each)) for each in (shape[2:], size)
        ]
        joint = "and output" if len(shape) == 3 else "output"
        raise ShapeError(
            f"Input and output sizes should be greater than 0, but got input ({before}) {joint} "
            f"({after})"
        )
    if not shape[1]:
        raise ShapeError(
            f"Non-empty {len(shape)}D data tensor expected but got a tensor with sizes "
            f"{list(shape)}"
        )


# -------------------------------------------------------------------- nearest


def nearest(input, size, scales, exact):
    """The element of `input` nearest to each place in the result."""
    name = {True: "compute_indices_weights_nearest", False: "upsample_nearest2d_channels_last"}
    require_kind(input.dtype, "bi", name[input.ndim != 4])
    if input.dtype is float16:  # the gradient adds up many numbers
        return nearest(input.to(float32), size, scales, exact).to(float16)
    xp, y = namespace(input.array), input
    for axis, (out, scale) in enumerate(zip(size, scales), 2):
        n = input.array.shape[axis]
        if out != n or scale not in (None, 1):
            places = xp.asarray(nearest_places(n, out, scale, exact))
            y = copy_at(y, (*[WHOLE] * axis, places))
    return in_order_of(y, input) if y is not input else input.clone()


@lru_cache(256)
def nearest_places(n, out, scale, exact):
    """For each of `out` places the nearest of n; computed in float32, as PyTorch does."""
    step = np.float32(1 / scale if scale else n / out)
    at = np.arange(out, dtype=np.float32) + np.float32(0.5 if exact else 0)
    return np.minimum(np.floor(at * step).astype(np.int64), n - 1)


# -------------------------------------------------------------------- weights


@lru_cache(32)
def axis_weights(mode, n, out, scale, align_corners, antialias, dtype, device):
    """How much each of n elements counts for each element of the result; see `weights_at`.

    Computed in `dtype`, as PyTorch does: in float32 places beyond 300 are off by 1e-5.
    """
    real = np.float64 if dtype is float64 else np.float32
    if align_corners:
        step = real(n - 1) / real(out - 1) if out > 1 else real(0)
    else:
        step = real(1 / scale) if scale else real(n) / real(out)
    if antialias:
        weights = spread_weights(n, out, step, mode)
        return wrap(move(weights.astype(dtype.dtype), device))
    at = np.arange(out, dtype=real)
    # One rounding, like PyTorch's fused multiply and add.
    exact = at * step if align_corners else (at + real(0.5)) * np.float64(step) - 0.5
    taps = taps_around(n, exact.astype(real), dtype.dtype, cubic=mode == "bicubic")
    return weights_at(taps, n, dtype, device)


def weighed_bytes(input, rows, columns):
    """`weigh` for uint8, with PyTorch's rounding: across and then down, each time to whole numbers,
    by weights that are multiples of a power of 2.
    """
    y = input.to(float64)
    for axis, weights in ((3, columns), (2, rows)):
        shares = [share for _, share in weights] if isinstance(weights, list) else [weights]
        top, digits = max(share.max().item() for share in shares), 0
        while digits < 22 and int(0.5 + top * 2 ** (digits + 1)) < 1 << 15:
            digits += 1
        unit = 2.0**digits
        whole = over_shares(lambda w, u=unit: (w.abs() * u + 0.5).floor() * w.sign(), weights)
        y = ((weigh_axis(y, whole, axis) + unit / 2) / unit).floor().clamp(0, 255)
    return y.to(uint8)


def taps_around(n, places, dtype, cubic):
    """The 2 or 4 elements around each place and their shares; those beyond the edge are the one on
    the edge.
    """
    if not cubic:
        places = np.maximum(places, 0)
    first = np.floor(places)
    beyond = (places - first).astype(dtype)
    if cubic:
        shares = [far(beyond + 1), near(beyond), near(1 - beyond), far(2 - beyond)]
    else:
        shares = [1 - beyond, beyond]
    whole = first.astype(np.int64)
    steps = range(-1, 3) if cubic else range(2)
    return [(np.clip(whole + k, 0, n - 1), share) for k, share in zip(steps, shares)]


def spread_weights(n, out, step, mode):
    """The weights of all elements below a bump around each place, as wide as the step."""
    real = type(step)
    wide = max(step, real(1))
    reach = REACH[mode] * wide
    weights = np.zeros((out, n), real)
    for i, row in enumerate(weights):
        centre = step * real(i + 0.5)
        low = max(int(centre - reach + real(0.5)), 0)
        high = min(int(centre + reach + real(0.5)), n)
        distance = np.abs(np.arange(low, high, dtype=real) - centre + real(0.5)) / wide
        if mode == "bilinear":
            bump = 1 - distance
        elif mode == "bicubic":
            bump = np.where(distance < 1, near(distance, -0.5), far(distance, -0.5))
        else:
            bump = np.sinc(distance) * np.sinc(distance / 3)
        bump = np.where(distance < REACH[mode], bump, 0)
        row[low:high] = bump / bump.sum()
    return weights
