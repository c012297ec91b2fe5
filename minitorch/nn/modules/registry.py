"""What is assigned to a module as an attribute is registered, by its kind."""

from collections.abc import ItemsView, Iterator, KeysView, MutableMapping, ValuesView
from types import MappingProxyType
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.methods.attributes import typename
from minitorch.nn.modules.handles import (
    _global_buffer_registration_hooks,
    _global_module_registration_hooks,
    _global_parameter_registration_hooks,
    replaced,
)
from minitorch.nn.parameter import Buffer, Parameter

STORES = ("_parameters", "_buffers", "_modules")
NOTHING: Any = MappingProxyType({})  # what is registered before __init__


class Members(MutableMapping[str, Any]):
    """The attributes of a module that are of one kind, by name, in the order of registration.

    It holds nothing itself: what is written to it is written to the module.
    """

    def __init__(self, module: "Registry", kind: str) -> None:
        self.attributes = vars(module)
        self.kinds = module._kinds
        self.kind = kind

    def __getitem__(self, name: str) -> Any:
        if self.kinds.get(name) != self.kind:
            raise KeyError(name)
        return self.attributes[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.kinds[name] = self.kind
        self.attributes[name] = value

    def __delitem__(self, name: str) -> None:
        self[name]  # raises KeyError for what is of another kind
        del self.kinds[name], self.attributes[name]

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, kind in self.kinds.items() if kind == self.kind])

    def __len__(self) -> int:
        return sum(kind == self.kind for kind in self.kinds.values())

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self))

    def keys(self) -> KeysView[str]:
        return self.copy().keys()  # which can be reversed, as those of a Mapping cannot

    def values(self) -> ValuesView[Any]:
        return self.copy().values()

    def items(self) -> ItemsView[str, Any]:
        return self.copy().items()

    def copy(self) -> dict[str, Any]:
        """The members in a dict of their own."""
        return {name: self.attributes[name] for name in self}

    def __repr__(self) -> str:
        return repr(dict(self))


def members(kind):
    """The property of a module that shows its members of this kind; assigning replaces them all."""

    def replace(self, named):
        now = Members(self, kind)
        named = dict(named)
        now.clear()
        now.update(named)

    return property(lambda self: Members(self, kind), replace)


def ask_getattr(self, name):
    """`__getattribute__` of classes with a `__getattr__` of their own, which then hears of members
    too, as in PyTorch.
    """
    if name in object.__getattribute__(self, "__dict__").get("_kinds", NOTHING):
        return self.__getattr__(name)
    return object.__getattribute__(self, name)


def misfit(name, value, kind, expected):
    """The error of a value that is not of the kind that `name` is."""
    return TypeError(
        f"cannot assign '{typename(value)}' as {kind} '{name}' ({expected} or None expected)"
    )


class Registry:
    """The attributes of a module: the part of Module that tells parameters, buffers, modules and
    all else apart.

    They lie in the module's own dict, where Python finds them at once: through `__getattr__`, as in
    PyTorch, each would take 0.4 us more, nine times in a step of the XOR network. `_kinds` tells
    what they are.
    """

    _kinds: dict[str, str] = NOTHING
    _non_persistent_buffers_set: set[str]

    _parameters = members("parameter")
    _buffers = members("buffer")
    _modules = members("module")

    call_super_init: bool = False  # whether the next class in line is initialised too

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__getattr__" in vars(cls) and cls.__getattribute__ is object.__getattribute__:
            cls.__getattribute__ = ask_getattr  # type: ignore[method-assign]  # of these alone

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if (args or kwargs) and not self.call_super_init:
            name = type(self).__name__
            raise TypeError(
                f"{name}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'"
                if kwargs
                else f"{name}.__init__() takes 1 positional argument but {len(args) + 1} were given"
            )
        vars(self).update(training=True, _kinds={}, _non_persistent_buffers_set=set())
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """For copies and pickles, PyTorch's too: what a copy registers is its own."""
        stores = {name: state[name] for name in STORES if name in state}
        kinds = dict(state.get("_kinds", NOTHING))
        vars(self).update({name: value for name, value in state.items() if name not in stores})
        passing = set(state.get("_non_persistent_buffers_set", ()))  # old files have none
        vars(self).update(_kinds=kinds, _non_persistent_buffers_set=passing)
        for name, named in stores.items():
            setattr(self, name, named)

    def _of_kind(self, kind: str) -> list[tuple[str, Any]]:
        """Pairs of the name and the value of each member of this kind; quicker than `Members`."""
        attributes = vars(self)
        return [(name, attributes[name]) for name, known in self._kinds.items() if known == kind]

    def __setattr__(self, name: str, value: Any) -> None:
        kind = self._kinds.get(name)
        if isinstance(value, Parameter):
            self._require_init("parameters")
            if kind != "parameter":
                self._forget(name)
            self.register_parameter(name, value)
        elif kind == "parameter":
            if value is not None:
                raise misfit(name, value, "parameter", "torch.nn.Parameter")
            vars(self)[name] = None
        elif isinstance(value, Registry):
            self._require_init("module")
            if kind != "module":
                self._forget(name)
            self._modules[name] = replaced(_global_module_registration_hooks, self, name, value)
        elif kind == "module":
            if value is not None:
                raise misfit(name, value, "child module", "torch.nn.Module")
            self._modules[name] = replaced(_global_module_registration_hooks, self, name, None)
        elif kind == "buffer" or isinstance(value, Buffer):
            if not (value is None or isinstance(value, Tensor)):
                raise misfit(name, value, "buffer", "torch.nn.Buffer, torch.Tensor")
            self._require_init("buffer")
            known = name not in self._non_persistent_buffers_set
            # Subclasses may override register_buffer without `persistent`: it is named if needed.
            stays = {} if getattr(value, "persistent", known) else {"persistent": False}
            self.register_buffer(name, value, **stays)
        else:
            super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if name in self._kinds:
            self._forget(name)
        else:
            super().__delattr__(name)

    def __dir__(self) -> list[str]:
        return sorted(name for name in super().__dir__() if not name[0].isdigit())

    def _require_init(self, kind):
        if "_kinds" not in vars(self):
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call")

    def _forget(self, name):
        """Let `name` be free for an attribute of another kind."""
        self._kinds.pop(name, None)
        vars(self).pop(name, None)
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
        if param is not None:
            param = replaced(_global_parameter_registration_hooks, self, name, param)
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
        self._buffers[name] = replaced(_global_buffer_registration_hooks, self, name, tensor)
        change = set.discard if persistent else set.add
        change(self._non_persistent_buffers_set, name)

    def add_module(self, name: str, module: "Registry | None") -> None:
        """Add a child that is then the attribute `name`."""
        self._require_init("module")
        if module is not None and not isinstance(module, Registry):
            remedy = ""
            if isinstance(module, list | tuple):
                remedy = "\n  give them one by one: Sequential(*layers)"
            elif isinstance(module, type):
                remedy = f"\n  make one: {module.__name__}(...)"
            elif callable(module):
                remedy = "\n  functions are called in forward(); the layer may be called nn.ReLU()"
            raise TypeError(f"{typename(module)} is not a Module subclass{remedy}")
        self._check_name("module", name, self._modules)
        self._modules[name] = replaced(_global_module_registration_hooks, self, name, module)

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
