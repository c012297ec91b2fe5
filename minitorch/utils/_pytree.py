"""Tuples, lists and dicts, one within another, taken apart into leaves and put together again."""

from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

PyTree = Any
IsLeaf = Callable[[Any], bool] | None


class TreeSpec(NamedTuple):
    """How a tree is built: its kind (None for a leaf), what its kind needs, and its parts."""

    type: Any
    context: Any
    children: tuple["TreeSpec", ...]

    @property
    def num_leaves(self) -> int:
        return 1 if self.type is None else sum(part.num_leaves for part in self.children)

    @property
    def num_nodes(self) -> int:
        return 1 + sum(part.num_nodes for part in self.children)

    @property
    def num_children(self) -> int:
        return len(self.children)

    def is_leaf(self) -> bool:
        return self.type is None

    def flatten_up_to(self, tree: PyTree) -> list[PyTree]:
        """The parts of `tree` that stand where this one has leaves.

        Raises ValueError where it is built otherwise. Of dicts neither kind nor order count.
        """
        if self.type is None:
            return [tree]
        kind = _get_node_type(tree)
        dicts = {kind, self.type} <= DICTS
        if kind is not self.type and not dicts:
            raise ValueError(f"Node type mismatch; expected {self.type!r}, but got {kind!r}.")
        found, context = SUPPORTED_NODES[kind].flatten_fn(tree)
        parts = list(found)
        if len(parts) != self.num_children:
            raise ValueError(
                f"Node arity mismatch; expected {self.num_children}, but got {len(parts)}."
            )
        if dicts:
            names = self.context[1] if self.type is defaultdict else self.context
            if missing := set(names) - set(tree):
                raise ValueError(
                    f"Node keys mismatch; missing key(s): {missing}; "
                    f"extra key(s): {set(tree) - set(names)}."
                )
            parts = [tree[name] for name in names]
        elif kind is not deque and context != self.context:  # whose maximal length does not count
            raise ValueError(
                f"Node context mismatch for node type {kind!r}; expected {self.context!r}, but got "
                f"{context!r}."
            )
        pairs = zip(self.children, parts, strict=True)
        return [leaf for spec, part in pairs for leaf in spec.flatten_up_to(part)]

    def unflatten(self, leaves: Iterable[Any]) -> PyTree:
        """The tree that is built so, of these leaves."""
        leaves = list(leaves)
        if len(leaves) != self.num_leaves:
            raise ValueError(
                f"treespec.unflatten(leaves): `leaves` has length {len(leaves)} but the spec "
                f"refers to a pytree that holds {self.num_leaves} items ({self})."
            )
        return built(iter(leaves), self)

    def __repr__(self) -> str:
        if self.type is None:
            return "*"
        inside = ",\n".join(map(repr, self.children)).replace("\n", "\n  ")
        return f"TreeSpec({self.type.__name__}, {self.context}, [{inside}])"


LEAF = TreeSpec(None, None, ())
DICTS = {dict, OrderedDict, defaultdict}
Context = Any  # what a kind needs besides its parts


def LeafSpec() -> TreeSpec:
    """How a leaf is built."""
    return LEAF


class MappingKey(NamedTuple):
    """Where in a dict a part of a tree is."""

    key: Any

    def __str__(self) -> str:
        return f"[{self.key!r}]"


class SequenceKey(NamedTuple):
    """Where in a list or tuple a part of a tree is."""

    idx: int

    def __str__(self) -> str:
        return f"[{self.idx!r}]"


class GetAttrKey(NamedTuple):
    """The name of a part of a named tuple."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}"


def places(tree: Any) -> list[Any]:
    """Where in a sequence its parts are."""
    return [SequenceKey(i) for i in range(len(tree))]


def keys(tree: Any) -> list[Any]:
    """Where in a dict its values are."""
    return [MappingKey(key) for key in tree]


class NodeDef(NamedTuple):
    """A kind of tree: flatten_fn(tree) -> (parts, context), unflatten_fn(parts, context), and
    places(tree), which says where the parts are, or None.
    """

    type: Any
    flatten_fn: Callable[[Any], tuple[Iterable[Any], Context]]
    unflatten_fn: Callable[[list[Any], Context], Any]
    places: Callable[[Any], list[Any]] | None


def _dict_flatten(d: dict[Any, Any]) -> tuple[list[Any], Context]:
    """The values and the keys."""
    return list(d.values()), list(d)


def _dict_unflatten(values: Iterable[Any], context: Context) -> dict[Any, Any]:
    """The dict of these values whose keys are `context`."""
    return dict(zip(context, values, strict=True))


def _dict_flatten_with_keys(d: dict[Any, Any]) -> tuple[list[tuple[MappingKey, Any]], Context]:
    """The values, each with its MappingKey, and the keys."""
    values, context = _dict_flatten(d)
    return list(zip(keys(d), values, strict=True)), context


SUPPORTED_NODES = {
    node.type: node
    for node in (
        NodeDef(tuple, lambda tree: (tree, None), lambda parts, _: tuple(parts), places),
        NodeDef(list, lambda tree: (tree, None), lambda parts, _: list(parts), places),
        NodeDef(dict, _dict_flatten, _dict_unflatten, keys),
        NodeDef(
            namedtuple,
            lambda tree: (tree, type(tree)),
            lambda parts, kind: kind(*parts),
            lambda tree: [GetAttrKey(name) for name in tree._fields],
        ),
        NodeDef(
            OrderedDict,
            _dict_flatten,
            lambda parts, names: OrderedDict(zip(names, parts, strict=True)),
            keys,
        ),
        NodeDef(
            defaultdict,
            lambda tree: (tree.values(), [tree.default_factory, list(tree)]),
            lambda parts, context: defaultdict(context[0], zip(context[1], parts, strict=True)),
            keys,
        ),
        NodeDef(deque, lambda tree: (tree, tree.maxlen), deque, places),
    )
}


def register_pytree_node(
    cls: type,
    flatten_fn: Callable[[Any], tuple[Iterable[Any], Context]],
    unflatten_fn: Callable[[list[Any], Context], Any],
    *,
    flatten_with_keys_fn: Callable[[Any], tuple[list[tuple[Any, Any]], Context]] | None = None,
    **names: Any,
) -> None:
    """Take `cls` for a kind of tree: flatten_fn(tree) -> (parts, context), and the way back.

    flatten_with_keys_fn  returns ([(where, part), ...], context), for the functions with paths
    names                 under which PyTorch saves such trees: accepted, without effect

    Raises ValueError for a class that is registered already.
    """
    if cls in SUPPORTED_NODES:
        raise ValueError(f"{cls} is already registered as pytree node.")
    with_keys: Any = flatten_with_keys_fn
    found = with_keys and (lambda tree: [where for where, _ in with_keys(tree)[0]])
    SUPPORTED_NODES[cls] = NodeDef(cls, flatten_fn, unflatten_fn, found)


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


def tree_flatten(tree: PyTree, is_leaf: IsLeaf = None) -> tuple[list[Any], TreeSpec]:
    """The leaves, in order, and how the tree is built.

    is_leaf  of what is_leaf(part) is true, is a leaf, whatever it is; so in what follows

    >>> tree_flatten({"a": (1, 2), "b": 3})[0]
    [1, 2, 3]
    """
    found = None if is_leaf is not None and is_leaf(tree) else parts_of(tree)
    if found is None:
        return [tree], LEAF
    context, parts = found
    leaves: list[Any] = []
    specs = []
    for part in parts:
        more, spec = tree_flatten(part, is_leaf)
        leaves += more
        specs.append(spec)
    return leaves, TreeSpec(_get_node_type(tree), context, tuple(specs))


def tree_is_leaf(tree: PyTree, is_leaf: IsLeaf = None) -> bool:
    """Whether the whole is a leaf."""
    return (is_leaf is not None and is_leaf(tree)) or _get_node_type(tree) not in SUPPORTED_NODES


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> PyTree:
    """The tree that is built so, of these leaves."""
    return treespec.unflatten(leaves)


def built(leaves, spec):
    """What `spec` describes, of the next `leaves`."""
    if spec.type is None:
        return next(leaves)
    parts = [built(leaves, part) for part in spec.children]
    return SUPPORTED_NODES[spec.type].unflatten_fn(parts, spec.context)


def tree_leaves(tree: PyTree, is_leaf: IsLeaf = None) -> list[Any]:
    """The leaves, in order."""
    return tree_flatten(tree, is_leaf)[0]


def tree_iter(tree: PyTree, is_leaf: IsLeaf = None) -> Iterator[Any]:
    """The leaves, one after another."""
    return iter(tree_leaves(tree, is_leaf))


def tree_structure(tree: PyTree, is_leaf: IsLeaf = None) -> TreeSpec:
    """How the tree is built."""
    return tree_flatten(tree, is_leaf)[1]


def tree_map(
    func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf: IsLeaf = None
) -> PyTree:
    """The tree with func(leaf) for each leaf; with further trees, func(leaf, *parts), where the
    parts are what stands there in these.

    >>> tree_map(lambda n: n + 1, {"a": (1, 2)})
    {'a': (2, 3)}
    """
    leaves, spec = tree_flatten(tree, is_leaf)
    return built(map(func, leaves, *map(spec.flatten_up_to, rests)), spec)


def tree_map_(
    func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf: IsLeaf = None
) -> PyTree:
    """Call func(leaf) for each leaf, as `tree_map` does; returns the tree as it was."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def tree_map_only(
    kind: Any, func: Callable[[Any], Any], tree: PyTree, is_leaf: IsLeaf = None
) -> PyTree:
    """`tree_map` that leaves all leaves of other types alone."""
    return tree_map(
        lambda leaf: func(leaf) if isinstance(leaf, kind) else leaf, tree, is_leaf=is_leaf
    )


def tree_all(pred: Callable[[Any], bool], tree: PyTree, is_leaf: IsLeaf = None) -> bool:
    """Whether `pred` holds for all leaves."""
    return all(map(pred, tree_leaves(tree, is_leaf)))


def tree_any(pred: Callable[[Any], bool], tree: PyTree, is_leaf: IsLeaf = None) -> bool:
    """Whether `pred` holds for a leaf."""
    return any(map(pred, tree_leaves(tree, is_leaf)))


def tree_all_only(
    kind: Any, pred: Callable[[Any], bool], tree: PyTree, is_leaf: IsLeaf = None
) -> bool:
    """Whether `pred` holds for all leaves of a type or of one of several types."""
    return all(pred(leaf) for leaf in tree_leaves(tree, is_leaf) if isinstance(leaf, kind))


def tree_any_only(
    kind: Any, pred: Callable[[Any], bool], tree: PyTree, is_leaf: IsLeaf = None
) -> bool:
    """Whether `pred` holds for a leaf of a type or of one of several types."""
    return any(pred(leaf) for leaf in tree_leaves(tree, is_leaf) if isinstance(leaf, kind))


# -------------------------------------------------------------------- where the leaves are


def tree_flatten_with_path(
    tree: PyTree, is_leaf: IsLeaf = None
) -> tuple[list[tuple[tuple, Any]], TreeSpec]:
    """The leaves, each after its path, a tuple of keys; and how the tree is built.

    >>> [(keystr(path), leaf) for path, leaf in tree_flatten_with_path({"a": [1, 2]})[0]]
    [("['a'][0]", 1), ("['a'][1]", 2)]
    """
    return list(with_paths(tree, is_leaf, ())), tree_structure(tree, is_leaf)


def with_paths(tree, is_leaf, path):
    if tree_is_leaf(tree, is_leaf):
        yield path, tree
        return
    node = SUPPORTED_NODES[_get_node_type(tree)]
    if node.places is None:
        raise ValueError(
            f"Did not find a flatten_with_keys_fn for type: {node.type}. Please pass a "
            "flatten_with_keys_fn argument to register_pytree_node."
        )
    for where, part in zip(node.places(tree), node.flatten_fn(tree)[0], strict=True):
        yield from with_paths(part, is_leaf, (*path, where))


def tree_leaves_with_path(tree: PyTree, is_leaf: IsLeaf = None) -> list[tuple[tuple, Any]]:
    """The leaves, each after its path."""
    return tree_flatten_with_path(tree, is_leaf)[0]


def tree_map_with_path(
    func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf: IsLeaf = None
) -> PyTree:
    """`tree_map` with func(path, leaf, *parts)."""
    found, spec = tree_flatten_with_path(tree, is_leaf)
    paths, leaves = [path for path, _ in found], [leaf for _, leaf in found]
    return built(map(func, paths, leaves, *map(spec.flatten_up_to, rests)), spec)


def keystr(kp: tuple) -> str:
    """A path as Python writes it, such as "['a'][0].weight"."""
    return "".join(map(str, kp))
