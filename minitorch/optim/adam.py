"""Adam: steps of about the same length for all parameters, however steep their slopes."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.namespaces import namespace
from minitorch.optim.lists import over_lists
from minitorch.optim.optimizer import Optimizer, ParamsT
from minitorch.optim.options import (
    require_betas,
    require_not_negative,
    require_one_way,
    require_rate,
)


class Adam(Optimizer):
    """m <- b1*m + (1-b1)*g ;  v <- b2*v + (1-b2)*g*g
    p <- p - lr * m/(1 - b1**t) / (sqrt(v/(1 - b2**t)) + eps)     at step t

    lr            step size, about how far a parameter moves in one step; >= 0
    betas         b1 and b2: memory of the running means of g and g*g, in [0, 1)
    eps           keeps the division finite, in units of g; >= 0
    weight_decay  the gradient of weight_decay/2 * sum(p*p) is added to g; >= 0
    amsgrad       divide by the largest v so far
    maximize      climb instead of descending
    decoupled_weight_decay  multiply p by 1 - lr*weight_decay instead, as AdamW does

    Raises ValueError for values out of range.
    Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, arXiv:1412.6980; Reddi, Kale
    and Kumar, On the Convergence of Adam and Beyond, 2018, arXiv:1904.09237 (amsgrad).
    """

    kernel = "adam_step"

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and foreach and not capturable:
            raise ValueError(
                "lr as a Tensor is not supported for capturable=False and foreach=True"
            )
        require_rate(lr)
        require_not_negative("epsilon value", eps)
        require_betas(betas)
        require_not_negative("weight_decay value", weight_decay)
        require_one_kind(betas, foreach and not capturable)
        require_one_way(fused, foreach, differentiable)
        defaults = {
            "lr": lr, "betas": tuple(b.squeeze() if isinstance(b, Tensor) else b for b in betas),
            "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad, "maximize": maximize,
            "foreach": foreach, "capturable": capturable, "differentiable": differentiable,
            "fused": fused, "decoupled_weight_decay": decoupled_weight_decay,
        }  # fmt: skip
        super().__init__(params, defaults)

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        entries = {"step": 0.0, "exp_avg": 0.0, "exp_avg_sq": 0.0}
        return {**entries, "max_exp_avg_sq": 0.0} if group["amsgrad"] else entries

    def settings(self, group: dict[str, Any], step: int) -> dict[str, Any]:
        beta1, beta2 = group["betas"]
        decoupled = group["decoupled_weight_decay"]
        return {
            "step_size": group["lr"] / (1 - beta1**step),
            "share1": 1 - beta1,
            "beta2": beta2,
            "share2": 1 - beta2,
            "correction": (1 - beta2**step) ** 0.5,
            "eps": group["eps"],
            "weight_decay": 0 if decoupled else group["weight_decay"],
            "shrink": 1 - group["lr"] * group["weight_decay"] if decoupled else None,
            "amsgrad": group["amsgrad"],
            "maximize": group["maximize"],
        }

    def update(
        self,
        p,
        g,
        state,
        *,
        step_size,
        share1,
        beta2,
        share2,
        correction,
        eps,
        weight_decay,
        shrink,
        amsgrad,
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
        room = xp.empty_like(p)  # for all that is computed on the way
        xp.subtract(g, m, out=room)
        room *= share1
        m += room
        xp.multiply(g, g, out=room)
        room *= share2
        v *= beta2
        v += room
        if amsgrad:
            v = xp.maximum(state["max_exp_avg_sq"], v, out=state["max_exp_avg_sq"])
        xp.sqrt(v, out=room)
        room /= correction
        room += eps
        xp.divide(m, room, out=room)
        room *= step_size
        p -= room

    def update_tensors(self, p, g, state, **settings):
        """The formula, without the room that `update` keeps using again."""
        if settings["maximize"]:
            g = -g
        if settings["shrink"] is not None:
            p *= settings["shrink"]
        g = g + settings["weight_decay"] * p.clone()
        m = state["exp_avg"] + settings["share1"] * (g - state["exp_avg"])
        v = settings["beta2"] * state["exp_avg_sq"] + settings["share2"] * g * g
        state["exp_avg"], state["exp_avg_sq"] = m, v
        if settings["amsgrad"]:
            v = state["max_exp_avg_sq"] = state["max_exp_avg_sq"].maximum(v)
        p -= settings["step_size"] * m / (v.sqrt() / settings["correction"] + settings["eps"])


adam = over_lists(Adam, "exp_avg", "exp_avg_sq", "max_exp_avg_sq", "step")


def require_one_kind(betas, no_tensors):
    """Refuse betas of which one is a Tensor and the other is not."""
    kinds = [Tensor if isinstance(beta, Tensor) else type(beta) for beta in betas]
    if kinds not in ([float, float], [Tensor, Tensor]):
        raise ValueError(
            f"betas must be either both floats or both Tensors\n  betas {tuple(betas)}"
        )
    for i, beta in enumerate(betas):
        if isinstance(beta, Tensor) and no_tensors:
            raise ValueError(
                f"betas[{i}] as a Tensor is not supported for capturable=False and foreach=True"
            )
        if isinstance(beta, Tensor) and beta.numel() != 1:
            raise ValueError(f"Tensor betas[{i}] must be 1-element\n  it has {beta.numel()}")
