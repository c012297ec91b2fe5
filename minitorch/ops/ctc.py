"""Connectionist temporal classification: how likely a row of labels is, wherever each stands.

Graves and others, Connectionist Temporal Classification, ICML 2006.
"""

import math

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import require_bool, require_kind
from minitorch.autograd.tensor import Tensor
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.backend.numpy_ctc import ctc_alphas, ctc_shares
from minitorch.ops.activation import only_floats
from minitorch.ops.elementwise import where
from minitorch.ops.from_data import tensor
from minitorch.ops.loss import agreed, combined


def ctc_loss(
    log_probs,
    targets,
    input_lengths,
    target_lengths,
    blank=0,
    reduction="mean",
    zero_infinity=False,
):
    """-log of the probability of all ways in which `targets` can be spelled in a row of classes.

    log_probs       (T, N, C) or (T, C): logarithms of the probabilities of the classes
    targets         (N, S) or (S,), or all in one row (sum of target_lengths,): classes
    input_lengths   (N,) or (), or a tuple: how many of the T steps count
    target_lengths  (N,) or (), or a tuple: how many targets there are
    blank           the class that stands between labels
    reduction       "mean": each loss over its target length, then the mean
    zero_infinity   a target that cannot be spelled in so few steps counts 0
    """
    reduction = agreed(reduction)
    require_bool("ctc_loss", zero_infinity=zero_infinity)
    require_kind(log_probs.dtype, "h", "ctc_loss_cpu")
    batched = log_probs.ndim == 3
    if not batched:
        log_probs = log_probs.unsqueeze(1)
        targets = targets.unsqueeze(0) if targets.ndim == 1 else targets
    require_log_probs(log_probs, blank)
    time, batch, _ = log_probs.shape
    steps = lengths_of("input_lengths", input_lengths, batch)
    counts = lengths_of("target_lengths", target_lengths, batch)
    sizes = counts.tolist()
    require_targets(targets, sizes)
    require_range("input_lengths", steps.tolist(), 0, time)
    steps, counts = steps.to(log_probs.device), counts.to(log_probs.device)
    labels = spelled(targets.array, counts.array, max(sizes, default=0), blank)
    y = ctc_of(log_probs, labels, steps.array, counts.array)
    if zero_infinity:
        y = where(y == math.inf, 0, y)
    if reduction == "mean":
        return (y / counts.clamp(min=1).to(y.dtype)).mean()
    return combined(y if batched else y.squeeze(0), reduction)


def lengths_of(name, lengths, batch):
    """The lengths as an int64 tensor (N,), on the CPU unless they are on a GPU: they are read."""
    if not isinstance(lengths, Tensor):
        lengths = tensor(lengths, device="cpu")
    if lengths.dtype.is_floating_point:
        raise DtypeError(f"{name} must be integral")
    lengths = lengths.long().reshape(-1)
    if lengths.numel() != batch:
        raise ShapeError(
            f"{name} must be of size batch_size\n  {name} {lengths.numel()}   batch_size {batch}"
        )
    return lengths


def require_log_probs(log_probs, blank):
    if log_probs.ndim != 3:
        raise refused(
            f"Expected 3-dimensional tensor, but got {log_probs.ndim}-dimensional tensor for "
            "argument #1 'log_probs'"
        )
    only_floats("ctc_loss_cpu", log_probs.array)
    if not log_probs.numel():
        raise ShapeError("log_probs tensor must not be empty")
    classes = log_probs.shape[2]
    if not 0 <= blank < classes:
        raise ShapeError(f"blank must be in label range\n  blank {blank}   classes {classes}")


def require_targets(targets, counts):
    require_range("target_lengths", counts, 0, math.inf)
    if targets.ndim not in (1, 2):
        raise refused(
            f"Expected 1 to 2 dimensions, but got {targets.ndim}-dimensional tensor for argument "
            "#2 'targets'"
        )
    rows = sum(counts) if targets.ndim == 1 else len(counts)
    if targets.shape[0] != rows:
        raise refused(
            f"Expected tensor to have size {rows} at dimension 0, but got size {targets.shape[0]} "
            "for argument #2 'targets'"
        )
    if targets.ndim == 2 and targets.shape[1] < max(counts, default=0):
        raise refused(
            f"Expected tensor to have size at least {max(counts)} at dimension 1, but got size "
            f"{targets.shape[1]} for argument #2 'targets'"
        )


def require_range(name, lengths, least, most):
    for n, length in enumerate(lengths):
        if not least <= length <= most:
            bound = f"least {least}" if length < least else f"most {most}"
            text = f"Expected {name} to have value at {bound}, but got value {length}"
            raise refused(text, f"\n  at position {n}")


def refused(text, where=""):
    return ShapeError(f"{text} (while checking arguments for ctc_loss_allocate_outputs){where}")


def spelled(targets, counts, longest, blank):
    """The labels of each sample with blanks around them, (N, 2 * longest + 1) int64."""
    xp = namespace(targets)
    batch, length = counts.size, 2 * longest + 1
    if targets.ndim == 1:
        places = (counts.cumsum() - counts).reshape(-1, 1) + xp.arange(longest)
        targets = targets[xp.minimum(places, targets.size - 1)] if targets.size else places
    labels = xp.full((batch, length), blank, "int64")
    labels[:, 1::2] = targets[:, :longest]
    return xp.where(xp.arange(length) > 2 * counts.reshape(-1, 1), blank, labels)


@op(public=False, shown="CtcLoss", promote=None)
def ctc_of(x, /, labels, steps, counts):
    """-log of the sum over all paths, (N,), by going through the T steps.

    x       (T, N, C)
    labels  (N, L) with blanks; of these 2 * counts + 1 count, and `steps` of the T

    As in PyTorch the gradient takes x for a log_softmax: exp(x) is added to it, which that op's
    own derivative cancels.
    """
    xp = namespace(x)
    time, shape = x.shape[0], x.shape
    index = namespace(labels).broadcast_to(labels, (time, *labels.shape))
    emitted = xp.take_along(x, index, 2)
    # A label may follow the one before it without a blank, unless they are equal.
    skips = labels[:, 2:] != labels[:, :-2]
    alphas, total = xp.ctc_alphas(emitted, skips, steps, counts)

    def vjp(g):
        shares = xp.ctc_shares(emitted, alphas, total, skips, steps, counts)
        counted = (namespace(steps).arange(time).reshape(-1, 1) < steps)[..., None]
        taken = xp.add_along(shares, index, 2, shape)
        g = g.reshape(1, -1, 1)
        # Of an infinite loss this is nan, but not where zero_infinity has it not count.
        return xp.where(g == 0, 0, g * (xp.where(counted, xp.exp(x), 0) - taken))

    return -total, vjp


TENSOR_FUNCTIONS.ctc_alphas = ctc_alphas
TENSOR_FUNCTIONS.ctc_shares = ctc_shares
