"""Apple's GPU, which minitorch does not use: what only asks or seeds does nothing."""


def is_available() -> bool:
    """False."""
    return False


def device_count() -> int:
    """0."""
    return 0


def manual_seed(seed: int) -> None:
    """Nothing more than `minitorch.manual_seed`: random numbers are drawn on the CPU."""


def synchronize() -> None:
    """Raise RuntimeError."""
    raise RuntimeError("Cannot execute deviceSynchronize() without MPS backend: use the CPU")


def empty_cache() -> None:
    """Raise RuntimeError."""
    raise RuntimeError("Cannot execute emptyCache() without MPS backend: use the CPU")
