"""Draws by rejection that have derivatives all the same: of the gamma and the Dirichlet family.

With the cumulative distribution F(x; a) and the density p, the draw x moves with the parameter as
if its rank F(x; a) were held fixed: dx/da = -(dF/da) / p(x). Figurnov, Mohamed and Mnih, Implicit
Reparameterization Gradients, 2018, arXiv:1805.08498, equation 5. Here dF/da is an integral, summed
by a rule whose error is below 1e-6 of the derivative, mostly below 1e-10.
"""

import math

import numpy as np

from minitorch.autograd.op import op
from minitorch.autograd.refusals import require_kind
from minitorch.autograd.tensor import function, wrap
from minitorch.backend.devices import move
from minitorch.backend.namespaces import namespace
from minitorch.ops.random import source

STEP = 0.1
HIGH = 80  # exp of it is a float32; what falls as exp(-exp(s)) is long 0 there


def half_line_rule():
    """Nodes and weights for the integral from 0 on of what falls about as exp(-s).

    Takahasi and Mori, Double Exponential Formulas for Numerical Integration, 1974.
    """
    points = [STEP * k for k in range(-36, 43)]
    nodes = [math.exp(t - math.exp(-t)) for t in points]
    weights = [STEP * (1 + math.exp(-t)) * s for t, s in zip(points, nodes)]
    return list(zip(nodes, weights))


RULE = half_line_rule()


def reach(xp, slope, bend, far):
    """Where slope * s + bend * s**2 / 2 gets to 1; `far` where that is beyond 1."""
    near = 2 / (slope + xp.sqrt(slope * slope + 2 * bend))
    return xp.where(near < 1, near, far)


def positive(xp, x):
    return xp.maximum(x, xp.zeros_like(x))


def gamma_slope(a, x):
    """dx/da of a draw x (...) > 0 from the gamma distribution of shape a (...) > 0.

    -(dF/da) / p(x) is, with t = x * exp(-s), the integral from s = 0 on of
    -x * (log(t) - digamma(a)) * exp(-a * s + x - t); above the mean, since the integral over all t
    is 0, that over t = x * exp(s), with the other sign.
    """
    xp = namespace(a)
    below = x < a
    side = xp.where(below, -xp.ones_like(a), xp.ones_like(a))
    far = xp.where(below, (1 + x) / a, xp.log1p(1 / x))
    width = side * reach(xp, abs(x - a), x, far)
    offset = xp.log(x) - xp.digamma(a)
    total = xp.zeros_like(a)
    for node, weight in RULE:
        u = xp.minimum(width * node, xp.full_like(a, HIGH))
        total = total + weight * ((offset + u) * xp.exp(a * u - x * xp.expm1(u)))
    return x * width * total


def beta_slope(a, b, x):
    """dx/da of a draw x (...) in (0, 1) from the beta distribution of a, b (...) > 0.

    As `gamma_slope`: below the mean with t = x * exp(-s), above it with 1 - t = (1 - x) * exp(-s),
    which is the same integral with a and b, x and 1 - x in each other's place.
    """
    xp = namespace(a)
    below = x * (a + b) < a
    near, near_power = xp.where(below, x, 1 - x), xp.where(below, a, b)
    away, away_power = xp.where(below, 1 - x, x), xp.where(below, b, a) - 1
    odds = near / away
    bend = positive(xp, away_power) * odds * (1 + odds)
    far = (1 + positive(xp, away_power * xp.log1p(odds))) / near_power
    width = reach(xp, near_power - away_power * odds, bend, far)
    # Where the other factor falls too, it does so by a power, and its tail is long.
    width = xp.where(away_power < 0, xp.maximum(width, 0.5 / near_power), width)
    offset = xp.digamma(a) - xp.digamma(a + b)
    log_x = xp.log(x)
    total = xp.zeros_like(a)
    for node, weight in RULE:
        s = width * node
        rest = xp.log1p(-odds * xp.expm1(-s))
        log_t = xp.where(below, log_x - s, log_x + rest)
        total = total + weight * ((log_t - offset) * xp.exp(away_power * rest - near_power * s))
    return xp.where(below, -near, near) * width * total


def dirichlet_slope(x, a, total):
    """How `x`, one component of a draw, grows with its own `a`, over 1 - x; `total` of all a."""
    return beta_slope(a, total - a, x) / (1 - x)


# -------------------------------------------------------------------- draws


@op(promote=None, public=False, shown="StandardGamma")
def gamma_drawn(x, value, /):
    """`value`, which was drawn from the gamma distributions of the shapes `x`."""
    return value, lambda g: g * gamma_slope(x, value), lambda g: g


@op(promote=None, public=False, shown="_Dirichlet")
def dirichlet_drawn(x, value, /):
    """`value` (..., n), which was drawn from the Dirichlet distributions of `x` (..., n)."""

    def vjp(g):
        slope = dirichlet_slope(value, x, x.sum(-1, keepdims=True))
        return slope * (g - (value * g).sum(-1, keepdims=True))

    return value, vjp, lambda g: g


@function
def _standard_gamma(input, generator=None):
    """A draw of density x**(a - 1) * exp(-x) / gamma(a) for each a > 0 of `input`.

    Its derivative by a is that at which its rank stays.
    """
    g = source(generator, None)
    shapes = move(require_shapes(input).array, g.device)
    tiny = np.finfo(shapes.dtype).tiny
    # Ellipsis: of no dimensions NumPy makes a scalar, which is no array
    drawn = np.maximum(g.gamma(np.maximum(shapes, 0)[...], shapes.dtype), tiny)[...]
    return gamma_drawn(input, wrap(drawn).to(input.device))


@function
def _sample_dirichlet(input, generator=None):
    """Draws (..., n), each n of which add up to 1, from the Dirichlet distributions of `input`.

    Draws of the gamma distributions, over their sum: of shape a + 1, times u**(1 / a) for a u
    uniform in (0, 1), all as logarithms, since for small a most of them are no floats.
    """
    g = source(generator, None)
    shapes = np.maximum(move(require_shapes(input).array, g.device).astype(np.float64), 0)
    with np.errstate(divide="ignore"):
        logs = np.log(g.gamma(shapes + 1, shapes.dtype))
        logs = logs - g.exponential(shapes.shape, shapes.dtype) / shapes
    parts = np.exp(logs - logs.max(-1, keepdims=True))
    kind = input.array.dtype
    limits = np.finfo(kind).tiny, np.nextafter(kind.type(1), kind.type(0))
    drawn = np.clip((parts / parts.sum(-1, keepdims=True)).astype(kind), *limits)
    return dirichlet_drawn(input, wrap(drawn).to(input.device))


@function
def _dirichlet_grad(x, alpha, total):
    """What the draw `x` gains with its `alpha`, over 1 - x; `total` is the sum of all alphas."""
    return wrap(dirichlet_slope(x.array, alpha.array, total.array))


def require_shapes(input):
    require_kind(input.dtype, "biu", "gamma_cpu")
    return input
