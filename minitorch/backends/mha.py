"""The fast path of PyTorch's transformer layers: all that is here of it is zeros for padding."""

_switch = {"enabled": True}


def get_fastpath_enabled() -> bool:
    """Whether `nn.TransformerEncoder` gives zeros for padding where PyTorch leaves it out."""
    return _switch["enabled"]


def set_fastpath_enabled(value: bool) -> None:
    """Say so."""
    _switch["enabled"] = value
