"""Reading and writing at indices: gather and scatter, index_select and its kin, masks."""

import numpy as np

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.tensor import Tensor, function, method, wrap
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.elementwise import add
from minitorch.ops.elementwise import where as choose
from minitorch.ops.index import WHOLE, copy_at, put, put_add, take_rows
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
def gather(input, dim, index, *, sparse_grad=False):
    """out[i][j] = input[index[i][j]][j] for dim=0, input[i][index[i][j]] for dim=1, and so on.

    index  int64, as many dimensions as `input`, none longer than its but along `dim`

    Raises RuntimeError where an index is not in [0, input.size(dim)).
    """
    if not input.array.ndim:
        return reshape(gather(reshape(input, (1,)), dim, reshape(index, (-1,))), index.shape)
    axis = axis_of(input.array.ndim, dim)
    return take_along(input, checked_index("gather", input, axis, index), axis)


@function
@method
def scatter(input, dim, index, src=None, *, value=None):
    """A copy of `input` with out[index[i][j]][j] = src[i][j] for dim=0, and so on.

    src  a tensor of at least the shape of `index` and the dtype of `input`, or a number
    """
    src = value if src is None else src
    if not input.array.ndim:
        src = reshape(src, (-1,)) if isinstance(src, Tensor) else src
        return reshape(scatter(reshape(input, (1,)), dim, reshape(index, (-1,)), src), ())
    axis = axis_of(input.array.ndim, dim)
    indices = checked_index("scatter", input, axis, index, src)
    return set_along(input, reached(src, indices), indices, axis)


@function
@method
def scatter_add(input, dim, index, src):
    """A copy of `input` with out[index[i][j]][j] += src[i][j] for dim=0, and so on."""
    if not input.array.ndim:
        parts = reshape(input, (1,)), dim, reshape(index, (-1,)), reshape(src, (-1,))
        return reshape(scatter_add(*parts), ())
    axis = axis_of(input.array.ndim, dim)
    indices = checked_index("scatter_add", input, axis, index, src)
    return add(input, add_along(reached(src, indices), indices, axis, input.array.shape))


def reached(src, indices):
    """What `indices` reach of `src`; a number as it is."""
    if not isinstance(src, Tensor) or src.array.shape == indices.shape or not src.array.ndim:
        return src
    return src[tuple([slice(n) for n in indices.shape])]


def checked_index(name, input, axis, index, src=None):
    """The array of `index`, or the error that PyTorch raises for it."""
    array, given = input.array, index.array
    if given.dtype not in (np.int64, np.int32):
        raise DtypeError(f"{name}(): Expected dtype int32/int64 for index, got {index.dtype}")
    if given.ndim != array.ndim:
        raise ShapeError(
            "Index tensor must have the same number of dimensions as input tensor\n"
            f"  input {array.shape}   index {given.shape}"
        )
    if isinstance(src, Tensor):
        if src.dtype is not input.dtype:
            raise DtypeError(
                f"{name}(): Expected self.dtype to be equal to src.dtype\n"
                f"  self {input.dtype}   src {src.dtype}"
            )
        if src.array.ndim and any(n > limit for n, limit in zip(given.shape, src.array.shape)):
            raise ShapeError(
                f"Expected index {list(given.shape)} to be no larger than self {list(array.shape)} "
                f"apart from dimension {axis} and to be no larger size than src "
                f"{list(src.array.shape)}"
            )
    for d, (n, limit) in enumerate(zip(given.shape, array.shape)):
        if n > limit and d != axis:
            raise ShapeError(
                f"Size does not match at dimension {d} expected index {list(given.shape)} to be no "
                f"larger than self {list(array.shape)} apart from dimension {axis}"
            )
    wrong = namespace(given).outside(given, array.shape[axis])
    if wrong is not None:
        raise ShapeError(
            f"index {wrong} is out of bounds for dimension {axis} with size {array.shape[axis]}"
        )
    return given


@function
@method
def take_along_dim(input, indices, dim=None):
    """`gather` where `input` and `indices` are broadcast to each other, all but along `dim`.

    dim  None: both are flattened first
    """
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
    return gather(broadcast_to(input, sizes[0]), axis, broadcast_to(indices, sizes[1]))


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


@function
@method
def index_select(input, dim, index):
    """The slices `input[index[0]], input[index[1]], ...`, cut along `dim`, as a copy.

    index  1-d tensor of ints in [0, input.size(dim)); else IndexError
    """
    axis, key = slices_at("index_select", input, dim, index)
    if not input.array.ndim:
        return reshape(take_rows(reshape(input, (1,)), key[0]), ())
    return take_rows(input, key[0]) if axis == 0 else copy_at(input, key)


def slices_at(name, input, dim, index):
    """The axis that `dim` names and the key for `index` along it."""
    if not isinstance(index, Tensor):
        raise TypeError(
            f"{name}(): argument 'index' (position 2) must be Tensor, not {type(index).__name__}"
        )
    given, shape = index.array, input.array.shape or (1,)
    axis = axis_of(len(shape), dim)
    if given.ndim > 1:
        raise IndexError(f"{name}(): Index is supposed to be a vector, it has shape {given.shape}")
    if given.dtype not in (np.int64, np.int32):
        raise DtypeError(f"{name}(): Expected dtype int32 or int64 for index, got {index.dtype}")
    wrong = namespace(given).outside(given, shape[axis])
    if wrong is not None:
        raise IndexError(
            "index out of range in self\n "
            f" index {wrong} for dimension {axis} of size {shape[axis]}"
        )
    return axis, (*[WHOLE] * axis, given.reshape(-1))


@function
@method
def index_fill(input, dim, index, value):
    """A copy of `input` whose slices at `index` along `dim` are the number `value`."""
    _, key = slices_at("index_fill", input, dim, index)
    return put(input, converted(value, input), key)


@function
@method
def index_copy(input, dim, index, source):
    """A copy of `input` whose slices at `index` along `dim` are those of `source`."""
    axis, key = slices_at("index_copy", input, dim, index)
    require_slices("index_copy", input, axis, key[-1], source)
    return put(input, source, key)


@function
@method
def index_add(input, dim, index, source, *, alpha=1):
    """A copy of `input` to whose slices at `index` along `dim` alpha * `source` was added."""
    axis, key = slices_at("index_add", input, dim, index)
    require_slices("index_add", input, axis, key[-1], source)
    return add(input, put_add(source, key, input.array.shape, False), alpha=alpha)


def require_slices(name, input, axis, index, source):
    if source.dtype is not input.dtype:
        raise DtypeError(
            f"{name}_(): self ({input.dtype}) and source ({source.dtype}) must have the same dtype"
        )
    size = source.array.shape[axis] if source.array.ndim else 1
    if index.size != size:
        raise ShapeError(
            f"{name}_(): Number of indices ({index.size}) should be equal to source.size(dim): "
            f"({size}), for dim: {axis}"
        )


def converted(value, input):
    """`value`, a number or a 0-d tensor, in the dtype of `input`: integers drop a fraction."""
    if isinstance(value, Tensor):
        return value.to(input.dtype)
    return value if input.dtype.is_floating_point else input.array.dtype.type(value).item()


@function
@method
def take(input, index):
    """The elements at the positions `index` of the flattened `input`, in the shape of `index`."""
    size, given = input.array.size, index.array
    if given.size and not (-size <= given.min() and given.max() < size):
        raise IndexError(
            f"out of range: tried to access index {given.reshape(-1)[0]} on a tensor of {size} "
            "elements."
        )
    return take_rows(reshape(input, (-1,)), given)


# -------------------------------------------------------------------- masks


@op(public=False, shown="MaskedFill", promote=None)
def fill_where(x, mask, /, value):
    """`x`, but the number `value` where `mask` holds."""
    xp = namespace(x)
    return xp.where(mask, value, x), lambda g: xp.where(mask, 0, g), None


@function
@method
def masked_fill(input, mask, value):
    """`input`, but `value` where the bool tensor `mask` holds; the shapes broadcast.

    value  a number or a 0-d tensor
    """
    require_mask("masked_fill_ only supports boolean masks, but got mask with dtype", mask)
    if not isinstance(value, Tensor):
        return fill_where(input, mask, converted(value, input))
    if value.array.ndim:
        raise ShapeError(
            "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.array.ndim} dimension(s)."
        )
    return choose(mask, converted(value, input), input)


@function
@method
def masked_select(input, mask):
    """The elements of `input` where the bool tensor `mask` holds, in one dimension."""
    require_mask("masked_select: expected BoolTensor for mask, got", mask)
    shape = np.broadcast_shapes(input.array.shape, mask.array.shape)
    return copy_at(broadcast_to(input, shape), (broadcast_to(mask, shape).array,))


def require_mask(message, mask):
    if mask.array.dtype != np.bool_:
        raise DtypeError(f"{message} {mask.dtype}\n  make one with a comparison, or with .bool()")


@function
@method
def nonzero(input, *, as_tuple=False):
    """The indices of the elements that are not zero: a row for each element.

    as_tuple  a tensor for each dimension instead, as x[...] takes them
    """
    array = input.array
    xp = namespace(array)
    if as_tuple:
        return tuple([wrap(each) for each in xp.nonzero(array.reshape(array.shape or (1,)))])
    return wrap(xp.argwhere(array))


@function
@method
def argwhere(input):
    """The indices of the elements that are not zero, a row for each."""
    return nonzero(input)


@function
def where(condition, input=None, other=None):
    """input where `condition` holds, else other; of a condition alone, where it holds."""
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    return choose(condition, input, other)


def where_of(self, condition, other):
    """This tensor where `condition` holds, else other."""
    return choose(condition, self, other)


where_of.__name__ = "where"
method(where_of)
