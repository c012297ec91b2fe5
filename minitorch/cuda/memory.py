"""The memory of a GPU: what arrays take of it, what CuPy keeps, and the most that it was."""

import functools
from collections import OrderedDict
from typing import Any

from minitorch.backend.devices import load_cupy
from minitorch.cuda.numbers import is_available, number_of


def empty_cache() -> None:
    """Give the memory that CuPy keeps for later back to the driver: of device and of host."""
    if is_available():
        load_cupy().get_default_memory_pool().free_all_blocks()
        load_cupy().get_default_pinned_memory_pool().free_all_blocks()


def pool_of(device, ask):
    """What `ask` says of CuPy's memory pool on a GPU; 0 without a GPU."""
    if not is_available():
        return 0
    with load_cupy().cuda.Device(number_of(device)):
        return ask(load_cupy().get_default_memory_pool())


def memory_allocated(device: Any = None) -> int:
    """Bytes that arrays on a GPU take; 0 without a GPU."""
    return pool_of(device, lambda pool: pool.used_bytes())


def memory_reserved(device: Any = None) -> int:
    """Bytes of a GPU that CuPy has from the driver; 0 without a GPU."""
    return pool_of(device, lambda pool: pool.total_bytes())


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """Free and all bytes of the GPU. Raises RuntimeError without CuPy."""
    with load_cupy().cuda.Device(number_of(device)):
        return load_cupy().cuda.runtime.memGetInfo()


def device_memory_used(device: Any = None) -> int:
    """Bytes of the GPU that any program takes. Raises RuntimeError without CuPy."""
    free, total = mem_get_info(device)
    return total - free


def set_per_process_memory_fraction(fraction: float, device: Any = None) -> None:
    """Let CuPy take no more than this share of the memory of a GPU, in [0, 1]."""
    if not isinstance(fraction, float):
        raise TypeError("Invalid type for fraction argument, must be `float`")
    if not 0 <= fraction <= 1:
        raise ValueError(f"Invalid fraction value: {fraction}. Allowed range: 0~1")
    limit = max(1, int(fraction * mem_get_info(device)[1]))  # of which CuPy takes 0 for: no limit
    pool_of(device, lambda pool: pool.set_limit(limit))


def get_per_process_memory_fraction(device: Any = None) -> float:
    """The share of the memory of a GPU that CuPy may take; 1 unless set."""
    return pool_of(device, lambda pool: pool.get_limit()) / mem_get_info(device)[1] or 1.0


# -------------------------------------------------------------------- the most

_watched: dict[int, "Peak"] = {}  # by the number of the GPU


class Peak:
    """What one GPU's arrays take and CuPy keeps, and the most of both since it was made."""

    def __init__(self, number):
        self.taken = self.most = memory_allocated(number)
        self.reserved = memory_reserved(number)


@functools.cache
def watch():
    """Have CuPy tell of each allocation from now on; it does so for the calling thread."""
    base: Any = load_cupy().cuda.MemoryHook
    watched = _watched  # the module has no names any more when the last arrays are freed

    class Watch(base):
        name = "peak memory"

        def malloc_postprocess(self, *, device_id, mem_size, **more):
            peak = watched.get(device_id)
            if peak is not None:
                peak.taken += mem_size
                peak.most = max(peak.most, peak.taken)

        def free_postprocess(self, *, device_id, mem_size, **more):
            peak = watched.get(device_id)
            if peak is not None:
                peak.taken -= mem_size

        def alloc_postprocess(self, *, device_id, **more):
            peak = watched.get(device_id)
            if peak is not None:
                peak.reserved = max(peak.reserved, memory_reserved(device_id))

    hook = Watch()
    hook.__enter__()
    return hook


def reset_peak_memory_stats(device: Any = None) -> None:
    """Let `max_memory_allocated` and `max_memory_reserved` begin anew; without a GPU nothing."""
    if is_available():
        _watched[number_of(device)] = Peak(number_of(device))
        watch()


def peak_of(device):
    return _watched.get(number_of(device)) if is_available() else None


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes that arrays on a GPU took since `reset_peak_memory_stats`; 0 without a GPU.

    Before its first call nobody counts, and this is `memory_reserved`, which is no less. What other
    threads allocate counts in `memory_reserved` alone.
    """
    peak = peak_of(device)
    return memory_reserved(device) if peak is None else peak.most


def max_memory_reserved(device: Any = None) -> int:
    """The most bytes that CuPy had from the driver since `reset_peak_memory_stats`."""
    peak = peak_of(device)
    return max(memory_reserved(device), peak.reserved if peak else 0)


def memory_stats(device: Any = None) -> "OrderedDict[str, int]":
    """Bytes by PyTorch's names, of which CuPy knows four; empty without a GPU."""
    if not is_available():
        return OrderedDict()
    return OrderedDict(
        {
            "allocated_bytes.all.current": memory_allocated(device),
            "allocated_bytes.all.peak": max_memory_allocated(device),
            "reserved_bytes.all.current": memory_reserved(device),
            "reserved_bytes.all.peak": max_memory_reserved(device),
        }
    )


def memory_summary(device: Any = None, abbreviated: bool = False) -> str:
    """`memory_stats` as a table in MiB. Raises RuntimeError without CuPy."""
    number = number_of(device)
    lines = [f"{'device':10} {f'cuda:{number}':>12} {'peak':>12}"]
    stats = memory_stats(number)
    for kind in ("allocated", "reserved"):
        now, most = (stats[f"{kind}_bytes.all.{when}"] for when in ("current", "peak"))
        lines.append(f"{kind:10} {now / 2**20:8.1f} MiB {most / 2**20:8.1f} MiB")
    return "\n".join(lines)
