"""Muon: steps of which all singular values are about the same."""

import math
from typing import Any

from minitorch.backend.namespaces import namespace
from minitorch.optim.optimizer import Optimizer, ParamsT
from minitorch.optim.options import require_rate

QUINTIC = (3.4445, -4.7750, 2.0315)  # maps the singular values of (0, 1] to about 0.7 ... 1.2


class Muon(Optimizer):
    """b <- momentum*b + (1-momentum)*g ;  p <- p * (1 - lr*weight_decay) - lr * s * orthogonal(b)

    It is for matrices only: the weights of hidden layers. `orthogonal` sets all singular values of
    a matrix to about 1, by `ns_steps` steps of Newton and Schulz, computed in the dtype of p where
    PyTorch takes bfloat16.

    lr               step size, >= 0
    weight_decay     share of p that is taken off, in units of lr; >= 0
    momentum         memory of former gradients, >= 0, below 1
    nesterov         step along (1-momentum)*g + momentum*b
    ns_coefficients  of x, x**3 and x**5 in the polynomial that is applied to the singular values
    eps              keeps the division by the norm finite
    ns_steps         how often the polynomial is applied, below 100
    adjust_lr_fn     s, for p (A, B): "original" or None, sqrt(max(1, A/B)); "match_rms_adamw",
                     0.2 * sqrt(max(A, B)), with which the settings of AdamW fit

    Raises ValueError for values out of range and for parameters that are no matrices.
    Jordan et al., Muon: An Optimizer for Hidden Layers in Neural Networks, 2024; Liu et al., Muon
    is Scalable for LLM Training, 2025, arXiv:2502.16982.
    """

    one_by_one = True

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = QUINTIC,
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        require_rate(lr, "Learning rate should be >= 0 but is")
        if not momentum >= 0.0:
            raise ValueError(f"momentum should be >= 0 but is: {momentum}")
        if not weight_decay >= 0.0:
            raise ValueError(f"weight decay should be >= 0 but is: {weight_decay}")
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(
                f"Adjust learning rate function {adjust_lr_fn} is not supported\n"
                "  take 'original' or 'match_rms_adamw'"
            )
        defaults = {
            "lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov,
            "ns_coefficients": ns_coefficients, "eps": eps, "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }  # fmt: skip
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                if p.dim() != 2:
                    raise ValueError(
                        "Muon only supports 2D parameters whereas we found a parameter with size: "
                        f"{p.size()}\n  give the others to AdamW"
                    )

    def initial_state(self, group: dict[str, Any]) -> dict[str, float]:
        return {"momentum_buffer": 0.0}

    def update(
        self,
        p,
        g,
        state,
        *,
        lr,
        weight_decay,
        momentum,
        nesterov,
        ns_coefficients,
        eps,
        ns_steps,
        adjust_lr_fn,
    ):
        rows, columns = p.shape
        buffer = state["momentum_buffer"]
        buffer += (1 - momentum) * (g - buffer)
        step = g + momentum * (buffer - g) if nesterov else buffer
        scale = math.sqrt(max(1, rows / columns))
        if adjust_lr_fn == "match_rms_adamw":
            scale = 0.2 * math.sqrt(max(rows, columns))
        p *= 1 - lr * weight_decay
        p -= lr * scale * orthogonal(step, ns_coefficients, ns_steps, eps)


def orthogonal(x, coefficients, steps, eps):
    """About U V^T, where x (A, B) is U S V^T: the singular values come out near 1."""
    if steps >= 100:
        raise ValueError(
            f"Number of steps must be less than 100 for computational efficiency\n  got {steps}"
        )
    if len(coefficients) != 3:
        raise ValueError(
            f"Coefficients must be a tuple of exactly 3 values\n  got {len(coefficients)}"
        )
    a, b, c = coefficients
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    xp = namespace(x)
    x = x / xp.maximum(xp.sqrt((x * x).sum()), eps)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.T if tall else x
