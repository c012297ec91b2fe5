"""Embeddings: rows of a table, looked up by index."""

import math
import warnings
from typing import Any

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.node import grad_mode
from minitorch.autograd.op import op
from minitorch.autograd.refusals import require_int
from minitorch.autograd.tensor import FUNCTIONS, wrap
from minitorch.autograd.versions import touch
from minitorch.backend.dtypes import SCALAR_NAMES, float16, int32, int64
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.creation import arange
from minitorch.ops.elementwise import where
from minitorch.ops.gather import take_along
from minitorch.ops.index import put_add
from minitorch.ops.making import require_tensor
from minitorch.ops.statistics import vector_norm

# -------------------------------------------------------------------- one row for each index


@op(promote=None, public=False, shown="Embedding")
def rows_of(x, /, index, share):
    """x[index], where only the share (of index's shape) of a gradient arrives; None: all."""
    xp, shape = namespace(x), x.shape

    def vjp(g):
        g = g if share is None else g * share.reshape(*share.shape, 1)
        return xp.put_add(g, (index,), shape, False)

    return xp.take_rows(x, index), vjp


def embedding(
    input,
    weight,
    padding_idx=None,
    max_norm=None,
    norm_type=2.0,
    scale_grad_by_freq=False,
    sparse=False,
):
    """The rows of `weight` that `input` names.

    input               (...) int32 or int64 in [0, V); returns (..., D)
    weight              (V, D)
    padding_idx         a row that gets no gradient; negative ones count from the end
    max_norm            longer rows among those asked for are shortened to it, in place
    norm_type           the p of the norm in which length is measured
    scale_grad_by_freq  divide the gradient of a row by how often it was asked for
    sparse              gradients are dense here in either case
    """
    if padding_idx is None:
        padding_idx = -1
    else:
        rows = weight.shape[0]
        if not -rows <= padding_idx < rows:
            raise AssertionError("Padding_idx must be within num_embeddings")
        padding_idx %= rows
    require_indices("embedding", input)
    if max_norm is not None:
        shorten(weight, input, max_norm, norm_type)
    return look_up(weight, input, padding_idx, scale_grad_by_freq)


def look_up(weight, indices, padding_idx=-1, scale_grad_by_freq=False, sparse=False):
    """`embedding` with minitorch's arguments: `padding_idx` -1 stands for none."""
    require_tensor("embedding", weight, "weight")
    if weight.ndim != 2:
        raise ShapeError(
            f"'weight' must be 2-D\n  weight {tuple(weight.shape)}: a row for each index"
        )
    require_indices("embedding", indices)
    index, rows = indices.array, weight.shape[0]
    xp = namespace(index)
    if xp.outside(index, rows) is not None:
        raise IndexError(
            "index out of range in self\n"
            f"  index {xp.outside(index, rows)} for {rows} rows of weight"
        )
    share: Any = None
    learned = grad_mode.enabled and weight.node is not None
    if learned and (padding_idx >= 0 or scale_grad_by_freq):
        share = xp.astype(index != padding_idx, weight.array.dtype)
    if learned and scale_grad_by_freq:
        share = share / xp.bincount(index.reshape(-1), minlength=rows)[index].astype(share.dtype)
    return rows_of(weight, index, share)


look_up.__name__ = "embedding"
FUNCTIONS["embedding"] = look_up


def require_indices(name, indices):
    require_tensor(name, indices, "indices", 2)
    if indices.dtype not in (int32, int64):
        raise DtypeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: "
            f"Long, Int; but got {indices.type()} instead (while checking arguments for "
            f"{name})\n  convert with .long()"
        )


def shorten(weight, indices, max_norm, norm_type):
    """Scale, in place, those rows named by `indices` that are longer than `max_norm`."""
    if not weight.dtype.is_floating_point:
        raise DtypeError(
            "norm(): input dtype should be either floating point or complex. Got "
            f"{SCALAR_NAMES[weight.dtype.name]} instead."
        )
    with no_grad():
        named = namespace(weight.array).unique(indices.array)
        rows = wrap(weight.array[named])
        lengths = vector_norm(rows, norm_type, 1, True)
        scale = where(lengths > max_norm, max_norm / (lengths + 1e-7), 1.0)
        weight.array[named] = (rows * scale).array
        touch(weight.array)


# -------------------------------------------------------------------- one row for each bag


def embedding_bag(
    input,
    weight,
    offsets=None,
    max_norm=None,
    norm_type=2,
    scale_grad_by_freq=False,
    mode="mean",
    sparse=False,
    per_sample_weights=None,
    include_last_offset=False,
    padding_idx=None,
):
    """Sum, mean or maximum of the rows of `weight` in each bag of indices.

    input                (B, n): each row is a bag; or (m,), cut into bags by `offsets`
    weight               (V, D); returns (B, D), zeros for an empty bag
    offsets              (B,) where in `input` each bag starts
    mode                 "mean", "sum" or "max"
    per_sample_weights   in the shape of `input`: factors of the rows; only for "sum"
    include_last_offset  offsets has one number more, of no effect: the last bag ends with input
    padding_idx          an index that doesn't count

    `max_norm`, `norm_type`, `scale_grad_by_freq` and `sparse` are as in `embedding`.
    """
    if weight.dtype is int64 and input.dtype.is_floating_point:
        warnings.warn(
            "Argument order of nn.functional.embedding_bag was changed. Usage "
            "`embedding_bag(weight, input, ...)` is deprecated, and should now be "
            "`embedding_bag(input, weight, ...)`.",
            stacklevel=2,
        )
        weight, input = input, weight
    require_bags(input, weight, offsets, per_sample_weights)
    if mode not in ("sum", "mean", "max"):
        raise ShapeError("mode has to be one of sum, mean or max")
    if mode == "max" and (scale_grad_by_freq or sparse):
        raise ShapeError(
            "max mode does not support "
            + ("scaling the gradient by the frequency" if scale_grad_by_freq else "sparse weights")
        )
    if max_norm is not None:
        shorten(weight, input, max_norm, norm_type)
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported "
            f"for mode='sum' (got mode='{mode}'). Please open a feature request on GitHub."
        )
    require_bag_kinds(input, weight, offsets, per_sample_weights)
    if include_last_offset and offsets is not None and not len(offsets):
        raise ShapeError("include_last_offset: number of offset should be at least 1")
    padding_idx = -1 if padding_idx is None else counted_from_start(padding_idx, weight.shape[0])
    require_bag_indices(input.array, weight.shape[0], mode)
    counts = None if padding_idx < 0 else input.array != padding_idx
    rows = look_up(weight, input, padding_idx, scale_grad_by_freq)
    if weight.dtype is float16:  # summed in float32, as in PyTorch
        per_sample_weights = None if per_sample_weights is None else per_sample_weights.float()
        rows = rows.float()
    if per_sample_weights is not None:
        rows = rows * per_sample_weights.unsqueeze(-1)
    if offsets is None:
        y = of_equal_bags(rows, counts, mode)
    else:
        starts = offsets.array[:-1] if include_last_offset else offsets.array
        y = of_bags(rows, starts, counts, mode)
    return y.to(weight.dtype)


def counted_from_start(padding_idx, rows):
    if not -rows <= padding_idx < rows:
        raise ShapeError(
            f"padding_idx must be within the number of embeddings, -{rows} through {rows - 1}, but "
            f"got {padding_idx}"
        )
    return padding_idx % rows


def require_bags(input, weight, offsets, per_sample_weights):
    """Raise PyTorch's error for shapes that don't go together."""
    if per_sample_weights is not None and input.shape != per_sample_weights.shape:
        raise ShapeError(
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then "
            f"it must have the same shape as the input ({input.shape})"
        )
    if weight.ndim != 2:
        raise ShapeError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.ndim}")
    if input.ndim == 2 and offsets is not None:
        raise ShapeError(
            "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of "
            f"fixed length sequences. However, found offsets of type {type(offsets)}"
        )
    if input.ndim == 1 and offsets is None:
        raise ShapeError("offsets has to be a 1D Tensor but got None")
    if input.ndim == 1 and offsets.ndim != 1:
        raise ShapeError("offsets has to be a 1D Tensor")
    if input.ndim not in (1, 2):
        raise ShapeError(
            f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.ndim}"
        )
    if offsets is None or not offsets.numel():
        return
    starts, length = offsets.array, input.shape[0]
    first = namespace(starts).outside(starts[:1], 1)
    if first is not None:
        raise ShapeError(
            "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from "
            f"position 0. However, got {first}"
        )
    last = namespace(starts).outside(starts[-1:], length + 1)
    if last is not None and last > length:
        raise ShapeError(
            f"offsets[-1] can not be greater than input's length {length} but got "
            f"offsets[-1] of {last}"
        )


def require_bag_kinds(input, weight, offsets, per_sample_weights):
    """Raise PyTorch's error for dtypes that don't go together."""
    require_indices("embedding_bag", input)
    if offsets is not None:
        require_indices("embedding_bag", offsets)
    if not weight.dtype.is_floating_point:
        raise DtypeError(
            "Expected tensor for argument #1 'weight' to have one of the following scalar types: "
            f"Half, BFloat16, Float, Double; but got {weight.type()} instead (while checking "
            "arguments for embedding_bag)\n  convert with .float()"
        )
    if per_sample_weights is not None and per_sample_weights.dtype is not weight.dtype:
        raise DtypeError(
            "Expected tensor for argument #1 'weight' to have the same type as tensor for argument "
            f"#1 'per_sample_weights'; but type {weight.type()} does not equal "
            f"{per_sample_weights.type()} (while checking arguments for embedding_bag)\n"
            "  convert with per_sample_weights.to(weight.dtype)"
        )


def require_bag_indices(index, rows, mode):
    wrong = namespace(index).outside(index, rows)
    if wrong is None:
        return
    if mode == "max":
        raise ShapeError(
            "embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be "
            f"{wrong}\n  num_embeddings {rows}"
        )
    raise ShapeError(
        f"Index {(index == wrong).argmax()} of input takes value {wrong} which is not in the valid "
        f"range [0, {rows})"
    )


def of_equal_bags(rows, counts, mode):
    """(B, n, D) -> (B, D): what `mode` makes of the rows of each bag; see `of_bags`."""
    xp, width = namespace(rows.array), rows.shape[1]
    if not width:
        return rows.sum(1)
    column = None if counts is None else wrap(counts[..., None])
    if mode == "max":
        if column is None:
            return rows.max(1).values
        y = where(column, rows, -math.inf).max(1).values
        return where(wrap(counts.any(1)[:, None]), y, 0)
    y = (rows if column is None else rows * column).sum(1)
    if mode == "sum":
        return y
    return y / (width if column is None else wrap(xp.maximum(counts.sum(1), 1)[:, None]))


def of_bags(rows, starts, counts, mode):
    """(m, D) -> (B, D): what `mode` makes of the rows of each bag, from its start to the next.

    counts  which rows count, None: all
    """
    xp = namespace(starts)
    bags, width = len(starts), rows.shape[1]
    if not bags:
        return rows[:0]
    if mode == "max" and rows.shape[0]:
        return largest_of_bags(rows, starts, counts)
    bag = xp.searchsorted(starts, xp.arange(rows.shape[0]), side="right") - 1
    share: Any = None if counts is None else xp.astype(counts, rows.array.dtype)
    y = put_add(
        rows if counts is None else rows * wrap(share[:, None]), (bag,), (bags, width), False
    )
    if mode == "sum":
        return y
    share = xp.ones(len(bag), rows.array.dtype) if share is None else share
    return y / wrap(xp.maximum(xp.put_add(share, (bag,), (bags,), False), 1)[:, None])


def largest_of_bags(rows, starts, counts):
    """The largest number of each column in each bag; 0 in a bag where nothing counts."""
    xp, array = namespace(starts), rows.array
    ends = xp.concatenate([starts[1:], xp.full(1, len(array), starts.dtype)])
    longest = int((ends - starts).max())
    places = starts.reshape(-1, 1) + xp.arange(max(longest, 1))
    there = places < ends.reshape(-1, 1)
    places = xp.minimum(places, len(array) - 1)
    if counts is not None:
        there &= counts[places]
    shown = xp.where(there[..., None], array[places], -xp.inf)
    chosen = xp.minimum(starts.reshape(-1, 1) + shown.argmax(1), len(array) - 1)
    y = take_along(rows, chosen, 0)
    return y * wrap(there.any(1).astype(array.dtype).reshape(-1, 1))


# -------------------------------------------------------------------- one-hot


def one_hot(input, num_classes=-1):
    """(..., num_classes) int64: 1 at the class that `input` (int64) names, 0 elsewhere.

    num_classes  -1: one more than the largest class

    >>> from minitorch import tensor
    >>> one_hot(tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    require_tensor("one_hot", input)
    require_int("one_hot", num_classes=num_classes)
    if input.dtype is not int64:
        raise ShapeError(
            "one_hot is only applicable to index tensor of type LongTensor.\n"
            f"  input {input.dtype}: convert with .long()"
        )
    if input.numel() == 0 and num_classes <= 0:
        raise ShapeError("Can not infer total number of classes from empty tensor.")
    if input.numel() and int(input.min()) < 0:
        raise ShapeError("Class values must be non-negative.")
    largest = int(input.max()) if input.numel() else -1
    if num_classes == -1:
        num_classes = largest + 1
    if largest >= num_classes:
        raise ShapeError(
            "Class values must be smaller than num_classes.\n"
            f"  largest {largest}   num_classes {num_classes}"
        )
    return (input.unsqueeze(-1) == arange(num_classes, device=input.device)).to(int64)
