"""Reductions: sums, products, means and spreads over all dimensions, one, or several."""

import math
import warnings
from functools import partial

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import require_castable, require_out
from minitorch.autograd.tensor import function, method
from minitorch.backend.dtypes import SCALAR_NAMES, as_dtype, uint8
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.elementwise import true_divide
from minitorch.ops.numpy_names import numpy_names


def axes_of(ndim, dim):
    """`dim` (None, a number or several) as a tuple of axes that are not negative.

    Raises IndexError for a dimension that is not there, RuntimeError for one named twice.
    """
    if dim is None or (isinstance(dim, tuple | list) and not dim):
        return tuple(range(ndim))
    axes = []
    limit = ndim or 1
    for d in dim if isinstance(dim, tuple | list) else (dim,):
        if isinstance(d, bool) or not hasattr(d, "__index__"):
            raise TypeError(f"argument 'dim' must be int, not {type(d).__name__}")
        if not -limit <= d < limit:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-limit}, {limit - 1}], but "
                f"got {d})"
            )
        if d % limit in axes:
            raise ShapeError(f"dim {d % limit} appears multiple times in the list of dims")
        axes.append(d % limit)
    return tuple(axes) if ndim else ()


def reduced(shape, dim):
    """The axes to reduce and the shape that keeps them as ones."""
    if dim is None:  # the common case, 1 us faster
        return None, (1,) * len(shape)
    axes = axes_of(len(shape), dim)
    return axes, tuple([1 if i in axes else n for i, n in enumerate(shape)])


def known(x):
    """What is not nan, in `x` of any dtype."""
    return x == x  # noqa: PLR0124  only nan differs from itself


def per_dim(node):
    """Whether a recorded reduction named dimensions: PyTorch numbers the two forms apart."""
    return f"{node.op.name.capitalize()}Backward{0 if node.settings[0] is None else 1}"


# -------------------------------------------------------------------- sums and products


@op(casts="out", wide=True, shown=per_dim, numbers="some")
def sum(x, /, dim=None, keepdim=False):
    """Sum over `dim`; integers and bools give int64.

    >>> from minitorch import ones
    >>> sum(ones(2, 3), dim=0)
    tensor([2., 2., 2.])
    """
    xp, shape = namespace(x), x.shape
    axes, kept = reduced(shape, dim)
    if x.dtype.kind == "u":
        x = x.astype("int64")
    y = xp.total(x, axes, keepdim)
    return y, lambda g: xp.expand(g.reshape(kept) if g.ndim else g, shape)


@op(casts=True, wide=True, numbers="some")
def nansum(x, /, dim=None, keepdim=False):
    """Sum over `dim` of all that is not nan."""
    xp, shape = namespace(x), x.shape
    axes, kept = reduced(shape, dim)
    if x.dtype.kind == "u":
        x = x.astype("int64")
    counts = known(x)
    y = xp.where(counts, x, 0).sum(axis=axes, keepdims=keepdim)
    return y, lambda g: xp.where(counts, xp.expand(g.reshape(kept), shape), 0)


@op(casts="out", wide=True, shown=per_dim, numbers="some")
def prod(x, /, dim=None, keepdim=False):
    """Product over all dimensions or one; integers and bools give int64.

    >>> from minitorch import tensor
    >>> prod(tensor([2.0, 3.0, 4.0]))
    tensor(24.)
    """
    xp, shape = namespace(x), x.shape
    axes, kept = reduced(shape, None if dim is None else (dim,))
    if x.dtype.kind == "u":
        x = x.astype("int64")
    axis = axes[0] if axes else None
    y = xp.dense(x.prod(axis=axis, keepdims=keepdim))

    def vjp(g):
        """Each element counts by the product of the others, which need not be divided out."""
        rows, along = (x.reshape(-1), 0) if axis is None else (x, axis)
        after = xp.flip(products_before(xp.flip(rows, (along,)), along), (along,))
        return g.reshape(kept) * (products_before(rows, along) * after).reshape(shape)

    return y, vjp


def products_before(x, axis):
    """Along `axis`, the product of all elements before each one."""
    return delayed(namespace(x).cumprod(x, axis=axis), axis, 1)


def delayed(x, axis, first):
    """`x` moved on by one along `axis`, with the number `first` where it began."""
    xp, along = namespace(x), (slice(None),) * axis
    return xp.concatenate(
        [xp.full_like(x[(*along, slice(1))], first), x[(*along, slice(x.shape[axis] - 1))]],
        axis=axis,
    )


@method
def sum_to_size(self, *sizes, size=None):
    """The sum over the dimensions along which a tensor of `size` is broadcast to this shape."""
    if size is None:
        size = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], tuple | list) else sizes
    size = tuple(size)
    shape = self.array.shape
    extra = len(shape) - len(size)
    if extra < 0 or [n for n, m in zip(size, shape[extra:]) if n not in (1, m)]:
        raise ShapeError(
            f"size {{{list(size)}}} is not expandable to size {{{list(shape)}}}.\n"
            f"  input {tuple(shape)}   size {tuple(size)}"
        )
    axes = [d for d, m in enumerate(shape) if d < extra or size[d - extra] != m]
    return sum(self, axes, True).reshape(size) if axes or not size else self


# -------------------------------------------------------------------- means and spreads


TENSOR_FUNCTIONS.total = sum


@op(wide=True, shown=per_dim, numbers="some")
def mean(x, /, dim=None, keepdim=False, *, dtype=None):
    """Arithmetic mean over `dim`. Raises RuntimeError for integers: convert with .float()."""
    if dtype is not None:
        return mean_as(x, dim, keepdim, as_dtype(dtype).dtype)
    if x.dtype.kind != "f":
        raise not_float("mean", x.dtype)
    xp, shape = namespace(x), x.shape
    axes, kept = reduced(shape, dim)
    count = math.prod(shape)
    if axes is not None:
        count //= math.prod(kept) or 1
    scale = 1 / count if count else math.nan
    y = xp.total(x, axes, keepdim) * scale  # x.mean() takes 2 us more
    return y, lambda g: xp.expand((g.reshape(kept) if g.ndim else g) * scale, shape)


def mean_as(x, dim, keepdim, kind):
    """The mean in the dtype `kind`, and its vjp."""
    if kind.kind != "f":
        raise not_float("mean", kind, "Optional")
    xp, former = namespace(x), x.dtype
    wide = xp.astype(x, "float32" if kind.itemsize == 2 else kind)
    y, vjp = mean.op.rule(wide, dim, keepdim)
    return xp.astype(y, kind), lambda g: xp.astype(vjp(g), former)


def require_float(name, x):
    if x.dtype.kind != "f":
        raise not_float(name, x.dtype)


def not_float(name, kind, which="Input"):
    """The error for a mean in the dtype `kind`; "Input" or "Optional": where it comes from."""
    return DtypeError(
        f"{name}(): could not infer output dtype. {which} dtype must be either a floating point "
        f"or complex dtype. Got: {SCALAR_NAMES[str(kind)]}\n"
        "  convert it first, with .float()"
    )


@function
@method
@numpy_names
def nanmean(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """Arithmetic mean over `dim` of all that is not nan."""
    if not input.dtype.is_floating_point:
        raise DtypeError(
            "nanmean(): expected input to have floating point or complex dtype but got "
            f"{SCALAR_NAMES[input.dtype.name]}\n  convert it first, with .float()"
        )
    if dtype is not None and not as_dtype(dtype).is_floating_point:
        raise not_float("nanmean", as_dtype(dtype).dtype, "Optional")
    count = sum(known(input), dim, keepdim)
    return true_divide(nansum(input, dim, keepdim, dtype=dtype), count, out=out)


@op(wide=True, numbers="some")
def var(x, /, dim=None, unbiased=True, keepdim=False, *, correction=None):
    """Sum of squared distances from the mean, over the count less `correction` (default 1)."""
    require_spread("std and var", x)
    dim, count, free = freedom("var", x, dim, unbiased, correction)
    axes, kept = reduced(x.shape, dim)
    away = x - x.sum(axis=axes, keepdims=True) / count
    y = (away * away).sum(axis=axes, keepdims=keepdim) / free
    return y, lambda g: g.reshape(kept) * away * (2 / free)


@op(wide=True, numbers="some")
def std(x, /, dim=None, unbiased=True, keepdim=False, *, correction=None):
    """Square root of the variance; see `var`. Its derivative where it is 0 is 0."""
    require_spread("std and var", x)
    dim, count, free = freedom("std", x, dim, unbiased, correction)
    axes, kept = reduced(x.shape, dim)
    xp = namespace(x)
    away = x - x.sum(axis=axes, keepdims=True) / count
    y = xp.sqrt((away * away).sum(axis=axes, keepdims=keepdim) / free)

    def vjp(g):
        rate = xp.where(y == 0, 0, g / (y * free))
        return rate.reshape(kept) * away

    return y, vjp


def require_spread(name, x):
    if x.dtype.kind != "f":
        raise DtypeError(
            f"{name} only support floating point and complex dtypes\n"
            f"  input is {x.dtype}: convert it first, with .float()"
        )


def freedom(name, x, dim, unbiased, correction):
    """`dim`, the number of elements that vary, and the same less `correction`; nan for none.

    `var(x, True)` means unbiased=True.
    """
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 1 if unbiased else 0
    shape = x.shape
    _, kept = reduced(shape, dim)
    count = math.prod(shape) // (math.prod(kept) or 1)
    if count <= correction:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the "
            "reduction factor (input numel divided by output numel).",
            UserWarning,
            stacklevel=4,
        )
    return dim, count or math.nan, count - correction if count > correction else math.nan


@function
@numpy_names
def var_mean(input, dim=None, unbiased=True, keepdim=False, *, correction=None):
    """The variance and the mean; see `var`."""
    return with_mean(var, input, dim, unbiased, keepdim, correction)


@function
@numpy_names
def std_mean(input, dim=None, unbiased=True, keepdim=False, *, correction=None):
    """The standard deviation and the mean; see `std`."""
    return with_mean(std, input, dim, unbiased, keepdim, correction)


def with_mean(spread, input, dim, unbiased, keepdim, correction):
    """(spread, mean), where `spread` is `var` or `std`."""
    require_spread(f"{spread.op.name}_mean", input)
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    return (
        spread(input, dim, unbiased, keepdim, correction=correction),
        mean(input, dim, keepdim),
    )


@op(
    promote="float",
    wide=True,
    numbers="some",
    exact=partial(
        require_castable,
        words="logsumexp(): Expected floating point type for result tensor, but got: {Given}",
    ),
)
def logsumexp(x, /, dim, keepdim=False):
    """log(sum(exp(x))) over `dim`, without overflow.

    >>> from minitorch import tensor
    >>> logsumexp(tensor([1000.0, 1000.0]), 0)
    tensor(1000.6932)
    """
    xp = namespace(x)
    axes, kept = reduced(x.shape, dim)
    if math.prod(x.shape):
        top = xp.amax(x, axis=axes, keepdims=True)
        top = xp.where(xp.isfinite(top), top, 0)
        total = xp.exp(x - top).sum(axis=axes, keepdims=keepdim)
        y = xp.log(total) + top.reshape(total.shape)
    else:
        y = xp.log(x.sum(axis=axes, keepdims=keepdim))
    return y, lambda g: g.reshape(kept) * xp.exp(x - y.reshape(kept))


# -------------------------------------------------------------------- truth


def bool_or_byte(name):
    """What refuses an `out` that is neither of bools nor of uint8."""

    def refuse(out, kind, place):
        if out.dtype is not uint8:
            words = f"{name} only supports bool tensor for result, got: {{Given}}"
            require_out(out, kind, words=words)

    return refuse


def truth(x, dim, keepdim, which):
    """`which` of "all" and "any" over `dim`, of each element for dim=(); uint8 keeps its dtype."""
    axes = () if dim in ((), []) else reduced(x.shape, dim)[0]
    y = getattr(namespace(x), which)(x, axis=axes, keepdims=keepdim)
    return y.astype(x.dtype) if x.dtype.kind == "u" else y


@op(differentiable=False, numbers="some", exact=bool_or_byte("all"))
def all(x, /, dim=None, keepdim=False):
    """Whether all elements are nonzero."""
    return truth(x, dim, keepdim, "all")


@op(differentiable=False, numbers="some", exact=bool_or_byte("any"))
def any(x, /, dim=None, keepdim=False):
    """Whether any element is nonzero."""
    return truth(x, dim, keepdim, "any")


@op(promote=None, differentiable=False, numbers="some")
def count_nonzero(x, /, dim=None):
    """How many elements are not 0, over `dim`."""
    axes, _ = reduced(x.shape, dim)
    return (x != 0).sum(axis=axes)
