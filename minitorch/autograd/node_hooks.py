"""Hooks on a step of backward itself: `grad_fn.register_hook` and `register_prehook`."""

from minitorch.autograd.node import Node
from minitorch.autograd.tensor import Tensor, wrap


class After:
    """A hook on what a step makes of the gradient; as a hook on the gradient it does nothing."""

    def __init__(self, hook):
        self.hook = hook

    def __call__(self, g):
        pass

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


def call_after(hooks, shares, g):
    """The shares as the `After` hooks among `hooks` leave them."""
    for hook in hooks:
        if isinstance(hook, After):
            shares = hook.changed(shares, g)
    return shares


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
        if type(vjps) is tuple:
            pairs = zip(vjps, node.parents, strict=True)
            shares = tuple([None if parent is None else each(g) for each, parent in pairs])
        else:
            shares = vjps(g)
        pairs = zip(shares, node.parents, strict=True)
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

    def on_gradient(g):
        given = fn((g,))
        return given[0] if isinstance(given, tuple) else given

    return self.add_hook(on_gradient)


for f in (register_hook, register_prehook):  # here, since nodes know no tensors
    setattr(Node, f.__name__, f)
