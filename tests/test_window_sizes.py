"""Kernel sizes, strides and paddings: what counts as a whole number."""

import numpy as np
import pytest

import minitorch
from minitorch import tensor
from minitorch.nn import functional as F

IMAGE = minitorch.arange(49.0).reshape(1, 1, 7, 7)
KERNEL = minitorch.ones(1, 1, 2, 2)
CALLS = {
    "conv2d": lambda n: F.conv2d(IMAGE, KERNEL, stride=n),
    "conv_transpose2d": lambda n: F.conv_transpose2d(IMAGE, KERNEL, stride=n),
    "max_pool1d": lambda n: F.max_pool1d(IMAGE[0], n),
    "max_pool2d": lambda n: F.max_pool2d(IMAGE, n),
    "its stride": lambda n: F.max_pool2d(IMAGE, 3, n),
    "avg_pool2d": lambda n: F.avg_pool2d(IMAGE, n),
    "lp_pool2d": lambda n: F.lp_pool2d(IMAGE, 2, n),
    "adaptive_avg_pool1d": lambda n: F.adaptive_avg_pool1d(IMAGE[0], n),
    "adaptive_avg_pool2d": lambda n: F.adaptive_avg_pool2d(IMAGE, n),
    "adaptive_max_pool3d": lambda n: F.adaptive_max_pool3d(IMAGE[None], n),
    "fractional_max_pool2d": lambda n: F.fractional_max_pool2d(
        IMAGE, n, 3, _random_samples=minitorch.full((1, 1, 2), 0.5)
    ),
    "unfold": lambda n: F.unfold(IMAGE, n),
    "fold": lambda n: F.fold(minitorch.ones(1, 4, 36), 7, n),
    "interpolate": lambda n: F.interpolate(IMAGE, n),
    "sizes of interpolate": lambda n: F.interpolate(IMAGE, [n, n]),
    "pad": lambda n: F.pad(IMAGE, [n, n]),
}
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@each_call
def test_numbers_of_numpy_and_tensors_of_one_will_do(call):
    wanted = call(2)
    for two in (np.int64(2), np.array(2), tensor(2)):
        assert call(two).equal(wanted)


@each_call
@pytest.mark.parametrize("n", [2.0, np.float64(2), tensor(2.0), "2"])
def test_a_size_that_is_no_whole_number_is_refused(call, n):
    with pytest.raises(TypeError):
        call(n)


@pytest.mark.parametrize("call", [CALLS["conv2d"], CALLS["max_pool2d"], CALLS["avg_pool2d"]])
def test_true_is_no_size(call):
    with pytest.raises(TypeError, match="must be tuple of ints, not bool"):
        call(True)
