"""Anomaly detection: the line of the program that made the first NaN."""

import re
import timeit

import pytest

import minitorch
from minitorch.autograd import detect_anomaly, set_detect_anomaly
from minitorch.autograd.op import OPS


def line_of(text):
    """The part of an error that names the only line of this file that starts with `text`."""
    with open(__file__) as file:
        numbers = [i for i, line in enumerate(file, 1) if line.strip().startswith(text)]
    (number,) = numbers
    return f'File "{__file__}", line {number}, in '


def caught(f):
    with set_detect_anomaly(True), pytest.raises(RuntimeError) as caught:
        f()
    return str(caught.value)


def roots():
    x = minitorch.tensor([-1.0, 4.0], requires_grad=True)
    y = minitorch.sqrt(x)
    (y * 2).sum().backward()


def test_the_error_names_the_function_and_the_forward_line():
    said = caught(roots)
    assert said.startswith("Function 'SqrtBackward0' returned nan values in its 0th output.\n")
    assert "Traceback of forward call that caused the error:" in said
    assert line_of("y = minitorch.sqrt(x)") + "roots\n    y = minitorch.sqrt(x)" in said
    assert "the first nan of the forward pass was made by sqrt(), in a tensor of shape [2]" in said


def zero_times_infinity():
    x = minitorch.zeros(2, requires_grad=True)
    low = x.log()
    shares = low.softmax(0)
    shares[0].backward()


def test_the_first_infinity_is_named_too():
    said = caught(zero_times_infinity)
    first_inf, first_nan = said.index("the first inf"), said.index("the first nan")
    assert line_of("low = x.log()") in said[min(first_inf, first_nan) :]
    assert "made by log()" in said[first_inf:]
    assert "made by softmax()" in said[first_nan:]


def test_what_came_in_as_nan_is_not_blamed_on_the_op():
    def f():
        x = minitorch.tensor([float("nan")], requires_grad=True)
        (x * x).sum().backward()

    assert "the first nan of the forward pass was in an input of mul()" in caught(f)


def test_ops_that_are_not_recorded_are_watched_too():
    def f():
        steps = minitorch.zeros(2) / minitorch.zeros(2)
        (minitorch.ones(2, requires_grad=True) * steps).sum().backward()

    assert "made by div()" in caught(f).replace("true_divide", "div")


def two_outputs():
    x = minitorch.tensor([float("nan"), 1.0], requires_grad=True)
    high = minitorch.sort(x * 2).values
    (high * high).sum().backward()


def test_ops_with_several_outputs_are_traced_too():
    said = caught(two_outputs)
    assert line_of("(high * high).sum()") in said
    sort = minitorch.sort(minitorch.ones(2, requires_grad=True)).values.grad_fn
    with set_detect_anomaly(True):
        made = minitorch.sort(minitorch.ones(2, requires_grad=True)).values
        watch = minitorch.autograd.anomaly.GradMode.anomaly
        assert "test_anomaly.py" in watch.traced(made.grad_fn)
        assert "No forward pass information" in watch.traced(sort)


def test_a_forward_pass_outside_leaves_no_trace():
    x = minitorch.zeros(2, requires_grad=True)
    y = (x / x).sum()
    said = caught(y.backward)
    assert re.match(r"Function 'DivBackward0' returned nan values in its \dth output", said)
    assert "No forward pass information available. Enable detect anomaly during forward" in said


def test_gradients_that_are_recorded_are_watched_too():
    def f():
        x = minitorch.zeros(1, requires_grad=True)
        minitorch.autograd.grad((x / x).sum(), x, create_graph=True)

    assert caught(f).startswith("Function 'DivBackward0' returned nan values")


def test_infinities_alone_raise_nothing():
    with set_detect_anomaly(True):
        x = minitorch.zeros(2, requires_grad=True)
        x.sqrt().sum().backward()
    assert x.grad.tolist() == [float("inf")] * 2


def test_without_check_nan_an_error_in_backward_is_traced():
    x = minitorch.ones(2, requires_grad=True)
    with set_detect_anomaly(True, check_nan=False):
        assert not minitorch.is_anomaly_check_nan_enabled()
        (x * float("nan")).sum().backward()
        y = x.exp()
        z = (y * y).sum()
        y += 1
        with (
            pytest.warns(UserWarning, match="Error detected in MulBackward0. Traceback of forward"),
            pytest.raises(RuntimeError, match="modified by an inplace operation"),
            set_detect_anomaly(True),
        ):
            z.backward()


def test_detect_anomaly_says_that_it_is_slow():
    with pytest.warns(UserWarning, match="Anomaly Detection has been enabled"), detect_anomaly():
        assert minitorch.is_anomaly_enabled()
    assert not minitorch.is_anomaly_enabled()
    set_detect_anomaly(True)
    assert minitorch.is_anomaly_enabled()
    set_detect_anomaly(False)
    assert not minitorch.is_anomaly_enabled()


def test_switched_off_everything_is_as_before():
    before = [dict(call.__globals__) for call in OPS.values()]
    with set_detect_anomaly(True):
        changed = [call.__globals__ for call in OPS.values()]
        assert all(a["record"] is not b["record"] for a, b in zip(before, changed, strict=True))
    after = [call.__globals__ for call in OPS.values()]
    assert all(a["record"] is b["record"] for a, b in zip(before, after, strict=True))
    assert all(a["wrap"] is b["wrap"] for a, b in zip(before, after, strict=True))


def test_watching_is_cheap_enough_to_train_with():
    x = minitorch.ones(8, requires_grad=True)

    def step():
        (x * x).sum().backward()

    step()
    plain = min(timeit.repeat(step, number=200, repeat=3))
    with set_detect_anomaly(True):
        watched = min(timeit.repeat(step, number=200, repeat=3))
    assert watched < 40 * plain


@pytest.mark.torch
def test_torch_says_the_same_first_line():
    torch = pytest.importorskip("torch")
    x = torch.tensor([-1.0, 4.0], requires_grad=True)
    with (
        pytest.warns(UserWarning, match="Error detected in SqrtBackward0"),
        torch.autograd.set_detect_anomaly(True),
        pytest.raises(RuntimeError) as theirs,
    ):
        (torch.sqrt(x) * 2).sum().backward()
    assert str(theirs.value) == caught(roots).splitlines()[0]
