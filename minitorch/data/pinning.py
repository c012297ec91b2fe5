"""Batches in memory of the host that a GPU reads by itself."""

import copy
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

from minitorch.autograd.tensor import Tensor


def pinned(batch: Any) -> Any:
    """The tensors on the CPU in mappings and sequences pinned, all else as it is.

    An object with a method `pin_memory` is asked for what to take in its place.
    """
    if isinstance(batch, Tensor):
        return batch.pin_memory() if batch.is_cpu else batch
    if hasattr(batch, "pin_memory"):
        return batch.pin_memory()
    if isinstance(batch, str | bytes):
        return batch
    if isinstance(batch, MutableMapping):
        made = copy.copy(batch)
        made.update({key: pinned(value) for key, value in batch.items()})
        return made
    if isinstance(batch, Mapping):
        return {key: pinned(value) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(pinned(value) for value in batch))
    if isinstance(batch, tuple):
        return type(batch)(pinned(value) for value in batch)
    if isinstance(batch, MutableSequence):
        items = copy.copy(batch)
        for i, value in enumerate(batch):
            items[i] = pinned(value)
        return items
    if isinstance(batch, Sequence):
        return [pinned(value) for value in batch]
    return batch
