"""What a worker process of a DataLoader knows of itself."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class WorkerInfo:
    """What a worker knows of itself.

    id           0 to num_workers - 1
    num_workers  of the DataLoader
    seed         that the global generators had when the worker started: another in each worker
    dataset      the copy in this process
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any


_here: list[WorkerInfo] = []  # one in a worker, none in the main process


def get_worker_info() -> WorkerInfo | None:
    """What this worker knows of itself; None in the main process.

    Each worker goes through a copy of its own of an iterable dataset, which asks here, in
    `__iter__` or from a worker_init_fn, which part of the stream to yield.
    """
    return _here[0] if _here else None


def set_worker_info(info: WorkerInfo) -> None:
    """Say that this process is a worker."""
    _here[:] = [info]
