"""Adafactor."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.namespaces import namespace
from minitorch.optim.blocks import number
from minitorch.optim.optimizer import Optimizer, ParamsT
from minitorch.optim.options import require_rate


class Adafactor(Optimizer):
    """Adam's division by the root of a running mean of g*g, of which it keeps, for a matrix, only
    the means of rows and columns, r and c; and no running mean of g.

    v = r c / mean(r) ;  u = g / sqrt(v) ;  u <- u / max(1, rms(u)/d)
    p <- p - max(eps2, rms(p)) * min(lr, 1/sqrt(t)) * u     at step t

    lr            upper bound of the step size relative to the size of p, >= 0
    beta2_decay   the means take the share t**beta2_decay of a new g*g; <= 0
    eps           eps1, lower bound of sqrt(v), None for that of the dtype; eps2, of rms(p); >= 0
    d             upper bound of rms(u), >= 1
    weight_decay  p is multiplied by 1 - lr*weight_decay; >= 0
    maximize      climb instead of descending

    A parameter with fewer than two dimensions keeps all of v, as "variance".

    Raises ValueError for values out of range.
    Shazeer and Stern, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, 2018,
    arXiv:1804.04235.
    """

    one_by_one = True

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        require_rate(lr, "Learning rate should be >= 0 but is")
        if not beta2_decay <= 0.0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None and not eps[0] >= 0.0:
            raise ValueError(f"epsilon1 should be >= 0 but is: {eps[0]}")
        if not eps[1] >= 0.0:
            raise ValueError(f"epsilon2 should be >= 0 but is: {eps[1]}")
        if not d >= 1.0:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        if not weight_decay >= 0.0:
            raise ValueError(f"weight_decay should be >= 0 but is: {weight_decay}")
        defaults = {
            "lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay,
            "foreach": foreach, "maximize": maximize,
        }  # fmt: skip
        super().__init__(params, defaults)

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        return {"step": 0.0}

    def first_state(self, p: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        step = number(0.0)
        if p.dim() < 2:
            return {"step": step, "variance": p.new_zeros(p.shape)}
        return {
            "step": step,
            "row_var": p.new_zeros((*p.shape[:-1], 1)),
            "col_var": p.new_zeros((*p.shape[:-2], 1, p.shape[-1])),
        }

    def settings(self, group: dict[str, Any], step: int) -> dict[str, Any]:
        return {
            **super().settings(group, step),
            "share": step ** group["beta2_decay"],
            "rate": min(group["lr"], step**-0.5),
        }

    def update(self, p, g, state, *, lr, eps, d, weight_decay, maximize, share, rate, **options):
        xp = namespace(p)
        if maximize:
            g = -g
        eps1 = float(xp.finfo(p.dtype).eps) if eps[0] is None else eps[0]
        size = xp.maximum(root_mean_square(p), eps[1]) * rate
        if weight_decay:
            p *= 1 - lr * weight_decay
        square = g * g
        if p.ndim > 1:
            row, column = state["row_var"], state["col_var"]
            row += share * (square.mean(-1, keepdims=True) - row)
            column += share * (square.mean(-2, keepdims=True) - column)
            v = row * column / xp.maximum(row.mean(-2, keepdims=True), eps1)
        else:
            v = state["variance"]
            v += share * (square - v)
        u = g / xp.sqrt(xp.maximum(v, eps1 * eps1))
        p -= size / xp.maximum(root_mean_square(u) / d, 1.0) * u


def root_mean_square(x):
    return namespace(x).sqrt((x * x).sum()) / x.size**0.5
