"""Where the time goes: of each op and each module, forward and backward apart.

    with profile(record_shapes=True, with_modules=True) as prof:
        loss(model(x), y).backward()
    print(prof.key_averages().table(sort_by="self_cpu_time_total", row_limit=10))
    prof.export_chrome_trace("trace.json")  # open it in https://ui.perfetto.dev

While no profiler is on, ops run as ever: it costs nothing.
"""

from minitorch.profiler.events import EventList, FunctionEvent, FunctionEventAvg
from minitorch.profiler.profile import (
    ProfilerAction,
    ProfilerActivity,
    kineto_available,
    profile,
    schedule,
    supported_activities,
    tensorboard_trace_handler,
)
from minitorch.profiler.recorder import record_function

__all__ = [
    "EventList", "FunctionEvent", "FunctionEventAvg", "ProfilerAction", "ProfilerActivity",
    "kineto_available", "profile", "record_function", "schedule", "supported_activities",
    "tensorboard_trace_handler",
]  # fmt: skip
