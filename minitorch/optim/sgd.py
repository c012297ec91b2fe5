"""Stochastic gradient descent."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.namespaces import namespace
from minitorch.optim.lists import over_lists
from minitorch.optim.optimizer import Optimizer, ParamsT
from minitorch.optim.options import require_not_negative, require_one_way, require_rate


class SGD(Optimizer):
    """p <- p - lr*g ;  with momentum: b <- momentum*b + (1-dampening)*g ;  p <- p - lr*b

    lr            step size, >= 0
    momentum      memory of former gradients, >= 0, usually below 1
    dampening     share of a new gradient that b does not take; of the first it takes all
    weight_decay  the gradient of weight_decay/2 * sum(p*p) is added to g; >= 0
    nesterov      step along g + momentum*b, as if b had already been updated once more
    maximize      climb instead of descending

    Raises ValueError for values out of range, and for nesterov without momentum or with dampening.
    Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in deep
    learning, 2013.
    """

    kernel = "sgd_step"

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float | Tensor = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        require_rate(lr)
        require_not_negative("momentum value", momentum)
        require_not_negative("weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(
                "Nesterov momentum requires a momentum and zero dampening\n"
                f"  momentum {momentum}   dampening {dampening}"
            )
        require_one_way(fused, foreach, differentiable)
        defaults = {
            "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
            "nesterov": nesterov, "maximize": maximize, "foreach": foreach,
            "differentiable": differentiable, "fused": fused,
        }  # fmt: skip
        super().__init__(params, defaults)

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        return {"momentum_buffer": 0.0} if group["momentum"] else {}

    def settings(self, group: dict[str, Any], step: int) -> dict[str, Any]:
        return {
            "lr": group["lr"],
            "momentum": group["momentum"],
            "share": 1 if step == 1 else 1 - group["dampening"],
            "weight_decay": group["weight_decay"],
            "nesterov": group["nesterov"],
            "maximize": group["maximize"],
        }

    def update(self, p, g, state, *, lr, momentum, share, weight_decay, nesterov, maximize):
        if maximize:
            g = -g
        if weight_decay:
            g = g + weight_decay * p
        if momentum:
            buffer = state["momentum_buffer"]
            buffer *= momentum
            buffer += g if share == 1 else share * g
            g = g + momentum * buffer if nesterov else buffer
        namespace(p).subtract_scaled(p, lr, g)

    def update_tensors(self, p, g, state, *, weight_decay, maximize, **settings):
        """The same; a copy of p serves the weight decay, which may be a Tensor to differentiate."""
        g = (-g if maximize else g) + weight_decay * p.clone()
        self.update(p, g, state, weight_decay=0, maximize=False, **settings)


sgd = over_lists(SGD, "momentum_buffer")
