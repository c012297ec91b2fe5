"""Arithmetic on boxes (..., 4) in the format x1, y1, x2, y2 with x1 < x2 and y1 < y2."""

import math

from minitorch.autograd.tensor import Tensor
from minitorch.ops.elementwise import maximum, minimum
from minitorch.ops.from_data import tensor
from minitorch.ops.join import stack
from minitorch.ops.trigonometry import atan

FORMATS = ("xyxy", "xywh", "cxcywh")


def box_area(boxes: Tensor) -> Tensor:
    """Width times height: (..., 4) to (...)."""
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def box_convert(boxes: Tensor, in_fmt: str, out_fmt: str) -> Tensor:
    """The boxes (..., 4) in another format.

    in_fmt, out_fmt  "xyxy" corners, "xywh" corner and size, "cxcywh" centre and size
    """
    if in_fmt not in FORMATS or out_fmt not in FORMATS:
        raise ValueError(
            "Unsupported Bounding Box Conversions for given in_fmt and out_fmt\n"
            f"  in_fmt {in_fmt!r}   out_fmt {out_fmt!r}   known are {', '.join(FORMATS)}"
        )
    if in_fmt == out_fmt:
        return boxes.clone()
    x, y, right, below = boxes.unbind(-1)
    if in_fmt == "cxcywh":
        x, y = x - right / 2, y - below / 2
    if in_fmt != "xyxy":
        right, below = x + right, y + below
    if out_fmt == "xyxy":
        return stack([x, y, right, below], -1)
    width, height = right - x, below - y
    if out_fmt == "cxcywh":
        x, y = x + width / 2, y + height / 2
    return stack([x, y, width, height], -1)


def box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """Area of the intersection over that of the union: (..., N, 4), (..., M, 4) to (..., N, M)."""
    shared, union = shared_and_union(boxes1, boxes2)
    return shared / union


def generalized_box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """`box_iou` less the share of the smallest common box that neither covers, in [-1, 1].

    Rezatofighi, Tsoi, Gwak, Sadeghian, Reid and Savarese, Generalized Intersection over Union,
    2019, arXiv:1902.09630, algorithm 1.
    """
    shared, union = shared_and_union(boxes1, boxes2)
    first, second = boxes1[..., :, None, :], boxes2[..., None, :, :]
    low = minimum(first[..., :2], second[..., :2])
    high = maximum(first[..., 2:], second[..., 2:])
    whole = (high - low).clamp(min=0).prod(-1)
    return shared / union - (whole - union) / whole


def distance_box_iou(boxes1: Tensor, boxes2: Tensor, eps: float = 1e-7) -> Tensor:
    """`box_iou` less (distance of the centres / diagonal of the smallest common box)^2.

    eps  added to the square of the diagonal, in squared units of the boxes
    Zheng, Wang, Liu, Li, Ye and Ren, Distance-IoU Loss, 2020, arXiv:1911.08287, equation 7.
    """
    return box_iou(boxes1, boxes2) - square_of_distance(boxes1, boxes2, eps)


def complete_box_iou(boxes1: Tensor, boxes2: Tensor, eps: float = 1e-7) -> Tensor:
    """`distance_box_iou` less what the ratios of width to height differ by, as an angle.

    Zheng, Wang, Liu, Li, Ye and Ren, Distance-IoU Loss, 2020, arXiv:1911.08287, equations 8 to 11.
    """
    iou = box_iou(boxes1, boxes2)
    first, second = [
        atan((boxes[..., 2] - boxes[..., 0]) / (boxes[..., 3] - boxes[..., 1]))
        for boxes in (boxes1[..., :, None, :], boxes2[..., None, :, :])
    ]
    differs = 4 / math.pi**2 * (first - second) ** 2
    weight = (differs / (1 - iou + differs + eps)).detach()
    return iou - square_of_distance(boxes1, boxes2, eps) - weight * differs


def square_of_distance(boxes1, boxes2, eps):
    """(Distance of the centres / diagonal of the smallest common box)^2, (..., N, M)."""
    first, second = boxes1[..., :, None, :], boxes2[..., None, :, :]
    diagonal = maximum(first[..., 2:], second[..., 2:]) - minimum(first[..., :2], second[..., :2])
    between = (first[..., :2] + first[..., 2:] - second[..., :2] - second[..., 2:]) / 2
    return (between**2).sum(-1) / ((diagonal**2).sum(-1) + eps)


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Indices (K,) of the boxes that stay, best score first: non-maximum suppression.

    A box goes if it overlaps a better one that stays by more than `iou_threshold` (`box_iou`).

    boxes   (N, 4)
    scores  (N,)
    """
    order = scores.argsort(descending=True, stable=True)
    overlaps = (box_iou(boxes, boxes) > iou_threshold).numpy(force=True)
    kept: list[int] = []
    for i in order.tolist():
        if not overlaps[i, kept].any():
            kept.append(i)
    return tensor(kept, dtype=order.dtype, device=boxes.device)


def batched_nms(boxes: Tensor, scores: Tensor, idxs: Tensor, iou_threshold: float) -> Tensor:
    """`nms` among the boxes of each class for itself.

    idxs  (N,) the class of each box
    """
    if len(boxes) == 0:
        return nms(boxes, scores, iou_threshold)
    # Classes are moved apart, so that boxes of two never overlap.
    apart = idxs.to(boxes.dtype) * (boxes.max() + 1)
    return nms(boxes + apart[:, None], scores, iou_threshold)


def clip_boxes_to_image(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """The boxes cut to lie inside an image of `size` (height, width)."""
    height, width = size
    x, y, right, below = boxes.unbind(-1)
    x, right = x.clamp(0, width), right.clamp(0, width)
    return stack([x, y.clamp(0, height), right, below.clamp(0, height)], -1)


def remove_small_boxes(boxes: Tensor, min_size: float) -> Tensor:
    """Indices of the boxes (N, 4) neither side of which is less than `min_size`."""
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    return ((width >= min_size) & (height >= min_size)).nonzero()[:, 0]


def shared_and_union(boxes1: Tensor, boxes2: Tensor) -> tuple[Tensor, Tensor]:
    """The areas (..., N, M) of the intersections and of the unions."""
    first, second = boxes1[..., :, None, :], boxes2[..., None, :, :]
    low = maximum(first[..., :2], second[..., :2])
    high = minimum(first[..., 2:], second[..., 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    return shared, box_area(first) + box_area(second) - shared
