"""Convolution, pooling, padding and resizing as layers: by closed forms, and against PyTorch."""

import copy
import itertools
import math
import pickle

import numpy as np
import pytest
from against_torch import compare_modules
from refusals import refusal_tests

import minitorch
from minitorch import nn
from minitorch.autograd import gradcheck
from minitorch.nn import functional as F
from minitorch.nn import grad
from minitorch.nn.modules.conv import _ConvNd
from minitorch.nn.modules.utils import (
    _pair,
    _reverse_repeat_tuple,
    _single,
    consume_prefix_in_state_dict_if_present,
)


def normal(*shape):
    return np.random.normal(size=shape)


def drawn(*shape):
    return minitorch.tensor(normal(*shape))


# -------------------------------------------------------------------- convolution

CONVOLUTIONS = [(nn.Conv1d, F.conv1d, 1), (nn.Conv2d, F.conv2d, 2), (nn.Conv3d, F.conv3d, 3)]


@pytest.mark.parametrize("kind, function, axes", CONVOLUTIONS)
def test_a_convolution_is_its_function_of_what_it_learned(kind, function, axes):
    layer = kind(4, 6, 3, 2, 1, 1, 2, dtype=minitorch.float64)
    x = drawn(2, 4, *[7] * axes)
    y = function(x, layer.weight, layer.bias, 2, 1, 1, 2)
    assert minitorch.equal(layer(x), y)
    assert minitorch.equal(layer(x[0]), y[0])
    assert layer.weight.shape == (6, 2, *[3] * axes)


@pytest.mark.parametrize("kind, function, axes", CONVOLUTIONS)
@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize("padding", [2, "same"])
def test_padding_modes_pad_before_a_convolution_without_padding(
    kind, function, axes, mode, padding
):
    layer = kind(2, 3, 4, padding=padding, padding_mode=mode, dtype=minitorch.float64)
    x = drawn(1, 2, *[6] * axes)
    around = (2, 2) if padding == 2 else (1, 2)
    y = function(F.pad(x, around * axes, mode), layer.weight, layer.bias)
    assert minitorch.allclose(layer(x), y)
    assert padding == 2 or y.shape[2:] == x.shape[2:]


@pytest.mark.parametrize("kind, function, axes", CONVOLUTIONS)
def test_a_convolution_can_be_differentiated(kind, function, axes):
    layer = kind(2, 2, 2, padding=1, padding_mode="circular", dtype=minitorch.float64)
    assert gradcheck(layer, (drawn(1, 2, *[3] * axes).requires_grad_(),))


def test_a_transposed_convolution_is_the_adjoint_of_a_convolution():
    for axes, kind, back in (
        (1, nn.Conv1d, nn.ConvTranspose1d),
        (2, nn.Conv2d, nn.ConvTranspose2d),
        (3, nn.Conv3d, nn.ConvTranspose3d),
    ):
        how = {"stride": 2, "padding": 1, "groups": 2, "bias": False, "dtype": minitorch.float64}
        forth, back = kind(4, 6, 3, **how), back(6, 4, 3, **how)
        back.weight = forth.weight
        x, y = drawn(2, 4, *[7] * axes), drawn(2, 6, *[4] * axes)
        assert (forth(x) * y).sum().item() == pytest.approx((x * back(y)).sum().item())


def test_a_transposed_convolution_reaches_every_size_that_a_stride_makes_one():
    layer = nn.ConvTranspose2d(3, 4, 3, 3, 0, 2)
    x = minitorch.randn(2, 3, 6, 6)
    assert layer(x).shape == (2, 4, 20, 20)
    for height, width in itertools.product(range(15, 23), range(15, 23)):
        if 18 <= height <= 20 and 18 <= width <= 20:
            for size in ((height, width), [2, 4, height, width]):
                assert layer(x, output_size=size).shape == (2, 4, height, width)
        else:
            with pytest.raises(ValueError, match="requested an output size of"):
                layer(x, (height, width))
    assert layer(x[0], output_size=(4, 19, 18)).shape == (4, 19, 18)


def test_the_gradients_of_convolutions_are_functions_too():
    for axes in (1, 2, 3):
        weight = drawn(4, 2, *[3] * axes).requires_grad_()
        x = drawn(2, 4, *[6] * axes).requires_grad_()
        how = {"stride": 2, "padding": 1, "groups": 2}
        y = getattr(F, f"conv{axes}d")(x, weight, **how)
        g = drawn(*y.shape)
        y.backward(g)
        to_input = getattr(grad, f"conv{axes}d_input")
        to_weight = getattr(grad, f"conv{axes}d_weight")
        assert minitorch.allclose(to_input(x.shape, weight, g, **how), x.grad)
        assert minitorch.allclose(to_weight(x, weight.shape, g, **how), weight.grad)


def test_weights_start_evenly_distributed_within_their_bound():
    for layer, fan_in in (
        (nn.Conv1d(8, 400, 3, groups=2), 4 * 3),
        (nn.Conv2d(3, 300, (2, 4)), 3 * 2 * 4),
        (nn.ConvTranspose2d(200, 6, 3, groups=2), 3 * 9),
    ):
        bound = 1 / math.sqrt(fan_in)
        for name, learned in layer.named_parameters():
            drawn_values = learned.detach().numpy()
            assert np.abs(drawn_values).max() <= bound
            if name == "weight":
                assert drawn_values.std() == pytest.approx(bound / math.sqrt(3), rel=0.05)


def test_a_convolution_of_no_channels_starts_with_a_bias_of_zero():
    with pytest.warns(UserWarning, match="Initializing zero-element tensors is a no-op"):
        layer = nn.Conv2d(0, 3, 2)
    assert (layer.bias == 0).all()


def test_a_subclass_may_set_up_a_convolution_itself():
    class Standardised(_ConvNd):
        def __init__(self, before, after, size):
            one, none = _single(1), _single(0)
            how = (_single(size), one, none, one, False, none, 1, True, "zeros")
            super().__init__(before, after, *how)

        def forward(self, x):
            return F.conv1d(x, self.weight - self.weight.mean(), self.bias)

    layer = Standardised(2, 3, 2)
    assert repr(layer) == "Standardised(2, 3, kernel_size=(2,), stride=(1,))"
    assert layer(minitorch.ones(1, 2, 5)).shape == (1, 3, 4)


def test_a_subclass_may_replace_how_weights_are_applied():
    class Doubled(nn.Conv2d):
        def forward(self, x):
            return self._conv_forward(x, 2 * self.weight, None)

    layer, x = Doubled(1, 1, 2, padding_mode="circular", padding=1), minitorch.randn(1, 1, 4, 4)
    plain = F.conv2d(F.pad(x, (1, 1, 1, 1), "circular"), layer.weight)
    assert minitorch.allclose(layer(x), 2 * plain, atol=1e-6)


def test_layers_can_be_copied_and_pickled():
    for layer in (nn.Conv2d(1, 2, 2, padding="same"), nn.ConvTranspose1d(1, 2, 2), nn.MaxPool2d(2)):
        for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
            assert repr(other) == repr(layer)
            for a, b in zip(other.parameters(), layer.parameters(), strict=True):
                assert minitorch.equal(a, b) and a is not b


def test_sizes_and_prefixes_have_pytorchs_helpers():
    assert _pair(3) == (3, 3) and _pair([1, 2, 3]) == (1, 2, 3)
    assert _reverse_repeat_tuple((1, 2), 2) == (2, 2, 1, 1)
    state = nn.Sequential(nn.Conv1d(1, 1, 1)).state_dict()
    consume_prefix_in_state_dict_if_present(state, "0.")
    assert list(state) == ["weight", "bias"] and "" in state._metadata


# -------------------------------------------------------------------- pooling


def test_unpooling_puts_maxima_back():
    for axes, pool, back in (
        (1, nn.MaxPool1d, nn.MaxUnpool1d),
        (2, nn.MaxPool2d, nn.MaxUnpool2d),
        (3, nn.MaxPool3d, nn.MaxUnpool3d),
    ):
        x = drawn(2, 3, *[5] * axes)
        largest, places = pool(2, return_indices=True)(x)
        y = back(2)(largest, places, output_size=x.shape)
        assert y.shape == x.shape
        assert minitorch.equal(y[y != 0].sort().values, largest.flatten().sort().values)
        assert minitorch.equal(pool(2)(y), minitorch.maximum(largest, pool(2)(y)))


def test_unpooling_refuses_sizes_that_no_pooling_had():
    largest, places = nn.MaxPool2d(3, 2, return_indices=True)(minitorch.rand(1, 1, 5, 5))
    back = nn.MaxUnpool2d(3, 2)
    assert back(largest, places, output_size=(6, 6)).shape == (1, 1, 6, 6)
    with pytest.raises(ValueError, match="invalid output_size"):
        back(largest, places, output_size=(7, 4))


def test_poolings_are_their_functions():
    x = drawn(2, 3, 6, 6)
    line, volume = x[0], x[None]
    pairs = [
        (nn.MaxPool1d(3, 2, 1, 1, ceil_mode=True)(line), F.max_pool1d(line, 3, 2, 1, 1, True)),
        (nn.MaxPool3d((1, 2, 2))(volume), F.max_pool3d(volume, (1, 2, 2))),
        (nn.AvgPool1d(3, 2, 1, True, False)(line), F.avg_pool1d(line, 3, 2, 1, True, False)),
        (nn.AvgPool3d(2, 1)(volume), F.avg_pool3d(volume, 2, 1)),
        (nn.AvgPool2d(2, divisor_override=5)(x), F.avg_pool2d(x, 2, divisor_override=5)),
        (nn.LPPool1d(2, 3, 2)(line), F.lp_pool1d(line, 2, 3, 2)),
        (nn.LPPool2d(2, 3)(x), F.lp_pool2d(x, 2, 3)),
        (nn.LPPool3d(2, 2, ceil_mode=True)(volume), F.lp_pool3d(volume, 2, 2, None, True)),
        (nn.AdaptiveAvgPool1d(4)(line), F.adaptive_avg_pool1d(line, 4)),
        (nn.AdaptiveAvgPool3d((None, 2, 3))(volume), F.adaptive_avg_pool3d(volume, (None, 2, 3))),
        (nn.AdaptiveMaxPool1d(4)(line), F.adaptive_max_pool1d(line, 4)),
        (nn.AdaptiveMaxPool2d((None, 2))(x), F.adaptive_max_pool2d(x, (None, 2))),
        (nn.AdaptiveMaxPool3d(2)(volume), F.adaptive_max_pool3d(volume, 2)),
        (nn.AdaptiveMaxPool2d(2, True)(x)[1], F.adaptive_max_pool2d(x, 2, True)[1]),
    ]  # fmt: skip
    for ours, function in pairs:
        assert minitorch.equal(ours, function)


def test_a_power_average_of_zeros_has_no_slope():
    x = minitorch.zeros(1, 4, requires_grad=True)
    nn.LPPool1d(2, 2)(x).sum().backward()
    assert (x.grad == 0).all()


def test_fractional_pooling_takes_given_samples():
    x = drawn(2, 3, 9, 8)
    samples = minitorch.tensor(np.random.uniform(size=(2, 3, 2)))
    pool = nn.FractionalMaxPool2d(2, output_size=(4, 3), _random_samples=samples)
    assert pool(x).shape == (2, 3, 4, 3) and minitorch.equal(pool(x), pool(x))
    assert list(pool.state_dict()) == ["_random_samples"]
    assert minitorch.equal(pool(x[0]), pool(x)[0])
    y, places = nn.FractionalMaxPool3d(2, output_ratio=0.5, return_indices=True)(drawn(3, 6, 6, 8))
    assert y.shape == places.shape == (3, 3, 3, 4)


# -------------------------------------------------------------------- padding and resizing


def test_paddings_add_what_their_names_say():
    x = minitorch.tensor([[[1.0, 2.0, 3.0]]])
    assert nn.ReflectionPad1d(2)(x).tolist() == [[[3, 2, 1, 2, 3, 2, 1]]]
    assert nn.ReplicationPad1d((1, 2))(x).tolist() == [[[1, 1, 2, 3, 3, 3]]]
    assert nn.CircularPad1d((1, 0))(x).tolist() == [[[3, 1, 2, 3]]]
    assert nn.ZeroPad1d((-1, 1))(x).tolist() == [[[2, 3, 0]]]
    assert nn.ConstantPad1d(1, 7.0)(x).tolist() == [[[7, 1, 2, 3, 7]]]


@pytest.mark.parametrize("name", ["Reflection", "Replication", "Circular", "Zero", "Constant"])
def test_paddings_exist_for_images_and_volumes(name):
    value = (1.5,) if name == "Constant" else ()
    for axes in (2, 3):
        layer = getattr(nn, f"{name}Pad{axes}d")(1, *value)
        x = drawn(1, 2, *[3] * axes)
        inside = (..., *[slice(1, -1)] * axes)
        assert layer(x).shape == (1, 2, *[5] * axes)
        assert minitorch.equal(layer(x)[inside], x)
        assert layer.padding == (1,) * (2 * axes)


def test_upsampling_repeats_or_interpolates():
    x = minitorch.tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
    assert minitorch.equal(nn.UpsamplingNearest2d(scale_factor=2)(x), nn.Upsample((4, 4))(x))
    wanted = [[0, 0.5, 1], [1, 1.5, 2], [2, 2.5, 3]]
    assert nn.UpsamplingBilinear2d((3, 3))(x)[0, 0].tolist() == wanted
    assert repr(nn.UpsamplingBilinear2d(scale_factor=2)) == (
        "UpsamplingBilinear2d(scale_factor=2.0, mode='bilinear')"
    )
    assert nn.Upsample(scale_factor=(2, 3)).scale_factor == (2.0, 3.0)


def test_shuffled_pixels_come_back():
    x = drawn(2, 8, 3, 5)
    y = nn.PixelShuffle(2)(x)
    assert y.shape == (2, 2, 6, 10)
    assert minitorch.equal(nn.PixelUnshuffle(2)(y), x)
    assert minitorch.equal(nn.ChannelShuffle(4)(nn.ChannelShuffle(2)(x)), x)


def test_folding_counts_how_many_windows_cover_a_pixel():
    x = minitorch.ones(1, 2, 4, 5)
    columns = nn.Unfold((2, 3), padding=1)(x)
    assert columns.shape == (1, 2 * 6, 5 * 5)
    covered = nn.Fold((4, 5), (2, 3), padding=1)(columns)
    assert covered.shape == x.shape and covered[0, 0, 2, 2] == 6


# -------------------------------------------------------------------- refusals

REFUSED = [
    (
        ValueError,
        'Only "zeros" padding mode is supported for ConvTranspose2d',
        lambda: nn.ConvTranspose2d(3, 4, 3, padding_mode="reflect"),
    ),
    (
        ValueError,
        "ConvTranspose2D: for 4D input, output_size must have 2 or 4 elements (got 3)",
        lambda: nn.ConvTranspose2d(1, 1, 2)(minitorch.ones(1, 1, 2, 2), output_size=(1, 2, 3)),
    ),
    (
        RuntimeError,
        "Given input size per channel: (1 x 3). Calculated output size per channel: (1 x 0)",
        lambda: nn.ConvTranspose1d(2, 2, 2, padding=2)(minitorch.ones(1, 2, 3)),
    ),
    (
        RuntimeError,
        "Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [5]",
        lambda: nn.Conv1d(1, 1, 1)(minitorch.ones(5)),
    ),
    (RuntimeError, "stride is not supported", lambda: nn.Conv1d(3, 6, 3, -1)(minitorch.ones(3, 4))),
    (
        ValueError,
        "FractionalMaxPool2d requires specifying either an output size, or a pooling ratio",
        lambda: nn.FractionalMaxPool2d(2),
    ),
    (
        ValueError,
        "only one of output_size and output_ratio may be specified",
        lambda: nn.FractionalMaxPool3d(2, output_size=2, output_ratio=0.5),
    ),
    (
        ValueError,
        "output_ratio must be between 0 and 1 (got 1.5)",
        lambda: nn.FractionalMaxPool2d(2, output_ratio=1.5),
    ),
    (
        ValueError,
        "kernel_size must be greater than 0, but got 0",
        lambda: nn.FractionalMaxPool3d(0, output_size=2),
    ),
    (
        RuntimeError,
        "Expect _random_samples.size(1) equals to input channel size.",
        lambda: nn.FractionalMaxPool2d(2, 2, _random_samples=minitorch.ones(1, 3, 2))(
            minitorch.ones(1, 2, 5, 5)
        ),
    ),
    (
        RuntimeError,
        "fractional_max_pool3d_out(): pool time 2 too large relative to input time 4",
        lambda: nn.FractionalMaxPool3d(2, 3)(minitorch.ones(1, 4, 4, 4)),
    ),
    (
        TypeError,
        "adaptive_avg_pool1d(): argument 'output_size' (position 2) must be tuple of ints, not",
        lambda: nn.AdaptiveAvgPool1d(None)(minitorch.ones(1, 2, 3)),
    ),
    (
        ValueError,
        "expected 3D or 4D input (got 2D input)",
        lambda: nn.CircularPad2d(1)(minitorch.ones(2, 2)),
    ),
    (
        RuntimeError,
        "expected size of input's dimension 2 to match the calculated number of sliding blocks",
        lambda: nn.Fold(4, 2)(minitorch.ones(4, 5)),
    ),
    (
        TypeError,
        "unflattened_size must be tuple of ints, but found element of type float at pos 2",
        lambda: nn.Unflatten(1, (2, 5, 5.0)),
    ),
    (
        TypeError,
        "unflattened_size must be a tuple of ints, but found type int",
        lambda: nn.Unflatten(1, 4),
    ),
]

test_what_makes_no_sense_is_refused, test_torch_refuses_too = refusal_tests(REFUSED)


# -------------------------------------------------------------------- against PyTorch

LINES, IMAGES, VOLUMES = (2, 4, 9), (2, 4, 7, 6), (1, 4, 5, 4, 6)
LAYERS = [
    (lambda nn: nn.Conv1d(4, 6, 3, 2, 1, 2, 2), LINES),
    (lambda nn: nn.Conv1d(4, 6, 4, padding="same", padding_mode="reflect"), LINES),
    (lambda nn: nn.Conv2d(4, 6, (3, 2), (1, 2), (1, 2), padding_mode="circular"), IMAGES),
    (lambda nn: nn.Conv2d(4, 6, 3, padding=1, padding_mode="replicate", bias=False), IMAGES[1:]),
    (lambda nn: nn.Conv2d(4, 4, 3, padding="same", groups=4), IMAGES),
    (lambda nn: nn.Conv3d(4, 2, (1, 2, 3), (1, 2, 1), 1, bias=False), VOLUMES),
    (lambda nn: nn.Conv3d(4, 2, 3, padding="valid"), VOLUMES[1:]),
    (lambda nn: nn.ConvTranspose1d(4, 6, 3, 2, 1, 1, 2, dilation=2), LINES),
    (lambda nn: nn.ConvTranspose2d(4, 2, (3, 2), 2, (1, 0), (1, 0)), IMAGES),
    (lambda nn: nn.ConvTranspose2d(4, 2, 3, bias=False), IMAGES[1:]),
    (lambda nn: nn.ConvTranspose3d(4, 2, 2, 2), VOLUMES),
    (lambda nn: nn.MaxPool1d(3, 2, 1, ceil_mode=True), LINES),
    (lambda nn: nn.MaxPool3d((1, 2, 2), padding=(0, 1, 1)), VOLUMES),
    (lambda nn: nn.AvgPool1d(3, 2, 1, count_include_pad=False), LINES),
    (lambda nn: nn.AvgPool2d(3, 2, divisor_override=4), IMAGES),
    (lambda nn: nn.AvgPool3d(2, ceil_mode=True), VOLUMES),
    (lambda nn: nn.LPPool1d(2, 3), LINES),
    (lambda nn: nn.LPPool2d(2, (2, 3), 1, True), IMAGES),
    (lambda nn: nn.LPPool3d(2, 2), VOLUMES),
    (lambda nn: nn.AdaptiveMaxPool1d(4), LINES),
    (lambda nn: nn.AdaptiveMaxPool2d((None, 4)), IMAGES),
    (lambda nn: nn.AdaptiveMaxPool3d(2), VOLUMES),
    (lambda nn: nn.AdaptiveAvgPool1d(4), LINES),
    (lambda nn: nn.AdaptiveAvgPool3d((2, None, 3)), VOLUMES),
    (lambda nn: nn.ReflectionPad1d((1, 2)), LINES),
    (lambda nn: nn.ReflectionPad2d(2), IMAGES),
    (lambda nn: nn.ReflectionPad3d(1), VOLUMES),
    (lambda nn: nn.ReplicationPad1d(3), LINES),
    (lambda nn: nn.ReplicationPad2d((1, 2, 0, 1)), IMAGES),
    (lambda nn: nn.ReplicationPad3d(1), VOLUMES[1:]),
    (lambda nn: nn.CircularPad1d(2), LINES),
    (lambda nn: nn.CircularPad2d((1, 2, 0, 1)), IMAGES),
    (lambda nn: nn.CircularPad3d(1), VOLUMES),
    (lambda nn: nn.ZeroPad1d(2), LINES),
    (lambda nn: nn.ZeroPad2d((1, -1, 2, 0)), IMAGES),
    (lambda nn: nn.ZeroPad3d(1), VOLUMES),
    (lambda nn: nn.ConstantPad1d(2, 0.5), LINES),
    (lambda nn: nn.ConstantPad2d((1, -1, 2, 0), -1.0), IMAGES),
    (lambda nn: nn.ConstantPad3d(1, 3), VOLUMES),
    (lambda nn: nn.Upsample(scale_factor=2), LINES),
    (lambda nn: nn.Upsample((9, 5), mode="bilinear", align_corners=True), IMAGES),
    (lambda nn: nn.Upsample(scale_factor=(2, 1.5), mode="bicubic"), IMAGES),
    (lambda nn: nn.Upsample(scale_factor=1.5, recompute_scale_factor=True), IMAGES),
    (lambda nn: nn.UpsamplingNearest2d(scale_factor=3), IMAGES),
    (lambda nn: nn.UpsamplingBilinear2d(scale_factor=2), IMAGES),
    (lambda nn: nn.PixelShuffle(2), IMAGES),
    (lambda nn: nn.PixelUnshuffle(2), (2, 3, 4, 6)),
    (lambda nn: nn.ChannelShuffle(2), IMAGES),
    (lambda nn: nn.Unfold((2, 3), dilation=2, padding=1, stride=2), IMAGES),
    (lambda nn: nn.Fold((4, 5), 2, stride=(2, 1)), (2, 8, 8)),
]


@pytest.mark.torch
@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_torch_agrees(number):
    torch = pytest.importorskip("torch")
    make, shape = LAYERS[number]
    compare_modules(torch, make(nn), make(torch.nn), normal(*shape))


@pytest.mark.torch
def test_torch_prints_settings_alike():
    torch = pytest.importorskip("torch")

    def printed(nn):
        return [
            repr(layer)
            for layer in (
                nn.MaxUnpool1d(2),
                nn.MaxUnpool2d((2, 3), padding=1),
                nn.FractionalMaxPool2d(2, 3),
                nn.AvgPool1d(2, padding=1),
                nn.LPPool2d(1.5, 2),
                nn.AdaptiveMaxPool2d((None, 3), return_indices=True),
                nn.LazyConv2d(3, 2, bias=False, padding_mode="reflect"),
                nn.LazyConvTranspose3d(3, 2, output_padding=1, dilation=2, groups=3),
                nn.Upsample(size=(2, 3), mode="bicubic"),
                nn.Fold(4, (2, 2)),
                nn.Unflatten(1, [2, 2]),
            )
        ]

    assert printed(nn) == printed(torch.nn)
