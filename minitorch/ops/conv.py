"""Two-dimensional convolution. Value and gradients are kernels, and ops: each is linear in both of
its tensors, so their derivatives are the other two.

Below, x is (N, C, H, W), the weight (O, C/groups, KH, KW), what comes out (N, O, OH, OW), and
stride, padding and dilation are pairs of ints, vertical and horizontal.
"""

from minitorch.autograd.op import op
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace


@op(public=False, shown="Convolution", numpy=("conv2d",))
def cross_correlate(x, weight, /, stride, padding, dilation, groups):
    """At each place the sum of the products of `weight` with the part of `x` that it covers."""
    xp, how = namespace(x), (stride, padding, dilation, groups)
    size, kernel = x.shape, weight.shape
    return (
        xp.conv2d(x, weight, *how),
        lambda g: xp.conv2d_input(g, weight, size, *how),
        lambda g: xp.conv2d_weight(g, x, kernel, *how),
    )


@op(public=False, shown="ConvolutionBackward")
def conv2d_input(g, weight, /, input_size, stride, padding, dilation, groups):
    """The gradient of `cross_correlate` with respect to x, which was of `input_size`."""
    xp, how = namespace(g), (stride, padding, dilation, groups)
    kernel = weight.shape
    return (
        xp.conv2d_input(g, weight, input_size, *how),
        lambda gx: xp.conv2d(gx, weight, *how),
        lambda gx: xp.conv2d_weight(g, gx, kernel, *how),
    )


@op(public=False, shown="ConvolutionBackward")
def conv2d_weight(g, x, /, weight_size, stride, padding, dilation, groups):
    """The gradient of `cross_correlate` with respect to the weight, which was of `weight_size`."""
    xp, how = namespace(g), (stride, padding, dilation, groups)
    size = x.shape
    return (
        xp.conv2d_weight(g, x, weight_size, *how),
        lambda gw: xp.conv2d(x, gw, *how),
        lambda gw: xp.conv2d_input(g, gw, size, *how),
    )


@op(public=False)
def convolution(x, weight, bias, /, stride, padding, dilation, groups):
    """`cross_correlate` plus one number of `bias` (O,) per output channel."""
    xp, how = namespace(x), (stride, padding, dilation, groups)
    size, kernel = x.shape, weight.shape
    y = xp.conv2d(x, weight, *how)
    y += bias.reshape(-1, 1, 1)
    return (
        y,
        lambda g: xp.conv2d_input(g, weight, size, *how),
        lambda g: xp.conv2d_weight(g, x, kernel, *how),
        lambda g: g.sum(axis=(0, 2, 3)),
    )


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Images convolved (to be exact: cross-correlated) with learned kernels.

    input    (N, C, H, W) or (C, H, W)
    weight   (O, C/groups, KH, KW)
    bias     (O,) or None
    padding  zeros around the images: an int, a pair, "valid" (none) or "same", which keeps the
             size and needs a stride of 1
    groups   inputs and outputs are split into so many groups, each apart from the others
    returns  (N, O, OH, OW), OH = (H + 2*padding - dilation*(KH - 1) - 1) // stride + 1

    Raises RuntimeError where the shapes do not fit.
    """
    if input.ndim == 3:
        y = conv2d(input.unsqueeze(0), weight, bias, stride, padding, dilation, groups)
        return y.squeeze(0)
    stride, dilation = pair("stride", stride), pair("dilation", dilation)
    if isinstance(padding, str):
        padding, extra = same_padding(padding, weight.shape[2:], stride, dilation)
    else:
        padding, extra = pair("padding", padding), (0, 0)
    require_fit(input, weight, bias, stride, padding, dilation, groups)
    if bias is None:
        y = cross_correlate(input, weight, stride, padding, dilation, groups)
    else:
        y = convolution(input, weight, bias, stride, padding, dilation, groups)
    return y if extra == (0, 0) else y[:, :, extra[0] :, extra[1] :]


def pair(name, value):
    """`value`, an int or two, as a pair."""
    if isinstance(value, int):
        return value, value
    value = tuple(value)
    if len(value) == 1:
        return value * 2
    if len(value) != 2:
        raise ShapeError(
            f"expected {name} to be a single integer value or a list of 2 values to match the "
            f"convolution dimensions, but got {name}={list(value)}"
        )
    return value


def same_padding(padding, kernel, stride, dilation):
    """The padding that a word stands for, and how many rows and columns in front are then too many.

    Where an odd number of zeros is to be shared out, PyTorch puts the one more behind; here it is
    on both sides, and the first row or column of the result is left out.
    """
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding != "same":
        raise ShapeError(f"Invalid padding string: '{padding}'")
    if stride != (1, 1):
        raise ShapeError("padding='same' is not supported for strided convolutions")
    whole = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    return tuple((n + 1) // 2 for n in whole), tuple(n % 2 for n in whole)


def require_fit(input, weight, bias, stride, padding, dilation, groups):
    """Raise PyTorch's error where a convolution of these is not possible."""
    shape, kernel = input.array.shape, weight.array.shape
    if len(shape) != 4 or len(kernel) != 4:
        raise ShapeError(
            "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: "
            f"{list(shape)}\n  weight {kernel}: images are (N, C, H, W), weights "
            "(O, C/groups, KH, KW)"
        )
    if weight.array.dtype != input.array.dtype:
        raise DtypeError(
            f"Input type ({input.dtype}) and weight type ({weight.dtype}) should be the same\n"
            "  convert one of them with .to(dtype)"
        )
    for name, smallest, wrong, values in (
        ("stride", 1, "non-positive", stride),
        ("padding", 0, "negative", padding),
        ("dilation", 1, "non-positive", dilation),
    ):
        if min(values) < smallest:
            raise ShapeError(f"{wrong} {name} is not supported\n  {name} {values}")
    if kernel[0] % groups or shape[1] != kernel[1] * groups:
        raise ShapeError(
            f"Given groups={groups}, weight of size {list(kernel)}, expected input{list(shape)} to "
            f"have {kernel[1] * groups} channels, but got {shape[1]} channels instead"
        )
    if bias is not None and bias.array.shape != kernel[:1]:
        raise ShapeError(
            f"Given weight of size {list(kernel)}, expected bias to be 1-dimensional with "
            f"{kernel[0]} elements, but got bias of size {list(bias.shape)} instead"
        )
    padded = [n + 2 * p for n, p in zip(shape[2:], padding, strict=True)]
    spans = [d * (k - 1) + 1 for k, d in zip(kernel[2:], dilation, strict=True)]
    if padded[0] < spans[0] or padded[1] < spans[1]:
        raise ShapeError(
            f"Calculated padded input size per channel: ({padded[0]} x {padded[1]}). Kernel size: "
            f"({spans[0]} x {spans[1]}). Kernel size can't be greater than actual input size"
        )
