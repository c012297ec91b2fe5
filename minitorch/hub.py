"""Models from the net, which minitorch does not load: they would run code from there."""

import os
from typing import Any, NoReturn

from tqdm import tqdm

__all__ = ["download_url_to_file", "get_dir", "load", "load_state_dict_from_url", "tqdm"]

REFUSED = (
    "torch.hub: minitorch loads nothing from the net: what comes from there would be run here\n"
    "  download the checkpoint yourself and load it with load_state_dict()"
)


def get_dir() -> str:
    """Where PyTorch keeps what it downloads."""
    home = os.getenv("TORCH_HOME", os.path.join(os.getenv("XDG_CACHE_HOME", "~/.cache"), "torch"))
    return os.path.join(os.path.expanduser(home), "hub")


def load(*args: Any, **kwargs: Any) -> NoReturn:
    """Raise RuntimeError that says what to do instead."""
    raise RuntimeError(REFUSED)


def load_state_dict_from_url(*args: Any, **kwargs: Any) -> NoReturn:
    """Raise RuntimeError that says what to do instead."""
    raise RuntimeError(REFUSED)


def download_url_to_file(*args: Any, **kwargs: Any) -> NoReturn:
    """Raise RuntimeError that says what to do instead."""
    raise RuntimeError(REFUSED)
