"""Reductions, scans, order statistics, norms, sorting and counting: what rows can't say."""

import math

import numpy as np
import pytest

import minitorch
from minitorch import tensor
from minitorch.autograd import grad, gradcheck

HALF = np.random.default_rng(1).normal(size=4000).astype(np.float16) * 8


def leaf(*values):
    return tensor(values, dtype=minitorch.float64, requires_grad=True)


# -------------------------------------------------------------------- accumulation and dtypes


@pytest.mark.parametrize(
    "f, like",
    [
        (lambda x: x.sum(0), lambda x: x.sum(0)),
        (lambda x: x.mean(0), lambda x: x.mean(0)),
        (lambda x: x.nansum(0), lambda x: x.sum(0)),
        (lambda x: x.var(0), lambda x: x.var(0, ddof=1)),
        (lambda x: x.std(0), lambda x: x.std(0, ddof=1)),
        (lambda x: x.norm(dim=0), lambda x: np.sqrt((x * x).sum(0))),
        (lambda x: x.cumsum(0), lambda x: x.cumsum(0)),
        (lambda x: (x / 99).logsumexp(0), lambda x: np.log(np.exp(x / 99).sum(0))),
    ],
)
def test_float16_is_accumulated_in_float32_and_rounded_once(f, like):
    x = HALF.reshape(2000, 2)
    wanted = like(x.astype(np.float64))
    found = f(tensor(x))
    assert found.dtype is minitorch.float16
    np.testing.assert_allclose(found.numpy().astype(np.float64), wanted, rtol=1.2e-3, atol=0.02)


@pytest.mark.parametrize("name", ["sum", "prod", "nansum", "cumsum", "cumprod"])
def test_dtype_is_that_of_the_value_though_small_integers_are_widened(name):
    f = getattr(minitorch, name)
    x = tensor([100, 100, 100], dtype=minitorch.uint8)
    dim = (0,) if name.startswith("cum") else ()
    assert f(x, *dim).dtype is minitorch.int64
    for kind in (minitorch.uint8, minitorch.int32, minitorch.float32):
        assert f(x, *dim, dtype=kind).dtype is kind


def test_mean_of_integers_takes_a_float_dtype():
    x = tensor([[3, 1, 2], [9, 9, 1]])
    assert x.mean(dtype=minitorch.float64).item() == pytest.approx(25 / 6)
    assert x.mean(dtype=minitorch.float16).item() == pytest.approx(25 / 6, abs=2e-3)
    wide = tensor([1.0, 3.0], requires_grad=True)
    (g,) = grad(wide.mean(dtype=minitorch.float64), wide)
    assert g.dtype is minitorch.float32 and g.tolist() == [0.5, 0.5]


def test_all_and_any_keep_uint8_and_take_each_element_without_dimensions():
    x = tensor([0, 5], dtype=minitorch.uint8)
    assert x.any().dtype is minitorch.uint8 and x.any() == 1 and x.all() == 0
    assert tensor([0, 5]).any(dim=()).tolist() == [False, True]


# -------------------------------------------------------------------- gradients


@pytest.mark.parametrize("values", [(2, 3, 4), (2, 0, 4), (0, 3, 0), (0, 0, 0)])
def test_products_have_right_derivatives_of_third_order_whatever_is_zero(values):
    def second(f):
        def of(x):
            (first,) = grad(f(x), x, create_graph=True)
            return grad((first * first * first).sum() + first.sum(), x, create_graph=True)[0]

        return of

    x = leaf(*values)
    assert gradcheck(second(minitorch.prod), (x,))
    assert gradcheck(
        second(lambda x: (minitorch.cumprod(x, 0) * leaf(1, 2, 3).detach()).sum()), (x,)
    )


def test_equal_extremes_share_the_gradient_over_all_and_the_first_has_it_along_a_dimension():
    x = leaf(3, 1, 3)
    for f in (minitorch.max, minitorch.amax, lambda x: minitorch.aminmax(x).max):
        assert grad(f(x), x)[0].tolist() == [0.5, 0, 0.5]
    assert grad(x.max(0).values, x)[0].tolist() == [1, 0, 0]
    assert grad(x.cummax(0).values.sum(), x)[0].tolist() == [2, 0, 1]
    x = leaf(2, 1, 2, 5)
    assert grad(x.median(), x)[0].tolist() == [0.5, 0, 0.5, 0]
    x = leaf(math.nan, 1, math.nan)
    assert grad(x.max(), x)[0].tolist() == [0.5, 0, 0.5]
    assert grad(x.nanmedian(), x)[0].tolist() == [0, 1, 0]


def test_a_norm_of_zero_has_gradient_zero():
    for p in (2, 3, 1.5, 1, math.inf):
        x = leaf(0, 0)
        assert grad(x.norm(p), x)[0].tolist() == [0, 0]
    x = leaf(-2, 2, 1)
    assert grad(x.norm(math.inf), x)[0].tolist() == [-0.5, 0.5, 0]


def test_logsumexp_and_logcumsumexp_stand_infinities():
    x = tensor([-math.inf, -math.inf])
    assert minitorch.logsumexp(x, 0).item() == -math.inf
    assert minitorch.logcumsumexp(x, 0).tolist() == [-math.inf, -math.inf]
    assert minitorch.logsumexp(tensor([math.inf, 1.0]), 0).item() == math.inf
    assert minitorch.logsumexp(minitorch.zeros(0, 2), 0).tolist() == [-math.inf, -math.inf]
    x = leaf(-math.inf, 0.0, 0.0)
    assert grad(minitorch.logcumsumexp(x, 0)[1:].sum(), x)[0].tolist() == [0, 1.5, 0.5]


def test_quantile_has_a_gradient_for_the_share_too():
    x, q = leaf(1, 5, 2), leaf(0.2, 0.6)
    assert gradcheck(minitorch.quantile, (x, q))


def test_nodes_are_called_as_in_pytorch():
    x = minitorch.ones(2, 2, requires_grad=True)
    for y, name in [
        (x.prod(), "ProdBackward0"), (x.prod(0), "ProdBackward1"), (x.amax(), "AmaxBackward0"),
        (x.max(), "MaxBackward1"), (x.max(0).values, "MaxBackward0"),
        (x.median(), "MedianBackward0"), (x.median(0).values, "MedianBackward1"),
        (x.nanmedian(0).values, "NanmedianBackward1"), (x.norm(), "LinalgVectorNormBackward0"),
        (x.cumsum(0), "CumsumBackward0"), (x.kthvalue(1).values, "KthvalueBackward0"),
        (x.logsumexp(0), "LogsumexpBackward0"), (minitorch.dist(x, x), "DistBackward0"),
    ]:  # fmt: skip
        assert y.grad_fn.name() == name


# -------------------------------------------------------------------- forms of calls


def test_several_outputs_have_pytorch_names_and_print_so():
    found = tensor([[2, 1], [3, 4]]).median(0)
    assert repr(found) == (
        "torch.return_types.median(\nvalues=tensor([2, 1]),\nindices=tensor([0, 0]))"
    )
    assert repr(minitorch.aminmax(tensor([1, 2]))) == (
        "torch.return_types.aminmax(\nmin=tensor(1),\nmax=tensor(2))"
    )
    hist, edges = minitorch.histogram(tensor([1.0, 2.0]), 2)
    assert hist.tolist() == [1, 1] and edges.tolist() == [1, 1.5, 2]


def test_out_is_written_to_and_a_tuple_of_them_for_several_outputs():
    x = tensor([[3.0, 1.0], [2.0, 5.0]])
    values, indices = minitorch.empty(0), minitorch.empty(0, dtype=minitorch.int64)
    for name, setting in [
        ("max", 1), ("min", 1), ("sort", 1), ("topk", 1), ("median", 1), ("mode", 1),
        ("kthvalue", 2), ("cummax", 1), ("cummin", 1), ("nanmedian", 1),
    ]:  # fmt: skip
        f = getattr(minitorch, name)
        wanted = f(x, setting)
        found = f(x, setting, out=(values, indices))
        assert found.values is values and found.indices is indices
        assert values.tolist() == wanted.values.tolist()
        assert indices.tolist() == wanted.indices.tolist()
        values, indices = minitorch.empty(0), minitorch.empty(0, dtype=minitorch.int64)
    out = minitorch.empty(2)
    for name in ("sum", "mean", "prod", "nansum", "nanmean", "amax", "logsumexp", "std", "var"):
        f = getattr(minitorch, name)
        assert f(x, 1, out=out) is out and out.tolist() == f(x, 1).tolist()
    assert minitorch.norm(x, dim=0, out=out) is out
    assert minitorch.quantile(x, 0.5, 0, out=out) is out


def test_out_of_another_dtype_or_with_the_input_in_it_is_refused():
    x = tensor([1.0, 2.0])
    with pytest.raises(RuntimeError, match="Expected the dtype for input and out to match, but"):
        minitorch.amax(x, 0, out=minitorch.empty((), dtype=minitorch.int32))
    with pytest.raises(RuntimeError, match="Expected out tensor to have dtype float, but got doub"):
        minitorch.aminmax(x, out=(minitorch.empty(()), minitorch.empty((), dtype=minitorch.double)))
    with pytest.raises(RuntimeError, match="unsupported operation"):
        minitorch.kthvalue(x, 1, out=(x, minitorch.empty(0, dtype=minitorch.int64)))
    with pytest.raises(RuntimeError, match="output tensor's dtype is wrong"):
        minitorch.searchsorted(x, x, out=minitorch.empty(2, dtype=minitorch.int32))


def test_scans_and_renorm_work_in_place():
    x = tensor([[1.0, 2.0], [3.0, 4.0]])
    assert x.cumsum_(0) is x and x.tolist() == [[1, 2], [4, 6]]
    assert x.cumprod_(1).tolist() == [[1, 2], [4, 24]]
    x = tensor([[3.0, 4.0], [0.0, 0.5]])
    assert x.renorm_(2, 0, 1.0).norm(dim=1).tolist() == pytest.approx([1, 0.5])


def test_variance_and_mean_take_unbiased_in_place_of_dimensions():
    x = tensor([1.0, 2.0, 6.0])
    assert [y.item() for y in minitorch.var_mean(x, False)] == pytest.approx([14 / 3, 3])
    assert [y.item() for y in minitorch.std_mean(x, True)] == pytest.approx([7**0.5, 3])


def test_max_of_two_may_name_the_other():
    assert minitorch.max(tensor([1, 5]), other=tensor([3, 2])).tolist() == [3, 5]
    assert minitorch.min(tensor([[1, 5]]), axis=1, keepdims=True).values.tolist() == [[1]]


# -------------------------------------------------------------------- order, equality, bins


def test_the_median_of_an_even_number_is_the_lower_and_nan_is_found_first():
    assert tensor([4.0, 1.0, 3.0, 2.0]).median().item() == 2
    values, indices = tensor([1.0, math.nan, 0.0, math.nan]).median(0)
    assert math.isnan(values.item()) and indices.item() == 1
    assert tensor([1.0, math.nan, 0.0, 5.0]).nanmedian(0).values.item() == 1
    assert math.isnan(minitorch.zeros(0).median().item())


@pytest.mark.parametrize(
    "find", [lambda x: x.median(1), lambda x: x.nanmedian(1), lambda x: x.kthvalue(2, 1)]
)
def test_no_rows_have_no_medians(find):
    values, indices = find(minitorch.zeros(0, 5))
    assert values.shape == indices.shape == (0,)
    assert indices.dtype is minitorch.int64


def test_running_extremes_pass_nan_on_and_name_the_last_of_equal_elements():
    values, indices = minitorch.cummax(tensor([1.0, 1.0, math.nan, 5.0, math.nan]), 0)
    assert values.tolist()[:2] == [1, 1] and np.isnan(values.numpy()[2:]).all()
    assert indices.tolist() == [0, 1, 2, 2, 4]


def test_each_nan_is_unique_and_slices_may_be_compared():
    x = tensor([math.nan, 1.0, math.nan])
    assert minitorch.unique(x).numel() == 3
    x = tensor([[1, 2, 1], [3, 4, 3]])
    values, inverse, counts = x.unique(return_inverse=True, return_counts=True, dim=1)
    assert values.tolist() == [[1, 2], [3, 4]]
    assert inverse.tolist() == [0, 1, 0] and counts.tolist() == [2, 1]
    values, counts = tensor([[1, 1], [1, 1], [2, 2]]).unique_consecutive(dim=0, return_counts=True)
    assert values.tolist() == [[1, 1], [2, 2]] and counts.tolist() == [2, 1]
    assert minitorch.zeros(0, 3).unique(dim=0).shape == (0, 3)


def test_searchsorted_takes_a_sorter_and_refuses_contradictions():
    row, sorter = tensor([5.0, 1.0, 3.0]), tensor([1, 2, 0])
    assert minitorch.searchsorted(row, tensor([0.0, 3.0, 9.0]), sorter=sorter).tolist() == [0, 1, 3]
    rows = tensor([[5.0, 1.0], [0.0, 2.0]])
    order = tensor([[1, 0], [0, 1]])
    assert minitorch.searchsorted(rows, tensor([[2.0], [2.0]]), sorter=order).tolist() == [[1], [1]]
    for settings, text in [
        ({"side": "left", "right": True}, "side and right can't be set to opposites"),
        ({"side": "middle"}, "side can only be 'left' or 'right' but got middle"),
        ({"sorter": tensor([0, 1])}, "boundary and sorter must have the same size"),
        ({"sorter": tensor([0.0, 1.0, 2.0])}, "sorter must be a tensor of long dtype"),
    ]:
        with pytest.raises(RuntimeError, match=text):
            minitorch.searchsorted(row, tensor([1.0]), **settings)
    with pytest.raises(RuntimeError, match="input value can be a scalar only when boundaries"):
        minitorch.searchsorted(rows, 1.0)


def test_float16_gradients_of_what_was_broadcast_are_added_in_float32():
    b = minitorch.zeros(1, dtype=minitorch.float16, requires_grad=True)
    x = minitorch.full((3000, 1), 1.001, dtype=minitorch.float16)
    (x * b).sum(1).backward(minitorch.ones(3000, dtype=minitorch.float16))
    assert b.grad.item() == x.float().sum().half().item()


@pytest.mark.parametrize("largest", [True, False])
def test_of_many_equal_elements_topk_takes_the_first(largest):
    x = minitorch.arange(600) % 3
    values, indices = x.topk(4, largest=largest)
    assert values.tolist() == [2 * largest] * 4
    assert indices.tolist() == [i * 3 + 2 * largest for i in range(4)]


def test_searchsorted_warns_of_a_tensor_that_it_copies():
    rows = tensor([[1.0, 2.0], [3.0, 4.0]])
    with pytest.warns(UserWarning, match="boundary tensor is non-contiguous"):
        found = minitorch.searchsorted(rows.t(), rows)
    assert found.tolist() == [[0, 1], [1, 1]]


def test_points_of_no_dimensions_have_one_empty_cell():
    assert minitorch.histogramdd(minitorch.ones(5, 0), 3).hist.item() == 0


@pytest.mark.parametrize("name", ["argmax", "argmin", "prod", "cumsum", "cumprod"])
def test_several_dimensions_are_a_type_error_where_there_can_be_one(name):
    with pytest.raises(TypeError, match="argument 'dim' must be int, not tuple"):
        getattr(minitorch, name)(minitorch.ones(2, 2), dim=(0, 1))


def test_a_sorter_that_names_what_is_not_there_is_refused():
    with pytest.raises(RuntimeError, match="sorter index out of range"):
        minitorch.searchsorted(tensor([1.0, 3.0]), tensor([1.0]), sorter=tensor([0, 2]))


def test_a_bin_holds_its_left_edge_and_the_last_one_both():
    x = tensor([0.0, 1.0, 2.0, 2.0, 3.0, math.nan])
    assert minitorch.histc(x, 2, min=0, max=2).tolist() == [1, 3]
    hist, edges = minitorch.histogram(x[:-1], tensor([0.0, 1.0, 2.0]))
    assert hist.tolist() == [1, 3] and edges.tolist() == [0, 1, 2]
    points = tensor([[0.0, 0.0], [1.0, 3.0], [1.0, 9.0]])
    hist, edges = minitorch.histogramdd(points, [2, 1], range=[0.0, 1.0, 0.0, 4.0])
    assert hist.tolist() == [[1], [1]] and [e.tolist() for e in edges] == [[0, 0.5, 1], [0, 4]]


@pytest.mark.parametrize(
    "call, text",
    [
        (
            lambda x: minitorch.histogram(x, 2, range=(1.0,)),
            "range should have 2 elements, but got",
        ),
        (lambda x: minitorch.histogram(x, 2, range=(2.0, 1.0)), "min should not exceed max"),
        (lambda x: minitorch.histogram(x * math.inf, 2), "is not finite"),
        (lambda x: minitorch.histogram(x, tensor([1, 2])), "should have the same dtype"),
        (lambda x: minitorch.histogram(x, minitorch.zeros(0)), "at least 1 element"),
        (lambda x: minitorch.histogram(x, 2, weight=minitorch.ones(3)), "same shape as the input"),
        (lambda x: minitorch.histogram(x, 2, weight=tensor([1, 2])), "same dtype, but got input"),
        (lambda x: minitorch.histogramdd(x, [1]), "at least 2 dimensions"),
        (lambda x: minitorch.bincount(tensor([1]), x), "same length as input"),
        (lambda x: minitorch.quantile(x, x[None]), "q must be a scalar or 1D tensor"),
        (lambda x: minitorch.quantile(x, x.double()), "same dtype as the input tensor"),
        (lambda x: minitorch.quantile(x, x), r"q values must be in the range \[0, 1\]"),
        (lambda x: minitorch.norm(x, dtype=minitorch.int32), "should be floating point or complex"),
        (lambda x: minitorch.norm(x, dtype=minitorch.half), "convertible without narrowing"),
        (lambda x: minitorch.nanmean(x, dtype=minitorch.int32), "Optional dtype must be"),
        (lambda x: minitorch.topk(x > 1, 1), "topk does not support bool"),
        (lambda x: minitorch.cov(x, aweights=x * 0), "weights sum to zero, can't be normalized"),
        (lambda x: minitorch.cov(x, aweights=x[None]), "to have one or fewer dimensions"),
        (lambda x: minitorch.diff(x, prepend=x[None]), "the same dimension as input"),
    ],
)
def test_these_are_refused_with_this_text(call, text):
    with pytest.raises(RuntimeError, match=text):
        call(tensor([1.0, 2.0]))


def test_indices_out_of_reach_and_elements_that_are_missing_are_index_errors():
    for call, text in [
        (lambda: minitorch.trapezoid(tensor(1.0)), "but tensor has no dimensions"),
        (lambda: minitorch.zeros(2, 0).max(1), r"max\(\): Expected reduction dim 1 to have non"),
        (lambda: minitorch.zeros(2, 0).argmin(-1), r"argmin\(\): Expected reduction dim 1"),
        (lambda: minitorch.zeros(2, 0).median(1), r"median\(\): Expected reduction dim 1"),
        (lambda: minitorch.zeros(0).mode(), r"mode\(\): Expected reduction dim 0"),
        (lambda: minitorch.zeros(2, 0).aminmax(dim=1), "Expected reduction dim 1 to have non-zero"),
    ]:
        with pytest.raises(IndexError, match=text):
            call()


def test_too_few_observations_warn():
    with pytest.warns(Warning, match="degrees of freedom is <= 0|divide"):  # and NumPy of 0 / 0
        assert math.isnan(minitorch.cov(tensor([1.0])).item())


# -------------------------------------------------------------------- PyTorch

WAYS = [
    ("sort", {"descending": True}), ("sort", {"dim": 0}), ("argsort", {"dim": 0, "stable": True}),
    ("unique", {"return_inverse": True, "return_counts": True}), ("unique", {"dim": 0}),
    ("unique_consecutive", {"return_inverse": True, "return_counts": True}),
    ("unique_consecutive", {"dim": 1}), ("nansum", {"dim": 1}), ("nanmean", {}),
    ("nanquantile", {"q": 0.3, "dim": 1}), ("nanmedian", {"dim": 1}), ("median", {"dim": 0}),
    ("cummax", {"dim": 1}), ("cummin", {"dim": 0}), ("logcumsumexp", {"dim": 1}), ("max", {}),
    ("amin", {"dim": 0}), ("argmax", {"dim": 0}), ("aminmax", {"dim": 1}), ("norm", {"p": 3}),
    ("count_nonzero", {}), ("diff", {"n": 2, "dim": 0}), ("trapezoid", {"dim": 0}),
]  # fmt: skip


@pytest.mark.torch
@pytest.mark.parametrize("name, settings", WAYS)
@pytest.mark.parametrize("nan", [False, True])
def test_torch_gives_the_same_for_repeated_elements_and_nan(name, settings, nan):
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(5).integers(-2, 3, (4, 5)).astype(np.float32)
    if name in ("median", "nanmedian", "sort", "argsort") and "stable" not in settings:
        x = (
            x + np.random.default_rng(6).permutation(20).reshape(4, 5) / 64
        )  # which of equals, differs
    if nan:
        x[1, 2] = x[3, 2] = np.nan
    wanted = getattr(torch, name)(torch.from_numpy(x), **settings)
    found = getattr(minitorch, name)(tensor(x), **settings)
    assert isinstance(found, tuple) == isinstance(wanted, tuple)
    pairs = zip(found, wanted, strict=True) if isinstance(found, tuple) else [(found, wanted)]
    for a, b in pairs:
        assert repr(a.dtype) == repr(b.dtype)
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6)


@pytest.mark.parametrize("name", ["max", "min", "median", "cummax", "sort"])
def test_the_values_of_a_single_number_are_its_own(name):
    x = minitorch.tensor(3.0)
    getattr(x, name)(dim=0)[0].add_(1)
    assert x.item() == 3


# -------------------------------------------------------------------- segments


@pytest.mark.parametrize(
    ("reduce", "empty"),
    [("sum", 0), ("mean", math.nan), ("prod", 1), ("max", -math.inf), ("min", math.inf)],
)
def test_an_empty_segment_is_what_pytorch_makes_of_it(reduce, empty):
    lengths = tensor([0, 2])
    first = minitorch.segment_reduce(tensor([3.0, 4.0]), reduce, lengths=lengths)[0].item()
    assert first == empty or (math.isnan(first) and math.isnan(empty))
    with_initial = minitorch.segment_reduce(minitorch.ones(2), reduce, lengths=lengths, initial=7)
    assert with_initial[0].item() == 7


def test_an_initial_value_takes_no_gradient_from_an_equal_maximum():
    x = tensor([1.0, 2.0, 2.0], requires_grad=True)
    minitorch.segment_reduce(x, "max", lengths=tensor([3]), initial=2).backward(minitorch.ones(1))
    assert x.grad.tolist() == [0, 0.5, 0.5]


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"lengths": [2]}, "argument 'lengths' must be Tensor, not list"),
        ({"lengths": tensor([2]), "initial": "1"}, "argument 'initial' must be Number, not str"),
    ],
)
def test_segments_need_a_tensor_and_a_number(settings, text):
    with pytest.raises(TypeError, match=text):
        minitorch.segment_reduce(minitorch.ones(2), "sum", **settings)


def test_segments_by_indices_are_not_supported_as_in_pytorch():
    with pytest.raises(RuntimeError, match="indices based reduction is not supported yet"):
        minitorch.segment_reduce(minitorch.ones(2), "sum", indices=tensor([0, 0]))
