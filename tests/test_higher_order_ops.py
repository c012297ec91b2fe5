"""Scans under functions of the caller's."""

import pytest

import minitorch as mt
from minitorch._higher_order_ops.associative_scan import associative_scan

X = mt.arange(1.0, 8.0)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7])
@pytest.mark.parametrize("reverse", [False, True])
def test_a_scan_of_sums_is_a_cumulative_sum(n, reverse):
    x = mt.arange(2.0 * n).reshape(2, n)
    y = associative_scan(lambda a, b: a + b, x, 1, reverse, "generic")
    wanted = x.flip(1).cumsum(1).flip(1) if reverse else x.cumsum(1)
    assert y.tolist() == wanted.tolist()


def recurrence(left, right):
    return left[0] * right[0], left[1] * right[0] + right[1]


def test_a_scan_of_pairs_solves_a_linear_recurrence_and_is_differentiable():
    a, u = mt.rand(2, 9, 3), mt.rand(2, 9, 3, requires_grad=True)
    _, states = associative_scan(recurrence, (a, u), dim=1, combine_mode="generic")
    state, wanted = mt.zeros(2, 3), []
    for t in range(9):
        state = a[:, t] * state + u[:, t]
        wanted.append(state)
    mt.testing.assert_close(states, mt.stack(wanted, 1))
    (ours,) = mt.autograd.grad(states.square().sum(), u)
    (theirs,) = mt.autograd.grad(mt.stack(wanted, 1).square().sum(), u)
    mt.testing.assert_close(ours, theirs)


def test_order_is_kept_for_functions_that_do_not_commute():
    turns = mt.randn(6, 2, 2, dtype=mt.float64)
    y = associative_scan(lambda a, b: a @ b, turns, 0, combine_mode="generic")
    mt.testing.assert_close(y[-1], mt.linalg.multi_dot(list(turns)))


REFUSED = [
    ((None, X, 0), {}, ValueError, "Combine_fn must be a callable, but got None"),
    ((max, X, 0.0), {}, ValueError, "Dim must be an int, but got <class 'float'>"),
    ((max, X, 0, 1), {}, RuntimeError, "Reverse must be a bool, but got <class 'int'>"),
    ((max, X, 0), {"combine_mode": "any"}, ValueError, "Combine_mode must either 'pointwise' or"),
    ((max, X, 0), {}, ValueError, "all input tensors need to be on CUDA or XPU"),
    ((max, [], 0), {"combine_mode": "generic"}, ValueError, "Expected at least 1 xs leaf"),
    ((max, [1], 0), {"combine_mode": "generic"}, ValueError, "xs leaves must be a Tensor"),
    ((max, X[:0], 0), {"combine_mode": "generic"}, ValueError, "scan dimension > 0"),
]


@pytest.mark.parametrize(("args", "kwargs", "kind", "match"), REFUSED)
def test_a_scan_refuses(args, kwargs, kind, match):
    with pytest.raises(kind, match=match):
        associative_scan(*args, **kwargs)
