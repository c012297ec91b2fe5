"""`python -m benchmarks.limits`: import time, deep graphs, memory over time, peak of a step."""

import _tracemalloc
import argparse
import gc
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from functools import partial
from itertools import pairwise

import numpy as np

from benchmarks.storage import loader_epoch, transform_epoch
from benchmarks.targets import TARGETS
from benchmarks.workloads import WORKLOADS, mlp_epoch, xor_step


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
    peak = start = highest = before = 0

    def live():
        domain = np.lib.tracemalloc_domain
        return sum(trace[1] for trace in _tracemalloc._get_traces() if trace[0] == domain)

    def count(frame, event, argument):
        nonlocal peak, highest, before
        frame.f_trace_opcodes = True
        now = tracemalloc.get_traced_memory()[0]
        highest = max(highest, now)
        if now != before and now > highest - OBJECTS:
            peak = max(peak, live() - start)
        before = now
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


SHORT = {  # a batch or ten tell as much as an epoch
    "mlp epoch": partial(mlp_epoch, images=640),
    "loader epoch": partial(loader_epoch, images=640),
    "loader transform": partial(transform_epoch, images=64, workers=0),
}


def peak_memory(only=""):
    """Peak of live arrays in one step of each workload that has a target, of the whole process for
    the import; the loader with a transform has no workers here, whose memory nobody would see."""
    libraries = [
        importlib.import_module(name)
        for name in ("minitorch", "torch")
        if importlib.util.find_spec(name)
    ]
    peaks = (peak_of_arrays, peak_of_tensors)
    print("peak of live arrays in a step, above those between steps; of an import, of all memory")
    for library in libraries:
        library.set_num_threads(1)
    for name in TARGETS:
        if only not in name or (name.startswith("op ") and name != "op mul"):
            continue
        if name == "import":
            found = [peak_of_import(library) for library in libraries]
        else:
            workload = SHORT.get(name, WORKLOADS[name])
            found = [peak(warm(workload(library))) for peak, library in zip(peaks, libraries)]
        ours, *theirs = found
        print(f"{name:34}{ours:14,} B", end="")
        for each in theirs:
            print(f"   PyTorch {each:14,} B   {ours / each:5.2f} times", end="")
        print(flush=True)


def warm(step):
    step(), step()
    return step


def peak_of_import(library):
    """Bytes of the process that imports it, at their highest."""
    read = "next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1]"
    done = subprocess.run(
        [sys.executable, "-c", f"import {library.__name__}; print({read})"],
        check=True, capture_output=True,
    )  # fmt: skip
    return 1024 * int(done.stdout)


def peak_of_tensors(step):
    """As `peak_of_arrays`, of PyTorch's memory."""
    import torch  # noqa: PLC0415  optional

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
    return peak


PARTS = {
    "import": import_time,
    "chain": deep_chain,
    "resident": resident_memory,
    "peak": peak_memory,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.limits", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all")
    parser.add_argument("--only", default="", help="peak: workloads whose name contains this")
    options = parser.parse_args()
    for part in options.parts or PARTS:
        PARTS[part](**{"only": options.only} if part == "peak" else {})
