"""Where gradients end: in the `.grad` of a leaf, or in the hands of who called `grad`.

Both own the memory of their gradient. What the engine computed may be a view, or may be held by
somebody else; it is copied only then, for copying four million bytes takes 0.3 ms.
"""

import sys

import numpy as np

from minitorch.autograd import versions
from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.namespaces import namespace


def references(thing):
    """How many references `sys.getrefcount` counts to what only `engine.walk` holds."""
    g = thing.copy()
    return sys.getrefcount(g)


ALONE = references([])


def references_of_base(view):
    """How many references are counted to the array that `view` is a view of, if no other is."""
    base = view.base
    return sys.getrefcount(base)


VIEWED_ONCE = references_of_base(np.empty(2).reshape(2, 1))


def is_own(g):
    """Whether an array that only `engine.walk` holds has its memory for itself, as a whole.

    It may be a view of an array that nobody else holds.
    """
    if g.base is None:
        return True
    return (
        type(g.base) is type(g)
        and g.base.nbytes == g.nbytes
        and g.flags.c_contiguous  # so no window that overlaps another
        and getattr(g.flags, "writeable", True)  # NumPy's broadcasts are not; CuPy has no such flag
        and references_of_base(g) == VIEWED_ONCE
    )


def accumulate(node, g, alone):
    """Add `g` to the `.grad` of a leaf, which owns the memory of its gradient."""
    tensor = node.leaf()
    if tensor is None:
        return
    if isinstance(g, Tensor):
        tensor._grad = g.clone() if tensor._grad is None else tensor._grad + g
    elif tensor._grad is None:
        array = tensor.array
        if g.strides != array.strides or type(g) is not type(array):
            g = laid_out_as(array, g)
        elif not (alone and is_own(g)):
            g = namespace(array).array(g, copy=True)
        tensor._grad = wrap(g)
    elif tensor._grad.node is not None:
        tensor._grad = wrap(tensor._grad.array + g)
    else:
        tensor._grad.array += g
        versions.touch(tensor._grad.array)
    for hook in node.settings[:]:  # each may take itself out
        if hook(tensor) is not None:
            raise RuntimeError("Tensor post accumulate grad hooks should return None.")


def laid_out_as(array, g):
    """A copy of `g` in the memory order of `array`, as far as that leaves no gaps."""
    xp = namespace(array)
    if array.flags.c_contiguous:
        return xp.copied(xp.asarray(g), "C")
    made = xp.empty_like(array)
    made[...] = xp.asarray(g)
    return made


def own(g, each):
    """`g`, the gradient of `each`, as an array that nobody else writes to."""
    if isinstance(each, Tensor):
        return laid_out_as(each.array, g)
    return np.array(g) if isinstance(g, np.ndarray | np.generic) else g.copy()
