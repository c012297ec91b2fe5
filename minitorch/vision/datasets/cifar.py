"""Small colour photographs: CIFAR-10 and CIFAR-100."""

import hashlib
import io
import os
import pickle
import tarfile
from collections.abc import Callable
from operator import index as as_int
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from minitorch.vision.datasets.download import expect_md5, fetch, md5_of
from minitorch.vision.datasets.vision import VisionDataset

SIZE = 32


class CIFAR10(VisionDataset):
    """60,000 colour photographs of 32 x 32 in ten classes, 50,000 of them to train with.

    root       folder that holds `cifar-10-batches-py`, the unpacked archive
    train      True: 50,000 images; False: the 10,000 test images
    transform  called with each image, a uint8 array (32, 32, 3); without it an item is that array
    download   fetch and unpack the archive (163 MiB) if a file is missing

    `data` is a uint8 array (N, 32, 32, 3), `targets` a list of N ints.

    Raises RuntimeError if a file is missing or has another MD5 than the published one. The files
    are pickles; nothing in them is called, see `read_batch`.
    Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.
    """

    base_folder = "cifar-10-batches-py"
    url = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    filename = "cifar-10-python.tar.gz"
    tgz_md5 = "c58f30108f718f92721af3b95e74349a"
    train_list: ClassVar[list[list[str]]] = [
        ["data_batch_1", "c99cafc152244af753f735de768cd75f"],
        ["data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"],
        ["data_batch_3", "54ebc095f3ab1f0389bbae665268c751"],
        ["data_batch_4", "634d18415352ddfa80567beed471001a"],
        ["data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"],
    ]
    test_list: ClassVar[list[list[str]]] = [["test_batch", "40351d587109b95175f43aff81a1287e"]]
    meta: ClassVar[dict[str, str]] = {
        "filename": "batches.meta",
        "key": "label_names",
        "md5": "5ff9c542aee3614f3951f8cda6e48888",
    }

    def __init__(
        self,
        root: str | Path,
        train: bool = True,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        if download:
            self.download()
        images = []
        self.targets: list[int] = []
        for name, md5 in self.train_list if train else self.test_list:
            planes, labels = read_batch(self._read(name, md5), name)
            images.append(planes)
            self.targets += labels
        self.data = np.concatenate(images).transpose(0, 2, 3, 1)
        meta = read_pickle(self._read(self.meta["filename"], self.meta["md5"]))
        self.classes: list[str] = [name.decode() for name in meta[self.meta["key"].encode()]]
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        index = as_int(index)
        # A copy, so that a transform that works in place leaves the dataset unchanged.
        return self.apply(self.data[index].copy(), self.targets[index])

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}"

    def download(self) -> None:
        """Fetch the archive if a file is missing or altered, and unpack what is read."""
        files = [*self.train_list, *self.test_list, [self.meta["filename"], self.meta["md5"]]]
        folder = Path(self.root, self.base_folder)
        if all((folder / name).is_file() and md5_of(folder / name) == md5 for name, md5 in files):
            return
        archive = Path(self.root, self.filename)
        if not archive.is_file() or md5_of(archive) != self.tgz_md5:
            fetch([self.url], archive, lambda path: expect_md5(path, self.tgz_md5))
        folder.mkdir(exist_ok=True)
        with tarfile.open(archive) as tar:
            for name, _ in files:  # these by name, whatever else the archive holds
                member = tar.extractfile(f"{self.base_folder}/{name}")
                assert member is not None
                (folder / name).write_bytes(member.read())

    def _read(self, name: str, md5: str) -> bytes:
        path = os.path.join(self.root, self.base_folder, name)
        found = None
        if os.path.isfile(path):
            content = Path(path).read_bytes()
            found = hashlib.md5(content, usedforsecurity=False).hexdigest()
            if found == md5:
                return content
        raise RuntimeError(
            "Dataset not found or corrupted. You can use download=True to download it\n"
            f"  {path} " + ("is missing" if found is None else f"has MD5 {found}, expected {md5}")
        )


class CIFAR100(CIFAR10):
    """60,000 colour photographs of 32 x 32 in a hundred classes; see `CIFAR10`.

    root  folder that holds `cifar-100-python`, the unpacked archive
    """

    base_folder = "cifar-100-python"
    url = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
    filename = "cifar-100-python.tar.gz"
    tgz_md5 = "eb9058c3a382ffc7106e4002c42a8d85"
    train_list: ClassVar[list[list[str]]] = [["train", "16019d7e3df5f24257cddd939b257f8d"]]
    test_list: ClassVar[list[list[str]]] = [["test", "f0ef6b0ae62326f3e7ffdfab6717acfc"]]
    meta: ClassVar[dict[str, str]] = {
        "filename": "meta",
        "key": "fine_label_names",
        "md5": "7973b15100ade9c7d40fb424638fde48",
    }


def read_batch(content: bytes, name: str) -> tuple[np.ndarray, list[int]]:
    """The images (N, 3, 32, 32) and labels in a batch file: a pickled dict of an array and a list.

    Raises ValueError if it holds anything else.
    """
    batch = read_pickle(content)
    labels = batch.get(b"labels", batch.get(b"fine_labels"))
    array = batch.get(b"data")
    if not isinstance(labels, list) or not isinstance(array, Array):
        raise ValueError(f"{name} is not a batch of CIFAR images\n  found {[*batch]}")
    images = array.planes(name)
    if len(labels) != len(images) or not all(type(label) is int for label in labels):
        raise ValueError(
            f"{name} is not a batch of CIFAR images\n"
            f"  found {len(labels)} labels for {len(images)} images"
        )
    return images, labels


class Array:
    """What stands for a NumPy array while a pickle is read: its parts, which `planes` checks.

    A pickle names functions and the arguments to call them with. This class is the only thing that
    a CIFAR file can call, under each of the three names by which NumPy 1 pickled an array.
    """

    def __init__(self, *args: Any) -> None:
        self.args = args
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def planes(self, name: str) -> np.ndarray:
        """The uint8 array (N, 3, 32, 32), if that is what was pickled."""
        match self.state:
            case (_, (int(n), width), Array(args=(b"u1", *_)), _, bytes(data)):
                if width == 3 * SIZE * SIZE and len(data) == n * width:
                    return np.frombuffer(data, np.uint8).reshape(n, 3, SIZE, SIZE)
        raise ValueError(
            f"{name} is not a batch of CIFAR images\n  its array is not uint8 of (N, 3072)"
        )


class Reader(pickle.Unpickler):
    NAMES: ClassVar[set] = {
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in self.NAMES:
            return Array
        raise ValueError(f"a CIFAR file names {module}.{name}, which it has no business to call")


def read_pickle(content: bytes) -> dict:
    """The dict in a pickle of builtin values and arrays; strings of Python 2 come as bytes."""
    try:
        found = Reader(io.BytesIO(content), encoding="bytes").load()
    except (pickle.UnpicklingError, EOFError, AttributeError, IndexError, KeyError) as error:
        raise ValueError(f"a CIFAR file is damaged: {error}") from None
    if not isinstance(found, dict):
        raise ValueError(f"a CIFAR file holds a {type(found).__name__}, expected a dict")
    return found
