"""`torch._foreach_add` and its kind."""

import numpy as np
import pytest

import minitorch
from minitorch import tensor

BINARY = {
    "add", "clamp_max", "clamp_min", "copy", "div", "lerp", "maximum", "minimum", "mul", "pow",
    "sub",
}  # fmt: skip


def lists():
    return [tensor([1.0, 2.0]), tensor([3.0])], [tensor([4.0, 5.0]), tensor([6.0])]


def numbers(tensors):
    return [t.tolist() for t in tensors]


def test_a_list_meets_a_list_a_number_and_a_list_of_numbers():
    a, b = lists()
    assert numbers(minitorch._foreach_add(a, b, alpha=2)) == [[9.0, 12.0], [15.0]]
    assert numbers(minitorch._foreach_mul(a, 3)) == [[3.0, 6.0], [9.0]]
    assert numbers(minitorch._foreach_sub(a, [1.0, 2.0])) == [[0.0, 1.0], [1.0]]
    assert numbers(minitorch._foreach_div(a, tensor(2.0))) == [[0.5, 1.0], [1.5]]
    assert numbers(minitorch._foreach_pow(2.0, a)) == [[2.0, 4.0], [8.0]]
    assert numbers(minitorch._foreach_maximum(a, 2.0)) == [[2.0, 2.0], [3.0]]


def test_the_forms_without_underscore_change_nothing_and_return_a_tuple():
    a, b = lists()
    assert isinstance(minitorch._foreach_addcmul(a, b, b, 0.5), tuple)
    assert numbers(a) == [[1.0, 2.0], [3.0]]


def test_the_forms_in_place_return_the_list_that_they_changed():
    a, b = lists()
    assert minitorch._foreach_addcdiv_(a, b, b, [1.0, 2.0]) is a
    assert numbers(a) == [[2.0, 3.0], [5.0]]
    minitorch._foreach_lerp_(a, b, 0.5)
    assert numbers(a) == [[3.0, 4.0], [5.5]]
    minitorch._foreach_maximum_(a, b)
    assert numbers(a) == [[4.0, 5.0], [6.0]]
    minitorch._foreach_copy_(a, [tensor([1.0, 1.0]), tensor([2.0])])
    minitorch._foreach_sqrt_(a)
    assert numbers(a)[0] == [1.0, 1.0]
    minitorch._foreach_zero_(a)
    assert numbers(a) == [[0.0, 0.0], [0.0]]


def test_norms_and_largest_are_one_number_for_each_tensor():
    a = [tensor([3.0, 4.0]), tensor([-2.0])]
    assert numbers(minitorch._foreach_norm(a)) == [5.0, 2.0]
    assert numbers(minitorch._foreach_norm(a, 1)) == [7.0, 2.0]
    assert numbers(minitorch._foreach_max(a)) == [4.0, -2.0]


def test_lists_of_several_lengths_and_empty_ones_are_refused():
    a, b = lists()
    with pytest.raises(RuntimeError, match="must have the same number of tensors, got 2 and 1"):
        minitorch._foreach_add(a, b[:1])
    with pytest.raises(RuntimeError, match="Tensor list must have at least one tensor"):
        minitorch._foreach_abs([])
    with pytest.raises(RuntimeError, match="must have same number of elements as scalar list"):
        minitorch._foreach_mul(a, [1.0])


def test_only_lists_of_tensors_are_taken():
    a, b = lists()
    with pytest.raises(TypeError, match="expected Tensor as element 0 in argument 0"):
        minitorch._foreach_add([1.0], 1)
    with pytest.raises(TypeError, match="argument 0 must be a list of Tensors, not Tensor"):
        minitorch._foreach_add(a[0], 1)
    with pytest.raises(RuntimeError, match="scalar tensor expected to be 0 dim but it has 1 dim"):
        minitorch._foreach_add(a, b[0])


def test_the_others_may_be_named_as_in_pytorch():
    a, b = lists()
    assert numbers(minitorch._foreach_add(self=a, other=b)) == [[5.0, 7.0], [9.0]]
    assert numbers(minitorch._foreach_mul(a, scalars=[2.0, 3.0])) == [[2.0, 4.0], [9.0]]
    assert numbers(minitorch._foreach_addcmul(a, b, b, scalars=[0.0, 1.0])) == [[1.0, 2.0], [39.0]]


def test_the_factors_of_addcmul_may_lie_in_one_tensor():
    a, b = lists()
    assert numbers(minitorch._foreach_addcmul(a, b, b, tensor([0.0, 1.0]))) == [[1.0, 2.0], [39.0]]
    with pytest.raises(RuntimeError, match=r"packed scalar Tensor to be of dimension 1\. Got 0"):
        minitorch._foreach_addcdiv_(a, b, b, tensor(1.0))
    with pytest.raises(RuntimeError, match="to match input of length 2 but got 1 instead"):
        minitorch._foreach_addcdiv_(a, b, b, tensor([1.0]))
    with pytest.raises(RuntimeError, match="Expected scalars to be contiguous"):
        minitorch._foreach_addcdiv(a, b, b, minitorch.ones(2, 2)[:, 1])


def test_clones_products_and_sums_of_powers():
    a, _ = lists()
    (clone, _) = minitorch._foreach_clone(a)
    assert clone.tolist() == [1.0, 2.0] and clone is not a[0]
    assert numbers(minitorch._foreach_mm([minitorch.ones(1, 2)], [minitorch.ones(2, 1)])) == [
        [[2.0]]
    ]
    assert numbers(minitorch._foreach_powsum(a, 2)) == [5.0, 9.0]


@pytest.mark.torch
def test_values_are_those_of_pytorch():
    torch = pytest.importorskip("torch")
    from minitorch.methods import foreach

    rng = np.random.default_rng(0)
    arrays = [rng.uniform(0.2, 0.9, shape).astype("f4") for shape in ((2, 3), (4,))]
    names = [n for n in dir(foreach) if n.startswith("_foreach_") and hasattr(torch, n)]
    names = [n for n in names if n != "_foreach_mm"]  # of matrices alone
    assert len(names) > 70
    for name in names:
        form = name.removeprefix("_foreach_").removesuffix("_")
        count = {"addcmul": 2, "addcdiv": 2}.get(form, 1 if form in BINARY else 0)
        others = {"lerp": (0.3,)}.get(form, ())
        made = []
        for lib in (minitorch, torch):
            first, *more = ([lib.tensor(a) for a in arrays] for _ in range(1 + count))
            made.append(getattr(lib, name)(first, *more, *others))
        for ours, theirs in zip(made[0], made[1], strict=True):
            np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=2e-6, err_msg=name)


def test_tensors_are_grouped_by_dtype_with_their_places():
    from minitorch.utils._foreach_utils import (
        _group_tensors_by_device_and_dtype,
        _has_foreach_support,
    )

    a = [tensor([1.0]), tensor([1]), tensor([2.0])]
    b = [tensor([3.0]), tensor([4.0]), tensor([5.0])]
    groups = _group_tensors_by_device_and_dtype([a, b, []], with_indices=True)
    assert [dtype for _, dtype in groups] == [minitorch.float32, minitorch.int64]
    (first, second, none), places = groups[a[0].device, minitorch.float32]
    assert first[1] is a[2] and second[1] is b[2] and none == [] and places == [0, 2]
    assert _has_foreach_support([*a, None], a[0].device)
    assert not _has_foreach_support([minitorch.nn.Parameter(a[0])], a[0].device)
