"""How far a model's output is from what is wanted.

Each loss compares element by element, or row by row, and brings the numbers together by
`reduction`: "mean" (the default), "sum", or "none", which leaves them as they are.
"""

import math
import warnings

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.tensor import Size, wrap
from minitorch.backend.dtypes import uint8
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.activation import log1p_exp, log_softmax
from minitorch.ops.elementwise import log, log1p, maximum, where
from minitorch.ops.reduce import require_float


def combine(y, weight, reduction):
    """The loss that the numbers `y` make up, and the factor by which each of them enters it."""
    if weight is not None:
        y = y * weight
    if reduction == "mean":
        count = math.prod(y.shape)
        factor = 1 / count if count else math.nan
        y = y.sum() * factor
    else:
        factor = 1
        y = y if is_none(reduction) else y.sum()
    return y, factor if weight is None else weight * factor


def is_none(reduction):
    """Whether numbers stay as they are. Raises ValueError for a reduction that there isn't."""
    if reduction not in ("mean", "sum", "none"):
        raise ShapeError(f"{reduction} is not a valid value for reduction")
    return reduction == "none"


def refuse(name):
    """The vjp of an input that must be constant, as in PyTorch."""

    def vjp(g):
        raise RuntimeError(
            f"The loss is not differentiable with respect to argument '{name}'. This input cannot "
            f"have requires_grad True: hand in {name}.detach()"
        )

    return vjp


no_weight = refuse("weight")
no_pos_weight = refuse("pos_weight")


# -------------------------------------------------------------------- numbers


def warn_of_sizes(x, target):
    if x.shape != target.shape:
        warnings.warn(
            f"Using a target size ({Size(target.shape)}) that is different to the input size "
            f"({Size(x.shape)}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            stacklevel=4,
        )


@op(public=False)
def mse_loss(x, target, /, *, reduction="mean"):
    """(x - target) squared."""
    warn_of_sizes(x, target)
    require_float("mse_loss", x)
    away = x - target
    y, factor = combine(away * away, None, reduction)
    return (
        y,
        lambda g: away * (g * (2 * factor)),
        lambda g: away * (g * (-2 * factor)),
    )


@op(public=False)
def l1_loss(x, target, /, *, reduction="mean"):
    """|x - target|; the derivative where they are equal is 0."""
    warn_of_sizes(x, target)
    require_float("l1_loss", x)
    xp = namespace(x)
    away = x - target
    y, factor = combine(xp.absolute(away), None, reduction)
    return (
        y,
        lambda g: xp.sign(away) * (g * factor),
        lambda g: xp.sign(away) * (g * -factor),
    )


@op(public=False)
def huber_loss(x, target, /, reduction="mean", delta=1.0):
    """Half the square of x - target up to a distance of delta > 0, from there on straight.

    Huber, Robust Estimation of a Location Parameter, 1964.
    """
    if delta <= 0:
        raise ShapeError("huber_loss does not support non-positive values for delta.")
    warn_of_sizes(x, target)
    require_float("huber_loss", x)
    xp = namespace(x)
    away = x - target
    near = xp.clip(away, -delta, delta)
    y, factor = combine(near * (away - 0.5 * near), None, reduction)
    return y, lambda g: near * (g * factor), lambda g: near * (g * -factor)


def smooth_l1_loss(input, target, *, reduction="mean", beta=1.0):
    """`huber_loss` over beta, so that it is `l1_loss` far out; with beta = 0 everywhere.

    Girshick, Fast R-CNN, 2015, arXiv:1504.08083, equation 3.
    """
    if beta < 0:
        raise ShapeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    return huber_loss(input, target, reduction, beta) / beta


# -------------------------------------------------------------------- yes or no


@op(promote=None, public=False)
def binary_cross_entropy(x, target, weight=None, /, *, reduction="mean"):
    """-(target * log(x) + (1 - target) * log(1 - x)), where no logarithm counts below -100.

    x       probabilities of "yes", in [0, 1]
    target  of the same shape and dtype, in [0, 1]
    weight  of each element; broadcasts

    Raises RuntimeError for probabilities out of range, on the CPU.
    """
    if x.shape != target.shape:
        raise ShapeError(
            f"Using a target size ({Size(target.shape)}) that is different to the input size "
            f"({Size(x.shape)}) is deprecated. Please ensure they have the same size.\n"
            "  target.unsqueeze(1) makes (N, 1) of (N,), x.squeeze(1) the reverse"
        )
    if x.dtype != target.dtype:
        raise DtypeError(
            f"Found dtype {target.dtype} but expected {x.dtype}\n"
            "  binary_cross_entropy wants targets of the input's dtype: target.to(input.dtype)"
        )
    xp = namespace(x)
    y, factor = combine(xp.bernoulli_terms(x, target), weight, reduction)
    xp.require_probabilities(x, "input", y)
    return (
        y,
        lambda g: xp.bernoulli_share(x, target, g * factor),
        lambda g: (xp.maximum(xp.log1p(-x), -100) - xp.maximum(xp.log(x), -100)) * (g * factor),
        no_weight,
    )


@op(promote=None, public=False)
def binary_cross_entropy_with_logits(
    x, target, weight=None, pos_weight=None, /, *, reduction="mean"
):
    """`binary_cross_entropy` of sigmoid(x), exact for large |x|: log(1 + exp(x)) - target * x.

    x           logits, any number
    target      of the same shape, in [0, 1]
    weight      of each element; broadcasts
    pos_weight  factor of the share of "yes", per class in the last axis; broadcasts
    """
    if x.shape != target.shape:
        raise ShapeError(
            f"Target size ({Size(target.shape)}) must be the same as input size ({Size(x.shape)})\n"
            "  target.unsqueeze(1) makes (N, 1) of (N,), x.squeeze(1) the reverse"
        )
    if target.dtype.kind != "f":
        raise DtypeError(
            f"result type {x.dtype} can't be cast to the desired output type {target.dtype}\n"
            "  binary_cross_entropy_with_logits wants floats as targets: target.to(input.dtype)"
        )
    xp = namespace(x)
    if pos_weight is None:
        y, factor = combine(log1p_exp(x) - x * target, weight, reduction)
        return (
            y,
            lambda g: (xp.sigmoid(x) - target) * (g * factor),
            lambda g: -x * (g * factor),
            no_weight,
            no_pos_weight,
        )
    # log(sigmoid(x)) = -log(1 + exp(-x)) is what pos_weight multiplies.
    count = (pos_weight - 1) * target + 1
    missed = log1p_exp(-x)
    y, factor = combine((1 - target) * x + count * missed, weight, reduction)
    return (
        y,
        lambda g: (1 - target - count * xp.sigmoid(-x)) * (g * factor),
        lambda g: ((pos_weight - 1) * missed - x) * (g * factor),
        no_weight,
        no_pos_weight,
    )


def bernoulli_terms(x, target):
    """The kernel of this name, on Tensors."""
    yes, no = maximum(log(x), -100), maximum(log1p(-x), -100)
    return (target - 1) * no - yes * target


def bernoulli_share(x, target, g):
    """The kernel of this name, on Tensors."""
    return (x - target) / maximum((1 - x) * x, 1e-12) * g


TENSOR_FUNCTIONS.bernoulli_terms = bernoulli_terms
TENSOR_FUNCTIONS.bernoulli_share = bernoulli_share
TENSOR_FUNCTIONS.require_probabilities = lambda *_: None  # the first reading has done it


# -------------------------------------------------------------------- one of several classes


@op(promote=None, public=False, shown="NllLoss")
def nll_of_rows(x, target, weight=None, /, ignore_index=-100, reduction="mean"):
    """-x[n, target[n]] * weight[target[n]] for each row n; "mean" divides by the sum of weights.

    x       (N, C) logarithms of probabilities
    target  (N,) int64 in [0, C), or ignore_index: such a row doesn't count
    weight  (C,) of each class
    """
    xp, shape = namespace(x), x.shape
    key, share = xp.class_shares(target, weight, shape[1], ignore_index, reduction, x.dtype)
    return (
        total(x[key], share, reduction),
        lambda g: xp.put_add(-share * g, key, shape, True),
        None,
        no_weight,
    )


@op(promote=None, public=False, shown="NllLoss")
def cross_entropy_of_rows(x, target, weight=None, /, ignore_index=-100, reduction="mean"):
    """`nll_of_rows` of log_softmax(x, 1): the gradient of a row is softmax less one-hot."""
    require_float("cross_entropy", x)
    xp = namespace(x)
    log_p = xp.log_softmax(x, 1)
    key, share = xp.class_shares(target, weight, x.shape[1], ignore_index, reduction, x.dtype)
    return (
        total(log_p[key], share, reduction),
        lambda g: xp.softmax_less_one_hot(log_p, share * g, key),
        None,
        no_weight,
    )


def total(picked, share, reduction):
    """-picked * share, or the sum of it; a mean over no rows is nan."""
    each = is_none(reduction)
    if not share.ndim:
        return picked * -share if each else picked.sum() * -share
    xp = namespace(picked)
    y = xp.where(share != 0, picked, 0) * -share  # what has no share may be infinite
    if each:
        return y
    return xp.where((share != 0).any(), y.sum(), math.nan) if reduction == "mean" else y.sum()


@op(promote=None, public=False)
def softmax_less_one_hot(x, scale, /, key):
    """(exp(x) less 1 at `key`) * scale: the gradient of cross-entropy in one array.

    x      (N, C) logarithms of probabilities
    scale  (N,) or ()
    key    index arrays of one element per row
    """
    xp, column = namespace(x), scale.reshape(-1, 1)
    return (
        xp.softmax_less_one_hot(x, scale, key),
        lambda g: g * xp.exp(x) * column,
        lambda g: (g * xp.exp(x)).sum(axis=1) - g[key],
    )


def class_shares(target, weight, classes, ignore_index, reduction, dtype):
    """The kernel `class_shares` on Tensors: all that it returns is constant."""
    weight = None if weight is None else weight.array
    shares = namespace(target.array).class_shares
    key, share = shares(target.array, weight, classes, ignore_index, reduction, dtype.dtype)
    return key, wrap(share)


TENSOR_FUNCTIONS.class_shares = class_shares


def nll_loss(input, target, weight=None, *, ignore_index=-100, reduction="mean"):
    """The negative of each row's entry at its class, such as of log_softmax(x, 1).

    input   (N, C), (C,), or (N, C, d1, ...)
    target  (N,),   (),   or (N, d1, ...): classes in [0, C), or ignore_index
    weight  (C,) of each class; the mean is over the weights of the targets

    Raises IndexError for a class out of range, on the CPU.
    """
    return by_rows(nll_of_rows, input, target, weight, ignore_index, reduction)


def cross_entropy(
    input, target, weight=None, *, ignore_index=-100, reduction="mean", label_smoothing=0.0
):
    """How unlikely the targets are when log-probabilities are log_softmax(input).

    input            (N, C), (C,), or (N, C, d1, ...): any numbers, no softmax before
    target           as in `nll_loss`; or of input's shape: the probability of each class
    weight           (C,) of each class
    ignore_index     the target that doesn't count
    label_smoothing  share of the target that goes to all classes alike, in [0, 1]

    Szegedy and others, Rethinking the Inception Architecture, 2015, arXiv:1512.00567, section 7.
    """
    if label_smoothing == 0 and input.array.shape != target.array.shape:
        return by_rows(cross_entropy_of_rows, input, target, weight, ignore_index, reduction)
    if not 0 <= label_smoothing <= 1:
        raise ShapeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if input.array.shape == target.array.shape:
        return with_probabilities(input, target, weight, ignore_index, reduction, label_smoothing)
    log_p = log_softmax(input, 1 if input.ndim > 1 else 0)
    exact = nll_loss(log_p, target, weight, ignore_index=ignore_index, reduction=reduction)
    smooth = smooth_part(log_p, target, weight, ignore_index, reduction)
    classes = input.shape[1 if input.ndim > 1 else 0]
    return (1 - label_smoothing) * exact + label_smoothing / classes * smooth


def with_probabilities(input, target, weight, ignore_index, reduction, label_smoothing):
    """Cross-entropy where `target` holds the probability of each class."""
    if target.array.dtype.kind != "f":
        raise DtypeError(
            "Expected floating point type for target with class probabilities, got "
            f"{target.dtype}\n  classes as integers have input's shape without the class axis"
        )
    if ignore_index >= 0:
        raise ShapeError("ignore_index is not supported for floating point target")
    axis = 1 if input.ndim > 1 else 0
    classes = input.shape[axis]
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / classes
    y = log_softmax(input, axis) * target
    if weight is not None:
        y = y * per_class(weight, classes, input.ndim - 1 - axis)
    y = -y.sum(axis)
    return combine(y, None, reduction)[0]


def smooth_part(log_p, target, weight, ignore_index, reduction):
    """What label smoothing adds: the sum over the classes, of the rows that count."""
    axis = 1 if log_p.ndim > 1 else 0
    classes = log_p.shape[axis]
    if weight is not None:
        log_p = log_p * per_class(weight, classes, log_p.ndim - 1 - axis)
    counts = target != ignore_index
    y = where(counts, -log_p.sum(axis), 0)
    if reduction != "mean":
        return combine(y, None, reduction)[0]
    each = 1 if weight is None else weight[where(counts, target, 0)]
    return y.sum() / (counts * each).sum()


def per_class(weight, classes, trailing):
    """`weight` with `trailing` axes behind it."""
    require_weights(weight, classes)
    return weight.reshape(-1, *[1] * trailing)


def require_weights(weight, classes):
    if tuple(weight.shape) != (classes,):
        raise ShapeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but "
            f"got weight tensor of shape: {list(weight.shape)}"
        )


def by_rows(loss, input, target, weight, ignore_index, reduction):
    """`loss`, which takes (N, C) and (N,), on all the shapes that `nll_loss` takes."""
    x, classes = input.array, target.array
    plain = x.ndim == 2 and classes.shape == x.shape[:1]
    if not plain:
        require_classes_for(x.shape, classes.shape)
    if classes.dtype.kind != "i" or classes.itemsize != 8:
        if target.dtype is not uint8:
            raise DtypeError(
                f"expected target dtype to be Long or Byte, but got {target.dtype}\n"
                "  classes are integers: target.long(); probabilities have input's shape"
            )
        target = target.long()
    if weight is not None:
        require_weights(weight, x.shape[min(1, x.ndim - 1)])
        if weight.dtype is not input.dtype:
            raise DtypeError(f"expected scalar type {input.dtype} but found {weight.dtype}")
        if weight.requires_grad:
            raise RuntimeError(
                "The function 'nll_loss_forward' is not differentiable with respect to argument "
                "'weight'. This input cannot have requires_grad True."
            )
    if plain:
        return loss(input, target, weight, ignore_index, reduction)
    rows = input.reshape(1, -1) if x.ndim == 1 else input.movedim(1, -1).reshape(-1, x.shape[1])
    y = loss(rows, target.reshape(-1), weight, ignore_index, reduction)
    return y.reshape(classes.shape) if reduction == "none" else y


def require_classes_for(shape, classes):
    """Raise PyTorch's error where classes of this shape don't suit an input of `shape`."""
    if not shape:
        raise ShapeError("Expected 1 or more dimensions (got 0)")
    if len(shape) == 1 and classes in ((), (1,)):
        return
    if len(shape) == 1 or (len(shape) == 2 and len(classes) > 1):
        raise ShapeError(
            "0D or 1D target tensor expected, multi-target not supported\n"
            f"  input {shape}   target {classes}: one class for each row"
        )
    if shape[:1] != classes[:1]:
        raise ShapeError(
            f"Expected input batch_size ({shape[0]}) to match target batch_size "
            f"({classes[0] if classes else 0}).\n  input {shape}   target {classes}"
        )
    wanted = [shape[0], *shape[2:]]
    if list(classes) != wanted:
        raise ShapeError(
            f"Expected target size {wanted}, got {list(classes)}\n  input {shape}: the classes are "
            "along its second axis"
        )
