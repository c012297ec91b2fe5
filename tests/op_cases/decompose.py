"""Rows for `ops/decompose.py`.

The tensors become symmetric, or positive, on the way: a triangle that is not read has no gradient.
"""

import numpy as np

from op_cases.row import case

INTS = np.array([[3, -2], [5, 7]])


def swap(x):
    return x.swapaxes(-1, -2)


def of_positive(f, x, **settings):
    return f(x @ swap(x), **settings)


def info(x):
    return np.zeros(x.shape[:-2], np.int32)


def cholesky(x, upper=False):
    factor = np.linalg.cholesky(x @ swap(x))
    return swap(factor) if upper else factor


def packed(x):
    """LU factors by elimination, for one matrix."""
    a, pivots = x.copy(), []
    for i in range(min(a.shape)):
        p = i + np.abs(a[i:, i]).argmax()
        a[[i, p]] = a[[p, i]]
        pivots.append(p + 1)
        a[i + 1 :, i] /= a[i, i]
        a[i + 1 :, i + 1 :] -= np.outer(a[i + 1 :, i], a[i, i + 1 :])
    return a, np.array(pivots, np.int32)


def product(f, x, **settings):
    """What the factors of a decomposition make together, which no choice of signs changes."""
    u, s, v = f(x, **settings)
    return u * s.unsqueeze(-2) @ swap(v), s


def singular(x, **settings):
    return x, np.linalg.svd(x)[1]


def directed(f, x, **settings):
    """U, S, Vh with the signs, which are open, that make the first column of Vh positive."""
    u, s, vh = f(x, **settings)
    sign = np.sign(vh[..., :1]) if isinstance(vh, np.ndarray) else vh[..., :1].sign()
    return u * swap(sign)[..., : u.shape[-1]], s, vh * sign


def directed_of_symmetric(f, x, **settings):
    """Eigenvalues, and vectors with the signs that make the first of their numbers positive."""
    values, v = f(x + swap(x), **settings)
    sign = np.sign(v[..., :1, :]) if isinstance(v, np.ndarray) else v[..., :1, :].sign()
    return values, v * sign


TALL = {"half": False, "shapes": False, "near": 1e-8}
CASES = [
    case("cholesky_ex", [(2, 3, 4)], call=of_positive, **TALL,
         like=lambda x: (cholesky(x), info(x))),
    *[case("cholesky", [(3, 4)], upper=upper, call=of_positive, like=cholesky, torch=None,
           **TALL)
      for upper in (False, True)],
    case("cholesky", [(3, 2)], raises="cholesky: A must be batches of square matrices"),
    case("cholesky", [-np.eye(3)], raises="cholesky: The factorization could not be completed "
         "because the input is not positive-definite (the leading minor of order 1 is not"),
    *[case("lu_factor_ex", [shape], like=lambda x: (*packed(x), info(x)), **TALL)
      for shape in [(3, 3), (2, 4), (4, 2)]],
    case("permutation_matrix", [np.array([3, 3, 3], np.int32)], size=3, dtype=np.dtype("f4"),
         like=lambda x, size, dtype: np.eye(3, dtype="f4")[[1, 2, 0]], shapes=False),
    case("lu", [(4, 3)], like=packed, torch=None, **TALL),
    case("lu", [(3,)], raises="torch.lu_factor: Expected tensor with 2 or more dimensions"),
    case("lu_unpack", [(3, 3), np.array([1, 2, 3], np.int32)], orders=1, **TALL,
         like=lambda x, p: (np.eye(3), np.tril(x, -1) + np.eye(3), np.triu(x))),
    *[case("qr_parts", [shape], complete=complete, orders=orders, **TALL,
           like=lambda x, complete: np.linalg.qr(x, "complete" if complete else "reduced"))
      for shape, complete, orders in
      [((3, 3), False, 2), ((2, 4, 2), False, 2), ((3, 3), True, 2), ((4, 2), True, 0)]],
    *[case("qr", [shape], like=np.linalg.qr, torch=None, **TALL)
      for shape in [(4, 2), (2, 4), (2, 3, 3)]],
    case("qr", [(3,)], raises="linalg.qr: The input tensor A must have at least 2 dimensions."),
    case("qr", [INTS], raises="linalg.qr: Expected a floating point or complex tensor as input. "
         "Got Long"),
    case("triangle_of_qr", [(4, 2)], orders=0, like=lambda x: np.linalg.qr(x)[1], **TALL),
    *[case(name, [(4, 2)], orders=0, **TALL,
           like=lambda x: [swap(np.linalg.qr(x, "raw")[0]), np.linalg.qr(x, "raw")[1]])
      for name in ("qr_reflectors", "geqrf")],
    *[case("svd_parts", [shape], full=False, call=directed, torch=None, **TALL,
           like=lambda x, full: directed(np.linalg.svd, x, full_matrices=full))
      for shape in [(3, 3), (4, 2), (2, 2, 3)]],
    case("svd_parts", [(2, 3)], full=True, call=directed, orders=0, torch=None, **TALL,
         like=lambda x, full: directed(np.linalg.svd, x)),
    *[case("svd", [shape], call=product, like=singular, **TALL) for shape in [(4, 2), (2, 2, 3)]],
    case("svd", [(3,)], raises="linalg.svd: input should have at least 2 dimensions, but has 1"),
    *[case("eigh_parts", [(2, 3, 3)], uplo=uplo, call=directed_of_symmetric, torch=None,
           **TALL, like=lambda x, uplo: directed_of_symmetric(np.linalg.eigh, x)) for uplo in "LU"],
]  # fmt: skip
