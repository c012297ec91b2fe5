"""Building blocks of models for images, and arithmetic on boxes, as in torchvision."""

from minitorch.vision.ops.boxes import (
    batched_nms,
    box_area,
    box_convert,
    box_iou,
    clip_boxes_to_image,
    complete_box_iou,
    distance_box_iou,
    generalized_box_iou,
    nms,
    remove_small_boxes,
)
from minitorch.vision.ops.focal_loss import sigmoid_focal_loss
from minitorch.vision.ops.misc import (
    MLP,
    Conv2dNormActivation,
    FrozenBatchNorm2d,
    Permute,
    SqueezeExcitation,
)
from minitorch.vision.ops.stochastic_depth import StochasticDepth, stochastic_depth

__all__ = [
    "MLP", "Conv2dNormActivation", "FrozenBatchNorm2d", "Permute", "SqueezeExcitation",
    "StochasticDepth", "batched_nms", "box_area", "box_convert", "box_iou",
    "clip_boxes_to_image", "complete_box_iou", "distance_box_iou", "generalized_box_iou", "nms",
    "remove_small_boxes", "sigmoid_focal_loss", "stochastic_depth",
]  # fmt: skip
