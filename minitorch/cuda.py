"""The GPU, as CuPy shows it."""

from minitorch.backend.devices import cuda_device_count, load_cupy


def is_available() -> bool:
    """Whether CuPy is installed and finds a GPU."""
    return cuda_device_count() > 0


def device_count() -> int:
    """The number of GPUs that CuPy finds; 0 without CuPy."""
    return cuda_device_count()


def synchronize() -> None:
    """Wait until the GPU has done all it was asked to. Raises RuntimeError without CuPy."""
    load_cupy().cuda.runtime.deviceSynchronize()
