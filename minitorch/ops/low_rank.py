"""The largest singular values of large matrices, found by random projection.

Halko, Martinsson and Tropp, Finding Structure with Randomness, 2009, arXiv:0909.4061, algorithms
4.4 and 5.1.
"""

from minitorch.autograd.tensor import function
from minitorch.ops.decompose import factored_qr, svd
from minitorch.ops.random import randn


@function
def svd_lowrank(A, q=6, niter=2, M=None):
    """(U, S, V) with A - M close to U @ diag(S) @ V.T, the largest singular values first.

    A        (..., m, n)
    q        how many singular values, at most min(m, n); a little more than A's rank is best
    niter    rounds that sharpen the projection, 0 or more
    M        subtracted from A, of a shape that broadcasts to A's
    returns  (..., m, q), (..., q), (..., n, q)
    """
    q = 6 if q is None else q
    if M is not None:
        A = A - M
    wide = A.shape[-2] < A.shape[-1]
    if wide:
        A = A.mT
    Q = range_of(A, q, niter)
    U, S, V = svd(Q.mT @ A)
    U = Q @ U
    return (V, S, U) if wide else (U, S, V)


@function
def pca_lowrank(A, q=None, center=True, niter=2):
    """Principal components of the rows of A: `svd_lowrank` of A less the mean of its rows.

    A        (..., m, n), m samples of n numbers
    q        how many components; None: 6, or fewer where m or n is less
    center   False: A is taken as it is
    returns  (U, S, V): A @ V[:, :k] are the samples' first k components

    Raises ValueError for q outside of [0, min(m, n)] and for a negative niter.
    """
    m, n = A.shape[-2:]
    if q is None:
        q = min(6, m, n)
    elif not 0 <= q <= min(m, n):
        raise ValueError(
            f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}"
        )
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(-2, keepdim=True) if center else A, q, niter)


def range_of(A, q, niter):
    """(..., m, q) with orthogonal columns that span nearly all of A's columns (..., m, n)."""
    Q, _ = factored_qr(A @ randn(A.shape[-1], q, dtype=A.dtype, device=A.device), False)
    for _ in range(niter):
        Q, _ = factored_qr(A.mT @ Q, False)
        Q, _ = factored_qr(A @ Q, False)
    return Q
