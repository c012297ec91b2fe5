"""torch.autograd.forward_ad: dual tensors, and Functions with a `jvp`."""

import gc
import weakref

import numpy as np
import pytest

import minitorch
from minitorch import nn, tensor
from minitorch.autograd import Function, gradcheck, gradgradcheck
from minitorch.autograd import forward_ad as fwd
from minitorch.autograd.gradcheck import GradcheckError


def close(found, expected):
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-6, atol=1e-7)


@pytest.fixture
def x():
    return tensor([1.0, 2.0, 3.0])


@pytest.fixture
def v():
    return tensor([1.0, -1.0, 0.5])


# -------------------------------------------------------------------- dual tensors


def test_a_dual_tensor_unpacks_to_the_same_memory_and_the_same_tangent(x, v):
    with fwd.dual_level() as level:
        dual = fwd.make_dual(x, v)
        primal, tangent = fwd.unpack_dual(dual)
        assert level == 0 and tangent is v and not primal.requires_grad
        assert primal.data_ptr() == dual.data_ptr() == x.data_ptr()
        assert fwd.unpack_dual(x).tangent is None


def test_tangents_follow_ops_views_and_writes(x, v):
    with fwd.dual_level():
        dual = fwd.make_dual(x, v)
        close(fwd.unpack_dual(dual * dual).tangent, 2 * x.numpy() * v.numpy())
        close(fwd.unpack_dual(dual[1:].sum()).tangent, -0.5)
        written = dual * 1
        written[0] = 7
        written[1:].mul_(2)
        close(fwd.unpack_dual(written).tangent, [0, -2, 1])
        plain = tensor([1.0, 1.0, 1.0])
        plain += dual
        close(fwd.unpack_dual(plain).tangent, v.numpy())
        values, places = dual.sort(descending=True)
        close(fwd.unpack_dual(values).tangent, [0.5, -1, 1])
        assert fwd.unpack_dual(places).tangent is None
        close(fwd.unpack_dual(dual.sign()).tangent, [0, 0, 0])
        assert fwd.unpack_dual(dual.detach()).tangent is None


def test_writing_to_a_dual_tensor_and_its_views_changes_their_tangents(x, v):
    with fwd.dual_level():
        dual = fwd.make_dual(x, v)
        dual *= 2
        dual[:1].mul_(5)
        close(fwd.unpack_dual(dual).tangent, [10, -2, 1])
        close(fwd.unpack_dual(dual * dual).tangent, [200, -16, 12])
    assert x.tolist() == [10, 4, 6]


def test_after_the_level_nothing_has_a_tangent(x, v):
    with fwd.dual_level():
        dual = fwd.make_dual(x, v)
        y = dual * 2
    assert fwd.unpack_dual(y).tangent is None
    with fwd.dual_level():
        assert fwd.unpack_dual(y).tangent is None
        close(fwd.unpack_dual(fwd.make_dual(dual, v) * 3).tangent, 3 * v.numpy())


def test_what_was_unpacked_carries_no_tangent_on(x, v):
    x.requires_grad_()
    with fwd.dual_level():
        dual = fwd.make_dual(x, v)
        primal = fwd.unpack_dual(dual * 2).primal
        assert fwd.unpack_dual(primal * 3).tangent is None
        close(fwd.unpack_dual(primal + dual).tangent, v.numpy())
        close(minitorch.autograd.grad((primal * 3).sum(), x)[0], [6, 6, 6])


def test_a_tangent_is_differentiated_by_leaves_and_by_tangents(x, v):
    x.requires_grad_()
    v.requires_grad_()
    with fwd.dual_level():
        tangent = fwd.unpack_dual((fwd.make_dual(x, v) ** 3).sum()).tangent
        by_x, by_v = minitorch.autograd.grad(tangent, (x, v))
    close(by_x, 6 * (x * v).detach().numpy())
    close(by_v, 3 * (x * x).detach().numpy())


def test_gradients_have_tangents_too(x, v):
    with fwd.dual_level():
        dual = fwd.make_dual(x.clone().requires_grad_(), v)
        (g,) = minitorch.autograd.grad((dual**3).sum(), dual)
        close(fwd.unpack_dual(g).tangent, 6 * (x * v).numpy())
        dual = fwd.make_dual(x, v)
        g = minitorch.func.grad(lambda a: (a**3).sum())(dual)
        close(fwd.unpack_dual(g).tangent, 6 * (x * v).numpy())


def test_no_grad_around_a_level_gives_tangents_that_require_no_grad(x, v):
    x.requires_grad_()
    with minitorch.no_grad():
        with fwd.dual_level():
            primal, tangent = fwd.unpack_dual(fwd.make_dual(x, v) * x)
            assert not primal.requires_grad and not tangent.requires_grad
            close(tangent, (x * v).detach().numpy())
        assert not minitorch.is_grad_enabled()


def test_no_grad_inside_a_level_is_refused_where_a_tangent_may_be_lost(x, v):
    with fwd.dual_level():
        dual = fwd.make_dual(x, v)
        with minitorch.no_grad(), pytest.raises(RuntimeError, match=r"put no_grad\(\) around dual"):
            fwd.unpack_dual(dual * 2)


def test_the_parameters_of_a_module_may_be_dual(x):
    model = nn.Linear(3, 2)
    expected = x.sum().item() + 1
    with fwd.dual_level():
        duals = {
            name: fwd.make_dual(p, minitorch.ones_like(p)) for name, p in model.named_parameters()
        }
        y = minitorch.func.functional_call(model, duals, x)
        close(fwd.unpack_dual(y).tangent, [expected, expected])


def test_a_level_decorates_a_function(x, v):
    @fwd.dual_level()
    def slope():
        return fwd.unpack_dual(fwd.make_dual(x, v).exp()).tangent

    close(slope(), slope().numpy())
    assert fwd._current_level == -1


def test_a_tangent_lives_as_long_as_its_dual_tensor(x):
    gc.disable()
    try:
        with fwd.dual_level():
            tangent = tensor([1.0, 1.0, 1.0])
            alive = weakref.ref(tangent)
            dual = fwd.make_dual(x, tangent)
            del tangent
            assert alive() is not None
            del dual
            assert alive() is None
    finally:
        gc.enable()


def test_a_dual_tensor_prints_its_tangent(x, v):
    with fwd.dual_level():
        dual = fwd.make_dual(x, v)
        assert repr(dual) == "tensor([1., 2., 3.], tangent=tensor([ 1.0000, -1.0000,  0.5000]))"
        assert "tangent" not in repr(x) and "tangent" not in repr(fwd.unpack_dual(dual).primal)
        x.requires_grad_()
        assert "grad_fn=<MulBackward0>, tangent=" in repr(fwd.make_dual(x, x.detach()) * 2)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda x: fwd.make_dual(x, x[1:]), RuntimeError, "Trying to set a forward gradient that"),
        (lambda x: fwd.make_dual(x.long(), x), ValueError, "Expected primal to be floating point"),
        (lambda x: fwd.make_dual(x, x.long()), ValueError, "Expected tangent to be floating poin"),
        (lambda x: fwd.make_dual(x, x, level=1), RuntimeError, "Invalid level given to _make_d"),
        (lambda x: fwd.make_dual(fwd.make_dual(x, x), x), RuntimeError, "Making a dual Tensor bas"),
        (lambda x: fwd.make_dual(x, fwd.make_dual(x, x)), RuntimeError, "Setting a forward grad"),
        (lambda x: fwd.enter_dual_level(), RuntimeError, "Nested forward mode AD is not supported"),
        (lambda x: fwd.exit_dual_level(level=1), RuntimeError, "Trying to exit a forward AD level"),
        (lambda x: fwd.unpack_dual(3), TypeError, r"_unpack_dual\(\): argument 'dual' \(position"),
        (lambda x: minitorch.add(fwd.make_dual(x, x), 1, out=x), RuntimeError, "out=... arguments"),
    ],
)
def test_what_is_no_dual_tensor_is_refused(x, call, kind, text):
    with fwd.dual_level(), pytest.raises(kind, match=text):
        call(x)


def test_outside_a_level_there_are_no_dual_tensors(x, v):
    with pytest.raises(RuntimeError, match="no level exists, make sure to enter_dual_level"):
        fwd.make_dual(x, v)
    with pytest.raises(RuntimeError, match="Dual level must be a positive number"):
        fwd.exit_dual_level()
    assert fwd.unpack_dual(x) == (x, None)


# -------------------------------------------------------------------- Functions with a jvp


class Product(Function):
    """a * b and a + b, with both derivatives."""

    @staticmethod
    def forward(a, b):
        return a * b, a + b

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx, g, h):
        a, b = ctx.saved_tensors
        return g * b + h, g * a + h

    @staticmethod
    def jvp(ctx, at, bt):
        a, b = ctx.saved_tensors
        return at * b + bt * a, at + bt


class Doubled(Function):
    """2 * a, of which jvp and backward disagree; and the place of the largest."""

    @staticmethod
    def forward(ctx, a):
        place = a.argmax()
        ctx.mark_non_differentiable(place)
        return a * 2, place

    @staticmethod
    def backward(ctx, g, h):
        return g * 2

    @staticmethod
    def jvp(ctx, t):
        return t * 7, None


def test_a_function_with_jvp_and_backward_passes_all_checks(x, v):
    pair = x.double().requires_grad_(), v.double().requires_grad_()
    assert gradcheck(Product.apply, pair, check_forward_ad=True)
    assert gradgradcheck(Product.apply, pair, check_fwd_over_rev=True)


def test_the_jvp_of_a_function_is_called_with_zeros_for_plain_tensors(x, v):
    with fwd.dual_level():
        product, total = Product.apply(fwd.make_dual(x, v), x)
        close(
            fwd.unpack_dual(product * total).tangent, 4 * (x * x * v).numpy() - (x * x * v).numpy()
        )
        twice, place = Doubled.apply(fwd.make_dual(x, v))
        close(fwd.unpack_dual(twice).tangent, 7 * v.numpy())
        assert fwd.unpack_dual(place).tangent is None


def test_gradients_go_through_a_function_with_a_jvp(x, v):
    x.requires_grad_()
    with fwd.dual_level():
        primal, tangent = fwd.unpack_dual(Doubled.apply(fwd.make_dual(x, v))[0])
        close(minitorch.autograd.grad(primal.sum(), x)[0], [2, 2, 2])
    assert not tangent.requires_grad


def test_a_function_may_have_a_jvp_alone(x):
    class Exp(Function):
        @staticmethod
        def forward(ctx, a):
            ctx.result = a.exp()
            return ctx.result

        @staticmethod
        def jvp(ctx, t):
            change = t * ctx.result
            del ctx.result
            return change

    inputs = (x.double().requires_grad_(),)
    assert gradcheck(Exp.apply, inputs, check_forward_ad=True, check_backward_ad=False)


def test_gradcheck_finds_a_wrong_jvp(x):
    inputs = (x.double().requires_grad_(),)
    with pytest.raises(GradcheckError, match="computed with forward mode mismatch for output 0"):
        gradcheck(lambda a: Doubled.apply(a)[0], inputs, check_forward_ad=True)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (lambda t: t, r"invalid number of forward gradients \(expected 2 but got 1\)"),
        (lambda t: (t, 3), r"expected Variable or None \(got int\) for grad output 1."),
        (lambda t: (t[1:], None), "Trying to set a forward gradient that has a different size"),
    ],
)
def test_what_a_jvp_returns_is_checked(x, v, found, text):
    class Odd(Doubled):
        @staticmethod
        def jvp(ctx, t):
            return found(t)

    with fwd.dual_level(), pytest.raises(RuntimeError, match=text):
        Odd.apply(fwd.make_dual(x, v))


def test_a_function_that_writes_to_its_argument_has_the_tangent_of_its_jvp(x, v):
    class Doubling(Function):
        @staticmethod
        def forward(ctx, a):
            ctx.mark_dirty(a)
            return a.mul_(2)

        @staticmethod
        def jvp(ctx, t):
            return t * 2

    with fwd.dual_level():
        written = fwd.make_dual(x, v).clone()
        Doubling.apply(written)
        close(fwd.unpack_dual(written).tangent, 2 * v.numpy())


# -------------------------------------------------------------------- func.jvp


def test_func_jvp_calls_the_jvp_of_functions(x, v):
    _, changes = minitorch.func.jvp(Doubled.apply, (x,), (v,))
    close(changes[0], 7 * v.numpy())
    assert changes[1].item() == 0

    def slope(a):
        return minitorch.func.jvp(lambda b: Product.apply(b, b)[0], (a,), (v,))[1]

    value, change = minitorch.func.jvp(slope, (x,), (v,))
    close(value, 2 * (x * v).numpy())
    close(change, 2 * (v * v).numpy())
    assert not change.requires_grad


def test_func_jvp_inside_a_level_has_tangents_too(x, v):
    with fwd.dual_level():
        dual = fwd.make_dual(x, v)
        _, change = minitorch.func.jvp(lambda a: a**3, (dual,), (minitorch.ones(3),))
        close(fwd.unpack_dual(change).tangent, 6 * (x * v).numpy())


@pytest.mark.parametrize("save", ["save_for_backward", "save_for_forward"])
def test_an_input_returned_as_it_is_cannot_be_saved(x, save):
    class Same(Function):
        @staticmethod
        def forward(a):
            return a

        @staticmethod
        def setup_context(ctx, inputs, output):
            getattr(ctx, save)(*inputs)

    with pytest.raises(RuntimeError, match="An input that has been returned as-is as output is"):
        Same.apply(x)


def test_gradcheck_hands_in_duals_for_all_inputs_at_once(x, v):
    def wrong(a, b):
        if fwd._current_level >= 0:
            primal, tangent = fwd.unpack_dual(b)
            b = fwd.make_dual(primal, tangent * 1.1)
        return a.mul_(1) + b

    pair = x.double().requires_grad_(), v.double().requires_grad_()
    text = "computed with forward mode mismatch for output 0 with respect to input 1"
    with pytest.raises(GradcheckError, match=text):
        gradcheck(lambda a, b: wrong(a.clone(), b), pair, check_forward_ad=True)
