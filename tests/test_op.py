"""Calling ops in all the ways that PyTorch allows, and writing new ones."""

import copy
import inspect

import numpy as np
import pytest

import minitorch
from minitorch import tensor
from minitorch.autograd.op import OPS, TENSOR_FUNCTIONS, op
from minitorch.autograd.specialise import source_of
from minitorch.backend.namespaces import namespace
from minitorch.nn import functional as F


@pytest.fixture
def x():
    return tensor([[1.0, 2.0], [3.0, 4.0]])


@pytest.fixture
def new_op():
    """Registers an op for one test, after which all names mean what they did."""
    made, before = [], dict(vars(TENSOR_FUNCTIONS))

    def register(rule, **options):
        f = op(rule, public=False, **options)
        made.append(f.op.name)
        return f

    yield register
    for name in made:
        del OPS[name]
    vars(TENSOR_FUNCTIONS).clear()
    vars(TENSOR_FUNCTIONS).update(before)


# -------------------------------------------------------------------- arguments


def test_tensors_go_by_the_names_that_torch_gives_them(x):
    assert minitorch.add(input=x, other=x, alpha=2).tolist() == (x * 3).tolist()
    assert minitorch.where(condition=x > 2, input=x, other=0.0).tolist() == [[0, 0], [3, 4]]


def test_the_dtype_of_softmax_may_stand_behind_dim(x):
    half = x.half()
    assert half.softmax(0, minitorch.float64).dtype is minitorch.float64
    assert minitorch.log_softmax(half, 1, None).dtype is minitorch.float16


def test_a_number_that_the_dtype_does_not_hold_is_refused():
    x = minitorch.ones(2, dtype=minitorch.uint8)
    for value in (300, 2**70, float("inf")):
        with pytest.raises(RuntimeError, match="value cannot be converted to type uint8_t without"):
            minitorch.addcmul(x, x, x, value=value)


def test_dim_and_keepdim_go_by_the_names_that_numpy_gives_them_too(x):
    assert minitorch.sum(x, axis=0, keepdims=True).tolist() == [[4, 6]]
    assert minitorch.chunk(x, 2, axis=1)[0].shape == (2, 1)
    assert x.median(axis=0, keepdims=True).values.shape == (1, 2)
    assert x.softmax(axis=1).shape == (2, 2)
    with pytest.raises(TypeError, match=r"softmax\(\) missing 1 required argument: 'dim'"):
        x.softmax()


def test_numbers_and_arrays_stand_for_tensors(x):
    array = np.array([1.0, 10.0], np.float32)
    assert (x * array).tolist() == [[1, 20], [3, 40]]
    assert (array * x).tolist() == [[1, 20], [3, 40]]
    assert (np.float64(2) * x).dtype is minitorch.float32
    assert minitorch.true_divide(x, 2).tolist() == [[0.5, 1], [1.5, 2]]
    assert minitorch.sub(10, x).tolist() == [[9, 8], [7, 6]]


def test_an_optional_tensor_may_be_none_or_missing(x):
    assert minitorch.nn.functional.linear(x, x).tolist() == (x @ x.T).tolist()
    assert minitorch.nn.functional.linear(x, x, None).tolist() == (x @ x.T).tolist()


def test_the_input_is_converted_before_it_is_computed_with():
    assert minitorch.sum(tensor([1, 2]), dtype=minitorch.float64).dtype is minitorch.float64
    assert minitorch.mean(tensor([1, 2]), dtype=minitorch.float32).item() == 1.5


def test_results_are_written_into_out(x):
    out = minitorch.empty(2, 2)
    assert minitorch.add(x, x, out=out) is out
    assert out.tolist() == [[2, 4], [6, 8]]
    wide = minitorch.empty(2, 2, dtype=minitorch.float64)
    assert minitorch.mul(x, 0.5, out=wide).tolist() == [[0.5, 1], [1.5, 2]]
    empty = minitorch.empty(0)
    assert minitorch.exp(x, out=empty).shape == (2, 2)


def test_out_takes_no_part_in_a_graph(x):
    x.requires_grad_()
    with pytest.raises(RuntimeError, match=r"functions with out=\.\.\. arguments don't support"):
        minitorch.add(x, x, out=minitorch.empty(2, 2))
    with minitorch.no_grad():
        minitorch.add(x, x, out=minitorch.empty(2, 2))


def test_a_leaf_that_requires_grad_is_no_place_for_results(x):
    out = minitorch.zeros(2, 2, requires_grad=True)
    with pytest.raises(RuntimeError, match="don't support automatic differentiation"):
        minitorch.mul(x, 2, out=out)


@pytest.mark.parametrize("mixed", [lambda b: b - 1, lambda b: 1.5 - b, lambda b: b - tensor(1)])
def test_subtraction_with_bools_is_refused(mixed):
    b = tensor([True, False])
    with pytest.raises(RuntimeError, match="with a bool tensor is not supported"):
        mixed(b)
    for both in (lambda: b - b, lambda: b.sub(b), lambda: minitorch.rsub(b, b)):
        with pytest.raises(RuntimeError, match="with two bool tensors is not supported"):
            both()


def test_out_takes_only_what_it_can_hold(x):
    with pytest.raises(RuntimeError, match="can't be cast to the desired output type Long"):
        minitorch.add(x, x, out=minitorch.zeros(2, 2, dtype=minitorch.int64))


def test_a_write_to_out_is_noticed(x):
    w = x.clone().requires_grad_()
    y = w * x
    minitorch.add(x, 1.0, out=x)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


# -------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    "call, error, text",
    [
        (lambda x: x.add([1]), TypeError, "'other' (position 2) must be Tensor, not list"),
        (lambda x: x.add([1]), TypeError, "make one with minitorch.tensor(...)"),
        (lambda x: minitorch.exp("x"), TypeError, "'input' (position 1) must be Tensor, not str"),
        (lambda x: x.add(None), TypeError, "'other' (position 2) must be Tensor, not NoneType"),
        (lambda x: x.add(), TypeError, "missing 1 required positional argument: 'other'"),
        (lambda x: minitorch.exp(x, 1), TypeError, "takes 1 positional argument but 2 were given"),
        (lambda x: x.sum("rows"), TypeError, "sum(): argument 'dim' must be int, not str"),
        (lambda x: x.pow("2"), TypeError, "'exponent' (position 2) must be Number, not str"),
        (lambda x: x.clamp("a"), TypeError, "'min' (position 2) must be Number, not str"),
        (lambda x: x.clamp(max="a"), TypeError, "'max' (position 3) must be Number, not str"),
        (lambda x: minitorch.cat("ab"), TypeError, "must be tuple of Tensors, not str"),
        (lambda x: minitorch.stack(None), TypeError, "must be tuple of Tensors, not NoneType"),
        (lambda x: x.softmax(1.5), TypeError, "softmax(): argument 'dim' must be int, not float"),
        (lambda x: minitorch.sum(x, dims=0), TypeError, "unexpected keyword argument 'dims'"),
        (
            lambda x: x + minitorch.ones(3),
            RuntimeError,
            "The size of tensor a (2) must match the size of tensor b (3) at non-singleton "
            "dimension 1\n  add: input (2, 2)   other (3,)",
        ),
        (
            lambda x: x & x,
            NotImplementedError,
            "\"bitwise_and_cpu\" not implemented for 'Float'\n  input (2, 2)   other (2, 2)",
        ),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused_by_name(x, call, error, text):
    with pytest.raises(error) as caught:
        call(x)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    "text, call",
    {
        "cross_entropy_loss(): argument 'target' (position 2)": lambda x: F.cross_entropy(x, [0]),
        "cross_entropy_loss(): argument 'input' (position 1)": lambda x: F.cross_entropy([0], x),
        "nll_loss_nd(): argument 'target' (position 2)": lambda x: F.nll_loss(x, [0, 1]),
        "kl_div(): argument 'target' (position 2)": lambda x: F.kl_div(x, [0, 1]),
        "embedding(): argument 'indices' (position 2)": lambda x: F.embedding([0], x),
        "embedding(): argument 'weight' (position 1)": lambda x: F.embedding(x.long(), [0]),
        "conv2d(): argument 'input' (position 1)": lambda x: F.conv2d([0], x),
        "conv2d(): argument 'weight' (position 2)": lambda x: F.conv2d(x, [0]),
        "max_pool2d(): argument 'input' (position 1)": lambda x: F.max_pool2d([0], 2),
        "avg_pool2d(): argument 'input' (position 1)": lambda x: F.avg_pool2d([0], 2),
        "adaptive_avg_pool2d(): argument 'input'": lambda x: F.adaptive_avg_pool2d([0], 2),
        "batch_norm(): argument 'input' (position 1)": lambda x: F.batch_norm([0], x, x),
        "layer_norm(): argument 'input' (position 1)": lambda x: F.layer_norm([0], (1,)),
        "dropout(): argument 'input' (position 1)": lambda x: F.dropout([0]),
        "pad(): argument 'input' (position 1)": lambda x: F.pad([0], (1, 1)),
        "one_hot(): argument 'input' (position 1)": lambda x: F.one_hot([0]),
        "cosine_similarity(): argument 'x2' (position 2)": lambda x: F.cosine_similarity(x, [0]),
        "index_select(): argument 'index' (position 2)": lambda x: x.index_select(0, [0]),
        "copy_(): argument 'other' (position 1)": lambda x: x.copy_([0]),
        "_unique2(): argument 'input' (position 1)": lambda x: minitorch.unique([0]),
        "unique_consecutive(): argument": lambda x: minitorch.unique_consecutive([0]),
        "amax(): argument 'input' (position 1)": lambda x: minitorch.amax([0]),
        "amin(): argument 'input' (position 1)": lambda x: minitorch.amin([0]),
        "aminmax(): argument 'input' (position 1)": lambda x: minitorch.aminmax([0]),
        "max(): argument 'input' (position 1)": lambda x: minitorch.max([0]),
        "renorm(): argument 'input' (position 1)": lambda x: minitorch.renorm([0], 1, 0, 1),
        "full_like(): argument 'input' (position 1)": lambda x: minitorch.full_like([0], 1),
        "index_copy(): argument 'index' (position 2)": lambda x: x.index_copy(0, [0], x),
        "index_fill(): argument 'index' (position 2)": lambda x: x.index_fill(0, [0], 1),
        "index_add(): argument 'index' (position 2)": lambda x: x.index_add(0, [0], x),
        "isclose(): argument 'other' (position 2)": lambda x: minitorch.isclose(x, [0]),
        "linalg_vector_norm(): argument": lambda x: minitorch.linalg.vector_norm([0]),
        "linalg_inv(): argument 'A' (position 1)": lambda x: minitorch.linalg.inv([[1]]),
        "linalg_solve(): argument 'A' (position 1)": lambda x: minitorch.linalg.solve([[1]], x),
        "linalg_qr(): argument 'A' (position 1)": lambda x: minitorch.linalg.qr([[1]]),
        "linalg_lu(): argument 'A' (position 1)": lambda x: minitorch.linalg.lu([[1]]),
        "clamp_min(): argument 'input' (position 1)": lambda x: minitorch.clamp_min([0], 1),
        "clamp_max(): argument 'input' (position 1)": lambda x: minitorch.clamp_max([0], 1),
    }.items(),
)
def test_a_list_in_place_of_a_tensor_is_refused_by_the_argument_it_stands_for(x, text, call):
    with pytest.raises(TypeError) as caught:
        call(x)
    assert str(caught.value).startswith(text)
    assert str(caught.value).endswith(
        "must be Tensor, not list\n  make one with minitorch.tensor(...)"
    )


def test_an_array_in_place_of_classes_is_refused(x):
    with pytest.raises(TypeError, match=r"must be Tensor, not numpy\.ndarray\n  make one"):
        F.cross_entropy(x, np.array([0, 1]))


def test_an_error_hides_what_numpy_said_where_it_says_more(x):
    with pytest.raises(RuntimeError, match="must match the size of tensor b") as caught:
        x + minitorch.ones(3)
    assert caught.value.__suppress_context__ and caught.value.__cause__ is None


def test_an_error_shows_what_numpy_said_where_it_knows_no_better(x, new_op):
    f = new_op(lambda x, /: x.reshape(7))
    with pytest.raises(RuntimeError, match="cannot reshape array of size 4") as caught:
        f(x)
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_traceback_names_the_op(x):
    with pytest.raises(RuntimeError) as caught:
        x * minitorch.ones(3)
    assert "<op mul>" in [str(entry.path) for entry in caught.traceback]


def test_shape_errors_are_value_errors_and_runtime_errors(x):
    for kind in (ValueError, RuntimeError):
        with pytest.raises(kind, match="must match the size of tensor"):
            x * minitorch.ones(5)


# -------------------------------------------------------------------- writing an op


def test_a_new_op_is_a_function_with_a_derivative(new_op):
    def softsign(x, /):
        """x / (1 + |x|)."""
        size = 1 + namespace(x).absolute(x)
        return x / size, lambda g: g / (size * size)

    f = new_op(softsign)
    x = tensor([1.0, -3.0], dtype=minitorch.float64, requires_grad=True)
    assert f(x).tolist() == [0.5, -0.75]
    assert f.__name__ == "softsign" and f.__doc__ == "x / (1 + |x|)."
    assert f(x).grad_fn.name() == "SoftsignBackward0"
    assert minitorch.autograd.gradcheck(f, x)
    assert minitorch.autograd.gradgradcheck(f, x)


def test_settings_and_optional_tensors_of_a_new_op(new_op):
    def scaled(x, weight=None, /, power=1, *, shift=0.0):
        y = x**power + shift
        if weight is None:
            return y, lambda g: g * (power * x ** (power - 1)), None
        return y * weight, lambda g: g * weight * (power * x ** (power - 1)), lambda g: g * y

    f = new_op(scaled)
    x = tensor([1.0, 2.0], dtype=minitorch.float64, requires_grad=True)
    w = tensor([3.0, 4.0], dtype=minitorch.float64, requires_grad=True)
    assert f(x).tolist() == [1, 2]
    assert f(x, w, 2, shift=1.0).tolist() == [6, 20]
    assert minitorch.autograd.gradgradcheck(lambda x, w: f(x, w, power=3, shift=0.5), (x, w))
    assert minitorch.autograd.gradgradcheck(lambda x: f(x, power=3), x)


def test_a_new_op_on_a_list_of_tensors_and_one_with_several_outputs(new_op):
    def combined(*tensors, scale=1.0):
        y = tensors[0] * scale
        for x in tensors[1:]:
            y = y + x * scale
        return y, lambda g: [g * scale for _ in tensors]

    def parts(x, /):
        return (x * 2, x * x), lambda gs: sum_of(
            None if gs[0] is None else gs[0] * 2, None if gs[1] is None else gs[1] * x * 2
        )

    def sum_of(a, b):
        return b if a is None else a if b is None else a + b

    f, h = new_op(combined, joint=True), new_op(parts, outputs=("double", "square"))
    x = tensor([1.0, 2.0], dtype=minitorch.float64, requires_grad=True)
    y = tensor([5.0, 6.0], dtype=minitorch.float64, requires_grad=True)
    assert f([x, y], scale=2.0).tolist() == [12, 16]
    assert minitorch.autograd.gradgradcheck(lambda x, y: f([x * x, y]), (x, y))
    assert h(x).double.tolist() == [2, 4]
    assert minitorch.autograd.gradgradcheck(lambda x: tuple(h(x)), x)
    assert minitorch.autograd.gradgradcheck(lambda x: h(x).square, x)


def test_ops_are_functions_and_methods_under_one_name():
    for name in ("add", "exp", "sum", "softmax", "matmul"):
        assert getattr(minitorch, name) is getattr(minitorch.Tensor, name) is OPS[name]
    assert not hasattr(minitorch, "leaky_relu")


def test_the_source_of_an_op_is_made_for_its_signature():
    source = source_of(minitorch.mul.op)
    assert source.startswith("def call(input, other, *, out=None):")
    assert "made, v0, v1 = rule(x0, x1)" in source
    minitorch.mul(tensor([1.0]), 2.0)
    assert list(inspect.signature(minitorch.mul).parameters) == ["input", "other", "out"]


@pytest.mark.torch
def test_every_function_and_method_has_its_model_in_torch():
    torch = pytest.importorskip("torch")
    from minitorch.autograd.tensor import FUNCTIONS, METHODS

    assert [name for name in FUNCTIONS if not hasattr(torch, name)] == []
    assert [name for name in METHODS if not hasattr(torch.Tensor, name)] == []


def test_a_return_type_can_be_copied_and_made_of_its_fields():
    found = minitorch.tensor([3.0, 1.0]).sort()
    again = copy.deepcopy(found)
    assert type(again) is type(found)
    assert again._fields == ("values", "indices")
    assert again.values.tolist() == [1.0, 3.0]
    assert type(found)(*found) == tuple(found)


NUMBERS = {  # a call with 0-d tensors for its numbers, and the same with the numbers
    "add": lambda x, n: minitorch.add(x, x, alpha=n(0.5)),
    "add_": lambda x, n: x.clone().add_(x, alpha=n(0.5)),
    "sub_": lambda x, n: x.clone().sub_(x, alpha=n(0.5)),
    "addcdiv_": lambda x, n: x.clone().addcdiv_(x, x + 1, value=n(-0.5)),
    "addcmul": lambda x, n: minitorch.addcmul(x, x, x, value=n(2)),
    "addmm": lambda x, n: minitorch.addmm(x, x, x, beta=n(0.5), alpha=n(2)),
    "index_add": lambda x, n: x.index_add(0, tensor([0]), x[:1], alpha=n(2)),
    "elu": lambda x, n: minitorch.nn.functional.elu(-x, n(0.5)),
    "hardtanh": lambda x, n: minitorch.nn.functional.hardtanh(x, n(0), n(2)),
    "logit": lambda x, n: minitorch.logit(x / 10, n(0.2)),
    "split": lambda x, n: x.split(n(1))[1],
    "chunk": lambda x, n: x.chunk(n(2))[1],
    "roll": lambda x, n: x.roll(n(1), 0),
    "randperm": lambda x, n: minitorch.randperm(n(1)),
    "randint": lambda x, n: minitorch.randint(n(1), (2,)),
    "normal_": lambda x, n: x.clone().normal_(n(3.0), n(0.0)),
    "uniform_": lambda x, n: x.clone().uniform_(n(3.0), n(3.0)),
    "dropout": lambda x, n: minitorch.nn.functional.dropout(x, n(1.0)),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_tensor_of_no_dimensions_may_stand_for_a_number(name):
    call, x = NUMBERS[name], tensor([[1.0, 2.0], [3.0, 4.0]])
    made, expected = call(x, tensor), call(x, lambda n: n)
    assert made.dtype is expected.dtype
    assert made.tolist() == expected.tolist()


@pytest.mark.parametrize("alpha", [tensor([0.5]), tensor(0.5, requires_grad=True)])
def test_other_tensors_do_not_stand_for_a_number(alpha):
    with pytest.raises(TypeError, match=r"add\(\): argument 'alpha' must be Number, not Tensor"):
        minitorch.add(tensor([1.0]), tensor([1.0]), alpha=alpha)
