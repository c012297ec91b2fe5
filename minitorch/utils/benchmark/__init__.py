"""Measuring how long statements take: the names of `torch.utils.benchmark`."""

from minitorch.utils.benchmark.compare import Compare
from minitorch.utils.benchmark.measurement import Measurement, TaskSpec
from minitorch.utils.benchmark.timer import Language, Timer

__all__ = ["Compare", "Language", "Measurement", "TaskSpec", "Timer"]
