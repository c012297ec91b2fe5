"""oneDNN, which minitorch does not use; its switches are remembered and change nothing."""

from minitorch.backends.switches import flags_of

enabled = True
deterministic = False
allow_tf32 = True


def is_available() -> bool:
    """False."""
    return False


flags = flags_of(__name__, "enabled", "deterministic", "allow_tf32")
