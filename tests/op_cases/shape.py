"""Rows for `ops/shape.py`, `ops/join.py`, `ops/rearrange.py` and writes through views."""

import numpy as np

from minitorch.backend.devices import CPU
from minitorch.ops.shape import channels_last, contiguous_format
from op_cases.row import case

INTS = np.array([[3, -2, 0], [5, 7, -4]])
FLAGS = np.array([[True, False, True], [False, False, True]])


def as_it_is(x, **settings):
    return x


def concatenated(*arrays, dim=0):
    return np.concatenate(arrays, dim)


def squeezed(x, dim=None):
    axes = range(x.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    return x.squeeze(tuple(d for d in axes if x.shape[d] == 1))


def rolled(x, shifts, dims=None):
    return np.roll(x, shifts, dims)


def diagonal(x, offset=0, dim1=0, dim2=1):
    return np.diagonal(x, offset, dim1, dim2)


def on_diagonal(x, offset, axis1, axis2, shape):
    y = np.zeros(shape, x.dtype)
    rows = np.arange(x.shape[-1]) + max(-offset, 0)
    np.moveaxis(y, (axis1, axis2), (0, 1))[rows, rows + offset] = np.moveaxis(x, -1, 0)
    return y


def positions(x, positions):
    return x.reshape(-1)[positions]


def put_positions(x, value, positions):
    y = x.copy().reshape(-1)
    y[positions] = value
    return y.reshape(x.shape)


SHAPES = [
    case("clone", [(2, 3)], like=as_it_is),
    case("clone", [INTS], like=as_it_is),
    case("clone", [(2, 3)], memory_format=contiguous_format, like=as_it_is, torch=None),
    case("clone", [(2, 3, 2, 2)], memory_format=channels_last, like=as_it_is, torch=None,
         shapes=False),
    case("clone", [(2, 3)], memory_format=channels_last, torch=None,
         raises="required rank 4 tensor to use channels_last format"),
    case("astype", [(2, 3)], dtype=np.dtype("f4"), like=lambda x, dtype: x.astype(dtype),
         orders=0, near=1e-6, torch=None),
    case("astype", [INTS], dtype=np.dtype("f8"), like=lambda x, dtype: x.astype(dtype), torch=None),
    case("astype", [FLAGS], dtype=np.dtype("i4"), like=lambda x, dtype: x.astype(dtype),
         torch=None),
    case("moved", [(2, 3)], device=CPU, former=CPU, non_blocking=False,
         like=as_it_is, torch=None),
    case("viewed", [(2, 3)], size=(3, 2), like=lambda x, size: x.reshape(size)),
    case("viewed", [(2, 3)], size=(1, -1), like=lambda x, size: x.reshape(size)),
    case("viewed", [()], size=(1, 1), like=lambda x, size: x.reshape(size)),
    case("viewed", [(2, 3)], size=(4, 2), raises="shape '[4, 2]' is invalid for input of size 6"),
    case("viewed", [(2, 3)], size=(-1, -1), raises="only one dimension can be inferred"),
    case("reshape", [(2, 3)], shape=(3, -1), like=np.reshape),
    case("reshape", [INTS], shape=(6,), like=np.reshape),
    case("reshape", [(2, 3)], shape=(4,), raises="shape '[4]' is invalid for input of size 6"),
    case("reshape", [(2, 3)], shape=(-2, 3), raises="invalid shape dimension -2"),
    case("flatten", [(2, 3, 4)], like=np.ravel),
    case("flatten", [(2, 3, 4)], start_dim=1, like=lambda x, start_dim: x.reshape(x.shape[0], 12)),
    case("flatten", [(2, 3)], start_dim=1, end_dim=0, raises="start_dim cannot come after end_dim"),
    case("ravel", [(2, 3)], like=np.ravel),
    case("unflatten", [(6, 2)], dim=0, sizes=(3, -1), shapes=False,
         like=lambda x, dim, sizes: x.reshape(3, 2, 2), torch="Tensor.unflatten"),
    case("squeeze", [(1, 3, 1)], like=squeezed),
    case("squeeze", [(1, 3, 1)], dim=0, like=squeezed),
    case("squeeze", [(1, 3, 1)], dim=1, like=squeezed),
    case("squeeze", [(1, 3, 1)], dim=(0, -1), like=squeezed),
    case("unsqueeze", [(2, 3)], dim=1, like=np.expand_dims),
    case("unsqueeze", [(2, 3)], dim=-1, like=np.expand_dims),
    case("unsqueeze", [(2, 3)], dim=4, error=IndexError, raises="Dimension out of range"),
    case("permuted", [(2, 3, 4)], dims=(2, 0, 1), like=lambda x, dims: x.transpose(dims)),
    case("permute", [(2, 3, 4)], dims=(-1, 0, 1), like=lambda x, dims: x.transpose(dims)),
    case("permute", [(2, 3)], dims=(0,),
         raises="does not match the length of the desired ordering"),
    case("permute", [(2, 3)], dims=(0, 0), raises="duplicate dims are not allowed"),
    case("transpose", [(2, 3, 4)], dim0=0, dim1=-1, like=lambda x, dim0,
         dim1: x.swapaxes(dim0, dim1)),
    case("transpose", [(2, 3)], dim0=0, dim1=2, error=IndexError, raises="Dimension out of range"),
    case("swapaxes", [(2, 3)], axis0=0, axis1=1, like=lambda x, axis0, axis1: x.T, shapes=False),
    case("t", [(2, 3)], like=np.transpose),
    case("t", [(3,)], like=np.transpose),
    case("t", [(2, 3, 4)], raises="t() expects a tensor with <= 2 dimensions, but self is 3D"),
    case("movedim", [(2, 3, 4)], source=0, destination=-1, like=np.moveaxis),
    case("movedim", [(2, 3, 4)], source=(0, 1), destination=(2, 0), like=np.moveaxis),
    case("expanded", [(3, 1)], size=(2, 3, 4), like=np.broadcast_to),
    case("expand", [(3, 1)], like=lambda x: np.broadcast_to(x, (2, 3, 4)), shapes=False,
         call=lambda f, x: f(x, (2, -1, 4))),
    case("expand", [(3, 2)], size=(3, 4), raises="must match the existing size (2)"),
    case("broadcast_to", [(3, 1)], size=(3, 4), like=np.broadcast_to),
]  # fmt: skip

JOINS = [
    case("joined", [(2, 3), (1, 3)], like=concatenated, torch="cat"),
    case("joined", [(2, 3), (2, 1), (2, 2)], dim=-1, like=concatenated, torch="cat"),
    case("joined", [(2,), (0,)], like=concatenated, torch="cat"),
    case("joined", [INTS, (2, 3)], like=concatenated, torch="cat"),
    case("joined", [(2, 3), (3, 2)], torch="cat",
         raises="must match except in dimension 0. Expected size 3 but got size 2"),
    case("joined", [(2, 3), (3,)], raises="must have same number of dimensions: got 2 and 1",
         torch="cat"),
    case("joined", [(), ()], gpu=False, torch="cat",
         raises="zero-dimensional tensor (at position 0)"),
    case("stacked", [(2, 3), (2, 3)], torch="stack", like=lambda *xs, dim=0: np.stack(xs, dim)),
    case("stacked", [(2, 3), (2, 3)], dim=-1, torch="stack", like=lambda *xs,
         dim=0: np.stack(xs, dim)),
    case("stacked", [(2, 3), (3, 3)], raises="stack expects each tensor to be equal size",
         torch="stack"),
    case("hstack", [(2, 3), (2, 1)], like=lambda *xs: np.hstack(xs), call=lambda f, *xs: f(xs)),
    case("vstack", [(2, 3), (1, 3)], like=lambda *xs: np.vstack(xs), call=lambda f, *xs: f(xs)),
    case("split", [(5, 2)], shapes=False, like=lambda x: np.split(x, [2, 4]), call=lambda f,
         x: f(x, 2)),
    case("split", [(2, 5)], dim=1, shapes=False, like=lambda x, dim: np.split(x, [1, 3], dim),
         call=lambda f, x, dim: f(x, [1, 2, 2], dim)),
    case("chunk", [(5, 2)], chunks=2, shapes=False, like=lambda x, chunks: np.split(x, [3])),
    case("unbind", [(2, 3)], dim=1, like=lambda x, dim: list(x.T), shapes=False),
    case("narrow", [(4, 3)], dim=0, start=1, length=2, shapes=False,
         like=lambda x, dim, start, length: x[1:3]),
    case("select", [(2, 3)], dim=1, index=-1, like=lambda x, dim, index: x[:, -1]),
    case("meshgrid", [(2,), (3,)], indexing="ij", shapes=False,
         like=lambda a, b, indexing: np.meshgrid(a, b, indexing="ij")),
    case("meshgrid", [(2,), (3,)], indexing="xy", shapes=False,
         like=lambda a, b, indexing: np.meshgrid(a, b)),
    case("broadcast_tensors", [(2, 1), (3,)], like=np.broadcast_arrays),
]  # fmt: skip

REARRANGED = [
    case("tiled", [(2, 3)], repeats=(2, 1, 2), like=np.tile),
    case("tile", [(2, 3)], dims=(2,), like=np.tile),
    case("repeat", [(2, 3)], like=lambda x: np.tile(x, (2, 2)), call=lambda f, x: f(x, (2, 2)),
         shapes=False),
    case("repeat_interleave", [(2, 3)], repeats=2, dim=1,
         like=np.repeat),
    case("flipped", [(2, 3)], dims=(0, 1), like=np.flip),
    case("flip", [(2, 3)], dims=(-1,), like=np.flip),
    case("roll", [(2, 3)], shifts=1, dims=1, like=rolled),
    case("roll", [(2, 3)], shifts=(1, -1), dims=(0, 1), like=rolled),
    case("roll", [(2, 3)], shifts=2, like=rolled),
    case("roll", [(2, 3)], shifts=(1, 2), dims=0, raises="shifts and dimensions must align"),
    case("tril", [(3, 4)], like=np.tril, shapes=False),
    case("tril", [(2, 3, 3)], diagonal=-1, like=np.tril, shapes=False),
    case("tril", [(3,)], raises="tril: input tensor must have at least 2 dimensions"),
    case("triu", [(3, 4)], like=np.triu, shapes=False),
    case("triu", [INTS], diagonal=1, like=np.triu, shapes=False),
    case("diagonal", [(3, 4)], like=diagonal),
    case("diagonal", [(2, 3, 4)], offset=1, dim1=-1, dim2=0, like=diagonal),
    case("diagonal", [(3, 4)], dim1=0, dim2=-2, raises="diagonal dimensions cannot be identical"),
    case("put_diagonal", [(3,)], offset=1, axis1=0, axis2=1, shape=(4, 4), like=on_diagonal,
         shapes=False),
    case("put_diagonal", [(2, 3)], offset=-1, axis1=2, axis2=0, shape=(3, 2, 4), like=on_diagonal),
    case("diag_embed", [(2, 3)], like=lambda x: np.stack([np.diag(row) for row in x]),
         shapes=False),
    case("diag", [(3,)], diagonal=1, like=np.diag, shapes=False),
    case("diag", [(3, 4)], like=np.diag, shapes=False),
]  # fmt: skip

WRITES = [
    case("fill_", [(2, 3)], value=2.5, orders=0, torch="Tensor.fill_",
         like=np.full_like, call=lambda f, x, value: f(x.clone(), value)),
    case("region", [(2, 3)], positions=np.array([[0, 4], [5, 1]]), like=positions, shapes=False),
    case("put_region", [(2, 3), (2, 2)], positions=np.array([[0, 4], [5, 1]]), like=put_positions,
         shapes=False),
]  # fmt: skip

CASES = [*SHAPES, *JOINS, *REARRANGED, *WRITES]
