"""The safetensors format: tensors by name, and nothing that could run.

A file is the length of its header (8 bytes, little-endian), the header (JSON: for each name a
dtype, a shape and where its bytes lie), the bytes. See https://github.com/huggingface/safetensors.
Our own reader and writer, since the format is small, the `safetensors` package has neither the
checksums nor the file that is whole or not there at all, and this way nothing more is installed.
"""

import json
import math
import struct
import zlib
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.devices import device
from minitorch.backend.dtypes import ALL
from minitorch.backend.errors import DtypeError
from minitorch.serialization.files import (
    File,
    Source,
    checksum,
    damaged,
    reading,
    require_checksum,
    write,
)
from minitorch.serialization.memory import require_named_tensor, restorer

NAMES = {  # dtypes of NumPy by the format's names
    "BOOL": "?", "U8": "u1", "I8": "i1", "I16": "<i2", "U16": "<u2", "I32": "<i4", "U32": "<u4",
    "I64": "<i8", "U64": "<u8", "F16": "<f2", "F32": "<f4", "F64": "<f8", "BF16": "<u2",
}  # fmt: skip
CODES = {np.dtype(kind): name for name, kind in NAMES.items() if name != "BF16"}
HELD = {each.dtype for each in ALL}  # by tensors
LARGEST_HEADER = 100_000_000  # bytes, a limit of the format
SUM, BLANK = "header_crc32", "00000000"
SUMS = "checksums"


# -------------------------------------------------------------------- writing


def write_entries(
    file: BinaryIO, entries: Mapping[str, Any], shapes: Mapping[str, Any], metadata: dict[str, str]
) -> None:
    """Write 1-D arrays as tensors of these shapes, with a checksum for each and one for the header.

    entries   NumPy arrays in one piece, by name
    metadata  strings by name, to go with them
    """
    header: dict[str, Any] = {}
    sums, offset = {}, 0
    for name, array in entries.items():
        header[name] = {
            "dtype": CODES[array.dtype],
            "shape": list(shapes[name]),
            "data_offsets": [offset, offset + array.nbytes],
        }
        offset += array.nbytes
        sums[name] = checksum(array).hex()
    metadata = {"format": "pt", **metadata, SUMS: json.dumps(sums), SUM: BLANK}
    text = json.dumps({"__metadata__": metadata, **header}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 64)  # so that the tensors begin on a multiple of 8
    mark = f'"{SUM}":"'.encode()
    crc = f"{zlib.crc32(text):08x}".encode()
    file.write(struct.pack("<Q", len(text)))
    file.write(text.replace(mark + BLANK.encode(), mark + crc, 1))
    for array in entries.values():
        file.write(array.view(np.uint8).data)


def save_safetensors(
    tensors: Mapping[str, Tensor],
    f: File,
    metadata: Mapping[str, str] | None = None,
    keep: int = 0,
) -> None:
    """Save a dict of tensors, which any tool for safetensors can read.

    metadata  strings by name, to go with them
    keep      how many former files of that name stay, as `f.1`, `f.2`, ...
    """
    arrays = {}
    for name, tensor in tensors.items():
        require_named_tensor("save_safetensors", name, tensor)
        if name == "__metadata__":
            raise ValueError("save_safetensors: no tensor can have the name '__metadata__'")
        arrays[name] = tensor.detach().contiguous().numpy(force=True)
    flat = {name: array.reshape(-1) for name, array in arrays.items()}
    shapes = {name: array.shape for name, array in arrays.items()}
    write(f, lambda file: write_entries(file, flat, shapes, dict(metadata or {})), keep)


# -------------------------------------------------------------------- reading


class Entries:
    """The tensors of a safetensors file: each is read when it is asked for.

    metadata  the strings that go with them, by name
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        length = struct.unpack("<Q", source.bytes(0, 8, "the length of the header"))[0]
        if length > min(LARGEST_HEADER, source.size - 8):
            raise damaged(f"its header should have {length} bytes, the file has {source.size}")
        self.start = 8 + length
        text = source.bytes(8, length, "the header")
        header = parsed(text)
        self.metadata: dict[str, str] = header.pop("__metadata__", {})
        if not (
            isinstance(self.metadata, dict)
            and all(isinstance(value, str) for value in self.metadata.values())
        ):
            raise damaged("its __metadata__ is not a dict of strings")
        if SUM in self.metadata or SUMS in self.metadata or "minitorch" in self.metadata:
            require_sum(text, self.metadata.get(SUM, ""))
        self.sums = sums_in(self.metadata.get(SUMS, "{}"))
        self.entries = {name: checked(name, entry) for name, entry in header.items()}
        self.require_whole()

    def require_whole(self):
        """The tensors fill the rest of the file, without gaps or overlaps."""
        end = 0
        for name, (_, _, start, stop) in sorted(self.entries.items(), key=lambda e: e[1][2:]):
            if start != end:
                raise damaged(
                    f"tensor {name!r:.200} begins at {start}, the one before ends at {end}"
                )
            end = stop
        if self.start + end > self.source.size:
            last = max(self.entries, key=lambda name: self.entries[name][3])
            raise damaged(
                f"it is truncated: tensor {last!r:.200} ends at byte {self.start + end}, the file "
                f"has {self.source.size}"
            )
        if self.start + end < self.source.size:
            raise damaged(f"{self.source.size - self.start - end} bytes belong to no tensor")

    def flat(self, name: str) -> Any:
        """The elements of a tensor as a 1-D array."""
        code, _, start, stop = self.entries[name]
        what = f"tensor {name!r:.200}"
        array = self.source.array(self.start + start, stop - start, what)
        if name in self.sums:
            require_checksum(array, self.sums[name], what)
        return widened(array.view(NAMES[code])) if code == "BF16" else array.view(NAMES[code])

    def shape(self, name: str) -> list[int]:
        return self.entries[name][1]


def parsed(text):
    """The JSON object in `text`, bytes in UTF-8; it names nothing twice."""
    try:
        value = json.loads(text.decode(), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise damaged(f"its header is no JSON: {error!s:.80}") from None
    if not isinstance(value, dict):
        raise damaged("its header is not a JSON object")
    return value


def sums_in(text):
    """The checksums by the tensors' names, of which the metadata has hexadecimal digits."""
    try:
        found = parsed(text.encode("utf-8", "surrogatepass"))
        return {name: bytes.fromhex(digits) for name, digits in found.items()}
    except (TypeError, ValueError):
        raise damaged("its checksums are no numbers") from None


def once(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands in it twice")
    return found


def checked(name, entry):
    """(dtype, shape, start, stop) of the header's entry for a tensor."""
    broken = damaged(f"the header's entry for tensor {name!r:.200} is not one of a tensor")
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise broken
    code, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(shape, list) or not isinstance(offsets, list):
        raise broken
    if not all(type(n) is int and 0 <= n < 2**62 for n in (*shape, *offsets)):
        raise broken
    if len(offsets) != 2 or len(shape) > 64:
        raise broken
    if not isinstance(code, str) or code not in NAMES:
        raise DtypeError(
            f"tensor {name!r:.200} has dtype {code!s:.40}, which is not there\n  those that are: "
            + ", ".join(NAMES)
        )
    start, stop = offsets
    if stop - start != math.prod(shape) * np.dtype(NAMES[code]).itemsize:
        raise damaged(f"tensor {name!r:.200} has {stop - start} bytes, not those of its shape")
    return code, shape, start, stop


def require_sum(text, crc):
    """The checksum of the header was computed with zeros in its own place."""
    mark = f'"{SUM}":"'.encode()
    blank = text.replace(mark + crc.encode(), mark + BLANK.encode(), 1)
    if f"{zlib.crc32(blank):08x}" != crc:
        raise damaged("the header does not have its checksum")


def widened(halves: Any) -> Any:
    """bfloat16, given as uint16, as float32: the same numbers."""
    words = halves.astype(np.uint32)
    words <<= 16  # in place: a file of bfloat16 takes three times its size, not five
    return words.view(np.float32)


def load_safetensors(f: File, device: device | str | None = None) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name; bfloat16 becomes float32.

    Raises RuntimeError for a truncated or altered file.
    """
    with reading(f) as source:
        return named_tensors(Entries(source), device)


def named_tensors(entries: Entries, map_location: Any) -> dict[str, Tensor]:
    """All of them, by name."""
    restore = restorer(map_location)
    tensors = {}
    for name in entries.entries:
        flat = entries.flat(name)
        if flat.dtype not in HELD:
            raise DtypeError(
                f"tensor {name!r:.200} has dtype {flat.dtype}, which no tensor can hold"
            )
        tensors[name] = wrap(restore(flat, "cpu").reshape(entries.shape(name)))
    return tensors
