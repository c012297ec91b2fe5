"""Linear systems, inverses and determinants."""

from minitorch.autograd.op import op
from minitorch.autograd.parts import return_type
from minitorch.autograd.refusals import castable, require_out
from minitorch.autograd.tensor import function, method
from minitorch.backend.dtypes import int64
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.decompose import (
    identity,
    require_floats,
    require_kernel,
    require_matrix,
    require_square,
    require_success,
    swap,
)
from minitorch.ops.deprecated import warn_of_newer
from minitorch.ops.elementwise import where
from minitorch.ops.out import takes_out
from minitorch.ops.products import scalar_name

# -------------------------------------------------------------------- triangles


@op(public=False, shown="LinalgSolveTriangular")
def solve_triangular(A, B, /, upper, left=True, unitriangular=False):
    """X such that A @ X = B, or X @ A = B where not `left`; of A one triangle is read.

    unitriangular  the diagonal of A is taken to be 1

    A 0 on the diagonal gives inf or nan.
    """
    xp = namespace(A)
    x = xp.solve_triangular(A, B, upper, left, unitriangular)
    cut, offset = (xp.triu, int(unitriangular)) if upper else (xp.tril, -int(unitriangular))

    def back(g):
        return xp.solve_triangular(swap(A), g, not upper, left, unitriangular)

    def vjp(g):
        share = back(g)
        return cut(-(share @ swap(x) if left else swap(x) @ share), offset)

    return x, vjp, back


@function
@method
@takes_out(exact=require_out)
def triangular_solve(input, A, upper=True, transpose=False, unitriangular=False):
    """X such that A @ X = input, and a copy of A. `linalg.solve_triangular` is the newer name.

    transpose  A.mT @ X = input
    """
    warn_of_newer("triangular_solve")
    for name, x in (("b", input), ("A", A)):
        if x.array.ndim < 2:
            raise ShapeError(
                f"torch.triangular_solve: Expected {name} to have at least 2 dimensions, but it "
                f"has {x.array.ndim} dimensions instead"
            )
    require_fitting("triangular_solve", input, A)
    require_kernel("triangular_solve_cpu", A)
    mat = swap(A) if transpose else A
    solution = solve_triangular(mat, input, upper != transpose, True, unitriangular)
    batch = solution.shape[:-2]
    return TRIANGULAR(solution, A.expand(*batch, *A.shape[-2:]).clone())


def require_fitting(name, b, A):
    """Refuse matrices that don't go together, in the words of PyTorch's older solvers."""
    if A.shape[-1] != A.shape[-2]:
        raise ShapeError(
            f"A must be batches of square matrices, but they are {A.shape[-2]} by {A.shape[-1]} "
            "matrices"
        )
    if A.shape[-1] != b.shape[-2]:
        raise ShapeError(
            f"Incompatible matrix sizes for {name}: each A matrix is {A.shape[-1]} by "
            f"{A.shape[-1]} but each b matrix is {b.shape[-2]} by {b.shape[-1]}"
        )
    if A.dtype is not b.dtype:
        raise DtypeError(
            "Expected b and A to have the same dtype, but found b of type "
            f"{scalar_name(b)} and A of type {scalar_name(A)} instead."
        )


TRIANGULAR = return_type("triangular_solve", ("solution", "cloned_coefficient"))


@op(public=False, shown="CholeskySolve")
def solve_by_cholesky(x, factor, /, upper):
    """The y with A @ y = x, for the Cholesky factor of A, whose gradient is not a triangle."""
    xp = namespace(x)
    first = swap(factor) if upper else factor

    def solution(x):
        return xp.solve_triangular(swap(first), xp.solve_triangular(first, x, False), True)

    y = solution(x)

    def vjp(g):
        share = solution(g) @ swap(y)
        share = -(share + swap(share))
        return factor @ share if upper else share @ factor

    return y, solution, vjp


@op(promote=None, public=False, shown="CholeskyInverse")
def inverse_by_cholesky(x, /, upper):
    """The inverse of the matrix with the Cholesky factor x, whose gradient is not a triangle."""
    half = namespace(x).solve_triangular(x, identity(x), upper)
    y = half @ swap(half) if upper else swap(half) @ half

    def vjp(g):
        share = y @ g @ y
        share = -(share + swap(share))
        return x @ share if upper else share @ x

    return swap(y), vjp  # which is y, but column by column in memory, as LAPACK leaves it


@function
@method
@takes_out(exact=castable("cholesky_solve"))
def cholesky_solve(input, input2, upper=False):
    """X such that A @ X = input, where `input2` is the Cholesky factor of A, `upper` or lower."""
    for name, x in (("b", input), ("u", input2)):
        if x.array.ndim < 2:
            raise ShapeError(
                f"{name} should have at least 2 dimensions, but has {x.array.ndim} dimensions "
                "instead"
            )
    require_fitting("cholesky_solve", input, input2)
    require_kernel("cholesky_solve_cpu", input2)
    return solve_by_cholesky(input, input2, upper)


@function
@method
@takes_out(exact=castable("cholesky_inverse"))
def cholesky_inverse(input, upper=False):
    """The inverse of the matrix whose Cholesky factor, `upper` or lower, is `input`."""
    require_square("cholesky_inverse", input)
    require_kernel("cholesky_inverse_out_cpu", input)
    require_success("cholesky_inverse", first_zero(input), SINGULAR_INVERSE)
    return inverse_by_cholesky(input, upper)


def first_zero(x):
    """Which element of each diagonal is the first 0, counted from 1; 0: none."""
    zero = x.detach().diagonal(0, -2, -1) == 0
    if not zero.shape[-1]:
        return zero.sum(-1)
    return (zero.to(int64).argmax(-1) + 1) * zero.any(-1)


SINGULAR_INVERSE = (
    "The diagonal element %d is zero, the inversion could not be completed because the input "
    "matrix is singular."
)


# -------------------------------------------------------------------- any square matrix


@op(promote=None, public=False, outputs=("inverse", "info"), shown="LinalgInvEx")
def inverse_ex(x, /):
    """The inverse and info, which tells the first zero pivot."""
    y, info = namespace(x).inverse_ex(x)
    return (y, info), lambda parts: -(swap(y) @ parts[0] @ swap(y))


def inverted(name, A, check_errors=True):
    """The inverse of A and info."""
    require_square("linalg.inv", A)
    require_floats("linalg.inv", A)
    parts = inverse_ex(A)
    if check_errors:
        require_success(name, parts.info, SINGULAR_INVERSE)
    return parts


@function
@method
@takes_out(exact=require_out)
def inverse(input):
    """The inverses of square matrices. Raises RuntimeError for a singular one."""
    return inverted("linalg.inv", input).inverse


@op(public=False, outputs=("result", "info"), shown="LinalgSolveEx")
def solve_ex(A, B, /):
    """X such that A @ X = B, and info, which tells the first zero pivot of A."""
    xp = namespace(A)
    x, info = xp.solve_ex(A, B)

    def back(parts):
        return xp.solve_ex(swap(A), parts[0])[0]

    return (x, info), lambda parts: -(back(parts) @ swap(x)), back


SINGULAR = "The solver failed because the input matrix is singular."


def solved(name, A, B, left, check_errors):
    """The solution of a linear system and info; see `linalg.solve`."""
    require_square("linalg.solve", A)
    require_floats("linalg.solve", A, "lu_cpu")
    if A.dtype is not B.dtype:
        raise DtypeError(
            f"linalg.solve: Expected A and B to have the same dtype, but found A of type "
            f"{scalar_name(A)} and B of type {scalar_name(B)} instead"
        )
    vector = B.array.ndim == 1 or (A.array.ndim - 1 == B.array.ndim and B.shape == A.shape[:-1])
    right = B.unsqueeze(-1) if vector else B
    require_equation("linalg.solve", A, right, left)
    if left:
        x, info = solve_ex(A, right)
    else:
        x, info = solve_ex(swap(A), swap(right))
        x = swap(x)
    if check_errors:
        require_success(name, info, SINGULAR)
    return (x.squeeze(-1) if vector else x), info


def require_equation(name, A, B, left):
    """Refuse an A and a B that make no equation AX = B, or XA = B where not `left`."""
    require_matrix(name, B, "B")
    if A.shape[-2] != B.shape[-2 if left else -1]:
        form = "AX = B" if left else "XA = B"
        raise ShapeError(
            f"{name}: Incompatible shapes of A and B for the equation {form} "
            f"({A.shape[-2]}x{A.shape[-1]} and {B.shape[-2]}x{B.shape[-1]})"
        )


# -------------------------------------------------------------------- determinants


@op(promote=None, public=False, shown="LinalgDet")
def determinant(x, /):
    """The determinants of square matrices."""
    xp = namespace(x)
    return xp.determinant(x), lambda g: g[..., None, None] * xp.cofactors(x)


@op(promote=None, public=False)
def cofactors(x, /):
    """The derivatives of the determinant by the elements; they exist for singular matrices too.

    With x = U * S @ Vh they are det(U) det(Vh) U * (products of all S but one) @ Vh. Their own
    derivative is taken of the nearest matrix that is clearly regular.
    Stewart, On the adjugate matrix, 1998.
    """
    xp = namespace(x)

    def vjp(g):
        near = xp.regular(x)
        inverse = swap(xp.inverse_ex(near)[0])
        along = (g * inverse).sum((-2, -1))[..., None, None] * inverse
        turned = inverse @ swap(g) @ inverse
        return xp.determinant(near)[..., None, None] * (along - turned)

    return xp.cofactors(x), vjp


@op(promote=None, public=False)
def regular(x, /):
    """`x`, but where it is singular the nearest matrix that is clearly not; see `cofactors`."""
    return namespace(x).regular(x), lambda g: g


@op(promote=None, public=False, outputs=("sign", "logabsdet"), shown="LinalgSlogdet")
def sign_and_log_det(x, /):
    """The sign of the determinant and the logarithm of its absolute value."""
    xp = namespace(x)
    sign, logarithm = xp.sign_and_log_det(x)

    def vjp(parts):
        if parts[1] is None:
            return xp.zeros_like(x)
        return parts[1][..., None, None] * swap(xp.inverse_ex(x)[0])

    return (sign, logarithm), vjp


SLOGDET = return_type("slogdet", ("sign", "logabsdet"))


@function
@method
@takes_out(exact=require_out)
def det(input):
    """The determinants of square matrices, (..., n, n) -> (...)."""
    require_square("linalg.det", input)
    require_floats("linalg.det", input, "lu_cpu")
    return determinant(input)


@function
@method
@takes_out(exact=require_out)
def slogdet(input):
    """The sign of the determinant and the logarithm of its absolute value; -inf: it is 0."""
    require_square("linalg.slogdet", input)
    require_floats("linalg.slogdet", input)
    return SLOGDET(*sign_and_log_det(input))


@function
@method
def logdet(input):
    """The logarithm of the determinant; nan where that is negative."""
    require_square("logdet", input)
    require_floats("logdet", input, "lu_cpu")
    sign, logarithm = sign_and_log_det(input)
    return where(sign == -1, float("nan"), logarithm)
