"""New tensors: from data, filled, counting."""

import re

import numpy as np
import pytest
from printed import printing_tests

import minitorch
from minitorch import Tensor, tensor
from minitorch.backend.devices import cuda_device_count

# What is written, and how PyTorch prints what comes out.
ROWS = {
    "torch.tensor(1)": "tensor(1)",
    "torch.tensor(1.5)": "tensor(1.5000)",
    "torch.tensor(True)": "tensor(True)",
    "torch.tensor([])": "tensor([])",
    "torch.tensor([[], []])": "tensor([], size=(2, 0))",
    "torch.tensor([1, 2])": "tensor([1, 2])",
    "torch.tensor([True, 2])": "tensor([1, 2])",
    "torch.tensor([True, 2.5])": "tensor([1.0000, 2.5000])",
    "torch.tensor([[1, 2.5], [3, 4]])": "tensor([[1.0000, 2.5000],\n        [3.0000, 4.0000]])",
    "torch.tensor(range(3))": "tensor([0, 1, 2])",
    "torch.tensor((1.0, 2.0))": "tensor([1., 2.])",
    "torch.tensor([1e300])": "tensor([inf])",
    "torch.tensor([1.5, -1.5], dtype=torch.int64)": "tensor([ 1, -1])",
    "torch.tensor([-1], dtype=torch.uint8)": "tensor([255], dtype=torch.uint8)",
    "torch.tensor([[1, 0]], dtype=torch.bool)": "tensor([[ True, False]])",
    "torch.tensor([1, 2], dtype=float)": "tensor([1., 2.], dtype=torch.float64)",
    "torch.tensor([2**40 + 1.5], dtype=torch.float64)": "tensor([1.0995e+12], dtype=torch.float64)",
    "torch.tensor(1e10, dtype=torch.float16)": "tensor(inf, dtype=torch.float16)",
    "torch.tensor([1.0, 2.0], requires_grad=True)": "tensor([1., 2.], requires_grad=True)",
    "torch.tensor(np.float32(2))": "tensor(2.)",
    "torch.tensor(np.float64(2))": "tensor(2., dtype=torch.float64)",
    "torch.tensor([np.float64(1), 2.0])": "tensor([1., 2.], dtype=torch.float64)",
    "torch.tensor([np.float16(1), 2.5])": "tensor([1.0000, 2.5000])",
    "torch.tensor([np.float16(1), np.float32(2)])": "tensor([1., 2.])",
    "torch.tensor([np.int32(1)])": "tensor([1], dtype=torch.int32)",
    "torch.tensor([np.int32(1), 2])": "tensor([1, 2])",
    "torch.tensor(np.arange(3, dtype=np.int16))": "tensor([0, 1, 2], dtype=torch.int16)",
    "torch.tensor(np.array([300]), dtype=torch.uint8)": "tensor([44], dtype=torch.uint8)",
    "torch.tensor(np.array([[1.5, 2]]), dtype=torch.int32)": "tensor([[1, 2]], dtype=torch.int32)",
    "torch.tensor([torch.tensor(1), 2.5])": "tensor([1.0000, 2.5000])",
    "torch.tensor([torch.ones(1).double(), 3])": "tensor([1., 3.], dtype=torch.float64)",
    "torch.as_tensor([1, 2])": "tensor([1, 2])",
    "torch.as_tensor(np.ones(2))": "tensor([1., 1.], dtype=torch.float64)",
    "torch.as_tensor(torch.ones(2), dtype=torch.int64)": "tensor([1, 1])",
    "torch.asarray([1, 2], dtype=torch.float32)": "tensor([1., 2.])",
    "torch.from_numpy(np.zeros((1, 2), np.int8))": "tensor([[0, 0]], dtype=torch.int8)",
    "torch.from_dlpack(np.ones(2))": "tensor([1., 1.], dtype=torch.float64)",
    "torch.FloatTensor([1, 2])": "tensor([1., 2.])",
    "torch.LongTensor([[1], [2]])": "tensor([[1],\n        [2]])",
    "torch.LongTensor(2, 3).shape": "torch.Size([2, 3])",
    "torch.BoolTensor([0, 1])": "tensor([False,  True])",
    "torch.zeros(2, 3)": "tensor([[0., 0., 0.],\n        [0., 0., 0.]])",
    "torch.zeros([2])": "tensor([0., 0.])",
    "torch.zeros(())": "tensor(0.)",
    "torch.zeros(torch.Size([1, 2]))": "tensor([[0., 0.]])",
    "torch.zeros(size=(2,))": "tensor([0., 0.])",
    "torch.zeros(torch.tensor(2))": "tensor([0., 0.])",
    "torch.zeros(2, dtype=int)": "tensor([0, 0])",
    "torch.ones(2, dtype=torch.float64)": "tensor([1., 1.], dtype=torch.float64)",
    "torch.ones(1, requires_grad=True)": "tensor([1.], requires_grad=True)",
    "torch.empty(2, 0)": "tensor([], size=(2, 0))",
    "torch.full((2,), 3)": "tensor([3, 3])",
    "torch.full((2,), 3.0)": "tensor([3., 3.])",
    "torch.full((2,), True)": "tensor([True, True])",
    "torch.full((2,), torch.tensor(3.0))": "tensor([3., 3.])",
    "torch.full((2,), 3.5, dtype=torch.int64)": "tensor([3, 3])",
    "torch.full((1, 2), 2, dtype=torch.float64)": "tensor([[2., 2.]], dtype=torch.float64)",
    "torch.zeros_like(torch.ones(1, 2).double())": "tensor([[0., 0.]], dtype=torch.float64)",
    "torch.ones_like(torch.zeros(2), dtype=torch.int64)": "tensor([1, 1])",
    "torch.full_like(torch.zeros(2, dtype=torch.int32), 2.5)": "tensor([2, 2], dtype=torch.int32)",
    "torch.full_like(torch.zeros(2), 2)": "tensor([2., 2.])",
    "torch.empty_like(torch.zeros(2, 0)).shape": "torch.Size([2, 0])",
    "torch.zeros_like(torch.ones(2, 3).T).stride()": "(1, 3)",
    "torch.zeros_like(torch.ones(2, requires_grad=True))": "tensor([0., 0.])",
    "torch.arange(5)": "tensor([0, 1, 2, 3, 4])",
    "torch.arange(1, 5)": "tensor([1, 2, 3, 4])",
    "torch.arange(5, 1, -2)": "tensor([5, 3])",
    "torch.arange(5.0)": "tensor([0., 1., 2., 3., 4.])",
    "torch.arange(0, 1, 0.3)": "tensor([0.0000, 0.3000, 0.6000, 0.9000])",
    "torch.arange(2.5)": "tensor([0., 1., 2.])",
    "torch.arange(end=3)": "tensor([0, 1, 2])",
    "torch.arange(start=1, end=3, step=1)": "tensor([1, 2])",
    "torch.arange(torch.tensor(3))": "tensor([0, 1, 2])",
    "torch.arange(torch.tensor(3.0))": "tensor([0., 1., 2.])",
    "torch.arange(3, dtype=torch.float16)": "tensor([0., 1., 2.], dtype=torch.float16)",
    "torch.arange(0.5, 3, dtype=torch.int64)": "tensor([0, 1, 2])",
    "torch.arange(0, 0)": "tensor([], dtype=torch.int64)",
    "torch.linspace(0, 1, 5)": "tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])",
    "torch.linspace(3, 1, 3)": "tensor([3., 2., 1.])",
    "torch.linspace(0, 1, 1)": "tensor([0.])",
    "torch.linspace(0, 1, 0)": "tensor([])",
    "torch.linspace(-10, 10, 4, dtype=torch.int64)": "tensor([-10,  -3,   3,  10])",
    "torch.linspace(torch.tensor(0.0), torch.tensor(1.0), 3)": "tensor([0.0000, 0.5000, 1.0000])",
    "torch.logspace(0, 2, 3)": "tensor([  1.,  10., 100.])",
    "torch.logspace(0, 2, 3, base=2)": "tensor([1., 2., 4.])",
    "torch.eye(2)": "tensor([[1., 0.],\n        [0., 1.]])",
    "torch.eye(2, 3)": "tensor([[1., 0., 0.],\n        [0., 1., 0.]])",
    "torch.eye(2, dtype=torch.bool)": "tensor([[ True, False],\n        [False,  True]])",
    "torch.ones(2).new_zeros(2)": "tensor([0., 0.])",
    "torch.ones(2).new_zeros((1, 2))": "tensor([[0., 0.]])",
    "torch.ones(2).new_zeros(size=(2,))": "tensor([0., 0.])",
    "torch.ones(2, dtype=torch.int8).new_ones(2)": "tensor([1, 1], dtype=torch.int8)",
    "torch.ones(2).new_ones(2, dtype=torch.int64)": "tensor([1, 1])",
    "torch.ones(2).new_full((2,), 3)": "tensor([3., 3.])",
    "torch.ones(2, dtype=torch.int32).new_full((2,), 3.7)": "tensor([3, 3], dtype=torch.int32)",
    "torch.ones(2).new_tensor([1, 2])": "tensor([1., 2.])",
    "torch.ones(2).new_empty(2, 0)": "tensor([], size=(2, 0))",
    "torch.zeros(2, layout=torch.strided, pin_memory=False)": "tensor([0., 0.])",
    "torch.zeros(3, out=torch.empty(0))": "tensor([0., 0., 0.])",
    "torch.ones_like(torch.ones(2, 3).T, memory_format=torch.contiguous_format).stride()": "(2, 1)",
    "torch.empty(0, memory_format=torch.contiguous_format)": "tensor([])",
    "torch.empty(2, 3, 4, 5, memory_format=torch.channels_last).stride()": "(60, 1, 15, 3)",
    "torch.full((2,), -1, dtype=torch.uint8)": "tensor([255, 255], dtype=torch.uint8)",
    "torch.full_like(torch.zeros(1, dtype=torch.bool), 3)": "tensor([True])",
    "torch.arange(-1, 2, 2, dtype=torch.uint8)": "tensor([255,   1], dtype=torch.uint8)",
    "torch.arange(0.5, 6.2, 1.7, dtype=torch.int32)": "tensor([0, 1, 2, 3], dtype=torch.int32)",
    "torch.arange(0.5, 6.2, 1.7, dtype=torch.int64)": "tensor([0, 1, 2, 3, 4, 5])",
    "torch.arange(3.5, out=torch.empty(0, dtype=torch.int64))": "tensor([0, 1, 2])",
    "torch.arange(2**40, 2**40 + 2)": "tensor([1099511627776, 1099511627777])",
    "torch.linspace(4.3, -3, 8, dtype=torch.int32)": (
        "tensor([ 4,  3,  2,  1,  0, -1, -2, -3], dtype=torch.int32)"
    ),
    "torch.linspace(0, float('inf'), 3)": "tensor([nan, nan, nan])",
    "torch.linspace(0, 4, 3, out=torch.empty(0, dtype=torch.int64))": "tensor([0, 2, 4])",
    "torch.logspace(0, 1.2, 2, dtype=torch.int64)": "tensor([ 1, 10])",
    "torch.logspace(0, 2, 5, base=-2)": "tensor([ 1., nan, -2., nan,  4.])",
    "torch.logspace(1.2, 2, 1, dtype=torch.int64)": "tensor([15])",
    "torch.eye(2, out=torch.empty(0))": "tensor([[1., 0.],\n        [0., 1.]])",
    "torch.empty_strided((2, 3), (1, 2)).stride()": "(1, 2)",
    "torch.empty_strided((2, 0), (3, 1)).shape": "torch.Size([2, 0])",
    "torch.empty_strided((), ()).shape": "torch.Size([])",
    "torch.empty_permuted((2, 3, 4), (0, 2, 1)).stride()": "(12, 1, 3)",
    "torch.ones(2, dtype=torch.int8).new_empty_strided((2, 3), (1, 2)).dtype": "torch.int8",
    "torch.scalar_tensor(3)": "tensor(3.)",
    "torch.scalar_tensor(3.5, dtype=torch.int64)": "tensor(3)",
    "torch.ones(2, dtype=torch.int64).new([1, 2])": "tensor([1, 2])",
    "torch.ones(2).new(2, 3).shape": "torch.Size([2, 3])",
    "torch.frombuffer(bytearray(b'abcd'), dtype=torch.int16)": (
        "tensor([25185, 25699], dtype=torch.int16)"
    ),
    "torch.frombuffer(bytearray(b'abcde'), dtype=torch.int16, offset=1, count=1)": (
        "tensor([25442], dtype=torch.int16)"
    ),
    "torch.asarray(bytearray(b'abcd'))": "tensor([1.6778e+22])",
    "torch.asarray(torch.ones(2, requires_grad=True), requires_grad=False)": "tensor([1., 1.])",
    "torch.get_default_device()": "device(type='cpu')",
}


test_the_tensor_prints_so, test_torch_prints_the_same = printing_tests(
    ROWS, lambda library: {"torch": library, "np": np}
)


# -------------------------------------------------------------------- from data


def test_tensor_copies_and_from_numpy_shares():
    array = np.zeros(3, np.float32)
    copied, shared = tensor(array), minitorch.from_numpy(array)
    array[0] = 1
    assert copied[0] == 0
    assert shared[0] == 1
    shared += 1
    assert array.tolist() == [2, 1, 1]


def test_as_tensor_shares_where_it_can():
    array, x = np.zeros(2, np.float32), minitorch.zeros(2, requires_grad=True)
    assert minitorch.as_tensor(x) is x
    assert np.shares_memory(minitorch.as_tensor(array).array, array)
    assert not np.shares_memory(minitorch.as_tensor(array, dtype=minitorch.int64).array, array)
    assert minitorch.as_tensor(x, dtype=minitorch.float64).requires_grad


def test_asarray_copies_as_it_is_told():
    x = minitorch.zeros(2)
    assert minitorch.asarray(x) is x
    assert not np.shares_memory(minitorch.asarray(x, copy=True).array, x.array)
    assert minitorch.asarray([1.0], requires_grad=True).requires_grad
    assert minitorch.asarray(x, requires_grad=True).is_leaf
    with pytest.raises(ValueError, match="can't alias"):
        minitorch.asarray([1, 2], copy=False)


def test_an_array_that_cannot_be_written_to_is_taken_with_a_warning():
    array = np.zeros(2)
    array.flags.writeable = False
    with pytest.warns(UserWarning, match="The given NumPy array is not writable"):
        minitorch.from_numpy(array)


def test_strides_that_end_within_an_element_are_refused():
    array = np.ndarray(2, np.float64, bytes(16), strides=(4,))
    with pytest.raises(ValueError, match="strides not a multiple of the element byte size"):
        minitorch.from_numpy(array)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ([np.ones((3, 3)), np.ones((3, 0))], r"length 3 at dim 2 \(got 0\)"),
        ([[1, 2, 3], np.ones(2)], r"length 3 at dim 1 \(got 2\)"),
    ],
)
def test_arrays_of_other_lengths_in_a_list_are_refused(data, text):
    with pytest.raises(ValueError, match=text):
        minitorch.tensor(data)


def test_nested_arrays_keep_their_dtype():
    x = minitorch.tensor([[np.ones(2, np.float64)], [np.zeros(2, np.float64)]])
    assert x.dtype is minitorch.float64 and x.tolist() == [[[1, 1]], [[0, 0]]]


def test_from_dlpack_shares_memory():
    array = np.zeros(2)
    minitorch.from_dlpack(array)[0] = 1
    assert array.tolist() == [1, 0]


def test_arrays_that_only_nearly_have_a_plain_dtype_are_taken():
    longlong = np.zeros(2, np.longlong)
    assert minitorch.from_numpy(longlong).dtype is minitorch.int64


def test_other_things_that_turn_into_arrays_are_taken():
    class Series:
        def __array__(self, dtype=None, copy=None):
            return np.array([1.5, 2.5])

    assert tensor(Series()).dtype is minitorch.float64
    assert tensor([np.array([1, 2]), np.array([3, 4])]).tolist() == [[1, 2], [3, 4]]


def test_a_tensor_as_data_warns():
    with pytest.warns(UserWarning, match="it is recommended to use sourceTensor.detach"):
        copied = tensor(minitorch.ones(2, requires_grad=True))
    assert copied.tolist() == [1, 1]
    assert not copied.requires_grad


def test_the_default_dtype_rules_floats_alone():
    minitorch.set_default_dtype(minitorch.float64)
    try:
        assert tensor([1.5]).dtype is tensor([]).dtype is minitorch.zeros(1).dtype
        assert minitorch.full((1,), 1.0).dtype is minitorch.arange(2.0).dtype is minitorch.float64
        assert tensor(1).dtype is minitorch.int64
        assert minitorch.ones(2, dtype=minitorch.float32).dtype is minitorch.float32
    finally:
        minitorch.set_default_dtype(minitorch.float32)


REFUSED_DATA = [
    ([[1, 2], [3]], ValueError, "expected sequence of length 2 at dim 1 (got 1)"),
    ([[[1]], [[2, 3]]], ValueError, "expected sequence of length 1 at dim 2 (got 2)"),
    ([[1, 2], 3], TypeError, "not a sequence"),
    ([1, [2]], TypeError, "'list' object cannot be interpreted as an integer"),
    ("a", TypeError, "new(): invalid data type 'str'"),
    (["a"], ValueError, "too many dimensions 'str'"),
    (None, RuntimeError, "Could not infer dtype of NoneType"),
    ([1, None], RuntimeError, "Could not infer dtype of NoneType"),
    (1j, RuntimeError, "complex numbers are out of the scope of minitorch"),
    ([1.0, 1j], RuntimeError, "complex numbers are out of the scope of minitorch"),
    ({1: 2}, RuntimeError, "Could not infer dtype of dict"),
    ([2**70], ValueError, "Overflow when unpacking long long"),
    ([Tensor(1), Tensor(2)], ValueError, "only one element tensors can be converted to Python"),
    (np.array(["a"]), TypeError, "can't convert np.ndarray of type numpy.str_. The only supported"),
    (np.array([1j]), TypeError, "can't convert np.ndarray of type numpy.complex128"),
    (np.zeros(2, ">f4"), ValueError, "byte order different from the native byte order"),
]


@pytest.mark.parametrize(("data", "error", "text"), REFUSED_DATA, ids=lambda each: str(each)[:30])
def test_refused_data_raises_with_this_text(data, error, text):
    with pytest.raises(error, match=re.escape(text)):
        tensor(data)


@pytest.mark.parametrize(
    ("value", "name"),
    [(300, "uint8"), (-300, "uint8"), (128, "int8"), (1e20, "int64"), (np.nan, "int32")],
)
def test_numbers_that_the_dtype_cannot_hold_are_refused(value, name):
    with pytest.raises(RuntimeError, match=f"converted to type {name} without overflow"):
        tensor([float(value)], dtype=getattr(minitorch, name))


@pytest.mark.parametrize("make", [minitorch.tensor, minitorch.as_tensor, minitorch.from_numpy])
def test_arrays_of_a_class_of_their_own_become_plain_ones(make):
    class Rows(np.ndarray):
        pass

    masked = np.ma.masked_array([[1.0, 2.0]], [[True, False]])
    for array in (np.ones((1, 2)).cumsum(1).view(Rows), masked):
        x = make(array)
        assert type(x.cpu().array) is np.ndarray and x.tolist() == [[1, 2]]
        assert repr(x) == "tensor([[1., 2.]], dtype=torch.float64)"


def test_from_numpy_refuses_what_it_cannot_share():
    with pytest.raises(TypeError, match=r"expected np.ndarray \(got list\)"):
        minitorch.from_numpy([1])
    with pytest.raises(
        ValueError, match="At least one stride in the given numpy array is negative"
    ):
        minitorch.from_numpy(np.arange(3)[::-1])


def test_a_buffer_is_shared_and_one_that_cannot_be_written_to_warns():
    buffer = bytearray(b"abcd")
    x = minitorch.frombuffer(buffer, dtype=minitorch.uint8)
    x[0] = 120
    assert buffer == b"xbcd"
    assert minitorch.frombuffer(bytearray(8), dtype=minitorch.float32, requires_grad=True).is_leaf
    with pytest.warns(UserWarning, match="The given buffer is not writable"):
        minitorch.frombuffer(b"abcd", dtype=minitorch.uint8)


def test_asarray_of_a_leaf_warns_that_it_keeps_requires_grad():
    with pytest.warns(UserWarning, match="unspecified requires_grad now defaults to obj.requires"):
        assert minitorch.asarray(minitorch.ones(2, requires_grad=True)).requires_grad


def test_legacy_types_set_the_default_dtype():
    try:
        for kind in ("torch.DoubleTensor", minitorch.DoubleTensor):
            with pytest.warns(UserWarning, match="set_default_tensor_type.. is deprecated"):
                minitorch.set_default_tensor_type(kind)
            assert minitorch.zeros(1).dtype is minitorch.float64
    finally:
        minitorch.set_default_dtype(minitorch.float32)


def test_unknown_legacy_types_are_refused():
    with pytest.warns(UserWarning), pytest.raises(TypeError, match="invalid type object: only"):
        minitorch.set_default_tensor_type("Tensor")
    with pytest.warns(UserWarning), pytest.raises(TypeError, match="only floating-point types are"):
        minitorch.set_default_tensor_type("torch.LongTensor")


def test_the_default_device_is_where_tensors_are_made():
    minitorch.set_default_device("cpu")
    with minitorch.device("cpu") as inside:
        assert minitorch.get_default_device() is inside
        assert minitorch.zeros(2).device == inside
    minitorch.set_default_device(None)
    assert minitorch.get_default_device() == minitorch.device("cpu")
    with pytest.raises(RuntimeError, match="device 'tpu' is not one"):
        minitorch.set_default_device("tpu")
    if not cuda_device_count():
        with minitorch.device("cuda"):
            for make in (lambda: minitorch.zeros(2), lambda: minitorch.tensor([1])):
                with pytest.raises(RuntimeError, match=r"needs CuPy|no NVIDIA driver"):
                    make()


def test_integers_cannot_require_gradients():
    with pytest.raises(RuntimeError, match="floating point and complex dtype can require"):
        tensor([1, 2], requires_grad=True)


# -------------------------------------------------------------------- filled and counting


def test_creation_writes_into_out():
    out = minitorch.ones(2)
    assert minitorch.zeros(2, out=out) is out
    assert out.tolist() == [0, 0]
    whole = minitorch.empty(0, dtype=minitorch.int64)
    assert minitorch.arange(3, out=whole).tolist() == [0, 1, 2]
    assert whole.dtype is minitorch.int64


REFUSED = [
    (lambda: minitorch.zeros(-1), RuntimeError, "zeros: Dimension size must be non-negative."),
    (lambda: minitorch.ones(2, -1), RuntimeError, "negative dimension -1: [2, -1]"),
    (lambda: tensor([1, "a"]), TypeError, "new(): invalid data type 'str'"),
    (lambda: minitorch.zeros(2.0), TypeError, "argument 'size' (position 1) must be tuple of ints"),
    (minitorch.zeros, TypeError, 'missing 1 required positional arguments: "size"'),
    (
        lambda: minitorch.zeros(2, dtype="text"),
        TypeError,
        "argument 'dtype' must be torch.dtype, not str",
    ),
    (lambda: minitorch.zeros(2, device="tpu"), RuntimeError, "device 'tpu' is not one"),
    (lambda: minitorch.arange(5, 1), RuntimeError, "bound inconsistent with step sign"),
    (lambda: minitorch.arange(0, 5, 0), RuntimeError, "step must be nonzero"),
    (lambda: minitorch.linspace(0, 1, -1), RuntimeError, "number of steps must be non-negative"),
    (lambda: minitorch.logspace(0, 1, -1), RuntimeError, "number of steps must be non-negative"),
    (lambda: minitorch.eye(-1), RuntimeError, "n must be greater or equal to 0, got -1"),
    (lambda: minitorch.eye(1, -1), RuntimeError, "m must be greater or equal to 0, got -1"),
    (lambda: minitorch.eye(2.5), TypeError, "eye(): argument 'n' (position 1) must be int, not fl"),
    (
        lambda: minitorch.zeros([2, 2.5]),
        TypeError,
        "zeros(): argument 'size' failed to unpack the object at pos 2 with error \"type must be "
        'tuple of ints,but got float"',
    ),
    (
        lambda: minitorch.zeros(True),
        TypeError,
        "zeros(): argument 'size' (position 1) must be tuple of ints, but found element of type",
    ),
    (
        lambda: minitorch.ones(6).reshape((True, 6)),
        TypeError,
        "reshape(): argument 'shape' (position 1) must be tuple of ints, but found element of type "
        "bool at pos 0",
    ),
    (lambda: minitorch.zeros(2, layout=3), RuntimeError, "layout must be torch.strided, not 3"),
    (
        lambda: minitorch.zeros(2, out=minitorch.ones(2), dtype=minitorch.int64),
        RuntimeError,
        "dtype Long does not match dtype of out parameter (Float)",
    ),
    (
        lambda: minitorch.zeros(2, out=minitorch.ones(1).expand(2)),
        RuntimeError,
        "more than one element of the written-to tensor refers to a single memory location",
    ),
    (
        lambda: minitorch.full((2,), "a"),
        TypeError,
        "full(): argument 'fill_value' (position 2) must be Number, not str",
    ),
    (lambda: minitorch.full(2, 3), TypeError, "argument 'size' (position 1) must be tuple of ints"),
    (
        lambda: minitorch.full((2,), 300, dtype=minitorch.uint8),
        RuntimeError,
        "value cannot be converted to type uint8_t without overflow",
    ),
    (
        lambda: minitorch.zeros_like([1]),
        TypeError,
        "zeros_like(): argument 'input' (position 1) must be Tensor, not list",
    ),
    (minitorch.arange, TypeError, 'arange() missing 1 required positional arguments: "end"'),
    (lambda: minitorch.arange(float("nan")), RuntimeError, "unsupported range: 0 -> nan"),
    (
        lambda: minitorch.arange(2, dtype=minitorch.bool),
        NotImplementedError,
        "\"arange_cpu\" not implemented for 'Bool'",
    ),
    (lambda: minitorch.range(3), TypeError, 'range() missing 1 required positional arguments: "e'),
    (
        lambda: minitorch.linspace(minitorch.ones(2), 1, 3),
        RuntimeError,
        "linspace only supports 0-dimensional start and end tensors, but got start with 1",
    ),
    (
        lambda: minitorch.linspace(0, 1, 2.5),
        TypeError,
        "linspace() received an invalid combination of arguments - got (int, int, float)",
    ),
    (
        lambda: minitorch.empty_strided((2, 3), (3,)),
        RuntimeError,
        "dimensionality of sizes (2) must match dimensionality of strides (1)",
    ),
    (lambda: minitorch.empty_strided((2,), (-1,)), RuntimeError, "Storage size calculation overfl"),
    (
        lambda: minitorch.empty_permuted((2, 3), (1,)),
        RuntimeError,
        "Number of dimensions in size does not match the length of the physical_layout",
    ),
    (lambda: minitorch.empty_permuted((2, 3), (1, 1)), RuntimeError, "Duplicate dim not allowed"),
    (lambda: minitorch.empty_permuted((2, 3), (1, 2)), RuntimeError, "Dimension out of range (ex"),
    *[
        (
            lambda settings=settings: minitorch.frombuffer(
                bytearray(5), dtype=minitorch.int16, **settings
            ),
            ValueError,
            text,
        )
        for settings, text in (
            (
                {},
                "buffer length (5 bytes) after offset (0 bytes) must be a multiple of elem",
            ),
            ({"count": 9}, "requested buffer length (9 * 2 bytes) after offset (0 bytes) must not"),
            ({"count": 0}, "both buffer length (5) and count (0) must not be 0"),
            ({"offset": 6}, "offset (6 bytes) must be non-negative and no greater than buffer len"),
        )
    ],
    (
        lambda: minitorch.frombuffer([1], dtype=minitorch.uint8),
        ValueError,
        "object does not implement Python buffer protocol.",
    ),
    (
        lambda: minitorch.asarray(minitorch.ones(2), copy=False, dtype=minitorch.float64),
        ValueError,
        "can't alias tensor with dtype",
    ),
]


@pytest.mark.parametrize(("call", "error", "text"), REFUSED)
def test_refused_arguments_raise_with_this_text(call, error, text):
    with pytest.raises(error, match=re.escape(text)):
        call()


def test_pinned_memory_needs_a_gpu():
    if not cuda_device_count():
        for make in (lambda **k: minitorch.zeros(2, **k), lambda **k: tensor([1], **k)):
            with pytest.raises(RuntimeError, match="requires a CUDA or other accelerator backend"):
                make(pin_memory=True)


@pytest.mark.parametrize("library", ["minitorch", pytest.param("torch", marks=pytest.mark.torch)])
def test_range_includes_its_end_and_warns(library):
    m = pytest.importorskip(library)
    with pytest.warns(UserWarning, match="torch.range is deprecated and will be removed"):
        assert m.range(5, 1, -2).tolist() == [5, 3, 1]


@pytest.mark.torch
def test_float_ranges_are_those_of_torch():
    torch = pytest.importorskip("torch")
    for start, end, step in ((0, 1, 0.1), (0.1, 5, 0.3), (5, -1, -0.7), (1e6, 1e6 + 3, 0.25)):
        ours, theirs = (lib.arange(start, end, step) for lib in (minitorch, torch))
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
        ours, theirs = (lib.linspace(start, end, 7) for lib in (minitorch, torch))
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-6)


def test_likenesses_of_what_was_expanded_lie_row_by_row():
    assert minitorch.zeros_like(minitorch.ones(3, 4).expand(2, 3, 4)).stride() == (12, 4, 1)


def test_reversed_arrays_are_refused():
    with pytest.raises(ValueError, match="one stride in the given numpy array is negative"):
        tensor(np.arange(3)[::-1])


def test_a_tensor_of_a_size_is_uninitialised_of_that_shape():
    assert Tensor(minitorch.Size([2, 3])).shape == (2, 3)
    for kind in (Tensor, minitorch.FloatTensor):
        with pytest.raises(TypeError, match="data must be a sequence"):
            kind(5.0)


def test_a_range_fills_an_out_of_as_many_elements_in_its_own_shape():
    out = minitorch.zeros(2, 4)[:, ::2]
    assert minitorch.arange(4.0, out=out) is out
    assert out.tolist() == [[0, 1], [2, 3]]
    column = minitorch.zeros(3, 2)
    minitorch.linspace(0, 1, 3, out=column[:, 1])
    assert column.tolist() == [[0, 0], [0, 0.5], [0, 1]]


def test_strides_of_no_elements_are_those_of_one_each():
    assert minitorch.zeros(2, 0).stride() == (1, 1)
    assert minitorch.zeros(0, 3).stride() == (3, 1)


def test_a_list_that_holds_itself_is_refused():
    data = []
    data.append(data)
    with pytest.raises(ValueError, match="too many dimensions 'list'"):
        tensor(data)


def test_what_has_length_and_items_is_a_sequence():
    class Pair:
        def __len__(self):
            return 2

        def __getitem__(self, i):
            return ([0.0, 2.0], [1.0, 2.0])[i]

    assert tensor(Pair()).tolist() == [[0, 2], [1, 2]]


def test_arrays_of_no_dimension_are_numbers_in_a_list():
    assert tensor([np.array(1.5), 2]).tolist() == [1.5, 2]


def test_legacy_constructors_make_tensors_on_their_own_device():
    assert minitorch.FloatTensor(2, device="cpu").shape == (2,)
    for kind in (Tensor, minitorch.FloatTensor):
        with pytest.raises(RuntimeError, match="legacy constructor expects device type: cpu but"):
            kind(2, device="cuda")


LEGACY = {
    "got (tuple, int), but expected one of": lambda: minitorch.LongTensor((6, 0), 1),
    'pos 2 with error "type must be tuple of ints,but got float"': lambda: minitorch.LongTensor(
        3, 4.0
    ),
    "expected TensorOptions(dtype=float) (got TensorOptions(dtype=int))": (
        lambda: minitorch.FloatTensor(minitorch.IntTensor([1]))
    ),
    "new(): data must be a sequence (got NoneType)": lambda: Tensor(None),
    "new(): data must be a sequence (got float)": lambda: minitorch.zeros(1).new(1.5),
}


@pytest.mark.parametrize("call", LEGACY.values(), ids=range(len(LEGACY)))
def test_legacy_constructors_refuse_with_this_text(call):
    text = next(text for text, each in LEGACY.items() if each is call)
    with pytest.raises(TypeError, match=re.escape(text)):
        call()


def test_legacy_constructors_take_sizes_of_any_integer_type():
    for kind in (Tensor, minitorch.FloatTensor):
        assert kind(np.int64(2), 3).shape == (2, 3)
        assert kind(np.int64(2)).shape == (2,)
    assert minitorch.zeros(1).new(size=(2, 3)).shape == (2, 3)


def test_copies_of_tensors_are_advised_against():
    with pytest.warns(UserWarning, match="To copy construct from a tensor"):
        assert minitorch.zeros(2).new_tensor(minitorch.ones(2)).tolist() == [1, 1]


def test_sizes_beyond_memory_are_refused():
    with pytest.raises(RuntimeError, match="Storage size calculation overflowed"):
        minitorch.zeros(2**40, 2**40)


def test_deterministic_algorithms_fill_what_is_uninitialised():
    minitorch.use_deterministic_algorithms(True)
    try:
        x = minitorch.zeros(2)
        made = [minitorch.empty(2), minitorch.empty_like(x), minitorch.empty_strided((2,), (1,))]
        assert all(each.isnan().all() for each in made)
        assert minitorch.empty(1, dtype=minitorch.int8).item() == 127
        assert minitorch.empty(1, dtype=minitorch.bool).item() is True
        assert x.resize_(3).isnan().tolist() == [False, False, True]
    finally:
        minitorch.use_deterministic_algorithms(False)


@pytest.mark.parametrize("name", ["zeros_like", "ones_like", "empty_like", "rand_like"])
def test_a_likeness_lies_in_the_order_asked_for(name):
    x = minitorch.zeros(2, 3, 4, 5)
    made = getattr(minitorch, name)(x, memory_format=minitorch.channels_last)
    assert made.stride() == (60, 1, 15, 3)
    with pytest.raises(RuntimeError, match="required rank 4 tensor to use channels_last format"):
        getattr(minitorch, name)(x[0], memory_format=minitorch.channels_last)


def test_a_filled_likeness_lies_in_the_order_asked_for():
    x = minitorch.zeros(2, 3, 4, 5)
    made = minitorch.full_like(x, 2, memory_format=minitorch.channels_last)
    assert made.stride() == (60, 1, 15, 3)
    assert (made == 2).all()


def test_new_tensors_have_no_order_to_keep():
    with pytest.raises(RuntimeError, match="unsupported memory format Preserve"):
        minitorch.empty(2, memory_format=minitorch.preserve_format)
