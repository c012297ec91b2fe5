"""Ops that a program defines: `library.custom_op`."""

import numpy as np
import pytest

import minitorch as torch
from minitorch import library


def keep_input(ctx, inputs, output):
    ctx.x, ctx.power = inputs


@pytest.fixture
def power():
    @library.custom_op("test::power", mutates_args=())
    def power(x: torch.Tensor, n: int = 2) -> torch.Tensor:
        return torch.from_numpy(x.detach().numpy() ** n)

    power.register_autograd(
        lambda ctx, g: (g * ctx.power * ctx.x ** (ctx.power - 1), None), setup_context=keep_input
    )
    return power


def test_an_op_has_the_gradient_that_is_registered(power):
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    y = power(x, n=3)
    y.sum().backward()
    np.testing.assert_array_equal(y.detach().numpy(), [8.0, 27.0])
    np.testing.assert_array_equal(x.grad.numpy(), [12.0, 27.0])
    assert power(x).tolist() == [4.0, 9.0]


def test_an_op_is_found_by_its_namespace_and_name(power):
    assert torch.ops.test.power is power
    assert repr(power) == "<CustomOpDef(test::power)>" and power.__name__ == "power"


def test_registration_goes_by_the_name_too():
    library.custom_op("test::twice", lambda x: x.detach() * 2, mutates_args=())
    library.register_fake("test::twice", lambda x: torch.empty_like(x))
    library.register_autograd("test::twice", lambda ctx, g: g * 2)
    x = torch.ones(1, requires_grad=True)
    torch.ops.test.twice(x).backward()
    assert x.grad.item() == 2.0
    with pytest.raises(ValueError, match="'test::other' is no op: custom_op"):
        library.register_autograd("test::other", lambda ctx, g: g)


def test_a_kernel_serves_its_device_alone(power):
    @power.register_kernel("cpu")
    def on_cpu(x, n):
        return x.detach() * 0

    library.register_kernel("test::power", "cuda", lambda x, n: None)
    assert power(torch.ones(1, device="cpu")).item() == 0.0


def test_an_op_without_a_gradient_says_so_in_backward():
    f = library.custom_op("test::one", lambda x: x.detach() + 1, mutates_args=())
    y = f(torch.ones(1, requires_grad=True))
    with pytest.raises(RuntimeError, match="Trying to backward through test::one but no autograd"):
        y.backward()


def test_what_cannot_be_an_op_is_refused():
    with pytest.raises(NotImplementedError, match="test::add_ must not write to its inputs"):
        library.custom_op("test::add_", lambda x: None, mutates_args=("x",))
    with pytest.raises(ValueError, match="to be of the form 'namespace::name', but got add"):
        library.custom_op("add", lambda x: x, mutates_args=())
