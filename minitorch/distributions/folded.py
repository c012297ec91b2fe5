"""What the half-normal and the half-Cauchy distribution share."""

import math
from collections.abc import Callable
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.transforms import AbsTransform
from minitorch.ops.creation import zeros_like
from minitorch.ops.from_data import as_tensor


class Folded(TransformedDistribution):
    """abs of a draw from `unfolded(0, scale)`, which is symmetric."""

    arg_constraints = {"scale": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    _parameters = {}
    unfolded: Callable[..., Any]

    def __init__(self, scale: Tensor | float, validate_args: bool | None = None) -> None:
        base = type(self).unfolded(0, scale, validate_args=False)
        super().__init__(base, AbsTransform(), validate_args=validate_args)

    @property
    def scale(self) -> Tensor:
        return self.base_dist.scale

    @property
    def mode(self) -> Tensor:
        return zeros_like(self.scale)

    def log_prob(self, value: Tensor | float) -> Tensor:
        self._check_sample(value)
        value = as_tensor(value, dtype=self.scale.dtype, device=self.scale.device)
        log_prob = self.base_dist.log_prob(value) + math.log(2)
        return log_prob.masked_fill(value < 0, -math.inf)

    def cdf(self, value: Tensor) -> Tensor:
        self._check_sample(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, prob: Tensor) -> Tensor:
        return self.base_dist.icdf((prob + 1) / 2)

    def entropy(self) -> Tensor:
        return self.base_dist.entropy() - math.log(2)
