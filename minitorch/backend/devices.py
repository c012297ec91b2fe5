"""Devices: where the array of a tensor lives."""

import re

import numpy as np

from minitorch.backend.errors import DtypeError


class device:  # noqa: N801  PyTorch's name
    """`device("cpu")`, `device("cuda")`, `device("cuda:1")` or `device("cuda", 1)`.

    >>> device("cuda", 1)
    device(type='cuda', index=1)
    """

    __slots__ = ("index", "type")
    type: str
    index: int | None

    def __init__(self, type, index=None):
        if isinstance(type, device):
            type, index = type.type, type.index
        elif isinstance(type, int):
            type, index = "cuda", type
        if index is not None and index < 0:
            raise RuntimeError(f"Device index must not be negative\n  got {index}")
        parts = re.fullmatch(r"(cpu|cuda)(?::(\d+))?", type) if isinstance(type, str) else None
        if parts is None:
            raise DtypeError(
                f"{misnamed(type)}\n  device {type!r} is not one that minitorch knows: use 'cpu', "
                "'cuda' or 'cuda:N' with N the number of the GPU"
            )
        self.type = parts[1]
        self.index = int(parts[2]) if parts[2] else index

    def __repr__(self):
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other):
        return isinstance(other, device) and str(self) == str(other)

    def __hash__(self):
        return hash(str(self))

    def __reduce__(self):
        return device, (self.type, self.index)

    def __enter__(self):
        """New tensors are made on this device inside, unless another one is named."""
        _defaults.append(self)
        return self

    def __exit__(self, *exc):
        _defaults.pop()


def misnamed(name):
    """What PyTorch says of `name`, which is no device."""
    if name == "":
        return "Device string must not be empty"
    if isinstance(name, str) and name.partition(":")[0] in ("cpu", "cuda"):
        return f"Invalid device string: '{name}'"
    return f"Expected one of cpu, cuda device type at start of device string: {name}"


CPU = device("cpu")
_defaults = [CPU]  # the last one holds


def get_default_device():
    """The device of new tensors for which none is named; the CPU unless set."""
    return _defaults[-1]


def set_default_device(device):
    """Make `device` that of new tensors for which none is named; None: the CPU."""
    _defaults[-1] = CPU if device is None else as_device(device)


as_device = device


def device_of(array):
    """The device on which an array lies."""
    return CPU if isinstance(array, np.ndarray) else device("cuda", array.device.id)


def load_cupy():
    """CuPy, or a RuntimeError that says what to install."""
    try:
        import cupy  # noqa: PLC0415  optional: the GPU is an extra
    except ImportError as reason:
        raise RuntimeError(
            "device 'cuda' needs CuPy, which is not installed\n"
            '  pip install "minitorch-numpy[cuda12]" (or cuda13, by `nvidia-smi`), '
            "then check minitorch.cuda.is_available()"
        ) from reason
    return cupy


def cuda_device_count():
    """How many GPUs CuPy can use; 0 without CuPy or a driver."""
    try:
        return load_cupy().cuda.runtime.getDeviceCount()
    except Exception:  # a missing driver raises CuPy's own CUDARuntimeError, or ImportError
        return 0


def move(array, target):
    """`array` on the device `target`; itself where it is there already."""
    if target.type == "cpu":
        return array if isinstance(array, np.ndarray) else array.get()
    cupy = load_cupy()
    with cupy.cuda.Device(target.index or 0):
        return cupy.asarray(array)
