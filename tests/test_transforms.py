"""minitorch.vision.transforms: on tensors, arrays and PIL images; draws; errors; how they print."""

import math
import sys

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.data import DataLoader
from minitorch.vision import transforms as T
from minitorch.vision.datasets import FakeData
from minitorch.vision.transforms import functional as F
from minitorch.vision.transforms.autoaugment import NAMES, strengths
from minitorch.vision.transforms.functional import InterpolationMode

RAMP = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)  # (H, W, C)
NEAREST, BILINEAR = InterpolationMode.NEAREST, InterpolationMode.BILINEAR


def image(channels=3, height=9, width=12, dtype=np.uint8, seed=0):
    draw = np.random.default_rng(seed)
    shape = (channels, height, width)
    x = draw.integers(0, 256, shape, np.uint8) if dtype == np.uint8 else draw.random(shape)
    return minitorch.from_numpy(x.astype(dtype))


def pil_image(mode="RGB", height=9, width=12, seed=0):
    module = pytest.importorskip("PIL.Image")
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return module.frombytes("RGB", (width, height), noise.tobytes()).convert(mode)


# ---------------------------------------------------------------- kinds of picture


def test_an_array_comes_back_as_an_array_with_the_same_axes():
    assert F.hflip(RAMP).tolist() == RAMP[:, ::-1].tolist()
    assert F.hflip(RAMP[:, :, 0]).tolist() == RAMP[:, ::-1, 0].tolist()
    assert F.hflip(RAMP[:, :, :1]).shape == (2, 3, 1)
    assert type(F.vflip(RAMP)) is np.ndarray


@pytest.mark.parametrize(
    "transform",
    [
        T.Resize(5),
        T.CenterCrop(4),
        T.Pad(2, padding_mode="reflect"),
        T.RandomCrop(6, padding=2),
        T.RandomHorizontalFlip(),
        T.RandomResizedCrop(6),
        T.RandomRotation(30),
        T.RandomAffine(20, (0.1, 0.1), (0.8, 1.2), 5),
        T.RandomPerspective(p=1.0),
        T.ElasticTransform(20.0, 2.0),
        T.ColorJitter(0.3, 0.3, 0.3, 0.1),
        T.Grayscale(3),
        T.GaussianBlur(3),
        T.RandomInvert(),
        T.RandomPosterize(3),
        T.RandomSolarize(100),
        T.RandomAdjustSharpness(2),
        T.RandomAutocontrast(),
        T.RandomEqualize(),
        T.RandAugment(4, fill=9),
        T.TrivialAugmentWide(),
        T.AutoAugment(T.AutoAugmentPolicy.CIFAR10),
    ],
    ids=lambda transform: type(transform).__name__,
)
def test_arrays_and_tensors_give_the_same_and_the_seed_decides(transform):
    x = image()
    minitorch.manual_seed(3)
    planes = transform(x)
    minitorch.manual_seed(3)
    picture = transform(x.numpy().transpose(1, 2, 0))
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(picture.transpose(2, 0, 1), planes.numpy())


def test_without_pil_loaded_nothing_is_a_pil_image(monkeypatch):
    monkeypatch.delitem(sys.modules, "PIL.Image", raising=False)
    with pytest.raises(
        TypeError, match=r"img should be PIL Image. Got <class 'str'>\n  or a tensor"
    ):
        F.hflip("picture")
    with pytest.raises(TypeError, match="Unexpected type <class 'str'>"):
        F.get_dimensions("picture")


def test_without_pillow_the_error_names_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match=r"PIL images need Pillow.*minitorch-numpy\[plot\]"):
        F.to_pil_image(RAMP)


def test_a_vector_is_no_image():
    with pytest.raises(TypeError, match=r"Tensor is not a torch image.\n  shape"):
        F.hflip(minitorch.ones(3))
    with pytest.raises(ValueError, match=r"2/3 dimensional. Got 4 dimensions.\n  shape"):
        F.hflip(np.ones((1, 2, 3, 4)))


def test_dimensions_of_every_kind():
    assert F.get_dimensions(minitorch.ones(5, 3, 2, 4)) == [3, 2, 4]
    assert F.get_dimensions(minitorch.ones(2, 4)) == [1, 2, 4]
    assert F.get_dimensions(RAMP) == [3, 2, 3]
    assert F.get_image_size(RAMP) == [3, 2]
    assert F.get_image_num_channels(RAMP[:, :, 0]) == 1
    assert F.get_dimensions(pil_image("RGBA")) == [4, 9, 12]


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "F", "I", "1"])
def test_a_pil_image_as_a_tensor_and_back(mode):
    picture = pil_image(mode)
    tensor = F.pil_to_tensor(picture)
    assert tensor.shape == (len(picture.getbands()), 9, 12)
    if mode != "1":
        back = F.to_pil_image(tensor, mode)
        assert back.mode == mode and back.tobytes() == picture.tobytes()
    scaled = F.to_tensor(picture)
    full = 1 if mode in ("F", "I") else 255
    expected = np.asarray(tensor.numpy(), np.float32) * (255 if mode == "1" else 1) / full
    np.testing.assert_allclose(scaled.numpy(), expected, rtol=1e-6)


def test_sixteen_bits_become_int32_with_their_values():
    module = pytest.importorskip("PIL.Image")
    picture = module.frombytes("I;16", (2, 1), np.array([7, 65535], "<u2").tobytes())
    tensor = F.pil_to_tensor(picture)
    assert tensor.dtype == minitorch.int32 and tensor.tolist() == [[[7, 65535]]]
    assert F.to_tensor(picture).dtype == minitorch.int16


def test_floats_become_a_pil_image_as_parts_of_255():
    pytest.importorskip("PIL.Image")
    picture = T.ToPILImage()(minitorch.tensor([[[0.0, 0.5, 1.0]]]))
    assert picture.mode == "L" and [*picture.tobytes()] == [0, 127, 255]
    assert T.ToPILImage("F")(minitorch.tensor([[0.25]])).getpixel((0, 0)) == 0.25


@pytest.mark.parametrize(
    ("pic", "mode", "kind", "message"),
    [
        ([[1]], None, TypeError, "pic should be Tensor or ndarray. Got <class 'list'>."),
        (np.ones(3), None, ValueError, "pic should be 2/3 dimensional. Got 1 dimensions."),
        (np.ones((2, 2, 5)), None, ValueError, "not have > 4 channels. Got 5 channels."),
        (RAMP, "L", ValueError, r"Only modes \['RGB', 'YCbCr', 'HSV'\] are supported for 3D"),
        (RAMP[:, :, 0], "RGB", ValueError, r"Incorrect mode \(RGB\).*uint8. Should be L"),
        (RAMP.astype(np.int64), None, TypeError, "Input type int64 is not supported"),
    ],
)
def test_what_becomes_no_pil_image(pic, mode, kind, message):
    with pytest.raises(kind, match=message):
        F.to_pil_image(pic, mode)


# ---------------------------------------------------------------- dtypes


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (255, "uint8", "float32", 1.0),
        (1.0, "float32", "uint8", 255),
        (0.5, "float32", "uint8", 127),
        (0.999, "float32", "uint8", 255),
        (200, "uint8", "int16", 200 * 128),
        (25600, "int16", "uint8", 200),
        (0.25, "float32", "float64", 0.25),
        (7, "uint8", "uint8", 7),
    ],
)
def test_a_dtype_is_changed_with_its_range(value, source, target, expected):
    x = minitorch.full((1, 2, 2), value, dtype=getattr(minitorch, source))
    out = T.ConvertImageDtype(getattr(minitorch, target))(x)
    assert out.dtype == getattr(minitorch, target)
    assert out[0, 0, 0].item() == expected


def test_a_dtype_too_wide_for_the_floats_is_refused():
    with pytest.raises(
        RuntimeError, match=r"from torch.float32 to torch.int32 cannot be performed"
    ):
        F.convert_image_dtype(minitorch.ones(1, 2, 2), minitorch.int32)
    with pytest.raises(TypeError, match="Input img should be Tensor Image"):
        F.convert_image_dtype(RAMP)


# ---------------------------------------------------------------- crops and borders


def test_a_crop_reaches_over_the_edge_into_zeros():
    x = minitorch.arange(1, 7).view(1, 2, 3)
    assert F.crop(x, 0, 1, 2, 2).tolist() == [[[2, 3], [5, 6]]]
    assert F.crop(x, -1, -1, 2, 2).tolist() == [[[0, 0], [0, 1]]]
    assert F.crop(x, 1, 2, 2, 2).tolist() == [[[6, 0], [0, 0]]]
    assert F.center_crop(x, (4, 1)).tolist() == [[[0], [2], [5], [0]]]
    assert F.center_crop(x, 2).shape == (1, 2, 2)


@pytest.mark.parametrize(
    ("mode", "row"),
    [
        ("constant", [9, 9, 1, 2, 3, 9]),
        ("edge", [1, 1, 1, 2, 3, 3]),
        ("reflect", [3, 2, 1, 2, 3, 2]),
        ("symmetric", [2, 1, 1, 2, 3, 3]),
    ],
)
def test_borders_repeat_the_pixels_as_their_mode_says(mode, row):
    x = minitorch.tensor([[[1, 2, 3]]], dtype=minitorch.uint8)
    padded = F.pad(x, [2, 0, 1, 0], fill=9, padding_mode=mode)
    assert padded.dtype == minitorch.uint8 and padded.tolist() == [[row]]


def test_a_border_may_have_a_colour_and_may_be_negative():
    padded = F.pad(RAMP, (1, 0), fill=(7, 8, 9))
    assert padded[0, 0].tolist() == [7, 8, 9] and padded[0, 1].tolist() == [0, 1, 2]
    assert F.pad(RAMP, [-1, 0, 0, 0]).tolist() == RAMP[:, 1:].tolist()
    with pytest.raises(ValueError, match=r"elements in 'fill'.*\(2 != 3\)"):
        F.pad(RAMP, 1, fill=(1, 2))


def test_five_and_ten_crops():
    x = minitorch.arange(9).view(1, 3, 3)
    corners = [each.flatten().tolist() for each in F.five_crop(x, 1)]
    assert corners == [[0], [2], [6], [8], [4]]
    ten = T.TenCrop(1, vertical_flip=True)(x)
    assert [each.item() for each in ten[5:]] == [6, 8, 0, 2, 4]
    with pytest.raises(ValueError, match=r"crop size \(4, 4\) is bigger than input size \(3, 3\)"):
        T.FiveCrop(4)(x)


def test_a_random_crop_lies_in_the_image_and_comes_from_everywhere():
    x = minitorch.arange(16).view(1, 4, 4)
    corners = {T.RandomCrop(2)(x)[0, 0, 0].item() for _ in range(200)}
    assert corners == {0, 1, 2, 4, 5, 6, 8, 9, 10}
    with pytest.raises(ValueError, match=r"crop size \(5, 5\) is larger than input .*\(4, 4\)"):
        T.RandomCrop(5)(x)
    assert T.RandomCrop(5, pad_if_needed=True)(x).shape == (1, 5, 5)


def test_a_random_resized_crop_keeps_to_its_bounds():
    x = image(1, 40, 30)
    for _ in range(50):
        top, left, h, w = T.RandomResizedCrop.get_params(x, (0.2, 0.5), (0.5, 2.0))
        assert 0 <= top <= 40 - h and 0 <= left <= 30 - w
        assert 0.17 < h * w / 1200 < 0.55 and 0.45 < w / h < 2.2
    assert T.RandomResizedCrop.get_params(x, (1.0, 1.0), (5.0, 6.0)) == (17, 0, 6, 30)


# ---------------------------------------------------------------- other grids


def test_a_size_in_proportion_follows_the_shorter_side():
    x = image(1, 20, 30)
    assert F.resize(x, 10).shape == (1, 10, 15)
    assert F.resize(x, 10, max_size=12).shape == (1, 8, 12)
    assert F.resize(x, (7, 9)).shape == (1, 7, 9)
    assert F.resize(x, [20, 30]) is x


def test_antialias_averages_what_a_pixel_covers():
    stripes = minitorch.tensor([[[0.0, 1.0] * 8] * 16])
    smooth = F.resize(stripes, 4)
    assert (smooth - 0.5).abs().max().item() < 0.06
    assert F.resize(stripes, 4, NEAREST).unique().tolist() == [0.0]


def test_integers_are_rounded_after_a_resize():
    x = minitorch.tensor([[[0, 255]]], dtype=minitorch.uint8)
    assert F.resize(x, (1, 4)).tolist() == [[[0, 64, 191, 255]]]


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_quarter_turn_is_exact(turns):
    x = image(2, 7, 7, np.float64)
    turned = F.rotate(x, 90.0 * turns)
    np.testing.assert_array_equal(turned.numpy(), np.rot90(x.numpy(), turns, (1, 2)))


def test_a_turned_image_fits_when_expanded_and_has_the_fill_outside():
    x = minitorch.ones(1, 4, 6)
    assert F.rotate(x, 90, expand=True).shape == (1, 6, 4)
    assert F.rotate(x, 45, expand=True, fill=[3.0])[0, 0, 0].item() == 3.0
    assert F.rotate(x, 45, BILINEAR)[0, 0, 0].item() < 0.5


def test_an_affine_map_moves_by_whole_pixels():
    x = image(1, 6, 6, np.float64)
    moved = F.affine(x, 0, (2, -1), 1.0, 0)
    np.testing.assert_array_equal(moved[0, :5, 2:].numpy(), x[0, 1:, :4].numpy())
    assert moved[0, 5].tolist() == [0.0] * 6


def test_perspective_brings_corners_to_where_they_should_lie():
    x = image(1, 8, 8, np.float64)
    corners = [[0, 0], [7, 0], [7, 7], [0, 7]]
    np.testing.assert_allclose(F.perspective(x, corners, corners).numpy(), x.numpy(), atol=1e-4)
    with pytest.raises(ValueError, match="exactly four corners, got 1 startpoints and 4 endpoints"):
        F.perspective(x, corners[:1], corners)


def test_no_displacement_changes_nothing():
    x = image(1, 8, 6, np.float64)
    still = F.elastic_transform(x, minitorch.zeros(1, 8, 6, 2))
    np.testing.assert_allclose(still.numpy(), x.numpy(), atol=1e-5)
    with pytest.raises(ValueError, match=r"displacement shape should be \(1, 8, 6, 2\)"):
        F.elastic_transform(x, minitorch.zeros(1, 8, 6, 1))


def test_gradients_go_through_a_warp():
    x = image(1, 5, 5, np.float64).requires_grad_()
    F.rotate(x, 30.0, BILINEAR).sum().backward()
    assert 0 < x.grad.sum().item() <= 25


# ---------------------------------------------------------------- colours


def test_factors_of_one_change_nothing_and_of_zero_take_all():
    x = image()
    for adjust in (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation):
        np.testing.assert_array_equal(adjust(x, 1.0).numpy(), x.numpy())
    assert F.adjust_brightness(x, 0.0).max().item() == 0
    assert len(F.adjust_contrast(x, 0.0).unique()) == 1
    grey = F.adjust_saturation(x, 0.0).numpy()
    assert (grey[0] == grey[1]).all() and (grey[0] == F.rgb_to_grayscale(x)[0].numpy()).all()


def test_a_third_of_a_turn_of_the_hue_exchanges_red_for_green():
    red = minitorch.tensor([0.8, 0.2, 0.2]).view(3, 1, 1)
    green = F.adjust_hue(red, 1 / 3).flatten().tolist()
    assert green == pytest.approx([0.2, 0.8, 0.2], abs=1e-5)
    assert F.adjust_hue(red, 0.0).flatten().tolist() == pytest.approx([0.8, 0.2, 0.2])
    grey = image(1)
    assert F.adjust_hue(grey, 0.3) is grey


def test_grey_is_weighted_as_the_eye_does():
    x = (
        minitorch.tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0])
        .view(3, 3, 1)
        .permute(1, 0, 2)
    )
    assert F.rgb_to_grayscale(x).flatten().tolist() == pytest.approx([0.2989, 0.587, 0.114])
    assert F.rgb_to_grayscale(x, 3).shape == (3, 3, 1)


def test_gamma_bends_between_black_and_white():
    x = minitorch.tensor([[[0.0, 0.5, 1.0]]])
    assert F.adjust_gamma(x, 2).flatten().tolist() == [0.0, 0.25, 1.0]
    assert F.adjust_gamma(x, 1, gain=3).flatten().tolist() == [0.0, 1.0, 1.0]


def test_a_blur_spreads_a_point_into_a_bell():
    x = minitorch.zeros(1, 7, 7)
    x[0, 3, 3] = 1.0
    out = F.gaussian_blur(x, 5, 1.0)
    assert out.sum().item() == pytest.approx(1.0)
    ratio = out[0, 3, 4].item() / out[0, 3, 3].item()
    assert ratio == pytest.approx(math.exp(-0.5), rel=1e-5)


def test_simple_maps_of_values():
    x = minitorch.tensor([[[10, 100, 250]]], dtype=minitorch.uint8)
    assert F.invert(x).tolist() == [[[245, 155, 5]]]
    assert F.posterize(x, 2).tolist() == [[[0, 64, 192]]]
    assert F.solarize(x, 100).tolist() == [[[10, 155, 5]]]
    assert F.autocontrast(x).tolist() == [[[0, 95, 255]]]
    flat = minitorch.full((1, 2, 2), 7, dtype=minitorch.uint8)
    assert F.autocontrast(flat).unique().tolist() == [7]
    assert F.equalize(flat).unique().tolist() == [7]


def test_equalize_spreads_the_values_evenly():
    x = minitorch.arange(512).div(8, rounding_mode="floor").view(1, 16, 32).to(minitorch.uint8)
    assert F.equalize(x).max().item() == 255 and F.equalize(x).min().item() == 0


def test_sharpness_leaves_the_outermost_pixels():
    x = image(1)
    out = F.adjust_sharpness(x, 0.0)
    assert (out[0, 0] == x[0, 0]).all() and not (out == x).all()


def test_erasing_writes_a_rectangle():
    x = minitorch.zeros(3, 20, 20)
    minitorch.manual_seed(0)
    out = T.RandomErasing(1.0, value=(1, 2, 3))(x)
    assert x.max().item() == 0 and out[2].max().item() == 3
    rows, columns = (out[0] == 1).any(1).sum().item(), (out[0] == 1).any(0).sum().item()
    assert out[0].sum().item() == rows * columns
    assert T.RandomErasing(1.0, inplace=True)(x) is x
    assert T.RandomErasing(0.0)(x) is x
    with pytest.raises(ValueError, match="either a single value or 3"):
        T.RandomErasing(1.0, value=(1, 2))(x)
    with pytest.raises(TypeError, match="img should be Tensor Image"):
        F.erase(RAMP, 0, 0, 1, 1, 0)


# What torchvision 0.28 makes of `recorded()`: its shape, and its middle channel.
RECORDED = [
    ("resize", (2,), [3, 2, 2], [[174, 100], [146, 147]]),
    (
        "resize",
        ((3, 7), InterpolationMode.BICUBIC),
        [3, 3, 7],
        [
            [203, 183, 153, 127, 100, 71, 51],
            [237, 217, 185, 152, 125, 96, 76],
            [97, 64, 94, 213, 192, 158, 137],
        ],
    ),
    (
        "resize",
        ((3, 7), InterpolationMode.BILINEAR, None, False),
        [3, 3, 7],
        [
            [202, 181, 154, 128, 101, 75, 54],
            [228, 206, 180, 154, 127, 101, 80],
            [76, 55, 90, 216, 189, 163, 142],
        ],
    ),
    ("resize", ((2, 2), InterpolationMode.NEAREST_EXACT), [3, 2, 2], [[174, 100], [6, 188]]),
    (
        "rotate",
        (30.0, InterpolationMode.NEAREST, True, None, [9.0]),
        [3, 6, 7],
        [
            [9, 9, 9, 9, 52, 9, 9],
            [9, 9, 126, 89, 63, 63, 9],
            [200, 163, 174, 137, 133, 96, 9],
            [9, 211, 174, 170, 133, 188, 151],
            [9, 244, 244, 6, 225, 9, 9],
            [9, 9, 43, 9, 9, 9, 9],
        ],
    ),
    (
        "rotate",
        (-20.0, InterpolationMode.BILINEAR),
        [3, 4, 5],
        [
            [127, 185, 146, 82, 31],
            [223, 190, 144, 105, 67],
            [102, 154, 163, 117, 69],
            [8, 98, 201, 147, 66],
        ],
    ),
    (
        "affine",
        (15.0, (1, 0), 1.3, (5.0, -8.0), InterpolationMode.BILINEAR),
        [3, 4, 5],
        [
            [102, 206, 175, 145, 115],
            [168, 220, 183, 147, 114],
            [88, 125, 176, 160, 124],
            [18, 6, 158, 187, 144],
        ],
    ),
    (
        "perspective",
        ([[0, 0], [4, 0], [4, 3], [0, 3]], [[1, 0], [4, 1], [3, 3], [0, 2]]),
        [3, 4, 5],
        [[44, 173, 72, 7, 0], [182, 184, 132, 85, 31], [44, 152, 150, 92, 5], [0, 48, 116, 95, 0]],
    ),
    (
        "adjust_hue",
        (0.2,),
        [3, 4, 5],
        [
            [78, 112, 126, 166, 215],
            [124, 139, 144, 170, 185],
            [188, 184, 175, 176, 25],
            [64, 41, 223, 149, 126],
        ],
    ),
    (
        "adjust_contrast",
        (1.7,),
        [3, 4, 5],
        [
            [248, 185, 122, 59, 0],
            [255, 204, 141, 78, 15],
            [255, 255, 197, 134, 71],
            [0, 0, 255, 227, 164],
        ],
    ),
    (
        "adjust_saturation",
        (0.4,),
        [3, 4, 5],
        [
            [157, 139, 120, 102, 84],
            [171, 154, 137, 120, 103],
            [202, 186, 170, 154, 93],
            [56, 42, 219, 141, 127],
        ],
    ),
    (
        "adjust_sharpness",
        (2.0,),
        [3, 4, 5],
        [
            [200, 163, 126, 89, 52],
            [211, 169, 132, 95, 63],
            [244, 241, 185, 128, 96],
            [43, 6, 225, 188, 151],
        ],
    ),
    (
        "adjust_gamma",
        (0.6,),
        [3, 4, 5],
        [
            [221, 195, 167, 136, 98],
            [228, 203, 176, 145, 110],
            [249, 225, 200, 173, 142],
            [87, 26, 237, 213, 186],
        ],
    ),
    (
        "gaussian_blur",
        (3, 0.8),
        [3, 4, 5],
        [
            [188, 168, 131, 94, 75],
            [199, 179, 142, 105, 86],
            [170, 166, 161, 138, 119],
            [121, 134, 167, 162, 142],
        ],
    ),
    (
        "equalize",
        (),
        [3, 4, 5],
        [
            [200, 163, 126, 89, 52],
            [211, 174, 137, 100, 63],
            [244, 207, 170, 133, 96],
            [43, 6, 225, 188, 151],
        ],
    ),
    (
        "autocontrast",
        (),
        [3, 4, 5],
        [
            [207, 168, 128, 88, 49],
            [219, 180, 140, 100, 61],
            [255, 215, 175, 136, 96],
            [39, 0, 234, 195, 155],
        ],
    ),
    (
        "rgb_to_grayscale",
        (),
        [1, 4, 5],
        [
            [129, 123, 117, 112, 106],
            [145, 141, 138, 134, 130],
            [174, 172, 171, 169, 91],
            [65, 66, 216, 111, 112],
        ],
    ),
]


def recorded():
    y, x = np.mgrid[:4, :5]
    planes = [7 + 53 * x + 31 * y, 200 - 37 * x + 11 * y * y, 90 + x * y * 19]
    return minitorch.from_numpy((np.stack(planes) % 256).astype(np.uint8))


@pytest.mark.parametrize(("name", "args", "shape", "middle"), RECORDED)
def test_functions_give_what_torchvision_gives(name, args, shape, middle):
    out = getattr(F, name)(recorded(), *args)
    assert list(out.shape) == shape and out.dtype == minitorch.uint8
    np.testing.assert_allclose(out[shape[0] // 2].numpy(), middle, atol=1)


# ---------------------------------------------------------------- chance


def test_probabilities_hold():
    x = minitorch.tensor([[[0, 1]]])
    for transform in (
        T.RandomHorizontalFlip(0.25),
        T.RandomApply([T.RandomHorizontalFlip(1)], 0.25),
    ):
        flipped = sum(transform(x)[0, 0, 0].item() for _ in range(1000))
        assert 200 < flipped < 300


def test_orders_and_choices_are_drawn():
    steps = [T.Lambda(lambda s: s + "a"), T.Lambda(lambda s: s + "b"), T.Lambda(lambda s: s + "c")]
    assert len({T.RandomOrder(steps)("") for _ in range(100)}) == 6
    assert {T.RandomChoice(steps)("") for _ in range(50)} == {"a", "b", "c"}
    assert {T.RandomChoice(steps, p=[0, 1, 0])("") for _ in range(20)} == {"b"}
    with pytest.raises(TypeError, match="Argument transforms should be a sequence"):
        T.RandomOrder(3)
    with pytest.raises(TypeError, match="Argument p should be a sequence"):
        T.RandomChoice(steps, p=0.5)


def test_whitening_makes_the_covariance_the_identity():
    x = minitorch.randn(500, 1, 2, 2, dtype=minitorch.float64) * minitorch.tensor(
        [[1.0, 2.0], [3.0, 4.0]]
    )
    flat = x.flatten(1)
    values, vectors = minitorch.linalg.eigh(minitorch.cov(flat.T))
    whiten = T.LinearTransformation(vectors / values.sqrt(), flat.mean(0))
    np.testing.assert_allclose(minitorch.cov(whiten(x).flatten(1).T).numpy(), np.eye(4), atol=1e-9)
    with pytest.raises(ValueError, match=r"incompatible shape.\[1 x 2 x 3\] != 4"):
        whiten(minitorch.ones(1, 2, 3))
    with pytest.raises(ValueError, match=r"should be square. Got \(2, 3\) rectangular"):
        T.LinearTransformation(minitorch.ones(2, 3), minitorch.ones(2))
    with pytest.raises(ValueError, match=r"the same length 3 as any one .* \[\(2, 2\)\]"):
        T.LinearTransformation(minitorch.ones(2, 2), minitorch.ones(3))
    with pytest.raises(ValueError, match=r"same dtype. Got torch.float32 and torch.float64"):
        T.LinearTransformation(minitorch.ones(2, 2), minitorch.ones(2, dtype=minitorch.float64))


def test_transforms_are_modules_and_stand_in_a_sequential():
    both = nn.Sequential(T.CenterCrop(4), T.ConvertImageDtype(minitorch.float32))
    assert both(image()).shape == (3, 4, 4)
    assert repr(both).splitlines()[1] == "  (0): CenterCrop(size=(4, 4))"


def test_workers_draw_the_same_as_one_process_with_seeded_items():
    augment = T.Compose([T.RandomCrop(6), T.RandomHorizontalFlip(), T.ToTensor()])
    data = FakeData(8, (3, 8, 8), transform=augment)
    batches = []
    for options in ({"seed_items": True}, {"num_workers": 2}):
        minitorch.manual_seed(5)
        batches.append(minitorch.cat([x for x, _ in DataLoader(data, batch_size=3, **options)]))
    assert (batches[0] == batches[1]).all()


# ---------------------------------------------------------------- augmentation policies


def test_strengths_go_from_nothing_to_the_most():
    assert strengths("Rotate", 4, (0, 0)) == [0.0, 10.0, 20.0, 30.0]
    assert strengths("TranslateY", 3, (8.0, 4.0)) == [0.0, 2.0, 4.0]
    assert strengths("Posterize", 5, (0, 0)) == [8, 7, 6, 5, 4]
    assert strengths("Solarize", 2, (0, 0)) == [255.0, 0.0]
    assert strengths("Equalize", 5, (0, 0)) == []


def test_every_step_has_a_name_and_is_done():
    x, policy = image(3, 40, 40) // 2 + 20, T.RandAugment(fill=[1, 2, 3])
    for name in NAMES:
        levels = strengths(name, 31, (4.0, 4.0)) or [0.0]
        out = policy.step(x, name, levels[20 % len(levels)])
        assert out.shape == x.shape and out.dtype == x.dtype
        assert (out == x).all() == (name == "Identity")
    assert (policy.step(x, "Invert", 0.0) == 255 - x).all()
    assert policy.step(x, "TranslateX", 3.0)[:, :, 0].unique().tolist() == [1, 2, 3]


def test_a_policy_has_25_pairs_and_draws_one(monkeypatch):
    for kind in T.AutoAugmentPolicy:
        assert len(T.AutoAugment(kind).policies) == 25
    policy = T.AutoAugment()
    monkeypatch.setattr(policy, "get_params", lambda n: (13, [0.5, 0.5], [0, 0]))
    x = image(3, 40, 40)
    assert (policy(x) == F.equalize(F.invert(x))).all()  # "Invert 0.6 - Equalize 1.0 -"
    monkeypatch.setattr(policy, "get_params", lambda n: (4, [0.3, 0.3], [0, 0]))
    assert (policy(x) == F.equalize(x)).all()  # "Equalize 0.4 - Solarize 0.2 4"
    with pytest.raises(ValueError, match="The provided policy cifar10 is not recognized"):
        T.AutoAugment("cifar10")


# ---------------------------------------------------------------- arguments and print


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: T.Resize(1.5), TypeError, "Size should be int or sequence. Got <class 'float'>"),
        (lambda: T.Resize((1, 2, 3)), ValueError, "sequence, it should have 1 or 2 values"),
        (lambda: T.Resize(3, "bilinear"), TypeError, "interpolation should be a InterpolationMode"),
        (lambda: F.resize(RAMP, [1, 2, 3]), ValueError, "1 or 2 element tuple/list, not a 3"),
        (lambda: F.resize(RAMP, [4, 4], max_size=8), ValueError, "max_size should only be passed"),
        (
            lambda: F.resize(RAMP, 8, max_size=8),
            ValueError,
            "max_size = 8 must be strictly greater",
        ),
        (lambda: T.CenterCrop((1, 2, 3)), ValueError, "only two dimensions"),
        (lambda: T.Pad("a"), TypeError, "Got inappropriate padding arg"),
        (lambda: T.Pad(1, "a"), TypeError, "Got inappropriate fill arg"),
        (lambda: T.Pad(1, padding_mode="x"), ValueError, "either constant, edge, reflect or symm"),
        (lambda: T.Pad((1, 2, 3)), ValueError, "1, 2, or 4 element tuple, not a 3 element tuple"),
        (lambda: F.pad(RAMP, "a"), TypeError, "Got inappropriate padding arg"),
        (lambda: F.pad(RAMP, 1, "a"), TypeError, "Got inappropriate fill arg"),
        (lambda: F.pad(RAMP, 1, 0, 3), TypeError, "Got inappropriate padding_mode arg"),
        (lambda: F.pad(RAMP, 1, 0, "x"), ValueError, "Padding mode should be either"),
        (lambda: F.pad(RAMP, [1, 2, 3]), ValueError, "not a 3 element tuple"),
        (lambda: T.RandomResizedCrop(3, scale=1), TypeError, "Scale should be a sequence"),
        (lambda: T.RandomResizedCrop(3, ratio=1), TypeError, "Ratio should be a sequence"),
        (lambda: T.RandomRotation(-1), ValueError, "If degrees is a single number, it must be pos"),
        (lambda: T.RandomRotation("a"), ValueError, "degrees should be a sequence of length 2."),
        (lambda: T.RandomRotation(1, center=3), TypeError, "center should be a sequence of length"),
        (
            lambda: T.RandomRotation(1, fill={}),
            TypeError,
            "Fill should be either a sequence or a n",
        ),
        (lambda: T.RandomAffine(1, (2, 0)), ValueError, "translation values should be between 0"),
        (lambda: T.RandomAffine(1, scale=(0, 1)), ValueError, "scale values should be positive"),
        (lambda: T.RandomAffine(1, shear=(1, 2, 3)), ValueError, "of length 2 or 4."),
        (lambda: F.rotate(RAMP, "a"), TypeError, "Argument angle should be int or float"),
        (lambda: F.rotate(RAMP, 1, center=3), TypeError, "Argument center should be a sequence"),
        (lambda: F.rotate(RAMP, 1, 3), ValueError, "'bicubic' is unsupported with Tensor input"),
        (
            lambda: F.rotate(RAMP, 1, fill=[1, 2]),
            ValueError,
            r"'fill' cannot broadcast.*\(2 != 3\)",
        ),
        (lambda: F.affine(RAMP, "a", (0, 0), 1, 0), TypeError, "Argument angle should be"),
        (lambda: F.affine(RAMP, 0, 1, 1, 0), TypeError, "translate should be a sequence"),
        (
            lambda: F.affine(RAMP, 0, (1,), 1, 0),
            ValueError,
            "translate should be a sequence of len",
        ),
        (lambda: F.affine(RAMP, 0, (0, 0), 0, 0), ValueError, "scale should be positive"),
        (lambda: F.affine(RAMP, 0, (0, 0), 1, "a"), TypeError, "Shear should be either a single"),
        (
            lambda: F.affine(RAMP, 0, (0, 0), 1, [1] * 3),
            ValueError,
            "Shear should be a sequence con",
        ),
        (lambda: F.elastic_transform(RAMP, 3), TypeError, "displacement should be a Tensor"),
        (lambda: T.ElasticTransform(1), TypeError, "alpha should be float or a sequence of floats"),
        (lambda: T.ElasticTransform([1.0]), ValueError, "If alpha is a sequence its length should"),
        (
            lambda: T.ElasticTransform(sigma=(1, 2)),
            TypeError,
            "sigma should be a sequence of float",
        ),
        (lambda: T.ElasticTransform(fill="a"), TypeError, "fill should be int or float or a list"),
        (lambda: T.ColorJitter(-1), ValueError, "If brightness is a single number, it must be non"),
        (lambda: T.ColorJitter("a"), TypeError, "brightness should be a single number or a list"),
        (lambda: T.ColorJitter(hue=0.7), ValueError, r"hue values should be between \(-0.5, 0.5\)"),
        (lambda: T.RandomErasing(value={}), TypeError, "Argument value should be either a number"),
        (lambda: T.RandomErasing(value="x"), ValueError, "If value is str, it should be 'random'"),
        (lambda: T.RandomErasing(scale=(0, 2)), ValueError, "Scale should be between 0 and 1"),
        (lambda: T.RandomErasing(2), ValueError, "probability should be between 0 and 1"),
        (lambda: T.GaussianBlur(4), ValueError, "should be an odd and positive number."),
        (lambda: T.GaussianBlur(3, -1), ValueError, "single number, it must be positive."),
        (lambda: T.GaussianBlur(3, "a"), ValueError, "single number or a list/tuple with length 2"),
        (lambda: T.GaussianBlur(3, (2, 1)), ValueError, r"positive and of the form \(min, max\)."),
        (lambda: F.gaussian_blur(RAMP, "a"), TypeError, "kernel_size should be int or a sequence"),
        (lambda: F.gaussian_blur(RAMP, [3]), ValueError, "its length should be 2. Got 1"),
        (lambda: F.gaussian_blur(RAMP, 2), ValueError, "should have odd and positive integers"),
        (lambda: F.gaussian_blur(RAMP, 3, "a"), TypeError, "sigma should be either float or seq"),
        (lambda: F.gaussian_blur(RAMP, 3, [1, 1, 1]), ValueError, "length should be 2. Got 3"),
        (lambda: F.gaussian_blur(RAMP, 3, 0), ValueError, "sigma should have positive values"),
        (lambda: F.adjust_brightness(RAMP, -1), ValueError, "-1.* is not non-negative."),
        (lambda: F.adjust_hue(RAMP, 0.6), ValueError, r"\(0.6\) is not in \[-0.5, 0.5\]"),
        (
            lambda: F.adjust_gamma(RAMP, -1),
            ValueError,
            "Gamma should be a non-negative real number",
        ),
        (lambda: F.rgb_to_grayscale(RAMP, 2), ValueError, "should be either 1 or 3"),
        (lambda: F.to_grayscale(RAMP), TypeError, "Input should be PIL Image"),
        (lambda: F.invert(image(2)), TypeError, r"values are \[1, 3\], but found 2"),
        (lambda: F.invert(image()[0]), TypeError, "at least 3 dimensions, but found 2"),
        (lambda: F.posterize(RAMP, 9), ValueError, "between 0 and 8. Got 9"),
        (lambda: F.posterize(image(dtype=np.float32), 1), TypeError, "Only torch.uint8 image"),
        (lambda: F.solarize(RAMP, 256), TypeError, "Threshold should be less than bound of img."),
        (lambda: F.equalize(minitorch.ones(2, 2)), TypeError, "should have 3 or 4 dimensions"),
        (lambda: F.pil_to_tensor(RAMP), TypeError, "pic should be PIL Image. Got"),
    ],
)
def test_wrong_arguments_are_refused(make, kind, message):
    with pytest.raises(kind, match=message):
        make()


def test_bounds_in_the_wrong_order_are_warned_of():
    with pytest.warns(UserWarning, match="Scale and ratio should be of kind"):
        T.RandomResizedCrop(3, scale=(1.0, 0.5))


@pytest.mark.parametrize(
    ("transform", "text"),
    [
        (T.Resize(5), "Resize(size=5, interpolation=bilinear, max_size=None, antialias=True)"),
        (T.CenterCrop(5), "CenterCrop(size=(5, 5))"),
        (T.Pad(1, 2), "Pad(padding=1, fill=2, padding_mode=constant)"),
        (T.RandomCrop(4, 2), "RandomCrop(size=(4, 4), padding=2)"),
        (T.RandomHorizontalFlip(), "RandomHorizontalFlip(p=0.5)"),
        (
            T.RandomResizedCrop(4),
            "RandomResizedCrop(size=(4, 4), scale=(0.08, 1.0), ratio=(0.75, 1.3333), "
            "interpolation=bilinear, antialias=True)",
        ),
        (
            T.RandomRotation(5),
            "RandomRotation(degrees=[-5.0, 5.0], interpolation=nearest, expand=False, fill=0)",
        ),
        (
            T.RandomAffine(5, shear=(1, 2), fill=3),
            "RandomAffine(degrees=[-5.0, 5.0], shear=[1.0, 2.0], fill=3)",
        ),
        (
            T.ColorJitter(0.5),
            "ColorJitter(brightness=(0.5, 1.5), contrast=None, saturation=None, hue=None)",
        ),
        (
            T.RandomErasing(),
            "RandomErasing(p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0, inplace=False)",
        ),
        (T.GaussianBlur(3), "GaussianBlur(kernel_size=(3, 3), sigma=(0.1, 2.0))"),
        (T.ToPILImage("L"), "ToPILImage(mode=L)"),
        (T.ConvertImageDtype(minitorch.uint8), "ConvertImageDtype()"),
        (
            T.RandomApply([T.Pad(1)], 0.3),
            "RandomApply(\n    p=0.3\n    Pad(padding=1, fill=0, padding_mode=constant)\n)",
        ),
        (T.RandomChoice([T.ToTensor()]), "RandomChoice(\n    ToTensor()\n)(p=None)"),
        (
            T.AutoAugment(),
            "AutoAugment(policy=AutoAugmentPolicy.IMAGENET, fill=None)",
        ),
        (
            T.TrivialAugmentWide(9),
            "TrivialAugmentWide(num_magnitude_bins=9, "
            "interpolation=InterpolationMode.NEAREST, fill=None)",
        ),
        (T.RandomPosterize(2), "RandomPosterize(bits=2,p=0.5)"),
        (
            T.LinearTransformation(minitorch.ones(1, 1), minitorch.zeros(1)),
            "LinearTransformation(transformation_matrix=[[1.0]], mean_vector=[0.0])",
        ),
    ],
)
def test_a_transform_prints_as_in_torchvision(transform, text):
    assert repr(transform) == text


# ---------------------------------------------------------------- PIL images


@pytest.mark.parametrize(
    "transform",
    [
        T.Resize(5),
        T.CenterCrop(20),
        T.Pad((1, 2), 3),
        T.Pad(2, padding_mode="symmetric"),
        T.Pad([-1, 2, 1, 0], padding_mode="edge"),
        T.RandomCrop(6, padding=2),
        T.RandomHorizontalFlip(1.0),
        T.RandomVerticalFlip(1.0),
        T.RandomRotation((30, 30), expand=True),
        T.RandomAffine((20, 20), scale=(1.1, 1.1)),
        T.RandomPerspective(p=1.0),
        T.ColorJitter((0.5, 0.5), (1.5, 1.5), (0.3, 0.3), (0.2, 0.2)),
        T.GaussianBlur(3, 1.0),
        T.Grayscale(3),
        T.RandomInvert(1.0),
        T.RandomPosterize(3, 1.0),
        T.RandomSolarize(100, 1.0),
        T.RandomAdjustSharpness(2, 1.0),
        T.RandomAutocontrast(1.0),
        T.RandomEqualize(1.0),
    ],
    ids=lambda transform: type(transform).__name__,
)
def test_a_pil_image_gives_about_what_its_array_gives(transform):
    picture = T.GaussianBlur(5, 2.0)(pil_image(height=24, width=30))  # smooth: the grids differ
    minitorch.manual_seed(1)
    out = transform(picture)
    minitorch.manual_seed(1)
    expected = transform(np.asarray(picture))
    assert out.mode == "RGB"
    difference = np.abs(np.asarray(out).astype(float) - expected)
    assert difference.shape == expected.shape and np.median(difference) <= 3


def test_gamma_and_hue_of_pil_images_keep_the_mode():
    assert F.adjust_gamma(pil_image("L"), 0.5).mode == "L"
    assert F.adjust_hue(pil_image("L"), 0.2).mode == "L"
    assert F.to_grayscale(pil_image()).mode == "L"


def test_a_palette_survives_a_border():
    picture = pil_image("P")
    for mode in ("constant", "edge"):
        padded = F.pad(picture, 1, padding_mode=mode)
        assert padded.mode == "P" and padded.getpalette() == picture.getpalette()


def test_antialias_cannot_be_switched_off_for_pil_images():
    with pytest.warns(UserWarning, match="Anti-alias option is always applied for PIL Image"):
        F.resize(pil_image(), 5, antialias=False)


def test_a_fill_must_fit_the_bands_of_a_pil_image():
    with pytest.raises(ValueError, match=r"does not match the number of channels.*\(2 != 3\)"):
        F.rotate(pil_image(), 3, fill=(1, 2))


@pytest.mark.parametrize(
    "transform",
    [
        T.RandomRotation((45, 45)),
        T.RandomAffine((45, 45)),
        T.RandomPerspective(p=1.0),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_a_warp_uncovers_is_black(transform):
    minitorch.manual_seed(0)
    assert transform(minitorch.full((1, 9, 9), 5.0)).min() == 0
