"""Averaged stochastic gradient descent."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.namespaces import namespace
from minitorch.optim.blocks import number
from minitorch.optim.lists import over_lists
from minitorch.optim.optimizer import FUSED, Optimizer, ParamsT
from minitorch.optim.options import require_not_negative, require_rate


class ASGD(Optimizer):
    """p <- p * (1 - lambd*eta) - eta*g ;  eta <- lr / (1 + lambd*lr*t)**alpha     at step t

    The state holds "ax", the mean of p over the steps after the t0-th, and p itself before.

    lr            the first step size, >= 0
    lambd         decay of p
    alpha         power with which the step size falls
    t0            the step after which to average
    weight_decay  the gradient of weight_decay/2 * sum(p*p) is added to g; >= 0
    maximize      climb instead of descending

    Raises ValueError for values out of range.
    Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992.
    """

    kernel = FUSED
    numbers = ("eta", "mu")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        require_rate(lr)
        require_not_negative("weight_decay value", weight_decay)
        defaults = {
            "lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay,
            "foreach": foreach, "maximize": maximize, "differentiable": differentiable,
            "capturable": capturable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        return {"step": 0.0, "eta": float(group["lr"]), "mu": 1.0, "ax": 0.0}

    def first_state(self, p: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        numbers = {"eta": number(float(group["lr"])), "mu": number(1.0)}
        return {**super().first_state(p, group), **numbers}

    def settings(self, group: dict[str, Any], step: int) -> dict[str, Any]:
        lr, lambd = group["lr"], group["lambd"]
        return {
            "lambd": lambd,
            "next_eta": number(float(lr / (1 + lambd * lr * step) ** group["alpha"])).item(),
            "next_mu": number(1 / max(1, step - group["t0"])).item(),
            "weight_decay": group["weight_decay"],
            "maximize": group["maximize"],
        }

    def update(self, p, g, state, *, lambd, next_eta, next_mu, weight_decay, maximize):
        eta, mu, ax = float(state["eta"]), float(state["mu"]), state["ax"]
        if maximize:
            g = -g
        if weight_decay:
            g = g + weight_decay * p
        p *= 1 - lambd * eta
        namespace(p).subtract_scaled(p, eta, g)
        ax += mu * (p - ax)
        state["eta"][...] = next_eta
        state["mu"][...] = next_mu


asgd = over_lists(ASGD, "ax", "mu", "eta", "step")
