"""Looking at the graph, and hooks on several tensors: the names of `torch.autograd.graph`."""

import threading

from minitorch.autograd.node import Node, RemovableHandle
from minitorch.autograd.versions import touch

__all__ = [
    "Node",
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

    mode  "all": `fn(gradients)` once all are known; "any": `fn(gradient)` at the first

    With "all", the backward is over for `fn` when as many gradients came as there are tensors that
    need one: a backward that reaches only some of them calls it together with the next.
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    lock, known = threading.Lock(), {}
    wanted = [i for i, tensor in enumerate(tensors) if tensor.requires_grad]

    def hook_of(index):
        def hook(gradient):
            with lock:
                known[index] = gradient
                first, complete = len(known) == 1, len(known) == len(wanted)
                gradients = [known.get(i) for i in range(len(tensors))]
                if complete:
                    known.clear()
            if mode == "any" and first:
                fn(gradient)
            elif mode == "all" and complete:
                fn(gradients)

        return hook

    return Handles([tensors[i].register_hook(hook_of(i)) for i in wanted])


def increment_version(tensor):
    """Note that the memory of a tensor, or of several, was written behind the engine's back."""
    for each in (tensor,) if hasattr(tensor, "array") else tensor:
        touch(each.array)


def saved_tensors_hooks(pack_hook, unpack_hook):
    """Raise RuntimeError: what backward needs is kept by its functions, where no hook reaches."""
    raise RuntimeError(
        "saved_tensors_hooks: minitorch has no hooks on what backward keeps\n"
        "  to keep less, use minitorch.utils.checkpoint"
    )


def save_on_cpu(pin_memory=False, device_type="cuda"):
    """Raise RuntimeError, as `saved_tensors_hooks`."""
    raise RuntimeError(
        "save_on_cpu: minitorch has no hooks on what backward keeps\n"
        "  to keep less, use minitorch.utils.checkpoint"
    )
