"""What all ways of pruning share: the mask, the hook that applies it, several in turn."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.nn.modules.module import Module
from minitorch.ops.creation import ones_like


class BasePruningMethod(ABC):
    """A way to choose what is pruned, and the hook that applies the mask.

    PRUNING_TYPE  "unstructured" chooses elements, "structured" slices along the attribute `dim`,
                  "global" sees all, also what an earlier method has pruned
    """

    PRUNING_TYPE: str
    _tensor_name: str

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Ones where `t` is kept and zeros elsewhere, and where `default_mask` has them."""

    def apply_mask(self, module: Module) -> Tensor:
        """The tensor of the module, pruned."""
        mask = getattr(module, f"{self._tensor_name}_mask")
        original = getattr(module, f"{self._tensor_name}_orig")
        return mask.to(dtype=original.dtype) * original

    @classmethod
    def apply(
        cls,
        module: Module,
        name: str,
        *args: Any,
        importance_scores: Tensor | None = None,
        **kwargs: Any,
    ) -> "BasePruningMethod":
        """Prune the parameter `name`, on top of what was pruned of it before.

        importance_scores  what the choice looks at instead of the values, of the same shape
        """
        method = cls(*args, **kwargs)
        method._tensor_name = name
        method = after_former(method, module)
        original = getattr(module, name)
        scores = scores_for(importance_scores, original, f"parameter {name} of {module}")
        first = not isinstance(method, PruningContainer)
        if first:
            module.register_parameter(f"{name}_orig", original)
            del module._parameters[name]
            mask = ones_like(original)
        else:
            mask = getattr(module, f"{name}_mask").detach().clone()
        try:
            module.register_buffer(f"{name}_mask", method.compute_mask(scores, default_mask=mask))
            setattr(module, name, method.apply_mask(module))
            module.register_forward_pre_hook(method)
        except Exception:
            if first:
                module.register_parameter(name, original)
                del module._parameters[f"{name}_orig"]
            raise
        return method

    def prune(
        self,
        t: Tensor,
        default_mask: Tensor | None = None,
        importance_scores: Tensor | None = None,
    ) -> Tensor:
        """`t` pruned, by itself."""
        scores = scores_for(importance_scores, t, "tensor t")
        mask = ones_like(t) if default_mask is None else default_mask
        return t * self.compute_mask(scores, default_mask=mask)

    def remove(self, module: Module) -> None:
        """Make the pruned values those of the parameter; the hook is left to `remove` below."""
        name = self._tensor_name
        pruned = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        original = module._parameters.pop(f"{name}_orig")
        original.data = pruned.data
        del module._buffers[f"{name}_mask"]
        setattr(module, name, original)


def scores_for(scores, tensor, name):
    """What a choice looks at: the scores, or the tensor itself."""
    if scores is None:
        return tensor
    if scores.shape != tensor.shape:
        raise AssertionError(
            f"importance_scores should have the same shape as {name}, got {scores.shape} vs "
            f"{tensor.shape}"
        )
    return scores


def after_former(method, module):
    """`method` joined to what pruned the same tensor before, whose hook is taken out."""
    name = method._tensor_name
    former = [
        key
        for key, hook in module._forward_pre_hooks.items()
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name
    ]
    if len(former) > 1:
        raise AssertionError(
            f"Avoid adding multiple pruning hooks to the same tensor {name} of module {module}. "
            "Use a PruningContainer."
        )
    if not former:
        return method
    container = module._forward_pre_hooks.pop(former[0])
    if not isinstance(container, PruningContainer):
        container = PruningContainer(container)
    container.add_pruning_method(method)
    return container


class PruningContainer(BasePruningMethod):
    """Several methods in turn; a new one chooses among what those before have left."""

    def __init__(self, *args: BasePruningMethod) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        if len(args) == 1:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod) -> None:
        """Add a method that prunes the same tensor."""
        if not isinstance(method, BasePruningMethod):
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if self._tensor_name != method._tensor_name:
            raise ValueError(
                "Can only add pruning methods acting on the parameter named "
                f"'{self._tensor_name}' to PruningContainer {self}. "
                f"Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: Any) -> Any:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        method = self._pruning_methods[-1]
        mask = default_mask.to(dtype=t.dtype)
        left = choosable(method, mask)
        part = method.compute_mask(t[left], default_mask=mask[left])
        mask[left] = part.to(dtype=mask.dtype)
        return mask


def choosable(method, mask):
    """The index of what `method` may choose from: what `mask` has kept."""
    if method.PRUNING_TYPE == "unstructured":
        return mask == 1
    if method.PRUNING_TYPE == "structured":
        if not hasattr(method, "dim"):
            raise AttributeError(
                'Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` '
                "defined."
            )
        dim = method.dim + mask.ndim if method.dim < 0 else method.dim
        if dim < 0:
            raise IndexError(f"Index is out of bounds for tensor with dimensions {mask.ndim}")
        kept = mask.sum(dim=[d for d in range(mask.ndim) if d != dim]) != 0
        return along(dim, kept, mask.ndim)
    if method.PRUNING_TYPE == "global":
        return (slice(None),) * mask.ndim
    raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")


def along(dim, part, ndim):
    """The index of `part` along one dimension and everything along the others."""
    index = [slice(None)] * ndim
    index[dim] = part
    return tuple(index)
