"""Running a model on its example, and on others of other values and sizes."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor, wrap
from minitorch.onnx.errors import OnnxExporterError
from minitorch.onnx.program import Program
from minitorch.onnx.sizes import Symbol, other_sizes
from minitorch.onnx.trace import Trace, run
from minitorch.ops.random import get_rng_state, set_rng_state
from minitorch.utils._pytree import tree_flatten, tree_unflatten

Axes = Mapping[str, Mapping[int, str] | Sequence[int]]


class State:
    """Whether a model is being exported."""

    exporting = False


def is_in_onnx_export() -> bool:
    """Whether a model is being exported, for what it may do otherwise then."""
    return State.exporting


def read(model: Any, args: Any, kwargs: dict, input_names: Any, dynamic: Axes) -> Program:
    """The program that the model runs; its inputs have names.

    args, kwargs  the example
    dynamic       the axes that may have other sizes, as `export` takes them
    """
    args = tuple(args) if isinstance(args, tuple | list) else (args,)
    leaves, spec = tree_flatten((args, kwargs))
    tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
    require_on_cpu([*model.parameters(), *model.buffers(), *tensors])
    names = named(input_names, usual_names(model, args, kwargs), "input_names")
    axes = [axes_of(name, dynamic) for name in names]
    arrays = [t.array for t in tensors]

    def given(arrays):
        rest = iter(arrays)
        parts = [wrap(next(rest)) if isinstance(leaf, Tensor) else leaf for leaf in leaves]
        return tree_unflatten(parts, spec)

    def trace(arrays) -> Trace:
        args, kwargs = given([array.copy() for array in arrays])
        with no_grad():
            model(*args, **kwargs)  # what is made at the first call, and kept, is there then
        arrays = [array.copy() for array in arrays]  # the model may have written to the others
        args, kwargs = given(arrays)
        return run(model, args, kwargs, arrays, tensors_of)

    sizes = sizes_of(axes, arrays)
    starts = {name: next(other_sizes(n))[0] for name, n in sizes.items()}
    example = resized(arrays, axes, starts)
    with evaluated(model):
        first = trace(example) if starts == sizes else attempt(trace, example, f"sizes {starts}")
        altered = attempt(trace, [other_values(x) for x in example], "other values")
        traces, symbols, inputs = [first, altered], [], [example]
        for name, n in sizes.items():
            symbol, more, seen = changed(name, n, axes, arrays, starts, trace)
            symbols.append(symbol)
            inputs += more
            traces += seen
    program = Program(traces, symbols, inputs)
    for value, name in zip(program.inputs, names, strict=True):
        value.name = name
    return program


def attempt(trace, arrays, what):
    """The trace of another example than the one given, or an error that says how it came about."""
    try:
        return trace(arrays)
    except OnnxExporterError:
        raise
    except Exception as error:  # whatever the model says of it
        raise Failed(
            f"onnx.export: the model runs on the example, but not on {what}: {error}\n"
            "  it does so several times, to see what depends on what; give it an example that may "
            "be turned round, and leave axes of one size only out of dynamic_axes"
        ) from error


class Failed(OnnxExporterError):
    """The model failed on another example than the one given."""


def changed(name, n, axes, arrays, starts, trace):
    """The Symbol of a dynamic axis, the inputs in two other sizes of it, and their traces."""
    place, axis = next(
        (place, axis) for place, at in enumerate(axes) for axis in at if at[axis] == name
    )
    *tried, last = other_sizes(n)
    for sizes in (*tried, last):
        inputs = [resized(arrays, axes, starts | {name: size}) for size in sizes[1:]]
        what = f"{sizes[1]} or {sizes[2]} along the dynamic axis {name!r}"
        try:
            traces = [attempt(trace, each, what) for each in inputs]
        except Failed:
            if sizes is last:
                raise
        else:
            return Symbol(name, place, axis, sizes), inputs, traces


@contextmanager
def evaluated(model: Any) -> Iterator[None]:
    """The model in eval mode, and generators that go on afterwards as if nothing had been."""
    training = [(module, module.training) for module in model.modules()]
    state = get_rng_state()
    model.eval()
    State.exporting = True
    try:
        yield
    finally:
        State.exporting = False
        set_rng_state(state)
        for module, mode in training:
            module.training = mode


def require_on_cpu(tensors):
    if any(not tensor.is_cpu for tensor in tensors):
        raise OnnxExporterError(
            "onnx.export: the model or its arguments are on a GPU\n"
            "  move both to the CPU first, with .cpu(): the file knows of no devices"
        )


def tensors_of(returned):
    """The tensors in what a model returned."""
    leaves, _ = tree_flatten(returned)
    found = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
    if not found:
        raise OnnxExporterError(
            f"onnx.export: the model returns no tensors, but {type(returned).__name__}"
        )
    return found


# -------------------------------------------------------------------- names


def named(given: Sequence[str] | None, usual: list[str], what: str) -> list[str]:
    """The names that were given, and the usual ones for those that are missing.

    Raises ValueError for too many, and for one name twice.
    """
    given = list(given or ())
    if len(given) > len(usual):
        raise ValueError(
            f"number of {what} provided ({len(given)}) exceeded number of "
            f"{what.partition('_')[0]}s ({len(usual)})"
        )
    names = given + usual[len(given) :]
    if len(set(names)) < len(names):
        raise ValueError(f"onnx.export: {what} has one name twice: {names}")
    return names


def usual_names(model, args, kwargs):
    """For each tensor among the arguments the name of its parameter in `forward`."""
    bound = inspect.signature(model.forward).bind_partial(*args)
    names = []
    for name, value in (*bound.arguments.items(), *kwargs.items()):
        leaves = [leaf for leaf in tree_flatten(value)[0] if isinstance(leaf, Tensor)]
        whole = isinstance(value, Tensor)
        names += [name if whole else f"{name}_{at}" for at in range(len(leaves))]
    return names


def axes_of(name: str, dynamic: Axes) -> dict[int, str]:
    """The axes of an input or output that may have other sizes, with their names."""
    axes = dynamic.get(name, {})
    if isinstance(axes, Mapping):
        return dict(axes)
    return {axis: f"{name}_dynamic_axes_{at}" for at, axis in enumerate(axes, 1)}


# -------------------------------------------------------------------- other examples


def sizes_of(axes, arrays):
    """The size of each dynamic axis in the example, by name."""
    sizes: dict[str, int] = {}
    for at, array in zip(axes, arrays, strict=True):
        for axis, name in at.items():
            size = array.shape[axis]
            if sizes.setdefault(name, size) != size:
                raise ValueError(
                    f"onnx.export: the dynamic axis {name!r} has two sizes in the example: "
                    f"{sizes[name]} and {size}\n"
                    "  give axes of different sizes different names"
                )
    return sizes


def resized(arrays, axes, sizes):
    """The arrays with their dynamic axes in these sizes, cut off or repeated."""
    made = []
    for array, at in zip(arrays, axes, strict=True):
        for axis, name in at.items():
            array = np.take(array, np.arange(sizes[name]) % array.shape[axis], axis)
        made.append(array)
    return made


def other_values(array):
    """Other values that are as valid: the same ones in the opposite order, floats also nearer 0."""
    turned = np.flip(array)
    if array.dtype.kind != "f":
        return turned
    draw = np.asarray(np.random.default_rng(0).uniform(0.5, 1, array.shape), array.dtype)
    return np.asarray(turned * draw) if array.any() else draw
