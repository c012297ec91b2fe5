"""Hooks of one module and of all modules: what is called, when, in which order, with what."""

import copy
import pickle
from collections import namedtuple

import pytest

import minitorch
from minitorch import nn
from minitorch.nn.modules import module as modules
from minitorch.nn.modules.hooks import GlobalBackward


def noted(log, *what):
    """A hook that notes `what` and changes nothing."""
    return lambda *args: log.append(what[0] if len(what) == 1 else what)


@pytest.fixture
def removed():
    """Handles put in here are removed after the test."""
    handles = []
    yield handles
    for handle in handles:
        handle.remove()
    GlobalBackward.full = None


def test_prepended_hooks_come_first():
    log, layer = [], nn.Linear(2, 2)
    layer.register_forward_hook(noted(log, "forward"))
    layer.register_forward_hook(noted(log, "forward first"), prepend=True)
    layer.register_forward_pre_hook(noted(log, "pre"))
    layer.register_forward_pre_hook(noted(log, "pre first"), prepend=True)
    layer.register_full_backward_hook(noted(log, "backward"))
    layer.register_full_backward_hook(noted(log, "backward first"), prepend=True)
    layer.register_full_backward_pre_hook(noted(log, "backward pre"))
    layer.register_full_backward_pre_hook(noted(log, "backward pre first"), prepend=True)
    layer(minitorch.ones(1, 2, requires_grad=True)).sum().backward()
    assert log == [
        "pre first",
        "pre",
        "forward first",
        "forward",
        "backward pre first",
        "backward pre",
        "backward first",
        "backward",
    ]


def test_a_handle_knows_its_table_and_forgets_the_marks():
    layer = nn.Tanh()
    handle = layer.register_forward_hook(noted([]), with_kwargs=True, always_call=True)
    assert handle.hooks_dict_ref() is layer._forward_hooks
    assert list(layer._forward_hooks) == list(layer._forward_hooks_with_kwargs) == [handle.id]
    assert list(layer._forward_hooks_always_called) == [handle.id]
    with handle:
        assert handle.id in layer._forward_hooks
    assert not layer._forward_hooks and not layer._forward_hooks_with_kwargs
    assert not layer._forward_hooks_always_called
    handle.remove()  # a second time does nothing


def test_a_handle_does_not_keep_the_module():
    handle = nn.Tanh().register_forward_hook(noted([]))
    assert handle.hooks_dict_ref() is None
    handle.remove()


def test_the_tables_may_be_written_to_directly():
    layer = nn.Identity()
    layer._forward_hooks[0] = lambda module, args, output: output * 3
    assert layer(minitorch.ones(1)).item() == 3
    layer._forward_hooks.clear()
    assert layer(minitorch.ones(1)).item() == 1


def test_a_hook_may_take_itself_out():
    layer, log = nn.Identity(), []

    def once(module, args):
        log.append(args)
        handle.remove()

    handle = layer.register_forward_pre_hook(once)
    layer(1)
    layer(2)
    assert log == [(1,)]


def test_copies_have_hooks_of_their_own():
    layer = nn.Identity()
    layer.register_forward_hook(triple)
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert twin(minitorch.ones(1)).item() == 3
        twin._forward_hooks.clear()
    assert layer(minitorch.ones(1)).item() == 3


def triple(module, args, output):
    return output * 3


def test_a_shallow_copy_registers_apart():
    layer = nn.Linear(1, 1)
    twin = copy.copy(layer)
    twin.extra = nn.Parameter(minitorch.ones(1))
    assert list(layer._parameters) == ["weight", "bias"] and twin.weight is layer.weight


def test_backward_hooks_see_none_where_no_gradient_goes():
    class Two(nn.Module):
        def forward(self, x, y):
            assert x.requires_grad and not y.requires_grad
            return x * 2, y * 3, 5

    log, module = [], Two()
    module.register_full_backward_hook(lambda module, into, out: log.append((into, out)))
    a, b, _ = module(minitorch.ones(1, requires_grad=True), minitorch.ones(1))
    assert not b.requires_grad
    (a + b).sum().backward()
    (((first, second), (outer, *others)),) = log
    assert first.item() == 2 and second is None and outer.item() == 1 and others == [None, None]


def test_a_namedtuple_stays_one_under_backward_hooks():
    Pair = namedtuple("Pair", "a b")

    class Two(nn.Module):
        def forward(self, x):
            return Pair(x * 2, x * 3)

    module = Two()
    module.register_full_backward_hook(noted([]))
    assert module(minitorch.ones(1, requires_grad=True)).b.item() == 3


def test_what_a_backward_hook_returns_without_inputs_to_learn_is_refused():
    layer = nn.Linear(2, 2)
    layer.register_full_backward_hook(lambda *ends: minitorch.ones(1))
    loss = layer(minitorch.ones(1, 2)).sum()
    warned = pytest.warns(UserWarning, match="no inputs require gradients")
    with warned, pytest.raises(RuntimeError, match="where no input requires gradient should"):
        loss.backward()


def test_the_older_backward_hook_is_not_mixed_with_the_full_one():
    layer, log = nn.Sigmoid(), []
    layer.register_backward_hook(noted(log, 1))
    layer(minitorch.ones(1, requires_grad=True)).backward()
    assert log == [1]
    with pytest.raises(RuntimeError, match="regular backward hooks and full backward hooks on a"):
        layer.register_full_backward_hook(noted(log, 2))
    layer = nn.Sigmoid()
    layer.register_full_backward_hook(noted(log, 2))
    with pytest.raises(RuntimeError, match="regular backward hooks and full backward hooks on a"):
        layer.register_backward_hook(noted(log, 1))


def test_the_older_backward_hook_sees_outputs_in_a_dict():
    class Named(nn.Module):
        def forward(self, x):
            return {"double": 2 * x, "name": "x"}

    layer, log = Named(), []
    layer.register_backward_hook(lambda module, grad_input, grad_output: log.append(grad_output))
    y = layer(minitorch.ones(1, requires_grad=True))
    assert y["name"] == "x"
    y["double"].backward()
    assert [g if g is None else g.item() for g in log[0]] == [1, None]


# -------------------------------------------------------------------- of all modules


def test_the_tables_of_all_modules_lie_where_modules_do(removed):
    removed.append(modules.register_module_forward_hook(noted([], 1), always_call=True))
    assert len(modules._global_forward_hooks) == 1
    assert len(modules._global_forward_hooks_always_called) == 1


def test_hooks_of_all_modules_come_before_those_of_one(removed):
    log, layer = [], nn.Tanh()
    layer.register_forward_pre_hook(noted(log, "own pre"))
    layer.register_forward_hook(noted(log, "own"))
    layer.register_full_backward_hook(noted(log, "own backward"))
    removed += [
        modules.register_module_forward_pre_hook(noted(log, "pre")),
        modules.register_module_forward_hook(noted(log, "forward")),
        modules.register_module_full_backward_pre_hook(noted(log, "backward pre")),
        modules.register_module_full_backward_hook(noted(log, "backward")),
    ]
    layer(minitorch.ones(1, requires_grad=True)).backward()
    assert log == [
        "pre",
        "own pre",
        "forward",
        "own",
        "backward pre",
        "backward",
        "own backward",
    ]
    for handle in removed:
        handle.remove()
    log.clear()
    nn.Tanh()(minitorch.ones(1))
    assert not log


def test_hooks_of_all_modules_take_keyword_arguments_and_see_failures(removed):
    class Fails(nn.Module):
        def forward(self, x=1):
            raise ValueError("no")

    log = []
    removed += [
        modules.register_module_forward_hook(
            lambda module, args, kwargs, output: log.append((kwargs, output)),
            with_kwargs=True,
            always_call=True,
        ),
        modules.register_module_forward_hook(lambda *call: 1 / 0, always_call=True),
    ]
    warned = pytest.warns(UserWarning, match="global module forward hook with ``always_call=True``")
    with warned, pytest.raises(ValueError, match="no"):
        Fails()(x=2)
    assert log == [({"x": 2}, None)]


def test_backward_hooks_of_all_modules_are_of_one_kind(removed):
    removed.append(modules.register_module_backward_hook(noted([])))
    with pytest.raises(RuntimeError, match="as a global Module hook"):
        modules.register_module_full_backward_hook(noted([]))


def test_hooks_of_registration_may_replace_what_is_registered(removed):
    log = []
    removed += [
        modules.register_module_parameter_registration_hook(
            lambda module, name, parameter: log.append(name)
        ),
        modules.register_module_buffer_registration_hook(
            lambda module, name, buffer: None if buffer is None else buffer + 1
        ),
        modules.register_module_module_registration_hook(
            lambda module, name, child: nn.Tanh() if isinstance(child, nn.ReLU) else None
        ),
    ]
    net = nn.Sequential(nn.Linear(1, 1), nn.ReLU())
    net.register_buffer("count", minitorch.zeros(1))
    assert log == ["weight", "bias"] and net.count.item() == 1 and repr(net[1]) == "Tanh()"


def test_a_table_of_hooks_can_be_deleted_as_in_modules_from_old_files():
    m = nn.Softmax(0)
    del m._forward_pre_hooks, m._state_dict_pre_hooks, m._load_state_dict_post_hooks
    m.load_state_dict(m.state_dict())
    called = []
    m.register_forward_pre_hook(lambda *_: called.append(1))
    m(minitorch.ones(1))
    assert called == [1]
    with pytest.raises(AttributeError):
        del m.nothing
    old = nn.Softmax(0)
    del old._non_persistent_buffers_set
    assert pickle.loads(pickle.dumps(old))._non_persistent_buffers_set == set()
