"""An optimizer with other parameters and states for a while."""

from copy import deepcopy

import pytest

import minitorch
from minitorch import optim, tensor
from minitorch.optim import swap_in_optimizer_params_and_state


def stepped(freeze=False):
    """An optimizer of two groups that has made a step, and other tensors for its parameters."""
    p, q = (tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    optimizer = optim.AdamW([{"params": [p], "lr": 0.1}, {"params": [q], "weight_decay": 0.0}])
    p.grad, q.grad = minitorch.ones(2), None if freeze else minitorch.ones(2)
    optimizer.step()
    return optimizer, {"p": tensor([3.0, 4.0]), "q": tensor([5.0, 6.0])}


def test_inside_the_others_are_optimized_and_afterwards_all_is_as_before():
    optimizer, others = stepped()
    twin, saved = deepcopy(optimizer), deepcopy(optimizer.state_dict())
    before, params = optimizer.state, [group["params"] for group in optimizer.param_groups]
    saved["param_groups"][0]["lr"] = 1.0
    with swap_in_optimizer_params_and_state(optimizer, others, saved):
        assert [p.tolist() for g in optimizer.param_groups for p in g["params"]] == [[3, 4], [5, 6]]
        for p in others.values():
            p.grad = minitorch.ones(2)
        optimizer.step()
    assert others["p"].tolist() == pytest.approx([3 * 0.99 - 1, 4 * 0.99 - 1], abs=1e-5)
    assert saved["state"][0]["step"] == 2 and saved["state"][1]["exp_avg"][0] > 0.1
    assert optimizer.state is before and optimizer.param_groups[0]["lr"] == 0.1
    assert all(group["params"] is own for group, own in zip(optimizer.param_groups, params))
    for each in (optimizer, twin):
        for group in each.param_groups:
            group["params"][0].grad = minitorch.ones(2)
        each.step()
    mine, wanted = (each.param_groups[1]["params"][0] for each in (optimizer, twin))
    assert mine.tolist() == wanted.tolist()


def test_what_is_put_into_the_state_inside_is_forgotten():
    optimizer, others = stepped(freeze=True)
    saved = deepcopy(optimizer.state_dict())
    with pytest.raises(KeyError), swap_in_optimizer_params_and_state(optimizer, others, saved):
        optimizer.state[others["q"]]["step"] = tensor(7.0)
        optimizer.param_groups[0]["lr"] = 5.0
        raise KeyError
    assert list(saved["state"]) == [0] and optimizer.param_groups[0]["lr"] == 0.1


def changed(f):
    def change(saved):
        f(saved)
        return saved

    return change


UNFIT = [
    (lambda saved: {"state": []}, "swapin_optim_state['state'] to be a dict"),
    (lambda saved: {"state": {}}, "swapin_optim_state['param_groups'] to be a list"),
    (changed(lambda s: s["param_groups"].pop()), "a different number of parameter groups"),
    (changed(lambda s: s["state"].update({0: 1.0})), "entries to be dictionaries"),
    (changed(lambda s: s["state"].update(a=1)), "got extra keys ['a']"),
    (changed(lambda s: s["param_groups"][0].update(params=["p"])), "keyed by packed parameter ids"),
    (changed(lambda s: s["param_groups"][0].update(params=[])), "param group 0 has a different"),
    (changed(lambda s: s["param_groups"][0].pop("lr")), "Keys only in live: ['lr']"),
]


@pytest.mark.parametrize(("change", "message"), UNFIT, ids=[row[1] for row in UNFIT])
def test_what_does_not_fit_is_refused(change, message):
    optimizer, others = stepped()
    saved = change(deepcopy(optimizer.state_dict()))
    with pytest.raises(RuntimeError) as error:
        swap_in_optimizer_params_and_state(optimizer, others, saved).__enter__()
    assert message in str(error.value)


def test_it_needs_a_step_made_and_as_many_tensors():
    optimizer, others = stepped()
    with pytest.raises(RuntimeError, match="requires the explicit parameter state to match"):
        swap_in_optimizer_params_and_state(optimizer, {}, optimizer.state_dict()).__enter__()
    fresh = optim.SGD(others.values())
    with pytest.raises(RuntimeError, match="requires initialized optimizer state"):
        swap_in_optimizer_params_and_state(fresh, others, fresh.state_dict()).__enter__()
