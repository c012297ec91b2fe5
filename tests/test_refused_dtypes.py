"""Dtypes that PyTorch's kernels do not take are refused in its words, beside those of `@op`."""

import pytest

import minitorch as m
from minitorch.nn import functional as F


def ones(kind, *shape):
    return m.ones(*(shape or (2,)), dtype=getattr(m, kind))


def at(n):
    return m.zeros(n, dtype=m.int64)


ROWS = [
    (lambda: m.div(ones("bool"), ones("bool"), rounding_mode="trunc"), "div_trunc_cpu", "Bool"),
    (lambda: m.floor_divide(ones("bool"), ones("bool")), "div_floor_cpu", "Bool"),
    (lambda: m.remainder(ones("bool"), ones("bool")), "remainder_cpu", "Bool"),
    (lambda: m.fmod(ones("bool"), ones("bool")), "fmod_cpu", "Bool"),
    (lambda: m.round(ones("int32"), decimals=2), "round_cpu", "Int"),
    (lambda: m.clamp(ones("bool"), ones("bool"), ones("bool")), "clamp_cpu", "Bool"),
    (lambda: m.cumsum(ones("int64"), 0, dtype=m.bool), "cumsum_out_cpu", "Bool"),
    (lambda: m.cumprod(ones("int64"), 0, dtype=m.bool), "cumprod_out_cpu", "Bool"),
    (lambda: m.searchsorted(ones("bool"), ones("bool")), "searchsorted_out_cpu", "Bool"),
    (lambda: m.bucketize(ones("bool"), ones("bool")), "searchsorted_out_cpu", "Bool"),
    (
        lambda: m.native_batch_norm(ones("int8", 2, 1), *[None] * 4, True, 0.5, 1e-5),
        "batch_norm",
        "Char",
    ),
    (
        lambda: m.native_layer_norm(ones("int8"), (2,), None, None, 1e-5),
        "LayerNormKernelImpl",
        "Char",
    ),
    (lambda: m.cross(ones("bool", 3), ones("bool", 3), dim=0), "cross", "Bool"),
    (lambda: ones("bool").index_reduce(0, at(2), ones("bool"), "amax"), "index_func_", "Bool"),
    (
        lambda: ones("bool").scatter_reduce(0, at(2), ones("bool"), "mean"),
        "scatter_gather_tensor_cpu_reduce_mean",
        "Bool",
    ),
    (lambda: F.conv1d(ones("bool", 1, 1, 4), ones("bool", 1, 1, 2)), "slow_conv2d_cpu", "Bool"),
    (
        lambda: F.conv1d(ones("uint8", 1, 1, 4), ones("uint8", 1, 1, 2), dilation=2),
        "slow_conv_dilated<>",
        "Byte",
    ),
    (
        lambda: F.conv_transpose3d(ones("int32", 1, 1, 2, 2, 2), ones("int32", 1, 1, 2, 2, 2)),
        "slow_conv_transpose3d_out_cpu",
        "Int",
    ),
    (lambda: F.max_pool1d(ones("int64", 1, 4), 2), "max_pool1d_impl", "Long"),
    (lambda: F.avg_pool3d(ones("float16", 1, 2, 2, 2), 2), "avg_pool3d_out_frame", "Half"),
    (lambda: F.local_response_norm(ones("int32", 1, 2, 2), 2), "avg_pool2d", "Int"),
    (
        lambda: F.fractional_max_pool2d(ones("int64", 1, 4, 4), 2, output_size=2),
        "fractional_max_pool2d_out_frame",
        "Long",
    ),
    (
        lambda: F.ctc_loss(ones("float16", 3, 2), at(1), at(()) + 3, at(()) + 1),
        "ctc_loss_cpu",
        "Half",
    ),
    (lambda: F.nll_loss(ones("int64", 2, 3), at(2)), "nll_loss_out_frame", "Long"),
    (
        lambda: F.multi_margin_loss(ones("float16", 2, 3), at(2)),
        "multi_margin_loss_cpu_kernel",
        "Half",
    ),
    (
        lambda: F.multilabel_margin_loss(ones("int64", 3), at(3)),
        "multilabel_margin_loss_forward_out_frame",
        "Long",
    ),
    (
        lambda: F.binary_cross_entropy_with_logits(ones("int64"), ones("int64")),
        "log_sigmoid_cpu",
        "Long",
    ),
    (lambda: F.pdist(ones("float16", 2, 3)), "pdist", "Half"),
    (lambda: F.rrelu(ones("float16"), training=True), "rrelu_with_noise_out_cpu", "Half"),
    (lambda: F.softsign(ones("bool")), "abs_cpu", "Bool"),
]


@pytest.mark.parametrize("call, kernel, kind", ROWS, ids=[row[1] for row in ROWS])
def test_a_dtype_without_a_kernel_is_refused(call, kernel, kind):
    with pytest.raises(NotImplementedError, match=f"\"{kernel}\" not implemented for '{kind}'"):
        call()


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: m.dist(ones("int64"), ones("int64")), "norm(): input dtype should be either"),
        (lambda: F.embedding(at(1), ones("int64", 2, 2), max_norm=1.0), "norm(): input dtype"),
        (lambda: m.gradient(ones("uint8", 3)), "torch.gradient does not support uint8 input."),
        (lambda: m.isin(ones("bool"), ones("bool")), "Unsupported input type encountered for isin"),
        (lambda: m.linalg.vander(ones("float16")), "and integer tensors, but got Half"),
        (lambda: F.normalize(ones("int64", 2, 2)), "linalg.vector_norm: Expected a floating point"),
        (
            lambda: F.gaussian_nll_loss(ones("int64"), ones("int64"), ones("int64")),
            "result type Float can't be cast to the desired output type",
        ),
    ],
    ids=str,
)
def test_a_dtype_that_has_no_meaning_is_refused(call, text):
    with pytest.raises(RuntimeError) as caught:
        call()
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "alpha", "text"),
    [
        ("float32", True, "Boolean alpha only supported for Boolean results."),
        ("int8", 1.0, "For integral input tensors, argument alpha must not be a floating point"),
    ],
)
@pytest.mark.parametrize("f", [m.add, m.sub])
def test_a_factor_of_another_kind_is_refused(f, kind, alpha, text):
    with pytest.raises(RuntimeError, match=text):
        f(ones(kind), ones(kind), alpha=alpha)


def test_a_weight_without_dimensions_may_have_any_dtype():
    y = m.lerp(m.zeros(2), m.ones(2), m.tensor(0.5, dtype=m.float64))
    assert y.dtype is m.float32 and y.tolist() == [0.5, 0.5]
