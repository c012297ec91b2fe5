"""`torch.__future__`: what happens to a module's parameters when the module is converted.

They keep their identity: `to`, `float`, `half` change what a parameter holds, and `load_state_dict`
writes into it. PyTorch reaches this in two ways, between which a switch chooses; nothing here
differs between them.
"""


class Chosen:
    """swap: the choice that PyTorch programs make and may ask for."""

    swap = False


def get_overwrite_module_params_on_conversion() -> bool:
    """Whether a conversion makes new parameters: never."""
    return False


def set_overwrite_module_params_on_conversion(value: bool) -> None:
    """Raise RuntimeError for True: parameters keep their identity."""
    if value:
        raise RuntimeError(
            "set_overwrite_module_params_on_conversion(True): a converted module keeps its "
            "parameters\n  make new ones: model.load_state_dict(..., assign=True)"
        )


def get_swap_module_params_on_conversion() -> bool:
    """What was set last, at first False."""
    return Chosen.swap


def set_swap_module_params_on_conversion(value: bool) -> None:
    """Choose one of PyTorch's two ways to convert parameters in place, which come to the same."""
    Chosen.swap = value
