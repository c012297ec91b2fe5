"""`python -m benchmarks.limits`: import time, deep graphs, memory over time, peak of a step."""

import _tracemalloc
import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from itertools import pairwise

import numpy as np


def import_time(runs=15):
    """import minitorch against import numpy: whole processes, alternating, the interpreter's own
    start taken off."""

    def seconds(code):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - start

    rows = [[seconds(c) for c in ("pass", "import numpy", "import minitorch")] for _ in range(runs)]
    start, numpy, ours = map(statistics.median, zip(*rows, strict=True))
    ratio = (ours - start) / (numpy - start)
    print(
        f"import: numpy {1e3 * (numpy - start):.0f} ms, minitorch {1e3 * (ours - start):.0f} ms "
        f"({ratio:.2f} times)"
    )


def deep_chain():
    """Building, backward and freeing of chains: seconds per million nodes."""
    import minitorch  # noqa: PLC0415  one library a process

    x = minitorch.ones(1, requires_grad=True)
    for length in (250_000, 500_000, 1_000_000):
        times = [time.perf_counter()]
        y = x
        for _ in range(length):
            y = y + 1
        times.append(time.perf_counter())
        y.backward()
        times.append(time.perf_counter())
        del y
        times.append(time.perf_counter())
        built, back, freed = (b - a for a, b in pairwise(times))
        print(
            f"chain of {length:,} nodes: built {built:.2f} s, backward {back:.2f} s, "
            f"freed {freed:.2f} s: {sum((built, back, freed)) / length * 1e6:.2f} us a node"
        )


def resident_memory(steps=100_000):
    """Resident memory along XOR training steps with the garbage collector off."""
    import minitorch  # noqa: PLC0415  one library a process
    from benchmarks.workloads import xor_step  # noqa: PLC0415  one library a process

    step = xor_step(minitorch)
    gc.collect()
    gc.disable()
    readings = []
    for i in range(steps + 1):
        step()
        if i % (steps // 5) == 0:
            with open("/proc/self/statm") as file:
                readings.append(int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20)
    gc.enable()
    print(f"resident MiB over {steps:,} steps, collector off:", *(f"{r:.1f}" for r in readings))


OBJECTS = 1 << 18  # bytes; a step's Python objects take less


def peak_of_arrays(step):
    """Bytes of NumPy arrays that live at the worst moment of `step`, above those that live before.

    They are counted before each instruction of Python that the step runs, if all memory, which is
    read faster, is near its highest.
    """
    peak = start = highest = 0

    def live():
        domain = np.lib.tracemalloc_domain
        return sum(trace[1] for trace in _tracemalloc._get_traces() if trace[0] == domain)

    def count(frame, event, argument):
        nonlocal peak, highest
        frame.f_trace_opcodes = True
        now = tracemalloc.get_traced_memory()[0]
        highest = max(highest, now)
        if now > highest - OBJECTS:
            peak = max(peak, live() - start)
        return count

    gc.collect()
    tracemalloc.start(1)
    step()  # what this one leaves lives between any two steps
    start = live()
    sys.settrace(count)
    step()
    sys.settrace(None)
    tracemalloc.stop()
    return peak


def peak_memory(names=("mlp 784-128-10 sgd", "resnet18")):
    """Peak of live arrays in one step of each workload."""
    for name in names:
        print_peak(name)


def print_peak(name):
    from benchmarks.workloads import WORKLOADS  # noqa: PLC0415  one library a process

    workload = WORKLOADS[name]
    import minitorch  # noqa: PLC0415  one library a process

    step = workload(minitorch)
    step(), step()
    ours = peak_of_arrays(step)
    print(f"peak of live arrays in a step of {name}, above those between steps: {ours:,} B")
    try:
        import torch  # noqa: PLC0415  one library a process
    except ImportError:
        return
    step = workload(torch)
    step(), step()
    with torch.profiler.profile(profile_memory=True, acc_events=True) as profile:
        step()  # what this one frees was allocated unseen; the next one is counted
        with torch.profiler.record_function("counted"):
            step()
    with tempfile.TemporaryDirectory() as folder:
        profile.export_chrome_trace(f"{folder}/trace.json")
        with open(f"{folder}/trace.json") as file:
            trace = json.load(file)["traceEvents"]
    start = min(event["ts"] for event in trace if event.get("name") == "counted")
    events = [e for e in trace if e.get("name") == "[memory]" and e["ts"] >= start]
    live = peak = 0
    for event in sorted(events, key=lambda e: e["ts"]):
        live += event["args"]["Bytes"]
        peak = max(peak, live)
    print(f"  PyTorch {peak:,} B ({ours / peak:.2f} times)")


PARTS = {
    "import": import_time,
    "chain": deep_chain,
    "resident": resident_memory,
    "peak": peak_memory,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.limits", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all")
    for part in parser.parse_args().parts or PARTS:
        PARTS[part]()
