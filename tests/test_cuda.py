"""Devices: moving, mixing, streams, pinned memory, and the numbers that a GPU draws."""

import subprocess
import sys

import numpy as np
import pytest

import minitorch
from minitorch import Generator, cuda, nn, ones, tensor
from minitorch.data import DataLoader, TensorDataset


@pytest.fixture
def gpu(device):
    """A GPU or the rig; the tests that need neither run without."""
    if device.type != "cuda":
        pytest.skip("run with --device cuda")
    return minitorch.device("cuda", 0)


# -------------------------------------------------------------------- without CuPy or a driver


@pytest.mark.parametrize(
    "installed, text",
    [
        (False, "device 'cuda' needs CuPy, which is not installed\n  pip install"),
        (True, "Found no NVIDIA driver that CuPy 14 can use\n  CUDA says: no driver\n  see what"),
    ],
)
def test_without_a_gpu_the_error_says_what_to_do(installed, text, tmp_path):
    if installed:
        (tmp_path / "cupy.py").write_text(
            "from types import SimpleNamespace as S\n"
            "__version__ = '14'\n"
            "class CUDARuntimeError(RuntimeError): pass\n"
            "def count(): raise CUDARuntimeError('no driver')\n"
            "cuda = S(runtime=S(getDeviceCount=count, CUDARuntimeError=CUDARuntimeError))\n"
        )
    else:
        (tmp_path / "cupy.py").write_text("raise ImportError('not here')\n")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import minitorch\n"
        "assert not minitorch.cuda.is_available() and minitorch.cuda.device_count() == 0\n"
        "try: minitorch.ones(2).cuda()\n"
        "except RuntimeError as error: print(error)\n"
    )
    run = [sys.executable, "-c", program]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert said.startswith(text) and "check minitorch.cuda.is_available()" in said


# -------------------------------------------------------------------- moving


def test_tensors_move_there_and_back(gpu):
    x = tensor([1.0, 2.0], device="cpu")
    there = x.cuda()
    assert there.is_cuda and there.device == gpu and there.to("cuda") is there
    assert str(there.device) == "cuda:0" and there.get_device() == 0
    assert there.cpu().tolist() == [1, 2] and there.cpu().device.type == "cpu"
    assert x.to(there).device == gpu and x.to("cuda", minitorch.float64).dtype.name == "float64"


def test_gradients_come_back_to_the_device_of_the_leaf(gpu):
    x = ones(2, device="cpu", requires_grad=True)
    (x.cuda() * 3).sum().backward()
    assert x.grad.device.type == "cpu" and x.grad.tolist() == [3, 3]


def test_modules_move(gpu):
    net = nn.Sequential(nn.Linear(2, 3, device="cpu"), nn.BatchNorm1d(3, device="cpu"))
    assert {p.device.type for p in net.cpu().parameters()} == {"cpu"}
    assert net.cuda() is net
    places = {str(t.device) for t in (*net.parameters(), *net.buffers())}
    assert places == {"cuda:0"}
    assert net(ones(4, 2)).device == gpu
    assert {p.device.type for p in net.to("cpu").parameters()} == {"cpu"}


def test_devices_are_numbered(gpu):
    if cuda.device_count() < 2:
        pytest.skip("one GPU")
    with cuda.device(1):
        x = ones(3, device="cuda")
        assert x.device == minitorch.device("cuda:1") and (x + x).sum().item() == 6
        assert ones(3, device="cuda:1").get_device() == 1 and ones(3, device="cpu").cuda(1).is_cuda
    assert x.to("cuda:0").device == gpu and cuda.current_device() == 0
    with cuda.device(1):
        assert x.to("cuda:1") is x


def test_what_would_be_computed_on_another_gpu_is_refused(gpu):
    if cuda.device_count() < 2:
        pytest.skip("one GPU")
    for act in (
        lambda: ones(3, device="cuda:1"),
        lambda: ones(3).to("cuda:1"),
        lambda: ones(3).cuda(1),
        lambda: nn.Linear(2, 2).to("cuda:1"),
        lambda: minitorch.rand(3, device="cuda:1"),
        lambda: minitorch.tensor([1.0], device="cuda:1"),
    ):
        with pytest.raises(RuntimeError, match="cuda:1 is not the GPU in use, which is cuda:0\n"):
            act()
    with cuda.device(1):
        net = nn.Linear(2, 2).to("cuda:1")
        net(ones(1, 2, device="cuda:1")).sum().backward()
        minitorch.optim.SGD(net.parameters(), 0.1, momentum=0.9).step()
        assert {p.get_device() for p in net.parameters()} == {1}
        assert {p.grad.get_device() for p in net.parameters()} == {1}


def test_a_number_beyond_the_gpus_is_refused(gpu):
    count = cuda.device_count()
    with pytest.raises(RuntimeError, match=rf"invalid device ordinal\n  cuda:{count} is wanted"):
        ones(2, device=f"cuda:{count}")


def test_the_default_device_makes_tensors_and_modules_there(gpu):
    with minitorch.device("cuda"):
        assert minitorch.zeros(2).is_cuda and nn.Linear(2, 2).weight.is_cuda
        assert minitorch.rand(2).is_cuda and minitorch.zeros(2, device="cpu").device.type == "cpu"
    minitorch.set_default_device("cpu")
    assert not minitorch.zeros(2).is_cuda


@pytest.mark.parametrize(
    "act",
    [
        lambda x, y: x + y,
        lambda x, y: minitorch.cat([x, y]),
        minitorch.matmul,
        lambda x, y: nn.functional.linear(x, y.reshape(1, 2)),
        nn.functional.mse_loss,
        lambda x, y: minitorch.where(x > 0, x, y),
    ],
    ids=["add", "cat", "matmul", "linear", "mse_loss", "where"],
)
def test_mixed_devices_are_refused_with_both_names(act, gpu):
    x, y = ones(2), ones(2, device="cpu")
    for a, b in ((x, y), (y, x)):
        with pytest.raises(RuntimeError, match="Expected all tensors to be on the same") as error:
            act(a, b)
        assert "cuda:0" in str(error.value) and "cpu" in str(error.value)


def test_a_dtype_that_cupy_does_not_take_is_refused_by_the_name_of_the_kernel(gpu):
    with pytest.raises(NotImplementedError, match='"bitwise_and_cuda" not implemented for'):
        ones(2) & ones(2)


def test_a_slice_takes_values_of_another_device_and_an_index_does_not(gpu):
    for x, value in ((ones(3), ones(2, device="cpu") * 5), (ones(3, device="cpu"), ones(2) * 5)):
        x[1:] = value
        assert x.tolist() == [1, 5, 5]
        x[x == 5] = value.sum()
        assert x.tolist() == [1, 10, 10]
        with pytest.raises(RuntimeError, match="Expected all tensors to be on the same device, b"):
            x[minitorch.tensor([0, 2], device=x.device)] = value


def test_numbers_on_the_cpu_mix_with_tensors_on_the_gpu(gpu):
    y = ones(2) * tensor(3.0, device="cpu")
    assert y.is_cuda and y.tolist() == [3, 3]


def test_a_tensor_on_the_gpu_is_no_numpy_array(gpu, monkeypatch):
    monkeypatch.undo()  # which lets the other tests read it
    with pytest.raises(TypeError, match="can't convert cuda:0 device type tensor to numpy"):
        ones(2, device="cuda").numpy()
    assert ones(2, device="cuda").numpy(force=True).tolist() == [1, 1]
    assert "device='cuda:0'" in repr(ones(2, device="cuda"))


# -------------------------------------------------------------------- what the module says


def test_the_module_cuda_tells_of_the_gpus(gpu):
    assert cuda.is_available() and cuda.device_count() >= 1 and cuda.current_device() == 0
    assert isinstance(cuda.get_device_name(), str)
    assert cuda.get_device_capability() >= (5, 0)
    assert "_CudaDeviceProperties(name=" in repr(cuda.get_device_properties(0))
    free, total = cuda.mem_get_info()
    assert 0 < free <= total
    cuda.synchronize()


def test_memory_is_counted(gpu):
    before = cuda.memory_allocated()
    x = ones(1000)
    assert cuda.memory_allocated() - before >= 4000
    assert cuda.memory_reserved() >= cuda.memory_allocated()
    del x
    assert cuda.memory_allocated() == before
    cuda.empty_cache()


def test_the_most_memory_is_that_since_it_was_reset(gpu):
    x = ones(1000)
    cuda.reset_peak_memory_stats()
    before = cuda.memory_allocated()
    assert cuda.max_memory_allocated() == before
    y = ones(10_000)
    del y
    assert cuda.memory_allocated() == before < before + 40_000 <= cuda.max_memory_allocated()
    assert cuda.max_memory_reserved() >= cuda.max_memory_allocated()
    stats = cuda.memory_stats()
    assert stats["allocated_bytes.all.current"] == before
    assert stats["allocated_bytes.all.peak"] == cuda.max_memory_allocated()
    assert "allocated" in cuda.memory_summary()
    cuda.reset_peak_memory_stats()
    assert cuda.max_memory_allocated() == before
    assert x.sum().item() == 1000


def test_a_program_can_bound_its_memory(gpu):
    assert cuda.get_per_process_memory_fraction() == 1
    total = cuda.mem_get_info()[1]
    cuda.set_per_process_memory_fraction(1e6 / total)
    try:
        with pytest.raises(cuda.OutOfMemoryError):
            ones(10_000_000)
    finally:
        cuda.set_per_process_memory_fraction(1.0)
    with pytest.raises(ValueError, match=r"Invalid fraction value: 2\.0\. Allowed range: 0~1"):
        cuda.set_per_process_memory_fraction(2.0)
    with pytest.raises(TypeError, match="Invalid type for fraction argument, must be `float`"):
        cuda.set_per_process_memory_fraction(1)


def test_a_stream_tells_its_device_and_handle(gpu):
    stream = cuda.Stream()
    assert stream.device == gpu and stream.cuda_stream != 0
    assert repr(cuda.default_stream()) == "<torch.cuda.Stream device=cuda:0 cuda_stream=0x0>"


def test_the_accelerator_is_the_gpu(gpu):
    from minitorch import accelerator

    assert accelerator.current_accelerator() == minitorch.device("cuda")
    assert accelerator.get_memory_info() == cuda.mem_get_info()
    accelerator.reset_peak_memory_stats()
    assert accelerator.memory_stats() == cuda.memory_stats()
    assert accelerator.max_memory_reserved() == cuda.max_memory_reserved()
    accelerator.set_stream(cuda.default_stream())
    assert accelerator.current_stream() == cuda.default_stream()


def test_streams_and_events(gpu):
    aside, mark = cuda.Stream(), cuda.Event(enable_timing=True)
    aside.wait_stream(cuda.current_stream())
    with cuda.stream(aside):
        assert cuda.current_stream() == aside != cuda.default_stream()
        x = ones(3) * 2
        mark.record()
    cuda.current_stream().wait_event(mark)
    end = cuda.Event(enable_timing=True)
    end.record()
    end.synchronize()
    assert mark.query() and aside.query() and mark.elapsed_time(end) >= 0
    assert x.tolist() == [2, 2, 2] and cuda.current_stream() == cuda.default_stream()


# -------------------------------------------------------------------- pinned memory


def test_pinned_memory_is_known_as_such(gpu):
    x = tensor([1.0, 2.0], device="cpu")
    assert not x.is_pinned()
    y = x.pin_memory()
    assert y.is_pinned() and y.pin_memory() is y and y.tolist() == [1, 2]
    assert y[1:].is_pinned() and not (y + 1).is_pinned()
    with pytest.raises(RuntimeError, match=r"cannot pin 'torch\.cuda\.FloatTensor' only dense CPU"):
        ones(2).pin_memory()


def test_copies_that_do_not_block_arrive(gpu):
    x = tensor([1.0, 2.0], device="cpu").pin_memory().to("cuda", non_blocking=True)
    back = (x * 2).to("cpu", non_blocking=True)
    cuda.synchronize()
    assert back.tolist() == [2, 4] and back.is_pinned()


def test_the_loader_pins_what_it_collates(gpu):
    with minitorch.device("cpu"):
        data = TensorDataset(minitorch.arange(6.0), minitorch.arange(6))
        for x, y in DataLoader(data, batch_size=2, pin_memory=True):
            assert x.is_pinned() and y.is_pinned()


def test_batches_are_copied_ahead_in_order(gpu):
    with minitorch.device("cpu"):
        data = TensorDataset(minitorch.arange(6.0), minitorch.arange(6))
        loader = DataLoader(data, batch_size=4, pin_memory=True)
        batches = list(cuda.copied_ahead(loader))
        named = list(cuda.copied_ahead([{"x": (minitorch.ones(1), 3)}]))
    assert [[t.tolist() for t in batch] for batch in batches] == [[[0, 1, 2, 3]] * 2, [[4, 5]] * 2]
    assert all(t.is_cuda for batch in batches for t in batch)
    assert named[0]["x"][0].is_cuda and named[0]["x"][1] == 3


# -------------------------------------------------------------------- random numbers

DRAWS = {
    "rand": lambda d: minitorch.rand(37, device=d),
    "rand of float64": lambda d: minitorch.rand(37, device=d, dtype=minitorch.float64),
    "rand of float16": lambda d: minitorch.rand(37, device=d, dtype=minitorch.float16),
    "randn": lambda d: minitorch.randn(50_000, device=d),
    "randn of float64": lambda d: minitorch.randn(50_000, device=d, dtype=minitorch.float64),
    "randint": lambda d: minitorch.randint(-5, 11, (101,), device=d),
    "randint of many": lambda d: minitorch.randint(2**40, (101,), device=d),
    "randperm": lambda d: minitorch.randperm(101, device=d),
    "normal": lambda d: minitorch.normal(1.0, 2.0, (101,), device=d),
    "bernoulli": lambda d: minitorch.bernoulli(minitorch.full((101,), 0.3, device=d)),
    "exponential_": lambda d: minitorch.zeros(101, device=d).exponential_(),
    "geometric_": lambda d: minitorch.zeros(101, device=d).geometric_(0.1),
    "random_": lambda d: minitorch.zeros(101, dtype=minitorch.int64, device=d).random_(),
    "dropout": lambda d: nn.functional.dropout(minitorch.ones(101, device=d)),
    "dropout2d": lambda d: nn.functional.dropout2d(minitorch.ones(5, 8, 2, 2, device=d)),
    "poisson": lambda d: minitorch.poisson(minitorch.full((33,), 4.0, device=d)),
    "binomial": lambda d: minitorch.binomial(
        minitorch.full((33,), 9.0, device=d), minitorch.full((33,), 0.3, device=d)
    ),
}


@pytest.mark.parametrize("name", DRAWS)
def test_a_gpu_draws_the_same_bits_as_the_cpu(name, gpu):
    for _ in range(2):  # the second draw begins where the first one ended
        there = DRAWS[name](gpu)
        here = DRAWS[name](minitorch.device("cpu"))
        assert there.is_cuda and there.dtype is here.dtype
        np.testing.assert_array_equal(there.cpu().numpy(), here.numpy())
    generators = cuda.get_rng_state(), minitorch.get_rng_state()
    assert generators[0].tolist() == generators[1].tolist()


def test_each_gpu_has_its_generator(gpu):
    cuda.manual_seed(4)
    state = cuda.get_rng_state()
    first = minitorch.rand(3).tolist()
    cuda.set_rng_state(state)
    assert minitorch.rand(3).tolist() == first and cuda.initial_seed() == 4
    cuda.set_rng_state_all(cuda.get_rng_state_all())
    cuda.manual_seed_all(4)
    assert minitorch.rand(3).tolist() == first
    g = Generator("cuda").manual_seed(4)
    assert g.device == gpu and minitorch.rand(3, generator=g).tolist() == first
    cuda.seed()
    assert cuda.initial_seed() != 4
    cuda.seed_all()


def test_a_generator_of_another_device_is_refused(gpu):
    with pytest.raises(RuntimeError, match="Expected a 'cuda' device type for generator but found"):
        minitorch.rand(3, generator=Generator())
    with pytest.raises(RuntimeError, match="Expected a 'cpu' device type for generator but found"):
        minitorch.rand(3, device="cpu", generator=Generator("cuda"))


def test_drawing_on_a_gpu_does_not_wait_for_it(gpu):
    import cupy_rig

    if cupy_rig.there_is_a_gpu():
        pytest.skip("the rig counts what waits")
    for name in ("rand", "randn", "randint", "randperm", "exponential_", "dropout"):
        DRAWS[name](gpu)
        with cupy_rig.no_synchronisation():
            DRAWS[name](gpu)


# -------------------------------------------------------------------- kernels written by hand


@pytest.mark.parametrize("order", [1, -1, 2, -2])
def test_kernels_give_the_same_whichever_thread_is_first(order, gpu):
    import cupy_rig

    if cupy_rig.there_is_a_gpu():
        pytest.skip("the rig orders the threads")
    from cupy_rig import kernels

    here = minitorch.device("cpu")
    x = minitorch.linspace(-0.9, 0.9, 300)
    with kernels.in_order(order):
        for name in ("rand", "randn", "randint", "randint of many", "exponential_", "geometric_"):
            there = DRAWS[name](gpu).cpu()
            np.testing.assert_array_equal(there.numpy(), DRAWS[name](here).numpy())
        legendre = minitorch.special.legendre_polynomial_p(x, 5).cpu()
    wanted = minitorch.special.legendre_polynomial_p(x.cpu(), 5)
    np.testing.assert_allclose(legendre.numpy(), wanted.numpy(), rtol=1e-5, atol=1e-6)


def test_a_graph_of_launches_is_a_name_only():
    with pytest.raises(NotImplementedError, match="launches are not recorded\\n  call the code"):
        cuda.CUDAGraph()
    with pytest.raises(NotImplementedError, match="launches are not recorded\\n  call the code"):
        cuda.graph(None)
