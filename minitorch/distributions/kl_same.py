"""Divergences of two distributions of one family."""

from math import inf

from minitorch.distributions.bernoulli import Bernoulli
from minitorch.distributions.beta import Beta
from minitorch.distributions.binomial import Binomial
from minitorch.distributions.categorical import Categorical
from minitorch.distributions.cauchy import Cauchy
from minitorch.distributions.continuous_bernoulli import ContinuousBernoulli
from minitorch.distributions.dirichlet import Dirichlet
from minitorch.distributions.exp_family import ExponentialFamily
from minitorch.distributions.exponential import Exponential
from minitorch.distributions.gamma import Gamma
from minitorch.distributions.geometric import Geometric
from minitorch.distributions.gumbel import Gumbel
from minitorch.distributions.half_normal import HalfNormal
from minitorch.distributions.independent import Independent
from minitorch.distributions.kl_registry import kl_divergence, register_kl
from minitorch.distributions.laplace import Laplace
from minitorch.distributions.lowrank_multivariate_normal import (
    LowRankMultivariateNormal,
    _batch_lowrank_mahalanobis,
)
from minitorch.distributions.multivariate_normal import (
    MultivariateNormal,
    _batch_mahalanobis,
    half_log_det,
)
from minitorch.distributions.normal import Normal
from minitorch.distributions.one_hot_categorical import OneHotCategorical
from minitorch.distributions.pareto import Pareto
from minitorch.distributions.poisson import Poisson
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.uniform import Uniform
from minitorch.distributions.utils import _sum_rightmost, euler_constant
from minitorch.nn import functional as F
from minitorch.ops.join import broadcast_shapes
from minitorch.ops.solve import solve_triangular


def no_such_events(share, chance_p, chance_q):
    """p * log(p / q), where p may be 0 (then it is 0) or q (then it is infinite)."""
    return share.masked_fill(chance_q == 0, inf).masked_fill(chance_p == 0, 0)


@register_kl(Bernoulli, Bernoulli)
def _kl_bernoulli_bernoulli(p, q):
    of_one = p.probs * (F.softplus(-q.logits) - F.softplus(-p.logits))
    of_zero = (1 - p.probs) * (F.softplus(q.logits) - F.softplus(p.logits))
    return no_such_events(of_one, p.probs, q.probs) + no_such_events(
        of_zero, 1 - p.probs, 1 - q.probs
    )


@register_kl(Beta, Beta)
def _kl_beta_beta(p, q):
    return _kl_dirichlet_dirichlet(p._dirichlet, q._dirichlet)


@register_kl(Binomial, Binomial)
def _kl_binomial_binomial(p, q):
    if (p.total_count < q.total_count).any():
        raise NotImplementedError(
            "KL between Binomials where q.total_count > p.total_count is not implemented"
        )
    of_one_try = p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p()
    return (p.total_count * of_one_try).masked_fill(p.total_count > q.total_count, inf)


@register_kl(Categorical, Categorical)
def _kl_categorical_categorical(p, q):
    return no_such_events(p.probs * (p.logits - q.logits), p.probs, q.probs).sum(-1)


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _kl_continuous_bernoulli_continuous_bernoulli(p, q):
    of_p = p._cont_bern_log_norm() + (-p.probs).log1p()
    of_q = q._cont_bern_log_norm() + (-q.probs).log1p()
    return p.mean * (p.logits - q.logits) + of_p - of_q


@register_kl(Dirichlet, Dirichlet)
def _kl_dirichlet_dirichlet(p, q):
    a, b = p.concentration, q.concentration
    constants = a.sum(-1).lgamma() - b.sum(-1).lgamma() - (a.lgamma() - b.lgamma()).sum(-1)
    mean_log = a.digamma() - a.sum(-1, True).digamma()
    return constants + ((a - b) * mean_log).sum(-1)


@register_kl(Exponential, Exponential)
def _kl_exponential_exponential(p, q):
    ratio = q.rate / p.rate
    return ratio - 1 - ratio.log()


@register_kl(ExponentialFamily, ExponentialFamily)
def _kl_expfamily_expfamily(p, q):
    """The Bregman divergence of the log normaliser."""
    if type(p) is not type(q):
        raise NotImplementedError(
            "The cross KL-divergence between different exponential families cannot be computed "
            "using Bregman divergences"
        )
    at_p, normalizer, means = p._means()
    result = q._log_normalizer(*q._natural_params) - normalizer
    for x, y, mean in zip(at_p, q._natural_params, means):
        share = (y - x) * mean
        result = result - _sum_rightmost(share, share.dim() - result.dim())
    return result


@register_kl(Gamma, Gamma)
def _kl_gamma_gamma(p, q):
    a, b = p.concentration, q.concentration
    return (
        b * (p.rate / q.rate).log()
        + b.lgamma()
        - a.lgamma()
        + (a - b) * a.digamma()
        + (q.rate - p.rate) * (a / p.rate)
    )


@register_kl(Gumbel, Gumbel)
def _kl_gumbel_gumbel(p, q):
    ratio = p.scale / q.scale
    apart = (p.loc - q.loc) / q.scale
    mean_exp = ((1 + ratio).lgamma() - apart).exp()
    return apart + ratio * euler_constant + mean_exp - ratio.log() - (1 + euler_constant)


@register_kl(Geometric, Geometric)
def _kl_geometric_geometric(p, q):
    return -p.entropy() - (-q.probs).log1p() / p.probs - q.logits


@register_kl(HalfNormal, HalfNormal)
def _kl_halfnormal_halfnormal(p, q):
    return _kl_normal_normal(p.base_dist, q.base_dist)


@register_kl(Laplace, Laplace)
def _kl_laplace_laplace(p, q):
    ratio = p.scale / q.scale
    apart = (p.loc - q.loc).abs()
    return apart / q.scale + ratio * (-apart / p.scale).exp() - ratio.log() - 1


@register_kl(Normal, Normal)
def _kl_normal_normal(p, q):
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(OneHotCategorical, OneHotCategorical)
def _kl_onehotcategorical_onehotcategorical(p, q):
    return _kl_categorical_categorical(p._categorical, q._categorical)


@register_kl(Pareto, Pareto)
def _kl_pareto_pareto(p, q):
    ratio = q.alpha / p.alpha
    result = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return result.masked_fill(p.scale < q.scale, inf)


@register_kl(Poisson, Poisson)
def _kl_poisson_poisson(p, q):
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Uniform, Uniform)
def _kl_uniform_uniform(p, q):
    result = ((q.high - q.low) / (p.high - p.low)).log()
    return result.masked_fill((q.low > p.low) | (q.high < p.high), inf)


@register_kl(Cauchy, Cauchy)
def _kl_cauchy_cauchy(p, q):
    """Chyzak and Nielsen, A Closed-Form Formula for the Kullback-Leibler Divergence between Cauchy
    Distributions, 2019, arXiv:1905.10965.
    """
    squares = (p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)
    return squares.log() - (4 * p.scale * q.scale).log()


@register_kl(TransformedDistribution, TransformedDistribution)
def _kl_transformed_transformed(p, q):
    if p.transforms != q.transforms:
        raise NotImplementedError("the two distributions have different transforms")
    if p.event_shape != q.event_shape:
        raise NotImplementedError("the two distributions have different event shapes")
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(Independent, Independent)
def _kl_independent_independent(p, q):
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError("the two count different numbers of dimensions to the event")
    return _sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


# -------------------------------------------------------------------- multivariate normal


def require_one_event_shape(p, q, names):
    if p.event_shape != q.event_shape:
        raise ValueError(
            f"KL-divergence between two {names} with different event shapes cannot be computed"
        )


def square_of_solved(factor, matrix):
    """The sum of the squares of inv(factor) @ matrix, for matrices (..., n, n) and (..., n, m)."""
    shape = broadcast_shapes(factor.shape[:-2], matrix.shape[:-2])
    factor, matrix = factor.expand(shape + (-1, -1)), matrix.expand(shape + (-1, -1))
    return solve_triangular(factor, matrix, False).pow(2).sum((-2, -1))


def of_normals(log_dets, trace, square, n):
    """From log(det(q) / det(p)), trace(inv(q) @ p) of the covariances, and the squared distance."""
    return 0.5 * (log_dets + trace + square - n)


@register_kl(MultivariateNormal, MultivariateNormal)
def _kl_multivariatenormal_multivariatenormal(p, q):
    require_one_event_shape(p, q, "Multivariate Normals")
    ours, theirs = p._unbroadcasted_scale_tril, q._unbroadcasted_scale_tril
    log_dets = 2 * (half_log_det(theirs) - half_log_det(ours))
    square = _batch_mahalanobis(theirs, q.loc - p.loc)
    return of_normals(log_dets, square_of_solved(theirs, ours), square, p.event_shape[0])


def divergence_from_low_rank(p, log_det, factors, q):
    """`factors`: matrices A of which the sum of A @ A.mT is the covariance of p.

    inv(W @ W.mT + D) = inv(D) - B.mT @ B, with B = inv(C) @ W.mT @ inv(D), C the capacitance.
    """
    W, D = q._parts()
    B = solve_triangular(q._capacitance_tril, W.mT / D.unsqueeze(-2), False)
    trace = sum(
        (A / D.sqrt().unsqueeze(-1)).pow(2).sum((-2, -1)) - (B @ A).pow(2).sum((-2, -1))
        for A in factors
    )
    square = _batch_lowrank_mahalanobis(W, D, q.loc - p.loc, q._capacitance_tril)
    return of_normals(q._log_det() - log_det, trace, square, p.event_shape[0])


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
def _kl_lowrankmultivariatenormal_lowrankmultivariatenormal(p, q):
    require_one_event_shape(p, q, "Low Rank Multivariate Normals")
    W, D = p._parts()
    return divergence_from_low_rank(p, p._log_det(), [W, D.sqrt().diag_embed()], q)


@register_kl(MultivariateNormal, LowRankMultivariateNormal)
def _kl_multivariatenormal_lowrankmultivariatenormal(p, q):
    require_one_event_shape(p, q, "(Low Rank) Multivariate Normals")
    factor = p._unbroadcasted_scale_tril
    return divergence_from_low_rank(p, 2 * half_log_det(factor), [factor], q)


@register_kl(LowRankMultivariateNormal, MultivariateNormal)
def _kl_lowrankmultivariatenormal_multivariatenormal(p, q):
    require_one_event_shape(p, q, "(Low Rank) Multivariate Normals")
    W, D = p._parts()
    factor = q._unbroadcasted_scale_tril
    trace = square_of_solved(factor, W) + square_of_solved(factor, D.sqrt().diag_embed())
    square = _batch_mahalanobis(factor, q.loc - p.loc)
    log_dets = 2 * half_log_det(factor) - p._log_det()
    return of_normals(log_dets, trace, square, p.event_shape[0])
