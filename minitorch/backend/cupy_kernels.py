"""The kernels of `numpy_kernels.py` on CuPy arrays: same names, same signatures.

No function here reads a value back to the host.
"""

import cupy as cp


def expand(x, shape):
    """`x` broadcast to `shape`."""
    return cp.broadcast_to(x, shape)


def astype(x, dtype):
    """A copy of `x` of the dtype `dtype`."""
    return x.astype(dtype)


@cp.fuse()
def sigmoid(x):
    """1 / (1 + exp(-x)) in one kernel."""
    return 1 / (1 + cp.exp(-x))


@cp.fuse()
def sigmoid_share(g, y):
    """g * (1 - y) * y in one kernel."""
    return g * (1 - y) * y


def power(x, exponent):
    """x to the power of an array or a number."""
    return cp.power(x, exponent)


def matmul(x, other, out=None):
    """Matrix product by NumPy's rules."""
    return cp.matmul(x, other, out)


def linear(x, weight, bias):
    """x @ weight.T + bias, adding in place."""
    y = cp.matmul(x, weight.T)
    if bias is not None:
        y += bias
    return y


def relu(x):
    """max(x, 0)."""
    return cp.maximum(x, 0)


def zero_where(mask, g):
    """0 where the mask says, else g."""
    return cp.where(mask, g.dtype.type(0), g)


# -------------------------------------------------------------------- losses


def require_probabilities(x, name, loss=None):
    """Nothing: to look at the values, the program would have to wait for the GPU."""


def bernoulli_terms(x, target):
    """-(target * log(x) + (1 - target) * log(1 - x)), where no logarithm counts below -100."""
    yes, no = cp.maximum(cp.log(x), -100), cp.maximum(cp.log1p(-x), -100)
    return (target - 1) * no - yes * target


def bernoulli_share(x, target, g):
    """(x - target) / ((1 - x) * x) * g, the derivative of `bernoulli_terms`."""
    return (x - target) / cp.maximum((1 - x) * x, 1e-12) * g


def class_shares(target, weight, classes, ignore_index, reduction, dtype):
    """Where the class of each row stands in (N, classes), and how much the row counts.

    A class out of range is not found: its index wraps around.
    """
    counts = target != ignore_index
    target = cp.where(counts, target, 0)
    share = counts.astype(dtype)
    if weight is not None:
        share *= weight[target]
    if reduction == "mean":
        whole = share.sum()
        share = share / cp.where(whole == 0, 1, whole).astype(dtype)
    return (cp.arange(len(target)), target), share


def softmax_less_one_hot(x, scale, key):
    """(exp(x) less 1 at `key`) * scale, in one buffer; x (N, C), scale (N,) or ()."""
    y = cp.exp(x)
    y[key] = y[key] - 1
    y *= scale.reshape(-1, 1)
    return y


def subtract_scaled(y, a, x):
    """y -= a * x in place."""
    y -= x * a


def root_plus(x, eps):
    """sqrt(x) + eps, in one buffer."""
    y = cp.sqrt(x)
    y += eps
    return y
