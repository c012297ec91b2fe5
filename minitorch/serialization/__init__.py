"""Saving and loading, without running anything that a file could ask for."""

from minitorch.serialization.allowed import (
    add_safe_globals,
    clear_safe_globals,
    get_safe_globals,
    safe_globals,
)
from minitorch.serialization.api import MAP_LOCATION, SourceChangeWarning, load, save
from minitorch.serialization.npz import save_npz
from minitorch.serialization.safetensors import load_safetensors, save_safetensors

__all__ = [
    "MAP_LOCATION", "SourceChangeWarning", "save", "load", "load_safetensors", "save_safetensors",
    "save_npz", "add_safe_globals", "clear_safe_globals", "get_safe_globals", "safe_globals",
]  # fmt: skip
