"""The GPU, as CuPy shows it. Without one, what only asks or tidies up does nothing."""

from collections.abc import Iterable
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import cuda_device_count, load_cupy
from minitorch.backend.devices import device as as_device
from minitorch.backend.generators import Generator, default_generator
from minitorch.cuda import amp, nvtx
from minitorch.cuda.ahead import copied_ahead
from minitorch.cuda.memory import (
    device_memory_used,
    empty_cache,
    get_per_process_memory_fraction,
    max_memory_allocated,
    max_memory_reserved,
    mem_get_info,
    memory_allocated,
    memory_reserved,
    memory_stats,
    memory_summary,
    reset_peak_memory_stats,
    set_per_process_memory_fraction,
)
from minitorch.cuda.numbers import current_device, is_available, number_of
from minitorch.cuda.streams import (
    CUDAGraph,
    Event,
    Stream,
    StreamContext,
    current_stream,
    default_stream,
    graph,
    set_stream,
    stream,
)
from minitorch.methods.legacy import TYPES

OutOfMemoryError = MemoryError  # which CuPy's error for a full GPU derives from
globals().update({kind.__name__: kind for kind in TYPES.values() if kind.is_cuda})

# -------------------------------------------------------------------- which GPUs there are


def is_initialized() -> bool:
    """Whether there is a GPU: CuPy needs no call to start."""
    return is_available()


def init() -> None:
    """Raise RuntimeError where there is no GPU."""
    load_cupy()


def device_count() -> int:
    """The number of GPUs that CuPy finds; 0 without CuPy."""
    return cuda_device_count()


def set_device(device: Any) -> None:
    """Use this GPU from now on; a negative number: no change."""
    number = number_of(device)
    if number >= 0:
        load_cupy().cuda.Device(number).use()


class device:  # noqa: N801  PyTorch's name
    """A context in which this GPU is used; a negative number or None: no change."""

    def __init__(self, device: Any):
        self.number = -1 if device is None else number_of(device)

    def __enter__(self):
        if self.number >= 0:
            self.before = current_device()
            set_device(self.number)
        return self

    def __exit__(self, *exc):
        if self.number >= 0:
            set_device(self.before)


class device_of(device):  # noqa: N801  PyTorch's name
    """A context in which the GPU of a tensor is used; of a tensor on the CPU: no change."""

    def __init__(self, obj: Tensor):
        super().__init__(obj.get_device())


class Properties:
    """What the driver says of a GPU: name, memory in bytes, processors, compute capability."""

    def __init__(self, number):
        said = load_cupy().cuda.runtime.getDeviceProperties(number)
        self.name = said["name"].decode()
        self.major, self.minor = said["major"], said["minor"]
        self.total_memory = said["totalGlobalMem"]
        self.multi_processor_count = said["multiProcessorCount"]

    def __repr__(self):
        return (
            f"_CudaDeviceProperties(name='{self.name}', major={self.major}, minor={self.minor}, "
            f"total_memory={self.total_memory // 2**20}MB, "
            f"multi_processor_count={self.multi_processor_count})"
        )


def get_device_properties(device: Any = None) -> Properties:
    """What the driver says of a GPU."""
    return Properties(number_of(device))


def get_device_name(device: Any = None) -> str:
    """The name of a GPU."""
    return get_device_properties(device).name


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """The compute capability of a GPU: major and minor."""
    said = get_device_properties(device)
    return said.major, said.minor


def get_arch_list() -> list[str]:
    """[]: minitorch brings no code for any GPU; CuPy compiles for the one it meets."""
    return []


def can_device_access_peer(device: Any, peer_device: Any) -> bool:
    """Whether one GPU reads the memory of another one."""
    numbers = number_of(device), number_of(peer_device)
    return bool(load_cupy().cuda.runtime.deviceCanAccessPeer(*numbers))


def is_tf32_supported() -> bool:
    """Whether the GPU in use multiplies float32 numbers of which it reads 19 bits."""
    return is_available() and get_device_capability()[0] >= 8


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """False: neither NumPy nor minitorch has bfloat16."""
    return False


def synchronize(device: Any = None) -> None:
    """Wait until the GPU has done all it was asked to. Raises RuntimeError without CuPy."""
    with load_cupy().cuda.Device(number_of(device)):
        load_cupy().cuda.runtime.deviceSynchronize()


# -------------------------------------------------------------------- random numbers


def generator(device: Any = "cuda") -> Generator:
    """The generator of a GPU. Raises RuntimeError without CuPy."""
    return default_generator(as_device("cuda", number_of(device)))


def manual_seed(seed: int) -> None:
    """Start the generator of the GPU in use anew at `seed`; without a GPU nothing."""
    if is_available():
        generator().manual_seed(seed)


def manual_seed_all(seed: int) -> None:
    """Start the generators of all GPUs anew at `seed`; without a GPU nothing."""
    for number in range(device_count()):
        generator(number).manual_seed(seed)


def seed() -> None:
    """Start the generator of the GPU in use at a seed from the operating system."""
    if is_available():
        generator().seed()


def seed_all() -> None:
    """Start the generators of all GPUs at one seed from the operating system."""
    manual_seed_all(Generator().seed())


def initial_seed() -> int:
    """The seed at which the generator of the GPU in use started. RuntimeError without CuPy."""
    return generator().initial_seed()


def get_rng_state(device: Any = "cuda") -> Tensor:
    """Where the generator of a GPU is, as a uint8 tensor on the CPU. RuntimeError without CuPy."""
    return generator(device).get_state()


def set_rng_state(new_state: Tensor, device: Any = "cuda") -> None:
    """Let the generator of a GPU continue where `get_rng_state` said."""
    generator(device).set_state(new_state)


def get_rng_state_all() -> list[Tensor]:
    """`get_rng_state` of all GPUs."""
    return [get_rng_state(number) for number in range(device_count())]


def set_rng_state_all(new_states: Iterable[Tensor]) -> None:
    """`set_rng_state` of all GPUs."""
    for number, state in enumerate(new_states):
        set_rng_state(state, number)


def ipc_collect() -> None:
    """Nothing: no memory of the GPU is shared between processes."""
