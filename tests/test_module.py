"""Module: what is registered, found, moved, saved, hooked and printed."""

import copy
import pickle
import re
from collections import OrderedDict

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.nn import Buffer, Module, Parameter


class Net(Module):
    """Two layers, one of them nested, a buffer that is saved and one that is not."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
        self.out = nn.Linear(3, 1)
        self.scale = Parameter(minitorch.ones(1))
        self.register_buffer("count", minitorch.zeros(1))
        self.register_buffer("cache", minitorch.zeros(2), persistent=False)

    def forward(self, x):
        return self.out(self.hidden(x)) * self.scale


KEYS = [
    "scale",
    "count",
    "hidden.0.weight",
    "hidden.0.bias",
    "out.weight",
    "out.bias",
]


# -------------------------------------------------------------------- attributes


def test_parameters_modules_and_buffers_are_registered_by_kind():
    net = Net()
    assert list(net._parameters) == ["scale"]
    assert list(net._modules) == ["hidden", "out"]
    assert list(net._buffers) == ["count", "cache"]
    assert net.scale is net._parameters["scale"]
    other = net._parameters["scale"] = Parameter(minitorch.zeros(1))
    assert net.scale is other and other in list(net.parameters())
    with pytest.raises(KeyError):
        net._parameters["hidden"]


def test_registered_members_can_be_walked_backwards():
    net = Net()
    assert list(reversed(net._modules)) == ["out", "hidden"]
    assert list(reversed(net._modules.items())) == [("out", net.out), ("hidden", net.hidden)]
    assert list(reversed(net._parameters.keys())) == ["scale"]
    assert list(net._modules.values()) == [net.hidden, net.out]


def test_a_class_with_its_own_getattr_hears_of_registered_members():
    class Watched(Net):
        def __getattr__(self, name):
            value = super().__getattr__(name)
            asked.append(name)
            return value

    asked = []
    net = Watched()
    net.plain = 3
    asked.clear()
    assert net.scale is net._parameters["scale"] and net.out and net.cache is not None
    assert net.plain == 3 and net.training
    assert asked == ["scale", "out", "cache"]
    with pytest.raises(AttributeError, match="'Watched' object has no attribute 'nothing'"):
        net.nothing
    assert type(copy.deepcopy(net).out) is nn.Linear


def test_a_plain_tensor_is_a_plain_attribute():
    net = Net()
    net.other = minitorch.ones(2)
    assert "other" in vars(net)
    assert len(list(net.parameters())) == 5


def test_assigning_a_parameter_replaces_an_attribute_of_any_kind():
    net = Net()
    net.thing = 3
    net.thing = Parameter(minitorch.ones(1))
    assert isinstance(net.thing, Parameter) and "thing" in net._parameters
    net.thing = None
    assert net.thing is None and "thing" in net._parameters
    net.hidden = Parameter(minitorch.ones(1))
    assert "hidden" not in net._modules
    net.cache = Parameter(minitorch.ones(1))
    assert "cache" not in net._buffers and not net._non_persistent_buffers_set


def test_a_module_replaces_a_module_and_none_keeps_its_place():
    net = Net()
    net.out = nn.Identity()
    assert list(net._modules) == ["hidden", "out"]
    net.out = None
    assert net.out is None and list(net._modules) == ["hidden", "out"]
    assert [name for name, _ in net.named_children()] == ["hidden"]


def test_a_tensor_assigned_to_a_buffer_stays_a_buffer():
    net = Net()
    net.count = minitorch.ones(1)
    net.cache = minitorch.ones(2)
    assert net._buffers["count"].item() == 1
    assert "cache" not in net.state_dict()
    net.extra = Buffer(minitorch.ones(1), persistent=False)
    net.kept = Buffer(minitorch.ones(1))
    assert "extra" in net._buffers and "extra" not in net.state_dict()
    assert "kept" in net.state_dict()


def test_parts_can_be_registered_by_name():
    net = Net()
    net.register_parameter("later", None)
    assert net.later is None and "later" not in dict(net.named_parameters())
    net.later = Parameter(minitorch.ones(1))
    assert "later" in dict(net.named_parameters())
    net.add_module("first", nn.Tanh())
    net.register_module("second", None)
    assert list(net._modules) == ["hidden", "out", "first", "second"]
    assert "(second): None" in repr(net)


def test_what_is_deleted_is_gone():
    net = Net()
    net.plain = 1
    for name in ("scale", "count", "cache", "out", "plain"):
        delattr(net, name)
        assert not hasattr(net, name)
    assert list(net.state_dict()) == ["hidden.0.weight", "hidden.0.bias"]
    with pytest.raises(AttributeError):
        del net.plain


def test_dir_lists_what_is_registered_but_no_numbers():
    names = dir(Net())
    assert {"scale", "count", "hidden", "out", "forward"} <= set(names)
    assert "0" not in dir(nn.Sequential(nn.Tanh()))


class NoInit(Module):
    def __init__(self, value):
        self.value = value


def refused(kind, text, act):
    return pytest.param(kind, text, act, id=text)


REFUSED = [
    refused(
        AttributeError,
        "cannot assign parameters before Module.__init__() call",
        lambda: NoInit(Parameter(minitorch.ones(1))),
    ),
    refused(
        AttributeError,
        "cannot assign module before Module.__init__() call",
        lambda: NoInit(nn.Tanh()),
    ),
    refused(
        AttributeError,
        "cannot assign buffer before Module.__init__() call",
        lambda: NoInit(Buffer(minitorch.ones(1))),
    ),
    refused(
        TypeError,
        "cannot assign 'torch.FloatTensor' as parameter 'scale' "
        "(torch.nn.Parameter or None expected)",
        lambda: setattr(Net(), "scale", minitorch.ones(1)),
    ),
    refused(
        TypeError,
        "cannot assign 'int' as child module 'out' (torch.nn.Module or None expected)",
        lambda: setattr(Net(), "out", 1),
    ),
    refused(
        TypeError,
        "cannot assign 'int' as buffer 'count' (torch.nn.Buffer, torch.Tensor or None expected)",
        lambda: setattr(Net(), "count", 1),
    ),
    refused(
        TypeError,
        "cannot assign 'int' object to parameter 'p' (torch.nn.Parameter or None required)",
        lambda: Net().register_parameter("p", 1),
    ),
    refused(
        ValueError,
        "Cannot assign non-leaf Tensor to parameter 'p'",
        lambda: Net().register_parameter("p", computed_parameter()),
    ),
    refused(
        TypeError,
        "cannot assign 'list' object to buffer 'b' (torch Tensor or None required)",
        lambda: Net().register_buffer("b", []),
    ),
    refused(TypeError, "int is not a Module subclass", lambda: Net().add_module("m", 1)),
    refused(
        TypeError,
        "module name should be a string. Got int",
        lambda: Net().add_module(1, nn.Tanh()),
    ),
    refused(
        TypeError,
        "parameter name should be a string. Got int",
        lambda: Net().register_parameter(1, None),
    ),
    refused(
        KeyError,
        'parameter name can\'t contain "."',
        lambda: Net().register_parameter("a.b", None),
    ),
    refused(
        KeyError,
        'module name can\'t contain ".", got: a.b',
        lambda: Net().add_module("a.b", None),
    ),
    refused(
        KeyError, 'buffer name can\'t be empty string ""', lambda: Net().register_buffer("", None)
    ),
    refused(
        KeyError, "attribute 'out' already exists", lambda: Net().register_parameter("out", None)
    ),
    refused(AttributeError, "'Net' object has no attribute 'nothing'", lambda: Net().nothing),
    refused(AttributeError, "Net has no attribute `x`", lambda: Net().get_submodule("x.y")),
    refused(
        AttributeError, "`scale` is not an nn.Module", lambda: Net().get_submodule("scale.deep")
    ),
    refused(AttributeError, "`count` is not an nn.Parameter", lambda: Net().get_parameter("count")),
    refused(AttributeError, "Linear has no attribute `w`", lambda: Net().get_parameter("out.w")),
    refused(AttributeError, "`scale` is not a buffer", lambda: Net().get_buffer("scale")),
    refused(ValueError, "training mode is expected to be boolean", lambda: Net().train("yes")),
    refused(
        TypeError,
        "nn.Module.to only accepts floating point or complex dtypes, but got desired "
        "dtype=torch.int64",
        lambda: Net().to(minitorch.int64),
    ),
    refused(
        NotImplementedError,
        'Module [Module] is missing the required "forward" function',
        lambda: Module()(1),
    ),
    refused(
        TypeError,
        "Expected state_dict to be dict-like, got <class 'int'>.",
        lambda: Net().load_state_dict(3),
    ),
]


def computed_parameter():
    made = Parameter(minitorch.ones(1))
    made.node = (minitorch.ones(1, requires_grad=True) * 2).node
    return made


@pytest.mark.parametrize("kind, text, act", REFUSED)
def test_what_makes_no_sense_is_refused(kind, text, act):
    with pytest.raises(kind) as error:
        act()
    assert text in str(error.value.args[0])


# -------------------------------------------------------------------- what is inside


def test_members_are_named_by_their_path():
    net = Net()
    assert [name for name, _ in net.named_parameters()] == [key for key in KEYS if key != "count"]
    assert [name for name, _ in net.named_parameters(recurse=False)] == ["scale"]
    assert [name for name, _ in net.named_parameters(prefix="net")][1] == "net.hidden.0.weight"
    assert [name for name, _ in net.named_buffers()] == ["count", "cache"]
    assert len(list(net.buffers())) == 2
    assert [name for name, _ in net.named_modules()] == [
        "",
        "hidden",
        "hidden.0",
        "hidden.1",
        "out",
    ]
    assert next(net.modules()) is net
    assert list(net.children()) == [net.hidden, net.out]


def test_members_are_found_by_their_path():
    net = Net()
    assert net.get_submodule("") is net
    assert net.get_submodule("hidden.0") is net.hidden[0]
    assert net.get_parameter("hidden.0.bias") is net.hidden[0].bias
    assert net.get_buffer("cache") is net.cache


def test_what_is_shared_counts_once():
    layer = nn.Linear(2, 2)
    net = nn.Sequential(layer, nn.Tanh(), layer)
    assert len(list(net.parameters())) == 2
    assert len(list(net.modules())) == 3
    names = [name for name, _ in net.named_parameters(remove_duplicate=False)]
    assert names == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert list(net.state_dict()) == names


def test_a_subclass_may_be_deep_and_mixed():
    class Mixin:
        def double(self):
            return "mixin"

    class Deep(Mixin, Net):
        def __init__(self):
            Net.__init__(self)
            self.more = nn.Linear(1, 1)

    assert len(list(Deep().parameters())) == 7
    assert Deep().double() == "mixin"


# -------------------------------------------------------------------- changing all of it


def test_apply_reaches_children_before_parents():
    seen = []
    net = Net()
    assert net.apply(lambda module: seen.append(type(module).__name__)) is net
    assert seen == ["Linear", "Tanh", "Sequential", "Linear", "Net"]


def test_train_and_eval_reach_everything():
    net = Net()
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    net.train()
    assert all(module.training for module in net.modules())


def test_requires_grad_and_zero_grad_reach_all_parameters():
    net = Net()
    net(minitorch.ones(4, 2)).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad(set_to_none=False)
    assert all((p.grad == 0).all() for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    net.requires_grad_(False)
    assert not any(p.requires_grad for p in net.parameters())


def test_to_converts_floats_in_place():
    net = Net()
    net.register_buffer("steps", minitorch.tensor([3]))
    net(minitorch.ones(4, 2)).sum().backward()
    weight, bias = net.out.weight, net.out.bias
    assert net.to(minitorch.float64) is net
    assert net.out.weight is weight and net.out.bias is bias
    assert weight.dtype is minitorch.float64 and weight.grad.dtype is minitorch.float64
    assert isinstance(weight, Parameter) and weight.requires_grad and weight.is_leaf
    assert net.count.dtype is minitorch.float64 and net.steps.dtype is minitorch.int64
    assert net(minitorch.ones(4, 2, dtype=minitorch.float64)).dtype is minitorch.float64
    assert net.half().scale.dtype is minitorch.float16
    assert net.float().scale.dtype is minitorch.float32
    assert net.double().scale.dtype is minitorch.float64
    assert net.cpu().scale.dtype is minitorch.float64
    assert net.to("cpu", minitorch.float32).scale.dtype is minitorch.float32
    assert net.to(minitorch.ones(1, dtype=minitorch.float64)).scale.dtype is minitorch.float64


def test_a_module_trains_on_after_conversion():
    layer = nn.Linear(2, 1).double()
    layer(minitorch.ones(3, 2, dtype=minitorch.float64)).sum().backward()
    np.testing.assert_array_equal(layer.weight.grad.numpy(), [[3, 3]])


# -------------------------------------------------------------------- saving and loading


def test_state_dict_has_parameters_then_buffers_level_by_level():
    net = Net()
    state = net.state_dict()
    assert isinstance(state, OrderedDict)
    assert list(state) == KEYS
    assert not state["scale"].requires_grad and type(state["scale"]) is minitorch.Tensor
    state["scale"].fill_(7.0)
    assert net.scale.item() == 7
    assert net.state_dict(keep_vars=True)["scale"] is net.scale
    assert next(iter(net.state_dict(prefix="net."))) == "net.scale"
    given = {"first": 1}
    assert net.state_dict(destination=given) is given and list(given)[1:] == KEYS


def test_load_state_dict_copies_values():
    source, target = Net(), Net()
    weight = target.out.weight
    result = target.load_state_dict(source.state_dict())
    assert repr(result) == "<All keys matched successfully>"
    assert target.out.weight is weight and weight.requires_grad
    x = minitorch.randn(5, 2)
    np.testing.assert_array_equal(target(x).detach().numpy(), source(x).detach().numpy())
    source.out.weight.data.fill_(9.0)
    assert target.out.weight.array[0, 0] != 9


def test_load_state_dict_can_assign():
    target = Net()
    target.scale.requires_grad_(False)
    state = Net().state_dict()
    target.load_state_dict(state, assign=True)
    assert isinstance(target.scale, Parameter) and not target.scale.requires_grad
    assert target.out.weight.requires_grad
    assert target.out.weight.array is state["out.weight"].array
    assert target.count is state["count"]
    other = Parameter(minitorch.zeros(1))
    target.load_state_dict({"scale": other}, strict=False, assign=True)
    assert target.scale is other and not other.requires_grad


def test_load_state_dict_says_all_that_does_not_fit():
    state = Net().state_dict()
    del state["scale"], state["out.bias"]
    state["more.weight"] = minitorch.ones(1)
    state["out.weight"] = minitorch.ones(2, 3)
    state["count"] = 4
    with pytest.raises(RuntimeError) as error:
        Net().load_state_dict(state)
    assert str(error.value) == (
        "Error(s) in loading state_dict for Net:\n"
        '\tMissing key(s) in state_dict: "scale", "out.bias". \n'
        '\tUnexpected key(s) in state_dict: "more.weight". \n'
        '\tWhile copying the parameter named "count", expected torch.Tensor or Tensor-like object '
        "from checkpoint but received <class 'int'>\n"
        "\tsize mismatch for out.weight: copying a param with shape torch.Size([2, 3]) from "
        "checkpoint, the shape in current model is torch.Size([1, 3])."
    )


def test_load_state_dict_that_is_not_strict_returns_what_was_left():
    state = Net().state_dict()
    del state["scale"]
    state["more"] = minitorch.ones(1)
    result = Net().load_state_dict(state, strict=False)
    assert result.missing_keys == ["scale"] and result.unexpected_keys == ["more"]
    assert repr(result) == "_IncompatibleKeys(missing_keys=['scale'], unexpected_keys=['more'])"
    missing, unexpected = result
    assert missing == ["scale"] and unexpected == ["more"]


def test_modules_can_be_copied_and_pickled():
    net = Net()
    net(minitorch.ones(4, 2)).sum().backward()
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert isinstance(twin, Net) and isinstance(twin.scale, Parameter)
        assert twin.scale is not net.scale and twin.scale.requires_grad
        assert list(twin.state_dict()) == KEYS
        twin.out.weight.data.fill_(5.0)
        assert (net.out.weight != 5).all()
        assert [name for name, _ in twin.named_buffers()] == ["count", "cache"]
    assert copy.deepcopy(net).scale.grad is None
    shared = nn.Sequential(net.out, net.out)
    twin = copy.deepcopy(shared)
    assert twin[0].weight is twin[1].weight


# -------------------------------------------------------------------- parameters


def test_a_parameter_shares_memory_and_prints_as_one():
    data = minitorch.ones(2)
    p = Parameter(data)
    assert p.requires_grad and p.is_leaf and isinstance(p, minitorch.Tensor)
    data.fill_(3.0)
    assert repr(p) == "Parameter containing:\ntensor([3., 3.], requires_grad=True)"
    assert type(p * 2) is minitorch.Tensor
    assert not Parameter(data, requires_grad=False).requires_grad
    assert Parameter().shape == (0,)
    assert type(copy.deepcopy(p)) is Parameter
    with pytest.raises(RuntimeError, match="floating point"):
        Parameter(minitorch.tensor([1]))


def test_a_parameter_made_from_a_computed_tensor_is_a_leaf():
    x = minitorch.ones(2, requires_grad=True)
    assert Parameter(x * 2).is_leaf


def test_a_buffer_is_a_tensor_without_gradient():
    assert not Buffer(minitorch.ones(1)).requires_grad
    assert Buffer().persistent and not Buffer(persistent=False).persistent


# -------------------------------------------------------------------- hooks


def test_a_forward_hook_sees_and_may_replace_the_output():
    layer = nn.Linear(2, 2)
    seen = []
    handle = layer.register_forward_hook(lambda module, args, output: seen.append((module, args)))
    x = minitorch.ones(1, 2)
    layer(x)
    assert seen == [(layer, (x,))]
    layer.register_forward_hook(lambda module, args, output: output * 0 + 1)
    assert (layer(x) == 1).all()
    handle.remove()
    layer(x)
    assert len(seen) == 2


def test_a_forward_pre_hook_may_replace_the_arguments():
    layer = nn.Identity()
    handle = layer.register_forward_pre_hook(lambda module, args: args[0] + 1)
    assert layer(minitorch.zeros(1)).item() == 1
    layer.register_forward_pre_hook(lambda module, args: (args[0] * 10,), prepend=True)
    assert layer(minitorch.ones(1)).item() == 11
    handle.remove()
    assert layer(minitorch.ones(1)).item() == 10


def test_hooks_can_take_keyword_arguments():
    class Adds(Module):
        def forward(self, x, more=0):
            return x + more

    module = Adds()
    module.register_forward_pre_hook(
        lambda module, args, kwargs: (args, {"more": kwargs["more"] + 1}), with_kwargs=True
    )
    seen = []
    module.register_forward_hook(
        lambda module, args, kwargs, output: seen.append((kwargs, output)), with_kwargs=True
    )
    assert module(1, more=2) == 4
    assert seen == [({"more": 3}, 4)]
    seen.clear()
    module.register_forward_pre_hook(lambda module, args, kwargs: None, with_kwargs=True)
    assert module(1, more=2) == 4
    module.register_forward_pre_hook(lambda module, args, kwargs: args, with_kwargs=True)
    with pytest.raises(RuntimeError, match="must return None or a tuple of"):
        module(1, more=2)


def test_a_hook_with_always_call_runs_when_forward_fails():
    class Fails(Module):
        def forward(self):
            raise ValueError("no")

    module = Fails()
    seen = []
    module.register_forward_hook(lambda module, args, output: seen.append(output), always_call=True)
    with pytest.raises(ValueError, match="no"):
        module()
    assert seen == [None]
    module.register_forward_hook(lambda module, args, output: 1 / 0, always_call=True)
    warns = pytest.warns(UserWarning, match="silenced as another error")
    with warns, pytest.raises(ValueError, match="no"):
        module()


def test_a_full_backward_hook_sees_both_ends():
    layer = nn.Linear(2, 1)
    seen = []
    layer.register_full_backward_hook(lambda *ends: seen.append(ends))
    x = minitorch.ones(3, 2, requires_grad=True)
    (layer(x) * 2).sum().backward()
    ((module, grad_input, grad_output),) = seen
    assert module is layer
    np.testing.assert_array_equal(grad_output[0].numpy(), np.full((3, 1), 2))
    np.testing.assert_allclose(grad_input[0].numpy(), x.grad.numpy())


def test_a_full_backward_hook_may_replace_the_gradients_of_the_inputs():
    class Two(Module):
        def forward(self, a, n, b):
            return a * n, b + 1

    module = Two()
    module.register_full_backward_hook(lambda module, into, out: (into[0] * 10, None, into[2]))
    a, b = (minitorch.ones(2, requires_grad=True) for _ in range(2))
    first, second = module(a, 3, b)
    (first + second * 5).sum().backward()
    assert a.grad.tolist() == [30, 30] and b.grad.tolist() == [5, 5]
    handle = module.register_full_backward_hook(lambda module, into, out: (into[0],))
    with pytest.raises(RuntimeError, match="invalid number of grad_input, got 1, but expected 3"):
        module(a, 3, b)[0].sum().backward()
    handle.remove()
    first, _ = module(a, 3, b)
    first.sum().backward()


def test_a_full_backward_pre_hook_may_replace_the_gradients_of_the_outputs():
    layer = nn.Linear(2, 1)
    handle = layer.register_full_backward_pre_hook(lambda module, out: out[0] * 3)
    layer(minitorch.ones(1, 2)).sum().backward()
    assert layer.weight.grad.tolist() == [[3, 3]]
    handle.remove()
    layer.register_full_backward_pre_hook(lambda module, out: ())
    with pytest.raises(RuntimeError, match="invalid number of grad_output, got 0, but expected 1"):
        layer(minitorch.ones(1, 2)).sum().backward()


def test_a_full_backward_hook_fires_where_no_input_needs_a_gradient():
    layer = nn.Linear(2, 1)
    seen = []
    layer.register_full_backward_hook(lambda module, into, out: seen.append(into))
    with pytest.warns(UserWarning, match="firing when gradients are computed with respect to mod"):
        layer(minitorch.ones(1, 2)).sum().backward()
    assert seen == [(None,)]
    with minitorch.no_grad():
        layer(minitorch.ones(1, 2))


def test_a_full_backward_hook_waits_for_the_outputs():
    class Leaks(Module):
        def forward(self, x):
            self.inner = x * 3
            return x * 2

    module, seen = Leaks(), []
    module.register_full_backward_hook(lambda *ends: seen.append(ends))
    x = minitorch.ones(1, requires_grad=True)
    module(x)
    module.inner.sum().backward()
    assert x.grad.item() == 3 and not seen


def test_backward_hooks_warn_of_outputs_that_are_no_tensors():
    class Names(Module):
        def forward(self, x):
            return {"x": x}

    module = Names()
    module.register_full_backward_hook(lambda *ends: None)
    with pytest.warns(UserWarning, match="should be a Tensor or a tuple of Tensors"):
        module(minitorch.ones(1, requires_grad=True))


# -------------------------------------------------------------------- containers


def test_sequential_behaves_like_a_list():
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    assert len(net) == 3 and net[-1].out_features == 1
    assert list(net) == [net[0], net[1], net[2]]
    part = net[:2]
    assert type(part) is nn.Sequential and part[0] is net[0] and list(part._modules) == ["0", "1"]
    assert list(net[1:]._modules) == ["1", "2"]
    assert net.append(nn.Identity()) is net and len(net) == 4
    assert net.extend([nn.Sigmoid()]) is net and len(net) == 5
    net.insert(1, nn.ReLU())
    assert repr(net[1]) == "ReLU()" and list(net._modules) == list("012345")
    del net[1]
    assert len(net) == 5
    del net[3:]
    assert list(net._modules) == ["0", "1", "2"]
    net[1] = nn.Sigmoid()
    assert repr(net[1]) == "Sigmoid()"
    assert repr(net.pop(-1)) == "Linear(in_features=3, out_features=1, bias=True)"
    assert len(net + net) == 4 and len(net * 2) == 4 and len(2 * net) == 4
    net += nn.Sequential(nn.Tanh())
    net *= 2
    assert len(net) == 6
    named = nn.Sequential(OrderedDict(first=nn.Linear(2, 2), second=nn.Tanh()))
    assert named.first is named[0] and list(named.state_dict()) == ["first.weight", "first.bias"]
    assert named(minitorch.ones(1, 2)).shape == (1, 2)


@pytest.mark.parametrize(
    "kind, text, act",
    [
        (IndexError, "index 3 is out of range", lambda net: net[3]),
        (IndexError, "Index out of range: 9", lambda net: net.insert(9, nn.Tanh())),
        (AssertionError, "module should be of type", lambda net: net.insert(0, 1)),
        (ValueError, "add operator supports only objects of Sequential", lambda net: net + [1]),
        (TypeError, "unsupported operand type(s) for *", lambda net: net * 1.5),
        (ValueError, "Non-positive multiplication factor 0", lambda net: net * 0),
        (TypeError, "'int' object is not iterable", lambda n: n.extend(1)),
        (TypeError, "int is not a Module subclass", lambda net: net.append(1)),
        (TypeError, "ReLU is not a Module subclass\n  make one: ReLU", lambda n: n.append(nn.ReLU)),
        (TypeError, ".relu is not a Module subclass", lambda n: n.append(minitorch.relu)),
    ],
)
def test_sequential_refuses(kind, text, act):
    with pytest.raises(kind, match=re.escape(text)):
        act(nn.Sequential(nn.Tanh(), nn.Tanh()))


def test_module_list_registers_what_it_holds():
    layers = nn.ModuleList([nn.Linear(1, 1) for _ in range(3)])
    assert len(list(layers.parameters())) == 6
    assert type(layers[1:]) is nn.ModuleList and len(layers[1:]) == 2
    layers.insert(0, nn.Tanh())
    layers.append(nn.Tanh()).extend([nn.Tanh()])
    layers += [nn.Tanh()]
    assert len(layers) == 7 and len(layers + [nn.Tanh()]) == 8
    del layers[0]
    assert repr(layers.pop(0)).startswith("Linear")
    assert [type(layer).__name__ for layer in layers] == ["Linear"] * 2 + ["Tanh"] * 3
    with pytest.raises(NotImplementedError, match="missing the required"):
        layers(1)


def test_module_dict_registers_what_it_holds():
    layers = nn.ModuleDict({"a": nn.Tanh()})
    layers["b"] = nn.Linear(1, 1)
    layers.update([("c", nn.ReLU())])
    assert list(layers) == list(layers.keys()) == ["a", "b", "c"]
    assert "a" in layers and len(layers) == 3
    assert list(layers.values())[1] is layers["b"]
    assert list(layers.state_dict()) == ["b.weight", "b.bias"]
    assert dict(layers.items())["c"] is layers.pop("c")
    del layers["a"]
    layers.clear()
    assert len(layers) == 0
    with pytest.raises(TypeError, match="should be called with an iterable of key/value pairs"):
        layers.update(1)


def test_parameter_list_and_dict_make_parameters():
    values = nn.ParameterList([minitorch.ones(2), Parameter(minitorch.ones(1))])
    values.append(minitorch.zeros(1)).extend([minitorch.ones(3)])
    values += [minitorch.ones(1)]
    values[0] = minitorch.zeros(2)
    assert len(values) == len(list(values.parameters())) == 5
    assert [name for name, _ in values.named_parameters()] == list("01234")
    assert len(values[1:3]) == 2 and values[-1].item() == 1
    with pytest.raises(IndexError, match="index 5 is out of range"):
        values[5]
    with pytest.raises(TypeError, match="should be called with an iterable"):
        values.extend(minitorch.ones(1))
    with pytest.raises(RuntimeError, match="should not be called"):
        values()

    named = nn.ParameterDict({"w": minitorch.ones(2)})
    named["n"] = 3
    named.update({"b": Parameter(minitorch.ones(1))})
    assert list(named) == list(named.keys()) == ["w", "n", "b"] and len(named) == 3
    assert [name for name, _ in named.named_parameters()] == ["w", "b"]
    assert named.get("x", 1) == 1 and named.get("n") == 3 and "w" in named
    assert list(named.values())[1] == 3 and list(named.items())[1] == ("n", 3)
    assert named.pop("n") == 3
    named.clear()
    assert len(named) == 0
    with pytest.raises(RuntimeError, match="should not be called"):
        named(1)


# -------------------------------------------------------------------- how it prints


def test_repr_shows_settings_and_children():
    class Odd(Net):
        def extra_repr(self):
            return "first=1\nsecond=2"

    assert repr(Odd()) == (
        "Odd(\n"
        "  first=1\n"
        "  second=2\n"
        "  (hidden): Sequential(\n"
        "    (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "    (1): Tanh()\n"
        "  )\n"
        "  (out): Linear(in_features=3, out_features=1, bias=True)\n"
        ")"
    )
    assert repr(Module()) == "Module()"


def printed(nn, torch):
    layers = [nn.Linear(2, 2) for _ in range(3)]
    deep = nn.Sequential(nn.Sequential(nn.Tanh(), nn.Sequential()), nn.ModuleDict({"a": nn.Tanh()}))
    return [
        *layers[:1],
        nn.ModuleList(layers),
        nn.ModuleList([*layers, nn.Tanh(), nn.Sequential(nn.Tanh()), nn.Sequential(nn.Tanh())]),
        nn.ModuleList(),
        nn.Sequential(),
        deep,
        nn.ParameterList([torch.ones(2, 3), 3]),
        nn.ParameterList(),
        nn.Sequential(nn.ParameterList([torch.ones(1)])),
        nn.ParameterDict({"w": torch.ones(2, 3), "n": 4}),
    ]


@pytest.mark.torch
def test_containers_print_as_those_of_torch():
    torch = pytest.importorskip("torch")
    ours = [repr(module) for module in printed(nn, minitorch)]
    assert ours == [repr(module) for module in printed(torch.nn, torch)]


@pytest.mark.torch
def test_torch_refuses_with_the_same_words():
    torch = pytest.importorskip("torch")

    def texts(nn, ones):
        net = nn.Sequential(nn.Linear(2, 2))
        state = net.state_dict()
        del state["0.bias"]
        state["x"] = ones(1)
        state["0.weight"] = ones(3, 2)
        acts = [
            lambda: setattr(net[0], "weight", ones(1)),
            lambda: setattr(net, "0", 1),
            lambda: net.register_parameter("0", None),
            lambda: net.register_buffer("b", 1),
            lambda: net.add_module("m", 1),
            lambda: net.get_submodule("9"),
            lambda: net.get_parameter("0"),
            lambda: net.load_state_dict(state),
            lambda: net[7],
            lambda: net.to(ones(1).long().dtype),
        ]
        for act in acts:
            with pytest.raises(Exception) as error:
                act()
            yield type(error.value).__name__, str(error.value)

    assert list(texts(nn, minitorch.ones)) == list(texts(torch.nn, torch.ones))


def test_a_subclass_may_override_register_buffer_without_persistent():
    class Noted(nn.Linear):
        def register_buffer(self, name, value):
            super().register_buffer(name, value)

    layer = Noted(2, 2)
    layer.scale = Buffer(minitorch.ones(2))
    assert list(layer.state_dict()) == ["weight", "bias", "scale"]
