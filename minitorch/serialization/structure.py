"""Nested objects as JSON and arrays: what our own files hold, and nothing that could run.

None, bools, ints, strings, floats and lists are themselves in JSON; all else is an object with one
key, the name of its kind: {"tuple": [...]}, {"dict": [[key, value], ...]}, {"leaf": 3}. A leaf is
the number of a record that says what it is (Tensor, Parameter, ndarray, ...) and where its elements
lie. A module is the name of its class and its attributes, an operation its name; `allowed.py` says
which the program takes.
"""

import base64
import math
import re
from argparse import Namespace
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import numpy as np

from minitorch.autograd.parameter import Buffer, Parameter
from minitorch.autograd.tensor import Size, Tensor, wrap
from minitorch.backend import dtypes
from minitorch.backend.devices import device
from minitorch.backend.dtypes import BY_NUMPY
from minitorch.backend.generators import Generator
from minitorch.backend.layouts import layout, strided
from minitorch.methods.storage import UntypedStorage
from minitorch.serialization.allowed import blank, is_module, name_of, named
from minitorch.serialization.memory import (
    STORAGES,
    array_of,
    blocks_of,
    contiguous_strides,
    plain,
    restorer,
    view_inside,
)
from minitorch.serialization.pickles import LARGEST_CROWD, refuse

LEAVES = {"Tensor": Tensor, "Parameter": Parameter, "Buffer": Buffer, **STORAGES}
SEQUENCES = {"tuple": tuple, "set": set, "frozenset": frozenset, "Size": Size}
MAPPINGS = {"dict": dict, "OrderedDict": OrderedDict, "Counter": Counter}
ALL_DTYPES = {
    each.name: each for each in (*dtypes.ALL, dtypes.bfloat16, dtypes.complex64, dtypes.complex128)
}
HELD = {each.name: each.dtype for each in dtypes.ALL}
ARRAY_KINDS = "biufcSUmM"  # of NumPy's dtypes, those that are plain bytes


def refusal(value: Any, path: str) -> TypeError:
    """The error for what a file cannot hold."""
    kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    if isinstance(value, type) or (callable(value) and not hasattr(value, "state_dict")):
        kind = f"{kind} ({getattr(value, '__qualname__', value)})"
    remedy = (
        "  save what its state_dict() returns, and load it with load_state_dict()"
        if hasattr(value, "state_dict")
        else "  save the tensors, numbers, strings, lists and dicts it is made of"
    )
    return TypeError(
        f"save: cannot save {path or 'an object'} of type {kind}: "
        f"files hold data, no code that could make it again\n{remedy}"
    )


# -------------------------------------------------------------------- to JSON


class Encoder:
    """Turns an object into JSON (`node`), and collects its arrays on the way.

    arrays   of the tensors and NumPy arrays met
    records  what each of them is, for JSON
    names    where each was met, such as "model.fc.weight"
    """

    def __init__(self) -> None:
        self.arrays: list[Any] = []
        self.records: list[dict] = []
        self.names: list[str] = []
        self.seen: dict[int, tuple[int, Any]] = {}  # id -> number of the leaf, and the object
        self.open: set[int] = set()  # ids of the containers that are being turned

    def node(self, value: Any, path: str) -> Any:
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if kind is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        objects = kind is Namespace or is_module(kind)
        if objects or kind in (list, *SEQUENCES.values(), *MAPPINGS.values()):
            if id(value) in self.open:
                raise ValueError(f"save: {path or 'the object'} contains itself")
            self.open.add(id(value))
            node = self.container(value, path)
            self.open.discard(id(value))
            return node
        if isinstance(value, Tensor | np.ndarray | UntypedStorage):
            return self.leaf(value, path)
        return self.atom(value, path)

    def container(self, value, path):
        kind = type(value)
        inside = f"{path}." if path else ""
        if kind is Namespace:
            return {"Namespace": self.pairs(vars(value), inside)}
        if is_module(kind):
            return {"Module": [self.known(kind, path), self.pairs(vars(value), inside)]}
        for name, each in MAPPINGS.items():
            if kind is each:
                node = {name: self.pairs(value, inside)}
                metadata = getattr(value, "_metadata", None)
                if metadata is not None:
                    node["_metadata"] = self.node(metadata, f"{inside}_metadata")
                return node
        items = [self.node(each, f"{inside}{i}") for i, each in enumerate(value)]
        if kind is list:
            return items
        return {next(name for name, each in SEQUENCES.items() if kind is each): items}

    def pairs(self, value, inside):
        return [
            [self.node(key, f"{inside}key"), self.node(each, f"{inside}{key}")]
            for key, each in value.items()
        ]

    def leaf(self, value, path):
        number, _ = self.seen.get(id(value), (None, None))
        if number is None:
            number = len(self.records)
            self.seen[id(value)] = number, value
            self.records.append(record_of(value, path))
            self.arrays.append(plain(value))
            self.names.append(path)
        return {"leaf": number}

    def known(self, value, path):
        """The name by which a program that has this class or function finds it."""
        if named(name_of(value)) is not value:
            raise refusal(value, path)
        return name_of(value)

    def atom(self, value, path):
        if isinstance(value, FunctionType):
            return {"function": self.known(value, path)}
        if isinstance(value, bytes | bytearray) and type(value) in (bytes, bytearray):
            return {type(value).__name__: base64.b64encode(value).decode()}
        if isinstance(value, np.generic) and value.dtype.kind in ARRAY_KINDS:
            encoded = base64.b64encode(value.tobytes()).decode()
            return {"scalar": [value.dtype.str, encoded]}
        if type(value) is complex:
            return {"complex": [repr(value.real), repr(value.imag)]}
        if isinstance(value, dtypes.dtype):
            return {"dtype": value.name}
        if type(value) is device:
            return {"device": str(value)}
        if type(value) is layout:
            return {"layout": str(value)}
        if type(value) is Generator:
            return {"Generator": [str(value.device), value.state().tolist()]}
        raise refusal(value, path)


def record_of(value, path):
    """What a tensor or NumPy array is, but for where its elements lie."""
    if isinstance(value, np.ndarray):
        if (
            type(value) is not np.ndarray
            or value.dtype.kind not in ARRAY_KINDS
            or not value.itemsize
        ):
            raise refusal(value, f"{path or 'an array'} (dtype {value.dtype})")
        return {"kind": "ndarray", "dtype": value.dtype.str, "shape": list(value.shape)}
    kind = next((name for name, each in LEAVES.items() if type(value) is each), None)
    if kind is None:
        raise refusal(value, path)
    if kind in STORAGES:
        array = array_of(value)
        return {"kind": kind, "dtype": BY_NUMPY[array.dtype].name, "shape": list(array.shape)}
    record = {"kind": kind, "dtype": value.dtype.name, "shape": list(value.array.shape)}
    if value.requires_grad:
        record["requires_grad"] = True
    if kind == "Buffer":
        record["persistent"] = value.persistent
    return record


def encode(obj: Any) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """An object as JSON, and the memory of its arrays: 1-D arrays by name, and their shapes."""
    encoder = Encoder()
    try:
        tree = encoder.node(obj, "")
    except RecursionError:
        raise ValueError("save: the object is nested too deep") from None
    blocks, places = blocks_of(encoder.arrays)
    names: list[str] = [""] * len(blocks)
    taken = {"__metadata__"}
    for i, (number, offset) in enumerate(places):
        array, record = encoder.arrays[i], encoder.records[i]
        if not names[number]:
            names[number] = unused(encoder.names[i] or "data", taken)
        record["in"] = names[number]
        if offset:
            record["offset"] = offset
        if array.strides != contiguous_strides(array.shape, array.itemsize) and array.size:
            record["strides"] = list(array.strides)
        if blocks[number].device != "cpu":
            record["device"] = blocks[number].device
    entries, shapes = {}, {}
    for name, block in zip(names, blocks):
        raw = block.bytes()
        kind = block.array.dtype
        entries[name] = raw.view(kind) if kind.str in STORED else raw
        alone = block.alone is not None and kind.str in STORED
        shapes[name] = block.alone.shape if alone else entries[name].shape
    return {"tree": tree, "leaves": encoder.records}, entries, shapes


STORED = {np.dtype(kind).newbyteorder("<").str for kind in "?bBhHiIqQefd"}


def unused(name, taken):
    """`name`, or with a number behind if it is taken; it is from now on."""
    free, n = name, 1
    while free in taken:
        n += 1
        free = f"{name}#{n}"
    taken.add(free)
    return free


# -------------------------------------------------------------------- from JSON


class Decoder:
    """Builds the object from JSON.

    leaves  the records
    blocks  1-D arrays by name, where they were saved on the CPU and where they are wanted
    known   the class or function that a name may stand for, or None
    """

    def __init__(
        self, leaves: Any, here: dict[str, Any], there: dict[str, Any], known: Callable[[str], Any]
    ) -> None:
        self.known = known
        self.leaves = [self.leaf(record, here, there) for record in leaves]

    def leaf(self, record, here, there):
        kind, name = record["kind"], record["dtype"]
        dtype = array_dtype(name) if kind == "ndarray" else HELD[name]
        shape = tuple(record["shape"])
        strides = tuple(record.get("strides") or contiguous_strides(shape, dtype.itemsize))
        block = (here if kind == "ndarray" else there)[record["in"]]
        array = view_inside(block, dtype, record.get("offset", 0), shape, strides)
        if kind == "ndarray":
            return array
        if kind in STORAGES:
            return STORAGES[kind].over(array)
        tensor, wanted = wrap(array), bool(record.get("requires_grad"))
        if kind == "Parameter":
            return Parameter(tensor, wanted)
        if kind == "Buffer":
            tensor = Buffer(tensor, persistent=bool(record["persistent"]))
        return tensor.requires_grad_(wanted)

    def value(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.value(each) for each in node]
        if not isinstance(node, dict):
            return node
        kind = next(iter(node), "")
        content = node[kind]
        if kind == "leaf":
            return self.leaves[content]
        if kind in SEQUENCES:
            items = [self.value(each) for each in content]
            return SEQUENCES[kind](spread(items) if "set" in kind else items)
        if kind in MAPPINGS or kind == "Namespace":
            keys = spread([self.value(key) for key, _ in content])
            pairs = {key: self.value(each) for key, (_, each) in zip(keys, content)}
            if kind == "Namespace":
                return Namespace(**pairs)
            mapping: Any = MAPPINGS[kind](pairs)
            if "_metadata" in node:
                mapping._metadata = self.value(node["_metadata"])
            return mapping
        if kind == "function":
            return self.allowed(content)
        if kind == "Module":
            name, pairs = content
            module = blank(self.allowed(name))
            vars(module).update({key: self.value(each) for key, each in pairs})
            return module
        return ATOMS[kind](content)

    def allowed(self, name):
        found = self.known(name)
        if found is None:
            raise refuse(name, "the file asks for it")
        return found


def spread(keys):
    """`keys`, unless they are made to clash, which would make a dict of them slow."""
    if max(Counter(map(hash, keys)).values(), default=0) > LARGEST_CROWD:
        raise ValueError("keys that are made to clash")
    return keys


def array_dtype(name):
    """NumPy's dtype of that spelling, such as "<f4"; none that holds objects."""
    if not re.fullmatch(rf"[<>|][{ARRAY_KINDS}][1-9]\d{{0,8}}(\[\w+\])?", name):
        raise ValueError(f"dtype {name:.20}")
    return np.dtype(name)


def scalar(content):
    dtype, encoded = content
    return np.frombuffer(base64.b64decode(encoded), array_dtype(dtype))[0]


def generator(content):
    where, state = content
    return Generator(where).go_to(np.array(state, np.uint8))


ATOMS: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "complex": lambda parts: complex(float(parts[0]), float(parts[1])),
    "bytes": base64.b64decode,
    "bytearray": lambda text: bytearray(base64.b64decode(text)),
    "scalar": scalar,
    "dtype": ALL_DTYPES.__getitem__,
    "device": device,
    "layout": {str(strided): strided}.__getitem__,
    "Generator": generator,
}


@contextmanager
def malformed():
    """Whatever goes wrong inside is the file's fault."""
    try:
        yield
    except (LookupError, AttributeError, TypeError, ValueError, OverflowError) as error:
        raise RuntimeError(
            f"the file is damaged: its structure is not one: {error!r:.200}"
        ) from error
    except RecursionError:
        raise RuntimeError("the file is damaged: it is nested too deep") from None


def decode(
    structure: Any, flat: Callable[[str], Any], map_location: Any, known: Callable[[str], Any]
) -> Any:
    """The object that `encode` turned into `structure`.

    flat  gives the 1-D array of a name, or raises KeyError
    """
    restore = restorer(map_location)
    with malformed():
        leaves, tree = structure["leaves"], structure["tree"]
        devices = {record["in"]: str(record.get("device", "cpu")) for record in leaves}
        here = {name: flat(name) for name in devices}
    there = {name: restore(block, devices[name]) for name, block in here.items()}
    with malformed():
        return Decoder(leaves, here, there, known).value(tree)
