"""Modules and parameters in sequence or by name."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from operator import index as as_int
from operator import itemgetter
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.nn.modules.module import Module, indented
from minitorch.nn.modules.registry import typename
from minitorch.nn.parameter import Parameter


class Numbered(Module):
    """Modules under the names "0", "1", ...: the list part of Sequential and ModuleList."""

    def _key(self, index):
        """The name of the module at `index`, an int that may be negative."""
        size, index = len(self), as_int(index)
        if not -size <= index < size:
            raise IndexError(f"index {index} is out of range")
        return list(self._modules)[index]

    def _part(self, named):
        """A container like this one of these pairs of name and module."""
        raise NotImplementedError(f"{type(self).__name__} needs _part")

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __getitem__(self, idx: int | slice) -> Any:
        if isinstance(idx, slice):
            return self._part(list(self._modules.items())[idx])
        return self._modules[self._key(idx)]

    def __setitem__(self, idx: int, module: Module) -> None:
        setattr(self, self._key(idx), module)

    def __delitem__(self, idx: int | slice) -> None:
        keys = list(self._modules)[idx] if isinstance(idx, slice) else [self._key(idx)]
        for key in keys:
            delattr(self, key)
        self._modules = {str(i): module for i, module in enumerate(self)}

    def append(self, module: Module):
        """Add a module at the end; returns self."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]):
        """Add modules at the end; returns self."""
        if not isinstance(modules, Iterable):
            raise TypeError(
                f"{self._get_name()}.extend should be called with an iterable, but got "
                + type(modules).__name__
            )
        for module in list(modules):
            self.append(module)
        return self

    def _insert(self, index, module):
        modules = list(self)
        modules.insert(index, module)
        self._modules = {str(i): each for i, each in enumerate(modules)}

    def pop(self, key: int | slice):
        """Take a module out and return it."""
        module = self[key]
        del self[key]
        return module


class Sequential(Numbered):
    """Each module is given what the one before it returns.

    Takes the modules one by one, or an OrderedDict of names and modules.

    >>> from minitorch import nn
    >>> nn.Sequential(nn.Linear(2, 3), nn.Tanh())
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): Tanh()
    )
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        given = len(args) == 1 and isinstance(args[0], OrderedDict)
        named = args[0].items() if given else ((str(i), module) for i, module in enumerate(args))
        for name, module in named:
            self.add_module(name, module)

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input

    def _part(self, named):
        return type(self)(OrderedDict(named))

    def insert(self, index: int, module: Module) -> "Sequential":
        """Put a module in at `index`; returns self."""
        size = len(self)
        if not isinstance(module, Module):
            raise TypeError(f"module should be of type: {Module}")
        if not -size <= index <= size:
            raise IndexError(f"Index out of range: {index}")
        self._insert(index, module)
        return self

    def __add__(self, other: "Sequential") -> "Sequential":
        require_sequential(other)
        return Sequential(*self, *other)

    def __iadd__(self, other: "Sequential") -> "Sequential":
        require_sequential(other)
        return self.extend(other)

    def __mul__(self, other: int) -> "Sequential":
        require_factor(self, other)
        return Sequential(*list(self) * other)

    __rmul__ = __mul__

    def __imul__(self, other: int) -> "Sequential":
        require_factor(self, other)
        return self.extend(list(self) * (other - 1))


def require_sequential(other):
    if not isinstance(other, Sequential):
        raise ValueError(
            f"add operator supports only objects of Sequential class, but {type(other)} is given."
        )


def require_factor(module, factor):
    if not isinstance(factor, int):
        raise TypeError(f"unsupported operand type(s) for *: {type(module)} and {type(factor)}")
    if factor <= 0:
        raise ValueError(f"Non-positive multiplication factor {factor} for {type(module)}")


class ModuleList(Numbered):
    """A list of modules, all registered; it is not called itself."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def _part(self, named):
        return type(self)(module for _, module in named)

    def insert(self, index: int, module: Module) -> None:
        """Put a module in at `index`."""
        self._insert(index, module)

    def __iadd__(self, modules: Iterable[Module]) -> "ModuleList":
        return self.extend(modules)

    def __add__(self, other: Iterable[Module]) -> "ModuleList":
        return ModuleList([*self, *other])

    def __repr__(self) -> str:
        """Equal neighbours stand on one line: (0-2): 3 x Linear(...)."""
        runs: list[list[Any]] = []
        for i, text in enumerate(map(repr, self)):
            if runs and runs[-1][2] == text:
                runs[-1][1] = i
            else:
                runs.append([i, i, text])
        lines = [
            f"({i}): {text}" if i == last else f"({i}-{last}): {last - i + 1} x {text}"
            for i, last, text in runs
        ]
        inside = "\n  ".join(map(indented, lines))
        return f"{self._get_name()}(\n  {inside}\n)" if lines else f"{self._get_name()}()"


class ModuleDict(Module):
    """A dict of modules, all registered; it is not called itself."""

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()

    def pop(self, key: str) -> Any:
        """Take a module out and return it."""
        return self._modules.pop(key)

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> Iterable[Any]:
        """The modules."""
        return self._modules.values()

    def items(self) -> Iterable[tuple[str, Any]]:
        """Pairs of name and module."""
        return self._modules.items()

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Add modules from another dict, or from pairs."""
        for key, module in pairs(self, modules):
            self[key] = module


class ParameterList(Module):
    """A list whose tensors become parameters; other values are kept as they are."""

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def _key(self, index):
        size, index = len(self), as_int(index)
        if not -size <= index < size:
            raise IndexError(f"index {index} is out of range")
        return str(index % size)

    def __getitem__(self, idx: int | slice) -> Any:
        if isinstance(idx, slice):
            return type(self)(self[i] for i in range(*idx.indices(len(self))))
        return getattr(self, self._key(idx))

    def __setitem__(self, idx: int, param: Any) -> None:
        setattr(self, self._key(idx), as_parameter(param))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return iter([self[i] for i in range(len(self))])

    def append(self, value: Any) -> "ParameterList":
        """Add a value at the end; returns self."""
        self._size += 1
        self[-1] = value
        return self

    def extend(self, values: Iterable[Any]) -> "ParameterList":
        """Add values at the end; returns self."""
        if isinstance(values, Tensor) or not isinstance(values, Iterable):
            raise TypeError(
                "ParameterList.extend should be called with an iterable, but got "
                + type(values).__name__
            )
        for value in values:
            self.append(value)
        return self

    __iadd__ = extend

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("ParameterList should not be called.")

    def extra_repr(self) -> str:
        lines = [f"  ({i}): {described(x, lambda x: x.dtype)}" for i, x in enumerate(self)]
        return "\n".join(lines)


class ParameterDict(Module):
    """A dict whose tensors become parameters; other values are kept as they are."""

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Any:
        return getattr(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        self._keys[key] = None
        setattr(self, key, as_parameter(value))

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def get(self, key: str, default: Any = None) -> Any:
        """The value of `key`, or the default."""
        return self[key] if key in self._keys else default

    def pop(self, key: str) -> Any:
        """Take a value out and return it."""
        value = self[key]
        del self[key]
        return value

    def clear(self) -> None:
        """Take all values out."""
        for key in list(self._keys):
            del self[key]

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._keys.keys()

    def values(self) -> Iterable[Any]:
        """The values."""
        return [self[key] for key in self._keys]

    def items(self) -> Iterable[tuple[str, Any]]:
        """Pairs of name and value."""
        return [(key, self[key]) for key in self._keys]

    def update(self, parameters: Any) -> None:
        """Add values from another dict, or from pairs; a plain dict is sorted, as in PyTorch."""
        given = pairs(self, parameters)
        plain = isinstance(parameters, Mapping) and not isinstance(parameters, OrderedDict)
        for key, value in sorted(given, key=itemgetter(0)) if plain else given:
            self[key] = value

    def __call__(self, input: Any) -> Any:
        raise RuntimeError("ParameterDict should not be called.")

    def extra_repr(self) -> str:
        lines = [f"  ({key}): {described(x, typename)}" for key, x in self.items()]
        return "\n".join(lines)


def pairs(module, given):
    """`given`, a dict or pairs, as pairs. Raises TypeError for what is neither."""
    if not isinstance(given, Iterable):
        raise TypeError(
            f"{module._get_name()}.update should be called with an iterable of key/value pairs, "
            "but got " + type(given).__name__
        )
    return list(given.items()) if hasattr(given, "items") else list(given)


def as_parameter(value):
    plain = isinstance(value, Tensor) and not isinstance(value, Parameter)
    return Parameter(value) if plain else value


def described(value, type_of):
    """How a list or dict of parameters shows one of them."""
    if not isinstance(value, Tensor):
        return f"Object of type: {type(value).__name__}"
    kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
    size = "x".join(map(str, value.shape))
    device = f" ({value.device})" if value.is_cuda else ""
    return f"{kind} containing: [{type_of(value)} of size {size}{device}]"
