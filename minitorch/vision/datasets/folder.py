"""Images in folders, one folder for each class."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from minitorch.vision.datasets.vision import VisionDataset
from minitorch.vision.transforms.functional.pictures import pillow

IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


def has_file_allowed_extension(filename: str, extensions: str | tuple[str, ...]) -> bool:
    """Whether the name ends with one of `extensions`, in lower case or upper."""
    ends = extensions if isinstance(extensions, str) else tuple(extensions)
    return filename.lower().endswith(ends)


def is_image_file(filename: str) -> bool:
    return has_file_allowed_extension(filename, IMG_EXTENSIONS)


def find_classes(directory: str | Path) -> tuple[list[str], dict[str, int]]:
    """The names of the folders in `directory`, sorted, and the number of each."""
    classes = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
    if not classes:
        raise FileNotFoundError(f"Couldn't find any class folder in {directory}.")
    return classes, {name: i for i, name in enumerate(classes)}


def make_dataset(
    directory: str | Path,
    class_to_idx: dict[str, int] | None = None,
    extensions: str | tuple[str, ...] | None = None,
    is_valid_file: Callable[[str], bool] | None = None,
    allow_empty: bool = False,
) -> list[tuple[str, int]]:
    """(path, number of the class) of each file below the classes' folders, in sorted order.

    extensions, is_valid_file  one of the two says which files count
    allow_empty                a class without files is no error
    """
    directory = os.path.expanduser(directory)
    if class_to_idx is None:
        _, class_to_idx = find_classes(directory)
    elif not class_to_idx:
        raise ValueError("'class_to_index' must have at least one entry to collect any samples.")
    if (extensions is None) == (is_valid_file is None):
        raise ValueError(
            "Both extensions and is_valid_file cannot be None or not None at the same time"
        )

    samples: list[tuple[str, int]] = []
    empty = []
    for name in sorted(class_to_idx):
        before = len(samples)
        for folder, _, files in sorted(os.walk(os.path.join(directory, name), followlinks=True)):
            for path in (os.path.join(folder, file) for file in sorted(files)):
                if extensions is None:
                    valid = is_valid_file is not None and is_valid_file(path)
                else:
                    valid = has_file_allowed_extension(path, extensions)
                if valid:
                    samples.append((path, class_to_idx[name]))
        if len(samples) == before:
            empty.append(name)
    if empty and not allow_empty:
        message = f"Found no valid file for the classes {', '.join(empty)}. "
        if extensions is not None:
            named = extensions if isinstance(extensions, str) else ", ".join(extensions)
            message += f"Supported extensions are: {named}"
        raise FileNotFoundError(message)
    return samples


class DatasetFolder(VisionDataset):
    """Files in folders: `root/dog/1.xyz`, `root/dog/more/2.xyz`, `root/cat/3.xyz`.

    loader      makes a sample from a path
    extensions  of the files that count, in lower case; or instead
    is_valid_file  says of a path whether it counts
    allow_empty    a class without files is no error

    `classes` are the folders' names, sorted, `samples` the list of (path, number of the class).
    """

    def __init__(
        self,
        root: str | Path,
        loader: Callable[[str], Any],
        extensions: tuple[str, ...] | None = None,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.classes, self.class_to_idx = self.find_classes(self.root)
        self.samples = self.make_dataset(
            self.root, class_to_idx=self.class_to_idx, extensions=extensions,
            is_valid_file=is_valid_file, allow_empty=allow_empty,
        )  # fmt: skip
        self.loader = loader
        self.extensions = extensions
        self.targets = [target for _, target in self.samples]

    @staticmethod
    def make_dataset(
        directory: str | Path,
        class_to_idx: dict[str, int],
        extensions: tuple[str, ...] | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> list[tuple[str, int]]:
        """The samples; to be overridden where they lie elsewhere, say in an archive."""
        if class_to_idx is None:
            raise ValueError("The class_to_idx parameter cannot be None.")
        return make_dataset(directory, class_to_idx, extensions, is_valid_file, allow_empty)

    def find_classes(self, directory: str | Path) -> tuple[list[str], dict[str, int]]:
        """The classes and their numbers; to be overridden to use some of them, or others."""
        return find_classes(directory)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path, target = self.samples[index]
        return self.apply(self.loader(path), target)

    def __len__(self) -> int:
        return len(self.samples)


def pil_loader(path: str | Path) -> Any:
    """The image file as a PIL image in RGB."""
    # By a file of our own, which is closed; PIL would leave it to the garbage collector.
    with open(path, "rb") as file:
        return pillow("Image").open(file).convert("RGB")


default_loader = pil_loader


class ImageFolder(DatasetFolder):
    """Image files in folders, one for each class; an item is (PIL image in RGB, class).

    `root/dog/1.png`, `root/dog/more/2.jpg`, `root/cat/3.png`; see `DatasetFolder`.
    """

    def __init__(
        self,
        root: str | Path,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        loader: Callable[[str], Any] = default_loader,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        super().__init__(
            root, loader, IMG_EXTENSIONS if is_valid_file is None else None, transform=transform,
            target_transform=target_transform, is_valid_file=is_valid_file, allow_empty=allow_empty,
        )  # fmt: skip
        self.imgs = self.samples
