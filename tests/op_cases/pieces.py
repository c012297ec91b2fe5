"""Rows for `ops/pieces.py`, `ops/reorder.py`, and for what joins whole tensors."""

import itertools

import numpy as np

from op_cases.row import case
from op_cases.shape import FLAGS, INTS


def cut(f, x, indices_or_sections, **settings):
    """PyTorch has another name for each kind of them."""
    return f(x, indices_or_sections, **settings)


def on_list(f, *tensors, **settings):
    return f(tensors, **settings)


def windows(x, axis, size, step):
    return np.lib.stride_tricks.sliding_window_view(x, size, axis)[
        (slice(None),) * axis + (slice(None, None, step),)
    ]


def add_windows(x, axis, step, length):
    shape = [*x.shape[:-1]]
    shape[axis] = length
    y = np.zeros(shape)
    for at in np.ndindex(x.shape):
        to = list(at[:-1])
        to[axis] = to[axis] * step + at[-1]
        y[tuple(to)] += x[at]
    return y


def written(key):
    def like(x, src, **settings):
        y = x.copy()
        y[key] = src
        return y

    return like


def block_diag(*blocks):
    blocks = [np.atleast_2d(block) for block in blocks]
    y = np.zeros(np.sum([block.shape for block in blocks], 0))
    at = np.zeros(2, int)
    for block in blocks:
        y[at[0] : at[0] + block.shape[0], at[1] : at[1] + block.shape[1]] = block
        at += block.shape
    return y


CUT = [
    case("tensor_split", [(7, 2)], call=cut, indices_or_sections=3, shapes=False,
         like=lambda x, indices_or_sections: np.array_split(x, 3)),
    case("tensor_split", [(2, 7)], call=cut, indices_or_sections=(2, 5), dim=1, shapes=False,
         like=lambda x, indices_or_sections, dim: np.split(x, [2, 5], 1)),
    case("tensor_split", [(3,)], call=cut, indices_or_sections=0,
         raises="number of sections must be larger than 0, got 0"),
    case("hsplit", [(2, 4)], call=cut, indices_or_sections=2, like=np.hsplit, shapes=False),
    case("hsplit", [(4,)], call=cut, indices_or_sections=2, like=np.hsplit, shapes=False),
    case("vsplit", [(4, 2)], call=cut, indices_or_sections=(1,), like=np.vsplit, shapes=False),
    case("dsplit", [(1, 2, 4)], call=cut, indices_or_sections=2, like=np.dsplit, shapes=False),
    case("hsplit", [(2, 3)], call=cut, indices_or_sections=2,
         raises="the size of the dimension 3 is not divisible by the split_size 2!"),
    case("dsplit", [(2, 3)], call=cut, indices_or_sections=1,
         raises="requires a tensor with at least 3 dimension, but got a tensor with 2 dimensions!"),
    case("split_with_sizes", [(2, 3)], split_sizes=[1, 2], dim=1, shapes=False,
         like=lambda x, split_sizes, dim: np.split(x, [1], 1)),
    case("split_with_sizes", [(2, 3)], split_sizes=[-1, 4], dim=1,
         raises="split_with_sizes expects split_sizes have only non-negative entries"),
    case("narrow_copy", [(4, 3)], dim=0, start=1, length=2, shapes=False,
         like=lambda x, dim, start, length: x[1:3]),
    case("windows", [(2, 5)], axis=1, size=3, step=1, like=windows, shapes=False,
         torch=None),
    case("windows", [(5, 2)], axis=0, size=2, step=3, like=windows, shapes=False,
         torch=None),
    case("add_windows", [(2, 3, 3)], axis=1, step=1, length=5, like=add_windows, shapes=False),
    case("add_windows", [(2, 3, 1)], axis=0, step=3, length=5, like=add_windows, shapes=False),
    case("add_windows", [(1, 2, 4)], axis=1, step=1, length=5, like=add_windows, shapes=False),
    case("unfold", [(2, 5)], dimension=1, size=3, step=2, shapes=False, torch="Tensor.unfold",
         like=lambda x, dimension, size, step: windows(x, 1, 3, 2)),
    case("unfold", [(2, 5)], dimension=0, size=3, step=1, torch="Tensor.unfold",
         raises="maximum size for tensor at dimension 0 is 2 but size is 3"),
    case("as_strided", [(2, 3)], size=(2, 2), stride=(1, 2), storage_offset=1, shapes=False,
         like=lambda x, size, stride, storage_offset: x.reshape(-1)[[[1, 3], [2, 4]]],
         call=lambda f, x, **settings: f(x.contiguous(), **settings)),
    case("as_strided", [(2, 3)], size=(4, 2), stride=(3, 1), gpu=False,
         raises="are out of bounds for storage of size"),
]  # fmt: skip

PARTS = [
    case("select_scatter", [(3, 4), (3,)], dim=1, index=-2, like=written((slice(None), -2)),
         shapes=False),
    case("slice_scatter", [(3, 4), (3, 2)], dim=1, start=1, step=2, shapes=False,
         like=written((slice(None), slice(1, None, 2)))),
    case("diagonal_scatter", [(3, 4), (3,)], offset=1, shapes=False,
         like=written((np.arange(3), np.arange(1, 4)))),
    case("as_strided_scatter", [(2, 3), (2,)], size=(2,), stride=(2,), storage_offset=1,
         shapes=False, torch=None, like=written(([0, 1], [1, 0])),
         call=lambda f, x, src, **settings: f(x.contiguous(), src, **settings)),
    case("select_scatter", [(3, 4), (4,)], dim=1, index=0,
         raises="expected src to have a size equal to the slice of self. src size = [4], slice"),
    case("slice_scatter", [(3, 4), (3, 4)], dim=1, step=0, raises="slice step must be positive"),
]  # fmt: skip

ORDERS = [
    case("fliplr", [(2, 3)], like=np.fliplr, shapes=False),
    case("flipud", [(2, 3)], like=np.flipud, shapes=False),
    case("fliplr", [(3,)], raises="Input must be >= 2-d."),
    *[case("rot90", [(2, 3, 2)], k=k, dims=(0, 2), shapes=False,
           like=lambda x, k, dims: np.rot90(x, k, (0, 2))) for k in (-1, 0, 1, 2)],
    case("rot90", [(2, 3)], k=1, dims=(0, -2), raises="expected rotation dims to be different"),
    case("adjoint", [(2, 3, 4)], like=np.matrix_transpose, shapes=False),
    case("adjoint", [(3,)], raises="tensor.adjoint() is only supported on matrices or batches"),
    case("moveaxis", [(2, 3, 4)], source=0, destination=-1, like=np.moveaxis, shapes=False),
]  # fmt: skip

JOINS = [
    case("dstack", [(2, 3), (2, 3)], like=lambda *xs: np.dstack(xs), call=on_list),
    case("dstack", [(3,), (3,)], like=lambda *xs: np.dstack(xs), call=on_list),
    case("column_stack", [(3,), (3, 2)], like=lambda *xs: np.column_stack(xs), call=on_list,
         shapes=False),
    case("row_stack", [(3,), (2, 3)], like=lambda *xs: np.vstack(xs), call=on_list, shapes=False),
    case("atleast_1d", [()], like=np.atleast_1d),
    case("atleast_2d", [(3,), ()], like=np.atleast_2d),
    case("atleast_3d", [(2, 3), (3,)], like=np.atleast_3d),
    case("block_diag", [(2, 3), (2,), ()], like=block_diag, shapes=False),
    case("block_diag", [(1, 1, 1)], raises="must have 2 or fewer dimensions. Input 0"),
    case("cartesian_prod", [(2,), (3,)], shapes=False,
         like=lambda a, b: np.array(list(itertools.product(a, b)))),
    case("combinations", [(4,)], r=3, shapes=False,
         like=lambda x, r: np.array(list(itertools.combinations(x, r)))),
    case("combinations", [(3,)], with_replacement=True, shapes=False, like=lambda x,
         with_replacement: np.array(list(itertools.combinations_with_replacement(x, 2)))),
    case("combinations", [(2, 3)], raises="Expect a 1D vector, but got shape [2, 3]"),
    case("vander", [(3,)], N=4, like=np.vander, shapes=False, torch=None),
    case("vander", [INTS[0]], increasing=True, shapes=False,
         like=lambda x, increasing: np.vander(x, increasing=True)),
    case("diagflat", [(2, 2)], offset=1, like=lambda x, offset: np.diagflat(x, 1), shapes=False),
    case("nonzero_static", [FLAGS], size=4, fill_value=-1, shapes=False,
         like=lambda x, size, fill_value: np.vstack([np.argwhere(x), [[-1, -1]]])),
    case("unravel_index", [np.array([5, 0])], shape=(2, 3), like=np.unravel_index, shapes=False),
]  # fmt: skip

COPIES = [
    case("permute_copy", [(2, 3)], dims=(1, 0), like=np.transpose),
    case("expand_copy", [(3,)], size=(2, 3), like=np.broadcast_to, shapes=False),
    case("view_copy", [(2, 3)], size=(2, 3, 1), like=np.reshape, shapes=False),
    case("slice_copy", [(4, 2)], start=1, step=2, like=lambda x, start, step: x[1::2],
         shapes=False),
    case("unbind_copy", [(2, 3)], like=list, shapes=False),
    case("unfold_copy", [(5,)], dimension=0, size=2, step=1, shapes=False,
         like=lambda x, dimension, size, step: windows(x, 0, 2, 1)),
]  # fmt: skip

CASES = [*CUT, *PARTS, *ORDERS, *JOINS, *COPIES]
