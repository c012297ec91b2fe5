"""Joining tensors, cutting them up, repeating and reordering their parts."""

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.tensor import Tensor, function, method
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.shape import axis_of, broadcast_to, integers, reshape, spread


@op(public=False, shown="Cat")
def joined(*tensors, dim=0):
    """The tensors one after the other along `dim`; those of shape (0,) are left out."""
    shapes = [x.shape for x in tensors]
    given = [x for x in tensors if x.shape != (0,)]
    if not given:
        return tensors[0] + 0, [lambda g: g for _ in tensors]
    axis = axis_of(given[0].ndim, dim)
    require_joinable(given, axis)
    y = namespace(tensors[0]).concatenate(given, axis=axis)
    vjps, start = [], 0
    for shape in shapes:
        if shape == (0,):
            vjps.append(None)
            continue
        stop = start + shape[axis]
        vjps.append(part_of((slice(None),) * axis + (slice(start, stop),)))
        start = stop
    return y, vjps


def part_of(key):
    return lambda g: g[key]


def require_joinable(tensors, axis):
    first = tensors[0].shape
    for number, x in enumerate(tensors):
        if not x.ndim:
            raise ShapeError(f"zero-dimensional tensor (at position {number}) cannot be concatenated")
        if x.ndim != len(first):
            raise ShapeError(
                f"Tensors must have same number of dimensions: got {len(first)} and {x.ndim}"
            )
        for d, (wanted, n) in enumerate(zip(first, x.shape)):
            if d != axis and wanted != n:
                raise ShapeError(
                    f"Sizes of tensors must match except in dimension {axis}. Expected size {wanted} "
                    f"but got size {n} for tensor number {number} in the list."
                )


@function
def cat(tensors, dim=0, *, axis=None, out=None):
    """The tensors one after the other along `dim`.

    Their other sizes must agree; tensors of shape (0,) are left out, as in PyTorch.
    """
    return joined(sequence_of("cat", tensors), dim if axis is None else axis, out=out)


def sequence_of(name, tensors):
    if isinstance(tensors, Tensor):
        raise TypeError(
            f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor"
        )
    tensors = tuple(tensors)
    for at, x in enumerate(tensors):
        if not isinstance(x, Tensor):
            raise TypeError(
                f"expected Tensor as element {at} in argument 0, but got {type(x).__name__}"
            )
    if not tensors:
        raise ShapeError(f"torch.{name}(): expected a non-empty list of Tensors")
    return tensors


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
    before = (slice(None),) * axis
    y = namespace(tensors[0]).stack(tensors, axis=axis)
    return y, [part_of((*before, i)) for i in range(len(tensors))]


@function
def stack(tensors, dim=0, *, axis=None, out=None):
    """The tensors, all of one shape, along a new dimension at position `dim`."""
    if not isinstance(tensors, Tensor) and not len(tensors):
        raise ShapeError("stack expects a non-empty TensorList")
    return stacked(sequence_of("stack", tensors), dim if axis is None else axis, out=out)


TENSOR_FUNCTIONS.concatenate = cat
TENSOR_FUNCTIONS.stack = stack
