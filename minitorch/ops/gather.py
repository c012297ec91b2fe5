"""Reading at indices and masks, and choosing by them; `scatter.py` writes at indices."""

import numpy as np

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import exactly, require_bool, require_out
from minitorch.autograd.tensor import Tensor, function, method, wrap
from minitorch.backend.dtypes import C_NAMES, SCALAR_NAMES, int64, out_of_range
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.elementwise import where as choose
from minitorch.ops.from_data import fitting
from minitorch.ops.index import WHOLE, copy_at, take_rows
from minitorch.ops.join import together
from minitorch.ops.making import require_tensor
from minitorch.ops.numpy_names import numpy_names
from minitorch.ops.out import into, takes_out
from minitorch.ops.shape import axis_of, broadcast_to, reshape

# -------------------------------------------------------------------- one index for each element


@op(promote=None, public=False, shown="Gather")
def take_along(x, /, indices, axis):
    """The element of `x` along `axis` that each of `indices` names."""
    shape = x.shape
    return (
        namespace(x).take_along(x, indices, axis),
        lambda g: namespace(g).add_along(g, indices, axis, shape),
    )


@op(promote=None, public=False, shown="ScatterAdd")
def add_along(x, /, indices, axis, shape):
    """Zeros of `shape` with `x` added where `indices` say along `axis`."""
    xp = namespace(x)
    return xp.add_along(x, indices, axis, shape), lambda g: xp.take_along(g, indices, axis)


@op(promote=None, public=False, shown="Scatter")
def put_along(x, /, indices, axis, shape):
    """Zeros of `shape` with `x` where `indices` say along `axis`, none twice."""
    xp = namespace(x)
    return xp.put_along(x, indices, axis, shape), lambda g: xp.take_along(g, indices, axis)


@op(public=False, shown="Scatter")
def set_along(x, value, /, indices, axis):
    """A copy of `x` with `value` where `indices` say along `axis`."""
    xp = namespace(x)
    return (
        xp.set_along(x, value, indices, axis),
        lambda g: xp.set_along(g, 0, indices, axis),
        lambda g: xp.take_along(g, indices, axis),
    )


@function
@method
@numpy_names
def gather(input, dim, index, *, sparse_grad=False, out=None):
    """out[i][j] = input[index[i][j]][j] for dim=0, input[i][index[i][j]] for dim=1, and so on.

    index  int64 or int32, as many dimensions as `input`, none longer than its but along `dim`

    Raises RuntimeError where an index is not in [0, input.size(dim)).
    """
    if out is not None:
        return into(out, gather, input, dim, index, exact=require_out)
    if not index.array.size:  # of no elements PyTorch looks at neither the dtype nor the shape
        return take_rows(reshape(input, (-1,)), index.array.astype(np.int64))
    axis = axis_of(input.array.ndim, dim)
    x, indices = lifted(input), lifted(index)
    y = take_along(x, checked_index("gather", x, axis, indices), axis)
    return y if index.array.ndim else reshape(y, ())


def lifted(t):
    """`t`, or, where it has no dimensions, the same with one."""
    return t if not isinstance(t, Tensor) or t.array.ndim else reshape(t, (1,))


def checked_index(name, input, axis, index, src=None):
    """The array of `index`, or the error that PyTorch raises for it."""
    array, given = input.array, index.array
    if given.dtype not in (np.int64, np.int32):
        raise DtypeError(f"{name}(): Expected dtype int32/int64 for index, got {index.dtype}")
    if isinstance(src, Tensor) and src.dtype is not input.dtype:
        raise DtypeError(
            f"{name}(): Expected self.dtype to be equal to src.dtype\n"
            f"  self {input.dtype}   src {src.dtype}"
        )
    for whose, other in (("self" if name != "gather" else "input", input), ("src", src)):
        if isinstance(other, Tensor) and given.ndim != other.array.ndim:
            raise ShapeError(
                "Index tensor must have the same number of dimensions as "
                f"{whose} tensor\n  {whose} {other.array.shape}   index {given.shape}"
            )
    require_index_inside(name, given, array, axis, src)
    wrong = namespace(given).outside(given, array.shape[axis])
    if wrong is not None:
        raise ShapeError(
            f"index {wrong} is out of bounds for dimension {axis} with size {array.shape[axis]}"
        )
    return given


def require_index_inside(name, given, array, axis, src):
    """Refuse an index longer than what it addresses, or than what is written there."""
    source = f" and to be no larger size than src {list(src.shape)}" if src is not None else ""
    limits = given.shape if src is None else src.array.shape
    for d, (n, own, other) in enumerate(zip(given.shape, array.shape, limits)):
        if (n > own and d != axis) or n > other:
            where = f"self {list(array.shape)} apart from dimension {axis}{source}"
            if name == "gather":
                raise ShapeError(
                    f"Size does not match at dimension {d} expected index {list(given.shape)} to "
                    f"be no larger than {where}"
                )
            raise ShapeError(f"Expected index {list(given.shape)} to be no larger than {where}")


@function
@method
@numpy_names
@takes_out(exact=require_out)
def take_along_dim(input, indices, dim=None):
    """`gather` where `input` and `indices` are broadcast to each other, all but along `dim`.

    indices  int64, taken modulo input.size(dim)
    dim      None: both are flattened first
    """
    if indices.dtype is not int64:
        raise DtypeError(
            "torch.take_along_dim(): dtype of indices should be Long but got "
            f"{SCALAR_NAMES[indices.dtype.name]}"
        )
    if dim is None:
        return take_along_dim(reshape(input, (-1,)), reshape(indices, (-1,)), 0)
    axis = axis_of(input.array.ndim, dim)
    if input.array.ndim != indices.array.ndim:
        raise ShapeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, "
            f"but got {input.array.ndim} dimensions for input, and {indices.array.ndim} dimensions "
            "for indices"
        )
    common = list(np.broadcast_shapes(without(input, axis), without(indices, axis)))
    sizes = [list(common), list(common)]
    for each, t in zip(sizes, (input, indices)):
        each[axis] = t.array.shape[axis]
    positive = wrap(indices.array % max(1, input.array.shape[axis]))  # as PyTorch wraps them round
    return gather(broadcast_to(input, sizes[0]), axis, broadcast_to(positive, sizes[1]))


def without(t, axis):
    shape = t.array.shape
    return (*shape[:axis], 1, *shape[axis + 1 :])


def on_tensors(f):
    """`f` for bodies read on Tensors, where indices that another op made are Tensors, too."""

    def call(x, indices, *settings):
        return f(x, indices.array if isinstance(indices, Tensor) else indices, *settings)

    return call


@on_tensors
def take_along_axis(x, indices, axis):
    """`np.take_along_axis`: the other axes of `indices` are broadcast."""
    axis = axis_of(x.ndim, axis)
    shape = (*x.shape[:axis], indices.shape[axis], *x.shape[axis + 1 :])
    return take_along(x, namespace(indices).broadcast_to(indices, shape), axis)


TENSOR_FUNCTIONS.take_along_axis = take_along_axis
for f in (take_along, put_along, add_along):
    setattr(TENSOR_FUNCTIONS, f.op.name, on_tensors(f))

# -------------------------------------------------------------------- one index for each slice


UNLIKE_SELF = exactly("index_select(): self and result must have the same scalar type")


@function
@method
@numpy_names
def index_select(input, dim, index, *, out=None):
    """The slices `input[index[0]], input[index[1]], ...`, cut along `dim`, as a copy.

    index  1-d tensor of ints in [0, input.size(dim)); else IndexError
    """
    if out is not None:
        return into(out, index_select, input, dim, index, exact=UNLIKE_SELF)
    require_tensor("index_select", index, "index", 2)
    if index.array.ndim > 1:
        raise IndexError(
            f"index_select(): Index is supposed to be a vector, it has shape {index.array.shape}"
        )
    if index.array.dtype not in (np.int64, np.int32):
        raise DtypeError(
            f"index_select(): Expected dtype int32 or int64 for index, got {index.dtype}"
        )
    if not input.array.ndim and index.array.size != 1:
        raise ShapeError(
            "index_select(): Index to scalar can have only 1 value, got "
            f"{index.array.size} value(s)"
        )
    x = lifted(input)
    axis, key = slices_at(x, dim, index)
    size = x.array.shape[axis]
    wrong = namespace(key[-1]).outside(key[-1], size)
    if wrong is not None and not x.array.size:
        raise ShapeError(
            f"INDICES element is out of DATA bounds, id={wrong} axis_dim={size}"
            if size
            else "index_select(): self indexing axis dim should be positive"
        )
    if wrong is not None:
        raise IndexError(
            f"index out of range in self\n  index {wrong} for dimension {axis} of size {size}"
        )
    y = take_rows(x, key[0]) if axis == 0 else copy_at(x, key)
    return y if input.array.ndim else reshape(y, ())


def slices_at(input, dim, index):
    """The axis that `dim` names and the key for `index` along it."""
    axis = axis_of(input.array.ndim, dim)
    return axis, (*[WHOLE] * axis, index.array.reshape(-1))


def converted(value, input):
    """`value`, a number or a 0-d tensor, in the dtype of `input`: integers drop a fraction."""
    if isinstance(value, Tensor):
        if value.node is None and value.is_cpu:  # to look at a GPU's would wait for it
            fitting(value.item(), input.dtype)
        return value.to(input.dtype)
    if isinstance(value, complex):
        raise ShapeError(out_of_range(input.dtype))
    return fitting(value, input.dtype)


@function
@method
@takes_out(
    exact=exactly(
        "take(): self and out expected to have the same dtype, but got self.dtype = {Made} and "
        "out.dtype = {Given}"
    )
)
def take(input, index):
    """The elements at the positions `index` of the flattened `input`, in the shape of `index`."""
    if not input.array.size and index.array.size:
        raise IndexError("take(): tried to take from an empty tensor")
    return take_rows(reshape(input, (-1,)), flat_index("take", input, index))


def flat_index(name, input, index):
    """The array of `index` into the flattened `input`, or the error that PyTorch raises for it."""
    size, given = input.array.size, index.array
    if index.dtype is not int64:
        raise DtypeError(
            f"{name}(): Expected a long tensor for index, but got {SCALAR_NAMES[index.dtype.name]}"
        )
    wrong = namespace(given).outside(given + size, 2 * size)
    if wrong is not None:
        raise IndexError(
            f"out of range: tried to access index {wrong - size} on a tensor of {size} elements."
        )
    return given


# -------------------------------------------------------------------- masks


@op(public=False, shown="MaskedFill", promote=None)
def fill_where(x, mask, /, value):
    """`x`, but the number `value` where `mask` holds."""
    xp = namespace(x)
    return xp.dense(xp.where(mask, value, x)), lambda g: xp.where(mask, 0, g), None


@function
@method
def masked_fill(input, mask, value):
    """`input`, but `value` where the bool tensor `mask` holds; the shapes broadcast.

    value  a number or a 0-d tensor
    """
    if mask.array.dtype != np.bool_:
        raise DtypeError(
            "masked_fill_ only supports boolean masks, but got mask with dtype "
            f"{C_NAMES[mask.dtype.name]}\n  make one with a comparison, or with .bool()"
        )
    if not isinstance(value, Tensor):
        try:
            return fill_where(input, mask, converted(value, input))
        except ShapeError:
            together(mask.array.shape, input.array.shape)  # which names the mask first
            raise
    if value.array.ndim:
        raise ShapeError(
            "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.array.ndim} dimension(s)."
        )
    return choose(mask, converted(value, input), input)


@function
@method
@takes_out(exact=exactly("masked_select(): self and result must have the same scalar type"))
def masked_select(input, mask):
    """The elements of `input` where the bool tensor `mask` holds, in one dimension."""
    if mask.array.dtype != np.bool_:
        raise DtypeError(
            "masked_select: expected BoolTensor for mask\n"
            f"  mask {mask.dtype}: make one with a comparison, or with .bool()"
        )
    shape = together(mask.array.shape, input.array.shape)
    return copy_at(broadcast_to(input, shape), (broadcast_to(mask, shape).array,))


@function
@method
def nonzero(input, *, as_tuple=False, out=None):
    """The indices of the elements that are not zero: a row for each element.

    as_tuple  a tensor for each dimension instead, as x[...] takes them
    """
    require_bool("nonzero", as_tuple=as_tuple)
    if out is not None:
        if as_tuple:
            raise ShapeError("nonzero does not support the out kwarg when as_tuple is True")
        if out.dtype is not int64:
            raise DtypeError(
                "nonzero: Expected out tensor to have scalar type Long but got scalar type"
                f"{SCALAR_NAMES[out.dtype.name]}"
            )
        return into(out, nonzero, input.detach())
    array = input.array
    xp = namespace(array)
    if as_tuple:
        found = xp.nonzero(array.reshape(array.shape or (1,)))
        return tuple([wrap(xp.ascontiguousarray(each)) for each in found])
    return wrap(xp.argwhere(array))


@function
@method
def argwhere(input):
    """The indices of the elements that are not zero, a row for each."""
    return nonzero(input)


@function
@method
@takes_out(exact=require_out)
def nonzero_static(input, *, size, fill_value=-1):
    """The first `size` rows of `nonzero`; rows of `fill_value` make up for those that lack."""
    if size < 0:
        raise ShapeError("nonzero_static: 'size' must be an non-negative integer")
    found = nonzero(input).array[:size]
    xp = namespace(found)
    lack = xp.full((size - len(found), found.shape[1]), fill_value, found.dtype)
    return wrap(xp.concatenate([found, lack]))


@function
def unravel_index(indices, shape):
    """The coordinates, a tensor for each dimension, of flat `indices` into a tensor of `shape`.

    >>> from minitorch import tensor
    >>> unravel_index(tensor([4, 1]), (3, 2))
    (tensor([2, 0]), tensor([0, 1]))
    """
    if indices.array.dtype.kind not in "iu":
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    if isinstance(shape, int):
        shape = (shape,)
    if not isinstance(shape, tuple | list):
        raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {type(shape)}")
    for n in shape:
        if not isinstance(n, int):
            raise TypeError(f"expected 'shape' sequence to only contain ints, but got {type(n)}")
    if min(shape, default=0) < 0:
        raise ValueError(f"'shape' cannot have negative values, but got {tuple(shape)}")
    rest, found = indices.array.astype(np.int64), []
    for n in reversed(shape):
        found.append(wrap(rest % n))
        rest = rest // n
    return tuple(found[::-1])
