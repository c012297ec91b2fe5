"""Embeddings: which rows come out, which get a gradient, and what is refused."""

import numpy as np
import pytest
from against_torch import compare, compare_modules
from refusals import refusal_tests

import minitorch
import minitorch.nn.functional as F
from minitorch import nn, tensor


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


# -------------------------------------------------------------------- layers


def test_an_embedding_starts_out_normal_with_zeros_for_padding():
    layer = nn.Embedding(1000, 20, padding_idx=-2)
    assert list(layer.state_dict()) == ["weight"] and layer.padding_idx == 998
    assert abs(layer.weight.mean().item()) < 0.05 and abs(layer.weight.std().item() - 1) < 0.05
    assert (layer.weight[998] == 0).all()
    layer.reset_parameters()
    assert (layer.weight[998] == 0).all() and layer.weight.requires_grad
    assert nn.EmbeddingBag(4, 3, padding_idx=0).weight[0].tolist() == [0, 0, 0]
    assert nn.Embedding(4, 3, dtype=minitorch.float64).weight.dtype is minitorch.float64


def test_an_embedding_looks_up_its_rows():
    layer = nn.Embedding(5, 3)
    index = tensor([[1, 3], [1, 0]])
    assert minitorch.equal(layer(index), layer.weight[index])
    assert layer(tensor(2)).shape == (3,) and layer(index.int()).shape == (2, 2, 3)


def test_pretrained_rows_are_shared_and_frozen_unless_asked_for():
    rows = tensor([[1.0, 2.0], [3.0, 4.0]])
    for kind in (nn.Embedding, nn.EmbeddingBag):
        layer = kind.from_pretrained(rows)
        assert not layer.weight.requires_grad and layer.weight.data_ptr() == rows.data_ptr()
        assert kind.from_pretrained(rows, freeze=False).weight.requires_grad
    assert nn.Embedding.from_pretrained(rows, padding_idx=1).weight[1].tolist() == [3, 4]
    whole = nn.Embedding.from_pretrained(tensor([[1, 2]], dtype=minitorch.uint8))
    assert whole(tensor([0, 0])).tolist() == [[1, 2], [1, 2]]


def test_settings_reach_the_function():
    layer = nn.Embedding(5, 3, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True)
    layer.weight.data.fill_(1.0)
    y = layer(tensor([1, 1, 2]))
    np.testing.assert_allclose(y.detach().abs().sum(1).numpy(), np.ones(3), rtol=1e-6)
    assert layer.weight[0].tolist() == [1, 1, 1]
    y.sum().backward()
    assert layer.weight.grad[:, 0].tolist() == [0, 1, 1, 0, 0]
    bag = nn.EmbeddingBag(5, 3, mode="sum", scale_grad_by_freq=True)
    bag(tensor([[4, 1, 4]])).sum().backward()
    assert bag.weight.grad[:, 0].tolist() == [0, 1, 0, 0, 1]
    bag = nn.EmbeddingBag(5, 3, mode="sum", padding_idx=2, include_last_offset=True)
    y = bag(tensor([1, 2, 4]), tensor([0, 2, 3]), tensor([2.0, 5.0, 3.0]))
    assert minitorch.equal(y, minitorch.stack([2 * bag.weight[1], 3 * bag.weight[4]]))


def test_a_max_over_nothing_is_zero_and_has_a_gradient():
    bag = nn.EmbeddingBag(4, 3, mode="max")
    y = bag(tensor([]).long(), tensor([0, 0]))
    assert y.tolist() == [[0, 0, 0], [0, 0, 0]]
    y.sum().backward()
    assert (bag.weight.grad == 0).all()


def test_sparse_gradients_are_dense_and_said_to_be():
    with pytest.warns(UserWarning, match="minitorch leaves out sparse tensors, so the gradient"):
        layer = nn.Embedding(5, 3, sparse=True)
    layer(tensor([1, 1])).sum().backward()
    grad = layer.weight.grad
    assert grad[:, 0].tolist() == [0, 2, 0, 0, 0]
    assert not grad.is_sparse and grad.to_dense() is grad
    assert grad.to_dense(minitorch.float64).dtype is minitorch.float64
    with pytest.warns(UserWarning, match="sparse=True"):
        nn.EmbeddingBag(5, 3, sparse=True)


def test_layers_print_what_is_not_the_default():
    layers = [
        nn.Embedding(10, 3),
        nn.Embedding(10, 3, -1, 2.0, 1.0, True),
        nn.EmbeddingBag(10, 3),
        nn.EmbeddingBag(10, 3, 2.0, 1.0, True, "sum", padding_idx=0),
    ]
    assert [repr(layer) for layer in layers] == [
        "Embedding(10, 3)",
        "Embedding(10, 3, padding_idx=9, max_norm=2.0, norm_type=1.0, scale_grad_by_freq=True)",
        "EmbeddingBag(10, 3, mode='mean')",
        "EmbeddingBag(10, 3, max_norm=2.0, norm_type=1.0, scale_grad_by_freq=True, mode='sum', "
        "padding_idx=0)",
    ]


LAYERS = [
    lambda nn: nn.Embedding(6, 4),
    lambda nn: nn.Embedding(6, 4, padding_idx=2, scale_grad_by_freq=True),
    lambda nn: nn.Embedding(6, 4, max_norm=1.0, norm_type=3.0),
    lambda nn: nn.EmbeddingBag(6, 4),
    lambda nn: nn.EmbeddingBag(6, 4, padding_idx=2, mode="sum"),
    lambda nn: nn.EmbeddingBag(6, 4, mode="max", max_norm=1.0),
]


@pytest.mark.torch
@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_torch_agrees_on_layers(number):
    torch = pytest.importorskip("torch")
    index = np.random.randint(0, 6, (5, 3))

    def fixed(library):
        class Model(library.nn.Module):
            def __init__(self):
                super().__init__()
                self.table = LAYERS[number](library.nn)

            def forward(self, x):
                return self.table(library.tensor(index)) * x

        return Model()

    compare_modules(torch, fixed(minitorch), fixed(torch), np.random.normal(size=4))


# -------------------------------------------------------------------- refusals

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
    (
        RuntimeError,
        "Index 1 of input takes value 7 which is not in the valid range [0, 5)",
        lambda: F.embedding_bag(tensor([[0, 7]]), table()),
    ),
    (
        RuntimeError,
        "embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be -1",
        lambda: F.embedding_bag(tensor([[0, -1]]), table(), mode="max"),
    ),
    (
        RuntimeError,
        "padding_idx must be within the number of embeddings, -5 through 4, but got 5",
        lambda: F.embedding_bag(tensor([[0]]), table(), padding_idx=5),
    ),
    (
        RuntimeError,
        "offsets[-1] can not be greater than input's length 2 but got offsets[-1] of 5",
        lambda: F.embedding_bag(tensor([0, 1]), table(), tensor([0, 5])),
    ),
    (
        RuntimeError,
        "include_last_offset: number of offset should be at least 1",
        lambda: nn.EmbeddingBag(3, 2, include_last_offset=True)(tensor([0]), tensor([]).long()),
    ),
    (
        RuntimeError,
        "Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 "
        "'per_sample_weights'; but type torch.FloatTensor does not equal torch.DoubleTensor",
        lambda: nn.EmbeddingBag(3, 2, mode="sum")(tensor([[0]]), None, tensor([[1.0]]).double()),
    ),
    (
        RuntimeError,
        "Long, Int; but got torch.FloatTensor instead (while checking arguments for embedding_bag)",
        lambda: nn.EmbeddingBag(3, 2)(tensor([0]), tensor([0.0])),
    ),
    (
        RuntimeError,
        "Half, BFloat16, Float, Double; but got torch.LongTensor instead",
        lambda: F.embedding_bag(tensor([[0]]), tensor([[1]])),
    ),
    (
        AssertionError,
        "Padding_idx must be within num_embeddings",
        lambda: nn.Embedding(5, 2, padding_idx=-6),
    ),
    (
        AssertionError,
        "padding_idx must be within num_embeddings",
        lambda: nn.EmbeddingBag(5, 2, padding_idx=5),
    ),
    (
        AssertionError,
        "Embeddings parameter is expected to be 2-dimensional",
        lambda: nn.EmbeddingBag.from_pretrained(tensor([1.0])),
    ),
    (
        AssertionError,
        "Shape of weight does not match num_embeddings and embedding_dim",
        lambda: nn.Embedding(3, 2, _weight=tensor([[1.0]])),
    ),
]

test_what_makes_no_sense_is_refused, test_torch_refuses_too = refusal_tests(REFUSED)


@pytest.mark.parametrize(
    "norm_type, wanted", [(float("inf"), [0.75, 1]), (0, [6, 8]), (1, [3 / 7, 4 / 7])]
)
def test_rows_are_shortened_in_any_norm(norm_type, wanted):
    weight = tensor([[12.0, 16.0]])
    F.embedding(tensor([0]), weight, max_norm=1.0, norm_type=norm_type)
    np.testing.assert_allclose(weight.numpy(), [wanted], rtol=1e-6)
