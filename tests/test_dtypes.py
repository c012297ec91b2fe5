"""Element types: what they know of themselves, and what comes of mixing them."""

import itertools
import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitorch
from minitorch import tensor
from minitorch.backend.dtypes import ALL, as_dtype, common_dtype, dtype_in_numpy, promote_types

# PyTorch 2.13's table of torch.promote_types; rows and columns in the order of ALL.
SHORT = ("b1", "u1", "i1", "i2", "i4", "i8", "f2", "f4", "f8")
PROMOTION = """
b1 u1 i1 i2 i4 i8 f2 f4 f8
u1 u1 i2 i2 i4 i8 f2 f4 f8
i1 i2 i1 i2 i4 i8 f2 f4 f8
i2 i2 i2 i2 i4 i8 f2 f4 f8
i4 i4 i4 i4 i4 i8 f2 f4 f8
i8 i8 i8 i8 i8 i8 f2 f4 f8
f2 f2 f2 f2 f2 f2 f2 f4 f8
f4 f4 f4 f4 f4 f4 f4 f4 f8
f8 f8 f8 f8 f8 f8 f8 f8 f8
"""
BY_SHORT = dict(zip(SHORT, ALL, strict=True))
TABLE = {
    (a, b): BY_SHORT[cell]
    for a, row in zip(ALL, PROMOTION.split("\n")[1:-1], strict=True)
    for b, cell in zip(ALL, row.split(), strict=True)
}
SCALARS = (True, 2, 2.5)

dtypes = st.sampled_from(ALL)


def ones(dtype, shape=(2,)):
    return minitorch.ones(shape, dtype=dtype)


@pytest.mark.parametrize("a, b", TABLE, ids=str)
def test_promotion_is_that_of_the_table(a, b):
    assert promote_types(a, b) is TABLE[a, b]
    assert (ones(a) + ones(b)).dtype is TABLE[a, b]


@pytest.mark.torch
def test_the_table_is_that_of_torch():
    torch = pytest.importorskip("torch")
    for (a, b), result in TABLE.items():
        theirs = torch.promote_types(getattr(torch, a.name), getattr(torch, b.name))
        assert repr(result) == repr(theirs)


@pytest.mark.torch
@pytest.mark.parametrize("shapes", list(itertools.product([(2,), ()], repeat=2)), ids=str)
def test_mixed_ranks_give_the_dtypes_of_torch(shapes):
    torch = pytest.importorskip("torch")
    for a, b in TABLE:
        ours = ones(a, shapes[0]) * ones(b, shapes[1])
        theirs = torch.ones(shapes[0], dtype=getattr(torch, a.name)) * torch.ones(
            shapes[1], dtype=getattr(torch, b.name)
        )
        assert repr(ours.dtype) == repr(theirs.dtype), (a, b)


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(2,), ()], ids=str)
def test_python_numbers_give_the_dtypes_of_torch(shape):
    torch = pytest.importorskip("torch")
    for a, number in itertools.product(ALL, SCALARS):
        theirs = torch.ones(shape, dtype=getattr(torch, a.name))
        ours = ones(a, shape)
        assert repr((ours * number).dtype) == repr((theirs * number).dtype), (a, number)
        assert repr((number * ours).dtype) == repr((number * theirs).dtype), (a, number)
        assert repr((ours / number).dtype) == repr((theirs / number).dtype), (a, number)


@given(dtypes, dtypes)
def test_promotion_is_commutative(a, b):
    assert promote_types(a, b) is promote_types(b, a)


@given(dtypes, dtypes, dtypes)
def test_promotion_is_associative_but_for_small_unsigned_integers(a, b, c):
    if minitorch.uint8 not in (a, b, c):
        assert promote_types(promote_types(a, b), c) is promote_types(a, promote_types(b, c))


@given(dtypes, dtypes)
def test_promotion_holds_both(a, b):
    both = promote_types(a, b)
    assert promote_types(both, a) is both and promote_types(both, b) is both
    assert promote_types(a, a) is a


@given(
    st.lists(dtypes, max_size=2), st.lists(dtypes, max_size=2), st.lists(st.sampled_from(SCALARS))
)
def test_a_group_of_a_lower_or_equal_category_never_widens(tensors, zero_dims, scalars):
    result = common_dtype(tensors, zero_dims, scalars)
    if tensors:
        joined = common_dtype(tensors, [], [])
        if all(d.category <= joined.category for d in zero_dims) and not any(
            as_dtype(type(s)).category > joined.category for s in scalars
        ):
            assert result is joined


def test_a_python_float_makes_floats_of_the_default_dtype():
    assert (tensor([1]) * 2.0).dtype is minitorch.float32
    minitorch.set_default_dtype(minitorch.float64)
    try:
        assert (tensor([1]) * 2.0).dtype is minitorch.float64
        assert tensor(1.5).dtype is minitorch.float64
        assert (tensor([1]) / 2).dtype is minitorch.float64
    finally:
        minitorch.set_default_dtype(minitorch.float32)
    with pytest.raises(TypeError, match="only floating-point types are supported"):
        minitorch.set_default_dtype(minitorch.int64)


def test_a_numpy_array_takes_part_with_its_own_dtype():
    assert (tensor([1.0]) * np.array([2.0])).dtype is minitorch.float64
    assert (np.array([2.0], np.float32) * tensor([1.0])).dtype is minitorch.float32


def test_a_number_beside_float16_is_not_rounded_to_it_first():
    x = tensor([600.0, 60000.0], dtype=minitorch.float16, requires_grad=True)
    (x * 1e-8).backward(tensor([1e3, 1e3], dtype=minitorch.float16))
    assert x.grad.tolist() == [np.float16(1e-5)] * 2
    assert (1e-6 * x).tolist() == [np.float16(6e-4), np.float16(0.06)]
    assert (x / 1e5).tolist() == [np.float16(6e-3), np.float16(0.6)]
    assert x.detach().div_(1e5).tolist() == [np.float16(6e-3), np.float16(0.6)]


HALF = minitorch.ones(2, dtype=minitorch.float16)
BYTES = minitorch.ones(2, dtype=minitorch.uint8)


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: HALF.masked_fill(HALF > 0, -1e9), "c10::Half"),
        (lambda: HALF.clone().fill_(1e5), "c10::Half"),
        (lambda: HALF.new_full((2,), 1e5), "c10::Half"),
        (lambda: minitorch.full((2,), 1e300), "float"),
        (lambda: minitorch.constant_pad_nd(HALF, (1, 1), 65505.0), "c10::Half"),
        (lambda: HALF.clamp(max=1e5), "c10::Half"),
        (lambda: minitorch.ones(2).clamp(min=-1e300), "float"),
        (lambda: BYTES.clamp(max=300), "uint8_t"),
        (lambda: BYTES.clamp_(0, 300), "uint8_t"),
        (lambda: BYTES.to(minitorch.int8).clamp_min(300), "int8_t"),
    ],
)
def test_a_number_out_of_the_range_of_the_dtype_is_refused(call, kind):
    with pytest.raises(RuntimeError, match=f"cannot be converted to type {kind} without overflow"):
        call()


def test_infinity_and_the_largest_number_are_in_the_range():
    assert HALF.masked_fill(HALF > 0, -np.inf).tolist() == [-np.inf] * 2
    assert HALF.clamp(min=65504.0).tolist() == [65504] * 2
    assert BYTES.clamp(max=127.5).dtype is minitorch.float32  # which is no number of bytes


@pytest.mark.torch
@pytest.mark.parametrize("number", [0.1, 1 / 3, 1e-8, 1e5, 7, 70000])
@pytest.mark.parametrize("name", ["mul", "div", "add", "sub", "true_divide"])
def test_numbers_beside_float16_give_pytorchs_bits(name, number):
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).normal(size=1000).astype(np.float16) * 100
    found = getattr(minitorch.from_numpy(x), name)(number)
    np.testing.assert_array_equal(found.numpy(), getattr(torch.from_numpy(x), name)(number).numpy())


def test_gradients_have_the_dtype_of_their_leaf():
    a = minitorch.ones(2, dtype=minitorch.float16, requires_grad=True)
    b = minitorch.ones(2, dtype=minitorch.float64, requires_grad=True)
    (a * b).sum().backward()
    assert a.grad.dtype is minitorch.float16
    assert b.grad.dtype is minitorch.float64


# -------------------------------------------------------------------- the dtypes themselves


def test_dtypes_print_and_name_themselves_as_in_torch():
    assert repr(minitorch.float32) == "torch.float32"
    assert minitorch.float is minitorch.float32 and minitorch.half is minitorch.float16
    assert minitorch.long is minitorch.int64 and minitorch.double is minitorch.float64
    assert minitorch.bool.itemsize == 1 and minitorch.float64.itemsize == 8
    assert minitorch.int8.is_signed and not minitorch.uint8.is_signed
    assert minitorch.float16.is_floating_point and not minitorch.int8.is_floating_point
    assert not minitorch.float64.is_complex


def test_dtypes_survive_pickling_as_themselves():
    for dtype in ALL:
        assert pickle.loads(pickle.dumps(dtype)) is dtype


@pytest.mark.parametrize(
    "kind, dtype",
    [
        (float, minitorch.float64),
        (int, minitorch.int64),
        (bool, minitorch.bool),
        (complex, minitorch.complex128),
        (minitorch.int8, minitorch.int8),
    ],
)
def test_python_types_stand_for_dtypes(kind, dtype):
    assert as_dtype(kind) is dtype


@pytest.mark.parametrize(
    "kind, name",
    [
        ("int16", "str"),
        (np.float64, "type"),
        (np.dtype("u1"), "numpy.dtypes.UInt8DType"),
        (3, "int"),
    ],
)
def test_names_and_dtypes_of_numpy_are_no_dtypes(kind, name):
    words = f"argument 'dtype' must be torch.dtype, not {re.escape(name)}\n"
    for call in (
        lambda: minitorch.zeros(2, dtype=kind),
        lambda: minitorch.tensor([2], dtype=kind),
        lambda: minitorch.ones(2).sum(dtype=kind),
        lambda: minitorch.ones(2).to(dtype=kind),
        lambda: minitorch.linalg.vector_norm(minitorch.ones(2), dtype=kind),
        lambda: minitorch.tril_indices(2, 2, dtype=kind),
    ):
        with pytest.raises(TypeError, match=words):
            call()


@pytest.mark.parametrize(
    "kind, dtype", [("int16", minitorch.int16), (np.float64, minitorch.float64)]
)
def test_dtypes_of_numpy_have_counterparts(kind, dtype):
    assert dtype_in_numpy(kind) is dtype


@pytest.mark.parametrize("kind", [complex, "U3", object, np.uint32])
def test_what_no_tensor_can_hold_is_refused(kind):
    with pytest.raises(TypeError, match="not one that a tensor can hold"):
        dtype_in_numpy(kind)


def test_limits_are_those_of_python_types_too():
    assert minitorch.finfo(float).max == minitorch.finfo(minitorch.float64).max
    assert minitorch.iinfo(int).max == 2**63 - 1
    with pytest.raises(TypeError, match=r"argument 'type' \(position 1\) must be torch"):
        minitorch.finfo("float32")


def test_limits_are_python_numbers():
    assert minitorch.finfo(minitorch.float32).eps == 2**-23
    assert type(minitorch.finfo().max) is float
    assert minitorch.iinfo(minitorch.int8).max == 127
    assert minitorch.finfo(minitorch.float16).dtype == "float16"
    assert minitorch.finfo() == minitorch.finfo(minitorch.float32)


def test_limits_print_as_in_pytorch():
    assert repr(minitorch.finfo(minitorch.float32)) == (
        "finfo(resolution=1e-06, min=-3.40282e+38, max=3.40282e+38, eps=1.19209e-07, "
        "smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=float32)"
    )
    assert repr(minitorch.iinfo(minitorch.uint8)) == "iinfo(min=0, max=255, dtype=uint8)"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: minitorch.finfo(minitorch.int32), "requires a floating point input type"),
        (lambda: minitorch.iinfo(minitorch.float32), "requires an integer input type"),
        (lambda: minitorch.iinfo(minitorch.bool), "torch.bool is not supported by torch.iinfo"),
    ],
)
def test_limits_of_the_other_kind_of_dtype_are_refused(call, text):
    with pytest.raises(TypeError, match=text):
        call()


def test_complex_dtypes_have_parts_of_real_ones():
    assert minitorch.complex64.to_real() is minitorch.float32
    assert minitorch.complex128.to_real() is minitorch.float64
    assert minitorch.float16.to_real() is minitorch.float16
