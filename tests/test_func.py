"""torch.func: derivatives of functions, vmap, modules as functions."""

from collections import OrderedDict, defaultdict, deque, namedtuple
from math import nan

import numpy as np
import pytest

import minitorch
from minitorch import func, nn, tensor
from minitorch.utils import _pytree


def close(found, expected):
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-5, atol=1e-6)


# -------------------------------------------------------------------- grad


def test_grad_of_grad_of_grad():
    x = tensor(0.7)
    close(func.grad(minitorch.sin)(x), np.cos(0.7))
    close(func.grad(func.grad(minitorch.sin))(x), -np.sin(0.7))
    third = func.grad(func.grad(func.grad(minitorch.sin)))(x)
    close(third, -np.cos(0.7))
    assert not third.requires_grad and x.grad is None and not x.requires_grad


def test_argnums_choose_the_arguments():
    def f(x, y):
        return (x * y).sum()

    x, y = tensor([1.0, 2.0]), tensor([3.0, 4.0])
    close(func.grad(f)(x, y), [3, 4])
    close(func.grad(f, argnums=-1)(x, y), [1, 2])
    both = func.grad(f, argnums=(1, 0))(x, y)
    assert isinstance(both, tuple)
    close(both[0], [1, 2])
    close(func.grad(f, argnums=(0,))(x, y=y)[0], [3, 4])


def test_arguments_may_be_trees_and_values_come_along():
    def f(d, scale):
        return (d["a"] ** 3).sum() * scale, {"seen": d["b"]}

    given = {"a": tensor([1.0, 2.0]), "b": tensor(5.0)}
    gradient, (value, aux) = func.grad_and_value(f, has_aux=True)(given, 2)
    close(gradient["a"], [6, 24])
    close(gradient["b"], 0)
    close(value, 18)
    close(aux["seen"], 5)
    assert not (value.requires_grad or aux["seen"].requires_grad)
    gradient, aux = func.grad(f, has_aux=True)(given, 1)
    close(gradient["a"], [3, 12])


def test_a_derivative_stays_connected_to_what_surrounds_it():
    w = tensor([1.0, 2.0], requires_grad=True)
    gradient = func.grad(lambda x: ((x * w) ** 2).sum())(tensor([1.0, 1.0]))
    gradient.sum().backward()
    close(w.grad, [4, 8])  # of sum(2 w^2)
    w.grad = None
    func.grad(lambda x: (x**3).sum())(w).sum().backward()
    close(w.grad, [6, 12])


def test_an_inner_step_can_be_learned_through():
    def inner(w, x):
        return ((w * x).sum() - 1) ** 2

    def outer(w):
        step = func.grad(inner)(w, minitorch.ones(2))
        return inner(w - 0.1 * step, tensor([1.0, 3.0]))

    w = tensor([1.0, 2.0], dtype=minitorch.float64)
    found = func.grad(outer)(w)
    assert not found.requires_grad
    for i in range(2):
        step = minitorch.zeros(2, dtype=minitorch.float64)
        step[i] = 1e-6
        slope = (outer(w + step) - outer(w - step)) / 2e-6
        np.testing.assert_allclose(found[i].item(), slope.item(), rtol=1e-6)


def test_grad_works_where_gradients_are_off():
    with minitorch.no_grad():
        close(func.grad(func.grad(lambda x: x**3))(tensor(2.0)), 12)


# -------------------------------------------------------------------- vjp and jvp


def test_vjp_pulls_weights_back_as_often_as_wanted():
    output, pull = func.vjp(
        lambda x, y: {"a": x * y, "b": x.sum()}, tensor([1.0, 2.0]), tensor(3.0)
    )
    close(output["a"], [3, 6])
    for scale in (1, 2):
        x, y = pull({"a": minitorch.ones(2) * scale, "b": tensor(1.0)})
        close(x, [3 * scale + 1] * 2)
        close(y, 3 * scale)
    _, pull, aux = func.vjp(lambda x: (x * 2, x + 1), tensor(1.0), has_aux=True)
    close(aux, 2)
    close(pull(tensor(1.0))[0], 2)


def test_jvp_pushes_tangents_forward():
    x, t = tensor([1.0, 2.0]), tensor([1.0, -1.0])
    value, change = func.jvp(lambda x: x**2, (x,), (t,))
    close(value, [1, 4])
    close(change, [2, -4])
    _, change, aux = func.jvp(lambda x, y: (x * y, [x + y]), (x, x), (t, x), has_aux=True)
    close(change, [2, 2])
    close(aux[0], [2, 4])
    value, push = func.linearize(lambda x: x**3, x)
    close(push(t), [3, -12])
    close(push(x), [3, 24])


def test_outputs_that_carry_no_gradient_change_by_zeros():
    _, (change, places) = func.jvp(lambda x: x.max(0), (tensor([1.0, 2.0]),), (tensor([5.0, 7.0]),))
    close(change, 7)
    assert places.dtype is minitorch.int64 and places.item() == 0


def test_results_under_no_grad_are_cut_off():
    x = tensor(2.0, requires_grad=True)
    with minitorch.no_grad():
        g = func.grad(lambda x: x**3)(x)
        value, pull = func.vjp(lambda x: x**3, x)
        assert not pull(tensor(1.0))[0].requires_grad
    assert (g.item(), g.requires_grad, value.requires_grad) == (12.0, False, False)
    (slope,) = pull(tensor(1.0))
    assert minitorch.autograd.grad(slope, x)[0].item() == 12.0


def test_what_was_computed_under_no_grad_is_a_constant():
    def f(x):
        with minitorch.no_grad():
            constant = func.grad(lambda x: x**4 / 4)(x)
        return x**3 - constant

    close(func.grad(f)(tensor(1.5)), 6.75)


def test_functions_may_write_to_their_arguments():
    def f(x, y):
        x[:1] = y
        return x * x

    close(func.jacrev(f, argnums=(0, 1))(tensor([1.0, 2.0]), tensor([3.0]))[0], [[0, 0], [0, 4]])
    x, t = tensor([1.0, 2.0]), tensor([1.0, -1.0])
    close(func.jvp(lambda x: x.add_(1) ** 2, (x,), (t,))[1], [4, -6])
    close(func.hessian(lambda x: (x.mul_(2) ** 3).sum())(tensor([1.0])), [[48]])


# -------------------------------------------------------------------- Jacobians


@pytest.mark.parametrize("jacobian", [func.jacrev, func.jacfwd])
def test_jacobians_have_the_shapes_of_outputs_and_inputs(jacobian):
    x, y = tensor([1.0, 2.0]), tensor([3.0, 4.0])
    close(jacobian(lambda x: x**2)(x), [[2, 0], [0, 4]])
    close(jacobian(lambda x: x.sum())(x), [1, 1])
    (a, b), (c, d) = jacobian(lambda x, y: (x * y, y.sum()), argnums=(0, 1))(x, y)
    close(a, [[3, 0], [0, 4]])
    close(b, [[1, 0], [0, 2]])
    close(c, [0, 0])
    close(d, [1, 1])
    found = jacobian(lambda t: {"out": t["in"] * 2})({"in": x})
    close(found["out"]["in"], [[2, 0], [0, 2]])
    found, aux = jacobian(lambda x: (x * 2, x), has_aux=True)(x)
    close(aux, [1, 2])
    assert jacobian(lambda x: x[:0])(x).shape == (0, 2)


def test_hessian_is_a_matrix_or_nested_like_the_input():
    x, y = tensor([1.0, 2.0]), tensor([3.0, 4.0])
    close(func.hessian(lambda x: (x**3).sum())(x), [[6, 0], [0, 12]])
    found = func.hessian(lambda d: (d["a"] ** 2 * d["b"]).sum())({"a": x, "b": y})
    close(found["a"]["a"], [[6, 0], [0, 8]])
    close(found["a"]["b"], [[2, 0], [0, 4]])
    close(found["b"]["b"], [[0, 0], [0, 0]])


X = tensor([1.0, 2.0])
REFUSED = [
    ("Expected f(*args) to return a scalar Tensor, got tensor with 1 dims", func.grad),
    ("Expected f(*args) to return a Tensor, got <class 'int'>", lambda f: func.grad(lambda x: 3)),
    ("output of function f should be a tuple", lambda f: func.grad(f, has_aux=True)),
    ("Got argnum=2, but only 1 positional inputs", lambda f: func.grad(f, argnums=2)),
    ("argnums elements must be unique, got (0, 0)", lambda f: func.grad(f, argnums=(0, 0))),
    ("argnums must be non-empty", lambda f: func.grad(f, argnums=())),
    ("argnums must be int or Tuple[int, ...], got", lambda f: func.grad(f, argnums="0")),
    ("argnum must be int, got", lambda f: func.grad(f, argnums=("0",))),
    ("All outputs of f must be floating-point", lambda f: lambda x: func.vjp(lambda x: x > 0, x)),
    ("expected f(*primals) to return only tensors", lambda f: lambda x: func.vjp(lambda x: 3, x)),
    ("function that has non-empty output", lambda f: lambda x: func.vjp(lambda x: (), x)),
    ("function that has non-empty output", lambda f: func.jacrev(lambda x: None)),
    ("expected f(*primals) to return only tensors", lambda f: func.jacrev(lambda x: "abc")),
    (
        "Expected tensors, got unsupported type <class 'int'>",
        lambda f: func.grad(lambda x: (x.sum(), [x, 1]), has_aux=True),
    ),
    ("primals to contain at least one Tensor", lambda f: lambda x: func.jvp(f, (), ())),
    ("tangents to only contain Tensors", lambda f: lambda x: func.jvp(f, (x,), (1.0,))),
    ("same argspec as the primals", lambda f: lambda x: func.linearize(f, x)[1](x, x)),
    ("doesn't match the shape", lambda f: lambda x: func.linearize(f, x)[1](x[None])),
    (
        "a forward gradient that has a different size",
        lambda f: lambda x: func.jvp(f, (x,), (x[None],)),
    ),
    ("jvp(f, primals, tangents): Expected f to be a", lambda f: func.jacfwd(lambda x: None)),
    ("All outputs of f must be floating-point", lambda f: func.jacrev(lambda x: x > 0)),
    ("Expected pytree structure of cotangents", lambda f: lambda x: func.vjp(f, x)[1]((x, x))),
    ("Expected primals to be a tuple", lambda f: lambda x: func.jvp(f, x, x)),
    ("to have the same python structure", lambda f: lambda x: func.jvp(f, (x,), (x, x))),
    (
        "is independent of the inputs",
        lambda f: lambda x: func.jvp(lambda x: X, (x,), (x,), strict=True),
    ),
]


@pytest.mark.parametrize("text, make", REFUSED)
def test_derivatives_refuse(text, make):
    with pytest.raises(RuntimeError) as error:
        make(lambda x: x * 2)(X)
    assert text in str(error.value)


@pytest.mark.parametrize(
    "name, make",
    [
        ("primal", func.jacfwd),
        ("primal", func.hessian),
        ("primal", lambda f: lambda x: func.linearize(f, x)),
        ("primal", lambda f: lambda x: func.jvp(f, (x,), (X,))),
        ("tangent", lambda f: lambda x: func.jvp(f, (X,), (x,))),
    ],
)
def test_derivatives_forward_refuse_integers(name, make):
    with pytest.raises(ValueError, match=f"Expected {name} to be floating point or complex, but"):
        make(lambda x: (x * 2.0).sum())(X.long())


def test_derivatives_refuse_what_is_no_tensor():
    with pytest.raises(ValueError, match="Thing passed to transform API must be Tensor"):
        func.grad(lambda x: x)(3)
    with pytest.raises(ValueError, match="`chunk_size` should be greater than 0"):
        func.jacrev(lambda x: x, chunk_size=0)


# -------------------------------------------------------------------- vmap


def test_vmap_goes_along_a_dimension_and_stacks():
    x = minitorch.arange(6.0).reshape(2, 3)
    close(func.vmap(minitorch.sum)(x), [3, 12])
    close(func.vmap(lambda a: a.sum(), in_dims=1)(x), [3, 5, 7])
    close(func.vmap(lambda a: a.sum(), in_dims=-1)(x), [3, 5, 7])
    close(func.vmap(lambda a: a * 2, in_dims=1, out_dims=1)(x), x.numpy() * 2)
    close(func.vmap(lambda a, b: a * b, in_dims=(0, None))(x, minitorch.ones(3)), x.numpy())
    close(func.vmap(lambda a, k=1: a * k, in_dims=(0,))(x, k=3), 3 * x.numpy())
    first, second, third = func.vmap(lambda a: (a, a.sum(), 7), out_dims=(1, 0, None))(x)
    close(first, x.numpy().T)
    close(second, [3, 12])
    assert third == 7
    found = func.vmap(lambda d, k: {"x": d["a"] + d["b"] * k}, in_dims=({"a": 0, "b": None}, None))
    close(found({"a": x, "b": minitorch.ones(3)}, 2)["x"], x.numpy() + 2)
    close(func.vmap(func.vmap(lambda a: a**2))(x), x.numpy() ** 2)
    close(func.vmap(lambda a: a, out_dims=(1,))(x), x.numpy().T)
    assert minitorch.vmap is func.vmap


def test_vmap_of_a_derivative():
    x = minitorch.arange(6.0).reshape(2, 3)
    close(func.vmap(func.grad(lambda a: (a**2).sum()))(x), 2 * x.numpy())
    close(func.vmap(func.jacrev(lambda a: a**2))(x), [np.diag(2 * row) for row in x.numpy()])


def test_vmap_draws_as_it_is_told():
    def noise(a):
        return minitorch.rand(2)

    x = minitorch.zeros(3, 1)
    same = func.vmap(noise, randomness="same")(x)
    assert (same[0] == same[1]).all() and (same[1] == same[2]).all()
    different = func.vmap(noise, randomness="different")(x)
    assert (different[0] != different[1]).any()
    with pytest.raises(RuntimeError, match="random operation while in randomness error mode"):
        func.vmap(noise)(x)


def keep(a, *others):
    return a


BATCH = minitorch.ones(2, 3)


def test_vmap_over_an_empty_dimension_gives_empty_outputs_of_the_right_shapes():
    total, row = func.vmap(lambda a: (a.sum(), a[None]), 1, (0, 1))(minitorch.ones(3, 0))
    assert total.shape == (0,) and row.shape == (1, 0, 3)
    assert func.vmap(lambda a: a * 2, -2)(minitorch.ones(5, 0, 4)).shape == (0, 5, 4)


def test_vmap_hands_on_what_all_calls_returned_alike():
    x = minitorch.ones(2, 3)
    assert func.vmap(lambda a: minitorch.arange(3), out_dims=None)(x).tolist() == [0, 1, 2]
    assert func.vmap(lambda a: minitorch.tensor(nan), out_dims=None)(x).isnan()


@pytest.mark.parametrize(
    "kind, text, act",
    [
        (ValueError, "got no inputs", func.vmap(keep)),
        (ValueError, "got sizes [2, 3]", lambda: func.vmap(keep)(BATCH, minitorch.ones(3))),
        (
            ValueError,
            "in_dims is not compatible with the structure of `inputs`",
            lambda: func.vmap(keep, in_dims=(0, 0))(BATCH),
        ),
        (
            ValueError,
            "Got in_dim=0 for an input but the input is of type <class 'int'>",
            lambda: func.vmap(keep)(BATCH, 3),
        ),
        (
            ValueError,
            "expected `in_dims` to be int or a",
            lambda: func.vmap(keep, in_dims=None)(BATCH),
        ),
        (
            ValueError,
            "in_dim must be either an integer dimension or None",
            lambda: func.vmap(keep, in_dims=("a",))(BATCH),
        ),
        (ValueError, "Expected at least one", lambda: func.vmap(keep, in_dims=(None,))(BATCH)),
        (
            ValueError,
            "expected in_dim to satisfy -2 <= in_dim < 2",
            lambda: func.vmap(keep, in_dims=5)(BATCH),
        ),
        (ValueError, "must only return Tensors", lambda: func.vmap(lambda a: 3)(BATCH)),
        (
            ValueError,
            "out_dims is not compatible with the structure of `outputs`",
            lambda: func.vmap(keep, out_dims=(0, 0))(BATCH),
        ),
        (
            ValueError,
            "`out_dims` must be an int, None or a python collection",
            lambda: func.vmap(keep, out_dims="a")(BATCH),
        ),
        (
            RuntimeError,
            "Only allowed values for randomness",
            lambda: func.vmap(keep, randomness="x"),
        ),
        (ValueError, "chunk_size should be None or", lambda: func.vmap(keep, chunk_size=0)),
        (
            ValueError,
            "`keep` can not return a BatchedTensor when out_dim is None",
            lambda: func.vmap(keep, out_dims=None)(tensor([1.0, 2.0])),
        ),
        (
            ValueError,
            "expected `in_dims` to be int or a (potentially nested) tuple",
            lambda: func.vmap(keep, [0])(minitorch.ones(3)),
        ),
    ],
)
def test_vmap_refuses(kind, text, act):
    with pytest.raises(kind) as error:
        act()
    assert text in str(error.value)


# -------------------------------------------------------------------- modules as functions


def linear(value=1.0, bias=0.0):
    layer = nn.Linear(2, 1)
    nn.init.constant_(layer.weight, value)
    nn.init.constant_(layer.bias, bias)
    return layer


def test_functional_call_uses_other_parameters_for_once():
    layer, x = linear(), tensor([[1.0, 2.0]])
    weight = tensor([[10.0, 0.0]], requires_grad=True)
    y = func.functional_call(layer, {"weight": weight}, x)
    close(y, [[10]])
    y.sum().backward()
    close(weight.grad, [[1, 2]])
    assert layer.weight.grad is None
    close(layer(x), [[3]])
    close(func.functional_call(layer, ({"weight": weight}, {"bias": tensor([5.0])}), (x,)), [[15]])
    close(func.functional_call(layer, {}, (), {"input": x}), [[3]])


def test_functional_call_puts_everything_back_after_an_error():
    layer = linear()
    with pytest.raises(RuntimeError):
        func.functional_call(layer, {"weight": minitorch.ones(7, 7)}, minitorch.ones(1, 2))
    close(layer(minitorch.ones(1, 2)), [[2]])


def test_functional_call_reports_changed_buffers():
    layer = nn.BatchNorm1d(2)
    given = {name: buffer.clone() for name, buffer in layer.named_buffers()}
    func.functional_call(layer, given, tensor([[0.0, 1.0], [2.0, 3.0]]))
    close(given["running_mean"], [0.1, 0.2])
    close(layer.running_mean, [0, 0])
    assert given["num_batches_tracked"].item() == 1


def test_tied_weights_are_given_under_any_of_their_names():
    net = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    net[1].weight = net[0].weight
    one, x = minitorch.eye(2), minitorch.ones(1, 2)
    close(func.functional_call(net, {"1.weight": one * 2}, x), [[4, 4]])
    nn.init.eye_(net[0].weight)
    close(func.functional_call(net, {"1.weight": one * 2}, x, tie_weights=False), [[2, 2]])
    with pytest.raises(ValueError, match=r"keys \['0.weight', '1.weight'\], which are tied"):
        func.functional_call(net, {"0.weight": one, "1.weight": one * 2}, x)


def test_functional_call_takes_away_the_parameters_it_added():
    layer = nn.Linear(1, 1)
    func.functional_call(layer, {"extra": nn.Parameter(minitorch.ones(1))}, minitorch.ones(1, 1))
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]
    assert not hasattr(layer, "extra")


def test_functional_call_of_a_module_that_holds_itself():
    net = nn.Sequential(nn.Linear(1, 1, bias=False))
    net[0].outer = net
    given = {"0.outer.0.weight": tensor([[5.0]])}
    close(func.functional_call(net, given, minitorch.ones(1, 1), tie_weights=False), [[5]])


def test_functional_call_names_what_is_missing_in_alphabetical_order():
    text = r"Missing key\(s\): 'bias', 'running_mean', 'running_var'\."
    norm = nn.BatchNorm1d(2, track_running_stats=True)
    given = {"weight": minitorch.ones(2), "num_batches_tracked": tensor(0)}
    with pytest.raises(RuntimeError, match=text):
        func.functional_call(norm, given, minitorch.ones(3, 2), strict=True)


def test_functional_call_can_give_what_is_no_parameter():
    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = tensor(2.0)
            self.name = "scaled"

        def forward(self, x):
            return x * self.scale + getattr(self, "shift", 0)

    module, x = Scaled(), tensor(1.0)
    close(func.functional_call(module, {"scale": tensor(5.0), "shift": tensor(1.0)}, x), 6)
    assert module.scale.item() == 2 and not hasattr(module, "shift")
    with pytest.raises(TypeError, match="attribute `name`: scaled is not an instance of"):
        func.functional_call(module, {"name": x}, x)


@pytest.mark.parametrize(
    "kind, text, act",
    [
        (
            RuntimeError,
            "Error(s) in reparametrizing for Linear:\n\tUnexpected key(s): 'x'.\n\t"
            "Missing key(s): 'bias', 'weight'.",
            lambda x: func.functional_call(linear(), {"x": x}, x, strict=True),
        ),
        (
            ValueError,
            "['bias'] appeared in multiple dictionaries",
            lambda x: func.functional_call(linear(), ({"bias": x}, {"bias": x}), x),
        ),
        (
            ValueError,
            "Expected all elements of parameter_and_buffer_dicts to be dictionaries",
            lambda x: func.functional_call(linear(), [3], x),
        ),
        (
            TypeError,
            "x is not an instance of torch.Tensor",
            lambda x: func.functional_call(linear(), {"weight": "x"}, x),
        ),
        (
            ValueError,
            "but got <class 'int'>",
            lambda x: func.functional_call(linear(), 3, x),
        ),
        (
            RuntimeError,
            "can't be used with nn.DataParallel",
            lambda x: func.functional_call(nn.DataParallel(linear()), {}, x),
        ),
        (
            AttributeError,
            "Linear has no attribute `x`",
            lambda x: func.functional_call(linear(), {"x.y": x}, x),
        ),
    ],
)
def test_functional_call_refuses(kind, text, act):
    with pytest.raises(kind) as error:
        act(minitorch.ones(1, 2))
    assert text in str(error.value)


def test_gradients_of_single_examples():
    layer = linear(0.5, 0.1)
    parameters = {name: p.detach() for name, p in layer.named_parameters()}

    def loss(parameters, x, y):
        return ((func.functional_call(layer, parameters, x) - y) ** 2).sum()

    xs, ys = minitorch.arange(6.0).reshape(3, 2), minitorch.ones(3, 1)
    found = minitorch.vmap(func.grad(loss), in_dims=(None, 0, 0))(parameters, xs, ys)
    for x, y, weight, bias in zip(xs, ys, found["weight"], found["bias"], strict=True):
        layer.zero_grad()
        ((layer(x) - y) ** 2).sum().backward()
        close(weight, layer.weight.grad.numpy())
        close(bias, layer.bias.grad.numpy())


def test_an_ensemble_is_one_stacked_model():
    models = [linear(float(i)) for i in range(3)]
    parameters, buffers = func.stack_module_state(models)
    assert parameters["weight"].shape == (3, 1, 2) and not buffers
    assert parameters["weight"].is_leaf and parameters["weight"].requires_grad

    def call(parameters, buffers, x):
        return func.functional_call(models[0], (parameters, buffers), x)

    x = minitorch.ones(1, 2)
    close(minitorch.vmap(call, in_dims=(0, 0, None))(parameters, buffers, x)[:, 0, 0], [0, 2, 4])
    models[0].requires_grad_(False)
    for text, given in (
        ("Expected at least one model", []),
        ("have the same .requires_grad", models),
        ("to be of the same class", [nn.Tanh(), nn.ReLU()]),
        ("the same training/eval mode", [nn.Tanh(), nn.Tanh().eval()]),
    ):
        with pytest.raises(RuntimeError, match=text):
            func.stack_module_state(given)


def test_batch_norms_can_forget_their_statistics():
    net = nn.Sequential(nn.BatchNorm1d(2), nn.Tanh())
    assert func.replace_all_batch_norm_modules_(net) is net
    assert net[0].running_mean is None and not net[0].track_running_stats
    assert list(net.state_dict()) == ["0.weight", "0.bias"]


# -------------------------------------------------------------------- trees


def test_trees_are_taken_apart_and_put_together():
    Pair = namedtuple("Pair", "a b")
    tree = [
        (1, {"x": 2}),
        Pair(3, [4]),
        OrderedDict(y=5),
        defaultdict(list, z=6),
        deque([7], 3),
        None,
    ]
    leaves, spec = _pytree.tree_flatten(tree)
    assert leaves == [1, 2, 3, 4, 5, 6, 7, None] and spec.num_leaves == 8
    back = _pytree.tree_unflatten(leaves, spec)
    assert back == tree and [type(each) for each in back] == [type(each) for each in tree]
    assert _pytree.tree_structure(back) == spec
    assert repr(_pytree.tree_structure((1, [2, {"a": 3}]))) == (
        "TreeSpec(tuple, None, [*,\n  TreeSpec(list, None, [*,\n    TreeSpec(dict, ['a'], [*])])])"
    )
    assert _pytree.tree_leaves(_pytree.tree_map(lambda a, b: a + b, (1, 2), (3, 4))) == [4, 6]
    assert _pytree.tree_map_only(int, str, [1, 2.0]) == ["1", 2.0]
    with pytest.raises(ValueError, match="`leaves` has length 1 but the spec refers to"):
        _pytree.tree_unflatten([1], spec)


def test_trees_are_mapped_together_by_the_structure_of_the_first():
    pairs = _pytree.tree_map(lambda *both: both, {"a": 1, "b": [2]}, {"b": [(3,)], "a": 4})
    assert pairs == {"a": (1, 4), "b": [(2, (3,))]}
    others = OrderedDict(b=2, a=1), defaultdict(int, b=2, a=1)
    for other in others:
        assert _pytree.tree_map(max, {"a": 0, "b": 0}, other) == {"a": 1, "b": 2}
    found = _pytree.tree_map_with_path(
        lambda path, a, b: (_pytree.keystr(path), a, b), {"a": 1, "b": 2}, {"b": 3, "a": 4}
    )
    assert found == {"a": ("['a']", 1, 4), "b": ("['b']", 2, 3)}


@pytest.mark.parametrize(
    "other, text",
    [
        ([3, {"a": 1}], "Node type mismatch; expected <class 'tuple'>, but got <class 'list'>."),
        ((3, 4), "Node type mismatch; expected <class 'dict'>, but got <class 'int'>."),
        ((3,), "Node arity mismatch; expected 2, but got 1."),
        ((3, {"b": 1}), "Node keys mismatch; missing key(s): {'a'}; extra key(s): {'b'}."),
    ],
)
def test_trees_that_are_built_otherwise_are_not_mapped_together(other, text):
    with pytest.raises(ValueError) as error:
        _pytree.tree_map(max, (1, {"a": 2}), other)
    assert str(error.value) == text


def test_kinds_of_trees_are_known_by_their_type():
    Pair = namedtuple("Pair", "a b")
    for tree in [(1,), [1], {"a": 1}, Pair(1, 2), OrderedDict(y=5), deque([7], 3)]:
        node = _pytree.SUPPORTED_NODES[_pytree._get_node_type(tree)]
        parts, context = node.flatten_fn(tree)
        again = node.unflatten_fn(list(parts), context)
        assert again == tree and type(again) is type(tree)
    assert _pytree._get_node_type(1) not in _pytree.SUPPORTED_NODES
    assert _pytree.LeafSpec() == _pytree.tree_structure(1)


def test_a_dict_comes_apart_with_the_keys_of_its_values():
    values, keys = _pytree._dict_flatten({"a": 1, "b": 2})
    assert (values, keys) == ([1, 2], ["a", "b"])
    assert _pytree._dict_unflatten(values, keys) == {"a": 1, "b": 2}
    pairs, keys = _pytree._dict_flatten_with_keys({"a": 1})
    assert pairs == [(_pytree.MappingKey("a"), 1)] and keys == ["a"]


def test_the_caller_says_what_else_is_a_leaf():
    tree, is_pair = [(1, 2), {"a": (3, 4)}], lambda part: isinstance(part, tuple)
    assert list(_pytree.tree_iter(tree, is_leaf=is_pair)) == [(1, 2), (3, 4)]
    assert _pytree.tree_map(sum, tree, is_leaf=is_pair) == [3, {"a": 7}]
    assert _pytree.tree_is_leaf((1, 2), is_leaf=is_pair) and not _pytree.tree_is_leaf((1, 2))
    spec = _pytree.tree_structure(tree, is_leaf=is_pair)
    assert (spec.num_leaves, spec.num_nodes, spec.num_children) == (2, 4, 2)
    assert _pytree.LeafSpec().is_leaf() and not spec.is_leaf()


def test_leaves_come_with_their_paths():
    Pair = namedtuple("Pair", "left right")
    tree = {"a": [1, Pair(2, (3,))]}
    found = [(_pytree.keystr(path), n) for path, n in _pytree.tree_leaves_with_path(tree)]
    assert found == [("['a'][0]", 1), ("['a'][1].left", 2), ("['a'][1].right[0]", 3)]
    named = _pytree.tree_map_with_path(lambda path, n, m: (len(path), n + m), tree, tree)
    assert named == {"a": [(2, 2), Pair((3, 4), ((4, 6),))]}


def test_a_class_says_where_its_parts_are():
    class Box:
        def __init__(self, inside):
            self.inside = inside

    def apart(box):
        return [box.inside], None

    def build(parts, _):
        return Box(*parts)

    try:
        _pytree.register_pytree_node(Box, apart, build)
        with pytest.raises(ValueError, match="Did not find a flatten_with_keys_fn for type"):
            _pytree.tree_flatten_with_path(Box(1))
        del _pytree.SUPPORTED_NODES[Box]
        key = _pytree.GetAttrKey("inside")
        _pytree.register_pytree_node(
            Box, apart, build, flatten_with_keys_fn=lambda box: ([(key, box.inside)], None)
        )
        assert _pytree.tree_leaves_with_path([Box(1)]) == [((_pytree.SequenceKey(0), key), 1)]
    finally:
        del _pytree.SUPPORTED_NODES[Box]


def test_leaves_are_asked_a_question():
    tree = [1, {"x": (3, "four")}]
    assert _pytree.tree_any(lambda leaf: leaf == 3, tree)
    assert not _pytree.tree_all(lambda leaf: leaf == 3, tree)
    assert _pytree.tree_all_only(int, lambda leaf: leaf < 4, tree)
    assert not _pytree.tree_any_only((int, float), lambda leaf: leaf > 3, tree)


def test_a_class_can_be_registered_as_a_kind_of_tree():
    class Pair:
        def __init__(self, left, right):
            self.left, self.right = left, right

    _pytree.register_pytree_node(
        Pair, lambda p: ([p.left, p.right], "x"), lambda parts, _: Pair(*parts)
    )
    try:
        doubled = _pytree.tree_map(lambda n: 2 * n, {"a": Pair(1, (2, 3))})["a"]
        assert (doubled.left, doubled.right) == (2, (4, 6))
        with pytest.raises(ValueError, match="is already registered as pytree node"):
            _pytree.register_pytree_node(Pair, None, None)
    finally:
        del _pytree.SUPPORTED_NODES[Pair]


# ---------------------------------------------------------------- columns or rows


def test_jacfwd_of_few_inputs_and_many_outputs_is_jacrev_of_them():
    def f(x, y):
        out = {"a": (x[:, None] * y).exp(), "b": x.new_ones(3), "c": y.sum() * x.outer(x)}
        return {**out, "d": y.detach() * 2, "e": x.new_zeros(0, 4) * y}

    x = tensor([0.5, -1.0], dtype=minitorch.float64)
    y = tensor([1.0, 2.0, 3.0, -1.0], dtype=minitorch.float64)
    for argnums in (0, 1, (0, 1), (1, 0)):
        ours, rows = func.jacfwd(f, argnums)(x, y), func.jacrev(f, argnums)(x, y)
        leaves = _pytree.tree_leaves(ours)
        assert len(leaves) == 5 * (2 if isinstance(argnums, tuple) else 1)
        for one, other in zip(leaves, _pytree.tree_leaves(rows), strict=True):
            assert one.shape == other.shape and one.dtype is other.dtype
            close(one, other)
    assert func.jacfwd(lambda x: minitorch.ones(3) * x.sum())(x.new_zeros(0)).shape == (3, 0)


def test_jacfwd_runs_the_derivative_once_a_column_or_once_a_row_whichever_is_less():
    steps = []

    class Step(minitorch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            steps.append(g.shape)
            return g * 1

    wide, tall = minitorch.ones(3, 40), minitorch.ones(40, 3)
    close(func.jacfwd(lambda x: tall @ Step.apply(x))(minitorch.zeros(3)), tall)
    assert len(steps) <= 4
    steps.clear()
    close(func.jacfwd(lambda x: wide @ Step.apply(x))(minitorch.zeros(40)), wide)
    assert len(steps) == 3


def test_jacobians_by_columns_can_be_differentiated_and_mapped():
    x = tensor([0.5, -1.0], dtype=minitorch.float64, requires_grad=True)
    jacobian = func.jacfwd(lambda x: minitorch.cat([x**3, x.exp(), x.sin()]))
    jacobian(x).sum().backward()
    close(x.grad, (6 * x + x.exp() - x.sin()).detach())
    x = x.detach()
    by_rows = func.jacrev(func.jacrev(lambda x: minitorch.cat([x**3, x.exp(), x.sin()])))
    close(func.jacfwd(jacobian)(x), by_rows(x))
    rows = minitorch.stack([x, x + 1])
    close(func.vmap(jacobian)(rows)[1], jacobian(rows[1]))


# ---------------------------------------------------------------- functorch


def moved_to(name):
    return pytest.warns(FutureWarning, match=rf"Please use `torch.func.{name}` instead")


def test_functorch_warns_that_its_functions_are_in_func():
    from minitorch.func import functorch

    with moved_to("jvp"):
        y, slope = functorch.jvp(minitorch.sin, (minitorch.zeros(2),), (minitorch.ones(2),))
    assert y.tolist() == [0, 0] and slope.tolist() == [1, 1]


def test_functorch_makes_modules_functions_of_copies_of_their_tensors():
    from minitorch.func import functorch

    layer = nn.Linear(2, 1)
    with moved_to("functional_call"):
        f, params = functorch.make_functional(layer)
    x = minitorch.ones(3, 2)
    assert minitorch.equal(f(params, x), layer(x)) and params[0] is not layer.weight
    assert f([p * 2 for p in params], x).tolist() == (layer(x) * 2).tolist()
    f(params, x).sum().backward()
    assert params[0].grad.tolist() == [[3, 3]] and layer.weight.grad is None
    norm = nn.BatchNorm1d(2)
    with moved_to("functional_call"), pytest.raises(RuntimeError, match="`model` has buffers"):
        functorch.make_functional(norm)
    with moved_to("functional_call"):
        f, params, buffers = functorch.make_functional_with_buffers(norm, True)
    assert minitorch.equal(f(params, buffers, x), norm(x)) and not params[0].requires_grad


def test_functorch_stacks_the_tensors_of_an_ensemble():
    from minitorch.func import functorch

    models = [nn.Linear(2, 1) for _ in range(3)]
    with moved_to("stack_module_state"):
        f, params, buffers = functorch.combine_state_for_ensemble(models)
    assert params[0].shape == (3, 1, 2) and not params[0].requires_grad
    x = minitorch.ones(4, 2)
    found = func.vmap(f, (0, 0, None))(params, buffers, x)
    close(found, np.stack([model(x).detach().numpy() for model in models]))
    for wrong, message in (
        ([], "at least one model, got 0"),
        ([models[0], nn.Linear(2, 1).eval()], "the same training/eval mode"),
        ([models[0], nn.ReLU()], "of the same class"),
    ):
        with moved_to("stack_module_state"), pytest.raises(RuntimeError, match=message):
            functorch.combine_state_for_ensemble(wrong)
