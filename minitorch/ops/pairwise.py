"""Distances between all rows of two matrices."""

from minitorch.autograd.op import op
from minitorch.autograd.refusals import require_kind
from minitorch.autograd.tensor import function
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.decompose import swap
from minitorch.ops.products import require_broadcast, scalar_name
from minitorch.ops.statistics import vector_norm

MODES = (
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)


@op(public=False, shown="Cdist")
def euclidean_distances(x, other, /, by_product):
    """The lengths of x[..., i, :] - other[..., j, :]; the derivative where one is 0 is 0.

    by_product  from |a|^2 + |b|^2 - 2 ab, which takes a tenth of the time and loses digits where
                two rows are near each other
    """
    xp = namespace(x)
    if by_product:
        square, square_of_other = ((t * t).sum(-1)[..., None] for t in (x, other))
        left = xp.concatenate([-2 * x, square, xp.ones_like(square)], axis=-1)
        right = xp.concatenate([other, xp.ones_like(square_of_other), square_of_other], axis=-1)
        y = xp.sqrt(xp.maximum(left @ swap(right), 0))
    else:
        away = x[..., :, None, :] - other[..., None, :, :]
        y = xp.sqrt((away * away).sum(-1))

    def rate(g):
        return xp.where(y == 0, 0, g / xp.where(y == 0, 1, y))

    def share(g):
        each = rate(g)
        return each.sum(-1)[..., None] * x - each @ other

    def share_of_other(g):
        each = rate(g)
        return each.sum(-2)[..., None] * other - swap(each) @ x

    return y, share, share_of_other


@function
def cdist(x1, x2, p=2.0, compute_mode=MODES[0]):
    """The p-norm of x1[..., i, :] - x2[..., j, :] for all i and j.

    x1 (..., n, m)   x2 (..., k, m)   returns (..., n, k); the leading dimensions broadcast
    p             >= 0; inf: the largest difference; 0: how many differ
    compute_mode  of p = 2: whether matrix products may serve, which is faster and less exact;
                  by default they do where n or k exceeds 25
    """
    if compute_mode not in MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    for name, x in (("X1", x1), ("X2", x2)):
        if not x.dtype.is_floating_point:
            raise DtypeError(
                f"cdist only supports floating-point dtypes, {name} got: {scalar_name(x)}"
            )
        if x.array.ndim < 2:
            raise ShapeError(
                f"cdist only supports at least 2D tensors, {name} got: {x.array.ndim}D"
            )
    if x1.shape[-1] != x2.shape[-1]:
        raise ShapeError(
            f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}"
        )
    require_broadcast(x1.shape[:-2], x2.shape[:-2])
    if p < 0:
        raise ShapeError("cdist only supports non-negative p values")
    if x1.dtype is not x2.dtype:
        raise DtypeError(f"expected scalar type {scalar_name(x1)} but found {scalar_name(x2)}")
    require_kind(x1.dtype, "h", "cdist")
    if p == 2:
        many = x1.shape[-2] > 25 or x2.shape[-2] > 25
        by_product = compute_mode == MODES[1] or (compute_mode == MODES[0] and many)
        return euclidean_distances(x1, x2, by_product)
    return vector_norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, -1)
