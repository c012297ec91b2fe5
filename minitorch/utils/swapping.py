"""Two tensors that change places."""

import weakref

from minitorch.autograd.tensor import Tensor

KEPT = ("__class__", "__dict__", "_grad", "array", "base", "node")


def swap_tensors(t1: Tensor, t2: Tensor) -> None:
    """Give `t1` all that `t2` is and holds, and the reverse; who holds one now sees the other's.

    Raises RuntimeError for a tensor with views, which could not follow it.
    """
    for name, tensor in (("t1", t1), ("t2", t2)):
        if tensor.base is not None or tensor.views:
            raise RuntimeError(
                f"Cannot swap {name}: it shares its memory with a view, which would keep the "
                "former values\n  swap a .clone() of it"
            )
    for name in KEPT:
        former = getattr(t1, name)
        setattr(t1, name, getattr(t2, name))
        setattr(t2, name, former)
    for tensor in (t1, t2):
        if tensor.node is not None and tensor.node.leaf is not None:
            tensor.node.leaf = weakref.ref(tensor)
