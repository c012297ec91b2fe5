"""Residual branches that are left out at random."""

from minitorch import nn
from minitorch.autograd.tensor import Tensor
from minitorch.ops.creation import empty


def stochastic_depth(input: Tensor, p: float, mode: str, training: bool = True) -> Tensor:
    """`input` with rows set to zero at random, the rest divided by 1 - p.

    input  (N, ...)
    p      probability of zero, in [0, 1]
    mode   "row" draws for each of the N rows, "batch" once for all

    Huang, Sun, Liu, Sedra and Weinberger, Deep Networks with Stochastic Depth, 2016,
    arXiv:1603.09382.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"drop probability has to be between 0 and 1, but got {p}")
    if mode not in ("batch", "row"):
        raise ValueError(f"mode has to be either 'batch' or 'row', but got {mode}")
    if not training or p == 0:
        return input
    rows = len(input) if mode == "row" else 1
    kept = empty(rows, *[1] * (input.ndim - 1), dtype=input.dtype, device=input.device)
    kept.bernoulli_(1 - p)
    return input * (kept / (1 - p) if p < 1 else kept)


class StochasticDepth(nn.Module):
    """`stochastic_depth` while training."""

    def __init__(self, p: float, mode: str) -> None:
        super().__init__()
        self.p = p
        self.mode = mode

    def forward(self, input: Tensor) -> Tensor:
        return stochastic_depth(input, self.p, self.mode, self.training)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p}, mode={self.mode})"
