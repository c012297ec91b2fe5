"""The package `functorch` of PyTorch, whose functions `func` has taken over: each says so."""

import copy
import warnings
from collections.abc import Iterable, Sequence
from functools import wraps
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.func import derivatives, mapping
from minitorch.func.modules import functional_call
from minitorch.nn.modules.module import Module
from minitorch.ops.join import stack

MOVED = (
    "We've integrated functorch into PyTorch. As the final step of the integration, `functorch.{}`"
    " is deprecated as of PyTorch 2.0 and will be deleted in a future version of PyTorch >= 2.3."
    " Please use `torch.func.{}` instead."
)


def moved(f, instead=None):
    """`f`, which warns that it is in `func` by now, or what is there `instead`."""
    text = MOVED.format(f.__name__, instead or f.__name__)

    @wraps(f)
    def call(*args, **kwargs):
        warnings.warn(text, FutureWarning, stacklevel=2)
        return f(*args, **kwargs)

    return call


grad = moved(derivatives.grad)
grad_and_value = moved(derivatives.grad_and_value)
hessian = moved(derivatives.hessian)
jacfwd = moved(derivatives.jacfwd)
jacrev = moved(derivatives.jacrev)
jvp = moved(derivatives.jvp)
vjp = moved(derivatives.vjp)
vmap = moved(mapping.vmap)


class FunctionalModuleWithBuffers(Module):
    """A copy of a module as a function of its parameters, its buffers and the arguments."""

    def __init__(
        self, stateless_model: Module, param_names: tuple[str, ...], buffer_names: tuple[str, ...]
    ) -> None:
        super().__init__()
        self.stateless_model = stateless_model
        self.param_names = param_names
        self.buffer_names = buffer_names

    def forward(  # type: ignore[override]  # the tensors come first
        self, params: Iterable[Tensor], buffers: Iterable[Tensor], *args: Any, **kwargs: Any
    ) -> Any:
        names = (*self.param_names, *self.buffer_names)
        tensors = dict(zip(names, (*params, *buffers), strict=True))
        return functional_call(self.stateless_model, tensors, args, kwargs)


class FunctionalModule(FunctionalModuleWithBuffers):
    """A copy of a module as a function of its parameters and the arguments."""

    def forward(  # type: ignore[override]  # likewise
        self, params: Iterable[Tensor], *args: Any, **kwargs: Any
    ) -> Any:
        return super().forward(params, (), *args, **kwargs)


def parts_of(model, kind, disable_autograd_tracking):
    """The `kind` of function that a copy of `model` makes, and the copy's tensors."""
    model = copy.deepcopy(model)
    params, buffers = dict(model.named_parameters()), dict(model.named_buffers())
    if disable_autograd_tracking:
        model.requires_grad_(False)
    if kind is FunctionalModule and buffers:
        raise RuntimeError(
            "make_functional(model): `model` has buffers. Please use "
            "make_functional_with_buffers(model) instead."
        )
    return kind(model, tuple(params), tuple(buffers)), (*params.values(),), (*buffers.values(),)


def make_functional(
    model: Module, disable_autograd_tracking: bool = False
) -> tuple[FunctionalModule, tuple[Tensor, ...]]:
    """`f` and `params` such that `f(params, *args)` is what `model(*args)` is now.

    disable_autograd_tracking  True: `params` do not require gradients

    Raises RuntimeError if the module has buffers.
    """
    return parts_of(model, FunctionalModule, disable_autograd_tracking)[:2]


def make_functional_with_buffers(
    model: Module, disable_autograd_tracking: bool = False
) -> tuple[FunctionalModuleWithBuffers, tuple[Tensor, ...], tuple[Tensor, ...]]:
    """`f`, `params`, `buffers` such that `f(params, buffers, *args)` is what `model(*args)` is.

    disable_autograd_tracking  True: `params` do not require gradients
    """
    return parts_of(model, FunctionalModuleWithBuffers, disable_autograd_tracking)


def combine_state_for_ensemble(
    models: Sequence[Module],
) -> tuple[FunctionalModuleWithBuffers, tuple[Tensor, ...], tuple[Tensor, ...]]:
    """What `make_functional_with_buffers` returns of the first; the tensors of all, stacked.

    Raises RuntimeError for no model, and for models of several classes or modes.
    """
    start = "combine_state_for_ensemble: Expected"
    if not models:
        raise RuntimeError(f"{start} at least one model, got 0.")
    if len({model.training for model in models}) > 1:
        raise RuntimeError(f"{start} all models to have the same training/eval mode.")
    if len({type(model) for model in models}) > 1:
        raise RuntimeError(f"{start} all models to be of the same class.")
    made = [parts_of(model, FunctionalModuleWithBuffers, False) for model in models]
    function, params, buffers = made[0][0], [m[1] for m in made], [m[2] for m in made]
    return function, stacked(params), stacked(buffers)


def stacked(rows):
    """The first tensors of all rows as one, the second ones as one, ..., detached."""
    return tuple(stack(each).detach() for each in zip(*rows, strict=True))


make_functional = moved(make_functional, "functional_call")
make_functional_with_buffers = moved(make_functional_with_buffers, "functional_call")
combine_state_for_ensemble = moved(combine_state_for_ensemble, "stack_module_state")

__all__ = [
    "FunctionalModule", "FunctionalModuleWithBuffers", "combine_state_for_ensemble", "grad",
    "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "make_functional",
    "make_functional_with_buffers", "vjp", "vmap",
]  # fmt: skip
