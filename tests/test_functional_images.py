"""nn.functional on images: what rows of the table can't say, and PyTorch beside it."""

import itertools
import math
import warnings
from functools import partial

import numpy as np
import pytest
from against_torch import compare

import minitorch
import minitorch.nn.functional as F
from minitorch import tensor
from minitorch.autograd import gradgradcheck


def image(*shape):
    return np.random.default_rng(len(shape)).standard_normal(shape)


def both(torch, name, **settings):
    """The function of this name here and in PyTorch, with settings."""
    return [partial(getattr(space, name), **settings) for space in (F, torch.nn.functional)]


# -------------------------------------------------------------------- by hand


def test_a_transposed_convolution_adds_the_kernel_at_each_element():
    x, w = tensor([[[1.0, 2.0]]]), tensor([[[1.0, 10.0, 100.0]]])
    assert F.conv_transpose1d(x, w, stride=2).tolist() == [[[1, 10, 102, 20, 200]]]
    assert F.conv_transpose1d(x, w, stride=2, padding=1).tolist() == [[[10, 102, 20]]]
    y = F.conv_transpose1d(x, w, stride=2, padding=1, output_padding=1)
    assert y.tolist() == [[[10, 102, 20, 200]]]


def test_max_pooling_and_its_inverse():
    x = minitorch.arange(6.0).reshape(1, 1, 6)
    values, indices = F.max_pool1d(x, 2, return_indices=True)
    assert indices.tolist() == [[[1, 3, 5]]]
    assert F.max_unpool1d(values, indices, 2).tolist() == [[[0, 1, 0, 3, 0, 5]]]
    assert F.max_unpool1d(values, indices, 2, output_size=(7,)).shape == (1, 1, 7)


def test_columns_of_windows_and_their_sums():
    x = minitorch.arange(9.0).reshape(1, 1, 3, 3)
    columns = F.unfold(x, 2)
    assert columns.shape == (1, 4, 4)
    assert columns[0, :, 0].tolist() == [0, 1, 3, 4]
    counts = F.fold(F.unfold(minitorch.ones(1, 1, 3, 3), 2), (3, 3), 2)
    assert counts.tolist() == [[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]]


def test_images_without_a_batch_are_taken_everywhere():
    x = minitorch.ones(2, 4, 4)
    assert F.unfold(x, 2).shape == (8, 9)
    assert F.fold(F.unfold(x, 2), 4, 2).shape == (2, 4, 4)
    assert F.max_pool2d(x, 2).shape == F.avg_pool2d(x, 2).shape == (2, 2, 2)
    assert F.adaptive_max_pool2d(x, 3).shape == F.adaptive_avg_pool2d(x, 3).shape == (2, 3, 3)
    assert F.fractional_max_pool2d(x, 2, 3).shape == (2, 3, 3)
    assert F.conv_transpose2d(x, minitorch.ones(2, 1, 2, 2)).shape == (1, 5, 5)
    assert F.pad(x, (1, 1, 1, 1), mode="circular").shape == (2, 6, 6)


def test_an_empty_batch_stays_one():
    x = minitorch.ones(0, 2, 4, 4)
    assert F.conv2d(x, minitorch.ones(3, 2, 2, 2)).shape == (0, 3, 3, 3)
    assert F.max_pool2d(x, 2).shape == F.avg_pool2d(x, 2).shape == (0, 2, 2, 2)
    assert F.interpolate(x, size=(2, 2)).shape == (0, 2, 2, 2)
    assert F.unfold(x, 2).shape == (0, 8, 9)


def test_averages_of_integers_are_cut_off():
    x = tensor([[[-3, -4, 3, 4]]])
    assert F.avg_pool1d(x, 2).tolist() == [[[-3, 3]]]
    assert F.avg_pool1d(x, 2, 1, 1, count_include_pad=False).tolist() == [[[-3, -3, 0, 3, 4]]]


def test_an_affine_grid_that_changes_nothing_samples_the_image_itself():
    x = tensor(image(1, 2, 4, 5))
    theta = tensor([[[1.0, 0, 0], [0, 1, 0]]]).double()
    for align in (False, True):
        grid = F.affine_grid(theta, (1, 2, 4, 5), align_corners=align)
        for mode in ("bilinear", "nearest", "bicubic"):
            y = F.grid_sample(x, grid, mode=mode, align_corners=align)
            np.testing.assert_allclose(y.numpy(), x.numpy(), atol=1e-12)


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding_mode", ["zeros", "border", "reflection"])
def test_sampling_has_second_derivatives(mode, padding_mode):
    x = tensor(image(1, 1, 3, 4)).requires_grad_()
    grid = tensor(np.random.default_rng(1).uniform(-1.3, 1.3, (1, 2, 2, 2))).requires_grad_()
    how = {"mode": mode, "padding_mode": padding_mode, "align_corners": False}
    gradgradcheck(lambda x, grid: F.grid_sample(x, grid, **how), (x, grid))


def test_old_names_of_interpolate_warn():
    x = minitorch.ones(1, 1, 2, 2)
    for name in ("upsample", "upsample_nearest", "upsample_bilinear"):
        with pytest.warns(UserWarning, match=rf"`nn.functional.{name}` is deprecated"):
            y = getattr(F, name)(x, scale_factor=2)
        assert y.shape == (1, 1, 4, 4)
    with pytest.warns(UserWarning, match="Default grid_sample and affine_grid behavior"):
        F.grid_sample(x, minitorch.zeros(1, 1, 1, 2))


def test_the_adaptive_maximum_of_the_top_level_gives_indices():
    values, indices = minitorch.adaptive_max_pool1d(tensor([[1.0, 3.0, 2.0]]), 1)
    assert (values.item(), indices.item()) == (3, 1)


def test_random_pooling_follows_the_seed():
    x = tensor(image(2, 3, 9, 9))
    minitorch.manual_seed(1)
    a = F.fractional_max_pool2d(x, 2, output_ratio=0.5)
    minitorch.manual_seed(1)
    b = F.fractional_max_pool2d(x, 2, output_ratio=0.5)
    assert a.shape == (2, 3, 4, 4)
    assert minitorch.equal(a, b)


# -------------------------------------------------------------------- what is refused


def test_the_gradient_of_a_half_pixel_adds_up_all_of_its_copies():
    x = minitorch.ones(1, 1, 1, 1, dtype=minitorch.float16, requires_grad=True)
    F.interpolate(x, scale_factor=64).sum(dtype=minitorch.float32).backward()
    assert x.grad.item() == 4096  # float16 can't count beyond 2048


X = (1, 2, 4, 4)
REFUSED = {
    "Input type (double) and bias type (float) should be the same": lambda: F.conv2d(
        minitorch.ones(*X).double(), minitorch.ones(1, 2, 1, 1).double(), minitorch.ones(1)
    ),
    "expected stride to be a single integer value or a list of 1 values to match the": lambda: (
        F.conv2d(minitorch.ones(*X), minitorch.ones(1, 2, 1))
    ),
    "padding='same' is not supported for strided convolutions": lambda: F.conv2d(
        minitorch.ones(*X), minitorch.ones(1, 2, 1, 1), padding="same", stride=2
    ),
    "Input and output sizes should be greater than 0, but got input (H: 4, W: 4) output": lambda: (
        F.interpolate(minitorch.ones(*X), size=(0, 2))
    ),
    "Got 4D input, but linear mode needs 3D input": lambda: F.interpolate(
        minitorch.ones(*X), size=2, mode="linear"
    ),
    "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes": lambda: (
        F.interpolate(minitorch.ones(*X), size=2, antialias=True)
    ),
    "Padding size 2 is not supported for 4D input tensor": lambda: F.pad(
        minitorch.ones(*X), (1, 1), mode="reflect"
    ),
    "Padding value causes wrapping around more than once": lambda: F.pad(
        minitorch.ones(*X), (5, 1, 0, 0), mode="circular"
    ),
    "Unrecognised padding mode odd": lambda: F.pad(minitorch.ones(*X), (1, 1), mode="odd"),
    "narrow(): length must be non-negative": lambda: F.pad(minitorch.ones(*X), (-3, -2)),
    "expected size of input's dimension 2 to match the calculated number of sliding": lambda: (
        F.fold(minitorch.ones(1, 4, 5), 3, 2)
    ),
    "calculated shape of the array of sliding blocks as (-4, -3), which is too small": lambda: (
        F.fold(minitorch.ones(1, 30, 9), 1, (6, 5))
    ),
    "value cannot be converted to type int64_t without overflow": lambda: F.interpolate(
        minitorch.ones(*X), scale_factor=1e20
    ),
    "expected size to be one of int or Tuple[int] or Tuple[int, int]": lambda: F.interpolate(
        minitorch.ones(*X), size=[2.0, 2]
    ),
    "kernel_size must either be a single Int or tuple of Ints": lambda: F.fractional_max_pool2d(
        minitorch.ones(*X), (2, 2, 2), 1
    ),
    "output_size must either be a single Int or tuple of three Ints": lambda: (
        F.fractional_max_pool3d(minitorch.ones(1, *X), 2, (1, 1))
    ),
    "adaptive_avg_pool2d(): Expected input to have non-zero size for non-batch dimensions, but "
    "input has sizes [2, 3, 1, 0] with dimension 3 being empty": lambda: F.adaptive_avg_pool1d(
        minitorch.ones(2, 3, 0), 2
    ),
    "got[1, 0, 4, 4] with dimension 1 being empty.": lambda: F.fractional_max_pool2d(
        minitorch.ones(1, 0, 4, 4), 2, 1
    ),
    "Weight tensor must have 3 dims: kernel_width, in_channels, out_channels": lambda: (
        minitorch.conv_tbc(minitorch.ones(4, 1, 2), minitorch.ones(2, 2), minitorch.ones(2))
    ),
    "expected grid and input to have same batch size": lambda: F.grid_sample(
        minitorch.ones(*X), minitorch.ones(2, 1, 1, 2), align_corners=True
    ),
    "Expected a batch of 2D affine matrices of shape Nx2x3": lambda: F.affine_grid(
        minitorch.ones(1, 3, 3), X, align_corners=True
    ),
    "pool height 5 too large relative to input height 4": lambda: F.fractional_max_pool2d(
        minitorch.ones(*X), 5, 1
    ),
    "Expected shape of indices to be same as that of the input tensor": lambda: F.max_unpool2d(
        minitorch.ones(*X), minitorch.zeros(1, 2, 4, 3).long(), 2
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_does_not_fit_is_refused(message):
    with pytest.raises((RuntimeError, ValueError, NotImplementedError, TypeError)) as refused:
        REFUSED[message]()
    assert message in str(refused.value)


# -------------------------------------------------------------------- PyTorch


@pytest.mark.torch
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_torch_agrees_on_convolutions(axes):
    torch = pytest.importorskip("torch")
    x, w, b = image(2, 4, *[6, 5, 5][:axes]), image(6, 2, *[3, 2, 2][:axes]), image(6)
    for stride, padding, dilation in ((1, 0, 1), (2, 2, 1), (1, "same", 2), (2, 0, 2)):
        how = {"stride": stride, "padding": padding, "dilation": dilation, "groups": 2}
        compare(torch, *both(torch, f"conv{axes}d", **how), [x, w, b])
    w, b = image(4, 3, *[2] * axes), image(6)
    for stride, padding, extra, dilation in ((1, 0, 0, 1), (2, 1, 1, 1), (1, 1, 1, 2)):
        how = {"stride": stride, "padding": padding, "dilation": dilation, "groups": 2}
        f = both(torch, f"conv_transpose{axes}d", output_padding=extra, **how)
        compare(torch, *f, [x, w, b])


@pytest.mark.torch
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_torch_agrees_on_pooling_over_any_axes(axes):
    torch = pytest.importorskip("torch")
    x = image(2, 2, *[7, 6, 5][:axes])
    for kernel, stride, padding, ceil in itertools.product((2, 3), (None, 2), (0, 1), (0, 1)):
        how = {"kernel_size": kernel, "stride": stride, "padding": padding, "ceil_mode": bool(ceil)}
        compare(torch, *both(torch, f"max_pool{axes}d", **how), [x])
        for included in (True, False):
            f = both(torch, f"avg_pool{axes}d", count_include_pad=included, **how)
            compare(torch, *f, [x])
        if not padding:
            del how["padding"]
            compare(torch, *both(torch, f"lp_pool{axes}d", norm_type=3.0, **how), [np.abs(x)])
    for size in (1, 3, 4):
        compare(torch, *both(torch, f"adaptive_avg_pool{axes}d", output_size=size), [x])
        compare(torch, *both(torch, f"adaptive_max_pool{axes}d", output_size=size), [x])


@pytest.mark.torch
def test_torch_agrees_on_random_pooling():
    torch = pytest.importorskip("torch")
    for axes in (2, 3):
        x = image(2, 3, *[9, 8, 7][:axes])
        samples = np.random.default_rng(1).uniform(0, 1, (2, 3, axes))
        how = {"kernel_size": 2, "output_size": [4, 3, 2][:axes]}
        ours, theirs = both(torch, f"fractional_max_pool{axes}d", **how)
        compare(
            torch,
            lambda x, at, f=ours: f(x, _random_samples=at),
            lambda x, at, f=theirs: f(x, _random_samples=at),
            [x],
            [samples],
        )


@pytest.mark.torch
@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
def test_torch_agrees_on_padding(mode):
    torch = pytest.importorskip("torch")
    for pads in ((2, 1), (1, 0, 2, 3), (-1, 2, 1, 1), (1, 1, 0, 2, 1, 0), (-1, -2)):
        x = image(2, *[5] * (1 + len(pads) // 2))
        compare(torch, *both(torch, "pad", pad=pads, mode=mode), [x])


@pytest.mark.torch
@pytest.mark.parametrize(
    "mode", ["nearest", "nearest-exact", "area", "linear", "bilinear", "bicubic", "trilinear"]
)
def test_torch_agrees_on_interpolation(mode):
    torch = pytest.importorskip("torch")
    ranks = {"linear": [1], "bilinear": [2], "bicubic": [2], "trilinear": [3]}.get(mode, [1, 2, 3])
    corners = [None] if mode in ("nearest", "nearest-exact", "area") else [False, True]
    for axes, align, factor in itertools.product(ranks, corners, (0.6, 1.7, 3)):
        x = image(2, 1, *[5, 6, 4][:axes])
        how = {"scale_factor": factor, "mode": mode, "align_corners": align}
        compare(torch, *both(torch, "interpolate", **how), [x])
        compare(torch, *both(torch, "interpolate", recompute_scale_factor=True, **how), [x])
        if mode in ("bilinear", "bicubic"):
            compare(torch, *both(torch, "interpolate", antialias=True, **how), [x])


@pytest.mark.torch
def test_torch_agrees_on_long_sequences():
    torch = pytest.importorskip("torch")
    x = image(1, 1, 5000)
    compare(torch, *both(torch, "avg_pool1d", kernel_size=3, padding=1), [x])
    compare(torch, *both(torch, "interpolate", size=1500, mode="linear"), [x])


@pytest.mark.torch
def test_torch_agrees_on_bytes():
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).integers(0, 256, (2, 3, 13, 17)).astype(np.uint8)
    for mode, antialias, size in itertools.product(
        ("bilinear", "bicubic", "lanczos", "nearest"), (False, True), ((7, 9), (20, 30))
    ):
        if (mode, antialias) in (("lanczos", False), ("nearest", True)):
            continue
        how = {"size": size, "mode": mode, "antialias": antialias}
        ours = F.interpolate(tensor(x), **how).numpy()
        theirs = torch.nn.functional.interpolate(torch.tensor(x), **how).numpy()
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.torch
@pytest.mark.parametrize("padding_mode", ["zeros", "border", "reflection"])
def test_torch_agrees_on_sampling(padding_mode):
    torch = pytest.importorskip("torch")
    for axes, mode, align in itertools.product(
        (2, 3), ("bilinear", "nearest", "bicubic"), (False, True)
    ):
        if axes == 3 and mode == "bicubic":
            continue
        x = image(2, 2, *[4, 5, 3][:axes])
        grid = np.random.default_rng(1).uniform(-2.2, 2.2, (2, *[3] * axes, axes))
        how = {"mode": mode, "padding_mode": padding_mode, "align_corners": align}
        compare(torch, *both(torch, "grid_sample", **how), [x, grid])


@pytest.mark.torch
def test_torch_agrees_on_affine_grids():
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a size of 1 with align_corners
        for size, align in itertools.product(
            ((2, 1, 3, 4), (2, 1, 1, 4), (2, 1, 2, 3, 4)), (False, True)
        ):
            theta = image(2, len(size) - 2, len(size) - 1)
            how = {"size": size, "align_corners": align}
            compare(torch, *both(torch, "affine_grid", **how), [theta])


@pytest.mark.parametrize(
    "mode, sizes",
    [
        ("nearest", (5,)), ("nearest-exact", (5,)), ("area", (5,)), ("linear", (5,)),
        ("nearest", (5, 4)), ("nearest-exact", (5, 4)), ("area", (5, 4)), ("bilinear", (5, 4)),
        ("bicubic", (5, 4)), ("nearest", (5, 4, 3)), ("area", (5, 4, 3)), ("trilinear", (5, 4, 3)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", [{"size": 7}, {"size": 2}, {"scale_factor": 1.5}])
def test_a_constant_image_stays_constant_in_any_size(mode, sizes, how):
    y = F.interpolate(minitorch.full((2, 3, *sizes), 4.0), mode=mode, **how)
    assert y.ndim == len(sizes) + 2
    assert minitorch.allclose(y, minitorch.full_like(y, 4.0))


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_antialias_keeps_the_mean_of_a_slope(mode):
    slope = minitorch.arange(8.0).expand(1, 1, 8, 8)
    y = F.interpolate(slope, size=4, mode=mode, antialias=True)
    assert y.mean().item() == pytest.approx(3.5, abs=1e-5)


@pytest.mark.parametrize("shape", [(0, 2, 3, 3), (2, 0, 3, 3), (2, 2, 3, 3)])
@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
def test_grid_sample_takes_empty_batches_channels_and_grids(shape, mode):
    x = minitorch.rand(*shape, requires_grad=True)
    grid = minitorch.zeros(shape[0], 4 if 0 in shape else 0, 5, 2)
    y = F.grid_sample(x, grid, mode=mode, align_corners=False)
    assert y.shape == (*shape[:2], grid.shape[1], 5)
    y.sum().backward()
    assert x.grad.shape == shape


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
def test_padding_by_nothing_is_a_copy(mode):
    x = minitorch.rand(1, 2, 3)
    F.pad(x, (0, 0), mode=mode).fill_(4)
    assert x.max() < 4


def test_adaptive_pooling_refuses_more_windows_than_memory_can_count():
    with pytest.raises(RuntimeError, match="Storage size calculation overflowed"):
        F.adaptive_max_pool1d(minitorch.ones(2, 2, 2), 0x3FFFFFFFFFFFFFFF)


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize(
    ("pool", "reached"),
    [
        (lambda x: F.avg_pool2d(x, 2), [[False, False], [False, True]]),
        (lambda x: F.avg_pool2d(x, 3, 1), [[True, True], [True, True]]),
        (lambda x: F.adaptive_avg_pool2d(x, 2), [[False, False], [False, True]]),
        (lambda x: F.interpolate(x, 2, mode="area"), [[False, False], [False, True]]),
        (lambda x: F.avg_pool1d(x[0], 2)[None], [[False, False], [False, False], [False, True],
                                                [False, False]]),
    ],
)  # fmt: skip
def test_averages_without_an_infinite_number_do_not_see_it(pool, reached, bad):
    x = minitorch.arange(16.0).reshape(1, 1, 4, 4)
    clean = pool(x)[0, 0]
    x[0, 0, 2, 2] = bad
    y = pool(x)[0, 0]
    reached = minitorch.tensor(reached)
    assert (y.isfinite() != reached).all()
    assert minitorch.equal(y[~reached], clean[~reached])


def test_an_infinite_gradient_of_an_average_stays_in_its_window():
    x = minitorch.zeros(1, 1, 4, 4, requires_grad=True)
    F.avg_pool2d(x, 2).backward(minitorch.tensor([[[[math.inf, 1.0], [1.0, 1.0]]]]))
    assert x.grad[0, 0].isinf().tolist() == [[True, True, False, False]] * 2 + [[False] * 4] * 2
