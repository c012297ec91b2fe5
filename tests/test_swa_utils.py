"""Averages of models, and the schedule that goes with them."""

import pickle

import numpy as np
import pytest

import minitorch
from minitorch import nn, optim
from minitorch.optim import swa_utils


def net():
    minitorch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)).double()


def walk(averaged, model, steps=5):
    """Move all parameters and buffers at random; the weights of the first layer on the way."""
    rng = np.random.default_rng(0)
    path = []
    for _ in range(steps):
        with minitorch.no_grad():
            for each in (*model.parameters(), *model.buffers()):
                if each.is_floating_point():
                    each.add_(minitorch.tensor(rng.random(size=each.shape)))
        path.append(model[0].weight.detach().numpy().copy())
        averaged.update_parameters(model)
    return path


def running_mean(path, decay):
    mean = path[0]
    for value in path[1:]:
        mean = decay * mean + (1 - decay) * value
    return mean


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"avg_fn": swa_utils.get_swa_avg_fn()},
        {"multi_avg_fn": swa_utils.get_swa_multi_avg_fn()},
    ],
)
def test_all_steps_count_alike(options):
    model = net()
    averaged = swa_utils.AveragedModel(model, **options)
    path = walk(averaged, model)
    np.testing.assert_allclose(averaged.module[0].weight.detach().numpy(), np.mean(path, 0))
    assert averaged.n_averaged.item() == 5


@pytest.mark.parametrize(
    "options",
    [
        {"avg_fn": swa_utils.get_ema_avg_fn(0.9)},
        {"multi_avg_fn": swa_utils.get_ema_multi_avg_fn(0.9)},
        {"avg_fn": lambda mean, value, count: 0.9 * mean + 0.1 * value},
    ],
)
def test_a_running_mean(options):
    model = net()
    averaged = swa_utils.AveragedModel(model, **options)
    path = walk(averaged, model)
    weight = averaged.module[0].weight.detach().numpy()
    np.testing.assert_allclose(weight, running_mean(path, 0.9))


def test_buffers_are_those_of_the_model_or_are_averaged():
    for use_buffers in (False, True):
        model = net()
        averaged = swa_utils.AveragedModel(model, use_buffers=use_buffers)
        walk(averaged, model)
        same = minitorch.equal(averaged.module[1].running_mean, model[1].running_mean)
        assert same is not use_buffers


def test_an_averaged_model_computes_and_is_saved():
    model = net()
    averaged = swa_utils.AveragedModel(model)
    walk(averaged, model)
    x = minitorch.rand(5, 3, dtype=minitorch.float64)
    assert averaged(x).shape == (5, 2)
    saved = averaged.state_dict()
    assert list(saved)[:2] == ["n_averaged", "module.0.weight"]
    other = swa_utils.AveragedModel(net())
    other.load_state_dict(saved)
    assert minitorch.equal(other.eval()(x), averaged.eval()(x))
    assert pickle.loads(pickle.dumps(averaged)).n_averaged.item() == 5


@pytest.mark.torch
@pytest.mark.parametrize("use_buffers", [False, True])
@pytest.mark.parametrize("kind", [None, "ema"])
def test_averages_are_those_of_pytorch(kind, use_buffers):
    torch = pytest.importorskip("torch")
    model = net()
    theirs = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2)
    ).double()
    pair = []
    for module, each in ((swa_utils, model), (torch.optim.swa_utils, theirs)):
        function = module.get_ema_multi_avg_fn(0.8) if kind else None
        pair.append(module.AveragedModel(each, multi_avg_fn=function, use_buffers=use_buffers))
    for _ in range(4):
        walk(pair[0], model, steps=1)
        theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in model.state_dict().items()})
        pair[1].update_parameters(theirs)
    ours, reference = (each.state_dict() for each in pair)
    assert list(ours) == list(reference)
    for name, value in reference.items():
        np.testing.assert_allclose(ours[name].numpy(), value.numpy(), atol=1e-12)


def test_statistics_are_computed_anew_over_all_batches():
    model = net().eval()
    model[1].momentum = 0.3
    batches = [minitorch.rand(6, 3, dtype=minitorch.float64) for _ in range(4)]
    swa_utils.update_bn([(batch, None) for batch in batches], model)
    between = [model[0](batch).detach().numpy() for batch in batches]
    np.testing.assert_allclose(model[1].running_mean.numpy(), np.mean(between, (0, 1)))
    variances = np.mean([each.var(0, ddof=1) for each in between], 0)
    np.testing.assert_allclose(model[1].running_var.numpy(), variances)
    assert (model[1].momentum, model.training) == (0.3, False)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"anneal_epochs": 4, "anneal_strategy": "linear"}, [1, 0.775, 0.55, 0.325, 0.1, 0.1]),
        ({"anneal_epochs": 2}, [1, 0.55, 0.1, 0.1]),
        ({"anneal_epochs": 0}, [0.1, 0.1]),
    ],
)
def test_the_learning_rate_goes_to_that_of_the_average(options, expected):
    optimizer = optim.SGD([minitorch.ones(1, requires_grad=True)], lr=1.0)
    scheduler = swa_utils.SWALR(optimizer, swa_lr=0.1, **options)
    found = []
    for _ in expected:
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert found == pytest.approx(expected)


ONE = [minitorch.ones(1, requires_grad=True)]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: swa_utils.get_ema_avg_fn(2.0), ValueError, "Invalid decay value 2.0 provided"),
        (
            lambda: swa_utils.AveragedModel(nn.Linear(1, 1), avg_fn=abs, multi_avg_fn=abs),
            AssertionError,
            "Only one of avg_fn and multi_avg_fn should be provided",
        ),
        (
            lambda: swa_utils.SWALR(optim.SGD(ONE), 0.1, anneal_strategy="exp"),
            ValueError,
            "anneal_strategy must be one of 'cos' or 'linear', instead got exp",
        ),
        (
            lambda: swa_utils.SWALR(optim.SGD(ONE), 0.1, anneal_epochs=1.5),
            ValueError,
            "anneal_epochs must be equal or greater than 0, got 1.5",
        ),
        (
            lambda: swa_utils.SWALR(optim.SGD(ONE), [0.1, 0.2]),
            ValueError,
            "swa_lr must have the same length as optimizer.param_groups",
        ),
    ],
)
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
