"""The base of all optimizers: parameter groups, state, and the step that applies a rule to them."""

import functools
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain
from typing import Any

from minitorch.autograd.grad_mode import enable_grad
from minitorch.autograd.node import RemovableHandle
from minitorch.autograd.tensor import Tensor, wrap
from minitorch.autograd.versions import touch
from minitorch.backend.devices import device_of, move
from minitorch.optim.blocks import Plan

Params = Iterable[Tensor] | Iterable[dict[str, Any]]


def hooked(step):
    """`step` with the hooks that were registered, and noted for the schedulers."""

    @functools.wraps(step)
    def wrapper(self, *args, **kwargs):
        for hook in self._step_pre_hooks:
            changed = hook(self, args, kwargs)
            if changed is not None:
                if not isinstance(changed, tuple) or len(changed) != 2:
                    raise RuntimeError(
                        "a step pre-hook must return None or a tuple of (new_args, new_kwargs), "
                        f"but got {changed}."
                    )
                args, kwargs = changed
        result = step(self, *args, **kwargs)
        for hook in self._step_post_hooks:
            hook(self, args, kwargs)
        self._opt_called = True
        return result

    return wrapper


class Optimizer:
    """What all optimizers have in common.

    params    the tensors to optimize, or dicts {"params": tensors, option: value, ...}, the groups
    defaults  the options of groups that do not say otherwise

    A subclass is one rule: `update` gets arrays of any shape and changes them in place, element by
    element, so that it may be given one parameter, a part of one or many in a row. It names in
    `initial_state` what it remembers, and computes in `settings` whatever is the same for all
    elements, in double precision: numbers reach `update` in that of p. A rule that must see one
    whole parameter at a time sets `elementwise = False`. Or it overrides `step`, as PyTorch's
    subclasses do.

    >>> from minitorch.backend.namespaces import namespace
    >>> class SignSGD(Optimizer):
    ...     def update(self, p, g, state, *, lr):
    ...         p -= lr * namespace(g).sign(g)

    param_groups  list of dicts: "params" and the options
    state         parameter -> name -> Tensor; they may be read and written

    Raises TypeError and ValueError for what cannot be optimized.
    """

    elementwise = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in vars(cls):
            cls.step = hooked(cls.step)  # type: ignore[method-assign]  # of the subclass

    def __init__(self, params: Params, defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {type(params).__name__}\n  give a list: [tensor]"
            )
        self.defaults = defaults
        self.state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self._prepare()
        groups: list[Any] = list(params)
        if not groups:
            raise ValueError(
                "optimizer got an empty parameter list\n"
                "  model.parameters() is a generator: once used, it is empty"
            )
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def _prepare(self) -> None:
        self._plans: list[Plan] = []
        self._step_pre_hooks: list[Callable] = []
        self._step_post_hooks: list[Callable] = []
        self._opt_called = False

    # ---------------------------------------------------------------- the rule

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        """The name of each entry of a parameter's state -> the value with which it begins.

        An entry is an array like the parameter. The one called "step", if there is one, is a
        single number and counts the updates.
        """
        return {}

    def settings(self, group: dict[str, Any], step: int) -> dict[str, Any]:
        """The keyword arguments of `update` at the `step`-th update (1, 2, ...) of a parameter."""
        return {name: group[name] for name in self.defaults}

    def update(self, p: Any, g: Any, state: Any, *_: Any, **settings: Any) -> None:
        """Change the array `p`, whose gradient is `g`, and the arrays in `state`; `g` stays."""
        raise NotImplementedError(f"{type(self).__name__} needs a method update or step")

    @hooked
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient.

        closure  computes the loss and its gradients anew; called once, what it returns is returned
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for index, group in enumerate(self.param_groups):
            if index == len(self._plans):
                self._plans.append(Plan(self.elementwise))
            initial = self.initial_state(group)
            for block in self._plans[index].due(group["params"], self.state, initial):
                block.count += 1
                settings = block.numbers(self.settings(group, block.count))
                g = block.gradient()
                for part, p, state in block.pieces:
                    self.update(p, g[part], state, **settings)
                block.written()
        return loss

    # ---------------------------------------------------------------- what is optimized

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Optimize more tensors: {"params": tensors, option: value, ...}."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the "
                "ordering of tensors in sets will change between runs. Please use a list instead."
            )
        params = param_group["params"] = [params] if isinstance(params, Tensor) else list(params)
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(
                    "optimizer can only optimize Tensors, but one of the params is "
                    f"{type(p).__name__}"
                )
            if not (p.is_leaf or p.retains_grad):
                raise ValueError(
                    "can't optimize a non-leaf Tensor\n"
                    "  an operation made it: optimize what it was made from, or its .detach()"
                )
        if len(params) != len(set(params)):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; each is updated "
                "once per step",
                stacklevel=3,
            )
        if not set(params).isdisjoint(chain.from_iterable(g["params"] for g in self.param_groups)):
            raise ValueError("some parameters appear in more than one parameter group")
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters; or, with set_to_none=False, make them zero."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p._grad = None
                elif p._grad is not None:
                    p._grad.detach_()
                    p._grad.array[...] = 0
                    touch(p._grad.array)

    def register_step_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before a step; it may return new ones."""
        self._step_pre_hooks.append(hook)
        return RemovableHandle(self._step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after each step."""
        self._step_post_hooks.append(hook)
        return RemovableHandle(self._step_post_hooks, hook)

    # ---------------------------------------------------------------- saving and loading

    def state_dict(self) -> dict[str, Any]:
        """What `load_state_dict` takes back, parameters numbered in the order of the groups.

        {"state": {0: {"step": tensor(1.), ...}, ...}, "param_groups": [{"params": [0, ...], ...}]}
        """
        params = chain.from_iterable(group["params"] for group in self.param_groups)
        number = {p: i for i, p in enumerate(dict.fromkeys(params))}
        return {
            "state": {number.get(key, key): entries for key, entries in self.state.items()},
            "param_groups": [
                {**without_params(group), "params": [number[p] for p in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue with the options and the state of another run, of PyTorch's too.

        Raises ValueError unless the groups are as many and as large as this optimizer's.
        """
        saved_groups = state_dict["param_groups"]
        if len(self.param_groups) != len(saved_groups):
            raise ValueError(
                "loaded state dict has a different number of parameter groups\n"
                f"  loaded {len(saved_groups)}   here {len(self.param_groups)}"
            )
        parameter: dict[Any, Tensor] = {}
        for index, (group, saved) in enumerate(zip(self.param_groups, saved_groups)):
            if len(group["params"]) != len(saved["params"]):
                raise ValueError(
                    "loaded state dict contains a parameter group that doesn't match the size of "
                    f"optimizer's group\n  group {index}: loaded {len(saved['params'])} parameters"
                    f"   here {len(group['params'])}"
                )
            parameter.update(zip(saved["params"], group["params"]))
        self.param_groups = [
            {**self.defaults, **deepcopy(without_params(saved)), "params": group["params"]}
            for group, saved in zip(self.param_groups, saved_groups)
        ]
        self.state = defaultdict(dict)
        for key, entries in state_dict["state"].items():
            p = parameter.get(key)
            self.state[key if p is None else p] = {
                name: entry if p is None else loaded(name, entry, p)
                for name, entry in entries.items()
            }

    def __getstate__(self) -> dict[str, Any]:
        return {
            "defaults": self.defaults,
            "state": self.state,
            "param_groups": self.param_groups,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._prepare()

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            for name in sorted(without_params(group)):
                text += f"    {name}: {group[name]}\n"
        return text + ")"


def without_params(group):
    return {name: value for name, value in group.items() if name != "params"}


def loaded(name, entry, p):
    """A saved entry of the state of `p`, in memory of its own and in the dtype of `p`."""
    if not isinstance(entry, Tensor):
        return deepcopy(entry)
    if name == "step":
        return wrap(entry.array.copy())
    return wrap(move(entry.array.astype(p.array.dtype), device_of(p.array)))


def require_not_negative(name, value):
    if not value >= 0.0:
        raise ValueError(f"Invalid {name}: {value}\n  it must not be negative")


def require_in_unit(name, value):
    if not 0.0 <= value < 1.0:
        raise ValueError(f"Invalid {name}: {value}\n  it must lie in [0, 1)")
