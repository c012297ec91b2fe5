"""Transposed convolution: the gradient of a convolution with respect to its input, as a function.

Below, x is (N, C, *S), the weight (C, O/groups, *K), what comes out (N, O, *P), with as many sizes
in S, K and P as there are axes.
"""

from minitorch.autograd.refusals import require_kind
from minitorch.autograd.tensor import function
from minitorch.backend.dtypes import SCALAR_NAMES, float16, float32, int64
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.ops.conv import (
    by,
    conv_input,
    one_batch,
    require_bias,
    require_groups,
    require_numbers,
    require_one_dtype,
    sizes,
    spelled,
)
from minitorch.ops.pad import constant_pad_nd
from minitorch.ops.shape import in_order_of


@function
def conv_transpose1d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Sequences (N, C, T) spread out with `weight` (C, O/groups, K); see `conv_transpose2d`."""
    how = (stride, padding, output_padding, groups, dilation)
    return spread_out("conv_transpose1d", input, weight, bias, *how)


@function
def conv_transpose2d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Images of which each element adds a multiple of the learned kernel to the result.

    input           (N, C, H, W) or (C, H, W)
    weight          (C, O/groups, KH, KW)
    bias            (O,) or None
    stride          from kernel to kernel in the result
    padding         how much is cut off the result on all sides
    output_padding  how much less is cut off behind: it tells apart the sizes that a convolution
                    with this stride makes equal; less than the stride or the dilation
    returns         (N, O, OH, OW),
                    OH = (H - 1)*stride - 2*padding + dilation*(KH - 1) + output_padding + 1

    Raises RuntimeError where the shapes do not fit.
    """
    how = (stride, padding, output_padding, groups, dilation)
    return spread_out("conv_transpose2d", input, weight, bias, *how)


@function
def conv_transpose3d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Volumes (N, C, D, H, W) spread out with `weight` (C, O/groups, KD, KH, KW); see
    `conv_transpose2d`.
    """
    how = (stride, padding, output_padding, groups, dilation)
    return spread_out("conv_transpose3d", input, weight, bias, *how)


def spread_out(name, input, weight, bias, stride, padding, output_padding, groups, dilation):
    """The transposed convolution of this name, over as many axes as the digit in it says."""
    axes = int(name[-2])
    if input.array.ndim != axes + 2:
        x, how = one_batch(name, input, axes), (stride, padding, output_padding, groups, dilation)
        return spread_out(name, x, weight, bias, *how).squeeze(0)
    if isinstance(padding, str):
        raise TypeError(f"{name}(): argument 'padding' must be tuple of ints, not str")
    for each in (weight, bias):
        if each is not None and each.dtype is not input.dtype:
            names = [SCALAR_NAMES[t.dtype.name] for t in (input, each)]
            raise DtypeError(
                f"expected scalar type {names[0]} but found {names[1]}\n"
                f"  input {input.dtype}   weight {weight.dtype}: convert one with .to(dtype)"
            )
    if input.dtype is not int64:
        require_kind(input.dtype, "biu", f"slow_conv_transpose{max(2, axes)}d_out_cpu")
    require_one_dtype(input, weight, bias)
    if input.dtype is float16:
        x, w, b = (t if t is None else t.to(float32) for t in (input, weight, bias))
        how = (stride, padding, output_padding, groups, dilation)
        return spread_out(name, x, w, b, *how).to(float16)
    axes = weight.array.ndim - 2
    stride, dilation = sizes("stride", stride, axes), sizes("dilation", dilation, axes)
    padding = sizes("padding", padding, axes)
    extra = sizes("output_padding", output_padding, axes)
    require_fit(input, weight, bias, stride, padding, extra, dilation, groups)
    (n, _, *size), (_, channels, *kernel) = input.array.shape, weight.array.shape
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
    whole = [(m - 1) * s + span for m, s, span in zip(size, stride, spans)]
    out = [m - 2 * p + e for m, p, e in zip(whole, padding, extra)]
    if min(out) < 1:
        flat = [1] if axes == 1 else []  # PyTorch counts a sequence as an image of one row
        raise ShapeError(
            f"Given input size per channel: ({by(flat + size)}). Calculated output size per "
            f"channel: ({by(flat + out)}). Output size is too small"
        )
    channels *= groups
    if all(e < s for e, s in zip(extra, stride)):
        how = ((n, channels, *out), stride, padding, dilation, groups)
        y = conv_input(input, weight, *how)
    else:  # no convolution makes sizes equal that differ by a stride: cut afterwards
        none = (0,) * axes
        y = conv_input(input, weight, (n, channels, *whole), stride, none, dilation, groups)
        edges = [n for p, e in zip(padding[::-1], extra[::-1]) for n in (-p, e - p)]
        y = constant_pad_nd(y, edges)
    y = y if bias is None else y + bias.reshape(-1, *[1] * axes)
    return in_order_of(y, input, weight)


def require_fit(input, weight, bias, stride, padding, extra, dilation, groups):
    """Raise PyTorch's error where a transposed convolution of these is not possible."""
    shape, kernel = input.array.shape, weight.array.shape
    if min(extra) < 0:
        raise ShapeError(f"negative output_padding is not supported\n  output_padding {extra}")
    require_numbers(stride, padding, dilation, groups)
    require_groups(shape, kernel, groups)
    given = f"Given transposed=1, weight of size {list(kernel)}"
    if shape[1] != kernel[0]:
        raise ShapeError(
            f"{given}, expected input{list(shape)} to have {kernel[0]} channels, but got "
            f"{shape[1]} channels instead"
        )
    require_bias(given, bias, kernel[1] * groups)
    if any(e >= s and e >= d for e, s, d in zip(extra, stride, dilation)):
        if len(stride) == 1:  # PyTorch counts a sequence as an image of one row
            extra, stride, dilation = (0, *extra), (1, *stride), (1, *dilation)
        raise ShapeError(
            "output padding must be smaller than either stride or dilation, but got "
            f"{spelled('output_padding', extra)} {spelled('stride', stride)} "
            f"{spelled('dilation', dilation)}"
        )
