"""NNPACK, which minitorch does not use; its switch is remembered and changes nothing."""

from minitorch.backends.switches import flags_of

enabled = True


def is_available() -> bool:
    """False."""
    return False


def set_flags(_enabled: bool) -> tuple[bool]:
    """Remember the switch; returns what it was."""
    before = (enabled,)
    globals()["enabled"] = _enabled
    return before


flags = flags_of(__name__, "enabled")
