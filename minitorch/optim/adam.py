"""Adam and AdamW: steps of about the same length for all parameters, however steep their slopes."""

from typing import Any

from minitorch.backend.namespaces import namespace
from minitorch.optim.optimizer import Optimizer, Params, require_in_unit, require_not_negative


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

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ) -> None:
        require_not_negative("learning rate", lr)
        require_not_negative("epsilon value", eps)
        require_in_unit("beta parameter at index 0", betas[0])
        require_in_unit("beta parameter at index 1", betas[1])
        require_not_negative("weight_decay value", weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
        )

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


class AdamW(Adam):
    """Adam whose weight decay multiplies p by 1 - lr*weight_decay, apart from the gradient.

    Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019, arXiv:1711.05101.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            maximize=maximize,
            decoupled_weight_decay=True,
        )

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        super().load_state_dict(state_dict)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True  # also after loading what Adam saved
