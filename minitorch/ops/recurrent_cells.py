"""The cells of recurrent layers: the formulas of one step, each with its vjp.

The sequences of a batch lie in packed rows: all first elements, then all second ones, and so on,
the longest sequence first, so that at each step those that go on are the first `n` rows of the
state. `sizes` names n for every step; where all sequences are equally long it is N each time.

`unrolled` runs a cell step by step, with nothing in place, for higher derivatives.
`recurrent_steps.py` computes the same fast.
"""

from minitorch.backend.namespaces import namespace


def lstm_cell_of(gates, h, c, weight, bias, projection):
    """One step: i, f, o = sigmoid(...), g = tanh(...) of gates + h @ weight.T + bias,
    c' = f*c + i*g, h' = o*tanh(c') @ projection.T.

    gates       (4, n, H) in the order i, f, g, o
    h, c        (n, P), (n, H)
    weight      (4*H, P)
    bias        (4*H,) or None
    projection  (P, H); None: there is none, and P is H
    """
    xp, w = namespace(gates), by_gate(weight, 4)
    z = gates + xp.matmul(h, w.swapaxes(1, 2)) + (0 if bias is None else of_gates(bias, 4))
    i, f, o = (xp.sigmoid(z[k]) for k in (0, 1, 3))
    g = xp.tanh(z[2])
    after = f * c + i * g
    t = xp.tanh(after)
    y = o * t

    def vjp(gh, gc):
        gp = None if projection is None else gh.T @ y
        gy = gh if projection is None else gh @ projection
        gc = gc + gy * o * (1 - t * t)
        di, df, do = gc * g * i * (1 - i), gc * c * f * (1 - f), gy * t * o * (1 - o)
        d = xp.stack([di, df, gc * i * (1 - g * g), do])
        shares = (share_of_weight(d, h), share_of_bias(bias, d), gp)
        return d, (xp.matmul(d, w).sum(axis=0), gc * f), shares

    return (y if projection is None else y @ projection.T, after), vjp


def gru_cell_of(gates, h, weight, bias, hidden_bias):
    """One step: r, z = sigmoid(gates + bias + s), n = tanh(gates + bias + r*s),
    h' = (1 - z)*n + z*h, where s = h @ weight.T + hidden_bias.

    gates              (3, n, H) in the order r, z, n
    h                  (n, H)
    weight             (3*H, H)
    bias, hidden_bias  (3*H,) or None
    """
    xp, w = namespace(gates), by_gate(weight, 3)
    s = xp.matmul(h, w.swapaxes(1, 2)) + (0 if hidden_bias is None else of_gates(hidden_bias, 3))
    x = gates + (0 if bias is None else of_gates(bias, 3))
    r, z = xp.sigmoid(x[0] + s[0]), xp.sigmoid(x[1] + s[1])
    n = xp.tanh(x[2] + r * s[2])

    def vjp(gh):
        dn = gh * (1 - z) * (1 - n * n)
        dr, dz = dn * s[2] * r * (1 - r), gh * (h - n) * z * (1 - z)
        d, e = xp.stack([dr, dz, dn]), xp.stack([dr, dz, dn * r])
        shares = (share_of_weight(e, h), share_of_bias(bias, d), share_of_bias(hidden_bias, e))
        return d, (gh * z + xp.matmul(e, w).sum(axis=0),), shares

    return (n + z * (h - n),), vjp


def rnn_cell_of(gates, h, weight, bias, relu):
    """One step: h' = tanh(gates + h @ weight.T + bias), or the larger of that and 0.

    gates   (1, n, H)
    h       (n, H)
    weight  (H, H)
    bias    (H,) or None
    relu    whether it is max(0, ...)
    """
    xp = namespace(gates)
    z = gates[0] + h @ weight.T + (0 if bias is None else bias)
    y = xp.maximum(z, xp.zeros_like(z)) if relu else xp.tanh(z)

    def vjp(gh):
        d = (gh * xp.astype(y > 0, y.dtype) if relu else gh * (1 - y * y)).reshape(1, *y.shape)
        return d, (d[0] @ weight,), (share_of_weight(d, h), share_of_bias(bias, d))

    return (y,), vjp


def unrolled(cell, gates, states, weights, sizes):
    """Value and vjp of all steps of `cell`, as the op of these steps returns them."""
    xp = namespace(gates)
    states, walked = list(states), []
    ended: list[list] = [[] for _ in states]
    for _, start, stop in spans(sizes):
        n = stop - start
        for state, done in zip(states, ended, strict=True):
            done.insert(0, state[n:])
        new, vjp = cell(gates[:, start:stop], *[state[:n] for state in states], *weights)
        walked.append((start, stop, new[0], vjp))
        states = list(new)
    final = [xp.concatenate([state, *done]) for state, done in zip(states, ended, strict=True)]
    start_sizes = [state.shape for state in final]

    def back(parts):
        g, *ends = parts
        shares = [
            xp.zeros(shape, y.dtype) if end is None else end
            for end, shape in zip(ends, start_sizes, strict=True)
        ]
        steps: list = []
        totals = [None if weight is None else xp.zeros_like(weight) for weight in weights]
        for start, stop, _, vjp in reversed(walked):
            n = stop - start
            now = [share[:n] for share in shares]
            if g is not None:
                now[0] = now[0] + g[start:stop]
            d, before, of_weights = vjp(*now)
            steps.insert(0, d)
            shares = [xp.concatenate([a, b[n:]]) for a, b in zip(before, shares, strict=True)]
            totals = [None if a is None else a + b for a, b in zip(totals, of_weights, strict=True)]
        return xp.concatenate(steps, axis=1), *shares, *totals

    y = xp.concatenate([new for _, _, new, _ in walked])
    return (y, *final), back


# -------------------------------------------------------------------- rows and gates


def spans(sizes):
    """(before, start, stop) of every step: its rows, and where its state was before it, counted in
    an array that holds the N rows of the first state and then all that came of the steps.
    """
    before = start = 0
    for n in sizes:
        yield before, start, start + n
        before, start = sizes[0] + start, start + n


def by_gate(weight, gates):
    """(G*H, I) -> (G, H, I)"""
    return weight.reshape(gates, weight.shape[0] // gates, weight.shape[1])


def of_gates(bias, gates):
    """(G*H,) -> (G, 1, H)"""
    return bias.reshape(gates, 1, bias.shape[0] // gates)


def share_of_weight(d, before):
    """The gradient (G*H, P) of the weight, from those of the gates (G, rows, H)."""
    whole = namespace(d).matmul(d.swapaxes(1, 2), before)
    return whole.reshape(whole.shape[0] * whole.shape[1], whole.shape[2])


def share_of_bias(bias, d):
    """The gradient (G*H,) of a bias, from those of the gates (G, rows, H)."""
    if bias is None:
        return None
    xp = namespace(d)
    return xp.matmul(xp.ones(d.shape[1], d.dtype), d).reshape(-1)  # a third of the time of sum
