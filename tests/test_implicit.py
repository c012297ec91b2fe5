"""Draws of the gamma and Dirichlet family, their derivatives, and binomial counts."""

import numpy as np
import pytest

import minitorch
from minitorch import tensor
from minitorch.ops.implicit import beta_slope, gamma_slope
from minitorch.ops.special import igamma


def float64(values):
    return tensor(values, dtype=minitorch.float64)


SHAPES = np.repeat([0.1, 0.5, 1.0, 3.0, 30.0, 1000.0], 50)


def gamma_draws(dtype="float64"):
    shapes = SHAPES.astype(dtype)
    return shapes, minitorch._standard_gamma(minitorch.from_numpy(shapes)).numpy()


def test_gamma_draw_moves_so_that_its_rank_stays():
    a, x = gamma_draws()
    step = 1e-5 * a
    ranks = [igamma(float64(a + h), float64(x)).numpy() for h in (step, -step)]
    log_density = (a - 1) * np.log(x) - x - float64(a).lgamma().numpy()
    expected = -(ranks[0] - ranks[1]) / (2 * step) / np.exp(log_density)
    np.testing.assert_allclose(gamma_slope(a, x), expected, 2e-4)


def test_mean_of_gamma_draws_grows_as_their_shape():
    a = float64(np.full(200_000, 2.5)).requires_grad_()
    minitorch._standard_gamma(a).sum().backward()
    assert abs(a.grad.numpy().mean() - 1) < 5 * a.grad.numpy().std() / 200_000**0.5


def test_slope_in_float32_is_near_that_in_float64():
    a, x = gamma_draws()
    ours = gamma_slope(a.astype("f4"), x.astype("f4"))
    there = x > 1e-30
    np.testing.assert_allclose(ours[there], gamma_slope(a, x)[there], 1e-3)


@pytest.mark.parametrize("power", [0.05, 0.7, 1.0, 4.0, 300.0])
def test_beta_draw_moves_as_its_power_law_says(power):
    """Of Beta(a, 1) the rank is x**a, so dx/da = -x * log(x) / a; of Beta(1, b) 1 - (1 - x)**b."""
    u = np.linspace(0.02, 0.98, 49)
    ones, powers = np.ones_like(u), np.full_like(u, power)
    x = u ** (1 / power)
    expected = -x * np.log(x) / power
    there = (x > 0) & (x < 1)
    ours = beta_slope(powers, ones, x)[there]
    np.testing.assert_allclose(ours, expected[there], 1e-8)


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (2.0, 5.0), (40.0, 3.0)])
def test_beta_draw_moves_so_that_its_rank_stays(a, b):
    nodes, weights = np.polynomial.legendre.leggauss(200)

    def rank(a, x):
        """The integral of the density up to x, with t = x * s**8 to smooth its end."""
        s = (nodes + 1) / 2
        t = x[:, None] * s**8
        dt = 8 * x[:, None] * s**7 * weights / 2
        log_beta = sum(float64(n).lgamma().item() * k for n, k in ((a, 1), (b, 1), (a + b, -1)))
        return (np.exp((a - 1) * np.log(t) + (b - 1) * np.log1p(-t) - log_beta) * dt).sum(-1)

    x = np.linspace(0.05, 0.95, 19)
    h = 1e-4 * a
    log_beta = sum(float64(n).lgamma().item() * k for n, k in ((a, 1), (b, 1), (a + b, -1)))
    density = np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - log_beta)
    expected = -(rank(a + h, x) - rank(a - h, x)) / (2 * h) / density
    ours = beta_slope(np.full_like(x, a), np.full_like(x, b), x)
    there = density > 1e-6
    np.testing.assert_allclose(ours[there], expected[there], 1e-5)


def test_dirichlet_gradient_is_that_of_its_components():
    a = float64([0.7, 2.0, 3.0]).requires_grad_()
    x = minitorch._sample_dirichlet(a)
    g = float64([1.0, -2.0, 0.5])
    (x * g).sum().backward()
    slope = minitorch._dirichlet_grad(x.detach(), a.detach(), a.detach().sum().expand(3))
    expected = slope * (g - (x.detach() * g).sum())
    np.testing.assert_allclose(a.grad.numpy(), expected.numpy(), 1e-12)


def test_dirichlet_of_small_shapes_lies_in_the_corners_and_never_quite_there():
    for dtype in (minitorch.float32, minitorch.float64):
        x = minitorch._sample_dirichlet(minitorch.full((20_000, 2), 0.01, dtype=dtype))
        assert ((x > 0) & (x < 1)).all()
        assert abs((x[:, 0] < 0.1).double().mean() - 0.5) < 0.05
        assert abs((x[:, 0] > 0.9).double().mean() - 0.5) < 0.05


def test_gamma_draws_are_never_zero():
    assert (minitorch._standard_gamma(minitorch.full((1000,), 1e-3)) > 0).all()


@pytest.mark.parametrize("name", ["_standard_gamma", "_sample_dirichlet"])
def test_draws_from_integers_are_refused(name):
    with pytest.raises(NotImplementedError, match="\"gamma_cpu\" not implemented for 'Long'"):
        getattr(minitorch, name)(tensor([1, 2]))


def test_binomial_counts_successes():
    counts = minitorch.binomial(minitorch.full((20_000,), 10.0), tensor(0.3)).numpy()
    assert counts.min() >= 0 and counts.max() <= 10
    assert abs(counts.mean() - 3) < 5 * (2.1 / 20_000) ** 0.5
    assert abs(counts.var() - 2.1) < 0.15


def test_binomial_at_its_ends():
    count, prob = tensor([-2.0, 3.0, 3.0, 3.0]), tensor([0.5, 0.0, 1.0, 2.0])
    assert minitorch.binomial(count, prob).tolist() == [0, 0, 3, 3]
    assert minitorch.binomial(tensor([float("nan"), 2.0]), tensor(1.0)).isnan().tolist() == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("count", "prob", "error", "text"),
    [
        (tensor([3]), tensor([0.5]), RuntimeError, "only supports floating-point dtypes for count"),
        (tensor([3.0]).double(), tensor([0.5]), RuntimeError, "Found dtype Float but expected Dou"),
        (tensor([3.0, 4]), tensor([0.1] * 3), RuntimeError, "must match|[Bb]roadcast"),
    ],
)
def test_binomial_refuses(count, prob, error, text):
    with pytest.raises(error, match=text):
        minitorch.binomial(count, prob)
