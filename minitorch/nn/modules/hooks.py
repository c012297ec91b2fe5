"""Hooks: what is called before and after a module's `forward`, and when its gradients are known."""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from minitorch.autograd.function import Function
from minitorch.autograd.node import RemovableHandle, grad_mode
from minitorch.autograd.tensor import Tensor


class Hook(NamedTuple):
    """A registered function and how it wants to be called."""

    call: Callable
    with_kwargs: bool = False
    always_call: bool = False


class Hooks:
    """Calling a module, with its hooks where it has any: the part of Module that does this."""

    forward: Callable
    _hooked = False  # whether a hook was ever registered: all that a plain call asks
    _forward_pre_hooks: list[Hook]
    _forward_hooks: list[Hook]
    _backward_pre_hooks: list[Hook]
    _backward_hooks: list[Hook]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._hooked:
            return call_with_hooks(self, args, kwargs)
        return self.forward(*args, **kwargs) if kwargs else self.forward(*args)

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before `forward`; what it returns, if not None, replaces args.

        prepend      call it before those registered earlier
        with_kwargs  it is `hook(module, args, kwargs)` and may return both, as a pair
        """
        return self._register("_forward_pre_hooks", Hook(hook, with_kwargs), prepend)

    def register_forward_hook(
        self,
        hook: Callable,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after `forward`; what it returns replaces the output.

        prepend      call it before those registered earlier
        with_kwargs  it is `hook(module, args, kwargs, output)`
        always_call  call it, with None for the output, even where `forward` fails
        """
        return self._register("_forward_hooks", Hook(hook, with_kwargs, always_call), prepend)

    def register_full_backward_pre_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, grad_output)`, a tuple, when the gradients of the outputs are known.

        What it returns, if not None, takes their place.
        """
        return self._register("_backward_pre_hooks", Hook(hook), prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)`, two tuples, when both are known.

        What it returns, if not None, takes the place of grad_input.
        """
        return self._register("_backward_hooks", Hook(hook), prepend)

    def _register(self, kind, hook, prepend):
        if not self._hooked:
            self._forward_pre_hooks, self._forward_hooks = [], []
            self._backward_pre_hooks, self._backward_hooks = [], []
            self._hooked = True
        hooks = getattr(self, kind)
        hooks.insert(0 if prepend else len(hooks), hook)
        return RemovableHandle(hooks, hook)


def call_with_hooks(module, args, kwargs):
    """`module.forward`, with all hooks around it."""
    called = []
    output = None
    try:
        for hook in list(module._forward_pre_hooks):
            args, kwargs = before(hook, module, args, kwargs)
        watch = None
        if module._backward_hooks or module._backward_pre_hooks:
            watch = Watch(module, len(args))
            args = watch.inputs(args)
        output = module.forward(*args, **kwargs)
        for hook in list(module._forward_hooks):
            called.append(hook)
            output = after(hook, module, args, kwargs, output)
        return output if watch is None else watch.outputs(output)
    except Exception:
        for hook in module._forward_hooks:
            if hook.always_call and hook not in called:
                try:
                    output = after(hook, module, args, kwargs, output)
                except Exception as error:
                    warnings.warn(
                        "module forward hook with ``always_call=True`` raised an exception that "
                        f"was silenced as another error was raised in forward: {error}",
                        stacklevel=3,
                    )
        raise


def before(hook, module, args, kwargs):
    """The arguments that a forward pre-hook leaves."""
    if not hook.with_kwargs:
        changed = hook.call(module, args)
        changed = args if changed is None else changed
        return changed if isinstance(changed, tuple) else (changed,), kwargs
    changed = hook.call(module, args, kwargs)
    if changed is None:
        return args, kwargs
    if not (isinstance(changed, tuple) and len(changed) == 2):
        raise RuntimeError(
            "forward pre-hook must return None or a tuple of (new_args, new_kwargs), "
            f"but got {changed}."
        )
    return changed


def after(hook, module, args, kwargs, output):
    """The output that a forward hook leaves."""
    changed = (
        hook.call(module, args, kwargs, output)
        if hook.with_kwargs
        else hook.call(module, args, output)
    )
    return output if changed is None else changed


class Passing(Function):
    """Tensors unchanged; `seen` is given all their gradients at once and may replace them."""

    @staticmethod
    def forward(ctx, seen, *tensors):
        ctx.seen = seen
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(*[t for t in tensors if not t.requires_grad])
        return tensors

    @staticmethod
    def backward(ctx, *gradients):
        return None, *ctx.seen(gradients)


class Watch:
    """Calls the backward hooks of a module during one pass: gradients of the outputs come first,
    those of the inputs last.
    """

    def __init__(self, module, arguments):
        self.module = module
        self.grad_input = (None,) * arguments
        self.grad_output = None
        self.places = None  # which arguments are tensors; None: no gradient reaches any

    def inputs(self, args):
        args, self.places = passing(args, self.at_inputs)
        return args

    def outputs(self, output):
        several = isinstance(output, tuple)
        if not several and not isinstance(output, Tensor):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of "
                f"Tensors but received {type(output)}",
                stacklevel=4,
            )
            return output
        values = output if several else (output,)
        self.count = len(values)
        values, self.output_places = passing(values, self.at_outputs)
        return values if several else values[0]

    def at_outputs(self, gradients):
        self.grad_output = spread(gradients, self.output_places, self.count)
        for hook in self.module._backward_pre_hooks:
            changed = hook.call(self.module, self.grad_output)
            if changed is not None:
                self.grad_output = as_many(
                    "Backward pre hook returned an invalid number of grad_output",
                    changed,
                    self.count,
                )
        given = tuple(self.grad_output[i] for i in self.output_places)
        if self.places is None:
            self.call(self.grad_input)
        return given

    def at_inputs(self, gradients):
        places = self.places or ()
        changed = self.call(spread(gradients, places, len(self.grad_input)))
        return tuple(changed[i] for i in places)

    def call(self, grad_input):
        grad_output, self.grad_output = self.grad_output, None
        if grad_output is None:  # a gradient came to the inputs past the outputs
            return grad_input
        for hook in self.module._backward_hooks:
            changed = hook.call(self.module, grad_input, grad_output)
            if changed is not None:
                grad_input = as_many(
                    "Backward hook returned an invalid number of grad_input",
                    changed,
                    len(grad_input),
                )
        return grad_input


def passing(values, seen):
    """`values` with their tensors passed through Passing, and the places of these; or None."""
    places = [i for i, value in enumerate(values) if isinstance(value, Tensor)]
    if not grad_mode.enabled or not any(values[i].requires_grad for i in places):
        return values, None
    passed = dict(zip(places, Passing.apply(seen, *[values[i] for i in places]), strict=True))
    return tuple(passed.get(i, value) for i, value in enumerate(values)), places


def spread(gradients, places, count):
    """The gradients at their places among `count`, None elsewhere."""
    by_place = dict(zip(places, gradients, strict=True))
    return tuple(by_place.get(i) for i in range(count))


def as_many(complaint, changed, count):
    """`changed`, one or several gradients, as a tuple of `count`."""
    changed = changed if isinstance(changed, tuple | list) else (changed,)
    if len(changed) != count:
        raise RuntimeError(f"{complaint}, got {len(changed)}, but expected {count}")
    return tuple(changed)
