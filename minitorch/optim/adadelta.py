"""Adadelta."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.namespaces import namespace
from minitorch.optim.lists import over_lists
from minitorch.optim.optimizer import FUSED, Optimizer, ParamsT
from minitorch.optim.options import require_not_negative, require_rate


class Adadelta(Optimizer):
    """square <- rho*square + (1-rho)*g*g ;  d = g * sqrt(moved + eps) / sqrt(square + eps)
    moved <- rho*moved + (1-rho)*d*d ;  p <- p - lr*d

    lr            share of d that is moved, >= 0
    rho           memory of the running means of g*g and d*d, in [0, 1]
    eps           lets the first steps begin: they are about sqrt(eps) long; >= 0
    weight_decay  the gradient of weight_decay/2 * sum(p*p) is added to g; >= 0
    maximize      climb instead of descending

    Raises ValueError for values out of range.
    Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012, arXiv:1212.5701.
    """

    kernel = FUSED

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_rate(lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}\n  it must lie in [0, 1]")
        require_not_negative("epsilon value", eps)
        require_not_negative("weight_decay value", weight_decay)
        defaults = {
            "lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
            "capturable": capturable, "foreach": foreach, "differentiable": differentiable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        return {"step": 0.0, "square_avg": 0.0, "acc_delta": 0.0}

    def settings(self, group: dict[str, Any], step: int) -> dict[str, Any]:
        return {**super().settings(group, step), "share": 1 - group["rho"]}

    def update(self, p, g, state, *, lr, rho, share, eps, weight_decay, maximize):
        xp = namespace(p)
        square, moved = state["square_avg"], state["acc_delta"]
        if maximize:
            g = -g
        if weight_decay:
            g = g + weight_decay * p
        square *= rho
        square += share * (g * g)
        g = g * (xp.sqrt(moved + eps) / xp.sqrt(square + eps))
        moved *= rho
        moved += share * (g * g)
        xp.subtract_scaled(p, lr, g)


adadelta = over_lists(Adadelta, "square_avg", "acc_delta", "step")
