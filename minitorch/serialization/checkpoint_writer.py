"""Checkpoints that PyTorch reads: the zip with a pickle of protocol 2 and the storages' bytes.

Written opcode by opcode: Python's own pickler could only name functions of PyTorch that it can
import.
"""

import io
import struct
import sys
import zipfile
import zlib
from argparse import Namespace
from collections import Counter, OrderedDict
from types import FunctionType
from typing import Any, BinaryIO

import numpy as np

from minitorch.autograd.parameter import Buffer, Parameter
from minitorch.autograd.tensor import Size, Tensor
from minitorch.backend import dtypes
from minitorch.backend.devices import device
from minitorch.backend.layouts import layout
from minitorch.methods.storage import TypedStorage, UntypedStorage
from minitorch.serialization.allowed import is_module, name_of, named
from minitorch.serialization.checkpoints import STORAGES
from minitorch.serialization.files import checksum
from minitorch.serialization.memory import blocks_of, plain
from minitorch.serialization.numpy_pickles import KINDS
from minitorch.serialization.structure import refusal
from minitorch.serialization.zips import COMMENT, SUM_FIELD

STORAGE_OF = {kind: f"{name}Storage".encode() for name, kind in STORAGES.items()}
UNSUMMED = COMMENT + b"00000000"
ALIGNMENT = 64  # bytes, of the storages in the file: it can be mapped into memory


class Pickler:
    """Writes one object as opcodes of protocol 2; see the table in Python's `pickletools`.

    code    the opcodes so far
    blocks  the memory of the tensors, in the order of their keys
    """

    def __init__(self, obj: Any) -> None:
        self.tensors: dict[int, Any] = {}
        self.open: set[int] = set()
        self.collect(obj)
        arrays = {i: plain(tensor) for i, tensor in self.tensors.items()}
        self.blocks, places = blocks_of(list(arrays.values()))
        self.places = {
            i: (array, number, offset)
            for (i, array), (number, offset) in zip(arrays.items(), places)
        }
        self.memo: dict[int, int] = {}  # id of a tensor -> its number in the pickle's memo
        self.code = bytearray(b"\x80\x02")
        self.put(obj, "")
        self.code += b"."

    def collect(self, value):
        """Enter the tensors and storages in `value`."""
        if isinstance(value, Tensor | UntypedStorage):
            self.tensors[id(value)] = value
        elif is_object(value) or isinstance(value, dict | list | tuple | set | frozenset):
            number = id(value)
            if number in self.open:
                raise ValueError("save: the object contains itself")
            self.open.add(number)
            if is_object(value):
                value = vars(value)
            else:
                self.collect(getattr(value, "_metadata", None))
            for each in value.values() if isinstance(value, dict) else value:
                self.collect(each)
            self.open.discard(number)

    # ---------------------------------------------------------------- opcodes

    def name(self, module, name):
        self.code += f"c{module}\n{name}\n".encode()

    def call(self, module, name, *arguments):
        self.name(module, name)
        self.put(arguments, "")
        self.code += b"R"

    def put(self, value: Any, path: str) -> None:
        writer = WRITERS.get(type(value))
        if writer is not None:
            writer(self, value, path)
        elif isinstance(value, np.generic) and value.dtype.kind in KINDS:
            self.put_scalar(value)
        elif isinstance(value, dtypes.dtype):
            self.name("torch", value.name)
        elif is_object(value):
            self.put_object(value, path)
        elif isinstance(value, FunctionType):
            self.put_global(value, path)
        else:
            raise refusal(value, path)

    def put_int(self, value, path):
        self.code += integer(value)

    def put_str(self, value, path):
        self.code += text(value)

    def put_bytes(self, value, path):
        self.call("_codecs", "encode", value.decode("latin-1"), "latin1")

    def put_list(self, value, path):
        self.code += b"]"
        if value:
            self.code += b"("
            self.each(value, path)
            self.code += b"e"

    def put_tuple(self, value, path):
        self.code += b"(" if value else b""
        self.each(value, path)
        self.code += b"t" if value else b")"

    def put_dict(self, value, path):
        self.code += b"}"
        self.items(value, path)

    def put_ordered(self, value, path):
        self.call("collections", "OrderedDict")
        self.items(value, path)
        if hasattr(value, "_metadata"):
            self.put({"_metadata": value._metadata}, path)
            self.code += b"b"

    def put_counter(self, value, path):
        self.call("collections", "Counter", dict(value))

    def put_set(self, value, path):
        self.call("builtins", type(value).__name__, list(value))

    def put_global(self, value, path):
        if named(name_of(value)) is not value:
            raise refusal(value, path)
        self.name(value.__module__, value.__qualname__)

    def put_object(self, value, path):
        self.put_global(type(value), path)
        self.code += b")\x81"
        self.put(vars(value), path)
        self.code += b"b"

    def each(self, values, path):
        for i, value in enumerate(values):
            self.put(value, f"{path}.{i}" if path else str(i))

    def items(self, value, path):
        if value:
            self.code += b"("
            for key, each in value.items():
                if isinstance(key, Tensor):
                    raise refusal(key, f"a key in {path}")
                self.put(key, f"{path}.key" if path else "key")
                self.put(each, f"{path}.{key}" if path else str(key))
            self.code += b"u"

    # ---------------------------------------------------------------- arrays

    def put_tensor(self, value, path):
        if id(value) in self.memo:
            self.code += b"j" + struct.pack("<I", self.memo[id(value)])
            return
        if type(value) is Parameter:
            self.name("torch._utils", "_rebuild_parameter")
            self.code += b"("
            self.rebuild(value, path, False)
            self.put(value.requires_grad, path)
            self.call("collections", "OrderedDict")
            self.code += b"tR"
        else:
            self.rebuild(value, path, value.requires_grad)
        self.memo[id(value)] = number = len(self.memo)
        self.code += b"r" + struct.pack("<I", number)

    def put_storage(self, storage, path):
        """The storage that `storage` or a tensor lies in."""
        array, number, _ = self.places[id(storage)]
        block = self.blocks[number]
        if block.array.dtype != array.dtype:
            raise RuntimeError(
                "Cannot save multiple tensors or storages that view the same data as different "
                f"types\n  {path}: clone() one of them, or save another format than PyTorch's"
            )
        kind = b"torch.storage\nUntypedStorage"
        if type(storage) is not UntypedStorage:
            kind = b"torch\n%b" % STORAGE_OF[storage.dtype.name]
        on = "cpu" if block.device == "cpu" else f"cuda:{block.device.partition(':')[2] or 0}"
        self.code += b"".join(
            [
                *(b"(", text("storage"), b"c%b\n" % kind),
                *(text(str(number)), text(on), integer(block.array.size), b"tQ"),
            ]
        )

    def rebuild(self, tensor, path, requires_grad):
        array, _, offset = self.places[id(tensor)]
        self.code += b"ctorch._utils\n_rebuild_tensor_v2\n("
        self.put_storage(tensor, path)
        self.code += b"".join(
            [
                integer(offset // array.itemsize),
                *(b"(", *map(integer, array.shape), b"t"),
                *(b"(", *(integer(stride // array.itemsize) for stride in array.strides), b"t"),
                b"\x88" if requires_grad else b"\x89",
                b"ccollections\nOrderedDict\n)RtR",
            ]
        )

    def put_dtype_of(self, dtype):
        _, arguments, state = dtype.__reduce__()
        self.call("numpy", "dtype", *arguments)
        self.put(state, "")
        self.code += b"b"

    def put_scalar(self, value):
        self.name("numpy._core.multiarray", "scalar")
        self.code += b"("
        self.put_dtype_of(value.dtype)
        self.put(value.tobytes(), "")
        self.code += b"tR"

    def put_array(self, value, path):
        if value.dtype.kind not in KINDS:
            raise refusal(value, f"{path or 'an array'} (dtype {value.dtype})")
        self.name("numpy._core.multiarray", "_reconstruct")
        self.code += b"("
        self.name("numpy", "ndarray")
        self.put((0,), path)
        self.put(b"b", path)
        self.code += b"tR("
        self.put(1, path)
        self.put(tuple(value.shape), path)
        self.put_dtype_of(value.dtype)
        self.put(False, path)
        self.put(value.tobytes(), path)
        self.code += b"tb"


def is_object(value):
    """Whether it is saved as its class's name and its attributes."""
    return isinstance(value, Namespace) or is_module(type(value))


def integer(value):
    if -(2**31) <= value < 2**31:
        return b"J" + value.to_bytes(4, "little", signed=True)
    raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    if len(raw) > 255:
        raise ValueError(
            f"save: an integer of {len(raw)} bytes: those of a checkpoint have at most 255"
        )
    return b"\x8a" + bytes([len(raw)]) + raw


def text(value):
    raw = value.encode("utf-8", "surrogatepass")
    return b"X" + len(raw).to_bytes(4, "little") + raw


def constant(code):
    def write(pickler, value, path):
        pickler.code += code(value)

    return write


WRITERS: dict[type, Any] = {
    type(None): constant(lambda value: b"N"),
    bool: constant(lambda value: b"\x88" if value else b"\x89"),
    float: constant(lambda value: b"G" + struct.pack(">d", value)),
    int: Pickler.put_int,
    str: Pickler.put_str,
    bytes: Pickler.put_bytes,
    list: Pickler.put_list,
    tuple: Pickler.put_tuple,
    dict: Pickler.put_dict,
    OrderedDict: Pickler.put_ordered,
    Counter: Pickler.put_counter,
    set: Pickler.put_set,
    frozenset: Pickler.put_set,
    Namespace: Pickler.put_object,
    Tensor: Pickler.put_tensor,
    Parameter: Pickler.put_tensor,
    Buffer: Pickler.put_tensor,  # a tensor to PyTorch
    np.ndarray: Pickler.put_array,
    TypedStorage: Pickler.put_storage,
    UntypedStorage: Pickler.put_storage,
    Size: lambda pickler, value, path: pickler.call("torch", "Size", tuple(value)),
    complex: lambda pickler, value, path: pickler.call(
        "builtins", "complex", value.real, value.imag
    ),
    bytearray: lambda pickler, value, path: pickler.call(
        "builtins", "bytearray", value.decode("latin-1"), "latin-1"
    ),
    device: lambda pickler, value, path: pickler.call(
        "torch", "device", *([value.type] if value.index is None else [value.type, value.index])
    ),
    layout: lambda pickler, value, path: pickler.call(
        "torch.serialization", "_get_layout", str(value)
    ),
}


# -------------------------------------------------------------------- the zip


def save_checkpoint(obj: Any, file: BinaryIO) -> None:
    """Write `obj` as a checkpoint of PyTorch's; behind it a checksum of the zip's own parts."""
    try:
        pickler = Pickler(obj)
    except RecursionError:
        raise ValueError("save: the object is nested too deep") from None
    entries: dict[str, Any] = {
        "data.pkl": bytes(pickler.code),
        ".format_version": b"1",
        ".storage_alignment": str(ALIGNMENT).encode(),
        "byteorder": sys.byteorder.encode(),
        **{f"data/{i}": block.bytes().data for i, block in enumerate(pickler.blocks)},
        "version": b"3\n",
    }
    tally = Tally(file)
    with zipfile.ZipFile(tally, "w") as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(f"archive/{name}")
            entry.file_size = len(content)
            entry.extra = padding(tally.tell() + 30 + len(entry.filename))
            with archive.open(entry, "w") as opened:
                tally.counts = False
                opened.write(content)
                tally.counts = True
            entry.extra = SUM_FIELD + checksum(np.frombuffer(content, np.uint8))
        archive.comment = UNSUMMED


class Tally(io.RawIOBase):
    """Passes on what is written, and computes the CRC-32 of what is no entry's content.

    It does not seek, so that `zipfile` writes all from front to back: entries' checksums come
    after their content.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.position = self.crc = 0
        self.counts = True

    def tell(self) -> int:
        return self.position

    def write(self, data: Any) -> int:
        if self.counts and data == UNSUMMED:  # the end of the file
            data = COMMENT + f"{zlib.crc32(COMMENT, self.crc):08x}".encode()
        if self.counts:
            self.crc = zlib.crc32(data, self.crc)
        self.position += len(data)
        self.file.write(data)
        return len(data)


def padding(position: int) -> bytes:
    """An extra field of a zip entry, after which a multiple of `ALIGNMENT` comes."""
    length = -(position + 4) % ALIGNMENT
    return struct.pack("<2sH", b"FB", length) + b"Z" * length
