"""Python's operators on tensors."""

from minitorch.autograd.tensor import Tensor
from minitorch.backend.errors import DtypeError
from minitorch.ops import bits, comparison, exponents
from minitorch.ops import elementwise as e
from minitorch.ops.products import matmul


def swapped(function):
    """The operator for a tensor on the right: `function(left, tensor)`."""
    return lambda tensor, left: function(left, tensor)


def unless_foreign(comparison):
    """`comparison`, or what Python answers by itself where the other is no number or tensor."""

    def compare(tensor, other):
        try:
            return comparison(tensor, other)
        except TypeError as error:
            if isinstance(error, DtypeError):
                raise
            return NotImplemented

    return compare


def inverted(tensor):
    """~tensor."""
    if tensor.dtype.is_floating_point:
        raise TypeError(
            "~ (operator.invert) is only implemented on integer and Boolean-type tensors"
        )
    return bits.bitwise_not(tensor)


OPERATORS = {
    "__add__": e.add,
    "__radd__": e.add,
    "__sub__": e.sub,
    "__rsub__": unless_foreign(e.rsub),
    "__mul__": e.mul,
    "__rmul__": e.mul,
    "__truediv__": e.true_divide,
    "__rtruediv__": lambda tensor, left: e.mul(e.reciprocal(tensor), left),
    "__rdiv__": lambda tensor, left: e.mul(e.reciprocal(tensor), left),
    "__floordiv__": e.floor_divide,
    "__rfloordiv__": swapped(e.floor_divide),
    "__mod__": e.remainder,
    "__rmod__": swapped(e.remainder),
    "__pow__": exponents.pow,
    "__rpow__": swapped(exponents.pow),
    "__matmul__": matmul,
    "__rmatmul__": swapped(matmul),
    "__neg__": e.neg,
    "__pos__": lambda tensor: tensor,
    "__abs__": e.abs,
    "__invert__": inverted,
    "__eq__": unless_foreign(comparison.eq),
    "__ne__": unless_foreign(comparison.ne),
    "__lt__": comparison.lt,
    "__le__": comparison.le,
    "__gt__": comparison.gt,
    "__ge__": comparison.ge,
    "__and__": bits.bitwise_and,
    "__rand__": bits.bitwise_and,
    "__or__": bits.bitwise_or,
    "__ror__": bits.bitwise_or,
    "__xor__": bits.bitwise_xor,
    "__rxor__": bits.bitwise_xor,
    "__lshift__": bits.bitwise_left_shift,
    "__rlshift__": swapped(bits.bitwise_left_shift),
    "__rshift__": bits.bitwise_right_shift,
    "__rrshift__": swapped(bits.bitwise_right_shift),
}

for name, function in OPERATORS.items():
    setattr(Tensor, name, function)
