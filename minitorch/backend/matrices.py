"""Algorithms for batches of matrices (..., m, n) that serve NumPy and CuPy alike.

`xp` is the library of the arrays; `numpy_linalg.py` and `cupy_linalg.py` offer these functions
without it.
"""

import numpy as np

PANEL = 32  # columns of an LU factorisation that are eliminated one by one


def swap(x):
    """The last two axes exchanged."""
    return x.swapaxes(-1, -2)


def by_columns(x):
    """`x` with its matrices column by column in memory: LAPACK's order, and so PyTorch's."""
    return swap(swap(x).copy())


def solve_triangular(xp, a, b, upper, left=True, unitriangular=False):
    """X such that a @ X = b, or X @ a = b where not `left`; a is read in one triangle only.

    A zero on the diagonal gives inf or nan.
    """
    if not left:
        return by_columns(swap(triangular(xp, swap(a), swap(b), not upper, unitriangular)))
    return by_columns(triangular(xp, a, b, upper, unitriangular))


def triangular(xp, a, b, upper, unitriangular):
    """X such that a @ X = b; see `solve_triangular`."""
    a = xp.triu(a) if upper else xp.tril(a)
    if unitriangular:
        a = xp.where(xp.eye(a.shape[-1], dtype=bool), xp.ones((), a.dtype), a)
    if not upper:
        a, b = a[..., ::-1, ::-1], b[..., ::-1, :]
    if a.shape[:-2] != b.shape[:-2]:
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        a, b = (xp.broadcast_to(x, batch + x.shape[-2:]) for x in (a, b))
    if not b.size:  # CuPy would divide by the number of columns
        return xp.zeros(b.shape, b.dtype)
    try:
        y = xp.linalg.solve(a, b)  # of an upper triangle the LU factors are 1 and itself
    except np.linalg.LinAlgError:
        y = substitute(xp, a, b)
    return y if upper else y[..., ::-1, :]


def substitute(xp, a, b):
    """Back substitution, row by row; a is an upper triangle."""
    y = xp.array(b)
    with np.errstate(all="ignore"):
        for i in reversed(range(a.shape[-1])):
            known = xp.matmul(a[..., i : i + 1, i + 1 :], y[..., i + 1 :, :])
            y[..., i : i + 1, :] -= known
            y[..., i : i + 1, :] /= a[..., i : i + 1, i : i + 1]
    return y


def lu_factor(xp, x):
    """Factors of x with rows exchanged: L below the diagonal (where it is 1) and U, in one array.

    x (..., m, n);  returns the factors (..., m, n), the pivots (..., k) int32, k = min(m, n): in
    step i row i was exchanged with row pivots[i] - 1, and (...) int32: 0, or the number of the
    first pivot that is 0, counted from 1. Golub and Van Loan, Matrix Computations, 3.4.
    """
    m, n = x.shape[-2:]
    batch, k = x.shape[:-2], min(m, n)
    a = xp.array(x, order="C").reshape(-1 if x.size else 0, m, n)
    rows = xp.arange(len(a))
    pivots = xp.empty((len(a), k), np.int32)
    for start in range(0, k, PANEL):
        end = min(start + PANEL, k)
        for i in range(start, end):
            chosen = xp.abs(a[:, i:, i]).argmax(axis=1) + i
            pivots[:, i] = chosen + 1
            row = a[:, i].copy()
            a[:, i] = a[rows, chosen]
            a[rows, chosen] = row
            pivot = a[:, i, i, None]
            a[:, i + 1 :, i] /= xp.where(pivot == 0, xp.ones_like(pivot), pivot)
            a[:, i + 1 :, i + 1 : end] -= a[:, i + 1 :, i, None] * a[:, i, None, i + 1 : end]
        if end < n:
            done = slice(start, end)
            right = triangular(xp, a[:, done, done], a[:, done, end:], False, True)
            a[:, done, end:] = right
            a[:, end:, end:] -= xp.matmul(a[:, end:, done], right)
    zero = xp.diagonal(a, 0, 1, 2) == 0
    info = xp.where(zero.any(axis=1), zero.argmax(axis=1) + 1, 0) if k else xp.zeros(len(a))
    if not x.size:
        return x.copy(), xp.zeros((*batch, k), np.int32), xp.zeros(batch, np.int32)
    factors = by_columns(a.reshape(x.shape))
    return factors, pivots.reshape(*batch, k), info.astype(np.int32).reshape(batch)


def permutation_matrix(xp, pivots, size, dtype):
    """P (..., size, size) such that P @ L @ U is the matrix whose factors had these pivots."""
    batch, k = pivots.shape[:-1], pivots.shape[-1]
    flat = pivots.reshape(-1, k) - 1 if k else pivots.reshape(-1 if pivots.size else 0, k)
    count = int(np.prod(batch))
    order = xp.tile(xp.arange(size), (count, 1))
    rows = xp.arange(count)
    for i in range(k):
        row = order[:, i].copy()
        order[:, i] = order[rows, flat[:, i]]
        order[rows, flat[:, i]] = row
    p = (xp.arange(size)[:, None] == order[:, None, :]).astype(dtype)
    return p.reshape(*batch, size, size)


def qr_parts(xp, x, complete):
    """Q and R such that x = Q @ R; `complete`: Q is square."""
    return tuple(map(by_columns, xp.linalg.qr(x, "complete" if complete else "reduced")))


def qr_reflectors(xp, x):
    """R above the diagonal, reflectors below it, and their factors tau, as LAPACK's geqrf."""
    h, tau = xp.linalg.qr(x, "raw")
    return by_columns(swap(h)), tau


PADE = [
    64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0,
    129060195264000.0, 10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0,
    960960.0, 16380.0, 182.0, 1.0,
]  # fmt: skip


def exp_of_matrix(xp, x):
    """exp of square matrices by scaling, a Pade fraction of degree 13, and squaring.

    Higham, The Scaling and Squaring Method for the Matrix Exponential Revisited, 2005, algorithm
    2.3. Computed in float64 whatever the dtype of x.
    """
    if not x.size:
        return x.copy()
    a = x.astype(np.float64)
    norm = xp.abs(a).sum(axis=-2).max(axis=-1)
    with np.errstate(all="ignore"):
        halvings = xp.ceil(xp.log2(xp.maximum(norm, 1e-300) / 5.371920351148152))
    halvings = xp.clip(xp.where(xp.isfinite(halvings), halvings, 0), 0, None)[..., None, None]
    a = a / xp.exp2(halvings)
    one = xp.eye(a.shape[-1])
    a2 = xp.matmul(a, a)
    a4 = xp.matmul(a2, a2)
    a6 = xp.matmul(a4, a2)
    odd, even = (
        xp.matmul(a6, b[12] * a6 + b[10] * a4 + b[8] * a2)
        + (b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * one)
        for b in (PADE[1:] + [0.0], PADE)
    )
    odd = xp.matmul(a, odd)
    y = xp.linalg.solve(even - odd, even + odd)
    for step in range(int(halvings.max())):
        y = xp.where(step < halvings, xp.matmul(y, y), y)
    with np.errstate(over="ignore"):
        return y.astype(x.dtype)


def cofactors(xp, x):
    """The derivatives of the determinant by the elements of x, from its singular values."""
    u, s, vh = xp.linalg.svd(x)
    n = s.shape[-1]
    others = xp.where(xp.eye(n, dtype=bool), xp.ones((), s.dtype), s[..., None, :]).prod(axis=-1)
    turns = xp.linalg.det(u) * xp.linalg.det(vh)
    return turns[..., None, None] * xp.matmul(u * others[..., None, :], vh)


def regular(xp, x):
    """x, where its singular values are so far apart that it counts as singular with these raised.

    They are raised to the square root of the precision, in units of the largest.
    """
    if not x.size:
        return x
    u, s, vh = xp.linalg.svd(x)
    eps = float(np.finfo(x.dtype).eps)
    largest = xp.maximum(s[..., :1], xp.asarray(np.finfo(x.dtype).tiny, x.dtype))
    singular = s[..., -1:] <= s.shape[-1] * eps * largest
    raised = xp.matmul(u * xp.maximum(s, eps**0.5 * largest)[..., None, :], vh)
    return xp.where(singular[..., None], raised, x)


def pseudo_inverse(xp, x, atol, rtol, hermitian):
    """Moore-Penrose inverses; singular values up to max(atol, rtol * largest) count as 0.

    hermitian  x is symmetric: eigenvalues serve
    """
    if not x.size:
        return xp.zeros((*x.shape[:-2], x.shape[-1], x.shape[-2]), x.dtype)
    if hermitian:
        s, u = xp.linalg.eigh(x)
        v = u
    else:
        u, s, vh = xp.linalg.svd(x, full_matrices=False)
        v = swap(vh)
    size = xp.abs(s)
    limit = xp.maximum(atol, rtol * size.max(axis=-1))[..., None]
    counts = size > limit
    inverse = xp.where(counts, 1 / xp.where(counts, s, xp.ones((), s.dtype)), xp.zeros((), s.dtype))
    return xp.matmul(v * inverse[..., None, :], swap(u))
