"""Repeating elements and moving them: tiles, flips, rolls, triangles and diagonals."""

import numpy as np

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.tensor import Tensor, function, method, wrap
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.gather import index_select
from minitorch.ops.reduce import axes_of
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
    repeats = integers("repeat(): argument 'repeats'", repeats)
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
    dims = integers("tile(): argument 'dims'", dims)
    return repeat(input, (1,) * (input.array.ndim - len(dims)) + dims)


@function
@method
def repeat_interleave(input, repeats=None, dim=None, *, output_size=None):
    """Each slice along `dim` repeated on the spot; without `dim`, each element of all in one row.

    repeats  a number, or a 1-d tensor with one for each slice

    repeat_interleave(repeats) alone gives each position i `repeats[i]` times.
    """
    if repeats is None:
        return repeat_interleave(wrap(np.arange(input.array.size)), input, 0)
    if dim is None:
        input, dim = reshape(input, (-1,)), 0
    size = input.size(dim)
    counts = repeats.array if isinstance(repeats, Tensor) else np.array(repeats)
    if counts.size not in (1, size):
        raise ShapeError(
            "repeats must have the same size as input along dim, but got repeats.size(0) = "
            f"{counts.size} and input.size({dim}) = {size}"
        )
    if counts.size and counts.min() < 0:
        raise ShapeError("Repeats must be non-negative")
    xp = namespace(counts)
    return index_select(input, dim, wrap(xp.repeat(xp.arange(size), counts.reshape(-1))))


@op(promote=None, public=False, shown="Flip")
def flipped(x, /, dims):
    """A copy with the order of the elements along `dims` reversed."""
    xp = namespace(x)
    return xp.copy(xp.flip(x, dims)), lambda g: xp.flip(g, dims)


@function
@spread
def flip(input, dims):
    """A copy with the order of the elements along each of `dims` reversed."""
    dims = integers("flip(): argument 'dims'", dims)
    return flipped(input, axes_of(input.array.ndim, dims) if dims else ())


@op(promote=None)
def roll(x, /, shifts, dims=None):
    """The elements moved on by `shifts` along `dims`, those at the end coming in at the start.

    shifts, dims  numbers, or tuples of one length; no `dims`: of all elements in one row
    """
    moves = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    axes = () if dims is None or dims == () else axes_of(x.ndim, dims)
    if len(moves) != max(1, len(axes)):
        raise ShapeError(
            f"shifts and dimensions must align. shifts: {len(moves)}, dims:{len(axes)}"
        )
    xp, back = namespace(x), tuple([-n for n in moves])
    if not axes:
        return xp.roll(x, moves[0], None), lambda g: xp.roll(g, back[0], None)
    return xp.roll(x, moves, axes), lambda g: xp.roll(g, back, axes)


# -------------------------------------------------------------------- triangles and diagonals


@op(promote=None)
def tril(x, /, diagonal=0):
    """The lower triangle of the matrices in the last two dimensions, zeros above.

    diagonal  the last diagonal that is kept: 0 the main one, positive above it, negative below
    """
    require_matrix("tril", x)
    xp = namespace(x)
    return xp.tril(x, diagonal), lambda g: xp.tril(g, diagonal)


@op(promote=None)
def triu(x, /, diagonal=0):
    """The upper triangle of the matrices in the last two dimensions, zeros below; see `tril`."""
    require_matrix("triu", x)
    xp = namespace(x)
    return xp.triu(x, diagonal), lambda g: xp.triu(g, diagonal)


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
    *rest, n = input.array.shape
    a, b = (axis_of(len(rest) + 2, d) for d in (dim1, dim2))
    for axis in sorted((a, b)):
        rest.insert(axis, n + abs(offset))
    return put_diagonal(input, offset, a, b, tuple(rest))


@function
@method
def diag(input, diagonal=0):
    """Of a vector the matrix with it on a diagonal, of a matrix a copy of that diagonal."""
    if input.array.ndim == 1:
        return diag_embed(input, diagonal)
    if input.array.ndim == 2:
        return clone(input.diagonal(diagonal))
    raise ShapeError(f"diag(): Supports 1D or 2D tensors. Got {input.array.ndim}D")


TENSOR_FUNCTIONS.tile = tiled
TENSOR_FUNCTIONS.flip = flipped
