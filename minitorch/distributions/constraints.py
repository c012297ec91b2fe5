"""Constraints: the sets in which parameters and samples must lie.

`constraint.check(value)` says for each event in `value` whether it lies in the set.
"""

from collections.abc import Callable
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.dtypes import bool as bool_dtype
from minitorch.backend.dtypes import finfo
from minitorch.ops.comparison import isclose
from minitorch.ops.creation import full
from minitorch.ops.decompose import cholesky_ex, symmetric_parts
from minitorch.ops.join import cat as join
from minitorch.ops.join import stack as pile

__all__ = [
    "Constraint", "MixtureSameFamilyConstraint", "boolean", "cat", "corr_cholesky", "dependent",
    "dependent_property", "greater_than", "greater_than_eq", "half_open_interval", "independent",
    "integer_interval", "interval", "is_dependent", "less_than", "lower_cholesky",
    "lower_triangular", "multinomial", "nonnegative", "nonnegative_integer", "one_hot", "positive",
    "positive_definite", "positive_integer", "positive_semidefinite", "real", "real_vector",
    "simplex", "square", "stack", "symmetric", "unit_interval",
]  # fmt: skip


class Constraint:
    """A set of numbers, vectors, matrices ...

    is_discrete  whether its members can be counted
    event_dim    of how many dimensions one member is; `check` takes so many off the shape
    """

    @property
    def is_discrete(self):
        return False

    @property
    def event_dim(self):
        return 0

    def check(self, value: Tensor) -> Tensor:
        """For each event in `value`, whether it is a member."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return type(self).__name__[1:] + "()"


def known(name, value):
    if value is NotImplemented:
        raise NotImplementedError(f".{name} cannot be determined statically")
    return value


class _Dependent(Constraint):
    """A set that depends on other values, so that nothing can be checked."""

    def __init__(self, *, is_discrete=NotImplemented, event_dim=NotImplemented):
        self._is_discrete = is_discrete
        self._event_dim = event_dim

    @property
    def is_discrete(self):
        return known("is_discrete", self._is_discrete)

    @property
    def event_dim(self):
        return known("event_dim", self._event_dim)

    def __call__(self, *, is_discrete=NotImplemented, event_dim=NotImplemented):
        """The same with these attributes."""
        return _Dependent(
            is_discrete=self._is_discrete if is_discrete is NotImplemented else is_discrete,
            event_dim=self._event_dim if event_dim is NotImplemented else event_dim,
        )

    def check(self, value):
        raise ValueError("Cannot determine validity of dependent constraint")


def is_dependent(constraint: Any) -> bool:
    """Whether the constraint depends on other values, so that nothing can be checked."""
    return isinstance(constraint, _Dependent)


class _DependentProperty(property, _Dependent):
    """A property of an object that is a constraint; of the class it is a `dependent`.

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self):
        return constraints.interval(self.low, self.high)
    """

    def __init__(
        self,
        fn: Callable[..., Any] | None = None,
        *,
        is_discrete: Any = NotImplemented,
        event_dim: Any = NotImplemented,
    ) -> None:
        super().__init__(fn)
        self._is_discrete = is_discrete
        self._event_dim = event_dim

    def __call__(self, fn: Callable[..., Any]) -> "_DependentProperty":  # type: ignore[override]  # decorates
        return _DependentProperty(fn, is_discrete=self._is_discrete, event_dim=self._event_dim)


def all_of_last(result, dims):
    """Whether all hold, over the last `dims` dimensions."""
    return result.reshape(result.shape[: result.dim() - dims] + (-1,)).all(-1)


def require(holds, message):
    if not holds:
        raise AssertionError(message)


class OnAnother(Constraint):
    """What `base_constraint` says, of other events."""

    def __init__(self, base_constraint: Constraint) -> None:
        require(
            isinstance(base_constraint, Constraint),
            f"base_constraint must be a Constraint, got {type(base_constraint).__name__}",
        )
        self.base_constraint = base_constraint

    @property
    def is_discrete(self):
        return self.base_constraint.is_discrete

    @property
    def event_dim(self):
        return self.base_constraint.event_dim


class _IndependentConstraint(OnAnother):
    """`base_constraint` for each of the last dimensions, which together make one event."""

    def __init__(self, base_constraint, reinterpreted_batch_ndims):
        super().__init__(base_constraint)
        dims, kind = reinterpreted_batch_ndims, type(reinterpreted_batch_ndims).__name__
        require(isinstance(dims, int), f"reinterpreted_batch_ndims must be an int, got {kind}")
        require(dims >= 0, f"reinterpreted_batch_ndims must be >= 0, got {dims}")
        self.reinterpreted_batch_ndims = dims

    @property
    def event_dim(self):
        return super().event_dim + self.reinterpreted_batch_ndims

    def check(self, value):
        result = self.base_constraint.check(value)
        if result.dim() < self.reinterpreted_batch_ndims:
            raise ValueError(f"Expected value.dim() >= {self.event_dim} but got {value.dim()}")
        return all_of_last(result, self.reinterpreted_batch_ndims)

    def __repr__(self):
        name = type(self).__name__[1:]
        return f"{name}({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamilyConstraint(OnAnother):
    """`base_constraint` by all components of a mixture, which stand before the event."""

    def check(self, value):
        if value.dim() < self.event_dim:
            raise ValueError(f"Expected value.dim() >= {self.event_dim} but got {value.dim()}")
        result = self.base_constraint.check(value.unsqueeze(-1 - self.event_dim))
        return all_of_last(result, result.dim() - (value.dim() - self.event_dim))

    def __repr__(self):
        return f"{type(self).__name__}({self.base_constraint!r})"


# -------------------------------------------------------------------- numbers


class Above(Constraint):
    """Numbers above a bound, itself a number or a tensor; all bounds are shown by name."""

    def __init__(self, lower_bound):
        self.lower_bound = lower_bound

    def __repr__(self):
        bounds = ", ".join(f"{name}={bound}" for name, bound in vars(self).items())
        return f"{type(self).__name__[1:]}({bounds})"


class Between(Above):
    """What lies between two."""

    def __init__(self, lower_bound, upper_bound):
        self.lower_bound = lower_bound
        self.upper_bound = upper_bound


class _Real(Constraint):
    """All numbers but nan."""

    def check(self, value):
        return ~value.isnan()


class _Boolean(Constraint):
    """0 and 1."""

    is_discrete = True

    def check(self, value):
        return (value == 0) | (value == 1)


class _IntegerInterval(Between):
    """Integers from lower_bound to upper_bound, both included."""

    is_discrete = True

    def check(self, value):
        return (value % 1 == 0) & (self.lower_bound <= value) & (value <= self.upper_bound)


class _IntegerGreaterThan(Above):
    """Integers from lower_bound on, included."""

    is_discrete = True

    def check(self, value):
        return (value % 1 == 0) & (value >= self.lower_bound)


class _GreaterThan(Above):
    def check(self, value):
        return value > self.lower_bound


class _GreaterThanEq(Above):
    def check(self, value):
        return value >= self.lower_bound


class _LessThan(Above):
    def __init__(self, upper_bound):
        self.upper_bound = upper_bound

    def check(self, value):
        return value < self.upper_bound


class _Interval(Between):
    """From lower_bound to upper_bound, both included."""

    def check(self, value):
        return (value >= self.lower_bound) & (value <= self.upper_bound)


class _HalfOpenInterval(Between):
    """From lower_bound, included, to upper_bound, excluded."""

    def check(self, value):
        return (value >= self.lower_bound) & (value < self.upper_bound)


# -------------------------------------------------------------------- vectors and matrices


class _OneHot(Constraint):
    """Vectors of zeros and a single 1."""

    is_discrete = True
    event_dim = 1

    def check(self, value):
        return ((value == 0) | (value == 1)).all(-1) & (value.sum(-1) == 1)


class _Simplex(Constraint):
    """Vectors of numbers >= 0 that add up to 1, to 1e-6."""

    event_dim = 1

    def check(self, value):
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)


class _Multinomial(Constraint):
    """Vectors of numbers >= 0 that add up to at most upper_bound."""

    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound):
        self.upper_bound = upper_bound

    def check(self, value):
        return (value >= 0).all(dim=-1) & (value.sum(dim=-1) <= self.upper_bound)


class _LowerTriangular(Constraint):
    """Matrices with zeros above the diagonal."""

    event_dim = 2

    def check(self, value):
        return all_of_last(value.tril() == value, 2)


class _LowerCholesky(_LowerTriangular):
    """Lower triangular matrices with a positive diagonal."""

    def check(self, value):
        return super().check(value) & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


class _CorrCholesky(_LowerCholesky):
    """Of those, with rows of length 1: the Cholesky factors of correlation matrices."""

    def check(self, value):
        near = finfo(value.dtype).eps * value.size(-1) * 10
        length = value.detach().square().sum(-1).sqrt()
        return super().check(value) & ((length - 1).abs() <= near).all(dim=-1)


class _Square(Constraint):
    """Square matrices."""

    event_dim = 2

    def check(self, value):
        square = value.shape[-2] == value.shape[-1]
        return full(value.shape[:-2], square, dtype=bool_dtype, device=value.device)


class _Symmetric(_Square):
    """Symmetric matrices."""

    def check(self, value):
        square = super().check(value)
        return isclose(value, value.mT, atol=1e-6).all(-2).all(-1) if square.all() else square


class _PositiveSemidefinite(_Symmetric):
    """Symmetric matrices with no eigenvalue below 0."""

    def check(self, value):
        symmetric = super().check(value)
        if not symmetric.all():
            return symmetric
        return (symmetric_parts(value, "L").eigenvalues >= 0).all(-1)


class _PositiveDefinite(_Symmetric):
    """Symmetric matrices with all eigenvalues above 0."""

    def check(self, value):
        symmetric = super().check(value)
        return cholesky_ex(value)[1] == 0 if symmetric.all() else symmetric


# -------------------------------------------------------------------- several at once


def require_dim(dim, value):
    n = value.dim()
    require(-n <= dim < n, f"dim {dim} out of range for value with {n} dimensions")


class Several(Constraint):
    """One constraint of `cseq` for each piece along the dimension `dim`."""

    def __init__(self, cseq, dim=0):
        require(
            all(isinstance(c, Constraint) for c in cseq),
            "All elements of cseq must be Constraint instances",
        )
        self.cseq = list(cseq)
        self.dim = dim

    @property
    def is_discrete(self):
        return any(c.is_discrete for c in self.cseq)

    @property
    def event_dim(self):
        return max(c.event_dim for c in self.cseq)


class _Cat(Several):
    """For what `cat` joins: the pieces are of `lengths`, by default of 1."""

    def __init__(self, cseq, dim=0, lengths=None):
        super().__init__(cseq, dim)
        self.lengths = [1] * len(self.cseq) if lengths is None else list(lengths)
        require(
            len(self.lengths) == len(self.cseq),
            f"lengths ({len(self.lengths)}) must match cseq ({len(self.cseq)})",
        )

    def check(self, value):
        require_dim(self.dim, value)
        pieces = value.split(self.lengths, self.dim)
        return join([c.check(piece) for c, piece in zip(self.cseq, pieces)], self.dim)


class _Stack(Several):
    """For what `stack` joins."""

    @property
    def event_dim(self):
        dim = super().event_dim
        return dim + 1 if self.dim + dim < 0 else dim

    def check(self, value):
        require_dim(self.dim, value)
        pieces = value.unbind(self.dim)
        return pile([c.check(piece) for c, piece in zip(self.cseq, pieces)], self.dim)


dependent = _Dependent()
dependent_property = _DependentProperty
independent = _IndependentConstraint
boolean = _Boolean()
one_hot = _OneHot()
nonnegative_integer = _IntegerGreaterThan(0)
positive_integer = _IntegerGreaterThan(1)
integer_interval = _IntegerInterval
real = _Real()
real_vector = independent(real, 1)
positive = _GreaterThan(0.0)
nonnegative = _GreaterThanEq(0.0)
greater_than = _GreaterThan
greater_than_eq = _GreaterThanEq
less_than = _LessThan
multinomial = _Multinomial
unit_interval = _Interval(0.0, 1.0)
interval = _Interval
half_open_interval = _HalfOpenInterval
simplex = _Simplex()
lower_triangular = _LowerTriangular()
lower_cholesky = _LowerCholesky()
corr_cholesky = _CorrCholesky()
square = _Square()
symmetric = _Symmetric()
positive_semidefinite = _PositiveSemidefinite()
positive_definite = _PositiveDefinite()
cat = _Cat
stack = _Stack
