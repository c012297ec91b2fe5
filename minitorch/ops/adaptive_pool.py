"""Pooling into a given number of windows, evenly spread (adaptive) or at random (fractional)."""

import math
import sys
from functools import lru_cache
from typing import Any

import numpy as np

from minitorch.autograd.op import op
from minitorch.autograd.refusals import require_kind
from minitorch.autograd.tensor import FUNCTIONS, function
from minitorch.backend.devices import move
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.average_pool import weigh, weights_of
from minitorch.ops.making import require_tensor
from minitorch.ops.pool import max_pool_gather
from minitorch.ops.random import rand
from minitorch.ops.reduce import mean
from minitorch.ops.shape import for_axes, in_order_of, integers

# -------------------------------------------------------------------- the average


@function
def adaptive_avg_pool1d(input, output_size):
    """The averages of `output_size` windows over sequences (N, C, T) or (C, T)."""
    return adaptive_average("adaptive_avg_pool1d", input, output_size)


def adaptive_avg_pool2d(input, output_size):
    """The averages of `output_size` windows (an int or two; None: as before) over images.

    Window i of P along an axis of length n goes from i*n // P to before ceil((i + 1)*n / P).
    """
    return adaptive_average("adaptive_avg_pool2d", input, output_size)


def adaptive_avg_pool3d(input, output_size):
    """The averages of `output_size` windows (an int or three) over volumes (N, C, D, H, W)."""
    return adaptive_average("adaptive_avg_pool3d", input, output_size)


def adaptive_average(name, input, output_size):
    """The adaptive average pooling of this name."""
    require_tensor(name, input)
    axes, shape = int(name[-2]), input.array.shape
    counts = wanted_sizes(name, shape, output_size)
    if len(counts) != axes:
        raise ShapeError(f"{name}: output_size must be {axes}")
    require_images(name, shape, axes, "")
    if min(counts) < 0:
        received = ", ".join(map(str, counts if axes > 1 else (1, *counts)))
        raise ShapeError(
            f"adaptive_avg_pool{max(2, axes)}d: elements of output_size must be greater than or "
            f"equal to 0 but received {{{received}}}"
        )
    if max(counts) == 1 == min(counts):
        return mean(input, tuple(range(-axes, 0)), True)
    in_pytorch = f"adaptive_avg_pool{max(2, axes)}d"
    images = shape if axes > 1 else (*shape[:-1], 1, shape[-1])
    require_extent(in_pytorch, images, len(shape) - axes)
    require_kind(input.dtype, "biu", in_pytorch)
    each = zip(shape[-axes:], counts)
    y = weigh(input, [adaptive_weights(*axis, input.dtype, input.device) for axis in each])
    return in_order_of(y, input)


def adaptive_spans(n, count):
    """(start, end, length) of each of `count` windows over n elements."""
    spans = []
    for i in range(count):
        start, end = i * n // count, -(-(i + 1) * n // count)
        spans.append((start, end, end - start))
    return spans


@lru_cache(32)
def adaptive_weights(n, count, dtype, device):
    return weights_of(adaptive_spans(n, count), n, dtype, device)


def wanted_sizes(name, shape, output_size):
    """`output_size` as a tuple, None replaced by the size of before."""
    axes, what = int(name[-2]), f"{name}(): argument 'output_size' (position 2)"
    if axes == 1:
        require_number(name, output_size)
    single = not isinstance(output_size, tuple | list)
    if output_size is not None and single:
        output_size = for_axes(what, output_size, axes)
    if axes == 1:
        if len(output_size) != 1:
            raise ShapeError(
                f"{name}() argument 'output_size' should contain one int (got {len(output_size)})"
            )
        return integers(what, output_size)
    if single:
        return output_size
    if len(shape) <= len(output_size):
        raise ValueError(
            f"Input dimension should be at least {len(output_size) + 1}\n  input {shape}"
        )
    before = shape[len(shape) - len(output_size) :]
    return integers(what, [n if k is None else k for n, k in zip(before, output_size)])


def require_number(name, output_size):
    """Raise PyTorch's error for None, which only the poolings of images understand."""
    wanted = f"{name}(): argument 'output_size' (position 2) must be tuple of ints"
    if output_size is None:
        raise TypeError(f"{wanted}, not NoneType")
    if isinstance(output_size, tuple | list) and None in output_size:
        raise TypeError(f"{wanted}, but found element of type NoneType at pos 0")


def require_images(name, shape, axes, colon):
    """Raise PyTorch's error unless `shape` is that of images, maybe without a batch."""
    if len(shape) in (axes + 1, axes + 2):
        return
    if axes == 1:
        raise ShapeError(
            f"Expected 2 to 3 dimensions, but got {len(shape)}-dimensional tensor for argument #1 "
            f"'self' (while checking arguments for {name})"
        )
    raise ShapeError(
        f"{name}(): Expected {axes + 1}D or {axes + 2}D tensor, but got{colon} {list(shape)}"
    )


def require_extent(name, shape, first):
    """Refuse images without elements along a dimension from number `first` on."""
    if 0 in shape[first:]:
        raise ShapeError(
            f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input "
            f"has sizes {list(shape)} with dimension {first + shape[first:].index(0)} being empty"
        )


# -------------------------------------------------------------------- the largest


def adaptive_max_pool1d(input, output_size, return_indices=False):
    """The largest numbers of `output_size` windows over sequences; see `adaptive_avg_pool2d`."""
    return adaptive_largest("adaptive_max_pool1d", input, output_size, return_indices)


def adaptive_max_pool2d(input, output_size, return_indices=False):
    """The largest numbers of `output_size` windows over images; see `adaptive_avg_pool2d`.

    return_indices  also where in the flattened image the numbers stood
    """
    return adaptive_largest("adaptive_max_pool2d", input, output_size, return_indices)


def adaptive_max_pool3d(input, output_size, return_indices=False):
    """The largest numbers of `output_size` windows over volumes; see `adaptive_avg_pool2d`."""
    return adaptive_largest("adaptive_max_pool3d", input, output_size, return_indices)


def adaptive_max_pool1d_with_indices(input, output_size, return_indices=True):
    """`adaptive_max_pool1d`, and the index of each number along T."""
    return adaptive_max_pool1d(input, output_size, True)


def adaptive_max_pool2d_with_indices(input, output_size, return_indices=True):
    """`adaptive_max_pool2d`, and the index of each number in the flattened image."""
    return adaptive_max_pool2d(input, output_size, True)


def adaptive_max_pool3d_with_indices(input, output_size, return_indices=True):
    """`adaptive_max_pool3d`, and the index of each number in the flattened volume."""
    return adaptive_max_pool3d(input, output_size, True)


FUNCTIONS["adaptive_max_pool1d"] = adaptive_max_pool1d_with_indices  # PyTorch's gives both


def adaptive_largest(name, input, output_size, return_indices):
    """The adaptive max pooling of this name."""
    require_tensor(name, input)
    axes, shape = int(name[-2]), input.array.shape
    counts = wanted_sizes(name, shape, output_size)
    if len(counts) != axes:
        raise ShapeError(f"{name}(): internal error: output_size.size() must be {axes}")
    require_images(name, shape, axes, ":")
    require_extent(name, shape, len(shape) - axes - 1)
    if min(counts) < 0:
        size = [*shape[:-axes], *(counts if axes > 1 else (1, *counts))]
        raise ShapeError(f"Trying to create tensor with negative dimension {min(counts)}: {size}")
    if math.prod(counts) * input.array.itemsize > sys.maxsize:
        raise ShapeError(f"Storage size calculation overflowed with output_size={list(counts)}")
    cpu = "adaptive_max_pool3d_cpu" if axes == 3 else "adaptive_max_pool2d"
    require_kind(input.dtype, "biu", cpu)
    places = adaptive_places(shape[-axes:], tuple(counts), input.device)
    return largest_at(input, places, return_indices)


@lru_cache(32)
def adaptive_places(size, counts, device):
    """What `largest_at` takes, for images of this size."""
    places = []
    for n, count in zip(size, counts):
        spans = adaptive_spans(n, count)
        width = max([length for _, _, length in spans], default=1)
        # A shorter window names its last element more than once.
        each = [[min(start + i, end - 1) for i in range(width)] for start, end, _ in spans]
        places.append(np.array(each, np.int64).reshape(1, 1, count, width))
    return move(in_flat_images(size, places), device)


@op(public=False, promote=None, differentiable=False)
def largest_of(x, /, flat):
    """The index in its flattened image of the largest element of each window.

    x     (n, c, *size)
    flat  (n, c, *windows, width), with 1 for n and c where they are the same for all: the indices
          of the elements of each window
    """
    xp, (n, c, *size) = namespace(x), x.shape
    *windows, width = flat.shape[2:]
    flat = xp.broadcast_to(flat, (n, c, *windows, width)).reshape(n * c, math.prod(windows) * width)
    seen = xp.take_along(x.reshape(n * c, math.prod(size)), flat, 1).reshape(-1, width)
    best = xp.take_along(flat.reshape(-1, width), seen.argmax(1).reshape(-1, 1), 1)
    return best.reshape(n, c, *windows)


def in_flat_images(size, places):
    """The indices in flattened images of the elements of each window, as `largest_of` takes them.

    places  for each axis (n, c, windows, width): which positions a window has along it; n and c
            are those of the images, or 1
    """
    axes = len(places)
    flat: Any = 0
    for axis, (m, each) in enumerate(zip(size, places)):
        line = [1] * (2 * axes)
        line[axis], line[axes + axis] = each.shape[2:]
        flat = flat * m + each.reshape(*each.shape[:2], *line)
    shape = flat.shape
    return flat.reshape(*shape[: 2 + axes], math.prod(shape[2 + axes :]))


def largest_at(input, places, return_indices):
    """The largest element of `input` in each window, and maybe its index in the flattened image.

    places  as `largest_of` takes them
    """
    x = input if input.array.ndim == places.ndim - 1 else input.unsqueeze(0)
    indices = largest_of(x, places)
    values = max_pool_gather(x, indices)
    if x is not input:
        values, indices = values.squeeze(0), indices.squeeze(0)
    values, indices = in_order_of(values, input), in_order_of(indices, input)
    return (values, indices) if return_indices else values


# -------------------------------------------------------------------- at random


def fractional_max_pool2d(
    input,
    kernel_size,
    output_size=None,
    output_ratio=None,
    return_indices=False,
    _random_samples=None,
):
    """The largest numbers of windows that are spread at random over images (N, C, H, W).

    kernel_size      of a window, an int or two
    output_size      how many windows, an int or two
    output_ratio     the same as fractions of the size of the image, in (0, 1)
    return_indices   also where in the flattened image the numbers stood
    _random_samples  (N, C, 2) in [0, 1): where each image starts, across and downwards

    Graham, Fractional Max-Pooling, 2014, arXiv:1412.6071.
    """
    how = (kernel_size, output_size, output_ratio, return_indices, _random_samples)
    return fractional("fractional_max_pool2d", input, *how)


def fractional_max_pool3d(
    input,
    kernel_size,
    output_size=None,
    output_ratio=None,
    return_indices=False,
    _random_samples=None,
):
    """The largest numbers of windows at random over volumes; see `fractional_max_pool2d`."""
    how = (kernel_size, output_size, output_ratio, return_indices, _random_samples)
    return fractional("fractional_max_pool3d", input, *how)


def fractional_max_pool2d_with_indices(
    input,
    kernel_size,
    output_size=None,
    output_ratio=None,
    return_indices=True,
    _random_samples=None,
):
    """`fractional_max_pool2d`, and the index of each number in the flattened image."""
    how = (kernel_size, output_size, output_ratio, True, _random_samples)
    return fractional("fractional_max_pool2d", input, *how)


def fractional_max_pool3d_with_indices(
    input,
    kernel_size,
    output_size=None,
    output_ratio=None,
    return_indices=True,
    _random_samples=None,
):
    """`fractional_max_pool3d`, and the index of each number in the flattened volume."""
    how = (kernel_size, output_size, output_ratio, True, _random_samples)
    return fractional("fractional_max_pool3d", input, *how)


def fractional(name, input, kernel_size, output_size, output_ratio, return_indices, samples):
    """The fractional max pooling of this name."""
    require_tensor(name, input)
    axes, shape = int(name[-2]), input.array.shape
    require_kind(input.dtype, "biu", f"{name}_out_frame")
    if output_size is None and output_ratio is None:
        raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
    if output_size is None:
        ratios = output_ratio if isinstance(output_ratio, tuple | list) else [output_ratio] * axes
        if len(ratios) > axes:
            raise ValueError(
                f"{name} requires output_ratio to either be a single Int or tuple of Ints."
            )
        output_size = [int(n * ratio) for n, ratio in zip(shape[-axes:], ratios)]
    kernel = for_axes(f"{name}(): argument 'kernel_size'", kernel_size, axes)
    counts = for_axes(f"{name}(): argument 'output_size'", output_size, axes)
    for setting, each in (("kernel_size", kernel), ("output_size", counts)):
        if len(each) != axes:
            several = "tuple of Ints" if axes == 2 else "tuple of three Ints"
            raise ShapeError(f"{name}: {setting} must either be a single Int or {several}")
    full = name if axes == 2 else "fractional_max_pool3d_out"
    require_images(full, shape, axes, ":")
    first = len(shape) - axes - 1
    if 0 in shape[first:]:
        raise ShapeError(
            f"{full}(): Expected input to have non-zero size for non-batch dimensions, but got"
            f"{list(shape)} with dimension {first + shape[first:].index(0)} being empty."
        )
    for n, k, count, axis in zip(shape[-axes:], kernel, counts, "THW"[3 - axes :]):
        if count + k - 1 + (axes == 3) > n:  # PyTorch wants one more element there
            where = {"T": "time", "H": "height", "W": "width"}[axis]
            raise ShapeError(f"{full}(): pool {where} {k} too large relative to input {where} {n}")
    n = shape[0] if len(shape) == axes + 2 else 1
    if samples is None:
        samples = rand(n, shape[-axes - 1], axes, dtype=input.dtype, device=input.device)
    require_samples(samples, input, n, shape[-axes - 1], axes)
    order = samples.array[:n, :, ::-1] if axes == 2 else samples.array[:n]
    xp, places = namespace(order), []
    for d, (m, k, count) in enumerate(zip(shape[-axes:], kernel, counts)):
        sample = order[..., d : d + 1]
        alpha = (m - k) / (count - 1) if count > 1 else 0.0
        at = xp.arange(count)
        starts = xp.floor((at + sample) * alpha) - xp.floor(sample * alpha)
        starts = xp.where(at == count - 1, m - k, starts).astype("int64")
        places.append(starts[..., None] + xp.arange(k))
    return largest_at(input, in_flat_images(shape[-axes:], places), return_indices)


def require_samples(samples, input, n, channels, axes):
    """Raise PyTorch's error unless there are samples for each of the n images."""
    if samples.dtype is not input.dtype:
        raise DtypeError("Expect _random_samples to have the same dtype as input")
    shape = samples.array.shape
    if len(shape) != 3:
        raise ShapeError(f"Expect _random_samples to have 3 dimensions, got {len(shape)}")
    if shape[0] < n:
        raise ShapeError("Expect _random_samples.size(0) no less then input batch size.")
    if shape[1] != channels:
        raise ShapeError("Expect _random_samples.size(1) equals to input channel size.")
    if shape[2] != axes:
        raise ShapeError(f"Expect _random_samples.size(2) equals to {axes}; got {shape[2]}.")
