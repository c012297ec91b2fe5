"""The types of tensors from the time before dtypes: `FloatTensor`, `cuda.LongTensor` ..."""

import warnings
from typing import Union

import numpy as np

from minitorch.autograd.tensor import FUNCTIONS, Size, Tensor, function, method
from minitorch.backend import dtypes
from minitorch.backend.devices import cuda_device_count, require_device, set_default_device
from minitorch.backend.dtypes import C_NAMES
from minitorch.methods.convert import cast, laid, to
from minitorch.ops.from_data import tensor


class LegacyType:
    """PyTorch's old constructor of tensors of one dtype on one device; also for `isinstance`.

    >>> from minitorch import FloatTensor, ones
    >>> FloatTensor([1, 2]), isinstance(ones(2), FloatTensor)
    (tensor([1., 2.]), True)
    """

    def __init__(self, name, dtype, is_cuda=False):
        self.__name__ = name
        self.__module__ = "torch.cuda" if is_cuda else "torch"
        self.dtype = dtype
        self.is_cuda = is_cuda

    def __call__(self, *data, device=None):
        """A tensor with the data given, or uninitialised of the sizes given."""
        form = "constructor of the form torch.Tensor"
        require_device("cuda" if self.is_cuda else "cpu", data, device, form)
        if self.is_cuda and not cuda_device_count():
            raise TypeError(
                f"type {self.__module__}.{self.__name__} not available: CuPy finds no GPU"
            )
        made = of_kind(self.dtype, data)
        return made.cuda() if self.is_cuda else made

    def __instancecheck__(self, value):
        kind = isinstance(value, Tensor) and (value.dtype, value.is_cuda)
        return kind == (self.dtype, self.is_cuda)

    def __or__(self, other):
        """For annotations: `LongTensor | None`."""
        return Union[self, other]  # noqa: UP007  a Union is what is made here

    __ror__ = __or__

    def __repr__(self):
        return f"<class '{self.__module__}.{self.__name__}'>"


TYPES = {
    f"torch.{place}{name}Tensor": LegacyType(f"{name}Tensor", getattr(dtypes, kind), bool(place))
    for place in ("", "cuda.")
    for kind, name in dtypes.SCALAR_NAMES.items()
}
FUNCTIONS.update({kind.__name__: kind for kind in TYPES.values() if not kind.is_cuda})


def type_of(self, dtype=None, non_blocking=False, *, memory_format=None):
    """PyTorch's legacy name of dtype and device; with `dtype` the tensor in that dtype.

    dtype  a dtype, a legacy type or its name; `Tensor` itself stands for the default dtype

    >>> from minitorch import ones
    >>> ones(2).type()
    'torch.FloatTensor'
    """
    if dtype is None:
        place = "cuda." if self.is_cuda else ""
        return f"torch.{place}{dtypes.SCALAR_NAMES[self.dtype.name]}Tensor"
    if isinstance(dtype, str):
        if dtype not in TYPES:
            raise ValueError(f"invalid type: {dtype!r}")
        dtype = TYPES[dtype]
    if isinstance(dtype, LegacyType):
        place = "cuda" if dtype.is_cuda else "cpu"
        return to(self, place, dtype.dtype, memory_format=memory_format)
    kind = dtypes.get_default_dtype() if dtype is Tensor else dtype
    if isinstance(kind, type):
        raise ValueError(f"invalid type: {kind.__name__!r}")
    if not isinstance(kind, dtypes.dtype):
        raise TypeError(f"dtype must be a type, str, or dtype object\n  it is {kind!r}")
    return laid(cast(self, kind), memory_format)


type_of.__name__ = "type"
method(type_of)


@function
def set_default_tensor_type(t):
    """Make the dtype and device of a legacy type, such as "torch.DoubleTensor", the default ones.

    Deprecated in PyTorch; it warns.
    """
    warnings.warn(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use "
        "torch.set_default_dtype() and torch.set_default_device() as alternatives.",
        UserWarning,
        stacklevel=2,
    )
    kind = TYPES.get(t) if isinstance(t, str) else t
    if not isinstance(kind, LegacyType):
        raise TypeError(
            "invalid type object: only floating-point types are supported as the default type\n"
            f"  {t!r} is none of {', '.join(TYPES)}"
        )
    dtypes.set_default_dtype(kind.dtype)
    set_default_device("cuda" if kind.is_cuda else "cpu")


@method
def new(self, *data, size=None, device=None):
    """A tensor of this one's dtype and on its device: with the data given, or of these sizes."""
    data = data if size is None else (Size(size),)
    require_device(self.device.type, data, device, "new of the form tensor.new")
    return of_kind(self.dtype, data).to(self.device)


def of_kind(kind, data):
    """A tensor of the dtype `kind` with the data given, or uninitialised of the sizes given."""
    if len(data) == 1 and isinstance(data[0], Size):
        return Tensor(data[0]).to(kind)
    if len(data) == 1 and isinstance(data[0], Tensor):
        given = data[0].dtype
        if given is not kind:
            raise TypeError(
                f"expected TensorOptions(dtype={C_NAMES[kind.name]}) (got TensorOptions(dtype="
                f"{C_NAMES[given.name]}))\n  convert it: .to({kind})"
            )
        return data[0].detach()
    wrong = [i for i, n in enumerate(data) if not is_size(n)]
    if wrong and len(data) == 1 and not hasattr(data[0], "__len__"):
        raise TypeError(f"new(): data must be a sequence (got {type(data[0]).__name__})")
    if len(data) > 1 and wrong:
        got = ", ".join(type(each).__name__ for each in data)
        what = type(data[wrong[0]]).__name__
        raise TypeError(
            f"new() received an invalid combination of arguments - got ({got}), but expected one "
            "of: sizes one by one, or one sequence of data"
            if wrong[0] == 0
            else f"new(): argument 'size' failed to unpack the object at pos {wrong[0] + 1} with "
            f'error "type must be tuple of ints,but got {what}"'
        )
    return tensor(*data, dtype=kind) if wrong else Tensor(*data).to(kind)


def is_size(n):
    """Whether a legacy constructor takes `n` as a size: an integer, also of NumPy or a tensor."""
    return not isinstance(n, np.ndarray) and hasattr(n, "__index__")


# -------------------------------------------------------------------- what PyTorch removed

INSTEAD = {
    "eig": "linalg.eigh, for symmetric matrices",
    "symeig": "linalg.eigh(A, UPLO='U' if upper else 'L')",
    "lstsq": "linalg.lstsq(A, B), which has the arguments the other way round",
    "solve": "linalg.solve(A, B), which has the arguments the other way round",
    "matrix_rank": "linalg.matrix_rank, whose `hermitian` was `symmetric`",
}


def removed(name, instead):
    """The function `name`, and in all but one case method, that says what to use instead."""

    def refuse(*args, **settings):
        raise RuntimeError(
            "This function was deprecated since version 1.9 and is now removed.\n"
            f"  use torch.{instead}"
        )

    refuse.__name__ = name
    refuse.__doc__ = f"Removed from PyTorch: use {instead}."
    function(refuse)
    if name != "matrix_rank":
        method(refuse)


for name, instead in INSTEAD.items():
    removed(name, instead)
