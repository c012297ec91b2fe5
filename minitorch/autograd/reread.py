"""Reading 3: the bodies of the recorded ops, read once more on Tensors, for higher derivatives.

A vjp that was made while computing speaks arrays. Called on Tensors, the same body returns vjps
that speak Tensor, so that the gradient becomes a graph of its own. The Tensors that the body is
handed carry the values of the original inputs and their original nodes, and the Tensor that comes
out is given the original node: what the user holds of the graph stays connected.
"""

from minitorch.autograd import versions
from minitorch.autograd.node import freed
from minitorch.autograd.tensor import at


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
        return node.op.read_again(node, inputs)
