"""cuDNN, which minitorch does not use; its switches are remembered and change nothing."""

from typing import Any

from minitorch.backends.switches import flags_of

enabled = True
deterministic = False
benchmark = False
benchmark_limit = 10
allow_tf32 = True


def is_available() -> bool:
    """False: what runs on the GPU is CuPy's."""
    return False


def version() -> None:
    """None: there is no cuDNN."""
    return None


def is_acceptable(tensor: Any) -> bool:
    """False: no tensor is handed to cuDNN."""
    return False


flags = flags_of(__name__, "enabled", "benchmark", "benchmark_limit", "deterministic", "allow_tf32")
