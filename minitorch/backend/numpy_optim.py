"""What training does with many gradients at a time, over NumPy arrays.

`cupy_optim.py` holds the same names and signatures for the GPU.
"""

import numpy as np


def total_norm(arrays, p):
    """The p-norm, p 2 or infinite, of all elements of `arrays`, of one dtype."""
    dtype = arrays[0].dtype
    exact = np.promote_types(dtype, np.float32)  # squares of float16 soon overflow
    if p == 2:
        flat = [np.ravel(x).astype(exact, copy=False) for x in arrays]
        return np.sqrt(sum(x.dot(x) for x in flat)).astype(dtype)
    return np.asarray([np.max(np.abs(x)) if x.size else 0 for x in arrays], dtype).max()


def clip_to_norm(arrays, norm, max_norm):
    """Multiply `arrays`, whose norm is `norm`, in place by max_norm / norm where that is below 1.

    norm  () of the dtype of the arrays
    """
    factor = np.minimum(max_norm / (norm + 1e-6), 1)
    for x in arrays:
        x *= factor


def unscale(arrays, factor):
    """Multiply `arrays`, in place; returns, (), whether a number was not finite before."""
    found = any(not np.isfinite(x).all() for x in arrays)
    for x in arrays:
        x *= factor
    return found


def clip_to_bounds(arrays, bound):
    """Bring all elements of `arrays`, in place, into [-bound, bound]."""
    for x in arrays:
        np.clip(x, -bound, bound, out=x)
