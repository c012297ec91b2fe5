"""Other shapes of the same elements. Views share memory with their input wherever NumPy can."""

import math

from minitorch.autograd.op import op
from minitorch.backend.namespaces import namespace


@op(promote=None)
def astype(x, /, dtype):
    """A copy of another dtype; gradients are converted back."""
    xp, former = namespace(x), x.dtype
    return xp.astype(x, dtype), lambda g: xp.astype(g, former)


@op(promote=None)
def clone(x, /):
    """A copy in memory of its own."""
    return namespace(x).copy(x), lambda g: g


@op(view=True)
def reshape(x, /, shape):
    former = x.shape
    return x.reshape(shape), lambda g: g.reshape(former)


@op(view=True, numpy=("transpose",))
def permute(x, /, dims):
    """The dimensions in the order `dims`."""
    xp = namespace(x)
    back = [0] * len(dims)
    for i, d in enumerate(dims):
        back[d] = i
    return xp.transpose(x, dims), lambda g: xp.transpose(g, back)


@op(view=True)
def squeeze(x, /, dim=None):
    former = x.shape
    return x.squeeze(dim), lambda g: g.reshape(former)


@op(view=True)
def swapaxes(x, /, axis0, axis1):
    xp = namespace(x)
    return xp.swapaxes(x, axis0, axis1), lambda g: xp.swapaxes(g, axis0, axis1)


@op(view=True, shown="Expand")
def expand(x, /, size):
    """`x` broadcast to `size`; -1 keeps a dimension as it is."""
    return namespace(x).expand(x, size), lambda g: g
