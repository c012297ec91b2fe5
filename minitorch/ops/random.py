"""Random tensors. All draws come from `backend.generators`; no op draws inside its body."""

import numpy as np

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import FUNCTIONS, Tensor, function, method, wrap
from minitorch.backend.devices import CPU, move
from minitorch.backend.devices import device as as_device
from minitorch.backend.dtypes import as_dtype, get_default_dtype, int64
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.generators import Generator, default_generator, seed_all
from minitorch.backend.namespaces import namespace
from minitorch.ops.creation import empty_like, shape_of
from minitorch.ops.from_data import placed
from minitorch.ops.index import assign
from minitorch.ops.join import broadcast_shapes

# -------------------------------------------------------------------- seeds and states


@function
def manual_seed(seed):
    """Start the generators of all devices anew at `seed`; returns that of the CPU."""
    return seed_all(seed)


@function
def seed():
    """Start the generators of all devices anew at a seed from the operating system; returns it."""
    chosen = default_generator().seed()
    seed_all(chosen)
    return chosen


@function
def initial_seed():
    """The seed at which the CPU's generator started."""
    return default_generator().initial_seed()


@function
def get_rng_state():
    """Where the CPU's generator is, as a uint8 tensor."""
    return wrap(default_generator().get_state())


@function
def set_rng_state(new_state):
    """Let the CPU's generator continue where `get_rng_state` said."""
    default_generator().set_state(new_state)


def source(generator, device):
    """The generator to draw from."""
    if generator is None:
        return default_generator(CPU if device is None else as_device(device))
    if not isinstance(generator, Generator):
        raise TypeError(f"argument 'generator' must be Generator, not {type(generator).__name__}")
    return generator


def require_floating(name, dtype):
    if not dtype.is_floating_point:
        raise NotImplementedError(
            f'"{name}" not implemented for {dtype}: draw floats, or integers with randint()'
        )


# -------------------------------------------------------------------- new tensors


@function
def rand(*sizes, size=None, generator=None, dtype=None, device=None, requires_grad=False):
    """Uniform in [0, 1)."""
    dtype = get_default_dtype() if dtype is None else as_dtype(dtype)
    require_floating("rand", dtype)
    drawn = source(generator, device).uniform(shape_of(sizes, size), dtype.dtype)
    return placed(drawn, device, requires_grad)


@function
def randn(*sizes, size=None, generator=None, dtype=None, device=None, requires_grad=False):
    """Normal with mean 0 and standard deviation 1."""
    dtype = get_default_dtype() if dtype is None else as_dtype(dtype)
    require_floating("randn", dtype)
    drawn = source(generator, device).normal(shape_of(sizes, size), dtype.dtype)
    return placed(drawn, device, requires_grad)


@function
def randint(
    low=0,
    high=None,
    size=None,
    *,
    generator=None,
    dtype=None,
    device=None,
    requires_grad=False,
):
    """Integers from `low` up to but not including `high`, int64 unless another dtype is given.

    randint(high, size) starts at 0.

    Raises RuntimeError where no integer lies between, or the dtype does not hold them all.
    """
    if size is None:
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    dtype = int64 if dtype is None else as_dtype(dtype)
    drawn = integers(low, high, shape_of((), size), dtype, source(generator, device))
    return placed(drawn, device, requires_grad)


def integers(low, high, shape, dtype, generator):
    """Integers of [low, high) as an array of that dtype."""
    if low >= high:
        raise ShapeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    if not dtype.is_floating_point:
        limits = (
            (0, 1) if dtype.kind == "b" else (np.iinfo(dtype.dtype).min, np.iinfo(dtype.dtype).max)
        )
        for name, n in (("from", low), ("to - 1", high - 1)):
            if not limits[0] <= n <= limits[1]:
                raise ShapeError(f"{name} is out of bounds for {dtype.name}: {n}")
    return generator.integers(low, high, shape).astype(dtype.dtype)


@function
def randperm(n, *, generator=None, dtype=None, device=None, requires_grad=False):
    """The numbers from 0 to n - 1 in random order, int64 unless another dtype is given."""
    if n < 0:
        raise ShapeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
    dtype = int64 if dtype is None else as_dtype(dtype)
    drawn = source(generator, device).permutation(n).astype(dtype.dtype)
    return placed(drawn, device, requires_grad)


@function
def rand_like(input, *, generator=None, dtype=None, device=None, requires_grad=False):
    """`rand` of the shape, and unless others are given the dtype and device, of `input`."""
    return rand(
        input.shape, generator=generator, dtype=dtype or input.dtype,
        device=device or input.device, requires_grad=requires_grad,
    )  # fmt: skip


@function
def randn_like(input, *, generator=None, dtype=None, device=None, requires_grad=False):
    """`randn` of the shape, and unless others are given the dtype and device, of `input`."""
    return randn(
        input.shape, generator=generator, dtype=dtype or input.dtype,
        device=device or input.device, requires_grad=requires_grad,
    )  # fmt: skip


@function
def randint_like(
    input, low=0, high=None, *, generator=None, dtype=None, device=None, requires_grad=False
):
    """`randint` of the shape, and unless others are given the dtype and device, of `input`."""
    return randint(
        low, high, input.shape, generator=generator, dtype=dtype or input.dtype,
        device=device or input.device, requires_grad=requires_grad,
    )  # fmt: skip


# -------------------------------------------------------------------- of given distributions


@function
def normal(
    mean=0.0, std=1.0, size=None, *, generator=None, dtype=None, device=None, requires_grad=False
):
    """Normal with that mean and standard deviation, each a number or a tensor.

    size  the shape, where neither is a tensor
    """
    for name, value in (("mean", mean), ("std", std)):
        if isinstance(value, Tensor):
            require_floating(f"normal of this {name}", value.dtype)
    tensors = [t for t in (mean, std) if isinstance(t, Tensor)]
    lowest = std.array.min(initial=0) if isinstance(std, Tensor) else std
    if not lowest >= 0:
        raise ShapeError(
            "normal expects all elements of std >= 0.0"
            if isinstance(std, Tensor)
            else f"normal expects std >= 0.0, but found std {std}"
        )
    if tensors:
        size = broadcast_shapes(*[t.shape for t in tensors])
        dtype, device = dtype or tensors[0].dtype, device or tensors[0].device
    drawn = randn(size, generator=generator, dtype=dtype, device=device)
    with no_grad():
        made = drawn * std + mean
    return made.requires_grad_() if requires_grad else made


@function
@method
def bernoulli(input, p=None, *, generator=None):
    """1 with the probability that each element of `input` names, else 0.

    p  the probability of all, where `input` says no more than the shape
    """
    if p is not None:
        return empty_like(input).bernoulli_(p, generator=generator)
    require_floating("bernoulli", input.dtype)
    chances = input.array
    if chances.size and not (chances.min() >= 0 and chances.max() <= 1):
        raise ShapeError("Expected p_in >= 0 && p_in <= 1 to be true, but got false.")
    return empty_like(input).bernoulli_(input.detach(), generator=generator)


@function
@method
def multinomial(input, num_samples, replacement=False, *, generator=None):
    """`num_samples` indices drawn with the weights in each row of `input`, as int64.

    input  (n,) or (m, n) floats >= 0, not all 0; they need not add up to 1

    Without replacement no index comes twice.
    """
    require_weights(input, num_samples, replacement)
    weights = input.array
    g = source(generator, input.device)
    if replacement:
        sums = weights.cumsum(-1)
        sought = g.uniform((*weights.shape[:-1], num_samples), weights.dtype) * sums[..., -1:]
        drawn = (sums[..., None, :] <= sought[..., None]).sum(-1)
        return wrap(drawn)
    # Clocks that ring at these rates: the first to ring, the second, ... No need to renormalise.
    waits = g.exponential(weights.shape, weights.dtype)
    return wrap(namespace(weights).top(weights / waits, num_samples, weights.ndim - 1, True))


def require_weights(input, num_samples, replacement):
    weights = input.array
    if weights.ndim not in (1, 2):
        raise ShapeError("prob_dist must be 1 or 2 dim")
    if not input.dtype.is_floating_point:
        raise DtypeError(
            f"multinomial only supports floating-point dtypes for input, got: {input.dtype}"
        )
    if num_samples <= 0:
        raise ShapeError("cannot sample n_sample <= 0 samples")
    if not replacement and num_samples > weights.shape[-1]:
        raise ShapeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement\n"
            f"  n_sample {num_samples}   prob_dist.size(-1) {weights.shape[-1]}"
        )
    if not (namespace(weights).isfinite(weights).all() and (weights >= 0).all()):
        raise ShapeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not (weights.sum(-1) > 0).all():
        raise ShapeError("invalid multinomial distribution (sum of probabilities <= 0)")


# -------------------------------------------------------------------- in place


def draw_into(tensor, name, draw):
    """Write the array that draw(shape, dtype) returns into `tensor`, which is returned."""
    require_floating(name, tensor.dtype)
    array = draw(tensor.array.shape, tensor.array.dtype)
    return overwrite(tensor, array)


def overwrite(tensor, drawn):
    """Write the drawn array into `tensor`, which is returned."""
    return assign(tensor, (Ellipsis,), wrap(move(drawn, tensor.device)))


@method
def uniform_(self, from_=0.0, to=1.0, *, generator=None):
    """Fill with numbers uniform in [from_, to)."""
    if from_ > to:
        raise ShapeError(
            f"uniform_ expects to return a [from, to) range, but found from={from_} > to={to}"
        )
    g = source(generator, self.device)
    return draw_into(self, "uniform_", lambda *form: g.uniform(*form) * (to - from_) + from_)


@method
def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """Fill with normal numbers of that mean and standard deviation."""
    if not std >= 0:
        raise ShapeError(f"normal expects std >= 0.0, but found std {std}")
    g = source(generator, self.device)
    return draw_into(self, "normal_", lambda *form: g.normal(*form) * std + mean)


@method
def exponential_(self, lambd=1.0, *, generator=None):
    """Fill with positive numbers of density lambd * exp(-lambd * x)."""
    if not lambd > 0:
        raise ShapeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd}")
    g = source(generator, self.device)
    return draw_into(self, "exponential_", lambda *form: g.exponential(*form) / lambd)


@method
def bernoulli_(self, p=0.5, *, generator=None):
    """Fill with 1 with the probability p, a number or a tensor of probabilities, else 0."""
    if not isinstance(p, Tensor) and not 0 <= p <= 1:
        raise ShapeError(f"bernoulli_ expects p to be in [0, 1], but got p={p}")
    chances = p.array if isinstance(p, Tensor) else p
    drawn = source(generator, self.device).uniform(self.array.shape) < chances
    return overwrite(self, drawn)


@method
def random_(self, from_=0, to=None, *, generator=None):
    """Fill with integers from `from_` up to but not including `to`; random_(to) starts at 0.

    Without a bound it takes all from 0 on that the dtype holds without gaps.
    """
    if to is None:
        from_, to = 0, from_ or count_of_integers(self.dtype)
    drawn = integers(from_, to, self.array.shape, self.dtype, source(generator, self.device))
    return overwrite(self, drawn)


def count_of_integers(dtype):
    """How many integers from 0 on `dtype` holds without gaps."""
    if dtype.is_floating_point:
        return 2 ** (np.finfo(dtype.dtype).nmant + 1)
    return 2 if dtype.kind == "b" else int(np.iinfo(dtype.dtype).max) + 1


FUNCTIONS["default_generator"] = default_generator()
