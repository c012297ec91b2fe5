"""Normalisation as layers: by closed forms, what they keep and load, and against PyTorch."""

import copy

import numpy as np
import pytest
from against_torch import compare_modules
from refusals import refusal_tests

import minitorch
from minitorch import nn
from minitorch.autograd import gradcheck
from minitorch.nn import functional as F
from minitorch.nn.modules.batchnorm import _BatchNorm


def normal(*shape):
    return np.random.normal(size=shape)


def drawn(*shape):
    return minitorch.tensor(normal(*shape))


def plain(x, axes, eps=1e-5):
    """x to mean 0 and variance 1 over these axes, in NumPy."""
    x = x.numpy()
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(var + eps)


# -------------------------------------------------------------------- over a batch


@pytest.mark.parametrize(
    "kind, shape",
    [
        (nn.BatchNorm1d, (6, 3)),
        (nn.BatchNorm1d, (6, 3, 4)),
        (nn.BatchNorm2d, (6, 3, 2, 4)),
        (nn.BatchNorm3d, (2, 3, 2, 4, 2)),
        (nn.SyncBatchNorm, (6, 3, 2)),
    ],
)
def test_a_batch_is_normalised_by_channel(kind, shape):
    layer, x = kind(3, dtype=minitorch.float64), drawn(*shape)
    axes = (0, *range(2, len(shape)))
    np.testing.assert_allclose(layer(x).detach().numpy(), plain(x, axes), rtol=1e-6, atol=1e-9)
    count = x.numel() // 3
    mean, var = x.numpy().mean(axes), x.numpy().var(axes) * count / (count - 1)
    np.testing.assert_allclose(layer.running_mean.numpy(), 0.1 * mean)
    np.testing.assert_allclose(layer.running_var.numpy(), 0.9 + 0.1 * var)
    layer.eval()
    way = (-1, *[1] * (len(shape) - 2))
    away = x - layer.running_mean.reshape(way)
    expected = away / (layer.running_var.reshape(way) + layer.eps).sqrt()
    assert minitorch.allclose(layer(x), expected)
    assert layer.num_batches_tracked.item() == 1


def test_statistics_can_be_switched_off_later():
    layer = nn.BatchNorm1d(3)
    layer.track_running_stats = False
    layer(minitorch.randn(4, 3))
    assert layer.num_batches_tracked.item() == 0 and (layer.running_mean == 0).all()


def test_batch_norm_can_be_differentiated():
    for layer in (nn.BatchNorm1d(3).double(), nn.InstanceNorm1d(3, affine=True).double()):
        assert gradcheck(layer, (drawn(4, 3, 2).requires_grad_(),))


def test_an_old_state_dict_has_no_count_of_batches():
    state = nn.BatchNorm2d(3).state_dict()
    assert state._metadata[""] == {"version": 2}
    del state["num_batches_tracked"]
    with pytest.raises(RuntimeError, match=r"Missing key.*num_batches_tracked"):
        nn.BatchNorm2d(3).load_state_dict(state)
    layer = nn.BatchNorm2d(3)
    layer.num_batches_tracked.fill_(4)
    layer.load_state_dict(dict(state))  # without the version that a state dict carries
    assert layer.num_batches_tracked.item() == 4


def test_instance_norm_explains_old_statistics():
    state = dict(nn.BatchNorm2d(3).state_dict())
    with pytest.raises(RuntimeError) as error:
        nn.InstanceNorm2d(3, affine=True).load_state_dict(state)
    assert (
        'Unexpected running stats buffer(s) "running_mean" and "running_var" for InstanceNorm2d '
        "with track_running_stats=False. If state_dict is a checkpoint saved before 0.4.0"
    ) in str(error.value)


def test_batch_norms_of_a_model_are_converted_to_synchronous_ones():
    net = nn.Sequential(
        nn.BatchNorm1d(4), nn.InstanceNorm1d(4), nn.ModuleList([nn.BatchNorm2d(2, affine=False)])
    ).eval()
    kept = net[0].weight
    converted = nn.SyncBatchNorm.convert_sync_batchnorm(net)
    assert [type(each).__name__ for each in converted] == [
        "SyncBatchNorm", "InstanceNorm1d", "ModuleList"
    ]  # fmt: skip
    assert converted[0].weight is kept and not converted[0].training
    assert isinstance(converted[2][0], nn.SyncBatchNorm) and converted[2][0].weight is None
    single = nn.SyncBatchNorm.convert_sync_batchnorm(nn.BatchNorm1d(2), process_group="all")
    assert single.process_group == "all"


def test_a_norm_of_ones_own_says_what_it_takes():
    class AnyNorm(_BatchNorm):
        def _check_input_dim(self, input):
            assert input.ndim > 1

    assert AnyNorm(3)(minitorch.randn(4, 3, 1, 1, 1, 2)).shape == (4, 3, 1, 1, 1, 2)
    with pytest.raises(NotImplementedError):
        _BatchNorm(3)(minitorch.randn(4, 3))


# -------------------------------------------------------------------- over each sample


@pytest.mark.parametrize(
    "kind, shape",
    [
        (nn.InstanceNorm1d, (6, 3, 4)),
        (nn.InstanceNorm2d, (6, 3, 2, 4)),
        (nn.InstanceNorm3d, (2, 3, 2, 4, 2)),
    ],
)
def test_each_channel_of_each_sample_is_normalised(kind, shape):
    x = drawn(*shape)
    layer = kind(3)
    expected = plain(x, tuple(range(2, len(shape))))
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(layer(x[0]).numpy(), expected[0], rtol=1e-6, atol=1e-9)
    assert not layer.state_dict()
    tracking = kind(3, track_running_stats=True, affine=True, dtype=minitorch.float64)
    tracking(x)
    assert (tracking.running_mean != 0).all() and tracking.num_batches_tracked.item() == 0
    assert not minitorch.allclose(tracking.eval()(x), minitorch.tensor(expected))


def test_instance_norm_of_nothing_is_nothing():
    x = minitorch.ones(0, 3, 4, 4)
    assert nn.InstanceNorm2d(3, affine=True, track_running_stats=True)(x).shape == x.shape


def test_instance_norm_without_parameters_takes_any_channels_and_warns():
    with pytest.warns(UserWarning, match="input's size at dim=1 does not match num_features"):
        nn.InstanceNorm1d(3)(minitorch.randn(2, 4, 5))


def test_group_norm_lies_between_layer_norm_and_instance_norm():
    x = drawn(2, 6, 4, 3)
    assert minitorch.allclose(nn.GroupNorm(6, 6, affine=False)(x), nn.InstanceNorm2d(6)(x))
    whole = nn.LayerNorm((6, 4, 3), elementwise_affine=False)(x)
    assert minitorch.allclose(nn.GroupNorm(1, 6, affine=False)(x), whole)
    layer = nn.GroupNorm(3, 6, bias=False)
    assert list(layer.state_dict()) == ["weight"] and layer.bias is None


def test_rms_norm_keeps_the_mean():
    x = drawn(2, 5)
    layer = nn.RMSNorm(5, eps=0.0, dtype=minitorch.float64)
    assert minitorch.allclose(layer(x), x / (x * x).mean(-1, keepdim=True).sqrt())
    assert nn.RMSNorm([2, 5], elementwise_affine=False)(x).shape == (2, 5)
    assert nn.RMSNorm([2, 5]).weight.shape == (2, 5)


def test_local_response_norm_divides_by_the_neighbours():
    x = drawn(2, 5, 3, 3)
    y = nn.LocalResponseNorm(3, alpha=0.3, beta=0.5, k=2.0)(x)
    squares = np.pad(x.numpy() ** 2, [(0, 0), (1, 1), (0, 0), (0, 0)])
    near = squares[:, :-2] + squares[:, 1:-1] + squares[:, 2:]
    np.testing.assert_allclose(y.numpy(), x.numpy() / np.sqrt(2 + 0.1 * near))
    same = nn.CrossMapLRN2d(3, alpha=0.3, beta=0.5, k=2.0)
    assert minitorch.allclose(same(x), y)
    even = nn.CrossMapLRN2d(4, alpha=0.4, beta=0.5, k=2.0)  # a window of three here too
    assert minitorch.allclose(even(x), y)
    assert gradcheck(same, (x.requires_grad_(),))


def test_parameters_start_at_one_and_zero_and_do_so_again():
    for layer in (nn.BatchNorm2d(3), nn.LayerNorm(4), nn.GroupNorm(1, 2), nn.RMSNorm(4)):
        for p in layer.parameters():
            p.data.normal_()
        layer.reset_parameters()
        assert (layer.weight == 1).all()
        assert "bias" not in layer._parameters or (layer.bias == 0).all()


# -------------------------------------------------------------------- refusals

REFUSED = [
    (
        ValueError,
        "expected 5D input (got 4D input)",
        lambda: nn.BatchNorm3d(3)(minitorch.ones(2, 3, 1, 1)),
    ),
    (
        ValueError,
        "expected at least 2D input (got 1D input)",
        lambda: nn.SyncBatchNorm(3)(minitorch.ones(3)),
    ),
    (
        ValueError,
        "SyncBatchNorm number of input channels should be non-zero",
        lambda: nn.SyncBatchNorm(3)(minitorch.ones(3, 0)),
    ),
    (
        ValueError,
        "expected 3D or 4D input (got 5D input)",
        lambda: nn.InstanceNorm2d(3)(minitorch.ones(1, 1, 1, 1, 1)),
    ),
    (
        ValueError,
        "expected input's size at dim=1 to match num_features (3), but got: 4.",
        lambda: nn.InstanceNorm1d(3, affine=True)(minitorch.ones(2, 4, 5)),
    ),
    (
        ValueError,
        "Expected more than 1 spatial element when training, got input size torch.Size([2, 3, 1])",
        lambda: nn.InstanceNorm1d(3)(minitorch.ones(2, 3, 1)),
    ),
    (
        RuntimeError,
        "running_mean should contain 8 elements not 6",
        lambda: F.instance_norm(minitorch.ones(2, 4, 5), minitorch.ones(3), minitorch.ones(3)),
    ),
    (
        ValueError,
        "num_channels (5) must be divisible by num_groups (2)",
        lambda: nn.GroupNorm(2, 5),
    ),
    (
        RuntimeError,
        "Given normalized_shape=[5, 6], expected input with shape [*, 5, 6], but got input of siz",
        lambda: nn.LayerNorm((5, 6))(minitorch.ones(2, 3)),
    ),
    (
        RuntimeError,
        "Given normalized_shape=[5, 6], expected input with shape [*5, 6], but got input of size[2",
        lambda: nn.RMSNorm((5, 6))(minitorch.ones(2, 3)),
    ),
    (
        ValueError,
        "CrossMapLRN2d: Expected input to be 4D, got 3D instead.",
        lambda: nn.CrossMapLRN2d(3)(minitorch.ones(2, 3, 4)),
    ),
]

test_what_makes_no_sense_is_refused, test_torch_refuses_too = refusal_tests(REFUSED)


# -------------------------------------------------------------------- against PyTorch

LINES, IMAGES, VOLUMES = (3, 4, 5), (3, 4, 3, 5), (2, 4, 2, 3, 4)
LAYERS = [
    (lambda nn: nn.BatchNorm1d(4, momentum=None), LINES),
    (lambda nn: nn.BatchNorm1d(4, track_running_stats=False, bias=False), LINES),
    (lambda nn: nn.BatchNorm2d(4, 1e-3, 0.3), IMAGES),
    (lambda nn: nn.BatchNorm3d(4), VOLUMES),
    (lambda nn: nn.BatchNorm3d(4, affine=False).eval(), VOLUMES),
    (lambda nn: nn.SyncBatchNorm(4), IMAGES),
    (lambda nn: nn.SyncBatchNorm(4, affine=False).eval(), IMAGES),
    (lambda nn: nn.InstanceNorm1d(4, affine=True), LINES),
    (lambda nn: nn.InstanceNorm1d(4, track_running_stats=True), LINES[1:]),
    (lambda nn: nn.InstanceNorm2d(4, 1e-3, 0.3, True, True), IMAGES),
    (lambda nn: nn.InstanceNorm2d(4, track_running_stats=True).eval(), IMAGES),
    (lambda nn: nn.InstanceNorm3d(4, affine=True, bias=False), VOLUMES),
    (lambda nn: nn.GroupNorm(2, 4), IMAGES),
    (lambda nn: nn.GroupNorm(4, 4, 1e-2, bias=False), LINES),
    (lambda nn: nn.GroupNorm(1, 4, affine=False), (3, 4)),
    (lambda nn: nn.LayerNorm(5, bias=False), LINES),
    (lambda nn: nn.LayerNorm((3, 5), 1e-2), IMAGES),
    (lambda nn: nn.RMSNorm(5), LINES),
    (lambda nn: nn.RMSNorm((3, 5), 1e-2, False), IMAGES),
    (lambda nn: nn.LocalResponseNorm(2, 0.1), LINES),
    (lambda nn: nn.LocalResponseNorm(3, 0.1, 0.5, 2.0), VOLUMES),
]


@pytest.mark.torch
@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_torch_agrees(number):
    torch = pytest.importorskip("torch")
    make, shape = LAYERS[number]
    compare_modules(torch, make(nn), make(torch.nn), normal(*shape) * 2)


@pytest.mark.torch
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_torch_agrees_on_the_older_response_norm_while_no_channel_leaves_its_window(size):
    torch = pytest.importorskip("torch")
    x = normal(2, (size + 1) // 2, 3, 3)
    layers = [each.nn.CrossMapLRN2d(size, 0.3, 0.5, 2) for each in (minitorch, torch)]
    ours, theirs = layers[0](minitorch.tensor(x)), layers[1](torch.tensor(x))
    assert repr(layers[0]) == repr(layers[1])
    np.testing.assert_allclose(ours.numpy(), theirs.numpy())


def test_a_copy_has_statistics_of_its_own():
    layer = nn.BatchNorm1d(3)
    other = copy.deepcopy(layer)
    other(minitorch.randn(4, 3))
    assert layer.num_batches_tracked.item() == 0 and (layer.running_var == 1).all()


@pytest.mark.parametrize("layer", [nn.BatchNorm2d(3), nn.BatchNorm2d(3).eval()])
def test_an_empty_batch_gives_the_weights_a_gradient_of_zeros(layer):
    x = minitorch.ones(0, 3, 2, 2, requires_grad=True)
    layer(x).sum().backward()
    assert layer.weight.grad.tolist() == layer.bias.grad.tolist() == [0, 0, 0]
    assert x.grad.shape == x.shape
