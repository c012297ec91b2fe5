"""Optimizers: where ten steps lead, options given as Tensors, and gradients through a step."""

import math
import warnings

import numpy as np
import pytest

import minitorch
from minitorch import optim
from minitorch.autograd import gradcheck
from minitorch.optim.options import required

START = [[1.0, -2.0], [0.5, 3.0]]
PUSH = [[1.0, 2.0], [-3.0, 1.0]]
# Name, options, and the parameter after ten steps from START, recorded from PyTorch 2.13.
RECORDED = [
    ("SGD", {"lr": 0.1}, [0.3192944627, -0.7561248351, 0.2624911524, 1.0166513429]),
    (
        "SGD",
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.4, "weight_decay": 0.1},
        [-0.604996869, 0.9408516105, -0.066999073, -1.6804195432],
    ),
    (
        "SGD",
        {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True},
        [18.8968846169, -27.2696163325, 0.2398085198, 51.4285774],
    ),
    ("Adam", {"lr": 0.1}, [0.2755407465, -1.3114748983, 0.4621612748, 2.0522283883]),
    (
        "Adam",
        {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1},
        [0.2556465279, -1.1937066712, 0.4426612103, 2.0469524532],
    ),
    (
        "AdamW",
        {"lr": 0.1, "weight_decay": 0.1},
        [0.2265231791, -1.1570699917, 0.4153311964, 1.8145128687],
    ),
    ("RMSprop", {"lr": 0.1}, [-0.0451140505, -0.1785386676, 0.2022378739, 0.2580151748]),
    (
        "RMSprop",
        {"lr": 0.1, "momentum": 0.5, "centered": True, "weight_decay": 0.1},
        [0.0442327684, -0.0790890755, -0.1334263791, -0.0270409466],
    ),
    ("Adagrad", {"lr": 0.1}, [0.673461958, -1.6439507465, 0.4617056326, 2.5513631757]),
    (
        "Adagrad",
        {
            "lr": 0.1,
            "lr_decay": 0.1,
            "initial_accumulator_value": 0.5,
            "weight_decay": 0.1,
            "maximize": True,
        },
        [1.2888134625, -2.2513810853, 0.5033831259, 3.3617528275],
    ),
    ("Adadelta", {}, [0.9806528697, -1.9792561878, 0.4956367026, 2.9712355452]),
    (
        "Adadelta",
        {"lr": 0.5, "rho": 0.7, "weight_decay": 0.1, "maximize": True},
        [1.0059171538, -2.0071418529, 0.5011411528, 3.0096248729],
    ),
    ("Adamax", {"lr": 0.1}, [0.4992446192, -1.5287975675, 0.4964793023, 2.2586975023]),
    (
        "Adamax",
        {"lr": 0.1, "weight_decay": 0.1, "maximize": True},
        [1.6096376727, -2.3493336012, 0.4480188888, 3.791894638],
    ),
    ("NAdam", {"lr": 0.1}, [0.4860520974, -1.4329764652, 0.4224519929, 2.2778757541]),
    (
        "NAdam",
        {"lr": 0.1, "momentum_decay": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True},
        [0.4292214779, -1.2814491012, 0.3810726122, 2.0384247932],
    ),
    (
        "NAdam",
        {"lr": 0.1, "weight_decay": 0.1, "maximize": True},
        [1.6852953597, -2.5282137586, 0.5626135555, 3.7874290673],
    ),
    ("RAdam", {"lr": 0.1}, [0.4195994452, -1.3349714829, 0.6372735528, 1.5190910861]),
    (
        "RAdam",
        {"lr": 0.1, "betas": (0.8, 0.95), "weight_decay": 0.1, "decoupled_weight_decay": True},
        [0.3279943213, -1.1062393677, 0.5201531808, 1.2827025129],
    ),
    (
        "RAdam",
        {"lr": 0.1, "weight_decay": 0.1, "maximize": True},
        [1.6961796774, -2.6401576963, 0.1985019104, 4.6892257344],
    ),
    ("Rprop", {"lr": 0.1}, [-0.034464, -1.51696, 0.462, 0.4041317888]),
    (
        "Rprop",
        {"lr": 0.1, "etas": (0.4, 1.5), "step_sizes": (0.01, 0.15), "maximize": True},
        [2.45, -3.3, 0.505, 4.45],
    ),
    ("ASGD", {"lr": 0.1}, [0.319270848, -0.7560693968, 0.2624721623, 1.0165763943]),
    (
        "ASGD",
        {"lr": 0.1, "lambd": 0.1, "t0": 3, "weight_decay": 0.1, "maximize": True},
        [2.2183571587, -3.996405517, 0.723908379, 6.434917076],
    ),
    ("Adafactor", {}, [0.8707437309, -1.8614590965, 0.4680033863, 2.8359077613]),
    (
        "Adafactor",
        {"lr": 0.1, "eps": (0.0001, 0.01), "d": 1.5, "weight_decay": 0.1, "maximize": True},
        [4.1266713558, -4.2217067155, 1.2665127105, 5.5248650018],
    ),
]


def push(step):
    """What the gradient is besides the parameter."""
    return math.cos(2 * step) * minitorch.tensor(PUSH, dtype=minitorch.float64)


def walk(name, options, steps=10):
    p = minitorch.tensor(START, dtype=minitorch.float64, requires_grad=True)
    optimizer = getattr(optim, name)([p], **options)
    for step in range(steps):
        p.grad = p.detach() + push(step)
        optimizer.step()
    return p.detach().numpy().ravel()


@pytest.mark.parametrize(("name", "options", "end"), RECORDED)
def test_ten_steps_lead_where_they_led(name, options, end):
    np.testing.assert_allclose(walk(name, options), end, rtol=0, atol=2e-10)


@pytest.mark.parametrize(("name", "options", "end"), RECORDED)
def test_switches_of_how_to_compute_change_nothing(name, options, end):
    if name in ("SGD", "Adam", "AdamW", "Adagrad"):
        np.testing.assert_array_equal(walk(name, {**options, "fused": True}), walk(name, options))
    np.testing.assert_array_equal(walk(name, {**options, "foreach": True}), walk(name, options))


@pytest.mark.parametrize(
    ("name", "options", "end"), [row for row in RECORDED if row[0] != "Adafactor"]
)
def test_a_differentiable_step_leads_to_the_same_place(name, options, end):
    """The rule read on Tensors, and recorded, equals the rule on arrays."""
    p = minitorch.tensor(START, dtype=minitorch.float64, requires_grad=True).clone()
    optimizer = getattr(optim, name)([p], differentiable=True, **options)
    for step in range(10):
        p.grad = p.detach() + push(step)
        optimizer.step()
    assert p.requires_grad
    np.testing.assert_allclose(p.detach().numpy().ravel(), end, rtol=0, atol=2e-10)


@pytest.mark.parametrize("shape", [(), (1,)])
@pytest.mark.parametrize("name", sorted({row[0] for row in RECORDED} | {"Muon"}))
def test_a_learning_rate_may_be_a_tensor_and_change_in_place(name, shape):
    lr = minitorch.tensor(0.5, dtype=minitorch.float64).reshape(shape)
    ways = []
    for rate in (lr, 0.5):
        p = minitorch.tensor(START, dtype=minitorch.float64, requires_grad=True)
        optimizer = getattr(optim, name)([p], lr=rate)
        for step in range(4):
            p.grad = p.detach() + push(step)
            optimizer.step()
            if rate is lr:
                lr.mul_(0.5)
            else:
                optimizer.param_groups[0]["lr"] *= 0.5
        ways.append(p.detach().numpy())
    np.testing.assert_allclose(*ways, rtol=1e-12)


def test_betas_may_be_tensors():
    betas = (minitorch.tensor(0.9, dtype=minitorch.float64), minitorch.tensor([0.75]))
    np.testing.assert_allclose(
        walk("Adam", {"betas": betas}), walk("Adam", {"betas": (0.9, 0.75)}), rtol=1e-6
    )


def test_muon_steps_are_about_orthogonal():
    rng = np.random.default_rng(0)
    p = minitorch.zeros(6, 4, dtype=minitorch.float64, requires_grad=True)
    optimizer = optim.Muon([p], lr=1.0, weight_decay=0.0)
    p.grad = minitorch.tensor(rng.normal(size=(6, 4)))
    optimizer.step()
    singular = np.linalg.svd(p.detach().numpy(), compute_uv=False) / math.sqrt(6 / 4)
    assert 0.6 < singular.min() <= singular.max() < 1.3


@pytest.mark.torch
def test_muon_is_near_that_of_pytorch_which_computes_in_bfloat16():
    torch = pytest.importorskip("torch")
    for options in ({}, {"nesterov": False}, {"adjust_lr_fn": "match_rms_adamw"}):
        p = torch.tensor(START, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.Muon([p], lr=0.01, **options)
        for step in range(10):
            p.grad = p.detach() + math.cos(2 * step) * torch.tensor(PUSH)
            optimizer.step()
        np.testing.assert_allclose(
            walk("Muon", {"lr": 0.01, **options}), p.detach().numpy().ravel(), atol=2e-3
        )


def test_adafactor_keeps_rows_and_columns_of_matrices():
    params = [minitorch.ones(*shape, requires_grad=True) for shape in ((3,), (2, 4, 5))]
    optimizer = optim.Adafactor(params)
    for p in params:
        p.grad = minitorch.ones_like(p)
    optimizer.step()
    shapes = [{k: tuple(v.shape) for k, v in each.items()} for each in optimizer.state.values()]
    assert shapes == [
        {"step": (), "variance": (3,)},
        {"step": (), "row_var": (2, 4, 1), "col_var": (2, 1, 5)},
    ]


def test_adagrad_has_its_state_from_the_beginning():
    p = minitorch.ones(2, requires_grad=True)
    optimizer = optim.Adagrad([p], initial_accumulator_value=0.5)
    assert optimizer.state[p]["step"].item() == 0
    assert optimizer.state[p]["sum"].tolist() == [0.5, 0.5]


def test_steps_are_counted_in_the_default_dtype():
    minitorch.set_default_dtype(minitorch.float64)
    try:
        for name in ("Adam", "NAdam"):
            p = minitorch.ones(2, requires_grad=True)
            optimizer = getattr(optim, name)([p])
            p.grad = minitorch.ones(2)
            optimizer.step()
            assert optimizer.state[p]["step"].dtype is minitorch.float64
    finally:
        minitorch.set_default_dtype(minitorch.float32)


# -------------------------------------------------------------------- gradients through a step


def numbers(*names):
    """A state: random vectors under the names, after ten steps."""
    state = {name: minitorch.rand(6, dtype=minitorch.float64) for name in names}
    return {"step": minitorch.tensor(10.0, dtype=minitorch.float64), **state}


STATES = [
    ("SGD", {"momentum": 0.9, "weight_decay": 0.1}, ("momentum_buffer",)),
    ("SGD", {"momentum": 0.9, "nesterov": True, "maximize": True}, ("momentum_buffer",)),
    ("Adam", {"amsgrad": True}, ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")),
    ("AdamW", {"weight_decay": 0.1}, ("exp_avg", "exp_avg_sq")),
    ("RMSprop", {"weight_decay": 0.1, "momentum": 0.9}, ("square_avg", "momentum_buffer")),
    ("Adadelta", {"weight_decay": 0.1}, ("square_avg", "acc_delta")),
    ("Adagrad", {"weight_decay": 0.1}, ("sum",)),
    ("Adamax", {"weight_decay": 0.1}, ("exp_avg", "exp_inf")),
    ("ASGD", {}, ("ax",)),
    ("NAdam", {"weight_decay": 0.1}, ("exp_avg", "exp_avg_sq")),
    ("RAdam", {"decoupled_weight_decay": True}, ("exp_avg", "exp_avg_sq")),
    ("Rprop", {}, ("prev", "step_size")),
]


@pytest.mark.parametrize(("name", "options", "entries"), STATES)
def test_gradients_go_through_a_step(name, options, entries):
    minitorch.manual_seed(0)
    state = numbers(*entries)
    inputs = [minitorch.rand(6, dtype=minitorch.float64) for _ in range(2)]
    inputs += [state[entry] for entry in entries]

    def after(p, g, *values):
        p = p.clone()
        p.grad = g
        optimizer = getattr(optim, name)([p], lr=0.9, differentiable=True, **options)
        optimizer.state[p].update({"step": state["step"].clone()} if name != "SGD" else {})
        optimizer.state[p].update(zip(entries, values))
        optimizer.step()
        return (p, *[optimizer.state[p][entry] for entry in entries])

    assert gradcheck(after, [x.requires_grad_() for x in inputs])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("SGD", {"lr": 0.01, "weight_decay": 0.3}),
        ("Adam", {"lr": 0.01, "weight_decay": 0.9}),
        ("AdamW", {"lr": 0.1, "weight_decay": 0.9, "beta1": 0.9, "beta2": 0.99}),
    ],
)
def test_a_learning_rate_can_be_learned(name, options):
    """Gradients with respect to options of three steps, each of a loss of its own graph."""
    minitorch.manual_seed(0)
    start = minitorch.rand(4, dtype=minitorch.float64, requires_grad=True)
    values = [
        minitorch.tensor(value, dtype=minitorch.float64, requires_grad=True)
        for value in options.values()
    ]

    def end(p, *values):
        p = p.clone()
        given = dict(zip(options, [value.clone() for value in values]))
        if "beta1" in given:
            given["betas"] = (given.pop("beta1"), given.pop("beta2"))
        optimizer = getattr(optim, name)([p], differentiable=True, **given)
        for _ in range(3):
            loss = (p.sum() - 2) ** 2
            loss.backward(inputs=(p,), create_graph=True)
            optimizer.step()
            optimizer.zero_grad()
        return p

    assert gradcheck(end, (start, *values))


def test_a_leaf_cannot_be_stepped_differentiably():
    p = minitorch.ones(2, requires_grad=True)
    optimizer = optim.SGD([p], differentiable=True)
    p.grad = minitorch.ones(2)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used"):
        optimizer.step()


# -------------------------------------------------------------------- names, hooks, errors


def test_parameters_may_have_names():
    model = minitorch.nn.Linear(2, 1)
    optimizer = optim.SGD(model.named_parameters(), lr=0.1)
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]
    other = optim.SGD([("w", model.weight), ("b", model.bias)])
    saved = optimizer.state_dict()
    del saved["param_groups"][0]["param_names"]
    other.load_state_dict(saved)
    assert other.param_groups[0]["param_names"] == ["w", "b"]


def test_hooks_see_a_state_dict_made_and_loaded():
    optimizer = optim.SGD([minitorch.ones(1, requires_grad=True)])
    seen = []
    optimizer.register_state_dict_pre_hook(lambda o: seen.append("pre"))
    optimizer.register_state_dict_pre_hook(lambda o: seen.append("first"), prepend=True)
    optimizer.register_state_dict_post_hook(lambda o, state: {**state, "extra": 1})
    optimizer.register_load_state_dict_pre_hook(lambda o, state: seen.append("load"))
    optimizer.register_load_state_dict_post_hook(lambda o: seen.append("loaded"))
    saved = optimizer.state_dict()
    assert saved["extra"] == 1
    optimizer.load_state_dict(saved)
    assert seen == ["first", "pre", "load", "loaded"]


def test_hooks_of_all_optimizers_run_around_those_of_one():
    p = minitorch.ones(1, requires_grad=True)
    optimizer = optim.Adam([p])
    seen = []
    handles = [
        optim.optimizer.register_optimizer_step_pre_hook(lambda *_: seen.append("all")),
        optim.optimizer.register_optimizer_step_post_hook(lambda *_: seen.append("after all")),
        optimizer.register_step_pre_hook(lambda *_: seen.append("one")),
        optimizer.register_step_post_hook(lambda *_: seen.append("after one")),
    ]
    optimizer.step()
    assert seen == ["all", "one", "after one", "after all"]
    for handle in handles:
        handle.remove()
    optimizer.step()
    assert len(seen) == 4


def test_options_younger_than_a_checkpoint_get_their_defaults():
    p = minitorch.ones(2, requires_grad=True)
    optimizer = optim.Adam([p], maximize=True)
    p.grad = minitorch.ones(2)
    optimizer.step()
    saved = optimizer.state_dict()
    for name in ("maximize", "foreach", "capturable", "differentiable", "fused"):
        del saved["param_groups"][0][name]
    saved["state"][0]["step"] = 7
    optimizer.load_state_dict(saved)
    assert optimizer.param_groups[0]["maximize"] is False
    assert optimizer.param_groups[0]["fused"] is None
    assert optimizer.state[p]["step"].item() == 7.0
    optimizer.step()


def test_parameters_are_numbered_over_all_groups():
    a, b, c = (minitorch.ones(1, requires_grad=True) for _ in range(3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optimizer = optim.SGD([{"params": [a, a]}, {"params": [b, c]}])
    saved = optimizer.state_dict()["param_groups"]
    assert [group["params"] for group in saved] == [[1, 1], [2, 3]]


class NeedsRate(optim.Optimizer):
    def __init__(self, params):
        super().__init__(params, {"lr": required})


ONE = minitorch.ones(2, 2, requires_grad=True)
TWO = minitorch.tensor([0.1, 0.2])


def step_with(**options):
    p = minitorch.ones(1, requires_grad=True)
    p.grad = minitorch.ones(1)
    optim.Adam([p], **options).step()


REFUSED = [
    (lambda: NeedsRate([ONE]), ValueError, "parameter group didn't specify a value of required"),
    (lambda: optim.Adam([ONE], lr=TWO), ValueError, "Tensor lr must be 1-element"),
    (
        lambda: optim.Adam([ONE], lr=minitorch.tensor(0.1), foreach=True),
        ValueError,
        "lr as a Tensor is not supported for capturable=False and foreach=True",
    ),
    (
        lambda: optim.Adam([ONE], betas=(0.9, minitorch.tensor(0.9))),
        ValueError,
        "betas must be either both floats or both Tensors",
    ),
    (
        lambda: optim.Adam([ONE], betas=(minitorch.tensor(0.9),) * 2, foreach=True),
        ValueError,
        "betas[0] as a Tensor is not supported for capturable=False and foreach=True",
    ),
    (lambda: optim.SGD([ONE], fused=True, foreach=True), RuntimeError, "`fused` and `foreach`"),
    (
        lambda: optim.Adam([ONE], fused=True, differentiable=True),
        RuntimeError,
        "`fused` does not support `differentiable`",
    ),
    (
        lambda: step_with(capturable=True),
        AssertionError,
        "If capturable=True, params and state_steps must be on supported devices",
    ),
    (lambda: optim.Adagrad([ONE], lr_decay=-1), ValueError, "Invalid lr_decay value: -1"),
    (lambda: optim.Adadelta([ONE], rho=2), ValueError, "Invalid rho value: 2"),
    (lambda: optim.Rprop([ONE], etas=(1, 2)), ValueError, "Invalid eta values: 1, 2"),
    (lambda: optim.NAdam([ONE], momentum_decay=-1), ValueError, "Invalid momentum_decay value: -1"),
    (lambda: optim.Adafactor([ONE], d=0.5), ValueError, "Clipping threshold d should be >= 1"),
    (lambda: optim.Adafactor([ONE], beta2_decay=1), ValueError, "beta2_decay should be <= 0 but"),
    (lambda: optim.Muon([ONE], lr=-1), ValueError, "Learning rate should be >= 0 but is: -1"),
    (lambda: optim.Muon([TWO]), ValueError, "Muon only supports 2D parameters whereas we found"),
    (lambda: optim.Muon([ONE], adjust_lr_fn="x"), ValueError, "Adjust learning rate function x"),
    (lambda: optim.SparseAdam([ONE], lr=0.0), ValueError, "Invalid learning rate: 0.0"),
    (
        lambda: optim.SGD([("a", ONE), TWO]),
        ValueError,
        "all optimizer params should be with/without names. Some param names are missing",
    ),
    (
        lambda: optim.SGD([{"params": [ONE]}, {"params": [("a", TWO)]}]),
        ValueError,
        "all optimizer param groups should be with/without names. cannot add param group with",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_what_cannot_be_is_refused(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)


def test_sparse_adam_says_to_take_adam():
    p = minitorch.ones(2, requires_grad=True)
    optimizer = optim.SparseAdam([p])
    optimizer.step()
    p.grad = minitorch.ones(2)
    with pytest.raises(RuntimeError, match="SparseAdam does not support dense gradients"):
        optimizer.step()
