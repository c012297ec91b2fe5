"""The table that a profiler prints, in PyTorch's columns."""

from typing import Any

SPACING = 2
COLUMNS = ("Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg")


def table(
    events: Any,
    sort_by: str | None,
    row_limit: int,
    source_width: int,
    name_width: int,
    shapes_width: int,
    header: str | None,
    top_level_only: bool,
    unit: str | None,
    with_memory: bool,
) -> str:
    """The arguments are those of `EventList.table`."""
    if not len(events):
        return ""
    total = sum(event.self_cpu_time_total for event in events)
    if sort_by is not None:
        name = sort_by.replace("cuda", "device")
        events = sorted(events, key=lambda event: getattr(event, name), reverse=True)
    if top_level_only:
        events = [event for event in events if getattr(event, "cpu_parent", None) is None]
    shown = events if row_limit < 0 else events[:row_limit]

    columns = ["Name", *COLUMNS]
    columns += ["CPU Mem", "Self CPU Mem"] * with_memory + ["# of Calls"]
    with_shapes = any(event.input_shapes for event in shown)
    with_source = any(event.stack for event in shown)
    counted = [event.flops for event in events if event.flops]
    scale, prefix = flops_scale(min(counted)) if counted else (1, "")
    columns += ["Input Shapes"] * with_shapes + ["Source Location"] * with_source
    columns += [f"Total {prefix}FLOPs"] * bool(counted)
    rows = [columns]
    for event in shown:
        row = [shortened(event.key, name_width)]
        for time in (event.self_cpu_time_total, event.cpu_time_total):
            row += [f"{100 * time / total if total else 0:.2f}%", time_text(time, unit)]
        row.append(time_text(event.cpu_time, unit))
        if with_memory:
            row += [memory_text(event.cpu_memory_usage), memory_text(event.self_cpu_memory_usage)]
        row.append(str(event.count))
        if with_shapes:
            row.append(shortened(str(event.input_shapes or "[]"), shapes_width))
        if with_source:
            row.append(shortened(event.stack[0] if event.stack else "", source_width))
        if counted:
            row.append(f"{event.flops / scale:.3f}" if event.flops else "--")
        rows.append(row)
    return drawn(rows, header) + f"Self CPU time total: {time_text(total, unit)}\n"


def drawn(rows, header):
    """Rows of cells, the first of them the titles, as a table for the terminal."""
    widths = [max(12, *[len(row[i]) for row in rows]) for i in range(len(rows[0]))]
    gap = " " * SPACING
    line = gap.join("-" * width for width in widths) + gap
    text = [gap.join(cell.rjust(width) for cell, width in zip(row, widths)) + gap for row in rows]
    frame = [line, text[0], line, *text[1:], line]
    if header is not None:
        frame = ["=" * len(line), header, *frame]
    return "\n".join(frame) + "\n"


def shortened(text, width):
    return text if width is None or len(text) <= width else text[: width - 3] + "..."


def time_text(microseconds, unit=None):
    if unit is None:
        unit = "s" if microseconds >= 1e6 else "ms" if microseconds >= 1e3 else "us"
    return f"{microseconds / {'us': 1, 'ms': 1e3, 's': 1e6}[unit]:.3f}{unit}"


def flops_scale(least):
    """The largest power of 1000 that is not above `least`, and its prefix."""
    for power, prefix in ((5, "P"), (4, "T"), (3, "G"), (2, "M"), (1, "K")):
        if least >= 1000**power:
            return 1000**power, prefix
    return 1, ""


def memory_text(size):
    for unit, name in ((2**30, "GB"), (2**20, "MB"), (2**10, "KB")):
        if abs(size) >= unit:
            return f"{size / unit:.2f} {name}"
    return f"{size} B"
