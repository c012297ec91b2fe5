"""New tensors that are filled with one value or count. None of this is recorded."""

from math import ceil

import numpy as np

from minitorch.autograd.op import TENSOR_FUNCTIONS
from minitorch.autograd.tensor import function, method, wrap
from minitorch.autograd.versions import touch
from minitorch.backend.devices import CPU, load_cupy
from minitorch.backend.devices import device as as_device
from minitorch.backend.dtypes import as_dtype, dtype_of_number, get_default_dtype, int64
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.from_data import placed
from minitorch.ops.shape import integers


def create(make, device, requires_grad=False, out=None):
    """The tensor of the array `make(xp)`, where xp is the namespace of `device`."""
    if device is None and out is not None:
        device = out.device
    target = CPU if device is None else as_device(device)
    if target.type == "cpu":
        array = make(np)
    else:
        cupy = load_cupy()
        with cupy.cuda.Device(target.index or 0):
            array = make(cupy)
    if out is None:
        made = wrap(array)
        return made.requires_grad_() if requires_grad else made
    if out.array.shape == array.shape:
        out.array[...] = array
    else:
        out.array = array.astype(out.array.dtype)
    touch(out.array)
    return out


def shape_of(sizes, size=None):
    """The shape that sizes given one by one, as one sequence, or as `size=` stand for."""
    if size is not None:
        sizes = (size,)
    if not sizes:
        raise TypeError('missing 1 required positional arguments: "size"')
    if len(sizes) == 1 and not hasattr(sizes[0], "__index__"):
        (sizes,) = sizes
    shape = integers("argument 'size'", sizes)
    if shape and min(shape) < 0:
        raise ShapeError(
            f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}"
        )
    return shape


def dtype_or_default(dtype):
    return (get_default_dtype() if dtype is None else as_dtype(dtype)).dtype


# -------------------------------------------------------------------- filled


@function
def zeros(*sizes, size=None, out=None, dtype=None, device=None, requires_grad=False):
    """Zeros; sizes one by one, or as a tuple.

    >>> zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    shape, kind = shape_of(sizes, size), dtype_or_default(dtype)
    return create(lambda xp: xp.zeros(shape, kind), device, requires_grad, out)


@function
def ones(*sizes, size=None, out=None, dtype=None, device=None, requires_grad=False):
    """Ones; sizes one by one, or as a tuple."""
    shape, kind = shape_of(sizes, size), dtype_or_default(dtype)
    return create(lambda xp: xp.ones(shape, kind), device, requires_grad, out)


@function
def empty(*sizes, size=None, out=None, dtype=None, device=None, requires_grad=False):
    """Uninitialised memory: whatever was there before; sizes one by one, or as a tuple."""
    shape, kind = shape_of(sizes, size), dtype_or_default(dtype)
    return create(lambda xp: xp.empty(shape, kind), device, requires_grad, out)


@function
def full(size, fill_value, *, out=None, dtype=None, device=None, requires_grad=False):
    """`fill_value` in the shape `size`, of its own dtype if none is given."""
    shape, value = shape_of((), size), number(fill_value)
    kind = dtype_of_number(value) if dtype is None else as_dtype(dtype)
    return create(lambda xp: xp.full(shape, value, kind.dtype), device, requires_grad, out)


def number(value):
    """The Python number in a tensor or array of one element; a Python number as it is."""
    return value.item() if hasattr(value, "item") else value


def alike(name, input, dtype, device, requires_grad, *value):
    """What NumPy's function of that name makes of the array of `input`, as a tensor."""
    kind = (input.dtype if dtype is None else as_dtype(dtype)).dtype
    make = getattr(namespace(input.array), name)
    return placed(make(input.array, *value, dtype=kind), device, requires_grad)


@function
def zeros_like(input, *, dtype=None, device=None, requires_grad=False):
    """Zeros of the shape, and unless others are given the dtype and device, of `input`."""
    return alike("zeros_like", input, dtype, device, requires_grad)


@function
def ones_like(input, *, dtype=None, device=None, requires_grad=False):
    """Ones of the shape, and unless others are given the dtype and device, of `input`."""
    return alike("ones_like", input, dtype, device, requires_grad)


@function
def empty_like(input, *, dtype=None, device=None, requires_grad=False):
    """Uninitialised memory of the shape, dtype and device of `input`."""
    return alike("empty_like", input, dtype, device, requires_grad)


@function
def full_like(input, fill_value, *, dtype=None, device=None, requires_grad=False):
    """`fill_value` in the shape, and unless others are given the dtype and device, of `input`."""
    return alike("full_like", input, dtype, device, requires_grad, number(fill_value))


@method
def new_zeros(self, *sizes, size=None, dtype=None, device=None, requires_grad=False):
    """Zeros of this tensor's dtype and on its device, unless others are given."""
    shape = shape_of(sizes, size)
    return zeros(
        shape, dtype=dtype or self.dtype, device=device or self.device, requires_grad=requires_grad
    )


@method
def new_ones(self, *sizes, size=None, dtype=None, device=None, requires_grad=False):
    """Ones of this tensor's dtype and on its device, unless others are given."""
    shape = shape_of(sizes, size)
    return ones(
        shape, dtype=dtype or self.dtype, device=device or self.device, requires_grad=requires_grad
    )


@method
def new_empty(self, *sizes, size=None, dtype=None, device=None, requires_grad=False):
    """Uninitialised memory of this tensor's dtype and on its device, unless others are given."""
    shape = shape_of(sizes, size)
    return empty(
        shape, dtype=dtype or self.dtype, device=device or self.device, requires_grad=requires_grad
    )


@method
def new_full(self, size, fill_value, *, dtype=None, device=None, requires_grad=False):
    """`fill_value` in the shape `size`, of this tensor's dtype and on its device by default."""
    dtype, device = dtype or self.dtype, device or self.device
    return full(size, fill_value, dtype=dtype, device=device, requires_grad=requires_grad)


# -------------------------------------------------------------------- counting


@function
def arange(start=0, end=None, step=1, *, out=None, dtype=None, device=None, requires_grad=False):
    """start, start + step, ... below `end`; `arange(end)` starts at 0.

    dtype  None: int64 if all numbers are whole by type, else the default float dtype

    >>> arange(1, 2, 0.25)
    tensor([1.0000, 1.2500, 1.5000, 1.7500])
    """
    start, end = (0, start) if end is None else (start, end)
    start, end, step = number(start), number(end), number(step)
    if dtype is None:
        whole = not any(isinstance(n, float) for n in (start, end, step))
        dtype = int64 if whole else get_default_dtype()
    dtype = as_dtype(dtype)
    if not dtype.is_floating_point:
        start, end, step = int(start), int(end), int(step)
    if not step:
        raise ShapeError("step must be nonzero")
    if (end - start) * step < 0:
        raise ShapeError(
            "upper bound and lower bound inconsistent with step sign\n"
            f"  start {start}   end {end}   step {step}"
        )
    kind = dtype.dtype

    def make(xp):
        if kind.kind != "f":
            return xp.arange(start, end, step, kind)
        return (xp.arange(ceil((end - start) / step)) * step + start).astype(kind)

    return create(make, device, requires_grad, out)


@function
def linspace(start, end, steps, *, out=None, dtype=None, device=None, requires_grad=False):
    """`steps` numbers at equal distances from `start` to `end`, both included."""
    start, end, kind = number(start), number(end), dtype_or_default(dtype)
    if steps < 0:
        raise ShapeError("number of steps must be non-negative")
    return create(
        lambda xp: xp.linspace(start, end, steps).astype(kind), device, requires_grad, out
    )


@function
def logspace(
    start, end, steps, base=10.0, *, out=None, dtype=None, device=None, requires_grad=False
):
    """`base` to the powers linspace(start, end, steps)."""
    start, end, kind = number(start), number(end), dtype_or_default(dtype)
    if steps < 0:
        raise ShapeError("number of steps must be non-negative")
    return create(
        lambda xp: (base ** xp.linspace(start, end, steps)).astype(kind), device, requires_grad, out
    )


@function
def eye(n, m=None, *, out=None, dtype=None, device=None, requires_grad=False):
    """Ones on the diagonal and zeros elsewhere, (n, m); without m (n, n)."""
    kind = dtype_or_default(dtype)
    for name, size in (("n", n), ("m", n if m is None else m)):
        if size < 0:
            raise ShapeError(f"{name} must be greater or equal to 0, got {size}")
    return create(lambda xp: xp.eye(n, m, dtype=kind), device, requires_grad, out)


# -------------------------------------------------------------------- as bodies of ops call them


def add_namespace_forms():
    """Enter these functions as NumPy's, which take `shape` and a NumPy dtype."""

    def filled(make):
        return lambda shape, dtype=None: make(shape, dtype=dtype and as_dtype(dtype))

    def alike(make, filled):
        def call(x, *value, dtype=None, shape=None):
            if shape is None:
                return make(x, *value, dtype=dtype and as_dtype(dtype))
            return filled(x, shape, *value, dtype=dtype and as_dtype(dtype))

        return call

    for make in (zeros, ones, empty):
        setattr(TENSOR_FUNCTIONS, make.__name__, filled(make))
    for make, new in ((zeros_like, new_zeros), (ones_like, new_ones), (full_like, new_full)):
        setattr(TENSOR_FUNCTIONS, make.__name__, alike(make, new))


add_namespace_forms()
