"""Convolution over one, two or three axes. Value and gradients are kernels, and ops: each is linear
in both of its tensors, so their derivatives are the other two.

Below, x is (N, C, *S), the weight (O, C/groups, *K), what comes out (N, O, *P), with as many sizes
in S, K and P as there are axes; stride, padding and dilation are tuples of ints, one for each.
"""

from minitorch.autograd.op import op
from minitorch.autograd.refusals import require_kind
from minitorch.autograd.tensor import function
from minitorch.backend.dtypes import C_NAMES, int64
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.making import require_tensor
from minitorch.ops.shape import for_axes, in_order_of


@op(public=False, numpy=("conv",))
def convolution(x, weight, bias=None, /, stride=(1,), padding=(0,), dilation=(1,), groups=1):
    """At each place the sum of the products of `weight` with the part of `x` that it covers, plus
    the number of `bias` (O,) for the output channel.
    """
    xp, how = namespace(x), (stride, padding, dilation, groups)
    size, kernel, axes = x.shape, weight.shape, len(stride)
    return (
        xp.conv(x, weight, bias, *how),
        lambda g: xp.conv_input(g, weight, size, *how),
        lambda g: xp.conv_weight(g, x, kernel, *how),
        lambda g: g.sum(axis=(0, *range(2, 2 + axes))),
    )


@op(public=False, shown="Convolution")
def conv_input(g, weight, /, input_size, stride, padding, dilation, groups):
    """The gradient of `convolution` with respect to x, which was of `input_size`."""
    xp, how = namespace(g), (stride, padding, dilation, groups)
    kernel = weight.shape
    return (
        xp.conv_input(g, weight, input_size, *how),
        lambda gx: xp.conv(gx, weight, None, *how),
        lambda gx: xp.conv_weight(g, gx, kernel, *how),
    )


@op(public=False, shown="ConvolutionBackward")
def conv_weight(g, x, /, weight_size, stride, padding, dilation, groups):
    """The gradient of `convolution` with respect to the weight, which was of `weight_size`."""
    xp, how = namespace(g), (stride, padding, dilation, groups)
    size = x.shape
    return (
        xp.conv_weight(g, x, weight_size, *how),
        lambda gw: xp.conv(x, gw, None, *how),
        lambda gw: xp.conv_input(g, gw, size, *how),
    )


# -------------------------------------------------------------------- convolution


@function
def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Sequences (N, C, T) or (C, T) convolved with `weight` (O, C/groups, K); see `conv2d`."""
    return convolve("conv1d", input, weight, bias, stride, padding, dilation, groups)


@function
def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Images convolved (to be exact: cross-correlated) with learned kernels.

    input    (N, C, H, W) or (C, H, W)
    weight   (O, C/groups, KH, KW)
    bias     (O,) or None
    stride   from window to window; it, padding and dilation are ints or one for each axis
    padding  zeros around the images: numbers, "valid" (none) or "same", which keeps the size and
             needs a stride of 1
    groups   inputs and outputs are split into so many groups, each apart from the others
    returns  (N, O, OH, OW), OH = (H + 2*padding - dilation*(KH - 1) - 1) // stride + 1

    Raises RuntimeError where the shapes do not fit.
    """
    return convolve("conv2d", input, weight, bias, stride, padding, dilation, groups)


@function
def conv_tbc(input, weight, bias, pad=0):
    """`conv1d` with the channels last and time first.

    input    (T, N, C)
    weight   (K, C, O), bias (O,)
    returns  (T + 2*pad - K + 1, N, O)
    """
    if weight.array.ndim != 3:
        raise ShapeError(
            "Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.\n"
            f"  weight {weight.array.shape}"
        )
    y = conv1d(input.permute(1, 2, 0), weight.permute(2, 1, 0), bias, padding=pad)
    return y.permute(2, 0, 1).contiguous()


@function
def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Volumes (N, C, D, H, W) convolved with `weight` (O, C/groups, KD, KH, KW); see `conv2d`."""
    return convolve("conv3d", input, weight, bias, stride, padding, dilation, groups)


def convolve(name, input, weight, bias, stride, padding, dilation, groups):
    """The convolution of this name, over as many axes as the digit in it says."""
    require_tensor(name, input)
    require_tensor(name, weight, "weight", 2)
    axes = int(name[-2])
    if input.array.ndim != axes + 2:
        x = one_batch(name, input, axes)
        return convolve(name, x, weight, bias, stride, padding, dilation, groups).squeeze(0)
    require_one_dtype(input, weight, bias)
    cut = None
    if weight.array.ndim != axes + 2 and isinstance(stride, int) and not isinstance(padding, str):
        stride = (stride,) * axes
    axes = weight.array.ndim - 2
    stride = sizes("stride", stride, axes)
    dilation = sizes("dilation", dilation, axes)
    if isinstance(padding, str):
        padding, cut = same_padding(padding, weight.array.shape[2:], stride, dilation)
    else:
        padding = sizes("padding", padding, axes)
    if max(dilation) > 1 and input.dtype is not int64:
        require_kind(input.dtype, "biu", "slow_conv_dilated<>")
    require_fit(input, weight, bias, stride, padding, dilation, groups)
    y = convolution(input, weight, bias, stride, padding, dilation, groups)
    y = y[(..., *[slice(n, None) for n in cut])] if cut else y
    return in_order_of(y, input, weight)


def one_batch(name, input, axes):
    """`input` without a batch as a batch of one, or the error for other ranks."""
    if input.array.ndim == axes + 1:
        return input.unsqueeze(0)
    spatial = ", ".join("DHW"[3 - axes :] if axes > 1 else "T")
    raise ShapeError(
        f"Expected {axes + 1}D (unbatched) or {axes + 2}D (batched) input to {name}, but got "
        f"input of size: {list(input.array.shape)}\n  expected (N, C, {spatial}) or (C, {spatial})"
    )


def sizes(name, value, axes):
    """`value`, an int or as many as there are `axes`, as a tuple of that length."""
    value = for_axes(f"argument '{name}'", value, axes)
    if len(value) == 1:
        return value * axes
    if len(value) != axes:
        raise ShapeError(
            f"expected {name} to be a single integer value or a list of {axes} values to match the "
            f"convolution dimensions, but got {name}={list(value)}"
        )
    return value


def same_padding(padding, kernel, stride, dilation):
    """The padding that a word stands for, and how much of the result in front is then too much.

    Where an odd number of zeros is to be shared out, PyTorch puts the one more behind; here it is
    on both sides, and the first elements of the result along that axis are left out.
    """
    if padding == "valid":
        return (0,) * len(kernel), None
    if padding != "same":
        raise ShapeError(f"Invalid padding string: '{padding}'")
    if max(stride) > 1:
        raise ShapeError("padding='same' is not supported for strided convolutions")
    whole = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    cut = tuple([n % 2 for n in whole])
    return tuple([(n + 1) // 2 for n in whole]), cut if any(cut) else None


# -------------------------------------------------------------------- what fits


def require_one_dtype(input, weight, bias):
    """Raise PyTorch's error unless the three are of one dtype, of numbers."""
    kind = input.array.dtype
    for name, other in (("bias", bias), ("weight", weight)):
        if other is not None and other.array.dtype != kind:
            raise DtypeError(
                f"Input type ({C_NAMES[input.dtype.name]}) and {name} type "
                f"({C_NAMES[other.dtype.name]}) should be the same\n"
                f"  input {input.dtype}   {name} {other.dtype}: convert one with .to(dtype)"
            )
    require_kind(input.dtype, "b", "slow_conv2d_cpu")
    if weight.array.ndim < 3:
        raise ShapeError(
            "weight should have at least three dimensions\n"
            f"  weight {weight.array.shape}: it is (O, C/groups, kernel sizes)"
        )


def require_numbers(stride, padding, dilation, groups):
    """Raise PyTorch's error for settings that make no sense."""
    if min(padding) < 0:
        raise ShapeError(f"negative padding is not supported\n  padding {padding}")
    if min(stride) < 1:
        raise ShapeError(f"non-positive stride is not supported\n  stride {stride}")
    if min(dilation) < 1:
        raise ShapeError(f"dilation should be greater than zero, but got {list(dilation)}")
    if groups < 1:
        raise ShapeError(f"non-positive groups is not supported\n  groups {groups}")


def require_groups(shape, kernel, groups):
    """Raise PyTorch's error where input or weight have no such groups."""
    if len(shape) != len(kernel):
        raise ShapeError(
            f"Expected {len(kernel)}-dimensional input for {len(kernel)}-dimensional weight "
            f"{list(kernel)}, but got {len(shape)}-dimensional input of size {list(shape)} instead"
        )
    if kernel[0] < groups:
        raise ShapeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but "
            f"got weight of size {list(kernel)} instead"
        )
    if kernel[0] % groups:
        raise ShapeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, "
            f"but got weight of size [{list(kernel)}] instead"
        )


def require_fit(input, weight, bias, stride, padding, dilation, groups):
    """Raise PyTorch's error where a convolution of these is not possible."""
    shape, kernel = input.array.shape, weight.array.shape
    require_numbers(stride, padding, dilation, groups)
    require_groups(shape, kernel, groups)
    if shape[1] != kernel[1] * groups:
        raise ShapeError(
            f"Given groups={groups}, weight of size {list(kernel)}, expected input{list(shape)} to "
            f"have {kernel[1] * groups} channels, but got {shape[1]} channels instead"
        )
    require_bias(f"Given weight of size {list(kernel)}", bias, kernel[0])
    padded = [n + 2 * p for n, p in zip(shape[2:], padding, strict=True)]
    spans = [d * (k - 1) + 1 for k, d in zip(kernel[2:], dilation, strict=True)]
    if any(n < span for n, span in zip(padded, spans)):
        raise ShapeError(
            f"Calculated padded input size per channel: ({by(padded)}). Kernel size: "
            f"({by(spans)}). Kernel size can't be greater than actual input size"
        )
    if 0 in kernel[2:]:
        raise ShapeError(
            f"kernel size should be greater than zero, but got {spelled('kernel', kernel[2:])}"
        )


def require_bias(given, bias, channels):
    if bias is not None and bias.array.shape != (channels,):
        raise ShapeError(
            f"{given}, expected bias to be 1-dimensional with {channels} elements, but got bias of "
            f"size {list(bias.array.shape)} instead"
        )


def by(numbers):
    return " x ".join(map(str, numbers))


def spelled(name, numbers):
    """The numbers with the names of their axes."""
    axes = ("depth", "height", "width")[3 - len(numbers) :]
    return " ".join(f"{name}_{axis}: {n}" for axis, n in zip(axes, numbers))
