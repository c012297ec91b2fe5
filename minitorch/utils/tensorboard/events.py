"""The file format of TensorBoard: records with checksums, each an `Event` in Protocol Buffers.

A protocol buffer is a row of fields; each begins with the number `8 * name + kind`, where the kinds
are 0 (an integer of 7 bits a byte), 1 (8 bytes), 2 (a length and as many bytes) and 5 (4 bytes).
The names of the fields are numbers, which TensorBoard's `event.proto` and `summary.proto` give.
"""

import io
import os
import socket
import struct
import time
import wave
import zlib
from collections.abc import Iterable

import numpy as np

# -------------------------------------------------------------------- fields


def number(value: int) -> bytes:
    """An integer, 7 bits a byte, the lowest first; the top bit says that more follow."""
    value %= 2**64
    out = bytearray()
    while value > 127:
        out.append(value % 128 + 128)
        value //= 128
    out.append(value)
    return bytes(out)


def integer(name: int, value: int) -> bytes:
    return number(8 * name) + number(value)


def double(name: int, value: float) -> bytes:
    return number(8 * name + 1) + struct.pack("<d", value)


def single(name: int, value: float) -> bytes:
    return number(8 * name + 5) + struct.pack("<f", value)


def piece(name: int, value: bytes | str) -> bytes:
    """A string, bytes, or another message."""
    data = value.encode() if isinstance(value, str) else value
    return number(8 * name + 2) + number(len(data)) + data


def doubles(name: int, values: Iterable[float]) -> bytes:
    return piece(name, np.asarray(values, "<f8").tobytes())


# -------------------------------------------------------------------- values of a summary


def scalar(tag: str, value: float) -> bytes:
    return piece(1, piece(1, tag) + single(2, value))


def text(tag: str, value: str) -> bytes:
    plugin = piece(9, piece(1, piece(1, "text")))
    one = piece(2, piece(2, integer(1, 1)))
    return piece(
        1,
        piece(1, f"{tag}/text_summary") + plugin + piece(8, integer(1, 7) + one + piece(8, value)),
    )


def histogram(
    tag: str, summary: Iterable[float], limits: Iterable[float], counts: Iterable[float]
) -> bytes:
    """`counts` (n,) of the values up to each of `limits` (n,).

    summary  the least value, the largest, how many, their sum, and that of their squares
    """
    data = b"".join(double(name, value) for name, value in enumerate(summary, 1))
    return piece(1, piece(1, tag) + piece(5, data + doubles(6, limits) + doubles(7, counts)))


def curve(tag: str, rows: np.ndarray) -> bytes:
    """What the plugin `pr_curves` shows: (6, n), true and false positives, true and false
    negatives, precision and recall at n thresholds."""
    content = piece(2, integer(2, rows.shape[1]))
    shape = b"".join(piece(2, integer(1, n)) for n in rows.shape)
    data = integer(1, 1) + piece(2, shape) + piece(5, np.asarray(rows, "<f4").tobytes())
    plugin = piece(9, piece(1, piece(1, "pr_curves") + content))
    return piece(1, piece(1, tag) + plugin + piece(8, data))


def sound(tag: str, samples: np.ndarray, rate: int) -> bytes:
    """`samples` (n,) int16, `rate` of them a second."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.astype("<i2").tobytes())
    data = single(1, rate) + integer(2, 1) + integer(3, len(samples))
    return piece(
        1, piece(1, tag) + piece(6, data + piece(4, file.getvalue()) + piece(5, "audio/wav"))
    )


def picture(tag: str, pixels: np.ndarray) -> bytes:
    """`pixels` (height, width, channels) uint8, of 1, 3 or 4 channels."""
    height, width, channels = pixels.shape
    data = integer(1, height) + integer(2, width) + integer(3, channels)
    return piece(1, piece(1, tag) + piece(4, data + piece(4, png(pixels))))


def png(pixels: np.ndarray) -> bytes:
    """The file of a picture (height, width, 1, 3 or 4) uint8."""
    height, width, channels = pixels.shape

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], 1)
    kind = {1: 0, 3: 2, 4: 6}[channels]
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    body = (
        chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows.tobytes())) + chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + body


# -------------------------------------------------------------------- the file


class EventFile:
    """A file of events in the directory `log_dir`.

    suffix  the end of its name
    """

    opened = 0  # how many of this process, so that no two have one name

    def __init__(self, log_dir: str | os.PathLike, filename_suffix: str = ""):
        os.makedirs(log_dir, exist_ok=True)
        name = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}"
        name = f"{name}.{os.getpid()}.{EventFile.opened}{filename_suffix}"
        EventFile.opened += 1
        self.path = os.path.join(log_dir, name)
        self.file = open(self.path, "wb")  # noqa: SIM115  closed by `close`
        self.record(double(1, time.time()) + piece(3, "brain.Event:2"))

    def write(self, summary: bytes, step: int | None, when: float | None) -> None:
        """Write values of a summary, at this step of the training and time of the clock."""
        event = double(1, time.time() if when is None else when)
        event += b"" if step is None else integer(2, int(step))
        self.record(event + piece(5, summary))

    def add_summary(
        self, summary: bytes, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """`write`, unless the summary is empty."""
        if summary:
            self.write(summary, global_step, walltime)

    def record(self, data: bytes) -> None:
        length = struct.pack("<Q", len(data))
        self.file.write(length + checksum(length) + data + checksum(data))

    def flush(self) -> None:
        self.file.flush()

    def close(self) -> None:
        self.file.close()


def crc32c_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


TABLE = crc32c_table()


def crc32c(data: bytes) -> int:
    """Castagnoli's cyclic redundancy check."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def checksum(data: bytes) -> bytes:
    """The check of a record, turned so that a check of data with checks in it stays good."""
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32)
