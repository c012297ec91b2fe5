"""Parametrizations: registering, computing, assigning, removing, and those that PyTorch brings."""

import copy
import pickle

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.nn import utils
from minitorch.nn.utils import parametrizations, parametrize


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).mT

    def right_inverse(self, x):
        return x.triu()


class Twice(nn.Module):
    def forward(self, x):
        return x * 2


class Outer(nn.Module):
    """A matrix from two vectors."""

    def forward(self, a, b):
        return a.unsqueeze(1) * b.unsqueeze(0)

    def right_inverse(self, x):
        return x[:, 0].clone(), x[0].clone()


def gives(forward=lambda self, *x: x[0], right_inverse=None):
    """A parametrization of these two functions."""
    parts = {"forward": forward}
    if right_inverse is not None:
        parts["right_inverse"] = right_inverse
    return type("Given", (nn.Module,), parts)()


def square():
    """A Linear of 3 to 3 with weight 0, 1, ..., 8 and bias 1."""
    layer = nn.Linear(3, 3)
    layer.load_state_dict(
        {"weight": minitorch.arange(9.0).reshape(3, 3), "bias": minitorch.ones(3)}
    )
    return layer


def symmetric():
    return parametrize.register_parametrization(square(), "weight", Symmetric())


# -------------------------------------------------------------------- registering


def test_a_parametrized_weight_is_computed_from_the_original():
    layer = symmetric()
    assert type(layer).__name__ == "ParametrizedLinear" and isinstance(layer, nn.Linear)
    assert layer.weight.tolist() == [[0, 1, 2], [1, 4, 5], [2, 5, 8]]
    assert list(layer.state_dict()) == ["bias", "parametrizations.weight.original"]
    assert [name for name, _ in layer.named_parameters()] == list(layer.state_dict())
    assert parametrize.is_parametrized(layer) and parametrize.is_parametrized(layer, "weight")
    assert not parametrize.is_parametrized(layer, "bias")
    assert parametrize.type_before_parametrizations(layer) is nn.Linear
    assert parametrize.type_before_parametrizations(nn.Linear(1, 1)) is nn.Linear
    layer(minitorch.ones(1, 3)).sum().backward()
    assert layer.parametrizations.weight.original.grad.tolist() == [[1, 2, 2], [0, 1, 2], [0, 0, 1]]


def test_it_prints_as_a_child():
    assert repr(symmetric()) == (
        "ParametrizedLinear(\n"
        "  in_features=3, out_features=3, bias=True\n"
        "  (parametrizations): ModuleDict(\n"
        "    (weight): ParametrizationList(\n"
        "      (0): Symmetric()\n"
        "    )\n"
        "  )\n"
        ")"
    )


def test_assigning_goes_through_right_inverse():
    layer = symmetric()
    layer.weight = minitorch.ones(3, 3)
    assert layer.parametrizations.weight.original.tolist() == [[1, 1, 1], [0, 1, 1], [0, 0, 1]]
    assert (layer.weight == 1).all()
    parametrize.register_parametrization(layer, "weight", Twice())
    assert (layer.weight == 2).all()
    with pytest.raises(RuntimeError, match="parametrization Twice does not implement right_inv"):
        layer.weight = minitorch.ones(3, 3)


def test_a_weight_may_be_made_of_several_tensors():
    layer = parametrize.register_parametrization(square(), "weight", Outer())
    names = ["bias", "parametrizations.weight.original0", "parametrizations.weight.original1"]
    assert list(layer.state_dict()) == names
    layer.weight = minitorch.ones(3, 3) * 2
    assert (layer.weight == 4).all()
    with pytest.raises(ValueError, match="Cannot leave unparametrized"):
        parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
    parametrize.remove_parametrizations(layer, "weight")
    assert isinstance(layer.weight, nn.Parameter) and (layer.weight == 4).all()


def test_removing_the_last_one_gives_the_class_back():
    layer = symmetric()
    parametrize.register_parametrization(layer, "bias", Twice())
    original = layer.parametrizations.weight.original
    parametrize.remove_parametrizations(layer, "weight")
    assert layer.weight is original and layer.weight.tolist() == [[0, 1, 2], [1, 4, 5], [2, 5, 8]]
    assert type(layer) is not nn.Linear and list(layer._parameters) == ["weight"]
    parametrize.remove_parametrizations(layer, "bias", leave_parametrized=False)
    assert type(layer) is nn.Linear and layer.bias.tolist() == [1, 1, 1]
    assert not hasattr(layer, "parametrizations")
    with pytest.raises(ValueError, match="does not have a parametrization on weight"):
        parametrize.remove_parametrizations(layer, "weight")


def test_a_buffer_stays_a_buffer():
    layer = nn.BatchNorm1d(2)
    parametrize.register_parametrization(layer, "running_mean", Twice())
    assert "parametrizations.running_mean.original" in dict(layer.named_buffers())
    parametrize.remove_parametrizations(layer, "running_mean")
    assert "running_mean" in layer._buffers


def test_the_original_may_be_parametrized_too():
    layer = symmetric()
    entry = layer.parametrizations.weight
    parametrize.register_parametrization(entry, "original", Twice())
    assert layer.weight.tolist() == [[0, 2, 4], [2, 8, 10], [4, 10, 16]]
    parametrize.remove_parametrizations(entry, "original", leave_parametrized=False)
    assert type(entry) is parametrize.ParametrizationList


def test_a_cache_computes_once():
    log = []
    layer = square()
    once = gives(lambda self, x: log.append(1) or x * 2)
    parametrize.register_parametrization(layer, "weight", once)
    log.clear()
    with parametrize.cached():
        with parametrize.cached():
            first = layer.weight
        assert layer.weight is first and len(log) == 1
    assert layer.weight is not first


def test_copies_are_parametrized_and_pickles_are_not():
    layer = symmetric()
    twin = copy.deepcopy(layer)
    twin.weight = minitorch.zeros(3, 3)
    assert layer.weight[0, 1] == 1 and (twin.weight == 0).all()
    with pytest.raises(RuntimeError, match=r"only supported through state_dict\(\)"):
        pickle.dumps(layer)


def test_parametrizations_can_be_given_to_another_module():
    source, target = symmetric(), square()
    parametrize.transfer_parametrizations_and_params(source, target)
    entry = target.parametrizations.weight
    assert entry.original is source.parametrizations.weight.original
    source = parametrize.register_parametrization(square(), "weight", Outer())
    target = nn.Module()
    parametrize.transfer_parametrizations_and_params(source, target, "weight")
    entry = target.parametrizations.weight
    assert entry.original1 is source.parametrizations.weight.original1
    plain = nn.Linear(1, 1)
    assert parametrize.transfer_parametrizations_and_params(plain, target) is target


def test_parametrized_modules_move_and_train():
    layer = symmetric().double()
    optimizer = minitorch.optim.SGD(layer.parameters(), lr=0.1)
    layer.weight.pow(2).sum().backward()
    optimizer.step()
    assert layer.weight.dtype is minitorch.float64
    assert layer.weight[0, 1].item() == pytest.approx(0.6)
    layer.eval()
    assert not layer.parametrizations.weight[0].training


SAME = "Registering a parametrization may not change the {} of the tensor"
FIRST = [
    (SAME.format("shape"), gives(lambda self, x: x[:1])),
    (SAME.format("dtype"), gives(lambda self, x: x.double())),
    ("A parametrization must return a tensor. Got int.", gives(lambda self, x: 3)),
    ("'right_inverse' must return a Tensor or a Sequence", gives(right_inverse=lambda self, x: 3)),
    ("it may not change the dtype", gives(right_inverse=lambda self, x: x.double())),
    ("Got element 0 of the sequence with type int", gives(right_inverse=lambda self, x: [3])),
]
SECOND = [
    *FIRST[:3],
    (
        "parametrization.right_inverse must return a tensor. Got: int",
        gives(right_inverse=lambda self, x: 3),
    ),
    (
        "must have the same dtype as module.weight",
        gives(right_inverse=lambda self, x: x.double()),
    ),
    (
        "must have the same shape as module.weight",
        gives(right_inverse=lambda self, x: x[:1]),
    ),
]


@pytest.mark.parametrize("text, parametrization", FIRST)
def test_a_first_parametrization_that_does_not_fit_is_refused(text, parametrization):
    layer = square()
    with pytest.raises(ValueError) as error:
        parametrize.register_parametrization(layer, "weight", parametrization)
    assert text in str(error.value)
    assert type(layer) is nn.Linear and "weight" in layer._parameters


@pytest.mark.parametrize("text, parametrization", SECOND)
def test_a_further_parametrization_that_does_not_fit_is_refused(text, parametrization):
    with pytest.raises(ValueError) as error:
        parametrize.register_parametrization(symmetric(), "weight", parametrization)
    assert text in str(error.value)


def test_a_right_inverse_that_cannot_is_passed_over():
    def cannot(self, x):
        raise NotImplementedError

    layer = parametrize.register_parametrization(square(), "weight", gives(right_inverse=cannot))
    parametrize.register_parametrization(layer, "weight", gives(right_inverse=cannot))
    assert layer.weight[0, 1] == 1


@pytest.mark.parametrize(
    "text, value",
    [
        ("`right_inverse` should return a tensor. Got int", 3),
        ("has dtype torch.float64 while `original`", minitorch.ones(3, 3).double()),
    ],
)
def test_what_right_inverse_returns_later_must_fit(text, value):
    kept = [None]

    def back(self, x):
        return x if kept[0] is None else kept[0]

    layer = parametrize.register_parametrization(square(), "weight", gives(right_inverse=back))
    kept[0] = value
    with pytest.raises(ValueError) as error:
        layer.weight = minitorch.ones(3, 3)
    assert text in str(error.value)


@pytest.mark.parametrize(
    "text, value",
    [
        ("must return a sequence of tensors. Got Tensor", minitorch.ones(3)),
        ("of length 2. Got a sequence of length 1", (minitorch.ones(3),)),
        ("Got element 1 of type int", (minitorch.ones(3), 3)),
        ("Tensor 0 returned by `right_inverse` has dtype", (minitorch.ones(3).double(),) * 2),
    ],
)
def test_several_tensors_from_right_inverse_must_fit(text, value):
    layer = parametrize.register_parametrization(square(), "weight", Outer())
    layer.parametrizations.weight[0].right_inverse = lambda x: value
    with pytest.raises(ValueError) as error:
        layer.weight = minitorch.ones(3, 3)
    assert text in str(error.value)


def test_unsafe_lets_shape_and_dtype_change():
    smaller = gives(lambda self, x: x[:1])
    layer = parametrize.register_parametrization(square(), "weight", smaller, unsafe=True)
    assert layer.weight.shape == (1, 3)
    with pytest.raises(ValueError, match="does not have a parameter, a buffer, or a parametrized"):
        parametrize.register_parametrization(layer, "nothing", Twice())
    with pytest.raises(ValueError, match="requires one or more modules"):
        parametrize.ParametrizationList([], layer.bias)


# -------------------------------------------------------------------- orthogonal


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (2, 4, 3)])
@pytest.mark.parametrize("trivial", [True, False])
@pytest.mark.parametrize("kind", [None, "matrix_exp", "cayley", "householder"])
def test_orthogonal_weights_are_orthonormal_and_can_be_learned(kind, trivial, shape):
    layer = nn.Module()
    layer.weight = nn.Parameter(minitorch.randn(shape, dtype=minitorch.float64))
    parametrizations.orthogonal(layer, orthogonal_map=kind, use_trivialization=trivial)
    wide = shape[-2] < shape[-1]

    def product():
        w = (layer.weight.mT if wide else layer.weight).detach().numpy()
        return np.swapaxes(w, -1, -2) @ w

    one = np.eye(min(shape[-2:]))
    np.testing.assert_allclose(product(), np.broadcast_to(one, product().shape), atol=1e-12)
    original = layer.parametrizations.weight.original
    layer.weight[..., 0].sum().backward()
    assert (original.grad != 0).any()
    with minitorch.no_grad():
        original -= 0.1 * original.grad
    np.testing.assert_allclose(product(), np.broadcast_to(one, product().shape), atol=1e-12)
    if trivial or kind == "householder":
        q = (
            minitorch.linalg.qr(minitorch.randn(shape, dtype=minitorch.float64).mT)[0].mT
            if wide
            else minitorch.linalg.qr(minitorch.randn(shape, dtype=minitorch.float64))[0]
        )
        layer.weight = q
        np.testing.assert_allclose(layer.weight.detach().numpy(), q.numpy(), atol=1e-12)


def test_orthogonal_refuses():
    for text, act in (
        ("Expected a matrix or batch", lambda: parametrizations.orthogonal(square(), "bias")),
        ("has no parameter or buffer", lambda: parametrizations.orthogonal(square(), "x")),
        ("has to be one of", lambda: parametrizations.orthogonal(square(), orthogonal_map="x")),
    ):
        with pytest.raises(ValueError, match=text):
            act()
    layer = parametrizations.orthogonal(square())
    with pytest.raises(ValueError, match="Expected a matrix or batch of matrices of shape"):
        layer.weight = minitorch.ones(2, 2)
    layer = parametrizations.orthogonal(square(), use_trivialization=False)
    with pytest.raises(NotImplementedError, match="not possible to assign to the matrix exp"):
        layer.weight = minitorch.eye(3)


# -------------------------------------------------------------------- weight and spectral norm


def sizes(weight, dim):
    other = tuple(d for d in range(weight.ndim) if d != dim)
    return np.sqrt((weight.detach().numpy() ** 2).sum(other, keepdims=True))


@pytest.mark.parametrize("dim", [0, 1, None])
@pytest.mark.parametrize("older", [True, False])
def test_weight_norm_learns_size_and_direction_apart(older, dim):
    layer = nn.Conv2d(2, 3, 2)
    before = layer.weight.detach().clone()
    if older:
        with pytest.warns(FutureWarning, match="nn.utils.weight_norm` is deprecated"):
            utils.weight_norm(layer, dim=dim)
        size, names = layer.weight_g, ["bias", "weight_g", "weight_v"]
    else:
        parametrizations.weight_norm(layer, dim=dim)
        size = layer.parametrizations.weight.original0
        names = ["bias", *(f"parametrizations.weight.original{i}" for i in (0, 1))]
    assert list(layer.state_dict()) == names
    expected = np.sqrt((before.numpy() ** 2).sum()) if dim is None else sizes(before, dim)
    np.testing.assert_allclose(size.detach().numpy(), expected, rtol=1e-6)
    with minitorch.no_grad():
        size *= 2
    layer(minitorch.ones(1, 2, 2, 2)).sum().backward()
    assert size.grad is not None
    np.testing.assert_allclose(layer.weight.detach().numpy(), 2 * before.numpy(), rtol=1e-5)


def older_weight_norm(layer):
    with pytest.warns(FutureWarning, match="is deprecated"):
        return utils.weight_norm(layer)


def test_the_older_weight_norm_can_be_removed():
    layer = older_weight_norm(nn.Linear(2, 3))
    value = layer.weight.detach().clone()
    with (
        pytest.raises(RuntimeError, match="Cannot register two weight_norm hooks"),
        pytest.warns(FutureWarning),
    ):
        utils.weight_norm(layer)
    utils.remove_weight_norm(layer)
    assert list(layer.state_dict()) == ["bias", "weight"] and not layer._forward_pre_hooks
    assert (layer.weight == value).all()
    with pytest.raises(ValueError, match="weight_norm of 'weight' not found in Linear"):
        utils.remove_weight_norm(layer)


def test_weight_norm_loads_what_the_older_one_saved():
    old, new = older_weight_norm(nn.Linear(2, 3)), parametrizations.weight_norm(nn.Linear(2, 3))
    new.load_state_dict(old.state_dict())
    np.testing.assert_allclose(new.weight.detach().numpy(), old.weight.detach().numpy(), rtol=1e-6)


@pytest.mark.parametrize("make", [utils.spectral_norm, parametrizations.spectral_norm])
@pytest.mark.parametrize(
    "layer, dim",
    [(nn.Linear(4, 3), 0), (nn.Conv2d(2, 3, 2), 0), (nn.ConvTranspose2d(2, 3, 2), 1)],
)
def test_spectral_norm_brings_the_largest_singular_value_to_one(make, layer, dim):
    layer = make(copy.deepcopy(layer), n_power_iterations=200)
    inputs = {2: (1, 4), 4: (1, 2, 3, 3)}[layer.weight.ndim]
    layer(minitorch.ones(inputs)).sum().backward()
    matrix = np.moveaxis(layer.weight.detach().numpy(), dim, 0).reshape(3, -1)
    assert np.linalg.svd(matrix)[1][0] == pytest.approx(1, rel=1e-4)


def test_spectral_norm_iterates_in_training_only():
    for make, u in (
        (utils.spectral_norm, lambda layer: layer.weight_u),
        (parametrizations.spectral_norm, lambda layer: layer.parametrizations.weight[0]._u),
    ):
        layer = make(nn.Linear(40, 30))
        before = u(layer).clone()
        layer(minitorch.ones(1, 40))
        assert (u(layer) != before).any()
        before = u(layer.eval()).clone()
        layer(minitorch.ones(1, 40))
        assert (u(layer) == before).all()


def test_spectral_norm_lets_earlier_passes_go_backward():
    layer = utils.spectral_norm(nn.Linear(3, 2))
    first, second = layer(minitorch.ones(1, 3)), layer(minitorch.ones(1, 3))
    (first + second).sum().backward()
    assert layer.weight_orig.grad is not None


def test_the_older_spectral_norm_is_saved_loaded_and_removed():
    layer = utils.spectral_norm(nn.Linear(3, 2))
    layer(minitorch.ones(1, 3))
    state = layer.state_dict()
    assert list(state) == ["bias", "weight_orig", "weight_u", "weight_v"]
    assert state._metadata[""] == {"version": 1, "spectral_norm": {"weight.version": 1}}
    other = utils.spectral_norm(nn.Linear(3, 2)).eval()
    other.load_state_dict(state)
    x = minitorch.ones(1, 3)
    assert (other(x) == layer.eval()(x)).all()
    value = other.weight.detach().clone()
    utils.remove_spectral_norm(other)
    assert (other.weight == value).all() and list(other.state_dict()) == ["bias", "weight"]
    other.load_state_dict(other.state_dict())
    with pytest.raises(ValueError, match="spectral_norm of 'weight' not found in Linear"):
        utils.remove_spectral_norm(other)


def test_spectral_norm_loads_what_was_saved_before_v_was():
    layer = utils.spectral_norm(nn.Linear(3, 2), n_power_iterations=100)
    layer(minitorch.ones(1, 3))
    layer.eval()(minitorch.ones(1, 3))
    state = layer.state_dict()
    state["weight"] = layer.weight.detach().clone()
    del state["weight_v"], state._metadata[""]["spectral_norm"]
    other = utils.spectral_norm(nn.Linear(3, 2)).eval()
    other.load_state_dict(state)
    x = minitorch.ones(1, 3)
    np.testing.assert_allclose(other(x).detach().numpy(), layer(x).detach().numpy(), rtol=1e-4)
    del state["weight_u"]
    with pytest.raises(RuntimeError, match=r'Missing key.*"weight_u"'):
        other.load_state_dict(state)


@pytest.mark.parametrize(
    "kind, text, act",
    [
        (
            ValueError,
            "Expected n_power_iterations to be positive, but got n_power_iterations=0",
            lambda: utils.spectral_norm(square(), n_power_iterations=0),
        ),
        (
            ValueError,
            "Expected n_power_iterations to be positive, but got n_power_iterations=0",
            lambda: parametrizations.spectral_norm(square(), n_power_iterations=0),
        ),
        (
            IndexError,
            r"Dimension out of range \(expected to be in range of \[-2, 1\] but got 2\)",
            lambda: parametrizations.spectral_norm(square(), dim=2),
        ),
        (
            ValueError,
            "has no parameter or buffer with name 'x'",
            lambda: parametrizations.spectral_norm(square(), "x"),
        ),
        (
            ValueError,
            "cannot be applied as parameter `bias` is None",
            lambda: utils.spectral_norm(nn.Linear(2, 2, bias=False), "bias"),
        ),
        (
            RuntimeError,
            "Cannot register two spectral_norm hooks on the same parameter weight",
            lambda: utils.spectral_norm(utils.spectral_norm(square())),
        ),
        (
            ValueError,
            "can't have uninitialized parameters",
            lambda: utils.spectral_norm(nn.LazyLinear(2)),
        ),
    ],
)
def test_spectral_norm_refuses(kind, text, act):
    with pytest.raises(kind, match=text):
        act()


def test_spectral_norm_of_a_vector_is_its_direction():
    layer = parametrizations.spectral_norm(square(), "bias")
    np.testing.assert_allclose(layer.bias.detach().numpy(), 3 * [3**-0.5], rtol=1e-6)


@pytest.mark.torch
@pytest.mark.parametrize("kind", ["matrix_exp", "cayley", "householder", "weight", "spectral"])
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4)])
def test_parametrized_weights_and_their_gradients_are_those_of_torch(kind, shape):
    torch = pytest.importorskip("torch")
    values = np.random.default_rng(0).normal(size=shape)
    results = []
    for library in (minitorch, torch):
        layer = library.nn.Linear(*reversed(shape), dtype=library.float64)
        layer.load_state_dict(
            {"weight": library.tensor(values.tolist(), dtype=library.float64),
             "bias": library.zeros(shape[0])}
        )  # fmt: skip
        forms = library.nn.utils.parametrizations
        if kind == "weight":
            forms.weight_norm(layer)
        elif kind == "spectral":
            forms.spectral_norm(layer, n_power_iterations=300)
        else:
            forms.orthogonal(layer, orthogonal_map=kind, use_trivialization=False)
        (layer.weight * library.arange(values.size).reshape(shape)).sum().backward()
        results.append(
            [layer.weight.detach().numpy()]
            + [p.grad.numpy() for p in layer.parametrizations.parameters()]
        )
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, 1e-6, 1e-9)
