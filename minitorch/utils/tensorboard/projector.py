"""Points for TensorBoard's projector: tables of text, and a picture of pictures."""

import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from minitorch.utils.tensorboard import events


class Projector:
    """The points below the directory `log_dir`, which `projector_config.pbtxt` there lists."""

    def __init__(self, log_dir: str):
        self.log_dir = log_dir
        self.listed = ""

    def add(
        self,
        points: np.ndarray,
        labels: Sequence[Any] | None,
        pictures: np.ndarray | None,
        step: int,
        tag: str,
        header: Sequence[str] | None,
    ) -> None:
        """`points` (n, width), n labels or rows of them, and pictures (n, channels, h, w)."""
        if points.ndim != 2:
            raise AssertionError(
                "mat should be 2D, where mat.size(0) is the number of data points\n"
                f"  mat {points.shape}"
            )
        if labels is not None and len(labels) != len(points):
            raise AssertionError("#labels should equal with #data points")
        if pictures is not None and len(pictures) != len(points):
            raise AssertionError("#images should equal with #data points")
        place = f"{step:05}/{''.join(escaped(each) for each in tag)}"
        os.makedirs(os.path.join(self.log_dir, place), exist_ok=True)
        lines = [f'tensor_name: "{tag}:{step:05}"', f'tensor_path: "{place}/tensors.tsv"']
        self.write(f"{place}/tensors.tsv", table(points.tolist()))
        if labels is not None:
            rows = [header, *labels] if header else [[label] for label in labels]
            self.write(f"{place}/metadata.tsv", table(rows))
            lines.append(f'metadata_path: "{place}/metadata.tsv"')
        if pictures is not None:
            self.write(f"{place}/sprite.png", events.png(sprite(pictures)))
            height, width = pictures.shape[2:]
            sizes = f"single_image_dim: {width}\n    single_image_dim: {height}"
            lines.append(f'sprite {{\n    image_path: "{place}/sprite.png"\n    {sizes}\n  }}')
        self.listed += "embeddings {\n  " + "\n  ".join(lines) + "\n}\n"
        self.write("projector_config.pbtxt", self.listed.encode())

    def write(self, path: str, data: bytes) -> None:
        with open(os.path.join(self.log_dir, path), "wb") as file:
            file.write(data)


def escaped(letter: str) -> str:
    """A letter of a tag in the name of a file."""
    return f"%{ord(letter):02x}" if letter in "%/\\" else letter


def table(rows: Sequence[Sequence[Any]]) -> bytes:
    return "".join("\t".join(map(str, row)) + "\n" for row in rows).encode()


def sprite(pictures: np.ndarray) -> np.ndarray:
    """(n, channels, h, w) from 0 to 1 in a square of pictures, (rows * h, rows * w, channels)."""
    n, channels, height, width = pictures.shape
    rows = math.ceil(n**0.5)
    square = np.zeros((rows * rows, channels, height, width), np.uint8)
    square[:n] = (pictures * 255).clip(0, 255)
    square = square.reshape(rows, rows, channels, height, width).transpose(0, 3, 1, 4, 2)
    return square.reshape(rows * height, rows * width, channels)
