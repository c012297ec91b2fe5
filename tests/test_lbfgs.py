"""L-BFGS and its line search."""

import copy

import numpy as np
import pytest

import minitorch
from minitorch import optim
from minitorch.optim.line_search import Point, cubic_minimum, strong_wolfe


def rosenbrock(x, y):
    return ((1 - x) ** 2 + 100 * (y - x**2) ** 2).sum()


def closure_of(optimizer, params):
    def closure():
        optimizer.zero_grad()
        loss = rosenbrock(*params)
        loss.backward()
        return loss

    return closure


def start():
    return [
        minitorch.tensor(values, dtype=minitorch.float64, requires_grad=True)
        for values in ([-1.5, 0.3], [1.0, 2.0])
    ]


def test_a_line_search_finds_the_bottom_of_a_valley():
    params = start()
    optimizer = optim.LBFGS(params, line_search_fn="strong_wolfe", max_iter=100)
    first = optimizer.step(closure_of(optimizer, params))
    assert first.item() == pytest.approx(rosenbrock(*start()).item())
    np.testing.assert_allclose([p.tolist() for p in params], 1, atol=1e-5)


def test_without_a_line_search_every_step_is_lr_long():
    p = minitorch.tensor([4.0], requires_grad=True)
    optimizer = optim.LBFGS([p], lr=0.5, max_iter=1)

    def closure():
        optimizer.zero_grad()
        loss = (p * p).sum() / 2
        loss.backward()
        return loss

    optimizer.step(closure)
    assert p.item() == 3.5  # the first step is lr * min(1, 1/sum|g|) * g long
    optimizer.step(closure)
    assert p.item() == pytest.approx(1.75)  # then lr of the way to the bottom


def test_zero_gradients_move_nothing():
    p = minitorch.tensor([4.0])
    optimizer = optim.LBFGS([p], tolerance_grad=-1.0)
    assert optimizer.step(lambda: minitorch.tensor([10.0])).tolist() == [10.0]
    assert p.tolist() == [4.0]


def test_a_tensor_for_lr_stays_one_and_may_be_changed():
    p, lr = minitorch.tensor([4.0], requires_grad=True), minitorch.tensor(0.5)
    optimizer = optim.LBFGS([p], lr=lr, max_iter=1)

    def closure():
        optimizer.zero_grad()
        (p * p / 2).sum().backward()
        return 0.0

    optimizer.step(closure)
    lr.fill_(0.25)
    optimizer.step(closure)
    assert optimizer.state[p]["t"] is lr
    assert p.item() == pytest.approx(3.5 * 0.75)


def test_a_quadratic_bowl_is_solved_within_its_dimensions():
    rng = np.random.default_rng(0)
    root = rng.normal(size=(6, 6))
    matrix = minitorch.tensor(root @ root.T + np.eye(6))
    p = minitorch.ones(6, dtype=minitorch.float64, requires_grad=True)
    optimizer = optim.LBFGS([p], line_search_fn="strong_wolfe", max_iter=40)

    def closure():
        optimizer.zero_grad()
        loss = p @ matrix @ p / 2
        loss.backward()
        return loss

    optimizer.step(closure)
    assert np.abs(p.detach().numpy()).max() < 1e-6
    assert optimizer.state[p]["n_iter"] <= 40


@pytest.mark.torch
@pytest.mark.parametrize(
    "options",
    [
        {"lr": 0.1, "max_iter": 4},
        {"line_search_fn": "strong_wolfe", "max_iter": 5},
        {"line_search_fn": "strong_wolfe", "history_size": 2, "max_eval": 4},
    ],
)
def test_steps_are_those_of_pytorch(options):
    torch = pytest.importorskip("torch")
    ours = start()
    theirs = [torch.tensor(p.tolist(), dtype=torch.float64, requires_grad=True) for p in ours]
    mine, reference = optim.LBFGS(ours, **options), torch.optim.LBFGS(theirs, **options)
    for _ in range(3):
        losses = [
            optimizer.step(closure_of(optimizer, params)).item()
            for optimizer, params in ((mine, ours), (reference, theirs))
        ]
        assert losses[0] == pytest.approx(losses[1], rel=1e-10)
    for p, q in zip(ours, theirs):
        np.testing.assert_allclose(p.tolist(), q.tolist(), rtol=0, atol=1e-10)
    saved, expected = mine.state_dict()["state"][0], reference.state_dict()["state"][0]
    assert saved.keys() == expected.keys()
    assert (saved["func_evals"], saved["n_iter"]) == (expected["func_evals"], expected["n_iter"])


def test_a_run_goes_on_from_its_state_dict_and_as_a_copy():
    params = start()
    optimizer = optim.LBFGS(params, max_iter=3, lr=0.1)
    optimizer.step(closure_of(optimizer, params))
    others = [p.detach().clone().requires_grad_() for p in params]
    other = optim.LBFGS(others, max_iter=3, lr=0.1)
    other.load_state_dict(optimizer.state_dict())
    copied = copy.deepcopy(optimizer)
    runs = [(optimizer, params), (other, others), (copied, copied.param_groups[0]["params"])]
    for each, its in runs:
        each.step(closure_of(each, its))
    for _, its in runs[1:]:
        np.testing.assert_array_equal([p.tolist() for p in its], [p.tolist() for p in params])


def test_one_group_only():
    a, b = start()
    with pytest.raises(ValueError, match="LBFGS doesn't support per-parameter options"):
        optim.LBFGS([{"params": [a]}, {"params": [b]}])


def test_an_unknown_line_search_is_refused():
    params = start()
    optimizer = optim.LBFGS(params, line_search_fn="armijo")
    with pytest.raises(RuntimeError, match="only 'strong_wolfe' is supported"):
        optimizer.step(closure_of(optimizer, params))


def test_the_minimum_of_a_cubic_is_found_and_kept_in_bounds():
    def at(t):  # t^3 - 3 t, lowest at 1
        return Point(t, t**3 - 3 * t, None, 3 * t**2 - 3)

    assert cubic_minimum(at(0.0), at(2.0), 0.0, 2.0) == pytest.approx(1.0)
    assert cubic_minimum(at(2.0), at(0.0), 0.0, 0.5) == 0.5


@pytest.mark.parametrize("first", [1e-3, 0.5, 1.0, 30.0])
def test_a_found_point_is_low_and_flat_enough(first):
    def at(t):
        return Point(t, (t - 1) ** 4 + 0.1 * t, None, 4 * (t - 1) ** 3 + 0.1)

    origin = at(0.0)
    point, tried = strong_wolfe(at, origin, first, 1.0, 25)
    assert tried <= 26
    assert point.loss <= origin.loss + 1e-4 * point.t * origin.slope
    assert abs(point.slope) <= 0.9 * abs(origin.slope)
