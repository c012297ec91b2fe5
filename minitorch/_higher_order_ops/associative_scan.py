"""Running totals under any associative function of two trees of tensors."""

from collections.abc import Callable
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.func.mapping import vmap
from minitorch.ops.join import cat, stack
from minitorch.ops.reorder import flip, movedim
from minitorch.utils._pytree import tree_flatten, tree_map, tree_unflatten


def associative_scan(
    combine_fn: Callable[[Any, Any], Any],
    xs: Any,
    dim: int,
    reverse: bool = False,
    combine_mode: str = "pointwise",
) -> Any:
    """y[i] = combine_fn(y[i - 1], x[i]) along `dim`, from y[0] = x[0], in about 2 log2(n) calls.

    combine_fn    (left, right) -> a tree like them, associative; with `combine_mode="generic"` it
                  sees single elements of `dim`
    xs            a tensor, or a tree of tensors of one size n > 0 along `dim`
    reverse       True: from the last element to the first
    combine_mode  "generic", or on a GPU "pointwise": combine_fn is elementwise, and sees many

    Raises ValueError for other arguments. Blelloch, Prefix Sums and Their Applications, 1990.

    >>> from minitorch import tensor
    >>> associative_scan(lambda x, y: x * y, tensor([1, 2, 3, 4]), 0, combine_mode="generic")
    tensor([ 1,  2,  6, 24])
    """
    leaves, spec = tree_flatten(xs)
    check(combine_fn, leaves, dim, reverse, combine_mode)
    combine = vmap(combine_fn) if combine_mode == "generic" else combine_fn

    def merge(left, right):
        made = combine(tree_unflatten(left, spec), tree_unflatten(right, spec))
        return tree_flatten(made)[0]

    first = [movedim(x, dim, 0) for x in leaves]
    first = [flip(x, (0,)) for x in first] if reverse else first
    done = tree_unflatten(totals(merge, first), spec)
    return tree_map(lambda y: movedim(flip(y, (0,)) if reverse else y, 0, dim), done)


def check(combine_fn, leaves, dim, reverse, combine_mode):
    if not callable(combine_fn):
        raise ValueError(f"Combine_fn must be a callable, but got {combine_fn}")
    if not isinstance(dim, int):
        raise ValueError(f"Dim must be an int, but got {type(dim)}")
    if not isinstance(reverse, bool):
        raise RuntimeError(f"Reverse must be a bool, but got {type(reverse)}")
    if combine_mode not in ("pointwise", "generic"):
        raise ValueError(
            f"Combine_mode must either 'pointwise' or 'generic', but got {combine_mode}"
        )
    if not leaves:
        raise ValueError("Expected at least 1 xs leaf")
    if any(not isinstance(x, Tensor) for x in leaves):
        raise ValueError("xs leaves must be a Tensor")
    if combine_mode == "pointwise" and not all(x.is_cuda for x in leaves):
        raise ValueError(
            "For combine_mode='pointwise', all input tensors need to be on CUDA or XPU\n"
            "  take combine_mode='generic'"
        )
    if any(x.ndim <= dim or not x.shape[dim] for x in leaves):
        raise ValueError(
            "All xs leaves must at least have 'dim' number of dimensions and scan dimension > 0"
        )


def totals(merge, xs):
    """The running totals along the first dimension of each tensor in the list `xs`."""
    n = len(xs[0])
    if n == 1:
        return xs
    pairs = merge([x[: n - 1 : 2] for x in xs], [x[1::2] for x in xs])
    odd = totals(merge, pairs)  # those up to elements 1, 3, 5 ...
    before = [y[: (n - 1) // 2] for y in odd]
    even = merge(before, [x[2::2] for x in xs]) if n > 2 else [x[:0] for x in xs]
    even = [cat([x[:1], y]) for x, y in zip(xs, even)]
    return [interleaved(a, b) for a, b in zip(even, odd)]


def interleaved(a, b):
    """a[0], b[0], a[1], b[1] ...: `a` is as long as `b`, or one longer."""
    both = stack([a[: len(b)], b], 1).flatten(0, 1)
    return cat([both, a[len(b) :]])
