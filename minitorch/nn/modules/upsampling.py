"""Layers that make images larger."""

from minitorch.autograd.tensor import Tensor
from minitorch.nn import functional as F
from minitorch.nn.common_types import _ratio_2_t, _ratio_any_t, _size_2_t, _size_any_t
from minitorch.nn.modules.module import Module


class Upsample(Module):
    """(N, C, T), (N, C, H, W) or (N, C, D, H, W) resized; see `nn.functional.interpolate`.

    size           the sizes wanted, one number or one for each axis; or
    scale_factor   how many times as large
    mode           "nearest", "linear", "bilinear", "bicubic" or "trilinear"
    align_corners  the first and last elements keep their place, not the corners of the first and
                   last cell; for the modes with "linear" or "cubic" in their names

    >>> from minitorch import tensor
    >>> Upsample(scale_factor=2)(tensor([[[1.0, 2.0]]]))
    tensor([[[1., 1., 2., 2.]]])
    """

    def __init__(
        self,
        size: _size_any_t | None = None,
        scale_factor: _ratio_any_t | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        self.scale_factor: _ratio_any_t | None
        if isinstance(scale_factor, tuple):
            self.scale_factor = tuple([float(factor) for factor in scale_factor])
        else:
            self.scale_factor = float(scale_factor) if scale_factor else None
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners,
            recompute_scale_factor=self.recompute_scale_factor,
        )  # fmt: skip

    def extra_repr(self) -> str:
        if self.scale_factor is not None:
            return f"scale_factor={self.scale_factor!r}, mode={self.mode!r}"
        return f"size={self.size!r}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Images resized by repeating their elements; an older name of `Upsample`."""

    def __init__(
        self, size: _size_2_t | None = None, scale_factor: _ratio_2_t | None = None
    ) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """Images resized with straight lines between their elements; `Upsample` with align_corners."""

    def __init__(
        self, size: _size_2_t | None = None, scale_factor: _ratio_2_t | None = None
    ) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
