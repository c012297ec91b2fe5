"""Processes that measure: each runs some libraries with so many threads and times what it is told.

With one thread each, both libraries alternate in one process. With more, they alternate in
processes of their own: two thread pools in one process spin against each other and spoil both.
"""

import contextlib
import importlib
import json
import os
import subprocess
import sys
from functools import partial

from benchmarks.others import OTHERS
from benchmarks.timing import seconds_per_call
from benchmarks.workloads import WORKLOADS

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Worker:
    """A process that times workloads with each of `libraries`, in turn."""

    def __init__(self, libraries, threads):
        self.libraries = libraries
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.workers", str(threads), *libraries],
            env={**os.environ, **{name: str(threads) for name in THREAD_VARIABLES}},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def measure(self, workload):
        """Seconds per call with each library; the first time after a warm-up."""
        print(workload, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{workload} failed with {' or '.join(self.libraries)}, see above")
        return json.loads(line)

    def close(self):
        self.process.communicate()


@contextlib.contextmanager
def pair_timer(theirs, threads):
    """A function from a workload to one pair (our seconds, their seconds)."""
    together = threads == 1 and theirs == "torch"
    groups = [["minitorch", theirs]] if together else [["minitorch"], [theirs]]
    workers = [Worker(libraries, threads) for libraries in groups]
    try:
        yield lambda workload: [t for worker in workers for t in worker.measure(workload)]
    finally:
        for worker in workers:
            worker.close()


def programs_of(library, threads):
    """What `library` can run, each by its name a function that prepares what is timed."""
    if library in OTHERS:
        if hasattr(os, "sched_setaffinity"):  # not all of them can be told a number of threads
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
        return OTHERS[library]()
    module = importlib.import_module(library)
    module.set_num_threads(threads)
    return {name: partial(workload, module) for name, workload in WORKLOADS.items()}


def serve(threads, libraries):
    """Answer each workload's name on standard input with seconds per call, as JSON."""
    programs = [programs_of(library, threads) for library in libraries]
    name, calls = None, []
    for line in sys.stdin:
        if line.strip() != name:
            name, calls = line.strip(), []  # frees what the last workload held
            calls = [each[name]() for each in programs]
            for call in calls:
                seconds_per_call(call)
        print(json.dumps([seconds_per_call(call) for call in calls]), flush=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2:])
