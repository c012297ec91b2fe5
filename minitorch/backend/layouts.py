"""How tensors lie in memory: all are dense, so `torch.strided` is the only layout."""

from minitorch.backend.devices import cuda_device_count
from minitorch.backend.errors import DtypeError


class layout:  # noqa: N801  PyTorch's name
    """The type of `strided`."""

    def __repr__(self):
        return "torch.strided"


strided = layout()


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
