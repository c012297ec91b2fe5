"""Distributions by themselves: densities, quantiles, draws, entropies, gradients, errors."""

import copy
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest
from distribution_examples import EXAMPLES, make

import minitorch
from minitorch import inf, tensor
from minitorch.autograd import gradcheck
from minitorch.distributions import (
    Bernoulli,
    Beta,
    Categorical,
    Dirichlet,
    Distribution,
    ExponentialFamily,
    Gamma,
    Independent,
    LKJCholesky,
    Multinomial,
    MultivariateNormal,
    Normal,
    Poisson,
    Wishart,
)

N = 20_000
UNBOUNDED = {"Cauchy", "HalfCauchy"}  # neither mean nor variance
DENSITIES = [
    "Beta", "Cauchy", "Chi2", "ContinuousBernoulli", "Exponential", "FisherSnedecor", "Gamma",
    "GeneralizedPareto", "Gumbel", "HalfCauchy", "HalfNormal", "InverseGamma", "Kumaraswamy",
    "Laplace", "LogNormal", "MixtureSameFamily", "Normal", "Pareto", "RelaxedBernoulli", "StudentT",
    "TransformedDistribution", "Uniform", "VonMises", "Weibull",
]  # fmt: skip
WITH_QUANTILES = [
    "Cauchy", "ContinuousBernoulli", "Exponential", "GeneralizedPareto", "Gumbel", "HalfCauchy",
    "HalfNormal", "Kumaraswamy", "Laplace", "LogNormal", "Normal", "Pareto",
    "TransformedDistribution", "Uniform", "Weibull",
]  # fmt: skip


def float64(values):
    return tensor(values, dtype=minitorch.float64)


def example(name):
    return make(name, minitorch)


# -------------------------------------------------------------------- densities


@pytest.fixture
def unchecked():
    """Values beyond the support are no errors."""
    Distribution.set_default_validate_args(False)
    yield
    Distribution.set_default_validate_args(True)


def bounds(dist):
    """The ends of the support, +-inf where there is none."""
    ends = [getattr(dist.support, f"{side}_bound", None) for side in ("lower", "upper")]
    return [
        end if given is None else minitorch.as_tensor(given).double()
        for end, given in zip((-inf, inf), ends)
    ]


@pytest.mark.parametrize("name", [n for n in DENSITIES if n != "VonMises"])
def test_density_integrates_to_one(unchecked, name):
    dist = example(name)
    lower, upper = bounds(dist)
    t = float64(np.linspace(-36, 36, 20_001)).view((-1,) + (1,) * len(dist.batch_shape))
    if not isinstance(lower, minitorch.Tensor):  # the whole line
        x, slope = t.sinh(), t.cosh()
    elif not isinstance(upper, minitorch.Tensor) or upper.isinf().any():
        x, slope = lower + (2 * t).exp(), 2 * (2 * t).exp()
    else:  # dense at both ends
        x = lower + t.sigmoid() * (upper - lower)
        slope = t.sigmoid() * (-t).sigmoid() * (upper - lower)
    area = dist.log_prob(x).exp() * slope * (72 / 20_000)
    inside = (x > lower) & (x < upper)
    np.testing.assert_allclose(area.masked_fill(~inside, 0).sum(0).numpy(), 1, atol=2e-3)


def test_density_of_angles_integrates_to_one_over_a_turn():
    x = float64(np.linspace(-math.pi, math.pi, 1001)[:-1]).view(-1, 1)
    total = example("VonMises").log_prob(x).exp().sum(0) * (math.pi / 500)
    np.testing.assert_allclose(total.numpy(), 1, 1e-12)


COUNTING = ["Poisson", "Geometric", "Geometric of logits", "NegativeBinomial"]


@pytest.mark.parametrize("name", COUNTING)
def test_probabilities_of_counts_add_up_to_one(name):
    dist = example(name)
    x = float64(np.arange(500.0)).view((-1,) + (1,) * len(dist.batch_shape))
    np.testing.assert_allclose(dist.log_prob(x).exp().sum(0).numpy(), 1, atol=1e-9)


@pytest.mark.parametrize("name", [n for n in EXAMPLES if example(n).has_enumerate_support])
def test_probabilities_of_the_enumerated_support_add_up_to_one(name):
    dist = example(name)
    support = dist.enumerate_support()
    assert dist.support.check(support).all()
    assert support.shape[1:] == dist.batch_shape + dist.event_shape
    np.testing.assert_allclose(dist.log_prob(support).exp().sum(0).numpy(), 1, atol=1e-12)


@pytest.mark.parametrize("name", WITH_QUANTILES)
def test_quantile_is_the_inverse_of_the_distribution_function(name):
    dist = example(name)
    u = float64(np.linspace(0.01, 0.99, 25)).view(-1, 1).expand(25, *dist.batch_shape)
    np.testing.assert_allclose(dist.cdf(dist.icdf(u)).numpy(), u.numpy(), 1e-9)


@pytest.mark.parametrize("name", WITH_QUANTILES)
def test_density_is_the_slope_of_the_distribution_function(name):
    dist = example(name)
    u = float64(np.linspace(0.03, 0.97, 24)).view(-1, 1).expand(24, *dist.batch_shape)
    x = dist.icdf(u).detach().requires_grad_()
    (slope,) = minitorch.autograd.grad(dist.cdf(x).sum(), [x])
    near = 1e-3 if name == "ContinuousBernoulli" else 1e-7  # at 1/2 its series, and none, differ
    np.testing.assert_allclose(slope.abs().numpy(), dist.log_prob(x).exp().detach().numpy(), near)


# -------------------------------------------------------------------- draws


def draws(dist, n=N):
    minitorch.manual_seed(0)
    return dist.sample((n,))


@pytest.mark.parametrize("name", EXAMPLES)
def test_draws_lie_in_the_support_and_have_the_shape(name):
    dist = example(name)
    x = draws(dist, 50)
    assert x.shape == (50, *dist.batch_shape, *dist.event_shape)
    assert not x.requires_grad
    assert dist.support.check(x).all()
    assert dist.sample().shape == dist.batch_shape + dist.event_shape


def moments(dist):
    try:
        return dist.mean.numpy(), dist.variance.numpy()
    except NotImplementedError:
        return None


@pytest.mark.parametrize("name", [n for n in EXAMPLES if n != "VonMises"])
def test_moments_of_draws(name):
    dist = example(name)
    if moments(dist) is None:
        pytest.skip("the mean has no closed form")
    mean, variance = moments(dist)
    x = draws(dist).double().numpy()
    there = np.isfinite(mean) & np.isfinite(variance)
    off = np.abs(x.mean(0) - mean)[there]
    assert (off <= 5 * np.sqrt(variance[there] / N) + 1e-12).all()
    fourth = ((x - x.mean(0)) ** 4).mean(0)
    near = 6 * np.sqrt(fourth / N) + 1e-12
    heavy = {"FisherSnedecor", "InverseGamma", "Pareto", "StudentT", "GeneralizedPareto"}
    if name not in heavy:  # of these the fourth moment is infinite, or nearly
        assert (np.abs(x.var(0) - variance) <= near)[there].all()


@pytest.mark.parametrize("name", EXAMPLES)
def test_entropy_is_the_mean_of_minus_log_prob_of_draws(name):
    dist = example(name)
    try:
        entropy = dist.entropy().numpy()
    except NotImplementedError:
        pytest.skip("no closed form")
    surprise = -dist.log_prob(draws(dist)).numpy()
    near = 5 * surprise.std(0) / N**0.5 + 1e-9
    assert (np.abs(surprise.mean(0) - entropy) <= near).all()


@pytest.mark.parametrize("name", EXAMPLES)
def test_entropy_of_an_exponential_family_is_that_of_its_normaliser(name):
    dist = example(name)
    if not isinstance(dist, ExponentialFamily):
        pytest.skip("no exponential family")
    try:
        general = ExponentialFamily.entropy(dist).detach().numpy()
    except NotImplementedError:
        pytest.skip("the mean of the carrier measure is not known")
    np.testing.assert_allclose(dist.entropy().detach().numpy(), general, rtol=1e-6)


def test_von_mises_draws_turn_about_their_mean():
    dist = example("VonMises")
    x = draws(dist).numpy()
    away = np.exp(1j * (x - dist.loc.numpy())).mean(0)
    assert (np.abs(away.imag) < 0.03).all()
    np.testing.assert_allclose(1 - away.real, dist.variance.numpy(), atol=0.03)


# -------------------------------------------------------------------- gradients


SYMMETRIC = {"MultivariateNormal", "MultivariateNormal of precision", "Wishart"}  # one triangle
TRIANGULAR = {"Wishart of a factor"}  # above it the gradient is not 0, in PyTorch neither
AT_THE_EDGE = {
    "Categorical", "Multinomial", "OneHotCategorical", "Poisson", "NegativeBinomial",
}  # fmt: skip # a parameter of the example is 0


@pytest.mark.parametrize(
    "name", [n for n in EXAMPLES if n not in SYMMETRIC | TRIANGULAR | AT_THE_EDGE]
)
def test_gradient_of_log_prob_is_the_slope(unchecked, name):
    params = []
    x = draws(make(name, minitorch, params), 3)

    def log_prob(*params):
        values = iter(params)
        return EXAMPLES[name](minitorch.distributions, lambda _: next(values)).log_prob(x)

    assert gradcheck(log_prob, [p.detach().requires_grad_() for p in params], atol=1e-4)


@pytest.mark.parametrize("name", [n for n in WITH_QUANTILES if example(n).has_rsample])
def test_gradient_of_a_draw_is_that_of_the_quantile(name):
    params = []
    dist = make(name, minitorch, params)
    x = dist.rsample()
    ours = minitorch.autograd.grad(x.sum(), params, retain_graph=True, allow_unused=True)
    rank = dist.cdf(x.detach()).detach()
    theirs = minitorch.autograd.grad(dist.icdf(rank).sum(), params, allow_unused=True)
    for a, b in zip(ours, theirs):
        assert (a is None) == (b is None)
        if a is not None:
            np.testing.assert_allclose(a.abs().numpy(), b.abs().numpy(), 1e-5, 1e-9)


def test_what_has_rsample_draws_with_gradient():
    for name in EXAMPLES:
        params = []
        dist = make(name, minitorch, params)
        if dist.has_rsample and "Uniform" not in name:
            assert dist.rsample((2,)).requires_grad, name


def test_mean_gradient_of_draws_is_that_of_the_mean():
    """Of x from Gamma, Beta and Dirichlet: d mean / d parameter."""
    for kind, mean in ((Gamma, lambda a, b: a / b), (Beta, lambda a, b: a / (a + b))):
        a, b = (float64(v).requires_grad_() for v in (1.7, 2.3))
        x = kind(a, b).rsample((N,))
        ours = minitorch.autograd.grad(x.mean(), [a, b])
        theirs = minitorch.autograd.grad(mean(a, b), [a, b])
        for g, expected in zip(ours, theirs):
            assert abs(g - expected) < 0.03 * abs(expected)


def test_straight_through_draws_are_one_hot_and_have_the_gradient_of_the_probabilities():
    probs = float64([0.2, 0.3, 0.5]).requires_grad_()
    dist = minitorch.distributions.OneHotCategoricalStraightThrough(probs)
    x = dist.rsample()
    assert sorted(x.round().tolist()) == [0, 0, 1]
    weight = float64([1.0, 2.0, 3.0])
    (g,) = minitorch.autograd.grad((x * weight).sum(), [probs], retain_graph=True)
    (expected,) = minitorch.autograd.grad((dist.probs * weight).sum(), [probs])
    np.testing.assert_allclose(g.numpy(), expected.numpy(), 1e-12)


# -------------------------------------------------------------------- closed forms


def test_numbers_in_closed_form():
    assert Normal(1.0, 2.0).log_prob(tensor(3.0)).item() == pytest.approx(-2.1120857137646180)
    assert Categorical(tensor([1.0, 3.0])).log_prob(tensor(1)).item() == pytest.approx(
        math.log(0.75), rel=1e-6
    )
    assert Poisson(2.0).log_prob(tensor(3.0)).exp().item() == pytest.approx(4 / 3 * math.exp(-2))
    assert Dirichlet(tensor([1.0, 1.0, 1.0])).log_prob(tensor([0.2, 0.3, 0.5])).exp().item() == (
        pytest.approx(2.0)
    )
    assert Multinomial(3, tensor([0.5, 0.5])).log_prob(tensor([1.0, 2.0])).exp().item() == (
        pytest.approx(0.375)
    )
    flat = LKJCholesky(2, float64(1.0)).log_prob(float64([[1.0, 0.0], [0.6, 0.8]]))
    assert flat.item() == pytest.approx(math.log(0.5))  # a correlation uniform in (-1, 1)
    wishart = Wishart(float64(3.0), float64([[2.0]]))
    chi = Gamma(float64(1.5), float64(0.25))
    assert wishart.log_prob(float64([[1.3]])).item() == pytest.approx(
        chi.log_prob(float64(1.3)).item()
    )


def test_multivariate_normal_with_a_diagonal_is_independent_normals():
    scale = float64([0.5, 2.0, 1.0])
    x = float64([[0.1, 0.2, 0.3]] * 4)
    joint = MultivariateNormal(float64([1.0, 2.0, 3.0]), scale_tril=scale.diag())
    apart = Independent(Normal(float64([1.0, 2.0, 3.0]), scale), 1)
    np.testing.assert_allclose(joint.log_prob(x).numpy(), apart.log_prob(x).numpy(), 1e-12)
    np.testing.assert_allclose(joint.entropy().numpy(), apart.entropy().numpy(), 1e-12)


def test_three_forms_of_a_covariance_are_one():
    matrix = float64([[2.0, 0.3], [0.3, 1.5]])
    for form in ("covariance_matrix", "precision_matrix", "scale_tril"):
        first = MultivariateNormal(float64([0.0, 0.0]), matrix)
        second = MultivariateNormal(float64([0.0, 0.0]), **{form: getattr(first, form)})
        np.testing.assert_allclose(second.covariance_matrix.numpy(), matrix.numpy(), 1e-12)
        np.testing.assert_allclose(
            second.precision_matrix.numpy(), np.linalg.inv(matrix.numpy()), 1e-12
        )


# -------------------------------------------------------------------- how they behave


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_copy_and_a_pickled_one_are_the_same(name):
    dist = example(name)
    x = draws(dist, 2)
    for other in (copy.deepcopy(dist), pickle.loads(pickle.dumps(dist))):
        np.testing.assert_array_equal(other.log_prob(x).numpy(), dist.log_prob(x).numpy())


def test_a_subclass_with_its_own_constructor_has_to_say_how_to_expand():
    class Standard(Normal):
        def __init__(self):
            super().__init__(0.0, 1.0)

    with pytest.raises(NotImplementedError, match="Subclass Standard of Normal that defines a cus"):
        Standard().expand((2,))

    class Standard2(Standard):
        def expand(self, batch_shape, _instance=None):
            new = self._get_checked_instance(Standard2, _instance)
            return super().expand(batch_shape, _instance=new)

    assert Standard2().expand((2,)).sample().shape == (2,)


def test_checks_can_be_switched_off():
    Normal(0.0, -1.0, validate_args=False)
    Distribution.set_default_validate_args(False)
    try:
        Normal(0.0, -1.0)
    finally:
        Distribution.set_default_validate_args(True)
    with pytest.raises(ValueError, match="True or False"):
        Distribution.set_default_validate_args(3)


def test_a_lazy_parameter_keeps_its_gradient_under_no_grad():
    logits = tensor([0.5]).requires_grad_()
    dist = Bernoulli(logits=logits)
    with minitorch.no_grad():
        dist.sample()
    assert dist.probs.requires_grad


def test_the_package_is_loaded_at_its_first_use_and_its_modules_have_pytorchs_names():
    code = (
        "import sys, minitorch\n"
        "assert 'minitorch.distributions' not in sys.modules\n"
        "minitorch.distributions.normal.Normal(0., 1.)\n"
        "from minitorch.distributions.studentT import StudentT\n"
        "from minitorch.distributions.utils import broadcast_all, lazy_property\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_missing_tables_are_warned_of():
    class Bare(Distribution):
        pass

    with pytest.warns(UserWarning, match="does not define `arg_constraints`"):
        Bare()

    class NoSupport(Distribution):
        arg_constraints = {}  # noqa: RUF012  # as PyTorch's subclasses have it

    with pytest.warns(UserWarning, match="does not define `support`"):
        NoSupport()._validate_sample(tensor(1.0))
    with pytest.warns(FutureWarning, match="sample_n"):
        assert Normal(0.0, 1.0).sample_n(3).shape == (3,)
