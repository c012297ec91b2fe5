"""What ops need and NumPy has no function for (or a slow one), over NumPy arrays.

`cupy_kernels.py` holds the same names and signatures for the GPU.
"""

import math

import numpy as np

from minitorch.backend.blas import axpy
from minitorch.backend.errors import ShapeError
from minitorch.backend.threads import beside  # noqa: F401  a kernel like the others

# Freed memory goes back to the system if it is more than the largest block that glibc has seen
# freed. Let it see the largest that counts: the step of a convnet takes 16.3 ms instead of 20.5,
# with 1536 page faults fewer. Other allocators don't mind.
np.empty((1 << 25) - (1 << 13), np.uint8)

MANY = 1 << 13  # elements, of which bits are chosen rather than numbers
BITS = {2: np.int16, 4: np.int32}  # by the size of a number in bytes; 8 gain nothing

# As operands 0.3 us faster than Python numbers.
ZERO = np.array(0, np.float32)
ONE = np.array(1, np.float32)
LEAST_LOG = np.array(-100, np.float32)
LEAST_SPREAD = np.array(1e-12, np.float32)
NAN = np.array(np.nan, np.float32)


def relu(x):
    """max(x, 0); np.maximum takes 400 us for a million, np.clip 115, but 4 more for a few."""
    if x.size > 1 << 12 and x.dtype.kind == "f":
        return x.clip(0, np.inf)
    return np.maximum(x, ZERO if x.dtype.char == "f" else 0)


def zero_where(mask, g):
    """0 where the mask says, else g; g * ~mask would make NaN of infinite g.

    np.where guesses the branch of each element, which takes 4.8 ms for a million, this 0.3.
    """
    if g.size < 512 or g.dtype.kind != "f":
        return np.where(mask, g.dtype.type(0), g)
    kept = np.empty_like(g)
    bits = kept.view(f"i{g.itemsize}")
    bits[...] = np.subtract(mask.view(np.int8), 1, dtype=np.int8)
    bits &= g.view(bits.dtype)
    return kept


def relu_share(g, y):
    """g where y is positive, else 0: the gradient of `relu`, whose value is y."""
    if g.size < 512 or g.dtype.kind != "f":
        return zero_where(y <= 0, g)
    kept = np.empty_like(g)
    bits = kept.view(f"i{g.itemsize}")
    np.less_equal(y, 0, bits)
    bits -= 1
    bits &= g.view(bits.dtype)
    return kept


def tanh_share(g, y):
    """g * (1 - y * y): the gradient of tanh, whose value is y."""
    return g * (1 - y * y)


def expand(x, shape):
    """`x` broadcast to `shape`; what comes out may be read-only.

    Filling 16 elements takes 0.3 us where `np.full` takes 0.8 and `np.broadcast_to` 2.4.
    """
    if x.shape == shape:
        return x
    if x.size == 1 and 1 not in shape:
        filled = np.empty(shape, x.dtype)
        filled[...] = x
        return filled
    return np.broadcast_to(x, shape)


def dense(x, images=False):
    """`x`, or a copy that lies in memory row by row; `images`: all channels of a pixel may lie
    together.
    """
    if x.flags.c_contiguous:
        return x
    together = images and x.ndim == 4 and x.transpose(0, 2, 3, 1).flags.c_contiguous
    return x if together else np.ascontiguousarray(x)


def transpose(x, axes=None):
    """The axes in another order, reversed without `axes`; `np.transpose` takes 0.7 us more."""
    return x.transpose(axes)


def swapaxes(x, axis1, axis2):
    """The two axes exchanged; `np.swapaxes` takes 0.7 us more."""
    return x.swapaxes(axis1, axis2)


def amax(x, axis=None, keepdims=False):
    """The largest elements over `axis`; `np.amax` takes 1.5 us more."""
    return np.maximum.reduce(x, axis, None, None, keepdims)  # type: ignore[call-overload]  # a bool


def amin(x, axis=None, keepdims=False):
    """The smallest elements over `axis`; `np.amin` takes 1.5 us more."""
    return np.minimum.reduce(x, axis, None, None, keepdims)  # type: ignore[call-overload]  # a bool


def astype(x, dtype):
    """A copy of `x` of the NumPy dtype `dtype`; what it cannot hold becomes inf, or any integer."""
    order = "C" if 0 in x.strides else "K"  # what was broadcast has no order to be kept
    if x.dtype.kind != "f":
        return x.astype(dtype, order)
    with np.errstate(over="ignore", invalid="ignore"):
        return x.astype(dtype, order)


def where(condition, x, y):
    """x where the condition holds, else y.

    Of large arrays the bits are chosen: half a million float32 take 0.24 ms. NumPy's takes 0.3 or,
    as it guesses each branch, 1.9 where that can't be foreseen, as of the sign of activations.
    """
    if type(condition) is not np.ndarray or condition.size < MANY:
        return np.where(condition, x, y)
    dtype = np.result_type(x, y)
    kind = BITS.get(dtype.itemsize)
    if kind is None or condition.dtype != bool:
        return np.where(condition, x, y)
    x, y = (np.asarray(each, dtype).view(kind) for each in (x, y))
    chosen = x ^ y
    if chosen.shape != np.broadcast_shapes(chosen.shape, condition.shape):
        return np.where(condition, x, y).view(dtype)
    mask = condition.astype(kind)
    chosen &= np.negative(mask, mask)
    chosen ^= y
    return chosen.view(dtype)


def sigmoid(x):
    """1 / (1 + exp(-x)) in one buffer."""
    if not x.ndim:
        return 1 / (1 + np.exp(-x))
    y = np.negative(x)
    np.exp(y, y)
    np.add(y, ONE, y)
    return np.divide(ONE, y, y)


def sigmoid_share(g, y):
    """g * (1 - y) * y in one buffer."""
    if not y.ndim:
        return g * (1 - y) * y
    share = y * y
    np.subtract(y, share, share)
    return np.multiply(share, g, share)


def logaddexp(x, y):
    """log(exp(x) + exp(y)), without overflow: 5 ns an element, where NumPy's takes 40."""
    return _log_of_sum(x, y, np.exp, 1)


def logaddexp2(x, y):
    """log2(2**x + 2**y), likewise."""
    return _log_of_sum(x, y, np.exp2, math.log(2))


def _log_of_sum(x, y, exp, base):
    share = exp(-np.abs(x - y))
    more = np.log1p(np.where(x == y, 1, share)) / base
    return np.maximum(x, y) + more.astype(share.dtype, copy=False)


def power(x, exponent):
    """x to the power of an array or a number.

    NumPy's takes 140 ns for the whole power of a negative number, 1 ns for that of its size.
    """
    if not isinstance(exponent, int | float):
        return _powers(x, exponent)
    if x.dtype.kind != "f" or exponent % 1 != 0 or exponent in (-1, 1):
        return x**exponent
    size = np.abs(x) ** exponent
    return np.copysign(size, x) if exponent % 2 else size


def _powers(x, exponents):
    """x to the power of an array: negative numbers as positive ones, with a sign or nan."""
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f" or not (x < 0).any():
        return np.power(x, exponents)
    y = np.power(np.abs(x), exponents)
    half = exponents * 0.5
    whole = np.floor(exponents) == exponents
    y = np.where(whole & (np.floor(half) != half), np.copysign(y, x), y)
    return np.where(whole | (x >= 0) | (x == -np.inf), y, np.nan)


def matmul(x, other, out=None):
    """Matrix product by NumPy's rules; of two small matrices `dot` takes 0.5 us, `matmul` 1.0."""
    return x.dot(other, out) if x.ndim == 2 == other.ndim else np.matmul(x, other, out)


def linear(x, weight, bias):
    """x @ weight.T + bias.

    With fewer rows than outputs the transposed product is 10 to 45 % faster, its transposing copy
    included: BLAS prepares the narrower matrix for itself.
    """
    if x.ndim == 2 == weight.ndim:
        if 1 < len(x) < len(weight) and bias is not None and bias.ndim < 2:
            return np.add(weight.dot(x.T).T, bias, order="C")
        y = x.dot(weight.T)
    else:
        y = np.matmul(x, weight.T)
    if bias is not None:
        np.add(y, bias, y)
    return y


def bernoulli_terms(x, target):
    """-(target * log(x) + (1 - target) * log(1 - x)), where no logarithm counts below -100.

    Raises RuntimeError unless all targets are in [0, 1].
    """
    yes = np.maximum(np.log(x), LEAST_LOG)
    no = np.maximum(np.log1p(-x), LEAST_LOG)
    against = target - ONE
    if x.size and np.maximum.reduce(against * target, None) > 0:
        require_probabilities(target, "target")
    return (against * no - yes * target).astype(x.dtype, copy=False)  # float16 was widened


def bernoulli_share(x, target, g):
    """(x - target) / ((1 - x) * x) * g: the derivative of `bernoulli_terms`; g may be a number."""
    spread = (ONE - x) * x
    share = (x - target) / np.maximum(spread, LEAST_SPREAD) * g
    return share.astype(x.dtype, copy=False)


def require_probabilities(x, name, loss=NAN):
    """Raise RuntimeError unless all of `x` is in [0, 1]; look only if `loss` shows it may be so.

    loss  what was computed of the logarithms of x and 1 - x: nan, if one is of a negative number
    """
    total = loss.sum() if loss.shape else loss
    if total != total and x.size:  # noqa: PLR0124  nan; np.isnan takes 0.3 us
        low, high = x.min(), x.max()
        if not (low >= 0 and high <= 1):
            raise ShapeError(
                f"all elements of {name} should be between 0 and 1\n"
                f"  {name} {x.shape} lies in [{low}, {high}]: probabilities come out of sigmoid; "
                "for logits there is binary_cross_entropy_with_logits"
            )


def class_shares(target, weight, classes, ignore_index, reduction, dtype):
    """Where the class of each row stands in (N, classes), and how much the row counts.

    target   (N,) int64 in [0, classes), or ignore_index
    weight   (classes,) or None: how much a class counts
    returns  index arrays, for ignored rows of class 0; shares (N,) of `dtype`, or () where all are
             equal; with reduction "mean" they make up 1

    Raises IndexError for a class out of range.
    """
    n = len(target)
    rows = np.arange(n)
    # As unsigned numbers negative ones are large: one pass instead of two.
    in_range = n and np.maximum.reduce(target.view(np.uint64)) < classes
    if in_range and not 0 <= ignore_index < classes:
        if weight is None:
            return (rows, target), np.asarray(1 / n if reduction == "mean" else 1, dtype)
        share = weight[target]
    else:
        counts = target != ignore_index
        wrong = target[counts & ((target < 0) | (target >= classes))]
        if wrong.size:
            raise IndexError(
                f"Target {wrong[0]} is out of bounds.\n"
                f"  classes are 0 to {classes - 1}, as many as input has along its second axis; "
                f"ignore_index is {ignore_index}"
            )
        target = np.where(counts, target, 0)
        share = counts.astype(dtype) if weight is None else np.where(counts, weight[target], 0)
    if reduction == "mean":
        whole = np.add.reduce(share)
        share = share / (whole if whole else 1)
    return (rows, target), share


def nll(x, target, weight, ignore_index, reduction, smoothing=0.0):
    """-x[n, target[n]] times the share of each row n, reduced; and key and shares as above.

    smoothing  the part of x[n, target[n]] in whose place the mean of the row comes
    """
    key, share = class_shares(target, weight, x.shape[1], ignore_index, reduction, x.dtype)
    picked, each = x[key], reduction == "none"
    if smoothing:
        picked = picked * (1 - smoothing) + x.sum(axis=1) * (smoothing / x.shape[1])
    if not share.ndim:
        return picked * -share if each else picked.sum() * -share, key, share
    # What has no share may be infinite; 0, not -0.
    y = np.where(share != 0, picked, x.dtype.type(-0.0)) * -share
    if each:
        return y, key, share
    if reduction == "mean" and not share.any():
        return NAN.astype(x.dtype), key, share
    return y.sum(), key, share


def nll_share(g, share, key, shape):
    """Zeros of `shape` with -share * g at `key`: the gradient of `nll`."""
    y = np.zeros(shape, g.dtype)
    y[key] = -share * g
    return y


def softmax_less_one_hot(x, share, g, key, smoothing=0.0):
    """(exp(x) less 1 at `key`) * share * g, in one buffer; x (N, C), share and g (N,) or ().

    smoothing  the share of that 1 which all classes have alike
    """
    y, scale = np.exp(x), share * g
    y[key] -= 1 - smoothing
    if smoothing:
        y -= smoothing / x.shape[1]
    y *= scale.reshape(-1, 1) if scale.ndim else scale
    return y


def subtract_scaled(y, a, x):
    """y -= a * x in place, by BLAS; else piece by piece, where what is computed on the way takes
    8192 numbers. 100,000 take 14 us and 44.
    """
    if y.size >= 8192 and y.dtype is x.dtype and y.shape == x.shape and y.dtype.char in "fd":
        add = axpy(y.dtype.char)
        if add and y.flags.c_contiguous and x.flags.c_contiguous:
            add(y.size, -float(a), x.ctypes.data, 1, y.ctypes.data, 1)
            return
    whole = y.size - y.size % 8192
    if whole and y.ndim == 1:
        for part, its_x in zip(y[:whole].reshape(-1, 8192), x[:whole].reshape(-1, 8192)):
            part -= its_x * a
        y, x = y[whole:], x[whole:]
    y -= x * a


def affine(x, scale, shift):
    """x * scale + shift with one rounding, like a fused multiply and add."""
    return (x.astype(np.float64) * scale + shift).astype(x.dtype)


def root_plus(x, eps):
    """sqrt(x) + eps, in one buffer."""
    y = np.sqrt(x)
    y += eps
    return y
