"""Draws from distributions: new tensors from tensors of parameters, and tensors filled in place."""

import math

import numpy as np

from minitorch.autograd.op import op
from minitorch.autograd.refusals import require_kind
from minitorch.autograd.tensor import Tensor, function, method, wrap
from minitorch.backend.devices import move
from minitorch.backend.dtypes import SCALAR_NAMES
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.layouts import strided
from minitorch.backend.namespaces import namespace
from minitorch.ops.creation import empty_like
from minitorch.ops.index import assign
from minitorch.ops.join import broadcast_shapes
from minitorch.ops.making import put_into
from minitorch.ops.random import (
    C_NAMES,
    count_of_integers,
    integers,
    randn,
    require_floating,
    source,
)

P_OUT_OF_RANGE = "Expected p_in >= 0 && p_in <= 1 to be true, but got false."


@op(promote=None, public=False, shown=lambda node: node.settings[0])
def drawn(x, value, /, step):
    """`value`, which was drawn with the parameters `x`: its derivative by them counts as zero."""
    return value, lambda g: namespace(g).zeros_like(g), lambda g: g


def sampled(name, out, value, *parameters):
    """The array `value`, drawn with these parameters, as a tensor, or written into `out`."""
    made = wrap(value)
    for parameter in parameters:
        if isinstance(parameter, Tensor):
            made = drawn(parameter, made.to(parameter.device), name)
    return made if out is None else put_into(out, made.array)


# -------------------------------------------------------------------- new tensors


@function
def normal(
    mean=0.0, std=1.0, size=None, *, generator=None, out=None, dtype=None, layout=strided,
    device=None, pin_memory=False, requires_grad=False,
):  # fmt: skip
    """Normal with that mean and standard deviation, each a number or a tensor.

    size  the shape, where neither is a tensor
    """
    tensors = [t for t in (mean, std) if isinstance(t, Tensor)]
    require_spread(std)
    if not tensors:
        if size is None:
            raise TypeError(
                f"normal(): argument 'mean' (position 1) must be Tensor, not {type(mean).__name__}"
                "\n  give the shape with size="
            )
        made = randn(
            size=size, generator=generator, dtype=dtype, layout=layout, device=device,
            pin_memory=pin_memory,
        )  # fmt: skip
        made = made.mul_(std).add_(mean)
        return sampled("Normal", out, made.array).requires_grad_(requires_grad)
    kind = tensors[0].dtype
    require_floating("normal_kernel_cpu", kind)
    try:
        shape = broadcast_shapes(*[t.shape for t in tensors])
    except RuntimeError:
        (mean + std)  # which says what is wrong
        raise
    first = tensors[0].array
    array = source(generator, tensors[0].device).normal(shape, kind.dtype)
    made = array * value_of(std) + value_of(mean)
    return sampled("Normal", out, namespace(first).asarray(made, dtype=kind.dtype), mean, std)


def value_of(parameter):
    return parameter.array if isinstance(parameter, Tensor) else parameter


def require_spread(std):
    if isinstance(std, Tensor):
        if std.array.size and not (std.array >= 0).all():
            raise ShapeError("normal expects all elements of std >= 0.0")
    elif not std >= 0:
        raise ShapeError(f"normal expects std >= 0.0, but found std {std:g}")


@function
@method
def bernoulli(input, p=None, *, generator=None, out=None):
    """1 with the probability that each element of `input` names, else 0.

    p  the probability of all, where `input` says no more than the shape
    """
    if p is None:
        require_floating("bernoulli_tensor_cpu_p_", input.dtype)
        p = input.detach()
    made = empty_like(input).bernoulli_(p, generator=generator)
    return sampled("Bernoulli", out, made.array, input)


@function
def poisson(input, generator=None):
    """Counts of events of which on average as many happen as each element of `input` says."""
    require_floating("poisson_cpu", input.dtype)
    rates = input.detach().array
    if rates.size and not (rates >= 0).all():
        raise ShapeError("invalid Poisson rate, expected rate to be non-negative")
    counts = source(generator, input.device).poisson(rates).astype(rates.dtype)
    return sampled("Poisson", None, counts, input)


@function
def binomial(count, prob, generator=None):
    """How many of `count` tries succeed, each with the probability `prob`; the two broadcast.

    A count below 0 is taken as 0, a probability beyond [0, 1] as its near end; nan gives nan.
    """
    if not count.dtype.is_floating_point:
        raise DtypeError(
            "binomial only supports floating-point dtypes for count, got: "
            f"{SCALAR_NAMES[count.dtype.name]}"
        )
    if count.dtype is not prob.dtype:
        names = [C_NAMES[t.dtype.name].capitalize() for t in (prob, count)]
        raise DtypeError(f"Found dtype {names[0]} but expected {names[1]}")
    broadcast_shapes(count.shape, prob.shape)
    xp = namespace(count.array)
    counts, chances = xp.broadcast_arrays(count.array, prob.array)
    known = ~xp.isnan(counts + chances)
    whole = xp.where(known, xp.maximum(counts, 0), 0).astype(np.int64)
    chances = xp.where(known, xp.clip(chances, 0, 1), 0).astype(np.float64)
    drawn = source(generator, count.device).binomial(whole, chances)
    made = xp.where(known, drawn, np.nan).astype(count.dtype.dtype)
    return sampled("Binomial", None, made, count, prob)


@function
@method
def multinomial(input, num_samples, replacement=False, *, generator=None, out=None):
    """`num_samples` indices drawn with the weights in each row of `input`, as int64.

    input  (n,) or (m, n) floats >= 0, not all 0; they need not add up to 1

    Without replacement no index comes twice.
    """
    require_weights(input, num_samples, replacement, out)
    weights = input.array
    g = source(generator, input.device)
    if replacement:
        sums = weights.cumsum(-1)
        sought = g.uniform((*weights.shape[:-1], num_samples), weights.dtype) * sums[..., -1:]
        indices = (sums[..., None, :] <= sought[..., None]).sum(-1)
    else:
        # Clocks that ring at these rates: the first to ring, the second, ... No need to
        # renormalise.
        waits = g.exponential(weights.shape, weights.dtype)
        indices = namespace(weights).top(weights / waits, num_samples, weights.ndim - 1, True)
    return sampled("Multinomial", out, indices)


def require_weights(input, num_samples, replacement, out):
    weights = input.array
    if out is not None and out.array.dtype != np.int64:
        raise ShapeError(
            f"multinomial expects Long tensor out, got: {SCALAR_NAMES[out.dtype.name]}"
        )
    if weights.ndim not in (1, 2):
        raise ShapeError("prob_dist must be 1 or 2 dim")
    if not input.dtype.is_floating_point:
        raise DtypeError(
            f"multinomial only supports floating-point dtypes for input, got: {input.dtype}"
        )
    if not hasattr(num_samples, "__index__"):
        raise TypeError(
            "multinomial(): argument 'num_samples' (position 2) must be int, "
            f"not {type(num_samples).__name__}"
        )
    if num_samples <= 0:
        raise ShapeError("cannot sample n_sample <= 0 samples")
    if not replacement and num_samples > weights.shape[-1]:
        raise ShapeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement\n"
            f"  n_sample {num_samples}   prob_dist.size(-1) {weights.shape[-1]}"
        )
    if weights.shape[-1] > 2**24:
        raise ShapeError("number of categories cannot exceed 2^24")
    if not (namespace(weights).isfinite(weights).all() and (weights >= 0).all()):
        if replacement and num_samples > 1:
            entry = "< 0" if (weights < 0).any() else "= infinity or NaN"
            raise ShapeError(
                f"invalid multinomial distribution (encountering probability entry {entry})"
            )
        raise ShapeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not (weights.sum(-1) > 0).all():
        raise ShapeError("invalid multinomial distribution (sum of probabilities <= 0)")


# -------------------------------------------------------------------- in place


def fill(tensor, draw):
    """Write the array that draw(shape, dtype) returns into `tensor`, which is returned."""
    with np.errstate(over="ignore"):  # to infinity, as in PyTorch
        array = draw(tensor.array.shape, tensor.array.dtype)
        return overwrite(tensor, array)


def overwrite(tensor, array):
    """Write the drawn array into `tensor`, which is returned."""
    return assign(tensor, (Ellipsis,), wrap(move(wrap(array).array, tensor.device)))


@method
def uniform_(self, from_=0.0, to=1.0, *, generator=None):
    """Fill with numbers uniform in [from_, to)."""
    require_floating("check_uniform_bounds", self.dtype)
    from_, to = float(from_), float(to)
    largest = float(np.finfo(self.array.dtype).max)
    for name, n in (("from", from_), ("to", to)):
        if not abs(n) <= largest:
            raise ShapeError(f"{name} is out of bounds for {C_NAMES[self.dtype.name]}")
    if from_ > to:
        raise ShapeError(
            f"uniform_ expects to return a [from, to) range, but found from={from_:g} > to={to:g}"
        )
    if to - from_ > largest:
        kind = SCALAR_NAMES[self.dtype.name]
        raise ShapeError(
            f"uniform_ expects to-from <= std::numeric_limits<{kind}>::max(), but found to={to:g} "
            f"and from={from_:g} which result in to-from to exceed the limit"
        )
    g = source(generator, self.device)
    return fill(self, lambda *form: g.uniform(*form) * (to - from_) + from_)


@method
def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """Fill with normal numbers of that mean and standard deviation."""
    mean, std = float(mean), float(std)
    require_spread(std)
    require_floating("normal_kernel_cpu", self.dtype)
    g = source(generator, self.device)
    return fill(self, lambda *form: g.normal(*form) * std + mean)


@method
def log_normal_(self, mean=1.0, std=2.0, *, generator=None):
    """Fill with exp of normal numbers of that mean and standard deviation."""
    if not std > 0:
        raise ShapeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    require_floating("log_normal_cpu", self.dtype)
    g = source(generator, self.device)

    def draw(*form):
        normal = g.normal(*form)
        return namespace(normal).exp(normal * std + mean)

    return fill(self, draw)


@method
def exponential_(self, lambd=1.0, *, generator=None):
    """Fill with positive numbers of density lambd * exp(-lambd * x)."""
    require_continuous("Exponential", self.dtype)
    if not lambd > 0:
        raise ShapeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
    g = source(generator, self.device)
    return fill(self, lambda *form: g.exponential(*form) / lambd)


@method
def cauchy_(self, median=0.0, sigma=1.0, *, generator=None):
    """Fill with numbers of density sigma / pi / ((x - median)^2 + sigma^2)."""
    require_continuous("Cauchy", self.dtype)
    if not sigma > 0:
        raise ShapeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    g = source(generator, self.device)

    def draw(shape, _):
        uniform = g.uniform(shape, np.dtype(np.float64))
        return namespace(uniform).tan((uniform - 0.5) * math.pi) * sigma + median

    return fill(self, draw)


@method
def geometric_(self, p, *, generator=None):
    """Fill with how often to try until the first success, which each time has probability p."""
    if not 0 < p < 1:
        raise ShapeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    require_kind(self.dtype, "b", "geometric_cpu")
    g = source(generator, self.device)
    return fill(self, lambda shape, dtype: g.geometric(p, shape).astype(dtype))


def require_continuous(name, dtype):
    if not dtype.is_floating_point:
        raise DtypeError(
            f"{name} distribution is a continuous probability distribution. dtype must be a "
            f"floating point but you specified {SCALAR_NAMES[dtype.name]}"
        )


@method
def bernoulli_(self, p=0.5, *, generator=None):
    """Fill with 1 with the probability p, a number or a tensor of probabilities, else 0."""
    chances = p
    if isinstance(p, Tensor):
        require_floating("bernoulli_tensor_cpu_p_", p.dtype)
        chances = move(p.expand(self.shape).array, self.device)
        if chances.size and not (chances.min() >= 0 and chances.max() <= 1):
            raise ShapeError(P_OUT_OF_RANGE)
    elif not 0 <= p <= 1:
        raise ShapeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    return overwrite(self, source(generator, self.device).uniform(self.array.shape) < chances)


@method
def random_(self, from_=None, to=..., *, generator=None):
    """Fill with integers from `from_` up to but not including `to`; random_(to) starts at 0.

    Without a bound, or with None for `to`, it takes all that the dtype holds without gaps.
    """
    if to is ...:
        from_, to = 0, from_
    if to is None:
        to = count_of_integers(self.dtype) + self.dtype.is_floating_point  # 2**24 itself too
    g = source(generator, self.device)
    return overwrite(self, integers(from_ or 0, to, self.array.shape, self.dtype, g))
