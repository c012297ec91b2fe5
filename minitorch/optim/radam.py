"""RAdam."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.namespaces import namespace
from minitorch.optim.lists import over_lists
from minitorch.optim.optimizer import FUSED, Optimizer, ParamsT
from minitorch.optim.options import require_betas, require_not_negative, require_rate


class RAdam(Optimizer):
    """Adam that divides by sqrt(v) only when v is known well enough, and then by a share that
    grows with what is known: sqrt((r-4)(r-2)R / ((R-4)(R-2)r)) at step t, where
    R = 2/(1-b2) - 1 and r = R - 2t * b2**t/(1 - b2**t). Before (r <= 5) it steps along the mean.

    lr            step size, >= 0
    betas         b1 and b2: memory of the running means of g and g*g, in [0, 1)
    eps           keeps the division finite, in units of g; >= 0
    weight_decay  the gradient of weight_decay/2 * sum(p*p) is added to g; >= 0
    decoupled_weight_decay  multiply p by 1 - lr*weight_decay instead
    maximize      climb instead of descending

    Raises ValueError for values out of range.
    Liu et al., On the Variance of the Adaptive Learning Rate and Beyond, 2020, arXiv:1908.03265.
    """

    kernel = FUSED

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_rate(lr)
        require_not_negative("epsilon value", eps)
        require_betas(betas)
        require_not_negative("weight_decay value", weight_decay)
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "maximize": maximize, "foreach": foreach, "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay, "differentiable": differentiable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        return {"step": 0.0, "exp_avg": 0.0, "exp_avg_sq": 0.0}

    def settings(self, group: dict[str, Any], step: int) -> dict[str, Any]:
        beta1, beta2 = group["betas"]
        decoupled = group["decoupled_weight_decay"]
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * step * beta2**step / (1 - beta2**step)
        step_size = group["lr"] / (1 - beta1**step)
        known = length > 5
        if known:
            share = (length - 4) * (length - 2) * longest
            share /= (longest - 4) * (longest - 2) * length
            step_size = step_size * (share * (1 - beta2**step)) ** 0.5
        return {
            "step_size": step_size,
            "known": known,
            "share1": 1 - beta1,
            "beta2": beta2,
            "share2": 1 - beta2,
            "eps": group["eps"],
            "weight_decay": 0 if decoupled else group["weight_decay"],
            "shrink": 1 - group["lr"] * group["weight_decay"] if decoupled else None,
            "maximize": group["maximize"],
        }

    def update(
        self,
        p,
        g,
        state,
        *,
        step_size,
        known,
        share1,
        beta2,
        share2,
        eps,
        weight_decay,
        shrink,
        maximize,
    ):
        xp = namespace(p)
        m, v = state["exp_avg"], state["exp_avg_sq"]
        if maximize:
            g = -g
        if shrink is not None:
            p *= shrink
        if weight_decay:
            g = g + weight_decay * p
        m += share1 * (g - m)
        v *= beta2
        v += share2 * (g * g)
        xp.subtract_scaled(p, step_size, m / xp.root_plus(v, eps) if known else m)


radam = over_lists(RAdam, "exp_avg", "exp_avg_sq", "step")
