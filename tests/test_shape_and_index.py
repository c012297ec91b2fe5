"""Shapes, joining, indexing, gathering and sorting: what a row of the table of ops cannot say."""

import random
import re

import numpy as np
import pytest

import minitorch
from minitorch import arange, autograd, cat, ones, stack, tensor, zeros

NAN = float("nan")


@pytest.fixture
def x():
    return arange(6.0).view(2, 3)


@pytest.fixture
def w():
    return arange(6, dtype=minitorch.float64).view(2, 3).requires_grad_()


def same_memory(a, b):
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()


# -------------------------------------------------------------------- views

VIEWS = {
    "view": lambda x: x.view(3, 2),
    "view of a list": lambda x: x.view([3, -1]),
    "view_as": lambda x: x.view_as(zeros(3, 2)),
    "reshape": lambda x: x.reshape(-1),
    "reshape_as": lambda x: x.reshape_as(zeros(6)),
    "permute": lambda x: x.permute(1, 0),
    "permute of a tuple": lambda x: x.permute((-1, 0)),
    "transpose": lambda x: x.transpose(0, -1),
    "swapaxes": lambda x: x.swapaxes(0, 1),
    "swapdims": lambda x: x.swapdims(0, 1),
    "movedim": lambda x: x.movedim(0, 1),
    "moveaxis": lambda x: x.moveaxis((0, 1), (1, 0)),
    "t": lambda x: x.t(),
    "T": lambda x: x.T,
    "mT": lambda x: x.mT,
    "squeeze": lambda x: x[:1].squeeze(),
    "squeeze one": lambda x: x[:1].squeeze(0),
    "squeeze several": lambda x: x[:1].squeeze((0, 1)),
    "unsqueeze": lambda x: x.unsqueeze(-1),
    "flatten": lambda x: x.flatten(),
    "ravel": lambda x: x.ravel(),
    "unflatten": lambda x: x.unflatten(1, (3, -1)),
    "expand": lambda x: x.expand(4, -1, 3),
    "expand_as": lambda x: x.expand_as(zeros(2, 2, 3)),
    "broadcast_to": lambda x: x.broadcast_to((2, 2, 3)),
    "diagonal": lambda x: x.diagonal(1),
    "narrow": lambda x: x.narrow(1, -2, 2),
    "select": lambda x: x.select(1, -1),
    "unbind": lambda x: x.unbind(1)[1],
    "split": lambda x: x.split([1, 2], 1)[1],
    "chunk": lambda x: x.chunk(2, 1)[1],
    "an int": lambda x: x[1],
    "ints": lambda x: x[1, 2],
    "a 0-d tensor": lambda x: x[tensor(1)],
    "a slice": lambda x: x[:, ::2],
    "None and ...": lambda x: x[None, ..., 1],
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_shares_memory_and_writes_through_it_are_seen(name, x):
    y = VIEWS[name](x)
    assert same_memory(x, y)
    assert y._base is not None
    before = x.clone()
    if name.startswith(("expand", "broadcast")):
        return
    y += 10
    assert (x != before).sum() == y.numel()


@pytest.mark.torch
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_that_of_torch(name, x, w):
    torch = pytest.importorskip("torch")
    theirs = torch.arange(6, dtype=torch.float64).view(2, 3).requires_grad_()
    if name == "a 0-d tensor":
        return
    y, y_theirs = (view_of(name, t, lib) for t, lib in ((w, minitorch), (theirs, torch)))
    assert y.tolist() == y_theirs.tolist()
    assert tuple(y.shape) == tuple(y_theirs.shape)
    assert y.grad_fn.name().rstrip("012") == y_theirs.grad_fn.name().rstrip("012")
    (y**3).sum().backward()
    (y_theirs**3).sum().backward()
    np.testing.assert_allclose(w.grad.numpy(), theirs.grad.numpy())


def view_of(name, t, lib):
    """The view `name` of `t`; the few that take a second tensor take one of this library."""
    others = {"view_as": (3, 2), "reshape_as": (6,), "expand_as": (2, 2, 3)}
    return getattr(t, name)(lib.zeros(*others[name])) if name in others else VIEWS[name](t)


def test_reshape_copies_only_where_strides_do_not_fit(x):
    assert same_memory(x.reshape(3, 2), x)
    copied = x.T.reshape(6)
    assert not same_memory(copied, x)
    assert copied.tolist() == [0, 3, 1, 4, 2, 5]
    copied += 1
    assert x[0, 0] == 0


def test_a_write_to_the_base_leaves_a_reshaped_copy_alone():
    x = ones(2, 3, requires_grad=True)
    y = x * 2
    copied = y.T.reshape(6)
    y += 1
    (copied * y.reshape(6)).sum().backward()
    assert copied.tolist() == [2.0] * 6
    assert x.grad.tolist() == [[10.0] * 3] * 2


def test_view_with_a_dtype_reads_the_same_memory(x):
    bits = x.view(minitorch.int32)
    assert bits[0, 1] == 0x3F800000
    assert same_memory(bits, x)
    assert x.view(minitorch.uint8).shape == (2, 12)
    with pytest.raises(RuntimeError, match=r"size\(-1\) must be divisible by 2"):
        x.view(minitorch.float64)


def test_sizes_may_be_zero_dimensional_tensors_and_numpy_integers(x):
    assert x.view(tensor(3), np.int64(2)).shape == (3, 2)
    assert x.view(np.int64(-1)).shape == (6,)
    assert x.reshape(shape=(3, 2)).shape == x.view(size=(3, 2)).shape == (3, 2)


def test_flatten_returns_its_input_where_nothing_changes(x):
    assert x.flatten(1) is x
    assert tensor(1.0).flatten().shape == (1,)
    assert zeros(2, 0, 3).flatten(1).shape == (2, 0)


def test_contiguous_returns_its_input_where_it_can(x):
    assert x.contiguous() is x
    assert x.T.contiguous().is_contiguous()
    assert not x.T.is_contiguous()
    assert x.T.clone().stride() == (1, 3)
    assert x.T.clone(memory_format=minitorch.ops.shape.contiguous_format).stride() == (2, 1)


def test_what_a_tensor_says_of_its_shape(x):
    assert x.size() == (2, 3)
    assert x.size(-1) == 3
    assert x.numel() == x.nelement() == minitorch.numel(x) == 6
    assert x.dim() == x.ndimension() == x.ndim == 2
    assert x.element_size() == 4
    assert x.stride() == (3, 1)
    assert x.T.stride(0) == 1
    assert x[1, 1:].storage_offset() == 4
    assert x.data_ptr() + 16 == x[1, 1:].data_ptr()
    assert x.is_floating_point() and not minitorch.is_floating_point(x.int())
    assert minitorch.is_tensor(x) and not minitorch.is_tensor([1])
    assert x.is_cpu and x.get_device() == -1 and not minitorch.is_complex(x)


REFUSED_SHAPES = {
    "shape '[4]' is invalid for input of size 6": lambda x: x.view(4),
    "shape '[-1, 4]' is invalid for input of size 6": lambda x: x.reshape(-1, 4),
    "only one dimension can be inferred": lambda x: x.view(-1, -1),
    "invalid shape dimension -2 at index 0 of shape [-2, 3]": lambda x: x.view(-2, 3),
    "view size is not compatible with input tensor's size and stride": lambda x: x.T.view(6),
    "cannot reshape tensor of 0 elements into shape [-1, 0]": lambda x: zeros(0).view(-1, 0),
    "input.dim() = 2 is not equal to len(dims) = 1": lambda x: x.permute(0),
    "permute(): duplicate dims are not allowed.": lambda x: x.permute(0, 0),
    "t() expects a tensor with <= 2 dimensions, but self is 3D": lambda x: zeros(1, 1, 1).t(),
    "only supported on matrices or batches of matrices. Got 1-D": lambda x: x[0].mT,
    "start_dim cannot come after end_dim": lambda x: x.flatten(1, 0),
    "unflatten: Provided sizes [2, 2] don't multiply up": lambda x: x.unflatten(1, (2, 2)),
    "unflatten: sizes must be non-empty": lambda x: x.unflatten(1, ()),
    "should contain the same number of dims": lambda x: x.movedim((0, 1), (1,)),
    "movedim: repeated dim in `destination` ([1, 1])": lambda x: x.movedim((0, 1), (1, 1)),
    "must match the existing size (2) at non-singleton dimension 0": lambda x: x.expand(3, 3),
    "the number of sizes provided (1) must be greater": lambda x: x.expand(3),
    "isn't allowed in a leading, non-existing dimension 0": lambda x: x.expand(-1, 2, 3),
    "dim 0 appears multiple times": lambda x: x.flip(0, 0),
    "shifts and dimensions must align. shifts: 1, dims:2": lambda x: x.roll(1, (0, 1)),
    "Number of dimensions of repeat dims can not be smaller": lambda x: x.repeat(2),
    "Trying to create tensor with negative dimension -2": lambda x: x.repeat(-1, 1),
    "tril: input tensor must have at least 2 dimensions": lambda x: x[0].tril(),
    "diag(): Supports 1D or 2D tensors. Got 3D": lambda x: zeros(1, 1, 1).diag(),
    "diagonal dimensions cannot be identical 0, 0": lambda x: x.diagonal(0, 0, 0),
    "Sizes of tensors must match except in dimension 0.": lambda x: cat([x, x.T]),
    "Tensors must have same number of dimensions: got 2 and 1": lambda x: cat([x, x[0]]),
    "zero-dimensional tensor (at position 0) cannot be": lambda x: cat([x[0, 0], x[0, 0]]),
    "expected a non-empty list of Tensors": lambda x: cat([]),
    "stack expects each tensor to be equal size": lambda x: stack([x, x.T]),
    "split_size can only be 0 if dimension size is 0": lambda x: x.split(0),
    "split expects split_size be non-negative": lambda x: x.split(-1),
    "split_sizes to sum exactly to 2": lambda x: x.split([1, 2]),
    "chunk expects `chunks` to be greater than 0, got: 0": lambda x: x.chunk(0),
    "start (1) + length (2) exceeds dimension size (2).": lambda x: x.narrow(0, 1, 2),
    "narrow(): length must be non-negative.": lambda x: x.narrow(0, 0, -1),
    'indexing must be one of "xy" or "ij"': lambda x: minitorch.meshgrid(x[0], indexing="zz"),
    "Expected 0D or 1D tensor in the tensor list": lambda x: minitorch.meshgrid(
        x, x, indexing="ij"
    ),
    "repeats must have the same size as input along dim": lambda x: x.repeat_interleave(
        tensor([1, 2, 3]), 0
    ),
    "Repeats must be non-negative": lambda x: x.repeat_interleave(-1),
    "The size of tensor a (3) must match": lambda x: minitorch.broadcast_tensors(x, x.T),
    "Attempting to broadcast a dimension of length 2 at -1! Mismatching argument at index 1": (
        lambda x: minitorch.broadcast_shapes(x.shape, (2,))
    ),
}


@pytest.mark.parametrize("text", REFUSED_SHAPES)
def test_refused_shapes_raise_with_this_text(text, x):
    with pytest.raises(RuntimeError, match=re.escape(text)):
        REFUSED_SHAPES[text](x)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.transpose(0, 2),
        lambda x: x.squeeze(2),
        lambda x: x.permute(0, 2),
        lambda x: x.flip(2),
        lambda x: cat([x, x], 2),
        lambda x: x.size(2),
        lambda x: x.flatten(2),
    ],
)
def test_a_dimension_that_is_not_there_is_an_index_error(call, x):
    with pytest.raises(IndexError, match=r"expected to be in range of \[-2, 1\], but got 2"):
        call(x)


def test_select_unbind_and_narrow_refuse_what_is_not_there(x):
    with pytest.raises(IndexError, match=r"select\(\): index 2 out of range for tensor of size"):
        x.select(0, 2)
    with pytest.raises(IndexError, match=r"cannot be applied to a 0-dim tensor"):
        x[0, 0].select(0, 0)
    with pytest.raises(IndexError, match="tensor has no dimensions"):
        x[0, 0].unbind()
    with pytest.raises(IndexError, match="start out of range"):
        x.narrow(0, 3, 1)


def test_any_byte_but_0_read_as_a_bool_is_true():
    x = tensor([0, 1, 2, 255], dtype=minitorch.uint8).view(minitorch.bool)
    true = tensor([False, True, True, True])
    assert x.equal(true) and not (x ^ true).any()
    assert x.sort().indices.tolist() == [0, 1, 2, 3] == true.sort().indices.tolist()
    y = tensor([0, 1], dtype=minitorch.uint8)
    y.view(dtype=minitorch.bool)[0] = True
    assert y.tolist() == [1, 1]


@pytest.mark.parametrize("size", ["a", 3.0, None, (2.0, 3)])
def test_sizes_must_be_whole_numbers(size, x):
    with pytest.raises(TypeError, match=r"\(position 1\) must be tuple of ints, "):
        x.view(size)


# -------------------------------------------------------------------- joining and cutting


def test_cat_brings_dtypes_together_and_leaves_out_the_legacy_empty_tensor(x):
    assert cat([x.int(), x.double()]).dtype is minitorch.float64
    assert cat([zeros(0), x.int()]).tolist() == x.tolist()
    assert cat([zeros(0), x.int()]).dtype is minitorch.float32
    assert cat([zeros(0), zeros(0)]).shape == (0,)
    assert cat((x, x), axis=1).shape == (2, 6)
    assert minitorch.concat is minitorch.concatenate is cat


def test_cat_gives_each_tensor_its_share(w):
    empty = zeros(0, dtype=w.dtype, requires_grad=True)
    y = cat([w, empty, w * 2], 1)
    (y * arange(12.0).view(2, 6)).sum().backward()
    assert w.grad.tolist() == [[6.0, 9.0, 12.0], [24.0, 27.0, 30.0]]
    assert empty.grad is None or empty.grad.shape == (0,)


def test_cat_takes_a_sequence_of_tensors_alone(x):
    with pytest.raises(TypeError, match="must be tuple of Tensors, not Tensor"):
        cat(x)
    with pytest.raises(TypeError, match="expected Tensor as element 1 in argument 0, but got int"):
        cat([x, 1])


def test_cat_writes_into_out(x):
    out = zeros(4, 3)
    assert cat([x, x], out=out) is out
    assert out[2:].tolist() == x.tolist()


def test_stacks_of_vectors_and_numbers(x):
    a, b = x
    assert minitorch.hstack([a, b]).shape == (6,)
    assert minitorch.vstack([a, x]).shape == (3, 3)
    assert minitorch.hstack([a[0], b[0]]).tolist() == [0, 3]
    assert minitorch.stack([a, b], -1).shape == (3, 2)


def test_split_and_chunk_cut_everything_and_no_more():
    x = arange(5)
    assert [part.tolist() for part in x.split(2)] == [[0, 1], [2, 3], [4]]
    assert [len(part) for part in x.chunk(4)] == [2, 2, 1]
    assert [len(part) for part in minitorch.split(x, [1, 4])] == [1, 4]
    assert [part.shape for part in zeros(0).split(2)] == [(0,)]
    assert len(zeros(0).chunk(3)) == 3


def test_meshgrid_runs_along_dimensions_as_said():
    a, b = arange(2), arange(3)
    i, j = minitorch.meshgrid(a, b, indexing="ij")
    assert i.tolist() == [[0, 0, 0], [1, 1, 1]]
    assert j.tolist() == [[0, 1, 2], [0, 1, 2]]
    i, j = minitorch.meshgrid([a, b], indexing="xy")
    assert i.tolist() == [[0, 1], [0, 1], [0, 1]]


def test_repeats_and_tiles_copy_the_elements_in_order(x):
    assert x.repeat(2, 1, 2).shape == (2, 2, 6)
    assert x.tile(2).shape == (2, 6)
    assert x.tile((2, 1, 1)).shape == (2, 2, 3)
    assert x.repeat_interleave(2).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert x.repeat_interleave(tensor([2, 1]), 0)[:, 0].tolist() == [0, 0, 3]
    assert minitorch.repeat_interleave(tensor([1, 0, 2])).tolist() == [0, 2, 2]
    assert not hasattr(minitorch, "repeat")


def test_flip_copies(x):
    y = x.flip(0, 1)
    assert y.tolist() == [[5, 4, 3], [2, 1, 0]]
    assert not same_memory(x, y)
    assert minitorch.flip(x, ()).tolist() == x.tolist()


def test_diagonals_go_both_ways():
    assert tensor([1, 2]).diag(1).tolist() == [[0, 1, 0], [0, 0, 2], [0, 0, 0]]
    assert tensor([[1, 2], [3, 4]]).diag().tolist() == [1, 4]
    assert ones(2, 3).diag_embed().shape == (2, 3, 3)
    assert ones(2, 3).diag_embed(0, 0, 2).shape == (3, 2, 3)


# -------------------------------------------------------------------- x[key]


def test_one_element_is_a_view_too():
    x = tensor([1.0, 2.0, 3.0])
    first = x[0]
    first += 10
    assert x.tolist() == [11, 2, 3]
    x[0] = 5
    assert first == 5


def test_advanced_indexing_copies(x):
    for key in ([0, 1], x > 0, tensor([0]), ([0], [1])):
        y = x[key]
        y += 10
    assert x.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_an_int_is_taken_before_the_arrays():
    x = zeros(2, 3, 4)
    assert x[0, :, [1, 2]].shape == (3, 2)  # NumPy would say (2, 3)
    assert x[[0, 1], :, [1, 2]].shape == (2, 3)
    assert x[:, [0], ..., [1, 2]].shape == (2, 2)


def test_a_list_of_lists_stands_for_a_tuple_with_a_warning(x):
    for key in ([[0, 1], [1, 2]], [range(2), range(1, 3)], [np.array([0, 1]), np.array([1, 2])]):
        with pytest.warns(UserWarning, match="non-tuple sequence for multidimensional indexing"):
            assert x[key].tolist() == [1, 5]


def test_bytes_as_mask_warn(x):
    with pytest.warns(UserWarning, match="indexing with dtype torch.uint8 is now deprecated"):
        assert x[tensor([0, 1], dtype=minitorch.uint8)].tolist() == [[3, 4, 5]]


def test_keys_of_numpy(x):
    assert x[np.int64(1), np.array([0, 2])].tolist() == [3, 5]
    assert x[np.array([True, False])].tolist() == [[0, 1, 2]]
    assert x[tensor(0) : tensor(1)].shape == (1, 3)
    assert x[range(2)].shape == (2, 3)
    assert x[[]].shape == (0, 3)


REFUSED_KEYS = [
    (2, IndexError, "index 2 is out of bounds for dimension 0 with size 2"),
    (-3, IndexError, "index -3 is out of bounds for dimension 0 with size 2"),
    ((0, 3), IndexError, "index 3 is out of bounds for dimension 1 with size 3"),
    ([5], IndexError, "index 5 is out of bounds for dimension 0 with size 2"),
    ((0, 0, 0), IndexError, "too many indices for tensor of dimension 2"),
    (([0, 1], [0, 1, 2]), IndexError, "could not be broadcast together with shapes [2], [3]"),
    (
        np.ones((2, 3, 1), bool),
        IndexError,
        "too many indices for tensor of dimension 2",
    ),
    (
        [True, False, True],
        IndexError,
        "mask [3] at index 0 does not match the shape of the indexed tensor [2, 3] at index 0",
    ),
    (
        (slice(None), np.array([True])),
        IndexError,
        "mask [1] at index 0 does not match the shape of the indexed tensor [2, 3] at index 1",
    ),
    (1.0, IndexError, "only integers, slices (`:`), ellipsis (`...`), None and long or byte"),
    (tensor([0, 1], dtype=minitorch.int16), IndexError, "tensors used as indices must be long"),
    (slice(0.0, 1.0), TypeError, "slice indices must be integers or None or have an __index__"),
    (slice(None, None, -1), ValueError, "step must be greater than zero"),
    (slice(None, None, 0), ValueError, "slice step cannot be zero"),
    (slice(tensor(1.0), None), TypeError, "only integer tensors of a single element can be conv"),
    (np.float64(1), IndexError, "only integers, slices (`:`), ellipsis (`...`), None and long or"),
    ((0, np.bool_(True)), IndexError, "valid indices (got bool"),
    (1 << 64, ValueError, "Overflow when unpacking long long"),
]


def test_zero_dimensional_integers_of_any_dtype_are_indices(x):
    assert x[tensor(1, dtype=minitorch.int16)].data_ptr() == x[1].data_ptr()


def test_no_elements_can_be_taken_from_a_dimension_without_any():
    with pytest.raises(IndexError, match="index is out of bounds for dimension with size 0"):
        zeros(10, 0)[:, [0, 1]]


@pytest.mark.parametrize(
    ("write", "text"),
    [
        (lambda x: x.__setitem__(0, 1j), "value cannot be converted to type float without overfl"),
        (lambda x: x.int().__setitem__(0, 1j), "value cannot be converted to type int without"),
        (lambda x: x.char().__setitem__(0, 999), "value cannot be converted to type int8_t with"),
        (lambda x: x.masked_fill(x > 0, 1j), "value cannot be converted to type float without"),
        (lambda x: x.index_fill(0, tensor([0]), 1j), "Converting complex Scalar to non-complex"),
    ],
)
def test_numbers_that_do_not_fit_the_dtype_are_refused(write, text, x):
    with pytest.raises(RuntimeError, match=text):
        write(x)


@pytest.mark.parametrize(("key", "error", "text"), REFUSED_KEYS)
def test_refused_keys_raise_with_this_text(key, error, text, x):
    with pytest.raises(error, match=re.escape(text)):
        x[key]
    with pytest.raises(error, match=re.escape(text)):
        x[key] = 0


def test_a_zero_dimensional_tensor_has_no_parts():
    with pytest.raises(IndexError, match=r"slice\(\) cannot be applied to a 0-dim tensor"):
        tensor(1.0)[:]
    with pytest.raises(IndexError, match=r"expected to be in range of \[-1, 0\], but got 1"):
        tensor(1.0).transpose(0, 1)
    with pytest.raises(IndexError, match=r"expected to be in range of \[-2, 1\], but got 2"):
        minitorch.rot90(zeros(2, 3), 1, (0, 2))
    with pytest.raises(IndexError, match="invalid index of a 0-dim tensor"):
        tensor(1.0)[0]
    assert tensor(1.0)[...] == 1
    assert tensor(1.0)[None].shape == (1,)


def test_second_derivatives_through_indexing(w):
    w = w.detach().requires_grad_()
    rows, mask = tensor([1, 1, 0]), w > 1
    for part in (
        lambda x: x[0],
        lambda x: x[:, 1:],
        lambda x: x[rows],
        lambda x: x[rows, [0, 0, 2]],
        lambda x: x[mask],
        lambda x: x[..., None, [0, 2, 2]],
    ):
        assert autograd.gradcheck(lambda x: part(x) ** 3, (w,))  # noqa: B023  called at once
        assert autograd.gradgradcheck(lambda x: part(x) ** 3, (w,))  # noqa: B023  called at once


def test_rows_named_many_times_add_up():
    table = zeros(1000, 40, requires_grad=True)
    index = tensor(np.random.default_rng(0).integers(-1000, 1000, 5000))
    table[index].sum().backward()
    counts = np.bincount(index.numpy() % 1000, minlength=1000)
    np.testing.assert_array_equal(table.grad.numpy(), np.repeat(counts[:, None], 40, 1))


# -------------------------------------------------------------------- x[key] = value


def test_assignment_of_numbers_and_tensors(x):
    x[0] = 7
    x[1, 1:] = tensor([8, 9])  # converted
    x[:, 0] = tensor([[[-1.0]]])  # leading dimensions of size 1 are dropped
    assert x.tolist() == [[-1, 7, 7], [-1, 8, 9]]
    x[x > 7] = 0
    x[[0, 1], [1, 2]] = tensor([1.0, 2.0])
    assert x.tolist() == [[-1, 1, 7], [-1, 0, 2]]
    x[0, [1, 2]] = tensor(5.0)
    x[x > 4] = tensor(5.0, dtype=minitorch.float64)  # one value for a mask: converted
    x[True] = x[True] + 1
    assert x[0].tolist() == [0, 6, 6]


def test_assignment_of_overlapping_parts(x):
    x[:, 1:] = x[:, :-1]
    assert x.tolist() == [[0, 0, 1], [3, 3, 4]]


def test_integers_drop_the_fraction_of_what_is_assigned():
    x = arange(3)
    x[0] = 2.7
    x[1:] = tensor([-1.5, 3.5])
    assert x.tolist() == [2, -1, 3]


REFUSED_VALUES = [
    (0, [1, 2, 3], TypeError, "can't assign a list to a torch.FloatTensor"),
    (0, np.ones(3), TypeError, "can't assign a numpy.ndarray to a torch.FloatTensor"),
    (0, None, TypeError, "can't assign a NoneType to a torch.FloatTensor"),
    (0, (2,), RuntimeError, "The expanded size of the tensor (3) must match the existing size (2)"),
    (
        [0, 1],
        (2,),
        RuntimeError,
        "value tensor of shape [2] cannot be broadcast to indexing result",
    ),
]


@pytest.mark.parametrize(("key", "value", "error", "text"), REFUSED_VALUES)
def test_refused_values_raise_with_this_text(key, value, error, text, x):
    value = zeros(value) if isinstance(value, tuple) else value
    with pytest.raises(error, match=re.escape(text)):
        x[key] = value


def test_index_tensors_take_values_of_their_own_dtype_alone(x):
    for value in (tensor([1, 2]), tensor(1.0, dtype=minitorch.float64)):
        with pytest.raises(RuntimeError, match="requires the source and destination dtypes match"):
            x[[0, 1], [1, 2]] = value
    with pytest.raises(RuntimeError, match="got Float for the destination and Double"):
        x[x > 1] = zeros(4, dtype=minitorch.float64)


def test_a_part_of_a_tensor_cannot_be_deleted(x):
    with pytest.raises(TypeError, match="Tensor does not support deleting items"):
        del x[0]


def test_numbers_that_do_not_fit_are_refused():
    with pytest.raises(RuntimeError, match="cannot be converted to type int64_t without overflow"):
        arange(3)[0] = NAN
    with pytest.raises(RuntimeError, match="cannot be converted to type uint8_t without overflow"):
        zeros(3, dtype=minitorch.uint8)[0] = 256


def test_assignment_reaches_value_and_target_in_backward(w):
    value = tensor(3.0, dtype=w.dtype, requires_grad=True)
    y = w * 1
    y[:, 1] = value
    y[0, [0, 2]] = y[1, :2] * 2
    (y**2).sum().backward()
    assert w.grad.tolist() == [[0, 0, 0], [30, 0, 10]]
    assert value.grad == 6 + 6 + 8 * 3


def test_second_derivatives_through_assignment(w):
    w = w.detach().requires_grad_()

    def f(x):
        y = x * x
        y[0] = y[1].clone() * x[0]
        y[:, [0, 2]] *= x[:, :2]
        y[y > 10] = 1.5
        return y

    assert autograd.gradcheck(f, (w,))
    assert autograd.gradgradcheck(f, (w,))


def test_index_put_writes_or_adds_at_the_places(x):
    index = tensor([0, 0])
    assert x.index_put((index,), tensor(9.0))[0].tolist() == [9, 9, 9]
    assert x.clone().index_put_((index,), tensor(1.0), accumulate=True)[0].tolist() == [2, 3, 4]
    with pytest.raises(TypeError, match="expected Tensor as element 0 in argument 0, but got int"):
        x.index_put((0,), tensor(1.0))
    with pytest.raises(TypeError, match="must be tuple of Tensors, not Tensor"):
        x.index_put(index, tensor(1.0))
    with pytest.raises(RuntimeError, match="requires the source and destination dtypes match"):
        x.index_put((index,), tensor(1))


@pytest.mark.torch
@pytest.mark.parametrize("seed", range(4))
def test_random_keys_do_what_they_do_in_torch(seed):
    torch = pytest.importorskip("torch")
    choose = random.Random(seed)
    for number in range(100):
        shape = tuple(choose.randrange(1, 5) for _ in range(choose.randrange(1, 5)))
        values = np.random.default_rng(number).standard_normal(shape)
        key = random_key(shape, choose)
        ours, theirs = (outcome(lib, values, key) for lib in (minitorch, torch))
        if isinstance(theirs, Exception):
            assert isinstance(ours, IndexError | ValueError), (shape, key, ours)
            continue
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b, err_msg=f"{shape} {key}")


def random_key(shape, choose):
    parts, axis = [], 0
    while axis < len(shape) and choose.random() < 0.95:
        n, kind = shape[axis], choose.randrange(10)
        axis += kind not in (4, 5, 6)
        if kind < 2:
            parts.append(choose.randrange(-n, n))
        elif kind < 4:
            bounds = [choose.choice([None, choose.randrange(-n - 1, n + 2)]) for _ in range(2)]
            parts.append(slice(*bounds, choose.choice([None, 1, 2])))
        elif kind == 4:
            parts.append(None)
        elif kind == 5:
            parts.append(True)
        elif kind == 6 and Ellipsis not in [part for part in parts if part is Ellipsis]:
            parts.append(Ellipsis)
            axis += choose.randrange(len(shape) - axis + 1)
        elif kind < 9:
            sizes = choose.choice([(2,), (1,), (2, 2), (2, 1)])
            parts.append(np.array([choose.randrange(-n, n) for _ in range(int(np.prod(sizes)))]))
            parts[-1] = parts[-1].reshape(sizes)
        else:
            parts.append(np.array([choose.random() < 0.5 for _ in range(n)]))
    return tuple(parts)


def outcome(lib, values, key):
    """The part, the result of an assignment, and the gradients of both; or the error."""
    key = tuple(lib.tensor(part) if isinstance(part, np.ndarray) else part for part in key)
    x = lib.tensor(values, requires_grad=True)
    value = lib.tensor(1.5, dtype=lib.float64, requires_grad=True)
    try:
        part = x[key]
    except (IndexError, ValueError) as error:
        return error
    (part**3).sum().backward()
    y = x * 1
    y[key] = value
    (y**3).sum().backward()
    return [t.detach().numpy() for t in (part, y, x.grad, value.grad)]


# -------------------------------------------------------------------- gather, scatter and their kin


def test_gather_and_scatter_are_each_other_reversed(x):
    index = tensor([[2, 0], [1, 1]])
    assert x.gather(1, index).tolist() == [[2, 0], [4, 4]]
    assert x.gather(0, tensor([[0, 1]])).tolist() == [[0, 4]]
    assert x.scatter(1, index, 9.0).tolist() == [[9, 1, 9], [3, 9, 5]]
    assert x.scatter(1, index, x + 10).tolist() == [[11, 1, 10], [3, 14, 5]]
    assert x.scatter_add(1, index, ones(2, 2)).tolist() == [[1, 1, 3], [3, 6, 5]]
    assert x.clone().scatter_(1, index, value=0.0).tolist() == [[0, 1, 0], [3, 0, 5]]
    assert minitorch.gather(tensor(3.0), 0, tensor(0)) == 3
    assert tensor(3.0).scatter_add(0, tensor(0), tensor(2.0)) == 5
    assert tensor(3.0).scatter(0, tensor(0), 2.0) == 2


def test_take_along_dim_broadcasts(x):
    assert x.take_along_dim(tensor([[0, 1]]), 1).tolist() == [[0, 1], [3, 4]]
    assert x.take_along_dim(tensor([5, 0])).tolist() == [5, 0]
    with pytest.raises(RuntimeError, match="should have the same number of dimensions"):
        x.take_along_dim(tensor([0]), 1)


def test_slices_by_index(x):
    index = tensor([1, 1])
    assert x.index_select(0, index).tolist() == [[3, 4, 5]] * 2
    assert x.index_select(1, index).tolist() == [[1, 1], [4, 4]]
    assert tensor(3.0).index_select(0, tensor([0])) == 3
    assert x.index_fill(1, tensor([0]), -1).tolist() == [[-1, 1, 2], [-1, 4, 5]]
    assert x.index_add(0, index, ones(2, 3), alpha=2).tolist() == [[0, 1, 2], [7, 8, 9]]
    assert x.index_copy(0, tensor([1]), x[:1]).tolist() == [[0, 1, 2]] * 2
    assert x.take(tensor([[5, -1]])).tolist() == [[5, 5]]


def test_masks_fill_and_select(x):
    assert x.masked_fill(x > 2, 0.5).tolist() == [[0, 1, 2], [0.5, 0.5, 0.5]]
    assert x.masked_fill(tensor([True, False, False]), tensor(9.0))[:, 0].tolist() == [9, 9]
    assert x.int().masked_fill(x > 4, 1.7).tolist() == [[0, 1, 2], [3, 4, 1]]
    assert x.masked_select(tensor([True, False, False])).tolist() == [0, 3]
    assert x[0].nonzero().tolist() == [[1], [2]]
    assert [found.tolist() for found in x.nonzero(as_tuple=True)] == [
        [0, 0, 1, 1, 1],
        [1, 2, 0, 1, 2],
    ]
    assert tensor(5).nonzero().shape == (1, 0)
    assert tensor(5).nonzero(as_tuple=True)[0].tolist() == [0]
    assert minitorch.argwhere(x[:, 0]).tolist() == [[1]]


REFUSED_INDICES = [
    (
        lambda x: x.gather(1, tensor([[0], [3]])),
        "index 3 is out of bounds for dimension 1 with size 3",
    ),
    (lambda x: x.gather(1, tensor([[0], [-1]])), "index -1 is out of bounds for dimension 1"),
    (lambda x: x.gather(1, tensor([0])), "Index tensor must have the same number of dimensions"),
    (lambda x: x.gather(1, tensor([[0.0]])), "gather(): Expected dtype int32/int64 for index"),
    (lambda x: x.gather(0, tensor([[0] * 4])), "Size does not match at dimension 1 expected index"),
    (
        lambda x: x.scatter(1, tensor([[0]]), x.double()),
        "Expected self.dtype to be equal to src.dtype",
    ),
    (
        lambda x: x.scatter_add(1, tensor([[0, 0]]), x[:, :1]),
        "to be no larger size than src [2, 1]",
    ),
    (lambda x: x.index_add(0, tensor([0]), x), "Number of indices (1) should be equal to source"),
    (lambda x: x.index_copy(0, tensor([0]), x.int()[:1]), "source expected to have the same dtype"),
    (lambda x: x.index_select(0, tensor([0.0])), "Expected dtype int32 or int64 for index"),
    (lambda x: x.masked_fill(x, 1.0), "masked_fill_ only supports boolean masks"),
    (lambda x: x.masked_fill(x > 2, ones(1)), "only supports a 0-dimensional value tensor"),
    (lambda x: x.masked_select(x), "masked_select: expected BoolTensor for mask"),
    (lambda x: x.topk(5), "selected index k out of range"),
]


@pytest.mark.parametrize(("call", "text"), REFUSED_INDICES)
def test_refused_indices_raise_with_this_text(call, text, x):
    with pytest.raises(RuntimeError, match=re.escape(text)):
        call(x)


def test_refused_indices_that_are_index_errors(x):
    with pytest.raises(IndexError, match="index out of range in self"):
        x.index_select(0, tensor([5]))
    with pytest.raises(IndexError, match="Index is supposed to be a vector"):
        x.index_select(0, tensor([[0]]))
    with pytest.raises(IndexError, match="tried to access index 6 on a tensor of 6 elements"):
        x.take(tensor([6]))
    with pytest.raises(TypeError, match="must be Tensor, not list"):
        x.index_select(0, [0])


def test_second_derivatives_of_gather_and_scatter():
    x = tensor([[0.5, 1.0, 2.0], [3.0, 0.2, 1.0]], dtype=minitorch.float64, requires_grad=True)
    index = tensor([[2, 2], [0, 1]])
    mask = x > 0.7
    for f in (
        lambda x: x.gather(1, index),
        lambda x: x.scatter(1, tensor([[1], [2]]), x),
        lambda x: x.scatter_add(1, index, x[:, :2] ** 2),
        lambda x: x.index_add(1, tensor([0, 0, 1]), x**2),
        lambda x: x.index_copy(1, tensor([0, 2]), x[:, 1:] ** 2),
        lambda x: x.masked_fill(mask, x[0, 0]),
        lambda x: x.masked_select(mask),
        lambda x: x.sort(1).values,
        lambda x: x.topk(2, 1, largest=False).values,
        lambda x: x.diagonal(1) * x.diag(),
        lambda x: x.repeat(2, 2).flip(1).roll(1, 0),
        lambda x: x.tril().T.triu(-1) @ x.unflatten(1, (1, 3)).flatten(1),
    ):
        assert autograd.gradcheck(lambda x: f(x) ** 3, (x,))  # noqa: B023  called at once
        assert autograd.gradgradcheck(lambda x: f(x) ** 3, (x,))  # noqa: B023  called at once


# -------------------------------------------------------------------- sorting and searching


def test_sort_puts_nan_last_and_keeps_the_order_of_equal_elements():
    x = tensor([1.0, NAN, 0.0])
    assert x.sort().indices.tolist() == [2, 0, 1]
    assert x.sort(descending=True).indices.tolist() == [1, 0, 2]
    ties = tensor([3, 1, 3, 1])
    assert ties.argsort().tolist() == [1, 3, 0, 2]
    assert ties.sort(descending=True).indices.tolist() == [0, 2, 1, 3]
    assert minitorch.msort(tensor([[2, 1], [1, 2]])).tolist() == [[1, 1], [2, 2]]
    values, indices = tensor(3.0).sort()
    assert (values, indices) == (3, 0)


@pytest.mark.parametrize("n", [5, 1000])
@pytest.mark.parametrize("largest", [True, False])
def test_topk_is_the_head_of_the_sorted(n, largest):
    x = minitorch.randperm(2 * n).view(2, n).float()
    values, indices = x.topk(3, largest=largest)
    expected = x.sort(descending=largest)
    assert values.tolist() == expected.values[:, :3].tolist()
    assert indices.tolist() == expected.indices[:, :3].tolist()
    assert x.topk(0).values.shape == (2, 0)


def test_unique_elements_come_with_places_and_counts():
    x = tensor([[3, 1], [3, 1]])
    assert x.unique().tolist() == [1, 3]
    values, inverse, counts = x.unique(return_inverse=True, return_counts=True)
    assert values[inverse].tolist() == x.tolist()
    assert counts.tolist() == [2, 2]
    assert x.unique(dim=0).tolist() == [[3, 1]]
    values, inverse, counts = tensor([3, 3, 1, 3]).unique_consecutive(True, True)
    assert (values.tolist(), inverse.tolist()) == ([3, 1, 3], [0, 0, 1, 2])
    assert counts.tolist() == [2, 1, 1]


def test_searching_in_sorted_sequences():
    row = tensor([1.0, 3.0, 5.0])
    assert minitorch.searchsorted(row, tensor([[0.0, 3.0], [9.0, 5.0]])).tolist() == [
        [0, 1],
        [3, 2],
    ]
    assert minitorch.searchsorted(row, 3, right=True) == 2
    assert minitorch.searchsorted(row, 3, side="right", out_int32=True).dtype is minitorch.int32
    rows = stack([row, row + 1])
    assert minitorch.searchsorted(rows, tensor([[3.0], [3.0]])).tolist() == [[1], [1]]
    assert minitorch.bucketize(tensor([0.0, 9.0]), row).tolist() == [0, 3]
    with pytest.raises(RuntimeError, match="must match, but we got boundaries tensor"):
        minitorch.searchsorted(rows, row)


def test_bincount_counts_or_adds_weights():
    assert tensor([1, 1, 3]).bincount().tolist() == [0, 2, 0, 1]
    assert tensor([1, 1, 3]).bincount(tensor([0.5, 1.0, 2.0]), 5).tolist() == [0, 1.5, 0, 2, 0]
    with pytest.raises(RuntimeError, match="1-d non-negative integral inputs"):
        tensor([-1]).bincount()
    with pytest.raises(RuntimeError, match="not implemented for 'Float'"):
        tensor([1.0]).bincount()


def test_one_hot_rows():
    one_hot = minitorch.nn.functional.one_hot
    assert one_hot(tensor([[0], [2]])).tolist() == [[[1, 0, 0]], [[0, 0, 1]]]
    assert one_hot(tensor([1]), 4).dtype is minitorch.int64
    for classes, count, text in (
        ([0.0], -1, "only applicable to index tensor of type LongTensor"),
        ([-1], -1, "Class values must be non-negative"),
        ([2], 2, "Class values must be smaller than num_classes"),
    ):
        with pytest.raises(RuntimeError, match=text):
            one_hot(tensor(classes), count)
    with pytest.raises(RuntimeError, match="Can not infer total number of classes"):
        one_hot(zeros(0, dtype=minitorch.int64))


@pytest.mark.parametrize(
    ("bytes_", "text"),
    [
        (lambda x: x[:, 1:5], "self.storage_offset() must be divisible by 4 to view Byte as Int"),
        (lambda x: x.as_strided((2, 4), (1, 1)), "self.stride(0) must be divisible by 4 to view"),
    ],
)
def test_larger_elements_must_lie_at_their_places(bytes_, text):
    with pytest.raises(RuntimeError, match=re.escape(text)):
        bytes_(zeros(2, 8, dtype=minitorch.uint8)).view(minitorch.int32)


def test_resizing_to_an_order_in_memory():
    x = zeros(24)
    last = minitorch.channels_last
    assert x.resize_(1, 2, 3, 4, memory_format=last).is_contiguous(memory_format=last)
    y = zeros(24).resize_as_(x, memory_format=minitorch.preserve_format)
    assert y.stride() == x.stride() == (24, 1, 8, 2)
    assert y.resize_as_(zeros(4, 6)).is_contiguous()


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ((2, 4, 2**29, 2**29), "Storage size calculation overflowed with sizes=[2, 4, 536870912"),
        ((8, 8, 2**29, 2**29), "numel: integer multiplication overflow"),
    ],
)
def test_sizes_beyond_all_memory(sizes, text):
    with pytest.raises(RuntimeError, match=re.escape(text)):
        zeros(1, dtype=minitorch.float64).resize_(sizes)


def test_new_dimensions_of_size_one_have_the_strides_of_a_view():
    assert zeros(5).expand(1, 1, 5).stride() == (5, 5, 1)
    assert zeros(5).expand(1, 2, 5).stride() == zeros(5).expand(2, 5)[None].stride()


def test_boundaries_have_a_dimension():
    with pytest.raises(RuntimeError, match="boundaries tensor should have positive dimension"):
        minitorch.searchsorted(tensor(1), tensor([3]))


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.topk(1, True),
        lambda x: x.sort(True),
        lambda x: x.sum(True),
        lambda x: x.unsqueeze(True),
        lambda x: x.transpose(0, True),
        lambda x: minitorch.stack([x], True),
    ],
)
def test_a_bool_is_no_dimension(call, x):
    with pytest.raises(TypeError, match="must be int, not bool"):
        call(x)


@pytest.mark.parametrize(
    ("shapes", "text"),
    [
        ((1, 1, -12), "Attempting to broadcast a dimension with negative length!"),
        ((1.5,), "Input shapes should be of type ints, a tuple of ints, or a list of ints, got 1."),
    ],
)
def test_what_is_no_shape_does_not_broadcast(shapes, text):
    with pytest.raises(RuntimeError, match=text):
        minitorch.broadcast_shapes(*shapes)


# -------------------------------------------------------------------- windows and strides


def test_windows_that_overlap_are_a_view_that_cannot_be_written_to(x):
    windows = x.unfold(1, 2, 1)
    assert windows.tolist() == [[[0, 1], [1, 2]], [[3, 4], [4, 5]]]
    assert same_memory(windows, x) and windows._base is x._base
    x[0, 1] = 9
    assert windows[0].tolist() == [[0, 9], [9, 2]]
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        windows += 1
    apart = x.unfold(1, 2, 2)
    apart *= 0
    assert x.tolist() == [[0, 0, 2], [0, 0, 5]]
    assert tensor(3.0).unfold(0, 1, 1).tolist() == [3]


def test_a_write_through_windows_reaches_the_gradient_of_the_base(w):
    y = w * 2
    y.unfold(1, 2, 2).mul_(3)
    y.sum().backward()
    assert w.grad.tolist() == [[6, 6, 2], [6, 6, 2]]


def test_as_strided_reads_the_memory_whatever_the_strides_of_its_tensor(x):
    assert x.as_strided((3, 2), (1, 3)).tolist() == x.T.tolist()
    assert x.T.as_strided((2, 3), (3, 1)).tolist() == x.tolist()
    assert x[1].as_strided((2,), (1,)).tolist() == [3, 4]
    assert x[1].as_strided((2,), (1,), 0).tolist() == [0, 1]
    assert x.T.clone().as_strided((6,), (1,)).tolist() == [0, 1, 2, 3, 4, 5]
    x.as_strided((2,), (4,), 1).fill_(9)
    assert x.tolist() == [[0, 9, 2], [3, 4, 9]]
    for size, stride, offset, text in (
        ((2, 2), (1,), 0, "mismatch in length of strides and shape"),
        ((4, 2), (3, 1), None, "storage offset 0, and itemsize 4 requiring a storage size of 44"),
        ((2,), (-1,), 5, "as_strided: Negative strides are not supported at the moment"),
        ((2,), (1,), -1, "Tensor: invalid storage offset -1"),
    ):
        with pytest.raises(RuntimeError, match=re.escape(text)):
            x.as_strided(size, stride, offset)


def test_elements_that_strides_read_twice_get_both_gradients(w):
    (w * 1).as_strided((2, 2), (1, 1)).sum().backward()
    assert w.grad.tolist() == [[1, 2, 1], [0, 0, 0]]


def test_a_write_through_strides_is_part_of_the_graph(w):
    y = w * 2
    y.as_strided((2,), (3,)).mul_(4)
    y.sum().backward()
    assert w.grad.tolist() == [[8, 2, 2], [8, 2, 2]]


def test_strides_that_reach_out_of_a_view_leave_no_gradient_there_and_refuse_writes(w):
    y = w * 2
    outside = y[1].as_strided((2,), (3,), 0)
    assert outside.tolist() == [0, 6]
    outside.sum().backward()
    assert w.grad.tolist() == [[0, 0, 0], [2, 0, 0]]
    with pytest.raises(RuntimeError, match="unsupported operation"):
        outside += 1


def test_as_strided_in_place(x, w):
    assert x.as_strided_((2,), (3,)) is x
    assert x.tolist() == [0, 3]
    y = w * 2
    y.as_strided_((2,), (3,)).sum().backward()
    assert w.grad.tolist() == [[2, 0, 0], [2, 0, 0]]
    y = w * 2
    part = y[0]
    with pytest.raises(RuntimeError, match="a graph knows this tensor and its views"):
        y.as_strided_((2,), (3,))
    assert part.tolist() == [0, 2, 4]


# -------------------------------------------------------------------- other sizes in place


def test_resize_keeps_the_elements_that_fit(x):
    assert x.clone().resize_(2, 2).tolist() == [[0, 1], [2, 3]]
    assert x.resize_(4).data_ptr() == x.resize_(2, 3).data_ptr()
    assert x.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert x.clone().resize_((3, 3))[:2].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert minitorch.resize_as_(x.T.clone(), zeros(6)).shape == (6,)
    with pytest.raises(RuntimeError, match="cannot resize variables that require grad"):
        ones(2, requires_grad=True).resize_(1)
    with pytest.raises(RuntimeError, match="Trying to resize storage that is not resizable"):
        x[0].resize_(9)
    with pytest.raises(RuntimeError, match="numel: integer multiplication overflow"):
        x.resize_(-1)


def test_the_diagonal_of_a_tall_matrix_may_begin_again():
    assert zeros(5, 2).fill_diagonal_(1, wrap=True).tolist() == [
        [1, 0],
        [0, 1],
        [0, 0],
        [1, 0],
        [0, 1],
    ]
    assert zeros(2, 2, 2).fill_diagonal_(1).sum() == 2
    with pytest.raises(RuntimeError, match="all dimensions of input must be of equal length"):
        zeros(2, 3, 2).fill_diagonal_(1)


def test_is_set_to_asks_for_the_same_memory_in_the_same_shape(x):
    assert x.is_set_to(x.detach()) and not x.is_set_to(x.T) and not x.is_set_to(x.clone())


# -------------------------------------------------------------------- memory formats


def test_channels_last_is_an_order_in_memory():
    x = arange(24.0).view(1, 2, 3, 4)
    y = x.contiguous(memory_format=minitorch.channels_last)
    assert y.stride() == (24, 1, 8, 2) and y.tolist() == x.tolist()
    assert y.is_contiguous(memory_format=minitorch.channels_last) and not y.is_contiguous()
    assert y.contiguous(memory_format=minitorch.channels_last) is y
    assert repr(minitorch.channels_last) == "torch.channels_last"
    with pytest.raises(RuntimeError, match="required rank 4 tensor to use channels_last format"):
        x[0].contiguous(memory_format=minitorch.channels_last)


# -------------------------------------------------------------------- reductions at indices


def test_several_elements_reduced_to_one_place():
    zero, index = zeros(2), tensor([0, 1, 1, 1])
    src = tensor([3.0, 4.0, 6.0, 2.0])
    for reduce, wanted in {
        "sum": [3, 12], "prod": [3, 48], "mean": [3, 4], "amax": [3, 6], "amin": [3, 2],
    }.items():  # fmt: skip
        assert zero.scatter_reduce(0, index, src, reduce, include_self=False).tolist() == wanted
        if reduce != "sum":
            found = zero.index_reduce(0, index, src, reduce, include_self=False)
            assert found.tolist() == wanted
    assert zero.scatter_reduce(0, index, src, "amin").tolist() == [0, 0]
    assert zero.int().scatter_reduce(0, index, src.int(), "mean").tolist() == [1, 3]
    assert zero.scatter_(0, index, 2.0, reduce="add").tolist() == [2, 6]


def test_equal_extremes_share_the_gradient():
    x, src = ones(1, requires_grad=True), tensor([1.0, 0.0, 1.0], requires_grad=True)
    x.scatter_reduce(0, tensor([0, 0, 0]), src, "amax").sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [1 / 3])
    np.testing.assert_allclose(src.grad.numpy(), [1 / 3, 0, 1 / 3])


@pytest.mark.parametrize("zeros_at", [[], [1], [1, 2]])
def test_the_gradient_of_a_product_with_zeros(zeros_at):
    src = tensor([2.0, 3.0, 4.0])
    src[zeros_at] = 0
    src.requires_grad_()
    ones(1).scatter_reduce(0, tensor([0, 0, 0]), src, "prod").sum().backward()
    others = [src.tolist()[:i] + src.tolist()[i + 1 :] for i in range(3)]
    assert src.grad.tolist() == [a * b for a, b in others]


def test_the_second_derivative_of_a_product_with_several_zeros_is_refused():
    index = tensor([0, 0, 0])
    for src, fine in (([2.0, 0.0, 3.0], True), ([2.0, 0.0, 0.0], False)):
        src = tensor(src, dtype=minitorch.float64, requires_grad=True)
        y = ones(1, dtype=minitorch.float64).scatter_reduce(0, index, src, "prod")
        (first,) = autograd.grad(y.sum(), src, create_graph=True)
        if fine:
            (second,) = autograd.grad(first[0], src)
            assert second.tolist() == [0, 3, 0]
            continue
        with pytest.raises(RuntimeError, match="Double backward is unsupported for src when >1"):
            autograd.grad(first.sum(), src)


def test_index_of_no_elements_writes_nothing_whatever_its_dtype(x):
    empty = zeros(0, dtype=minitorch.uint8)
    assert x.scatter(0, empty, x).tolist() == x.tolist()
    assert x.gather(0, empty).shape == (0,)
    assert x.scatter_add(0, empty, x).tolist() == x.tolist()


# -------------------------------------------------------------------- out=


def test_out_is_written_and_takes_on_the_shape(x):
    index = tensor([1, 0])
    out = zeros(0)
    assert cat([x, x], out=out) is out and out.shape == (4, 3)
    wide = zeros(2, 3, 2)[..., 0]
    assert x.index_select(0, index).tolist() == minitorch.index_select(
        x, 0, index, out=wide
    ).tolist()  # fmt: skip
    with pytest.warns(UserWarning, match="An output with one or more elements was resized"):
        minitorch.take(x, index, out=zeros(5))


def test_out_is_refused_where_it_would_go_wrong(x, w):
    index = tensor([[0, 0, 0]])
    for text, call in {
        "can't be cast to the desired output type Long": lambda: minitorch.vstack(
            [x, x], out=zeros(4, 3, dtype=minitorch.int64)
        ),
        "some elements of the input tensor and the written-to": lambda: stack([x], out=x[None]),
        "more than one element of the written-to tensor": lambda: minitorch.gather(
            x, 0, index, out=zeros(1).expand(1, 3)
        ),
        "functions with out=... arguments don't support automatic": lambda: cat([w], out=zeros(0)),
    }.items():
        with pytest.raises(RuntimeError, match=re.escape(text)):
            call()


# -------------------------------------------------------------------- names and errors


REFUSED_CUTS = {
    "split expects at least a 1-dimensional tensor": lambda x: x[0, 0].split(1),
    "chunk expects at least a 1-dimensional tensor": lambda x: x[0, 0].chunk(1),
    "narrow() cannot be applied to a 0-dim tensor.": lambda x: x[0, 0].narrow(0, 0, 1),
    "start must be an 0-dim integral Tensor.": lambda x: x.narrow(0, x[0, 0], 1),
    "tensor_split expected tensor_indices_or_sections to have dtype of long, but got Float": (
        lambda x: x.tensor_split(x[0])
    ),
    "to be a zero-dimensional or one-dimensional tensor, but got a tensor with 2 dims": (
        lambda x: x.tensor_split(x.long())
    ),
    "tensor_split expected at least a 1-dimensional tensor": lambda x: x[0, 0].tensor_split(2),
    "number of sections must be larger than 0, got -1": lambda x: x.tensor_split(-1),
    "torch.vsplit attempted to split along dimension 0": lambda x: x.vsplit(3),
    "step is 0 but must be > 0": lambda x: x.unfold(0, 1, 0),
    "size is -1 but must be >= 0": lambda x: x.unfold(0, -1, 1),
    "expected total rotation dims == 2, but got dims = 1": lambda x: x.rot90(1, (0,)),
    "expected total dims >= 2, but got total dims = 1": lambda x: x[0].rot90(),
    "Input must be >= 1-d.": lambda x: x[0, 0].flipud(),
    "`shifts` required": lambda x: x.roll(()),
    "diagonal dimensions cannot be identical 0, 0": lambda x: x.diag_embed(0, 0, 0),
    "expected src to have a size equal to the slice of self. src size = [3], slice size = [2]": (
        lambda x: x.diagonal_scatter(x[0])
    ),
    "hstack expects a non-empty TensorList": lambda x: minitorch.hstack([]),
    "column_stack expects a non-empty TensorList": lambda x: minitorch.column_stack([]),
    "stack expects a non-empty TensorList": lambda x: stack([]),
    "meshgrid expects a non-empty TensorList": lambda x: minitorch.meshgrid(indexing="ij"),
    "meshgrid expects all tensors to have the same dtype": lambda x: minitorch.meshgrid(
        x[0], x[0].int(), indexing="ij"
    ),
    "Expect a 1D vector, but got shape [2, 3]": minitorch.cartesian_prod,
    "Expect a non-negative number, but got -1": lambda x: minitorch.combinations(x[0], -1),
    "x must be a one-dimensional tensor.": minitorch.vander,
    "N must be non-negative.": lambda x: minitorch.vander(x[0], -1),
    "row must be non-negative, got-1": lambda x: minitorch.tril_indices(-1, 2),
    "nonzero_static: 'size' must be an non-negative integer": lambda x: x.nonzero_static(size=-1),
    "tensor.H is only supported on matrices (2-D tensors). Got 1-D tensor.": lambda x: x[0].H,
    "repeats can not be negative": lambda x: x.repeat_interleave(tensor(-1)),
    "repeats must be 0-dim or 1-dim tensor": lambda x: x.repeat_interleave(tensor([[1]]), 0),
    "allocated size does not match required size": (
        lambda x: x.repeat_interleave(tensor([1, 2]), 0, output_size=4)
    ),
    "repeat_interleave only accept 1D vector as repeat": (
        lambda x: minitorch.repeat_interleave(tensor([[1]]))
    ),
    "index_copy_(): Source/destination tensor must have same slice shapes": (
        lambda x: x.index_copy(0, tensor([0]), x[:1, :2])
    ),
    "put_(): self and source expected to have the same dtype": (
        lambda x: x.put(tensor([0]), tensor([1]))
    ),
    "take(): Expected a long tensor for index, but got Float": lambda x: x.take(x),
    "torch.take_along_dim(): dtype of indices should be Long but got Float": (
        lambda x: x.take_along_dim(x, 1)
    ),
}


@pytest.mark.parametrize("text", REFUSED_CUTS)
def test_refused_pieces_raise_with_this_text(text, x):
    with pytest.raises(RuntimeError, match=re.escape(text)):
        REFUSED_CUTS[text](x)


def test_an_index_of_put_that_is_out_of_range_is_refused(x):
    with pytest.raises(IndexError, match="tried to access index -7 on a tensor of 6 elements"):
        x.put(tensor([-7]), tensor([1.0]))


def test_refused_pieces_of_other_types(x):
    with pytest.raises(NotImplementedError, match="\"triu_indices\" not implemented for 'Float'"):
        minitorch.triu_indices(2, 2, dtype=minitorch.float32)
    with pytest.raises(TypeError, match="received an invalid combination of arguments"):
        x.tensor_split("a")
    with pytest.raises(IndexError, match="put_\\(\\): Expected source and index to have the same"):
        x.put(tensor([0, 1]), tensor([1.0]))
    with pytest.raises(TypeError, match="expected 'indices' to be integer dtype"):
        minitorch.unravel_index(x, (2, 3))
    with pytest.raises(ValueError, match="'shape' cannot have negative values, but got"):
        minitorch.unravel_index(tensor(1), (-2, 3))


def test_indices_of_triangles():
    assert minitorch.tril_indices(3, 2).tolist() == [[0, 1, 1, 2, 2], [0, 0, 1, 0, 1]]
    assert minitorch.triu_indices(2, 3, 1, dtype=minitorch.int32).tolist() == [[0, 0, 1], [1, 2, 2]]
    assert minitorch.tril_indices(0, 3).shape == (2, 0)


def test_copies_share_no_memory(x):
    for copied in (
        minitorch.permute_copy(x, (1, 0)),
        minitorch.as_strided_copy(x, (2,), (1,)),
        minitorch.detach_copy(x),
        minitorch.narrow_copy(x, 0, 0, 1),
        *minitorch.split_with_sizes_copy(x, [1, 1]),
    ):
        assert not same_memory(copied, x) and copied.is_contiguous()
    parts = zeros(0), zeros(0)
    assert minitorch.unbind_copy(x, out=parts) is None
    assert parts[1].tolist() == [3, 4, 5]


def test_parts_may_be_named_in_several_ways(x):
    assert [part.tolist() for part in x[0].tensor_split((2, 1))] == [[0, 1], [], [1, 2]]
    assert [part.shape for part in x.tensor_split(tensor(2), 1)] == [(2, 2), (2, 1)]
    assert [part.tolist() for part in x[0].hsplit(tensor([1]).tolist())] == [[0], [1, 2]]
    assert minitorch.unsafe_split(x, 1)[1].tolist() == [[3, 4, 5]]
    assert minitorch.row_stack([x[0], x[1]]).tolist() == x.tolist()
    assert minitorch.atleast_2d(x, x[0])[1].shape == (1, 3)
    assert minitorch.block_diag().shape == (1, 0)


# -------------------------------------------------------------------- as PyTorch's tests have it


@pytest.mark.parametrize("name", ["view", "reshape", "expand", "permute", "repeat", "tile", "flip"])
def test_methods_of_sizes_want_one(name):
    with pytest.raises(TypeError, match=rf"{name}\(\) missing 1 required positional argument"):
        getattr(zeros(2, 3), name)()


@pytest.mark.parametrize(
    ("x", "name", "text"),
    [
        (zeros(2, 3, 4), "T", "The use of `x.T` on tensors of dimension other than 2"),
        (zeros(2), "T", "The use of `x.T` on tensors of dimension other than 2"),
        (tensor(1), "T", "Tensor.T is deprecated on 0-D tensors. This function is the identity"),
        (tensor(1), "H", "Tensor.H is deprecated on 0-D tensors. Consider using x.conj()."),
        (tensor(1), "mT", "Tensor.mT is deprecated on 0-D tensors. This function is the identity"),
        (tensor(1), "mH", "Tensor.mH is deprecated on 0-D tensors. Consider using x.conj()."),
    ],
)
def test_a_transpose_of_no_matrix_warns(x, name, text):
    with pytest.warns(UserWarning, match=re.escape(text)):
        assert getattr(x, name).shape == x.shape[::-1]


def test_larger_elements_want_contiguous_rows():
    with pytest.raises(RuntimeError, match=r"self.stride\(-1\) must be 1 to view Byte as Short"):
        zeros(4, 4, dtype=minitorch.uint8).T.view(minitorch.int16)


def test_a_list_of_floats_is_an_index_of_whole_numbers():
    assert arange(5)[[1.0, 3.0]].tolist() == [1, 3]


def test_a_value_that_does_not_fit_a_mask_is_refused_before_its_dtype():
    x = arange(4)
    with pytest.raises(RuntimeError, match=re.escape("value tensor of shape [0] cannot be broadc")):
        x[x > -1] = tensor([])


def test_negative_numbers_wrap_around_in_uint8():
    x = tensor([1, 2], dtype=minitorch.uint8)
    assert x.masked_fill(tensor([True, False]), -1).tolist() == [255, 2]
    assert x.index_fill(0, tensor([1]), -2).tolist() == [1, 254]
    x[0] = -3
    assert x.tolist() == [253, 2]
    with pytest.raises(RuntimeError, match="value cannot be converted to type uint8_t without ov"):
        x[0] = 256


def test_a_part_outside_of_the_input_is_not_scattered():
    x = arange(12.0).reshape(3, 4)[:, ::2]
    y = minitorch.as_strided_scatter(x, zeros(2, 2), (2, 2), (1, 2), 1)
    assert y.tolist() == [[0, 0], [0, 6], [8, 10]]


def test_only_tensors_are_broadcast_together():
    with pytest.raises(TypeError, match="expected Tensor as element 0 in argument 0, but got list"):
        minitorch.broadcast_tensors([zeros(2)])


def test_a_grid_of_no_indexing_warns():
    with pytest.warns(UserWarning, match="torch.meshgrid: in an upcoming release"):
        i, j = minitorch.meshgrid(arange(2), arange(3))
    assert (i.tolist(), j.tolist()) == ([[0] * 3, [1] * 3], [[0, 1, 2]] * 2)


def test_joins_take_no_single_tensor():
    with pytest.raises(TypeError, match=r"argument 'tensors' \(position 1\) must be tuple of Te"):
        minitorch.column_stack(zeros(2, 2))


def test_a_number_has_one_element_to_select():
    assert minitorch.index_select(tensor(1.0), 0, tensor([0])).tolist() == 1.0
    with pytest.raises(IndexError, match="index out of range in self"):
        minitorch.index_select(tensor(1.0), 0, tensor([1]))


def test_differences_want_neighbours_of_as_many_dimensions():
    with pytest.raises(RuntimeError, match="diff expects prepend or append to be the same dimens"):
        zeros(2).diff(prepend=zeros(1, 1))


def test_a_dimension_is_split_by_number():
    with pytest.raises(TypeError, match=r"argument 'dim' \(position 1\) must be int, not str"):
        zeros(2).unflatten("a", (1, 2))
