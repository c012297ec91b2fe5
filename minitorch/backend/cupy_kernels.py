"""The kernels of `numpy_kernels.py` on CuPy arrays: same names, same signatures.

No function here reads a value back to the host.
"""

from contextlib import contextmanager
from functools import lru_cache

import cupy as cp

from minitorch.backend.cupy_blocks import LINES, THREADS, WIDER, launch
from minitorch.backend.cupy_products import matmul as _matmul

SOURCE = (
    LINES
    + r"""
// One block: of each row how much it counts, and the sum of what it is worth.
extern "C" __global__ void nll(
    const T* x, const I* target, const T* weight, const T* sums, T* value, T* share,
    A smoothing, I rows, I classes, I ignored, bool mean
) {
    A sum = 0, whole = 0;
    for (I r = threadIdx.y; r < rows; r += blockDim.y) {
        I c = (target[r] % classes + classes) % classes;
        A counts = target[r] == ignored ? A(0) : weight ? A(weight[c]) : A(1);
        share[r] = T(counts);
        whole += counts;
        if (counts == 0) continue;
        A picked = A(x[r * classes + c]);
        if (sums) picked = picked * (1 - smoothing) + A(sums[r]) * (smoothing / classes);
        sum -= counts * picked;
    }
    sum = of_line(sum, false);
    whole = of_line(whole, false);
    if (threadIdx.y == 0) *value = T(mean ? sum / whole : sum);
    if (mean && whole != 0)
        for (I r = threadIdx.y; r < rows; r += blockDim.y) share[r] = T(A(share[r]) / whole);
}
"""
)


@contextmanager
def beside():
    """As the NumPy kernel, without a thread: what is launched goes on beside what follows."""

    def later(work, *args):
        done = work(*args)
        return lambda: done

    yield later


def dense(x, images=False):
    """`x`, or a copy that lies in memory row by row; `images`: all channels of a pixel may lie
    together.
    """
    kept = x.flags.c_contiguous or (images and _together(x))
    return x if kept else cp.ascontiguousarray(x)


def _together(x):
    """Whether x holds images, and all channels of a pixel lie together."""
    by_pixel = x.ndim == 4 and x.transpose(0, 2, 3, 1).flags.c_contiguous
    return by_pixel and not x.flags.c_contiguous


def concatenate(arrays, axis=0, out=None):
    """The arrays one after the other; channels of a pixel that lie together stay so."""
    if axis is None or not all(map(_together, arrays)):
        return cp.concatenate(arrays, axis, out)
    axis = (0, 3, 1, 2)[axis]
    return cp.concatenate([x.transpose(0, 2, 3, 1) for x in arrays], axis).transpose(0, 3, 1, 2)


def expand(x, shape):
    """`x` broadcast to `shape`."""
    return cp.broadcast_to(x, shape)


def astype(x, dtype):
    """A copy of `x` of the dtype `dtype`."""
    return x.astype(dtype, "C" if 0 in x.strides else "K")  # broadcast: no order to be kept


_sigmoid = cp.ElementwiseKernel("T x", "T y", "y = T(1) / (T(1) + exp(-x))", "sigmoid")
_sigmoid_share = cp.ElementwiseKernel(
    "T g, T y", "T share", "share = g * (T(1) - y) * y", "sigmoid_share"
)
_tanh_share = cp.ElementwiseKernel("T g, T y", "T share", "share = g * (1 - y * y)", "tanh_share")
_relu_share = cp.ElementwiseKernel(
    "T g, T y", "T share", "share = y <= T(0) ? T(0) : g", "relu_share"
)


def sigmoid(x):
    """1 / (1 + exp(-x))."""
    return _sigmoid(x)


def sigmoid_share(g, y):
    """g * (1 - y) * y."""
    return _sigmoid_share(g, y)


def tanh_share(g, y):
    """g * (1 - y * y): the gradient of tanh, whose value is y."""
    return _tanh_share(g, y)


def relu_share(g, y):
    """g where y is positive, else 0: the gradient of `relu`, whose value is y."""
    return _relu_share(g, y)


def power(x, exponent):
    """x to the power of an array or a number."""
    return cp.power(x, exponent)


def matmul(x, other, out=None):
    """Matrix product by NumPy's rules."""
    return _matmul(x, other, out)


def linear(x, weight, bias):
    """x @ weight.T + bias, adding in place."""
    y = cp.matmul(x, weight.T)
    if bias is not None:
        y += bias
    return y


def relu(x):
    """max(x, 0)."""
    return cp.maximum(x, 0)


_sinc = cp.ElementwiseKernel(
    "T x",
    "T y",
    WIDER + "const A a = A(3.141592653589793) * A(x); y = x == T(0) ? T(1) : T(sin(a) / a);",
    "sinc",
)


def sinc(x):
    """sin(pi * x) / (pi * x), 1 at 0; CuPy's own is 1 at nan."""
    return _sinc(x)


def zero_where(mask, g):
    """0 where the mask says, else g."""
    return cp.where(mask, g.dtype.type(0), g)


# -------------------------------------------------------------------- losses


def require_probabilities(x, name, loss=None):
    """Nothing: to look at the values, the program would have to wait for the GPU."""


# A logarithm that is nan stays it: `fmax` would take -100 instead.
_bernoulli_terms = cp.ElementwiseKernel(
    "T x, T target",
    "T y",
    """
    T yes = log(x), no = log1p(-x);
    if (yes < T(-100)) yes = T(-100);
    if (no < T(-100)) no = T(-100);
    y = (target - T(1)) * no - yes * target;
    """,
    "bernoulli_terms",
)
_bernoulli_share = cp.ElementwiseKernel(
    "T x, T target, T g",
    "T share",
    """
    T spread = (T(1) - x) * x;
    if (spread < T(1e-12)) spread = T(1e-12);
    share = (x - target) / spread * g;
    """,
    "bernoulli_share",
)


def bernoulli_terms(x, target):
    """-(target * log(x) + (1 - target) * log(1 - x)), where no logarithm counts below -100."""
    return _bernoulli_terms(x, target)


def bernoulli_share(x, target, g):
    """(x - target) / ((1 - x) * x) * g, the derivative of `bernoulli_terms`; g may be a number."""
    return _bernoulli_share(x, target, g)


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


ROWS_OF_A_BLOCK = 1 << 13  # with more of them several blocks are quicker than one


def nll(x, target, weight, ignore_index, reduction, smoothing=0.0):
    """-x[n, target[n]] times the share of each row n, reduced; and key and shares as above.

    smoothing  the part of x[n, target[n]] in whose place the mean of the row comes

    The key may name any class where a row does not count.
    """
    rows, classes = x.shape
    sums = x.sum(axis=1) if smoothing else None
    key = _row_numbers(rows, cp.cuda.Device().id), target
    if reduction != "none" and 0 < rows <= ROWS_OF_A_BLOCK:
        x, target = cp.ascontiguousarray(x), cp.ascontiguousarray(target)
        weight = None if weight is None else cp.ascontiguousarray(weight)
        value, share = cp.empty((), x.dtype), cp.empty(rows, x.dtype)
        launch(SOURCE, "nll", x.dtype, 1, (1, THREADS), x, target, weight, sums, value, share,
               float(smoothing), rows, classes, ignore_index, reduction == "mean")  # fmt: skip
        return value, key, share
    key, share = class_shares(target, weight, classes, ignore_index, reduction, x.dtype)
    picked = x[key]
    if smoothing:
        picked = picked * (1 - smoothing) + sums * (smoothing / classes)
    y = cp.where(share != 0, picked, x.dtype.type(-0.0)) * -share
    if reduction == "none":
        return y, key, share
    if reduction == "mean":
        return cp.where((share != 0).any(), y.sum(), x.dtype.type(cp.nan)), key, share
    return y.sum(), key, share


@lru_cache(16)
def _row_numbers(n, device):
    """0 to n - 1 on the device with that number; not to be written to."""
    return cp.arange(n)


_nll_share = cp.ElementwiseKernel(
    "raw T g, raw T share, raw int64 target, int64 classes, bool each",
    "T y",
    """
    ptrdiff_t row = i / classes;
    y = i % classes == target[row] ? T(-share[row] * g[each ? row : 0]) : T(0);
    """,
    "nll_share",
)
_softmax_less_one_hot = cp.ElementwiseKernel(
    "T x, raw T share, raw T g, raw int64 target, int64 classes, T wanted, T others, bool shared, "
    "bool each",
    "T y",
    """
    ptrdiff_t row = i / classes;
    T less = i % classes == target[row] ? wanted : others;
    y = (exp(x) - less) * share[shared ? 0 : row] * g[each ? row : 0];
    """,
    "softmax_less_one_hot",
)


def nll_share(g, share, key, shape):
    """Zeros of `shape` with -share * g at `key`: the gradient of `nll`."""
    return _nll_share(g, share, key[1], shape[1], g.ndim > 0, cp.empty(shape, g.dtype))


def softmax_less_one_hot(x, share, g, key, smoothing=0.0):
    """(exp(x) less 1 at `key`) * share * g; x (N, C), share and g (N,) or ().

    smoothing  the share of that 1 which all classes have alike
    """
    classes = x.shape[1]
    rest = smoothing / max(classes, 1)
    return _softmax_less_one_hot(
        x, share, g, key[1], classes, 1 - smoothing + rest, rest, not share.ndim, g.ndim > 0
    )


_subtract_scaled = cp.ElementwiseKernel("T a, T x", "T y", "y -= a * x", "subtract_scaled")
_root_plus = cp.ElementwiseKernel("T x, T eps", "T y", "y = sqrt(x) + eps", "root_plus")


_affine = cp.ElementwiseKernel(
    "T x, float64 scale, float64 shift", "T y", "y = T(double(x) * scale + shift)", "affine"
)


def affine(x, scale, shift):
    """x * scale + shift with one rounding, like a fused multiply and add."""
    return _affine(x, scale, shift)


def subtract_scaled(y, a, x):
    """y -= a * x in place."""
    _subtract_scaled(a, x, y)


def root_plus(x, eps):
    """sqrt(x) + eps."""
    return _root_plus(x, eps)
