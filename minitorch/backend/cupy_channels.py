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
    const T* x, const T* weight, const T* bias, T* y, T* unit, T* means, T* vars, T* gains, A eps,
    I channels, I inner, I count
) {
    const A times = weight ? A(weight[blockIdx.x]) : A(1), plus = bias ? A(bias[blockIdx.x]) : A(0);
    A sum = 0, squares = 0;
    EACH_OF_CHANNEL(k) sum += A(x[OF(k)]);
    const A mean = of_line(sum, false) / count;
    EACH_OF_CHANNEL(k) squares += (A(x[OF(k)]) - mean) * (A(x[OF(k)]) - mean);
    const A var = of_line(squares, false) / count, scale = 1 / sqrt(var + eps);
    EACH_OF_CHANNEL(k) {
        const A z = (A(x[OF(k)]) - mean) * scale;
        unit[OF(k)] = T(z);
        y[OF(k)] = T(z * times + plus);
    }
    if (threadIdx.y == 0) {
        means[blockIdx.x] = T(mean);
        vars[blockIdx.x] = T(var);
        gains[blockIdx.x] = T(scale * times);
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


def normalize_channels(x, weight, bias, eps):
    """Each channel of x (N, C, *S) to mean 0 and variance 1, * weight + bias, (C,) or None.

    returns  that; what it was before weight and bias; and, (C,), mean, variance, and the gain
             1 / sqrt(variance + eps) * weight
    """
    x, channels = cp.ascontiguousarray(x), x.shape[1]
    weight, bias = (v if v is None else cp.ascontiguousarray(v) for v in (weight, bias))
    y, unit = cp.empty_like(x), cp.empty_like(x)
    mean, var, gain = (cp.empty(channels, x.dtype) for _ in range(3))
    arrays = x, weight, bias, y, unit, mean, var, gain
    _launch_over_channels("normalize", x, *arrays, float(eps))
    return y, unit, mean, var, gain


def normalize_channels_share(g, unit, gain):
    """The gradients of `normalize_channels` with respect to x, weight and bias.

    unit, gain  as it returned them
    """
    g, share = cp.ascontiguousarray(g), cp.empty_like(unit)
    gw, gb = cp.empty_like(gain), cp.empty_like(gain)
    _launch_over_channels("normalize_share", g, g, unit, gain, share, gw, gb)
    return share, gw, gb


_move_averages = cp.ElementwiseKernel(
    "S seen, S other_seen, float64 times, float64 other_times, float64 share",
    "R running, R other_running",
    """
    running = R(running * (1 - share) + share * times * seen);
    other_running = R(other_running * (1 - share) + share * other_times * other_seen);
    """,
    "move_averages",
)


def move_averages(moves, share):
    """Move each `running` in place by `share` towards `seen` * times.

    moves  some (running, seen, times): two arrays (C,) and a number
    """
    for one in range(0, len(moves), 2):
        pair = [*moves[one : one + 2]]
        if len(pair) == 1:  # the kernel takes two: the other one is not looked at
            pair.append((cp.empty_like(pair[0][0]), pair[0][1], 0.0))
        (running, seen, times), (other_running, other_seen, other_times) = pair
        numbers = float(times), float(other_times), float(share)
        _move_averages(seen, other_seen, *numbers, running, other_running)


def _launch_over_channels(name, x, *arguments):
    channels, count = x.shape[1], x.size // max(x.shape[1], 1)
    inner = count // max(len(x), 1)
    launch(SOURCE, name, x.dtype, channels, (1, THREADS), *arguments, channels, inner, count)
