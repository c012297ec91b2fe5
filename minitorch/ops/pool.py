"""Pooling: one number for each window, the largest or the average, over one to three axes.

Below, x is (N, C, *S) and what comes out (N, C, *P), with as many sizes in S and P as there are
axes; kernel_size, stride, padding and dilation are tuples of ints, one for each.
"""

from typing import Any

from minitorch.autograd.op import op
from minitorch.autograd.refusals import require_bool, require_kind
from minitorch.autograd.tensor import function
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.backend.numpy_pool import pooled_size
from minitorch.ops.making import require_tensor
from minitorch.ops.shape import for_axes, in_order_of

# -------------------------------------------------------------------- the largest


@op(
    public=False,
    promote=None,
    outputs=("values", "indices"),
    numpy=("max_pool",),
    piecewise=True,
)
def max_pool_with_indices(x, /, kernel_size, stride, padding, dilation, ceil_mode):
    """The largest number in each window of x, and its index in the flattened image."""
    xp, size = namespace(x), x.shape
    values, indices = xp.max_pool(x, kernel_size, stride, padding, dilation, ceil_mode)
    return (values, indices), lambda parts: xp.max_pool_input(parts[0], indices, size)


max_pool_with_indices.op.shown = lambda node: f"MaxPool{len(node.settings[0])}DWithIndices"


@op(public=False, promote=None, shown="MaxPool2DWithIndicesBackward")
def max_pool_input(g, indices, /, input_size):
    """The gradient of max pooling: each number of `g` goes where the largest one came from."""
    xp = namespace(g)
    return (
        xp.max_pool_input(g, indices, input_size),
        lambda gx: xp.max_pool_gather(gx, indices),
        None,
    )


@op(public=False, promote=None, piecewise=True)
def max_pool_gather(x, indices, /):
    """The numbers of `x` at `indices`, the gradient of `max_pool_input`."""
    xp, size = namespace(x), x.shape
    return (
        xp.max_pool_gather(x, indices),
        lambda g: xp.max_pool_input(g, indices, size),
        None,
    )


@function
def max_pool1d(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """The largest number in each window of sequences (N, C, T) or (C, T); see `max_pool2d`."""
    how = line("max_pool1d", kernel_size, stride, padding, dilation, return_indices)
    if not return_indices:
        require_line(input, how, ceil_mode)
    found = largest("max_pool1d", input, how, ceil_mode)
    return found if return_indices else found[0]


@function
def max_pool2d(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """The largest number in each window.

    input           (N, C, H, W) or (C, H, W); padding counts as -inf
    kernel_size     of the window; it and the rest are ints or pairs, vertical and horizontal
    stride          from window to window; None: the kernel size
    ceil_mode       let a last window reach over the edge
    return_indices  also where in the flattened image the numbers stood
    returns         (N, C, OH, OW), OH = (H + 2*padding - dilation*(KH - 1) - 1) // stride + 1
    """
    how = windows("max_pool2d", kernel_size, stride, padding, dilation)
    found = largest("max_pool2d", input, how, ceil_mode)
    return found if return_indices else found[0]


@function
def max_pool3d(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """The largest number in each window of volumes (N, C, D, H, W); see `max_pool2d`."""
    how = windows("max_pool3d", kernel_size, stride, padding, dilation)
    found = largest("max_pool3d", input, how, ceil_mode)
    return found if return_indices else found[0]


@function
def max_pool1d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """`max_pool1d`, and the index of each number along T."""
    return max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool2d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """`max_pool2d`, and the index of each number in the flattened image."""
    return max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool3d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """`max_pool3d`, and the index of each number in the flattened volume."""
    return max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def largest(name, input, how, ceil_mode):
    """Values and indices of the max pooling of this name."""
    require_tensor(name, input)
    require_bool(name, ceil_mode=ceil_mode)
    kernel, stride, padding, dilation = how
    shape, axes = input.array.shape, len(kernel)
    require_rank(name, shape, axes)
    pooled_sizes(shape, kernel, stride, padding, dilation, ceil_mode)
    require_kind(input.dtype, "b", name)
    x = input if len(shape) == axes + 2 else input.unsqueeze(0)
    found = max_pool_with_indices(x, kernel, stride, padding, dilation, ceil_mode)
    if x is not input:
        return tuple([each.squeeze(0) for each in found])
    return tuple([in_order_of(each, input) for each in found])


# -------------------------------------------------------------------- windows


def windows(name, kernel_size, stride, padding, dilation=1) -> Any:
    """Kernel, stride, padding and dilation as tuples, one int for each axis."""
    axes = int(name[-2])
    kernel = each_axis(name, "kernel_size", kernel_size, axes)
    bare = stride is None or (isinstance(stride, tuple | list) and not stride)
    stride = kernel if bare else each_axis(name, "stride", stride, axes)
    padding = each_axis(name, "padding", padding, axes)
    return kernel, stride, padding, each_axis(name, "dilation", dilation, axes)


def each_axis(name, setting, value, axes):
    """The number or numbers `value` as one for each axis; errors name the `setting`."""
    value = for_axes(f"{name}(): argument '{setting}'", value, axes)
    if len(value) in (1, axes):
        return value * axes if len(value) < axes else value
    if axes == 1:
        raise ShapeError(f"{name}() argument '{setting}' should contain one int (got {len(value)})")
    be = "must be" if name == "avg_pool3d" else "must either be"
    be = be.replace("either be", "be either") if setting == "dilation" else be
    omitted = " omitted," if setting == "stride" else ""
    number = {2: "two", 3: "three"}[axes]
    raise ShapeError(
        f"{name}: {setting} {be}{omitted} a single int, or a tuple of {number} ints\n"
        f"  {setting} {value}"
    )


def line(name, kernel_size, stride, padding, dilation, return_indices) -> Any:
    """The settings of `max_pool1d` as tuples, or its own errors for them."""
    for setting, value in {
        "kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation
    }.items():  # fmt: skip
        if isinstance(value, tuple | list) and len(value) > 1:
            kinds = (
                "an int, list of ints"
                if setting in ("kernel_size", "dilation")
                else (
                    "None, an int, list of ints,"
                    if setting == "stride"
                    else "an int, list of ints,"
                )
            )
            raise ShapeError(
                f"{name}() {setting} must be {kinds} or tuple of ints of size 1 but got size "
                f"{len(value)}"
            )
    how = windows(name, kernel_size, stride, padding, dilation)
    for setting, (value,) in zip(("kernel_size", "stride", "padding", "dilation"), how):
        if value < 1 and setting != "padding":
            raise ShapeError(f"{name}() {setting} must be greater than zero, but got {value}")
    (k,), _, (p,), _ = how
    if p < 0 and not return_indices:
        raise ShapeError(f"{name}() padding must be non-negative, but got {p}")
    if p > k // 2 and not return_indices:
        raise ShapeError(
            f"{name}() padding should be at most half of kernel size, but got padding={p} and "
            f"kernel_size={k}"
        )
    return how


def require_line(input, how, ceil_mode):
    """Raise the errors that only `max_pool1d` has."""
    shape = input.array.shape
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise ShapeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for "
            f"input, but got:{list(shape)}"
        )
    require_kind(input.dtype, "biu", "max_pool1d_impl")
    (k,), (s,), (p,), (d,) = how
    size = pooled_size(shape[-1], k, s, p, d, ceil_mode)
    if size < 1:
        raise ShapeError(
            f"max_pool1d() Invalid computed output size: {size}\n  input {shape}   kernel_size {k}"
        )


def require_rank(name, shape, axes):
    """Raise PyTorch's error unless `shape` is that of images, maybe without a batch."""
    ranks = (axes + 1, axes + 2)
    if len(shape) not in ranks:
        if axes == 1:
            raise ShapeError(
                f"Expected 2 to 3 dimensions, but got {len(shape)}-dimensional tensor for argument "
                f"#1 'self' (while checking arguments for {name})"
            )
        raise ShapeError(
            f"non-empty {ranks[0]}D or {ranks[1]}D (batch mode) tensor expected for input\n"
            f"  input {shape}: (N, C, {'D, ' if axes == 3 else ''}H, W), N may be left out"
        )


def require_filled(shape, axes):
    """Raise PyTorch's error unless only the batch is empty."""
    if 0 not in shape[-axes - 1 :]:
        return
    if axes == 3:
        raise ShapeError(
            "Expected input's non-batch dimensions to have positive length, but input has a shape "
            f"of {list(shape)} and non-batch dimension {shape[-4:].index(0)} has length zero!"
        )
    raise ShapeError(
        "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:"
        f"{list(shape)}"
    )


def pooled_sizes(shape, kernel, stride, padding, dilation, ceil_mode):
    """How many windows there are along each axis, or PyTorch's error where there are none."""
    axes = len(kernel)
    if min(stride) < 1 or min(kernel) < 1:
        raise ShapeError(f"stride should not be zero\n  kernel_size {kernel}   stride {stride}")
    if min(dilation) < 1:
        named = " ".join(f"dilation{d}: {n}" for d, n in zip("THW"[3 - axes :], dilation))
        raise ShapeError(f"dilation should be greater than zero, but got {named}")
    for k, p, d in zip(kernel, padding, dilation, strict=True):
        if p < 0:
            raise ShapeError(f"pad must be non-negative, but got pad: {p}")
        if p > (d * (k - 1) + 1) // 2:
            raise ShapeError(
                "pad should be at most half of effective kernel size, but got "
                f"pad={p}, kernel_size={k} and dilation={d}"
            )
    require_filled(shape, axes)
    each = zip(shape[-axes:], kernel, stride, padding, dilation, strict=True)
    counts = [pooled_size(*axis, ceil_mode) for axis in each]
    if min(counts) < 1:
        flat = [1] if axes == 1 else []  # PyTorch counts a sequence as an image of one row
        given, made = [
            "x".join(map(str, [shape[-axes - 1], *flat, *each])) for each in (shape[-axes:], counts)
        ]
        raise ShapeError(
            f"Given input size: ({given}). Calculated output size: ({made}). "
            "Output size is too small"
        )
    return counts
