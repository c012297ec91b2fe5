"""Parameters and buffers: the plain ones, and those that wait for their shape."""

import weakref
from collections.abc import Sequence
from typing import Any, ClassVar, NoReturn

from minitorch.autograd.node import Node
from minitorch.autograd.parameter import Buffer, Parameter
from minitorch.autograd.tensor import Tensor, around, wrap
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.ops.creation import empty

# -------------------------------------------------------------------- without a shape yet


def is_lazy(param: Any) -> bool:
    """Whether it is a parameter or buffer that waits for its shape."""
    return isinstance(param, UninitializedTensorMixin)


ARRAY: Any = Tensor.array  # where the array of any tensor lies


def refuse(tensor: Any) -> NoReturn:
    """The error for asking a tensor without a shape for its numbers."""
    raise ValueError(
        "Attempted to use an uninitialized parameter. This error happens when you are using a "
        "`LazyModule` or explicitly manipulating "
        f"`torch.nn.parameter.{type(tensor).__name__}` objects. When using LazyModules Call "
        "`forward` with a dummy batch to initialize the parameters before calling torch functions"
    )


class UninitializedTensorMixin(Tensor):
    """A tensor that knows its dtype and device but waits for its shape: nothing but these, `to` and
    its relatives, and `materialize` is possible before. All else asks for `array`, and that is the
    error.
    """

    __slots__ = ()
    __torch_function__ = None

    cls_to_become: ClassVar[type[Tensor]]
    array = property(refuse, ARRAY.__set__)

    @classmethod
    def _start(cls, requires_grad, device, dtype):
        lazy = around(empty(0, device=device, dtype=dtype).array, cls)
        if requires_grad:
            lazy.node = Node(None, (), (), (), (), (0,), weakref.ref(lazy))
        return lazy

    dtype = property(lambda self: wrap(ARRAY.__get__(self)).dtype)
    device = property(lambda self: wrap(ARRAY.__get__(self)).device)

    @property
    def data(self):
        """A plain tensor without elements: what is written there, is written nowhere."""
        return wrap(ARRAY.__get__(self))

    @data.setter
    def data(self, other: Tensor) -> None:
        self.array = ARRAY.__get__(other)

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """Another one of the dtype or device."""
        moved = wrap(ARRAY.__get__(self)).to(*args, **kwargs)
        return type(self)(self.requires_grad, moved.device, moved.dtype)

    @property
    def shape(self) -> NoReturn:
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually "
            "happens in `load_state_dict` when trying to load an uninitialized parameter into an "
            "initialized one. Call `forward` to initialize the parameters before accessing their "
            "attributes."
        )

    def share_memory_(self) -> NoReturn:
        raise RuntimeError(
            "Can't share memory on an uninitialized parameter or buffer. Call `forward` to "
            "initialize the parameters before calling `module.share_memory()`."
        )

    def materialize(
        self,
        shape: int | tuple[int, ...],
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        """Become a plain parameter or buffer of this shape, its numbers still to be set."""
        made = empty(shape, device=device or self.device, dtype=dtype or self.dtype)
        self.__class__ = self.cls_to_become  # type: ignore[assignment]  # mypy knows no such change
        self.data = made

    def __repr__(self):  # type: ignore[override]  # mypy drops argument names of dunder methods
        return f"<{type(self).__name__}>"

    def __reduce__(self):
        return type(self), (self.requires_grad,)

    def __deepcopy__(self, memo):
        copied = type(self)(self.requires_grad, self.device, self.dtype)
        memo[id(self)] = copied
        return copied


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A parameter whose shape is to come; see `LazyModuleMixin`."""

    __slots__ = ()
    cls_to_become = Parameter

    def __new__(
        cls,
        requires_grad: bool = True,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> "UninitializedParameter":
        return cls._start(requires_grad, device, dtype)


class UninitializedBuffer(UninitializedTensorMixin, Buffer):
    """A buffer whose shape is to come; see `LazyModuleMixin`."""

    __slots__ = ()
    cls_to_become = Tensor

    def __new__(
        cls,
        requires_grad: bool = False,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
        persistent: bool = True,
    ) -> "UninitializedBuffer":
        buffer = cls._start(requires_grad, device, dtype)
        buffer.persistent = persistent
        return buffer


# -------------------------------------------------------------------- how to make one


def unset(
    shape: int | Sequence[int], device: device_type | str | None, dtype: dtype_type | None
) -> Parameter:
    """A parameter of this shape, its numbers still to be set."""
    return Parameter(empty(shape, device=device, dtype=dtype))


def factory_kwargs(kwargs: dict[str, Any] | None) -> dict[str, Any]:
    """The device, dtype and memory_format among the keyword arguments of a module, for `empty` and
    its like; what stands in an argument of the name factory_kwargs counts too.

    Raises TypeError for other arguments and for what is given twice.

    >>> factory_kwargs({"device": "cpu"})
    {'device': 'cpu'}
    """
    if kwargs is None:
        return {}
    simple = ("device", "dtype", "memory_format")
    unexpected = kwargs.keys() - {*simple, "factory_kwargs"}
    if unexpected:
        raise TypeError(f"unexpected kwargs {unexpected}")
    made = dict(kwargs.get("factory_kwargs", {}))
    for name in simple:
        if name in kwargs:
            if name in made:
                raise TypeError(f"{name} specified twice, in **kwargs and in factory_kwargs")
            made[name] = kwargs[name]
    return made
