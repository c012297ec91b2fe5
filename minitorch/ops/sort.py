"""Sorting, searching in what is sorted, and counting equal elements."""

import numpy as np

from minitorch.autograd.op import op
from minitorch.autograd.tensor import Tensor, function, method, wrap
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.shape import axis_of


@op(promote=None, outputs=("values", "indices"))
def sort(x, /, dim=-1, descending=False, stable=False):
    """The elements in order along `dim`, and where they were; nan counts as the largest.

    Equal elements always keep their order, as with stable=True.

    >>> from minitorch import tensor
    >>> sort(tensor([3.0, 1.0, 2.0])).indices
    tensor([1, 2, 0])
    """
    return chosen(x, axis_of(x.ndim, dim), lambda xp, x, axis: xp.order(x, axis, descending))


@op(promote=None, outputs=("values", "indices"))
def topk(x, /, k, dim=-1, largest=True, sorted=True):
    """The `k` largest (or smallest) elements along `dim`, in order, and where they are.

    Raises RuntimeError where there are fewer than k.
    """
    axis = axis_of(x.ndim, dim)
    if not 0 <= k <= (x.shape[axis] if x.ndim else 1):
        raise ShapeError(
            f"selected index k out of range\n  k {k}   input {tuple(x.shape)}   dim {axis}"
        )
    return chosen(x, axis, lambda xp, x, axis: xp.top(x, k, axis, largest))


def chosen(x, axis, choose):
    """(values, indices) and their vjp, for the indices along `axis` that `choose` returns."""
    xp, shape = namespace(x), x.shape
    if not shape:
        return (xp.copy(x), xp.zeros((), "int64")), lambda parts: parts[0]
    indices = choose(xp, x, axis)
    values = xp.take_along(x, indices, axis)
    return (values, indices), lambda parts: xp.put_along(parts[0], indices, axis, shape)


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
def argsort(input, dim=-1, descending=False, stable=False):
    """The indices that sort `input` along `dim`; equal elements keep their order."""
    return sort(input, dim, descending, stable).indices


@function
@method
def msort(input):
    """The elements in order along the first dimension."""
    return sort(input, 0).values


@function
@method
def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The different elements (or slices along `dim`) in ascending order, outside the graph.

    return_inverse  also where in that order each element stands
    return_counts   also how often each occurs
    """
    array = input.array
    axis = None if dim is None else axis_of(array.ndim, dim)
    values, inverse, counts = namespace(array).unique(
        array, return_inverse=True, return_counts=True, axis=axis
    )
    inverse = inverse.reshape(array.shape if dim is None else -1)
    found = [wrap(values)] + [wrap(inverse)] * return_inverse + [wrap(counts)] * return_counts
    return tuple(found) if len(found) > 1 else found[0]


@function
@method
def unique_consecutive(input, return_inverse=False, return_counts=False):
    """The elements of the flattened `input` without repeats of the one before."""
    array = input.array.reshape(-1)
    xp = namespace(array)
    first = xp.ones(array.shape, bool)
    first[1:] = array[1:] != array[:-1]
    (starts,) = xp.nonzero(first)
    inverse = xp.cumsum(first).reshape(input.array.shape) - 1
    counts = xp.diff(xp.append(starts, array.size))
    found = (
        [wrap(array[starts])] + [wrap(inverse)] * return_inverse + [wrap(counts)] * return_counts
    )
    return tuple(found) if len(found) > 1 else found[0]


@function
def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None):
    """Where to insert `input`, a tensor or a number, into ascending `sorted_sequence`.

    sorted_sequence  (n,), or (..., n) with the leading dimensions of `input`
    right            behind equal elements; so is side="right"

    >>> from minitorch import tensor
    >>> searchsorted(tensor([1, 3, 5]), tensor([0, 3, 9]))
    tensor([0, 1, 3])
    """
    side = side or ("right" if right else "left")
    row = sorted_sequence.array
    xp = namespace(row)
    sought = input.array if isinstance(input, Tensor) else xp.asarray(input)
    if row.ndim == 1:
        found = xp.searchsorted(row, sought, side=side)
    elif row.shape[:-1] == sought.shape[:-1]:
        pairs = zip(row.reshape(-1, row.shape[-1]), sought.reshape(-1, sought.shape[-1]))
        found = xp.stack([xp.searchsorted(a, b, side=side) for a, b in pairs]).reshape(sought.shape)
    else:
        raise ShapeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 "
            "dimensions of boundaries tensor and input value tensor must match, but we got "
            f"boundaries tensor {list(row.shape)} and input value tensor {list(sought.shape)}"
        )
    return wrap(xp.asarray(found, dtype="int32" if out_int32 else "int64"))


@function
def bucketize(input, boundaries, *, out_int32=False, right=False):
    """The number of the interval between ascending `boundaries` in which each element lies."""
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


@function
@method
def bincount(input, weights=None, minlength=0):
    """How often each of 0, 1, ... occurs in a 1-d tensor of ints, or the sum of its weights."""
    array = input.array
    if array.ndim != 1 or (array.size and array.min() < 0):
        raise ShapeError("bincount only supports 1-d non-negative integral inputs.")
    if array.dtype.kind not in "iu":
        raise DtypeError(f'"bincount_cpu" not implemented for {input.dtype}')
    weights = None if weights is None else weights.array
    return wrap(namespace(array).bincount(array, weights, minlength))


def one_hot(tensor, num_classes=-1):
    """Rows of zeros with a one at the class that each element names: (...) to (..., num_classes).

    tensor       int64 in [0, num_classes)
    num_classes  -1: one more than the largest class
    """
    classes = tensor.array
    if classes.dtype != np.int64:
        raise DtypeError("one_hot is only applicable to index tensor of type LongTensor.")
    if classes.size and classes.min() < 0:
        raise ShapeError("Class values must be non-negative.")
    if num_classes == -1:
        if not classes.size:
            raise ShapeError("Can not infer total number of classes from empty tensor.")
        num_classes = int(classes.max()) + 1
    if classes.size and classes.max() >= num_classes:
        raise ShapeError("Class values must be smaller than num_classes.")
    xp = namespace(classes)
    return wrap((classes[..., None] == xp.arange(num_classes)).astype(np.int64))
