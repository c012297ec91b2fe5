"""What all image datasets share: a folder, transforms, and how they print."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from minitorch.data.dataset import Dataset


class VisionDataset(Dataset):
    """Base of the image datasets; a subclass defines `__getitem__` and `__len__`.

    root              folder of the files; `~` is the home folder
    transforms        called with (image, target), and returns both; or instead
    transform         called with each image
    target_transform  called with each target
    """

    def __init__(
        self,
        root: str | Path | None = None,
        transforms: Callable | None = None,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
    ) -> None:
        apart = transform is not None or target_transform is not None
        if transforms is not None and apart:
            raise ValueError(
                "Only transforms or transform/target_transform can be passed as argument"
            )
        self.root: Any = os.path.expanduser(root) if isinstance(root, str) else root
        self.transform = transform
        self.target_transform = target_transform
        self.transforms = StandardTransform(transform, target_transform) if apart else transforms

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__")

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} has no __len__")

    def apply(self, image: Any, target: Any) -> tuple[Any, Any]:
        """(image, target) after `transform` and `target_transform`."""
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return image, target

    def __repr__(self) -> str:
        body = [f"Number of datapoints: {len(self)}"]
        if self.root is not None:
            body.append(f"Root location: {self.root}")
        body += self.extra_repr().splitlines()
        if self.transforms is not None:
            # Only its first line is indented, as torchvision prints it.
            body.append(repr(self.transforms))
        return "\n".join([f"Dataset {type(self).__name__}", *(f"    {line}" for line in body)])

    def extra_repr(self) -> str:
        return ""


class StandardTransform:
    """One transform for the image and one for the target, each of which may be None."""

    def __init__(
        self, transform: Callable | None = None, target_transform: Callable | None = None
    ) -> None:
        self.transform = transform
        self.target_transform = target_transform

    def __call__(self, input: Any, target: Any) -> tuple[Any, Any]:
        if self.transform is not None:
            input = self.transform(input)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return input, target

    def __repr__(self) -> str:
        lines = [type(self).__name__]
        lines += headed("Transform: ", self.transform)
        lines += headed("Target transform: ", self.target_transform)
        return "\n".join(lines)


def headed(head: str, transform: Any) -> list[str]:
    """The lines of `repr(transform)` behind `head`, all starting in the same column."""
    lines = [] if transform is None else repr(transform).splitlines()
    return [(head if i == 0 else " " * len(head)) + line for i, line in enumerate(lines)]
