"""The binomial distribution."""

from collections.abc import Sequence

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.bernoulli import listed
from minitorch.distributions.probs_or_logits import ProbsOrLogits
from minitorch.distributions.utils import broadcast_all
from minitorch.ops.draws import binomial

__all__ = ["Binomial"]


class Binomial(ProbsOrLogits):
    """How many of `total_count` tries succeed, each with the probability `probs`.

    total_count  whole number >= 0, or a tensor of them
    probs        in [0, 1]
    logits       log(probs / (1 - probs)), given in place of it
    """

    arg_constraints = {
        "total_count": constraints.nonnegative_integer,
        "probs": constraints.unit_interval,
        "logits": constraints.real,
    }
    has_enumerate_support = True
    _parameters = {"total_count": 0, "probs": 0, "logits": 0}

    def __init__(
        self,
        total_count: Tensor | int = 1,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        total_count, given = broadcast_all(total_count, self._choose(probs, logits))
        self.total_count = total_count.type_as(given)
        self._keep(given)
        super().__init__(self.param_shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Tensor:
        return self.total_count * self.probs

    @property
    def mode(self) -> Tensor:
        return ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count)

    @property
    def variance(self) -> Tensor:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_sample(value)
        n, logits = self.total_count, self.logits
        # log(1 + exp(logits)), by parts of which none overflows; its slope at 0 is 1/2
        above = (logits.clamp(min=0) + logits - logits.clamp(max=0)) / 2
        softplus = above + (-logits.abs()).exp().log1p()
        ways = (n + 1).lgamma() - (value + 1).lgamma() - (n - value + 1).lgamma()
        return value * logits - n * softplus + ways

    def _common_count(self, asked_by):
        count = int(self.total_count.max())
        if self.total_count.min() != count:
            raise NotImplementedError(f"Inhomogeneous total count not supported by `{asked_by}`.")
        return count

    def entropy(self) -> Tensor:
        self._common_count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(log_prob.exp() * log_prob).sum(0)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return listed(1 + self._common_count("enumerate_support"), self, expand)
