"""What one layer of a recurrent net does in one direction, from the first step to the last.

The ops here compute what the cells of `recurrent_cells.py` say, in place: what does not depend on
the state is one product for many steps; of what does, a step is one product with the weights, for
all gates, and a kernel of `backend/numpy_recurrent.py` over all gates at once; and it allocates
nothing. The states lie in an array that holds the N rows of the first state and then those that
come of the steps, in packed rows.
"""

from functools import partial
from typing import Any

from minitorch.autograd.op import op
from minitorch.backend.namespaces import namespace
from minitorch.ops.recurrent_cells import (
    by_gate,
    gru_cell_of,
    lstm_cell_of,
    rnn_cell_of,
    share_of_weight,
    spans,
    unrolled,
)

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
    """
    xp, first, rows = namespace(x), sizes[0], len(x)
    w, u, b = xp.lstm_weights(inner, weight, bias, first)
    states, cells, width = room(h, rows), room(c, rows), c.shape[1]
    gates, product = (xp.gates_room(4, n, width, x.dtype) for n in (rows, first))
    squashed = xp.empty((rows, width), x.dtype)
    shown = states[first:] if projection is None else xp.empty_like(squashed)

    def of_input(begin, end, _):
        xp.products(x[begin:end], w, gates[:, begin:end])

    with xp.beside() as later:
        waits = [later(of_input, *stretch) for stretch in stretches(sizes, xp.STRETCH)]
        for wait, (_, _, steps) in zip(waits, stretches(sizes, xp.STRETCH)):
            wait()
            for before, start, stop in steps:
                n, now = stop - start, slice(first + start, first + stop)
                fresh = xp.products(states[before : before + n], u, product[:, :n])
                y = shown[start:stop]
                xp.lstm_forward(
                    gates[:, start:stop], fresh, None if b is None else b[:, :n],
                    cells[before : before + n], cells[now], squashed[start:stop], y,
                )  # fmt: skip
                if projection is not None:
                    xp.matmul(y, projection.T, out=states[now])

    def vjp(parts):
        kept = (x, states, cells, gates, squashed, shown)
        return lstm_back(parts, kept, inner, weight, bias, projection, sizes, wanted)

    return (states[first:], at_ends(states, sizes), at_ends(cells, sizes)), vjp


def lstm_back(parts, kept, inner, weight, bias, projection, sizes, wanted):
    """The shares of what `lstm_steps` was given, from the last step to the first.

    d (4, n, H) are the gradients of the gates.
    """
    (g, gh, gc), (x, states, cells, gates, squashed, shown) = parts, kept
    xp, first, width = namespace(x), sizes[0], cells.shape[1]
    w, u, runs = by_gate(inner, 4), by_gate(weight, 4), list(stretches(sizes, namespace(x).STRETCH))
    gh, gc = ends_or_zeros(gh, states[:first]), ends_or_zeros(gc, cells[:first])
    gx: Any = xp.empty_like(x) if wanted else None
    gw: Any = None
    gu: Any = None
    gb: Any = None
    after: Any = None if projection is None else xp.empty((len(x), gh.shape[1]), x.dtype)
    spare, product = xp.gates_room(4, first, width, x.dtype), xp.empty((4, *gh.shape), x.dtype)
    steep, longest = xp.empty_like(gc), max(end - begin for begin, end, _ in runs)
    # One is read while the other is written.
    both_ds = [xp.gates_room(4, longest, width, x.dtype) for _ in runs[:2]]
    waits: list[Any] = []

    def of_weights(d, begin, end, steps):
        nonlocal gw, gu, gb
        gw = xp.weight_share(d, x[begin:end], gw)
        gu = xp.weight_share(d, at_starts(states, steps), gu)
        if bias is not None:
            gb = xp.bias_share(d, gb)
        if wanted:
            xp.sum_of_products(d, w, None, gx[begin:end])

    with xp.beside() as later:
        for number, (begin, end, steps) in enumerate(reversed(runs)):
            d = both_ds[number % 2][:, : end - begin]
            if number > 1:
                waits[number - 2]()
            for before, start, stop in reversed(steps):
                n, of_gates = stop - start, d[:, start - begin : stop - begin]
                its_g, of_h = None if g is None else g[start:stop], gh[:n]
                of_y = of_h
                if projection is not None:
                    if its_g is not None:
                        of_h += its_g
                        its_g = None
                    after[start:stop] = of_h
                    of_y = xp.matmul(of_h, projection)
                xp.lstm_backward(
                    its_g, of_y, gc[:n], gates[:, start:stop], squashed[start:stop],
                    cells[before : before + n], of_gates, spare[:, :n], steep[:n],
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
    w, product = xp.by_step(weight, 3), xp.gates_room(3, first, width, gates.dtype)
    b, hb = (
        None if each is None else xp.at_each_step(each, 3, first) for each in (bias, hidden_bias)
    )
    states, z = room(h, rows), xp.gates_room(3, rows, width, gates.dtype)
    hidden = xp.empty((rows, width), gates.dtype)

    for before, start, stop in spans(sizes):
        n, previous = stop - start, states[before : before + stop - start]
        fresh = xp.products(previous, w, product[:, :n])
        xp.gru_forward(
            gates[:, start:stop], b if b is None else b[:, :n], fresh,
            hb if hb is None else hb[:, :n], previous,
            z[:, start:stop], hidden[start:stop], states[first + start : first + stop],
        )  # fmt: skip

    def vjp(parts):
        return gru_back(parts, weight, bias, hidden_bias, sizes, states, z, hidden)

    return (states[first:], at_ends(states, sizes)), vjp


def gru_back(parts, weight, bias, hidden_bias, sizes, states, z, hidden):
    """The shares of what `gru_steps` was given, from the last step to the first.

    d (3, rows, H) are the gradients of the input's share in the gates, e those of the state's.
    """
    (g, gh), xp, first = parts, namespace(z), sizes[0]
    w, gh = by_gate(weight, 3), ends_or_zeros(gh, states[:first])
    d, e = (xp.gates_room(*z.shape, z.dtype) for _ in range(2))
    product = xp.empty((3, *gh.shape), z.dtype)

    for before, start, stop in reversed(list(spans(sizes))):
        n = stop - start
        of_h, of_fresh, spare = gh[:n], e[:, start:stop], product[:, :n]
        xp.gru_backward(
            None if g is None else g[start:stop], of_h, z[:, start:stop], hidden[start:stop],
            states[before : before + n], d[:, start:stop], of_fresh, spare,
        )  # fmt: skip
        xp.add_sum_of_products(of_fresh, w, spare, of_h)

    gw = xp.weight_share(e, at_starts(states, list(spans(sizes))))
    gb, ghb = (None if b is None else xp.bias_share(of) for b, of in ((bias, d), (hidden_bias, e)))
    return d, gh, gw, gb, ghb


# -------------------------------------------------------------------- tanh and ReLU


def unrolled_rnn(gates, h, weight, bias=None, sizes=(), relu=False):
    return unrolled(partial(rnn_cell_of, relu=relu), gates, (h,), (weight, bias), sizes)


@op(joint=True, public=False, promote="same", wide=True, outputs=("output", "h"),
    shown="Rnn", composite=unrolled_rnn)  # fmt: skip
def rnn_steps(gates, h, weight, bias=None, /, sizes=(), relu=False):
    """All h' (rows, H) of `rnn_cell_of`, and the last one of each sequence."""
    xp, first = namespace(gates), sizes[0]
    w, states = xp.by_step(weight, 1)[0], room(h, gates.shape[1])
    b = None if bias is None else xp.at_each_step(bias, 1, first)[0]

    for before, start, stop in spans(sizes):
        n, y = stop - start, states[first + start : first + stop]
        xp.matmul(states[before : before + n], w, out=y)
        xp.rnn_forward(y, gates[0, start:stop], None if b is None else b[:n], relu)

    def vjp(parts):
        (g, gh), d = parts, xp.empty(gates_shape, states.dtype)
        gh = ends_or_zeros(gh, states[:first])
        for _, start, stop in reversed(list(spans(sizes))):
            y, of_h = states[first + start : first + stop], gh[: stop - start]
            of_gate = d[0, start:stop]
            xp.rnn_backward(None if g is None else g[start:stop], of_h, y, of_gate, relu)
            xp.matmul(of_gate, weight, out=of_h)
        gw = xp.weight_share(d, at_starts(states, list(spans(sizes))))
        return d, gh, gw, None if bias is None else xp.bias_share(d)

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


def stretches(sizes, rows):
    """(start, stop, spans) of successive steps with about `rows` rows together."""
    begun, steps = 0, []
    for step in spans(sizes):
        steps.append(step)
        if step[2] - begun >= rows:
            yield begun, step[2], steps
            begun, steps = step[2], []
    if steps:
        yield begun, steps[-1][2], steps
