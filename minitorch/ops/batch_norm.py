"""Normalisation over a batch."""

import math

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import require_bool, require_kind
from minitorch.autograd.tensor import FUNCTIONS, function
from minitorch.autograd.versions import touch
from minitorch.backend.dtypes import float16, float32
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.making import require_tensor
from minitorch.ops.shape import in_order_of


@op(public=False, joint=True, outputs=("output", "mean", "var"), shown="NativeBatchNorm", wide=True)
def batch_norm_by_batch(x, weight=None, bias=None, /, eps=1e-5):
    """Each channel of x (N, C, ...) to mean 0 and variance 1 over the batch, * weight + bias.

    Also returns mean and variance (C,); no gradient flows through these two.
    """
    xp = namespace(x)
    y, unit, mean, var, gain = xp.normalize_channels(x, weight, bias, eps)
    return (y, mean, var), lambda parts: xp.normalize_channels_share(parts[0], unit, gain)


def normalize_channels(x, weight, bias, eps):
    """The kernel of this name, on Tensors."""
    axes = (0, *range(2, x.ndim))
    mean = x.mean(axes)
    centred = x - beside(mean, x)
    var = (centred * centred).mean(axes)
    scale = (var + eps).rsqrt()
    unit = centred * beside(scale, x)
    y = unit if weight is None else unit * beside(weight, x)
    y = y if bias is None else y + beside(bias, x)
    return y, unit, mean, var, scale if weight is None else scale * weight


def normalize_channels_share(g, unit, gain):
    """The kernel of this name, on Tensors."""
    axes = (0, *range(2, g.ndim))
    gw, gb = (g * unit).sum(axes), g.sum(axes)
    away = (beside(gb, g) + unit * beside(gw, g)) * (g.shape[1] / g.numel())
    return (g - away) * beside(gain, g), gw, gb


def beside(vector, x):
    """(C,) as it broadcasts against x (N, C, ...)."""
    return vector.reshape(-1, *[1] * (x.ndim - 2))


TENSOR_FUNCTIONS.normalize_channels = normalize_channels
TENSOR_FUNCTIONS.normalize_channels_share = normalize_channels_share


def batch_norm(
    input,
    running_mean,
    running_var,
    weight=None,
    bias=None,
    training=False,
    momentum=0.1,
    eps=1e-5,
):
    """(input - mean) / sqrt(var + eps) * weight + bias, per channel.

    input         (N, C, ...)
    running_mean  (C,), running_var (C,): what normalises unless `training`; may be None if it is
    training      normalise by mean and variance of the batch, and move the running ones, in place,
                  by the share `momentum` towards these (the variance over count - 1)
    eps           in units of input squared

    Ioffe and Szegedy, Batch Normalization, 2015, arXiv:1502.03167, algorithm 1.
    """
    require_tensor("batch_norm", input)
    require_bool("batch_norm", training=training)
    shape = input.array.shape
    if training:
        if math.prod(shape[:1] + shape[2:]) == 1:
            raise ShapeError(
                "Expected more than 1 value per channel when training, got input size "
                f"{input.shape}\n"
                "  the variance of one value is no use: call eval(), or drop_last=True"
            )
        if eps <= 0:
            raise ShapeError(f"batch_norm eps must be positive during training, but got {eps}")
    elif eps < 0:
        raise ShapeError(f"batch_norm eps must be non-negative, but got {eps}")
    if not input.array.size:
        return per_channel(input.clone(), weight, bias).to(input.dtype)
    require_channels(shape, 1, running_mean, running_var, weight, bias)
    require_kind(input.dtype, "biu", "batch_norm")
    require_one_dtype(input, weight, bias, running_mean, running_var)
    if training:
        y = by_batch(input, running_mean, running_var, weight, bias, momentum, eps)[0]
        return in_order_of(y.to(float16) if input.dtype is float16 else y, input)
    if running_mean is None or running_var is None:
        raise ShapeError("running_mean must be defined in evaluation mode")
    y = batch_norm_by_running(input, running_mean, running_var, weight, bias, eps)
    return y.to(input.dtype)


def require_channels(shape, times, running_mean, running_var, weight, bias):
    """Raise PyTorch's error unless the vectors have a number for each channel.

    times  how often PyTorch repeats them, and so counts their elements
    """
    channels = shape[1]
    named = {"running_mean": running_mean, "running_var": running_var, "weight": weight}
    for name, each in (*named.items(), ("bias", bias)):
        if each is not None and each.array.shape != (channels,):
            raise ShapeError(
                f"{name} should contain {times * channels} elements not {times * each.numel()}\n"
                f"  input {tuple(shape)}: the channels are along its second axis"
            )


def require_one_dtype(input, *vectors):
    """Raise PyTorch's error unless all are of one dtype; float16 may go with float32 vectors."""
    kind = input.array.dtype
    for each in vectors:
        if each is not None and each.array.dtype != kind:
            if each.dtype is float32 and input.dtype is float16:
                continue
            want = (
                "all inputs must share same datatype."
                if each.dtype is float32
                else "expect parameter to have scalar type of Float"
            )
            raise DtypeError(
                f"mixed dtype (CPU): {want}\n"
                f"  input {input.dtype}   the module's {each.dtype}: convert one with .to(dtype)"
            )


def by_batch(input, running_mean, running_var, weight, bias, momentum, eps):
    """Output, mean and variance; the running statistics are moved."""
    count = input.array.size // input.array.shape[1]
    y, mean, var = batch_norm_by_batch(input, weight, bias, eps)
    move(momentum, (running_mean, mean, 1), (running_var, var, count / (count - 1)))
    return y, mean, var


def move(share, *moves):
    """For each (running, seen, times) move `running`, unless None, in place by `share` towards
    seen * times.
    """
    arrays = [(each.array, seen.array, times) for each, seen, times in moves if each is not None]
    if arrays:
        namespace(arrays[0][0]).move_averages(arrays, share)
    for running, _, _ in arrays:
        touch(running)


@op(public=False, shown="NativeBatchNorm", wide=True)
def batch_norm_by_running(x, mean, var, weight=None, bias=None, /, eps=1e-5):
    """One product and one sum: scale and shift of a channel come out of (C,) vectors.

    No gradient flows to mean and variance.
    """
    xp, axes = namespace(x), (0, *range(2, x.ndim))
    mean, var = beside(mean, x), beside(var, x)
    gain = 1 / xp.sqrt(var + eps)
    scale = gain if weight is None else gain * beside(weight, x)
    shift = -mean * scale if bias is None else beside(bias, x) - mean * scale
    return (
        x * scale + shift,
        lambda g: g * scale,
        None,
        None,
        lambda g: (g * (x - mean)).sum(axis=axes) * gain.reshape(-1),
        lambda g: g.sum(axis=axes),
    )


def widened(*tensors):
    """The same in float32 where they are float16, in which PyTorch doesn't compute."""
    return [x if x is None or x.dtype is not float16 else x.float() for x in tensors]


def per_channel(x, scale, shift):
    """x (N, C, ...) * scale + shift, each (C,) or None."""
    return x if scale is None and shift is None else scale_channels(x, scale, shift)


@op(public=False, joint=True, shown="NativeGroupNorm")
def scale_channels(x, scale=None, shift=None, /):
    """x times the `scale` of its channel, or plus its `shift`: one of the two is there."""
    axes = (0, *range(2, x.ndim))
    by = None if scale is None else beside(scale, x)
    y = x if scale is None else x * by

    def vjp(g):
        of_scale = None if scale is None else (g * x).sum(axis=axes)
        of_shift = None if shift is None else g.sum(axis=axes)
        return g if scale is None else g * by, of_scale, of_shift

    return y if shift is None else y + beside(shift, x), vjp


# -------------------------------------------------------------------- as minitorch offers them


def batch_norm_reordered(
    input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled=True
):
    """`nn.functional.batch_norm` in another order."""
    return batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


@function
def native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps):
    """`batch_norm`, and what it normalised by while training: means and 1 / sqrt(var + eps)."""
    require_kind(input.dtype, "biu", "batch_norm")
    if not training:
        y = batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
        return y, input.new_zeros(0), input.new_zeros(0)
    y, mean, var = by_batch(input, running_mean, running_var, weight, bias, momentum, eps)
    return y, mean.detach(), (var.detach() + eps).rsqrt()


FUNCTIONS["batch_norm"] = batch_norm_reordered
