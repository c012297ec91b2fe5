"""Rows for `ops/reduce.py` and `ops/extremes.py`."""

import numpy as np

from op_cases.row import case

FLAGS = np.array([[True, False, True], [False, False, False]])
INTS = np.array([[3, -2, 0], [5, 7, -4]])
BYTES = np.array([200, 100, 7], np.uint8)
SPECIAL = np.array([[1.0, np.nan, 3.0], [np.inf, 2.0, -np.inf]])
TIES = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
ZEROS = np.zeros((2, 3))
ONE_ZERO = np.array([[2.0, 0.0, 3.0], [1.5, -2.0, 4.0]])
TWO_ZEROS = np.array([[2.0, 0.0, 0.0], [0.0, -2.0, 4.0]])
WITH_NAN = np.array([[1.0, np.nan, 3.0], [np.nan, 2.0, -1.0]])
EMPTY = np.zeros((2, 0))
DIMS = ({}, {"dim": 0}, {"dim": -1}, {"dim": (0, 2)}, {"dim": 1, "keepdim": True})


def numpy_form(f):
    return lambda x, dim=None, keepdim=False: f(x, axis=dim, keepdims=keepdim)


def spread_of(f):
    """var or std, from PyTorch's settings."""

    def like(x, dim=None, unbiased=True, keepdim=False, correction=None):
        ddof = unbiased if correction is None else correction
        return f(x, axis=dim, ddof=ddof, keepdims=keepdim)

    return like


def log_of_sum(x, dim, keepdim=False):
    return np.log(np.sum(np.exp(x), axis=dim, keepdims=keepdim))


def with_mean(f):
    return lambda x, dim=None, **settings: (
        spread_of(f)(x, dim, **settings),
        np.mean(x, axis=dim, keepdims=settings.get("keepdim", False)),
    )


def found(arg):
    """Values and indices along `dim`, from argmax or argmin."""

    def like(x, dim, keepdim=False):
        if not x.ndim and dim in (0, -1):
            return x, np.int64(0)
        indices = np.expand_dims(arg(x, axis=dim), dim)
        values = np.take_along_axis(x, indices, dim)
        return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))

    return like


CASES = [
    *[case("sum", [(2, 3, 2)], like=numpy_form(np.sum), **dims) for dims in DIMS],
    case("sum", [INTS], like=numpy_form(np.sum)),
    case("sum", [BYTES], like=numpy_form(np.sum), gives="int64"),
    case("sum", [FLAGS], dim=1, like=numpy_form(np.sum)),
    case("sum", [EMPTY], like=numpy_form(np.sum)),
    case("sum", [(2, 3)], dim=2, error=IndexError,
         raises="Dimension out of range (expected to be in range of [-2, 1], but got 2)"),
    case("sum", [(2, 3)], dim=(0, -2), raises="dim 0 appears multiple times in the list of dims"),
    *[case("mean", [(2, 3, 2)], like=numpy_form(np.mean), **dims) for dims in DIMS],
    case("mean", [INTS], raises="could not infer output dtype. Input dtype must be"),
    case("mean", [(2, 3)], dtype=int, raises="Optional dtype must be", torch=None),
    *[case("nansum", [WITH_NAN], like=numpy_form(np.nansum), **dims)
      for dims in ({}, {"dim": 0}, {"dim": 1, "keepdim": True})],
    case("nansum", [BYTES], like=numpy_form(np.sum), gives="int64"),
    case("nanmean", [WITH_NAN], like=numpy_form(np.nanmean), shapes=False),
    case("nanmean", [WITH_NAN], dim=1, keepdim=True, like=numpy_form(np.nanmean), shapes=False),
    case("nanmean", [INTS], raises="nanmean(): expected input to have floating point"),
    *[case("prod", [array], like=numpy_form(np.prod), **dims)
      for array in ((2, 3), ONE_ZERO, TWO_ZEROS, ZEROS)
      for dims in ({}, {"dim": 0}, {"dim": -1, "keepdim": True})],
    case("prod", [BYTES], like=lambda x: np.prod(x, dtype=np.int64)),
    *[case("logsumexp", [(2, 3, 2)], like=log_of_sum, **dims) for dims in DIMS if dims],
    case("logsumexp", [INTS], dim=1, like=log_of_sum, gives="float32", near=1e-6),
    case("sum_to_size", [(2, 3, 2)], call=lambda f, x: f(x, 3, 1), shapes=False,
         like=lambda x: x.sum((0, 2)).reshape(3, 1)),
    case("sum_to_size", [(2, 3)], call=lambda f, x: f(x, 4), raises="is not expandable to size"),
    case("count_nonzero", [FLAGS], like=np.count_nonzero),
    case("count_nonzero", [INTS], dim=(0, 1), shapes=False,
         like=lambda x, dim: np.asarray((x != 0).sum())),
    case("var", [INTS], raises="std and var only support floating point and complex dtypes"),
    *[case("var", [(2, 3, 2)], like=spread_of(np.var), shapes=False, **dims) for dims in DIMS],
    case("var", [(2, 3)], dim=1, unbiased=False, like=spread_of(np.var), shapes=False),
    case("var", [(2, 3)], dim=0, correction=0, like=spread_of(np.var), shapes=False),
    *[case("std", [(2, 3, 2)], like=spread_of(np.std), shapes=False, **dims) for dims in DIMS],
    case("std", [(2, 3)], dim=1, correction=2, like=spread_of(np.std), shapes=False),
    case("std", [(2, 3)], correction=0, like=spread_of(np.std), shapes=False),
    case("var_mean", [(2, 3)], dim=1, like=with_mean(np.var), shapes=False),
    case("std_mean", [(2, 3)], dim=0, keepdim=True, correction=0, like=with_mean(np.std),
         shapes=False),
    case("var_mean", [INTS], raises="var_mean only support floating point"),
    *[case("amax", [(2, 3, 2)], like=numpy_form(np.max), **dims) for dims in DIMS],
    case("amax", [TIES], dim=1, like=numpy_form(np.max), orders=0),
    case("amax", [INTS], dim=0, like=numpy_form(np.max)),
    case("amax", [SPECIAL], dim=0, like=numpy_form(np.max), orders=0),
    *[case("amin", [(2, 3, 2)], like=numpy_form(np.min), **dims) for dims in DIMS],
    case("amin", [INTS], dim=0, like=numpy_form(np.min)),
    *[
        case(name, [(2, 3, 2)], like=found(arg), torch=torch, **dims)
        for name, arg, torch in [("max_along", np.argmax, "max"), ("min_along", np.argmin, "min")]
        for dims in ({"dim": 0}, {"dim": -1}, {"dim": 1, "keepdim": True})
    ],
    case("max_along", [TIES], dim=1, like=found(np.argmax), torch="max", orders=0),
    case("max_along", [INTS], dim=1, like=found(np.argmax), torch="max"),
    case("min_along", [INTS], dim=0, like=found(np.argmin), torch="min"),
    case("amax", [EMPTY], raises="amax(): Expected reduction dim to be specified"),
    case("amax", [EMPTY], dim=1, error=IndexError, raises="reduction dim 1 to have non-zero size"),
    *[case(name, [array], like=f, torch=torch, orders=orders)
      for name, torch, f in [("max_of_all", "max", np.max), ("min_of_all", "min", np.min)]
      for array, orders in [((2, 3), 2), (INTS, 0)]],
    case("aminmax", [(2, 3)], like=lambda x: (x.min(), x.max())),
    case("aminmax", [(2, 3)], dim=1, keepdim=True,
         like=lambda x, dim, keepdim: (x.min(1, keepdims=True), x.max(1, keepdims=True)),
         shapes=False),
    case("aminmax", [EMPTY], raises="cannot compute aminmax over an empty dimension"),
    case("aminmax", [EMPTY], dim=1, error=IndexError,
         raises="aminmax: Expected reduction dim 1 to have non-zero size."),
    case("max", [(2, 3)], like=np.max),
    case("max", [TIES], like=np.max, orders=0),
    case("max", [(2, 3)], dim=1, like=found(np.argmax)),
    case("max", [(2, 3), (3,)], like=np.maximum),
    case("max", [EMPTY], raises="Expected reduction dim to be specified for input.numel() == 0"),
    case("min", [(2, 3)], like=np.min),
    case("min", [(2, 3)], dim=0, keepdim=True, like=found(np.argmin)),
    case("argmax", [(2, 3)], like=numpy_form(np.argmax)),
    case("argmax", [(2, 3)], dim=1, like=numpy_form(np.argmax)),
    case("argmax", [TIES], dim=1, keepdim=True, like=numpy_form(np.argmax)),
    case("argmax", [(2, 3)], dim=2, error=IndexError, raises="Dimension out of range"),
    case("argmin", [(2, 3)], dim=0, like=numpy_form(np.argmin)),
    case("argmin", [INTS], like=numpy_form(np.argmin)),
    case("argmax", [FLAGS], raises="argmax(): does not support bool input"),
    case("argmax", [EMPTY], error=IndexError, raises="argmax(): Expected reduction dim"),
    case("all", [FLAGS], like=numpy_form(np.all)),
    case("all", [FLAGS], dim=0, like=numpy_form(np.all)),
    case("all", [INTS], dim=1, keepdim=True, like=numpy_form(np.all)),
    case("any", [FLAGS], dim=1, like=numpy_form(np.any)),
    case("any", [ZEROS], like=numpy_form(np.any)),
]  # fmt: skip
