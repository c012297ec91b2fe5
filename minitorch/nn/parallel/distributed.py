"""DistributedDataParallel, which needs several processes that talk to each other."""

from typing import Any

from minitorch.nn.modules.module import Module


class DistributedDataParallel(Module):
    """Refused: minitorch trains in one process."""

    def __init__(self, module: Module, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(
            "DistributedDataParallel: minitorch has no communication between processes\n"
            "  train in one process: leave the wrapper out, or use nn.DataParallel"
        )
