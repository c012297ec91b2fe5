"""Exponential families, whose entropy is a derivative of their normaliser."""

from typing import Any

from minitorch.autograd import grad
from minitorch.autograd.tensor import Tensor
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.utils import _sum_rightmost

__all__ = ["ExponentialFamily"]


class ExponentialFamily(Distribution):
    """Densities exp(t(x) . theta - F(theta) + k(x)): natural parameters theta, log normaliser F.

    `entropy` and `kl_divergence` come of `_natural_params`, `_log_normalizer` and
    `_mean_carrier_measure`, the mean of k(x). Nielsen and Nock, Entropies and Cross-Entropies of
    Exponential Families, 2010, IEEE ICIP.
    """

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        raise NotImplementedError

    def _log_normalizer(self, *natural_params: Any, **named: Any) -> Any:
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self) -> Any:
        raise NotImplementedError

    def _means(self):
        """The natural parameters, F there, and its derivatives: the means of t(x)."""
        parameters = [p.detach().requires_grad_() for p in self._natural_params]
        normalizer = self._log_normalizer(*parameters)
        return parameters, normalizer, grad(normalizer.sum(), parameters, create_graph=True)

    def entropy(self) -> Tensor:
        parameters, normalizer, means = self._means()
        result = normalizer - self._mean_carrier_measure
        for p, mean in zip(parameters, means):
            result = result - _sum_rightmost(p * mean, p.dim() - len(self._batch_shape))
        return result
