"""The base of all probability distributions."""

import warnings
from collections.abc import Sequence
from typing import Any, ClassVar

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Size, Tensor
from minitorch.distributions import constraints
from minitorch.distributions.utils import lazy_property

__all__ = ["Distribution"]


class Distribution:
    """A probability distribution, or a batch of independent ones.

    batch_shape  of the parameters: one distribution for each element
    event_shape  of one draw from one of them; () for numbers
    validate_args  whether parameters and values are checked against their constraints; by default
                 what `set_default_validate_args` says, True unless Python runs with -O

    A draw is of shape sample_shape + batch_shape + event_shape. A subclass gives `arg_constraints`
    and `support`, `rsample` (or `sample`, where draws have no gradient) and `log_prob`, and says in
    `_parameters` which of its attributes `expand` is to expand, and how many of the last dimensions
    of each belong to the event.
    """

    has_rsample: bool = False
    has_enumerate_support: bool = False
    _validate_args: bool = __debug__
    _parameters: ClassVar[dict[str, int]]

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Switch the checks on or off where a distribution does not say itself."""
        if value not in (True, False):
            raise ValueError(f"expected True or False, got {value!r}")
        Distribution._validate_args = value

    def __init__(
        self,
        batch_shape: Size = Size(),  # noqa: B008 (a tuple)
        event_shape: Size = Size(),  # noqa: B008 (a tuple)
        validate_args: bool | None = None,
    ) -> None:
        self._batch_shape = batch_shape
        self._event_shape = event_shape
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._validate_parameters()
        super().__init__()

    def _validate_parameters(self):
        try:
            bounds = self.arg_constraints
        except NotImplementedError:
            warnings.warn(
                f"{type(self)} does not define `arg_constraints`. Please set `arg_constraints = "
                "{}` or initialize the distribution with `validate_args=False` to turn off "
                "validation.",
                stacklevel=3,
            )
            return
        for name, constraint in bounds.items():
            made_later = isinstance(getattr(type(self), name, None), lazy_property)
            if constraints.is_dependent(constraint) or (made_later and name not in vars(self)):
                continue
            value = getattr(self, name)
            if not constraint.check(value).all():
                raise ValueError(
                    f"Expected parameter {name} ({type(value).__name__} of shape "
                    f"{tuple(value.shape)}) of distribution {self!r} to satisfy the constraint "
                    f"{constraint!r}, but found invalid values:\n{value}"
                )

    # ---------------------------------------------------------------- shapes

    @property
    def batch_shape(self) -> Size:
        """The shape over which parameters are batched."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of a single draw."""
        return self._event_shape

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        """The same with parameters expanded to `batch_shape`; no memory is taken, nothing checked.

        _instance  what a subclass with an `expand` of its own has made: it is filled and returned
        """
        owner = next((cls for cls in type(self).__mro__ if "_parameters" in vars(cls)), None)
        if owner is None:
            raise NotImplementedError(f"{type(self).__name__} does not define expand")
        new = self._get_checked_instance(owner, _instance)
        batch_shape = Size(batch_shape)
        for name, value in vars(self).items():
            if name in self._parameters:
                vars(new)[name] = expanded(value, batch_shape, self._parameters[name])
            elif not isinstance(getattr(type(self), name, None), lazy_property):
                vars(new).setdefault(name, value)
        Distribution.__init__(new, batch_shape, self._event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    def _get_checked_instance(self, cls, _instance=None):
        """A blank instance to expand into, where `cls` knows how."""
        if _instance is not None:
            return _instance
        if type(self).__init__ != cls.__init__:
            raise NotImplementedError(
                f"Subclass {type(self).__name__} of {cls.__name__} that defines a custom __init__ "
                "method must also define a custom .expand() method."
            )
        return type(self).__new__(type(self))

    def _extended_shape(self, sample_shape=()):
        """The shape of draws of that `sample_shape`."""
        return Size(sample_shape) + self._batch_shape + self._event_shape

    # ---------------------------------------------------------------- what it is

    @property
    def arg_constraints(self):
        """By name, the constraints that the parameters satisfy."""
        raise NotImplementedError

    @property
    def support(self):
        """The constraint that draws satisfy."""
        raise NotImplementedError

    @property
    def mean(self) -> Tensor:
        raise NotImplementedError(f"{type(self)} does not implement mean")

    @property
    def mode(self) -> Tensor:
        """Where the density is highest."""
        raise NotImplementedError(f"{type(self)} does not implement mode")

    @property
    def variance(self) -> Tensor:
        raise NotImplementedError(f"{type(self)} does not implement variance")

    @property
    def stddev(self) -> Tensor:
        """The square root of the variance."""
        return self.variance.sqrt()

    # ---------------------------------------------------------------- draws and densities

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draws, without gradient: sample_shape + batch_shape + event_shape."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draws as a function of the parameters, with gradient."""
        raise NotImplementedError(f"{type(self)} does not implement rsample")

    def sample_n(self, n: int) -> Tensor:
        """`sample((n,))`, which is the newer name."""
        warnings.warn(
            "`sample_n(n)` will be deprecated. Use `sample((n,))` instead.",
            FutureWarning,
            stacklevel=2,
        )
        return self.sample(Size((n,)))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density, or of the probability, at `value`."""
        raise NotImplementedError(f"{type(self)} does not implement log_prob")

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of draws up to `value`."""
        raise NotImplementedError(f"{type(self)} does not implement cdf")

    def icdf(self, value: Tensor) -> Tensor:
        """The number up to which draws are with the probability `value`."""
        raise NotImplementedError(f"{type(self)} does not implement icdf")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All values of a discrete distribution, along a new first dimension.

        expand  False: the batch dimensions stay of size 1
        """
        raise NotImplementedError(f"{type(self)} does not implement enumerate_support")

    def entropy(self) -> Tensor:
        """The mean of -log_prob, of shape batch_shape."""
        raise NotImplementedError(f"{type(self)} does not implement entropy")

    def perplexity(self) -> Tensor:
        """exp(entropy): among how many equally likely values one knows as little."""
        return self.entropy().exp()

    def _check_sample(self, value):
        """`_validate_sample`, where checks are on."""
        if self._validate_args:
            self._validate_sample(value)

    def _validate_sample(self, value):
        """Raise ValueError for what is no tensor of draws."""
        if not isinstance(value, Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        dims = len(self._event_shape)
        if value.shape[value.dim() - dims :] != self._event_shape:
            raise ValueError(
                "The right-most size of value must match event_shape: "
                f"{value.size()} vs {self._event_shape}."
            )
        shape = self._batch_shape + self._event_shape
        for i, j in zip(reversed(value.shape), reversed(shape)):
            if i not in (1, j) and j != 1:
                raise ValueError(
                    "Value is not broadcastable with batch_shape+event_shape: "
                    f"{value.size()} vs {shape}."
                )
        try:
            support = self.support
        except NotImplementedError:
            warnings.warn(
                f"{type(self)} does not define `support` to enable sample validation. Please "
                "initialize the distribution with `validate_args=False` to turn off validation.",
                stacklevel=3,
            )
            return
        if not support.check(value).all():
            raise ValueError(
                f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) "
                f"to be within the support ({support!r}) of the distribution {self!r}, "
                f"but found invalid values:\n{value}"
            )

    def __repr__(self) -> str:
        given = {name: vars(self)[name] for name in self.arg_constraints if name in vars(self)}
        shown = [f"{k}: {v if v.numel() == 1 else v.size()}" for k, v in given.items()]
        return f"{type(self).__name__}({', '.join(shown)})"


def expanded(value, batch_shape, event_dims):
    """A tensor or distribution, expanded to the batch shape and the last `event_dims` it has."""
    shape = value.shape if isinstance(value, Tensor) else value.batch_shape
    return value.expand(batch_shape + shape[len(shape) - event_dims :])
