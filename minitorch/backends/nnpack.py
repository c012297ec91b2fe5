"""NNPACK, which minitorch does not use."""


def is_available() -> bool:
    """False."""
    return False
