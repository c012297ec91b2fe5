"""Decompositions and solvers of batches of matrices (..., m, n), over NumPy arrays.

`cupy_linalg.py` holds the same names and signatures for the GPU. What ends in `_ex` returns,
besides its value, (...) int32 that says which matrices could not be treated; it never raises.
"""

from functools import partial

import numpy as np

from minitorch.backend import matrices as _matrices
from minitorch.backend.errors import LinAlgError
from minitorch.backend.matrices import by_columns as _by_columns

solve_triangular = partial(_matrices.solve_triangular, np)
lu_factor_ex = partial(_matrices.lu_factor, np)
permutation_matrix = partial(_matrices.permutation_matrix, np)
exp_of_matrix = partial(_matrices.exp_of_matrix, np)
pseudo_inverse = partial(_matrices.pseudo_inverse, np)
cofactors = partial(_matrices.cofactors, np)
regular = partial(_matrices.regular, np)
qr_parts = partial(_matrices.qr_parts, np)
qr_reflectors = partial(_matrices.qr_reflectors, np)
determinant = np.linalg.det
sign_and_log_det = np.linalg.slogdet


def _one_by_one(f, arrays, x, info):
    """`f` on each of a batch: one matrix that it refuses must not spoil the others.

    f     from one matrix of each of `arrays` to its result and info, written into `x` and `info`
    """
    for key in np.ndindex(info.shape):
        x[key], info[key] = f(*[array[key] for array in arrays])
    return _by_columns(x), info


def cholesky_ex(x):
    """Lower factors; info: the order of the first leading minor that is not positive, or 0."""
    info = np.zeros(x.shape[:-2], np.int32)
    try:
        return _by_columns(np.linalg.cholesky(x)), info
    except np.linalg.LinAlgError:
        return _one_by_one(_cholesky_of_one, [x], np.empty_like(x), info)


def _cholesky_of_one(x):
    y, low, high = np.tril(x), 0, len(x)  # the minor of order `low` is positive
    while low < high:
        order = (low + high + 1) // 2
        try:
            y[:order, :order] = np.linalg.cholesky(x[:order, :order])
            low = order
        except np.linalg.LinAlgError:
            high = order - 1
    return y, low + 1 if low < len(x) else 0


def inverse_ex(x):
    """Inverses; info: the number of the first zero on the diagonal of U, or 0."""
    info = np.zeros(x.shape[:-2], np.int32)
    try:
        return _by_columns(np.linalg.inv(x)), info
    except np.linalg.LinAlgError:
        return _one_by_one(_inverse_of_one, [x], np.empty_like(x), info)


def _inverse_of_one(x):
    try:
        return np.linalg.inv(x), 0
    except np.linalg.LinAlgError:
        return np.full_like(x, np.nan), lu_factor_ex(x)[2]


def solve_ex(a, b):
    """X such that a @ X = b; info as of `inverse_ex`."""
    info = np.zeros(a.shape[:-2], np.int32)
    try:
        return _by_columns(np.linalg.solve(a, b)), info
    except np.linalg.LinAlgError:
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        arrays = [np.broadcast_to(each, batch + each.shape[-2:]) for each in (a, b)]
        y, _ = _one_by_one(_solve_one, arrays, np.array(arrays[1]), np.zeros(batch, np.int32))
        return y, lu_factor_ex(a)[2]


def _solve_one(a, b):
    try:
        return np.linalg.solve(a, b), 0
    except np.linalg.LinAlgError:
        return np.full_like(b, np.nan), 0


def first_not_finite(x):
    """For errors: which matrix of a batch holds infinities or nan first."""
    rows = np.isfinite(x).all((-2, -1)).reshape(-1)
    return f"(Batch element {rows.argmin()}): " if x.ndim > 2 else ""


def svd_parts(x, full):
    """U, S, Vh such that x = U * S @ Vh; `full`: U and Vh are square."""
    try:
        u, s, vh = np.linalg.svd(x, full_matrices=full)
    except np.linalg.LinAlgError:
        raise LinAlgError(
            f"linalg.svd: {first_not_finite(x)}The algorithm failed to converge because the "
            "input matrix contained non-finite values."
        ) from None
    return _by_columns(u), s, _by_columns(vh)


def eigh_parts(x, uplo):
    """Eigenvalues in rising order and vectors, from the triangle `uplo` ("L" or "U")."""
    try:
        w, v = np.linalg.eigh(x, uplo)
    except np.linalg.LinAlgError:
        raise LinAlgError(
            f"linalg.eigh: {first_not_finite(x)}The algorithm failed to converge because the "
            "input matrix is ill-conditioned or has too many repeated eigenvalues (error code: "
            f"{x.shape[-1] - 1})."
        ) from None
    return w, _by_columns(v)
