"""Images of noise, to try a program without data."""

from collections.abc import Callable
from typing import Any

import numpy as np

from minitorch.backend.generators import Generator
from minitorch.vision.datasets.vision import VisionDataset


class FakeData(VisionDataset):
    """Random images, uint8 arrays (H, W, C), with random labels; item i is always the same.

    size           how many
    image_size     (C, H, W)
    num_classes    labels are in [0, num_classes)
    random_offset  other images for another number: item i comes from the seed i + random_offset
    """

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        random_offset: int = 0,
    ) -> None:
        super().__init__(transform=transform, target_transform=target_transform)
        self.size = size
        self.image_size = image_size
        self.num_classes = num_classes
        self.random_offset = random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if index >= len(self):
            raise IndexError(f"{type(self).__name__} index out of range")
        stream = Generator().manual_seed(index + self.random_offset)
        channels, height, width = self.image_size
        image = stream.integers(0, 256, (height, width, channels)).astype(np.uint8)
        target = int(stream.integers(0, self.num_classes, ()))
        return self.apply(image if channels > 1 else image[:, :, 0], target)

    def __len__(self) -> int:
        return self.size
