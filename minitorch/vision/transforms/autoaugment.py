"""Augmentations that were searched for, or drawn from a list: AutoAugment and its simpler heirs."""

import math
from collections.abc import Callable
from enum import Enum
from typing import Any

from minitorch.nn import Module
from minitorch.ops.creation import linspace
from minitorch.ops.random import rand, randint
from minitorch.vision.transforms import functional as F
from minitorch.vision.transforms.checks import fill_for
from minitorch.vision.transforms.draws import whole
from minitorch.vision.transforms.functional.resample import InterpolationMode


class AutoAugmentPolicy(Enum):
    """The data for which a policy was searched."""

    IMAGENET = "imagenet"
    CIFAR10 = "cifar10"
    SVHN = "svhn"


# Two steps each: name, probability, strength from 0 to 9, or - where there is none.
POLICIES = {
    AutoAugmentPolicy.IMAGENET: (
        "Posterize 0.4 8 Rotate 0.6 9",
        "Solarize 0.6 5 AutoContrast 0.6 -",
        "Equalize 0.8 - Equalize 0.6 -",
        "Posterize 0.6 7 Posterize 0.6 6",
        "Equalize 0.4 - Solarize 0.2 4",
        "Equalize 0.4 - Rotate 0.8 8",
        "Solarize 0.6 3 Equalize 0.6 -",
        "Posterize 0.8 5 Equalize 1.0 -",
        "Rotate 0.2 3 Solarize 0.6 8",
        "Equalize 0.6 - Posterize 0.4 6",
        "Rotate 0.8 8 Color 0.4 0",
        "Rotate 0.4 9 Equalize 0.6 -",
        "Equalize 0.0 - Equalize 0.8 -",
        "Invert 0.6 - Equalize 1.0 -",
        "Color 0.6 4 Contrast 1.0 8",
        "Rotate 0.8 8 Color 1.0 2",
        "Color 0.8 8 Solarize 0.8 7",
        "Sharpness 0.4 7 Invert 0.6 -",
        "ShearX 0.6 5 Equalize 1.0 -",
        "Color 0.4 0 Equalize 0.6 -",
        "Equalize 0.4 - Solarize 0.2 4",
        "Solarize 0.6 5 AutoContrast 0.6 -",
        "Invert 0.6 - Equalize 1.0 -",
        "Color 0.6 4 Contrast 1.0 8",
        "Equalize 0.8 - Equalize 0.6 -",
    ),
    AutoAugmentPolicy.CIFAR10: (
        "Invert 0.1 - Contrast 0.2 6",
        "Rotate 0.7 2 TranslateX 0.3 9",
        "Sharpness 0.8 1 Sharpness 0.9 3",
        "ShearY 0.5 8 TranslateY 0.7 9",
        "AutoContrast 0.5 - Equalize 0.9 -",
        "ShearY 0.2 7 Posterize 0.3 7",
        "Color 0.4 3 Brightness 0.6 7",
        "Sharpness 0.3 9 Brightness 0.7 9",
        "Equalize 0.6 - Equalize 0.5 -",
        "Contrast 0.6 7 Sharpness 0.6 5",
        "Color 0.7 7 TranslateX 0.5 8",
        "Equalize 0.3 - AutoContrast 0.4 -",
        "TranslateY 0.4 3 Sharpness 0.2 6",
        "Brightness 0.9 6 Color 0.2 8",
        "Solarize 0.5 2 Invert 0.0 -",
        "Equalize 0.2 - AutoContrast 0.6 -",
        "Equalize 0.2 - Equalize 0.6 -",
        "Color 0.9 9 Equalize 0.6 -",
        "AutoContrast 0.8 - Solarize 0.2 8",
        "Brightness 0.1 3 Color 0.7 0",
        "Solarize 0.4 5 AutoContrast 0.9 -",
        "TranslateY 0.9 9 TranslateY 0.7 9",
        "AutoContrast 0.9 - Solarize 0.8 3",
        "Equalize 0.8 - Invert 0.1 -",
        "TranslateY 0.7 9 AutoContrast 0.9 -",
    ),
    AutoAugmentPolicy.SVHN: (
        "ShearX 0.9 4 Invert 0.2 -",
        "ShearY 0.9 8 Invert 0.7 -",
        "Equalize 0.6 - Solarize 0.6 6",
        "Invert 0.9 - Equalize 0.6 -",
        "Equalize 0.6 - Rotate 0.9 3",
        "ShearX 0.9 4 AutoContrast 0.8 -",
        "ShearY 0.9 8 Invert 0.4 -",
        "ShearY 0.9 5 Solarize 0.2 6",
        "Invert 0.9 - AutoContrast 0.8 -",
        "Equalize 0.6 - Rotate 0.9 3",
        "ShearX 0.9 4 Solarize 0.3 3",
        "ShearY 0.8 8 Invert 0.7 -",
        "Equalize 0.9 - TranslateY 0.6 6",
        "Invert 0.9 - Equalize 0.6 -",
        "Contrast 0.3 3 Rotate 0.8 4",
        "Invert 0.8 - TranslateY 0.0 2",
        "ShearY 0.7 6 Solarize 0.4 8",
        "Invert 0.6 - Rotate 0.8 4",
        "ShearY 0.3 7 TranslateX 0.9 3",
        "ShearX 0.1 6 Invert 0.6 -",
        "Solarize 0.7 2 TranslateY 0.6 7",
        "ShearY 0.8 4 Invert 0.8 -",
        "ShearX 0.7 9 TranslateY 0.8 3",
        "ShearY 0.8 5 AutoContrast 0.7 -",
        "ShearX 0.7 2 Invert 0.1 -",
    ),
}


class Augmentation(Module):
    """Base: draws steps by name and strength, and does them.

    interpolation  of the turned and sheared images
    fill           the colour of what was outside: a number, or one for each channel
    """

    def __init__(self, interpolation: Any, fill: Any) -> None:
        super().__init__()
        self.interpolation = interpolation
        self.fill = fill

    def step(self, img: Any, name: str, magnitude: float) -> Any:
        """The image after one step; the units of `magnitude` are those of `strengths`."""
        options = {"interpolation": self.interpolation, "fill": fill_for(img, self.fill)}
        if name in ("ShearX", "ShearY"):
            angle = math.degrees(math.atan(magnitude))
            shear = [angle, 0.0] if name == "ShearX" else [0.0, angle]
            return F.affine(img, 0.0, [0, 0], 1.0, shear, center=[0, 0], **options)
        if name in ("TranslateX", "TranslateY"):
            shift = [int(magnitude), 0] if name == "TranslateX" else [0, int(magnitude)]
            return F.affine(img, 0.0, shift, 1.0, [0.0, 0.0], **options)
        if name == "Rotate":
            return F.rotate(img, magnitude, **options)
        if name in FACTORS:
            return FACTORS[name](img, 1.0 + magnitude)
        if name == "Posterize":
            return F.posterize(img, int(magnitude))
        if name == "Solarize":
            return F.solarize(img, magnitude)
        return PLAIN[name](img)


FACTORS: dict[str, Callable] = {
    "Brightness": F.adjust_brightness,
    "Color": F.adjust_saturation,
    "Contrast": F.adjust_contrast,
    "Sharpness": F.adjust_sharpness,
}
PLAIN: dict[str, Callable] = {
    "AutoContrast": F.autocontrast,
    "Equalize": F.equalize,
    "Invert": F.invert,
    "Identity": lambda img: img,
}
SIGNED = ("ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", *FACTORS)
NAMES = ("Identity", *SIGNED, "Posterize", "Solarize", "AutoContrast", "Equalize")
SHIFT = 150.0 / 331.0  # of the side: the paper's 150 pixels of 331


def strengths(
    name: str,
    bins: int,
    far: tuple[float, float],
    shear: float = 0.3,
    turn: float = 30.0,
    factor: float = 0.9,
    bits: int = 4,
) -> list[float]:
    """The `bins` strengths of a step, from the weakest; [] where it has none.

    far  (x, y) of the farthest shift, in pixels
    shear, turn, factor, bits  the strongest shear as a tangent, turn in degrees, change of a
        factor, number of bits dropped
    """
    if name == "Posterize":
        return [8 - round(i / ((bins - 1) / bits)) for i in range(bins)]
    if name == "Solarize":
        return linspace(255.0, 0.0, bins).tolist()
    most = {
        "ShearX": shear,
        "ShearY": shear,
        "TranslateX": far[0],
        "TranslateY": far[1],
        "Rotate": turn,
        **dict.fromkeys(FACTORS, factor),
    }
    return linspace(0.0, most[name], bins).tolist() if name in most else []


class AutoAugment(Augmentation):
    """One of 25 pairs of steps, drawn anew each time, each step with its probability.

    The pairs were found by searching for what helps most on the data of `policy`. For uint8.
    Cubuk and others, AutoAugment, CVPR 2019, arXiv:1805.09501.
    """

    def __init__(
        self,
        policy: AutoAugmentPolicy = AutoAugmentPolicy.IMAGENET,
        interpolation: Any = InterpolationMode.NEAREST,
        fill: Any = None,
    ) -> None:
        super().__init__(interpolation, fill)
        if policy not in POLICIES:
            raise ValueError(f"The provided policy {policy} is not recognized.")
        self.policy = policy
        self.policies = [pair.split() for pair in POLICIES[policy]]

    @staticmethod
    def get_params(transform_num: int) -> tuple[int, Any, Any]:
        """(which pair, two numbers in [0, 1), two signs 0 or 1)."""
        return whole(0, transform_num), rand(2), randint(2, (2,))

    def forward(self, img: Any) -> Any:
        which, chances, signs = self.get_params(len(self.policies))
        _, height, width = F.get_dimensions(img)
        pair = self.policies[which]
        for i in range(2):
            name, p, strength = pair[3 * i : 3 * i + 3]
            if chances[i] > float(p):
                continue
            magnitude = 0.0
            if strength != "-":
                far = (SHIFT * width, SHIFT * height)
                magnitude = strengths(name, 10, far)[int(strength)]
            if name in SIGNED and signs[i] == 0:
                magnitude = -magnitude
            img = self.step(img, name, magnitude)
        return img

    def extra_repr(self) -> str:
        return f"policy={self.policy}, fill={self.fill}"


class RandAugment(Augmentation):
    """`num_ops` steps drawn from a list of 14, all of the same strength. For uint8.

    magnitude  the strength, in [0, num_magnitude_bins)

    Cubuk and others, RandAugment, NeurIPS 2020, arXiv:1909.13719.
    """

    def __init__(
        self,
        num_ops: int = 2,
        magnitude: int = 9,
        num_magnitude_bins: int = 31,
        interpolation: Any = InterpolationMode.NEAREST,
        fill: Any = None,
    ) -> None:
        super().__init__(interpolation, fill)
        self.num_ops = num_ops
        self.magnitude = magnitude
        self.num_magnitude_bins = num_magnitude_bins

    def forward(self, img: Any) -> Any:
        _, height, width = F.get_dimensions(img)
        for _ in range(self.num_ops):
            name = NAMES[whole(0, len(NAMES))]
            levels = strengths(name, self.num_magnitude_bins, (SHIFT * width, SHIFT * height))
            magnitude = levels[self.magnitude] if levels else 0.0
            if name in SIGNED and whole(0, 2):
                magnitude = -magnitude
            img = self.step(img, name, magnitude)
        return img

    def extra_repr(self) -> str:
        return (
            f"num_ops={self.num_ops}, magnitude={self.magnitude}, "
            f"num_magnitude_bins={self.num_magnitude_bins}, "
            f"interpolation={self.interpolation}, fill={self.fill}"
        )


class TrivialAugmentWide(Augmentation):
    """One step drawn from a list of 14, of a random strength in a wide range. For uint8.

    Mueller and Hutter, TrivialAugment, ICCV 2021, arXiv:2103.10158.
    """

    def __init__(
        self,
        num_magnitude_bins: int = 31,
        interpolation: Any = InterpolationMode.NEAREST,
        fill: Any = None,
    ) -> None:
        super().__init__(interpolation, fill)
        self.num_magnitude_bins = num_magnitude_bins

    def forward(self, img: Any) -> Any:
        name = NAMES[whole(0, len(NAMES))]
        levels = strengths(name, self.num_magnitude_bins, (32.0, 32.0), 0.99, 135.0, 0.99, 6)
        magnitude = levels[whole(0, len(levels))] if levels else 0.0
        if name in SIGNED and whole(0, 2):
            magnitude = -magnitude
        return self.step(img, name, magnitude)

    def extra_repr(self) -> str:
        return (
            f"num_magnitude_bins={self.num_magnitude_bins}, "
            f"interpolation={self.interpolation}, fill={self.fill}"
        )
