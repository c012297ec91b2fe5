"""Mixed precision: `autocast` that says it does nothing, `GradScaler` that scales."""

import math

import pytest

import minitorch as torch
from minitorch import amp
from minitorch.amp import casting
from minitorch.autograd.op import OPS
from minitorch.autograd.specialise import specialise
from minitorch.utils.checkpoint import checkpoint

without_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")


def test_autocast_says_once_that_it_changes_nothing(monkeypatch):
    monkeypatch.setattr(amp.autocast, "told", False)
    with pytest.warns(UserWarning, match="autocast changes nothing on 'cpu': minitorch"):
        context = torch.autocast("cpu")
    with context, torch.autocast("cpu", dtype=torch.float16):
        assert (torch.ones(2) @ torch.ones(2)).dtype is torch.float32
        assert not torch.is_autocast_enabled()


@without_gpu
def test_autocast_of_a_missing_gpu_warns_as_pytorch_does():
    with pytest.warns(UserWarning, match="CUDA is not available or torch_xla is imported. Disab"):
        torch.autocast("cuda")


def test_autocast_that_is_not_enabled_is_silent_and_decorates():
    @torch.autocast("cuda", enabled=False)
    def double(x):
        return x * 2

    assert double(3) == 6
    assert double.__name__ == "double"


def test_autocast_refuses_unknown_devices():
    with pytest.raises(RuntimeError, match=r"^Expected one of cpu, cuda"):
        torch.autocast("abacus")
    with pytest.raises(RuntimeError, match=r"^Invalid device string: 'no device'"):
        amp.is_autocast_available("no device")
    for wrong in (torch.autocast, lambda kind: amp.custom_fwd(device_type=kind)):
        with pytest.raises(ValueError, match="Expected `device_type` of type `str`, got"):
            wrong(None)


class Square(torch.autograd.Function):
    """x * x, which notes whether autocast was on and in which dtype it computed."""

    @staticmethod
    @amp.custom_fwd(device_type="cuda")
    def forward(ctx, x):
        ctx.save_for_backward(x)
        Square.seen = [torch.is_autocast_enabled("cuda")]
        return x * x

    @staticmethod
    @amp.custom_bwd(device_type="cuda")
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        Square.seen.append(torch.is_autocast_enabled("cuda"))
        return 2 * x * g


def test_outside_of_autocast_nothing_is_cached():
    torch.clear_autocast_cache()
    assert torch.is_autocast_cache_enabled() and not torch.is_autocast_cpu_enabled()


def test_custom_forward_and_backward_do_without_autocast_what_they_decorate():
    x = torch.tensor([3.0], requires_grad=True)
    Square.apply(x).backward()
    assert x.grad.item() == 6.0
    assert Square.seen == [False, False]


def test_autocast_may_begin_under_a_profiler():
    specialise(OPS["matmul"])
    with torch.profiler.profile() as profiled:
        casting.prepare.__wrapped__()
        torch.matmul(torch.ones(1), torch.ones(1))
    assert "casting" in OPS["matmul"].__code__.co_names
    assert [event.name for event in profiled.events()] == ["matmul"]


# -------------------------------------------------------------------- on a GPU


@pytest.fixture
def gpu(device):
    if device.type != "cuda":
        pytest.skip("autocast works on a GPU: run with --device cuda")


def test_custom_backward_has_autocast_on_if_forward_had(gpu):
    x = torch.tensor([3.0], requires_grad=True)
    with torch.autocast("cuda"):
        y = Square.apply(x)
    y.backward()
    assert Square.seen == [True, True]


def test_custom_forward_converts_its_inputs_and_switches_autocast_off(gpu):
    @amp.custom_fwd(device_type="cuda", cast_inputs=torch.float32)
    def forward(ctx, x, *, more):
        return x.dtype, more[0].dtype, torch.is_autocast_enabled("cuda")

    class Context:
        pass

    half = torch.ones(2, dtype=torch.float16)
    with torch.autocast("cuda"):
        assert forward(Context(), half, more=[half]) == (torch.float32, torch.float32, False)
    assert forward(Context(), half, more=[half])[:2] == (torch.float16, torch.float16)


IN_HALF = {
    "matmul": lambda x: x @ x,
    "mm": lambda x: torch.mm(x, x),
    "bmm": lambda x: torch.bmm(x[None], x[None]),
    "linear": lambda x: torch.nn.functional.linear(x, x),
    "conv1d": lambda x: torch.nn.functional.conv1d(x[None], x[..., None]),
    "prelu": lambda x: torch.nn.functional.prelu(x, torch.ones(1)),
    "attention": lambda x: torch.nn.functional.scaled_dot_product_attention(x, x, x),
}
IN_SINGLE = {
    "exp": torch.exp,
    "log": torch.log,
    "power": lambda x: x**2,
    "rsqrt": torch.rsqrt,
    "sum": torch.sum,
    "prod": torch.prod,
    "cumsum": lambda x: torch.cumsum(x, 0),
    "softmax": lambda x: torch.softmax(x, 0),
    "log_softmax": lambda x: torch.log_softmax(x, 0),
    "norm": torch.norm,
    "mse_loss": lambda x: torch.nn.functional.mse_loss(x, x + 1),
    "l1_loss": lambda x: torch.nn.functional.l1_loss(x, x + 1),
    "cross_entropy": lambda x: torch.nn.functional.cross_entropy(x, torch.zeros(4).long()),
    "nll_loss": lambda x: torch.nn.functional.nll_loss(x, torch.zeros(4).long()),
    "bce_with_logits": lambda x: torch.nn.functional.binary_cross_entropy_with_logits(x, x),
}
AS_GIVEN = {
    "add": lambda x: x + x,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "mean": torch.mean,
    "reshape": lambda x: x.reshape(-1),
    "max_pool": lambda x: torch.nn.functional.max_pool1d(x, 2),
}
WIDEST = {
    "addcmul": lambda x: torch.addcmul(x, x, x.float()),
    "cat": lambda x: torch.cat([x, x.float()]),
    "add": lambda x: x + x.float(),
}


@pytest.mark.parametrize("given", [torch.float16, torch.float32], ids=str)
@pytest.mark.parametrize("name", [*IN_HALF, *IN_SINGLE])
def test_autocast_computes_an_op_on_its_lists_in_the_dtype_of_the_list(gpu, name, given):
    f, wanted = (
        (IN_HALF[name], torch.float16) if name in IN_HALF else (IN_SINGLE[name], torch.float32)
    )
    x = torch.full((4, 4), 0.5, dtype=given)
    with torch.autocast("cuda", dtype=torch.float16):
        y = f(x)
    assert y.dtype is wanted
    torch.testing.assert_close(y.float(), f(x.float()), rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("given", [torch.float16, torch.float32], ids=str)
@pytest.mark.parametrize("name", AS_GIVEN)
def test_autocast_leaves_other_ops_in_the_dtype_that_they_meet(gpu, name, given):
    with torch.autocast("cuda"):
        assert AS_GIVEN[name](torch.ones(4, 4, dtype=given)).dtype is given


@pytest.mark.parametrize("name", WIDEST)
def test_autocast_lets_ops_of_several_dtypes_take_the_widest(gpu, name):
    with torch.autocast("cuda"):
        assert WIDEST[name](torch.ones(4, dtype=torch.float16)).dtype is torch.float32


def test_autocast_leaves_double_precision_and_the_cpu_alone(gpu):
    wide, here = torch.ones(2, 2, dtype=torch.float64), torch.ones(2, 2, device="cpu")
    with torch.autocast("cuda"):
        assert (wide @ wide).dtype is torch.float64
        assert (here @ here).dtype is torch.float32


def test_autocast_ends_with_its_block_and_can_be_switched_off_inside(gpu):
    x = torch.ones(2, 2)
    with torch.autocast("cuda"):
        with torch.autocast("cuda", enabled=False):
            assert not torch.is_autocast_enabled() and (x @ x).dtype is torch.float32
        assert torch.is_autocast_enabled() and (x @ x).dtype is torch.float16
    assert (x @ x).dtype is torch.float32


def test_autocast_refuses_the_loss_that_is_not_safe_in_half_precision(gpu):
    x = torch.full((3,), 0.5)
    with torch.autocast("cuda"), pytest.raises(RuntimeError, match="are unsafe to autocast"):
        torch.nn.functional.binary_cross_entropy(x, x)


def test_a_parameter_is_converted_once_in_a_block_of_autocast(gpu):
    w = torch.nn.Parameter(torch.ones(2, 2))
    x = torch.ones(2, 2)
    with torch.autocast("cuda"):
        y, z = x @ w, x @ w
        casts = {y.grad_fn.next_functions[1][0], z.grad_fn.next_functions[1][0]}
    assert len(casts) == 1
    (y + z).sum().backward()
    assert w.grad.dtype is torch.float32 and w.grad.tolist() == [[4.0, 4.0], [4.0, 4.0]]


def test_a_parameter_that_was_converted_without_gradients_still_gets_one(gpu):
    w, x = torch.nn.Parameter(torch.ones(2, 2)), torch.ones(2, 2)
    with torch.autocast("cuda"):
        with torch.no_grad():
            x @ w
        y = x @ w
    y.sum().backward()
    assert w.grad.tolist() == [[2.0, 2.0], [2.0, 2.0]]


@pytest.mark.parametrize("use_reentrant", [True, False])
def test_a_checkpoint_computes_again_as_autocast_did(gpu, use_reentrant):
    layer = torch.nn.Linear(3, 3)
    x = torch.ones(2, 3, requires_grad=True)
    seen = []

    def f(x):
        y = layer(layer(x)).exp()
        seen.append((torch.is_autocast_enabled("cuda"), y.dtype))
        return y

    with torch.autocast("cuda"):
        layer(x)  # has the weight converted before
        loss = checkpoint(f, x, use_reentrant=use_reentrant).sum()
    loss.backward()
    assert seen == [(True, torch.float32)] * 2 and not torch.is_autocast_enabled("cuda")
    found, x.grad = x.grad, None
    with torch.autocast("cuda"):
        loss = f(x).sum()
    loss.backward()
    assert found.equal(x.grad)


def test_products_of_half_precision_are_summed_in_single(gpu):
    x = torch.full((1, 5000), 1.0, dtype=torch.float16)
    assert (x @ x.t()).item() == 5000.0  # in half precision it would stop at 2048


def test_autocast_and_a_scaler_train_as_single_precision_does(gpu):
    def losses(mixed):
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scaler = torch.GradScaler("cuda", init_scale=256.0, enabled=mixed)
        x, y = torch.rand(16, 6), torch.arange(16) % 3
        seen = []
        for _ in range(5):
            optimizer.zero_grad()
            with torch.autocast("cuda", enabled=mixed):
                loss = torch.nn.functional.cross_entropy(model(x), y)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            seen.append(loss.item())
        return seen

    assert losses(True) == pytest.approx(losses(False), rel=2e-3)


def test_a_step_with_infinite_gradients_is_left_out_on_a_gpu_too(gpu):
    w = torch.nn.Parameter(torch.ones(3))
    optimizer = torch.optim.SGD([w], lr=0.1)
    scaler = torch.GradScaler("cuda", init_scale=8.0)
    for factor in (torch.inf, 1.0):
        optimizer.zero_grad()
        scaler.scale((w * factor).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
    assert w.tolist() == pytest.approx([0.9] * 3) and scaler.get_scale() == 4.0


def test_gradients_in_half_precision_are_not_unscaled():
    w = torch.nn.Parameter(torch.ones(2, dtype=torch.float16))
    scaler = torch.GradScaler(w.device.type)
    scaler.scale(w.sum()).backward()
    with pytest.raises(ValueError, match="Attempting to unscale FP16 gradients"):
        scaler.unscale_(torch.optim.SGD([w], lr=0.1))


@without_gpu
def test_the_older_names_warn_and_do_the_same():
    with pytest.warns(FutureWarning, match=r"`torch.cuda.amp.autocast\(args...\)` is deprecated"):
        torch.cuda.amp.autocast(enabled=False)
    with pytest.warns(FutureWarning, match="GradScaler"), pytest.warns(UserWarning, match="Disabl"):
        assert not torch.cuda.amp.GradScaler().is_enabled()


def setting(**options):
    w = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    return w, torch.optim.SGD([w], lr=0.1), torch.GradScaler("cpu", init_scale=4.0, **options)


def test_a_scaled_step_is_the_step_without_scaling():
    w, optimizer, scaler = setting()
    scaler.scale((w * w).sum()).backward()
    assert w.grad.tolist() == [8.0, 16.0]
    scaler.unscale_(optimizer)
    assert w.grad.tolist() == [2.0, 4.0]
    scaler.step(optimizer)
    scaler.update()
    assert w.tolist() == pytest.approx([0.8, 1.6])


def test_a_step_with_infinite_gradients_is_left_out_and_the_scale_shrinks():
    w, optimizer, scaler = setting()
    scaler.scale((w * math.inf).sum()).backward()
    assert scaler.step(optimizer) is None
    scaler.update()
    assert w.tolist() == [1.0, 2.0]
    assert scaler.get_scale() == 2.0


def test_the_scale_grows_after_enough_good_steps():
    w, optimizer, scaler = setting(growth_interval=2)
    scales = []
    for _ in range(4):
        optimizer.zero_grad()
        scaler.scale(w.sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    assert scales == [4.0, 8.0, 8.0, 16.0]


def test_the_state_of_a_scaler_goes_to_another_one():
    w, _, scaler = setting(growth_interval=7)
    scaler.scale(w.sum())
    scaler.update(3.0)
    other = torch.GradScaler("cpu")
    other.load_state_dict(scaler.state_dict())
    assert other.state_dict() == scaler.state_dict()
    assert other.get_scale() == 3.0 and other.get_growth_interval() == 7
    with pytest.raises(RuntimeError, match="The source state dict is empty, possibly"):
        other.load_state_dict({})


def test_a_scaler_that_is_not_enabled_lets_everything_through():
    w, optimizer, scaler = setting(enabled=False)
    loss = (w * w).sum()
    assert scaler.scale(loss) is loss
    loss.backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    assert w.tolist() == pytest.approx([0.8, 1.6])
    assert scaler.get_scale() == 1.0 and scaler.state_dict() == {}


@without_gpu
def test_a_scaler_for_a_missing_gpu_warns_and_is_off():
    with pytest.warns(UserWarning, match="GradScaler is enabled, but CUDA is not available.  Dis"):
        assert not torch.GradScaler().is_enabled()


def test_iterables_of_losses_are_scaled_one_by_one():
    w, _, scaler = setting()
    assert [loss.item() for loss in scaler.scale(w[i] for i in range(2))] == [4.0, 8.0]
    a, (b,) = scaler.scale((w[0], [w[1]]))
    assert (a.item(), b.item()) == (4.0, 8.0)


def stepped(scaler, optimizer, w):
    scaler.scale(w.sum()).backward()
    scaler.step(optimizer)


NEVER = "but _scale is None.  This may indicate your script did not use scaler.scale"
ORDERS = [
    (lambda s, o, w: s.update(), AssertionError, f"Attempted update {NEVER}"),
    (
        lambda s, o, w: (s.scale(w.sum()), s.update(torch.ones(2))),
        AssertionError,
        "new_scale should be a float or a 1-element",
    ),
    (lambda s, o, w: s.step(o), AssertionError, f"Attempted step {NEVER}"),
    (lambda s, o, w: s.unscale_(o), AssertionError, f"Attempted unscale_ {NEVER}"),
    (
        lambda s, o, w: (s.scale(w.sum()), s.update()),
        AssertionError,
        r"No inf checks were recorded prior to update\.",
    ),
    (
        lambda s, o, w: (s.scale(w.sum()), s.step(o)),
        AssertionError,
        r"No inf checks were recorded for this optimizer\.",
    ),
    (
        lambda s, o, w: s.step(o, closure=int),
        RuntimeError,
        "Closure use is not currently supported",
    ),
    (
        lambda s, o, w: (s.scale(w.sum()), s.unscale_(o), s.unscale_(o)),
        RuntimeError,
        r"unscale_\(\) has already been called on this optimizer since the last update\(\)",
    ),
    (
        lambda s, o, w: (stepped(s, o, w), s.step(o)),
        RuntimeError,
        r"step\(\) has already been called since the last update\(\)",
    ),
    (
        lambda s, o, w: (stepped(s, o, w), s.unscale_(o)),
        RuntimeError,
        r"unscale_\(\) is being called after step\(\)",
    ),
    (lambda s, o, w: s.scale(None), ValueError, "outputs must be a Tensor or an iterable of Ten"),
    (lambda s, o, w: torch.GradScaler("cpu", growth_factor=1.0), AssertionError, "must be > 1.0"),
    (lambda s, o, w: torch.GradScaler("cpu", backoff_factor=1.0), AssertionError, "must be < 1.0"),
]


@pytest.mark.parametrize(("act", "kind", "text"), ORDERS)
def test_the_wrong_order_of_calls_is_refused(act, kind, text):
    w, optimizer, scaler = setting()
    with pytest.raises(kind, match=text):
        act(scaler, optimizer, w)
