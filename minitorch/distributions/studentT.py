"""Student's t distribution."""

import math
from collections.abc import Sequence

from minitorch.autograd.tensor import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.chi2 import Chi2
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.utils import _standard_normal, broadcast_all

__all__ = ["StudentT"]


class StudentT(Distribution):
    """loc + scale * z / sqrt(v / df), for z standard normal and v from Chi2(df)

    df, scale  > 0
    """

    arg_constraints = {
        "df": constraints.positive,
        "loc": constraints.real,
        "scale": constraints.positive,
    }
    support = constraints.real
    has_rsample = True
    _parameters = {"df": 0, "loc": 0, "scale": 0, "_chi2": 0}

    def __init__(
        self,
        df: Tensor | float,
        loc: Tensor | float = 0.0,
        scale: Tensor | float = 1.0,
        validate_args: bool | None = None,
    ) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        self._chi2 = Chi2(self.df)
        super().__init__(self.df.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """nan for df <= 1."""
        return self.loc.masked_fill(self.df <= 1, math.nan)

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        """inf for df <= 2, nan for df <= 1."""
        variance = self.scale.pow(2) * self.df / (self.df - 2)
        return variance.masked_fill(self.df <= 2, math.inf).masked_fill(self.df <= 1, math.nan)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        z = _standard_normal(shape, self.df.dtype, self.df.device)
        v = self._chi2.rsample(sample_shape)
        return self.loc + self.scale * (z * (v / self.df).rsqrt())

    def _log_scale(self):
        """log(sqrt(df) * B(1/2, df/2)), with the beta function B."""
        half = 0.5 * self.df
        log_beta = half.lgamma() + math.log(math.pi) / 2 - (half + 0.5).lgamma()
        return 0.5 * self.df.log() + log_beta

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_sample(value)
        y = (value - self.loc) / self.scale
        tail = 0.5 * (self.df + 1) * (y**2 / self.df).log1p()
        return -tail - self.scale.log() - self._log_scale()

    def entropy(self) -> Tensor:
        half = 0.5 * (self.df + 1)
        tail = half * (half.digamma() - (0.5 * self.df).digamma())
        return self.scale.log() + tail + self._log_scale()
