"""Schedules of the learning rate."""

import copy
import gc
import pickle
import warnings
import weakref

import pytest

import minitorch
from minitorch import optim
from minitorch.optim import lr_scheduler


def optimizer_with(lrs=(1.0, 0.5)):
    groups = [{"params": minitorch.ones(1, requires_grad=True), "lr": lr} for lr in lrs]
    return optim.SGD(groups, momentum=0.9)


def rates(optimizer, scheduler, epochs):
    """The learning rate of the first group in each epoch."""
    found = []
    for _ in range(epochs):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


UP = {"base_lr": 0.1, "max_lr": 1.0}
SCHEDULES = [
    ("StepLR", {"step_size": 2, "gamma": 0.5}, [1, 1, 0.5, 0.5, 0.25, 0.25]),
    ("MultiStepLR", {"milestones": [1, 4, 4], "gamma": 0.5}, [1, 0.5, 0.5, 0.5, 0.125, 0.125]),
    ("ExponentialLR", {"gamma": 0.5}, [1, 0.5, 0.25, 0.125, 0.0625, 0.03125]),
    ("CosineAnnealingLR", {"T_max": 2}, [1, 0.5, 0, 0.5, 1, 0.5]),
    ("LambdaLR", {"lr_lambda": lambda epoch: 1 / (1 + epoch)}, [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
    ("MultiplicativeLR", {"lr_lambda": lambda epoch: 1 / epoch}, [1, 1, 1 / 2, 1 / 6, 1 / 24]),
    ("ConstantLR", {"factor": 0.5, "total_iters": 3}, [0.5, 0.5, 0.5, 1, 1]),
    (
        "LinearLR",
        {"start_factor": 0.25, "end_factor": 0.75, "total_iters": 4},
        [0.25, 0.375, 0.5, 0.625, 0.75, 0.75],
    ),
    ("PolynomialLR", {"total_iters": 4, "power": 2.0}, [1, 0.5625, 0.25, 0.0625, 0, 0]),
    (
        "CosineAnnealingWarmRestarts",
        {"T_0": 2, "T_mult": 2, "eta_min": 0.1},
        [1, 0.55, 1, 0.868198, 0.55, 0.231802, 1, 0.965746],
    ),
    ("CyclicLR", {**UP, "step_size_up": 2}, [0.1, 0.55, 1, 0.55, 0.1, 0.55]),
    (
        "CyclicLR",
        {**UP, "step_size_up": 1, "step_size_down": 2, "mode": "triangular2"},
        [0.1, 1, 0.55, 0.1, 0.55, 0.325, 0.1],
    ),
    (
        "CyclicLR",
        {**UP, "step_size_up": 2, "mode": "exp_range", "gamma": 0.5},
        [0.1, 0.325, 0.325, 0.15625, 0.1, 0.1140625],
    ),
    (
        "CyclicLR",
        {**UP, "step_size_up": 1, "scale_fn": lambda cycle: 1 / cycle, "cycle_momentum": False},
        [0.1, 1, 0.1, 0.55, 0.1, 0.4],
    ),
    (
        "OneCycleLR",
        {"max_lr": 1.0, "total_steps": 16},
        [0.04, 0.194905, 0.559638, 0.898787, 0.999213],
    ),
    (
        "OneCycleLR",
        {
            "max_lr": 1.0,
            "total_steps": 16,
            "anneal_strategy": "linear",
            "three_phase": True,
            "pct_start": 0.25,
        },
        [0.04, 0.36, 0.68, 1.0, 0.68, 0.36, 0.04],
    ),
]


@pytest.mark.parametrize(("name", "options", "expected"), SCHEDULES)
def test_learning_rates_by_epoch(name, options, expected):
    optimizer = optimizer_with()
    scheduler = getattr(lr_scheduler, name)(optimizer, **options)
    assert rates(optimizer, scheduler, len(expected)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.torch
@pytest.mark.parametrize(("name", "options", "_"), SCHEDULES)
def test_schedules_are_those_of_pytorch(name, options, _):
    torch = pytest.importorskip("torch")
    p = torch.ones(1, requires_grad=True)
    q = torch.ones(1, requires_grad=True)
    theirs = torch.optim.SGD([{"params": p, "lr": 1.0}, {"params": q, "lr": 0.5}], momentum=0.9)
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
        for group, other in zip(ours.param_groups, theirs.param_groups):
            assert group["momentum"] == pytest.approx(other["momentum"], abs=1e-14)
    mine, reference = schedules[0].state_dict(), schedules[1].state_dict()
    assert mine.keys() == reference.keys()
    for key in ("last_epoch", "_step_count", "base_lrs"):
        assert mine[key] == reference[key]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a given epoch is deprecated
        for schedule in schedules:
            schedule.step(7)
    assert schedules[0].get_last_lr() == pytest.approx(schedules[1].get_last_lr(), abs=1e-14)


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
    assert rates(optimizer, scheduler, len(expected) - 3) == pytest.approx(expected[3:], abs=1e-6)


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


def test_momentum_falls_while_the_learning_rate_rises():
    optimizer = optimizer_with((1.0,))
    scheduler = lr_scheduler.CyclicLR(optimizer, **UP, step_size_up=2)
    found = []
    for _ in range(5):
        found.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        scheduler.step()
    assert found == pytest.approx([0.9, 0.85, 0.8, 0.85, 0.9])


def test_of_adam_the_first_beta_is_cycled():
    optimizer = optim.Adam([minitorch.ones(1, requires_grad=True)])
    scheduler = lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=10, pct_start=0.5)
    assert optimizer.param_groups[0]["betas"] == (0.95, 0.999)
    for _ in range(4):
        optimizer.step()
        scheduler.step()
    assert optimizer.param_groups[0]["betas"] == pytest.approx((0.85, 0.999))
    assert optimizer.param_groups[0]["lr"] == pytest.approx(1.0)


@pytest.mark.parametrize(("name", "options", "expected"), SCHEDULES)
def test_a_learning_rate_that_is_a_tensor_stays_one(name, options, expected):
    optimizer = optimizer_with((minitorch.tensor(1.0, dtype=minitorch.float64),))
    held = optimizer.param_groups[0]["lr"]
    scheduler = getattr(lr_scheduler, name)(optimizer, **options)
    found = []
    for _ in expected:
        found.append(held.item())
        optimizer.step()
        scheduler.step()
    assert optimizer.param_groups[0]["lr"] is held
    assert scheduler.get_last_lr()[0] is not held
    assert found == pytest.approx(expected, abs=1e-6)


def test_schedules_one_after_the_other():
    optimizer = optimizer_with((1.0,))
    scheduler = lr_scheduler.SequentialLR(
        optimizer,
        [
            lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=5),
            lr_scheduler.ExponentialLR(optimizer, gamma=0.5),
        ],
        milestones=[2],
    )
    assert rates(optimizer, scheduler, 5) == [0.5, 0.5, 1.0, 0.5, 0.25]
    assert scheduler.get_last_lr() == [0.125]


def test_schedules_at_once():
    optimizer = optimizer_with((1.0,))
    scheduler = lr_scheduler.ChainedScheduler(
        [
            lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=2),
            lr_scheduler.ExponentialLR(optimizer, gamma=0.5),
        ]
    )
    assert rates(optimizer, scheduler, 4) == [0.5, 0.25, 0.25, 0.125]


@pytest.mark.parametrize("kind", ["SequentialLR", "ChainedScheduler"])
def test_combined_schedules_go_on_from_their_state_dict(kind):
    def make():
        optimizer = optimizer_with((1.0,))
        parts = [
            lr_scheduler.LinearLR(optimizer, 0.5, total_iters=4),
            lr_scheduler.StepLR(optimizer, 2),
        ]
        if kind == "ChainedScheduler":
            return optimizer, lr_scheduler.ChainedScheduler(parts)
        return optimizer, lr_scheduler.SequentialLR(optimizer, parts, [3])

    whole = rates(*make(), 9)
    optimizer, scheduler = make()
    rates(optimizer, scheduler, 5)
    saved = pickle.loads(pickle.dumps([optimizer.state_dict(), scheduler.state_dict()]))
    optimizer, scheduler = make()
    scheduler.load_state_dict(saved[1])
    optimizer.load_state_dict(saved[0])
    assert rates(optimizer, scheduler, 4) == pytest.approx(whole[5:])


def plateau(measures, **options):
    optimizer = optimizer_with((1.0,))
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, **options)
    found = []
    for measure in measures:
        scheduler.step(measure)
        found.append(optimizer.param_groups[0]["lr"])
    return found


def test_a_plateau_lowers_the_learning_rate():
    assert plateau([5, 4, 4, 4, 4, 4], patience=1) == [1, 1, 1, 0.5, 0.5, 0.25]
    assert plateau([5, 4, 4, 4, 4, 4], patience=1, cooldown=1) == [1, 1, 1, 0.5, 0.5, 0.5]
    assert plateau([1, 2, 3, 4], mode="max", patience=0) == [1, 1, 1, 1]
    assert plateau([4, 3.5, 3.0], threshold=1.0, threshold_mode="abs", patience=0) == [1, 0.5, 0.25]
    assert plateau([1, 1, 1, 1], patience=0, min_lr=0.3) == [1, 0.5, 0.3, 0.3]
    assert plateau([minitorch.tensor(1.0)] * 2, patience=0) == [1, 0.5]


def test_restarts_can_be_stepped_by_parts_of_an_epoch():
    optimizer = optimizer_with((1.0,))
    scheduler = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2)
    found = []
    for epoch in (0.5, 1.0, 2.0, 4.0, 6.0):
        scheduler.step(epoch)
        found.append(optimizer.param_groups[0]["lr"])
    assert found == pytest.approx([0.853553, 0.5, 1.0, 0.5, 1.0], abs=1e-6)


def test_an_epoch_that_is_given_is_warned_of_and_computed_from_the_first():
    optimizer = optimizer_with((1.0,))
    scheduler = lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    optimizer.step()
    with pytest.warns(UserWarning, match="The epoch parameter in `scheduler.step\\(\\)`"):
        scheduler.step(3)
    assert scheduler.get_last_lr() == [0.125]


def test_asking_get_lr_for_the_last_one_is_warned_of():
    scheduler = lr_scheduler.StepLR(optimizer_with(), 1)
    with pytest.warns(UserWarning, match="please use `get_last_lr\\(\\)`"):
        scheduler.get_lr()


def test_a_step_that_was_overridden_is_warned_of():
    optimizer = optimizer_with()
    scheduler = lr_scheduler.StepLR(optimizer, 1)
    optimizer.step = lambda: None
    with pytest.warns(UserWarning, match="Seems like `optimizer.step\\(\\)` has been overridden"):
        scheduler.step()


class Halving(lr_scheduler._LRScheduler):
    """A subclass in the manner of PyTorch."""

    def get_lr(self):
        return [base / 2**self.last_epoch for base in self.base_lrs]


def test_a_schedule_of_ones_own_needs_only_get_lr():
    optimizer = optimizer_with((1.0,))
    assert rates(optimizer, Halving(optimizer), 3) == [1.0, 0.5, 0.25]


def test_schedules_leave_no_reference_cycles():
    gc.collect()
    gc.disable()
    try:
        optimizer = optimizer_with()
        schedulers = [
            lr_scheduler.CyclicLR(optimizer, **UP),
            lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=4),
        ]
        alive = [weakref.ref(each) for each in (optimizer, *schedulers)]
        del optimizer, schedulers
        assert [reference() for reference in alive] == [None] * 3
    finally:
        gc.enable()


def test_a_schedule_can_be_copied():
    scheduler = lr_scheduler.CyclicLR(optimizer_with(), **UP, step_size_up=2)
    copied = copy.deepcopy(scheduler)
    assert copied.optimizer is not scheduler.optimizer
    assert copied.state_dict() == scheduler.state_dict()


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
    (lambda: lr_scheduler.MultiplicativeLR(optimizer_with(), 2), TypeError, "should be a function"),
    (
        lambda: lr_scheduler.ConstantLR(optimizer_with(), factor=2),
        ValueError,
        "Constant multiplicative factor expected to be between 0 and 1.",
    ),
    (
        lambda: lr_scheduler.LinearLR(optimizer_with(), start_factor=0),
        ValueError,
        "Starting multiplicative factor expected to be greater than 0 and less or equal to 1.",
    ),
    (
        lambda: lr_scheduler.LinearLR(optimizer_with(), end_factor=2),
        ValueError,
        "Ending multiplicative factor expected to be between 0 and 1.",
    ),
    (
        lambda: lr_scheduler.CyclicLR(optimizer_with(), 0.1, 1.0, mode="waves"),
        ValueError,
        "mode is invalid and scale_fn is None",
    ),
    (
        lambda: lr_scheduler.CyclicLR(optimizer_with(), [0.1], 1.0),
        ValueError,
        "base_lr must have the same length as optimizer.param_groups",
    ),
    (
        lambda: lr_scheduler.CyclicLR(optim.Rprop([minitorch.ones(1)]), 0.1, 1.0),
        ValueError,
        "optimizer must support momentum or beta1 with `cycle_momentum` option enabled",
    ),
    (
        lambda: lr_scheduler.OneCycleLR(optimizer_with(), 1.0),
        ValueError,
        "You must define either total_steps OR",
    ),
    (
        lambda: lr_scheduler.OneCycleLR(optimizer_with(), 1.0, total_steps=0),
        ValueError,
        "Expected positive integer total_steps, but got 0",
    ),
    (
        lambda: lr_scheduler.OneCycleLR(optimizer_with(), 1.0, total_steps=9, pct_start=2.0),
        ValueError,
        "Expected float between 0 and 1 pct_start, but got 2.0",
    ),
    (
        lambda: lr_scheduler.OneCycleLR(optimizer_with(), 1.0, total_steps=2)._update_lr(3),
        ValueError,
        "Tried to step 3 times. The specified number of total steps is 2",
    ),
    (
        lambda: lr_scheduler.CosineAnnealingWarmRestarts(optimizer_with(), T_0=0),
        ValueError,
        "Expected positive integer T_0, but got 0",
    ),
    (
        lambda: lr_scheduler.CosineAnnealingWarmRestarts(optimizer_with(), T_0=2).step(-1),
        ValueError,
        "Expected non-negative epoch, but got -1",
    ),
    (
        lambda: lr_scheduler.ReduceLROnPlateau(optimizer_with(), factor=1.0),
        ValueError,
        "Factor should be < 1.0.",
    ),
    (
        lambda: lr_scheduler.ReduceLROnPlateau(optimizer_with(), mode="best"),
        ValueError,
        "mode best is unknown!",
    ),
    (
        lambda: lr_scheduler.ReduceLROnPlateau(optimizer_with(), min_lr=[0.1]),
        ValueError,
        "expected 2 min_lrs, got 1",
    ),
    (
        lambda: lr_scheduler.SequentialLR(optimizer_with(), [], []),
        ValueError,
        "SequentialLR expects at least one scheduler, but got no scheduler.",
    ),
    (
        lambda: lr_scheduler.SequentialLR(
            optimizer_with(), [lr_scheduler.StepLR(optimizer_with(), 1)], []
        ),
        ValueError,
        "SequentialLR expects all schedulers to belong to the same optimizer",
    ),
    (
        lambda: lr_scheduler.ChainedScheduler([lr_scheduler.ReduceLROnPlateau(optimizer_with())]),
        ValueError,
        "ChainedScheduler does not support `ReduceLROnPlateau` scheduler",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD_ARGUMENTS)
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_one_cycle_takes_the_annealing_function_of_an_old_state():
    def scheduler():
        p = minitorch.ones(2, requires_grad=True)
        return lr_scheduler.OneCycleLR(optim.SGD([p], 0.1, momentum=0.9), 1.0, total_steps=6)

    ours, old = scheduler(), scheduler()
    state = ours.state_dict()
    del old._anneal_func_type, state["_anneal_func_type"]
    old.load_state_dict({**state, "anneal_func": lr_scheduler.OneCycleLR._annealing_cos})
    for each in (ours, old):
        for _ in range(5):
            each.optimizer.step()
            each.step()
    assert ours.get_last_lr() == old.get_last_lr()
