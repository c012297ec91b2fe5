"""The kernels of `numpy_channels.py` over CuPy arrays."""

import cupy as cp


def normalize_channels(x, eps):
    """Each channel to mean 0 and variance 1.

    returns  (N, C, *S), and mean, variance and 1 / sqrt(variance + eps), (C,)
    """
    axes = (0, *range(2, x.ndim))
    mean = x.mean(axis=axes)
    centred = x - _beside(mean, x)
    var = (centred * centred).mean(axis=axes)
    scale = 1 / cp.sqrt(var + eps)
    return centred * _beside(scale, x), mean, var, scale


def scale_channels(x, weight, bias):
    """x * weight + bias; weight and bias (C,) or None; not x itself."""
    y = x.copy() if weight is None else x * _beside(weight, x)
    return y if bias is None else y + _beside(bias, x)


def normalize_channels_share(g, unit, gain):
    """The gradients of `scale_channels` of `normalize_channels`: of x, weight and bias.

    unit  x normalised
    gain  (C,): 1 / sqrt(variance + eps) * weight
    """
    axes = (0, *range(2, g.ndim))
    gw, gb = (g * unit).sum(axis=axes), g.sum(axis=axes)
    away = (_beside(gb, g) + unit * _beside(gw, g)) * (g.shape[1] / g.size)
    return (g - away) * _beside(gain, g), gw, gb


def _beside(vector, x):
    """(C,) as it broadcasts against x."""
    return vector.reshape(-1, *[1] * (x.ndim - 2))
