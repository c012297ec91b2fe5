"""Timing two programs against each other on a machine that is never quite quiet."""

import gc
import statistics
import time


def seconds_per_call(call, least_seconds):
    """The time of one call, averaged over as many as fill `least_seconds`."""
    calls = 0
    start = time.perf_counter()
    while True:
        call()
        calls += 1
        took = time.perf_counter() - start
        if took >= least_seconds:
            return took / calls


def alternate(ours, theirs, pairs, least_seconds=0.1):
    """[(our seconds, their seconds), ...]: measured in turn, after a warm-up of each."""
    for call in (ours, theirs):
        seconds_per_call(call, least_seconds)
    gc.collect()
    gc.disable()
    try:
        return [
            (seconds_per_call(ours, least_seconds), seconds_per_call(theirs, least_seconds))
            for _ in range(pairs)
        ]
    finally:
        gc.enable()


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
