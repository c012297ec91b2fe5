"""Several processes that train together, which minitorch does not have: one process only."""

from enum import Enum
from typing import Any, NoReturn

ALONE = (
    "minitorch trains in one process: torch.distributed is not available\n"
    "  ask torch.distributed.is_available() first, or start the program without torchrun"
)


def is_available() -> bool:
    """False."""
    return False


def is_initialized() -> bool:
    """False."""
    return False


def is_torchelastic_launched() -> bool:
    """False."""
    return False


def refused(name):
    """A function that says what cannot be here."""

    def call(*args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError(f"{name}: {ALONE}")

    call.__name__ = call.__qualname__ = name
    call.__doc__ = "Raise RuntimeError: there is one process only."
    return call


init_process_group = refused("init_process_group")
destroy_process_group = refused("destroy_process_group")
new_group = refused("new_group")
get_backend = refused("get_backend")
get_rank = refused("get_rank")
get_world_size = refused("get_world_size")
barrier = refused("barrier")
monitored_barrier = refused("monitored_barrier")
send = refused("send")
recv = refused("recv")
isend = refused("isend")
irecv = refused("irecv")
broadcast = refused("broadcast")
broadcast_object_list = refused("broadcast_object_list")
reduce = refused("reduce")
reduce_scatter = refused("reduce_scatter")
all_reduce = refused("all_reduce")
all_gather = refused("all_gather")
all_gather_object = refused("all_gather_object")
all_to_all = refused("all_to_all")
gather = refused("gather")
scatter = refused("scatter")


class ReduceOp(Enum):
    """What `all_reduce` would do with the tensors of all processes."""

    SUM = "sum"
    AVG = "avg"
    PRODUCT = "product"
    MIN = "min"
    MAX = "max"


class ProcessGroup:
    """Some of the processes: a name for type hints, since there is one process only."""

    def __init__(self, *args: Any) -> None:
        raise RuntimeError(f"ProcessGroup: {ALONE}")
