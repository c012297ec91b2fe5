"""Modules that learn the shapes of their parameters from their first input."""

from itertools import chain
from typing import Any

from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import is_lazy


class LazyModuleMixin:
    """Stands before a Module in the bases of a class whose parameters get their shapes late.

    Until its first call such a module holds an `UninitializedParameter` wherever a shape depends on
    the input. The first call gives its arguments to `initialize_parameters`, which materializes
    these; then the module turns into a plain one of the class `cls_to_become`. A state dict of a
    module that is initialized may be loaded before the first call.

    An optimizer may be made before the first call or after it; `to` a device or dtype may be called
    before.

    >>> from minitorch import nn, ones
    >>> layer = nn.LazyLinear(3)
    >>> layer
    LazyLinear(in_features=0, out_features=3, bias=True)
    >>> layer.weight
    <UninitializedParameter>
    >>> layer(ones(5, 2)).shape
    torch.Size([5, 3])
    >>> layer
    Linear(in_features=2, out_features=3, bias=True)
    """

    cls_to_become: type[Module] | None = None
    _parameters: Any  # these are of the Module behind
    _buffers: Any
    _own_state: Any
    _get_name: Any
    register_forward_pre_hook: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._initialize_hook = self.register_forward_pre_hook(
            self._infer_parameters, with_kwargs=True
        )

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Materialize all parameters for these arguments of `forward`; each class has its own."""
        raise NotImplementedError(
            f"initialize_parameters is not implemented for {type(self).__name__}"
        )

    def has_uninitialized_params(self) -> bool:
        """Whether a parameter or buffer of this module itself has no shape yet."""
        return any(map(is_lazy, chain(self._parameters.values(), self._buffers.values())))

    def _infer_parameters(self, module, args, kwargs=None):
        """The hook that runs before the first `forward`, and then removes itself."""
        module.initialize_parameters(*args, **(kwargs or {}))
        if module.has_uninitialized_params():
            raise RuntimeError(f"module {self._get_name()} has not been fully initialized")
        module._initialize_hook.remove()
        del module._initialize_hook
        if module.cls_to_become is not None:
            module.__class__ = module.cls_to_become

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        for name, tensor in self._own_state().items():
            kept = keep_vars or is_lazy(tensor)
            destination[prefix + name] = tensor if kept else tensor.detach()

    def _load_from_state_dict(self, state_dict, prefix, *how):
        for name, tensor in self._own_state().items():
            value = state_dict.get(prefix + name)
            if is_lazy(tensor) and value is not None and not is_lazy(value):
                tensor.materialize(value.shape)
        super()._load_from_state_dict(state_dict, prefix, *how)  # type: ignore[misc]  # Module's

    def _replicate_for_data_parallel(self):
        raise RuntimeError(
            "Modules with uninitialized parameters can't be used with `DataParallel`. "
            "Run a dummy forward pass to correctly initialize the modules"
        )
