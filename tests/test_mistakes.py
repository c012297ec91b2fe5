"""What beginners get wrong, and the sentence that says what to do instead."""

import pytest

import minitorch
from minitorch import nn, ones, optim, tensor
from minitorch.nn import functional as F
from minitorch.utils.data import DataLoader
from minitorch.vision import transforms


class Forgetful(nn.Module):
    """Its `forward` returns nothing."""

    def forward(self, x):
        x.relu()


MISTAKES = {
    "a loss gets the batch in place of its options": (
        lambda: nn.CrossEntropyLoss(ones(2, 3), tensor([0, 1])),
        "a layer or loss is made first, then called: nn.MSELoss()(x, y)",
    ),
    "and between tensors": (
        lambda: ones(2) > 0 and ones(2) < 2,
        "elementwise and, or, not are &, |, ~",
    ),
    "a list as condition": (
        lambda: minitorch.where([True], ones(1), ones(1)),
        "where(): argument 'condition' (position 1) must be Tensor, not list",
    ),
    "a bool as condition": (
        lambda: minitorch.where(True, ones(1), ones(1)),
        "where(): argument 'condition' (position 1) must be Tensor, not bool",
    ),
    "a reduction that there isn't": (
        lambda: F.mse_loss(ones(2), ones(2), reduction="average"),
        "it is 'mean', 'sum' or 'none'",
    ),
    "the tuple that an LSTM returns goes on to a layer": (
        lambda: nn.Linear(4, 2)(nn.LSTM(3, 4)(ones(5, 2, 3))),
        "it holds tensors: take out the one you mean, as in output, state = lstm(x)",
    ),
    "forward without return": (
        lambda: F.relu(Forgetful()(ones(2))),
        "has forward() a return?",
    ),
    "the loss of a forward without return": (
        lambda: F.mse_loss(Forgetful()(ones(2)), ones(2)),
        "'NoneType' object has no attribute 'shape'",
    ),
    "a list of layers": (
        lambda: nn.Sequential([nn.Linear(2, 2), nn.ReLU()]),
        "give them one by one: Sequential(*layers)",
    ),
    "a function among layers": (
        lambda: nn.Sequential(nn.Linear(2, 2), F.relu),
        "functions are called in forward(); the layer may be called nn.ReLU()",
    ),
    "heads that do not share the width": (
        lambda: nn.MultiheadAttention(10, 3),
        "embed_dim 10   num_heads 3",
    ),
    "groups that do not share the channels": (
        lambda: nn.Conv2d(3, 8, 3, groups=2),
        "in_channels 3   groups 2",
    ),
    "a model in place of its parameters": (
        lambda: optim.SGD(nn.Linear(2, 2), lr=0.1),
        "give model.parameters()",
    ),
    "parameters that are not called": (
        lambda: optim.SGD(nn.Linear(2, 2).parameters, lr=0.1),
        "give model.parameters()",
    ),
    "a path in place of a state dict": (
        lambda: nn.Linear(2, 2).load_state_dict("model.pt"),
        "read the file first: load_state_dict(minitorch.load(path))",
    ),
    "a model in place of its state dict": (
        lambda: nn.Linear(2, 2).load_state_dict(nn.Linear(2, 2)),
        "give its state_dict()",
    ),
    "the path first, then what to save": (
        lambda: minitorch.save("model.pt", {"a": ones(2)}),
        "what is saved comes first: save(model.state_dict(), path)",
    ),
    "items of different shapes in a batch": (
        lambda: next(iter(DataLoader([ones(2), ones(3)], batch_size=2))),
        "bring the items to one shape in the Dataset, or give the DataLoader a collate_fn",
    ),
    "a fraction added in place to integers": (
        lambda: tensor([1, 2]).add_(0.5),
        "convert first, with .to(minitorch.float32), or leave out the in-place form",
    ),
    "a slice backwards": (
        lambda: ones(3)[::-1],
        "x.flip(0) turns a dimension round",
    ),
    "fewer classes than labels": (
        lambda: F.one_hot(tensor([0, 5]), 3),
        "largest 5   num_classes 3",
    ),
    "the name of a dtype in place of it": (
        lambda: ones(2).to("float64"),
        "Invalid device string: 'float64'\n  a dtype is given as minitorch.float64",
    ),
    "a word in place of True or False": (
        lambda: minitorch.set_grad_enabled("no"),
        "set_grad_enabled(): argument 'enabled' (position 1) must be bool, not str",
    ),
    "a list where a tensor gives its shape": (
        lambda: minitorch.randn_like([1.0]),
        "randn_like(): argument 'input' (position 1) must be Tensor, not list",
    ),
    "a tensor for ToTensor": (
        lambda: transforms.ToTensor()(ones(1, 2, 2)),
        "of a tensor leave ToTensor out",
    ),
    "a sparse tensor": (
        lambda: ones(2, 2).to_sparse(),
        "minitorch leaves out sparse tensors: all are dense",
    ),
    "bfloat16": (
        lambda: ones(2).bfloat16(),
        "minitorch leaves out dtypes that NumPy does not have: take float16 or float32",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_error_says_what_to_do(mistake):
    act, remedy = MISTAKES[mistake]
    with pytest.raises(
        (TypeError, ValueError, RuntimeError, AttributeError, AssertionError)
    ) as error:
        act()
    assert remedy in str(error.value)


@pytest.mark.parametrize("name", ["to_sparse", "bfloat16", "dequantize"])
def test_what_is_left_out_is_no_attribute_of_a_tensor(name):
    assert not hasattr(ones(2), name)
    assert not hasattr(minitorch.Tensor, name)
