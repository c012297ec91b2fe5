"""`nn.functional`: what layers and losses compute, as functions without state."""

from minitorch.ops.activation import (
    gelu,
    glu,
    hardshrink,
    logsigmoid,
    prelu,
    sigmoid,
    softplus,
    softshrink,
    softsign,
    tanh,
    tanhshrink,
)
from minitorch.ops.activation_forms import (
    celu,
    celu_,
    elu,
    elu_,
    gumbel_softmax,
    hardsigmoid,
    hardswish,
    hardtanh,
    hardtanh_,
    leaky_relu,
    leaky_relu_,
    log_softmax,
    mish,
    relu,
    relu6,
    relu_,
    rrelu,
    rrelu_,
    selu,
    selu_,
    silu,
    softmax,
    softmin,
    threshold,
    threshold_,
)
from minitorch.ops.adaptive_pool import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool1d_with_indices,
    adaptive_max_pool2d,
    adaptive_max_pool2d_with_indices,
    adaptive_max_pool3d,
    adaptive_max_pool3d_with_indices,
    fractional_max_pool2d,
    fractional_max_pool2d_with_indices,
    fractional_max_pool3d,
    fractional_max_pool3d_with_indices,
)
from minitorch.ops.attention import scaled_dot_product_attention
from minitorch.ops.average_pool import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    lp_pool1d,
    lp_pool2d,
    lp_pool3d,
)
from minitorch.ops.batch_norm import batch_norm
from minitorch.ops.binary_loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    multilabel_soft_margin_loss,
    soft_margin_loss,
)
from minitorch.ops.classification_loss import cross_entropy, linear_cross_entropy, nll_loss
from minitorch.ops.conv import conv1d, conv2d, conv3d, conv_tbc
from minitorch.ops.ctc import ctc_loss
from minitorch.ops.distance import (
    bilinear,
    cosine_similarity,
    normalize,
    pairwise_distance,
    pdist,
)
from minitorch.ops.dropout import (
    alpha_dropout,
    dropout,
    dropout1d,
    dropout2d,
    dropout3d,
    feature_alpha_dropout,
)
from minitorch.ops.embedding import embedding, embedding_bag, one_hot
from minitorch.ops.fold import channel_shuffle, fold, pixel_shuffle, pixel_unshuffle, unfold
from minitorch.ops.fold import channel_shuffle as native_channel_shuffle
from minitorch.ops.grid import affine_grid, grid_sample
from minitorch.ops.interpolate import interpolate, upsample, upsample_bilinear, upsample_nearest
from minitorch.ops.loss import (
    gaussian_nll_loss,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    poisson_nll_loss,
    smooth_l1_loss,
)
from minitorch.ops.multi_head import (
    _canonical_mask,  # noqa: F401  layers copied from PyTorch call it here
    _none_or_dtype,  # noqa: F401  so too
    multi_head_attention_forward,
)
from minitorch.ops.norm import (
    group_norm,
    instance_norm,
    layer_norm,
    local_response_norm,
    rms_norm,
)
from minitorch.ops.pad import pad
from minitorch.ops.pool import (
    max_pool1d,
    max_pool1d_with_indices,
    max_pool2d,
    max_pool2d_with_indices,
    max_pool3d,
    max_pool3d_with_indices,
)
from minitorch.ops.products import linear
from minitorch.ops.ranking_loss import (
    cosine_embedding_loss,
    hinge_embedding_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from minitorch.ops.transposed_conv import conv_transpose1d, conv_transpose2d, conv_transpose3d
from minitorch.ops.unpool import max_unpool1d, max_unpool2d, max_unpool3d

__all__ = [
    # convolution and pooling
    "conv1d", "conv2d", "conv3d", "conv_tbc", "conv_transpose1d", "conv_transpose2d",
    "conv_transpose3d",
    "avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool1d",
    "max_pool2d", "max_pool3d", "max_pool1d_with_indices", "max_pool2d_with_indices",
    "max_pool3d_with_indices", "max_unpool1d", "max_unpool2d", "max_unpool3d", "lp_pool1d",
    "lp_pool2d", "lp_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d",
    "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d_with_indices",
    "adaptive_max_pool3d_with_indices", "adaptive_avg_pool1d", "adaptive_avg_pool2d",
    "adaptive_avg_pool3d", "fractional_max_pool2d", "fractional_max_pool2d_with_indices",
    "fractional_max_pool3d", "fractional_max_pool3d_with_indices",
    # images
    "pad", "interpolate", "upsample", "upsample_nearest", "upsample_bilinear", "grid_sample",
    "affine_grid", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "native_channel_shuffle",
    "fold", "unfold",
    # layers as functions
    "batch_norm", "group_norm", "instance_norm", "layer_norm", "local_response_norm", "rms_norm",
    "linear", "one_hot", "embedding", "embedding_bag",
    # activations
    "threshold", "threshold_", "relu", "relu_", "hardtanh", "hardtanh_", "hardswish", "relu6",
    "elu", "elu_", "selu", "selu_", "celu", "celu_", "leaky_relu", "leaky_relu_", "prelu", "rrelu",
    "rrelu_", "glu", "gelu", "logsigmoid", "hardshrink", "tanhshrink", "softsign", "softplus",
    "softmin", "softmax", "softshrink", "gumbel_softmax", "log_softmax", "tanh", "sigmoid",
    "hardsigmoid", "silu", "mish",
    # dropout
    "dropout", "alpha_dropout", "feature_alpha_dropout", "dropout1d", "dropout2d", "dropout3d",
    # losses
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "l1_loss",
    "mse_loss", "nll_loss", "huber_loss", "smooth_l1_loss", "soft_margin_loss",
    "multilabel_soft_margin_loss", "gaussian_nll_loss", "kl_div", "poisson_nll_loss",
    "linear_cross_entropy", "ctc_loss",
    "cosine_embedding_loss", "hinge_embedding_loss", "margin_ranking_loss", "multi_margin_loss",
    "multilabel_margin_loss", "triplet_margin_loss", "triplet_margin_with_distance_loss",
    # attention
    "multi_head_attention_forward", "scaled_dot_product_attention",
    # distances
    "bilinear", "cosine_similarity", "normalize", "pairwise_distance", "pdist",
]  # fmt: skip
