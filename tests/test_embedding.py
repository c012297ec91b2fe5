"""Embeddings: which rows come out, which get a gradient, and what is refused."""

import re

import numpy as np
import pytest
from against_torch import compare

import minitorch
import minitorch.nn.functional as F
from minitorch import tensor


def table(rows=5, width=3):
    return minitorch.arange(float(rows * width)).reshape(rows, width).requires_grad_()


def test_rows_that_were_asked_for_twice_get_both_gradients():
    weight = table()
    y = F.embedding(tensor([[1, 3], [1, 0]]), weight)
    assert y.shape == (2, 2, 3) and (y[0, 1] == weight[3]).all()
    y.sum().backward()
    assert weight.grad[:, 0].tolist() == [1, 2, 0, 1, 0]


def test_the_row_of_padding_gets_no_gradient():
    for padding in (1, -4):
        weight = table()
        F.embedding(tensor([1, 3, 1]), weight, padding_idx=padding).sum().backward()
        assert weight.grad[:, 0].tolist() == [0, 0, 0, 1, 0]


def test_gradients_can_be_divided_by_how_often_a_row_was_asked_for():
    weight = table()
    F.embedding(tensor([1, 3, 1]), weight, scale_grad_by_freq=True).sum().backward()
    assert weight.grad[:, 0].tolist() == [0, 1, 0, 1, 0]


def test_long_rows_are_shortened_in_place():
    weight = tensor([[3.0, 4.0], [0.0, 0.5], [30.0, 40.0]])
    y = F.embedding(tensor([0, 1, 0]), weight, max_norm=1.0)
    np.testing.assert_allclose(weight.numpy(), [[0.6, 0.8], [0, 0.5], [30, 40]], rtol=1e-6)
    assert (y[0] == weight[0]).all()


def test_bags_of_different_lengths():
    weight = table()
    given, offsets = tensor([0, 1, 4, 4, 2]), tensor([0, 2, 2, 4])
    sums = F.embedding_bag(given, weight, offsets, mode="sum")
    assert sums[:, 0].tolist() == [3, 0, 24, 6]
    assert F.embedding_bag(given, weight, offsets)[:, 0].tolist() == [1.5, 0, 12, 6]
    largest = F.embedding_bag(given, weight, offsets, mode="max")
    assert largest[:, 0].tolist() == [3, 0, 12, 6]
    largest.sum().backward()
    assert weight.grad[:, 0].tolist() == [0, 1, 1, 0, 1]


def test_bags_with_factors_padding_and_a_last_offset():
    weight = table()
    given, factors = tensor([0, 1, 4]), tensor([2.0, 3.0, 5.0], requires_grad=True)
    y = F.embedding_bag(
        given,
        weight,
        tensor([0, 2, 3]),
        mode="sum",
        per_sample_weights=factors,
        include_last_offset=True,
        padding_idx=4,
    )
    assert y[:, 0].tolist() == [9, 0]
    y.sum().backward()
    assert weight.grad[:, 0].tolist() == [2, 3, 0, 0, 0]
    assert factors.grad.tolist() == [3, 12, 0]


@pytest.mark.torch
@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_torch_agrees_on_bags(mode):
    torch = pytest.importorskip("torch")
    weight = np.random.normal(size=(6, 4))
    index, offsets = np.random.randint(0, 6, 9), np.array([0, 3, 3, 4])
    for given in ((index, offsets), (index.reshape(3, 3), None)):

        def call(library, functional, given=given):
            index, offsets = (None if x is None else library.tensor(x) for x in given)
            return lambda w: functional.embedding_bag(index, w, offsets, mode=mode, padding_idx=2)

        both = call(minitorch, F), call(torch, torch.nn.functional)
        compare(torch, *both, [weight], second=False)


REFUSED = [
    (IndexError, "index out of range in self", lambda: F.embedding(tensor([5]), table())),
    (IndexError, "index out of range in self", lambda: F.embedding(tensor([-1]), table())),
    (RuntimeError, "'weight' must be 2-D", lambda: F.embedding(tensor([0]), tensor([1.0]))),
    (
        RuntimeError,
        "Expected tensor for argument #1 'indices' to have one of the following scalar types: "
        "Long, Int",
        lambda: F.embedding(tensor([0.0]), table()),
    ),
    (
        AssertionError,
        "Padding_idx must be within num_embeddings",
        lambda: F.embedding(tensor([0]), table(), padding_idx=5),
    ),
    (
        ValueError,
        "mode has to be one of sum, mean or max",
        lambda: F.embedding_bag(tensor([[0]]), table(), mode="min"),
    ),
    (
        ValueError,
        "max mode does not support scaling the gradient by the frequency",
        lambda: F.embedding_bag(tensor([[0]]), table(), mode="max", scale_grad_by_freq=True),
    ),
    (
        ValueError,
        "if input is 2D, then offsets has to be None",
        lambda: F.embedding_bag(tensor([[0]]), table(), tensor([0])),
    ),
    (
        RuntimeError,
        "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from "
        "position 0. However, got 1",
        lambda: F.embedding_bag(tensor([0, 1]), table(), tensor([1])),
    ),
    (
        NotImplementedError,
        "per_sample_weights is only supported for mode='sum' (got mode='mean')",
        lambda: F.embedding_bag(tensor([[0]]), table(), per_sample_weights=tensor([[1.0]])),
    ),
]
IDS = [re.sub(r"\W+", " ", text)[:50] for _, text, _ in REFUSED]


@pytest.mark.parametrize("kind, text, act", REFUSED, ids=IDS)
def test_what_makes_no_sense_is_refused(kind, text, act):
    with pytest.raises(kind) as error:
        act()
    assert text in str(error.value)


@pytest.mark.torch
@pytest.mark.parametrize("kind, text, act", REFUSED, ids=IDS)
def test_torch_refuses_too(kind, text, act, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setitem(globals(), "F", torch.nn.functional)
    monkeypatch.setitem(globals(), "tensor", torch.tensor)
    monkeypatch.setitem(globals(), "minitorch", torch)
    with pytest.raises(kind) as error:
        act()
    assert text in str(error.value)
