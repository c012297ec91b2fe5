"""Rows for `ops/solve.py` and `ops/least_squares.py`."""

import numpy as np

from op_cases.row import case

INTS = np.array([[3, -2], [5, 7]])
GIVEN = {"half": False, "shapes": False, "near": 1e-7}
SINGULAR = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 5.0]])


def swap(x):
    return x.swapaxes(-1, -2)


def info(x):
    return np.zeros(x.shape[:-2], np.int32)


def solve_triangular(a, b, upper, left=True, unitriangular=False):
    t = np.triu(a) if upper else np.tril(a)
    if unitriangular:
        t = t - t * np.eye(len(t)) + np.eye(len(t))
    return np.linalg.solve(t, b) if left else swap(np.linalg.solve(swap(t), swap(b)))


def of_triangle(f, *tensors, upper):
    """Only one triangle of a Cholesky factor is read, but its gradient is not a triangle."""
    *others, factor = tensors
    return f(*others, factor.triu() if upper else factor.tril(), upper=upper)


def product(u, upper):
    return np.triu(u).T @ np.triu(u) if upper else np.tril(u) @ np.tril(u).T


def cofactors(x):
    minors = [[np.delete(np.delete(x, i, 0), j, 1) for j in range(len(x))] for i in range(len(x))]
    sign = (-1) ** np.add.outer(np.arange(len(x)), np.arange(len(x)))
    return sign * np.linalg.det(np.array(minors))


def pinv(x, *rest):
    return np.linalg.pinv(x)


def reflect(h, tau):
    """The product of the reflectors in the columns of h, for one matrix."""
    q = np.eye(len(h))
    for i, t in enumerate(tau):
        v = np.tril(h, -1)[:, i] + np.eye(len(h))[i]
        q = q @ (np.eye(len(h)) - t * np.outer(v, v))
    return q


PIVOTS = np.array([2, 3, 3], np.int32)


def lu_solve(b, lu, pivots):
    rows = [1, 2, 0]
    lower, upper = np.tril(lu, -1) + np.eye(3), np.triu(lu)
    return np.linalg.solve(upper, np.linalg.solve(lower, b[rows]))


WELL = np.random.default_rng(1).uniform(-1, 1, (3, 3)) + 3 * np.eye(3)
CASES = [
    *[case("solve_triangular", [WELL, (3, 2) if left else (2, 3)], upper=upper, left=left,
           unitriangular=unit, like=solve_triangular, torch="linalg.solve_triangular", **GIVEN)
      for upper, left, unit in
      [(True, True, False), (False, True, True), (True, False, True), (False, False, False)]],
    case("solve_triangular", [np.stack([WELL, WELL.T]), (3, 2)], upper=True, **GIVEN,
         like=lambda a, b, upper: np.linalg.solve(np.triu(a), b), torch="linalg.solve_triangular"),
    *[case("triangular_solve", [(3, 2), WELL], upper=upper, transpose=transpose, torch=None,
           **GIVEN, like=lambda b, a, upper, transpose: (
               np.linalg.solve(swap(np.triu(a) if upper else np.tril(a)) if transpose
                               else np.triu(a) if upper else np.tril(a), b), a))
      for upper, transpose in [(True, False), (False, True)]],
    case("triangular_solve", [(2, 2), WELL], raises="Incompatible matrix sizes for "
         "triangular_solve: each A matrix is 3 by 3 but each b matrix is 2 by 2"),
    *[case(name, [(3, 2), WELL], upper=upper, call=of_triangle, **GIVEN,
           like=lambda b, u, upper: np.linalg.solve(product(u, upper), b))
      for name in ("cholesky_solve", "solve_by_cholesky") for upper in (False, True)],
    case("cholesky_solve", [(3,), WELL], raises="b should have at least 2 dimensions, but has 1"),
    *[case(name, [WELL], upper=upper, call=of_triangle, **GIVEN,
           like=lambda u, upper: np.linalg.inv(product(u, upper)))
      for name in ("cholesky_inverse", "inverse_by_cholesky") for upper in (False, True)],
    case("cholesky_inverse", [WELL * 0], raises="cholesky_inverse: The diagonal element 1 is zero"),
    case("inverse_ex", [np.stack([WELL, WELL.T])], like=lambda x: (np.linalg.inv(x), info(x)),
         **GIVEN),
    case("inverse", [WELL], like=np.linalg.inv, **GIVEN),
    case("inverse", [np.ones((2, 2, 2))], gpu=False, raises="linalg.inv: (Batch element 0): The "
         "diagonal element 2 is zero, the inversion could not be completed because the input"),
    case("inverse", [INTS], raises="linalg.inv: Expected a floating point or complex tensor"),
    case("inverse", [(2, 3)], raises="linalg.inv: A must be batches of square matrices"),
    case("solve_ex", [WELL, (2, 3, 2)], like=lambda a, b: (np.linalg.solve(a, b), info(a)),
         **GIVEN),
    *[case(name, [np.stack([WELL, WELL.T])], like=np.linalg.det, **GIVEN)
      for name in ("determinant", "det")],
    case("det", [SINGULAR], like=np.linalg.det, torch=None, **GIVEN),
    case("det", [(2, 3)], raises="linalg.det: A must be batches of square matrices"),
    case("cofactors", [WELL], like=cofactors, **GIVEN),
    case("cofactors", [SINGULAR], like=cofactors, orders=1, values=(-1, 1), **GIVEN),
    case("regular", [WELL], like=lambda x: x, **GIVEN),
    *[case(name, [np.stack([WELL, -WELL])], like=lambda x: tuple(np.linalg.slogdet(x)), **GIVEN)
      for name in ("sign_and_log_det", "slogdet")],
    case("logdet", [WELL], like=lambda x: np.log(np.linalg.det(x)), **GIVEN),
    case("pseudo_inverse", [(4, 2), np.array(0.0), np.array(1e-15)], hermitian=False, like=pinv,
         fixed=(1, 2), **GIVEN),
    *[case("pinverse", [shape], like=pinv, **GIVEN) for shape in [(4, 2), (2, 2, 3)]],
    case("pinverse", [(3,)], raises="linalg.pinv(Double{[3]}): expected a tensor with 2 or more"),
    case("lu_solve", [(3, 2), WELL, PIVOTS], like=lu_solve, torch=None, **GIVEN),
    case("lu_solve", [(3, 2), WELL, PIVOTS.astype("i8")],
         raises="linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32"),
    case("orgqr", [(4, 3), (2,)], like=lambda h, tau: reflect(h[:, :2], tau)[:, :3], **GIVEN),
    case("orgqr", [(2, 3), (2,)], raises="torch.linalg.householder_product: input.shape[-2] must "
         "be greater than or equal to input.shape[-1]"),
    case("ormqr", [(4, 2), (2,), (4, 3)], like=lambda h, tau, x: reflect(h, tau) @ x, **GIVEN),
    case("ormqr", [(4, 2), (2,), (3, 4)], left=False, transpose=True, **GIVEN,
         like=lambda h, tau, x, left, transpose: x @ reflect(h, tau).T),
    case("ormqr", [(3,), (3,), (3, 3)], raises="torch.ormqr: input must have at least 2"),
]  # fmt: skip
