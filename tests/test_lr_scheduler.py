"""Schedules of the learning rate."""

import pickle

import pytest

import minitorch
from minitorch import optim
from minitorch.optim import lr_scheduler


def optimizer_with(lrs=(1.0, 0.5)):
    groups = [{"params": minitorch.ones(1, requires_grad=True), "lr": lr} for lr in lrs]
    return optim.SGD(groups)


def rates(optimizer, scheduler, epochs):
    """The learning rate of the first group in each epoch."""
    found = []
    for _ in range(epochs):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


SCHEDULES = [
    ("StepLR", {"step_size": 2, "gamma": 0.5}, [1, 1, 0.5, 0.5, 0.25, 0.25]),
    ("MultiStepLR", {"milestones": [1, 4, 4], "gamma": 0.5}, [1, 0.5, 0.5, 0.5, 0.125, 0.125]),
    ("ExponentialLR", {"gamma": 0.5}, [1, 0.5, 0.25, 0.125, 0.0625, 0.03125]),
    ("CosineAnnealingLR", {"T_max": 2}, [1, 0.5, 0, 0.5, 1, 0.5]),
    ("LambdaLR", {"lr_lambda": lambda epoch: 1 / (1 + epoch)}, [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
]


@pytest.mark.parametrize(("name", "options", "expected"), SCHEDULES)
def test_learning_rates_by_epoch(name, options, expected):
    optimizer = optimizer_with()
    scheduler = getattr(lr_scheduler, name)(optimizer, **options)
    assert rates(optimizer, scheduler, len(expected)) == pytest.approx(expected)


@pytest.mark.torch
@pytest.mark.parametrize(("name", "options", "_"), SCHEDULES)
def test_schedules_are_those_of_pytorch(name, options, _):
    torch = pytest.importorskip("torch")
    p = torch.ones(1, requires_grad=True)
    q = torch.ones(1, requires_grad=True)
    theirs = torch.optim.SGD([{"params": p, "lr": 1.0}, {"params": q, "lr": 0.5}])
    ours = optimizer_with()
    schedules = (
        getattr(lr_scheduler, name)(ours, **options),
        getattr(torch.optim.lr_scheduler, name)(theirs, **options),
    )
    for _ in range(15):
        ours.step()
        theirs.step()
        for schedule in schedules:
            schedule.step()
        assert schedules[0].get_last_lr() == pytest.approx(schedules[1].get_last_lr(), abs=1e-14)
        mine, reference = schedules[0].state_dict(), schedules[1].state_dict()
        shared = set(mine) & set(reference)
        assert {"last_epoch", "base_lrs", "_step_count", "_last_lr"} <= shared
        assert mine["last_epoch"] == reference["last_epoch"]
        assert mine["_step_count"] == reference["_step_count"]


def test_every_group_has_its_own_learning_rate():
    optimizer = optimizer_with((1.0, 0.5))
    scheduler = lr_scheduler.LambdaLR(optimizer, [lambda epoch: 2**epoch, lambda epoch: 1.0])
    optimizer.step()
    scheduler.step()
    assert scheduler.get_last_lr() == [2.0, 0.5]
    assert [group["initial_lr"] for group in optimizer.param_groups] == [1.0, 0.5]


def test_other_changes_of_the_learning_rate_last():
    optimizer = optimizer_with((1.0,))
    scheduler = lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    optimizer.step()
    optimizer.param_groups[0]["lr"] = 8.0
    scheduler.step()
    optimizer.step()
    scheduler.step()
    assert scheduler.get_last_lr() == [4.0]


@pytest.mark.parametrize(("name", "options", "expected"), SCHEDULES)
def test_a_schedule_goes_on_from_its_state_dict(name, options, expected):
    optimizer = optimizer_with()
    scheduler = getattr(lr_scheduler, name)(optimizer, **options)
    rates(optimizer, scheduler, 3)
    saved = pickle.loads(pickle.dumps([optimizer.state_dict(), scheduler.state_dict()]))

    optimizer = optimizer_with()
    scheduler = getattr(lr_scheduler, name)(optimizer, **options)
    optimizer.load_state_dict(saved[0])
    scheduler.load_state_dict(saved[1])
    assert rates(optimizer, scheduler, len(expected) - 3) == pytest.approx(expected[3:])


def test_a_schedule_goes_on_from_last_epoch():
    optimizer = optimizer_with((1.0,))
    scheduler = lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    rates(optimizer, scheduler, 3)
    saved = optimizer.state_dict()
    optimizer = optimizer_with((1.0,))
    optimizer.load_state_dict(saved)
    scheduler = lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5, last_epoch=2)
    assert scheduler.last_epoch == 3
    assert rates(optimizer, scheduler, 3) == [0.5, 0.25, 0.25]


class Warmup:
    """A factor with state."""

    def __init__(self, epochs):
        self.epochs = epochs

    def __call__(self, epoch):
        return min(1.0, (epoch + 1) / self.epochs)


def test_lambdas_that_are_objects_are_saved_by_their_attributes():
    optimizer = optimizer_with((1.0, 1.0))
    scheduler = lr_scheduler.LambdaLR(optimizer, [Warmup(4), lambda epoch: 1.0])
    saved = scheduler.state_dict()
    assert saved["lr_lambdas"] == [{"epochs": 4}, None]
    other = lr_scheduler.LambdaLR(optimizer, [Warmup(99), lambda epoch: 1.0])
    other.load_state_dict(saved)
    assert other.lr_lambdas[0].epochs == 4


def test_stepping_before_the_optimizer_is_warned_of():
    scheduler = lr_scheduler.StepLR(optimizer_with(), step_size=2)
    with pytest.warns(UserWarning, match="Detected call of `lr_scheduler.step\\(\\)` before"):
        scheduler.step()
    scheduler.step()


def test_schedulers_are_found_where_pytorch_has_them():
    assert minitorch.optim.lr_scheduler.StepLR is lr_scheduler.StepLR


BAD_ARGUMENTS = [
    (lambda: lr_scheduler.StepLR("adam", 1), TypeError, "str is not an Optimizer"),
    (
        lambda: lr_scheduler.StepLR(optimizer_with(), 1, last_epoch=3),
        KeyError,
        "param 'initial_lr' is not specified in param_groups\\[0\\] when resuming",
    ),
    (
        lambda: lr_scheduler.LambdaLR(optimizer_with(), [abs]),
        ValueError,
        "Expected 2 lr_lambdas, but got 1",
    ),
    (lambda: lr_scheduler.LRScheduler(optimizer_with()), NotImplementedError, "get_lr"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD_ARGUMENTS)
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
