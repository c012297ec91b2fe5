"""`torch.fft`, as far as it goes without complex numbers."""

import numpy as np
import pytest

import minitorch
from minitorch import fft


@pytest.mark.parametrize("n", [1, 4, 5])
def test_frequencies_are_those_of_numpy(n):
    np.testing.assert_allclose(fft.fftfreq(n, 0.5).numpy(), np.fft.fftfreq(n, 0.5), rtol=1e-6)
    np.testing.assert_allclose(fft.rfftfreq(n, 0.5).numpy(), np.fft.rfftfreq(n, 0.5), rtol=1e-6)
    assert fft.fftfreq(n, dtype=minitorch.float64).dtype is minitorch.float64


@pytest.mark.parametrize("dim", [None, 1, (0, 1)])
def test_shifts_are_those_of_numpy(dim):
    x = np.arange(20.0).reshape(4, 5)
    for ours, theirs in ((fft.fftshift, np.fft.fftshift), (fft.ifftshift, np.fft.ifftshift)):
        np.testing.assert_array_equal(ours(minitorch.tensor(x), dim).numpy(), theirs(x, dim))


def test_the_transforms_are_refused_with_what_to_do():
    with pytest.raises(NotImplementedError, match=r"call numpy.fft.irfft on .numpy\(\)"):
        fft.irfft(minitorch.ones(3))
