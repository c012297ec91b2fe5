"""The half-Cauchy distribution."""

import math

from minitorch.autograd.tensor import Tensor
from minitorch.distributions.cauchy import Cauchy
from minitorch.distributions.folded import Folded
from minitorch.ops.creation import full_like

__all__ = ["HalfCauchy"]


class HalfCauchy(Folded):
    """abs of a draw from Cauchy(0, scale)."""

    unfolded = Cauchy

    @property
    def mean(self) -> Tensor:
        return full_like(self.scale, math.inf)

    @property
    def variance(self) -> Tensor:
        return self.base_dist.variance
