"""Hooks on a step of backward itself: `grad_fn.register_hook` and `register_prehook`."""

import weakref
from typing import Any

from minitorch.autograd.node import Node, RankedHook, Retaining, SeenNode, freed
from minitorch.autograd.parts import Parts
from minitorch.autograd.reread import values_of
from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.errors import ShapeError


def call_hooks(hooks, g):
    """The gradient that the hooks of tensors among `hooks` leave of `g`."""
    if isinstance(g, Parts):
        return g
    seen = shown(g)
    for hook in list(hooks):
        if isinstance(hook, Retaining):
            hook(seen)
        if isinstance(hook, RankedHook):
            continue
        changed = hook(seen)
        if changed is None:
            continue
        if not isinstance(changed, Tensor):
            raise TypeError(f"expected Variable, but hook returned '{type(changed).__name__}'")
        if changed.array.shape != seen.array.shape:
            raise ShapeError(
                f"hook '{getattr(hook, '__name__', hook)}' has changed the size of value\n"
                f"  from {tuple(seen.shape)} to {tuple(changed.shape)}"
            )
        seen = changed
    return seen if isinstance(g, Tensor) else seen.array


class Before(RankedHook):
    """A hook on the gradient with which a step begins, a tuple where the op has several outputs."""

    rank = 2

    def __init__(self, hook):
        self.hook = hook

    def changed(self, g):
        """The gradient, or the Parts, as the hook leaves it."""
        given = self.hook(shown(g) if isinstance(g, tuple) else (shown(g),))
        if given is None:
            return g
        given = given if isinstance(given, tuple) else (given,)
        if isinstance(g, tuple):
            return Parts([like(old, new) for old, new in zip(g, given, strict=True)])
        return like(g, given[0])


class After(RankedHook):
    """A hook on what a step makes of the gradient."""

    rank = 3

    def __init__(self, hook):
        self.hook = hook

    def changed(self, shares, g):
        """The shares of the parents, shown to the hook with `g`, as it leaves them."""
        seen = tuple([shown(share) for share in shares])
        given = self.hook(seen, shown(g) if isinstance(g, tuple) else (shown(g),))
        if given is None:
            return shares
        given = given if isinstance(given, tuple) else (given,)
        if len(given) != len(shares):
            raise RuntimeError(
                f"hook '{getattr(self.hook, '__name__', self.hook)}' has returned an incorrect "
                f"number of values (got {len(given)}, but expected {len(shares)})"
            )
        pairs = zip(given, shares, strict=True)
        return tuple([new if new is None else like(old, new) for new, old in pairs])


def shown(g):
    """A gradient, or a tuple of them, as the Tensors that hooks see."""
    if isinstance(g, tuple):
        return tuple([shown(each) for each in g])
    return g if g is None or isinstance(g, Tensor) else wrap(g)


def like(old, new):
    """What a hook returned, as an array if the engine walks on arrays."""
    return new if old is None or isinstance(old, Tensor) else new.array


def call_before(hooks, g):
    """The gradient as the `Before` hooks among `hooks` leave it."""
    for hook in list(hooks):
        if isinstance(hook, Before):
            g = hook.changed(g)
    return g


def call_after(hooks, shares, g):
    """The shares as the `After` hooks among `hooks` leave them."""
    for hook in list(hooks):
        if isinstance(hook, After):
            shares = hook.changed(shares, g)
    return shares


def all_shares(vjps, parents, g):
    """What the vjps of a node make of `g`, one share for each parent."""
    if type(vjps) is not tuple:
        return vjps(g)
    pairs = zip(vjps, parents, strict=True)
    return tuple([None if parent is None else each(g) for each, parent in pairs])


def followed(node, vjps, unbroadcast):
    """The vjps of a node as one for all, which calls its `After` hooks on what they give.

    unbroadcast  sums a share back to the shape of its parent
    """
    if not any(isinstance(hook, After) for hook in node.hooks):
        return vjps

    def fitted(share, parent):
        if parent is None or share is None or share.shape == parent.shape:
            return share
        return unbroadcast(share, parent.shape)

    def vjp(g):
        shares = all_shares(vjps, node.parents, g)
        pairs = zip(shares, node.parents)  # the outputs of a Function are parents too
        return call_after(node.hooks, tuple([fitted(*pair) for pair in pairs]), g)

    return vjp


def register_hook(self, fn):
    """Call `fn(grad_inputs, grad_outputs)` after this step of backward; returns a handle.

    grad_inputs   the gradients that the step passes on, one for each tensor that went in, None
                  where none is needed; () for an AccumulateGrad node
    grad_outputs  the gradient that the step got, as a tuple

    A tuple that it returns takes the place of grad_inputs.
    """
    return self.add_hook(After(fn))


def register_prehook(self, fn):
    """Call `fn(grad_outputs)` before this step of backward; returns a handle.

    A tuple that it returns takes the place of grad_outputs.
    """
    return self.add_hook(Before(fn))


def call(self, *gradients):
    """What this step makes of the gradient of its value: one share, or a tuple of several."""
    if self.vjps is None:
        raise freed(self)
    if len(gradients) != (count := len(values_of(self))):
        raise TypeError(f"expected {count} arguments, got {len(gradients)} instead")
    arrays = [g.array for g in gradients]
    g = arrays[0] if count == 1 else Parts(arrays)
    shares = all_shares(self.vjps, self.parents, g)
    shares = tuple([shown(share) for share in shares])
    return shares[0] if len(shares) == 1 else shares


metadata_of: Any = weakref.WeakKeyDictionary()  # since few nodes have any


def metadata(self):
    """A dict in which programs may keep what they like, as long as the node lives."""
    return metadata_of.setdefault(self, {})


def sequence_number(self):
    """A number that is higher for nodes that were recorded later; that of leaves is the highest."""
    return 2**64 - 1 if self.leaf is not None else self.order


def input_metadata(self):
    """Tensors like the gradients that this step takes, of the values computed again."""
    return [wrap(value) for value in values_of(self)]


def saved_attribute(self, name):
    from minitorch.autograd.saved import attribute  # noqa: PLC0415  few programs look at it

    return attribute(self, name)


ATTRIBUTES = {  # given to the class here, since nodes know no tensors
    "__call__": call,
    "register_hook": register_hook,
    "register_prehook": register_prehook,
    "metadata": property(metadata),
    "_sequence_nr": sequence_number,
    "_input_metadata": property(input_metadata),
}
for name, attribute in ATTRIBUTES.items():
    setattr(Node, name, attribute)
SeenNode.__getattr__ = saved_attribute  # type: ignore[attr-defined]  # given here, as those above
