"""Recurrent layers on the GPU: the kernels of a step are NumPy's, and a step is two launches."""

import cupy_rig
import numpy as np
import pytest
from cupy_rig import kernels

import minitorch
from minitorch import nn
from minitorch.backend.namespaces import namespace

NEAR = {"float32": 2e-6, "float64": 1e-13}


def drawn(library, seed, *shape, dtype="f"):
    return library.asarray(np.random.default_rng(seed).normal(size=shape).astype(dtype))


def gates_of(library, seed, gates, n, width, dtype):
    """Gates of some rows of a longer array, as in a layer."""
    whole = namespace(library.empty(0)).gates_room(gates, 3 * n, width, dtype)
    whole[...] = drawn(library, seed, gates, 3 * n, width, dtype=dtype)
    return whole[:, n : 2 * n]


N, H, P = 5, 7, 6


def lstm_step(library, dtype, biased, more):
    """All that the kernels of an LSTM make of the same numbers."""
    xp = namespace(library.empty(0))
    inner, weight = (drawn(library, 1, 4 * H, k, dtype=dtype) for k in (3, H))
    bias = drawn(library, 2, 4 * H, dtype=dtype) if biased else None
    w, u, b = xp.lstm_weights(inner, weight, bias, N)
    x, h, c, g, of_h, of_c = (
        drawn(library, k, N, size, dtype=dtype) for k, size in enumerate((3, H, H, H, H, H))
    )
    gate, product = (gates_of(library, 0, 4, N, H, dtype) for _ in range(2))
    xp.products(x, w, gate)
    fresh = xp.products(h, u, product)
    cell, squashed, shown, steep = (library.empty((N, H), dtype) for _ in range(4))
    xp.lstm_forward(gate, fresh, b, c, cell, squashed, shown)
    d, spare = (gates_of(library, 0, 4, N, H, dtype) for _ in range(2))
    xp.lstm_backward(g if more else None, of_h, of_c, gate, squashed, c, d, spare, steep)
    gx = library.empty((N, 3), dtype)
    xp.sum_of_products(d, inner.reshape(4, H, 3), library.empty((4, N, 3), dtype), gx)
    gw, gb = xp.weight_share(d, x), xp.bias_share(d)
    gw, gb = xp.weight_share(d, x, gw), xp.bias_share(d, gb)
    return gate, cell, squashed, shown, d, of_c, gx, gw, gb


def gru_step(library, dtype, biased, more):
    xp = namespace(library.empty(0))
    weight = drawn(library, 1, 3 * H, H, dtype=dtype)
    b, hb = (
        xp.at_each_step(drawn(library, k, 3 * H, dtype=dtype), 3, N) if biased else None
        for k in (2, 3)
    )
    given, before, g, of_h = (
        drawn(library, 4, *shape, N, H, dtype=dtype) for shape in ((3,), (), (), ())
    )
    fresh = xp.products(before, xp.by_step(weight, 3), gates_of(library, 0, 3, N, H, dtype))
    gate = gates_of(library, 0, 3, N, H, dtype)
    hidden, shown = (library.empty((N, H), dtype) for _ in range(2))
    xp.gru_forward(given, b, fresh, hb, before, gate, hidden, shown)
    d, e, spare = (gates_of(library, 0, 3, N, H, dtype) for _ in range(3))
    xp.gru_backward(g if more else None, of_h, gate, hidden, before, d, e, spare)
    xp.add_sum_of_products(e, weight.reshape(3, H, H), library.empty((3, N, H), dtype), of_h)
    return gate, hidden, shown, d, e, of_h


def rnn_step(library, dtype, biased, more, relu=False):
    xp = namespace(library.empty(0))
    y, gate, of_h, g = (drawn(library, k, N, H, dtype=dtype) for k in range(4))
    b = xp.at_each_step(drawn(library, 5, H, dtype=dtype), 1, N)[0] if biased else None
    xp.rnn_forward(y, gate, b, relu)
    d = library.empty((N, H), dtype)
    xp.rnn_backward(g if more else None, of_h, y, d, relu)
    return y, d


def relu_step(*given):
    return rnn_step(*given, relu=True)


STEPS = [lstm_step, gru_step, rnn_step, relu_step]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("biased", "more"), [(True, True), (False, False)])
@pytest.mark.parametrize("step", STEPS)
def test_the_kernels_of_a_step_compute_what_numpys_do(cupy, step, biased, more, dtype):
    for ours, wanted in zip(*(step(xp, dtype, biased, more) for xp in (cupy, np)), strict=True):
        room = 8 * NEAR[dtype] * max(1, np.abs(wanted).max())
        np.testing.assert_allclose(ours.get(), wanted, 0, room)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("layer", "settings"),
    [
        (nn.LSTM, {}),
        (nn.LSTM, {"proj_size": 2, "bias": False}),
        (nn.GRU, {"bidirectional": True}),
        (nn.GRU, {"bias": False}),
        (nn.RNN, {}),
        (nn.RNN, {"nonlinearity": "relu", "num_layers": 2}),
    ],
    ids=str,
)
def test_a_layer_and_its_gradients_are_those_of_the_cpu(cupy, layer, settings, packed):
    made = []
    for where in ("cpu", "cuda"):
        minitorch.manual_seed(0)
        with minitorch.device("cpu"):
            net, x = layer(3, 5, **settings), minitorch.randn(6, 4, 3)
        net, x = net.to(where), x.to(where).requires_grad_()
        given = nn.utils.rnn.pack_padded_sequence(x, [6, 4, 4, 1]) if packed else x
        y, ends = net(given)
        y, ends = y.data if packed else y, ends if isinstance(ends, tuple) else (ends,)
        sum((each * each).sum() for each in (y, *ends)).backward()
        made.append([y, *ends, x.grad, *[p.grad for p in net.parameters()]])
    for ours, wanted in zip(made[1], made[0], strict=True):
        np.testing.assert_allclose(ours.tolist(), wanted.tolist(), 2e-4, 2e-5)


# -------------------------------------------------------------------- on the rig


@pytest.mark.parametrize("order", kernels.ORDERS)
def test_a_step_is_the_same_in_any_order_of_threads(rig, monkeypatch, order):
    monkeypatch.setattr(kernels, "order", order)
    for step in STEPS:
        test_the_kernels_of_a_step_compute_what_numpys_do(rig, step, True, True, "float32")


@pytest.mark.parametrize("layer", [nn.LSTM, nn.GRU, nn.RNN])
def test_one_step_more_takes_two_launches_there_and_two_back(rig, layer):
    def launches(steps, grad):
        net, x = layer(3, 5).to("cuda"), minitorch.rand(steps, 4, 3, device="cuda")
        before = cupy_rig.counts["launches"]
        y = net(x)[0]
        if grad:
            between = cupy_rig.counts["launches"]
            y.backward(minitorch.ones_like(y))
            return cupy_rig.counts["launches"] - between
        return cupy_rig.counts["launches"] - before

    assert launches(7, grad=False) - launches(6, grad=False) == 2
    assert launches(7, grad=True) - launches(6, grad=True) == 2
