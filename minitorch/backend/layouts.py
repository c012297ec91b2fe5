"""How tensors lie in memory: all are dense, which is `torch.strided`; and in which order."""

from minitorch.backend.devices import cuda_device_count
from minitorch.backend.errors import DtypeError, ShapeError


class layout:  # noqa: N801  PyTorch's name
    """The type of `strided`."""

    def __repr__(self):
        return "torch.strided"


strided = layout()


class memory_format:  # noqa: N801  PyTorch's name
    """The order of a copy in memory.

    `contiguous_format`: row by row; `preserve_format`: as it was; `channels_last` and
    `channels_last_3d`: of images (N, C, ...) all channels of a pixel together.
    """

    def __init__(self, name, order, rank=None):
        self.name = name
        self.order = order
        self.rank = rank

    def axes(self, ndim):
        """The axes from the slowest to the fastest, where they are not the natural ones."""
        if self.rank is None:
            return None
        if ndim != self.rank:
            raise ShapeError(f"required rank {self.rank} tensor to use {self.name} format")
        return (0, *range(2, ndim), 1)

    def holds(self, array):
        """Whether `array` lies in this order without gaps."""
        if self.rank is None:
            return array.flags.c_contiguous
        return array.ndim == self.rank and array.transpose(self.axes(array.ndim)).flags.c_contiguous

    def __repr__(self):
        return f"torch.{self.name}"


contiguous_format = memory_format("contiguous_format", "C")
preserve_format = memory_format("preserve_format", "K")
channels_last = memory_format("channels_last", "C", 4)
channels_last_3d = memory_format("channels_last_3d", "C", 5)


def require_dense(layout, pin_memory):
    """Refuse the layouts that minitorch does not have, and pinned memory where no GPU is.

    With a GPU `pin_memory` has no effect.
    """
    if layout is not strided and layout is not None:
        raise DtypeError(f"layout must be torch.strided, not {layout}: tensors are dense here")
    if pin_memory and not cuda_device_count():
        raise RuntimeError(
            "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory "
            "allocator is available on this system."
        )
