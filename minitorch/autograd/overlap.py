"""Arrays that lie in one memory: what PyTorch refuses to write while it is read."""

import warnings

from minitorch.autograd.versions import owner
from minitorch.backend.namespaces import namespace

SHARED = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to "
    "a single memory location. Please clone() the tensor before performing the operation."
)
OVERLAPPING = (
    "unsupported operation: more than one element of the written-to tensor refers to a single "
    "memory location. Please clone() the tensor before performing the operation."
)


def require_apart(written, *read):
    """Refuse to write an array while arrays are read that share a part of its memory.

    That they hold the same elements in the same order is fine. As in PyTorch, nobody looks into
    arrays with gaps, such as x[::2].
    """
    for array in read:
        if partly_shared(written, array):
            raise RuntimeError(SHARED)


def require_disjoint(written, *read):
    """Refuse to write an array while arrays are read that hold any of its elements."""
    for array in read:
        if wholly_shared(written, array) or partly_shared(written, array):
            raise RuntimeError(SHARED)


def require_writable_elements(array):
    """Refuse to write an array of which several elements lie at one place, as `expand` makes it."""
    if array.size and is_expanded(array):
        raise RuntimeError(OVERLAPPING)


def wholly_shared(x, y):
    """Whether two arrays lie at the same place."""
    if type(y) is not type(x) or not x.size or owner(x) is not owner(y):
        return False
    bounds = namespace(x).byte_bounds
    return bounds(x) == bounds(y)


def partly_shared(x, y):
    """Whether two arrays without gaps have some elements in common, yet not all in one order."""
    if x is y or type(y) is not type(x) or (x.base is None and y.base is None):
        return False
    if owner(x) is not owner(y) or not x.size or not y.size:
        return False
    bounds = namespace(x).byte_bounds
    (first, last), (start, stop) = bounds(x), bounds(y)
    if last - first != x.nbytes or stop - start != y.nbytes:
        return False
    if (first, last) == (start, stop):
        return steps(x) != steps(y)
    return first < stop and start < last


def opened(array, repeated=False):
    """`array`, read-only as a part of what `expand` or `unfold` made, such that it can be written.

    repeated  also where elements overlap

    Raises RuntimeError where elements overlap, and for memory that nobody may write.
    """
    if not hasattr(array.flags, "writeable"):  # CuPy's arrays can be written as they are
        return array
    y = namespace(array).strided(array, array.shape, array.strides, 0)
    if repeated and y.base.flags.writeable:
        y.flags.writeable = True
    if not y.flags.writeable:
        raise RuntimeError(OVERLAPPING)
    return y


def is_expanded(array):
    """Whether `expand` made several elements of one."""
    return any(n > 1 and not step for n, step in zip(array.shape, array.strides))


def warn_of_expanded(name, example):
    """Say that PyTorch will refuse this write one day."""
    warnings.warn(
        f"Use of {name} on expanded tensors is deprecated. Please clone() the tensor before "
        f"performing this operation. This also applies to advanced indexing e.g. {example}",
        UserWarning,
        stacklevel=4,
    )


def steps(array):
    """The strides that count."""
    return [step for n, step in zip(array.shape, array.strides) if n > 1]
