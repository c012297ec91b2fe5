"""What the models have in common: nobody downloads weights."""

from typing import Any


def refuse_weights(name: str, weights: Any, pretrained: bool = False) -> None:
    """Raise ValueError where torchvision would download trained weights."""
    if weights is not None or pretrained:
        asked = f"weights={weights!r}" if weights is not None else "pretrained=True"
        raise ValueError(
            f"{name}({asked}): minitorch downloads no weights\n"
            f"  make {name}() and give its load_state_dict a state dict of torchvision's {name}: "
            "the keys and shapes are the same"
        )
