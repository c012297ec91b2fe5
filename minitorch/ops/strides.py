"""New tensors whose elements lie in memory in an order of the caller's."""

from minitorch.autograd.tensor import function, method
from minitorch.backend.errors import ShapeError
from minitorch.backend.layouts import strided
from minitorch.ops.making import create, kind_of, shape_from, uninitialised
from minitorch.ops.shape import integers


@function
def empty_strided(
    size, stride, *, dtype=None, layout=strided, device=None, requires_grad=False, pin_memory=False
):
    """Uninitialised memory of the shape `size`, neighbours `stride` elements apart."""
    shape = shape_from("empty_strided", size)
    steps = integers("empty_strided(): argument 'stride'", stride)
    if len(shape) != len(steps):
        raise ShapeError(
            f"dimensionality of sizes ({len(shape)}) must match dimensionality of strides "
            f"({len(steps)})"
        )
    if steps and min(steps) < 0:
        raise ShapeError(
            f"Storage size calculation overflowed with sizes={list(shape)} and "
            f"strides={list(steps)}\n  strides must not be negative"
        )
    kind = kind_of(dtype).dtype
    count = 1 + sum((n - 1) * step for n, step in zip(shape, steps, strict=True))

    def make(xp):
        memory = uninitialised(xp.empty(max(count, 1), kind))
        return xp.lib.stride_tricks.as_strided(
            memory, shape, [step * kind.itemsize for step in steps]
        )

    return create(make, device, requires_grad, None, layout, pin_memory)


@function
def empty_permuted(
    size, physical_layout, *, dtype=None, layout=strided, device=None, requires_grad=False,
    pin_memory=False,
):  # fmt: skip
    """Uninitialised memory of the shape `size`, its dimensions in memory in the order given.

    physical_layout  the dimensions, the one with the furthest neighbours first
    """
    shape = shape_from("empty_permuted", size)
    order = integers("empty_permuted(): argument 'physical_layout'", physical_layout)
    if len(shape) != len(order):
        raise ShapeError(
            "Number of dimensions in size does not match the length of the physical_layout; i.e. "
            f"len(size) = {len(shape)} is not equal to len(physical_layout) = {len(order)}"
        )
    for position, dim in enumerate(order):
        if not 0 <= dim < len(shape):
            raise ShapeError(
                f"Dimension out of range (expected to be between 0 and {len(shape) - 1}, but got "
                f"{dim} at index {position}).  NB: negative dims not currently supported; file an "
                "issue if you want it."
            )
        if dim in order[:position]:
            raise ShapeError("Duplicate dim not allowed")
    back = [order.index(dim) for dim in range(len(shape))]
    kind = kind_of(dtype).dtype
    return create(
        lambda xp: uninitialised(xp.empty([shape[d] for d in order], kind)).transpose(back),
        device, requires_grad, None, layout, pin_memory,
    )  # fmt: skip


@method
def new_empty_strided(
    self, size, stride, *, dtype=None, layout=strided, device=None, pin_memory=False,
    requires_grad=False,
):  # fmt: skip
    """`empty_strided` of this tensor's dtype and on its device, unless others are given."""
    return empty_strided(
        size, stride, dtype=dtype or self.dtype, layout=layout, device=device or self.device,
        pin_memory=pin_memory, requires_grad=requires_grad,
    )  # fmt: skip
