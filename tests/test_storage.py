"""Storages made by hand, from buffers and from files; `test_attributes.py` has those of tensors."""

import copy
import pickle

import pytest

import minitorch
from minitorch import TypedStorage, UntypedStorage

DEPRECATED = "TypedStorage is deprecated"


def floats(*data, **settings):
    with pytest.warns(UserWarning, match=DEPRECATED):
        return minitorch.FloatStorage(*data, **settings)


def test_an_untyped_storage_is_made_of_a_size_or_of_bytes():
    assert (UntypedStorage().nbytes(), UntypedStorage(3).nbytes()) == (0, 3)
    assert UntypedStorage([1, 2, 300]).tolist() == [1, 2, 44]
    with pytest.raises(RuntimeError, match=r"sequence \(list\), but one of .* type float instead"):
        UntypedStorage([1.5])
    with pytest.raises(TypeError, match="received an invalid combination of arguments"):
        UntypedStorage(1, 2)


def test_a_typed_storage_is_made_of_a_size_of_numbers_or_over_bytes():
    assert floats([1, 2]).tolist() == [1.0, 2.0]
    assert (len(floats(2)), floats(2).nbytes(), len(floats())) == (2, 8, 0)
    held = UntypedStorage(8).fill_(0)
    over = floats(wrap_storage=held)
    over[1] = 1.0
    assert held.tolist() == [0, 0, 0, 0, 0, 0, 128, 63]
    with pytest.warns(UserWarning, match=DEPRECATED):
        assert TypedStorage([1, 2], dtype=minitorch.int32).dtype is minitorch.int32


@pytest.mark.parametrize("settings", [{}, {"dtype": minitorch.int32, "device": "cpu"}])
def test_an_untyped_storage_is_wrapped_with_a_dtype_alone(settings):
    with pytest.warns(UserWarning), pytest.raises(RuntimeError, match="invalid combination of arg"):
        TypedStorage(wrap_storage=UntypedStorage(8), **settings)


def test_only_an_untyped_storage_is_wrapped():
    with pytest.warns(UserWarning), pytest.raises(TypeError, match="invalid combination of argum"):
        TypedStorage(wrap_storage=3, dtype=minitorch.int32)


def test_the_old_names_know_the_storages_of_their_dtype():
    with pytest.warns(UserWarning, match=DEPRECATED):
        storage = minitorch.ones(2).storage()
    assert isinstance(storage, minitorch.FloatStorage)
    assert not isinstance(storage, minitorch.DoubleStorage)
    assert minitorch.ones(2).int().storage_type() is minitorch.IntStorage
    assert storage.type() == "torch.FloatStorage" and minitorch.Storage is minitorch.FloatStorage
    assert minitorch.ones(2).untyped_storage().type() == "torch.storage.UntypedStorage"
    assert minitorch.storage.TypedStorage is TypedStorage


def test_what_is_written_to_a_storage_is_seen_in_the_tensor():
    x = minitorch.ones(3)
    with pytest.warns(UserWarning, match=DEPRECATED):
        x[1:].storage()[1] = 9
    assert x.tolist() == [1, 9, 1]
    x.untyped_storage().fill_(0)
    assert x.tolist() == [0, 0, 0]


def test_storages_are_copied():
    a = floats([1, 2])
    for each in (a.clone(), copy.copy(a), copy.deepcopy(a), pickle.loads(pickle.dumps(a))):
        each[0] = 5
        assert each.tolist() == [5.0, 2.0]
    assert a.tolist() == [1.0, 2.0] and a.double().dtype is minitorch.float64
    assert floats(2).copy_(a).tolist() == [1.0, 2.0]
    with pytest.raises(RuntimeError, match="size does not match, self was 4 bytes but src was 8"):
        floats(1).copy_(a)


@pytest.mark.parametrize(
    "call, error, text",
    [
        (lambda: floats(2)[5], IndexError, "index 5 out of range for storage of size 2"),
        (lambda: floats(2)[:1], RuntimeError, "slices are only supported in UntypedStorage"),
        (lambda: floats(2)["a"], RuntimeError, "can't index a .*TypedStorage.* with .*str"),
        (lambda: UntypedStorage(2)["a"], TypeError, "can't index a torch.UntypedStorage with str"),
        (lambda: UntypedStorage(2).fill_(0.5), RuntimeError, "int types, but got float instead"),
    ],
)
def test_storages_name_what_they_refuse(call, error, text):
    with pytest.raises(error, match=text):
        call()


BYTES = bytes([1, 0, 0, 0, 2, 0, 0, 0])


@pytest.mark.parametrize(
    "settings, numbers",
    [
        ({"byte_order": "little"}, [1, 2]),
        ({"byte_order": "big"}, [2**24, 2**25]),
        ({"byte_order": "little", "offset": 4}, [2]),
        ({"byte_order": "little", "count": 1}, [1]),
    ],
)
def test_a_buffer_is_read_in_an_order_of_bytes(settings, numbers):
    assert minitorch.IntStorage.from_buffer(BYTES, **settings).tolist() == numbers


def test_a_buffer_is_copied_and_its_bools_are_0_or_1():
    held = bytearray([0, 1, 2])
    storage = minitorch.BoolStorage.from_buffer(held)
    held[0] = 1
    assert storage.tolist() == [False, True, True]
    with pytest.raises(ValueError, match="multiple of element size"):
        minitorch.IntStorage.from_buffer(held, "little")


@pytest.mark.parametrize(
    "settings, error, text",
    [
        ({}, RuntimeError, "missing required argument 'byte_order'"),
        ({"byte_order": "x"}, ValueError, "invalid byte_order 'x'"),
        ({"byte_order": "big", "offset": 9}, ValueError, "offset must be non-negative and no"),
        ({"byte_order": "big", "count": 3}, ValueError, "buffer has only 8 elements after offset"),
    ],
)
def test_a_buffer_that_does_not_hold_the_numbers_is_refused(settings, error, text):
    with pytest.raises(error, match=text):
        minitorch.IntStorage.from_buffer(BYTES, **settings)


def test_a_file_is_memory_of_a_storage_and_of_a_tensor(tmp_path):
    path = str(tmp_path / "numbers")
    (tmp_path / "numbers").write_bytes(BYTES)
    alone = minitorch.IntStorage.from_file(path, False, 2)
    alone[0] = 7
    assert (alone.tolist(), alone.filename) == ([7, 2], path)
    x = minitorch.from_file(path, shared=True, size=3, dtype=minitorch.int32)
    assert x.tolist() == [1, 2, 0]
    x[0] = 5
    assert minitorch.from_file(path, size=1, dtype=minitorch.int32).item() == 5


def test_a_file_that_is_too_short_or_not_there_is_refused(tmp_path):
    (tmp_path / "short").write_bytes(BYTES)
    with pytest.raises(RuntimeError, match="size <8> is smaller than the required mapping size"):
        UntypedStorage.from_file(str(tmp_path / "short"), False, 9)
    with pytest.raises(RuntimeError, match=r"unable to open file .* No such file"):
        UntypedStorage.from_file(str(tmp_path / "none"), False, 9)
    with pytest.raises(RuntimeError, match="only be called on derived classes"):
        TypedStorage.from_file(str(tmp_path / "short"), False, 1)


@pytest.mark.parametrize("read", [minitorch.tensor, minitorch.as_tensor, minitorch.asarray])
def test_a_tensor_lies_in_the_memory_of_the_storage_that_it_is_made_of(read):
    x = minitorch.arange(6, dtype=minitorch.int16)
    held = x.untyped_storage()
    y = read(held[2:8], dtype=minitorch.int16)
    assert (y.tolist(), y.data_ptr()) == ([1, 2, 3], x.data_ptr() + 2)
    assert read(held[:9], dtype=minitorch.int32).shape == (2,)
    assert read(held).dtype is minitorch.int64
