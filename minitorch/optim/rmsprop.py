"""RMSprop."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.namespaces import namespace
from minitorch.optim.lists import over_lists
from minitorch.optim.optimizer import Optimizer, ParamsT
from minitorch.optim.options import require_not_negative, require_rate


class RMSprop(Optimizer):
    """square <- alpha*square + (1-alpha)*g*g ;  p <- p - lr*g / (sqrt(square) + eps)

    lr            step size, >= 0
    alpha         memory of the running mean of g*g, >= 0, usually below 1
    eps           keeps the division finite, in units of g; >= 0
    weight_decay  the gradient of weight_decay/2 * sum(p*p) is added to g; >= 0
    momentum      memory of former steps, >= 0, usually below 1
    centered      divide by the deviation of g: take the square of its running mean off `square`
    maximize      climb instead of descending

    Raises ValueError for values out of range.
    Tieleman and Hinton, COURSERA lecture 6.5, 2012; Graves, Generating Sequences With Recurrent
    Neural Networks, 2013, arXiv:1308.0850, equations 38 to 45 (centered, momentum).
    """

    kernel = "rmsprop_step"

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_rate(lr)
        require_not_negative("epsilon value", eps)
        require_not_negative("momentum value", momentum)
        require_not_negative("weight_decay value", weight_decay)
        require_not_negative("alpha value", alpha)
        defaults = {
            "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered,
            "weight_decay": weight_decay, "capturable": capturable, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        entries = {"step": 0.0, "square_avg": 0.0}
        if group["momentum"] > 0:
            entries["momentum_buffer"] = 0.0
        if group["centered"]:
            entries["grad_avg"] = 0.0
        return entries

    def settings(self, group: dict[str, Any], step: int) -> dict[str, Any]:
        return {
            "lr": group["lr"],
            "alpha": group["alpha"],
            "share": 1 - group["alpha"],
            "eps": group["eps"],
            "weight_decay": group["weight_decay"],
            "momentum": group["momentum"],
            "centered": group["centered"],
            "maximize": group["maximize"],
        }

    def update(
        self, p, g, state, *, lr, alpha, share, eps, weight_decay, momentum, centered, maximize
    ):
        xp = namespace(p)
        square = state["square_avg"]
        if maximize:
            g = -g
        if weight_decay:
            g = g + weight_decay * p
        square *= alpha
        square += share * (g * g)
        if centered:
            mean = state["grad_avg"]
            mean += share * (g - mean)
            square = square - mean * mean
        g = g / xp.root_plus(square, eps)
        if momentum:
            buffer = state["momentum_buffer"]
            buffer *= momentum
            buffer += g
            g = buffer
        xp.subtract_scaled(p, lr, g)


rmsprop = over_lists(RMSprop, "square_avg", "grad_avg", "momentum_buffer", "step")
