"""Mixed precision: `autocast` that says it does nothing, `GradScaler` that scales."""

import math

import pytest

import minitorch as torch
from minitorch import amp

without_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")


def test_autocast_says_once_that_it_changes_nothing(monkeypatch):
    monkeypatch.setattr(amp.autocast, "told", False)
    with pytest.warns(UserWarning, match="autocast changes nothing: minitorch computes in"):
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
    with pytest.raises(RuntimeError, match="unsupported autocast device_type 'abacus'"):
        torch.autocast("abacus")
    with pytest.raises(ValueError, match="Expected `device_type` of type `str`, got"):
        torch.autocast(None)


def test_custom_forward_and_backward_stay_as_they_are():
    def f(x):
        return x

    assert amp.custom_fwd(f, device_type="cuda") is f
    assert amp.custom_bwd(device_type="cuda")(f) is f


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
    _, _, scaler = setting(growth_interval=7)
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


def stepped(scaler, optimizer, w):
    scaler.scale(w.sum()).backward()
    scaler.step(optimizer)


ORDERS = [
    (lambda s, o, w: s.update(), AssertionError, "No inf checks were recorded prior to update."),
    (
        lambda s, o, w: s.step(o, closure=int),
        RuntimeError,
        "Closure use is not currently supported",
    ),
    (
        lambda s, o, w: (s.unscale_(o), s.unscale_(o)),
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
    (lambda s, o, w: s.scale("loss"), ValueError, "outputs must be a Tensor or an iterable of Ten"),
    (lambda s, o, w: torch.GradScaler("cpu", growth_factor=1.0), AssertionError, "must be > 1.0"),
    (lambda s, o, w: torch.GradScaler("cpu", backoff_factor=1.0), AssertionError, "must be < 1.0"),
]


@pytest.mark.parametrize(("act", "kind", "text"), ORDERS)
def test_the_wrong_order_of_calls_is_refused(act, kind, text):
    w, optimizer, scaler = setting()
    with pytest.raises(kind, match=text):
        act(scaler, optimizer, w)


def test_sequences_are_scaled_one_by_one():
    _, _, scaler = setting()
    a, b = scaler.scale((torch.ones(1), torch.ones(1)))
    assert a.item() == b.item() == 4.0
