"""`utils.checkpoint`: backward computes again what forward did not keep."""

import gc
import tracemalloc

import pytest

import minitorch as torch
from minitorch import nn
from minitorch.utils.checkpoint import (
    CheckpointError,
    checkpoint,
    checkpoint_sequential,
    noop_context_fn,
    set_checkpoint_debug_enabled,
    set_checkpoint_early_stop,
)


def deep(width=16, dropout=0.2):
    return nn.Sequential(
        *[
            layer
            for _ in range(6)
            for layer in (nn.Linear(width, width), nn.Tanh(), nn.Dropout(dropout))
        ]
    )


def gradients(net, call):
    torch.manual_seed(3)
    x = torch.ones(5, 16, requires_grad=True)
    net.zero_grad()
    call(x).sum().backward()
    return [x.grad, *[p.grad.clone() for p in net.parameters()]]


@pytest.mark.parametrize("use_reentrant", [True, False])
def test_gradients_are_the_same_with_the_same_random_numbers(use_reentrant):
    net = deep()
    plain = gradients(net, net)
    whole = gradients(net, lambda x: checkpoint(net, x, use_reentrant=use_reentrant))
    parts = gradients(net, lambda x: checkpoint_sequential(net, 3, x, use_reentrant))
    for a, b, c in zip(plain, whole, parts, strict=True):
        assert a.equal(b) and a.equal(c)


def test_the_function_runs_again_once_and_only_in_backward():
    calls = []

    def f(x):
        calls.append(x)
        return (x * 2).exp().sin()

    x = torch.ones(3, requires_grad=True)
    y = checkpoint(f, x, use_reentrant=False)
    assert len(calls) == 1
    y.sum().backward()
    assert len(calls) == 2


def test_forward_keeps_less_memory():
    net = deep(width=64, dropout=0.0)
    x = torch.ones(2000, 64)

    def kept(call):
        gc.collect()
        tracemalloc.start()
        y = call(x)
        taken = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return taken, y.shape

    plain, _ = kept(net)
    small, _ = kept(lambda x: checkpoint(net, x, use_reentrant=False))
    assert small < plain / 4


def test_what_the_function_closes_over_and_keywords_get_gradients():
    w, x = (torch.tensor(v, requires_grad=True) for v in (3.0, 2.0))
    y = checkpoint(lambda *, x: {"y": [w * x.exp()]}, x=x, use_reentrant=False)["y"][0]
    found = torch.autograd.grad(y, [w, x])
    expected = torch.autograd.grad(w * x.exp(), [w, x])
    assert [g.item() for g in found] == [g.item() for g in expected]


def test_gradients_of_gradients_go_through():
    x = torch.tensor(2.0, requires_grad=True)
    (first,) = torch.autograd.grad(
        checkpoint(lambda x: (x**3).exp(), x, use_reentrant=False), x, create_graph=True
    )
    (expected,) = torch.autograd.grad((x**3).exp(), x, create_graph=True)
    assert first.item() == expected.item()
    assert torch.autograd.grad(first, x)[0].item() == torch.autograd.grad(expected, x)[0].item()


def test_backward_can_be_repeated_with_retain_graph():
    x = torch.tensor(2.0, requires_grad=True)
    y = checkpoint(lambda x: x.exp().sin(), x, use_reentrant=False)
    y.backward(retain_graph=True)
    once = x.grad.item()
    y.backward()
    assert x.grad.item() == pytest.approx(2 * once)


def test_random_numbers_after_it_are_not_disturbed():
    x = torch.ones(4, requires_grad=True)

    def draws(call):
        torch.manual_seed(1)
        call(x).sum().backward()
        return torch.rand(2)

    dropout = nn.Dropout(0.5)
    again = draws(lambda x: checkpoint(dropout, x, use_reentrant=False))
    assert draws(dropout).equal(again)


@pytest.mark.parametrize("use_reentrant", [True, False])
def test_random_numbers_after_it_are_not_disturbed_by_an_error(use_reentrant):
    calls = []

    def f(x):
        calls.append(x)
        if len(calls) == 2:
            torch.rand(3)
            raise KeyError("the second time")
        return x.exp()

    y = checkpoint(f, torch.ones(4, requires_grad=True), use_reentrant=use_reentrant)
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    with pytest.raises(KeyError, match="the second time"):
        y.sum().backward()
    assert torch.rand(2).equal(expected)


def test_what_the_function_overwrites_though_backward_needs_it_is_found():
    x = torch.ones(3, requires_grad=True)
    y = checkpoint(lambda x: (x * 1).exp_().mul_(2), x, use_reentrant=False)
    with pytest.raises(RuntimeError, match="has been modified by an inplace operation"):
        y.sum().backward()


def test_without_grad_it_is_the_function():
    with torch.no_grad():
        assert checkpoint(torch.exp, torch.zeros(1), use_reentrant=False).item() == 1
    assert not checkpoint(torch.exp, torch.zeros(1), use_reentrant=False).requires_grad


def test_the_contexts_surround_the_two_calls():
    entered = []

    class Note:
        def __init__(self, name):
            self.name = name

        def __enter__(self):
            entered.append(self.name)

        def __exit__(self, *exc):
            pass

    x = torch.ones(1, requires_grad=True)
    y = checkpoint(
        torch.exp, x, use_reentrant=False, context_fn=lambda: (Note("first"), Note("second"))
    )
    assert entered == ["first"]
    y.backward()
    assert entered == ["first", "second"]


def changing(*results):
    """A function of x that does something else each time."""
    left = list(results)

    def call(x):
        return left.pop(0)(x)

    return call


def test_a_function_that_does_something_else_the_second_time_is_found():
    x = torch.ones(2, requires_grad=True)
    less = checkpoint(changing(lambda x: x.exp().sin(), torch.exp), x, use_reentrant=False)
    with pytest.raises(CheckpointError, match="A different number of tensors was saved during the"):
        less.sum().backward()
    other = checkpoint(changing(torch.exp, torch.sin), x, use_reentrant=False)
    with pytest.raises(CheckpointError, match="different metadata than during the forward pass"):
        other.sum().backward()
    unchecked = changing(torch.exp, torch.sin)
    y = checkpoint(unchecked, x, use_reentrant=False, determinism_check="none")
    y.sum().backward()
    assert x.grad.equal(torch.cos(x.detach()))


def test_use_reentrant_should_be_given():
    with pytest.warns(UserWarning, match="the use_reentrant parameter should be passed explicitly"):
        checkpoint(torch.exp, torch.ones(1, requires_grad=True))
    with pytest.warns(UserWarning, match="checkpoint_sequential: the use_reentrant parameter"):
        checkpoint_sequential([torch.exp], 1, torch.ones(1))


def test_arguments_that_only_the_newer_way_takes_are_refused():
    with pytest.raises(ValueError, match="Unexpected keyword arguments: y"):
        checkpoint(torch.exp, torch.ones(1), use_reentrant=True, y=1)
    x = torch.ones(1, requires_grad=True)
    checkpoint(torch.exp, x, use_reentrant=True, context_fn=noop_context_fn)
    with pytest.raises(ValueError, match="Passing `context_fn` or `debug` is only supported when"):
        checkpoint(torch.exp, torch.ones(1), use_reentrant=True, debug=True)
    with pytest.raises(ValueError, match="Unexpected keyword arguments: y"):
        checkpoint_sequential([torch.exp], 1, torch.ones(1), use_reentrant=True, y=1)


def test_the_older_way_goes_with_backward_of_all_leaves_alone():
    x = torch.ones(2, requires_grad=True)
    y = checkpoint(torch.exp, x, use_reentrant=True).sum()
    with pytest.raises(RuntimeError, match=r"torch.utils.checkpoint is incompatible with .grad\("):
        torch.autograd.grad(y, x, retain_graph=True)
    with pytest.raises(RuntimeError, match=r"torch.utils.checkpoint is incompatible with .grad\("):
        y.backward(inputs=[x], retain_graph=True)
    y.backward()
    assert x.grad.equal(x.detach().exp())


def test_the_older_way_needs_a_tensor_that_requires_a_gradient():
    x, weight = torch.ones(2), torch.ones(2, requires_grad=True)
    with pytest.warns(UserWarning, match="None of the inputs have requires_grad=True. Gradients"):
        y = checkpoint(lambda x: x * weight, x, use_reentrant=True)
    assert not y.requires_grad
    y = checkpoint(lambda x, weight: x, x, weight, use_reentrant=True)
    with pytest.raises(RuntimeError, match="none of output has requires_grad=True, this checkpoin"):
        y.sum().backward()


def test_the_older_way_takes_and_returns_other_things_than_tensors():
    def f(x, scale, nothing):
        return scale, x * scale, nothing, "text"

    x = torch.ones(2, requires_grad=True)
    scale, y, nothing, text = checkpoint(f, x, 3, None, use_reentrant=True)
    assert (scale, nothing, text) == (3, None, "text")
    y.sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_the_determinism_check_has_two_names():
    with pytest.raises(ValueError, match=r"should be one of \['default', 'none'\], but got strict"):
        checkpoint(torch.exp, torch.ones(1), use_reentrant=False, determinism_check="strict")


def test_what_the_second_call_does_more_is_an_error_without_early_stop():
    x = torch.ones(2, requires_grad=True)
    less, more = lambda x: x.sin().exp(), lambda x: x.sin().exp().sin()
    checkpoint(changing(less, more), x, use_reentrant=False).sum().backward()
    assert x.grad is not None
    with set_checkpoint_early_stop(False):
        y = checkpoint(changing(less, more), x, use_reentrant=False)
    with pytest.raises(RuntimeError, match="trying to save more tensors during recomputation"):
        y.sum().backward()


@pytest.mark.parametrize("for_all", [None, True, False])
def test_debug_lists_what_both_calls_did(for_all):
    x = torch.ones(2, requires_grad=True)
    f = changing(lambda x: x.sin().exp(), lambda x: x.sin() * x.new_ones(1))
    with set_checkpoint_debug_enabled(for_all):
        y = checkpoint(f, x, use_reentrant=False, debug=True)
    with pytest.raises(RuntimeError, match="tensors have different metadata") as error:
        y.sum().backward()
    text = "the original forward pass:\n  SinBackward0 (2,)\n  ExpBackward0 (2,)\nthe recomputation"
    assert (text in str(error.value)) == (for_all is not False)


def test_what_saves_nothing_is_not_computed_again():
    calls = []
    x = torch.ones(2, requires_grad=True)
    checkpoint(lambda x: calls.append(1) or x.clone() + 1, x, use_reentrant=False).sum().backward()
    assert calls == [1]
