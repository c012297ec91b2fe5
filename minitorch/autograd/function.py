"""`Function`: an op of the user's own, with a forward and a backward written over tensors.

A call becomes one node. Its vjp hands the gradients to `backward` as Tensors, so when derivatives
of derivatives are wanted the same vjp serves: what `backward` computes is recorded like anything
else. `forward` may have effects or draw random numbers, so reading 3 must not run it again: the
node keeps the arrays of its outputs until backward has passed, as constant inputs after the
arguments, and an output that was changed in place is refused for higher derivatives only.
"""

import inspect
import warnings
import weakref
from functools import wraps

from minitorch.autograd import rebase
from minitorch.autograd.engine import Recording
from minitorch.autograd.node import Node, grad_mode
from minitorch.autograd.op import PICK
from minitorch.autograd.parts import pick
from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace


class FunctionCtx:
    """What a call of a Function hands from `forward` to `backward`; it takes any attribute.

    needs_input_grad  for each argument, whether it is a tensor that requires grad
    """

    needs_input_grad = ()
    to_save = ()
    dirty_tensors = ()
    non_differentiable = ()
    materialize_grads = True
    _saved = ()  # pairs of an array and its place: a node, the index of an output, or None
    _pick = None  # the function from the index of an output to its node

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
    def saved_tensors(self):
        """What `save_for_backward` kept, each at its place in the graph."""
        tensors = []
        for array, place in self._saved:
            tensor = None if array is None else wrap(array)
            if place is not None:
                tensor.node = place if isinstance(place, Node) else self._pick(place)
            tensors.append(tensor)
        return tuple(tensors)


class Function:
    """An operation with its own derivative: write `forward` and `backward`, call `apply`.

    `forward(ctx, *args)` takes what `apply` gets and returns a tensor or a tuple, which may hold
    other things too; or `forward(*args)` together with `setup_context(ctx, inputs, output)`.
    `backward(ctx, *gradients)` gets one gradient per output and returns one per argument, None
    for those that need none. Nothing is recorded inside `forward`.

    >>> from minitorch import tensor
    >>> class Cube(Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x * x * x
    ...
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         (x,) = ctx.saved_tensors
    ...         return g * 3 * x * x
    >>> x = tensor(2.0, requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad
    tensor(12.)
    """

    def __init__(self, *args, **kwargs):
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all "
            "static, so you should invoke them on the class itself.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args, **kwargs):
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use "
            f"new-style autograd function with static forward method: {type(self).__name__}.apply(x)"
        )

    @staticmethod
    def forward(*args, **kwargs):
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def setup_context(ctx, inputs, output):
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx, *grad_outputs):
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom "
            "autograd.Function to use it with backward mode AD."
        )

    @classmethod
    def apply(cls, *args, **kwargs):
        """Call `forward` on these arguments, and record `backward` for what comes out."""
        ctx = FunctionCtx()
        apart = cls.setup_context is not Function.setup_context
        if apart:
            bound = inspect.signature(cls.forward).bind(*args, **kwargs)
            bound.apply_defaults()
            args, kwargs = bound.args, bound.kwargs
        parents = [each.node if isinstance(each, Tensor) else None for each in args]
        ctx.needs_input_grad = tuple(node is not None for node in parents)
        with Recording(False):
            if apart:
                output = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, output)
            else:
                output = cls.forward(ctx, *args, **kwargs)
        outputs = with_aliases(ctx, args, output if isinstance(output, tuple) else (output,))
        if grad_mode.enabled and any(ctx.needs_input_grad):
            record(cls, ctx, args, parents, outputs)
        ctx.to_save = ctx.dirty_tensors = ctx.non_differentiable = ()
        return outputs if isinstance(output, tuple) else outputs[0]


def among(tensor, group):
    return any(tensor is each for each in group)


def with_aliases(ctx, args, outputs):
    """The outputs; an argument returned unchanged becomes a view, so that it keeps its own node."""
    for dirty in ctx.dirty_tensors:
        if not among(dirty, outputs):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as "
                "output. The inputs that are modified inplace must all be outputs of the Function."
            )
    results = []
    for each in outputs:
        if isinstance(each, Tensor) and not among(each, ctx.dirty_tensors):
            if among(each, args) or among(each, results):
                base, each = each if each.base is None else each.base, wrap(each.array)
                each.base = base
        results.append(each)
    return tuple(results)


# -------------------------------------------------------------------- the node of a call


class Step:
    """What the engine asks of an op, for one call of a Function."""

    view = False

    def __init__(self, name, saves):
        self.name = name
        self.saves_arrays = saves
        self.saves_nothing = not saves

    def backward_name(self, node):
        return self.name

    def value(self, node, arrays):
        """The outputs, which follow the arguments among the node's inputs."""
        outputs = arrays[node.settings[0] :]
        return outputs[0] if node.shape is not None else outputs

    def read_again(self, node, inputs):
        return node.vjps


def record(cls, ctx, args, parents, outputs):
    """Give the outputs that carry gradients their nodes."""
    for dirty in ctx.dirty_tensors:
        if dirty.node is not None and dirty.is_leaf:
            raise RuntimeError(
                "a leaf Variable that requires grad has been used in an in-place operation.\n"
                f"  {cls.__name__} marks it as dirty: hand in a clone()"
            )
    places = [
        i for i, each in enumerate(outputs)
        if isinstance(each, Tensor)
        and each.dtype.is_floating_point
        and not among(each, ctx.non_differentiable)
    ]  # fmt: skip
    if not places:
        return
    alone = len(outputs) == 1
    name = f"{cls.__name__}Backward"
    saved = saved_of(ctx, args, outputs, places)
    node = Node(
        Step(name, any(array is not None for array, _ in saved)),
        (*parents, *[None] * len(outputs)),
        vjp_of(cls, ctx, name, saved, [form(each) for each in args], [form(each) for each in outputs]),
        # False: an argument, which reading 3 does not read again
        (*[False] * len(args), *[each.array if isinstance(each, Tensor) else None for each in outputs]),
        (len(args),),
        outputs[0].array.shape if alone else None,
    )
    call = weakref.ref(node)
    ctx._pick = lambda i: place_of(call(), i, outputs_shapes[i], len(outputs_shapes))
    outputs_shapes = [each.array.shape if isinstance(each, Tensor) else None for each in outputs]
    for i in places:
        place = place_of(node, i, outputs_shapes[i], len(outputs))
        if among(outputs[i], ctx.dirty_tensors):
            rebase.move_on(outputs[i], place)
        else:
            outputs[i].node = place


def place_of(node, index, shape, count):
    """The node of one output of a call."""
    if count == 1:
        return node
    return Node(PICK, (node,), (pick(index, count),), (None,), (index,), shape)
