"""nn.init: distributions by their bounds and moments, and those that layers start from."""

import math

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.nn import init


def moments(x):
    values = x.detach().numpy()
    return values.mean(), values.std(), values.min(), values.max()


def assert_uniform(x, bound):
    mean, std, low, high = moments(x)
    assert -bound <= low < -0.95 * bound and 0.95 * bound < high <= bound
    assert abs(mean) < 0.05 * bound and std == pytest.approx(bound / math.sqrt(3), rel=0.05)


def assert_normal(x, std):
    mean, found, _, high = moments(x)
    assert abs(mean) < 0.1 * std and found == pytest.approx(std, rel=0.05) and high > 2.5 * std


W = (60, 40)  # fan-in 40, fan-out 60
KERNEL = (30, 20, 3, 2)  # fan-in 120, fan-out 180


@pytest.mark.parametrize(
    "fill, bound",
    [
        (lambda w: init.uniform_(w, -3.0, 3.0), 3),
        (init.xavier_uniform_, math.sqrt(6 / 100)),
        (lambda w: init.xavier_uniform_(w, gain=2.0), 2 * math.sqrt(6 / 100)),
        (init.kaiming_uniform_, math.sqrt(6 / 40)),
        (lambda w: init.kaiming_uniform_(w, mode="fan_out"), math.sqrt(6 / 60)),
        (lambda w: init.kaiming_uniform_(w, a=math.sqrt(5)), 1 / math.sqrt(40)),
        (lambda w: init.kaiming_uniform_(w, nonlinearity="linear"), math.sqrt(3 / 40)),
    ],
)
def test_uniform_draws_fill_the_range_up_to_the_bound(fill, bound):
    w = nn.Parameter(minitorch.zeros(W))
    assert fill(w) is w and w.requires_grad and w.is_leaf
    assert_uniform(w, bound)


@pytest.mark.parametrize(
    "fill, std",
    [
        (lambda w: init.normal_(w, 0.0, 2.0), 2),
        (init.xavier_normal_, math.sqrt(2 / 300)),
        (init.kaiming_normal_, math.sqrt(2 / 120)),
        (lambda w: init.kaiming_normal_(w, mode="fan_out", nonlinearity="tanh"), 5 / 3 / 180**0.5),
    ],
)
def test_normal_draws_have_this_deviation(fill, std):
    w = nn.Parameter(minitorch.zeros(KERNEL))
    assert fill(w) is w
    assert_normal(w, std)


def test_constants_fill_the_tensor():
    w = nn.Parameter(minitorch.zeros(2, 3))
    assert (init.constant_(w, 3.0) == 3).all()
    assert (init.ones_(w) == 1).all()
    assert (init.zeros_(w) == 0).all()
    assert init.eye_(w).tolist() == [[1, 0, 0], [0, 1, 0]]


def test_trunc_normal_stays_within_its_bounds():
    w = init.trunc_normal_(minitorch.zeros(5000), 1.0, 2.0, 0.0, 4.0)
    mean, _, low, high = moments(w)
    assert 0 <= low < 0.01 and 3.99 < high <= 4 and mean == pytest.approx(1.69, abs=0.05)
    tail = init.trunc_normal_(minitorch.zeros(5000), 0.0, 1.0, 1.5, 3.0)
    mean, _, low, high = moments(tail)
    assert 1.5 <= low < 1.51 and high <= 3 and mean == pytest.approx(1.91, abs=0.03)
    with pytest.warns(UserWarning, match="mean is more than 2 std from"):
        init.trunc_normal_(minitorch.zeros(5), 0.0, 1.0, 2.5, 3.0)


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3), (2, 3, 4)])
def test_orthogonal_rows_or_columns(shape):
    w = init.orthogonal_(nn.Parameter(minitorch.zeros(shape)), gain=2.0)
    flat = w.detach().numpy().reshape(shape[0], -1)
    gram = flat @ flat.T if flat.shape[0] <= flat.shape[1] else flat.T @ flat
    np.testing.assert_allclose(gram, 4 * np.eye(len(gram)), atol=1e-5)
    assert init.orthogonal_(minitorch.zeros(0, 3)).shape == (0, 3)


def test_draws_follow_the_seed_or_the_generator():
    generator = minitorch.Generator(minitorch.get_default_device()).manual_seed(5)
    first = init.normal_(minitorch.zeros(4), generator=generator)
    generator.manual_seed(5)
    assert (init.normal_(minitorch.zeros(4), generator=generator) == first).all()
    minitorch.manual_seed(1)
    layer = nn.Linear(3, 2)
    minitorch.manual_seed(1)
    assert (nn.Linear(3, 2).weight == layer.weight).all()


def test_gains_are_those_of_the_nonlinearity():
    assert init.calculate_gain("linear") == init.calculate_gain("sigmoid") == 1
    assert init.calculate_gain("tanh") == 5 / 3
    assert init.calculate_gain("relu") == math.sqrt(2)
    assert init.calculate_gain("selu") == 0.75
    assert init.calculate_gain("leaky_relu") == pytest.approx(math.sqrt(2 / 1.0001))
    assert init.calculate_gain("leaky_relu", 2) == pytest.approx(math.sqrt(2 / 5))


@pytest.mark.parametrize(
    "text, act",
    [
        ("Unsupported nonlinearity gelu", lambda: init.calculate_gain("gelu")),
        ("negative_slope x not a valid number", lambda: init.calculate_gain("leaky_relu", "x")),
        (
            "Mode fan_avg not supported, please use one of ['fan_in', 'fan_out']",
            lambda: init.kaiming_normal_(minitorch.zeros(W), mode="fan_avg"),
        ),
        (
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions",
            lambda: init.xavier_uniform_(minitorch.zeros(3)),
        ),
        ("Only tensors with 2 dimensions are supported", lambda: init.eye_(minitorch.zeros(3))),
        (
            "Only tensors with 2 or more dimensions are supported",
            lambda: init.orthogonal_(minitorch.zeros(3)),
        ),
    ],
)
def test_what_makes_no_sense_is_refused(text, act):
    with pytest.raises(ValueError) as error:
        act()
    assert str(error.value) == text


def test_nothing_to_fill_is_warned_of():
    for fill in (init.kaiming_uniform_, init.kaiming_normal_):
        with pytest.warns(UserWarning, match="Initializing zero-element tensors is a no-op"):
            fill(minitorch.zeros(0, 3))


def test_layers_start_from_the_distributions_of_torch():
    linear = nn.Linear(64, 500)
    assert_uniform(linear.weight, 1 / 8)
    assert_uniform(linear.bias, 1 / 8)
    conv = nn.Conv2d(16, 500, (2, 4), groups=2)
    assert_uniform(conv.weight, 1 / 8)
    assert_uniform(conv.bias, 1 / 8)
    for norm in (nn.BatchNorm2d(5), nn.LayerNorm(5)):
        assert (norm.weight == 1).all() and (norm.bias == 0).all()


@pytest.mark.torch
def test_torch_draws_from_the_same_distributions():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    fills = [
        lambda nn, w: nn.init.trunc_normal_(w, 0.5, 2.0, -1.0, 4.0),
        lambda nn, w: nn.init.trunc_normal_(w, 0.0, 1.0, 1.5, 3.0),
        lambda nn, w: nn.init.xavier_normal_(w, 1.5),
        lambda nn, w: nn.init.kaiming_uniform_(w, 0.3, "fan_out"),
    ]
    for fill in fills:
        ours = np.sort(fill(nn, minitorch.zeros(200, 100)).numpy().ravel())
        theirs = np.sort(fill(torch.nn, torch.zeros(200, 100)).numpy().ravel())
        spread = theirs[-1] - theirs[0]
        np.testing.assert_allclose(ours[500:-500], theirs[500:-500], atol=0.02 * spread)


def test_dirac_passes_channels_on():
    w = init.dirac_(minitorch.ones(4, 2, 3, 3), groups=2)
    assert sorted(map(tuple, np.argwhere(w.numpy()).tolist())) == [
        (0, 0, 1, 1),
        (1, 1, 1, 1),
        (2, 0, 1, 1),
        (3, 1, 1, 1),
    ]
    x = minitorch.randn(1, 2, 5)
    y = nn.functional.conv1d(x, init.dirac_(minitorch.empty(2, 2, 3)), padding=1)
    np.testing.assert_array_equal(y.numpy(), x.numpy())
    assert init.dirac_(minitorch.empty(1, 2, 1, 2, 3)).sum() == 1


def test_sparse_puts_zeros_into_each_column():
    w = init.sparse_(minitorch.zeros(10, 40), 0.25, std=2.0)
    assert ((w == 0).sum(0) == 3).all()
    assert w[w != 0].std().item() == pytest.approx(2, rel=0.2)


@pytest.mark.parametrize(
    "text, act",
    [
        ("Only tensors with 3, 4, or 5", lambda: init.dirac_(minitorch.ones(2, 2))),
        ("dim 0 must be divisible by groups", lambda: init.dirac_(minitorch.ones(3, 2, 1), 2)),
        ("Only tensors with 2 dimensions", lambda: init.sparse_(minitorch.ones(2), 0.1)),
    ],
)
def test_dirac_and_sparse_refuse(text, act):
    with pytest.raises(ValueError, match=text):
        act()


@pytest.mark.parametrize(
    "name",
    [
        "uniform",
        "normal",
        "eye",
        "xavier_uniform",
        "xavier_normal",
        "kaiming_uniform",
        "kaiming_normal",
        "orthogonal",
    ],
)
def test_older_names_fill_and_warn(name):
    older = getattr(init, name)
    text = f"`nn.init.{name}` is now deprecated in favor of `nn.init.{name}_`."
    with pytest.warns(FutureWarning) as warned:
        w = older(minitorch.zeros(3, 3))
    assert str(warned[0].message) == text and older.__name__ == name and (w != 0).any()


def test_older_names_take_the_same_arguments():
    with pytest.warns(FutureWarning):
        assert (init.constant(minitorch.zeros(2), 3.0) == 3).all()
        assert init.dirac(minitorch.zeros(2, 2, 1), groups=2).sum() == 2
        assert (init.sparse(minitorch.zeros(4, 2), sparsity=0.5) == 0).sum() == 4
