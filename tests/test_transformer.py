"""Transformers: masks, order of norms, stacks, what they print and refuse, training."""

import copy
import math
import pickle
import re

import numpy as np
import pytest
from against_torch import compare_modules

import minitorch
from minitorch import nn, tensor
from minitorch.nn import functional as F
from minitorch.nn.modules.transformer import _get_activation_fn, _get_clones

pytestmark = pytest.mark.filterwarnings("ignore:enable_nested_tensor")

FIRST = {"batch_first": True}
SMALL = {"dim_feedforward": 6, "dropout": 0.0}


def normal(*shape):
    return np.random.normal(size=shape)


def encoder_layer(**settings):
    return nn.TransformerEncoderLayer(4, 2, **{**SMALL, **settings})


def decoder_layer(**settings):
    return nn.TransformerDecoderLayer(4, 2, **{**SMALL, **settings})


# -------------------------------------------------------------------- by hand


def test_an_encoder_layer_is_attention_and_a_network_each_added_and_normalised():
    layer, x = encoder_layer(), minitorch.randn(3, 2, 4)
    y = layer.norm1(x + layer.self_attn(x, x, x)[0])
    wanted = layer.norm2(y + layer.linear2(F.relu(layer.linear1(y))))
    assert minitorch.allclose(layer(x), wanted, atol=1e-6)


def test_with_norm_first_what_goes_in_is_normalised():
    layer, x = encoder_layer(norm_first=True), minitorch.randn(3, 2, 4)
    z = layer.norm1(x)
    y = x + layer.self_attn(z, z, z)[0]
    wanted = y + layer.linear2(F.relu(layer.linear1(layer.norm2(y))))
    assert minitorch.allclose(layer(x), wanted, atol=1e-6)


def test_a_decoder_layer_attends_to_itself_and_then_to_the_memory():
    layer, x, memory = decoder_layer(), minitorch.randn(3, 2, 4), minitorch.randn(5, 2, 4)
    y = layer.norm1(x + layer.self_attn(x, x, x)[0])
    y = layer.norm2(y + layer.multihead_attn(y, memory, memory)[0])
    wanted = layer.norm3(y + layer.linear2(F.relu(layer.linear1(y))))
    assert minitorch.allclose(layer(x, memory), wanted, atol=1e-6)


def test_a_transformer_is_an_encoder_and_a_decoder():
    model = nn.Transformer(4, 2, 2, 2, **SMALL)
    source, target = minitorch.randn(5, 2, 4), minitorch.randn(3, 2, 4)
    wanted = model.decoder(target, model.encoder(source))
    assert minitorch.equal(model(source, target), wanted)
    assert len(model.encoder.layers) == len(model.decoder.layers) == 2
    own = nn.Transformer(4, 2, custom_encoder=nn.Identity(), custom_decoder=nn.Identity())
    assert isinstance(own.encoder, nn.Identity) and isinstance(own.decoder, nn.Identity)


def test_the_mask_of_what_comes_later():
    mask = nn.Transformer.generate_square_subsequent_mask(3)
    later = -math.inf
    assert mask.tolist() == [[0, later, later], [0, 0, later], [0, 0, 0]]
    assert nn.Transformer.generate_square_subsequent_mask(2, dtype=minitorch.float64).dtype is (
        minitorch.float64
    )


@pytest.mark.parametrize("batch_first", [True, False])
def test_no_position_sees_a_later_one_through_the_mask(batch_first):
    layer = encoder_layer(batch_first=batch_first)
    encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
    x = minitorch.randn(4, 4, 4, requires_grad=True)
    mask = nn.Transformer.generate_square_subsequent_mask(4)
    for hint in (None, True, False):
        y = encoder(x, mask, is_causal=hint)
        (g,) = minitorch.autograd.grad((y[:, 1] if batch_first else y[1])[..., 0].sum(), x)
        later = g[:, 2:] if batch_first else g[2:]
        assert (later == 0).all() and (g != 0).any()


def test_padding_counts_for_nothing():
    encoder = nn.TransformerEncoder(encoder_layer(**FIRST), 2, nn.LayerNorm(4))
    x = minitorch.randn(2, 5, 4)
    padding = tensor([[False] * 3 + [True] * 2] * 2)
    y = encoder(x, src_key_padding_mask=padding)
    assert minitorch.allclose(y[:, :3], encoder(x[:, :3]), atol=1e-6)


def test_without_gradients_zeros_come_out_for_padding_at_the_end():
    encoder = nn.TransformerEncoder(encoder_layer(**FIRST), 2).eval()
    x, padding = minitorch.randn(2, 3, 4), tensor([[False, True, True], [True, True, True]])
    assert (encoder(x, src_key_padding_mask=padding) != 0).all()
    with minitorch.no_grad():
        assert (encoder(x, src_key_padding_mask=padding)[padding] == 0).all()
        assert (encoder(x, src_key_padding_mask=padding.flip(1)) != 0).all()


def test_the_batch_may_be_first_second_or_missing():
    first = nn.Transformer(4, 2, 1, 1, **SMALL, **FIRST)
    second = nn.Transformer(4, 2, 1, 1, **SMALL)
    second.load_state_dict(first.state_dict())
    source, target = minitorch.randn(2, 5, 4), minitorch.randn(2, 3, 4)
    y = first(source, target)
    assert minitorch.allclose(
        y, second(source.transpose(0, 1), target.transpose(0, 1)).transpose(0, 1), atol=1e-6
    )
    assert minitorch.allclose(y[0], first(source[0], target[0]), atol=1e-6)


def test_layers_of_a_stack_start_equal_and_are_not_the_same():
    encoder = nn.TransformerEncoder(encoder_layer(**FIRST), 2)
    first, last = encoder.layers
    assert first is not last and first.linear1.weight is not last.linear1.weight
    assert minitorch.equal(first.linear1.weight, last.linear1.weight)
    assert len(list(encoder.parameters())) == 2 * len(list(first.parameters()))


def test_weights_start_evenly_distributed_and_biases_as_zeros():
    attention = nn.MultiheadAttention(64, 4, add_bias_kv=True)
    bound = math.sqrt(6 / (64 + 3 * 64))
    assert 0.98 * bound < attention.in_proj_weight.abs().max().item() <= bound
    assert not attention.in_proj_bias.any() and not attention.out_proj.bias.any()
    assert attention.bias_k.shape == attention.bias_v.shape == (1, 1, 64)
    assert attention.bias_k.std().item() == pytest.approx(math.sqrt(2 / 128), rel=0.3)
    apart = nn.MultiheadAttention(64, 4, kdim=32)
    assert apart.in_proj_weight is None and apart.k_proj_weight.shape == (64, 32)


def test_dropout_rests_in_eval():
    model = nn.Transformer(4, 2, 1, 1, 6, dropout=0.5)
    x = minitorch.randn(3, 2, 4)
    assert not minitorch.equal(model(x, x), model(x, x))
    assert minitorch.equal(model.eval()(x, x), model(x, x))


def test_activation_is_a_name_or_a_function():
    assert encoder_layer(activation="gelu").activation is F.gelu
    assert encoder_layer(activation=F.relu).activation_relu_or_gelu == 1
    assert encoder_layer(activation=nn.GELU()).activation_relu_or_gelu == 2
    assert decoder_layer(activation=minitorch.tanh).activation is minitorch.tanh
    assert _get_activation_fn("relu") is F.relu
    with pytest.raises(RuntimeError, match=r"^activation should be relu/gelu, not tanh$"):
        encoder_layer(activation="tanh")


def test_copies_and_pickles_give_the_same():
    layer, x = encoder_layer(activation="gelu"), minitorch.randn(3, 2, 4)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer)), *_get_clones(layer, 1)):
        assert minitorch.equal(other(x), layer(x))


def test_a_transformer_shows_its_parts():
    text = repr(nn.Transformer(4, 2, 1, 1, 6))
    assert text.startswith(
        "Transformer(\n  (encoder): TransformerEncoder(\n    (layers): ModuleList(\n"
        "      (0): TransformerEncoderLayer(\n        (self_attn): MultiheadAttention(\n"
        "          (out_proj): NonDynamicallyQuantizableLinear(in_features=4, out_features=4, "
        "bias=True)\n"
    )


# -------------------------------------------------------------------- errors and warnings


@pytest.mark.parametrize(
    "act, error, message",
    [
        (
            lambda: nn.MultiheadAttention(0, 2),
            ValueError,
            "embed_dim and num_heads must be greater than 0, got embed_dim=0 and num_heads=2",
        ),
        (
            lambda: nn.MultiheadAttention(5, 2),
            AssertionError,
            "embed_dim must be divisible by num_heads",
        ),
        (
            lambda: nn.Transformer(4, 2)(minitorch.ones(3, 2, 4), minitorch.ones(3, 1, 4)),
            RuntimeError,
            "the batch number of src and tgt must be equal",
        ),
        (
            lambda: nn.Transformer(4, 2)(minitorch.ones(3, 2, 4), minitorch.ones(3, 2, 5)),
            RuntimeError,
            "the feature number of src and tgt must be equal to d_model",
        ),
        (
            lambda: encoder_layer()(minitorch.ones(3, 2, 4), minitorch.ones(3, 3).long()),
            AssertionError,
            "only bool and floating types of src_mask are supported",
        ),
        (
            lambda: encoder_layer()(minitorch.ones(3, 2, 4), is_causal=True),
            RuntimeError,
            "Need attn_mask if specifying the is_causal hint.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(act, error, message):
    with pytest.raises(error, match=re.escape(message)):
        act()


@pytest.mark.parametrize(
    "settings, reason",
    [
        ({}, "self_attn.batch_first was not True(use batch_first for better inference"),
        ({"norm_first": True}, "norm_first was True"),
        ({"bias": False, **FIRST}, "self_attn was passed bias=False"),
        ({"activation": minitorch.tanh, **FIRST}, "activation_relu_or_gelu was not True"),
        ({"nhead": 1, **FIRST}, "self_attn.num_heads is odd"),
    ],
)
def test_an_encoder_warns_where_pytorch_cannot_take_its_shortcut(settings, reason):
    layer = nn.TransformerEncoderLayer(4, settings.pop("nhead", 2), 6, **settings)
    start = "enable_nested_tensor is True, but self.use_nested_tensor is False because "
    with pytest.warns(UserWarning, match=re.escape(f"{start}encoder_layer.{reason}")):
        encoder = nn.TransformerEncoder(layer, 1)
    assert encoder.enable_nested_tensor and not encoder.use_nested_tensor


def test_masks_of_two_kinds_are_warned_of():
    x, mask = minitorch.randn(3, 2, 4), minitorch.zeros(3, 3)
    padding = minitorch.zeros(2, 3, dtype=minitorch.bool)
    text = "Support for mismatched src_key_padding_mask and src_mask is deprecated."
    with pytest.warns(UserWarning, match=text):
        encoder_layer()(x, mask, padding)


# -------------------------------------------------------------------- against PyTorch


def both(name, *args, **settings):
    torch = pytest.importorskip("torch")
    return torch, getattr(nn, name)(*args, **settings), getattr(torch.nn, name)(*args, **settings)


VARIANTS = [
    {},
    {"norm_first": True, "activation": "gelu"},
    {"batch_first": True, "bias": False, "layer_norm_eps": 1e-3},
]


@pytest.mark.torch
@pytest.mark.parametrize("settings", VARIANTS)
def test_torch_agrees_on_layers(settings):
    settings = {**SMALL, **settings}
    torch, ours, theirs = both("TransformerEncoderLayer", 4, 2, **settings)
    compare_modules(torch, ours, theirs, normal(3, 3, 4))
    torch, ours, theirs = both("TransformerDecoderLayer", 4, 2, **settings)
    compare_modules(torch, ours, theirs, normal(3, 3, 4), normal(3, 3, 4))


@pytest.mark.torch
@pytest.mark.parametrize("settings", VARIANTS)
def test_torch_agrees_on_the_transformer(settings):
    torch, ours, theirs = both("Transformer", 4, 2, 2, 2, **{**SMALL, **settings})
    compare_modules(torch, ours, theirs, normal(3, 3, 4), normal(3, 3, 4))


def losses(library, weights, steps, batches, labels):
    """The losses of `steps` steps of a classifier of sequences, from these weights."""
    made = library.nn.TransformerEncoderLayer(64, 4, 128, dropout=0.0, batch_first=True)
    model = library.nn.ModuleDict(
        {
            "encoder": library.nn.TransformerEncoder(made, 2),
            "head": library.nn.Linear(64, 10),
        }
    )
    for p, w in zip(model.parameters(), weights, strict=True):
        p.data.copy_(library.from_numpy(w))
    optimizer = library.optim.Adam(model.parameters(), lr=1e-3)
    found = []
    for x, y in zip(batches[:steps], labels):
        score = model["head"](model["encoder"](library.from_numpy(x)).mean(1))
        loss = library.nn.functional.cross_entropy(score, library.from_numpy(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


def problem():
    random = np.random.default_rng(0)
    layer = nn.TransformerEncoderLayer(64, 4, 128)
    shapes = [tuple(p.shape) for p in layer.parameters()] * 2 + [(10, 64), (10,)]
    weights = [random.normal(size=shape, scale=0.1).astype("f4") for shape in shapes]
    batches = random.normal(size=(20, 16, 12, 64)).astype("f4")
    return weights, 20, batches, random.integers(0, 10, (20, 16))


@pytest.mark.torch
def test_torch_has_the_same_losses_in_20_steps_of_training():
    torch = pytest.importorskip("torch")
    given = problem()
    np.testing.assert_allclose(losses(minitorch, *given), losses(torch, *given), rtol=1e-4)


def test_training_goes_as_recorded_of_torch():
    recorded = [
        2.31465, 2.30618, 2.29146, 2.30567, 2.28162, 2.25254, 2.28839, 2.34122, 2.29713, 2.32919,
        2.30661, 2.27336, 2.28363, 2.33502, 2.28705, 2.3048, 2.29787, 2.22529, 2.28442, 2.33669,
    ]  # fmt: skip
    np.testing.assert_allclose(losses(minitorch, *problem()), recorded, rtol=1e-4)
