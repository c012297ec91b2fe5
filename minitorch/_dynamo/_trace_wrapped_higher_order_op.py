"""Where programs find the mark that lets PyTorch read `x[i]`, with an i that `vmap` maps."""

from contextlib import nullcontext


class TransformGetItemToIndex(nullcontext):
    """A context without effect: `x[i]` with a mapped i is read as an index anyway.

    >>> from minitorch import arange, vmap
    >>> with TransformGetItemToIndex():
    ...     vmap(lambda i: arange(4)[i] * 10)(arange(3))
    tensor([ 0, 10, 20])
    """
