"""Threads for what NumPy computes in one: parts of a large task, each with a BLAS of one thread.

NumPy's products have the threads of its BLAS, its other functions have none, but most let other
Python threads run meanwhile. A kernel that copies as much as it multiplies is therefore better
divided as a whole.
"""

import importlib
import os
from contextlib import contextmanager
from functools import lru_cache, partial, reduce
from itertools import pairwise
from operator import iadd

from minitorch.backend.blas import thread_counts

# The size of a core's L2 cache: a convolution takes 17 ms in such blocks, all at once 24.
BLOCK_BYTES = 1 << 20


def thread_count():
    """How many threads share the work."""
    return thread_counts()[0]()


def set_thread_count(count):
    """Let so many threads share the work."""
    thread_counts()[1](count)


@lru_cache(1)
def pool():
    """The threads besides the caller's, which wait for work."""
    return futures().ThreadPoolExecutor(os.cpu_count(), "minitorch")


def futures():
    """`concurrent.futures`, which takes 4 ms to import and most programs never need."""
    return importlib.import_module("concurrent.futures")


@lru_cache(1)
def helper():
    """A thread that does one thing after the other."""
    return futures().ThreadPoolExecutor(1, "minitorch-helper")


if hasattr(os, "register_at_fork"):  # a child has none of its parent's threads
    os.register_at_fork(after_in_child=pool.cache_clear)
    os.register_at_fork(after_in_child=helper.cache_clear)


def blocks(count, size, least=1, limit=None):
    """Slices that cut `count` things of `size` bytes each into blocks for the cache.

    least  how many make up a block even if it is larger, or leaves a thread without work
    limit  bytes in a block; None: BLOCK_BYTES
    """
    length = max(1, least, min((limit or BLOCK_BYTES) // (size or 1), -(-count // thread_count())))
    return [slice(start, min(start + length, count)) for start in range(0, count, length)]


def share(work, parts):
    """[work(run), ...], the first run of `parts` here and the others in other threads.

    How the list is cut into runs depends on its length and the number of threads alone. While they
    are at it BLAS has one thread, so that a call from within has one run.
    """
    threads = thread_count()
    crew = min(threads, len(parts))
    if crew < 2:
        return [work(parts)]
    ends = [len(parts) * i // crew for i in range(crew + 1)]
    runs = [parts[start:end] for start, end in pairwise(ends)]
    set_thread_count(1)
    try:
        others = [pool().submit(work, run) for run in runs[1:]]
        try:
            first = work(runs[0])
        finally:
            futures().wait(others)
        return [first, *[other.result() for other in others]]
    finally:
        set_thread_count(threads)


def share_sum(work, parts):
    """The sum of work(part) over at least one of `parts`, in threads as `share` has it; `work`
    makes new arrays, which take up the others.

    Zeros to start from are one more array to fill and to add: the gradient of 512 x 512 kernels of
    3 x 3 takes 2.7 ms with them, 2.2 without.
    """

    def add_up(run):
        total = work(run[0])
        for part in run[1:]:
            total += work(part)
        return total

    return reduce(iadd, share(add_up, parts))


@contextmanager
def beside():
    """A context in which `later(work, *args)` has the work done beside what follows, in order.

    It returns what waits for the result; all is done when the context ends. With one thread the
    work is done where it is first waited for. With more, BLAS has one meanwhile.
    """
    threads, waits = thread_count(), []

    def later(work, *args):
        once = lru_cache(1)(partial(work, *args))
        waits.append(helper().submit(once).result if threads > 1 else once)
        return waits[-1]

    if threads > 1:
        set_thread_count(1)
    try:
        yield later
        for wait in waits:
            wait()
    finally:
        if threads > 1:
            futures().wait([helper().submit(int)])  # the last in its queue, also after an error
            set_thread_count(threads)
