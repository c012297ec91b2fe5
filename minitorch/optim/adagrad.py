"""Adagrad."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.namespaces import namespace
from minitorch.optim.lists import over_lists
from minitorch.optim.optimizer import Optimizer, ParamsT
from minitorch.optim.options import require_not_negative, require_one_way, require_rate


class Adagrad(Optimizer):
    """sum <- sum + g*g ;  p <- p - lr/(1 + (t-1)*lr_decay) * g / (sqrt(sum) + eps)     at step t

    lr            step size, >= 0
    lr_decay      how the step size falls, >= 0
    weight_decay  the gradient of weight_decay/2 * sum(p*p) is added to g; >= 0
    initial_accumulator_value  what `sum` begins with, >= 0
    eps           keeps the division finite, in units of g; >= 0
    maximize      climb instead of descending

    The state is there from the beginning, not from the first step on.

    Raises ValueError for values out of range.
    Duchi, Hazan and Singer, Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization, 2011.
    """

    kernel = "adagrad_step"

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        require_rate(lr)
        require_not_negative("lr_decay value", lr_decay)
        require_not_negative("weight_decay value", weight_decay)
        require_not_negative("initial_accumulator_value value", initial_accumulator_value)
        require_not_negative("epsilon value", eps)
        require_one_way(fused, foreach, differentiable)
        defaults = {
            "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "fused": fused,
        }  # fmt: skip
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p] = self.first_state(p, group)

    def share_memory(self) -> None:
        """Nothing is to be done: worker processes get a copy of the state."""

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        return {"step": 0.0, "sum": self.defaults["initial_accumulator_value"]}

    def settings(self, group: dict[str, Any], step: int) -> dict[str, Any]:
        return {
            "lr": group["lr"] / (1 + (step - 1) * group["lr_decay"]),
            "weight_decay": group["weight_decay"],
            "eps": group["eps"],
            "maximize": group["maximize"],
        }

    def update(self, p, g, state, *, lr, weight_decay, eps, maximize):
        xp = namespace(p)
        if maximize:
            g = -g
        if weight_decay:
            g = g + weight_decay * p
        total = state["sum"]
        total += g * g
        xp.subtract_scaled(p, lr, g / xp.root_plus(total, eps))


adagrad = over_lists(Adagrad, "sum", "step")
