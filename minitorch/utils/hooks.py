"""The handle that registering a hook returns, where PyTorch has it; for own tables of hooks."""

from minitorch.nn.modules.handles import Handle as RemovableHandle

__all__ = ["RemovableHandle"]
