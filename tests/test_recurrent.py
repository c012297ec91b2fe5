"""Recurrent layers and cells, packed and padded sequences."""

import copy
import itertools
import pickle
import warnings

import numpy as np
import pytest
from against_torch import assert_close, weight_for

import minitorch
from minitorch import nn
from minitorch.autograd import gradcheck, gradgradcheck
from minitorch.backend.namespaces import namespace
from minitorch.func import functional_call
from minitorch.nn.utils import rnn

KINDS = ("RNN", "GRU", "LSTM")
LENGTHS = [4, 1, 6, 4]


def filled(module):
    """`module` in float64 with weights that are the same at each call."""
    random = np.random.default_rng(0)
    with minitorch.no_grad():
        for p in module.double().parameters():
            p.copy_(minitorch.from_numpy(random.uniform(-0.5, 0.5, p.shape)))
    return module


def drawn(*shape):
    return minitorch.from_numpy(np.random.default_rng(1).normal(size=shape))


def flat(outputs):
    """Output and last states of a layer, as a list."""
    y, last = outputs
    y = y.data if isinstance(y, rnn.PackedSequence) else y
    return [y, *(last if isinstance(last, tuple) else (last,))]


# -------------------------------------------------------------------- layers


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_is_its_cell_at_every_step(kind):
    layer, cell = filled(getattr(nn, kind)(3, 4)), filled(getattr(nn, f"{kind}Cell")(3, 4))
    x, state, steps = drawn(5, 2, 3), None, []
    for each in x:
        state = cell(each, state)
        steps.append(state[0] if kind == "LSTM" else state)
    output, last = layer(x)
    assert minitorch.allclose(output, minitorch.stack(steps))
    for a, b in zip(flat((output, last))[1:], state if kind == "LSTM" else [state]):
        assert minitorch.allclose(a[0], b)


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_direction_reads_from_the_end(kind):
    both, ahead = filled(getattr(nn, kind)(3, 4, bidirectional=True)), getattr(nn, kind)(3, 4)
    ahead.double().load_state_dict(
        {name: both.state_dict()[f"{name}_reverse"] for name in ahead.state_dict()}
    )
    x = drawn(5, 2, 3)
    assert minitorch.allclose(both(x)[0][..., 4:], ahead(x.flip(0))[0].flip(0))


@pytest.mark.parametrize("kind", KINDS)
def test_packed_sequences_give_what_each_gives_alone(kind):
    layer = filled(getattr(nn, kind)(3, 4, num_layers=2, bidirectional=True))
    each = [drawn(length, 3) + k for k, length in enumerate(LENGTHS)]
    output, last = layer(rnn.pack_sequence(each, enforce_sorted=False))
    for k, (x, y) in enumerate(zip(each, rnn.unpack_sequence(output), strict=True)):
        alone = flat(layer(x))
        assert minitorch.allclose(y, alone[0])
        for a, b in zip(flat((output, last))[1:], alone[1:], strict=True):
            assert minitorch.allclose(a[:, k], b)


@pytest.mark.parametrize("kind", KINDS)
def test_a_given_state_carries_on_where_a_sequence_was_cut(kind):
    layer, x = filled(getattr(nn, kind)(3, 4, num_layers=2, batch_first=True)), drawn(2, 6, 3)
    whole, last = layer(x)
    first, state = layer(x[:, :2])
    second, end = layer(x[:, 2:], state)
    assert minitorch.allclose(whole, minitorch.cat([first, second], 1))
    for a, b in zip(flat((whole, last)), flat((whole, end)), strict=True):
        assert minitorch.allclose(a, b)


OPTIONS = [
    ("RNN", {"num_layers": 2, "bidirectional": True}),
    ("RNN", {"nonlinearity": "relu", "bias": False}),
    ("GRU", {"num_layers": 2, "bias": False}),
    ("GRU", {"bidirectional": True}),
    ("LSTM", {"bidirectional": True}),
    ("LSTM", {"proj_size": 2, "bias": False}),
]


@pytest.mark.parametrize(("kind", "options"), OPTIONS, ids=str)
def test_gradients_of_packed_sequences_are_those_of_differences(kind, options):
    layer = filled(getattr(nn, kind)(1, 2 + ("proj_size" in options), **options))
    names, weights = zip(*layer.named_parameters(), strict=True)

    def run(x, *weights):
        packed = rnn.pack_padded_sequence(x, [3, 2], enforce_sorted=True)
        given = dict(zip(names, weights, strict=True))
        return tuple(flat(functional_call(layer, given, (packed,))))

    x = drawn(3, 2, 1).requires_grad_()
    assert gradcheck(run, (x, *weights))
    assert gradgradcheck(run, (x, *weights))


def test_an_input_of_more_rows_than_a_stretch_gives_the_same(monkeypatch):
    layer, x = filled(nn.LSTM(3, 4)), drawn(9, 2, 3).requires_grad_()
    results = []
    for rows in (256, 4):
        monkeypatch.setattr(namespace(x.array), "STRETCH", rows)
        y = layer(x)[0]
        results.append([y, *minitorch.autograd.grad(y.sum(), [x, *layer.parameters()])])
    for a, b in zip(*results, strict=True):
        assert minitorch.allclose(a, b)


def test_an_input_without_gradient_leaves_those_of_the_weights_as_they_are():
    layer, x = filled(nn.LSTM(3, 4)), drawn(5, 2, 3)
    found = []
    for each in (x, x.clone().requires_grad_()):
        found.append(minitorch.autograd.grad(layer(each)[0].sum(), list(layer.parameters())))
    for a, b in zip(*found, strict=True):
        assert minitorch.equal(a, b)


def test_dropout_is_between_layers_while_training_alone():
    layer = nn.RNN(2, 3, num_layers=2, dropout=1.0)
    x = minitorch.randn(4, 1, 2)
    with minitorch.no_grad():
        assert layer(x)[1][1].ne(layer.eval()(x)[1][1]).any()
        layer.train()
        second = nn.RNN(3, 3)
        second.load_state_dict({k.replace("l1", "l0"): v for k, v in layer.state_dict().items()
                                if "l1" in k})  # fmt: skip
        assert minitorch.allclose(layer(x)[0], second(minitorch.zeros(4, 1, 3))[0])


def test_a_batch_may_be_empty():
    output, (h, c) = nn.LSTM(3, 4, bidirectional=True)(minitorch.zeros(2, 0, 3))
    assert output.shape == (2, 0, 8) and h.shape == c.shape == (2, 0, 4)
    assert nn.GRUCell(3, 4)(minitorch.zeros(0, 3)).shape == (0, 4)


FUNCTIONS = [
    ("lstm", nn.LSTM(3, 4, 2, bidirectional=True)),
    ("gru", nn.GRU(3, 4, 2, bidirectional=True)),
    ("rnn_tanh", nn.RNN(3, 4, 2, bidirectional=True)),
    ("rnn_relu", nn.RNN(3, 4, 2, "relu", bidirectional=True)),
]


@pytest.mark.parametrize(("name", "layer"), FUNCTIONS, ids=[name for name, _ in FUNCTIONS])
def test_layers_are_functions_too_in_two_forms(name, layer):
    function, h = getattr(minitorch, name), minitorch.randn(4, 2, 4)
    layer = layer.to(h.device)
    hx = (h, h.tanh()) if name == "lstm" else h
    how = (layer._flat_weights, True, 2, 0.0, False, True)
    x = minitorch.randn(5, 2, 3)
    for a, b in zip(function(x, hx, *how, False), flat(layer(x, hx)), strict=True):
        assert minitorch.equal(a, b)
    for a, b in zip(function(x.transpose(0, 1), hx, *how, True), flat(layer(x, hx)), strict=True):
        assert minitorch.equal(a.transpose(0, 1) if a.shape[:2] == (2, 5) else a, b)
    packed = rnn.pack_padded_sequence(x, [5, 2])
    made = function(packed.data, packed.batch_sizes, hx, *how)
    for a, b in zip(made, flat(layer(packed, hx)), strict=True):
        assert minitorch.equal(a, b)


def test_parameters_have_the_names_of_pytorch():
    layer = nn.LSTM(3, 4, num_layers=2, bidirectional=True, proj_size=2)
    shapes = {name: tuple(p.shape) for name, p in layer.named_parameters()}
    assert list(shapes)[:6] == [
        "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_hr_l0",
        "weight_ih_l0_reverse",
    ]  # fmt: skip
    assert shapes["weight_ih_l1_reverse"] == (16, 4) and shapes["weight_hr_l1"] == (2, 4)
    assert [p is q for p, q in zip(layer._flat_weights, layer.parameters(), strict=True)]
    assert [len(weights) for weights in layer.all_weights] == [5, 5, 5, 5]


@pytest.mark.parametrize("kind", [*KINDS, *[f"{kind}Cell" for kind in KINDS]])
def test_weights_start_out_within_one_over_the_root_of_the_size(kind):
    for p in getattr(nn, kind)(3, 25).parameters():
        assert 0.15 < p.abs().max().item() < 0.2


def test_layers_are_copied_and_pickled():
    layer, x = nn.GRU(3, 4), minitorch.randn(5, 3)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert minitorch.equal(layer(x)[0], other(x)[0])


REPRS = [
    (nn.LSTM(3, 4), "LSTM(3, 4)"),
    (nn.LSTM(3, 4, 2, False, True, 0.5, True, 2), "LSTM(3, 4, proj_size=2, num_layers=2, "
     "bias=False, batch_first=True, dropout=0.5, bidirectional=True)"),
    (nn.RNN(3, 4, 1, "relu"), "RNN(3, 4)"),
    (nn.RNNCell(3, 4, bias=False, nonlinearity="relu"),
     "RNNCell(3, 4, bias=False, nonlinearity=relu)"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "text"), REPRS, ids=[text for _, text in REPRS])
def test_a_layer_prints_as_in_pytorch(module, text):
    assert repr(module) == text


# -------------------------------------------------------------------- what is refused

X = minitorch.zeros(5, 2, 3)
H = minitorch.zeros(1, 2, 4)
WRONG = [
    (lambda: nn.LSTM(3, 4, dropout=2), ValueError, "dropout should be a number in range [0, 1]"),
    (lambda: nn.LSTM(3, 4.0), TypeError, "hidden_size should be of type int, got: float"),
    (lambda: nn.GRU(3, 4, bias=1), TypeError, "bias should be of type bool, got: int"),
    (lambda: nn.GRU(0, 4), ValueError, "input_size must be greater than zero"),
    (lambda: nn.GRU(3, 4, 0), ValueError, "num_layers must be greater than zero"),
    (lambda: nn.LSTM(3, 4, proj_size=4), ValueError, "proj_size has to be smaller than"),
    (lambda: nn.LSTM(3, 4, proj_size=-1), ValueError, "proj_size should be a positive integer"),
    (lambda: nn.RNN(3, 4, proj_size=1), ValueError, "proj_size argument is only supported for"),
    (lambda: nn.RNN(3, 4, nonlinearity="x"), ValueError, "Unknown nonlinearity 'x'. Select from"),
    (lambda: nn.RNNBase("X", 3, 4), ValueError, "Unrecognized RNN mode: X"),
    (lambda: nn.RNNCell(3, 4, nonlinearity="x")(X[0]), RuntimeError, "Unknown nonlinearity: x"),
    (lambda: nn.LSTM(3, 4)(X[0, 0]), ValueError, "LSTM: Expected input to be 2D or 3D, got 1D ins"),
    (lambda: nn.RNN(3, 4)(X[0, 0]), ValueError, "RNN: Expected input to be 2D or 3D, got 1D tens"),
    (lambda: nn.GRU(5, 4)(X), RuntimeError, "input.size(-1) must be equal to input_size. Expected "
     "5, got 3"),
    (lambda: nn.GRU(3, 4)(X.double()), ValueError, "RNN input dtype (torch.float64) does not match "
     "weight dtype (torch.float32)."),
    (lambda: nn.GRU(3, 4)(X, H[0]), RuntimeError, "For batched 3-D input, hx should also be 3-D "
     "but got 2-D tensor"),
    (lambda: nn.LSTM(3, 4)(X[:, 0], (H, H)), RuntimeError, "For unbatched 2-D input, hx and cx "
     "should also be 2-D but got (3-D, 3-D) tensors"),
    (lambda: nn.GRU(3, 4)(X, H[:, :1]), RuntimeError, "Expected hidden size (1, 2, 4), got "
     "[1, 1, 4]"),
    (lambda: nn.LSTM(3, 4)(X, (H, H[:, :1])), RuntimeError, "Expected hidden[1] size (1, 2, 4), "
     "got [1, 1, 4]"),
    (lambda: nn.GRU(3, 4)(X, H.double()), RuntimeError, "mat1 and mat2 must have the same dtype, "
     "but got Double and Float"),
    (lambda: nn.GRU(3, 4)(X[:0]), RuntimeError, "Expected sequence length to be larger than 0 in"),
    (lambda: nn.GRUCell(3, 4)(X), ValueError, "GRUCell: Expected input to be 1D or 2D, got 3D ins"),
    (lambda: nn.RNNCell(3, 4)(X[0], H), ValueError, "RNNCell: Expected hidden to be 1D or 2D, got "
     "3D instead"),
    (lambda: nn.LSTMCell(3, 4)(X[0], (H[0], H)), ValueError, "LSTMCell: Expected hx[1] to be 1D or "
     "2D, got 3D instead"),
    (lambda: minitorch.lstm_cell(X[0], H[0], X, X), TypeError, "lstm_cell(): argument 'hx' "
     "(position 2) must be tuple of Tensors, not Tensor"),
    (lambda: minitorch.lstm_cell(X[0], (H[0],), X, X), RuntimeError,
     "lstm_cell expects two hidden states"),
    (lambda: minitorch.lstm(X, (H,), [], True, 1, 0.0, False, False, False), RuntimeError,
     "lstm expects two hidden states"),
    (lambda: minitorch.gru(X, H, [], True, 1, 0.0, False, False, False), RuntimeError,
     "0 weights for 1 layers in 1 directions, which have 4 each"),
    (lambda: minitorch.gru(X, H, nn.GRU(3, 4, 2)._flat_weights, True, 2, 0.0, False, False, False),
     RuntimeError, "Expected more hidden states in stacked_rnn"),
    (lambda: minitorch.gru(X, H, nn.GRU(5, 4)._flat_weights, True, 1, 0.0, False, False, False),
     RuntimeError, "mat1 and mat2 shapes cannot be multiplied (10x3 and 5x12)"),
    (lambda: rnn.pack_padded_sequence(X, [2, 5]), RuntimeError, "`lengths` array must be sorted in "
     "decreasing order when `enforce_sorted` is True."),
    (lambda: rnn.pack_padded_sequence(X, [5, 0]), RuntimeError, "Length of all samples has to be "
     "greater than 0"),
    (lambda: rnn.pack_padded_sequence(X, [6, 5]), RuntimeError, "a sequence of length 6 in a batch "
     "padded to 5"),
    (lambda: rnn.pack_padded_sequence(X, [5]), RuntimeError, "Expected `len(lengths)` to be equal "
     "to batch_size, but got 1 (batch_size=2)"),
    (lambda: rnn.pack_padded_sequence(X, minitorch.tensor([[5, 2]])), RuntimeError,
     "'lengths' argument should be a 1D CPU int64 tensor, but got 2D cpu Long tensor"),
    (lambda: rnn.pack_padded_sequence(X[:0], [0, 0]), RuntimeError, "Cannot pack empty tensors."),
    (lambda: rnn.pad_sequence(5), RuntimeError, "Expected iterable for input sequences, but got"),
    (lambda: rnn.pad_sequence([]), RuntimeError, "received an empty list of sequences"),
    (lambda: rnn.pad_sequence([X, X], padding_side="x"), RuntimeError, "Expected padding_side to "
     "be one of left or right, but got x."),
    (lambda: rnn.pad_sequence([X, X[:, :, :2]]), RuntimeError, "The size of tensor a (3) must "
     "match the size of tensor b (2) at non-singleton dimension 2"),
    (lambda: rnn.pad_sequence([X[0, 0, 0]]), RuntimeError, "a sequence needs at least one dim"),
    (lambda: rnn.PackedSequence(X), AssertionError, "Expected data to be a list or tuple of "
     "length 2"),
    (lambda: rnn.pad_packed_sequence(rnn.pack_sequence([X]), total_length=4), ValueError,
     "Expected total_length to be at least the length of the longest sequence in input, but got "
     "total_length=4 and max sequence length being 5"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "error", "text"), WRONG, ids=[text[:40] for *_, text in WRONG])
def test_what_does_not_fit_is_refused(act, error, text):
    with pytest.raises(error) as caught:
        act()
    assert text in str(caught.value)


def test_dropout_with_one_layer_warns():
    with pytest.warns(UserWarning, match="non-zero dropout expects num_layers greater than 1"):
        nn.LSTM(3, 4, dropout=0.5)


# -------------------------------------------------------------------- padded and packed


def sequences():
    return [minitorch.arange(length) + 10 * length for length in LENGTHS]


@pytest.mark.parametrize("batch_first", [False, True])
def test_padding_and_packing_undo_each_other(batch_first):
    padded = rnn.pad_sequence(sequences(), batch_first)
    packed = rnn.pack_padded_sequence(padded, LENGTHS, batch_first, enforce_sorted=False)
    assert packed.batch_sizes.tolist() == [4, 3, 3, 3, 1, 1]
    assert packed.sorted_indices.tolist() == [2, 0, 3, 1]
    again, lengths = rnn.pad_packed_sequence(packed, batch_first)
    assert minitorch.equal(again, padded) and lengths.tolist() == LENGTHS
    for a, b in zip(rnn.unpack_sequence(packed), sequences(), strict=True):
        assert minitorch.equal(a, b)
    for a, b in zip(rnn.unpad_sequence(padded, lengths, batch_first), sequences(), strict=True):
        assert minitorch.equal(a, b)


def test_padding_has_the_value_and_the_side_that_are_asked_for():
    each = [minitorch.tensor([1, 2, 3]), minitorch.tensor([4])]
    assert rnn.pad_sequence(each, True, 9).tolist() == [[1, 2, 3], [4, 9, 9]]
    assert rnn.pad_sequence(each, True, 9, "left").tolist() == [[1, 2, 3], [9, 9, 4]]
    packed = rnn.pack_sequence(each)
    longer, _ = rnn.pad_packed_sequence(packed, True, 9, total_length=4)
    assert longer.tolist() == [[1, 2, 3, 9], [4, 9, 9, 9]]


def test_gradients_reach_through_packing_what_is_not_padding():
    x = minitorch.ones(3, 2, requires_grad=True)
    rnn.pack_padded_sequence(x, [3, 1]).data.sum().backward()
    assert x.grad.tolist() == [[1, 1], [1, 0], [1, 0]]


def test_a_packed_sequence_is_converted_whole():
    packed = rnn.pack_sequence(sequences(), enforce_sorted=False)
    for name in ("double", "float", "half", "long", "int", "short", "char", "byte"):
        wanted = getattr(minitorch.zeros(1), name)().dtype
        assert getattr(packed, name)().data.dtype is wanted
    assert packed.cpu() is packed and packed.to("cpu", dtype=minitorch.int64) is packed
    assert not packed.is_cuda and not packed.is_pinned()
    copied = pickle.loads(pickle.dumps(packed))
    assert [a.tolist() for a in copied] == [a.tolist() for a in packed]


def test_a_packed_sequence_is_made_of_a_pair_too():
    data, sizes = minitorch.arange(3), minitorch.tensor([2, 1])
    packed = rnn.PackedSequence((data, sizes), sorted_indices=minitorch.tensor([1, 0]))
    assert packed.data is data and packed.unsorted_indices.tolist() == [1, 0]


# -------------------------------------------------------------------- against PyTorch


def both(torch, kind, dtype, *args, **options):
    """A layer of either framework with the same weights."""
    theirs = getattr(torch.nn, kind)(*args, **options).to(getattr(torch, dtype))
    ours = getattr(nn, kind)(*args, **options).to(getattr(minitorch, dtype))
    state = {key: minitorch.from_numpy(x.numpy().copy()) for key, x in theirs.state_dict().items()}
    assert list(ours.state_dict()) == list(state) and repr(ours) == repr(theirs)
    ours.load_state_dict(state)
    return (minitorch, ours), (torch, theirs)


FORMS = ("batch", "alone", "packed")


@pytest.mark.torch
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-10), ("float32", 3e-5)])
def test_values_and_gradients_are_those_of_pytorch(kind, dtype, near):
    torch = pytest.importorskip("torch")
    for form, layers, two, first in itertools.product(FORMS, (1, 2), *[(True, False)] * 2):
        options = {"num_layers": layers, "bidirectional": two, "batch_first": first}
        options["bias"] = first or form != "batch"
        if kind == "LSTM" and layers == 2:
            options["proj_size"] = 3
        random = np.random.default_rng(2)
        x = random.normal(size=(6, 4, 2)[form == "alone" :]).astype(dtype)
        results = []
        for library, layer in both(torch, kind, dtype, 2, 5, **options):
            given = library.from_numpy(x.copy()).requires_grad_()
            used = given
            if form == "packed":
                lengths = [3, 1, 4, 4, 2, 4] if first else [6, 3, 1, 5]
                used = library.nn.utils.rnn.pack_padded_sequence(given, lengths, first, False)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the projection that oneDNN doesn't have
                outputs = flat(layer(used)) if form != "packed" else flat_of(library, layer(used))
            weights = [library.from_numpy(weight_for(y)) for y in outputs]
            sum((y * w).sum() for y, w in zip(outputs, weights)).backward()
            results.append([*outputs, given.grad, *[p.grad for p in layer.parameters()]])
        for a, b in zip(*results, strict=True):
            assert_close(a, b, near)


def flat_of(library, outputs):
    packed, last = outputs
    padded, _ = library.nn.utils.rnn.pad_packed_sequence(packed)
    return flat((padded, last))


@pytest.mark.torch
def test_a_network_of_letters_trains_as_in_pytorch():
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(3)
    text = random.integers(0, 20, (20, 8, 25))
    (_, lstm), (_, their_lstm) = both(torch, "LSTM", "float32", 16, 32, 2)
    (_, out), (_, their_out) = both(torch, "Linear", "float32", 32, 20)
    table = random.normal(size=(20, 16)).astype("float32")
    losses = []
    for library, layer, last in ((minitorch, lstm, out), (torch, their_lstm, their_out)):
        embed = library.nn.Embedding.from_pretrained(library.from_numpy(table.copy()), freeze=False)
        parts = library.nn.ModuleList([embed, layer, last])
        optimizer = library.optim.Adam(parts.parameters(), lr=0.01)
        seen = []
        for letters in text:
            optimizer.zero_grad()
            x = library.from_numpy(letters.T.copy())
            scores = last(layer(embed(x[:-1]))[0])
            loss = library.nn.functional.cross_entropy(scores.reshape(-1, 20), x[1:].reshape(-1))
            loss.backward()
            optimizer.step()
            seen.append(loss.item())
        losses.append(seen)
    np.testing.assert_allclose(*losses, rtol=1e-4)


@pytest.mark.parametrize("kind", [nn.RNNCell, nn.GRUCell, nn.LSTMCell])
def test_a_cell_without_state_can_be_made(kind):
    assert kind(2, 0).weight_ih.shape[1] == 2
