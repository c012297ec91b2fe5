"""Hooks: what is called before and after a step."""

import functools
from collections.abc import Callable

from minitorch.autograd.node import RemovableHandle

_global_optimizer_pre_hooks: list[Callable] = []
_global_optimizer_post_hooks: list[Callable] = []


def register_optimizer_step_pre_hook(hook: Callable) -> RemovableHandle:
    """`Optimizer.register_step_pre_hook` for all optimizers."""
    return added(_global_optimizer_pre_hooks, hook)


def register_optimizer_step_post_hook(hook: Callable) -> RemovableHandle:
    """`Optimizer.register_step_post_hook` for all optimizers."""
    return added(_global_optimizer_post_hooks, hook)


def added(hooks, hook, prepend=False):
    """Put `hook` into the list, in front with `prepend`; the handle takes it out."""
    hooks.insert(0 if prepend else len(hooks), hook)
    return RemovableHandle(hooks, hook)


def hooked(step):
    """`step` with the hooks that were registered, and noted for the schedulers."""

    @functools.wraps(step)
    def wrapper(self, *args, **kwargs):
        if not hasattr(self, "_optimizer_step_pre_hooks"):  # it only wraps another optimizer
            return step(self, *args, **kwargs)
        if _global_optimizer_pre_hooks or self._optimizer_step_pre_hooks:
            for hook in _global_optimizer_pre_hooks + self._optimizer_step_pre_hooks:
                changed = hook(self, (self, *args), kwargs)
                if changed is not None:
                    if not isinstance(changed, tuple) or len(changed) != 2:
                        raise RuntimeError(
                            f"{step} must return None or a tuple of (new_args, new_kwargs), but "
                            f"got {changed}.\n  this is what its step pre-hooks are asked for"
                        )
                    (_, *args), kwargs = changed
        result = step(self, *args, **kwargs)
        if _global_optimizer_post_hooks or self._optimizer_step_post_hooks:
            for hook in self._optimizer_step_post_hooks + _global_optimizer_post_hooks:
                hook(self, (self, *args), kwargs)
        self._opt_called = True
        return result

    return wrapper
