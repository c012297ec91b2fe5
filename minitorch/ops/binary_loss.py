"""Losses of yes or no: each element of the input says how likely "yes" is.

`reduction`, `size_average` and `reduce` are as in `ops.loss`.
"""

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.backend.dtypes import SCALAR_NAMES
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.activation import log1p_exp, logsigmoid, only_floats
from minitorch.ops.bounds import clamp
from minitorch.ops.elementwise import log, log1p
from minitorch.ops.loss import agreed, combine, combined, refuse, require_reduction

no_weight = refuse("weight")
no_pos_weight = refuse("pos_weight")


def binary_cross_entropy(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean"
):
    """-(target * log(input) + (1 - target) * log(1 - input)), where no logarithm is below -100.

    input   probabilities of "yes", in [0, 1]
    target  of the same shape and dtype, in [0, 1]
    weight  of each element; broadcasts

    Raises RuntimeError for probabilities out of range, on the CPU.
    """
    reduction = agreed(reduction, size_average, reduce)
    if input.array.shape != target.array.shape:
        raise ShapeError(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}) is deprecated. Please ensure they have the same size.\n"
            "  target.unsqueeze(1) makes (N, 1) of (N,), input.squeeze(1) the reverse"
        )
    return cross_entropy_of_chances(input, target, weight, reduction)


@op(promote=None, public=False, shown="BinaryCrossEntropy", wide=True)
def cross_entropy_of_chances(x, target, weight=None, /, reduction="mean"):
    """`binary_cross_entropy` of two arrays of one shape."""
    only_floats("binary_cross_entropy", x)
    if x.dtype != target.dtype:
        raise DtypeError(
            f"Found dtype {SCALAR_NAMES[str(target.dtype)]} but expected "
            f"{SCALAR_NAMES[str(x.dtype)]}\n"
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


def binary_cross_entropy_with_logits(
    input,
    target,
    weight=None,
    size_average=None,
    reduce=None,
    reduction="mean",
    pos_weight=None,
):
    """`binary_cross_entropy` of sigmoid(input), exact for large |input|.

    input       logits, any number
    target      of the same shape, in [0, 1]
    weight      of each element; broadcasts
    pos_weight  factor of the share of "yes", per class in the last axis; broadcasts
    """
    reduction = agreed(reduction, size_average, reduce)
    if input.array.shape != target.array.shape:
        raise ShapeError(
            f"Target size ({target.shape}) must be the same as input size ({input.shape})\n"
            "  target.unsqueeze(1) makes (N, 1) of (N,), input.squeeze(1) the reverse"
        )
    y = cross_entropy_of_logits(input, target, weight, pos_weight, reduction)
    return y if input.dtype is target.dtype else y.to(target.dtype)


@op(promote=None, public=False, shown="BinaryCrossEntropyWithLogits", wide=True)
def cross_entropy_of_logits(x, target, weight=None, pos_weight=None, /, reduction="mean"):
    """log(1 + exp(x)) - target * x, of two arrays of one shape."""
    only_floats("log_sigmoid_cpu", x)
    if target.dtype.kind != "f":
        raise DtypeError(
            f"result type {SCALAR_NAMES[str(x.dtype)]} can't be cast to the desired output type "
            f"{SCALAR_NAMES[str(target.dtype)]}\n"
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
    yes, no = clamp(log(x), -100), clamp(log1p(-x), -100)
    return (target - 1) * no - yes * target


def bernoulli_share(x, target, g):
    """The kernel of this name, on Tensors."""
    return (x - target) / clamp((1 - x) * x, 1e-12) * g


TENSOR_FUNCTIONS.bernoulli_terms = bernoulli_terms
TENSOR_FUNCTIONS.bernoulli_share = bernoulli_share
TENSOR_FUNCTIONS.require_probabilities = lambda *_: None  # the first reading has done it


# -------------------------------------------------------------------- yes or no as 1 or -1


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """log(1 + exp(-target * input)) for targets 1 and -1."""
    reduction = agreed(reduction, size_average, reduce)
    return combined(-logsigmoid(input * target), reduction)


def multilabel_soft_margin_loss(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean"
):
    """`binary_cross_entropy_with_logits`, averaged over the classes, of each row.

    input   (..., C) logits
    target  (..., C) 0 or 1 for each class
    weight  (C,) of each class
    """
    if size_average is None and reduce is None:
        require_reduction(reduction)
    reduction = agreed(reduction, size_average, reduce)
    y = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    y = y if weight is None else y * weight
    return combined(y.sum(-1) / input.shape[-1], reduction)
