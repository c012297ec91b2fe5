"""Parameters that are computed from others: `register_parametrization(layer, "weight", module)`.

The layer then has a child `parametrizations.weight`, which holds the module and the tensors that
are learned (`original`, or `original0`, `original1`, ... where there are several); its attribute
`weight` is what the module makes of them, anew at each look. For this the layer gets a class of its
own, a subclass of its former one with a property `weight`.
"""

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, NoReturn

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor
from minitorch.nn.modules.container import ModuleDict, ModuleList
from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import Parameter

NOT_TENSORS = "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...)."


class Cache:
    """What `cached` keeps: computed tensors by (id of the module, name), while `depth` > 0."""

    depth = 0
    tensors: ClassVar[dict[tuple[int, str], Tensor]] = {}


@contextmanager
def cached() -> Iterator[None]:
    """Inside, each parametrized tensor is computed once; for layers that use theirs repeatedly."""
    Cache.depth += 1
    try:
        yield
    finally:
        Cache.depth -= 1
        if not Cache.depth:
            Cache.tensors.clear()


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, applied one after the other, and what is learned.

    modules   the first one takes all originals, the others the tensor that the one before returns
    original  the tensor that they replace; `right_inverse`, where they have it, tells from it what
              the originals must be
    unsafe    the result may have another shape or dtype
    """

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        with no_grad():
            new = self._inverted(original)
        if not isinstance(new, Tensor | Sequence):
            raise ValueError(f"{NOT_TENSORS} Got {type(new).__name__}")
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            self._keep_one(original, new)
        else:
            self._keep_several(original, new)
        if not unsafe:
            rule = "Registering a parametrization may not change the {} of the tensor, unless "
            check_result(
                self(),
                (shape, dtype),
                rule + "`unsafe` flag is enabled.\nunparametrized {}: {}\nparametrized {}: {}",
            )

    def _steps(self):
        """The parametrizations; a child of another name belongs to one of `original` itself."""
        return [module for name, module in self._modules.items() if name.isdigit()]

    def _inverted(self, value):
        """What the originals must be, as far as the parametrizations can tell."""
        for module in reversed(self._steps()):
            if hasattr(module, "right_inverse"):
                try:
                    value = module.right_inverse(value)
                except NotImplementedError:
                    pass
        return value

    def _keep_one(self, original, new):
        for what in ("dtype", "device"):
            before, after = getattr(original, what), getattr(new, what)
            if before != after:
                raise ValueError(
                    f"When `right_inverse` outputs one tensor, it may not change the {what}.\n"
                    f"original.{what}: {before}\nright_inverse(original).{what}: {after}"
                )
        original.data = new.data
        keep(self, "original", original)

    def _keep_several(self, original, new):
        for i, each in enumerate(new):
            if not isinstance(each, Tensor):
                raise ValueError(
                    f"{NOT_TENSORS} Got element {i} of the sequence with type "
                    f"{type(each).__name__}."
                )
            if isinstance(original, Parameter):
                each = Parameter(each, original.requires_grad)
            each.requires_grad_(original.requires_grad)
            keep(self, f"original{i}", each)

    def right_inverse(self, value: Tensor) -> None:
        """Give the originals the values that make `value` of them."""
        with no_grad():
            for module in reversed(self._steps()):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(
                        f"parametrization {type(module).__name__} does not implement right_inverse."
                    )
                value = module.right_inverse(value)
            if self.is_tensor:
                self._set_one(value)
            else:
                self._set_several(value)

    def _set_one(self, value):
        if not isinstance(value, Tensor):
            raise ValueError(f"`right_inverse` should return a tensor. Got {type(value).__name__}")
        if value.dtype != self.original.dtype:
            raise ValueError(
                f"The tensor returned by `right_inverse` has dtype {value.dtype} while `original` "
                f"has dtype {self.original.dtype}"
            )
        self.original.data = value.data

    def _set_several(self, values):
        if not isinstance(values, Sequence):
            raise ValueError(
                f"'right_inverse' must return a sequence of tensors. Got {type(values).__name__}."
            )
        if len(values) != self.ntensors:
            raise ValueError(
                f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. "
                f"Got a sequence of length {len(values)}."
            )
        for i, value in enumerate(values):
            original = getattr(self, f"original{i}")
            if not isinstance(value, Tensor):
                raise ValueError(
                    f"'right_inverse' must return a sequence of tensors. Got element {i} of type "
                    f"{type(value).__name__}."
                )
            if original.dtype != value.dtype:
                raise ValueError(
                    f"Tensor {i} returned by `right_inverse` has dtype {value.dtype} while "
                    f"`original{i}` has dtype {original.dtype}"
                )
            original.data = value.data

    def forward(self) -> Tensor:
        names = ["original"] if self.is_tensor else [f"original{i}" for i in range(self.ntensors)]
        first, *others = self._steps()
        value = first(*[getattr(self, name) for name in names])
        for module in others:
            value = module(value)
        return value


def check_result(value, expected, rule, got="A parametrization must return a tensor. Got "):
    """ValueError unless `value` is a tensor of the shape and dtype expected.

    rule  is filled with what differs, and that and its two values
    """
    if not isinstance(value, Tensor):
        raise ValueError(f"{got}{type(value).__name__}" + "." * got.startswith("A "))
    for what, before in zip(("dtype", "shape"), reversed(expected), strict=True):
        after = getattr(value, what)
        if after != before:
            raise ValueError(rule.format(what, what, before, what, after))


def keep(module, name, tensor):
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


# -------------------------------------------------------------------- registering


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Let the parameter or buffer `tensor_name` of the module be what `parametrization` returns.

    parametrization  its `forward` takes the tensor that is learned; its `right_inverse`, if it has
                     one, makes `module.weight = value` possible and may return several tensors,
                     which `forward` then takes
    unsafe           do not check that shape and dtype stay what they were

    A second one is applied to what the first returns.

    >>> from minitorch import nn
    >>> class Symmetric(nn.Module):
    ...     def forward(self, x):
    ...         return x.triu() + x.triu(1).T
    >>> layer = register_parametrization(nn.Linear(2, 2), "weight", Symmetric())
    >>> bool((layer.weight == layer.weight.T).all())
    True
    >>> list(layer.state_dict())
    ['bias', 'parametrizations.weight.original']
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            check_next(module, tensor_name, parametrization)
        parametrizations: Any = module.parametrizations
        parametrizations[tensor_name].append(parametrization)
        parametrizations[tensor_name].unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        original = getattr(module, tensor_name)
        first = ParametrizationList([parametrization], original, unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            give_own_class(module)
            module.parametrizations = ModuleDict()
        setattr(type(module), tensor_name, computed(tensor_name))
        module.parametrizations[tensor_name] = first
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element "
            f"with name '{tensor_name}'"
        )
    return module


def check_next(module, name, parametrization):
    """ValueError if another parametrization changes shape or dtype, forward or back."""
    now = getattr(module, name)
    value = parametrization(now)
    check_result(
        value,
        (now.shape, now.dtype),
        "Registering a parametrization may not change the {} of the tensor, unless the `unsafe` "
        f"flag is enabled.\nmodule.{name}.{{}}: {{}}\nparametrization(module.{name}).{{}}: {{}}",
    )
    if hasattr(parametrization, "right_inverse"):
        try:
            back = parametrization.right_inverse(value)
        except NotImplementedError:
            return
        check_result(
            back,
            (now.shape, now.dtype),
            "The tensor returned by parametrization.right_inverse must have the same {} as "
            f"module.{name}, unless the `unsafe` flag is enabled.\n"
            f"module.{name}.{{}}: {{}}\nreturned {{}}: {{}}",
            "parametrization.right_inverse must return a tensor. Got: ",
        )


def computed(name):
    """The property that stands in the place of a parametrized tensor."""

    def compute(self):
        parametrization = self.parametrizations[name]
        if not Cache.depth:
            return parametrization()
        key = id(self), name
        if key not in Cache.tensors:
            Cache.tensors[key] = parametrization()
        return Cache.tensors[key]

    def assign(self, value):
        self.parametrizations[name].right_inverse(value)

    return property(compute, assign)


def give_own_class(module):
    """Make the module the only instance of a new subclass of its class, to hold properties."""

    def deepcopied(self, memo):
        replica = self.__new__(type(self))
        memo[id(self)] = replica
        vars(replica).update(copy.deepcopy(vars(self), memo))
        return replica

    def refuse(self) -> NoReturn:
        raise RuntimeError(
            "Serialization of parametrized modules is only supported through state_dict()."
        )

    kind = type(module)
    parts: dict[str, Any] = {"__getstate__": refuse}
    if not hasattr(kind, "__deepcopy__"):
        parts["__deepcopy__"] = deepcopied
    module.__class__ = type(f"Parametrized{kind.__name__}", (kind,), parts)


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether the module has parametrizations; of this tensor, if one is named."""
    parametrizations = getattr(module, "parametrizations", None)
    if not isinstance(parametrizations, ModuleDict):
        return False
    return len(parametrizations) > 0 if tensor_name is None else tensor_name in parametrizations


def remove_parametrizations(
    module: Module, tensor_name: str, leave_parametrized: bool = True
) -> Module:
    """Make `tensor_name` a plain parameter or buffer again.

    leave_parametrized  keep the value computed last; False: the original's, if there is only one
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    parametrizations: Any = module.parametrizations
    entry = parametrizations[tensor_name]
    if not (entry.is_tensor or leave_parametrized):
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is "
            "parametrized in terms of a sequence of tensors."
        )
    if entry.is_tensor:
        original = entry.original
        if leave_parametrized:
            with no_grad():
                original.data = getattr(module, tensor_name).data
    else:
        value = getattr(module, tensor_name)
        original = Parameter(value) if value.requires_grad else value
    delattr(type(module), tensor_name)
    del parametrizations[tensor_name]
    keep(module, tensor_name, original)
    if not is_parametrized(module):
        del module.parametrizations
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class that the module had before it was parametrized."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Give `to_module` the parametrizations of `from_module`, and the originals with them.

    tensor_name  those of this tensor only
    """
    if not is_parametrized(from_module):
        return to_module
    entries: Any = from_module.parametrizations
    for name in entries if tensor_name is None else [tensor_name]:
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name)))
        for parametrization in entries[name]:
            register_parametrization(to_module, name, parametrization)
        taken: Any = to_module.parametrizations
        for key, tensor in [*entries[name]._parameters.items(), *entries[name]._buffers.items()]:
            setattr(taken[name], key, tensor)
    return to_module
