"""`minitorch.testing`: `assert_close` and `make_tensor`."""

import numpy as np
import pytest

import minitorch as torch
from minitorch.testing import assert_allclose, assert_close, make_tensor

ones, zeros = torch.ones(2), torch.zeros(2)
CLOSE = [
    (1, 1),
    (1.0, 1.0 + 1e-9),
    (None, None),
    (torch.zeros(0), torch.zeros(0)),
    (torch.tensor([1.0]), torch.tensor([1.000001])),
    ([1, [ones]], (1, [ones])),
    ({"a": ones}, {"a": ones}),
    (np.ones(2), np.ones(2)),
    (torch.ones(2, requires_grad=True), ones),
    (torch.nn.Parameter(torch.ones(2)), ones),
]


@pytest.mark.parametrize(("a", "b"), CLOSE)
def test_these_are_close(a, b):
    assert_close(a, b)


def test_tolerances_can_be_chosen():
    assert_close(ones, ones * 1.05, rtol=0.1, atol=0)
    assert_close(ones, ones.double(), check_dtype=False)
    nan = torch.tensor([float("nan")])
    assert_close(nan, nan, equal_nan=True)


APART = {
    "t.tensor([1.0, 2.0, 3.0]), t.tensor([1.0, 2.0, 4.0])": (
        "Tensor-likes are not close!\n\nMismatched elements: 1 / 3 (33.3%)\n"
        "Greatest absolute difference: 1.0 at index (2,) (up to 1e-05 allowed)\n"
        "Greatest relative difference: 0.25 at index (2,) (up to 1.3e-06 allowed)"
    ),
    "t.tensor([1, 2]), t.tensor([1, 4])": (
        "Tensor-likes are not equal!\n\nMismatched elements: 1 / 2 (50.0%)\n"
        "Greatest absolute difference: 2 at index (1,)\n"
        "Greatest relative difference: 0.5 at index (1,)"
    ),
    "2.0, 1.0": (
        "Scalars are not close!\n\nExpected 1.0 but got 2.0.\n"
        "Absolute difference: 1.0 (up to 1e-07 allowed)\n"
        "Relative difference: 1.0 (up to 1e-07 allowed)"
    ),
    "t.tensor(1.0), t.tensor(2.0)": (
        "Scalars are not close!\n\nExpected 2.0 but got 1.0.\n"
        "Absolute difference: 1.0 (up to 1e-05 allowed)\n"
        "Relative difference: 0.5 (up to 1.3e-06 allowed)"
    ),
    "[1, [2, 3]], [1, [2, 4]]": (
        "Scalars are not equal!\n\nExpected 4 but got 3.\nAbsolute difference: 1\n"
        "Relative difference: 0.25\n\nThe failure occurred for item [1][1]"
    ),
    "1, 1.0": "The (d)types do not match: <class 'int'> != <class 'float'>.",
    "t.ones(2), t.ones(3)": (
        "The values for attribute 'shape' do not match: torch.Size([2]) != torch.Size([3])."
    ),
    "t.ones(2), t.ones(2).double()": (
        "The values for attribute 'dtype' do not match: torch.float32 != torch.float64."
    ),
    "t.ones(2, 3).t(), t.ones(3, 2), check_stride=True": (
        "The values for attribute 'stride()' do not match: (1, 3) != (2, 1)."
    ),
    "[1], [1, 2]": "The length of the sequences mismatch: 1 != 2",
    "{'a': 1}, {'b': 1}": (
        "The keys of the mappings do not match:\n"
        "Missing keys in the actual mapping: ['b']\n"
        "Additional keys in the actual mapping: ['a']"
    ),
    "t.ones(1), None": "None mismatch: tensor([1.]) is not None",
    "1, 2, msg='mine'": "mine",
    "True, False": "Booleans mismatch: True is not False",
    "1 + 2j, 1": "The (d)types do not match: <class 'complex'> != <class 'int'>.",
    "1 + 1j, 1 + 2j": (
        "Scalars are not close!\n\nExpected (1+2j) but got (1+1j).\n"
        "Absolute difference: 1.0 (up to 1e-07 allowed)\n"
        "Relative difference: 0.4472135954999579 (up to 1e-07 allowed)"
    ),
    "[t.tensor(0.0)], [t.tensor(0)]": (
        "The values for attribute 'dtype' do not match: torch.float32 != torch.int64.\n\n"
        "The failure occurred for item [0]"
    ),
    "t.tensor([0.3, 0.5]), t.tensor([0.3, 0.7])": (
        "Tensor-likes are not close!\n\nMismatched elements: 1 / 2 (50.0%)\n"
        "Greatest absolute difference: 0.19999998807907104 at index (1,) (up to 1e-05 allowed)\n"
        "Greatest relative difference: 0.2857142686843872 at index (1,) (up to 1.3e-06 allowed)"
    ),
    "t.tensor([0, 1], dtype=t.uint8), t.tensor([255, 1], dtype=t.uint8), rtol=0, atol=1": (
        "Tensor-likes are not close!\n\nMismatched elements: 1 / 2 (50.0%)\n"
        "Greatest absolute difference: 255 at index (0,) (up to 1 allowed)\n"
        "Greatest relative difference: 1.0 at index (0,) (up to 0 allowed)"
    ),
    "{'b': 1, 'a': 1}, {'b': 2, 'a': 3}": (
        "Scalars are not equal!\n\nExpected 3 but got 1.\nAbsolute difference: 2\n"
        "Relative difference: 0.6666666666666666\n\nThe failure occurred for item ['a']"
    ),
    "1, 2, msg=''": "",
    "None, 1, msg=lambda text: 'mine: ' + text": "mine: None mismatch: None is not 1",
}


def message(module, call):
    with pytest.raises(AssertionError) as caught:
        eval(f"close({call})", {"t": module, "close": module.testing.assert_close})
    return str(caught.value)


@pytest.mark.parametrize("call", APART)
def test_these_are_apart_and_the_error_says_where(call):
    assert message(torch, call) == APART[call]


@pytest.mark.torch
@pytest.mark.parametrize("call", APART)
def test_the_errors_are_those_of_torch(call):
    real = pytest.importorskip("torch")
    assert message(real, call) == APART[call]


def test_arguments_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="Both 'rtol' and 'atol' must be either specified or om"):
        assert_close(1, 1, rtol=0)
    text = "No comparison pair was able to handle inputs of type(.*\n)+The failure .* item \\[0\\]"
    with pytest.raises(TypeError, match=text):
        assert_close(["a"], ["b"])
    with pytest.raises(TypeError, match="No comparison pair was able to handle inputs of type"):
        assert_close(np.array(["a"]), np.array(["a"]))
    with pytest.raises(TypeError, match="No comparison pair was able to handle inputs of type"):
        assert_close(torch.nn.Parameter(ones), ones, allow_subclasses=False)
    with pytest.raises(TypeError, match="No comparison pair was able to handle inputs of type"):
        assert_close(ones, [1.0, 1.0])


KINDS = [torch.bool, torch.uint8, torch.int64, torch.float16, torch.float32, torch.float64]


@pytest.mark.parametrize("dtype", KINDS)
def test_made_tensors_have_the_dtype_and_lie_in_the_range(dtype):
    x = make_tensor((40, 5), dtype=dtype, device="cpu")
    assert x.shape == (40, 5) and x.dtype is dtype
    low = 0 if dtype in (torch.bool, torch.uint8) else -9
    assert low <= x.min().item() < x.max().item() <= 9


def test_made_tensors_can_be_asked_for_more():
    x = make_tensor(3, 4, dtype=torch.float32, device="cpu", low=1, high=2, noncontiguous=True)
    assert not x.is_contiguous() and x.min() >= 1 and x.max() < 2
    assert make_tensor(2, dtype=torch.float64, device="cpu", requires_grad=True).requires_grad
    y = make_tensor(500, dtype=torch.int64, device="cpu", low=0, high=3, exclude_zero=True)
    assert sorted(set(y.tolist())) == [1, 2]
    image = make_tensor(
        1, 2, 3, 3, dtype=torch.float32, device="cpu", memory_format=torch.channels_last
    )
    assert image.stride() == (18, 1, 6, 2)


def test_made_tensors_stay_in_the_range_of_their_dtype():
    x = make_tensor(50, dtype=torch.uint8, device="cpu", low=-3, high=2)
    assert x.max() <= 1
    inf = float("inf")
    assert make_tensor(50, dtype=torch.float64, device="cpu", low=-inf, high=inf).isfinite().all()


REFUSED = [
    ("float32", {"low": 2, "high": 1}, "`low` must be less than `high`, but got 2 >= 1"),
    (
        "float32",
        {"low": float("nan")},
        "`low` and `high` cannot be NaN, but got low=nan and high=9",
    ),
    ("uint8", {"low": -3, "high": -1}, r"\[-3, -1\), but torch.uint8 only supports \[0, 256\)"),
    ("int64", {"requires_grad": True}, "`requires_grad=True` is not supported for boolean and int"),
    (
        "float32",
        {"noncontiguous": True, "memory_format": torch.channels_last},
        "`noncontiguous` and `memory_format` are mutually exclusive",
    ),
]


@pytest.mark.parametrize(("name", "options", "text"), REFUSED)
def test_what_cannot_be_made_is_refused(name, options, text):
    with pytest.raises(ValueError, match=text):
        make_tensor(2, 2, 2, 2, dtype=getattr(torch, name), device="cpu", **options)


def test_a_made_interval_without_length_warns():
    with pytest.warns(FutureWarning, match="Passing `low==high` to"):
        x = make_tensor(2, dtype=torch.float32, device="cpu", low=1, high=1)
    assert x.tolist() == [1, 1]


def test_assert_as_a_call_takes_truths_and_tensors():
    torch._assert(torch.tensor([True]), "unseen")
    with pytest.raises(AssertionError, match="the sum is not positive"):
        torch._assert(torch.tensor(-1.0) > 0, "the sum is not positive")


def test_assert_allclose_warns_and_takes_no_notice_of_dtypes():
    one, nan = torch.ones(2), torch.tensor([float("nan")])
    with pytest.warns(FutureWarning, match=r"`torch.testing.assert_allclose\(\)` is deprecated"):
        assert_allclose(one, one.double())
    with pytest.warns(FutureWarning):
        assert_allclose(nan, nan)
        assert_allclose(one, one + 5e-5)
        assert_allclose([1.0], [1.1], rtol=0.2, atol=0)
    with pytest.warns(FutureWarning), pytest.raises(AssertionError, match="not alike"):
        assert_allclose(one, one + 1, msg="not alike")
