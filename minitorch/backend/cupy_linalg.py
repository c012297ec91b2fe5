"""The kernels of `numpy_linalg.py` on CuPy arrays: same names, same signatures.

CuPy asks its solvers whether they succeeded only where `cupyx.errstate(linalg=...)` says so; by
default matrices that can't be treated give inf or nan, and `info` is 0 throughout. `exp_of_matrix`
waits for the GPU once, to learn how often to square.
"""

from functools import partial

import cupy as cp

from minitorch.backend import matrices as _matrices

solve_triangular = partial(_matrices.solve_triangular, cp)
lu_factor_ex = partial(_matrices.lu_factor, cp)
permutation_matrix = partial(_matrices.permutation_matrix, cp)
exp_of_matrix = partial(_matrices.exp_of_matrix, cp)
pseudo_inverse = partial(_matrices.pseudo_inverse, cp)
cofactors = partial(_matrices.cofactors, cp)
regular = partial(_matrices.regular, cp)


def _fine(x):
    """The info of matrices that were treated."""
    return cp.zeros(x.shape[:-2], "int32")


def cholesky_ex(x):
    """Lower factors."""
    return cp.linalg.cholesky(x), _fine(x)


def inverse_ex(x):
    """Inverses."""
    return cp.linalg.inv(x), _fine(x)


def solve_ex(a, b):
    """X such that a @ X = b."""
    batch = cp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    wide, right = (cp.broadcast_to(each, batch + each.shape[-2:]) for each in (a, b))
    return cp.linalg.solve(wide, right), _fine(a)


def sign_and_log_det(x):
    """The sign of the determinant and the logarithm of its absolute value."""
    return tuple(cp.linalg.slogdet(x))


def determinant(x):
    """The determinants."""
    return cp.linalg.det(x)


def svd_parts(x, full):
    """U, S, Vh such that x = U * S @ Vh; `full`: U and Vh are square."""
    return tuple(cp.linalg.svd(x, full_matrices=full))


def eigh_parts(x, uplo):
    """Eigenvalues in rising order and vectors, from the triangle `uplo` ("L" or "U")."""
    return tuple(cp.linalg.eigh(x, uplo))


def qr_parts(x, complete):
    """Q and R such that x = Q @ R; `complete`: Q is square."""
    return tuple(cp.linalg.qr(x, "complete" if complete else "reduced"))


def qr_reflectors(x):
    """R above the diagonal, reflectors below it, and their factors tau, as LAPACK's geqrf."""
    h, tau = cp.linalg.qr(x, "raw")
    return cp.ascontiguousarray(h.swapaxes(-1, -2)), tau
