"""`python -m benchmarks`: every workload against PyTorch's eager mode, as ratios."""

import argparse
import importlib.util
import json

from benchmarks.machine import facts
from benchmarks.others import OTHERS, PROGRAMS
from benchmarks.targets import TARGETS
from benchmarks.timing import duration, summary
from benchmarks.workers import pair_timer
from benchmarks.workloads import WORKLOADS


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help="workloads whose name contains this")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--pairs", type=int, default=11, help="how often each is measured")
    parser.add_argument("--against", default="torch", choices=["torch", *OTHERS])
    parser.add_argument("--json", help="write the results to this file too")
    options = parser.parse_args()
    if not importlib.util.find_spec(options.against):
        raise SystemExit(f"{options.against} is not installed: pip install {options.against}")
    chosen = [name for name in WORKLOADS if options.only in name]
    if options.against in OTHERS:
        missing = [name for name in chosen if name not in PROGRAMS]
        chosen = [name for name in chosen if name in PROGRAMS]
        print(f"not written for {options.against}: {', '.join(missing) or 'none'}\n")
    machine = facts(options.against)
    print(", ".join(f"{key} {value}" for key, value in machine.items()))
    print(
        f"\n{'threads':8}{'workload':34}{'minitorch':>11}{options.against:>11}"
        f"{'times faster (quartiles)':>26}{'target':>8}"
    )
    results = []
    for threads in options.threads:
        with pair_timer(options.against, threads) as measure:
            for name in chosen:
                row = summary([measure(name) for _ in range(options.pairs)])
                target = TARGETS.get(name) if options.against == "torch" else None
                results.append({"threads": threads, "workload": name, **row, "target": target})
                print(line(results[-1]), flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"machine": machine, "results": results}, file, indent=1)


def line(row):
    """The row of the table."""
    spread = f"{row['ratio']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
    text = (
        f"{row['threads']:<8}{row['workload']:34}{duration(row['ours']):>11}"
        f"{duration(row['theirs']):>11}{spread:>26}"
    )
    if row["target"] is None:
        return text
    return f"{text}{row['target']:8.1f} {'met' if row['ratio'] >= row['target'] else 'missed'}"


if __name__ == "__main__":
    main()
