"""The names of types that older programs for TorchScript take from here."""

from typing import Any, Dict, List, Optional, Tuple, Union  # noqa: UP035  the names are the point

__all__ = ["Any", "Dict", "List", "Optional", "Tuple", "Union"]
