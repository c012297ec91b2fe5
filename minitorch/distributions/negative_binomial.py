"""The negative binomial distribution."""

from collections.abc import Sequence

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.gamma import Gamma
from minitorch.distributions.probs_or_logits import ProbsOrLogits
from minitorch.distributions.utils import broadcast_all, lazy_property
from minitorch.nn import functional as F
from minitorch.ops.draws import poisson

__all__ = ["NegativeBinomial"]


class NegativeBinomial(ProbsOrLogits):
    """How many tries succeed, each with the probability `probs`, before `total_count` fail.

    total_count  >= 0, need not be whole
    probs        in [0, 1)
    logits       log(probs / (1 - probs)), given in place of it
    """

    arg_constraints = {
        "total_count": constraints.greater_than_eq(0),
        "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }
    support = constraints.nonnegative_integer
    _parameters = {"total_count": 0, "probs": 0, "logits": 0}

    def __init__(
        self,
        total_count: Tensor | float,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        total_count, given = broadcast_all(total_count, self._choose(probs, logits))
        self.total_count = total_count.type_as(given)
        self._keep(given)
        super().__init__(self.param_shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.total_count * self.logits.exp()

    @property
    def mode(self) -> Tensor:
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0)

    @property
    def variance(self) -> Tensor:
        return self.mean / (-self.logits).sigmoid()

    @lazy_property
    def _gamma(self):
        """Of the rates of a Poisson distribution; unchecked, since a total_count may be 0."""
        return Gamma(self.total_count, (-self.logits).exp(), validate_args=False)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with no_grad():
            return poisson(self._gamma.sample(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_sample(value)
        tries = self.total_count + value
        ways = tries.lgamma() - (1 + value).lgamma() - self.total_count.lgamma()
        ways = ways.masked_fill(tries == 0, 0)  # one way, but lgamma(0) is infinite
        failed = self.total_count * F.logsigmoid(-self.logits)
        return failed + value * F.logsigmoid(self.logits) + ways
