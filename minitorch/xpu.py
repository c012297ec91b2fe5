"""Intel's GPU, which minitorch does not use: what only asks or seeds does nothing."""


def is_available() -> bool:
    """False."""
    return False


def device_count() -> int:
    """0."""
    return 0


def manual_seed(seed: int) -> None:
    """Nothing more than `minitorch.manual_seed`: random numbers are drawn on the CPU."""


def manual_seed_all(seed: int) -> None:
    """Nothing more than `minitorch.manual_seed`: random numbers are drawn on the CPU."""


def empty_cache() -> None:
    """Nothing: no memory of it is kept."""


def synchronize() -> None:
    """Raise RuntimeError."""
    raise RuntimeError("minitorch does not use Intel's GPUs: use the CPU")
