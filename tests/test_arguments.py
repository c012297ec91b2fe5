"""What arguments may be called, of which type they may be and how large: as in PyTorch."""

import pytest
from refusals import refusal_tests

import minitorch
from minitorch import tensor
from minitorch.nn import functional as F

# What is written, and what comes out, in PyTorch too.
NAMES = {
    "torch.hsplit(torch.arange(4.), sections=2)": "(tensor([0., 1.]), tensor([2., 3.]))",
    "torch.arange(3.).hsplit(1, 2)": "(tensor([0.]), tensor([1.]), tensor([2.]))",
    "torch.tensor_split(torch.arange(3.), indices=[1])": "(tensor([0.]), tensor([1., 2.]))",
    "torch.split_copy(torch.arange(2), split_size=1)": "(tensor([0]), tensor([1]))",
    "torch.unsafe_split(input=torch.arange(2), split_size=1)": "(tensor([0]), tensor([1]))",
    "torch.unfold_copy(input=torch.arange(2), dimension=0, size=2, step=1)": "tensor([[0, 1]])",
    "torch.promote_types(type1=torch.int32, type2=torch.float32)": "torch.float32",
    "torch.rsub(torch.ones(1), 3, 2)": "tensor([1.])",
    "torch.tril_indices(1, 1, dtype=None, pin_memory=False, requires_grad=False)": (
        "tensor([[0],\n        [0]])"
    ),
    "torch.repeat_interleave(repeats=torch.tensor([1, 2]))": "tensor([0, 1, 1])",
    "torch.ones(1).copy_(other=torch.zeros(1))": "tensor([0.])",
    "torch.ones(1).cpu().map_(other=torch.ones(1).cpu(), callable=max)": "tensor([1.])",
    "torch.ones(4).resize_(size=(2, 2)).shape": "torch.Size([2, 2])",
    "torch.ones(2, 2).sum_to_size(size=(2,))": "tensor([2., 2.])",
    "torch.ones(1).to(tensor=torch.ones(1).double()).dtype": "torch.float64",
    "torch.ones(1).to_dense(masked_grad=True)": "tensor([1.])",
    "torch.fill_(input=torch.ones(1), value=3)": "tensor([3.])",
    "torch.empty(2, memory_format=None).shape": "torch.Size([2])",
    "torch.nonzero_static(torch.ones(1), size=1, out=torch.ones(1, 1).long())": "tensor([[0]])",
}

# Integers that uint8 does not hold turn round, a little; so far PyTorch goes, too.
WRAPPED = {
    "torch.where(torch.tensor([False]), torch.ones(1).byte(), -1)": "tensor([255], dtype=uint8)",
    "torch.full((1,), -255, dtype=torch.uint8)": "tensor([1], dtype=uint8)",
    "torch.ones(1).byte() + 300": "tensor([45], dtype=uint8)",
    "torch.nn.functional.threshold(torch.ones(1).byte(), -1, 3)": "tensor([3], dtype=uint8)",
    "torch.constant_pad_nd(torch.ones(1).byte(), (0, 1), -1)": "tensor([  1, 255], dtype=uint8)",
}
ROWS = NAMES | {key: value.replace("uint8", "torch.uint8") for key, value in WRAPPED.items()}


@pytest.mark.parametrize("library", ["minitorch", pytest.param("torch", marks=pytest.mark.torch)])
@pytest.mark.parametrize("expression", ROWS)
def test_this_comes_out(expression, library):
    m = pytest.importorskip(library)
    assert repr(eval(expression, {"torch": m})) == ROWS[expression]


BYTE = "value cannot be converted to type uint8_t without overflow"
FLOAT = "value cannot be converted to type float without overflow"
HALF = "value cannot be converted to type c10::Half without overflow"


def ones(*sizes):
    return minitorch.ones(*sizes)


def byte(*numbers):
    return tensor(numbers or [1], dtype=minitorch.uint8)


def mask():
    return tensor([True])


REFUSED = [
    # integers for bools
    (TypeError, "'keepdim' must be bool, not int", lambda: ones(2).sum(dim=0, keepdim=1)),
    (TypeError, "'keepdim' must be bool, not int", lambda: ones(2).argmax(dim=0, keepdim=1)),
    (TypeError, "'keepdim' must be bool, not int", lambda: ones(2).kthvalue(1, keepdim=1)),
    (TypeError, "'largest' must be bool, not int", lambda: ones(2).topk(1, largest=0)),
    (TypeError, "'as_tuple' must be bool, not int", lambda: ones(2).nonzero(as_tuple=1)),
    (
        TypeError,
        "'upper' must be bool, not int",
        lambda: minitorch.linalg.solve_triangular(ones(1, 1), ones(1, 1), upper=1),
    ),
    (
        TypeError,
        "'ceil_mode' must be bool, not int",
        lambda: F.avg_pool1d(ones(1, 2), 2, ceil_mode=1),
    ),
    (
        TypeError,
        "'is_causal' must be bool, not int",
        lambda: F.scaled_dot_product_attention(ones(1, 1), ones(1, 1), ones(1, 1), is_causal=1),
    ),
    (
        TypeError,
        "'requires_grad' must be bool, not int",
        lambda: ones(1).new_ones(1, requires_grad=1),
    ),
    (TypeError, "must be bool, not int", lambda: F.dropout(ones(2), training=0)),
    (TypeError, "must be bool, not int", lambda: F.batch_norm(ones(2, 2), None, None, training=1)),
    (TypeError, "must be bool, not int", lambda: ones(1).requires_grad_(1)),
    (RuntimeError, "requires_grad must be a bool", lambda: setattr(ones(1), "requires_grad", 1)),
    # bools for integers
    (
        TypeError,
        "'diagonal' must be int, not bool",
        lambda: minitorch.tril(ones(1, 1), diagonal=True),
    ),
    (TypeError, "must be int, not bool", lambda: ones(2).chunk(chunks=True)),
    (TypeError, "'n' must be int, not bool", lambda: minitorch.matrix_power(ones(1, 1), n=True)),
    (TypeError, "'index' must be int, not bool", lambda: minitorch.select(ones(2), 0, index=True)),
    (
        TypeError,
        "'num_classes' must be int, not bool",
        lambda: F.one_hot(tensor([0]), num_classes=True),
    ),
    # numbers beyond the dtype
    (RuntimeError, BYTE, lambda: minitorch.where(mask(), byte(), 300)),
    (RuntimeError, FLOAT, lambda: minitorch.where(mask(), ones(1), 1e40)),
    (RuntimeError, BYTE, lambda: F.threshold(byte(), 300, 1)),
    (RuntimeError, BYTE, lambda: F.threshold(byte(), 1, 300)),
    (RuntimeError, BYTE, lambda: F.hardtanh(byte(), 0, 300)),
    (RuntimeError, FLOAT, lambda: F.hardtanh(ones(1), -1e40, 1e40)),
    (RuntimeError, BYTE, lambda: F.pad(byte(), (1, 1), value=-1)),
    (RuntimeError, BYTE, lambda: minitorch.full((1,), -0.5, dtype=minitorch.uint8)),
    (RuntimeError, FLOAT, lambda: ones(2).__setitem__(0, 1e40)),
    (RuntimeError, HALF, lambda: ones(2).half().fill_(100000)),
    (RuntimeError, BYTE, lambda: byte().masked_fill_(mask(), tensor(300, device="cpu"))),
    (RuntimeError, BYTE, lambda: byte().index_fill(0, tensor([0]), tensor(300, device="cpu"))),
    (RuntimeError, BYTE, lambda: minitorch.add(byte(), byte(), alpha=300)),
    (RuntimeError, BYTE, lambda: minitorch.linspace(0, 300, 2, dtype=minitorch.uint8)),
]
test_what_does_not_fit_is_refused, test_torch_refuses_too = refusal_tests(REFUSED)


def test_a_device_for_pinned_memory_is_deprecated():
    with pytest.warns(DeprecationWarning, match=r"'device' of Tensor.is_pinned\(\) is deprecated"):
        assert ones(1).is_pinned(device="cpu") is False
