"""New tensors that are filled with one value or count. None of this is recorded."""

import math
import warnings

import numpy as np

from minitorch.autograd.op import TENSOR_FUNCTIONS
from minitorch.autograd.refusals import require_kind
from minitorch.autograd.tensor import FUNCTIONS, Tensor, function, method
from minitorch.backend.dtypes import (
    as_dtype,
    dtype_in_numpy,
    dtype_of_number,
    get_default_dtype,
    int64,
)
from minitorch.backend.errors import ShapeError
from minitorch.backend.layouts import contiguous_format, preserve_format, require_dense, strided
from minitorch.backend.namespaces import namespace
from minitorch.ops.from_data import fitting, placed
from minitorch.ops.making import (
    create,
    in_shape_of,
    kind_of,
    number,
    require_tensor,
    shape_from,
    shape_of,
    uninitialised,
)
from minitorch.ops.shape import inverse

# -------------------------------------------------------------------- filled


def filled(make):
    """Offer `make(xp, shape, dtype)` as a function, as `<name>_like` and as method `new_<name>`.

    The functions take the sizes one by one or as a tuple; the two others take the dtype and the
    device of a tensor unless others are given.
    """
    name = make.__name__

    def call(
        *sizes, size=None, out=None, dtype=None, layout=strided, device=None, pin_memory=False,
        requires_grad=False, memory_format=contiguous_format,
    ):  # fmt: skip
        memory_format = memory_format or contiguous_format
        if memory_format is preserve_format:
            raise RuntimeError("unsupported memory format Preserve")
        shape, kind = shape_of(name, sizes, size), kind_of(dtype, out).dtype

        def made(xp):
            if memory_format.rank is None:
                return make(xp, shape, kind)
            axes = memory_format.axes(len(shape))
            y = make(xp, tuple(shape[axis] for axis in axes), kind)
            return xp.transpose(y, inverse(axes))

        return create(made, device, requires_grad, out, layout, pin_memory)

    def like(
        input, *, dtype=None, layout=strided, device=None, pin_memory=False, requires_grad=False,
        memory_format=preserve_format,
    ):  # fmt: skip
        require_tensor(f"{name}_like", input)
        require_dense(layout, pin_memory)
        if input.is_meta:
            return call(
                size=input.shape, dtype=dtype or input.dtype, device=device or input.device,
                requires_grad=requires_grad,
            )  # fmt: skip
        kind = (input.dtype if dtype is None else as_dtype(dtype)).dtype
        make_like = getattr(namespace(input.array), f"{name}_like")
        made = alike(make_like, input.array, memory_format, dtype=kind)
        made = uninitialised(made) if name == "empty" else made
        return placed(made, device, requires_grad)

    def new(
        self, *sizes, size=None, dtype=None, layout=strided, device=None, pin_memory=False,
        requires_grad=False,
    ):  # fmt: skip
        return call(
            *sizes, size=size, dtype=dtype or self.dtype, layout=layout,
            device=device or self.device, pin_memory=pin_memory, requires_grad=requires_grad,
        )  # fmt: skip

    what = make.__doc__.rstrip(".")
    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{what}; sizes one by one, or as a tuple."
    like.__name__ = like.__qualname__ = f"{name}_like"
    like.__doc__ = f"{what}, of the shape, and unless others are given the dtype and device."
    new.__name__ = new.__qualname__ = f"new_{name}"
    new.__doc__ = f"{what}, of this tensor's dtype and on its device, unless others are given."
    function(like)
    method(new)
    return function(call)


@filled
def zeros(xp, shape, dtype):
    """Zeros."""
    return xp.zeros(shape, dtype)


@filled
def ones(xp, shape, dtype):
    """Ones."""
    return xp.ones(shape, dtype)


@filled
def empty(xp, shape, dtype):
    """Uninitialised memory: whatever was there before."""
    return uninitialised(xp.empty(shape, dtype))


zeros_like, ones_like, empty_like = (
    FUNCTIONS[f"{name}_like"] for name in ("zeros", "ones", "empty")
)


@function
def full(
    size, fill_value, *, out=None, dtype=None, layout=strided, device=None, pin_memory=False,
    requires_grad=False,
):  # fmt: skip
    """`fill_value` in the shape `size`, of its own dtype if none is given.

    Raises RuntimeError for a value that the dtype does not hold.
    """
    value = number("full", "fill_value", 2, fill_value)
    if dtype is None and out is None:
        dtype = dtype_of_number(value)
    shape, kind = shape_from("full", size), kind_of(dtype, out)
    value = fitting(value, kind)
    return create(
        lambda xp: xp.full(shape, value, kind.dtype),
        device, requires_grad, out, layout, pin_memory,
    )  # fmt: skip


@function
def full_like(
    input, fill_value, *, dtype=None, layout=strided, device=None, pin_memory=False,
    requires_grad=False, memory_format=preserve_format,
):  # fmt: skip
    """`fill_value` in the shape, and unless others are given the dtype and device, of `input`."""
    require_tensor("full_like", input)
    require_dense(layout, pin_memory)
    kind = input.dtype if dtype is None else as_dtype(dtype)
    value = fitting(number("full_like", "fill_value", 2, fill_value), kind)
    make = namespace(input.array).full_like
    array = alike(make, input.array, memory_format, value, dtype=kind.dtype)
    return placed(array, device, requires_grad)


def alike(make, array, memory_format, *value, dtype):
    """What `make`, such as NumPy's `zeros_like`, makes of `array`, in this order of memory."""
    memory_format = memory_format or preserve_format
    axes = memory_format.axes(array.ndim)
    if axes is None:
        order = "C" if 0 in array.strides else memory_format.order  # what was expanded row by row
        return make(array, *value, dtype=dtype, order=order)
    made = make(array.transpose(axes), *value, dtype=dtype, order="C")
    return made.transpose(inverse(axes))


@method
def new_full(
    self, size, fill_value, *, dtype=None, layout=strided, device=None, pin_memory=False,
    requires_grad=False,
):  # fmt: skip
    """`fill_value` in the shape `size`, of this tensor's dtype and on its device by default."""
    return full(
        size, fill_value, dtype=dtype or self.dtype, layout=layout, device=device or self.device,
        pin_memory=pin_memory, requires_grad=requires_grad,
    )  # fmt: skip


@function
def scalar_tensor(
    s, *, dtype=None, layout=strided, device=None, pin_memory=False, requires_grad=False
):
    """The number `s` as a 0-d tensor, of the default float dtype unless another is given."""
    kind = kind_of(dtype)
    value = fitting(number("scalar_tensor", "s", 1, s), kind)
    return create(
        lambda xp: xp.full((), value, kind.dtype), device, requires_grad, None, layout, pin_memory
    )


# -------------------------------------------------------------------- counting


@function
def arange(
    start=None, end=None, step=1, *, out=None, dtype=None, layout=strided, device=None,
    pin_memory=False, requires_grad=False,
):  # fmt: skip
    """start, start + step, ... below `end`; `arange(end)` starts at 0.

    dtype  None: int64 if all numbers are whole by type, else the default float dtype

    >>> arange(1, 2, 0.25)
    tensor([1.0000, 1.2500, 1.5000, 1.7500])
    """
    if end is None:
        if start is None:
            raise TypeError('arange() missing 1 required positional arguments: "end"')
        start, end = 0, number("arange", "end", 1, start)
    elif start is None:
        start = 0
    start, end, step = (number("arange", "end", 2, each) for each in (start, end, step))
    if dtype is None and out is None:
        whole = not any(isinstance(n, float) for n in (start, end, step))
        dtype = int64 if whole else get_default_dtype()
    kind = kind_of(dtype, out)
    require_kind(kind, "b", "arange_cpu")
    require_range(start, end, step)
    if kind is int64:
        start, end, step = int(start), int(end), int(step)
        require_range(start, end, step)
        count = -((start - end) // step)
    else:
        count = math.ceil((end - start) / step)
        if not kind.is_floating_point:
            start, step = int(start), int(step)
    return create(
        in_shape_of(out, lambda xp: (xp.arange(count) * step + start).astype(kind.dtype), count),
        device, requires_grad, out, layout, pin_memory,
    )  # fmt: skip


def range_(
    start=0, end=None, step=1, *, out=None, dtype=None, layout=strided, device=None,
    pin_memory=False, requires_grad=False,
):  # fmt: skip
    """start, start + step, ... up to `end` included: `torch.range`, which is deprecated and warns.

    dtype  None: the default float dtype
    """
    if end is None:
        raise TypeError('range() missing 1 required positional arguments: "end"')
    warnings.warn(
        "torch.range is deprecated and will be removed in a future release because its behavior is "
        "inconsistent with Python's range builtin. Instead, use torch.arange, which produces "
        "values in [start, end).",
        UserWarning,
        stacklevel=2,
    )
    start, end, step = (number("range", "end", 2, each) for each in (start, end, step))
    kind = kind_of(dtype, out)
    require_kind(kind, "b", "range_cpu")
    require_range(start, end, step)
    count = math.floor((end - start) / step) + 1
    return create(
        in_shape_of(out, lambda xp: (xp.arange(count) * step + start).astype(kind.dtype), count),
        device, requires_grad, out, layout, pin_memory,
    )  # fmt: skip


FUNCTIONS["range"] = range_


def require_range(start, end, step):
    """Refuse steps that do not lead from `start` to `end`."""
    if not (step > 0 or step < 0):
        raise ShapeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise ShapeError(f"unsupported range: {start} -> {end}")
    if (end - start) * step < 0:
        raise ShapeError(
            "upper bound and lower bound inconsistent with step sign\n"
            f"  start {start}   end {end}   step {step}"
        )


@function
def linspace(
    start, end, steps, *, out=None, dtype=None, layout=strided, device=None, pin_memory=False,
    requires_grad=False,
):  # fmt: skip
    """`steps` numbers at equal distances from `start` to `end`, both included.

    Integers are cut off towards zero, the two ends before the distance is taken.
    """
    start, end, kind = ends("linspace", start, end, steps, dtype, out)
    start, end = fitting(start, kind), fitting(end, kind)
    real = kind.dtype.type if kind.is_floating_point else np.float64
    return create(
        in_shape_of(
            out, lambda xp: ramp(xp, start, end, steps, kind, real).astype(kind.dtype), steps
        ),
        device, requires_grad, out, layout, pin_memory,
    )  # fmt: skip


@function
def logspace(
    start, end, steps, base=10.0, *, out=None, dtype=None, layout=strided, device=None,
    pin_memory=False, requires_grad=False,
):  # fmt: skip
    """`base` to the powers linspace(start, end, steps)."""
    start, end, kind = ends("logspace", start, end, steps, dtype, out)

    def make(xp):
        with np.errstate(all="ignore"):  # a negative base has no fractional powers
            if steps == 1:
                return xp.full(1, float(base) ** start).astype(kind.dtype)
            powers = ramp(xp, start, end, steps, kind, np.float64)
            return xp.power(float(base), powers).astype(kind.dtype)

    make = in_shape_of(out, make, steps)
    return create(make, device, requires_grad, out, layout, pin_memory)


def ends(name, start, end, steps, dtype, out):
    """The numbers between which to count, as the dtype holds them, and that dtype."""
    for argument, value in (("start", start), ("end", end)):
        if getattr(value, "ndim", 0):
            raise ShapeError(
                f"{name} only supports 0-dimensional start and end tensors, but got {argument} "
                f"with {value.ndim} dimension(s)."
            )
    if not hasattr(steps, "__index__"):
        got = ", ".join(type(each).__name__ for each in (start, end, steps))
        raise TypeError(
            f"{name}() received an invalid combination of arguments - got ({got}), but `steps` is "
            "an int"
        )
    if steps < 0:
        raise ShapeError("number of steps must be non-negative")
    kind = kind_of(dtype, out)
    require_kind(kind, "b", f"{name}_cpu")
    return number(name, "start", 1, start), number(name, "end", 2, end), kind


def ramp(xp, start, end, steps, kind, real):
    """`steps` floats from `start` to `end`; each half is counted from its own end.

    kind  the dtype in which both ends are held
    real  NumPy's type of the results, in which all is computed
    """
    held = kind.dtype.type if kind.is_floating_point else int
    with np.errstate(invalid="ignore", over="ignore"):  # infinite ends
        start, end = real(held(start)), real(held(end))
        if steps < 2:
            return xp.full(steps, start)
        step = (end - start) / real(steps - 1)
        up = xp.arange(steps // 2).astype(real) * step + start
        return xp.concatenate([up, end - xp.arange(steps - len(up))[::-1].astype(real) * step])


@function
def eye(
    n, m=None, *, out=None, dtype=None, layout=strided, device=None, pin_memory=False,
    requires_grad=False,
):  # fmt: skip
    """Ones on the diagonal and zeros elsewhere, (n, m); without m (n, n)."""
    for name, size in (("n", n), ("m", n if m is None else m)):
        if not hasattr(size, "__index__"):
            raise TypeError(
                f"eye(): argument '{name}' (position {1 + (name == 'm')}) must be int, "
                f"not {type(size).__name__}"
            )
        if size < 0:
            raise ShapeError(f"{name} must be greater or equal to 0, got {size}")
    kind = kind_of(dtype, out).dtype
    return create(
        lambda xp: xp.eye(n, m, dtype=kind), device, requires_grad, out, layout, pin_memory
    )


# -------------------------------------------------------------------- as bodies of ops call them


def add_namespace_forms():
    """Enter these functions as NumPy's, which take `shape` and a NumPy dtype."""

    def plain(make):
        return lambda shape, dtype=None: make(shape, dtype=dtype and dtype_in_numpy(dtype))

    def alike(make, new):
        def call(x, *value, dtype=None, shape=None):
            if shape is None:
                return make(x, *value, dtype=dtype and dtype_in_numpy(dtype))
            return new(x, shape, *value, dtype=dtype and dtype_in_numpy(dtype))

        return call

    for make in (zeros, ones, empty):
        setattr(TENSOR_FUNCTIONS, make.__name__, plain(make))
    for name in ("zeros", "ones", "full"):
        make, new = FUNCTIONS[f"{name}_like"], getattr(Tensor, f"new_{name}")
        setattr(TENSOR_FUNCTIONS, f"{name}_like", alike(make, new))


add_namespace_forms()
