"""Reductions and normalisations of the elements that a mask selects: `minitorch.masked.sum`, ...

All take `mask`, bool, which broadcasts to `input`: True where an element counts; None: all count.
`dtype` is that of the result. An element that does not count takes the value that changes no
result, such as 0 in a sum. Where none counts the result is that value, or nan where there is none.
`MaskedTensor`, which carries its mask along, is left out.
"""

import math

import numpy as np

from minitorch.backend.dtypes import as_dtype, float32, int64
from minitorch.ops import activation_forms as forms
from minitorch.ops.activation import log_softmax as log_of_softmax
from minitorch.ops.activation import softmax as softmax_along
from minitorch.ops.exponents import logaddexp as log_of_sum
from minitorch.ops.reduce import axes_of
from minitorch.ops.statistics import vector_norm

__all__ = [
    "amax", "amin", "argmax", "argmin", "cumprod", "cumsum", "log_softmax", "logaddexp",
    "logsumexp", "mean", "median", "norm", "normalize", "prod", "softmax", "softmin", "std", "sum",
    "var",
]  # fmt: skip


# -------------------------------------------------------------------- masks


def mask_for(input, mask):
    """`mask` as a bool tensor of the shape of `input`."""
    if mask.ndim > input.ndim:
        raise IndexError(
            "_input_mask expected broadcastable mask (got mask dimensionality higher than of the "
            "input)"
        )
    return mask.bool().expand(input.shape)


def selected(input, mask, rest):
    """`input` where `mask` holds, the number `rest` elsewhere."""
    return input if mask is None else input.masked_fill(~mask_for(input, mask), rest)


def lowest(name, input):
    """The least number of the dtype of `input`; NotImplementedError for bools."""
    return -math.inf if input.dtype.is_floating_point else limits(name, input).min


def highest(name, input):
    """The largest number of the dtype of `input`; NotImplementedError for bools."""
    return math.inf if input.dtype.is_floating_point else limits(name, input).max


def limits(name, input):
    if input.dtype.kind == "b":
        raise NotImplementedError(f"identity of {name} on {input.dtype} input")
    return np.iinfo(input.array.dtype)


def kind_of_sum(input, dtype):
    """The dtype of a sum: int64 for integers and bools, unless another is given."""
    if dtype is not None:
        return as_dtype(dtype)
    return input.dtype if input.dtype.is_floating_point else int64


# -------------------------------------------------------------------- reductions


def sum(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The sum along one or several dimensions, or of all.

    >>> from minitorch import tensor
    >>> sum(tensor([1, 2, 4]), mask=tensor([True, False, True]))
    tensor(5)
    """
    axes = axes_of(input.ndim, dim)
    return selected(input, mask, 0).sum(axes, keepdim, dtype=kind_of_sum(input, dtype))


def prod(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The product along one or several dimensions, or of all."""
    y = selected(input, mask, 1).to(kind_of_sum(input, dtype))
    for axis in sorted(axes_of(input.ndim, dim), reverse=True):
        y = y.prod(axis, keepdim)
    return y


def amax(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The largest element along one or several dimensions, or of all."""
    x = input if mask is None else selected(input, mask, lowest("amax", input))
    return x.amax(axes_of(input.ndim, dim), keepdim).to(dtype or input.dtype)


def amin(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The smallest element along one or several dimensions, or of all."""
    x = input if mask is None else selected(input, mask, highest("amin", input))
    return x.amin(axes_of(input.ndim, dim), keepdim).to(dtype or input.dtype)


def argmax(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The index of the largest element, in the dtype of `input`."""
    x = input if mask is None else selected(input, mask, lowest("argmax", input))
    return x.argmax(dim, keepdim).to(dtype or input.dtype)


def argmin(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The index of the smallest element, in the dtype of `input`."""
    x = input if mask is None else selected(input, mask, highest("argmin", input))
    return x.argmin(dim, keepdim).to(dtype or input.dtype)


def count(input, dim, keepdim, mask):
    """How many elements count."""
    if mask is not None:
        return mask_for(input, mask).sum(axes_of(input.ndim, dim), keepdim)
    return input.new_ones(input.shape, dtype=int64).sum(axes_of(input.ndim, dim), keepdim)


def mean(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The mean along one or several dimensions, or of all; nan where no element counts."""
    kind = input.dtype if dtype is None else as_dtype(dtype)
    if not kind.is_floating_point:
        raise ValueError(
            f"mean(): Could not infer output dtype. {'Input' if dtype is None else 'Optional'} "
            f"dtype must be either a floating point or complex dtype. Got: {kind}"
        )
    total = sum(input, dim, keepdim=keepdim, dtype=kind, mask=mask)
    return total / count(input, dim, keepdim, mask)


def median(input, dim=-1, *, keepdim=False, dtype=None, mask=None):
    """The median along a dimension; nan where no element counts, for integers ValueError."""
    x = input if input.dtype.is_floating_point else input.float()
    y = selected(x, mask, math.nan).nanmedian(dim, keepdim).values
    if input.dtype.is_floating_point:
        return y
    if y.isnan().any():
        raise ValueError(
            "masked median expects no fully masked out rows if dtype is not floating point"
        )
    return y.to(dtype or input.dtype)


def logsumexp(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """log(sum(exp(input))) along one or several dimensions, or of all."""
    x = input if mask is None else selected(input, mask, lowest("logsumexp", input))
    return x.logsumexp(axes_of(input.ndim, dim), keepdim).to(dtype or input.dtype)


def logaddexp(input, other, *, dtype=None, input_mask=None, other_mask=None):
    """log(exp(input) + exp(other)), of the elements that the mask of each selects."""
    x, y = (
        t if mask is None else selected(t, mask, lowest("logaddexp", t))
        for t, mask in ((input, input_mask), (other, other_mask))
    )
    return log_of_sum(x, y).to(dtype or input.dtype)


def norm(input, ord=2.0, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The vector norm along one or several dimensions, or of all; see `linalg.vector_norm`."""
    x = selected(input, mask, math.inf if ord == -math.inf else 0)
    axes = axes_of(input.ndim, dim)
    return vector_norm(x, 2 if ord is None else ord, axes or None, keepdim, dtype=dtype)


def var(
    input, dim=None, unbiased=None, *, correction=None, keepdim=False, dtype=None, mask=None
):  # fmt: skip
    """The variance along one or several dimensions, or of all.

    correction  what is taken off the number of elements that the squares are divided by; 1
    """
    if unbiased is not None and correction is not None:
        raise ValueError("Only one of unbiased and correction may be given")
    if correction is None:
        correction = 0 if unbiased is False else 1
    own = input.dtype if input.dtype.is_floating_point else float32
    kind = own if dtype is None else as_dtype(dtype)
    inner = kind if kind.is_floating_point else float32
    centre = sum(input, dim, keepdim=True, dtype=kind, mask=mask) / count(input, dim, True, mask)
    x = input - centre
    total = sum(x * x, dim, keepdim=keepdim, dtype=inner, mask=mask)
    free = (count(input, dim, keepdim, mask).to(inner) - correction).clamp(min=0)
    return (total / free).to(kind)


def std(
    input, dim=None, unbiased=None, *, correction=None, keepdim=False, dtype=None, mask=None
):  # fmt: skip
    """The square root of `var`."""
    return var(
        input, dim, unbiased, correction=correction, keepdim=keepdim, dtype=dtype, mask=mask
    ).sqrt()


# -------------------------------------------------------------------- normalisations


def cumsum(input, dim, *, dtype=None, mask=None):
    """The sum of all elements up to each one along `dim`, in the dtype of `input`."""
    kind = dtype or input.dtype
    return selected(input, mask, 0).cumsum(dim, dtype=kind)


def cumprod(input, dim, *, dtype=None, mask=None):
    """The product of all elements up to each one along `dim`, in the dtype of `input`."""
    kind = dtype or input.dtype
    return selected(input, mask, 1).cumprod(dim, dtype=kind)


def softmax(input, dim, *, dtype=None, mask=None):
    """exp(input) / sum(exp(input)) along `dim`; 0 where an element does not count."""
    x = input if mask is None else selected(input, mask, lowest("amax", input))
    return softmax_along(x, dim, dtype=dtype or input.dtype)


def log_softmax(input, dim, *, dtype=None, mask=None):
    """log(softmax(input)) along `dim`; -inf where an element does not count."""
    x = input if mask is None else selected(input, mask, lowest("amax", input))
    return log_of_softmax(x, dim, dtype=dtype or input.dtype)


def softmin(input, dim, *, dtype=None, mask=None):
    """softmax(-input) along `dim`; 0 where an element does not count."""
    x = input if mask is None else selected(input, mask, highest("amin", input))
    return forms.softmin(x, dim, dtype=dtype or input.dtype)


def normalize(input, ord, dim, *, eps=1e-12, dtype=None, mask=None):
    """input / max(norm, eps), with the norm of order `ord` along `dim`."""
    length = norm(input, ord, dim, keepdim=True, dtype=dtype or input.dtype, mask=mask)
    return selected(input, mask, 0) / length.clamp(min=eps)


# -------------------------------------------------------------------- as PyTorch's tests ask

ALONG = {"cumsum", "cumprod", "softmax", "log_softmax", "softmin", "normalize"}
REDUCTIONS = {*__all__} - ALONG - {"logaddexp"}


def _input_mask(input, *args, mask=None, **settings):
    """The mask that a function of this module uses, in the shape of `input`."""
    if mask is None:
        raise ValueError("_input_mask requires explicit mask")
    return mask_for(input, mask)


def _output_mask(op, input, *args, dim=None, keepdim=False, **settings):
    """Which elements of the value of `op`, a function of this module, come of any at all."""
    mask, name = _input_mask(input, **settings), getattr(op, "__name__", type(op).__name__)
    if name in ALONG:
        return mask
    if name not in REDUCTIONS:
        raise ValueError(f"_output_mask expected masked operation (got {name})")
    given = args[1:] if name == "norm" else args
    axes = axes_of(input.ndim, given[0] if given else dim)
    return mask.any(axes, keepdim) if axes else mask
