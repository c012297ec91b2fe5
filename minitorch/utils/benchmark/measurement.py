"""What was measured and how long it took."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import indent
from typing import Any

import numpy as np

UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
LEAST_ERROR = 25e-9  # seconds; no clock here tells more
MOST_FIGURES = 4


@dataclass(frozen=True)
class TaskSpec:
    """What a Timer measures; `label`, `sub_label`, `description` and `env` are for the reader."""

    stmt: str
    setup: str
    global_setup: str = ""
    label: str | None = None
    sub_label: str | None = None
    description: str | None = None
    env: str | None = None
    num_threads: int = 1

    @property
    def title(self) -> str:
        if self.label is None and "\n" in self.stmt:
            part = f" ({self.sub_label})" if self.sub_label else ""
            return f"stmt:{part}\n{indent(self.stmt, '  ')}"
        part = f": {self.sub_label}" if self.sub_label else ""
        return f"{self.stmt if self.label is None else self.label}{part}"

    def setup_str(self) -> str:
        if self.setup in ("", "pass"):
            return ""
        if "\n" in self.setup:
            return f"setup:\n{indent(self.setup, '  ')}"
        return f"setup: {self.setup}"

    def summarize(self) -> str:
        """The lines that tell a reader what was measured."""
        parts = [self.title, self.description or "", self.setup_str()]
        return "\n".join(f"{part}\n" if "\n" in part else part for part in parts if part)


@dataclass(repr=False)
class Measurement:
    """Times of one task; what it does not know itself it asks of its `task_spec`.

    number_per_run  how often the statement ran for each of `raw_times`
    raw_times       in seconds
    metadata        whatever its maker wants to keep with it
    """

    number_per_run: int
    raw_times: list[float]
    task_spec: TaskSpec
    metadata: dict[Any, Any] | None = None

    def __getattr__(self, name: str) -> Any:
        if name in TaskSpec.__dataclass_fields__:
            return getattr(self.task_spec, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def times(self) -> list[float]:
        """Seconds for one run of the statement, as often as it was measured."""
        return [time / self.number_per_run for time in self.raw_times]

    @property
    def mean(self) -> float:
        return float(np.mean(self.times))

    @property
    def median(self) -> float:
        return float(np.median(self.times))

    @property
    def iqr(self) -> float:
        """The interquartile range: how far apart the middle half of the times lies."""
        low, high = np.quantile(self.times, [0.25, 0.75])
        return float(high - low)

    @property
    def significant_figures(self) -> int:
        """How many figures of the median mean something, 1 to 4, judged by the middle half."""
        times = sorted(self.times)
        middle = times[len(times) // 4 : math.ceil(3 * len(times) / 4)]
        error = max(1.645 * float(np.std(middle)) / math.sqrt(len(middle)), LEAST_ERROR)
        return min(max(math.floor(math.log10(self.median / error)), 1), MOST_FIGURES)

    @property
    def title(self) -> str:
        return self.task_spec.title

    @property
    def as_row_name(self) -> str:
        return self.sub_label or self.stmt or "[Unknown]"

    def meets_confidence(self, threshold: float = 0.1) -> bool:
        return self.iqr / self.median < threshold

    @property
    def warning(self) -> str | None:
        """What to be careful about, for a reader."""
        if self.meets_confidence():
            return None
        why = "could indicate system fluctuation"
        if not self.meets_confidence(0.25):
            why = "suggests significant environmental influence"
        return (
            f"  WARNING: Interquartile range is {self.iqr / self.median * 100:.1f}% "
            f"of the median measurement.\n           This {why}."
        )

    @property
    def has_warnings(self) -> bool:
        return self.warning is not None

    def __repr__(self) -> str:
        n, threads = len(self.raw_times), self.num_threads
        unit, scale = select_unit(self.median)
        lines = [object.__repr__(self), self.task_spec.summarize()]
        lines.append(f"  {'Median: ' * (n > 1)}{self.median / scale:.2f} {unit}")
        if n >= 4:
            low, high = np.quantile(self.times, [0.25, 0.75]) / scale
            lines.append(f"  IQR:    {high - low:.2f} {unit} ({low:.2f} to {high:.2f})")
        lines.append(
            f"  {n} measurement{'s' * (n > 1)}, {self.number_per_run} runs "
            f"{'per measurement,' if n > 1 else ','} {threads} thread{'s' * (threads > 1)}"
        )
        return "\n".join([*lines, self.warning or ""]).strip()

    @staticmethod
    def merge(measurements: Iterable["Measurement"]) -> list["Measurement"]:
        """One measurement for each task, with the times of all that measured it."""
        tasks: dict[TaskSpec, list[float]] = {}
        for each in measurements:
            tasks.setdefault(each.task_spec, []).extend(each.times)
        return [Measurement(1, times, task) for task, times in tasks.items()]


def select_unit(seconds: float) -> tuple[str, float]:
    """The unit in which a time is a number of one to three figures, and its seconds."""
    found = [unit for unit in ("ns", "us", "ms") if seconds < 1000 * UNITS[unit]]
    unit = found[0] if found else "s"
    return unit, UNITS[unit]
