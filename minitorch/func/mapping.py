"""vmap: a function of single examples, mapped over a dimension of tensors."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.generators import go_to_states, states
from minitorch.backend.namespaces import namespace
from minitorch.ops.join import stack
from minitorch.utils._pytree import LEAF, parts_of, tree_flatten, tree_unflatten

RANDOM = (
    "vmap: called random operation while in randomness error mode. Please either use the 'same' or "
    "'different' randomness flags on vmap or perform the randomness operation out of vmap"
)


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """The function that calls `func` for each place along a dimension, and stacks what it returns.

    in_dims     the dimension of each argument along which to go, None for those that all calls
                share: an int for all arguments, or a tuple, built as the arguments are
    out_dims    where the dimension is to be in each output; None: that of one call
    randomness  "different" draws for each call, the "same", or "error" for a draw
    chunk_size  how many PyTorch computes at a time; one by one here

    This is a loop: it costs as many calls as the dimension is long.

    >>> from minitorch import eye, tensor
    >>> vmap(lambda x, y: x @ y, in_dims=(0, None))(eye(2), tensor([3.0, 4.0]))
    tensor([3., 4.])
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(
            "Only allowed values for randomness are 'error', 'different', or 'same'. "
            f"Got {randomness}"
        )
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")
    name = getattr(func, "__name__", repr(func))

    @wraps(func)
    def mapped(*args: Any, **kwargs: Any) -> Any:
        leaves, spec, dims = mapped_leaves(name, in_dims, args)
        count = length(leaves, dims)
        draw = Draws(randomness)
        results = []
        for place in range(count or 1):
            parts = [example(x, dim, place) for x, dim in zip(leaves, dims, strict=True)]
            results.append(draw(lambda at=parts: func(*tree_unflatten(at, spec), **kwargs)))
        return stacked(name, results, out_dims, count)

    return mapped


class Draws:
    """Calls functions with random draws as `randomness` wants them."""

    def __init__(self, randomness):
        self.randomness = randomness
        self.start = states() if randomness != "different" else None

    def __call__(self, function):
        if self.randomness == "same":
            go_to_states(self.start)
        result = function()
        if self.randomness == "error" and states() != self.start:
            raise RuntimeError(RANDOM)
        return result


def mapped_leaves(name, in_dims, args):
    """The leaves of the arguments, how these are built, and the dimension of each leaf: >= 0, or
    None.
    """
    call = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): "
    if not isinstance(in_dims, int | tuple):
        raise ValueError(
            f"{call}expected `in_dims` to be int or a (potentially nested) tuple matching the "
            f"structure of inputs, got: {type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are "
            "trying to vmap over a function with no inputs. The latter is unsupported."
        )
    leaves, spec = tree_flatten(args)
    dims = spread(in_dims, args)
    if dims is None:
        raise ValueError(
            f"{call}in_dims is not compatible with the structure of `inputs`. in_dims has "
            f"structure {tree_flatten(in_dims)[1]} but inputs has structure {spec}."
        )
    for x, dim in zip(leaves, dims, strict=True):
        if dim is None:
            continue
        if not isinstance(dim, int):
            raise ValueError(
                f"{call}Got in_dim={dim} for an input but in_dim must be either an integer "
                "dimension or None."
            )
        if not isinstance(x, Tensor):
            raise ValueError(
                f"{call}Got in_dim={dim} for an input but the input is of type {type(x)}. We "
                "cannot vmap over non-Tensor arguments, please use None as the respective in_dim"
            )
        if not -x.ndim <= dim < x.ndim:
            raise ValueError(
                f"{call}Got in_dim={dim} for some input, but that input is a Tensor of "
                f"dimensionality {x.ndim} so expected in_dim to satisfy -{x.ndim} <= in_dim < "
                f"{x.ndim}."
            )
    pairs = zip(leaves, dims, strict=True)
    return leaves, spec, [dim if dim is None else dim % x.ndim for x, dim in pairs]


def spread(values, tree):
    """For each leaf of `tree` the value that stands there or above it; None where they are not
    built alike.
    """
    kind = parts_of(values)
    if kind is None:
        return [values] * len(tree_flatten(tree)[0])
    other = parts_of(tree)
    if other is None or type(values) is not type(tree) or kind[0] != other[0]:
        return None
    if len(kind[1]) != len(other[1]):
        return None
    found = [spread(value, part) for value, part in zip(kind[1], other[1], strict=True)]
    if any(part is None for part in found):
        return None
    return [value for part in found for value in part]


def length(leaves, dims):
    """How long the mapped dimension is."""
    sizes = [x.shape[dim] for x, dim in zip(leaves, dims, strict=True) if dim is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if len(set(sizes)) > 1:
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sizes} for the mapped dimension"
        )
    return sizes[0]


def example(x, dim, place):
    """The part of `x` that the call at `place` gets. Where there are no examples it is zeros of the
    shape of one, from which come the shapes of the outputs.
    """
    if dim is None:
        return x
    if x.shape[dim]:
        return x.select(dim, place)
    return x.new_zeros((*x.shape[:dim], *x.shape[dim + 1 :]))


def stacked(name, results, out_dims, count):
    """What the calls returned, as one: leaf by leaf, along the dimensions of `out_dims`.

    count  how many there are of them: 0 where one call for an empty dimension showed the shapes
    """
    first, spec = tree_flatten(results[0])
    dims = spread(out_dims, results[0])
    if dims is None and spec == LEAF and isinstance(out_dims, tuple) and len(out_dims) == 1:
        dims = list(out_dims)
    if dims is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with "
            f"the structure of `outputs`. out_dims has structure {tree_flatten(out_dims)[1]} but "
            f"outputs has structure {spec}."
        )
    if not all(dim is None or isinstance(dim, int) for dim in dims):
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python "
            "collection of ints representing where in the outputs the vmapped dimension should "
            "appear."
        )
    for x, dim in zip(first, dims, strict=True):
        if dim is not None and not isinstance(x, Tensor):
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(x)}. Did "
                "you mean to set out_dims= to None for output?"
            )
    columns = list(zip(*[tree_flatten(result)[0] for result in results], strict=True))
    for dim, column in zip(dims, columns, strict=True):
        if dim is None and isinstance(column[0], Tensor) and not same(column):
            raise ValueError(
                f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None"
            )
    return tree_unflatten(
        [
            column[0] if dim is None else joined(column, dim, count)
            for dim, column in zip(dims, columns, strict=True)
        ],
        spec,
    )


def joined(tensors, dim, count):
    whole = stack(tensors, dim)
    return whole if count else whole.narrow(dim, 0, 0)


def same(tensors):
    """Whether all calls returned the same values; nan is the same as nan."""
    first = tensors[0].array
    alike = namespace(first).array_equal
    return all(alike(first, each.array, equal_nan=True) for each in tensors[1:])
