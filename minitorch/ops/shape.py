"""Other shapes of the same elements: views wherever PyTorch makes a view."""

import math
from operator import index

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.rebase import address
from minitorch.autograd.tensor import METHODS, Tensor, function, method, set_base, wrap
from minitorch.backend import dtypes
from minitorch.backend.dtypes import SCALAR_NAMES, as_dtype
from minitorch.backend.errors import ShapeError
from minitorch.backend.layouts import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    preserve_format,
)
from minitorch.backend.namespaces import namespace
from minitorch.ops.numpy_names import numpy_names
from minitorch.ops.reduce import axes_of


def spread(f):
    """A method that takes the sizes one by one too, as in x.view(2, -1), of `f(input, sizes)`."""

    def call(self, *sizes, **named):
        if not sizes and not named:
            missing = f.__code__.co_varnames[1]
            raise TypeError(f'{f.__name__}() missing 1 required positional arguments: "{missing}"')
        if len(sizes) == 1 and (not hasattr(sizes[0], "__index__") or isinstance(sizes[0], type)):
            (sizes,) = sizes
        return f(self, sizes, **named) if sizes != () or not named else f(self, **named)

    call.__doc__ = f.__doc__
    call.__name__ = f.__name__
    METHODS[f.__name__] = call
    setattr(Tensor, f.__name__, call)
    return f


def integers(what, sizes):
    """`sizes` as a tuple of ints. Raises TypeError for what is no sequence of whole numbers."""
    try:
        made = tuple(map(index, sizes))
    except TypeError:
        raise not_integers(what, sizes) from None
    if made and type(sizes) in (tuple, list) and type(sizes[0]) is bool:  # later ones PyTorch takes
        raise not_integers(what, sizes)
    return made


def not_integers(what, sizes):
    """What PyTorch says of these sizes."""
    wanted = f"{what} must be tuple of ints"
    if not isinstance(sizes, tuple | list):
        return TypeError(f"{wanted}, not {type(sizes).__name__}")
    at = next(i for i, n in enumerate(sizes) if not is_whole(n) or (i == 0 and type(n) is bool))
    given = type(sizes[at]).__name__
    if at == 0:
        return TypeError(f"{wanted}, but found element of type {given} at pos 0")
    argument = what.partition(" (position")[0]
    return TypeError(
        f'{argument} failed to unpack the object at pos {at + 1} with error "type must be tuple of '
        f'ints,but got {given}"'
    )


def is_whole(n):
    """Whether `n` serves as an index."""
    try:
        index(n)
    except TypeError:
        return False
    return True


def for_axes(what, value, axes):
    """`value`, one whole number for all `axes` or a sequence of some, as a tuple of ints."""
    if type(value) is int:
        return (value,) * axes
    if isinstance(value, bool):
        raise TypeError(f"{what} must be tuple of ints, not bool")
    if getattr(value, "ndim", 1) == 0:  # a number of NumPy's, or a tensor of one
        value = (value,) * axes
    return integers(what, value)


def axis_of(ndim, dim):
    """`dim` as an axis that is not negative; a 0-d tensor is taken to have one axis."""
    limit = ndim or 1
    if type(dim) is int and -limit <= dim < limit:
        return dim + limit if dim < 0 else dim
    return axes_of(limit, (dim,))[0]  # which says what is wrong


# -------------------------------------------------------------------- copies


@op(promote=None)
def clone(x, /, *, memory_format=preserve_format):
    """A copy in memory of its own."""
    memory_format = memory_format or preserve_format
    xp, axes = namespace(x), memory_format.axes(x.ndim)
    if axes is None:
        return xp.copied(x, memory_format.order), lambda g: g
    y = xp.copied(xp.transpose(x, axes), "C")
    return xp.transpose(y, inverse(axes)), lambda g: g


def inverse(dims):
    """The order of dimensions that undoes the order `dims`."""
    return tuple(sorted(range(len(dims)), key=dims.__getitem__))


@op(promote=None, shown="ToCopy", public=False)
def astype(x, /, dtype):
    """A copy of another dtype; gradients are converted back."""
    xp, former = namespace(x), x.dtype
    return xp.astype(x, dtype), lambda g: xp.astype(g, former)


@method
def contiguous(self, memory_format=contiguous_format):
    """The tensor itself if it lies in memory row by row, else a copy that does."""
    if memory_format.holds(self.array):
        return self
    return clone(
        self, memory_format=contiguous_format if memory_format.rank is None else memory_format
    )


def order_of(array):
    """`channels_last`, or that for volumes, where these images lie so, maybe with gaps; else None.

    As in PyTorch the strides decide, which must grow from the channels to the batch.
    """
    if array.flags.c_contiguous or array.ndim not in (4, 5):
        return None
    least = 1
    for axis in (1, *range(array.ndim - 1, 1, -1), 0):
        stride, size = array.strides[axis], array.shape[axis]
        if stride < least or not size or (axis == 0 and stride == array.strides[1]):
            return None
        least = stride * size
    return channels_last if array.ndim == 4 else channels_last_3d


def in_order_of(y, *made_of):
    """`y` with the channels last in memory where one of the tensors it is made of lies so, else row
    by row.
    """
    for each in made_of:
        order = order_of(each.array)
        if order is not None:
            return contiguous(y, order)
    return contiguous(y)


# -------------------------------------------------------------------- another shape


@op(view=True, public=False, shown="View")
def viewed(x, /, size):
    """The elements of `x` in the shape `size`; one size may be -1, which is then computed."""
    former = x.shape
    try:
        y = x.reshape(size)
    except ValueError:
        raise misfit(size, math.prod(former)) from None
    return y, lambda g: g.reshape(former)


def misfit(size, count):
    """The error for `count` elements that do not make up the shape `size`."""
    size = list(size)
    if size.count(-1) > 1:
        return ShapeError("only one dimension can be inferred")
    if not count and -1 in size and 0 in size:
        return ShapeError(
            f"cannot reshape tensor of 0 elements into shape {size} because the unspecified "
            "dimension size -1 can be any value and is ambiguous"
        )
    return ShapeError(f"shape '{size}' is invalid for input of size {count}")


def checked_sizes(what, sizes):
    """`sizes` as ints, of which none is below -1."""
    sizes = integers(what, sizes)
    for n in sizes:
        if n < -1:  # NumPy takes any negative number for -1
            raise ShapeError(
                f"invalid shape dimension {n} at index {sizes.index(n)} of shape {list(sizes)}"
            )
    return sizes


def fits_strides(array, size):
    """Whether a view of `array` can have the shape `size`; also where no array can have it."""
    return array.flags.c_contiguous or namespace(array).fits_strides(array, size)


@function
@spread
def reshape(input, shape):
    """The elements of `input` in another shape: a view where the strides allow it, else a copy.

    shape  sizes, one of which may be -1, which is then computed

    Raises RuntimeError where the number of elements differs.
    """
    shape = checked_sizes("reshape(): argument 'shape' (position 1)", shape)
    if fits_strides(input.array, shape):
        return viewed(input, shape)
    copied = viewed(clone(input, memory_format=contiguous_format), shape)
    copied.base = None  # nobody else has the copy
    return copied


@spread
def view(input, size=None, *, dtype=None):
    """As `reshape`, but never a copy. Raises RuntimeError where the strides would require one.

    view(x, dtype) is the same memory read as another dtype, outside the graph; as bool a copy where
    it holds other bytes than 0 and 1.
    """
    if dtype is not None or isinstance(size, dtypes.dtype | type):
        return reinterpreted(input, as_dtype(dtype or size))
    size = checked_sizes("view(): argument 'size' (position 1)", size)
    if not fits_strides(input.array, size):
        raise ShapeError(
            "view size is not compatible with input tensor's size and stride (at least one "
            "dimension spans across two contiguous subspaces). Use .reshape(...) instead."
        )
    return viewed(input, size)


def reinterpreted(input, kind):
    """The memory of `input` read as the dtype `kind`."""
    array, name = input.array, SCALAR_NAMES[input.dtype.name]
    times = kind.itemsize // input.itemsize
    if input.itemsize != kind.itemsize and not array.ndim:
        raise ShapeError(
            f"self.dim() cannot be 0 to view {name} as {SCALAR_NAMES[kind.name]} (different "
            "element sizes)"
        )
    step = array.strides[-1] // array.itemsize if array.ndim else 1
    if step != 1 and array.size and input.itemsize != kind.itemsize:
        raise ShapeError(
            f"self.stride(-1) must be 1 to view {name} as {SCALAR_NAMES[kind.name]} (different "
            f"element sizes), but got {step}"
        )
    if times > 1 and array.shape[-1] % times:
        raise ShapeError(
            f"self.size(-1) must be divisible by {times} to view {name} as "
            f"{SCALAR_NAMES[kind.name]} (different element sizes), but got {array.shape[-1]}"
        )
    if times > 1:
        require_multiples(array, times, f"to view {name} as {SCALAR_NAMES[kind.name]}")
    read = wrap(array.view(kind.dtype))
    if kind.kind == "b" and input.is_cpu and (read.array.view("u1") > 1).any():
        return wrap(read.array.view("u1") != 0)  # NumPy compares and sorts bools by their bytes
    set_base(read, input)
    return read


def require_multiples(array, times, wish):
    """Refuse a place in memory or strides that larger elements cannot have; see `reinterpreted`."""
    offset = (address(array) - address(namespace(array).memory(array))) // array.itemsize
    steps = [step // array.itemsize for step in array.strides[:-1]]
    numbers = {"storage_offset()": offset} | {f"stride({d})": n for d, n in enumerate(steps)}
    for what, n in numbers.items():
        if n % times:
            raise ShapeError(
                f"self.{what} must be divisible by {times} {wish} (different element sizes), but "
                f"got {n}"
            )


@method
def reshape_as(self, other):
    """reshape(other.shape)."""
    return reshape(self, other.shape)


@method
def view_as(self, other):
    """view(other.shape)."""
    return view(self, other.shape)


@function
@method
def flatten(input, start_dim=0, end_dim=-1):
    """The dimensions from `start_dim` to `end_dim`, both included, joined into one.

    >>> from minitorch import ones
    >>> flatten(ones(8, 1, 28, 28), 1).shape
    torch.Size([8, 784])
    """
    shape = input.array.shape or (1,)
    first, last = axis_of(len(shape), start_dim), axis_of(len(shape), end_dim)
    if first > last:
        raise ShapeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if first == last and input.array.ndim:
        return input
    return reshape(input, (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]))


@function
@method
def ravel(input):
    """All elements in one dimension, side by side in memory: a view where they lie so already."""
    return reshape(contiguous(input), (input.array.size,))


@function
@method
@numpy_names
def unflatten(input, dim, sizes):
    """The dimension `dim` split into several, of `sizes`; one may be -1."""
    if isinstance(dim, str):
        raise TypeError("unflatten(): argument 'dim' (position 1) must be int, not str")
    shape = input.array.shape
    axis = axis_of(len(shape), dim)
    sizes = integers("unflatten(): argument 'sizes' (position 2)", sizes)
    if not sizes:
        raise ShapeError("unflatten: sizes must be non-empty")
    free = sizes.count(-1)
    if free > 1 or min(sizes) < -1:
        raise ShapeError(
            "unflatten got an unexpected error:\nonly one dimension can be inferred"
            if free > 1
            else f"unflatten got an unexpected error:\ninvalid shape dimension {min(sizes)}"
        )
    known = abs(math.prod(sizes))
    if known != shape[axis] and not (free and known and shape[axis] % known == 0):
        raise ShapeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {axis} "
            f"({shape[axis]}) in the input tensor"
        )
    return view(input, (*shape[:axis], *sizes, *shape[axis + 1 :]))


def squeeze_name(node):
    """PyTorch numbers the forms: no dim, one, several."""
    dim = node.settings[0]
    return f"SqueezeBackward{0 if dim is None else 1 if isinstance(dim, int) else 2}"


@op(view=True, shown=squeeze_name)
def squeeze(x, /, dim=None):
    """Without the dimensions of size 1: all of them, or those among `dim` (one or several)."""
    former = x.shape
    axes = () if dim is not None and dim in ((), []) else axes_of(len(former), dim)
    y = x.reshape([n for axis, n in enumerate(former) if n != 1 or axis not in axes])
    return y, lambda g: g.reshape(former)


@op(view=True)
def unsqueeze(x, /, dim):
    """With a dimension of size 1 at position `dim`."""
    former = x.shape
    axis = axis_of(len(former) + 1, dim)
    return x.reshape((*former[:axis], 1, *former[axis:])), lambda g: g.reshape(former)


# -------------------------------------------------------------------- larger


@op(view=True, public=False, shown="Expand")
def expanded(x, /, size):
    """`x` broadcast to `size`; new dimensions of size 1 have the strides that `view` gives them."""
    if math.prod(size) == math.prod(x.shape):
        return x.reshape(size), lambda g: g  # nothing is repeated: it can be written to
    ones = 0
    while ones < len(size) - x.ndim and size[ones] == 1:
        ones += 1
    y = namespace(x).broadcast_to(x, size[ones:])
    return y.reshape(size) if ones else y, lambda g: g


@spread
def expand(input, size):
    """Dimensions of size 1, and new ones in front, repeated up to `size` without copying.

    size  -1 keeps a dimension as it is

    Raises RuntimeError where a dimension of another size than 1 would have to change.
    """
    size, shape = integers("expand(): argument 'size' (position 1)", size), input.array.shape
    extra = len(size) - len(shape)
    if extra < 0:
        raise ShapeError(
            f"expand(torch.{SCALAR_NAMES[input.dtype.name]}Tensor{{{list(shape)}}}, "
            f"size={list(size)}): the number of sizes provided ({len(size)}) "
            "must be greater or equal to the number of dimensions in the tensor "
            f"({len(shape)})"
        )
    result = []
    for axis, n in reversed(list(enumerate(size))):
        old = shape[axis - extra] if axis >= extra else None
        if n == -1 and old is None:
            raise ShapeError(
                "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing "
                f"dimension {axis}"
            )
        if n != -1 and old not in (None, 1, n):
            raise ShapeError(
                f"The expanded size of the tensor ({n}) must match the existing size ({old}) at "
                f"non-singleton dimension {axis}.  Target sizes: {list(size)}.  "
                f"Tensor sizes: {list(shape)}"
            )
        result.append(old if n == -1 else n)
    return expanded(input, tuple(result[::-1]))


@function
@spread
def broadcast_to(input, size):
    """`input` broadcast to `size`; see `expand`."""
    return expand(input, size)


@method
def expand_as(self, other):
    """expand(other.shape)."""
    return expand(self, other.shape)


# -------------------------------------------------------------------- as bodies of ops call them


def array(x, order="K"):
    """A copy, as `np.array` makes it."""
    return clone(x, memory_format=contiguous_format if order == "C" else preserve_format)


TENSOR_FUNCTIONS.copied = array
TENSOR_FUNCTIONS.dense = lambda x, images=False: x


for name, call in {
    "array": array, "broadcast_to": broadcast_to, "copy": clone, "expand": expand,
    "expand_dims": unsqueeze, "ravel": ravel, "reshape": reshape,
}.items():  # fmt: skip
    setattr(TENSOR_FUNCTIONS, name, call)
