"""Optimizers: their rules, what they remember, and the blocks in which parameters are updated."""

import copy
import inspect
import itertools
import pickle

import numpy as np
import pytest

import minitorch
from minitorch import nn, optim
from minitorch.autograd.tensor import wrap
from minitorch.optim import blocks
from minitorch.optim.optimizer import Optimizer

SHAPES = [(3, 4), (4,), (), (2, 1, 3), (0, 2)]


def parameters(shapes=SHAPES, dtype=minitorch.float64):
    rng = np.random.default_rng(0)
    return [
        minitorch.tensor(rng.normal(size=shape), dtype=dtype, requires_grad=True)
        for shape in shapes
    ]


def give_gradients(params, rng, skip=()):
    """Random gradients for all parameters but those whose number is in `skip`."""
    for i, p in enumerate(params):
        g = rng.normal(size=p.shape)
        p.grad = None if i in skip else minitorch.tensor(g, dtype=p.dtype)


def values(params):
    return [p.detach().numpy().copy() for p in params]


def assert_close(left, right, tolerance=1e-10):
    for a, b in zip(left, right, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance)


def combinations(**choices):
    return [dict(zip(choices, chosen)) for chosen in itertools.product(*choices.values())]


NAMES = [
    *("ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "Muon"),
    *("NAdam", "RAdam", "RMSprop", "Rprop", "SGD", "SparseAdam"),
]
NO_YES = (False, True)
RULES = [
    *[
        ("SGD", {"lr": 0.1, **options})
        for options in combinations(
            momentum=(0, 0.9),
            dampening=(0, 0.4),
            weight_decay=(0, 0.1),
            nesterov=NO_YES,
            maximize=NO_YES,
        )
        if not options["nesterov"] or (options["momentum"] and not options["dampening"])
    ],
    *[
        (name, {"lr": 0.01, "betas": (0.8, 0.95), **options})
        for name in ("Adam", "AdamW")
        for options in combinations(weight_decay=(0, 0.1), amsgrad=NO_YES, maximize=NO_YES)
    ],
    *[
        ("RMSprop", {"lr": 0.01, **options})
        for options in combinations(
            weight_decay=(0, 0.1), momentum=(0, 0.9), centered=NO_YES, maximize=NO_YES
        )
    ],
    *[
        ("Adagrad", {"lr": 0.1, **options})
        for options in combinations(
            lr_decay=(0, 0.1), weight_decay=(0, 0.1), initial_accumulator_value=(0, 0.5)
        )
    ],
    *[
        (name, {"weight_decay": decay, "maximize": maximize})
        for name in ("Adadelta", "Adamax", "ASGD")
        for decay, maximize in itertools.product((0, 0.1), NO_YES)
    ],
    *[
        (name, {"betas": (0.8, 0.95), "weight_decay": 0.1, **options})
        for name in ("NAdam", "RAdam")
        for options in combinations(decoupled_weight_decay=NO_YES, maximize=NO_YES)
    ],
    ("NAdam", {"momentum_decay": 0.02}),
    ("RAdam", {}),
    ("Rprop", {}),
    ("Rprop", {"etas": (0.4, 1.5), "step_sizes": (0.01, 0.15), "maximize": True}),
    ("ASGD", {"lambd": 0.1, "alpha": 0.5, "t0": 10}),
    ("Adafactor", {}),
    ("Adafactor", {"eps": (1e-4, 0.01), "d": 1.5, "weight_decay": 0.1, "maximize": True}),
]
PLAIN = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("Adam", {"amsgrad": True}),
    ("Adam", {"weight_decay": 0.01}),
    ("AdamW", {}),
    ("RMSprop", {"weight_decay": 0.01}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("Adagrad", {"lr": 0.5, "weight_decay": 0.01}),
    ("Adadelta", {"lr": 2.0, "weight_decay": 0.01}),
    ("Adamax", {}),
    ("RAdam", {"weight_decay": 0.01}),
    ("Rprop", {}),
    ("NAdam", {}),
    ("ASGD", {}),
]
ONE = minitorch.ones(1, requires_grad=True)
every_rule = pytest.mark.parametrize(("name", "options"), PLAIN)


# -------------------------------------------------------------------- the rules


def test_sgd_steps_down_the_gradient():
    p = minitorch.tensor([1.0, -2.0], requires_grad=True)
    optimizer = optim.SGD([p], lr=0.5)
    (p * p).sum().backward()
    optimizer.step()
    assert p.tolist() == [0.0, 0.0]


def test_sgd_remembers_with_momentum():
    p = minitorch.tensor([0.0], requires_grad=True)
    optimizer = optim.SGD([p], lr=1.0, momentum=0.5, dampening=0.5)
    path = []
    for _ in range(3):
        p.grad = minitorch.tensor([1.0])
        optimizer.step()
        path.append(p.item())
    # buffer: 1 (the first gradient is not dampened), 0.5 + 0.5, 0.5 + 0.5
    assert path == [-1.0, -2.0, -3.0]


def test_the_first_step_of_adam_is_lr_long_whatever_the_slope():
    p = minitorch.tensor([0.0, 0.0, 0.0], requires_grad=True)
    optimizer = optim.Adam([p], lr=0.1)
    p.grad = minitorch.tensor([1e-3, -1.0, 1e3])
    optimizer.step()
    np.testing.assert_allclose(p.detach().numpy(), [-0.1, 0.1, -0.1], rtol=1e-4)


def test_adamw_shrinks_parameters_apart_from_their_gradient():
    p = minitorch.tensor([8.0], requires_grad=True)
    optimizer = optim.AdamW([p], lr=0.5, weight_decay=0.5)
    p.grad = minitorch.tensor([0.0])
    optimizer.step()
    assert p.item() == 6.0


def test_rmsprop_divides_by_the_root_of_the_mean_square():
    p = minitorch.tensor([0.0], requires_grad=True)
    optimizer = optim.RMSprop([p], lr=1.0, alpha=0.75, eps=0)
    p.grad = minitorch.tensor([3.0])
    optimizer.step()
    np.testing.assert_allclose(p.detach().numpy(), [-2.0], rtol=1e-6)  # 3 / sqrt(0.25 * 9)


@every_rule
def test_every_rule_finds_a_minimum(name, options):
    p = minitorch.tensor([3.0, -2.0], requires_grad=True)
    optimizer = getattr(optim, name)([p], **{"lr": 0.02, **options})
    for _ in range(800):
        optimizer.zero_grad()
        ((p - 1) ** 2).sum().backward()
        optimizer.step()
    np.testing.assert_allclose(p.detach().numpy(), [1.0, 1.0], atol=0.05)


@every_rule
def test_maximize_climbs_what_otherwise_is_descended(name, options):
    down, up = parameters(), parameters()
    one = getattr(optim, name)(down, **options)
    other = getattr(optim, name)(up, maximize=True, **options)
    rng = np.random.default_rng(1)
    for _ in range(3):
        give_gradients(down, rng)
        for p, q in zip(down, up):
            q.grad = -p.grad
        one.step()
        other.step()
    assert_close(values(down), values(up))


@pytest.mark.torch
@pytest.mark.parametrize(("name", "options"), RULES)
def test_trajectories_are_those_of_pytorch(name, options):
    """With two groups, gradients missing now and then, and the state saved and loaded midway."""
    torch = pytest.importorskip("torch")
    shapes = [(3, 4), (4,), (5,), (2, 1, 3), (2, 3)] if name == "Adafactor" else SHAPES
    ours = parameters(shapes)
    theirs = [torch.tensor(p.detach().numpy(), requires_grad=True) for p in ours]

    def make(module, params):
        groups = [{"params": params[:3]}, {"params": params[3:], "lr": 0.03}]
        return getattr(module, name)(groups, **options)

    mine, reference = make(optim, ours), make(torch.optim, theirs)
    rng = np.random.default_rng(2)
    for step in range(50):
        skip = [i for i in range(len(ours)) if step > 3 and rng.random() < 0.1]
        give_gradients(ours, rng, skip)
        for p, q in zip(ours, theirs):
            q.grad = None if p.grad is None else torch.tensor(p.grad.detach().numpy())
        mine.step()
        reference.step()
        if step == 20:
            saved = mine.state_dict()
            mine = make(optim, ours)
            mine.load_state_dict(saved)
            reference.load_state_dict(copy.deepcopy(reference.state_dict()))
        assert_close(values(ours), [q.detach().numpy() for q in theirs])

    saved, expected = mine.state_dict(), reference.state_dict()
    assert saved["state"].keys() == expected["state"].keys()
    for number, entries in expected["state"].items():
        assert list(saved["state"][number]) == list(entries)
        for key, entry in entries.items():
            assert str(saved["state"][number][key].dtype) == str(entry.dtype)
            assert_close([saved["state"][number][key].detach().numpy()], [entry.numpy()])
    for group, other in zip(saved["param_groups"], expected["param_groups"]):
        assert group == {key: other[key] for key in group}


@pytest.mark.torch
def test_a_state_dict_of_pytorch_can_be_loaded():
    torch = pytest.importorskip("torch")
    ours = parameters(dtype=minitorch.float32)
    theirs = [torch.tensor(p.detach().numpy(), requires_grad=True) for p in ours]
    reference = torch.optim.Adam(theirs, lr=0.3, amsgrad=True)
    mine = optim.Adam(ours)
    rng = np.random.default_rng(3)
    for step in range(6):
        give_gradients(ours, rng)
        for p, q in zip(ours, theirs):
            q.grad = torch.tensor(p.grad.detach().numpy())
        reference.step()
        if step < 3:
            for p, q in zip(ours, theirs):
                p.data = minitorch.tensor(q.detach().numpy())
        else:
            mine.step()
        if step == 2:
            mine.load_state_dict(reference.state_dict())
    assert_close(values(ours), [q.detach().numpy() for q in theirs], 1e-6)
    assert mine.state[ours[0]]["step"].item() == 6


def test_an_optimizer_prints_its_groups():
    optimizer = optim.RMSprop([{"params": ONE}], lr=0.5)
    assert repr(optimizer).splitlines() == [
        "RMSprop (",
        "Parameter Group 0",
        "    alpha: 0.99",
        "    capturable: False",
        "    centered: False",
        "    differentiable: False",
        "    eps: 1e-08",
        "    foreach: None",
        "    lr: 0.5",
        "    maximize: False",
        "    momentum: 0",
        "    weight_decay: 0",
        ")",
    ]


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_optimizers_print_as_those_of_pytorch(name):
    torch = pytest.importorskip("torch")
    groups = [{"params": []}] if name == "LBFGS" else [{"params": []}, {"params": [], "lr": 0.5}]
    mine = getattr(optim, name)(copy.deepcopy(groups), lr=0.1)
    assert repr(mine) == repr(getattr(torch.optim, name)(groups, lr=0.1))


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_arguments_are_those_of_pytorch(name):
    torch = pytest.importorskip("torch")
    ours, theirs = (
        inspect.signature(getattr(module, name).__init__).parameters.values()
        for module in (optim, torch.optim)
    )
    assert [(p.name, p.kind, p.default) for p in ours] == [
        (p.name, p.kind, p.default) for p in theirs
    ]


# -------------------------------------------------------------------- groups


def test_a_group_may_have_options_of_its_own():
    a, b = minitorch.ones(1, requires_grad=True), minitorch.ones(1, requires_grad=True)
    optimizer = optim.SGD([{"params": a}, {"params": [b], "lr": 0.5}], lr=0.25)
    for p in (a, b):
        p.grad = minitorch.ones(1)
    optimizer.step()
    assert (a.item(), b.item()) == (0.75, 0.5)
    assert optimizer.defaults["lr"] == 0.25


def test_options_may_change_between_steps():
    p = minitorch.ones(1, requires_grad=True)
    optimizer = optim.SGD([p], lr=0.25)
    p.grad = minitorch.ones(1)
    optimizer.step()
    optimizer.param_groups[0]["lr"] = 0.5
    optimizer.step()
    assert p.item() == 0.25


def test_momentum_may_be_switched_on_later():
    params = parameters()
    optimizer = optim.SGD(params, lr=0.1)
    give_gradients(params, np.random.default_rng(0))
    optimizer.step()
    assert not optimizer.state
    optimizer.param_groups[0]["momentum"] = 0.9
    optimizer.step()
    assert_close(
        [optimizer.state[params[0]]["momentum_buffer"].detach().numpy()],
        [params[0].grad.detach().numpy()],
    )


def test_a_group_can_be_added():
    a, b = minitorch.ones(1, requires_grad=True), minitorch.ones(1, requires_grad=True)
    optimizer = optim.SGD([a], lr=0.5)
    group = {"params": b}
    optimizer.add_param_group(group)
    assert optimizer.param_groups[1] is group
    assert (group["params"], group["lr"]) == ([b], 0.5)
    b.grad = minitorch.ones(1)
    optimizer.step()
    assert (a.item(), b.item()) == (1.0, 0.5)


def test_a_parameter_can_be_exchanged_in_its_group():
    params = parameters()
    optimizer = optim.Adam(params)
    rng = np.random.default_rng(0)
    give_gradients(params, rng)
    optimizer.step()
    newcomer = minitorch.ones(2, requires_grad=True)
    former = optimizer.param_groups[0]["params"][0]
    optimizer.param_groups[0]["params"][0] = newcomer
    before = values(params)
    give_gradients([newcomer, *params], rng)
    optimizer.step()
    assert newcomer.tolist() != [1.0, 1.0]
    assert_close([former.detach().numpy()], before[:1])
    assert not np.array_equal(params[1].detach().numpy(), before[1])
    assert optimizer.state[params[1]]["step"].item() == 2
    assert optimizer.state[newcomer]["step"].item() == 1


BAD_ARGUMENTS = [
    (lambda: optim.SGD([ONE], lr=-1), ValueError, "Invalid learning rate: -1"),
    (lambda: optim.SGD([ONE], momentum=-1), ValueError, "Invalid momentum value: -1"),
    (lambda: optim.SGD([ONE], weight_decay=-1), ValueError, "Invalid weight_decay value: -1"),
    (
        lambda: optim.SGD([ONE], nesterov=True),
        ValueError,
        "Nesterov momentum requires a momentum and zero dampening",
    ),
    (lambda: optim.Adam([ONE], lr=-1), ValueError, "Invalid learning rate: -1"),
    (lambda: optim.Adam([ONE], eps=-1), ValueError, "Invalid epsilon value: -1"),
    (
        lambda: optim.Adam([ONE], betas=(1.0, 0.9)),
        ValueError,
        "Invalid beta parameter at index 0: 1.0",
    ),
    (
        lambda: optim.AdamW([ONE], betas=(0.9, -0.1)),
        ValueError,
        "Invalid beta parameter at index 1: -0.1",
    ),
    (lambda: optim.AdamW([ONE], weight_decay=-1), ValueError, "Invalid weight_decay value: -1"),
    (lambda: optim.RMSprop([ONE], alpha=-1), ValueError, "Invalid alpha value: -1"),
    (lambda: optim.RMSprop([ONE], momentum=-1), ValueError, "Invalid momentum value: -1"),
    (
        lambda: optim.SGD(ONE),
        TypeError,
        "params argument given to the optimizer should be an iterable of Tensors or dicts, but got",
    ),
    (lambda: optim.SGD([]), ValueError, "optimizer got an empty parameter list"),
    (
        lambda: optim.SGD([1.0]),
        TypeError,
        "optimizer can only optimize Tensors, but one of the params is float",
    ),
    (lambda: optim.SGD([ONE * 2]), ValueError, "can't optimize a non-leaf Tensor"),
    (
        lambda: optim.SGD([{"params": {ONE}}]),
        TypeError,
        "optimizer parameters need to be organized in ordered collections",
    ),
    (
        lambda: optim.SGD([{"params": ONE}, {"params": ONE}]),
        ValueError,
        "some parameters appear in more than one parameter group",
    ),
    (lambda: optim.SGD([ONE]).add_param_group([ONE]), TypeError, "param_group must be a dict"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD_ARGUMENTS)
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)


def test_a_parameter_given_twice_is_warned_of_and_updated_once():
    p = minitorch.ones(1, requires_grad=True)
    with pytest.warns(UserWarning, match="duplicate parameters"):
        optimizer = optim.SGD([p, p], lr=0.25)
    p.grad = minitorch.ones(1)
    optimizer.step()
    assert p.item() == 0.75


# -------------------------------------------------------------------- gradients and closures


def test_zero_grad_forgets_gradients_or_makes_them_zero():
    params = parameters()
    optimizer = optim.SGD(params)
    give_gradients(params, np.random.default_rng(0), skip={1})
    kept = params[0].grad
    optimizer.zero_grad(set_to_none=False)
    assert params[0].grad is kept
    assert not kept.any()
    assert params[1].grad is None
    optimizer.zero_grad()
    assert all(p.grad is None for p in params)


def test_zero_grad_cuts_gradients_off_their_graph():
    p = minitorch.ones(2, requires_grad=True)
    (p**3).sum().backward(create_graph=True)
    optim.SGD([p]).zero_grad(set_to_none=False)
    assert not p.grad.requires_grad


def test_a_closure_is_called_with_recording_on_and_its_loss_is_returned():
    p = minitorch.ones(1, requires_grad=True)
    optimizer = optim.SGD([p], lr=0.5)

    def closure():
        optimizer.zero_grad()
        loss = (p * 3).sum()
        loss.backward()
        return loss

    with minitorch.no_grad():
        assert optimizer.step(closure).item() == 3.0
    assert p.item() == -0.5


def test_a_step_makes_graphs_stale():
    p = minitorch.ones(2, requires_grad=True)
    optimizer = optim.SGD([p], lr=0.5)
    loss = (p * p).sum()
    loss.backward(retain_graph=True)
    optimizer.step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_a_step_leaves_graphs_of_other_parameters_alone():
    params = parameters()
    first, second = optim.SGD(params[:1], lr=0.1), optim.SGD(params[1:], lr=0.1)
    for optimizer in (first, second):
        give_gradients(params, np.random.default_rng(0))
        optimizer.step()
    loss = (params[1] ** 2).sum()
    first.step()
    loss.backward()


# -------------------------------------------------------------------- saving and loading


@every_rule
def test_a_run_goes_on_from_a_state_dict(name, options):
    params, others = parameters(), parameters()
    optimizer = getattr(optim, name)(params, **options)
    rng = np.random.default_rng(0)
    for _ in range(3):
        give_gradients(params, rng)
        optimizer.step()
    for p, q in zip(params, others):
        q.data = p.detach().clone()
    other = getattr(optim, name)(others, lr=9.0)
    other.load_state_dict(pickle.loads(pickle.dumps(optimizer.state_dict())))
    for _ in range(3):
        give_gradients(params, rng)
        for p, q in zip(params, others):
            q.grad = p.grad.clone()
        optimizer.step()
        other.step()
    # To numbers of the state loading gives the dtype of the parameter, as in PyTorch.
    assert_close(values(params), values(others), 1e-8 if name in ("NAdam", "ASGD") else 0)


def test_a_state_dict_has_the_form_of_pytorchs():
    params = parameters([(2,), (3,)])
    optimizer = optim.Adam([{"params": params[:1]}, {"params": params[1:], "lr": 0.5}])
    give_gradients(params, np.random.default_rng(0))
    optimizer.step()
    saved = optimizer.state_dict()
    assert list(saved) == ["state", "param_groups"]
    assert list(saved["state"]) == [0, 1]
    assert list(saved["state"][1]) == ["step", "exp_avg", "exp_avg_sq"]
    assert repr(saved["state"][0]["step"]) == "tensor(1.)"
    assert saved["param_groups"][1]["params"] == [1]
    assert saved["param_groups"][1]["lr"] == 0.5


def test_what_is_loaded_is_copied_and_takes_the_dtype_of_the_parameter():
    params = parameters([(2,)])
    optimizer = optim.Adam(params)
    give_gradients(params, np.random.default_rng(0))
    optimizer.step()
    single = parameters([(2,)], minitorch.float32)
    other = optim.Adam(single)
    other.load_state_dict(optimizer.state_dict())
    entry = other.state[single[0]]["exp_avg"]
    assert entry.dtype is minitorch.float32
    give_gradients(single, np.random.default_rng(1))
    before = optimizer.state[params[0]]["exp_avg"].detach().numpy().copy()
    other.step()
    assert_close([optimizer.state[params[0]]["exp_avg"].detach().numpy()], [before], 0)


def test_loading_groups_that_do_not_match_is_refused():
    optimizer = optim.SGD(parameters())
    with pytest.raises(
        ValueError, match="different number of parameter groups\n  loaded 2   here 1"
    ):
        optimizer.load_state_dict(
            optim.SGD([{"params": parameters()}, {"params": parameters()}]).state_dict()
        )
    with pytest.raises(ValueError, match="doesn't match the size of optimizer's group"):
        optimizer.load_state_dict(optim.SGD(parameters()[:2]).state_dict())


def test_adamw_stays_adamw_after_loading_what_adam_saved():
    params = parameters()
    optimizer = optim.AdamW(params)
    optimizer.load_state_dict(optim.Adam(params).state_dict())
    assert optimizer.param_groups[0]["decoupled_weight_decay"] is True


@every_rule
def test_a_copied_optimizer_goes_its_own_way(name, options):
    params = parameters()
    optimizer = getattr(optim, name)(params, **options)
    rng = np.random.default_rng(0)
    give_gradients(params, rng)
    optimizer.step()
    twin = copy.deepcopy(optimizer)
    before = values(params)
    twin.step()
    assert_close(values(params), before, 0)
    optimizer.step()
    assert_close(values(params), values(twin.param_groups[0]["params"]), 0)


# -------------------------------------------------------------------- state


def test_state_can_be_read_and_written_in_place():
    params = parameters()
    optimizer = optim.SGD(params, lr=1.0, momentum=0.5)
    give_gradients(params, np.random.default_rng(0))
    optimizer.step()
    buffer = optimizer.state[params[0]]["momentum_buffer"]
    buffer.zero_()
    before = values(params)
    optimizer.step()
    assert_close([params[0].detach().numpy()], [before[0] - params[0].grad.detach().numpy()])
    assert_close([buffer.detach().numpy()], [params[0].grad.detach().numpy()])


def test_a_held_entry_follows_when_blocks_are_divided_anew():
    params = parameters()
    optimizer = optim.Adam(params)
    rng = np.random.default_rng(0)
    give_gradients(params, rng)
    optimizer.step()
    held = optimizer.state[params[1]]["exp_avg"]
    for skip in ({0}, {2}, ()):
        give_gradients(params, rng, skip)
        optimizer.step()
    assert held is optimizer.state[params[1]]["exp_avg"]
    assert optimizer.state[params[1]]["step"].item() == 4


CHANGES_OF_STATE = {
    "an entry replaced": lambda o, p: o.state[p].update(exp_avg=minitorch.ones_like(p)),
    "an entry taken out": lambda o, p: o.state[p].pop("exp_avg"),
    "an entry that is a number": lambda o, p: o.state[p].update(step=7),
    "an entry with other data": lambda o, p: setattr(
        o.state[p]["exp_avg"], "data", minitorch.ones_like(p)
    ),
    "the step written in place": lambda o, p: o.state[p]["step"].fill_(7),
    "a parameter's state replaced": lambda o, p: o.state.__setitem__(p, dict(o.state[p], step=7)),
    "a parameter's state taken out": lambda o, p: o.state.pop(p),
    "all state taken out": lambda o, p: o.state.clear(),
}


@pytest.mark.parametrize("change", CHANGES_OF_STATE)
def test_changes_of_the_state_count(change):
    """Two optimizers, one of which updates every parameter alone, see the same changes."""
    runs = []
    for together in (True, False):
        params = parameters()
        optimizer = optim.Adam(params, lr=0.1)
        optimizer.elementwise = together
        rng = np.random.default_rng(0)
        for step in range(4):
            give_gradients(params, rng)
            optimizer.step()
            if step == 1:
                CHANGES_OF_STATE[change](optimizer, params[0])
        runs.append(
            [*values(params), *(optimizer.state[p]["step"].detach().numpy() for p in params)]
        )
    assert_close(*runs, 1e-15)


def test_users_may_keep_entries_of_their_own_in_the_state():
    params = parameters()
    optimizer = optim.Adam(params)
    give_gradients(params, np.random.default_rng(0))
    optimizer.step()
    optimizer.state[params[0]]["note"] = "kept"
    plan = optimizer._plans[0].blocks
    optimizer.step()
    assert optimizer._plans[0].blocks[0] is plan[0]
    optimizer.load_state_dict(optimizer.state_dict())
    assert optimizer.state[params[0]]["note"] == "kept"


# -------------------------------------------------------------------- blocks


def test_small_parameters_are_updated_together_in_one_array():
    params = parameters([(3, 4), (4,), ()])
    optimizer = optim.Adam(params)
    give_gradients(params, np.random.default_rng(0))
    optimizer.step()
    (block,) = optimizer._plans[0].blocks
    assert block.value.shape == (17,)
    start = wrap(block.value).data_ptr()
    assert [p.data_ptr() - start for p in params] == [0, 12 * 8, 16 * 8]


def test_what_is_held_of_a_parameter_sees_its_updates():
    params = parameters([(2,), (2,), (2,)])
    held = [params[0].detach(), params[1].data, params[2].detach()[:]]
    optimizer = optim.SGD(params, lr=0.1)
    give_gradients(params, np.random.default_rng(0))
    optimizer.step()
    assert_close([np.asarray(each) for each in held], values(params), 0)


def test_an_array_of_a_parameter_sees_its_updates():
    params = parameters([(2,), (2,), (2,)])
    held = [params[0].detach().numpy()]
    optimizer = optim.SGD(params, lr=0.1)
    rng = np.random.default_rng(0)
    give_gradients(params, rng)
    optimizer.step()
    held += [p.detach().numpy() for p in params[1:]]
    for skip in ((), {0}, {1}, ()):
        give_gradients(params, rng, skip)
        optimizer.step()
        assert_close(held, values(params), 0)


def test_what_is_held_of_a_parameter_in_an_arena_sees_its_updates():
    params = parameters([(2,), (2,)])
    optimizer = optim.SGD(params, lr=0.1)
    rng = np.random.default_rng(0)
    give_gradients(params, rng)
    optimizer.step()
    held = [params[0].detach(), params[1].detach()[:]]
    for skip in ((), {0}, {1}, ()):
        give_gradients(params, rng, skip)
        optimizer.step()
        assert_close([np.asarray(each) for each in held], values(params), 0)


def test_a_state_dict_of_the_model_follows_the_training():
    model = nn.Linear(2, 2)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    saved = model.state_dict()
    model(minitorch.ones(1, 2)).sum().backward()
    optimizer.step()
    assert_close([saved["weight"].detach().numpy()], [model.weight.detach().numpy()], 0)


@every_rule
def test_given_other_memory_a_parameter_is_updated_there(name, options):
    params, others = parameters(), parameters()
    together, alone = (getattr(optim, name)(each, **options) for each in (params, others))
    alone.elementwise = False
    rng = np.random.default_rng(0)
    for step in range(6):
        give_gradients(params, rng)
        for p, q in zip(params, others):
            q.grad = p.grad.clone()
        if step in (2, 4):
            for each in (params, others):
                each[1].data = minitorch.full((4,), 0.5, dtype=minitorch.float64)
        together.step()
        alone.step()
        assert_close(values(params), values(others), 1e-15)


def test_memory_shared_on_purpose_stays_shared():
    params = parameters([(3,), (3,), (3,)])
    optimizer = optim.SGD(params, lr=0.1)
    give_gradients(params, np.random.default_rng(0))
    optimizer.step()
    params[1].data = params[0].data
    before = params[0].detach().numpy().copy()
    optimizer.step()
    assert_close(
        [before - 0.1 * (params[0].grad + params[1].grad).detach().numpy()],
        [params[0].detach().numpy()],
    )
    assert_close([params[0].detach().numpy()], [params[1].detach().numpy()], 0)


@every_rule
def test_blocks_change_nothing_but_the_speed(name, options, monkeypatch):
    """Parameters alone, together, and in pieces; gradients missing now and then."""
    runs = []
    for small, piece in ((0, 1 << 18), (1 << 13, 1 << 18), (1 << 13, 1 << 6)):
        monkeypatch.setattr(blocks, "SMALL", small)
        monkeypatch.setattr(blocks, "PIECE", piece)
        params = parameters([*SHAPES, (30, 20)])
        optimizer = getattr(optim, name)(params, **options)
        rng = np.random.default_rng(0)
        for _ in range(20):
            give_gradients(params, rng, [i for i in range(6) if rng.random() < 0.1])
            optimizer.step()
        runs.append(values(params))
    assert_close(runs[0], runs[1], 1e-14)
    assert_close(runs[0], runs[2], 1e-14)


def test_parameters_that_take_turns_end_up_in_blocks_of_their_own():
    params = parameters([(2,)] * 6)
    optimizer = optim.Adam(params)
    rng = np.random.default_rng(0)
    for step in range(6):
        give_gradients(params, rng, {0, 1, 2} if step % 2 else {3, 4, 5})
        optimizer.step()
    assert sorted(len(block.params) for block in optimizer._plans[0].blocks) == [3, 3]
    assert [optimizer.state[p]["step"].item() for p in params] == [3.0] * 6


def test_a_late_parameter_starts_from_its_own_first_step():
    params = parameters([(2,), (2,)])
    optimizer = optim.Adam(params, lr=0.1)
    rng = np.random.default_rng(0)
    for skip in ({1}, {1}, ()):
        give_gradients(params, rng, skip)
        before = values(params)
        optimizer.step()
    np.testing.assert_allclose(np.abs(params[1].detach().numpy() - before[1]), 0.1, rtol=1e-5)
    assert [optimizer.state[p]["step"].item() for p in params] == [3.0, 1.0]


def test_two_optimizers_may_share_parameters():
    params, others = parameters(), parameters()
    pair = [optim.SGD(params, lr=0.1, momentum=0.9), optim.Adam(params, lr=0.1)]
    alone = [optim.SGD(others, lr=0.1, momentum=0.9), optim.Adam(others, lr=0.1)]
    for optimizer in alone:
        optimizer.elementwise = False
    rng = np.random.default_rng(0)
    for step in range(6):
        give_gradients(params, rng)
        for p, q in zip(params, others):
            q.grad = p.grad.clone()
        pair[step % 2].step()
        alone[step % 2].step()
    assert_close(values(params), values(others), 1e-14)


@every_rule
def test_layout_and_dtype_of_parameters_are_free(name, options):
    rng = np.random.default_rng(0)
    transposed = minitorch.tensor(rng.normal(size=(3, 4)), dtype=minitorch.float64).T
    half, single = (
        parameters([(5,)], minitorch.float16),
        parameters([(5,), (2,)], minitorch.float32),
    )
    params = [transposed.detach().requires_grad_(), *half, *single]
    expected = transposed.detach().clone().requires_grad_()
    optimizer = getattr(optim, name)(params, **options)
    reference = getattr(optim, name)([expected], **options)
    for _ in range(3):
        give_gradients(params, rng)
        expected.grad = params[0].grad.clone()
        optimizer.step()
        reference.step()
    assert_close([params[0].detach().numpy()], [expected.detach().numpy()], 1e-14)
    assert [p.dtype for p in params[1:]] == [minitorch.float16] + [minitorch.float32] * 2
    assert not params[0].array.flags.c_contiguous


def test_moving_the_model_after_some_steps_is_followed():
    model = nn.Linear(3, 2)
    optimizer = optim.Adam(model.parameters())
    for dtype in (minitorch.float32, minitorch.float64):
        model.to(dtype)
        optimizer.zero_grad()
        model(minitorch.ones(1, 3, dtype=dtype)).sum().backward()
        before = values(model.parameters())
        optimizer.step()
        assert [p.dtype for p in model.parameters()] == [dtype, dtype]
        assert all((p.detach().numpy() != b).all() for p, b in zip(model.parameters(), before))


# -------------------------------------------------------------------- rules of one's own


class SignSGD(Optimizer):
    def __init__(self, params, lr=0.1):
        super().__init__(params, {"lr": lr})

    def update(self, p, g, state, *, lr):
        p -= lr * np.sign(g)


class NormSGD(Optimizer):
    """Steps of the same length for every parameter as a whole."""

    elementwise = False

    def __init__(self, params, lr=0.1):
        super().__init__(params, {"lr": lr})

    def update(self, p, g, state, *, lr):
        p -= lr * g / np.sqrt((g * g).sum())


class OwnStep(Optimizer):
    """A subclass in the manner of PyTorch."""

    def __init__(self, params, lr=0.1):
        super().__init__(params, {"lr": lr})

    def step(self, closure=None):
        with minitorch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    self.state[p]["steps"] = self.state[p].get("steps", 0) + 1
                    p.add_(p.grad, alpha=-group["lr"])


def test_a_rule_of_ones_own_needs_only_update():
    params = parameters()
    before = values(params)
    give_gradients(params, np.random.default_rng(0))
    SignSGD(params).step()
    assert_close(
        values(params), [b - 0.1 * np.sign(p.grad.detach().numpy()) for b, p in zip(before, params)]
    )


def test_a_rule_that_is_not_elementwise_sees_whole_parameters():
    params = parameters([(3, 4), (200, 300)])
    before = values(params)
    give_gradients(params, np.random.default_rng(0))
    NormSGD(params).step()
    for p, b in zip(params, before):
        np.testing.assert_allclose(np.linalg.norm(p.detach().numpy() - b), 0.1)


def test_a_subclass_may_override_step():
    params = parameters([(2,)])
    before = values(params)
    optimizer = OwnStep(params)
    give_gradients(params, np.random.default_rng(0))
    optimizer.step()
    assert_close(values(params), [before[0] - 0.1 * params[0].grad.detach().numpy()])
    assert optimizer.state_dict()["state"] == {0: {"steps": 1}}


def test_without_update_or_step_an_optimizer_says_so():
    params = parameters()
    optimizer = Optimizer(params, {})
    give_gradients(params, np.random.default_rng(0))
    with pytest.raises(NotImplementedError, match="Optimizer needs a method update or step"):
        optimizer.step()


@pytest.mark.parametrize("kind", [SignSGD, OwnStep])
def test_hooks_run_before_and_after_a_step(kind):
    params = parameters()
    optimizer = kind(params)
    give_gradients(params, np.random.default_rng(0))
    seen = []
    handles = [
        optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append(("before", args))),
        optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append(("after", kwargs))),
    ]
    optimizer.step(closure=None)
    assert seen == [("before", (optimizer,)), ("after", {"closure": None})]
    for handle in handles:
        handle.remove()
    optimizer.step()
    assert len(seen) == 2


def test_an_optimizer_that_only_wraps_another_needs_no_init_of_its_own():
    class Wrapper(Optimizer):
        def __init__(self, optimizer):
            self.optimizer = optimizer

        def step(self, closure=None):
            return self.optimizer.step(closure)

    p = nn.Parameter(minitorch.ones(1))
    p.grad = minitorch.ones(1)
    Wrapper(optim.SGD([p], lr=0.5)).step()
    assert p.item() == 0.5


def test_a_hook_may_change_the_arguments_of_a_step():
    optimizer = SignSGD(parameters())
    handle = optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: 5.0), {}))
    assert optimizer.step() == 5.0
    handle.remove()
    optimizer.register_step_pre_hook(lambda o, args, kwargs: "nonsense")
    with pytest.raises(RuntimeError, match="must return None or a tuple"):
        optimizer.step()


def test_a_wrapper_that_skips_init_may_ask_for_hooks_as_in_pytorch():
    class Wrapper(optim.Optimizer):
        def __init__(self, optimizer):
            self.optimizer = optimizer
            self._optimizer_step_pre_hooks = {}
            self._optimizer_step_post_hooks = {}
            self._patch_step_function()

        def step(self, closure=None):
            return self.optimizer.step(closure)

    p = minitorch.tensor([1.0], requires_grad=True)
    p.grad = minitorch.tensor([1.0])
    Wrapper(optim.SGD([p], lr=0.5)).step()
    assert p.item() == 0.5
