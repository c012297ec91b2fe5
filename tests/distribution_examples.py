"""One of each distribution, in float64, made by minitorch or by PyTorch."""

import numpy as np

MATRIX = [[2.0, 0.3], [0.3, 1.5]]
FACTOR = [[1.2, 0.0], [0.4, 0.8]]
WIDE = [[[1.2, 0.0], [0.4, 0.8]], [[0.7, 0.0], [-0.3, 1.1]]]
ONE = [0.2, 1.0, 3.0]
TWO = [1.5, 0.7, 4.0]
ODDS = [0.2, 0.5, 0.9]

# Each makes its distribution of d, the package, and t, which makes float64 tensors.
EXAMPLES = {
    "Bernoulli": lambda d, t: d.Bernoulli(t(ODDS)),
    "Bernoulli of logits": lambda d, t: d.Bernoulli(logits=t([-3.0, 0.0, 2.0])),
    "Beta": lambda d, t: d.Beta(t(ONE), t(TWO)),
    "Binomial": lambda d, t: d.Binomial(5, t(ODDS)),
    "Binomial of logits": lambda d, t: d.Binomial(t(4.0), logits=t([-1.0, 0.0, 2.0])),
    "Categorical": lambda d, t: d.Categorical(t([[0.1, 0.2, 0.3], [0.0, 0.4, 0.6]])),
    "Categorical of logits": lambda d, t: d.Categorical(logits=t([[0.1, -2.0, 3.0]])),
    "Cauchy": lambda d, t: d.Cauchy(t([0.0, -1.0, 2.0]), t(ONE)),
    "Chi2": lambda d, t: d.Chi2(t(TWO)),
    "ContinuousBernoulli": lambda d, t: d.ContinuousBernoulli(t([0.2, 0.4999, 0.9])),
    "ContinuousBernoulli of logits": lambda d, t: d.ContinuousBernoulli(logits=t([-2.0, 0.5])),
    "Dirichlet": lambda d, t: d.Dirichlet(t([TWO, ONE])),
    "Exponential": lambda d, t: d.Exponential(t(ONE)),
    "FisherSnedecor": lambda d, t: d.FisherSnedecor(t([1.5, 3.0, 6.0]), t([1.0, 3.0, 9.0])),
    "Gamma": lambda d, t: d.Gamma(t(ONE), t(TWO)),
    "GeneralizedPareto": lambda d, t: d.GeneralizedPareto(t(ONE), t(TWO), t([0.3, -0.4, 0.7])),
    "Geometric": lambda d, t: d.Geometric(t(ODDS)),
    "Geometric of logits": lambda d, t: d.Geometric(logits=t([-1.0, 0.0, 2.0])),
    "Gumbel": lambda d, t: d.Gumbel(t([0.0, -1.0, 2.0]), t(ONE)),
    "HalfCauchy": lambda d, t: d.HalfCauchy(t(ONE)),
    "HalfNormal": lambda d, t: d.HalfNormal(t(ONE)),
    "Independent": lambda d, t: d.Independent(d.Normal(t([ONE, TWO]), t([TWO, ONE])), 1),
    "InverseGamma": lambda d, t: d.InverseGamma(t(TWO), t(ONE)),
    "Kumaraswamy": lambda d, t: d.Kumaraswamy(t(TWO), t([2.0, 1.0, 3.0])),
    "LKJCholesky": lambda d, t: d.LKJCholesky(3, t([0.5, 2.0])),
    "Laplace": lambda d, t: d.Laplace(t([0.0, -1.0, 2.0]), t(ONE)),
    "LogNormal": lambda d, t: d.LogNormal(t([0.0, -1.0, 0.5]), t([0.2, 1.0, 0.7])),
    "LogisticNormal": lambda d, t: d.LogisticNormal(t([0.0, -1.0, 0.5]), t([0.2, 1.0, 0.7])),
    "LowRankMultivariateNormal": lambda d, t: d.LowRankMultivariateNormal(
        t([[0.3, -1.0, 2.0]]), t([[1.0], [0.5], [-2.0]]), t([0.2, 1.0, 0.7])
    ),
    "MixtureSameFamily": lambda d, t: d.MixtureSameFamily(
        d.Categorical(t(ODDS)), d.Normal(t([0.0, -1.0, 2.0]), t(ONE))
    ),
    "MixtureSameFamily of vectors": lambda d, t: d.MixtureSameFamily(
        d.Categorical(t([[0.5, 0.5], [0.1, 0.9]])),
        d.MultivariateNormal(t([[[0.0, 1.0], [2.0, 3.0]]] * 2), scale_tril=t(FACTOR)),
    ),
    "Multinomial": lambda d, t: d.Multinomial(4, t([[0.1, 0.2, 0.3], [0.0, 0.4, 0.6]])),
    "Multinomial of logits": lambda d, t: d.Multinomial(3, logits=t([0.1, -2.0, 1.0])),
    "MultivariateNormal": lambda d, t: d.MultivariateNormal(t([[0.3, -1.0]] * 3), t(MATRIX)),
    "MultivariateNormal of precision": lambda d, t: d.MultivariateNormal(
        t([0.3, -1.0]), precision_matrix=t(MATRIX)
    ),
    "MultivariateNormal of factors": lambda d, t: d.MultivariateNormal(
        t([0.3, -1.0]), scale_tril=t(WIDE)
    ),
    "NegativeBinomial": lambda d, t: d.NegativeBinomial(t([3.0, 0.0, 2.5]), t([0.2, 0.5, 0.7])),
    "NegativeBinomial of logits": lambda d, t: d.NegativeBinomial(2, logits=t([-1.0, 0.5])),
    "Normal": lambda d, t: d.Normal(t([0.0, -1.0, 2.0]), t(ONE)),
    "OneHotCategorical": lambda d, t: d.OneHotCategorical(t([[0.1, 0.2, 0.3], [0.0, 0.4, 0.6]])),
    "OneHotCategoricalStraightThrough": lambda d, t: d.OneHotCategoricalStraightThrough(t(ODDS)),
    "Pareto": lambda d, t: d.Pareto(t(ONE), t(TWO)),
    "Poisson": lambda d, t: d.Poisson(t([0.0, 1.0, 6.5])),
    "RelaxedBernoulli": lambda d, t: d.RelaxedBernoulli(t(0.7), t(ODDS)),
    "RelaxedOneHotCategorical": lambda d, t: d.RelaxedOneHotCategorical(t([0.7]), t([ODDS, TWO])),
    "StudentT": lambda d, t: d.StudentT(t([1.0, 2.0, 5.0]), t(ONE), t(TWO)),
    "TransformedDistribution": lambda d, t: d.TransformedDistribution(
        d.Uniform(t([0.1, 0.2]), t([0.8, 0.9])),
        [d.SigmoidTransform().inv, d.AffineTransform(t([1.0, 0.0]), t([-2.0, 3.0]))],
    ),
    "Uniform": lambda d, t: d.Uniform(t([0.0, -1.0, 2.0]), t([1.0, 2.0, 5.0])),
    "VonMises": lambda d, t: d.VonMises(t([0.0, -1.0, 2.0]), t(ONE)),
    "Weibull": lambda d, t: d.Weibull(t(ONE), t(TWO)),
    "Wishart": lambda d, t: d.Wishart(t([3.0, 4.5]), covariance_matrix=t(MATRIX)),
    "Wishart of a factor": lambda d, t: d.Wishart(t(2.5), scale_tril=t(WIDE)),
}


def make(name, library, params=None):
    """The example of that name, by minitorch or PyTorch; `params` collects its float64 tensors."""

    def tensor(values):
        made = library.from_numpy(np.asarray(values, np.float64)).requires_grad_(params is not None)
        if params is not None:
            params.append(made)
        return made

    return EXAMPLES[name](library.distributions, tensor)
