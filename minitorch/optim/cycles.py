"""Schedules that rise and fall: cycles, one cycle, and restarts."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from minitorch.optim.optimizer import Optimizer
from minitorch.optim.scheduling import (
    LRScheduler,
    _enable_get_lr_call,
    attributes_of,
    for_groups,
    require_optimizer,
    set_value,
)


def same_height(cycle):
    return 1.0


def half_each_cycle(cycle):
    return 1 / (2.0 ** (cycle - 1))


def power(gamma, iteration):
    return gamma**iteration


class Cycling(LRScheduler):
    """What the schedules have in common that also move the momentum, against the learning rate."""

    use_beta1: bool

    def _begin_momentum(self, base: Any, highest: Any, last_epoch: int) -> tuple[list, list]:
        """Put the bounds into the groups; returns them."""
        optimizer = self.optimizer
        if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
            raise ValueError(
                "optimizer must support momentum or beta1 with `cycle_momentum` option enabled\n"
                f"  {type(optimizer).__name__} has neither: give cycle_momentum=False"
            )
        self.use_beta1 = "betas" in optimizer.defaults
        bases = for_groups("base_momentum", optimizer, base)
        tops = for_groups("max_momentum", optimizer, highest)
        if last_epoch == -1:
            self._set_momentum(tops)
            for group, low, high in zip(optimizer.param_groups, bases, tops, strict=True):
                group["max_momentum"] = high
                group["base_momentum"] = low
        return bases, tops

    def _set_momentum(self, values: list[Any]) -> None:
        for group, value in zip(self.optimizer.param_groups, values, strict=True):
            if self.use_beta1:
                group["betas"] = (value, *group["betas"][1:])
            else:
                group["momentum"] = value


class CyclicLR(Cycling):
    """Up from `base_lr` to `max_lr` in `step_size_up` steps, down in `step_size_down`, and again.

    To be stepped after every batch. The momentum falls while the learning rate rises.

    step_size_down  as step_size_up if None
    mode            "triangular": all cycles alike; "triangular2": each half as high as the one
                    before; "exp_range": the height times gamma**iteration
    scale_fn        the height as a function of the cycle (1, 2, ...) or, with scale_mode
                    "iterations", of the iteration; instead of mode
    cycle_momentum  move the momentum, or the first beta, between base_momentum and max_momentum

    Raises ValueError for an unknown mode, and where the optimizer has no momentum to cycle.
    Smith, Cyclical Learning Rates for Training Neural Networks, 2017, arXiv:1506.01186.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ) -> None:
        require_optimizer(optimizer)
        self.optimizer = optimizer
        base_lrs = for_groups("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, base_lrs, strict=True):
                set_value(group, "lr", lr)
        self.max_lrs = for_groups("max_lr", optimizer, max_lr)
        down = step_size_up if step_size_down is None else step_size_down
        self.total_size = float(step_size_up) + float(down)
        self.step_ratio = step_size_up / self.total_size
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError(f"mode is invalid and scale_fn is None\n  mode {mode!r}")
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_ref: Callable[[float], float]
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode
        self._init_scale_fn()
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.base_momentums, self.max_momentums = self._begin_momentum(
                base_momentum, max_momentum, last_epoch
            )
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def _init_scale_fn(self) -> None:
        if self._scale_fn_custom is None:
            shapes: dict[str, Callable[[float], float]] = {
                "triangular": same_height,
                "triangular2": half_each_cycle,
                "exp_range": partial(power, self.gamma),
            }
            self._scale_fn_ref = shapes[self.mode]
            self.scale_mode = "iterations" if self.mode == "exp_range" else "cycle"

    def scale_fn(self, x: float) -> float:
        """The height of the cycle, or iteration, `x`, as a share of the first."""
        return (self._scale_fn_custom or self._scale_fn_ref)(x)

    def _rates(self) -> list[Any]:
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle  # how far the cycle has come
        if x <= self.step_ratio:
            height = x / self.step_ratio
        else:
            height = (x - 1) / (self.step_ratio - 1)
        height *= self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            self._set_momentum(
                [
                    high - (high - low) * height
                    for low, high in zip(self.base_momentums, self.max_momentums, strict=True)
                ]
            )
        return [
            low + (high - low) * height
            for low, high in zip(self.base_lrs, self.max_lrs, strict=True)
        ]

    def state_dict(self) -> dict[str, Any]:
        """As of the other schedulers; of a `scale_fn` the attributes of a callable object."""
        state = super().state_dict()
        state.pop("_scale_fn_ref", None)
        return {**state, "_scale_fn_custom": attributes_of(state["_scale_fn_custom"])}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        function = self._scale_fn_custom
        super().load_state_dict(state_dict)
        self._scale_fn_custom = function
        if state_dict["_scale_fn_custom"] is not None:
            vars(function).update(state_dict["_scale_fn_custom"])
        self._init_scale_fn()


class OneCycleLR(Cycling):
    """Up from max_lr/div_factor to `max_lr`, then down to that /final_div_factor; once.

    To be stepped after every batch. The momentum falls while the learning rate rises.

    total_steps      length of the cycle; or epochs times steps_per_epoch
    pct_start        share of the steps for the way up, in [0, 1]
    anneal_strategy  "cos", half a cosine each way, or "linear"
    three_phase      down to where it began in as many steps as up, then to the end

    Raises ValueError for values out of range, for a step past the end, and where the optimizer has
    no momentum to cycle.
    Smith and Topin, Super-Convergence, 2018, arXiv:1708.07120.
    """

    anneal_func: Callable[[Any, Any, float], Any]

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        require_optimizer(optimizer)
        self.optimizer = optimizer
        if total_steps is not None:
            self.total_steps = positive("total_steps", total_steps)
        elif epochs is not None and steps_per_epoch is not None:
            self.total_steps = positive("epochs", epochs) * positive(
                "steps_per_epoch", steps_per_epoch
            )
        else:
            raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
        self._schedule_phases = phases(pct_start, self.total_steps, three_phase)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._anneal_func_type = anneal_strategy
        max_lrs = for_groups("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, highest in zip(optimizer.param_groups, max_lrs):
                group["initial_lr"] = highest / div_factor
                group["max_lr"] = highest
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._begin_momentum(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def _rates(self) -> list[Any]:
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(
                f"Tried to step {step} times. The specified number of total steps is "
                f"{self.total_steps}"
            )
        start = 0.0
        for now in self._schedule_phases[:-1]:
            if step <= now["end_step"]:
                break
            start = now["end_step"]
        else:
            now = self._schedule_phases[-1]
        share = (step - start) / (now["end_step"] - start)
        groups = self.optimizer.param_groups
        if self.cycle_momentum:
            first, last = now["start_momentum"], now["end_momentum"]
            self._set_momentum([self._anneal(g[first], g[last], share) for g in groups])
        return [self._anneal(g[now["start_lr"]], g[now["end_lr"]], share) for g in groups]

    def _anneal(self, start: Any, end: Any, share: float) -> Any:
        if not hasattr(self, "_anneal_func_type"):  # in the state of an old PyTorch
            return self.anneal_func(start, end, share)
        if self._anneal_func_type == "linear":
            return self._annealing_linear(start, end, share)
        return self._annealing_cos(start, end, share)

    @staticmethod
    def _annealing_linear(start: Any, end: Any, share: float) -> Any:
        return (end - start) * share + start

    @staticmethod
    def _annealing_cos(start: Any, end: Any, share: float) -> Any:
        return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)


def phases(pct_start, total_steps, three_phase):
    """Up and down; with `three_phase` down to where it began, and then to the end."""
    end, last = float(pct_start * total_steps) - 1, total_steps - 1
    up = phase(end, "initial_lr", "max_lr", "max_momentum", "base_momentum")
    if not three_phase:
        return [up, phase(last, "max_lr", "min_lr", "base_momentum", "max_momentum")]
    end = float(2 * pct_start * total_steps) - 2
    return [
        up,
        phase(end, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
        phase(last, "initial_lr", "min_lr", "max_momentum", "max_momentum"),
    ]


def phase(end_step, start_lr, end_lr, start_momentum, end_momentum):
    """A part of a cycle: when it ends, and the options of a group between which it goes."""
    return {
        "end_step": end_step,
        "start_lr": start_lr,
        "end_lr": end_lr,
        "start_momentum": start_momentum,
        "end_momentum": end_momentum,
    }


def positive(name, value):
    if not isinstance(value, int) or value <= 0:
        raise ValueError(f"Expected positive integer {name}, but got {value}")
    return value


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine from the initial learning rate to `eta_min`, and again from the top.

    T_0     epochs of the first half cosine, > 0
    T_mult  each takes as many epochs as the one before times this, >= 1

    `step(epoch)` with parts of an epoch may be called after every batch.

    Raises ValueError for values out of range.
    Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017,
    arXiv:1608.03983.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, float | int):
            raise ValueError(
                f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}"
            )
        self.T_0 = T_0
        self.T_i: int = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def _rates(self) -> list[Any]:
        height = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base - self.eta_min) * height for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Begin the next epoch, or go to the one that is given, which need not be whole."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur = self.T_cur % self.T_i
                self.T_i = self.T_i * self.T_mult
        elif epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        else:
            self._go_to(epoch)
        self.last_epoch = math.floor(epoch)
        with _enable_get_lr_call(self):
            rates = self.get_lr()
        self._set(rates)

    def _go_to(self, epoch: float) -> None:
        """Find the half cosine in which `epoch` lies; n have gone before."""
        first, by = self.T_0, self.T_mult
        if epoch < first:
            self.T_i, self.T_cur = first, epoch
        elif by == 1:
            self.T_cur = epoch % first
        else:
            n = int(math.log(epoch / first * (by - 1) + 1, by))
            self.T_cur = epoch - first * (by**n - 1) / (by - 1)
            self.T_i = first * by**n
