"""Files as a whole: written so that a crash loses nothing, read with every length checked."""

import mmap
import os
import platform
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from pickle import UnpicklingError
from threading import Thread, get_ident
from typing import Any, BinaryIO

import numpy as np

from minitorch.backend.threads import helper, thread_count

File = str | os.PathLike | BinaryIO
LARGE_FILE = 2**23  # bytes of one that a thread frees
LARGE_SUM = 2**20  # bytes whose CRC-32 another thread computes
ROW = 512  # words of 8 bytes, whose sum is taken for a checksum
ALWAYS_FINE = 2**26  # bytes that a file may take in memory, however small it is itself


def damaged(what: str) -> RuntimeError:
    """The error for a file that is truncated or altered."""
    return RuntimeError(f"the file is damaged: {what}")


def failed(why: str) -> UnpicklingError:
    """The error for a pickle that holds more than plain data, or is damaged."""
    return UnpicklingError(f"Weights only load failed. {why}")


def checksum(array: Any) -> bytes:
    """12 bytes for the bytes of a 1-D array, in a fifth of the time of their CRC-32.

    100 MB take 5 ms. In rows of 512 little-endian words of 8 bytes, the sum of each row's words,
    each times a weight of its column, is taken modulo 2**64. The first 4 bytes are the CRC-32 of
    these and of what is left behind the last row; the others are their sum. Since weights are odd,
    whatever happens to a single word is found; since they differ, so is what moves, unless words of
    a row differ in their highest bits alone.
    """
    data = array.view(np.uint8)
    whole = data.size // (8 * ROW) * 8 * ROW
    sums = np.einsum("ij,j->i", data[:whole].view("<u8").reshape(-1, ROW), weights())
    crc = zlib.crc32(data[whole:], zlib.crc32(sums))
    return struct.pack("<IQ", crc, np.add.reduce(sums))


@cache
def weights():
    mixed = np.arange(1, ROW + 1, dtype="<u8") * 0x9E3779B97F4A7C15
    return mixed ^ mixed >> 32 | 1


def require_checksum(array: Any, expected: bytes, what: str) -> None:
    """Raise RuntimeError unless that is the `checksum` of `array`."""
    if checksum(array) != expected:
        raise no_checksum(what)


def no_checksum(what: str) -> RuntimeError:
    return damaged(f"the bytes of {what} do not have their checksum")


def require_crc(array: Any, crc: int, what: str) -> None:
    """Raise RuntimeError unless the bytes of `array` have this CRC-32."""
    if zlib.crc32(array) != crc:
        raise no_checksum(what)


class Source:
    """An open file, from where it stands to its end, that gives out pieces of itself.

    size    in bytes
    mapped  whether its arrays are the file's own pages, copied where they are written to
    """

    def __init__(self, file: Any, mapped: bool = False) -> None:
        for name in ("read", "seek", "tell"):
            if not hasattr(file, name):
                raise AttributeError(
                    f"'{type(file).__name__}' object has no attribute '{name}'. You can only "
                    "torch.load from a file that is seekable. Please pre-load the data into a "
                    "buffer like io.BytesIO and try to load from it instead."
                )
        self.file = file
        self.start = file.tell()
        self.size = file.seek(0, os.SEEK_END) - self.start
        self.waits: list[Any] = []  # for checksums that are being computed
        mapped = mapped and self.size > 0
        self.map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) if mapped else None
        self.seek(0)

    def bytes(self, offset: int, count: int, what: str = "the file") -> bytes:
        """`count` bytes from `offset`; `what` they are is for the error if they are not there."""
        return self.array(offset, count, what).tobytes()

    def array(self, offset: int, count: int, what: str = "the file", crc: int | None = None) -> Any:
        """The same as an array of uint8, which nothing else can see.

        crc  the CRC-32 that it must have, which may be known at `settle` only; None: any
        """
        if not 0 <= offset <= offset + count <= self.size:
            raise RuntimeError(
                f"unexpected end of file: {what} is truncated\n"
                f"  it should be bytes {offset} to {offset + count}, the file has {self.size}"
            )
        if self.map:
            made = np.frombuffer(self.map, np.uint8, count, self.start + offset)
        else:
            made = np.empty(count, np.uint8)
            self.file.seek(self.start + offset)
        self.fill(made, what)
        if crc is not None:
            self.require(made, crc, what)
        return made

    def require(self, array, crc, what):
        """Have the CRC-32 of `array` compared; of a large one beside what follows, up to `settle`.

        Of 100 MB in a file of PyTorch's the sums take 24 ms, the reading 11.
        """
        compare = partial(require_crc, array, crc, what)
        if array.size < LARGE_SUM or thread_count() == 1:
            compare()
        else:
            self.waits.append(helper().submit(compare))

    def settle(self) -> None:
        """Raise the error for the first array that has not its checksum."""
        while self.waits:
            self.waits.pop(0).result()

    def fill(self, piece, what):
        """Read on into the array `piece`, unless it is the file's."""
        if self.map:
            return
        got = 0
        if hasattr(self.file, "readinto"):
            while got < piece.size and (more := self.file.readinto(memoryview(piece)[got:])):
                got += more
        else:
            data = self.file.read(piece.size)
            got = len(data)
            piece[:got] = np.frombuffer(data, np.uint8)
        if got < piece.size:
            raise RuntimeError(f"unexpected end of file: {what} is truncated")

    # ---------------------------------------------------------------- from where the file stands

    def tell(self) -> int:
        return self.file.tell() - self.start

    def seek(self, offset: int) -> None:
        self.file.seek(self.start + offset)

    def read(self, count: int) -> Any:
        """At most what is left: a count in the file is no reason to set memory aside."""
        return self.file.read(count if count < 2**16 else min(count, self.size - self.tell()))

    def readline(self, longest: int) -> Any:
        return self.file.readline(longest)


def write(f: File, writer: Callable[[BinaryIO], None], keep: int = 0) -> None:
    """Let `writer` write the file `f`: a path, or a file open for writing bytes.

    A path gets its file in one piece: what is written goes to a temporary file beside it, which
    takes the name only when all of it is on the disk. `keep` former files stay, as `f.1` (the
    latest), `f.2` and so on. Where `f` is a link, all this happens where it points to.
    """
    if not isinstance(f, str | os.PathLike):
        if not hasattr(f, "write"):
            raise AttributeError(
                "expected 'f' to be string, path, or a file-like object with a 'write' attribute\n"
                "  what is saved comes first: save(model.state_dict(), path)"
            )
        if keep:
            raise ValueError(f"save: keep={keep} needs a path: an open file has no former ones")
        writer(f)
        if hasattr(f, "flush"):
            f.flush()
        return
    if os.path.exists(f) and not os.path.isfile(f):  # a device or a pipe: nothing to replace
        with open(f, "wb") as file:
            writer(file)
        return
    target = Path(os.path.realpath(f))
    if not target.parent.is_dir():
        raise RuntimeError(f"Parent directory {Path(f).parent} does not exist.")
    sweep(target)
    waiting = target.with_name(f"{waiting_start(target)}{os.getpid()}-{get_ident()}.part")
    try:
        with open(waiting, "wb") as file:
            writer(file)
            file.flush()
            os.fsync(file.fileno())
        if keep and target.exists():
            shift(target, keep, waiting.with_suffix(".link.part"))
        if target.exists():
            os.chmod(waiting, target.stat().st_mode)
        replace(target, waiting)
    except BaseException:  # Ctrl-C too leaves nothing behind
        waiting.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def replace(target: Path, waiting: Path) -> None:
    """Name the file `waiting` `target`; a large one that had the name is freed by a thread, which
    takes as long as a tenth of all the writing: 30 ms for 100 MB.
    """
    former = None
    if os.name == "posix" and target.exists() and target.stat().st_size >= LARGE_FILE:
        with suppress(PermissionError):
            former = os.open(target, os.O_RDONLY)  # so that the file stays until that is closed
    try:
        os.replace(waiting, target)
    finally:
        if former is not None:
            Thread(target=os.close, args=(former,)).start()


def waiting_start(target: Path) -> str:
    """How the names of the temporary files of this machine begin."""
    return f".{target.name}.{platform.node()}-"


def sweep(target: Path) -> None:
    """Remove what processes that were killed while they wrote `target` have left."""
    if os.name != "posix":
        return
    start = waiting_start(target)
    for left in target.parent.iterdir():
        process = left.name.removeprefix(start).partition("-")[0]
        if left.name.startswith(start) and left.suffix == ".part" and process.isdigit():
            try:
                os.kill(int(process), 0)  # asks only whether it runs
            except ProcessLookupError:
                left.unlink(missing_ok=True)
            except OSError:  # it runs, as another user
                pass


def shift(target: Path, keep: int, spare: Path) -> None:
    """Name the file `target` also `target.1`, what was that `target.2`, up to `keep`; `spare` is a
    name that is free.
    """
    for n in range(keep - 1, 0, -1):
        if generation(target, n).exists():
            os.replace(generation(target, n), generation(target, n + 1))
    try:
        os.link(target, spare)  # so that `target` is there at every moment
        os.replace(spare, generation(target, 1))
        spare.unlink(missing_ok=True)  # it is still there where both were one file, after a kill
    except OSError:  # a file system without links
        os.replace(target, generation(target, 1))


def generation(target: Path, n: int) -> Path:
    """Where the n-th file before the present one lies."""
    return target.with_name(f"{target.name}.{n}")


def sync_folder(folder: Path) -> None:
    """Have the new name on the disk too; only POSIX can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def reading(f: File, mapped: bool = False) -> Iterator[Source]:
    """The file `f`, a path or open, to be read; errors name its former generation, if there."""
    if not isinstance(f, str | os.PathLike):
        source = Source(f)
        yield source
        source.settle()
        return
    try:
        with open(f, "rb") as file:
            source = Source(file, mapped)
            yield source
            source.settle()
    except (FileNotFoundError, RuntimeError, EOFError, UnpicklingError) as error:
        former = generation(Path(os.path.realpath(f)), 1)
        if not former.exists():
            raise
        raise type(error)(f"{error}\n  the one before it was kept: load {str(former)!r}") from error
