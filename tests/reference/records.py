"""Calls and what PyTorch made of them: how they are stored, and how minitorch is held to them."""

import io
import json
import lzma
from dataclasses import asdict, dataclass, field
from functools import reduce
from typing import Any

import numpy as np

import minitorch

# Relative, absolute: those of PyTorch's own tests, wider where PyTorch computes in half precision.
NEAR = {"float16": (1e-2, 1e-3), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}
# Factors of the tolerance: long sums of float32, and functions that PyTorch has less exactly.
LOOSE = {
    "addbmm": 10, "special.hermite_polynomial_he": 10, "matrix_exp": 100,
    "special.bessel_j0": 100, "special.bessel_j1": 100, "special.bessel_y0": 100,
    "special.bessel_y1": 100,
}  # fmt: skip
TIES = ("topk", "kthvalue")  # which of equal elements they choose is left open


@dataclass
class Array:
    """An array among the arguments or results; `grad`: by which it is differentiated."""

    values: np.ndarray
    grad: bool = False


@dataclass
class Name:
    """A constant of PyTorch's and of ours, such as `float32`."""

    name: str


@dataclass
class Record:
    """One call.

    name       of the function, with its path: "linalg.svd"
    form       "function", "method" or "in-place"
    args, kwargs  the arguments, in which arrays are `Array`
    result     arrays and numbers in lists; None: only shapes and dtypes were noted (random ones)
    shapes     of the tensors in the result: [dtype, sizes]
    gradients  for each `Array` with `grad`, the derivative of the sum of `weighted(result)`
    error      name of the exception with which PyTorch refuses the call
    """

    name: str
    form: str
    args: list
    kwargs: dict
    result: Any = None
    shapes: list = field(default_factory=list)
    gradients: list | None = None
    error: str | None = None

    def __str__(self):
        parts = [*map(brief, self.args), *(f"{k}={brief(v)}" for k, v in self.kwargs.items())]
        return f"{self.name} ({self.form}): {', '.join(parts)}"


def brief(value):
    """`value` on one line, arrays by dtype and shape."""
    if isinstance(value, Array):
        return f"{value.values.dtype}{list(value.values.shape)}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(brief, value))}]"
    return repr(value)


def leaves(tree, kind):
    """All instances of `kind` in lists, tuples and dicts, from left to right."""
    if isinstance(tree, kind):
        return [tree]
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [leaf for each in tree for leaf in leaves(each, kind)] if type(tree) in TREES else []


TREES = (list, tuple)


def change(tree, kind, f):
    """`tree` with f(leaf) for each instance of `kind`."""
    if isinstance(tree, kind):
        return f(tree)
    if isinstance(tree, dict):
        return {key: change(each, kind, f) for key, each in tree.items()}
    return type(tree)(change(each, kind, f) for each in tree) if type(tree) in TREES else tree


# -------------------------------------------------------------------- minitorch held to a record


def find(name, form):
    """Our function, method or in-place method of this name, or None."""
    if form != "function":
        last = name.rpartition(".")[2]
        return getattr(minitorch.Tensor, last + "_" * (form == "in-place"), None)
    for place in (minitorch, minitorch.Tensor):
        try:
            found = reduce(getattr, name.split("."), place)
        except AttributeError:
            continue
        found = getattr(found, "fget", found)
        if callable(found):  # unlike the dtype `float`
            return found
    return None


def weight(values):
    """How much each number of a result counts in what is differentiated."""
    return np.cos(np.arange(1, values.size + 1)).astype(values.dtype).reshape(values.shape)


def check(record):
    """Raise AssertionError unless minitorch does what is recorded."""
    f = find(record.name, record.form)
    args, kwargs = change([record.args, record.kwargs], (Array, Name), ours)
    inputs = [x for x in leaves([args, kwargs], minitorch.Tensor) if x.requires_grad]
    if record.form == "in-place" or record.name == "zero_":
        args[0] = args[0].clone()
    try:
        result = f(*args, **kwargs)
    except Exception as error:
        if record.error is None:
            raise
        names = {kind.__name__ for kind in type(error).__mro__}
        assert record.error in names, f"{record.error} expected, not {error!r}"
        return
    assert record.error is None, f"PyTorch refuses this with {record.error}"
    tensors = leaves(plain(result), minitorch.Tensor)
    found = [[str(x.dtype).rpartition(".")[2], list(x.shape)] for x in tensors]
    assert found == record.shapes
    if record.result is None:
        return
    if record.name in TIES:
        compare(plain(result)[0], record.result[0])
    else:
        compare(plain(result), record.result, LOOSE.get(record.name, 1))
    if record.gradients is not None:
        outputs = [y for y in tensors if y.requires_grad]
        weights = [minitorch.from_numpy(weight(y.detach().numpy())) for y in outputs]
        gradients = minitorch.autograd.grad(outputs, inputs, weights, allow_unused=True)
        for g, wanted in zip(gradients, record.gradients, strict=True):
            if g is None or wanted is None:
                assert g is None or not np.any(g.numpy())
                assert wanted is None or not np.any(wanted.values)
            else:
                compare(g, wanted, factor=10)


def ours(leaf):
    """The tensor or constant of minitorch for what stands in a record."""
    if isinstance(leaf, Name):
        return getattr(minitorch, leaf.name)
    return minitorch.from_numpy(leaf.values.copy(order="K")).requires_grad_(leaf.grad)


def plain(tree):
    """Named tuples and sizes as the tuples that they are."""
    if isinstance(tree, tuple | list):
        return [plain(each) for each in tree]
    return tree


def compare(found, wanted, factor=1):
    """Raise AssertionError unless `found` is `wanted`, floats within `factor` times `NEAR`."""
    if isinstance(wanted, list):
        for each, its in zip(found, wanted, strict=True):
            compare(each, its, factor)
    elif isinstance(wanted, Array):
        relative, absolute = NEAR.get(str(wanted.values.dtype), (0, 0))
        found = found.detach().numpy()
        assert found.dtype == wanted.values.dtype
        np.testing.assert_allclose(
            found, wanted.values, relative * factor, absolute * factor, equal_nan=True
        )
    elif isinstance(wanted, float):
        np.testing.assert_allclose(found, wanted, 1e-6, 1e-6)
    elif isinstance(wanted, Name):
        assert str(found).rpartition(".")[2] == wanted.name
    else:
        assert found == wanted


# -------------------------------------------------------------------- the file


class Pools:
    """Arrays laid end to end, one long array for each dtype; equal ones are stored once."""

    def __init__(self, arrays=None):
        self.arrays = arrays or {}
        self.parts = {}
        self.lengths = {}
        self.known = {}

    def put(self, array):
        """[dtype, offset, shape] of the array, and its strides in elements if it has gaps."""
        kind = array.dtype.str[1:]
        strides = [step // array.itemsize for step in array.strides]
        memory = array.reshape(-1)
        where = [kind, 0, list(array.shape)]
        if array.size and not array.flags.c_contiguous and min(strides) > 0:
            span = 1 + sum((n - 1) * step for n, step in zip(array.shape, strides))
            memory = np.lib.stride_tricks.as_strided(array, (span,), (array.itemsize,))
            where.append(strides)
        key = kind, memory.tobytes()
        if key not in self.known:
            self.known[key] = self.lengths.get(kind, 0)
            self.parts.setdefault(kind, []).append(memory)
            self.lengths[kind] = self.known[key] + memory.size
        where[1] = self.known[key]
        return where

    def get(self, kind, offset, shape, strides=None):
        pool = self.arrays[kind]
        if strides is None:
            return pool[offset : offset + int(np.prod(shape))].reshape(shape)
        return np.lib.stride_tricks.as_strided(
            pool[offset:], shape, [step * pool.itemsize for step in strides]
        )


def save(records, path):
    pools = Pools()

    def encode(tree):
        if isinstance(tree, Array):
            return {"array": pools.put(tree.values), **({"grad": True} if tree.grad else {})}
        if isinstance(tree, Name):
            return {"name": tree.name}
        if isinstance(tree, tuple):
            return {"tuple": [encode(each) for each in tree]}
        if isinstance(tree, slice):
            return {"slice": [tree.start, tree.stop, tree.step]}
        if tree is Ellipsis:
            return {"ellipsis": True}
        if isinstance(tree, list):
            return [encode(each) for each in tree]
        if isinstance(tree, dict):
            return {"dict": {key: encode(each) for key, each in tree.items()}}
        return tree

    rows = []
    for record in records:
        row = {name: getattr(record, name) for name in asdict(Record("", "", [], {}))}
        rows.append({name: encode(value) for name, value in row.items() if value is not None})
    arrays = {kind: np.concatenate(parts) for kind, parts in pools.parts.items()}
    text = np.frombuffer(json.dumps(rows).encode(), np.uint8)
    memory = io.BytesIO()
    np.savez(memory, rows=text, **arrays)
    with lzma.open(path, "wb", preset=9) as file:
        file.write(memory.getvalue())


def load(path):
    with lzma.open(path) as file:
        arrays = dict(np.load(io.BytesIO(file.read())))
    rows = json.loads(arrays.pop("rows").tobytes())
    pools = Pools(arrays)

    def decode(tree):
        if isinstance(tree, list):
            return [decode(each) for each in tree]
        if not isinstance(tree, dict):
            return tree
        ((kind, value),) = [(k, v) for k, v in tree.items() if k != "grad"]
        if kind == "array":
            return Array(pools.get(*value), tree.get("grad", False))
        if kind == "name":
            return Name(value)
        if kind == "tuple":
            return tuple(decode(each) for each in value)
        if kind == "slice":
            return slice(*value)
        if kind == "ellipsis":
            return Ellipsis
        return {key: decode(each) for key, each in value.items()}

    return [Record(**{name: decode(value) for name, value in row.items()}) for row in rows]
