"""Schedules of the learning rate: call `scheduler.step()` once per epoch, after the optimizer's.

All of them, under the names of `torch.optim.lr_scheduler`; the base is in `scheduling`, those that
follow a formula in `schedules`, those that rise and fall in `cycles`, the others in `combined`.
"""

from minitorch.optim.combined import ChainedScheduler, ReduceLROnPlateau, SequentialLR
from minitorch.optim.cycles import CosineAnnealingWarmRestarts, CyclicLR, OneCycleLR
from minitorch.optim.schedules import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from minitorch.optim.scheduling import (  # those not in __all__ serve subclasses
    EPOCH_DEPRECATION_WARNING,  # noqa: F401  PyTorch has it here
    LRScheduler,
    _enable_get_lr_call,  # noqa: F401  PyTorch has it here
    _LRScheduler,  # noqa: F401  PyTorch has it here
)

__all__ = [
    "ChainedScheduler", "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts",
    "CyclicLR", "ExponentialLR", "LRScheduler", "LambdaLR", "LinearLR", "MultiStepLR",
    "MultiplicativeLR", "OneCycleLR", "PolynomialLR", "ReduceLROnPlateau", "SequentialLR", "StepLR",
]  # fmt: skip
