"""Hooks: what is called before and after a module's `forward`, and when its gradients are known."""

import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from minitorch.nn.modules.backward_hooks import Watch
from minitorch.nn.modules.handles import (
    Handle,
    Table,
    _global_backward_hooks,
    _global_backward_pre_hooks,
    _global_buffer_registration_hooks,
    _global_forward_hooks,
    _global_forward_hooks_always_called,
    _global_forward_hooks_with_kwargs,
    _global_forward_pre_hooks,
    _global_module_registration_hooks,
    _global_parameter_registration_hooks,
    add_hook,
)

CALL_TABLES = {
    "_forward_pre_hooks", "_forward_pre_hooks_with_kwargs", "_forward_hooks",
    "_forward_hooks_with_kwargs", "_forward_hooks_always_called", "_backward_pre_hooks",
    "_backward_hooks",
}  # fmt: skip
STATE_TABLES = {
    "_state_dict_pre_hooks", "_state_dict_hooks", "_state_dict_hooks_public",
    "_load_state_dict_pre_hooks", "_load_state_dict_pre_hooks_with_module",
    "_load_state_dict_post_hooks",
}  # fmt: skip
ONE_KIND = (
    "Cannot use both regular backward hooks and full backward hooks {}. Please use only one of "
    "them."
)


class Hooks:
    """Calling a module, with its hooks where it has any: the part of Module that does this.

    A table of hooks is made when it is first asked for, since most modules never have one.
    """

    forward: Callable
    _hooked = False  # whether a hook was ever registered: all that a plain call asks
    _is_full_backward_hook: bool | None = None
    _forward_pre_hooks: Table
    _forward_pre_hooks_with_kwargs: Table
    _forward_hooks: Table
    _forward_hooks_with_kwargs: Table
    _forward_hooks_always_called: Table
    _backward_pre_hooks: Table
    _backward_hooks: Table

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._hooked:
            return call_with_hooks(self, args, kwargs)
        return self.forward(*args, **kwargs) if kwargs else self.forward(*args)

    def __getattr__(self, name: str) -> Any:
        if name in CALL_TABLES:
            vars(self)["_hooked"] = True
        elif name in vars(self).get("_kinds", ()):
            return vars(self)[name]  # a class with a `__getattr__` of its own asks; see `Registry`
        elif name not in STATE_TABLES:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return vars(self).setdefault(name, OrderedDict())

    def __delattr__(self, name: str) -> None:
        if name in CALL_TABLES or name in STATE_TABLES:
            vars(self).pop(name, None)
        else:
            super().__delattr__(name)

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> Handle:
        """Call `hook(module, args)` before `forward`; what it returns, if not None, replaces args.

        prepend      call it before those registered earlier
        with_kwargs  it is `hook(module, args, kwargs)` and may return both, as a pair
        """
        marks = ((self._forward_pre_hooks_with_kwargs, with_kwargs),)
        return add_hook(self._forward_pre_hooks, hook, prepend, marks)

    def register_forward_hook(
        self,
        hook: Callable,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> Handle:
        """Call `hook(module, args, output)` after `forward`; what it returns replaces the output.

        prepend      call it before those registered earlier
        with_kwargs  it is `hook(module, args, kwargs, output)`
        always_call  call it, with None for the output, even where `forward` fails
        """
        marks = (
            (self._forward_hooks_with_kwargs, with_kwargs),
            (self._forward_hooks_always_called, always_call),
        )
        return add_hook(self._forward_hooks, hook, prepend, marks)

    def register_full_backward_pre_hook(self, hook: Callable, prepend: bool = False) -> Handle:
        """Call `hook(module, grad_output)`, a tuple, when the gradients of the outputs are known.

        What it returns, if not None, takes their place.
        """
        return add_hook(self._backward_pre_hooks, hook, prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> Handle:
        """Call `hook(module, grad_input, grad_output)`, two tuples, when both are known.

        What it returns, if not None, takes the place of grad_input.
        """
        if self._is_full_backward_hook is False:
            raise RuntimeError(ONE_KIND.format("on a single Module"))
        self._is_full_backward_hook = True
        return add_hook(self._backward_hooks, hook, prepend)

    def register_backward_hook(self, hook: Callable) -> Handle:
        """The older name of `register_full_backward_hook`, not to be mixed with it.

        Where `forward` records several steps, PyTorch gives this hook the gradients at the last of
        them alone; here they are those of the module.
        """
        if self._is_full_backward_hook is True:
            raise RuntimeError(ONE_KIND.format("on a single Module"))
        self._is_full_backward_hook = False
        return add_hook(self._backward_hooks, hook)


def call_with_hooks(module, args, kwargs):
    """`module.forward`, with all hooks around it, those of all modules before its own."""
    called = set()
    output = None
    try:
        for key, hook in joined(_global_forward_pre_hooks, module._forward_pre_hooks):
            with_kwargs = key in module._forward_pre_hooks_with_kwargs
            args, kwargs = before(hook, with_kwargs, module, args, kwargs)
        watch = None
        pre_hooks = [*_global_backward_pre_hooks.values(), *module._backward_pre_hooks.values()]
        hooks = [*_global_backward_hooks.values(), *module._backward_hooks.values()]
        if pre_hooks or hooks:
            watch = Watch(module, len(args), pre_hooks, hooks)
            args = watch.inputs(args)
        output = module.forward(*args, **kwargs)
        for key, hook in joined(_global_forward_hooks, module._forward_hooks):
            called.add(key)
            output = after(key, hook, module, args, kwargs, output)
        return output if watch is None else watch.outputs(output)
    except Exception:
        always = {*_global_forward_hooks_always_called, *module._forward_hooks_always_called}
        for key, hook in joined(_global_forward_hooks, module._forward_hooks):
            if key in always - called:
                try:
                    output = after(key, hook, module, args, kwargs, output)
                except Exception as error:
                    whose = "global module" if key in _global_forward_hooks else "module"
                    warnings.warn(
                        f"{whose} forward hook with ``always_call=True`` raised an exception that "
                        f"was silenced as another error was raised in forward: {error}",
                        stacklevel=3,
                    )
        raise


def joined(everywhere, own):
    """Keys and hooks of two tables; a hook may take itself out while they are called."""
    return [*everywhere.items(), *own.items()]


def before(hook, with_kwargs, module, args, kwargs):
    """The arguments that a forward pre-hook leaves."""
    if not with_kwargs:
        changed = hook(module, args)
        changed = args if changed is None else changed
        return changed if isinstance(changed, tuple) else (changed,), kwargs
    changed = hook(module, args, kwargs)
    if changed is None:
        return args, kwargs
    if not (isinstance(changed, tuple) and len(changed) == 2):
        raise RuntimeError(
            "forward pre-hook must return None or a tuple of (new_args, new_kwargs), "
            f"but got {changed}."
        )
    return changed


def after(key, hook, module, args, kwargs, output):
    """The output that a forward hook leaves."""
    with_kwargs = (
        key in module._forward_hooks_with_kwargs or key in _global_forward_hooks_with_kwargs
    )
    changed = hook(module, args, kwargs, output) if with_kwargs else hook(module, args, output)
    return output if changed is None else changed


# -------------------------------------------------------------------- hooks of all modules


class GlobalBackward:
    """Whether the backward hooks of all modules are "full" ones; None before the first."""

    full: bool | None = None


def register_module_forward_pre_hook(hook: Callable) -> Handle:
    """`Module.register_forward_pre_hook` for all modules; for looking at a program."""
    Hooks._hooked = True
    return add_hook(_global_forward_pre_hooks, hook)


def register_module_forward_hook(
    hook: Callable, *, with_kwargs: bool = False, always_call: bool = False
) -> Handle:
    """`Module.register_forward_hook` for all modules."""
    Hooks._hooked = True
    marks = (
        (_global_forward_hooks_with_kwargs, with_kwargs),
        (_global_forward_hooks_always_called, always_call),
    )
    return add_hook(_global_forward_hooks, hook, marks=marks)


def register_module_full_backward_pre_hook(hook: Callable) -> Handle:
    """`Module.register_full_backward_pre_hook` for all modules."""
    Hooks._hooked = True
    return add_hook(_global_backward_pre_hooks, hook)


def register_module_full_backward_hook(hook: Callable) -> Handle:
    """`Module.register_full_backward_hook` for all modules."""
    return register_module_backward(hook, full=True)


def register_module_backward_hook(hook: Callable) -> Handle:
    """`Module.register_backward_hook` for all modules."""
    return register_module_backward(hook, full=False)


def register_module_backward(hook, full):
    if GlobalBackward.full is not None and GlobalBackward.full is not full:
        raise RuntimeError(ONE_KIND.format("as a global Module hook"))
    GlobalBackward.full = full
    Hooks._hooked = True
    return add_hook(_global_backward_hooks, hook)


def register_module_parameter_registration_hook(hook: Callable) -> Handle:
    """Call `hook(module, name, parameter)` whenever one is registered; it may return another."""
    return add_hook(_global_parameter_registration_hooks, hook)


def register_module_buffer_registration_hook(hook: Callable) -> Handle:
    """Call `hook(module, name, buffer)` whenever one is registered; it may return another."""
    return add_hook(_global_buffer_registration_hooks, hook)


def register_module_module_registration_hook(hook: Callable) -> Handle:
    """Call `hook(module, name, child)` whenever one is registered; it may return another."""
    return add_hook(_global_module_registration_hooks, hook)
