"""`Variable`, from the time when tensors themselves could not require gradients."""

import warnings

from minitorch.autograd.tensor import Tensor


class IsTensor(type):
    """`isinstance(x, Variable)` holds for every tensor."""

    def __instancecheck__(cls, instance):
        return isinstance(instance, Tensor)


class Variable(metaclass=IsTensor):
    """`Variable(tensor, requires_grad=False)` is a tensor that shares the memory of `tensor`.

    volatile  has no effect but a warning: use `no_grad()`

    Raises TypeError for what is no tensor.
    """

    def __new__(cls, data=None, requires_grad=False, volatile=False):
        if volatile:
            warnings.warn(
                "volatile was removed and now has no effect. Use `with torch.no_grad():` instead.",
                UserWarning,
                stacklevel=2,
            )
            if requires_grad:
                raise ValueError("Variable can't be volatile and require_grad at the same time!")
        if data is None:
            return Tensor().requires_grad_(requires_grad)
        if not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        return data.detach().requires_grad_(requires_grad)
