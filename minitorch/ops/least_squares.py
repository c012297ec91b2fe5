"""Pseudo-inverses, least squares, reflectors, and systems whose factors are known."""

import math

from minitorch.autograd.op import op
from minitorch.autograd.parts import return_type
from minitorch.autograd.refusals import castable, require_out
from minitorch.autograd.tensor import Tensor, function, method
from minitorch.backend.dtypes import bool as bool_
from minitorch.backend.dtypes import finfo, int64
from minitorch.backend.errors import DtypeError, LinAlgError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.creation import eye, full, zeros_like
from minitorch.ops.decompose import (
    decomposed,
    permutation_matrix,
    require_floats,
    require_kernel,
    require_square,
    swap,
)
from minitorch.ops.deprecated import warn_of_newer
from minitorch.ops.elementwise import where
from minitorch.ops.out import takes_out
from minitorch.ops.products import scalar_name
from minitorch.ops.solve import inverted, require_equation, solve_triangular, solved

# -------------------------------------------------------------------- pseudo-inverse


@op(promote=None, public=False, shown="LinalgPinv")
def pseudo_inverse(x, atol, rtol, /, hermitian):
    """The Moore-Penrose inverse; singular values up to max(atol, rtol * largest) count as 0.

    Golub and Pereyra, The Differentiation of Pseudo-Inverses and Nonlinear Least Squares Problems
    Whose Variables Separate, 1973, equation 4.12.
    """
    y = namespace(x).pseudo_inverse(x, atol, rtol, hermitian)

    def vjp(g):
        back, turned = swap(y), swap(g)
        missed = (turned - x @ (y @ turned)) @ y @ back  # what of g the columns of x don't reach
        wide = back @ y @ (turned - (turned @ y) @ x)  # nor its rows
        return missed + wide - back @ g @ back

    return y, vjp, None, None


def tolerances(A, atol, rtol):
    """`atol` and `rtol` as tensors: without both, the precision times the longer side of A."""
    least = finfo(A.dtype).eps * max(A.shape[-2:])
    atol, given = as_constant(A, 0.0 if atol is None else atol), atol is not None
    if rtol is None:
        rtol = where(atol > 0, 0.0, least) if given else least
    return atol, as_constant(A, rtol)


def as_constant(A, value):
    """A number or a tensor as a tensor like A that needs no gradient."""
    if isinstance(value, Tensor):
        return value.detach()
    return full((), value, dtype=A.dtype, device=A.device)


def inverted_loosely(A, atol, rtol, hermitian):
    """The pseudo-inverse of A; see `linalg.pinv`."""
    if A.array.ndim < 2 or A.dtype.name not in ("float32", "float64"):
        raise DtypeError(
            f"linalg.pinv({scalar_name(A)}{{{list(A.shape)}}}): expected a tensor with 2 or more "
            "dimensions of float, double, cfloat or cdouble types"
        )
    if hermitian:
        require_square("linalg.eigh", A)
    return pseudo_inverse(A, *tolerances(A, atol, rtol), hermitian)


@function
@method
def pinverse(input, rcond=1e-15):
    """The pseudo-inverse; singular values up to rcond * largest count as 0. See `linalg.pinv`."""
    return inverted_loosely(input, None, rcond, False)


# -------------------------------------------------------------------- least squares

DRIVERS = ("gels", "gelsy", "gelsd", "gelss")
LSTSQ_TYPE = return_type("linalg_lstsq", ("solution", "residuals", "rank", "singular_values"))


def require_least_squares(A, B, driver):
    """Refuse what makes no least squares problem; whether B is a batch of vectors."""
    name = "torch.linalg.lstsq"
    if A.array.ndim < 2:
        raise ShapeError(f"{name}: input must have at least 2 dimensions.")
    if not B.array.ndim:
        raise ShapeError(f"{name}: other must have at least 1 dimension.")
    if A.dtype is not B.dtype:
        raise DtypeError(
            f"{name}: Expected input and other to have the same dtype, but got input's dtype "
            f"{scalar_name(A)} and other's dtype {scalar_name(B)}"
        )
    if not 0 <= A.array.ndim - B.array.ndim <= 1:
        raise ShapeError(
            f"{name}: input.dim() must be greater or equal to other.dim() and (input.dim() - "
            "other.dim()) <= 1"
        )
    vector = A.array.ndim - 1 == B.array.ndim and B.shape[:-1] == A.shape[:-2]
    axis = -1 if vector else -2
    if A.shape[-2] != B.shape[axis]:
        raise ShapeError(f"{name}: input.size(-2) should match other.size({axis})")
    if driver not in DRIVERS:
        raise ShapeError(f"{name}: parameter `driver` should be one of ({', '.join(DRIVERS)})")
    if A.dtype.name not in ("float32", "float64"):
        raise DtypeError("This function doesn't handle types other than float and double")
    return vector


def least_squares(A, B, rcond=None, driver=None):
    """The least X by which A @ X comes nearest to B, and more; see `linalg.lstsq`."""
    driver = "gelsy" if driver is None else driver
    vector = require_least_squares(A, B, driver)
    right = B.unsqueeze(-1) if vector else B
    m, n = A.shape[-2:]
    least = finfo(A.dtype).eps
    limit = least * max(m, n) if rcond is None else least if rcond == -1 else rcond
    values = decomposed(A.detach(), False).S
    zero = values.new_zeros(values.shape[:-1])
    largest = values[..., 0] if values.shape[-1] else zero
    rank = (values > (limit * largest).unsqueeze(-1)).sum(-1)
    complete = bool((rank == min(m, n)).all())
    if driver == "gels" and not complete:
        raise LinAlgError(
            "torch.linalg.lstsq: The least squares solution could not be computed because the "
            f"input matrix does not have full rank (error code: {int(rank.min()) + 1})."
        )
    X = by_columns(pseudo_inverse(A, zero, as_constant(A, limit), False), right)
    nothing = A.new_zeros(0)
    residuals = X.reshape(-1)[:0]
    if m > n and driver != "gelsy" and complete:
        residuals = (A @ X - right).square().sum(-2)
    return LSTSQ_TYPE(
        X.squeeze(-1) if vector else X,
        residuals,
        nothing.to(int64) if driver == "gels" else rank,
        values if driver in ("gelsd", "gelss") else nothing,
    )


def by_columns(a, b):
    """a @ b, column by column in memory, as LAPACK leaves its results."""
    return swap(swap(b) @ swap(a))


# -------------------------------------------------------------------- known LU factors


def solved_by_factors(LU, pivots, B, left=True, adjoint=False):
    """X such that A @ X = B, for the LU factors of A; see `linalg.lu_solve`."""
    require_square("torch.linalg.lu_solve", LU)
    require_floats("torch.linalg.lu_solve", LU, "lu_solve_cpu")
    if pivots.dtype.name != "int32":
        raise DtypeError("linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32")
    if LU.dtype is not B.dtype:
        raise DtypeError(
            "linalg.lu_solve: Expected LU and B to have the same dtype, but found LU of type "
            f"{scalar_name(LU)} and B of type {scalar_name(B)} instead"
        )
    if pivots.shape[-1:] != LU.shape[-1:]:
        raise ShapeError(
            "linalg.lu_solve: Number of pivots per batch should be same as the dimension of the "
            "matrix"
        )
    require_equation("linalg.lu_solve", LU, B, left)
    if not left:
        return swap(solved_by_factors(LU, pivots, swap(B), True, not adjoint))
    P = permutation_matrix(pivots, LU.shape[-1], LU.dtype)
    if adjoint:
        half = solve_triangular(swap(LU), B, False)
        return by_columns(P, solve_triangular(swap(LU), half, True, True, True))
    return solve_triangular(LU, solve_triangular(LU, swap(P) @ B, False, True, True), True)


@function
@method
@takes_out(exact=require_out)
def lu_solve(input, LU_data, LU_pivots):
    """X such that A @ X = input, for the LU and pivots of A; `linalg.lu_solve` is newer."""
    warn_of_newer("lu_solve")
    return solved_by_factors(LU_data, LU_pivots, input)


# -------------------------------------------------------------------- Householder's reflectors


def reflected(x, v, tau):
    """x @ (1 - tau v v.T) for column vectors v."""
    return x - tau[..., None, None] * ((x @ v) @ swap(v))


def reflectors(input, tau):
    """The column vectors and their factors, from first to last."""
    m, n = input.shape[-2:]
    v = input.tril(-1) + eye(m, n, dtype=input.dtype, device=input.device)
    return [(v[..., i : i + 1], tau[..., i]) for i in range(tau.shape[-1])]


@function
@method
@takes_out(exact=castable("torch.linalg.householder_product"))
def orgqr(input, tau):
    """The first columns of the product of the reflectors that `geqrf` returned.

    input (..., m, n)   tau (..., k)   returns (..., m, n), k <= n <= m
    """
    name = "torch.linalg.householder_product"
    if input.array.ndim < 2:
        raise ShapeError(f"{name}: input must have at least 2 dimensions.")
    m, n = input.shape[-2:]
    if m < n:
        raise ShapeError(
            f"{name}: input.shape[-2] must be greater than or equal to input.shape[-1]"
        )
    if tau.array.ndim and n < tau.shape[-1]:
        raise ShapeError(f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]")
    if input.array.ndim - tau.array.ndim != 1:
        raise ShapeError(
            f"{name}: Expected tau to have one dimension less than input, but got tau.ndim equal "
            f"to {tau.array.ndim} and input.ndim is equal to {input.array.ndim}"
        )
    if input.dtype is not tau.dtype:
        raise DtypeError(
            f"{name}: tau dtype {scalar_name(tau)} does not match input dtype {scalar_name(input)}"
        )
    require_kernel("orgqr_cpu", input)
    one = eye(m, n, dtype=input.dtype, device=input.device)
    q = swap(where(zeros_like(input, dtype=bool_), input, one))  # of the graph even without a tau
    for v, factor in reversed(reflectors(input, tau)):
        q = reflected(q, v, factor)
    return swap(q)


@function
@method
@takes_out
def ormqr(input, tau, other, left=True, transpose=False):
    """Q @ other, or other @ Q where not `left`, for the Q, or its transpose, of the reflectors.

    input (..., m, k)   tau (..., k)   Q (..., m, m)
    """
    require_reflectors(input, tau, other, left)
    x = swap(other) if left else other
    pairs = reflectors(input, tau)
    for v, factor in pairs if transpose == left else reversed(pairs):
        x = reflected(x, v, factor)
    return swap(x) if left else x


def require_reflectors(input, tau, other, left):
    """Refuse what PyTorch's `ormqr` refuses."""
    for what, x in (("input", input), ("other", other)):
        if x.array.ndim < 2:
            raise ShapeError(f"torch.ormqr: {what} must have at least 2 dimensions.")
    side = -2 if left else -1
    size = other.shape[side]
    if tau.array.ndim and size < tau.shape[-1]:
        raise ShapeError(
            f"torch.ormqr: other.shape[{side}] must be greater than or equal to tau.shape[-1]"
        )
    if size != input.shape[-2]:
        raise ShapeError(f"torch.ormqr: other.shape[{side}] must be equal to input.shape[-2]")
    if tau.array.ndim and tau.shape[-1] > input.shape[-1]:
        raise ShapeError(
            f"torch.ormqr: tau.shape[-1] must be equal to min(other.shape[{side}], input.shape[-1])"
        )
    if input.array.ndim - tau.array.ndim != 1:
        raise ShapeError(
            "torch.ormqr: Expected tau to have one dimension less than input, but got tau.ndim "
            f"equal to {tau.array.ndim} and input.ndim is equal to {input.array.ndim}"
        )
    if input.array.ndim != other.array.ndim:
        raise ShapeError(
            "torch.ormqr: Expected other to have the same number of dimensions as input, but got "
            f"other.ndim equal to {other.array.ndim} and input.ndim is equal to {input.array.ndim}"
        )
    for x, batch, words in (
        (tau, tau.shape[:-1], "batch dimensions of tau to be equal to input.shape[:-2]"),
        (other, other.shape[:-2], "batch dimensions of other to be equal to input.shape[:-2]"),
    ):
        if batch != input.shape[:-2]:
            raise ShapeError(f"torch.ormqr: Expected {words}, but got {list(batch)}")
        if x.dtype is not input.dtype:
            what = "tau" if x is tau else "other"
            raise DtypeError(
                f"torch.ormqr: Expected input and {what} to have the same dtype, but input has "
                f"dtype{scalar_name(input)} and {what} has dtype {scalar_name(x)}"
            )


# -------------------------------------------------------------------- tensors as matrices


def tensor_inverse(A, ind):
    """The inverse of A as a matrix whose rows are its first `ind` dimensions."""
    if ind <= 0:
        raise ShapeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    first, last = A.shape[:ind], A.shape[ind:]
    require_as_many("ind", last, math.prod(first))
    size = math.prod(last)
    return inverted("inv", A.reshape(size, size)).inverse.reshape(*last, *first)


def tensor_solution(A, B, dims):
    """X such that tensordot(A, X, X.ndim) = B."""
    if dims is not None:
        rest = [d for d in range(A.ndim) if d not in {each % A.ndim for each in dims}]
        A = A.permute(*rest, *[d % A.ndim for d in dims])
    last = A.shape[B.ndim :]
    require_as_many("other.ndim", last, B.numel())
    A = A.reshape(B.numel(), B.numel())
    X, _ = solved("torch.linalg.solve", A, B.reshape(-1), True, True)
    return X.reshape(last)


def require_as_many(where, last, count):
    if math.prod(last) != count:
        raise ShapeError(
            f"Expected self to satisfy the requirement prod(self.shape[{where}:]) == "
            f"prod(self.shape[:{where}]), but got {math.prod(last)} != {count}"
        )
