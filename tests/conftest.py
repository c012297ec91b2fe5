"""Seeds, the device under test, and the order of things for all tests."""

import random

import cupy_rig
import not_on_cuda
import numpy as np
import pytest
from hypothesis import HealthCheck, settings

import minitorch
from minitorch.backend import devices
from minitorch.methods import convert

# Helpers whose assertions should show the values too.
pytest.register_assert_rewrite("against_torch", "printed", "refusals")
minitorch.load_families()  # so that all ops are registered, whichever test comes first
minitorch.set_warn_always(True)  # of what is warned once, whichever test comes first
# No test of hypothesis may fail because a machine is slow.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

NO_CUDA = pytest.StashKey[str | None]()  # why there is no device to run on; None if there is


def pytest_addoption(parser):
    parser.addoption("--device", default="cpu", help="where tensors live: cpu or cuda")


def pytest_configure(config):
    """Before anything imports CuPy: a GPU, or else the rig."""
    config.stash[NO_CUDA] = None
    if config.getoption("--device") != "cpu" and not cupy_rig.there_is_a_gpu():
        config.stash[NO_CUDA] = cupy_rig.why_not()
        if config.stash[NO_CUDA] is None:
            cupy_rig.install()
    if config.stash[NO_CUDA] is None:  # for the tensors that modules of tests make on import
        minitorch.set_default_device(config.getoption("--device"))


def pytest_report_header(config):
    if config.getoption("--device") == "cpu":
        return "device: cpu"
    where = "a GPU" if cupy_rig.there_is_a_gpu() else "CuPy over the rig of tests/cupy_rig"
    return f"device: cuda, {config.stash[NO_CUDA] or where}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Skip what the rig refuses, whoever met the refusal on the way."""
    try:
        return (yield)
    except Exception as error:
        met = [error]
        for each in met:  # which grows; an error may be its own cause
            if isinstance(each, cupy_rig.Refused):
                pytest.skip(str(each))
            met += [e for e in (each.__cause__, each.__context__) if e and e not in met]
        raise


@pytest.fixture
def device(request):
    """The device of `--device`; tests that take it are skipped where that is not there."""
    wanted = request.config.getoption("--device")
    if request.config.stash[NO_CUDA]:
        pytest.skip(request.config.stash[NO_CUDA])
    return devices.device(wanted)


@pytest.fixture
def cupy(device):
    """CuPy, for tests of its kernels."""
    if device.type != "cuda":
        pytest.skip("needs CuPy: run with --device cuda")
    return pytest.importorskip("cupy")


@pytest.fixture
def rig(cupy):
    """CuPy over the rig, which counts and checks what a GPU does in silence."""
    if cupy_rig.there_is_a_gpu():
        pytest.skip("asks what only the rig can tell")
    return cupy


@pytest.fixture(autouse=True)
def on_the_device(request, monkeypatch):
    """With `--device cuda`, tests make their tensors there, and read and print them as on the CPU.

    What holds on the CPU alone stands in `not_on_cuda.py`, and is skipped.
    """
    if request.config.getoption("--device") == "cpu":
        yield
        return
    why = not_on_cuda.reason(request.node.nodeid)
    if why:
        pytest.skip(why)
    device = request.getfixturevalue("device")
    for name in ("numpy", "__array__"):
        read = getattr(minitorch.Tensor, name)
        monkeypatch.setattr(
            minitorch.Tensor, name, lambda self, *a, read=read, **k: read(self.cpu(), *a, **k)
        )
    from_numpy = minitorch.from_numpy
    monkeypatch.setattr(minitorch, "from_numpy", lambda array: from_numpy(array).to(device))
    format_tensor = convert.format_tensor
    monkeypatch.setattr(convert, "format_tensor", lambda x, device, **k: format_tensor(x, **k))
    minitorch.set_default_device(device)
    yield
    minitorch.set_default_device(None)
    cupy_rig.check()


@pytest.fixture(autouse=True)
def seeds():
    """Every test starts from the same random numbers."""
    random.seed(0)
    np.random.seed(0)
    minitorch.manual_seed(0)


@pytest.fixture(autouse=True)
def one_thread_of_torch(request):
    """PyTorch's threads wait for each other in loops: with two, small tests take twice as long."""
    if request.node.get_closest_marker("torch"):
        pytest.importorskip("torch").set_num_threads(1)
