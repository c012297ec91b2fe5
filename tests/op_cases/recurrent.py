"""Rows for the steps of recurrent layers, and for single cells."""

import numpy as np

from op_cases.row import case


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_step(z, h, c, projection):
    i, f, g, o = z
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return h if projection is None else h @ projection.T, c


def gru_step(x, s, h):
    r, z = sigmoid(x[0] + s[0]), sigmoid(x[1] + s[1])
    return (1 - z) * np.tanh(x[2] + r * s[2]) + z * h


def by_gate(x, gates):
    """(n, G*H) -> (G, n, H)"""
    return x.reshape(len(x), gates, -1).swapaxes(0, 1)


def number(bias):
    return 0 if bias is None else bias


def walked(step, states, sizes):
    """All first states in packed rows, and the last ones, from step(rows, *states)."""
    states, shown, start = [state.copy() for state in states], [], 0
    for n in sizes:
        new = step(slice(start, start + n), *[state[:n] for state in states])
        for state, now in zip(states, new, strict=True):
            state[:n] = now
        shown.append(new[0])
        start += n
    return np.concatenate(shown), *states


def lstm(x, h, c, inner, weight, bias=None, projection=None, sizes=()):
    def step(rows, h, c):
        z = x[rows] @ inner.T + h @ weight.T + number(bias)
        return lstm_step(by_gate(z, 4), h, c, projection)

    return walked(step, (h, c), sizes)


def gru(gates, h, weight, bias=None, hidden_bias=None, sizes=()):
    def step(rows, h):
        x = gates[:, rows] + number(bias if bias is None else bias.reshape(3, 1, -1))
        return (gru_step(x, by_gate(h @ weight.T + number(hidden_bias), 3), h),)

    return walked(step, (h,), sizes)


def rnn(gates, h, weight, bias=None, sizes=(), relu=False):
    def step(rows, h):
        z = gates[0, rows] + h @ weight.T + number(bias)
        return (np.maximum(z, 0) if relu else np.tanh(z),)

    return walked(step, (h,), sizes)


def lstm_cell(f, x, h, c, *weights):
    return f(x, (h, c), *weights)


def like_lstm_cell(x, h, c, w, u, b, hb):
    return lstm(x, h, c, w, u, b + hb, None, (len(x),))[1:]


def like_gru_cell(x, h, w, u, b, hb):
    return gru_step(by_gate(x @ w.T + b, 3), by_gate(h @ u.T + hb, 3), h)


def like_rnn_cell(f):
    return lambda x, h, w, u, b, hb: f(x @ w.T + b + h @ u.T + hb)


TURNED = np.array([3, 4, 2, 0, 1])  # sequences of 2, 2 and 1
STEPS = {"values": (-1, 1), "shapes": False, "torch": None}

CASES = [
    case("lstm_steps", [(4, 2), (2, 3), (2, 3), (12, 2), (12, 3), (12,)], sizes=(2, 2), like=lstm,
         **STEPS),
    case("lstm_steps", [(3, 2), (2, 2), (2, 3), (12, 2), (12, 2), None, (2, 3)], sizes=(2, 1),
         like=lstm, **STEPS),
    case("gru_steps", [(3, 4, 2), (2, 2), (6, 2), (6,), (6,)], sizes=(2, 2), like=gru, **STEPS),
    case("gru_steps", [(3, 3, 2), (2, 2), (6, 2)], sizes=(2, 1), like=gru, **STEPS),
    case("rnn_steps", [(1, 6, 2), (3, 2), (2, 2), (2,)], sizes=(3, 2, 1), like=rnn, **STEPS),
    case("rnn_steps", [(1, 4, 2), (2, 2), (2, 2)], sizes=(2, 2), relu=True, like=rnn, **STEPS),
    case("reordered", [(5, 2)], index=TURNED, like=lambda x, index: x[index], **STEPS),
    case("lstm_cell", [(2, 3), (2, 2), (2, 2), (8, 3), (8, 2), (8,), (8,)], call=lstm_cell,
         like=like_lstm_cell, values=(-1, 1), shapes=False),
    case("gru_cell", [(2, 3), (2, 2), (6, 3), (6, 2), (6,), (6,)], like=like_gru_cell,
         values=(-1, 1), shapes=False),
    case("rnn_tanh_cell", [(2, 3), (2, 2), (2, 3), (2, 2), (2,), (2,)],
         like=like_rnn_cell(np.tanh), values=(-1, 1), shapes=False),
    case("rnn_relu_cell", [(2, 3), (2, 2), (2, 3), (2, 2), (2,), (2,)],
         like=like_rnn_cell(lambda z: np.maximum(z, 0)), values=(-1, 1), shapes=False),
    case("gru_cell", [(2, 4), (2, 2), (6, 3), (6, 2)],
         raises="input has inconsistent input_size: got 4 expected 3"),
    case("gru_cell", [(2, 3), (2, 2), (4, 3), (4, 2)],
         raises="weight_ih first dim must be 3 * hidden_size = 6, but got 4"),
    case("rnn_tanh_cell", [(2, 3), (1, 2), (2, 3), (2, 2)],
         raises="Input batch size 2 doesn't match hidden0 batch size 1"),
    case("lstm_cell", [(2, 3), (2, 2), (2, 1), (8, 3), (8, 2)], call=lstm_cell,
         raises="hidden1 has inconsistent hidden_size: got 1, expected 2"),
]  # fmt: skip
