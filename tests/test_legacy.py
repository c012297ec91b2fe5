"""Names from older PyTorch: `FloatTensor`, `Variable`, types by name; and dtypes that are not."""

import pickle
import re
import warnings
from typing import get_args

import pytest

import minitorch as torch
from minitorch.autograd import Variable
from minitorch.backend import settings
from minitorch.backend.errors import DtypeError


def test_variable_is_a_tensor_that_shares_the_memory():
    x = torch.zeros(2)
    v = Variable(x, requires_grad=True)
    assert type(v) is torch.Tensor
    assert v.requires_grad and not x.requires_grad
    assert v.data_ptr() == x.data_ptr()
    assert isinstance(x, Variable) and not isinstance(1, Variable)
    assert torch.autograd.variable.Variable is Variable


def test_variable_refuses_what_is_no_tensor():
    with pytest.raises(TypeError, match="Variable data has to be a tensor, but got list"):
        Variable([1])


def test_volatile_has_no_effect_but_a_warning():
    x = torch.zeros(1)
    with pytest.warns(UserWarning, match="volatile was removed and now has no effect"):
        x.volatile = True
    with pytest.warns(UserWarning, match=r"Variable.volatile is always False"):
        assert x.volatile is False


def test_volatile_warns_and_excludes_gradients():
    with pytest.warns(UserWarning, match="volatile was removed and now has no effect"):
        assert not Variable(torch.zeros(1), volatile=True).requires_grad
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="Variable can't be volatile"):
        Variable(torch.zeros(1), requires_grad=True, volatile=True)


def test_a_legacy_type_can_be_an_alternative_in_annotations():
    for kind in (torch.LongTensor | None, None | torch.LongTensor):
        assert set(get_args(kind)) == {torch.LongTensor, type(None)}
    either = torch.LongTensor | torch.FloatTensor | int
    assert get_args(either) == (torch.LongTensor, torch.FloatTensor, int)


def test_a_legacy_type_makes_tensors_and_knows_them():
    assert torch.LongTensor([1, 2]).dtype is torch.int64
    assert torch.DoubleTensor(2, 3).shape == (2, 3)
    assert torch.FloatTensor().shape == (0,)
    assert isinstance(torch.ones(1), torch.FloatTensor)
    assert not isinstance(torch.ones(1), torch.LongTensor)
    assert not isinstance([1.0], torch.FloatTensor)
    assert not isinstance(torch.ones(1), torch.cuda.FloatTensor)
    assert torch.ByteTensor.dtype is torch.uint8
    assert repr(torch.HalfTensor) == "<class 'torch.HalfTensor'>"


def test_a_legacy_type_takes_a_tensor():
    x = torch.ones(2)
    assert torch.FloatTensor(x).data_ptr() == x.data_ptr()


@pytest.mark.parametrize("kind", [torch.LongTensor, "torch.LongTensor", torch.long])
def test_type_takes_legacy_types_their_names_and_dtypes(kind):
    assert torch.tensor([1.5]).type(kind).equal(torch.tensor([1]))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_legacy_types_of_the_gpu_are_refused_without_one():
    with pytest.raises(TypeError, match="FloatTensor not available: CuPy finds no GPU"):
        torch.cuda.FloatTensor(2)
    with pytest.raises(RuntimeError, match="needs CuPy"):
        torch.ones(1).type("torch.cuda.FloatTensor")


def test_dtypes_that_numpy_lacks_can_be_named_and_compared():
    assert torch.bfloat16 not in (torch.float16, torch.float32)
    assert repr(torch.bfloat16) == "torch.bfloat16"
    assert torch.bfloat16.is_floating_point and not torch.bfloat16.is_complex
    assert torch.complex64.is_complex and not torch.complex64.is_floating_point
    assert torch.cfloat is torch.complex64 and torch.complex128.itemsize == 16
    assert pickle.loads(pickle.dumps(torch.bfloat16)) is torch.bfloat16


USES = [
    lambda: torch.ones(1, dtype=torch.bfloat16),
    lambda: torch.ones(1).to(torch.bfloat16),
    lambda: torch.tensor([1.0], dtype=torch.bfloat16),
    lambda: torch.set_default_dtype(torch.bfloat16),
    lambda: torch.nn.Linear(1, 1).to(torch.bfloat16),
]


@pytest.mark.parametrize("use", USES)
def test_dtypes_that_numpy_lacks_are_refused_with_what_to_take(use):
    with pytest.raises(DtypeError, match="is not there: NumPy has no bfloat16\n  take float32"):
        use()


@pytest.mark.parametrize("name", ["float8_e4m3fn", "float8_e5m2"])
def test_floats_of_eight_bits_can_be_named(name):
    kind = getattr(torch, name)
    assert repr(kind) == f"torch.{name}" and kind.itemsize == 1 and kind.is_floating_point
    with pytest.raises(DtypeError, match=f"NumPy has no {name}\n  take float32 or float16"):
        torch.ones(1).to(kind)


LIMITS = {  # smallest step at 1, largest number, smallest normal number
    "bfloat16": (2.0**-7, 3.3895313892515355e38, 2.0**-126),
    "float8_e4m3fn": (0.125, 448.0, 2.0**-6),
    "float8_e5m2": (0.25, 57344.0, 2.0**-14),
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_of_floats_that_numpy_lacks_are_known(name):
    limits = torch.finfo(getattr(torch, name))
    assert (limits.eps, limits.max, limits.tiny) == LIMITS[name]
    assert limits.min == -limits.max and limits.bits == getattr(torch, name).itemsize * 8


@pytest.mark.torch
@pytest.mark.parametrize("name", [*LIMITS, "float16", "float32", "float64"])
def test_limits_print_as_those_of_torch(name):
    theirs = pytest.importorskip("torch")
    assert repr(torch.finfo(getattr(torch, name))) == repr(theirs.finfo(getattr(theirs, name)))


@pytest.mark.parametrize("bits", [16, 32, 64])
def test_wide_unsigned_integers_can_be_named(bits):
    kind = getattr(torch, f"uint{bits}")
    assert repr(kind) == f"torch.uint{bits}" and kind.itemsize == bits // 8
    assert not kind.is_signed and not kind.is_floating_point
    with pytest.raises(DtypeError, match="has few operations on it\n  take int32 or int64"):
        torch.zeros(1, dtype=kind)


def test_complex_dtypes_are_refused_with_what_to_do():
    with pytest.raises(DtypeError, match="complex numbers are out of scope\n  keep real and imag"):
        torch.ones(1).to(torch.complex64)


def test_the_class_tensor_stands_for_the_default_dtype():
    assert torch.ones(1).bool().type(torch.Tensor).dtype is torch.float32


X, V, B = torch.full((2, 2), 3.0), torch.full((2,), 3.0), torch.full((1, 2, 2), 3.0)
NUMBERS_FIRST = [  # as called then and as called now
    (lambda: X.clone().add_(2, X), lambda: X.add(X, alpha=2)),
    (lambda: X.add(2, X), lambda: X.add(X, alpha=2)),
    (lambda: torch.add(X, 2, X), lambda: X.add(X, alpha=2)),
    (lambda: torch.add(X, 2, X, out=torch.zeros(2, 2)), lambda: X.add(X, alpha=2)),
    (lambda: X.clone().sub_(2, X), lambda: X.sub(X, alpha=2)),
    (lambda: torch.sub(X, 2, X), lambda: X.sub(X, alpha=2)),
    (lambda: X.clone().addcmul_(2, X, X), lambda: X.addcmul(X, X, value=2)),
    (lambda: torch.addcmul(X, 2, X, X), lambda: X.addcmul(X, X, value=2)),
    (lambda: X.clone().addcdiv_(-2, X, X), lambda: X.addcdiv(X, X, value=-2)),
    (lambda: torch.addmm(2, X, X, X), lambda: X.addmm(X, X, beta=2)),
    (lambda: torch.addmm(2, X, 5, X, X), lambda: X.addmm(X, X, beta=2, alpha=5)),
    (lambda: X.addmm(2, 5, X, X), lambda: X.addmm(X, X, beta=2, alpha=5)),
    (lambda: X.clone().addmm_(2, X, X), lambda: X.addmm(X, X, beta=2)),
    (lambda: torch.addmv(2, V, 5, X, V), lambda: V.addmv(X, V, beta=2, alpha=5)),
    (lambda: torch.addr(2, X, 5, V, V), lambda: X.addr(V, V, beta=2, alpha=5)),
    (lambda: torch.addbmm(2, X, 5, B, B), lambda: X.addbmm(B, B, beta=2, alpha=5)),
    (lambda: B.baddbmm(2, 5, B, B), lambda: B.baddbmm(B, B, beta=2, alpha=5)),
]


@pytest.mark.parametrize(("then", "now"), NUMBERS_FIRST)
def test_numbers_may_stand_before_the_tensors_with_a_warning(then, now):
    with pytest.warns(UserWarning, match=r"This overload of \w+ is deprecated:\n\t\w+\(Number "):
        value = then()
    assert value.tolist() == now().tolist() != X.tolist()


def test_the_warning_tells_how_to_call_now():
    text = (
        "This overload of add_ is deprecated:\n\tadd_(Number alpha, Tensor other)\n"
        "Consider using one of the following signatures instead:\n"
        "\tadd_(Tensor other, *, Number alpha = 1)"
    )
    with pytest.warns(UserWarning) as warned:
        torch.ones(2).add_(2, torch.ones(2))
    assert str(warned[0].message) == text and warned[0].filename == __file__


def test_a_gradient_passes_a_call_with_the_number_first():
    x = torch.ones(2, requires_grad=True)
    with pytest.warns(UserWarning):
        torch.add(torch.zeros(2), 3, x).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]


MISPLACED = [
    (lambda: X.add(X, 2), "add() takes 2 positional arguments but 3 were given"),
    (lambda: torch.add(X, X, X), "add() takes 2 positional arguments but 3 were given"),
    (lambda: torch.add(2, X, X), "add() takes 2 positional arguments but 3 were given"),
    (lambda: X.addcmul(X, X, 2), "addcmul() takes 3 positional arguments but 4 were given"),
    (lambda: X.addmm(X, X, X), "addmm() takes 3 positional arguments but 4 were given"),
    (lambda: X.clone().mul_(2, X), "mul_() takes 2 positional arguments but 3 were given"),
    (lambda: torch.add(X, 2, X, alpha=3), "add() got multiple values for argument 'alpha'"),
    (lambda: X.clone().add_(2, X, alpha=3), "add_() got multiple values for argument 'alpha'"),
    (lambda: X.addmm(2, X, X, beta=3), "addmm() got multiple values for argument 'beta'"),
]


@pytest.mark.parametrize(("call", "text"), MISPLACED)
def test_numbers_elsewhere_are_refused(call, text):
    with pytest.raises(TypeError, match=re.escape(text)):
        call()


@pytest.mark.parametrize("name", ["eig", "symeig", "lstsq", "solve", "matrix_rank"])
def test_what_pytorch_removed_says_what_to_use(name):
    text = "This function was deprecated since version 1.9 and is now removed.\n  use torch.linalg."
    for place in (torch, torch.Tensor):
        if name != "matrix_rank" or place is torch:  # which was no method
            with pytest.raises(RuntimeError, match=re.escape(text)):
                getattr(place, name)(X, X)


NEWER = {
    "torch.qr is deprecated in favor of torch.linalg.qr and": lambda m, x, p: m.qr(x),
    "torch.cholesky is deprecated in favor of": lambda m, x, p: x.cholesky(),
    "torch.lu is deprecated in favor of": lambda m, x, p: m.lu(x),
    "torch.lu_solve is deprecated in favor of": lambda m, x, p: m.lu_solve(x, x, p),
    "torch.triangular_solve is deprecated": lambda m, x, p: m.triangular_solve(x, x),
    "torch.chain_matmul is deprecated and": lambda m, x, p: m.chain_matmul(x, x),
    "where received a uint8 condition tensor.": lambda m, x, p: m.where(x.byte(), 1, 2),
    "The reduce argument of torch.scatter": lambda m, x, p: x.scatter(
        0, p[None] - 1, x, reduce="add"
    ),
    "index_reduce() is in beta": lambda m, x, p: x.index_reduce(0, p[:1] - 1, x[:1], "prod"),
    "Using torch.cross without specifying": lambda m, x, p: m.cross(m.ones(3), m.ones(3)),
    "torch.meshgrid: in an upcoming release": lambda m, x, p: m.meshgrid(x[0], x[0]),
    "The use of `x.T` on tensors of dimension other": lambda m, x, p: x[0].T,
}


@pytest.mark.parametrize("library", ["minitorch", pytest.param("torch", marks=pytest.mark.torch)])
@pytest.mark.parametrize("text", NEWER)
def test_what_has_a_newer_form_warns_once(text, library, monkeypatch):
    m = pytest.importorskip(library)
    x, pivots = m.eye(2), m.tensor([1, 2], dtype=m.int32)
    if library == "torch":
        m.set_warn_always(True)  # what was warned of before is not known
    else:
        monkeypatch.setattr(settings, "_warned", set())
        m.set_warn_always(False)
    try:
        with pytest.warns(UserWarning, match=re.escape(text)):
            NEWER[text](m, x, pivots.long() if "scatter" in text else pivots)
        with warnings.catch_warnings(record=True) as later:
            warnings.simplefilter("always")
            NEWER[text](m, x, pivots.long() if "scatter" in text else pivots)
    finally:
        m.set_warn_always(library != "torch")  # as `conftest.py` has it
    assert library == "torch" or not later
