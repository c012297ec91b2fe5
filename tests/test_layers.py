"""Layers: what they compute, learn, keep and print, also against PyTorch."""

import numpy as np
import pytest
from against_torch import compare_modules
from refusals import refusal_tests

import minitorch
from minitorch import nn
from minitorch.nn import functional as F


def normal(*shape):
    return np.random.normal(size=shape)


# -------------------------------------------------------------------- by hand


def test_linear_is_a_product_and_a_sum():
    layer = nn.Linear(2, 1)
    layer.weight.data.copy_(minitorch.tensor([[2.0, 3.0]]))
    layer.bias.data.fill_(1.0)
    x = minitorch.tensor([[1.0, 1.0], [0.0, 2.0]])
    assert layer(x).tolist() == [[6], [7]]
    assert layer(x[0]).tolist() == [6]
    assert nn.Linear(2, 3)(minitorch.ones(4, 5, 2)).shape == (4, 5, 3)
    assert nn.Linear(2, 3, bias=False).bias is None
    assert nn.Linear(2, 3, dtype=minitorch.float64).weight.dtype is minitorch.float64


def test_a_child_learns_with_its_parent():
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True), nn.Linear(4, 1))
    net(minitorch.randn(5, 3)).sum().backward()
    assert all(p.grad is not None for p in net.parameters())


def test_identity_ignores_its_arguments():
    x = minitorch.ones(2)
    assert nn.Identity(54, unused=True)(x) is x


def test_flatten_keeps_the_batch():
    x = minitorch.ones(2, 3, 4)
    assert nn.Flatten()(x).shape == (2, 12)
    assert nn.Flatten(0, 1)(x).shape == (6, 4)
    assert nn.Unflatten(1, (3, -1))(nn.Flatten()(x)).shape == (2, 3, 4)


def test_dropout_rests_in_eval():
    layer = nn.Dropout(0.5)
    x = minitorch.ones(200)
    assert set(layer(x).tolist()) == {0, 2}
    assert layer.eval()(x) is x
    inplace = nn.Dropout(0.5, inplace=True)
    assert inplace(x) is x
    assert nn.Dropout2d()(minitorch.ones(2, 3, 4, 4)).shape == (2, 3, 4, 4)


def test_batch_norm_counts_and_averages_batches():
    layer = nn.BatchNorm1d(2, momentum=None)
    batches = [minitorch.tensor(normal(4, 2)).float() for _ in range(3)]
    for x in batches:
        layer(x)
    assert layer.num_batches_tracked.item() == 3
    mean = np.mean([x.numpy().mean(0) for x in batches], 0)
    np.testing.assert_allclose(layer.running_mean.numpy(), mean, rtol=1e-5)
    layer.eval()
    layer(batches[0])
    assert layer.num_batches_tracked.item() == 3
    layer.reset_running_stats()
    assert layer.num_batches_tracked.item() == 0 and (layer.running_var == 1).all()


def test_batch_norm_without_statistics_always_uses_the_batch():
    layer = nn.BatchNorm1d(2, track_running_stats=False).eval()
    assert layer.running_mean is None and list(layer.state_dict()) == ["weight", "bias"]
    y = layer(minitorch.tensor(normal(50, 2)).float())
    np.testing.assert_allclose(y.detach().numpy().mean(0), 0, atol=1e-6)


def test_a_convnet_learns_a_little():
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout2d(0.1),
        nn.Flatten(),
        nn.Linear(4 * 4 * 4, 2),
    )
    x, target = minitorch.randn(16, 1, 8, 8), minitorch.arange(16) % 2
    criterion = nn.CrossEntropyLoss()
    losses = []
    for _ in range(30):
        net.zero_grad()
        loss = criterion(net(x), target)
        loss.backward()
        for p in net.parameters():
            p.data -= 0.1 * p.grad
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


# -------------------------------------------------------------------- refusals

REFUSED = [
    (ValueError, "groups must be a positive integer", lambda: nn.Conv2d(3, 4, 3, groups=0)),
    (ValueError, "in_channels must be divisible by groups", lambda: nn.Conv2d(3, 4, 3, groups=2)),
    (ValueError, "out_channels must be divisible by groups", lambda: nn.Conv2d(4, 3, 3, groups=2)),
    (
        ValueError,
        "Invalid padding string 'x', should be one of",
        lambda: nn.Conv2d(4, 3, 3, padding="x"),
    ),
    (
        ValueError,
        "padding='same' is not supported for strided convolutions",
        lambda: nn.Conv2d(4, 3, 3, padding="same", stride=2),
    ),
    (
        ValueError,
        "but got padding_mode='x'",
        lambda: nn.Conv2d(4, 3, 3, padding_mode="x"),
    ),
    (
        ValueError,
        "dropout probability has to be between 0 and 1, but got -1",
        lambda: nn.Dropout(-1),
    ),
    (
        ValueError,
        "expected 2D or 3D input (got 1D input)",
        lambda: nn.BatchNorm1d(3)(minitorch.ones(3)),
    ),
    (
        ValueError,
        "expected 4D input (got 2D input)",
        lambda: nn.BatchNorm2d(3)(minitorch.ones(3, 3)),
    ),
    (
        ValueError,
        "Expected more than 1 value per channel when training, got input size torch.Size([1, 3])",
        lambda: nn.BatchNorm1d(3)(minitorch.ones(1, 3)),
    ),
    (
        RuntimeError,
        "running_mean should contain 4 elements not 3",
        lambda: nn.BatchNorm1d(3)(minitorch.ones(2, 4)),
    ),
    (
        RuntimeError,
        "mat1 and mat2 shapes cannot be multiplied",
        lambda: nn.Linear(2, 3)(minitorch.ones(2, 4)),
    ),
]

test_what_makes_no_sense_is_refused, test_torch_refuses_too = refusal_tests(REFUSED)


def test_an_empty_layer_is_possible_and_warned_of():
    with pytest.warns(UserWarning, match="Initializing zero-element tensors is a no-op"):
        layer = nn.Linear(0, 3)
    assert layer.weight.shape == (3, 0) and (layer.bias == 0).all()


# -------------------------------------------------------------------- against PyTorch

IMAGES = (2, 4, 8, 7)
LAYERS = [
    (lambda nn: nn.Linear(4, 3), (5, 4)),
    (lambda nn: nn.Linear(4, 3, bias=False), (2, 5, 4)),
    (lambda nn: nn.Identity(), (5, 4)),
    (lambda nn: nn.Sigmoid(), (5, 4)),
    (lambda nn: nn.Tanh(), (5, 4)),
    (lambda nn: nn.ReLU(), (5, 4)),
    (lambda nn: nn.ReLU6(), (5, 4)),
    (lambda nn: nn.LeakyReLU(), (5, 4)),
    (lambda nn: nn.LeakyReLU(0.2), (5, 4)),
    (lambda nn: nn.ELU(), (5, 4)),
    (lambda nn: nn.ELU(2.0), (5, 4)),
    (lambda nn: nn.SiLU(), (5, 4)),
    (lambda nn: nn.Softplus(), (5, 4)),
    (lambda nn: nn.LogSigmoid(), (5, 4)),
    (lambda nn: nn.Hardtanh(), (5, 4)),
    (lambda nn: nn.Hardtanh(-2, 2), (5, 4)),
    (lambda nn: nn.Softmax(1), (5, 4)),
    (lambda nn: nn.LogSoftmax(dim=-1), (5, 4)),
    (lambda nn: nn.Flatten(), IMAGES),
    (lambda nn: nn.Unflatten(1, (2, 2)), IMAGES),
    (lambda nn: nn.Dropout(0.5).eval(), (5, 4)),
    (lambda nn: nn.Dropout(0.0, inplace=True), (5, 4)),
    (lambda nn: nn.Dropout2d(0.3).eval(), IMAGES),
    (lambda nn: nn.BatchNorm1d(4), (5, 4)),
    (lambda nn: nn.BatchNorm1d(4), (5, 4, 3)),
    (lambda nn: nn.BatchNorm1d(4, momentum=None), (5, 4)),
    (lambda nn: nn.BatchNorm1d(4, bias=False), (5, 4)),
    (lambda nn: nn.BatchNorm2d(4), IMAGES),
    (lambda nn: nn.BatchNorm2d(4).eval(), IMAGES),
    (lambda nn: nn.BatchNorm2d(4, affine=False, eps=1e-3, momentum=0.3), IMAGES),
    (lambda nn: nn.BatchNorm2d(4, track_running_stats=False).eval(), IMAGES),
    (lambda nn: nn.LayerNorm(7), IMAGES),
    (lambda nn: nn.LayerNorm((8, 7), bias=False), IMAGES),
    (lambda nn: nn.LayerNorm((4, 8, 7), elementwise_affine=False), IMAGES),
    (lambda nn: nn.Conv2d(4, 6, 3), IMAGES),
    (lambda nn: nn.Conv2d(4, 6, (3, 2), 2, 1, 2, 2, bias=False), IMAGES),
    (lambda nn: nn.Conv2d(4, 6, 3, padding="same"), IMAGES),
    (lambda nn: nn.Conv2d(4, 6, 3, padding="valid", groups=2), IMAGES[1:]),
    (lambda nn: nn.MaxPool2d(2), IMAGES),
    (lambda nn: nn.MaxPool2d((2, 3), 1, 1, ceil_mode=True), IMAGES),
    (lambda nn: nn.AvgPool2d(2), IMAGES),
    (lambda nn: nn.AvgPool2d((2, 3), 1, 1, count_include_pad=False), IMAGES),
    (lambda nn: nn.AdaptiveAvgPool2d(1), IMAGES),
    (lambda nn: nn.AdaptiveAvgPool2d((3, None)), IMAGES),
    (lambda nn: nn.Sequential(nn.Linear(4, 3), nn.ReLU(inplace=True), nn.Linear(3, 2)), (5, 4)),
    (lambda nn: nn.Sequential(nn.Conv2d(4, 3, 3), nn.LeakyReLU(inplace=True)), IMAGES),
]


@pytest.mark.torch
@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_torch_agrees(number):
    torch = pytest.importorskip("torch")
    make, shape = LAYERS[number]
    compare_modules(torch, make(nn), make(torch.nn), normal(*shape) * 2)


@pytest.mark.torch
def test_torch_prints_settings_alike():
    torch = pytest.importorskip("torch")

    def printed(nn):
        return [
            repr(layer)
            for layer in (
                nn.ReLU(True),
                nn.ReLU6(inplace=True),
                nn.LeakyReLU(0.1, True),
                nn.ELU(inplace=True),
                nn.SiLU(True),
                nn.Hardtanh(-1, 1, True),
                nn.Softmax(),
                nn.MaxPool2d(3, return_indices=True),
                nn.Dropout(0.1, inplace=True),
                nn.Conv2d(1, 2, (1, 2), stride=(2, 1), dilation=3),
            )
        ]

    assert printed(nn) == printed(torch.nn)


@pytest.mark.parametrize(
    "module, function",
    [
        (nn.Sigmoid(), F.sigmoid), (nn.Tanh(), F.tanh), (nn.ReLU(), F.relu), (nn.ReLU6(), F.relu6),
        (nn.SiLU(), F.silu), (nn.LeakyReLU(0.2), lambda x: F.leaky_relu(x, 0.2)),
        (nn.ELU(0.5), lambda x: F.elu(x, 0.5)),
        (nn.Hardtanh(-2, 3), lambda x: F.hardtanh(x, -2, 3)),
        (nn.Softplus(2, 5), lambda x: F.softplus(x, 2, 5)), (nn.LogSigmoid(), F.logsigmoid),
        (nn.Softmax(1), lambda x: F.softmax(x, 1)),
        (nn.LogSoftmax(1), lambda x: F.log_softmax(x, 1)),
        (nn.MaxPool2d(2, 1), lambda x: F.max_pool2d(x, 2, 1)),
        (nn.AvgPool2d(2, 1), lambda x: F.avg_pool2d(x, 2, 1)),
        (nn.AdaptiveAvgPool2d(3), lambda x: F.adaptive_avg_pool2d(x, 3)),
    ],
    ids=lambda each: type(each).__name__,
)  # fmt: skip
def test_modules_without_parameters_are_their_functions(module, function):
    x = minitorch.randn(2, 3, 6, 6)
    assert minitorch.equal(module(x), function(x))
    assert repr(module).startswith(type(module).__name__ + "(")
    assert not list(module.parameters())


def test_activations_in_place_write_to_their_input():
    for module in (nn.ReLU(True), nn.ReLU6(True), nn.SiLU(True), nn.ELU(inplace=True),
                   nn.LeakyReLU(inplace=True), nn.Hardtanh(inplace=True)):  # fmt: skip
        x = minitorch.randn(5)
        assert module(x) is x
        assert "inplace=True" in repr(module)
