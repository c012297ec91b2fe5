"""Tensors that belong to a module: what it learns, and what it merely keeps.

`nn.parameter` offers them; they stand here since what saves and loads them knows no modules.
"""

from minitorch.autograd.tensor import Tensor


class Parameter(Tensor):
    """A tensor that a module learns: assigned as an attribute it becomes one of its parameters.

    data           the tensor whose memory it takes over; None: an empty one
    requires_grad  whether it is to be learned

    >>> from minitorch import ones
    >>> Parameter(ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    __slots__ = ()
    __torch_function__ = None  # operations make plain tensors of it

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> "Parameter":
        data = Tensor() if data is None else data.detach()
        return Tensor._make_subclass(cls, data, requires_grad)

    def __deepcopy__(self, memo):
        copied = super().__deepcopy__(memo)
        copied.grad = None
        return copied

    def __repr__(self):  # type: ignore[override]  # mypy drops argument names of dunder methods
        text = super().__repr__()
        return f"Parameter containing:\n{text}" if type(self) is Parameter else f"Parameter({text})"


class Buffer(Tensor):
    """A tensor that a module keeps but does not learn, such as a running mean.

    persistent  whether it is part of the module's `state_dict`
    """

    __slots__ = ()
    __torch_function__ = None  # operations make plain tensors of it

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> "Buffer":
        buffer = Tensor._make_subclass(cls, Tensor() if data is None else data.detach())
        buffer.persistent = persistent
        return buffer
