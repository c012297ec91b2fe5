"""What distributions refuse, by type and text."""

import pytest

import minitorch
from minitorch import distributions as d
from minitorch import tensor

NAMES = {
    **vars(d),
    "NORMAL": d.Normal(0.0, 1.0),
    "PAIR": tensor([0.0, 0.0]),
    **{name: getattr(minitorch, name) for name in ("eye", "ones", "tensor")},
}

REFUSED = {
    "Normal(tensor([0., 1.]), tensor([1., -1.]))": r"Expected parameter scale \(Tensor of shape "
    r"\(2,\)\) of distribution Normal\(loc: torch.Size\(\[2\]\), scale: torch.Size\(\[2\]\)\) to "
    r"satisfy the constraint GreaterThan\(lower_bound=0.0\), but found invalid values:\ntensor",
    "Normal('a', 1.)": "Input arguments must all be instances of Number",
    "NORMAL.log_prob(1.)": "The value argument to log_prob must be a Tensor",
    "Normal(PAIR, 1.).log_prob(ones(3))": "Value is not broadcastable with batch_shape.event_shape",
    "Categorical(tensor([.5, .5])).log_prob(tensor(3))": "to be within the support",
    "Categorical(tensor([.5, -.1]))": r"to satisfy the constraint Simplex\(\)",
    "Categorical(tensor(.5))": "`probs` parameter must be at least one-dimensional.",
    "Categorical(logits=tensor(.5))": "`logits` parameter must be at least one-dimensional.",
    "Bernoulli()": "Either `probs` or `logits` must be specified, but not both.",
    "Bernoulli(.5, .5)": "Either `probs` or `logits` must be specified, but not both.",
    "Uniform(1., 0.)": "Expected parameter low",
    "Uniform(0., 1.).log_prob(tensor(2.))": "Expected value argument",
    "Dirichlet(tensor(1.))": "`concentration` parameter must be at least one-dimensional.",
    "MultivariateNormal(tensor(0.), eye(1))": "loc must be at least one-dimensional.",
    "MultivariateNormal(PAIR)": "Exactly one of covariance_matrix or precision_matrix",
    "MultivariateNormal(PAIR, PAIR)": "covariance_matrix must be at least two-dimensional",
    "MultivariateNormal(PAIR, scale_tril=PAIR)": "scale_tril matrix must be at least two-dim",
    "MultivariateNormal(PAIR, -eye(2))": r"to satisfy the constraint PositiveDefinite\(\)",
    "MultivariateNormal(PAIR, eye(2)).log_prob(ones(3))": "The right-most size of value must match",
    "LowRankMultivariateNormal(PAIR, ones(3, 1), PAIR)": "matrices with shape 2 x m",
    "LowRankMultivariateNormal(PAIR, ones(2, 1), ones(3))": "cov_diag must be a batch of vectors",
    "LowRankMultivariateNormal(ones(3, 2), ones(4, 2, 1), ones(2))": "Incompatible batch shapes",
    "Independent(NORMAL, 1)": "Expected reinterpreted_batch_ndims <= len",
    "TransformedDistribution(NORMAL, 3)": "transforms must be a Transform or list, but was 3",
    "TransformedDistribution(NORMAL, [3])": "transforms must be a Transform or a list of Transf",
    "TransformedDistribution(NORMAL, StickBreakingTransform())": "shape with size at least 1, but",
    "MixtureSameFamily(NORMAL, NORMAL)": "The Mixture distribution needs to be an",
    "MixtureSameFamily(Categorical(ones(2)), 3)": "The Component distribution needs to be an",
    "MixtureSameFamily(Categorical(ones(2)), Normal(ones(3), 1.))": r"component` \(2\) does not eq",
    "MixtureSameFamily(Categorical(ones(3, 2)), Normal(ones(4, 2), 1.))": "is not compatible with",
    "LKJCholesky(1)": "Expected dim to be an integer greater than or equal to 2. Found dim=1.",
    "Wishart(tensor(1.), eye(3))": r"expected to be greater than ndim - 1 = 2",
    "Geometric(0.)": "to be positive but found invalid values",
    "NegativeBinomial(1, tensor(1.))": "HalfOpenInterval",
    "ContinuousBernoulli(2., validate_args=True)": "The parameter probs has invalid values",
    "ExpTransform(2)": "cache_size must be 0 or 1",
    "ReshapeTransform((2,), (3,))": "in_shape, out_shape have different numbers of elements",
    "CorrCholeskyTransform().forward_shape((2,))": "Input is not a flattened lower-diagonal number",
    "SoftmaxTransform().forward_shape(())": "Too few dimensions on input",
    "constraints.dependent.check(ones(1))": "Cannot determine validity of dependent constraint",
    "constraints.real_vector.check(tensor(1.))": r"Expected value.dim\(\) >= 1 but got 0",
    "utils.vec_to_tril_matrix(ones(2))": "The size of last dimension is 2 which cannot be expres",
    "utils.tril_matrix_to_vec(ones(2, 2), 3)": r"diag \(3\) provided is outside \[-2, 1\].",
}  # fmt: skip
NOT_THERE = {
    "kl_divergence(NORMAL, Cauchy(0., 1.))": r"No KL\(p \|\| q\) is implemented for p type Normal",
    "kl_divergence(NORMAL, Poisson(1.))": "cross KL-divergence between different exponential",
    "Binomial(tensor([1, 2]), tensor([.5, .5])).entropy()": "Inhomogeneous total count not suppo",
    "Multinomial(tensor(2), ones(2))": "inhomogeneous total_count is not supported",
    "Independent(Bernoulli(ones(2)), 1).enumerate_support()": "cartesian product is not implem",
    "biject_to(constraints.lower_cholesky)": "Cannot transform _LowerCholesky constraints",
    "constraints.dependent.event_dim": ".event_dim cannot be determined statically",
    "AbsTransform().log_abs_det_jacobian(PAIR, PAIR)": "AbsTransform has no log_abs_det_jacobian",
    "Gamma(1., 1.).icdf(tensor(.5))": "does not implement icdf",
    "kl_divergence(Binomial(1, tensor(.5)), Binomial(2, tensor(.5)))": "q.total_count > p.total",
}


@pytest.mark.parametrize("code", REFUSED)
def test_bad_arguments_are_value_errors_that_say_why(code):
    with pytest.raises(ValueError, match=REFUSED[code]):
        eval(code, NAMES)


@pytest.mark.parametrize("code", NOT_THERE)
def test_what_is_not_there(code):
    with pytest.raises(NotImplementedError, match=NOT_THERE[code]):
        eval(code, NAMES)


@pytest.mark.parametrize(
    ("code", "error", "text"),
    [
        ("constraints.cat([3])", AssertionError, "All elements of cseq must be Constraint"),
        ("constraints.independent(3, 1)", AssertionError, "must be a Constraint, got int"),
        ("CatTransform([ExpTransform()], lengths=[1, 2])", AssertionError, "must match transforms"),
        (
            "StackTransform([ExpTransform()])(ones(3))",
            AssertionError,
            r"\(0\) = 3 must equal",
        ),
        ("biject_to.register(3, 4)", TypeError, "Expected constraint to be either a Constraint"),
        ("register_kl(3, 4)", TypeError, "Expected type_p to be a Distribution subclass"),
        ("Wishart(tensor(3.))", AssertionError, "Exactly one of covariance_matrix or precision"),
    ],
)
def test_other_mistakes_are_refused_with_this_text(code, error, text):
    with pytest.raises(error, match=text):
        eval(code, NAMES)


def test_nothing_is_checked_where_it_is_switched_off():
    outside = d.Uniform(0.0, 1.0, validate_args=False).log_prob(tensor(2.0))
    assert outside.item() == -minitorch.inf
