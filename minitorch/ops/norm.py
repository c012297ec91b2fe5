"""Normalisation over each sample, or over groups of its channels."""

import math

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import require_int, require_kind
from minitorch.autograd.tensor import FUNCTIONS, function
from minitorch.backend.dtypes import finfo, float16, int64
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.batch_norm import (
    batch_norm,
    batch_norm_by_batch,
    move,
    per_channel,
    require_channels,
    require_one_dtype,
    widened,
)
from minitorch.ops.creation import zeros
from minitorch.ops.join import cat
from minitorch.ops.making import require_tensor
from minitorch.ops.shape import in_order_of


@op(public=False, joint=True, shown="NativeLayerNorm", wide=True)
def layer_norm_of(x, weight=None, bias=None, /, axes=(-1,), eps=1e-5):
    """Each sample to mean 0 and variance 1 over its last `axes`, * weight + bias."""
    return normalized(x, weight, bias, axes, eps, True)


@op(public=False, joint=True, shown="Mul", wide=True)
def rms_norm_of(x, weight=None, /, axes=(-1,), eps=1e-5):
    """Each sample to root mean square 1 over its last `axes`, * weight."""
    y, vjp = normalized(x, weight, None, axes, eps, False)
    return y, lambda g: vjp(g)[:2]


def normalized(x, weight, bias, axes, eps, centre):
    """What `layer_norm_of` does or, without `centre`, `rms_norm_of`; with the vjp of all three."""
    xp, shape = namespace(x), x.shape
    inner = shape[x.ndim - len(axes) :]
    flat = math.prod(shape[: x.ndim - len(axes)]), math.prod(inner)
    w, b = (None if each is None else each.reshape(-1) for each in (weight, bias))
    y, unit, scale = xp.normalize_rows(x.reshape(flat), w, b, eps, centre)

    def vjp(g):
        g = g.reshape(flat)
        gw = gb = None
        if w is not None and b is not None:
            gw, gb = (each.reshape(inner) for each in xp.scale_rows_shares(g, unit))
        elif w is not None:
            gw = xp.sum_of_rows(g * unit).reshape(inner)
        elif b is not None:
            gb = xp.sum_of_rows(g).reshape(inner)
        return xp.normalize_rows_share(g, w, unit, scale, centre).reshape(shape), gw, gb

    return y.reshape(shape), vjp


def normalize_rows(x, weight, bias, eps, centre=True):
    """The kernel of this name, on Tensors."""
    centred = x - x.mean(1, keepdim=True) if centre else x
    scale = ((centred * centred).mean(1, keepdim=True) + eps).rsqrt()
    unit = centred * scale
    y = unit if weight is None else unit * weight
    return y if bias is None else y + bias, unit, scale


def normalize_rows_share(g, weight, unit, scale, centre=True):
    """The kernel of this name, on Tensors."""
    g = g if weight is None else g * weight
    away = unit * (g * unit).mean(1, keepdim=True)
    away = away + g.mean(1, keepdim=True) if centre else away
    return (g - away) * scale


TENSOR_FUNCTIONS.normalize_rows = normalize_rows
TENSOR_FUNCTIONS.normalize_rows_share = normalize_rows_share
TENSOR_FUNCTIONS.scale_rows_shares = lambda g, unit: ((g * unit).sum(0), g.sum(0))


@function
def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5, cudnn_enable=True):
    """(input - mean) / sqrt(var + eps) * weight + bias, where mean and variance are each sample's.

    input             (..., *normalized_shape)
    normalized_shape  an int or several: the last axes, over which mean and variance are taken
    weight, bias      of normalized_shape, or None

    Ba, Kiros and Hinton, Layer Normalization, 2016, arXiv:1607.06450.
    """
    require_tensor("layer_norm", input)
    axes = normalized_axes(input, normalized_shape, weight, bias)
    require_one_dtype(input, weight, bias)
    require_kind(input.dtype, "biu", "LayerNormKernelImpl")
    y = layer_norm_of(input, weight, bias, axes, eps)
    return y.to(float16) if input.dtype is float16 else y


def normalized_axes(input, normalized_shape, weight, bias, others="*, "):
    """The last axes of `input`, which are of normalized_shape; an error where they aren't.

    others  what the error calls the axes in front
    """
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape:
        raise ShapeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one "
            "element, but got normalized_shape = []"
        )
    for name, each in (("weight", weight), ("bias", bias)):
        if each is not None and each.array.shape != shape:
            raise ShapeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(each.shape)} and normalized_shape = {list(shape)}"
            )
    if input.array.shape[-len(shape) :] != shape:
        wanted = others + ", ".join(map(str, shape))
        raise ShapeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [{wanted}], but got "
            f"input of size{list(input.shape)}"
        )
    return tuple(range(-len(shape), 0))


@function
def rms_norm(input, normalized_shape, weight=None, eps=None):
    """input / sqrt(mean of its squares + eps) * weight, where the mean is each sample's.

    normalized_shape, weight  as in `layer_norm`
    eps                       None: the smallest step from 1 that the dtype holds

    Zhang and Sennrich, 2019, arXiv:1910.07467, equation 4.
    """
    axes = normalized_axes(input, normalized_shape, weight, None, "*")
    require_kind(input.dtype, "biu", "rms_norm")
    y = rms_norm_of(input, weight, axes, finfo(input.dtype).eps if eps is None else eps)
    return in_order_of(y.to(input.dtype), input)


@function
def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5, cudnn_enabled=True):
    """Each group of channels of each sample to mean 0 and variance 1, * weight + bias.

    input         (N, C, ...), where num_groups divides C
    weight, bias  (C,) or None

    Wu and He, Group Normalization, 2018, arXiv:1803.08494.
    """
    shape = input.array.shape
    if len(shape) < 2:
        raise ShapeError(
            f"Expected at least 2 dimensions for input tensor but received {len(shape)}"
        )
    require_int("group_norm", num_groups=num_groups)
    n, channels = shape[:2]
    if channels % num_groups:
        raise ShapeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of "
            f"shape {list(shape)} and num_groups={num_groups}"
        )
    if n * channels // num_groups * math.prod(shape[2:]) == 1:
        raise ShapeError(
            "Expected more than 1 value per channel when training, got input size "
            f"{[n * channels // num_groups, num_groups, *shape[2:]]}"
        )
    for name, each in (("weight", weight), ("bias", bias)):
        if each is not None and each.array.shape != (channels,):
            raise ShapeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, "
                f"but got {name} of shape {list(each.shape)} and input of shape {list(shape)}"
            )
    require_one_dtype(input, weight, bias)
    require_kind(input.dtype, "biu", "GroupNormKernelImpl")
    size = channels // num_groups * math.prod(shape[2:])
    x, weight, bias = widened(input, weight, bias)
    y = layer_norm_of(x.reshape(n, num_groups, size), None, None, (-1,), eps)
    y = per_channel(y.reshape(shape), weight, bias).to(input.dtype)
    return in_order_of(y, input)


def instance_norm(
    input,
    running_mean=None,
    running_var=None,
    weight=None,
    bias=None,
    use_input_stats=True,
    momentum=0.1,
    eps=1e-5,
):
    """Each channel of each sample to mean 0 and variance 1, * weight + bias.

    input            (N, C, ...)
    use_input_stats  False: by running_mean and running_var, as `batch_norm` does
    momentum         the share by which these move towards mean and variance over the batch

    Ulyanov, Vedaldi and Lempitsky, 2016, arXiv:1607.08022.
    """
    shape = input.array.shape
    if use_input_stats and math.prod(shape[2:]) == 1:
        raise ShapeError(
            f"Expected more than 1 spatial element when training, got input size {input.shape}"
        )
    n, channels, *spatial = shape
    require_channels(shape, n or 1, running_mean, running_var, weight, bias)
    if not use_input_stats:
        if running_mean is None or running_var is None:
            raise ShapeError(
                "Expected running_mean and running_var to be defined when use_input_stats is false"
            )
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    if not input.array.size:
        return per_channel(input.clone(), weight, bias).to(input.dtype)
    require_kind(input.dtype, "biu", "batch_norm")
    require_one_dtype(input, weight, bias, running_mean, running_var)
    x, weight, bias = widened(input, weight, bias)
    y, mean, var = batch_norm_by_batch(x.reshape(1, n * channels, *spatial), None, None, eps)
    if running_mean is not None or running_var is not None:
        with no_grad():
            mean, var = (seen.reshape(n, channels).mean(0) for seen in (mean, var))
        count = math.prod(spatial)
        move(momentum, (running_mean, mean, 1), (running_var, var, count / (count - 1)))
    return per_channel(y.reshape(shape), weight, bias).to(input.dtype)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """input / (k + alpha * mean of squares over `size` neighbouring channels) ** beta.

    input  (N, C, ...)

    Krizhevsky, Sutskever and Hinton, ImageNet Classification, 2012, section 3.3.
    """
    if input.ndim < 3:
        raise ShapeError(
            "Expected 3D or higher dimensionality                          input "
            f"(got {input.ndim} dimensions)"
        )
    if not input.numel():
        return input
    if input.dtype is not int64:
        require_kind(input.dtype, "biu", "avg_pool2d")
    n, channels, *spatial = input.shape
    squares = input * input
    before, after = [
        zeros(n, count, *spatial, dtype=input.dtype, device=input.device)
        for count in (size // 2, (size - 1) // 2)
    ]
    around = cat([before, squares, after], 1)
    near = around[:, :channels]
    for first in range(1, size):
        near = near + around[:, first : first + channels]
    mean = near / size if input.dtype.is_floating_point else near // size  # as its pooling does
    return in_order_of(input / (mean * alpha + k) ** beta, input)


# -------------------------------------------------------------------- as minitorch offers them


def instance_norm_reordered(
    input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, cudnn_enabled
):
    """`nn.functional.instance_norm` in another order."""
    return instance_norm(
        input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps
    )


@function
def native_layer_norm(input, normalized_shape, weight, bias, eps):
    """`layer_norm`, and the mean and 1 / sqrt(var + eps) of each sample."""
    require_kind(input.dtype, "biu", "LayerNormKernelImpl")
    axes = normalized_axes(input, normalized_shape, weight, bias)
    y = layer_norm_of(input, weight, bias, axes, eps)
    with no_grad():
        mean = input.mean(axes, True)
        away = input - mean
        return y, mean, ((away * away).mean(axes, True) + eps).rsqrt()


FUNCTIONS["instance_norm"] = instance_norm_reordered
