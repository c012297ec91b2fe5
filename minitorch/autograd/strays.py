"""Tensors of no dimensions on the CPU, which PyTorch lets meet tensors on a GPU as numbers do."""

import numpy as np

from minitorch.backend.devices import device_of


def strays(tensors):
    """Whether of tensors on several devices all that are on the CPU have no dimensions."""
    arrays = [t.array for t in tensors if hasattr(t, "array")]
    on_cpu = [array for array in arrays if isinstance(array, np.ndarray)]
    return 0 < len(on_cpu) < len(arrays) and not any(array.ndim for array in on_cpu)


def gathered(tensors):
    """The tensors, those on the CPU moved to the GPU of the others."""
    gpu = next(device_of(t.array) for t in tensors if hasattr(t, "array") and not t.is_cpu)
    return tuple(t.to(gpu) if hasattr(t, "array") and t.is_cpu else t for t in tensors)
