"""In-place forms: values, gradients, dtypes, and what graphs allow."""

import random
import re

import numpy as np
import pytest
from printed import printing_tests

import minitorch
from minitorch import arange, autograd, no_grad, ones, tensor, zeros

# What is written of x = [[0, 1, 2], [3, 4, 5]], y = x + 1 and i = x.long(), and what PyTorch gives.
ROWS = {
    "x.add_(1)": "tensor([[1., 2., 3.],\n        [4., 5., 6.]])",
    "x.add_(1, alpha=2)": "tensor([[2., 3., 4.],\n        [5., 6., 7.]])",
    "x.add_(y)": "tensor([[ 1.,  3.,  5.],\n        [ 7.,  9., 11.]])",
    "x.add_(y, alpha=0.5)": "tensor([[0.5000, 2.0000, 3.5000],\n        [5.0000, 6.5000, 8.0000]])",
    "x.add_(other=y)": "tensor([[ 1.,  3.,  5.],\n        [ 7.,  9., 11.]])",
    "x.add_(torch.tensor(1.0).double())": "tensor([[1., 2., 3.],\n        [4., 5., 6.]])",
    "x.add_(i)": "tensor([[ 0.,  2.,  4.],\n        [ 6.,  8., 10.]])",
    "x.sub_(y)": "tensor([[-1., -1., -1.],\n        [-1., -1., -1.]])",
    "x.sub_(1, alpha=2)": "tensor([[-2., -1.,  0.],\n        [ 1.,  2.,  3.]])",
    "x.mul_(2)": "tensor([[ 0.,  2.,  4.],\n        [ 6.,  8., 10.]])",
    "x.mul_(y)": "tensor([[ 0.,  2.,  6.],\n        [12., 20., 30.]])",
    "x.mul_(True)": "tensor([[0., 1., 2.],\n        [3., 4., 5.]])",
    "x.div_(2)": "tensor([[0.0000, 0.5000, 1.0000],\n        [1.5000, 2.0000, 2.5000]])",
    "x.div_(y)": "tensor([[0.0000, 0.5000, 0.6667],\n        [0.7500, 0.8000, 0.8333]])",
    "x.div_(2, rounding_mode='floor')": "tensor([[0., 0., 1.],\n        [1., 2., 2.]])",
    "x.pow_(2)": "tensor([[ 0.,  1.,  4.],\n        [ 9., 16., 25.]])",
    "x.clamp_(1, 2)": "tensor([[1., 1., 2.],\n        [2., 2., 2.]])",
    "x.clamp_(min=1.5)": "tensor([[1.5000, 1.5000, 2.0000],\n        [3.0000, 4.0000, 5.0000]])",
    "x.exp_()": "tensor([[  1.0000,   2.7183,   7.3891],\n        [ 20.0855,  54.5981, 148.4132]])",
    "x.log1p_()": "tensor([[0.0000, 0.6931, 1.0986],\n        [1.3863, 1.6094, 1.7918]])",
    "x.sqrt_()": "tensor([[0.0000, 1.0000, 1.4142],\n        [1.7321, 2.0000, 2.2361]])",
    "x.neg_()": "tensor([[-0., -1., -2.],\n        [-3., -4., -5.]])",
    "x.abs_()": "tensor([[0., 1., 2.],\n        [3., 4., 5.]])",
    "x.relu_()": "tensor([[0., 1., 2.],\n        [3., 4., 5.]])",
    "x.sigmoid_()": "tensor([[0.5000, 0.7311, 0.8808],\n        [0.9526, 0.9820, 0.9933]])",
    "x.tanh_()": "tensor([[0.0000, 0.7616, 0.9640],\n        [0.9951, 0.9993, 0.9999]])",
    "x.round_()": "tensor([[0., 1., 2.],\n        [3., 4., 5.]])",
    "x.floor_()": "tensor([[0., 1., 2.],\n        [3., 4., 5.]])",
    "x.ceil_()": "tensor([[0., 1., 2.],\n        [3., 4., 5.]])",
    "x.trunc_()": "tensor([[0., 1., 2.],\n        [3., 4., 5.]])",
    "x.square_()": "tensor([[ 0.,  1.,  4.],\n        [ 9., 16., 25.]])",
    "x.reciprocal_()": "tensor([[   inf, 1.0000, 0.5000],\n        [0.3333, 0.2500, 0.2000]])",
    "x.eq_(1)": "tensor([[0., 1., 0.],\n        [0., 0., 0.]])",
    "x.gt_(2)": "tensor([[0., 0., 0.],\n        [1., 1., 1.]])",
    "x.logical_not_()": "tensor([[1., 0., 0.],\n        [0., 0., 0.]])",
    "i.bitwise_and_(1)": "tensor([[0, 1, 0],\n        [1, 0, 1]])",
    "i.add_(True)": "tensor([[1, 2, 3],\n        [4, 5, 6]])",
    "i.floor_divide_(2)": "tensor([[0, 0, 1],\n        [1, 2, 2]])",
    "x.remainder_(2)": "tensor([[0., 1., 0.],\n        [1., 0., 1.]])",
    "x.zero_()": "tensor([[0., 0., 0.],\n        [0., 0., 0.]])",
    "x.fill_(2)": "tensor([[2., 2., 2.],\n        [2., 2., 2.]])",
    "x.fill_(torch.tensor(3))": "tensor([[3., 3., 3.],\n        [3., 3., 3.]])",
    "i.fill_(1.5)": "tensor([[1, 1, 1],\n        [1, 1, 1]])",
    "x.copy_(i)": "tensor([[0., 1., 2.],\n        [3., 4., 5.]])",
    "i.copy_(x + 0.7)": "tensor([[0, 1, 2],\n        [3, 4, 5]])",
    "x.copy_(torch.tensor([7, 8, 9]))": "tensor([[7., 8., 9.],\n        [7., 8., 9.]])",
    "x.masked_fill_(y > 2, -1)": "tensor([[ 0.,  1., -1.],\n        [-1., -1., -1.]])",
    "i.masked_fill_(y > 2, 1.5)": "tensor([[0, 1, 1],\n        [1, 1, 1]])",
    "x.index_fill_(1, torch.tensor([0, 2]), 5)": "tensor([[5., 1., 5.],\n        [5., 4., 5.]])",
    "x.index_add_(0, i[0, :1], y[:1])": "tensor([[1., 3., 5.],\n        [3., 4., 5.]])",
    "x.index_copy_(0, torch.tensor([1]), y[:1])": "tensor([[0., 1., 2.],\n        [1., 2., 3.]])",
    "x.scatter_(1, torch.tensor([[0], [2]]), 9.0)": "tensor([[9., 1., 2.],\n        [3., 4., 9.]])",
    "x.scatter_(1, torch.tensor([[0], [2]]), y)": "tensor([[1., 1., 2.],\n        [3., 4., 4.]])",
    "x.scatter_add_(1, i % 2, y)": "tensor([[ 4.,  3.,  2.],\n        [ 8., 14.,  5.]])",
    "x.tril_()": "tensor([[0., 0., 0.],\n        [3., 4., 0.]])",
    "x.triu_(1)": "tensor([[0., 1., 2.],\n        [0., 0., 5.]])",
    "x.fill_diagonal_(7)": "tensor([[7., 1., 2.],\n        [3., 7., 5.]])",
    "x.T.add_(1)": "tensor([[1., 4.],\n        [2., 5.],\n        [3., 6.]])",
    "x[:, 1].mul_(10)": "tensor([10., 40.])",
    "x.view(-1)[::2].zero_()": "tensor([0., 0., 0.])",
    "x.diagonal().fill_(-1)": "tensor([-1., -1.])",
    "x.unsqueeze_(1)": "tensor([[[0., 1., 2.]],\n\n        [[3., 4., 5.]]])",
    "x.unsqueeze_(0).squeeze_()": "tensor([[0., 1., 2.],\n        [3., 4., 5.]])",
    "x.t_()": "tensor([[0., 3.],\n        [1., 4.],\n        [2., 5.]])",
    "x.transpose_(0, 1)": "tensor([[0., 3.],\n        [1., 4.],\n        [2., 5.]])",
    "x.swapaxes_(0, 1)": "tensor([[0., 3.],\n        [1., 4.],\n        [2., 5.]])",
}


def names(library):
    x, i = library.arange(6.0).view(2, 3), library.arange(6).view(2, 3)
    return {"torch": library, "x": x, "y": x + 1, "i": i}


test_the_tensor_prints_so, test_torch_prints_the_same = printing_tests(ROWS, names)


# -------------------------------------------------------------------- the tensor stays itself


@pytest.mark.parametrize("graph", [False, True])
def test_in_place_forms_write_the_same_memory_and_return_their_tensor(graph):
    x = ones(3, requires_grad=graph) * 2
    memory = x.array
    for y in (x.add_(1), x.mul_(2.0), x.exp_(), x.clamp_(max=3), x.zero_(), x.fill_(2), x.copy_(x)):
        assert y is x
        assert y.array is memory
        assert y.requires_grad is graph


def test_augmented_operators_are_in_place():
    x = arange(1.0, 4.0)
    kept = x
    x += 1
    x -= tensor([1.0, 0.0, 0.0])
    x *= 2
    x /= 4
    x **= 2
    x //= 1
    x %= 2
    assert kept is x
    assert x.tolist() == [0, 0, 0]
    b = tensor([True, False])
    kept = b
    b &= True
    b |= tensor([False, True])
    b ^= True
    assert kept is b
    assert b.tolist() == [False, False]


def test_every_write_counts():
    x = zeros(2)
    view = x[0]
    for write in (lambda: x.add_(1), x.zero_, lambda: view.mul_(2), x.exp_):
        before = x._version
        write()
        assert x._version == view._version == before + 1
    x[0] = 1
    x.uniform_()
    assert x._version == before + 3


REFUSED = [
    (lambda x: x.long().add_(1.5), "Float can't be cast to the desired output type Long"),
    (lambda x: x.long().div_(2), "can't be cast to the desired output type Long"),
    (lambda x: x.long().exp_(), "can't be cast to the desired output type Long"),
    (lambda x: x.add_(ones(2, 3, 3)), "output with shape [3, 3] doesn't match the broadcast shape"),
    (lambda x: x.add_(ones(2)), "The size of tensor a (3) must match the size of tensor b (2)"),
    (lambda x: x.copy_(ones(2)), "The size of tensor a (3) must match the size of tensor b (2)"),
    (lambda x: x.copy_(ones(2, 3, 3)), "doesn't match the broadcast shape [2, 3, 3]"),
    (
        lambda x: x.fill_(ones(1)),
        "fill_ only supports 0-dimension value tensor but got tensor with 1",
    ),
    (lambda x: x[0].expand(2, 3).add_(1), "refers to a single memory location"),
    (lambda x: x[0].expand(2, 3).fill_(tensor(1.0)), "refers to a single memory location"),
    (lambda x: x[0].fill_diagonal_(1), "dimensions must larger than 1"),
]


@pytest.mark.parametrize(("call", "text"), REFUSED)
def test_refused_writes_raise_with_this_text_and_change_nothing(call, text):
    x = arange(9.0).view(3, 3)
    with pytest.raises(RuntimeError, match=re.escape(text)):
        call(x)
    assert x.tolist() == arange(9.0).view(3, 3).tolist()


# -------------------------------------------------------------------- with a graph


def test_a_leaf_is_written_only_where_nothing_is_recorded():
    x = ones(2, requires_grad=True)
    writes = [
        lambda: x.add_(1), x.zero_, lambda: x.fill_(1), lambda: x.copy_(zeros(2)),
        x.uniform_, lambda: x.unsqueeze_(0), lambda: x.__setitem__(0, 1),
        x[0].zero_, lambda: x.__iadd__(1), lambda: x.index_fill_(0, tensor([0]), 1),
    ]  # fmt: skip
    for write in writes:
        with pytest.raises(RuntimeError, match="leaf Variable that requires grad is being used"):
            write()
    with no_grad():
        x.add_(1).mul_(2)
        x[0] = 0
    assert x.tolist() == [0, 4]
    assert x.is_leaf and x.requires_grad


def test_overwritten_elements_get_no_gradient():
    for overwrite in (
        lambda y: y.zero_(),
        lambda y: y.fill_(2),
        lambda y: y.copy_(zeros(3)),
        lambda y: y.uniform_(),
        lambda y: y.normal_(),
        lambda y: y.bernoulli_(),
    ):
        x = ones(3, requires_grad=True)
        y = x * 2
        overwrite(y)
        y.sum().backward()
        assert x.grad.tolist() == [0, 0, 0]


def test_copy_hands_the_gradient_to_its_source():
    source = ones(3, requires_grad=True)
    y = zeros(2, 3, dtype=minitorch.float64)
    y.copy_(source)
    (y * tensor([1.0, 2.0, 3.0])).sum().backward()
    assert source.grad.tolist() == [2, 4, 6]
    assert source.grad.dtype is minitorch.float32


def test_changed_shapes_keep_the_graph():
    x = ones(2, 3, requires_grad=True)
    y = x * 2
    y.unsqueeze_(0).transpose_(1, 2).mul_(3)
    assert y.shape == (1, 3, 2)
    (y * arange(6.0).view(1, 3, 2)).sum().backward()
    assert x.grad.tolist() == [[0, 12, 24], [6, 18, 30]]


def test_second_derivatives_through_in_place_forms():
    x = tensor([0.5, 1.0, 1.2], dtype=minitorch.float64, requires_grad=True)

    def f(x):
        y = x * x
        y.mul_(x).add_(x, alpha=2)
        y[1:].exp_()
        y.masked_fill_(y > 1e5, 0).masked_fill_(y < 1, 0.5)
        y[0].div_(y[2].clone())
        return y.neg_()

    assert autograd.gradcheck(f, (x,))
    assert autograd.gradgradcheck(f, (x,))


@pytest.mark.torch
@pytest.mark.parametrize("seed", range(24))
def test_random_programs_of_views_and_writes_do_what_they_do_in_torch(seed):
    torch = pytest.importorskip("torch")
    ours, theirs = (run_program(lib, seed) for lib in (minitorch, torch))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


def run_program(lib, seed):
    """The values of all tensors of a random program, and the gradients of its two leaves."""
    choose = random.Random(seed)
    leaves = [
        lib.tensor(np.random.default_rng(seed + i).uniform(0.5, 1.5, (3, 4)), requires_grad=True)
        for i in range(2)
    ]
    pool = [leaves[0] * 1, leaves[1] + 0, lib.ones(3, 4, dtype=lib.float64)]
    views = [
        lambda t: t[0], lambda t: t[1:], lambda t: t.transpose(0, -1), lambda t: t[..., 0],
        lambda t: t[None], lambda t: t.reshape(-1), lambda t: t.detach() * 0.5,
    ]  # fmt: skip
    writes = [
        lambda t, u: t.add_(u), lambda t, u: t.mul_(0.5), lambda t, u: t.add_(u, alpha=2),
        lambda t, u: t.fill_(0.25), lambda t, u: t.zero_(), lambda t, u: t.sub_(u.detach()),
        lambda t, u: t.copy_(u * 2),
    ]  # fmt: skip
    for _ in range(14):
        t = choose.choice(pool)
        if choose.random() < 0.5 and t.ndim and t.shape[0] > 1:
            pool.append(choose.choice(views)(t))
        elif choose.random() < 0.3:
            pool.append(t * 1.5 + 1)
        else:
            choose.choice(writes)(t, pool[choose.randrange(len(pool))].sum() * 0.1)
    total = sum((t**2).sum() * (i + 1) for i, t in enumerate(pool))
    total.backward()
    gradients = [lib.zeros(3, 4) if leaf.grad is None else leaf.grad for leaf in leaves]
    return [t.detach().numpy() for t in pool + gradients]


FUNCTIONS = ["abs_", "ceil_", "cos_", "exp_", "neg_", "sigmoid_", "sin_", "sqrt_", "zero_"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_in_place_forms_are_functions_too(name):
    x = tensor([0.5, 2.0])
    expected = getattr(x.clone(), name)()
    assert getattr(minitorch, name)(x) is x
    assert x.equal(expected)


def test_in_place_functions_take_what_their_methods_take():
    assert minitorch.clamp_(tensor([0.0, 5.0]), 1, max=3).tolist() == [1, 3]
    assert minitorch.fill_(zeros(2), 4).tolist() == [4, 4]


# -------------------------------------------------------------------- element by element


def test_a_python_function_is_applied_to_each_element():
    x = tensor([[1.0, 2.0], [3.0, 4.0]])
    assert x.apply_(lambda element: element * 10) is x
    assert x.map_(tensor([1.0, 2.0]), lambda a, b: a + b).tolist() == [[11, 22], [31, 42]]
    assert x.map2_(x, tensor([1.0, 2.0]), lambda a, b, c: b - c).tolist() == [[10, 20], [30, 40]]
    with pytest.raises(RuntimeError, match=r"Can't call apply_\(\) on Variable"):
        x.requires_grad_().apply_(abs)


def test_copy_takes_a_number_too():
    assert ones(2).copy_(3).tolist() == [3, 3]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda x: x.copy_([1]), r"copy_\(\): argument .* must be Tensor, not list"),
        (lambda x: x.fill_("a"), r"fill_\(\) received an invalid combination of arguments"),
    ],
)
def test_what_is_no_number_and_no_tensor_is_refused(call, text):
    with pytest.raises(TypeError, match=text):
        call(ones(2))


def test_fill_leaves_its_input_alone_and_differentiates_the_value():
    x, value = ones(2, 3, requires_grad=True), tensor(2.0, requires_grad=True)
    y = minitorch.fill(x, value)
    assert (y == 2).all() and (x == 1).all()
    y.sum().backward()
    assert value.grad.item() == 6 and not x.grad.any()


def test_what_is_no_lazy_conjugate_resolves_to_itself():
    x = ones(2)
    assert x.resolve_conj() is x
    assert x.resolve_neg() is x


def test_a_counter_counts_in_place():
    count = minitorch.tensor([3, 4])
    count.add_(1)
    count -= 2
    count *= 5
    assert count.tolist() == [10, 15] and count.dtype is minitorch.int64
    with pytest.raises(RuntimeError, match="can't be cast"):
        count.add_(0.5)


SEVERAL = {
    "unbind": lambda y: y.unbind(),
    "split": lambda y: y.split(1),
    "chunk": lambda y: y.chunk(3),
    "split_with_sizes": lambda y: y.split([1, 1, 1]),
    "iter": tuple,
}


@pytest.mark.parametrize("cut", SEVERAL.values(), ids=SEVERAL)
def test_nothing_is_written_to_one_of_several_views_of_the_graph(cut):
    y = ones(3, 3, requires_grad=True) * 1
    part = cut(y)[1]
    name = part.grad_fn.name().partition("Backward")[0]
    with pytest.raises(RuntimeError, match=f"Output 1 of {name} is a view and is being modified"):
        part.mul_(2)
    with pytest.raises(RuntimeError, match=r"Output 0 of Select is a view .* multiple views"):
        part[0].mul_(2)
    with minitorch.no_grad():
        part.mul_(2)
    assert y[1].tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    "cut", [lambda y: y.tensor_split(3), lambda y: y.unsafe_split(1), lambda y: y.unsafe_chunk(3)]
)
def test_other_parts_may_be_written_to(cut):
    x = ones(3, 3, requires_grad=True)
    y = x * 1
    cut(y)[1].mul_(2)
    y.sum().backward()
    assert x.grad.tolist() == [[1, 1, 1], [2, 2, 2], [1, 1, 1]]


@pytest.mark.parametrize("cut", SEVERAL.values(), ids=SEVERAL)
def test_several_views_outside_of_the_graph_may_be_written_to(cut):
    y = zeros(3, 3)
    cut(y)[1].add_(2)
    assert y[1].tolist() == [2, 2, 2]


def test_a_view_made_without_a_graph_is_not_written_to_with_one():
    y = ones(3, requires_grad=True) * 1
    with minitorch.no_grad():
        view = y[:2]
    with pytest.raises(RuntimeError, match="A view was created in no_grad mode and is being mod"):
        view.mul_(2)


def test_a_key_that_selects_makes_a_view_of_a_leaf():
    x = ones(3, requires_grad=True)
    for key in (0, None, slice(1)):
        with pytest.raises(RuntimeError, match="a view of a leaf Variable"):
            x[key] = 1
    for key in (..., slice(None), [0, 1]):
        with pytest.raises(RuntimeError, match="a leaf Variable"):
            x[key] = 1


JOINS = {
    "index_add_": lambda x, part: x.index_add_(0, tensor([0]), part),
    "index_copy_": lambda x, part: x.index_copy_(0, tensor([0]), part),
    "scatter_": lambda x, part: x.scatter_(0, tensor([0]), part),
    "scatter_add_": lambda x, part: x.scatter_add_(0, tensor([0]), part),
    "index_put_": lambda x, part: x.index_put_((tensor([0]),), part),
}


@pytest.mark.parametrize("join", JOINS.values(), ids=JOINS)
def test_no_part_of_a_tensor_is_joined_into_it(join):
    x = tensor([0.0, 1.0, 2.0])
    with pytest.raises(RuntimeError, match="some elements of the input tensor and the written-to"):
        join(x, x[1:2])
    assert join(x, x[1:2].clone())[0] == 1


def test_elements_are_mapped_with_what_broadcasts():
    with pytest.raises(RuntimeError, match=r"must match the existing size \(2\) at non-s"):
        zeros(3).map_(zeros(2), lambda a, b: a)


@pytest.mark.parametrize("write", [lambda x: x.exp_(), lambda x: x.mul_(2), lambda x: x.zero_()])
def test_elements_stay_where_they_are_known_to_lie(write):
    x = minitorch.ones(3, requires_grad=True).clone()
    place = x.data_ptr()
    write(x)
    assert x.data_ptr() == place
    x.sum().backward()
