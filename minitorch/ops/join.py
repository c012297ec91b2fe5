"""Joining tensors and bringing them to one shape."""

import itertools
from functools import partial

import numpy as np

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import require_castable, unequal_sizes
from minitorch.autograd.tensor import FUNCTIONS, Size, Tensor, function, wrap
from minitorch.backend.devices import move
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.backend.settings import warn_once
from minitorch.ops.index import take_rows
from minitorch.ops.out import into
from minitorch.ops.shape import axis_of, broadcast_to, expand, reshape


@op(public=False, joint=True, shown="Cat")
def joined(*tensors, dim=0):
    """The tensors one after the other along `dim`; those of shape (0,) are left out."""
    shapes = [x.shape for x in tensors]
    given = [x for x in tensors if x.shape != (0,)] if (0,) in shapes else tensors
    if not given:
        return namespace(tensors[0]).array(tensors[0]), lambda g: [g for _ in tensors]
    axis = axis_of(given[0].ndim, dim)
    try:
        y = namespace(tensors[0]).concatenate(given, axis=axis)
    except (ValueError, TypeError):
        if len({type(x) for x in given}) > 1:
            raise  # arrays of two devices
        raise not_joinable(given, axis) from None
    return namespace(y).dense(y, True), lambda g: parts(g, shapes, axis)


def parts(g, shapes, axis):
    """What `joined` put together along `axis` from tensors of these shapes."""
    found, before, start = [], (slice(None),) * axis, 0
    for shape in shapes:
        stop = start if shape == (0,) else start + shape[axis]
        part = g[(*before, slice(start, stop))]
        found.append(part.reshape(0) if shape == (0,) else part)
        start = stop
    return found


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


require_room = partial(
    require_castable,
    words="torch.cat(): input types can't be cast to the desired output type {Given}",
)


@function
def cat(tensors, dim=0, *, axis=None, out=None):
    """The tensors one after the other along `dim`.

    Their other sizes must agree; tensors of shape (0,) are left out, as in PyTorch.
    """
    if out is not None and not isinstance(tensors, Tensor):
        axis = dim if axis is None else axis
        return into(out, cat, list(tensors), axis, exact=require_room)
    return call_on_list("cat", joined, tensors, dim if axis is None else axis)


def call_on_list(name, f, tensors, dim):
    """The op `f` on a sequence of tensors, brought to one dtype."""
    if type(tensors) is not tuple and type(tensors) is not list:
        if isinstance(tensors, Tensor | str) or not hasattr(tensors, "__iter__"):
            raise TypeError(
                f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, "
                f"not {type(tensors).__name__}"
            )
        tensors = tuple(tensors)
    if not tensors:
        raise ShapeError(
            "torch.cat(): expected a non-empty list of Tensors"
            if name == "cat"
            else f"{name} expects a non-empty TensorList"
        )
    return f(tensors, dim=dim)


@op(public=False, joint=True, shown="Stack")
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
    count = len(tensors)  # a captured array would be kept
    return namespace(y).dense(y), lambda g: [g[(*before, i)] for i in range(count)]


@function
def stack(tensors, dim=0, *, axis=None, out=None):
    """The tensors, all of one shape, along a new dimension at position `dim`."""
    if out is not None and not isinstance(tensors, Tensor):
        axis = dim if axis is None else axis
        return into(out, stack, list(tensors), axis, exact=require_room)
    return call_on_list("stack", stacked, tensors, dim if axis is None else axis)


def atleast(rank, name, tensors):
    """Each tensor with `rank` dimensions at least; of a single one that, of more a tuple."""
    if len(tensors) == 1 and not isinstance(tensors[0], Tensor):
        return tuple([raised(rank, t) for t in require_tensors(name, tensors[0])])
    made = tuple([raised(rank, t) for t in require_tensors(name, tensors)])
    return made[0] if len(made) == 1 else made


def raised(rank, t):
    """`t` with `rank` dimensions at least: vectors become rows, and matrices one-slice stacks."""
    shape = t.array.shape
    if len(shape) >= rank:
        return t
    if len(shape) == rank - 1 == 2:
        return reshape(t, (*shape, 1))
    return reshape(t, {0: (1,) * rank, 1: (1, *shape, 1)[:rank]}[len(shape)])


def require_tensors(name, tensors):
    for at, t in enumerate(tensors):
        if not isinstance(t, Tensor):
            raise TypeError(
                f"{name}(): expected Tensor as element {at} in argument 0, "
                f"but got {type(t).__name__}"
            )
    return tensors


@function
def atleast_1d(*tensors):
    """The tensors, those without dimensions with one."""
    return atleast(1, "atleast_1d", tensors)


@function
def atleast_2d(*tensors):
    """The tensors, vectors as rows."""
    return atleast(2, "atleast_2d", tensors)


@function
def atleast_3d(*tensors):
    """The tensors, vectors as (1, n, 1), matrices as (m, n, 1)."""
    return atleast(3, "atleast_3d", tensors)


def stacking(name, rank, axis, doc):
    """The function that joins tensors of at least `rank` dimensions along `axis`."""

    def call(tensors, *, out=None):
        if isinstance(tensors, Tensor):
            raise TypeError(
                f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor"
            )
        if not tensors:
            raise ShapeError(f"{name} expects a non-empty TensorList")
        made = [raised(rank, t) for t in require_tensors(name, tensors)]
        return cat(made, min(axis, made[0].array.ndim - 1), out=out)

    call.__name__ = name
    call.__doc__ = doc
    return function(call)


hstack = stacking("hstack", 1, 1, "The tensors side by side: along dimension 1, vectors along 0.")
vstack = stacking("vstack", 2, 0, "The tensors one above the other, vectors as rows.")
dstack = stacking("dstack", 3, 2, "The tensors one behind the other; see `atleast_3d`.")
FUNCTIONS["row_stack"] = vstack


@function
def column_stack(tensors, *, out=None):
    """The tensors side by side, vectors and numbers as columns."""
    if isinstance(tensors, Tensor):
        raise TypeError(
            "column_stack(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor"
        )
    if not tensors:
        raise ShapeError("column_stack expects a non-empty TensorList")
    columns = [reshape(t, (-1, 1)) if t.array.ndim < 2 else t for t in tensors]
    return hstack(columns, out=out)


@function
def block_diag(*tensors):
    """The matrix with the tensors (of 2 dimensions at most) along its diagonal, zeros elsewhere.

    >>> from minitorch import ones
    >>> block_diag(ones(1, 2), ones(1))
    tensor([[1., 1., 0.],
            [0., 0., 1.]])
    """
    for at, t in enumerate(require_tensors("block_diag", tensors)):
        if t.array.ndim > 2:
            raise ShapeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {at} has "
                f"{t.array.ndim} dimensions"
            )
    blocks = [raised(2, t) for t in tensors] or [Tensor(1, 0)]
    width = sum(t.array.shape[1] for t in blocks)
    rows, left = [], 0
    for t in blocks:
        xp, (height, n) = namespace(t.array), t.array.shape
        sides = [wrap(xp.zeros((height, k), t.array.dtype)) for k in (left, width - left - n)]
        rows.append(cat([sides[0], t, sides[1]], 1))
        left += n
    return cat(rows)


# -------------------------------------------------------------------- bringing shapes together


@function
def broadcast_shapes(*shapes):
    """The shape to which all these (tuples, or numbers for one dimension) broadcast."""
    for shape in shapes:
        if not isinstance(shape, int | tuple | list):
            raise ShapeError(
                "Input shapes should be of type ints, a tuple of ints, or a list of ints, got "
                f"{shape}"
            )
    try:
        return Size(np.broadcast_shapes(*shapes))
    except ValueError:
        raise not_broadcast(shapes) from None


def not_broadcast(shapes):
    """Why these shapes do not broadcast: PyTorch's words, where it looks from the last shape on."""
    shapes = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    common = [1] * max(map(len, shapes))
    for number, shape in enumerate(shapes):
        for back in range(1, len(shape) + 1):
            if shape[-back] in (1, common[-back]):
                continue
            if common[-back] == 1 and shape[-back] < 0:
                return ShapeError("Attempting to broadcast a dimension with negative length!")
            if common[-back] != 1:
                return ShapeError(
                    f"Attempting to broadcast a dimension of length {shape[-back]} at {-back}! "
                    f"Mismatching argument at index {number} had {shape}; but expected shape "
                    f"should be broadcastable to {common}"
                )
            common[-back] = shape[-back]
    return ShapeError("Shape mismatch: objects cannot be broadcast to a single shape")


@function
def broadcast_tensors(*tensors):
    """The tensors, all broadcast to one shape: a tuple of views."""
    shape = ()
    require_tensors("broadcast_tensors", tensors)
    for t in tensors:
        shape = together(shape, t.array.shape)
    return tuple([broadcast_to(t, shape) for t in tensors])


def together(a, b):
    """The shape to which two shapes broadcast."""
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        raise ShapeError(unequal_sizes(a, b)) from None


@function
def meshgrid(*tensors, indexing=None):
    """A grid of the 1-d tensors: for each a tensor of the grid's shape with its coordinate.

    indexing  "ij": the first tensor runs along dimension 0; "xy": along dimension 1; None: "ij"
              with a warning
    """
    if indexing is None:
        warn_once(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing "
            "argument."
        )
        indexing = "ij"
    if indexing not in ("ij", "xy"):
        raise ShapeError(
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
        )
    if len(tensors) == 1 and not isinstance(tensors[0], Tensor):
        (tensors,) = tensors
    if not tensors:
        raise ShapeError("meshgrid expects a non-empty TensorList")
    if len({t.dtype for t in tensors}) > 1:
        raise DtypeError("meshgrid expects all tensors to have the same dtype")
    if any(t.array.ndim > 1 for t in tensors):
        raise ShapeError(
            "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got:  1  1\n  shapes "
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


@function
def cartesian_prod(*tensors):
    """All choices of one element of each vector, a row for each; of one vector that itself."""
    if not tensors:
        raise ShapeError("meshgrid expects a non-empty TensorList")
    for t in tensors:
        if t.array.ndim != 1:
            raise ShapeError(f"Expect a 1D vector, but got shape {list(t.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return stack([reshape(t, (-1,)) for t in meshgrid(*tensors, indexing="ij")], 1)


@function
def combinations(input, r=2, with_replacement=False):
    """All choices of `r` elements of a vector, without regard to order, a row for each.

    with_replacement  an element may be chosen again

    >>> from minitorch import tensor
    >>> combinations(tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    if input.array.ndim != 1:
        raise ShapeError(f"Expect a 1D vector, but got shape {list(input.shape)}")
    if r < 0:
        raise ShapeError(f"Expect a non-negative number, but got {r}")
    if not r:
        return wrap(namespace(input.array).empty(0, input.array.dtype))
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = itertools.chain.from_iterable(choose(range(input.array.size), r))
    rows = np.fromiter(places, np.int64).reshape(-1, r)
    return take_rows(input, move(rows, input.device))


FUNCTIONS["concat"] = FUNCTIONS["concatenate"] = TENSOR_FUNCTIONS.concatenate = cat
TENSOR_FUNCTIONS.stack = stack
