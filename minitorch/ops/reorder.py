"""The same elements in another order: dimensions permuted, flips, turns and rolls."""

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import require_int
from minitorch.autograd.tensor import Tensor, alias, function, method
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.backend.settings import warn_once
from minitorch.ops.reduce import axes_of
from minitorch.ops.shape import axis_of, clone, integers, inverse, spread

# -------------------------------------------------------------------- dimensions


@op(view=True, public=False, shown="Permute")
def permuted(x, /, dims):
    """The dimensions in the order `dims`."""
    xp = namespace(x)
    return xp.transpose(x, dims), lambda g: xp.transpose(g, inverse(dims))


@function
@spread
def permute(input, dims):
    """The dimensions in the order `dims`: `permute(x, (2, 0, 1))` puts the last one first."""
    dims = integers("permute(): argument 'dims' (position 1)", dims)
    ndim = input.array.ndim
    if len(dims) != ndim:
        raise ShapeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the "
            f"length of the desired ordering of dimensions i.e. input.dim() = {ndim} is not equal "
            f"to len(dims) = {len(dims)}"
        )
    axes = tuple([axis_of(ndim, d) for d in dims])
    if len(set(axes)) < ndim:
        raise ShapeError("permute(): duplicate dims are not allowed.")
    return permuted(input, axes)


@op(view=True)
def transpose(x, /, dim0, dim1):
    """With the dimensions `dim0` and `dim1` exchanged."""
    a, b = axis_of(x.ndim, dim0), axis_of(x.ndim, dim1)
    if not x.ndim:
        return x.reshape(()), lambda g: g
    return x.swapaxes(a, b), lambda g: g.swapaxes(a, b)


@function
@method
def swapaxes(input, axis0, axis1):
    """With the dimensions `axis0` and `axis1` exchanged."""
    return transpose(input, axis0, axis1)


@function
@method
def swapdims(input, dim0, dim1):
    """With the dimensions `dim0` and `dim1` exchanged."""
    return transpose(input, dim0, dim1)


@op(view=True)
def t(x, /):
    """The transpose of a matrix; a vector or a number stays as it is."""
    if x.ndim > 2:
        raise ShapeError(f"t() expects a tensor with <= 2 dimensions, but self is {x.ndim}D")
    return turned(x), turned


def turned(x):
    return x.T if x.ndim == 2 else x.reshape(x.shape)


@function
@method
def movedim(input, source, destination):
    """With the dimensions `source` (one or several) at the positions `destination`."""
    ndim = input.array.ndim
    source, destination = ([d] if isinstance(d, int) else list(d) for d in (source, destination))
    if len(source) != len(destination):
        raise ShapeError(
            "movedim: Invalid source or destination dims: source "
            f"({source} dims) should contain the same number of dims as destination "
            f"({destination} dims)"
        )
    for name, dims in (("source", source), ("destination", destination)):
        if len({axis_of(ndim, d) for d in dims}) < len(dims):
            raise ShapeError(f"movedim: repeated dim in `{name}` ({dims})")
    at = dict(zip([axis_of(ndim, d) for d in destination], [axis_of(ndim, s) for s in source]))
    others = iter([axis for axis in range(ndim) if axis not in at.values()])
    return permute(input, [at[axis] if axis in at else next(others) for axis in range(ndim)])


moveaxis = alias("moveaxis", movedim)


def reversed_dimensions(self):
    """The dimensions in reverse order: of a matrix, its transpose."""
    ndim = self.array.ndim
    if ndim == 2:
        return permuted(self, (1, 0))
    warn(
        "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is "
        "deprecated and it will throw an error in a future release. Consider `x.mT` to transpose "
        "batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the "
        "dimensions of a tensor."
        if ndim
        else "Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases."
    )
    return permuted(self, tuple(range(ndim))[::-1])


def warn(message):
    """Warn the caller of a property."""
    warn_once(message, stacklevel=5)


def transposed_matrices(self, name, advice="Consider using x.conj()."):
    """The last two dimensions exchanged."""
    if self.array.ndim == 1:
        raise ShapeError(
            f"tensor.{name} is only supported on matrices or batches of matrices. Got 1-D tensor."
        )
    if self.array.ndim:
        return transpose(self, -2, -1)
    shown = name if name == "adjoint()" else f"Tensor.{name}"
    warn(f"{shown} is deprecated on 0-D tensors. {advice}")
    return self


@function
@method
def adjoint(input):
    """The last two dimensions exchanged; there are no complex numbers to conjugate."""
    return transposed_matrices(input, "adjoint()")


def matrix_H(self):
    """The transpose of a matrix."""
    if self.array.ndim not in (0, 2):
        raise ShapeError(
            "tensor.H is only supported on matrices (2-D tensors). Got "
            f"{self.array.ndim}-D tensor."
            + " For batches of matrices, consider using tensor.mH"
            * (self.array.ndim > 2)
        )
    if not self.array.ndim:
        warn("Tensor.H is deprecated on 0-D tensors. Consider using x.conj().")
    return t(self)


for name, of in {
    "T": reversed_dimensions,
    "H": matrix_H,
    "mT": lambda self: transposed_matrices(
        self, "mT", "This function is the identity in these cases."
    ),
    "mH": lambda self: transposed_matrices(self, "mH"),
}.items():
    setattr(Tensor, name, property(of))


# -------------------------------------------------------------------- flips, turns and rolls


@op(promote=None, public=False, shown="Flip")
def flipped(x, /, dims):
    """A copy with the order of the elements along `dims` reversed."""
    xp = namespace(x)
    return xp.copy(xp.flip(x, dims)), lambda g: xp.flip(g, dims)


@function
@spread
def flip(input, dims):
    """A copy with the order of the elements along each of `dims` reversed."""
    dims = integers("flip(): argument 'dims' (position 1)", dims)
    return flipped(input, axes_of(input.array.ndim, dims) if dims else ())


@function
@method
def rot90(input, k=1, dims=(0, 1)):
    """The plane of the two dimensions `dims` turned by `k` times 90 degrees, from the first of
    them towards the second.
    """
    require_int("rot90", k=k)
    ndim, dims = input.array.ndim, integers("rot90(): argument 'dims'", dims)
    if len(dims) != 2:
        raise ShapeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if ndim < 2:
        raise ShapeError(f"expected total dims >= 2, but got total dims = {ndim}")
    if dims[0] == dims[1] or (abs(dims[0] - dims[1]) == ndim and -ndim <= min(dims) < 0):
        raise ShapeError(
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}"
        )
    a, b = (axis_of(ndim, d) for d in dims)
    turns = k % 4
    if turns == 1:
        return transpose(flipped(input, (b,)), a, b)
    if turns == 3:
        return transpose(flipped(input, (a,)), a, b)
    return flipped(input, (a, b)) if turns else clone(input)


@function
@method
def fliplr(input):
    """A copy with the columns (dimension 1) in reverse order."""
    if input.array.ndim < 2:
        raise ShapeError("Input must be >= 2-d.")
    return flipped(input, (1,))


@function
@method
def flipud(input):
    """A copy with the rows (dimension 0) in reverse order."""
    if not input.array.ndim:
        raise ShapeError("Input must be >= 1-d.")
    return flipped(input, (0,))


@op(promote=None)
def roll(x, /, shifts, dims=None):
    """The elements moved on by `shifts` along `dims`, those at the end coming in at the start.

    shifts, dims  numbers, or tuples of one length; no `dims`: of all elements in one row
    """
    several = isinstance(shifts, list | tuple)
    moves = tuple(shifts) if several else integers("roll(): argument 'shifts'", (shifts,))
    if not moves:
        raise ShapeError("`shifts` required")
    if dims is not None and dims not in ((), []) and not x.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    axes = () if dims is None else tuple(dims) if isinstance(dims, list | tuple) else (dims,)
    if len(moves) != max(1, len(axes)):
        raise ShapeError(
            f"shifts and dimensions must align. shifts: {len(moves)}, dims:{len(axes)}"
        )
    axes = axes_of(x.ndim, axes) if axes else ()
    xp, back = namespace(x), tuple([-n for n in moves])
    if not axes:
        return xp.roll(x, moves[0], None), lambda g: xp.roll(g, back[0], None)
    return xp.dense(xp.roll(x, moves, axes)), lambda g: xp.roll(g, back, axes)


# -------------------------------------------------------------------- as bodies of ops call them


def transposed(x, axes=None):
    """The dimensions in the order `axes`, or reversed, as `np.transpose` has it."""
    return reversed_dimensions(x) if axes is None else permute(x, axes)


for name, call in {
    "flip": flipped, "moveaxis": movedim, "swapaxes": swapaxes, "transpose": transposed,
}.items():  # fmt: skip
    setattr(TENSOR_FUNCTIONS, name, call)
