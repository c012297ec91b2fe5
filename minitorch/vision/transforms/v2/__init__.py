"""The second version of torchvision's transforms, for pictures: the first, and what it added.

One picture at a time, or a batch: boxes, masks and videos have no counterpart here. `ToImage` gives
a plain tensor.
"""

from minitorch.vision import transforms as first
from minitorch.vision.transforms import *
from minitorch.vision.transforms.v2 import functional
from minitorch.vision.transforms.v2.batches import CutMix, MixUp
from minitorch.vision.transforms.v2.pictures import (
    Compose,
    GaussianNoise,
    Identity,
    ToDtype,
    ToImage,
    ToPureTensor,
)

__all__ = [
    "CutMix", "GaussianNoise", "Identity", "MixUp", "ToDtype", "ToImage", "ToPureTensor",
    "functional",
]  # fmt: skip
__all__ += first.__all__
