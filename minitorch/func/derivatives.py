"""Derivatives of functions, as functions: `torch.func`.

The arguments and results may be tuples, lists and dicts of tensors. A derivative can be taken of a
derivative; what it does not depend on has zeros.

argnums  which positional arguments to differentiate by: a number, or a tuple of numbers, which
         gives a tuple
has_aux  the function returns a pair (output, anything), of which the second is handed on
"""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

from minitorch.autograd import engine
from minitorch.autograd.forward_ad import (
    PASSED,
    Level,
    cut,
    push_forward,
    pushing,
    reaches_leaf,
    require_floating,
    require_size,
)
from minitorch.autograd.grad_mode import enable_grad
from minitorch.autograd.node import GradientEdge, grad_mode
from minitorch.autograd.tensor import Tensor
from minitorch.ops.creation import eye, zeros_like
from minitorch.ops.join import stack
from minitorch.utils._pytree import tree_flatten, tree_map, tree_unflatten

Argnums = int | tuple[int, ...]

VJP = "vjp(f, *primals)"  # as errors name the call
JVP = "jvp(f, primals, tangents)"


def grad(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """The function that computes the gradient of `func`, which returns a single number.

    >>> from minitorch import tensor
    >>> grad(grad(lambda x: x.sin()))(tensor(0.5))
    tensor(-0.4794)
    """

    @wraps(func)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        found, value = grad_and_value(func, argnums, has_aux)(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def grad_and_value(
    func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable:
    """The function that computes the pair (gradient of `func`, what `func` returns)."""

    @wraps(func)
    def both(*args: Any, **kwargs: Any) -> Any:
        run = Run(func, args, kwargs, argnums, "grad_and_value(f)(*args)", has_aux)
        output = run.output
        if not isinstance(output, Tensor):
            raise RuntimeError(
                "grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got "
                f"{type(output)}"
            )
        if output.ndim:
            raise RuntimeError(
                "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor "
                f"with {output.ndim} dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
            )
        gradients = run.shares([None], retain=False)
        value = run.settled(output)
        return run.like_inputs(gradients), (value, run.settled(run.aux)) if has_aux else value

    return both


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """(func(*primals), f), where f takes weights of the outputs and returns a tuple of the
    gradients of the arguments.
    """
    run = Run(func, primals, {}, tuple(range(len(primals))), VJP, has_aux)
    require_outputs(run, VJP)

    def pull_back(cotangents: Any) -> Any:
        weights, spec = tree_flatten(cotangents)
        if spec != run.spec:
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of "
                f"outputs to the function. cotangents: {spec}, primal output: {run.spec}"
            )
        return run.like_inputs(run.shares(weights))

    result = (run.settled(run.output), pull_back)
    return (*result, run.settled(run.aux)) if has_aux else result


def jvp(
    func: Callable[..., Any],
    primals: tuple[Any, ...],
    tangents: tuple[Any, ...],
    *,
    strict: bool = False,
    has_aux: bool = False,
) -> Any:
    """(func(*primals), how it changes when the arguments change by `tangents`).

    strict  RuntimeError for an output that does not depend on the arguments
    """
    if not isinstance(primals, tuple):
        raise RuntimeError(
            f"{JVP}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
        )
    primal_spec, tangent_spec = tree_flatten(primals)[1], tree_flatten(tangents)[1]
    if primal_spec != tangent_spec:
        raise RuntimeError(
            f"{JVP}: Expected primals and tangents to have the same python structure. For example, "
            "if primals is a tuple of 3 tensors, tangents also must be. Got primals with structure "
            f"{primal_spec} and tangents with structure {tangent_spec}"
        )
    require_tensors("primals", primals)
    require_tensors("tangents", tangents)
    leaves = tree_flatten(tangents)[0]
    for primal, tangent in zip(tree_flatten(primals)[0], leaves, strict=True):
        require_floating("primal", primal)
        require_floating("tangent", tangent)
        require_size(primal, tangent)
    run = forward_run(func, primals, has_aux, leaves)
    if strict and not all(each.requires_grad for each in run.outputs):
        raise RuntimeError(
            "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. "
            "This is not allowed with strict=True."
        )
    result = (run.settled(run.output), run.changes())
    return (*result, run.settled(run.aux)) if has_aux else result


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable]:
    """(func(*primals), f), where f takes tangents and returns how the outputs change by them."""
    run = forward_run(func, primals, has_aux=False)
    flat, primal_spec = tree_flatten(primals)

    def push_forward(*tangents: Any) -> Any:
        leaves, spec = tree_flatten(tangents)
        if spec != primal_spec:
            raise RuntimeError(
                f"Expected the tangents {spec} to have the same argspec as the primals "
                f"{primal_spec}"
            )
        for index, (tangent, primal) in enumerate(zip(leaves, flat, strict=True)):
            for what in ("shape", "device", "dtype"):
                a, b = getattr(tangent, what), getattr(primal, what)
                if a != b:
                    raise RuntimeError(
                        f"tangent:{index} with {what} {a} in flattened pytree doesn't match the "
                        f"{what} {b} of the corresponding primal."
                    )
        return run.push_forward(leaves)

    return run.settled(run.output), push_forward


def forward_run(func, primals, has_aux, tangents=()):
    run = Run(func, primals, {}, tuple(range(len(primals))), JVP, has_aux, tangents)
    require_outputs(run, JVP)
    return run


def require_tensors(name, values):
    leaves = tree_flatten(values)[0]
    if not leaves:
        raise RuntimeError(f"{JVP}: Expected {name} to contain at least one Tensor.")
    for each in leaves:
        if not isinstance(each, Tensor):
            raise RuntimeError(f"{JVP}: Expected {name} to only contain Tensors, got {type(each)}")


def require_outputs(run, name):
    """Refuse a function that returned nothing, or what can't be differentiated."""
    if run.output is None or not run.outputs:
        raise RuntimeError(
            f"{name}: Expected f to be a function that has non-empty output "
            f"(got output = {run.outputs})"
        )
    for each in run.outputs:
        if not isinstance(each, Tensor):
            raise RuntimeError(
                f"{name}: expected f(*primals) to return only tensors, got unsupported type "
                f"{type(each)}"
            )
        if name == VJP and not each.is_floating_point():
            raise RuntimeError(
                "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got "
                f"Tensor with dtype {each.dtype}"
            )


def jacrev(
    func: Callable[..., Any],
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
) -> Callable:
    """The function that computes the Jacobian of `func`, a row at a time.

    returns     for each output and each input a tensor of the shapes of both, joined
    chunk_size  how many rows PyTorch computes at a time; one by one here

    >>> from minitorch import tensor
    >>> jacrev(lambda x: x * x)(tensor([1.0, 3.0]))
    tensor([[2., 0.],
            [0., 6.]])
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")
    return jacobian_of(func, argnums, has_aux, VJP)


def jacobian_of(func, argnums, has_aux, name):
    """`jacrev`, or `jacfwd` where errors name the call "jvp"."""

    @wraps(func)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        run = Run(func, args, kwargs, argnums, name, has_aux)
        require_outputs(run, name)
        forward = name == JVP and numel(run.sources) < numel(run.outputs)
        found = run.columns() if forward else [run.rows(i) for i in range(len(run.outputs))]
        result = tree_unflatten([run.like_inputs(each) for each in found], run.spec)
        return (result, run.settled(run.aux)) if has_aux else result

    return jacobian


def jacfwd(
    func: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    *,
    randomness: str = "error",
) -> Callable:
    """`jacrev`: the same Jacobian, a column at a time where it has fewer columns than rows."""
    return jacobian_of(func, argnums, has_aux, JVP)


def hessian(func: Callable[..., Any], argnums: Argnums = 0) -> Callable:
    """The function that computes the second derivatives of `func`."""
    return jacfwd(jacrev(func, argnums), argnums)


class Run:
    """One call of a function, recorded from new places in the graph for the arguments by which it
    is to be differentiated.

    sources  the tensors at these places
    edges    the places themselves: the function may write to its arguments
    outputs  the leaves of what the function returned, which is built as `spec` says
    """

    def __init__(self, func, args, kwargs, argnums, name, has_aux, tangents=()):
        self.argnums = argnums
        self.level = Level(grad_mode.enabled, grad_mode.dual)
        chosen = [args[i] for i in places(argnums, len(args))]
        leaves, self.inputs = tree_flatten(chosen)
        for each in leaves:
            if not isinstance(each, Tensor):
                raise ValueError(f"Thing passed to transform API must be Tensor, got {type(each)}")
            if name == JVP:
                require_floating("primal", each)
        with enable_grad():
            self.sources = [x.view_as(x) if x.requires_grad else writable(x) for x in leaves]
            self.edges = [GradientEdge(x.node, 0) for x in self.sources]
            new = list(args)
            given = tree_unflatten(self.sources, self.inputs)
            for i, value in zip(places(argnums, len(args)), given, strict=True):
                new[i] = value
            self.level.tangents.update(zip([x.node for x in self.sources], tangents))
            with self.level if tangents else nullcontext():
                result = func(*new, **kwargs)
        self.aux = None
        if has_aux:
            if not (isinstance(result, tuple) and len(result) == 2):
                raise RuntimeError(
                    f"{name}: output of function f should be a tuple: (output, aux) if has_aux is "
                    "True"
                )
            result, self.aux = result
        self.output = result
        self.outputs, self.spec = tree_flatten(result)
        PASSED.update(
            edge.node.parents[0]
            for edge, x in zip(self.edges, leaves, strict=True)
            if not x.requires_grad
        )
        tensors = [each for each in self.outputs if isinstance(each, Tensor)]
        self.connected = any(reaches_leaf(each.node, grad_mode.dual) for each in tensors)

    def settled(self, values):
        """`values` for the caller: cut off from the graph where that ends at the sources."""

        def settle(x):
            if not isinstance(x, Tensor):
                raise RuntimeError(f"Expected tensors, got unsupported type {type(x)}")
            return x if grad_mode.enabled and reaches_leaf(x.node, grad_mode.dual) else x.detach()

        return tree_map(settle, values)

    def like_inputs(self, leaves):
        """Leaves for the sources, as the arguments are built."""
        found = tree_unflatten(leaves, self.inputs)
        return found[0] if isinstance(self.argnums, int) else tuple(found)

    def like_outputs(self, tangents):
        """Tangents of the outputs, built as these are; None: zeros."""
        pairs = zip(self.outputs, tangents, strict=True)
        leaves = [zeros_like(y) if tangent is None else tangent for y, tangent in pairs]
        return tree_unflatten(leaves, self.spec)

    def shares(self, weights, retain=True):
        """The gradients of the sources, for weights of the outputs."""
        create_graph = self.connected or any(
            weight is not None and weight.requires_grad for weight in weights
        )
        return self.gradients(self.outputs, weights, create_graph and grad_mode.enabled, retain)

    def rows(self, index):
        """The Jacobians of one output by each source."""
        output = self.outputs[index]
        ones = eye(output.numel(), dtype=output.dtype, device=output.device)
        onward = self.connected and grad_mode.enabled
        found = [
            self.gradients([output], [row.reshape(output.shape)], onward, True) for row in ones
        ]
        if not found:
            return [x.new_zeros((*output.shape, *x.shape)) for x in self.sources]
        return [
            stack(rows).reshape((*output.shape, *x.shape))
            for rows, x in zip(zip(*found, strict=True), self.sources, strict=True)
        ]

    def columns(self):
        """The Jacobians of each output by each source."""
        push = pushing(self.outputs, self.edges)
        onward = self.connected and grad_mode.enabled
        found: list[list[Tensor]] = [[] for _ in self.outputs]
        for place, x in enumerate(self.sources):
            tangents: list[Tensor | None] = [None] * len(self.sources)
            columns = []
            for column in eye(x.numel(), dtype=x.dtype, device=x.device):
                tangents[place] = column.reshape(x.shape)
                columns.append(push(tangents, onward))
            for i, y in enumerate(self.outputs):
                moved = [zeros_like(y) if each[i] is None else each[i] for each in columns]
                shape = (*y.shape, *x.shape)
                found[i].append(stack(moved, -1).reshape(shape) if moved else y.new_zeros(shape))
        return found

    def changes(self):
        """How the outputs change when the arguments change by the tangents given at first."""
        return self.settled(self.like_outputs(self.level.tangents_of(self.outputs)))

    def push_forward(self, tangents):
        """How the outputs change when the arguments change by `tangents`."""
        onward = self.connected or any(each.requires_grad for each in tangents)
        found = push_forward(self.outputs, self.edges, tangents, onward and grad_mode.enabled)
        return self.like_outputs(found)

    def gradients(self, outputs, weights, create_graph, retain):
        return gradients(outputs, self.edges, self.sources, weights, create_graph, retain)


def numel(tensors):
    """How many elements they have together."""
    return sum(x.numel() for x in tensors)


def writable(x):
    """A tensor of the same memory that is to be differentiated by, and may be written to."""
    return cut(x.detach().requires_grad_(), lambda g: g)


def places(argnums, count):
    """The positions that `argnums` names among so many arguments."""
    if isinstance(argnums, bool) or not isinstance(argnums, int | tuple):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    if argnums == () and count:
        raise RuntimeError("argnums must be non-empty")
    several = (argnums,) if isinstance(argnums, int) else argnums
    found = []
    for each in several:
        if not isinstance(each, int):
            raise RuntimeError(f"argnum must be int, got: {type(each)}")
        if not -count <= each < count:
            raise RuntimeError(f"Got argnum={each}, but only {count} positional inputs")
        found.append(each % count)
    if len(set(found)) < len(found):
        raise RuntimeError(f"argnums elements must be unique, got {tuple(found)}")
    return found


def gradients(outputs, places, sources, weights, create_graph, retain):
    """`autograd.grad` at `places`, with zeros like `sources` for what no output depends on."""
    pairs = [
        (output, weight)
        for output, weight in zip(outputs, weights, strict=True)
        if output.requires_grad
    ]
    if not pairs:
        return [zeros_like(x) for x in sources]
    found = engine.grad(
        [output for output, _ in pairs],
        places,
        [weight for _, weight in pairs],
        retain_graph=retain or create_graph,
        create_graph=create_graph,
        allow_unused=True,
    )
    return [
        zeros_like(x) if share is None else share for x, share in zip(sources, found, strict=True)
    ]
