"""Initial values of parameters, filled in place and not recorded.

The fan-in of a weight is how many inputs each output has, the fan-out how many outputs each input
has: (O, I) is that of Linear, (O, I, KH, KW) that of Conv2d, which counts the kernel's places too.
"""

import math
import warnings
from functools import wraps

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.generators import Generator
from minitorch.backend.namespaces import namespace
from minitorch.ops.elementwise import where
from minitorch.ops.random import rand_like, randn_like, randperm


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that keeps the variance across a layer followed by this activation.

    param  of "leaky_relu": its negative slope, 0.01 if None
    """
    linear = ("linear", "conv1d", "conv2d", "conv3d")
    transposed = ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
    gains: dict[str, float] = dict.fromkeys((*linear, *transposed, "sigmoid"), 1)
    gains |= {"tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4}
    if nonlinearity in gains:
        return gains[nonlinearity]
    if nonlinearity != "leaky_relu":
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    if isinstance(param, bool) or not isinstance(param, int | float | None):
        raise ValueError(f"negative_slope {param} not a valid number")
    return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))


@no_grad()
def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill with draws from [a, b)."""
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill with draws from the normal distribution."""
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Fill with draws from the normal distribution, drawn again until they lie in [a, b]."""
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. "
            "The distribution of values may be incorrect.",
            stacklevel=3,
        )
    likely = normal_cdf((b - mean) / std) - normal_cdf((a - mean) / std) > 0.3
    peak = min(max(mean, a), b)

    def draw():
        """Candidates, and which of them to take."""
        if likely:
            x = randn_like(tensor, generator=generator) * std + mean
            return x, (x >= a) & (x <= b)
        # Few would fall in between, so draw evenly and take each with its relative density.
        x = rand_like(tensor, generator=generator) * (b - a) + a
        density = (((peak - mean) / std) ** 2 - ((x - mean) / std) ** 2) / 2
        return x, rand_like(tensor, generator=generator) < density.exp()

    value, taken = draw()
    while not taken.all():
        x, good = draw()
        value, taken = where(taken, value, x), taken | good
    return tensor.copy_(value)


def normal_cdf(x):
    return (1 + math.erf(x / math.sqrt(2))) / 2


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with `val`."""
    return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros."""
    return constant_(tensor, 0.0)


@no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with the identity."""
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    tensor.zero_().diagonal().fill_(1)
    return tensor


@no_grad()
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fill the weight of a convolution so that it passes as many channels on as it can.

    groups  of the convolution; each passes its own channels on
    """
    if tensor.ndim not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    outputs, inputs, *places = tensor.shape
    if outputs % groups:
        raise ValueError("dim 0 must be divisible by groups")
    tensor.zero_()
    middle = tuple(n // 2 for n in places)
    for first in range(0, outputs, outputs // groups):
        for channel in range(min(outputs // groups, inputs)):
            tensor[(first + channel, channel, *middle)] = 1
    return tensor


@no_grad()
def sparse_(
    tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None
) -> Tensor:
    """Fill a matrix with normal draws, and in each column a share `sparsity` with zeros.

    Martens, Deep learning via Hessian-free optimization, 2010.
    """
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    tensor.normal_(0, std, generator=generator)
    for column in range(columns):
        chosen = randperm(rows, device=tensor.device)[: math.ceil(sparsity * rows)]
        tensor[chosen, column] = 0
    return tensor


def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill from [-a, a), a = gain * sqrt(6 / (fan_in + fan_out)).

    Glorot and Bengio, Understanding the difficulty of training deep feedforward networks, 2010.
    """
    bound = gain * math.sqrt(6.0 / sum(_calculate_fan_in_and_fan_out(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill from the normal distribution of std gain * sqrt(2 / (fan_in + fan_out))."""
    std = gain * math.sqrt(2.0 / sum(_calculate_fan_in_and_fan_out(tensor)))
    return normal_(tensor, 0.0, std, generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill from [-b, b), b = gain * sqrt(3 / fan), gain that of the activation that follows.

    a     the negative slope of that activation, where it is "leaky_relu"
    mode  "fan_in" keeps the variance of the values, "fan_out" that of the gradients

    He and others, Delving Deep into Rectifiers, 2015, arXiv:1502.01852.
    """
    if tensor.numel() == 0:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    bound = math.sqrt(3.0) * kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill from the normal distribution of std gain / sqrt(fan); see `kaiming_uniform_`."""
    if tensor.numel() == 0:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    return normal_(tensor, 0.0, kaiming_std(tensor, a, mode, nonlinearity), generator)


def kaiming_std(tensor, a, mode, nonlinearity):
    return calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode))


@no_grad()
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """Fill a matrix (rows, all other axes) so that its rows or columns are orthonormal, * gain.

    Saxe and others, 2013, arXiv:1312.6120; made uniform as in Mezzadri, 2006, math-ph/0609050.
    """
    if tensor.ndim < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    draws = randn_like(tensor.reshape(len(tensor), -1), generator=generator).array
    xp = namespace(draws)
    tall = draws if draws.shape[0] >= draws.shape[1] else draws.T
    q, r = xp.linalg.qr(tall)
    q = q * xp.sign(r.diagonal())
    q = q if tall is draws else q.T
    return tensor.copy_(wrap(q.reshape(tensor.shape) * gain))


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    if tensor.ndim < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
        )
    places = math.prod(tensor.shape[2:])
    return tensor.shape[1] * places, tensor.shape[0] * places


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    modes = ["fan_in", "fan_out"]
    mode = mode.lower()
    if mode not in modes:
        raise ValueError(f"Mode {mode} not supported, please use one of {modes}")
    return _calculate_fan_in_and_fan_out(tensor)[modes.index(mode)]


# -------------------------------------------------------------------- older names


def older(function):
    """`function` under its name without the underscore, from before 2018; warns that it is old."""
    name = function.__name__

    @wraps(function)
    def call(*args, **kwargs):
        warnings.warn(
            f"`nn.init.{name[:-1]}` is now deprecated in favor of `nn.init.{name}`.",
            FutureWarning,
            stacklevel=2,
        )
        return function(*args, **kwargs)

    call.__name__ = call.__qualname__ = name[:-1]
    return call


uniform = older(uniform_)
normal = older(normal_)
constant = older(constant_)
eye = older(eye_)
dirac = older(dirac_)
xavier_uniform = older(xavier_uniform_)
xavier_normal = older(xavier_normal_)
kaiming_uniform = older(kaiming_uniform_)
kaiming_normal = older(kaiming_normal_)
orthogonal = older(orthogonal_)
sparse = older(sparse_)
