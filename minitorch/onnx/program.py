"""Several traces of one model as one program, in which sizes that differ are formulas.

What an op was given as constant is compared in all traces: where it is the same it is a constant,
where its size follows a dynamic axis it is made anew (filled, or counted), and anything else was
computed from the inputs in a way that no op recorded, or drawn at random, and is refused.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from minitorch.onnx.errors import OnnxExporterError
from minitorch.onnx.sizes import Dim, Size, Symbol, solve
from minitorch.onnx.trace import Source, Trace, same


class Repeated(NamedTuple):
    """A setting that holds `each` so many times, where that follows a dynamic axis."""

    each: Size
    times: Dim


class Value:
    """A tensor of the program.

    shape, dtype  sizes are ints or Dims; a NumPy dtype
    name          in the graph; None as long as it has none
    array         what it holds, where that is constant
    learned       whether it is a parameter or a buffer, and has its name
    fill          the number, or size, that it holds everywhere, where that or its shape differs
    count         (start, step) where it counts, from start on
    turn          (T, N) where it names the rows 0 to T*N - 1 with the last N first
    step          the Step that makes it
    """

    def __init__(self, shape, dtype):
        self.shape: tuple[Size, ...] = shape
        self.dtype: np.dtype = dtype
        self.step: Step | None = None
        self.name: str | None = None
        self.array: Any = None
        self.learned = False
        self.fill: Any = None
        self.count: tuple[Any, Any] | None = None
        self.turn: tuple[Size, ...] | None = None

    @property
    def ndim(self) -> int:
        return len(self.shape)


class Step:
    """One call of an op: as `Call`, with Values in place of arrays and Dims in place of ints."""

    def __init__(self, op, inputs, settings, module):
        self.op = op
        self.inputs = inputs
        self.settings = settings
        self.module = module
        self.outputs: list[Value] = []

    def where(self) -> str:
        return f"`{self.op.name}`, called in {self.module}"


class Program:
    """What `join` makes of traces.

    inputs, outputs  Values
    steps            those on which the outputs depend, in order
    """

    def __init__(self, traces: Sequence[Trace], symbols: Sequence[Symbol], inputs: list[list]):
        self.traces = traces
        self.first, self.altered, *self.sized = traces
        self.runs = [self.first, *self.sized]
        self.symbols = symbols
        self.require_one_course()
        self.leaves: dict[tuple, Value] = {}  # by their places in the traces
        self.made: dict[int, Step] = {}  # by place in the traces
        self.inputs = [self.value(arrays) for arrays in zip(*inputs, strict=True)]
        for place in needed(self.first):
            self.made[place] = self.join(place)
        results = [trace.results for trace in self.runs]
        self.outputs = [
            self.at(sources, altered, "the model")
            for *sources, altered in zip(*results, self.altered.results, strict=True)
        ]
        self.steps = [step for step in self.made.values() if not constant(step)]

    def require_one_course(self):
        """Refuse a model that calls other ops, or with others' results, in another run."""
        for trace in (self.altered, *self.sized):
            why = "the values" if trace is self.altered else "the sizes"
            for a, b in zip(self.first.calls, trace.calls):
                if a.op is not b.op or not alike(sources_of(a), sources_of(b)):
                    raise different(why, a.module, f"`{a.op.name}` or `{b.op.name}`")
            same_length = len(self.first.calls) == len(trace.calls)
            if not same_length or not alike(self.first.results, trace.results):
                raise different(why, "the model", "what it returns")

    def join(self, place):
        """The Step of the calls at `place` in all traces."""
        calls = [trace.calls[place] for trace in self.runs]
        first, altered = calls[0], self.altered.calls[place]
        where = f"`{first.op.name}`, called in {first.module},"
        inputs = [
            self.setting([call.inputs[k] for call in calls], altered.inputs[k], where)
            for k in range(len(first.inputs))
        ]
        settings = {
            name: self.setting([c.settings[name] for c in calls], altered.settings[name], where)
            for name in first.settings
        }
        step = Step(first.op, inputs, settings, first.module)
        fixed = all(v.array is not None for v in values_in((inputs, settings)))
        for part, array in enumerate(first.outputs):
            value = self.value([call.outputs[part] for call in calls])
            value.step = step
            if fixed and not any(isinstance(n, Dim) for n in value.shape):
                value.array = array
            step.outputs.append(value)
        return step

    def setting(self, values, altered, where):
        """A setting or an input as the runs have it, with Values and Dims in it."""
        first = values[0]
        if isinstance(first, Source):
            return self.at(values, altered, where)
        if isinstance(first, tuple):
            if any(len(each) != len(first) for each in (*values, altered)):
                return self.repeated(values, altered, where)
            return tuple([
                self.setting([each[k] for each in values], altered[k], where)
                for k in range(len(first))
            ])  # fmt: skip
        if isinstance(first, slice):
            ends = [(each.start, each.stop, each.step) for each in (*values, altered)]
            return slice(*self.setting(ends[:-1], ends[-1], where))
        if not equal(first, altered):
            raise depends(where, f"the number {first}")
        if all(equal(first, each) for each in values):
            return first
        if not all(isinstance(each, int) for each in values):
            raise unclear(where, values)
        return solve(values, self.symbols)

    def repeated(self, values, altered, where):
        """A setting of a number for each of some elements, as many as a dynamic axis has."""
        if any(len(set(each)) != 1 for each in values) or len(altered) != len(values[0]):
            raise different("the sizes", where, "a setting")
        count = solve([len(each) for each in values], self.symbols)
        if not isinstance(count, Dim):
            raise unclear(where, [len(each) for each in values])
        return Repeated(self.setting([each[0] for each in values], altered[0], where), count)

    def at(self, sources, altered, where):
        """The Value of an array that has these Sources in the runs."""
        first = sources[0]
        if first.kind == "input":
            return self.inputs[first.place]
        if first.kind == "call":
            return self.made[first.place].outputs[first.part]
        places = tuple([source.place for source in (*sources, altered)])
        if places not in self.leaves:
            self.leaves[places] = self.leaf(places, where)
        return self.leaves[places]

    def value(self, arrays):
        """A Value of the shape that the arrays of the runs have."""
        shapes = zip(*[array.shape for array in arrays], strict=True)
        return Value(tuple([solve(sizes, self.symbols) for sizes in shapes]), arrays[0].dtype)

    def leaf(self, places, where):
        """The Value of a leaf; its places in the runs, and at last in the altered one."""
        *arrays, altered = [
            trace.leaves[place]
            for trace, place in zip((*self.runs, self.altered), places, strict=True)
        ]
        first = arrays[0]
        if first is not altered and not same(first, altered):
            raise depends(where, f"an array of shape {first.shape}")
        if any(array.ndim != first.ndim for array in arrays):
            raise unclear(where, [array.shape for array in arrays])
        value = self.value(arrays)
        if all(first is array or same(first, array) for array in arrays):
            value.array = first
            value.name = self.first.kept.get(id(first))
            value.learned = value.name is not None
        else:
            value.fill = self.filled(arrays)
            value.count = None if value.fill is not None else self.counted(arrays)
            value.turn = None if value.fill is not None or value.count else self.turned(arrays)
            if value.fill is None and value.count is None and value.turn is None:
                raise unclear(where, [array.shape for array in arrays])
        return value

    def filled(self, arrays):
        """The number, maybe a Dim, that is everywhere in each of the arrays, or None."""
        if not all(
            array.size and same(array, np.full_like(array, array.flat[0])) for array in arrays
        ):
            return None
        numbers = [array.flat[0].item() for array in arrays]
        if all(equal(numbers[0], each) for each in numbers):
            return numbers[0]
        return solve(numbers, self.symbols) if isinstance(numbers[0], int) else None

    def counted(self, arrays):
        """(start, step) of arrays that count, else None."""
        longest = max(arrays, key=np.size)
        if longest.ndim != 1 or len(longest) < 2 or longest.dtype.kind == "b":
            return None
        step = (longest[1] - longest[0]).item()
        for array in arrays:
            if not same(array, (array[0] + step * np.arange(len(array))).astype(array.dtype)):
                return None
        starts = [array[0].item() for array in arrays]
        if all(equal(starts[0], each) for each in starts):
            return starts[0], step
        return (solve(starts, self.symbols), step) if isinstance(step, int) else None

    def turned(self, arrays):
        """(T, N) of arrays as `Value.turn` has it, else None."""
        turns = [turn_of(array) for array in arrays]
        if None in turns:
            return None
        return tuple([solve(each, self.symbols) for each in zip(*turns, strict=True)])


def turn_of(array):
    """(T, N) of an array as `Value.turn` has it, else None."""
    count = array.size
    if array.ndim == 1 and count and array.dtype.kind == "i" and 0 <= array[0] < count:
        n = count - int(array[0])
        if not count % n and same(array, np.arange(count).reshape(-1, n)[::-1].reshape(-1)):
            return count // n, n
    return None


def alike(sources, others):
    """Whether Sources are the same; leaves may be others, as constants for other sizes are."""
    return len(sources) == len(others) and all(
        a.kind == b.kind and (a.kind == "leaf" or a == b) for a, b in zip(sources, others)
    )


def sources_of(call):
    """The Sources in the inputs and settings of a call, in order."""
    return list(parts_of_kind((call.inputs, call.settings), Source))


def values_in(tree):
    return parts_of_kind(tree, Value)


def parts_of_kind(tree, kind):
    """What is of `kind` in dicts, lists and tuples."""
    if isinstance(tree, kind):
        yield tree
    elif isinstance(tree, dict):
        yield from parts_of_kind(tuple(tree.values()), kind)
    elif isinstance(tree, tuple | list):
        for each in tree:
            yield from parts_of_kind(each, kind)


def constant(step):
    return all(value.array is not None for value in step.outputs)


def needed(trace):
    """The places of the calls on which the results depend, in order."""
    wanted = {source.place for source in trace.results if source.kind == "call"}
    for place in range(len(trace.calls) - 1, -1, -1):
        if place in wanted:
            sources = sources_of(trace.calls[place])
            wanted.update(source.place for source in sources if source.kind == "call")
    return sorted(wanted)


def equal(a, b):
    """Whether two settings are the same, nan being equal to itself."""
    if isinstance(a, np.ndarray | np.generic):
        return same(np.asarray(a), np.asarray(b))
    return type(a) is type(b) and (a == b or repr(a) == repr(b) == "nan")


def different(why, module, what):
    return OnnxExporterError(
        f"onnx.export: the course of {module} depends on {why} of the inputs: {what} differs in "
        "another run\n"
        "  an ONNX graph has no branches: choose with torch.where, or take an axis out of "
        "dynamic_axes"
    )


def depends(where, what):
    return OnnxExporterError(
        f"onnx.export: {where} was given {what} that was computed from the inputs outside of "
        "tensors, or drawn at random\n"
        "  compute it with ops, without .item(), .numpy() or .tolist(); draw it outside and pass "
        "it as an argument"
    )


def unclear(where, found):
    return OnnxExporterError(
        f"onnx.export: {where} was given sizes or values that follow the dynamic axes in no simple "
        f"way: {', '.join(map(str, found))}\n"
        "  leave an axis out of dynamic_axes, or compute what depends on it with ops of tensors"
    )
