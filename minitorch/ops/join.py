"""Joining tensors, cutting them up, and bringing them to one shape."""

from itertools import accumulate

import numpy as np

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.tensor import FUNCTIONS, Size, Tensor, function, method
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.index import WHOLE, view_at
from minitorch.ops.shape import axis_of, broadcast_to, expand, reshape


@op(public=False, shown="Cat")
def joined(*tensors, dim=0):
    """The tensors one after the other along `dim`; those of shape (0,) are left out."""
    shapes = [x.shape for x in tensors]
    given = [x for x in tensors if x.shape != (0,)]
    if not given:
        return tensors[0] + 0, [lambda g: g for _ in tensors]
    axis = axis_of(given[0].ndim, dim)
    try:
        y = namespace(tensors[0]).concatenate(given, axis=axis)
    except ValueError:
        raise not_joinable(given, axis) from None
    vjps, start = [], 0
    for shape in shapes:
        if shape == (0,):
            vjps.append(none_of)
            continue
        stop = start + shape[axis]
        vjps.append(part_of((slice(None),) * axis + (slice(start, stop),)))
        start = stop
    return y, vjps


def part_of(key):
    """The vjp that hands on a part of the gradient: a function of its own, to hold its own key."""
    return lambda g: g[key]


def none_of(g):
    """The gradient of an input of shape (0,)."""
    return g.reshape(-1)[:0]


def not_joinable(tensors, axis):
    """Why these tensors can't be joined along `axis`."""
    first = tensors[0].shape
    for number, x in enumerate(tensors):
        if not x.ndim:
            return ShapeError(
                f"zero-dimensional tensor (at position {number}) cannot be concatenated"
            )
        if x.ndim != len(first):
            return ShapeError(
                f"Tensors must have same number of dimensions: got {len(first)} and {x.ndim}"
            )
        for d, (wanted, n) in enumerate(zip(first, x.shape)):
            if d != axis and wanted != n:
                return ShapeError(
                    f"Sizes of tensors must match except in dimension {axis}. Expected size "
                    f"{wanted} but got size {n} for tensor number {number} in the list."
                )
    return ShapeError("cat(): the tensors do not go together")


@function
def cat(tensors, dim=0, *, axis=None, out=None):
    """The tensors one after the other along `dim`.

    Their other sizes must agree; tensors of shape (0,) are left out, as in PyTorch.
    """
    return call_on_list("cat", joined, tensors, dim if axis is None else axis, out)


def call_on_list(name, f, tensors, dim, out):
    """The op `f` on a sequence of tensors, brought to one dtype."""
    if isinstance(tensors, Tensor):
        raise TypeError(
            f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor"
        )
    tensors = tuple(tensors)
    try:
        dtypes = {t.array.dtype for t in tensors}
    except AttributeError:
        at, x = next((at, x) for at, x in enumerate(tensors) if not isinstance(x, Tensor))
        raise TypeError(
            f"expected Tensor as element {at} in argument 0, but got {type(x).__name__}"
        ) from None
    if len(dtypes) == 1 and out is None:  # 5 us faster
        return f.op.call(tensors, {"dim": dim})
    if not tensors:
        raise ShapeError(f"torch.{name}(): expected a non-empty list of Tensors")
    return f(tensors, dim=dim, out=out)


@op(public=False, shown="Stack")
def stacked(*tensors, dim=0):
    """The tensors, of one shape, along a new dimension `dim`."""
    first = tensors[0].shape
    for at, x in enumerate(tensors):
        if x.shape != first:
            raise ShapeError(
                f"stack expects each tensor to be equal size, but got {list(first)} at entry 0 and "
                f"{list(x.shape)} at entry {at}"
            )
    axis = axis_of(len(first) + 1, dim)
    before, shape = (slice(None),) * axis, (*first[:axis], 1, *first[axis:])
    # 2 us for two small arrays, where np.stack takes 5
    y = namespace(tensors[0]).concatenate([x.reshape(shape) for x in tensors], axis=axis)
    return y, [part_of((*before, i)) for i in range(len(tensors))]


@function
def stack(tensors, dim=0, *, axis=None, out=None):
    """The tensors, all of one shape, along a new dimension at position `dim`."""
    return call_on_list("stack", stacked, tensors, dim if axis is None else axis, out)


def at_least(rank, tensors):
    """The tensors, those of fewer dimensions with one in front (for rank 2) or as vectors."""
    return [
        reshape(t, (1,) * (rank - t.array.ndim) + t.shape) if t.array.ndim < rank else t
        for t in tensors
    ]


@function
def hstack(tensors, *, out=None):
    """The tensors side by side: along dimension 1, vectors along 0."""
    tensors = at_least(1, tensors)
    return cat(tensors, 0 if tensors[0].array.ndim == 1 else 1, out=out)


@function
def vstack(tensors, *, out=None):
    """The tensors one above the other, vectors as rows."""
    return cat(at_least(2, tensors), 0, out=out)


# -------------------------------------------------------------------- parts


@function
@method
def narrow(input, dim, start, length):
    """The `length` slices from `start` on, along `dim`: a view."""
    axis = axis_of(input.array.ndim, dim)
    size = input.size(axis)
    start = int(start)
    if length < 0:
        raise ShapeError("narrow(): length must be non-negative.")
    if not -size <= start <= size:
        raise IndexError(
            f"start out of range (expected to be in range of [{-size}, {size}], but got {start})"
        )
    start += size * (start < 0)
    if start + length > size:
        raise ShapeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return view_at(input, (*[WHOLE] * axis, slice(start, start + length), Ellipsis))


@function
@method
def select(input, dim, index):
    """The slice at `index` along `dim`, without that dimension: a view."""
    if not input.array.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    axis = axis_of(input.array.ndim, dim)
    index = int(index)
    if not -input.size(axis) <= index < input.size(axis):
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at "
            f"dimension {axis}"
        )
    return view_at(input, (*[WHOLE] * axis, index, Ellipsis))


@function
@method
def unbind(input, dim=0):
    """All slices along `dim`, as a tuple of views without that dimension."""
    if not input.array.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    return tuple([select(input, dim, i) for i in range(input.size(dim))])


@function
def split(tensor, split_size_or_sections, dim=0):
    """Consecutive parts along `dim`, as a tuple of views.

    split_size_or_sections  the size of each part, of which the last may be smaller; or all sizes
    """
    axis = axis_of(tensor.array.ndim, dim)
    size, sections = tensor.size(axis), split_size_or_sections
    if isinstance(sections, int):
        if sections < 0:
            raise ShapeError(
                f"split expects split_size be non-negative, but got split_size={sections}"
            )
        if not sections and size:
            raise ShapeError(
                f"split_size can only be 0 if dimension size is 0, but got dimension size of {size}"
            )
        count = max(1, -(-size // max(1, sections)))
        sections = [sections] * (count - 1) + [size - sections * (count - 1)]
    elif sum(sections) != size:
        raise ShapeError(
            f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size "
            f"at dimension {axis}), but got split_sizes={list(sections)}"
        )
    starts = accumulate(sections, initial=0)
    return tuple([narrow(tensor, axis, start, n) for start, n in zip(starts, sections)])


def split_method(self, split_size, dim=0):
    return split(self, split_size, dim)


split_method.__doc__ = split.__doc__
split_method.__name__ = "split"
method(split_method)


@function
@method
def chunk(input, chunks, dim=0):
    """At most `chunks` consecutive parts of one size along `dim`, the last maybe smaller: views."""
    if chunks < 1:
        raise ShapeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    size = input.size(dim)
    return split(input, -(-size // chunks) if size else [0] * chunks, dim)


# -------------------------------------------------------------------- bringing shapes together


@function
def broadcast_shapes(*shapes):
    """The shape to which all these (tuples, or numbers for one dimension) broadcast."""
    try:
        return Size(np.broadcast_shapes(*shapes))
    except ValueError:
        raise ShapeError(
            "Shape mismatch: objects cannot be broadcast to a single shape: "
            + ", ".join(str(list(shape)) for shape in shapes)
        ) from None


@function
def broadcast_tensors(*tensors):
    """The tensors, all broadcast to one shape: a tuple of views."""
    shape = broadcast_shapes(*[t.array.shape for t in tensors])
    return tuple([broadcast_to(t, shape) for t in tensors])


@function
def meshgrid(*tensors, indexing="ij"):
    """A grid of the 1-d tensors: for each a tensor of the grid's shape with its coordinate.

    indexing  "ij": the first tensor runs along dimension 0; "xy": along dimension 1
    """
    if indexing not in ("ij", "xy"):
        raise ShapeError(
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
        )
    if len(tensors) == 1 and not isinstance(tensors[0], Tensor):
        (tensors,) = tensors
    if any(t.array.ndim > 1 for t in tensors):
        raise ShapeError(
            "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: "
            + ", ".join(str(tuple(t.shape)) for t in tensors)
        )
    swap = indexing == "xy" and len(tensors) > 1
    lines = [reshape(t, (-1,)) for t in tensors]
    lines = [lines[1], lines[0], *lines[2:]] if swap else lines
    shape = tuple([line.array.size for line in lines])
    grids = [
        expand(reshape(line, (1,) * d + (-1,) + (1,) * (len(lines) - 1 - d)), shape)
        for d, line in enumerate(lines)
    ]
    return (grids[1], grids[0], *grids[2:]) if swap else tuple(grids)


FUNCTIONS["concat"] = FUNCTIONS["concatenate"] = TENSOR_FUNCTIONS.concatenate = cat
TENSOR_FUNCTIONS.stack = stack
