"""Models from the net, which minitorch does not load: they would run code from there."""

import os
import re
from typing import Any, NoReturn
from urllib.parse import urlparse

from tqdm import tqdm

__all__ = [
    "HASH_REGEX", "download_url_to_file", "get_dir", "load", "load_state_dict_from_url",
    "load_url", "tqdm", "urlparse",
]  # fmt: skip

HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")  # what a checkpoint's name says of its SHA-256

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


load_url = load_state_dict_from_url  # its name in torch.utils.model_zoo


def download_url_to_file(*args: Any, **kwargs: Any) -> NoReturn:
    """Raise RuntimeError that says what to do instead."""
    raise RuntimeError(REFUSED)
