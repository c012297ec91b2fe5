"""Tensors from data: numbers, nested sequences, arrays of this and of other libraries."""

import math
import warnings
from collections.abc import Sequence
from functools import reduce

import numpy as np

from minitorch.autograd.tensor import Tensor, function, method, wrap
from minitorch.backend.capsules import Exported, is_unread
from minitorch.backend.devices import device as as_device
from minitorch.backend.devices import get_default_device, load_cupy, move
from minitorch.backend.dtypes import (
    ALL,
    BY_NUMPY,
    INTEGER,
    LARGEST,
    as_dtype,
    dtype_in_numpy,
    dtype_of_number,
    float64,
    get_default_dtype,
    int64,
    out_of_range,
    promote_types,
)
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.layouts import require_dense, strided
from minitorch.backend.namespaces import namespace

COPYING = (
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than {}(sourceTensor)."
)


@function
def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """A tensor with a copy of `data`: a number, an array, or nested sequences of numbers.

    dtype  None: that of an array; of Python numbers bool, int64 or the default float dtype

    Raises ValueError for sequences of different lengths, TypeError for what is no number.

    >>> tensor([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    """
    if isinstance(data, Tensor):
        warnings.warn(COPYING.format("torch.tensor"), UserWarning, stacklevel=2)
        data = data.array
    require_dense(strided, pin_memory)
    if hasattr(data, "untyped"):
        return require_grad_of(in_storage(data, dtype, device), requires_grad)
    array = copied(data, None if dtype is None else as_dtype(dtype))
    if device is None and isinstance(array, np.ndarray):
        device = get_default_device()
    return placed(array, device, requires_grad)


@function
def as_tensor(data, dtype=None, device=None):
    """`data` as a tensor: itself, or sharing its memory, where dtype and device allow it."""
    if isinstance(data, Tensor):
        return data.to(device=device, dtype=None if dtype is None else as_dtype(dtype))
    if hasattr(data, "untyped"):
        return in_storage(data, dtype, device)
    if hasattr(data, "dtype") and hasattr(data, "strides"):
        shared = from_numpy(data) if isinstance(data, np.ndarray) else wrap(data)
        return as_tensor(shared, dtype, device)
    return tensor(data, dtype=dtype, device=device)


@function
def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=None):
    """`obj` as a tensor; bytes and the like are read as numbers of the dtype.

    copy           True: always in new memory; False: ValueError where that would be needed;
                   None: if needed
    requires_grad  None: as `obj`
    """
    if isinstance(obj, bytes | bytearray | memoryview):
        obj = frombuffer(obj, dtype=dtype or get_default_dtype())
    if requires_grad is None and isinstance(obj, Tensor) and obj.requires_grad and obj.is_leaf:
        warnings.warn(
            "torch.asarray: unspecified requires_grad now defaults to obj.requires_grad instead "
            "of False. Pass requires_grad explicitly to silence this warning.",
            UserWarning,
            stacklevel=2,
        )
    made = as_tensor(obj, dtype, device)
    source = obj.array if isinstance(obj, Tensor) else obj
    shares = hasattr(source, "strides") and np.may_share_memory(made.array, source)
    if copy and shares:
        made = made.clone()
    elif copy is False and not shares:
        raise ShapeError(refusal(obj, made))
    if requires_grad is None or made.requires_grad == requires_grad:
        return made
    return made.detach().requires_grad_(requires_grad)


def in_storage(storage, dtype, device):
    """A tensor in the memory of a storage, whose bytes are read as numbers of the dtype.

    dtype  None: that of the storage, int64 where it has none
    """
    kind = as_dtype(dtype or getattr(storage, "dtype", int64))
    memory = storage.untyped().elements
    whole = len(memory) // kind.itemsize * kind.itemsize
    made = wrap(memory[:whole].view(kind.dtype))
    return made if device is None else made.to(device)


def refusal(obj, made):
    """Why `made` does not share the memory of `obj`."""
    if not hasattr(obj, "dtype"):
        return "can't alias arbitrary sequence into a tensor."
    if isinstance(obj, Tensor) and obj.device != made.device:
        return f"can't alias tensor from device '{obj.device}' to '{made.device}'."
    return f"can't alias tensor with dtype '{obj.dtype}' into dtype '{made.dtype}'."


@function
def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """A tensor of one dimension that shares the memory of a buffer, such as a bytearray.

    count   how many elements; negative: as many as there are
    offset  how many bytes to skip

    Raises ValueError where the buffer does not hold them; warns where it cannot be written to.
    """
    try:
        view = memoryview(buffer)
    except TypeError:
        raise ShapeError("object does not implement Python buffer protocol.") from None
    kind, length = as_dtype(dtype).dtype, view.nbytes
    if not length or not count:
        raise ShapeError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ShapeError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length "
            f"({length} bytes) minus 1"
        )
    if count < 0 and (length - offset) % kind.itemsize:
        raise ShapeError(
            f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a "
            f"multiple of element size ({kind.itemsize})"
        )
    if count * kind.itemsize > length - offset:
        raise ShapeError(
            f"requested buffer length ({count} * {kind.itemsize} bytes) after offset ({offset} "
            f"bytes) must not be greater than actual buffer length ({length} bytes)"
        )
    if view.readonly:
        warnings.warn(READ_ONLY, UserWarning, stacklevel=2)
    made = wrap(np.frombuffer(view, kind, count, offset))
    return made.requires_grad_() if requires_grad else made


READ_ONLY = (
    "The given buffer is not writable, and PyTorch does not support non-writable tensors. This "
    "means writing to this tensor will result in undefined behavior. You may want to copy the "
    "buffer to protect its data or make it writable before converting it to a tensor. Here, "
    "writing to the tensor raises an error."
)


@function
def from_numpy(ndarray):
    """A tensor that shares the memory of a NumPy array.

    Raises TypeError for anything else and for dtypes that tensors don't have, ValueError for
    strides that are negative or end within an element; warns where it cannot be written to.
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    if any(step % ndarray.itemsize for step in ndarray.strides):
        raise ShapeError(
            "given numpy array strides not a multiple of the element byte size. Copy the numpy "
            "array to reallocate the memory."
        )
    made = wrap(supported(forwards(np.asarray(ndarray))))  # of a memmap or a matrix: plain
    if not ndarray.flags.writeable:
        text = READ_ONLY.replace("buffer", "NumPy array")
        warnings.warn(text, UserWarning, stacklevel=2)
    return made


def forwards(array):
    """`array`, whose elements must not lie in memory in reverse order."""
    if any(step < 0 for step in array.strides):
        raise ShapeError(
            "At least one stride in the given numpy array is negative, and tensors with negative "
            "strides are not currently supported. (You can probably work around this by making a "
            "copy of your array  with array.copy().) "
        )
    return array


@function
def from_dlpack(ext_tensor, *, device=None, copy=None):
    """A tensor that shares the memory of an array of another library, by DLPack.

    device  where it is to be; None: where it is
    copy    True: in new memory; False: ValueError where that would be needed for `device`
    """
    if is_unread(ext_tensor):
        ext_tensor = Exported(ext_tensor)
    if not hasattr(ext_tensor, "__dlpack_device__"):
        raise ShapeError(
            "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed "
            "only once, so you might have already constructed a tensor from it once."
        )
    kind, _ = ext_tensor.__dlpack_device__()
    shared = wrap(supported((np if kind == 1 else load_cupy()).from_dlpack(ext_tensor)))
    made = shared if device is None else shared.to(device)
    if copy is False and made is not shared:
        raise ShapeError(f"cannot move a tensor from {shared.device} to {device} without a copy")
    return made.clone() if copy and made is shared else made


@function
def to_dlpack(tensor):
    """A capsule from which another library makes an array in this tensor's memory, once."""
    return tensor.__dlpack__(max_version=(1, 0))


@method
def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """`tensor(data)` of this tensor's dtype and on its device, unless others are given."""
    if isinstance(data, Tensor):
        warnings.warn(COPYING.format("tensor.new_tensor"), UserWarning, stacklevel=2)
        data = data.array
    return tensor(
        data, dtype=dtype or self.dtype, device=device or self.device,
        requires_grad=requires_grad, pin_memory=pin_memory,
    )  # fmt: skip


def placed(array, device, requires_grad):
    """`array` as a tensor on `device`; None: where it is."""
    made = wrap(array if device is None else move(array, as_device(device)))
    return require_grad_of(made, requires_grad)


def require_grad_of(made, wanted):
    """The new tensor `made`, which may be asked to require a gradient."""
    if wanted is not False and wanted is not None and wanted is not True:
        kind = type(wanted).__name__
        raise TypeError(f"argument 'requires_grad' must be bool, not {kind}")
    if wanted and not made.dtype.is_floating_point:
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return made.requires_grad_() if wanted else made


# -------------------------------------------------------------------- arrays of data


def supported(array):
    """`array`, if a tensor can hold its dtype."""
    kind = array.dtype
    if kind not in BY_NUMPY:
        if kind.newbyteorder() in BY_NUMPY:
            raise ShapeError(
                "given numpy array has byte order different from the native byte order. Conversion "
                "between byte orders is currently not supported."
            )
        raise TypeError(
            f"can't convert np.ndarray of type {kind.type.__module__}.{kind.type.__name__}. The "
            f"only supported types are: {', '.join(each.name for each in reversed(ALL))}."
        )
    native = BY_NUMPY[kind].dtype  # a dtype that was pickled is equal, but another object
    return array if kind is native else array.view(native)


def copied(data, kind):
    """A new array with what `data` holds, of the dtype `kind`; None: of its own."""
    if hasattr(data, "dtype") and hasattr(data, "strides"):
        of_numpy = isinstance(data, np.generic | np.ndarray)
        array = supported(forwards(np.asarray(data) if of_numpy else data))
        return array.copy() if kind is None else namespace(array).astype(array, kind.dtype)
    if isinstance(data, bool | int | float):
        return array_of_numbers([data], (), kind)
    if isinstance(data, str | bytes):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    if not isinstance(data, Sequence) and hasattr(data, "__array__"):
        return copied(np.asarray(data), kind)
    if hasattr(data, "__dlpack__"):
        return copied(from_dlpack(data).array, kind)
    if not is_sequence(data):
        raise cannot_infer(data)
    if len(data) and isinstance(first(data), np.ndarray):
        try:
            return copied(np.array(data), kind)
        except ValueError:
            pass  # `flat` says what is wrong
    numbers, shape = flat(data)
    try:
        return array_of_numbers(numbers, shape, kind)
    except TypeError:
        if holds_itself(data):
            raise TypeError("new(): self-referential lists are incompatible") from None
        raise


def first(data):
    """data[0], which may be a sequence by its methods alone."""
    try:
        return data[0]
    except Exception:
        kind = type(data).__name__
        raise ShapeError(f"could not determine the shape of object type '{kind}'") from None


def holds_itself(data):
    return any(each is data or (is_sequence(each) and holds_itself(each)) for each in data)


COMPLEX = "complex numbers are out of the scope of minitorch: keep real and imaginary part apart"


def cannot_infer(data):
    if isinstance(data, complex):
        return DtypeError(COMPLEX)
    return DtypeError(f"Could not infer dtype of {type(data).__name__}")


def flat(data):
    """The numbers in nested sequences, in one list, and the shape that they make up."""
    shape = [len(data)]
    while len(data) and is_sequence(data[0]):
        length = len(data[0])
        for each in data:
            if not is_sequence(each):
                raise TypeError(
                    f"not a sequence: a number stands beside a {type(data[0]).__name__}"
                )
            if len(each) != length:
                raise ShapeError(
                    f"expected sequence of length {length} at dim {len(shape)} (got {len(each)})"
                )
        shape.append(length)
        if len(shape) > 128:  # as for a list in itself
            raise ShapeError(f"too many dimensions '{type(data[0]).__name__}'")
        data = [inner for each in data for inner in each]
    return data, shape


def is_sequence(each):
    """Whether PyTorch takes the elements of `each` for numbers: it has a length and items."""
    kind = type(each)
    if kind is list or kind is tuple:
        return True
    if isinstance(each, np.ndarray):
        return each.ndim > 0
    known = isinstance(each, str | bytes | dict | Tensor)
    return not known and hasattr(kind, "__getitem__") and hasattr(kind, "__len__")


def array_of_numbers(numbers, shape, kind, shown=None):
    """The array of this shape with these numbers (of Python, NumPy, or tensors of one element).

    shown  the dtype's name in the error for a number out of its range, where it is another one
    """
    kinds = set(map(type, numbers))
    if numbers and isinstance(numbers[0], str | bytes):
        raise ShapeError(f"too many dimensions '{type(numbers[0]).__name__}'")
    if kinds <= {bool, int, float}:
        own = {dtype_of_number(each()) for each in kinds}
    else:
        own = {dtype_of(each) for each in numbers}
        numbers = [each.item() if hasattr(each, "item") else each for each in numbers]
    found = reduce(promote_types, own) if own else get_default_dtype()
    kind = kind or found
    try:
        if kind is found or kind.is_floating_point:
            with np.errstate(over="ignore"):  # to inf, as in PyTorch
                return np.array(numbers, kind.dtype).reshape(shape)
        wide = np.array(numbers, (float64 if found.is_floating_point else found).dtype).reshape(
            shape
        )
    except OverflowError:
        raise ShapeError("Overflow when unpacking long long") from None
    return narrowed(wide, kind, shown)


def dtype_of(number):
    """The dtype of one number of Python or NumPy, or of a tensor of one element."""
    if isinstance(number, Tensor) and number.array.size != 1:
        raise ShapeError("only one element tensors can be converted to Python scalars")
    if isinstance(number, Tensor | np.generic) or getattr(number, "shape", None) == ():
        return dtype_in_numpy(number.dtype)
    if isinstance(number, str | bytes):
        raise TypeError(f"new(): invalid data type '{type(number).__name__}'")
    if is_sequence(number):
        raise TypeError(f"'{type(number).__name__}' object cannot be interpreted as an integer")
    if not isinstance(number, bool | int | float):
        raise cannot_infer(number)
    return dtype_of_number(number)


def fitting(value, kind):
    """A Python number as one of the dtype `kind`, which RuntimeError says it has to hold."""
    if kind.is_floating_point:
        if LARGEST[kind.name] < abs(value) < math.inf:
            raise ShapeError(out_of_range(kind))
        return value
    shown = "int" if kind.name == "int32" else f"{kind.name}_t"
    return array_of_numbers([value], (), kind, shown).item()


def narrowed(array, kind, shown):
    """`array` as integers or bools of the dtype `kind`; numbers out of its range are refused."""
    if kind.category == INTEGER and array.size:
        limits = np.iinfo(kind.dtype)
        wraps = kind.kind == "u" and array.dtype.kind != "f"  # of integers, -1 is 255
        lowest = -limits.max if wraps else limits.min
        if not (lowest <= array.min() and array.max() <= limits.max):  # nan fails, too
            name = shown or kind.name
            raise ShapeError(f"value cannot be converted to type {name} without overflow")
    return array.astype(kind.dtype)
