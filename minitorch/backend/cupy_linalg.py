"""The kernels of `numpy_linalg.py` on CuPy arrays: same names, same signatures.

What ends in `_ex` waits for the GPU, to learn whether CuPy's solver succeeded; where it did not,
the matrices go to the CPU, which treats those that can be and says which can't. `exp_of_matrix`
waits once, to learn how often to square.
"""

from functools import partial

import cupy as cp
import cupyx
import numpy as np

from minitorch.backend import matrices as _matrices
from minitorch.backend import numpy_linalg as _numpy_linalg

solve_triangular = partial(_matrices.solve_triangular, cp)
lu_factor_ex = partial(_matrices.lu_factor, cp)
permutation_matrix = partial(_matrices.permutation_matrix, cp)
exp_of_matrix = partial(_matrices.exp_of_matrix, cp)
pseudo_inverse = partial(_matrices.pseudo_inverse, cp)
cofactors = partial(_matrices.cofactors, cp)
regular = partial(_matrices.regular, cp)


def _asked(solver, on_cpu, *arrays):
    """What `solver` makes of arrays, and info; `on_cpu` does both where `solver` fails."""
    try:
        with cupyx.errstate(linalg="raise"):
            return solver(*arrays), cp.zeros(arrays[0].shape[:-2], "int32")
    except np.linalg.LinAlgError:
        return tuple(cp.asarray(each) for each in on_cpu(*(x.get() for x in arrays)))


def cholesky_ex(x):
    """Lower factors; info: the order of the first leading minor that is not positive, or 0."""
    return _asked(cp.linalg.cholesky, _numpy_linalg.cholesky_ex, x)


def inverse_ex(x):
    """Inverses; info: the number of the first zero on the diagonal of U, or 0."""
    return _asked(cp.linalg.inv, _numpy_linalg.inverse_ex, x)


def solve_ex(a, b):
    """X such that a @ X = b; info as of `inverse_ex`."""
    return _asked(_solved, _numpy_linalg.solve_ex, a, b)


def _solved(a, b):
    batch = cp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = (cp.broadcast_to(each, batch + each.shape[-2:]) for each in (a, b))
    return cp.linalg.solve(a, b) if b.size else cp.zeros(b.shape, b.dtype)


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
