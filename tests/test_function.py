"""autograd.Function: the user's own ops."""

import gc
import weakref

import numpy as np
import pytest

import minitorch
from minitorch import tensor
from minitorch.autograd import Function, grad, gradcheck, gradgradcheck
from minitorch.autograd.function import once_differentiable


class Cube(Function):
    """Keeps its input."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * x * x


class Exp(Function):
    """Keeps its output."""

    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y


class SinCos(Function):
    """Two outputs, which are each other's derivatives; in the form with setup_context."""

    @staticmethod
    def forward(x, scale=1.0):
        return (x * scale).sin(), (x * scale).cos()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.scale = inputs[1]
        ctx.save_for_backward(*output)

    @staticmethod
    def backward(ctx, gs, gc):
        sin, cos = ctx.saved_tensors
        return (gs * cos - gc * sin) * ctx.scale, None


def function_of(forward, backward=None):
    """A Function of these two, for a test of one call."""
    methods = {"forward": staticmethod(forward)}
    if backward is not None:
        methods["backward"] = staticmethod(backward)
    return type("Mine", (Function,), methods)


def doubles(*values):
    return tensor(values, dtype=minitorch.float64, requires_grad=True)


def assert_close(found, wanted):
    np.testing.assert_allclose(found.detach().numpy(), wanted.detach().numpy(), rtol=1e-12)


@pytest.fixture
def x():
    return doubles(0.3, -1.2, 2.0)


# -------------------------------------------------------------------- derivatives


@pytest.mark.parametrize(
    "f", [Cube.apply, Exp.apply, SinCos.apply, lambda x: SinCos.apply(x, 0.5)[1]]
)
def test_first_and_second_derivatives_agree_with_differences(f, x):
    assert gradcheck(f, x)
    assert gradgradcheck(f, x)


def test_derivatives_of_third_order(x):
    y = Exp.apply(x * x)
    for order in range(3):
        (y,) = grad(y.sum(), x, create_graph=True)
        assert y.requires_grad, order
    a = x.detach()
    assert_close(y, (12 * a + 8 * a**3) * (a * a).exp())


def test_a_function_in_the_middle_of_other_ops(x):
    y = (Cube.apply(x * 2) + 1).sum()
    y.backward()
    assert_close(x.grad, 48 * (x * x).detach() / 2)


def test_only_one_of_two_outputs_is_used(x):
    (g,) = grad(SinCos.apply(x)[1].sum(), x)
    assert_close(g, -x.detach().sin())


def test_backward_is_recorded_only_for_create_graph(x):
    modes = []

    def backward(ctx, g):
        modes.append(minitorch.is_grad_enabled())
        return g

    mine = function_of(lambda ctx, x: x * 1, backward)
    grad(mine.apply(x).sum(), x)
    grad(mine.apply(x).sum(), x, create_graph=True)
    assert modes == [False, True]


def test_nothing_is_recorded_inside_forward(x):
    inside = []
    mine = function_of(
        lambda ctx, x: inside.append((x * 2).requires_grad) or x * 2, lambda ctx, g: g
    )
    assert mine.apply(x).requires_grad
    assert inside == [False]


def test_the_saved_tensors_have_their_places_in_the_graph(x):
    seen = []

    def backward(ctx, g):
        seen.extend(ctx.saved_tensors)
        return g

    def forward(ctx, x, none):
        ctx.save_for_backward(x, none, x * 2)
        return x * 1

    y = x * 1
    mine = function_of(forward, lambda ctx, g: (backward(ctx, g), None))
    mine.apply(y, None).sum().backward()
    assert seen[0].grad_fn is y.grad_fn
    assert seen[1] is None
    assert not seen[2].requires_grad


# -------------------------------------------------------------------- what ctx offers


def test_needs_input_grad_tells_which_arguments_need_gradients(x):
    seen = []
    mine = function_of(lambda ctx, *args: seen.append(ctx.needs_input_grad) or args[0] * 1)
    mine.apply(x, x.detach(), 3.0)
    with minitorch.no_grad():
        mine.apply(x)
    assert seen == [(True, False, False), (True,)]


def test_integers_and_marked_outputs_carry_no_gradient(x):
    def forward(ctx, x):
        marked = x * 2
        ctx.mark_non_differentiable(marked)
        return x * 1, x > 0, marked

    seen = []
    mine = function_of(forward, lambda ctx, *gs: seen.extend(gs) or gs[0])
    a, positive, marked = mine.apply(x)
    assert [a.requires_grad, positive.requires_grad, marked.requires_grad] == [True, False, False]
    a.sum().backward()
    assert seen[1].dtype is minitorch.bool and not seen[1].any()
    assert not seen[2].any()


def test_missing_gradients_are_none_where_they_are_not_materialized(x):
    def forward(ctx, x):
        ctx.set_materialize_grads(False)
        return x * 1, x * 2

    seen = []
    mine = function_of(forward, lambda ctx, *gs: seen.extend(gs) or gs[0])
    mine.apply(x)[0].sum().backward()
    assert seen[1] is None


def test_other_things_than_tensors_may_be_returned(x):
    seen = []
    mine = function_of(lambda ctx, x: (x * 1, 5, None), lambda ctx, *gs: seen.extend(gs) or gs[0])
    y, five, none = mine.apply(x)
    y.sum().backward()
    assert (five, none, seen[1:]) == (5, None, [None, None])


def test_default_and_keyword_arguments_reach_forward(x):
    sin, _ = SinCos.apply(x, scale=0.0)
    assert not sin.any()


def test_an_argument_that_is_returned_as_it_is_becomes_a_view(x):
    mine = function_of(lambda ctx, x: x, lambda ctx, g: g * 3)
    y = mine.apply(x)
    assert y is not x and y._base is x
    y.sum().backward()
    assert x.grad.tolist() == [3, 3, 3]


def test_a_dirty_argument_is_returned_with_its_new_place(x):
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2)

    mine = function_of(forward, lambda ctx, g: g * 2)
    y = x * 1
    z = mine.apply(y)
    assert z is y and y.grad_fn.name() == "MineBackward"
    y.sum().backward()
    assert x.grad.tolist() == [2, 2, 2]


def test_gradients_are_summed_and_converted_to_the_form_of_the_argument(x):
    mine = function_of(lambda ctx, x: x * 1, lambda ctx, g: minitorch.ones(2, 3))
    mine.apply(x).sum().backward()
    assert x.grad.tolist() == [2, 2, 2]
    assert x.grad.dtype is minitorch.float64


def test_superfluous_nones_are_allowed(x):
    function_of(lambda ctx, x: x * 1, lambda ctx, g: (g, None, None)).apply(x).sum().backward()
    assert x.grad.tolist() == [1, 1, 1]


def test_a_gradient_of_none_stops_the_flow(x):
    function_of(lambda ctx, x: x * 1, lambda ctx, g: None).apply(x).sum().backward()
    assert x.grad is None


# -------------------------------------------------------------------- the life of a graph


def test_a_second_backward_is_refused_where_tensors_were_saved(x):
    y = Cube.apply(x).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()


def test_a_second_backward_is_allowed_where_nothing_was_saved(x):
    y = function_of(lambda ctx, x: x * 1, lambda ctx, g: g).apply(x).sum()
    y.backward()
    y.backward()
    assert x.grad.tolist() == [2, 2, 2]


def test_a_saved_output_makes_no_cycle(x):
    gc.disable()
    try:
        y = Exp.apply(x)
        memory, node = weakref.ref(y.array), weakref.ref(y.grad_fn)
        y.sum().backward()
        del y
        assert memory() is None and node() is None
    finally:
        gc.enable()


def test_a_saved_tensor_that_was_written_is_refused(x):
    y = Exp.apply(x)
    y.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_an_output_that_was_written_is_refused_for_higher_derivatives_only(x):
    y = Cube.apply(x)
    z = y * y.detach()
    y.detach().zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        grad(z.sum(), x, create_graph=True)


def test_once_differentiable_runs_unrecorded_and_refuses_a_second_derivative(x):
    class Square(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once_differentiable
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            assert not minitorch.is_grad_enabled()
            return minitorch.tensor(2 * g.detach().numpy() * x.detach().numpy())

    (g,) = grad((Square.apply(x) ** 2).sum(), x, create_graph=True)
    assert_close(g, 4 * x.detach() ** 3)
    with pytest.raises(RuntimeError, match="marked with @once_differentiable"):
        grad(g.sum(), x)


# -------------------------------------------------------------------- errors


def test_wrong_gradients_are_refused(x):
    rows = [
        (lambda ctx, g: (g, g), "incorrect number of gradients (expected 1, got 2)"),
        (lambda ctx, g: 2.0, "expected Variable or None (got float)"),
        (
            lambda ctx, g: g[:2],
            "invalid gradient at index 0 - got [2] but expected shape compatible",
        ),
        (lambda ctx, g: g.sum(), "got [] but expected shape compatible with [3]"),
    ]
    for backward, text in rows:
        with pytest.raises(RuntimeError) as caught:
            function_of(lambda ctx, x: x * 1, backward).apply(x).sum().backward()
        assert text in str(caught.value)


def test_a_gradient_for_a_number_is_refused(x):
    mine = function_of(lambda ctx, x, n: x * n, lambda ctx, g: (g, g))
    with pytest.raises(RuntimeError, match="gradient different than None at position 2"):
        mine.apply(x, 2.0).sum().backward()


def test_missing_methods_say_what_to_write(x):
    with pytest.raises(NotImplementedError, match="must implement the forward function"):
        type("Mine", (Function,), {}).apply(x)
    with pytest.raises(NotImplementedError, match="must implement either the backward or vjp"):
        function_of(lambda ctx, x: x * 1).apply(x).sum().backward()


def test_only_tensors_are_saved(x):
    with pytest.raises(TypeError, match="can only save variables, but argument 1 is of type int"):
        function_of(lambda ctx, x: ctx.save_for_backward(x, 3)).apply(x)


def test_a_dirty_leaf_or_a_dirty_argument_that_is_kept_back_is_refused(x):
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2)

    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        function_of(forward).apply(x)
    with pytest.raises(RuntimeError, match="marked as dirty"):
        function_of(lambda ctx, x: forward(ctx, x) * 1).apply(x * 1)


def test_a_function_is_not_instantiated():
    with pytest.warns(DeprecationWarning, match="should not be instantiated"):
        cube = Cube()
    with pytest.raises(RuntimeError, match="static forward method"):
        cube(tensor([1.0]))


# -------------------------------------------------------------------- what calls keep and show


def test_saved_inputs_come_back_as_the_same_tensors(x):
    other = minitorch.ones(2)

    class Keep(Function):
        @staticmethod
        def forward(ctx, x, other):
            ctx.save_for_backward(x, other)
            return x * 1

        @staticmethod
        def backward(ctx, g):
            seen.extend(ctx.saved_tensors)
            return g, None

    seen = []
    Keep.apply(x, other).sum().backward()
    assert seen[0] is x
    assert seen[1] is other


def test_vjp_is_another_name_of_backward(x):
    class Double(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def vjp(ctx, g):
            return g * 2

    class Both(Double):
        @staticmethod
        def backward(ctx, g):
            return g

    Double.apply(x).sum().backward()
    assert (x.grad == 2).all()
    with pytest.raises(RuntimeError, match="Implementing both 'backward' and 'vjp'"):
        Both.apply(x)


def test_an_output_returned_twice_is_one_tensor(x):
    class Twice(Function):
        @staticmethod
        def forward(ctx, x):
            y = x * 2
            return y, y

        @staticmethod
        def backward(ctx, first, second):
            return 2 * (first + second)

    a, b = Twice.apply(x)
    assert a is b
    (a + b).sum().backward()
    assert (x.grad == 4).all()


def test_marks_that_make_no_sense_are_refused(x):
    class Marks(Function):
        @staticmethod
        def forward(ctx, x, what):
            made = x.clone()[:] if what == "view" else x.clone()
            ctx.mark_dirty(made if what != "two" else x)
            return (x, made) if what == "two" else made

        @staticmethod
        def backward(ctx, *g):
            return g[0], None

    with pytest.warns(UserWarning, match="mark_dirty.. received a tensor that was not an input"):
        Marks.apply(x, "other")
    with pytest.raises(RuntimeError, match="received a tensor that was not an input"):
        Marks.apply(x, "view")
    with pytest.raises(RuntimeError, match="modifies inplace an input that is a view of another"):
        Marks.apply(x.clone()[:], "two")


def test_setup_context_can_not_save_an_input_that_is_the_output(x):
    class Same(Function):
        @staticmethod
        def forward(x):
            return x

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(output)

    with pytest.raises(RuntimeError, match="An input that has been returned as-is"):
        Same.apply(x)


def test_outputs_without_gradient_need_not_be_filled_with_zeros(x):
    class Half(Function):
        @staticmethod
        def forward(ctx, x):
            a, b = x * 1, x * 2
            ctx.mark_non_differentiable(b)
            ctx._materialize_non_diff_grads = False
            return a, b

        @staticmethod
        def backward(ctx, a, b):
            assert b is None
            return a

    Half.apply(x)[0].sum().backward()
    assert (x.grad == 1).all()


def test_saved_variables_is_the_older_name(x):
    class Old(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_variables
            return 2 * g * x

    with pytest.warns(DeprecationWarning, match="'saved_variables' is deprecated"):
        Old.apply(x).sum().backward()


def test_the_next_functions_of_a_call_are_those_of_its_tensors(x):
    class Scale(Function):
        @staticmethod
        def forward(ctx, factor, x):
            return x * factor

        @staticmethod
        def backward(ctx, g):
            return None, g

    ((node, index),) = Scale.apply(3, x).grad_fn.next_functions
    assert (node.variable is x, index) == (True, 0)


def test_hooks_of_the_node_of_a_call_see_its_tensors_alone(x):
    seen = []
    y = Cube.apply(x)
    y.grad_fn.register_hook(lambda inner, outer: seen.append((len(inner), len(outer))))
    y.sum().backward()
    assert seen == [(1, 1)]


class Fill(Function):
    """A column of `table`, which was used before, from now on `column`."""

    @staticmethod
    def forward(ctx, table, column, index):
        ctx.index = index
        table.data[:, index] = column
        return table

    @staticmethod
    def backward(ctx, g):
        return g, g[:, ctx.index], None


def test_forward_may_write_through_data_what_earlier_steps_need():
    x = minitorch.tensor([2.0, 3.0], requires_grad=True)
    table = minitorch.zeros(2, 2)
    table = Fill.apply(table, x, 0)
    second = table[:, :1].sum(1) * x
    table = Fill.apply(table, second, 1)
    table.sum().backward()
    assert table.tolist() == [[2.0, 4.0], [3.0, 9.0]]
    assert x.grad.tolist() == [1.0 + 4.0, 1.0 + 6.0]


def test_outside_of_forward_a_write_through_data_counts():
    x = minitorch.ones(2, requires_grad=True)
    y = x.exp()
    z = y.sin()
    y.data[0] = 5.0
    with pytest.raises(RuntimeError, match="has been modified by an inplace operation"):
        z.sum().backward()


class Swapped(Function):
    """x with its last two elements exchanged, by NumPy; with a rule for vmap, as in PyTorch."""

    @staticmethod
    def forward(x):
        return minitorch.from_numpy(x.numpy(force=True)[..., [1, 0]])

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def backward(ctx, g):
        return Swapped.apply(g)

    @staticmethod
    def vmap(info, in_dims, x):
        return Swapped.apply(x.movedim(in_dims[0], 0)), 0


def test_a_function_may_be_mapped_whether_it_has_a_rule_for_that_or_not():
    x = tensor([[1.0, 2.0], [3.0, 4.0]])
    assert minitorch.vmap(Swapped.apply, in_dims=1)(x).tolist() == [[3, 1], [4, 2]]
    slopes = minitorch.func.grad(lambda x: (Swapped.apply(x) * tensor([1.0, 5.0])).sum())
    assert minitorch.vmap(slopes)(x).tolist() == [[5, 1]] * 2
    assert Function.generate_vmap_rule is False
    with pytest.raises(NotImplementedError, match="with vmap, you must either"):
        Function.vmap(None, None)
