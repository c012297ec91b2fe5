"""`permute_copy` and its like: what the view of that name shows, in memory of its own."""

from functools import wraps

from minitorch.autograd.op import written
from minitorch.autograd.refusals import require_out
from minitorch.autograd.tensor import Tensor, function
from minitorch.backend.layouts import contiguous_format
from minitorch.ops import cuts, pieces, rearrange, reorder, shape
from minitorch.ops.index import WHOLE, view_at
from minitorch.ops.out import into
from minitorch.ops.shape import axis_of, clone


def alias(input):
    """The tensor as it is."""
    return input


def detach(input):
    """The tensor cut off from the graph."""
    return input.detach()


def expand(input, size, *, implicit=False):
    """`Tensor.expand`."""
    return shape.expand(input, size)


def split(input, split_size, dim=0):
    """`split` into parts of one size."""
    return cuts.split(input, split_size, dim)


def unfold(input, dimension, size, step):
    """`Tensor.unfold`."""
    return pieces.unfold(input, dimension, size, step)


def slice_of(input, dim=0, start=None, end=None, step=1):
    """The part start:end:step along `dim`."""
    axis = axis_of(input.array.ndim, dim)
    return view_at(input, (*[WHOLE] * axis, slice(start, end, step), Ellipsis))


slice_of.__name__ = "slice"


def copying(f):
    """Offer `f`, whose value is a view or a tuple of views, under its name with `_copy`."""

    @wraps(f)
    def call(*args, out=None, **settings):
        if isinstance(out, Tensor):
            return into(out, call, *args, exact=require_out, **settings)
        made = f(*args, **settings)
        if isinstance(made, Tensor):
            return clone(made, memory_format=contiguous_format)
        copies = tuple([clone(each, memory_format=contiguous_format) for each in made])
        if out is None:
            return copies
        for each, given in zip(copies, out, strict=True):
            written(each.array, given)
        return None

    call.__name__ = f"{f.__name__}_copy"
    call.__doc__ = f"A copy of what `{f.__name__}` shows.\n\n{f.__doc__}"
    return function(call)


for f in (
    alias, pieces.as_strided, detach, rearrange.diagonal, expand, reorder.permute, pieces.select,
    slice_of, split, cuts.split_with_sizes, shape.squeeze, reorder.t, reorder.transpose,
    cuts.unbind, unfold, shape.unsqueeze, shape.view,
):  # fmt: skip
    copying(f)
