"""Tensors and the memory that they view: `untyped_storage`, `set_`."""

import math
import warnings

from minitorch.autograd.alone import keep_in_place
from minitorch.autograd.rebase import require_writable
from minitorch.autograd.tensor import Tensor, method, wrap
from minitorch.autograd.versions import owner
from minitorch.backend.dtypes import C_NAMES, SCALAR_NAMES
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.methods.inplace import require_alone
from minitorch.methods.storage import DEPRECATED, LEGACY, TypedStorage, UntypedStorage
from minitorch.ops.pieces import as_strided
from minitorch.ops.shape import integers


@method
def untyped_storage(self):
    """The bytes of the memory that this tensor views."""
    keep_in_place(self)
    return UntypedStorage.over(owner(self.array))


@method
def storage(self):
    """The elements of the memory that this tensor views; `untyped_storage` is PyTorch's advice."""
    warnings.warn(DEPRECATED, UserWarning, stacklevel=2)
    keep_in_place(self)
    return TypedStorage.over(owner(self.array).reshape(-1, order="A").view(self.array.dtype))


@method
def storage_type(self):
    """The class of this tensor's `storage`, such as `FloatStorage`."""
    return LEGACY[self.dtype.name]


@method
def set_(self, source=None, storage_offset=0, size=None, stride=None):
    """Let this tensor view the memory of another from now on; returns the tensor.

    source  a tensor, whose shape and strides are taken unless `size` is given; or what its
            `untyped_storage` returns, all of it unless `size` is given; None: no elements
    stride  how many elements apart neighbours lie; None: as in a contiguous tensor

    Raises RuntimeError for another dtype, and for what lies outside of the memory.
    """
    require_writable(self)
    require_alone("set_", self)
    if isinstance(source, Tensor) and source.dtype is not self.dtype:
        given, own = C_NAMES[source.dtype.name], C_NAMES[self.dtype.name]
        raise ShapeError(f"Could not set tensor of type {given} to a tensor of type {own}")
    if source is None:
        source = self.new_empty(0)
    if isinstance(source, Tensor):
        array = source.array if size is None else region_of(source, storage_offset, size, stride)
    else:
        if isinstance(source, TypedStorage) and source.dtype is not self.dtype:
            given, own = SCALAR_NAMES[source.dtype.name], C_NAMES[self.dtype.name]
            raise DtypeError(
                f"Expected a Storage of type {own} or an UntypedStorage, but got type {given} for "
                "argument 1 'storage'"
            )
        count = source.nbytes() // self.itemsize
        whole = wrap(source.elements.view("u1")[: count * self.itemsize].view(self.array.dtype))
        size = (count - storage_offset,) if size is None else size
        array = region_of(whole, storage_offset, size, stride)
    self.data = wrap(array)
    self.base = None
    return self


def region_of(tensor, offset, size, stride):
    """The array at this place in the memory of `tensor`."""
    size = integers("set_(): argument 'size'", size)
    if stride is None:
        stride = [math.prod(size[d + 1 :]) for d in range(len(size))]
    return as_strided(tensor.detach(), size, stride, offset).array
