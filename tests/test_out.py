"""`out=`: what it is refused for, and what it does where several tensors are written."""

import re

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
def test_an_out_of_a_dtype_that_the_result_does_not_have_is_refused(call, text):
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


A, INDEX, PLACES = m.ones(2, 2), m.tensor([[0, 1], [1, 0]]), m.tensor([0, 1])
EXPECTED = "Expected out tensor to have dtype float, but got double instead"


@pytest.mark.parametrize(
    "text, call",
    [
        (EXPECTED, lambda out: m.tril(A, out=out)),
        (EXPECTED, lambda out: m.diag(A, out=out)),
        (EXPECTED, lambda out: m.msort(A, out=out)),
        (EXPECTED, lambda out: m.slice_scatter(A, A, out=out)),
        (EXPECTED, lambda out: m.take_along_dim(A, INDEX, 0, out=out)),
        (EXPECTED, lambda out: m.gather(A, 0, INDEX, out=out)),
        (EXPECTED, lambda out: m.scatter(A, 0, INDEX, A, out=out)),
        (EXPECTED, lambda out: m.index_add(A, 0, PLACES, A, out=out)),
        (EXPECTED, lambda out: m.t_copy(A, out=out)),
        (EXPECTED, lambda out: m.norm(A, out=out)),
        (EXPECTED, lambda out: m.renorm(A, 2, 0, 1.0, out=out)),
        (EXPECTED, lambda out: m.mm(A, A, out=out)),
        (EXPECTED, lambda out: m.softmax(A, 0, out=out)),
        ("Expected out tensor to have dtype bool", lambda out: m.isin(A, A, out=out)),
        ("index_select(): self and result must", lambda out: m.index_select(A, 0, PLACES, out=out)),
        ("masked_select(): self and result", lambda out: m.masked_select(A, A > 0, out=out)),
        ("out expected to have the same dtype", lambda out: m.take(A, PLACES, out=out)),
        ("Expected self.dtype() == output.dtype()", lambda out: m.narrow_copy(A, 0, 0, 1, out=out)),
        ("Expected out type to be Float but got", lambda out: m.where(A > 0, A, A, out=out)),
        ("Found dtype Double but expected Float", lambda out: m.clamp(A, 0, 1, out=out)),
        ("should have the same dtype, but got", lambda out: m.histc(A, out=out)),
        ("Found dtype Double but expected", lambda out: m.nn.functional.softplus(A, out=out)),
        ("expected scalar type Float but", lambda out: m.nn.functional.logsigmoid(A, out=out)),
    ],
    ids=str,
)
def test_an_out_of_another_dtype_is_refused(text, call):
    with pytest.raises(RuntimeError, match=re.escape(text)):
        call(m.empty(0, dtype=m.float64))


@pytest.mark.parametrize(
    "text, call",
    [
        ("torch.cat(): input types can't be cast to", lambda out: m.cat([A, A], out=out)),
        ("torch.cat(): input types can't be cast to", lambda out: m.stack([A, A], out=out)),
        ("logsumexp(): Expected floating point type", lambda out: m.logsumexp(A, 0, out=out)),
    ],
    ids=str,
)
def test_an_out_of_a_lower_kind_is_refused(text, call):
    call(m.empty(0, dtype=m.float64))
    with pytest.raises(RuntimeError, match=re.escape(text)):
        call(m.empty(0, dtype=m.int64))


def test_products_of_halves_are_written_into_an_out_of_halves():
    x, out = A.half(), m.empty(0, dtype=m.half)
    assert m.mm(x, x, out=out).equal(m.mm(x, x))
    assert m.softmax(x, 0, out=out).equal(m.softmax(x, 0))
    with pytest.raises(RuntimeError, match="Expected out tensor to have dtype float, but got"):
        m.mm(A, A, out=out)


def test_what_is_computed_on_halves_is_rounded_in_a_wider_out_too():
    x, out = m.tensor([0.1], dtype=m.half), m.empty(1)
    assert m.erf(x, out=out).equal(m.erf(x).float())


@pytest.mark.parametrize("f", [m.isfinite, m.isinf, m.isnan, m.isreal, m.Tensor.abs_])
def test_what_has_no_out_refuses_it(f):
    with pytest.raises(TypeError, match="unexpected keyword argument 'out'"):
        f(A, out=m.empty(0))
