"""Counting: how often each integer occurs, and how many elements lie in each bin."""

import math

from minitorch.autograd.parts import return_type
from minitorch.autograd.refusals import exactly, require_kind
from minitorch.autograd.tensor import Tensor, function, method, wrap
from minitorch.backend.dtypes import C_NAMES, SCALAR_NAMES
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.making import require_tensor
from minitorch.ops.out import takes_out

HISTOGRAM = return_type("histogram", ("hist", "bin_edges"))
UNLIKE_INPUT = exactly(
    "torch.histogram: input tensor and {place} tensor should have the same dtype, but got input "
    "{made} and {place} {given}"
)
HISTOGRAMDD = return_type("histogramdd", ("hist", "bin_edges"))


@function
@method
def bincount(input, weights=None, minlength=0):
    """How often each of 0, 1, ... occurs in a 1-d tensor of ints, or the sum of its weights.

    minlength  of the result, whose length is otherwise one more than the largest element

    >>> from minitorch import tensor
    >>> bincount(tensor([0, 2, 2]))
    tensor([1, 0, 2])
    """
    require_tensor("bincount", input)
    array = input.array
    require_kind(input.dtype, "bf", "bincount_cpu")
    if minlength < 0:
        raise ShapeError(f"minlength should be >= 0\n  minlength {minlength}")
    if array.ndim != 1 or (array.size and array.min() < 0):
        raise ShapeError("bincount only supports 1-d non-negative integral inputs.")
    xp = namespace(array)
    if weights is None:
        return wrap(xp.bincount(array, minlength=minlength))
    if weights.array.shape != array.shape:
        raise ShapeError(
            "weights should be 1-d and have the same length as input\n"
            f"  input {tuple(input.shape)}   weights {tuple(weights.shape)}"
        )
    sums = xp.bincount(array, weights.array, minlength)
    return wrap(xp.astype(sums, "float32") if weights.array.dtype.char == "f" else sums)


@function
@method
@takes_out(
    exact=exactly(
        "torch.histogram: input tensor and hist tensor should have the same dtype, but got input "
        "{made} and hist {given}"
    )
)
def histc(input, bins=100, min=0, max=0):
    """How many elements lie in each of `bins` bins of one width between `min` and `max`.

    Elements outside do not count, nor does nan. Where min equals max, the smallest and the largest
    element take their place.

    >>> from minitorch import tensor
    >>> histc(tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
    tensor([0., 2., 1., 0.])
    """
    require_tensor("histc", input)
    x = input.array.reshape(-1)
    require_bins("histogram_cpu", x, [bins], "efd")
    low, high = between(x, min, max)
    if low == high:
        low, high = low - 1, high + 1
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ShapeError(f"torch.histc: range of [{low:g}, {high:g}] is not finite")
    if low > high:
        raise ShapeError("torch.histc: max must be larger than min")
    xp = namespace(x)
    x = x[(x >= low) & (x <= high)]
    places = xp.minimum(xp.astype((x - low) * bins / (high - low), "int64"), bins - 1)
    return wrap(xp.astype(xp.bincount(places, minlength=bins), x.dtype))


def between(x, low, high):
    """The given range, or where that is empty, the one of the elements."""
    if low == high and x.size:
        low, high = x.min().item(), x.max().item()
    return low, high


def require_bins(name, x, bins, kinds="fd"):
    if x.dtype.char not in kinds:
        raise NotImplementedError(f"\"{name}\" not implemented for '{SCALAR_NAMES[x.dtype.name]}'")
    for d, n in enumerate(bins):
        if not n > 0:
            raise ShapeError(f"torch.histogram(): bins must be > 0, but got {n} for dimension {d}")


@function
@method
@takes_out(exact=UNLIKE_INPUT)
def histogram(input, bins=100, *, range=None, weight=None, density=False):
    """How many elements lie in each bin, and the edges of the bins.

    bins     how many bins of one width, or their ascending edges, (n + 1,)
    range    (low, high): the outer edges, where `bins` is a number; by default the extremes
    weight   of the shape of `input`: how much each element counts
    density  divide by the total and by the widths: the area is 1

    A bin holds its left edge, the last one its right edge too.

    >>> from minitorch import tensor
    >>> histogram(tensor([1.0, 2.0, 1.0]), bins=4, range=(0.0, 3.0)).hist
    tensor([0., 2., 1., 0.])
    """
    require_tensor("histogram", input)
    if range is not None and isinstance(bins, Tensor):
        raise TypeError(
            "histogram() received an invalid combination of arguments: range with edges as bins"
        )
    x = input.array.reshape(-1, 1)
    weight = None if weight is None else weight.reshape(-1)
    hist, edges = counted(x, [bins], range, weight, density)
    return HISTOGRAM(hist, edges[0])


@function
def histogramdd(input, bins, range=None, weight=None, density=False):
    """How many points (..., d) lie in each cell of a grid, and the edges of the grid.

    bins   for each of the d dimensions, how many or their edges; a number stands for all
    range  low and high for each dimension, in one row
    """
    require_tensor("histogramdd", input)
    if input.array.ndim < 2:
        raise ShapeError(
            "torch.histogramdd: input tensor should have at least 2 dimensions\n"
            f"  input {tuple(input.shape)}"
        )
    count = input.shape[-1]
    bins = [bins] * count if isinstance(bins, int) else list(bins)
    if len(bins) != count:
        raise ShapeError(
            "histogramdd: The size of bins must be equal to the innermost dimension of the input.\n"
            f"  {len(bins)} bins   input {tuple(input.shape)}"
        )
    weight = None if weight is None else weight.reshape(-1)
    points = input.array.reshape(math.prod(input.shape[:-1]), count)
    hist, edges = counted(points, bins, range, weight, density)
    return HISTOGRAMDD(hist, tuple(edges))


def counted(x, bins, range, weight, density):
    """The counts and the edges, for points x (n, d)."""
    count = x.shape[1]
    if range is not None and len(range) != 2 * count:
        raise ShapeError(
            f"torch.histogramdd: for a {count}-dimensional histogram range should have "
            f"{2 * count} elements, but got {len(range)}"
        )
    require_bins("histogramdd", x, [n for n in bins if not isinstance(n, Tensor)])
    require_weight(x, weight)
    xp = namespace(x)
    edges = [
        given_edges(x, n, d)
        if isinstance(n, Tensor)
        else even_edges(x[:, d], n, range and range[2 * d : 2 * d + 2], d)
        for d, n in enumerate(bins)
    ]
    inside = xp.full(len(x), bool(edges))
    cell = xp.zeros(len(x), "int64")
    for d, edge in enumerate(edges):
        values = x[:, d]
        inside &= (values >= edge[0]) & (values <= edge[-1])
        place = xp.searchsorted(edge, values, side="right") - 1
        cell = cell * (len(edge) - 1) + xp.clip(place, 0, len(edge) - 2)
    shape = [len(edge) - 1 for edge in edges]
    weights = xp.ones(len(x), x.dtype) if weight is None else weight.array
    hist = xp.put_add(weights[inside], (cell[inside],), (math.prod(shape),), False).reshape(shape)
    if density:
        hist = hist / hist.sum()
        for d, edge in enumerate(edges):
            hist = hist / xp.diff(edge).reshape(-1, *[1] * (count - 1 - d))
    return wrap(hist), [wrap(edge) for edge in edges]


def given_edges(x, bins, d):
    edges = bins.array
    if edges.dtype != x.dtype:
        raise DtypeError(
            "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got "
            f"input with dtype {C_NAMES[x.dtype.name]} and bins for dimension {d} with dtype "
            f"{C_NAMES[edges.dtype.name]}"
        )
    if edges.ndim != 1:
        raise ShapeError(
            f"torch.histogramdd: bins tensor should have one dimension, but got {edges.ndim} "
            f"dimensions in the bins tensor for dimension {d}"
        )
    if not edges.size:
        raise ShapeError(
            "torch.histogramdd: bins tensor should have at least 1 element, but got 0 elements in "
            f"the bins tensor for dimension {d}"
        )
    return edges.copy()


def even_edges(x, bins, range, d):
    low, high = range or between(x, 0, 0 if x.size else 1)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ShapeError(f"torch.histogramdd: dimension {d}'s range [{low}, {high}] is not finite")
    if low > high:
        raise ShapeError(
            f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} for "
            f"dimension {d}"
        )
    if low == high:
        low, high = low - 0.5, high + 0.5
    return namespace(x).linspace(low, high, bins + 1, dtype=x.dtype)


def require_weight(x, weight):
    if weight is None:
        return
    if len(weight) != len(x):
        raise ShapeError(
            "torch.histogramdd: if weight tensor is provided it should have the same shape as the "
            f"input tensor excluding its innermost dimension, but got input with shape "
            f"{list(x.shape)} and weight with shape {list(weight.shape)}"
        )
    if weight.array.dtype != x.dtype:
        raise DtypeError(
            "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor "
            f"should have the same dtype, but got input({C_NAMES[x.dtype.name]}), and "
            f"weight({C_NAMES[weight.dtype.name]})"
        )
