"""Images turned, sheared, seen from the side, stretched."""

from collections.abc import Sequence
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.nn import Module
from minitorch.ops.join import cat
from minitorch.ops.random import rand
from minitorch.vision.transforms import functional as F
from minitorch.vision.transforms.checks import as_angles, as_fill, expect_sequence, fill_for
from minitorch.vision.transforms.draws import happens, uniform, whole
from minitorch.vision.transforms.functional.resample import InterpolationMode, as_mode


class RandomRotation(Module):
    """The image turned by a random angle.

    degrees  bounds of the angle, counter-clockwise; one number d stands for (-d, d)
    expand, center, fill  see `functional.rotate`
    """

    def __init__(
        self,
        degrees: Any,
        interpolation: Any = InterpolationMode.NEAREST,
        expand: bool = False,
        center: Any = None,
        fill: Any = 0,
    ) -> None:
        super().__init__()
        self.degrees = as_angles(degrees, "degrees", (2,))
        if center is not None:
            expect_sequence(center, "center", (2,))
        self.center = center
        self.interpolation = as_mode(interpolation)
        self.expand = expand
        self.fill = as_fill(fill)

    @staticmethod
    def get_params(degrees: list[float]) -> float:
        return uniform(float(degrees[0]), float(degrees[1]))

    def forward(self, img: Any) -> Any:
        angle = self.get_params(self.degrees)
        fill = fill_for(img, self.fill)
        return F.rotate(img, angle, self.interpolation, self.expand, self.center, fill)

    def extra_repr(self) -> str:
        center = "" if self.center is None else f", center={self.center}"
        return (
            f"degrees={self.degrees}, interpolation={self.interpolation.value}, "
            f"expand={self.expand}{center}, fill={self.fill}"
        )


class RandomAffine(Module):
    """The image turned, moved, scaled and sheared at random; see `functional.affine`.

    degrees    bounds of the angle, clockwise; one number d stands for (-d, d)
    translate  the largest shift, (as a share of the width, of the height), or None
    scale      bounds of the scale, or None
    shear      bounds of the angle along x, or of both (x from, x to, y from, y to), or None
    """

    def __init__(
        self,
        degrees: Any,
        translate: Any = None,
        scale: Any = None,
        shear: Any = None,
        interpolation: Any = InterpolationMode.NEAREST,
        fill: Any = 0,
        center: Any = None,
    ) -> None:
        super().__init__()
        self.degrees = as_angles(degrees, "degrees", (2,))
        if translate is not None:
            expect_sequence(translate, "translate", (2,))
            if not all(0.0 <= t <= 1.0 for t in translate):
                raise ValueError(f"translation values should be between 0 and 1\n  got {translate}")
        self.translate = translate
        if scale is not None:
            expect_sequence(scale, "scale", (2,))
            if min(scale) <= 0:
                raise ValueError(f"scale values should be positive\n  got {scale}")
        self.scale = scale
        self.shear = None if shear is None else as_angles(shear, "shear", (2, 4))
        self.interpolation = as_mode(interpolation)
        self.fill = as_fill(fill)
        if center is not None:
            expect_sequence(center, "center", (2,))
        self.center = center

    @staticmethod
    def get_params(
        degrees: list[float], translate: Any, scale_ranges: Any, shears: Any, img_size: list[int]
    ) -> tuple[float, tuple[int, int], float, tuple[float, float]]:
        """(angle, translations, scale, shears); img_size is [width, height]."""
        angle = uniform(degrees[0], degrees[1])
        shift = (0, 0)
        if translate is not None:
            far_x, far_y = (t * size for t, size in zip(translate, img_size))
            shift = (round(uniform(-far_x, far_x)), round(uniform(-far_y, far_y)))
        scale = 1.0 if scale_ranges is None else uniform(scale_ranges[0], scale_ranges[1])
        shear_x = shear_y = 0.0
        if shears is not None:
            shear_x = uniform(shears[0], shears[1])
            shear_y = uniform(shears[2], shears[3]) if len(shears) == 4 else 0.0
        return angle, shift, scale, (shear_x, shear_y)

    def forward(self, img: Any) -> Any:
        _, height, width = F.get_dimensions(img)
        drawn = self.get_params(
            self.degrees, self.translate, self.scale, self.shear, [width, height]
        )
        fill = fill_for(img, self.fill)
        return F.affine(img, *drawn, self.interpolation, fill, self.center)

    def extra_repr(self) -> str:
        parts = [f"degrees={self.degrees}"]
        for name in ("translate", "scale", "shear"):
            if getattr(self, name) is not None:
                parts.append(f"{name}={getattr(self, name)}")
        if self.interpolation is not InterpolationMode.NEAREST:
            parts.append(f"interpolation={self.interpolation.value}")
        if self.fill != 0:
            parts.append(f"fill={self.fill}")
        if self.center is not None:
            parts.append(f"center={self.center}")
        return ", ".join(parts)


class RandomPerspective(Module):
    """The image seen from a random side, with probability `p`.

    distortion_scale  how far a corner may move inwards, as a share of half the side
    """

    def __init__(
        self,
        distortion_scale: float = 0.5,
        p: float = 0.5,
        interpolation: Any = InterpolationMode.BILINEAR,
        fill: Any = 0,
    ) -> None:
        super().__init__()
        self.p = p
        self.interpolation = as_mode(interpolation)
        self.distortion_scale = distortion_scale
        self.fill = as_fill(fill)

    @staticmethod
    def get_params(
        width: int, height: int, distortion_scale: float
    ) -> tuple[list[list[int]], list[list[int]]]:
        """(startpoints, endpoints): the corners, clockwise from the upper left, and where to."""
        far_x = int(distortion_scale * (width // 2))
        far_y = int(distortion_scale * (height // 2))
        left, top = (0, far_x + 1), (0, far_y + 1)
        right, bottom = (width - far_x - 1, width), (height - far_y - 1, height)
        ends = [(left, top), (right, top), (right, bottom), (left, bottom)]
        corners = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
        return corners, [[whole(*x), whole(*y)] for x, y in ends]

    def forward(self, img: Any) -> Any:
        if not happens(self.p):
            return img
        _, height, width = F.get_dimensions(img)
        corners, ends = self.get_params(width, height, self.distortion_scale)
        return F.perspective(img, corners, ends, self.interpolation, fill_for(img, self.fill))

    def extra_repr(self) -> str:
        return f"p={self.p}"


class ElasticTransform(Module):
    """Every pixel moved at random, neighbours alike: the image as on rubber.

    alpha  how far, one number or (x, y)
    sigma  over how many pixels neighbours move alike, one number or (x, y)

    Simard, Steinkraus and Platt, Best Practices for Convolutional Neural Networks Applied to
    Visual Document Analysis, ICDAR 2003.
    """

    def __init__(
        self,
        alpha: Any = 50.0,
        sigma: Any = 5.0,
        interpolation: Any = InterpolationMode.BILINEAR,
        fill: Any = 0,
    ) -> None:
        super().__init__()
        self.alpha = as_two_floats(alpha, "alpha")
        self.sigma = as_two_floats(sigma, "sigma")
        self.interpolation = as_mode(interpolation)
        if not isinstance(fill, (int, float, list, tuple)):
            raise TypeError(
                f"fill should be int or float or a list or tuple of them. Got {type(fill)}"
            )
        self.fill = [float(f) for f in (fill if isinstance(fill, (list, tuple)) else [fill])]

    @staticmethod
    def get_params(alpha: list[float], sigma: list[float], size: list[int]) -> Tensor:
        """The displacement (1, H, W, 2) for an image of `size`, [height, width]."""
        parts = []
        for far, width, length in zip(alpha, sigma, size[::-1]):
            shift = rand(1, 1, *size) * 2 - 1
            if width > 0.0:
                pixels = int(8 * width + 1) | 1  # odd
                shift = F.gaussian_blur(shift, [pixels, pixels], sigma)
            parts.append(shift * far / length)
        return cat(parts, dim=1).permute(0, 2, 3, 1)

    def forward(self, tensor: Any) -> Any:
        _, height, width = F.get_dimensions(tensor)
        displacement = self.get_params(self.alpha, self.sigma, [height, width])
        return F.elastic_transform(tensor, displacement, self.interpolation, self.fill)

    def extra_repr(self) -> str:
        return (
            f"alpha={self.alpha}, sigma={self.sigma}, interpolation={self.interpolation}, "
            f"fill={self.fill}"
        )


def as_two_floats(value: Any, name: str) -> list[float]:
    """A float or a pair of them as a list of two."""
    if not isinstance(value, (float, Sequence)):
        raise TypeError(f"{name} should be float or a sequence of floats. Got {type(value)}")
    if isinstance(value, float):
        return [value, value]
    if len(value) != 2:
        raise ValueError(f"If {name} is a sequence its length should be 2. Got {len(value)}")
    for element in value:
        if not isinstance(element, float):
            raise TypeError(f"{name} should be a sequence of floats. Got {type(element)}")
    return [*value]
