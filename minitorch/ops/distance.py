"""Lengths of vectors, distances and angles between them."""

from minitorch.autograd.refusals import require_kind
from minitorch.autograd.tensor import function
from minitorch.backend.dtypes import SCALAR_NAMES, promote_types
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.bounds import clamp
from minitorch.ops.elementwise import add, div, mul, sub
from minitorch.ops.index import take_rows
from minitorch.ops.join import broadcast_tensors
from minitorch.ops.loss import at_least
from minitorch.ops.making import require_tensor
from minitorch.ops.numpy_names import numpy_names
from minitorch.ops.products import linear, matmul
from minitorch.ops.statistics import norm_over, vector_norm


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """input over its p-norm along `dim`; no norm counts as less than eps."""
    return div(input, clamp(vector_norm(input, p, dim, True), eps), out=out)


@function
@numpy_names
def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between the vectors along `dim`; no length counts as below eps."""
    require_tensor("cosine_similarity", x1, "x1")
    require_tensor("cosine_similarity", x2, "x2", 2)
    kind = promote_types(x1.dtype, x2.dtype)
    if not kind.is_floating_point:
        raise DtypeError(
            "expected common dtype to be floating point, yet common dtype is "
            f"{SCALAR_NAMES[kind.name]}\n"
            "  convert with .float()"
        )

    def directed(x):
        x = x.to(kind)
        return div(x, at_least(norm_over(x, 2, dim, True), eps))

    if x1.array.shape != x2.array.shape:
        x1, x2 = broadcast_tensors(x1, x2)
    return mul(directed(x1), directed(x2)).sum(dim)


@function
def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The p-norm of x1 - x2 + eps along the last dimension; the shapes broadcast."""
    return norm_over(add(sub(x1, x2), eps), p, -1, keepdim)


@function
def pdist(input, p=2.0):
    """The p-norms of the differences of all pairs of rows, (N, M) -> (N * (N - 1) / 2,).

    They come in the order (0, 1), (0, 2), ..., (1, 2), ...
    """
    if input.ndim != 2:
        raise ShapeError(f"pdist only supports 2D tensors, got: {input.ndim}D")
    if not input.dtype.is_floating_point:
        raise DtypeError("pdist only supports floating-point dtypes")
    require_kind(input.dtype, "h", "pdist")
    if p < 0:
        raise ShapeError("pdist only supports non-negative p values")
    one, other = namespace(input.array).triu_indices(input.shape[0], 1)
    return norm_over(sub(take_rows(input, one), take_rows(input, other)), p, -1)


@function
def bilinear(input1, input2, weight, bias=None):
    """input1 * weight[k] * input2 for each k, as products of matrices, + bias.

    input1 (..., I)   input2 (..., J)   weight (K, I, J)   bias (K,) or None   returns (..., K)
    """
    require_bilinear(input1, input2, weight, bias)
    k, i, j = weight.shape
    y = linear(input1, weight.transpose(1, 2).reshape(k * j, i))  # (..., K * J)
    y = matmul(y.reshape(*input1.shape[:-1], k, j), input2.unsqueeze(-1)).squeeze(-1)
    return y if bias is None else y + bias


def require_bilinear(input1, input2, weight, bias):
    if input1.ndim != input2.ndim:
        raise ShapeError(
            f"bilinear(): input dimensions do not match: got {input1.ndim} and {input2.ndim}"
        )
    for d, (a, b) in enumerate(zip(input1.shape[:-1], input2.shape[:-1])):
        if a != b:
            raise ShapeError(
                f"bilinear(): input batch dimensions do not match at dim {d}: got {a} and {b}"
            )
    for n, x in ((1, input1), (2, input2)):
        if x.shape[-1] != weight.shape[n]:
            raise ShapeError(
                f"bilinear(): input{n} size does not match weight size: got {x.shape[-1]} but "
                f"expected {weight.shape[n]}"
            )
    if bias is not None and bias.shape[0] != weight.shape[0]:
        raise ShapeError(
            f"bilinear(): bias size does not match weight size: got {bias.shape[0]} but expected "
            f"{weight.shape[0]}"
        )
