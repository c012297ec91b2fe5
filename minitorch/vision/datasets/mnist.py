"""Handwritten characters as grey images of 28 x 28: MNIST and those made in its image."""

import os
import string
import zipfile
from collections.abc import Callable
from functools import partial
from operator import index as as_int
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from minitorch.autograd.tensor import Tensor, wrap
from minitorch.vision.datasets.download import expect_md5, fetch
from minitorch.vision.datasets.idx import read_checked, read_idx
from minitorch.vision.datasets.vision import VisionDataset


class MNIST(VisionDataset):
    """70,000 handwritten digits: grey images of 28 x 28, in a training and a test part.

    root       folder of the files, as `root/MNIST/raw/train-images-idx3-ubyte` or directly
               in `root`, with or without `.gz`; None stands for the copy in this project's
               repository or, where minitorch was installed without it, a cache folder
    train      True: 60,000 images; False: the 10,000 test images
    transform  called with each image, a uint8 array (28, 28); without it an item is that array
    target_transform  called with each label, an int in [0, 9]
    download   fetch missing files into `root/MNIST/raw` from the first of `mirrors` that works

    `data` is a uint8 tensor (N, 28, 28), 0 is background and 255 ink; `targets` an int64 (N,).

    Files with another number of images are somebody's own set in this format, and are read too.

    Raises RuntimeError if files are missing or no mirror has them, and ValueError if a file is
    truncated, altered or of another kind: contents must have the SHA-256 in `resources`.
    LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition,
    Proceedings of the IEEE 86(11), 1998.
    """

    repository_copy: ClassVar[Path | None] = Path(__file__).parents[3] / "datasets" / "mnist"
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
    sizes: ClassVar[dict[str, int]] = {"train": 60_000, "t10k": 10_000}
    classes: ClassVar[list[str]] = [
        "0 - zero", "1 - one", "2 - two", "3 - three", "4 - four", "5 - five", "6 - six",
        "7 - seven", "8 - eight", "9 - nine",
    ]  # fmt: skip

    def __init__(
        self,
        root: str | Path | None = None,
        train: bool = True,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ) -> None:
        root = self._default_root() if root is None else os.path.expanduser(root)
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        if download:
            self.download()
        images, labels = self._read(*self._names())
        if len(images) != len(labels):
            raise ValueError(
                f"{type(self).__name__}: as many labels as images are wanted\n"
                f"  {len(images)} images, {len(labels)} labels in {self.root}"
            )
        self.data: Tensor = wrap(images)
        self.targets: Tensor = wrap(labels.astype(np.int64))

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        index = as_int(index)
        # A copy (0.2 us), so that a transform that works in place leaves the dataset unchanged.
        return self.apply(self.data.array[index].copy(), int(self.targets.array[index]))

    @property
    def class_to_idx(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.classes)}

    @property
    def raw_folder(self) -> str:
        return os.path.join(self.root, type(self).__name__, "raw")

    def download(self) -> None:
        """Fetch the files that are missing, all four, and check what came before keeping it."""
        for name, digest in self.resources.items():
            if self._find(name) is None:
                urls = [f"{mirror.rstrip('/')}/{name}.gz" for mirror in self.mirrors]
                path = Path(self.raw_folder, f"{name}.gz")
                fetch(urls, path, partial(read_checked, digest=digest))

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}"

    def _names(self) -> tuple[str, str]:
        """The files of this part: images, labels."""
        part = "train" if self.train else "t10k"
        return f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"

    def _default_root(self) -> str:
        """The copy in the repository if minitorch runs from there, else a cache folder."""
        copy = self.repository_copy
        if copy and (copy / "train-images-idx3-ubyte.gz").is_file():
            return str(copy)
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        return os.path.join(cache, "minitorch")

    def _read(self, *names: str) -> list[np.ndarray]:
        found = {name: path for name in names if (path := self._find(name))}
        if len(found) < len(names):
            raise RuntimeError(
                f"Dataset not found. You can use download=True to download it\n"
                f"  missing {' and '.join(n for n in names if n not in found)} (.gz or not)\n"
                f"  looked in {self.raw_folder} and {self.root}"
            )
        return [self._load(name, path) for name, path in found.items()]

    def _load(self, name: str, path: Path) -> np.ndarray:
        return read_checked(path, self.resources[name], self.sizes[name.partition("-")[0]])

    def _find(self, name: str) -> Path | None:
        for folder in (self.raw_folder, self.root):
            for path in (Path(folder, name), Path(folder, f"{name}.gz")):
                if path.is_file():
                    return path
        return None


class FashionMNIST(MNIST):
    """70,000 pictures of clothes under MNIST's file names; see `MNIST`.

    Xiao, Rasul and Vollgraf, Fashion-MNIST, 2017, arXiv:1708.07747.
    """

    repository_copy = None
    mirrors: ClassVar[list[str]] = [
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ]
    resources: ClassVar[dict[str, str]] = {  # MD5 of the gzipped files, as published
        "train-images-idx3-ubyte": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte": "bb300cfdad3c16e7a12a480ee83cd310",
    }
    classes: ClassVar[list[str]] = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
        "Ankle boot",
    ]  # fmt: skip


class KMNIST(MNIST):
    """70,000 old Japanese characters of ten kinds; see `MNIST`.

    Clanuwat and others, Deep Learning for Classical Japanese Literature, 2018, arXiv:1812.01718.
    """

    repository_copy = None
    mirrors: ClassVar[list[str]] = ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"]
    resources: ClassVar[dict[str, str]] = {  # MD5 of the gzipped files, as published
        "train-images-idx3-ubyte": "bdb82020997e1d708af4cf47b453dcf7",
        "train-labels-idx1-ubyte": "e144d726b3acfaa3e44228e80efcd344",
        "t10k-images-idx3-ubyte": "5c965bf0a639b31b8f53240b1b52f4d7",
        "t10k-labels-idx1-ubyte": "7320c461ea6c1c855c0b718fb2a4b134",
    }
    classes: ClassVar[list[str]] = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]


# The characters that are told apart where c and C, i and I, ... count as one.
MERGED = sorted({*string.digits, *string.ascii_letters} - {*"cijklmopsuvwxyz"})


class EMNIST(MNIST):
    """Handwritten digits and letters, in six selections; see `MNIST`.

    split  "byclass" (62 classes), "bymerge" or "balanced" (47, letters alike in both cases are
           one), "letters" (26, from 1 on), "digits" or "mnist" (10)

    The images are transposed, as published. `download` fetches one archive of all six (536 MiB).
    Cohen, Afshar, Tapson and van Schaik, EMNIST, 2017, arXiv:1702.05373.
    """

    url = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"
    md5 = "58c8d27c78d21e728a6bc7b3cc06412e"
    splits = ("byclass", "bymerge", "balanced", "letters", "digits", "mnist")
    classes_split_dict: ClassVar[dict[str, list[str]]] = {
        "byclass": sorted(string.digits + string.ascii_letters),
        "bymerge": MERGED,
        "balanced": MERGED,
        "letters": ["N/A", *string.ascii_lowercase],
        "digits": [*string.digits],
        "mnist": [*string.digits],
    }

    def __init__(self, root: str | Path, split: str, *args: Any, **kwargs: Any) -> None:
        if split not in self.splits:
            raise ValueError(
                f"Unknown value '{split}' for argument split. "
                f"Valid values are {{{', '.join(self.splits)}}}."
            )
        self.split = split
        self.classes = self.classes_split_dict[split]  # type: ignore[misc]  # here one's own
        super().__init__(root, *args, **kwargs)

    def download(self) -> None:
        """Fetch the archive if a file of this selection is missing, and unpack those files."""
        if all(self._find(name) for name in self._names()):
            return
        archive = Path(self.raw_folder, "gzip.zip")
        if not archive.is_file():
            fetch([self.url], archive, partial(expect_md5, md5=self.md5))
        with zipfile.ZipFile(archive) as zipped:
            for part in ("train", "test"):
                for name in self._names_of(part):
                    content = zipped.read(f"gzip/{name}.gz")
                    Path(self.raw_folder, f"{name}.gz").write_bytes(content)

    def _names(self) -> tuple[str, str]:
        return self._names_of("train" if self.train else "test")

    def _names_of(self, part: str) -> tuple[str, str]:
        start = f"emnist-{self.split}-{part}"
        return f"{start}-images-idx3-ubyte", f"{start}-labels-idx1-ubyte"

    def _load(self, name: str, path: Path) -> np.ndarray:
        return read_idx(path)  # the archive was checked as a whole
