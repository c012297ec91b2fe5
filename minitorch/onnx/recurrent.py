"""Rules of recurrent layers.

Each op is one layer in one direction, over packed rows. ONNX orders gates otherwise (i, o, f, g for
an LSTM, z, r, n for a GRU), and has a leading dimension for the direction. Where the input's share
of the gates was a product of its own, it is undone: ONNX's operators take the input itself.
"""

import numpy as np

from minitorch.onnx.errors import OnnxExporterError
from minitorch.onnx.program import Repeated, Value
from minitorch.onnx.rules import rule


def weights_of(g, gates, order, x_weight, weight, biases):
    """ONNX's W (1, G*H, I), R (1, G*H, H) and B (1, 2*G*H), with the gates in this order."""
    made = [
        by_order(g.constants_of(each, "a weight of a recurrent layer"), gates, order)[None]
        for each in (x_weight, weight)
    ]
    width = weight.shape[0]
    parts = [
        np.zeros(width, weight.dtype)
        if each is None
        else by_order(g.constants_of(each, "a bias of a recurrent layer"), gates, order)
        for each in biases
    ]
    return [g.constant(each) for each in (*made, np.concatenate(parts)[None])]


def by_order(array, gates, order):
    """(G*H, ...) with the G blocks of rows in another order."""
    blocks = array.reshape(gates, -1, *array.shape[1:])
    return np.ascontiguousarray(blocks[list(order)]).reshape(array.shape)


def run(g, kind, x, states, weights, sizes, width, **attributes):
    """The node: all outputs (rows, H) and the last states (N, H)."""
    if not isinstance(sizes, Repeated) and len(set(sizes)) > 1:
        raise OnnxExporterError(
            "a recurrent layer over sequences of unequal length (a PackedSequence)\n"
            "  pad them, and read each at its own end"
        )
    batch, steps = sizes if isinstance(sizes, Repeated) else (sizes[0], len(sizes))
    x = g.reshape(x, [steps, batch, width])
    starts = [g.node("Unsqueeze", state, g.ints([0])) for state in states]
    made = g.node(
        kind, x, *weights, None, *starts, outputs=1 + len(starts), **attributes
    )  # Y (T, 1, N, H), and (1, N, H) each
    rows = g.node("Reshape", made[0], g.ints([-1, attributes["hidden_size"]]))
    return rows, *[g.node("Squeeze", each, g.ints([0])) for each in made[1:]]


@rule("lstm_steps")
def lstm_steps(g, out, x, h, c, inner, weight, bias, projection, sizes, wanted):
    if projection is not None:
        return projected(g, x, h, c, inner, weight, bias, projection, sizes)
    weights = weights_of(g, 4, (0, 3, 1, 2), inner, weight, (bias, None))
    return run(g, "LSTM", x, (h, c), weights, sizes, inner.shape[1], hidden_size=weight.shape[1])


def projected(g, x, h, c, inner, weight, bias, projection, sizes):
    """ONNX has no LSTM with a projection P: here one with the weight U P in place of U, whose
    outputs are projected afterwards. It starts from some h' of which P h' = h.
    """
    p = g.constants_of(projection, "a projection")  # (P, H)
    if np.linalg.matrix_rank(p) < len(p):
        raise OnnxExporterError("an LSTM whose projection has rows that depend on one another")
    u = g.constants_of(weight, "a weight of a recurrent layer")
    whole = Value((len(u), p.shape[1]), u.dtype)
    whole.array = (u.astype("f8") @ p).astype(u.dtype)
    start = g.node("MatMul", h, g.constant(np.linalg.pinv(p.T.astype("f8")).astype(p.dtype)))
    weights = weights_of(g, 4, (0, 3, 1, 2), inner, whole, (bias, None))
    rows, last, cells = run(
        g, "LSTM", x, (start, c), weights, sizes, inner.shape[1], hidden_size=p.shape[1]
    )
    turned = g.constant(np.ascontiguousarray(p.T))
    return g.node("MatMul", rows, turned), g.node("MatMul", last, turned), cells


@rule("gru_steps")
def gru_steps(g, out, gates, h, weight, bias, hidden_bias, sizes):
    x, inner = before_product(g, gates)
    weights = weights_of(g, 3, (1, 0, 2), inner, weight, (bias, hidden_bias))
    return run(
        g, "GRU", x, (h,), weights, sizes, inner.shape[1], hidden_size=weight.shape[1],
        linear_before_reset=1,
    )  # fmt: skip


@rule("rnn_steps")
def rnn_steps(g, out, gates, h, weight, bias, sizes, relu):
    x, inner = before_product(g, gates)
    weights = weights_of(g, 1, (0,), inner, weight, (bias, None))
    return run(
        g, "RNN", x, (h,), weights, sizes, inner.shape[1], hidden_size=weight.shape[1],
        activations=["Relu" if relu else "Tanh"],
    )  # fmt: skip


def before_product(g, gates):
    """x (rows, I) and the weight (G*H, I) whose product the gates (G, rows, H) are."""
    if gates.step is None or gates.step.op.name != "matmul":
        raise OnnxExporterError("gates that are no product of inputs and weights")
    x, turned = gates.step.inputs
    array = g.constants_of(turned, "a weight of a recurrent layer").swapaxes(1, 2)
    inner = Value((array.shape[0] * array.shape[1], array.shape[2]), array.dtype)
    inner.array = array.reshape(inner.shape)
    return x, inner
