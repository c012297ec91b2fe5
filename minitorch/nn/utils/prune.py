"""Weights set to zero for good: `name` becomes `name`_mask * `name`_orig before each `forward`."""

import numbers
from collections.abc import Iterable
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.nn.modules.module import Module
from minitorch.nn.utils.convert_parameters import parameters_to_vector
from minitorch.nn.utils.pruning import BasePruningMethod, PruningContainer, along
from minitorch.ops.creation import ones_like, zeros_like
from minitorch.ops.random import rand, rand_like

Scores = dict[tuple[Module, str], Tensor]


# -------------------------------------------------------------------- the methods


class Identity(BasePruningMethod):
    """Prunes nothing: only sets mask and hook up."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        return default_mask


class Amount(BasePruningMethod):
    """A method that prunes a share, in [0, 1], or a number of elements or slices."""

    amount: Any

    def __init__(self, amount: float) -> None:
        _validate_pruning_amount_init(amount)
        self.amount = amount

    def _count(self, size):
        """How many of `size` are to be pruned."""
        count = _compute_nparams_toprune(self.amount, size)
        _validate_pruning_amount(count, size)
        return count


def _validate_pruning_amount_init(amount):
    if not isinstance(amount, numbers.Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    whole = isinstance(amount, numbers.Integral)
    if float(amount) < 0 or (not whole and float(amount) > 1):
        raise ValueError(
            f"amount={amount} should either be a float in the range [0, 1] or a non-negative "
            "integer"
        )


def _validate_pruning_amount(amount, tensor_size):
    if isinstance(amount, numbers.Integral) and amount > tensor_size:
        raise ValueError(
            f"amount={amount} should be smaller than the number of parameters to "
            f"prune={tensor_size}"
        )


def _compute_nparams_toprune(amount, tensor_size):
    return amount if isinstance(amount, numbers.Integral) else round(amount * tensor_size)


class Unstructured(Amount):
    """Prunes the elements with the lowest `score`."""

    PRUNING_TYPE = "unstructured"

    def score(self, t):
        raise NotImplementedError(f"{type(self).__name__} needs score")

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        count = self._count(t.numel())
        mask = default_mask.clone()
        if count:
            lowest = self.score(t).reshape(-1).topk(count, largest=False).indices
            mask.view(-1)[lowest] = 0
        return mask


class RandomUnstructured(Unstructured):
    """Prunes elements at random."""

    def score(self, t):
        return rand_like(t)


class L1Unstructured(Unstructured):
    """Prunes the elements of the smallest absolute value."""

    def score(self, t):
        return t.abs()


class Structured(Amount):
    """Prunes the slices along `dim` with the lowest `score`."""

    PRUNING_TYPE = "structured"
    dim: int

    def score(self, t):
        raise NotImplementedError(f"{type(self).__name__} needs score")

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        if t.ndim <= 1:
            raise ValueError(
                "Structured pruning can only be applied to multidimensional tensors. Found tensor "
                f"of shape {t.shape} with {t.ndim} dims"
            )
        if self.dim >= t.ndim:
            raise IndexError(f"Invalid index {self.dim} for tensor of size {t.shape}")
        size = t.shape[self.dim]
        count = self._count(size)
        if not count:
            return default_mask
        kept = self.score(t).topk(size - count).indices
        mask = zeros_like(t)
        mask[along(self.dim, kept, t.ndim)] = 1
        return mask * default_mask.to(dtype=mask.dtype)


class RandomStructured(Structured):
    """Prunes slices at random."""

    def __init__(self, amount: float, dim: int = -1) -> None:
        super().__init__(amount)
        self.dim = dim

    def score(self, t):
        return rand(t.shape[self.dim], device=t.device)


class LnStructured(Structured):
    """Prunes the slices with the smallest n-norm."""

    def __init__(self, amount: float, n: float | str, dim: int = -1) -> None:
        super().__init__(amount)
        self.n = n
        self.dim = dim

    def score(self, t):
        return t.norm(self.n, [d for d in range(t.ndim) if d != self.dim % t.ndim])


class CustomFromMask(BasePruningMethod):
    """Prunes what a given mask says."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        if default_mask.shape != self.mask.shape:
            raise AssertionError(
                f"default_mask shape {default_mask.shape} must match self.mask shape "
                f"{self.mask.shape}"
            )
        return default_mask * self.mask.to(dtype=default_mask.dtype)


# -------------------------------------------------------------------- functions


def identity(module: Module, name: str) -> Module:
    """Set mask and hook up for the parameter `name`, and prune nothing yet."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Module, name: str, amount: float) -> Module:
    """Prune elements at random: a share of them, or so many."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(
    module: Module, name: str, amount: float, importance_scores: Tensor | None = None
) -> Module:
    """Prune the elements of the smallest absolute value, or score."""
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Module, name: str, amount: float, dim: int) -> Module:
    """Prune slices along `dim` at random."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(
    module: Module,
    name: str,
    amount: float,
    n: float | str,
    dim: int,
    importance_scores: Tensor | None = None,
) -> Module:
    """Prune the slices along `dim` with the smallest n-norm, of the values or the scores."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Module, name: str, mask: Tensor) -> Module:
    """Prune where `mask` is 0."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(
    parameters: Iterable[tuple[Module, str]],
    pruning_method: type[BasePruningMethod],
    importance_scores: Scores | None = None,
    **kwargs: Any,
) -> None:
    """Prune several parameters as if they were one tensor; `kwargs` are those of the method.

    importance_scores  for some of them, by (module, name)
    """
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    if not isinstance(importance_scores, dict | None):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    places = list(parameters)
    tensors = [getattr(module, name) for module, name in places]
    given = importance_scores or {}
    scores = [given.get(place, x) for place, x in zip(places, tensors, strict=True)]
    masks = [
        getattr(module, f"{name}_mask", ones_like(x))
        for (module, name), x in zip(places, tensors, strict=True)
    ]
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method '
            f"{pruning_method} of type {method.PRUNING_TYPE}"
        )
    method._tensor_name = "temp"
    container = PruningContainer(method)
    mask = container.compute_mask(parameters_to_vector(scores), parameters_to_vector(masks))
    parts = mask.split([x.numel() for x in tensors])
    for (module, name), x, part in zip(places, tensors, parts, strict=True):
        custom_from_mask(module, name, part.view_as(x))


def remove(module: Module, name: str) -> Module:
    """Take the hook away and make the pruned values those of the parameter."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(
        f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed"
    )


def is_pruned(module: Module) -> bool:
    """Whether anything in the module is pruned."""
    return any(
        isinstance(hook, BasePruningMethod)
        for each in module.modules()
        for hook in each._forward_pre_hooks.values()
    )
