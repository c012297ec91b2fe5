"""A part of a tensor, other views of its memory, and writing into a part of a copy."""

from minitorch.autograd.node import grad_mode
from minitorch.autograd.op import op
from minitorch.autograd.overlap import require_disjoint
from minitorch.autograd.rebase import address, positions_in, put_region, region, write
from minitorch.autograd.refusals import exactly, require_int, require_out
from minitorch.autograd.tensor import Tensor, function, method, set_base, wrap
from minitorch.backend.dtypes import int64
from minitorch.backend.errors import ShapeError
from minitorch.backend.layouts import contiguous_format
from minitorch.backend.namespaces import namespace
from minitorch.ops.index import (
    WHOLE,
    assign,
    cut,
    is_mask,
    put,
    put_add,
    require_same_dtype,
    view_at,
)
from minitorch.ops.join import cat
from minitorch.ops.numpy_names import numpy_names
from minitorch.ops.out import takes_out
from minitorch.ops.shape import (
    axis_of,
    broadcast_to,
    clone,
    integers,
    reshape,
)


@function
@method
@numpy_names
def narrow(input, dim, start, length):
    """The `length` slices from `start` on, along `dim`: a view.

    start  a number, or a 0-d tensor of integers
    """
    if not input.array.ndim:
        raise ShapeError("narrow() cannot be applied to a 0-dim tensor.")
    if isinstance(start, Tensor) and (start.array.ndim or start.array.dtype.kind not in "iu"):
        raise ShapeError("start must be an 0-dim integral Tensor.")
    if not isinstance(start, Tensor):
        require_int("narrow", start=start)
    require_int("narrow", length=length)
    axis = axis_of(input.array.ndim, dim)
    size = input.size(axis)
    start = int(start)
    if length < 0:
        raise ShapeError("narrow(): length must be non-negative.")
    if not -size <= start <= size:
        raise IndexError(
            f"start out of range (expected to be in range of [{-size}, {size}], but got {start})"
        )
    start += size * (start < 0)
    if start + length > size:
        raise ShapeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return view_at(input, (*[WHOLE] * axis, slice(start, start + length), Ellipsis))


@function
@method
@numpy_names
def select(input, dim, index):
    """The slice at `index` along `dim`, without that dimension: a view."""
    if not input.array.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    axis = axis_of(input.array.ndim, dim)
    require_int("select", index=index)
    index = int(index)
    if not -input.size(axis) <= index < input.size(axis):
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at "
            f"dimension {axis}"
        )
    return view_at(input, (*[WHOLE] * axis, index, Ellipsis))


UNLIKE_INPUT = exactly("Expected self.dtype() == output.dtype() to be true, but got false.")


@function
@method
@numpy_names
@takes_out(exact=UNLIKE_INPUT)
def narrow_copy(input, dim, start, length):
    """`narrow` as a copy."""
    if input.array.ndim and dim >= input.array.ndim:
        raise ShapeError(
            "Expected dim < static_cast<int64_t>(self_sizes.size()) to be true, but got false.\n"
            f"  dim {dim}   input {tuple(input.shape)}"
        )
    if length < 0 and input.array.ndim:
        raise ShapeError(
            f"start ({start}) + length ({length}) exceeds dimension size ({input.size(dim)})."
        )
    return clone(narrow(input, dim, start, length), memory_format=contiguous_format)


# -------------------------------------------------------------------- windows


@op(view=True, public=False, shown="Unfold")
def windows(x, /, axis, size, step):
    """The windows of `size` elements, `step` apart, along `axis`, as the last axis."""
    length = x.shape[axis]
    return (
        namespace(x).windows(x, axis, size, step),
        lambda g: namespace(g).add_windows(g, axis, step, length),
    )


@op(promote=None, public=False, shown="UnfoldBackward")
def add_windows(x, /, axis, step, length):
    """The array, of `length` along `axis`, whose windows add up to `x`: `windows` transposed."""
    size = x.shape[-1]
    return (
        namespace(x).add_windows(x, axis, step, length),
        lambda g: namespace(g).windows(g, axis, size, step),
    )


@method
def unfold(self, dimension, size, step):
    """All windows of `size` elements along `dimension`, `step` apart: a view.

    returns  with the number of windows along `dimension`, and `size` as the last dimension; where
             windows overlap nothing can be written to it

    >>> import minitorch
    >>> minitorch.arange(5).unfold(0, 3, 2)
    tensor([[0, 1, 2],
            [2, 3, 4]])
    """
    axis = axis_of(self.array.ndim, dimension)
    length = self.array.shape[axis] if self.array.ndim else 1
    if size < 0:
        raise ShapeError(f"size is {size} but must be >= 0")
    if size > length:
        raise ShapeError(
            f"maximum size for tensor at dimension {axis} is {length} but size is {size}"
        )
    if step <= 0:
        raise ShapeError(f"step is {step} but must be > 0")
    if not self.array.ndim:
        return view_at(self, (None,))[:size]
    view = windows(self, axis, size, step)
    set_base(view, self)
    return view


# -------------------------------------------------------------------- the memory itself


@function
@method
def as_strided(input, size, stride, storage_offset=None):
    """The memory that `input` lies in, read with other sizes and strides: a view.

    stride          how many elements apart in memory neighbours along each dimension lie
    storage_offset  where in the memory the first element lies; None: where that of `input` does

    Where elements overlap nothing can be written to it. No gradient flows to memory outside of
    `input`, as in PyTorch. Raises RuntimeError for what lies outside the memory.
    """
    size = integers("as_strided(): argument 'size'", size)
    stride = integers("as_strided(): argument 'stride'", stride)
    array, flat = input.array, namespace(input.array).memory(input.array)
    begin = (address(array) - address(flat)) // array.itemsize
    start = begin if storage_offset is None else storage_offset
    require_inside(size, stride, start, array.itemsize, flat.nbytes)
    steps = [n * array.itemsize for n in stride]
    offset = (start - begin) * array.itemsize
    view = wrap(namespace(array).strided(array, size, steps, offset))
    if grad_mode.enabled and input.node is not None:
        source, places = elements_of(view.array, input)
        view.node = region(source, places).node
        if source is not input and view.is_cpu:  # a write would concern what `input` does not know
            view.array.setflags(write=False)
    set_base(view, input)
    return view


def require_inside(size, stride, start, itemsize, nbytes):
    """Refuse sizes and strides that reach out of a memory of `nbytes`."""
    if len(size) != len(stride):
        raise ShapeError("mismatch in length of strides and shape")
    if any(n < 0 for n in stride):
        raise ShapeError(
            "as_strided: Negative strides are not supported at the moment, got strides: "
            f"{list(stride)}"
        )
    if any(n < 0 for n in size):
        raise ShapeError(
            f"Storage size calculation overflowed with sizes={list(size)} and "
            f"strides={list(stride)}"
        )
    if start < 0:
        raise ShapeError(f"Tensor: invalid storage offset {start}")
    if 0 in size:
        return
    reach = (start + 1 + sum((n - 1) * step for n, step in zip(size, stride))) * itemsize
    if reach > nbytes:
        raise ShapeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {start}, and "
            f"itemsize {itemsize} requiring a storage size of {reach} are out of bounds for "
            f"storage of size {nbytes}"
        )


def elements_of(view, input):
    """A tensor that holds the elements of `view`, an array over the memory of `input`, and where.

    That is `input` itself or, where the view reaches out of it, its elements and those others.
    """
    places = places_in(input.array, view)
    outside = places < 0
    others = view[outside]
    if not others.size:
        return input, places
    size = input.array.size
    places[outside] = namespace(view).arange(size, size + others.size)
    return cat([reshape(input, (-1,)), wrap(others)]), places


def places_in(array, view):
    """The flat positions in `array` of the elements of a view of its memory; -1 outside of it."""
    xp, size = namespace(array), array.itemsize
    flat = xp.memory(array)
    known = xp.full(flat.size, -1, int64.dtype)

    def like(part):
        strides = [step // size * 8 for step in part.strides]
        offset = (address(part) - address(flat)) // size * 8 if part.size else 0
        return xp.lib.stride_tricks.as_strided(known[offset // 8 :], part.shape, strides)

    like(array)[...] = xp.arange(array.size).reshape(array.shape)
    return like(view).copy()


# -------------------------------------------------------------------- a copy, in part written


@function
@method
@numpy_names
def select_scatter(input, src, dim, index):
    """A copy of `input` whose slice at `index` along `dim` is `src`."""
    require_size_of_slice(src, input.select(dim, index))
    axis = axis_of(input.array.ndim, dim)
    return put(input, src.to(input.dtype), (*[WHOLE] * axis, index))


@function
@method
@numpy_names
@takes_out(exact=require_out)
def slice_scatter(input, src, dim=0, start=None, end=None, step=1):
    """A copy of `input` whose part start:end:step along `dim` is `src`."""
    if step <= 0:
        raise ShapeError("slice step must be positive")
    axis = axis_of(input.array.ndim, dim)
    key = (*[WHOLE] * axis, slice(start, end, step))
    require_size_of_slice(src, view_at(input, key))
    return put(input, src.to(input.dtype), key)


@function
@method
def diagonal_scatter(input, src, offset=0, dim1=0, dim2=1):
    """A copy of `input` with `src` on a diagonal; see `diagonal`."""
    places = input.detach().diagonal(offset, dim1, dim2)
    require_size_of_slice(src, places)
    return put_region(input, src.to(input.dtype), positions_in(input.array, places.array))


@function
@method
def as_strided_scatter(input, src, size, stride, storage_offset=None):
    """A copy of `input` with `src` written where `as_strided` reads, as far as that is in it."""
    part = as_strided(input.detach(), size, stride, storage_offset)
    require_size_of_slice(src, part)
    places = places_in(input.array, part.array)
    inside = places >= 0
    if not inside.all():
        places, src = places[inside], src[wrap(inside)]
    return put_region(input, src.to(input.dtype), places)


def require_size_of_slice(src, places):
    if src.array.shape != places.array.shape:
        raise ShapeError(
            "expected src to have a size equal to the slice of self. src size = "
            f"{list(src.shape)}, slice size = {list(places.shape)}"
        )


@function
@method
def index_put(input, indices, values, accumulate=False):
    """A copy of `input` with `values` at `indices`; see `index_put_`."""
    return index_put_(clone(input), indices, values, accumulate)


@function
@method
def index_put_(input, indices, values, accumulate=False):
    """input[indices] = values for a tuple of index tensors.

    accumulate  input[indices] += values, where an element named twice grows twice
    """
    if isinstance(indices, Tensor):
        raise TypeError(
            "index_put_(): argument 'indices' (position 1) must be tuple of Tensors, not Tensor"
        )
    for at, each in enumerate(indices):
        if not isinstance(each, Tensor):
            raise TypeError(
                f"expected Tensor as element {at} in argument 0, but got {type(each).__name__}"
            )
    require_same_dtype(input, values)
    require_disjoint(input.array, values.array, *[each.array for each in indices])
    view, key = cut(tuple(indices), input.array)
    if view is not None:
        raise ShapeError("index_put_: there must be indices, tensors of integers or masks")
    if not accumulate:
        return assign(input, key, values)
    shape, unique = input.array.shape, all(is_mask(each) for each in key)
    values = broadcast_to(values, input.array[key].shape)
    return write(input, lambda x: x + put_add(values, key, shape, unique))
