"""Exported models compute in onnxruntime what they compute here, for other sizes too."""

import inspect
import io

import numpy as np
import pytest
from op_cases import CASES
from test_examples import autoencoder, char_rnn, finetune, gan, mnist, transformer, xor
from test_onnx import Net

import minitorch as torch
from minitorch import nn
from minitorch.nn import functional as F
from minitorch.onnx.exporter import RULES
from minitorch.onnx.sizes import static
from minitorch.utils._pytree import tree_flatten
from minitorch.vision import models

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")


def flat(values):
    return [leaf for leaf in tree_flatten(values)[0] if isinstance(leaf, torch.Tensor)]


def session_of(proto):
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    return runtime.InferenceSession(proto.SerializeToString(), options, ["CPUExecutionProvider"])


def agree(session, model, args, near=1e-5):
    """Check that the session gives what the model gives, in the same dtypes and shapes."""
    inputs = zip(session.get_inputs(), flat(args), strict=True)
    found = session.run(None, {given.name: x.detach().numpy() for given, x in inputs})
    with torch.no_grad():
        wanted = flat(model(*args))
    assert len(found) == len(wanted)
    for a, b in zip(found, wanted, strict=True):
        assert a.dtype == b.array.dtype
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b.numpy(), rtol=10 * near, atol=near)


def check(model, args, *others, dynamic=None, near=1e-5):
    """Export a model with `args`, and compare on these and on the other arguments."""
    model.eval()
    proto = torch.onnx.export(model, args, dynamic_axes=dynamic or {})
    session = session_of(proto)
    for each in (args, *others):
        agree(session, model, each, near)
    return proto


def batched(model, *shape, **options):
    """`check` with a dynamic first axis, on inputs (2, *shape) and (5, *shape)."""
    x, y = torch.randn(2, *shape), torch.randn(5, *shape)
    return check(model, (x,), (y,), dynamic=first_axis(model), **options)


def first_axis(model):
    """The first axis of the first input as a dynamic one."""
    name = next(iter(inspect.signature(model.forward).parameters))
    return {"tensors_0" if name == "tensors" else name: {0: "batch"}}


# -------------------------------------------------------------------- the rows of the table of ops

ROWS = [
    case
    for case in CASES
    if case.name in RULES
    and case.raises is None
    and any(isinstance(each, np.ndarray | tuple) for each in case.inputs)
]
APART = {  # what ONNX knows in part only: what the error says
    "attention": "drops weights",
    "gru_steps": "no product of inputs and weights",
    "lstm_steps": "a (weight of a recurrent layer|projection) depends on the inputs",
    "put": r"wants one number for value|::step|several index tensors|outside of tensors",
    "put_add": "adding up at other places than those of one index tensor",
    "reordered": "sequences of unequal length",
    "rnn_steps": "no product of inputs and weights",
    "weighted_windows": "a window of pooling depends on the inputs",
}
OTHER = {  # rows about numbers that ONNX or its runtime treats otherwise
    "add(uint8[3],uint8[3],alpha=-3)": "a negative factor of bytes",
    "prod(uint8[3])": "no products of bytes",
    "sgn(bool[2,3])": "no signs of bools",
    "sign(bool[2,3])": "no signs of bools",
    "sort(float64[4])": "nan is not sorted",
    "square(bool[2,3])": "no squares of bools",
}


def firsts_quickly(rows):
    """The first row of each op, and the others marked as slow."""
    names = [row.name for row in rows]
    return [
        pytest.param(row, marks=[pytest.mark.slow] * (row.name in names[:at]), id=str(row))
        for at, row in enumerate(rows)
    ]


@pytest.mark.parametrize("case", firsts_quickly([row for row in ROWS if str(row) not in OTHER]))
def test_a_row_of_an_op_gives_the_same(case):
    arrays = case.arrays("float32")

    def function(model, *tensors):
        rest = iter(tensors)
        args = [next(rest) if isinstance(each, np.ndarray) else each for each in arrays]
        return case.run(case.function(), args)

    args = tuple(torch.from_numpy(x.copy()) for x in arrays if isinstance(x, np.ndarray))
    try:
        check(Net(function), args, near=2e-5)
    except torch.onnx.OnnxExporterError as error:
        if case.name not in APART:
            raise
        with pytest.raises(torch.onnx.OnnxExporterError, match=APART[case.name]):
            raise error


# -------------------------------------------------------------------- layers

LAYERS = {
    "ReLU6": (nn.ReLU6(), (4,)), "PReLU": (nn.PReLU(4), (4, 3)), "SELU": (nn.SELU(), (4,)),
    "GELU": (nn.GELU(), (4,)), "Softsign": (nn.Softsign(), (4,)), "GLU": (nn.GLU(), (4,)),
    "Softmin": (nn.Softmin(1), (4,)), "RReLU": (nn.RReLU(), (4,)),
    "Conv1d same": (nn.Conv1d(3, 4, 2, padding="same"), (3, 7)),
    "Conv2d": (nn.Conv2d(4, 6, 3, 2, 1, dilation=2, groups=2), (4, 9, 9)),
    "Conv2d reflect": (nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect"), (2, 5, 5)),
    "ReplicationPad1d": (nn.ReplicationPad1d((2, 1)), (2, 5)),
    "Conv3d": (nn.Conv3d(2, 3, 2), (2, 4, 4, 4)),
    "ConvTranspose1d": (nn.ConvTranspose1d(4, 6, 3, 2, 1, 1, dilation=2), (4, 7)),
    "ConvTranspose2d": (nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, groups=2), (4, 7, 7)),
    "MaxPool2d": (nn.MaxPool2d(3, 2, 1, ceil_mode=True), (3, 8, 8)),
    "MaxPool2d indices": (nn.MaxPool2d(2, return_indices=True), (3, 8, 8)),
    "AvgPool2d": (nn.AvgPool2d(3, 2, 1), (3, 8, 8)),
    "AvgPool3d": (nn.AvgPool3d(2), (3, 4, 4, 4)),
    "AdaptiveAvgPool2d": (nn.AdaptiveAvgPool2d((3, 5)), (3, 8, 8)),
    "AdaptiveMaxPool2d": (nn.AdaptiveMaxPool2d((3, 5), return_indices=True), (3, 8, 8)),
    "LPPool2d": (nn.LPPool2d(2, 2), (3, 8, 8)),
    "BatchNorm1d": (nn.BatchNorm1d(4), (4,)), "BatchNorm2d": (nn.BatchNorm2d(4), (4, 5, 5)),
    "BatchNorm2d without statistics": (nn.BatchNorm2d(4, track_running_stats=False), (4, 5, 5)),
    "LayerNorm": (nn.LayerNorm((2, 4)), (2, 4)),
    "LayerNorm without weight": (nn.LayerNorm(4, elementwise_affine=False), (2, 4)),
    "GroupNorm": (nn.GroupNorm(2, 4), (4, 5, 5)), "RMSNorm": (nn.RMSNorm(4), (2, 4)),
    "InstanceNorm2d": (nn.InstanceNorm2d(4, affine=True), (4, 5, 5)),
    "LocalResponseNorm": (nn.LocalResponseNorm(3), (4, 5, 5)),
    "Dropout": (nn.Sequential(nn.Linear(4, 3), nn.Dropout(), nn.AlphaDropout()), (4,)),
    "Flatten": (nn.Sequential(nn.Flatten(1, 2), nn.Unflatten(1, (4, 5))), (4, 5, 3)),
    "Upsample": (nn.Upsample(scale_factor=2), (3, 4, 5)),
    "Upsample bilinear": (nn.Upsample((7, 9), mode="bilinear"), (3, 4, 5)),
    "PixelShuffle": (nn.PixelShuffle(2), (8, 3, 3)),
    "ChannelShuffle": (nn.ChannelShuffle(2), (8, 3, 3)),
    "Unfold": (nn.Unfold(2, padding=1, stride=2), (3, 4, 5)),
    "ReplicationPad2d": (nn.ReplicationPad2d(1), (3, 4, 5)),
    "CircularPad2d": (nn.CircularPad2d((1, 0, 2, 3)), (3, 4, 5)),
    "LSTMCell": (nn.LSTMCell(3, 4), (3,)), "GRUCell": (nn.GRUCell(3, 4), (3,)),
}  # fmt: skip


@pytest.mark.parametrize("layer, shape", LAYERS.values(), ids=LAYERS)
def test_a_layer_gives_the_same_for_another_batch(layer, shape):
    batched(layer, *shape)


def test_a_size_that_does_not_follow_that_of_the_input_is_refused():
    model = Net(
        lambda model, x: model.part(x, output_size=(7, 7 + len(x) % 2)),
        part=nn.ConvTranspose2d(1, 1, 3, 2),
    )
    with pytest.raises(torch.onnx.OnnxExporterError, match="does not follow that of the input"):
        torch.onnx.export(model, torch.ones(2, 1, 3, 3), dynamic_axes={"tensors_0": [0]})


def test_images_may_be_of_other_sizes():
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3, 2, 1), nn.MaxPool2d(2), nn.ConvTranspose2d(4, 3, 2, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(),
    )  # fmt: skip
    axes = {"input": {0: "batch", 2: "height", 3: "width"}}
    x, y = torch.randn(2, 3, 16, 16), torch.randn(3, 3, 20, 13)
    check(model, (x,), (y,), dynamic=axes)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("both", [False, True], ids=["forward", "both ways"])
def test_a_recurrent_layer_gives_the_same_for_other_lengths_and_batches(kind, batch_first, both):
    model = kind(3, 4, num_layers=2, batch_first=batch_first, bidirectional=both)
    x, y = torch.randn(5, 2, 3), torch.randn(9, 4, 3)
    check(model, (x,), (y,), dynamic={"input": {0: "a", 1: "b"}})


@pytest.mark.parametrize(
    "model", [nn.LSTM(3, 4, bias=False), nn.RNN(3, 4, nonlinearity="relu"), nn.GRU(3, 4, 1, False)]
)
def test_a_recurrent_layer_of_another_kind_gives_the_same(model):
    check(model, (torch.randn(5, 3),))


def test_a_recurrent_layer_takes_its_state():
    args = torch.randn(5, 2, 3), (torch.randn(1, 2, 4), torch.randn(1, 2, 4))
    others = torch.randn(5, 3, 3), (torch.randn(1, 3, 4), torch.randn(1, 3, 4))
    axes = {name: {1: "batch"} for name in ("input", "hx_0", "hx_1")}
    check(nn.LSTM(3, 4), args, others, dynamic=axes)


@pytest.mark.parametrize("layers", [1, 2])
def test_an_lstm_with_a_projection_gives_the_same(layers):
    model = nn.LSTM(3, 4, layers, proj_size=2, bidirectional=layers == 2)
    n = 2 * layers if layers == 2 else 1
    args, others = (
        (torch.randn(5, b, 3), (torch.randn(n, b, 2), torch.randn(n, b, 4))) for b in (2, 3)
    )
    axes = {name: {1: "batch"} for name in ("input", "hx_0", "hx_1")}
    check(model, args, others, dynamic=axes)


def test_a_projection_that_loses_a_direction_is_refused():
    model = nn.LSTM(3, 4, proj_size=2)
    with torch.no_grad():
        model.weight_hr_l0[1] = model.weight_hr_l0[0]
    with pytest.raises(torch.onnx.OnnxExporterError, match="rows that depend on one another"):
        torch.onnx.export(model, torch.randn(5, 2, 3))


# -------------------------------------------------------------------- attention


def encoder(**settings):
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, **settings)
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)


@pytest.mark.parametrize("norm_first", [False, True])
def test_an_encoder_gives_the_same(norm_first):
    model = Net(lambda model, x: model.part(x), part=encoder(norm_first=norm_first))
    axes = {"tensors_0": {0: "batch", 1: "length"}}
    check(model, (torch.randn(3, 5, 8),), (torch.randn(2, 9, 8),), dynamic=axes)


@pytest.mark.parametrize("is_causal", [True, None])
def test_an_encoder_under_a_causal_mask_gives_the_same(is_causal):
    def function(model, x):
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
        return model.part(x, mask=mask, is_causal=is_causal)

    axes = {"tensors_0": {0: "batch", 1: "length"}}
    x, y = torch.randn(3, 5, 8), torch.randn(2, 9, 8)
    check(Net(function, part=encoder()), (x,), (y,), dynamic=axes)


def test_a_mask_of_padding_is_an_input():
    model = Net(lambda model, x, m: model.part(x, src_key_padding_mask=m), part=encoder())
    axes = {"tensors_0": {0: "batch"}, "tensors_1": {0: "batch"}}
    args, others = [
        (torch.randn(n, 5, 8), torch.arange(5) >= torch.randint(1, 6, (n, 1))) for n in (3, 4)
    ]
    check(model, args, others, dynamic=axes)


@pytest.mark.parametrize("need_weights", [False, True])
def test_multi_head_attention_gives_the_same(need_weights):
    def function(model, x, y):
        return model.part(x, y, y, need_weights=need_weights)

    model = Net(function, part=nn.MultiheadAttention(8, 2, batch_first=True))
    axes = {"tensors_0": {0: "batch", 1: "l"}, "tensors_1": {0: "batch", 1: "s"}}
    args, others = [
        (torch.randn(n, long, 8), torch.randn(n, s, 8)) for n, long, s in [(3, 5, 4), (2, 7, 9)]
    ]
    check(model, args, others, dynamic=axes)


def test_a_transformer_gives_the_same():
    axes = {"src": {0: "batch", 1: "s"}, "tgt": {0: "batch", 1: "t"}}
    args, others = [
        (torch.randn(n, s, 8), torch.randn(n, t, 8)) for n, s, t in [(3, 5, 4), (2, 7, 9)]
    ]
    check(nn.Transformer(8, 2, 1, 1, 16, batch_first=True), args, others, dynamic=axes)


def test_attention_under_a_stored_mask_gives_the_same():
    def function(model, x):
        n, length, width = x.shape
        q, k, v = (p.view(n, length, 2, -1).transpose(1, 2) for p in model.maps(x).split(width, -1))
        scores = q @ k.transpose(-2, -1) / 2
        hidden = model.mask[:, :, :length, :length] == 0
        weights = scores.masked_fill(hidden, float("-inf")).softmax(-1)
        return (weights @ v).transpose(1, 2).contiguous().view(n, length, width)

    model = Net(function, maps=nn.Linear(8, 24))
    model.register_buffer("mask", torch.tril(torch.ones(20, 20)).view(1, 1, 20, 20))
    axes = {"tensors_0": {0: "batch", 1: "length"}}
    check(model, (torch.randn(3, 20, 8),), (torch.randn(1, 6, 8),), dynamic=axes)


# -------------------------------------------------------------------- parts of programs

PARTS = {
    "in place": lambda model, x: (y := x + 2, y.mul_(x), y.relu_(), y.sub_(0.5))[-1],
    "sizes as numbers": lambda model, x: x / x.shape[0] + torch.arange(len(x)).unsqueeze(1),
    "slices": lambda model, x: (x[-1], x[len(x) - 2 :], x[::2, 1], x[None, :, ..., 2:]),
    "indices": lambda model, x: (x[:, [2, 0]], x[torch.tensor([0, 1]), [1, 2]], x[x > 0]),
    "choices": lambda model, x: (x.max(1), x.topk(2), x.argmax(), x.sort(1, descending=True)),
    "spreads": lambda model, x: (x.var(0), x.std(1, unbiased=False), x.norm(dim=1)),
    "joins": lambda model, x: (torch.cat([x, x[:1]]), torch.stack([x, x], 1), x.repeat(2, 1)),
    "rolls": lambda model, x: (x.roll(-1, 0), x.roll((1, 6), (0, 1)), x.roll(3), x.flip(0)),
    "einsum": lambda model, x: torch.einsum("ij,kj->ik", x, x),
    "triangles": lambda model, x: (x @ x.T).where(torch.ones(len(x), len(x)).tril() > 0, 9.0),
    "angles": lambda model, x: (F.normalize(x), F.cosine_similarity(x, x + 1)),
    "integers": lambda model, x: ((n := (x * 9).int()) // 4, n % 4, -n // 4, n / 2, n**2, n & 3),
    "unchanged": lambda model, x: (x, x, {"again": x * 1}),
    "a constant": lambda model, x: (x + 1, torch.ones(3)),
}  # fmt: skip


def put_into(model, x):
    y = torch.zeros(x.shape[0], 6)
    y[:, 1:5] = x
    y[:, 5] = x.sum(1)
    y[0] = 7
    y[-1, 1] = 8.0
    y[None, 1:, 2] = x[None, 1:, 3]
    y[y < 0] = 0
    return y


@pytest.mark.parametrize("function", [*PARTS.values(), put_into], ids=[*PARTS, "writes"])
def test_a_part_of_a_program_gives_the_same_for_another_batch(function):
    batched(Net(function), 4)


def test_bags_of_embeddings_give_the_same():
    check(nn.EmbeddingBag(9, 3), (torch.randint(0, 9, (2, 4)),))


def test_bytes_may_go_in():
    x, y = (torch.randint(0, 256, (n, 4)).to(torch.uint8) for n in (3, 5))
    model = Net(lambda model, x: x.float() / 255 - 0.5)
    check(model, (x,), (y,), dynamic=first_axis(model))


# -------------------------------------------------------------------- whole models

SMALL = {"LeNet": (models.LeNet, 32), "mobilenet_v2": (models.mobilenet_v2, 32),
         "resnet18": (models.resnet18, 32)}  # fmt: skip
LARGE = ["alexnet", "resnet34", "resnet50", "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16",
         "vgg16_bn"]  # fmt: skip


@pytest.mark.parametrize("make, size", SMALL.values(), ids=SMALL)
def test_a_model_of_vision_gives_the_same(make, size):
    model = make()
    batched(model, 1 if make is models.LeNet else 3, size, size)


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_a_large_model_of_vision_gives_the_same(name):
    batched(getattr(models, name)(num_classes=10), 3, 64, 64)


IMAGES = {"mnist mlp": mnist.MLP, "mnist cnn": mnist.CNN, "finetune": finetune.Net}


@pytest.mark.parametrize("make", IMAGES.values(), ids=IMAGES)
def test_an_example_of_images_gives_the_same(make):
    x, y = torch.randn(3, 1, 28, 28), torch.randn(1, 1, 28, 28)
    check(make(), (x,), (y,), dynamic={"x": {0: "batch"}})


def test_the_examples_of_numbers_give_the_same():
    xor_net = next(
        v for v in vars(xor).values() if isinstance(v, type) and issubclass(v, nn.Module)
    )
    for model, width in (
        (xor_net(), 2),
        (autoencoder.Autoencoder(4), 784),
        (gan.layers(gan.NOISE, 64, 64, 2), gan.NOISE),
        (gan.layers(2, 64, 64, 1), 2),
    ):
        name = "input" if isinstance(model, nn.Sequential) else "x"
        x, y = torch.randn(3, width), torch.randn(1, width)
        check(model, (x,), (y,), dynamic={name: {0: "batch"}})


def test_the_examples_of_text_give_the_same_for_other_lengths():
    for model, count, name in (
        (char_rnn.CharRNN(16), len(char_rnn.LETTERS), "letters"),
        (transformer.GPT(20), len(transformer.TOKENS), "text"),
    ):
        x, y = torch.randint(0, count, (2, 20)), torch.randint(0, count, (5, 7))
        check(model, (x,), (y,), dynamic={name: {0: "batch", 1: "length"}})


# -------------------------------------------------------------------- the file


def test_the_file_has_the_names_that_were_asked_for(tmp_path):
    model = nn.Sequential(nn.Linear(3, 2))
    made = torch.onnx.export(
        model, torch.ones(4, 3), tmp_path / "model.onnx", input_names=["x"], output_names=["y"],
        dynamic_axes={"x": {0: "n"}, "y": [0]}, opset_version=20,
    )  # fmt: skip
    proto = onnx.load(tmp_path / "model.onnx")
    assert proto == made
    assert proto.opset_import[0].version == 20
    assert [each.name for each in proto.graph.initializer] == ["0.weight", "0.bias"]
    (x,), (y,) = proto.graph.input, proto.graph.output
    assert [dim.dim_param or dim.dim_value for dim in x.type.tensor_type.shape.dim] == ["n", 3]
    assert y.name == "y"
    assert y.type.tensor_type.shape.dim[0].dim_param == "y_dynamic_axes_1"


def test_the_graph_can_go_to_an_open_file_and_be_printed(capsys):
    file = io.BytesIO()
    made = torch.onnx.export(nn.ReLU(), (torch.ones(2),), file, verbose=True)
    assert file.getvalue() == made.SerializeToString()
    assert "Relu (input)" in capsys.readouterr().out


@pytest.mark.parametrize("values", [True, False])
def test_parameters_can_be_inputs(values):
    model = Net(lambda model, x: model.part(x) + torch.arange(2), part=nn.Linear(3, 2))
    how = {"keep_initializers_as_inputs": True} if values else {"export_params": False}
    graph = torch.onnx.export(model, torch.ones(4, 3), **how).graph
    assert [each.name for each in graph.input] == ["tensors_0", "part.weight", "part.bias"]
    learned = ["part.weight", "part.bias"] * values
    assert [each.name for each in graph.initializer] == [*learned, "constant"]


def test_equal_constants_are_kept_once():
    graph = torch.onnx.export(Net(lambda model, x: (x + 2) * 2), torch.ones(3)).graph
    assert len(graph.initializer) == 1


def test_arguments_may_come_by_name_and_be_other_things_than_tensors():
    def function(model, x, how, *, scale):
        return x * scale if how == "twice" else x

    class Named(Net):
        def forward(self, x, how, *, scale):
            return function(self, x, how, scale=scale)

    x, scale = torch.randn(3), torch.randn(3)
    proto = torch.onnx.export(Named(None), (x, "twice"), kwargs={"scale": scale})
    assert [each.name for each in proto.graph.input] == ["x", "scale"]
    (y,) = session_of(proto).run(None, {"x": x.numpy(), "scale": scale.numpy()})
    assert y.tolist() == (x * scale).tolist()


def test_an_op_without_a_counterpart_is_refused_by_name_and_place():
    model = Net(lambda model, x: model.part(x), part=Net(lambda model, x: torch.linalg.svd(x).S))
    text = (
        r"operator 'svd_parts' to ONNX opset version 18 is not supported\n  it was called in part"
    )
    with pytest.raises(torch.onnx.errors.UnsupportedOperatorError, match=text):
        torch.onnx.export(model, torch.randn(3, 3))


@pytest.mark.parametrize("version", range(18, 24))
def test_every_opset_gives_the_same(version):
    def function(model, x):
        y, _ = model.reads(model.sees(x))
        return model.attends(y)

    sees = nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(2), nn.Flatten(2), nn.LayerNorm(9))
    reads = nn.GRU(9, 8, batch_first=True, bidirectional=False)
    model, x = Net(function, sees=sees, reads=reads, attends=encoder()), torch.randn(2, 3, 8, 8)
    proto = torch.onnx.export(model.eval(), x, opset_version=version)
    assert proto.opset_import[0].version == version
    agree(session_of(proto), model, (x,))


@pytest.mark.parametrize("version", [17, 24])
def test_another_opset_is_refused(version):
    with pytest.raises(ValueError, match=f"Unsupported ONNX opset version: {version}"):
        torch.onnx.export(nn.ReLU(), torch.ones(2), opset_version=version)


def test_what_is_no_module_is_refused():
    with pytest.raises(TypeError, match=r"model must be an nn\.Module, not builtin_function"):
        torch.onnx.export(len, torch.ones(2))


def test_an_unknown_name_in_dynamic_axes_warns():
    with pytest.warns(UserWarning, match="Provided key z for dynamic axes is not a valid"):
        torch.onnx.export(nn.ReLU(), torch.ones(2), dynamic_axes={"z": [0]})


def test_a_window_of_average_pooling_wants_one_size():
    axes = {"input": {2: "height"}}
    with pytest.raises(
        torch.onnx.OnnxExporterError, match=r"`weighted_windows`, .*in no simple way"
    ):
        torch.onnx.export(nn.AvgPool2d(2), torch.ones(1, 1, 8, 8), dynamic_axes=axes)


def test_a_number_that_depends_on_a_dynamic_axis_is_refused():
    assert static(3, "a size") == 3
    axes = {"input": {2: "height"}}
    with pytest.raises(torch.onnx.OnnxExporterError, match=r"depends on a dynamic axis \(it was 8"):
        torch.onnx.export(nn.Unfold(2), torch.ones(1, 1, 8, 8), dynamic_axes=axes)
