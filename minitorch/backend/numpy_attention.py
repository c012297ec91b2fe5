"""The kernels of attention over NumPy arrays.

They go through the heads in blocks whose scores are still in the cache when they are needed again:
25 ms against 33 for 256 heads of 128 queries and keys, there and back; threads share the blocks.
`cupy_attention.py` holds the same names and signatures for the GPU.
"""

import math

import numpy as np

from minitorch.backend.threads import share

BLOCK = 1 << 17  # scores in a block: 512 KiB in float32
SMALL = 40.0  # scores up to which exp() is safe as they are: a tenth of the time
LEAST = 1e-20  # is below exp(-SMALL)
ROWS = 64  # queries in a block, where they don't see later keys, whose scores need not be known


def attend(q, k, v, mask, kept, scale, is_causal):
    """softmax(q @ k.T * scale + mask) * kept @ v, and of the softmax the numerators and 1 / their
    sums, which `attend_share` takes.

    q (..., L, E)   k (..., S, E)   v (..., S, V)   mask and kept broadcast to (..., L, S), or None
    """
    *batch, length, _ = q.shape
    keys = k.shape[-2]
    y = np.empty((*batch, length, v.shape[-1]), q.dtype)
    e = np.empty((*batch, length, keys), q.dtype)
    r = np.empty((*batch, length, 1), q.dtype)
    mask, kept = _shaped(mask, e), _shaped(kept, e)
    q = q * q.dtype.type(scale)
    later = np.triu(np.full((ROWS, ROWS), -np.inf, q.dtype), 1)
    lowest = np.finfo(q.dtype).min
    small = mask is None and _longest(q) * _longest(k) < SMALL

    def of_heads(run):
        for rows, row, scores in _blocks(run, length, keys, is_causal):
            part = e[scores]
            seen = part.shape[-1]
            np.matmul(q[row], _transposed(k[rows][..., :seen, :]), out=part)
            if mask is not None:
                part += mask[scores]
            if is_causal:
                start = row[-2].start
                last = part[..., start:]
                last += later[: last.shape[-2], : last.shape[-1]]
            if not small:
                part -= np.maximum.reduce(part, -1, keepdims=True, initial=lowest)
            np.exp(part, out=part)
            # Where no key counts, all are 0, as the value will be.
            r[row] = 1 / np.maximum(_sums(part), LEAST)
            weights = part if kept is None else part * kept[scores]
            np.matmul(weights, v[rows][..., :seen, :], out=y[row])

    share(of_heads, list(_parts(batch, length * keys)))
    y *= r
    return y, e, r


def attend_share(g, q, k, v, kept, y, e, r, scale, is_causal):
    """The gradients of `attend` with respect to q, k and v.

    With the weights p = e * r, that of the scores is p * (g @ v.T - sum(g * y)); the smaller g is
    multiplied by r instead.
    """
    *batch, length, keys = e.shape
    gq, gk, gv = np.empty(q.shape, q.dtype), np.zeros(k.shape, k.dtype), np.zeros(v.shape, v.dtype)
    kept = _shaped(kept, e)
    g = g * r
    away = np.matmul(g[..., None, :], y[..., None])[..., 0]

    def of_heads(run):
        for rows, row, scores in _blocks(run, length, keys, is_causal):
            weights = e[scores]
            seen = weights.shape[-1]
            s = np.matmul(g[row], _transposed(v[rows][..., :seen, :]))
            if kept is not None:
                s *= kept[scores]
            s -= away[row]
            s *= weights
            if kept is not None:
                weights = weights * kept[scores]
            np.matmul(s, k[rows][..., :seen, :], out=gq[row])
            gk[rows][..., :seen, :] += np.matmul(_transposed(s), q[row])
            gv[rows][..., :seen, :] += np.matmul(_transposed(weights), g[row])

    share(of_heads, list(_parts(batch, length * keys)))
    gq *= scale
    gk *= scale
    return gq, gk, gv


def _blocks(parts, length, keys, is_causal):
    """The indices of the heads of each part, of some of their queries, of the scores of these.

    What is_causal excludes is left out, but for the corner of each block.
    """
    step = min(ROWS, length) if is_causal else length
    for heads in parts:
        for start in range(0, length, step or 1):
            queries = slice(start, start + step)
            seen = slice(min(start + step, keys) if is_causal else keys)
            yield heads, (*heads, ..., queries, slice(None)), (*heads, ..., queries, seen)


def _parts(batch, size):
    """Indices that divide the dimensions `batch` into parts of about BLOCK scores, of which each
    head has `size`.
    """
    axis = len(batch)
    while axis and size * batch[axis - 1] <= BLOCK:
        axis -= 1
        size *= batch[axis]
    if not axis:
        yield ()
        return
    step = max(1, BLOCK // max(1, size))
    for outer in np.ndindex(*batch[: axis - 1]):
        for start in range(0, batch[axis - 1], step):
            yield *outer, slice(start, start + step)


def _longest(x):
    """The length of the longest row."""
    return math.sqrt(np.maximum.reduce(np.matmul(x[..., None, :], x[..., None]), None, initial=0))


def _shaped(x, scores):
    return None if x is None else np.broadcast_to(x, scores.shape)


def _transposed(x):
    return x.swapaxes(-1, -2)


def _sums(x):
    """The sums of the rows; a product with ones takes less than half the time of NumPy's sum."""
    return np.matmul(x, np.ones((x.shape[-1], 1), x.dtype))
