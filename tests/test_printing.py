"""The printed form of tensors: recorded texts, and a comparison with PyTorch where installed."""

import numpy as np
import pytest

from minitorch.methods.printing import (
    format_tensor,
    get_printoptions,
    printoptions,
    set_printoptions,
)

f16, f32, f64 = np.float16, np.float32, np.float64
inf, nan = np.inf, np.nan


def ints(values, dtype="int64"):
    return np.array(values, dtype=dtype)


def counting(*shape):
    """0, 1, 2, ... in the given shape."""
    return np.arange(np.prod(shape), dtype="int64").reshape(shape)


def case(name, values, *lines, options=None, **keywords):
    """`values` print as these lines, given print options and keywords of format_tensor."""
    return pytest.param(np.asarray(values), "\n".join(lines), options or {}, keywords, id=name)


# Every text was printed by PyTorch 2.13; only the row with a GPU was put together by hand.
CASES = [
    # Scalars
    case("whole float", f32(3), "tensor(3.)"),
    case("float", f32(-2.71828), "tensor(-2.7183)"),
    case("nan", f32(nan), "tensor(nan)"),
    case("integer", ints(-7), "tensor(-7)"),
    case("boolean", np.array(True), "tensor(True)"),
    # Which notation
    case("whole floats", f32([36, 81, -1]), "tensor([36., 81., -1.])"),
    case("mixed floats", f32([1, 2.5, -0.125]), "tensor([ 1.0000,  2.5000, -0.1250])"),
    case(
        "whole floats beside inf and nan",
        f32([1, 200, nan, -inf, inf]),
        "tensor([  1., 200.,  nan, -inf,  inf])",
    ),
    case("zeros have no width", f32([0, -0.0, nan]), "tensor([0., -0., nan])"),
    case("negative zero sticks out", f32([-0.0, 1]), "tensor([-0., 1.])"),
    case(
        "ratio of 1000 is plain",
        f64([0.5, 500]),
        "tensor([  0.5000, 500.0000])",
        default_dtype="float64",
    ),
    case(
        "ratio over 1000 is scientific",
        f64([0.5, 500.5]),
        "tensor([5.0000e-01, 5.0050e+02])",
        default_dtype="float64",
    ),
    case("1e8 is plain", f32([1e8]), "tensor([100000000.])"),
    case("over 1e8 is scientific", f32([1.1e8]), "tensor([1.1000e+08])"),
    case("float64 1e-4 is plain", f64([1e-4]), "tensor([0.0001], dtype=torch.float64)"),
    case("float32 1e-4 is below 1e-4", f32([1e-4]), "tensor([1.0000e-04])"),
    case("zero does not count as small", f32([0, 0.5]), "tensor([0.0000, 0.5000])"),
    case(
        "scientific with specials",
        f32([0, 1e-7, -1, nan, inf]),
        "tensor([ 0.0000e+00,  1.0000e-07, -1.0000e+00,         nan,         inf])",
    ),
    case(
        "ratio beyond float64",
        f64([5e-324, 1e308]),
        "tensor([4.9407e-324, 1.0000e+308], dtype=torch.float64)",
    ),
    case(
        "sci_mode on", f32([0.5, 1]), "tensor([5.0000e-01, 1.0000e+00])", options={"sci_mode": True}
    ),
    case(
        "sci_mode on, nothing but zeros",
        f32([0, 0]),
        "tensor([0., 0.])",
        options={"sci_mode": True},
    ),
    case(
        "sci_mode off",
        f32([1e-6, 2000.5]),
        "tensor([   0.0000, 2000.5000])",
        options={"sci_mode": False},
    ),
    case("precision", f32([3.14159, 2]), "tensor([3.14, 2.00])", options={"precision": 2}),
    case("precision of no digits", f32([1.5, 2.25]), "tensor([2, 2])", options={"precision": 0}),
    # Kinds and suffixes
    case("float16", f16([0.1, 65504]), "tensor([9.9976e-02, 6.5504e+04], dtype=torch.float16)"),
    case("float64", f64([0.1]), "tensor([0.1000], dtype=torch.float64)"),
    case("float64 as the default", f64([0.1]), "tensor([0.1000])", default_dtype="float64"),
    case(
        "integers align",
        ints([[1, -20], [300, 4]]),
        "tensor([[  1, -20],",
        "        [300,   4]])",
    ),
    case("uint8", ints([0, 255], "uint8"), "tensor([  0, 255], dtype=torch.uint8)"),
    case("booleans align", np.array([True, False]), "tensor([ True, False])"),
    case("requires_grad", f32([1, 2]), "tensor([1., 2.], requires_grad=True)", requires_grad=True),
    case(
        "grad_fn says that a gradient is required",
        f32([1, 2]),
        "tensor([1., 2.], grad_fn=<CloneBackward0>)",
        requires_grad=True,
        grad_fn="CloneBackward0",
    ),
    case(
        "device",
        f16([1, 2, 3, 4]),
        "tensor([1., 2., 3., 4.], device='cuda:0', dtype=torch.float16,",
        "       requires_grad=True)",
        device="cuda:0",
        requires_grad=True,
    ),
    case(
        "suffixes wrap",
        f64([0.5, 1.25, 2, 3]),
        "tensor([0.5000, 1.2500, 2.0000, 3.0000],",
        "       dtype=torch.float64,",
        "       grad_fn=<CloneBackward0>)",
        requires_grad=True,
        grad_fn="CloneBackward0",
        options={"linewidth": 51},
    ),
    case(
        "suffix just fits",
        f64([0.5, 1]),
        "tensor([0.5000, 1.0000], dtype=torch.float64)",
        options={"linewidth": 46},
    ),
    case(
        "suffix just fails to fit",
        f64([0.5, 1]),
        "tensor([0.5000, 1.0000],",
        "       dtype=torch.float64)",
        options={"linewidth": 45},
    ),
    case(
        "longer prefix",
        f64([[1, 2], [3, 4]]),
        "Weights([[1., 2.],",
        "         [3., 4.]],",
        "        dtype=torch.float64)",
        prefix="Weights(",
        options={"linewidth": 20},
    ),
    # Empty
    case("empty", f32([]), "tensor([])"),
    case("empty with axes", np.zeros((0, 3), "float32"), "tensor([], size=(0, 3))"),
    case("empty integers show their dtype", ints([]), "tensor([], dtype=torch.int64)"),
    case(
        "empty booleans with axes",
        np.zeros((2, 0, 1), bool),
        "tensor([], size=(2, 0, 1), dtype=torch.bool)",
    ),
    # Brackets, lines and summaries
    case(
        "three axes",
        counting(2, 2, 2),
        "tensor([[[0, 1],",
        "         [2, 3]],",
        "",
        "        [[4, 5],",
        "         [6, 7]]])",
    ),
    case(
        "four axes",
        counting(2, 1, 1, 2),
        "tensor([[[[0, 1]]],",
        "",
        "",
        "        [[[2, 3]]]])",
    ),
    case(
        "long rows wrap",
        f32([[0.5] * 9, [-1] * 9]),
        "tensor([[ 0.5000,  0.5000,  0.5000,  0.5000,  0.5000,  0.5000,  0.5000,",
        "          0.5000,  0.5000],",
        "        [-1.0000, -1.0000, -1.0000, -1.0000, -1.0000, -1.0000, -1.0000,",
        "         -1.0000, -1.0000]])",
        options={"linewidth": 79},
    ),
    case(
        "narrow line holds one element",
        ints([1, 2]),
        "tensor([1,",
        "        2])",
        options={"linewidth": 5},
    ),
    case(
        "at the threshold nothing is left out",
        counting(7),
        "tensor([0, 1, 2, 3, 4, 5, 6])",
        options={"threshold": 7},
    ),
    case("summarised vector", counting(1001), "tensor([   0,    1,    2,  ...,  998,  999, 1000])"),
    case(
        "unshown elements have no width",
        f32([1, 2, 3, 1e-9, 7, 8, 9]),
        "tensor([1., 2., 3.,  ..., 7., 8., 9.])",
        options={"threshold": 6},
    ),
    case(
        "summarised matrix",
        counting(200, 7),
        "tensor([[   0,    1,    2,  ...,    4,    5,    6],",
        "        [   7,    8,    9,  ...,   11,   12,   13],",
        "        [  14,   15,   16,  ...,   18,   19,   20],",
        "        ...,",
        "        [1379, 1380, 1381,  ..., 1383, 1384, 1385],",
        "        [1386, 1387, 1388,  ..., 1390, 1391, 1392],",
        "        [1393, 1394, 1395,  ..., 1397, 1398, 1399]])",
    ),
    case(
        "summarised in one axis only",
        counting(4, 2),
        "tensor([[0, 1],",
        "        ...,",
        "        [6, 7]])",
        options={"threshold": 7, "edgeitems": 1},
    ),
    case(
        "summary of three axes",
        counting(5, 3, 5),
        "tensor([[[ 0,  ...,  4],",
        "         ...,",
        "         [10,  ..., 14]],",
        "",
        "        ...,",
        "",
        "        [[60,  ..., 64],",
        "         ...,",
        "         [70,  ..., 74]]])",
        options={"threshold": 20, "edgeitems": 1},
    ),
    case(
        "summary wraps",
        f32([0.5] * 40),
        "tensor([0.5000, 0.5000, 0.5000, 0.5000,",
        "        0.5000,  ..., 0.5000, 0.5000,",
        "        0.5000, 0.5000, 0.5000])",
        options={"threshold": 20, "edgeitems": 5, "linewidth": 40},
    ),
    case(
        "no edge items",
        counting(3, 3),
        "tensor([...], size=(3, 3))",
        options={"threshold": 5, "edgeitems": 0},
    ),
    case(
        "no edge items, no summary",
        counting(3),
        "tensor([0, 1, 2], size=(3,))",
        options={"edgeitems": 0},
    ),
    case(
        "no edge items, scalar",
        ints(5),
        "tensor(5, size=())",
        options={"threshold": 0, "edgeitems": 0},
    ),
    case(
        "short profile",
        f32([[0.123] * 3] * 400),
        "tensor([[0.12, 0.12, 0.12],",
        "        [0.12, 0.12, 0.12],",
        "        ...,",
        "        [0.12, 0.12, 0.12],",
        "        [0.12, 0.12, 0.12]])",
        options={"profile": "short"},
    ),
]


@pytest.mark.parametrize("array, text, options, keywords", CASES)
def test_an_array_prints_as_recorded(array, text, options, keywords):
    with printoptions(**options):
        assert format_tensor(array, **keywords) == text


@pytest.mark.torch
@pytest.mark.parametrize("array, text, options, keywords", CASES)
def test_pytorch_prints_what_is_recorded(array, text, options, keywords):
    torch = pytest.importorskip("torch")
    if "device" in keywords:
        pytest.skip("needs a GPU")
    assert torch_text(torch, array, options, keywords) == text


@pytest.mark.torch
@pytest.mark.parametrize("seed", range(20))
def test_generated_arrays_print_as_in_pytorch(seed):
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(seed)
    for _ in range(120):
        array = generated_array(random)
        options = generated_options(random)
        keywords = generated_keywords(random, array)
        with printoptions(**options):
            text = format_tensor(array, **keywords)
        assert text == torch_text(torch, array, options, keywords)


@pytest.mark.torch
def test_options_are_those_of_pytorch():
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(0)
    assert get_printoptions() == torch._tensor_str.get_printoptions()
    for _ in range(100):
        options = generated_options(random)
        with printoptions(**options), torch._tensor_str.printoptions(**options):
            assert get_printoptions() == torch._tensor_str.get_printoptions()


def test_a_set_option_stays_until_it_is_set_again():
    with printoptions():
        set_printoptions(precision=2)
        set_printoptions(linewidth=120)
        assert get_printoptions()["precision"] == 2
        set_printoptions(profile="default")
        assert get_printoptions()["precision"] == 4


def test_sci_mode_is_forgotten_by_a_call_that_does_not_name_it():
    with printoptions(sci_mode=True):
        set_printoptions(precision=2)
        assert get_printoptions()["sci_mode"] is None


def test_options_come_back_after_an_error():
    before = get_printoptions()
    with pytest.raises(KeyError), printoptions(profile="short", sci_mode=True):
        raise KeyError
    assert get_printoptions() == before


def test_changing_the_returned_options_changes_nothing():
    get_printoptions()["precision"] = 1
    assert format_tensor(f32([0.5])) == "tensor([0.5000])"


def test_a_tensor_of_any_size_prints_at_once():
    # 4 TB if anything were to read or copy all of it.
    array = np.broadcast_to(f32(0.5), (1000, 1000, 1000, 1000))
    with printoptions(edgeitems=1):
        assert len(format_tensor(array).split("0.5000")) == 1 + 2**4


def torch_text(torch, array, options, keywords):
    """What PyTorch prints; as grad_fn it knows only the two that a clone can have."""
    default_dtype = getattr(torch, keywords.get("default_dtype", "float32"))
    before = torch.get_default_dtype()
    torch.set_default_dtype(default_dtype)
    try:
        tensor = torch.from_numpy(array.copy())
        prefix = keywords.get("prefix", "tensor(")
        if prefix != "tensor(":
            tensor = tensor.as_subclass(type(prefix[:-1], (torch.Tensor,), {}))
        if keywords.get("requires_grad"):
            tensor.requires_grad_()
        if "grad_fn" in keywords:
            tensor = tensor.clone()
        with torch._tensor_str.printoptions(**options):
            return repr(tensor)
    finally:
        torch.set_default_dtype(before)


def generated_array(random):
    """An array of any dtype, zero to five axes, and values that PyTorch prints differently."""
    shape = random.integers(1, 8, size=random.choice([0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5]))
    if shape.size and random.random() < 0.3:
        lengths = [0, 7, 20, 60, 150] if shape.size > 1 else [0, 20, 150, 1000, 1001]
        shape[random.integers(shape.size)] = random.choice(lengths)

    kinds = ["float16", "float32", "float64"] * 3
    kinds += ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
    dtype = np.dtype(random.choice(kinds))
    if dtype.kind == "f":
        array = generated_floats(random, shape, dtype)
    elif dtype.kind == "b":
        array = np.asarray(random.random(shape) < random.random())
    else:
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
        if random.random() < 0.6:
            low, high = max(low, -12), min(high, 120)
        array = np.asarray(random.integers(low, high, size=shape, dtype=dtype, endpoint=True))
    return array.T if random.random() < 0.1 else array


def generated_floats(random, shape, dtype):
    """Floats of one or of many magnitudes, whole or not, with zeros, infs and nans."""
    normal = random.standard_normal(shape)
    borders = [1e8, 1e8 + 8, 1e-4, 9.99e-5, 0.1, 1, 100, 1000, 1001, 5e-324, 1e-40, 6e-8, 1.7e308]
    array = [
        normal,
        normal * 10.0 ** random.integers(-8, 10),
        normal * 10.0 ** random.integers(-6, 9, size=shape),
        np.round(normal * 10.0 ** random.integers(0, 9)),
        np.round(normal * 4) / 4 * 10,
        np.zeros(shape),
        random.choice(borders, size=shape),
    ][random.integers(7)]
    if random.random() < 0.35:
        share = random.choice([0.2, 0.5, 1])
        specials = random.choice([nan, inf, -inf, 0, -0.0], size=shape)
        array = np.where(random.random(shape) < share, specials, array)
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(array, dtype=dtype)


def generated_options(random):
    """Print options, each set in a part of the cases; none in half of them."""
    choices = {
        "precision": range(9),
        "threshold": [0, 1, 5, 20, 100, inf],
        "edgeitems": range(5),
        "linewidth": [1, 10, 20, 40, 80, 120, 300],
        "profile": ["default", "short", "full"],
        "sci_mode": [True, False],
    }
    if random.random() < 0.5:
        return {}
    return {
        name: values[random.integers(len(values))]
        for name, values in choices.items()
        if random.random() < 0.4
    }


def generated_keywords(random, array):
    """Keywords of format_tensor, among those that PyTorch can be brought to."""
    keywords = {"default_dtype": str(random.choice(["float16", "float32", "float32", "float64"]))}
    if random.random() < 0.2:
        keywords["prefix"] = "Named" + "x" * random.integers(30) + "("
    if array.dtype.kind == "f" and random.random() < 0.4:
        keywords["requires_grad"] = True
        if random.random() < 0.5:
            # PyTorch clones a subclass under an alias.
            keywords["grad_fn"] = "AliasBackward0" if "prefix" in keywords else "CloneBackward0"
    return keywords
