"""Rows for `ops/index.py`, `ops/gather.py` and `ops/sort.py`."""

import numpy as np

from op_cases.row import case

INTS = np.array([[3, -2, 0], [5, 7, -4]])
FLAGS = np.array([[True, False, True], [False, False, True]])
ROWS = np.array([2, 0, 2, -1])
PAIRS = np.array([[0, 2], [1, 0]])
MORE = np.array([[0, 1, 0], [1, 1, 1], [0, 0, 1]])
TIES = np.array([[2.0, 1.0, 2.0, 0.0], [1.0, 1.0, 3.0, 1.0]])
WITH_NAN = np.array([2.0, np.nan, -np.inf, 1.0])
ALL = slice(None)
REPEATS = np.array([[1, 1, 2, 1], [2, 2, 3, 3]])


def part(x, key):
    return x[key]


def piece(x, key, name, number):
    return x[key]


def put(x, value, key):
    y = x.copy()
    y[key] = value
    return y


def put_add(x, key, shape, unique):
    y = np.zeros(shape, x.dtype)
    np.add.at(y, key, x)
    return y


def taken(x, indices, axis):
    return np.take_along_axis(x, indices, axis)


def added(x, indices, axis, shape):
    y = np.zeros(shape, x.dtype)
    for at in np.ndindex(indices.shape):
        to = list(at)
        to[axis] = indices[at]
        y[tuple(to)] += x[at]
    return y


def set_along(x, value, indices, axis):
    y = x.copy()
    np.put_along_axis(y, indices, value, axis)
    return y


def at_dim(f, x, *tensors, dim, **settings):
    """gather(input, dim, index) and its kin: the number stands between the tensors."""
    return f(x, dim, *tensors, **settings)


def added_at(x, index, source, dim, alpha=1):
    y = x.copy()
    np.add.at(y, (*[ALL] * dim, index), alpha * source)
    return y


def sorted_with_indices(x, dim=-1, descending=False, stable=False):
    if not x.ndim and dim in (0, -1):
        return x, np.int64(0)
    indices = np.argsort(-x if descending else x, axis=dim, kind="stable")
    return np.take_along_axis(x, indices, dim), indices


def top(x, k, dim=-1, largest=True, sorted=True):
    values, indices = sorted_with_indices(x, dim, largest)
    keep = (*[ALL] * (dim % x.ndim), slice(k))
    return values[keep], indices[keep]


KEYS = [
    case("view_at", [(3, 4)], key=(1,), like=part),
    case("view_at", [(3, 4)], key=(slice(None, None, 2), Ellipsis), like=part),
    case("view_at", [(3, 4)], key=(Ellipsis, None, slice(1, 3)), like=part),
    case("view_at", [(3, 4)], key=(-1, 2), like=part),
    case("piece_at", [(3, 4)], key=(slice(1, 3),), name="Split", number=1, like=piece),
    case("view_at", [(3, 4)], key=(3,), error=IndexError, raises="out of bounds for dimension 0"),
    case("view_at", [(3,)], key=(0, 0), error=IndexError,
         raises="too many indices for tensor of dim"),
    case("copy_at", [(3, 4)], key=(ROWS,), like=part),
    case("copy_at", [(3, 4)], key=(ALL, PAIRS), like=part),
    case("copy_at", [(3, 4)], key=(PAIRS, PAIRS + 1), like=part),
    case("copy_at", [(2, 3)], key=(FLAGS,), like=part, shapes=False),
    case("copy_at", [(2, 3)], key=(np.array([True]),), error=IndexError,
         raises="The shape of the mask [1] at index 0 does not match the shape of the indexed"),
    case("copy_at", [(3, 4)], key=(ROWS, ROWS[:3]), error=IndexError,
         gpu=False,
         raises="indexing tensors could not be broadcast together with shapes [4], [3]"),
    case("take_rows", [(3, 2)], index=ROWS, like=lambda x, index: x[index]),
    case("take_rows", [(3,)], index=PAIRS, like=lambda x, index: x[index]),
    case("put", [(3, 4), (2, 4)], key=(slice(0, 2),), like=put, shapes=False, torch=None),
    case("put", [(3, 4), ()], key=(1, 2), like=put, shapes=False, torch=None),
    case("put", [(2, 3), (3,)], key=(FLAGS,), like=put, shapes=False, torch=None),
    case("put", [(3, 4), (4,)], key=(np.array([2, 0]),), like=put, shapes=False, torch=None),
    case("put_add", [(4, 2)], key=(ROWS,), shape=(3, 2), unique=False, like=put_add, shapes=False),
    case("put_add", [(2,)], key=(slice(1, 3),), shape=(4,), unique=True, like=put_add,
         shapes=False),
    case("__getitem__", [(3, 4)], like=lambda x: x[1:, [0, 2]], torch="Tensor.__getitem__",
         shapes=False,
         call=lambda f, x: f(x, (slice(1, None), [0, 2]))),
    case("__getitem__", [INTS], like=lambda x: x[x > 0], torch="Tensor.__getitem__", shapes=False,
         call=lambda f, x: f(x, x > 0)),
]  # fmt: skip

ALONG = [
    case("take_along", [(2, 3)], indices=PAIRS, axis=1, like=taken, shapes=False),
    case("add_along", [(2, 2)], indices=PAIRS, axis=1, shape=(2, 3), like=added, shapes=False),
    case("add_along", [(3, 3)], indices=MORE, axis=0, shape=(2, 3), like=added, shapes=False),
    case("put_along", [(2, 2)], indices=PAIRS, axis=1, shape=(2, 3), like=added, shapes=False),
    case("set_along", [(2, 3), (2, 2)], indices=PAIRS, axis=1, like=set_along, shapes=False),
    case("set_along", [(2, 3), ()], indices=PAIRS, axis=1, like=set_along, shapes=False),
    case("gather", [(2, 3), PAIRS], dim=1, like=taken, call=at_dim,
         shapes=False),
    case("gather", [(2, 3), PAIRS + 2], dim=1, call=at_dim,
         gpu=False,
         raises="is out of bounds for dimension 1 with size 3"),
    case("gather", [(2, 3), ROWS], dim=1, call=at_dim,
         raises="Index tensor must have the same number of dimensions as input tensor"),
    case("gather", [(2, 3), PAIRS * 1.0], dim=1, call=at_dim, raises="int64 for index"),
    case("take_along_dim", [(2, 3), PAIRS], dim=1, like=taken,
         shapes=False),
    case("index_select", [(3, 2), np.array([2, 0, 2])], dim=0, call=at_dim, shapes=False,
         like=np.take),
    case("index_select", [(3, 2), np.array([2])], dim=1, call=at_dim, error=IndexError,
         gpu=False,
         raises="index out of range in self"),
    case("take", [(2, 3), PAIRS], like=np.take, shapes=False),
    case("fill_where", [(2, 3), FLAGS], value=1.5, like=lambda x, mask,
         value: np.where(mask, value, x)),
    case("fill_where", [(2, 1), FLAGS], value=-1.0, like=lambda x, mask,
         value: np.where(mask, value, x),
         shapes=False),
    case("masked_fill", [(2, 3), FLAGS], value=1.5, like=lambda x, mask,
         value: np.where(mask, value, x)),
    case("masked_fill", [INTS, FLAGS], value=9, like=lambda x, mask,
         value: np.where(mask, value, x)),
    case("masked_fill", [(2, 3), INTS], value=0.0, raises="only supports boolean masks"),
    case("masked_select", [(2, 3), FLAGS], like=lambda x, mask: x[mask]),
    case("nonzero", [FLAGS], like=np.argwhere, shapes=False),
    case("nonzero", [FLAGS], raises="nonzero does not support the out kwarg when as_tuple is True",
         call=lambda f, x: f(x, as_tuple=True, out=x)),
    case("nonzero", [FLAGS], raises="Expected out tensor to have scalar type Long but got scalar",
         call=lambda f, x: f(x, out=x)),
]  # fmt: skip

SORTS = [
    case("sort", [(2, 3)], like=sorted_with_indices),
    case("sort", [(3, 2)], dim=0, descending=True, like=sorted_with_indices),
    case("sort", [TIES], stable=True, like=sorted_with_indices, orders=0),
    case("sort", [WITH_NAN], like=sorted_with_indices, orders=0, shapes=False),
    case("sort", [INTS], dim=-2, like=sorted_with_indices),
    case("topk", [(2, 4)], k=2, like=top, shapes=False),
    case("topk", [(4, 2)], k=3, dim=0, largest=False, like=top, shapes=False),
    case("topk", [(2, 4)], k=5, raises="selected index k out of range"),
    case("order", [(2, 3)], axis=1, descending=False, like=lambda x, axis,
         descending: x.argsort(axis)),
    case("top", [(2, 4)], k=2, axis=1, largest=True, shapes=False,
         like=lambda x, k, axis, largest: (-x).argsort(axis)[:, :k]),
    case("argsort", [(2, 3)], dim=0, like=lambda x, dim: x.argsort(dim), shapes=False),
    case("msort", [(3, 2)], like=lambda x: np.sort(x, 0)),
    case("unique", [INTS], like=np.unique, shapes=False),
    case("unique", [REPEATS], dim=1, return_inverse=True, return_counts=True, shapes=False,
         like=lambda x, dim, return_inverse, return_counts:
         np.unique(x, return_inverse=True, return_counts=True, axis=dim)),
    case("unique", [np.zeros((0, 3))], dim=1, raises="There are 0 sized dimensions"),
    case("unique_consecutive", [REPEATS], shapes=False, torch="unique_consecutive",
         like=lambda x: np.array([1, 2, 1, 2, 3])),
    case("unique_consecutive", [REPEATS], dim=1, return_inverse=True, return_counts=True,
         shapes=False, like=lambda x, dim, return_inverse, return_counts:
         (np.array([[1, 2, 1], [2, 3, 3]]), np.array([0, 0, 1, 2]), np.array([2, 1, 1]))),
    case("bucketize", [(2, 3), np.array([-1.0, 0.0, 1.0])], shapes=False, orders=0,
         like=lambda x, boundaries: np.searchsorted(boundaries, x)),
    case("bucketize", [(2,), (2, 2)], raises="boundaries tensor must be 1 dimension"),
    case("searchsorted", [np.array([1.0, 3.0, 5.0]), (2, 2)], values=(0, 6), like=np.searchsorted,
         orders=0, shapes=False),
]  # fmt: skip

CASES = [*KEYS, *ALONG, *SORTS]
