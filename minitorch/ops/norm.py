"""Normalisation to mean 0 and variance 1: over a batch, or over each sample."""

import math

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.op import op
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace


@op(public=False, joint=True, outputs=("output", "mean", "var"), shown="NativeBatchNorm")
def batch_norm_by_batch(x, weight=None, bias=None, /, eps=1e-5):
    """Each channel of x (N, C, ...) to mean 0 and variance 1 over the batch, * weight + bias.

    Also returns mean and variance (C,); no gradient flows through these two.
    """
    xp = namespace(x)
    axes, channels = (0, *range(2, x.ndim)), (1, -1, *[1] * (x.ndim - 2))
    count = math.prod(x.shape) // x.shape[1]
    mean = x.sum(axis=axes) / count
    centred = x - mean.reshape(channels)
    var = (centred * centred).sum(axis=axes) / count
    scale = 1 / xp.sqrt(var + eps)
    unit = centred * scale.reshape(channels)
    gain = scale if weight is None else scale * weight

    def vjp(parts):
        g = parts[0]
        gb = g.sum(axis=axes)
        gw = (g * unit).sum(axis=axes)
        away = gb.reshape(channels) + unit * gw.reshape(channels)
        return (g - away / count) * gain.reshape(channels), gw, gb

    y = unit if weight is None else unit * weight.reshape(channels)
    return (y if bias is None else y + bias.reshape(channels), mean, var), vjp


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
    channels = input.shape[1]
    for name, each in (
        ("running_mean", running_mean),
        ("running_var", running_var),
        ("weight", weight),
        ("bias", bias),
    ):
        if each is not None and each.array.shape != (channels,):
            raise ShapeError(
                f"{name} should contain {channels} elements not {each.numel()}\n"
                f"  input {tuple(input.shape)}: the channels are along its second axis"
            )
    if not training:
        if running_mean is None or running_var is None:
            raise ShapeError("running_mean must be defined in evaluation mode")
        return batch_norm_by_running(input, running_mean, running_var, weight, bias, eps)
    count = input.numel() // channels if channels else 0
    if count <= 1:
        raise ShapeError(
            "Expected more than 1 value per channel when training, got input size "
            f"{input.shape}\n  the variance of one value is no use: call eval(), or drop_last=True"
        )
    y, mean, var = batch_norm_by_batch(input, weight, bias, eps)
    with no_grad():
        if running_mean is not None:
            running_mean.mul_(1 - momentum).add_(mean.detach(), alpha=momentum)
        if running_var is not None:
            share = momentum * count / (count - 1)
            running_var.mul_(1 - momentum).add_(var.detach(), alpha=share)
    return y


def batch_norm_by_running(input, mean, var, weight, bias, eps):
    """One product and one sum: scale and shift of a channel come out of (C,) vectors."""
    channels = (-1, *[1] * (input.ndim - 2))
    scale = (var + eps).rsqrt()
    scale = scale if weight is None else scale * weight
    shift = -mean * scale
    shift = shift if bias is None else shift + bias
    return input * scale.reshape(channels) + shift.reshape(channels)


@op(public=False, joint=True, shown="NativeLayerNorm")
def layer_norm_of(x, weight=None, bias=None, /, axes=(-1,), eps=1e-5):
    """Each sample to mean 0 and variance 1 over its last `axes`, * weight + bias."""
    xp = namespace(x)
    count = math.prod([x.shape[axis] for axis in axes])
    batch = tuple(range(x.ndim - len(axes)))
    centred = x - x.sum(axis=axes, keepdims=True) / count
    var = (centred * centred).sum(axis=axes, keepdims=True) / count
    scale = 1 / xp.sqrt(var + eps)
    unit = centred * scale

    def vjp(g):
        gu = g if weight is None else g * weight
        away = gu.sum(axis=axes, keepdims=True) + unit * (gu * unit).sum(axis=axes, keepdims=True)
        gw = None if weight is None else (g * unit).sum(axis=batch)
        gb = None if bias is None else g.sum(axis=batch)
        return (gu - away / count) * scale, gw, gb

    y = unit if weight is None else unit * weight
    return y if bias is None else y + bias, vjp


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """(input - mean) / sqrt(var + eps) * weight + bias, where mean and variance are each sample's.

    input             (..., *normalized_shape)
    normalized_shape  an int or several: the last axes, over which mean and variance are taken
    weight, bias      of normalized_shape, or None

    Ba, Kiros and Hinton, Layer Normalization, 2016, arXiv:1607.06450.
    """
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape or tuple(input.shape[-len(shape) :]) != shape:
        wanted = "".join(f", {n}" for n in shape)
        raise ShapeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [*{wanted}], but got "
            f"input of size{list(input.shape)}"
        )
    for name, each in (("weight", weight), ("bias", bias)):
        if each is not None and tuple(each.shape) != shape:
            raise ShapeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(each.shape)} and normalized_shape = {list(shape)}"
            )
    return layer_norm_of(input, weight, bias, tuple(range(-len(shape), 0)), eps)
