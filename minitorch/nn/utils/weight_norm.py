"""Weight normalisation as a hook; `parametrizations.weight_norm` is the newer form of it."""

import warnings
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import Parameter, UninitializedParameter


def norm_except_dim(v: Any, pow: int = 2, dim: int = 0) -> Tensor:
    """The norms of the parts v[i] along `dim`, shaped to broadcast; for -1 that of all of v."""
    if dim == -1:
        return v.norm(pow)
    return v.norm(pow, [d for d in range(v.ndim) if d != dim], keepdim=True)


def normalized(v, g, dim):
    """v, its parts along `dim` brought to the norms `g`."""
    return v * (g / norm_except_dim(v, 2, dim))


class WeightNorm:
    """The hook: before each `forward` it computes weight = g * v / |v|."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute_weight(self, module: Module) -> Tensor:
        g, v = getattr(module, f"{self.name}_g"), getattr(module, f"{self.name}_v")
        return normalized(v, g, self.dim)

    @staticmethod
    def apply(module: Module, name: str, dim: int | None) -> "WeightNorm":
        """Put `name`_g and `name`_v in the place of the parameter `name`."""
        warnings.warn(
            "`torch.nn.utils.weight_norm` is deprecated in favor of "
            "`torch.nn.utils.parametrizations.weight_norm`.",
            FutureWarning,
            stacklevel=3,
        )
        if of_module(module, name):
            raise RuntimeError(
                f"Cannot register two weight_norm hooks on the same parameter {name}"
            )
        hook = WeightNorm(name, dim)
        weight = getattr(module, name)
        if isinstance(weight, UninitializedParameter):
            raise ValueError(
                "The module passed to `WeightNorm` can't have uninitialized parameters. Make sure "
                "to run the dummy forward before applying weight normalization"
            )
        del module._parameters[name]
        size = norm_except_dim(weight, 2, hook.dim)
        module.register_parameter(f"{name}_g", Parameter(size.data))
        module.register_parameter(f"{name}_v", Parameter(weight.data))
        setattr(module, name, hook.compute_weight(module))
        module.register_forward_pre_hook(hook)
        return hook

    def remove(self, module: Module) -> None:
        weight = self.compute_weight(module)
        delattr(module, self.name)
        del module._parameters[f"{self.name}_g"], module._parameters[f"{self.name}_v"]
        setattr(module, self.name, Parameter(weight.data))

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module))


def of_module(module, name):
    """The keys of the WeightNorm hooks for the parameter `name`."""
    return [
        key
        for key, hook in module._forward_pre_hooks.items()
        if isinstance(hook, WeightNorm) and hook.name == name
    ]


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Learn direction `name`_v and size `name`_g of a weight apart: weight = g * v / |v|.

    dim  along which each part has a size of its own; None: one for the whole weight

    Salimans and Kingma, Weight Normalization, 2016, arXiv:1602.07868.
    """
    WeightNorm.apply(module, name, dim)
    return module


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """Make the weight a parameter again, with the value it has."""
    for key in of_module(module, name):
        module._forward_pre_hooks.pop(key).remove(module)
        return module
    raise ValueError(f"weight_norm of '{name}' not found in {module}")
