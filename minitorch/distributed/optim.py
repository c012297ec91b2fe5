"""Optimizers that several processes share, which minitorch does not have."""

from typing import Any

from minitorch.distributed import ALONE

__all__ = ["ZeroRedundancyOptimizer"]


class ZeroRedundancyOptimizer:
    """What would divide an optimizer's state: no object is one, `isinstance` says so."""

    def __init__(self, *args: Any, **kwargs: Any):
        raise RuntimeError(f"ZeroRedundancyOptimizer: {ALONE}")
