"""Files made to do harm: each is refused, in little time and memory, and nothing of it runs."""

import builtins
import io
import json
import os
import pickle
import struct
import sys
import time
import tracemalloc
import zipfile
from collections import Counter
from contextlib import contextmanager
from pickle import UnpicklingError

import numpy as np
import pytest
from checkpoint_bytes import SIX, legacy, loaded, tensor_code, text, zipped

import minitorch
from minitorch import nn
from minitorch.serialization import pickles
from minitorch.serialization.safetensors import write_entries
from minitorch.serialization.structure import encode

WATCHED = ("exec", "import", "open", "pickle.", "os.", "subprocess.", "socket.", "shutil.")
heard: list[str] = []  # what Python announced while a file was read
listening = False


def hear(event, arguments):
    if listening and event.startswith(WATCHED):
        heard.append(event)


sys.addaudithook(hear)  # for good: there is no way to take it off


def load(data, **settings):
    """The object in `data`; fails if anything is run, imported or opened on the way."""
    global listening  # noqa: PLW0603  the hook is the process's, too
    heard.clear()
    listening = True
    try:
        return minitorch.load(io.BytesIO(data), **settings)
    finally:
        listening = False
        assert heard == []


loaded(zipped(b"\x80\x02N."))  # what reading imports at first use


@contextmanager
def in_proportion(data):
    """Fail if what is done takes much longer than to read a plain file of as many bytes as `data`,
    on this machine, as busy and as closely watched as it is.
    """
    start = time.process_time()
    yield
    taken = time.process_time() - start
    if taken > 1:
        plain = zipped(b"\x80\x02](" + b"K\x01" * (len(data) // 2) + b"e.")
        start = time.process_time()
        load(plain)
        assert taken < 1 + 5 * (time.process_time() - start)


def refused(data, words=None):
    """The text of the error by which `data` is refused, in time in proportion to its size."""
    raises = pytest.raises((UnpicklingError, RuntimeError, EOFError), match=words)
    with in_proportion(data), raises as info:
        load(data, weights_only=False)
    assert 0 < len(str(info.value)) < 2000
    return str(info.value)


def peak(data):
    """The memory that `load` takes at most, in bytes."""
    tracemalloc.start()
    try:
        load(data)
    except (UnpicklingError, RuntimeError):
        pass
    finally:
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return found


@pytest.mark.parametrize(
    "name",
    [
        "os\nsystem", "builtins\neval", "minitorch\nsave", "minitorch\ncompat",
        "minitorch\nonnx.export",
        "minitorch.nn.modules.linear\nLinear.forward", "minitorch.optim.sgd\nSGD", "numpy\nload",
        "functools\npartial", "this\ns", "minitorch.ops\n__builtins__.eval",
    ],
)  # fmt: skip
def test_no_name_stands_for_more_than_a_module_or_an_operation(name):
    pickled = b"\x80\x02c" + name.encode() + b"\n)\x81}b."
    assert "not an allowed global" in refused(zipped(pickled))
    structure, entries, shapes = encode({"a": 1})
    for kind in ([name.replace("\n", "."), []], name.replace("\n", ".")):
        node = {"Module" if isinstance(kind, list) else "function": kind}
        changed = json.dumps({**structure, "tree": node})
        file = io.BytesIO()
        write_entries(file, entries, shapes, {"minitorch": changed})
        assert "not an allowed global" in refused(file.getvalue())


def test_a_class_of_modules_is_not_called():
    kind, linear = nn.Linear, b"\x80\x02cminitorch.nn.modules.linear\nLinear\n"
    assert type(load(zipped(linear + b")\x81}b."), weights_only=False)) is kind
    refused(zipped(linear + b"K\x01K\x01\x86R."))
    refused(zipped(linear + b")\x81K\x01b."))
    relu = b"\x80\x02cminitorch.ops.activation\nrelu\n"
    assert load(zipped(relu + b".")) is minitorch.relu
    refused(zipped(relu + b"K\x01\x85R."))


def test_what_runs_while_a_file_is_read_is_heard():
    class Hostile(io.BytesIO):
        def read(self, *size):
            return eval("b''")

    global listening  # noqa: PLW0603  an audit hook cannot be taken away
    heard.clear()
    listening = True
    Hostile().read()
    listening = False
    assert heard == ["exec"]


# -------------------------------------------------------------------- pickles that ask for calls


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
    "inst": (b"(S'true'\nios\nsystem\n.", "Unsupported operand 83"),
    "inst alone": (b"(ios\nsystem\n.", r"GLOBAL os\.system"),
    "obj": (b"\x80\x02(cos\nsystem\n" + text("true") + b"o.", r"GLOBAL os\.system"),
    "newobj": (b"\x80\x02cos\nsystem\n)\x81.", r"GLOBAL os\.system"),
    "dotted": (b"\x80\x04\x8c\x05torch\x8c\x0e_utils.os.name\x93.", r"GLOBAL torch._utils.os.name"),
    "name with spaces": (b"cos system\nx\n.", r"GLOBAL os"),
    "extension": (b"\x80\x02\x82\x01.", "Unsupported operand 130"),
    "module": (b"\x80\x02ctorch.nn.modules.linear\nLinear\n)\x81}b.", "GLOBAL torch.nn.modules"),
    "class of main": (b"c__main__\nNet\n)R.", "GLOBAL __main__.Net"),
    "reduce data": (b"\x80\x02" + text("x") + b")R.", "reduce for unrecognized function str"),
    "reduce dtype": (b"\x80\x02ctorch\nfloat32\n)R.", "reduce for unrecognized function dtype"),
    "build data": (b"\x80\x02]}b.", "Can only build Tensor"),
    "build tensor": (tensor_code((1,), (1,))[:-1] + b"}b.", "Can only build Tensor"),
    "persistent text": (b"\x80\x02P0\n.", "Unsupported operand 80"),
    "persistent id": (b"\x80\x02K\x05Q.", "Only persistent_load of storage is allowed"),
    "persistent module": (tensor_code((1,), (1,), name="module"), "is allowed, but got 'module'"),
    "storage of floats": (b"\x80\x02(" + text("storage") + b"NNNNtQ.", "is allowed, but got"),
    "negative count": (tensor_code((1,), (1,), numel=-1), "Only persistent_load of storage"),
    "object dtype": (b"\x80\x02cnumpy\ndtype\n" + text("O8") + b"\x85R.", "NumPy dtype of 'O8'"),
    "codec": (b"\x80\x02c_codecs\nencode\n" + text("x") + text("zip") + b"\x86R.", "Bytes in an"),
    "append to dict": (b"\x80\x02}K\x01a.", "Can only add to list, but got"),
    "list as key": (b"\x80\x02}]K\x01s.", "A list is no key"),
    "deep key": (b"\x80\x02})\x85\x85K\x01s.", "A tuple of such things is no key"),
    "long key": (b"\x80\x02}(" + b"K\x01" * 65 + b"tK\x01s.", "A tuple of such things is no key"),
    "no such memo": (b"\x80\x02j\xff\xff\xff\xff.", "The pickle is damaged"),
    "nothing": (b"\x80\x02.", "The pickle is damaged"),
    "a mark": (b"\x80\x02(.", "a mark is left"),
    "no mark": (b"\x80\x02t.", "no mark"),
    "no end": (b"\x80\x02N", "The pickle is damaged|truncated"),
    "bytearray of a number": (
        b"\x80\x02cbuiltins\nbytearray\n\x8a\x06" + b"\xff" * 5 + b"\x0f\x85R.",
        "A bytearray of no bytes",
    ),
    "bytes of a number": (b"\x80\x02cbuiltins\nbytes\nK\x05\x85R.", "The pickle is damaged"),
    "huge string": (b"\x80\x04\x8d" + b"\xff" * 7 + b"\x7fx.", "The pickle is truncated"),
    "rebuild by name": (
        b"\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n(ctorch\nSize\nNNNtR.", "No function that",
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("around", [zipped, legacy])
def test_a_pickle_that_asks_for_more_than_data_is_refused(around, code):
    code, words = code
    if around is zipped:
        assert refused(zipped(code, {"0": SIX}), words).startswith("Weights only load failed.")
    else:
        refused(legacy(code, ["0"]))


def test_a_bare_pickle_is_no_checkpoint():
    refused(pickle.dumps(Calls(os.system, "true"), 2), r"GLOBAL (posix|nt)\.system")
    refused(pickle.dumps({"a": 1}, 2), r"Invalid magic number; corrupt file?")


@pytest.mark.parametrize("part", range(3))
def test_the_parts_before_a_legacy_pickle_call_nothing(part):
    data = legacy(b"\x80\x02N.").split(b"\x80\x02")[1:]
    data[part] = b"cos\nsystem\n" + text("true") + b"\x85R."
    refused(b"".join(b"\x80\x02" + each for each in data), r"GLOBAL os\.system")


REFUSED = {
    "INT": b"I1\n", "LONG": b"L1L\n", "FLOAT": b"F1\n", "STRING": b"S'a'\n", "UNICODE": b"Va\n",
    "GET": b"Np0\n0g0\n", "PUT": b"Np0\n", "PERSID": b"P0\n", "DICT": b"(d", "LIST": b"(l",
    "DUP": b"N2", "OBJ": b"(No", "NEWOBJ_EX": b")}}\x92", "EXT1": b"\x82\x01",
    "EXT2": b"\x83\1\0", "EXT4": b"\x84\1\0\0\0", "LONG4": b"\x8b\xff\xff\xff\x7f",
    "NEXT_BUFFER": b"\x97", "READONLY_BUFFER": b"\x98", "none": b"\xff",
}  # fmt: skip


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED)
def test_opcodes_that_pytorch_does_not_write_are_refused(code):
    refused(zipped(b"\x80\x02" + code + b"."), r"^Weights only load failed. Unsupported operand")


def stack_global(module, name):
    return zipped(b"\x80\x04" + text(module) + text(name) + b"\x93.")


@pytest.mark.parametrize(
    "name",
    ["float32' or __import__('os').system('true') or '", 'float32"', "float32\n.", "", "float32\0",
     "__class__.__base__.__subclasses__", "float32.__class__", "FLOAT32", " float32", "\ud800"],
    ids=repr,
)  # fmt: skip
def test_names_with_quotes_dots_and_ends_of_lines_are_refused(name):
    assert load(stack_global("torch", "float32")) is minitorch.float32
    refused(stack_global("torch", name), "GLOBAL torch")


def test_a_name_is_a_string():
    bomb = b"]q\x00" + b"".join(b"](h%ch%ceq%c0" % (i, i, i + 1) for i in range(60)) + b"h\x3c"
    refused(zipped(b"\x80\x04" + bomb + text("x") + b"\x93."), "A name that is no string")
    refused(zipped(b"\x80\x04" + text("x") + bomb + b"\x93."), "A name that is no string")


def test_a_name_without_an_end_is_refused():
    refused(zipped(b"\x80\x02c" + b"a" * 1_000_000), "truncated in a name")
    refused(zipped(b"\x80\x02cos\n" + b"a" * 1_000_000 + b"\n."), "truncated in a name")


@pytest.mark.parametrize("length", [100, 2**31, 2**63, 2**64 - 1])
def test_a_frame_longer_than_the_file_is_refused(length):
    code = b"\x80\x04\x95" + struct.pack("<Q", length) + b"N."
    refused(zipped(code), "truncated in a frame")


@pytest.mark.parametrize("code", ["X", "B", "T"])
@pytest.mark.parametrize("length", [5, 2**16, 2**31, 2**32 - 1])
def test_a_string_longer_than_the_file_is_refused(code, length):
    data = zipped(b"\x80\x02" + code.encode() + struct.pack("<I", length) + b"abc.")
    refused(data, "truncated")
    assert peak(data) < 1_000_000


# -------------------------------------------------------------------- bombs


def twice(empty, join, n=60):
    """A value that holds the one before twice, which holds the one before twice, ..."""
    return (
        empty
        + b"q\x00"
        + b"".join(join % (i, i) + b"q%c0" % (i + 1) for i in range(n))
        + b"h%c" % n
    )


LISTS = twice(b"]", b"](h%ch%ce")
TUPLES = twice(b")", b"h%ch%c\x86")


def test_deep_nesting_and_shared_lists_cost_no_time():
    deep = zipped(b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".")
    with in_proportion(deep):
        assert type(load(deep)) is list
    shared = zipped(b"\x80\x02" + LISTS + b".")
    with in_proportion(shared):
        assert type(load(shared)) is list


def calls(module, name, arguments):
    return b"c%b\n%b\n" % (module, name) + arguments + b"R"


def clashing(n):
    """`n` pairs of integers whose tuples have one hash."""
    first, second, third, mask = (
        11400714785074694791,
        14029467366897019727,
        2870177450012600261,
        2**64 - 1,
    )

    def mixed(acc, lane):
        acc = acc + lane * second & mask
        return (acc << 31 | acc >> 33) * first & mask

    pairs, wanted, i = [], mixed(third, 0) + 1 * second & mask, 0
    while len(pairs) < n:
        b = (wanted - mixed(third, i)) * pow(second, -1, 2**64) & mask
        if b < 2**61 - 1:
            pairs.append((i, b))
        i += 1
    assert len({hash(pair) for pair in pairs}) == 1
    return pairs


def dict_of(keys, one_by_one):
    code = b"".join(
        b"".join(b"\x8a\x09" + each.to_bytes(9, "little") for each in key)
        + b"\x86N" + b"s" * one_by_one
        for key in keys
    )  # fmt: skip
    return b"\x80\x02}" + (code if one_by_one else b"(" + code + b"u") + b"."


MANY = b"](" + b"K\x01" * 20_000 + b"eq\x00"
LONG = b"X" + struct.pack("<I", 100_000) + b"a" * 100_000 + b"q\x00"
NDARRAY = b"cnumpy._core.multiarray\n_reconstruct\n)R"
BOMBS = {
    "sets of one list": MANY + (b"cbuiltins\nset\nh\x00\x85R0") * 20_000,
    "frozensets": MANY + (b"cbuiltins\nfrozenset\nh\x00\x85R0") * 20_000,
    "bytes of one string": LONG + b"c_codecs\nencode\nq\x01" + text("latin1") + b"q\x020"
    + b"h\x01h\x00h\x02\x86R" * 10_000,
    "bytearrays": b"B" + LONG[1:] + b"cbuiltins\nbytearray\nq\x01" + b"h\x01h\x00\x85R" * 10_000,
    "sizes": MANY.replace(b"](", b"(").replace(b"eq", b"tq") + b"ctorch\nSize\nq\x01"
    + b"h\x01h\x00\x85R" * 10_000,
    "arrays": b"B" + LONG[1:] + b"(K\x01K\x00\x85N\x89h\x00tq\x01" + (NDARRAY + b"h\x01b") * 10_000,
    "namespaces of one dict": b"}(" + b"".join(text(str(i)) + b"N" for i in range(5000)) + b"uq\x00"
    + b"cargparse\nNamespace\nq\x01" + b"h\x01)\x81h\x00b" * 5000,
    "clashing keys": dict_of(clashing(5000), False)[2:-1],
    "clashing keys one by one": dict_of(clashing(5000), True)[2:-1],
    "clashing integers": b"}(" + b"".join(
        b"\x8a\x10" + ((2**61 - 1) * (i + 8)).to_bytes(16, "little") + b"N" for i in range(5000)
    ) + b"u",
    "a persistent id of lists": LISTS + b"Q",
    "a persistent id of a tuple of lists": b"(" + LISTS + b"N" * 5 + b"tQ",
    "a layout of tuples": b"ctorch.serialization\n_get_layout\n" + TUPLES + b"\x85R",
    "a counter of tuples": b"ccollections\nCounter\n](" + TUPLES + b"K\x01\x86e\x85R",
    "a set of tuples": b"cbuiltins\nset\n](" + TUPLES + b"e\x85R",
    "a key of tuples": b"}" + TUPLES + b"Ns",
    "an encoding of lists": b"c_codecs\nencode\n" + text("x") + LISTS + b"\x86R",
    "a dtype of lists": b"cnumpy\ndtype\n" + LISTS + b"\x85R",
    "a device of lists": b"ctorch\ndevice\n" + LISTS + b"\x85R",
    "a call of lists": LISTS + b")R",
    "a state of lists": b"]" + LISTS + b"b",
    "a deep key": b"ccollections\nCounter\n](" + b")" + b"\x85" * 100_000 + b"K\x01\x86e\x85R",
}  # fmt: skip


@pytest.mark.parametrize("around", [zipped, legacy])
@pytest.mark.parametrize("code", BOMBS.values(), ids=BOMBS)
def test_a_memo_bomb_is_refused(code, around):
    data = around(b"\x80\x02" + code + b".")
    refused(data, None if around is legacy else "^Weights only load failed")
    if around is zipped:
        assert peak(data) < 100 * len(data)  # a list is 64 bytes, and one in the file


CONTAINERS = {
    "lists": b"]", "dicts": b"}", "sets": b"\x8f", "frozensets": b"(N\x91",
    "dicts of one key": b"}NNs", "lists of one thing": b"]Na", "tuples": b"N\x85",
    "ordered dicts": b"h\x00)R",
}  # fmt: skip


@pytest.mark.parametrize("code", CONTAINERS.values(), ids=CONTAINERS)
def test_a_bomb_of_containers_is_refused(code, monkeypatch):
    monkeypatch.setattr(pickles, "ALWAYS_FINE", 2**18)
    start = b"ccollections\nOrderedDict\nq\x00("
    data = zipped(b"\x80\x04" + start + code * 50_000 + b"t.")
    refused(data, "A bomb of containers: .* bytes that take over .* in memory")
    assert peak(data) < 1.5 * max(2**18, 24 * len(data))


def test_a_bomb_of_memos_is_refused(monkeypatch):
    monkeypatch.setattr(pickles, "ALWAYS_FINE", 2**18)
    refused(zipped(b"\x80\x04N" + b"\x94" * 50_000 + b"."), "A bomb of containers")


MANY_OBJECTS = {
    "numbers": lambda n: [i / 7 for i in range(n)],
    "words": lambda n: {f"w{i}": i for i in range(n)},
    "pairs": lambda n: [(i, i + 1) for i in range(n)],
    "lists": lambda n: [[i, i + 1] for i in range(n)],
    "dicts": lambda n: [{"loss": i / 7} for i in range(n)],
    "empty lists": lambda n: [[] for _ in range(n)],
    "counter of pairs": lambda n: Counter({(i, i + 1): i for i in range(n)}),
}


@pytest.mark.parametrize("make", MANY_OBJECTS.values(), ids=MANY_OBJECTS)
def test_many_small_objects_are_no_bomb(make, monkeypatch):
    monkeypatch.setattr(pickles, "ALWAYS_FINE", 2**18)
    obj = make(20_000)
    assert load(zipped(pickle.dumps(obj, 2))) == obj


@pytest.mark.parametrize("format", ["pt", "safetensors"])
def test_many_small_tensors_are_no_bomb(format, monkeypatch):
    monkeypatch.setattr(pickles, "ALWAYS_FINE", 2**18)
    model = minitorch.nn.ParameterList(minitorch.ones(1) for _ in range(3000))
    optimizer = minitorch.optim.Adam(model)
    model[0].sum().backward()
    optimizer.step()
    file = io.BytesIO()
    minitorch.save([model.state_dict(), optimizer.state_dict()], file, format=format)
    assert list(load(file.getvalue())[0]) == list(model.state_dict())


def test_equal_keys_in_many_dicts_do_not_clash():
    many = [Counter({(1, 2): i}) for i in range(500)] + [{(1, 2): i, 2**70: i} for i in range(500)]
    file = io.BytesIO()
    minitorch.save(many, file, format="pt")
    assert load(file.getvalue()) == many
    table = {(i, -i): i for i in range(5000)}
    assert load(zipped(pickle.dumps(table, 2))) == table


def test_a_value_with_many_numbers_is_finished_once():
    numbers = b"".join(b"r" + struct.pack("<I", i) for i in range(2, 40_000))
    remembered = NDARRAY + b"q\x00" + numbers
    dtype = b"cnumpy\ndtype\n" + text("f4") + b"\x85R(K\x03" + text("<") + b"tb"
    state = b"(K\x01K\x00\x85" + dtype + b"\x89B\0\0\0\0tq\x01"
    code = remembered + state + b"h\x00" * 40_000 + b"h\x01b0" * 40_000
    data = zipped(b"\x80\x02" + code + b"N.")
    with in_proportion(data):
        load(data)


def test_one_storage_under_many_dtypes_is_refused():
    kinds = [b"Double", b"Long", b"Float", b"Int", b"Half", b"Short"]
    content = bytes(2**20)
    tensors = b"".join(
        tensor_code((1,), (1,), numel=2**20 // (8 >> i // 2), kind=f"{kind.decode()}Storage")[2:-1]
        for i, kind in enumerate(kinds)
    )
    data = zipped(b"\x80\x02(" + tensors + b"t.", {"0": content})
    refused(data, "storage '0' is described in two ways")
    assert peak(data) < 3 * len(data)


def test_files_take_at_most_three_times_their_size():
    content = bytes(2**22)
    for kind, size in (("Float", 4), ("BFloat16", 2), ("Byte", 1), ("Double", 8)):
        code = tensor_code((1,), (1,), numel=2**22 // size, kind=f"{kind}Storage")
        assert peak(zipped(code, {"0": content})) < 3.1 * 2**22
        assert peak(zipped(code, {"0": content}, byteorder="big")) < 3.1 * 2**22
    for format in ("safetensors", "pt"):
        file = io.BytesIO()
        minitorch.save({"x": minitorch.zeros(2**20)}, file, format=format)
        assert peak(file.getvalue()) < 1.1 * 2**22


# -------------------------------------------------------------------- tensors out of their storage


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
        load(around(code, storages, *tail))


def test_a_storage_that_is_not_there_or_too_short():
    with pytest.raises(RuntimeError, match=r"storage '0' of 24 bytes is not in it"):
        load(zipped(tensor_code((1,), (1,)), {}))
    with pytest.raises(RuntimeError, match=r"storage '0' of 24 bytes is not in it"):
        load(zipped(tensor_code((1,), (1,)), {"0": SIX[:-4]}))
    code = tensor_code((1,), (1,)).replace(b"tQ", b"NtQ")
    with pytest.raises(RuntimeError, match=r"storage '0' is truncated"):
        load(legacy(code, ["0"], struct.pack("<q", 6) + SIX[:-4]))
    with pytest.raises(RuntimeError, match=r"storage '0' does not have 6 elements"):
        load(legacy(code, ["0"], struct.pack("<q", 2**40) + SIX))
    with pytest.raises(RuntimeError, match=r"its list of storages is not that"):
        load(legacy(code, [0], struct.pack("<q", 6) + SIX))
    with pytest.raises(RuntimeError, match=r"its list of storages is not that of its tensors"):
        load(legacy(code, ["1"], struct.pack("<q", 6) + SIX))


# -------------------------------------------------------------------- zips


@pytest.mark.parametrize("name", ["/etc/x", "../x", "archive/../../x", "a\\..\\x"])
def test_an_entry_whose_name_climbs_is_refused(name):
    file = io.BytesIO(zipped(b"\x80\x02N."))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, "x")
    with pytest.raises(UnpicklingError, match=r"An entry climbs out"):
        load(file.getvalue())


def test_a_compressed_entry_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\0" * 1_000_000)
    with pytest.raises(UnpicklingError, match=r"'archive/data.pkl' is compressed or encrypted"):
        load(file.getvalue())


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
        load(file.getvalue())


def test_two_entries_of_one_name_are_refused():
    data = zipped(tensor_code((6,), (1,)), {"0": SIX, "1": SIX})
    refused(data.replace(b"data/1", b"data/0"), "two entries have one name")


def test_an_entry_inside_another_is_refused():
    inner = zipped(b"\x80\x02N.")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data/0", inner)
        outer = archive.getinfo("archive/data/0")
        hidden = zipfile.ZipFile(io.BytesIO(inner)).getinfo("archive/data.pkl")
        hidden.header_offset += 30 + len(outer.filename)
        archive.filelist.append(hidden)
    refused(file.getvalue(), "its entries overlap: 'archive/data/0' and 'archive/data.pkl'")


@pytest.mark.parametrize("field", [20, 24])
@pytest.mark.parametrize("size", [0, 23, 25, 2**20, 2**32 - 2])
def test_sizes_in_the_directory_that_lie_are_refused(field, size):
    data = bytearray(zipped(tensor_code((6,), (1,)), {"0": SIX}))
    entry = data.rindex(b"PK\1\2")
    data[entry + field : entry + field + 4] = struct.pack("<I", size)
    refused(bytes(data))
    assert peak(bytes(data)) < 1_000_000


def test_an_encrypted_entry_is_refused():
    data = bytearray(zipped(b"\x80\x02N."))
    data[data.rindex(b"PK\1\2") + 8] |= 1
    refused(bytes(data), "is compressed or encrypted")


def test_a_zip_within_a_zip_is_not_opened():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", zipped(b"\x80\x02N."))
    refused(file.getvalue(), "Unsupported operand 80")


def npz(content, name="a.npy", method=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def npy(header, content=b"", version=1):
    raw = header.encode("latin-1")
    length = struct.pack("<H" if version == 1 else "<I", len(raw))
    return b"\x93NUMPY" + bytes([version, 0]) + length + raw + content


def test_a_compressed_array_is_read_and_a_zip_bomb_refused():
    header = "{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }\n"
    fine = npz(npy(header % 10**6, bytes(10**6)), method=zipfile.ZIP_DEFLATED)
    assert load(fine)["a"].shape == (10**6,)
    n = 7 * 10**7
    bomb = npz(npy(header % n, bytes(n)), method=zipfile.ZIP_DEFLATED)
    assert refused(bomb, "a zip bomb") and peak(bomb) < 1_000_000
    lies = bytearray(fine)
    entry = lies.rindex(b"PK\1\2")
    for size in (10**5, 5 * 10**7):
        lies[entry + 24 : entry + 28] = struct.pack("<I", size)
        refused(bytes(lies), "does not hold the")
        assert peak(bytes(lies)) < size + 6_000_000


HEADERS = {
    "no end": "{'descr': '<f4', 'fortran_order': False, 'shape': (2,",
    "huge": "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }",
    "large": "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }" % ("9" * 5000),
    "negative": "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
    "wraps": "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387906, 4), }",
    "objects": "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    "objects of 8": "{'descr': '|O8', 'fortran_order': False, 'shape': (1,), }",
    "fields": "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }",
    "call": "{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (2,), }",
    "call alone": "__import__('os').system('true')",
    "order": "{'descr': '<f4', 'fortran_order': print(1), 'shape': (2,), }",
    "deep": "(" * 60_000,
    "twice": "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
    "code": "{'descr': '<f4,(2', 'fortran_order': False, 'shape': (2,), }",
    "nothing": "",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("inside", [True, False])
def test_a_header_of_numpy_that_lies_or_asks_for_more_is_refused(header, inside):
    data = npy(header, bytes(8))
    data = npz(data) if inside else data
    refused(data)
    assert peak(data) < 1_000_000


def test_a_pickle_in_an_npz_is_no_array():
    hostile = pickle.dumps(Calls(os.system, "true"), 2)
    refused(npz(hostile), "is no array of NumPy's")
    file = io.BytesIO()
    np.save(file, np.array([Calls(os.system, "true")]), allow_pickle=True)
    refused(npz(file.getvalue()), "holds Python objects")
    refused(file.getvalue(), "holds Python objects")


# -------------------------------------------------------------------- our own and safetensors


def test_a_header_of_another_encoding_or_with_a_name_twice_is_refused():
    entry = '"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}'
    for body in (f"{{{entry},{entry}}}".encode(), f"{{{entry}}}".encode("utf-16-le")):
        refused(struct.pack("<Q", len(body)) + body + b"1", "its header is no JSON")


DTYPES = ["f4,(2", "O", "f4,O", "__import__('os')", "<f4\n", "M8[", "V8", "U0", "", "(" * 5000]


@pytest.mark.parametrize("name", DTYPES)
def test_a_dtype_that_is_none_is_refused(name):
    structure, entries, shapes = encode(np.ones(2, np.float32))
    structure["leaves"][0]["dtype"] = name
    file = io.BytesIO()
    write_entries(file, entries, shapes, {"minitorch": json.dumps(structure)})
    refused(file.getvalue(), "its structure is not one")


@pytest.mark.parametrize("kind", ["dict", "set"])
def test_keys_that_are_made_to_clash_are_refused_in_our_files(kind):
    keys = [{"tuple": list(pair)} for pair in clashing(5000)]
    tree = {kind: [[key, 1] for key in keys] if kind == "dict" else keys}
    file = io.BytesIO()
    write_entries(file, {}, {}, {"minitorch": json.dumps({"tree": tree, "leaves": []})})
    refused(file.getvalue(), "keys that are made to clash")


def test_messages_are_short_whatever_the_names_in_a_file():
    name = "n" * 60_000
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x")
    refused(file.getvalue())
    refused(zipped(tensor_code((1,), (1,), key=name)))
    for entry in (
        {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
        {"dtype": name, "shape": [1], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]},
        {},
    ):
        header = json.dumps({name: entry}).encode()
        refused(struct.pack("<Q", len(header)) + header)
