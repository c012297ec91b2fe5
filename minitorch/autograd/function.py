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
from minitorch.autograd.function_context import FunctionCtx, output_node
from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.node import Node, grad_mode
from minitorch.autograd.packing import Packed, saving
from minitorch.autograd.tensor import Tensor, set_base, wrap
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace


class Function:
    """An operation with its own derivative: write `forward` and `backward`, call `apply`.

    `forward(ctx, *args)` takes what `apply` gets and returns a tensor or a tuple, which may hold
    other things too; or `forward(*args)` together with `setup_context(ctx, inputs, output)`.
    `backward(ctx, *gradients)` gets one gradient per output and returns one per argument, None
    for those that need none. Nothing is recorded inside `forward`. `jvp(ctx, *tangents)`, where
    it is written, gets one tangent per argument and returns one per output, for `forward_ad` and
    `func.jvp`; without it they differentiate `backward`.

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
            "new-style autograd function with static forward method.\n"
            f"  call {type(self).__name__}.apply(...), on the class itself"
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

    vjp = backward  # its other name

    @staticmethod
    def jvp(ctx, *grad_inputs):
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with "
            "forward mode AD."
        )

    generate_vmap_rule = False  # what it is changes nothing: `func.vmap` is a loop over `forward`

    @staticmethod
    def vmap(info, in_dims, *args):
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must either override the vmap staticmethod or "
            "set generate_vmap_rule=True."
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
        within, grad_mode.in_forward = grad_mode.in_forward, True
        try:
            with no_grad():
                if apart:
                    output = cls.forward(*args, **kwargs)
                    cls.setup_context(ctx, args, output)
                else:
                    output = cls.forward(ctx, *args, **kwargs)
        finally:
            grad_mode.in_forward = within
        outputs = output if isinstance(output, tuple) else (output,)
        if apart:
            refuse_saved_aliases(ctx, args, outputs)
        outputs = with_aliases(ctx, args, outputs)
        if grad_mode.enabled and any(ctx.needs_input_grad):
            record(cls, ctx, args, parents, outputs)
        if grad_mode.dual is not None and cls.jvp is not Function.jvp:
            grad_mode.dual.follow(cls.jvp, ctx, args, parents, outputs)
        ctx.to_save = ctx.dirty_tensors = ctx.non_differentiable = ()
        ctx._saved_for_forward = None
        return outputs if isinstance(output, tuple) else outputs[0]


class InplaceFunction(Function):
    """A Function that may change its inputs in place; `inplace` says whether it does."""

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace


def once_differentiable(backward):
    """Decorate a `backward` that leaves the tensors (for NumPy, say): it is not differentiated."""

    @wraps(backward)
    def once(ctx, *gradients):
        with no_grad():
            shares = backward(ctx, *gradients)
        if not any(isinstance(g, Tensor) and g.requires_grad for g in gradients):
            return shares
        shares = shares if isinstance(shares, tuple) else (shares,)
        return Once.apply(len(shares), *shares, *gradients)

    return once


class Once(Function):
    """The first `count` arguments, unchanged; going backward through it is an error."""

    @staticmethod
    def forward(ctx, count, *args):
        return args[:count]

    @staticmethod
    def backward(ctx, *gradients):
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )


def among(tensor, group):
    return any(tensor is each for each in group)


def refuse_saved_aliases(ctx, args, outputs):
    """`setup_context` can't tell an argument that was returned as it is from the output."""
    for each in (*ctx.to_save, *(ctx._saved_for_forward or ())):
        if among(each, args) and among(each, outputs) and not among(each, ctx.dirty_tensors):
            raise RuntimeError(
                "An input that has been returned as-is as output is being saved for backward. This "
                "is not supported if you override setup_context. You should return and save a view "
                "of the input instead, e.g. with x.view_as(x) or setup ctx inside the forward "
                "function itself."
            )


def with_aliases(ctx, args, outputs):
    """The outputs; an argument returned as it is becomes a view, so that it keeps its own node."""
    for dirty in ctx.dirty_tensors:
        if not among(dirty, args):
            text = (
                "ctx.mark_dirty() received a tensor that was not an input. Only input Tensors that "
                "have been mutated should be passed to ctx.mark_dirty()."
            )
            if dirty.base is not None:
                raise RuntimeError(text)
            warnings.warn(text, UserWarning, stacklevel=3)
        if not among(dirty, outputs):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as "
                "output. The inputs that are modified inplace must all be outputs of the Function."
            )
    results: list = []
    views: dict = {}
    for each in outputs:
        if isinstance(each, Tensor) and not among(each, ctx.dirty_tensors) and among(each, args):
            given = each
            if id(given) not in views:
                views[id(given)] = wrap(given.array)
                set_base(views[id(given)], given)
            each = views[id(given)]
            if among(given, ctx.non_differentiable):
                ctx.non_differentiable = (*ctx.non_differentiable, each)
        results.append(each)
    return tuple(results)


# -------------------------------------------------------------------- the node of a call


class Step:
    """What the engine asks of an op, for one call of a Function."""

    view = False
    adds = None
    piecewise = False

    def __init__(self, name, ctx, saves, seen):
        self.name = name
        self.context = weakref.ref(ctx)
        self.seen = seen
        self.saves_arrays = saves
        self.saves_nothing = not saves

    def backward_name(self, node):
        return self.name

    def value(self, node, arrays):
        """The outputs, which follow the arguments among the node's inputs."""
        count, shapes = node.settings
        return arrays[count] if len(shapes) == 1 else arrays[count:]

    def read_again(self, node, inputs):
        return node.vjps


def record(cls, ctx, args, parents, outputs):
    """Give the outputs that carry gradients their places in the graph."""
    for dirty in ctx.dirty_tensors:
        require_free(dirty, cls, len(outputs))
    name = f"{cls.__name__}Backward"
    carriers = [
        i
        for i, each in enumerate(outputs)
        if isinstance(each, Tensor)
        and each.dtype.is_floating_point
        and not among(each, ctx.non_differentiable)
    ]
    saved = ctx._saved = saved_of(ctx, parents, args, outputs, carriers)
    forms = [
        form(each) if ctx._materialize_non_diff_grads or i in carriers else None
        for i, each in enumerate(outputs)
    ]
    arrays = [each.array if isinstance(each, Tensor) else None for each in outputs]
    shapes = [None if array is None else array.shape for array in arrays]
    node = Node(
        Step(
            name,
            ctx,
            any(array is not None for array, *_ in saved),
            [i for i, each in enumerate(args) if isinstance(each, Tensor)],
        ),
        (*parents, *[None] * len(outputs)),
        vjp_of(cls, ctx, saved, [form(each) for each in args], forms),
        (*[False] * len(args), *arrays),  # False: reading 3 has no need of it
        (len(args), shapes),
        shapes[0] if len(shapes) == 1 else None,
    )
    ctx._node = weakref.ref(node)
    if grad_mode.anomaly is not None:
        grad_mode.anomaly.note(node)
    for i in carriers:
        if among(outputs[i], ctx.dirty_tensors):
            rebase.move_on(outputs[i], output_node(node, i))
        else:
            outputs[i].node = output_node(node, i)


def require_free(dirty, cls, count):
    """Refuse a tensor that a call of `cls`, with `count` outputs, may not change in place."""
    if dirty.base is not None and count > 1:
        raise RuntimeError(
            "If your Function modifies inplace an input that is a view of another Tensor, "
            "your Function cannot return more than one Tensor. This is not supported by the "
            "current autograd engine. You should either make sure the input is not a view "
            "(using .clone() for example) or make your Function only return one Tensor "
            "(potentially splitting it into two Functions: one doing the inplace that returns "
            "a single Tensor and a second one that does the other operations). You can ask on "
            "the forum https://discuss.pytorch.org/ if you need help to do this change."
        )
    if dirty.base is not None:
        rebase.require_writable(dirty)
    if dirty.requires_grad and dirty.is_leaf:
        raise RuntimeError(
            "a leaf Variable that requires grad has been used in an in-place operation.\n"
            f"  {cls.__name__} marks it as dirty: hand in a clone()"
        )


def saved_of(ctx, parents, args, outputs, carriers):
    """What was saved; of an output not the tensor, and as its place its index: no cycle."""
    saved = []
    for tensor in ctx.to_save:
        place = None
        for node, each in zip(parents, args, strict=True):
            if tensor is each:
                place = node
        for i, each in enumerate(outputs):  # a dirty argument is saved as the output it became
            if tensor is each:
                place = i if i in carriers else None
        kept = None if tensor is None else tensor.array
        if kept is not None and saving.hooks is not None:
            kept = Packed(tensor, saving.hooks)
        saved.append((kept, place, None if isinstance(place, int) else tensor))
    return tuple(saved)


def form(value):
    return (value.array.shape, value.dtype) if isinstance(value, Tensor) else None


def vjp_of(cls, ctx, saved, arguments, outputs):
    """The joint vjp of a call: the class's `backward`, with its results checked."""
    backward = cls.backward if cls.backward is not Function.backward else cls.vjp
    if backward is not cls.vjp is not Function.vjp:
        raise RuntimeError(
            "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You "
            "should only implement one of them."
        )

    def vjp(g):
        ctx._saved = saved  # held here too, where in-place checking looks
        gradients = g if len(outputs) > 1 else (g,)
        present = next(each for each in gradients if each is not None)
        xp = namespace(present.array if isinstance(present, Tensor) else present)
        given = []
        for each, known in zip(gradients, outputs, strict=True):
            if each is None and known is not None and ctx.materialize_grads:
                shape, dtype = known
                each = xp.zeros(shape, dtype.dtype)
            given.append(each if each is None or isinstance(each, Tensor) else wrap(each))
        shares = backward(ctx, *given)
        shares = checked(f"{cls.__name__}Backward", shares, arguments, ctx.needs_input_grad)
        return [s if s is None or grad_mode.enabled else s.array for s in shares]

    return vjp


def checked(name, shares, arguments, needed):
    """What a `backward` returned, one gradient per argument, of its shape and dtype."""
    shares = shares if isinstance(shares, tuple) else (shares,)
    while len(shares) > len(arguments) and shares[-1] is None:
        shares = shares[:-1]
    if len(shares) != len(arguments):
        raise RuntimeError(
            f"function {name} returned an incorrect number of gradients "
            f"(expected {len(arguments)}, got {len(shares)})\n"
            "  return one for each argument of forward, None for what is not a tensor"
        )
    results: list = []
    for i, (share, known) in enumerate(zip(shares, arguments, strict=True)):
        if share is not None and known is None:
            raise RuntimeError(
                f"function {name} returned a gradient different than None at position {i + 1}, "
                "but the corresponding forward input was not a Variable"
            )
        if share is None or not needed[i]:
            results.append(None)
            continue
        if not isinstance(share, Tensor):
            raise DtypeError(f"{name}: expected Variable or None (got {type(share).__name__})")
        shape, dtype = known
        if not expands(shape, share.array.shape):
            raise ShapeError(
                f"Function {name} returned an invalid gradient at index {i} - "
                f"got {list(share.shape)} but expected shape compatible with {list(shape)}"
            )
        results.append(share if share.dtype is dtype else share.to(dtype))
    return results


def expands(shape, larger):
    """Whether `shape` broadcasts to exactly `larger`; the engine sums such a gradient back."""
    if len(larger) < len(shape):
        return False
    return all(n in (1, m) for n, m in zip(reversed(shape), reversed(larger)))
