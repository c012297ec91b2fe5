"""The kernels of `numpy_channels.py` over CuPy arrays: each is one launch, a block per channel."""

import cupy as cp

from minitorch.backend.cupy_blocks import LINES, THREADS, launch

SOURCE = (
    LINES
    + r"""
// The elements of channel blockIdx.x of (N, C, S), flat: the k-th is at OF(k).
#define OF(k) ((k) / inner * channels * inner + blockIdx.x * inner + (k) % inner)
#define EACH_OF_CHANNEL(k) for (I k = threadIdx.y; k < count; k += blockDim.y)

extern "C" __global__ void normalize(
    const T* x, T* unit, T* means, T* vars, T* scales, A eps, I channels, I inner, I count
) {
    A sum = 0, squares = 0;
    EACH_OF_CHANNEL(k) sum += A(x[OF(k)]);
    const A mean = of_line(sum, false) / count;
    EACH_OF_CHANNEL(k) squares += (A(x[OF(k)]) - mean) * (A(x[OF(k)]) - mean);
    const A var = of_line(squares, false) / count, scale = 1 / sqrt(var + eps);
    EACH_OF_CHANNEL(k) unit[OF(k)] = T((A(x[OF(k)]) - mean) * scale);
    if (threadIdx.y == 0) {
        means[blockIdx.x] = T(mean);
        vars[blockIdx.x] = T(var);
        scales[blockIdx.x] = T(scale);
    }
}

extern "C" __global__ void normalize_share(
    const T* g, const T* unit, const T* gain, T* share, T* of_weight, T* of_bias,
    I channels, I inner, I count
) {
    A sum = 0, product = 0;
    EACH_OF_CHANNEL(k) {
        sum += A(g[OF(k)]);
        product += A(g[OF(k)]) * A(unit[OF(k)]);
    }
    sum = of_line(sum, false);
    product = of_line(product, false);
    const A by = A(gain[blockIdx.x]), mean = sum / count, slope = product / count;
    EACH_OF_CHANNEL(k) share[OF(k)] = T((A(g[OF(k)]) - mean - A(unit[OF(k)]) * slope) * by);
    if (threadIdx.y == 0) {
        of_weight[blockIdx.x] = T(product);
        of_bias[blockIdx.x] = T(sum);
    }
}
"""
)


def normalize_channels(x, eps):
    """Each channel to mean 0 and variance 1.

    returns  (N, C, *S), and mean, variance and 1 / sqrt(variance + eps), (C,)
    """
    x, channels = cp.ascontiguousarray(x), x.shape[1]
    unit, (mean, var, scale) = cp.empty_like(x), (cp.empty(channels, x.dtype) for _ in range(3))
    _launch_over_channels("normalize", x, x, unit, mean, var, scale, float(eps))
    return unit, mean, var, scale


_scaled = cp.ElementwiseKernel("T x, T weight, T bias", "T y", "y = x * weight + bias", "scaled")


def scale_channels(x, weight, bias):
    """x * weight + bias; weight and bias (C,) or None; not x itself."""
    if weight is None:
        return x.copy() if bias is None else x + _beside(bias, x)
    if bias is None:
        return x * _beside(weight, x)
    return _scaled(x, _beside(weight, x), _beside(bias, x))


def normalize_channels_share(g, unit, gain):
    """The gradients of `scale_channels` of `normalize_channels`: of x, weight and bias.

    unit  x normalised
    gain  (C,): 1 / sqrt(variance + eps) * weight
    """
    g, share = cp.ascontiguousarray(g), cp.empty_like(unit)
    gw, gb = cp.empty_like(gain), cp.empty_like(gain)
    _launch_over_channels("normalize_share", g, g, unit, gain, share, gw, gb)
    return share, gw, gb


def _launch_over_channels(name, x, *arguments):
    channels, count = x.shape[1], x.size // max(x.shape[1], 1)
    inner = count // max(len(x), 1)
    launch(SOURCE, name, x.dtype, channels, (1, THREADS), *arguments, channels, inner, count)


def _beside(vector, x):
    """(C,) as it broadcasts against x."""
    return vector.reshape(-1, *[1] * (x.ndim - 2))
