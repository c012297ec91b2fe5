"""The categorical distribution."""

from collections.abc import Sequence
from math import nan

from minitorch.autograd.tensor import Size, Tensor
from minitorch.backend.dtypes import finfo, int64
from minitorch.distributions import constraints
from minitorch.distributions.bernoulli import listed
from minitorch.distributions.probs_or_logits import ProbsOrLogits
from minitorch.ops.creation import full
from minitorch.ops.draws import multinomial
from minitorch.ops.join import broadcast_tensors

__all__ = ["Categorical"]


class Categorical(ProbsOrLogits):
    """k with the probability probs[..., k], for k = 0 ... n - 1.

    probs   (..., n), >= 0; divided by their sum
    logits  (..., n), logarithms of the probabilities, given in place of them; any constant may be
            added to them
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True
    _is_binary = False
    _parameters = {"probs": 1, "logits": 1}

    def __init__(
        self,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        given = self._choose(probs, logits)
        if given.dim() < 1:
            raise ValueError(f"`{self._given}` parameter must be at least one-dimensional.")
        if logits is None:
            self._keep(given / given.sum(-1, keepdim=True))
        else:
            self._keep(given - given.logsumexp(dim=-1, keepdim=True))
        self._num_events = self._param.size(-1)
        super().__init__(self.param_shape[:-1], validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def mean(self) -> Tensor:
        """nan: the values are names, not numbers."""
        return full(self._extended_shape(), nan, dtype=self.probs.dtype, device=self.probs.device)

    @property
    def mode(self) -> Tensor:
        return self.probs.argmax(dim=-1)

    @property
    def variance(self) -> Tensor:
        return self.mean

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        sample_shape = Size(sample_shape)
        rows = self.probs.detach().reshape(-1, self._num_events)
        drawn = multinomial(rows, sample_shape.numel(), True).T
        return drawn.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_sample(value)
        value, logits = broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return logits.gather(-1, value[..., :1]).squeeze(-1)

    def entropy(self) -> Tensor:
        logits = self.logits.clamp(min=finfo(self.logits.dtype).min)
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return listed(self._num_events, self, expand, int64)
