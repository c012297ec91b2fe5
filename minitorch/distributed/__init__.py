"""Several processes that train together, which minitorch does not have: one process only."""

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
get_rank = refused("get_rank")
get_world_size = refused("get_world_size")
barrier = refused("barrier")
all_reduce = refused("all_reduce")
all_gather = refused("all_gather")
broadcast = refused("broadcast")
reduce = refused("reduce")
