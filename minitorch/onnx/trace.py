"""Runs of a model with every op written down: what went in, the settings, what came out.

While a trace is on, the rule of every op is another one, which notes the call; ordinary calls pay
nothing. What comes from where is known by the identity of arrays. So it makes no difference where a
tensor was detached, or where an op got its array as a setting, as an embedding gets its indices.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from minitorch.autograd import op as op_module
from minitorch.autograd import rebase
from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.op import OPS
from minitorch.autograd.versions import owner, touch
from minitorch.methods import convert, families, inplace, legacy
from minitorch.nn.modules.module import Module
from minitorch.onnx.errors import OnnxExporterError
from minitorch.ops import index
from minitorch.ops.shape import astype
from minitorch.profiler.recorder import replaced

RECENT = 3  # calls among whose values that of an in-place form is looked for


class Source(NamedTuple):
    """Where an array comes from.

    kind   "input": of the model; "call": an op made it; "leaf": no op that was recorded
    place  which input, call or leaf
    part   which output of the call
    """

    kind: str
    place: int
    part: int = 0


class Call(NamedTuple):
    """One call of an op. In `inputs` and `settings` a Source stands for each array."""

    op: Any
    inputs: list
    settings: dict
    outputs: list
    module: str


class Trace:
    """What happened in a run.

    calls    in order
    leaves   arrays that are neither inputs nor made by recorded ops: weights, tables, draws
    results  the Sources of what the model returned
    """

    def __init__(self, model, inputs):
        self.calls: list[Call] = []
        self.leaves: list[np.ndarray] = []
        self.results: list[Source] = []
        self.names = {id(module): name for name, module in model.named_modules()}
        self.kept = {
            id(tensor.array): name
            for name, tensor in chain(model.named_parameters(), model.named_buffers())
        }
        self.thread = threading.get_ident()
        self.running: list[str] = []
        self.sources: dict[int, tuple[Source, int]] = {}  # by id of an array, and when it was noted
        self.written: dict[int, int] = {}  # by id of the owner of memory, when it was last written
        self.alive: list[Any] = []  # so that an id stays that of one array
        self.clock = 0
        for place, array in enumerate(inputs):
            self.note(array, Source("input", place))

    def note(self, array, source):
        self.clock += 1
        self.alive.append(array)
        self.sources[id(array)] = source, self.clock

    def source(self, array):
        """Where `array` comes from; from now on a leaf where that is not known."""
        found, since = self.sources.get(id(array), (None, 0))
        if found is None:
            found = Source("leaf", len(self.leaves))
            # What the model keeps is not copied: writes to it are refused.
            self.leaves.append(array if id(array) in self.kept else array.copy())
            self.note(array, found)
        elif self.written.get(id(owner(array)), 0) > since:
            raise OnnxExporterError(
                f"onnx.export: in {self.where()} memory was written in place and is read through "
                "another view of it\n"
                f"  a tensor of shape {tuple(array.shape)}: use the form that returns a new tensor"
            )
        return found

    def where(self):
        """The module that is running, for messages."""
        return self.running[-1] if self.running else "the model"

    def sources_in(self, setting):
        """`setting` with a Source for each array."""
        if hasattr(setting, "strides"):
            return self.source(setting)
        if isinstance(setting, tuple | list):
            return tuple([self.sources_in(each) for each in setting])
        return setting

    def call(self, op, arrays, settings, values):
        """Note a call."""
        if any(values[0] is array for array in arrays):
            return  # nothing was done
        inputs = [self.sources_in(each) for each in arrays]
        settings = {name: self.sources_in(each) for name, each in settings.items()}
        for part, value in enumerate(values):
            self.note(value, Source("call", len(self.calls), part))
        self.calls.append(Call(op, inputs, settings, values, self.where()))

    def write(self, array):
        """Note that an in-place form wrote to `array` what the ops before it had computed."""
        touch(array)
        memory = id(owner(array))
        if id(array) in self.kept:
            raise OnnxExporterError(
                f"onnx.export: {self.where()} writes to {self.kept[id(array)]!r} while it runs\n"
                "  an ONNX graph keeps no state: pass it as an argument and return the new one"
            )
        self.clock += 1
        self.written[memory] = self.clock
        for place in range(len(self.calls) - 1, max(-1, len(self.calls) - 1 - RECENT), -1):
            for part, value in enumerate(self.calls[place].outputs):
                if same(value, array):
                    self.note(array, Source("call", place, part))
                    return


def same(a, b):
    """Whether two arrays hold the same, nan counting as equal to itself."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def run(model: Any, args: list, kwargs: dict, inputs: list[np.ndarray], read: Callable) -> Trace:
    """The trace of `model(*args, **kwargs)`.

    inputs  the arrays among the arguments
    read    from what the model returns to the tensors in it
    """
    trace = Trace(model, inputs)
    with recording(trace), no_grad():
        trace.results = [trace.source(t.array) for t in read(model(*args, **kwargs))]
    return trace


@contextmanager
def recording(trace: Trace) -> Iterator[None]:
    """Note all calls of ops in this thread."""
    families.load()
    with ExitStack() as stack:
        for call in OPS.values():
            stack.callback(watch(trace, call))
        for kind in Module.__mro__:
            if "__call__" in vars(kind):
                stack.callback(replaced(kind, "__call__", lambda c: named_call(trace, c)))
        for place in (op_module, rebase):
            stack.callback(replaced(place, "touch", lambda touch: trace.write))
        # Shortcuts past the ops, where no graph needs these: writes, and casts to integers.
        for place in (index, inplace):
            stack.callback(replaced(place, "concerns_graph", lambda f: lambda *given: True))
        for place in (convert, legacy):
            stack.callback(replaced(place, "cast", lambda cast: cast_by_op))
        yield


def cast_by_op(tensor, kind):
    """`convert.cast`, which notes all casts."""
    return tensor if tensor.dtype is kind else astype(tensor, kind.dtype)


def watch(trace: Trace, call: Any) -> Callable[[], None]:
    """Give an op a rule that notes its calls; returns what puts its own back."""
    op, scope = call.op, call.__globals__
    rule, count = op.rule, len(op.tensors)

    def noted(*given, **named):
        if threading.get_ident() != trace.thread:
            return rule(*given, **named)
        made = rule(*given, **named)
        value, *rest = made if op.differentiable else (made,)
        values = [np.asarray(v) if isinstance(v, np.generic) else v
                  for v in (value if op.outputs else (value,))]  # fmt: skip
        arrays, others = (given, ()) if op.variadic else (given[:count], given[count:])
        trace.call(op, arrays, {**op.defaults, **dict(zip(op.settings, others)), **named}, values)
        value = tuple(values) if op.outputs else values[0]
        return (value, *rest) if op.differentiable else value

    op.rule = scope["rule"] = noted

    def restore():
        op.rule = scope["rule"] = rule

    return restore


def named_call(trace, call):
    """`Module.__call__` that keeps the name of the module which is running."""

    def __call__(self, *args, **kwargs):
        name = trace.names.get(id(self), "")
        trace.running.append(f"{name or 'the model'} ({type(self).__name__})")
        try:
            return call(self, *args, **kwargs)
        finally:
            trace.running.pop()

    return __call__
