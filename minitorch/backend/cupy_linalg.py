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
from minitorch.backend.matrices import by_columns as _by_columns

solve_triangular = partial(_matrices.solve_triangular, cp)
lu_factor_ex = partial(_matrices.lu_factor, cp)
permutation_matrix = partial(_matrices.permutation_matrix, cp)
exp_of_matrix = partial(_matrices.exp_of_matrix, cp)
pseudo_inverse = partial(_matrices.pseudo_inverse, cp)
cofactors = partial(_matrices.cofactors, cp)
regular = partial(_matrices.regular, cp)
qr_parts = partial(_matrices.qr_parts, cp)
qr_reflectors = partial(_matrices.qr_reflectors, cp)
determinant = cp.linalg.det
sign_and_log_det = cp.linalg.slogdet


def _asked(solver, on_cpu, *arrays):
    """What `solver` makes of arrays, and info; `on_cpu` does both where `solver` fails."""
    try:
        with cupyx.errstate(linalg="raise"):
            y, info = solver(*arrays), cp.zeros(arrays[0].shape[:-2], "int32")
    except np.linalg.LinAlgError:
        y, info = (cp.asarray(each) for each in on_cpu(*(x.get() for x in arrays)))
    return _by_columns(y), info


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


def svd_parts(x, full):
    """U, S, Vh such that x = U * S @ Vh; `full`: U and Vh are square."""
    u, s, vh = cp.linalg.svd(x, full_matrices=full)
    return _by_columns(u), s, _by_columns(vh)


def eigh_parts(x, uplo):
    """Eigenvalues in rising order and vectors, from the triangle `uplo` ("L" or "U")."""
    w, v = cp.linalg.eigh(x, uplo)
    return w, _by_columns(v)
