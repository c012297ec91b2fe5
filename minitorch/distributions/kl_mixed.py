"""Divergences of distributions of two families: -p.entropy() - the mean over p of q.log_prob.

That mean needs of p no more than a few means: of x, x * x, log(x) and exp(-x / scale).
"""

import math
from math import inf

from minitorch.distributions.bernoulli import Bernoulli
from minitorch.distributions.beta import Beta
from minitorch.distributions.binomial import Binomial
from minitorch.distributions.continuous_bernoulli import ContinuousBernoulli
from minitorch.distributions.exponential import Exponential
from minitorch.distributions.gamma import Gamma
from minitorch.distributions.gumbel import Gumbel
from minitorch.distributions.kl_registry import register_kl
from minitorch.distributions.laplace import Laplace
from minitorch.distributions.normal import Normal
from minitorch.distributions.pareto import Pareto
from minitorch.distributions.poisson import Poisson
from minitorch.distributions.uniform import Uniform
from minitorch.distributions.utils import euler_constant
from minitorch.ops.creation import full_like
from minitorch.ops.special import xlogy

# -------------------------------------------------------------------- means over p


def mean_log(p):
    """The mean of log(x)."""
    if isinstance(p, Beta):
        return p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma()
    if isinstance(p, Gamma):
        return p.concentration.digamma() - p.rate.log()
    if isinstance(p, Exponential):
        return -euler_constant - p.rate.log()
    if isinstance(p, Pareto):
        return p.scale.log() + p.alpha.reciprocal()
    return mean_log_between(p.low, p.high)


def mean_log_between(low, high):
    """The mean of log(x) for x uniform between the two."""
    return (xlogy(high, high) - xlogy(low, low)) / (high - low) - 1


def mean_exp(p, q):
    """The mean of exp(-(x - q.loc) / q.scale)."""
    shift = q.loc / q.scale
    if isinstance(p, Exponential):
        return shift.exp() / (1 + (p.rate * q.scale).reciprocal())
    if isinstance(p, Gamma):
        return shift.exp() * (1 + (p.rate * q.scale).reciprocal()).pow(-p.concentration)
    if isinstance(p, Normal):
        return (0.5 * (p.scale / q.scale).pow(2) - p.loc / q.scale + shift).exp()
    ends = [(-(end - q.loc) / q.scale).exp() for end in (p.low, p.high)]
    return (ends[0] - ends[1]) * q.scale / (p.high - p.low)


# -------------------------------------------------------------------- by the family of q


@register_kl(Beta, Exponential)
@register_kl(ContinuousBernoulli, Exponential)
@register_kl(Gamma, Exponential)
def _kl_to_exponential(p, q):
    return -p.entropy() - q.rate.log() + q.rate * p.mean


@register_kl(Beta, Gamma)
@register_kl(Exponential, Gamma)
def _kl_to_gamma(p, q):
    constant = q.concentration.lgamma() - q.concentration * q.rate.log()
    return constant - p.entropy() - (q.concentration - 1) * mean_log(p) + q.rate * p.mean


@register_kl(Beta, Normal)
@register_kl(ContinuousBernoulli, Normal)
@register_kl(Exponential, Normal)
@register_kl(Gamma, Normal)
@register_kl(Gumbel, Normal)
@register_kl(Laplace, Normal)
@register_kl(Uniform, Normal)
def _kl_to_normal(p, q):
    square = (p.variance + (p.mean - q.loc).pow(2)) / q.scale.pow(2)
    return 0.5 * (math.log(2 * math.pi) + square) + q.scale.log() - p.entropy()


@register_kl(Exponential, Gumbel)
@register_kl(Gamma, Gumbel)
@register_kl(Normal, Gumbel)
@register_kl(Uniform, Gumbel)
def _kl_to_gumbel(p, q):
    return q.scale.log() + (p.mean - q.loc) / q.scale + mean_exp(p, q) - p.entropy()


@register_kl(Normal, Laplace)
def _kl_normal_laplace(p, q):
    apart = (p.loc - q.loc) / p.scale
    bell = math.sqrt(2 / math.pi) * (-0.5 * apart.pow(2)).exp()
    mean_distance = p.scale * (bell + apart * (math.sqrt(0.5) * apart).erf())
    return (2 * q.scale).log() + mean_distance / q.scale - p.entropy()


@register_kl(Bernoulli, Poisson)
def _kl_bernoulli_poisson(p, q):
    return q.rate - p.probs * q.rate.log() - p.entropy()


@register_kl(Beta, ContinuousBernoulli)
def _kl_beta_continuous_bernoulli(p, q):
    return -p.entropy() - p.mean * q.logits - (-q.probs).log1p() - q._cont_bern_log_norm()


# -------------------------------------------------------------------- where the supports differ


@register_kl(Beta, Uniform)
def _kl_beta_uniform(p, q):
    result = -p.entropy() + (q.high - q.low).log()
    return result.masked_fill((q.low > 0) | (q.high < 1), inf)


@register_kl(ContinuousBernoulli, Uniform)
def _kl_continuous_bernoulli_uniform(p, q):
    result = -p.entropy() + (q.high - q.low).log()
    return result.masked_fill((q.low >= 0) | (q.high <= 1), inf)


@register_kl(Pareto, Exponential)
def _kl_pareto_exponential(p, q):
    return _kl_to_exponential(p, q).masked_fill(p.alpha <= 1, inf)


@register_kl(Pareto, Gamma)
def _kl_pareto_gamma(p, q):
    return _kl_to_gamma(p, q).masked_fill(p.alpha <= 1, inf)


@register_kl(Pareto, Normal)
def _kl_pareto_normal(p, q):
    return _kl_to_normal(p, q).masked_fill(p.alpha <= 2, inf)


@register_kl(Uniform, Beta)
def _kl_uniform_beta(p, q):
    a, b = q.concentration1, q.concentration0
    log_beta = a.lgamma() + b.lgamma() - (a + b).lgamma()
    of_rest = mean_log_between(1 - p.high, 1 - p.low)
    result = log_beta - p.entropy() - (a - 1) * mean_log(p) - (b - 1) * of_rest
    return result.masked_fill((p.high > 1) | (p.low < 0), inf)


@register_kl(Uniform, ContinuousBernoulli)
def _kl_uniform_continuous_bernoulli(p, q):
    result = _kl_beta_continuous_bernoulli(p, q)
    return result.masked_fill((p.high >= 1) | (p.low <= 0), inf)


@register_kl(Uniform, Exponential)
def _kl_uniform_exponetial(p, q):
    return _kl_to_exponential(p, q).masked_fill(p.low < 0, inf)


@register_kl(Uniform, Gamma)
def _kl_uniform_gamma(p, q):
    return _kl_to_gamma(p, q).masked_fill(p.low < 0, inf)


@register_kl(Uniform, Pareto)
def _kl_uniform_pareto(p, q):
    log_constant = q.alpha.log() + q.alpha * q.scale.log()
    result = (q.alpha + 1) * mean_log(p) - log_constant - p.entropy()
    return result.masked_fill(p.low < q.scale, inf)


def register_infinite(kind, parameter, others):
    """p of this kind draws what the others never do."""

    def infinite(p, q):
        return full_like(getattr(p, parameter), inf)

    for other in others:
        register_kl(kind, other)(infinite)


BOUNDED = (Beta, ContinuousBernoulli, Uniform)
POSITIVE = (Exponential, Gamma, Pareto)
register_infinite(Beta, "concentration1", [Pareto])
register_infinite(ContinuousBernoulli, "probs", [Pareto])
register_infinite(Exponential, "rate", [*BOUNDED, Pareto])
register_infinite(Gamma, "concentration", [*BOUNDED, Pareto])
register_infinite(Gumbel, "loc", [*BOUNDED, *POSITIVE])
register_infinite(Laplace, "loc", [*BOUNDED, *POSITIVE])
register_infinite(Normal, "loc", [*BOUNDED, *POSITIVE])
register_infinite(Pareto, "scale", BOUNDED)
register_infinite(Poisson, "rate", [Bernoulli, Binomial])
