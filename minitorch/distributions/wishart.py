"""The Wishart distribution."""

import math
import warnings
from collections.abc import Sequence
from typing import Any

from minitorch.autograd.tensor import Size, Tensor
from minitorch.backend.dtypes import finfo
from minitorch.distributions import constraints
from minitorch.distributions.chi2 import Chi2
from minitorch.distributions.exp_family import ExponentialFamily
from minitorch.distributions.multivariate_normal import (
    FACTOR_OF,
    CovarianceForms,
    half_log_det,
    the_given,
)
from minitorch.ops.creation import arange
from minitorch.ops.from_data import tensor
from minitorch.ops.join import broadcast_shapes
from minitorch.ops.random import randn
from minitorch.ops.rearrange import tril_indices
from minitorch.ops.solve import cholesky_solve, slogdet
from minitorch.ops.special import mvlgamma

__all__ = ["Wishart"]


def _mvdigamma(x, p):
    """The derivative of `mvlgamma`."""
    return (x.unsqueeze(-1) - arange(p, dtype=x.dtype, device=x.device) / 2).digamma().sum(-1)


class Wishart(CovarianceForms, ExponentialFamily):
    """The sum of z @ z.T over `df` normal vectors z of mean 0; df need not be whole

    df                 > p - 1, for matrices (p, p)
    covariance_matrix  (..., p, p) of z; or its inverse precision_matrix, or its lower Cholesky
                       factor scale_tril

    Draws by Bartlett's decomposition: Odell and Feiveson, A Numerical Procedure to Generate a
    Sample Covariance Matrix, 1966, Journal of the American Statistical Association 61.
    """

    support = constraints.positive_definite
    has_rsample = True
    _mean_carrier_measure = 0
    _parameters = {
        "df": 0,
        "covariance_matrix": 2,
        "precision_matrix": 2,
        "scale_tril": 2,
        "_unbroadcasted_scale_tril": 2,
        "_dist_chi2": 1,
    }

    @property
    def arg_constraints(self):
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self.event_shape[-1] - 1),
        }

    def __init__(
        self,
        df: Tensor | float,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        forms = covariance_matrix, precision_matrix, scale_tril
        name, matrix = the_given(forms, AssertionError)
        if matrix.dim() < 2:
            raise ValueError(
                "scale_tril must be at least two-dimensional, with optional leading batch "
                "dimensions"
            )
        degrees = df
        if not isinstance(degrees, Tensor):
            degrees = tensor(degrees, dtype=matrix.dtype, device=matrix.device)
        batch_shape = broadcast_shapes(matrix.shape[:-2], degrees.shape)
        self.df = degrees.expand(batch_shape)
        event_shape = matrix.shape[-2:]
        p = event_shape[-1]
        if (self.df <= p - 1).any():
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {p - 1}.")
        if (self.df < p).any():
            warnings.warn(
                "Low df values detected. Singular samples are highly likely to occur for "
                "ndim - 1 < df < ndim.",
                stacklevel=2,
            )
        vars(self)[name] = matrix.expand(batch_shape + (-1, -1))
        super().__init__(batch_shape, event_shape, validate_args=validate_args)
        self._unbroadcasted_scale_tril = FACTOR_OF[name](matrix)
        self._dist_chi2 = Chi2(
            self.df.unsqueeze(-1) - arange(p, dtype=matrix.dtype, device=matrix.device)
        )

    def _df_for_matrices(self):
        return self.df.view(self._batch_shape + (1, 1))

    @property
    def mean(self) -> Tensor:
        return self._df_for_matrices() * self.covariance_matrix

    @property
    def mode(self) -> Tensor:
        """nan for df <= p + 1."""
        factor = self._df_for_matrices() - self.event_shape[-1] - 1
        return factor.masked_fill(factor <= 0, math.nan) * self.covariance_matrix

    @property
    def variance(self) -> Tensor:
        V = self.covariance_matrix
        diagonal = V.diagonal(dim1=-2, dim2=-1)
        outer = diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2)
        return self._df_for_matrices() * (V.pow(2) + outer)

    def _bartlett_sampling(self, sample_shape=()):
        """L @ A @ A.mT @ L.mT: in A normal numbers below the roots of Chi2 numbers."""
        p = self._event_shape[-1]
        roots = self._dist_chi2.rsample(sample_shape).sqrt()
        noise = roots.clamp(min=finfo(roots.dtype).eps).diag_embed()
        i, j = tril_indices(p, p, offset=-1)
        shape = noise.shape[:-2] + (p * (p - 1) // 2,)
        noise[..., i, j] = randn(shape, dtype=noise.dtype, device=noise.device)
        factor = self._unbroadcasted_scale_tril @ noise
        return factor @ factor.mT

    def rsample(self, sample_shape: Sequence[int] = (), max_try_correction: Any = None) -> Tensor:
        """Draws; one that rounding made singular is drawn again, up to `max_try_correction` times.

        max_try_correction  10 by default
        """
        sample_shape = Size(sample_shape)
        sample = self._bartlett_sampling(sample_shape)
        for _ in range(10 if max_try_correction is None else max_try_correction):
            singular = ~self.support.check(sample)
            if not singular.any():
                break
            warnings.warn("Singular sample detected.", stacklevel=2)
            again = self._bartlett_sampling(sample_shape)
            sample = again.where(singular.unsqueeze(-1).unsqueeze(-1), sample)
        return sample

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_sample(value)
        p, factor = self._event_shape[-1], self._unbroadcasted_scale_tril
        trace = cholesky_solve(value, factor).diagonal(dim1=-2, dim2=-1).sum(dim=-1)
        return (
            -self.df * (p * math.log(2) / 2 + half_log_det(factor))
            - mvlgamma(self.df / 2, p)
            + (self.df - p - 1) / 2 * slogdet(value).logabsdet
            - trace / 2
        )

    def entropy(self) -> Tensor:
        p = self._event_shape[-1]
        half = self.df / 2
        return (
            (p + 1) * (p * math.log(2) / 2 + half_log_det(self._unbroadcasted_scale_tril))
            + mvlgamma(half, p)
            - (self.df - p - 1) / 2 * _mvdigamma(half, p)
            + self.df * p / 2
        )

    @property
    def _natural_params(self):
        return -self.precision_matrix / 2, (self.df - self._event_shape[-1] - 1) / 2

    def _log_normalizer(self, x, y):
        p = self._event_shape[-1]
        half = y + (p + 1) / 2
        return half * (p * math.log(2) - slogdet(-2 * x).logabsdet) + mvlgamma(half, p)
