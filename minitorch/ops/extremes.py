"""The largest and smallest elements, over all dimensions or some, and where they are."""

from minitorch.autograd.op import op
from minitorch.autograd.parts import return_type
from minitorch.autograd.refusals import exactly, require_out
from minitorch.autograd.tensor import Tensor, function, method
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.elementwise import maximum, minimum
from minitorch.ops.making import require_tensor
from minitorch.ops.numpy_names import numpy_names
from minitorch.ops.reduce import axes_of, known, reduced

UNLIKE_INPUT = exactly(
    "Expected the dtype for input and out to match, but got {Made} for input's dtype and {Given} "
    "for out's dtype."
)


@op(exact=UNLIKE_INPUT)
def amax(x, /, dim=None, keepdim=False):
    """The largest elements over `dim`; equal ones share the gradient."""
    return extreme("amax", x, dim, keepdim)


@op(exact=UNLIKE_INPUT)
def amin(x, /, dim=None, keepdim=False):
    """The smallest elements over `dim`; equal ones share the gradient."""
    return extreme("amin", x, dim, keepdim)


def extreme(name, x, dim, keepdim):
    """The op `name` (amax or amin) of arrays, with its vjp."""
    axes, kept = reduced(x.shape, dim)
    xp = namespace(x)
    if 0 in x.shape:
        if dim is None or dim in ((), []):
            raise ShapeError(f"{no_elements(name)}\n  input {tuple(x.shape)}")
        require_elements(f"{name}()", x.shape, [dim] if isinstance(dim, int) else dim)
    y = xp.dense(getattr(xp, name)(x, axis=axes, keepdims=keepdim))

    def vjp(g):
        ties = xp.astype(x == y.reshape(kept), x.dtype)
        return ties * (g.reshape(kept) / ties.sum(axis=axes, keepdims=True))

    return y, vjp


@op(public=False, shown="MaxBackward1")
def max_of_all(x, /):
    """The largest element of all; equal ones share the gradient."""
    xp = namespace(x)
    y = xp.amax(x)
    return y, lambda g: shared_by_equals(xp, g, x, y)


@op(public=False, shown="MinBackward1")
def min_of_all(x, /):
    """The smallest element of all; equal ones share the gradient."""
    xp = namespace(x)
    y = xp.amin(x)
    return y, lambda g: shared_by_equals(xp, g, x, y)


def shared_by_equals(xp, g, x, y):
    """`g` in equal shares to all elements of `x` that are y, or nan as y is; 0 to the others."""
    equal = (x == y) | ~(known(x) | known(y))
    return xp.where(equal, g / xp.astype(equal.sum(), x.dtype), 0)


def require_elements(name, shape, axes):
    """Refuse to look for one element among none."""
    for axis in axes:
        if shape and not shape[axis]:
            raise IndexError(
                f"{name}: Expected reduction dim {axis} to have non-zero size.\n"
                f"  input {tuple(shape)}"
            )


def no_elements(name):
    return (
        f"{name}(): Expected reduction dim to be specified for input.numel() == 0. "
        "Specify the reduction dim with the 'dim' argument."
    )


AMINMAX = return_type("aminmax", ("min", "max"))


@function
@method
@numpy_names
def aminmax(input, *, dim=None, keepdim=False, out=None):
    """The smallest and the largest elements, over all dimensions or one; see `amin`.

    >>> from minitorch import tensor
    >>> aminmax(tensor([3, 1, 2]))
    torch.return_types.aminmax(
    min=tensor(1),
    max=tensor(3))
    """
    require_tensor("aminmax", input)
    shape = input.array.shape
    if 0 in shape:
        if dim is None:
            raise ShapeError(
                "aminmax(): cannot compute aminmax over an empty dimension as the operation has no "
                f"identity.\n  input {tuple(shape)}"
            )
        require_elements("aminmax", shape, axes_of(len(shape), dim))
    low, high = out or (None, None)
    for each in out or ():
        require_out(each, input.dtype)
    return AMINMAX(amin(input, dim, keepdim, out=low), amax(input, dim, keepdim, out=high))


# -------------------------------------------------------------------- along one dimension


@op(promote=None, public=False, outputs=("values", "indices"), shown="Max")
def max_along(x, /, dim, keepdim=False):
    """The largest element along `dim`, the first of equal ones, and its index."""
    return along(x, dim, keepdim, "argmax")


@op(promote=None, public=False, outputs=("values", "indices"), shown="Min")
def min_along(x, /, dim, keepdim=False):
    """The smallest element along `dim`, the first of equal ones, and its index."""
    return along(x, dim, keepdim, "argmin")


def along(x, dim, keepdim, which):
    """Values and indices by `which` (argmax or argmin) along `dim`, with their vjp."""
    (axis,) = axes_of(x.ndim, (dim,)) or (0,)
    if 0 in x.shape:
        require_elements(f"{which[3:]}()", x.shape, (axis,))
    return selected(
        x, axis, keepdim, lambda xp, x, axis: xp.expand_dims(getattr(xp, which)(x, axis), axis)
    )


def selected(x, axis, keepdim, choose):
    """(values, indices) and their vjp; `choose(xp, x, axis)` finds the indices along `axis`.

    keepdim  False: `axis`, along which there is one index, is left out
    """
    xp, shape = namespace(x), x.shape
    if not shape:
        return (xp.copy(x), xp.zeros((), "int64")), lambda parts: parts[0]
    indices = choose(xp, x, axis)
    values = xp.take_along(x, indices, axis)
    kept = values.shape

    def vjp(parts):
        return xp.put_along(parts[0].reshape(kept), indices, axis, shape)

    if not keepdim:
        return (values.squeeze(axis), indices.squeeze(axis)), vjp
    return (values, indices), vjp


@function
@method
def max(input, dim=None, keepdim=False, *, other=None, axis=None, keepdims=None, out=None):
    """max(x): the largest element; max(x, dim): values and indices; max(x, y): `maximum`.

    >>> from minitorch import tensor
    >>> max(tensor([[1.0, 5.0], [7.0, 2.0]]), 1).indices
    tensor([1, 0])
    """
    dim, keepdim = dim if axis is None else axis, keepdim if keepdims is None else keepdims
    dim = dim if other is None else other
    return three_forms("max", max_of_all, max_along, maximum, input, dim, keepdim, out)


@function
@method
def min(input, dim=None, keepdim=False, *, other=None, axis=None, keepdims=None, out=None):
    """min(x): the smallest element; min(x, dim): values and indices; min(x, y): `minimum`."""
    dim, keepdim = dim if axis is None else axis, keepdim if keepdims is None else keepdims
    dim = dim if other is None else other
    return three_forms("min", min_of_all, min_along, minimum, input, dim, keepdim, out)


def three_forms(name, whole, along_dim, pairwise, input, dim, keepdim, out):
    """`max` or `min`, by what `dim` is: of the whole tensor, along a dimension, of two tensors."""
    require_tensor(name, input)
    if dim is None:
        if not input.numel():
            raise ShapeError(no_elements(name))
        return whole(input, out=out)
    if isinstance(dim, Tensor):
        return pairwise(input, dim, out=out)
    return along_dim(input, dim, keepdim, out=out)


@op(differentiable=False, numbers="some", exact=require_out)
def argmax(x, /, dim=None, keepdim=False):
    """The index (int64) of the largest element along `dim`, or in the flattened tensor."""
    return position(x, dim, keepdim, "argmax")


@op(differentiable=False, numbers="some", exact=require_out)
def argmin(x, /, dim=None, keepdim=False):
    """The index (int64) of the smallest element along `dim`, or in the flattened tensor."""
    return position(x, dim, keepdim, "argmin")


def position(x, dim, keepdim, which):
    """The index that `which` (argmax or argmin) finds, refused where there is none."""
    if x.dtype.kind == "b":
        raise DtypeError(f"{which}(): does not support bool input")
    if dim is not None:
        (dim,) = axes_of(x.ndim, (dim,)) or (None,)
    if 0 in x.shape:
        if dim is None:
            raise IndexError(no_elements(which).partition(" Specify")[0])
        require_elements(f"{which}()", x.shape, (dim,))
    return getattr(namespace(x), which)(x, axis=dim, keepdims=keepdim)
