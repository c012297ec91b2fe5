"""Whole derivatives of functions: `torch.autograd.functional`.

All of these take a function of tensors and a tensor or tuple of `inputs`, and return tensors, or
tuples where inputs or outputs are tuples. An input on which an output does not depend has zeros.

create_graph  let the results be differentiated in turn
"""

from minitorch.autograd.engine import grad
from minitorch.autograd.grad_mode import enable_grad
from minitorch.autograd.tensor import FUNCTIONS, Tensor, wrap
from minitorch.backend.namespaces import namespace


def jacobian(func, inputs, create_graph=False):
    """The derivative of each element of the outputs by each element of the inputs.

    returns  for each output and each input a tensor of the shapes of both, joined

    >>> from minitorch import tensor
    >>> jacobian(lambda x: x * x, tensor([1.0, 3.0]))
    tensor([[2., 0.],
            [0., 6.]])
    """
    sources, outputs = evaluated(func, inputs, create_graph)
    rows = []
    for output in as_tuple(outputs):
        found: list = [[] for _ in sources]
        for weight in unit_weights(output):
            shares = gradients([output], sources, [weight], create_graph)
            for row, share in zip(found, shares, strict=True):
                row.append(share)
        rows.append(
            like(inputs, [joined(row, output, x) for row, x in zip(found, sources, strict=True)])
        )
    return tuple(rows) if isinstance(outputs, tuple) else rows[0]


def hessian(func, inputs, create_graph=False):
    """The second derivatives of a function that returns one number.

    returns  for each pair of inputs a tensor of the shapes of both, joined

    Raises RuntimeError where the function returns anything else.
    """

    def gradient(*sources):
        output = func(*sources)
        if not isinstance(output, Tensor) or output.numel() != 1:
            raise RuntimeError(
                "The Tensor returned by the function given to hessian should contain a single "
                "element"
            )
        return like(inputs, gradients([output], sources, [None], True))

    return jacobian(gradient, inputs, create_graph)


def vjp(func, inputs, v=None, create_graph=False):
    """(outputs, v times the Jacobian): what backward computes.

    v  weights of the outputs, of their shapes; may be left out for a single number
    """
    sources, outputs = evaluated(func, inputs, create_graph)
    weights = weights_for(
        as_tuple(outputs), v, "The vector v can only be None if the user-provided"
    )
    shares = gradients(as_tuple(outputs), sources, weights, create_graph)
    return kept(outputs, create_graph), like(inputs, shares)


def jvp(func, inputs, v=None, create_graph=False):
    """(outputs, the Jacobian times v): how the outputs change when the inputs change by v.

    v  of the shapes of the inputs; may be left out for a single number

    Computed as the derivative, by the weights, of what `vjp` gives for them.
    """
    sources, outputs = evaluated(func, inputs, create_graph)
    directions = weights_for(sources, v, "the input to the user-provided function is")
    with enable_grad():
        weights = [zeros_like(each).requires_grad_() for each in as_tuple(outputs)]
        shares = gradients(as_tuple(outputs), sources, weights, True)
        changes = gradients(shares, weights, directions, create_graph)
    return kept(outputs, create_graph), like(outputs, changes)


def hvp(func, inputs, v=None, create_graph=False):
    """(output, the Hessian times v), for a function that returns one number."""
    sources, output = evaluated(func, inputs, create_graph)
    directions = weights_for(sources, v, "the input to the user-provided function is")
    with enable_grad():
        slopes = gradients([output], sources, [None], True)
        bends = gradients(slopes, sources, directions, create_graph)
    return kept(output, create_graph), like(inputs, bends)


def vhp(func, inputs, v=None, create_graph=False):
    """(output, v times the Hessian), which is symmetric: `hvp`."""
    return hvp(func, inputs, v, create_graph)


# -------------------------------------------------------------------- in and out


def as_tuple(values):
    return tuple(values) if isinstance(values, tuple | list) else (values,)


def like(model, values):
    """`values` as a tuple where `model` is one, else the only one of them."""
    return tuple(values) if isinstance(model, tuple | list) else values[0]


def evaluated(func, inputs, create_graph):
    """New places in the graph for the inputs, and what `func` makes of these."""
    with enable_grad():
        sources = [
            each.view_as(each) if create_graph and each.requires_grad else each.detach()
            for each in as_tuple(inputs)
        ]
        sources = [each if each.requires_grad else each.requires_grad_() for each in sources]
        return sources, func(*sources)


def kept(outputs, create_graph):
    return outputs if create_graph else like(outputs, [each.detach() for each in as_tuple(outputs)])


def zeros_like(tensor):
    return wrap(namespace(tensor.array).zeros_like(tensor.array))


def weights_for(tensors, v, condition):
    """`v` as a list that suits the tensors; ones where it is left out for a single number."""
    if v is None:
        if len(tensors) != 1 or tensors[0].numel() != 1:
            raise RuntimeError(
                f"The vector v can only be None if {condition} a single Tensor with a single "
                "element."
            )
        return [wrap(namespace(tensors[0].array).ones_like(tensors[0].array))]
    v = as_tuple(v)
    if [tuple(each.shape) for each in v] != [tuple(each.shape) for each in tensors]:
        raise RuntimeError(
            "v must have the shapes of what it stands for\n"
            f"  v {[tuple(each.shape) for each in v]}   "
            f"wanted {[tuple(each.shape) for each in tensors]}"
        )
    return list(v)


def gradients(outputs, sources, weights, create_graph):
    """`grad`, with zeros where an output does not depend on a source."""
    pairs = [pair for pair in zip(outputs, weights, strict=True) if pair[0].requires_grad]
    if not pairs:
        return [zeros_like(each) for each in sources]
    found = grad(
        [output for output, _ in pairs],
        sources,
        [weight for _, weight in pairs],
        retain_graph=True,
        create_graph=create_graph,
        materialize_grads=True,
    )
    return list(found)


def unit_weights(output):
    """For each element of `output` weights of 1 for it and 0 for the others."""
    xp = namespace(output.array)
    for position in range(output.numel()):
        weight = xp.zeros(output.numel(), output.array.dtype)
        weight[position] = 1
        yield wrap(weight.reshape(output.array.shape))


def joined(rows, output, source):
    """The rows of a Jacobian as one tensor."""
    shape = (*output.shape, *source.shape)
    if not rows:
        return wrap(namespace(source.array).zeros(shape, source.array.dtype))
    return FUNCTIONS["stack"](rows).reshape(shape)
