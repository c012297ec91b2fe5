"""Average pooling over one to three axes; the averages are products with matrices of weights."""

import math
from functools import lru_cache
from typing import Any

import numpy as np

from minitorch.autograd.op import op
from minitorch.autograd.refusals import require_bool, require_kind
from minitorch.autograd.tensor import function, wrap
from minitorch.backend.devices import move
from minitorch.backend.dtypes import float16, float32
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.backend.numpy_pool import pooled_size
from minitorch.ops.elementwise import where
from minitorch.ops.index import WHOLE, copy_at
from minitorch.ops.making import require_tensor
from minitorch.ops.out import takes_out
from minitorch.ops.pool import (
    each_axis,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    pooled_sizes,
    require_rank,
    windows,
)
from minitorch.ops.shape import in_order_of

LARGE = 1 << 22  # numbers in a matrix of weights; beyond it there are faster ways than a product


@op(public=False, numpy=("weighted",), shown="AvgPool2D", piecewise=True)
def weighted_windows(x, columns, rows=None, /):
    """rows @ x @ columns.T for each image: sums over windows, given by a row of weights each.

    Where a weight is 0 even an infinite number does not count. Without `rows`: x @ columns.T.
    """
    xp = namespace(x)
    across = xp.swapaxes(columns, 0, 1)
    down = None if rows is None else xp.swapaxes(rows, 0, 1)
    return xp.weighted(x, columns, rows), lambda g: xp.weighted(g, across, down), None, None


def weigh(input, weights):
    """`input` (..., *S) with its last axes weighted, giving (..., *P).

    weights  for each axis what `weights_at` gives

    float16 is computed in float32.
    """
    if input.dtype is float16:
        weights = [over_shares(lambda w: w.to(float32), each) for each in weights]
        return weigh(input.to(float32), weights).to(float16)
    if len(weights) == 2 and not any(isinstance(each, list) for each in weights):
        return weighted_windows(input, weights[1], weights[0])
    for axis, each in enumerate(weights, -len(weights)):
        input = weigh_axis(input, each, axis)
    return input


def weigh_axis(x, weights, axis):
    """`x` with one axis weighted."""
    x = x.swapaxes(axis, -1)
    if isinstance(weights, list):
        lead = [WHOLE] * (x.ndim - 1)
        parts = [copy_at(x, (*lead, at)) * share for at, share in weights]
        y = sum(parts[1:], parts[0])
    else:
        y = weighted_windows(x, weights)
    return y.swapaxes(axis, -1)


def weights_at(taps, n, dtype, device):
    """Weights of n elements for P results, from taps: positions (P,) and their shares (P,).

    returns  a matrix (P, n); where that would be large, the list of the taps
    """
    if len(taps[0][0]) * n > LARGE:
        return [
            (move(at, device), wrap(move(share.astype(dtype.dtype), device))) for at, share in taps
        ]
    matrix = np.zeros((len(taps[0][0]), n), taps[0][1].dtype)
    for at, share in taps:
        matrix[np.arange(len(at)), at] += share
    return wrap(move(matrix.astype(dtype.dtype), device))


def over_shares(f, weights):
    """Weights with f of each share."""
    if isinstance(weights, list):
        return [(at, f(share)) for at, share in weights]
    return f(weights)


def weights_of(spans, n, dtype, device):
    """Weights of 1/count from start to before end, for each (start, end, count)."""
    start, end, count = np.array(spans, np.int64).reshape(-1, 3).T
    taps = []
    for k in range(max(1, (end - start).max(initial=0))):
        at = start + k
        inside = at < end
        taps.append((np.where(inside, at, 0), np.where(inside, 1 / np.maximum(count, 1), 0)))
    return weights_at(taps, n, dtype, device)


# -------------------------------------------------------------------- windows of one size


@function
def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """The average of each window of sequences (N, C, T) or (C, T); see `avg_pool2d`."""
    how = windows("avg_pool1d", kernel_size, stride, padding)
    return average("avg_pool1d", input, how, ceil_mode, count_include_pad, None)


@takes_out
def avg_pool2d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    """The average of each window; the arguments are those of `max_pool2d`, but

    count_include_pad  whether the zeros of the padding count
    divisor_override   what to divide the sums by, instead of the number of elements
    """
    how = windows("avg_pool2d", kernel_size, stride, padding)
    return average("avg_pool2d", input, how, ceil_mode, count_include_pad, divisor_override)


@takes_out
def avg_pool3d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    """The average of each window of volumes (N, C, D, H, W); see `avg_pool2d`."""
    how = windows("avg_pool3d", kernel_size, stride, padding)
    return average("avg_pool3d", input, how, ceil_mode, count_include_pad, divisor_override)


def average(name, input, how: Any, ceil_mode, count_include_pad, divisor_override):
    """The average pooling of this name; integers are rounded towards zero."""
    require_tensor(name, input)
    require_bool(name, ceil_mode=ceil_mode, count_include_pad=count_include_pad)
    shape, axes = input.array.shape, int(name[-2])
    if divisor_override == 0:
        raise ShapeError("divisor must be not zero")
    require_rank(name, shape, axes)
    kernel, stride, padding, dilation = how
    if axes == 3 and any(n < k for n, k in zip(shape[-3:], kernel)):
        text = "input image (T: {} H: {} W: {}) smaller than kernel size (kT: {} kH: {} kW: {})"
        raise ShapeError(text.format(*shape[-3:], *kernel))
    pooled_sizes(shape, kernel, stride, padding, dilation, ceil_mode)
    if input.dtype.name != "int64":
        require_kind(input.dtype, "biu", "avg_pool3d_out_frame" if axes == 3 else "avg_pool2d")
    if axes == 3 and input.is_cpu:
        require_kind(input.dtype, "h", "avg_pool3d_out_frame")
    whole = input.array.dtype.kind != "f"
    divides = not whole and divisor_override is None
    spans = [
        window_spans(n, *axis, ceil_mode, count_include_pad)
        for n, *axis in zip(shape[-axes:], *how[:3])
    ]
    y = weigh(
        input,
        [
            window_weights(n, each, divides, input.dtype, input.device)
            for n, each in zip(shape[-axes:], spans)
        ],
    )
    y = in_order_of(y, input)
    if divisor_override is not None:
        return y.div(divisor_override, rounding_mode="trunc" if whole else None)
    if divides:
        return y
    counts = np.ones((), np.int64)
    for each in spans:
        counts = np.multiply.outer(counts, [count for _, _, count in each])
    return y.div(wrap(move(counts, input.device)), rounding_mode="trunc")


@lru_cache(32)
def window_spans(n, kernel, stride, padding, ceil_mode, with_padding):
    """((start, end, count), ...) for each window along an axis of length n.

    count  of the elements from start to before end; also of the padding if `with_padding`
    """
    spans = []
    for i in range(pooled_size(n, kernel, stride, padding, 1, ceil_mode)):
        start = i * stride - padding
        end = min(start + kernel, n + padding)
        inside = max(start, 0), min(end, n)
        spans.append((*inside, end - start if with_padding else inside[1] - inside[0]))
    return tuple(spans)


@lru_cache(32)
def window_weights(n, spans, divides, dtype, device):
    """The weights of `spans`; without `divides` they are 1."""
    if not divides:
        spans = [(start, end, 1) for start, end, _ in spans]
    return weights_of(spans, n, dtype, device)


# -------------------------------------------------------------------- power averages


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """(sum of x**p over each window) ** (1/p), p = `norm_type`; see `avg_pool1d`."""
    return power_average(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """(sum of x**p over each window) ** (1/p), p = `norm_type`; see `avg_pool2d`."""
    return power_average(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """(sum of x**p over each window) ** (1/p), p = `norm_type`; see `avg_pool3d`."""
    return power_average(3, input, norm_type, kernel_size, stride, ceil_mode)


def power_average(axes, input, norm_type, kernel_size, stride, ceil_mode):
    """(sum of x^p over each window)^(1/p), p = norm_type; the largest for infinity."""
    largest_of = (max_pool1d, max_pool2d, max_pool3d)[axes - 1]
    if norm_type in (float("inf"), -float("inf")):
        sign = 1 if norm_type > 0 else -1
        return sign * largest_of(sign * input.abs(), kernel_size, stride, 0, 1, ceil_mode)
    averages = (avg_pool1d, avg_pool2d, avg_pool3d)[axes - 1]
    y = averages(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    count = math.prod(each_axis("lp_pool", "kernel_size", kernel_size, axes))
    # An empty sum has the gradient 0: the slope of the root there is infinite.
    return where(y != 0, y * count, 0.0).pow(1 / norm_type)
