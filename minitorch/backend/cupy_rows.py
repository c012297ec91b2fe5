"""The kernels of `numpy_rows.py` over CuPy arrays."""

import cupy as cp


def softmax(x, axis):
    """exp(x) over its sum along `axis`."""
    if not x.size:
        return x.copy()
    y = cp.exp(x - x.max(axis=axis, keepdims=True))
    y /= y.sum(axis=axis, keepdims=True)
    return y


def softmax_share(g, y, axis):
    """(g - sum(g * y)) * y: the gradient of `softmax`, whose value is y."""
    return (g - (g * y).sum(axis=axis, keepdims=True)) * y


def log_softmax(x, axis):
    """Logarithm of `softmax`, without overflow."""
    if not x.size:
        return x.copy()
    y = x - x.max(axis=axis, keepdims=True)
    y -= cp.log(cp.exp(y).sum(axis=axis, keepdims=True))
    return y


def log_softmax_share(g, y, axis):
    """g - exp(y) * sum(g): the gradient of `log_softmax`, whose value is y."""
    return g - cp.exp(y) * g.sum(axis=axis, keepdims=True)


def normalize_rows(x, eps):
    """Rows of mean 0 and variance 1, (n, c), and what they were multiplied by, (n, 1)."""
    unit = x - x.mean(axis=1, keepdims=True)
    scale = 1 / cp.sqrt((unit * unit).mean(axis=1, keepdims=True) + eps)
    return unit * scale, scale


def normalize_rows_share(g, unit, scale):
    """The gradient of `normalize_rows`: (g - mean(g) - unit * mean(g * unit)) * scale."""
    away = g.mean(axis=1, keepdims=True) + unit * (g * unit).mean(axis=1, keepdims=True)
    return (g - away) * scale


def scale_rows(x, weight, bias):
    """x * weight + bias for (n, c) and (c,), either of which may be None; not x itself."""
    y = x.copy() if weight is None else x * weight
    return y if bias is None else y + bias


def sum_of_rows(x):
    """(n, m) -> (m,)."""
    return x.sum(axis=0)
