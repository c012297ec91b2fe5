"""The fast path of PyTorch's transformer layers: there is none; its switch is remembered."""

_switch = {"enabled": True}


def get_fastpath_enabled() -> bool:
    """What was set last, at first True. It says nothing about how a layer computes."""
    return _switch["enabled"]


def set_fastpath_enabled(value: bool) -> None:
    """Remember `value`, with no effect."""
    _switch["enabled"] = value
