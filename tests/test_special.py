"""Special functions: accuracy, edges, `minitorch.special`, and what rows of ops cannot say."""

import math
import subprocess
import sys

import numpy as np
import pytest

import minitorch
from minitorch import special, tensor
from minitorch.backend import numpy_bessel, numpy_special

INF, NAN = math.inf, math.nan


def near(f, arguments, values, tolerance=1e-13):
    """Whether f gives these values, with an error of `tolerance` of the value or of 1."""
    found = f(*[np.array(x, float) for x in arguments])
    np.testing.assert_allclose(found, values, rtol=tolerance, atol=tolerance)


# -------------------------------------------------------------------- accuracy


def test_error_functions_are_exact():
    x = np.concatenate([np.linspace(-6, 6, 301), [1e-12, -1e-300, 0]])
    near(numpy_special.erf, [x], [math.erf(v) for v in x], 1e-15)
    np.testing.assert_allclose(numpy_special.erfc(x), [math.erfc(v) for v in x], rtol=1e-14)
    large = np.linspace(6, 26, 101)
    np.testing.assert_allclose(numpy_special.erfc(large), [math.erfc(v) for v in large], rtol=1e-13)
    scaled = [math.erfc(v) * math.exp(v * v) for v in x]
    np.testing.assert_allclose(numpy_special.erfcx(x), scaled, rtol=1e-13)


def test_erf_of_float32_is_right_to_five_tenths_of_a_millionth():
    x = np.linspace(-7, 7, 20_001, dtype=np.float32)
    wanted = np.array([math.erf(v) for v in x])
    y = numpy_special.erf(x)
    assert y.dtype == np.float32
    assert np.abs(y).max() == 1
    np.testing.assert_allclose(y, wanted, rtol=5e-7)


@pytest.mark.parametrize("y", [1e-9, 0.1, 0.7, 0.99, 1 - 1e-9, 1 - 1e-15])
def test_erfinv_is_the_inverse_of_erf(y):
    x = numpy_special.erfinv(np.array([y, -y]))
    assert x[0] == -x[1]
    # erf is flat far out, so compare along its slope.
    error = (math.erf(x[0]) - y) / (2 / math.sqrt(math.pi) * math.exp(-(x[0] ** 2)))
    assert abs(error) < 4e-16 * max(1, 1 / (1 - y))


@pytest.mark.parametrize("p", [1e-300, 1e-30, 1e-5, 0.3, 0.5, 0.9])
def test_ndtri_is_the_inverse_of_ndtr(p):
    (x,) = numpy_special.ndtri(np.array([p]))
    assert math.erfc(-x / math.sqrt(2)) / 2 == pytest.approx(p, rel=1e-12)


def test_lgamma_is_exact_on_both_sides_of_zero():
    x = np.concatenate([np.linspace(-9.87, 30, 401), [1, 2, 1e-300, 1e10, 1e300, 0.999, 2.001]])
    near(numpy_special.lgamma, [x], [math.lgamma(v) for v in x])


def test_digamma_has_its_known_values():
    euler = 0.5772156649015329
    near(
        numpy_special.digamma,
        [[1, 2, 0.5, 10, -0.5]],
        [-euler, 1 - euler, -euler - 2 * math.log(2), 2.251752589066721, 0.03648997397857652],
    )


def test_zeta_has_its_known_values():
    pi = math.pi
    near(numpy_special.zeta, [[2, 4, 2], [1, 1, 0.5]], [pi**2 / 6, pi**4 / 90, pi**2 / 2], 1e-15)
    near(numpy_special.zeta, [[2], [-0.5]], [pi**2 / 2 + 4])


def test_incomplete_gamma_functions_of_integers_are_sums():
    for a in (1, 3, 20, 150):
        for x in (0.1, 2.0, 19.0, 160.0):
            terms = [math.exp(k * math.log(x) - x - math.lgamma(k + 1)) for k in range(a)]
            near(numpy_special.igammac, [[a], [x]], [math.fsum(terms)], 1e-12)
            near(numpy_special.igamma, [[a], [x]], [1 - math.fsum(terms)], 1e-12)


def test_bessel_functions_keep_their_wronskians():
    x = np.linspace(0.05, 60, 400)
    b = numpy_bessel
    np.testing.assert_allclose(b.j1(x) * b.y0(x) - b.j0(x) * b.y1(x), 2 / (math.pi * x), rtol=1e-12)
    np.testing.assert_allclose(b.i0e(x) * b.k1e(x) + b.i1e(x) * b.k0e(x), 1 / x, rtol=1e-14)


def test_airy_ai_obeys_its_differential_equation():
    h = 1e-2
    x = np.linspace(-12, 9, 400)
    steps = [numpy_bessel.airy_ai(x + k * h) for k in (-2, -1, 0, 1, 2)]
    second = (-steps[0] + 16 * steps[1] - 30 * steps[2] + 16 * steps[3] - steps[4]) / (12 * h * h)
    np.testing.assert_allclose(second, x * steps[2], atol=3e-7)
    assert numpy_bessel.airy_ai(np.array([0.0]))[0] == pytest.approx(
        0.355028053887817239, rel=1e-14
    )


# -------------------------------------------------------------------- edges


@pytest.mark.parametrize(
    "f, x, y",
    [
        ("erf", [INF, -INF, NAN], [1, -1, NAN]),
        ("erfc", [INF, -INF, NAN, 1e300], [0, 2, NAN, 0]),
        ("erfcx", [INF, -INF, NAN], [0, INF, NAN]),
        ("erfinv", [1, -1, 1.5, NAN], [INF, -INF, NAN, NAN]),
        ("ndtri", [0, 1, -0.5, 2], [-INF, INF, NAN, NAN]),
        ("log_ndtr", [-INF, INF, NAN], [-INF, 0, NAN]),
        ("gammaln", [0, -1, INF, -INF, NAN], [INF, INF, INF, INF, NAN]),
        ("digamma", [0.0, -0.0, -1, INF], [-INF, INF, NAN, INF]),
        ("entr", [0, -1, INF, NAN], [0, -INF, -INF, NAN]),
        ("i0", [INF, -INF, 0], [NAN, NAN, 1]),
        ("i1e", [0, INF], [0, 0]),
        ("bessel_j0", [INF, 0], [NAN, 1]),
        ("bessel_y0", [0, -1, INF], [-INF, NAN, NAN]),
        ("modified_bessel_k1", [0, -1, INF], [INF, NAN, 0]),
        ("airy_ai", [INF, 200], [NAN, 0]),
        ("sinc", [0, 1e-300, NAN], [1, 1, NAN]),
    ],
)
def test_edges_have_their_limits(f, x, y):
    found = getattr(special, f)(tensor(x, dtype=minitorch.float64)).numpy()
    np.testing.assert_allclose(found, y, rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("i0e", 0.0399443793),
        ("i1e", 0.0397441530),
        ("scaled_modified_bessel_k0", 0.1251756217),
        ("scaled_modified_bessel_k1", 0.1257999505),
    ],
)
def test_scaled_functions_are_finite_where_the_exponential_is_not(name, value):
    y = getattr(special, name)(tensor([100.0], dtype=minitorch.float32))
    assert y.item() == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize(
    "f, x, other, y",
    [
        ("xlogy", [0, 0, 0, 2], [0, NAN, -1, 0], [0, NAN, 0, -INF]),
        ("xlog1py", [0, 0, 0], [-1, NAN, -2], [0, NAN, 0]),
        ("zeta", [1, 0.5, 2, 1.5, INF], [2, 2, 0, -0.5, 1], [INF, NAN, INF, NAN, 1]),
        ("gammainc", [0, 1, 1, -1, 0], [1, 0, INF, 1, 0], [1, 0, 1, NAN, NAN]),
        ("gammaincc", [0, 1, 1, -1, 0], [1, 0, INF, 1, 0], [0, 1, 0, NAN, NAN]),
        ("hermite_polynomial_h", [2, 2, 2], [-1, 0, 1], [0, 1, 4]),
    ],
)
def test_edges_of_functions_of_two(f, x, other, y):
    x, other = (tensor(each, dtype=minitorch.float64) for each in (x, other))
    np.testing.assert_array_equal(getattr(special, f)(x, other).numpy(), y)


def test_an_array_larger_than_one_piece_is_whole():
    x = np.linspace(-3, 3, 3 * numpy_special.PIECE + 5).reshape(-1, 1)
    assert numpy_special.erf(x).shape == x.shape
    assert numpy_special.erf(x)[-1, 0] == numpy_special.erf(x[-1:])[0, 0]


def test_derivatives_at_zero_are_those_of_the_limit():
    for f, slope in [(special.i1, 0.5), (special.i1e, 0.5), (special.sinc, 0.0)]:
        x = tensor([0.0], requires_grad=True)
        f(x).sum().backward()
        assert x.grad.item() == slope


def test_no_derivative_by_the_first_input_of_an_incomplete_gamma_function():
    a, x = tensor([2.0], requires_grad=True), tensor([1.0])
    with pytest.raises(NotImplementedError, match="the derivative for 'igamma: input' is not"):
        minitorch.igamma(a, x).sum().backward()


# -------------------------------------------------------------------- names and forms


def test_special_is_loaded_at_its_first_use():
    code = "import sys, minitorch; assert 'minitorch.special' not in sys.modules; \
        assert minitorch.special.expit(minitorch.zeros(1)).item() == 0.5"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.torch
def test_special_has_all_of_the_names_in_torch():
    torch = pytest.importorskip("torch")
    names = [name for name in torch.special.__all__ if not hasattr(special, name)]
    assert names == []


def test_polygamma_takes_the_order_first_and_as_a_method_last():
    x = tensor([1.5, 2.5])
    assert minitorch.equal(minitorch.polygamma(1, x), x.polygamma(1))
    assert minitorch.equal(x.clone().polygamma_(1), x.polygamma(1))


def test_functions_write_into_out():
    x, out = tensor([0.25, 0.5]), minitorch.empty(2)
    for name in ("erf", "erfinv", "lgamma", "logit", "sinc", "i0", "exp2", "acos", "frac"):
        f = getattr(minitorch, name)
        assert f(x, out=out) is out
        assert minitorch.equal(out, f(x))


def test_where_as_a_method_takes_the_condition_first():
    x = tensor([1.0, 2.0], requires_grad=True)
    y = x.where(tensor([True, False]), 5.0)
    y.sum().backward()
    assert y.tolist() == [1, 5]
    assert x.grad.tolist() == [1, 0]


def test_aliases_are_the_same_functions():
    for alias, name in [("arccos", "acos"), ("clip", "clamp"), ("fix", "trunc"), ("divide", "div")]:
        assert getattr(minitorch, alias) is getattr(minitorch, name)
        assert hasattr(minitorch.Tensor, f"{alias}_")


def test_shifts_are_operators():
    x = tensor([1, -8])
    assert (x << 2).tolist() == [4, -32]
    assert (x >> 1).tolist() == [0, -4]
    assert (1 << tensor([3])).tolist() == [8]
    x <<= 1
    assert x.tolist() == [2, -16]


def test_a_number_beyond_an_integer_dtype_wraps_around():
    x = tensor([1], dtype=minitorch.uint8)
    assert (x + 300).tolist() == [45]
    assert (x + -3).tolist() == [254]


def test_clamp_by_tensors_gives_the_bounds_their_gradients():
    x = tensor([-1.0, 0.5, 2.0], requires_grad=True)
    low, high = tensor(0.0, requires_grad=True), tensor(1.0, requires_grad=True)
    minitorch.clamp(x, low, high).sum().backward()
    assert x.grad.tolist() == [0, 1, 0]
    assert (low.grad.item(), high.grad.item()) == (1, 1)


def test_float_power_in_place_wants_doubles():
    with pytest.raises(RuntimeError, match="has dtype Float but the operation's result requires"):
        minitorch.ones(2).float_power_(2)
    x = tensor([2.0], dtype=minitorch.float64)
    assert x.float_power_(3).tolist() == [8]


def test_zeta_reaches_far_below_zero():
    far = special.zeta(tensor(2.0), tensor(-20000.25).double())  # nearly the sum over all integers
    assert far.item() == pytest.approx((math.pi / math.sin(math.pi / 4)) ** 2 - 1 / 20001, rel=1e-8)
    assert special.polygamma(4, tensor(-13437.75)).item() < -1000
