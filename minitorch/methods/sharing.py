"""Tensors whose memory several processes see: `share_memory_`.

The memory is a file without a name, which the operating system frees with the last process that
has it open. A process that is forked has it anyway; to one that is spawned, `multiprocessing` hands
the open file, so that what it unpickles is the same memory.
"""

import os
import weakref

import numpy as np

from minitorch.autograd.rebase import address
from minitorch.autograd.tensor import Tensor, around, method
from minitorch.autograd.versions import owner
from minitorch.backend.dtypes import BY_NUMPY


@method
def share_memory_(self):
    """Move the elements to memory that other processes see; returns the tensor.

    To be called before the tensor is handed to them. On a GPU it changes nothing.
    """
    from multiprocessing.reduction import ForkingPickler  # noqa: PLC0415  10 ms, for few programs

    if self.is_cuda or self.is_shared():
        return self
    array = self.array
    self.array = mapped(nameless_file(array.nbytes), array.shape, array.dtype)
    self.array[...] = array
    for kind in kinds_of(Tensor):
        ForkingPickler.register(kind, reduce_shared)
    return self


@method
def is_shared(self):
    """Whether other processes see the memory: after `share_memory_`, and that of a GPU."""
    return self.is_cuda or shared_file(self.array) is not None


def kinds_of(kind):
    """A class and all that derive from it."""
    return [kind, *[each for derived in kind.__subclasses__() for each in kinds_of(derived)]]


_files: dict = {}  # id of an array -> (weak reference to it, the open file that it maps)


def shared_file(array):
    """The open file that holds the memory which `array` views, or None."""
    memory, file = _files.get(id(owner(array)), (None, None))
    return file if memory is not None and memory() is owner(array) else None


def nameless_file(size):
    """A file in memory, where the system has such; else one on the disk that has no name."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("minitorch")
    else:
        import tempfile  # noqa: PLC0415  6 ms, for a few systems

        with tempfile.TemporaryFile() as nameless:
            file = os.dup(nameless.fileno())
    os.ftruncate(file, max(size, 1))
    return file


def mapped(file, shape, dtype, strides=None, offset=0):
    """An array in the memory of an open file, which is closed with it."""
    from mmap import mmap  # noqa: PLC0415  likewise

    whole = np.frombuffer(mmap(file, 0), np.uint8)
    key = id(whole)
    _files[key] = (weakref.ref(whole), file)
    weakref.finalize(whole, closed, key, file)
    return np.ndarray(shape, dtype, whole, offset, strides)


def closed(key, file):
    del _files[key]
    os.close(file)


def reduce_shared(tensor):
    """How a tensor is pickled for another process: by its open file, where it has one."""
    from multiprocessing.reduction import DupFd  # noqa: PLC0415  likewise

    array, file = tensor.array, shared_file(tensor.array)
    if file is None:
        return tensor.__reduce__()
    offset = address(array) - address(owner(array))
    place = (array.shape, array.dtype.str, array.strides, offset)
    return open_shared, (type(tensor), DupFd(file), place, tensor.requires_grad, vars(tensor))


def open_shared(kind, file, place, requires_grad, attributes):
    """The tensor in the process that unpickles it."""
    shape, dtype, strides, offset = place
    array = mapped(file.detach(), shape, BY_NUMPY[np.dtype(dtype)].dtype, strides, offset)
    tensor = around(array, kind)
    vars(tensor).update(attributes)
    return tensor.requires_grad_(requires_grad)
