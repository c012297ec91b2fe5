"""Python's operators between tensors and objects of other classes."""

import operator

import pytest

import minitorch
from minitorch import tensor

BINARY = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor",
    "lshift", "rshift",
)  # fmt: skip
IN_PLACE = (
    "iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "iand", "ior", "ixor",
    "ilshift", "irshift",
)  # fmt: skip
ORDERS = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


class Foreign:
    """An object that has its own idea of every operator."""

    __hash__ = None


class Nothing:
    """An object without operators."""


def answer(name):
    return lambda self, other: name


for word in BINARY:
    setattr(Foreign, f"__r{word.strip('_')}__", answer(word))
for word in ORDERS:
    setattr(Foreign, f"__{word}__", answer(word))


@pytest.mark.parametrize("name", BINARY)
def test_an_object_of_another_class_gets_its_turn(name):
    assert getattr(operator, name)(tensor([1, 2]), Foreign()) == name


@pytest.mark.parametrize(("name", "mirrored"), ORDERS.items())
def test_a_comparison_asks_the_other_class(name, mirrored):
    assert getattr(operator, name)(tensor([1, 2]), Foreign()) == mirrored


@pytest.mark.parametrize("name", IN_PLACE)
def test_an_operator_in_place_asks_the_other_class(name):
    assert getattr(operator, name)(tensor([1, 2]), Foreign()) in BINARY


@pytest.mark.parametrize("name", [*BINARY, *IN_PLACE])
@pytest.mark.parametrize("other", [Nothing(), None, {1}], ids=["object", "None", "set"])
def test_what_nobody_can_compute_is_a_type_error_of_python(name, other):
    with pytest.raises(TypeError, match="unsupported operand type"):
        getattr(operator, name)(tensor([1, 2]), other)
    with pytest.raises(TypeError, match="unsupported operand type"):
        getattr(operator, name)(other, tensor([1, 2]))


def test_a_function_still_names_the_argument_it_refuses():
    with pytest.raises(TypeError, match=r"add\(\): argument 'other' \(position 2\) must be Tensor"):
        minitorch.add(tensor(1), Foreign())


def test_refused_dtypes_keep_their_own_message():
    with pytest.raises(TypeError, match="Subtraction, the `-` operator, with a bool tensor"):
        tensor([True]) - 1
