"""Writing at indices and masks: scatter and its reductions, index_copy and its kin."""

import numpy as np

from minitorch.autograd.op import op
from minitorch.autograd.refusals import require_bool, require_kind, require_out
from minitorch.autograd.tensor import Tensor, function, method, wrap
from minitorch.backend.dtypes import SCALAR_NAMES, int64
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.backend.settings import warn_once
from minitorch.ops.elementwise import add, div
from minitorch.ops.gather import (
    checked_index,
    converted,
    flat_index,
    lifted,
    masked_fill,
    set_along,
    slices_at,
)
from minitorch.ops.index import put as put_at
from minitorch.ops.index import put_add
from minitorch.ops.join import broadcast_shapes
from minitorch.ops.making import require_tensor
from minitorch.ops.numpy_names import numpy_names
from minitorch.ops.out import into, takes_out
from minitorch.ops.shape import axis_of, broadcast_to, clone, reshape

# -------------------------------------------------------------------- one index for each element


def placed(input, dim, index, src):
    """`input` and `src` with a dimension at least, the axis and the checked indices.

    Of `src` only what the indices reach; a number is brought to the dtype of `input`.
    """
    axis = axis_of(input.array.ndim, dim)
    x, index, src = lifted(input), lifted(index), lifted(src)
    if not isinstance(src, Tensor):
        return x, axis, checked_index("scatter", x, axis, index), converted(src, input)
    indices = checked_index("scatter", x, axis, index, src)
    if src.array.shape != indices.shape:
        src = src[tuple([slice(n) for n in indices.shape])]
    return x, axis, indices, src


def shaped(result, input):
    """`result` in the shape of `input`, which may have no dimensions."""
    return result if input.array.ndim else reshape(result, ())


@function
@method
@numpy_names
def scatter(input, dim, index, src=None, *, value=None, reduce=None, out=None):
    """A copy of `input` with out[index[i][j]][j] = src[i][j] for dim=0, and so on.

    src     a tensor of at least the shape of `index` and the dtype of `input`, or a number
    value   another name for a number
    reduce  "add" or "multiply": join them with what is there; see `scatter_reduce`
    """
    src = value if src is None else src
    if src is None:
        raise TypeError("scatter() missing 1 required argument: 'src' (or 'value')")
    if out is not None:
        return into(out, scatter, input, dim, index, src, reduce=reduce, exact=require_out)
    if reduce not in (None, "add", "multiply"):
        raise ShapeError("reduce argument must be either add or multiply.")
    if not index.array.size:  # of no elements PyTorch looks at neither the dtype nor the shape
        return clone(input)
    x, axis, indices, src = placed(input, dim, index, src)
    if reduce is None:
        return shaped(set_along(x, src, indices, axis), input)
    if not isinstance(src, Tensor):
        src = wrap(namespace(indices).full(indices.shape, src, x.array.dtype))
    else:
        warn_once(
            "The reduce argument of torch.scatter with Tensor src is deprecated and will be "
            "removed in a future PyTorch release. Use torch.scatter_reduce instead for more "
            "reduction options.",
            stacklevel=4,
        )
    return shaped(
        joined_in(x, src, indices, axis, "sum" if reduce == "add" else "prod", True), input
    )


@function
@method
@numpy_names
@takes_out(exact=require_out)
def scatter_add(input, dim, index, src):
    """A copy of `input` with out[index[i][j]][j] += src[i][j] for dim=0, and so on."""
    if not index.array.size:
        return clone(input)
    x, axis, indices, src = placed(input, dim, index, src)
    return shaped(joined_in(x, src, indices, axis, "sum", True), input)


@function
@method
@numpy_names
@takes_out(exact=require_out)
def scatter_reduce(input, dim, index, src, reduce, *, include_self=True):
    """A copy of `input` where all that `src` puts at one place is reduced to one value.

    reduce        "sum", "prod", "mean", "amax" or "amin"
    include_self  also what `input` has there takes part

    Elements that are equally large, or small, share the gradient. A product in which several
    elements of `src` are zero has no second derivative here.

    >>> from minitorch import tensor, zeros
    >>> scatter_reduce(zeros(2), 0, tensor([0, 1, 1]), tensor([3.0, 4.0, 6.0]), "amax")
    tensor([3., 6.])
    """
    require_bool("scatter_reduce", include_self=include_self)
    if not index.array.size:
        return clone(input)
    x, axis, indices, src = placed(input, dim, index, src)
    if reduce not in ("sum", "prod", "mean", "amax", "amin"):
        raise ShapeError(
            f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}"
        )
    if reduce == "mean":
        require_kind(input.dtype, "b", "scatter_gather_tensor_cpu_reduce_mean")
    return shaped(joined_in(x, src, indices, axis, reduce, include_self), input)


def joined_in(x, src, indices, axis, reduce, include_self):
    """A copy of `x` with `src` reduced into it at `indices`."""
    if not include_self:
        x = set_along(x, neutral(x.dtype, reduce), indices, axis)
    if reduce != "mean":
        return reduce_along(x, src, indices, axis, reduce)
    total, xp = reduce_along(x, src, indices, axis, "sum"), namespace(x.array)
    counts = xp.add_along(xp.ones(indices.shape, np.int64), indices, axis, x.array.shape)
    counts = wrap(xp.maximum(counts + include_self, 1).astype(x.array.dtype))
    return div(total, counts, rounding_mode=None if x.dtype.is_floating_point else "floor")


def neutral(kind, reduce):
    """The number of the dtype `kind` that a reduction leaves out of account."""
    if reduce in ("sum", "mean", "prod"):
        return kind.dtype.type(reduce == "prod").item()
    if kind.is_floating_point:
        return -np.inf if reduce == "amax" else np.inf
    if kind.kind == "b":
        return reduce == "amin"
    limits = np.iinfo(kind.dtype)
    return limits.min if reduce == "amax" else limits.max


def reduction_name(node):
    """PyTorch has an op of its own for sums."""
    return "ScatterAdd" if node.settings[2] == "sum" else "ScatterReduce"


@op(public=False, joint=True, shown=reduction_name)
def reduce_along(x, src, /, indices, axis, reduce):
    """A copy of `x` with `src` joined in at `indices` by "sum", "prod", "amax" or "amin"."""
    xp, shape = namespace(x), x.shape
    y = xp.reduce_along(x, src, indices, axis, reduce)
    if reduce == "sum":
        return y, lambda g: (g, xp.take_along(g, indices, axis))

    def vjp_of_extreme(g):
        mine, theirs = x == y, src == xp.take_along(y, indices, axis)
        mine, theirs = xp.astype(mine, x.dtype), xp.astype(theirs, x.dtype)
        share = g / (mine + xp.add_along(theirs, indices, axis, shape))
        return mine * share, theirs * xp.take_along(share, indices, axis)

    def vjp_of_product(g):
        nonzero = xp.where(x == 0, 1, x)
        mine = g * xp.reduce_along(nonzero, src, indices, axis, "prod") / nonzero
        # The product of all others is y / src, but where src is the only zero in the product.
        zero = src == 0
        zeros = xp.add_along(xp.astype(zero, x.dtype), indices, axis, shape)
        only = zero & (xp.take_along(zeros, indices, axis) == 1)
        others = xp.reduce_along(x, xp.where(only, 1, src), indices, axis, "prod")
        theirs = xp.where(
            only,
            xp.take_along(g * others, indices, axis),
            xp.take_along(g * y, indices, axis) / xp.where(zero, 1, src),
        )
        return mine, xp.first_order(theirs, zeros)

    return y, vjp_of_product if reduce == "prod" else vjp_of_extreme


@op(promote=None, public=False)
def first_order(x, zeros, /):
    """`x`, the gradient of a product; to go on from it is refused where `zeros` exceeds 1.

    With one zero in a product the formula of the gradient can be differentiated, with more not.
    """

    def vjp(g):
        if (zeros > 1).any():
            raise RuntimeError(
                "scatter_reduce(): Double backward is unsupported for src when >1 zeros in src are "
                "scattered to the same position in self"
            )
        return g

    return x.reshape(x.shape), vjp, None


# -------------------------------------------------------------------- one index for each slice


@function
@method
@numpy_names
def index_fill(input, dim, index, value):
    """A copy of `input` whose slices at `index` along `dim` are `value`, a number or 0-d tensor."""
    require_tensor("index_fill", index, "index", 2)
    if index.dtype is not int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    if index.array.ndim > 1:
        raise ShapeError("Index has to be a vector/scalar")
    if isinstance(value, Tensor) and value.array.ndim:
        raise ShapeError(
            "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.array.ndim} dimension(s)."
        )
    if isinstance(value, complex):
        raise ShapeError(
            "index_fill_(): Converting complex Scalar to non-complex type is not supported"
        )
    x = lifted(input)
    axis, key = slices_at(x, dim, index)
    size, xp = x.array.shape[axis], namespace(x.array)
    wrong = xp.outside(key[-1] + size, 2 * size)
    if wrong is not None:
        raise IndexError(
            f"index {wrong - size} is out of bounds for dimension {axis} with size {size}"
        )
    mask = xp.put(xp.zeros(size, np.bool_), True, key[-1:])
    mask = wrap(mask.reshape(-1, *[1] * (x.array.ndim - axis - 1)))
    return shaped(masked_fill(x, mask, value), input)


@function
@method
@numpy_names
@takes_out(exact=require_out)
def index_copy(input, dim, index, source):
    """A copy of `input` whose slices at `index` along `dim` are those of `source`."""
    require_tensor("index_copy", index, "index", 2)
    if index.dtype is not int64:
        raise DtypeError(
            "index_copy_(): Expected a long tensor for index, but got "
            f"{SCALAR_NAMES[index.dtype.name]}"
        )
    if index.array.ndim > 1:
        raise IndexError(
            f"index_copy_(): Index should have dimension 1 or 0 (got {index.array.ndim})"
        )
    if source.dtype is not input.dtype:
        raise DtypeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{SCALAR_NAMES[input.dtype.name]} and (source) {SCALAR_NAMES[source.dtype.name]}"
        )
    if input.array.ndim != source.array.ndim and input.array.ndim and source.array.ndim:
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must "
            f"match. Source dimensionality ({source.array.ndim}), destination dimensionality "
            f"({input.array.ndim})"
        )
    x, source = lifted(input), lifted(source)
    axis, key = slices_at(x, dim, index)
    mine, theirs = (cut_out(t.array.shape, axis) for t in (x, source))
    if mine != theirs:
        raise ShapeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination "
            f"slice shape: {' '.join(map(str, mine))} at dimension {axis} and source slice shape: "
            f"{' '.join(map(str, theirs))} at dimension 0."
        )
    if key[-1].size != source.array.shape[axis]:
        raise IndexError(
            f"index_copy_(): Number of indices ({key[-1].size}) should be equal to "
            f"source.size(dim) ({source.array.shape[axis]})"
        )
    wrong = namespace(key[-1]).outside(key[-1], x.array.shape[axis])
    if wrong is not None:
        raise IndexError(
            f"index_copy_(): index {wrong} is out of bounds for dimension {axis} with size "
            f"{x.array.shape[axis]}"
        )
    return shaped(put_at(x, source, key), input)


@function
@method
@numpy_names
@takes_out(exact=require_out)
def index_add(input, dim, index, source, *, alpha=1):
    """A copy of `input` to whose slices at `index` along `dim` alpha * `source` was added."""
    x, source, axis, key = slices_joined("index_add", input, dim, index, source)
    wrong = namespace(key[-1]).outside(key[-1], x.array.shape[axis])
    if wrong is not None and x.array.ndim == 1:
        raise IndexError("index out of range in self")
    if wrong is not None:
        raise ShapeError(
            f"index {wrong} is out of bounds for dimension {axis} with size {x.array.shape[axis]}"
        )
    y = add(x, put_add(source, key, x.array.shape, False), alpha=alpha)
    return shaped(y, input)


@function
@method
@numpy_names
@takes_out(exact=require_out)
def index_reduce(input, dim, index, source, reduce, *, include_self=True):
    """A copy of `input` where all that `source` puts at one place is reduced to one value.

    index   one for each slice of `source` along `dim`
    reduce  "prod", "mean", "amax" or "amin"; else see `scatter_reduce`
    """
    warn_once("index_reduce() is in beta and the API may change at any time.", stacklevel=5)
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise ShapeError(
            f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got "
            f"{reduce}."
        )
    require_kind(input.dtype, "b", "index_func_")
    x, source, axis, key = slices_joined("index_reduce", input, dim, index, source)
    wrong = namespace(key[-1]).outside(key[-1], x.array.shape[axis])
    if wrong is not None:
        raise IndexError(f"index out of range in self\n  index {wrong} along dimension {axis}")
    line = [1] * source.array.ndim
    line[axis] = -1
    indices = namespace(x.array).broadcast_to(key[-1].reshape(line), source.array.shape)
    return shaped(joined_in(x, source, indices, axis, reduce, include_self), input)


def slices_joined(name, input, dim, index, source):
    """`input` and `source` with a dimension at least, the axis and the key of the slices."""
    require_tensor(name, index, "index", 2)
    if index.array.dtype not in (np.int64, np.int32):
        raise DtypeError(
            f"{name}_(): Expected dtype int32/int64 for index but got: "
            f"{SCALAR_NAMES[index.dtype.name]}"
        )
    if index.array.ndim > 1:
        raise IndexError(
            f"{name}_(): Index is supposed to be a vector, but got dim: {index.array.ndim} with "
            f"type: {SCALAR_NAMES[index.dtype.name]} and size: {list(index.shape)}"
        )
    if source.dtype is not input.dtype:
        raise DtypeError(
            f"{name}_(): self ({SCALAR_NAMES[input.dtype.name]}) and source "
            f"({SCALAR_NAMES[source.dtype.name]}) must have the same scalar type"
        )
    x, lifted_source = lifted(input), lifted(source)
    axis, key = slices_at(x, dim, index)
    if input.array.ndim != source.array.ndim or (
        cut_out(x.array.shape, axis) != cut_out(lifted_source.array.shape, axis)
    ):
        raise ShapeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. "
            f"Got self.shape = {list(input.shape)} source.shape = {list(source.shape)}"
        )
    size = lifted_source.array.shape[axis]
    if key[-1].size != size:
        raise ShapeError(
            f"{name}_(): Number of indices ({key[-1].size}) should be equal to source.size(dim): "
            f"({size}), for dim: {axis}"
        )
    return x, lifted_source, axis, key


def cut_out(shape, axis):
    """`shape` without that axis."""
    return shape[:axis] + shape[axis + 1 :]


# -------------------------------------------------------------------- positions and masks


@function
@method
def put(input, index, source, accumulate=False):
    """A copy of `input` with `source` at the positions `index` of its flattened elements.

    accumulate  add to what is there
    """
    if source.dtype is not input.dtype:
        raise DtypeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{SCALAR_NAMES[input.dtype.name]} and source.dtype = {SCALAR_NAMES[source.dtype.name]}"
        )
    if source.array.size != index.array.size:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got "
            f"source.numel() = {source.array.size}, index.numel() = {index.array.size}"
        )
    key = (flat_index("put_", input, index).reshape(-1),)
    flat, source = reshape(input, (-1,)), reshape(source, (-1,))
    if accumulate:
        return reshape(flat + put_add(source, key, flat.array.shape, False), input.shape)
    return reshape(put_at(flat, source, key), input.shape)


@function
@method
def masked_scatter(input, mask, source):
    """A copy of `input`: where `mask` holds the elements of `source`, one after the other."""
    if mask.array.dtype != np.bool_:
        raise DtypeError(
            "masked_scatter_ only supports boolean masks, but got mask with dtype "
            f"{SCALAR_NAMES[mask.dtype.name]}\n  make one with a comparison, or with .bool()"
        )
    if source.dtype is not input.dtype:
        raise DtypeError(
            "masked_scatter: expected self and source to have same dtypes but got"
            f"{SCALAR_NAMES[input.dtype.name]} and {SCALAR_NAMES[source.dtype.name]}"
        )
    shape = broadcast_shapes(input.shape, mask.shape)
    places = broadcast_to(mask, shape).array
    count = int(places.sum())
    if source.array.size < count:
        raise ShapeError("Number of elements of source < number of ones in mask")
    return put_at(broadcast_to(input, shape), reshape(source, (-1,))[:count], (places,))
