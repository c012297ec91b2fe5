"""Events, their averages, and what is made of a list of them."""

import gzip
import json
import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from minitorch.profiler.table import table

METRICS = (
    "cpu_time_total", "self_cpu_time_total", "device_time_total", "self_device_time_total",
    "cpu_memory_usage", "self_cpu_memory_usage", "device_memory_usage",
    "self_device_memory_usage",
)  # fmt: skip


class Interval(NamedTuple):
    """A span of time, in microseconds."""

    start: float
    end: float

    def elapsed_us(self) -> float:
        return self.end - self.start


class Times:
    """Names that events and their averages share. All times are in microseconds.

    The device's are 0: the time of the GPU is not measured apart from that of the CPU.
    """

    count: int
    key: str
    cpu_time_total: float
    device_time_total = self_device_time_total = 0.0
    device_memory_usage = self_device_memory_usage = 0
    is_async = is_remote = False
    flops = 0  # floating-point operations, where they are counted
    node_id = -1

    @property
    def cpu_time(self) -> float:
        """The mean time of a call."""
        return self.cpu_time_total / self.count if self.count else 0.0

    @property
    def device_time(self) -> float:
        return 0.0

    cuda_time = device_time
    cuda_time_total = self_cuda_time_total = 0.0
    cuda_memory_usage = self_cuda_memory_usage = 0


class FunctionEvent(Times):
    """One call of an op, of a vjp of backward, of a module, or a `record_function` block.

    kind              "cpu_op", "backward", "python_function" (a module), "user_annotation"
    start, end        in nanoseconds of `time.perf_counter_ns`
    cpu_parent        the event inside which this one lies, or None
    cpu_children      those that lie directly inside
    cpu_memory_usage  bytes that were taken and not given back
    order             of a backward event: the order number of its node
    module, orders    of a module's event: the module, and the order numbers around its call
    """

    count = 1

    def __init__(self, name: str, kind: str, thread: int):
        self.id = 0
        self.name = self.key = self.trace_name = name
        self.kind = kind
        self.thread = thread
        self.start = self.end = 0
        self.cpu_parent: FunctionEvent | None = None
        self.cpu_children: list[FunctionEvent] = []
        self.input_shapes: list = []
        self.stack: list[str] = []
        self.cpu_memory_usage = 0
        self.order: int | None = None
        self.module: Any = None
        self.orders: list[int] = []

    @property
    def cpu_time_total(self) -> float:  # type: ignore[override]  # a property over a field
        """From its begin to its end."""
        return (self.end - self.start) / 1e3

    @property
    def time_range(self) -> Interval:
        return Interval(self.start / 1e3, self.end / 1e3)

    @property
    def self_cpu_time_total(self) -> float:
        """Without the time of the events inside."""
        return self.cpu_time_total - sum(child.cpu_time_total for child in self.cpu_children)

    @property
    def self_cpu_memory_usage(self) -> int:
        """Without the memory of the events inside."""
        return self.cpu_memory_usage - sum(child.cpu_memory_usage for child in self.cpu_children)

    @property
    def is_user_annotation(self) -> bool:
        return self.kind == "user_annotation"

    def __repr__(self):
        inside = [child.id for child in self.cpu_children]
        return (
            f"<FunctionEvent id={self.id} name={self.name} cpu_time={self.cpu_time_total:.3f}us "
            f"cpu_children={inside} thread={self.thread} input_shapes={self.input_shapes} "
            f"cpu_memory_usage={self.cpu_memory_usage}>"
        )


class FunctionEventAvg(Times):
    """The sum over all events of one name; `cpu_time` is the mean."""

    def __init__(self, key: str = "Total", kind: str = "cpu_op"):
        self.key = key
        self.kind = kind
        self.count = 0
        self.cpu_time_total = self.self_cpu_time_total = 0.0
        self.cpu_memory_usage = self.self_cpu_memory_usage = 0
        self.input_shapes: Any = ""
        self.stack: list[str] = []

    def add(self, event: Any) -> "FunctionEventAvg":
        """Count an event in, or the average of others."""
        self.count += event.count
        self.cpu_time_total += event.cpu_time_total
        self.self_cpu_time_total += event.self_cpu_time_total
        self.cpu_memory_usage += event.cpu_memory_usage
        self.self_cpu_memory_usage += event.self_cpu_memory_usage
        self.flops += event.flops
        return self

    __iadd__ = add

    def __repr__(self):
        return (
            f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total:.3f}us "
            f"cpu_time={self.cpu_time:.3f}us input_shapes={self.input_shapes} "
            f"cpu_memory_usage={self.cpu_memory_usage}>"
        )


class EventList(list):
    """A list of events, or of their averages, that prints as a table."""

    def __init__(self, events: Any = (), profile_memory: bool = False):
        super().__init__(events)
        self.profile_memory = profile_memory

    @property
    def self_cpu_time_total(self) -> float:
        """The sum of the times that the events took by themselves."""
        return sum(event.self_cpu_time_total for event in self)

    def key_averages(
        self, group_by_input_shapes: bool = False, group_by_stack_n: int = 0
    ) -> "EventList":
        """One average for each name, or for each name with these shapes, or from this place.

        The backward events that belong to a module's forward are summed in a further row.
        """
        averages: dict = {}
        for event in [*self, *backward_of_modules(self)]:
            place = tuple(event.stack[:group_by_stack_n])
            shapes = str(event.input_shapes) if group_by_input_shapes else ""
            key = (event.key, shapes, place)
            if key not in averages:
                average = averages[key] = FunctionEventAvg(event.key, event.kind)
                average.stack = list(place)
                average.input_shapes = event.input_shapes if group_by_input_shapes else ""
            averages[key].add(event)
        return EventList(averages.values(), self.profile_memory)

    def total_average(self) -> FunctionEventAvg:
        """The sum over all events."""
        total = FunctionEventAvg()
        for event in self:
            total.add(event)
        return total

    def table(
        self,
        sort_by: str | None = None,
        row_limit: int = 100,
        max_src_column_width: int = 75,
        max_name_column_width: int = 55,
        max_shapes_column_width: int = 80,
        header: str | None = None,
        top_level_events_only: bool = False,
        time_unit: str | None = None,
    ) -> str:
        """The events as text.

        sort_by    "cpu_time", "cpu_time_total", "self_cpu_time_total", "count",
                   "cpu_memory_usage", "self_cpu_memory_usage": the largest first
        row_limit  how many; -1: all
        time_unit  "us", "ms" or "s"; None: what suits each

        Raises AttributeError for another `sort_by`.
        """
        return table(
            self, sort_by, row_limit, max_src_column_width, max_name_column_width,
            max_shapes_column_width, header, top_level_events_only, time_unit, self.profile_memory,
        )  # fmt: skip

    def export_chrome_trace(
        self, path: str | os.PathLike, metadata: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        """Write the events as JSON for chrome://tracing or https://ui.perfetto.dev.

        path      compressed if it ends in .gz
        metadata  what else the file shall say
        """
        trace = [
            {
                "ph": "X", "cat": event.kind, "name": event.name, "pid": os.getpid(),
                "tid": event.thread, "ts": event.start / 1e3, "dur": event.cpu_time_total,
                "args": {"Input Dims": event.input_shapes, "Call stack": event.stack,
                         "Bytes": event.cpu_memory_usage},
            }
            for event in self
        ]  # fmt: skip
        opened = gzip.open if os.fspath(path).endswith(".gz") else open
        with opened(path, "wt") as file:
            json.dump({"schemaVersion": 1, **metadata, "traceEvents": trace}, file)

    def export_stacks(self, path: str, metric: str) -> None:
        """Write the lines of the program with their times, for a flame graph.

        metric  "self_cpu_time_total" or another of the times
        """
        if metric not in METRICS:
            raise ValueError(f"metric should be one of: {METRICS}")
        with open(path, "w") as file:
            for event in self:
                value = int(getattr(event, metric))
                if event.stack and value > 0:
                    line = ";".join(each.replace(" ", "_") for each in reversed(event.stack))
                    file.write(f"{line} {value}\n")

    def __str__(self):
        return self.table()


def backward_of_modules(events):
    """For each call of a module one average of the backward events of what it computed."""
    backward = [event for event in events if getattr(event, "order", None) is not None]
    for event in events:
        if getattr(event, "module", None) is not None and backward:
            first, last = event.orders
            total = FunctionEventAvg(f"{event.key} (backward)", "python_function")
            for each in backward:
                if first < each.order < last:
                    total.add(each)
            total.count = 1
            total.self_cpu_time_total = 0.0  # it is that of the backward events
            total.self_cpu_memory_usage = 0
            if total.cpu_time_total:
                yield total
