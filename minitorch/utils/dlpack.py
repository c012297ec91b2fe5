"""`torch.utils.dlpack`: memory shared with other libraries; see `minitorch.from_dlpack`."""

from enum import IntEnum

from minitorch.ops.from_data import from_dlpack, to_dlpack

__all__ = ["DLDeviceType", "from_dlpack", "to_dlpack"]


class DLDeviceType(IntEnum):
    """The number that DLPack has for a kind of device; tensors here lie on the first two."""

    kDLCPU = 1
    kDLCUDA = 2
    kDLCUDAHost = 3
