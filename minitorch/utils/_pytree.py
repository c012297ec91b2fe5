"""Tuples, lists and dicts, one within another, taken apart into leaves and put together again."""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

PyTree = Any


class TreeSpec(NamedTuple):
    """How a tree is built: its kind (None for a leaf), what its kind needs, and its parts."""

    type: Any
    context: Any
    children: tuple["TreeSpec", ...]

    @property
    def num_leaves(self) -> int:
        return 1 if self.type is None else sum(part.num_leaves for part in self.children)

    def __repr__(self) -> str:
        if self.type is None:
            return "*"
        inside = ", ".join(map(repr, self.children))
        if self.type is list:
            return f"[{inside}]"
        if self.type is tuple:
            return f"({inside}{',' * (len(self.children) == 1)})"
        return f"{self.type.__name__}({self.context}: [{inside}])"


LEAF = TreeSpec(None, None, ())
Context = Any  # what a kind needs besides its parts
REGISTERED: dict[type, tuple[Callable, Callable]] = {}


def register_pytree_node(
    cls: type,
    flatten_fn: Callable[[Any], tuple[Iterable[Any], Context]],
    unflatten_fn: Callable[[list[Any], Context], Any],
    **names: Any,
) -> None:
    """Take `cls` for a kind of tree: flatten_fn(tree) -> (parts, context), and the way back.

    names  under which PyTorch saves such trees: accepted, without effect

    Raises ValueError for a class that is registered already.
    """
    if cls in REGISTERED:
        raise ValueError(f"{cls} is already registered as pytree node.")
    REGISTERED[cls] = flatten_fn, unflatten_fn


def parts_of(tree: PyTree) -> tuple[Any, list[PyTree]] | None:
    """What the kind of `tree` needs besides its parts, and these; None for a leaf."""
    kind = type(tree)
    if kind in REGISTERED:
        parts, context = REGISTERED[kind][0](tree)
        return context, list(parts)
    if kind in (dict, OrderedDict):
        return list(tree), list(tree.values())
    if kind is defaultdict:
        return (tree.default_factory, list(tree)), list(tree.values())
    if kind is deque:
        return tree.maxlen, list(tree)
    if kind in (tuple, list) or (isinstance(tree, tuple) and hasattr(tree, "_fields")):
        return None, list(tree)
    return None


def tree_flatten(tree: PyTree) -> tuple[list[Any], TreeSpec]:
    """The leaves, in order, and how the tree is built.

    >>> tree_flatten({"a": (1, 2), "b": 3})[0]
    [1, 2, 3]
    """
    found = parts_of(tree)
    if found is None:
        return [tree], LEAF
    context, parts = found
    leaves: list[Any] = []
    specs = []
    for part in parts:
        more, spec = tree_flatten(part)
        leaves += more
        specs.append(spec)
    return leaves, TreeSpec(type(tree), context, tuple(specs))


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> PyTree:
    """The tree that is built so, of these leaves."""
    leaves = list(leaves)
    if len(leaves) != treespec.num_leaves:
        raise ValueError(
            f"tree_unflatten(leaves, treespec): `leaves` has length {len(leaves)} but the spec "
            f"refers to a pytree that holds {treespec.num_leaves} items ({treespec})."
        )
    return built(iter(leaves), treespec)


def built(leaves, spec):
    """What `spec` describes, of the next `leaves`."""
    if spec.type is None:
        return next(leaves)
    parts = [built(leaves, part) for part in spec.children]
    if spec.type in REGISTERED:
        return REGISTERED[spec.type][1](parts, spec.context)
    if spec.type in (dict, OrderedDict):
        return spec.type(zip(spec.context, parts, strict=True))
    if spec.type is defaultdict:
        factory, keys = spec.context
        return defaultdict(factory, zip(keys, parts, strict=True))
    if spec.type is deque:
        return deque(parts, spec.context)
    return spec.type(parts) if spec.type in (tuple, list) else spec.type(*parts)


def tree_leaves(tree: PyTree) -> list[Any]:
    """The leaves, in order."""
    return tree_flatten(tree)[0]


def tree_structure(tree: PyTree) -> TreeSpec:
    """How the tree is built."""
    return tree_flatten(tree)[1]


def tree_map(func: Callable[..., Any], tree: PyTree, *rests: PyTree) -> PyTree:
    """The tree with func(leaf) for each leaf; of several trees that are built alike, func(*leaves).

    >>> tree_map(lambda n: n + 1, {"a": (1, 2)})
    {'a': (2, 3)}
    """
    leaves, spec = tree_flatten(tree)
    others = []
    for rest in rests:
        more, other = tree_flatten(rest)
        if other != spec:
            raise ValueError(f"Node structure mismatch; expected {spec}, but got {other}.")
        others.append(more)
    return built(map(func, leaves, *others), spec)


def tree_map_only(kind: Any, func: Callable[[Any], Any], tree: PyTree) -> PyTree:
    """`tree_map` that leaves all leaves of other types alone."""
    return tree_map(lambda leaf: func(leaf) if isinstance(leaf, kind) else leaf, tree)
