"""nn.utils.prune: masks, what each method chooses, several in turn, removing."""

import numpy as np
import pytest

import minitorch
from minitorch import nn, tensor
from minitorch.nn.utils import prune

VALUES = [[1.0, -6.0, 3.0, 0.5], [-2.0, 5.5, 0.0, 4.0], [7.0, -8.0, 9.0, -0.25]]


def layer():
    made = nn.Linear(4, 3)
    made.load_state_dict({"weight": tensor(VALUES), "bias": minitorch.ones(3)})
    return made


def zeros(pruned):
    """The places where the weight is pruned."""
    return [tuple(place) for place in np.argwhere(pruned.weight_mask.numpy() == 0).tolist()]


def test_a_pruned_weight_is_mask_times_original():
    pruned = prune.l1_unstructured(layer(), "weight", 3)
    assert zeros(pruned) == [(0, 3), (1, 2), (2, 3)]
    assert list(pruned.state_dict()) == ["bias", "weight_orig", "weight_mask"]
    assert [name for name, _ in pruned.named_parameters()] == ["bias", "weight_orig"]
    assert prune.is_pruned(nn.Sequential(pruned)) and not prune.is_pruned(layer())
    y = pruned(minitorch.ones(1, 4))
    assert y.tolist() == [[-1, 8.5, 9]]
    y.sum().backward()
    assert pruned.weight_orig.grad.tolist() == [[1, 1, 1, 0], [1, 1, 0, 1], [1, 1, 1, 0]]


def test_removing_makes_the_pruning_last():
    pruned = prune.l1_unstructured(layer(), "weight", 3)
    original = pruned.weight_orig
    prune.remove(pruned, "weight")
    assert pruned.weight is original and pruned.weight[0, 3] == 0 and pruned.weight[0, 0] == 1
    assert list(pruned.state_dict()) == ["bias", "weight"] and not prune.is_pruned(pruned)
    with pytest.raises(ValueError, match="has to be pruned before pruning can be removed"):
        prune.remove(pruned, "weight")


def test_a_share_is_rounded_to_elements():
    assert len(zeros(prune.l1_unstructured(layer(), "weight", 0.3))) == 4
    assert len(zeros(prune.random_unstructured(layer(), "weight", 0.5))) == 6
    assert zeros(prune.l1_unstructured(layer(), "weight", 0.0)) == []


def test_slices_go_by_their_norm_or_at_random():
    assert zeros(prune.ln_structured(layer(), "weight", 1, 1, 0)) == [(0, i) for i in range(4)]
    assert zeros(prune.ln_structured(layer(), "weight", 1, float("inf"), -1)) == [
        (i, 3) for i in range(3)
    ]
    assert len(zeros(prune.random_structured(layer(), "weight", 2, 1))) == 6
    assert zeros(prune.ln_structured(layer(), "weight", 0, 2, 0)) == []


def test_a_second_method_chooses_among_what_is_left():
    pruned = prune.l1_unstructured(layer(), "weight", 3)
    prune.l1_unstructured(pruned, "weight", 1)
    assert zeros(pruned) == [(0, 0), (0, 3), (1, 2), (2, 3)]
    prune.ln_structured(pruned, "weight", 1, 2, 0)
    assert zeros(pruned) == [*((0, i) for i in range(4)), (1, 2), (2, 3)]
    prune.custom_from_mask(pruned, "weight", tensor([[1, 0, 1, 1]] * 3))
    assert zeros(pruned) == [*((0, i) for i in range(4)), (1, 1), (1, 2), (2, 1), (2, 3)]
    (container,) = pruned._forward_pre_hooks.values()
    assert [type(method).__name__ for method in container] == [
        "L1Unstructured",
        "L1Unstructured",
        "LnStructured",
        "CustomFromMask",
    ]
    assert len(container) == 4 and container[-1].PRUNING_TYPE == "global"


def test_scores_choose_instead_of_the_values():
    scores = minitorch.arange(12.0).reshape(3, 4)
    pruned = prune.l1_unstructured(layer(), "weight", 2, importance_scores=scores)
    assert zeros(pruned) == [(0, 0), (0, 1)]
    pruned = prune.ln_structured(layer(), "weight", 1, 2, 1, importance_scores=-scores)
    assert zeros(pruned) == [(i, 0) for i in range(3)]


def test_several_parameters_are_pruned_as_one():
    first, second = layer(), layer()
    with minitorch.no_grad():
        second.weight *= 10
    places = [(first, "weight"), (second, "weight")]
    prune.global_unstructured(places, prune.L1Unstructured, amount=4)
    assert zeros(first) == [(0, 3), (1, 2), (2, 3)] and zeros(second) == [(1, 2)]
    prune.global_unstructured(
        places,
        prune.L1Unstructured,
        importance_scores={places[1]: minitorch.zeros(3, 4)},
        amount=2,
    )
    assert len(zeros(first)) == 3 and len(zeros(second)) == 3


def test_identity_only_sets_the_hook_up():
    pruned = prune.identity(layer(), "bias")
    assert pruned.bias_mask.tolist() == [1, 1, 1] and prune.is_pruned(pruned)


def test_a_method_prunes_a_tensor_by_itself():
    x = tensor([3.0, -1.0, 2.0])
    assert prune.L1Unstructured(1).prune(x).tolist() == [3, 0, 2]
    assert prune.L1Unstructured(1).prune(x, default_mask=tensor([0.0, 1, 1])).tolist() == [0, 0, 2]
    assert prune.L1Unstructured(1).prune(x, importance_scores=-x.abs() * x).tolist() == [3, 0, 2]


class EveryOther(prune.BasePruningMethod):
    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t, default_mask):
        mask = default_mask.clone()
        mask.view(-1)[::2] = 0
        return mask


def test_own_methods_are_subclasses():
    pruned = layer()
    EveryOther.apply(pruned, "weight")
    EveryOther.apply(pruned, "weight")
    assert pruned.weight_mask.reshape(-1).tolist() == [0, 0, 0, 1] * 3


class Odd(EveryOther):
    PRUNING_TYPE = "odd"


class NoDim(EveryOther):
    PRUNING_TYPE = "structured"


class FarDim(NoDim):
    dim = -3


def twice(method):
    pruned = layer()
    prune.identity(pruned, "weight")
    method.apply(pruned, "weight")


@pytest.mark.parametrize(
    "kind, text, act",
    [
        (ValueError, "amount=-1 should", lambda: prune.l1_unstructured(layer(), "weight", -1)),
        (ValueError, "amount=1.5 should", lambda: prune.l1_unstructured(layer(), "weight", 1.5)),
        (
            TypeError,
            "Invalid type for amount: a. Must be int or float.",
            lambda: prune.l1_unstructured(layer(), "weight", "a"),
        ),
        (
            ValueError,
            "amount=13 should be smaller than the number of parameters to prune=12",
            lambda: prune.l1_unstructured(layer(), "weight", 13),
        ),
        (
            ValueError,
            "Structured pruning can only be applied to multidimensional tensors.",
            lambda: prune.ln_structured(layer(), "bias", 1, 2, 0),
        ),
        (
            IndexError,
            "Invalid index 5 for tensor of size",
            lambda: prune.ln_structured(layer(), "weight", 1, 2, 5),
        ),
        (
            AssertionError,
            "must match self.mask shape",
            lambda: prune.custom_from_mask(layer(), "weight", minitorch.ones(2)),
        ),
        (
            AssertionError,
            "importance_scores should have the same shape as parameter weight",
            lambda: prune.l1_unstructured(
                layer(), "weight", 1, importance_scores=minitorch.ones(2)
            ),
        ),
        (
            TypeError,
            "parameters is not an Iterable",
            lambda: prune.global_unstructured(3, prune.L1Unstructured, amount=1),
        ),
        (
            TypeError,
            "importance_scores must be of type dict",
            lambda: prune.global_unstructured([], prune.L1Unstructured, [], amount=1),
        ),
        (
            TypeError,
            'Only "unstructured" PRUNING_TYPE supported',
            lambda: prune.global_unstructured(
                [(layer(), "weight")], prune.LnStructured, amount=1, n=2
            ),
        ),
        (ValueError, "Unrecognized PRUNING_TYPE odd", lambda: twice(Odd)),
        (AttributeError, "need to have the attribute `dim`", lambda: twice(NoDim)),
        (IndexError, "out of bounds for tensor with dimensions 2", lambda: twice(FarDim)),
        (
            TypeError,
            "is not a BasePruningMethod subclass",
            lambda: prune.PruningContainer(named("weight")).add_pruning_method(3),
        ),
    ],
)
def test_what_cannot_be_pruned_is_refused(kind, text, act):
    with pytest.raises(kind) as error:
        act()
    assert text in str(error.value)


def test_a_container_prunes_one_tensor():
    container = prune.PruningContainer(named("weight"))
    with pytest.raises(ValueError, match="acting on the parameter named 'weight'"):
        container.add_pruning_method(named("bias"))


def named(name):
    method = prune.L1Unstructured(1)
    method._tensor_name = name
    return method


def test_a_failure_leaves_the_layer_as_it_was():
    whole = layer()
    with pytest.raises(ValueError, match="should be smaller"):
        prune.l1_unstructured(whole, "weight", 99)
    assert sorted(whole.state_dict()) == ["bias", "weight"] and not whole._forward_pre_hooks
    assert isinstance(whole.weight, nn.Parameter)
