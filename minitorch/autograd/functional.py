"""Whole derivatives of functions: `torch.autograd.functional`.

All of these take a function of tensors and a tensor or tuple of `inputs`, and return tensors, or
tuples where inputs or outputs are tuples. An input on which an output does not depend has zeros.

create_graph  let the results be differentiated in turn
strict        RuntimeError where an output does not depend on an input, instead of zeros
vectorize, strategy, outer_jacobian_strategy
              taken as PyTorch takes them; the rows of a Jacobian are computed one by one anyway
"""

from minitorch.autograd.engine import grad
from minitorch.autograd.grad_mode import enable_grad
from minitorch.autograd.tensor import FUNCTIONS, Tensor, wrap
from minitorch.backend.namespaces import namespace

STRICT = " This is not allowed in strict mode."
UNUSED = "The output of the user-provided function is independent of input {}." + STRICT
NOT_RECORDED = (
    "Output {} of the user-provided function does not require gradients. The outputs must be "
    "computed in a differentiable manner from the input when running in strict mode."
)
CONSTANT_GRADIENT = (
    "The gradient with respect to input {} is independent of the inputs of the user-provided "
    "function." + STRICT
)
LINEAR = (
    "While computing the hessian, found that the jacobian of the user-provided function with "
    "respect to input {} is independent of the input." + STRICT + " You should ensure that your "
    "function is twice differentiable and that the jacobian depends on the inputs (this would be "
    "violated by a linear function for example)."
)
CONSTANT_JACOBIAN = (
    "The jacobian of the user-provided function is independent of input {}. This is not allowed in "
    "strict mode when create_graph=True."
)
CONSTANT_HESSIAN = CONSTANT_JACOBIAN.replace("jacobian", "hessian")
NO_V_INPUT = (
    "The vector v can only be None if the input to the user-provided function is a single Tensor "
    "with a single element."
)
NO_V_OUTPUT = (
    "The vector v can only be None if the user-provided function returns a single Tensor with a "
    "single element."
)


@enable_grad()
def jacobian(
    func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"
):
    """The derivative of each element of the outputs by each element of the inputs.

    returns  for each output and each input a tensor of the shapes of both, joined

    >>> from minitorch import tensor
    >>> jacobian(lambda x: x * x, tensor([1.0, 3.0]))
    tensor([[2., 0.],
            [0., 6.]])
    """
    require_strategy(create_graph, strict, vectorize, strategy)
    sources, outputs = evaluated("jacobian", func, inputs, create_graph, strict)
    rows = []
    for position, output in enumerate(as_tuple(outputs)):
        found: list = [[] for _ in sources]
        unused = f"Output {position} of the user-provided function is independent of input {{}}."
        for weight in unit_weights(output):
            shares = gradients(
                [output], sources, [weight], create_graph, strict and unused + STRICT
            )
            if strict and create_graph:
                require_recorded(shares, CONSTANT_JACOBIAN)
            for row, share in zip(found, shares, strict=True):
                row.append(share)
        rows.append(
            like(inputs, [joined(row, output, x) for row, x in zip(found, sources, strict=True)])
        )
    return tuple(rows) if isinstance(outputs, tuple) else rows[0]


def require_strategy(create_graph, strict, vectorize, strategy):
    """Refuse the settings of `jacobian` that PyTorch refuses."""
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your '
            'function has more outputs than inputs, "forward-mode" tends to be more performant. '
            'Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode":
        for setting, given in (("create_graph", create_graph), ("strict", strict)):
            if given:
                kind = NotImplementedError if setting == "create_graph" else RuntimeError
                raise kind(
                    f"torch.autograd.functional.jacobian: `{setting}=True` and "
                    '`strategy="forward-mode"` are not supported together (yet). Please either '
                    f'set `{setting}=False` or `strategy="reverse-mode"`.'
                )
        if not vectorize:
            raise NotImplementedError(
                "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly "
                "implemented for `vectorize=True`."
            )
    elif vectorize and strict:
        raise RuntimeError(
            "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not "
            "supported together. Please either set `strict=False` or `vectorize=False`."
        )


def hessian(
    func,
    inputs,
    create_graph=False,
    strict=False,
    vectorize=False,
    outer_jacobian_strategy="reverse-mode",
):
    """The second derivatives of a function that returns one number.

    returns  for each pair of inputs a tensor of the shapes of both, joined

    Raises RuntimeError where the function returns anything else.
    """

    def gradient(*sources):
        output = func(*sources)
        require_tensors("outputs of the user-provided function", "hessian", output)
        require_recorded(as_tuple(output) if strict else (), NOT_RECORDED)
        require_number("hessian", output)
        shares = gradients([output], sources, [None], True)
        require_recorded(shares if strict else (), LINEAR)
        return like(inputs, shares)

    require_tensors("inputs", "hessian", inputs)
    return jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """(outputs, v times the Jacobian): what backward computes.

    v  weights of the outputs, of their shapes; may be left out for a single number
    """
    sources, outputs = evaluated("vjp", func, inputs, create_graph, strict)
    weights = weights_for("vjp", outputs, v, NO_V_OUTPUT)
    shares = gradients(as_tuple(outputs), sources, weights, create_graph, strict and UNUSED)
    require_recorded(shares if strict and create_graph else (), CONSTANT_JACOBIAN)
    return kept(outputs, create_graph), like(inputs, shares)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """(outputs, the Jacobian times v): how the outputs change when the inputs change by v.

    v  of the shapes of the inputs; may be left out for a single number

    Computed as the derivative, by the weights, of what `vjp` gives for them.
    """
    require_tensors("inputs", "jvp", inputs)
    directions = weights_for("jvp", inputs, v, NO_V_INPUT)
    sources, outputs = evaluated("jvp", func, inputs, create_graph, strict)
    with enable_grad():
        weights = [zeros_like(each).requires_grad_() for each in as_tuple(outputs)]
        shares = gradients(as_tuple(outputs), sources, weights, True, strict and UNUSED)
        if strict:
            require_recorded(shares, CONSTANT_GRADIENT)
        changes = gradients(shares, weights, directions, create_graph)
    require_recorded(changes if strict and create_graph else (), CONSTANT_JACOBIAN)
    return kept(outputs, create_graph), like(outputs, changes)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """(output, the Hessian times v), for a function that returns one number."""
    return bent("hvp", func, inputs, v, create_graph, strict)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """(output, v times the Hessian), which is symmetric: `hvp`."""
    return bent("vhp", func, inputs, v, create_graph, strict)


def bent(name, func, inputs, v, create_graph, strict):
    """(output, the derivative of its slope in the direction v)."""
    require_tensors("inputs", name, inputs)
    directions = weights_for(name, inputs, v, NO_V_INPUT)
    sources, output = evaluated(name, func, inputs, create_graph, strict)
    require_number(name, output)
    with enable_grad():
        slopes = gradients([output], sources, [None], True, strict and UNUSED)
        if strict:
            require_recorded(slopes, LINEAR)
        bends = gradients(slopes, sources, directions, create_graph)
    require_recorded(bends if strict and create_graph else (), CONSTANT_HESSIAN)
    return kept(output, create_graph), like(inputs, bends)


# -------------------------------------------------------------------- in and out


def as_tuple(values):
    return tuple(values) if isinstance(values, tuple | list) else (values,)


def like(model, values):
    """`values` as a tuple where `model` is one, else the only one of them."""
    return tuple(values) if isinstance(model, tuple | list) else values[0]


def require_tensors(what, name, values):
    for index, each in enumerate(values if isinstance(values, tuple) else (values,)):
        if not isinstance(each, Tensor):
            which = f"value at index {index}" if isinstance(values, tuple) else f"given {what}"
            raise TypeError(
                f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the "
                f"{which} has type {type(each)}."
            )


def require_number(name, output):
    if isinstance(output, tuple | list):
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    if output.numel() != 1:
        raise RuntimeError(
            f"The Tensor returned by the function given to {name} should contain a single element"
        )


def require_recorded(tensors, message):
    """RuntimeError for the first tensor that depends on nothing."""
    for position, each in enumerate(tensors):
        if not each.requires_grad:
            raise RuntimeError(message.format(position))


def evaluated(name, func, inputs, create_graph, strict):
    """New places in the graph for the inputs, and what `func` makes of these."""
    require_tensors("inputs", name, inputs)
    with enable_grad():
        sources = [
            each.view_as(each) if create_graph and each.requires_grad else each.detach()
            for each in as_tuple(inputs)
        ]
        sources = [each if each.requires_grad else each.requires_grad_() for each in sources]
        outputs = func(*sources)
    require_tensors("outputs of the user-provided function", name, outputs)
    if strict:
        require_recorded(as_tuple(outputs), NOT_RECORDED)
    return sources, outputs


def kept(outputs, create_graph):
    return outputs if create_graph else like(outputs, [each.detach() for each in as_tuple(outputs)])


def zeros_like(tensor):
    return wrap(namespace(tensor.array).zeros_like(tensor.array))


def weights_for(name, model, v, none_given):
    """`v` as a list that suits the tensors of `model`; ones where it is left out for one number."""
    tensors = as_tuple(model)
    if v is None:
        if len(tensors) != 1 or tensors[0].numel() != 1:
            raise RuntimeError(none_given)
        return [wrap(namespace(tensors[0].array).ones_like(tensors[0].array))]
    require_tensors("v", name, v)
    several, v = isinstance(model, tuple | list), as_tuple(v)
    if len(v) != len(tensors):
        raise RuntimeError(
            f"v is a tuple of invalid length: should be {len(tensors)} but got {len(v)}."
            if several
            else "The given v should contain a single Tensor."
        )
    for index, (each, tensor) in enumerate(zip(v, tensors, strict=True)):
        if each.shape != tensor.shape:
            entry = f"Entry {index} in " if several else ""
            raise RuntimeError(
                f"{entry}v has invalid size: should be {tensor.shape} but got {each.shape}."
            )
    return list(v)


def gradients(outputs, sources, weights, create_graph, unused=None):
    """`grad`, with zeros where no output depends on a source, or the error `unused`."""
    pairs = [pair for pair in zip(outputs, weights, strict=True) if pair[0].requires_grad]
    found = grad(
        [output for output, _ in pairs],
        sources,
        [weight for _, weight in pairs],
        retain_graph=True,
        create_graph=create_graph,
        allow_unused=True,
    )
    missing = [position for position, share in enumerate(found) if share is None]
    if unused and missing:
        raise RuntimeError(unused.format(missing[0]))
    return [
        zeros_like(source) if share is None else share
        for source, share in zip(sources, found, strict=True)
    ]


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
