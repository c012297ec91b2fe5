"""Sorting, equal elements, and searching in what is sorted."""

import numpy as np

from minitorch.autograd.op import op, written
from minitorch.autograd.refusals import require_bool, require_kind, require_out
from minitorch.autograd.tensor import Tensor, function, method, wrap
from minitorch.backend.dtypes import SCALAR_NAMES
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.backend.settings import warn_once
from minitorch.ops.extremes import selected
from minitorch.ops.making import require_tensor
from minitorch.ops.numpy_names import numpy_names
from minitorch.ops.out import takes_out
from minitorch.ops.shape import axis_of


@op(promote=None, outputs=("values", "indices"), numbers="some")
def sort(x, /, dim=-1, descending=False, *, stable=None):
    """The elements in order along `dim`, and where they were; nan counts as the largest.

    Equal elements always keep their order, as with stable=True.

    >>> from minitorch import tensor
    >>> sort(tensor([3.0, 1.0, 2.0])).indices
    tensor([1, 2, 0])
    """
    return selected(
        x, axis_of(x.ndim, dim), True, lambda xp, x, axis: xp.order(x, axis, descending)
    )


@op(promote=None, outputs=("values", "indices"), numbers="some")
def topk(x, /, k, dim=-1, largest=True, sorted=True):
    """The `k` largest (or smallest) elements along `dim`, in order, and where they are.

    Raises RuntimeError where there are fewer than k.
    """
    if x.dtype.kind == "b":
        raise DtypeError("topk does not support bool dtypes on CPU")
    axis = axis_of(x.ndim, dim)
    if not 0 <= k <= (x.shape[axis] if x.ndim else 1):
        raise ShapeError(
            f"selected index k out of range\n  k {k}   input {tuple(x.shape)}   dim {axis}"
        )
    return selected(x, axis, True, lambda xp, x, axis: xp.top(x, k, axis, largest))


@op(promote=None, differentiable=False, public=False)
def order(x, /, axis, descending):
    """The indices that sort `x` along `axis`."""
    return namespace(x).order(x, axis, descending)


@op(promote=None, differentiable=False, public=False)
def top(x, /, k, axis, largest):
    """The indices of the `k` largest (or smallest) elements along `axis`, in order."""
    return namespace(x).top(x, k, axis, largest)


@function
@method
@numpy_names
@takes_out
def argsort(input, dim=-1, descending=False, *, stable=False):
    """The indices that sort `input` along `dim`; equal elements keep their order."""
    return sort(input, dim, descending).indices


@function
@method
@takes_out(exact=require_out)
def msort(input):
    """The elements in order along the first dimension."""
    return sort(input, 0).values


@function
@method
def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The different elements (or slices along `dim`) in ascending order, outside the graph.

    return_inverse  also where in that order each element stands
    return_counts   also how often each occurs; each nan is one of its own
    """
    require_tensor("_unique2", input)
    require_bool("_unique2", return_inverse=return_inverse, return_counts=return_counts)
    array = input.array
    axis = None if dim is None else axis_of(array.ndim, dim)
    if axis is not None:
        require_slices(array.shape, axis)
    if 0 in array.shape:  # NumPy's counts and inverse would be of other shapes
        return unique_consecutive(input, return_inverse, return_counts, dim)
    values, inverse, counts = namespace(array).unique(
        array, return_inverse=True, return_counts=True, axis=axis, equal_nan=False
    )
    inverse = inverse.reshape(array.shape if dim is None else -1)
    return results(values, inverse, counts, return_inverse, return_counts)


def require_slices(shape, axis):
    if 0 in [n for d, n in enumerate(shape) if d != axis]:
        raise ShapeError(
            "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied\n"
            f"  input {tuple(shape)}   dim {axis}"
        )


def results(values, inverse, counts, return_inverse, return_counts):
    """What was asked for: a tensor, or a tuple of them."""
    found = [wrap(values)] + [wrap(inverse)] * return_inverse + [wrap(counts)] * return_counts
    return tuple(found) if len(found) > 1 else found[0]


@function
@method
def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """The elements of the flattened `input` without repeats of the one before.

    dim  the slices along it instead

    >>> from minitorch import tensor
    >>> unique_consecutive(tensor([1, 1, 2, 1]))
    tensor([1, 2, 1])
    """
    require_tensor("unique_consecutive", input)
    require_bool("unique_consecutive", return_inverse=return_inverse, return_counts=return_counts)
    array = input.array
    xp = namespace(array)
    axis = 0 if dim is None else axis_of(array.ndim, dim)
    if dim is not None:
        require_slices(array.shape, axis)
    slices = array.reshape(-1) if dim is None or not array.ndim else xp.moveaxis(array, axis, 0)
    rows = slices.reshape(len(slices), -1) if len(slices) else slices
    first = xp.ones(len(slices), bool)
    first[1:] = (rows[1:] != rows[:-1]).reshape(len(rows[1:]), -1).any(1) if len(rows) > 1 else True
    (starts,) = xp.nonzero(first)
    inverse = xp.cumsum(first) - 1
    counts = xp.diff(xp.append(starts, len(slices)))
    values = slices[starts]
    if dim is None:
        inverse = inverse.reshape(array.shape)
    elif array.ndim:
        values = xp.moveaxis(values, 0, axis)
    return results(values, inverse, counts, return_inverse, return_counts)


@function
def searchsorted(
    sorted_sequence, input, *, out_int32=False, right=False, side=None, out=None, sorter=None
):
    """Where to insert `input`, a tensor or a number, into ascending `sorted_sequence`.

    sorted_sequence  (n,), or (..., n) with the leading dimensions of `input`
    right            behind equal elements; so is side="right"
    sorter           the indices that sort `sorted_sequence`, if it is not in order

    >>> from minitorch import tensor
    >>> searchsorted(tensor([1, 3, 5]), tensor([0, 3, 9]))
    tensor([0, 1, 3])
    """
    require_bool("searchsorted", out_int32=out_int32, right=right)
    row = sorted_sequence.array
    xp = namespace(row)
    warn_of_copies(sorted_sequence, input)
    if isinstance(input, Tensor):
        sought = input.array
    else:
        sought = xp.asarray(input, dtype=row.dtype if row.dtype.kind == "f" else None)
    require_kind(sorted_sequence.dtype, "b", "searchsorted_out_cpu")
    if not row.ndim:
        raise ShapeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 "
            "dimension"
        )
    require_search(row, sought, right, side, sorter, isinstance(input, Tensor))
    if sorter is not None:
        row = xp.take_along(row, sorter.array, row.ndim - 1)
    kind = np.dtype("int32" if out_int32 else "int64")
    if out is not None and out.array.dtype != kind:
        raise DtypeError(
            "torch.searchsorted(): output tensor's dtype is wrong, it can only be Int(int32) or "
            "Long(int64) depending on whether out_int32 flag is True, but we got output tensor's "
            f"dtype {SCALAR_NAMES[out.dtype.name]} and out_int32 flag is {out_int32}"
        )
    side = "right" if right or side == "right" else "left"
    if row.ndim == 1:
        found = xp.searchsorted(row, sought, side=side)
    elif not sought.size:
        found = xp.zeros(sought.shape, kind)
    else:
        pairs = zip(row.reshape(-1, row.shape[-1]), sought.reshape(-1, sought.shape[-1]))
        found = xp.stack([xp.searchsorted(a, b, side=side) for a, b in pairs]).reshape(sought.shape)
    found = xp.asarray(found, dtype=kind)
    return wrap(found) if out is None else written(found, out)


def warn_of_copies(boundaries, input):
    for name, t in (("boundary", boundaries), ("input value", input)):
        if isinstance(t, Tensor) and not t.is_contiguous():
            warn_once(
                f"torch.searchsorted(): {name} tensor is non-contiguous, this will lower the "
                "performance due to extra data copy when converting non-contiguous tensor to "
                f"contiguous, please use contiguous {name} tensor if possible. This message will "
                "only appear once per program.",
                stacklevel=4,
            )


def require_search(row, sought, right, side, sorter, is_tensor):
    """Refuse boundaries and settings that do not go together."""
    name = "torch.searchsorted(): "
    if side not in (None, "left", "right"):
        raise ShapeError(f"{name}side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise ShapeError(
            f"{name}side and right can't be set to opposites, got side of left while right was True"
        )
    if row.ndim != 1 and not (is_tensor and sought.ndim):
        raise ShapeError(
            f"{name}input value can be a scalar only when boundaries tensor dimension is 1, but we "
            f"got boundaries tensor dim({row.ndim}) and input value's dim({sought.ndim}) "
            f"numel({sought.size})"
        )
    if row.ndim != 1 and row.shape[:-1] != sought.shape[:-1]:
        raise ShapeError(
            f"{name}boundaries tensor should be 1 dimension or the first N-1 dimensions of "
            "boundaries tensor and input value tensor must match, but we got boundaries tensor "
            f"{list(row.shape)} and input value tensor {list(sought.shape)}"
        )
    if sorter is None:
        return
    if sorter.array.shape != row.shape:
        raise ShapeError(
            f"{name}boundary and sorter must have the same size, but got boundary tensor "
            f"{list(row.shape)}and got sorter tensor {list(sorter.shape)}"
        )
    if sorter.array.dtype != np.int64:
        raise DtypeError(
            f"{name}sorter must be a tensor of long dtype but got dtype "
            f"{SCALAR_NAMES[sorter.dtype.name]}"
        )
    if namespace(row).outside(sorter.array, row.shape[-1]) is not None:
        raise ShapeError(f"{name}sorter index out of range")


@function
def bucketize(input, boundaries, *, out_int32=False, right=False, out=None):
    """The number of the interval between ascending `boundaries` in which each element lies.

    boundaries  (n,)
    right       whether an interval holds its left boundary, instead of its right one
    """
    if boundaries.array.ndim != 1:
        raise ShapeError(
            f"boundaries tensor must be 1 dimension, but got dim({boundaries.array.ndim})"
        )
    return searchsorted(boundaries, input, out_int32=out_int32, right=right, out=out)
