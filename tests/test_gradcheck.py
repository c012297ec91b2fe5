"""gradcheck and gradgradcheck: that they find what is wrong, and say where."""

import pytest

import minitorch
from minitorch.autograd import Function, gradcheck, gradgradcheck
from minitorch.autograd.gradcheck import GradcheckError


def doubles(*values):
    return minitorch.tensor(values, dtype=minitorch.float64, requires_grad=True)


def function_of(forward, backward):
    methods = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    return type("Mine", (Function,), methods).apply


def wrong(x, w):
    """x * w with a wrong derivative by w."""
    return function_of(lambda ctx, x, w: x * w, lambda ctx, g: (g * w.detach(), g * w.detach()))(
        x, w
    )


def test_right_derivatives_pass():
    assert gradcheck(lambda x, w: (x * w, x.exp()), (doubles(1, 2), doubles(3, 4)))
    assert gradgradcheck(lambda x, w: (x * w, x.exp()), (doubles(1, 2), doubles(3, 4)))


def test_a_wrong_derivative_is_shown_with_both_jacobians():
    with pytest.raises(GradcheckError) as caught:
        gradcheck(wrong, (doubles(1, 2), doubles(3, 4)))
    text = str(caught.value)
    assert text.startswith(
        "Jacobian mismatch for output 0 with respect to input 1,\nnumerical:tensor([["
    )
    assert "analytical:tensor([[3., 0.],\n        [0., 4.]], dtype=torch.float64)" in text


def test_a_wrong_derivative_gives_false_where_no_exception_is_wanted():
    assert gradcheck(wrong, (doubles(1, 2), doubles(3, 4)), raise_exception=False) is False


def test_a_wrong_second_derivative_is_found():
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 2 * x.detach()

    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    square = function_of(forward, backward)
    assert gradcheck(square, doubles(1, 2))
    with pytest.raises(GradcheckError, match="output 0 with respect to input 0"):
        gradgradcheck(square, doubles(1, 2))


def test_tolerances_are_taken_into_account():
    rough = function_of(lambda ctx, x: x * 2, lambda ctx, g: g * 2.01)
    assert not gradcheck(rough, doubles(1, 2), raise_exception=False)
    assert gradcheck(rough, doubles(1, 2), rtol=0.01)
    assert gradcheck(rough, doubles(1, 2), atol=0.02)


def test_other_inputs_than_tensors_and_inputs_without_gradient_pass_through():
    weight = minitorch.ones(2, dtype=minitorch.float64)
    assert gradcheck(lambda x, w, n: x * w * n, (doubles(1, 2), weight, 3))
    assert gradgradcheck(lambda x, w, n: x * w * n, (doubles(1, 2), weight, 3))


def test_a_function_that_closes_over_its_input_is_checked_too():
    x = doubles(1, 2)
    assert gradcheck(lambda _: x * x, x)


def test_empty_and_0_dimensional_inputs():
    assert gradcheck(lambda x: x * 2, doubles())
    assert gradcheck(
        lambda x: x * x, minitorch.tensor(2.0, dtype=minitorch.float64, requires_grad=True)
    )


def test_the_inputs_are_as_they_were_afterwards():
    x = doubles(1, 2)
    gradcheck(lambda x: x * x, x)
    assert x.tolist() == [1, 2]
    assert x.grad is None


def test_float32_inputs_are_warned_of():
    with pytest.warns(
        UserWarning, match="Input #0 requires gradient and is not a double precision"
    ):
        gradcheck(lambda x: x * 1, minitorch.ones(2, requires_grad=True), atol=1, rtol=1)


def test_no_input_that_requires_grad_is_an_error():
    with pytest.raises(ValueError, match="at least one input tensor to require gradient"):
        gradcheck(lambda x: x, minitorch.ones(2))


def test_an_expanded_input_is_an_error():
    x = minitorch.ones(1, dtype=minitorch.float64).expand(3).requires_grad_()
    with pytest.raises(RuntimeError, match="The 0th input has a dimension with stride 0"):
        gradcheck(lambda x: x, x)


def test_an_output_that_depends_on_the_input_behind_autograds_back_is_found():
    with pytest.raises(GradcheckError, match="expected to be zero"):
        gradcheck(lambda x: x.detach() * 2, doubles(1, 2))
    assert gradcheck(lambda x: minitorch.ones(2), doubles(1, 2))


def test_a_backward_that_changes_from_run_to_run_is_found():
    runs = []
    noisy = function_of(
        lambda ctx, x: x * 2, lambda ctx, g: runs.append(1) or g * (2 + 1e-9 * len(runs))
    )
    with pytest.raises(GradcheckError, match="Backward is not reentrant"):
        gradcheck(noisy, doubles(1, 2))
    assert gradcheck(noisy, doubles(1, 2), nondet_tol=1e-6)


def test_a_backward_that_does_not_multiply_by_its_gradient_is_found():
    constant = function_of(lambda ctx, x: x * 2, lambda ctx, g: g * 0 + 2)
    with pytest.raises(GradcheckError, match="backward not multiplied by grad_output"):
        gradcheck(constant, minitorch.tensor(1.0, dtype=minitorch.float64, requires_grad=True))


def test_an_output_that_changes_its_shape_is_an_error():
    with pytest.raises(AssertionError, match="outputs with the same shape when inputs are"):
        gradcheck(lambda x: x[x > 1], doubles(1, 2))
    with pytest.raises(AssertionError, match="outputs with the same dtype when inputs are"):
        gradcheck(lambda x: x.float() if x.sum() > 3 else x, doubles(1, 2))


def test_scattered_gradients_are_tried_on_request():
    seen = []

    def double(x):
        y = x * 2
        if y.requires_grad:
            y.register_hook(lambda g: seen.append(g.is_contiguous()))
        return y

    assert gradgradcheck(double, doubles(1, 2), gen_non_contig_grad_outputs=True)
    assert not all(seen)


def test_the_settings_that_change_nothing_here_are_taken():
    settings = {"check_undefined_grad": False, "check_batched_grad": True}
    assert gradcheck(minitorch.exp, doubles(1.0, 2.0), **settings)
    assert gradgradcheck(minitorch.exp, doubles(1.0, 2.0), **settings)


def test_the_fast_mode_calls_the_function_a_few_times_whatever_its_size():
    calls = []

    def f(x, y):
        calls.append(x)
        return x.sin() @ y, y.sum(0)

    inputs = minitorch.rand(20, 5).double(), minitorch.rand(5, 20).double()
    for each in inputs:
        each.requires_grad_()
    assert gradcheck(f, inputs, fast_mode=True, check_forward_ad=True)
    assert len(calls) < 10
    assert gradgradcheck(f, inputs, fast_mode=True, check_fwd_over_rev=True)


@pytest.mark.parametrize("forward", [False, True])
def test_the_fast_mode_finds_one_wrong_element(forward):
    class Wrong(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            slope = minitorch.full_like(g, 2)
            slope[3] = 2.2
            return g * slope

    x = minitorch.rand(10).double().requires_grad_()
    with pytest.raises(GradcheckError, match="mismatch for output 0 with respect to input 0"):
        gradcheck(
            Wrong.apply,
            (x,),
            fast_mode=True,
            check_forward_ad=forward,
            check_backward_ad=not forward,
        )


def test_derivatives_in_the_direction_of_inputs_are_checked_on_request():
    def f(x, y):
        return x * y, (x.sin(), 3.0)[0], y.detach()

    inputs = doubles(1, 2), doubles(3, 4)
    assert gradcheck(f, inputs, check_forward_ad=True)
    assert gradcheck(f, inputs, check_forward_ad=True, check_backward_ad=False)
    assert gradgradcheck(f, inputs, check_fwd_over_rev=True, check_rev_over_rev=False)

    class Wrong(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 3

    with pytest.raises(GradcheckError, match="computed with forward mode mismatch for output 0"):
        gradcheck(Wrong.apply, inputs[:1], check_forward_ad=True, check_backward_ad=False)
    with pytest.raises(AssertionError, match="Expected at least one of check_forward_ad or"):
        gradcheck(f, inputs, check_backward_ad=False)
