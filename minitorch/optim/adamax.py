"""Adamax."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.namespaces import namespace
from minitorch.optim.lists import over_lists
from minitorch.optim.optimizer import FUSED, Optimizer, ParamsT
from minitorch.optim.options import require_betas, require_not_negative, require_rate


class Adamax(Optimizer):
    """m <- b1*m + (1-b1)*g ;  u <- max(b2*u, |g| + eps) ;  p <- p - lr/(1 - b1**t) * m/u

    lr            step size, about the longest way of a parameter in one step, at step t; >= 0
    betas         b1 and b2: memory of the running mean and of the maximum, in [0, 1)
    eps           keeps the division finite, in units of g; >= 0
    weight_decay  the gradient of weight_decay/2 * sum(p*p) is added to g; >= 0
    maximize      climb instead of descending

    Raises ValueError for values out of range.
    Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, arXiv:1412.6980, section 7.1.
    """

    kernel = FUSED

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        require_rate(lr)
        require_not_negative("epsilon value", eps)
        require_betas(betas)
        require_not_negative("weight_decay value", weight_decay)
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "capturable": capturable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        return {"step": 0.0, "exp_avg": 0.0, "exp_inf": 0.0}

    def settings(self, group: dict[str, Any], step: int) -> dict[str, Any]:
        beta1, beta2 = group["betas"]
        return {
            "step_size": group["lr"] / (1 - beta1**step),
            "share": 1 - beta1,
            "beta2": beta2,
            "eps": group["eps"],
            "weight_decay": group["weight_decay"],
            "maximize": group["maximize"],
        }

    def update(self, p, g, state, *, step_size, share, beta2, eps, weight_decay, maximize):
        xp = namespace(p)
        m, u = state["exp_avg"], state["exp_inf"]
        if maximize:
            g = -g
        if weight_decay:
            g = g + weight_decay * p
        m += share * (g - m)
        u[...] = xp.maximum(beta2 * u, xp.abs(g) + eps)
        xp.subtract_scaled(p, step_size, m / u)


adamax = over_lists(Adamax, "exp_avg", "exp_inf", "step")
