"""Module: what all layers and models are."""

from collections.abc import Callable, Iterator
from typing import Any

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor
from minitorch.backend import dtypes
from minitorch.backend.devices import as_device, device
from minitorch.backend.dtypes import dtype
from minitorch.backend.layouts import memory_format
from minitorch.methods.convert import asked_for
from minitorch.nn.modules.handles import (
    _global_backward_hooks,
    _global_backward_pre_hooks,
    _global_forward_hooks,
    _global_forward_hooks_always_called,
    _global_forward_hooks_with_kwargs,
    _global_forward_pre_hooks,
)
from minitorch.nn.modules.hooks import (
    Hooks,
    register_module_backward_hook,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)
from minitorch.nn.modules.registry import Registry
from minitorch.nn.modules.state import _EXTRA_STATE_KEY_SUFFIX, State, _IncompatibleKeys
from minitorch.nn.parameter import Parameter
from minitorch.ops.creation import empty_like

__all__ = [
    "Module", "_EXTRA_STATE_KEY_SUFFIX", "_IncompatibleKeys", "_global_backward_hooks",
    "_global_backward_pre_hooks", "_global_forward_hooks", "_global_forward_hooks_always_called",
    "_global_forward_hooks_with_kwargs", "_global_forward_pre_hooks",
    "register_module_backward_hook", "register_module_buffer_registration_hook",
    "register_module_forward_hook", "register_module_forward_pre_hook",
    "register_module_full_backward_hook", "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook", "register_module_parameter_registration_hook",
]  # fmt: skip


class Module(Hooks, State, Registry):
    """The base of all layers and models: subclass it, make the parts in `__init__`, use them in
    `forward`.

    Parameters, buffers and modules that are assigned as attributes are registered: they move with
    `to`, are saved by `state_dict`, and the parameters are what an optimizer is given.

    training  True until `eval()` is called: what Dropout and BatchNorm ask

    >>> import minitorch
    >>> from minitorch import nn
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = nn.Linear(2, 3)
    ...         self.out = nn.Linear(3, 1)
    ...
    ...     def forward(self, x):
    ...         return self.out(minitorch.tanh(self.hidden(x)))
    >>> Net()
    Net(
      (hidden): Linear(in_features=2, out_features=3, bias=True)
      (out): Linear(in_features=3, out_features=1, bias=True)
    )
    """

    training: bool

    def forward(self, *input: Any) -> Any:
        """What calling the module computes; every subclass has its own."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    # ---------------------------------------------------------------- what is inside

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters of this module and, with `recurse`, of all modules inside it."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Pairs of a parameter's name, such as "hidden.weight", and the parameter."""
        yield from self._named_members(
            lambda module: module._of_kind("parameter"), prefix, recurse, remove_duplicate
        )

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers of this module and, with `recurse`, of all modules inside it."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Pairs of a buffer's name and the buffer."""
        yield from self._named_members(
            lambda module: module._of_kind("buffer"), prefix, recurse, remove_duplicate
        )

    def _named_members(self, get_members_fn, prefix="", recurse=True, remove_duplicate=True):
        seen = set()
        every = self.named_modules(None, prefix, remove_duplicate)
        modules = every if recurse else [(prefix, self)]
        for path, module in modules:
            for name, member in get_members_fn(module):
                if member is None or member in seen:
                    continue
                if remove_duplicate:
                    seen.add(member)
                yield join(path, name), member

    def children(self) -> Iterator["Module"]:
        """The modules directly inside this one."""
        for _, module in self.named_children():
            yield module

    def named_children(self) -> Iterator[tuple[str, "Module"]]:
        """Pairs of the name and the module for each module directly inside this one."""
        seen = set()
        for name, module in self._of_kind("module"):
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def modules(self, remove_duplicate: bool = True) -> Iterator["Module"]:
        """This module and all modules inside it."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_modules(
        self, memo: set["Module"] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, "Module"]]:
        """Pairs of the name, "" for this module itself, and the module, for all modules.

        memo  the modules to leave out, to which those met are added
        """
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._of_kind("module"):
            if module is not None:
                yield from module.named_modules(memo, join(prefix, name), remove_duplicate)

    def get_submodule(self, target: str) -> "Module":
        """The module of the name `target`, such as "features.0"; "" is this one.

        Raises AttributeError where there is none.
        """
        module = self
        for name in target.split(".") if target else ():
            module = module._member(name)
            if not isinstance(module, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def set_submodule(self, target: str, module: "Module", strict: bool = False) -> None:
        """Put `module` in the place of the name `target`.

        strict  AttributeError where nothing has that name yet
        """
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Module):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict or hasattr(parent, name):
            parent.get_submodule(name)  # raises where there is none
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter of the name `target`. Raises AttributeError where there is none."""
        path, _, name = target.rpartition(".")
        parameter = self.get_submodule(path)._member(name)
        if not isinstance(parameter, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return parameter

    def get_buffer(self, target: str) -> Tensor:
        """The buffer of the name `target`. Raises AttributeError where there is none."""
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        buffer = module._member(name)
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return buffer

    def _member(self, name):
        if not hasattr(self, name):
            raise AttributeError(f"{self._get_name()} has no attribute `{name}`")
        return getattr(self, name)

    # ---------------------------------------------------------------- changing all of it

    def apply(self, fn: Callable[["Module"], None]) -> "Module":
        """Call `fn` on every module inside and at last on this one; for own initialisations."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> "Module":
        """Set `training` of this module and all inside it."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> "Module":
        """`train(False)`: for validation and use."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> "Module":
        """Let all parameters be learned, or not."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Let go of the gradients of all parameters; `set_to_none=False` fills them with zeros."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.detach_().zero_()

    def to(
        self,
        *target: Any,
        device: device | str | int | None = None,
        dtype: dtype | None = None,
        non_blocking: bool = False,
        memory_format: memory_format | None = None,
        copy: bool | None = None,
    ) -> "Module":
        """Move parameters and buffers to a device, convert those that are floats to a dtype.

        Takes `to(device)`, `to(dtype)`, `to(device, dtype)` and `to(tensor)`. The parameters stay
        the same objects, so an optimizer may have been made before. `memory_format` is for those
        of 4 and 5 dimensions. `copy` is refused: deepcopy() first.
        """
        device, dtype, flags = asked_for(target, device, dtype)
        if copy is not None or len(flags) > 1:
            raise RuntimeError(".to() does not accept copy argument")
        if dtype is not None and not dtype.is_floating_point:
            raise TypeError(
                "nn.Module.to only accepts floating point or complex dtypes, but got desired "
                f"dtype={dtype}"
            )

        def moved(tensor):
            if tensor.is_meta and device is not None and as_device(device).type != "meta":
                raise NotImplementedError(
                    "Cannot copy out of meta tensor; no data! Please use "
                    "torch.nn.Module.to_empty() instead of torch.nn.Module.to() when moving module "
                    "from meta to a different device."
                )
            kind = dtype if tensor.dtype.is_floating_point else None
            tensor = tensor.to(device=device, dtype=kind, non_blocking=non_blocking)
            if memory_format is None or tensor.ndim not in (4, 5):
                return tensor
            return tensor.contiguous(memory_format=memory_format)

        return self._apply(moved)

    def to_empty(self, *, device: device | str | int | None, recurse: bool = True) -> "Module":
        """Move parameters and buffers to a device without their values."""
        return self._apply(lambda tensor: empty_like(tensor, device=device), recurse)

    def type(self, dst_type: dtype | str) -> "Module":
        """Convert all parameters and buffers, integers too."""
        return self._apply(lambda tensor: tensor.type(dst_type))

    def float(self) -> "Module":
        """to(float32)."""
        return self.to(dtypes.float32)

    def double(self) -> "Module":
        """to(float64)."""
        return self.to(dtypes.float64)

    def half(self) -> "Module":
        """to(float16)."""
        return self.to(dtypes.float16)

    def bfloat16(self) -> "Module":
        """Refused: NumPy has no such dtype."""
        raise NotImplementedError(
            "minitorch leaves out dtypes that NumPy does not have: take .half() or .float()"
        )

    def cpu(self) -> "Module":
        """to("cpu")."""
        return self.to("cpu")

    def cuda(self, device: int | device | None = None) -> "Module":
        """to("cuda"), or to the GPU of that number."""
        return self.to(f"cuda:{device}" if isinstance(device, int) else device or "cuda")

    def share_memory(self) -> "Module":
        """Move all parameters and buffers to memory that forked processes share."""
        return self._apply(lambda tensor: tensor.share_memory_())

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Takes what PyTorch takes and leaves the module as it is: nothing is compiled here."""

    def _apply(self, fn, recurse=True):
        """Give every parameter, its gradient and every buffer the value that `fn` makes of it."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        for _, parameter in self._of_kind("parameter"):
            if parameter is not None:
                with no_grad():
                    parameter.data = fn(parameter)
                    if parameter.grad is not None:
                        parameter.grad.data = fn(parameter.grad.data)
        for name, buffer in self._of_kind("buffer"):
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    # ---------------------------------------------------------------- how it prints

    def extra_repr(self) -> str:
        """What `repr` shows in the brackets; layers override it with their settings."""
        return ""

    def _get_name(self):
        return type(self).__name__

    def __repr__(self) -> str:
        settings = self.extra_repr()
        children = [
            f"({name}): {_addindent(repr(module), 2)}" for name, module in self._of_kind("module")
        ]
        lines = (settings.split("\n") if settings else []) + children
        if lines and (children or len(lines) > 1):
            return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"
        return f"{self._get_name()}({settings})"


def _addindent(text: str, spaces: int) -> str:
    """`text` with all lines but the first, and those that are empty, moved to the right."""
    first, *others = text.split("\n")
    return "\n".join([first, *[" " * spaces + line if line.strip() else "" for line in others]])


def join(path, name):
    return f"{path}.{name}" if path else name
