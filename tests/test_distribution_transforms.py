"""Transforms, constraints and divergences, by themselves."""

import numpy as np
import pytest
from distribution_examples import EXAMPLES, make

import minitorch
from minitorch import tensor
from minitorch.distributions import (
    AbsTransform,
    AffineTransform,
    CatTransform,
    ComposeTransform,
    CorrCholeskyTransform,
    CumulativeDistributionTransform,
    Distribution,
    ExpTransform,
    IndependentTransform,
    LowerCholeskyTransform,
    LowRankMultivariateNormal,
    MultivariateNormal,
    Normal,
    PositiveDefiniteTransform,
    PowerTransform,
    ReshapeTransform,
    SigmoidTransform,
    SoftmaxTransform,
    SoftplusTransform,
    StackTransform,
    StickBreakingTransform,
    TanhTransform,
    biject_to,
    constraints,
    identity_transform,
    kl,
    kl_divergence,
    register_kl,
    transform_to,
)
from minitorch.func import jacrev


def float64(values):
    return tensor(values, dtype=minitorch.float64)


X = float64([0.3, -1.2, 0.7])
MATRIX = float64([[0.3, -1.0], [0.4, 0.2]])
TRANSFORMS = [
    (ExpTransform(), X),
    (PowerTransform(float64([2.0, 0.5, -1.0])), X.abs()),
    (SigmoidTransform(), X),
    (SoftplusTransform(), X),
    (TanhTransform(), X),
    (AffineTransform(1.0, -2.0), X),
    (AffineTransform(float64([1.0, 2.0, 3.0]), float64([-1.0, 2.0, 0.5]), event_dim=1), X),
    (StickBreakingTransform(), X),
    (CorrCholeskyTransform(), X),
    (ReshapeTransform((3,), (3, 1)), X),
    (ComposeTransform([AffineTransform(1.0, 2.0), StickBreakingTransform()]), X),
    (IndependentTransform(ExpTransform(), 1), X),
    (CatTransform([ExpTransform(), TanhTransform()], -1, [1, 2]), X),
    (StackTransform([ExpTransform(), TanhTransform(), identity_transform], -1), X),
    (CumulativeDistributionTransform(Normal(0.0, 1.0)), X),
    (ExpTransform().inv, X.abs()),
]
ONE_WAY = [(SoftmaxTransform(), X), (LowerCholeskyTransform(), MATRIX)]
ONE_WAY += [(PositiveDefiniteTransform(), MATRIX), (AbsTransform(), X)]


@pytest.mark.parametrize(("t", "x"), TRANSFORMS, ids=lambda v: type(v).__name__)
def test_inverse_brings_x_back(t, x):
    y = t(x)
    np.testing.assert_allclose(t.inv(y).numpy(), x.numpy(), 1e-9)
    assert t.inv.inv is t
    assert t.forward_shape(x.shape) == y.shape and t.inverse_shape(y.shape) == x.shape


@pytest.mark.parametrize(("t", "x"), TRANSFORMS + ONE_WAY, ids=lambda v: type(v).__name__)
def test_y_lies_in_the_codomain(t, x):
    assert t.codomain.check(t(x)).all()
    assert t.with_cache()(x).shape == t(x).shape


@pytest.mark.parametrize(("t", "x"), TRANSFORMS, ids=lambda v: type(v).__name__)
def test_log_abs_det_jacobian_is_that_of_the_jacobian(t, x):
    y = t(x)
    ours = t.log_abs_det_jacobian(x, y).sum().item()
    jacobian = jacrev(lambda x: t(x).reshape(-1))(x).numpy()
    if isinstance(t, CorrCholeskyTransform):  # of the triangle below the diagonal
        rows, columns = np.tril_indices(3, -1)
        jacobian = jacobian.reshape(3, 3, 3)[rows, columns]
    elif len(jacobian) > x.numel():  # the last number is what the others leave
        jacobian = jacobian[:-1]
    assert ours == pytest.approx(np.linalg.slogdet(jacobian)[1], rel=1e-8)


def test_a_cache_gives_x_itself_back():
    t = TanhTransform(cache_size=1)
    x = tensor([20.0, -30.0])
    assert t.inv(t(x)) is x
    assert TanhTransform().inv(TanhTransform()(x)).isinf().all()


def test_equal_transforms_are_equal():
    assert ExpTransform() == ExpTransform() and ExpTransform() != TanhTransform()
    assert AffineTransform(0, 1) == AffineTransform(0, 1)
    assert AffineTransform(0, tensor([1.0, 2.0])) != AffineTransform(0, tensor([1.0, 3.0]))
    assert ComposeTransform([ExpTransform()]) == ComposeTransform([ExpTransform()])
    assert ExpTransform().inv == ExpTransform().inv


CONSTRAINTS = [
    (constraints.real, 1.0, float("nan")),
    (constraints.positive, 0.1, 0.0),
    (constraints.nonnegative, 0.0, -0.1),
    (constraints.boolean, 1.0, 0.5),
    (constraints.unit_interval, 1.0, 1.1),
    (constraints.half_open_interval(0, 1), 0.0, 1.0),
    (constraints.nonnegative_integer, 0.0, 0.5),
    (constraints.positive_integer, 1.0, 0.0),
    (constraints.integer_interval(0, 3), 3.0, 4.0),
    (constraints.less_than(2), 1.0, 2.0),
    (constraints.simplex, [0.4, 0.6], [0.4, 0.5]),
    (constraints.one_hot, [0.0, 1.0], [1.0, 1.0]),
    (constraints.multinomial(3), [1.0, 2.0], [2.0, 2.0]),
    (constraints.lower_triangular, [[1.0, 0], [2, -3]], [[1.0, 1], [2, 3]]),
    (constraints.lower_cholesky, [[1.0, 0], [2, 3]], [[1.0, 0], [2, -3]]),
    (constraints.corr_cholesky, [[1.0, 0], [0.6, 0.8]], [[1.0, 0], [0.6, 0.7]]),
    (constraints.square, [[1.0, 0], [2, 3]], [[1.0, 0]]),
    (constraints.symmetric, [[1.0, 2], [2, 3]], [[1.0, 0], [2, 3]]),
    (constraints.positive_definite, [[2.0, 1], [1, 2]], [[1.0, 2], [2, 1]]),
    (constraints.positive_semidefinite, [[2.0, 0], [0, 0]], [[1.0, 2], [2, 1]]),
    (constraints.independent(constraints.positive, 1), [1.0, 2.0], [1.0, -2.0]),
]


@pytest.mark.parametrize(("constraint", "inside", "outside"), CONSTRAINTS, ids=repr)
def test_constraint_tells_members_from_others(constraint, inside, outside):
    assert constraint.check(float64(inside)).tolist() is True
    assert constraint.check(float64(outside)).tolist() is False


def test_cat_and_stack_check_piece_by_piece():
    both = [constraints.positive, constraints.boolean]
    assert constraints.cat(both, 0, [1, 2]).check(float64([2.0, 1.0, 3.0])).tolist() == [
        True,
        True,
        False,
    ]
    assert constraints.stack(both, 0).check(float64([[2.0, -1], [1, 0]])).tolist() == [
        [True, False],
        [True, True],
    ]


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("registry", [biject_to, transform_to], ids=["biject_to", "transform_to"])
def test_registry_leads_into_the_support(name, registry):
    support = make(name, minitorch).support
    try:
        t = registry(support)
    except NotImplementedError:
        assert support.is_discrete or "Definite" in repr(support) or "Mixture" in repr(support)
        return
    x = minitorch.randn(t.inverse_shape(make(name, minitorch).sample().shape)).double()
    if isinstance(support, constraints.interval) and support.upper_bound is not None:
        assert not t.codomain.is_discrete
    assert (support.check(t(x)) | t(x).isinf().any()).all()


# -------------------------------------------------------------------- divergences


@pytest.fixture
def unchecked():
    """Values beyond the support are no errors."""
    Distribution.set_default_validate_args(False)
    yield
    Distribution.set_default_validate_args(True)


def pairs():
    """Of each registered pair the first examples."""
    first = {}
    for name in EXAMPLES:
        first.setdefault(type(make(name, minitorch)), name)
    for p, q in kl._KL_REGISTRY:
        if p in first and q in first:
            yield first[p], first[q]


@pytest.mark.parametrize(("first", "second"), sorted(pairs()))
def test_divergence_is_the_mean_of_the_difference_of_log_prob(unchecked, first, second):
    p, q = make(first, minitorch), make(second, minitorch)
    if p.event_shape != q.event_shape:
        with pytest.raises(ValueError, match="different event shapes"):
            kl_divergence(p, q)
        return
    minitorch.manual_seed(0)
    x = p.sample((20_000,))
    gain = (p.log_prob(x) - q.log_prob(x)).numpy()
    divergence = np.broadcast_to(kl_divergence(p, q).numpy(), gain.shape[1:])
    there = np.isfinite(divergence) & np.isfinite(gain).all(0)
    gain = np.where(there, gain, 0)
    near = 6 * gain.std(0) / len(gain) ** 0.5 + 1e-9
    assert (np.abs(gain.mean(0) - divergence) <= near)[there].all()
    if first == second:
        np.testing.assert_allclose(divergence[np.isfinite(divergence)], 0, atol=1e-12)


def test_divergence_of_wisharts_is_of_each_in_the_batch():
    """PyTorch sums a part of it over the whole batch."""
    p = make("Wishart", minitorch)
    q = make("Wishart of a factor", minitorch)
    minitorch.manual_seed(0)
    x = p.sample((20_000,))
    gain = (p.log_prob(x) - q.log_prob(x)).numpy()
    near = 6 * gain.std(0) / len(gain) ** 0.5
    assert (np.abs(gain.mean(0) - kl_divergence(p, q).detach().numpy()) <= near).all()


def test_the_most_specific_divergence_is_taken_and_a_tie_is_warned_of():
    class Wide(Normal):
        pass

    known = dict(kl._KL_REGISTRY)
    try:
        a, b = Wide(0.0, 1.0), Wide(1.0, 1.0)
        assert kl_divergence(a, b).item() == pytest.approx(0.5)
        register_kl(Wide, Normal)(lambda p, q: tensor(1.0))
        assert kl_divergence(a, b).item() == 1.0
        register_kl(Normal, Wide)(lambda p, q: tensor(2.0))
        with pytest.warns(
            RuntimeWarning, match=r"Ambiguous kl_divergence\(Wide, Wide\). Please re"
        ):
            assert kl_divergence(a, b).item() == 1.0
        register_kl(Wide, Wide)(lambda p, q: tensor(3.0))
        assert kl_divergence(a, b).item() == 3.0
    finally:
        kl._KL_REGISTRY.clear()
        kl._KL_REGISTRY.update(known)
        minitorch.distributions.kl_registry._KL_MEMOIZE.clear()


def test_divergence_of_low_rank_normals_is_that_of_full_ones():
    loc = float64([0.3, -1.0, 2.0])
    first = LowRankMultivariateNormal(loc, float64([[1.0], [0.5], [-2.0]]), float64([0.2, 1, 0.7]))
    second = LowRankMultivariateNormal(-loc, float64([[0.2], [1.5], [1.0]]), float64([1.2, 1, 0.3]))
    full = [MultivariateNormal(d.loc, d.covariance_matrix) for d in (first, second)]
    expected = kl_divergence(*full).item()
    for p in (first, full[0]):
        for q in (second, full[1]):
            assert kl_divergence(p, q).item() == pytest.approx(expected)
