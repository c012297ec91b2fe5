"""What a call of a `Function` hands from its `forward` to its `backward` and `jvp`."""

import warnings
from typing import Any

from minitorch.autograd.node import Node
from minitorch.autograd.packing import Packed
from minitorch.autograd.parts import PICK, pick
from minitorch.autograd.tensor import Tensor, at
from minitorch.backend.errors import DtypeError


class FunctionCtx:
    """What a call of a Function hands from `forward` to `backward`; it takes any attribute.

    needs_input_grad  for each argument, whether it is a tensor that requires grad
    """

    needs_input_grad: tuple = ()
    to_save: tuple = ()
    dirty_tensors: tuple = ()
    non_differentiable: tuple = ()
    materialize_grads = True
    _materialize_non_diff_grads = True  # False: None for outputs that carry no gradient
    _saved_for_forward: tuple | None = None
    _saved: tuple = ()  # (array, its place: a node, the index of an output, or None; tensor)
    _node: Any = None  # weak reference to the node of the call

    def save_for_backward(self, *tensors):
        """Keep inputs, outputs or intermediate values (or None) for `saved_tensors` in backward.

        Call it once. Tensors kept as attributes instead work, but an output kept so makes a cycle
        that only the garbage collector frees.
        """
        for position, each in enumerate(tensors):
            if each is not None and not isinstance(each, Tensor):
                raise DtypeError(
                    "save_for_backward can only save variables, but argument "
                    f"{position} is of type {type(each).__name__}\n"
                    "  keep what is not a tensor as an attribute: ctx.size = size"
                )
        self.to_save = tensors

    def save_for_forward(self, *tensors):
        """Keep tensors for `saved_tensors` in `jvp`, in place of those of `save_for_backward`."""
        self._saved_for_forward = tensors

    def pushed(self, jvp, tangents, count):
        """What `jvp` makes of the tangents of the arguments: one for each of `count` outputs."""
        saved, kept = self._saved, self._saved_for_forward
        if kept is not None:
            self._saved = tuple([(None,) * 3 if t is None else (t.array, t.node, t) for t in kept])
        try:
            found = jvp(self, *tangents)
        finally:
            self._saved = saved
        found = found if isinstance(found, tuple) else (found,)
        if len(found) != count:
            raise RuntimeError(
                "Function's jvp returned an invalid number of forward gradients "
                f"(expected {count} but got {len(found)})"
            )
        for i, each in enumerate(found):
            if each is not None and not isinstance(each, Tensor):
                kind = type(each).__name__
                raise DtypeError(f"expected Variable or None (got {kind}) for grad output {i}.")
        return found

    def mark_dirty(self, *tensors):
        """Say that `forward` changed these arguments in place; it must return them too."""
        self.dirty_tensors = tensors

    def mark_non_differentiable(self, *tensors):
        """Say that these outputs carry no gradient; integers never do."""
        self.non_differentiable = tensors

    def set_materialize_grads(self, value):
        """Whether `backward` gets zeros (True, the default) or None for an output nobody used."""
        self.materialize_grads = value

    @property
    def saved_variables(self):
        """The older name of `saved_tensors`."""
        warnings.warn(
            "'saved_variables' is deprecated; use 'saved_tensors'", DeprecationWarning, stacklevel=2
        )
        return self.saved_tensors

    @property
    def saved_tensors(self):
        """What `save_for_backward` kept, each at its place in the graph."""
        tensors: list = []
        for array, place, tensor in self._saved:
            if tensor is not None and tensor.array is array and tensor.node is place:
                tensors.append(tensor)
                continue
            node = place
            if isinstance(place, int):  # checkpointed, the call is gone: its value is wanted alone
                node = None if self._node() is None else output_node(self._node(), place)
            array = array.array() if isinstance(array, Packed) else array
            tensors.append(None if array is None else at(array, node))
        return tuple(tensors)


def output_node(node, index):
    """The place in the graph of one output of the call that `node` records."""
    _, shapes = node.settings
    if len(shapes) == 1:
        return node
    return Node(PICK, (node,), (pick(index, len(shapes)),), (None,), (index,), shapes[index])
