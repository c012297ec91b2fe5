"""Rows for `ops/statistics.py`, `ops/norms.py`, `ops/orders.py` and `ops/histogram.py`."""

import numpy as np

from op_cases.row import case

INTS = np.array([[3, -2, 0], [5, 7, -4]])
FLAGS = np.array([True, False, True])
TIES = np.array([[1.0, 3.0, 3.0, 2.0], [2.0, 2.0, 2.0, 5.0]])
WITH_NAN = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, -1.0]])
ALL_NAN = np.array([np.nan, np.nan])
REPEATED = np.array([[3, 1, 3, 1, 2], [5, 5, 5, 0, 0]])
ORDERS = (2, 1, 0, 0.5, 1.5, 3, -1, np.inf, -np.inf)


def vector_norm(x, ord=2, dim=None, keepdim=False):
    size = np.abs(x)
    if np.isinf(ord):
        return (np.max if ord > 0 else np.min)(size, axis=dim, keepdims=keepdim)
    if ord == 0:
        return (x != 0).sum(axis=dim, keepdims=keepdim).astype(x.dtype)
    return (size**ord).sum(axis=dim, keepdims=keepdim) ** (1 / ord)


def norm(x, p="fro", dim=None, keepdim=False):
    if p == "nuc":
        return np.linalg.norm(x, "nuc", axis=dim, keepdims=keepdim)
    return vector_norm(x, 2 if p == "fro" else p, dim, keepdim)


def renormed(x, p, dim, maxnorm):
    size = vector_norm(x, p, tuple(d for d in range(x.ndim) if d != dim), True)
    return x * np.where(size > maxnorm, maxnorm / (size + 1e-7), 1)


def ranked(x, k, dim=-1, keepdim=False):
    """The k-th smallest along `dim`, and its index."""
    if not x.ndim:
        return x, np.int64(0)
    indices = np.take(x.argsort(dim, kind="stable"), [k - 1], dim)
    values = np.take_along_axis(x, indices, dim)
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))


def median(x, dim, keepdim=False):
    return ranked(x, (x.shape[dim] + 1) // 2 if x.ndim else 1, dim, keepdim)


def commonest(x, axis):
    def last_of(row):
        values, counts = np.unique(row, return_counts=True)
        return np.flatnonzero(row == values[counts.argmax()])[-1]

    return np.expand_dims(np.apply_along_axis(last_of, axis, x), axis)


def place_of_kth(x, k, axis):
    """Also where it is nan or one of equal elements, which keep their order."""
    return np.take_along_axis(x.argsort(axis, kind="stable"), np.broadcast_to(k, (len(x), 1)), axis)


def mode(x, dim=-1, keepdim=False):
    indices = commonest(x, dim)
    values = np.take_along_axis(x, indices, dim)
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))


def quantile(f):
    def like(x, q, dim=None, keepdim=False, interpolation="linear"):
        return f(x, np.asarray(q), axis=dim, keepdims=keepdim, method=interpolation)

    return like


CASES = [
    *[case("norm_over", [(2, 3)], ord=ord, like=vector_norm, torch="linalg.vector_norm",
           shapes=ord >= 0 and ord != np.inf) for ord in ORDERS],
    *[case("norm_over", [(2, 3, 2)], ord=ord, dim=(0, 2), keepdim=True, like=vector_norm,
           torch="linalg.vector_norm", shapes=False) for ord in (2, 1, 3, np.inf)],
    case("norm", [(2, 3)], like=norm),
    case("norm", [(2, 3)], p=1, dim=1, keepdim=True, like=norm, shapes=False),
    case("norm", [(3, 4)], p="nuc", like=norm, shapes=False, half=False),
    case("norm", [(3, 4, 2)], p="nuc", dim=(2, 0), like=norm, shapes=False, half=False),
    case("norm", [INTS], raises="Expected a floating point or complex tensor as input. Got Long"),
    case("norm", [(2, 3)], p="max", raises="Order max not supported"),
    case("norm", [np.zeros((2, 0))], p=np.inf, raises="cannot compute the inf norm on an empty"),
    case("norm", [np.zeros((2, 0))], p=-1, dim=1, raises="norm on the dimension 1because this"),
    case("dist", [(2, 3), (3,)], like=lambda a, b: np.linalg.norm(a - b)),
    case("dist", [(2, 3), (2, 3)], p=3, like=lambda a, b, p: (np.abs(a - b) ** p).sum() ** (1 / p)),
    case("renorm", [(3, 4)], p=2, dim=0, maxnorm=1.5, like=renormed, shapes=False),
    case("renorm", [(3, 2, 2)], p=1, dim=1, maxnorm=2.0, like=renormed, shapes=False),
    case("renorm", [(3,)], p=1, dim=0, maxnorm=2.0, raises="renorm: input needs at least 2 dim"),
    case("renorm", [(3, 2)], p=0, dim=0, maxnorm=2.0, raises="renorm: non-positive-norm not"),
    case("renorm", [(3, 2)], p=1, dim=0, maxnorm=-1, raises="expected maxnorm to be >= 0 but got"),
    case("cov", [(3, 5)], like=np.cov, shapes=False),
    case("cov", [(5,)], correction=0, like=lambda x, correction: np.cov(x, ddof=0), shapes=False),
    case("cov", [(2, 4), np.array([2, 1, 3, 1]), (4,)], values=(0.5, 2), shapes=False,
         call=lambda f, x, n, w: f(x, fweights=n, aweights=w),
         like=lambda x, n, w: np.cov(x, fweights=n, aweights=w)),
    case("cov", [(2, 2, 2)], raises="cov(): expected input to have two or fewer dimensions"),
    case("cov", [FLAGS], raises="cov(): bool dtype is not supported for input"),
    case("cov", [(2, 3), (3,)], call=lambda f, x, n: f(x, fweights=n),
         raises="cov(): expected fweights to have integral dtype"),
    case("cov", [(2, 3), np.array([1, 2])], call=lambda f, x, n: f(x, fweights=n),
         raises="to have the same numel as there are observations in the input"),
    case("cov", [(2, 3), np.array([1, -2, 1])], call=lambda f, x, n: f(x, fweights=n),
         raises="cov(): fweights cannot be negative"),
    case("corrcoef", [(3, 5)], like=np.corrcoef, shapes=False),
    case("corrcoef", [(2, 2, 2)], raises="corrcoef(): expected input to have two or fewer"),
    case("kthvalue", [(2, 4)], k=2, like=ranked, shapes=False),
    case("kthvalue", [(4, 2)], k=3, dim=0, keepdim=True, like=ranked, shapes=False),
    case("kth_along", [(2, 4)], k=4, dim=1, like=ranked, torch="kthvalue", shapes=False),
    case("kthvalue", [(2, 4)], k=5, raises="selected number k out of range for dimension 1"),
    case("mode", [REPEATED], like=mode, shapes=False),
    case("mode", [TIES], dim=-1, keepdim=True, like=mode, shapes=False, orders=0),
    case("mode", [(3, 2)], dim=0, like=mode, shapes=False),
    case("commonest", [REPEATED], axis=1, like=commonest, torch=None, shapes=False),
    *[case("place_of_kth", [x, np.array(k)], axis=1, like=place_of_kth, torch=None, shapes=False)
      for x in (REPEATED, TIES, WITH_NAN) for k in ([1], [[0], [1]])
      if len(x) == 2 or len(k) == 1],
    case("median", [(2, 5)], dim=1, like=median, shapes=False),
    case("median", [(4, 2)], dim=0, keepdim=True, like=median, shapes=False),
    case("median", [(2, 3)], like=lambda x: np.sort(x, None)[(x.size - 1) // 2], shapes=False),
    case("median", [WITH_NAN], like=np.max, orders=0, shapes=False),
    case("median", [FLAGS], error=NotImplementedError, raises="not implemented for 'Bool'"),
    case("median_of_all", [TIES], like=lambda x: np.float64(2.0), torch="median", orders=0,
         shapes=False),
    case("nanmedian", [WITH_NAN], like=lambda x: np.float64(1.0), orders=0, shapes=False),
    case("median_with_index", [(2, 5)], dim=0, like=median, torch="median", shapes=False),
    case("nanmedian_with_index", [WITH_NAN], dim=1, torch="nanmedian", shapes=False, orders=0,
         like=lambda x, dim: (np.array([1.0, -1.0]), np.array([0, 2]))),
    case("nanmedian", [ALL_NAN], like=np.max, orders=0, shapes=False),
    *[case("quantile", [(3, 4)], q=0.3, like=quantile(np.quantile), half=False, shapes=False,
           **settings)
      for settings in ({}, {"dim": 1}, {"dim": 0, "keepdim": True},
                       *[{"dim": 0, "interpolation": way}
                         for way in ("lower", "higher", "midpoint", "nearest")])],
    case("quantile", [(3, 4), np.array([0.1, 0.9, 0.5])], dim=1, like=quantile(np.quantile),
         half=False, shapes=False, fixed=(1,)),
    case("nanquantile", [WITH_NAN], q=0.6, dim=1, like=quantile(np.nanquantile), half=False,
         shapes=False),
    case("quantile", [WITH_NAN], q=0.5, dim=0, like=quantile(np.quantile), half=False, orders=0,
         shapes=False),
    case("quantile", [INTS], q=0.5, raises="quantile() input tensor must be either float or"),
    case("quantile", [(2,)], q=1.5, raises="quantile() q must be in the range [0, 1] but got 1.5"),
    case("quantile", [(0,)], q=0.5, raises="quantile() input tensor must be non-empty"),
    case("quantile", [(2,)], q=0.5, interpolation="cubic", raises="interpolation must be one of"),
    case("histc", [(20,)], bins=4, min=-1, max=2, shapes=False, orders=0,
         like=lambda x, bins, min, max: np.histogram(x, bins, (min, max))[0].astype("f8")),
    case("histc", [(20,)], bins=0, raises="torch.histogram(): bins must be > 0, but got 0"),
    case("histc", [(20,)], min=2, max=1, raises="torch.histc: max must be larger than min"),
    case("histc", [WITH_NAN], raises="is not finite"),
    case("histogram", [(3, 5)], bins=4, half=False, orders=0, shapes=False, near=1e-6,
         like=lambda x, bins: [each.astype("f8") for each in np.histogram(x, bins)]),
    case("histogram", [(20,)], bins=3, range=(-1.0, 1.0), density=True, like=np.histogram,
         half=False, orders=0, shapes=False, near=1e-6),
    case("histogram", [(6,), np.array([-1.0, 0.5, 1.0]), (6,)],
         half=False, orders=0, shapes=False, near=1e-6,
         call=lambda f, x, bins, weight: f(x, bins, weight=weight),
         like=lambda x, bins, weight: np.histogram(x, bins, weights=weight)),
    case("histogram", [(6,), np.array([[1.0, 2.0]])], raises="bins tensor should have one dim"),
    case("histogramdd", [(9, 2)], bins=[2, 3], shapes=False, half=False, orders=0,
         call=lambda f, x, bins: f(x, bins).hist,
         like=lambda x, bins: np.histogramdd(x, bins)[0]),
    case("histogramdd", [(9, 2)], bins=[2], raises="The size of bins must be equal to the inner"),
    case("bincount", [np.array([0, 2, 2])], like=np.bincount, shapes=False),
    case("bincount", [np.array([0, 2, 2]), (3,)], minlength=5, like=np.bincount, shapes=False,
         half=False, orders=0),
    case("bincount", [np.array([0, 2])], minlength=-1, raises="minlength should be >= 0"),
    case("bincount", [FLAGS], error=NotImplementedError, raises="not implemented for 'Bool'"),
]  # fmt: skip
