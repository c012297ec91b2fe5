"""From a model and example arguments to an ONNX model."""

import os
import warnings
from collections.abc import Sequence
from typing import Any

from minitorch.nn.modules.module import Module
from minitorch.onnx import (  # noqa: F401  their rules
    activations,
    elementwise,
    layers,
    recurrent,
    reductions,
    shapes,
)
from minitorch.onnx.graph import Graph, pruned, write
from minitorch.onnx.program import Program
from minitorch.onnx.reading import Axes, axes_of, named, read
from minitorch.onnx.rules import RULES
from minitorch.onnx.sizes import Dim

OPSETS = range(18, 24)


def export(
    model: Module,
    args: Any = (),
    f: Any = None,
    *,
    kwargs: dict[str, Any] | None = None,
    verbose: bool | None = None,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    opset_version: int | None = None,
    dynamo: bool = True,
    export_params: bool = True,
    keep_initializers_as_inputs: bool = False,
    dynamic_axes: Axes | None = None,
    do_constant_folding: bool = True,
) -> Any:
    """Write the model as an ONNX graph, which other programs run; returns the `onnx.ModelProto`.

    args           an example: a tensor, or a tuple of arguments. Tensors become inputs of the
                   graph, whatever else there is becomes part of it
    f              path, or a file that is open for writing bytes; None: nothing is written
    kwargs         arguments by name
    verbose        print the graph
    input_names    of the tensors in order; those that are missing are called as in `forward`
    output_names   of the tensors that come out, in order
    opset_version  18 to 23; None: 18
    export_params  False: parameters and buffers are inputs of the graph, without values
    keep_initializers_as_inputs  they have values, but are inputs too
    dynamic_axes   which axes may have other sizes than in the example: {"x": {0: "batch"}}, or
                   {"x": [0]}. Axes of one name have one size

    The model runs in eval mode, several times: on the example, on other values, and for each
    dynamic axis with two other sizes (smaller ones, if the example has more than five). What
    differs between runs shows what depends on what. A graph has no branches: a course that depends
    on values is refused, as are values that leave tensors and come back.
    `dynamo` and `do_constant_folding` change nothing: there is one way to export, and what does not
    depend on the inputs is computed beforehand.

    Raises ImportError without the package onnx, UnsupportedOperatorError for an op that is not in
    docs/onnx.md, OnnxExporterError for a model that is no graph.
    """
    onnx = the_package()
    opset = 18 if opset_version is None else opset_version
    if opset not in OPSETS:
        raise ValueError(f"Unsupported ONNX opset version: {opset}\n  it may be 18 to 23")
    if not isinstance(model, Module):
        raise TypeError(f"onnx.export: model must be an nn.Module, not {type(model).__name__}")
    dynamic = dynamic_axes or {}
    program = read(model, args, kwargs or {}, input_names, dynamic)
    usual = [f"output_{at}" if at else "output" for at in range(len(program.outputs))]
    names = named(output_names, usual, "output_names")
    for name in dynamic.keys() - {value.name for value in program.inputs} - set(names):
        warnings.warn(
            f"Provided key {name} for dynamic axes is not a valid input/output name", stacklevel=2
        )
    graph = Graph(onnx, program.inputs, names)
    for step in program.steps:
        write(graph, step, RULES, opset)
    outputs = [
        info(graph, name, value, axes_of(name, dynamic))
        for name, value in zip(names, program.outputs, strict=True)
    ]
    nodes = pruned(graph, program.outputs, names)
    kept = constants(graph, program, nodes, export_params, keep_initializers_as_inputs)
    proto = model_of(graph, nodes, outputs, opset, *kept)
    onnx.checker.check_model(proto)
    if verbose:
        print(onnx.printer.to_text(proto))
    if hasattr(f, "write"):
        f.write(proto.SerializeToString())
    elif f is not None:
        with open(os.fspath(f), "wb") as file:
            file.write(proto.SerializeToString())
    return proto


def the_package() -> Any:
    """The package onnx."""
    try:
        import onnx  # noqa: PLC0415  an extra
        import onnx.checker  # noqa: PLC0415  an extra
        import onnx.numpy_helper  # noqa: PLC0415  an extra
        import onnx.printer  # noqa: PLC0415  an extra
    except ImportError:
        raise ImportError(
            'onnx.export needs the package onnx: pip install "minitorch-numpy[onnx]"'
        ) from None
    return onnx


# -------------------------------------------------------------------- the file


def info(graph: Graph, name: str, value: Any, labels: dict[int, str]) -> Any:
    """What the graph says of an input or an output.

    labels  names of axes of other sizes; those that have none are called by how they come about
    """
    shape = [
        labels.get(axis, formula(n, f"{name}_{axis}")) if isinstance(n, Dim) else n
        for axis, n in enumerate(value.shape)
    ]
    return graph.onnx.helper.make_tensor_value_info(name, graph.type(value.dtype), shape)


def formula(dim: Dim, name: str) -> str:
    """A Dim as text, such as "2*batch + 1"; `name` where there is no formula."""
    product = "*".join(symbol.name for symbol in dim.symbols) or name
    product = product if dim.factor == 1 else f"{dim.factor}*{product}"
    return product if not dim.offset else f"{product} {'+-'[dim.offset < 0]} {abs(dim.offset)}"


def constants(graph: Graph, program: Program, nodes: list, values: bool, as_inputs: bool) -> Any:
    """The constants that the nodes use, as initializers, and as inputs where they are these too.

    values     whether parameters and buffers have their values
    as_inputs  whether they are inputs
    """
    helper, used = graph.onnx.helper, {name for node in nodes for name in node.input}
    learned = {value.name for value in program.leaves.values() if value.learned}
    inputs, initializers = [], []
    for name, array in graph.constants.items():
        if name not in used:
            continue
        if name in learned and (as_inputs or not values):
            kind = graph.type(array.dtype)
            inputs.append(helper.make_tensor_value_info(name, kind, array.shape))
        if name not in learned or values:
            initializers.append(graph.onnx.numpy_helper.from_array(array, name))
    return initializers, inputs


def model_of(graph: Graph, nodes: list, outputs: list, opset: int, values: list, more: list) -> Any:
    """The ModelProto; `more` are inputs besides those of the graph."""
    helper = graph.onnx.helper
    inputs = [info(graph, value.name or "", value, {}) for value in graph.inputs]
    imports = [helper.make_opsetid("", opset)]
    return helper.make_model(
        helper.make_graph(nodes, "minitorch", inputs + more, outputs, values),
        opset_imports=imports,
        ir_version=helper.find_min_ir_version_for(imports),
        producer_name="minitorch",
    )
