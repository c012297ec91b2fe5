"""The accelerator of this machine, whichever it is: the GPU that CuPy finds, or none."""

from collections import OrderedDict
from typing import Any

from minitorch import cpu, cuda
from minitorch.backend.devices import device as as_device
from minitorch.backend.devices import device as device_type


def is_available() -> bool:
    """Whether CuPy is installed and finds a GPU."""
    return cuda.is_available()


def current_accelerator(check_available: bool = False) -> device_type | None:
    """`device("cuda")`, or None where there is no GPU."""
    return as_device("cuda") if is_available() else None


def device_count() -> int:
    """The number of GPUs; 0 without one."""
    return cuda.device_count()


def require():
    if not is_available():
        raise RuntimeError("Cannot access accelerator device when none is available.")


def current_device_index() -> int:
    """The number of the GPU in use. Raises RuntimeError where there is none."""
    require()
    return cuda.current_device()


def set_device_index(device: Any) -> None:
    """Use this GPU from now on. Raises RuntimeError where there is none."""
    require()
    cuda.set_device(device)


def current_stream(device: Any = None) -> cuda.Stream:
    """The stream to which work goes now. Raises RuntimeError where there is no GPU."""
    require()
    return cuda.current_stream(device)


def synchronize(device: Any = None) -> None:
    """Wait until the GPU has done all it was asked to. Raises RuntimeError where there is none."""
    require()
    cuda.synchronize(device)


def empty_cache() -> None:
    """Give memory back to the driver. Raises RuntimeError where there is no GPU."""
    require()
    cuda.empty_cache()


def memory_allocated(device: Any = None) -> int:
    """Bytes that arrays on the GPU take. Raises RuntimeError where there is none."""
    require()
    return cuda.memory_allocated(device)


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes that arrays on the GPU took. Raises RuntimeError where there is none."""
    require()
    return cuda.max_memory_allocated(device)


def memory_reserved(device: Any = None) -> int:
    """Bytes that CuPy has from the driver. Raises RuntimeError where there is no GPU."""
    require()
    return cuda.memory_reserved(device)


def max_memory_reserved(device: Any = None) -> int:
    """The most bytes that CuPy had from the driver. Raises RuntimeError where there is no GPU."""
    require()
    return cuda.max_memory_reserved(device)


def memory_stats(device: Any = None) -> "OrderedDict[str, int]":
    """Bytes by PyTorch's names. Raises RuntimeError where there is no GPU."""
    require()
    return cuda.memory_stats(device)


def reset_peak_memory_stats(device: Any = None) -> None:
    """Let the largest counts begin anew. Raises RuntimeError where there is no GPU."""
    require()
    cuda.reset_peak_memory_stats(device)


def get_memory_info(device: Any = None) -> tuple[int, int]:
    """Free and all bytes of the GPU. Raises RuntimeError where there is none."""
    require()
    return cuda.mem_get_info(device)


def set_stream(stream: cuda.Stream) -> None:
    """Let work go to this stream from now on. Raises RuntimeError where there is no GPU."""
    require()
    cuda.set_stream(stream)


def get_device_module(device: Any = None) -> Any:
    """`minitorch.cuda` or `minitorch.cpu`, by the device or what this machine has."""
    kind = as_device(device).type if device is not None else "cuda" if is_available() else "cpu"
    return cuda if kind == "cuda" else cpu
