"""Two tensors that change places: `utils.swap_tensors`."""

import pytest

import minitorch
from minitorch import nn, tensor
from minitorch.utils import swap_tensors


def test_each_object_holds_what_the_other_held():
    a, b = tensor([0, 1]), tensor([2.0, 3.0, 4.0])
    a.note = "of a"
    swap_tensors(a, b)
    assert a.tolist() == [2, 3, 4] and b.tolist() == [0, 1]
    assert b.note == "of a" and not hasattr(a, "note")


def test_gradients_arrive_at_the_object_that_is_now_the_leaf():
    a, b = tensor([1.0]), tensor([2.0, 3.0], requires_grad=True)
    swap_tensors(a, b)
    (a * 2).sum().backward()
    assert a.grad.tolist() == [2, 2] and b.grad is None


def test_an_optimizer_sees_the_parameter_that_was_swapped_in():
    layer = nn.Linear(1, 1, bias=False)
    optimizer = minitorch.optim.SGD(layer.parameters(), lr=1.0)
    weight, other = layer.weight, nn.Parameter(tensor([[5.0]]))
    swap_tensors(layer.weight, other)
    layer(tensor([[1.0]])).sum().backward()
    optimizer.step()
    assert layer.weight is weight and weight.item() == 4


def test_a_tensor_with_views_is_refused():
    x = tensor([1.0, 2.0])
    view = x[:1]
    for first, second in ((x, tensor([0.0])), (view, tensor([0.0]))):
        with pytest.raises(RuntimeError, match=r"^Cannot swap t1: it shares its memory"):
            swap_tensors(first, second)
