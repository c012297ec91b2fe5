"""Losses as modules; `nn` offers them too, and `nn.functional` as functions."""

from minitorch.losses.classification import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    NLLLoss,
)
from minitorch.losses.regression import HuberLoss, L1Loss, MSELoss, SmoothL1Loss
