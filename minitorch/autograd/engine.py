"""The engine: gradients flow from the outputs to the leaves along the recorded nodes.

`run` collects the nodes that the outputs reach, sorts them by the order in which they were
recorded, and walks once from the youngest to the oldest. Each node's vjps turn the gradient of its
value into the shares of its parents. Nothing recurses, so a graph may be millions of nodes deep.
"""

import sys
import warnings
from typing import Any

from minitorch.autograd import versions
from minitorch.autograd.landing import ALONE, accumulate, own
from minitorch.autograd.node import GradientEdge, captured, freed, grad_mode, saves_array
from minitorch.autograd.node_hooks import call_after, call_before, call_hooks, followed
from minitorch.autograd.parts import Parts
from minitorch.autograd.refusals import unequal_sizes
from minitorch.autograd.reread import Reader, collect, tensor_at
from minitorch.autograd.tensor import Tensor, method, wrap
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace

ONLY_INPUTS = (
    "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate "
    "gradient for other parts of the graph, please use torch.autograd.backward."
)


def leading_to(targets, nodes):
    """The set of those `nodes` from which a path leads to one of `targets`."""
    leading = set(targets)
    for node in reversed(nodes):
        for parent in node.parents:
            if parent in leading:
                leading.add(node)
                break
    return leading


def unbroadcast(g, shape):
    """`g` summed over the axes along which `shape` was broadcast."""
    extra = g.ndim - len(shape)
    stretched = tuple(
        axis
        for axis in range(g.ndim)
        if axis < extra or (shape[axis - extra] == 1 != g.shape[axis])
    )
    if getattr(g.dtype, "char", None) == "e":  # NumPy would add in float16
        total = g.sum(axis=stretched, keepdims=True, dtype="float32").astype(g.dtype)
    else:
        total = g.sum(axis=stretched, keepdims=True)
    if total.shape[extra:] != shape:
        raise ShapeError(
            f"{unequal_sizes(shape, g.shape)}\n"
            f"  a gradient of shape {tuple(g.shape)} comes to a tensor that has the shape "
            f"{tuple(shape)} by now: change no shape of what a graph has used"
        )
    return total.reshape(shape)


def run(gradients, retain_graph, create_graph, targets=None, lands=True):
    """Carry `gradients`, a dict of nodes to gradients (arrays; Tensors with create_graph), down.

    targets  nodes whose gradients are wanted, which are returned as a dict; None: all leaves
    lands    whether the gradients of leaves land in their `.grad`; they are not returned then
    """
    before = grad_mode.enabled  # a `with` block would cost 0.3 us more
    grad_mode.enabled = create_graph
    try:
        return walk(collect(gradients), gradients, retain_graph, create_graph, targets, lands)
    finally:
        grad_mode.enabled = before


def under_way():
    """The nodes of the backward that has called the caller, and of these the set it comes by."""
    frame = frame_of_walk()
    nodes, wanted = frame.f_locals["nodes"], frame.f_locals["wanted"]
    return nodes, set(nodes) if wanted is None else wanted.intersection(nodes)


def wants_all_leaves():
    """Whether the backward that has called the caller was given no `inputs`."""
    return frame_of_walk().f_locals["wanted"] is None


def frame_of_walk():
    """The frame of `walk` that led to this call; its variables say what is under way."""
    frame: Any = sys._getframe(1)  # few hooks ask, so nothing is noted for them
    while frame.f_code is not walk.__code__:
        frame = frame.f_back
    return frame


def walk(nodes, gradients, retain_graph, create_graph, targets, lands):
    """The loop of `run`, from the youngest of `nodes` to the oldest."""
    wanted = leading_to(targets, nodes) if targets is not None else None
    reader = Reader(nodes) if create_graph else None
    last_write = versions.clock.latest
    watch = grad_mode.anomaly
    found, summed = {}, set()  # parents whose gradient is a sum made here, of slices too

    for node in nodes:
        g = gradients.pop(node, None)
        if g is None or (wanted is not None and node not in wanted):
            continue
        hooks = node.hooks
        if hooks:
            g = call_hooks(hooks, g)
        if wanted is not None and node in targets and not (lands and node.leaf is not None):
            found[node] = g
            if not (any(parent in wanted for parent in node.parents) or (lands and hooks)):
                continue  # so what it saved stays for whoever goes on from here
        if node.leaf is not None:
            if lands:
                if hooks:
                    g = call_before(hooks, g)
                alone = sys.getrefcount(g) == ALONE
                accumulate(node, g, alone)
                if hooks:
                    call_after(hooks, (), g)
            continue

        vjps = node.vjps
        if vjps is None:
            raise freed(node)
        if node.order < last_write:
            versions.check(node, captured(node.vjps))
        if reader is not None:
            vjps = reader.vjps(node)
        if hooks:
            g = call_before(hooks, g)
            vjps = followed(node, vjps, unbroadcast)
        shares = vjps(g) if type(vjps) is not tuple else None
        for index, parent in enumerate(node.parents):
            if parent is None or (wanted is not None and parent not in wanted):
                continue
            held = gradients.get(parent)
            adds = None if held is None else node.op.adds
            if adds and parent in summed and added_in_place(held, node, g):
                continue
            share = vjps[index](g) if shares is None else shares[index]
            if share is None:
                continue
            if watch is not None:
                watch.gradient(node, index, share)
            if share.shape != parent.shape:
                share = unbroadcast(share, parent.shape)
            if held is None:
                gradients[parent] = share
            else:
                gradients[parent] = held + share
                if adds and reader is None and watch is None:
                    summed.add(parent)
        if not retain_graph and (node.op.saves_arrays or holds_arrays(node)):
            node.vjps = node.inputs = None
        g = shares = share = held = vjps = None  # so that a leaf's gradient has one holder
    return found


def added_in_place(total, node, g):
    """Add what `node` makes of `g` to `total` where it belongs; False where that can't be done.

    64 slices of (64, 32, 128), each of which would be an array of that size: 2 ms instead of 13.
    """
    if node.hooks or not total.shape or total.dtype != g.dtype:
        return False
    node.op.adds(total, g, *node.settings)
    return True


def holds_arrays(node):
    """Whether the vjps of a node hold arrays; one that holds none can serve again."""
    op = node.op
    if op.saves_nothing is None:
        op.look_at_rule()
    if not op.saves_nothing:
        op.saves_arrays = saves_array(node.vjps)
    return op.saves_arrays


def seeds(outputs, gradients, create_graph):
    """The dict of nodes to gradients with which a run starts."""
    given: dict = {}
    for output, g in zip(outputs, gradients, strict=True):
        if output.node is None:
            raise RuntimeError(
                "element 0 of tensors does not require grad and does not have a grad_fn\n"
                "  was it computed under no_grad(), from detached tensors, or does no input have "
                "requires_grad=True?"
            )
        if g is None:
            if output.array.size != 1:
                raise RuntimeError(
                    "grad can be implicitly created only for scalar outputs\n"
                    f"  this one has shape {tuple(output.shape)}: reduce it first, with .sum() or "
                    ".mean(), or pass gradient="
                )
            a = output.array
            g = wrap(namespace(a).array(1, a.dtype, ndmin=a.ndim))  # ones_like: 1 us more
        elif not isinstance(g, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(g).__name__}")
        elif g.array.shape != output.array.shape:
            raise ShapeError(
                f"Mismatch in shape: grad_output[0] has a shape of {g.shape} and output[0] has a "
                f"shape of {output.shape}."
            )
        elif g.array.dtype != output.array.dtype:
            g = g.to(output.dtype)
        g = g if create_graph else g.array
        node = output.node
        given[node] = given[node] + g if node in given else g
    return given


def backward_all(
    tensors,
    grad_tensors=None,
    retain_graph=None,
    create_graph=False,
    grad_variables=None,
    inputs=None,
):
    """Add the derivatives of `tensors`, weighted by `grad_tensors`, to the `.grad` of the leaves.

    The arguments are those of `Tensor.backward`; this is `autograd.backward`. `grad_variables` is
    the older name of `grad_tensors`.
    """
    if grad_variables is not None:
        warnings.warn(
            "`grad_variables` is deprecated. Use `grad_tensors` instead.",
            FutureWarning,
            stacklevel=2,
        )
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to "
                "`backward()`. Please only use `grad_tensors`."
            )
        grad_tensors = grad_variables
    tensors, grad_tensors = as_lists(tensors, grad_tensors)
    retain_graph = create_graph if retain_graph is None else retain_graph
    targets: Any = None
    if inputs is not None:
        inputs = [inputs] if isinstance(inputs, Tensor | GradientEdge) else list(inputs)
        if not inputs:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
        targets = {require_node(each): each for each in inputs}
    given = seeds(tensors, grad_tensors, create_graph)
    found = run(given, retain_graph, create_graph, targets)
    for node, g in found.items():
        tensor = targets[node]
        if isinstance(tensor, Tensor):
            g = g if create_graph else wrap(g.copy())
            tensor._grad = g if tensor._grad is None else tensor._grad + g


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph=None,
    create_graph=False,
    only_inputs=True,
    allow_unused=None,
    is_grads_batched=False,
    materialize_grads=False,
):
    """The derivatives of `outputs` with respect to `inputs`, as a tuple; no `.grad` changes.

    Where `inputs` is a dict, so is what comes out.

    grad_outputs       weights, one tensor or None for each output
    retain_graph       keep what a further run through the same graph needs
    create_graph       make the results differentiable themselves
    only_inputs        changes nothing; False warns that it is deprecated
    allow_unused       None for an input that no output depends on, instead of an error
    is_grads_batched   each of grad_outputs holds several along a first dimension, as do the results
    materialize_grads  zeros instead of that None

    >>> import minitorch
    >>> x = minitorch.tensor(3.0, requires_grad=True)
    >>> (first,) = grad(x**3, x, create_graph=True)
    >>> grad(first, x)
    (tensor(18.),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, "
            "but got: allow_unused=False."
        )
    if not only_inputs:
        warnings.warn(ONLY_INPUTS, FutureWarning, stacklevel=2)
    if type(inputs) is dict:
        rest = (retain_graph, create_graph, True, allow_unused, is_grads_batched, materialize_grads)
        found = grad(outputs, list(inputs.values()), grad_outputs, *rest)
        return dict(zip(inputs, found, strict=True))
    if is_grads_batched:
        return grad_of_each(
            outputs, inputs, grad_outputs, create_graph, allow_unused, materialize_grads
        )
    outputs, grad_outputs = as_lists(outputs, grad_outputs)
    inputs = [inputs] if isinstance(inputs, Tensor | GradientEdge) else list(inputs)
    if not inputs:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    if grad_mode.dual is not None and grad_mode.dual.holds(outputs):
        retain_graph = create_graph = True  # the gradients have tangents too
    retain_graph = create_graph if retain_graph is None else retain_graph
    targets = {require_node(each) for each in inputs}
    given = seeds(outputs, grad_outputs, create_graph)
    found = run(given, retain_graph, create_graph, targets, lands=False)
    results = []
    for position, each in enumerate(inputs):
        g = found.get(each.node)
        if isinstance(g, Parts):
            g = g[each.output_nr]
        if g is None:
            g = unused(each, position, create_graph, allow_unused, materialize_grads)
        results.append(g if g is None or isinstance(g, Tensor) else wrap(own(g, each)))
    return tuple(results)


def unused(each, position, create_graph, allowed, materialize):
    """What `grad` returns for the input number `position`, on which no output depends."""
    if materialize and isinstance(each, GradientEdge):
        raise RuntimeError(
            "materialize_grads cannot be used when the given input is a GradientEdge"
        )
    if materialize:
        return wrap(namespace(each.array).zeros_like(each.array)).requires_grad_(create_graph)
    if not allowed:
        raise RuntimeError(
            f"The differentiated Tensor at index {position} appears to not have been used in the "
            "graph. Set allow_unused=True if this is the desired behavior."
        )
    return None


def grad_of_each(outputs, inputs, weights, create_graph, allow_unused, materialize_grads):
    """`grad` for each of several weights, the results one above the other."""
    outputs, weights = as_lists(outputs, weights)
    for i, (output, each) in enumerate(zip(outputs, weights)):
        if each is not None and each.shape[1:] != output.shape:
            raise RuntimeError(
                "If `is_grads_batched=True`, we interpret the first dimension of each grad_output "
                "as the batch dimension. The sizes of the remaining dimensions are expected to "
                "match the shape of corresponding output, but a mismatch was detected: "
                f"grad_output[{i}] has a shape of {each.shape} and output[{i}] has a shape of "
                f"{output.shape}. If you only want some tensors in `grad_output` to be considered "
                "batched, consider using vmap."
            )
    rest = (True, create_graph, True, allow_unused, False, materialize_grads)
    results = [grad(outputs, inputs, list(each), *rest) for each in zip(*weights, strict=True)]
    return tuple(
        None if each[0] is None else namespace(each[0]).stack(each) for each in zip(*results)
    )


def as_lists(outputs, weights):
    outputs = [outputs] if isinstance(outputs, Tensor | GradientEdge) else list(outputs)
    outputs = [tensor_at(each) if isinstance(each, GradientEdge) else each for each in outputs]
    if weights is None:
        weights = [None] * len(outputs)
    weights = [weights] if isinstance(weights, Tensor) else list(weights)
    if len(weights) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(weights)} gradients")
    return outputs, weights


def require_node(tensor):
    if not isinstance(tensor, Tensor | GradientEdge):
        kind = type(tensor).__name__
        raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {kind}")
    if tensor.node is None:
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    return tensor.node


@method
def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    """Add the derivative of this tensor to the `.grad` of each leaf that led to it.

    gradient      weights, of this tensor's shape; may be left out for a single number
    retain_graph  keep what a further backward through the same graph needs
    create_graph  make the gradients differentiable themselves; implies retain_graph
    inputs        the tensors whose `.grad` to fill, where not all

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """
    if inputs is None:  # `backward_all` without its lists: 0.7 us
        retain_graph = create_graph if retain_graph is None else retain_graph
        run(seeds((self,), (gradient,), create_graph), retain_graph, create_graph)
    else:
        backward_all([self], [gradient], retain_graph, create_graph, inputs=inputs)
