"""Pooling: one number for each window of an image, the largest or the average."""

from minitorch.autograd.op import op
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.conv import pair
from minitorch.ops.creation import arange

# -------------------------------------------------------------------- the largest


@op(
    public=False,
    promote=None,
    outputs=("values", "indices"),
    shown="MaxPool2DWithIndices",
    numpy=("max_pool2d",),
)
def max_pool2d_with_indices(x, /, kernel_size, stride, padding, dilation, ceil_mode):
    """The largest number in each window of x (N, C, H, W), and its index in the flattened image."""
    xp, size = namespace(x), x.shape
    values, indices = xp.max_pool2d(x, kernel_size, stride, padding, dilation, ceil_mode)
    return (values, indices), lambda parts: xp.max_pool2d_input(parts[0], indices, size)


@op(public=False, promote=None, shown="MaxPool2DWithIndicesBackward")
def max_pool2d_input(g, indices, /, input_size):
    """The gradient of max pooling: each number of `g` goes where the largest one came from."""
    xp = namespace(g)
    return (
        xp.max_pool2d_input(g, indices, input_size),
        lambda gx: xp.max_pool2d_gather(gx, indices),
        None,
    )


@op(public=False, promote=None)
def max_pool2d_gather(x, indices, /):
    """The numbers of `x` at `indices`, the gradient of `max_pool2d_input`."""
    xp, size = namespace(x), x.shape
    return (
        xp.max_pool2d_gather(x, indices),
        lambda g: xp.max_pool2d_input(g, indices, size),
        None,
    )


def max_pool2d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode=False,
    return_indices=False,
):
    """The largest number in each window.

    input           (N, C, H, W) or (C, H, W); padding counts as -inf
    kernel_size     of the window; it and the rest are ints or pairs, vertical and horizontal
    stride          from window to window; None: the kernel size
    ceil_mode       let a last window reach over the edge
    return_indices  also where in the flattened image the numbers stood
    returns         (N, C, OH, OW), OH = (H + 2*padding - dilation*(KH - 1) - 1) // stride + 1
    """
    kernel = pair("kernel_size", kernel_size)
    how = (pair("padding", padding), pair("dilation", dilation), ceil_mode)
    stride = kernel if stride in (None, ()) else pair("stride", stride)
    require_windows(input.array.shape, kernel, stride, *how)
    x = input if input.ndim == 4 else input.unsqueeze(0)
    found = max_pool2d_with_indices(x, kernel, stride, *how)
    if input.ndim == 3:
        found = [each.squeeze(0) for each in found]
    return tuple(found) if return_indices else found[0]


def windows_along(n, kernel, stride, padding, dilation, ceil_mode):
    """How many windows fit into an axis of length n."""
    room = n + 2 * padding - dilation * (kernel - 1) - 1
    count = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    # The last window must start in the image or in the padding before it.
    return count - 1 if ceil_mode and (count - 1) * stride >= n + padding else count


def require_windows(shape, kernel, stride, padding, dilation, ceil_mode):
    """Raise PyTorch's error where images of `shape` have no such windows; else their numbers."""
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise ShapeError(
            f"non-empty 3D or 4D (batch mode) tensor expected for input\n  input {shape}: images "
            "are (N, C, H, W)"
        )
    if min(stride) < 1:
        raise ShapeError(f"stride should not be zero\n  stride {stride}")
    for k, p, d in zip(kernel, padding, dilation, strict=True):
        if p < 0 or p > (d * (k - 1) + 1) // 2:
            raise ShapeError(
                "pad should be at most half of effective kernel size, but got "
                f"pad={p}, kernel_size={k} and dilation={d}"
            )
    axes = zip(shape[-2:], kernel, stride, padding, dilation, strict=True)
    counts = [windows_along(*axis, ceil_mode) for axis in axes]
    if min(counts) < 1:
        c, h, w = shape[-3:]
        raise ShapeError(
            f"Given input size: ({c}x{h}x{w}). Calculated output size: "
            f"({c}x{max(0, counts[0])}x{max(0, counts[1])}). Output size is too small"
        )
    return counts


# -------------------------------------------------------------------- the average


@op(public=False, shown="AvgPool2D")
def weighted_windows(x, rows, columns, /):
    """rows @ x @ columns.T for each image: sums over windows, given by a row of weights each."""
    across = namespace(x).swapaxes(columns, 0, 1)
    down = namespace(x).swapaxes(rows, 0, 1)
    return rows @ x @ across, lambda g: down @ g @ columns, None, None


def avg_pool2d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    """The average of each window; the arguments are those of `max_pool2d`, but

    count_include_pad  whether the zeros of the padding count
    divisor_override   what to divide the sums by, instead of the number of elements
    """
    kernel, padding = pair("kernel_size", kernel_size), pair("padding", padding)
    stride = kernel if stride in (None, ()) else pair("stride", stride)
    if divisor_override == 0:
        raise ShapeError("divisor must be not zero")
    counts = require_windows(input.array.shape, kernel, stride, padding, (1, 1), ceil_mode)
    weights = []
    for n, count, k, s, p in zip(input.shape[-2:], counts, kernel, stride, padding, strict=True):
        start = arange(count, device=input.device) * s - p
        end = (start + k).clamp(max=n + p)
        first, last = start.clamp(min=0), end.clamp(max=n)
        share = membership(first, last, n).to(input.dtype)
        if divisor_override is None:
            share = share / (end - start if count_include_pad else last - first).unsqueeze(1)
        weights.append(share)
    if divisor_override is not None:
        weights[0] = weights[0] / divisor_override
    return weighted_windows(input, *weights)


def adaptive_avg_pool2d(input, output_size):
    """The averages of `output_size` windows (an int or two; None: as before) over the image."""
    sizes = [output_size] * 2 if isinstance(output_size, int | None) else list(output_size)
    if sizes == [1, 1]:
        return input.mean((-2, -1), keepdim=True)
    weights = []
    for n, count in zip(input.shape[-2:], sizes, strict=True):
        count = n if count is None else count
        at = arange(count, device=input.device)
        start, end = at * n // count, ((at + 1) * n + count - 1) // count
        weights.append(membership(start, end, n).to(input.dtype) / (end - start).unsqueeze(1))
    return weighted_windows(input, *weights)


def membership(start, end, n):
    """(windows, n): whether each window, from `start` to before `end`, has each of n elements."""
    at = arange(n, device=start.device)
    return (at >= start.unsqueeze(1)) & (at < end.unsqueeze(1))
