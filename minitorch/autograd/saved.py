"""What a node saves, by PyTorch's names: `grad_fn._saved_self`, `grad_fn._raw_saved_self`.

The names are those that the rule of the op gives its variables; `self` is its `x`, `result` its
`y`. What PyTorch's rule saves and ours does not is no attribute.
"""

from types import CellType, FunctionType

from minitorch.autograd.node import freed
from minitorch.autograd.packing import Packed, PackedVjp, is_saved, with_change
from minitorch.autograd.tensor import at

OURS = {"self": "x", "input": "x", "result": "y"}


def attribute(node, name):
    """What `node` has under a name that the class does not know: what it saved, or its context."""
    raw, _, asked = name.partition("saved_")
    if raw in ("_", "_raw_"):
        value = saved_value(node, OURS.get(asked, asked), raw)
        if value is not MISSING:
            return value
    context = getattr(node.op, "context", None)  # of a Function
    if context is not None and name == "saved_tensors" and node.vjps is None:
        raise freed(node)
    if context is not None and context() is not None:
        return getattr(context(), name)
    raise AttributeError(f"{type(node).__name__!r} object has no attribute {name!r}")


MISSING = object()


def saved_value(node, name, raw):
    """What `node` keeps under our `name`: a setting or a tensor, else MISSING.

    raw  "_raw_": of a tensor the SavedTensor; "_": itself
    """
    names = getattr(node.op, "settings", ())
    if name in names and raw == "_":
        return node.settings[names.index(name)]
    if node.vjps is None and name in (*getattr(node.op, "tensors", ()), "y"):
        raise freed(node)
    cell = cells_of(node.vjps).get(name)
    if cell is None or not (type(cell.cell_contents) is Packed or is_saved(cell.cell_contents)):
        return MISSING
    saved = SavedTensor(node, name)
    return saved if raw == "_raw_" else saved.unpack()


def cells_of(vjps):
    """The cells of the closures of vjps, by the names of the variables."""
    found: dict = {}
    for vjp in vjps if type(vjps) is tuple else (vjps,):
        f = vjp.vjp if type(vjp) is PackedVjp else vjp
        while isinstance(f, FunctionType):
            cells = dict(zip(f.__code__.co_freevars, f.__closure__ or ()))
            found.update(cells)
            f = cells["vjp"].cell_contents if "vjp" in cells else None  # that a GPU calls fused
    return found


class SavedTensor:
    """A tensor that a node saved for backward."""

    def __init__(self, node, name):
        self.node, self.name = node, name

    @property
    def held(self):
        """The array that the node holds, or what is `Packed`."""
        if self.node.vjps is None:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor after it has been freed. Saved "
                "intermediate values of the graph are freed when you call .backward() or "
                "autograd.grad(). Specify retain_graph=True if you need to backward through the "
                "graph a second time or if you need to access saved variables after calling "
                "backward."
            )
        found = cells_of(self.node.vjps)[self.name].cell_contents
        return found.value if hasattr(found, "leaves") else found  # a chain of calls on a GPU

    @property
    def data(self):
        """What the pack hook returned, or the tensor."""
        return self.held.thing if type(self.held) is Packed else self.unpack()

    @property
    def unpack_hook(self):
        return self.held.unpack if type(self.held) is Packed else None

    def unpack(self):
        """The tensor, at its place in the graph."""
        node, held = self.node, self.held
        place = node if self.name == "y" else None
        tensors = getattr(node.op, "tensors", ())
        if self.name in tensors:
            place = node.parents[tensors.index(self.name)]
        if type(held) is Packed:
            return at(held.array(), place)
        leaf = place.leaf() if place is not None and place.leaf is not None else None
        return leaf if leaf is not None and leaf.array is held else at(held, place)

    def register_hooks(self, pack_hook, unpack_hook):
        """Keep what `pack_hook` makes of it instead; `unpack_hook` makes a tensor of that again."""
        if type(self.held) is Packed:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already been set. Note "
                "that only one pair of hooks is allowed at a time."
            )
        packed = Packed(self.unpack(), (pack_hook, unpack_hook))
        old = cells_of(self.node.vjps)[self.name]
        cells = {id(old): CellType(packed)}
        self.node.vjps = with_cells(self.node.vjps, cells)


def with_cells(vjps, cells):
    """The vjps with other cells in the place of some."""

    def one(vjp):
        f = vjp.vjp if type(vjp) is PackedVjp else vjp
        new = with_change(f, lambda thing: False, None, cells)
        return vjp if new is f else PackedVjp(new)

    return tuple(map(one, vjps)) if type(vjps) is tuple else one(vjps)
