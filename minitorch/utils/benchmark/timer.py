"""The clock: statements given as text, run until the time is known well enough."""

import sys
import timeit
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from statistics import median
from textwrap import dedent
from time import perf_counter
from typing import Any

from minitorch.backend.settings import get_num_threads, set_num_threads
from minitorch.utils.benchmark.measurement import Measurement, TaskSpec

MOST_RUNS = 10**9


class Language(IntEnum):
    PYTHON = 0
    CPP = 1


@contextmanager
def threads(count: int) -> Iterator[None]:
    former = get_num_threads()
    set_num_threads(count)
    try:
        yield
    finally:
        set_num_threads(former)


class Timer:
    """Measures a statement given as text, on one thread unless `num_threads` says more.

    stmt         what is measured
    setup        runs before each measurement, untimed
    globals      the names that both may use; `torch` is always among them
    label, sub_label, description, env
                 what `Compare` and the printed form call it

    As `timeit.Timer`, but for the warm-up before, and that times are for one run of `stmt`.

    Raises ValueError for C++, which cannot be compiled here.
    """

    def __init__(
        self,
        stmt: str = "pass",
        setup: str = "pass",
        global_setup: str = "",
        timer: Callable[[], float] = perf_counter,
        globals: dict[str, Any] | None = None,
        label: str | None = None,
        sub_label: str | None = None,
        description: str | None = None,
        env: str | None = None,
        num_threads: int = 1,
        language: Language | str = Language.PYTHON,
    ) -> None:
        if not isinstance(stmt, str):
            raise ValueError("Currently only a `str` stmt is supported.")
        if language in (Language.CPP, "cpp", "c++"):
            raise ValueError("Timer: minitorch compiles no C++\n  measure the Python statement")
        if language not in (Language.PYTHON, "py", "python"):
            raise ValueError(f"Invalid language `{language}`.")
        if global_setup:
            raise ValueError(
                f"global_setup is C++ only, got `{global_setup}`. Most likely this code can "
                "simply be moved to `setup`."
            )
        stmt, setup = flush(stmt), flush(setup)
        names = {"torch": sys.modules["minitorch"], **(globals or {})}
        self.timer = timeit.Timer(stmt, setup, timer, names)
        self.task = TaskSpec(
            stmt, setup, global_setup, label, sub_label, description, env, num_threads
        )

    def run(self, number: int) -> float:
        return max(self.timer.timeit(number), 1e-9)  # never 0: others divide by it

    def timeit(self, number: int = 1000000) -> Measurement:
        """Run the statement `number` times, after a hundredth of that to warm up."""
        with threads(self.task.num_threads):
            self.run(max(number // 100, 2))
            return Measurement(number, [self.run(number)], self.task)

    def repeat(self, repeat: int = -1, number: int = -1) -> None:
        raise NotImplementedError("See `Timer.blocked_autorange.`")

    def autorange(self, callback: Callable[[int, float], Any] | None = None) -> None:
        raise NotImplementedError("See `Timer.blocked_autorange.`")

    def blocked_autorange(
        self, callback: Callable[[int, float], Any] | None = None, min_run_time: float = 0.2
    ) -> Measurement:
        """Measure blocks of runs for `min_run_time` seconds in all.

        A block is so long that the clock itself does not count. `callback` is given the runs and
        the seconds of each block.
        """
        return self.measured(callback, min_run_time, lambda found: True)

    def adaptive_autorange(
        self,
        threshold: float = 0.1,
        *,
        min_run_time: float = 0.01,
        max_run_time: float = 10.0,
        callback: Callable[[int, float], Any] | None = None,
    ) -> Measurement:
        """Measure until the interquartile range is below `threshold` times the median.

        It goes on for `min_run_time` seconds at least and for `max_run_time` at most.
        """

        def steady(found: Measurement) -> bool:
            return len(found.raw_times) > 3 and found.meets_confidence(threshold)

        return self.measured(callback, min_run_time, steady, max_run_time)

    def measured(self, callback, least, enough, most=float("inf")) -> Measurement:
        """Blocks of runs until `least` seconds are over and `enough(measurement)`, or `most`."""
        with threads(self.task.num_threads):
            found = Measurement(self.block(least), [], self.task)
            total = 0.0
            while total <= most and (total < least or not enough(found)):
                found.raw_times.append(self.run(found.number_per_run))
                total += found.raw_times[-1]
                if callback:
                    callback(found.number_per_run, found.raw_times[-1])
        return found

    def block(self, least: float) -> int:
        """So many runs that the clock takes less than a ten-thousandth of their time."""
        clock = median(self.run(0) for _ in range(5))
        number = 1
        while True:
            taken = self.run(number)
            quiet = taken >= least / 1000 and clock <= 1e-4 * taken
            if quiet or taken > least or number >= MOST_RUNS:
                return number
            number *= 10


def flush(text: str) -> str:
    """Text from a block string, without its indentation and the empty lines around it."""
    return dedent(text).removeprefix("\n").rstrip()
