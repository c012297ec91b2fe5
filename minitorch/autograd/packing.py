"""What pack hooks make of what a node saves, in its place; see `graph.saved_tensors_hooks`.

A node saves what the closures of its vjps hold. So packing makes the same functions with other
closures, and unpacking makes them back, for one call.
"""

import threading
from types import CellType, FunctionType

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor, at, wrap
from minitorch.autograd.versions import version_of


class Saving(threading.local):
    """In this thread: the pairs of hooks that are in force, the innermost last."""

    def __init__(self):
        self.pairs = []

    @property
    def hooks(self):
        return self.pairs[-1] if self.pairs else None


saving = Saving()


class Packed:
    """What a pack hook returned for a tensor, and the hook that makes a tensor of it again."""

    __slots__ = ("thing", "unpack")
    ever = False  # whether any hooks were in force so far

    def __init__(self, tensor, hooks):
        Packed.ever = True
        pack, self.unpack = hooks
        version = version_of(tensor.array)
        before = version.count
        with no_grad():
            self.thing = pack(tensor)
        if version.count != before:
            raise RuntimeError(
                "A saved tensor pack hook is modifying its input in place. Tensors provided as "
                "input to pack hook can not be modified by in-place operations as this can lead "
                "to unexpected side-effects. Please open an issue if you need to perform in-place "
                "operations on the input to a pack hook."
            )

    def array(self):
        tensor = self.unpack(self.thing)
        if not isinstance(tensor, Tensor):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of "
                f"type {type(tensor).__name__}"
            )
        return tensor.array


class PackedVjp:
    """A vjp that holds what is `Packed`, and unpacks it whenever it is called."""

    __slots__ = ("vjp",)
    leaves = ()  # it saves arrays, says this, but none that anybody could write to

    def __init__(self, vjp):
        self.vjp = vjp

    def __call__(self, g):
        return with_change(self.vjp, is_packed, Packed.array, {})(g)


def packed(vjps, hooks, tensors):
    """The vjps of a node, with all that they hold packed.

    hooks    the pack hook and the unpack hook
    tensors  those of the call by the id of their array, which the hook is to see
    """

    def pack(held):
        if hasattr(held, "leaves"):  # a chain of calls on a GPU
            held = held.value
        tensor = tensors.get(id(held))
        return Packed(wrap(held) if tensor is None else tensor, hooks)

    new = with_change(vjps, is_saved, pack, {})
    if type(new) is not tuple:
        return new if new is vjps else PackedVjp(new)
    return tuple([x if x is y else PackedVjp(x) for x, y in zip(new, vjps, strict=True)])


def as_packed(fresh, node, inputs):
    """The vjps of reading 3, with the inputs and the value of the op that those of `node` unpack.

    What else they hold is computed again: on Tensors a kernel may hand on other things.
    """
    if not Packed.ever:
        return fresh

    def is_known(tensor):
        return tensor.node is node or any(tensor is x for x in inputs)

    return taken(fresh, node.vjps, is_known, {})


def taken(new, old, is_known, cells):
    """`new` with what is `Packed` in `old`, which is built like it, in place of known Tensors.

    cells  what became of the cells of `new` met so far
    """
    old = old.vjp if type(old) is PackedVjp else old
    if type(old) is Packed and isinstance(new, Tensor) and is_known(new):
        return at(old.array(), new.node)
    if isinstance(new, FunctionType) and new.__code__ is getattr(old, "__code__", None):
        pairs = zip(new.__closure__ or (), old.__closure__ or (), strict=True)
        return with_closure(new, [taken_cell(*pair, is_known, cells) for pair in pairs])
    if type(new) in (tuple, list) and type(old) is type(new):
        parts = [taken(*pair, is_known, cells) for pair in zip(new, old, strict=True)]
        return new if all(a is b for a, b in zip(parts, new)) else type(new)(parts)
    return new


def taken_cell(new, old, is_known, cells):
    if id(new) not in cells:
        cells[id(new)] = new  # a function may hold itself
        value = taken(new.cell_contents, old.cell_contents, is_known, cells)
        cells[id(new)] = new if value is new.cell_contents else CellType(value)
    return cells[id(new)]


def is_saved(thing):
    """Whether this is an array, a Tensor or a chain of calls on a GPU."""
    if type(thing) is PackedVjp:
        return False
    return isinstance(thing, Tensor) or hasattr(thing, "strides") or hasattr(thing, "leaves")


def is_packed(thing):
    return type(thing) is Packed


def with_change(thing, wanted, change, cells):
    """`thing` with `change` made to all in it that is `wanted`, in closures, tuples and lists.

    cells  what became of the cells met so far, which functions share
    """
    if isinstance(thing, FunctionType):
        old = thing.__closure__ or ()
        return with_closure(thing, [changed_cell(cell, wanted, change, cells) for cell in old])
    if type(thing) in (tuple, list):
        parts = [with_change(each, wanted, change, cells) for each in thing]
        return thing if all(a is b for a, b in zip(parts, thing)) else type(thing)(parts)
    return change(thing) if wanted(thing) else thing


def changed_cell(cell, wanted, change, cells):
    if id(cell) not in cells:
        cells[id(cell)] = cell  # a function may hold itself
        held = cell.cell_contents
        new = with_change(held, wanted, change, cells)
        cells[id(cell)] = cell if new is held else CellType(new)
    return cells[id(cell)]


def with_closure(function, cells):
    """The function with these cells as its closure; itself where they are its own."""
    if all(a is b for a, b in zip(cells, function.__closure__ or ())):
        return function
    made = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__,
        tuple(cells),
    )  # fmt: skip
    made.__kwdefaults__ = function.__kwdefaults__
    return made
