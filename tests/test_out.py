"""`out=`: what it is refused for, and what it does where several tensors are written."""

import pytest

import minitorch as m

NO_GRADIENT = "functions with out=... arguments don't support automatic differentiation"


@pytest.mark.parametrize(
    "name, call",
    [
        ("amin(): ", lambda out: m.amin(m.ones(2, 2), 0, out=out)),
        ("aten::heaviside(): ", lambda out: m.heaviside(m.ones(2), m.ones(2), out=out)),
        ("div(): ", lambda out: m.div(m.ones(2), m.ones(2), out=out)),
        ("where(): ", lambda out: m.where(m.ones(2) > 0, m.ones(2), m.ones(2), out=out)),
        ("special_log_ndtr(): ", lambda out: m.special.log_ndtr(m.ones(2), out=out)),
        ("", lambda out: m.arange(2.0, out=out)),
        ("", lambda out: m.linspace(0, 1, 2, out=out)),
        ("geqrf(): ", lambda out: m.geqrf(m.ones(2, 2), out=(out, m.empty(0)))),
        ("conj_physical(): ", lambda out: m.conj_physical(m.ones(2), out=out)),
    ],
    ids=str,
)
def test_an_out_that_requires_grad_is_refused(name, call):
    with pytest.raises(RuntimeError) as caught:
        call(m.ones(2).requires_grad_())
    assert str(caught.value).startswith(name + NO_GRADIENT)


def test_lu_writes_into_out():
    A = m.tensor([[2.0, 1.0], [1.0, 3.0]])
    out = (m.empty(0), m.empty(0, dtype=m.int32))
    made = m.lu(A, out=out)
    assert made is out
    assert all(y.equal(wanted) for y, wanted in zip(out, m.lu(A), strict=True))


def test_conj_physical_gives_out_its_shape():
    out = m.empty(0)
    assert m.conj_physical(m.ones(2, 3), out=out) is out
    assert out.equal(m.ones(2, 3))


def test_an_out_of_no_elements_does_not_overlap():
    out = m.empty(1, 0, 5)
    assert m.empty(1, 0, 5, out=out) is out


def test_lstsq_writes_into_out():
    A, B = m.tensor([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]]), m.ones(3, 1)
    wanted = m.linalg.lstsq(A, B)
    out = tuple(m.empty(0, dtype=y.dtype) for y in wanted)
    m.linalg.lstsq(A, B, out=out)
    assert all(y.equal(other) for y, other in zip(out, wanted, strict=True))


@pytest.mark.parametrize("f", [m.sum, m.prod, m.cumsum, m.cumprod])
def test_the_dtype_of_out_is_that_of_a_sum(f):
    out = m.empty(0, dtype=m.int32)
    assert f(m.tensor([1.5, 2.5]), 0, out=out) is out
    assert out.dtype is m.int32 and out.tolist() == f(m.tensor([1, 2]), 0).tolist()


def test_uint8_has_a_place_for_other_integers():
    out = m.empty(2, dtype=m.uint8)
    m.add(m.tensor([1, 2]), 1, out=out)
    assert out.tolist() == [2, 3]
    m.sum(m.ones(3, 2, dtype=m.uint8), 0, out=out)
    assert out.tolist() == [3, 3]


def test_all_and_any_take_uint8_for_their_result():
    assert m.any(m.ones(2, 2), 0, out=m.empty(2, dtype=m.uint8)).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda x: m.max(x, 0, out=(m.empty(0), m.empty(0))), "have dtype long int, but got float"),
        (lambda x: m.quantile(x, 0.5, out=m.empty(0, dtype=m.float64)), "must be same dtype as th"),
        (
            lambda x: m.any(x, 0, out=m.empty(())),
            "any only supports bool tensor for result, got: F",
        ),
        (lambda x: m.abs(x, out=m.empty(0, dtype=m.float64)), "Found dtype Double but expected F"),
        (lambda x: m.signbit(x, out=m.empty(0)), "signbit does not support non-boolean outputs"),
        (lambda x: m.det(m.eye(2), out=m.empty(0, dtype=m.int32)), "dtype float, but got int inst"),
        (
            lambda x: m.linalg.cond(m.eye(2), out=m.empty(0, dtype=m.int32)),
            "linalg.cond: Expected result to be safely castable from Float dtype, but got result w",
        ),
        (lambda x: m.argmax(x, 0, out=m.empty(())), "have dtype long int, but got float instead"),
        (
            lambda x: m.topk(x, 1, out=(m.empty(0), m.empty(0))),
            "have dtype long int, but got float",
        ),
        (
            lambda x: m.mode(x, out=(m.empty(0, dtype=m.int8), m.empty(0, dtype=m.int64))),
            "expected scalar type 'Float' but got 'Char' for values output",
        ),
        (
            lambda x: m.histogram(x, 1, out=(m.empty(0), m.empty(0, dtype=m.float64))),
            "input tensor and bin_edges tensor should have the same dtype, but got input float",
        ),
        (
            lambda x: m.float_power(x, 2, out=x.clone()),
            "has dtype Float but the operation's result",
        ),
        (
            lambda x: m.sum(x, 0, out=m.empty((), dtype=m.int32), dtype=m.int64),
            "Expected out tensor to have dtype long int, but got int instead",
        ),
    ],
)
def test_an_out_of_another_dtype_is_refused(call, text):
    with pytest.raises(RuntimeError, match=text):
        call(m.ones(2))


def test_linalg_writes_over_its_input():
    A = m.tensor([[2.0, 0.0], [0.0, 4.0]])
    assert m.linalg.inv(A, out=A) is A and A.tolist() == [[0.5, 0.0], [0.0, 0.25]]
    b = m.ones(2, 1)
    m.linalg.solve(A, b, out=b)
    assert b.tolist() == [[2.0], [4.0]]


def test_a_linear_system_without_unknowns_has_a_solution():
    assert m.linalg.tensorsolve(m.empty(0, 0, 1, 2, 3, 0), m.empty(0, 0)).shape == (1, 2, 3, 0)
