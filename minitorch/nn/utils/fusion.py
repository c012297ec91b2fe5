"""A batch normalisation after a convolution or Linear, taken into its weights for use."""

import copy

from minitorch.autograd.tensor import Tensor
from minitorch.nn.modules.batchnorm import _BatchNorm
from minitorch.nn.modules.conv import _ConvNd
from minitorch.nn.modules.linear import Linear
from minitorch.nn.parameter import Parameter
from minitorch.ops.creation import ones_like, zeros_like

NO_STATISTICS = "bn.running_mean and bn.running_var must not be None"


def fuse_conv_bn_eval(conv: _ConvNd, bn: _BatchNorm, transpose: bool = False) -> _ConvNd:
    """A convolution that does what `conv` and then `bn` do, both in `eval()`.

    transpose  conv is a ConvTranspose
    """
    require_eval(conv, bn)
    fused = copy.deepcopy(conv)
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError(NO_STATISTICS)
    fused.weight, fused.bias = fuse_conv_bn_weights(
        fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias,
        transpose,
    )  # fmt: skip
    return fused


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of the convolution that `fuse_conv_bn_eval` makes."""
    bias = zeros_like(bn_rm) if conv_b is None else conv_b
    scale = (ones_like(bn_rm) if bn_w is None else bn_w) * (bn_rv + bn_eps).rsqrt()
    shift = zeros_like(bn_rm) if bn_b is None else bn_b
    lead = (1, -1) if transpose else (-1, 1)
    w = conv_w * scale.reshape(lead + (1,) * (conv_w.ndim - 2))
    b = (bias - bn_rm) * scale + shift
    kind = conv_w.dtype if conv_b is None else conv_b.dtype
    return (
        Parameter(w.to(conv_w.dtype), conv_w.requires_grad),
        Parameter(b.to(kind), bias.requires_grad),
    )


def fuse_linear_bn_eval(linear: Linear, bn: _BatchNorm) -> Linear:
    """A Linear that does what `linear` and then `bn` do, both in `eval()`."""
    require_eval(linear, bn)
    fused = copy.deepcopy(linear)
    if bn.num_features not in (1, linear.out_features):
        raise AssertionError(
            "To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got "
            f"linear.out_features={linear.out_features} and bn.num_features={bn.num_features}"
        )
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError(NO_STATISTICS)
    fused.weight, fused.bias = fuse_linear_bn_weights(
        fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    )
    return fused


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of the Linear that `fuse_linear_bn_eval` makes."""
    bias = zeros_like(bn_rm) if linear_b is None else linear_b
    scale = (ones_like(bn_rm) if bn_w is None else bn_w) * (bn_rv + bn_eps).rsqrt()
    shift = zeros_like(bn_rm) if bn_b is None else bn_b
    w = linear_w * scale.unsqueeze(-1).to(linear_w.dtype)
    b = (bias - bn_rm) * scale + shift
    kind = linear_w.dtype if linear_b is None else linear_b.dtype
    return Parameter(w, linear_w.requires_grad), Parameter(b.to(kind), bias.requires_grad)


def require_eval(layer, bn):
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")
