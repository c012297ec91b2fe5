"""When memory was last changed in place: how stale captured arrays are found.

Nothing is counted while ops run. An in-place write stamps the memory it wrote with the next order
number, and backward looks at stamps only where some stamp is younger than a node: a step whose
writes all come before its forward pass or after its backward pass pays one comparison.
"""

import weakref

import numpy as np

from minitorch.autograd.node import next_order


class Version:
    """order: when the memory was last written; count: how often."""

    __slots__ = ("count", "order")

    def __init__(self):
        self.order = 0
        self.count = 0


class _Clock:
    """latest: the order number of the last in-place write anywhere."""

    latest = 0


clock = _Clock()
_versions: dict = {}  # id of the owner of the memory -> (weak reference to it, Version)


def owner(array):
    """The array that owns the memory which `array` views."""
    kind = type(array)
    while type(array.base) is kind:
        array = array.base
    return array


def version_of(array):
    """The Version of the memory of `array`, made at the first call."""
    memory = owner(array)
    key = id(memory)
    entry = _versions.get(key)
    if entry is None:
        entry = (weakref.ref(memory, lambda _: _versions.pop(key, None)), Version())
        _versions[key] = entry
    return entry[1]


def stamp(*versions):
    """Note that the memory of these versions has just been written."""
    clock.latest = order = next_order()
    for version in versions:
        version.order = order
        version.count += 1


def unwatched(array):
    """The same memory as if `array` did not own it: a write here does not count as one there."""
    if isinstance(array, np.ndarray):
        return np.asarray(array.data)
    return type(array)(array.shape, array.dtype, array.data, array.strides)


def touch(array):
    """Note that `array` has just been written in place."""
    stamp(version_of(array))


def count_on(array, former):
    """`array` takes the place of `former`, whose writes it goes on counting."""
    entry = _versions.get(id(owner(former)))
    version_of(array).count = 1 if entry is None else entry[1].count + 1


def changed_since(order, arrays):
    """The first of `arrays` whose memory was written after `order`, or None."""
    for array in arrays:
        if hasattr(array, "strides"):
            entry = _versions.get(id(owner(array)))
            if entry is not None and entry[1].order > order:
                return array
    return None


def check(node, arrays):
    """Refuse to use `arrays` that `node` needs if one was written after they were used."""
    array = changed_since(node.order, arrays)
    if array is not None:
        raise RuntimeError(
            "one of the variables needed for gradient computation has been modified by an inplace "
            f"operation: a tensor of shape {list(array.shape)} that {node.name()} needs was "
            "written after it was used\n"
            "  use the out-of-place form (x = x + 1 for x += 1), or write to a clone()"
        )
