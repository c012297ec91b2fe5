"""Names for type hints, as in `torch.types`."""

import builtins
import os
from collections.abc import Sequence
from typing import IO, Any, TypeAlias

from minitorch.autograd.tensor import Size, Tensor
from minitorch.backend.devices import device

Number: TypeAlias = builtins.int | builtins.float | builtins.bool
IntLikeType: TypeAlias = builtins.int
FloatLikeType: TypeAlias = builtins.float
BoolLikeType: TypeAlias = builtins.bool
Device: TypeAlias = device | str | builtins.int | None
_TensorOrTensors: TypeAlias = Tensor | Sequence[Tensor]
FileLike: TypeAlias = str | os.PathLike[str] | IO[bytes]

__all__ = [
    "Any", "BoolLikeType", "Device", "FileLike", "FloatLikeType", "IntLikeType", "Number",
    "Sequence", "Size", "Tensor",
]  # fmt: skip
