"""Image datasets, read from the files their authors publish; so far the digits of MNIST."""

import gzip
import hashlib
import os
import shutil
import uuid
import zlib
from collections.abc import Callable
from math import prod
from operator import index as as_int
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from minitorch.autograd.tensor import Tensor, wrap
from minitorch.data.dataset import Dataset

REPOSITORY_COPY = Path(__file__).parents[2] / "datasets" / "mnist"


class MNIST(Dataset):
    """70,000 handwritten digits: grey images of 28 x 28, in a training and a test part.

    root       folder of the files, as `root/MNIST/raw/train-images-idx3-ubyte` or directly
               in `root`, with or without `.gz`; None stands for the copy in this project's
               repository or, where minitorch was installed without it, a cache folder
    train      True: 60,000 images; False: the 10,000 test images
    transform  called with each image, a uint8 array (28, 28); without it an item is that array
    target_transform  called with each label, an int in [0, 9]
    download   fetch missing files into `root/MNIST/raw` from the first of `mirrors` that works

    `data` is a uint8 tensor (N, 28, 28), 0 is background and 255 ink; `targets` an int64 (N,).

    Raises RuntimeError if files are missing or no mirror has them, and ValueError if a file is
    truncated, altered or of another kind: contents must have the SHA-256 in `resources`.
    LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition,
    Proceedings of the IEEE 86(11), 1998.
    """

    mirrors: ClassVar[list[str]] = [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ]
    # name: SHA-256 of the uncompressed file, since a .gz differs with the tool that packed it
    resources: ClassVar[dict[str, str]] = {
        "train-images-idx3-ubyte": (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
        ),
        "train-labels-idx1-ubyte": (
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
        ),
        "t10k-images-idx3-ubyte": (
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
        ),
        "t10k-labels-idx1-ubyte": (
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
        ),
    }
    classes: ClassVar[list[str]] = [
        "0 - zero",
        "1 - one",
        "2 - two",
        "3 - three",
        "4 - four",
        "5 - five",
        "6 - six",
        "7 - seven",
        "8 - eight",
        "9 - nine",
    ]

    def __init__(
        self,
        root: str | Path | None = None,
        train: bool = True,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ) -> None:
        self.root = default_root() if root is None else os.path.expanduser(root)
        self.train = train
        self.transform = transform
        self.target_transform = target_transform
        if download:
            self.download()
        part = "train" if train else "t10k"
        images, labels = self._read(f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte")
        self.data: Tensor = wrap(images)
        self.targets: Tensor = wrap(labels.astype(np.int64))

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        index = as_int(index)
        # A copy (0.2 us), so that a transform that works in place leaves the dataset unchanged.
        image: Any = self.data.array[index].copy()
        target: Any = int(self.targets.array[index])
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return image, target

    @property
    def class_to_idx(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.classes)}

    @property
    def raw_folder(self) -> str:
        return os.path.join(self.root, type(self).__name__, "raw")

    def download(self) -> None:
        """Fetch the files that are missing, all four, and check what came before keeping it."""
        for name, sha256 in self.resources.items():
            if self._find(name) is None:
                os.makedirs(self.raw_folder, exist_ok=True)
                fetch(f"{name}.gz", self.mirrors, self.raw_folder, sha256)

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}"

    def __repr__(self) -> str:
        body = [f"Number of datapoints: {len(self)}", f"Root location: {self.root}"]
        body += self.extra_repr().splitlines()
        if self.transform is not None or self.target_transform is not None:
            body.append("StandardTransform")
        lines = [f"Dataset {type(self).__name__}"] + [f"    {line}" for line in body]
        # Not indented, as torchvision prints it.
        lines += headed("Transform: ", self.transform)
        lines += headed("Target transform: ", self.target_transform)
        return "\n".join(lines)

    def _read(self, *names: str) -> list[np.ndarray]:
        found = {name: path for name in names if (path := self._find(name))}
        if len(found) < len(names):
            raise RuntimeError(
                f"Dataset not found. You can use download=True to download it\n"
                f"  missing {' and '.join(n for n in names if n not in found)} (.gz or not)\n"
                f"  looked in {self.raw_folder} and {self.root}"
            )
        return [read_checked(path, self.resources[name]) for name, path in found.items()]

    def _find(self, name: str) -> Path | None:
        for folder in (self.raw_folder, self.root):
            for path in (Path(folder, name), Path(folder, f"{name}.gz")):
                if path.is_file():
                    return path
        return None


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


def default_root() -> str:
    """The copy of MNIST in the repository if minitorch runs from there, else a cache folder."""
    if (REPOSITORY_COPY / "train-images-idx3-ubyte.gz").is_file():
        return str(REPOSITORY_COPY)
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(cache, "minitorch")


IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def parse(stream, path):
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


def read_checked(path, sha256):
    """The uint8 array in an idx file, if its name (idx3: three axes) and checksum agree."""
    x = read_idx(path)
    rank = int(path.name.partition("-idx")[2][0])
    if x.dtype != np.uint8 or x.ndim != rank:
        found = f"{x.dtype} with {x.ndim} dimensions"
        raise broken(path, "holds another kind of data", found, f"uint8 with {rank}")
    header = b"\0\0\x08" + bytes([rank]) + np.array(x.shape, ">u4").tobytes()
    digest = hashlib.sha256(header)
    digest.update(x.data)
    if digest.hexdigest() != sha256:
        found = f"content with SHA-256 {digest.hexdigest()}"
        raise broken(path, "was altered", found, sha256)
    return x


def fetch(name, mirrors, folder, sha256):
    """Put file `name` into `folder` from the first mirror that has it whole; all or nothing."""
    from http.client import HTTPException  # noqa: PLC0415  with urlopen 40 ms, and rarely needed
    from urllib.request import urlopen  # noqa: PLC0415  likewise

    failures = []
    for mirror in mirrors:
        url = f"{mirror.rstrip('/')}/{name}"
        # Renamed only once it is checked: nobody ever finds half a file under the final name.
        part = Path(folder, f"{name}.{uuid.uuid4().hex}.part")
        print(f"Downloading {url}")
        try:
            with urlopen(url, timeout=30) as response, open(part, "xb") as file:
                shutil.copyfileobj(response, file)
            read_checked(part, sha256)
            os.replace(part, Path(folder, name))
            return
        except (OSError, HTTPException, ValueError) as error:
            failures.append(f"  {url}: {type(error).__name__}: {error}".replace("\n", "\n  "))
        finally:
            part.unlink(missing_ok=True)
    raise RuntimeError(
        f"Error downloading {name}\n" + "\n".join(failures) + "\n"
        f"  try again later, or put the file into {folder} by hand"
    )


def headed(head, transform):
    """The lines of `repr(transform)` behind `head`, all starting in the same column."""
    lines = [] if transform is None else repr(transform).splitlines()
    return [(head if i == 0 else " " * len(head)) + line for i, line in enumerate(lines)]
