"""The continuous Bernoulli distribution."""

import math
from collections.abc import Sequence

from minitorch.autograd.tensor import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.exp_family import ExponentialFamily
from minitorch.distributions.probs_or_logits import ProbsOrLogits
from minitorch.distributions.utils import (
    broadcast_all,
    clamp_probs,
    lazy_property,
    logits_to_probs,
)
from minitorch.nn import functional as F
from minitorch.ops.random import rand

__all__ = ["ContinuousBernoulli"]


class ContinuousBernoulli(ProbsOrLogits, ExponentialFamily):
    """probs**x * (1 - probs)**(1 - x), normalised, in [0, 1]

    probs   in (0, 1), which is not the mean
    logits  log(probs / (1 - probs)), given in place of it
    lims    between these, near 1/2, series are used, where the formulas divide 0 by 0

    Loaiza-Ganem and Cunningham, The Continuous Bernoulli: Fixing a Pervasive Error in Variational
    Autoencoders, 2019, arXiv:1907.06845.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True
    _mean_carrier_measure = 0
    _parameters = {"probs": 0, "logits": 0}

    def __init__(
        self,
        probs: Tensor | float | None = None,
        logits: Tensor | float | None = None,
        lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:
        (given,) = broadcast_all(self._choose(probs, logits))
        if probs is not None:
            # before they are clamped, since after it all would do
            if validate_args is not None and not constraints.unit_interval.check(given).all():
                raise ValueError("The parameter probs has invalid values")
            given = clamp_probs(given)
        self._keep(given)
        self._lims = lims
        super().__init__(self.param_shape, validate_args=validate_args)

    @lazy_property
    def probs(self):
        return clamp_probs(logits_to_probs(self.logits, is_binary=True))

    def _outside_unstable_region(self):
        return (self.probs <= self._lims[0]) | (self.probs > self._lims[1])

    def _cut_probs(self):
        """The probs, but those near 1/2 set to where the formulas hold."""
        return self.probs.masked_fill(~self._outside_unstable_region(), self._lims[0])

    def _cont_bern_log_norm(self):
        """log(2 * atanh(1 - 2 * probs) / (1 - 2 * probs)), by which the density is normalised."""
        p = self._cut_probs()
        exact = ((-p).log1p() - p.log()).abs().log() - (1 - 2 * p).abs().log()
        x = (self.probs - 0.5).pow(2)
        series = math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x
        return exact.where(self._outside_unstable_region(), series)

    @property
    def mean(self) -> Tensor:
        p = self._cut_probs()
        exact = p / (2 * p - 1) + 1 / ((-p).log1p() - p.log())
        x = self.probs - 0.5
        series = 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x.pow(2)) * x
        return exact.where(self._outside_unstable_region(), series)

    @property
    def variance(self) -> Tensor:
        p = self._cut_probs()
        exact = p * (p - 1) / (1 - 2 * p).pow(2) + 1 / ((-p).log1p() - p.log()).pow(2)
        x = (self.probs - 0.5).pow(2)
        series = 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x
        return exact.where(self._outside_unstable_region(), series)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        return self.icdf(rand(shape, dtype=self.probs.dtype, device=self.probs.device))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_sample(value)
        logits, value = broadcast_all(self.logits, value)
        bits = F.binary_cross_entropy_with_logits(logits, value, reduction="none")
        return self._cont_bern_log_norm() - bits

    def cdf(self, value: Tensor) -> Tensor:
        self._check_sample(value)
        p = self._cut_probs()
        exact = (p.pow(value) * (1 - p).pow(1 - value) + p - 1) / (2 * p - 1)
        cdf = exact.where(self._outside_unstable_region(), value)
        return cdf.masked_fill(value <= 0, 0).masked_fill(value >= 1, 1)

    def icdf(self, value: Tensor) -> Tensor:
        p = self._cut_probs()
        low = (-p).log1p()
        exact = ((-p + value * (2 * p - 1)).log1p() - low) / (p.log() - low)
        return exact.where(self._outside_unstable_region(), value)

    def entropy(self) -> Tensor:
        low = (-self.probs).log1p()
        return self.mean * (low - self.probs.log()) - self._cont_bern_log_norm() - low

    @property
    def _natural_params(self):
        return (self.logits,)

    def _log_normalizer(self, x):
        """log((exp(x) - 1) / x)"""
        outside = (x <= self._lims[0] - 0.5) | (x > self._lims[1] - 0.5)
        cut = x.masked_fill(~outside, self._lims[0] - 0.5)
        exact = cut.expm1().abs().log() - cut.abs().log()
        return exact.where(outside, 0.5 * x + x.pow(2) / 24 - x.pow(4) / 2880)
