"""Modules that take the shapes of their parameters from their first input."""

import copy
import pickle
import re

import pytest

import minitorch
from minitorch import nn
from minitorch.nn import functional as F
from minitorch.nn.modules.lazy import LazyModuleMixin
from minitorch.nn.parameter import (
    Buffer,
    Parameter,
    UninitializedBuffer,
    UninitializedParameter,
    is_lazy,
)


class Lazy(LazyModuleMixin, nn.Module):
    """A lazy module that takes its parameters from the tests."""


def holding(**tensors):
    module = Lazy()
    for name, tensor in tensors.items():
        setattr(module, name, tensor)
    return module


# -------------------------------------------------------------------- tensors without a shape


@pytest.mark.parametrize("kind", [UninitializedParameter, UninitializedBuffer])
def test_a_tensor_without_a_shape_knows_its_dtype_and_nothing_else(kind):
    tensor = kind(dtype=minitorch.float64)
    assert is_lazy(tensor) and not is_lazy(Parameter())
    assert tensor.dtype is minitorch.float64 and tensor.device == minitorch.ones(1).device
    assert repr(tensor) == f"<{kind.__name__}>"
    for use in (
        lambda: tensor + tensor,
        lambda: minitorch.empty_like(tensor),
        tensor.numel,
        tensor.detach,
        lambda: nn.init.ones_(tensor),
    ):
        with pytest.raises(ValueError, match="Attempted to use an uninitialized parameter"):
            use()
    with pytest.raises(RuntimeError, match="Can't access the shape of an uninitialized"):
        tensor.shape
    with pytest.raises(RuntimeError, match="Can't share memory on an uninitialized"):
        tensor.share_memory_()
    assert tensor.to(minitorch.float16).dtype is minitorch.float16
    for other in (copy.deepcopy(tensor), pickle.loads(pickle.dumps(tensor))):
        assert type(other) is kind and other.requires_grad == tensor.requires_grad


@pytest.mark.parametrize(
    "kind, becomes", [(UninitializedParameter, Parameter), (UninitializedBuffer, minitorch.Tensor)]
)
def test_materialized_it_is_a_plain_one(kind, becomes):
    tensor = kind()
    tensor.materialize((2, 3), dtype=minitorch.float64)
    assert type(tensor) is becomes
    assert tensor.shape == (2, 3) and tensor.dtype is minitorch.float64
    if tensor.requires_grad:
        (2 * tensor).sum().backward()
        assert (tensor.grad == 2).all()


def test_it_moves_with_its_module():
    module = holding(weight=UninitializedParameter(), mean=UninitializedBuffer())
    assert list(dict(module.named_buffers())) == ["mean"]
    module.double()
    for tensor in (module.weight, module.mean):
        tensor.materialize(4)
        assert tensor.dtype is minitorch.float64 and tensor.shape == (4,)


# -------------------------------------------------------------------- state dicts


@pytest.mark.parametrize(
    "late, early", [(UninitializedParameter, Parameter), (UninitializedBuffer, Buffer)]
)
def test_state_is_loaded_into_what_waits_but_not_the_other_way(late, early):
    waiting, done = holding(a=late()), holding(a=early(minitorch.ones(5, 5)))
    assert waiting.has_uninitialized_params() and not done.has_uninitialized_params()
    state = waiting.state_dict()
    assert is_lazy(state["a"])
    with pytest.raises(RuntimeError, match="shape of an uninitialized"):
        done.load_state_dict(state)
    assert not holding(a=late()).load_state_dict(state).missing_keys
    waiting.load_state_dict(done.state_dict())
    assert minitorch.equal(waiting.a, minitorch.ones(5, 5))
    assert not waiting.has_uninitialized_params()


def test_a_layer_whose_state_was_loaded_turns_at_its_first_call():
    plain, lazy = nn.Linear(5, 10), nn.LazyLinear(10)
    lazy.load_state_dict(plain.state_dict())
    assert type(lazy) is nn.LazyLinear and lazy.weight.shape == (10, 5)
    x = minitorch.randn(2, 5)
    assert minitorch.equal(lazy(x), plain(x))
    assert type(lazy) is nn.Linear and lazy.in_features == 5
    with pytest.raises(RuntimeError, match="shape of an uninitialized"):
        plain.load_state_dict(nn.LazyLinear(10).state_dict())


# -------------------------------------------------------------------- layers

LAYERS = [
    (lambda: nn.LazyLinear(10), nn.Linear(5, 10), (3, 5)),
    (lambda: nn.LazyLinear(10, bias=False), nn.Linear(5, 10, bias=False), (5,)),
    (lambda: nn.LazyConv1d(4, 2), nn.Conv1d(3, 4, 2), (2, 3, 6)),
    (lambda: nn.LazyConv2d(4, 2, 2, 1, 2, 2), nn.Conv2d(6, 4, 2, 2, 1, 2, 2), (2, 6, 6, 6)),
    (lambda: nn.LazyConv2d(4, 2, bias=False), nn.Conv2d(3, 4, 2, bias=False), (3, 6, 6)),
    (lambda: nn.LazyConv3d(4, 2), nn.Conv3d(3, 4, 2), (2, 3, 3, 3, 3)),
    (lambda: nn.LazyConvTranspose1d(4, 2), nn.ConvTranspose1d(3, 4, 2), (2, 3, 6)),
    (
        lambda: nn.LazyConvTranspose2d(4, 2, 2, 1, 1, 2),
        nn.ConvTranspose2d(6, 4, 2, 2, 1, 1, 2),
        (2, 6, 3, 3),
    ),
    (lambda: nn.LazyConvTranspose3d(4, 2), nn.ConvTranspose3d(3, 4, 2), (2, 3, 3, 3, 3)),
    (nn.LazyBatchNorm1d, nn.BatchNorm1d(3), (4, 3)),
    (lambda: nn.LazyBatchNorm2d(1e-3, None), nn.BatchNorm2d(3, 1e-3, None), (4, 3, 2, 2)),
    (lambda: nn.LazyBatchNorm3d(bias=False), nn.BatchNorm3d(3, bias=False), (2, 3, 2, 2, 2)),
    (nn.LazyInstanceNorm1d, nn.InstanceNorm1d(3, 1e-5, 0.1, True, True), (4, 3, 2)),
    (
        lambda: nn.LazyInstanceNorm2d(track_running_stats=False),
        nn.InstanceNorm2d(3, affine=True),
        (4, 3, 2, 2),
    ),
    (
        lambda: nn.LazyInstanceNorm3d(affine=False),
        nn.InstanceNorm3d(3, track_running_stats=True),
        (2, 3, 2, 2, 2),
    ),
]
NAMES = [type(plain).__name__ for _, plain, _ in LAYERS]


@pytest.mark.parametrize("make, plain, shape", LAYERS, ids=NAMES)
def test_the_first_input_makes_a_lazy_layer_a_plain_one(make, plain, shape):
    layer = make()
    assert repr(layer).startswith(f"Lazy{type(plain).__name__}(")
    layer(minitorch.randn(*shape))
    assert type(layer) is type(plain) and repr(layer) == repr(plain)
    assert not hasattr(layer, "_initialize_hook")
    before, after = ({k: v.shape for k, v in m.state_dict().items()} for m in (plain, layer))
    assert before == after
    layer.load_state_dict(plain.state_dict())
    x = minitorch.randn(*shape)
    assert minitorch.equal(layer(x), copy.deepcopy(plain)(x))


@pytest.mark.parametrize("make, plain, shape", LAYERS, ids=NAMES)
def test_lazy_layers_can_be_copied_and_pickled_before_and_after(make, plain, shape):
    first = make()
    for copied in (copy.deepcopy(first), pickle.loads(pickle.dumps(first))):
        assert repr(copied) == repr(first) and copied.has_uninitialized_params()
        copied(minitorch.randn(*shape))
        assert type(copied) is type(plain)
        assert repr(pickle.loads(pickle.dumps(copied))) == repr(plain)
    assert first.has_uninitialized_params()


def test_weights_start_as_those_of_the_plain_layer():
    layer = nn.LazyConv2d(300, 3)
    layer(minitorch.ones(1, 4, 5, 5))
    assert layer.weight.abs().max() <= 1 / 6 and layer.weight.std() > 0.08


def test_lazy_layers_follow_one_another():
    net = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.Flatten(), nn.LazyLinear(2))
    assert net(minitorch.randn(3, 1, 6, 6)).shape == (3, 2)
    assert [p.shape for p in net.parameters()][-2] == (2, 64)
    assert not any(is_lazy(p) for p in net.parameters())


def test_an_optimizer_may_be_made_before():
    layer = nn.LazyLinear(2)
    optimizer = minitorch.optim.SGD(layer.parameters(), lr=0.1)
    layer(minitorch.ones(1, 3)).sum().backward()
    before = layer.weight.detach().clone()
    optimizer.step()
    assert minitorch.allclose(layer.weight, before - 0.1)


def test_inputs_may_be_named_and_further_arguments_are_passed_on():
    norm, spread = nn.LazyBatchNorm1d(), nn.LazyConvTranspose1d(2, 3, stride=2)
    assert norm(input=minitorch.randn(2, 3)).shape == (2, 3)
    assert spread(minitorch.ones(1, 3, 4), output_size=[10]).shape == (1, 2, 10)


def test_other_hooks_work_beside_the_one_that_initializes():
    class Passing(LazyModuleMixin, nn.Module):
        def initialize_parameters(self, input):
            self.seen = input.shape

        def forward(self, input):
            return input

    before, after = Passing(), Passing()
    before.register_forward_pre_hook(lambda module, args: args[0] + 1)
    after.register_forward_hook(lambda module, args, output: output + 1)
    for module in (before, after):
        assert minitorch.equal(module(minitorch.zeros(2)), minitorch.ones(2))
        assert module.seen == (2,) and type(module) is Passing


REFUSED = [
    (
        NotImplementedError,
        "initialize_parameters is not implemented for Lazy",
        lambda: holding()(minitorch.ones(1)),
    ),
    (
        RuntimeError,
        "Expected 3D (unbatched) or 4D (batched) input to LazyConv2d, but got input of size: torch",
        lambda: nn.LazyConv2d(4, 3)(minitorch.ones(3, 4)),
    ),
    (
        ValueError,
        "in_channels must be divisible by groups",
        lambda: nn.LazyConv2d(4, 3, groups=2)(minitorch.ones(1, 3, 4, 4)),
    ),
]


@pytest.mark.parametrize(
    "kind, text, act", REFUSED, ids=[re.sub(r"\W+", " ", text)[:40] for _, text, _ in REFUSED]
)
def test_what_makes_no_sense_is_refused(kind, text, act):
    with pytest.raises(kind) as error:
        act()
    assert text in str(error.value)


def test_what_stays_without_a_shape_is_an_error():
    class Forgetful(LazyModuleMixin, nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = UninitializedParameter()

        def initialize_parameters(self, input):
            pass

        def forward(self, input):
            return F.linear(input, self.weight)

    with pytest.raises(RuntimeError, match="module Forgetful has not been fully initialized"):
        Forgetful()(minitorch.ones(1))


def test_keywords_of_a_module_become_those_of_its_tensors():
    given = {"dtype": minitorch.float64, "factory_kwargs": {"device": "cpu"}}
    assert nn.factory_kwargs(given) == {"dtype": minitorch.float64, "device": "cpu"}
    assert nn.factory_kwargs(None) == {}
    with pytest.raises(TypeError, match=r"unexpected kwargs .'bias'."):
        nn.factory_kwargs({"bias": True})
    with pytest.raises(TypeError, match=r"dtype specified twice, in \*\*kwargs and in factory_kw"):
        nn.factory_kwargs({"dtype": None, "factory_kwargs": {"dtype": None}})


def test_the_data_of_a_parameter_without_a_shape_is_an_empty_tensor():
    layer = nn.LazyLinear(1)
    assert type(layer.weight.data) is minitorch.Tensor
    assert layer.weight.data.normal_(0, 0.01).shape == layer.bias.data.fill_(0).shape == (0,)
    assert nn.parameter.is_lazy(layer.weight)


def test_a_layer_without_shapes_has_no_memory_to_share():
    with pytest.raises(RuntimeError, match="Can't share memory on an uninitialized parameter"):
        nn.LazyLinear(2).share_memory()


def test_data_parallel_needs_shapes():
    with pytest.raises(RuntimeError, match="can't be used with `DataParallel`"):
        nn.LazyLinear(2)._replicate_for_data_parallel()
