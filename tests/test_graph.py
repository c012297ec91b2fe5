"""`autograd.graph`: hooks on several gradients."""

import pytest

import minitorch as torch
from minitorch.autograd import graph


def pair():
    return [torch.tensor(v, requires_grad=True) for v in (2.0, 3.0)]


def test_a_hook_waits_for_all_gradients():
    a, b = pair()
    c = torch.ones(1)
    seen = []
    handle = graph.register_multi_grad_hook([a, c, b], seen.append)
    for _ in range(2):
        (a * b).backward()
    assert [[g and g.item() for g in each] for each in seen] == [[3.0, None, 2.0]] * 2
    handle.remove()
    (a * b).backward()
    assert len(seen) == 2


def test_a_hook_may_be_content_with_the_first_gradient():
    a, b = pair()
    seen = []
    graph.register_multi_grad_hook((a, b), seen.append, mode="any")
    (a * b).backward()
    assert len(seen) == 1
    with pytest.raises(ValueError, match="Expects mode to be one of"):
        graph.register_multi_grad_hook((a, b), seen.append, mode="some")


def test_a_write_behind_the_back_can_be_told():
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    before = y._version
    graph.increment_version(y)
    assert y._version == before + 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_nodes_are_what_grad_fn_is():
    assert isinstance((pair()[0] * 2).grad_fn, torch.autograd.graph.Node)


def test_the_class_of_a_node_has_the_name_of_its_step():
    node = (pair()[0] * 2).exp().grad_fn
    (parent, index), (leaf, _) = node.next_functions[0], node.next_functions[0][0].next_functions[0]
    assert [type(each).__name__ for each in (node, parent, leaf)] == [
        "ExpBackward0",
        "MulBackward0",
        "AccumulateGrad",
    ]
    assert index == 0
    assert isinstance(leaf, torch._C._functions.AccumulateGrad)
    assert not isinstance(node, torch._C._functions.AccumulateGrad)
    assert repr(node).startswith("<ExpBackward0 object at 0x")
    assert type(node) is type(pair()[1].exp().grad_fn)


def test_all_gradients_are_those_that_a_backward_comes_by():
    a, b = pair()
    c = a * 2
    seen = []
    graph.register_multi_grad_hook([a, b, c], lambda gs: seen.append([g is None for g in gs]))
    y = c * b
    y.backward(inputs=[b], retain_graph=True)
    y.backward(inputs=[a], retain_graph=True)
    y.backward()
    assert seen == [[True, False, True], [False, True, False], [False, False, False]]


# -------------------------------------------------------------------- edges


def test_an_edge_takes_the_place_of_its_tensor():
    a, _ = pair()
    for x in (a, a * 2, torch.stack([a, a]).max(0).values, torch.stack([a, a]).sort().values):
        y = (x * x).sum()
        edge = graph.get_gradient_edge(x)
        assert torch.autograd.grad(y, edge, retain_graph=True)[0].tolist() == (2 * x).tolist()


def test_an_edge_stays_where_its_tensor_was():
    a, _ = pair()
    x = a * 1
    edge = graph.get_gradient_edge(x)
    x *= 3
    old, new = torch.autograd.grad(x, (edge, x))
    assert (old.item(), new.item()) == (3.0, 1.0)


def test_backward_starts_and_ends_at_edges():
    a, b = pair()
    middle = a * b
    edge = graph.GradientEdge(middle.grad_fn, middle.output_nr)
    torch.autograd.backward(edge, retain_graph=True)
    assert (a.grad.item(), b.grad.item()) == (3.0, 2.0)
    torch.autograd.backward([edge, a * 10], inputs=[a], retain_graph=True)
    assert (a.grad.item(), b.grad.item()) == (3.0 + 3.0 + 10.0, 2.0)
    torch.autograd.backward(middle * 2, inputs=[edge], retain_graph=True)
    high = torch.stack([a, b]).sort().values
    edge = graph.get_gradient_edge(high)
    assert torch.autograd.grad(edge, a, torch.tensor([1.0, 7.0]))[0].item() == 1.0


@pytest.mark.parametrize(
    ("text", "call"),
    [
        (
            "does not require gradients",
            lambda a: graph.get_gradient_edge(a.detach()),
        ),
        (
            "materialize_grads cannot be used when the given input is a GradientEdge",
            lambda a: torch.autograd.grad(
                a * 2, graph.get_gradient_edge(a + 1), materialize_grads=True
            ),
        ),
        (
            "grad can be implicitly created only for scalar outputs",
            lambda a: torch.autograd.grad(graph.get_gradient_edge(a * torch.ones(2)), a),
        ),
    ],
)
def test_edges_refuse(text, call):
    with pytest.raises(RuntimeError, match=text):
        call(pair()[0])


# -------------------------------------------------------------------- nodes


def test_outputs_of_one_op_have_one_node():
    values, _ = torch.stack(pair()).sort()
    values2, _ = torch.stack(pair()).max(0)
    assert values.output_nr == 0
    assert values.grad_fn.name() == "SortBackward0"
    assert values.grad_fn.next_functions[0][0].name() == "StackBackward0"
    assert values2.sum().grad_fn.next_functions[0][0] is values2.grad_fn


def test_which_output_of_a_function_a_tensor_is():
    class Halves(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1, x * 2

        @staticmethod
        def backward(ctx, a, b):
            return a + 2 * b

    a, b = Halves.apply(pair()[0])
    assert (a.output_nr, b.output_nr) == (0, 1)
    assert a.grad_fn is b.grad_fn
    assert (b * 3).grad_fn.next_functions[0] == (b.grad_fn, 1)
    seen = []
    b.grad_fn.register_prehook(lambda gs: seen.append([g.item() for g in gs]))
    (a + 5 * b).backward()
    assert seen == [[1.0, 5.0]]


def test_a_node_can_be_called():
    a, _ = pair()
    y = a**2
    assert y.grad_fn(torch.tensor(10.0)).item() == 40.0
    with pytest.raises(TypeError, match="expected 1 arguments, got 2 instead"):
        y.grad_fn(a.detach(), a.detach())
    left, right = (a * pair()[1]).grad_fn(torch.tensor(1.0))
    assert (left.item(), right.item()) == (3.0, 2.0)


def test_a_node_has_room_for_notes_and_knows_what_it_takes():
    a, _ = pair()
    node = (a * torch.ones(2, 3)).grad_fn
    node.metadata["note"] = 3
    assert node.metadata == {"note": 3}
    (like,) = node._input_metadata
    assert (like.shape, like.dtype) == ((2, 3), torch.float32)
    later = (a * 2).grad_fn
    assert node._sequence_nr() < later._sequence_nr() < node.next_functions[0][0]._sequence_nr()


# -------------------------------------------------------------------- the order of hooks


def hooked(log):
    """b = a.clone() with hooks on tensors, which treble, and on nodes, which double."""

    def on_tensor(g):
        log.append("tensor")
        return g * 3

    def on_node(gs):
        log.append("node")
        return tuple(g * 2 for g in gs)

    a, _ = pair()
    b = a.clone()
    b.grad_fn.register_prehook(on_node)
    b.register_hook(on_tensor)
    collects = b.grad_fn.next_functions[0][0]
    collects.register_prehook(on_node)
    a.register_hook(on_tensor)
    return a, b


def test_hooks_of_tensors_come_before_those_of_nodes():
    log = []
    a, b = hooked(log)
    b.retain_grad()
    b.backward()
    assert log == ["tensor", "node", "tensor", "node"]
    assert (b.grad.item(), a.grad.item()) == (3.0, 36.0)


def test_grad_runs_the_hooks_of_nodes_only_where_it_goes_on():
    log = []
    a, b = hooked(log)
    assert torch.autograd.grad(b * 1, a)[0].item() == 18.0
    assert log == ["tensor", "node", "tensor"]
    log.clear()
    b.backward(inputs=[b])
    assert log == ["tensor", "node"]
    assert b.grad.item() == 3.0


def test_a_handle_takes_out_one_of_two_equal_hooks_once():
    a, _ = pair()
    seen = []
    first = a.register_hook(seen.append)
    a.register_hook(seen.append)
    first.remove()
    first.remove()
    (a * 2).backward()
    assert len(seen) == 1


@pytest.mark.parametrize(
    "register",
    [
        lambda a, y, hook: a.register_hook(hook),
        lambda a, y, hook: a.register_post_accumulate_grad_hook(hook),
        lambda a, y, hook: y.grad_fn.register_hook(hook),
        lambda a, y, hook: y.grad_fn.register_prehook(hook),
    ],
)
def test_a_hook_that_takes_itself_out_leaves_the_next_one_its_turn(register):
    a, _ = pair()
    y, log = a * 2, []

    def once(*given):
        log.append("once")
        first.remove()

    first = register(a, y, once)
    register(a, y, lambda *given: log.append("always"))
    y.backward(retain_graph=True)
    y.backward()
    assert log == ["once", "always", "always"]


def test_a_hook_after_accumulation_returns_nothing():
    a, _ = pair()
    a.register_post_accumulate_grad_hook(lambda a: a.grad)
    with pytest.raises(RuntimeError, match="post accumulate grad hooks should return None"):
        (a * 2).backward()


def test_retain_grad_goes_on_where_an_in_place_operation_leads():
    x = pair()[0] * 1
    x.retain_grad()
    view = x[None]
    view.retain_grad()
    view.mul_(2)
    x.mul_(5)
    (x + view.sum()).backward()
    assert (x.grad.item(), view.grad.tolist()) == (2.0, [1.0])
    assert x.retains_grad
