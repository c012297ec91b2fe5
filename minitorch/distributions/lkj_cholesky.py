"""The LKJ distribution of correlation matrices, by their Cholesky factors."""

import math
from collections.abc import Sequence

from minitorch.autograd.tensor import Size, Tensor
from minitorch.backend.dtypes import finfo
from minitorch.distributions import constraints
from minitorch.distributions.beta import Beta
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.utils import broadcast_all
from minitorch.ops.creation import arange
from minitorch.ops.join import cat
from minitorch.ops.random import randn
from minitorch.ops.special import mvlgamma

__all__ = ["LKJCholesky"]


class LKJCholesky(Distribution):
    """Lower triangular L (dim, dim), where L @ L.mT has density det**(concentration - 1)

    dim            >= 2
    concentration  > 0; at 1 all correlation matrices are equally likely, above it those near the
                   identity are preferred

    Lewandowski, Kurowicka and Joe, Generating Random Correlation Matrices Based on Vines and
    Extended Onion Method, 2009, Journal of Multivariate Analysis 100, section 3.
    """

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky
    _parameters = {"concentration": 0, "_beta": 1}

    def __init__(
        self, dim: int, concentration: Tensor | float = 1.0, validate_args: bool | None = None
    ) -> None:
        if dim < 2:
            raise ValueError(
                f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}."
            )
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        kind = {"dtype": self.concentration.dtype, "device": self.concentration.device}
        row = arange(dim - 1, **kind)
        row = cat([row.new_zeros((1,)), row])
        marginal = (self.concentration + 0.5 * (dim - 2)).unsqueeze(-1)
        self._beta = Beta(row + 0.5, marginal - 0.5 * row)
        super().__init__(self.concentration.shape, Size((dim, dim)), validate_args)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Row by row a direction, uniform on the sphere, and how far to go there."""
        square = self._beta.sample(sample_shape).unsqueeze(-1)
        shape = self._extended_shape(sample_shape)
        normal = randn(shape, dtype=square.dtype, device=square.device).tril(-1)
        length = normal.norm(dim=-1, keepdim=True)
        row = square.sqrt() * normal / length.masked_fill(length == 0, 1)  # 0 in the first row
        rest = (1 - (row**2).sum(dim=-1)).clamp(min=finfo(row.dtype).tiny)
        return row + rest.sqrt().diag_embed()

    def log_prob(self, value: Tensor) -> Tensor:
        """The density of L is the product of L[i, i]**(2 * concentration - 2 + dim - i), i from 2.

        That is the density of L @ L.mT times the Jacobian; the constant is on page 1999.
        """
        self._check_sample(value)
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        i = arange(2, self.dim + 1, device=self.concentration.device)
        power = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - i
        n = self.dim - 1
        alpha = self.concentration + 0.5 * n
        constant = 0.5 * n * math.log(math.pi) + mvlgamma(alpha - 0.5, n) - alpha.lgamma() * n
        return (power * diagonal.log()).sum(dim=-1) - constant
