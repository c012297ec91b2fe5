"""The memory behind a tensor, as programs ask for it that look at views: `untyped_storage`."""

import warnings

from minitorch.autograd.rebase import address
from minitorch.autograd.tensor import function, method
from minitorch.autograd.versions import owner
from minitorch.backend.devices import device_of
from minitorch.backend.dtypes import BY_NUMPY

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

    def nbytes(self):
        """How many bytes there are."""
        return self.memory.nbytes

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


@function
def is_storage(obj):
    """Whether `obj` is what `storage` or `untyped_storage` returns."""
    return isinstance(obj, UntypedStorage)
