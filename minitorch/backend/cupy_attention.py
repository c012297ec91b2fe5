"""The kernels of `numpy_attention.py` over CuPy arrays: products, and one launch between them."""

import cupy as cp
import numpy as np

from minitorch.backend.cupy_blocks import LINES, launch_over_lines
from minitorch.backend.cupy_products import matmul

DIMS = 6  # most leading dimensions of scores, queries included
SPREAD = np.dtype([("size", np.int64, DIMS), ("step", np.int64, DIMS), ("along", np.int64)])
SOURCE = (
    LINES
    + r"""
// Where the numbers of an array lie that is broadcast to (..., queries, keys).
struct Spread { I size[6], step[6], along; };

__device__ I of_row(const Spread& spread, I row) {
    I at = 0;
    for (int d = 5; d >= 0; --d) {
        at += row % spread.size[d] * spread.step[d];
        row /= spread.size[d];
    }
    return at;
}

// p = softmax(p * scale + mask); dropped = p * kept. `queries` is not 0 where none sees later keys.
extern "C" __global__ void attend(
    T* p, T* dropped, const T* mask, Spread of_mask, const T* kept, Spread of_kept, A scale,
    I queries, I lines, I width, I inner
) {
    FIND_LINE
    const I m = mask && there ? of_row(of_mask, line) : 0;
    const I keep = kept && there ? of_row(of_kept, line) : 0;
    const I seen = there ? start + (queries ? min(line % queries + 1, width) : width) : 0;
    const A none = log(A(0));  // -inf, for which NVRTC has no name
#define SCORE(i) (A(p[i]) * scale + (mask ? A(mask[m + (i - start) * of_mask.along]) : A(0)))
    A top = none, sum = 0;
    EACH(i) {
        const A z = i < seen ? SCORE(i) : none;
        top = z > top || z != z ? z : top;
    }
    const bool odd = of_line(top != top, true) != 0;
    top = of_line(top, true);
    EACH(i) {
        const A z = i >= seen || top == none ? A(0) : exp(SCORE(i) - top);
        p[i] = T(odd ? sqrt(A(-1)) : z);
        sum += z;
    }
    sum = of_line(sum, false);
    EACH(i) {
        const A z = sum ? A(p[i]) / sum : A(p[i]);
        p[i] = T(z);
        if (kept) dropped[i] = T(z * A(kept[keep + (i - start) * of_kept.along]));
    }
}

// The gradient of the products with the keys, in s, from that of the weights that were used.
extern "C" __global__ void attend_share(
    T* s, const T* p, T* dropped, const T* kept, Spread of_kept, A scale,
    I lines, I width, I inner
) {
    FIND_LINE
    const I keep = kept && there ? of_row(of_kept, line) : 0;
#define KEPT(i) (kept ? A(kept[keep + (i - start) * of_kept.along]) : A(1))
    A sum = 0;
    EACH(i) sum += A(s[i]) * KEPT(i) * A(p[i]);
    sum = of_line(sum, false);
    EACH(i) {
        const A weight = A(p[i]);
        s[i] = T((A(s[i]) * KEPT(i) - sum) * weight * scale);
        if (kept) dropped[i] = T(weight * KEPT(i));
    }
}
"""
)


def attend(q, k, v, mask, kept, scale, is_causal):
    """softmax(q @ k.T * scale + mask) * kept @ v, and of the softmax what `attend_share` takes: the
    weights, and None.

    q (..., L, E)   k (..., S, E)   v (..., S, V)   mask and kept broadcast to (..., L, S), or None
    """
    p = matmul(q, k.swapaxes(-1, -2))
    dropped = p if kept is None else cp.empty_like(p)
    _launch("attend", p, p, dropped, *_spread(mask, p), *_spread(kept, p), float(scale),
            q.shape[-2] if is_causal else 0)  # fmt: skip
    return matmul(dropped, v, _room(q, v)), p, None


def attend_share(g, q, k, v, mask, kept, y, p, _, scale, is_causal):
    """The gradients of `attend` with respect to q, k and v.

    With the weights p that of the scores is p * (s - sum(s * p)), where s = g @ v.T * kept.
    """
    s = matmul(g, v.swapaxes(-1, -2))
    dropped = p if kept is None else cp.empty_like(p)
    _launch("attend_share", s, s, p, dropped, *_spread(kept, p), float(scale))
    return (
        matmul(s, k, cp.empty_like(q)),
        matmul(s.swapaxes(-1, -2), q, cp.empty_like(k)),
        matmul(dropped.swapaxes(-1, -2), g, cp.empty_like(v)),
    )


def _launch(name, scores, *arguments):
    """Run a kernel over the rows of `scores`, if they hold anything."""
    if scores.size:
        launch_over_lines(SOURCE, name, scores, -1, *arguments)


def _room(q, v):
    """Room for what comes of these queries and values; heads beside one another stay so."""
    if q.shape[-1] == v.shape[-1]:
        return cp.empty_like(q)
    return cp.empty((*q.shape[:-1], v.shape[-1]), q.dtype)


def _spread(x, scores):
    """`x`, and how it is broadcast to the shape of `scores`, as the kernels take it."""
    how = np.zeros((), SPREAD)
    how["size"] = 1
    if x is None:
        return None, how
    x = cp.broadcast_to(x, scores.shape)
    lead = scores.ndim - 1
    if lead > DIMS:
        x, lead = cp.ascontiguousarray(x).reshape(-1, scores.shape[-1]), 1
    *how["size"][DIMS - lead :], _ = x.shape
    *steps, along = [step // x.itemsize for step in x.strides]
    how["step"][DIMS - lead :], how["along"] = steps, along
    return x, how
