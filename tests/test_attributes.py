"""What tensors say of themselves, what dtypes make of each other, and settings."""

import copy
import re

import pytest

import minitorch

# What is written, and what comes out, in PyTorch too.
ROWS = {
    "torch.ones(2).layout": "torch.strided",
    "torch.ones(2).name": "None",
    "torch.ones(2).output_nr": "0",
    "torch.ones(2).itemsize": "4",
    "torch.ones(2).nbytes": "8",
    **{
        f"torch.ones(2).{name}": "False"
        for name in (
            "is_sparse", "is_sparse_csr", "is_quantized", "is_mkldnn", "is_nested",
            "is_mps", "is_xpu", "is_xla", "retains_grad",
        )
    },
    **{
        f"torch.ones(2).{name}()": "False"
        for name in (
            "is_shared", "is_pinned", "is_complex", "is_conj", "is_neg", "is_inference",
            "is_distributed",
        )
    },
    "torch.is_complex(torch.ones(1))": "False",
    "torch.is_inference(torch.ones(1))": "False",
    "torch.ones(2).is_signed()": "True",
    "torch.is_signed(torch.ones(2, dtype=torch.uint8))": "False",
    "torch.is_signed(torch.ones(2, dtype=torch.bool))": "False",
    "torch.ones(2, 3).T.dim_order()": "(1, 0)",
    "torch.ones(2).is_set_to(torch.ones(2))": "False",
    "[x.is_set_to(x.view(2)) for x in (torch.ones(2), torch.ones(2))]": "[True, True]",
    "torch.is_same_size(torch.ones(2), torch.zeros(2))": "True",
    "torch.get_device(torch.ones(2)), torch.ones(2).get_device()": "(-1, -1)",
    "torch.ones(2).is_same_size(torch.ones(2, 1))": "False",
    "torch.numel(torch.ones(2, 3))": "6",
    "torch.is_storage(torch.ones(1))": "False",
    "torch.is_storage(torch.ones(1).untyped_storage())": "True",
    "torch.ones(2, 3)[1].untyped_storage().nbytes()": "24",
    "len(torch.ones(2, 3)[1].untyped_storage())": "24",
    "torch.ones(2).long().untyped_storage().tolist()[:9]": "[1, 0, 0, 0, 0, 0, 0, 0, 1]",
    "torch.arange(2).int().untyped_storage()[4]": "1",
    "torch.ones(2).untyped_storage().device": "device(type='cpu')",
    "str(torch.ones(1).bool().untyped_storage())": (
        "' 1\\n[torch.storage.UntypedStorage(device=cpu) of size 1]'"
    ),
    "torch.detach(torch.ones(2, requires_grad=True))": "tensor([1., 1.])",
    "torch.is_tensor(torch.ones(1)), torch.is_tensor([1])": "(True, False)",
    "torch.typename(torch.ones(1).long())": "'torch.LongTensor'",
    "torch.typename([1])": "'list'",
    "torch.typename(int)": "'int'",
    "torch.newaxis": "None",
    "torch.result_type(torch.ones(2, dtype=torch.int64), 1.0)": "torch.float32",
    "torch.result_type(1, torch.ones(2, dtype=torch.int8))": "torch.int8",
    "torch.result_type(1, 2.5)": "torch.float32",
    "torch.result_type(True, 2)": "torch.int64",
    "torch.result_type(torch.tensor([1], dtype=torch.uint8), torch.tensor(1))": "torch.uint8",
    "torch.result_type(torch.tensor(1, dtype=torch.uint8), torch.tensor([1]))": "torch.int64",
    "torch.can_cast(torch.float64, torch.float32)": "True",
    "torch.can_cast(torch.float32, torch.int32)": "False",
    "torch.can_cast(torch.int32, torch.bool)": "False",
    "torch.can_cast(torch.int8, torch.uint8)": "True",
    "torch.is_anomaly_enabled()": "False",
    "torch.get_num_threads() > 0": "True",
    "torch.are_deterministic_algorithms_enabled()": "False",
    "torch.get_deterministic_debug_mode()": "0",
    "torch.get_float32_matmul_precision()": "'highest'",
}  # fmt: skip


@pytest.mark.parametrize("library", ["minitorch", pytest.param("torch", marks=pytest.mark.torch)])
@pytest.mark.parametrize("expression", ROWS)
def test_this_comes_out(expression, library):
    m = pytest.importorskip(library)
    assert repr(eval(expression, {"torch": m})) == ROWS[expression]


def test_deterministic_algorithms_are_remembered():
    try:
        minitorch.use_deterministic_algorithms(True)
        assert minitorch.are_deterministic_algorithms_enabled()
        assert minitorch.get_deterministic_debug_mode() == 2
        minitorch.use_deterministic_algorithms(True, warn_only=True)
        assert minitorch.is_deterministic_algorithms_warn_only_enabled()
        minitorch.set_deterministic_debug_mode("error")
        assert minitorch.get_deterministic_debug_mode() == 2
        with pytest.raises(RuntimeError, match="expected one of `default`, `warn`, `error`, but"):
            minitorch.set_deterministic_debug_mode("loud")
        with pytest.raises(RuntimeError, match="expected 0, 1, or 2, but got 3"):
            minitorch.set_deterministic_debug_mode(3)
        with pytest.raises(TypeError, match=r"'mode' \(position 1\) must be bool, not int"):
            minitorch.use_deterministic_algorithms(1)
        with pytest.raises(TypeError, match="'warn_only' must be bool, not int"):
            minitorch.use_deterministic_algorithms(False, warn_only=1)
    finally:
        minitorch.set_deterministic_debug_mode(0)
    assert not minitorch.are_deterministic_algorithms_enabled()


def test_the_precision_of_matmul_is_remembered():
    minitorch.set_float32_matmul_precision("high")
    assert minitorch.get_float32_matmul_precision() == "high"
    minitorch.set_float32_matmul_precision("highest")
    with pytest.raises(ValueError, match="precision must be one of highest, high, medium, got 'l"):
        minitorch.set_float32_matmul_precision("low")


def test_a_number_of_threads_is_a_positive_int():
    with pytest.raises(RuntimeError, match="set_num_threads expects a positive integer"):
        minitorch.set_num_threads(0)
    with pytest.raises(RuntimeError, match="set_num_threads expects an int, but got str"):
        minitorch.set_num_threads("a")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("complex32", "minitorch leaves out complex numbers"),
        ("polar", "minitorch leaves out complex numbers"),
        ("sparse_coo_tensor", "minitorch leaves out sparse tensors"),
        ("quantize_per_tensor", "minitorch leaves out quantised tensors"),
        ("float8_e8m0fnu", "minitorch leaves out dtypes that NumPy does not have"),
        ("export", "minitorch leaves out compiling"),
        ("nonsense", "module 'minitorch' has no attribute 'nonsense'$"),
    ],
)
def test_what_is_left_out_on_purpose_says_so(name, text):
    assert not hasattr(minitorch, name)
    with pytest.raises(AttributeError, match=text):
        getattr(minitorch, name)


REFUSED = [
    (lambda: minitorch.numel([1]), TypeError, "must be Tensor, not list"),
    (lambda: minitorch.result_type("a", 1), TypeError, "got \\(str, int\\), but takes tensors"),
    (lambda: minitorch.zeros(1, dtype=complex), TypeError, "complex numbers are out of scope"),
]


@pytest.mark.parametrize(("call", "error", "text"), REFUSED)
def test_refused_arguments_raise_with_this_text(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_pinning_memory_needs_a_gpu():
    if not minitorch.cuda.is_available():
        with pytest.raises(RuntimeError, match="Cannot access accelerator device when none is ava"):
            minitorch.ones(1).pin_memory()


# -------------------------------------------------------------------- sizes and devices


def test_sums_and_products_of_sizes_are_sizes():
    size = minitorch.Size([2, 3])
    for made, shape in ((size + (4,), (2, 3, 4)), ((4,) + size, (4, 2, 3)), (2 * size, size * 2)):
        assert type(made) is minitorch.Size
        assert made == shape


def test_a_size_takes_whole_numbers_alone():
    assert type(minitorch.Size([minitorch.tensor(2)])[0]) is int
    with pytest.raises(TypeError, match=r"takes an iterable of 'int' \(item 1 is 'float'\)"):
        minitorch.Size([1, 1.5])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "Device string must not be empty"),
        ("cuda:-1", "Invalid device string: 'cuda:-1'"),
        ("cuda:a", "Invalid device string: 'cuda:a'"),
        ("cuda1", "Invalid device string: 'cuda1'"),
        ("tpu", "device type at start of device string: tpu\n  device 'tpu' is not one that"),
        (-1, "Device index must not be negative"),
    ],
)
def test_names_of_no_device_are_refused(name, text):
    with pytest.raises(RuntimeError, match=text):
        minitorch.device(name)


def test_a_view_knows_that_it_is_one():
    x = minitorch.ones(2, 3)
    assert x.t()._is_view() and not x._is_view() and not x.detach()._is_view()


def test_a_deep_copy_keeps_the_order_in_memory():
    assert copy.deepcopy(minitorch.ones(2, 3).t()).stride() == (1, 3)


def test_views_copied_together_share_their_memory():
    x = minitorch.arange(6.0).reshape(2, 3)
    for parts in ([x, x[1], x.t()], [x[1], x, x.t()]):
        copies = copy.deepcopy(parts)
        assert [each.tolist() for each in copies] == [each.tolist() for each in parts]
        assert [each.stride() for each in copies] == [each.stride() for each in parts]
        copies[0].fill_(9)
        assert (copies[2][:, 1] == 9).any() and not (x == 9).any()
    y = copy.deepcopy(minitorch.ones(1, 2).expand(3, 2))
    assert y.stride() == (0, 1) and y._base is None
    z = copy.deepcopy([x.view(minitorch.int32), x[:, ::2][:, 1:]])
    assert z[0].shape == (2, 3) and z[1].tolist() == [[2], [5]]


def test_views_share_one_storage():
    x = minitorch.arange(6.0).reshape(2, 3)
    assert x[1].untyped_storage().data_ptr() == x.T.untyped_storage().data_ptr() == x.data_ptr()
    assert x[1].untyped_storage() == x.untyped_storage() != x.clone().untyped_storage()
    assert x.untyped_storage() != x.data_ptr()


def test_the_typed_storage_holds_all_elements_and_is_deprecated():
    with pytest.warns(UserWarning, match="TypedStorage is deprecated. It will be removed"):
        storage = minitorch.arange(3.0)[1:].storage()
    assert (len(storage), storage.size(), storage.element_size()) == (3, 3, 4)
    assert storage[2] == 2.0 and storage.tolist() == [0.0, 1.0, 2.0]
    assert storage.dtype is minitorch.float32
    last = "[torch.storage.TypedStorage(dtype=torch.float32, device=cpu) of size 3]"
    assert repr(storage) == f" 0.0\n 1.0\n 2.0\n{last}"


def test_a_storage_seen_in_another_dtype():
    with pytest.warns(UserWarning, match="TypedStorage is deprecated"):
        assert minitorch.ones(2).view(minitorch.int32).storage().dtype is minitorch.int32


def test_set_lets_a_tensor_view_the_memory_of_another():
    x = minitorch.arange(24.0).view(3, 8)
    y = minitorch.tensor([])
    assert y.set_(x.untyped_storage(), 10, (2, 2), (7, 1)) is y
    y[0] = -1
    assert y.tolist() == [[-1, -1], [17, 18]] and x[1, 2:4].tolist() == [-1, -1]
    assert y.set_(x[1]).data_ptr() == x[1].data_ptr()
    assert y.set_(x, 3, (2, 2)).tolist() == [[3, 4], [5, 6]]
    assert y.set_(x.untyped_storage()).shape == (24,)
    assert y.set_().shape == (0,)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda x: minitorch.exp(5), TypeError, "argument 'input' (position 1) must be Tensor"),
        (lambda x: minitorch.equal(x, 5), TypeError, "argument 'other' (position 2) must be Tens"),
        (lambda x: ~x, TypeError, "~ (operator.invert) is only implemented on integer and Boolean"),
        (lambda x: setattr(x, "grad", x), RuntimeError, "can't assign Variable as its own grad"),
        (lambda x: setattr(x, "data", x.int()), RuntimeError, "must be floating point or complex"),
        (lambda x: x.expand(3, 4), RuntimeError, "at non-singleton dimension 1."),
        (lambda x: minitorch.addmm(x, x, x), RuntimeError, "cannot be multiplied (2x3 and 2x3)"),
        (lambda x: x[0].index_add(0, minitorch.tensor([5]), x[0, :1]), IndexError, "out of range"),
    ],
)
def test_what_is_refused_in_the_words_of_pytorch(call, error, text):
    with pytest.raises(error, match=re.escape(text)):
        call(minitorch.ones(2, 3, requires_grad=True))


def test_set_refuses_another_dtype_what_lies_outside_and_leaves():
    x = minitorch.arange(4.0)
    with pytest.raises(RuntimeError, match="Could not set tensor of type float to a tensor of typ"):
        minitorch.tensor([1]).set_(x)
    with pytest.raises(RuntimeError, match="out of bounds for storage of size 16"):
        minitorch.tensor([]).set_(x, 1, (4,))
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        minitorch.zeros(1, requires_grad=True).set_(x)


def test_a_tensor_has_a_number_of_its_own():
    x, y = minitorch.ones(1), minitorch.ones(1)
    assert x._cdata == x._cdata != y._cdata


def test_a_size_extends_a_list_and_is_joined_with_tuples_alone():
    size = minitorch.Size([1, 2])
    shape = [(3,), 0]
    shape += size
    assert shape == [(3,), 0, 1, 2] and type(shape) is list
    assert type((0, *size[:0]) + size) is type(size + (3,)) is minitorch.Size
    with pytest.raises(TypeError, match="can only concatenate list"):
        [0] + size
    with pytest.raises(TypeError, match=r"can only concatenate tuple \(not list\) to torch.Size"):
        size + [0]
    with pytest.raises(TypeError, match="unsupported operand"):
        3 + size
