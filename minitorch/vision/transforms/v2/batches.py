"""Batches whose images and labels are mixed with those of their neighbours."""

from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.distributions import Beta
from minitorch.nn import Module
from minitorch.nn.functional import one_hot
from minitorch.vision.transforms.draws import whole


class Mixing(Module):
    """What `MixUp` and `CutMix` share: called with (images, labels), they return the two mixed.

    images       (N, C, H, W) float; image i meets image i - 1, so shuffle the batch
    labels       (N,) classes or (N, num_classes) probabilities; the latter come out
    alpha        both parameters of the Beta distribution of an image's share, > 0
    num_classes  needed for labels (N,)
    """

    def __init__(self, *, alpha: float = 1.0, num_classes: int | None = None) -> None:
        super().__init__()
        self.alpha = float(alpha)
        self.num_classes = num_classes

    def forward(self, *inputs: Any) -> tuple[Tensor, Tensor]:
        images, labels = inputs if len(inputs) > 1 else inputs[0]
        self.check(images, labels)
        images, share = self.mixed(images, Beta(self.alpha, self.alpha).sample().item())
        if labels.ndim == 1:
            labels = one_hot(labels, self.num_classes)
        if not labels.is_floating_point():
            labels = labels.float()
        return images, labels.roll(1, 0) * (1 - share) + labels * share

    def mixed(self, images: Tensor, share: float) -> tuple[Tensor, float]:
        """The mixed images, and the share that each has kept of itself."""
        raise NotImplementedError

    def check(self, images: Tensor, labels: Any) -> None:
        if not isinstance(labels, Tensor):
            raise ValueError(f"The labels must be a tensor, but got {type(labels)} instead.")
        if labels.ndim not in (1, 2):
            raise ValueError(
                "labels should be index based with shape (batch_size,) or probability based with "
                f"shape (batch_size, num_classes), but got a tensor of shape {labels.shape} "
                "instead."
            )
        if labels.ndim == 1 and self.num_classes is None:
            raise ValueError("num_classes must be passed if the labels are index-based (1D)")
        if images.ndim != 4:
            raise ValueError(
                f"Expected a batched input with 4 dims, but got {images.ndim} dimensions instead."
            )
        if len(images) != len(labels):
            raise ValueError(
                "The batch size of the image or video does not match the batch size of the labels: "
                f"{len(images)} != {len(labels)}."
            )

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}, num_classes={self.num_classes}"


class MixUp(Mixing):
    """Each image becomes a weighted mean of itself and its neighbour.

    Zhang, Cisse, Dauphin and Lopez-Paz, mixup: Beyond Empirical Risk Minimization, 2017,
    arXiv:1710.09412. Arguments and what goes in and out: see `Mixing`.
    """

    def mixed(self, images: Tensor, share: float) -> tuple[Tensor, float]:
        return images.roll(1, 0) * (1 - share) + images * share, share


class CutMix(Mixing):
    """A box of each image is replaced by that of its neighbour.

    Yun, Han, Oh, Chun, Choe and Yoo, CutMix: Regularization Strategy to Train Strong Classifiers,
    2019, arXiv:1905.04899. Arguments and what goes in and out: see `Mixing`.
    """

    def mixed(self, images: Tensor, share: float) -> tuple[Tensor, float]:
        height, width = images.shape[-2:]
        x, y = whole(0, width), whole(0, height)
        half = 0.5 * (1 - share) ** 0.5
        across, down = int(half * width), int(half * height)
        left, right = max(x - across, 0), min(x + across, width)
        top, bottom = max(y - down, 0), min(y + down, height)
        mixed = images.clone()
        mixed[..., top:bottom, left:right] = images.roll(1, 0)[..., top:bottom, left:right]
        return mixed, 1 - (right - left) * (bottom - top) / (width * height)
