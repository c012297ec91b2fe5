"""Repeating elements, triangles and diagonals."""

import numpy as np

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import require_out
from minitorch.autograd.tensor import Tensor, function, method, wrap
from minitorch.backend.dtypes import SCALAR_NAMES, as_dtype, int32, int64
from minitorch.backend.errors import ShapeError
from minitorch.backend.layouts import strided
from minitorch.backend.namespaces import namespace
from minitorch.ops.gather import index_select
from minitorch.ops.join import stack
from minitorch.ops.making import create
from minitorch.ops.numpy_names import numpy_names
from minitorch.ops.out import takes_out
from minitorch.ops.shape import axis_of, clone, integers, reshape, spread


@op(promote=None, public=False, shown="Repeat")
def tiled(x, /, repeats):
    """`x` repeated `repeats[d]` times along each dimension d; at least as many as `x` has."""
    former = (1,) * (len(repeats) - x.ndim) + tuple(x.shape)
    pairs = [n for pair in zip(repeats, former) for n in pair]
    copies, shape = tuple(range(0, len(pairs), 2)), x.shape
    return namespace(x).tile(x, repeats), lambda g: g.reshape(pairs).sum(axis=copies).reshape(shape)


@spread
def repeat(input, repeats):
    """`input` repeated `repeats[d]` times along each dimension d.

    More numbers than dimensions add dimensions in front; fewer are refused, see `tile`.
    """
    repeats = integers("repeat(): argument 'repeats' (position 1)", repeats)
    if len(repeats) < input.array.ndim:
        raise ShapeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of "
            "tensor"
        )
    if any(n < 0 for n in repeats):
        sizes = [n * r for n, r in zip((1,) * (len(repeats) - input.ndim) + input.shape, repeats)]
        bad = next(n for n in sizes if n < 0)
        raise ShapeError(f"Trying to create tensor with negative dimension {bad}: {sizes}")
    return tiled(input, repeats)


@function
@spread
def tile(input, dims):
    """As `repeat`, but fewer numbers stand for the last dimensions."""
    dims = integers("tile(): argument 'dims' (position 1)", dims)
    return repeat(input, (1,) * (input.array.ndim - len(dims)) + dims)


@function
@method
@numpy_names
def repeat_interleave(input=None, repeats=None, dim=None, *, output_size=None):
    """Each slice along `dim` repeated on the spot; without `dim`, each element of all in one row.

    repeats      a number, or a 1-d tensor with one for each slice
    output_size  the size along `dim` of the result, where it is known

    repeat_interleave(repeats) alone gives each position i `repeats[i]` times.
    """
    if repeats is None or input is None:
        input = repeats if input is None else input
        if input.array.ndim != 1:
            raise ShapeError("repeat_interleave only accept 1D vector as repeat")
        count = wrap(namespace(input.array).arange(input.array.size))
        return repeat_interleave(count, input, 0, output_size=output_size)
    if not isinstance(repeats, Tensor | int):
        raise TypeError(
            "repeat_interleave() received an invalid combination of arguments: repeats must be an "
            f"int or a tensor, not {type(repeats).__name__}"
        )
    if dim is None:
        input, dim = reshape(input, (-1,)), 0
    size = input.size(dim)
    xp = namespace(input.array)
    counts = repeats.array if isinstance(repeats, Tensor) else xp.asarray(repeats)
    require_repeats(repeats, counts, size, dim)
    places = xp.repeat(xp.arange(size), counts.reshape(-1))
    if output_size is not None and places.size != output_size:
        raise ShapeError("allocated size does not match required size")
    return index_select(input, dim, wrap(places))


def require_repeats(repeats, counts, size, dim):
    if counts.dtype not in (np.int64, np.int32):
        raise NotImplementedError(
            f"\"repeat_interleave_cpu\" not implemented for '{SCALAR_NAMES[str(counts.dtype)]}'"
        )
    if counts.ndim > 1:
        raise ShapeError("repeats must be 0-dim or 1-dim tensor")
    if counts.size not in (1, size):
        raise ShapeError(
            "repeats must have the same size as input along dim, but got repeats.size(0) = "
            f"{counts.size} and input.size({dim}) = {size}"
        )
    if counts.size and counts.min() < 0:
        raise ShapeError(
            "repeats can not be negative"
            if isinstance(repeats, Tensor)
            else "Repeats must be non-negative"
        )


# -------------------------------------------------------------------- triangles and diagonals


@op(exact=require_out)
def tril(x, /, diagonal=0):
    """The lower triangle of the matrices in the last two dimensions, zeros above.

    diagonal  the last diagonal that is kept: 0 the main one, positive above it, negative below
    """
    require_matrix("tril", x)
    xp = namespace(x)
    return xp.dense(xp.tril(x, diagonal)), lambda g: xp.tril(g, diagonal)


@op(exact=require_out)
def triu(x, /, diagonal=0):
    """The upper triangle of the matrices in the last two dimensions, zeros below; see `tril`."""
    require_matrix("triu", x)
    xp = namespace(x)
    return xp.dense(xp.triu(x, diagonal)), lambda g: xp.triu(g, diagonal)


def require_matrix(name, x):
    if x.ndim < 2:
        raise ShapeError(f"{name}: input tensor must have at least 2 dimensions")


@op(view=True)
def diagonal(x, /, offset=0, dim1=0, dim2=1):
    """The diagonal of the matrices in `dim1` and `dim2` as the last dimension: a view.

    offset  which one: 0 the main one, positive above it, negative below
    """
    shape, (a, b) = x.shape, (axis_of(x.ndim, dim1), axis_of(x.ndim, dim2))
    if a == b:
        raise ShapeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    y = namespace(x).diagonal(x, offset, a, b)
    return y, lambda g: namespace(g).put_diagonal(g, offset, a, b, shape)


@op(promote=None, public=False, shown="DiagEmbed")
def put_diagonal(x, /, offset, axis1, axis2, shape):
    """Zeros of `shape` with `x` on that diagonal."""
    y = namespace(x).put_diagonal(x, offset, axis1, axis2, shape)
    return y, lambda g: namespace(g).diagonal(g, offset, axis1, axis2)


@function
@method
def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    """Square matrices in `dim1` and `dim2` with the last dimension of `input` on a diagonal."""
    a, b = (axis_of(input.array.ndim + 1, d) for d in (dim1, dim2))
    *rest, n = input.array.shape
    if a == b:
        raise ShapeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    for axis in sorted((a, b)):
        rest.insert(axis, n + abs(offset))
    return put_diagonal(input, offset, a, b, tuple(rest))


@function
@method
@takes_out(exact=require_out)
def diag(input, diagonal=0):
    """Of a vector the matrix with it on a diagonal, of a matrix a copy of that diagonal."""
    if input.array.ndim == 1:
        return diag_embed(input, diagonal)
    if input.array.ndim == 2:
        return clone(input.diagonal(diagonal))
    raise ShapeError(f"diag(): Supports 1D or 2D tensors. Got {input.array.ndim}D")


@function
@method
def diagflat(input, offset=0):
    """The matrix with all elements of `input` on a diagonal."""
    return diag_embed(reshape(input, (-1,)), offset)


def indices_of(name, row, col, offset, dtype, keep):
    """Row and column of the elements of a (row, col) matrix that `keep(row, column)` names."""
    for what, n in (("row", row), ("col", col)):
        if n < 0:
            raise ShapeError(f"{what} must be non-negative, got{n}")
    kind = int64 if dtype is None else as_dtype(dtype)
    if kind not in (int32, int64):
        raise NotImplementedError(f"\"{name}\" not implemented for '{SCALAR_NAMES[kind.name]}'")
    rows, columns = np.ogrid[:row, :col]
    return np.stack(np.nonzero(keep(rows + offset, columns))).astype(kind.dtype)


@function
def tril_indices(
    row, col, offset=0, *, dtype=None, layout=strided, device=None, pin_memory=False,
    requires_grad=False,
):  # fmt: skip
    """The indices of the lower triangle of a (row, col) matrix: rows first, then columns.

    offset  the last diagonal that is kept, as at `tril`

    >>> tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """
    found = indices_of("tril_indices", row, col, offset, dtype, np.greater_equal)
    return create(lambda xp: xp.asarray(found), device, requires_grad, None, layout, pin_memory)


@function
def triu_indices(
    row, col, offset=0, *, dtype=None, layout=strided, device=None, pin_memory=False,
    requires_grad=False,
):  # fmt: skip
    """The indices of the upper triangle of a (row, col) matrix; see `tril_indices`."""
    found = indices_of("triu_indices", row, col, offset, dtype, np.less_equal)
    return create(lambda xp: xp.asarray(found), device, requires_grad, None, layout, pin_memory)


@function
def vander(x, N=None, increasing=False):
    """The powers of the vector `x` as columns, from the highest to 0.

    N           how many columns; None: as many as elements
    increasing  from 0 to the highest
    """
    if x.array.ndim != 1:
        raise ShapeError("x must be a one-dimensional tensor.")
    count = x.array.size if N is None else N
    if count < 0:
        raise ShapeError("N must be non-negative.")
    x = x if x.dtype.is_floating_point else x.to(int64)
    if not count:
        return reshape(x, (-1, 1))[:, :0]
    columns = powers(x, count)
    return stack(columns if increasing else columns[::-1], 1)


def powers(x, count):
    """x to the powers 0 to count - 1, count > 0."""
    found = [wrap(namespace(x.array).ones_like(x.array))]
    while len(found) < count:
        found.append(found[-1] * x)
    return found


TENSOR_FUNCTIONS.tile = tiled
