"""Reductions of the segments that a dimension is cut into."""

import numpy as np

from minitorch.autograd.refusals import require_kind
from minitorch.autograd.tensor import Tensor, function, wrap
from minitorch.backend.dtypes import SCALAR_NAMES
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.elementwise import add, div, mul, where
from minitorch.ops.pieces import narrow
from minitorch.ops.scatter import neutral, reduce_along
from minitorch.ops.shape import axis_of, clone

REDUCTIONS = {
    "sum": "sum",
    "mean": "mean",
    "prod": "prod",
    "max": "amax",
    "amax": "amax",
    "min": "amin",
    "amin": "amin",
}


@function
def segment_reduce(
    data, reduce, *, lengths=None, indices=None, offsets=None, axis=0, unsafe=False, initial=None
):
    """Each segment of the float tensor `data` along `axis` reduced to one value.

    reduce   "sum", "mean", "prod", "max" or "min"
    lengths  of the segments, int32 or int64 of shape (*data.shape[:axis], segments)
    offsets  in place of lengths: where each segment begins, and where the last one ends
    unsafe   the segments need not reach the end of `data`
    initial  a value that takes part in each segment. Without it an empty one is 0, nan, 1, -inf
             or inf. A mean is (initial + sum) / length.

    >>> from minitorch import tensor
    >>> segment_reduce(tensor([1.0, 2, 3, 4]), "sum", lengths=tensor([3, 0, 1]))
    tensor([6., 0., 4.])
    """
    axis = axis_of(data.array.ndim, axis)
    if indices is not None:
        raise ShapeError("segment_reduce(): indices based reduction is not supported yet.")
    if lengths is None and offsets is None:
        raise ShapeError("segment_reduce(): Either lengths or offsets must be defined.")
    if reduce not in REDUCTIONS:
        raise ShapeError(
            f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}"
        )
    bounds = segment_bounds(data, lengths, offsets, axis, unsafe)
    require_kind(data.dtype, "biu", "_segment_reduce_cpu")
    if initial is not None:
        initial = starting(initial)
    return reduced(data, REDUCTIONS[reduce], bounds, axis, initial)


def segment_bounds(data, lengths, offsets, axis, unsafe):
    """The offsets of the segments, checked, as an array."""
    shape, xp = data.array.shape, namespace(data.array)
    name, given = ("offsets", offsets) if lengths is None else ("lengths", lengths)
    if not isinstance(given, Tensor):
        raise TypeError(
            f"segment_reduce(): argument '{name}' must be Tensor, not {type(given).__name__}"
        )
    if given.array.ndim != axis + 1:
        raise ShapeError(
            f"segment_reduce(): Expected axis to be the last dimension of {name} but got {axis}."
        )
    if given.array.shape[:axis] != shape[:axis]:
        raise ShapeError(
            f"segment_reduce(): {name} of shape {given.array.shape} do not go with data of shape "
            f"{shape}: the dimensions before axis {axis} differ"
        )
    if given.dtype.name not in ("int32", "int64"):
        raise NotImplementedError(
            f'"_segment_reduce_{name}_cpu_kernel1" not implemented for '
            f"'{SCALAR_NAMES[given.dtype.name]}'"
        )
    bounds = xp.asarray(given.array, dtype=np.int64)
    if name == "lengths":
        if bounds.size and bounds.min() < 0:
            raise ShapeError("lengths contains negative value!")
        if not unsafe and (bounds.sum(-1) != shape[axis]).any():
            raise ShapeError(
                "segment_reduce(): Expected all rows of lengths along axis to sum to "
                "data.size(lengths.dim()-1) when !unsafe."
            )
        start = xp.zeros((*shape[:axis], 1), np.int64)
        bounds = xp.concatenate([start, xp.cumsum(bounds, -1)], axis=-1)
    falls = (bounds[..., 1:] < bounds[..., :-1]).any()
    if not bounds.shape[-1] or falls or (bounds < 0).any() or (bounds > shape[axis]).any():
        raise ShapeError(
            f"segment_reduce(): {name} must cut data into segments within its size {shape[axis]} "
            f"along axis {axis}, one behind the other"
        )
    return bounds


def starting(initial):
    """`initial` as a number."""
    value = initial.item() if isinstance(initial, Tensor) else initial
    if not isinstance(value, bool | int | float):
        raise TypeError(
            f"segment_reduce(): argument 'initial' must be Number, not {type(initial).__name__}"
        )
    return value


def reduced(data, kind, bounds, axis, initial):
    """The segments between `bounds`; what lies before and behind them goes to slots cut off."""
    x, xp = data.array, namespace(data.array)
    count, rest = bounds.shape[-1] - 1, (1,) * (x.ndim - axis - 1)
    begun = xp.add_along(
        xp.ones(bounds.shape, np.int64), bounds, axis, (*x.shape[:axis], x.shape[axis] + 1)
    )
    slots = xp.cumsum(begun, axis)[..., :-1].reshape(*x.shape[: axis + 1], *rest)
    join = "sum" if kind == "mean" else kind
    shape = (*x.shape[:axis], count + 2, *x.shape[axis + 1 :])
    empty = wrap(xp.full(shape, neutral(data.dtype, kind), x.dtype))
    y = reduce_along(empty, data, xp.broadcast_to(slots, x.shape), axis, join)
    y = clone(narrow(y, axis, 1, count))
    if initial is not None:
        y = begun_with(y, join, initial)
    if kind != "mean":
        return y
    lengths = (bounds[..., 1:] - bounds[..., :-1]).reshape(*x.shape[:axis], count, *rest)
    return div(y, wrap(xp.maximum(lengths, initial is not None).astype(x.dtype)))


def begun_with(y, kind, initial):
    """`y` joined with a number; an extreme equal to it is the tensor's, as is its gradient."""
    if kind == "sum":
        return add(y, initial)
    if kind == "prod":
        return mul(y, initial)
    return where(y < initial if kind == "amax" else y > initial, initial, y)
