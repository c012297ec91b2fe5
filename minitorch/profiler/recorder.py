"""What is noted while a profiler is on, and how ops, backward, modules and the rest are watched.

Every op is one function object, wherever it was imported. Watching it means to give that object
other code, which notes the time and calls a twin with the code that it had; at the end it gets its
own code back. Of backward, `engine.walk` is replaced by one that first puts a clock around the vjps
of the nodes; modules, optimizers and the batches of a DataLoader have their `__call__`, `step` and
`__next__` replaced in the same manner.
"""

import functools
import math
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ContextDecorator, contextmanager
from types import FunctionType
from typing import Any

from minitorch.autograd import engine
from minitorch.autograd.node import next_order
from minitorch.autograd.op import OPS
from minitorch.autograd.specialise import first_call, specialise
from minitorch.autograd.tensor import Tensor
from minitorch.data.batches import Batches
from minitorch.methods import families
from minitorch.nn.modules.module import Module
from minitorch.optim.optimizer import Optimizer
from minitorch.profiler.events import FunctionEvent

clock = time.perf_counter_ns


class Recorder:
    """The events of a profiler that is on.

    shapes, memory, stacks, modules, flops  whether these are noted
    events                                  in the order in which they began
    """

    active: "Recorder | None" = None

    def __init__(self, shapes=False, memory=False, stacks=False, modules=False, flops=False):
        self.shapes, self.memory, self.stacks, self.modules = shapes, memory, stacks, modules
        self.flops = flops
        self.events: list[FunctionEvent] = []
        self.local = threading.local()  # of each thread the events that have not ended
        self.paths: dict[int, str] = {}  # by id, a module's name as seen from the outermost one
        self.own = 0  # bytes that the events themselves take

    def begin(self, name: str, kind: str, inputs: Any = ()) -> FunctionEvent:
        """An event that begins now, inside the one of this thread that began last."""
        before = tracemalloc.get_traced_memory()[0] if self.memory else 0
        open_events = vars(self.local).setdefault("open", [])
        event = FunctionEvent(name, kind, threading.get_ident())
        event.id = len(self.events)
        if open_events:
            event.cpu_parent = open_events[-1]
            open_events[-1].cpu_children.append(event)
        if self.shapes:
            event.input_shapes = [shape_of(each) for each in inputs]
        if self.stacks:
            event.stack = lines_of_the_program()
        self.events.append(event)
        if self.memory:
            self.own += tracemalloc.get_traced_memory()[0] - before
        self.resume(event)
        event.start = clock()
        return event

    def resume(self, event: FunctionEvent) -> None:
        """What begins from now on lies inside `event`."""
        self.local.open.append(event)
        if self.memory:
            event.cpu_memory_usage -= self.taken()

    def end(self, event: FunctionEvent) -> None:
        """The event ends now, at least for the moment."""
        event.end = clock()
        if self.memory:
            event.cpu_memory_usage += self.taken()
        self.local.open.remove(event)

    def taken(self):
        """Bytes that the program has taken and not given back."""
        return tracemalloc.get_traced_memory()[0] - self.own


def shape_of(value):
    return list(value.shape) if isinstance(value, Tensor) else []


def lines_of_the_program():
    """Where we are, "file(line): function", the innermost first, without minitorch itself."""
    frame: Any = sys._getframe(2)
    lines = []
    while frame is not None:
        code = frame.f_code
        if not frame.f_globals.get("__name__", "").startswith("minitorch."):
            lines.append(f"{code.co_filename}({frame.f_lineno}): {code.co_name}")
        frame = frame.f_back
    return lines


class record_function(ContextDecorator):  # noqa: N801  PyTorch's name
    """Give a part of the program a row of its own: a context, or a decorator.

    name  of the row
    args  kept with the event
    """

    def __init__(self, name: str, args: str | None = None):
        self.name, self.args = name, args

    def __enter__(self):
        recorder = self.recorder = Recorder.active
        if recorder is not None:
            self.event = recorder.begin(self.name, "user_annotation")
        return self

    def __exit__(self, *exc):
        if self.recorder is not None:
            self.recorder.end(self.event)


# -------------------------------------------------------------------- ops, forward


def watched(*args, **kwargs):
    """The code of every op while a profiler is on; `twin` has the code that the op had."""
    return call_watched(this, args, kwargs)  # type: ignore[name-defined]  # noqa: F821  its scope


def call_watched(op, args, kwargs):
    """Call an op, as an event of the profiler that is on, if one is."""
    twin = op.__globals__.get("twin", op)  # the profiler may have ended in another thread
    recorder = Recorder.active
    if twin.__code__ is first_call.__code__:
        specialise(twin)  # here, so that no event has the time that this takes
    if recorder is None:
        return twin(*args, **kwargs)
    event = recorder.begin(op.op.name, "cpu_op", args if recorder.shapes else ())
    try:
        result = twin(*args, **kwargs)
    finally:
        recorder.end(event)
    if recorder.flops and event.name in FLOPS:
        inputs = [each.shape for each in (*args, *kwargs.values()) if isinstance(each, Tensor)]
        event.flops = math.prod(result.shape) * FLOPS[event.name](inputs)
    return result


# For each number of the result, by the shapes of the inputs: what PyTorch counts.
FLOPS: dict[str, Callable[[list], int]] = {
    "add": lambda shapes: 1,
    "mul": lambda shapes: 1,
    "matmul": lambda shapes: 2 * shapes[0][-1],
    "linear": lambda shapes: 2 * shapes[1][-1],
    "convolution": lambda shapes: 2 * math.prod(shapes[1][1:]),
}


def watch_op(op: Any) -> Callable[[], None]:
    """Watch an op; returns what puts its own code back."""
    scope = op.__globals__
    twin: Any = FunctionType(op.__code__, scope, op.__name__, op.__defaults__)
    twin.__kwdefaults__ = op.__kwdefaults__
    twin.op = op.op
    scope["twin"], scope["call_watched"] = twin, call_watched
    op.__code__, op.__defaults__, op.__kwdefaults__ = watched.__code__, None, None

    def restore():
        # `overrides.py` may have moved the watching code to `__wrapped__` since; another thread may
        # have replaced it, where that was the first call of the op.
        for held in (op, getattr(op, "__wrapped__", op)):
            if held.__code__ is watched.__code__:
                held.__defaults__, held.__kwdefaults__ = twin.__defaults__, twin.__kwdefaults__
                held.__code__ = twin.__code__
        del scope["twin"]  # `call_watched` stays: other threads may be about to call it

    return restore


# -------------------------------------------------------------------- backward


def watched_walk(walk: Callable) -> Callable:
    """`engine.walk` with a clock around the vjps."""

    def call(nodes, *args):
        recorder = Recorder.active
        if recorder is None:  # it has ended in another thread
            return walk(nodes, *args)
        for node in nodes:
            if node.leaf is None and node.vjps is not None:
                node.vjps = timed(recorder, node)
        try:
            return walk(nodes, *args)
        finally:
            for node in nodes:
                if node.leaf is None and node.vjps is not None:
                    node.vjps = untimed(node.vjps)

    return call


def timed(recorder, node):
    """The vjps of a node; all their calls make one event."""
    name, order = node.name(), node.order
    made: list[FunctionEvent] = []

    def around(vjp):
        if vjp is None:
            return None

        def call(g):
            if made:
                recorder.resume(made[0])
            else:
                made.append(recorder.begin(name, "backward", (g,)))
                made[0].order = order
            try:
                return vjp(g)
            finally:
                recorder.end(made[0])

        call.untimed = vjp  # type: ignore[attr-defined]  # a function may have attributes
        return call

    vjps = node.vjps
    return tuple(map(around, vjps)) if type(vjps) is tuple else around(vjps)


def untimed(vjps):
    if type(vjps) is tuple:
        return tuple(None if vjp is None else getattr(vjp, "untimed", vjp) for vjp in vjps)
    return getattr(vjps, "untimed", vjps)


# -------------------------------------------------------------------- modules and optimizers


def watched_module(call: Callable) -> Callable:
    """`Module.__call__` that makes an event, named by the attributes that lead to the module."""

    @functools.wraps(call)
    def __call__(self, *args, **kwargs):
        recorder: Any = Recorder.active
        if recorder is None:  # it has ended in another thread
            return call(self, *args, **kwargs)
        event = recorder.begin(f"nn.Module: {path_of(recorder, self)}", "python_function", args)
        event.module, event.orders = self, [next_order(), 0]
        try:
            return call(self, *args, **kwargs)
        finally:
            event.orders[1] = next_order()
            recorder.end(event)

    return __call__


def path_of(recorder, module):
    """The name of a module, such as "Net.encoder.0", as seen from the outermost one."""
    known = recorder.paths.get(id(module))
    if known is None:
        outer = any(e.module is not None for e in vars(recorder.local).get("open", ()))
        kind = type(module).__name__
        for name, each in module.named_modules(prefix=kind) if not outer else ():
            recorder.paths[id(each)] = name
        known = recorder.paths.setdefault(id(module), kind)
    return known


def watched_method(method: Callable) -> Callable:
    """An optimizer's `step` or `zero_grad` that makes an event."""
    name = method.__name__

    @functools.wraps(method)
    def call(self, *args, **kwargs):
        with record_function(f"Optimizer.{name}#{type(self).__name__}.{name}"):
            return method(self, *args, **kwargs)

    return call


def watched_next(method: Callable) -> Callable:
    """`Batches.__next__` that makes an event, named as in PyTorch."""

    @functools.wraps(method)
    def __next__(self):
        kind = "_MultiProcessing" if self._num_workers else "_SingleProcess"
        with record_function(f"enumerate(DataLoader)#{kind}DataLoaderIter.__next__"):
            return method(self)

    return __next__


def kinds_of(base):
    """A class and all classes derived from it."""
    return [base, *[kind for each in base.__subclasses__() for kind in kinds_of(each)]]


def replaced(owner: Any, name: str, make: Callable) -> Callable[[], None]:
    """Put `make(value)` in the place of an attribute; returns what puts the value back."""
    before = vars(owner)[name]
    setattr(owner, name, make(before))
    return lambda: setattr(owner, name, before)


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Note what happens inside with `recorder`. Raises RuntimeError where one is on already."""
    if Recorder.active is not None:
        raise RuntimeError("a profiler is on already: only one can be at a time")
    own_trace = recorder.memory and not tracemalloc.is_tracing()
    if own_trace:
        tracemalloc.start()
    families.load()
    # Where `overrides.py` has given ops other code, `__wrapped__` has theirs.
    restore = [watch_op(getattr(op, "__wrapped__", op)) for op in OPS.values()]
    restore.append(replaced(engine, "walk", watched_walk))
    restore.append(replaced(Batches, "__next__", watched_next))
    if recorder.modules:
        restore += [
            replaced(kind, "__call__", watched_module)
            for kind in Module.__mro__
            if "__call__" in vars(kind)
        ]
    restore += [
        replaced(kind, name, watched_method)
        for kind in kinds_of(Optimizer)
        for name in ("step", "zero_grad")
        if name in vars(kind)
    ]
    Recorder.active = recorder
    try:
        yield
    finally:
        Recorder.active = None
        for put_back in restore:
            put_back()
        if own_trace:
            tracemalloc.stop()
