"""What one layer of a recurrent net does in one direction, from the first step to the last.

The ops here compute what the cells of `recurrent_cells.py` say, in place: what does not depend on
the state is one product for many steps; of what does, a step is one product with the weights, for
all gates, and a few calls over all gates at once, whose blocks (n, H) are contiguous; and it
allocates nothing. The states lie in an array that holds the N rows of the first state and then
those that come of the steps, in packed rows.
"""

from functools import partial
from typing import Any

from minitorch.autograd.op import op
from minitorch.backend.namespaces import namespace
from minitorch.ops.recurrent_cells import (
    by_gate,
    gru_cell_of,
    lstm_cell_of,
    of_gates,
    rnn_cell_of,
    share_of_bias,
    share_of_weight,
    spans,
    unrolled,
)

ROWS = 256  # in a stretch: its gates, (4, 256, 128) say, stay in the cache from use to use


# -------------------------------------------------------------------- LSTM


def unrolled_lstm(x, h, c, inner, weight, bias=None, projection=None, sizes=(), wanted=True):
    xp, w = namespace(x), by_gate(inner, 4)
    gates = xp.matmul(x, w.swapaxes(1, 2))
    y, vjp = unrolled(lstm_cell_of, gates, (h, c), (weight, bias, projection), sizes)

    def back(parts):
        d, gh, gc, *shares = vjp(parts)
        return xp.matmul(d, w).sum(axis=0), gh, gc, share_of_weight(d, x), *shares

    return y, back


@op(joint=True, public=False, promote="same", wide=True, outputs=("output", "h", "c"),
    shown="Lstm", composite=unrolled_lstm)  # fmt: skip
def lstm_steps(x, h, c, inner, weight, bias=None, projection=None, /, sizes=(), wanted=True):
    """All h' (rows, P) of `lstm_cell_of`, and the last h' and c' of each sequence.

    x       (rows, I); it comes itself and not as gates, so that these are made stretch by stretch
    inner   (4*H, I), its weight
    wanted  whether x gets a gradient

    A sigmoid is (tanh(z/2) + 1) / 2, so each gate is shift + scale * tanh(scale * z).
    """
    xp, first, rows = namespace(x), sizes[0], len(x)
    scale, shift = of_lstm_gates(x)
    w, u = (xp.multiply(transposed(each, 4), scale) for each in (inner, weight))
    b = None if bias is None else tiled(bias, 4, first) * scale
    states, cells, width = room(h, rows), room(c, rows), c.shape[1]
    gates, product = (xp.empty((4, n, width), x.dtype) for n in (rows, first))
    squashed = xp.empty((rows, width), x.dtype)
    shown = states[first:] if projection is None else xp.empty_like(squashed)

    def of_input(begin, end, _):
        xp.matmul(x[begin:end], w, out=gates[:, begin:end])

    with xp.beside() as later:
        waits = [later(of_input, *stretch) for stretch in stretches(sizes)]
        for wait, (_, _, steps) in zip(waits, stretches(sizes)):
            wait()
            for before, start, stop in steps:
                n, now = stop - start, slice(first + start, first + stop)
                fresh = xp.products(states[before : before + n], u, product[:, :n])
                y = shown[start:stop]
                xp.lstm_forward(
                    gates[:, start:stop], fresh, None if b is None else b[:, :n],
                    cells[before : before + n], scale, shift, cells[now], squashed[start:stop], y,
                )  # fmt: skip
                if projection is not None:
                    xp.matmul(y, projection.T, out=states[now])

    def vjp(parts):
        kept = (x, states, cells, gates, squashed, shown)
        return lstm_back(parts, kept, inner, weight, bias, projection, sizes, wanted)

    return (states[first:], at_ends(states, sizes), at_ends(cells, sizes)), vjp


def of_lstm_gates(like):
    """(scale, shift), (4, 1, 1): how each gate of an LSTM is made of tanh."""
    xp, shape = namespace(like), (4, 1, 1)
    return (
        xp.asarray([0.5, 0.5, 1, 0.5], like.dtype).reshape(shape),
        xp.asarray([0.5, 0.5, 0, 0.5], like.dtype).reshape(shape),
    )


def lstm_back(parts, kept, inner, weight, bias, projection, sizes, wanted):
    """The shares of what `lstm_steps` was given, from the last step to the first.

    d (4, n, H) are the gradients of the gates.
    """
    (g, gh, gc), (x, states, cells, gates, squashed, shown) = parts, kept
    xp, first, width = namespace(x), sizes[0], cells.shape[1]
    scale, shift = of_lstm_gates(x)
    w, u = by_gate(inner, 4), by_gate(weight, 4)
    gh, gc = ends_or_zeros(gh, states[:first]), ends_or_zeros(gc, cells[:first])
    gx: Any = xp.empty_like(x) if wanted else None
    gw, gu = xp.zeros_like(inner), xp.zeros_like(weight)
    gb = None if bias is None else xp.zeros_like(bias)
    after: Any = None if projection is None else xp.empty((len(x), gh.shape[1]), x.dtype)
    slopes, product = xp.empty((4, first, width), x.dtype), xp.empty((4, *gh.shape), x.dtype)
    steep, longest = xp.empty_like(gc), max(end - begin for begin, end, _ in stretches(sizes))
    both_ds = xp.empty((2, 4, longest, width), x.dtype)  # one is read while the other is written
    waits: list[Any] = []

    def of_weights(d, begin, end, steps):
        xp.add(gw, share_of_weight(d, x[begin:end]), out=gw)
        xp.add(gu, share_of_weight(d, at_starts(states, steps)), out=gu)
        if bias is not None:
            xp.add(gb, share_of_bias(bias, d), out=gb)
        if wanted:
            xp.matmul(d, w).sum(axis=0, out=gx[begin:end])

    with xp.beside() as later:
        for number, (begin, end, steps) in enumerate(reversed(list(stretches(sizes)))):
            d = both_ds[number % 2, :, : end - begin]
            if number > 1:
                waits[number - 2]()
            for before, start, stop in reversed(steps):
                n, of_gates = stop - start, d[:, start - begin : stop - begin]
                of_h = gh[:n]
                if g is not None:
                    of_h += g[start:stop]
                of_y = of_h
                if projection is not None:
                    after[start:stop] = of_h
                    of_y = xp.matmul(of_h, projection)
                xp.lstm_backward(
                    of_y, gc[:n], gates[:, start:stop], squashed[start:stop],
                    cells[before : before + n], scale, shift, of_gates, slopes[:, :n], steep[:n],
                )  # fmt: skip
                xp.sum_of_products(of_gates, u, product[:, :n], of_h)
            waits.append(later(of_weights, d, begin, end, steps))

    gp = None if projection is None else after.T @ shown
    return gx, gh, gc, gw, gu, gb, gp


# -------------------------------------------------------------------- GRU


def unrolled_gru(gates, h, weight, bias=None, hidden_bias=None, sizes=()):
    return unrolled(gru_cell_of, gates, (h,), (weight, bias, hidden_bias), sizes)


@op(joint=True, public=False, promote="same", wide=True, outputs=("output", "h"),
    shown="Gru", composite=unrolled_gru)  # fmt: skip
def gru_steps(gates, h, weight, bias=None, hidden_bias=None, /, sizes=()):
    """All h' (rows, H) of `gru_cell_of`, and the last one of each sequence."""
    xp, first = namespace(gates), sizes[0]
    rows, width = gates.shape[1:]
    w, product = transposed(weight, 3), xp.empty((3, first, width), gates.dtype)
    b, hb = (None if each is None else tiled(each, 3, first) for each in (bias, hidden_bias))
    states, z = room(h, rows), xp.empty(gates.shape, gates.dtype)
    hidden = xp.empty((rows, width), gates.dtype)  # s[2] of the cell

    for before, start, stop in spans(sizes):
        n, previous = stop - start, states[before : before + stop - start]
        s = xp.matmul(previous, w, out=product[:, :n])
        if hb is not None:
            s += hb[:, :n]
        gate = z[:, start:stop]
        if b is None:
            gate[...] = gates[:, start:stop]
        else:
            xp.add(gates[:, start:stop], b[:, :n], out=gate)
        both, new = gate[:2], gate[2]
        both += s[:2]
        both *= 0.5
        xp.tanh(both, out=both)
        both *= 0.5
        both += 0.5
        hidden[start:stop] = s[2]
        s[2] *= both[0]
        new += s[2]
        xp.tanh(new, out=new)
        y = xp.subtract(previous, new, out=states[first + start : first + stop])
        y *= both[1]
        y += new

    def vjp(parts):
        return gru_back(parts, weight, bias, hidden_bias, sizes, states, z, hidden)

    return (states[first:], at_ends(states, sizes)), vjp


def gru_back(parts, weight, bias, hidden_bias, sizes, states, z, hidden):
    """The shares of what `gru_steps` was given, from the last step to the first.

    d (3, rows, H) are the gradients of the input's share in the gates, e those of the state's.
    """
    (g, gh), xp, first = parts, namespace(z), sizes[0]
    w, d, e = by_gate(weight, 3), xp.empty_like(z), xp.empty_like(z)
    gh = ends_or_zeros(gh, states[:first])
    product = xp.empty((3, *gh.shape), z.dtype)

    for before, start, stop in reversed(list(spans(sizes))):
        n = stop - start
        both, new, of_gate = z[:2, start:stop], z[2, start:stop], d[:, start:stop]
        dr, dz, dn = of_gate
        of_h, spare = gh[:n], product[:2, :n]
        if g is not None:
            of_h += g[start:stop]
        xp.subtract(states[before : before + n], new, out=dz)
        dz *= of_h
        bent = xp.multiply(new, new, out=spare[0])
        xp.subtract(1, bent, out=bent)
        xp.subtract(1, both[1], out=dn)
        dn *= bent
        dn *= of_h
        xp.multiply(dn, hidden[start:stop], out=dr)
        slope = xp.multiply(both, both, out=spare)
        of_gate[:2] *= xp.subtract(both, slope, out=slope)
        e[:2, start:stop] = of_gate[:2]
        xp.multiply(dn, both[0], out=e[2, start:stop])
        of_h *= both[1]
        of_h += xp.matmul(e[:, start:stop], w, out=product[:, :n]).sum(axis=0)

    gw = share_of_weight(e, at_starts(states, list(spans(sizes))))
    return d, gh, gw, share_of_bias(bias, d), share_of_bias(hidden_bias, e)


# -------------------------------------------------------------------- tanh and ReLU


def unrolled_rnn(gates, h, weight, bias=None, sizes=(), relu=False):
    return unrolled(partial(rnn_cell_of, relu=relu), gates, (h,), (weight, bias), sizes)


@op(joint=True, public=False, promote="same", wide=True, outputs=("output", "h"),
    shown="Rnn", composite=unrolled_rnn)  # fmt: skip
def rnn_steps(gates, h, weight, bias=None, /, sizes=(), relu=False):
    """All h' (rows, H) of `rnn_cell_of`, and the last one of each sequence."""
    xp, first = namespace(gates), sizes[0]
    w, states = transposed(weight, 1)[0], room(h, gates.shape[1])
    b = None if bias is None else tiled(bias, 1, first)[0]

    for before, start, stop in spans(sizes):
        n = stop - start
        y = states[first + start : first + stop]
        xp.matmul(states[before : before + n], w, out=y)
        y += gates[0, start:stop]
        if b is not None:
            y += b[:n]
        if relu:
            xp.maximum(y, 0, out=y)
        else:
            xp.tanh(y, out=y)

    def vjp(parts):
        (g, gh), d = parts, xp.empty(gates_shape, states.dtype)
        gh = ends_or_zeros(gh, states[:first])
        for _, start, stop in reversed(list(spans(sizes))):
            y, of_gate, of_h = (
                states[first + start : first + stop],
                d[0, start:stop],
                gh[: stop - start],
            )
            if g is not None:
                of_h += g[start:stop]
            if relu:
                xp.greater(y, 0, out=of_gate)
            else:
                xp.multiply(y, y, out=of_gate)
                xp.subtract(1, of_gate, out=of_gate)
            of_gate *= of_h
            xp.matmul(of_gate, weight, out=of_h)
        gw = share_of_weight(d, at_starts(states, list(spans(sizes))))
        return d, gh, gw, share_of_bias(bias, d)

    gates_shape = gates.shape
    return (states[first:], at_ends(states, sizes)), vjp


# -------------------------------------------------------------------- states and weights


def at_ends(states, sizes):
    """(N, H): for each sequence the row after its last step, from the array of `spans`."""
    last = [*sizes[1:], 0]
    rows = [
        states[sizes[0] + start + goes_on : sizes[0] + stop]
        for (_, start, stop), goes_on in zip(spans(sizes), last, strict=True)
        if start + goes_on < stop
    ]
    return namespace(states).concatenate(rows[::-1] or [states[:0]])


def at_starts(states, steps):
    """What the state was before each row of successive `steps`, from the array of `spans`."""
    (begin, start, _), (last, begun, stop) = steps[0], steps[-1]
    if last - begin == begun - start:  # no sequence ended: the rows follow one another
        return states[begin : last + stop - begun]
    rows = [states[before : before + stop - start] for before, start, stop in steps]
    return namespace(states).concatenate(rows)


def room(first, rows):
    """An array as `spans` describes it, whose first rows are filled."""
    n, width = first.shape
    states = namespace(first).empty((n + rows, width), first.dtype)
    states[:n] = first
    return states


def ends_or_zeros(g, like):
    """The gradient of the last state, in an array that may be written to."""
    xp = namespace(like)
    return xp.zeros_like(like) if g is None else xp.copy(g)


def transposed(weight, gates):
    """(G*H, I) -> (G, I, H), contiguous: so small products take half the time."""
    return namespace(weight).ascontiguousarray(by_gate(weight, gates).swapaxes(1, 2))


def tiled(bias, gates, n):
    """(G*H,) -> (G, n, H) in full: adding rows of H numbers costs 50 ns each."""
    xp, bias = namespace(bias), of_gates(bias, gates)
    return xp.ascontiguousarray(xp.broadcast_to(bias, (gates, n, bias.shape[2])))


def stretches(sizes):
    """(start, stop, spans) of successive steps with about ROWS rows together."""
    begun, steps = 0, []
    for step in spans(sizes):
        steps.append(step)
        if step[2] - begun >= ROWS:
            yield begun, step[2], steps
            begun, steps = step[2], []
    if steps:
        yield begun, steps[-1][2], steps
