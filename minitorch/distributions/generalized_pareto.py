"""The generalized Pareto distribution."""

from collections.abc import Sequence
from math import inf, nan

from minitorch.autograd.tensor import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.utils import broadcast_all
from minitorch.ops.random import rand

__all__ = ["GeneralizedPareto"]


class GeneralizedPareto(Distribution):
    """P(x > loc + scale * z) = (1 + concentration * z)**(-1 / concentration), exp(-z) where it is 0

    scale          > 0
    concentration  0: exponential; -1: uniform; above 0 the tail is that of a `Pareto`
    """

    arg_constraints = {
        "loc": constraints.real,
        "scale": constraints.positive,
        "concentration": constraints.real,
    }
    has_rsample = True
    _parameters = {"loc": 0, "scale": 0, "concentration": 0}

    def __init__(
        self,
        loc: Tensor | float,
        scale: Tensor | float,
        concentration: Tensor | float,
        validate_args: bool | None = None,
    ) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    def _shape(self):
        """Where the concentration counts as 0, and it with 1 there."""
        zero = self.concentration.abs() <= 1e-8
        return zero, self.concentration.masked_fill(zero, 1)

    def _z(self, x):
        return (x - self.loc) / self.scale

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        return self.icdf(rand(shape, dtype=self.loc.dtype, device=self.loc.device))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_sample(value)
        z = self._z(value)
        zero, shape = self._shape()
        power = 1 / shape + 1
        tail = (power * (shape * z).log1p()).masked_fill(power == 0, 0)
        return -self.scale.log() - z.where(zero, tail)

    def log_survival_function(self, value: Tensor) -> Tensor:
        """The logarithm of the probability of draws above `value`."""
        self._check_sample(value)
        z = self._z(value)
        zero, shape = self._shape()
        return -z.where(zero, (shape * z).log1p() / shape)

    def log_cdf(self, value: Tensor) -> Tensor:
        """The logarithm of `cdf`."""
        return (-self.log_survival_function(value).exp()).log1p()

    def cdf(self, value: Tensor) -> Tensor:
        return self.log_cdf(value).exp()

    def icdf(self, value: Tensor) -> Tensor:
        log_above = (-value).log1p()
        zero, shape = self._shape()
        z = (-log_above).where(zero, (-shape * log_above).expm1() / shape)
        return self.loc + self.scale * z

    @property
    def mean(self) -> Tensor:
        """nan for concentration >= 1."""
        c = self.concentration
        return (self.loc + self.scale / (1 - c)).masked_fill(c >= 1, nan)

    @property
    def variance(self) -> Tensor:
        """nan for concentration >= 1/2."""
        c = self.concentration
        return (self.scale**2 / ((1 - c) ** 2 * (1 - 2 * c))).masked_fill(c >= 0.5, nan)

    def entropy(self) -> Tensor:
        return self.scale.log() + self.concentration + 1

    @property
    def mode(self) -> Tensor:
        return self.loc

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self):
        end = self.loc - self.scale / self.concentration
        return constraints.interval(self.loc, end.masked_fill(self.concentration >= 0, inf))
