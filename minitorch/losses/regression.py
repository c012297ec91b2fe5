"""Losses between numbers."""

from minitorch.autograd.tensor import Tensor
from minitorch.nn.modules.module import Module
from minitorch.ops import loss


class L1Loss(Module):
    """The mean of |input - target|; by `reduction` also the "sum", or "none": the numbers."""

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return loss.l1_loss(input, target, reduction=self.reduction)


class MSELoss(Module):
    """The mean of the squares of input - target; by `reduction` also their "sum", or "none".

    >>> from minitorch import tensor
    >>> MSELoss()(tensor([1.0, 2.0]), tensor([1.0, 4.0]))
    tensor(2.)
    """

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return loss.mse_loss(input, target, reduction=self.reduction)


class HuberLoss(Module):
    """Half the squares of input - target up to a distance of delta, from there on straight."""

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__()
        self.reduction = reduction
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return loss.huber_loss(input, target, self.reduction, self.delta)


class SmoothL1Loss(Module):
    """`HuberLoss` with a delta of beta, over beta."""

    def __init__(self, *, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__()
        self.reduction = reduction
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return loss.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)
