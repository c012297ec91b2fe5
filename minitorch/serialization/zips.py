"""Zips, read with every length checked: what PyTorch's checkpoints and NumPy's `.npz` are."""

import struct
import zipfile
import zlib
from pickle import UnpicklingError
from typing import Any

import numpy as np

from minitorch.serialization.files import (
    ALWAYS_FINE,
    Source,
    damaged,
    failed,
    require_checksum,
    require_crc,
)

COMMENT = b"minitorch crc32 "  # of the zips that minitorch writes; 8 digits follow
SUM_FIELD = struct.pack("<2sH", b"mt", 12)  # begins an entry's extra field of its `checksum`
LARGEST_GROWTH = 100  # times its size that a file with compressed entries may hold


class Zip:
    """The entries of a zip, each compared with its checksum when it is read: with minitorch's own
    where it has one, which is faster, else with its CRC-32.

    compressed  whether entries may be
    """

    def __init__(self, source: Source, compressed: bool = False) -> None:
        self.source = source
        self.compressed = compressed
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
        if len(self.entries) < len(entries):
            raise damaged("two entries have one name")
        self.starts = {entry.filename: self.start_of(entry) for entry in entries}
        self.require_apart()
        if self.comment:
            self.require_sum()

    def start_of(self, entry):
        """Where the bytes of an entry begin."""
        name = entry.filename
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
            raise failed(f"An entry climbs out: {name!r:.80}")
        offset = entry.header_offset - self.source.start
        head = self.source.bytes(offset, 30, f"entry {name!r:.80}")
        named, extra = struct.unpack("<HH", head[26:])
        written = self.source.bytes(offset + 30, named, f"entry {name!r:.80}")
        if head[:4] != b"PK\3\4" or written != entry.orig_filename.encode(
            "utf-8" if entry.flag_bits & 0x800 else "cp437"
        ):
            raise damaged(f"no entry {name!r:.80} is where the directory says")
        return offset + 30 + named + extra

    def in_order(self):
        """(name, where the entry begins, where its bytes do, where they end), by place."""
        for name in sorted(self.starts, key=self.starts.__getitem__):
            entry, start = self.entries[name], self.starts[name]
            yield name, entry.header_offset - self.source.start, start, start + entry.compress_size

    def require_apart(self):
        """No two entries share bytes, and what they hold is in proportion to the file."""
        reached, before = 0, ""
        for name, head, _, stop in self.in_order():
            if head < reached:
                raise damaged(f"its entries overlap: {before!r:.80} and {name!r:.80}")
            reached, before = stop, name
        if reached > self.source.size:
            raise damaged(f"unexpected end of file: entry {before!r:.80} is truncated")
        held = sum(entry.file_size for entry in self.entries.values())
        if held > max(LARGEST_GROWTH * self.source.size, ALWAYS_FINE) and self.compressed:
            raise UnpicklingError(
                f"a zip of {self.source.size} bytes that says it holds {held}: a zip bomb\n"
                "  if it is none: numpy.load reads it; save it again without compression"
            )

    def require_sum(self):
        """The checksum that minitorch puts behind its zips: of all that is no entry's content."""
        crc, reached = 0, 0
        for _, _, start, stop in self.in_order():
            crc = zlib.crc32(self.source.array(reached, start - reached), crc)
            reached = stop
        crc = zlib.crc32(self.source.array(reached, self.source.size - 8 - reached), crc)
        if self.comment != COMMENT + f"{crc:08x}".encode():
            raise damaged("the zip's headers or directory do not have their checksum")
        for name, entry in self.entries.items():
            if entry.file_size < 100:  # among them those that are never asked for
                self.content(name)

    def content(self, name: str) -> Any:
        """The bytes of an entry as an array of uint8."""
        entry = self.entries[name]
        packed = entry.compress_type == zipfile.ZIP_DEFLATED and self.compressed
        stored = entry.compress_type == 0 and entry.file_size == entry.compress_size
        if entry.flag_bits & 1 or not (packed or stored):
            raise failed(f"Entry {name!r:.80} is compressed or encrypted: PyTorch writes none so")
        what = f"entry {name!r:.80}"
        if stored and entry.extra.startswith(SUM_FIELD):
            array = self.source.array(self.starts[name], entry.compress_size, what)
            require_checksum(array, entry.extra[len(SUM_FIELD) :], what)
            return array
        # 0 stands in files for which PyTorch was told to compute none.
        crc = entry.CRC or None
        array = self.source.array(
            self.starts[name], entry.compress_size, what, None if packed else crc
        )
        if packed:
            array = inflated(array, entry.file_size, name)
            if crc is not None:
                require_crc(array, crc, what)
        return array


def inflated(array: Any, size: int, name: str) -> Any:
    """`array` without its compression, which must give `size` bytes."""
    made, reached = np.empty(size, np.uint8), 0
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for start in range(0, array.size, 4096):  # each gives 4 MB at most
            piece = stream.decompress(array[start : start + 4096], size - reached + 1)
            if reached + len(piece) > size:
                break
            made[reached : reached + len(piece)] = np.frombuffer(piece, np.uint8)
            reached += len(piece)
    except zlib.error as error:
        raise damaged(f"entry {name!r:.80} cannot be decompressed: {error}") from None
    if not stream.eof or reached != size:
        raise damaged(f"entry {name!r:.80} does not hold the {size} bytes that it says")
    return made
