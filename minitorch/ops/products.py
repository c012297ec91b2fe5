"""Products of matrices and vectors."""

import math

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.tensor import function, method
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace


def matmul_name(node):
    """PyTorch has an op for each rank of the product; larger ones it makes of these."""
    return {0: "Dot", 1: "Mv", 2: "Mm"}.get(len(node.shape), "UnsafeView")


@op(shown=matmul_name)
def matmul(x, other, /):
    """Matrix product by PyTorch's rules for ranks.

    (n,) (n,) -> ();  (m, n) (n,) -> (m,);  (n,) (n, p) -> (p,);
    (..., m, n) (..., n, p) -> (..., m, p) with the leading dimensions broadcast.

    Raises RuntimeError where the inner sizes differ.
    """
    xp = namespace(x)
    try:
        y = xp.matmul(x, other)
    except ValueError:
        raise mismatch(x, other) from None
    if x.ndim == 2 == other.ndim:
        return y, lambda g: xp.matmul(g, other.T), lambda g: xp.matmul(x.T, g)
    if x.ndim > 1 and other.ndim > 1:
        return y, lambda g: g @ xp.swapaxes(other, -1, -2), lambda g: xp.swapaxes(x, -1, -2) @ g
    if x.ndim == 1 and other.ndim == 1:
        return y, lambda g: g * other, lambda g: g * x
    if x.ndim == 1:
        return (
            y,
            lambda g: (other @ g.reshape(*g.shape, 1)).squeeze(-1),
            lambda g: x.reshape(-1, 1) * g.reshape(*g.shape[:-1], 1, g.shape[-1]),
        )
    return (
        y,
        lambda g: g.reshape(*g.shape, 1) * other,
        lambda g: (xp.swapaxes(x, -1, -2) @ g.reshape(*g.shape, 1)).squeeze(-1),
    )


TENSOR_FUNCTIONS.sum_of_rows = lambda x: x.sum(axis=0)


def mismatch(x, other):
    if not x.ndim or not other.ndim:
        return ShapeError(
            "both arguments to matmul need to be at least 1D, "
            f"but they are {x.ndim}D and {other.ndim}D"
        )
    inner = other.shape[-2] if other.ndim > 1 else other.shape[-1]
    if x.shape[-1] != inner:
        shapes = f"{'x'.join(map(str, x.shape))} and {'x'.join(map(str, other.shape))}"
        return ShapeError(
            f"mat1 and mat2 shapes cannot be multiplied ({shapes})\n"
            f"  the last axis of the first ({x.shape[-1]}) must equal the last but one of the "
            f"second ({inner})"
        )
    return ShapeError(
        f"matmul: the leading dimensions must broadcast: {tuple(x.shape)} and {tuple(other.shape)}"
    )


@op(public=False, shown=lambda node: "Addmm" if len(node.shape) == 2 else "View")
def linear(x, weight, bias=None, /):
    """x @ weight.T + bias.

    x (..., in)   weight (out, in) or (in,)   bias (out,) or None   returns (..., out)

    Raises RuntimeError if the last axis of x is not `in`: images need .flatten(1) before.
    """
    xp = namespace(x)
    try:
        y = xp.linear(x, weight, bias)
    except ValueError:
        rows = f"{math.prod(x.shape[:-1])}x{x.shape[-1]}" if x.ndim else "0-d"
        columns = "x".join(map(str, weight.shape[::-1]))
        raise ShapeError(
            f"mat1 and mat2 shapes cannot be multiplied ({rows} and {columns})\n"
            "  linear: the input's last axis must equal weight's second, bias have weight's first\n"
            f"  input {tuple(x.shape)}   weight {tuple(weight.shape)}"
            + ("" if bias is None else f"   bias {tuple(bias.shape)}")
            + "\n  images need .flatten(1) before the first Linear layer"
        ) from None
    if x.ndim == 2 and weight.ndim == 2:
        return (
            y,
            lambda g: xp.matmul(g, weight),
            lambda g: xp.matmul(g.T, x),
            xp.sum_of_rows,
        )
    if weight.ndim == 1:
        return (
            y,
            lambda g: g.reshape(*g.shape, 1) * weight,
            lambda g: g.reshape(*g.shape, 1) * x,
            lambda g: g,
        )
    return (
        y,
        lambda g: g @ weight,
        lambda g: g.reshape(-1, g.shape[-1]).T @ x.reshape(-1, x.shape[-1]),
        lambda g: g,
    )


@function
@method
def mm(input, mat2):
    """Product of two matrices, (n, m) (m, p) -> (n, p); nothing broadcasts."""
    require_ranks("mm", input, mat2, (2, 2))
    return matmul(input, mat2)


@function
@method
def bmm(input, mat2):
    """Products of two batches of matrices, (b, n, m) (b, m, p) -> (b, n, p)."""
    require_ranks("bmm", input, mat2, (3, 3))
    if input.shape[0] != mat2.shape[0]:
        raise ShapeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{input.shape[0]}, "
            f"{input.shape[2]}] but got: [{mat2.shape[0]}, {mat2.shape[1]}]."
        )
    return matmul(input, mat2)


@function
@method
def mv(input, vec):
    """Product of a matrix and a vector, (n, m) (m,) -> (n,)."""
    require_ranks("mv", input, vec, (2, 1))
    return matmul(input, vec)


@function
@method
def dot(input, tensor):
    """Sum of the products of two vectors of one length."""
    require_ranks("dot", input, tensor, (1, 1))
    if input.shape != tensor.shape:
        raise ShapeError(
            f"inconsistent tensor size, expected tensor [{len(input)}] and src [{len(tensor)}] to "
            f"have the same number of elements, but got {len(input)} and {len(tensor)} elements "
            "respectively"
        )
    return matmul(input, tensor)


def require_ranks(name, a, b, ranks):
    if (a.ndim, b.ndim) != ranks:
        raise ShapeError(
            f"{name}: expected tensors of {ranks[0]} and {ranks[1]} dimensions, "
            f"got {a.ndim}D and {b.ndim}D: {tuple(a.shape)} and {tuple(b.shape)}"
        )
