"""Derivatives of derivatives: create_graph=True."""

import pytest

import minitorch
from minitorch import tensor
from minitorch.autograd import grad, gradgradcheck
from minitorch.nn import functional as F


def leaf(*values):
    return tensor(values, dtype=minitorch.float64, requires_grad=True)


def close(found, wanted):
    return found.detach().numpy() == pytest.approx(wanted.detach().numpy(), rel=1e-10)


def derivative(y, x):
    return grad(y.sum(), x, create_graph=True)[0]


def test_three_derivatives_of_a_polynomial():
    x = leaf(2.0, -1.0)
    first = derivative(x**4, x)
    second = derivative(first, x)
    third = derivative(second, x)
    a = x.detach()
    assert close(first, 4 * a**3) and close(second, 12 * a**2) and close(third, 24 * a)


def test_three_derivatives_of_a_composition():
    x = leaf(0.3, -0.8)
    y = (x * x).exp().sin()
    for _ in range(3):
        y = derivative(y, x)
    step = 1e-4

    def second(x):
        x = x.detach().requires_grad_()
        return derivative(derivative((x * x).exp().sin(), x), x)

    with minitorch.enable_grad():
        wanted = (second(x + step) - second(x - step)) / (2 * step)
    assert y.detach().numpy() == pytest.approx(wanted.detach().numpy(), rel=1e-6)


def test_what_the_user_holds_of_the_graph_stays_connected():
    x = leaf(2.0)
    held = x * x
    first = derivative(held * x, x)
    (by_held,) = grad(first.sum(), held, retain_graph=True, allow_unused=True)
    (by_x,) = grad(first.sum(), x)
    assert by_x.item() == 12
    assert by_held is not None


def test_mixed_second_derivatives():
    x, w = leaf(1.5, -0.5), leaf(0.2, 0.7)
    by_x = derivative((x * w).sin(), x)
    by_xw = derivative(by_x, w)
    a, b = x.detach(), w.detach()
    assert close(by_xw, (a * b).cos() - a * b * (a * b).sin())


def test_a_gradient_penalty_reaches_the_weights():
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    (g,) = grad((w * x * x).sum(), x, create_graph=True)
    (g * g).sum().backward()
    assert w.grad.tolist() == [24, 128]


def test_backward_with_create_graph_fills_gradients_that_have_a_graph():
    x = leaf(2.0)
    (x**3).sum().backward(create_graph=True)
    first = x.grad
    assert first.requires_grad
    x.grad = None
    first.sum().backward()
    assert x.grad.tolist() == [12]


def test_the_weights_of_a_gradient_have_derivatives_too():
    x, v = leaf(1.0, 2.0), leaf(5.0, 6.0)
    (g,) = grad(x * x, x, v, create_graph=True)
    assert grad(g.sum(), v)[0].tolist() == [2, 4]


def test_a_gradient_that_depends_on_nothing_needs_none():
    x = leaf(1.0, 2.0)
    (g,) = grad((x * 2).sum(), x, create_graph=True)
    assert not g.requires_grad


def test_without_create_graph_the_result_has_no_graph():
    x = leaf(1.0)
    assert not grad((x * x).sum(), x, retain_graph=True)[0].requires_grad


def test_a_graph_that_was_freed_is_refused():
    x = leaf(1.0)
    y = x.exp()
    y.sum().backward()
    with pytest.raises(RuntimeError, match="what ExpBackward0 had saved is gone"):
        grad((y * y).sum(), x, create_graph=True)


def test_hooks_see_tensors_with_a_graph():
    x = leaf(3.0)
    y = x * x
    y.register_hook(lambda g: g * x)
    assert derivative(derivative(y, x), x).tolist() == [12]


def test_second_derivatives_of_a_small_network():
    x, w, b = (
        leaf([0.1, 0.2, 0.3], [0.5, -0.4, 0.3]),
        leaf([0.2, -0.3, 0.4], [0.1, 0.9, 0.2]),
        leaf(0.3, 0.1),
    )

    def network(x, w, b):
        h = (x @ w.T + b).tanh()
        return minitorch.log_softmax(h, 1)[:, 0].mean()

    assert gradgradcheck(network, (x, w, b))


def test_several_outputs_have_second_derivatives():
    x = leaf([1.0, 5.0, 2.0], [4.0, 3.0, 9.0])
    assert gradgradcheck(lambda x: x.max(1).values * x.min(1).values, x)


@pytest.mark.torch
def test_hessian_of_a_network_is_that_of_torch():
    torch = pytest.importorskip("torch")

    def hessian(m):
        x = m.tensor([0.5, -0.3, 0.8], dtype=m.float64, requires_grad=True)
        w = m.tensor([[0.2, -0.3, 0.4], [0.1, 0.9, 0.2]], dtype=m.float64)
        y = m.sigmoid(w @ (x * x)).sum() * x.exp().sum()
        (g,) = m.autograd.grad(y, x, create_graph=True)
        return [m.autograd.grad(g[i], x, retain_graph=True)[0].tolist() for i in range(3)]

    for ours, theirs in zip(hessian(minitorch), hessian(torch), strict=True):
        assert ours == pytest.approx(theirs)


PIECEWISE = {
    "hardshrink": F.hardshrink,
    "hardtanh": F.hardtanh,
    "leaky_relu": F.leaky_relu,
    "prelu": lambda x: F.prelu(x, minitorch.tensor([0.5])),
    "relu": F.relu,
    "softshrink": F.softshrink,
    "threshold": lambda x: F.threshold(x, 0.1, 2.0),
    "avg_pool1d": lambda x: F.avg_pool1d(x, 2),
    "max_pool1d": lambda x: F.max_pool1d(x, 2),
    "adaptive_max_pool1d": lambda x: F.adaptive_max_pool1d(x, 2),
    "reflection": lambda x: F.pad(x, (1, 1), mode="reflect"),
    "nll_loss": lambda x: F.nll_loss(x, minitorch.tensor([[0, 0, 1, 1]])),
}


@pytest.mark.parametrize("f", PIECEWISE.values(), ids=PIECEWISE)
def test_the_second_derivative_of_straight_pieces_is_zero(f):
    x = minitorch.randn(1, 2, 4, requires_grad=True)
    (g,) = grad(f(x).sum(), x, create_graph=True)
    (h,) = grad((g * g.detach()).sum(), x, create_graph=True)
    assert h.shape == x.shape and not h.any()


def test_a_net_of_straight_pieces_has_a_second_derivative_of_zero():
    x, w = (minitorch.randn(3, 1, requires_grad=True) for _ in range(2))
    (g,) = grad((x @ w.T).relu().sum(), x, create_graph=True)
    of_x, of_w = grad(g.sum(), (x, w))
    assert not of_x.any() and of_w.any()
