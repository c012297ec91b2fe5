"""`torch.autograd.profiler`: the older way to ask for a profile."""

import os
from typing import Any

from minitorch.profiler import kineto_available
from minitorch.profiler import profile as newer_profile
from minitorch.profiler.events import EventList, FunctionEvent, FunctionEventAvg
from minitorch.profiler.recorder import record_function

__all__ = [
    "EventList", "FunctionEvent", "FunctionEventAvg", "emit_nvtx", "kineto_available", "profile",
    "record_function",
]  # fmt: skip


class profile:  # noqa: N801  PyTorch's name
    """A context in which all ops are noted; see `minitorch.profiler.profile`.

    enabled  False: it does nothing
    use_cuda, use_device, use_kineto, use_cpu
             accepted; they change nothing
    """

    def __init__(
        self,
        enabled: bool = True,
        *,
        use_cuda: bool = False,
        use_device: str | None = None,
        record_shapes: bool = False,
        with_flops: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_modules: bool = False,
        use_kineto: bool = False,
        use_cpu: bool = True,
    ):
        self.enabled = enabled
        self.profile = newer_profile(
            record_shapes=record_shapes,
            profile_memory=profile_memory,
            with_stack=with_stack,
            with_modules=with_modules,
            with_flops=with_flops,
        )

    def __enter__(self):
        if self.enabled:
            self.profile.start()
        return self

    def __exit__(self, *exc):
        if self.enabled:
            self.profile.stop()

    @property
    def function_events(self) -> EventList:
        """All events in the order in which they began."""
        return self.profile.events()

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0
    ) -> EventList:
        """One average for each name."""
        return self.profile.key_averages(group_by_input_shape, group_by_stack_n)

    def total_average(self) -> FunctionEventAvg:
        """The sum over all events."""
        return self.function_events.total_average()

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all events, in microseconds."""
        return self.function_events.self_cpu_time_total

    def table(self, *args: Any, **kwargs: Any) -> str:
        """All events as text; the arguments are those of `EventList.table`."""
        return self.function_events.table(*args, **kwargs)

    def export_chrome_trace(self, path: str | os.PathLike) -> None:
        """Write the events as JSON for chrome://tracing or https://ui.perfetto.dev."""
        self.function_events.export_chrome_trace(path)

    def __str__(self):
        return self.table() if self.enabled else "<unfinished profiler_legacy.profile>"


class emit_nvtx:  # noqa: N801  PyTorch's name
    """A context that would mark each op for NVIDIA's tools: annotations may name it.

    Raises NotImplementedError where it begins.
    """

    def __init__(self, enabled: bool = True, record_shapes: bool = False):
        self.enabled = enabled

    def __enter__(self) -> "emit_nvtx":
        if self.enabled:
            raise NotImplementedError(
                "emit_nvtx: ops are not marked\n  mark parts with cuda.nvtx.range_push"
            )
        return self

    def __exit__(self, *error: object) -> None:
        pass
