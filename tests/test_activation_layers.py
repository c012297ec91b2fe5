"""Activations and dropouts as layers: what they compute, how they print, what they refuse."""

import math

import numpy as np
import pytest
from against_torch import compare_modules
from refusals import refusal_tests

import minitorch
import minitorch.nn.functional as F
from minitorch import nn, tensor

# What makes the layer, how it prints, and the function that it is.
ACTIVATIONS = [
    (
        lambda nn: nn.Threshold(0.1, 20),
        "threshold=0.1, value=20",
        lambda x: F.threshold(x, 0.1, 20),
    ),
    (lambda nn: nn.ReLU(), "", F.relu),
    (lambda nn: nn.RReLU().eval(), f"lower={1 / 8}, upper={1 / 3}", F.rrelu),
    (lambda nn: nn.Hardtanh(), "min_val=-1.0, max_val=1.0", F.hardtanh),
    (lambda nn: nn.ReLU6(), "", F.relu6),
    (lambda nn: nn.Sigmoid(), "", F.sigmoid),
    (lambda nn: nn.Hardsigmoid(), "", F.hardsigmoid),
    (lambda nn: nn.Tanh(), "", F.tanh),
    (lambda nn: nn.SiLU(), "", F.silu),
    (lambda nn: nn.Mish(), "", F.mish),
    (lambda nn: nn.Hardswish(), "", F.hardswish),
    (lambda nn: nn.ELU(2.0), "alpha=2.0", lambda x: F.elu(x, 2.0)),
    (lambda nn: nn.CELU(2.0), "alpha=2.0", lambda x: F.celu(x, 2.0)),
    (lambda nn: nn.SELU(), "", F.selu),
    (lambda nn: nn.GLU(), "dim=-1", F.glu),
    (lambda nn: nn.GELU(), "approximate='none'", F.gelu),
    (lambda nn: nn.GELU("tanh"), "approximate='tanh'", lambda x: F.gelu(x, approximate="tanh")),
    (lambda nn: nn.Hardshrink(0.3), "0.3", lambda x: F.hardshrink(x, 0.3)),
    (lambda nn: nn.LeakyReLU(), "negative_slope=0.01", F.leaky_relu),
    (lambda nn: nn.LogSigmoid(), "", F.logsigmoid),
    (lambda nn: nn.Softplus(2, 3), "beta=2, threshold=3", lambda x: F.softplus(x, 2, 3)),
    (lambda nn: nn.Softshrink(), "0.5", F.softshrink),
    (lambda nn: nn.PReLU(), "num_parameters=1", lambda x: F.prelu(x, tensor([0.25]))),
    (lambda nn: nn.Softsign(), "", F.softsign),
    (lambda nn: nn.Tanhshrink(), "", F.tanhshrink),
    (lambda nn: nn.Softmin(1), "dim=1", lambda x: F.softmin(x, 1)),
    (lambda nn: nn.Softmax(1), "dim=1", lambda x: F.softmax(x, 1)),
    (lambda nn: nn.Softmax2d(), "", lambda x: F.softmax(x, -3)),
    (lambda nn: nn.LogSoftmax(1), "dim=1", lambda x: F.log_softmax(x, 1)),
]
NAMES = [type(make(nn)).__name__ for make, _, _ in ACTIVATIONS]


@pytest.mark.parametrize("make, printed, function", ACTIVATIONS, ids=NAMES)
def test_a_layer_is_its_function(make, printed, function):
    layer, x = make(nn), minitorch.randn(2, 3, 4, 6)
    assert minitorch.equal(layer(x), function(x))
    assert repr(layer) == f"{type(layer).__name__}({printed})"


@pytest.mark.torch
@pytest.mark.parametrize("number", range(len(ACTIVATIONS)), ids=NAMES)
def test_torch_agrees_on_activations(number):
    torch = pytest.importorskip("torch")
    make = ACTIVATIONS[number][0]
    x = np.random.normal(size=(2, 3, 4, 6)) * 2
    if NAMES[number] == "Hardsigmoid":  # inside of -3 and 3 PyTorch's slope is 1/6 as a float32
        x = x + 3 * np.sign(x)
    compare_modules(torch, make(nn), make(torch.nn), x)


IN_PLACE = (
    "Threshold", "ReLU", "RReLU", "LeakyReLU", "Hardtanh", "ReLU6", "Hardsigmoid", "Hardswish",
    "SiLU", "Mish", "ELU", "CELU", "SELU",
)  # fmt: skip


@pytest.mark.parametrize("name", IN_PLACE)
def test_a_layer_in_place_writes_to_its_input(name):
    settings = (0.1, 0.2) if name == "Threshold" else ()
    layer = getattr(nn, name)(*settings, inplace=True)
    x = minitorch.randn(5)
    before = x.clone()
    assert layer(x) is x and not minitorch.equal(x, before)
    shown = name not in ("Hardsigmoid", "Hardswish")  # which PyTorch prints without
    assert ("inplace=True" in repr(layer)) == shown


def test_rrelu_draws_its_slopes_while_training():
    layer, x = nn.RReLU(0.2, 0.4), -minitorch.ones(100)
    y = -layer(x)
    assert ((y >= 0.2) & (y < 0.4)).all() and y.unique().numel() > 50
    np.testing.assert_allclose(layer.eval()(x).numpy(), -0.3, rtol=1e-6)


def test_prelu_learns_a_slope_for_each_channel():
    layer = nn.PReLU(2, init=0.5)
    assert layer.state_dict()["weight"].tolist() == [0.5, 0.5]
    x = tensor([[-1.0, -2.0], [3.0, -4.0]])
    y = layer(x)
    assert y.tolist() == [[-0.5, -1], [3, -2]]
    y.sum().backward()
    assert layer.weight.grad.tolist() == [-1, -6]
    assert nn.PReLU(dtype=minitorch.float64).weight.dtype is minitorch.float64


def test_which_layers_are_kinds_of_others():
    """Programs replace layers by their kind: a ReLU6 is a Hardtanh, a Dropout2d is no Dropout."""
    assert isinstance(nn.ReLU6(), nn.Hardtanh)
    assert not isinstance(nn.LogSoftmax(0), nn.Softmax)
    assert not isinstance(nn.Dropout2d(), nn.Dropout)


def test_softmax2d_makes_the_channels_of_each_pixel_add_up_to_one():
    for shape in ((3, 4, 5), (2, 3, 4, 5)):
        y = nn.Softmax2d()(minitorch.randn(shape))
        np.testing.assert_allclose(y.sum(-3).numpy(), 1, rtol=1e-6)


def test_softmax_without_a_dimension_chooses_one_and_warns():
    for layer in (nn.Softmax(), nn.Softmin(), nn.LogSoftmax()):
        with pytest.warns(UserWarning, match="Implicit dimension choice for .* has been") as seen:
            assert layer(minitorch.zeros(2, 2)).exp().sum(1).shape == (2,)
        assert seen[0].filename == __file__


def test_the_older_names_of_the_bounds_of_hardtanh_warn():
    with pytest.warns(FutureWarning, match="`max_value` is deprecated and renamed to `max_val`"):
        assert nn.Hardtanh(max_value=2.0).max_val == 2
    with pytest.warns(FutureWarning, match="`min_value` is deprecated and renamed to `min_val`"):
        assert nn.Hardtanh(min_value=-2.0).min_val == -2


def test_the_log_of_a_sigmoid_of_one_is_zero_and_not_minus_zero():
    assert str(nn.LogSigmoid()(tensor([200.0]))) == "tensor([0.])"


def test_gelu_is_the_input_times_the_chance_of_a_smaller_normal_number():
    x = [-1.5, 0.0, 0.5]
    wanted = [v * (1 + math.erf(v / math.sqrt(2))) / 2 for v in x]
    np.testing.assert_allclose(nn.GELU()(tensor(x)).numpy(), wanted, rtol=1e-6, atol=1e-7)


# -------------------------------------------------------------------- dropout

DROPOUTS = [
    ("Dropout", (200,)),
    ("Dropout1d", (20, 10, 3)),
    ("Dropout2d", (20, 10, 3, 2)),
    ("Dropout3d", (20, 10, 3, 2, 2)),
]


@pytest.mark.parametrize("name, shape", DROPOUTS)
@pytest.mark.parametrize("inplace", [False, True])
def test_dropout_zeroes_parts_and_scales_the_rest(name, shape, inplace):
    layer, x = getattr(nn, name)(0.2, inplace), minitorch.ones(shape)
    y = layer(x)
    assert (y is x) == inplace
    kept = y.flatten(2) if len(shape) > 1 else y.reshape(-1, 1, 1)
    assert (kept == kept[..., :1]).all()  # a channel lives or dies as a whole
    np.testing.assert_allclose(y.unique().numpy(), [0, 1.25])
    assert (kept[..., 0] == 0).float().mean().item() == pytest.approx(0.2, abs=0.1)
    assert layer.eval()(x) is x
    assert repr(layer) == f"{name}(p=0.2, inplace={inplace})"


@pytest.mark.parametrize(
    "shape, name", [((2000,), "AlphaDropout"), ((50, 40, 8), "FeatureAlphaDropout")]
)
def test_alpha_dropout_keeps_mean_and_variance(shape, name):
    x = minitorch.randn(shape)
    for p in (0.2, 0.5):
        y = getattr(nn, name)(p, inplace=True)(x)
        assert y is not x
        assert abs(y.mean().item()) < 0.1 and abs(y.std().item() - 1) < 0.1


def test_dropout_keeps_the_order_of_the_axes_in_memory():
    x = minitorch.ones(2, 3, 4).permute(2, 0, 1)
    for layer in (nn.Dropout(), nn.AlphaDropout()):
        assert layer(x).permute(1, 2, 0).is_contiguous()
        assert layer(x[1:]).permute(1, 2, 0).is_contiguous()


# -------------------------------------------------------------------- refusals

REFUSED = [
    (
        AssertionError,
        "max_val (1.0) must be greater than min_val (2.0)",
        lambda: nn.Hardtanh(2.0, 1.0),
    ),
    (
        ValueError,
        "Softmax2d: expected input to be 3D or 4D, got 2D instead",
        lambda: nn.Softmax2d()(minitorch.ones(2, 2)),
    ),
    (
        RuntimeError,
        "Mismatch of parameter numbers and input channel size. Found parameter numbers = 3 and "
        "channel size = 4.",
        lambda: nn.PReLU(3)(minitorch.ones(2, 4)),
    ),
    (
        RuntimeError,
        "prelu: Type promoting not supported. Got Double and Float",
        lambda: nn.PReLU()(minitorch.ones(2).double()),
    ),
    (
        RuntimeError,
        "lambda must be in range [0, 3.40282e+38] for input dtype Float, but found -1",
        lambda: nn.Softshrink(-1.0)(minitorch.ones(2)),
    ),
    (RuntimeError, "Boolean inputs not supported for relu", lambda: nn.ReLU()(tensor([True]))),
    (RuntimeError, "Bool inputs not supported for hardtanh", lambda: nn.ReLU6()(tensor([True]))),
    (
        NotImplementedError,
        "\"softmax_lastdim_kernel_impl\" not implemented for 'Long'",
        lambda: nn.Softmax(0)(tensor([1])),
    ),
    (
        RuntimeError,
        "Halving dimension must be even, but dimension 0 is size 3",
        lambda: nn.GLU()(minitorch.ones(3)),
    ),
    (
        RuntimeError,
        "a leaf Variable that requires grad is being used in an in-place operation.",
        lambda: nn.ReLU(True)(minitorch.ones(2, requires_grad=True)),
    ),
    (
        ValueError,
        "dropout probability has to be between 0 and 1, but got 1.1",
        lambda: nn.AlphaDropout(1.1),
    ),
    (
        RuntimeError,
        "dropout1d: Expected 2D or 3D input, but received a 4D input.",
        lambda: nn.Dropout1d()(minitorch.ones(1, 2, 2, 2)),
    ),
    (
        UserWarning,
        "dropout2d: Received a 5-D input to dropout2d, which is deprecated",
        lambda: nn.Dropout2d()(minitorch.ones(1, 2, 2, 2, 2)),
    ),
    (
        RuntimeError,
        "result type Float can't be cast to the desired output type Long",
        lambda: nn.Dropout()(tensor([1, 2])),
    ),
]

test_what_makes_no_sense_is_refused, test_torch_refuses_too = refusal_tests(REFUSED)


@pytest.mark.parametrize("n", [4, 3000])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("f", [F.relu, F.relu6, F.hardtanh, F.hardsigmoid])
def test_where_an_activation_is_flat_even_an_infinite_gradient_becomes_0(f, dtype, n):
    x = minitorch.full((n,), -5.0, dtype=getattr(minitorch, dtype), requires_grad=True)
    (g,) = minitorch.autograd.grad(f(x), x, minitorch.full_like(x, math.inf))
    assert g.dtype == x.dtype
    assert (g == 0).all()


def test_the_distance_of_relu_to_nothing_has_gradient_0():
    x = minitorch.tensor([-1.0, 4.0], requires_grad=True)
    F.relu(x).sqrt().sum().backward()
    assert x.grad.tolist() == [0.0, 0.25]
