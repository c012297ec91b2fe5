"""The kernels of `numpy_rows.py` over CuPy arrays: each is one launch."""

import cupy as cp

from minitorch.backend.cupy_blocks import LINES, launch_over_lines

SOURCE = (
    LINES
    + r"""
extern "C" __global__ void softmax(
    const T* x, T* y, bool logarithm, I lines, I width, I inner
) {
    FIND_LINE
    A top = there ? A(x[start]) : A(0), sum = 0;
    EACH(i) top = fmax(top, A(x[i]));
    top = of_line(top, true);
    EACH(i) sum += exp(A(x[i]) - top);
    sum = of_line(sum, false);
    const A log_sum = log(sum);
    EACH(i) {
        A z = A(x[i]) - top;
        y[i] = T(logarithm ? z - log_sum : exp(z) / sum);
    }
}

extern "C" __global__ void softmax_share(
    const T* g, const T* y, T* share, bool logarithm, I lines, I width, I inner
) {
    FIND_LINE
    A sum = 0;
    EACH(i) sum += logarithm ? A(g[i]) : A(g[i]) * A(y[i]);
    sum = of_line(sum, false);
    EACH(i) share[i] = T(logarithm ? A(g[i]) - exp(A(y[i])) * sum : (A(g[i]) - sum) * A(y[i]));
}

extern "C" __global__ void normalize(
    const T* x, const T* weight, const T* bias, T* y, T* unit, T* scale, A eps, bool centre,
    I lines, I width, I inner
) {
    FIND_LINE
    A sum = 0, squares = 0;
    EACH(i) sum += A(x[i]);
    const A mean = centre ? of_line(sum, false) / width : A(0);
    EACH(i) squares += (A(x[i]) - mean) * (A(x[i]) - mean);
    const A by = 1 / sqrt(of_line(squares, false) / width + eps);
    EACH(i) {
        const A z = (A(x[i]) - mean) * by;
        const A scaled = weight ? z * A(weight[i - start]) : z;
        unit[i] = T(z);
        y[i] = T(bias ? scaled + A(bias[i - start]) : scaled);
    }
    if (there && threadIdx.y == 0) scale[line] = T(by);
}

extern "C" __global__ void normalize_share(
    const T* g, const T* weight, const T* unit, const T* scale, T* share, bool centre,
    I lines, I width, I inner
) {
    FIND_LINE
#define OF_UNIT(i) (weight ? A(g[i]) * A(weight[i - start]) : A(g[i]))
    A sum = 0, product = 0;
    EACH(i) {
        sum += OF_UNIT(i);
        product += OF_UNIT(i) * A(unit[i]);
    }
    const A mean = centre ? of_line(sum, false) / width : A(0);
    const A slope = of_line(product, false) / width;
    EACH(i) share[i] = T((OF_UNIT(i) - mean - A(unit[i]) * slope) * A(scale[line]));
}

extern "C" __global__ void weighted_sums(
    const T* g, const T* unit, T* of_weight, T* of_bias, I lines, I width, I inner
) {
    FIND_LINE
    A sum = 0, product = 0;
    EACH(i) {
        sum += A(g[i]);
        product += A(g[i]) * A(unit[i]);
    }
    sum = of_line(sum, false);
    product = of_line(product, false);
    if (there && threadIdx.y == 0) {
        of_weight[line] = T(product);
        of_bias[line] = T(sum);
    }
}
"""
)


def softmax(x, axis):
    """exp(x) over its sum along `axis`."""
    return _softmax(x, axis, False)


def log_softmax(x, axis):
    """Logarithm of `softmax`, without overflow."""
    return _softmax(x, axis, True)


def _softmax(x, axis, logarithm):
    if not x.ndim:
        return _softmax(x.reshape(1), 0, logarithm).reshape(())
    x = cp.ascontiguousarray(x)
    y = cp.empty_like(x)
    launch_over_lines(SOURCE, "softmax", x, axis, x, y, logarithm)
    return y


def softmax_share(g, y, axis):
    """(g - sum(g * y)) * y: the gradient of `softmax`, whose value is y."""
    return _softmax_share(g, y, axis, False)


def log_softmax_share(g, y, axis):
    """g - exp(y) * sum(g): the gradient of `log_softmax`, whose value is y."""
    return _softmax_share(g, y, axis, True)


def _softmax_share(g, y, axis, logarithm):
    if not y.ndim:
        return _softmax_share(g.reshape(1), y.reshape(1), 0, logarithm).reshape(())
    g, y = cp.ascontiguousarray(g), cp.ascontiguousarray(y)
    share = cp.empty_like(y)
    launch_over_lines(SOURCE, "softmax_share", y, axis, g, y, share, logarithm)
    return share


def normalize_rows(x, weight, bias, eps, centre=True):
    """The rows of x (n, c) to mean 0 and variance 1, * weight + bias, (c,) or None.

    centre   False: to mean square 1; the mean stays
    returns  that; what it was before weight and bias; and what rows were multiplied by, (n, 1)
    """
    x = cp.ascontiguousarray(x)
    weight, bias = (v if v is None else cp.ascontiguousarray(v) for v in (weight, bias))
    y, unit, scale = cp.empty_like(x), cp.empty_like(x), cp.empty((len(x), 1), x.dtype)
    arrays = x, weight, bias, y, unit, scale
    launch_over_lines(SOURCE, "normalize", x, 1, *arrays, float(eps), centre)
    return y, unit, scale


def normalize_rows_share(g, weight, unit, scale, centre=True):
    """The gradient of `normalize_rows` with respect to x; unit and scale as it returned them.

    (g - mean(g) - unit * mean(g * unit)) * scale, where g counts times the weight; the first mean
    only if the rows were centred.
    """
    g, share = cp.ascontiguousarray(g), cp.empty_like(unit)
    weight = None if weight is None else cp.ascontiguousarray(weight)
    launch_over_lines(SOURCE, "normalize_share", unit, 1, g, weight, unit, scale, share, centre)
    return share


def scale_rows_shares(g, unit):
    """The gradients of weight and bias in `normalize_rows`: sums over the rows, (c,)."""
    g = cp.ascontiguousarray(g)
    of_weight, of_bias = cp.empty(g.shape[1], g.dtype), cp.empty(g.shape[1], g.dtype)
    launch_over_lines(SOURCE, "weighted_sums", g, 0, g, unit, of_weight, of_bias)
    return of_weight, of_bias


def parts_of_rows(x, count):
    """Equal parts (..., c / count) of rows (..., c): contiguous, for products of them take none
    else.
    """
    parts = x.reshape(*x.shape[:-1], count, x.shape[-1] // count)
    return tuple(cp.ascontiguousarray(cp.moveaxis(parts, -2, 0)))


def sum_of_rows(x):
    """(n, m) -> (m,)."""
    return x.sum(axis=0)


def total(x, axes=None, keepdims=False):
    """The sum over `axes`, None: over all."""
    return x.sum(axis=axes, keepdims=keepdims)
