"""`saved_tensors_hooks`: what backward keeps, as hooks make it; and what nodes say of it."""

import threading
import weakref

import pytest

import minitorch
from minitorch import nn, ones, randn, tensor
from minitorch.autograd import Function, grad
from minitorch.autograd.graph import (
    allow_mutation_on_saved_tensors,
    disable_saved_tensors_hooks,
    save_on_cpu,
    saved_tensors_hooks,
)
from minitorch.autograd.op import OPS


def same(x):
    return x


def double(x):
    return 2 * x


def copied(x):
    return x.clone()


def half(x):
    return x / 2


@pytest.fixture
def a():
    return tensor([1.0, -2.0, 3.0], requires_grad=True)


class Square(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        ctx.power = 2
        return x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * ctx.power * x


# -------------------------------------------------------------------- the hooks


def test_the_pack_hook_sees_the_tensors_of_the_call_and_its_value(a):
    seen = []
    with saved_tensors_hooks(seen.append, same):
        b = a * 2
        b * a
        y = b.exp()
    assert {id(each) for each in seen[:2]} == {id(a), id(b)}
    assert seen[2] is y


@pytest.mark.parametrize(
    ("pack", "unpack", "times"), [(same, same, 2), (double, half, 2), (double, same, 4)]
)
@pytest.mark.parametrize("f", [lambda a: a * a, Square.apply])
def test_backward_computes_with_what_the_unpack_hook_returns(a, f, pack, unpack, times):
    with saved_tensors_hooks(pack, unpack):
        y = f(a)
    y.sum().backward()
    assert a.grad.tolist() == (times * a).tolist()


def test_each_saved_tensor_is_packed_once_and_unpacked_once(a):
    calls = []
    hooks = lambda x: calls.append("pack") or x, lambda x: calls.append("unpack") or x
    with saved_tensors_hooks(*hooks):
        y = a * ones(3)
    assert calls == ["pack"]
    y.sum().backward()
    assert calls == ["pack", "unpack"]


def test_numbers_are_not_packed(a):
    with saved_tensors_hooks(pytest.fail, pytest.fail):
        (a * 3).sum().backward()


def test_only_the_innermost_hooks_are_called(a):
    with saved_tensors_hooks(lambda x: 3 * x, lambda x: 3 * x):
        with saved_tensors_hooks(lambda x: 5 * x, lambda x: 5 * x):
            y = a * a
        z = a * a
    assert grad(y.sum(), a)[0].tolist() == (50 * a).tolist()
    assert grad(z.sum(), a)[0].tolist() == (18 * a).tolist()


def test_ops_with_several_outputs_and_joint_vjps_are_packed():
    x = randn(4, 5, requires_grad=True)

    def run():
        high, _ = x.max(1)
        y = minitorch.cat([high, high.exp()])
        return grad((minitorch.sort(y).values * y).sum(), x)[0]

    count = []
    with saved_tensors_hooks(lambda x: count.append(1) or x.clone(), same):
        packed = run()
    assert len(count) > 3
    assert packed.tolist() == run().tolist()


@pytest.mark.parametrize("context", [save_on_cpu, lambda: saved_tensors_hooks(copied, same)])
def test_a_model_learns_the_same_with_hooks(context):
    layers = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.GELU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.LayerNorm(18), nn.Linear(18, 4),
    )  # fmt: skip
    lstm, attention = nn.LSTM(4, 4), nn.MultiheadAttention(4, 2)
    x, target = randn(3, 1, 8, 8), tensor([0, 3, 1])
    parameters = [*layers.parameters(), *lstm.parameters(), *attention.parameters()]

    def gradients():
        h = lstm(layers(x)[None])[0]
        h = attention(h, h, h)[0][0]
        return grad(nn.functional.cross_entropy(h, target), parameters)

    plain = gradients()
    with context():
        hooked = gradients()
    for p, h in zip(plain, hooked, strict=True):
        assert p.tolist() == h.tolist()


@pytest.mark.parametrize("inside", [True, False])
def test_second_derivatives_use_what_was_packed_too(a, inside):
    with saved_tensors_hooks(double, same):
        y = (a**3).sum()
        if inside:
            (g,) = grad(y, a, create_graph=True)
    if not inside:
        (g,) = grad(y, a, create_graph=True)
    assert g.tolist() == (12 * a * a).tolist()
    assert grad(g.sum(), a)[0].tolist() == ((48 if inside else 12) * a).tolist()


def test_what_was_packed_is_let_go_of_after_backward(a):
    kept = []

    def pack(x):
        copy = x.clone()
        kept.append(weakref.ref(copy))
        return copy

    with saved_tensors_hooks(pack, same):
        y = a.exp().sum()
    assert kept[0]() is not None
    y.backward()
    assert kept[0]() is None
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        y.backward()


def test_hooks_that_do_the_wrong_thing_are_refused(a):
    text = "A saved tensor pack hook is modifying its input in place"
    with saved_tensors_hooks(lambda x: x.mul_(2), same), pytest.raises(RuntimeError, match=text):
        a.exp()
    with saved_tensors_hooks(same, lambda x: 3):
        y = a.exp().sum()
    text = "Output of saved tensor unpack_hook expected to be a Tensor but got result of type int"
    with pytest.raises(TypeError, match=text):
        y.backward()


def test_an_error_in_a_hook_leaves_nothing_behind(a):
    def fail(x):
        raise ValueError("no room")

    with saved_tensors_hooks(fail, same), pytest.raises(ValueError, match="no room"):
        a.exp()
    a.exp().sum().backward()
    assert a.grad is not None


def test_hooks_can_be_forbidden(a):
    with disable_saved_tensors_hooks("not here"):
        with pytest.raises(RuntimeError, match=r"^not here$"), save_on_cpu():
            pass
        inner = disable_saved_tensors_hooks("nor here")
        with inner, pytest.raises(RuntimeError, match=r"^nor here$"), save_on_cpu():
            pass
        with pytest.raises(RuntimeError, match=r"^not here$"), save_on_cpu():
            pass
    with (
        save_on_cpu(),
        pytest.raises(RuntimeError, match=r"^no$"),
        disable_saved_tensors_hooks("no"),
    ):
        pass
    with save_on_cpu():
        a.exp()


def test_hooks_are_of_one_thread(a):
    made = []
    with saved_tensors_hooks(pytest.fail, pytest.fail):
        thread = threading.Thread(target=lambda: made.append(a.exp()))
        thread.start()
        thread.join()
    made[0].sum().backward()
    assert a.grad is not None


def test_save_on_cpu_keeps_nothing_on_a_gpu(device):
    x = ones(3, device=device, requires_grad=True)
    with save_on_cpu(pin_memory=True):
        y = minitorch.exp(x * 2)
    where, kept = y.grad_fn._raw_saved_result.data
    assert (where, kept.is_cpu) == (y.device, True)
    y.sum().backward()
    assert x.grad.device == x.device


def test_without_hooks_ops_are_as_before(a):
    plain = OPS["exp"].__globals__["record"]
    with save_on_cpu():
        assert OPS["exp"].__globals__["record"] is not plain
    assert OPS["exp"].__globals__["record"] is plain


def test_tensors_may_be_changed_where_that_is_allowed(a):
    def changed():
        b = a.clone()
        y = (b**2).sum()
        b.sin_()
        return grad(y, a)[0]

    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        changed()
    with allow_mutation_on_saved_tensors():
        assert changed().tolist() == (2 * a).tolist()
        text = "contexts cannot be nested"
        with pytest.raises(RuntimeError, match=text), allow_mutation_on_saved_tensors():
            pass


# -------------------------------------------------------------------- what nodes say


def test_nodes_show_what_they_saved(a):
    b = a * 2
    y, z = b * a, b.exp()
    assert y.grad_fn._saved_other is a
    assert y.grad_fn._saved_self.tolist() == b.tolist()
    assert y.grad_fn._saved_self.grad_fn is b.grad_fn
    assert z.grad_fn._saved_result.grad_fn is z.grad_fn
    assert minitorch.stack([a, a], dim=1).grad_fn._saved_dim == 1
    assert not hasattr(y.grad_fn, "_saved_nothing")
    y.sum().backward()
    with pytest.raises(RuntimeError, match="after they have already been freed"):
        y.grad_fn._saved_self


def test_hooks_can_be_set_on_a_single_saved_tensor(a):
    y = a * a
    saved = y.grad_fn._raw_saved_self
    assert saved.unpack_hook is None
    saved.register_hooks(double, same)
    assert y.grad_fn._raw_saved_self.data.tolist() == (2 * a).tolist()
    with pytest.raises(RuntimeError, match="hooks have already been set"):
        saved.register_hooks(same, same)
    y.sum().backward()
    assert a.grad.tolist() == (3 * a).tolist()
    with pytest.raises(RuntimeError, match="after it has been freed"):
        saved.register_hooks(same, same)


def test_the_node_of_a_function_shows_what_its_context_holds(a):
    y = Square.apply(a)
    assert y.grad_fn.saved_tensors[0] is a
    assert y.grad_fn.power == 2
    y.sum().backward()
    with pytest.raises(RuntimeError, match="after they have already been freed"):
        y.grad_fn.saved_tensors
