"""Running computations along an axis, over NumPy arrays; `cupy_scan.py` holds them for the GPU."""

from functools import partial

import numpy as np

from minitorch.backend import both as _both

recur = partial(_both.recur, np)


def run_of_best(x, axis, which):
    """Where the largest ("max") or smallest ("min") element so far is, the last of equal ones.

    The first nan counts as the best, and then the last one so far.
    """
    best = (np.maximum if which == "max" else np.minimum).accumulate(x, axis)
    places = np.arange(x.shape[axis]).reshape(-1, *[1] * (x.ndim - 1 - axis))
    return np.maximum.accumulate(np.where((x == best) | np.isnan(x), places, 0), axis)


def add_up_exponents(x, axis):
    """log(exp(x[0]) + ... + exp(x[i])) for each i along `axis`."""
    return np.logaddexp.accumulate(x, axis)


def commonest(x, axis):
    """The last index along `axis` of the commonest element, of several the smallest; length 1."""
    order = x.argsort(axis, kind="stable")
    rows = np.moveaxis(np.take_along_axis(x, order, axis), axis, 0)
    places = np.arange(len(rows)).reshape(-1, *[1] * (x.ndim - 1))
    starts = np.zeros(rows.shape, np.int64)
    starts[1:] = np.where(rows[1:] != rows[:-1], places[1:], 0)
    run = places - np.maximum.accumulate(starts, 0)
    best = np.moveaxis(run.argmax(0, keepdims=True), 0, axis)
    return np.take_along_axis(order, best, axis)
