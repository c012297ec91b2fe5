"""One-hot draws made smooth."""

from collections.abc import Sequence
from operator import attrgetter

from minitorch.autograd.tensor import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.categorical import Categorical
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.transforms import ExpTransform
from minitorch.distributions.utils import broadcast_all, clamp_probs
from minitorch.ops.creation import full_like
from minitorch.ops.random import rand

__all__ = ["ExpRelaxedCategorical", "RelaxedOneHotCategorical"]


class ExpRelaxedCategorical(Distribution):
    """The logarithms of a `RelaxedOneHotCategorical`.

    (logits + Gumbel noise) / temperature, less its logsumexp. Maddison, Mnih and Teh, The Concrete
    Distribution, 2016, arXiv:1611.00712; Jang, Gu and Poole, Categorical Reparameterization with
    Gumbel-Softmax, 2016, arXiv:1611.01144.
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.real_vector  # of it, those whose exp add up to 1
    has_rsample = True
    _parameters = {"_categorical": 0}

    def __init__(
        self,
        temperature: Tensor,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self._categorical = Categorical(probs, logits)
        self.temperature = temperature
        shape = self._categorical.param_shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    def _new(self, *args, **kwargs):
        return self._categorical._new(*args, **kwargs)

    param_shape = property(attrgetter("_categorical.param_shape"))
    logits = property(attrgetter("_categorical.logits"))
    probs = property(attrgetter("_categorical.probs"))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        u = clamp_probs(rand(shape, dtype=self.logits.dtype, device=self.logits.device))
        scores = (self.logits - (-u.log()).log()) / self.temperature
        return scores - scores.logsumexp(dim=-1, keepdim=True)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_sample(value)
        n = self.event_shape[0]
        logits, value = broadcast_all(self.logits, value)
        constant = full_like(self.temperature, float(n)).lgamma() + self.temperature.log() * (n - 1)
        score = logits - value * self.temperature
        return (score - score.logsumexp(dim=-1, keepdim=True)).sum(-1) + constant


class RelaxedOneHotCategorical(TransformedDistribution):
    """n numbers > 0 of sum 1, the nearer one-hot, the lower the temperature, with gradient.

    temperature    > 0
    probs, logits  (..., n), as at `Categorical`: of each k, as the temperature goes to 0
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.simplex
    has_rsample = True
    _parameters = {}

    def __init__(
        self,
        temperature: Tensor,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    temperature = property(attrgetter("base_dist.temperature"))
    logits = property(attrgetter("base_dist.logits"))
    probs = property(attrgetter("base_dist.probs"))
