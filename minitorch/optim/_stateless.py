"""An optimizer that works on other parameters and another state for a while."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.optim.optimizer import Optimizer

NAME = "swap_in_optimizer_params_and_state"


@contextmanager
def swap_in_optimizer_params_and_state(
    optimizer: Optimizer,
    swapin_parameters: dict[str, Tensor],
    swapin_optim_state: dict[str, Any],
) -> Iterator[None]:
    """A context in which `optimizer` has these parameters, options and states.

    optimizer           one that has made a step
    swapin_parameters   the tensors, in the order of its own parameters
    swapin_optim_state  a `state_dict` of an optimizer like it; its tensors change with the steps

    Raises RuntimeError for what does not fit the optimizer.
    """
    state, groups = fitting(optimizer, swapin_optim_state)
    own_state, own_plans = optimizer.state, optimizer._plans
    own_groups = [dict(group) for group in optimizer.param_groups]
    tensors = iter(swapin_parameters.values())
    count = sum(len(group["params"]) for group in groups)
    if len(swapin_parameters) < count:
        raise RuntimeError(
            f"{NAME} requires the explicit parameter state to match optimizer.param_groups "
            f"ordering.\n  {len(swapin_parameters)} tensors for {count} parameters"
        )
    optimizer.state, optimizer._plans = defaultdict(dict), []
    try:
        for group, other in zip(optimizer.param_groups, groups, strict=True):
            group.update({**other, "params": [next(tensors) for _ in other["params"]]})
            for p, key in zip(group["params"], other["params"], strict=True):
                optimizer.state[p] = dict(state.get(key, {}))
        yield
    finally:
        for group, own in zip(optimizer.param_groups, own_groups, strict=True):
            group.clear()
            group.update(own)
        optimizer.state, optimizer._plans = own_state, own_plans


def fitting(optimizer, saved):
    """The state and the groups of a state dict, if they fit the optimizer."""
    if not optimizer.state:
        raise RuntimeError(f"{NAME} requires initialized optimizer state.\n  make a step first")
    state, groups = saved.get("state"), saved.get("param_groups")
    if not isinstance(state, dict):
        raise RuntimeError(
            f"{NAME} requires swapin_optim_state['state'] to be a dict mapping packed parameter "
            f"ids to per-param state dicts, got {type(state).__name__}."
        )
    if not isinstance(groups, list):
        raise RuntimeError(
            f"{NAME} requires swapin_optim_state['param_groups'] to be a list of param-group "
            f"dicts, got {type(groups).__name__}."
        )
    if len(groups) != len(optimizer.param_groups):
        raise RuntimeError(
            "swapin_optim_state has a different number of parameter groups than the live "
            f"optimizer.\n  {len(groups)} and {len(optimizer.param_groups)}"
        )
    if not all(isinstance(state[key], dict) for key in state if isinstance(key, int)):
        raise RuntimeError(
            f"{NAME} requires per-parameter optimizer state entries to be dictionaries."
        )
    for index, (own, other) in enumerate(zip(optimizer.param_groups, groups, strict=True)):
        require_like(index, own, other)
    known = {key for group in groups for key in group["params"]}
    extra = [key for key in state if key not in known]
    if extra:
        raise RuntimeError(
            f"{NAME} requires swapin_optim_state['state'] to be keyed only by packed parameter ids "
            f"from param_groups[*]['params']; got extra keys {extra}."
        )
    return state, groups


def require_like(index, own, other):
    """Refuse a group that cannot stand for the optimizer's own at that place."""
    keys = other.get("params")
    if not isinstance(keys, list) or not all(isinstance(key, int) for key in keys):
        raise RuntimeError(
            f"{NAME} requires optimizer.state_dict()-style param_groups[*]['params'] entries keyed "
            "by packed parameter ids."
        )
    if len(keys) != len(own["params"]):
        raise RuntimeError(
            f"swapin_optim_state param group {index} has a different number of params than the "
            f"live optimizer param group.\n  {len(keys)} and {len(own['params'])}"
        )
    if own.keys() != other.keys():
        raise RuntimeError(
            f"{NAME} requires optimizer.state_dict()-style param group keys to exactly match the "
            f"live optimizer group keys for group {index}. Keys only in swap-in: "
            f"{[k for k in other if k not in own]}. Keys only in live: "
            f"{[k for k in own if k not in other]}."
        )
