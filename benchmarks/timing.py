"""Timing two programs against each other on a machine that is never quite quiet."""

import gc
import statistics
import time


def seconds_per_call(call, least_seconds=0.1):
    """The median time of the calls that fill `least_seconds`: a neighbour on the machine that takes
    the processor for a while spoils a mean.
    """
    times = []
    gc.collect()
    gc.disable()
    try:
        now = time.perf_counter()
        end = now + least_seconds
        while not times or now < end:
            start = now
            call()
            now = time.perf_counter()
            times.append(now - start)
    finally:
        gc.enable()
    return statistics.median(times)


def alternate(ours, theirs, pairs, least_seconds=0.1):
    """[(our seconds, their seconds), ...]: measured in turn, after a warm-up of each."""
    for call in (ours, theirs):
        seconds_per_call(call, least_seconds)
    return [
        (seconds_per_call(ours, least_seconds), seconds_per_call(theirs, least_seconds))
        for _ in range(pairs)
    ]


def summary(pairs):
    """Medians and spread: {"ours", "theirs", "ratio", "low", "high"}, in seconds and their / ours.

    low, high  the quartiles of the ratio over the pairs
    """
    ratios = sorted(theirs / ours for ours, theirs in pairs)
    quartiles = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return {
        "ours": statistics.median(ours for ours, _ in pairs),
        "theirs": statistics.median(theirs for _, theirs in pairs),
        "ratio": statistics.median(ratios),
        "low": quartiles[0],
        "high": quartiles[2],
    }


def duration(seconds):
    """As a person writes it: "1.25 s", "3.40 ms", "12.5 us"."""
    for unit, scale in (("s", 1), ("ms", 1e3)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.2f} {unit}"
    return f"{seconds * 1e6:.1f} us"
