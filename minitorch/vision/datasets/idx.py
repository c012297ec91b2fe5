"""The idx format of the MNIST files."""

import gzip
import hashlib
import os
import zlib
from math import prod
from pathlib import Path

import numpy as np

from minitorch.vision.datasets.download import md5_of

MD5_DIGITS = 32


def read_idx(path: str | os.PathLike) -> np.ndarray:
    """The array in an idx file, plain or gzipped, in native byte order.

    The format: two zero bytes, a byte for the element type, a byte for the number of
    dimensions, each dimension as a big-endian uint32, then the elements, big-endian too.
    http://yann.lecun.com/exdb/mnist (section "File formats").

    Raises ValueError if the file is anything but exactly that. Takes no more memory than the
    elements that the header announces, whatever a gzip stream would unpack to.
    """
    with open(path, "rb") as plain:
        zipped = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        try:
            return parse(gzip.GzipFile(fileobj=plain) if zipped else plain, path)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise broken(path, "is a damaged gzip file", str(error), "a whole one") from None


IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def parse(stream, path):
    """The array in an idx file: magic number, sizes, then bytes, the last axis fastest."""
    magic = read_at_most(stream, 4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in IDX_TYPES:
        found = f"the bytes {magic.hex(' ')} at its start" if magic else "nothing in it"
        raise broken(path, "is not an idx file", found, "00 00, a type from 08 to 0e, a rank")
    dtype, rank = np.dtype(IDX_TYPES[magic[2]]), magic[3]
    sizes = read_at_most(stream, 4 * rank)
    if len(sizes) < 4 * rank:
        raise broken(path, "is truncated", f"{len(sizes)} bytes of sizes", f"{4 * rank}")
    shape = tuple(np.frombuffer(sizes, ">u4").tolist())
    expected = prod(shape) * dtype.itemsize
    body = read_at_most(stream, expected + 1)
    wanted = f"{expected} for {dtype.name} of shape {shape}"
    if len(body) < expected:
        raise broken(path, "is truncated", f"{len(body)} bytes of elements", wanted)
    if len(body) > expected:
        raise broken(path, "has trailing bytes", f"more than {expected} bytes of elements", wanted)
    try:
        # astype copies, so the result can be written to.
        return np.frombuffer(body, dtype).reshape(shape).astype(dtype.newbyteorder("="))
    except ValueError as error:  # 65 dimensions, or sizes that beside a 0 are beyond all memory
        raise broken(path, "is not an idx file", f"shape {shape} ({error})", "an array's") from None


def read_at_most(stream, size):
    """Up to `size` bytes, block by block, so a lying header does not reserve what it claims."""
    blocks = []
    while size > 0 and (block := stream.read(min(size, 1 << 20))):
        blocks.append(block)
        size -= len(block)
    return b"".join(blocks)


def broken(path, what, found, expected):
    return ValueError(
        f"read_idx: {os.fspath(path)} {what}\n"
        f"  found {found}, expected {expected}\n"
        f"  delete the file and fetch it again (for MNIST with download=True)"
    )


def read_checked(path: Path, digest: str, length: int | None = None) -> np.ndarray:
    """The uint8 array in an idx file, if its name (idx3: three axes) and checksum agree.

    digest  the SHA-256 of the unpacked file; or the MD5 of the gzipped one, where its authors
            publish that, and then an unpacked file is not checked
    length  that of the published array: one of another length is not checked
    """
    x = read_idx(path)
    rank = int(path.name.partition("-idx")[2][0])
    if x.dtype != np.uint8 or x.ndim != rank:
        found = f"{x.dtype} with {x.ndim} dimensions"
        raise broken(path, "holds another kind of data", found, f"uint8 with {rank}")
    if length is not None and len(x) != length:
        return x
    if len(digest) == MD5_DIGITS:
        if is_zipped(path) and md5_of(path) != digest:
            raise broken(path, "was altered", f"MD5 {md5_of(path)}", digest)
        return x
    header = b"\0\0\x08" + bytes([rank]) + np.array(x.shape, ">u4").tobytes()
    sha256 = hashlib.sha256(header)
    sha256.update(x.data)
    if sha256.hexdigest() != digest:
        found = f"content with SHA-256 {sha256.hexdigest()}"
        raise broken(path, "was altered", found, digest)
    return x


def is_zipped(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(2) == b"\x1f\x8b"
