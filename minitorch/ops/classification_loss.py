"""Losses between classes: each row of the input has a number for each class.

`reduction`, `size_average` and `reduce` are as in `ops.loss`.
"""

import math

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import require_kind
from minitorch.autograd.tensor import wrap
from minitorch.backend.dtypes import SCALAR_NAMES, uint8
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.activation import log_softmax, only_floats
from minitorch.ops.binary_loss import no_weight
from minitorch.ops.elementwise import where
from minitorch.ops.loss import agreed, combined
from minitorch.ops.making import require_tensor
from minitorch.ops.products import linear


@op(promote=None, public=False, shown="NllLoss", wide=True, piecewise=True)
def nll_of_rows(x, target, weight=None, /, ignore_index=-100, reduction="mean"):
    """-x[n, target[n]] * weight[target[n]] for each row n; "mean" divides by the sum of weights.

    x       (N, C) logarithms of probabilities
    target  (N,) int64 in [0, C), or ignore_index: such a row doesn't count
    weight  (C,) of each class
    """
    xp, shape = namespace(x), x.shape
    y, key, share = xp.nll(x, target, weight, ignore_index, reduction)
    return (
        y,
        lambda g: xp.nll_share(g, share, key, shape),
        None,
        no_weight,
    )


def entropy_name(node):
    """PyTorch makes the loss with label smoothing of two, which it adds."""
    return "Add" if node.settings[2] else "NllLoss"


@op(promote=None, public=False, shown=entropy_name, wide=True)
def cross_entropy_of_rows(
    x, target, weight=None, /, ignore_index=-100, reduction="mean", label_smoothing=0.0
):
    """`nll_of_rows` of log_softmax(x, 1): the gradient of a row is softmax less one-hot.

    With label smoothing, here without weights, that share of the probability wanted goes to all
    classes alike.
    """
    only_floats("log_softmax_lastdim_kernel_impl", x)
    xp = namespace(x)
    log_p = xp.log_softmax(x, 1)
    y, key, share = xp.nll(log_p, target, weight, ignore_index, reduction, label_smoothing)
    return (
        y,
        lambda g: xp.softmax_less_one_hot(log_p, share, g, key, label_smoothing),
        None,
        no_weight,
    )


@op(promote=None, public=False)
def softmax_less_one_hot(x, share, g, /, key, smoothing=0.0):
    """(exp(x) less 1 at `key`) * share * g: the gradient of cross-entropy in one array.

    x          (N, C) logarithms of probabilities
    share, g   (N,) or ()
    key        index arrays of one element per row
    smoothing  the share of that 1 which all classes have alike
    """
    xp, column = namespace(x), (share * g).reshape(-1, 1)

    def of_rows(h):
        y = (h * xp.exp(x)).sum(axis=1) - h[key] * (1 - smoothing)
        return y - h.sum(axis=1) * (smoothing / x.shape[1]) if smoothing else y

    return (
        xp.softmax_less_one_hot(x, share, g, key, smoothing),
        lambda h: h * xp.exp(x) * column,
        lambda h: of_rows(h) * g,
        lambda h: of_rows(h) * share,
    )


def nll(x, target, weight, ignore_index, reduction, smoothing=0.0):
    """The kernel `nll` on Tensors; key and shares are constant."""
    shares = namespace(target.array).class_shares
    weight, dtype = None if weight is None else weight.array, x.array.dtype
    key, share = shares(target.array, weight, x.shape[1], ignore_index, reduction, dtype)
    share, picked = wrap(share), x[key]
    if smoothing:
        picked = picked * (1 - smoothing) + x.sum(1) * (smoothing / x.shape[1])
    # What has no share may be infinite.
    y = picked * -share if share.ndim == 0 else where(share != 0, picked, -0.0) * -share
    if reduction == "none":
        return y, key, share
    if reduction == "mean" and share.ndim:
        return where((share != 0).any(), y.sum(), math.nan), key, share
    return y.sum(), key, share


TENSOR_FUNCTIONS.nll = nll
TENSOR_FUNCTIONS.nll_share = lambda g, share, key, shape: TENSOR_FUNCTIONS.put_add(
    -share * g, key, shape, True
)


def nll_loss(
    input,
    target,
    weight=None,
    size_average=None,
    ignore_index=-100,
    reduce=None,
    reduction="mean",
):
    """The negative of each row's entry at its class, such as of log_softmax(x, 1).

    input   (N, C), (C,), or (N, C, d1, ...)
    target  (N,),   (),   or (N, d1, ...): classes in [0, C), or ignore_index
    weight  (C,) of each class; the mean is over the weights of the targets

    Raises IndexError for a class out of range, on the CPU.
    """
    require_tensor("nll_loss_nd", input)
    require_tensor("nll_loss_nd", target, "target", 2)
    reduction = agreed(reduction, size_average, reduce)
    require_kind(input.dtype, "biu", "nll_loss_out_frame")
    return by_rows(nll_of_rows, input, target, weight, ignore_index, reduction)


def cross_entropy(
    input,
    target,
    weight=None,
    size_average=None,
    ignore_index=-100,
    reduce=None,
    reduction="mean",
    label_smoothing=0.0,
):
    """How unlikely the targets are when log-probabilities are log_softmax(input).

    input            (N, C), (C,), or (N, C, d1, ...): any numbers, no softmax before
    target           as in `nll_loss`; or of input's shape: the probability of each class
    weight           (C,) of each class
    ignore_index     the target that doesn't count
    label_smoothing  share of the target that goes to all classes alike, in [0, 1]

    Szegedy and others, Rethinking the Inception Architecture, 2015, arXiv:1512.00567, section 7.
    """
    require_tensor("cross_entropy_loss", input)
    require_tensor("cross_entropy_loss", target, "target", 2)
    reduction = agreed(reduction, size_average, reduce)
    if not 0 <= label_smoothing <= 1:
        raise ShapeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")
    if input.array.shape != target.array.shape and (weight is None or not label_smoothing):
        settings = ignore_index, reduction, label_smoothing
        return by_rows(cross_entropy_of_rows, input, target, weight, *settings)
    if input.array.shape == target.array.shape:
        return with_probabilities(input, target, weight, ignore_index, reduction, label_smoothing)
    log_p = log_softmax(input, 1 if input.ndim > 1 else 0)
    exact = nll_loss(log_p, target, weight, ignore_index=ignore_index, reduction=reduction)
    smooth = smooth_part(log_p, target, weight, ignore_index, reduction)
    classes = input.shape[1 if input.ndim > 1 else 0]
    return (1 - label_smoothing) * exact + label_smoothing / classes * smooth


def linear_cross_entropy(
    input,
    linear_weight,
    target,
    *,
    linear_bias=None,
    weight=None,
    reduction="mean",
    ignore_index=None,
    label_smoothing=0.0,
    options=None,
):
    """`cross_entropy` of linear(input, linear_weight, linear_bias).

    input          (N, E) or (E,)
    linear_weight  (C, E); or (C, d1, ..., E) for a class at each of several places
    target         as in `cross_entropy`, of logits (N, C, d1, ...)
    options        in how many parts PyTorch computes it; here it is one
    """
    if input.ndim not in (1, 2):
        raise ShapeError(f"expected input with dimensionality 1 or 2, got {input.ndim}")
    if linear_weight.ndim < 2:
        raise ShapeError(
            f"expected linear_weight with dimensionality at least 2, got {linear_weight.ndim}"
        )
    width, shape = input.shape[-1], tuple(linear_weight.shape[:-1])
    if width != linear_weight.shape[-1]:
        raise ShapeError(
            "expected equal input and linear_weight last dimensions (in_features), got "
            f"{width} and {linear_weight.shape[-1]}, respectively"
        )
    if linear_bias is not None and tuple(linear_bias.shape) != shape:
        raise ShapeError(f"expected linear_bias shape {shape}, got {tuple(linear_bias.shape)}")
    if len(shape) > 1 and input.ndim == 1:
        raise ShapeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} "
            f"requires batched input, (N, {width}), got unbatched input with shape "
            f"{tuple(input.shape)}"
        )
    if ignore_index is None:
        ignore_index = -100
    elif tuple(target.shape) == (*input.shape[:-1], *shape):
        raise ShapeError("ignore_index cannot be specified when target contains probabilities")
    bias = None if linear_bias is None else linear_bias.reshape(-1)
    logits = linear(input, linear_weight.reshape(-1, width), bias)
    return cross_entropy(
        logits.reshape(*input.shape[:-1], *shape),
        target,
        weight,
        ignore_index=ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )


def with_probabilities(input, target, weight, ignore_index, reduction, label_smoothing):
    """Cross-entropy where `target` holds the probability of each class."""
    if target.array.dtype.kind != "f":
        raise DtypeError(
            "Expected floating point type for target with class probabilities, got "
            f"{SCALAR_NAMES[target.dtype.name]}\n"
            "  classes as integers have input's shape without the class axis"
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
    return combined(y, reduction)


def smooth_part(log_p, target, weight, ignore_index, reduction):
    """What label smoothing adds: the sum over the classes, of the rows that count."""
    axis = 1 if log_p.ndim > 1 else 0
    classes = log_p.shape[axis]
    if weight is not None:
        log_p = log_p * per_class(weight, classes, log_p.ndim - 1 - axis)
    counts = target != ignore_index
    y = where(counts, -log_p.sum(axis), 0)
    if reduction != "mean":
        return combined(y, reduction)
    each = 1 if weight is None else weight[where(counts, target, 0)]
    return y.sum() / (counts * each).sum()


def per_class(weight, classes, trailing):
    """`weight` with `trailing` axes behind it."""
    require_weights(weight, classes, "cross_entropy: ")
    return weight.reshape(-1, *[1] * trailing)


def require_weights(weight, classes, which=""):
    if tuple(weight.shape) != (classes,):
        raise ShapeError(
            f"{which}weight tensor should be defined either for all {classes} classes or no "
            f"classes but got weight tensor of shape: {list(weight.shape)}"
        )


def by_rows(loss, input, target, weight, ignore_index, reduction, *others):
    """`loss`, which takes (N, C) and (N,), on all the shapes that `nll_loss` takes."""
    x, classes = input.array, target.array
    plain = x.ndim == 2 and classes.shape == x.shape[:1]
    if not plain:
        require_classes_for(x.shape, classes.shape)
    if classes.dtype.kind != "i" or classes.itemsize != 8:
        if target.dtype is not uint8:
            raise DtypeError(
                f"expected target dtype to be Long or Byte, but got "
                f"{SCALAR_NAMES[target.dtype.name]}\n"
                "  classes are integers: target.long(); probabilities have input's shape"
            )
        target = target.long()
    if weight is not None:
        require_weights(weight, x.shape[min(1, x.ndim - 1)])
        if weight.dtype is not input.dtype:
            raise DtypeError(
                f"expected scalar type {SCALAR_NAMES[input.dtype.name]} but found "
                f"{SCALAR_NAMES[weight.dtype.name]}\n  convert one with .to(dtype)"
            )
        if weight.requires_grad:
            raise RuntimeError(
                "The function 'nll_loss_forward' is not differentiable with respect to argument "
                "'weight'. This input cannot have requires_grad True."
            )
    if plain:
        return loss(input, target, weight, ignore_index, reduction, *others)
    rows = input.reshape(1, -1) if x.ndim == 1 else input.movedim(1, -1).reshape(-1, x.shape[1])
    y = loss(rows, target.reshape(-1), weight, ignore_index, reduction, *others)
    return y.reshape(classes.shape) if reduction == "none" else y


def require_classes_for(shape, classes):
    """Raise PyTorch's error where classes of this shape don't suit an input of `shape`."""
    if not shape:
        raise ShapeError("Expected 1 or more dimensions (got 0)")
    if len(shape) == 1 and classes in ((), (1,)):
        return
    if len(shape) == 1 and len(classes) == 1:
        raise ShapeError(
            f"For 1D input, 1D target must have size 1, but got target size: {classes[0]}"
        )
    if len(shape) > 1 and shape[:1] != classes[:1]:
        raise ShapeError(
            f"Expected input batch_size ({shape[0]}) to match target batch_size "
            f"({classes[0] if classes else 0}).\n  input {shape}   target {classes}"
        )
    if len(shape) <= 2 and len(classes) > 1:
        raise ShapeError(
            "0D or 1D target tensor expected, multi-target not supported\n"
            f"  input {shape}   target {classes}: one class for each row"
        )
    wanted = [shape[0], *shape[2:]]
    if list(classes) == wanted:
        return
    if len(shape) != 4:
        text = f"Expected target size {wanted}, got {list(classes)}"
    elif len(classes) != 3:
        text = (
            "only batches of spatial targets supported (3D tensors) but got targets of dimension: "
            f"{len(classes)}"
        )
    else:
        text = f"size mismatch (got input: {list(shape)} , target: {list(classes)}"
    raise ShapeError(f"{text}\n  input {shape}: the classes are along its second axis")
