"""Dropout: elements set to zero at random, so that no unit can rely on another.

Each function takes `training`, False for the input itself, and `inplace`, to write into the input.
"""

import math
import warnings

from minitorch.autograd.rebase import write
from minitorch.autograd.refusals import require_bool
from minitorch.autograd.tensor import function, wrap
from minitorch.backend.dtypes import SCALAR_NAMES
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.elementwise import mul
from minitorch.ops.making import require_tensor
from minitorch.ops.random import source
from minitorch.ops.shape import squeeze, unsqueeze

FLOOR = 1.7580993408473766  # -FLOOR is the limit of SELU far below 0


def dropout(input, p=0.5, training=True, inplace=False):
    """Each element is 0 with probability p, else input / (1 - p), so that the mean stays.

    p  in [0, 1]

    Srivastava and others, Dropout, JMLR 15, 2014.
    """
    return drop(input, elements, p, training, inplace)


def dropout1d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of (N, C, L) or (C, L)."""
    if input.ndim not in (2, 3):
        raise ShapeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.ndim}D input. Note that "
            "dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, "
            "a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs)."
        )
    return of_channels(feature_dropout, input, input.ndim == 3, p, training, inplace)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of (N, C, H, W). Of three dimensions it makes (N, C, L).

    Tompson and others, 2015, arXiv:1411.4280, section 3.2.
    """
    warn_of_rank(2, input.ndim)
    if input.ndim == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout "
            "behavior is desired - input is interpreted as shape (N, C, L), where C is the channel "
            "dim. This behavior will change in a future release to interpret the input as one "
            "without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise "
            "dropout behavior, please switch to using dropout1d instead.",
            stacklevel=2,
        )
    return feature_dropout(input, p, training, inplace)


def dropout3d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of (N, C, D, H, W) or (C, D, H, W)."""
    warn_of_rank(3, input.ndim)
    return of_channels(feature_dropout, input, input.ndim == 5, p, training, inplace)


def warn_of_rank(rank, ndim):
    if ndim not in (rank + 1, rank + 2):
        warnings.warn(
            f"dropout{rank}d: Received a {ndim}-D input to dropout{rank}d, which is deprecated and "
            "will result in an error in a future release. To retain the behavior and silence this "
            "warning, please use dropout instead. Note that dropout"
            f"{rank}d exists to provide channel-wise dropout on inputs with {rank} spatial "
            f"dimensions, a channel dimension, and an optional batch dimension (i.e. {rank + 1}D "
            f"or {rank + 2}D inputs).",
            stacklevel=3,
        )


def of_channels(f, input, batched, p, training, inplace):
    """`f`, which takes (N, C, ...), of an input that may lack the first dimension."""
    if batched:
        return f(input, p, training, inplace)
    y = squeeze(f(unsqueeze(input, 0), p, training, inplace), 0)
    return input if inplace else y


def feature_dropout(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of (N, C, ...)."""
    return drop(input, channels, p, training, inplace)


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Each element is what SELU tends to far below 0 with probability p; mean and variance stay.

    Klambauer and others, Self-Normalizing Neural Networks, 2017, arXiv:1706.02515.
    """
    return drop_to_floor(input, elements, p, training, inplace)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """`alpha_dropout` of whole channels of (N, C, ...)."""
    return drop_to_floor(input, channels, p, training, inplace)


def elements(shape):
    """One number for each element."""
    return shape


def channels(shape):
    """The shape with one number for each channel."""
    if len(shape) < 2:
        raise ShapeError("Feature dropout requires at least 2 dimensions in the input")
    return (*shape[:2], *[1] * (len(shape) - 2))


def drop(input, parts, p, training, inplace):
    """The elements that share a number in the shape that `parts` gives live or die together."""
    require_bool("dropout", train=training)
    if idle(input, p, training):
        return input
    p = float(p)  # it may be a 0-d tensor
    mask = wrap(laid_out(drawn_mask(input, parts(input.array.shape), p), input.array))
    return write(input, lambda x: mul(x, mask)) if inplace else mul(input, mask)


def drop_to_floor(input, parts, p, training, inplace):
    """`drop`, but what dies becomes -FLOOR, and all is scaled to mean 0 and variance 1."""
    if idle(input, p, training):
        return input
    p = float(p)
    scale = 1 / math.sqrt((FLOOR * FLOOR * p + 1) * (1 - p)) if p < 1 else 0
    array, number = input.array, input.array.dtype.type
    kept = source(None, input.device).uniform(parts(array.shape), array.dtype) >= p
    mask = wrap(laid_out(kept * number(scale), array))
    floor = kept * number(FLOOR * scale) + number(FLOOR * scale * (p - 1))
    floor = wrap(laid_out(floor, array))

    def revived(x):
        return x * mask + floor

    return write(input, revived) if inplace else revived(input)


def laid_out(mask, array):
    """`mask` with its axes in memory in the order of those of `array`, for the product to have."""
    if mask.shape != array.shape or array.flags.c_contiguous:
        return mask
    y = namespace(array).empty_like(array)
    y[...] = mask
    return y


def idle(input, p, training):
    """Whether nothing is to be dropped."""
    require_tensor("dropout", input)
    if not 0 <= p <= 1:
        raise ShapeError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0:
        return True
    if not input.dtype.is_floating_point:
        raise DtypeError(
            "result type Float can't be cast to the desired output type "
            f"{SCALAR_NAMES[input.dtype.name]}\n"
            "  dropout needs floats: convert with .float()"
        )
    return False


def drawn_mask(input, shape, p):
    """An array of that shape like `input`: 0 with probability p, else 1 / (1 - p)."""
    scale = 1 / (1 - p) if p < 1 else 0
    return source(None, input.device).mask(shape, p, scale, input.array.dtype)


def of_minitorch(f, name, inplace):
    """`f` as minitorch offers it: without defaults, in place under a name that ends so."""

    def call(input, p, train):
        return f(input, p, train, inplace)

    call.__name__, call.__doc__ = name, f.__doc__
    return function(call)


for f in (dropout, feature_dropout, alpha_dropout, feature_alpha_dropout):
    of_minitorch(f, f.__name__, False)
    of_minitorch(f, f"{f.__name__}_", True)
