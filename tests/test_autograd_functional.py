"""autograd.functional: whole Jacobians and Hessians."""

import re

import pytest

import minitorch
from minitorch import ones
from minitorch.autograd.functional import hessian, hvp, jacobian, jvp, vhp, vjp


def vector(m):
    return m.tensor([0.5, -1.0, 2.0], dtype=m.float64)


def two(x, y):
    return (x * y).sum(0), x.exp()


def cubes(x):
    return (x**3).sum() * x[0]


def test_a_jacobian_is_square_for_a_vector():
    x = minitorch.tensor([1.0, 3.0])
    assert jacobian(lambda x: x * x, x).tolist() == [[2, 0], [0, 6]]
    assert not x.requires_grad


def test_an_output_that_does_not_depend_on_an_input_has_zeros():
    x, y = minitorch.ones(2), minitorch.ones(3)
    found = jacobian(lambda x, y: x * 2, (x, y))
    assert found[1].tolist() == [[0, 0, 0], [0, 0, 0]]
    assert jacobian(lambda x: minitorch.ones(2), x).tolist() == [[0, 0], [0, 0]]


def test_a_jacobian_can_be_differentiated():
    x = minitorch.tensor([1.0, 3.0], requires_grad=True)
    jacobian(lambda x: x**3, x, create_graph=True).sum().backward()
    assert x.grad.tolist() == [6, 18]
    assert not jacobian(lambda x: x**3, x).requires_grad


def test_a_hessian_needs_one_number():
    x = minitorch.tensor([1.0, 3.0])
    assert hessian(lambda x: (x**3).sum(), x).tolist() == [[6, 0], [0, 18]]
    with pytest.raises(RuntimeError, match="should contain a single element"):
        hessian(lambda x: x * x, x)


def test_products_work_inside_no_grad():
    with minitorch.no_grad():
        y, product = jvp(
            lambda x: x * x, minitorch.tensor([1.0, 3.0]), minitorch.tensor([1.0, 10.0])
        )
    assert y.tolist() == [1, 9]
    assert product.tolist() == [2, 60]


def test_weights_may_be_left_out_for_a_single_number_only():
    x = minitorch.tensor([1.0, 3.0])
    assert vjp(lambda x: (x * x).sum(), x)[1].tolist() == [2, 6]
    with pytest.raises(RuntimeError, match="The vector v can only be None if the user-provided"):
        vjp(lambda x: x * x, x)
    with pytest.raises(RuntimeError, match="The vector v can only be None if the input"):
        jvp(lambda x: x * x, x)
    with pytest.raises(RuntimeError, match=r"v has invalid size: should be torch\.Size"):
        vjp(lambda x: x * x, x, minitorch.ones(3))


def half_used(x, y):
    return x * 2


STRICT = [
    ("jacobian", half_used, "Output 0 of the user-provided function is independent of input 1."),
    ("vjp", half_used, "The output of the user-provided function is independent of input 1."),
    ("jvp", half_used, "independent of input 1. This is not allowed in strict mode."),
    ("vjp", lambda x, y: (x * y).detach(), "Output 0 of the user-provided function does not req"),
    (
        "hessian",
        lambda x, y: (x + y).sum(),
        "found that the jacobian of the user-provided function",
    ),
    ("hvp", lambda x, y: (x + y).sum(), "with respect to input 0 is independent of the input."),
    ("vhp", lambda x, y: (x * x).sum(), "is independent of input 1. This is not allowed in strict"),
]


@pytest.mark.parametrize(("name", "func", "text"), STRICT)
@pytest.mark.parametrize("library", ["minitorch", pytest.param("torch", marks=pytest.mark.torch)])
def test_strict_refuses_what_depends_on_nothing(name, func, text, library):
    m = pytest.importorskip(library)
    x, y = m.ones(2), m.ones(2)
    v = {"jacobian": (), "hessian": (), "vjp": (x,)}.get(name, ((x, y),))
    f = getattr(m.autograd.functional, name)
    with pytest.raises(RuntimeError, match=re.escape(text)):
        f(func, (x, y), *v, strict=True)


@pytest.mark.parametrize("name", ["vjp", "jvp", "jacobian"])
@pytest.mark.parametrize("library", ["minitorch", pytest.param("torch", marks=pytest.mark.torch)])
def test_strict_with_a_graph_refuses_a_constant_jacobian(name, library):
    m = pytest.importorskip(library)
    x = m.ones(2, requires_grad=True)
    v = () if name == "jacobian" else (m.ones(2),)
    f = getattr(m.autograd.functional, name)
    with pytest.raises(RuntimeError, match="jacobian of the user-provided function is independent"):
        f(lambda x: x.clone(), x, *v, create_graph=True, strict=True)


def test_a_jacobian_with_a_graph_has_one_under_no_grad_too():
    with minitorch.no_grad():
        assert jacobian(cubes, ones(2), create_graph=True).requires_grad


REFUSED = [
    (lambda a: a.vjp(lambda x: x, [1]), TypeError, "The inputs given to vjp must be either a Te"),
    (lambda a: a.vjp(lambda x: 1, ones(2)), TypeError, "The outputs of the user-provided function"),
    (lambda a: a.jvp(two, (ones(2), ones(2)), (ones(2),)), RuntimeError, "v is a tuple of invalid"),
    (
        lambda a: a.jvp(cubes, ones(2), (ones(2), ones(2))),
        RuntimeError,
        "The given v should contain",
    ),
    (
        lambda a: a.jvp(two, (ones(2), ones(2)), (ones(2), ones(3))),
        RuntimeError,
        "Entry 1 in v has invalid size: should be torch.Size([2]) but got torch.Size([3]).",
    ),
    (lambda a: a.hvp(two, (ones(2), ones(2))), RuntimeError, "The vector v can only be None if"),
    (
        lambda a: a.hvp(two, (ones(2), ones(2)), (ones(2), ones(2))),
        RuntimeError,
        "The function given to hvp should return a single Tensor",
    ),
    (
        lambda a: a.jacobian(cubes, ones(2), strategy="no"),
        AssertionError,
        "Expected strategy to be",
    ),
    (
        lambda a: a.jacobian(cubes, ones(2), strategy="forward-mode"),
        NotImplementedError,
        "`vectorize=True`",
    ),
    (
        lambda a: a.jacobian(cubes, ones(2), strategy="forward-mode", create_graph=True),
        NotImplementedError,
        "not supported together",
    ),
    (
        lambda a: a.jacobian(cubes, ones(2), strict=True, vectorize=True),
        RuntimeError,
        "`strict=True` and `vectorized=True` are not supported together.",
    ),
]


@pytest.mark.parametrize(("call", "error", "text"), REFUSED)
def test_refused_arguments_raise_with_this_text(call, error, text):
    with pytest.raises(error, match=re.escape(text)):
        call(minitorch.autograd.functional)


def test_vectorize_and_forward_mode_give_the_same():
    x = minitorch.tensor([1.0, 3.0])
    wanted = hessian(cubes, x).tolist()
    assert hessian(cubes, x, vectorize=True).tolist() == wanted
    both = {"vectorize": True, "outer_jacobian_strategy": "forward-mode"}
    assert hessian(cubes, x, **both).tolist() == wanted


@pytest.mark.torch
@pytest.mark.parametrize("name", ["jacobian", "vjp", "jvp"])
def test_tuples_of_inputs_and_outputs_as_in_torch(name):
    torch = pytest.importorskip("torch")
    results = []
    for m, functional in [
        (minitorch, minitorch.autograd.functional),
        (torch, torch.autograd.functional),
    ]:
        x, y = vector(m), vector(m) * 2
        v = {"jacobian": (), "jvp": ((y, x),), "vjp": ((x.sum(), y),)}[name]
        found = getattr(functional, name)(two, (x, y), *v)
        results.append([[each.tolist() for each in part] for part in found])
    ours, theirs = results
    for a, b in zip(ours, theirs, strict=True):
        for c, d in zip(a, b, strict=True):
            assert minitorch.tensor(c).numpy() == pytest.approx(minitorch.tensor(d).numpy())


@pytest.mark.torch
def test_second_derivatives_are_those_of_torch():
    torch = pytest.importorskip("torch")
    found = []
    for m in (minitorch, torch):
        functional = m.autograd.functional
        x, v = vector(m), vector(m) + 1
        products = [functional.hvp(cubes, x, v)[1], functional.vhp(cubes, x, v)[1]]
        found.append([*functional.hessian(cubes, x).flatten().tolist(), *sum_of(products)])
    assert found[0] == pytest.approx(found[1])
    assert hvp(cubes, vector(minitorch), vector(minitorch))[0].item() == pytest.approx(3.5625)
    assert vhp(cubes, vector(minitorch), vector(minitorch))[0].item() == pytest.approx(3.5625)


def sum_of(products):
    return [number for each in products for number in each.tolist()]
