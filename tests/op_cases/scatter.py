"""Rows for `ops/scatter.py` and `ops/segments.py`."""

import numpy as np

import minitorch
from op_cases.index import FLAGS, INTS, MORE, PAIRS, added_at, at_dim, put, set_along
from op_cases.row import case

JOIN = {"sum": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum}
START = {"sum": 0, "prod": 1, "mean": 0, "amax": -np.inf, "amin": np.inf}


def reduced(x, src, indices, axis, reduce, include_self=True):
    y = x.copy()
    places = list(np.indices(indices.shape))
    places[axis] = indices
    places = tuple(places)
    if not include_self:
        y[places] = START[reduce]
    src = src[tuple(map(slice, indices.shape))]
    JOIN["sum" if reduce == "mean" else reduce].at(y, places, src)
    if reduce != "mean":
        return y
    counts = np.full(x.shape, int(include_self))
    np.add.at(counts, places, 1)
    return y / np.maximum(counts, 1)


def scattered(x, index, src, dim, reduce, include_self=True):
    return reduced(x, src, index, dim, reduce, include_self)


def slices_reduced(x, index, source, dim, reduce, include_self=True):
    line = [1] * source.ndim
    line[dim] = -1
    indices = np.broadcast_to(index.reshape(line), source.shape)
    return reduced(x, source, indices, dim, reduce, include_self)


def scatter_reduce(f, x, index, src, dim, reduce, **settings):
    return f(x, dim, index, src, reduce, **settings)


REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")
SCATTERS = [
    *[case("reduce_along", [(2, 3), (2, 3)], indices=MORE[:2], axis=0, reduce=reduce, like=reduced,
           shapes=False) for reduce in REDUCTIONS if reduce != "mean"],
    *[case("scatter_reduce", [(2, 3), MORE[:2], (2, 3)], dim=0, reduce=reduce, include_self=keep,
           like=scattered, call=scatter_reduce, shapes=False)
      for reduce in REDUCTIONS for keep in (True, False)],
    case("scatter_reduce", [(2, 3), MORE[:2], (3, 4)], dim=0, reduce="amax", like=scattered,
         call=scatter_reduce, shapes=False, torch=None),
    case("scatter_reduce", [INTS, MORE[:2], INTS + 1], dim=0, reduce="mean", call=scatter_reduce,
         like=lambda *all, **named: np.floor(scattered(*all, **named)).astype("i8"), shapes=False),
    case("scatter_reduce", [(2, 3), MORE[:2], (2, 3)], dim=0, reduce="max", call=scatter_reduce,
         torch=None, raises="must be either sum, prod, mean, amax or amin, got max"),
    *[case("index_reduce", [(2, 3), np.array([0, 2, 0, 1]), (2, 4)], dim=1, reduce=reduce,
           include_self=keep, like=slices_reduced, call=scatter_reduce, shapes=False, torch=None)
      for reduce in REDUCTIONS if reduce != "sum" for keep in (True, False)],
    case("index_reduce", [(2, 3), np.array([0]), (2, 1)], dim=1, reduce="sum", call=scatter_reduce,
         torch=None,
         raises="Expected reduce to be one of prod, mean, amax or amin but got sum"),
    case("scatter", [(2, 3), PAIRS, (2, 2)], dim=1, call=at_dim, shapes=False,
         like=lambda x, i, value, dim: set_along(x, value, i, dim)),
    case("scatter", [(2, 3), MORE[:2], (2, 3)], dim=0, reduce="add", call=at_dim, shapes=False,
         torch=None, like=lambda x, i, src, dim, reduce: reduced(x, src, i, dim, "sum")),
    case("scatter", [(2, 3), MORE[:2], (2, 3)], dim=0, reduce="multiply", call=at_dim,
         shapes=False, torch=None,
         like=lambda x, i, src, dim, reduce: reduced(x, src, i, dim, "prod")),
    case("scatter", [(2, 3), PAIRS, (2, 2)], dim=1, reduce="max", call=at_dim,
         raises="reduce argument must be either add or multiply."),
    case("scatter_add", [(2, 3), MORE[:2], (2, 3)], dim=0, call=at_dim, shapes=False,
         like=lambda x, i, src, dim: reduced(x, src, i, dim, "sum")),
    case("scatter_add", [(2, 3), PAIRS, (2, 1)], dim=1, call=at_dim,
         raises="to be no larger size than src [2, 1]"),
]  # fmt: skip

SCATTERS += [case("first_order", [(2, 3), np.ones((2, 3), int)], like=lambda x, zeros: x)]

SLICES = [
    case("index_add", [(3, 2), np.array([2, 0, 2]), (3, 2)], dim=0, alpha=2, call=at_dim,
         shapes=False, like=added_at),
    case("index_add", [(3, 2), np.array([2, 0]), (2, 3)], dim=0, call=at_dim,
         raises="source tensor shape must match self tensor shape, excluding the specified"),
    case("index_copy", [(3, 2), np.array([2, 0]), (2, 2)], dim=0, call=at_dim, shapes=False,
         like=lambda x, i, source, dim: put(x, source, (i,))),
    case("index_copy", [(3, 2), np.array([2, 3]), (2, 2)], dim=0, call=at_dim, gpu=False,
         error=IndexError, raises="index_copy_(): index 3 is out of bounds for dimension 0"),
    case("index_fill", [(3, 2), np.array([2, 0, 2])], dim=0, shapes=False,
         like=lambda x, i, dim: put(x, 1.5, (i,)), call=lambda f, x, i, dim: f(x, dim, i, 1.5)),
    case("index_fill", [(3, 2), np.array([2, 0, 2]), ()], dim=0, shapes=False, call=at_dim,
         like=lambda x, i, value, dim: put(x, value, (i,))),
    case("index_fill", [(3, 2), np.array([[2]])], dim=0, call=lambda f, x, i, dim: f(x, dim, i, 0),
         raises="Index has to be a vector/scalar"),
]  # fmt: skip


def put_flat(x, index, source, accumulate=False):
    y = x.copy().reshape(-1)
    if accumulate:
        np.add.at(y, index, source)
    else:
        y[index] = source
    return y.reshape(x.shape)


def masked_scatter(x, mask, source):
    y = np.broadcast_to(x, np.broadcast_shapes(x.shape, mask.shape)).copy()
    mask = np.broadcast_to(mask, y.shape)
    y[mask] = source.reshape(-1)[: mask.sum()]
    return y


PLACES = [
    case("put", [(2, 3), np.array([5, -6]), (2,)], like=put_flat, shapes=False,
         call=lambda f, *tensors: minitorch.put(*tensors), torch=None),
    case("put", [(2, 3), np.array([[5], [5]]), (2, 1)], accumulate=True, like=put_flat,
         call=lambda f, *tensors, accumulate: minitorch.Tensor.put(*tensors, accumulate),
         shapes=False, torch=None),
    case("masked_scatter", [(2, 3), FLAGS, (4,)], like=masked_scatter, shapes=False),
    case("masked_scatter", [(3,), FLAGS, (2, 3)], like=masked_scatter, shapes=False),
    case("masked_scatter", [(2, 3), FLAGS, (2,)], gpu=False,
         raises="Number of elements of source < number of ones in mask"),
]  # fmt: skip


def segments_reduced(x, lengths, reduce, axis=0, initial=None):
    """Segment by segment, as NumPy reduces each."""
    y, shape = np.empty((*lengths.shape, *x.shape[axis + 1 :])), (1, *x.shape[axis + 1 :])
    first = [] if initial is None else [np.full(shape, initial)]
    for place in np.ndindex(lengths.shape):
        end, length = lengths[place[:-1]].cumsum()[place[-1]], lengths[place]
        part = np.concatenate([*first, x[place[:-1]][end - length : end]])
        if reduce == "mean":
            y[place] = part.sum(0) / max(length, initial is not None)
        else:
            y[place] = JOIN[reduce].reduce(part, 0, initial=START[reduce])
    return y


def segment_reduce(f, x, lengths, reduce, **settings):
    return f(x, reduce, lengths=lengths, **settings)


def by_offsets(f, x, offsets, **settings):
    return f(x, "sum", offsets=offsets, **settings)


LENGTHS = np.array([2, 0, 3])
SEGMENTS = [
    *[case("segment_reduce", [(5, 2), LENGTHS], reduce=reduce, initial=0.5, shapes=False,
           call=segment_reduce, like=segments_reduced) for reduce in REDUCTIONS],
    *[case("segment_reduce", [(5, 2), np.array([4, 1])], reduce=reduce, shapes=False,
           call=segment_reduce, like=segments_reduced) for reduce in REDUCTIONS],
    case("segment_reduce", [(2, 5, 3), np.stack([LENGTHS, LENGTHS[::-1]])], reduce="prod", axis=1,
         shapes=False, call=segment_reduce, like=segments_reduced),
    case("segment_reduce", [(5, 2), np.array([1, 3, 3, 4])], call=by_offsets, shapes=False,
         like=lambda x, offsets: np.stack([x[1:3].sum(0), 0 * x[0], x[3]])),
    case("segment_reduce", [(2, 3), np.array([[1, 1], [0, 2]])], axis=-1, call=by_offsets,
         like=lambda x, offsets, axis: np.stack([0 * x[0, :1], x[1, :2].sum(0, keepdims=True)]),
         shapes=False),
    *[case("segment_reduce", [(5, 2), lengths], reduce="sum", call=segment_reduce, raises=raises,
           **settings)
      for lengths, raises, settings in [
          (LENGTHS[:2], "Expected all rows of lengths along axis to sum to data.size", {}),
          (LENGTHS - 1, "lengths contains negative value!", {}),
          (LENGTHS + 1, "lengths must cut data into segments within its size 5",
           {"unsafe": True, "torch": None}),
          (LENGTHS, "to be the last dimension of lengths but got 1.", {"axis": 1}),
          (LENGTHS[None], "the dimensions before axis 1 differ", {"axis": 1, "torch": None}),
          (LENGTHS * 1.0, "not implemented for 'Double'", {"error": NotImplementedError}),
      ]],
    case("segment_reduce", [(5, 2), np.array([0, 4, 2])], call=by_offsets, torch=None,
         raises="offsets must cut data into segments within its size 5 along axis 0, one behind"),
    case("segment_reduce", [(5, 2)], reduce="sum", raises="Either lengths or offsets must be"),
    case("segment_reduce", [(5, 2), LENGTHS], reduce="median", call=segment_reduce,
         raises="must be either sum, prod, mean, amax or amin, got median"),
    case("segment_reduce", [np.arange(5), LENGTHS], reduce="sum", call=segment_reduce,
         error=NotImplementedError, raises="\"_segment_reduce_cpu\" not implemented for 'Long'"),
]  # fmt: skip

CASES = [*SCATTERS, *SLICES, *PLACES, *SEGMENTS]
