"""Losses between probabilities and what is true."""

from minitorch.autograd.tensor import Tensor
from minitorch.nn.modules.module import Module
from minitorch.ops import binary_loss, classification_loss


class BCELoss(Module):
    """Binary cross-entropy of probabilities, which come out of Sigmoid.

    weight     of each element; broadcasts
    reduction  "mean", "sum" or "none"

    >>> from minitorch import tensor
    >>> BCELoss()(tensor([0.5, 0.5]), tensor([0.0, 1.0]))
    tensor(0.6931)
    """

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, *, reduction: str = "mean") -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return binary_loss.binary_cross_entropy(
            input, target, self.weight, reduction=self.reduction
        )


class BCEWithLogitsLoss(Module):
    """`BCELoss` of sigmoid(input), exact for large inputs; see `nn.functional`.

    pos_weight  factor of the share of "yes", per class in the last axis
    """

    weight: Tensor | None
    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return binary_loss.binary_cross_entropy_with_logits(
            input,
            target,
            self.weight,
            pos_weight=self.pos_weight,
            reduction=self.reduction,
        )


class NLLLoss(Module):
    """The negative of each row's entry at its class: for outputs of LogSoftmax.

    weight        (C,) of each class
    ignore_index  the target that doesn't count
    reduction     "mean", "sum" or "none"
    """

    weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean"
    ) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return classification_loss.nll_loss(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
        )


class CrossEntropyLoss(Module):
    """How unlikely the targets are; the input is any numbers, with no softmax before.

    input (N, C) or (N, C, d1, ...); target (N,) or (N, d1, ...) of classes, or of input's shape:
    the probability of each class. The settings are those of `nn.functional.cross_entropy`.

    >>> from minitorch import tensor
    >>> CrossEntropyLoss()(tensor([[0.0, 0.0]]), tensor([1]))
    tensor(0.6931)
    """

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return classification_loss.cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )
