"""Derivatives in a direction, carried along with the values: `torch.autograd.forward_ad`.

Inside a `dual_level`, a dual tensor is a value with a tangent: how it changes. Nothing is computed
along the way: what dual tensors lead to is recorded, with or without `no_grad` around the level,
and `unpack_dual` asks the graph for the tangent, which takes some five times as long as the
function itself. So within the level dual tensors require grad, and `no_grad` there loses the
tangents: what is computed under it is a constant, in `func.jvp` too.

>>> from minitorch import tensor
>>> with dual_level():
...     x = make_dual(tensor([1.0, 2.0]), tensor([1.0, 0.0]))
...     unpack_dual(x * x).tangent
tensor([2., 0.])
"""

from contextlib import ContextDecorator
from typing import NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from minitorch.autograd.engine import grad
from minitorch.autograd.grad_mode import enable_grad, set_grad_enabled
from minitorch.autograd.node import GradientEdge, Node, grad_mode
from minitorch.autograd.parts import Link
from minitorch.autograd.reread import collect
from minitorch.autograd.tensor import Tensor, at, set_base, wrap
from minitorch.backend.namespaces import namespace

__all__ = [
    "UnpackedDualTensor",
    "dual_level",
    "enter_dual_level",
    "exit_dual_level",
    "make_dual",
    "unpack_dual",
]

PASSED: WeakSet[Node] = WeakSet()  # leaves that stood for the arguments of a call that is over


class UnpackedDualTensor(NamedTuple):
    """What `unpack_dual` returns."""

    primal: Tensor
    tangent: Tensor | None


class Cut(Link):
    """The step to a tensor that stands for another of the same memory."""

    name = "alias"

    def backward_name(self, node):
        return "AliasBackward0"


CUT = Cut()


def cut(tensor, vjp):
    """The same tensor, at a node of its own."""
    parent, array = tensor.node, tensor.array
    known = array if parent is None or parent.leaf is not None else None
    return at(array, Node(CUT, (parent,), (vjp,), (known,), (), array.shape))


class Level:
    """The tangents between `enter_dual_level` and `exit_dual_level`, or in a call of `func.jvp`.

    tangents  of the nodes where one was given
    onward    whether what is unpacked may be differentiated further: recording was on before
    outer     the level around this one: calls of `func.jvp` nest
    pushing   whether a tangent is being computed
    """

    def __init__(self, onward, outer=None):
        self.tangents: WeakKeyDictionary[Node, Tensor] = WeakKeyDictionary()
        self.onward = onward
        self.outer = outer
        self.pushing = False

    def __enter__(self):
        grad_mode.dual = self

    def __exit__(self, *exc):
        grad_mode.dual = self.outer

    def cut(self, tensor):
        """The same tensor, at a node that tangents do not pass."""
        return cut(tensor, lambda g: None if self.pushing else g)

    def tangent(self, tensor):
        """How `tensor` changes, or None where it depends on no dual tensor."""
        if tensor.node in self.tangents:
            return self.tangents[tensor.node]
        return self.tangents_of([tensor])[0]

    def tangents_of(self, tensors):
        """`tangent` of each of several tensors, computed together."""
        nodes = [each.node for each in tensors if each.node is not None]
        sources = [each for each in collect(nodes) if each in self.tangents]
        given = [self.tangents[each] for each in sources]
        edges = [GradientEdge(each, 0) for each in sources]
        self.pushing = True
        try:
            return push_forward(tensors, edges, given, self.goes_on(nodes, given))
        finally:
            self.pushing = False

    def goes_on(self, nodes, tangents):
        """Whether what is computed of these may be differentiated by a leaf."""
        known = any(each is not None and each.requires_grad for each in tangents)
        return self.onward and (known or any(reaches_leaf(node, self.outer) for node in nodes))

    def holds(self, tensors):
        """Whether one of these depends on a dual tensor; not asked while computing a tangent."""
        roots = [] if self.pushing else [each.node for each in tensors if each.node is not None]
        return any(map(self.knows, collect(roots)))

    def knows(self, node):
        """Whether a tangent was given at this node, in this level or around it."""
        return node in self.tangents or (self.outer is not None and self.outer.knows(node))

    def unpack(self, tensor):
        """The pair (value, tangent), as `unpack_dual` returns it."""
        primal = tensor.detach()
        if self.goes_on([tensor.node], ()):
            primal = self.cut(tensor)
            set_base(primal, tensor)
        return UnpackedDualTensor(primal, self.tangent(tensor))

    def follow(self, jvp, ctx, args, parents, outputs):
        """Give the outputs of a Function the tangents that its `jvp` makes of those of `args`."""
        if self.outer is not None:
            self.outer.follow(jvp, ctx, args, parents, outputs)
        given = [
            self.tangent(at(x.array, node)) if isinstance(x, Tensor) else None
            for x, node in zip(args, parents, strict=True)
        ]
        if all(each is None for each in given):
            return
        if ctx.materialize_grads:
            given = [
                zeros_like(x) if t is None and isinstance(x, Tensor) else t
                for x, t in zip(args, given, strict=True)
            ]
        with set_grad_enabled(self.goes_on(parents, given)):
            found = ctx.pushed(jvp, given, len(outputs))
        for output, tangent in zip(outputs, found, strict=True):
            if tangent is not None:
                require_size(output, tangent)
            if tangent is not None or getattr(output, "node", None) is not None:
                output.node = self.cut(output).node
            if tangent is not None:
                self.tangents[output.node] = tangent


def enter_dual_level():
    """Begin a level and return its number, 0: there is one at a time.

    For derivatives of derivatives take `func.jvp`, whose functions nest.
    """
    if grad_mode.dual is not None:
        raise RuntimeError(
            "Nested forward mode AD is not supported at the moment\n"
            "  func.jvp of a function that calls func.jvp works"
        )
    grad_mode.dual = Level(grad_mode.enabled)
    grad_mode.enabled = True
    return 0


def exit_dual_level(*, level=None):
    """End the level: from here on nothing has a tangent."""
    if level is not None and level != current_level():
        raise RuntimeError(
            "Trying to exit a forward AD level that was not the last one that was created. This is "
            "not supported."
        )
    if grad_mode.dual is None:
        raise RuntimeError("Dual level must be a positive number.\n  enter_dual_level() first")
    if not grad_mode.dual.onward:
        grad_mode.enabled = False
    grad_mode.dual = None


class dual_level(ContextDecorator):  # noqa: N801  PyTorch's name
    """A level for the block, or for each call of the decorated function."""

    def __enter__(self):
        return enter_dual_level()

    def __exit__(self, *exc):
        exit_dual_level()


def make_dual(tensor, tangent, *, level=None):
    """`tensor`, in the same memory, with how it changes: `tangent`, of its shape."""
    level = current_level() if level is None else level
    if level < 0:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to "
            "enter_dual_level() first."
        )
    require_floating("primal", tensor)
    require_floating("tangent", tangent)
    dual = grad_mode.dual
    if level != current_level():
        raise RuntimeError("Invalid level given to _make_dual")
    if dual.tangent(tensor) is not None:
        raise RuntimeError(
            "Making a dual Tensor based on a Tensor that already has a forward gradient at the "
            "same level 0 is not supported."
        )
    if dual.tangent(tangent) is not None:
        raise RuntimeError(
            "Setting a forward grad that itself has a forward gradient at the same level0 is not "
            "supported."
        )
    require_size(tensor, tangent)
    made = dual.cut(tensor)
    if tensor.requires_grad:
        set_base(made, tensor)
    dual.tangents[made.node] = tangent
    return made


def unpack_dual(tensor, *, level=None):
    """The pair (primal, tangent) of a tensor; its tangent is None if it depends on no dual one.

    Raises RuntimeError for a tensor that may have lost its tangent under `no_grad`.
    """
    if not isinstance(tensor, Tensor):
        kind = type(tensor).__name__
        raise TypeError(f"_unpack_dual(): argument 'dual' (position 1) must be Tensor, not {kind}")
    level = current_level() if level is None else level
    if level < 0:
        return UnpackedDualTensor(tensor, None)
    if level != current_level():
        return UnpackedDualTensor(tensor.detach(), None)
    if tensor.node is None and tensor.is_floating_point() and not grad_mode.enabled:
        raise RuntimeError(
            "tangents are not followed under no_grad(), and this tensor has none\n"
            "  put no_grad() around dual_level(), not inside it"
        )
    return grad_mode.dual.unpack(tensor)


def current_level():
    return -1 if grad_mode.dual is None else 0


def __getattr__(name):
    if name == "_current_level":  # asked for by programs that clean up after an error
        return current_level()
    raise AttributeError(f"module 'minitorch.autograd.forward_ad' has no attribute {name!r}")


def require_floating(name, tensor):
    if not tensor.is_floating_point():
        raise ValueError(
            f"Expected {name} to be floating point or complex, but got: {tensor.dtype}"
        )


def require_size(tensor, tangent):
    if tensor.shape != tangent.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original "
            f"Tensor, this is not supported. Tensor is of size {list(tensor.shape)} while the "
            f"given forward gradient is of size {list(tangent.shape)}."
        )


# -------------------------------------------------------------------- in the graph


def zeros_like(tensor):
    return wrap(namespace(tensor.array).zeros_like(tensor.array))


def push_forward(outputs, places, tangents, create_graph):
    """How each output changes when the tensors at `places` change by `tangents`; None: not at all.

    tangents  for each place, or None for one that stays
    """
    return pushing(outputs, places)(tangents, create_graph)


def pushing(outputs, places):
    """`push_forward` from these places to these outputs, as a function of the rest.

    The gradients there are linear in the weights of the outputs; the derivatives of these by the
    weights, in the direction of the tangents, are what is asked for.
    """
    recorded = [each for each in outputs if each.requires_grad]
    if not recorded or not places:
        return lambda tangents, create_graph: [None] * len(outputs)
    with enable_grad():
        weights = [zeros_like(each).requires_grad_() for each in recorded]
        shares = grad(recorded, places, weights, create_graph=True, allow_unused=True)

    def push(tangents, create_graph):
        pairs = [
            (share, tangent)
            for share, tangent in zip(shares, tangents, strict=True)
            if share is not None and share.requires_grad and tangent is not None
        ]
        if not pairs:
            return [None if all(s is None for s in shares) else zeros_like(y) for y in outputs]
        moved, directions = map(list, zip(*pairs, strict=True))
        with enable_grad():
            changes = grad(moved, weights, directions, True, create_graph, allow_unused=True)
        changes = iter(changes)
        return [next(changes) if each.requires_grad else None for each in outputs]

    return push


def reaches_leaf(node, level=None):
    """Whether a gradient there would go on to a leaf, or a tensor of a tangent in `level`, that
    others look at.
    """
    return any(
        (each.leaf is not None and each not in PASSED) or (level is not None and level.knows(each))
        for each in ([] if node is None else collect([node]))
    )
