"""Nodes: what the engine knows of a computation. Tensors point at them, never the reverse."""

import itertools
import threading
from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, ModuleType, NoneType
from typing import Any

next_order = itertools.count(1).__next__


class GradMode(threading.local):
    """Whether operations are recorded, for each thread; `anomaly` is set for all threads."""

    enabled = True
    inference = False
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
        return self.op.backward_name(self) if self.leaf is None else "AccumulateGrad"

    def shown(self):
        """This node, with a class of its own name: users see one, so nothing is done before."""
        if type(self) is Node:
            self.__class__ = class_of(self.name())
        return self

    @property
    def next_functions(self):
        """((parent, 0), ...) as in PyTorch."""
        return tuple((None if parent is None else parent.shown(), 0) for parent in self.parents)

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
        last = len(self.hooks) - (bool(self.hooks) and hasattr(self.hooks[-1], "retains"))
        self.hooks.insert(last, hook)
        return RemovableHandle(self.hooks, hook)

    def retain(self, keep):
        """Call `keep` after all other hooks, with the gradient that they leave."""
        keep.retains = True
        if self.hooks is None:
            self.hooks = []
        self.hooks.append(keep)

    def __repr__(self):
        return f"<{self.name()} object at {hex(id(self))}>"


@lru_cache(None)
def class_of(name):
    """The class of nodes of this name, such as `MulBackward0`."""
    return type(name, (Node,), {"__slots__": ()})


class RemovableHandle:
    """What registering a hook returns; `remove()` takes the hook out again."""

    def __init__(self, hooks, hook):
        self.hooks = hooks
        self.hook = hook

    def remove(self):
        if self.hook in self.hooks:
            self.hooks.remove(self.hook)

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


def captured(vjps):
    """Everything that the vjps closed over, with containers and inner functions opened."""
    found = []
    waiting = [vjps]
    for each in waiting:  # grows while we walk it
        if isinstance(each, FunctionType):
            waiting.extend(cell.cell_contents for cell in each.__closure__ or ())
        elif isinstance(each, tuple | list):
            waiting.extend(each)
        elif hasattr(each, "leaves"):  # a chain of calls on a GPU
            waiting.extend(each.leaves)
        elif each is not None and not isinstance(each, BuiltinFunctionType):
            found.append(each)
    return found
