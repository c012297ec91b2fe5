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
    assert repr(node).startswith("<ExpBackward0 object at 0x")
    assert type(node) is type(pair()[1].exp().grad_fn)


@pytest.mark.parametrize("name", ["saved_tensors_hooks", "save_on_cpu"])
def test_hooks_on_what_backward_keeps_are_refused(name):
    with pytest.raises(RuntimeError, match=f"{name}: minitorch has no hooks on what backward keep"):
        getattr(graph, name)(None, None)
