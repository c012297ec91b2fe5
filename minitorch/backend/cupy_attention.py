"""The kernels of `numpy_attention.py` over CuPy arrays."""

import cupy as cp


def attend(q, k, v, mask, kept, scale, is_causal):
    """softmax(q @ k.T * scale + mask) * kept @ v, and of the softmax the numerators and 1 / their
    sums, which `attend_share` takes.

    q (..., L, E)   k (..., S, E)   v (..., S, V)   mask and kept broadcast to (..., L, S), or None
    """
    e = cp.matmul(q * q.dtype.type(scale), k.swapaxes(-1, -2))
    if mask is not None:
        e += mask
    if is_causal:
        e += cp.triu(cp.full(e.shape[-2:], -cp.inf, e.dtype), 1)
    if e.size:
        e -= cp.maximum(e.max(axis=-1, keepdims=True), cp.finfo(e.dtype).min)
    cp.exp(e, out=e)
    # The largest is 1, unless no key counts: then all are 0, as the value will be.
    r = 1 / cp.maximum(e.sum(axis=-1, keepdims=True), 0.5)
    y = cp.matmul(e if kept is None else e * kept, v)
    y *= r
    return y, e, r


def attend_share(g, q, k, v, kept, y, e, r, scale, is_causal):
    """The gradients of `attend` with respect to q, k and v.

    With the weights p = e * r, that of the scores is p * (g @ v.T - sum(g * y)); the smaller g is
    multiplied by r instead.
    """
    g = g * r
    s = cp.matmul(g, v.swapaxes(-1, -2))
    if kept is not None:
        s *= kept
    s -= (g * y).sum(axis=-1, keepdims=True)
    s *= e
    s *= s.dtype.type(scale)
    weights = e if kept is None else e * kept
    gk, gv = cp.matmul(s.swapaxes(-1, -2), q), cp.matmul(weights.swapaxes(-1, -2), g)
    return cp.matmul(s, k), gk, gv
