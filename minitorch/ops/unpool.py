"""The partial inverse of max pooling: numbers go back where the indices say, zeros elsewhere."""

import math
from typing import Any

from minitorch.autograd.refusals import require_kind
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.gather import put_along
from minitorch.ops.shape import for_axes, in_order_of


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Numbers that `max_pool1d` found, back at their `indices`; see `max_unpool2d`."""
    return unpool("max_unpool1d", input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Numbers that `max_pool2d` found, back at their `indices`, among zeros.

    input        (N, C, H, W) or (C, H, W)
    indices      int64 of the same shape, into the flattened result
    kernel_size  of the pooling that is inverted, as are stride and padding
    output_size  of the result, less than a stride away from (H - 1)*stride + kernel - 2*padding
    """
    return unpool("max_unpool2d", input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Numbers that `max_pool3d` found, back at their `indices`; see `max_unpool2d`."""
    return unpool("max_unpool3d", input, indices, kernel_size, stride, padding, output_size)


def unpool(name, input, indices, kernel_size, stride, padding, output_size):
    """The unpooling of this name, over as many axes as the digit in it says."""
    axes, shape = int(name[-2]), input.array.shape
    stride = kernel_size if stride is None else stride
    given = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    how: Any = [for_axes(f"{name}(): argument '{n}'", v, axes) for n, v in given.items()]
    size = unpooled_size(shape, how, output_size)
    require_maxima(input, indices, size)
    lead, flat = shape[:-axes], (*shape[:-axes], math.prod(shape[-axes:]))
    whole = (*lead, math.prod(size))
    y = put_along(input.reshape(flat), indices.array.reshape(flat), len(lead), whole)
    return in_order_of(y.reshape(*lead, *size), input)


def unpooled_size(shape, how, output_size):
    """The sizes of the result along the pooled axes, or the error for an `output_size`."""
    kernel, stride, padding = how
    axes = len(kernel)
    each = zip(shape[-axes:], kernel, stride, padding)
    plain = [(n - 1) * s + k - 2 * p for n, k, s, p in each]
    if output_size is None:
        size = plain
    else:
        size = output_size[2:] if len(output_size) == axes + 2 else output_size
        if len(size) != axes:
            raise ValueError(
                f"output_size should be a sequence containing {axes} or {axes + 2} elements, but "
                f"it has a length of '{len(size)}'"
            )
        for d, (n, s, wanted) in enumerate(zip(plain, stride, size)):
            if not n - s < wanted < n + s:
                raise ValueError(
                    f'invalid output_size "{size}" (dim {d} must be between {n - s} and {n + s})'
                )
    for d, n in enumerate(size):
        if n < 0:
            raise ValueError(
                "max_unpooling: output_size must contain non-negative spatial dimensions, but got "
                f"output_size[{d}]={n}"
            )
    return tuple(size)


def require_maxima(input, indices, size):
    """Raise PyTorch's error where these cannot be unpooled."""
    axes = max(2, len(size))
    shape, where = input.array.shape, indices.array
    low, extra = len(size) + 1, axes - len(size)
    if where.dtype.name != "int64":
        raise ShapeError(
            f"elements in indices should be type int64 but got: {indices.dtype}\n"
            "  convert with .long()"
        )
    if len(shape) not in (low, low + 1):
        raise ShapeError(
            f"Input to max_unpooling{axes}d should be a {axes + 1}d or {axes + 2}d Tensor, but got "
            f"a tensor with {len(shape) + extra} dimensions."
        )
    if where.shape != shape:
        raise ShapeError(
            f"Expected shape of indices to be same as that of the input tensor ({list(shape)}) but "
            f"got indices tensor with shape: {list(where.shape)}"
        )
    if 0 in shape[1:]:
        raise ShapeError(
            f"max_unpooling{axes}d_forward_out_cpu(): Expected input to have non-zero size for "
            f"non-batch dimensions, but got {list(shape)} with dimension "
            f"{1 + shape[1:].index(0)} being empty."
        )
    require_kind(input.dtype, "biu", f"max_unpool{axes}d")
    wrong = namespace(where).outside(where, math.prod(size))
    if wrong is not None:
        sizes = "x".join(map(str, (*size, 1) if extra else size))
        raise ShapeError(
            f"Found an invalid max index: {wrong} (output volumes are of size {sizes})"
        )
