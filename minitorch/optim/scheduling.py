"""The base of all learning rate schedulers."""

import warnings
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.optim.optimizer import Optimizer

ADVICE = "https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
EPOCH_DEPRECATION_WARNING = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where "
    "possible. Please use `scheduler.step()` to step the scheduler. During the deprecation, if "
    "epoch is different from None, the closed form is used instead of the new chainable form, "
    "where available. Please open an issue if you are unable to replicate your use case: "
    "https://github.com/pytorch/pytorch/issues/new/choose."
)


@contextmanager
def _enable_get_lr_call(o):
    """Within, `o.get_lr` does not say that `get_last_lr` may be meant."""
    o._get_lr_called_within_step = True
    try:
        yield o
    finally:
        o._get_lr_called_within_step = False


class LRScheduler:
    """Sets the learning rate of each parameter group of `optimizer` once per epoch.

    last_epoch  index of the last epoch, to go on with a run whose optimizer was loaded; -1: begin

    A subclass says in `get_lr` which learning rates the groups get in epoch `self.last_epoch`;
    those of the epoch before are still in them. Epoch 0 begins at once. A learning rate that is a
    Tensor stays the same Tensor and gets other values.

    Raises TypeError for what is no Optimizer, and KeyError where last_epoch is given and a group
    has no "initial_lr".
    """

    _get_lr_called_within_step = False
    _is_initial = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        require_optimizer(optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming "
                    "scheduler with last_epoch >= 0.\n  load the optimizer's state_dict first"
                )
        self.base_lrs = values_of(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        optimizer._step_when_scheduled = vars(optimizer).get("step")  # type: ignore[attr-defined]  # of every Optimizer
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def get_lr(self) -> list[Any]:
        """The learning rate of each group in epoch `self.last_epoch`; for `step` only."""
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, please use "
                "`get_last_lr()`.",
                UserWarning,
                stacklevel=2,
            )
        return self._rates()

    def _rates(self) -> list[Any]:
        raise NotImplementedError(f"{type(self).__name__} needs a method get_lr")

    def get_last_lr(self) -> list[Any]:
        """The learning rates that the last `step` set."""
        return self._last_lr

    def step(self, epoch: int | None = None) -> None:
        """Begin the next epoch, or (deprecated) the one that is given."""
        if self._step_count == 1:
            self._warn_of_order()
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
        self._update_lr(epoch)

    def _warn_of_order(self) -> None:
        optimizer: Any = self.optimizer
        if vars(optimizer).get("step") is not getattr(optimizer, "_step_when_scheduled", None):
            warnings.warn(
                "Seems like `optimizer.step()` has been overridden after learning rate scheduler "
                "initialization. Please, make sure to call `optimizer.step()` before "
                f"`lr_scheduler.step()`. See more details at {ADVICE}",
                UserWarning,
                stacklevel=3,
            )
        elif not getattr(optimizer, "_opt_called", False):
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch "
                "1.1.0 and later, you should call them in the opposite order: `optimizer.step()` "
                "before `lr_scheduler.step()`.  Failure to do this will result in PyTorch skipping "
                f"the first value of the learning rate schedule. See more details at {ADVICE}",
                UserWarning,
                stacklevel=3,
            )

    def _update_lr(self, epoch: int | None = None) -> None:
        with _enable_get_lr_call(self):
            self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
            if epoch is not None and hasattr(self, "_get_closed_form_lr"):
                rates = self._get_closed_form_lr()
            else:
                rates = self.get_lr()
        self._set(rates)

    def _set(self, rates: list[Any]) -> None:
        for group, lr in zip(self.optimizer.param_groups, rates, strict=True):
            set_value(group, "lr", lr)
        self._last_lr = values_of(self.optimizer, "lr")

    def _current(self) -> list[Any]:
        return values_of(self.optimizer, "lr")

    def state_dict(self) -> dict[str, Any]:
        """What `load_state_dict` takes back; the optimizer's own state is saved apart."""
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where the scheduler was that was saved."""
        vars(self).update(state_dict)


class _LRScheduler(LRScheduler):
    """The former name of LRScheduler."""


def require_optimizer(optimizer):
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def copied(value):
    return value.clone() if isinstance(value, Tensor) else value


def values_of(optimizer, key):
    """The option `key` of all groups, in copies."""
    return [copied(group[key]) for group in optimizer.param_groups]


def set_value(group, key, value):
    """Set an option of a group; a Tensor stays and is filled."""
    if isinstance(group[key], Tensor):
        group[key].fill_(value.squeeze() if isinstance(value, Tensor) else value)
    else:
        group[key] = value


def for_groups(name, optimizer, value):
    """A list with `value` for every group, or `value` itself if it is a list of as many."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        value = [value] * groups
    if len(value) != groups:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. {name} has {len(value)} "
            f"values, param_groups has {groups}."
        )
    return [copied(each) for each in value]


def attributes_of(function):
    """What a state_dict says of a function: the attributes of a callable object, else None."""
    plain = function is None or isinstance(function, FunctionType)
    return None if plain else vars(function).copy()
