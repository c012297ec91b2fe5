"""Devices: where the array of a tensor lives."""

import functools
import re

import numpy as np

from minitorch.backend.errors import DtypeError
from minitorch.backend.meta import NO_DATA, Meta, bare


class device:  # noqa: N801  PyTorch's name
    """`device("cpu")`, `device("cuda")`, `device("cuda:1")` or `device("cuda", 1)`.

    On `device("meta")` tensors have a shape and no values; see `backend/meta.py`.

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
        named = isinstance(type, str)
        parts = re.fullmatch(r"(cpu|cuda|meta)(?::(0|[1-9]\d*))?", type) if named else None
        if parts is None:
            remedy = (
                f"a dtype is given as minitorch.{type}"
                if named and re.fullmatch(r"u?int\d+|float\d+|bool", type)
                else f"device {type!r} is not one that minitorch knows: use 'cpu', 'cuda' or "
                "'cuda:N' with N the number of the GPU"
            )
            raise DtypeError(f"{misnamed(type)}\n  {remedy}")
        if parts[2] and index is not None:
            raise RuntimeError(
                "type (string) must not include an index because index was passed explicitly: "
                f"{type}"
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
    if isinstance(name, str) and not re.fullmatch(r"[A-Za-z_]+(:(0|[1-9]\d*))?", name):
        return f"Invalid device string: '{name}'"
    return f"Expected one of cpu, cuda device type at start of device string: {name}"


CPU, NOWHERE = device("cpu"), device("meta")
_defaults = [CPU]  # the last one holds


def get_default_device():
    """The device of new tensors for which none is named; the CPU unless set."""
    return _defaults[-1]


def set_default_device(device):
    """Make `device` that of new tensors for which none is named; None: the CPU."""
    _defaults[-1] = CPU if device is None else as_device(device)


as_device = device


def require_device(kind, data, place, form):
    """Refuse a device `place` of another kind for PyTorch's old ways to make a tensor."""
    if place is None:
        return
    if data and hasattr(data[0], "requires_grad"):
        raise RuntimeError(
            f"Legacy tensor {form}(tensor, device=device) is not supported.  Use torch.tensor(...) "
            "or torch.as_tensor(...) instead."
        )
    given = device(place).type
    if given != kind:
        raise RuntimeError(
            f"legacy constructor expects device type: {kind} but device type: {given} was passed"
        )


def device_of(array):
    """The device on which an array lies."""
    if type(array) is np.ndarray:
        return CPU
    if isinstance(array, np.ndarray):
        return NOWHERE if isinstance(array, Meta) else CPU
    return device("cuda", array.device.id)


def alike(arrays):
    """The arrays in lists: those of one dtype on one device together."""
    groups: dict = {}
    for x in arrays:
        groups.setdefault((x.dtype, device_of(x)), []).append(x)
    return list(groups.values())


@functools.cache
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
    try:
        cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as reason:
        raise RuntimeError(
            f"Found no NVIDIA driver that CuPy {cupy.__version__} can use\n"
            f"  CUDA says: {reason}\n"
            "  see what `nvidia-smi` shows, then check minitorch.cuda.is_available()"
        ) from reason
    return cupy


def cuda_device_count():
    """How many GPUs CuPy can use; 0 without CuPy or a driver."""
    try:
        return load_cupy().cuda.runtime.getDeviceCount()
    except RuntimeError:
        return 0


def on(target):
    """A context in which CuPy works on this GPU; without a number, on the one that it is on."""
    if target.type == "meta":
        raise NotImplementedError("device 'meta' has no values to compute with: take device 'cpu'")
    cupy = load_cupy()
    if target.index is None:
        return cupy.cuda.Device()
    count = cupy.cuda.runtime.getDeviceCount()
    if target.index >= count:
        raise RuntimeError(
            f"CUDA error: invalid device ordinal\n  {target} is wanted, of {count} GPUs from cuda:0"
        )
    return cupy.cuda.Device(target.index)


def placing(target):
    """`on`, for making an array there. Raises RuntimeError for a GPU that is not in use."""
    gpu, used = on(target), load_cupy().cuda.runtime.getDevice()
    if gpu.id != used:
        raise RuntimeError(
            f"cuda:{gpu.id} is not the GPU in use, which is cuda:{used}\n"
            "  what is computed lies on the GPU in use: "
            f"call minitorch.cuda.set_device({gpu.id}) first, or compute inside "
            f"`with minitorch.cuda.device({gpu.id}):`"
        )
    return gpu


def move(array, target, non_blocking=False):
    """`array` on the device `target`; itself where it is there already.

    non_blocking  True: what comes from a GPU arrives later, in pinned memory; synchronize first.
                  What goes to a GPU never waits: CuPy copies it aside.
    """
    former = device_of(array)
    if former.type == target.type != "cuda":
        return array
    if target.type == "meta":
        return bare(array.shape, array.dtype)
    if former.type == "meta":
        raise NotImplementedError(NO_DATA)
    if target.type == "cpu":
        return array.get(out=pinned(array), blocking=False) if non_blocking else array.get()
    with placing(target):
        return load_cupy().asarray(array)


def pinned(like):
    """Memory of the host for an array like this one, which a GPU can read and write by itself."""
    load_cupy()
    import cupyx  # noqa: PLC0415  comes with CuPy

    return cupyx.empty_pinned(like.shape, like.dtype)


def is_pinned(array):
    """Whether a NumPy array lies in memory that `pinned` gave."""
    while isinstance(array, np.ndarray):
        array = array.base
    return type(array).__name__ == "PinnedMemoryPointer"
