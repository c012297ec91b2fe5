"""What is assigned to a module as an attribute is registered, by its kind."""

from types import MappingProxyType
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.nn.parameter import Buffer, Parameter

NOTHING: Any = MappingProxyType({})  # what is registered before __init__


class Registry:
    """The attributes of a module: the part of Module that sorts them into parameters, buffers,
    modules and all else.
    """

    _parameters: dict[str, Parameter | None] = NOTHING
    _buffers: dict[str, Tensor | None] = NOTHING
    _modules: dict[str, Any] = NOTHING
    _non_persistent_buffers_set: set[str]

    def __init__(self) -> None:
        vars(self).update(
            training=True,
            _parameters={},
            _buffers={},
            _modules={},
            _non_persistent_buffers_set=set(),
        )

    def __getattr__(self, name: str) -> Any:
        if name in self._parameters:
            return self._parameters[name]
        if name in self._modules:
            return self._modules[name]
        if name in self._buffers:
            return self._buffers[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Parameter):
            self._require_init("parameters")
            self._forget(name, self._buffers, self._modules)
            self.register_parameter(name, value)
        elif name in self._parameters:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{typename(value)}' as parameter '{name}' "
                    "(torch.nn.Parameter or None expected)"
                )
            self._parameters[name] = None
        elif isinstance(value, Registry):
            self._require_init("module")
            self._forget(name, self._parameters, self._buffers)
            self._modules[name] = value
        elif name in self._modules:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{typename(value)}' as child module '{name}' "
                    "(torch.nn.Module or None expected)"
                )
            self._modules[name] = None
        elif isinstance(value, Buffer) or name in self._buffers:
            if not (value is None or isinstance(value, Tensor)):
                raise TypeError(
                    f"cannot assign '{typename(value)}' as buffer '{name}' "
                    "(torch.nn.Buffer, torch.Tensor or None expected)"
                )
            known = name not in self._non_persistent_buffers_set if self._buffers else True
            self.register_buffer(name, value, getattr(value, "persistent", known))
        else:
            super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        for store in (self._parameters, self._buffers, self._modules):
            if name in store:
                self._forget(name, store)
                return
        super().__delattr__(name)

    def __dir__(self) -> list[str]:
        names = [*super().__dir__(), *self._parameters, *self._buffers, *self._modules]
        return sorted({name for name in names if not name[0].isdigit()})

    def _require_init(self, kind):
        if "_modules" not in vars(self):
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call")

    def _forget(self, name, *stores):
        for store in (vars(self), *stores):
            store.pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    # ---------------------------------------------------------------- registering

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter that is then the attribute `name`; None keeps the name free for one."""
        self._require_init("parameter")
        self._check_name("parameter", name, self._parameters)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{typename(param)}' object to parameter '{name}' "
                "(torch.nn.Parameter or None required)"
            )
        if param is not None and not param.is_leaf:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be "
                f"created explicitly. To express '{name}' as a function of another Tensor, compute "
                "the value in the forward() method."
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that moves with the module but is not learned.

        persistent  whether `state_dict` holds it
        """
        self._require_init("buffer")
        self._check_name("buffer", name, self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{typename(tensor)}' object to buffer '{name}' "
                "(torch Tensor or None required)"
            )
        self._buffers[name] = tensor
        change = set.discard if persistent else set.add
        change(self._non_persistent_buffers_set, name)

    def add_module(self, name: str, module: "Registry | None") -> None:
        """Add a child that is then the attribute `name`."""
        self._require_init("module")
        if module is not None and not isinstance(module, Registry):
            raise TypeError(f"{typename(module)} is not a Module subclass")
        self._check_name("module", name, self._modules)
        self._modules[name] = module

    def register_module(self, name: str, module: "Registry | None") -> None:
        """Another name of `add_module`."""
        self.add_module(name, module)

    def _check_name(self, kind, name, store):
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {typename(name)}")
        if "." in name:
            got = f", got: {name}" if kind == "module" else ""
            raise KeyError(f'{kind} name can\'t contain "."{got}')
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if name not in store and hasattr(self, name):
            raise KeyError(f"attribute '{name}' already exists")


def typename(value):
    """The full name of the type of `value`, "torch.FloatTensor" for a float32 tensor."""
    if isinstance(value, Tensor):
        return value.type()
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
