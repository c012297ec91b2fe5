"""What all losses share."""

from minitorch.autograd.tensor import Tensor
from minitorch.nn.modules.module import Module
from minitorch.ops.loss import agreed


class _Loss(Module):
    """A loss of many numbers, which `reduction` brings together.

    reduction             "mean", "sum", or "none", which leaves them as they are
    size_average, reduce  PyTorch's older words for that; they warn
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        if size_average is not None or reduce is not None:
            reduction = agreed(reduction, size_average, reduce)
        self.reduction = reduction


class _WeightedLoss(_Loss):
    """A loss with a weight, of each class or of each element: a buffer."""

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
