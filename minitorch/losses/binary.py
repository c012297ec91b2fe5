"""Losses of yes or no: each element of the input says how likely "yes" is."""

from minitorch.autograd.tensor import Tensor
from minitorch.losses.base import _Loss, _WeightedLoss
from minitorch.nn import functional as F


class BCELoss(_WeightedLoss):
    """Binary cross-entropy of probabilities, which come out of Sigmoid.

    weight     of each element; broadcasts
    reduction  "mean", "sum" or "none"

    >>> from minitorch import tensor
    >>> BCELoss()(tensor([0.5, 0.5]), tensor([0.0, 1.0]))
    tensor(0.6931)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_Loss):
    """`BCELoss` of sigmoid(input), exact for large inputs; see `nn.functional`.

    weight      of each element; broadcasts
    pos_weight  factor of the share of "yes", per class in the last axis
    """

    weight: Tensor | None
    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )


class SoftMarginLoss(_Loss):
    """log(1 + exp(-target * input)) for targets 1 and -1."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """`BCEWithLogitsLoss` of (N, C) logits and targets 0 or 1, averaged over the classes.

    weight  (C,) of each class
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_soft_margin_loss(
            input, target, weight=self.weight, reduction=self.reduction
        )
