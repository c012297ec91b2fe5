"""Recurrent layers and single cells, as functions of their weights.

A layer is given in one of PyTorch's two forms, by position:

    lstm(input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)
    lstm(data, batch_sizes, hx, params, has_biases, num_layers, dropout, train, bidirectional)

input       (T, N, I), with batch_first (N, T, I)
data        (rows, I), the rows of a PackedSequence, and batch_sizes (T,) how many belong to a step
hx          (D*num_layers, N, H), with D = 2 where bidirectional, else 1; for lstm a pair of such
params      for each layer and direction in turn: weight_ih (G*H, I), weight_hh (G*H, H), with
            has_biases bias_ih and bias_hh (G*H,), with a projection weight_hr (P, H); the G gates
            are i, f, g, o for lstm, r, z, n for gru
dropout     the probability with which an input of a later layer is set to 0 if `train`
returns     (T, N, D*H) or (N, T, D*H) or (rows, D*H), and the last states, in the shape of hx
"""

from itertools import accumulate

from minitorch.autograd.op import op
from minitorch.autograd.tensor import Tensor, function
from minitorch.backend.dtypes import SCALAR_NAMES
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.dropout import dropout as drop
from minitorch.ops.join import cat, stack
from minitorch.ops.products import matmul
from minitorch.ops.recurrent_steps import gru_steps, lstm_steps, rnn_steps

# -------------------------------------------------------------------- one layer, one direction


def lstm_layer(x, states, weights, sizes):
    """(rows, I) to (rows, P), and the last h and c."""
    inner, weight, bias, hidden_bias, projection = weights
    bias = summed(bias, hidden_bias)
    return lstm_steps(x, *states, inner, weight, bias, projection, sizes, x.requires_grad)


def gru_layer(x, states, weights, sizes):
    """(rows, I) to (rows, H), and the last h."""
    inner, weight, bias, hidden_bias, _ = weights
    return gru_steps(gates_of(x, inner, 3), *states, weight, bias, hidden_bias, sizes)


def tanh_layer(x, states, weights, sizes, relu=False):
    """(rows, I) to (rows, H), and the last h."""
    inner, weight, bias, hidden_bias, _ = weights
    bias = summed(bias, hidden_bias)
    return rnn_steps(gates_of(x, inner, 1), *states, weight, bias, sizes, relu)


def relu_layer(x, states, weights, sizes):
    """(rows, I) to (rows, H), and the last h."""
    return tanh_layer(x, states, weights, sizes, relu=True)


def gates_of(x, inner, gates):
    """What the rows x (rows, I) add to each gate: (G, rows, H)."""
    width = inner.shape[0] // gates
    return matmul(x, inner.reshape(gates, width, inner.shape[1]).swapaxes(1, 2))


def summed(bias, other):
    """The sum of two biases, either of which may be None."""
    return other if bias is None else bias if other is None else bias + other


# -------------------------------------------------------------------- layers upon layers


def stacked(layer, x, sizes, states, params, has_biases, num_layers, dropout, train, directions):
    """`num_layers` layers over packed rows (rows, I): (rows, D*P), and the last states (D*L, N, P).

    layer       one of the functions above
    sizes       how many rows each step has
    states      the first ones
    directions  D, 1 or 2
    """
    each = len(params) // (num_layers * directions)
    turned = in_reverse(sizes, namespace(x.array)) if directions == 2 else None
    last = []
    for at in range(num_layers):
        ways = []
        for way in range(directions):
            k = at * directions + way
            weights = spread(params[k * each : (k + 1) * each], has_biases)
            rows = reordered(x, turned) if way else x
            y, *ends = layer(rows, [state[k] for state in states], weights, sizes)
            ways.append(reordered(y, turned) if way else y)
            last.append(ends)
        x = ways[0] if directions == 1 else cat(ways, 1)
        if dropout and train and at < num_layers - 1:
            x = drop(x, dropout)
    return x, *[stack(ends) for ends in zip(*last, strict=True)]


def spread(weights, has_biases):
    """weight_ih, weight_hh, bias_ih, bias_hh, weight_hr, None for those that are not there."""
    biases = weights[2:4] if has_biases else (None, None)
    rest = weights[4 if has_biases else 2 :]
    return *weights[:2], *biases, rest[0] if rest else None


def in_reverse(sizes, xp):
    """For each packed row the row that is as far from the end of its sequence; so it is its own
    inverse.
    """
    if sizes[0] == sizes[-1]:
        rows = xp.arange(len(sizes) * sizes[0]).reshape(len(sizes), sizes[0])
        return rows[::-1].reshape(-1)
    starts = [0, *accumulate(sizes)]
    lengths = [sum(n > b for n in sizes) for b in range(sizes[0])]
    return xp.asarray(
        [starts[lengths[b] - 1 - t] + b for t, n in enumerate(sizes) for b in range(n)]
    )


@op(promote=None, public=False, shown="IndexSelect")
def reordered(x, /, index):
    """x[index] for an `index` that is its own inverse."""
    take = namespace(x).take_rows
    return take(x, index), lambda g: take(g, index)


def layers_over(layer, x, sizes, states, params, has_biases, num_layers, dropout, train,
                bidirectional, batch_first=False):  # fmt: skip
    """`stacked` over (T, N, I) or (N, T, I), where `sizes` is None, or over packed rows."""
    params = list(params)
    require_params(layer, params, has_biases, num_layers, bidirectional, states)
    if sizes is None and batch_first:
        x = x.transpose(0, 1)
    steps, n = x.shape[:2] if sizes is None else (len(sizes), sizes[0])
    if not steps:
        raise ShapeError("Expected sequence length to be larger than 0 in RNN")
    rows = x.reshape(steps * n, x.shape[2]) if sizes is None else x
    require_fit(rows, params[0], states)
    how = (has_biases, num_layers, dropout, train, 2 if bidirectional else 1)
    y, *last = stacked(layer, rows, sizes or (n,) * steps, states, params, *how)
    if sizes is None:
        y = y.reshape(steps, n, y.shape[1])
        y = y.transpose(0, 1) if batch_first else y
    return y, *last


def require_params(layer, params, has_biases, num_layers, bidirectional, states):
    """Raise an error where there are too many or too few weights or states."""
    directions = 2 if bidirectional else 1
    projected = layer is lstm_layer and states[0].shape[-1] != states[1].shape[-1]
    each = (4 if has_biases else 2) + projected
    if len(params) != each * num_layers * directions:
        raise ShapeError(
            f"{len(params)} weights for {num_layers} layers in {directions} directions, which "
            f"have {each} each"
        )
    if len(states[0]) != num_layers * directions:
        raise ShapeError(
            "Expected more hidden states in stacked_rnn\n"
            f"  {len(states[0])} for {num_layers} layers in {directions} directions"
        )


def require_fit(x, weight, states):
    """Raise PyTorch's error where dtypes or sizes don't go together."""
    for other in (x, *states):
        if other.dtype is not weight.dtype:
            names = [SCALAR_NAMES[each.dtype.name] for each in (other, weight)]
            raise DtypeError(
                f"mat1 and mat2 must have the same dtype, but got {names[0]} and {names[1]}\n"
                f"  input {x.dtype}   hx {states[0].dtype}   weights {weight.dtype}"
            )
    if x.shape[-1] != weight.shape[1]:
        raise ShapeError(
            f"mat1 and mat2 shapes cannot be multiplied ({x.shape[0]}x{x.shape[-1]} and "
            f"{weight.shape[1]}x{weight.shape[0]})\n"
            f"  input {tuple(x.shape)}   weight_ih {tuple(weight.shape)}"
        )


# -------------------------------------------------------------------- in PyTorch's two forms


@function
def lstm(input, hx, params, *rest):
    """Long short-term memory, Hochreiter and Schmidhuber, 1997; (output, h, c)."""
    if isinstance(hx, Tensor):
        return of_pair(input, hx.tolist(), params, *rest)
    return of_pair(input, None, hx, params, *rest)


def of_pair(input, sizes, hx, params, *rest):
    """Layers of LSTM, in either form."""
    if len(hx) != 2:
        raise ShapeError("lstm expects two hidden states")
    return layers_over(lstm_layer, input, sizes, tuple(hx), params, *rest)


@function
def gru(input, hx, params, *rest):
    """Gated recurrent units, Cho and others, 2014, arXiv:1406.1078; (output, h)."""
    return of_one_state(gru_layer, input, hx, params, *rest)


@function
def rnn_tanh(input, hx, params, *rest):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), Elman, 1990; (output, h)."""
    return of_one_state(tanh_layer, input, hx, params, *rest)


@function
def rnn_relu(input, hx, params, *rest):
    """`rnn_tanh` with max(0, ...) in place of tanh; (output, h)."""
    return of_one_state(relu_layer, input, hx, params, *rest)


def of_one_state(layer, input, hx, params, *rest):
    """A layer but that of LSTM, in either form."""
    if isinstance(params, Tensor):
        return layers_over(layer, input, hx.tolist(), (params,), *rest)
    return layers_over(layer, input, None, (hx,), params, *rest)


# -------------------------------------------------------------------- cells


@function
def lstm_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """One step of an LSTM: (h', c') from input (N, I) and hx = (h, c), each (N, H)."""
    if isinstance(hx, Tensor):
        raise TypeError(
            "lstm_cell(): argument 'hx' (position 2) must be tuple of Tensors, not Tensor"
        )
    if len(hx) != 2:
        raise ShapeError("lstm_cell expects two hidden states")
    return tuple(one_step(lstm_layer, 4, input, tuple(hx), w_ih, w_hh, b_ih, b_hh)[1:])


@function
def gru_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """One step of gated recurrent units: h' from input (N, I) and hx (N, H)."""
    return one_step(gru_layer, 3, input, (hx,), w_ih, w_hh, b_ih, b_hh)[1]


@function
def rnn_tanh_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """tanh(w_ih @ input + b_ih + w_hh @ hx + b_hh) for input (N, I) and hx (N, H)."""
    return one_step(tanh_layer, 1, input, (hx,), w_ih, w_hh, b_ih, b_hh)[1]


@function
def rnn_relu_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """`rnn_tanh_cell` with max(0, ...) in place of tanh."""
    return one_step(relu_layer, 1, input, (hx,), w_ih, w_hh, b_ih, b_hh)[1]


def one_step(layer, gates, input, states, w_ih, w_hh, b_ih, b_hh):
    """What the layer makes of sequences of one element."""
    require_cell(gates, input, states, w_ih, w_hh)
    require_fit(input, w_ih, states)
    return layer(input, states, (w_ih, w_hh, b_ih, b_hh, None), (input.shape[0],))


def require_cell(gates, input, states, w_ih, w_hh):
    """Raise PyTorch's error where the sizes of a cell don't go together."""
    if input.shape[1] != w_ih.shape[1]:
        raise ShapeError(
            f"input has inconsistent input_size: got {input.shape[1]} expected {w_ih.shape[1]}"
        )
    width = w_hh.shape[1]
    if w_ih.shape[0] != gates * width:
        raise ShapeError(
            f"weight_ih first dim must be {gates} * hidden_size = {gates * width}, but got "
            f"{w_ih.shape[0]}"
        )
    for k, state in enumerate(states):
        if state.shape[0] != input.shape[0]:
            raise ShapeError(
                f"Input batch size {input.shape[0]} doesn't match hidden{k} batch size "
                f"{state.shape[0]}"
            )
        if state.shape[1] != width:
            raise ShapeError(
                f"hidden{k} has inconsistent hidden_size: got {state.shape[1]}, expected {width}"
            )
