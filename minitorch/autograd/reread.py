"""Reading 3: the bodies of the recorded ops, read once more on Tensors, for higher derivatives.

A vjp that was made while computing speaks arrays. Called on Tensors, the same body returns vjps
that speak Tensor, so that the gradient becomes a graph of its own. The Tensors that the body is
handed carry the values of the original inputs and their original nodes, and the Tensor that comes
out is given the original node: what the user holds of the graph stays connected.
"""

from operator import attrgetter

from minitorch.autograd import versions
from minitorch.autograd.node import freed
from minitorch.autograd.packing import as_packed
from minitorch.autograd.parts import PICK, Link, pick
from minitorch.autograd.tensor import Tensor, at, record, wrap
from minitorch.backend.namespaces import namespace

by_order = attrgetter("order")


def collect(roots):
    """The nodes that `roots` reach, themselves included, the youngest first."""
    nodes = list(dict.fromkeys(roots))
    seen = set(nodes)
    for node in nodes:  # grows while we walk it
        for parent in node.parents:
            if parent is not None and parent not in seen:
                seen.add(parent)
                nodes.append(parent)
    nodes.sort(key=by_order, reverse=True)
    return nodes


def values_of(node):
    """The outputs of a node as a tuple of arrays, computed again; one output but for some ops."""
    if node.leaf is not None:
        return (node.leaf().array,)
    values = Reader(collect([node])).value(node)
    return values if isinstance(values, tuple) else (values,)


def tensor_at(edge):
    """The tensor that a GradientEdge is of, its value computed again."""
    values = values_of(edge.node)
    value = values[edge.output_nr]
    if len(values) == 1:
        return at(value, edge.node)
    place = pick(edge.output_nr, len(values))
    return record(value, PICK, (edge.node,), (place,), (None,), (edge.output_nr,))


class Reader:
    """The values of all nodes, computed again from the leaves upward, and their vjps on Tensors.

    What the leaves and the constants were is remembered by the nodes that read them; those that
    were changed in place since are refused.
    """

    def __init__(self, nodes):
        self.values = {}
        for node in reversed(nodes):
            if node.leaf is None and node.inputs is not None:
                if node.order < versions.clock.latest:
                    versions.check(node, node.inputs)
                self.values[node] = node.op.value(node, self.arrays(node))

    def arrays(self, node):
        return [
            array if array is not None or parent is None else self.value(parent)
            for parent, array in zip(node.parents, node.inputs, strict=True)
        ]

    def value(self, node):
        if node not in self.values:
            raise freed(node)
        return self.values[node]

    def vjps(self, node):
        """The vjps of `node`, taking and returning Tensors."""
        inputs = [
            at(value, parent) if hasattr(value, "strides") else value
            for value, parent in zip(self.arrays(node), node.parents, strict=True)
        ]
        vjps = as_packed(node.op.read_again(node, inputs), node, inputs)
        if node.op.piecewise and node.parents[0] is not None:
            return (Tied(vjps[0], inputs[0]), *vjps[1:])
        return vjps


class Tie(Link):
    """The step from a gradient to the same gradient as a function of another tensor too."""

    name = "tie"

    def backward_name(self, node):
        return "TieBackward0"


TIE = Tie()


class Tied:
    """A vjp on Tensors whose result counts as a function of `x`, with the slope 0."""

    def __init__(self, vjp, x):
        self.vjp = vjp
        self.x = x

    def __call__(self, g):
        share, shape = self.vjp(g), self.x.shape
        known = share.node is not None and share.node.leaf is None  # to the next reading
        inputs = (None if known else share.array, 0)  # the value of x is not asked for
        vjps = (itself, lambda h: zeros(shape, h))
        return record(share.array, TIE, (share.node, self.x.node), vjps, inputs, ())


def itself(g):
    return g


def zeros(shape, like):
    """Zeros of this shape, as an array or a Tensor like the other."""
    if isinstance(like, Tensor):
        return wrap(zeros(shape, like.array))
    return namespace(like).zeros(shape, like.dtype)
