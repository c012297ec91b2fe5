"""Laws of the engine, for shapes and values that hypothesis makes up."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minitorch
from minitorch import tensor
from minitorch.autograd import grad
from minitorch.autograd.engine import unbroadcast
from minitorch.autograd.landing import is_own

numbers = st.floats(-2, 2, width=16)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=3)


def arrays(shape):
    return hnp.arrays(np.float64, shape, elements=numbers)


def t(array, requires_grad=False):
    return minitorch.tensor(array, dtype=minitorch.float64, requires_grad=requires_grad)


FUNCTIONS = [
    lambda x: x * x,
    lambda x: x.exp().sum(),
    lambda x: (x * 3 + 1).tanh(),
    lambda x: minitorch.where(x > 0, x * x, -x),
    lambda x: x.reshape(-1).sum(0, keepdim=True) * x,
    lambda x: x.T @ x if x.ndim == 2 else x + x,
]


@pytest.mark.parametrize("f", FUNCTIONS)
@given(st.data(), shapes, numbers, numbers)
@settings(max_examples=25, deadline=None)
def test_the_vjp_is_linear(f, data, shape, a, b):
    x = t(data.draw(arrays(shape)), requires_grad=True)
    y = f(x)
    u, v = t(data.draw(arrays(tuple(y.shape)))), t(data.draw(arrays(tuple(y.shape))))

    def vjp(g):
        return grad(y, x, g, retain_graph=True)[0].numpy()

    np.testing.assert_allclose(vjp(u * a + v * b), a * vjp(u) + b * vjp(v), rtol=1e-6, atol=1e-9)


@given(st.data(), hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3))
@settings(max_examples=60, deadline=None)
def test_the_shares_of_broadcast_inputs_are_those_of_expanded_ones(data, given_shapes):
    values = [data.draw(arrays(shape)) for shape in given_shapes.input_shapes]

    def f(a, b, c):
        return a * b + b * c * c

    direct = [t(v, True) for v in values]
    spread = [t(v, True) for v in values]
    full = [x.expand(given_shapes.result_shape) * 1 for x in spread]
    weight = np.linspace(1, 2, int(np.prod(given_shapes.result_shape))).reshape(
        given_shapes.result_shape
    )
    f(*direct).backward(t(weight))
    f(*full).backward(t(weight))
    for a, b in zip(direct, spread, strict=True):
        assert a.grad.shape == a.shape
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-9, atol=1e-9)


@given(st.data(), hnp.mutually_broadcastable_shapes(num_shapes=1, base_shape=(2, 3, 1), max_dims=4))
def test_unbroadcasting_keeps_the_sum(data, given_shapes):
    (shape,) = given_shapes.input_shapes
    g = data.draw(arrays(given_shapes.result_shape))
    back = unbroadcast(g, shape)
    assert back.shape == shape
    np.testing.assert_allclose(back.sum(), g.sum(), rtol=1e-6, atol=1e-6)


@given(st.data(), shapes)
@settings(max_examples=30, deadline=None)
def test_the_gradient_of_a_sum_is_the_sum_of_gradients(data, shape):
    value = data.draw(arrays(shape))
    parts = []
    for f in (lambda x: (x * x).sum(), lambda x: x.exp().sum()):
        x = t(value, True)
        f(x).backward()
        parts.append(x.grad.numpy())
    x = t(value, True)
    ((x * x).sum() + x.exp().sum()).backward()
    np.testing.assert_allclose(x.grad.numpy(), parts[0] + parts[1], rtol=1e-9)


@given(st.data(), shapes)
@settings(max_examples=30, deadline=None)
def test_gradients_are_not_views_of_what_the_user_holds(data, shape):
    x, w = t(data.draw(arrays(shape)), True), t(data.draw(arrays(shape)), True)
    g = t(data.draw(arrays(shape)))
    before = g.numpy().copy()
    (x + w).backward(g)
    x.grad.fill_(9.0)
    np.testing.assert_array_equal(w.grad.numpy(), before)
    np.testing.assert_array_equal(g.numpy(), before)


def test_vjps_of_inputs_that_need_no_gradient_are_not_called():
    calls = []

    @minitorch.autograd.op.op(public=False)
    def counted(x, other, /):
        return (
            x * other,
            lambda g: calls.append("x") or g * other,
            lambda g: calls.append("other") or g * x,
        )

    try:
        x, c = minitorch.ones(2, requires_grad=True), minitorch.ones(2)
        counted(x, c).sum().backward()
        assert calls == ["x"]
        y, z = minitorch.ones(2, requires_grad=True), minitorch.ones(2, requires_grad=True)
        grad(counted(y, z).sum(), z)
        assert calls == ["x", "other"]
    finally:
        del minitorch.autograd.op.OPS["counted"]


def test_a_joint_vjp_is_called_once():
    calls = []

    @minitorch.autograd.op.op(public=False, joint=True)
    def joined_product(x, other, /):
        return x * other, lambda g: calls.append(1) or (g * other, g * x)

    try:
        x, w = minitorch.full((2,), 3.0, requires_grad=True), minitorch.ones(2, requires_grad=True)
        joined_product(x, w).sum().backward()
        assert (x.grad.tolist(), w.grad.tolist(), calls) == ([1, 1], [3, 3], [1])
    finally:
        del minitorch.autograd.op.OPS["joined_product"]


def test_several_outputs_bring_their_gradients_together():
    x = t([[1.0, 5.0], [7.0, 2.0]], True)
    values, indices = x.max(1)
    assert not indices.requires_grad
    assert values.grad_fn.name() == "MaxBackward0"
    (values * values + values).sum().backward()
    assert x.grad.tolist() == [[0, 11], [15, 0]]


def test_a_diamond_is_walked_once_per_node():
    x = t([2.0], True)
    y = x
    for _ in range(60):  # 2**60 paths
        y = y + y
    y.backward()
    assert x.grad.item() == 2.0**60


def test_an_array_is_its_memorys_own_if_nobody_else_holds_any_of_it():
    held = np.empty(4)
    whole, part, turned = np.empty(4).reshape(2, 2), np.empty(8)[:4], np.empty((2, 2)).T
    found = [is_own(held), is_own(whole), is_own(part), is_own(turned), is_own(held.reshape(2, 2))]
    assert found == [True, True, False, False, False]
    assert not is_own(np.frombuffer(bytearray(16), np.float32))


def test_gradients_of_two_leaves_never_share_memory():
    x, y = t(np.ones((2, 3)), True), t(np.ones(6), True)
    (x.reshape(6) + y).exp().backward(t(np.ones(6)))
    assert not np.shares_memory(x.grad.numpy(), y.grad.numpy())
    x.grad += 1
    np.testing.assert_allclose(y.grad.numpy(), np.e**2)


def test_a_gradient_can_be_changed_where_it_is_a_broadcast_of_one_number():
    x = minitorch.tensor([1.0], requires_grad=True)
    (x.sum() * 8).backward()
    x.grad /= 8
    assert x.grad.tolist() == [1.0]


def test_a_gradient_by_an_intermediate_leaves_what_lies_before_it():
    x = tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    (g,) = grad((y * y).sum(), y)
    y.backward(g)
    np.testing.assert_allclose(x.grad.numpy(), 2 * np.exp([2.0, 4.0]), rtol=1e-6)


def test_a_gradient_by_an_intermediate_and_by_what_lies_before_it_frees_both():
    x = tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    gy, gx = grad((y * y).sum(), (y, x))
    np.testing.assert_allclose(gx.numpy(), (gy * y).detach().numpy())
    with pytest.raises(RuntimeError, match="second time"):
        y.sum().backward()


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.amax(1),
        lambda x: x.max(1).values,
        lambda x: x.median(1).values,
        lambda x: x.mode(1).values,
        lambda x: x.cummax(1).values,
        minitorch.celu,
    ],
    ids=["amax", "max", "median", "mode", "cummax", "celu"],
)
def test_what_a_rule_saves_by_another_function_is_freed_too(f):
    y = f(minitorch.ones(2, 3, requires_grad=True)).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()


def test_slices_add_to_the_gradient_of_what_they_were_cut_from_and_to_nothing_else():
    x = minitorch.ones(3, 4, requires_grad=True)
    w = minitorch.zeros(3, 4, requires_grad=True)
    h = x * 1
    both = h + w  # one array is the gradient of h and of w
    parts = [h[0], h[1, 1:], h[:, 2], *h.unbind(), h[0, 0], *h.chunk(2, 1)]
    loss = both.sum() + sum((i + 2) * part.sum() for i, part in enumerate(parts))
    loss.backward()
    expected = np.ones((3, 4))
    expected[0] += 2
    expected[1, 1:] += 3
    expected[:, 2] += 4
    expected += [[5], [6], [7]]
    expected[0, 0] += 8
    expected += [9, 9, 10, 10]
    assert x.grad.tolist() == expected.tolist()
    assert w.grad.tolist() == np.ones((3, 4)).tolist()


def test_many_slices_take_no_more_memory_than_their_whole():
    x = minitorch.ones(100, 1000, requires_grad=True)
    h = x * 1
    loss = sum(row.sum() for row in h)
    tracemalloc.start()
    loss.backward()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * x.array.nbytes
    assert x.grad.tolist() == np.ones((100, 1000)).tolist()
