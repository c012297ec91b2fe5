"""What the models have in common: nobody downloads weights."""

from enum import Enum
from typing import Any


def published(model: str) -> Any:
    """The names of the weights that torchvision offers for a model, which programs import."""
    return Enum(f"{model}_Weights", {"IMAGENET1K_V1": "IMAGENET1K_V1", "DEFAULT": "IMAGENET1K_V1"})


AlexNet_Weights = published("AlexNet")
MobileNet_V2_Weights = published("MobileNet_V2")
ResNet18_Weights = published("ResNet18")
ResNet34_Weights = published("ResNet34")
ResNet50_Weights = published("ResNet50")
ResNet101_Weights = published("ResNet101")
ResNet152_Weights = published("ResNet152")
VGG11_Weights = published("VGG11")
VGG11_BN_Weights = published("VGG11_BN")
VGG13_Weights = published("VGG13")
VGG13_BN_Weights = published("VGG13_BN")
VGG16_Weights = published("VGG16")
VGG16_BN_Weights = published("VGG16_BN")
VGG19_Weights = published("VGG19")
VGG19_BN_Weights = published("VGG19_BN")


def refuse_weights(name: str, weights: Any, pretrained: bool = False) -> None:
    """Raise ValueError where torchvision would download trained weights."""
    if weights is not None or pretrained:
        asked = f"weights={weights!r}" if weights is not None else "pretrained=True"
        raise ValueError(
            f"{name}({asked}): minitorch downloads no weights\n"
            f"  make {name}() and give its load_state_dict a state dict of torchvision's {name}: "
            "the keys and shapes are the same"
        )
