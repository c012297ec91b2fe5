"""nn.functional: convolution, pooling, normalisation, dropout, activations."""

import itertools
import math

import numpy as np
import pytest
from against_torch import compare
from refusals import refusal_tests

import minitorch
import minitorch.nn.functional as F
from minitorch import tensor


def normal(*shape):
    return np.random.normal(size=shape)


# -------------------------------------------------------------------- convolution and pooling


def test_conv2d_by_hand():
    x = minitorch.arange(9.0).reshape(1, 1, 3, 3).requires_grad_()
    w = tensor([[[[1.0, 0.0], [0.0, -1.0]]]], requires_grad=True)
    y = F.conv2d(x, w, tensor([10.0]))
    assert y.tolist() == [[[[6, 6], [6, 6]]]]
    y.sum().backward()
    assert w.grad.tolist() == [[[[8, 12], [20, 24]]]]
    assert x.grad.tolist() == [[[[1, 1, 0], [1, 0, -1], [0, -1, -1]]]]


def test_conv_tbc_is_conv1d_with_time_first_and_channels_last():
    rng = np.random.default_rng(0)
    x, w, b = (minitorch.tensor(rng.normal(size=s)) for s in ((5, 2, 3), (3, 3, 4), (4,)))
    y = F.conv_tbc(x, w, b, 1)
    assert y.shape == (5, 2, 4)
    expected = sum(x[1 + k : 4 + k] @ w[1 + k] for k in (-1, 0, 1)) + b
    np.testing.assert_allclose(y[1:4].numpy(), expected.numpy())


def test_conv2d_takes_one_image_or_none():
    w = minitorch.randn(4, 3, 3, 3)
    x = minitorch.randn(2, 3, 8, 8)
    np.testing.assert_allclose(F.conv2d(x[0], w).numpy(), F.conv2d(x, w)[0].numpy(), 1e-5, 1e-5)
    assert F.conv2d(x[:0], w).shape == (0, 4, 6, 6)
    assert F.conv2d(x, w, stride=(2,)).shape == (2, 4, 3, 3)


def test_padding_by_name():
    x, w = minitorch.randn(1, 1, 5, 6), minitorch.randn(1, 1, 2, 4)
    assert F.conv2d(x, w, padding="same").shape == x.shape
    assert F.conv2d(x, w, padding="valid").shape == (1, 1, 4, 3)
    ones = minitorch.ones(1, 1, 1, 2)
    line = minitorch.arange(4.0).reshape(1, 1, 1, 4)
    assert F.conv2d(line, ones, padding="same").tolist() == [[[[1, 3, 5, 3]]]]


def test_max_pool2d_by_hand():
    x = tensor([[[[1.0, 5.0, 2.0, 2.0], [3.0, 4.0, 2.0, 2.0]]]], requires_grad=True)
    values, indices = F.max_pool2d(x, 2, return_indices=True)
    assert values.tolist() == [[[[5, 2]]]] and indices.tolist() == [[[[1, 2]]]]
    values.sum().backward()
    assert x.grad.tolist() == [[[[0, 1, 1, 0], [0, 0, 0, 0]]]]


def test_avg_pool2d_by_hand():
    x = minitorch.arange(16.0).reshape(1, 1, 4, 4).requires_grad_()
    y = F.avg_pool2d(x, 2)
    assert y.tolist() == [[[[2.5, 4.5], [10.5, 12.5]]]]
    y.sum().backward()
    assert (x.grad == 0.25).all()
    assert F.adaptive_avg_pool2d(x, 1).item() == 7.5


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:Using padding='same'")  # PyTorch's, of even kernels
@pytest.mark.parametrize(
    "stride, padding", [(1, 0), ((2, 1), (1, 2)), (1, "same"), (1, "valid"), (3, 1)]
)
def test_torch_agrees_on_conv2d(stride, padding):
    torch = pytest.importorskip("torch")
    T = torch.nn.functional
    x, bias = normal(2, 4, 8, 7), normal(6)
    for dilation, groups, kernel in itertools.product((1, 2), (1, 2), ((3, 3), (2, 3))):
        w = normal(6, 4 // groups, *kernel)
        how = (stride, padding, dilation, groups)
        both = [lambda x, w, b=None, f=f, how=how: f.conv2d(x, w, b, *how) for f in (F, T)]
        compare(torch, *both, [x, w], second=groups == 2)
        compare(torch, *both, [x, w, bias], second=groups == 1)


@pytest.mark.torch
@pytest.mark.parametrize("kernel", [2, (3, 2)])
@pytest.mark.parametrize("stride", [None, 1, (2, 3)])
def test_torch_agrees_on_pooling(kernel, stride):
    torch = pytest.importorskip("torch")
    T = torch.nn.functional
    x = normal(2, 3, 8, 9)
    for padding, dilation, ceil in itertools.product((0, 1), (1, 2), (False, True)):
        how = (kernel, stride, padding, dilation, ceil)
        compare(torch, *[lambda x, f=f, how=how: f.max_pool2d(x, *how) for f in (F, T)], [x])
        ours = F.max_pool2d(tensor(x), *how, return_indices=True)[1]
        wanted = T.max_pool2d(torch.tensor(x), *how, return_indices=True)[1]
        assert ours.tolist() == wanted.tolist()
    for padding, ceil, include, divisor in itertools.product(
        (0, 1), (False, True), (False, True), (None, 3)
    ):
        how = (kernel, stride, padding, ceil, include, divisor)
        compare(torch, *[lambda x, f=f, how=how: f.avg_pool2d(x, *how) for f in (F, T)], [x])


@pytest.mark.torch
@pytest.mark.parametrize("size", [1, 3, (2, None), (8, 9), (5, 4)])
def test_torch_agrees_on_adaptive_pooling(size):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.functional.adaptive_avg_pool2d
    x = normal(2, 3, 8, 9)
    compare(torch, lambda x: F.adaptive_avg_pool2d(x, size), lambda x: theirs(x, size), [x])


@pytest.mark.torch
def test_torch_agrees_on_pooling_one_image():
    torch = pytest.importorskip("torch")
    T = torch.nn.functional
    for name in ("max_pool2d", "avg_pool2d"):
        compare(
            torch,
            lambda x, name=name: getattr(F, name)(x, 2),
            lambda x, name=name: getattr(T, name)(x, 2),
            [normal(3, 6, 6)],
        )
    ours = F.max_pool2d(minitorch.ones(1, 4, 4), 2, return_indices=True)
    assert [tuple(y.shape) for y in ours] == [(1, 2, 2), (1, 2, 2)]


# -------------------------------------------------------------------- normalisation


def test_batch_norm_moves_the_running_statistics():
    x = tensor([[1.0, 0.0], [3.0, 4.0]])
    mean, var = minitorch.zeros(2), minitorch.ones(2)
    y = F.batch_norm(x, mean, var, training=True, momentum=0.5, eps=1e-12)
    np.testing.assert_allclose(y.numpy(), [[-1, -1], [1, 1]], 1e-6)
    assert mean.tolist() == [1, 1]
    assert var.tolist() == [1.5, 4.5]  # variances over count - 1: 2 and 8
    y = F.batch_norm(x, mean, var, eps=0.0)
    np.testing.assert_allclose(y.numpy(), (x - mean).numpy() / np.sqrt([1.5, 4.5]), 1e-6)


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(5, 3), (4, 3, 6), (2, 3, 4, 5)])
@pytest.mark.parametrize("training", [True, False])
def test_torch_agrees_on_batch_norm(shape, training):
    torch = pytest.importorskip("torch")
    T = torch.nn.functional
    x, (w, b) = normal(*shape) + 1, normal(2, 3)
    start = normal(3), np.random.uniform(0.5, 2, 3)

    def of(library, functional):
        def call(x, *learned):
            mean, var = (library.tensor(each).to(x.dtype) for each in start)
            y = functional.batch_norm(x, mean, var, *learned, training=training, momentum=0.2)
            return y + mean.sum() + var.sum()

        return call

    for learned in ([], [w], [w, b]):
        compare(torch, of(minitorch, F), of(torch, T), [x, *learned])


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(5,), (3, 5)])
def test_torch_agrees_on_layer_norm(shape):
    torch = pytest.importorskip("torch")
    T = torch.nn.functional
    for learned in ([], [normal(*shape)], [normal(*shape), normal(*shape)]):
        compare(
            torch,
            lambda x, *learned: F.layer_norm(x, shape, *learned),
            lambda x, *learned: T.layer_norm(x, shape, *learned),
            [normal(4, 3, 5), *learned],
        )


# -------------------------------------------------------------------- dropout


def test_dropout_zeroes_a_share_and_scales_the_rest():
    x = minitorch.ones(100, 100, requires_grad=True)
    y = F.dropout(x, 0.3)
    kept = (y != 0).float().mean().item()
    assert kept == pytest.approx(0.7, abs=0.02)
    assert set(np.unique(y.detach().numpy())) == {0, np.float32(1 / 0.7)}
    y.sum().backward()
    assert (x.grad == y).all()


def test_dropout_does_nothing_out_of_training_or_with_nothing_to_drop():
    x = minitorch.ones(3)
    assert F.dropout(x, 0.5, training=False) is x
    assert F.dropout(x, 0.0) is x
    assert (F.dropout(x, 1.0) == 0).all()


def test_dropout_in_place_writes_into_its_input():
    x = minitorch.ones(100)
    assert F.dropout(x, 0.5, inplace=True) is x
    assert set(x.tolist()) == {0, 2}


def test_dropout_follows_the_seed():
    minitorch.manual_seed(3)
    first = F.dropout(minitorch.ones(50))
    minitorch.manual_seed(3)
    assert (F.dropout(minitorch.ones(50)) == first).all()


def test_dropout2d_drops_whole_channels():
    y = F.dropout2d(minitorch.ones(20, 10, 3, 3), 0.5)
    sums = y.sum((2, 3))
    assert set(np.unique(sums.numpy())) == {0, 18}


# -------------------------------------------------------------------- activations

ACTIVATIONS = [
    ("relu", {}),
    ("leaky_relu", {"negative_slope": 0.2}),
    ("elu", {"alpha": 1.5}),
    ("silu", {}),
    ("softplus", {}),
    ("softplus", {"beta": 2.0, "threshold": 3.0}),
    ("logsigmoid", {}),
    ("hardtanh", {"min_val": -2.0, "max_val": 1.0}),
    ("relu6", {}),
    ("sigmoid", {}),
    ("tanh", {}),
    ("softmax", {"dim": 1}),
    ("softmin", {"dim": 1}),
    ("log_softmax", {"dim": 0}),
    ("selu", {}),
    ("celu", {"alpha": 0.5}),
    ("mish", {}),
    ("gelu", {}),
    ("gelu", {"approximate": "tanh"}),
    ("hardswish", {}),
    ("hardshrink", {"lambd": 0.3}),
    ("softshrink", {"lambd": 0.3}),
    ("softsign", {}),
    ("tanhshrink", {}),
    ("threshold", {"threshold": 0.5, "value": 3.0}),
    ("rrelu", {}),
    ("hardtanh", {}),
]


@pytest.mark.torch
@pytest.mark.parametrize("name, settings", ACTIVATIONS)
def test_torch_agrees_on_activations(name, settings):
    torch = pytest.importorskip("torch")
    compare(
        torch,
        lambda x: getattr(F, name)(x, **settings),
        lambda x: getattr(torch.nn.functional, name)(x, **settings),
        [normal(4, 9) * 4],
    )


@pytest.mark.torch
@pytest.mark.parametrize("name, settings", ACTIVATIONS)
def test_torch_agrees_on_activations_of_extremes(name, settings):
    torch = pytest.importorskip("torch")
    x = np.array([[0.0, -0.0, 1e4, -1e4, 200.0, -200.0, math.nan]], "float32")
    ours = getattr(F, name)(tensor(x), **settings)
    theirs = getattr(torch.nn.functional, name)(torch.tensor(x), **settings)
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), 1e-6, 1e-30)


WRITING = (
    "relu leaky_relu elu silu hardtanh relu6 selu celu mish hardswish hardsigmoid rrelu threshold"
)


@pytest.mark.parametrize("name", WRITING.split())
def test_activations_can_write_into_their_input(name):
    x = tensor(normal(3, 4) * 4, requires_grad=True)
    settings = (0.5, 3.0) if name == "threshold" else ()
    wanted = getattr(F, name)(x, *settings)
    wanted.sum().backward()
    first = x.grad
    forms = [lambda y: getattr(F, name)(y, *settings, inplace=True)]
    if name in ("relu", "leaky_relu", "elu", "hardtanh", "selu", "celu", "rrelu", "threshold"):
        forms.append(lambda y: getattr(F, f"{name}_")(y, *settings))
    for form in forms:
        x.grad = None
        y = x * 1
        assert form(y) is y
        y.sum().backward()
        assert (y == wanted).all() and (x.grad == first).all()


def test_rrelu_draws_its_slopes_while_training():
    x = minitorch.full((1000,), -1.0, requires_grad=True)
    y = F.rrelu(x, 0.2, 0.6, training=True)
    assert -0.6 <= y.min().item() < y.max().item() <= -0.2
    y.sum().backward()
    assert (x.grad == -y).all()


def test_gumbel_softmax_draws_rows_that_add_up_to_one():
    logits = tensor([0.0, math.log(3.0)]).expand(4000, 2).clone().requires_grad_()
    soft = F.gumbel_softmax(logits, tau=0.5)
    assert soft.sum(1).allclose(minitorch.ones(4000))
    hard = F.gumbel_softmax(logits, hard=True)
    assert hard.detach().round().sum(0)[1].item() == pytest.approx(3000, abs=150)
    hard[:, 0].sum().backward()
    assert (logits.grad != 0).any()


def test_softmax_without_a_dimension_guesses_and_warns():
    for shape, dim in (((3,), 0), ((2, 3), 1), ((2, 3, 4), 0), ((1, 2, 3, 4), 1)):
        x = tensor(normal(*shape))
        for name in ("softmax", "log_softmax"):
            with pytest.warns(UserWarning, match=f"Implicit dimension choice for {name}"):
                y = getattr(F, name)(x)
            assert (y == getattr(F, name)(x, dim)).all()
    assert F.softmax(tensor([1, 2]), 0, dtype=minitorch.float64).dtype is minitorch.float64


def test_one_hot_adds_an_axis_of_classes():
    assert F.one_hot(tensor([[0, 2]])).tolist() == [[[1, 0, 0], [0, 0, 1]]]
    y = F.one_hot(tensor([1]), 4)
    assert y.tolist() == [[0, 1, 0, 0]] and y.dtype is minitorch.int64
    assert F.one_hot(tensor([]).long(), 4).shape == (0, 4)


# -------------------------------------------------------------------- refusals


def ones(*shape):
    return minitorch.ones(shape)


X, W = (2, 3, 8, 8), (4, 3, 3, 3)
REFUSED = [
    (
        RuntimeError,
        "Given groups=2, weight of size [4, 3, 3, 3], expected input[2, 3, 8, 8] to have 6 "
        "channels, but got 3 channels instead",
        lambda: F.conv2d(ones(*X), ones(*W), groups=2),
    ),
    (
        RuntimeError,
        "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [8, 8]",
        lambda: F.conv2d(ones(8, 8), ones(*W)),
    ),
    (
        RuntimeError,
        "Calculated padded input size per channel: (2 x 2). Kernel size: (3 x 3). Kernel size "
        "can't be greater than actual input size",
        lambda: F.conv2d(ones(2, 3, 2, 2), ones(*W)),
    ),
    (
        RuntimeError,
        "Given weight of size [4, 3, 3, 3], expected bias to be 1-dimensional with 4 elements, but "
        "got bias of size [3] instead",
        lambda: F.conv2d(ones(*X), ones(*W), ones(3)),
    ),
    (
        RuntimeError,
        "non-positive stride is not supported",
        lambda: F.conv2d(ones(*X), ones(*W), stride=0),
    ),
    (
        RuntimeError,
        "negative padding is not supported",
        lambda: F.conv2d(ones(*X), ones(*W), padding=-1),
    ),
    (RuntimeError, "dilation", lambda: F.conv2d(ones(*X), ones(*W), dilation=0)),
    (
        RuntimeError,
        "padding='same' is not supported for strided convolutions",
        lambda: F.conv2d(ones(*X), ones(*W), stride=2, padding="same"),
    ),
    (
        RuntimeError,
        "Invalid padding string: 'full'",
        lambda: F.conv2d(ones(*X), ones(*W), padding="full"),
    ),
    (
        RuntimeError,
        "expected stride to be a single integer value or a list of 2 values to match the "
        "convolution dimensions, but got stride=[1, 1, 1]",
        lambda: F.conv2d(ones(*X), ones(*W), stride=(1, 1, 1)),
    ),
    (RuntimeError, "should be the same", lambda: F.conv2d(ones(*X), ones(*W).double())),
    (
        RuntimeError,
        "non-empty 3D or 4D (batch mode) tensor expected for input",
        lambda: F.max_pool2d(ones(8, 8), 2),
    ),
    (
        RuntimeError,
        "Given input size: (3x8x8). Calculated output size: (3x0x0). Output size is too small",
        lambda: F.max_pool2d(ones(*X), 9),
    ),
    (
        RuntimeError,
        "Given input size: (3x8x8). Calculated output size: (3x-1x-1). Output size is too small",
        lambda: F.max_pool2d(ones(*X), 12, stride=2),
    ),
    (
        RuntimeError,
        "input image (T: 2 H: 4 W: 4) smaller than kernel size (kT: 3 kH: 3 kW: 3)",
        lambda: F.avg_pool3d(ones(1, 2, 4, 4), 3, padding=1),
    ),
    (
        RuntimeError,
        "pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and "
        "dilation=1",
        lambda: F.max_pool2d(ones(*X), 2, padding=2),
    ),
    (RuntimeError, "stride should not be zero", lambda: F.max_pool2d(ones(*X), 2, stride=0)),
    (RuntimeError, "pad should be at most half of", lambda: F.avg_pool2d(ones(*X), 2, padding=2)),
    (
        RuntimeError,
        "divisor must be not zero",
        lambda: F.avg_pool2d(ones(*X), 2, divisor_override=0),
    ),
    (
        ValueError,
        "Expected more than 1 value per channel when training, got input size torch.Size([1, 3])",
        lambda: F.batch_norm(ones(1, 3), None, None, training=True),
    ),
    (
        RuntimeError,
        "running_mean must be defined in evaluation mode",
        lambda: F.batch_norm(ones(4, 3), None, None),
    ),
    (
        RuntimeError,
        "running_mean should contain 3 elements not 2",
        lambda: F.batch_norm(ones(4, 3), ones(2), ones(2)),
    ),
    (
        RuntimeError,
        "Given normalized_shape=[4], expected input with shape [*, 4], but got input of size[2, 3]",
        lambda: F.layer_norm(ones(2, 3), (4,)),
    ),
    (
        RuntimeError,
        "Expected weight to be of same shape as normalized_shape, but got weight of shape [2] and "
        "normalized_shape = [3]",
        lambda: F.layer_norm(ones(2, 3), (3,), ones(2)),
    ),
    (
        ValueError,
        "dropout probability has to be between 0 and 1, but got 1.5",
        lambda: F.dropout(ones(3), 1.5),
    ),
    (
        RuntimeError,
        "result type Float can't be cast to the desired output type",
        lambda: F.dropout(tensor([1, 2])),
    ),
    (RuntimeError, "one_hot", lambda: F.one_hot(ones(2))),
    (
        RuntimeError,
        "Can not infer total number of classes from empty tensor.",
        lambda: F.one_hot(tensor([]).long()),
    ),
    (RuntimeError, "Class values must be non-negative.", lambda: F.one_hot(tensor([-1]))),
    (
        RuntimeError,
        "Class values must be smaller than num_classes.",
        lambda: F.one_hot(tensor([4]), 3),
    ),
]

test_what_makes_no_sense_is_refused, test_torch_refuses_too = refusal_tests(REFUSED)
