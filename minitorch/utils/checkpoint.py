"""`checkpoint`: less memory for more time. What backward needs is computed again in backward."""

import warnings
from collections.abc import Callable, Iterable
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

from minitorch.amp.casting import again, casting
from minitorch.autograd import versions
from minitorch.autograd.engine import backward_all, collect, wants_all_leaves
from minitorch.autograd.function import Function
from minitorch.autograd.grad_mode import enable_grad
from minitorch.autograd.node import captured, grad_mode, next_order, saves_array
from minitorch.autograd.tensor import Tensor
from minitorch.backend.generators import go_to_states, states

__all__ = [
    "CheckpointError", "CheckpointFunction", "check_backward_validity", "checkpoint",
    "checkpoint_sequential", "detach_variable", "noop_context_fn", "set_checkpoint_debug_enabled",
    "set_checkpoint_early_stop",
]  # fmt: skip
FOR_ALL: dict = {"debug": None, "early_stop": None}  # what holds whatever the calls say; None: not


class CheckpointError(RuntimeError):
    """The function did something else when it was computed again."""


def set_checkpoint_early_stop(enable: bool) -> Any:
    """The context in which `early_stop` of all calls of `checkpoint` is `enable`."""
    return setting("early_stop", enable)


def set_checkpoint_debug_enabled(enabled: bool | None) -> Any:
    """The context in which `debug` of all calls of `checkpoint` is `enabled`."""
    return setting("debug", enabled)


@contextmanager
def setting(name, value):
    before = FOR_ALL[name]
    FOR_ALL[name] = value
    try:
        yield
    finally:
        FOR_ALL[name] = before


def noop_context_fn() -> tuple[Any, Any]:
    """The contexts of a `checkpoint` that is given none: they do nothing."""
    return nullcontext(), nullcontext()


def checkpoint(
    function: Callable,
    *args: Any,
    use_reentrant: bool | None = None,
    preserve_rng_state: bool = True,
    context_fn: Callable[[], tuple[Any, Any]] = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """`function(*args, **kwargs)`, of which backward keeps nothing: it calls it once more.

    The graph is there as always, without the arrays that its vjps hold; the first of them that
    backward calls runs `function` again and takes the arrays from there.

    use_reentrant       must be given; True is the older way, which knows only the tensors among
                        `args`, one of which must require a gradient, and goes with `backward()`
                        alone, without `inputs`; the rest below is not for it
    preserve_rng_state  draw the same random numbers the second time
    context_fn          the contexts of the first and the second call
    determinism_check   "default", or "none": do not compare what the two calls did
    debug               CheckpointError lists the operations of both calls
    early_stop          what the second call does more than the first is no error

    Raises CheckpointError in backward where the second call did something else.
    Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016, arXiv:1604.06174.

    >>> import minitorch
    >>> x = minitorch.tensor(2.0, requires_grad=True)
    >>> checkpoint(lambda x: minitorch.exp(x) * x, x, use_reentrant=False).backward()
    >>> x.grad
    tensor(22.1672)
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly: "
            "PyTorch recommends use_reentrant=False",
            UserWarning,
            stacklevel=2,
        )
        use_reentrant = True
    if use_reentrant:
        if kwargs:
            raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
        if context_fn is not noop_context_fn or debug:
            raise ValueError(
                "Passing `context_fn` or `debug` is only supported when use_reentrant=False."
            )
        return CheckpointFunction.apply(function, preserve_rng_state, *args)
    if determinism_check not in ("default", "none"):
        raise ValueError(
            f"determinism_check should be one of ['default', 'none'], but got {determinism_check}"
        )
    surroundings = Surroundings(preserve_rng_state)
    first, second = context_fn()
    start = next_order()
    with again(surroundings.autocast), first:
        outputs = function(*args, **kwargs)
    if grad_mode.enabled:
        nodes = made_since(start, outputs)
        check = determinism_check != "none"
        debug = debug if FOR_ALL["debug"] is None else FOR_ALL["debug"]
        early_stop = early_stop if FOR_ALL["early_stop"] is None else FOR_ALL["early_stop"]
        call = partial(function, *args, **kwargs)
        repeat = Repeat(call, second, surroundings, nodes, check, debug, early_stop)
        for index, node in enumerate(nodes):
            if saves_array(node.vjps):
                node.vjps = repeat.stand_ins(index, node.vjps)
    return outputs


class Surroundings:
    """What a call depends on besides its arguments: autocast, and with `draws` the states of the
    generators.
    """

    def __init__(self, draws):
        self.autocast = casting.on
        self.states = states() if draws else None

    @contextmanager
    def restored(self):
        """The context in which all this is as it was."""
        now = states()
        if self.states is not None:
            go_to_states(self.states)
        try:
            with again(self.autocast):
                yield
        finally:
            if self.states is not None:
                go_to_states(now)


class CheckpointFunction(Function):
    """The older way of `checkpoint`: its backward calls the function, and then `backward`."""

    @staticmethod
    def forward(ctx, run_function, preserve_rng_state, *args):
        check_backward_validity(args)
        ctx.run_function = run_function
        ctx.surroundings = Surroundings(preserve_rng_state)
        ctx.others = [None if isinstance(each, Tensor) else each for each in args]
        ctx.places = [i for i, each in enumerate(args) if isinstance(each, Tensor)]
        ctx.save_for_backward(*[args[i] for i in ctx.places])
        return run_function(*args)

    @staticmethod
    def backward(ctx, *gradients):
        if not wants_all_leaves():
            raise RuntimeError(
                "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or "
                "passing an `inputs` parameter to .backward(). To resolve this error, you can "
                "either set use_reentrant=False, or call .backward() without passing the `inputs` "
                "argument."
            )
        given = list(ctx.others)
        for i, tensor in zip(ctx.places, ctx.saved_tensors, strict=True):
            given[i] = tensor
        args = detach_variable(tuple(given))
        with enable_grad(), ctx.surroundings.restored():
            outputs = ctx.run_function(*args)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        pairs = [
            (output, g)
            for output, g in zip(outputs, gradients, strict=True)
            if isinstance(output, Tensor) and output.requires_grad
        ]
        if not pairs:
            raise RuntimeError(
                "none of output has requires_grad=True, this checkpoint() is not necessary"
            )
        backward_all(*zip(*pairs, strict=True))
        return None, None, *[each.grad if isinstance(each, Tensor) else None for each in args]


def check_backward_validity(inputs: Iterable[Any]) -> None:
    """Warn if no tensor among `inputs` requires a gradient."""
    if not any(each.requires_grad for each in inputs if isinstance(each, Tensor)):
        warnings.warn(
            "None of the inputs have requires_grad=True. Gradients will be None",
            UserWarning,
            stacklevel=2,
        )


def detach_variable(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """`inputs` with leaves in the place of tensors, which require a gradient as these do."""
    if not isinstance(inputs, tuple):
        raise RuntimeError(
            f"Only tuple of tensors is supported. Got Unsupported input type: "
            f"{type(inputs).__name__}"
        )
    return tuple(
        each.detach().requires_grad_(each.requires_grad) if isinstance(each, Tensor) else each
        for each in inputs
    )


def made_since(start, outputs):
    """The nodes of the outputs that were recorded after the order number `start`."""
    roots = [tensor.node for tensor in tensors_in(outputs) if tensor.node is not None]
    return [node for node in collect(roots) if node.order > start and node.vjps is not None]


def tensors_in(value):
    """All tensors in nested lists, tuples and dicts."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [tensor for each in value for tensor in tensors_in(each)]
    return []


class Repeat:
    """The second call of a function, made when its vjps are first wanted.

    surroundings  of the first call
    known         what each node of the first call was, to compare with
    nodes         those of the second call; None before it, and once backward has passed them
    """

    def __init__(self, call, context, surroundings, nodes, check, debug, early_stop):
        self.call, self.context, self.surroundings, self.check = call, context, surroundings, check
        self.debug, self.early_stop = debug, early_stop
        self.known = [described(node) for node in nodes]
        self.nodes: list = [None] * len(nodes)

    def stand_ins(self, index, vjps):
        """What takes the place of the vjps of a node: it holds no array."""

        def stand_in(place):
            def vjp(g):
                vjps = self.of(index)
                return vjps(g) if place is None else vjps[place](g)

            return vjp

        if type(vjps) is not tuple:
            return stand_in(None)
        return tuple(None if vjp is None else stand_in(i) for i, vjp in enumerate(vjps))

    def of(self, index):
        """The vjps of a node; younger nodes, where backward has been, are let go of."""
        if self.nodes[index] is None:
            self.compute()
        self.nodes[:index] = [None] * index
        node = self.nodes[index]
        versions.check(node, captured(node.vjps))
        return node.vjps

    def compute(self):
        start = next_order()
        with enable_grad(), self.surroundings.restored(), self.context:
            nodes = made_since(start, self.call())
        more = len(nodes) - len(self.known)
        if more > 0 and self.early_stop:
            nodes = nodes[more:]  # the youngest stand first
        elif more > 0:
            raise CheckpointError(
                "torch.utils.checkpoint: trying to save more tensors during recomputation than "
                f"during the original forward pass.{self.both(nodes)}"
            )
        elif more < 0:
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the "
                "original forward and recomputation.\n"
                f"Number of tensors saved during forward: {len(self.known)}\n"
                f"Number of tensors saved during recomputation: {len(nodes)}{self.both(nodes)}"
            )
        for known, node in zip(self.known, nodes) if self.check else ():
            if known != described(node):
                raise CheckpointError(
                    "torch.utils.checkpoint: Recomputed values for the following tensors have "
                    "different metadata than during the forward pass.\n"
                    f"  {known} then, {described(node)} now{self.both(nodes)}"
                )
        self.nodes = nodes

    def both(self, nodes):
        """With `debug`, what both calls did, the first operation first."""
        if not self.debug:
            return ""
        then = "\n".join(f"  {name} {shape}" for name, shape in reversed(self.known))
        now = "\n".join(f"  {name} {shape}" for name, shape in map(described, reversed(nodes)))
        return (
            "\nYou are seeing this error because you passed `debug=True` to checkpoint\n"
            f"the original forward pass:\n{then}\nthe recomputation:\n{now}"
        )


def described(node):
    return node.name(), node.shape


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """The modules of a Sequential, or a list of functions, one after the other in `segments`
    parts, of which all but the last are checkpointed.
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be "
            "passed explicitly: PyTorch recommends use_reentrant=False",
            UserWarning,
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    functions = list(functions)
    size = len(functions) // segments

    def part(steps):
        def call(x):
            for step in steps:
                x = step(x)
            return x

        return call

    for i in range(segments - 1):
        input = checkpoint(
            part(functions[i * size : (i + 1) * size]), input,
            use_reentrant=use_reentrant, preserve_rng_state=preserve,
        )  # fmt: skip
    return part(functions[(segments - 1) * size :])(input)
