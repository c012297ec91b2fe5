"""Linear and Bilinear layers, distances and angles as layers."""

import numpy as np
import pytest
from against_torch import compare_modules
from refusals import refusal_tests

import minitorch
from minitorch import nn, tensor
from minitorch.nn.modules.linear import NonDynamicallyQuantizableLinear


def test_bilinear_is_a_product_for_each_output():
    layer = nn.Bilinear(2, 3, 4)
    assert {name: tuple(p.shape) for name, p in layer.named_parameters()} == {
        "weight": (4, 2, 3),
        "bias": (4,),
    }
    a, b = minitorch.randn(5, 2), minitorch.randn(5, 3)
    wanted = minitorch.einsum("ni,kij,nj->nk", a, layer.weight, b) + layer.bias
    np.testing.assert_allclose(layer(a, b).tolist(), wanted.tolist(), rtol=1e-4, atol=1e-6)
    assert layer(a[0], b[0]).shape == (4,)
    assert nn.Bilinear(2, 3, 4, bias=False).bias is None


def test_weights_start_out_evenly_within_their_bound():
    for layer, count in ((nn.Linear(400, 50), 400), (nn.Bilinear(400, 5, 20), 400)):
        bound = 1 / count**0.5
        for p in layer.parameters():
            assert p.abs().max() <= bound and p.abs().max() > 0.9 * bound
        assert layer.weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.03)


def test_the_linear_layer_of_attention_is_a_linear_layer():
    layer = NonDynamicallyQuantizableLinear(2, 3, bias=False)
    assert isinstance(layer, nn.Linear) and layer.bias is None
    assert repr(layer).startswith("NonDynamicallyQuantizableLinear(in_features=2")


def test_distances_and_angles_by_hand():
    a, b = tensor([[3.0, 0.0], [1.0, 1.0]]), tensor([[0.0, 4.0], [1.0, 1.0]])
    np.testing.assert_allclose(nn.PairwiseDistance(eps=0)(a, b).numpy(), [5, 0])
    np.testing.assert_allclose(nn.PairwiseDistance(1.0, 0)(a, b).numpy(), [7, 0])
    assert nn.PairwiseDistance(keepdim=True)(a, b).shape == (2, 1)
    np.testing.assert_allclose(nn.CosineSimilarity()(a, b).numpy(), [0, 1], rtol=1e-6)
    np.testing.assert_allclose(nn.CosineSimilarity(dim=0)(a, a).numpy(), [1, 1], rtol=1e-6)
    assert nn.CosineSimilarity()(a, tensor([[1, 2]])).dtype is minitorch.float32


REFUSED = [
    (TypeError, "empty(): argument 'size'", lambda: nn.Linear(10.5, 5)),
    (TypeError, "empty(): argument 'size'", lambda: nn.Linear(10, "five")),
    (TypeError, "empty(): argument 'size'", lambda: nn.Bilinear(10, 5, "three")),
    (
        ValueError,
        "in1_features must be > 0, but got (in1_features=0)",
        lambda: nn.Bilinear(0, 5, 3),
    ),
    (
        RuntimeError,
        "mat1 and mat2 must have the same dtype, but got Double and Float",
        lambda: nn.Linear(2, 3)(minitorch.ones(2, 2).double()),
    ),
    (
        RuntimeError,
        "expected m1 and m2 to have the same dtype, but got: double != float",
        lambda: nn.Linear(2, 3, bias=False)(minitorch.ones(2, 2).double()),
    ),
    (
        RuntimeError,
        "both arguments to linear need to be at least 1D, but they are 0D and 2D",
        lambda: nn.Linear(2, 3)(tensor(1.0)),
    ),
    (
        RuntimeError,
        "bilinear(): input2 size does not match weight size: got 2 but expected 3",
        lambda: nn.Bilinear(2, 3, 4)(minitorch.ones(5, 2), minitorch.ones(5, 2)),
    ),
    (
        RuntimeError,
        "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1",
        lambda: nn.CosineSimilarity()(minitorch.ones(2, 3), minitorch.ones(2, 4)),
    ),
    (
        RuntimeError,
        "expected common dtype to be floating point, yet common dtype is Long",
        lambda: nn.CosineSimilarity()(tensor([[1]]), tensor([[1]])),
    ),
]

test_what_makes_no_sense_is_refused, test_torch_refuses_too = refusal_tests(REFUSED)


LAYERS = [
    (lambda nn: nn.Bilinear(4, 3, 5), (6, 4), (6, 3)),
    (lambda nn: nn.Bilinear(4, 3, 5, bias=False), (2, 6, 4), (2, 6, 3)),
    (lambda nn: nn.Bilinear(4, 3, 1), (4,), (3,)),
    (lambda nn: nn.PairwiseDistance(), (6, 4), (6, 4)),
    (lambda nn: nn.PairwiseDistance(3.0, 1e-3, True), (6, 4), (1, 4)),
    (lambda nn: nn.CosineSimilarity(), (6, 4), (6, 4)),
    (lambda nn: nn.CosineSimilarity(0, 1e-2), (6, 4), (6, 1)),
]


@pytest.mark.torch
@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_torch_agrees(number):
    torch = pytest.importorskip("torch")
    make, *shapes = LAYERS[number]
    compare_modules(torch, make(nn), make(torch.nn), *(np.random.normal(size=s) for s in shapes))


def test_a_number_is_no_input_of_a_linear_layer():
    with pytest.raises(TypeError, match=r"linear\(\): argument 'input' \(position 1\) must be Ten"):
        nn.Linear(1, 1)(3)
