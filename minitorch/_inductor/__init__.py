"""`torch._inductor`: the settings of PyTorch's compiler; nothing is compiled here."""

from minitorch._inductor import config

__all__ = ["config"]
