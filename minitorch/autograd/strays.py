"""Tensors of no dimensions, which PyTorch takes for numbers."""

import numpy as np

from minitorch.backend.devices import device_of


def strays(tensors):
    """Whether of tensors on several devices all on the CPU are but numbers to those on a GPU."""
    arrays = [t.array for t in tensors if hasattr(t, "array")]
    on_cpu = [array for array in arrays if isinstance(array, np.ndarray)]
    return 0 < len(on_cpu) < len(arrays) and not any(array.ndim for array in on_cpu)


def gathered(tensors):
    """The tensors, those on the CPU moved to the GPU of the others."""
    gpu = next(device_of(t.array) for t in tensors if hasattr(t, "array") and not t.is_cpu)
    return tuple(t.to(gpu) if hasattr(t, "array") and t.is_cpu else t for t in tensors)


def number_in(tensor, name, op):
    """The number in a 0-d tensor that was given for the setting `name` of `op`."""
    if tensor.array.ndim or tensor.node is not None:
        kind = type(tensor).__name__
        raise TypeError(f"{op.public_name()}(): argument '{name}' must be Number, not {kind}")
    return tensor.item()
