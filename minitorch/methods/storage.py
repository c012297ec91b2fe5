"""The classes of the memory behind tensors: `UntypedStorage`, `TypedStorage`, `FloatStorage` ..."""

import os
import sys
import warnings
from collections.abc import Sequence

import numpy as np

from minitorch.autograd.rebase import address
from minitorch.autograd.tensor import FUNCTIONS, function, wrap
from minitorch.backend import dtypes
from minitorch.backend.devices import device, device_of, move
from minitorch.backend.dtypes import (
    BY_NUMPY,
    SCALAR_NAMES,
    as_dtype,
    get_default_dtype,
    uint8,
)
from minitorch.backend.layouts import require_dense, strided
from minitorch.methods.sharing import shared_file
from minitorch.ops.creation import empty
from minitorch.ops.from_data import placed, tensor
from minitorch.ops.making import kind_of

DEPRECATED = (
    "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the "
    "only storage class. This should only matter to you if you are using storages directly.  To "
    "access UntypedStorage directly, use tensor.untyped_storage() instead of tensor.storage()"
)


class UntypedStorage:
    """Bytes in the order of memory: all that a tensor views, or memory of their own.

    UntypedStorage(8) has 8 bytes that nobody has set, UntypedStorage([1, 2]) these two.

    memory    the array whose bytes these are
    filename  of the file that `from_file` mapped, or None
    """

    filename = None
    is_sparse = False

    def __init__(self, *data, device=None):
        if data and isinstance(data[0], Sequence):
            for item in data[0]:
                if not isinstance(item, int):
                    raise RuntimeError(
                        "torch.UntypedStorage(): tried to construct a storage from a sequence "
                        f"({type(data[0]).__name__}), but one of the items was of type "
                        f"{type(item).__name__} instead of int"
                    )
            data = [item % 256 for item in data[0]], *data[1:]
        self.memory = memory_of(type(self), uint8, data, device)

    @classmethod
    def over(cls, memory):
        """The storage of what is in this array; for `TypedStorage` it has one dimension."""
        made = cls.__new__(cls)
        made.memory = memory
        return made

    @classmethod
    def from_buffer(cls, buffer, byte_order=None, count=-1, offset=0, dtype=uint8):
        """A copy of bytes, as numbers of a dtype in an order of bytes: "big", "little", "native".

        count   how many numbers; -1: all
        offset  in bytes
        """
        return cls.over(numbers_in(buffer, byte_order, count, offset, dtype))

    @classmethod
    def from_file(cls, filename, shared=False, nbytes=0):
        """The first bytes of a file, as memory.

        shared  what is written goes to the file, which is made, or made longer, if need be
        """
        made = cls.over(map_file(filename, shared, nbytes))
        made.filename = filename
        return made

    def data_ptr(self):
        """The address of the first byte."""
        return address(self.memory)

    def is_shared(self):
        """Whether other processes see the memory; see `Tensor.share_memory_`."""
        return self.is_cuda or shared_file(self.memory) is not None

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

    @property
    def is_cuda(self):
        """Whether that is a GPU."""
        return self.device.type == "cuda"

    def size(self):
        """How many elements there are."""
        return len(self.elements)

    def __len__(self):
        return len(self.elements)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return UntypedStorage.over(self.elements[index])
        if not isinstance(index, int):
            kind = type(index).__name__
            raise TypeError(f"can't index a torch.UntypedStorage with {kind}")
        return self.item(index)

    def item(self, index):
        """The element number `index` as a Python number."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} out of range for storage of size {len(self)}")
        return self.elements[index].item()

    def __setitem__(self, index, value):
        if not isinstance(value, int):
            raise RuntimeError(
                "can only set storage content with a int types, but got "
                f"{type(value).__name__} instead"
            )
        wrap(self.elements)[index] = value

    def fill_(self, value):
        """All elements are `value` from now on; returns the storage."""
        self[:] = value
        return self

    def copy_(self, source, non_blocking=False):
        """Take over the bytes of another storage of the same size; returns the storage."""
        if source.nbytes() != self.nbytes():
            raise RuntimeError(
                f"size does not match, self was {self.nbytes()} bytes but src was "
                f"{source.nbytes()} bytes"
            )
        taken = move(source.elements, self.device).view("uint8")
        wrap(self.elements.view("uint8")).copy_(wrap(taken))
        return self

    def clone(self):
        """A copy."""
        return self.over(self.elements.copy())

    def cpu(self):
        """The storage on the CPU: a copy, or itself where it is there."""
        return self.over(move(self.memory, device("cpu"))) if self.is_cuda else self

    def untyped(self):
        """The same memory as bytes."""
        return UntypedStorage.over(self.memory)

    def tolist(self):
        """The elements as Python numbers."""
        return self.elements.tolist()

    def type(self):
        """The name of the class, of typed ones by their dtype: "torch.FloatStorage"."""
        return "torch.storage.UntypedStorage"

    def __deepcopy__(self, memo):
        return self.clone()

    __copy__ = clone

    def __reduce__(self):
        return self.over, (self.elements.copy(),)

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
    """Numbers of one dtype in the order of memory: all that a tensor views, or of their own.

    TypedStorage(8, dtype=int32) has 8 numbers that nobody has set, TypedStorage([1, 2]) these two,
    and TypedStorage(wrap_storage=bytes, dtype=int32) those in the memory of an untyped one.
    """

    def __init__(self, *data, wrap_storage=None, dtype=None, device=None):
        warnings.warn(DEPRECATED, UserWarning, stacklevel=2)
        if wrap_storage is None:
            kind = get_default_dtype() if dtype is None else as_dtype(dtype)
            self.memory = memory_of(type(self), kind, data, device)
            return
        if data or device is not None or dtype is None:
            raise RuntimeError(
                f"{COMBINATION}\n  with `wrap_storage` only `dtype` is given, and must be"
            )
        if type(wrap_storage) is not UntypedStorage:
            kind = type(wrap_storage).__name__
            raise TypeError(
                f"{COMBINATION}\nArgument 'wrap_storage' must be UntypedStorage, but got {kind}"
            )
        self.memory = wrap_storage.elements.view(as_dtype(dtype).dtype)

    @classmethod
    def from_buffer(cls, buffer, byte_order=None, count=-1, offset=0, dtype=None):
        dtype = get_default_dtype() if dtype is None else dtype
        return cls.over(numbers_in(buffer, byte_order, count, offset, dtype))

    @classmethod
    def from_file(cls, filename, shared=False, nbytes=0):
        """Refused: the dtype is that of `FloatStorage` and the others."""
        raise RuntimeError("from_file can only be called on derived classes")

    @property
    def elements(self):
        return self.memory

    @property
    def dtype(self):
        """The dtype of the elements."""
        return BY_NUMPY[self.memory.dtype]

    def __getitem__(self, index):
        if isinstance(index, slice):
            raise RuntimeError("slices are only supported in UntypedStorage.__getitem__")
        self.require_index(index)
        return self.item(index)

    def __setitem__(self, index, value):
        self.require_index(index)
        wrap(self.elements)[index] = value

    def require_index(self, index):
        if not isinstance(index, int | slice):
            raise RuntimeError(f"can't index a {type(self)} with {type(index)}")

    def type(self):
        return f"torch.{self.pickle_storage_type()}"

    def pickle_storage_type(self):
        """The name by which files of PyTorch know the dtype: "FloatStorage"."""
        return f"{SCALAR_NAMES[self.dtype.name]}Storage"

    def about(self):
        kind = f"dtype={self.dtype}, device={self.device}"
        return f"[torch.storage.TypedStorage({kind}) of size {len(self)}]"


COMBINATION = (
    "TypedStorage.__init__ received an invalid combination of arguments. Expected one of:\n"
    " * (int size, *, torch.device device, torch.dtype dtype)\n"
    " * (Sequence data, *, torch.device device, torch.dtype dtype)\n"
    " * (*, UntypedStorage wrap_storage, torch.dtype dtype)"
)


def memory_of(storage, kind, data, device):
    """The array for a new storage of the dtype `kind`: of a size, or with the numbers given."""
    if len(data) > 1:
        raise (TypeError if storage is UntypedStorage else RuntimeError)(
            f"{storage.__name__}() received an invalid combination of arguments: it takes one size "
            "or one sequence of numbers"
        )
    given = data[0] if data else 0
    if isinstance(given, Sequence):
        return tensor(list(given), dtype=kind, device=device).array
    return empty(given, dtype=kind, device=device).array


def numbers_in(buffer, byte_order, count, offset, dtype):
    """The array of what is in a buffer; see `UntypedStorage.from_buffer`."""
    kind, whole = as_dtype(dtype).dtype, np.frombuffer(buffer, np.uint8)
    if byte_order is None and kind.itemsize > 1:
        raise RuntimeError("function missing required argument 'byte_order' (pos 2)")
    if byte_order not in (None, "big", "little", "native"):
        raise ValueError(
            f"invalid byte_order '{byte_order}' (expected 'big', 'little', or 'native')"
        )
    if not 0 <= offset <= len(whole):
        raise ValueError(
            f"offset must be non-negative and no greater than buffer length ({len(whole)}) , but "
            f"got {offset}"
        )
    left = len(whole) - offset
    if count < 0 and left % kind.itemsize:
        raise ValueError(
            f"buffer size ({len(whole)}) must be a multiple of element size ({kind.itemsize})"
        )
    count = left // kind.itemsize if count < 0 else count
    if count * kind.itemsize > left:
        raise ValueError(
            f"buffer has only {left} elements after offset {offset}, but specified a size of "
            f"{count}"
        )
    part = whole[offset : offset + count * kind.itemsize].copy()
    if kind == np.bool_:
        return part != 0
    numbers = part.view(kind)
    return numbers.byteswap() if byte_order not in (None, "native", sys.byteorder) else numbers


def map_file(filename, shared, size):
    """The first `size` bytes of a file as an array; see `UntypedStorage.from_file`."""
    if shared:
        with open(filename, "ab") as file:
            if file.tell() < size:
                file.truncate(size)
    try:
        held = os.stat(filename).st_size
    except OSError as error:
        raise RuntimeError(
            f"unable to open file <{filename}> in read-only mode: {error.strerror} ({error.errno})"
        ) from None
    if held < size:
        raise RuntimeError(
            f"file <{filename}> size <{held}> is smaller than the required mapping size <{size}>"
        )
    if not size:
        return np.empty(0, np.uint8)
    return np.asarray(np.memmap(filename, np.uint8, "r+" if shared else "c", shape=(size,)))


@function
def from_file(
    filename, shared=None, size=0, *, dtype=None, layout=strided, device=None, pin_memory=False,
    requires_grad=False,
):  # fmt: skip
    """The first `size` numbers of a file, as they lie there, as a tensor in its memory.

    shared  what is written goes to the file, which is made, or made longer, if need be
    """
    require_dense(layout, pin_memory)
    kind = kind_of(dtype).dtype
    array = map_file(filename, shared, size * kind.itemsize).view(kind)
    return placed(array, device, requires_grad)


# -------------------------------------------------------------------- by their dtype


def casting(name, kind):
    """The method that gives the elements in another dtype."""

    def call(self):
        return TypedStorage.over(wrap(self.elements).to(kind, copy=True).array)

    call.__name__, call.__doc__ = name, f"The elements as {kind.name}, copied."
    setattr(UntypedStorage, name, call)


class LegacyStorage:
    """PyTorch's old name of typed storages of one dtype on the CPU; also for `isinstance`."""

    def __init__(self, name, dtype):
        self.__name__ = name
        self.__module__ = "torch"
        self.dtype = dtype

    def __call__(self, *data, wrap_storage=None):
        """A storage with the numbers given, uninitialised of a size, or over an untyped one."""
        return TypedStorage(*data, wrap_storage=wrap_storage, dtype=self.dtype)

    def from_buffer(self, buffer, byte_order=None, count=-1, offset=0):
        """See `UntypedStorage.from_buffer`."""
        return TypedStorage.from_buffer(buffer, byte_order, count, offset, self.dtype)

    def from_file(self, filename, shared, size):
        """See `UntypedStorage.from_file`; `size` is a number of elements."""
        memory = UntypedStorage.from_file(filename, shared, size * self.dtype.itemsize)
        made = TypedStorage.over(memory.elements.view(self.dtype.dtype))
        made.filename = filename
        return made

    def __instancecheck__(self, value):
        typed = isinstance(value, TypedStorage)
        return typed and (value.dtype, value.is_cuda) == (self.dtype, False)

    def __repr__(self):
        return f"<class 'torch.{self.__name__}'>"


LEGACY = {
    kind: LegacyStorage(f"{name}Storage", getattr(dtypes, kind))
    for kind, name in SCALAR_NAMES.items()
}
FUNCTIONS.update({kind.__name__: kind for kind in LEGACY.values()})
FUNCTIONS["Storage"] = LEGACY["float32"]
for name in ("double", "float", "half", "long", "int", "short", "bool"):
    casting(name, getattr(dtypes, name))
casting("byte", uint8)
casting("char", dtypes.int8)


@function
def is_storage(obj):
    """Whether `obj` is what `storage` or `untyped_storage` returns."""
    return isinstance(obj, UntypedStorage)
