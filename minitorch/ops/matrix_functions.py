"""Powers, exponentials, norms, ranks and condition numbers of matrices."""

import math

from minitorch.autograd.op import op
from minitorch.autograd.refusals import castable, require_int
from minitorch.autograd.tensor import function, method
from minitorch.backend.dtypes import SCALAR_NAMES, as_dtype, bool, int64
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.creation import eye, zeros_like
from minitorch.ops.decompose import (
    decomposed,
    require_matrix,
    require_square,
    swap,
    symmetric_parts,
)
from minitorch.ops.elementwise import maximum, where
from minitorch.ops.join import stack
from minitorch.ops.least_squares import tolerances
from minitorch.ops.making import require_tensor
from minitorch.ops.out import takes_out
from minitorch.ops.products import matmul, scalar_name
from minitorch.ops.rearrange import powers
from minitorch.ops.reduce import axes_of
from minitorch.ops.solve import inverse, inverse_ex
from minitorch.ops.statistics import require_wider, vector_norm

# -------------------------------------------------------------------- powers and exponentials


@function
@method
@takes_out(exact=castable("matrix_power"))
def matrix_power(input, n):
    """The product of n factors `input`, square; of their inverses where n < 0."""
    require_int("matrix_power", n=n)
    require_square("linalg.matrix_power", input)
    if n == 1:
        return input.clone()
    if n == 0:
        one = eye(input.shape[-1], dtype=input.dtype, device=input.device)
        return where(zeros_like(input, dtype=bool), input, one)  # of zero derivative
    power = input if n > 0 else inverse(input)
    y, n = None, abs(n)
    while n:  # n = 6: power is x, x^2, x^4, and y = x^2 x^4
        if n % 2:
            y = power if y is None else matmul(y, power)
        n //= 2
        if n:
            power = matmul(power, power)
    return y


@op(promote=None, public=False, shown="LinalgMatrixExp")
def exp_of_matrix(x, /):
    """1 + x + x @ x / 2 + ...: the exponential of square matrices.

    The vjp is a block of the exponential of a matrix twice as large: Al-Mohy and Higham, Computing
    the Frechet Derivative of the Matrix Exponential, 2009.
    """
    xp, n = namespace(x), x.shape[-1]

    def vjp(g):
        turned = swap(x)
        above = xp.concatenate([turned, g], axis=-1)
        below = xp.concatenate([xp.zeros_like(turned), turned], axis=-1)
        return xp.exp_of_matrix(xp.concatenate([above, below], axis=-2))[..., :n, n:]

    return xp.exp_of_matrix(x), vjp


@function
@method
def matrix_exp(input):
    """The exponential of square matrices: 1 + A + A @ A / 2 + ..."""
    require_square("linalg.matrix_exp", input)
    if not input.dtype.is_floating_point:
        raise DtypeError(
            "linalg.matrix_exp: Expected a floating point or complex tensor as input. Got "
            f"{scalar_name(input)}"
        )
    return exp_of_matrix(input)


def vandermonde(x, N=None):
    """The powers 0 to N - 1 of each element, in a new last dimension."""
    if x.dtype.name in ("bool", "float16"):
        raise DtypeError(
            "linalg.vander supports floating point, complex, and integer tensors, but got "
            f"{SCALAR_NAMES[x.dtype.name]}"
        )
    x = x if x.array.ndim else x.unsqueeze(0)
    count = x.shape[-1] if N is None else N
    if count <= 1:
        raise ShapeError("N must be greater than 1.")
    x = x if x.dtype.is_floating_point else x.to(int64)
    return stack(powers(x, count), -1)


# -------------------------------------------------------------------- norms


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, dtype=None):
    """A norm of the matrices in two dimensions of A; see `linalg.matrix_norm`."""
    name = "linalg.matrix_norm"
    require_matrix(name, A)
    A = converted(name, A, dtype)
    dim = (dim,) if isinstance(dim, int) else tuple(dim)
    if len(dim) != 2:
        raise ShapeError(f"{name}: dim must be a 2-tuple. Got {' '.join(map(str, dim))}")
    row, column = (axes_of(A.ndim, d)[0] for d in dim)
    if row == column:
        raise ShapeError(f"{name}: dims must be different. Got ({dim[0]}, {dim[1]})")
    if ord == "fro":
        return vector_norm(A, 2, (row, column), keepdim)
    if ord not in ("nuc", 1, -1, 2, -2, math.inf, -math.inf):
        shown = ord if isinstance(ord, str) else f"{ord:g}"
        raise ShapeError(f"{name}: Order {shown} not supported.")
    if ord in ("nuc", 2, -2):
        if A.dtype.name == "float16":
            raise DtypeError(f"{name}: Low precision dtypes not supported. Got Half")
        values = decomposed(A.movedim((row, column), (-2, -1)), False).S
        y = values.sum(-1) if ord == "nuc" else extreme(values, -1, ord > 0)
        for axis in sorted((row, column)) if keepdim else ():
            y = y.unsqueeze(axis)
        return y
    summed, kept = (row, column) if abs(ord) == 1 else (column, row)
    y = extreme(vector_norm(A, 1, summed, True), kept, ord > 0, True)
    return y if keepdim else y.squeeze((row, column))


def converted(name, A, dtype):
    """A in `dtype`, if one is given; only floats have norms."""
    require_tensor(name.replace(".", "_"), A)
    require_wider(name, A, dtype)
    return A if dtype is None else A.to(as_dtype(dtype))


def extreme(values, axis, largest, keepdim=False):
    """The largest along `axis`, or the smallest; 0 where there is none and the largest is asked."""
    if not values.shape[axis] and largest:
        return values.sum(axis, keepdim)
    return (values.amax if largest else values.amin)(axis, keepdim)


def norm(input, ord=None, dim=None, keepdim=False, dtype=None):
    """A norm of vectors or of matrices; see `linalg.norm`."""
    axes = (dim,) if isinstance(dim, int) else dim if dim is None else tuple(dim)
    if axes is not None and len(axes) not in (1, 2):
        raise ShapeError(
            f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(axes)}"
        )
    if axes is None and ord is not None and input.array.ndim not in (1, 2):
        raise ShapeError(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. "
            f"Got {input.array.ndim}D."
        )
    matrices = ord is not None and (len(axes) if axes is not None else input.array.ndim) == 2
    if isinstance(ord, str) or matrices:
        return matrix_norm(input, ord, (-2, -1) if axes is None else axes, keepdim, dtype)
    input = converted("linalg.vector_norm", input, dtype)
    return vector_norm(input, 2 if ord is None else ord, axes, keepdim)


# -------------------------------------------------------------------- condition and rank


def condition(A, p=None):
    """The norm of A times that of its inverse; see `linalg.cond`."""
    if A.array.ndim < 2:
        raise ShapeError("linalg.cond: The input tensor must have at least 2 dimensions.")
    p = 2 if p is None else p
    if p in (2, -2):
        values = decomposed(A, False).S
        if not values.shape[-1]:
            return values.sum(-1)
        largest, smallest = values[..., 0], values[..., -1]
        return largest / smallest if p == 2 else smallest / largest
    shown = p if isinstance(p, str) else f"{p:g}"
    require_square(f"linalg.cond(ord={shown})", A)
    if p not in ("fro", "nuc", 1, -1, math.inf, -math.inf):
        raise ShapeError(f"linalg.cond got an invalid norm type: {shown}")
    if not A.shape[-1]:
        return A.sum((-2, -1))
    inverse, info = inverse_ex(A)
    regular = info == 0
    inverse = where(regular.unsqueeze(-1).unsqueeze(-1), inverse, 0)  # "nuc" takes no infinities
    return where(regular, matrix_norm(A, p) * matrix_norm(inverse, p), math.inf)


def rank(A, atol=None, rtol=None, hermitian=False):
    """How many singular values exceed max(atol, rtol * largest); see `linalg.matrix_rank`."""
    A = A.detach()
    require_matrix("torch.linalg.matrix_rank", A, "input")
    if A.dtype.name not in ("float32", "float64"):
        raise DtypeError("This function doesn't handle types other than float and double")
    values = abs(symmetric_parts(A, "L").eigenvalues) if hermitian else decomposed(A, False).S
    if not values.shape[-1]:
        return values.sum(-1).to(int64)
    atol, rtol = tolerances(A, atol, rtol)
    return (values > maximum(atol, rtol * values.amax(-1)).unsqueeze(-1)).sum(-1)
