"""Mixtures of distributions of one family."""

from collections.abc import Sequence
from typing import Any

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.categorical import Categorical
from minitorch.distributions.constraints import MixtureSameFamilyConstraint
from minitorch.distributions.distribution import Distribution

__all__ = ["MixtureSameFamily"]


class MixtureSameFamily(Distribution):
    """A draw from one of k distributions, which `mixture_distribution` chooses.

    mixture_distribution    a `Categorical` of k, of the batch shape or of none
    component_distribution  its batch shape is that of the mixture, and k last
    """

    arg_constraints: dict[str, Any] = {}
    _parameters = {"_mixture_distribution": 0}

    def __init__(
        self,
        mixture_distribution: Categorical,
        component_distribution: Distribution,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(
                " The Mixture distribution needs to be an  instance of "
                "torch.distributions.Categorical"
            )
        if not isinstance(component_distribution, Distribution):
            raise ValueError(
                "The Component distribution needs to be an instance of "
                "torch.distributions.Distribution"
            )
        self._mixture_distribution = mixture_distribution
        self._component_distribution = component_distribution
        batch, of_choice = component_distribution.batch_shape[:-1], mixture_distribution.batch_shape
        for a, b in zip(reversed(of_choice), reversed(batch)):
            if a not in (1, b) and b != 1:
                raise ValueError(
                    f"`mixture_distribution.batch_shape` ({of_choice}) is not compatible with "
                    f"`component_distribution.batch_shape`({batch})"
                )
        chosen = mixture_distribution.logits.shape[-1]
        there = component_distribution.batch_shape[-1]
        if chosen != there:
            raise ValueError(
                f"`mixture_distribution component` ({chosen}) does not equal "
                f"`component_distribution.batch_shape[-1]` ({there})"
            )
        self._num_component = chosen
        event_shape = component_distribution.event_shape
        self._event_ndims = len(event_shape)
        super().__init__(batch, event_shape, validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        wide = new.batch_shape + (self._num_component,)
        new._component_distribution = self._component_distribution.expand(wide)
        return new

    @constraints.dependent_property
    def support(self):
        return MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def mixture_distribution(self) -> Categorical:
        """Which component."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Distribution:
        """The components, in the last dimension of its batch."""
        return self._component_distribution

    def _mean(self, of_components):
        """The mean over the components, of numbers (..., k) + event_shape."""
        probs = self.mixture_distribution.probs
        probs = probs.reshape(probs.shape + (1,) * self._event_ndims)
        return (probs * of_components).sum(-1 - self._event_ndims)

    @property
    def mean(self) -> Tensor:
        return self._mean(self.component_distribution.mean)

    @property
    def variance(self) -> Tensor:
        """The mean of the variances and the variance of the means."""
        components = self.component_distribution
        apart = (components.mean - self._pad(self.mean)).pow(2)
        return self._mean(components.variance) + self._mean(apart)

    def cdf(self, x: Tensor) -> Tensor:
        cdf = self.component_distribution.cdf(self._pad(x))
        return (cdf * self.mixture_distribution.probs).sum(-1)

    def log_prob(self, x: Tensor) -> Tensor:
        self._check_sample(x)
        log_prob = self.component_distribution.log_prob(self._pad(x))
        log_mix = self.mixture_distribution.logits.log_softmax(dim=-1)
        return (log_prob + log_mix).logsumexp(dim=-1)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """One draw from each component, of which one is taken."""
        with no_grad():
            drawn = self.component_distribution.sample(sample_shape)
            which = self.mixture_distribution.sample(sample_shape)
            dim = len(sample_shape) + len(self.batch_shape)
            shape = drawn.shape[:dim]
            which = which.expand(shape).reshape(shape + (1,) * (self._event_ndims + 1))
            return drawn.gather(dim, which.expand(shape + (1,) + self.event_shape)).squeeze(dim)

    def _pad(self, x):
        """`x` with a dimension for the components."""
        return x.unsqueeze(-1 - self._event_ndims)

    def __repr__(self) -> str:
        return (
            f"MixtureSameFamily(\n  {self.mixture_distribution},\n  {self.component_distribution})"
        )
