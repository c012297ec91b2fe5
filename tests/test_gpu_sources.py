"""Every kernel written for the GPU: run in each order of threads, and compiled for each generation.

Which kernels there are is read from the modules `backend/cupy_*.py`: one that no row of `USES`
launches fails a test.
"""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import cupy_rig
import numpy as np
import pytest
from cupy_rig import kernels, runtime

import minitorch
from minitorch import float16, float32, float64
from minitorch.autograd.tensor import wrap
from minitorch.backend.devices import CPU, move
from minitorch.backend.generators import default_generator
from minitorch.nn import functional as F

FILES = sorted(Path(minitorch.__file__).parent.glob("backend/cupy_*.py"))
FACTORIES = {  # files whose functions write kernels, and the names of these
    "cupy_bessel": lambda module: [f"minitorch_{kind}" for kind in ("series", *module.POLYNOMIALS)],
    "cupy_chains": lambda module: ["chain"],
    "cupy_blocks": lambda module: [],  # whose sources stand in the other files
    "cupy_random": lambda module: [f"minitorch_{kind}" for kind in module.KINDS],
}
optim, special, utils = minitorch.optim, minitorch.special, minitorch.nn.utils


@pytest.fixture
def rig(device):
    """CuPy; what is asked here only the rig can tell."""
    if device.type != "cuda" or cupy_rig.there_is_a_gpu():
        pytest.skip("the rig is used with --device cuda, where there is no GPU")
    import cupy

    yield cupy
    cupy_rig.check()


# -------------------------------------------------------------------- what uses the kernels


def numbers(*shape, dtype=float32):
    """Numbers as if random, the same for the same shape."""
    return minitorch.tensor(np.random.default_rng(3).normal(size=shape), dtype=dtype)


def both_ways(f, *shapes):
    """From the dtype to the value of f and the gradients of its inputs."""

    def use(dtype):
        minitorch.manual_seed(0)
        leaves = [numbers(*shape, dtype=dtype).requires_grad_() for shape in shapes]
        y = f(*leaves)
        (y * numbers(*y.shape, dtype=dtype)).sum().backward()
        return [y, *(x.grad for x in leaves)]

    return use


def one_way(f, *shapes):
    def use(dtype):
        minitorch.manual_seed(0)
        y = f(*(numbers(*shape, dtype=dtype) for shape in shapes))
        return list(y) if isinstance(y, tuple) else [y]

    return use


def steps(make):
    """From the dtype to the parameters after some steps of an optimizer."""

    def use(dtype):
        parameters = [numbers(n, 7, dtype=dtype).requires_grad_() for n in (3, 40)]
        optimizer = make(parameters)
        for _ in range(7):  # RAdam waits for the sixth
            for p in parameters:
                p.grad = p.detach() * 0.3
            utils.clip_grad_norm_(parameters, 0.5)
            utils.clip_grad_value_(parameters, 0.2)
            optimizer.step()
        return parameters

    return use


def second(f, *shapes):
    """From the dtype to the gradient of a gradient."""

    def use(dtype):
        leaves = [numbers(*shape, dtype=dtype).requires_grad_() for shape in shapes]
        y = f(*leaves)
        (g,) = minitorch.autograd.grad((y * y).sum(), leaves[0], create_graph=True)
        return list(minitorch.autograd.grad((g * g).sum(), leaves))

    return use


def draws(f):
    def use(dtype):
        minitorch.manual_seed(0)
        return [f(minitorch.empty(1000, dtype=dtype))]

    return use


def integers(low, high):
    return wrap(default_generator(minitorch.device("cuda")).integers(low, high, (1000,)))


def normalized(x, weight, bias):
    means, variances = minitorch.zeros(3, dtype=x.dtype), minitorch.ones(3, dtype=x.dtype)
    return F.batch_norm(x, means, variances, weight, bias, training=True)


def classified(x):
    return F.cross_entropy(x, minitorch.arange(len(x)) % 3, numbers(70, dtype=x.dtype).abs())


def recurrent(layer):
    def run(x):
        made = layer(6, 5, 2)
        for p in made.parameters():
            p.data = numbers(*p.shape, dtype=x.dtype)
        return made.to(x.dtype)(x)[0]

    return run


def unscaled(dtype):
    p = numbers(9, dtype=float32).requires_grad_()
    scaler = minitorch.amp.GradScaler("cuda", init_scale=4.0)
    optimizer = optim.SGD([p], lr=1.0)
    scaler.scale((p * p).sum()).backward()
    scaler.unscale_(optimizer)
    return [p.grad]


def held(dtype):
    """A parameter that cannot move together with others, updated by a rule call by call."""
    whole = numbers(5, 7, dtype=dtype)
    p = whole.t().requires_grad_()
    p.grad = whole.t() * 0.3
    optim.Adamax([p], 0.1).step()
    optim.NAdam([p], 0.1).step()
    optim.Rprop([p], 0.1).step()
    return [p]


def sampled(x, grid):
    return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


IMAGE, ROWS, QUERIES = (2, 3, 9, 8), (5, 70), (2, 3, 40, 8)
USES = {
    "softmax": both_ways(lambda x: x.softmax(1), ROWS),
    "softmax of columns": both_ways(lambda x: x.softmax(0), (300, 4)),
    "log_softmax": both_ways(lambda x: x.log_softmax(1), ROWS),
    "layer_norm": both_ways(lambda x, w, b: F.layer_norm(x, (70,), w, b), ROWS, (70,), (70,)),
    "batch_norm": both_ways(normalized, IMAGE, (3,), (3,)),
    "attention": both_ways(
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True), *[QUERIES] * 3
    ),
    "cross_entropy": both_ways(classified, ROWS),
    "binary cross-entropy": both_ways(
        lambda x: F.binary_cross_entropy(x.sigmoid(), minitorch.ones_like(x)), ROWS
    ),
    "sigmoid": both_ways(minitorch.sigmoid, ROWS),
    "tanh": both_ways(minitorch.tanh, ROWS),
    "relu": both_ways(minitorch.relu, ROWS),
    "gelu": both_ways(F.gelu, ROWS),
    "numbers that are not finite": one_way(
        lambda x: x.masked_fill(x > 2, float("-inf")).masked_fill(x < -2, float("nan")), ROWS
    ),
    "dropout": both_ways(lambda x: F.dropout(x, 0.3), ROWS),
    "convolution": both_ways(
        lambda x, w: F.conv2d(x, w, stride=2, padding=1), IMAGE, (4, 3, 3, 3)
    ),
    "transposed convolution": both_ways(F.conv_transpose2d, IMAGE, (3, 4, 3, 3)),
    "max_pool": both_ways(lambda x: F.max_pool2d(x, 3, 2), IMAGE),
    "max_pool, second gradient": second(lambda x: F.max_pool2d(x, 3, 2), IMAGE),
    "lstm": both_ways(recurrent(minitorch.nn.LSTM), (7, 3, 6)),
    "gru": both_ways(recurrent(minitorch.nn.GRU), (7, 3, 6)),
    "rnn": both_ways(recurrent(minitorch.nn.RNN), (7, 3, 6)),
    "grid_sample": both_ways(sampled, IMAGE, (2, 5, 4, 2)),
    "ctc_loss": both_ways(
        lambda x: F.ctc_loss(x, integers(1, 4)[:60].reshape(2, 30), (70, 50), (30, 15)), (70, 2, 4)
    ),
    "nll_loss": both_ways(lambda x: F.nll_loss(x, minitorch.arange(len(x)) % 3), ROWS),
    "gather": both_ways(lambda x: x.gather(1, minitorch.arange(70).reshape(5, 14) % 9), ROWS),
    "sort": both_ways(lambda x: x.sort(1).values, ROWS),
    "rms_norm": both_ways(lambda x, w: F.rms_norm(x, (70,), w), ROWS, (70,)),
    "radam": steps(lambda p: optim.RAdam(p, 0.1)),
    "adadelta": steps(lambda p: optim.Adadelta(p, 0.1)),
    "nadam": steps(lambda p: optim.NAdam(p, 0.1)),
    "rprop": steps(lambda p: optim.Rprop(p, 0.1)),
    "asgd": steps(lambda p: optim.ASGD(p, 0.1)),
    "adamax": steps(lambda p: optim.Adamax(p, 0.1)),
    "a parameter with gaps": held,
    "sgd": steps(lambda p: optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.1)),
    "adam": steps(lambda p: optim.Adam(p, 0.1, amsgrad=True)),
    "rmsprop": steps(lambda p: optim.RMSprop(p, 0.1, centered=True, momentum=0.5)),
    "adagrad": steps(lambda p: optim.Adagrad(p, 0.1)),
    "unscale": unscaled,
    **{
        f"{family}_polynomial_{letter}": one_way(getattr(special, f"{family}_polynomial_{letter}"),
                                                 (40,), (40,))
        for family, letters in (("chebyshev", "tuvw"), ("laguerre", "l"), ("legendre", "p"))
        for letter in letters
    },
    "hermite_polynomial_h": one_way(special.hermite_polynomial_h, (40,), (40,)),
    "hermite_polynomial_he": one_way(special.hermite_polynomial_he, (40,), (40,)),
    "i1e": one_way(special.i1e, (40,)),
    "sinc": one_way(minitorch.sinc, (40,)),
    "rand": draws(lambda x: minitorch.rand(1000, dtype=x.dtype)),
    "randn": draws(lambda x: minitorch.randn(1000, dtype=x.dtype)),
    "exponential": draws(lambda x: x.exponential_()),
    "geometric": draws(lambda x: x.geometric_(0.3)),
    "few integers": draws(lambda x: integers(0, 1000)),
    "many integers": draws(lambda x: integers(0, 2**40)),
    "all integers": draws(lambda x: integers(-(2**63), 2**63)),
}  # fmt: skip


def run(name, dtype):
    """What a use comes to, as NumPy arrays; nothing where an op refuses the dtype."""
    try:
        return [move(y.detach().array, CPU) for y in USES[name](dtype)]
    except NotImplementedError:
        assert dtype is float16
        return []


# -------------------------------------------------------------------- which kernels there are


def written(cupy):
    """The name of each kernel as often as there is one of that name."""
    found = Counter()
    for file in FILES:
        module, text = import_module(f"minitorch.backend.{file.stem}"), file.read_text()
        if file.stem in FACTORIES:
            found.update(FACTORIES[file.stem](module))
            continue
        kinds = cupy.ElementwiseKernel | cupy.ReductionKernel | cupy.RawKernel
        own = [x.name for x in vars(module).values() if isinstance(x, kinds)]
        assert len(own) == len(re.findall(r"(?:Elementwise|Reduction|Raw)(Kernel|Module)\(", text))
        found.update(own)
        found.update(re.findall(r"__global__ void (\w+)", text))
    return found


@pytest.fixture
def launched(monkeypatch):
    """Fills with (source, options, name) of what is launched and is no kernel of CuPy's."""
    found = set()

    def note(module, name, *rest):
        if not name.startswith("cupy_"):
            found.add((module[0], module[1], name))
        kernels.execute(module, name, *rest)

    monkeypatch.setattr(runtime, "executor", note)
    return found


def test_every_kernel_is_used_here(rig, launched):
    for name in USES:
        run(name, float32)
        run(name, float64)
    used = Counter(name for name, _ in {(name, source_only(s)) for s, _, name in launched})
    used.update([name[:-2] for name in used if name[-2] == "_"])  # a drawing one, and its dtype
    assert " ".join(name for name, n in written(rig).items() if used[name] < n) == ""


def source_only(source):
    """CUDA source without what differs between dtypes."""
    return source.split("typedef long long I;")[-1] if "typedef long long I;" in source else ""


@pytest.mark.parametrize("dtype", [float16, float32, float64], ids=str)
@pytest.mark.parametrize("name", USES)
def test_the_result_is_the_same_in_every_order_of_the_threads(rig, name, dtype):
    wanted = run(name, dtype)
    near = {float16: 1e-2, float32: 1e-4, float64: 1e-10}[dtype]
    for order in kernels.ORDERS[1:]:
        with kernels.in_order(order):
            for ours, theirs in zip(run(name, dtype), wanted, strict=True):
                np.testing.assert_allclose(ours, theirs, near, near)


# -------------------------------------------------------------------- NVIDIA's compiler


def test_the_source_of_our_kernels_compiles(rig, launched):
    for name in USES:
        run(name, float32)
    raw = {source: options for source, options, _ in launched if "typedef long long I;" in source}
    assert len(raw) >= 6  # rows, channels, cross-entropy, attention, norms, optimizers
    for source, options in raw.items():
        assert compiled(source, options, 90)[:4] == b"\x7fELF"


@pytest.mark.slow
@pytest.mark.parametrize("architecture", [75, 80, 90, 120])
def test_kernels_compile_for_each_generation_of_gpus(rig, launched, architecture):
    for name in USES:
        for dtype in (float16, float32, float64):
            run(name, dtype)
    for source, options, _ in launched:
        assert compiled(source, options, architecture)[:4] == b"\x7fELF"


def compiled(source, options, architecture):
    """The binary that NVRTC makes for GPUs of this generation."""
    from cupy_backends.cuda.libs import nvrtc

    try:
        program = nvrtc.createProgram(source, "kernel.cu", (), ())
        known = nvrtc.getSupportedArchs()
    except Exception as reason:  # of cuda-pathfinder, which looks for the library
        pytest.skip(f"NVRTC is not there: pip install nvidia-cuda-nvrtc-cu12\n{reason}")
    if architecture not in known:
        version = ".".join(map(str, nvrtc.getVersion()))
        pytest.skip(f"NVRTC {version} knows sm_{known[0]} to sm_{known[-1]}, not sm_{architecture}")
    flags = ("--device-as-default-execution-space", f"-arch=sm_{architecture}", *options)
    try:
        nvrtc.compileProgram(program, flags)
    except nvrtc.NVRTCError:
        raise AssertionError(nvrtc.getProgramLog(program)) from None
    return nvrtc.getCUBIN(program)
