"""The kernels of `numpy_recurrent.py` over CuPy arrays."""

import cupy as cp


def products(x, w, out):
    """x @ w[k] for each k: (n, I) and (G, I, H) to (G, n, H), in `out` or elsewhere.

    One product, for all gates: a batch of them takes three launches more, for their addresses.
    """
    gates, before, after = w.shape
    y = cp.matmul(x, w.swapaxes(0, 1).reshape(before, gates * after))
    return y.reshape(len(x), gates, after).swapaxes(0, 1)


def sum_of_products(d, w, room, out):
    """The sum of d[k] @ w[k], (G, n, H) and (G, H, I), into `out` (n, I); room (G, n, I)."""
    gates, n, width = d.shape
    rows = d.swapaxes(0, 1).reshape(n, gates * width)
    cp.matmul(rows, w.reshape(gates * width, w.shape[2]), out=out)


# Of the four gates the third is a tanh, the others are sigmoids: (tanh(z / 2) + 1) / 2.
_lstm_forward = cp.ElementwiseKernel(
    "raw T fresh, raw T bias, T before, bool biased, int64 size",
    "raw T gate, T cell, T squashed, T shown",
    """
    T y[4];
    for (int k = 0; k < 4; ++k) {
        const ptrdiff_t at = i + k * size;
        T z = tanh(gate[at] + fresh[at] + (biased ? bias[at] : T(0)));
        y[k] = k == 2 ? z : T(z * T(0.5) + T(0.5));
        gate[at] = y[k];
    }
    cell = y[1] * before + y[0] * y[2];
    squashed = tanh(cell);
    shown = y[3] * squashed;
    """,
    "lstm_forward",
)
_lstm_backward = cp.ElementwiseKernel(
    "T of_y, raw T gate, T squashed, T before, int64 size",
    "T of_c, raw T of_gates",
    """
    T y[4], d[4];
    for (int k = 0; k < 4; ++k) y[k] = gate[i + k * size];
    T c = of_c + (T(1) - squashed * squashed) * y[3] * of_y;
    d[0] = c * y[2];
    d[1] = c * before;
    d[2] = c * y[0];
    d[3] = of_y * squashed;
    of_c = c * y[1];
    for (int k = 0; k < 4; ++k)
        of_gates[i + k * size] = d[k] * T(k == 2 ? T(1) - y[k] * y[k] : y[k] * (T(1) - y[k]));
    """,
    "lstm_backward",
)


def lstm_forward(gate, fresh, bias, before, scale, shift, cell, squashed, shown):
    """Gates, cell and output of one step.

    gate      (4, n, H): what the input gives, becomes shift + scale * tanh(gate + fresh + bias)
    fresh     (4, n, H): what the last state gives; bias likewise, or None
    before    (n, H): the last cell; written are cell, squashed = tanh(cell) and shown, the output
    """
    biased = bias is not None
    bias = bias if biased else fresh
    _lstm_forward(fresh, bias, before, biased, before.size, gate, cell, squashed, shown)


def lstm_backward(of_y, of_c, gate, squashed, before, scale, shift, of_gates, slopes, steep):
    """The gradients of the gates of one step, (4, n, H), and of its last cell, in `of_c`.

    of_y, of_c     (n, H): the gradients of output and cell
    """
    _lstm_backward(of_y, gate, squashed, before, before.size, of_c, of_gates)
