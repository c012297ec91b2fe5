"""In-place writes and the graph: what is refused, and that gradients follow through views."""

import numpy as np
import pytest

import minitorch
from minitorch import autograd, tensor
from minitorch.nn import functional as F


def leaf(*values):
    return tensor(values, dtype=minitorch.float64, requires_grad=True)


@pytest.fixture
def x():
    return leaf(1.0, 2.0)


STALE = (
    "one of the variables needed for gradient computation has been modified by an inplace operation"
)


# -------------------------------------------------------------------- what is refused


def test_a_leaf_that_requires_grad_is_not_written_while_recording(x):
    with pytest.raises(
        RuntimeError, match="a leaf Variable that requires grad is being used in an in"
    ):
        x.add_(1)
    with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad"):
        x[0].add_(1)
    with minitorch.no_grad():
        x.add_(1)
    x.detach().add_(1)
    assert x.tolist() == [3, 4]


def test_nor_are_the_views_of_a_leaf_that_is_a_view_itself():
    base = minitorch.zeros(4)
    leaf = base.view(2, 2).requires_grad_()
    for write in (lambda: leaf[0].add_(1), lambda: leaf[0].zero_(), lambda: leaf.t()[0].fill_(1)):
        with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad"):
            write()
    assert leaf.is_leaf and base.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "reshape",
    [
        lambda x: x.t_(),
        lambda x: x.unsqueeze_(0),
        lambda x: x.transpose_(0, 1),
        lambda x: x.as_strided_((3, 2), (1, 3)),
    ],
)
def test_another_shape_under_no_grad_costs_no_gradient(reshape):
    leaf = minitorch.ones(2, 3, requires_grad=True)
    made = leaf.detach().requires_grad_() * 2
    with minitorch.no_grad():
        reshape(leaf)
        reshape(made)
    assert leaf.is_leaf and leaf.requires_grad and made.requires_grad
    (leaf * 3).sum().backward()
    assert leaf.grad.shape == leaf.shape and leaf.grad.eq(3).all()
    made.sum().backward()


def test_a_leaf_may_be_given_other_memory_of_another_shape():
    leaf = minitorch.ones(2, requires_grad=True)
    with minitorch.no_grad():
        leaf.set_(minitorch.ones(3))
    (leaf * 2).sum().backward()
    assert leaf.grad.tolist() == [2, 2, 2]


def test_no_gradient_lands_in_a_leaf_of_another_shape_than_was_used():
    leaf = minitorch.ones(2, 3, requires_grad=True)
    first, second = leaf * 2, leaf * 3
    with minitorch.no_grad():
        leaf.t_()
    with pytest.raises(RuntimeError, match=r"^The size of tensor a \(2\) must match .* b \(3\) at"):
        first.sum().backward()
    leaf.data = minitorch.ones(4)
    with pytest.raises(RuntimeError, match=r"^The size of tensor a \(4\) must match .* b \(3\) at"):
        second.sum().backward()


def test_a_written_input_that_a_gradient_needs_is_refused(x):
    y = x * x
    with minitorch.no_grad():
        x += 1
    with pytest.raises(RuntimeError, match=STALE):
        y.sum().backward()


def test_a_written_output_that_a_gradient_needs_is_refused(x):
    y = x.exp()
    y += 1
    with pytest.raises(RuntimeError, match=STALE + ".*ExpBackward0"):
        y.sum().backward()


def test_a_written_view_of_what_a_gradient_needs_is_refused(x):
    y = x.exp()
    y.detach()[:1].zero_()
    with pytest.raises(RuntimeError, match=STALE):
        y.sum().backward()


def test_a_write_that_no_gradient_needs_is_allowed(x):
    y = x + 1
    y *= 2
    y.relu_()
    y.sum().backward()
    assert x.grad.tolist() == [2, 2]


def test_a_write_before_the_use_is_allowed(x):
    with minitorch.no_grad():
        x += 1
    (x * x).sum().backward()
    assert x.grad.tolist() == [4, 6]


def test_a_write_through_an_expanded_tensor_is_refused():
    with pytest.raises(
        RuntimeError, match="more than one element of the written-to tensor refers to"
    ):
        minitorch.zeros(1).expand(3).add_(1)
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        minitorch.zeros(1).expand(3)[:] = tensor(1.0)


def test_parts_of_an_expanded_tensor_that_do_not_overlap_are_written():
    x = minitorch.zeros(3, 1)
    y = x.expand(3, 4)
    y[1, 2] = 5
    y[:, 1] += 1
    with pytest.warns(UserWarning, match="Use of index_put_ on expanded tensors is deprecated"):
        y[[2]] = tensor([7.0, 7, 7, 7])
    assert x.tolist() == [[1], [6], [7]]
    z = minitorch.ones(4)
    z.unfold(0, 2, 1)[1].mul_(2)
    assert z.tolist() == [1, 2, 2, 1]


def test_a_tensor_expanded_to_its_own_size_is_an_out_as_any_other():
    x = minitorch.zeros(3, 1)
    y = x.expand(1, 3, 1).contiguous()
    minitorch.add(y, 2.0, out=y)
    assert x.tolist() == [[2.0], [2.0], [2.0]]
    assert minitorch.zeros(2, 0).expand(3, 2, 0).shape == (3, 2, 0)


def test_an_expanded_tensor_can_be_filled():
    x = minitorch.ones(3, 1)
    x.expand(3, 4).fill_(2)
    assert x.tolist() == [[2], [2], [2]]
    x.expand(3, 4).zero_()
    assert x.sum() == 0


def test_masked_and_indexed_elements_of_an_expanded_tensor_are_filled_with_a_warning():
    x = minitorch.ones(3, 1)
    mask = tensor([[False, True], [False, False], [True, False]])
    with pytest.warns(UserWarning, match="Use of masked_fill_ on expanded tensors is deprecated"):
        x.expand(3, 2).masked_fill_(mask, 0.0)
    assert x.tolist() == [[0], [1], [0]]
    with pytest.warns(UserWarning, match="Use of index_fill_ on expanded tensors is deprecated"):
        x.expand(3, 2).index_fill_(0, tensor([1]), 5.0)
    assert x.tolist() == [[0], [5], [0]]
    with pytest.raises(RuntimeError, match="output with shape"), pytest.warns(UserWarning):
        minitorch.ones(1).expand(2).masked_fill_(mask, 0.0)


def test_functions_of_python_write_to_expanded_tensors_element_by_element():
    x = minitorch.zeros(1)
    x.expand(3).apply_(lambda each: each + 1)
    assert x.item() == 3


def test_read_only_memory_of_numpy_stays_unwritten():
    array = np.zeros(3)
    array.flags.writeable = False
    with pytest.warns(UserWarning, match="array is not writable"):
        x = minitorch.from_numpy(array)
    with pytest.raises(RuntimeError, match="more than one element"):
        x.zero_()


def test_a_written_constant_is_refused_for_higher_derivatives(x):
    c = tensor([3.0, 4.0], dtype=minitorch.float64)
    y = (x + c) * x.exp()
    c.zero_()
    autograd.grad(y.sum(), x, retain_graph=True)
    with pytest.raises(RuntimeError, match=STALE):
        autograd.grad(y.sum(), x, create_graph=True)


def test_a_written_leaf_is_refused_for_higher_derivatives_on_any_path(x):
    w = leaf(3.0, 4.0)
    y = x.exp() * w
    with minitorch.no_grad():
        x.zero_()
    with pytest.raises(RuntimeError, match=STALE):
        autograd.grad(y.sum(), w, create_graph=True)


# -------------------------------------------------------------------- gradients


def test_the_written_tensor_goes_on_at_the_new_node(x):
    y = x * 3
    before = y.grad_fn
    same = y
    y *= x
    assert y is same
    assert y.grad_fn is not before
    y.sum().backward()
    assert x.grad.tolist() == [6, 12]


def test_what_was_computed_before_the_write_keeps_the_former_value(x):
    y = x * 3
    before = y * 1
    y += x
    after = y * 1
    assert autograd.grad(before.sum(), x, retain_graph=True)[0].tolist() == [3, 3]
    assert autograd.grad(after.sum(), x)[0].tolist() == [4, 4]


def test_a_constant_becomes_part_of_the_graph(x):
    buffer = minitorch.zeros(3, dtype=minitorch.float64)
    buffer[:2] = x
    buffer[2] = x[0] * x[1]
    assert buffer.requires_grad
    (buffer * buffer).sum().backward()
    assert x.grad.tolist() == [10, 8]


def test_a_write_to_a_view_reaches_its_base(x):
    y = x * 1
    y[:1].mul_(x[1])
    y.sum().backward()
    assert y.tolist() == [2, 2]
    assert x.grad.tolist() == [2, 2]


def test_a_write_to_a_base_reaches_its_views(x):
    y = x * 1
    view = y[1]
    y *= 3
    view.backward()
    assert x.grad.tolist() == [0, 3]


def test_a_write_to_a_view_reaches_another_view(x):
    y = x * 1
    whole, first = y.reshape(1, 2), y[0]
    first.mul_(5)
    whole.sum().backward()
    assert x.grad.tolist() == [5, 1]


def test_a_view_of_a_constant_follows_too(x):
    buffer = minitorch.zeros(2, 2, dtype=minitorch.float64)
    turned, row = buffer.T, buffer[1]
    buffer.add_(x)
    (turned[0] * row).sum().backward()
    assert turned.requires_grad
    assert x.grad.tolist() == [4, 1]


def test_views_used_before_and_after_a_write(x):
    y = x * 1
    view = y[0]
    before = view * 10
    y *= x
    after = view * 100
    (before + after).backward()
    assert x.grad.tolist() == [210, 0]


def test_a_dropped_base_changes_nothing(x):
    def f(x):
        y = x * 1
        view = y[:1]
        y.mul_(x)
        return view * 2

    f(x).backward()
    assert x.grad.tolist() == [4, 0]


def test_a_view_of_a_view(x):
    y = x * 1
    inner = y.reshape(2, 1)[1]
    y *= 2
    inner *= x[0]
    y.sum().backward()
    assert x.grad.tolist() == [6, 2]


def test_second_derivatives_through_writes_to_views():
    x, w = leaf(0.3, -0.5), leaf(1.0, 2.0)

    def written(x, w):
        y = x * 1
        y[1:].mul_(w[0])
        view = y[1]
        y.mul_(w)
        return y * view

    def plain(x, w):
        y = minitorch.stack([x[0], x[1] * w[0]]) * w
        return y * y[1]

    assert autograd.gradcheck(written, (x, w))
    assert autograd.gradgradcheck(written, (x, w))
    assert written(x, w).tolist() == plain(x, w).tolist()


def test_versions_count_the_writes(x):
    y = x * 1
    assert y._version == 0
    y += 1
    y.detach().zero_()
    y[0].add_(1)
    assert y._version == 3


@pytest.mark.parametrize(
    "f, shape",
    [
        (lambda x: x.max(0).values, ()),
        (lambda x: minitorch.histogram(x, x).bin_edges, (3,)),
        (lambda x: x.matrix_power(1), (2, 2)),
        (lambda x: minitorch.chain_matmul(x), (2, 2)),
        (lambda x: F.pixel_shuffle(x, 1), (1, 2, 3)),
        (lambda x: F.pixel_unshuffle(x, 1), (1, 2, 3)),
        (lambda x: F.channel_shuffle(x, 1), (1, 2, 3)),
        (lambda x: F.channel_shuffle(x, 2), (1, 2, 3)),
    ],
)
def test_a_result_for_which_nothing_had_to_be_done_has_memory_of_its_own(f, shape):
    x = minitorch.rand(shape).sort(-1).values
    before = x.clone()
    f(x).fill_(9)
    assert (x == before).all()


def test_integers_in_place_of_which_nan_to_num_has_nothing_to_put_are_copied():
    x = tensor([1, 2])
    x.nan_to_num().fill_(9)
    assert x.tolist() == [1, 2]


@pytest.mark.parametrize("grad", [False, True])
def test_an_activation_in_place_counts_as_a_write(grad):
    x = minitorch.ones(2, requires_grad=grad).clone()
    before = x._version
    F.relu(x, inplace=True)
    assert x._version == before + 1
    x.mul_(2)
    assert x._version == before + 2
