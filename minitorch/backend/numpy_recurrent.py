"""What the steps of a recurrent layer do to all gates at once, over NumPy arrays.

Gates (G, n, H) lie in memory as `gates_room` makes it, weights and biases as `by_step` and
`at_each_step` do. What a step writes, it writes in place; `spare` is room of the shape of gates.
`cupy_recurrent.py` holds the same names and signatures for the GPU.
"""

from functools import lru_cache

import numpy as np

STRETCH = 256  # rows whose gates, (4, 256, 128) say, stay in the cache from use to use


def gates_room(gates, n, width, dtype):
    """Room for gates (G, n, H): the blocks (n, H) are contiguous."""
    return np.empty((gates, n, width), dtype)


def by_step(weight, gates):
    """(G*H, I) -> (G, I, H), contiguous: so small products take half the time."""
    weight = weight.reshape(gates, weight.shape[0] // gates, weight.shape[1])
    return np.ascontiguousarray(weight.swapaxes(1, 2))


def at_each_step(bias, gates, n):
    """(G*H,) -> (G, n, H) in full: adding rows of H numbers costs 50 ns each."""
    shape = gates, n, len(bias) // gates
    return np.ascontiguousarray(np.broadcast_to(bias.reshape(gates, 1, shape[2]), shape))


# -------------------------------------------------------------------- products


def products(x, w, out):
    """x @ w[k] for each k: (n, I) and (G, I, H) to (G, n, H), in `out`."""
    return np.matmul(x, w, out=out)


def sum_of_products(d, w, room, out):
    """The sum of d[k] @ w[k], (G, n, H) and (G, H, I), into `out` (n, I); room (G, n, I) or None.

    w  a view of (G*H, I)
    """
    np.matmul(d, w, out=room).sum(axis=0, out=out)


def add_sum_of_products(d, w, room, out):
    """`sum_of_products`, but added to `out`."""
    out += np.matmul(d, w, out=room).sum(axis=0)


def weight_share(d, before, total=None):
    """The gradient (G*H, I) of a weight, from those of the gates d and its factor before (n, I);
    added to `total`, in place, if there is one.
    """
    whole = np.matmul(d.swapaxes(1, 2), before)
    share = whole.reshape(whole.shape[0] * whole.shape[1], whole.shape[2])
    return share if total is None else np.add(total, share, out=total)


def bias_share(d, total=None):
    """The gradient (G*H,) of a bias, likewise; a product with ones takes a third of the time of a
    sum.
    """
    share = np.matmul(np.ones(d.shape[1], d.dtype), d).reshape(-1)
    return share if total is None else np.add(total, share, out=total)


# -------------------------------------------------------------------- LSTM


@lru_cache(8)
def _of_lstm_gates(dtype):
    """(scale, shift), (4, 1, 1): a sigmoid is (tanh(z/2) + 1) / 2, so each gate is shift + scale *
    tanh(scale * z).
    """
    return (
        np.asarray([0.5, 0.5, 1, 0.5], dtype).reshape(4, 1, 1),
        np.asarray([0.5, 0.5, 0, 0.5], dtype).reshape(4, 1, 1),
    )


def lstm_weights(inner, weight, bias, n):
    """(4*H, I), (4*H, P) and (4*H,) or None as `products` and `lstm_forward` take them."""
    scale, _ = _of_lstm_gates(inner.dtype)
    w, u = by_step(inner, 4) * scale, by_step(weight, 4) * scale
    return w, u, None if bias is None else at_each_step(bias, 4, n) * scale


def lstm_forward(gate, fresh, bias, before, cell, squashed, shown):
    """Gates, cell and output of one step, of weights as `lstm_weights` makes them.

    gate      (4, n, H): what the input gives, becomes i, f, g, o
    fresh     (4, n, H): what the last state gives; spoilt. bias likewise, or None
    before    (n, H): the last cell; written are cell, squashed = tanh(cell) and shown, the output
    """
    scale, shift = _of_lstm_gates(gate.dtype)
    if bias is not None:
        fresh += bias
    gate += fresh
    np.tanh(gate, out=gate)
    gate *= scale
    gate += shift
    i, f, new, o = gate
    np.multiply(f, before, out=cell)
    cell += np.multiply(i, new, out=fresh[0])
    np.tanh(cell, out=squashed)
    np.multiply(o, squashed, out=shown)


def lstm_backward(g, of_y, of_c, gate, squashed, before, of_gates, spare, steep):
    """The gradients of the gates of one step, (4, n, H), and of its last cell, in `of_c`.

    g           (n, H), to be added to of_y, or None
    of_y, of_c  (n, H): the gradients of output and cell; of_y is spoilt
    steep       (n, H): room

    Of each gate the derivative is scale**2 - (gate - shift)**2: y*(1 - y) for a sigmoid, 1 - y*y
    for tanh.
    """
    scale, shift = _of_lstm_gates(gate.dtype)
    if g is not None:
        of_y += g
    i, f, new, o = gate
    di, df, dg, do = of_gates
    np.multiply(of_y, squashed, out=do)
    np.multiply(squashed, squashed, out=steep)
    np.subtract(1, steep, out=steep)
    steep *= o
    steep *= of_y
    of_c += steep
    np.multiply(of_c, new, out=di)
    np.multiply(of_c, before, out=df)
    np.multiply(of_c, i, out=dg)
    of_c *= f
    np.subtract(gate, shift, out=spare)
    spare *= spare
    np.subtract(scale * scale, spare, out=spare)
    of_gates *= spare


# -------------------------------------------------------------------- GRU


def gru_forward(given, bias, fresh, hidden_bias, before, gate, hidden, shown):
    """Gates and state of one step.

    given   (3, n, H), in any order in memory: what the input gives; bias likewise, or None
    fresh   (3, n, H): what the last state gives; spoilt. hidden_bias likewise, or None
    before  (n, H): the last state

    Written are gate, (3, n, H), to r, z, n; hidden, what of `fresh` belongs to n; and shown.
    """
    if hidden_bias is not None:
        fresh += hidden_bias
    if bias is None:
        gate[...] = given
    else:
        np.add(given, bias, out=gate)
    both, new = gate[:2], gate[2]
    both += fresh[:2]
    both *= 0.5
    np.tanh(both, out=both)
    both *= 0.5
    both += 0.5
    hidden[...] = fresh[2]
    fresh[2] *= both[0]
    new += fresh[2]
    np.tanh(new, out=new)
    np.subtract(before, new, out=shown)
    shown *= both[1]
    shown += new


def gru_backward(g, of_h, gate, hidden, before, of_gates, of_fresh, spare):
    """The gradients of what the input and the last state gave to the gates, (3, n, H) each.

    g     (n, H), to be added to of_h, or None
    of_h  (n, H): the gradient of the state; becomes the share of it that goes by the gates
    """
    if g is not None:
        of_h += g
    both, new, spare = gate[:2], gate[2], spare[:2]
    dr, dz, dn = of_gates
    np.subtract(before, new, out=dz)
    dz *= of_h
    bent = np.multiply(new, new, out=spare[0])
    np.subtract(1, bent, out=bent)
    np.subtract(1, both[1], out=dn)
    dn *= bent
    dn *= of_h
    np.multiply(dn, hidden, out=dr)
    slope = np.multiply(both, both, out=spare)
    of_gates[:2] *= np.subtract(both, slope, out=slope)
    of_fresh[:2] = of_gates[:2]
    np.multiply(dn, both[0], out=of_fresh[2])
    of_h *= both[1]


# -------------------------------------------------------------------- tanh and ReLU


def rnn_forward(y, gate, bias, relu):
    """tanh(y + gate + bias), or the larger of that sum and 0, in y; all (n, H), bias may be None.

    y  what the last state gives
    """
    y += gate
    if bias is not None:
        y += bias
    if relu:
        np.maximum(y, 0, out=y)
    else:
        np.tanh(y, out=y)


def rnn_backward(g, of_h, y, of_gate, relu):
    """The gradient of the sum, in of_gate; all (n, H), g, to be added to of_h, may be None."""
    if g is not None:
        of_h += g
    if relu:
        np.greater(y, 0, out=of_gate)
    else:
        np.multiply(y, y, out=of_gate)
        np.subtract(1, of_gate, out=of_gate)
    of_gate *= of_h
