"""minitorch.vision: reading idx files, the MNIST dataset and its download, the transforms."""

import gzip
import hashlib
import os
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitorch
from minitorch.data import Dataset
from minitorch.vision import transforms
from minitorch.vision.datasets import MNIST
from minitorch.vision.datasets.idx import read_idx
from minitorch.vision.transforms import Compose, Lambda, Normalize, ToTensor

TYPES = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}


def idx(array):
    """The bytes of an idx file, written independently of the reader."""
    header = bytes([0, 0, TYPES[array.dtype.name], array.ndim])
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return header + sizes + array.astype(array.dtype.newbyteorder(">")).tobytes()


def file(folder, content, name="x-idx2-ubyte"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


IMAGES = np.arange(3 * 28 * 28, dtype=np.uint32).reshape(3, 28, 28).astype(np.uint8)
LABELS = np.array([4, 0, 9], np.uint8)
FILES = {
    "train-images-idx3-ubyte": idx(IMAGES),
    "train-labels-idx1-ubyte": idx(LABELS),
    "t10k-images-idx3-ubyte": idx(IMAGES[:2]),
    "t10k-labels-idx1-ubyte": idx(LABELS[:2]),
}


class Tiny(MNIST):
    """Three training and two test images under MNIST's file names."""

    mirrors = ()
    resources: ClassVar = {
        name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()
    }
    sizes: ClassVar = {"train": 3, "t10k": 2}


def lay_out(folder, suffix=""):
    """The files of Tiny in `folder`, gzipped if `suffix` is ".gz"."""
    for name, content in FILES.items():
        file(folder, gzip.compress(content) if suffix else content, name + suffix)
    return folder


# ---------------------------------------------------------------- read_idx


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (2, 1, 3), (0, 4)])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_idx_file_of_any_type_and_shape_comes_back(tmp_path, name, shape, pack):
    array = np.resize(np.arange(-3, 100, 1.5), shape).astype("int8").astype(name)
    back = read_idx(file(tmp_path, pack(idx(array))))
    assert back.dtype == array.dtype and back.dtype.isnative
    assert back.flags.writeable
    np.testing.assert_array_equal(back, array)


SMALL = idx(np.zeros((2, 3), np.int16))  # 12 bytes of header, 12 of elements


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not an idx file\n  found nothing in it, expected"),
        (b"\0\0\x08", "is not an idx file\n  found the bytes 00 00 08 at its start"),
        (b"PK\x08\x01" + SMALL, "is not an idx file\n  found the bytes 50 4b 08"),
        (b"\0\0\x0a\x01" + SMALL, "not an idx file.*\n.*expected 00 00, a type from 08 to 0e"),
        (b"\0\0\x08\x00\x07\x07", r"has trailing bytes\n.*expected 1 for uint8 of shape \(\)"),
        (b"\0\0\x08\x41" + b"\0\0\0\1" * 65 + b"\7", r"is not an idx file\n  found shape \(1, 1,"),
        (b"\0\0\x08\x04" + b"\0" * 4 + b"\xff" * 12, r"not an idx file\n  found shape \(0, 42949"),
        (SMALL[:7], "is truncated\n  found 3 bytes of sizes, expected 8"),
        (SMALL[:-1], "is truncated\n  found 11 bytes of elements, expected 12 for int16 of shape"),
        (SMALL + b"\0", r"has trailing bytes\n  found more than 12 bytes.*of shape \(2, 3\)"),
        (b"\0\0\x08\x04" + b"\xff" * 16, "is truncated\n  found 0 bytes of elements"),
        (gzip.compress(SMALL[:-1]), "is truncated\n  found 11 bytes of elements"),
        (gzip.compress(SMALL + b"\0"), "has trailing bytes"),
        (gzip.compress(SMALL)[:-3], "is a damaged gzip file\n  found Compressed file ended"),
        (gzip.compress(SMALL)[:5], "is a damaged gzip file"),
        (gzip.compress(SMALL) + b"more", "is a damaged gzip file\n  found Not a gzipped file"),
        (gzip.compress(SMALL)[:-8] + b"\0" * 8, "is a damaged gzip file\n  found CRC check failed"),
        (gzip.compress(SMALL)[:10] + b"\xff" * 20, "is a damaged gzip file\n  found Error -3"),
    ],
)
def test_a_damaged_idx_file_is_refused_with_what_was_found_and_what_to_do(
    tmp_path, content, message
):
    path = file(tmp_path, content)
    with pytest.raises(ValueError, match=message) as error:
        read_idx(path)
    assert str(path) in str(error.value)
    assert "delete the file and fetch it again" in str(error.value)


@settings(deadline=None)
@given(st.binary(max_size=60), st.booleans())
def test_arbitrary_bytes_give_an_array_or_a_value_error(tmp_path_factory, content, as_idx):
    path = file(tmp_path_factory.getbasetemp(), b"\0\0\x08" + content if as_idx else content)
    try:
        assert idx(read_idx(path)) == path.read_bytes()
    except ValueError as error:
        assert path.name in str(error)


def test_a_gzip_bomb_is_refused_without_unpacking_it(tmp_path, monkeypatch):
    path = file(tmp_path, gzip.compress(SMALL + bytes(50_000_000)))
    asked = []
    read = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda f, n: asked.append(n) or read(f, n))
    with pytest.raises(ValueError, match="trailing bytes"):
        read_idx(path)
    assert sum(asked) < 100


def test_a_missing_idx_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing-here"):
        read_idx(tmp_path / "nothing-here")


# ---------------------------------------------------------------- MNIST


def test_the_copy_in_the_repository_is_the_real_mnist():
    test = MNIST(train=False)
    assert isinstance(test, Dataset)
    assert test.data.shape == (10000, 28, 28) and test.data.dtype == minitorch.uint8
    assert test.targets.shape == (10000,) and test.targets.dtype == minitorch.int64
    assert test.targets[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    train = MNIST()
    assert len(train) == 60000
    assert np.bincount(train.targets.numpy()).tolist() == [
        *(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
    ]
    assert train.data.numpy().mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert train.data.numpy().std() / 255 == pytest.approx(0.3081, abs=5e-5)


@pytest.mark.parametrize("inside", ["", "Tiny/raw"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("kind", [str, Path])
def test_files_are_found_plain_or_zipped_in_the_root_or_where_torchvision_has_them(
    tmp_path, inside, suffix, kind
):
    lay_out(tmp_path / inside, suffix)
    dataset = Tiny(kind(tmp_path))
    np.testing.assert_array_equal(dataset.data.numpy(), IMAGES)
    np.testing.assert_array_equal(dataset.targets.numpy(), LABELS)
    assert len(Tiny(tmp_path, train=False)) == 2


def test_an_item_is_a_uint8_array_and_an_int(tmp_path):
    dataset = Tiny(lay_out(tmp_path))
    image, label = dataset[1]
    assert type(image) is np.ndarray and image.dtype == np.uint8 and image.shape == (28, 28)
    np.testing.assert_array_equal(image, IMAGES[1])
    assert type(label) is int and label == 0


def test_items_are_found_by_any_integer_and_nothing_else(tmp_path):
    dataset = Tiny(lay_out(tmp_path))
    assert dataset[-1][1] == dataset[np.int64(2)][1] == dataset[minitorch.tensor(2)][1] == 9
    assert [label for _, label in dataset] == [4, 0, 9]
    with pytest.raises(IndexError):
        dataset[3]
    with pytest.raises(TypeError, match="slice"):
        dataset[0:2]


def test_transforms_receive_image_and_label(tmp_path):
    dataset = Tiny(lay_out(tmp_path), transform=lambda x: x.sum(), target_transform=lambda y: -y)
    assert dataset[2] == (IMAGES[2].sum(), -9)


def test_a_transform_that_writes_into_its_image_leaves_the_dataset_unchanged(tmp_path):
    dataset = Tiny(lay_out(tmp_path), transform=lambda x: x.fill(0))
    dataset[1]
    np.testing.assert_array_equal(dataset.data.numpy(), IMAGES)


def test_data_and_targets_can_be_cut_as_in_torchvision(tmp_path):
    dataset = Tiny(lay_out(tmp_path))
    dataset.data, dataset.targets = dataset.data[:2], dataset.targets[:2]
    assert len(dataset) == 2
    assert dataset[1][1] == 0


def test_classes_are_named_as_in_torchvision():
    assert MNIST.classes[0] == "0 - zero" and MNIST.classes[9] == "9 - nine"
    assert MNIST(train=False).class_to_idx["7 - seven"] == 7


def test_a_dataset_prints_as_in_torchvision(tmp_path, monkeypatch):
    monkeypatch.chdir(lay_out(tmp_path))
    expected = "Dataset Tiny\n    Number of datapoints: 3\n    Root location: .\n    Split: Train"
    assert repr(Tiny(".")) == expected
    transform = Compose([ToTensor(), Normalize((0.1307,), (0.3081,))])
    assert repr(Tiny(".", train=False, transform=transform, target_transform=len)) == (
        "Dataset Tiny\n    Number of datapoints: 2\n    Root location: .\n    Split: Test\n"
        "    StandardTransform\n"
        "Transform: Compose(\n"
        "               ToTensor()\n"
        "               Normalize(mean=(0.1307,), std=(0.3081,))\n"
        "           )\n"
        "Target transform: <built-in function len>"
    )


def test_without_the_repository_the_root_is_a_cache_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(MNIST, "repository_copy", tmp_path / "none")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    lay_out(tmp_path / "cache" / "minitorch" / "Tiny" / "raw")
    assert Tiny().root == str(tmp_path / "cache" / "minitorch")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    lay_out(tmp_path / ".cache" / "minitorch" / "Tiny" / "raw")
    assert Tiny().root == os.path.join(str(tmp_path), ".cache", "minitorch")


def test_a_tilde_in_the_root_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    lay_out(tmp_path / "digits")
    assert len(Tiny("~/digits")) == 3


def test_missing_files_are_named_with_where_they_were_looked_for(tmp_path):
    with pytest.raises(RuntimeError, match="You can use download=True to download it") as error:
        MNIST(tmp_path)
    assert "missing train-images-idx3-ubyte and train-labels-idx1-ubyte" in str(error.value)
    assert os.path.join(str(tmp_path), "MNIST", "raw") in str(error.value)
    lay_out(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(RuntimeError, match="missing t10k-labels-idx1-ubyte "):
        Tiny(tmp_path, train=False)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (idx(LABELS)[:-1], "is truncated"),
        (idx(LABELS) + b"\0", "has trailing bytes"),
        (idx(LABELS[::-1]), "was altered\n  found content with SHA-256 [0-9a-f]{64}, expected "),
        (idx(LABELS.astype(np.int32)), "another kind of data\n  found int32 with 1 dimensions"),
        (idx(LABELS.reshape(1, 3)), "found uint8 with 2 dimensions, expected uint8 with 1"),
    ],
)
def test_a_file_with_other_content_than_mnist_is_refused(tmp_path, content, message):
    file(lay_out(tmp_path), content, "train-labels-idx1-ubyte")
    with pytest.raises(ValueError, match=message) as error:
        Tiny(tmp_path)
    assert str(tmp_path / "train-labels-idx1-ubyte") in str(error.value)
    assert len(Tiny(tmp_path, train=False)) == 2


def test_files_of_another_length_than_mnist_are_a_set_of_ones_own(tmp_path):
    dataset = MNIST(lay_out(tmp_path))
    np.testing.assert_array_equal(dataset.data.numpy(), IMAGES)
    assert dataset.targets.tolist() == [4, 0, 9]
    assert len(MNIST(tmp_path, train=False, download=True)) == 2
    file(tmp_path, idx(LABELS[:2]), "train-labels-idx1-ubyte")
    with pytest.raises(ValueError, match=r"as many labels as images.*\n  3 images, 2 labels in "):
        MNIST(tmp_path)


# ---------------------------------------------------------------- download


class Mirror(ThreadingHTTPServer):
    """A local web server; `files` is what it has, path to bytes, `asked` what was asked of it."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.files, self.asked, self.cut = {}, [], 0
        self.url = f"http://127.0.0.1:{self.server_port}"

    def fill(self, folder):
        for name, content in FILES.items():
            self.files[f"/{folder}/{name}.gz"] = gzip.compress(content)


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) - self.server.cut])

    def log_message(self, *args):
        pass


@pytest.fixture
def mirror(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Mirror() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def downloadable(*urls):
    """Tiny with these mirrors."""
    return type("Tiny", (Tiny,), {"mirrors": urls})


def test_download_fetches_what_is_missing_and_only_that(mirror, tmp_path, capsys):
    mirror.fill("mnist")
    dataset = downloadable(f"{mirror.url}/mnist/")
    assert len(dataset(tmp_path, download=True)) == 3
    assert sorted(mirror.asked) == sorted(f"/mnist/{name}.gz" for name in FILES)
    assert f"Downloading {mirror.url}/mnist/train-images-idx3-ubyte.gz\n" in capsys.readouterr().out
    raw = tmp_path / "Tiny" / "raw"
    assert sorted(os.listdir(raw)) == sorted(f"{name}.gz" for name in FILES)

    (raw / "t10k-labels-idx1-ubyte.gz").unlink()
    mirror.asked.clear()
    assert len(dataset(tmp_path, train=False, download=True)) == 2
    assert mirror.asked == ["/mnist/t10k-labels-idx1-ubyte.gz"]
    dataset(tmp_path, download=True)
    assert len(mirror.asked) == 1


def test_download_of_what_lies_in_the_root_already_asks_nobody(tmp_path):
    assert len(Tiny(lay_out(tmp_path, ".gz"), download=True)) == 3
    assert not (tmp_path / "Tiny").exists()


def test_download_goes_on_to_the_next_mirror_when_one_lacks_a_file(mirror, tmp_path):
    mirror.fill("second")
    dataset = downloadable(f"{mirror.url}/first/", f"{mirror.url}/second")
    assert len(dataset(tmp_path, download=True)) == 3
    assert mirror.asked[:2] == [
        "/first/train-images-idx3-ubyte.gz",
        "/second/train-images-idx3-ubyte.gz",
    ]


def test_download_keeps_nothing_of_an_altered_file(mirror, tmp_path):
    mirror.fill("bad")
    mirror.fill("good")
    mirror.files["/bad/t10k-labels-idx1-ubyte.gz"] = gzip.compress(idx(LABELS[1:]))
    with pytest.raises(
        RuntimeError, match=r"Error downloading t10k-labels-idx1-ubyte\.gz"
    ) as error:
        downloadable(f"{mirror.url}/bad/")(tmp_path, download=True)
    assert f"{mirror.url}/bad/t10k-labels-idx1-ubyte.gz: ValueError" in str(error.value)
    assert "was altered" in str(error.value) and "by hand" in str(error.value)
    assert not [name for name in os.listdir(tmp_path / "Tiny" / "raw") if "t10k-labels" in name]
    dataset = downloadable(f"{mirror.url}/bad/", f"{mirror.url}/good/")
    assert len(dataset(tmp_path, train=False, download=True)) == 2


def test_download_keeps_nothing_of_a_file_cut_short(mirror, tmp_path):
    mirror.fill("mnist")
    mirror.cut = 5
    with pytest.raises(RuntimeError, match="Error downloading train-images"):
        downloadable(f"{mirror.url}/mnist/")(tmp_path, download=True)
    assert os.listdir(tmp_path / "Tiny" / "raw") == []


def test_download_without_any_mirror_in_reach_says_whom_it_asked(mirror, tmp_path):
    with pytest.raises(RuntimeError, match="Error downloading") as error:
        downloadable(f"{mirror.url}/a", f"{mirror.url}/b")(tmp_path, download=True)
    for folder in "ab":
        assert f"{mirror.url}/{folder}/train-images-idx3-ubyte.gz: HTTPError" in str(error.value)
    assert str(tmp_path) in str(error.value)


def test_the_mirrors_of_mnist_are_encrypted_addresses_of_folders():
    assert all(url.startswith("https://") and url.endswith("/mnist/") for url in MNIST.mirrors)
    assert len(MNIST.mirrors) == 2


# ---------------------------------------------------------------- transforms


@pytest.mark.parametrize(
    ("shape", "dtype", "out"),
    [
        ((2, 3), "uint8", "float32"),
        ((2, 3, 1), "uint8", "float32"),
        ((2, 3, 4), "uint8", "float32"),
        ((0, 3), "uint8", "float32"),
        ((2, 3, 4), "float32", "float32"),
        ((2, 3), "float64", "float64"),
        ((2, 3, 4), "float16", "float16"),
        ((2, 3, 4), "int16", "int16"),
        ((2, 3), "int64", "int64"),
        ((2, 3, 4), "bool", "bool"),
    ],
)
def test_to_tensor_puts_channels_first_and_scales_uint8_only(shape, dtype, out):
    pic = (np.arange(np.prod(shape)) * 11).reshape(shape).astype(dtype)
    before = pic.copy()
    tensor = ToTensor()(pic)
    expected = pic.reshape(*pic.shape[:2], -1).transpose(2, 0, 1) if pic.size else pic[None]
    if dtype == "uint8":
        expected = expected.astype(np.float32) / np.float32(255)
    assert type(tensor) is minitorch.Tensor
    assert tensor.dtype == getattr(minitorch, out)
    assert tensor.array.flags.c_contiguous
    np.testing.assert_array_equal(tensor.numpy(), expected, strict=True)
    np.testing.assert_array_equal(pic, before)


def test_to_tensor_covers_every_uint8_exactly_as_division_in_float32():
    pic = np.arange(256, dtype=np.uint8).reshape(16, 16)
    tensor = ToTensor()(pic)
    assert tensor.min().item() == 0 and tensor.max().item() == 1
    np.testing.assert_array_equal(tensor.numpy()[0], pic.astype(np.float32) / np.float32(255))


def test_to_tensor_takes_any_strides_and_gives_contiguous_planes():
    pic = np.arange(72, dtype=np.uint8).reshape(4, 6, 3)[::-1, ::2]
    for image in (pic, pic.astype(np.float64), np.asfortranarray(pic)):
        tensor = ToTensor()(image)
        assert tensor.array.flags.c_contiguous
        scale = 255 if image.dtype == np.uint8 else 1
        np.testing.assert_allclose(tensor.numpy() * scale, pic.transpose(2, 0, 1), rtol=1e-6)


def test_to_tensor_gives_the_default_float_dtype():
    minitorch.set_default_dtype(minitorch.float64)
    try:
        assert ToTensor()(np.ones((2, 2), np.uint8)).dtype == minitorch.float64
    finally:
        minitorch.set_default_dtype(minitorch.float32)


@pytest.mark.parametrize(
    ("pic", "kind", "message"),
    [
        (
            [[1]],
            TypeError,
            "pic should be PIL Image or ndarray. Got <class 'list'>\n.*; a list becomes",
        ),
        (np.zeros(3, np.uint8), ValueError, "pic should be 2/3 dimensional. Got 1 dimensions."),
        (np.zeros((1, 2, 3, 4)), ValueError, "pic should be 2/3 dimensional. Got 4 dimensions."),
        (np.zeros((2, 3), complex), TypeError, "complex128"),
        (np.zeros((2, 3), object), TypeError, "object"),
        (np.zeros((2, 3), ">f4"), TypeError, ">f4"),
    ],
)
def test_to_tensor_refuses_what_is_no_image(pic, kind, message):
    with pytest.raises(kind, match=message):
        ToTensor()(pic)


@pytest.mark.parametrize(
    ("shape", "mean", "std"),
    [
        ((1, 2, 3), (0.5,), (0.25,)),
        ((3, 2, 2), [0.1, 0.2, 0.3], [1.0, 2.0, 3.0]),
        ((3, 2, 2), (0.5,), (0.25,)),
        ((3, 2, 2), 0.5, 2),
        ((5, 3, 2, 2), np.array([0.1, 0.2, 0.3]), np.array([1.0, 2.0, 3.0])),
        ((0, 3, 2, 2), [0.1, 0.2, 0.3], [1.0, 2.0, 3.0]),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_normalize_works_channel_by_channel(shape, mean, std, dtype):
    x = np.random.default_rng(0).random(shape).astype(dtype)
    tensor = minitorch.tensor(x)
    out = Normalize(mean, std)(tensor)
    m, s = (np.asarray(v, dtype).reshape(-1, 1, 1) for v in (mean, std))
    np.testing.assert_array_equal(out.numpy(), (x - m) / s, strict=True)
    np.testing.assert_array_equal(tensor.numpy(), x)


def test_normalize_takes_tensors_and_works_in_place_when_asked():
    tensor = minitorch.ones(1, 2, 2)
    out = Normalize(minitorch.tensor([0.5]), minitorch.tensor([0.25]), inplace=True)(tensor)
    assert out is tensor
    assert tensor.tolist() == [[[2.0, 2.0], [2.0, 2.0]]]


def test_normalize_passes_the_gradient_on():
    x = minitorch.ones(3, 2, 2, requires_grad=True)
    Normalize([0.0] * 3, [1.0, 2.0, 4.0])(x).sum().backward()
    assert x.grad[:, 0, 0].tolist() == [1.0, 0.5, 0.25]


@pytest.mark.parametrize(
    ("image", "mean", "std", "kind", "message"),
    [
        (np.zeros((1, 2, 2)), [0], [1], TypeError, "img should be Tensor Image. Got <class 'numpy"),
        (np.uint8, [0], [1], TypeError, "should be a float tensor. Got torch.uint8.\n  convert"),
        ((2, 2), [0], [1], ValueError, r"\(..., C, H, W\). Got tensor.size\(\) = torch.Size\(\[2,"),
        (
            (1, 2, 2),
            [0],
            [0],
            ValueError,
            "std evaluated to zero after conversion to torch.float32",
        ),
        ((1, 2, 2), [0], [1e-50], ValueError, "leading to division by zero.\n  std "),
        (
            (1, 2, 2),
            [0] * 3,
            [1],
            ValueError,
            r"mean must have one value.*\n.*\(1 != 3\)\n.*\(m,\)",
        ),
        ((4, 2, 2), [0], [1] * 3, RuntimeError, r"std must have one value.*\n.*\(4 != 3\)"),
    ],
)
def test_normalize_refuses_what_does_not_fit(image, mean, std, kind, message):
    if isinstance(image, tuple):
        image = minitorch.zeros(image)
    elif image is np.uint8:
        image = minitorch.zeros((1, 2, 2), dtype=minitorch.uint8)
    with pytest.raises(kind, match=message):
        Normalize(mean, std)(image)


def test_compose_calls_in_order_and_lambda_calls_anything():
    assert Compose([Lambda(lambda x: x + 1), str, Lambda(list)])(41) == ["4", "2"]
    assert Compose([])("same") == "same"


def test_lambda_refuses_what_cannot_be_called():
    with pytest.raises(TypeError, match="Argument lambd should be callable, got 'int'"):
        Lambda(3)


def test_transforms_print_as_in_torchvision():
    inner = Compose([ToTensor(), Normalize([0.5], [0.5], inplace=True)])
    assert repr(inner) == "Compose(\n    ToTensor()\n    Normalize(mean=[0.5], std=[0.5])\n)"
    assert repr(Compose([inner, Lambda(len)])) == (
        "Compose(\n    Compose(\n    ToTensor()\n    Normalize(mean=[0.5], std=[0.5])\n)\n"
        "    Lambda()\n)"
    )
    assert repr(Compose([])) == "Compose(\n)"
    assert transforms.Compose is Compose


@pytest.mark.torch
def test_a_prepared_image_is_pytorchs_to_the_bit():
    torch = pytest.importorskip("torch")
    image, _ = MNIST(train=False)[0]
    ours = Compose([ToTensor(), Normalize((0.1307,), (0.3081,))])(image)
    theirs = torch.from_numpy(image)[None].float().div(255).sub(0.1307).div(0.3081)
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
