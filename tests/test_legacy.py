"""Names from older PyTorch: `FloatTensor`, `Variable`, types by name; and dtypes that are not."""

import pickle

import pytest

import minitorch as torch
from minitorch.autograd import Variable
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


def test_volatile_warns_and_excludes_gradients():
    with pytest.warns(UserWarning, match="volatile was removed and now has no effect"):
        assert not Variable(torch.zeros(1), volatile=True).requires_grad
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="Variable can't be volatile"):
        Variable(torch.zeros(1), requires_grad=True, volatile=True)


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
    lambda: torch.finfo(torch.bfloat16),
    lambda: torch.set_default_dtype(torch.bfloat16),
    lambda: torch.nn.Linear(1, 1).to(torch.bfloat16),
]


@pytest.mark.parametrize("use", USES)
def test_dtypes_that_numpy_lacks_are_refused_with_what_to_take(use):
    with pytest.raises(DtypeError, match="is not there: NumPy has no bfloat16\n  take float32"):
        use()


def test_complex_dtypes_are_refused_with_what_to_do():
    with pytest.raises(DtypeError, match="complex numbers are out of scope\n  keep real and imag"):
        torch.ones(1).to(torch.complex64)


def test_the_class_tensor_stands_for_the_default_dtype():
    assert torch.ones(1).bool().type(torch.Tensor).dtype is torch.float32
