"""AdamW."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.optim.adam import Adam
from minitorch.optim.lists import over_lists
from minitorch.optim.optimizer import ParamsT


class AdamW(Adam):
    """Adam whose weight decay multiplies p by 1 - lr*weight_decay, apart from the gradient.

    Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019, arXiv:1711.05101.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize,
            capturable=capturable, differentiable=differentiable, fused=fused,
            decoupled_weight_decay=True,
        )  # fmt: skip

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True  # also after loading what Adam saved


adamw = over_lists(AdamW, "exp_avg", "exp_avg_sq", "max_exp_avg_sq", "step")
