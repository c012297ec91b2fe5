"""The base of all optimizers: parameter groups, state, and the step that applies a rule to them."""

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain
from typing import Any

import numpy as np

from minitorch.autograd.grad_mode import enable_grad, set_grad_enabled
from minitorch.autograd.node import RemovableHandle
from minitorch.autograd.op import TENSOR_FUNCTIONS
from minitorch.autograd.tensor import Tensor, wrap
from minitorch.autograd.versions import touch
from minitorch.backend.devices import device_of, move
from minitorch.backend.namespaces import namespace
from minitorch.optim.blocks import FUSED, Plan, number, update_alone, updates_of
from minitorch.optim.hooks import (
    added,
    hooked,
    register_optimizer_step_post_hook,  # noqa: F401  PyTorch has it in this module
    register_optimizer_step_pre_hook,  # noqa: F401  so too
)
from minitorch.optim.options import (
    SWITCHES,
    YOUNGER_OPTIONS,
    parameters_and_names,
    require_optimizable,
    require_possible,
    required,
)

ParamsT = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]


class Optimizer:
    """What all optimizers have in common.

    params    the tensors to optimize, or dicts {"params": tensors, option: value, ...}, the groups
    defaults  the options of groups that do not say otherwise

    A subclass is one rule: `update` gets arrays of any shape and changes them in place, element by
    element, so that it may be given one parameter, a part of one or many in a row. It names in
    `initial_state` what it remembers, and computes in `settings` whatever is the same for all
    elements, in double precision: numbers reach `update` in that of p. A rule that must see one
    whole parameter at a time sets `elementwise = False`; if it keeps more than arrays like the
    parameter, `one_by_one`, and names in `first_state` what. One for which
    `backend/cupy_optim.py` has a kernel, which does the same in one launch, names that;
    `kernel = FUSED` makes one of a rule that changes its arrays by operators and `[...] =` alone.
    Or it overrides `step`, as PyTorch's subclasses do.

    >>> from minitorch.backend.namespaces import namespace
    >>> class SignSGD(Optimizer):
    ...     def update(self, p, g, state, *, lr):
    ...         p -= lr * namespace(g).sign(g)

    param_groups  list of dicts: "params" and the options; with "param_names" if names were given
    state         parameter -> name -> Tensor; they may be read and written

    With the option `differentiable` the rule is read on Tensors and recorded, so that gradients go
    back through the step: see `update_tensors`. The options `foreach` and `fused` change nothing,
    since small parameters are updated together anyway; `capturable` is refused on the CPU.

    Raises TypeError and ValueError for what cannot be optimized.
    """

    elementwise = True
    one_by_one = False
    kernel: str | None = None
    numbers: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "update" in vars(cls) and "kernel" not in vars(cls):
            cls.kernel = None
        if "step" in vars(cls):
            cls.step = hooked(cls.step)  # type: ignore[method-assign]  # of the subclass

    def __init__(self, params: ParamsT, defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {params.type()}\n  give a list: [tensor]"
            )
        self.defaults = defaults
        self.state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self._prepare()
        try:
            groups: list[Any] = list(params)
        except TypeError as error:
            raise TypeError(f"{error}\n  give model.parameters()") from None
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
        self._opt_called = False
        self._optimizer_step_pre_hooks: list[Callable] = []
        self._optimizer_step_post_hooks: list[Callable] = []
        self._optimizer_state_dict_pre_hooks: list[Callable] = []
        self._optimizer_state_dict_post_hooks: list[Callable] = []
        self._optimizer_load_state_dict_pre_hooks: list[Callable] = []
        self._optimizer_load_state_dict_post_hooks: list[Callable] = []

    def _patch_step_function(self) -> None:
        """Nothing: `step` has its hooks. Wrappers for PyTorch that skip `__init__` call this."""

    # ---------------------------------------------------------------- the rule

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        """The name of each entry of a parameter's state -> the value with which it begins.

        An entry is an array like the parameter. The one called "step", if there is one, is a
        single number and counts the updates. So are those that the class names in `numbers`;
        `update` gets these as arrays without dimensions, on the CPU, and changes them in place.
        """
        return {}

    def settings(self, group: dict[str, Any], step: int) -> dict[str, Any]:
        """The keyword arguments of `update` at the `step`-th update (1, 2, ...) of a parameter."""
        return {name: group[name] for name in self.defaults if name not in SWITCHES}

    def update(self, p: Any, g: Any, state: Any, *_: Any, **settings: Any) -> None:
        """Change the array `p`, whose gradient is `g`, and the arrays in `state`; `g` stays."""
        raise NotImplementedError(f"{type(self).__name__} needs a method update or step")

    def update_tensors(self, p: Any, g: Any, state: Any, *_: Any, **settings: Any) -> None:
        """The same on Tensors, for one parameter: asked for by `differentiable`.

        It may put other Tensors into `state`. A rule whose `update` cannot be read on Tensors says
        here how else.
        """
        self.update(p, g, state, **settings)

    def first_state(self, p: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        """The state of a parameter before its first update."""
        return {
            name: number(value)
            if name == "step"
            else wrap(namespace(p.array).full_like(p.array, value))
            for name, value in self.initial_state(group).items()
        }

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
                require_possible(group)
                self._plans.append(Plan(self.elementwise, self.kernel, self.numbers))
            if self.one_by_one or group.get("differentiable"):
                self._step_one_by_one(group)
                continue
            initial = self.initial_state(group)
            for block in self._plans[index].due(group["params"], self.state, initial):
                block.count += 1
                settings = block.numbers(self.settings(group, block.count))
                _, p, state = block.pieces[0]
                if block.in_one_launch is not None and self.kernel == FUSED:
                    block.in_one_launch(self.update, p, block.gradient(), state, settings)
                elif block.in_one_launch is not None:
                    block.in_one_launch(p, block.gradients_apart(), state, **settings)
                else:
                    g = block.gradient()
                    for part, p, state in block.pieces:
                        self.update(p, g[part], state, **settings)
                block.written()
        return loss

    def _step_one_by_one(self, group: dict[str, Any]) -> None:
        """The rule for every parameter of the group that has a gradient, by itself."""
        recorded = group.get("differentiable", False)
        options = {name: scalar(option, recorded) for name, option in group.items()}
        with set_grad_enabled(recorded):
            for p in dict.fromkeys(group["params"]):
                if p.grad is None:
                    continue
                state = self.state[p]
                initial = self.initial_state(group)
                count = updates_of(state, initial) + 1
                if not state or not state.keys() >= initial.keys():
                    for name, entry in self.first_state(p, group).items():
                        state.setdefault(name, entry)
                if "step" in state:
                    with set_grad_enabled(False):
                        state["step"] += 1
                settings = self.settings(options, count)
                if not recorded:
                    update_alone(self.update, p, state, settings)
                    continue
                for name in initial:  # earlier steps need what they read: it stays as it is
                    state[name] = state[name].clone()
                changed = p.clone()
                self.update_tensors(changed, p.grad, state, **settings)
                p.copy_(changed)

    # ---------------------------------------------------------------- what is optimized

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Optimize more tensors: {"params": tensors, option: value, ...}."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params, names = parameters_and_names(param_group["params"])
        param_group["params"] = params
        if names:
            param_group["param_names"] = names
        require_optimizable(params, self.defaults.get("differentiable"))
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(
                    "parameter group didn't specify a value of required optimization parameter "
                    f"{name}"
                )
            param_group.setdefault(name, default)
        if len(params) != len(set(params)):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this "
                "will cause an error; see github.com/pytorch/pytorch/issues/40967 for more "
                "information\n  each is updated once per step",
                stacklevel=3,
            )
        for group in self.param_groups:
            if ("param_names" in group) != bool(names):
                raise ValueError(
                    "all optimizer param groups should be with/without names. cannot add param "
                    f"group {'with names' if names else 'without names'} to the optimizer"
                )
        if not set(params).isdisjoint(chain.from_iterable(g["params"] for g in self.param_groups)):
            raise ValueError("some parameters appear in more than one parameter group")
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

    # ---------------------------------------------------------------- hooks

    def register_step_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before a step; it may return new ones.

        The first of args is the optimizer itself.
        """
        return added(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after each step."""
        return added(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer)` before `state_dict`; with `prepend` before the earlier hooks."""
        return added(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` with what `state_dict` made; it may return another."""
        return added(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` with what is to be loaded; it may return another."""
        return added(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer)` after `load_state_dict`."""
        return added(self._optimizer_load_state_dict_post_hooks, hook, prepend)

    # ---------------------------------------------------------------- saving and loading

    def state_dict(self) -> dict[str, Any]:
        """What `load_state_dict` takes back, parameters numbered in the order of the groups.

        {"state": {0: {"step": tensor(1.), ...}, ...}, "param_groups": [{"params": [0, ...], ...}]}
        """
        for hook in self._optimizer_state_dict_pre_hooks:
            hook(self)
        number: dict[Any, int] = {}
        start = 0
        for group in self.param_groups:
            params = enumerate(group["params"], start)
            number.update({p: i for i, p in params if p not in number})
            start += len(group["params"])
        saved: dict[str, Any] = {
            "state": {number.get(key, key): entries for key, entries in self.state.items()},
            "param_groups": [
                {**without_params(group), "params": [number[p] for p in group["params"]]}
                for group in self.param_groups
            ],
        }
        for hook in self._optimizer_state_dict_post_hooks:
            changed = hook(self, saved)
            saved = saved if changed is None else changed
        return saved

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue with the options and the state of another run, of PyTorch's too.

        Raises ValueError unless the groups are as many and as large as this optimizer's.
        """
        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks:
            changed = hook(self, state_dict)
            state_dict = state_dict if changed is None else changed
        saved_groups = deepcopy(state_dict["param_groups"])
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
            saved["params"] = group["params"]
            if "param_names" in group:
                saved.setdefault("param_names", group["param_names"])
        state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        for key, entries in state_dict["state"].items():
            p = parameter.get(key)
            state[key if p is None else p] = entries if p is None else loaded(entries, p)
        self.__setstate__({"state": state, "param_groups": saved_groups})
        self._opt_called = True  # where the state was saved: no scheduler need warn of the order
        for hook in self._optimizer_load_state_dict_post_hooks:
            hook(self)

    def __getstate__(self) -> dict[str, Any]:
        return {
            "defaults": self.defaults,
            "state": self.state,
            "param_groups": self.param_groups,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._plans = []
        if "_opt_called" not in vars(self):  # unpickled, not loaded
            self._prepare()
        for group in self.param_groups:
            for name, value in YOUNGER_OPTIONS.items():
                if name in self.defaults:
                    group.setdefault(name, value)
        for entries in self.state.values():
            step = entries.get("step") if isinstance(entries, dict) else None
            if isinstance(step, int | float):
                entries["step"] = number(step)

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            for name in sorted(without_params(group)):
                text += f"    {name}: {group[name]}\n"
        return text + ")"


def scalar(option, recorded):
    """An option of one number in a Tensor: that number, or while recording a 0-d Tensor."""
    if not isinstance(option, Tensor):
        return option
    return option.squeeze() if recorded else option.item()


def without_params(group):
    return {name: value for name, value in group.items() if name != "params"}


def loaded(entry, p, name=None):
    """A saved entry of the state of `p`, in memory of its own and in the dtype of `p`."""
    if isinstance(entry, dict):
        return {key: loaded(value, p, key) for key, value in entry.items()}
    if isinstance(entry, list | tuple):
        return type(entry)(loaded(value, p) for value in entry)
    if not hasattr(entry, "__array__"):  # tensors have it, PyTorch's too
        return deepcopy(entry)
    array = entry.array if isinstance(entry, Tensor) else np.asarray(entry)
    if name == "step":
        return wrap(array.copy())
    dtype = p.array.dtype if p.is_floating_point() else array.dtype
    return wrap(move(array.astype(dtype), device_of(p.array)))


# -------------------------------------------------------------------- kernels, read on Tensors


def subtract_scaled(y, a, x):
    y -= a * x


TENSOR_FUNCTIONS.subtract_scaled = subtract_scaled
TENSOR_FUNCTIONS.root_plus = lambda x, eps: x.sqrt() + eps
