"""No reference cycles: what is no longer used is freed at once, with the garbage collector off."""

import gc
import time
import weakref

import cupy_rig
import pytest

import minitorch
from minitorch.autograd import grad


@pytest.fixture(autouse=True)
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def growth(step, steps=2000):
    """How many more objects the collector knows after that many steps."""
    for _ in range(20):
        step()
    del cupy_rig.launches[:]
    before = len(gc.get_objects())
    for _ in range(steps):
        step()
    del cupy_rig.launches[:]  # what the rig notes of each step
    return len(gc.get_objects()) - before


def leaf(*shape):
    return minitorch.ones(*shape, requires_grad=True)


def test_a_training_step_leaves_nothing_behind():
    x, w, b = minitorch.ones(4, 3), leaf(2, 3), leaf(2)

    def step():
        y = minitorch.nn.functional.linear(x, w, b).relu().sum()
        y.backward()
        with minitorch.no_grad():
            w.sub_(w.grad * 0.1)
        w.grad = b.grad = None

    assert growth(step) < 10


def test_a_forward_without_backward_leaves_nothing_behind():
    x = leaf(3)
    assert growth(lambda: (x.exp() * x).max(0)) < 10


def test_writes_and_views_leave_nothing_behind():
    x = leaf(3)

    def step():
        y = x * 1
        view = y[0]
        y += x
        view *= 2
        y[1:] = x[1:] * 2
        y.sum().backward()

    assert growth(step) < 10


def test_many_views_of_one_tensor_leave_nothing_behind():
    x = minitorch.ones(3)
    assert growth(lambda: x[0].reshape(1)) < 10
    assert len(x.views) < 10


def test_double_backward_leaves_nothing_behind():
    x = leaf(3)

    def step():
        (g,) = grad((x * x).exp().sum(), x, create_graph=True)
        (g * g).sum().backward()
        x.grad = None

    assert growth(step, 300) < 10


def test_backward_with_create_graph_makes_no_cycle():
    x = leaf(3)

    def step():
        (x * x).sum().backward(create_graph=True)
        x.grad = None

    assert growth(step, 300) < 10


def test_hooks_and_retained_gradients_leave_nothing_behind():
    x = leaf(3)

    def step():
        y = x * 2
        y.retain_grad()
        y.register_hook(lambda g: g * 2)
        y.sum().backward()

    assert growth(step) < 10


def test_an_intermediate_value_that_no_gradient_needs_is_freed_at_once():
    x = leaf(3)
    y = x + 1
    memory = weakref.ref(y.array)
    z = y * 2
    del y
    assert memory() is None
    z.sum().backward()


def test_an_intermediate_value_that_a_gradient_needs_is_freed_in_backward():
    x = leaf(3)
    y = x * 2
    memory = weakref.ref(y.array)
    loss = (y * y).sum()
    del y
    assert memory() is not None
    loss.backward()
    assert memory() is None


def test_what_only_a_constant_needs_is_not_kept():
    x, c = leaf(3), minitorch.ones(3)
    y = x * 2
    memory = weakref.ref(y.array)
    z = y * c  # the gradient of c, which would need y, is never asked for
    del y
    assert memory() is None
    z.sum().backward()


def test_nothing_is_kept_without_recording():
    x = leaf(3)
    with minitorch.no_grad():
        y = x.exp()
        memory = weakref.ref(y.array)
        y = y * y
        assert memory() is None


def test_a_leaf_is_freed_with_its_tensor():
    x = leaf(3)
    gone = weakref.ref(x)
    y = (x * 2).sum()
    del x
    assert gone() is None
    y.backward()


@pytest.mark.parametrize("count", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_a_long_chain_is_built_run_and_freed_in_linear_time(count):
    def seconds(count):
        x = minitorch.ones(1, requires_grad=True)
        start = time.process_time()  # whatever else the machine does
        y = x
        for _ in range(count):
            y = y + 1
        y.backward()
        del y
        assert x.grad.item() == 1
        return time.process_time() - start

    seconds(1000)
    small = min(seconds(count // 10) for _ in range(2))
    assert seconds(count) < 10 * small * 4 + 1  # quadratic: 100 * small


def test_a_long_chain_of_writes_and_double_backward_does_not_recurse():
    x = leaf(1)
    y = x * 1
    for _ in range(20_000):
        y += 1
    (g,) = grad(y * y, x, create_graph=True)
    assert grad(g, x)[0].item() == 2
