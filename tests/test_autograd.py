"""Autograd as a user sees it: backward, grad, .grad, hooks."""

import copy
import pickle

import pytest

import minitorch
from minitorch import autograd, tensor


def leaf(*values):
    return tensor(values, requires_grad=True)


@pytest.fixture
def x():
    return leaf(1.0, 2.0)


# -------------------------------------------------------------------- backward


def test_backward_fills_the_grad_of_each_leaf(x):
    w = leaf(3.0, 4.0)
    (x * w).sum().backward()
    assert x.grad.tolist() == [3, 4]
    assert w.grad.tolist() == [1, 2]


def test_gradient_accumulates_when_a_tensor_is_used_twice(x):
    (x * x + x).sum().backward()
    assert x.grad.tolist() == [3, 5]


def test_gradient_accumulates_from_backward_to_backward(x):
    x.sum().backward()
    (x * 2).sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_a_leaf_that_needs_no_gradient_gets_none(x):
    c = tensor([1.0, 1.0])
    (x * c).sum().backward()
    assert c.grad is None


def test_backward_of_a_leaf_itself():
    x = tensor(2.0, requires_grad=True)
    x.backward()
    assert x.grad.tolist() == 1


def test_weights_of_a_backward_from_many_numbers(x):
    (x * x).backward(tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2, 40]


def test_weights_of_another_dtype_are_converted(x):
    (x * x).sum().backward(tensor(1.0, dtype=minitorch.float64))
    assert x.grad.dtype is minitorch.float32


def test_backward_to_chosen_inputs_alone(x):
    w = leaf(3.0, 4.0)
    y = x * w
    y.sum().backward(inputs=[x, y])
    assert x.grad.tolist() == [3, 4]
    assert w.grad is None
    assert y.grad.tolist() == [1, 1]


def test_backward_to_one_input_that_is_no_list(x):
    (x * 2).sum().backward(inputs=x)
    assert x.grad.tolist() == [2, 2]


def test_backward_of_several_tensors(x):
    autograd.backward([x.sum(), (x * x)], [None, tensor([1.0, 2.0])])
    assert x.grad.tolist() == [3, 9]


def test_the_gradient_shares_no_memory_with_others(x):
    w = leaf(0.0, 0.0)
    g = tensor([1.0, 1.0])
    (x + w).backward(g)
    x.grad.zero_()
    assert w.grad.tolist() == [1, 1]
    assert g.tolist() == [1, 1]


def test_the_gradient_of_an_expanded_tensor_can_be_written():
    x = tensor(1.0, requires_grad=True)
    y = x.expand(3) * 1
    y.retain_grad()
    y.sum().backward()
    y.grad.add_(1)
    assert y.grad.tolist() == [2, 2, 2]


def test_the_gradient_is_filled_in_place_in_later_backwards(x):
    x.sum().backward()
    first = x.grad
    x.sum().backward()
    assert x.grad is first


def test_the_graph_follows_the_data_at_each_run():
    def power(x, n):
        y = x
        for _ in range(n - 1):
            y = y * x
        return y

    for n in (1, 2, 5):
        x = tensor(2.0, requires_grad=True)
        power(x, n).backward()
        assert x.grad.item() == n * 2 ** (n - 1)


# -------------------------------------------------------------------- a second backward


def test_a_second_backward_is_refused(x):
    y = (x * x).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()


def test_a_second_backward_is_allowed_with_retain_graph(x):
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [4, 8]


def test_a_second_backward_is_allowed_where_nothing_was_saved(x):
    y = (x + 1).sum()
    y.backward()
    y.backward()
    assert x.grad.tolist() == [2, 2]


def test_two_graphs_share_what_is_retained(x):
    y = x * x
    y.sum().backward(retain_graph=True)
    (y * 2).sum().backward()
    assert x.grad.tolist() == [6, 12]


def test_create_graph_retains_the_graph(x):
    y = (x * x).sum()
    autograd.grad(y, x, create_graph=True)
    y.backward()
    assert x.grad.tolist() == [2, 4]


# -------------------------------------------------------------------- grad


def test_grad_returns_derivatives_and_leaves_grad_alone(x):
    (g,) = autograd.grad((x * x).sum(), x)
    assert g.tolist() == [2, 4]
    assert x.grad is None


def test_grad_with_respect_to_an_intermediate_value(x):
    y = x * 2
    (g,) = autograd.grad((y * y).sum(), [y])
    assert g.tolist() == [4, 8]


def test_grad_with_weights_of_several_outputs(x):
    (g,) = autograd.grad([x.sum(), x * x], x, [None, tensor([1.0, 2.0])])
    assert g.tolist() == [3, 9]


def test_grad_of_an_input_that_was_not_used(x):
    other = leaf(1.0)
    with pytest.raises(RuntimeError, match="Tensor at index 1 appears to not have been used"):
        autograd.grad(x.sum(), [x, other])
    assert autograd.grad(x.sum(), [x, other], allow_unused=True)[1] is None
    assert autograd.grad(x.sum(), [x, other], materialize_grads=True)[1].tolist() == [0]
    with pytest.raises(ValueError, match="Expected allow_unused to be True or not passed"):
        autograd.grad(x.sum(), [x], materialize_grads=True, allow_unused=False)


def test_grad_walks_only_towards_its_inputs(x):
    w = leaf(3.0, 4.0)
    calls = []
    y = x * 2
    y.register_hook(lambda g: calls.append("y"))
    autograd.grad((y * w).sum(), w)
    assert calls == []


# -------------------------------------------------------------------- what a tensor knows


def test_requires_grad_is_inherited(x):
    assert (x * tensor([1.0, 1.0])).requires_grad
    assert not (x.detach() * 2).requires_grad
    assert not (x > 0).requires_grad


def test_leaves_and_their_functions(x):
    y = x * 2
    assert (x.is_leaf, x.grad_fn) == (True, None)
    assert (y.is_leaf, y.grad_fn.name()) == (False, "MulBackward0")
    assert y.grad_fn.next_functions[0][0].name() == "torch::autograd::AccumulateGrad"
    assert y.grad_fn.next_functions[0][0].variable is x
    assert not hasattr(y.grad_fn, "variable")
    assert y.detach().is_leaf


def test_grad_of_an_intermediate_value_warns_when_it_is_read(x):
    with pytest.warns(UserWarning, match="The .grad attribute of a Tensor that is not a leaf"):
        assert (x * 2).grad is None


def test_retain_grad_keeps_the_gradient_of_an_intermediate_value(x):
    y = x * 2
    y.retain_grad()
    y.retain_grad()
    (y * y).sum().backward(retain_graph=True)
    assert y.grad.tolist() == [4, 8]
    (y * y).sum().backward()
    assert y.grad.tolist() == [8, 16]
    assert y.retains_grad and not x.retains_grad


def test_detach_cuts_and_shares_memory(x):
    y = x.detach()
    y[0] = 5.0
    assert x.tolist() == [5, 2]
    assert not y.requires_grad
    z = (x * 2).detach_()
    assert z.is_leaf and not z.requires_grad


def test_requires_grad_can_be_switched_on_leaves_only(x):
    assert not x.requires_grad_(False).requires_grad
    y = leaf(1.0) * 2
    with pytest.raises(RuntimeError, match="you can only change requires_grad flags of leaf"):
        y.requires_grad_(False)
    with pytest.raises(RuntimeError, match="only Tensors of floating point dtype can require"):
        tensor([1]).requires_grad = True


def test_grad_is_assigned_only_what_fits(x):
    x.grad = tensor([5.0, 6.0])
    x.sum().backward()
    assert x.grad.tolist() == [6, 7]
    x.grad = None
    assert x.grad is None
    with pytest.raises(RuntimeError, match=r"gradient of size '\[3\]' to a tensor of size '\[2\]'"):
        x.grad = minitorch.ones(3)
    with pytest.raises(
        RuntimeError, match=r"a gradient with dtype 'torch.float64' to a tensor with"
    ):
        x.grad = minitorch.ones(2, dtype=minitorch.float64)
    with pytest.raises(TypeError, match="to be a Tensor or None but got grad of type float"):
        x.grad = 1.0
    del x.grad
    assert x.grad is None


def test_a_copy_of_a_leaf_has_its_own_memory_and_grad(x):
    x.sum().backward()
    y = copy.deepcopy(x)
    y.grad.zero_()
    assert y.requires_grad and y.is_leaf
    assert x.grad.tolist() == [1, 1]
    with pytest.raises(RuntimeError, match="support the deepcopy protocol"):
        copy.deepcopy(x * 2)


def test_what_was_computed_is_pickled_as_a_leaf(x):
    y = pickle.loads(pickle.dumps(x * 2))
    assert y.tolist() == [2, 4]
    assert y.requires_grad and y.is_leaf


# -------------------------------------------------------------------- hooks


def test_hooks_run_in_order_and_may_replace_the_gradient(x):
    seen = []
    x.register_hook(lambda g: seen.append(("first", g.tolist())))
    double = x.register_hook(lambda g: g * 2)
    x.register_hook(lambda g: seen.append(("last", g.tolist())))
    x.sum().backward()
    assert seen == [("first", [1, 1]), ("last", [2, 2])]
    assert x.grad.tolist() == [2, 2]
    double.remove()
    double.remove()
    x.sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_a_hook_of_an_intermediate_value_changes_what_flows_on(x):
    y = x * 3
    y.register_hook(lambda g: g * 10)
    y.sum().backward()
    assert x.grad.tolist() == [30, 30]


def test_retained_gradients_are_those_after_all_hooks(x):
    y = x * 3
    y.retain_grad()
    y.register_hook(lambda g: g * 10)
    y.sum().backward()
    assert y.grad.tolist() == [10, 10]


def test_grad_gives_what_the_hooks_leave(x):
    y = x * 3
    y.register_hook(lambda g: g * 10)
    assert autograd.grad(y.sum(), y)[0].tolist() == [10, 10]


def test_a_hook_sees_the_sum_of_all_shares_once(x):
    seen = []
    y = x * 1
    y.register_hook(lambda g: seen.append(g.tolist()))
    (y * 2 + y * 3).sum().backward()
    assert seen == [[5, 5]]


def test_a_hook_ends_with_its_block(x):
    with x.register_hook(lambda g: g * 2):
        x.sum().backward()
    x.sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_a_hook_after_the_gradient_was_filled(x):
    seen = []
    handle = x.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.tolist()))
    x.sum().backward()
    handle.remove()
    x.sum().backward()
    assert seen == [[1, 1]]


def test_a_hook_on_a_step_sees_what_goes_in_and_out_of_it(x):
    seen = []
    weight = leaf(3.0)
    y = x * weight
    handle = y.grad_fn.register_hook(lambda inner, outer: seen.append((inner, outer)))
    (y * 2).sum().backward(retain_graph=True)
    handle.remove()
    y.sum().backward()
    [((first, second), (outer,))] = seen
    assert (first.tolist(), second.tolist(), outer.tolist()) == ([6, 6], [6], [2, 2])


def test_a_hook_on_a_step_changes_what_it_passes_on(x):
    (y := x * 3).grad_fn.register_hook(lambda inner, outer: (inner[0] * 2, *inner[1:]))
    y.grad_fn.register_hook(lambda inner, outer: (inner[0] + 1, *inner[1:]))
    assert autograd.grad(y.sum(), x, retain_graph=True)[0].tolist() == [7, 7]
    (g,) = autograd.grad((y * x).sum(), x, create_graph=True)
    assert g.tolist() == (x.detach() * 9 + 1).tolist()


def test_a_hook_on_a_step_is_given_none_where_no_gradient_goes(x):
    seen = []
    y = x * minitorch.ones(2)
    y.grad_fn.register_hook(lambda inner, outer: seen.append(inner))
    y.sum().backward()
    assert seen[0][0].tolist() == [1, 1] and seen[0][1:] == (None,)


def test_a_hook_before_a_step_changes_what_it_gets(x):
    (y := x * 3).grad_fn.register_prehook(lambda outer: (outer[0] * 5,))
    y.grad_fn.register_prehook(lambda outer: None)
    y.sum().backward()
    assert x.grad.tolist() == [15, 15]


def test_a_hook_on_a_leafs_step_comes_after_its_gradient(x):
    seen = []
    x.register_hook(lambda g: g * 2)
    collects = (x * 3).grad_fn.next_functions[0][0]
    collects.register_hook(lambda inner, outer: seen.append((inner, outer, x.grad.tolist())))
    (x * 3).sum().backward()
    [(inner, (outer,), grad)] = seen
    assert inner == () and outer.tolist() == grad == [6, 6]


def test_a_hook_on_a_step_must_return_as_many_gradients_as_it_got(x):
    (y := x * 3).grad_fn.register_hook(lambda inner, outer: (*inner, *inner, *inner))
    with pytest.raises(RuntimeError, match="has returned an incorrect number of values"):
        y.sum().backward()


def test_hooks_are_refused_where_they_make_no_sense(x):
    with pytest.raises(
        RuntimeError, match="cannot register a hook on a tensor that doesn't require"
    ):
        x.detach().register_hook(print)
    with pytest.raises(RuntimeError, match="cannot be registered on non-leaf tensors"):
        (x * 2).register_post_accumulate_grad_hook(print)
    with pytest.raises(
        RuntimeError, match="can't retain_grad on Tensor that has requires_grad=False"
    ):
        x.detach().retain_grad()


def test_hooks_that_return_something_else_are_refused(x):
    x.register_hook(lambda g: "g")
    with pytest.raises(TypeError, match="expected Variable, but hook returned 'str'"):
        x.sum().backward()
    y = leaf(1.0, 2.0)
    y.register_hook(lambda g: g[:1])
    with pytest.raises(RuntimeError, match="has changed the size of value"):
        y.sum().backward()


# -------------------------------------------------------------------- older and newer arguments


def test_grad_takes_only_inputs_where_pytorch_has_it(x):
    y = (x * x).sum()
    (g,) = autograd.grad(outputs=y, inputs=x, create_graph=True, only_inputs=True)
    assert g.tolist() == [2 * value for value in x.tolist()]
    with pytest.warns(FutureWarning, match="only_inputs argument is deprecated and is ignored now"):
        autograd.grad(y, x, None, True, False, False)


def test_grad_for_a_dict_of_inputs_is_a_dict(x):
    weight = leaf(3.0)
    found = autograd.grad((x * weight).sum(), {"x": x, "w": weight})
    assert {name: g.tolist() for name, g in found.items()} == {"x": [3, 3], "w": [x.sum().item()]}


def test_backward_takes_the_older_name_of_its_weights(x):
    with pytest.warns(FutureWarning, match="`grad_variables` is deprecated. Use `grad_tensors`"):
        autograd.backward([x * 2], grad_variables=[minitorch.ones(2)])
    assert x.grad.tolist() == [2, 2]
    with (
        pytest.warns(FutureWarning),
        pytest.raises(RuntimeError, match="`grad_tensors` and `grad_variables`"),
    ):
        autograd.backward([x], [minitorch.ones(2)], grad_variables=[minitorch.ones(2)])


# -------------------------------------------------------------------- errors


def test_backward_needs_a_number_or_weights(x):
    with pytest.raises(
        RuntimeError, match="grad can be implicitly created only for scalar outputs"
    ):
        (x * 2).backward()
    with pytest.raises(RuntimeError, match="Mismatch in shape: grad_output"):
        (x * 2).backward(minitorch.ones(3))
    with pytest.raises(TypeError, match="gradients can be either Tensors or None"):
        autograd.backward([x.sum()], [1.0])
    with pytest.raises(RuntimeError, match="1 tensors and 2 gradients"):
        autograd.backward([x.sum()], [None, None])


def test_backward_needs_something_that_requires_grad(x):
    with pytest.raises(RuntimeError, match="does not require grad and does not have a grad_fn"):
        x.detach().sum().backward()
    with pytest.raises(
        RuntimeError, match="One of the differentiated Tensors does not require grad"
    ):
        autograd.grad(x.sum(), [x.detach()])
    with pytest.raises(RuntimeError, match="argument to `backward\\(\\)` cannot be empty"):
        x.sum().backward(inputs=[])


# -------------------------------------------------------------------- several weights at once


def test_several_weights_of_an_output_give_as_many_gradients():
    x = tensor([1.0, 2.0], requires_grad=True)
    weights = tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    (g,) = autograd.grad(x**2, x, weights, is_grads_batched=True, create_graph=True)
    assert g.tolist() == [[2, 0], [0, 4], [2, 4]]
    assert autograd.grad(g.sum(), x)[0].tolist() == [4, 4]
    with pytest.raises(RuntimeError, match="we interpret the first dimension of each grad_output"):
        autograd.grad(x**2, x, weights[0], is_grads_batched=True)


def test_zeros_in_place_of_no_gradient_are_differentiable_where_the_others_are(x):
    y = tensor([1.0, 1.0], requires_grad=True)
    (zeros,) = autograd.grad(x.sum(), y, materialize_grads=True, create_graph=True)
    assert (zeros.tolist(), zeros.requires_grad) == ([0, 0], True)
    assert not autograd.grad(x.sum(), y, materialize_grads=True)[0].requires_grad


def test_gradients_with_respect_to_numbers_are_refused(x):
    with pytest.raises(RuntimeError, match=r"all inputs have to be Tensors .*, but got int"):
        autograd.grad(x.sum(), [x, 3])


def test_gradients_with_respect_to_nothing_are_refused():
    x = tensor([1.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="`inputs` argument to `grad\\(\\)` cannot be empty"):
        autograd.grad(x.sum(), [])
