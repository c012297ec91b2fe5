"""Rules of reductions, sorting and sums along the way."""

import math

import numpy as np

from minitorch.onnx.rules import RULES, rule

REDUCE = {
    "amax": "ReduceMax", "amin": "ReduceMin", "logsumexp": "ReduceLogSumExp", "prod": "ReduceProd",
}  # fmt: skip


def axes_of(x, dim):
    """`dim` as a list of axes: a number, several, or None for all."""
    if dim is None or dim == ():
        return list(range(x.ndim))
    return [dim] if isinstance(dim, int) else list(dim)


def reduce(g, kind, x, axes, keepdim):
    """One of ONNX's reductions over these axes; over none it is x itself."""
    return g.node(kind, x, g.ints(axes), keepdims=int(keepdim)) if axes else x


def reduction(kind):
    return lambda g, out, x, dim, keepdim: reduce(g, kind, x, axes_of(x, dim), keepdim)


RULES |= {op: reduction(kind) for op, kind in REDUCE.items()}


@rule("sum")
def sum(g, out, x, dim, keepdim):
    axes = axes_of(x, dim)
    return reduce(
        g, "ReduceSum", x if x.dtype == out.dtype else g.cast(x, out.dtype), axes, keepdim
    )


@rule("nansum")
def nansum(g, out, x, dim, keepdim):
    known = (
        x if x.dtype.kind != "f" else g.node("Where", g.node("IsNaN", x), g.number(0, x.dtype), x)
    )
    known = known if x.dtype == out.dtype else g.cast(known, out.dtype)
    return reduce(g, "ReduceSum", known, axes_of(x, dim), keepdim)


@rule("mean")
def mean(g, out, x, dim, keepdim, dtype):
    axes = axes_of(x, dim)
    return reduce(
        g, "ReduceMean", x if x.dtype == out.dtype else g.cast(x, out.dtype), axes, keepdim
    )


@rule("max_of_all")
def max_of_all(g, out, x):
    return reduce(g, "ReduceMax", x, axes_of(x, None), False)


@rule("min_of_all")
def min_of_all(g, out, x):
    return reduce(g, "ReduceMin", x, axes_of(x, None), False)


@rule("max_along")
def max_along(g, out, x, dim, keepdim):
    where = g.node("ArgMax", x, axis=dim, keepdims=int(keepdim))
    return reduce(g, "ReduceMax", x, [dim], keepdim), where


@rule("min_along")
def min_along(g, out, x, dim, keepdim):
    where = g.node("ArgMin", x, axis=dim, keepdims=int(keepdim))
    return reduce(g, "ReduceMin", x, [dim], keepdim), where


@rule("argmax")
def argmax(g, out, x, dim, keepdim):
    return position(g, "ArgMax", out, x, dim, keepdim)


@rule("argmin")
def argmin(g, out, x, dim, keepdim):
    return position(g, "ArgMin", out, x, dim, keepdim)


def position(g, kind, out, x, dim, keepdim):
    if dim is not None:
        return g.node(kind, x, axis=dim, keepdims=int(keepdim))
    flat = g.node("Reshape", x, g.ints([-1]))
    return g.reshape(g.node(kind, flat, axis=0, keepdims=0), out.shape)


@rule("var")
def var(g, out, x, dim, unbiased, keepdim, correction):
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    axes = axes_of(x, dim)
    mean = reduce(g, "ReduceMean", x, axes, True)
    away = g.node("Sub", x, mean)
    total = reduce(g, "ReduceSum", g.node("Mul", away, away), axes, keepdim)
    correction = int(unbiased) if correction is None else correction
    count = g.node("ReduceProd", g.ints([x.shape[axis] for axis in axes]), keepdims=0)
    free = g.node("Sub", g.cast(count, out.dtype), g.number(correction, out.dtype))
    return g.node("Div", total, g.node("Max", free, g.number(0, out.dtype)))


@rule("std")
def std(g, out, x, dim, unbiased, keepdim, correction):
    return g.node("Sqrt", var(g, out, x, dim, unbiased, keepdim, correction))


@rule("all")
def all(g, out, x, dim, keepdim):
    return truth(g, "ReduceMin", x, dim, keepdim)


@rule("any")
def any(g, out, x, dim, keepdim):
    return truth(g, "ReduceMax", x, dim, keepdim)


def truth(g, kind, x, dim, keepdim):
    bools = x if x.dtype == np.bool_ else g.cast(x, bool)
    return g.cast(reduce(g, kind, g.cast(bools, "i4"), axes_of(x, dim), keepdim), bool)


@rule("norm_over")
def norm_over(g, out, x, ord, dim, keepdim):
    return norm(g, out.dtype, x, ord, axes_of(x, dim), keepdim)


@rule("dist")
def dist(g, out, x, other, p):
    axes = list(range(max(x.ndim, other.ndim)))
    return norm(g, out.dtype, g.node("Sub", x, other), p, axes, False)


def norm(g, dtype, x, ord, axes, keepdim):
    if ord in (1, 2):
        return reduce(g, f"ReduceL{int(ord)}", x, axes, keepdim)
    size = g.node("Abs", x)
    if math.isinf(ord):
        return reduce(g, "ReduceMax" if ord > 0 else "ReduceMin", size, axes, keepdim)
    if ord == 0:
        return reduce(g, "ReduceSum", g.node("Sign", size), axes, keepdim)
    powers = reduce(g, "ReduceSum", g.node("Pow", size, g.number(ord, dtype)), axes, keepdim)
    return g.node("Pow", powers, g.number(1 / ord, dtype))


@rule("count_nonzero")
def count_nonzero(g, out, x, dim):
    counts = x if x.dtype == np.bool_ else g.cast(x, bool)
    return reduce(g, "ReduceSum", g.cast(counts, "i8"), axes_of(x, dim), False)


@rule("squared_error")
def squared_error(g, out, x, target, reduction):
    away = g.node("Sub", x, target)
    return of_errors(g, x, g.node("Mul", away, away), reduction)


@rule("absolute_error")
def absolute_error(g, out, x, target, reduction):
    return of_errors(g, x, g.node("Abs", g.node("Sub", x, target)), reduction)


def of_errors(g, x, errors, reduction):
    if reduction == "none":
        return errors
    return reduce(
        g, {"mean": "ReduceMean", "sum": "ReduceSum"}[reduction], errors, axes_of(x, None), False
    )


@rule("topk")
def topk(g, out, x, k, dim, largest, sorted):
    how = {"axis": dim, "largest": int(largest), "sorted": int(sorted)}
    return g.node("TopK", x, g.ints([k]), outputs=2, **how)


@rule("sort")
def sort(g, out, x, dim, descending, stable):
    return topk(g, out, x, x.shape[dim], dim, descending, True)


@rule("top")
def top(g, out, x, k, axis, largest):
    return topk(g, out, x, k, axis, largest, True)[1]


@rule("order")
def order(g, out, x, axis, descending):
    return topk(g, out, x, x.shape[axis], axis, descending, True)[1]


@rule("cumsum")
def cumsum(g, out, x, dim):
    x = x if x.dtype == out.dtype else g.cast(x, out.dtype)
    return g.node("CumSum", x, g.number(dim, np.dtype("i8")))
