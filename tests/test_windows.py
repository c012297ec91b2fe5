"""Window functions, as functions of minitorch and of minitorch.signal.windows."""

import re

import numpy as np
import pytest

import minitorch
from minitorch.signal import windows

CALLS = [
    "hann_window({n}, {p})",
    "hamming_window({n}, {p})",
    "hamming_window({n}, {p}, 0.5, 0.4)",
    "blackman_window({n}, {p})",
    "bartlett_window({n}, {p})",
    "kaiser_window({n}, {p})",
    "kaiser_window({n}, {p}, 3.0)",
    "signal.windows.bartlett({n}, sym={p})",
    "signal.windows.blackman({n}, sym={p})",
    "signal.windows.cosine({n}, sym={p})",
    "signal.windows.exponential({n}, sym={p}, tau=2.5)",
    "signal.windows.exponential({n}, sym=False, center=1)",
    "signal.windows.gaussian({n}, sym={p}, std=2)",
    "signal.windows.general_cosine({n}, sym={p}, a=[0.5, 0.3, 0.2])",
    "signal.windows.general_hamming({n}, sym={p}, alpha=0.3)",
    "signal.windows.hamming({n}, sym={p})",
    "signal.windows.hann({n}, sym={p})",
    "signal.windows.kaiser({n}, sym={p}, beta=5)",
    "signal.windows.nuttall({n}, sym={p})",
]


@pytest.mark.torch
@pytest.mark.parametrize("call", CALLS)
def test_windows_are_those_of_torch(call):
    torch = pytest.importorskip("torch")
    for n in (0, 1, 2, 5, 8):
        for p in (True, False):
            ours, theirs = (
                eval(f"m.{call.format(n=n, p=p)}", {"m": m}) for m in (minitorch, torch)
            )
            assert ours.dtype is minitorch.float32
            np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-6)


def test_windows_fade_out_towards_their_ends():
    assert minitorch.hann_window(4).tolist() == pytest.approx([0, 0.5, 1, 0.5])
    assert windows.hann(5).tolist() == pytest.approx([0, 0.5, 1, 0.5, 0])
    assert windows.bartlett(5).tolist() == [0, 0.5, 1, 0.5, 0]
    assert windows.gaussian(3, std=1).tolist() == pytest.approx([np.exp(-0.5), 1, np.exp(-0.5)])
    assert minitorch.kaiser_window(5, False, 0.0).tolist() == [1] * 5


def test_a_periodic_window_repeats_without_a_seam():
    for make in (minitorch.hann_window, minitorch.blackman_window, minitorch.kaiser_window):
        longer = make(9, periodic=False, dtype=minitorch.float64)
        np.testing.assert_allclose(make(8, dtype=minitorch.float64), longer[:-1], atol=1e-15)


def test_windows_take_what_factories_take():
    made = minitorch.hann_window(4, dtype=minitorch.float64, device="cpu", requires_grad=True)
    assert made.dtype is minitorch.float64 and made.requires_grad
    assert windows.cosine(4, dtype=minitorch.float64, requires_grad=True).requires_grad


REFUSED = [
    (lambda: minitorch.hann_window(-1), RuntimeError, "hann_window requires non-negative window_l"),
    (
        lambda: minitorch.hann_window(2.5),
        TypeError,
        "argument 'window_length' (position 1) must",
    ),
    (
        lambda: minitorch.hann_window(2, dtype=minitorch.int64),
        RuntimeError,
        "hann_window expects floating point dtypes, got: torch.int64",
    ),
    (lambda: windows.hann(-5), ValueError, "requires non-negative window length, got M=-5"),
    (lambda: windows.hann(5, layout=3), ValueError, "implemented for strided tensors only, got: 3"),
    (
        lambda: windows.hann(5, dtype=minitorch.float16),
        ValueError,
        "expects float32 or float64 dtypes, got: torch.float16",
    ),
    (lambda: windows.kaiser(5, beta=-3), ValueError, "beta must be non-negative, got: -3 instead."),
    (lambda: windows.gaussian(5, std=0), ValueError, "Standard deviation must be positive, got: 0"),
    (lambda: windows.exponential(5, tau=0), ValueError, "Tau must be positive, got: 0 instead."),
    (
        lambda: windows.exponential(5, center=1),
        ValueError,
        "Center must be None for symmetric windows",
    ),
    (lambda: windows.general_cosine(5, a=[]), ValueError, "Coefficients cannot be empty"),
    (lambda: windows.general_cosine(5, a=3), TypeError, "Coefficients must be a list/tuple"),
]


@pytest.mark.parametrize(("call", "error", "text"), REFUSED)
def test_refused_arguments_raise_with_this_text(call, error, text):
    with pytest.raises(error, match=re.escape(text)):
        call()
