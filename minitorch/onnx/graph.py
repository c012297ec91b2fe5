"""The ONNX graph while it is written: nodes, constants and sizes by name."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from minitorch.onnx.errors import OnnxExporterError, UnsupportedOperatorError
from minitorch.onnx.program import Step, Value
from minitorch.onnx.sizes import Dim, Size, static

LAST = np.iinfo(np.int64).max  # as the end of a slice: up to the last element
FIRST = np.iinfo(np.int64).min  # going backward: down to the first
Operand = Value | str | None


class Graph:
    """Nodes and constants in the order in which they were made. Every tensor has a name.

    onnx       the package
    inputs     Values that are handed in when the graph runs
    nodes      NodeProtos
    constants  arrays by name
    """

    def __init__(self, onnx: Any, inputs: list[Value], outputs: Sequence[str]):
        self.onnx = onnx
        self.inputs = inputs
        self.nodes: list[Any] = []
        self.constants: dict[str, np.ndarray] = {}
        self.numbers: dict[tuple, str] = {}  # small constants, so that equal ones are kept once
        self.sizes: dict[Dim, str] = {}
        self.taken = {*outputs, *(value.name for value in inputs)}

    # ---------------------------------------------------------------- nodes

    def node(self, kind: str, *inputs: Operand, outputs: int = 1, **attributes: Any) -> Any:
        """Add a node; returns the name of its output, or a tuple of several names.

        inputs      Values, names, or None for one that is left out
        attributes  those of the ONNX operator `kind`; None for one that is left out
        """
        names = [self.fresh(kind) for _ in range(outputs)]
        given = [self.name(each) for each in inputs]
        while given and not given[-1]:
            given.pop()
        attributes = {name: each for name, each in attributes.items() if each is not None}
        self.nodes.append(self.onnx.helper.make_node(kind, given, names, **attributes))
        return names[0] if outputs == 1 else tuple(names)

    def fresh(self, name: str) -> str:
        """`name`, with a number behind it where it is taken."""
        found, count = name, 0
        while found in self.taken:
            count += 1
            found = f"{name}_{count}"
        self.taken.add(found)
        return found

    def name(self, operand: Operand) -> str:
        """The name of an operand; "" for one that is left out."""
        if operand is None or isinstance(operand, str):
            return operand or ""
        if operand.array is not None:
            if operand.name not in self.constants:
                operand.name = self.constant(operand.array, operand.name)
        elif operand.name is None:
            operand.name = self.made_anew(operand)
        return operand.name or ""

    def made_anew(self, value: Value) -> str:
        """The name of a Value that no step makes."""
        if value.fill is not None:
            number = self.operand(value.fill, value.dtype)
            return self.name(self.node("Expand", number, self.ints(value.shape)))
        if value.count is None:
            raise OnnxExporterError("a tensor is used that no op makes")
        start, step = value.count
        length = self.operand(value.shape[0], np.dtype("i8"))
        zero, one = self.number(0, np.dtype("i8")), self.number(1, np.dtype("i8"))
        made = self.node("Range", zero, length, one)
        made = made if value.dtype == np.int64 else self.cast(made, value.dtype)
        for kind, each, idle in (("Mul", step, 1), ("Add", start, 0)):
            made = made if each == idle else self.node(kind, made, self.operand(each, value.dtype))
        return made

    # ---------------------------------------------------------------- constants

    def constant(self, array: np.ndarray, name: str | None = None) -> str:
        """A constant, under `name` if it has one."""
        array = np.asarray(array)
        if name is None and array.size < 64:
            key = (array.dtype.str, array.shape, array.tobytes())
            if key not in self.numbers:
                self.numbers[key] = self.kept(array, "constant")
            return self.numbers[key]
        return self.kept(array, name or "constant")

    def kept(self, array, name):
        name = self.fresh(name)
        self.constants[name] = np.ascontiguousarray(array).reshape(array.shape)
        return name

    def number(self, number: Any, dtype: np.dtype) -> str:
        """A 0-d constant."""
        return self.constant(np.asarray(number, dtype))

    def operand(self, given: Any, dtype: np.dtype) -> Operand:
        """`given`, where it is a number as a constant of this dtype."""
        if isinstance(given, Dim):
            size = self.node("Squeeze", self.ints([given]), self.ints([0]))
            return size if dtype == np.int64 else self.cast(size, dtype)
        return given if isinstance(given, Value | str) else self.number(given, dtype)

    # ---------------------------------------------------------------- sizes

    def ints(self, sizes: Sequence[Size]) -> str:
        """Sizes as a tensor of one dimension."""
        if not any(isinstance(n, Dim) for n in sizes):
            return self.constant(np.asarray(sizes, np.int64).reshape(-1))
        parts = [self.size(n) if isinstance(n, Dim) else self.ints([n]) for n in sizes]
        return parts[0] if len(parts) == 1 else self.node("Concat", *parts, axis=0)

    def size(self, dim: Dim) -> str:
        """One size, as a tensor of one element."""
        if not dim.symbols:
            raise OnnxExporterError(
                "a size follows the dynamic axes in no simple way: it was "
                f"{', '.join(map(str, dim.seen))}\n"
                "  leave an axis out of dynamic_axes, or take the size from a tensor's shape as it "
                "is"
            )
        if dim not in self.sizes:
            parts = [
                self.node("Shape", self.inputs[s.input], start=s.axis, end=s.axis + 1)
                for s in dim.symbols
            ]
            name = parts[0]
            for part in parts[1:]:
                name = self.node("Mul", name, part)
            if dim.factor != 1:
                name = self.node("Mul", name, self.ints([dim.factor]))
            if dim.offset:
                name = self.node("Add", name, self.ints([dim.offset]))
            self.sizes[dim] = name
        return self.sizes[dim]

    def reshape(self, x: Operand, shape: Sequence[Size]) -> str:
        """`x` in this shape."""
        unknown = [axis for axis, n in enumerate(shape) if isinstance(n, Dim)]
        if len(unknown) == 1:  # then nothing has to be computed
            shape = [-1 if isinstance(n, Dim) else n for n in shape]
        return self.node("Reshape", x, self.ints(shape))

    # ---------------------------------------------------------------- what rules often need

    def type(self, dtype: np.dtype) -> int:
        """ONNX's number of a dtype."""
        return self.onnx.helper.np_dtype_to_tensor_dtype(dtype)

    def cast(self, x: Operand, dtype: Any) -> str:
        return self.node("Cast", x, to=self.type(np.dtype(dtype)))

    def permute(self, x: Operand, axes: Sequence[int]) -> str:
        return self.node("Transpose", x, perm=list(axes))

    def slice(self, x: Operand, axes: Any, starts: Any, ends: Any, steps: Any = None) -> str:
        """`x` from start to before end along each of the axes."""
        steps = None if steps is None else self.ints(steps)
        return self.node("Slice", x, self.ints(starts), self.ints(ends), self.ints(axes), steps)

    def constants_of(self, value: Value, what: str) -> np.ndarray:
        """What a constant Value holds."""
        if value.array is None:
            raise OnnxExporterError(f"{what} depends on the inputs, where ONNX wants a constant")
        return value.array


def write(graph: Graph, step: Step, rules: dict, opset: int) -> None:
    """Add the nodes of a step."""
    rule = rules.get(step.op.name)
    if rule is None:
        raise UnsupportedOperatorError(
            f"Exporting the operator '{step.op.name}' to ONNX opset version {opset} is not "
            f"supported\n  it was called in {step.module}: compute it with other ops; docs/onnx.md "
            "says which there are"
        )
    try:
        made = rule(graph, step.outputs[0], *step.inputs, **step.settings)
    except OnnxExporterError as error:
        raise type(error)(f"onnx.export: {step.where()}: {error}") from None
    for value, name in zip(step.outputs, made if isinstance(made, tuple) else (made,)):
        value.name = graph.name(name)


def pruned(graph: Graph, outputs: Sequence[Value], names: Sequence[str]) -> list:
    """The nodes on which the outputs depend, and those that give these their names."""
    kept = [
        graph.onnx.helper.make_node("Identity", [graph.name(value)], [name])
        for value, name in zip(outputs, names, strict=True)
    ][::-1]
    wanted = {node.input[0] for node in kept}
    for node in reversed(graph.nodes):
        if wanted & set(node.output):
            kept.append(node)
            wanted.update(node.input)
    return kept[::-1]


def statics(sizes: Sequence[Size], what: str) -> tuple[int, ...]:
    """Sizes that ONNX wants as numbers."""
    return tuple([static(n, what) for n in sizes])
