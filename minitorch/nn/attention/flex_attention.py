"""PyTorch's flex_attention, which lives from being compiled, is left out; here it says so."""

from typing import Any, NamedTuple, NoReturn

INSTEAD = (
    "is compiled from a function of single scores, which minitorch does not do: call "
    "scaled_dot_product_attention with the mask, or the scores to be added, as attn_mask"
)
_DEFAULT_SPARSE_BLOCK_SIZE = 128  # which programs import beside the functions


class BlockMask:
    """Which blocks of a mask are not empty: a name for type hints and `isinstance`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(f"the mask of flex_attention {INSTEAD}")


class AuxRequest(NamedTuple):
    """What else flex_attention is to return: the logarithms of its sums, its largest scores."""

    lse: bool = False
    max_scores: bool = False


def flex_attention(*args: Any, **kwargs: Any) -> NoReturn:
    """Refused."""
    raise NotImplementedError(f"flex_attention {INSTEAD}")


def create_block_mask(*args: Any, **kwargs: Any) -> NoReturn:
    """Refused."""
    raise NotImplementedError(f"the mask of flex_attention {INSTEAD}")
