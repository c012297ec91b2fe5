"""Matrix decompositions: Cholesky, LU, QR, SVD, eigenvalues.

All work on batches of matrices (..., m, n). The ops return what the kernels of the same name do;
the functions check what they are given as PyTorch does. Derivatives of Cholesky, LU, QR, SVD and
eigenvalues: Giles, Collected Matrix Derivative Results for Forward and Reverse Mode Algorithmic
Differentiation, 2008; Seeger, Hetzel, Dai, Meissner and Lawrence, Auto-Differentiating Linear
Algebra, 2017, arXiv:1710.08717.
"""

from minitorch.autograd.op import op
from minitorch.autograd.parts import return_type
from minitorch.autograd.refusals import castable, require_kind, require_out
from minitorch.autograd.tensor import function, method
from minitorch.backend.errors import DtypeError, LinAlgError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.creation import eye, zeros
from minitorch.ops.deprecated import warn_of_newer
from minitorch.ops.join import cat
from minitorch.ops.making import require_tensor
from minitorch.ops.out import takes_out
from minitorch.ops.products import scalar_name
from minitorch.ops.shape import contiguous


def swap(x):
    """The last two axes exchanged."""
    return x.swapaxes(-1, -2)


# -------------------------------------------------------------------- what functions refuse


def require_matrix(name, x, what="A"):
    require_tensor(name.removeprefix("torch.").replace(".", "_"), x, what)
    if x.array.ndim < 2:
        raise ShapeError(f"{name}: The input tensor {what} must have at least 2 dimensions.")


def require_square(name, x):
    require_matrix(name, x)
    if x.shape[-1] != x.shape[-2]:
        raise ShapeError(
            f"{name}: A must be batches of square matrices, but they are {x.shape[-2]} by "
            f"{x.shape[-1]} matrices"
        )


def require_floats(name, x, kernel=None):
    """Refuse integers, and float16: with `kernel`, in the words of the kernel of that name."""
    if x.dtype.name in ("float32", "float64"):
        return
    if kernel:
        require_kind(x.dtype, "h", kernel)
    if x.dtype.is_floating_point:
        raise DtypeError(f"{name}: Low precision dtypes not supported. Got Half")
    raise DtypeError(
        f"{name}: Expected a floating point or complex tensor as input. Got {scalar_name(x)}\n"
        "  convert it first, with .float()"
    )


def require_kernel(kernel, x):
    """Refuse what is neither float32 nor float64, in the words of a kernel that has no others."""
    require_kind(x.dtype, "biuh", kernel)


def require_success(name, info, words, error=LinAlgError):
    """Raise `error` where one of `info` is not 0; `words` says what that number, %d, means."""
    flat = info.array.reshape(-1)
    failed = flat.nonzero()[0]
    if len(failed):
        place = f"(Batch element {failed[0]}): " if info.array.ndim else ""
        raise error(f"{name}: {place}{words.replace('%d', str(flat[failed[0]]))}")


# -------------------------------------------------------------------- Cholesky

NOT_POSITIVE = (
    "The factorization could not be completed because the input is not positive-definite (the "
    "leading minor of order %d is not positive-definite)."
)


@op(promote=None, public=False, outputs=("L", "info"), shown="LinalgCholeskyEx")
def cholesky_ex(x, /):
    """The lower triangular L with L @ L.mT = x, and info; only the lower triangle of x is read.

    Murray, Differentiation of the Cholesky decomposition, 2016, arXiv:1602.07527.
    """
    xp = namespace(x)
    factor, info = xp.cholesky_ex(x)

    def vjp(parts):
        right = xp.tril(swap(factor) @ parts[0])
        right = (right + swap(xp.tril(right, -1))) / 2
        above = swap(factor)
        half = xp.solve_triangular(above, right, True)
        return swap(xp.solve_triangular(above, swap(half), True))

    return (factor, info), vjp


def factored(name, A, upper, check_errors):
    """The Cholesky factors of A and their info."""
    factor, info = cholesky_ex(A)
    if check_errors:
        require_success(name, info, NOT_POSITIVE)
    return (swap(contiguous(factor)) if upper else factor), info


@function
@method
@takes_out(exact=castable("cholesky"))
def cholesky(input, upper=False):
    """The lower triangular L with L @ L.mT = input, or its transpose where `upper`.

    Raises RuntimeError for what is not positive definite. `linalg.cholesky` is the newer name.
    """
    warn_of_newer("cholesky")
    require_square("cholesky", input)
    require_kernel("cholesky_cpu", input)
    return factored("cholesky", input, upper, True)[0]


def lower_factor(A):
    """What `linalg.cholesky` returns, for floats."""
    return factored("linalg.cholesky", A, False, True)[0]


# -------------------------------------------------------------------- LU


@op(promote=None, public=False, outputs=("LU", "pivots", "info"), shown="LinalgLuFactorEx")
def lu_factor_ex(x, /):
    """L (below the diagonal, where it is 1) and U in one matrix, the pivots, and info.

    x = P @ L @ U, where P exchanges the rows as the pivots say; see `lu_unpack`.
    """
    xp = namespace(x)
    packed, pivots, info = xp.lu_factor_ex(x)
    m, n = x.shape[-2:]
    k = min(m, n)

    def vjp(parts):
        g = parts[0]
        square = packed[..., :k, :k]
        low, up = xp.tril(g[..., :, :k], -1), xp.triu(g[..., :k, :])
        right = below = None
        if n > k:  # U2 = inv(L) @ A2
            right = xp.solve_triangular(swap(square), up[..., k:], True, True, True)
            low = low - xp.tril(right @ swap(packed[..., :k, k:]), -1)
        if m > k:  # L2 = A2 @ inv(U)
            below = xp.solve_triangular(swap(square), low[..., k:, :], False, False)
            up = up - xp.triu(swap(packed[..., k:, :]) @ below)
        lower = xp.tril(square, -1) + identity(square)
        inner = xp.tril(swap(lower) @ low[..., :k, :], -1) + xp.triu(
            up[..., :, :k] @ swap(xp.triu(square))
        )
        inner = xp.solve_triangular(swap(square), inner, True, True, True)
        inner = xp.solve_triangular(swap(square), inner, False, False)
        if right is not None:
            inner = xp.concatenate([inner, right], axis=-1)
        if below is not None:
            inner = xp.concatenate([inner, below], axis=-2)
        return xp.permutation_matrix(pivots, m, g.dtype) @ inner

    return (packed, pivots, info), vjp


def identity(x):
    """Ones on the diagonal of square matrices like `x`, zeros elsewhere."""
    xp = namespace(x)
    return xp.tril(xp.triu(xp.ones_like(x)))


@op(promote=None, public=False, differentiable=False)
def permutation_matrix(x, /, size, dtype):
    """P (..., size, size) such that x = P @ L @ U where factoring gave the pivots `x`."""
    return namespace(x).permutation_matrix(x, size, dtype)


ZERO_PIVOT = (
    "U[%d,%d] is zero and using it on lu_solve would result in a division by zero. If you still "
    "want to perform the factorization, consider calling linalg.lu(A, pivot) or "
    "linalg.lu_factor_ex(A, pivot)"
)
LU_UNPACK = return_type("lu_unpack", ("P", "L", "U"))


def factored_lu(name, A, pivot, check_errors):
    """LU, pivots and info of A."""
    require_tensor(f"linalg_{name.rpartition('.')[2]}", A, "A")
    if A.array.ndim < 2:
        raise ShapeError(
            f"{name}: Expected tensor with 2 or more dimensions. Got size: {list(A.shape)} instead"
        )
    require_kernel("lu_cpu", A)
    if not pivot:
        raise ShapeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU")
    parts = lu_factor_ex(A)
    if check_errors:
        shown = name.replace("torch.lu_", "torch.linalg.lu_")
        require_success(shown, parts.info, ZERO_PIVOT, ShapeError)
    return parts


@function
@method
def lu(input, pivot=True, get_infos=False, out=None):
    """LU and pivots, and with `get_infos` info: which pivot is 0; see `linalg.lu_factor`."""
    warn_of_newer("lu", stacklevel=4)
    packed, pivots, info = factored_lu("torch.lu_factor", input, pivot, False)
    made = (packed, pivots, info) if get_infos else (packed, pivots)
    for y, place in zip(made, out or (), strict=out is not None):
        place.resize_as_(y).copy_(y)
    return made if out is None else out


@function
@takes_out
def lu_unpack(LU_data, LU_pivots, unpack_data=True, unpack_pivots=True):
    """The P, L and U that `lu` packed into two tensors; an empty one for what is not wanted."""
    if LU_pivots.dtype.name != "int32":
        raise DtypeError(
            "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype."
            "\nNote: this function is intended to be used with the output produced by "
            "torch.linalg.lu_factor"
        )
    nothing = zeros(0, dtype=LU_data.dtype, device=LU_data.device)
    P = L = U = nothing
    if unpack_pivots:
        P = permutation_matrix(LU_pivots, LU_data.shape[-2], LU_data.dtype)
    if unpack_data:
        L, U = unpacked(LU_data)
    return LU_UNPACK(P, L, U)


def unpacked(packed):
    """L and U."""
    m, n = packed.shape[-2:]
    k = min(m, n)
    one = eye(m, k, dtype=packed.dtype, device=packed.device)
    return packed[..., :k].tril(-1) + one, packed[..., :k, :].triu()


# -------------------------------------------------------------------- QR


@op(promote=None, public=False, outputs=("Q", "R"), shown="LinalgQr")
def qr_parts(x, /, complete):
    """Q and R such that x = Q @ R, for x with no more columns than rows; see `linalg.qr`.

    Walter, Lehmann and Lamour, On evaluating higher-order derivatives of the QR decomposition of
    tall matrices with full column rank, 2010, arXiv:1009.6112.
    """
    xp = namespace(x)
    q, r = xp.qr_parts(x, complete)
    undefined = complete and x.shape[-2] > x.shape[-1]

    def vjp(parts):
        if undefined:
            raise RuntimeError(
                "The QR decomposition is not differentiable when mode='complete' and nrows > ncols."
            )
        gq, gr = parts
        inner = 0 if gr is None else gr @ swap(r)
        inner = inner if gq is None else inner - swap(q) @ gq
        inner = xp.triu(inner)
        g = q @ (inner + swap(xp.triu(inner, 1)))
        g = g if gq is None else g + gq
        return xp.solve_triangular(swap(r), g, False, False)

    return (q, r), vjp


QR = return_type("qr", ("Q", "R"))


def factored_qr(A, complete):
    """Q and R; of a wide A = [A1, A2] they are those of A1, and R continued by Q.T @ A2."""
    require_matrix("linalg.qr", A)
    require_floats("linalg.qr", A, "geqrf_cpu")
    m, n = A.shape[-2:]
    if m >= n:
        return qr_parts(A, complete)
    q, r = qr_parts(A[..., :m], False)
    return q, swap(cat([swap(r), swap(A[..., m:]) @ q], -2))


@function
@method
@takes_out(exact=require_out)
def qr(input, some=True):
    """Q and R such that input = Q @ R; Q is square unless `some`. `linalg.qr` is the newer name."""
    warn_of_newer("qr")
    return QR(*factored_qr(input, not some))


@op(promote=None, public=False, shown="LinalgQr")
def triangle_of_qr(x, /):
    """R alone, which has no derivative: see `linalg.qr`."""

    def vjp(g):
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please "
            "use linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr."
        )

    return namespace(x).qr_parts(x, False)[1], vjp


@op(promote=None, public=False, outputs=("a", "tau"), shown="Geqrf")
def qr_reflectors(x, /):
    """The QR decomposition as LAPACK leaves it; see `geqrf`."""

    def vjp(parts):
        raise NotImplementedError("the derivative for 'geqrf' is not implemented.")

    return namespace(x).qr_reflectors(x), vjp


@function
@method
@takes_out(exact=castable("torch.geqrf"))
def geqrf(input):
    """R above the diagonal of `a`, Householder's reflectors below it, and their factors `tau`."""
    if input.array.ndim < 2:
        raise ShapeError("torch.geqrf: input must have at least 2 dimensions.")
    require_kernel("geqrf_cpu", input)
    return qr_reflectors(input)


# -------------------------------------------------------------------- singular values


@op(promote=None, public=False, outputs=("U", "S", "Vh"), shown="LinalgSvd")
def svd_parts(x, /, full):
    """U, S and Vh such that x = U * S @ Vh; `full`: U and Vh are square.

    Singular vectors that only a square U or Vh has carry no gradient.
    Townsend, Differentiating the Singular Value Decomposition, 2016.
    """
    xp = namespace(x)
    u, s, vh = xp.svd_parts(x, full)
    m, n = x.shape[-2:]
    k = min(m, n)

    def vjp(parts):
        gu, gs, gvh = parts
        row, column, left, right = s[..., None, :], s[..., :, None], u[..., :k], vh[..., :k, :]
        one = identity(row * column)
        gap = (row - column) * (row + column) + one
        inner = 0 if gs is None else one * gs[..., None, :]
        rest = 0
        if gu is not None:
            gu = gu[..., :k]
            turn = swap(left) @ gu
            inner = inner + (turn - swap(turn)) / gap * row
            if m > k:
                gu = gu / row
                rest = (gu - left @ (swap(left) @ gu)) @ right
        if gvh is not None:
            gvh = gvh[..., :k, :]
            turn = right @ swap(gvh)
            inner = inner + column * (turn - swap(turn)) / gap
            if n > k:
                gvh = gvh / column
                rest = rest + left @ (gvh - (gvh @ swap(right)) @ right)
        return left @ inner @ right + rest

    return (u, s, vh), vjp


SVD = return_type("svd", ("U", "S", "V"))


def decomposed(A, full):
    """U, S and Vh."""
    require_matrix("linalg.svd", A)
    require_floats("linalg.svd", A, "linalg_svd_cpu")
    return svd_parts(A, full)


@function
@method
@takes_out(exact=require_out)
def svd(input, some=True, compute_uv=True):
    """U, S and V such that input = U * S @ V.mT; `linalg.svd`, which returns V.mT, is newer.

    some        U and V have as many columns as there are singular values; else they are square
    compute_uv  False: U and V are zeros
    """
    if input.array.ndim < 2:
        raise ShapeError(
            "linalg.svd: input should have at least 2 dimensions, but has "
            f"{input.array.ndim} dimensions instead"
        )
    u, s, vh = decomposed(input, not some)
    if not compute_uv:
        *batch, m, n = input.shape
        u, v = (input.new_zeros(*batch, size, size) for size in (m, n))
        return SVD(u, s, v)
    return SVD(u, s, swap(vh))


# -------------------------------------------------------------------- eigenvalues


@op(promote=None, public=False, outputs=("eigenvalues", "eigenvectors"), shown="LinalgEigh")
def eigh_parts(x, /, uplo):
    """Eigenvalues, rising, and vectors of symmetric matrices, of which one triangle is read.

    The gradient is that of a matrix whose two triangles change together.
    """
    xp = namespace(x)
    w, v = xp.eigh_parts(x, uplo)

    def vjp(parts):
        gw, gv = parts
        row, column = w[..., None, :], w[..., :, None]
        one = identity(row * column)
        inner = 0 if gw is None else one * gw[..., None, :]
        if gv is not None:
            turn = swap(v) @ gv
            inner = inner + (turn - swap(turn)) / 2 / (row - column + one)
        return v @ inner @ swap(v)

    return (w, v), vjp


def symmetric_parts(A, uplo):
    """Eigenvalues and vectors."""
    require_square("linalg.eigh", A)
    if uplo.upper() not in ("L", "U"):
        raise ShapeError(f"Expected UPLO argument to be 'L' or 'U', but got {uplo}")
    require_kernel("linalg_eigh_cpu", A)
    return eigh_parts(A, uplo.upper())
