"""NAdam."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.namespaces import namespace
from minitorch.optim.blocks import number
from minitorch.optim.lists import over_lists
from minitorch.optim.optimizer import FUSED, Optimizer, ParamsT
from minitorch.optim.options import require_betas, require_not_negative, require_rate


class NAdam(Optimizer):
    """Adam with Nesterov's momentum: it steps along the mean that the next step will begin with.

    u(t) = b1 * (1 - 0.96**(t*momentum_decay) / 2) ;  U = u(1) * ... * u(t)
    p <- p - lr * ((1 - u(t))/(1 - U) * g + u(t+1)/(1 - U*u(t+1)) * m) / (sqrt(v/(1 - b2**t)) + eps)

    with m and v as in Adam.

    lr              step size, >= 0
    betas           b1 and b2: memory of the running means of g and g*g, in [0, 1)
    eps             keeps the division finite, in units of g; >= 0
    weight_decay    the gradient of weight_decay/2 * sum(p*p) is added to g; >= 0
    momentum_decay  how fast u grows from b1/2 to b1, >= 0
    decoupled_weight_decay  multiply p by 1 - lr*weight_decay instead
    maximize        climb instead of descending

    The state holds U as "mu_product".

    Raises ValueError for values out of range.
    Dozat, Incorporating Nesterov Momentum into Adam, 2016.
    """

    kernel = FUSED
    numbers = ("mu_product",)

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
        require_not_negative("momentum_decay value", momentum_decay)
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "momentum_decay": momentum_decay, "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize, "foreach": foreach, "capturable": capturable,
            "differentiable": differentiable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        return {"step": 0.0, "mu_product": 1.0, "exp_avg": 0.0, "exp_avg_sq": 0.0}

    def first_state(self, p: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        return {**super().first_state(p, group), "mu_product": number(1.0)}

    def settings(self, group: dict[str, Any], step: int) -> dict[str, Any]:
        beta1, beta2 = group["betas"]
        decay, decoupled = group["momentum_decay"], group["decoupled_weight_decay"]
        return {
            "lr": group["lr"],
            "mus": tuple(beta1 * (1 - 0.5 * 0.96 ** (t * decay)) for t in (step, step + 1)),
            "share1": 1 - beta1,
            "beta2": beta2,
            "share2": 1 - beta2,
            "correction": 1 - beta2**step,
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
        lr,
        mus,
        share1,
        beta2,
        share2,
        correction,
        eps,
        weight_decay,
        shrink,
        maximize,
    ):
        xp, (mu, next_mu) = namespace(p), mus
        m, v = state["exp_avg"], state["exp_avg_sq"]
        state["mu_product"] *= mu
        product = float(state["mu_product"])
        if maximize:
            g = -g
        if shrink is not None:
            p *= shrink
        if weight_decay:
            g = g + weight_decay * p
        m += share1 * (g - m)
        v *= beta2
        v += share2 * (g * g)
        step = (1 - mu) / (1 - product) * g + next_mu / (1 - product * next_mu) * m
        xp.subtract_scaled(p, lr, step / xp.root_plus(v / correction, eps))


nadam = over_lists(NAdam, "exp_avg", "exp_avg_sq", "mu_product", "step")
