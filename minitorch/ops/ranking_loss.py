"""Losses that ask for a distance: between two inputs, or between the right class and the others.

`reduction`, `size_average` and `reduce` are as in `ops.loss`.
"""

from minitorch.autograd.refusals import require_bool, require_kind
from minitorch.autograd.tensor import wrap
from minitorch.backend.dtypes import SCALAR_NAMES
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.activation import relu
from minitorch.ops.bounds import clamp
from minitorch.ops.distance import pairwise_distance
from minitorch.ops.elementwise import minimum, sqrt, where
from minitorch.ops.gather import take_along
from minitorch.ops.loss import agreed, combined

# -------------------------------------------------------------------- between inputs


def margin_ranking_loss(
    input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"
):
    """max(0, margin - target * (input1 - input2)): with target 1 the first should be larger.

    target  1 or -1
    """
    reduction = agreed(reduction, size_average, reduce)
    if not input1.ndim == input2.ndim == target.ndim:
        raise ShapeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.shape}, input2: {input2.shape}, target: {target.shape} "
        )
    return combined(clamp(-target * (input1 - input2) + float(margin), 0), reduction)


def hinge_embedding_loss(
    input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"
):
    """The distance `input` where the target is 1, max(0, margin - input) where it is -1."""
    reduction = agreed(reduction, size_average, reduce)
    near = where(target != -1, input, 0)
    return combined(near + where(target != 1, clamp(margin - input, 0), 0), reduction)


def cosine_embedding_loss(
    input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"
):
    """1 - cosine of two vectors where the target is 1, max(0, cosine - margin) where it is -1.

    input1, input2  (N, D) and target (N,), or (D,) and ()
    """
    reduction = agreed(reduction, size_average, reduce)
    if target.ndim > 1:
        raise ShapeError(
            "0D or 1D target tensor expected, multi-target not supported\n"
            f"  target {tuple(target.shape)}: one number for each row"
        )
    if not input1.ndim == input2.ndim == target.ndim + 1:
        raise ShapeError(
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input tensors, but found "
            f"inputs with sizes {list(input1.shape)} and {list(input2.shape)}."
        )
    tiny = 1e-12
    squares = ((input1 * input1).sum(-1) + tiny) * ((input2 * input2).sum(-1) + tiny)
    cosine = (input1 * input2).sum(-1) / sqrt(squares)
    near = where(target == 1, 1 - cosine, 0)
    return combined(near + where(target == -1, clamp(cosine - margin, 0), 0), reduction)


def triplet_margin_loss(
    anchor,
    positive,
    negative,
    margin=1.0,
    p=2,
    eps=1e-6,
    swap=False,
    size_average=None,
    reduce=None,
    reduction="mean",
):
    """max(0, margin + distance of anchor and positive - distance of anchor and negative).

    p, eps  as in `pairwise_distance`
    swap    take the distance of positive and negative where that is less

    Balntas and others, Learning shallow convolutional feature descriptors, 2016.
    """

    def distance(a, b):
        return pairwise_distance(a, b, p, eps)

    require_bool("triplet_margin_loss", swap=swap)
    reduction = agreed(reduction, size_average, reduce)
    return of_triplets(anchor, positive, negative, distance, margin, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor,
    positive,
    negative,
    *,
    distance_function=None,
    margin=1.0,
    swap=False,
    reduction="mean",
):
    """`triplet_margin_loss` by any distance, a function of two tensors."""
    reduction = agreed(reduction)
    distance = pairwise_distance if distance_function is None else distance_function
    return of_triplets(anchor, positive, negative, distance, margin, swap, reduction)


def of_triplets(anchor, positive, negative, distance, margin, swap, reduction):
    """The triplet loss by any `distance`; `triplet_margin_loss` says what the others are."""
    if margin <= 0:
        raise ShapeError(f"margin must be greater than 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise ShapeError(
            "The anchor, positive, and negative tensors are expected to have the same number of "
            f"dimensions, but got: anchor {anchor.ndim}D, positive {positive.ndim}D, and negative "
            f"{negative.ndim}D inputs"
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return combined(clamp(margin + near - far, 0), reduction)


# -------------------------------------------------------------------- between classes


def multi_margin_loss(
    input,
    target,
    p=1,
    margin=1.0,
    weight=None,
    size_average=None,
    reduce=None,
    reduction="mean",
):
    """By how much the other classes come nearer to the right one than `margin`, over all classes.

    input   (N, C) or (C,)
    target  (N,) or (), int64: the right class
    p       1 or 2: the power of each shortfall
    weight  (C,) of the right class
    """
    reduction = agreed(reduction, size_average, reduce)
    if p not in (1, 2):
        raise ShapeError("only p == 1 and p == 2 supported")
    if weight is not None and weight.ndim != 1:
        raise ShapeError("weight must be one-dimensional")
    input = with_classes(input)
    require_kind(input.dtype, "biu" + "h" * input.is_cpu, "multi_margin_loss_cpu_kernel")
    classes, rows = input.shape[-1], input.shape[:-1]
    size = rows.numel()
    if target.ndim > 1 or target.numel() != size:
        raise ShapeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input "
            f"samples (batch size). Expected target size [{size}], but got {list(target.shape)}. "
            f"Input has shape {list(input.shape)}."
        )
    if weight is not None and weight.numel() != classes:
        raise ShapeError(
            f"inconsistent weight size, expected {classes} but got {list(weight.shape)}"
        )
    require_long(target)
    index = target.array.reshape(*rows, 1)
    if namespace(index).outside(index, classes) is not None:
        raise ShapeError(
            f"target out of range\n  classes are 0 to {classes - 1}, as many as input has columns"
        )
    short = relu(margin - take_along(input, index, input.ndim - 1) + input)
    short = short if p == 1 else short * short
    if weight is not None:
        short = short * weight[target].reshape(*rows, 1)
    others = wrap(namespace(index).arange(classes) != index)
    y = (short * others).sum(-1) / classes
    return combined(y.reshape(target.shape), reduction)


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """By how much wrong classes come nearer to right ones than 1, over all classes.

    input   (N, C) or (C,)
    target  of that shape, int64: the right classes, as many as stand before the first -1
    """
    reduction = agreed(reduction, size_average, reduce)
    target = target if input.ndim else target.reshape(1)
    input = with_classes(input)
    kinds = "biu" + "h" * input.is_cpu
    require_kind(input.dtype, kinds, "multilabel_margin_loss_forward_out_frame")
    classes = input.shape[-1]
    if target.shape != input.shape:
        raise ShapeError(
            f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}"
        )
    require_long(target)
    given = target.array
    xp = namespace(given)
    right = (given == -1).cumsum(axis=-1) == 0
    index = xp.where(right, given, 0)
    if xp.outside(index, classes) is not None:
        raise ShapeError(
            "argument #2 'target' is out of range\n"
            f"  classes are 0 to {classes - 1}, or -1 after them"
        )
    wrong = xp.add_along(right.astype("int64"), index, given.ndim - 1, given.shape) == 0
    picked = take_along(input, index, given.ndim - 1)
    short = relu(1 - picked.unsqueeze(-1) + input.unsqueeze(-2))
    pairs = wrap(right[..., :, None] & wrong[..., None, :])
    return combined((short * pairs).sum((-2, -1)) / classes, reduction)


def with_classes(input):
    """`input`, (N, C) or (C,); of one number (1,)."""
    if not input.ndim:
        return input.reshape(1)
    if input.ndim > 2 or not input.shape[-1]:
        raise ShapeError(
            "Expected non-empty vector or matrix with optional 0-dim batch size, but got: "
            f"{list(input.shape)}"
        )
    return input


def require_long(target):
    if str(target.array.dtype) != "int64":
        raise DtypeError(
            f"expected scalar type Long but found {SCALAR_NAMES[target.dtype.name]}\n"
            "  classes are integers: target.long()"
        )
