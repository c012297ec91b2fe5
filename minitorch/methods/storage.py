"""The memory behind a tensor, as programs ask for it that look at views: `untyped_storage`."""

import math
import warnings

from minitorch.autograd.rebase import address, require_writable
from minitorch.autograd.tensor import Tensor, function, method, wrap
from minitorch.autograd.versions import owner
from minitorch.backend.devices import device_of
from minitorch.backend.dtypes import BY_NUMPY, C_NAMES, SCALAR_NAMES
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.methods.inplace import require_alone
from minitorch.methods.sharing import shared_file
from minitorch.ops.pieces import as_strided
from minitorch.ops.shape import integers

DEPRECATED = (
    "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the "
    "only storage class. This should only matter to you if you are using storages directly.  To "
    "access UntypedStorage directly, use tensor.untyped_storage() instead of tensor.storage()"
)


class UntypedStorage:
    """All the bytes of the memory that a tensor views, to be read, in the order of memory."""

    def __init__(self, memory):
        self.memory = memory

    def data_ptr(self):
        """The address of the first byte."""
        return address(self.memory)

    def is_shared(self):
        """Whether other processes see the memory; see `Tensor.share_memory_`."""
        return self.device.type == "cuda" or shared_file(self.memory) is not None

    def nbytes(self):
        """How many bytes there are."""
        return self.memory.nbytes

    def __sizeof__(self):
        return super().__sizeof__() + self.nbytes()

    def element_size(self):
        """How many bytes an element takes."""
        return self.elements.itemsize

    @property
    def elements(self):
        """The elements one after the other."""
        return self.memory.reshape(-1, order="A").view("uint8")

    @property
    def device(self):
        """Where the memory is."""
        return device_of(self.memory)

    def size(self):
        """How many elements there are."""
        return len(self.elements)

    def __len__(self):
        return len(self.elements)

    def __getitem__(self, index):
        return self.elements[index].item()

    def tolist(self):
        """The elements as Python numbers."""
        return self.elements.tolist()

    def __eq__(self, other):
        return isinstance(other, UntypedStorage) and self.data_ptr() == other.data_ptr()

    def __hash__(self):
        return hash(self.data_ptr())

    def __repr__(self):
        lines = [f" {value}" for value in self.tolist()]
        return "\n".join([*lines, self.about()])

    def about(self):
        """The last line of what is printed."""
        return f"[torch.storage.UntypedStorage(device={self.device}) of size {len(self)}]"


class TypedStorage(UntypedStorage):
    """The elements of the memory that a tensor views, to be read, in the order of memory."""

    @property
    def elements(self):
        return self.memory

    def untyped(self):
        """The same memory as bytes."""
        return UntypedStorage(self.memory)

    @property
    def dtype(self):
        """The dtype of the elements."""
        return BY_NUMPY[self.memory.dtype]

    def about(self):
        kind = f"dtype={self.dtype}, device={self.device}"
        return f"[torch.storage.TypedStorage({kind}) of size {len(self)}]"


@method
def untyped_storage(self):
    """The bytes of the memory that this tensor views."""
    return UntypedStorage(owner(self.array))


@method
def storage(self):
    """The elements of the memory that this tensor views; `untyped_storage` is PyTorch's advice."""
    warnings.warn(DEPRECATED, UserWarning, stacklevel=2)
    return TypedStorage(owner(self.array).reshape(-1, order="A").view(self.array.dtype))


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
        self.array = (
            source.array if size is None else region_of(source, storage_offset, size, stride)
        )
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
        self.array = region_of(whole, storage_offset, size, stride)
    self.base = None
    return self


def region_of(tensor, offset, size, stride):
    """The array at this place in the memory of `tensor`."""
    size = integers("set_(): argument 'size'", size)
    if stride is None:
        stride = [math.prod(size[d + 1 :]) for d in range(len(size))]
    return as_strided(tensor.detach(), size, stride, offset).array


@function
def is_storage(obj):
    """Whether `obj` is what `storage` or `untyped_storage` returns."""
    return isinstance(obj, UntypedStorage)
