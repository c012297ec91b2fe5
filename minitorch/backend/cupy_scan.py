"""The kernels of `numpy_scan.py` on CuPy arrays: same names, same signatures."""

from functools import partial

import cupy as cp

from minitorch.backend import both as _both

recur = partial(_both.recur, cp)


def run_of_best(x, axis, which):
    """Where the largest ("max") or smallest ("min") element so far is, the last of equal ones."""
    best = _accumulate(cp.maximum if which == "max" else cp.minimum, x, axis)
    places = cp.arange(x.shape[axis]).reshape(-1, *[1] * (x.ndim - 1 - axis))
    best = (x == best) | (x != x)  # noqa: PLR0124  CuPy's isnan takes floats alone
    return _accumulate(cp.maximum, cp.where(best, places, 0), axis)


def add_up_exponents(x, axis):
    """log(exp(x[0]) + ... + exp(x[i])) for each i along `axis`."""
    return _accumulate(cp.logaddexp, x, axis)


def commonest(x, axis):
    """The last index along `axis` of the commonest element, of several the smallest; length 1."""
    order = cp.argsort(x, axis=axis)
    rows = cp.moveaxis(cp.take_along_axis(x, order, axis), axis, 0)
    places = cp.arange(len(rows)).reshape(-1, *[1] * (x.ndim - 1))
    starts = cp.zeros(rows.shape, cp.int64)
    starts[1:] = cp.where(rows[1:] != rows[:-1], places[1:], 0)
    run = places - _accumulate(cp.maximum, starts, 0)
    best = cp.expand_dims(run.argmax(0), axis)
    return cp.take_along_axis(order, best, axis)


def _accumulate(f, x, axis):
    """f(... f(f(x[0], x[1]), x[2]) ..., x[i]) for each i along `axis`; CuPy's ufuncs can't."""
    y = cp.moveaxis(x, axis, 0).copy()
    step = 1
    while step < len(y):
        y[step:] = f(y[step:], y[:-step])
        step *= 2
    return cp.moveaxis(y, 0, axis)
