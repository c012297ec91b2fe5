"""`tensordot` and other products over chosen dimensions, and chains of matrices."""

import math
from itertools import pairwise

from minitorch.autograd.refusals import exactly, require_kind, require_out
from minitorch.autograd.tensor import Tensor, function, method
from minitorch.backend.dtypes import C_NAMES
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.settings import warn_once
from minitorch.ops.deprecated import warn_of_newer
from minitorch.ops.numpy_names import numpy_names
from minitorch.ops.out import takes_out
from minitorch.ops.products import matmul, mm, scalar_name
from minitorch.ops.reduce import axes_of

UNLIKE = exactly(
    "tensordot: Expected the output tensor to have dtype {Made}, but got an output tensor with "
    "dtype {Given}"
)
EXPECTED = exactly("multi_dot(): expected out tensor to have dtype {made} but got {given}")

# -------------------------------------------------------------------- tensordot and relatives


@function
@takes_out(exact=UNLIKE)
def tensordot(a, b, dims=2):
    """Sum of products over pairs of dimensions: the rest of `a`, then the rest of `b`, remain.

    dims  a number n: the last n dimensions of a with the first n of b; or two lists, of the
          dimensions of a and of those of b; such lists may be a tensor
    """
    dims_a, dims_b = paired_dims(a, b, dims)
    if len(dims_a) != len(dims_b):
        raise ShapeError("both dimension lists should have same length")
    if a.dtype is not b.dtype:
        raise DtypeError("both inputs should have same dtype\n  convert one with .to(dtype)")
    for t, own in ((a, dims_a), (b, dims_b)):
        axes_of(t.ndim, own)  # refuses dimensions that are not there
    for i, j in zip(dims_a, dims_b):
        if a.shape[i] != b.shape[j] and 1 not in (a.shape[i], b.shape[j]):
            raise ShapeError(
                "contracted dimensions need to match, but first has size "
                f"{a.shape[i]} in dim {i} and second has size {b.shape[j]} in dim {j}"
            )
    dims_a, dims_b = (list(axes_of(t.ndim, d)) if d else [] for t, d in ((a, dims_a), (b, dims_b)))
    for i, j in zip(dims_a, dims_b):  # a size of 1 broadcasts
        if a.shape[i] == 1 != b.shape[j]:
            b = b.sum(j, keepdim=True, dtype=b.dtype)
        elif b.shape[j] == 1 != a.shape[i]:
            a = a.sum(i, keepdim=True, dtype=a.dtype)
    rest_a = [d for d in range(a.ndim) if d not in dims_a]
    rest_b = [d for d in range(b.ndim) if d not in dims_b]
    sizes = [*[a.shape[d] for d in rest_a], *[b.shape[d] for d in rest_b]]
    k = math.prod(a.shape[d] for d in dims_a)
    left = a.permute(rest_a + dims_a).reshape(math.prod(a.shape[d] for d in rest_a), k)
    right = b.permute(dims_b + rest_b).reshape(k, math.prod(b.shape[d] for d in rest_b))
    return matmul(left, right).reshape(sizes)


def paired_dims(a, b, dims):
    """The dimensions of a, and those of b, that `dims` names."""
    if isinstance(dims, Tensor):
        if dims.numel() > 1 and dims.shape[0] != 2:
            raise ShapeError("tensordot expects dims to have length 2 along its first dimension")
        dims = dims.tolist() if dims.numel() > 1 else dims.item()
    if isinstance(dims, tuple | list):
        return [list(d) if isinstance(d, tuple | list) else [d] for d in dims]
    if not hasattr(dims, "__index__"):
        raise DtypeError(
            "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] "
            f"containing two lists, but got dims={dims}"
        )
    if dims < 0:
        raise ShapeError(f"tensordot expects dims >= 0, but got dims={dims}")
    if dims > min(a.ndim, b.ndim):
        raise ShapeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
    return [*range(-dims, 0)], [*range(dims)]


@function
@method
@takes_out(exact=UNLIKE)
def inner(input, other):
    """Sums of products along the last dimensions, (..., n) (*, n) -> (..., *)."""
    if not input.array.ndim or not other.array.ndim:
        return input * other
    if input.shape[-1] != other.shape[-1]:
        raise ShapeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.shape)} and {list(other.shape)}"
        )
    return tensordot(input, other, dims=([-1], [-1]))


@function
@method
@takes_out
def kron(input, other):
    """Kronecker product: each element of `input` times all of `other`, side by side.

    (a, b) (c, d) -> (a * c, b * d); missing dimensions are taken to be 1.
    """
    rank = max(input.array.ndim, other.array.ndim)
    one, two = ([1] * (rank - t.array.ndim) + list(t.shape) for t in (input, other))
    product = input.reshape([n for size in one for n in (size, 1)]) * other.reshape(
        [n for size in two for n in (1, size)]
    )
    return product.reshape([n * m for n, m in zip(one, two)])


@function
@method
@numpy_names
@takes_out(exact=require_out)
def cross(input, other, dim=None):
    """Vector product along `dim`, of size 3; without `dim`, along the first of that size.

    Which is PyTorch's old rule: `linalg.cross` takes the last dimension.
    """
    if dim is None:
        warn_once(
            "Using torch.cross without specifying the dim arg is deprecated.\n"
            "Please either pass the dim explicitly or simply use torch.linalg.cross.\n"
            "The default value of dim will change to agree with that of linalg.cross in a future "
            "release.",
            stacklevel=5,
        )
        shape = input.shape
        if 3 not in shape:
            raise ShapeError("no dimension of size 3 in input")
        dim = shape.index(3)
    return vector_product(input, other, dim)


def vector_product(input, other, dim=-1):
    """a[1] b[2] - a[2] b[1] and so on, along `dim`; the other dimensions broadcast."""
    if input.array.ndim != other.array.ndim:
        raise ShapeError("linalg.cross: inputs must have the same number of dimensions.")
    require_kind(input.dtype, "b", "cross")
    (axis,) = axes_of(input.array.ndim, dim)
    if input.shape[axis] != 3 or other.shape[axis] != 3:
        raise ShapeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. "
            f"Got {input.shape[axis]} and {other.shape[axis]}"
        )
    if input.dtype is not other.dtype:
        raise DtypeError(
            f"expected scalar type {scalar_name(input)} but found {scalar_name(other)}"
        )
    return input.roll(-1, axis) * other.roll(-2, axis) - input.roll(-2, axis) * other.roll(-1, axis)


@function
@method
def trace(input):
    """Sum of the diagonal of a matrix."""
    if input.array.ndim != 2:
        raise ShapeError(f"trace: expected a matrix, but got tensor with dim {input.array.ndim}")
    require_kind(input.dtype, "b", "trace")
    return input.diagonal().sum()


# -------------------------------------------------------------------- chains of matrices


@function
@takes_out(exact=EXPECTED)
def chain_matmul(*matrices):
    """Product of several matrices in the order that needs the fewest multiplications."""
    warn_of_newer("chain_matmul")
    if not matrices:
        raise ShapeError("chain_matmul(): Expected one or more matrices")
    for each in matrices:
        if each.array.ndim != 2:
            raise ShapeError(
                f"Tensor dimension is {each.array.ndim}, expected 2 instead.\n"
                "  chain_matmul takes matrices"
            )
    return matrices[0].clone() if len(matrices) == 1 else multi_dot(matrices)


@takes_out(exact=EXPECTED)
def multi_dot(tensors):
    """Product of matrices in the order that needs the fewest multiplications.

    The first and the last may be vectors: a row and a column.
    """
    tensors = list(tensors)
    require_chain(tensors)
    row, column = tensors[0].array.ndim == 1, tensors[-1].array.ndim == 1
    if row:
        tensors[0] = tensors[0].unsqueeze(0)
    if column:
        tensors[-1] = tensors[-1].unsqueeze(1)
    for i, (left, right) in enumerate(pairwise(tensors)):
        if left.shape[1] != right.shape[0]:
            former = left.squeeze(0) if row and not i else left
            latter = right.squeeze(1) if column and i == len(tensors) - 2 else right
            raise ShapeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {list(former.shape)} and "
                f"{list(latter.shape)} cannot be multiplied"
            )
    y = multiplied(tensors, cheapest_cuts([*[len(t) for t in tensors], tensors[-1].shape[1]]))
    y = y.squeeze(0) if row else y
    return y.squeeze(-1) if column else y


def require_chain(tensors):
    if len(tensors) < 2:
        raise ShapeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    ranks = [t.array.ndim for t in tensors]
    for place, rank in (("first", ranks[0]), ("last", ranks[-1])):
        if not 1 <= rank <= 2:
            raise ShapeError(f"multi_dot(): the {place} tensor must be 1D or 2D but got {rank}D")
    for i, (t, rank) in enumerate(zip(tensors, ranks)):
        if 0 < i < len(tensors) - 1 and rank != 2:
            raise ShapeError(f"multi_dot(): tensor {i} must be 2D but got {rank}D")
        if t.dtype is not tensors[0].dtype:
            raise DtypeError(
                "multi_dot(): all tensors must have be the same dtype but tensor 0 is "
                f"{C_NAMES[tensors[0].dtype.name]} and tensor {i} {C_NAMES[t.dtype.name]}"
            )


def cheapest_cuts(sizes):
    """For each part (i, j) of a chain, after which matrix to cut it in two.

    sizes  of the matrices: number i is (sizes[i], sizes[i + 1])

    Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms, 15.2.
    """
    count = len(sizes) - 1
    cost = {(i, i): 0 for i in range(count)}
    cuts = {}
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            cost[i, j], cuts[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )
    return cuts


def multiplied(tensors, cuts, first=0, last=None):
    """The product of the tensors from `first` to `last`."""
    last = len(tensors) - 1 if last is None else last
    if first == last:
        return tensors[first]
    cut = cuts[first, last]
    return mm(multiplied(tensors, cuts, first, cut), multiplied(tensors, cuts, cut + 1, last))
