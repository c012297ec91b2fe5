"""Tuples, lists and dicts, one within another, taken apart into leaves and put together again."""

from collections import OrderedDict, defaultdict, deque, namedtuple
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


def LeafSpec() -> TreeSpec:
    """How a leaf is built."""
    return LEAF


class NodeDef(NamedTuple):
    """A kind of tree: flatten_fn(tree) -> (parts, context), unflatten_fn(parts, context)."""

    type: Any
    flatten_fn: Callable[[Any], tuple[Iterable[Any], Context]]
    unflatten_fn: Callable[[list[Any], Context], Any]


class MappingKey(NamedTuple):
    """Where in a dict a part of a tree is."""

    key: Any


def _dict_flatten(d: dict[Any, Any]) -> tuple[list[Any], Context]:
    """The values and the keys."""
    return list(d.values()), list(d)


def _dict_unflatten(values: Iterable[Any], context: Context) -> dict[Any, Any]:
    """The dict of these values whose keys are `context`."""
    return dict(zip(context, values, strict=True))


def _dict_flatten_with_keys(d: dict[Any, Any]) -> tuple[list[tuple[MappingKey, Any]], Context]:
    """The values, each with its MappingKey, and the keys."""
    values, keys = _dict_flatten(d)
    return [(MappingKey(key), value) for key, value in zip(keys, values, strict=True)], keys


SUPPORTED_NODES = {
    node.type: node
    for node in (
        NodeDef(tuple, lambda tree: (tree, None), lambda parts, _: tuple(parts)),
        NodeDef(list, lambda tree: (tree, None), lambda parts, _: list(parts)),
        NodeDef(dict, _dict_flatten, _dict_unflatten),
        NodeDef(namedtuple, lambda tree: (tree, type(tree)), lambda parts, kind: kind(*parts)),
        NodeDef(
            OrderedDict,
            _dict_flatten,
            lambda parts, keys: OrderedDict(zip(keys, parts, strict=True)),
        ),
        NodeDef(
            defaultdict,
            lambda tree: (tree.values(), [tree.default_factory, list(tree)]),
            lambda parts, context: defaultdict(context[0], zip(context[1], parts, strict=True)),
        ),
        NodeDef(deque, lambda tree: (tree, tree.maxlen), deque),
    )
}


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
    if cls in SUPPORTED_NODES:
        raise ValueError(f"{cls} is already registered as pytree node.")
    SUPPORTED_NODES[cls] = NodeDef(cls, flatten_fn, unflatten_fn)


def _get_node_type(tree: PyTree) -> Any:
    """The key in SUPPORTED_NODES, if it is a kind of tree: `namedtuple` for all of these."""
    named = isinstance(tree, tuple) and hasattr(tree, "_fields")
    return namedtuple if named and type(tree) not in SUPPORTED_NODES else type(tree)


def parts_of(tree: PyTree) -> tuple[Any, list[PyTree]] | None:
    """What the kind of `tree` needs besides its parts, and these; None for a leaf."""
    node = SUPPORTED_NODES.get(_get_node_type(tree))
    if node is None:
        return None
    parts, context = node.flatten_fn(tree)
    return context, list(parts)


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
    return leaves, TreeSpec(_get_node_type(tree), context, tuple(specs))


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
    return SUPPORTED_NODES[spec.type].unflatten_fn(parts, spec.context)


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


def tree_all(pred: Callable[[Any], bool], tree: PyTree) -> bool:
    """Whether `pred` holds for all leaves."""
    return all(map(pred, tree_leaves(tree)))


def tree_any(pred: Callable[[Any], bool], tree: PyTree) -> bool:
    """Whether `pred` holds for a leaf."""
    return any(map(pred, tree_leaves(tree)))


def tree_all_only(kind: Any, pred: Callable[[Any], bool], tree: PyTree) -> bool:
    """Whether `pred` holds for all leaves of a type or of one of several types."""
    return all(pred(leaf) for leaf in tree_leaves(tree) if isinstance(leaf, kind))


def tree_any_only(kind: Any, pred: Callable[[Any], bool], tree: PyTree) -> bool:
    """Whether `pred` holds for a leaf of a type or of one of several types."""
    return any(pred(leaf) for leaf in tree_leaves(tree) if isinstance(leaf, kind))
