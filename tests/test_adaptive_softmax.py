"""The adaptive softmax: its probabilities, its loss, what it predicts and refuses."""

import re

import numpy as np
import pytest
from against_torch import assert_close

import minitorch
from minitorch import nn, tensor


def layer(head_bias=False, **settings):
    return nn.AdaptiveLogSoftmaxWithLoss(16, 20, [5, 10, 15], 2.0, head_bias, **settings)


def test_its_parts_by_name_and_shape():
    shapes = {name: tuple(p.shape) for name, p in layer(True).state_dict().items()}
    assert shapes == {
        "head.weight": (8, 16), "head.bias": (8,),
        "tail.0.0.weight": (8, 16), "tail.0.1.weight": (5, 8),
        "tail.1.0.weight": (4, 16), "tail.1.1.weight": (5, 4),
        "tail.2.0.weight": (2, 16), "tail.2.1.weight": (5, 2),
    }  # fmt: skip
    assert layer().head.bias is None and layer().cutoffs == [5, 10, 15, 20]
    assert layer(dtype=minitorch.float64).tail[0][0].weight.dtype is minitorch.float64


def test_the_probabilities_of_all_classes_add_up_to_one():
    log_p = layer(True).log_prob(minitorch.randn(7, 16))
    np.testing.assert_allclose(log_p.exp().sum(1).detach().numpy(), np.ones(7), rtol=1e-5)


def test_the_output_is_the_log_probability_of_the_target_and_the_loss_their_negative_mean():
    model, x = layer(), minitorch.randn(6, 16)
    target = tensor([0, 4, 5, 17, 9, 4])
    found = model(x, target)
    wanted = model.log_prob(x)[minitorch.arange(6), target]
    np.testing.assert_allclose(found.output.tolist(), wanted.tolist(), rtol=1e-5)
    assert found.loss.item() == pytest.approx(-wanted.mean().item())
    one = model(x[3], target[3])
    assert one.output.shape == () and one.output.item() == pytest.approx(wanted[3].item())
    assert one.loss.item() == pytest.approx(-one.output.item())


def test_a_cluster_that_no_target_is_in_gets_no_gradient():
    model = layer()
    model(minitorch.randn(3, 16), tensor([1, 7, 2])).loss.backward()
    assert model.tail[0][0].weight.grad is not None
    assert model.tail[1][0].weight.grad is None and model.tail[2][0].weight.grad is None


def test_it_predicts_the_most_likely_class_wherever_that_is():
    model, x = layer(), minitorch.randn(64, 16)
    for boost in (-5, 0, 5):  # all in the shortlist, some of both, all in the clusters
        model.head.weight.data[5:] = 0.1 * boost
        inputs = x.abs()
        assert model.predict(inputs).tolist() == model.log_prob(inputs).argmax(1).tolist()


def test_the_gradient_of_the_loss_is_that_of_the_sum_of_its_parts():
    model, target = layer(dtype=minitorch.float64), tensor([0, 7, 12, 19])
    x = minitorch.randn(4, 16, dtype=minitorch.float64, requires_grad=True)
    assert minitorch.autograd.gradcheck(lambda x: model(x, target).loss, (x,))


def test_reset_draws_new_weights():
    model = layer(True)
    before = {name: p.clone() for name, p in model.state_dict().items()}
    model.reset_parameters()
    assert not any(minitorch.equal(p, before[name]) for name, p in model.state_dict().items())


SEQUENCE = (
    "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, "
    "where each value is between 1 and n_classes-1"
)
REFUSED = [
    (ValueError, "cutoffs should be a sequence of length larger than 0", lambda nn: cut(nn, [])),
    (ValueError, SEQUENCE, lambda nn: cut(nn, [5, 15, 15])),
    (ValueError, SEQUENCE, lambda nn: cut(nn, [5, 15, 10])),
    (ValueError, SEQUENCE, lambda nn: cut(nn, [5, 10, 20])),
    (ValueError, SEQUENCE, lambda nn: cut(nn, [0, 10])),
    (ValueError, SEQUENCE, lambda nn: cut(nn, [5.5])),
    (
        RuntimeError,
        "Input and target should have the same size in the batch dimension.",
        lambda nn: called(nn, (3, 16), [0, 5]),
    ),
    (
        RuntimeError,
        "1D target tensor expects 2D input tensors, but found inputs with size",
        lambda nn: called(nn, (2, 5, 16), [0, 5]),
    ),
    (
        RuntimeError,
        "0D target tensor expects 1D input tensors, but found inputs with size",
        lambda nn: called(nn, (2, 16), 1),
    ),
    (
        RuntimeError,
        "0D or 1D target tensor expected, multi-target not supported",
        lambda nn: called(nn, (2, 16), [[1], [2]]),
    ),
    (
        RuntimeError,
        "Target values should be in [0, 19], but values in range [3, 20] were found. ",
        lambda nn: called(nn, (2, 16), [20, 3]),
    ),
]


def cut(nn, cutoffs):
    return nn.AdaptiveLogSoftmaxWithLoss(16, 20, cutoffs)


def called(nn, shape, target):
    library = minitorch if nn is minitorch.nn else pytest.importorskip("torch")
    return cut(nn, [4, 10])(library.zeros(shape), library.tensor(target))


@pytest.mark.parametrize("number", range(len(REFUSED)))
@pytest.mark.parametrize("name", ["minitorch", pytest.param("torch", marks=pytest.mark.torch)])
def test_what_makes_no_sense_is_refused(number, name):
    kind, text, act = REFUSED[number]
    with pytest.raises(kind, match=re.escape(text)):
        act(pytest.importorskip(name).nn)


@pytest.mark.torch
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_torch_agrees(bias, dtype):
    torch = pytest.importorskip("torch")
    ours = layer(bias, dtype=getattr(minitorch, dtype))
    theirs = torch.nn.AdaptiveLogSoftmaxWithLoss(
        16, 20, [5, 10, 15], 2.0, bias, dtype=getattr(torch, dtype)
    )
    assert repr(ours) == repr(theirs)
    ours.load_state_dict({k: minitorch.tensor(v.numpy()) for k, v in theirs.state_dict().items()})
    draws, target = np.random.normal(size=(8, 16)).astype(dtype), np.random.randint(0, 20, 8)
    results = []
    for library, model in ((minitorch, ours), (torch, theirs)):
        x = library.tensor(draws, requires_grad=True)
        output, loss = model(x, library.tensor(target))
        loss.backward()
        shares = [p.grad for p in model.parameters()]
        results.append([output, loss, model.log_prob(x), model.predict(x), x.grad, *shares])
    for a, b in zip(*results, strict=True):
        assert_close(a, b, 1e-5 if dtype == "float32" else 1e-12)
