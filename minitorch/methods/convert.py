"""From tensors to Python, NumPy, other dtypes and devices, and how a tensor prints."""

import numpy as np

from minitorch.autograd.node import grad_mode
from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.parameter import Buffer, Parameter
from minitorch.autograd.tensor import Tensor, method, wrap
from minitorch.backend import dtypes
from minitorch.backend.devices import CPU, move, on
from minitorch.backend.devices import device as as_device
from minitorch.backend.dtypes import as_dtype, get_default_dtype
from minitorch.backend.layouts import preserve_format
from minitorch.backend.namespaces import namespace
from minitorch.backend.settings import warn_once
from minitorch.methods.printing import format_tensor
from minitorch.ops.comparison import eq
from minitorch.ops.cuts import unbind
from minitorch.ops.reorder import flip
from minitorch.ops.shape import astype, clone, contiguous, view_as

# -------------------------------------------------------------------- Python numbers and lists


@method
def item(self):
    """The Python number in a tensor of one element."""
    if self.array.size != 1:
        raise RuntimeError(
            f"a Tensor with {self.array.size} elements cannot be converted to Scalar\n"
            "  reduce it first, with .sum() or .mean(), or take .tolist()"
        )
    return self.array.item()


@method
def tolist(self):
    """Nested lists of Python numbers; of a 0-d tensor the number."""
    return self.array.tolist()


def one_number(self):
    if self.array.size != 1:
        raise ValueError(
            "only one element tensors can be converted to Python scalars\n"
            f"  this one has shape {tuple(self.shape)}"
        )
    return self.array.item()


def warn_of_graph(self):
    """The number is a constant: gradients do not go through it, which is easily overlooked."""
    if self.node is not None and grad_mode.enabled:
        warn_once(
            "Converting a tensor with requires_grad=True to a scalar may lead to unexpected "
            "behavior.\nConsider using tensor.detach() first.",
            stacklevel=4,
        )


@method
def __float__(self):
    warn_of_graph(self)
    return float(one_number(self))


@method
def __int__(self):
    return int(one_number(self))


@method
def __complex__(self):
    return complex(one_number(self))


@method
def __index__(self):
    if self.array.size != 1 or self.array.dtype.kind == "f":
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return int(self.array.item())


@method
def __bool__(self):
    if self.array.size != 1:
        raise RuntimeError(
            "Boolean value of Tensor with no values is ambiguous"
            if not self.array.size
            else "Boolean value of Tensor with more than one value is ambiguous\n"
            "  say which you mean, with .any() or .all(); elementwise and, or, not are &, |, ~\n"
            "  a layer or loss is made first, then called: nn.MSELoss()(x, y)"
        )
    return bool(self.array.item())


@method
def __iter__(self):
    if not self.array.ndim:
        raise TypeError("iteration over a 0-d tensor")
    return iter(unbind(self, 0))


@method
def __reversed__(self):
    """The tensor with its first dimension the other way round."""
    return flip(self, (0,)) if self.array.ndim else self


@method
def __contains__(self, element):
    if not isinstance(element, Tensor | bool | int | float):
        raise RuntimeError(
            "Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
            f"{type(element)}."
        )
    return bool(eq(self, element).array.any())


# -------------------------------------------------------------------- other libraries


@method
def numpy(self, *, force=False):
    """The NumPy array that holds the values: the memory is shared.

    force  also of a tensor that requires grad, or is not on the CPU (then it is a copy)
    """
    if not force and self.requires_grad and grad_mode.enabled:
        raise RuntimeError(
            "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
        )
    if not force and self.device != CPU:
        raise TypeError(
            f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to copy "
            "the tensor to host memory first."
        )
    return move(self.array, CPU)


@method
def __array__(self, dtype=None, copy=None):
    return np.array(numpy(self), dtype, copy=copy)


@method
def __array_wrap__(self, array, context=None, return_scalar=False):
    """What a NumPy function made of this tensor, as a tensor; bools as uint8."""
    return wrap(array.astype("uint8") if array.dtype == bool else array)


@method
def __dlpack__(self, *, stream=None, **settings):
    if stream is not None and type(stream) is not int:
        raise TypeError("stream must be ``int`` or ``none``")
    if stream is not None and not self.is_cuda:
        raise AssertionError("stream should be None on cpu.")
    if self.node is not None:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    if self.is_cuda:
        settings["stream"] = stream
    return self.array.__dlpack__(**settings)


@method
def __dlpack_device__(self):
    return self.array.__dlpack_device__()


# -------------------------------------------------------------------- dtypes and devices


@op(promote=None, public=False, shown="ToCopy")
def moved(x, /, device, former, non_blocking):
    """A copy on `device`; gradients go back to the device `former`."""
    xp = namespace(x)
    return xp.move(x, device, non_blocking), lambda g: namespace(g).move(g, former)


TENSOR_FUNCTIONS.move = lambda x, device, non_blocking=False: to(x, device=device)


def asked_for(target, device=None, dtype=None):
    """The device, the dtype and the flags that the arguments of a `to` name.

    target  the positional ones: (dtype), (device), (device, dtype) or (tensor); then the flags
            non_blocking and copy, if any, though not behind a device alone

    Raises TypeError for others, and for what is named twice.
    """
    asked = [each for each in target if not isinstance(each, bool)]
    flags = list(target[len(asked) :])
    free = device is None, dtype is None
    dtype = None if dtype is None else as_dtype(dtype)
    match [*asked, *(each for each in flags if not isinstance(each, bool))]:
        case [] if not flags:
            return device, dtype, flags
        case [Tensor() as like] if free == (True, True):
            return like.device, like.dtype, flags
        case [dtypes.dtype() | type() as kind] if free == (True, True):
            return device, as_dtype(kind), flags
        case [str() | int() | as_device() | None as place] if free[0] and not flags:
            return place, dtype, flags
        case [
            str() | int() | as_device() | None as place,
            dtypes.dtype() | type() | None as kind,
        ] if free == (True, True):
            return place, None if kind is None else as_dtype(kind), flags
    got = ", ".join(type(each).__name__ for each in target)
    raise TypeError(
        f"to() received an invalid combination of arguments - got ({got}), but expected a dtype, "
        "a device, a device and a dtype, or a tensor"
    )


@method
def to(
    self, *target, tensor=None, dtype=None, device=None, non_blocking=False, copy=False,
    memory_format=None,
):  # fmt: skip
    """The tensor with another dtype, on another device; itself where it is so already.

    target         a dtype, a device, a device and a dtype, or a tensor to be like
    non_blocking   True: do not wait for what comes from a GPU; `cuda.synchronize` before you read
    copy           True: a copy in any case
    memory_format  the order in memory, such as channels_last; None: as it is

    x.to(dtype) is differentiable between floating dtypes.
    """
    target = target if tensor is None else (tensor, *target)
    device, dtype, flags = asked_for(target, device, dtype)
    non_blocking, copy = non_blocking or flags[:1] == [True], copy or flags[1:] == [True]
    result = self
    if device is not None:
        device = as_device(device)
        if device.type == "cuda" and device.index is None:
            with on(device) as gpu:
                device = as_device("cuda", gpu.id)
        if device != self.device:
            result = moved(result, device, self.device, non_blocking)
    if dtype is not None:
        result = cast(result, dtype)
    if copy and result is self:
        result = clone(self)
    return laid(result, memory_format)


def laid(tensor, memory_format):
    """`tensor` in this order of memory; None and `preserve_format` leave it as it is."""
    if memory_format is None or memory_format is preserve_format:
        return tensor
    return contiguous(tensor, memory_format)


def cast(tensor, kind):
    """`tensor` with the elements in the dtype `kind`."""
    array = tensor.array
    if array.dtype is kind.dtype:
        return tensor
    if kind.is_floating_point:
        return astype(tensor, kind.dtype)
    return wrap(namespace(array).astype(array, kind.dtype))


def casting(name, kind):
    """The method that brings a tensor to one dtype."""

    def call(self, memory_format=None):
        return laid(cast(self, kind), memory_format)

    call.__name__ = name
    call.__doc__ = f"The tensor in the dtype {kind.name}."
    return method(call)


for name in ("float", "double", "half", "int", "long", "short", "bool"):
    casting(name, getattr(dtypes, name))
casting("byte", dtypes.uint8)
casting("char", dtypes.int8)


@method
def type_as(self, other):
    """The tensor in the dtype and on the device of `other`."""
    return to(self, other)


@method
def cpu(self, memory_format=None):
    """The tensor on the CPU."""
    return to(self, CPU, memory_format=memory_format)


@method
def cuda(self, device=None, non_blocking=False, memory_format=None):
    """The tensor on a GPU, the one in use unless another is named."""
    place = "cuda" if device is None else device
    return to(self, place, non_blocking=non_blocking, memory_format=memory_format)


@method
def as_subclass(self, cls):
    """This tensor as an instance of `cls`, a class that derives from Tensor: a view of it."""
    if not isinstance(cls, type):
        raise TypeError(f"cls must be a type (got {type(cls).__name__})")
    if not issubclass(cls, Tensor):
        raise TypeError(
            "Creating a Tensor subclass from a class that does not inherit from Tensor is not "
            "possible. Make sure your class inherits from Tensor."
        )
    made = view_as(self, self)
    made.__class__ = cls
    return made


# -------------------------------------------------------------------- printing


OWN = (Tensor, Parameter, Buffer)


@method
def __repr__(self, *, tensor_contents=None):
    dual = grad_mode.dual
    primal, tangent = (self, None) if dual is None else dual.unpack(self)
    node = self.grad_fn if primal.requires_grad else None
    return format_tensor(
        self.array if self.is_meta else move(self.array, CPU),
        prefix="tensor(" if type(self) in OWN else f"{type(self).__name__}(",
        default_dtype=get_default_dtype().name,
        requires_grad=primal.requires_grad,
        grad_fn=None if node is None else node.name(),
        device=str(self.device),
        tangent=None if tangent is None else repr(tangent),
    )


@method
def __format__(self, spec):
    if not self.array.ndim and self.__class__ is Tensor:
        return format(self.array.item(), spec)
    return object.__format__(self, spec)
