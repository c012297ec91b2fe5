"""Images as columns of their windows and back, and pixels moved to channels and back."""

from minitorch.autograd.op import op
from minitorch.autograd.refusals import require_int, require_kind
from minitorch.autograd.tensor import FUNCTIONS, function
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.backend.numpy_conv import output_size as windows_that_fit
from minitorch.ops.conv import spelled
from minitorch.ops.shape import for_axes, in_order_of

# -------------------------------------------------------------------- windows as columns


@op(public=False)
def im2col(x, /, kernel, stride, padding, dilation):
    """The windows of images (N, C, H, W) as columns: (N, C * KH * KW, windows)."""
    xp, size, how = namespace(x), x.shape[2:], (kernel, stride, padding, dilation)
    return xp.im2col(x, *how), lambda g: xp.col2im(g, size, *how)


@op(public=False)
def col2im(x, /, size, kernel, stride, padding, dilation):
    """Images (N, C, *size) that are the sums of their windows, which are the columns `x`."""
    xp, how = namespace(x), (kernel, stride, padding, dilation)
    return xp.col2im(x, size, *how), lambda g: xp.im2col(g, *how)


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """The windows of images as columns.

    input    (N, C, H, W) or (C, H, W)
    settings ints or pairs, as in `conv2d`
    returns  (N, C * KH * KW, windows)
    """
    kernel, dilation, padding, stride = window_settings(kernel_size, dilation, padding, stride)
    shape = input.array.shape
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise ShapeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero "
            f"dimensions for input, but got: {list(shape)}"
        )
    require_kind(input.dtype, "iu", "im2col_out_cpu")
    count = windows_that_fit(shape[-2:], kernel, stride, padding, dilation)
    if min(count) < 1:
        raise ShapeError(
            f"Given input with spatial size {shape[-2:]}, kernel_size={kernel}, "
            f"dilation={dilation}, padding={padding}, calculated shape of the array of sliding "
            f"blocks as {count}, but its components must be at least one."
        )
    x = input if len(shape) == 4 else input.unsqueeze(0)
    y = im2col(x, kernel, stride, padding, dilation)
    return y if x is input else y.squeeze(0)


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Images that are the sums of their windows: the transpose of `unfold`, not its inverse.

    input    (N, C * KH * KW, windows), or without N
    settings ints or pairs, as in `conv2d`
    returns  (N, C, *output_size)
    """
    size = two("output_size", output_size)
    kernel, dilation, padding, stride = window_settings(kernel_size, dilation, padding, stride)
    shape = input.array.shape
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise ShapeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and "
            f"non-zero dimensions for input, but got: {list(shape)}"
        )
    if shape[-2] % (kernel[0] * kernel[1]):
        raise ShapeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, "
            f"but got input.size(1)={shape[-2]} and kernel_size={kernel}."
        )
    rows, columns = windows_that_fit(size, kernel, stride, padding, dilation)
    given = (
        f"Given output_size={size}, kernel_size={kernel}, dilation={dilation}, "
        f"padding={padding}, stride={stride}, "
    )
    if rows < 1 or columns < 1:
        raise ShapeError(
            f"{given}calculated shape of the array of sliding blocks as ({rows}, {columns}), which "
            "is too small (non-positive)"
        )
    if rows * columns != shape[-1]:
        raise ShapeError(
            f"{given}expected size of input's dimension 2 to "
            f"match the calculated number of sliding blocks {rows} * {columns} = {rows * columns}, "
            f"but got input.size(2)={shape[-1]}."
        )
    require_kind(input.dtype, "iu", "col2im_out_cpu")
    x = input if len(shape) == 3 else input.unsqueeze(0)
    y = col2im(x, size, kernel, stride, padding, dilation)
    return y if x is input else y.squeeze(0)


def window_settings(kernel_size, dilation, padding, stride):
    """The settings as pairs, or PyTorch's error for what makes no sense."""
    how = {
        "kernel_size": kernel_size, "dilation": dilation, "padding": padding, "stride": stride
    }  # fmt: skip
    for name, value in how.items():
        how[name] = pair = two(name, value)
        if name == "padding" and min(pair) < 0:
            raise ShapeError(f"padding should be non-negative, but got {spelled('pad', pair)}")
        if name != "padding" and min(pair) < 1:
            raise ShapeError(
                f"{name.replace('_', ' ')} should be greater than zero, but got "
                f"{spelled(name.removesuffix('_size'), pair)}"
            )
    return tuple(how.values())


def two(name, value):
    value = for_axes(f"argument '{name}'", value, 2)
    if len(value) != 2:
        raise ShapeError(f"It is expected {name} equals to 2, but got size {len(value)}")
    return value


# -------------------------------------------------------------------- pixels and channels


@function
def pixel_shuffle(input, upscale_factor):
    """(..., C*r*r, H, W) -> (..., C, H*r, W*r), r = upscale_factor: channels become pixels.

    Shi et al., Real-Time Single Image and Video Super-Resolution, 2016, arXiv:1609.05158.
    """
    shape, r = input.array.shape, upscale_factor
    require_image("pixel_shuffle", shape)
    require_int("pixel_shuffle", upscale_factor=r)
    if r < 1:
        raise ShapeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *lead, c, h, w = shape
    if c % (r * r):
        raise ShapeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square "
            f"of upscale_factor, but input.size(-3)={c} is not divisible by {r * r}"
        )
    if r == 1:
        return input.clone()
    n, c = len(lead), c // (r * r)
    y = input.reshape(*lead, c, r, r, h, w)
    y = y.permute(*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return in_order_of(y.reshape(*lead, c, h * r, w * r), input)


@function
def pixel_unshuffle(input, downscale_factor):
    """(..., C, H*r, W*r) -> (..., C*r*r, H, W), r = downscale_factor: pixels become channels."""
    shape, r = input.array.shape, downscale_factor
    require_image("pixel_unshuffle", shape)
    require_int("pixel_unshuffle", downscale_factor=r)
    if r < 1:
        raise ShapeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *lead, c, h, w = shape
    for name, size, d in (("height", h, -2), ("width", w, -1)):
        if size % r:
            raise ShapeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but "
                f"input.size({d})={size} is not divisible by {r}"
            )
    if r == 1:
        return input.clone()
    n = len(lead)
    y = input.reshape(*lead, c, h // r, r, w // r, r)
    y = y.permute(*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return in_order_of(y.reshape(*lead, c * r * r, h // r, w // r), input)


def require_image(name, shape):
    if len(shape) < 3:
        raise ShapeError(
            f"{name} expects input to have at least 3 dimensions, but got input with {len(shape)} "
            "dimension(s)"
        )


@function
def channel_shuffle(input, groups):
    """(N, C, ...) with the channels of `groups` groups interleaved.

    Zhang et al., ShuffleNet, 2017, arXiv:1707.01083.
    """
    shape = input.array.shape
    if len(shape) < 3:
        raise ShapeError(
            f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(shape)}"
        )
    if groups < 1:
        raise ShapeError(
            f"Number of groups to divide channels in must be positive. Value of groups:{groups}"
        )
    n, c, *size = shape
    if c % groups:
        raise ShapeError(
            f"Number of channels must be divisible by groups. Got {c} channels and {groups} groups."
        )
    if 1 in (groups, c // groups):
        return input.clone()
    return input.reshape(n, groups, c // groups, *size).transpose(1, 2).reshape(n, c, *size)


FUNCTIONS["native_channel_shuffle"] = channel_shuffle
