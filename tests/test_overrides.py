"""`__torch_function__`: classes of a program's own, and modes, say what functions do."""

import inspect

import pytest

import minitorch as torch
from minitorch import Tensor, nn, overrides, tensor
from minitorch.amp import casting
from minitorch.autograd.op import OPS
from minitorch.autograd.specialise import first_call
from minitorch.nn import functional as F
from minitorch.overrides import (
    DisableTorchFunction,
    DisableTorchFunctionSubclass,
    TorchFunctionMode,
    handle_torch_function,
    has_torch_function,
    wrap_torch_function,
)


@pytest.fixture(autouse=True)
def functions_as_they_were():
    yield
    overrides.end()


@pytest.fixture
def marked():
    class Marked(Tensor):
        pass

    return Marked


KEPT = {
    "operators": lambda x: [x + 1, 1 - x, x @ x, -x, x > 1, x[0], x**2],
    "other tensors": lambda x: [x * torch.ones(3), torch.ones(3) * x, torch.where(x > 1, 0.0, x)],
    "methods": lambda x: [x.sum(), x.view(3, 1), x.double(), x.detach(), x.clone(), x.new_zeros(1)],
    "properties": lambda x: [x[None].T, x[None].mT, x.data],
    "several": lambda x: [*x.split(1), *x.max(0), *torch.sort(x), *x],
    "lists": lambda x: [torch.cat([x, torch.ones(1)]), torch.stack((torch.ones(3), x))],
    "functional": lambda x: [F.relu(x), F.softmax(x, 0), F.mse_loss(x, torch.ones(3))],
    "linalg": lambda x: [torch.linalg.norm(x), torch.einsum("i,i", x, x)],
    "modules": lambda x: [nn.Linear(3, 2)(x), nn.LSTM(3, 2)(x[None])[0], nn.Dropout()(x)],
    "new tensors": lambda x: [torch.zeros_like(x), torch.rand_like(x)],
    "in place": lambda x: [x.add_(1), x.mul_(torch.ones(3))],
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_made_of_a_subclass_is_of_it(marked, name):
    made = KEPT[name](marked([1.0, 2.0, 3.0]).to(torch.get_default_device()))
    assert [type(each) for each in made] == [marked] * len(made)


def test_what_a_function_is_given_stays_of_its_class(marked):
    x = marked([1.0, 2.0]).to(torch.get_default_device())
    out, total, weight = torch.zeros(2), torch.zeros(2), nn.Parameter(torch.ones(2))
    made = [torch.add(x, 1, out=out), total.add_(x), *torch.atleast_1d(x, weight)]
    assert [type(each) for each in made] == [marked] * 4
    assert [type(each) for each in (out, total)] == [Tensor] * 2 and type(weight) is nn.Parameter
    made[0].zero_()
    assert out.tolist() == [0, 0]


def test_gradients_go_through_subclasses(marked):
    x = marked([1.0, 2.0]).requires_grad_()
    (x**3).sum().backward()
    assert x.grad.tolist() == [3, 12]
    (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
    assert torch.autograd.grad(g.sum(), x)[0].tolist() == [6, 12]


def test_parameters_and_their_subclasses_make_plain_tensors(marked):
    class Weight(nn.Parameter):
        pass

    for kind in (nn.Parameter, nn.Buffer, Weight):
        assert type(kind(torch.ones(2)) * 2) is Tensor
    assert type(nn.Parameter(torch.ones(1, device="cpu")) * marked([1.0])) is marked


def test_two_subclasses_that_know_nothing_of_each_other_refuse(marked):
    class Other(Tensor):
        pass

    with pytest.raises(TypeError, match="unsupported operand"):
        marked([1.0]) + Other([1.0])
    with pytest.raises(TypeError, match=r"Multiple dispatch failed for 'torch\.add'; all __torch_"):
        torch.add(marked([1.0]), Other([1.0]))


def test_a_class_sees_the_calls():
    calls = []

    class Logged(Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            calls.append((func.__name__, [kind.__name__ for kind in types], kwargs))
            return super().__torch_function__(func, types, args, kwargs or {})

    x = torch.exp(Logged([1.0])) + tensor([1.0], device="cpu")
    torch.sum(x, dim=0)
    F.gelu(x)
    x.view(1, 1)
    assert calls == [
        ("exp", ["Logged"], None),
        ("add", ["Logged"], None),
        ("sum", ["Logged"], {"dim": 0}),
        ("gelu", ["Logged"], None),
        ("view", ["Logged"], None),
    ]


def test_subclasses_are_asked_before_their_bases():
    order = []

    class Base(Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            order.append(cls.__name__)
            return NotImplemented

    class Derived(Base):
        pass

    with pytest.raises(TypeError, match="Multiple dispatch failed"):
        torch.add(Base([1.0]), Derived([1.0]))
    assert order == ["Derived", "Base"]


class Diagonal:
    """A matrix of N rows with one value on its diagonal: no tensor at all."""

    def __init__(self, rows, value):
        self.rows, self.value = rows, value

    def __torch_function__(self, func, types, args=(), kwargs=None):
        known = {torch.mean: lambda x: x.value / x.rows, torch.mm: lambda x, y: "product"}
        return known[func](*args, **(kwargs or {})) if func in known else NotImplemented


def test_a_class_need_not_be_a_tensor(marked):
    x = Diagonal(5, 2)
    assert torch.mean(x) == 0.4
    assert torch.mm(x, torch.eye(5)) == torch.mm(torch.eye(5), x) == "product"
    with pytest.raises(TypeError, match=r"Multiple dispatch failed for 'torch\.mul'"):
        torch.mul(x, 2)


def test_functions_ask_classes_that_are_no_tensors_from_begin_on():
    with pytest.raises(TypeError, match=r"not Diagonal\n  minitorch.overrides.begin\(\) lets"):
        torch.mean(Diagonal(5, 2))
    overrides.begin()
    assert torch.mean(Diagonal(5, 2)) == 0.4


def test_ops_that_were_never_called_ask_too():
    call = OPS["erfc"]
    call.__code__, call.__defaults__, call.__kwdefaults__ = first_call.__code__, None, None
    overrides.begin()
    assert call(tensor(0.0)) == 1
    overrides.end()
    assert call(tensor(0.0)) == 1


def test_classes_can_be_left_unasked(marked):
    x = marked([1.0])
    with DisableTorchFunctionSubclass():
        assert type(x + 1) is Tensor
    assert type(x + 1) is marked

    class Silent(Tensor):
        __torch_function__ = torch._C._disabled_torch_function_impl

    assert type(Silent([1.0]) + 1) is Tensor


class Names(TorchFunctionMode):
    def __init__(self, seen):
        self.seen = seen

    def __torch_function__(self, func, types, args=(), kwargs=None):
        self.seen.append(func.__name__)
        return func(*args, **(kwargs or {}))


def test_a_mode_sees_all_calls_in_its_block():
    seen = []
    x = torch.ones(2)
    with Names(seen):
        (x.exp() + torch.zeros(2)).mul(2)
        with DisableTorchFunction():
            x.sin()
    x.cos()
    assert seen == ["exp", "zeros", "add", "mul"]


def test_a_mode_that_began_under_a_profiler_goes_on_after_it():
    calls = []
    with torch.profiler.profile() as profiled, Names(calls):
        torch.exp(torch.ones(1))
    with torch.profiler.profile() as again, Names(calls):
        torch.exp(torch.ones(1))
    assert calls.count("exp") == 2
    for each in (profiled, again):
        assert [event.name for event in each.events()].count("exp") == 1


def test_modes_lie_one_within_another():
    outer, inner = [], []
    with Names(outer), Names(inner):
        torch.ones(1)
    assert outer == inner == ["ones"]


def test_a_mode_can_answer_itself():
    class Minus(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            return (torch.sub if func is torch.add else func)(*args, **(kwargs or {}))

    with Minus():
        assert torch.add(tensor(3), tensor(1)) == 2
    assert torch.add(tensor(3), tensor(1)) == 4


def test_an_error_ends_a_mode():
    with pytest.raises(ZeroDivisionError), Names([]):
        _ = 1 / 0
    assert not has_torch_function((torch.ones(1),))


class Answers:
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return func.__name__, args, kwargs


def test_functions_of_a_program_can_ask_too():
    def double(a, b=None):
        if has_torch_function((a, b)):
            return handle_torch_function(double, (a, b), a, b=b)
        return a * 2

    @wrap_torch_function(lambda a: (a,))
    def triple(a):
        return a * 3

    x = Answers()
    assert double(2) == 4 and double(x) == ("double", (x,), {"b": None})
    assert triple(2) == 6 and triple(x) == ("triple", (x,), {})


def test_tensors_are_tensor_like_and_ask_nobody():
    x = torch.ones(1)
    assert overrides.is_tensor_like(x) and overrides.is_tensor_like(Answers())
    assert not overrides.is_tensor_like(3)
    assert not overrides.has_torch_function_unary(x)
    assert not overrides.has_torch_function_variadic(x, nn.Parameter(x))
    assert overrides.has_torch_function_variadic(x, Answers())


def test_functions_have_names():
    assert overrides.resolve_name(torch.add) == "torch.add"
    assert overrides.resolve_name(Tensor.add_) == "torch.Tensor.add_"
    assert overrides.is_tensor_method_or_property(Tensor.add_)
    assert not overrides.is_tensor_method_or_property(torch.zeros)


def test_functions_keep_their_signature_and_their_code_returns():
    before = [f.__code__ for f in (torch.cat, F.linear, torch.linalg.norm)]
    signature = inspect.signature(torch.cat)
    overrides.begin()
    assert inspect.signature(torch.cat) == signature
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        torch.cat()
    overrides.end()
    assert before[0] is torch.cat.__code__
    assert torch.linalg.norm.__code__ is before[2] and not hasattr(F.linear, "__wrapped__")


def test_autocast_and_subclasses_go_together(marked):
    casting.prepare.__wrapped__()
    assert type(torch.matmul(marked([1.0]), torch.ones(1, device="cpu"))) is marked
