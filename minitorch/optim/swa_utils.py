"""Averages of a model over its training: stochastic weight averaging, and running means."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain
from typing import Any, Literal

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as Device
from minitorch.backend.dtypes import int64
from minitorch.nn.modules.batchnorm import _BatchNorm
from minitorch.nn.modules.module import Module
from minitorch.ops.from_data import tensor
from minitorch.optim.optimizer import Optimizer
from minitorch.optim.scheduling import LRScheduler, for_groups

__all__ = [
    "SWALR", "AveragedModel", "get_ema_avg_fn", "get_ema_multi_avg_fn", "get_swa_avg_fn",
    "get_swa_multi_avg_fn", "update_bn",
]  # fmt: skip

Tensors = tuple[Tensor, ...] | list[Tensor]


def get_ema_avg_fn(decay: float = 0.999) -> Callable[[Tensor, Tensor, Any], Tensor]:
    """decay * mean + (1 - decay) * value, for `AveragedModel(avg_fn=...)`; decay in [0, 1]."""
    require_decay(decay)

    @no_grad()
    def ema_update(ema_param: Tensor, current_param: Tensor, num_averaged: Any) -> Tensor:
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_swa_avg_fn() -> Callable[[Tensor, Tensor, Any], Tensor]:
    """The mean of all values so far, for `AveragedModel(avg_fn=...)`."""

    @no_grad()
    def swa_update(averaged_param: Tensor, current_param: Tensor, num_averaged: Any) -> Tensor:
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[[Tensors, Tensors, Any], None]:
    """As `get_ema_avg_fn`, in place on lists, for `AveragedModel(multi_avg_fn=...)`."""
    return in_place(get_ema_avg_fn(decay))


def get_swa_multi_avg_fn() -> Callable[[Tensors, Tensors, Any], None]:
    """As `get_swa_avg_fn`, in place on lists, for `AveragedModel(multi_avg_fn=...)`."""
    return in_place(get_swa_avg_fn())


def in_place(average):
    @no_grad()
    def update(averaged: Tensors, current: Tensors, num_averaged: Any) -> None:
        for mean, value in zip(averaged, current, strict=True):
            mean.copy_(average(mean, value, num_averaged))

    return update


def require_decay(decay):
    if not 0.0 <= decay <= 1.0:
        raise ValueError(
            f"Invalid decay value {decay} provided. Please provide a value in [0,1] range."
        )


class AveragedModel(Module):
    """A copy of `model` whose parameters are the means of those given to `update_parameters`.

    device        of the copy; None for that of the model
    avg_fn        (mean, value, how many so far) -> new mean; None for the mean of all
    multi_avg_fn  the same on lists, in place
    use_buffers   average the buffers, too; otherwise they are those of the model given last

    After a mean of parameters the statistics of BatchNorm must be computed anew: see `update_bn`.

    Raises AssertionError for both functions at once.
    Izmailov et al., Averaging Weights Leads to Wider Optima and Better Generalization, 2018,
    arXiv:1803.05407.

    >>> import minitorch
    >>> model = minitorch.nn.Linear(1, 1, bias=False)
    >>> averaged = AveragedModel(model)
    >>> for value in (1.0, 2.0, 6.0):
    ...     _ = minitorch.nn.init.constant_(model.weight, value)
    ...     averaged.update_parameters(model)
    >>> averaged.module.weight.item()
    3.0
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: int | str | Device | None = None,
        avg_fn: Callable[[Tensor, Tensor, Any], Tensor] | None = None,
        multi_avg_fn: Callable[[Tensors, Tensors, Any], None] | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", tensor(0, dtype=int64, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the parameters of `model` into the means."""
        if self.use_buffers:
            means = chain(self.module.parameters(), self.module.buffers())
            values = chain(model.parameters(), model.buffers())
        else:
            means, values = chain(self.module.parameters()), chain(model.parameters())
        alike: dict[Any, tuple[list, list]] = defaultdict(lambda: ([], []))
        for mean, value in zip(means, values):
            moved = value.detach().to(mean.device)
            if self.n_averaged == 0:
                mean.detach().copy_(moved)
            for each, one in zip(alike[mean.device, mean.dtype], (mean.detach(), moved)):
                each.append(one)
        if self.n_averaged > 0:
            average = self.multi_avg_fn or in_place(self.avg_fn or get_swa_avg_fn())
            for ours, theirs in alike.values():
                average(ours, theirs, self.n_averaged.to(ours[0].device))
        if not self.use_buffers:
            for copy, buffer in zip(self.module.buffers(), model.buffers(), strict=True):
                copy.detach().copy_(buffer.detach().to(copy.device))
        self.n_averaged += 1


@no_grad()
def update_bn(
    loader: Iterable[Any], model: Module, device: int | str | Device | None = None
) -> None:
    """Compute the running statistics of all BatchNorm layers of `model` over the loader's batches.

    loader  gives batches, or lists or tuples of which the first is the batch
    device  to move the batches to
    """
    layers = [module for module in model.modules() if isinstance(module, _BatchNorm)]
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    was_training = model.training
    model.train()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # all batches count alike
    for batch in loader:
        batch = batch[0] if isinstance(batch, list | tuple) else batch
        model(batch if device is None else batch.to(device))
    for layer, momentum in zip(layers, momenta):
        layer.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """From the learning rates that the groups have to `swa_lr`, in `anneal_epochs`; then constant.

    swa_lr           a number, or one for each group
    anneal_strategy  "cos", along half a cosine, or "linear"

    Raises ValueError for values out of range.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float,
        anneal_epochs: int = 10,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        last_epoch: int = -1,
    ) -> None:
        rates = for_groups("swa_lr", optimizer, swa_lr)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._anneal_strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _rates(self) -> list[Any]:
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, share = self._share(step - 1), self._share(step)
        return [
            target * share + started_from(lr, target, before) * (1 - share)
            for lr, target in ((g["lr"], g["swa_lr"]) for g in self.optimizer.param_groups)
        ]

    def _share(self, step: int) -> float:
        """Of the way to `swa_lr`, how much is done at `step`."""
        t = max(0, min(1, step / max(1, self.anneal_epochs)))
        return t if self._anneal_strategy == "linear" else (1 - math.cos(math.pi * t)) / 2


def started_from(lr, target, share):
    """The learning rate of which `share` of the way to the target led to `lr`."""
    return target if share == 1 else (lr - share * target) / (1 - share)
