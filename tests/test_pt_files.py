"""PyTorch's checkpoints: read without PyTorch, written so that it reads them, and never run."""

import io
import pickle
import zipfile
from argparse import Namespace
from collections import Counter, OrderedDict
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import pytest
from checkpoint_bytes import SIX, loaded, tensor_code, zipped

import minitorch
from minitorch import nn
from minitorch.serialization.checkpoint_writer import UNSUMMED

RECORDED = Path(__file__).parent / "reference"  # two files that PyTorch 2.13 wrote
FILES = ("checkpoint.pt", "checkpoint_legacy.pt")


# -------------------------------------------------------------------- files of PyTorch


@pytest.mark.parametrize("name", FILES)
def test_a_recorded_file_reads_as_what_was_saved(name):
    found = minitorch.load(RECORDED / name)
    assert type(found) is OrderedDict and list(found) == ["w", "t", "b", "e", "p", "n"]
    assert found._metadata == {"": {"version": 1}}
    assert found["w"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found["t"].shape == (3, 2) and found["t"].stride() == (1, 3)
    assert found["b"].dtype == minitorch.float32 and found["b"].tolist() == [1.5, -2.0]
    assert found["e"].shape == (0, 2)
    assert type(found["p"]) is nn.Parameter and found["p"].requires_grad
    assert found["n"] == {"epoch": 3, "lr": (0.1, None)}
    found["w"][0, 1] = 9
    assert found["t"][1, 0] == 9


@pytest.mark.parametrize("name", FILES)
def test_every_prefix_of_a_recorded_file_is_an_error(name):
    data = (RECORDED / name).read_bytes()
    for end in range(0, len(data), 5):
        with pytest.raises((RuntimeError, EOFError, UnpicklingError)):
            loaded(data[:end])


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_is_an_error_or_other_data_and_never_more(name):
    data = (RECORDED / name).read_bytes()
    for i in range(0, len(data), 3):
        changed = bytearray(data)
        changed[i] ^= 1 << i % 8
        try:
            loaded(bytes(changed))
        except (RuntimeError, EOFError, UnpicklingError, TypeError) as error:
            assert str(error)


def test_a_zip_in_big_endian_order():
    big = np.arange(6, dtype=">f4").tobytes()
    data = zipped(tensor_code((2, 3), (3, 1)), {"0": big}, byteorder="big")
    assert loaded(data).tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(ValueError, match=r"Unknown endianness type: middle"):
        loaded(zipped(tensor_code((2, 3), (3, 1)), {"0": SIX}, byteorder="middle"))


@pytest.mark.parametrize("kind", ["Double", "Half", "Long", "Int", "Short", "Char", "Byte", "Bool"])
def test_storages_of_every_dtype(kind):
    dtype = {"Double": "f8", "Half": "f2", "Long": "i8", "Int": "i4", "Short": "i2", "Char": "i1",
             "Byte": "u1", "Bool": "?"}[kind]  # fmt: skip
    content = np.arange(6).astype(dtype)
    code = tensor_code((2,), (2,), 1, kind=f"{kind}Storage")
    assert loaded(zipped(code, {"0": content.tobytes()})).tolist() == content[1:5:2].tolist()


def test_what_protocol_2_spells_in_other_ways():
    values = [b"", bytearray(), b"a"]
    code = pickle.dumps(values, 2)
    assert b"__builtin__\nbytes" in code
    assert loaded(zipped(code)) == values


def test_strings_of_python_2():
    code = b"\x80\x02U\x02\xc3\xa9."
    assert loaded(zipped(code)) == "é"
    assert loaded(zipped(code), encoding="latin1") == "Ã©"
    assert loaded(zipped(code), encoding="bytes") == b"\xc3\xa9"


def test_a_tensor_that_looks_like_the_end_of_a_file_comes_back():
    x = minitorch.tensor(list(UNSUMMED), dtype=minitorch.uint8)
    file = io.BytesIO()
    minitorch.save(x, file, format="pt")
    assert bytes(loaded(file.getvalue()).tolist()) == UNSUMMED


def test_a_wrong_checksum_names_the_storage():
    data = bytearray(zipped(tensor_code((6,), (1,)), {"0": SIX}))
    data[data.index(SIX) + 2] ^= 1
    with pytest.raises(RuntimeError, match=r"'archive/data/0' do not have their checksum"):
        loaded(bytes(data))


def test_a_zip_that_is_no_checkpoint():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(RuntimeError, match=r"no checkpoint, which has one data.pkl"):
        loaded(file.getvalue())


def test_torchscript_and_the_tar_of_long_ago_say_what_to_do():
    with pytest.raises(RuntimeError, match=r"with TorchScript archives.*\n.*state_dict"):
        loaded(zipped(b"\x80\x02N.", **{"constants.pkl": b"\x80\x02)."}))
    with pytest.raises(RuntimeError, match=r"in the legacy .tar format\n  load and save it once"):
        loaded(bytes(257) + b"ustar" + bytes(250))


@pytest.mark.parametrize(
    "name",
    [
        "torch.ComplexFloatStorage",
        "torch._utils._rebuild_qtensor",
        "torch._utils._rebuild_sparse_tensor",
        "torch.uint16",
    ],
)
def test_kinds_of_tensors_that_are_not_there_are_named(name):
    module, _, kind = name.rpartition(".")
    with pytest.raises(UnpicklingError, match=f"GLOBAL {name} was not an allowed global"):
        loaded(zipped(f"c{module}\n{kind}\n.".encode()))


# -------------------------------------------------------------------- beside PyTorch


def both_ways():
    """(what to save, made by a library of PyTorch's names)"""

    def make(torch):
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
        optimizer = torch.optim.Adam(model.parameters())
        model(torch.ones(2, 3)).sum().backward()
        optimizer.step()
        x = torch.arange(12.0).reshape(3, 4)
        return {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "parameters": list(model.parameters()),
            "views": [x, x.T, x[:, 1], x[1:2, ::2], x[0, 0], x[:0]],
            "shared": x[1],
            "dtypes": [torch.ones(2, dtype=each) for each in (
                torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64,
                torch.float16, torch.float32, torch.float64,
            )],
            "plain": [None, True, 3, -(2**70), 2.5, "ü", b"\xff", (1, (2,)), {1, 2}, 1j],
            "counter": Counter({3: 1}),
            "names": [torch.float16, torch.device("cpu"), x.shape],
        }  # fmt: skip

    return make


def assert_alike(torch, ours, theirs):
    if isinstance(ours, minitorch.Tensor):
        assert isinstance(theirs, torch.Tensor)
        assert isinstance(ours, nn.Parameter) == isinstance(theirs, torch.nn.Parameter)
        assert ours.requires_grad == theirs.requires_grad and str(ours.dtype) == str(theirs.dtype)
        assert tuple(ours.shape) == tuple(theirs.shape)
        assert not ours.numel() or ours.stride() == theirs.stride()
        np.testing.assert_array_equal(ours.numpy(force=True), theirs.numpy(force=True))
    elif isinstance(ours, dict):
        assert type(ours) is type(theirs) and list(ours) == list(theirs)
        assert getattr(ours, "_metadata", None) == getattr(theirs, "_metadata", None)
        for key in ours:
            assert_alike(torch, ours[key], theirs[key])
    elif isinstance(ours, list):
        assert len(ours) == len(theirs)
        for x, y in zip(ours, theirs):
            assert_alike(torch, x, y)
    else:
        assert repr(ours) == repr(theirs)


@pytest.mark.torch
@pytest.mark.parametrize("settings", [
    {}, {"pickle_protocol": 5}, {"_use_new_zipfile_serialization": False},
    {"_use_new_zipfile_serialization": False, "pickle_protocol": 4},
], ids=str)  # fmt: skip
def test_what_pytorch_saves_reads_equal(tmp_path, settings):
    torch = pytest.importorskip("torch")
    theirs = both_ways()(torch)
    torch.save(theirs, tmp_path / "x.pt", **settings)
    ours = minitorch.load(tmp_path / "x.pt")
    assert_alike(torch, ours, theirs)
    ours["shared"][0] = 99
    assert ours["views"][0][1, 0] == 99


@pytest.mark.torch
def test_pytorch_reads_what_is_saved_here(tmp_path):
    torch = pytest.importorskip("torch")
    ours = both_ways()(minitorch)
    minitorch.save(ours, tmp_path / "x.pt")
    theirs = torch.load(tmp_path / "x.pt", weights_only=True)
    assert_alike(torch, ours, theirs)
    theirs["shared"][0] = 99
    assert theirs["views"][0][1, 0] == 99
    mapped = torch.load(tmp_path / "x.pt", weights_only=True, mmap=True)
    assert_alike(torch, ours, mapped)


@pytest.mark.torch
def test_numpy_values_and_namespaces_pass_both_ways(tmp_path):
    torch = pytest.importorskip("torch")
    obj = {"best": np.float64(0.5), "a": np.arange(6).reshape(2, 3), "args": Namespace(lr=0.1)}
    torch.save(obj, tmp_path / "x.pt")
    assert repr(minitorch.load(tmp_path / "x.pt")) == repr(obj)
    minitorch.save(obj, tmp_path / "y.pt")
    assert repr(torch.load(tmp_path / "y.pt", weights_only=False)) == repr(obj)


@pytest.mark.torch
def test_a_file_for_which_pytorch_computed_no_checksums_is_read(tmp_path):
    torch = pytest.importorskip("torch")
    torch.serialization.set_crc32_options(False)
    try:
        torch.save(torch.arange(3), tmp_path / "x.pt")
    finally:
        torch.serialization.set_crc32_options(True)
    assert minitorch.load(tmp_path / "x.pt").tolist() == [0, 1, 2]


@pytest.mark.torch
def test_bfloat16_and_expanded_tensors_of_pytorch(tmp_path):
    torch = pytest.importorskip("torch")
    x = torch.randn(7).bfloat16()
    torch.save([x, x[::2], torch.ones(1).expand(3, 4)], tmp_path / "x.pt")
    a, b, c = minitorch.load(tmp_path / "x.pt")
    np.testing.assert_array_equal(a.numpy(), x.float().numpy())
    np.testing.assert_array_equal(b.numpy(), x[::2].float().numpy())
    assert c.shape == (3, 4) and c.stride() == (0, 0)


@pytest.mark.torch
def test_a_whole_module_of_pytorch_is_refused_by_name(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save(torch.nn.Linear(1, 1), tmp_path / "x.pt")
    with pytest.raises(
        UnpicklingError, match=r"GLOBAL torch.nn.modules.linear.Linear (.|\n)*state_dict"
    ):
        minitorch.load(tmp_path / "x.pt")


@pytest.mark.torch
def test_storages_go_to_pytorch_and_come_from_it(tmp_path):
    torch = pytest.importorskip("torch")
    for here, there in ((torch, minitorch), (minitorch, torch)):
        a = here.arange(4.0)
        with pytest.warns(UserWarning, match="TypedStorage is deprecated"):
            here.save([a[1:], a.storage()], tmp_path / "x.pt")
        b, storage = there.load(tmp_path / "x.pt")
        assert storage.dtype is there.float32 and storage.tolist() == [0.0, 1.0, 2.0, 3.0]
        assert b.data_ptr() == storage.data_ptr() + 4
