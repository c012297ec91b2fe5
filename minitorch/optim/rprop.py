"""Rprop."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.namespaces import namespace
from minitorch.optim.lists import over_lists
from minitorch.optim.optimizer import FUSED, Optimizer, ParamsT
from minitorch.optim.options import require_rate


class Rprop(Optimizer):
    """p <- p - size * sign(g) ;  size grows while g keeps its sign and shrinks when it turns

    Where g has turned, nothing is moved, and the next step takes it as if it had not. It is for
    gradients of all data: those of small batches turn by chance.

    lr          the first step size of every number, >= 0
    etas        by which the step size is multiplied where g turned, and where not: 0 < . < 1 < .
    step_sizes  the smallest and the largest step size
    maximize    climb instead of descending

    Raises ValueError for values out of range.
    Riedmiller and Braun, A Direct Adaptive Method for Faster Backpropagation Learning, 1993.
    """

    kernel = FUSED

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_rate(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(
                f"Invalid eta values: {etas[0]}, {etas[1]}\n"
                "  the first must lie between 0 and 1, the second above 1"
            )
        defaults = {
            "lr": lr, "etas": etas, "step_sizes": step_sizes, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "capturable": capturable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        return {"step": 0.0, "prev": 0.0, "step_size": float(group["lr"])}

    def settings(self, group: dict[str, Any], step: int) -> dict[str, Any]:
        shrink, grow = group["etas"]
        smallest, largest = group["step_sizes"]
        return {
            "shrink": shrink,
            "grow": grow,
            "smallest": smallest,
            "largest": largest,
            "maximize": group["maximize"],
        }

    def update(self, p, g, state, *, shrink, grow, smallest, largest, maximize):
        xp = namespace(p)
        size, before = state["step_size"], state["prev"]
        if maximize:
            g = -g
        same = g * before  # positive where g has kept its sign, negative where it has turned
        sizes = xp.where(same > 0, size * grow, xp.where(same < 0, size * shrink, size))
        size[...] = xp.clip(sizes, smallest, largest)
        g = g * (same >= 0)
        before[...] = g
        p -= xp.sign(g) * size


rprop = over_lists(Rprop, "prev", "step_size", "step")
