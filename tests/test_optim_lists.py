"""Update rules as functions of lists of tensors."""

import pytest

from minitorch import full_like, ones, ones_like, optim, tensor, zeros_like
from minitorch.optim import _functional
from minitorch.optim.adam import adam

# Options of the class and of the function, and what the state begins with, in the order of the
# function's lists; None: not there yet.
RULES = {
    "Adadelta": ({}, {}, [0, 0, 0]),
    "Adagrad": ({}, {}, [0, 0]),
    "Adam": ({"amsgrad": True, "betas": (0.8, 0.9)},
             {"amsgrad": True, "beta1": 0.8, "beta2": 0.9}, [0, 0, 0, 0]),
    "AdamW": ({}, {}, [0, 0, [], 0]),
    "Adamax": ({}, {}, [0, 0, 0]),
    "ASGD": ({"lr": 0.1}, {"lr": 0.1}, [0, 1, 0.1, 0]),
    "NAdam": ({}, {}, [0, 0, 1, 0]),
    "RAdam": ({}, {}, [0, 0, 0]),
    "RMSprop": ({"momentum": 0.9}, {"momentum": 0.9}, [0, [], 0, 0]),
    "Rprop": ({"etas": (0.4, 1.1)}, {"etaminus": 0.4, "etaplus": 1.1}, [0, 0.01, 0]),
    "SGD": ({"momentum": 0.9}, {"momentum": 0.9}, [None]),
}  # fmt: skip
NUMBERS = {"ASGD": [1, 2, 3], "NAdam": [2]}  # lists of single numbers, beside the steps


def beginning(name, p):
    *_, starts = RULES[name]
    for i, start in enumerate(starts):
        if isinstance(start, int | float):
            step = i == len(starts) - 1
            single = step or i in NUMBERS.get(name, [])
            yield [tensor(float(start)) if single else full_like(p, start)]
        else:
            yield [] if start == [] else [None]


@pytest.mark.parametrize("name", RULES)
def test_a_rule_over_lists_goes_where_its_optimizer_goes(name):
    options, by_name, _ = RULES[name]
    p, q = tensor([1.0, -2.0], requires_grad=True), tensor([1.0, -2.0])
    optimizer, lists = getattr(optim, name)([p], **options), list(beginning(name, q))
    for _ in range(3):
        p.grad = 2 * p.detach() + 1
        optimizer.step()
        getattr(_functional, name.lower())([q], [2 * q + 1], *lists, foreach=False, **by_name)
    assert q.tolist() == pytest.approx(p.tolist(), rel=1e-6) and q.grad is None
    for entry in optimizer.state[p].values():
        wanted = pytest.approx(entry.tolist(), rel=1e-6)
        assert any(each and each[0].tolist() == wanted for each in lists)


def test_a_rule_over_lists_can_be_differentiated():
    w = tensor([1.0, 3.0], requires_grad=True)
    p, momentum = w * 2, [None]
    for _ in range(2):
        g = p.clone() * w
        _functional.sgd([p], [g], momentum, lr=0.1, momentum=0.5, differentiable=True)
    p.sum().backward()
    # By hand p = 2 w - 0.5 w**2 + 0.02 w**3, and its derivative is 2 - w + 0.06 w**2.
    assert p.tolist() == pytest.approx([1.52, 2.04])
    assert w.grad.tolist() == pytest.approx([1.06, -0.46])


def test_what_a_rule_over_lists_cannot_take_is_refused():
    p = ones(2)
    with pytest.raises(
        RuntimeError, match=r"^API has changed, `state_steps` argument must contain"
    ):
        adam([p], [p], [zeros_like(p)], [zeros_like(p)], [], [0])
    with pytest.raises(
        TypeError, match=r"^adam\(\) takes 4 lists of state \(exp_avg, exp_avg_sq, "
    ):
        adam([p], [p], [zeros_like(p)], [ones_like(p)], [], [tensor(0.0)], False)
