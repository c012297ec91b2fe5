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
    """softmax(q @ k.T * scale + mask) * kept @ v, and what `attend_share` takes: of each row of
    scores what was subtracted before exp(), or None, and 1 / the sum of the results.

    q (..., L, E)   k (..., S, E)   v (..., S, V)   mask and kept broadcast to (..., L, S), or None
    """
    *batch, length, _ = q.shape
    scores_shape = (*batch, length, k.shape[-2])
    y = np.empty((*batch, length, v.shape[-1]), q.dtype)
    r = np.empty((*batch, length, 1), q.dtype)
    mask, kept = _shaped(mask, scores_shape), _shaped(kept, scores_shape)
    q = q * q.dtype.type(scale)
    lowest = np.finfo(q.dtype).min
    small = mask is None and _longest(q) * _longest(k) < SMALL
    top = None if small else np.empty_like(r)

    def of_heads(run):
        for rows, row, scores in _blocks(run, scores_shape, is_causal):
            part = _scores(q, k, mask, rows, row, scores, is_causal)
            if top is not None:
                np.maximum.reduce(part, -1, keepdims=True, initial=lowest, out=top[row])
                part -= top[row]
            np.exp(part, out=part)
            # Where no key counts, all are 0, as the value will be.
            r[row] = 1 / np.maximum(_sums(part), LEAST)
            if kept is not None:
                part *= kept[scores]
            np.matmul(part, v[rows][..., : part.shape[-1], :], out=y[row])

    share(of_heads, list(_parts(scores_shape)))
    y *= r
    return y, top, r


def attend_share(g, q, k, v, mask, kept, y, top, r, scale, is_causal):
    """The gradients of `attend` with respect to q, k and v.

    With the weights p = e * r, where e = exp(scores - top), that of the scores is
    p * (g @ v.T - sum(g * y)); the smaller g is multiplied by r instead. To keep e would save a
    tenth of the time and take memory that grows with the square of the length. Dao and others,
    FlashAttention, 2022, arXiv:2205.14135.
    """
    *batch, length, _ = q.shape
    scores_shape = (*batch, length, k.shape[-2])
    gq, gk, gv = np.empty(q.shape, q.dtype), np.zeros(k.shape, k.dtype), np.zeros(v.shape, v.dtype)
    mask, kept = _shaped(mask, scores_shape), _shaped(kept, scores_shape)
    q = q * q.dtype.type(scale)
    g = g * r
    away = np.matmul(g[..., None, :], y[..., None])[..., 0]

    def of_heads(run):
        for rows, row, scores in _blocks(run, scores_shape, is_causal):
            weights = _scores(q, k, mask, rows, row, scores, is_causal)
            seen = weights.shape[-1]
            if top is not None:
                weights -= top[row]
            np.exp(weights, out=weights)
            s = np.matmul(g[row], _transposed(v[rows][..., :seen, :]))
            if kept is not None:
                s *= kept[scores]
            s -= away[row]
            s *= weights
            if kept is not None:
                weights *= kept[scores]
            np.matmul(s, k[rows][..., :seen, :], out=gq[row])
            gk[rows][..., :seen, :] += np.matmul(_transposed(s), q[row])
            gv[rows][..., :seen, :] += np.matmul(_transposed(weights), g[row])

    share(of_heads, list(_parts(scores_shape)))
    gq *= scale
    return gq, gk, gv


def _scores(q, k, mask, rows, row, scores, is_causal):
    """q @ k.T + mask at the indices of a block, as `_blocks` gives them."""
    part = np.matmul(q[row], _transposed(k[rows])[..., scores[-1]])
    if mask is not None:
        part += mask[scores]
    if is_causal:
        last = part[..., row[-2].start :]
        last += np.triu(np.full(last.shape[-2:], -np.inf, q.dtype), 1)
    return part


def _blocks(parts, shape, is_causal):
    """The indices of the heads of each part, of some of their queries, of the scores of these.

    What is_causal excludes is left out, but for the corner of each block.
    """
    length, keys = shape[-2:]
    step = min(ROWS, length) if is_causal else length
    for heads in parts:
        for start in range(0, length, step or 1):
            queries = slice(start, start + step)
            seen = slice(min(start + step, keys) if is_causal else keys)
            yield heads, (*heads, ..., queries, slice(None)), (*heads, ..., queries, seen)


def _parts(shape):
    """Indices that divide the leading dimensions of scores of this shape into parts of about BLOCK
    scores.
    """
    *batch, length, keys = shape
    axis, size = len(batch), length * keys
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


def _shaped(x, shape):
    return None if x is None else np.broadcast_to(x, shape)


def _transposed(x):
    return x.swapaxes(-1, -2)


def _sums(x):
    """The sums of the rows; a product with ones takes less than half the time of NumPy's sum."""
    return np.matmul(x, np.ones((x.shape[-1], 1), x.dtype))
