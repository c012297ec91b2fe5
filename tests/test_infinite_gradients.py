"""Infinite gradients go through where the derivative is a number, and are no nan."""

import math

import pytest

import minitorch as m
from minitorch.nn import functional as F


@pytest.mark.parametrize("name", ["elu", "selu", "celu", "leaky_relu", "tanh", "silu", "softplus"])
def test_an_infinite_gradient_stays_infinite(name):
    x = m.tensor([-1.0, -0.5, 0.5, 1.0], requires_grad=True)
    getattr(F, name)(x).backward(m.full((4,), math.inf))
    assert x.grad.isinf().all()


def test_sinc_is_flat_at_0_for_any_gradient():
    x = m.zeros(1, requires_grad=True)
    m.sinc(x).backward(m.tensor([math.inf]))
    assert x.grad.item() == 0


def test_logit_has_no_derivative_beyond_0_and_1():
    x = m.tensor([-1.0, 0.5, 2.0], requires_grad=True)
    m.logit(x).sum().backward()
    assert x.grad.isnan().tolist() == [True, False, True]


def test_the_angle_of_the_origin_is_flat():
    x, y = m.zeros(1, requires_grad=True), m.zeros(1, requires_grad=True)
    m.atan2(x, y).backward()
    assert (x.grad.item(), y.grad.item()) == (0, 0)
