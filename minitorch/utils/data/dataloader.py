"""The DataLoader of `minitorch.data`, and what it collates with."""

import importlib
from collections.abc import Callable
from typing import Any

from minitorch.data import DataLoader, default_collate, default_convert, get_worker_info

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]

_collate_fn_t = Callable[[list], Any]  # for annotations: what makes a batch of samples
ITERATORS = {  # trainers ask of which kind a loader's is
    "_BaseDataLoaderIter": ("batches", "Batches"),
    "_SingleProcessDataLoaderIter": ("batches", "InProcessBatches"),
    "_MultiProcessingDataLoaderIter": ("pool", "WorkerBatches"),  # 40 ms to load
}


def __getattr__(name):
    if name in ITERATORS:
        module, own = ITERATORS[name]
        return getattr(importlib.import_module(f"minitorch.data.{module}"), own)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
