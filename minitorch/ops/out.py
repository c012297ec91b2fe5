"""`out=` of the functions that combine ops; ops have it by themselves."""

from functools import partial, wraps

from minitorch.autograd.node import grad_mode
from minitorch.autograd.op import written
from minitorch.autograd.overlap import SHARED
from minitorch.autograd.refusals import NO_GRADIENT
from minitorch.autograd.tensor import Tensor
from minitorch.autograd.versions import owner
from minitorch.backend.namespaces import namespace


def into(out, f, *args, exact=None, **settings):
    """The tensor `out` with the value of f(*args, **settings) written into it.

    exact  as at `takes_out`

    Raises RuntimeError where a gradient is wanted, where `out` shares memory with an input, and
    where the dtype of the value can't be cast to that of `out`.
    """
    tensors = tensors_in([*args, *settings.values()])
    require_no_gradient(f.__name__, [*tensors, out])
    y = f(*args, **settings)
    if exact:
        exact(out, y.dtype, "result")
    if any(t is not out and overlap(t.array, out.array, y.array) for t in tensors):
        raise RuntimeError(SHARED)
    return written(y.array, out)


def tensors_in(values):
    """The tensors among these values, and in the tuples and lists among them."""
    found = list(values)
    for each in found:  # grows while we walk it
        if isinstance(each, tuple | list):
            found.extend(each)
    return [each for each in found if isinstance(each, Tensor)]


def require_no_gradient(name, tensors):
    """Refuse to write where a gradient is wanted."""
    if grad_mode.enabled and any(t.node is not None for t in tensors):
        raise RuntimeError(f"{name}(): {NO_GRADIENT}")


def takes_out(f=None, *, exact=None):
    """`f` that takes `out=` too: a tensor, or as many of them as f returns.

    exact  refuses an `out` of another dtype, as `require_out` does; None: values are cast
    """
    if f is None:
        return partial(takes_out, exact=exact)

    @wraps(f)
    def call(*args, out=None, **settings):
        if out is None:
            return f(*args, **settings)
        if isinstance(out, Tensor):
            return into(out, f, *args, exact=exact, **settings)
        require_no_gradient(f.__name__, tensors_in([*args, *settings.values(), *out]))
        values = f(*args, **settings)
        for y, o, name in zip(values, out, values._fields) if exact else ():
            exact(o, y.dtype, name)
        return type(values)(*[written(y.array, o) for y, o in zip(values, out, strict=True)])

    return call


def overlap(array, out, value):
    """Whether `array` lies where `value` is to be written: at `out`, or on from its start."""
    start, stop = namespace(out).byte_bounds(out)
    if out.shape != value.shape and owner(out) is owner(array):
        stop = start + value.nbytes
    first, last = namespace(array).byte_bounds(array)
    return array is out or (array.size and first < stop and start < last)
