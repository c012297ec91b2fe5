"""From tensors to Python, NumPy and other dtypes and devices, and how a tensor prints."""

import numpy as np

from minitorch.autograd.tensor import Size, Tensor, function, method, wrap
from minitorch.backend import dtypes
from minitorch.backend.devices import device, move
from minitorch.methods.printing import format_tensor
from minitorch.ops.shape import astype


@method
def item(self):
    """The number in a tensor of one element."""
    if self.array.size != 1:
        raise RuntimeError(f"a Tensor with {self.array.size} elements cannot be converted to Scalar")
    return self.array.item()


@method
def tolist(self):
    return self.array.tolist()


@method
def numpy(self, *, force=False):
    """The array that holds the values; it shares memory with the tensor."""
    if self.node is not None and not force:
        raise RuntimeError(
            "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
        )
    return move(self.array, device("cpu"))


@method
def __array__(self, dtype=None, copy=None):
    array = numpy(self)
    return array.copy() if copy else array if dtype is None else array.astype(dtype)


@method
def __float__(self):
    return float(item(self))


@method
def __int__(self):
    return int(item(self))


@method
def __index__(self):
    return int(item(self))


@method
def __bool__(self):
    return bool(item(self))


@method
def __repr__(self, *, tensor_contents=None):
    node = self.grad_fn
    return format_tensor(
        move(self.array, device("cpu")),
        default_dtype=dtypes.get_default_dtype().name,
        requires_grad=self.requires_grad,
        grad_fn=None if node is None else node.name(),
        device=str(self.device),
    )


@method
def __format__(self, spec):
    if self.array.ndim == 0 and type(self) is Tensor:
        return format(self.array.item(), spec)
    return object.__format__(self, spec)


@method
def to(self, *target, dtype=None, device=None, non_blocking=False, copy=False):
    for each in target:
        if isinstance(each, Tensor):
            dtype, device = each.dtype, each.device
        elif isinstance(each, dtypes.dtype):
            dtype = each
        elif isinstance(each, bool):
            pass
        else:
            device = each
    result = self
    if dtype is not None and dtype is not self.dtype:
        result = astype(self, dtype.dtype)
    return result


def cast_to(kind):
    return lambda self: to(self, kind)


for name in ("float", "double", "half", "int", "long", "short", "bool"):
    setattr(Tensor, name, cast_to(getattr(dtypes, name)))
