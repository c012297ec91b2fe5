"""Looking at the graph, and hooks on what it saves: the names of `torch.autograd.graph`."""

import contextlib
import sys
import threading
from typing import Any

from minitorch.autograd import layers
from minitorch.autograd.engine import under_way
from minitorch.autograd.node import GradientEdge, Node, RemovableHandle
from minitorch.autograd.op import __file__ as op_file
from minitorch.autograd.packing import packed, saving
from minitorch.autograd.parts import PICK
from minitorch.autograd.tensor import Tensor
from minitorch.autograd.versions import touch

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]


class Handles(RemovableHandle):
    """Removes several hooks at once."""

    def __init__(self, handles):
        self.handles = handles

    def remove(self):
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(tensors, fn, *, mode="all"):
    """Call `fn` when the gradients of `tensors` are known; returns a handle with `remove()`.

    mode  "all": `fn(gradients)` once all are known that the backward comes by, None for the others;
          "any": `fn(gradient)` at the first
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    lock = threading.Lock()
    known: dict = {}
    wanted = [i for i, tensor in enumerate(tensors) if tensor.requires_grad]
    nodes = [tensors[i].node for i in wanted]

    def hook_of(index):
        def hook(gradient):
            run, coming = under_way()
            with lock:
                _, gradients = known.setdefault(id(run), (run, {}))  # held, so the id stays its own
                gradients[index] = gradient
                first = len(gradients) == 1
                complete = len(gradients) == sum(node in coming for node in nodes)
                if complete:
                    del known[id(run)]
            if mode == "any" and first:
                fn(gradient)
            elif mode == "all" and complete:
                fn([gradients.get(i) for i in range(len(tensors))])

        return hook

    return Handles([tensors[i].register_hook(hook_of(i)) for i in wanted])


def get_gradient_edge(tensor):
    """Where the gradient of `tensor` is known, which `grad` and `backward` take in its place.

    The tensor may be changed in place, or freed, while the edge stays where it is. Where backward
    starts at an edge, the value of the tensor is computed again.
    """
    if not tensor.requires_grad:
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not require "
            "gradients"
        )
    return GradientEdge(*tensor.node.edge())


def increment_version(tensor):
    """Note that the memory of a tensor, or of several, was written behind the engine's back."""
    for each in (tensor,) if hasattr(tensor, "array") else tensor:
        touch(each.array)


# -------------------------------------------------------------------- what nodes save


class saved_tensors_hooks:  # noqa: N801  PyTorch's name
    """Inside, what backward needs is kept as `pack_hook(tensor)` returns it.

    Backward calls `unpack_hook` on that, which returns a tensor of the same values. Only the
    innermost pair of hooks is called. What is packed is what the rules of the ops hold, which may
    be other tensors than PyTorch's; leaves and constants are kept beside it, for higher
    derivatives.

    >>> import minitorch
    >>> kept = []
    >>> with saved_tensors_hooks(lambda x: kept.append(x) or len(kept) - 1, lambda i: kept[i]):
    ...     y = minitorch.tensor(2.0, requires_grad=True).exp()
    >>> kept
    [tensor(7.3891, grad_fn=<ExpBackward0>)]
    """

    def __init__(self, pack_hook, unpack_hook):
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self):
        if switch.refusal is not None:
            raise RuntimeError(switch.refusal)
        saving.pairs.append((self.pack_hook, self.unpack_hook))
        switch.count(1)

    def __exit__(self, *exc):
        if saving.pairs:
            saving.pairs.pop()
            switch.count(-1)


class Switch(threading.local):
    """Whether hooks are in force in any thread.

    refusal  why none may be in this one, or None
    copies   whether in this one `allow_mutation_on_saved_tensors` is
    """

    refusal = None
    copies = False
    lock = threading.Lock()
    in_force = 0

    def count(self, change):
        with self.lock:
            Switch.in_force += change
            if Switch.in_force == (change > 0):
                layers.put("saving", packing if change > 0 else None)


switch = Switch()


def packing(record, wrap):
    """The layer of functions that pack what nodes save; see `layers.py`."""

    def record_packed(value, op, parents, vjps, inputs, settings):
        made = record(value, op, parents, vjps, inputs, settings)
        if saving.hooks is not None:
            node, tensors = made.node, tensors_of_call()
            if op is PICK:  # the op is one step further; all its outputs come by here
                node = parents[0]
            else:
                tensors[id(value)] = made
            node.vjps = packed(node.vjps, saving.hooks, tensors)
        return made

    return {"record": record_packed}


def tensors_of_call():
    """The tensors with which the op was called that is recorded now, by the id of their array.

    They are among the variables of the functions that lead to the call of `record`.
    """
    found: dict = {}
    frame: Any = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith((op_file, "<op ")):
        for value in list(frame.f_locals.values()):
            for each in value if isinstance(value, tuple | list) else (value,):
                if isinstance(each, Tensor):
                    found.setdefault(id(each.array), each)
        frame = frame.f_back
    return found


class save_on_cpu(saved_tensors_hooks):  # noqa: N801  PyTorch's name
    """Inside, what backward needs is kept in the memory of the CPU.

    pin_memory   where it can be copied to and fro while the GPU computes
    device_type  "cuda"
    """

    def __init__(self, pin_memory=False, device_type="cuda"):
        def pack(tensor):
            kept = tensor.cpu()
            return tensor.device, kept.pin_memory() if pin_memory and tensor.is_cuda else kept

        def unpack(packed):
            device, kept = packed
            return kept.to(device, non_blocking=pin_memory)

        super().__init__(pack, unpack)


@contextlib.contextmanager
def disable_saved_tensors_hooks(error_message):
    """Inside, `saved_tensors_hooks` raises RuntimeError with this message.

    So does this itself, where such hooks are in force.
    """
    if saving.pairs:
        raise RuntimeError(error_message)
    before = switch.refusal
    switch.refusal = error_message
    try:
        yield
    finally:
        switch.refusal = before


@contextlib.contextmanager
def allow_mutation_on_saved_tensors():
    """Inside, tensors that backward needs may be changed in place: copies of them are kept.

    PyTorch copies a tensor when it is changed, this when it is saved.
    """
    if switch.copies:
        raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
    switch.copies = True
    try:
        with saved_tensors_hooks(lambda x: x.detach().clone(), lambda x: x):
            yield
    finally:
        switch.copies = False
