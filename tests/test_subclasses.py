"""Classes of a program's own that derive from Tensor and Parameter."""

import copy
import pickle
from unittest.mock import patch

import pytest

import minitorch
from minitorch import Tensor, nn, ones, overrides


class Scaled(nn.Parameter):
    def __new__(cls, data=None, requires_grad=True, scale=1.0):
        self = Tensor._make_subclass(cls, data, requires_grad)
        self.scale = scale
        return self


class Named(Tensor):
    def __new__(cls, data, name):
        return super().__new__(cls, data)

    def __init__(self, data, name):
        self.name = name


overrides.end()  # other tests want functions as they are without such classes


@pytest.fixture(autouse=True)
def functions_as_they_were():
    yield
    overrides.end()


def test_a_parameter_can_be_made_by_new():
    data = ones(2)
    weight = Scaled(data, scale=3.0)
    assert isinstance(weight, Scaled) and weight.requires_grad and weight.scale == 3
    (weight * 2).sum().backward()
    assert weight.grad.tolist() == [2, 2]
    data[0] = 5
    assert weight[0] == 5


def test_a_parameter_of_its_own_class_belongs_to_a_module():
    module = nn.Module()
    module.weight = Scaled(ones(2), scale=3.0)
    assert [type(p) for p in copy.deepcopy(module).parameters()] == [Scaled]
    assert copy.deepcopy(module).weight.scale == 3


def test_init_of_a_subclass_need_not_call_that_of_the_tensor():
    x = Named([1.0, 2.0], "x")
    assert x.name == "x" and x.sum() == 3


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_a_copy_keeps_class_and_attributes(again):
    copied = again(Named([1.0, 2.0], "x"))
    assert type(copied) is Named and copied.name == "x" and copied.tolist() == [1, 2]


@pytest.mark.parametrize("kind", [nn.Parameter, nn.UninitializedParameter, nn.UninitializedBuffer])
def test_new_can_be_replaced_for_a_while(kind):
    made, new = [], kind.__new__

    def counted(cls, *args, **kwargs):
        made.append(cls)
        return new(cls, *args, **kwargs)

    with patch.object(kind, "__new__", counted):
        kind()
    assert isinstance(kind(), kind) and made == [kind]


@pytest.mark.parametrize("data", [3, [1.0]])
def test_a_parameter_is_made_of_a_tensor(data):
    for kind in (nn.Parameter, nn.Buffer):
        with pytest.raises(
            AttributeError, match=f"'{type(data).__name__}' object has no attribute"
        ):
            kind(data)
    assert nn.Parameter().shape == nn.Buffer().shape == minitorch.Size([0])


def test_a_tensor_can_be_seen_as_one_of_a_subclass():
    class Marked(Tensor):
        pass

    x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    y = x.as_subclass(Marked)
    assert type(y) is Marked and y._base is x and type(y.as_subclass(Tensor)) is Tensor
    (y * 3).sum().backward()
    assert x.grad.tolist() == [3, 3]
    with pytest.raises(TypeError, match="a class that does not inherit from Tensor"):
        x.as_subclass(int)
    with pytest.raises(TypeError, match=r"cls must be a type \(got int\)"):
        x.as_subclass(3)


def test_subclasses_print_under_their_name():
    class Long(Tensor):
        pass

    class Weight(nn.Parameter):
        pass

    assert repr(Long([[1.0], [2.0]])) == "Long([[1.],\n      [2.]])"
    assert repr(Weight(ones(2))) == "Parameter(Weight([1., 1.], requires_grad=True))"
    assert repr(nn.Buffer(ones(1))) == "tensor([1.])"
