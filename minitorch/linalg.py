"""`minitorch.linalg`: the functions of `torch.linalg`. The maths is in `ops/`.

All take batches, (..., m, n), and have derivatives of all orders unless they say otherwise.
Complex results there are none: `eig` and `eigvals` are refused, `eigh` serves symmetric matrices.
"""

from minitorch.autograd.parts import return_type
from minitorch.autograd.refusals import castable, exactly, require_out
from minitorch.backend.errors import DtypeError, LinAlgError, ShapeError
from minitorch.ops import decompose, least_squares, matrix_functions
from minitorch.ops import solve as systems
from minitorch.ops.out import takes_out
from minitorch.ops.products import matmul, scalar_name
from minitorch.ops.rearrange import diagonal as diagonal_of
from minitorch.ops.sums_of_products import multi_dot, vector_product

__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cond", "cross", "det", "diagonal", "eig", "eigh",
    "eigvals", "eigvalsh", "householder_product", "inv", "inv_ex", "lstsq", "lu", "lu_factor",
    "lu_factor_ex", "lu_solve", "matmul", "matrix_exp", "matrix_norm", "matrix_power",
    "matrix_rank", "multi_dot", "norm", "pinv", "qr", "slogdet", "solve", "solve_ex",
    "solve_triangular", "svd", "svdvals", "tensorinv", "tensorsolve", "vander", "vecdot",
    "vector_norm",
]  # fmt: skip

CHOLESKY_EX = return_type("linalg_cholesky_ex", ("L", "info"))
EIGH = return_type("linalg_eigh", ("eigenvalues", "eigenvectors"))
INV_EX = return_type("linalg_inv_ex", ("inverse", "info"))
LU = return_type("linalg_lu", ("P", "L", "U"))
LU_FACTOR = return_type("linalg_lu_factor", ("LU", "pivots"))
LU_FACTOR_EX = return_type("linalg_lu_factor_ex", ("LU", "pivots", "info"))
QR = return_type("linalg_qr", ("Q", "R"))
SLOGDET = return_type("linalg_slogdet", ("sign", "logabsdet"))
SOLVE_EX = return_type("linalg_solve_ex", ("result", "info"))
SVD = return_type("linalg_svd", ("U", "S", "Vh"))

# -------------------------------------------------------------------- norms and numbers


@takes_out(exact=exactly("linalg.norm expected out tensor dtype {Made} but got: {Given}"))
def norm(input, ord=None, dim=None, keepdim=False, *, dtype=None):
    """A norm of vectors or matrices.

    Over one dimension `vector_norm`, over two `matrix_norm`; without `dim`, of all elements as one
    vector where `ord` is not given, else of a tensor of one or two dimensions.
    """
    return matrix_functions.norm(input, ord, dim, keepdim, dtype)


@takes_out(exact=require_out)
def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None):
    """sum(|x|**ord) ** (1 / ord) over `dim`, or over all elements.

    ord  inf: the largest |x|; -inf: the smallest; 0: how many are not 0
    """
    x = matrix_functions.converted("linalg.vector_norm", x, dtype)
    return matrix_functions.vector_norm(x, ord, dim, keepdim)


@takes_out(exact=exactly("linalg.matrix_norm expected out tensor dtype {Made} but got: {Given}"))
def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    """A norm of the matrices in the two dimensions `dim`.

    ord  "fro": of all elements as a vector; "nuc": the sum of the singular values; 2, -2: the
         largest, the smallest of them; 1, -1: the largest, smallest sum of the |elements| of a
         column; inf, -inf: of a row
    """
    return matrix_functions.matrix_norm(A, ord, dim, keepdim, dtype)


@takes_out(exact=castable("linalg.cond"))
def cond(A, p=None):
    """The norm of A times that of its inverse: inf where A is singular.

    p  as `ord` of `matrix_norm`; 2 (the default) and -2 serve matrices that are not square too
    """
    return matrix_functions.condition(A, p)


@takes_out(exact=castable("torch.linalg.matrix_rank"))
def matrix_rank(A, tol=None, hermitian=False, *, atol=None, rtol=None):
    """How many singular values exceed max(atol, rtol * largest), as int64.

    atol, rtol  numbers or tensors; without both, rtol is the precision times the longer side
    tol         another name of atol
    hermitian   A is symmetric, of which its lower triangle is read
    """
    if tol is not None:
        atol, rtol = tol, 0.0
    return matrix_functions.rank(A, atol, rtol, hermitian)


@takes_out(exact=require_out)
def det(A):
    """The determinants of square matrices, (..., n, n) -> (...)."""
    return systems.det(A)


@takes_out(exact=require_out)
def slogdet(A):
    """The sign of the determinant and the logarithm of its absolute value; -inf: it is 0."""
    return SLOGDET(*systems.slogdet(A))


# -------------------------------------------------------------------- decompositions


@takes_out(exact=require_out)
def cholesky(A, *, upper=False):
    """The lower triangular L with L @ L.mT = A, or its transpose where `upper`.

    Raises LinAlgError for what is not positive definite. Of A one triangle is read.
    """
    return factors("linalg.cholesky", A, upper, True)[0]


@takes_out(exact=require_out)
def cholesky_ex(A, *, upper=False, check_errors=False):
    """`cholesky` and info: the order of the first leading minor that is not positive, or 0."""
    return CHOLESKY_EX(*factors("linalg.cholesky_ex", A, upper, check_errors))


def factors(name, A, upper, check_errors):
    decompose.require_square("linalg.cholesky", A)
    decompose.require_floats("linalg.cholesky", A, "cholesky_cpu")
    return decompose.factored(name, A, upper, check_errors)


@takes_out(exact=require_out)
def qr(A, mode="reduced"):
    """Q with orthonormal columns and an upper triangular R such that A = Q @ R.

    mode  "reduced": Q (..., m, k), R (..., k, n), k = min(m, n); "complete": Q (..., m, m),
          R (..., m, n); "r": Q is empty, and there is no derivative
    """
    if mode not in ("reduced", "complete", "r"):
        raise ShapeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', "
            "or 'complete'"
        )
    if mode == "r":
        decompose.require_matrix("linalg.qr", A)
        decompose.require_floats("linalg.qr", A, "geqrf_cpu")
        return QR(A.new_empty(0), decompose.triangle_of_qr(A))
    return QR(*decompose.factored_qr(A, mode == "complete"))


@takes_out(exact=require_out)
def eigh(A, UPLO="L"):
    """Eigenvalues, rising, and eigenvectors (as columns) of symmetric matrices.

    UPLO  the triangle that is read, "L" or "U"
    """
    return EIGH(*decompose.symmetric_parts(A, UPLO))


@takes_out(exact=require_out)
def eigvalsh(A, UPLO="L"):
    """The eigenvalues of `eigh`."""
    return decompose.symmetric_parts(A, UPLO).eigenvalues


def eig(A):
    """Refused: the eigenvalues of a matrix that is not symmetric are complex."""
    raise NotImplementedError(
        "linalg.eig: its results are complex, and minitorch has no complex tensors\n"
        "  for symmetric matrices there is linalg.eigh"
    )


def eigvals(A):
    """Refused, as `eig`."""
    raise NotImplementedError(
        "linalg.eigvals: its results are complex, and minitorch has no complex tensors\n"
        "  for symmetric matrices there is linalg.eigvalsh"
    )


@takes_out(exact=require_out)
def svd(A, full_matrices=True, *, driver=None):
    """U, S and Vh such that A = U * S @ Vh, the singular values S falling.

    full_matrices  U (..., m, m) and Vh (..., n, n); else U (..., m, k), Vh (..., k, n),
                   k = min(m, n)
    """
    require_no_driver(driver)
    return SVD(*decompose.decomposed(A, full_matrices))


@takes_out(exact=require_out)
def svdvals(A, *, driver=None):
    """The singular values, falling."""
    require_no_driver(driver)
    return decompose.decomposed(A, False).S


def require_no_driver(driver):
    if driver is not None:
        raise ShapeError(
            "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with "
            "cuSOLVER backend."
        )


@takes_out(exact=require_out)
def lu(A, *, pivot=True):
    """P, L and U such that A = P @ L @ U: P exchanges rows, L has ones on its diagonal."""
    packed, pivots, _ = decompose.factored_lu("linalg.lu", A, pivot, False)
    return LU(*decompose.lu_unpack(packed, pivots))


@takes_out(exact=require_out)
def lu_factor(A, *, pivot=True):
    """L and U in one matrix, and the pivots (int32): row i was exchanged with pivots[i] - 1."""
    packed, pivots, _ = decompose.factored_lu("torch.lu_factor", A, pivot, True)
    return LU_FACTOR(packed, pivots)


@takes_out(exact=require_out)
def lu_factor_ex(A, *, pivot=True, check_errors=False):
    """`lu_factor` and info: the number of the first pivot that is 0, counted from 1, or 0."""
    return LU_FACTOR_EX(*decompose.factored_lu("torch.lu_factor_ex", A, pivot, check_errors))


@takes_out(exact=castable("torch.linalg.householder_product"))
def householder_product(A, tau):
    """The first columns of the product of the reflectors in A, as `geqrf` returns them."""
    return least_squares.orgqr(A, tau)


# -------------------------------------------------------------------- systems and inverses


@takes_out(exact=require_out)
def solve(A, B, *, left=True):
    """X such that A @ X = B, or X @ A = B where not `left`.

    A (..., n, n)   B (..., n, k), or (..., n): vectors, one for each matrix

    Raises LinAlgError for a singular A.
    """
    return systems.solved("torch.linalg.solve", A, B, left, True)[0]


@takes_out(exact=require_out)
def solve_ex(A, B, *, left=True, check_errors=False):
    """`solve` and info: the number of the first pivot that is 0, counted from 1, or 0."""
    return SOLVE_EX(*systems.solved("torch.linalg.solve_ex", A, B, left, check_errors))


@takes_out(exact=exactly("expected scalar type {Made} but found {Given}"))
def solve_triangular(A, B, *, upper, left=True, unitriangular=False):
    """X such that A @ X = B, or X @ A = B where not `left`; of A one triangle is read.

    unitriangular  the diagonal of A is taken to be 1
    """
    name = "linalg.solve_triangular"
    decompose.require_square(name, A)
    systems.require_equation(name, A, B, left)
    decompose.require_kernel("triangular_solve_cpu", A)
    return systems.solve_triangular(A, B, upper, left, unitriangular)


@takes_out(exact=require_out)
def lu_solve(LU, pivots, B, *, left=True, adjoint=False):
    """X such that A @ X = B for the A that `lu_factor` factored.

    left     False: X @ A = B
    adjoint  A.mT takes the place of A
    """
    return least_squares.solved_by_factors(LU, pivots, B, left, adjoint)


@takes_out(exact=castable("torch.linalg.lstsq"))
def lstsq(A, B, rcond=None, *, driver=None):
    """The X by which A @ X comes nearest to B, and what was learned on the way.

    A (..., m, n)   B (..., m, k), or (..., m): vectors, one for each matrix
    rcond    singular values up to rcond * largest count as 0; None: precision * max(m, n)
    driver   LAPACK's names: "gelsy", the default; "gels" for A of full rank; "gelsd", "gelss"
    returns  solution (..., n, k); residuals (..., k), the squared distances, where m > n and the
             rank is full, but not of "gelsy"; rank, but not of "gels"; singular_values of "gelsd"
             and "gelss"
    """
    return least_squares.least_squares(A, B, rcond, driver)


@takes_out(exact=require_out)
def inv(A):
    """The inverses of square matrices. Raises LinAlgError for a singular one."""
    return systems.inverse(A)


@takes_out(exact=require_out)
def inv_ex(A, *, check_errors=False):
    """`inv` and info: the number of the first pivot that is 0, counted from 1, or 0."""
    return INV_EX(*systems.inverted("linalg.inv_ex", A, check_errors))


@takes_out(exact=castable("linalg.pinv"))
def pinv(A, rcond=None, hermitian=False, *, atol=None, rtol=None):
    """The pseudo-inverse; singular values up to max(atol, rtol * largest) count as 0.

    atol, rtol  numbers or tensors; without both, rtol is the precision times the longer side
    rcond       another name of rtol
    hermitian   A is symmetric, of which its lower triangle is read
    """
    rtol = rtol if rcond is None else rcond
    return least_squares.inverted_loosely(A, atol, rtol, hermitian)


@takes_out(exact=castable("tensorinv"))
def tensorinv(A, ind=2):
    """The X for which tensordot(X, tensordot(A, Y, Y.ndim), ind) = Y.

    ind  how many dimensions of A make its rows
    """
    return least_squares.tensor_inverse(A, ind)


@takes_out(exact=castable("tensorsolve"))
def tensorsolve(A, B, dims=None):
    """The X for which tensordot(A, X, X.ndim) = B.

    dims  dimensions of A that are moved to its end first
    """
    return least_squares.tensor_solution(A, B, dims)


# -------------------------------------------------------------------- products and powers


@takes_out(exact=castable("matrix_power"))
def matrix_power(A, n):
    """The product of n factors A; of their inverses where n < 0."""
    return matrix_functions.matrix_power(A, n)


def matrix_exp(A):
    """1 + A + A @ A / 2 + ..., the exponential of square matrices."""
    return matrix_functions.matrix_exp(A)


@takes_out(exact=require_out)
def cross(input, other, *, dim=-1):
    """Vector product along `dim`, of size 3; the other dimensions broadcast."""
    return vector_product(input, other, dim)


@takes_out(exact=exactly("linalg.vecdot: Expected out of dtype{Made} but found {Given}"))
def vecdot(x, y, *, dim=-1):
    """Sums of the products of x and y along `dim`; their shapes broadcast."""
    if not x.dtype.is_floating_point:
        raise DtypeError(
            "linalg.vecdot: Expected a floating point or complex tensor as input. "
            f"Got {scalar_name(x)}"
        )
    if x.dtype is not y.dtype:
        raise DtypeError(
            "linalg.vecdot: Expected x and y to have the same dtype, but found x of type "
            f"{scalar_name(x)} and y of type {scalar_name(y)} instead"
        )
    return (x * y).sum(dim)


def diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    """The diagonal of the last two dimensions: a view."""
    return diagonal_of(A, offset, dim1, dim2)


def vander(x, N=None):
    """The powers 0 to N - 1 of each element, in a new last dimension; N: as many as elements."""
    return matrix_functions.vandermonde(x, N)
