"""`torch.storage`: the classes of the memory behind tensors."""

from minitorch.methods.storage import TypedStorage, UntypedStorage

__all__ = ["TypedStorage", "UntypedStorage"]
