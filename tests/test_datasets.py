"""minitorch.vision.datasets but MNIST, which test_vision.py has, and minitorch.vision.utils."""

import contextlib
import gzip
import hashlib
import io
import os
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

import minitorch
from minitorch.data import DataLoader
from minitorch.vision import datasets
from minitorch.vision.datasets import cifar
from minitorch.vision.transforms import Compose, RandomCrop, ToTensor
from minitorch.vision.utils import make_grid, save_image


def idx(array):
    """The bytes of an idx file of uint8."""
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def md5(content):
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


IMAGES = np.arange(3 * 28 * 28, dtype=np.uint32).reshape(3, 28, 28).astype(np.uint8)
LABELS = np.array([4, 0, 9], np.uint8)


@pytest.fixture
def server(monkeypatch):
    """url to bytes: what the internet has. It replaces `urlopen`."""
    files = {}

    def urlopen(url, timeout):
        if url not in files:
            raise OSError("not there")
        return contextlib.closing(io.BytesIO(files[url]))

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    return files


# ---------------------------------------------------------------- under MNIST's names


@pytest.mark.parametrize("kind", [datasets.FashionMNIST, datasets.KMNIST])
def test_files_published_with_an_md5_are_checked_as_they_arrive(kind, tmp_path, server):
    zipped = {
        f"{part}-{what}": gzip.compress(idx(array))
        for part in ("train", "t10k")
        for what, array in (("images-idx3-ubyte", IMAGES), ("labels-idx1-ubyte", LABELS))
    }
    small = type(kind.__name__, (kind,), {"resources": {n: md5(z) for n, z in zipped.items()}})
    small.sizes = {"train": 3, "t10k": 3}
    server.update({f"{kind.mirrors[0]}{name}.gz": z for name, z in zipped.items()})
    data = small(tmp_path, download=True)
    assert len(data) == 3 and data[1][1] == 0
    np.testing.assert_array_equal(data[2][0], IMAGES[2])
    assert (tmp_path / kind.__name__ / "raw" / "train-images-idx3-ubyte.gz").is_file()

    path = tmp_path / kind.__name__ / "raw" / "train-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(idx(LABELS[::-1])))
    with pytest.raises(ValueError, match=r"was altered\n  found MD5 [0-9a-f]{32}, expected"):
        small(tmp_path)
    path.unlink()
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(LABELS))  # unpacked by somebody
    assert small(tmp_path).targets.tolist() == [4, 0, 9]


def test_only_mnist_is_in_the_repository(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(RuntimeError, match="Dataset not found") as error:
        datasets.FashionMNIST()
    assert os.path.join(str(tmp_path), "minitorch", "FashionMNIST", "raw") in str(error.value)


def test_classes_of_the_others():
    assert datasets.FashionMNIST.classes[9] == "Ankle boot"
    assert len(datasets.KMNIST.classes) == 10
    counts = {split: len(c) for split, c in datasets.EMNIST.classes_split_dict.items()}
    assert counts == {
        "byclass": 62,
        "bymerge": 47,
        "balanced": 47,
        "letters": 27,
        "digits": 10,
        "mnist": 10,
    }


def test_emnist_unpacks_the_selection_asked_for(tmp_path, server, monkeypatch):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        for part in ("train", "test"):
            start = f"gzip/emnist-letters-{part}"
            zipped.writestr(f"{start}-images-idx3-ubyte.gz", gzip.compress(idx(IMAGES)))
            zipped.writestr(f"{start}-labels-idx1-ubyte.gz", gzip.compress(idx(LABELS)))
    server[datasets.EMNIST.url] = archive.getvalue()
    with pytest.raises(RuntimeError, match=r"(?s)Error downloading gzip.zip.*was altered"):
        datasets.EMNIST(tmp_path, "letters", download=True)
    monkeypatch.setattr(datasets.EMNIST, "md5", md5(archive.getvalue()))
    data = datasets.EMNIST(tmp_path, "letters", train=False, download=True)
    assert len(data) == 3 and data.classes[4] == "d" and data.class_to_idx["d"] == 4
    server.clear()
    assert len(datasets.EMNIST(tmp_path, split="letters", download=True)) == 3
    with pytest.raises(ValueError, match=r"Unknown value 'roman' for argument split. Valid values"):
        datasets.EMNIST(tmp_path, "roman")


# ---------------------------------------------------------------- CIFAR


def short(text):
    """A string of Python 2 in a pickle."""
    return b"T" + struct.pack("<i", len(text)) + text


def pickled_array(planes, dtype=b"u1", module=b"numpy.core.multiarray\n_reconstruct\n"):
    """A uint8 array as NumPy 1 and Python 2 pickled it, opcode by opcode."""
    rows, columns = planes.shape
    kind = b"cnumpy\ndtype\n(" + short(dtype) + b"K\x00K\x01tR(K\x03" + short(b"|")
    kind += b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    state = b"(K\x01(M" + struct.pack("<H", rows) + b"M" + struct.pack("<H", columns) + b"t"
    state += kind + b"\x89" + short(planes.tobytes()) + b"tb"
    return b"c" + module + b"(cnumpy\nndarray\n(K\x00t" + short(b"b") + b"tR" + state


def pickled_list(items):
    return b"](" + b"".join(items) + b"e"


def pickled_dict(**items):
    return b"\x80\x02}(" + b"".join(short(k.encode()) + v for k, v in items.items()) + b"u."


def batch(planes, labels, key="labels", **options):
    numbers = pickled_list(b"K" + bytes([label]) for label in labels)
    array = pickled_array(planes, **options)
    return pickled_dict(batch_label=short(b"one"), data=array, **{key: numbers})


PLANES = np.random.default_rng(0).integers(0, 256, (4, 3072), np.uint8)
NAMES = [b"cat", b"dog"]
CIFAR_FILES = {
    "one": batch(PLANES[:2], [1, 0]),
    "two": batch(PLANES[2:3], [1]),
    "test": batch(PLANES[3:], [0]),
    "meta": pickled_dict(label_names=pickled_list(map(short, NAMES))),
}


class Photos(datasets.CIFAR10):
    """CIFAR-10 with three training images and a test image."""

    base_folder = "photos"
    train_list: ClassVar = [[name, md5(CIFAR_FILES[name])] for name in ("one", "two")]
    test_list: ClassVar = [["test", md5(CIFAR_FILES["test"])]]
    meta: ClassVar = {"filename": "meta", "key": "label_names", "md5": md5(CIFAR_FILES["meta"])}


def lay_out(folder):
    (folder / "photos").mkdir()
    for name, content in CIFAR_FILES.items():
        (folder / "photos" / name).write_bytes(content)
    return folder


def test_cifar_images_are_colour_arrays(tmp_path):
    data = Photos(lay_out(tmp_path))
    assert data.data.shape == (3, 32, 32, 3) and data.targets == [1, 0, 1]
    image, target = data[2]
    np.testing.assert_array_equal(image.transpose(2, 0, 1).ravel(), PLANES[2])
    assert (
        target == 1 and data.classes == ["cat", "dog"] and data.class_to_idx == {"cat": 0, "dog": 1}
    )
    image[:] = 0
    assert data[2][0].any()
    assert len(Photos(tmp_path, train=False)) == 1
    augmented = Photos(tmp_path, transform=Compose([RandomCrop(32, padding=4), ToTensor()]))
    (batch, labels) = next(iter(DataLoader(augmented, batch_size=3)))
    assert batch.shape == (3, 3, 32, 32) and labels.tolist() == [1, 0, 1]


def test_cifar_says_what_is_missing_or_altered(tmp_path):
    with pytest.raises(
        RuntimeError, match=r"not found or corrupted. You can use download=True"
    ) as e:
        Photos(tmp_path)
    assert "is missing" in str(e.value)
    lay_out(tmp_path)
    (tmp_path / "photos" / "two").write_bytes(b"else")
    with pytest.raises(RuntimeError, match=r"two has MD5 [0-9a-f]{32}, expected"):
        Photos(tmp_path)


def test_cifar_downloads_and_unpacks_only_what_it_reads(tmp_path, server, monkeypatch):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, content in {**CIFAR_FILES, "../../evil": b"x"}.items():
            entry = tarfile.TarInfo(f"photos/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    server[Photos.url] = archive.getvalue()
    monkeypatch.setattr(Photos, "tgz_md5", md5(archive.getvalue()))
    root = tmp_path / "data"
    assert len(Photos(root, download=True)) == 3
    assert sorted(os.listdir(root / "photos")) == ["meta", "one", "test", "two"]
    assert os.listdir(tmp_path) == ["data"]
    server.clear()
    (root / "photos" / "one").unlink()
    assert len(Photos(root, download=True)) == 3  # from the archive that lies there
    assert len(Photos(root, download=True)) == 3


def test_the_labels_of_cifar100_are_the_fine_ones():
    images, labels = cifar.read_batch(batch(PLANES, [3, 1, 2, 0], key="fine_labels"), "train")
    assert images.shape == (4, 3, 32, 32) and labels == [3, 1, 2, 0]
    assert datasets.CIFAR100.meta["key"] == "fine_label_names"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"cos\nsystem\n(S'true'\ntR.", "names os.system, which it has no business to call"),
        (b"cbuiltins\neval\n(S'1'\ntR.", "names builtins.eval"),
        (b"cnumpy.core.multiarray\nscalar\n.", "names numpy.core.multiarray.scalar"),
        (b"\x80\x02}", "is damaged"),
        (b"", "is damaged"),
        (b"\x80\x02].", "holds a list, expected a dict"),
        (b"\x80\x02}.", "x is not a batch of CIFAR images"),
        (batch(PLANES, [1, 2, 3]), "found 3 labels for 4 images"),
        (batch(PLANES[:, :5], [1] * 4), r"its array is not uint8 of \(N, 3072\)"),
        (batch(PLANES, [1] * 4, dtype=b"i1"), "its array is not uint8"),
        (batch(PLANES, [1] * 4, dtype=b"O8"), "its array is not uint8"),
        (batch(PLANES, [1] * 4, module=b"numpy\nfromfile\n"), "names numpy.fromfile"),
    ],
)
def test_a_pickle_that_is_no_batch_is_refused_and_calls_nothing(content, message):
    with pytest.raises(ValueError, match=message):
        cifar.read_batch(content, "x")


def test_reading_a_batch_calls_nothing_of_numpy(monkeypatch):
    monkeypatch.setattr(np, "dtype", None)
    monkeypatch.setattr(np, "ndarray", None)
    found = cifar.read_pickle(batch(PLANES, [1] * 4))
    assert type(found[b"data"]) is cifar.Array


# ---------------------------------------------------------------- folders and noise


def tree(folder, *paths):
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    return folder


def test_a_folder_for_each_class(tmp_path):
    tree(tmp_path, "dog/b.txt", "dog/a.TXT", "cat/deep/c.txt", "cat/no.csv")
    data = datasets.DatasetFolder(tmp_path, lambda p: Path(p).name, (".txt",), str.upper, str)
    assert data.classes == ["cat", "dog"] and data.targets == [0, 1, 1]
    assert list(data) == [("C.TXT", "0"), ("A.TXT", "1"), ("B.TXT", "1")]
    csv = datasets.DatasetFolder(
        tmp_path, str, is_valid_file=lambda p: p.endswith("csv"), allow_empty=True
    )
    assert len(csv) == 1 and "Number of datapoints: 1" in repr(csv)


def test_a_folder_without_classes_or_files_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="Couldn't find any class folder in"):
        datasets.ImageFolder(tmp_path)
    tree(tmp_path, "dog/a.txt", "cat/b.csv")
    with pytest.raises(
        FileNotFoundError, match=r"no valid file for the classes cat, dog. Supported"
    ):
        datasets.ImageFolder(tmp_path)
    with pytest.raises(ValueError, match="cannot be None or not None at the same time"):
        datasets.DatasetFolder(tmp_path, str)
    with pytest.raises(ValueError, match="must have at least one entry"):
        datasets.folder.make_dataset(tmp_path, {}, (".txt",))
    with pytest.raises(ValueError, match="class_to_idx parameter cannot be None"):
        datasets.DatasetFolder.make_dataset(tmp_path, None)


def test_image_files_come_as_pil_images_in_rgb(tmp_path):
    module = pytest.importorskip("PIL.Image")
    for name, colour in (("dark", 10), ("light", 240)):
        (tmp_path / name).mkdir()
        module.new("L", (5, 4), colour).save(tmp_path / name / "1.png")
    data = datasets.ImageFolder(tmp_path, transform=ToTensor())
    image, target = data[1]
    assert image.shape == (3, 4, 5) and target == 1
    assert image[0, 0, 0].item() == pytest.approx(240 / 255)
    assert datasets.ImageFolder(tmp_path)[0][0].mode == "RGB"
    assert data.imgs is data.samples


def test_noise_is_the_same_at_each_reading():
    data = datasets.FakeData(5, (3, 4, 6), num_classes=3)
    image, target = data[2]
    assert image.shape == (4, 6, 3) and image.dtype == np.uint8 and 0 <= target < 3
    np.testing.assert_array_equal(image, data[2][0])
    moved = datasets.FakeData(5, (3, 4, 6), random_offset=2)
    np.testing.assert_array_equal(image, moved[0][0])
    assert len(list(data)) == 5 and datasets.FakeData(1, (1, 4, 4))[0][0].shape == (4, 4)
    with pytest.raises(IndexError, match="FakeData index out of range"):
        data[5]


def test_noise_takes_nothing_from_the_default_generator():
    minitorch.manual_seed(0)
    expected = minitorch.rand(1).item()
    minitorch.manual_seed(0)
    datasets.FakeData(2, (1, 2, 2))[1]
    assert minitorch.rand(1).item() == expected


def test_a_dataset_takes_one_kind_of_transforms():
    with pytest.raises(ValueError, match="Only transforms or transform/target_transform"):
        datasets.VisionDataset("x", transforms=str, transform=str)
    with pytest.raises(NotImplementedError):
        datasets.VisionDataset("x")[0]
    with pytest.raises(NotImplementedError):
        len(datasets.VisionDataset("x"))
    both = datasets.VisionDataset("x", transform=len, target_transform=str).transforms
    assert both("abc", 4) == (3, "4")


# ---------------------------------------------------------------- utils


def test_images_lie_in_rows_with_space_between():
    images = minitorch.arange(1, 4).view(3, 1, 1, 1).expand(3, 3, 1, 1).float()
    grid = make_grid(images, nrow=2, padding=1, pad_value=9.0)
    expected = [[9] * 5, [9, 1, 9, 2, 9], [9] * 5, [9, 3, 9, 9, 9], [9] * 5]
    assert grid.shape == (3, 5, 5) and grid[0].tolist() == expected


def test_one_image_is_no_grid_and_grey_becomes_three_channels():
    assert make_grid(minitorch.ones(2, 4)).shape == (3, 2, 4)
    assert make_grid(minitorch.ones(1, 2, 4)).shape == (3, 2, 4)
    assert make_grid([minitorch.ones(3, 2, 4)] * 2, padding=0).shape == (3, 2, 8)


def test_values_are_brought_to_the_unit_range():
    images = minitorch.tensor([0.0, 2.0, 4.0, 8.0]).view(2, 1, 1, 2)
    grid = make_grid(images, padding=0, normalize=True)
    assert grid[0].tolist() == [[0, 0.25, 0.5, 1.0]]
    grid = make_grid(images, padding=0, normalize=True, scale_each=True)
    assert grid[0].tolist() == [[0, 1, 0, 1]]
    grid = make_grid(images, padding=0, normalize=True, value_range=(2, 4))
    assert grid[0].tolist() == [[0, 0, 1, 1]]
    with pytest.raises(TypeError, match="value_range has to be a tuple"):
        make_grid(images, normalize=True, value_range=[0, 1])
    with pytest.raises(TypeError, match="tensor or list of tensors expected, got <class 'int'>"):
        make_grid(3)
    with pytest.raises(TypeError, match="got a list containing <class 'int'>"):
        make_grid([3])


def test_an_image_is_written_to_a_file(tmp_path):
    module = pytest.importorskip("PIL.Image")
    image = minitorch.tensor([0.0, 0.5, 2.0]).view(3, 1, 1).requires_grad_()
    save_image(image, tmp_path / "x.png")
    with module.open(tmp_path / "x.png") as read:
        assert read.getpixel((0, 0)) == (0, 128, 255)
    buffer = io.BytesIO()
    save_image([image, image], buffer, format="png", padding=0)
    assert buffer.getvalue().startswith(b"\x89PNG")
