"""Rows for `ops/scan.py`."""

import numpy as np

from op_cases.row import case

INTS = np.array([[3, -2, 0], [5, 7, -4]])
BYTES = np.array([200, 100, 7], np.uint8)
FLAGS = np.array([[True, False, True], [False, False, False]])
TIES = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
WITH_NAN = np.array([1.0, np.nan, 3.0, np.nan])
ONE_ZERO = np.array([2.0, 0.0, 3.0, -1.5])
TWO_ZEROS = np.array([[2.0, 0.0, 0.0], [0.0, -2.0, 4.0]])


def along(f):
    def like(x, dim):
        if not x.ndim and dim not in (0, -1):
            raise IndexError
        return f(x, dim) if x.ndim else x

    return like


def best(f):
    """Values and indices of `np.maximum` or `np.minimum` so far: the last of equal ones."""

    def like(x, dim):
        if not x.ndim:
            return along(None)(x, dim), np.int64(0)
        values = f.accumulate(x, dim)
        places = np.broadcast_to(np.arange(x.shape[dim]), np.moveaxis(x, dim, -1).shape)
        hits = (x == values) | np.isnan(x)
        places = np.where(hits, np.moveaxis(places, -1, dim), 0)
        return values, np.maximum.accumulate(places, dim)

    return like


def recurrence(a, b, axis):
    y = np.zeros_like(b)
    for i in range(len(b)):
        y[i] = b[i] + (a[i] * y[i - 1] if i else 0)
    return y


def differences(x, n=1, dim=-1):
    return np.diff(x, n, dim)


CASES = [
    *[case("cumsum", [(2, 3, 2)], dim=dim, like=along(np.cumsum)) for dim in (0, 1, -1)],
    case("cumsum", [INTS], dim=1, like=np.cumsum),
    case("cumsum", [BYTES], dim=0, like=along(lambda x, dim: np.cumsum(x, dtype=np.int64)),
         gives="int64"),
    case("cumsum", [(2, 3)], dim=2, error=IndexError, raises="Dimension out of range"),
    *[case("cumprod", [array], dim=0, like=along(np.cumprod))
      for array in ((3, 2), (5,), ONE_ZERO, TWO_ZEROS)],
    case("cumprod", [TWO_ZEROS], dim=1, like=np.cumprod),
    case("cumprod", [INTS], dim=1, like=np.cumprod),
    case("logcumsumexp", [(2, 4)], dim=1, like=along(np.logaddexp.accumulate)),
    case("logcumsumexp", [(5, 2)], dim=0, like=along(np.logaddexp.accumulate), values=(500, 501)),
    case("logcumsumexp", [INTS], dim=0, error=NotImplementedError,
         raises="\"logcumsumexp_out_cpu\" not implemented for 'Long'"),
    *[case(name, [array], dim=dim, like=best(f), orders=orders)
      for name, f in [("cummax", np.maximum), ("cummin", np.minimum)]
      for array, dim, orders in [((2, 4), 1, 2), ((4, 2), 0, 2), (TIES, 1, 0), (WITH_NAN, 0, 0),
                                 (INTS, -1, 0)]],
    case("recur", [(5, 2), (5, 2)], axis=0, like=recurrence, torch=None, shapes=False),
    case("recur", [(1,), (1,)], axis=0, like=recurrence, torch=None, shapes=False),
    case("run_of_best", [(5,)], axis=0, which="max", torch=None, shapes=False,
         like=lambda x, axis, which: best(np.maximum)(x, axis)[1]),
    case("run_of_best", [(2, 5)], axis=1, which="min", torch=None, shapes=False,
         like=lambda x, axis, which: best(np.minimum)(x, axis)[1]),
    case("gradient", [(5,)], like=lambda x: (np.gradient(x),), shapes=False),
    case("gradient", [(4, 5)], spacing=0.5, dim=1, edge_order=2, shapes=False,
         like=lambda x, **_: (np.gradient(x, 0.5, axis=1, edge_order=2),)),
    case("gradient", [(2, 4)], like=np.gradient, shapes=False),
    case("gradient", [(3,)], edge_order=3, raises="only supports edge_order=1 and edge_order=2"),
    case("gradient", [(1,)], raises="each dimension size to be at least edge_order+1"),
    case("gradient", [(3,)], spacing=[1, 2], raises="a list of length 2"),
    case("gradient", [(3, 3)], dim=[1, 1], raises="dim 1 appears multiple times in the list"),
    case("gradient", [(3, 3)], spacing=[1], dim=[1, 0], raises="spacing argument of length 1"),
    case("diff", [(5,)], like=differences),
    case("diff", [(3, 4)], n=2, dim=0, like=differences, shapes=False),
    case("diff", [(4,)], n=0, like=differences, shapes=False),
    case("diff", [FLAGS], like=differences, shapes=False),
    case("diff", [(2, 3), (2, 1), (2, 2)], shapes=False,
         call=lambda f, x, a, b: f(x, prepend=a, append=b),
         like=lambda x, a, b: np.diff(x, prepend=a, append=b)),
    case("diff", [(4,)], n=-1, raises="order must be non-negative but got -1"),
    case("diff", [()], raises="diff expects input to be at least one-dimensional"),
    case("trapezoid", [(2, 4)], like=lambda y: (y[:, 1:] + y[:, :-1]).sum(1) / 2, shapes=False),
    case("trapezoid", [(4, 2)], dx=0.5, dim=0, shapes=False,
         like=lambda y, dx, dim: (y[1:] + y[:-1]).sum(0) * dx / 2),
    case("trapezoid", [(2, 4), (4,)], shapes=False,
         like=lambda y, x: ((y[:, 1:] + y[:, :-1]) * np.diff(x)).sum(1) / 2),
    case("trapezoid", [(2, 4), (3,)], raises="There must be one `x` value for each sample point"),
    case("trapezoid", [FLAGS], raises="received a bool input for `y`"),
    case("cumulative_trapezoid", [(2, 4)], shapes=False,
         like=lambda y: (y[:, 1:] + y[:, :-1]).cumsum(1) / 2),
    case("cumulative_trapezoid", [(2, 4), (2, 4)], shapes=False,
         like=lambda y, x: ((y[:, 1:] + y[:, :-1]) * np.diff(x)).cumsum(1) / 2),
]  # fmt: skip
