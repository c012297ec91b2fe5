"""Training on a GPU: no step waits for it, few launches, the losses of the CPU."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import cupy_rig
import pytest

import minitorch
from benchmarks import launches
from minitorch import nn, optim
from minitorch.nn.utils import clip_grad_norm_, clip_grad_value_

ROOT = Path(minitorch.__file__).parent.parent
MODELS = {
    "MLP": (launches.mlp, (8, 784)),
    "convnet": (launches.convnet, (4, 1, 28, 28)),
    "LSTM": (launches.lstm, (4, 3, 16)),
    "transformer": (launches.transformer, (2, 5, 32)),
}
OPTIMIZERS = {
    "Adadelta": optim.Adadelta,
    "Adafactor": optim.Adafactor,
    "Adagrad": optim.Adagrad,
    "Adam": optim.Adam,
    "Adam amsgrad": lambda p: optim.Adam(p, amsgrad=True, weight_decay=0.1, maximize=True),
    "AdamW": optim.AdamW,
    "Adamax": optim.Adamax,
    "ASGD": optim.ASGD,
    "Muon": lambda p: optim.Muon([each for each in p if each.ndim == 2]),
    "NAdam": optim.NAdam,
    "RAdam": optim.RAdam,
    "RMSprop": optim.RMSprop,
    "RMSprop centered": lambda p: optim.RMSprop(p, momentum=0.9, centered=True, weight_decay=0.1),
    "Rprop": optim.Rprop,
    "SGD": lambda p: optim.SGD(p, lr=0.01),
    "SGD momentum": lambda p: optim.SGD(p, lr=0.01, momentum=0.9, dampening=0.1, weight_decay=0.1),
    "SGD nesterov": lambda p: optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True, maximize=True),
}


@pytest.fixture
def rig(device):
    if device.type != "cuda":
        pytest.skip("counts what is asked of a GPU: run with --device cuda")
    if cupy_rig.there_is_a_gpu():
        pytest.skip("only the rig counts")
    return pytest.importorskip("cupy")


def small(nn):
    return nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3, bias=False))


def training(make, shape, make_optimizer, device, clip=None, drops=False):
    """A function that does one step and returns the loss, on the device.

    drops  False: no dropout, since each device draws what it drops from a stream of its own
    """
    minitorch.manual_seed(0)
    with minitorch.device("cpu"):
        model = make(nn)
        x, y = minitorch.rand(*shape), minitorch.arange(shape[0]) % 3
    for module in model.modules():
        if isinstance(module, nn.Dropout) and not drops:
            module.p = 0.0
        if isinstance(module, nn.MultiheadAttention) and not drops:
            module.dropout = 0.0
    model, x, y = model.to(device), x.to(device), y.to(device)
    optimizer = make_optimizer(model.parameters())

    def step():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        if clip is not None:
            clip(model.parameters())
        optimizer.step()
        return loss

    return step


CLIPS = {
    "no clipping": None,
    "clip_grad_norm_": lambda p: clip_grad_norm_(p, 0.1),
    "clip_grad_norm_ of 3": lambda p: clip_grad_norm_(p, 0.1, 3),
    "clip_grad_value_": lambda p: clip_grad_value_(p, 0.01),
}


@pytest.mark.parametrize(
    ("model", "clip"),
    [(model, "clip_grad_norm_") for model in MODELS] + [("MLP", clip) for clip in CLIPS],
)
def test_a_training_step_does_not_wait_for_the_gpu(rig, model, clip):
    make, shape = MODELS[model]
    step = training(make, shape, optim.Adam, "cuda", CLIPS[clip], drops=True)
    step(), step()
    with cupy_rig.no_synchronisation():
        step()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_no_optimizer_waits_for_the_gpu(rig, name):
    step = training(small, (4, 6), OPTIMIZERS[name], "cuda")
    step(), step()
    with cupy_rig.no_synchronisation():
        step()


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_does_on_the_gpu_what_it_does_on_the_cpu(rig, name, clip):
    here, there = (
        training(small, (4, 6), OPTIMIZERS[name], device, CLIPS[clip]) for device in ("cpu", "cuda")
    )
    for _ in range(4):
        assert there().item() == pytest.approx(here().item(), rel=2e-5)


@pytest.mark.parametrize("model", MODELS)
def test_a_model_learns_on_the_gpu_what_it_learns_on_the_cpu(rig, model):
    make, shape = MODELS[model]
    here, there = (
        training(make, shape, OPTIMIZERS["SGD momentum"], device) for device in ("cpu", "cuda")
    )
    for _ in range(3):
        assert there().item() == pytest.approx(here().item(), rel=1e-4)


def test_parameters_of_many_sizes_are_updated_in_one_launch(rig):
    params = [nn.Parameter(minitorch.ones(i % 5, 7)) for i in range(1, 100)]
    for p in params:
        p.grad = minitorch.full_like(p, 2.0)
    optimizer = optim.SGD(params, lr=0.5)
    optimizer.step()
    before = cupy_rig.counts["launches"]
    optimizer.step()
    assert cupy_rig.counts["launches"] - before == 1
    assert all((p == -1).all() for p in params)


@pytest.mark.parametrize("name", ["Adadelta", "Adamax", "ASGD", "NAdam", "RAdam", "Rprop"])
def test_gradients_are_joined_in_one_launch_and_a_rule_without_a_kernel_is_another(rig, name):
    params = [nn.Parameter(minitorch.ones(i % 5 + 1, 7)) for i in range(100)]
    optimizer = getattr(optim, name)(params)
    for _ in range(7):  # from the sixth on RAdam does more
        for p in params:
            p.grad = minitorch.ones_like(p)
        before = cupy_rig.counts["launches"]
        optimizer.step()
        made = cupy_rig.counts["launches"] - before
    assert made == 2


@pytest.mark.parametrize(
    ("name", "shape", "most"),
    [("Adafactor", (4, 5), 13), ("Adafactor", (5,), 6), ("Muon", (4, 5), 28)],
)
def test_a_rule_of_sums_and_products_takes_few_launches_more(rig, name, shape, most):
    p = nn.Parameter(minitorch.ones(shape))
    p.grad = minitorch.ones(shape)
    optimizer = getattr(optim, name)([p])
    optimizer.step()
    before = cupy_rig.counts["launches"]
    optimizer.step()
    assert cupy_rig.counts["launches"] - before <= most


def test_more_parameters_than_fit_into_one_launch_take_two(rig):
    params = [nn.Parameter(minitorch.full((i % 3 + 1,), float(i))) for i in range(200)]
    for p in params:
        p.grad = p.detach().clone()
    optim.SGD(params, lr=0.5).step()
    assert [p[0].item() for p in params] == [i / 2 for i in range(200)]


def test_a_subclass_with_a_rule_of_its_own_keeps_it_on_the_gpu(rig):
    class Climb(optim.SGD):
        def update(self, p, g, state, *, lr, **settings):
            p += lr * g

    p = nn.Parameter(minitorch.zeros(3))
    p.grad = minitorch.ones(3)
    Climb([p], lr=1.0).step()
    assert p.tolist() == [1, 1, 1]


def test_a_write_to_one_parameter_of_an_arena_is_not_one_to_the_others(rig):
    a, b = (nn.Parameter(minitorch.ones(3)) for _ in range(2))
    a.grad, b.grad = minitorch.zeros(3), minitorch.zeros(3)
    optim.SGD([a, b], lr=1.0).step()
    y = (a * a).sum()
    with minitorch.no_grad():
        b.zero_()
    y.backward()
    assert a.grad.tolist() == [2, 2, 2]


MOST = {  # launches of a step
    "MLP 784-128-10, SGD momentum": 16,
    "MLP 784-128-10, Adam": 16,
    "MNIST convnet, Adam": 64,
    "LSTM, 8 steps, Adam": 57,
    "transformer block, Adam": 71,
}


@pytest.mark.parametrize("name", launches.STEPS)
def test_a_step_takes_no_more_launches_than_it_did(rig, name):
    whole = sum(launches.count(launches.step_of(name)), Counter())
    assert whole["launches"] <= MOST[name]
    assert whole["syncs"] == whole["d2h_bytes"] == whole["malloc"] == 0


def test_the_document_says_what_a_step_launches():
    rows = re.findall(
        r"^\| (.*?) \| (\d+) \| \d+ \|$", (ROOT / "docs/synchronisation.md").read_text(), re.M
    )
    assert {name: int(count) for name, count in rows if name in MOST} == MOST


def test_a_step_with_a_scaler_waits_once(rig):
    w = nn.Parameter(minitorch.ones(3))
    optimizer, scaler = optim.SGD([w], lr=0.1), minitorch.GradScaler("cuda")

    def step():
        optimizer.zero_grad()
        scaler.scale((w * w).sum()).backward()
        scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()

    step()
    before = cupy_rig.counts["syncs"]
    step()
    assert cupy_rig.counts["syncs"] - before == 1


# -------------------------------------------------------------------- docs/synchronisation.md


def spelled(x, lengths):
    """The loss of a target of a step, where there are two of three classes."""
    target = minitorch.ones(1, 2, dtype=minitorch.int64)
    return nn.functional.ctc_loss(x.reshape(2, 1, 3), target, lengths, (1,))


WAITS = {  # what a row of the table there does to x (6,), float, on a GPU
    "`item()`, `float(t)`, `int(t)`, `bool(t)`, `if t:`": lambda x: x[0].item(),
    '`tolist()`, `numpy()`, `cpu()`, `to("cpu")`': lambda x: x.cpu(),
    "`print(t)`, `repr(t)`": repr,
    "`nonzero()`, `argwhere()`, `where(mask)`": lambda x: x.nonzero(),
    "`t[mask]`, `masked_select`": lambda x: x[x > 0],
    "`t[mask] = value`": lambda x: x.__setitem__(x > 0, 1.0),
    "`unique()`": lambda x: x.unique(),
    "`repeat_interleave(tensor)`": lambda x: x.repeat_interleave((x > 0).long()),
    "`bincount()`": lambda x: (x > 0).long().bincount(),
    "`one_hot(t)`": lambda x: nn.functional.one_hot((x > 0).long()),
    '`embedding_bag(..., offsets, mode="max")`': lambda x: nn.functional.embedding_bag(
        minitorch.arange(len(x)), x.outer(x), minitorch.tensor([0, 1]), mode="max"
    ),
    "`ctc_loss` with its lengths on the GPU": lambda x: spelled(x, minitorch.tensor([2])),
    "`equal`, `allclose`": lambda x: minitorch.equal(x, x),
    "`linalg.solve`, `linalg.inv`, `linalg.cholesky` and what uses them, `_ex` forms too": (
        lambda x: minitorch.linalg.inv(x.outer(x) + minitorch.eye(len(x)))
    ),
    "`isnan().any()` in an `if`": lambda x: bool(x.isnan().any()),
    "`clip_grad_norm_(..., error_if_nonfinite=True)`": lambda x: nn.utils.get_total_norm(
        [x], error_if_nonfinite=True
    ),
    "`cuda.synchronize()`": lambda x: minitorch.cuda.synchronize(),
}
DOES_NOT_WAIT = {
    "`where(mask, a, b)`, `masked_fill`": lambda x: x.masked_fill(x > 0, 0.0),
    "`t[indices]`, `gather`, `scatter_add`": lambda x: x[(x > 0).long()],
    "`sum()`, `max()`, `argmax()`, `sort()`, `topk()`": lambda x: x.topk(2),
    '`to("cuda")`': lambda x: minitorch.ones(3, device="cpu").to("cuda"),
    "`ctc_loss` with its lengths in tuples, or tensors on the CPU": lambda x: spelled(x, (2,)),
    "`rand`, `randn`, `dropout`": lambda x: nn.functional.dropout(minitorch.rand(3)),
    "`detach()`, `+=` on a tensor of losses": lambda x: x.detach().sum(),
}


@pytest.mark.parametrize("what", WAITS)
def test_what_the_document_says_waits_does(rig, what):
    x = minitorch.arange(6.0) - 2
    WAITS[what](x)
    before = cupy_rig.counts["syncs"]
    WAITS[what](x)
    assert cupy_rig.counts["syncs"] > before


@pytest.mark.parametrize("what", DOES_NOT_WAIT)
def test_what_the_document_says_does_not_wait_does_not(rig, what):
    x = minitorch.arange(6.0) - 2
    DOES_NOT_WAIT[what](x)
    with cupy_rig.no_synchronisation():
        DOES_NOT_WAIT[what](x)


def test_the_document_lists_what_the_tests_measure():
    waits, _, _ = (ROOT / "docs/synchronisation.md").read_text().partition("# What a step launches")
    rows = re.findall(r"^\| (.*?) \|", waits, re.M)
    assert [row for row in rows if row.startswith("`")] == [*WAITS, *DOES_NOT_WAIT]


# -------------------------------------------------------------------- the examples

ON_THE_RIG = """
import runpy, sys
import cupy_rig
if not cupy_rig.there_is_a_gpu():
    cupy_rig.install()
import minitorch
# What is dropped differs: each device draws from a stream of its own.
minitorch.nn.Dropout.forward = lambda self, x: x
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def losses_of(example, *arguments, device):
    """The losses that an example prints."""
    program = [sys.executable, "-c", ON_THE_RIG, str(ROOT / "examples" / example)]
    done = subprocess.run(
        [*program, *arguments, "--device", device],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
    )
    assert done.returncode == 0, done.stderr
    return [float(number) for number in re.findall(r"loss (\d+\.\d+)", done.stdout)]


@pytest.mark.parametrize(
    "command",
    [
        ("xor.py", "--epochs", "3"),
        ("mnist.py", "--epochs", "1", "--limit", "256"),
        pytest.param(
            ("mnist.py", "--epochs", "1", "--limit", "128", "--model", "cnn"),
            marks=pytest.mark.slow,
        ),
    ],
    ids=" ".join,
)
def test_an_example_has_the_losses_of_the_cpu(rig, command):
    here, there = (losses_of(*command, device=device) for device in ("cpu", "cuda"))
    assert here and there == pytest.approx(here, abs=1e-5)
