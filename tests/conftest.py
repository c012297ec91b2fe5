"""Seeds, the device under test, and the order of things for all tests."""

import random

import numpy as np
import pytest

import minitorch
from minitorch.backend import devices


def pytest_addoption(parser):
    parser.addoption("--device", default="cpu", help="where tensors live: cpu or cuda")


@pytest.fixture
def device(request):
    """The device of `--device`; tests that take it are skipped where that is not there."""
    wanted = request.config.getoption("--device")
    if wanted != "cpu":
        pytest.importorskip("cupy")
        if not devices.cuda_device_count():
            pytest.skip("CuPy finds no GPU")
    return devices.device(wanted)


@pytest.fixture(autouse=True)
def seeds():
    """Every test starts from the same random numbers."""
    random.seed(0)
    np.random.seed(0)
    minitorch.manual_seed(0)
