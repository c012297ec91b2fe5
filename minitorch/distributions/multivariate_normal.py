"""The multivariate normal distribution."""

import math
from collections.abc import Sequence

from minitorch.autograd.tensor import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.utils import _standard_normal, lazy_property
from minitorch.ops.creation import eye
from minitorch.ops.decompose import lower_factor
from minitorch.ops.join import broadcast_shapes
from minitorch.ops.solve import cholesky_inverse, solve_triangular

__all__ = ["MultivariateNormal"]


def _batch_mv(bmat, bvec):
    """Matrices (..., n, m) times vectors (..., m)."""
    return (bmat @ bvec.unsqueeze(-1)).squeeze(-1)


def _batch_mahalanobis(bL, bx):
    """The squared length of inv(L) @ x, for L (..., n, n) lower triangular and x (..., n)."""
    if bL.dim() == 2:  # one system with many right sides
        columns = solve_triangular(bL, bx.reshape(-1, bx.size(-1)).mT, False)
        return columns.pow(2).sum(-2).reshape(bx.shape[:-1])
    shape = broadcast_shapes(bL.shape[:-2], bx.shape[:-1])
    bL, bx = bL.expand(shape + bL.shape[-2:]), bx.expand(shape + bx.shape[-1:])
    return solve_triangular(bL, bx.unsqueeze(-1), False).pow(2).sum((-2, -1))


def _precision_to_scale_tril(P):
    """The Cholesky factor of inv(P), by that of P read from its end."""
    factor = lower_factor(P.flip((-2, -1))).flip((-2, -1)).mT
    identity = eye(P.shape[-1], dtype=P.dtype, device=P.device).expand(P.shape)
    return solve_triangular(factor, identity, False)


def half_log_det(factor):
    """Half the logarithm of the determinant of factor @ factor.mT."""
    return factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)


FACTOR_OF = {
    "covariance_matrix": lower_factor,
    "precision_matrix": _precision_to_scale_tril,
    "scale_tril": lambda matrix: matrix,
}


def the_given(forms, error):
    """Name and value of the one of three matrices, in the order of FACTOR_OF, that is not None."""
    given = [(name, matrix) for name, matrix in zip(FACTOR_OF, forms) if matrix is not None]
    if len(given) != 1:
        raise error(
            "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified."
        )
    return given[0]


class CovarianceForms(Distribution):
    """What has a positive definite matrix, given as one of three.

    covariance_matrix, precision_matrix (its inverse), scale_tril (its lower Cholesky factor); the
    other two are made when they are asked for, of `_unbroadcasted_scale_tril`.
    """

    _unbroadcasted_scale_tril: Tensor

    def _matrix_shape(self):
        n = self._event_shape[-1]
        return self._batch_shape + (n, n)

    @lazy_property
    def scale_tril(self):
        return self._unbroadcasted_scale_tril.expand(self._matrix_shape())

    @lazy_property
    def covariance_matrix(self):
        factor = self._unbroadcasted_scale_tril
        return (factor @ factor.mT).expand(self._matrix_shape())

    @lazy_property
    def precision_matrix(self):
        return cholesky_inverse(self._unbroadcasted_scale_tril).expand(self._matrix_shape())


class MultivariateNormal(CovarianceForms):
    """loc + L @ z, for n standard normal numbers z, where L @ L.mT is the covariance matrix

    loc                (..., n) mean
    covariance_matrix  (..., n, n); or its inverse precision_matrix, or L as scale_tril, which is
                       the fastest
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector
    has_rsample = True
    _parameters = {"loc": 1, "covariance_matrix": 2, "precision_matrix": 2, "scale_tril": 2}

    def __init__(
        self,
        loc: Tensor,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        forms = covariance_matrix, precision_matrix, scale_tril
        name, matrix = the_given(forms, ValueError)
        if matrix.dim() < 2:
            raise ValueError(
                f"{name}{' matrix' if name == 'scale_tril' else ''} must be at least "
                "two-dimensional, with optional leading batch dimensions"
            )
        batch_shape = broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        vars(self)[name] = matrix.expand(batch_shape + (-1, -1))
        self.loc = loc.expand(batch_shape + (-1,))
        super().__init__(batch_shape, self.loc.shape[-1:], validate_args=validate_args)
        self._unbroadcasted_scale_tril = FACTOR_OF[name](matrix)

    @property
    def mean(self) -> Tensor:
        return self.loc

    mode = mean

    @property
    def variance(self) -> Tensor:
        return self._unbroadcasted_scale_tril.pow(2).sum(-1).expand(self.loc.shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        z = _standard_normal(self._extended_shape(sample_shape), self.loc.dtype, self.loc.device)
        return self.loc + _batch_mv(self._unbroadcasted_scale_tril, z)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_sample(value)
        factor = self._unbroadcasted_scale_tril
        square = _batch_mahalanobis(factor, value - self.loc)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + square) - half_log_det(factor)

    def entropy(self) -> Tensor:
        constant = 0.5 * self._event_shape[0] * (1 + math.log(2 * math.pi))
        return (constant + half_log_det(self._unbroadcasted_scale_tril)).expand(self._batch_shape)
