"""Which GPU is meant."""

from typing import Any

from minitorch.backend.devices import cuda_device_count, load_cupy
from minitorch.backend.devices import device as as_device


def is_available() -> bool:
    """Whether CuPy is installed and finds a GPU."""
    return cuda_device_count() > 0


def current_device() -> int:
    """The number of the GPU in use. Raises RuntimeError without CuPy."""
    return load_cupy().cuda.runtime.getDevice()


def number_of(device: Any) -> int:
    """The number of the GPU that a device, a name or a number stands for."""
    if device is None:
        return current_device()
    if isinstance(device, int):
        return device
    wanted = as_device(device)
    if wanted.type != "cuda":
        raise ValueError(f"Expected a cuda device, but got: {wanted}")
    return current_device() if wanted.index is None else wanted.index
