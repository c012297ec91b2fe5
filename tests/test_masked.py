"""Reductions and normalisations under a mask."""

import math

import numpy as np
import pytest
from against_torch import assert_close

import minitorch
from minitorch import masked, tensor
from minitorch.autograd import gradcheck, gradgradcheck

X = np.random.default_rng(0).uniform(-2, 2, (3, 4))
MASK = np.array([[1, 0, 1, 1], [0, 1, 1, 0], [0, 0, 0, 0]], bool)


def rows(f):
    """`f` on what counts in each row of X that has such elements."""
    return [f(row[mask]) for row, mask in zip(X[:2], MASK[:2], strict=True)]


REDUCTIONS = {
    "sum": (np.sum, 0),
    "prod": (np.prod, 1),
    "amax": (np.max, -math.inf),
    "amin": (np.min, math.inf),
    "mean": (np.mean, math.nan),
    "median": (lambda x: np.sort(x)[(len(x) - 1) // 2], math.nan),
    "norm": (np.linalg.norm, 0),
    "logsumexp": (lambda x: np.log(np.exp(x).sum()), -math.inf),
    "var": (lambda x: np.var(x, ddof=1), math.nan),
    "std": (lambda x: np.std(x, ddof=1), math.nan),
}


@pytest.mark.parametrize("name", REDUCTIONS)
def test_a_reduction_takes_what_the_mask_selects(name):
    f, of_none = REDUCTIONS[name]
    y = getattr(masked, name)(tensor(X), dim=1, mask=tensor(MASK))
    np.testing.assert_allclose(y.numpy(), [*rows(f), of_none])
    whole = getattr(masked, name)(tensor(X), dim=1)
    np.testing.assert_allclose(whole.numpy(), [f(row) for row in X])


@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_the_place_of_an_extreme_is_in_the_dtype_of_the_input(name):
    y = getattr(masked, name)(tensor(X), 1, mask=tensor(MASK))
    inner = np.where(MASK, X, -np.inf if name == "argmax" else np.inf)
    assert y.dtype is minitorch.float64
    assert y.tolist() == getattr(inner, name)(1).tolist()


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin", "cumsum", "cumprod"])
def test_a_normalisation_looks_at_what_the_mask_selects(name):
    y = getattr(masked, name)(tensor(X[:2]), 1, mask=tensor(MASK[:2])).numpy()
    plain = getattr(minitorch.nn.functional, name, None) or getattr(minitorch, name)
    for row, x, mask in zip(y, X, MASK):
        np.testing.assert_allclose(row[mask], plain(tensor(x[mask]), 0).numpy())


def test_rows_are_divided_by_the_norm_of_what_counts():
    y = masked.normalize(tensor([[3.0, 9.0, 4.0]]), 2.0, 1, mask=tensor([True, False, True]))
    np.testing.assert_allclose(y.numpy(), [[0.6, 0, 0.8]], rtol=1e-6)


def test_logaddexp_has_a_mask_for_each():
    x, y = tensor([-1.0, 0.0]), tensor([5.0, 5.0])
    z = masked.logaddexp(x, y, input_mask=tensor([True, False]), other_mask=tensor([False, False]))
    assert z.tolist() == [-1, -math.inf]


@pytest.mark.parametrize(
    ("call", "value"),
    [
        (lambda x, m: masked.sum(x, mask=m), 5),
        (lambda x, m: masked.prod(x, mask=m), 4),
        (lambda x, m: masked.amax(x, mask=m), 4),
        (lambda x, m: masked.amin(x.to(minitorch.uint8), mask=m), 1),
        (lambda x, m: masked.median(x, 0, mask=m), 1),
        (lambda x, m: masked.cumsum(x, 0, mask=m), [1, 1, 5]),
        (lambda x, m: masked.var(x, mask=m, unbiased=False), 2.25),
        (lambda x, m: masked.var(x, mask=m, correction=0), 2.25),
    ],
)
def test_integers_under_a_mask(call, value):
    assert call(tensor([1, 2, 4]), tensor([True, False, True])).tolist() == value


def test_a_mask_broadcasts():
    assert masked.sum(tensor(X), mask=tensor([True, False, False, False])).isclose(
        tensor(X[:, 0].sum())
    )


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda x: masked.sum(x, mask=tensor([[True]])), IndexError, "_input_mask expected broadc"),
        (lambda x: masked.mean(x.int()), ValueError, r"mean\(\): Could not infer output dtype. In"),
        (lambda x: masked.amax(x.bool(), mask=x > 0), NotImplementedError, "identity of amax on t"),
        (lambda x: masked.median(x.int(), mask=x > 9), ValueError, "expects no fully masked out r"),
        (lambda x: masked.var(x, 0, True, correction=1), ValueError, "Only one of unbiased and co"),
    ],
)
def test_what_is_refused(call, error, text):
    with pytest.raises(error, match=text):
        call(minitorch.ones(3))


@pytest.mark.parametrize("name", [*REDUCTIONS, "softmax", "log_softmax", "cumsum", "cumprod"])
def test_derivatives_under_a_mask(name):
    x = tensor(X[:2]).requires_grad_()
    mask = tensor(MASK[:2])

    def f(x):
        y = getattr(masked, name)(x, 1, mask=mask)
        return y if y.ndim == 1 else y.masked_fill(~mask, 0)

    assert gradcheck(f, (x,)) and gradgradcheck(f, (x,))


@pytest.mark.torch
@pytest.mark.parametrize("name", [*REDUCTIONS, "argmax", "argmin", "softmax", "cumprod"])
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_torch_gives_the_same(name, dtype):
    torch = pytest.importorskip("torch")
    if dtype == "int32" and name in ("mean", "norm", "softmax", "logsumexp"):
        pytest.skip("of floats alone")
    x = (X[:2] * 5).astype(dtype)
    ours = getattr(masked, name)(tensor(x), 1, mask=tensor(MASK[:2]))
    theirs = getattr(torch.masked, name)(torch.tensor(x), 1, mask=torch.tensor(MASK[:2]))
    assert_close(ours, theirs, 1e-6)


@pytest.mark.parametrize(
    ("name", "args", "shown"),
    [
        ("sum", (0,), [True, True, False]),
        ("norm", (2.0, 1), [True, True]),
        ("softmax", (0,), [[True, False, False], [False, True, False]]),
        ("amax", (), True),
    ],
)
def test_which_elements_of_a_result_come_of_any(name, args, shown):
    mask = minitorch.tensor([[True, False, False], [False, True, False]])
    op = getattr(minitorch.masked, name)
    assert (
        minitorch.masked._output_mask(op, minitorch.ones(2, 3), *args, mask=mask).tolist() == shown
    )


def test_the_mask_of_a_result_wants_a_masked_operation_and_a_mask():
    x = minitorch.ones(2)
    with pytest.raises(ValueError, match="expected masked operation"):
        minitorch.masked._output_mask(minitorch.exp, x, mask=x > 0)
    with pytest.raises(ValueError, match="requires explicit mask"):
        minitorch.masked._output_mask(minitorch.masked.sum, x)
