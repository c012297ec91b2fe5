"""Norms, distances and covariance."""

import math
import warnings
from typing import Any

from minitorch.autograd.op import op
from minitorch.autograd.refusals import require_out
from minitorch.autograd.tensor import function, method
from minitorch.backend.dtypes import SCALAR_NAMES, as_dtype
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.bounds import clamp
from minitorch.ops.elementwise import mul, sqrt, sub, true_divide, where
from minitorch.ops.making import require_tensor
from minitorch.ops.numpy_names import numpy_names
from minitorch.ops.out import takes_out
from minitorch.ops.products import matmul
from minitorch.ops.rearrange import diag
from minitorch.ops.reduce import known, reduced, sum
from minitorch.ops.shape import axis_of, reshape, squeeze, unsqueeze


def vector_norm(input, ord=2, dim=None, keepdim=False, *, dtype=None, out=None):
    """sum(|input|**ord) ** (1 / ord) over `dim`, as if over one vector.

    ord    inf: the largest |x|; -inf: the smallest; 0: how many are not 0
    dtype  a wider one in which to compute

    The derivative where the norm is 0 is 0; of inf and -inf, equal elements share it.
    """
    require_tensor("linalg_vector_norm", input)
    require_wider("linalg.vector_norm", input, dtype)
    return norm_over(input, ord, dim, keepdim, dtype=dtype, out=out)


def require_wider(name, input, dtype):
    """Refuse a norm of other numbers than floats, or in a dtype that does not hold them all."""
    if not input.dtype.is_floating_point:
        raise DtypeError(
            f"{name}: Expected a floating point or complex tensor as input. Got "
            f"{SCALAR_NAMES[input.dtype.name]}"
        )
    if dtype is None:
        return
    kind = as_dtype(dtype)
    if not kind.is_floating_point:
        raise DtypeError(
            f"{name}: dtype should be floating point or complex, but got {SCALAR_NAMES[kind.name]}"
        )
    if kind.itemsize < input.dtype.itemsize:
        raise DtypeError(
            f"{name}: the dtype of the input ({SCALAR_NAMES[input.dtype.name]}) should be "
            "convertible without narrowing to the specified dtype "
            f"({SCALAR_NAMES[kind.name]})"
        )


@op(public=False, casts=True, wide=True, shown="LinalgVectorNorm")
def norm_over(x, /, ord=2, dim=None, keepdim=False):
    """The p-norm of the elements over `dim`; see `vector_norm`."""
    xp, shape = namespace(x), x.shape
    axes, kept = reduced(shape, dim)
    if 0 in shape and (ord < 0 or ord == math.inf):
        require_identity(shape, dim, ord)
    size: Any = None if ord in (0, 2) else xp.absolute(x)
    form = {"axis": axes, "keepdims": keepdim}
    if ord in (math.inf, -math.inf):
        y = (xp.amax if ord > 0 else xp.amin)(size, **form)
    elif ord == 0:
        y = xp.astype((x != 0).sum(**form), x.dtype)
    elif ord == 1:
        y = size.sum(**form)
    elif ord == 2:
        y = xp.sqrt((x * x).sum(**form))
    else:
        y = (size**ord).sum(**form) ** (1 / ord)

    def vjp(g):
        norm, g = y.reshape(kept), g.reshape(kept)
        if ord == 0:
            return xp.zeros_like(x)
        if ord in (math.inf, -math.inf):
            ties = xp.astype((size == norm) | ~(known(x) | known(norm)), x.dtype)
            return xp.sign(x) * ties * (g / ties.sum(axis=axes, keepdims=True))
        if ord == 1:
            return xp.sign(x) * g
        if ord == 2:
            return x * (g / xp.where(norm == 0, math.inf, norm))
        if ord < 1:
            rate = xp.where(x == 0, 0, size ** (ord - 1))
            return xp.sign(x) * rate * (g * norm ** (1 - ord))
        rate = xp.where(norm == 0, 0, g / xp.where(norm == 0, 1, norm) ** (ord - 1))
        if ord < 2:
            return xp.sign(x) * size ** (ord - 1) * rate
        return x * size ** (ord - 2) * rate

    return y, vjp


def require_identity(shape, dim, ord):
    """Refuse a norm over no elements that is not 0."""
    name = f"linalg.vector_norm cannot compute the {ord:g} norm on"
    if dim is None or dim in ((), []):
        raise ShapeError(
            f"{name} an empty tensor because the operation does not have an identity\n"
            f"  input {tuple(shape)}"
        )
    for d in [dim] if isinstance(dim, int) else dim:
        if not shape[d]:
            raise ShapeError(
                f"{name} the dimension {d}because this dimension is empty and the operation does "
                f"not have an identity\n  input {tuple(shape)}"
            )


@op(promote="no bool", wide=True, numbers="none")
def dist(x, other, /, p=2):
    """The p-norm of x - other, whose shapes broadcast; see `linalg.vector_norm`."""
    if x.dtype.kind != "f":
        raise DtypeError(
            "norm(): input dtype should be either floating point or complex. Got "
            f"{SCALAR_NAMES[str(x.dtype)]} instead."
        )
    y, vjp = norm_over.op.rule(x - other, p)
    return y, vjp, lambda g: -vjp(g)


@function
@method
@numpy_names
@takes_out(exact=require_out)
def renorm(input, p, dim, maxnorm):
    """The slices along `dim` whose p-norm is above `maxnorm`, scaled down to it.

    p > 0   maxnorm >= 0
    """
    require_tensor("renorm", input)
    ndim = input.array.ndim
    if p <= 0:
        raise ShapeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise ShapeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    if ndim < 2:
        raise ShapeError(f"renorm: input needs at least 2 dimensions, got {ndim} dimensions")
    axis = axis_of(ndim, dim)
    size = vector_norm(input, p, [d for d in range(ndim) if d != axis], True)
    return mul(input, where(size > maxnorm, true_divide(maxnorm, size + 1e-7), 1.0))


# -------------------------------------------------------------------- covariance


@function
@method
def cov(input, *, correction=1, fweights=None, aweights=None):
    """The covariance matrix of the rows of `input`, whose columns are observations.

    correction  what to take off the number of observations
    fweights    (observations,) int: how often each counts
    aweights    (observations,) float: how much each counts

    >>> from minitorch import tensor
    >>> cov(tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    require_two_dimensions("cov", input)
    if input.dtype.kind == "b":
        raise DtypeError("cov(): bool dtype is not supported for input")
    x = input if input.array.ndim == 2 else reshape(input, (1, -1))
    observations = x.shape[1]
    weight = None
    for name, given, kinds, kind in (
        ("fweights", fweights, "iu", "integral"),
        ("aweights", aweights, "f", "floating point"),
    ):
        if given is not None:
            require_weights(name, given, kinds, kind, observations)
            weight = given if weight is None else mul(weight, given)
    total = observations if weight is None else sum(weight)
    if weight is not None and not total.item():
        raise ShapeError("cov(): weights sum to zero, can't be normalized")
    average = true_divide(sum(x if weight is None else mul(x, weight), 1), total)
    free = total - correction
    if aweights is not None and correction:
        free = total - correction * true_divide(sum(mul(weight, aweights)), total)
    if free <= 0:
        warnings.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number "
            "of observations.",
            UserWarning,
            stacklevel=2,
        )
        free = free * 0
    away = sub(x, unsqueeze(average, 1))
    spread = matmul(away, (away if weight is None else mul(away, weight)).T)
    return squeeze(true_divide(spread, free))


def require_two_dimensions(name, input):
    require_tensor(name, input)
    if input.array.ndim > 2:
        raise ShapeError(
            f"{name}(): expected input to have two or fewer dimensions but got an input with "
            f"{input.array.ndim} dimensions"
        )


def require_weights(name, given, kinds, kind, observations):
    """Refuse weights that do not fit the observations."""
    if given.array.ndim > 1:
        raise ShapeError(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with "
            f"{given.array.ndim} dimensions"
        )
    if given.dtype.kind not in kinds:
        raise DtypeError(
            f"cov(): expected {name} to have {kind} dtype but got {name} with "
            f"{SCALAR_NAMES[given.dtype.name]} dtype"
        )
    if given.array.size != observations:
        raise ShapeError(
            f"cov(): expected {name} to have the same numel as there are observations in the input "
            f"but got {given.array.size} != {observations}"
        )
    if observations and given.array.min() < 0:
        raise ShapeError(f"cov(): {name} cannot be negative")


@function
@method
def corrcoef(input):
    """The correlation coefficients, in [-1, 1], of the rows of `input`; see `cov`."""
    require_two_dimensions("corrcoef", input)
    c = cov(input)
    if not c.array.ndim:
        return true_divide(c, c)
    deviation = sqrt(diag(c))
    return clamp(c / reshape(deviation, (-1, 1)) / deviation, -1, 1)
