"""Products of matrices and vectors, and such products with something added."""

import math

from minitorch.autograd.older import takes_numbers_first
from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import exactly, require_out, unequal_sizes
from minitorch.autograd.tensor import Tensor, function, method
from minitorch.backend.dtypes import C_NAMES, SCALAR_NAMES, common_dtype, float16
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.join import broadcast_shapes
from minitorch.ops.out import takes_out


def matmul_name(node):
    """PyTorch has an op for each rank of the product; larger ones it makes of these."""
    return {0: "Dot", 1: "Mv", 2: "Mm"}.get(len(node.shape), "UnsafeView")


@op(promote="same", wide="cpu", numbers="none", shown=matmul_name, exact=require_out)
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
    """What PyTorch says of two shapes that make no product."""
    if not x.ndim or not other.ndim:
        return ShapeError(
            "both arguments to matmul need to be at least 1D, "
            f"but they are {x.ndim}D and {other.ndim}D"
        )
    inner = other.shape[-2] if other.ndim > 1 else other.shape[-1]
    batch, others = x.shape[:-2], other.shape[:-2]
    if x.shape[-1] == inner:
        require_broadcast(batch, others)
    if x.ndim == 1 == other.ndim:
        return unequal_lengths(len(x), len(other))
    if other.ndim == 1:
        rows = math.prod(x.shape[:-1])
        return ShapeError(
            f"size mismatch, got input ({rows}), mat ({rows}x{x.shape[-1]}), vec ({inner})"
        )
    if other.ndim == 2:
        rows = math.prod(x.shape[:-1])
        return ShapeError(
            f"mat1 and mat2 shapes cannot be multiplied ({rows}x{x.shape[-1]} and "
            f"{inner}x{other.shape[-1]})\n  the last axis of the first ({x.shape[-1]}) must equal "
            f"the last but one of the second ({inner})"
        )
    b = math.prod(broadcast_shapes(batch, others))
    return ShapeError(
        f"Expected size for first two dimensions of batch2 tensor to be: [{b}, {x.shape[-1]}] but "
        f"got: [{b}, {inner}]."
    )


def require_broadcast(batch, others):
    """Refuse leading dimensions that differ, unless one is 1."""
    if text := unequal_sizes(batch, others):
        raise ShapeError(text)


def linear_name(node):
    """PyTorch flattens what has more than two dimensions."""
    return "Addmm" if len(node.shape) == 2 else "View"


@op(promote="same", wide="cpu", public=False, numbers="none", shown=linear_name)
def linear(x, weight, bias=None, /):
    """x @ weight.T + bias.

    x (..., in)   weight (out, in) or (in,)   bias (out,) or None   returns (..., out)

    Raises RuntimeError if the last axis of x is not `in`: images need .flatten(1) before.
    """
    xp = namespace(x)
    if x.ndim > 2 and weight.ndim == 2 and (bias is None or bias.ndim < 2):
        return linear_of_rows(x, weight, bias)
    try:
        y = xp.linear(x, weight, bias)
    except ValueError:
        raise misfit(x, weight, bias) from None
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


def linear_of_rows(x, weight, bias):
    """`linear` and its vjps for x of more than two dimensions, as one product of matrices.

    For (128, 9, 64) and 192 outputs it takes 0.3 ms, one product for each of the 128 takes 1.1.
    """
    xp, shape, count = namespace(x), x.shape, math.prod(x.shape[:-1])
    rows = x.reshape(count, shape[-1])
    try:
        y = xp.linear(rows, weight, bias)
    except ValueError:
        raise misfit(x, weight, bias) from None

    def flat(g):
        return g.reshape(count, g.shape[-1])

    return (
        y.reshape(*shape[:-1], y.shape[-1]),
        lambda g: xp.matmul(flat(g), weight).reshape(shape),
        lambda g: xp.matmul(flat(g).T, rows),
        lambda g: xp.sum_of_rows(flat(g)),
    )


def misfit(x, weight, bias):
    """What PyTorch says of shapes that make no linear layer."""
    if not x.ndim:
        return ShapeError(
            f"both arguments to linear need to be at least 1D, but they are 0D and {weight.ndim}D"
        )
    if x.shape[-1] == weight.shape[-1]:
        target = [*x.shape[:-1], *weight.shape[:-1]]
        return ShapeError(
            f"The expanded size of the tensor ({target[-1]}) must match the existing size "
            f"({bias.shape[-1]}) at non-singleton dimension {len(target) - 1}.  Target sizes: "
            f"{target}.  Tensor sizes: {list(bias.shape)}"
        )
    rows = f"{math.prod(x.shape[:-1])}x{x.shape[-1]}"
    columns = "x".join(map(str, weight.shape[::-1]))
    return ShapeError(
        f"mat1 and mat2 shapes cannot be multiplied ({rows} and {columns})\n"
        "  linear: the input's last axis must equal weight's second, bias have weight's first\n"
        f"  input {tuple(x.shape)}   weight {tuple(weight.shape)}"
        + ("" if bias is None else f"   bias {tuple(bias.shape)}")
        + "\n  images need .flatten(1) before the first Linear layer"
    )


@function
@method
def mm(input, mat2, *, out=None):
    """Product of two matrices, (n, m) (m, p) -> (n, p); nothing broadcasts."""
    if input.array.ndim != 2 or mat2.array.ndim != 2:
        which = "self" if input.array.ndim != 2 else "mat2"
        raise ShapeError(
            f"{which} must be a matrix\n"
            f"  input {tuple(input.shape)}   mat2 {tuple(mat2.shape)}: of 2 dimensions each"
        )
    return matmul(input, mat2, out=out)


@function
@method
def bmm(input, mat2, *, out=None):
    """Products of two batches of matrices, (b, n, m) (b, m, p) -> (b, n, p)."""
    require_batches(input, mat2)
    if input.dtype is not mat2.dtype:
        raise DtypeError(f"expected scalar type {scalar_name(input)} but found {scalar_name(mat2)}")
    return matmul(input, mat2, out=out)


def scalar_name(tensor):
    """PyTorch's old name of the dtype, which many of its errors use."""
    return SCALAR_NAMES[tensor.dtype.name]


def require_batches(batch1, batch2):
    for name, batch in (("batch1", batch1), ("batch2", batch2)):
        if batch.array.ndim != 3:
            raise ShapeError(f"{name} must be a 3D tensor\n  it has shape {tuple(batch.shape)}")
    (b, _, m), found = batch1.shape, batch2.shape
    if found[:2] != (b, m):
        raise ShapeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{b}, {m}] but got: "
            f"[{found[0]}, {found[1]}]."
        )


@function
@method
@takes_out(exact=require_out)
def mv(input, vec):
    """Product of a matrix and a vector, (n, m) (m,) -> (n,)."""
    require_vector_product(input.shape[:1], input, vec)
    require_vector_dtypes(vec, input, vec)
    return matmul(input, vec)


def require_vector_product(input_shape, mat, vec):
    """Refuse what is no matrix and vector that go together, and no vector `input` for them."""
    if (len(input_shape), mat.array.ndim, vec.array.ndim) not in ((1, 2, 1), (0, 2, 1)):
        raise ShapeError(
            "vector + matrix @ vector expected, got "
            f"{len(input_shape)}, {mat.array.ndim}, {vec.array.ndim}"
        )
    (n, m), (k,) = mat.shape, vec.shape
    if m != k or input_shape not in ((n,), (1,), ()):
        size = input_shape[0] if input_shape else 1
        raise ShapeError(f"size mismatch, got input ({size}), mat ({n}x{m}), vec ({k})")


def require_vector_dtypes(input, mat, vec):
    if not input.dtype is mat.dtype is vec.dtype:
        raise DtypeError(
            "addmv input tensors must have the same dtype, but got "
            f"{scalar_name(input)}, {scalar_name(mat)}, and {scalar_name(vec)}"
        )


@function
@method
@takes_out(exact=exactly("result dtype {Given} does not match input dtype {Made}"))
def dot(input, tensor):
    """Sum of the products of two vectors of one length."""
    if input.array.ndim != 1 or tensor.array.ndim != 1:
        raise ShapeError(
            f"1D tensors expected, but got {input.array.ndim}D and {tensor.array.ndim}D tensors"
        )
    if input.dtype is not tensor.dtype:
        raise DtypeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{scalar_name(input)} and {scalar_name(tensor)}"
        )
    if input.shape != tensor.shape:
        raise unequal_lengths(len(input), len(tensor))
    return matmul(input, tensor)


def unequal_lengths(n, m):
    return ShapeError(
        f"inconsistent tensor size, expected tensor [{n}] and src [{m}] to have the same number of "
        f"elements, but got {n} and {m} elements respectively"
    )


@function
@method
@takes_out
def vdot(input, other):
    """`dot`; complex numbers, of which the first would be conjugated, there are none."""
    return dot(input, other)


@function
@method
@takes_out
def outer(input, vec2):
    """All products of two vectors, (n,) (m,) -> (n, m)."""
    for name, vector in (("self", input), ("vec2", vec2)):
        if vector.array.ndim != 1:
            raise ShapeError(f"outer: Expected 1-D argument {name}, but got {vector.array.ndim}-D")
    return input.reshape(-1, 1) * vec2


@function
@method
@takes_out
def ger(input, vec2):
    """`outer`."""
    return outer(input, vec2)


# -------------------------------------------------------------------- products with something added


@op(public=False, shown=lambda node: node.settings[2])
def weighed(x, other, /, beta, alpha, step):
    """beta * x + alpha * other; with beta 0 not even a nan of x counts. `step`: its name."""
    y = other if alpha == 1 else alpha * other
    if beta != 0:
        y = y + (x if beta == 1 else beta * x)
    return y, lambda g: g * beta, lambda g: g if alpha == 1 else g * alpha


def added(input, product, beta, alpha, name):
    """beta * input + alpha * product, input being expanded to the shape of the product."""
    beta, alpha = [n.item() if isinstance(n, Tensor) else n for n in (beta, alpha)]
    if not product.dtype.is_floating_point:
        beta, alpha = int(beta), int(alpha)
    return weighed(input.expand(product.shape), product, beta, alpha, name)


def wide(tensor):
    """`tensor`, in float32 if it is of float16: sums of products are rounded once, at the end."""
    return tensor.float() if tensor.dtype is float16 else tensor


def require_one_dtype(input, a, b):
    if not input.dtype is a.dtype is b.dtype:
        x, y = (input, b) if input.dtype is not b.dtype else (a, b)
        raise DtypeError(
            f"self and mat2 must have the same dtype, but got {scalar_name(x)} and {scalar_name(y)}"
        )


@function
@method
@takes_numbers_first
@takes_out(exact=require_out)
def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    """beta * input + alpha * (mat1 @ mat2), for matrices; `input` broadcasts.

    With beta 0 what stands in `input` does not count, not even nan.
    """
    for name, mat in (("mat1", mat1), ("mat2", mat2)):
        if mat.array.ndim != 2:
            raise ShapeError(f"{name} must be a matrix, got {mat.array.ndim}-D tensor")
    require_one_dtype(input, mat1, mat2)
    if mat1.shape[1] == mat2.shape[0]:  # else the product says so
        input.expand(mat1.shape[0], mat2.shape[1])
    return added(wide(input), matmul(wide(mat1), wide(mat2)), beta, alpha, "Addmm").to(input.dtype)


@function
@method
@takes_numbers_first
@takes_out(exact=require_out)
def addmv(input, mat, vec, *, beta=1, alpha=1):
    """beta * input + alpha * (mat @ vec), (n,) (n, m) (m,) -> (n,); see `addmm`."""
    require_vector_product(tuple(input.shape), mat, vec)
    require_vector_dtypes(input, mat, vec)
    return added(wide(input), matmul(wide(mat), wide(vec)), beta, alpha, "Addmv").to(input.dtype)


@function
@method
@takes_numbers_first
@takes_out
def addr(input, vec1, vec2, *, beta=1, alpha=1):
    """beta * input + alpha * outer(vec1, vec2), (n, m) (n,) (m,) -> (n, m); see `addmm`."""
    for name, vector in (("vec1", vec1), ("vec2", vec2)):
        if vector.array.ndim != 1:
            raise ShapeError(f"addr: Expected 1-D argument {name}, but got {vector.array.ndim}-D")
    tensors = (input, vec1, vec2)
    kind = common_dtype(
        [t.dtype for t in tensors if t.array.ndim],
        [t.dtype for t in tensors if not t.array.ndim],
        [],
    )
    for name, value in (("beta", beta), ("alpha", alpha)):
        if isinstance(value, bool) and kind.name != "bool":
            raise ShapeError(f"Boolean {name} only supported for Boolean results.")
        if isinstance(value, float) and not kind.is_floating_point:
            raise ShapeError(
                f"For integral input tensors, argument {name} must not be a floating point number."
            )
    if kind.name == "bool":
        product = outer(vec1, vec2) & bool(alpha)
        return product | input if beta else product.expand(product.shape)
    product = outer(vec1.to(kind) if alpha == 1 else alpha * vec1.to(kind), vec2.to(kind))
    return added(input.to(kind), product, beta, 1, "Addr")


@function
@method
@takes_numbers_first
@takes_out(exact=require_out)
def addbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """beta * input + alpha * the sum of all batch1[i] @ batch2[i]; see `addmm`.

    input (n, p)   batch1 (b, n, m)   batch2 (b, m, p)   returns (n, p)
    """
    input.expand(batch1.shape[1], batch2.shape[-1])
    require_batches(batch1, batch2)
    require_one_dtype(input, batch1, batch2)
    b, n, m = batch1.shape
    left = wide(batch1).transpose(0, 1).reshape(n, b * m)
    product = matmul(left, wide(batch2).reshape(b * m, batch2.shape[2]))
    return added(wide(input), product, beta, alpha, "Addbmm").to(input.dtype)


@function
@method
@takes_numbers_first
@takes_out(exact=require_out)
def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """beta * input + alpha * (batch1 @ batch2), (b, n, m) (b, m, p) -> (b, n, p); see `addmm`."""
    input.expand(*batch1.shape[:2], batch2.shape[-1])
    require_batches(batch1, batch2)
    if not input.dtype is batch1.dtype is batch2.dtype:
        names = [C_NAMES[t.dtype.name] for t in (input, batch1, batch2)]
        raise DtypeError(
            f"Input dtypes must be the same, got: input {names[0]}, batch1: {names[1]}, "
            f"batch2: {names[2]}"
        )
    product = matmul(wide(batch1), wide(batch2))
    return added(wide(input), product, beta, alpha, "Baddbmm").to(input.dtype)
