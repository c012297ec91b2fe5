"""Nodes: what the engine knows of a computation. Tensors point at them, never the reverse."""

import itertools
import threading
import weakref
from collections import namedtuple
from functools import lru_cache
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType, NoneType
from typing import Any

from minitorch.autograd.parts import PICK

next_order = itertools.count(1).__next__


class GradMode(threading.local):
    """Whether operations are recorded, for each thread; `anomaly` is set for all threads."""

    enabled = True
    inference = False
    in_forward = False  # of a `Function`, which may write through `.data` uncounted
    dual: Any = None  # the `forward_ad.Level` that was entered
    multithreading = True  # for PyTorch's programs, which may ask
    anomaly: Any = None  # the `anomaly.Watch` that looks at gradients


grad_mode = GradMode()


class Node:
    """One recorded call of an op, or a leaf; users meet it as `tensor.grad_fn`.

    order     when it was recorded; parents always have a lower one; 0 for a leaf
    op        the op that was called; None for a leaf
    parents   the node of each tensor input, None where no gradient is needed
    vjps      one function per parent, or one for all where the op is joint; None once freed
    inputs    the arrays of inputs that no recorded op made, None for the others
    settings  the other arguments of the call; of a leaf, its post-accumulate hooks
    shape     of the value; None for an op with several outputs
    leaf      weak reference to the tensor whose `.grad` collects, or None
    hooks     functions from gradient to gradient, or None
    """

    __slots__ = (
        "__weakref__",
        "hooks",
        "inputs",
        "leaf",
        "op",
        "order",
        "parents",
        "settings",
        "shape",
        "vjps",
    )

    def __init__(self, op, parents, vjps, inputs, settings, shape, leaf=None):
        self.order = next_order() if leaf is None else 0
        self.op = op
        self.parents = parents
        self.vjps = vjps
        self.inputs = inputs
        self.settings = settings
        self.shape = shape
        self.leaf = leaf
        self.hooks = None

    def name(self):
        """PyTorch's name of this step, such as `MulBackward0`."""
        if self.leaf is not None:
            return "torch::autograd::AccumulateGrad"
        return self.op.backward_name(self)

    def shown(self):
        """This node, with a class of its own name: users see one, so nothing is done before."""
        if type(self) is Node:
            self.__class__ = class_of(self.name().rpartition(":")[2])
        return self

    @property
    def next_functions(self):
        """((parent, which of its outputs), ...) as in PyTorch."""
        seen = getattr(self.op, "seen", None)  # of a Function, which arguments are tensors
        parents = self.parents if seen is None else [self.parents[i] for i in seen]
        return tuple((None, 0) if parent is None else parent.edge() for parent in parents)

    def edge(self):
        """The node that users see as the `grad_fn` of what this one made, and which output it is.

        Between an op of several outputs and each of them there is a node that users do not see.
        """
        if self.op is PICK:
            return self.parents[0].shown(), self.settings[0]
        return self.shown(), 0

    @property
    def variable(self):
        """The leaf tensor of an AccumulateGrad node; other nodes have no such attribute."""
        if self.leaf is None:
            raise AttributeError(f"{self.name()!r} object has no attribute 'variable'")
        return self.leaf()

    def add_hook(self, hook):
        """Call `hook` on the gradient when it reaches this node; see `Tensor.register_hook`."""
        if self.hooks is None:
            self.hooks = []
        rank = rank_of(hook)
        at = next((i for i, each in enumerate(self.hooks) if rank_of(each) > rank), None)
        self.hooks.insert(len(self.hooks) if at is None else at, hook)
        return RemovableHandle(self.hooks, hook)

    def __repr__(self):
        return f"<{type(self.shown()).__name__} object at {hex(id(self))}>"


class SeenNode(Node):
    """A node that a user has got hold of; `__getattr__` would make the engine's look-ups slower."""

    __slots__ = ()


@lru_cache(None)
def class_of(name):
    """The class of nodes of this name, such as `MulBackward0`."""
    return type(name, (SeenNode,), {"__slots__": ()})


GradientEdge = namedtuple("GradientEdge", "node output_nr ownership_token", defaults=(None,))
GradientEdge.__doc__ = """Where the gradient of a tensor is known: its `grad_fn` and `output_nr`."""


class RankedHook:
    """A hook that waits for those of a lower rank; plain functions, the hooks of tensors, have 0.

    1 keeps the gradient for `retain_grad`; 2 is called before the step of backward, 3 after it.
    """

    rank: int


class Retaining(RankedHook):
    """The hook of `Tensor.retain_grad`."""

    rank = 1

    def __init__(self, tensor):
        self.tensor = weakref.ref(tensor)

    def __call__(self, g):
        tensor = self.tensor()
        if tensor is not None:
            tensor._grad = g.clone() if tensor._grad is None else tensor._grad + g

    @staticmethod
    def of(tensor, hook):
        """Whether `hook` is the one of `tensor`."""
        return isinstance(hook, Retaining) and hook.tensor() is tensor


def rank_of(hook):
    return hook.rank if isinstance(hook, RankedHook) else 0


class RemovableHandle:
    """What registering a hook returns; `remove()` takes the hook out again."""

    def __init__(self, hooks, hook):
        self.hooks = hooks
        self.hook = hook

    def remove(self):
        if self.hook in self.hooks:
            self.hooks.remove(self.hook)
        self.hooks = ()  # the same function may be there for somebody else

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.remove()


def freed(node):
    """The error for going backward through a node whose arrays were let go of."""
    return RuntimeError(
        "Trying to backward through the graph a second time (or directly access saved tensors "
        "after they have already been freed). Saved intermediate values of the graph are freed "
        "when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to "
        "backward through the graph a second time or if you need to access saved tensors after "
        f"calling backward.\n  what {node.name()} had saved is gone: give the first call "
        "retain_graph=True, or compute the loss again"
    )


PLAIN = {int, slice, float, bool, str, NoneType, ModuleType, BuiltinFunctionType}
HOLDING = ("strides", "array", "leaves")  # what an array, a Tensor and a chain of calls have


def saves_array(vjps):
    """Whether the vjps closed over an array or a Tensor: the answer of `captured`, 2 us faster."""
    waiting = [vjps]
    for each in waiting:  # grows while we walk it
        kind = type(each)
        if kind is FunctionType:
            for cell in each.__closure__ or ():
                waiting.append(cell.cell_contents)
        elif kind is tuple or kind is list:
            waiting += each
        elif kind not in PLAIN and any(hasattr(each, name) for name in HOLDING):
            return True
    return False


def makes_closures(f, known):
    """Whether `f`, or a function that it calls by name, makes functions that hold something.

    known  functions that need no look: those that call `f`, and those that no rule calls
    """
    f = getattr(f, "__wrapped__", f)
    if any(each.co_freevars for each in f.__code__.co_consts if type(each) is CodeType):
        return True
    called = [f.__globals__.get(name) for name in f.__code__.co_names]
    called = [each.op.rule if hasattr(each, "op") else each for each in called]
    known = {*known, f}
    called = [each for each in called if type(each) is FunctionType and each not in known]
    return any(makes_closures(each, known) for each in called)


def captured(vjps):
    """What the vjps closed over that may be an array, in containers and inner functions too."""
    found = []
    waiting = [vjps]
    for each in waiting:  # grows while we walk it
        kind = type(each)
        if kind is FunctionType:
            for cell in each.__closure__ or ():
                waiting.append(cell.cell_contents)
        elif kind not in PLAIN:
            if isinstance(each, tuple | list):
                waiting += each
            elif hasattr(each, "leaves"):
                waiting += each.leaves
            else:
                found.append(each)
    return found
