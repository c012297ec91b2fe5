"""How far a model's output is from what is wanted, where both are numbers.

Each loss compares element by element, or row by row, and brings the numbers together by
`reduction`: "mean" (the default), "sum", or "none", which leaves them as they are. `size_average`
and `reduce` are PyTorch's older words for that; they warn.
"""

import math
import warnings

from minitorch.autograd.op import op
from minitorch.autograd.refusals import no_cast, require_bool
from minitorch.backend.dtypes import get_default_dtype
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.activation import only_floats
from minitorch.ops.creation import ones_like
from minitorch.ops.elementwise import exp, log
from minitorch.ops.making import require_tensor
from minitorch.ops.reduce import require_float

# -------------------------------------------------------------------- reduction


def agreed(reduction, size_average=None, reduce=None):
    """The reduction that is asked for. Raises ValueError for one that there isn't."""
    if size_average is not None or reduce is not None:
        if reduce is not None and not reduce:
            reduction = "none"
        else:
            reduction = "mean" if size_average is None or size_average else "sum"
        warnings.warn(
            "size_average and reduce args will be deprecated, please use "
            f"reduction='{reduction}' instead.",
            stacklevel=3,
        )
    elif reduction not in ("mean", "sum", "none"):
        if reduction == "elementwise_mean":
            warnings.warn(
                "reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.",
                stacklevel=3,
            )
            return "mean"
        raise ShapeError(
            f"{reduction} is not a valid value for reduction\n  it is 'mean', 'sum' or 'none'"
        )
    return reduction


def require_reduction(reduction):
    """Refuse what isn't a reduction, in the words of the losses that know no older names."""
    if reduction not in ("mean", "sum", "none"):
        raise ShapeError(f"{reduction} is not valid")


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
        y = y if reduction == "none" else y.sum()
    return y, factor if weight is None else weight * factor


def combined(y, reduction):
    """The loss that the Tensor `y` makes up."""
    if reduction == "none":
        return y
    return y.mean() if reduction == "mean" else y.sum()


def refuse(name):
    """The vjp of an input that must be constant, as in PyTorch."""

    def vjp(g):
        raise RuntimeError(
            f"The loss is not differentiable with respect to argument '{name}'. This input cannot "
            f"have requires_grad True: hand in {name}.detach()"
        )

    return vjp


# -------------------------------------------------------------------- distances


@op(public=False, shown="MseLoss")
def squared_error(x, target, /, reduction="mean"):
    """(x - target) squared."""
    only_floats("mse_cpu", x)
    away = x - target
    y, factor = combine(away * away, None, reduction)
    return (
        y,
        lambda g: away * (g * (2 * factor)),
        lambda g: away * (g * (-2 * factor)),
    )


def absolute_name(node):
    """PyTorch makes this of three ops, of which the last gives the name."""
    return {"mean": "Mean", "sum": "Sum", "none": "Abs"}[node.settings[0]]


@op(public=False, shown=absolute_name, wide=True)
def absolute_error(x, target, /, reduction="mean"):
    """|x - target|; the derivative where they are equal is 0."""
    xp = namespace(x)
    if reduction == "mean":
        require_float("mean", x)
    away = x - target
    y, factor = combine(xp.absolute(away), None, reduction)
    return (
        y,
        lambda g: xp.sign(away) * (g * factor),
        lambda g: xp.sign(away) * (g * -factor),
    )


@op(public=False, shown="HuberLoss", wide=True)
def huber_error(x, target, /, reduction="mean", delta=1.0):
    """Half the square of x - target up to a distance of delta, from there on straight."""
    only_floats("huber_cpu", x)
    xp = namespace(x)
    away = x - target
    near = xp.clip(away, -delta, delta)
    y, factor = combine(near * (away - 0.5 * near), None, reduction)
    return y, lambda g: near * (g * factor), lambda g: near * (g * -factor)


@op(public=False, shown="SmoothL1Loss", wide=True)
def smooth_absolute_error(x, target, /, reduction="mean", beta=1.0):
    """`huber_error` over beta > 0, so that it is `absolute_error` less beta / 2 far out."""
    only_floats("smooth_l1_cpu", x)
    xp = namespace(x)
    away = x - target
    slope = xp.clip(away / beta, -1, 1)
    y, factor = combine(slope * (away - (0.5 * beta) * slope), None, reduction)
    return y, lambda g: slope * (g * factor), lambda g: slope * (g * -factor)


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """(input - target) squared.

    weight  of each element, in the shape of input; the mean is over the sum of weights
    """
    reduction = agreed(reduction, size_average, reduce)
    warn_of_sizes(input, target)
    if weight is None:
        return squared_error(input, target, reduction)
    return weighted(squared_error(input, target, "none"), input, weight, reduction, True)


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """|input - target|; the derivative where they are equal is 0.

    weight  of each element, in the shape of input; the mean is over the sum of weights
    """
    reduction = agreed(reduction, size_average, reduce)
    warn_of_sizes(input, target)
    if weight is None:
        return absolute_error(input, target, reduction)
    return weighted(absolute_error(input, target, "none"), input, weight, reduction, True)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """Half the square of input - target up to a distance of delta > 0, from there on straight.

    weight  of each element, in the shape of input; the mean is over the number of elements

    Huber, Robust Estimation of a Location Parameter, 1964.
    """
    reduction = agreed(reduction)
    if delta <= 0:
        raise ShapeError("huber_loss does not support non-positive values for delta.")
    warn_of_sizes(input, target)
    if weight is None:
        return huber_error(input, target, reduction, delta)
    return weighted(huber_error(input, target, "none", delta), input, weight, reduction, False)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """`huber_loss` over beta, so that it is `l1_loss` far out; with beta = 0 everywhere.

    Girshick, Fast R-CNN, 2015, arXiv:1504.08083, equation 3.
    """
    reduction = agreed(reduction, size_average, reduce)
    warn_of_sizes(input, target)
    if beta < 0:
        raise ShapeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return absolute_error(input, target, reduction)
    return smooth_absolute_error(input, target, reduction, beta)


def warn_of_sizes(input, target):
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            stacklevel=3,
        )


def weighted(errors, input, weight, reduction, over_weights):
    """The loss that `errors` make up; the mean is over their number or over the weights."""
    if weight.array.shape != input.array.shape:
        raise ShapeError(
            "Weights and input must have the same size.\n"
            f"  input {input.array.shape}   weight {weight.array.shape}"
        )
    y = errors * weight
    if reduction == "mean" and over_weights:
        return y.sum() / weight.sum()
    return combined(y, reduction)


# -------------------------------------------------------------------- likelihoods


def poisson_nll_loss(
    input,
    target,
    log_input=True,
    full=False,
    size_average=None,
    eps=1e-8,
    reduce=None,
    reduction="mean",
):
    """How unlikely `target` is as a count whose expectation is exp(input), less log(target!).

    log_input  False: the expectation is `input`
    full       add Stirling's approximation of log(target!), for targets above 1
    eps        added to an input before its logarithm is taken
    """
    require_bool("poisson_nll_loss", log_input=log_input, full=full)
    reduction = agreed(reduction, size_average, reduce)
    y = exp(input) - target * input if log_input else input - target * log(input + eps)
    if full:
        stirling = target * log(target) - target + 0.5 * log(2 * math.pi * target)
        y = y + stirling.masked_fill(target <= 1, 0)
    return combined(y, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """How unlikely `target` is as a normal number of mean `input` and variance `var`.

    var   a number, or a tensor of input's shape, or with a last dimension of 1, or without that
    full  add the constant log(2 * pi) / 2
    eps   no variance counts as less

    Nix and Weigend, Estimating the mean and variance of the target distribution, 1994.
    """
    var = var * ones_like(input) if isinstance(var, float) else var
    if not var.dtype.is_floating_point:
        raise DtypeError(no_cast(get_default_dtype(), var.dtype))
    if (var < 0).any():
        raise ShapeError("var has negative entry/entries")
    mean, spread = input.array.shape, var.array.shape
    if spread != mean:
        if spread == mean[:-1]:
            var = var.unsqueeze(-1)
        elif [b for a, b in zip(mean, spread) if a != b] != [1] or len(mean) != len(spread):
            raise ShapeError(f"var is of incorrect size\n  input {mean}   var {spread}")
    require_reduction(reduction)
    var = at_least(var, eps)
    away = input - target
    y = 0.5 * (log(var) + away * away / var)
    return combined(y + 0.5 * math.log(2 * math.pi) if full else y, reduction)


@op(public=False, shown="Clone")
def at_least(x, /, least):
    """The larger of x and the number `least`; the derivative is 1 everywhere, as in PyTorch."""
    return namespace(x).maximum(x, least), lambda g: g


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """target * (log(target) - input): how far the distribution exp(input) is from `target`.

    reduction   "batchmean" is the sum over the number of rows, as mathematics has it
    log_target  `target` holds logarithms, too

    Kullback and Leibler, On Information and Sufficiency, 1951.
    """
    require_tensor("kl_div", input)
    require_tensor("kl_div", target, "target", 2)
    require_bool("kl_div", log_target=log_target)
    if not (input.dtype.is_floating_point and target.dtype.is_floating_point):
        raise DtypeError("kl_div: Integral inputs not supported.\n  convert with .float()")
    over_rows = size_average is None and reduce is None and reduction == "batchmean"
    if reduction == "mean" and size_average is None and reduce is None:
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math "
            "definition.'mean' will be changed to behave the same as 'batchmean' in the next major "
            "release.",
            stacklevel=2,
        )
    reduction = agreed("sum" if over_rows else reduction, size_average, reduce)
    if log_target:
        y = exp(target) * (target - input)
    else:
        y = times_log(target) - target * input
    y = combined(y, reduction)
    return y / input.shape[0] if over_rows and input.ndim else y


@op(public=False, shown="Xlogy")
def times_log(x, /):
    """x * log(x), which at 0 is 0."""
    xp = namespace(x)
    positive = xp.where(x == 0, 1, x)
    return x * xp.log(positive), lambda g: g * xp.where(x == 0, 0, xp.log(positive) + 1)
