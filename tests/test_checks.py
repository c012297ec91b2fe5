"""What programs state of their values, and the small modules beside it."""

import pickle

import pytest

import minitorch
from minitorch import ones, tensor

CHECKS = {
    "_check": RuntimeError,
    "_check_index": IndexError,
    "_check_value": ValueError,
    "_check_type": TypeError,
    "_check_not_implemented": NotImplementedError,
}


@pytest.mark.parametrize(("name", "error"), CHECKS.items())
def test_a_check_raises_its_error_for_what_does_not_hold(name, error):
    check = getattr(minitorch, name)
    check(True, lambda: 1 / 0)
    with pytest.raises(error, match="x is 3"):
        check(False, lambda: f"x is {3}")
    with pytest.raises(error, match="Expected cond to be True, but got False"):
        check(False)
    with pytest.raises(TypeError, match="cond must be a bool, but got <class 'int'>"):
        check(1)
    with pytest.raises(TypeError, match="message must be a callable"):
        check(False, "text")


def test_all_elements_are_checked():
    minitorch._check_tensor_all(tensor([True, True]))
    with pytest.raises(RuntimeError, match="Expected cond to be True"):
        minitorch._check_tensor_all(tensor([True, False]))
    with pytest.raises(
        TypeError, match=r"cond tensor must have dtype torch.bool, but got torch.fl"
    ):
        minitorch._check_tensor_all(ones(2))
    with pytest.raises(TypeError, match="cond must be a tensor"):
        minitorch._check_tensor_all(True)


def test_a_size_is_not_negative():
    minitorch._check_is_size(0)
    with pytest.raises(RuntimeError, match="Expected cond to be True"):
        minitorch._check_is_size(-1)


def test_one_element_is_asserted():
    minitorch._assert_async(tensor([0.5]))
    with pytest.raises(RuntimeError, match="with single nonzero value, but got zero"):
        minitorch._assert_async(tensor(0))
    with pytest.raises(RuntimeError, match="none left"):
        minitorch._assert_async(tensor(False), "none left")
    with pytest.raises(RuntimeError, match="Boolean value of Tensor with more than one value"):
        minitorch._assert_async(tensor([1, 1]))


# -------------------------------------------------------------------- types of several results


def test_types_of_results_have_their_names_and_can_be_made():
    best = ones(2, 3).max(1)
    assert type(best) is minitorch.return_types.max
    assert minitorch.return_types.linalg_qr((1, 2)).R == 2
    assert minitorch.return_types.linalg_qr(1, 2) == (1, 2)
    with pytest.raises(TypeError, match=r"max\(\) takes a 2-sequence \(3-sequence given\)"):
        minitorch.return_types.max((1, 2, 3))


def test_results_survive_pickling():
    again = pickle.loads(pickle.dumps(tensor([3, 1]).sort()))
    assert (again.values.tolist(), again.indices.tolist()) == ([1, 3], [1, 0])
    assert type(again) is minitorch.return_types.sort


# -------------------------------------------------------------------- what it runs on


def test_the_configuration_names_what_computes():
    assert "NumPy" in minitorch.__config__.show()
    assert str(minitorch.get_num_threads()) in minitorch.__config__.parallel_info()


def test_dlpack_has_its_module():
    x = ones(2)
    minitorch.utils.dlpack.from_dlpack(minitorch.utils.dlpack.to_dlpack(x))[0] = 3
    assert x.tolist() == [3, 1]
    assert minitorch.utils.dlpack.DLDeviceType.kDLCPU == x.cpu().__dlpack_device__()[0]
