"""The memory behind arrays: which of them share it, and how views of it are made again."""

import ctypes
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minitorch.autograd.rebase import address
from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.devices import cuda_device_count, device, device_of, move
from minitorch.backend.meta import Meta
from minitorch.methods.storage import TypedStorage, UntypedStorage
from minitorch.ops.pieces import require_inside

STORAGES = {"TypedStorage": TypedStorage, "UntypedStorage": UntypedStorage}


class Block:
    """A stretch of memory that arrays of one object lie in.

    array   1-D, over this memory: of the arrays' dtype if they have the same, else uint8
    device  where it lies
    alone   the array that is all of it, if one is and is contiguous; else None
    """

    def __init__(self, array: Any, alone: Any) -> None:
        self.array = array
        self.device = str(device_of(array))
        self.alone = alone

    def bytes(self) -> Any:
        """Its memory as an array of uint8 on the CPU."""
        return move(self.array, device("cpu")).view(np.uint8)


def array_of(value: Any) -> Any:
    """The array of a tensor or of a storage; an array itself."""
    if isinstance(value, UntypedStorage):
        return value.elements
    return value.array if isinstance(value, Tensor) else value


def plain(value: Any) -> Any:
    """The array of `value`, or a copy where a file could not hold it as it lies."""
    array = array_of(value)
    if not array.size or any(s < 0 or s % array.itemsize for s in array.strides):
        return array.copy("C")
    return array


def extent(array: Any) -> tuple[int, int]:
    """The addresses of the first byte of `array` and of the first after it."""
    start = address(array)
    if array.flags.c_contiguous:
        return start, start + array.nbytes
    reach = sum((n - 1) * stride for n, stride in zip(array.shape, array.strides))
    return start, start + reach + array.itemsize


def blocks_of(arrays: list[Any]) -> tuple[list[Block], list[tuple[int, int]]]:
    """The blocks that hold all of `arrays`, and for each of them the number of its block and the
    byte where it begins there.

    Arrays whose stretches of memory overlap share a block; those that only lie in one larger piece
    of memory, as the parameters of an optimizer do, have blocks of their own.
    """
    blocks: list[Block] = []
    places = [(0, 0)] * len(arrays)
    spans = []
    for i, array in enumerate(arrays):
        if array.size:
            spans.append((str(device_of(array)), *extent(array), i))
        else:
            places[i] = (len(blocks), 0)
            blocks.append(Block(array.reshape(-1), array))
    groups: list[list[Any]] = []
    reached, where = 0, ""
    for span in sorted(spans):
        here, start, stop, _ = span
        if here != where or start >= reached:
            groups.append([])
            reached, where = stop, here
        groups[-1].append(span)
        reached = max(reached, stop)
    groups.sort(key=lambda group: min(i for *_, i in group))  # as they stand in the object
    for group in groups:
        first = group[0][1]
        for _, start, _, i in group:
            places[i] = (len(blocks), start - first)
        last = max(stop for _, _, stop, _ in group)
        blocks.append(block_of([arrays[i] for *_, i in group], last - first))
    return blocks, places


def block_of(members: list[Any], nbytes: int) -> Block:
    """The block of `nbytes` that begins where the first of its `members` does."""
    whole = [a for a in members if a.nbytes == nbytes and a.flags.c_contiguous]
    if whole and all(a.dtype == whole[0].dtype for a in members):
        return Block(whole[0].reshape(-1), whole[0])
    first = members[0]
    kind = first.dtype if all(a.dtype == first.dtype for a in members) else np.dtype(np.uint8)
    return Block(stretch(first, kind, nbytes), None)


def stretch(first: Any, dtype: np.dtype, nbytes: int) -> Any:
    """The memory from where the array `first` begins, as a 1-D array."""
    shape = (nbytes // dtype.itemsize,)
    if isinstance(first, np.ndarray):
        memory: Any = (ctypes.c_char * nbytes).from_address(address(first))
        return np.ndarray(shape, dtype, memory)
    return type(first)(shape, dtype, first.data)  # CuPy's


def view_inside(block: Any, dtype: np.dtype, offset: int, shape: Any, strides: Any) -> Any:
    """A view of a 1-D array: strides and offset in bytes.

    Raises RuntimeError where it would reach out of the array.
    """
    if not all(type(n) is int for n in (offset, *shape, *strides)):
        raise RuntimeError(f"sizes, strides and offsets are integers, found {shape}, {strides}")
    if len(shape) > 64:
        raise RuntimeError(f"a tensor has at most 64 dimensions, found {len(shape)}")
    size = dtype.itemsize
    steps = [-1 if stride % size else stride // size for stride in strides]
    require_inside(shape, steps, offset // size, size, block.nbytes - offset % size)
    if math.prod(max(n, 1) for n in shape) > 2**62:
        raise RuntimeError(f"the sizes {list(shape)} are too large")
    if 0 in shape:
        return block[:0].view(np.uint8)[:0].view(dtype).reshape(shape)
    if isinstance(block, np.ndarray):
        kind = Meta if isinstance(block, Meta) else np.ndarray
        return kind(shape, dtype, block, offset, strides)
    return type(block)(shape, dtype, block.data + offset, strides)  # CuPy's


def contiguous_strides(shape: Any, itemsize: int) -> tuple[int, ...]:
    """In bytes, last axis fastest."""
    strides, step = [], itemsize
    for n in reversed(shape):
        strides.append(step)
        step *= max(n, 1)
    return tuple(reversed(strides))


# -------------------------------------------------------------------- where it goes


def restorer(map_location: Any) -> Callable[[Any, str], Any]:
    """What moves a 1-D array, saved on a device of some name, to where `map_location` says.

    map_location  None: where it was; a device or its name; a dict from such names to such; or a
                  function of the memory, a 1-D tensor, and the name, which returns the tensor,
                  moved or not, or None: where it was
    """
    if map_location is None:
        return to_device
    if isinstance(map_location, dict):
        return lambda array, name: to_device(array, str(map_location.get(name, name)))
    if isinstance(map_location, bytes):
        map_location = map_location.decode()
    if isinstance(map_location, str | device):
        target = str(device(map_location))
        return lambda array, name: to_device(array, target)

    def moved(array, name):
        result = map_location(wrap(array), name)
        if result is None:
            return to_device(array, name)
        if not isinstance(result, Tensor):
            raise TypeError(f"map_location: expected a tensor or None, got {type(result).__name__}")
        return result.array

    return moved


def to_device(array: Any, name: str) -> Any:
    """`array` on the device of that name."""
    kind, _, number = name.partition(":")
    if kind == "cuda":
        count = cuda_device_count()
        if not count:
            raise RuntimeError(
                "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() "
                "is False. If you are running on a CPU-only machine, please use torch.load with "
                "map_location=torch.device('cpu') to map your storages to the CPU."
            )
        if number.isdigit() and int(number) >= count:
            raise RuntimeError(
                f"Attempting to deserialize object on CUDA device {number} but "
                f"torch.cuda.device_count() is {count}. Please use torch.load with map_location "
                "to map your storages to an existing device."
            )
    elif kind not in ("cpu", "meta"):
        raise RuntimeError(
            "don't know how to restore data location of torch.storage.UntypedStorage "
            f"(tagged with {name})\n  give load() a map_location, such as 'cpu'"
        )
    return move(array, device(name))


def require_named_tensor(saver: str, name: Any, tensor: Any) -> None:
    """Raise TypeError for an entry of a dict that is no tensor by a name; `saver` is who asks."""
    if not isinstance(name, str) or not isinstance(tensor, Tensor):
        raise TypeError(
            f"{saver}: expected a dict of tensors by str, found {name!r}: "
            f"{type(tensor).__name__}\n  minitorch.save takes nested objects"
        )
