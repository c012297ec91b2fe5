"""Normalisation and dropout: by hand, against PyTorch, and what is refused."""

import numpy as np
import pytest
from against_torch import compare
from refusals import refusal_tests

import minitorch
import minitorch.nn.functional as F


def ones(*shape):
    return minitorch.ones(shape)


# -------------------------------------------------------------------- normalisation


def test_instance_norm_moves_the_running_statistics_by_their_means_over_the_batch():
    x = minitorch.tensor([[[0.0, 2.0]], [[4.0, 4.0]]])
    mean, var = minitorch.zeros(1), minitorch.ones(1)
    y = F.instance_norm(x, mean, var, momentum=0.5)
    np.testing.assert_allclose(y.numpy(), [[[-1, 1]], [[0, 0]]], atol=1e-4)
    assert mean.item() == 1.25 and var.item() == 1.0  # of 1 and 4; of 2 and 0
    y = F.instance_norm(x, mean, var, use_input_stats=False, eps=0.0)
    assert y[0, 0].tolist() == [-1.25, 0.75]


def test_group_norm_of_one_group_is_layer_norm():
    x = minitorch.randn(2, 4, 3)
    wanted = F.layer_norm(x, (4, 3))
    np.testing.assert_allclose(F.group_norm(x, 1).numpy(), wanted.numpy(), 1e-5, 1e-6)


def test_half_precision_is_computed_in_single():
    x = (minitorch.rand(4, 6, 50) * 300).half().requires_grad_()
    for norm in (
        lambda x: F.layer_norm(x, (50,)),
        lambda x: F.group_norm(x, 2),
        lambda x: F.rms_norm(x, (50,), eps=1e-5),
        lambda x: F.batch_norm(x, None, None, training=True),
    ):
        y = norm(x)
        assert y.dtype is minitorch.float16 and y.isfinite().all()
        np.testing.assert_allclose(y.detach().numpy(), norm(x.float()).detach().numpy(), 1e-3, 1e-3)
        (g,) = minitorch.autograd.grad(y.sum(), x)
        assert g.dtype is minitorch.float16


def test_native_norms_return_what_they_normalised_by():
    x, one = minitorch.randn(3, 4, requires_grad=True), minitorch.ones(4)
    y, mean, scale = minitorch.native_layer_norm(x, (4,), None, None, 1e-5)
    assert (y == F.layer_norm(x, (4,))).all() and mean.shape == scale.shape == (3, 1)
    assert not mean.requires_grad
    y, mean, scale = minitorch.native_batch_norm(x, one, one, None, None, True, 0.1, 1e-5)
    np.testing.assert_allclose(mean.numpy(), x.detach().numpy().mean(0), 1e-5, 1e-6)
    assert y.requires_grad and scale.shape == (4,)


@pytest.mark.torch
def test_torch_agrees_on_norms():
    torch = pytest.importorskip("torch")
    x, w = np.random.normal(size=(3, 4, 5)), np.random.normal(size=4)
    for name, act in {
        "group_norm": lambda f, x, w: f(x, 2, w, w),
        "instance_norm": lambda f, x, w: f(x, None, None, w, w),
        "local_response_norm": lambda f, x, w: f(x, 3, 0.5) * w.sum(),
        "rms_norm": lambda f, x, w: f(x, (5,)) * w.sum(),
    }.items():
        compare(
            torch,
            lambda x, w, act=act, name=name: act(getattr(F, name), x, w),
            lambda x, w, act=act, name=name: act(getattr(torch.nn.functional, name), x, w),
            [x, w],
            second=name != "local_response_norm",
        )


# -------------------------------------------------------------------- dropout


def test_dropout_of_channels_keeps_or_drops_them_whole():
    for drop, shape in [
        (F.dropout1d, (30, 10, 4)),
        (F.dropout1d, (300, 4)),
        (F.dropout3d, (30, 10, 2, 1, 2)),
        (F.dropout3d, (300, 2, 1, 2)),
    ]:
        y = drop(ones(*shape))
        sums = y.reshape(300, 4).sum(1)
        assert set(sums.tolist()) == {0, 8}
        assert y.shape == shape
        x = ones(*shape)
        assert drop(x, inplace=True) is x and x.shape == shape and (x == 0).any()
        assert drop(x, training=False) is x or (drop(x, training=False) == x).all()


def test_alpha_dropout_keeps_mean_and_variance():
    x = minitorch.randn(100, 1000)
    for drop in (F.alpha_dropout, F.feature_alpha_dropout):
        y = drop(x, 0.3, training=True)
        assert y.mean().item() == pytest.approx(0, abs=0.02)
        assert y.var().item() == pytest.approx(1, abs=0.03)
        assert drop(x) is x
        assert (drop(x, 1.0, training=True) == 0).all()
    z = F.feature_alpha_dropout(ones(3, 50, 7), 0.5, training=True)
    assert (z == z[:, :, :1]).all()


def test_functions_of_the_top_level_name_training():
    x = ones(4, 5)
    assert minitorch.dropout(x, 0.5, False) is x
    assert minitorch.dropout_(x, 1.0, True) is x and (x == 0).all()
    assert minitorch.feature_dropout(ones(2, 3, 4), p=0.0, train=True).sum().item() == 24


REFUSED = [
    (
        RuntimeError,
        "Expected number of channels in input to be divisible by num_groups, but got input of "
        "shape [2, 7, 4] and num_groups=2",
        lambda: F.group_norm(ones(2, 7, 4), 2),
    ),
    (
        ValueError,
        "Expected more than 1 spatial element when training, got input size torch.Size([2, 3, 1])",
        lambda: F.instance_norm(ones(2, 3, 1)),
    ),
    (
        RuntimeError,
        "Expected running_mean and running_var to be defined when use_input_stats is false",
        lambda: F.instance_norm(ones(2, 3, 2), use_input_stats=False),
    ),
    (
        RuntimeError,
        "Expected normalized_shape to be at least 1-dimensional",
        lambda: F.rms_norm(ones(2, 3), ()),
    ),
    (
        ValueError,
        "batch_norm eps must be positive during training, but got 0.0",
        lambda: F.batch_norm(ones(2, 3), None, None, training=True, eps=0.0),
    ),
    (
        RuntimeError,
        "dropout1d: Expected 2D or 3D input, but received a 4D input.",
        lambda: F.dropout1d(ones(1, 2, 3, 4)),
    ),
    (
        RuntimeError,
        "Feature dropout requires at least 2 dimensions in the input",
        lambda: minitorch.feature_dropout(ones(3), 0.5, True),
    ),
    (
        UserWarning,
        "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout",
        lambda: F.dropout2d(ones(1, 2, 3)),
    ),
    (
        UserWarning,
        "dropout3d: Received a 3-D input to dropout3d, which is deprecated",
        lambda: F.dropout3d(ones(1, 2, 3)),
    ),
    (
        ValueError,
        "dropout probability has to be between 0 and 1, but got -0.5",
        lambda: F.alpha_dropout(ones(3), -0.5),
    ),
]

test_what_makes_no_sense_is_refused, test_torch_refuses_too = refusal_tests(REFUSED)
