"""Order statistics: medians, quantiles, the k-th smallest and the commonest element."""

from minitorch.autograd.op import op
from minitorch.autograd.overlap import SHARED
from minitorch.autograd.refusals import exactly, require_bool, require_kind
from minitorch.autograd.tensor import Tensor, function, method, wrap
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.elementwise import ceil, floor, lerp, where
from minitorch.ops.elementwise import round as rounded
from minitorch.ops.extremes import require_elements, selected, shared_by_equals
from minitorch.ops.gather import gather
from minitorch.ops.making import require_tensor
from minitorch.ops.numpy_names import numpy_names
from minitorch.ops.out import into, overlap
from minitorch.ops.reduce import known, sum
from minitorch.ops.reorder import movedim
from minitorch.ops.shape import axis_of, broadcast_to, reshape, squeeze, unsqueeze
from minitorch.ops.sort import sort


@function
@method
@numpy_names
def kthvalue(input, k, dim=-1, keepdim=False, *, out=None):
    """The `k`-th smallest element along `dim` (the first is 1), and its index.

    Raises RuntimeError where there are fewer than k.

    >>> from minitorch import tensor
    >>> kthvalue(tensor([5, 1, 3]), 2).values
    tensor(3)
    """
    require_order("kthvalue", "kthvalue_cpu", input)
    for place in out or ():
        if overlap(input.array, place.array, place.array):
            raise RuntimeError(SHARED)
    return kth_along(input, k, dim, keepdim, out=out)


@op(promote=None, public=False, outputs=("values", "indices"), shown="Kthvalue")
def kth_along(x, /, k, dim, keepdim=False):
    """The `k`-th smallest element along `dim`, and its index."""
    axis = axis_of(x.ndim, dim)
    if 0 in x.shape:
        require_elements("kthvalue()", x.shape, (axis,))
    if not 0 < k <= (x.shape[axis] if x.ndim else 1):
        raise ShapeError(
            f"kthvalue(): selected number k out of range for dimension {axis}\n"
            f"  k {k}   input {tuple(x.shape)}"
        )
    return selected(
        x,
        axis,
        keepdim,
        lambda xp, x, axis: xp.place_of_kth(x, xp.zeros((1,), "int64") + k - 1, axis),
    )


@op(promote=None, differentiable=False, public=False, apart=("k",))
def place_of_kth(x, k, /, axis):
    """The index along `axis` of what comes at place `k`, from 0, when it is sorted."""
    return namespace(x).place_of_kth(x, k, axis)


in_words = exactly("expected scalar type '{Made}' but got '{Given}' for {place} output")


@op(promote=None, outputs=("values", "indices"), numbers="some", exact=in_words)
def mode(x, /, dim=-1, keepdim=False):
    """The commonest element along `dim`, the smallest of several, and its last index."""
    axis = axis_of(x.ndim, dim)
    if 0 in x.shape:
        require_elements("mode()", x.shape, (axis,))
    return selected(x, axis, keepdim, lambda xp, x, axis: xp.commonest(x, axis))


@op(promote=None, differentiable=False, public=False)
def commonest(x, /, axis):
    """The last index along `axis` of the commonest element."""
    return namespace(x).commonest(x, axis)


def require_order(name, kernel, input):
    require_tensor(name, input)
    require_kind(input.dtype, "b", kernel)


# -------------------------------------------------------------------- medians


def middle(xp, x, axis, skip_nan):
    """The index of the median along `axis`: of an even number of elements the lower one.

    skip_nan  leave out nan; else the index of the first nan, if there is one
    """
    n = x.shape[axis]
    count = known(x).sum(axis=axis, keepdims=True)
    half = xp.maximum(count - 1, 0) // 2
    place = half if skip_nan else xp.where(count < n, count, half)
    return xp.place_of_kth(x, place, axis)


def median_along(x, dim, keepdim, skip_nan):
    axis = axis_of(x.ndim, dim)
    if 0 in x.shape:
        require_elements("median()", x.shape, (axis,))
    return selected(x, axis, keepdim, lambda xp, x, axis: middle(xp, x, axis, skip_nan))


@op(promote=None, public=False, outputs=("values", "indices"), shown="MedianBackward1")
def median_with_index(x, /, dim, keepdim=False):
    """The median along `dim`, and its index."""
    return median_along(x, dim, keepdim, False)


@op(promote=None, public=False, outputs=("values", "indices"), shown="NanmedianBackward1")
def nanmedian_with_index(x, /, dim, keepdim=False):
    """The median along `dim` of all that is not nan, and its index."""
    return median_along(x, dim, keepdim, True)


@op(public=False, shown=lambda node: "Nanmedian" if node.settings[0] else "Median")
def median_of_all(x, /, skip_nan=False):
    """The median of all elements; equal ones share the gradient."""
    xp = namespace(x)
    if 0 in x.shape:
        return xp.full_like(x.sum(dtype=x.dtype), float("nan")), xp.zeros_like
    row = x.reshape(-1)
    y = xp.take_along(row, middle(xp, row, 0, skip_nan), 0).reshape(())
    return y, lambda g: shared_by_equals(xp, g, x, y)


@function
@method
@numpy_names
def median(input, dim=None, keepdim=False, *, out=None):
    """median(x): of all elements; median(x, dim): values and indices along `dim`.

    Of an even number of elements the lower of the two in the middle; nan if there is one.

    >>> from minitorch import tensor
    >>> median(tensor([4.0, 1.0, 3.0, 2.0]))
    tensor(2.)
    """
    require_order("median", "median_cpu" if dim is None else "median_out", input)
    if dim is None:
        return median_of_all(input, False, out=out)
    return median_with_index(input, dim, keepdim, out=out)


@function
@method
@numpy_names
def nanmedian(input, dim=None, keepdim=False, *, out=None):
    """The median of all that is not nan; see `median`."""
    require_order("nanmedian", "median_cpu" if dim is None else "median_out", input)
    if dim is None:
        return median_of_all(input, True, out=out)
    return nanmedian_with_index(input, dim, keepdim, out=out)


# -------------------------------------------------------------------- quantiles

INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


@function
@method
@numpy_names
def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear", out=None):
    """The element below which the share `q` of the elements along `dim` lies.

    q              number or tensor (), or several (n,), which become the first dimension; in [0, 1]
    interpolation  what to take between two elements: "linear", "lower", "higher", "midpoint",
                   "nearest"

    >>> from minitorch import tensor
    >>> quantile(tensor([0.0, 1.0, 2.0]), 0.25)
    tensor(0.5000)
    """
    return quantiles("quantile", input, q, dim, keepdim, interpolation, out)


@function
@method
@numpy_names
def nanquantile(input, q, dim=None, keepdim=False, *, interpolation="linear", out=None):
    """`quantile` of all that is not nan."""
    return quantiles("nanquantile", input, q, dim, keepdim, interpolation, out)


def quantiles(name, input, q, dim, keepdim, interpolation, out=None):
    """`quantile` or `nanquantile`: sorts, and interpolates between two neighbours."""
    require_tensor(name, input)
    require_bool(name, keepdim=keepdim)
    if out is not None:
        if out.dtype is not input.dtype:
            raise DtypeError(f"{name}() out tensor must be same dtype as the input tensor")
        f = quantile if name == "quantile" else nanquantile
        return into(out, f, input, q, dim, keepdim, interpolation=interpolation)
    require_quantile(input, q, interpolation)
    ndim = input.array.ndim
    axis = None if dim is None else axis_of(ndim, dim)
    rows = reshape(input, (-1,)) if axis is None or not ndim else movedim(input, axis, -1)
    rows = sort(rows, -1).values
    if not isinstance(q, Tensor):
        q = wrap(namespace(input.array).asarray(q, dtype=input.array.dtype))
    several = reshape(q, (-1,))
    count = sum(known(rows), -1, True)
    last = rows.shape[-1] - 1
    if name == "nanquantile":
        place = several * (count - 1)
        place = where(place < 0, 0.0, place)
    else:
        place = where(count <= last, float(last), several * last)
    y = between(rows, place, interpolation)
    y = squeeze(y, -1) if not q.array.ndim else movedim(y, -1, 0)
    if keepdim and ndim:
        ones = (1,) * ndim if axis is None else None
        first = y.shape[: q.array.ndim]
        y = reshape(y, (*first, *ones)) if ones else unsqueeze(y, axis + q.array.ndim)
    return y


def between(rows, place, interpolation):
    """The elements of sorted `rows` (..., n) at `place` (..., m), which may lie between two."""
    if interpolation in ("lower", "higher", "nearest"):
        place = {"lower": floor, "higher": ceil, "nearest": rounded}[interpolation](place)
    shape = (*rows.shape[:-1], place.shape[-1])
    place = broadcast_to(place, shape)
    below = place.detach().long()
    y = gather(rows, -1, below)
    if interpolation not in ("linear", "midpoint"):
        return y
    weight = place.detach() * 0 + 0.5 if interpolation == "midpoint" else place - below
    return lerp(y, gather(rows, -1, ceil(place.detach()).long()), weight)


def require_quantile(input, q, interpolation):
    """Refuse what PyTorch refuses."""
    if not isinstance(q, Tensor) and not 0 <= q <= 1:
        raise ShapeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
    if not input.array.size:
        raise ShapeError("quantile() input tensor must be non-empty")
    if input.array.dtype.char not in "fd":
        raise DtypeError("quantile() input tensor must be either float or double dtype")
    if isinstance(q, Tensor):
        if q.array.ndim > 1:
            raise ShapeError("quantile() q must be a scalar or 1D tensor")
        if q.dtype is not input.dtype:
            raise DtypeError("quantile() q tensor must be same dtype as the input tensor")
        if q.array.size and not (q.array.min() >= 0 and q.array.max() <= 1):
            raise ShapeError("quantile() q values must be in the range [0, 1]")
    if interpolation not in INTERPOLATIONS:
        raise ShapeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, "
            f"but got {interpolation}"
        )
