"""SparseAdam."""

from collections.abc import Callable
from typing import Any

from minitorch.autograd.grad_mode import enable_grad
from minitorch.autograd.tensor import Tensor
from minitorch.optim.optimizer import Optimizer, ParamsT
from minitorch.optim.options import require_betas, require_rate


class SparseAdam(Optimizer):
    """Adam for sparse gradients: there are none here, so a step says to take Adam.

    Raises ValueError for values out of range, and RuntimeError where a parameter has a gradient.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        require_rate(lr)
        for name, value in (("learning rate", lr), ("epsilon value", eps)):
            if not value > 0.0:
                raise ValueError(f"Invalid {name}: {value}\n  it must be positive")
        require_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Refuse the gradients, which are dense."""
        loss = None if closure is None else enable_grad()(closure)()
        if any(p.grad is not None for group in self.param_groups for p in group["params"]):
            raise RuntimeError(
                "SparseAdam does not support dense gradients, please consider Adam instead\n"
                "  all gradients are dense here, those of Embedding(sparse=True) too"
            )
        return loss
