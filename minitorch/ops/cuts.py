"""Cutting tensors into parts along a dimension: tuples of views."""

from functools import wraps
from itertools import accumulate
from operator import index

from minitorch.autograd.op import op
from minitorch.autograd.refusals import not_a, require_int
from minitorch.autograd.tensor import Tensor, function, method
from minitorch.backend.dtypes import SCALAR_NAMES, int64
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.index import WHOLE, add_at, part, view_at
from minitorch.ops.numpy_names import numpy_names
from minitorch.ops.pieces import narrow
from minitorch.ops.shape import axis_of, integers


@op(view="several", public=False, shown=lambda node: node.settings[1], adds=add_at)
def piece_at(x, /, key, name, number):
    """x[key], as number `number` of the views that the function `name` makes of `x`."""
    shape = x.shape
    return part(x, key), lambda g: namespace(g).put_add(g, key, shape, True)


@function
@method
@numpy_names
def unbind(input, dim=0):
    """All slices along `dim`, as a tuple of views without that dimension."""
    if not input.array.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    axis = axis_of(input.array.ndim, dim)
    keys = [(*[WHOLE] * axis, i, Ellipsis) for i in range(input.array.shape[axis])]
    return tuple([piece_at(input, key, "Unbind", i) for i, key in enumerate(keys)])


@function
def split(tensor, split_size_or_sections, dim=0):
    """Consecutive parts along `dim`, as a tuple of views.

    split_size_or_sections  the size of each part, of which the last may be smaller; or all sizes
    """
    axis, sizes = sizes_of_parts(tensor, split_size_or_sections, dim)
    equal = isinstance(split_size_or_sections, int | Tensor)
    name = "Split" if equal else "SplitWithSizes"
    keys = keys_of_parts(axis, sizes)
    return tuple([piece_at(tensor, key, name, i) for i, key in enumerate(keys)])


def keys_of_parts(axis, sizes):
    """The keys of consecutive parts of these sizes along `axis`."""
    ends = accumulate(sizes)
    return [(*[WHOLE] * axis, slice(end - n, end), Ellipsis) for end, n in zip(ends, sizes)]


def sizes_of_parts(tensor, split_size_or_sections, dim):
    """The axis that `dim` names, and the sizes of the parts that `split` makes along it."""
    if not tensor.array.ndim:
        raise ShapeError("split expects at least a 1-dimensional tensor")
    axis = axis_of(tensor.array.ndim, dim)
    size, sections = tensor.size(axis), split_size_or_sections
    if isinstance(sections, bool | float):
        raise not_a("int", "split", "split_size", sections)
    if isinstance(sections, int) or getattr(sections, "shape", None) == ():
        sections = index(sections)
        if sections < 0:
            raise ShapeError(
                f"split expects split_size be non-negative, but got split_size={sections}"
            )
        if not sections and size:
            raise ShapeError(
                f"split_size can only be 0 if dimension size is 0, but got dimension size of {size}"
            )
        count = max(1, -(-size // max(1, sections)))
        sections = [sections] * (count - 1) + [size - sections * (count - 1)]
    elif min(sections, default=0) < 0:
        raise ShapeError(
            "split_with_sizes expects split_sizes have only non-negative entries, but got "
            f"split_sizes={list(sections)}"
        )
    elif sum(sections) != size:
        raise ShapeError(
            f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size "
            f"at dimension {axis}), but got split_sizes={list(sections)}"
        )
    return axis, sections


def split_method(self, split_size, dim=0):
    return split(self, split_size, dim)


split_method.__doc__ = split.__doc__
split_method.__name__ = "split"
method(split_method)


@function
@method
@numpy_names
def chunk(input, chunks, dim=0):
    """At most `chunks` consecutive parts of one size along `dim`, the last maybe smaller: views."""
    return split(input, size_of_chunks(input, chunks, dim), dim)


def size_of_chunks(input, chunks, dim):
    """The size of the parts that `chunk` makes; all sizes where they are 0."""
    if not input.array.ndim:
        raise ShapeError("chunk expects at least a 1-dimensional tensor")
    require_int("chunk", chunks=chunks)
    chunks = index(chunks)
    if chunks < 1:
        raise ShapeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    size = input.size(dim)
    return -(-size // chunks) if size else [0] * chunks


# -------------------------------------------------------------------- other ways to cut


def cut_names(f):
    """`f`, whose second argument goes by another name for each of its kinds, too."""

    @wraps(f)
    def call(
        input, *cuts, sections=None, indices=None, tensor_indices_or_sections=None, **settings
    ):
        kinds = (sections, indices, tensor_indices_or_sections)
        return f(input, *[each for each in kinds if each is not None], *cuts, **settings)

    return call


@function
@method
@numpy_names
@cut_names
def tensor_split(input, indices_or_sections, dim=0):
    """Parts along `dim`, as a tuple of views.

    indices_or_sections  how many parts, the first of which may be longer by one; or where to cut
                         (as a sequence, or as a tensor of int64 with one dimension or none)
    """
    if not input.array.ndim:
        raise ShapeError(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
        )
    axis = axis_of(input.array.ndim, dim)
    size, cuts = input.array.shape[axis], indices_or_sections
    require_cuts("tensor_split", cuts)
    if isinstance(cuts, Tensor):
        cuts = places_of(cuts)
    if not isinstance(cuts, int):
        ends = [*integers("tensor_split(): argument 'indices'", cuts), size]
        starts, stops, _ = zip(*[slice(a, b).indices(size) for a, b in zip([0, *ends], ends)])
        # A cut before the former one leaves an empty part.
        lengths = [max(0, stop - start) for start, stop in zip(starts, stops)]
        return tuple([narrow(input, axis, start, n) for start, n in zip(starts, lengths)])
    if cuts <= 0:
        raise ShapeError(f"number of sections must be larger than 0, got {cuts}")
    least, longer = divmod(size, cuts)
    keys = keys_of_parts(axis, [least + (i < longer) for i in range(cuts)])
    return tuple([view_at(input, key) for key in keys])


def require_cuts(name, cuts):
    if isinstance(cuts, bool) or not isinstance(cuts, int | tuple | list | Tensor):
        raise TypeError(
            f"{name}() received an invalid combination of arguments - got (Tensor, "
            f"{type(cuts).__name__}), but expected a tensor and an int or a tuple of ints"
        )


def places_of(cuts):
    """The tensor `cuts` as an int or a list."""
    if cuts.array.ndim > 1:
        raise ShapeError(
            "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or "
            f"one-dimensional tensor, but got a tensor with {cuts.array.ndim} dims"
        )
    if cuts.dtype is not int64:
        raise DtypeError(
            "tensor_split expected tensor_indices_or_sections to have dtype of long, but got "
            f"{SCALAR_NAMES[cuts.dtype.name]}"
        )
    return cuts.tolist()


def splitting(name, least, axis):
    """The function that cuts along `axis` tensors of at least `least` dimensions."""

    @cut_names
    def call(input, indices_or_sections, *more):
        ndim = input.array.ndim
        sections = (indices_or_sections, *more) if more else indices_or_sections
        if ndim < least:
            raise ShapeError(
                f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor "
                f"with {ndim} dimensions!"
            )
        require_cuts(name, sections)
        dim = min(axis, ndim - 1)  # hsplit cuts vectors along 0
        size = input.array.shape[dim]
        if isinstance(sections, int) and (not sections or size % sections):
            raise ShapeError(
                f"torch.{name} attempted to split along dimension {dim}, but the size of the "
                f"dimension {size} is not divisible by the split_size {sections}!"
            )
        return tensor_split(input, sections, dim)

    call.__name__ = name
    call.__doc__ = f"""`tensor_split` along dimension {axis}; so many parts must be of one size."""
    return function(method(call))


hsplit = splitting("hsplit", 1, 1)
vsplit = splitting("vsplit", 2, 0)
dsplit = splitting("dsplit", 3, 2)


@function
@method
@numpy_names
def split_with_sizes(input, split_sizes, dim=0):
    """Consecutive parts of these sizes along `dim`, as a tuple of views."""
    sizes = integers("split_with_sizes(): argument 'split_sizes'", split_sizes)
    return split(input, list(sizes), dim)


@function
@method
@numpy_names
def unsafe_split(input, split_size, dim=0):
    """`split` whose parts may be written to. PyTorch does not watch over that; here it is safe."""
    keys = keys_of_parts(*sizes_of_parts(input, split_size, dim))
    return tuple([view_at(input, key) for key in keys])


@function
@method
@numpy_names
def unsafe_chunk(input, chunks, dim=0):
    """`chunk` whose parts may be written to."""
    return unsafe_split(input, size_of_chunks(input, chunks, dim), dim)


@function
@method
@numpy_names
def unsafe_split_with_sizes(input, split_sizes, dim=0):
    """`split_with_sizes` whose parts may be written to."""
    return unsafe_split(input, split_sizes, dim)
