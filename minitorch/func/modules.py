"""Modules as functions of their parameters."""

from collections.abc import Sequence
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.nn.modules.batchnorm import _BatchNorm
from minitorch.nn.modules.module import Module
from minitorch.nn.utils import stateless
from minitorch.ops.join import stack

Tensors = dict[str, Tensor]


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Tensors | Sequence[Tensors],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """`module(*args, **kwargs)` with these parameters and buffers, by name, instead of its own.

    tie_weights  one that the module has under several names is given under all of them
    strict       RuntimeError unless all names, and no others, are given

    A buffer to which `forward` assigns is found changed in the dict.

    >>> from minitorch import nn, ones, zeros
    >>> layer = nn.Linear(2, 1)
    >>> functional_call(layer, {"weight": ones(1, 2), "bias": zeros(1)}, ones(1, 2))
    tensor([[2.]])
    """
    tensors: Any = parameter_and_buffer_dicts
    if isinstance(tensors, Sequence):
        tensors = joined(tensors)
    elif not isinstance(tensors, dict):
        raise ValueError(
            "Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got "
            f"{type(tensors)}"
        )
    return stateless._functional_call(
        module, tensors, args, kwargs, tie_weights=tie_weights, strict=strict
    )


def joined(dicts):
    """All of the dicts in one; ValueError for a name that two of them have."""
    if not all(isinstance(each, dict) for each in dicts):
        raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
    every = [name for each in dicts for name in each]
    repeated = [name for name in dict.fromkeys(every) if every.count(name) > 1]
    if repeated:
        raise ValueError(
            f"{repeated} appeared in multiple dictionaries; behavior of functional call is "
            "ambiguous"
        )
    return {name: tensor for each in dicts for name, tensor in each.items()}


def stack_module_state(models: Sequence[Module]) -> tuple[Tensors, Tensors]:
    """Parameters and buffers of models of one class, stacked: for `vmap` over an ensemble."""
    if len(models) == 0:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({model.training for model in models}) > 1:
        raise RuntimeError(
            "stack_module_state: Expected all models to have the same training/eval mode."
        )
    if len({type(model) for model in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    return (
        stacked([dict(model.named_parameters()) for model in models]),
        stacked([dict(model.named_buffers()) for model in models]),
    )


def stacked(dicts):
    """The tensors of each name as one, a leaf that needs a gradient where they do."""
    found = {}
    for name in dicts[0]:
        tensors = [each[name] for each in dicts]
        learned = tensors[0].requires_grad
        if any(tensor.requires_grad != learned for tensor in tensors):
            raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
        whole = stack(tensors).detach()
        found[name] = whole.requires_grad_() if learned else whole
    return found


def replace_all_batch_norm_modules_(root: Module) -> Module:
    """Let all batch normalisations inside forget their running statistics, in place."""
    for module in root.modules():
        if isinstance(module, _BatchNorm) and module.track_running_stats:
            module.running_mean = module.running_var = module.num_batches_tracked = None
            module.track_running_stats = False
    return root
