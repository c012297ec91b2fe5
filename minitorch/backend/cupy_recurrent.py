"""The kernels of `numpy_recurrent.py` over CuPy arrays: a step is two launches, there and back.

All gates of a row lie in a row, so that the products for all of them are one; no step waits for
room in a cache.
"""

import cupy as cp
from cupy import cublas

STRETCH = 1 << 62  # rows: all at once


def gates_room(gates, n, width, dtype):
    """Room for gates (G, n, H): a view of (n, G*H)."""
    return cp.empty((n, gates, width), dtype).swapaxes(0, 1)


def _rows(x):
    """(G, n, H) -> (n, G*H), a view if it is of `gates_room`."""
    gates, n, width = x.shape
    return x.swapaxes(0, 1).reshape(n, gates * width)


def by_step(weight, gates):
    """(G*H, I) -> (G, I, H), a view."""
    return weight.reshape(gates, weight.shape[0] // gates, weight.shape[1]).swapaxes(1, 2)


def at_each_step(bias, gates, n):
    """(G*H,) -> (G, 1, H): the kernels repeat it."""
    return bias.reshape(gates, 1, len(bias) // gates)


# -------------------------------------------------------------------- products


def products(x, w, out):
    """x @ w[k] for each k: (n, I) and (G, I, H) to (G, n, H), in `out`."""
    cp.matmul(x, w.swapaxes(0, 1).reshape(w.shape[1], -1), out=_rows(out))
    return out


def sum_of_products(d, w, room, out):
    """The sum of d[k] @ w[k], (G, n, H) and (G, H, I), into `out` (n, I)."""
    cp.matmul(_rows(d), w.reshape(-1, w.shape[2]), out=out)


def add_sum_of_products(d, w, room, out):
    """`sum_of_products`, but added to `out`."""
    if d.size:
        cublas.gemm("N", "N", _rows(d), w.reshape(-1, w.shape[2]), out, beta=1.0)


def weight_share(d, before, total=None):
    """The gradient (G*H, I) of a weight, from those of the gates d and its factor before (n, I);
    added to `total`, in place, if there is one.
    """
    if total is None:
        return cp.matmul(_rows(d).T, before)
    return cublas.gemm("T", "N", _rows(d), before, total, beta=1.0) if d.size else total


def bias_share(d, total=None):
    """The gradient (G*H,) of a bias, likewise."""
    share = _rows(d).sum(axis=0)
    return share if total is None else cp.add(total, share, out=total)


# -------------------------------------------------------------------- LSTM

# The element i of (n, H) belongs to the gates at AT, AT + width, ...
_AT = "const ptrdiff_t column = i % width, at = (i - column) * gates + column;"

_lstm_forward = cp.ElementwiseKernel(
    "raw T fresh, raw T bias, T before, bool biased, int64 width",
    "raw T gate, T cell, T squashed, T shown",
    f"""
    const ptrdiff_t gates = 4; {_AT}
    T y[4];
    for (int k = 0; k < 4; ++k) {{
        const ptrdiff_t here = at + k * width;
        T z = gate[here] + fresh[here];
        if (biased) z += bias[column + k * width];
        y[k] = k == 2 ? T(tanh(z)) : T(tanh(z * T(0.5)) * T(0.5) + T(0.5));
        gate[here] = y[k];
    }}
    cell = y[1] * before + y[0] * y[2];
    squashed = tanh(cell);
    shown = y[3] * squashed;
    """,
    "lstm_forward",
)
_lstm_backward = cp.ElementwiseKernel(
    "T g, T of_y, raw T gate, T squashed, T before, bool more, int64 width",
    "T of_c, raw T of_gates",
    f"""
    const ptrdiff_t gates = 4; {_AT}
    T y[4], d[4];
    for (int k = 0; k < 4; ++k) y[k] = gate[at + k * width];
    T of_shown = of_y;
    if (more) of_shown += g;
    T c = of_c + (T(1) - squashed * squashed) * y[3] * of_shown;
    d[0] = c * y[2];
    d[1] = c * before;
    d[2] = c * y[0];
    d[3] = of_shown * squashed;
    of_c = c * y[1];
    for (int k = 0; k < 4; ++k)
        of_gates[at + k * width] = d[k] * T(k == 2 ? T(1) - y[k] * y[k] : y[k] * (T(1) - y[k]));
    """,
    "lstm_backward",
)


def lstm_weights(inner, weight, bias, n):
    """(4*H, I), (4*H, P) and (4*H,) or None as `products` and `lstm_forward` take them."""
    bias = None if bias is None else at_each_step(bias, 4, n)
    return by_step(inner, 4), by_step(weight, 4), bias


def lstm_forward(gate, fresh, bias, before, cell, squashed, shown):
    """Gates, cell and output of one step, of weights as `lstm_weights` makes them.

    gate      (4, n, H): what the input gives, becomes i, f, g, o
    fresh     (4, n, H): what the last state gives. bias likewise, or None
    before    (n, H): the last cell; written are cell, squashed = tanh(cell) and shown, the output
    """
    fresh, width = _rows(fresh), before.shape[1]
    given = fresh if bias is None else bias
    arrays = _rows(gate), cell, squashed, shown
    _lstm_forward(fresh, given, before, bias is not None, width, *arrays)


def lstm_backward(g, of_y, of_c, gate, squashed, before, of_gates, spare, steep):
    """The gradients of the gates of one step, (4, n, H), and of its last cell, in `of_c`.

    g           (n, H), to be added to of_y, or None
    of_y, of_c  (n, H): the gradients of output and cell
    """
    arrays = of_y if g is None else g, of_y, _rows(gate), squashed, before
    _lstm_backward(*arrays, g is not None, before.shape[1], of_c, _rows(of_gates))


# -------------------------------------------------------------------- GRU

_gru_forward = cp.ElementwiseKernel(
    "raw T given, raw T bias, raw T fresh, raw T hidden_bias, T before, bool biased, "
    "bool hidden_biased, int64 width",
    "raw T gate, T hidden, T shown",
    f"""
    const ptrdiff_t gates = 3; {_AT}
    T y[3];
    for (int k = 0; k < 3; ++k) {{
        const ptrdiff_t here = at + k * width;
        T s = fresh[here], z = given[i + k * _ind.size()];
        if (hidden_biased) s += hidden_bias[column + k * width];
        if (biased) z += bias[column + k * width];
        if (k == 2) hidden = s;
        y[k] = k == 2 ? T(tanh(z + s * y[0])) : T(tanh((z + s) * T(0.5)) * T(0.5) + T(0.5));
        gate[here] = y[k];
    }}
    shown = (before - y[2]) * y[1] + y[2];
    """,
    "gru_forward",
)
_gru_backward = cp.ElementwiseKernel(
    "T g, raw T gate, T hidden, T before, bool more, int64 width",
    "T of_h, raw T of_gates, raw T of_fresh",
    f"""
    const ptrdiff_t gates = 3; {_AT}
    const T r = gate[at], z = gate[at + width], y = gate[at + 2 * width];
    T whole = of_h;
    if (more) whole += g;
    const T dn = whole * (T(1) - z) * (T(1) - y * y);
    const T dr = dn * hidden * (r - r * r), dz = whole * (before - y) * (z - z * z);
    of_gates[at] = of_fresh[at] = dr;
    of_gates[at + width] = of_fresh[at + width] = dz;
    of_gates[at + 2 * width] = dn;
    of_fresh[at + 2 * width] = dn * r;
    of_h = whole * z;
    """,
    "gru_backward",
)


def gru_forward(given, bias, fresh, hidden_bias, before, gate, hidden, shown):
    """Gates and state of one step.

    given   (3, n, H), in any order in memory: what the input gives; bias likewise, or None
    fresh   (3, n, H): what the last state gives. hidden_bias likewise, or None
    before  (n, H): the last state

    Written are gate, (3, n, H), to r, z, n; hidden, what of `fresh` belongs to n; and shown.
    """
    fresh, width = _rows(fresh), before.shape[1]
    b, hb = (fresh if each is None else each for each in (bias, hidden_bias))
    biased = bias is not None, hidden_bias is not None
    arrays = _rows(gate), hidden, shown
    _gru_forward(given, b, fresh, hb, before, *biased, width, *arrays)


def gru_backward(g, of_h, gate, hidden, before, of_gates, of_fresh, spare):
    """The gradients of what the input and the last state gave to the gates, (3, n, H) each.

    g     (n, H), to be added to of_h, or None
    of_h  (n, H): the gradient of the state; becomes the share of it that goes by the gates
    """
    arrays = of_h if g is None else g, _rows(gate), hidden, before
    written = of_h, _rows(of_gates), _rows(of_fresh)
    _gru_backward(*arrays, g is not None, before.shape[1], *written)


# -------------------------------------------------------------------- tanh and ReLU

_rnn_forward = cp.ElementwiseKernel(
    "T gate, T bias, bool biased, bool relu",
    "T y",
    """
    T z = y + gate;
    if (biased) z += bias;
    y = relu ? (z > T(0) || z != z ? z : T(0)) : T(tanh(z));
    """,
    "rnn_forward",
)
_rnn_backward = cp.ElementwiseKernel(
    "T g, T of_h, T y, bool more, bool relu",
    "T of_gate",
    """
    T whole = of_h;
    if (more) whole += g;
    of_gate = whole * (relu ? T(y > T(0)) : T(1) - y * y);
    """,
    "rnn_backward",
)


def rnn_forward(y, gate, bias, relu):
    """tanh(y + gate + bias), or the larger of that sum and 0, in y; all (n, H), bias may be None.

    y  what the last state gives
    """
    _rnn_forward(gate, gate if bias is None else bias, bias is not None, relu, y)


def rnn_backward(g, of_h, y, of_gate, relu):
    """The gradient of the sum, in of_gate; all (n, H), g, to be added to of_h, may be None."""
    _rnn_backward(of_h if g is None else g, of_h, y, g is not None, relu, of_gate)
