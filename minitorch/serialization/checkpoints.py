"""PyTorch's checkpoints, `.pt` and `.pth`: the zip of today and the format before version 1.6."""

import struct
import sys
from argparse import Namespace
from collections import Counter, OrderedDict
from collections.abc import Callable
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np

from minitorch.autograd.parameter import Parameter
from minitorch.autograd.tensor import Size, Tensor, wrap
from minitorch.backend.devices import device
from minitorch.backend.dtypes import BY_NUMPY
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.layouts import strided
from minitorch.methods.storage import TypedStorage, UntypedStorage
from minitorch.serialization.files import Source, damaged, failed
from minitorch.serialization.memory import restorer, view_inside
from minitorch.serialization.numpy_pickles import NUMPY
from minitorch.serialization.pickles import Machine, Named, plain_keys
from minitorch.serialization.safetensors import widened
from minitorch.serialization.structure import ALL_DTYPES
from minitorch.serialization.zips import Zip

STORAGES = {  # PyTorch's names of storages: those of their dtypes
    "Float": "float32", "Double": "float64", "Half": "float16", "BFloat16": "bfloat16",
    "Long": "int64", "Int": "int32", "Short": "int16", "Char": "int8", "Byte": "uint8",
    "Bool": "bool",
}  # fmt: skip
MAGIC = 0x1950A86A20F9469CFC6C  # at the start of a legacy file
PROTOCOL = 1001


class Kind(NamedTuple):
    """The class of a storage that a pickle names, by the dtype of its elements; None: bytes."""

    dtype: dtype_type | None


def storage_of(kind: dtype_type | None, array: Any) -> UntypedStorage:
    """A storage over the 1-D `array`."""
    return (UntypedStorage if kind is None else TypedStorage).over(array)


# -------------------------------------------------------------------- what pickles may name


def rebuild_tensor(storage, offset, size, stride, requires_grad=False, hooks=None, metadata=None):
    return rebuild_typed(storage, offset, size, stride, requires_grad, hooks, None, metadata)


def rebuild_typed(
    storage, offset, size, stride, requires_grad, hooks, dtype=None, metadata=None
) -> Tensor:
    """The tensor of these sizes and strides, in elements, over a storage."""
    whole = isinstance(storage, UntypedStorage) and isinstance(size, tuple)
    if not whole or not isinstance(stride, tuple) or metadata:
        raise failed("A tensor without a storage")
    kind = storage.memory.dtype if dtype is None else dtype.dtype
    if kind not in BY_NUMPY:
        raise DtypeError(f"a tensor of dtype {kind} is not there")
    n = kind.itemsize
    if not all(type(each) is int for each in (offset, *size, *stride)):
        raise failed("Sizes and strides are integers")
    strides = [n * each for each in stride]
    array = view_inside(storage.memory, kind, offset * n, tuple(size), strides)
    return wrap(array).requires_grad_(bool(requires_grad))


def rebuild_parameter(data, requires_grad, hooks, state=None):
    if not isinstance(data, Tensor):
        raise failed("A parameter without a tensor")
    return Parameter(data.detach(), bool(requires_grad))


def rebuild_from_type(function, kind, arguments, state):
    """A tensor with attributes, which stay behind."""
    if not isinstance(function, Named) or function.name not in REBUILDERS:
        raise failed("No function that makes a tensor")
    return REBUILDERS[function.name](*arguments)


def keyed(kind):
    """What makes a mapping of that kind from pairs or from a dict, as a pickle has it."""

    def build(items=()):
        if isinstance(items, dict):
            return kind(items)
        keys, values = zip(*items, strict=True) if items else ((), ())
        return kind(zip(plain_keys(keys), values, strict=True))

    return build


def encoded(text, encoding):
    """How protocol 2 spells bytes."""
    if encoding not in ("latin1", "latin-1") or not isinstance(text, str):
        raise failed("Bytes in an encoding but latin1")
    return text.encode("latin-1")


def layout_of(name):
    if name != "torch.strided":
        raise failed("A layout but torch.strided")
    return strided


def bytearray_of(content=b"", encoding=None):
    content = content if encoding is None else encoded(content, encoding)
    if not isinstance(content, bytes | bytearray):  # of a number it makes that many zeros
        raise failed("A bytearray of no bytes")
    return bytearray(content)


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
    "torch.serialization._get_layout": layout_of,
    "collections.OrderedDict": keyed(OrderedDict),
    "collections.Counter": keyed(Counter),
    "builtins.set": lambda items=(): set(plain_keys(items)),
    "builtins.frozenset": lambda items=(): frozenset(plain_keys(items)),
    "builtins.bytes": lambda: b"",  # how protocol 2 spells no bytes
    "builtins.bytearray": bytearray_of,
    "builtins.complex": complex,
    "_codecs.encode": encoded,
    "argparse.Namespace": Namespace,
}
CONSTANTS = {
    "torch.Tensor": Tensor,
    "torch.nn.parameter.Parameter": Parameter,
    "torch.storage.UntypedStorage": Kind(None),
    **{f"torch.{name}": kind for name, kind in ALL_DTYPES.items()},
    **{f"torch.{name}Storage": Kind(ALL_DTYPES[kind]) for name, kind in STORAGES.items()},
}


def storage_id(pid, length):
    """(kind, key, location, number of elements, ...) of the storage that a pickle asks for."""
    text = (str, bytes)
    named = isinstance(pid, tuple) and len(pid) > 0 and isinstance(pid[0], text)
    if not (
        named
        and len(pid) == length
        and pid[0] in ("storage", b"storage")
        and isinstance(pid[1], Kind)
        and isinstance(pid[2], text)
        and isinstance(pid[3], text)
        and type(pid[4]) is int
        and 0 <= pid[4] < 2**48
    ):
        raise failed(
            "Only persistent_load of storage is allowed, but got "
            + (f"{pid[0]!r:.40}" if named else type(pid).__name__)
        )
    key, location = (each.decode() if isinstance(each, bytes) else each for each in pid[2:4])
    return (pid[1].dtype, key, location, *pid[4:])


def elements(raw: Any, kind: dtype_type | None, swapped: bool) -> Any:
    """The bytes of a storage as elements; bfloat16 as float32."""
    if kind is None:
        return raw
    array = raw.view(np.uint16 if kind.name == "bfloat16" else kind.dtype)
    if swapped:
        array.byteswap(inplace=True)
    return widened(array) if kind.name == "bfloat16" else array


# -------------------------------------------------------------------- the zip


def load_zip(source: Source, map_location: Any, encoding: str, known: Callable) -> Any:
    """The object in a zip that PyTorch or minitorch wrote."""
    files = Zip(source)
    found = [name for name in files.entries if name.endswith("/data.pkl") and name.count("/") == 1]
    if len(found) != 1:
        raise RuntimeError(
            "file in archive is not in a subdirectory: no checkpoint, which has one data.pkl\n"
            f"  its entries: {', '.join(list(files.entries)[:5]):.300}"
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
        raise ShapeError(f"Unknown endianness type: {order:.20}")
    restore = restorer(map_location)
    storages: dict[str, UntypedStorage] = {}
    kinds: dict[str, dtype_type | None] = {}

    def storage(pid):
        kind, key, location, numel = storage_id(pid, 5)
        if key not in storages:
            name = f"{root}data/{key}"
            size = numel * (1 if kind is None else kind.itemsize)
            if name not in files.entries or files.entries[name].file_size != size:
                raise damaged(f"storage {key!r:.80} of {size} bytes is not in it")
            content = files.content(name)
            if order != sys.byteorder:  # they are turned in place
                source.settle()
            array = elements(content, kind, order != sys.byteorder)
            storages[key], kinds[key] = storage_of(kind, restore(array, location)), kind
        elif kinds[key] is not kind:  # each kind would take memory of its own
            raise damaged(f"storage {key!r:.80} is described in two ways")
        return storages[key]

    pickle = Source(BytesIO(files.content(found[0]).tobytes()))
    return Machine(CONSTANTS, BUILDERS, storage, encoding, known).read(pickle)


# -------------------------------------------------------------------- before version 1.6


def load_legacy(source: Source, map_location: Any, encoding: str, known: Callable) -> Any:
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
    needed = storages_needed(source, encoding, known)
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
        if struct.unpack("<q", source.bytes(offset, 8, f"storage {key!r:.80}"))[0] != numel:
            raise damaged(f"storage {key!r:.80} does not have {numel} elements")
        raw = source.array(offset + 8, size, f"storage {key!r:.80}")
        offset += 8 + size
        storages[key] = storage_of(kind, restore(elements(raw, kind, False), location))

    def storage(pid):
        kind, key, _, _, part = storage_id(pid, 6)
        if part is None:
            return storages[key]
        _, start, numel = part
        return storage_of(kind, storages[key].memory[start : start + numel])

    source.seek(begin)
    return Machine(CONSTANTS, BUILDERS, storage, encoding, known).read(source)


def storages_needed(source, encoding, known):
    """key -> (dtype or None, location, elements) of what the object's pickle names; reads past it.

    Nothing is made of it yet.
    """
    needed: dict[str, tuple] = {}

    def note(pid):
        kind, key, location, numel, _ = storage_id(pid, 6)
        if needed.setdefault(key, (kind, location, numel)) != (kind, location, numel):
            raise damaged(f"storage {key!r:.80} is described in two ways")

    dry = {**BUILDERS, **dict.fromkeys(REBUILDERS, nothing)}
    dry["torch._tensor._rebuild_from_type_v2"] = nothing
    Machine(CONSTANTS, dry, note, encoding, known).read(source)
    return needed


def nothing(*arguments):
    return None


def refused(pid):
    raise failed("unsupported persistent id encountered")
