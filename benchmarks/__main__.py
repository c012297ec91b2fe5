"""`python -m benchmarks`: every workload against PyTorch's eager mode, as ratios.

With one thread each, both libraries alternate in one process. With two, they alternate in processes
of their own: two thread pools in one process spin against each other and spoil both.
"""

import argparse
import json
import os
import subprocess
import sys

from benchmarks.timing import alternate, seconds_per_call, summary

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help="workloads whose name contains this")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--pairs", type=int, default=11, help="how often each is measured")
    parser.add_argument("--json", help="write the results to this file too")
    parser.add_argument("--worker", choices=["both", "minitorch", "torch"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options)
        return
    print(f"{'threads':8}{'workload':26}{'minitorch':>12}{'PyTorch':>12}{'times faster':>14}")
    results = []
    for threads in options.threads:
        for name, row in measure(threads, options):
            results.append({"threads": threads, "workload": name, **row})
            print(
                f"{threads:<8}{name:26}{duration(row['ours']):>12}{duration(row['theirs']):>12}"
                f"{row['ratio']:>8.2f} ({row['low']:.2f} to {row['high']:.2f})",
                flush=True,
            )
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)


def duration(seconds):
    for unit, scale in (("s", 1), ("ms", 1e3)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.2f} {unit}"
    return f"{seconds * 1e6:.1f} us"


def measure(threads, options):
    """Yield (workload, summary) measured with so many threads."""
    if threads == 1:
        for line in worker("both", threads, options.only, options.pairs):
            yield line["workload"], summary(line["pairs"])
        return
    names = [line["workload"] for line in worker("both", 1, options.only, 0)]
    for name in names:
        pairs = []
        for _ in range(max(3, options.pairs // 2)):
            ours, theirs = (
                next(iter(worker(library, threads, name, 3, exact=True)))["seconds"]
                for library in ("minitorch", "torch")
            )
            pairs.append((ours, theirs))
        yield name, summary(pairs)


def worker(library, threads, only, pairs, exact=False):
    """Start a process with so many threads; yield what it prints, a JSON object a line."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks", "--worker", library, "--threads", str(threads)]
        + ["--only", f"={only}" if exact else only, "--pairs", str(pairs)],
        env={**os.environ, **{name: str(threads) for name in THREAD_VARIABLES}},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield from map(json.loads, process.stdout)
    if process.wait():
        raise SystemExit(f"the worker for {library} failed")


def work(options):
    """In a worker: measure the chosen workloads and print a JSON object for each."""
    from benchmarks.workloads import WORKLOADS  # noqa: PLC0415  the parent needs neither library

    libraries = [load(name, options.threads[0]) for name in ("minitorch", "torch")
                 if options.worker in (name, "both")]  # fmt: skip
    for name, workload in WORKLOADS.items():
        if options.only not in (f"={name}", "") and options.only not in name:
            continue
        line = {"workload": name}
        if not options.pairs:
            pass
        elif options.worker == "both":
            line["pairs"] = alternate(*[workload(library) for library in libraries], options.pairs)
        else:
            call = workload(libraries[0])
            seconds_per_call(call, 0.2)
            line["seconds"] = min(seconds_per_call(call, 0.2) for _ in range(options.pairs))
        print(json.dumps(line), flush=True)


def load(name, threads):
    if name == "torch":
        import torch  # noqa: PLC0415  one library a process

        torch.set_num_threads(threads)
        return torch
    import minitorch  # noqa: PLC0415  one library a process

    return minitorch


main()
