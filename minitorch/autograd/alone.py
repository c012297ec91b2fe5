"""Whether anybody else can see the memory of a tensor."""

import sys

import numpy as np

from minitorch.autograd.tensor import wrap


def holders(tensor):
    """How many references to the array of `tensor` there are, this call's own included."""
    return sys.getrefcount(tensor.array)


ALONE = holders(wrap(np.empty(1)))


def keep_in_place(tensor):
    """Let others know where the elements of `tensor` lie: in-place writes leave them there.

    Not those of a leaf that requires grad, to which nobody writes.
    """
    leaf = tensor.node is not None and tensor.node.leaf is not None
    if tensor.array.base is None and not leaf:
        tensor.array = tensor.array.view()


def is_alone(tensor):
    """Whether nobody but `tensor` has to do with the memory of its array."""
    return holders(tensor) == ALONE and tensor.array.base is None
