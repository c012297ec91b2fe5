"""Running sums, products and extremes along a dimension."""

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import exactly, require_int, require_kind
from minitorch.autograd.tensor import FUNCTIONS, Tensor, function, method
from minitorch.backend.dtypes import get_default_dtype
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.comparison import logical_xor
from minitorch.ops.creation import zeros
from minitorch.ops.elementwise import add, mul, sub, true_divide
from minitorch.ops.join import cat
from minitorch.ops.making import require_tensor
from minitorch.ops.numpy_names import numpy_names
from minitorch.ops.out import takes_out
from minitorch.ops.reduce import delayed, products_before, sum
from minitorch.ops.shape import axis_of, clone, reshape


@op(casts="out", wide=True, numbers="some", refuses=("b", "cumsum_out_cpu"))
def cumsum(x, /, dim):
    """The sums of the first 1, 2, ... elements along `dim`; integers and bools give int64.

    >>> from minitorch import tensor
    >>> cumsum(tensor([1, 2, 3]), 0)
    tensor([1, 3, 6])
    """
    axis, xp = axis_of(x.ndim, dim), namespace(x)
    if x.dtype.kind == "u":
        x = x.astype("int64")
    y = xp.dense(xp.cumsum(in_a_line(x), axis=axis)).reshape(x.shape)
    return y, lambda g: from_the_end(xp.cumsum, g, axis)


def in_a_line(x):
    """`x` with a dimension: without one CuPy adds nothing up."""
    return x if x.ndim else x.reshape(1)


def from_the_end(f, g, axis):
    """`f` along `axis` from the last element to the first."""
    if not g.ndim:
        return g
    flip = namespace(g).flip
    return flip(f(flip(g, (axis,)), axis=axis), (axis,))


@op(casts="out", wide=True, numbers="some", refuses=("b", "cumprod_out_cpu"))
def cumprod(x, /, dim):
    """The products of the first 1, 2, ... elements along `dim`; integers and bools give int64.

    What follows an element i sums up to r[i] = g[i] + x[i + 1] * r[i + 1]; so its gradient is r[i]
    times the product of those before it, and zeros need no division.
    """
    axis, xp = axis_of(x.ndim, dim), namespace(x)
    if x.dtype.kind == "u":
        x = x.astype("int64")
    y = xp.dense(xp.cumprod(in_a_line(x), axis=axis)).reshape(x.shape)

    def vjp(g):
        return products_before(x, axis) * recur_back(x, g, axis) if x.ndim else g

    return y, vjp


def recur_back(a, b, axis):
    """y with y[i] = b[i] + a[i + 1] * y[i + 1] along `axis`, where y[n] = 0."""
    xp, axes = namespace(a), (axis,)
    return xp.flip(xp.recur(delayed(xp.flip(a, axes), axis, 0), xp.flip(b, axes), axis), axes)


@op(public=False, joint=True)
def recur(a, b, /, axis):
    """y with y[i] = a[i] * y[i - 1] + b[i] along `axis`, where y[-1] = 0."""
    y = namespace(a).recur(a, b, axis)

    def vjp(g):
        share = recur_back(a, g, axis)
        return share * delayed(y, axis, 0), share

    return y, vjp


in_words = exactly("expected scalar_type {Made} but found {Given}")


@op(wide=True, numbers="some", exact=in_words)
def logcumsumexp(x, /, dim):
    """log(exp(x[0]) + ... + exp(x[i])) for each i along `dim`, without overflow."""
    require_kind(x.dtype, "biu", "logcumsumexp_out_cpu")
    axis, xp = axis_of(x.ndim, dim), namespace(x)
    if not x.ndim:
        return xp.copy(x), lambda g: g
    y = xp.add_up_exponents(x, axis)

    def vjp(g):
        """exp(x[i] - y[j]), summed over j >= i, in steps of exp(y[j] - y[j + 1]) <= 1."""
        before = delayed(y, axis, 0)
        ratio = xp.exp(xp.where(before == y, 0, before - y))
        return xp.exp(xp.where(x == y, 0, x - y)) * recur_back(ratio, g, axis)

    return y, vjp


TENSOR_FUNCTIONS.add_up_exponents = logcumsumexp


@op(promote=None, outputs=("values", "indices"), numbers="some", exact=in_words)
def cummax(x, /, dim):
    """The largest of the first 1, 2, ... elements along `dim`, and its index, the last of equals.

    >>> from minitorch import tensor
    >>> cummax(tensor([1, 3, 2]), 0).values
    tensor([1, 3, 3])
    """
    return best_so_far(x, dim, "max")


@op(promote=None, outputs=("values", "indices"), numbers="some", exact=in_words)
def cummin(x, /, dim):
    """The smallest of the first 1, 2, ... elements along `dim`; see `cummax`."""
    return best_so_far(x, dim, "min")


def best_so_far(x, dim, which):
    axis, xp, shape = axis_of(x.ndim, dim), namespace(x), x.shape
    if not shape:
        return (xp.copy(x), xp.zeros((), "int64")), lambda parts: parts[0]
    indices = xp.run_of_best(x, axis, which)
    values = xp.take_along(x, indices, axis)
    return (values, indices), lambda parts: xp.add_along(parts[0], indices, axis, shape)


@op(promote=None, differentiable=False, public=False)
def run_of_best(x, /, axis, which):
    """Where the largest ("max") or smallest ("min") element so far is, the last of equal ones."""
    return namespace(x).run_of_best(x, axis, which)


# -------------------------------------------------------------------- differences and areas


@function
@method
@numpy_names
@takes_out
def diff(input, n=1, dim=-1, prepend=None, append=None):
    """input[i + 1] - input[i] along `dim`, `n` times over; of bools, whether they differ.

    prepend, append  what to join before and behind first, with the other sizes of `input`
    """
    require_tensor("diff", input)
    if not input.array.ndim:
        raise ShapeError("diff expects input to be at least one-dimensional")
    require_int("diff", n=n)
    if n < 0:
        raise ShapeError(f"order must be non-negative but got {n}")
    axis = axis_of(input.array.ndim, dim)
    parts = [each for each in (prepend, input, append) if each is not None]
    for each in parts:
        if each.array.ndim != input.array.ndim:
            raise ShapeError(
                "diff expects prepend or append to be the same dimension as input\n"
                f"  input {tuple(input.shape)}   the other {tuple(each.shape)}"
            )
        for d, (own, given) in enumerate(zip(input.array.shape, each.array.shape)):
            if own != given and d != axis:
                raise ShapeError(
                    "diff expects the shape of tensor to prepend or append to match that of input "
                    f"except along the differencing dimension; input.size({d}) = {own}, but got "
                    f"tensor.size({d}) = {given}"
                )
    y = cat(parts, axis) if n and len(parts) > 1 else input if n else clone(input)
    for _ in range(n if n < y.shape[axis] else y.shape[axis]):
        y = (logical_xor if y.dtype.kind == "b" else sub)(*neighbours(y, axis))
    return y


def neighbours(y, axis):
    """All elements along `axis` but the first, and all but the last."""
    along = (slice(None),) * axis
    return y[(*along, slice(1, None))], y[(*along, slice(None, -1))]


@function
@numpy_names
def gradient(input, *, spacing=1, dim=None, edge_order=1):
    """The derivative along each dimension by differences of neighbours, as a tuple.

    spacing     the distance of neighbours, or for each dimension its distance, or a tensor of the
                coordinates of its elements
    dim         the dimension or dimensions; None: all
    edge_order  1 or 2: of the differences at both ends; inside they are of second order

    >>> from minitorch import tensor
    >>> gradient(tensor([1.0, 4.0, 9.0, 16.0]))
    (tensor([3., 4., 6., 7.]),)

    Fornberg, Generation of Finite Difference Formulas on Arbitrarily Spaced Grids, 1988.
    """
    if edge_order not in (1, 2):
        raise ShapeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    if input.dtype.kind in "bu":
        raise DtypeError(f"torch.gradient does not support {input.dtype.name} input.")
    dims = range(input.array.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    axes = [axis_of(input.array.ndim, each) for each in dims]
    if len(set(axes)) < len(axes):
        twice = next(axis for axis in axes if axes.count(axis) > 1)
        raise ShapeError(f"dim {twice} appears multiple times in the list of dims")
    if not isinstance(spacing, list | tuple):
        spacing = [1 if spacing is None else spacing] * len(axes)
    if len(spacing) != len(axes):
        raise ShapeError(
            "torch.gradient expected spacing to be unspecified, a scalar"
            + (
                f", or a list of length equal to 'self.dim() = {len(axes)}', since dim argument "
                f"was not given, but got a list of length {len(spacing)}"
                if dim is None
                else " or it's spacing and dim arguments to have the same length, but got a "
                f"spacing argument of length {len(spacing)} and a dim argument of length "
                f"{len(axes)}."
            )
        )
    for axis in axes:
        if input.shape[axis] < edge_order + 1:
            raise ShapeError(
                "torch.gradient expected each dimension size to be at least edge_order+1\n"
                f"  dimension {axis} has size {input.shape[axis]}, edge_order is {edge_order}"
            )
    if input.dtype.kind != "f":
        input = input.to(get_default_dtype())
    return tuple(slopes(input, axis, h, edge_order) for axis, h in zip(axes, spacing))


def slopes(x, axis, spacing, edge_order):
    """`gradient` along one axis."""
    x = x.movedim(axis, -1)
    uneven = isinstance(spacing, Tensor) and spacing.array.ndim
    parts = uneven_slopes(x, spacing, edge_order) if uneven else even_slopes(x, edge_order)
    y = cat(parts, -1) if uneven else cat(parts, -1) / spacing
    return y.movedim(-1, axis).contiguous()


def even_slopes(x, edge_order):
    """The slopes along the last axis, times the spacing: the first, those inside, the last."""
    inside = (x[..., 2:] - x[..., :-2]) / 2
    if edge_order == 1:
        return x[..., 1:2] - x[..., :1], inside, x[..., -1:] - x[..., -2:-1]
    first = -1.5 * x[..., :1] + 2 * x[..., 1:2] - 0.5 * x[..., 2:3]
    last = 0.5 * x[..., -3:-2] - 2 * x[..., -2:-1] + 1.5 * x[..., -1:]
    return first, inside, last


def uneven_slopes(x, places, edge_order):
    """The slopes along the last axis where the elements stand at `places`; as `even_slopes`."""
    steps = sub(*neighbours(places, 0))
    rises = sub(*neighbours(x, x.ndim - 1)) / steps
    first, last = rises[..., :1], rises[..., -1:]
    if x.shape[-1] == 2:
        return first, last
    left, right = rises[..., :-1], rises[..., 1:]
    before, behind = steps[:-1], steps[1:]
    inside = (left * behind + right * before) / (before + behind)
    if edge_order == 2:
        first = first + (first - inside[..., :1])
        last = last + (last - inside[..., -1:])
    return first, inside, last


@function
@numpy_names
def trapezoid(y, x=None, *, dx=None, dim=-1):
    """The area below `y` by the trapezoidal rule, along `dim`.

    x   where along the abscissa y stands: (n,), or of a shape that broadcasts to y's
    dx  the distance of neighbours instead; default 1

    >>> from minitorch import tensor
    >>> trapezoid(tensor([1.0, 2.0, 4.0]))
    tensor(4.5000)
    """
    if not y.array.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    axis = axis_of(y.array.ndim, dim)
    if not y.shape[axis]:
        shape = [n for d, n in enumerate(y.shape) if d != axis]
        return zeros(shape, dtype=y.dtype, device=y.device)
    if x is None:
        require_numbers("trapezoid", y)
        along = (slice(None),) * axis
        ends = add(y[(*along, 0)], y[(*along, -1)])
        return mul(sub(sum(y, axis), mul(ends, 0.5)), 1 if dx is None else dx)
    width = widths("trapezoid", y, x, axis)
    return true_divide(sum(mul(add(*neighbours(y, axis)), width), axis), 2)


@function
@numpy_names
def cumulative_trapezoid(y, x=None, *, dx=None, dim=-1):
    """The areas below the first 2, 3, ... points of `y`; see `trapezoid`."""
    axis = axis_of(y.array.ndim, dim)
    if x is None:
        require_numbers("cumulative_trapezoid", y)
        return mul(cumsum(add(*neighbours(y, axis)), axis), (1 if dx is None else dx) / 2)
    width = widths("cumulative_trapezoid", y, x, axis)
    return true_divide(cumsum(mul(add(*neighbours(y, axis)), width), axis), 2)


def require_numbers(name, y, x=None):
    if "b" in (y.dtype.kind, None if x is None else x.dtype.kind):
        which = "`y`" if x is None else "`x` or `y`"
        raise DtypeError(f"{name}: received a bool input for {which}, but bool is not supported")


def widths(name, y, x, axis):
    """The distances of neighbours in `x`, so that they broadcast with `y`."""
    require_numbers(name, y, x)
    ndim = y.array.ndim
    if x.array.ndim == 1:
        if x.shape[0] != y.shape[axis]:
            raise ShapeError(
                f"{name}: There must be one `x` value for each sample point\n"
                f"  y {tuple(y.shape)}   x {tuple(x.shape)}   dim {axis}"
            )
        x = reshape(x, [x.shape[0] if d == axis else 1 for d in range(ndim)])
    elif x.array.ndim < ndim:
        x = reshape(x, (*[1] * (ndim - x.array.ndim), *x.shape))
    return sub(*neighbours(x, axis))


FUNCTIONS["trapz"] = trapezoid
