"""`profile`: switches the recorder on and off, by itself or by a schedule of steps."""

import enum
import json
import os
import socket
import time
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from minitorch.cuda import is_available
from minitorch.profiler.events import EventList
from minitorch.profiler.recorder import Recorder, record_function, recording

NOT_STARTED = "Profiler must be initialized before {}"


class ProfilerActivity(enum.Enum):
    """What to measure. CUDA is accepted: the time to ask the GPU is in that of the CPU."""

    CPU = 0
    XPU = 1
    CUDA = 2


class ProfilerAction(enum.Enum):
    """What the profiler does in a step."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


def kineto_available() -> bool:
    """False: this profiler is another one than PyTorch's Kineto."""
    return False


def supported_activities() -> set[ProfilerActivity]:
    """{CPU}, and CUDA where there is a GPU."""
    return {ProfilerActivity.CPU} | ({ProfilerActivity.CUDA} if is_available() else set())


def schedule(
    *,
    wait: int,
    warmup: int,
    active: int,
    repeat: int = 0,
    skip_first: int = 0,
    skip_first_wait: int = 0,
) -> Callable[[int], ProfilerAction]:
    """What to do in each step: leave out `wait` steps, get warm in `warmup`, record `active`.

    repeat           how often; 0: until the end
    skip_first       steps to leave out before all
    skip_first_wait  not 0: leave out the wait of the first round

    >>> plan = schedule(wait=1, warmup=1, active=2)
    >>> [plan(step).name for step in range(5)]
    ['NONE', 'WARMUP', 'RECORD', 'RECORD_AND_SAVE', 'NONE']
    """
    if min(wait, warmup, repeat, skip_first) < 0 or active <= 0:
        raise AssertionError(
            f"Invalid profiler schedule arguments. Got wait={wait} (need >= 0), warmup={warmup} "
            f"(need >= 0), active={active} (need > 0), repeat={repeat} (need >= 0), "
            f"skip_first={skip_first} (need >= 0)."
        )
    if warmup == 0:
        warnings.warn(
            "Profiler won't be using warmup, this can skew profiler results", stacklevel=2
        )

    def plan(step: int) -> ProfilerAction:
        if step < 0:
            raise AssertionError(f"Step must be non-negative. Got {step}.")
        if step < skip_first:
            return ProfilerAction.NONE
        step -= skip_first
        if skip_first_wait:
            step += wait
        length = wait + warmup + active
        if repeat > 0 and step // length >= repeat:
            return ProfilerAction.NONE
        step %= length
        if step < wait:
            return ProfilerAction.NONE
        if step < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if step < length - 1 else ProfilerAction.RECORD_AND_SAVE

    return plan


def tensorboard_trace_handler(
    dir_name: str, worker_name: str | None = None, use_gzip: bool = False
) -> Callable[["profile"], None]:
    """For `on_trace_ready`: write each trace to a file of its own in `dir_name`.

    use_gzip  whether to compress it
    """

    def write(prof: "profile") -> None:
        os.makedirs(dir_name, exist_ok=True)
        worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        name = f"{worker}.{time.time_ns()}.pt.trace.json{'.gz' if use_gzip else ''}"
        prof.export_chrome_trace(os.path.join(dir_name, name))

    return write


RECORDING = (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)


class profile:  # noqa: N801  PyTorch's name
    """A context in which time, calls, shapes and memory of all ops are noted.

    schedule        a function from the number of the step, see `schedule`, to what to do;
                    None: record all
    on_trace_ready  called with the profiler when a trace is complete
    record_shapes   note the shapes of the inputs
    profile_memory  note how much memory was taken, as `tracemalloc` counts it: slow
    with_stack      note the lines of the program
    with_flops      count the floating-point operations of sums, products and convolutions
    with_modules    rows for modules, with what backward spent on each
    activities, experimental_config, execution_trace_observer, acc_events
                    accepted; they change nothing

    Only one profiler can be on at a time.
    """

    def __init__(
        self,
        *,
        activities: Iterable[ProfilerActivity] | None = None,
        schedule: Callable[[int], ProfilerAction] | None = None,
        on_trace_ready: Callable[..., Any] | None = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
        experimental_config: Any = None,
        execution_trace_observer: Any = None,
        acc_events: bool = False,
    ):
        self.activities = set(activities) if activities else supported_activities()
        self.schedule = schedule or (lambda step: ProfilerAction.RECORD)
        self.stepwise = schedule is not None
        self.on_trace_ready = on_trace_ready
        self.options = (record_shapes, profile_memory, with_stack, with_modules, with_flops)
        self.metadata: dict[str, Any] = {}
        self.step_num = 0
        self.recorder: Recorder | None = None
        self._on: Any = None
        self._step: Any = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.stop()

    def start(self) -> None:
        """Begin, with step 0."""
        self.current_action = self.schedule(self.step_num)
        self._begin_step()

    def stop(self) -> None:
        """End; a trace that is not empty is ready."""
        self._end_step()
        if self.current_action in RECORDING:
            self._save()

    def step(self) -> None:
        """The next step begins."""
        self._end_step()
        before = self.current_action
        self.step_num += 1
        self.current_action = self.schedule(self.step_num)
        if before == ProfilerAction.RECORD_AND_SAVE or (
            before == ProfilerAction.RECORD and self.current_action not in RECORDING
        ):
            self._save()
        self._begin_step()

    def _begin_step(self):
        if self.current_action in RECORDING:
            if self._on is None:
                self.recorder = Recorder(*self.options)
                self._on = recording(self.recorder)
                self._on.__enter__()
            if self.stepwise:
                self._step = record_function(f"ProfilerStep#{self.step_num}")
                self._step.__enter__()

    def _end_step(self):
        if self._step is not None:
            self._step.__exit__()
            self._step = None

    def _save(self):
        self._on.__exit__(None, None, None)
        self._on = None
        if self.on_trace_ready is not None:
            self.on_trace_ready(self)

    # ---------------------------------------------------------------- what was found

    def events(self) -> EventList:
        """All events in the order in which they began."""
        if self.recorder is None:
            raise AssertionError(NOT_STARTED.format("accessing events"))
        return EventList(self.recorder.events, self.recorder.memory)

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0
    ) -> EventList:
        """One average for each name; `print(prof.key_averages().table())`.

        group_by_input_shape  ops with inputs of other shapes are counted apart
        group_by_stack_n      so are calls from other places, by this many lines of the program
        """
        if self.recorder is None:
            raise AssertionError(NOT_STARTED.format("getting key averages"))
        return self.events().key_averages(group_by_input_shape, group_by_stack_n)

    def export_chrome_trace(self, path: str) -> None:
        """Write the events as JSON for chrome://tracing or https://ui.perfetto.dev."""
        self.events().export_chrome_trace(path, self.metadata)

    def add_metadata(self, key: str, value: str) -> None:
        """Note a word about the run, which goes into the trace."""
        self.metadata[key] = value

    def add_metadata_json(self, key: str, value: str) -> None:
        """The same for a value that is written as JSON."""
        self.metadata[key] = json.loads(value)

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """Write the lines of the program with their times, for a flame graph."""
        self.events().export_stacks(path, metric)
