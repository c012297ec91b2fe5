"""PyTorch's checkpoints: read without PyTorch, written so that it reads them, and never run."""

import builtins
import io
import os
import pickle
import struct
import time
import zipfile
from argparse import Namespace
from collections import Counter, OrderedDict
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import pytest

import minitorch
from minitorch import nn

RECORDED = Path(__file__).parent / "reference"  # two files that PyTorch 2.13 wrote
FILES = ("checkpoint.pt", "checkpoint_legacy.pt")
MAGIC = 0x1950A86A20F9469CFC6C


def loaded(data, **settings):
    return minitorch.load(io.BytesIO(data), **settings)


def zipped(code, storages=None, **others):
    """A checkpoint around the pickle `code`."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", code)
        for key, content in (storages or {}).items():
            archive.writestr(f"archive/data/{key}", content)
        for name, content in others.items():
            archive.writestr(f"archive/{name}", content)
    return file.getvalue()


def legacy(code, keys=(), storages=b""):
    """A checkpoint of the former format around the pickle `code`."""
    system = {"protocol_version": 1001, "little_endian": True}
    head = b"".join(pickle.dumps(each, 2) for each in (MAGIC, 1001, system))
    return head + code + pickle.dumps(list(keys), 2) + storages


def text(value):
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def number(value):
    return b"J" + struct.pack("<i", value)


def sizes(values):
    return b"(" + b"".join(map(number, values)) + b"t"


def tensor_code(size, stride, offset=0, numel=6, kind="FloatStorage", key="0", name="storage"):
    """The pickle of a tensor over storage "0"."""
    pid = b"(" + text(name) + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu")
    return (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + pid + number(numel) + b"tQ"
        + number(offset) + sizes(size) + sizes(stride)
        + b"\x89ccollections\nOrderedDict\n)RtR."
    )  # fmt: skip


SIX = np.arange(6, dtype="<f4").tobytes()


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


def test_strings_of_python_2():
    code = b"\x80\x02U\x02\xc3\xa9."
    assert loaded(zipped(code)) == "é"
    assert loaded(zipped(code), encoding="latin1") == "Ã©"
    assert loaded(zipped(code), encoding="bytes") == b"\xc3\xa9"


# -------------------------------------------------------------------- hostile files


class Calls:
    """Pickled, it asks to call `f`."""

    def __init__(self, f, *arguments):
        self.call = f, arguments

    def __reduce__(self):
        return self.call


HOSTILE = {
    "system": (pickle.dumps(Calls(os.system, "true"), 2), r"GLOBAL (posix|nt)\.system"),
    "eval": (pickle.dumps(Calls(eval, "1"), 2), "GLOBAL (builtins.|__builtin__.)?eval "),
    "exec": (pickle.dumps(Calls(exec, "1"), 4), "GLOBAL exec "),
    "getattr": (pickle.dumps(Calls(getattr, 1, "real"), 2), "GLOBAL .*getattr "),
    "import": (pickle.dumps(Calls(builtins.__import__, "os"), 4), "GLOBAL __import__ "),
    "open": (pickle.dumps(Calls(open, "x"), 4), r"GLOBAL _?io.open "),
    "inside": (pickle.dumps([1, {"a": Calls(os.system, "true")}], 2), r"GLOBAL (posix|nt)\.system"),
    "nested": (pickle.dumps(Calls(print, Calls(os.system, "true")), 2), "GLOBAL .*print "),
    "protocol 0": (b"cos\nsystem\n(S'true'\ntR.", r"GLOBAL os\.system"),
    "inst": (b"(S'true'\nios\nsystem\n.", "Unsupported operand STRING|GLOBAL os.system"),
    "inst alone": (b"(ios\nsystem\n.", r"GLOBAL os\.system"),
    "obj": (b"\x80\x02(cos\nsystem\n" + text("true") + b"o.", r"GLOBAL os\.system"),
    "newobj": (b"\x80\x02cos\nsystem\n)\x81.", r"GLOBAL os\.system"),
    "dotted": (b"\x80\x04\x8c\x05torch\x8c\x0e_utils.os.name\x93.", r"GLOBAL torch._utils.os.name"),
    "name with spaces": (b"cos system\nx\n.", r"GLOBAL os"),
    "extension": (b"\x80\x02\x82\x01.", "Unsupported operand EXT1"),
    "module": (b"\x80\x02ctorch.nn.modules.linear\nLinear\n)\x81}b.", "GLOBAL torch.nn.modules"),
    "class of main": (b"c__main__\nNet\n)R.", "GLOBAL __main__.Net"),
    "reduce data": (b"\x80\x02" + text("x") + b")R.", "reduce for unrecognized function str"),
    "reduce dtype": (b"\x80\x02ctorch\nfloat32\n)R.", "reduce for unrecognized function dtype"),
    "build data": (b"\x80\x02]}b.", "Can only build Tensor"),
    "build tensor": (tensor_code((1,), (1,))[:-1] + b"}b.", "Can only build Tensor"),
    "persistent text": (b"\x80\x02P0\n.", "Unsupported operand PERSID"),
    "persistent id": (b"\x80\x02K\x05Q.", "Only persistent_load of storage is allowed"),
    "persistent module": (tensor_code((1,), (1,), name="module"), "is allowed, but got 'module'"),
    "storage of floats": (b"\x80\x02(" + text("storage") + b"NNNNtQ.", "is allowed, but got"),
    "negative count": (tensor_code((1,), (1,), numel=-1), "Only persistent_load of storage"),
    "object dtype": (b"\x80\x02cnumpy\ndtype\n" + text("O8") + b"\x85R.", "NumPy dtype of 'O8'"),
    "codec": (b"\x80\x02c_codecs\nencode\n" + text("x") + text("zip") + b"\x86R.", "'zip'"),
    "append to dict": (b"\x80\x02}K\x01a.", "Can only add to list, but got"),
    "list as key": (b"\x80\x02}]K\x01s.", "A list is no key"),
    "deep key": (b"\x80\x02})\x85\x85K\x01s.", "A tuple of such things is no key"),
    "long key": (b"\x80\x02}(" + b"K\x01" * 65 + b"tK\x01s.", "A tuple of such things is no key"),
    "no such memo": (b"\x80\x02j\xff\xff\xff\xff.", "The pickle is damaged"),
    "nothing": (b"\x80\x02.", "The pickle is damaged"),
    "a mark": (b"\x80\x02(.", "a mark is left"),
    "no mark": (b"\x80\x02t.", "no mark"),
    "no end": (b"\x80\x02N", "The pickle is damaged|truncated"),
    "huge string": (b"\x80\x04\x8d" + b"\xff" * 7 + b"\x7fx.", "The pickle is damaged"),
    "rebuild by name": (
        b"\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n(ctorch\nSize\nNNNtR.", "No function that",
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("around", [zipped, legacy])
def test_a_pickle_that_asks_for_more_than_data_is_refused(around, code):
    code, words = code
    data = around(code, {"0": SIX}) if around is zipped else around(code, ["0"], b"")
    with pytest.raises((UnpicklingError, RuntimeError)) as info:
        loaded(data, weights_only=False)
    if around is zipped:
        assert info.match(words)
        assert str(info.value).startswith("Weights only load failed.")


def test_a_bare_pickle_is_no_checkpoint():
    with pytest.raises(UnpicklingError, match=r"GLOBAL (posix|nt)\.system"):
        loaded(pickle.dumps(Calls(os.system, "true"), 2))
    with pytest.raises(RuntimeError, match=r"Invalid magic number; corrupt file?"):
        loaded(pickle.dumps({"a": 1}, 2))


def test_deep_nesting_and_shared_lists_cost_no_time():
    start = time.perf_counter()
    deep = loaded(zipped(b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b"."))
    assert type(deep) is list
    twice = b"\x80\x02]q\x00" + b"".join(
        b"](h%ch%ceq%c0" % (i, i, i + 1) for i in range(60)
    )  # each list holds the one before twice: 2**60 elements, if they were copied
    assert type(loaded(zipped(twice + b"h\x3c."))) is list
    assert time.perf_counter() - start < 5


WRONG_VIEWS = {
    "too long": ((7,), (1,), 0),
    "beyond": ((1,), (1,), 6),
    "far stride": ((2, 2), (5, 1), 1),
    "negative stride": ((2,), (-1,), 3),
    "negative size": ((-1,), (1,), 0),
    "negative offset": ((1,), (1,), -1),
    "ranks": ((2, 3), (1,), 0),
    "many axes": ((1,) * 65, (1,) * 65, 0),
}


@pytest.mark.parametrize("view", WRONG_VIEWS.values(), ids=WRONG_VIEWS)
@pytest.mark.parametrize("around", [zipped, legacy])
def test_a_tensor_that_reaches_out_of_its_storage_is_refused(around, view):
    size, stride, offset = view
    code = tensor_code(size, stride, offset)
    if around is legacy:
        code = code.replace(b"tQ", b"NtQ")  # the former format's ids say which part of a storage
    storages = {"0": SIX} if around is zipped else ["0"]
    tail = () if around is zipped else (struct.pack("<q", 6) + SIX,)
    with pytest.raises((RuntimeError, UnpicklingError)):
        loaded(around(code, storages, *tail))


def test_a_storage_that_is_not_there_or_too_short():
    with pytest.raises(RuntimeError, match=r"storage '0' of 24 bytes is not in it"):
        loaded(zipped(tensor_code((1,), (1,)), {}))
    with pytest.raises(RuntimeError, match=r"storage '0' of 24 bytes is not in it"):
        loaded(zipped(tensor_code((1,), (1,)), {"0": SIX[:-4]}))
    code = tensor_code((1,), (1,)).replace(b"tQ", b"NtQ")
    with pytest.raises(RuntimeError, match=r"storage '0' is truncated"):
        loaded(legacy(code, ["0"], struct.pack("<q", 6) + SIX[:-4]))
    with pytest.raises(RuntimeError, match=r"storage '0' does not have 6 elements"):
        loaded(legacy(code, ["0"], struct.pack("<q", 2**40) + SIX))
    with pytest.raises(RuntimeError, match=r"its list of storages is not that"):
        loaded(legacy(code, [0], struct.pack("<q", 6) + SIX))
    with pytest.raises(RuntimeError, match=r"its list of storages is not that of its tensors"):
        loaded(legacy(code, ["1"], struct.pack("<q", 6) + SIX))


@pytest.mark.parametrize("name", ["/etc/x", "../x", "archive/../../x", "a\\..\\x"])
def test_an_entry_whose_name_climbs_is_refused(name):
    file = io.BytesIO(zipped(b"\x80\x02N."))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, "x")
    with pytest.raises(UnpicklingError, match=r"An entry climbs out"):
        loaded(file.getvalue())


def test_a_compressed_entry_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\0" * 1_000_000)
    with pytest.raises(UnpicklingError, match=r"'archive/data.pkl' is compressed or encrypted"):
        loaded(file.getvalue())


def test_entries_that_overlap_are_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02N.")
        archive.writestr("archive/data/0", bytes(2000))
        for i in range(1, 9):
            twin = zipfile.ZipInfo(f"archive/data/{i}")
            former = archive.getinfo("archive/data/0")
            twin.file_size = twin.compress_size = 2000
            twin.CRC, twin.header_offset = former.CRC, former.header_offset
            archive.filelist.append(twin)
    with pytest.raises(RuntimeError, match=r"no entry|overlap"):
        loaded(file.getvalue())


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
