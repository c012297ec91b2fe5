"""The von Mises distribution, of angles."""

import math
from collections.abc import Sequence

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor
from minitorch.backend.dtypes import bool as bool_dtype
from minitorch.backend.dtypes import float64
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution
from minitorch.distributions.utils import broadcast_all, lazy_property
from minitorch.ops.creation import zeros
from minitorch.ops.random import rand
from minitorch.ops.special import i0e, i1e

__all__ = ["VonMises"]


def _log_modified_bessel_fn(x):
    """log(I0(x)) for x > 0."""
    return i0e(x).log() + x


def _rejection_sample(loc, concentration, proposal_r, shape):
    """Draws from a wrapped Cauchy distribution, each taken or else drawn again.

    Best and Fisher, Efficient Simulation of the von Mises Distribution, 1979, Applied Statistics.
    """
    x = zeros(shape, dtype=loc.dtype, device=loc.device)
    done = zeros(shape, dtype=bool_dtype, device=loc.device)
    while not done.all():
        u1, u2, u3 = rand((3,) + tuple(shape), dtype=loc.dtype, device=loc.device).unbind()
        z = (math.pi * u1).cos()
        f = (1 + proposal_r * z) / (proposal_r + z)
        c = concentration * (proposal_r - f)
        accept = (c * (2 - c) - u2 > 0) | ((c / u2).log() + 1 - c >= 0)
        x = ((u3 - 0.5).sign() * f.acos()).where(accept & ~done, x)
        done = done | accept
    return (x + math.pi + loc) % (2 * math.pi) - math.pi


class VonMises(Distribution):
    """exp(concentration * cos(x - loc)), normalised, for an angle x in radians

    concentration  > 0; draws lie in [-pi, pi)
    """

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real
    _parameters = {"loc": 0, "concentration": 0}

    def __init__(
        self,
        loc: Tensor | float,
        concentration: Tensor | float,
        validate_args: bool | None = None,
    ) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_sample(value)
        log_scale = math.log(2 * math.pi) + _log_modified_bessel_fn(self.concentration)
        return self.concentration * (value - self.loc).cos() - log_scale

    @lazy_property
    def _proposal_r(self):
        """Of the Cauchy distribution; in float64, since for small concentrations digits cancel."""
        kappa = self.concentration.to(float64)
        tau = 1 + (1 + 4 * kappa**2).sqrt()
        rho = (tau - (2 * tau).sqrt()) / (2 * kappa)
        return (1 / kappa + kappa).where(kappa < 1e-5, (1 + rho**2) / (2 * rho))

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with no_grad():
            drawn = _rejection_sample(
                self.loc.to(float64),
                self.concentration.to(float64),
                self._proposal_r,
                self._extended_shape(sample_shape),
            )
            return drawn.to(self.loc.dtype)

    @property
    def mean(self) -> Tensor:
        """The circular mean."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @lazy_property
    def variance(self):
        """The circular variance, 1 - I1 / I0."""
        return 1 - i1e(self.concentration) / i0e(self.concentration)
