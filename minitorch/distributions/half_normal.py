"""The half-normal distribution."""

import math

from minitorch.autograd.tensor import Tensor
from minitorch.distributions.folded import Folded
from minitorch.distributions.normal import Normal

__all__ = ["HalfNormal"]


class HalfNormal(Folded):
    """abs of a normal number of mean 0 and standard deviation `scale`."""

    unfolded = Normal

    @property
    def mean(self) -> Tensor:
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Tensor:
        return self.scale.pow(2) * (1 - 2 / math.pi)
