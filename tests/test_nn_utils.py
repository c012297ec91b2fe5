"""nn.utils: gradients clipped, parameters as one vector."""

import math

import numpy as np
import pytest

import minitorch
from minitorch import nn, tensor
from minitorch.nn import utils


def parameters():
    """Two parameters with the gradients (3, 0) and (4,), and one without."""
    a, b = nn.Parameter(tensor([1.0, 2.0])), nn.Parameter(tensor([3.0]))
    a.grad, b.grad = tensor([3.0, 0.0]), tensor([-4.0])
    return [a, nn.Parameter(tensor([0.0])), b]


def test_gradients_are_scaled_to_a_norm_over_all():
    a, none, b = parameters()
    first = a.grad
    assert utils.clip_grad_norm_([a, none, b], 1.0).item() == 5
    np.testing.assert_allclose(a.grad.numpy(), [0.6, 0], rtol=1e-5)
    np.testing.assert_allclose(b.grad.numpy(), [-0.8], rtol=1e-5)
    assert a.grad is first and none.grad is None


def test_small_gradients_stay_as_they_are():
    a, _, b = parameters()
    assert utils.clip_grad_norm_(iter([a, b]), 10.0).item() == 5
    assert a.grad.tolist() == [3, 0] and b.grad.tolist() == [-4]


@pytest.mark.parametrize(
    "p, norm", [(1, 7), (2.0, 5), (3, 91 ** (1 / 3)), (math.inf, 4), ("inf", 4)]
)
def test_norms(p, norm):
    gradients = [each.grad for each in parameters() if each.grad is not None]
    assert utils.get_total_norm(gradients, p).item() == pytest.approx(norm)
    assert utils.get_total_norm(gradients[0]).item() == 3
    assert utils.get_total_norm([]).item() == 0


def test_a_norm_that_is_not_finite_can_be_refused():
    a, _, _ = parameters()
    a.grad[0] = math.nan
    with pytest.raises(RuntimeError, match=r"total norm of order 2\.0 .* is non-finite"):
        utils.clip_grad_norm_(a, 1.0, error_if_nonfinite=True)
    assert math.isnan(utils.clip_grad_norm_(a, 1.0).item())


def test_an_empty_generator_is_warned_of():
    with pytest.warns(UserWarning, match="is an empty generator, no gradient clipping will occur"):
        utils.clip_grad_norm_((p for p in ()), 1.0)


def test_gradients_are_clipped_one_by_one():
    a, none, b = parameters()
    utils.clip_grad_value_([a, none, b], 2)
    assert a.grad.tolist() == [2, 0] and b.grad.tolist() == [-2]
    utils.clip_grad_value_(a, 1.0)
    assert a.grad.tolist() == [1, 0]


def test_a_norm_can_be_given():
    a, _, b = parameters()
    utils.clip_grads_with_norm_([a, b], 1.0, tensor(10.0))
    np.testing.assert_allclose(a.grad.numpy(), [0.3, 0], rtol=1e-5)


def test_parameters_as_one_vector_and_back():
    layer = nn.Linear(2, 3)
    vector = utils.parameters_to_vector(layer.parameters())
    assert vector.shape == (9,) and vector.requires_grad
    utils.vector_to_parameters(minitorch.arange(9.0), layer.parameters())
    assert layer.weight.tolist() == [[0, 1], [2, 3], [4, 5]] and layer.bias.tolist() == [6, 7, 8]
    assert isinstance(layer.weight, nn.Parameter) and layer.weight.requires_grad
    with pytest.raises(TypeError, match=r"expected torch\.Tensor, but got: list"):
        utils.vector_to_parameters([1.0], layer.parameters())


@pytest.mark.torch
@pytest.mark.parametrize("p", [1.0, 2.0, 2.5, math.inf])
def test_torch_clips_alike(p):
    torch = pytest.importorskip("torch")
    gradients = [np.random.normal(size=shape).astype("float32") for shape in ((3, 4), (5,))]

    def clipped(library):
        given = [library.nn.Parameter(library.zeros(*g.shape)) for g in gradients]
        for each, g in zip(given, gradients, strict=True):
            each.grad = library.from_numpy(g.copy())
        norm = library.nn.utils.clip_grad_norm_(given, 0.7, p)
        library.nn.utils.clip_grad_value_(given, 0.2)
        return [norm.numpy(), *[each.grad.numpy() for each in given]]

    for ours, theirs in zip(clipped(minitorch), clipped(torch), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
