"""The multivariate normal distribution, with a covariance matrix of low rank plus a diagonal."""

import math
from collections.abc import Sequence

from minitorch.autograd.tensor import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.multivariate_normal import _batch_mahalanobis, _batch_mv, half_log_det
from minitorch.distributions.utils import _standard_normal, lazy_property
from minitorch.ops.creation import eye
from minitorch.ops.decompose import lower_factor
from minitorch.ops.join import broadcast_tensors
from minitorch.ops.solve import solve_triangular

__all__ = ["LowRankMultivariateNormal"]


def plus_identity(K):
    return K + eye(K.shape[-1], dtype=K.dtype, device=K.device)


def _batch_capacitance_tril(W, D):
    """The Cholesky factor of I + W.mT @ inv(D) @ W, for W (..., n, m) and diagonals D (..., n)."""
    return lower_factor(plus_identity((W.mT / D.unsqueeze(-2)) @ W))


def _batch_lowrank_logdet(W, D, capacitance_tril):
    """log(det(W @ W.mT + D)), by the matrix determinant lemma."""
    return 2 * half_log_det(capacitance_tril) + D.log().sum(-1)


def _batch_lowrank_mahalanobis(W, D, x, capacitance_tril):
    """x @ inv(W @ W.mT + D) @ x, by Woodbury's identity."""
    inner = _batch_mv(W.mT / D.unsqueeze(-2), x)
    return (x.pow(2) / D).sum(-1) - _batch_mahalanobis(capacitance_tril, inner)


class LowRankMultivariateNormal(Distribution):
    """Normal, with the covariance matrix cov_factor @ cov_factor.mT + diag(cov_diag)

    loc         (..., n) mean
    cov_factor  (..., n, m), worth it for m far below n: only matrices (m, m) are factored
    cov_diag    (..., n), > 0
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }
    support = constraints.real_vector
    has_rsample = True
    _parameters = {"loc": 1, "cov_factor": 2, "cov_diag": 1}

    def __init__(
        self,
        loc: Tensor,
        cov_factor: Tensor,
        cov_diag: Tensor,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        event_shape = loc.shape[-1:]
        if cov_factor.dim() < 2:
            raise ValueError(
                "cov_factor must be at least two-dimensional, with optional leading batch "
                "dimensions"
            )
        if cov_factor.shape[-2:-1] != event_shape:
            raise ValueError(
                f"cov_factor must be a batch of matrices with shape {event_shape[0]} x m"
            )
        if cov_diag.shape[-1:] != event_shape:
            raise ValueError(f"cov_diag must be a batch of vectors with shape {event_shape}")
        columns = loc.unsqueeze(-1), cov_factor, cov_diag.unsqueeze(-1)
        try:
            wide_loc, self.cov_factor, wide_diag = broadcast_tensors(*columns)
        except RuntimeError as error:
            raise ValueError(
                f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, "
                f"cov_diag {cov_diag.shape}"
            ) from error
        self.loc, self.cov_diag = wide_loc[..., 0], wide_diag[..., 0]
        self._unbroadcasted_cov_factor = cov_factor
        self._unbroadcasted_cov_diag = cov_diag
        self._capacitance_tril = _batch_capacitance_tril(cov_factor, cov_diag)
        super().__init__(self.loc.shape[:-1], event_shape, validate_args=validate_args)

    def _parts(self) -> tuple[Tensor, Tensor]:
        return self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag

    def _matrix_shape(self):
        return self._batch_shape + self._event_shape + self._event_shape

    @property
    def mean(self) -> Tensor:
        return self.loc

    mode = mean

    @lazy_property
    def variance(self):
        W, D = self._parts()
        return (W.pow(2).sum(-1) + D).expand(self.loc.shape)

    @lazy_property
    def scale_tril(self):
        W, D = self._parts()
        root = D.sqrt().unsqueeze(-1)
        factor = lower_factor(plus_identity((W / root) @ (W / root).mT))
        return (root * factor).expand(self._matrix_shape())

    @lazy_property
    def covariance_matrix(self):
        W, D = self._parts()
        return (W @ W.mT + D.diag_embed()).expand(self._matrix_shape())

    @lazy_property
    def precision_matrix(self):
        W, D = self._parts()
        A = solve_triangular(self._capacitance_tril, W.mT / D.unsqueeze(-2), False)
        return (D.reciprocal().diag_embed() - A.mT @ A).expand(self._matrix_shape())

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        W, D = self._parts()
        shape = self._extended_shape(sample_shape)
        kind = self.loc.dtype, self.loc.device
        of_factor = _batch_mv(W, _standard_normal(shape[:-1] + W.shape[-1:], *kind))
        return self.loc + of_factor + D.sqrt() * _standard_normal(shape, *kind)

    def _log_det(self):
        return _batch_lowrank_logdet(*self._parts(), self._capacitance_tril)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_sample(value)
        square = _batch_lowrank_mahalanobis(
            *self._parts(), value - self.loc, self._capacitance_tril
        )
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + self._log_det() + square)

    def entropy(self) -> Tensor:
        constant = self._event_shape[0] * (1 + math.log(2 * math.pi))
        return (0.5 * (constant + self._log_det())).expand(self._batch_shape)
