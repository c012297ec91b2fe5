"""The loss for detectors, where almost every example is easy."""

from minitorch.autograd.tensor import Tensor
from minitorch.nn.functional import binary_cross_entropy_with_logits

REDUCTIONS = ("none", "mean", "sum")


def sigmoid_focal_loss(
    inputs: Tensor,
    targets: Tensor,
    alpha: float = 0.25,
    gamma: float = 2,
    reduction: str = "none",
) -> Tensor:
    """-a (1 - p)^gamma log(p), p being the probability given to the target.

    inputs   (...) scores before the sigmoid
    targets  (...) 0 or 1
    alpha    a is alpha for target 1 and 1 - alpha for target 0, in [0, 1]; -1: a is 1
    gamma    0: binary cross entropy; more of it gives less weight to easy examples

    Lin, Goyal, Girshick, He and Dollar, Focal Loss for Dense Object Detection, 2017,
    arXiv:1708.02002, equation 5.
    """
    if not 0 <= alpha <= 1 and alpha != -1:
        raise ValueError(
            f"Invalid alpha value: {alpha}. alpha must be in the range [0,1] or -1 for ignore."
        )
    if reduction not in REDUCTIONS:
        raise ValueError(
            f"Invalid Value for arg 'reduction': '{reduction} \n"
            " Supported reduction modes: 'none', 'mean', 'sum'"
        )
    p = inputs.sigmoid()
    missed = p * (1 - targets) + (1 - p) * targets
    loss = missed**gamma * binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    if alpha >= 0:
        loss = (alpha * targets + (1 - alpha) * (1 - targets)) * loss
    return loss if reduction == "none" else getattr(loss, reduction)()
