"""no_grad, enable_grad, set_grad_enabled, inference_mode: as blocks, decorators, per thread."""

import threading

import pytest

import minitorch
from minitorch import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled


@pytest.fixture
def x():
    return minitorch.ones(2, requires_grad=True)


def test_nothing_is_recorded_inside_no_grad(x):
    with no_grad():
        y = x * 2
        assert not is_grad_enabled()
    assert (y.requires_grad, y.is_leaf) == (False, True)
    assert (x * 2).requires_grad


def test_blocks_nest_and_end_with_an_exception(x):
    with no_grad():
        with enable_grad():
            assert (x * 2).requires_grad
        assert not is_grad_enabled()
        with pytest.raises(KeyError), enable_grad():
            raise KeyError
        assert not is_grad_enabled()
    assert is_grad_enabled()


def test_one_object_serves_several_blocks(x):
    mode = no_grad()
    for _ in range(2):
        with mode:
            assert not is_grad_enabled()
        assert is_grad_enabled()


@pytest.mark.parametrize("mode", [no_grad, no_grad(), inference_mode, inference_mode()])
def test_functions_are_decorated_with_or_without_brackets(x, mode):
    @mode
    def double(x):
        """Twice x."""
        return x * 2

    assert not double(x).requires_grad
    assert double.__name__ == "double" and double.__doc__ == "Twice x."
    assert is_grad_enabled()


def test_a_decorated_function_may_call_itself(x):
    @no_grad()
    def down(n):
        assert not is_grad_enabled()
        if n:
            down(n - 1)

    down(3)
    assert is_grad_enabled()


def test_set_grad_enabled_acts_at_once_and_as_a_block(x):
    set_grad_enabled(False)
    try:
        assert not is_grad_enabled()
        with set_grad_enabled(True):
            assert is_grad_enabled()
        assert not is_grad_enabled()
    finally:
        set_grad_enabled(True)

    @set_grad_enabled(False)
    def inside():
        return is_grad_enabled()

    assert is_grad_enabled()
    assert inside() is False


def test_inference_mode_records_nothing_and_can_be_switched_off(x):
    with inference_mode():
        assert minitorch.is_inference_mode_enabled()
        assert not (x * 2).requires_grad
        with inference_mode(False):
            assert (x * 2).requires_grad
    assert not minitorch.is_inference_mode_enabled()


def test_a_leaf_made_inside_no_grad_may_require_grad():
    with no_grad():
        x = minitorch.ones(2, requires_grad=True)
    assert x.requires_grad


def test_backward_runs_unrecorded(x):
    seen = []
    x.register_hook(lambda g: seen.append(is_grad_enabled()))
    x.sum().backward()
    x.sum().backward(create_graph=True)
    assert seen == [False, True]
    assert is_grad_enabled()


def test_an_error_in_backward_leaves_the_mode_as_it_was(x):
    x.register_hook(lambda g: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        x.sum().backward()
    assert is_grad_enabled()


# -------------------------------------------------------------------- threads


def in_thread(f):
    results = []
    thread = threading.Thread(target=lambda: results.append(f()))
    thread.start()
    thread.join(10)
    return results[0]


def test_the_mode_is_that_of_the_thread(x):
    with no_grad():
        assert in_thread(is_grad_enabled)
        assert in_thread(lambda: (x * 2).requires_grad)
    set_grad_enabled_there = in_thread(lambda: set_grad_enabled(False) and None)
    assert set_grad_enabled_there is None
    assert is_grad_enabled()


def test_threads_run_their_own_graphs_side_by_side():
    def work(n):
        x = minitorch.full((50,), float(n), requires_grad=True)
        for _ in range(200):
            y = x
            for _ in range(5):
                y = y * 1.0 + x
            y.sum().backward()
        return x.grad[0].item()

    results = {}
    threads = [threading.Thread(target=lambda n=n: results.update({n: work(n)})) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == dict.fromkeys(range(4), 1200.0)


def test_the_first_call_of_an_op_may_come_from_several_threads():
    """An op's function is made at its first call."""
    code = minitorch.autograd.op

    for _ in range(20):

        @code.op(public=False)
        def first_called_by_threads(x, /):
            return x * 2, lambda g: g * 2

        start = threading.Barrier(4)
        results = []

        def call(f=first_called_by_threads, start=start, results=results):
            start.wait(10)
            results.append(f(minitorch.ones(2)).tolist())

        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert results == [[2, 2]] * 4
    del code.OPS["first_called_by_threads"]


# -------------------------------------------------------------------- generators


def test_the_body_of_a_decorated_generator_runs_in_the_mode_and_its_caller_does_not():
    seen = []

    @no_grad()
    def steps():
        seen.append(is_grad_enabled())
        seen.append((yield "first"))
        try:
            yield is_grad_enabled()
        except KeyError:
            yield "caught"
        return "end"

    def outer():
        seen.append((yield from steps()))

    body = outer()
    assert next(body) == "first"
    assert is_grad_enabled()
    assert body.send("given") is False
    assert body.throw(KeyError()) == "caught"
    assert list(body) == []
    assert seen == [False, "given", "end"]
    assert is_grad_enabled()


def test_a_decorated_generator_that_is_closed_cleans_up_in_the_mode():
    seen = []

    @no_grad()
    def steps():
        try:
            yield
        finally:
            seen.append(is_grad_enabled())

    body = steps()
    next(body)
    body.close()
    assert seen == [False]


def test_a_class_can_be_decorated_with_a_warning(x):
    with pytest.warns(FutureWarning, match="Decorating classes is deprecated"):

        @no_grad()
        class Maker:
            def __init__(self):
                self.made = x * 2

            def later(self):
                return x * 2

    assert not Maker().made.requires_grad
    assert Maker().later().requires_grad


def test_programs_may_say_that_backward_is_to_run_in_one_thread():
    autograd = minitorch.autograd
    with autograd.set_multithreading_enabled(False):
        assert not autograd.is_multithreading_enabled()
    assert autograd.is_multithreading_enabled()


@pytest.fixture
def inferred():
    with inference_mode():
        return minitorch.ones(2)


def test_what_is_made_in_inference_mode_is_marked(x, inferred):
    with inference_mode():
        assert all(t.is_inference() for t in (x * 2, x.clone(), minitorch.zeros(1), x.sum()))
        assert not x.detach().is_inference() and not x[0].is_inference()
        assert not x.add_(1).is_inference()
        with inference_mode(False):
            assert not minitorch.ones(1).is_inference()
    assert (
        inferred.is_inference() and inferred[0].is_inference() and inferred.view(2).is_inference()
    )
    assert not (inferred * 2).is_inference() and not minitorch.is_inference(inferred.clone())


def test_what_is_made_in_inference_mode_may_be_used_in_recorded_operations(x, inferred):
    (x * inferred).sum().backward()
    assert x.grad.tolist() == [1, 1]


@pytest.mark.parametrize(
    "write",
    [
        lambda t: t.add_(1),
        lambda t: t.relu_(),
        lambda t: t.zero_(),
        lambda t: t.view(2).mul_(2),
        lambda t: t.__setitem__(0, 1.0),
        lambda t: t.uniform_(),
    ],
)
def test_what_is_made_in_inference_mode_is_not_written_to_outside(write, inferred):
    with inference_mode():
        write(inferred)
    text = "Inplace update to inference tensor outside InferenceMode is not allowed."
    with pytest.raises(RuntimeError, match=text):
        write(inferred)
    with no_grad(), pytest.raises(RuntimeError, match=text):
        write(inferred)


def test_what_is_made_in_inference_mode_does_not_require_grad_outside(inferred):
    with pytest.raises(RuntimeError, match="Setting requires_grad=True on inference tensor"):
        inferred.requires_grad_()
    with inference_mode():
        assert inferred.requires_grad_().requires_grad


def test_what_is_made_in_inference_mode_has_no_version(inferred):
    with pytest.raises(RuntimeError, match="Inference tensors do not track version"):
        _ = inferred._version
