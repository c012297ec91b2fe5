"""Saving and loading: what comes back, and that nothing damaged does."""

import io
import json
import os
import struct
import subprocess
import sys
import threading
import tracemalloc
from argparse import Namespace
from collections import Counter, OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pickle import UnpicklingError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitorch
from minitorch import nn, serialization
from minitorch.backend.dtypes import ALL
from minitorch.methods.storage import TypedStorage, UntypedStorage
from minitorch.serialization.files import checksum
from minitorch.serialization.safetensors import write_entries
from minitorch.serialization.structure import encode

FORMATS = ("safetensors", "pt")


def saved(obj, format="safetensors"):
    file = io.BytesIO()
    minitorch.save(obj, file, format=format)
    return file.getvalue()


def loaded(data, **settings):
    return minitorch.load(io.BytesIO(data), **settings)


def again(obj, format="safetensors"):
    return loaded(saved(obj, format))


def assert_same(a, b):
    """Equal types, values, dtypes, shapes and, where there are elements, strides."""
    assert type(a) is type(b)
    if isinstance(a, minitorch.Tensor | np.ndarray):
        assert a.dtype == b.dtype and a.shape == b.shape
        x, y = (each if isinstance(each, np.ndarray) else each.array for each in (a, b))
        assert not x.size or x.strides == y.strides
        np.testing.assert_array_equal(x.tolist(), y.tolist())
    elif isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            assert_same(a[key], b[key])
    elif isinstance(a, list | tuple):
        assert len(a) == len(b)
        for x, y in zip(a, b):
            assert_same(x, y)
    else:
        assert a == b or (a != a and b != b)


# -------------------------------------------------------------------- what comes back

PLAIN = [
    None, True, False, 0, -1, 2**40, -(2**100), 1.5, -0.0, float("inf"), float("nan"), "", "ü\n\0",
    b"", b"\x00\xff", bytearray(b"ab"), 1 + 2j, [], (), {}, set(), [1, [2, (3,)]], {"a": {"b": 1}},
    {1: "int", (1, "a"): "tuple", None: 0, False: 1, 2.5: 3}, {1, "b"}, frozenset({1}),
    OrderedDict(b=1, a=2), Counter({3: 2}), Namespace(lr=0.1, name="x"),
    minitorch.float16, minitorch.bfloat16, minitorch.strided, minitorch.device("cpu"),
    minitorch.Size([2, 3]), np.float64(0.1), np.int8(-3), np.bool_(True), np.arange(6.0)[::2],
    np.array(["ab", "c"]), np.arange(3, dtype=">i4"), np.zeros((0, 2), np.uint16),
]  # fmt: skip


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("value", PLAIN, ids=lambda value: repr(value)[:30])
def test_plain_data_comes_back(value, format):
    if format == "pt" and isinstance(value, np.ndarray):
        value = np.ascontiguousarray(value)  # as pickles have arrays
    assert_same(again(value, format), value)
    assert_same(again({"inside": [value]}, format), {"inside": [value]})


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", ALL)
def test_tensors_of_every_dtype_come_back(kind, format):
    x = minitorch.tensor([[0, 1, 1], [1, 0, 1]], dtype=kind)
    for each in (x, x.T, x[:, 1], x[1], x[0, 0], x[:0], x[:, ::2], x[0, 0].expand(2, 2)):
        assert_same(again(each, format), each)


@pytest.mark.parametrize("format", FORMATS)
def test_tensors_that_share_memory_share_it_again(format):
    base = minitorch.arange(6.0)
    whole, part, turned = again([base, base[2:4], base.reshape(2, 3).T], format)
    whole[2] = 9
    assert part[0] == 9 and turned[2, 0] == 9


@pytest.mark.parametrize("format", FORMATS)
def test_storages_come_back_with_the_tensors_that_lie_in_them(format):
    a = minitorch.arange(6.0).reshape(2, 3)
    memory = TypedStorage.over(a.array.reshape(-1))
    b, whole, loose = again([a[1], memory, minitorch.arange(2).untyped_storage()], format)
    assert (whole.dtype, whole.tolist()) == (minitorch.float32, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    assert b.data_ptr() == whole.data_ptr() + 12
    assert type(loose) is UntypedStorage and len(loose) == 16


def test_a_storage_of_bytes_cannot_stand_beside_its_tensors_in_pytorchs_format():
    a = minitorch.ones(2)
    with pytest.raises(RuntimeError, match="that view the same data as different types"):
        saved([a, a.untyped_storage()], "pt")


@pytest.mark.parametrize("format", FORMATS)
def test_what_was_saved_to_an_open_file_is_there_at_once(format, tmp_path):
    with open(tmp_path / "file", "wb") as file:
        minitorch.save(minitorch.ones(2), file, format=format)
        assert minitorch.load(tmp_path / "file").tolist() == [1.0, 1.0]


@pytest.mark.parametrize("format", FORMATS)
def test_a_tensor_that_stands_twice_is_one_tensor(format):
    x = nn.Parameter(minitorch.ones(2))
    a, b = again([x, x], format)
    assert a is b and type(a) is nn.Parameter


@pytest.mark.parametrize("format", FORMATS)
def test_a_part_of_a_large_tensor_takes_only_its_own_place(format):
    large = minitorch.zeros(100_000)
    assert len(saved(large[:10], format)) < 4000
    assert len(saved([large[:10], large[-10:]], format)) < 4000


@pytest.mark.parametrize("format", FORMATS)
def test_tensors_of_a_middle_size_have_nothing_to_do_with_one_another(format):
    sizes = (20_001, 5, 30_003, 3_000_000, 20_001)
    tensors = again([minitorch.full((n,), float(i)) for i, n in enumerate(sizes)], format)
    for i, (x, n) in enumerate(zip(tensors, sizes)):
        assert x.untyped_storage().nbytes() == 4 * n
        assert (x == i).all()
        x.fill_(-1)
        assert len(saved(x, format)) < 4 * n + 2000
    assert [each.sum().item() for each in tensors] == [-n for n in sizes]


@pytest.mark.parametrize("format", FORMATS)
def test_the_memory_that_tensors_share_goes_with_the_last_of_them(format):
    data = saved([minitorch.ones(25_000) for _ in range(40)], format)
    tracemalloc.start()
    tensors = loaded(data)
    held = tracemalloc.get_traced_memory()[0]
    del tensors
    left = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert 4_000_000 < held < 4_200_000
    assert left < 200_000


@pytest.mark.parametrize("format", FORMATS)
def test_requires_grad_comes_back_and_the_graph_does_not(format):
    x = minitorch.ones(2, requires_grad=True)
    leaf, made, plain = again([x, x * 2, x.detach()], format)
    assert leaf.requires_grad and leaf.is_leaf
    assert made.requires_grad and made.is_leaf
    assert not plain.requires_grad


@pytest.mark.parametrize("format", FORMATS)
def test_memory_seen_as_two_dtypes(format):
    x = minitorch.tensor([1.0, 2.0])
    both = [x, x.view(minitorch.int32)]
    if format == "pt":
        with pytest.raises(RuntimeError, match=r"^Cannot save multiple tensors or storages that"):
            saved(both, "pt")
    else:
        floats, ints = again(both)
        ints[0] = 0
        assert floats[0] == 0


@pytest.mark.parametrize("format", FORMATS)
def test_a_training_goes_on_from_a_file_as_if_it_had_not_stopped(format):
    def start():
        minitorch.manual_seed(1)
        model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1))
        optimizer = minitorch.optim.Adam(model.parameters(), lr=0.1)
        return model, optimizer, minitorch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4])

    def steps(model, optimizer, scheduler, n):
        for _ in range(n):
            optimizer.zero_grad()
            model(minitorch.randn(5, 3)).square().mean().backward()
            optimizer.step()
            scheduler.step()

    straight = start()
    steps(*straight, 6)
    first = start()
    steps(*first, 3)
    states = [part.state_dict() for part in first]
    random = [minitorch.get_rng_state(), minitorch.cuda.get_rng_state_all()]
    file = saved({"parts": states, "random": random}, format)
    second = start()
    content = loaded(file)
    for part, state in zip(second, content["parts"]):
        part.load_state_dict(state)
    minitorch.set_rng_state(content["random"][0])
    minitorch.cuda.set_rng_state_all(content["random"][1])
    steps(*second, 3)
    assert_same(second[0].state_dict(), straight[0].state_dict())
    assert content["parts"][0]._metadata == states[0]._metadata


def test_a_generator_goes_on_where_it_was():
    generator = minitorch.Generator().manual_seed(3)
    minitorch.rand(2, generator=generator, device="cpu")
    other = again({"g": generator})["g"]
    assert minitorch.equal(
        minitorch.rand(5, generator=generator, device="cpu"),
        minitorch.rand(5, generator=other, device="cpu"),
    )


ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()


@st.composite
def tensors(draw):
    """A tensor: one of two memories, seen with some strides."""
    kind = draw(st.sampled_from([np.float32, np.int64, np.bool_, np.float16, np.uint8]))
    shape = draw(st.lists(st.integers(0, 4), max_size=3))
    x = minitorch.from_numpy(np.arange(np.prod(shape, dtype=int)).astype(kind).reshape(shape))
    for _ in range(draw(st.integers(0, 2))):
        if x.dim() and x.numel():
            axis = draw(st.integers(0, x.dim() - 1))
            how = draw(st.integers(0, 2))
            x = x.transpose(0, axis) if how == 0 else x.select(axis, 0) if how == 1 else x[..., ::2]
    return x


OBJECTS = st.recursive(
    ATOMS | tensors(),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.lists(inside, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inside, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=100, deadline=None)
@given(obj=OBJECTS)
def test_nested_objects_come_back(format, obj):
    assert_same(again(obj, format), obj)


# -------------------------------------------------------------------- what cannot be saved


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("obj", "text"),
    [
        ({"f": len}, "cannot save f of type builtin_function_or_method"),
        (nn.Linear, r"cannot save an object of type type \(Linear\)"),
        ([object()], "cannot save 0 of type object"),
        (np.array([None]), "cannot save .*dtype object"),
    ],
    ids=["function", "class", "object", "objects"],
)
def test_what_is_no_plain_data_is_refused(obj, text, format):
    with pytest.raises(TypeError, match=text):
        saved(obj, format)


@pytest.mark.parametrize("format", FORMATS)
def test_a_list_that_contains_itself_is_refused(format):
    endless = [1]
    endless.append(endless)
    with pytest.raises(ValueError, match=r"contains itself"):
        saved(endless, format)


@pytest.mark.parametrize("format", FORMATS)
def test_an_object_nested_too_deep_is_refused(format):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match=r"nested too deep"):
        saved(deep, format)


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match=r"format is 'safetensors', 'pt' or None, not 'zip'"):
        minitorch.save(1, io.BytesIO(), format="zip")


def test_a_file_must_be_one():
    with pytest.raises(AttributeError, match=r"expected 'f' to be string, path, or a file-like"):
        minitorch.save(1, 3)
    with pytest.raises(AttributeError, match=r"'int' object has no attribute 'read'"):
        minitorch.load(3)


# -------------------------------------------------------------------- damaged files

SAMPLE = {
    "a": np.arange(3),
    "w": minitorch.arange(6.0).reshape(2, 3).T,
    "p": [nn.Parameter(minitorch.ones(2)), (1, 2.5, None)],
}


@pytest.mark.parametrize("format", FORMATS)
def test_every_prefix_of_a_file_is_an_error(format):
    data = saved(SAMPLE, format)
    for end in range(0, len(data), 7):
        with pytest.raises((RuntimeError, EOFError)):
            loaded(data[:end])
    for end in range(len(data) - 30, len(data)):
        with pytest.raises(RuntimeError):
            loaded(data[:end])


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("change", [1, 32, 255, None], ids=["lowest", "case", "all", "one of 8"])
def test_every_changed_byte_is_found(format, change):
    data = saved(SAMPLE, format)
    for i in range(len(data)):
        changed = bytearray(data)
        changed[i] ^= change or 1 << i % 8
        with pytest.raises(Exception) as info:
            loaded(bytes(changed))
        assert isinstance(info.value, RuntimeError | UnpicklingError)


@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 20_000])
def test_a_checksum_finds_a_change_of_any_byte_and_of_the_order(size):
    data = np.random.default_rng(0).integers(0, 256, size, np.uint8)
    expected = checksum(data)
    for i in range(0, size, 7):
        data[i] ^= 1 << i % 8
        assert checksum(data) != expected
        data[i] ^= 1 << i % 8
    assert checksum(data) == expected
    for i in range(8, size - 8, 8):  # words of 8 bytes change places
        moved = data.copy()
        moved[:8], moved[i : i + 8] = data[i : i + 8], data[:8]
        assert checksum(moved) != expected


def test_a_checksum_is_the_same_on_every_machine():
    data = np.arange(10_000, dtype="<u4").view(np.uint8)
    assert checksum(data).hex() == "a08815998061378db4990927"
    assert checksum(data[1:]) == checksum(data[1:].copy())
    assert checksum(data[:0]).hex() == "0" * 24


def test_the_error_names_the_tensor():
    data = bytearray(saved({"model": {"fc.weight": minitorch.ones(3)}}))
    data[-1] ^= 1
    with pytest.raises(RuntimeError, match=r"'model.fc.weight' do not have their checksum"):
        loaded(bytes(data))
    with pytest.raises(RuntimeError, match=r"truncated: tensor 'model.fc.weight' ends at byte"):
        loaded(bytes(data[:-1]))


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def threads(request):
    """The number of threads that compute checksums and products."""
    before = minitorch.get_num_threads()
    minitorch.set_num_threads(request.param)
    yield
    minitorch.set_num_threads(before)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("place", [0, 1 << 20, (1 << 21) + 7, 2_999_999])
def test_a_changed_byte_of_a_large_tensor_is_found(place, format, threads, tmp_path):
    path = tmp_path / f"large.{format}"
    large = {name: minitorch.zeros(3_000_000, dtype=minitorch.uint8) for name in "ab"}
    minitorch.save(large, path, format=format)
    data = bytearray(path.read_bytes())
    data[data.index(bytes(100_000)) + place] = 1
    path.write_bytes(data)
    for mmap in (False, True):
        with pytest.raises(RuntimeError, match=r"do not have their checksum"):
            minitorch.load(path, mmap=mmap)


@pytest.mark.parametrize("format", FORMATS)
def test_mapped_tensors_can_be_written_and_their_file_stays(format, tmp_path):
    path = tmp_path / f"state.{format}"
    minitorch.save({"a": minitorch.arange(6.0), "b": minitorch.ones(2)}, path, format=format)
    before = path.read_bytes()
    state = minitorch.load(path, mmap=True)
    state["a"].mul_(2)
    assert state["a"].tolist() == [0, 2, 4, 6, 8, 10]
    assert state["b"].tolist() == [1, 1]
    assert path.read_bytes() == before
    minitorch.save({"a": minitorch.zeros(1)}, path, format=format)
    assert state["a"].tolist() == [0, 2, 4, 6, 8, 10]


def test_only_a_path_can_be_mapped(tmp_path):
    with pytest.raises(ValueError, match=r"f must be a file path in order to use the mmap"):
        loaded(saved(SAMPLE), mmap=True)
    (tmp_path / "empty").touch()
    with pytest.raises(EOFError, match=r"the file is empty"):
        minitorch.load(tmp_path / "empty", mmap=True)


def test_bytes_behind_the_end_are_found():
    for format in FORMATS:
        with pytest.raises(RuntimeError, match=r"damaged"):
            loaded(saved(SAMPLE, format) + b"more")


def test_an_empty_file_and_one_of_no_known_format():
    with pytest.raises(EOFError, match=r"Ran out of input"):
        loaded(b"")
    with pytest.raises(RuntimeError, match=r"of no format that load"):
        loaded(b"GIF89a and more")


WRONG = [
    {"leaf": 99}, {"dict": [[[1], 2]]}, {"set": [[]]}, {"scalar": ["O", "AAAA"]}, {}, {"new": 1},
    {"Generator": ["cpu", [-1]]}, {"dtype": "float31"}, {"tuple": 3}, {"device": "tpu"},
]  # fmt: skip


@pytest.mark.parametrize("node", WRONG, ids=str)
def test_a_structure_that_is_none_is_an_error(node):
    structure, entries, shapes = encode([minitorch.ones(2)])
    file = io.BytesIO()
    metadata = {"minitorch": json.dumps({**structure, "tree": node})}
    write_entries(file, entries, shapes, metadata)
    with pytest.raises(RuntimeError, match=r"its structure is not one"):
        loaded(file.getvalue())


@pytest.mark.parametrize(
    "change",
    [{"shape": [3]}, {"strides": [8]}, {"strides": [-4]}, {"offset": 4}, {"offset": -4},
     {"dtype": "object"}, {"dtype": "uint16"}, {"in": "other"}, {"shape": [0, 2**62, 8]},
     {"shape": "ab"}, {"strides": [2**70]}, {"kind": "ndarray", "dtype": "O"}],
    ids=str,
)  # fmt: skip
def test_a_record_that_reaches_out_of_its_memory_is_an_error(change):
    structure, entries, shapes = encode(minitorch.ones(2))
    structure["leaves"][0].update(change)
    file = io.BytesIO()
    write_entries(file, entries, shapes, {"minitorch": json.dumps(structure)})
    with pytest.raises(RuntimeError):
        loaded(file.getvalue())


# -------------------------------------------------------------------- on the disk


def test_the_ending_of_the_name_chooses_the_format(tmp_path):
    for name, start in (("a.pt", b"PK"), ("a.pth", b"PK"), ("a.ckpt", b""), ("a.safetensors", b"")):
        minitorch.save({"x": minitorch.ones(1)}, tmp_path / name)
        data = (tmp_path / name).read_bytes()
        assert data.startswith(start) if start else data[8:9] == b"{"
        assert minitorch.load(str(tmp_path / name))["x"] == 1
    minitorch.save(1, tmp_path / "b.pt", format="safetensors")
    assert (tmp_path / "b.pt").read_bytes()[8:9] == b"{"


def test_a_save_that_fails_leaves_the_former_file(tmp_path):
    path = tmp_path / "a.ckpt"
    minitorch.save(1, path)

    def fail(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serialization.files.write(path, fail)
    assert minitorch.load(path) == 1
    assert os.listdir(tmp_path) == ["a.ckpt"]


@pytest.mark.skipif(os.name != "posix", reason="asks whether a process runs")
def test_what_a_killed_process_left_is_removed(tmp_path):
    path = tmp_path / "a.ckpt"
    code = (
        "import os, sys, minitorch\n"
        "from minitorch.serialization.files import write\n"
        "write(sys.argv[1], lambda file: os.kill(os.getpid(), 9))"
    )
    minitorch.save(1, path)
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert len(os.listdir(tmp_path)) == 2
    assert minitorch.load(path) == 1
    minitorch.save(2, path)
    assert os.listdir(tmp_path) == ["a.ckpt"]


def test_former_generations_are_kept(tmp_path):
    path = tmp_path / "a.ckpt"
    for n in range(5):
        minitorch.save(n, path, keep=2)
    assert sorted(os.listdir(tmp_path)) == ["a.ckpt", "a.ckpt.1", "a.ckpt.2"]
    assert [minitorch.load(tmp_path / f"a.ckpt{end}") for end in ("", ".1", ".2")] == [4, 3, 2]
    with pytest.raises(ValueError, match=r"keep=1 needs a path"):
        minitorch.save(1, io.BytesIO(), keep=1)


def test_a_damaged_or_missing_file_offers_the_one_before(tmp_path):
    path = tmp_path / "a.ckpt"
    minitorch.save(1, path, keep=1)
    minitorch.save(2, path, keep=1)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(RuntimeError, match=r"the one before it was kept: load .*a.ckpt.1"):
        minitorch.load(path)
    path.unlink()
    for read in (minitorch.load, serialization.load_safetensors):
        with pytest.raises(FileNotFoundError, match=r"the one before it was kept"):
            read(path)


def test_a_large_file_that_is_replaced_is_freed(tmp_path):
    path = tmp_path / "large.ckpt"
    for value in (0.0, 1.0, 2.0):
        minitorch.save(minitorch.full((3_000_000,), value), path)
    for thread in threading.enumerate():
        if thread.name.endswith("(close)"):  # by what it calls
            thread.join()
    assert minitorch.load(path)[0] == 2 and os.listdir(tmp_path) == ["large.ckpt"]
    if os.path.isdir("/proc/self/fd"):
        opened = [os.path.realpath(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")]
        assert not [each for each in opened if "large.ckpt" in each]


def test_a_link_stays_one_and_the_file_behind_it_is_replaced(tmp_path):
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "a.ckpt", tmp_path / "link"
    minitorch.save(1, target)
    link.symlink_to(target)
    minitorch.save(2, link, keep=1)
    assert link.is_symlink() and minitorch.load(target) == 2
    assert sorted(os.listdir(target.parent)) == ["a.ckpt", "a.ckpt.1"]
    target.write_bytes(b"")
    with pytest.raises(EOFError, match=r"the one before it was kept: load .*there.a.ckpt.1"):
        minitorch.load(link)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_written_to_and_stays_one(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with ThreadPoolExecutor() as pool:
        reader = pool.submit(path.read_bytes)
        minitorch.save([1, 2], path)
        assert loaded(reader.result()) == [1, 2]
    assert path.is_fifo() and os.listdir(tmp_path) == ["pipe"]


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(IsADirectoryError):
        minitorch.save(1, tmp_path)
    assert os.listdir(tmp_path) == []


LIMITED = """
import resource, signal, sys, minitorch
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    minitorch.save([minitorch.zeros(50_000)], sys.argv[1])
except OSError:
    sys.exit(7)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
@pytest.mark.parametrize("name", ["a.ckpt", "a.pt"])
def test_a_disk_that_is_full_leaves_the_former_file(tmp_path, name):
    path = tmp_path / name
    minitorch.save(1, path)
    done = subprocess.run([sys.executable, "-c", LIMITED, str(path)], check=False)
    assert done.returncode == 7
    assert minitorch.load(path) == 1 and os.listdir(tmp_path) == [name]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RuntimeError, match=r"^Parent directory .*none does not exist"):
        minitorch.save(1, tmp_path / "none" / "a.pt")
    with pytest.raises(FileNotFoundError):
        minitorch.load(tmp_path / "none.pt")


def test_a_file_is_read_from_where_it_stands():
    for format in FORMATS:
        file = io.BytesIO()
        file.write(b"before")
        minitorch.save([minitorch.ones(2)], file, format=format)
        file.seek(6)
        assert minitorch.equal(minitorch.load(file)[0], minitorch.ones(2))


# -------------------------------------------------------------------- where tensors go


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "where",
    [None, "cpu", b"cpu", minitorch.device("cpu"), {"cpu": "cpu"}, lambda memory, name: memory,
     lambda memory, name: memory.cpu(), lambda memory, name: None],
    ids=["None", "name", "bytes", "device", "dict", "memory", "moved", "nothing"],
)  # fmt: skip
def test_map_location_takes_what_pytorch_takes(where, format):
    data = saved({"x": minitorch.arange(4)[1:]}, format)
    assert loaded(data, map_location=where)["x"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("format", FORMATS)
def test_a_gpu_that_is_not_there_is_an_error(format):
    if minitorch.cuda.is_available():
        pytest.skip("there is one")
    data = saved([minitorch.ones(1)], format)
    with pytest.raises(
        RuntimeError, match=r"^Attempting to deserialize object on a CUDA device but"
    ):
        loaded(data, map_location={"cpu": "cuda:0"})
    with pytest.raises(RuntimeError, match=r"^don't know how to restore data location of"):
        loaded(data, map_location={"cpu": "xla:0"})


# -------------------------------------------------------------------- safetensors and npz


def test_our_files_are_safetensors_files():
    x = minitorch.arange(4.0)
    tensors = serialization.load_safetensors(
        io.BytesIO(saved({"model": {"fc.weight": x.reshape(2, 2)}, "n": [x, x[:2]], "e": 3}))
    )
    assert {name: tensor.shape for name, tensor in tensors.items()} == {"model.fc.weight": (2, 2)}


def test_names_that_would_clash_get_numbers():
    data = saved({"a": {"b": minitorch.ones(1)}, "a.b": minitorch.zeros(1)})
    assert list(serialization.load_safetensors(io.BytesIO(data))) == ["a.b", "a.b#2"]


def test_a_dict_of_tensors_as_safetensors(tmp_path):
    tensors = {"a": minitorch.ones(2, 3).T, "é": minitorch.tensor(True), "z": minitorch.zeros(0, 2)}
    serialization.save_safetensors(tensors, tmp_path / "x.safetensors", {"author": "me"})
    for read in (serialization.load_safetensors, minitorch.load):
        found = read(tmp_path / "x.safetensors")
        assert list(found) == list(tensors)
        assert all(found[name].tolist() == tensors[name].tolist() for name in tensors)
    with pytest.raises(TypeError, match=r"expected a dict of tensors by str, found 'a': list"):
        serialization.save_safetensors({"a": [1]}, io.BytesIO())


def foreign(header, content=b""):
    text = json.dumps(header).encode() if isinstance(header, dict) else header
    return struct.pack("<Q", len(text)) + text + content


def entry(dtype, shape, start, stop):
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def test_bfloat16_becomes_float32():
    halves = np.array([0x3F80, 0xC000, 0x7F80, 0x0001], "<u2")
    data = foreign({"x": entry("BF16", [4], 0, 8)}, halves.tobytes())
    assert loaded(data)["x"].tolist() == [1.0, -2.0, float("inf"), 2.0**-133]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (foreign(b"{"), "header is no JSON"),
        (foreign(b"{" * 100_000), "header is no JSON"),
        (struct.pack("<Q", 2**60) + b"{}", "its header should have"),
        (foreign({"x": entry("F32", [2], 0, 8)}, b"1234"), "truncated: tensor 'x'"),
        (foreign({"x": entry("F32", [2], 0, 8)}, b"123456789"), "belong to no tensor"),
        (foreign({"x": entry("F32", [3], 0, 8)}, b"12345678"), "not those of its shape"),
        (foreign({"x": entry("F32", [-2], 0, 8)}, b"12345678"), "not one of a tensor"),
        (foreign({"x": entry("F32", [1], 0, 4), "y": entry("F32", [1], 0, 4)}, b"1234"), "begins"),
        (foreign({"x": entry("F32", [1], 4, 8)}, b"12345678"), "tensor 'x' begins at 4"),
        (foreign({"x": {"dtype": "F32"}}), "not one of a tensor"),
        (foreign({"__metadata__": {"a": 1}}), "not a dict of strings"),
    ],
)  # fmt: skip
def test_a_foreign_file_that_is_wrong_is_an_error(data, text):
    with pytest.raises(RuntimeError, match=text):
        loaded(data)


def test_dtypes_that_are_not_there_are_named():
    with pytest.raises(TypeError, match=r"tensor 'x' has dtype F8_E4M3, which is not there"):
        loaded(foreign({"x": entry("F8_E4M3", [1], 0, 1)}, b"1"))
    with pytest.raises(TypeError, match=r"tensor 'x' has dtype uint16, which no tensor can hold"):
        loaded(foreign({"x": entry("U16", [1], 0, 2)}, b"12"))


def test_npz_and_npy(tmp_path):
    tensors = {"a": minitorch.arange(6).reshape(2, 3).T, "b/c": minitorch.tensor(2.5)}
    serialization.save_npz(tensors, tmp_path / "x.npz")
    with np.load(tmp_path / "x.npz") as found:
        assert found["a"].tolist() == [[0, 3], [1, 4], [2, 5]]
    found = minitorch.load(tmp_path / "x.npz")
    assert all(found[name].tolist() == tensors[name].tolist() for name in tensors)
    np.save(tmp_path / "x.npy", np.arange(3, dtype=">f4"))
    assert minitorch.load(tmp_path / "x.npy").tolist() == [0, 1, 2]


def test_a_pickle_inside_npz_is_not_run(tmp_path):
    np.savez(tmp_path / "x.npz", a=np.array([len], object))
    with pytest.raises(
        UnpicklingError, match=r"'a.npy' holds Python objects: Object arrays cannot be loaded"
    ):
        minitorch.load(tmp_path / "x.npz")


# -------------------------------------------------------------------- PyTorch's list of classes


def test_the_list_of_safe_globals_is_kept():
    serialization.add_safe_globals([Namespace])
    with serialization.safe_globals([dict]):
        assert serialization.get_safe_globals() == [Namespace, dict]
    assert serialization.get_safe_globals() == [Namespace]
    serialization.clear_safe_globals()
    assert serialization.get_safe_globals() == []


class Speaker(nn.Module):
    """A module of a program, with a tied weight, a buffer and a function."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Embedding(7, 4)
        self.layers = nn.ModuleList([nn.LSTM(4, 4), nn.TransformerEncoderLayer(4, 2)])
        self.decoder = nn.Linear(4, 7)
        self.decoder.weight = self.encoder.weight
        self.register_buffer("shift", minitorch.ones(1))
        self.activation = nn.functional.relu

    def forward(self, x):
        y, _ = self.layers[0](self.encoder(x))
        return self.decoder(self.activation(self.layers[1](y))) + self.shift

    def __setstate__(self, state):
        raise AssertionError("called by a file")


CLASSES = [
    Speaker, nn.Embedding, nn.ModuleList, nn.LSTM, nn.TransformerEncoderLayer, nn.Linear,
    nn.MultiheadAttention, nn.LayerNorm, nn.Dropout,
    nn.modules.linear.NonDynamicallyQuantizableLinear,
]  # fmt: skip


@pytest.mark.parametrize("name", ["model.pt", "model.safetensors"])
def test_a_module_comes_back_to_a_program_that_allows_its_class(tmp_path, name):
    model, x = Speaker().eval(), minitorch.arange(6).reshape(3, 2)
    minitorch.save({"epoch": 3, "model": model}, tmp_path / name)
    with pytest.raises(UnpicklingError, match=r"GLOBAL .*Speaker was not an allowed global"):
        minitorch.load(tmp_path / name)
    with serialization.safe_globals(CLASSES):
        listed = minitorch.load(tmp_path / name)["model"]
    for loaded in (listed, minitorch.load(tmp_path / name, weights_only=False)["model"]):
        assert type(loaded) is Speaker and not loaded.training
        assert repr(loaded) == repr(model)
        assert minitorch.equal(loaded(x), model(x))
        assert loaded.decoder.weight is loaded.encoder.weight
        loaded.load_state_dict(model.state_dict())
        loaded.train()(x).sum().backward()
        assert loaded.encoder.weight.grad is not None


@pytest.mark.parametrize("name", ["model.pt", "model.safetensors"])
def test_a_class_that_no_program_can_find_by_its_name_is_not_saved(tmp_path, name):
    class Local(nn.Linear):
        pass

    with pytest.raises(TypeError, match="cannot save model of type"):
        minitorch.save({"model": Local(1, 1)}, tmp_path / name)
    model = nn.Linear(1, 1)
    model.act = lambda x: x
    with pytest.raises(TypeError, match=r"cannot save act of type function"):
        minitorch.save(model, tmp_path / name)


def test_the_warning_of_changed_source_is_there_for_filters():
    assert issubclass(serialization.SourceChangeWarning, Warning)
