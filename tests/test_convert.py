"""From tensors to Python, NumPy, other dtypes and devices."""

import pickle
import re
from types import SimpleNamespace

import numpy as np
import pytest
from printed import printing_tests

import minitorch
from minitorch import arange, ones, tensor, zeros
from minitorch.backend import settings

# What is written, and what PyTorch gives.
ROWS = {
    "torch.tensor([[5]]).item()": "5",
    "torch.tensor(2.5).item()": "2.5",
    "torch.tensor(True).item()": "True",
    "torch.arange(6.0).view(2, 3).tolist()": "[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]",
    "torch.tensor(2.5).tolist()": "2.5",
    "float(torch.tensor([2.5]))": "2.5",
    "int(torch.tensor(3.7))": "3",
    "complex(torch.tensor(2.0))": "(2+0j)",
    "bool(torch.tensor([0.0]))": "False",
    "bool(torch.tensor([[3]]))": "True",
    "range(torch.tensor(3))": "range(0, 3)",
    "[1, 2, 3][torch.tensor(1)]": "2",
    "[1, 2][torch.tensor(True)]": "2",
    "f'{torch.tensor(3.14159):.2f}'": "'3.14'",
    "f'{torch.tensor(2.5)}'": "'2.5'",
    "f'{torch.tensor([1.5])}'": "'tensor([1.5000])'",
    "'%.2f|%d' % (torch.tensor(2.5), torch.tensor(3))": "'2.50|3'",
    "str(torch.ones(2, requires_grad=True))": "'tensor([1., 1.], requires_grad=True)'",
    "repr(torch.ones(2, requires_grad=True) * 2)": "'tensor([2., 2.], grad_fn=<MulBackward0>)'",
    "repr(torch.tensor([1, 2], dtype=torch.int16))": "'tensor([1, 2], dtype=torch.int16)'",
    "list(torch.arange(4).view(2, 2))": "[tensor([0, 1]), tensor([2, 3])]",
    "[*torch.tensor([1, 2])]": "[tensor(1), tensor(2)]",
    "2 in torch.arange(3)": "True",
    "7.0 in torch.arange(3)": "False",
    "torch.tensor(2.0) in torch.arange(3)": "True",
    "torch.ones(2).to(torch.float64)": "tensor([1., 1.], dtype=torch.float64)",
    "torch.ones(2).to('cpu', torch.int64)": "tensor([1, 1])",
    "torch.ones(2).to(device='cpu', dtype=torch.int8)": "tensor([1, 1], dtype=torch.int8)",
    "torch.ones(2).to(torch.tensor(1))": "tensor([1, 1])",
    "torch.ones(2).to(float)": "tensor([1., 1.], dtype=torch.float64)",
    "torch.ones(2).to()": "tensor([1., 1.])",
    "torch.ones(2).type()": "'torch.FloatTensor'",
    "torch.ones(2).int().type()": "'torch.IntTensor'",
    "torch.ones(2).type(torch.float16)": "tensor([1., 1.], dtype=torch.float16)",
    "torch.ones(2).type('torch.DoubleTensor')": "tensor([1., 1.], dtype=torch.float64)",
    "torch.ones(2).type_as(torch.tensor(True))": "tensor([True, True])",
    "torch.ones(1).double()": "tensor([1.], dtype=torch.float64)",
    "torch.ones(1).half()": "tensor([1.], dtype=torch.float16)",
    "torch.ones(1).int()": "tensor([1], dtype=torch.int32)",
    "torch.ones(1).long()": "tensor([1])",
    "torch.ones(1).short()": "tensor([1], dtype=torch.int16)",
    "torch.ones(1).byte()": "tensor([1], dtype=torch.uint8)",
    "torch.ones(1).char()": "tensor([1], dtype=torch.int8)",
    "torch.arange(2.0).bool()": "tensor([False,  True])",
    "torch.tensor([float('nan')]).int()": "tensor([-2147483648], dtype=torch.int32)",
    "torch.tensor([1e10]).half()": "tensor([inf], dtype=torch.float16)",
    "torch.ones(1, requires_grad=True).double().grad_fn.name()": "'ToCopyBackward0'",
    "torch.ones(1, requires_grad=True).int()": "tensor([1], dtype=torch.int32)",
    "torch.arange(3.0).numpy()": "array([0., 1., 2.], dtype=float32)",
    "torch.ones(1, requires_grad=True).numpy(force=True)": "array([1.], dtype=float32)",
    "np.asarray(torch.arange(3))": "array([0, 1, 2])",
    "np.stack([torch.ones(1), torch.zeros(1)])": "array([[1.],\n       [0.]], dtype=float32)",
    "np.float64(2) * torch.ones(2)": "tensor([2., 2.])",
    "np.int64(2) * torch.ones(2)": "tensor([2., 2.])",
    "torch.ones(2) * np.float64(2)": "tensor([2., 2.])",
    "torch.ones(2, dtype=torch.int32) * np.float64(2)": "tensor([2., 2.])",
    "torch.tensor(3) + np.float64(2)": "tensor(5.)",
    "np.float32(2) - torch.ones(2)": "tensor([1., 1.])",
    "np.ones(2) == torch.ones(2)": "tensor([True, True])",
    "np.from_dlpack(torch.arange(3))": "array([0, 1, 2])",
    "torch.from_dlpack(torch.arange(3))": "tensor([0, 1, 2])",
    "torch.is_tensor(torch.ones(1)), torch.is_tensor(1)": "(True, False)",
}


test_the_result_prints_so, test_torch_prints_the_same = printing_tests(
    ROWS, lambda library: {"torch": library, "np": np}
)


# -------------------------------------------------------------------- NumPy and other libraries


def test_numpy_shares_memory():
    x = zeros(3)
    x.numpy()[0] = 5
    np.asarray(x)[1] = 6
    np.from_dlpack(x)[2] = 7
    assert x.tolist() == [5, 6, 7]
    assert not np.shares_memory(np.array(x), x.array)


def test_operators_between_arrays_and_tensors_give_tensors():
    array, x = np.array([1.0, 2.0]), tensor([3.0, 4.0], requires_grad=True)
    for y in (array * x, x * array, array + x, array - x, x - array):
        assert isinstance(y, minitorch.Tensor)
        assert y.requires_grad
        assert y.dtype is minitorch.float64
    assert (array - x).tolist() == [-2, -2]
    assert (array < x).tolist() == [True, True]


def test_numpy_functions_give_tensors():
    assert isinstance(np.sin(ones(2)), minitorch.Tensor)
    assert isinstance(np.add(np.ones(2), ones(2)), minitorch.Tensor)
    assert np.greater(ones(2), 0).dtype is minitorch.uint8


def test_a_capsule_carries_a_tensor_in_its_own_memory():
    x = zeros(2)
    minitorch.from_dlpack(minitorch.to_dlpack(x))[0] = 1
    assert x.tolist() == [1, 0]
    assert minitorch.from_dlpack(x.__dlpack__()).tolist() == [1, 0]


def test_a_capsule_is_read_once():
    capsule = minitorch.to_dlpack(zeros(2))
    minitorch.from_dlpack(capsule)
    with pytest.raises(RuntimeError, match="DLTensor capsules can be consumed only once"):
        minitorch.from_dlpack(capsule)


def test_from_dlpack_copies_when_told():
    x = zeros(2)
    minitorch.from_dlpack(x, copy=True)[0] = 1
    minitorch.from_dlpack(x, device="cpu", copy=False)[1] = 1
    assert x.tolist() == [0, 1]


def test_what_only_dlpack_can_read_makes_a_tensor():
    x = ones(2)
    other = SimpleNamespace(__dlpack__=x.__dlpack__, __dlpack_device__=x.__dlpack_device__)
    assert tensor(other).equal(x)


@pytest.mark.parametrize(("stream", "error"), [("0", TypeError), (0, AssertionError)])
def test_on_the_cpu_there_are_no_streams(stream, error):
    with pytest.raises(error, match="stream"):
        ones(2).__dlpack__(stream=stream)


def test_a_tensor_that_requires_grad_leaves_only_when_told():
    x = ones(2, requires_grad=True)
    for call in (x.numpy, lambda: np.asarray(x), lambda: np.sin(x)):
        with pytest.raises(
            RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad"
        ):
            call()
    with pytest.raises(BufferError, match="Can't export tensors that require gradient"):
        np.from_dlpack(x)
    assert np.shares_memory(x.numpy(force=True), x.array)
    with minitorch.no_grad():
        assert np.shares_memory(x.numpy(), x.array)


# -------------------------------------------------------------------- Python


REFUSED = [
    (
        lambda: ones(2).item(),
        RuntimeError,
        "a Tensor with 2 elements cannot be converted to Scalar",
    ),
    (
        lambda: zeros(0).item(),
        RuntimeError,
        "a Tensor with 0 elements cannot be converted to Scalar",
    ),
    (lambda: float(ones(2)), ValueError, "only one element tensors can be converted to Python"),
    (lambda: int(ones(2)), ValueError, "only one element tensors can be converted to Python"),
    (lambda: bool(ones(2)), RuntimeError, "Tensor with more than one value is ambiguous"),
    (lambda: bool(zeros(0)), RuntimeError, "Boolean value of Tensor with no values is ambiguous"),
    (lambda: range(tensor(1.0)), TypeError, "only integer tensors of a single element"),
    (lambda: iter(tensor(1.0)), TypeError, "iteration over a 0-d tensor"),
    (lambda: "a" in ones(2), RuntimeError, "only supports Tensor or scalar, but you passed in a"),
    (lambda: f"{ones(2):.2f}", TypeError, "unsupported format string passed to Tensor"),
    (lambda: ones(2).type("torch.OddTensor"), ValueError, "invalid type: 'torch.OddTensor'"),
    (lambda: ones(2).to("gpu"), RuntimeError, "device 'gpu' is not one"),
]


@pytest.mark.parametrize(("call", "error", "text"), REFUSED)
def test_refused_conversions_raise_with_this_text(call, error, text):
    with pytest.raises(error, match=re.escape(text)):
        call()


def test_iteration_gives_views():
    x = zeros(2, 3)
    for row in x:
        row += 1
    assert x.tolist() == [[1.0] * 3] * 2


# -------------------------------------------------------------------- dtypes and devices


def test_conversion_returns_its_input_where_nothing_changes():
    x = ones(2)
    for y in (x.to(minitorch.float32), x.to("cpu"), x.float(), x.cpu(), x.to(x), x.type_as(x)):
        assert y is x
    assert x.to(minitorch.float32, copy=True) is not x
    assert x.to("cpu", minitorch.float32, False, True) is not x  # non_blocking, copy


def test_gradients_return_in_the_dtype_of_the_input():
    x = ones(2, requires_grad=True)
    (x.double() * tensor([2.0, 3.0], dtype=minitorch.float64)).sum().backward()
    assert x.grad.dtype is minitorch.float32
    assert x.grad.tolist() == [2, 3]
    assert x.half().requires_grad
    assert not x.long().requires_grad


def test_a_gpu_that_is_not_there_is_refused_with_a_remedy():
    if minitorch.backend.devices.cuda_device_count():
        pytest.skip("there is one")
    with pytest.raises(RuntimeError, match="cuda"):
        ones(2).cuda()
    with pytest.raises(RuntimeError, match="cuda"):
        ones(2).to("cuda:0")


def test_pickled_tensors_keep_dtype_and_gradient_flag():
    x = arange(3.0).requires_grad_()
    y = pickle.loads(pickle.dumps(x))
    assert y.requires_grad
    assert y.tolist() == x.tolist()
    assert (y * 2).grad_fn.name() == "MulBackward0"


def test_an_unpickled_tensor_takes_the_quick_way_of_ops():
    unpickled = pickle.loads(pickle.dumps(tensor([1.0, 2.0])))
    assert unpickled.array.dtype is tensor([1.0]).array.dtype


def test_to_brings_a_tensor_into_an_order_in_memory():
    x = minitorch.rand(2, 3, 4, 5)
    y = x.to(memory_format=minitorch.channels_last)
    assert y.stride() == (60, 1, 15, 3) and y.equal(x)
    assert y.to(memory_format=minitorch.preserve_format) is y
    assert y.to(memory_format=minitorch.contiguous_format).stride() == (60, 20, 5, 1)
    assert y.to(minitorch.float64).stride() == y.clone().stride() == y.stride()


# -------------------------------------------------------------------- what `to` takes

CPU, F64 = minitorch.device("cpu"), minitorch.float64


@pytest.mark.parametrize(
    "target",
    [(F64,), (CPU, F64), (None, F64), ("cpu", F64, False, True), (F64, True), (ones(1).double(),)],
)
def test_to_takes_a_dtype_a_device_and_a_dtype_or_a_tensor(target):
    assert ones(2).to(*target).dtype is F64


@pytest.mark.parametrize(
    ("target", "named"),
    [
        ((CPU, True), {}),
        ((F64, "cpu"), {}),
        ((F64,), {"device": "cpu"}),
        ((CPU,), {"device": CPU}),
        ((CPU, CPU), {}),
        ((ones(1), F64), {}),
        ((CPU, tensor(3)), {}),
        (([],), {}),
    ],
)
def test_to_refuses_other_arguments_and_what_is_named_twice(target, named):
    for to in (ones(2).to, minitorch.nn.Linear(1, 1).to):
        with pytest.raises(
            TypeError, match="to\\(\\) received an invalid combination of arguments"
        ):
            to(*target, **named)


def test_modules_do_not_take_copy():
    with pytest.raises(RuntimeError, match="does not accept copy argument"):
        minitorch.nn.Linear(1, 1).to("cpu", copy=True)


CONVERSIONS = {
    "float": lambda x, **order: x.float(**order),
    "byte": lambda x, **order: x.byte(**order),
    "cpu": lambda x, **order: x.cpu(**order),
    "to": lambda x, **order: x.to(minitorch.float64, **order),
    "type": lambda x, **order: x.type(minitorch.int32, **order),
    "type by name": lambda x, **order: x.type("torch.IntTensor", **order),
    "clone": lambda x, **order: x.clone(**order),
}


@pytest.mark.parametrize("convert", CONVERSIONS.values(), ids=CONVERSIONS)
def test_a_conversion_brings_the_order_in_memory_asked_for(convert):
    x = arange(120).float().view(2, 3, 4, 5)
    y = convert(x, memory_format=minitorch.channels_last)
    assert y.stride() == (60, 1, 15, 3)
    assert y.tolist() == x.tolist()
    assert convert(y, memory_format=minitorch.contiguous_format).is_contiguous()
    assert convert(y, memory_format=minitorch.preserve_format).stride() == y.stride()


def test_reversed_gives_a_tensor():
    assert reversed(arange(6).view(2, 3)).tolist() == [[3, 4, 5], [0, 1, 2]]
    assert reversed(tensor(3)).item() == 3
    x = ones(2, requires_grad=True)
    (reversed(x) * tensor([1.0, 2.0])).sum().backward()
    assert x.grad.tolist() == [2, 1]


def test_what_has_no_elements_has_no_address():
    assert zeros(2, 0).data_ptr() == 0 != zeros(2).data_ptr()


def test_a_typed_storage_is_taken_by_tensors_of_its_dtype():
    x = arange(4)
    with pytest.warns(UserWarning, match="TypedStorage is deprecated"):
        storage = x.storage()
    assert tensor([0]).set_(storage).tolist() == [0, 1, 2, 3]
    assert (storage.untyped().nbytes(), storage.untyped().data_ptr()) == (32, x.data_ptr())
    with pytest.raises(RuntimeError, match=r"a Storage of type float or an Untyped.* Long"):
        zeros(1).set_(storage)


def test_a_number_from_a_recorded_tensor_warns_that_it_is_a_constant():
    x = minitorch.ones(1, requires_grad=True)
    with pytest.warns(UserWarning, match="Converting a tensor with requires_grad=True to a scalar"):
        assert float(x * 2) == 2
    with minitorch.no_grad():
        assert float(x) == float(x.detach()) == x.item() == 1
    assert complex(x) == 1


def test_that_a_number_is_a_constant_is_said_once_per_program(monkeypatch):
    monkeypatch.setattr(settings, "_warned", set())
    minitorch.set_warn_always(False)
    x = minitorch.ones(1, requires_grad=True)
    try:
        with pytest.warns(UserWarning, match="Converting a tensor"):
            float(x)
        assert float(x) == 1  # a second warning would be an error
    finally:
        minitorch.set_warn_always(True)
