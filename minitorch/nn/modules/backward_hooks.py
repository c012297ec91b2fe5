"""Backward hooks of modules: called when the gradients of outputs and inputs are known."""

import warnings

from minitorch.autograd.function import Function
from minitorch.autograd.node import grad_mode
from minitorch.autograd.tensor import Tensor


class BackwardHookFunction(Function):
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

    def __init__(self, module, arguments, pre_hooks, hooks):
        self.module = module
        self.pre_hooks = pre_hooks
        self.hooks = hooks
        self.grad_input = (None,) * arguments
        self.grad_output = None
        self.places = None  # which arguments are tensors; None: no gradient reaches any

    def inputs(self, args):
        args, self.places = passing(args, self.at_inputs)
        return args

    def outputs(self, output):
        several = isinstance(output, tuple)
        if isinstance(output, dict) and self.module._is_full_backward_hook is False:
            return type(output)(zip(output, self.outputs(tuple(output.values())), strict=True))
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
        for hook in self.pre_hooks:
            changed = hook(self.module, self.grad_output)
            if changed is not None:
                self.grad_output = as_many(
                    "Backward pre hook returned an invalid number of grad_output",
                    changed,
                    self.count,
                )
        given = tuple(self.grad_output[i] for i in self.output_places)
        if self.places is None:
            self.call_without_inputs()
        return given

    def at_inputs(self, gradients):
        places = self.places or ()
        grad_input = spread(gradients, places, len(self.grad_input))
        grad_output, self.grad_output = self.grad_output, None
        if grad_output is not None:  # None: a gradient came to the inputs past the outputs
            for hook in self.hooks:
                changed = hook(self.module, grad_input, grad_output)
                if changed is not None:
                    grad_input = as_many(
                        "Backward hook returned an invalid number of grad_input",
                        changed,
                        len(grad_input),
                    )
        return tuple(grad_input[i] for i in places)

    def call_without_inputs(self):
        """The hooks where no input needs a gradient: with None for each, and nothing to change."""
        grad_output, self.grad_output = self.grad_output, None
        if self.hooks:
            warnings.warn(
                "Full backward hook is firing when gradients are computed with respect to module "
                "outputs since no inputs require gradients.",
                stacklevel=5,
            )
        for hook in self.hooks:
            changed = hook(self.module, self.grad_input, grad_output)
            if changed is not None and not (
                isinstance(changed, tuple) and all(each is None for each in changed)
            ):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always "
                    "return None or None for all gradients."
                )


def passing(values, seen):
    """`values` with their tensors passed through, `seen` watching, and the places of these; or
    None for the places where no gradient comes.
    """
    places = [i for i, value in enumerate(values) if isinstance(value, Tensor)]
    if not grad_mode.enabled or not any(values[i].requires_grad for i in places):
        return values, None
    tensors = BackwardHookFunction.apply(seen, *[values[i] for i in places])
    passed = dict(zip(places, tensors, strict=True))
    every = [passed.get(i, value) for i, value in enumerate(values)]
    return tuple(every) if type(values) is tuple else type(values)(*every), places


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
