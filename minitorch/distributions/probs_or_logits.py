"""Distributions that take probabilities or their logits."""

from typing import Any

from minitorch.autograd.tensor import Size, Tensor
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.utils import lazy_property, logits_to_probs, probs_to_logits


class ProbsOrLogits(Distribution):
    """What is given either `probs` or `logits`; the other is made when it is asked for.

    _is_binary  False: logits are the logarithms of the probabilities in the last dimension
    """

    _is_binary = True

    def _choose(self, probs: Any, logits: Any) -> Any:
        """The one that is given.

        Raises ValueError where that is not exactly one.
        """
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        self._given = "logits" if probs is None else "probs"
        return logits if probs is None else probs

    def _keep(self, given: Tensor) -> None:
        vars(self)[self._given] = given

    @lazy_property
    def logits(self):
        """Log odds, or logarithms of the probabilities."""
        return probs_to_logits(self.probs, self._is_binary)

    @lazy_property
    def probs(self):
        """Probabilities."""
        return logits_to_probs(self.logits, self._is_binary)

    @property
    def _param(self) -> Tensor:
        return vars(self)[self._given]

    @property
    def param_shape(self) -> Size:
        """The shape of what is given."""
        return self._param.size()

    def _new(self, *args, **kwargs):
        return self._param.new(*args, **kwargs)
