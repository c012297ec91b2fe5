"""PyTorch's checkpoints, `.pt` and `.pth`: the zip of today and the format before version 1.6."""

import struct
import sys
import zipfile
import zlib
from argparse import Namespace
from collections import Counter, OrderedDict
from collections.abc import Callable
from io import BytesIO
from pickle import UnpicklingError
from typing import Any

import numpy as np

from minitorch.autograd.tensor import Size, Tensor, wrap
from minitorch.backend.devices import device
from minitorch.backend.dtypes import BY_NUMPY
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.backend.errors import DtypeError
from minitorch.backend.layouts import strided
from minitorch.nn.parameter import Parameter
from minitorch.serialization.files import Source
from minitorch.serialization.memory import restorer, view_inside
from minitorch.serialization.numpy_pickles import NUMPY
from minitorch.serialization.pickles import Machine, Named, hashed
from minitorch.serialization.safetensors import damaged, widened
from minitorch.serialization.structure import ALL_DTYPES

STORAGES = {  # PyTorch's names of storages: those of their dtypes
    "Float": "float32", "Double": "float64", "Half": "float16", "BFloat16": "bfloat16",
    "Long": "int64", "Int": "int32", "Short": "int16", "Char": "int8", "Byte": "uint8",
    "Bool": "bool",
}  # fmt: skip
MAGIC = 0x1950A86A20F9469CFC6C  # at the start of a legacy file
PROTOCOL = 1001
COMMENT = b"minitorch crc32 "  # of the zips that minitorch writes; 8 digits follow


class Storage:
    """A storage that a pickle names: the memory of its tensors, as a 1-D array.

    kind  the minitorch dtype of the elements; None: bytes of no dtype yet
    """

    __slots__ = ("array", "kind")

    def __init__(self, kind: Any, array: Any) -> None:
        self.kind = kind
        self.array = array


# -------------------------------------------------------------------- what pickles may name


def rebuild_tensor(storage, offset, size, stride, requires_grad=False, hooks=None, metadata=None):
    return rebuild_typed(storage, offset, size, stride, requires_grad, hooks, None, metadata)


def rebuild_typed(
    storage, offset, size, stride, requires_grad, hooks, dtype=None, metadata=None
) -> Tensor:
    """The tensor of these sizes and strides, in elements, over a storage."""
    if not isinstance(storage, Storage) or metadata:
        raise UnpicklingError("Weights only load failed. A tensor without a storage")
    kind = storage.array.dtype if dtype is None else dtype.dtype
    if kind not in BY_NUMPY:
        raise DtypeError(f"a tensor of dtype {kind} is not there")
    n = kind.itemsize
    if not all(type(each) is int for each in (offset, *size, *stride)):
        raise UnpicklingError("Weights only load failed. Sizes and strides are integers")
    array = view_inside(storage.array, kind, offset * n, tuple(size), [n * each for each in stride])
    return wrap(array).requires_grad_(bool(requires_grad))


def rebuild_parameter(data, requires_grad, hooks, state=None):
    if not isinstance(data, Tensor):
        raise UnpicklingError("Weights only load failed. A parameter without a tensor")
    return Parameter(data.detach(), bool(requires_grad))


def rebuild_from_type(function, kind, arguments, state):
    """A tensor with attributes, which stay behind."""
    if not isinstance(function, Named) or function.name not in REBUILDERS:
        raise UnpicklingError("Weights only load failed. No function that makes a tensor")
    return REBUILDERS[function.name](*arguments)


def ordered(pairs=()):
    return OrderedDict((hashed(key), value) for key, value in pairs)


def encoded(text, encoding):
    """How protocol 2 spells bytes."""
    if encoding not in ("latin1", "latin-1") or not isinstance(text, str):
        raise UnpicklingError(f"Weights only load failed. Bytes in encoding {encoding!r}")
    return text.encode("latin-1")


def counted(counts=()):
    return Counter(dict(counts))


def bytearray_of(content=b"", encoding=None):
    return bytearray(content if encoding is None else encoded(content, encoding))


REBUILDERS: dict[str, Callable] = {
    "torch._utils._rebuild_tensor": rebuild_tensor,
    "torch._utils._rebuild_tensor_v2": rebuild_tensor,
    "torch._utils._rebuild_tensor_v3": rebuild_typed,
    "torch._utils._rebuild_parameter": rebuild_parameter,
    "torch._utils._rebuild_parameter_with_state": rebuild_parameter,
}
BUILDERS: dict[str, Callable] = {
    **REBUILDERS,
    **NUMPY,
    "torch._tensor._rebuild_from_type_v2": rebuild_from_type,
    "torch.Size": Size,
    "torch.device": device,
    "torch.serialization._get_layout": {"torch.strided": strided}.__getitem__,
    "collections.OrderedDict": ordered,
    "collections.Counter": counted,
    "builtins.set": lambda items=(): {hashed(each) for each in items},
    "builtins.frozenset": lambda items=(): frozenset(hashed(each) for each in items),
    "builtins.bytearray": bytearray_of,
    "builtins.complex": complex,
    "_codecs.encode": encoded,
    "argparse.Namespace": Namespace,
}
CONSTANTS = {
    "torch.Tensor": Tensor,
    "torch.nn.parameter.Parameter": Parameter,
    "torch.storage.UntypedStorage": Storage(None, None),
    **{f"torch.{name}": kind for name, kind in ALL_DTYPES.items()},
    **{f"torch.{name}Storage": Storage(ALL_DTYPES[kind], None) for name, kind in STORAGES.items()},
}


def storage_id(pid, length):
    """(kind, key, location, number of elements, ...) of the storage that a pickle asks for."""
    text = (str, bytes)
    if not (
        isinstance(pid, tuple)
        and len(pid) == length
        and pid[0] in ("storage", b"storage")
        and isinstance(pid[1], Storage)
        and isinstance(pid[2], text)
        and isinstance(pid[3], text)
        and type(pid[4]) is int
        and 0 <= pid[4] < 2**48
    ):
        raise UnpicklingError(
            "Weights only load failed. Only persistent_load of storage is allowed, but got "
            + (f"{pid[0]!r:.40}" if isinstance(pid, tuple) and pid else type(pid).__name__)
        )
    key, location = (each.decode() if isinstance(each, bytes) else each for each in pid[2:4])
    return (pid[1].kind, key, location, *pid[4:])


def elements(raw: Any, kind: dtype_type | None, swapped: bool) -> Any:
    """The bytes of a storage as elements; bfloat16 as float32."""
    if kind is None:
        return raw
    if kind.name == "bfloat16":
        halves = raw.view(np.uint16)
        return widened(halves.byteswap() if swapped else halves)
    array = raw.view(kind.dtype)
    return array.byteswap(inplace=True) if swapped else array


# -------------------------------------------------------------------- the zip


class Zip:
    """The entries of a zip, stored as they are, each checked against its CRC-32 as it is read."""

    def __init__(self, source: Source) -> None:
        self.source = source
        try:
            with zipfile.ZipFile(source.file) as opened:
                entries, self.comment = opened.infolist(), opened.comment
        except (
            zipfile.BadZipFile,
            ValueError,
            NotImplementedError,
            struct.error,
            OSError,
        ) as error:
            raise RuntimeError(
                f"failed finding central directory: the file is truncated or damaged: {error}"
            ) from error
        tail = source.size - 22 - len(self.comment)
        end = source.bytes(tail, 22, "the end of the zip") if tail >= 0 else b""
        if end[:4] != b"PK\5\6" or end[20:] != struct.pack("<H", len(self.comment)):
            raise damaged("it does not end where the zip says")
        self.entries = {entry.filename: entry for entry in entries}
        self.starts = {entry.filename: self.start_of(entry) for entry in entries}
        if len(self.entries) < len(entries):
            raise damaged("two entries have one name")
        if sum(entry.file_size for entry in entries) > source.size:
            raise damaged("its entries overlap")
        if self.comment:
            self.require_sum()

    def start_of(self, entry):
        """Where the bytes of an entry begin."""
        name = entry.filename
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
            raise UnpicklingError(f"Weights only load failed. An entry climbs out: {name!r}")
        if entry.compress_type or entry.flag_bits & 1 or entry.file_size != entry.compress_size:
            raise UnpicklingError(
                f"Weights only load failed. Entry {name!r} is compressed or encrypted: PyTorch "
                "writes none so"
            )
        offset = entry.header_offset - self.source.start
        head = self.source.bytes(offset, 30, f"entry {name!r}")
        named, extra = struct.unpack("<HH", head[26:])
        start = offset + 30 + named + extra
        written = self.source.bytes(offset + 30, named, f"entry {name!r}")
        if head[:4] != b"PK\3\4" or written != name.encode(
            "utf-8" if entry.flag_bits & 0x800 else "cp437"
        ):
            raise damaged(f"no entry {name!r} is where the directory says")
        return start

    def require_sum(self):
        """The checksum that minitorch puts behind its zips: of all that is no entry's content."""
        size = self.source.size
        crc, reached = 0, 0
        for name in sorted(self.starts, key=self.starts.__getitem__):
            start = self.starts[name]
            crc = zlib.crc32(self.source.array(reached, start - reached), crc)
            reached = start + self.entries[name].file_size
        crc = zlib.crc32(self.source.array(reached, size - 8 - reached), crc)
        if self.comment != COMMENT + f"{crc:08x}".encode():
            raise damaged("the zip's headers or directory do not have their checksum")
        for name, entry in self.entries.items():
            if entry.file_size < 100:  # among them those that are never asked for
                self.content(name)

    def content(self, name: str) -> Any:
        """The bytes of an entry as an array of uint8."""
        entry = self.entries[name]
        array = self.source.array(self.starts[name], entry.file_size, f"entry {name!r}")
        # 0 stands in files for which PyTorch was told to compute none.
        if (entry.CRC or self.comment) and zlib.crc32(array) != entry.CRC:
            raise damaged(f"the bytes of {name!r} do not have their checksum")
        return array


def load_zip(source: Source, map_location: Any, encoding: str) -> Any:
    """The object in a zip that PyTorch or minitorch wrote."""
    files = Zip(source)
    found = [name for name in files.entries if name.endswith("/data.pkl") and name.count("/") == 1]
    if len(found) != 1:
        raise RuntimeError(
            "file in archive is not in a subdirectory: no checkpoint, which has one data.pkl\n"
            f"  its entries: {', '.join(list(files.entries)[:5])}"
        )
    root = found[0].removesuffix("data.pkl")
    if f"{root}constants.pkl" in files.entries:
        raise RuntimeError(
            "Cannot use ``weights_only=True`` with TorchScript archives passed to ``torch.load``.\n"
            "  save torch.jit.load(file).state_dict() where PyTorch is, and load that"
        )
    order = "little"
    if f"{root}byteorder" in files.entries:
        order = files.content(f"{root}byteorder").tobytes().decode("latin-1")
    if order not in ("little", "big"):
        raise ValueError(f"Unknown endianness type: {order}")
    restore = restorer(map_location)
    storages: dict[Any, Storage] = {}

    def storage(pid):
        kind, key, location, numel = storage_id(pid, 5)
        if (key, kind) not in storages:
            name = f"{root}data/{key}"
            size = numel * (1 if kind is None else kind.itemsize)
            if name not in files.entries or files.entries[name].file_size != size:
                raise damaged(f"storage {key!r} of {size} bytes is not in it")
            array = elements(files.content(name), kind, order != sys.byteorder)
            storages[key, kind] = Storage(kind, restore(array, location))
        return storages[key, kind]

    pickle = BytesIO(files.content(found[0]).tobytes())
    return Machine(CONSTANTS, BUILDERS, storage, encoding).read(pickle)


# -------------------------------------------------------------------- before version 1.6


def load_legacy(source: Source, map_location: Any, encoding: str) -> Any:
    """The object in a file of the former format: pickles, then the storages' bytes.

    The object's pickle is read twice: for the storages that it needs, and when these are there.
    """
    source.seek(0)
    plain = Machine({}, {}, refused)
    if plain.read(source) != MAGIC:
        raise RuntimeError("Invalid magic number; corrupt file?")
    version = plain.read(source)
    if version != PROTOCOL:
        raise RuntimeError(f"Invalid protocol version: {version}")
    plain.read(source)  # sizes of C's types where it was written
    begin = source.tell()
    needed: dict[str, tuple] = {}

    def note(pid):
        kind, key, location, numel, _ = storage_id(pid, 6)
        if needed.setdefault(key, (kind, location, numel)) != (kind, location, numel):
            raise damaged(f"storage {key!r} is described in two ways")

    dry = {**BUILDERS, **dict.fromkeys(REBUILDERS, nothing)}
    dry["torch._tensor._rebuild_from_type_v2"] = nothing
    Machine(CONSTANTS, dry, note, encoding).read(source)
    keys = plain.read(source)
    if not (
        isinstance(keys, list)
        and all(isinstance(key, str) for key in keys)
        and sorted(keys) == sorted(needed)
    ):
        raise damaged("its list of storages is not that of its tensors")
    restore = restorer(map_location)
    storages, offset = {}, source.tell()
    for key in keys:
        kind, location, numel = needed[key]
        size = numel * (1 if kind is None else kind.itemsize)
        if struct.unpack("<q", source.bytes(offset, 8, f"storage {key!r}"))[0] != numel:
            raise damaged(f"storage {key!r} does not have {numel} elements")
        raw = source.array(offset + 8, size, f"storage {key!r}")
        offset += 8 + size
        storages[key] = Storage(kind, restore(elements(raw, kind, False), location))

    def storage(pid):
        kind, key, _, _, part = storage_id(pid, 6)
        if part is None:
            return storages[key]
        _, start, numel = part
        return Storage(kind, storages[key].array[start : start + numel])

    source.seek(begin)
    return Machine(CONSTANTS, BUILDERS, storage, encoding).read(source)


def nothing(*arguments):
    return None


def refused(pid):
    raise UnpicklingError("Weights only load failed. unsupported persistent id encountered")
